"""An item, or an attempt whole, and what attempts point at, for people."""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeVar

from ledger.commands.item_page import ItemPage, Size, page
from ledger.commands.links import ArtifactLink, CommitLink, Links, Pointers
from ledger.commands.show import Shown
from ledger.plan.model import ArchivedPart, Attempt
from ledger.plan.text import counted, one_line, visible
from ledger.reports import Line, accented, braced, folder_of, name_of, section
from ledger.reports.briefs import plan_file, standing
from ledger.reports.status import actions, size

_CLOSED: Final = frozenset({"complete", "rejected"})


def lines(shown: Shown) -> Iterator[Line]:
    """All of it: each item or attempt, blank lines between them, then what they point at."""
    assert shown.ledger is not None
    assert shown.plan is not None
    path = shown.ledger.path
    pages = (
        item if isinstance(item, ItemPage) else page(shown.plan, item, Size(), every_action=True)
        for item in shown.items
    )
    parts = [_item(item_page, path) for item_page in pages]
    parts += [_attempt(attempt, path) for attempt in shown.attempts]
    for place, part in enumerate(parts):
        if place:
            yield Line("")
        yield from part
    if shown.sprints:
        yield from section(f"Sprints ({shown.sprints[0].brief})")
    for state in shown.sprints:
        action = "" if state.action is None else f"{state.action}. "
        yield Line(f"  {action}{one_line(standing(state))}", "hung", 6)
    if shown.plans:
        yield from section(f"Plan files ({len(shown.plans)})")
    for plan in shown.plans:
        yield Line(f"  {one_line(plan_file(plan))}", "hung", 6)
    if shown.items:
        yield from _cited(shown)
        yield from _archived(shown.archived, shown.archive)
    else:
        yield from _pointed(shown.links)


def _item(shown: ItemPage, path: str) -> Iterator[Line]:
    """An item: its place, its fields, its attempts, what is open, and its criteria."""
    yield Line(one_line(f"{shown.id}  {shown.title}"), "heading")
    yield Line(f"{one_line(path)}:{shown.line}")
    if not any(field.name.lower() == "status" for field in shown.fields):
        text = f"{shown.status}, {shown.priority} priority" if shown.priority else shown.status
        yield Line(one_line(text))
    if shown.fields:
        yield Line("")
    for field in shown.fields:
        first, *others = f"{field.name}: {field.value}".split("\n")
        yield Line(one_line(first) if shown.is_task else f"- {one_line(first)}", "hung", 2)
        yield from (Line(f"  {visible(line)}") for line in others)
    yield from _attempts(shown)
    yield from _actions(shown)
    if shown.criteria:
        yield from section(f"Exit criteria ({shown.criterion_count})")
    for criterion in shown.criteria:
        yield Line(f"  {one_line(criterion.text)}", "hung", 6)
    yield from _more(shown.criterion_count - len(shown.criteria), f"{shown.id} --full")


def _more(count: int, options: str) -> Iterator[Line]:
    """How many are left out, and what shows them."""
    if count > 0:
        yield Line(f"  and {count} more (`ledger show {one_line(options)}`)", "hung", 4)


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


def _cited(shown: Shown) -> Iterator[Line]:
    """What the attempts of an item cite, in figures."""
    if shown.cited:
        yield from section(f"Artifacts: {_counts(shown.cited)}")
        yield Line(f"  `ledger links {one_line(shown.items[0].id)}` lists them", "hung", 4)


def _archived(parts: Sequence[ArchivedPart], archive: str) -> Iterator[Line]:
    """What of an item lies in the archive."""
    if parts:
        yield from section(f"Archived ({sum(part.attempts for part in parts)})")
    for part in parts:
        at = f"{archive}:{part.archive_line}" if part.archive_line else f"is not in {archive}"
        yield Line(f"  {one_line(f'{size(part)}: {at}')}", "hung", 6)


def _pointed(links: Pointers) -> Iterator[Line]:
    """What an attempt cites, and the commits that have to do with it."""
    if links.artifacts:
        yield from section(f"Artifacts ({len(links.artifacts)})")
        yield from _artifacts(links.artifacts)
    if links.commits:
        yield from section(f"Commits ({len(links.commits)})")
        yield from map(_commit, links.commits)


def _attempts(shown: ItemPage) -> Iterator[Line]:
    if not shown.attempts:
        return
    count, listed = shown.attempt_count, shown.attempts
    some = f", the last {len(listed)}" if len(listed) < count else ""
    yield from section(f"Attempts ({count}{some})")
    names = [f"#{attempt.number}" if attempt.number is not None else "-" for attempt in listed]
    first, second = max(map(len, names)), max(len(attempt.result) for attempt in listed)
    for name, attempt in zip(names, listed, strict=True):
        start = f"  {name:<{first}}  {attempt.date or '-':<10}  {attempt.result:<{second}}"
        text = "(action) " if attempt.source == "action" else ""
        yield Line(f"{start}  {text}{one_line(attempt.summary)}".rstrip(), "cut")
    yield from _more(count - len(listed), f"{shown.id} --last {count}")


