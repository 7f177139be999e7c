"""``show`` for people: an item, or an attempt whole."""

import itertools
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ledger.commands.links import Pointers
from ledger.commands.show import Shown
from ledger.commands.status import count_actions
from ledger.plan import text
from ledger.plan.model import Action, ArchivedPart, Attempt, Field, Item, Ledger, Span
from ledger.plan.text import one_line, visible
from ledger.reports import links as report
from ledger.reports.lines import Line, section
from ledger.reports.status import actions, size

_CLOSED: Final = frozenset({"complete", "rejected"})


def lines(shown: Shown) -> Iterator[Line]:
    """All of it: each item or attempt, blank lines between them, then what they point at."""
    path = shown.ledger.path
    parts = [_item(shown.plan, one, path) for one in shown.items]
    parts += [_attempt(one, path) for one in shown.attempts]
    for place, part in enumerate(parts):
        if place:
            yield Line("")
        yield from part
    if shown.items:
        yield from _cited(shown.items[0], shown.links)
        yield from _archived(shown.archived, shown.archive)
    else:
        yield from _pointed(shown.links)


def _item(ledger: Ledger, shown: Item, path: str) -> Iterator[Line]:
    """An item: its place, its fields, its attempts, what is open, and its criteria."""
    yield Line(one_line(f"{shown.id}  {shown.title}"), "heading")
    yield Line(f"{one_line(path)}:{shown.span.start_line}")
    if not any(field.name.lower() == "status" for field in shown.fields):
        said = f"{shown.status}, {shown.priority} priority" if shown.priority else shown.status
        yield Line(one_line(said))
    parts = [one.span for one in shown.attempts]
    parts += [one.span for one in shown.actions]
    parts += [one.span for one in shown.criteria]
    fields = [field for field in shown.fields if not _holds(field, parts)]
    if fields:
        yield Line("")
    for field in fields:
        yield from _source(ledger, field.span)
    yield from _attempts(shown)
    yield from _actions(shown)
    if shown.criteria:
        yield from section(f"Exit criteria ({len(shown.criteria)})")
    for criterion in shown.criteria:
        yield Line(f"  {one_line(criterion.text)}")


def _attempt(shown: Attempt, path: str) -> Iterator[Line]:
    """An attempt: what was read from it, and its whole text."""
    number = f" #{shown.number}" if shown.number is not None else ""
    name = f"{shown.item or 'no item'}{number}"
    yield Line(one_line("  ".join([name, shown.date or "no date", shown.result])), "heading")
    where = "" if shown.source == "history" else " (told by a completed action only)"
    yield Line(f"{one_line(path)}:{shown.span.start_line}{where}")
    yield Line("")
    first, _, rest = shown.text.partition("\n")
    for line in [first, *textwrap.dedent(rest).split("\n")] if rest else [first]:
        yield Line(visible(line))


def _cited(shown: Item, links: Pointers) -> Iterator[Line]:
    """What the attempts of an item cite, in figures."""
    if links.artifacts:
        yield from section(f"Artifacts: {report.counts(links.artifacts)}")
        yield Line(one_line(f"  `ledger links {shown.id}` lists them"))


def _archived(parts: Sequence[ArchivedPart], archive: str) -> Iterator[Line]:
    """What of an item lies in the archive."""
    if parts:
        yield from section(f"Archived ({sum(part.attempts for part in parts)})")
    for part in parts:
        at = (
            f"is not in {archive}"
            if part.archive_line is None
            else f"{archive}:{part.archive_line}"
        )
        yield Line(f"  {one_line(f'{size(part)}: {at}')}")


def _pointed(links: Pointers) -> Iterator[Line]:
    """What an attempt cites, and the commits that have to do with it."""
    if links.artifacts:
        yield from section(f"Artifacts ({len(links.artifacts)})")
        yield from map(report.artifact, links.artifacts)
    if links.commits:
        yield from section(f"Commits ({len(links.commits)})")
        yield from map(report.commit, links.commits)


def _holds(field: Field, parts: Iterable[Span]) -> bool:
    """Whether the field holds what is listed on its own."""
    start, end = field.span.start_byte, field.span.end_byte
    return any(start <= part.start_byte < end for part in parts)


def _source(ledger: Ledger, span: Span) -> Iterator[Line]:
    """The lines of the file, without the indent that all of them have."""
    data = ledger.text[span.start_byte : span.end_byte].removeprefix(text.BOM)
    starts = text.line_starts(data)
    lines = [text.decode(data[a:b]).rstrip("\r\n") for a, b in itertools.pairwise(starts)]
    while lines and not lines[-1].strip():
        lines.pop()
    for line in textwrap.dedent("\n".join(lines)).split("\n"):
        yield Line(visible(line))


def _attempts(shown: Item) -> Iterator[Line]:
    if not shown.attempts:
        return
    yield from section(f"Attempts ({len(shown.attempts)})")
    names = [f"#{one.number}" if one.number is not None else "-" for one in shown.attempts]
    results = [one.result for one in shown.attempts]
    first, second = max(map(len, names)), max(map(len, results))
    for name, one in zip(names, shown.attempts, strict=True):
        start = f"  {name:<{first}}  {one.date or '-':<10}  {one.result:<{second}}"
        told = "(action) " if one.source == "action" else ""
        yield Line(f"{start}  {told}{one_line(one.summary or one.text)}".rstrip(), "cut")


def _actions(shown: Item) -> Iterator[Line]:
    if not shown.actions:
        return
    said = actions(count_actions(shown.actions), every=True)
    yield from section(f"Next actions ({said})")
    for action in shown.actions:
        if action.state not in _CLOSED:
            yield Line(f"  {_name(action)} {action.state}: {one_line(action.text)}")


def _name(action: Action) -> str:
    return "-" if action.number is None else f"{action.number}."
