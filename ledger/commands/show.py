"""One item, or one attempt whole."""

from pathlib import Path

from pydantic import Field as Described

from ledger import config
from ledger.commands import read
from ledger.commands.history import Progress
from ledger.commands.links import Pointers, link
from ledger.commands.read import About
from ledger.plan import selectors
from ledger.plan.model import ArchivedPart, Attempt, Item, Ledger, Model


class Shown(Model):
    """One item, or one attempt. Lists, because a ledger can hold two by the same name."""

    ledger: About
    """The file itself."""
    items: tuple[Item, ...]
    """For `ITEM`: its sections. Empty for `ITEM#N`."""
    attempts: tuple[Attempt, ...]
    """For `ITEM#N`: the attempts with this number."""
    links: Pointers
    """What the attempts point at; for `ITEM` without commits."""
    archive: str
    """The file that parts of the ledger are moved to, relative to the top of its repository."""
    archived: tuple[ArchivedPart, ...]
    """For `ITEM`: what of it lies there."""
    plan: Ledger = Described(exclude=True, repr=False)
    """The plan that holds it; not printed."""


def show(name: str, *, ledger: Path | None = None, progress: Progress | None = None) -> Shown:
    """The item that ``name`` means (``PARSE-001``, whatever its case), or one of its attempts
    (``PARSE-001#3``), with what it cites. Where only the archive has it, the archive is read.

    ``ledger`` is the plan; by default the one that holds in the current folder. ``progress`` is
    told how many of how many versions of the plan have been read.

    Raises UsageError for a name that is none or that the plan does not have, UnreadableInput for a
    plan that cannot be read.
    """
    wanted = selectors.parse(name)
    opened = read.holding(config.find(Path.cwd(), ledger), wanted)
    plan, settings = opened.ledger, opened.config
    items = selectors.items(plan, wanted.item)
    attempts = selectors.attempts(plan, wanted)
    is_item = wanted.number is None
    ids = {item.id for item in items}
    parts = read.archived_parts(settings, plan) if is_item else []
    return Shown(
        ledger=read.about(plan, opened.path),
        items=tuple(items) if is_item else (),
        attempts=() if is_item else tuple(attempts),
        links=link(settings, plan, attempts, None, progress, artifacts_only=is_item),
        archive=settings.partner,
        archived=tuple(part for part in parts if part.item in ids),
        plan=plan,
    )
