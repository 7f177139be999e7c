"""A sentence of a report of rounds, and what statements about counts and about order share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ledger.evidence.rounds_model import Scope, Share, Subject
from ledger.evidence.rounds_table import decimals

ROUNDS = r"(?:verification |test )?(?:rounds?|runs?|iterations?|attempts?|trials?|cycles?)"
TO = r"[ \t]*(?:-|–|—|\.\.|to|through)[ \t]*"
_SMALL = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
COUNT = rf"(?:\d{{1,7}}|{'|'.join(_SMALL)})"
PERCENT = r"(?P<about>[~≈]|about |around |roughly )?(?P<p>\d{1,3}(?:\.\d{1,6})?)[ \t]?%"
FRACTION = re.compile(
    rf"(?<![\w/.,#=-])(?P<k>{COUNT})(?:(?<=\d)[ \t]?/[ \t]?| of | out of | of the )"
    rf"(?P<n>{COUNT})(?![\w/]|\.\d|-\d)"
    r"(?:[ \t]*[(=][ \t]*(?P<about>[~≈])?(?P<p>\d{1,3}(?:\.\d{1,6})?)[ \t]?%\)?)?",
    re.IGNORECASE,
)
COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|versus|vs|(?<!more )(?<!less )(?<!fewer )(?<!rather )than|against"
    r"|relative to|up from|down from|from|earlier|previous|previously|prior|baseline|unlike)\b",
    re.IGNORECASE,
)
EVER = re.compile(
    r"\b(?:all[- ]time|cumulative|ever|so far|to date|grand total|across)\b", re.IGNORECASE
)
FAIL_WORD = re.compile(r"\b(?:fail\w*|crashed)\b", re.IGNORECASE)
BATCH = re.compile(
    r"\b(?P<name>(?:batch|group|phase|session|series|block|set|day) (?:\d{1,4}|[A-Z]\b))"
    rf"(?:[ \t]*[:,]?[ \t]*\(?(?:{ROUNDS})? ?#?(?P<first>\d{{1,9}}){TO}#?(?P<last>\d{{1,9}})\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"(?:\b{ROUNDS} #?|\()(?P<first>\d{{1,9}}){TO}#?(?P<last>\d{{1,9}})\b"
    r"|\b(?P<end>first|last) (?P<of>\d{1,7})\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\W{0,3}(?:pass\w*|fail\w*)?[ \t,]{0,3}(?:in|of|for|from|during|\()? ?(?:the )?", re.IGNORECASE
)
_IN_PARENTHESES = re.compile(
    rf"[ \t]*\((?:{ROUNDS} )?#?(\d{{1,9}}){TO}#?(\d{{1,9}})\)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph or heading as one line, without marks and with code blanked. ``lines`` are
    (offset in the text, number of the line in the file); ``section`` the heading above."""

    text: str
    lines: tuple[tuple[int, int], ...]
    section: str = ""

    def line(self, at: int) -> int:
        """The line that the character at an offset stands on."""
        return next(number for start, number in reversed(self.lines) if start <= at)


@dataclass(slots=True)
class Sentence:
    """``start`` is its offset in the prose. ``label`` is what a paragraph above counts
    (``Pass rate: 14/20``), for the list of batches below it."""

    text: str
    start: int
    prose: Prose
    label: Subject | None
    taken: list[tuple[int, int]] = field(default_factory=list)

    def take(self, found: re.Match[str]) -> bool:
        """Whether nothing has read this stretch yet; it is read now."""
        if any(start < found.end() and found.start() < end for start, end in self.taken):
            return False
        self.taken.append(found.span())
        return True

    def place(self, found: re.Match[str]) -> tuple[str, int]:
        """The text to quote, with some of what stands around it, and its line."""
        start = max(0, found.start() - 30)
        start = self.text.rfind(" ", 0, start) + 1 if start else 0
        end = self.text.find(" ", min(len(self.text), found.end() + 30))
        quoted = self.text[start : end if end >= 0 else len(self.text)]
        return " ".join(quoted.split())[:300], self.prose.line(self.start + found.start())


def subject_of(word: str) -> Subject:
    """What a word like ``passes`` or ``failure`` counts."""
    word = word.casefold()
    if "first" in word:
        return "first-try"
    return "fail" if "fail" in word or "crash" in word else "pass"


def whole(text: str) -> int:
    """A number, in digits or up to ten in letters."""
    return _SMALL.get(text.casefold(), 0) or int(text)


def share(percent: str | None, about: str | None) -> Share | None:
    """A percentage as written."""
    return Share(float(percent), decimals(percent), bool(about)) if percent else None


def scope(left: str, right: str) -> Scope:
    """The rounds that are named nearest to a number: before it, else right behind it."""
    found = [*BATCH.finditer(left), *_RANGE.finditer(left)]
    if found:
        return _scope_of(max(found, key=lambda match: (match.end(), match.end() - match.start())))
    behind = _BEHIND.match(right)
    rest = right[behind.end() if behind else 0 :]
    after = BATCH.match(rest) or _RANGE.match(rest)
    return _scope_of(after) if after else Scope()


def _scope_of(found: re.Match[str]) -> Scope:
    groups = found.groupdict()
    if groups["first"]:
        return Scope(first=int(groups["first"]), last=int(groups["last"]))
    if groups.get("end"):
        size = int(groups["of"])
        return Scope(head=size) if groups["end"].casefold() == "first" else Scope(tail=size)
    return Scope(batch=groups["name"])


def range_behind(text: str) -> Scope:
    """A range in parentheses right behind: ``8 in a row (1629-1636)``."""
    found = _IN_PARENTHESES.match(text)
    return Scope(first=int(found[1]), last=int(found[2])) if found else Scope()
