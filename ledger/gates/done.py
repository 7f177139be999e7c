"""What may be called done: a law that every command which writes, the hook, ``validate --base`` and
``verify`` ask.

Done means met: an item, or an action that stands for a sprint of a brief, becomes done only by
evidence. A criterion that is unmet, and a decision that nobody logged, forbid it. A criterion that
nothing shows to be met needs a reason, for a tick alone is a claim. Where there is no criterion,
the newest attempt that cites a run must not have failed. A reason stands in for what is unknown or
missing, never for what is unmet.

This is pure: what runs, files and briefs say is read by ``ledger.commands.closings``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.gates import sprints
from ledger.gates.model import Condition, JudgedCriterion
from ledger.gates.success import reason_in, without_reason
from ledger.plan import text
from ledger.plan.model import Action, Item, Ledger
from ledger.plan.standing import sprint_number
from ledger.rules.model import Objection, Severity
from ledger.rules.registry import quoted


class Closing(NamedTuple):
    """Something that a change calls done: an item, or one of its actions."""

    item: Item
    action: Action | None = None
    was: Action | None = None
    """The action before."""
    reason: str = ""
    """Why it is done all the same, in the words of the change."""
    line: int = 0
    """Where the plan calls it done."""
    is_here: bool = True
    """It is in this plan, not in one that it was moved to."""
    dropped: tuple[str, ...] = ()
    """The criteria that the same change takes out or words anew."""
    task: Item | None = None
    """A task of a plan file that is part of the item: what is done in the item's place."""

    @property
    def words(self) -> str:
        """Those that may begin with a sprint's number: now or, for an action, before."""
        if self.action is None:
            return self.item.title
        before = self.was.text if self.was else ""
        is_named = sprint_number(self.action.text) or not sprint_number(before)
        return self.action.text if is_named else before

    @property
    def waits(self) -> str:
        """What it was blocked by before, in its own words; empty where it was not."""
        if self.task:
            is_blocked = self.task.status == "blocked"
            return " ".join(cell.value for cell in self.task.fields) if is_blocked else ""
        return self.was.text if self.was and self.was.state == "blocked" else ""

    @property
    def sentence(self) -> str:
        """What the change says, in words."""
        if self.task:
            return f"task {self.task.id} of {self.item.id} is done"
        if self.action is None:
            return f"{self.item.id} is done"
        number = "an action" if self.action.number is None else f"action {self.action.number}"
        return f"{number} of {self.item.id} is complete"


class Grounds(NamedTuple):
    """What a closing rests on."""

    criteria: Sequence[JudgedCriterion] = ()
    """Those of the item, or of the sprint of the brief ``document`` that it stands for."""
    document: str = ""
    """The brief; empty where the plan itself has the criteria."""
    failure: str = ""
    """How the newest attempt that cites a run failed; empty where it did not."""
    unread: str = ""
    """Why nothing shows how that run ended; empty where it is known."""
    undecided: str = ""
    """The decision that it waited for and that is not logged; empty for none."""
    reason: str = ""
    """What that newest attempt gives as a reason."""


def closings(
    new: Ledger, old: Ledger | None, elsewhere: Callable[[], Sequence[Ledger]] = tuple
) -> Iterator[Closing]:
    """What ``new`` calls done and ``old`` does not: everything for no ``old``. An item that ``old``
    has open may be done ``elsewhere``, where it was moved to."""
    before = _done_items(old) if old else {}
    here = {item.id for item in new.items if not any(pointer.is_item for pointer in item.archived)}
    left = {item.id for item in old.items} - before.keys() - here if old else set()
    for moved in (item for plan in elsewhere() for item in plan.items) if left else ():
        if moved.id in left and moved.status == "done":
            yield Closing(moved, reason=_reason(moved, old), line=1, is_here=False)
    for name, line in _done_items(new).items():
        if name not in before:
            item = _fullest(new, name)
            if item is not None:
                was = _fullest(old, name) if old else None
                dropped = tuple(_dropped(was, item)) if was else ()
                yield Closing(item, reason=_reason(item, old), line=line, dropped=dropped)
    known = {item.id: item for item in old.items} if old else {}
    for item in new.items:
        yield from _closed_actions(item, known.get(item.id), old)


