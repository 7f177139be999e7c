"""Give an item back before its lease ends."""

from pathlib import Path

from ledger import config as configuration
from ledger.commands import leases
from ledger.commands.change import Changed, change
from ledger.commands.leases import Taken
from ledger.edits.append import section_of
from ledger.edits.fields import drop_field, set_field
from ledger.plan import selectors
from ledger.plan.leases import leases_of
from ledger.plan.model import Item, Ledger


def release(
    name: str, *, owner: str | None = None, dry_run: bool = False, ledger: Path | None = None
) -> Changed:
    """Give the item ``name`` back before the lease of ``owner`` (default: whoever runs this) ends,
    or take away what is left of one that has ended. Raises Refused where somebody else holds a
    lease on it, and else as ``claim``."""
    config = configuration.find(Path.cwd(), ledger)
    me = leases.check_owner(leases.default_owner(config) if owner is None else owner)
    with leases.locked(config), change(config, dry_run=dry_run) as plan:
        item = section_of(plan.ledger, selectors.items(plan.ledger, name)[0].id)
        holder = leases.open_leases(config, plan.ledger).get(item.id)
        if holder and holder.owner != me:
            raise leases.taken(item.id, holder)
        lease = next(leases_of(item), None)
        if lease:
            plan.accept(_without_lease(plan.ledger, item))
        if holder and not dry_run:
            known = leases.read(config).of(config.ledger_path, item.id)
            text = known.text if known else lease.text if lease else ""
            leases.record(config, item, Taken(owner=me, until=leases.now(), text=text))
        done = f"{me} gave it back" if holder else "nobody has it"
    return plan.changed(item.id, done, dry_run=dry_run)


def _without_lease(ledger: Ledger, item: Item) -> Ledger:
    for lease in leases_of(item):
        if lease.rest:
            return set_field(ledger, item.id, lease.field.name, lease.rest)
        return drop_field(ledger, item.id, lease.field)
    return ledger
