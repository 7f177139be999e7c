"""``criterion``: the exit criteria of an item."""

from pathlib import Path
from typing import Final, Literal, get_args

from ledger import config
from ledger.commands import closings
from ledger.commands.change import Changed, change
from ledger.config import Config
from ledger.edits import criteria
from ledger.edits.fields import placed
from ledger.errors import Refused, UsageError
from ledger.gates.gate import check_fault, why_unread
from ledger.plan import selectors
from ledger.plan.model import Item
from ledger.rules.registry import quoted

Step = Literal["add", "edit", "attest"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
_DONE: Final[dict[Step, str]] = {
    "add": "criterion {} added",
    "edit": "criterion {} is reworded",
    "attest": "criterion {} is attested",
}


def criterion(
    item: str,
    step: Step,
    number: int | None = None,
    text: str = "",
    *,
    because: str = "",
    dry_run: bool = False,
    ledger: Path | None = None,
) -> Changed:
    """``add`` the exit criterion ``text`` to ``item``, ``edit`` the words of its criterion
    ``number``, counted from 1, or ``attest`` that: it gets its tick and, ``because``, on whose
    word. With ``dry_run`` nothing is written.

    Raises ``UsageError`` for an item or criterion that is none, for missing words and for a check
    that cannot be read; ``Refused`` for a criterion that evidence shows to be unmet, for new words
    of one that is ticked, where the item has no place for one, and for what ``validate`` would
    refuse.
    """
    settings = config.find(Path.cwd(), ledger)
    if step not in STEPS:
        raise UsageError("usage", f"no step {step!r}", f"expected one of {', '.join(STEPS)}")
    if step != "attest" and (fault := check_fault(text)):
        raise UsageError("bad-check", fault)
    with change(settings, dry_run=dry_run) as plan:
        name = selectors.items(plan.ledger, selectors.item_in(item))[0].id
        if step == "add":
            new = criteria.add_criterion(plan.ledger, name, text)
            number = len(placed(new, name)[0].criteria)
        elif number is None:
            hint = "give N; `ledger show` lists them"
            raise UsageError("usage", "expected the number of a criterion, found none", hint)
        elif step == "edit":
            new = criteria.reword(plan.ledger, name, number, text)
        else:
            _refuse_unmet(settings, placed(plan.ledger, name)[0], number)
            new = criteria.attest(plan.ledger, name, number, because)
        plan.accept(new, name)
    unread = why_unread(text) if step != "attest" else ""
    notes = [f"{unread}, or attest it when it is met"] if unread else []
    done = _DONE[step].format(number)
    return plan.changed(name, done, dry_run=dry_run, notes=notes)


def _refuse_unmet(settings: Config, item: Item, number: int) -> None:
    """Raise Refused for a criterion, counted from 1, that evidence shows to be unmet; UsageError
    for none."""
    criterion = criteria.numbered(item, number)
    judged = closings.verdicts(settings, item).get(number - 1)
    if judged and judged.verdict == "unmet":
        message = f"criterion {number} of {item.id} is not met: {quoted(criterion.text)}"
        raise Refused("not-done", f"{message}: {judged.reason}", "no word stands in for that")
