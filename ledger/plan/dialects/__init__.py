"""Ways of writing a fix plan, one module or package each, behind one small interface.

A file may mix them. Each section is read by the dialect that it is written in; one that shows
none by that of the heading above it, else by the one that most of the file is written in. The
main dialect, ``attempts``, is always loaded; another one only where something looks like it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from ledger.plan import text
from ledger.plan.document import Document, Section
from ledger.plan.recognition import DIALECTS, Recognition, Sign

if TYPE_CHECKING:
    from ledger.plan.document import Edit
    from ledger.plan.model import Change, Conventions, Item, Ledger

MAIN: Final = DIALECTS[0]
# For each dialect but the main one, what a line looks like if its section can be written in it at
# all: a look that costs next to nothing, so that no module is loaded in vain. Of two with as many
# signs in a section the later one here has it; before the main one every one here.
_TRACES: Final[dict[str, bytes]] = {
    "checklist": rb"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX~/!>-]\]",
    "roadmap": (
        rb" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]+\*{0,2}\[[A-Z][^\]\n]*\]"
        rb"[^\n]*[\x93\x94-] (?:\*\*|`)"
    ),
    "logbook": (
        rb" {0,3}#{1,6}[ \t]+[*\[`]{0,4}"
        rb"(?:(?i:(?:current |active )?focus)|[12]\d{3}[-\xe2\d])"
    ),
}
# Those whose sections look as those of others do, but not the file that they stand in.
_BY_FILE: Final = ("logbook",)
_SHORT: Final = 10_000  # bytes of a section that a second look is worth


class Dialect(Protocol):
    """What there is to a dialect. A module is one, as is a package."""

    IS_NUMBERED: bool
    """Whether attempts have numbers in the file. Nobody makes up any for those that do not."""

    def sign(self, document: Document, section: Section, own: Conventions | None) -> Sign | None:
        """What shows that the section is written in this dialect: its heading and the blocks up
        to the next heading. None for nothing."""

    def read(
        self, document: Document, sections: Sequence[Section], own: Conventions | None
    ) -> Ledger:
        """These of the document's sections, in their order, as a ledger. Never fails."""

    def append(self, ledger: Ledger, item: Item, change: Change) -> list[Edit]:
        """The edits that make ``change`` to ``item``, but for ``Last Updated``. Raises Refused
        or UsageError where it has no place."""


@cache
def load(name: str) -> Dialect:
    """The dialect ``name``, one of ``DIALECTS``."""
    return cast("Dialect", import_module(f"ledger.plan.dialects.{name}"))


def recognise(document: Document, own: Conventions | None = None) -> Recognition:
    """Which dialect each section is written in, and why."""
    sections = document.sections
    if own and own.dialect:
        whole = (own.dialect,) * len(sections)
        return Recognition(dialect=own.dialect, is_pinned=True, sections=whole, signs=())
    found: list[str] = []
    signs: list[Sign] = []
    above: list[tuple[int, str, bool]] = []  # level, dialect and whether it owns what is below
    mixed: dict[str, bool] = {}
    written: list[str] = []  # the dialects that are told by a sign, "" for none
    for section in sections:
        while above and above[-1][0] >= section.level:
            above.pop()
        _, dialect, owned = above[-1] if above else (0, "", False)
        sign = _sign(document, section, own, mixed, is_owned=owned)
        owns = owned
        if sign:
            dialect, owns = sign.dialect, sign.owns
            signs.append(sign)
        if section.heading:
            above.append((section.level, dialect, owns))
        written.append(dialect if sign or owned else "")
        found.append(dialect)
    main = _most(document, written)
    return Recognition(
        dialect=main,
        is_pinned=False,
        sections=tuple(name or main for name in found),
        signs=tuple(signs),
    )


def _most(document: Document, written: Sequence[str]) -> str:
    """The dialect that most lines are written in, blank ones aside."""
    known = set(written) - {""}
    if len(known) < 2:
        return next(iter(known), MAIN)
    weights: Counter[str] = Counter()
    for section, dialect in zip(document.sections, written, strict=True):
        lines = document.lines(section.start, section.end)
        weights[dialect] += sum(1 for line in lines if line.strip())
    return max(DIALECTS, key=lambda name: weights[name])


def may_mix(data: bytes, own: Conventions | None = None) -> bool:
    """Whether another dialect than the main one can be in ``data`` at all."""
    if own and own.dialect:
        return own.dialect != MAIN
    if own and (own.fields or own.id):
        return True
    return any(_has_traces(name, data, 0, len(data)) for name in _TRACES)


def _has_traces(name: str, data: bytes, start: int, end: int) -> bool:
    """Whether a line of ``data[start:end]``, where one begins, looks like one of ``name``."""
    if name == "checklist" and end - start < _SHORT and b"] " not in data[start:end]:
        return False
    first = start + len(text.BOM) * data.startswith(text.BOM, start)
    # A choice of newlines, at the beginning of a pattern, would cost forty times as much.
    newline = b"\r" if data.find(b"\n", start, end) < 0 <= data.find(b"\r", start, end) else b"\n"
    stop = data.find(newline, first, end)
    line = re.compile(newline + _TRACES[name])
    if line.match(newline + data[first : end if stop < 0 else stop]):
        return True
    return stop >= 0 and line.search(data, stop, end) is not None


def _has_heading(name: str, document: Document) -> bool:
    """Whether a heading looks like one of ``name``."""
    line = re.compile(_TRACES[name])
    starts = [document.starts[section.start] for section in document.sections if section.heading]
    first = len(text.BOM) if document.data.startswith(text.BOM) else 0
    return any(line.match(document.data, max(start, first)) for start in starts)


def _sign(
    document: Document,
    section: Section,
    own: Conventions | None,
    mixed: dict[str, bool],
    *,
    is_owned: bool,
) -> Sign | None:
    """The strongest sign of any dialect. What is owned can only open an item of its own.
    ``mixed`` remembers which dialects the file has traces of."""
    best = load(MAIN).sign(document, section, own)
    if is_owned or (best and best.owns):
        return best if best and best.owns else None
    start, end = document.starts[section.start], document.starts[section.end]
    other = bool(own and (own.fields or own.id))  # what shows a dialect may be written otherwise
    for name in _TRACES:
        if name in _BY_FILE and name not in mixed:
            mixed[name] = _has_heading(name, document)
        is_here = mixed[name] if name in mixed else _has_traces(name, document.data, start, end)
        if other or is_here:
            sign = load(name).sign(document, section, own)
            if sign and (best is None or sign.count >= best.count):
                best = sign
    return best
