"""UTF-8 that was once read as a Windows code page: ``âœ…`` for ✅, ``â€”`` for a dash.

Each character of such text stands for one byte. Two code pages are known, Windows-1252 and
Windows-1254: where both have a character it stands for the same byte, so one table serves both.
A byte that the code page has no character for was lost when the damage was done, and a mark that
had one cannot be told any more.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

LOST: Final = "\ufffd"

_PAGES: Final = ("cp1252", "cp1254")
_LEAST: Final = 0x80
_TELLING: Final = b"\xc2\xc3"  # Â and Ã before a sign: the commonest damage, hardly ever meant


def _bytes_of() -> dict[str, int]:
    """Character to the byte that it was read from."""
    found = {chr(byte): byte for byte in range(_LEAST, 0x100)}  # what a page leaves undefined
    for page in _PAGES:
        for byte in range(_LEAST, 0x100):
            try:
                found[bytes([byte]).decode(page)] = byte
            except UnicodeDecodeError:
                continue
    return found


_BYTES: Final = _bytes_of()
_RUN: Final = re.compile("[" + "".join(sorted(map(re.escape, _BYTES))) + "]+")


class Mended(NamedTuple):
    """A line as it was meant. ``lost`` counts the marks that cannot be told: U+FFFD stands for
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
    for run in _RUN.finditer(line):
        data = bytes(_BYTES[letter] for letter in run[0])
        said, missing, changed = _decoded(data, run[0])
        pieces += (line[at : run.start()], said)
        at, lost, is_damaged = run.end(), lost + missing, is_damaged or changed
    pieces.append(line[at:])
    if not is_damaged:
        return Mended(line, is_damaged=False, lost=0)
    return Mended("".join(pieces), is_damaged=True, lost=lost)


def _decoded(data: bytes, letters: str) -> tuple[str, int, bool]:
    """``data`` as UTF-8, how many marks of it are lost, and whether that tells of damage."""
    pieces: list[str] = []
    at, lost, changed = 0, 0, False
    while at < len(data):
        length = _length(data[at])
        part = data[at : at + length]
        followed = sum(0x80 <= byte < 0xC0 for byte in part[1:]) if length > 1 else 0
        if length > 1 and followed == length - 1 and (said := _character(part)):
            pieces.append(said)
            at, changed = at + length, changed or length > 2 or data[at] in _TELLING
        elif length > 2 and followed and _is_cut(data, at + 1 + followed):
            pieces.append(LOST)
            at, lost, changed = at + 1 + followed, lost + 1, True
        else:
            pieces.append(letters[at])
            at += 1
    return "".join(pieces), lost, changed


def _is_cut(data: bytes, at: int) -> bool:
    """Whether what was begun cannot go on at ``at``: the run ends, or another begins."""
    return at >= len(data) or not 0x80 <= data[at] < 0xC0


def _length(lead: int) -> int:
    """How many bytes a character of UTF-8 has that begins with ``lead``; 1 where none does."""
    if 0xC2 <= lead < 0xE0:
        return 2
    if 0xE0 <= lead < 0xF0:
        return 3
    return 4 if 0xF0 <= lead < 0xF5 else 1


def _character(part: bytes) -> str:
    """The character, unless nobody would have written it."""
    try:
        said = part.decode()
    except UnicodeDecodeError:
        return ""
    return "" if unicodedata.category(said) in {"Cc", "Cs", "Co", "Cn"} else said
