"""An entry's text, laid out for what reads it, and how the entry's own run may be named.

Positions stay those of the text: nothing is inserted or taken out, so a claim can be quoted as
it was written and its line is known.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple

from ledger.claims.model import Claim, ClaimKind
from ledger.plan.patterns import STAMP
from ledger.plan.statements.model import RunName
from ledger.plan.statements.sentences import MOST

# Hyphens, blanks and signs: one character for one, so that positions stay.
_PLAIN = str.maketrans(
    "\u2010\u2011\u2012\u2212\u00a0\u2007\u2009\u202f\t*\u2248\u223c", "----      ~~"
)
_CODE = re.compile(r"`([^`\n]{1,4000})`")
# Code spans that hold figures of a run rather than code.
# e.g. "1,010 tests collected"
_FIGURES = re.compile(
    r"\d{1,7} (?:passed|failed|skipped|xfailed|errors?|tests? collected)\b"
    r"|[\d.,]{1,12} ?(?:s|%|GB)?\Z"
)


class Code(NamedTuple):
    """A code span: where it begins and ends, ticks included, and what is in it."""

    start: int
    end: int
    text: str


class Prose:
    """The text of one entry. ``plain`` has plain hyphens and blanks, no emphasis and no code;
    it is as long as ``text``."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text[: MOST + 1]  # one more tells that there are more
        self._lines = [0, *(match.end() for match in re.finditer("\n", self.text))]
        self._first_line = first_line
        self.codes = [Code(*m.span(), m[1].strip()) for m in _CODE.finditer(self.text)]
        self.plain = _CODE.sub(_without_code, self.text.translate(_PLAIN))

    def line(self, position: int) -> int:
        """The line in the file, from 1."""
        return self._first_line + bisect_right(self._lines, position) - 1


def _without_code(span: re.Match[str]) -> str:
    """A code span without what is in it, unless that is figures of a run; as long as before."""
    inner = span[1]
    if _FIGURES.match(inner.strip()) or (" " in inner and _FIGURES.search(inner)):
        return f" {inner} "
    return "`" + "\x01" * len(inner) + "`"


class OwnRun(NamedTuple):
    """How the run of an attempt may be named."""

    number: int | None = None
    item: str | None = None
    stamps: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()

    def has(self, name: RunName) -> bool:
        """Whether ``name`` means this attempt or its run."""
        if name.kind == "stamp":
            return name.value in self.stamps
        if name.item not in (None, self.item):
            return False
        if name.kind == "phase":
            return name.value in self.phases
        return name.kind == "attempt" and name.value == str(self.number)


def own_run(
    number: int | None, item: str | None, stamp: str | None, folders: Iterable[str]
) -> OwnRun:
    """How an attempt is named whose runs lie in ``folders``."""
    parts = [part for folder in folders for part in folder.split("/")]
    stamps = {part for part in parts if STAMP.fullmatch(part)} or ({stamp} if stamp else set())
    phases = {part[6:].lower() for part in parts if part.lower().startswith("phase_")}
    return OwnRun(number, item, frozenset(stamps), frozenset(phases))


class Context(NamedTuple):
    """What all claims of an entry share."""

    prose: Prose
    item: str | None
    attempt: int | None
    own: OwnRun

    def claim(
        self,
        kind: ClaimKind,
        span: tuple[int, int],
        claimed: str = "",
        **more: Any,
    ) -> Claim:
        """A claim about the passage ``span``, which claims what it says where nothing else is
        given; ``more`` are further fields of it."""
        text = " ".join(self.prose.text[slice(*span)].split())
        return Claim(
            item=self.item,
            attempt=self.attempt,
            kind=kind,
            text=text,
            claimed=claimed or text,
            line=self.prose.line(span[0]),
            **more,
        )
