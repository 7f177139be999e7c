"""Rules about the tasks of a checklist."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.plan import dialects
from ledger.plan.model import FINISHED, Heading, Ledger
from ledger.rules.places import opening, quoted
from ledger.rules.registry import Facts, Fault, rule


@rule("LED606", "box-contradicts-heading", "warning")
def box_contradicts_heading(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A task's box is empty below a heading that says done, or ticked below one that says blocked.

    Why: One of them is out of date. The box is believed; who reads the headings alone is misled.

    Example:

        # Fix plan

        ## Phase 1: Setup [done]

        - [x] Set up the build
        - [ ] Write the first test

    Mend: Tick the box, move the task below another heading, or correct the heading.
    """
    above: list[Heading] = []
    headings = list(reversed(ledger.headings))
    for item in ledger.items:
        if not dialects.of(item).has_boxes:
            continue
        while headings and headings[-1].span.start_byte < item.span.start_byte:
            heading = headings.pop()
            while above and above[-1].level >= heading.level:
                above.pop()
            above.append(heading)
        said = next((one for one in reversed(above) if one.status), None)
        if said is None:
            continue
        is_open = said.status == "done" and item.status not in FINISHED
        is_done = said.status == "blocked" and item.status == "done"
        if is_open or is_done:
            at = opening(ledger, item.span.start_byte)
            told = "open" if is_open else "done"
            message = f"{item.id} is {told}, the heading at line {said.span.start_line} says"
            yield Fault(at, f"{message} {quoted(said.status_text)}", told, item.id)
