"""Ways of writing a fix plan. A file may mix them: a section is read by its own dialect, else by
that of the heading above it, else by the one that most of the file is written in."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ledger.plan import document, words
from ledger.plan.dialect import Dialect, Recognition, Sign, Text
from ledger.plan.dialects.attempts import Attempts
from ledger.plan.dialects.checklist import Checklist
from ledger.plan.dialects.logbook import Logbook
from ledger.plan.dialects.roadmap import Roadmap
from ledger.plan.document import Document, Edit, Section
from ledger.plan.model import Action, ActionState, Change, Item, Ledger

# Of two that a file is written in as much the first is its own.
_ALL: Final[tuple[Dialect, ...]] = (Attempts(), Logbook(), Roadmap(), Checklist())
DIALECTS: Final = tuple(dialect.name for dialect in _ALL)
"""The name of every dialect."""
_BY_NAME: Final = {dialect.name: dialect for dialect in _ALL}
_MAIN: Final = _ALL[0]
MAIN: Final = _MAIN.name
"""The name of the one that a file is in which shows none."""
# Of two that show in a section as often the later one has it.
_OTHERS: Final = tuple(_BY_NAME[name] for name in ("checklist", "roadmap", "logbook"))


def of(item: Item) -> Dialect:
    """The dialect that ``item`` is written in."""
    return _BY_NAME[item.dialect]


def by_name(name: str) -> Dialect:
    """The dialect ``name``, one of ``DIALECTS``."""
    return _BY_NAME[name]


def is_sectioned(item: Item) -> bool:
    """Whether ``item`` is a section of its own: see ``Dialect.has_sections``."""
    return of(item).has_sections


def is_row(item: Item) -> bool:
    """Whether ``item`` is a row of a table of tasks."""
    return any(field.span == item.span for field in item.fields)


def is_listed(ledger: Ledger, item: Item) -> bool:
    """Whether ``item`` has no place of its own and is only named: see ``Dialect.is_listed``."""
    return of(item).is_listed(ledger, item)


def append(ledger: Ledger, item: Item, change: Change) -> list[Edit]:
    """The edits for ``change``, but for ``Last Updated``. Raises Refused or UsageError."""
    return of(item).append(_text(ledger, item.dialect), item, change)


def status(ledger: Ledger, item: Item, status: str) -> list[Edit]:
    """The edits for a new status of ``item``: see ``Dialect.status``."""
    return of(item).status(_text(ledger, item.dialect), item, status)


def field(ledger: Ledger, item: Item, name: str, value: str) -> list[Edit]:
    """The edits for a new value of the item's field ``name``: see ``Dialect.field``."""
    return of(item).field(_text(ledger, item.dialect), item, name, value)


def actions(ledger: Ledger, item: Item, new: Sequence[str]) -> list[Edit]:
    """The edits for new actions of ``item``: see ``Dialect.actions``."""
    return of(item).actions(_text(ledger, item.dialect), item, new)


def restated(ledger: Ledger, item: Item, action: Action, state: ActionState) -> Edit:
    """The edit for another state of an action: see ``Dialect.restated``."""
    return of(item).restated(_text(ledger, item.dialect), item, action, state)


def criterion(ledger: Ledger, item: Item, line: str) -> list[Edit]:
    """The edits for one more criterion of ``item``: see ``Dialect.criterion``."""
    return of(item).criterion(_text(ledger, item.dialect), item, line)


def new_item(ledger: Ledger, name: str, title: str) -> list[Edit]:
    """The edits for a new item in the main dialect of ``ledger``: see ``Dialect.new_item``."""
    return by_name(ledger.dialect).new_item(_text(ledger, ledger.dialect), name, title)


def _text(ledger: Ledger, dialect: str) -> Text:
    whole = document.parse(ledger.text, words.of(ledger))
    pairs = zip(whole.sections, recognise(whole).sections, strict=True)
    return Text(ledger, whole, [section for section, name in pairs if name == dialect])


def recognise(whole: Document) -> Recognition:
    """Which dialect each section is written in, and why."""
    pinned = whole.vocabulary.conventions.dialect
    if pinned:
        names = (pinned,) * len(whole.sections)
        return Recognition(dialect=pinned, is_pinned=True, sections=names, signs=())
    recognised: list[str] = []
    signs: list[Sign] = []
    above: list[tuple[int, str, bool]] = []  # level, dialect and whether it owns what is below
    written: list[str] = []  # the dialect that a sign shows, "" for none
    for section in whole.sections:
        while above and above[-1][0] >= section.level:
            above.pop()
        _, dialect, owned = above[-1] if above else (0, "", False)
        sign = _sign(whole, section, is_owned=owned)
        owns = owned
        if sign:
            dialect, owns = sign.dialect, sign.owns
            signs.append(sign)
        if section.heading:
            above.append((section.level, dialect, owns))
        written.append(dialect if (sign and not sign.is_beside) or owned else "")
        recognised.append(dialect)
    main = _most(whole, written if any(written) else recognised)
    names = tuple(name or main for name in recognised)
    return Recognition(dialect=main, is_pinned=False, sections=names, signs=tuple(signs))


def may_mix(whole: Document) -> bool:
    """Whether ``whole``, or the file that it is part of, may hold another dialect as well."""
    pinned = whole.vocabulary.conventions.dialect
    if pinned:
        return pinned != MAIN
    return any(dialect.may_own(whole, section) for section in whole.sections for dialect in _OTHERS)


def _most(whole: Document, written: Sequence[str]) -> str:
    """The dialect that most lines are written in, blank ones aside."""
    weights: Counter[str] = Counter()
    for section, name in zip(whole.sections, written, strict=True):
        lines = whole.lines(section.start, section.end)
        weights[name] += sum(1 for line in lines if line.strip())
    known = [name for name in DIALECTS if name in written]
    return max(known, key=lambda name: weights[name], default=MAIN)


def _sign(whole: Document, section: Section, *, is_owned: bool) -> Sign | None:
    """The strongest sign of any dialect. What is owned can only open an item of its own."""
    best = _MAIN.sign(whole, section)
    if is_owned or (best and best.owns):
        return best if best and best.owns else None
    for dialect in _OTHERS:
        sign = dialect.sign(whole, section)
        if sign and (best is None or sign.count >= best.count):
            best = sign
    return best
