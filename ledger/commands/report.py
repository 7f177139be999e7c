"""``ledger report``: what the other commands say of a plan, gathered for one page."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ledger.claims.entries import Entry, Place, around, entries
from ledger.commands import read
from ledger.commands.changes import ItemChange, changes_since
from ledger.commands.gate import every_gate, handed_over
from ledger.commands.history import Progress, audit
from ledger.commands.item_page import ItemPage, Size, page
from ledger.commands.item_runs import ItemRuns, item_runs
from ledger.commands.links import Pointers, link
from ledger.commands.next_item import NextItem, next_item
from ledger.commands.read import Opened
from ledger.commands.rounds import cites_rounds, item_rounds
from ledger.commands.status import ItemSummary, Status, status
from ledger.commands.tests import TrackRecords, track_records
from ledger.commands.validate import Checked, faults
from ledger.commands.verify import verification
from ledger.commands.verify_text import Verification
from ledger.config import Config
from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.evidence.rounds_model import Judgement
from ledger.gates.facts import Request
from ledger.gates.model import BriefState, Gate
from ledger.gates.state import brief_state
from ledger.git.blobs import Blobs
from ledger.plan.model import Attempt, Item, Model, Unread, newest_first
from ledger.versions.model import History

LONGEST_TEXT: Final = 100_000
"""Characters of an attempt that are shown."""
_ROOM: Final = 6_000_000  # characters of attempts: each with what it cites and claims
_EACH: Final = 1000
_STEPS: Final = (None, 300, 100, 30, 10, 3, 1)


class ReportedItem(Model):
    """One item's section with all that is known of it."""

    summary: ItemSummary
    """As `ledger status` has it."""
    item: Item
    """As `ledger export` has it."""
    page: ItemPage
    """As `ledger show` has it, uncut."""
    gate: Gate | None
    """As `ledger gate` judges it; null without exit criteria."""
    runs: ItemRuns
    """What the runs say that its attempts cite, as `ledger evidence` reads and compares them."""
    rounds: Judgement | None
    """As `ledger rounds --item` judges it; null where no attempt cites rounds."""


class Report(Model):
    """A fix plan as a page shows it: what the commands of these names return."""

    status: Status
    """`ledger status`."""
    next: NextItem
    """`ledger next`."""
    since: str | None
    """The revision that `changes` are told from; null for none."""
    changes: tuple[ItemChange, ...]
    """What became of the items since then."""
    items: tuple[ReportedItem, ...]
    """The items, in the order of the file."""
    each: int | None
    """Of how many attempts of each item, the newest ones, `runs`, `verification` and `links` tell,
    as there is no room for more; null for all."""
    loose: tuple[Attempt, ...]
    """Attempts in no item's section."""
    unread: tuple[Unread, ...]
    """Lines that look like a part of the plan and were not read."""
    briefs: tuple[BriefState, ...]
    """`ledger show BRIEF` of each brief that an item stands for a sprint of."""
    checked: Checked
    """`ledger validate`."""
    verification: Verification
    """`ledger verify`."""
    links: Pointers
    """`ledger links`."""
    tests: TrackRecords | None
    """`ledger tests`; null where no attempt cites a run with tests."""
    history: History | None
    """`ledger history`; null without git, and for a plan that was never committed."""


def report(
    *, since: str | None = None, ledger: Path | None = None, progress: Progress | None = None
) -> Report:
    """What a page shows of a plan: by default that of the current folder. ``since`` is a revision
    to tell changes from. ``progress`` is called with how many of how many versions have been read,
    then how many of how many parts are made.

    Raises UsageError for no plan and no such revision, UnreadableInput for a plan that cannot be
    read, and for ``since`` outside a git repository."""
    opened = read.open_ledger(ledger)
    config, plan = opened.config, opened.ledger
    summary = status(ledger=config.ledger)
    changes = changes_since(config, plan, since) if since is not None else ()
    history = _history(config, progress)
    with Blobs(config.root) as contents:
        is_committed = config.is_git and contents.head(opened.path) == plan.text
        place = around(config, contents, is_committed=is_committed)
        each = _attempts_with_room(plan.items)
        shown = {(o.item, o.number) for i in plan.items for o in newest_first(i.attempts)[:each]}
        known = list(entries(plan, place, lambda item, n, _: each is None or (item, n) in shown))
        attempts = [o for o in plan.attempts if each is None or (o.item, o.number) in shown]
        parts: dict[str, Callable[[], Any]] = {
            "next": lambda: next_item(since=since, ledger=config.ledger),
            "items": lambda: tuple(_items(opened, summary, place, known, each)),
            "briefs": lambda: tuple(_briefs(config, summary)),
            "checked": lambda: Checked(paths=(opened.path,), findings=tuple(faults(config, plan))),
            "verification": lambda: verification(opened, place, known=known),
            "links": lambda: link(config, plan, attempts, history=history),
            "tests": lambda: _tests(opened, place),
        }
        made: dict[str, Any] = {}
        for name, make in parts.items():
            made[name] = make()
            if progress:
                progress(len(made), len(parts))
        return Report(
            status=summary,
            since=since,
            each=each,
            changes=tuple(changes),
            loose=plan.loose,
            unread=plan.unread,
            history=history,
            **made,
        )


def _attempts_with_room(items: Sequence[Item]) -> int | None:
    """Of how many attempts of each item, the newest ones, there is room for; None for all."""
    sizes = [
        [min(len(attempt.text), LONGEST_TEXT) + _EACH for attempt in newest_first(item.attempts)]
        for item in items
    ]
    room = (most for most in _STEPS if sum(sum(some[:most]) for some in sizes) <= _ROOM)
    return next(room, 0)


def _items(
    opened: Opened, state: Status, place: Place, known: Sequence[Entry], each: int | None
) -> Iterator[ReportedItem]:
    plan = opened.ledger
    gates = {gate.item: gate for gate in every_gate(opened.config, plan, place)}
    by_item: dict[str | None, list[Entry]] = {}
    for entry in known:
        by_item.setdefault(entry.item, []).append(entry)
    for summary, item in zip(state.items, plan.items, strict=True):
        assert place.files is not None
        judged = None
        with suppress(LedgerError):  # what they cite may hold no rounds
            if cites_rounds(place.files, item):
                judged = item_rounds(place.files, [item])
        newest = item.model_copy(update={"attempts": tuple(newest_first(item.attempts)[:each])})
        yield ReportedItem(
            summary=summary,
            item=item,
            page=page(plan, item, Size(), every_action=True),
            gate=gates.get(item.id),
            runs=item_runs(newest, by_item.get(item.id, ()), place),
            rounds=judged,
        )


def _briefs(config: Config, summary: Status) -> Iterator[BriefState]:
    """The briefs that an item, or one of its actions, stands for a sprint of."""
    for path in dict.fromkeys(state.brief for item in summary.items for state in item.sprints):
        with suppress(LedgerError):
            yield brief_state(handed_over(config.root / path, Request(), config.ledger).facts)


def _tests(opened: Opened, place: Place) -> TrackRecords | None:
    config, plan = opened.config, opened.ledger
    plans = [plan, read.read_archive(config, plan)] if read.pointers_of(plan) else [plan]
    try:
        return track_records(config, place, plans, keeps=True)
    except UsageError:
        return None


def _history(config: Config, progress: Progress | None) -> History | None:
    try:
        return audit(config, None, progress)
    except (UsageError, UnreadableInput):
        return None
