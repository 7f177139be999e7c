"""Rules about exit criteria."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.plan.model import Item, Ledger
from ledger.rules.places import opening, quoted
from ledger.rules.registry import Facts, Fault, rule


@rule("LED605", "done-with-unmet-criteria", "error")
def done_with_unmet_criteria(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item was set to done, and one of its exit criteria is not met.

    Why: Exit criteria say when an item is done. The hook looks for boxes that are not ticked;
    `ledger validate --base REV`, and every command that writes, also ask whether what a criterion
    names is there, as `ledger gate ITEM` does. What cannot be judged is let pass.

    Example:

        ## [PARSE-001] Read large files
        - Status: done
        - Exit Criteria:
          - [x] All tests pass
          - [ ] 50 MB in under ten times the time of 5 MB

    Mend: Meet the criterion and tick it, or open the item again; a criterion that no longer holds
    is taken out, with a note on why.
    """
    before = {item.id for item in facts.base.items if item.status == "done"} if facts.base else ()
    for item in ledger.items:
        if item.status == "done" and item.id not in before:
            for start, text, reason in _unmet(item, facts):
                at = opening(ledger, start)
                message = f"{item.id} is done and a criterion is not met: {quoted(text)}{reason}"
                yield Fault(at, message, text, item.id)


def _unmet(item: Item, facts: Facts) -> Iterator[tuple[int, str, str]]:
    """Where each unmet criterion stands, its text, and why it is unmet where that was asked."""
    told = dict(facts.unmet(item)) if facts.unmet and item.criteria else {}
    for criterion in item.criteria:
        line = criterion.span.start_line
        if line in told:
            yield criterion.span.start_byte, criterion.text, f": {told[line]}"
        elif criterion.ticked is False:
            yield criterion.span.start_byte, criterion.text, ""
