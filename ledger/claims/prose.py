"""An entry's text as sentences to look for figures in, with its code spans apart.

Positions stay those of the text: nothing is inserted or taken out, so a claim can be quoted as
it was written and its line is known.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 200_000  # characters of one entry that are looked at

# One character for one, so that positions stay. Replacing by hand is ten times as fast as
# str.translate here.
_PLAIN = (
    ("\u2010", "-"), ("\u2011", "-"), ("\u2012", "-"), ("\u2212", "-"),
    ("\u00a0", " "), ("\u2007", " "), ("\u2009", " "), ("\u202f", " "), ("\t", " "),
    ("*", " "), ("\u2248", "~"), ("\u223c", "~"),
)  # fmt: skip
_CODE = re.compile(r"`([^`\n]{1,4000})`")
# Code spans that hold figures of a run rather than code.
_FIGURES = re.compile(
    r"\d{1,7} (?:passed|failed|skipped|xfailed|errors?|tests? collected)\b"
    r"|[\d.,]{1,12} ?(?:s|%|GB)?\Z"
)
_END = re.compile(r"[.!?\n](?:(?<=\n)|[\"')\]]{0,3} +(?=[^a-z ]))")
_LABEL = re.compile(r" *(?:[-+] +)?(?P<name>[A-Z][A-Za-z/ ]{2,40}): *")
_SHORT = re.compile(r"\b(?:vs|e\.g|i\.e|cf|ca|approx|incl|resp|no|fig|sec)\.\Z", re.IGNORECASE)


class Code(NamedTuple):
    """A code span: where it begins and ends, ticks included, and what is in it."""

    start: int
    end: int
    text: str


class Sentence(NamedTuple):
    """``[start, end)`` of the text. ``label`` is what stands alone, before a colon, on a line
    above: ``Metrics:`` with a list or fenced lines below it."""

    start: int
    end: int
    label: str = ""


class Prose:
    """The text of one entry. ``plain`` has plain hyphens and blanks, no emphasis and no code;
    it is as long as ``text``."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text[:LONGEST]
        self._lines = [0]
        at = self.text.find("\n")
        while at >= 0:
            self._lines.append(at + 1)
            at = self.text.find("\n", at + 1)
        self._first_line = first_line
        self.codes: list[Code] = []
        self._code_at: dict[int, str] = {}
        plain = self.text
        for written, meant in _PLAIN:
            plain = plain.replace(written, meant)
        parts: list[str] = []
        end = 0
        for match in _CODE.finditer(self.text):
            self.codes.append(Code(match.start(), match.end(), match[1].strip()))
            self._code_at[match.start()] = match[1].strip()
            parts.append(plain[end : match.start()])
            inner = plain[match.start() + 1 : match.end() - 1]
            keep = _FIGURES.match(inner.strip()) or (" " in inner and _FIGURES.search(inner))
            parts.append(f" {inner} " if keep else "`" + "\x01" * len(inner) + "`")
            end = match.end()
        parts.append(plain[end:])
        self.plain = "".join(parts)
        self.sentences = list(_sentences(self.plain))

    def code_at(self, start: int) -> str:
        """What is in the code span that begins at ``start``."""
        return self._code_at.get(start, "")

    def line(self, position: int) -> int:
        """The line in the file, from 1."""
        return self._first_line + bisect_right(self._lines, position) - 1

    def quote(self, start: int, end: int) -> str:
        """The passage as written, on one line."""
        return " ".join(self.text[start:end].split())


def _sentences(plain: str) -> Iterator[Sentence]:
    start = 0
    label = ""
    for match in (*_END.finditer(plain), None):
        at = len(plain) if match is None else match.start()
        is_line = match is None or match[0] == "\n"
        if match is not None and not is_line:
            at += 1  # the full stop is the sentence's
            if _SHORT.search(plain, max(start, at - 12), at):
                continue
        if at > start:
            yield Sentence(start, at, label)
            opened = _LABEL.match(plain, start, at)
            if opened:
                label = opened["name"] if opened.end() == at else ""
            elif is_line and not plain[start:at].strip():
                label = ""
        start = at if match is None else match.end()
