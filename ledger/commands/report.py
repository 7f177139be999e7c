"""``ledger report``: what the other commands say of a plan, gathered for one page."""

from collections.abc import Iterator
from pathlib import Path

from ledger.commands import read
from ledger.commands.changes import ItemChange, changes_since
from ledger.commands.gate import every_gate
from ledger.commands.history import Progress, audit
from ledger.commands.item_page import ItemPage, Size, page
from ledger.commands.links import Pointers, link
from ledger.commands.next_item import NextItem, next_item
from ledger.commands.read import Opened
from ledger.commands.status import ItemSummary, Status, status
from ledger.commands.validate import Checked, faults
from ledger.commands.verify import verify
from ledger.commands.verify_text import Verification
from ledger.errors import UnreadableInput, UsageError
from ledger.gates.model import Gate
from ledger.plan.model import Attempt, Item, Model
from ledger.versions.model import History


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
    loose: tuple[Attempt, ...]
    """Attempts in no item's section."""
    checked: Checked
    """`ledger validate`."""
    verification: Verification
    """`ledger verify`."""
    links: Pointers
    """`ledger links`."""
    history: History | None
    """`ledger history`; null without git, and for a plan that was never committed."""


def report(
    *, since: str | None = None, ledger: Path | None = None, progress: Progress | None = None
) -> Report:
    """What a page shows of a plan: by default that of the current folder. ``since`` is a revision
    to tell changes from. ``progress`` is told how many of how many steps are done.

    Raises UsageError for no plan and no such revision, UnreadableInput for a plan that cannot be
    read, and for ``since`` outside a git repository."""
    opened = read.open_ledger(ledger)
    config, plan = opened.config, opened.ledger
    found = status(ledger=config.ledger)
    return Report(
        status=found,
        next=next_item(since=since, ledger=config.ledger),
        since=since,
        changes=tuple(changes_since(config, plan, since)) if since is not None else (),
        items=tuple(_items(opened, found)),
        loose=plan.loose,
        checked=Checked(paths=(opened.path,), findings=tuple(faults(config, plan))),
        verification=verify(ledger=config.ledger),
        links=link(config, plan, plan.attempts),
        history=_history(opened, progress),
    )


def _items(opened: Opened, found: Status) -> Iterator[ReportedItem]:
    gates = {gate.item: gate for gate in every_gate(opened.config, opened.ledger)}
    for summary, item in zip(found.items, opened.ledger.items, strict=True):
        whole = page(opened.ledger, item, Size(), every_action=True)
        yield ReportedItem(summary=summary, item=item, page=whole, gate=gates.get(item.id))


def _history(opened: Opened, progress: Progress | None) -> History | None:
    try:
        return audit(opened.config, None, progress)
    except (UsageError, UnreadableInput):
        return None
