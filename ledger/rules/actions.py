"""Rules about next actions, exit criteria and the boxes of tasks."""

from collections.abc import Iterator

from ledger.plan import dialects, text
from ledger.plan.model import FINISHED, Action, Heading, Ledger
from ledger.rules.registry import OPEN, Facts, Fault, numbering, opening, quoted, rule


@rule("LED601", "completed-action-without-attempt", "warning")
def completed_action_without_attempt(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A completed action does not name the attempt that completed it.

    Why: "Complete" is a claim. The attempt has its evidence.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Next Actions:
          1. ✅ COMPLETE — Rewrite the splitter.

    Mend: Name it: `✅ COMPLETE (Attempt #2, STAMP 20251102T091500Z) —`. `ledger append
    --complete N` does.
    """
    for item in numbering(ledger):
        for action in item.actions:
            is_unnamed = action.attempt is None and action.number is not None
            if action.state == "complete" and is_unnamed:
                message = f"action {action.number} of {item.id} is complete and names no attempt"
                yield Fault(action, message, action.text, item.id)


@rule("LED602", "action-names-unknown-attempt", "warning")
def action_names_unknown_attempt(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An action that is not complete names an attempt that does not exist.

    Why: Its state rests on nothing that is recorded. (A completed action that names an attempt
    is itself the record of it.)

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
        - Next Actions:
          1. ⚠️ PARTIAL (Attempt #7) — Rewrite the splitter.

    Mend: Correct the number, or record the attempt.
    """
    for item in ledger.items:
        known = {attempt.number for attempt in item.attempts}
        for action in item.actions:
            number = action.attempt
            if number is not None and number not in known and not item.has_archived(number):
                message = f"{_name(action)} of {item.id} names attempt #{action.attempt}"
                about = f"{action.number} {action.attempt}"
                message += ", which the item does not have"
                yield Fault(action, message, about, item.id)


@rule("LED603", "action-contradicts-stamp", "warning")
def action_contradicts_stamp(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An action names an attempt and the stamp of another one's run.

    Why: One of them is wrong, so the action leads to the wrong evidence.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-02] Attempt #1 — Result: success. STAMP 20251102T091500Z. Fast enough.
        - Next Actions:
          1. ✅ COMPLETE (Attempt #1, STAMP 20251109T120000Z) — Rewrite the splitter.

    Mend: Correct the number or the stamp.
    """
    for item in ledger.items:
        stamps = {a.number: a.stamp for a in item.attempts if a.source == "history"}
        for action in item.actions:
            stamp = stamps.get(action.attempt)
            if action.stamp and stamp and action.stamp != stamp:
                message = f"{_name(action)} of {item.id} gives attempt #{action.attempt} the stamp"
                about = f"{action.number} {action.attempt} {action.stamp}"
                message = f"{message} {action.stamp}, its own is {stamp}"
                yield Fault(action, message, about, item.id, action.attempt)


@rule("LED604", "open-action-in-done-item", "warning")
def open_action_in_done_item(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A done item has open actions.

    Why: Either the item is not done, or the actions are left over and mislead.

    Example:

        ## [PARSE-001] Read large files
        - Status: done
        - Next Actions:
          1. 🟡 PENDING — Rewrite the splitter.

    Mend: Complete, defer or reject the actions, or open the item again.
    """
    for item in ledger.items:
        # A bullet without number or state is as often a note as an action.
        left = [a for a in item.actions if a.state in OPEN and (a.state_text or a.number)]
        if item.status == "done" and left:
            count = "an open action" if len(left) == 1 else f"{len(left)} open actions"
            message = f"{item.id} is done and has {count}: {quoted(left[0].text)}"
            yield Fault(left[0], message, "", item.id)


def _name(action: Action) -> str:
    return "an action" if action.number is None else f"action {action.number}"


@rule("LED605", "done-without-evidence", "error")
def done_without_evidence(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item or an action for a sprint was set to done, or a criterion of a brief ticked, and
    evidence does not show it.

    Why: Done means met. An unmet criterion, a decision that is not logged, and a failed newest
    run (where there is no criterion) are errors. A criterion that nothing shows is a warning
    (an error with `done = "strict"`, and in commands that write): a tick is a claim. What was
    done before the change is not judged.

    Example:

        ## [PARSE-001] Read large files
        - Status: done
        - Exit Criteria:
          - [x] Notes published `check: exists(reports/parse/none.md)`

    Mend: Meet the criterion, as `ledger gate ITEM` judges it, or open the item again. If
    nothing can show it, say on whose word it is done: `- [x] Users asked, attested: by Anna`,
    or `Because: ...` in the attempt. No reason makes up for an unmet criterion.
    """
    against = list(facts.ticks(ledger)) if facts.ticks else []
    if facts.undone and (facts.base is None or _closes(ledger, facts.base)):
        against += facts.undone(ledger, facts.base, facts.elsewhere or tuple)
    starts: tuple[int, ...] = ()
    for objection in against:
        starts = starts or text.plan_starts(ledger.text)
        at = objection.line if objection.document else opening(ledger, starts[objection.line - 1])
        fault = Fault(
            at,
            objection.message,
            objection.about,
            objection.item,
            fix=objection.fix,
            severity=objection.severity,
        )
        yield fault._replace(document=objection.document)


def _closes(ledger: Ledger, base: Ledger) -> bool:
    """Whether something may be done now that was not, here or where an item was moved to."""

    def done(plan: Ledger) -> set[str]:
        rows = {f"row {row.id}" for row in plan.index if row.status == "done"}
        items = {f"item {item.id}" for item in plan.items if item.status == "done"}
        actions = ((item.id, a) for item in plan.items for a in item.actions)
        return rows | items | {f"{name} {a.text}" for name, a in actions if a.state == "complete"}

    def here(plan: Ledger) -> set[str]:
        return {item.id for item in plan.items if not any(p.is_item for p in item.archived)}

    return bool(done(ledger) - done(base) or here(base) - here(ledger))


@rule("LED607", "unreadable-check", "warning")
def unreadable_check(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A criterion has a check that cannot be read.

    Why: The criterion will never be met, and its author believes that it is judged.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Exit Criteria:
          - [ ] All tests pass `check: pased > 0`

    Mend: Correct the check, as with `ledger criterion ITEM edit N TEXT`: a figure of the run
    against a value, such as `failures == 0`, `rate >= 95%`, `runtime < 5min`, or a question, such
    as `green(tests/test_x.py)`, `exists(docs/x.md)`; several with `and` between them.
    """
    if facts.check_fault is None:
        return
    known = {c.text for item in facts.base.items for c in item.criteria} if facts.base else set()
    for item in ledger.items:
        for criterion in item.criteria:
            if "check:" not in criterion.text or criterion.text in known:
                continue
            if why := facts.check_fault(criterion.text):
                yield Fault(criterion, f"{item.id}: {why}", criterion.text, item.id)


@rule("LED606", "box-contradicts-heading", "warning")
def box_contradicts_heading(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A task's box is empty below a heading that says done, or ticked below one that says blocked.

    Why: One of them is stale. The box is believed.

    Example:

        # Fix plan

        ## Phase 1: Setup [done]

        - [x] Set up the build
        - [ ] Write the first test

    Mend: Tick the box, move the task, or correct the heading.
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
        nearest = next((heading for heading in reversed(above) if heading.status), None)
        if nearest is None:
            continue
        is_open = nearest.status == "done" and item.status not in FINISHED
        is_done = nearest.status == "blocked" and item.status == "done"
        if is_open or is_done:
            words = "open" if is_open else "done"
            line = nearest.span.start_line
            message = f"{item.id} is {words}, the heading at line {line} says"
            yield Fault(item, f"{message} {quoted(nearest.status_text)}", words, beside=line)
