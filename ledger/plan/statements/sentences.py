"""A text as sentences and tables."""

import re
from collections.abc import Iterator

_MOST = 200_000  # characters of a text that are looked at
_BLOCK = re.compile(r"(?:\|[^\n]*\n?|[ \t]+\|[^\n]*\n?)+|[^\n]+\n?|\n")
# A line that goes on with the one before: that one is long, and no list or label begins.
_GOES_ON = re.compile(r"(?![ \t]*(?:[-*+] |\d{1,3}[.)] |#|>|\||\n|\Z|[A-Z][\w ]{1,30}:))")
_LONG = 60  # characters of a line that may have been wrapped
_END = re.compile(r"(?<=[.!?])[\"')\]*_]{0,3}\s+(?=[^a-z\s])|[.!?]\s*\Z")
_SHORT = re.compile(r"\b(?:vs|e\.g|i\.e|cf|ca|approx|incl|no|fig|sec)\.\Z", re.IGNORECASE)
_FENCE = ("```", "~~~")
_NO_PROSE = re.compile(r"[ \t]*(?:>|[-*+] \[ \])")


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences, each with where it begins, and the tables, whose rows are together. Lines
    of a paragraph are joined; quotations and open boxes are left out, and of code what another
    command than pytest printed."""
    paragraph, start = "", 0
    for at, line, kind in _lines(text[:_MOST]):
        goes_on = len(paragraph.rpartition("\n")[2]) >= _LONG and _GOES_ON.match(line)
        if paragraph and not (goes_on and kind == "prose"):
            yield from _split(start, paragraph)
            paragraph = ""
        if kind == "whole":
            yield at, line.rstrip("\n")
        elif kind == "prose":
            start = start if paragraph else at
            paragraph = f"{paragraph}\n{line}" if paragraph else line
            paragraph = paragraph.removesuffix("\n")
    if paragraph:
        yield from _split(start, paragraph)


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """The lines, tables as one: ``prose``, a ``whole`` by itself, or neither."""
    is_code = is_other = False
    for block in _BLOCK.finditer(text):
        line = block[0].lstrip()
        kind = "prose" if line and not is_code and not _NO_PROSE.match(block[0]) else ""
        if line.startswith(_FENCE):
            is_code, is_other, kind = not is_code, False, ""
        elif is_code and line.startswith(("$ ", "% ", "# ")):
            is_other = "pytest" not in line
        elif line.startswith("|") or (is_code and line and not is_other):
            kind = "whole"
        yield block.start(), block[0], kind


def _split(start: int, paragraph: str) -> Iterator[tuple[int, str]]:
    at = 0
    for end in _END.finditer(paragraph):
        if not _SHORT.search(paragraph, max(0, end.start() - 12), end.start()):
            yield start + at, paragraph[at : end.end()]
            at = end.end()
    if paragraph[at:].strip():
        yield start + at, paragraph[at:]
