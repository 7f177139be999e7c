"""An item on one page: what ``ledger show`` prints of it where not all is asked for."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import Field as Described

from ledger.commands.status import ActionCounts, count_actions
from ledger.plan import dialects, text
from ledger.plan.model import (
    Action,
    ActionState,
    Attempt,
    Criterion,
    Day,
    Field,
    Item,
    ItemStatus,
    Ledger,
    Model,
    Result,
    Source,
    Span,
    newest_first,
)
from ledger.plan.queue import OPEN

if TYPE_CHECKING:
    from ledger.commands.show import Shown

_MOST_BYTES: Final = 5_500  # of the JSON document
_BRIEF: Final = 140  # characters
_LISTED: Final = OPEN | {"blocked", "deferred"}


class PageField(Model):
    """One `- Name: value` line of an item."""

    name: str
    """The name without emphasis; the usual one for one of the project's own."""
    value: str
    """What follows the colon, with what is nested below it."""


class PageAttempt(Model):
    """One line about an attempt; `ledger show ITEM#N` has all of it."""

    number: int | None
    """Its number; null for a dated entry without one."""
    date: Day | None
    """ISO date."""
    result: Result
    """The result in one of six words."""
    source: Source
    """`history`, or `action` where only a completed action mentions it."""
    summary: str
    """What follows the result on the first line."""
    line: int
    """The line that it begins on."""


class PageAction(Model):
    """One next action."""

    number: int | None
    """Its number; null for a bullet without one."""
    state: ActionState
    """The state in one of eight words."""
    text: str
    """What is to be done."""
    line: int
    """The line that it begins on."""


class PageCriterion(Model):
    """One exit criterion."""

    text: str
    """As written."""
    ticked: bool | None
    """What the text claims: true for a tick, false for an empty box, else null."""
    line: int
    """The line that it begins on."""


class ItemPage(Model):
    """An item, short: the newest attempts, the actions that are not finished, and how many there
    are of each. Long texts end in `…`."""

    id: str
    """The ID, with plain hyphens."""
    title: str
    """What follows the ID in the heading."""
    priority: str | None
    """The first word of the priority, in lower case."""
    status: ItemStatus
    """The status in one of six words."""
    status_text: str
    """The status as written."""
    line: int
    """The line that it begins on."""
    fields: tuple[PageField, ...]
    """Its fields, but those whose content is listed below."""
    attempts: tuple[PageAttempt, ...]
    """The newest, in the order of the file."""
    attempt_count: int
    """How many attempts there are."""
    actions: tuple[PageAction, ...]
    """The first that are not finished."""
    action_counts: ActionCounts
    """How many actions there are, by state."""
    criteria: tuple[PageCriterion, ...]
    """The first of them."""
    criterion_count: int
    """How many criteria there are."""
    is_task: bool = Described(default=False, exclude=True)
    """Whether it is written as one line, of which the fields are parts."""


class Size(NamedTuple):
    """How much of an item is shown; None for all."""

    attempts: int | None = None
    entries: int | None = None
    characters: int | None = None

    @property
    def brief(self) -> "Size":
        """For fields and attempts: what is to be done gets the room."""
        return self._replace(characters=self.characters and min(self.characters, _BRIEF))


_SIZES: Final = (
    Size(5, 8, 300), Size(5, 8, 200), Size(4, 6, 200), Size(3, 6, 160), Size(3, 5, 120),
    Size(3, 4, 90), Size(2, 3, 60), Size(1, 2, 40), Size(1, 1, 20),
)  # fmt: skip


def shorten(shown: "Shown", last: int | None = None, *, every_action: bool = False) -> "Shown":
    """The same with each item as one page, so that its JSON has at most about 6 KB, and without
    the list of what is cited: ``last`` attempts of it, and with ``every_action`` all its actions,
    whatever that takes."""
    assert shown.plan is not None
    items = [item for item in shown.items if isinstance(item, Item)]
    short = shown
    for size in _SIZES:
        wanted = size if last is None else size._replace(attempts=last)
        pages = tuple(page(shown.plan, item, wanted, every_action=every_action) for item in items)
        links = shown.links.model_copy(update={"artifacts": ()})
        short = shown.model_copy(update={"items": pages, "links": links})
        document = json.dumps(short.model_dump(mode="json"), ensure_ascii=False, indent=2)
        if len(text.encode(document)) + 2 * document.count("\n") <= _MOST_BYTES:
            break
    return short


def page(ledger: Ledger, item: Item, size: Size, *, every_action: bool = False) -> ItemPage:
    """The item, of this size."""
    listed = [action for action in item.actions if every_action or action.state in _LISTED]
    newest = newest_first(item.attempts)[: size.attempts]
    return ItemPage(
        id=item.id,
        title=_cut(item.title, size),
        priority=item.priority,
        status=item.status,
        status_text=_cut(item.status_text, size),
        line=item.span.start_line,
        fields=tuple(_fields(ledger, item, size)),
        attempts=tuple(_attempt(attempt, size) for attempt in item.attempts if attempt in newest),
        attempt_count=len(item.attempts),
        actions=tuple(
            PageAction(number=a.number, state=a.state, text=_cut(a.text, size), line=_line(a))
            for a in (listed if every_action else listed[: size.entries])
        ),
        action_counts=count_actions(item.actions),
        criteria=tuple(
            PageCriterion(text=_cut(c.text, size), ticked=c.ticked, line=_line(c))
            for c in item.criteria[: size.entries]
        ),
        criterion_count=len(item.criteria),
        is_task=dialects.is_row(item),
    )


def _line(part: Action | Criterion | Attempt) -> int:
    return part.span.start_line


def _attempt(attempt: Attempt, size: Size) -> PageAttempt:
    return PageAttempt(
        number=attempt.number,
        date=attempt.date,
        result=attempt.result,
        source=attempt.source,
        summary=_cut(attempt.gist, size.brief),
        line=_line(attempt),
    )


def _fields(ledger: Ledger, item: Item, size: Size) -> Iterator[PageField]:
    listed: Sequence[Action | Attempt | Criterion] = (*item.attempts, *item.actions, *item.criteria)
    parts = [entry.span for entry in listed]
    for field in item.fields:
        if not _holds(field, parts):
            value = field.value
            if field.span != item.span:  # else it is a cell of the row that the item is
                value = _source(ledger, field)
            yield PageField(name=field.name, value=_cut(value, size.brief))


def _holds(field: Field, parts: Iterable[Span]) -> bool:
    """Whether the field holds what is listed on its own."""
    start, end = field.span.start_byte, field.span.end_byte
    return any(start <= part.start_byte < end for part in parts)


def _source(ledger: Ledger, field: Field) -> str:
    """What follows the field's colon, without the indent that all further lines have."""
    data = ledger.text[field.value_span.start_byte : field.span.end_byte]
    first, _, rest = text.decode(data).replace("\r\n", "\n").partition("\n")
    return f"{first}\n{textwrap.dedent(rest)}".rstrip() if rest.strip() else first.rstrip()


def _cut(words: str, size: Size) -> str:
    """The text, or on one line its first words."""
    if size.characters is None:
        return words
    line = text.one_line(words)
    if len(line) <= size.characters:
        return line
    return f"{line[: size.characters - 1].rsplit(' ', 1)[0]}…"
