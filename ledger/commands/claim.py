"""Take an item for some time: of all who try at once exactly one has it."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from ledger import config as configuration
from ledger.commands import leases
from ledger.commands.change import Changed, change
from ledger.commands.leases import Taken
from ledger.commands.status import places_of
from ledger.config import Config
from ledger.edits.append import section_of
from ledger.edits.fields import set_field
from ledger.errors import Refused, UsageError
from ledger.plan import selectors
from ledger.plan.leases import leases_of, owner_fields, written
from ledger.plan.model import FINISHED, Item, Ledger

_DURATION: Final = re.compile(r"(?:(?P<h>\d{1,3})h)?(?:(?P<m>\d{1,4})m)?")
_LONGEST: Final = timedelta(days=7)


class Claimed(Changed):
    """A lease that was taken."""

    owner: str
    """Who has the item now."""
    until: datetime
    """When the lease ends by itself, in UTC."""


def claim(
    name: str,
    *,
    owner: str | None = None,
    duration: str = "45m",
    dry_run: bool = False,
    ledger: Path | None = None,
) -> Claimed:
    """Take the item ``name`` for ``owner`` (default: whoever runs this) and a ``duration`` such as
    ``45m`` or ``1h30m``. The lease is in the item, ``Owner: w1 until 14:30Z``, and seen by
    all work trees of the clone. Whoever has it already gets it for longer. ``ledger`` is the plan,
    by default that of the current folder.

    Raises Refused where somebody else has the item or it is finished, UsageError for no such item,
    name or duration, UnreadableInput for a plan that cannot be read."""
    config = configuration.find(Path.cwd(), ledger)
    me = leases.check_owner(leases.default_owner(config) if owner is None else owner)
    lasts = _duration(duration)
    leases.refuse_known(config, name, me)
    with leases.locked(config), change(config, dry_run=dry_run) as plan:
        item = section_of(plan.ledger, selectors.items(plan.ledger, name)[0].id)
        if item.status in FINISHED:
            raise Refused("finished", f"{item.id} is {item.status}", "reopen it with `ledger edit`")
        holder = leases.open_leases(config, plan.ledger).get(item.id)
        if holder and holder.owner != me:
            raise leases.taken(item.id, holder)
        until = leases.end_of(lasts)
        text = written(me, until, leases.now().date())
        plan.accept(_with_lease(plan.ledger, item, text))
        done = f"{me} has it until {leases.clock(until)}"
        notes = _notes(config, plan.new, item, me)  # asked before anything is written
        if not dry_run:
            leases.record(config, item, Taken(owner=me, until=until, text=text))
    changed = plan.changed(item.id, done, dry_run=dry_run, notes=notes)
    return Claimed(**changed.model_dump(), owner=me, until=until)


def _with_lease(ledger: Ledger, item: Item, text: str) -> Ledger:
    """The lease behind what `Owner` says already, in the place of an older one."""
    lease = next(leases_of(item), None)
    field = lease.field if lease else next(iter(owner_fields(item)), None)
    before = lease.rest if lease else field.value if field else ""
    value = f"{before}; {text}" if before else text
    new = set_field(ledger, item.id, field.name if field else "Owner", value)
    if all(lease.text != text for lease in leases_of(section_of(new, item.id))):
        message = f"{item.id}: the lease would not be read back as {text!r}"
        raise Refused("not-as-meant", message, "nothing was written; give another name with --as")
    return new


def _notes(config: Config, ledger: Ledger, item: Item, owner: str) -> list[str]:
    """What is in the way all the same."""
    return [
        f"{item.id} is not ready: {hold.kind}: {hold.text}"
        for place in places_of(config, ledger, owner)
        if place.item.id == item.id
        for hold in place.holds
    ]


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text.strip().lower())
    lasts = timedelta(hours=int(match["h"] or 0), minutes=int(match["m"] or 0)) if match else None
    if not lasts or lasts > _LONGEST:
        message = f"--for: expected a time such as 45m or 1h30m, up to 168h, found {text!a}"
        raise UsageError("bad-duration", message[:300])
    return lasts
