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
    is_code = is_other = False
    paragraph, start = "", 0
    for line in _BLOCK.finditer(text[:_MOST]):
        is_fence = line[0].lstrip().startswith(_FENCE)
        goes_on = len(paragraph.rpartition("\n")[2]) >= _LONG and _GOES_ON.match(line[0])
        if paragraph and not (goes_on and not is_fence):
            yield from _split(start, paragraph)
            paragraph = ""
        if is_fence:
            is_code, is_other = not is_code, False
        elif is_code:  # what a command printed, where that is a run of the tests
            command = line[0].lstrip().startswith(("$ ", "% ", "# "))
            is_other = "pytest" not in line[0] if command else is_other
            if not (command or is_other) and line[0].strip():
                yield line.start(), line[0].rstrip("\n")
        elif line[0].lstrip().startswith("|"):
            yield line.start(), line[0]
        elif not _NO_PROSE.match(line[0]) and line[0].strip():
            start = start if paragraph else line.start()
            paragraph = f"{paragraph}\n{line[0]}" if paragraph else line[0]
            paragraph = paragraph.removesuffix("\n")
    if paragraph:
        yield from _split(start, paragraph)


def _split(start: int, paragraph: str) -> Iterator[tuple[int, str]]:
    at = 0
    for end in _END.finditer(paragraph):
        if not _SHORT.search(paragraph, max(0, end.start() - 12), end.start()):
            yield start + at, paragraph[at : end.end()]
            at = end.end()
    if paragraph[at:].strip():
        yield start + at, paragraph[at:]
