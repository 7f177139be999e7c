"""``apply``: write a brief's ready-made updates to the fix plan, checked like every append."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from ledger import config
from ledger.commands import judgements
from ledger.commands.change import change
from ledger.commands.read import read_bytes, refuse_conflict
from ledger.errors import UnreadableInput, UsageError
from ledger.gates import updates
from ledger.gates.brief import read_brief
from ledger.gates.model import Brief, UpdateKind
from ledger.gates.updates import ReadUpdate
from ledger.plan.model import Ledger, Model


class AppliedUpdate(Model):
    """One of the brief's updates, and what became of it."""

    kind: UpdateKind
    """An `attempt` to append, an action to `rewrite` or to `add`."""
    number: Annotated[int, Field(ge=0)]
    """The attempt's or the action's."""
    outcome: Literal["applied", "held"]
    """`held`: the fix plan had it already, and it was left alone."""
    line: Annotated[int, Field(ge=0)]
    """Where it is in the fix plan afterwards."""
    brief_line: Annotated[int, Field(ge=1)]
    """Where the brief has it."""


class Applied(Model):
    """What was written, or with `--dry-run` would be."""

    path: str
    """The fix plan, relative to the top of its repository."""
    brief: str
    """The brief, as it was named."""
    item: str
    """The item."""
    updates: tuple[AppliedUpdate, ...]
    """In the order of the brief."""
    diff: str
    """The whole change as a unified diff; empty for none."""


def apply(brief: Path, *, dry_run: bool = False, ledger: Path | None = None) -> Applied:
    """Write the updates of a brief that the fix plan does not hold: attempts and next actions.

    ``ledger`` is the fix plan, by default that of the repository around the current folder. With
    ``dry_run`` nothing is written; the change is returned all the same.

    Raises UnreadableInput for a brief without updates, UsageError for an item that there is not,
    Refused for any change that ``validate`` would refuse or that says something else than its
    evidence.
    """
    settings = config.find(Path.cwd(), ledger)
    data = read_bytes(brief, hint="give a brief")
    refuse_conflict(str(brief), data)
    document = read_brief(data)
    item = _item(brief, document)
    with change(settings, dry_run=dry_run) as plan:
        read = updates.read_in(plan.ledger, item, document)

        def expect(new: Ledger) -> None:
            updates.check(plan.ledger, new, item, read)
            claims = judgements.contradicted(settings, new, plan.ledger)
            judgements.refuse(claims, ("date", "artifact"), "mend the brief")

        plan.propose(updates.edits(plan.ledger, item, read), expect=expect)
    return Applied(
        path=settings.ledger_path,
        brief=str(brief),
        item=item,
        updates=tuple(_applied(update, plan.new, item) for update in read),
        diff=plan.diff,
    )


def _item(file: Path, brief: Brief) -> str:
    """The one item that the updates are about."""
    if not brief.updates:
        message = f"{file}: expected ready-made updates of the fix plan, found none"
        hint = "write them as code in a list under a heading such as `Ledger Updates`"
        raise UnreadableInput("no-updates", message, hint)
    own = {brief.initiative} if brief.initiative else set()
    names = {update.item for update in brief.updates if update.item} or own
    if len(names) != 1:
        known = ", ".join(sorted(names)) or "none"
        raise UsageError(
            "which-item", f"{file}: expected updates of one item, found {known}", "name it in [...]"
        )
    return names.pop()


def _applied(update: ReadUpdate, new: Ledger, name: str) -> AppliedUpdate:
    number = update.update.number or 0
    entries = (
        entry
        for item in new.items
        if item.id == name
        for entry in (item.attempts if update.attempt else item.actions)
        if entry.number == number
    )
    entry = next(entries, None)
    return AppliedUpdate(
        kind=update.update.kind,
        number=number,
        outcome="applied" if update.line is None else "held",
        line=entry.span.start_line if entry else update.line or 0,
        brief_line=update.update.line,
    )
