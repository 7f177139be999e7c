"""What to do now, in at most ``MOST`` bytes."""

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.commands.changes import Lacking
from ledger.commands.next_item import Candidate, NextItem
from ledger.plan.text import counted, cut, one_line
from ledger.reports import Line
from ledger.reports.briefs import standing

MOST: Final = 2000
_LINE: Final = 330  # bytes of a line that is no action


def lines(item: NextItem, *, intro: bool = False) -> list[Line]:
    """The thing to do, why, and what there is to know about it. Where there is too much of it, what
    stands last goes first."""
    body: list[Line] = []
    body += _intro(item) if intro else ()
    body += _candidate(item.item, item) if item.item else _nothing(item)
    body += _changes(item)
    return _fitted(body)


def _fitted(body: Sequence[Line]) -> list[Line]:
    kept: list[Line] = []
    left = MOST
    for line in body:
        size = len(line.text.encode()) + 1
        if size > left:
            break
        kept.append(line)
        left -= size
    return kept


def _intro(item: NextItem) -> Iterator[Line]:
    path = cut(item.path, _LINE // 3)
    yield Line(
        f"The work here is kept in {path}. Read one item at a time: `ledger show ITEM`.", "hung", 2
    )
    yield Line(
        "Record every try, good or bad: `ledger run ITEM --complete N -- COMMAND`. Never edit what"
        " is recorded.",
        "hung",
        2,
    )
    yield Line(
        "An item is done when its exit criteria are met: `ledger gate ITEM`. Take one with"
        " `ledger claim ITEM`.",
        "hung",
        2,
    )
    yield Line("")


def _candidate(item: Candidate, next_item: NextItem) -> Iterator[Line]:
    name = cut(item.id, 80)
    yield Line(cut(f"{name}: {item.title}", _LINE), "heading")
    yield _part("why", _reason(item, next_item))
    number = "" if item.action.number is None else f" {item.action.number}"
    attempt = "" if item.action.attempt is None else f" (from attempt #{item.action.attempt})"
    text = one_line(item.action.text)
    if text != one_line(item.title) or number:
        yield _part(f"do{number}", f"{text}{attempt}", most=700)
    if item.is_cut:
        yield _part("all of it", f"`ledger show {name}`")
    if item.sprint:
        yield _part("stands for", f"{standing(item.sprint)} ({item.sprint.brief})")
    yield from _criteria(item.gate)
    if item.reproduction:
        yield _part("reproduce", item.reproduction)
    if last := item.last_attempt:
        number = "" if last.number is None else f"#{last.number}"
        words = " ".join(word for word in (number, last.date, last.result) if word)
        yield _part("last", f"{words}: {last.summary}")
    if item.inferred:
        names = ", ".join(item.inferred)
        yield _part("inferred", f"its prose waits for {names}; only `Depends on:` counts")


def _criteria(gate: Lacking | None) -> Iterator[Line]:
    if gate:
        lacks = f"; lacks {'; '.join(gate.lacks)}" if gate.lacks else ""
        yield _part("exit criteria", f"{gate.met} of {gate.criteria} met{lacks}")


def _reason(item: Candidate, next_item: NextItem) -> str:
    status = item.status.replace("_", " ") if item.status != "unknown" else "of unknown status"
    reasons = ["you hold it"] if item.is_mine else []
    reasons += [status, f"priority {item.priority}" if item.priority else "no priority"]
    if item.finished:
        reasons.append(f"after {', '.join(item.finished)}")
    more = (
        f"first of {next_item.ready} ready items" if next_item.ready > 1 else "the only one ready"
    )
    waiting = sum(next_item.waiting.model_dump().values())
    return ", ".join([*reasons, more]) + (f"; {waiting} not ready" if waiting else "")


def _nothing(item: NextItem) -> Iterator[Line]:
    waiting = item.waiting
    counts = [
        f"{count} {what}"
        for count, what in (
            (waiting.blocked, "blocked"),
            (waiting.dependency, "waiting for another item"),
            (waiting.lease, "taken by somebody"),
            (waiting.actions, "without an open action"),
        )
        if count
    ]
    if not counts:
        text = f"{counted(item.finished, 'item')} finished" if item.finished else "no items"
        yield Line(f"nothing to do: {text} in {cut(item.path, 200)}", "heading")
        if item.unread:
            lines_of = counted(item.unread, "line")
            yield Line(f"  {lines_of} could not be read: `ledger validate` lists them")
        return
    yield Line(f"nothing is ready: {', '.join(counts)}", "heading")
    name = cut(item.held.id, 80) if item.held else "ITEM"
    if item.held:
        ways = (h.kind if h.text == h.kind else f"{h.kind}: {h.text}" for h in item.held.holds)
        yield _part("nearest", f"{name}, {one_line('; '.join(ways))}")
        yield from _criteria(item.held.gate)
    yield Line("  `ledger status --blocked` lists them")
    if item.held and any(hold.kind == "actions" for hold in item.held.holds):
        close = f"try again: `ledger run {name} -- COMMAND`"
        if not (item.held.gate and item.held.gate.lacks):
            close = f"close it if it is finished: `ledger close {name}`"
        yield Line(f"  {close}; or say what is next: `ledger action {name} add TEXT`")


def _changes(item: NextItem) -> Iterator[Line]:
    if item.since is None:
        return
    since = cut(item.since, 60)
    yield Line(f"since {since}:" if item.changes else f"nothing changed since {since}")
    for change in item.changes:
        yield _part(change.item, ", ".join(change.changes))
    if item.more_changes:
        yield Line(f"  and {counted(item.more_changes, 'more item')}")


def _part(label: str, text: str, most: int = _LINE) -> Line:
    return Line(f"  {label}: {cut(text, most)}", "hung", 4)
