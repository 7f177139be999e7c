"""``history`` for people: the file in figures, a timeline, and what was removed."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from ledger.git.log import Commit
from ledger.plan.text import counted, one_line, visible
from ledger.reports import Line, cut, diff, name_of, section
from ledger.versions.model import Event, EventKind, Facts, History, Removed, Restored

_ROWS: Final = 12  # of the table over time
_SHARED: Final = 40  # characters that two texts may share at their start and still be shown whole
_NO_DATE: Final = "no date"
# e.g. "20260204T110000Z"
_WHEN: Final = re.compile(r"\A\d{4}-?\d\d-?\d\d(?:T[\d:]{4,8}Z?)?|(?<=\A\[)\d{4}-\d\d-\d\d")
_MEASURES: Final[tuple[tuple[str, str, Callable[[Facts], int]], ...]] = (
    ("a number used twice in an item", "attempt", attrgetter("duplicates")),
    ("an item with more than one section", "item", attrgetter("doubled")),
    ("attempts out of order", "item", attrgetter("disordered")),
    ("an index that contradicts the items", "row", attrgetter("contradictions")),
    ("a Last Updated later than the commit", "", attrgetter("is_updated_late")),
    ("attempts dated later than the commit", "attempt", attrgetter("late_attempts")),
    ("lines like attempts that were not read", "line", attrgetter("unread")),
)
_KINDS: Final[dict[EventKind, str]] = {
    "item-added": "item added",
    "item-removed": "item removed",
    "item-archived": "item's section removed, still listed",
    "item-doubled": "item has more than one section",
    "item-renamed": "item was called",
    "title": "title",
    "status": "status",
    "added": "added",
    "removed": "REMOVED",
    "archived": "archived",
    "restored": "brought back from the archive",
    "moved": "moved from",
    "renumbered": "renumbered from",
    "rewritten": "first line changed",
    "reused": "number used again",
    "dropped": "one of its number REMOVED",
    "continued": "text changed",
    "reordered": "reordered",
    "action-added": "added",
    "action": "",
    "action-removed": "removed",
    "actions-renumbered": "numbers changed",
}


def summary(history: History) -> Iterator[Line]:
    """The whole file: what commits did to attempts, and its figures over time."""
    versions, commits = counted(history.versions, "version"), counted(history.commits, "commit")
    yield Line(one_line(f"{history.path}: {versions} by {commits}{_span(history)}"), "heading")
    for name in history.names[1:]:
        yield Line(f"  before: {one_line(name)}")
    yield from _gaps(history)
    yield from _removals(history)
    yield from _edits(history)
    yield from _measures(history.facts)
    yield from _table(history.facts, {commit.sha: commit.day or _NO_DATE for commit in history.log})


def timeline(history: History, name: str) -> Iterator[Line]:
    """Each commit that did something to the item or attempt, and what it did."""
    log = {commit.sha: commit for commit in history.log}
    text = counted(sum(1 for _ in groupby(history.events, attrgetter("commit"))), "commit")
    yield Line(one_line(f"{name} in {history.path}: {text} changed it"), "heading")
    items = {event.item for event in history.events}
    for commit, events in groupby(history.events, attrgetter("commit")):
        yield Line("")
        yield Line(_commit(log[commit]), "cut")
        for event in events:
            yield Line(_event(event, with_item=len(items) > 1), "cut")


def removed(history: History) -> Iterator[Line]:
    """The attempts that commits removed, whole."""
    log = {commit.sha: commit for commit in history.log}
    lost = [*history.removed, *history.others]
    if not lost:
        yield Line("no commit removed an attempt")
        yield from _gaps(history)
    for place, attempt in enumerate(lost):
        if place:
            yield Line("")
        name = _lost(attempt)
        yield Line(one_line(f"{name} removed by {_commit(log[attempt.commit])}"), "heading")
        if to := attempt.moved_to:
            yield Line(f"  its words stand at {one_line(name_of(to.item, to.number))} now")
        elif "#" in name and attempt.item:
            yield Line(f"  to put it back: ledger history --restore '{one_line(name)}'")
        for text in (attempt.text, *attempt.more):
            yield Line("")
            yield from (Line(visible(line)) for line in text.split("\n"))


def restored(done: Restored, *, dry_run: bool) -> Iterator[Line]:
    """What was put back, or the change that would do it."""
    if dry_run:
        yield from diff(done.diff)
        return
    name = f"attempt of {done.date}" if done.number is None else f"attempt #{done.number}"
    left = f"; {done.left} more of this name: `ledger history --removed`" if done.left else ""
    where = f"{done.path}:{done.line}: {done.item} {name}"
    yield Line(visible(f"{where} is back, removed by {done.commit[:8]}{left}"))


# Parts of the summary


def _gaps(history: History) -> Iterator[Line]:
    """What the history could not look at."""
    if history.skipped:
        yield Line(f"  {counted(history.skipped, 'version')} skipped: git cannot read them here")
        how = "`git fsck` says what is missing; a partial clone gets it by"
        yield Line(f"  {how} `git fetch --refetch --no-filter`")
    if history.is_cut:
        yield Line("  the clone is shallow: what came before is unknown")


def _removals(history: History) -> Iterator[Line]:
    log = {commit.sha: commit for commit in history.log}
    by_commit: dict[str, list[Removed]] = {}
    for each in history.removed:
        by_commit.setdefault(each.commit, []).append(each)
    yield Line("")
    if not by_commit:
        yield Line("no attempt was removed", "heading")
    else:
        count, commits = counted(len(history.removed), "attempt"), len(by_commit)
        yield Line(f"{count} removed by {counted(commits, 'commit')}", "heading")
    for sha, lost in by_commit.items():
        moved = sum(each.moved_to is not None for each in lost)
        aside = f" ({moved} moved)" if moved else ""
        yield Line(f"  {len(lost):>4}  {_commit(log[sha])}{aside}", "cut")
    if history.removed:
        yield Line("  `ledger history --removed` prints them, --restore ITEM#N puts one back")


def _edits(history: History) -> Iterator[Line]:
    for kind, meaning in (
        ("rewritten", "first lines of attempts changed"),
        ("reused", "numbers used again for another attempt"),
        ("dropped", "attempts removed while another of their number stayed"),
    ):
        edits = [edited for edited in history.edited if edited.kind == kind]
        if edits:
            commits = len({edited.commit for edited in edits})
            yield Line(f"{meaning}: {len(edits)} by {counted(commits, 'commit')}")
    moves = [event for event in history.events if event.kind in ("moved", "renumbered")]
    if moves:
        yield Line(f"attempts moved or renumbered: {len(moves)}")


def _measures(facts: Sequence[Facts]) -> Iterator[Line]:
    """What was wrong in how many versions, and where it was worst."""
    yield from section(f"What {counted(len(facts), 'version')} had")
    for label, noun, value in _MEASURES:
        measured = [f for f in facts if value(f)]
        if measured:
            top = max(measured, key=value)
            where = f", at most {counted(value(top), noun)} ({top.commit[:8]})" if noun else ""
            yield Line(f"  {label}: {counted(len(measured), 'version')}{where}", "cut")
    indexed = sum(bool(f.index_form) for f in facts)
    if indexed:
        yield Line(f"  an index: {counted(indexed, 'version')}")
    read = sum(f.attempts for f in facts)
    seen = read + sum(f.unread for f in facts)
    if seen:
        yield Line(f"  {100 * read / seen:.2f} % of what looks like an attempt was read as one")


def _table(facts: Sequence[Facts], days: Mapping[str, str]) -> Iterator[Line]:
    """So many versions, evenly spaced, with the first and the last; ``days`` of the commits."""
    if not facts:
        return
    last = len(facts) - 1
    rows = sorted({round(place * last / (_ROWS - 1)) for place in range(_ROWS)})
    largest = max(range(len(facts)), key=lambda place: facts[place].size)
    yield Line("")
    head = ("date", "commit", "KB", "lines", "items", "attempts", "twice", "unordered", "index")
    shown = [facts[place] for place in sorted({*rows, largest})]
    table = [head, *(_row(facts, days[facts.commit]) for facts in shown)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield Line("  ".join(cells).rstrip(), "cut")


def _row(facts: Facts, day: str) -> tuple[str, ...]:
    counts = (facts.lines, facts.items, facts.attempts, facts.duplicates, facts.disordered)
    index = str(facts.contradictions) if facts.index_form else "-"
    size = f"{facts.size / 1000:.1f}"
    return (day, facts.commit[:8], size, *map(str, counts), index)


# Phrases


def _span(history: History) -> str:
    versions = {facts.commit for facts in history.facts}
    days = [commit.day for commit in history.log if commit.day and commit.sha in versions]
    return f", {min(days)} to {max(days)}" if days else ""


def _commit(commit: Commit) -> str:
    return one_line(
        f"{commit.sha[:8]}  {commit.day or _NO_DATE}  {commit.author}: {commit.subject}"
    )


def _lost(attempt: Removed) -> str:
    """The name of a removed attempt; one without a number is called by when it was made."""
    when = _WHEN.search(attempt.text[:300]) if attempt.number is None else None
    return name_of(attempt.item, attempt.number) + (f"#{when.group()}" if when else "")


def _event(event: Event, *, with_item: bool) -> str:
    item = event.item if with_item else ""
    text = " ".join(word for word in (item, _which(event), _KINDS[event.kind]) if word)
    if event.kind in ("moved", "renumbered", "item-renamed"):
        return f"  {one_line(f'{text} {event.before}')}"
    before, after = _apart(event.before, event.after)
    words = f"{before} -> {after}" if before and after else before or after
    return f"  {one_line(text)}: {words}" if words else f"  {one_line(text)}"


def _which(event: Event) -> str:
    """``#3`` for an attempt, ``action 3`` for an action."""
    if event.kind == "actions-renumbered":
        return "actions:"
    if event.kind.startswith("action"):
        return "action" if event.number is None else f"action {event.number}"
    return "" if event.number is None else f"#{event.number}"


def _apart(before: str, after: str) -> tuple[str, str]:
    """Both on one line and cut, without a long beginning that they share."""
    old, new = one_line(before), one_line(after)
    pairs = enumerate(zip(old, new, strict=False))
    shared = next((at for at, (a, b) in pairs if a != b), min(len(old), len(new)))
    start = old.rfind(" ", 0, shared) + 1 if shared > _SHARED else 0
    mark = "…" if start else ""
    return cut(mark + old[start:] if old else ""), cut(mark + new[start:] if new else "")