def _done_items(ledger: Ledger) -> dict[str, int]:
    """The items that are done, by their own status or their line in the index, with the line."""
    rows = {row.id: row.span.start_line for row in ledger.index if row.status == "done"}
    own = {item.id: _status_line(item) for item in ledger.items if item.status == "done"}
    open_ones = {i.id for i in ledger.items if i.status_text and i.status != "done"}
    return {name: line for name, line in rows.items() if name not in open_ones} | own


def _status_line(item: Item) -> int:
    lines = (field.span.start_line for field in item.fields if field.name.lower() == "status")
    return next(lines, item.span.start_line)


def _fullest(ledger: Ledger, name: str) -> Item | None:
    sections = (item for item in ledger.items if item.id == name)
    return max(sections, key=lambda item: (len(item.criteria), len(item.attempts)), default=None)


def _dropped(was: Item, now: Item) -> Iterator[str]:
    """The criteria of ``was`` that ``now`` has not, word for word, but for ticks and what is put
    behind."""
    kept = [_wanted(criterion.text) for criterion in now.criteria]
    for wording in (_wanted(criterion.text) for criterion in was.criteria):
        if wording and not any(left.startswith(wording) for left in kept):
            yield wording


def _wanted(criterion: str) -> str:
    """What a criterion asks for; empty for an optional one."""
    condition = sprints.condition(criterion, "", 1)
    words = text.one_line(condition.text).rstrip(".")
    return (
        "" if condition.optional else f"`{condition.check}` {words}" if condition.check else words
    )


def _closed_actions(item: Item, was: Item | None, old: Ledger | None) -> Iterator[Closing]:
    earlier = was.actions if was else ()
    known = {str(action.number): action for action in earlier if action.number is not None}
    known |= {f" {text.one_line(action.text)}": action for action in earlier}
    for action in item.actions:
        names = str(action.number), f" {text.one_line(action.text)}"
        same = [known[name] for name in names if name in known]
        if action.state == "complete" and all(action.state != "complete" for action in same):
            reason = reason_in(action.text) or _reason(item, old)
            line = action.span.start_line
            yield Closing(item, action, was=same[0] if same else None, reason=reason, line=line)


def _reason(item: Item, old: Ledger | None) -> str:
    """The reason that the change itself gives: in an attempt or a field of the item that is new."""
    known = {attempt.text for attempt in old.attempts} if old else set()
    was = [former for former in old.items if former.id == item.id] if old else []
    fields = {(field.name, field.value) for item in was for field in item.fields}
    texts = [attempt.text for attempt in item.attempts if attempt.text not in known]
    texts += [f"{f.name}: {f.value}" for f in item.fields if (f.name, f.value) not in fields]
    return next(filter(None, map(reason_in, texts)), "")


def objections(closing: Closing, grounds: Grounds, *, strict: bool) -> Iterator[Objection]:
    """Why ``closing`` may not be called done: errors, and warnings where a reason stands in for
    evidence, or where nothing is known and that is not ``strict``ly an error."""
    reason = closing.reason or grounds.reason
    wanted = [criterion for criterion in grounds.criteria if not criterion.optional]
    for criterion in wanted:
        words = f"{quoted(criterion.text or criterion.check)}: {criterion.reason}"
        if criterion.verdict == "unmet":
            message = f"{closing.sentence} and a criterion is not met: {words}"
            yield _of_criterion(closing, grounds, criterion, message, "error")
        elif criterion.verdict == "unknown" and not (closing.reason or criterion.is_attested):
            message = f"{closing.sentence} and nothing shows that a criterion is met: {words}"
            severity: Severity = "error" if strict else "warning"
            yield _of_criterion(closing, grounds, criterion, message, severity)
    for wording in () if reason else closing.dropped:
        message = f"{closing.sentence} and the same change takes a criterion out: {quoted(wording)}"
        yield _objection(closing, message, "warning")._replace(
            about=f"{closing.sentence} {wording}"
        )
    if grounds.undecided:
        message = f"{closing.sentence} and waited for a decision: {grounds.undecided}"
        yield _objection(closing, message, "error")
    is_step = closing.action is not None and not grounds.document
    if grounds.failure and not wanted and not is_step:
        message = f"{closing.sentence} and the newest run that it cites failed: {grounds.failure}"
        if reason:
            yield _objection(closing, f"{message}, but {quoted(reason)}", "warning")
        else:
            yield _objection(closing, message, "error")._replace(fix=_remedy(closing))
    elif grounds.unread and not (wanted or is_step or reason):
        wording = f"{closing.sentence} and nothing shows how the newest run that it cites ended"
        severity = "error" if strict else "warning"
        message = f"{wording}: {grounds.unread}"
        yield _objection(closing, message, severity)._replace(fix=_remedy(closing))


