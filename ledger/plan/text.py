"""Bytes to lines and back, columns, and escaping for terminals and for Markdown.

Lines end as Markdown says (CRLF, LF or CR). ``str.splitlines`` breaks on more, such as form
feed and U+2028, and is not used anywhere.
"""

from __future__ import annotations

import re
from functools import lru_cache

BOM = b"\xef\xbb\xbf"
# Patterns that few commands need are compiled where they are used first.
DRIVE = r"[A-Za-z]:[\\/]|\\\\"
"""What an absolute path of Windows begins with."""

_NEWLINE = rb"\r\n|\n|\r"
# C0 and C1 controls but for tab; bidirectional overrides and isolates, which reorder what a
# terminal shows; line and paragraph separators; surrogates, which stand for bytes that are no
# UTF-8 and may be controls, too.
_CONTROL = "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
_SURROGATE = "[\ud800-\udfff]"


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
    """The offset of every line and, last, the length of ``data``.

    ``n + 1`` numbers for ``n`` lines. A final newline ends the last line and starts none.
    """
    if b"\r" in data:
        starts = [0, *(match.end() for match in re.finditer(_NEWLINE, data))]
    else:
        starts = [0]
        at = data.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = data.find(b"\n", at + 1)
    if starts[-1] != len(data) or len(starts) == 1:
        starts.append(len(data))
    return starts


def count_lines(data: bytes) -> int:
    """How many lines ``data`` has; a final newline starts none."""
    if b"\r" in data:
        return len(line_starts(data)) - 1
    return data.count(b"\n") + (data[-1:] not in (b"\n", b""))


@lru_cache(maxsize=2)
def plan_starts(data: bytes) -> tuple[int, ...]:
    """``line_starts`` of a whole plan, remembered: one rule after another asks for them, of the
    two versions that are compared."""
    return tuple(line_starts(data))


def newline_of(data: bytes, start: int) -> bytes:
    """The newline to use at ``start``, where a line begins: that of the line before, else of
    the next one that has one, else of the last; ``\\n`` where there is none at all."""
    if data[start - 2 : start] == b"\r\n":
        return b"\r\n"
    if start and data[start - 1 : start] in (b"\n", b"\r"):
        return data[start - 1 : start]
    after = re.compile(_NEWLINE).search(data, start)
    if after:
        return after.group()
    before = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start))
    return newline_of(data, before + 1) if before >= 0 else b"\n"


def column(line: bytes, offset: int) -> int:
    """The column, from 1, in characters, of byte ``offset`` of ``line``."""
    return len(decode(line[:offset])) + 1


def visible(text: str) -> str:
    """``text`` for a terminal: control characters become ``\\x1b`` and the like."""
    return re.sub(_CONTROL, _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code:02x}"


def one_line(text: str) -> str:
    """``text`` as one line of UTF-8: every run of white space and controls becomes one blank,
    every surrogate U+FFFD."""
    return " ".join(re.sub(_CONTROL, " ", re.sub(_SURROGATE, "\ufffd", text)).split())


def counted(count: int, noun: str) -> str:
    """``1 item``, ``2 items``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