def _actions(shown: ItemPage) -> Iterator[Line]:
    counts = shown.action_counts
    if not (text := actions(counts, every=True)):
        return
    yield from section(f"Next actions ({text})")
    for action in shown.actions:
        name = "-" if action.number is None else f"{action.number}."
        yield Line(f"  {name} {action.state}: {one_line(action.text)}", "hung", 6)
    listed = sum(action.state not in _CLOSED for action in shown.actions)
    left = counts.open + counts.blocked + counts.deferred - listed
    yield from _more(left, f"{shown.id} --actions all")


# What attempts point at

_STATES: Final = ("tracked", "untracked", "ignored", "missing", "outside", "placeholder")
_COMMIT_STATES: Final = ("known", "elsewhere", "ambiguous", "unknown")
_MOST_MATCHES: Final = 3
_Key = tuple[str | None, int | None]
_Link = TypeVar("_Link", ArtifactLink, CommitLink)


def links(cited: Links) -> Iterator[Line]:
    """The links of each attempt that has any, and a last line that counts them."""
    artifacts = _by_attempt(cited.artifacts)
    commits = _by_attempt(cited.commits)
    for key in _in_order([*artifacts], [*commits]):
        yield Line(one_line(name_of(*key)), "heading")
        yield from _artifacts(artifacts.get(key, ()))
        yield from map(_commit, commits.get(key, ()))
    yield _total(cited)


def lacking(every: Links) -> Iterator[Line]:
    """What another clone does not have, each once with the attempts that cite it, and the counts
    of all."""
    cited: dict[tuple[str, str], list[ArtifactLink | CommitLink]] = defaultdict(list)
    listed = every.lacking
    for link in listed.artifacts:
        cited[link.state, f"{link.path}{'/' * link.is_folder}{_aside(link)}"].append(link)
    for commit in listed.commits:
        cited[commit.state, commit.raw or ""].append(commit)
    for (state, words), by in cited.items():
        yield accented("", state, f"  {one_line(words)}")
        names = dict.fromkeys(name_of(link.item, link.attempt) for link in by)
        yield Line(f"    cited by {one_line(', '.join(names))}", "hung", 8)
    yield _total(every)


def _total(cited: Links) -> Line:
    commit_links = [link for link in cited.commits if link.raw]
    message = f"{cited.path}: {_counts(Counter(link.state for link in cited.artifacts))}"
    if commit_links:
        states = _counted(Counter(link.state for link in commit_links), _COMMIT_STATES)
        message += f"; {counted(len(commit_links), 'commit')} named: {states}"
    return Line(one_line(message), "hung", 4)


def _counts(cited: Mapping[str, int]) -> str:
    """``12 paths cited: 10 tracked, 2 missing``."""
    if not cited:
        return "no paths cited"
    return f"{counted(sum(cited.values()), 'path')} cited: {_counted(cited, _STATES)}"


def _artifacts(links: Iterable[ArtifactLink]) -> Iterator[Line]:
    """A line for each path, or for those of one folder of which the same is known: its state, where
    it is, and what is known of it."""
    for (state, _, aside), alike in groupby(
        links, key=lambda link: (link.state, folder_of(link.path) or link.path, _aside(link))
    ):
        paths = [f"{link.path}{'/' * link.is_folder}" for link in alike]
        gap = " " * (13 - len(state))
        yield accented("  ", state, f"{gap}{one_line(f'{braced(paths)}{aside}')}")


def _aside(link: ArtifactLink) -> str:
    some, more = ", ".join(link.matches[:_MOST_MATCHES]), len(link.matches) - _MOST_MATCHES
    several = f"one of {some}" + (f" and {more} more" if more > 0 else "")
    notes = (
        f"{link.size:,} bytes" if link.size is not None else "",
        f"added by {link.added_by[:8]}" if link.added_by else "",
        f"removed by {link.removed_by[:8]}" if link.removed_by else "",
        link.rule or "",
        several if len(link.matches) > 1 else f"perhaps {some}" if some else "",
    )
    return f" ({'; '.join(filter(None, notes))})" if any(notes) else ""


def _commit(link: CommitLink) -> Line:
    """One commit, and what it has to do with the attempt."""
    name = link.raw or (link.sha or "")[:8]
    text = " ".join(part for part in (link.day, link.subject) if part)
    return Line(f"  {link.state:<11}  {one_line(f'{name} {text}'.strip())}", "cut")


def _by_attempt(every: Iterable[_Link]) -> dict[_Key, list[_Link]]:
    groups: dict[_Key, list[_Link]] = {}
    for link in every:
        groups.setdefault((link.item, link.attempt), []).append(link)
    return groups


def _in_order(keys: list[_Key], others: list[_Key]) -> list[_Key]:
    """The keys of both lists, each of which is in order."""
    at = 0
    for key in others:
        if key not in keys:
            keys.insert(at, key)
        at = keys.index(key) + 1
    return keys


def _counted(number: Mapping[str, int], order: Iterable[str]) -> str:
    return ", ".join(f"{number[state]} {state}" for state in order if number.get(state))