# Ticks in a brief


class AddedTicks(NamedTuple):
    """The ticked criteria of a brief that no version before has ticked."""

    set_now: Sequence[Condition]
    """Those that were there without a tick."""
    new: Sequence[Condition]
    """Those that were not there: their ticks are often mere bullets."""


def added_ticks(now: Iterable[Condition], before: Sequence[Condition]) -> AddedTicks:
    """What a change of a brief ticks."""
    ticked = {_known_by(condition) for condition in before if condition.claimed}
    known = {_known_by(condition) for condition in before}
    added = [c for c in now if c.claimed and _known_by(c) not in ticked]
    return AddedTicks(
        [condition for condition in added if _known_by(condition) in known],
        [condition for condition in added if _known_by(condition) not in known],
    )


def _known_by(condition: Condition) -> tuple[str, str]:
    """What a criterion is known again by, whatever reason is put behind it."""
    return condition.sprint, text.one_line(without_reason(condition.text)).rstrip(" .")


def against_ticks(
    item: str,
    document: str,
    set_now: Sequence[JudgedCriterion],
    new: Sequence[JudgedCriterion],
    *,
    strict: bool,
) -> Iterator[Objection]:
    """What speaks against the ticks that a change adds to the brief ``document``; what comes with
    one is reported once."""
    for criterion in set_now:
        is_unmet = criterion.verdict == "unmet"
        if is_unmet or (criterion.verdict == "unknown" and not criterion.is_attested):
            words = "it is not met" if is_unmet else "nothing shows that it is met"
            which = quoted(criterion.text or criterion.check)
            message = f"{which} is ticked and {words}: {criterion.reason}"
            severity: Severity = "error" if is_unmet or strict else "warning"
            fix = None if is_unmet else "say on whose word behind it, as `attested: by Anna`"
            yield Objection(
                item, criterion.line, message, message, severity, fix=fix, document=document
            )
    unmet = [criterion for criterion in new if criterion.verdict == "unmet"]
    if unmet:
        several = f" and {len(unmet) - 1} more" if len(unmet) > 1 else ""
        message = f"{quoted(unmet[0].text)}{several} came with a tick, not met: {unmet[0].reason}"
        yield Objection(item, unmet[0].line, message, message, "warning", document=document)


def _remedy(closing: Closing, criterion: JudgedCriterion | None = None) -> str:
    """What to do where nothing shows that something is done, or where it is not."""
    name = closing.item.id
    if criterion and criterion.verdict == "unmet":
        return f"mend it, and record a run that shows it: `ledger run {name} -- COMMAND`"
    lines = [own.span.start_line for own in closing.item.criteria]
    if criterion and criterion.line in lines and not closing.task:
        number = lines.index(criterion.line) + 1
        word = f"`ledger criterion {name} attest {number} --because TEXT`"
        return f"record a run that shows it (`ledger run {name} -- COMMAND`), or attest it: {word}"
    return (
        f"record a run that shows it (`ledger close {name} --run RUN`), or say why it is done all "
        "the same, as `Because: ...` in the attempt (`--because`)"
    )


def _of_criterion(
    closing: Closing, grounds: Grounds, criterion: JudgedCriterion, message: str, severity: Severity
) -> Objection:
    """What a criterion says against a closing; one of a brief is reported where the brief has
    it."""
    objection = _objection(closing, message, severity)
    if grounds.document:
        objection = objection._replace(message=f"{message} ({grounds.document}:{criterion.line})")
    elif closing.is_here:
        objection = objection._replace(line=criterion.line)
    return objection._replace(
        about=f"{objection.about} {criterion.text}",
        fix=_remedy(closing, criterion),
    )


def _objection(closing: Closing, message: str, severity: Severity) -> Objection:
    return Objection(
        item=closing.item.id,
        line=closing.line,
        message=message,
        about=closing.sentence,
        severity=severity,
    )
