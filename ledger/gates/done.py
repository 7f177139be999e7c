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
from typing import Final, NamedTuple

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
    def said(self) -> str:
        """What the change says, in words."""
        if self.task:
            return f"task {self.task.id} of {self.item.id} is done"
        if self.action is None:
            return f"{self.item.id} is done"
        number = "an action" if self.action.number is None else f"action {self.action.number}"
        return f"{number} of {self.item.id} is complete"


class Grounds(NamedTuple):
    """What a closing stands on."""

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
    here = {one.id for one in new.items if not any(pointer.is_item for pointer in one.archived)}
    left = {one.id for one in old.items} - before.keys() - here if old else set()
    for moved in (one for plan in elsewhere() for one in plan.items) if left else ():
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
    lines = (one.span.start_line for one in item.fields if one.name.lower() == "status")
    return next(lines, item.span.start_line)


def _fullest(ledger: Ledger, name: str) -> Item | None:
    sections = (item for item in ledger.items if item.id == name)
    return max(sections, key=lambda one: (len(one.criteria), len(one.attempts)), default=None)


def _dropped(was: Item, now: Item) -> Iterator[str]:
    """The criteria of ``was`` that ``now`` has not, word for word, but for ticks and what is put
    behind."""
    kept = [_wanted(one.text) for one in now.criteria]
    for said in (_wanted(one.text) for one in was.criteria):
        if said and not any(one.startswith(said) for one in kept):
            yield said


def _wanted(criterion: str) -> str:
    """What a criterion asks for; empty for an optional one."""
    one = sprints.condition(criterion, "", 1)
    words = text.one_line(one.text).rstrip(".")
    return "" if one.optional else f"`{one.check}` {words}" if one.check else words


def _closed_actions(item: Item, was: Item | None, old: Ledger | None) -> Iterator[Closing]:
    earlier = was.actions if was else ()
    known = {str(one.number): one for one in earlier if one.number is not None}
    known |= {f" {text.one_line(one.text)}": one for one in earlier}
    for action in item.actions:
        names = str(action.number), f" {text.one_line(action.text)}"
        same = [known[name] for name in names if name in known]
        if action.state == "complete" and all(one.state != "complete" for one in same):
            reason = reason_in(action.text) or _reason(item, old)
            line = action.span.start_line
            yield Closing(item, action, was=same[0] if same else None, reason=reason, line=line)


def _reason(item: Item, old: Ledger | None) -> str:
    """The reason that the change itself gives: in an attempt or a field of the item that is new."""
    known = {one.text for one in old.attempts} if old else set()
    was = [one for one in old.items if one.id == item.id] if old else []
    fields = {(field.name, field.value) for one in was for field in one.fields}
    said = [one.text for one in item.attempts if one.text not in known]
    said += [f"{f.name}: {f.value}" for f in item.fields if (f.name, f.value) not in fields]
    return next(filter(None, map(reason_in, said)), "")


def objections(closing: Closing, grounds: Grounds, *, strict: bool) -> Iterator[Objection]:
    """Why ``closing`` may not be called done: errors, and warnings where a reason stands in for
    evidence, or where nothing is known and that is not ``strict``ly an error."""
    reason = closing.reason or grounds.reason
    wanted = [one for one in grounds.criteria if not one.optional]
    for one in wanted:
        words = f"{quoted(one.text or one.check)}: {one.reason}"
        if one.verdict == "unmet":
            message = f"{closing.said} and a criterion is not met: {words}"
            yield _of_criterion(closing, grounds, one, message, "error")
        elif one.verdict == "unknown" and not (closing.reason or _attested(one)):
            message = f"{closing.said} and nothing shows that a criterion is met: {words}"
            severity: Severity = "error" if strict else "warning"
            yield _of_criterion(closing, grounds, one, message, severity)
    for said in () if reason else closing.dropped:
        message = f"{closing.said} and the same change takes a criterion out: {quoted(said)}"
        yield _objection(closing, message, "warning")._replace(about=f"{closing.said} {said}")
    if grounds.undecided:
        message = f"{closing.said} and waited for a decision: {grounds.undecided}"
        yield _objection(closing, message, "error")
    is_step = closing.action is not None and not grounds.document
    if grounds.failure and not wanted and not is_step:
        message = f"{closing.said} and the newest run that it cites failed: {grounds.failure}"
        if reason:
            yield _objection(closing, f"{message}, but {quoted(reason)}", "warning")
        else:
            yield _objection(closing, message, "error")._replace(fix=_SAY_WHY)
    elif grounds.unread and not (wanted or is_step or reason):
        said = f"{closing.said} and nothing shows how the newest run that it cites ended"
        severity = "error" if strict else "warning"
        message = f"{said}: {grounds.unread}"
        yield _objection(closing, message, severity)._replace(fix=_SAY_WHY)


