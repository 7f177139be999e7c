"""An item, or an attempt whole, and what attempts point at, for people."""

import itertools
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from ledger.commands.links import ArtifactLink, CommitLink, Links, Pointers
from ledger.commands.show import Shown
from ledger.commands.status import count_actions
from ledger.plan import text
from ledger.plan.model import ArchivedPart, Attempt, Field, Item, Ledger, Span
from ledger.plan.text import counted, one_line, visible
from ledger.reports import Line, accented, name_of, section
from ledger.reports.briefs import plan_file, standing
from ledger.reports.status import actions, size

_CLOSED: Final = frozenset({"complete", "rejected"})


def lines(shown: Shown) -> Iterator[Line]:
    """All of it: each item or attempt, blank lines between them, then what they point at."""
    assert shown.ledger is not None
    assert shown.plan is not None
    path = shown.ledger.path
    parts = [_item(shown.plan, one, path) for one in shown.items]
    parts += [_attempt(one, path) for one in shown.attempts]
    for place, part in enumerate(parts):
        if place:
            yield Line("")
        yield from part
    if shown.sprints:
        yield from section(f"Sprints ({shown.sprints[0].brief})")
    for one in shown.sprints:
        action = "" if one.action is None else f"{one.action}. "
        yield Line(f"  {action}{one_line(standing(one))}")
    if shown.plans:
        yield from section(f"Plan files ({len(shown.plans)})")
    for plan in shown.plans:
        yield Line(f"  {one_line(plan_file(plan))}")
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
        if field.span == shown.span:  # a cell of the row that the item is
            yield Line(one_line(f"{field.name}: {field.value}"), "filled", 2)
        else:
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
        yield from section(f"Artifacts: {_counts(links.artifacts)}")
        yield Line(one_line(f"  `ledger links {shown.id}` lists them"))


def _archived(parts: Sequence[ArchivedPart], archive: str) -> Iterator[Line]:
    """What of an item lies in the archive."""
    if parts:
        yield from section(f"Archived ({sum(part.attempts for part in parts)})")
    for part in parts:
        at = f"{archive}:{part.archive_line}" if part.archive_line else f"is not in {archive}"
        yield Line(f"  {one_line(f'{size(part)}: {at}')}")


def _pointed(links: Pointers) -> Iterator[Line]:
    """What an attempt cites, and the commits that have to do with it."""
    if links.artifacts:
        yield from section(f"Artifacts ({len(links.artifacts)})")
        yield from map(_artifact, links.artifacts)
    if links.commits:
        yield from section(f"Commits ({len(links.commits)})")
        yield from map(_commit, links.commits)


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
            name = "-" if action.number is None else f"{action.number}."
            yield Line(f"  {name} {action.state}: {one_line(action.text)}")


# What attempts point at

_STATES: Final = ("tracked", "untracked", "ignored", "missing", "outside", "placeholder")
_NAMED: Final = ("known", "elsewhere", "ambiguous", "unknown")
_MOST_MATCHES: Final = 3
_Key = tuple[str | None, int | None]
_Link = TypeVar("_Link", ArtifactLink, CommitLink)


def links(found: Links) -> Iterator[Line]:
    """The links of each attempt that has any, and a last line that counts them."""
    artifacts = _by_attempt(found.artifacts)
    commits = _by_attempt(found.commits)
    for key in _in_order([*artifacts], [*commits]):
        yield Line(one_line(name_of(*key)), "heading")
        yield from map(_artifact, artifacts.get(key, ()))
        yield from map(_commit, commits.get(key, ()))
    named = [one for one in found.commits if one.raw]
    said = f"{found.path}: {_counts(found.artifacts)}"
    if named:
        states = _counted((one.state for one in named), _NAMED)
        said += f"; {counted(len(named), 'commit')} named: {states}"
    yield Line(one_line(said))


def _counts(artifacts: Sequence[ArtifactLink]) -> str:
    """``12 paths cited: 10 tracked, 2 missing``."""
    if not artifacts:
        return "no paths cited"
    states = [one.state for one in artifacts]
    return f"{counted(len(artifacts), 'path')} cited: {_counted(states, _STATES)}"


def _artifact(link: ArtifactLink) -> Line:
    """One path: its state, where it is, and what is known of it."""
    some, more = ", ".join(link.matches[:_MOST_MATCHES]), len(link.matches) - _MOST_MATCHES
    several = f"one of {some}" + (f" and {more} more" if more > 0 else "")
    told = (
        f"{link.size:,} bytes" if link.size is not None else "",
        f"added by {link.added_by[:8]}" if link.added_by else "",
        f"removed by {link.removed_by[:8]}" if link.removed_by else "",
        link.rule or "",
        several if len(link.matches) > 1 else f"perhaps {some}" if some else "",
    )
    slash = "/" if link.is_folder else ""
    aside = f" ({'; '.join(filter(None, told))})" if any(told) else ""
    gap = " " * (13 - len(link.state))
    return accented("  ", link.state, f"{gap}{one_line(f'{link.path}{slash}{aside}')}")


def _commit(link: CommitLink) -> Line:
    """One commit, and what it has to do with the attempt."""
    name = link.raw or (link.sha or "")[:8]
    told = " ".join(part for part in (link.day, link.subject) if part)
    return Line(f"  {link.state:<11}  {one_line(f'{name} {told}'.strip())}", "cut")


def _by_attempt(found: Iterable[_Link]) -> dict[_Key, list[_Link]]:
    groups: dict[_Key, list[_Link]] = {}
    for one in found:
        groups.setdefault((one.item, one.attempt), []).append(one)
    return groups


def _in_order(keys: list[_Key], others: list[_Key]) -> list[_Key]:
    """The keys of both lists, each of which is in order."""
    at = 0
    for key in others:
        if key not in keys:
            keys.insert(at, key)
        at = keys.index(key) + 1
    return keys


def _counted(states: Iterable[str], order: Iterable[str]) -> str:
    number = Counter(states)
    return ", ".join(f"{number[state]} {state}" for state in order if number[state])
