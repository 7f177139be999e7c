"""``action``: the next actions of an item."""

from pathlib import Path
from typing import Final, Literal, get_args

from ledger import config
from ledger.commands.change import Changed, Plan, change
from ledger.edits import actions
from ledger.edits.fields import placed
from ledger.errors import UsageError
from ledger.plan import selectors
from ledger.plan.model import ActionState, Ledger

Step = Literal["add", "edit", "complete", "block", "defer", "open", "move"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
_STATES: Final[dict[str, ActionState]] = {
    "complete": "complete",
    "block": "blocked",
    "defer": "deferred",
    "open": "pending",
}


def action(
    item: str,
    step: Step,
    number: int | None = None,
    text: str = "",
    *,
    on: str = "",
    before: int | None = None,
    dry_run: bool = False,
    ledger: Path | None = None,
) -> Changed:
    """Change one of the next actions of ``item``: ``add`` what is ``text`` behind the others,
    ``edit`` the words of action ``number``, say that it is ``complete``, that it waits (``block``)
    ``on`` something, that it is put off (``defer``) or ``open`` again, or ``move`` it in front of
    the action ``before``. Numbers stay as they are. With ``dry_run`` nothing is written.

    An action that stands for a sprint of a brief is complete only by evidence, as in ``append``.

    Raises ``UsageError`` for an item or action that is none and for missing words; ``Refused``
    where the item has no place for the change, and for what ``validate`` would refuse.
    """
    settings = config.find(Path.cwd(), ledger)
    if step not in STEPS:
        raise UsageError("usage", f"no step {step!r}", f"expected one of {', '.join(STEPS)}")
    with change(settings, dry_run=dry_run) as plan:
        name = selectors.items(plan.ledger, selectors.item_in(item))[0].id
        new = _changed(plan, name, step, number, text=text, on=on, before=before)
        plan.accept(new, name)
    notes = []
    if step == "complete":
        by = f"`ledger append {name} RUN --complete {number}` adds one"
        notes = [f"action {number} names no attempt that completed it; {by}"]
    if step == "add":
        number = placed(plan.new, name)[0].actions[-1].number
    return plan.changed(name, _sentence(step, number, before), dry_run=dry_run, notes=notes)


def _changed(
    plan: Plan, name: str, step: Step, number: int | None, *, text: str, on: str, before: int | None
) -> Ledger:
    if step == "add":
        return actions.add_actions(plan.ledger, name, [text])
    if number is None:
        raise UsageError("usage", "expected the number of an action, found none", "give N")
    if step == "edit":
        return actions.reword(plan.ledger, name, number, text)
    if step == "move":
        if before is None:
            hint = "give --before M"
            raise UsageError("usage", "expected the action to move it before, found nothing", hint)
        return actions.move(plan.ledger, name, number, before)
    if step == "block" and not on.strip():
        raise UsageError("no-text", "expected what it waits for, found nothing", "give --on TEXT")
    return actions.set_state(plan.ledger, name, number, _STATES[step], on=on)


def _sentence(step: Step, number: int | None, before: int | None) -> str:
    if step == "add":
        return "action added" if number is None else f"action {number} added"
    if step == "move":
        return f"action {number} is now before action {before}"
    state = "reworded" if step == "edit" else _STATES[step]
    return f"action {number} is {state}"