# Ticks in a brief


class AddedTicks(NamedTuple):
    """The ticked criteria of a brief that no version before has ticked."""

    set_now: Sequence[Condition]
    """Those that stood there without a tick."""
    new: Sequence[Condition]
    """Those that did not stand there: their ticks are often mere bullets."""


def added_ticks(now: Iterable[Condition], before: Sequence[Condition]) -> AddedTicks:
    """What a change of a brief ticks."""
    ticked = {_known_by(one) for one in before if one.claimed}
    known = {_known_by(one) for one in before}
    added = [one for one in now if one.claimed and _known_by(one) not in ticked]
    return AddedTicks(
        [one for one in added if _known_by(one) in known],
        [one for one in added if _known_by(one) not in known],
    )


def _known_by(one: Condition) -> tuple[str, str]:
    """What a criterion is known again by, whatever reason is put behind it."""
    words = without_reason(one.text)
    return one.sprint, text.one_line(words).rstrip(" .,;(-\u2013\u2014")


def against_ticks(
    item: str,
    document: str,
    set_now: Sequence[JudgedCriterion],
    new: Sequence[JudgedCriterion],
    *,
    strict: bool,
) -> Iterator[Objection]:
    """What speaks against the ticks that a change adds to the brief ``document``; what comes with
    one is told once."""
    for one in set_now:
        is_unmet = one.verdict == "unmet"
        if is_unmet or (one.verdict == "unknown" and not _attested(one)):
            said = "it is not met" if is_unmet else "nothing shows that it is met"
            message = f"{quoted(one.text or one.check)} is ticked and {said}: {one.reason}"
            severity: Severity = "error" if is_unmet or strict else "warning"
            fix = None if is_unmet else "say on whose word behind it, as `attested: by Anna`"
            yield Objection(item, one.line, message, message, severity, fix=fix, document=document)
    unmet = [one for one in new if one.verdict == "unmet"]
    if unmet:
        several = f" and {len(unmet) - 1} more" if len(unmet) > 1 else ""
        message = f"{quoted(unmet[0].text)}{several} came with a tick, not met: {unmet[0].reason}"
        yield Objection(item, unmet[0].line, message, message, "warning", document=document)


_SAY_WHY: Final = (
    "record a run that shows it (`ledger close ITEM --run RUN`), or say why it is done all the "
    "same, as `Because: ...` in the attempt (`--because`)"
)


def _attested(one: JudgedCriterion) -> bool:
    """Whether a criterion is ticked and says on whose word."""
    return one.claimed is True and bool(reason_in(one.text))


def _of_criterion(
    closing: Closing, grounds: Grounds, one: JudgedCriterion, message: str, severity: Severity
) -> Objection:
    """What a criterion says against a closing; one of a brief is told where the brief has it."""
    said = _objection(closing, message, severity)
    if grounds.document:
        said = said._replace(message=f"{message} ({grounds.document}:{one.line})")
    elif closing.is_here:
        said = said._replace(line=one.line)
    return said._replace(
        about=f"{said.about} {one.text}", fix=_SAY_WHY if one.verdict == "unknown" else None
    )


def _objection(closing: Closing, message: str, severity: Severity) -> Objection:
    return Objection(
        item=closing.item.id,
        line=closing.line,
        message=message,
        about=closing.said,
        severity=severity,
    )
