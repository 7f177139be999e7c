"""``add``: a new item of the fix plan."""

from collections.abc import Sequence
from pathlib import Path

from ledger import config
from ledger.commands.change import Changed, change
from ledger.commands.edit import given_fields, unknown_priority
from ledger.edits.actions import add_actions
from ledger.edits.criteria import add_criterion
from ledger.edits.fields import placed, set_field
from ledger.edits.items import add_item, add_row, split


def add(
    title: str,
    *,
    name: str = "",
    priority: str = "",
    owner: str = "",
    depends_on: Sequence[str] = (),
    criteria: Sequence[str] = (),
    actions: Sequence[str] = (),
    dry_run: bool = False,
    ledger: Path | None = None,
) -> Changed:
    """Add an item behind the open ones, with its row of the index, in the style of its neighbours.

    ``name`` is its ID; by default one in the style of the plan. A title such as ``[PARSE-001] Read
    large files`` has it in front. With ``dry_run`` nothing is written.

    Raises ``UsageError`` for what can be no title, ID or field and for a dependency that is no
    item; ``Refused`` for an ID that is taken, where the plan has no place for one of these, and
    for what ``validate`` would refuse.
    """
    settings = config.find(Path.cwd(), ledger)
    with change(settings, dry_run=dry_run) as plan:
        given, title = split(plan.ledger, title)
        new, item = add_item(plan.ledger, title, name or given)
        for field, value in given_fields(plan.ledger, priority, owner, depends_on).items():
            new = set_field(new, item, field, value)
        if actions:
            new = add_actions(new, item, actions)
        for criterion in criteria:
            new = add_criterion(new, item, criterion)
        plan.accept(add_row(new, item), item)
    notes = unknown_priority(placed(plan.new, item)[0]) if priority else ()
    return plan.changed(item, "added", dry_run=dry_run, notes=notes)
