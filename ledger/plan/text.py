"""Bytes to lines and back, columns, escaping for terminals, and damaged text. Lines end with CRLF,
LF or CR, as in Markdown; ``str.splitlines`` breaks on more and is not used."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

BOM = b"\xef\xbb\xbf"
DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
"""What an absolute path of Windows begins with."""

NEWLINE = re.compile(rb"\r\n|\n|\r")
# <<<<<<< HEAD; spelled out, since the search skips fast to the first characters of literals
_MARKER = re.compile(rb"(<<<<<<<|>>>>>>>)(?![^ \r\n])")
# C0 and C1 controls but for tab; bidirectional overrides and isolates, which reorder what a
# terminal shows; line and paragraph separators; surrogates, which stand for bytes that are no
# UTF-8 and may be controls, too.
_CONTROL = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# "\x1b[1;31m", "\x1b[38;5;8m": bold, red, grey; but not 8 by itself, which hides what follows
# e.g. "\x1b[1;31m"
_COLOUR = re.compile(
    r"(\x1b\[(?:(?:[34]8;(?:5|2;\d{1,3};\d{1,3});\d{1,3}|0?[0-79]|[1-9]\d{1,2})(?:;|(?=m))){0,9}m)"
)


def decode(data: bytes) -> str:
    """UTF-8, with bytes that are not kept as surrogates, so that ``encode`` gives them back."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The inverse of ``decode``. Surrogates that stand for no byte become U+FFFD."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def line_starts(data: bytes) -> list[int]:
    """The ``n + 1`` offsets of ``n`` lines: where each starts and, last, the length of ``data``. A
    final newline ends the last line and starts none."""
    starts = [0, *accumulate(map(len, data.splitlines(keepends=True)))]
    if not data:
        starts.append(0)
    return starts


def count_lines(data: bytes) -> int:
    """How many lines ``data`` has; a final newline starts none."""
    if b"\r" in data:
        return len(line_starts(data)) - 1
    return data.count(b"\n") + (data[-1:] not in (b"\n", b""))


def conflicts(data: bytes) -> Iterator[tuple[int, str]]:
    """The byte where each unresolved merge conflict begins, and the marker that is there; one
    that only an end is left of begins there."""
    is_open = False
    for marker in _MARKER.finditer(data):
        if data[max(0, marker.start() - 1) : marker.start()] not in (b"", b"\n", b"\r"):
            continue
        sign = marker[1].decode()
        if sign.startswith("<") or not is_open:
            yield marker.start(), sign
        is_open = sign.startswith("<")


@lru_cache(maxsize=2)
def plan_starts(data: bytes) -> tuple[int, ...]:
    """``line_starts`` of a whole plan, remembered for the two versions that rules compare."""
    return tuple(line_starts(data))


def newline_of(data: bytes, start: int) -> bytes:
    """The newline to use at ``start``, where a line begins: that of the line before, else of
    the next one that has one, else of the last; ``\\n`` where there is none at all."""
    if data[start - 2 : start] == b"\r\n":
        return b"\r\n"
    if start and data[start - 1 : start] in (b"\n", b"\r"):
        return data[start - 1 : start]
    after = NEWLINE.search(data, start)
    if after:
        return after.group()
    before = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start))
    return newline_of(data, before + 1) if before >= 0 else b"\n"


def column(line: bytes, offset: int) -> int:
    """The column, from 1, in characters, of byte ``offset`` of ``line``."""
    return len(decode(line[:offset])) + 1


def place(data: bytes, at: int) -> tuple[int, int]:
    """The line and column, both from 1, of byte ``at``."""
    starts = plan_starts(data)
    line = min(bisect_right(starts, at), max(1, len(starts) - 1))
    begin = starts[line - 1]
    if line == 1 and data.startswith(BOM):
        begin += len(BOM)
    return line, column(data[begin : max(begin, at)], max(0, at - begin))


def visible(text: str) -> str:
    """``text`` for a terminal: control characters become ``\\x1b``, ``\\u202e`` and the like."""
    return _CONTROL.sub(_escaped, text)


def plain(text: str) -> str:
    """``text`` of several lines without colours, and without what ``visible`` would escape."""
    return "\n".join(_CONTROL.sub("", line) for line in _COLOUR.sub("", text).split("\n"))


