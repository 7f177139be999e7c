"""A text as sentences and tables."""

import re
from collections.abc import Iterator
from typing import Final

MOST: Final = 200_000
"""The characters of a text that are looked at."""
# An exit code and the command that asks for it are one.
# e.g. "$ pytest -q; echo $?\n1\n"
_BLOCK = re.compile(
    r"[ \t]*[$%] (?:[^\n]{0,200}pytest[^\n]{0,200}; ?)?echo \$\?\n[ \t]*\d{1,3}(?:\n|\Z)"
    r"|(?:\|[^\n]*\n?|[ \t]+\|[^\n]*\n?)+|[^\n]+\n?|\n"
)
# A line that goes on with the one before: that one is long, and no list or label begins.
# e.g. "a line of prose"
_GOES_ON = re.compile(r"(?![ \t]*(?:[-*+] |\d{1,3}[.)] |#|>|\||\n|\Z|[^:.!?\n]{1,40}: ))")
_LONG = 60  # characters of a line that may have been wrapped
# e.g. "Done! ", "That was a tricky one 😅 "
_END = re.compile(
    r"(?<=[.!?])[\"')\]*_]{0,3}\s+(?=\S)|[.!?]\s*\Z"
    r"|(?<=[\U0001f300-\U0001f7df\U0001f90c-\U0001faff])\s+(?=[*_]{0,3}[A-Z])"
)
_SHORT = re.compile(r"\b(?:vs|e\.g|i\.e|cf|ca|approx|incl|no|fig|sec)\.\Z", re.IGNORECASE)
_FENCE = ("```", "~~~")
_PROMPTS = ("$ ", "% ", "# ")
# What pytest prints last, whoever calls it: "42 passed in 10.9s".
_LAST_LINE = re.compile(r"[= ]*\d{1,7} (?:passed|failed|errors?|skipped)\b[^\n]* in \d")
# What a terminal takes for colours, cursors and titles.
_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]{0,40}[A-Za-z]|\][^\x07\n]{0,200}\x07)")
_NO_PROSE = re.compile(r"[ \t]*(?:>|[-*+] \[ \])")


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences, each with where it begins, and the tables, whose rows are together. Lines
    of a paragraph are joined; quotations and open boxes are left out, and of code what another
    command than pytest printed."""
    paragraph, start = "", 0
    text = _ESCAPE.sub(lambda match: " " * len(match[0]), text[:MOST])
    for at, line, kind in _lines(text):
        last = paragraph.rpartition("\n")[2]
        is_wrapped = last[-1:].isalnum() and line.lstrip()[:1].islower()
        goes_on = len(last) >= _LONG and (is_wrapped or _GOES_ON.match(line))
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
        is_prose = not _NO_PROSE.match(block[0]) or _LAST_LINE.match(line.lstrip("> "))
        kind = "prose" if line and not is_code and is_prose else ""
        is_command = is_code and line.startswith(_PROMPTS)
        asks_exit = is_command and "echo" in line and "$?" in line
        if line.startswith(_FENCE):
            is_code, is_other, kind = not is_code, False, ""
        elif is_command and not asks_exit:
            is_other = "pytest" not in line
        else:
            is_ours = not is_other or (asks_exit and "pytest" in line) or _LAST_LINE.match(line)
            if line.startswith("|") or (is_code and line and is_ours):
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