def coloured(text: str) -> str:
    """``text`` of several lines as ``plain`` gives it, with its colours."""
    parts = enumerate(_COLOUR.split(text))
    return "".join(part if at % 2 else plain(part) for at, part in parts)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    code -= 0xDC00 if 0xDC80 <= code <= 0xDCFF else 0
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def one_line(text: str) -> str:
    """``text`` as one line: white space and controls become one blank, surrogates U+FFFD."""
    return " ".join(_CONTROL.sub(" ", _SURROGATE.sub("\ufffd", text)).split())


def cut(text: str, most: int) -> str:
    """``text`` on one line, of at most so many bytes."""
    text = one_line(text[: 4 * most])
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - 3].decode("utf-8", "ignore").rstrip() + "…"


WIDE: Final = "UTF-16, of which nothing is read; save it as UTF-8"


def not_text(data: bytes) -> str:
    """Why ``data`` is no text to read, and what to do about it; empty for text."""
    if b"\0" not in data:
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"it is {WIDE}"
    return "it holds NUL bytes; `ledger validate` says where"


def a(noun: str) -> str:
    """``a field``, ``an item``."""
    return f"a{'n' if noun[0] in 'aeiou' else ''} {noun}"


def counted(count: int, noun: str) -> str:
    """``1 item``, ``1,200 items``, ``2 criteria``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-2]}a" if noun.endswith("criterion") else f"{count:,} {noun}s"


# Damaged text
#
# UTF-8 that was once read as a Windows code page: ``âœ…`` for ✅, ``â€”`` for a dash.
#
# Each character of such text stands for one byte. Two code pages are known, Windows-1252 and
# Windows-1254: where both have a character it stands for the same byte, so one table serves both.
# A byte that the code page has no character for was lost when the damage was done, and a mark that
# had one cannot be known any more.

LOST: Final = "\ufffd"

_TELLING: Final = b"\xc2\xc3"  # Â and Ã before a sign: the commonest damage, hardly ever meant
_ABOVE_ASCII: Final = range(0x80, 0x100)
# Characters to the byte that each was read from; what a page leaves undefined is that byte.
_BYTES: Final = {byte: byte for byte in _ABOVE_ASCII} | {
    ord(letter): byte
    for page in ("cp1252", "cp1254")
    for byte in _ABOVE_ASCII
    if (letter := bytes([byte]).decode(page, "ignore"))
}
# A character of UTF-8 of two to four bytes, or one of three or four that has lost some.
# e.g. "Â§"
_CHARACTER: Final = re.compile(
    "[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
    "|[\xe0-\xf4][\x80-\xbf]{1,2}(?![\x80-\xbf])"
)


class Mended(NamedTuple):
    """A line as it was meant. ``lost`` counts the marks that cannot be known: U+FFFD stands for
    each. ``is_damaged``: the line is not as it was meant."""

    line: str
    is_damaged: bool
    lost: int


def mend(line: str) -> Mended:
    """What ``line`` was before it was damaged, as far as that is unambiguous.

    Characters that do not make up UTF-8 are the line's own: ``é`` stays. Of a character of three
    bytes or four that misses some, at least two have to be there. Two letters that might be meant
    as they stand, as in ``24 Å³``, are damage only where the line has other damage, too.
    """
    if line.isascii():
        return Mended(line, is_damaged=False, lost=0)
    pieces: list[str] = []
    at, lost, is_damaged = 0, 0, False
    for match in _CHARACTER.finditer(line.translate(_BYTES)):
        data = match[0].encode("latin-1")
        character = _character(data)
        if character or data[0] >= 0xE0:
            pieces += (line[at : match.start()], character or LOST)
            at, lost = match.end(), lost + (not character)
            is_damaged = is_damaged or len(data) > 2 or not character or data[0] in _TELLING
    if not is_damaged:
        return Mended(line, is_damaged=False, lost=0)
    return Mended("".join((*pieces, line[at:])), is_damaged=True, lost=lost)


def _character(part: bytes) -> str:
    """The character, unless nobody would have written it."""
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return ""
    return "" if unicodedata.category(text) in {"Cc", "Cs", "Co", "Cn"} else text
