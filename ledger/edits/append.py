"""An append as edits: one attempt, actions completed and added, status, last updated. The dialect
says what bytes go where; ``check`` holds the outcome against what was meant."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ledger.edits import outline
from ledger.edits.outline import Outline, Shape, bare, refuse_difference, unexpected_change
from ledger.errors import Refused, UsageError
from ledger.evidence.model import Delta, Evidence, Repeats, Totals
from ledger.plan import citations, dialects, parts, patterns, text, words
from ledger.plan.document import Edit
from ledger.plan.model import (
    FINISHED,
    Action,
    Attempt,
    Change,
    Criterion,
    Item,
    Ledger,
    NewAttempt,
)

# the box or mark of a criterion that is not ticked
_EMPTY: Final = re.compile(rb"\[ \]|\xe2\xac\x9c|\xe2\x9d\x8c")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
# Fields that an append may add, empty, as the home of what it adds.
_HOMES: Final = ("Attempts History", "Next Actions", "TODOs", "Attempts")
_GIB: Final = 1 << 30
_MIB: Final = 1 << 20


def section_of(ledger: Ledger, item_id: str) -> Item:
    """The item's section; of several the one with the latest attempt. Raises UsageError for no such
    item, Refused for one that is only listed or whose name several tasks have."""
    items = [item for item in ledger.items if item.id == item_id]
    if not items:
        message = f"no item {item_id} in this ledger"
        raise UsageError("no-such-item", message, "`ledger status` lists them")
    sections = [item for item in items if not dialects.is_listed(ledger, item)]
    if not sections:
        raise Refused(
            "no-section",
            f"{item_id} is only listed (line {items[0].span.start_line})",
            f"give it a section: `## [{item_id}] {items[0].title}`",
        )
    if len(sections) > 1 and not all(map(dialects.is_sectioned, sections)):
        lines = " and ".join(str(item.span.start_line) for item in sections)
        raise Refused("ambiguous-item", f"{item_id} is on lines {lines}", "give one another ID")
    return max(sections, key=lambda item: max((a.number or 0 for a in item.attempts), default=-1))


def next_number(ledger: Ledger, item_id: str) -> int | None:
    """The largest number of the item's attempts, plus one; None in a dialect without numbers.
    Raises Refused where no number is left."""
    sections = [item for item in ledger.items if item.id == item_id]
    if not all(dialects.of(item).is_numbered for item in sections):
        return None
    number = max((item.highest for item in sections), default=0) + 1
    if number > patterns.LARGEST_NUMBER:
        message = f"{item_id} has attempt #{number - 1}, and no larger number is read as one"
        raise Refused("no-number-left", message, "give it a smaller one, if it is a slip")
    return number


def append(ledger: Ledger, change: Change) -> list[Edit]:
    """The edits that make ``change``. Raises Refused or UsageError where it has no place."""
    item = section_of(ledger, change.item)
    if not all(text.one_line(wording) for wording in change.next):
        raise UsageError("empty-action", "a next action has no words", "say what is next")
    edits = dialects.append(ledger, item, change)
    edits += [tick(ledger, item.criteria[place]) for place in change.met]
    number = change.attempt.number
    note = change.item if number is None else f"{change.item} Attempt #{number}"
    return edits + dated(ledger, change.today, note)


def tick(ledger: Ledger, criterion: Criterion) -> Edit:
    """The tick in the empty box of a criterion."""
    box = _EMPTY.search(ledger.text, criterion.span.start_byte, criterion.span.end_byte)
    if box is None:
        raise unexpected_change(f"the tick of {criterion.text[:60]!r}")
    return Edit(*box.span(), b"[x]" if box.group() == b"[ ]" else text.encode("\u2705"))


def dated(ledger: Ledger, today: str, note: str) -> list[Edit]:
    """The edits for the line `Last Updated`: the date becomes ``today``, and a note in
    parentheses, which mentions the last update, becomes ``note``."""
    field = ledger.last_updated
    match = _DATE.search(field.value) if field else None
    if not field or not match:
        return []
    start = field.value_span.start_byte + len(text.encode(field.value[: match.start()]))
    rest = field.value[match.end() :]
    is_note = rest.startswith(" (") and rest.endswith(")")
    old = field.value[match.start() :] if is_note else match.group()
    new = f"{today} ({note})" if is_note else today
    return [Edit(start, start + len(text.encode(old)), text.encode(new))]


# What is expected


def check(old: Ledger, new: Ledger, change: Change) -> Attempt:
    """The new attempt. Raises Refused unless ``new`` is ``old`` with ``change`` alone."""
    target = section_of(old, change.item)
    place = next(at for at, item in enumerate(old.items) if item is target)
    expected, read_outline = Outline(old), Outline(new)
    if len(old.items) != len(new.items):
        refuse_difference(expected, read_outline)
    after = new.items[place]
    mine, theirs = expected.items[place], read_outline.items[place]
    attempt = _expect_attempt(target, after, change.attempt, mine, theirs)
    completed = [dialects.of(target).action(target, number) for number in change.complete]
    expect_actions(
        target, after, mine, theirs, new=change.next, completed=completed, by=change.attempt.number
    )
    status = words.of(old).status(change.status) if change.status else target.status
    if after.status != status:
        raise unexpected_change(f"the status of {target.id}: {target.status} became {after.status}")
    theirs["fields"] = tuple(
        field
        for field in theirs["fields"]
        if field in mine["fields"] or field["value"] or field["name"] not in _HOMES
    )
    for at in change.met:
        expect_tick(mine, theirs, at)
    if change.status:
        outline.expect_status(expected, read_outline, place, change.status)
    if expected.updated and read_outline.updated and change.today in read_outline.updated:
        expected.updated = read_outline.updated
    refuse_difference(expected, read_outline)
    return attempt


def expect_tick(mine: Shape, theirs: Shape, at: int, behind: str = "") -> None:
    """Expect that criterion ``at`` has a tick, and says what it said with ``behind`` at its end."""
    was, now = mine["criteria"], theirs["criteria"]
    if len(now) == len(was) and now[at]["ticked"]:
        line = bare(f"{was[at]['text']} {behind}").removeprefix("x ")
        if bare(now[at]["text"]).removeprefix("x ") == line:
            mine["criteria"] = (*was[:at], now[at], *was[at + 1 :])


def _expect_attempt(
    before: Item, after: Item, new_attempt: NewAttempt, expected: Shape, actual: Shape
) -> Attempt:
    """Put the attempt that ``after`` adds where it is expected, if it is as ``new_attempt``."""
    at = _added(before, after, new_attempt.number)
    attempt = after.attempts[at]
    for what, intended, read in (
        ("date", new_attempt.date, attempt.date),
        ("result", new_attempt.result, attempt.result),
        ("stamp", new_attempt.stamp, attempt.stamp if new_attempt.stamp else None),
    ):
        if intended != read:
            raise unexpected_change(f"the new attempt's {what}: {intended} reads as {read}")
    for words_given in (
        new_attempt.words,
        new_attempt.summary,
        new_attempt.metrics,
        new_attempt.because,
    ):
        if bare(words_given) not in bare(attempt.text):
            raise unexpected_change(
                f"the new attempt's words: {words_given[:60]!r} is not among them"
            )
    cited = {path for artifact in attempt.artifacts for path in artifact.paths}
    for artifact in new_attempt.artifacts:
        if not cited.issuperset(citations.expand(artifact)):
            raise unexpected_change(f"the new attempt's artifacts: {artifact} is not among them")
    attempts = expected["attempts"]
    expected["attempts"] = (*attempts[:at], actual["attempts"][at], *attempts[at:])
    for wanted, other in zip(expected["attempts"], actual["attempts"], strict=False):
        for gained in ("result_text", "stamp"):  # as a roadmap's note may
            wanted[gained] = other[gained]
    return attempt


def _added(before: Item, after: Item, number: int | None) -> int:
    """Which attempt of ``after`` is the one that it has more, and that has the ``number``."""
    known = Counter(_words_of(attempt) for attempt in before.attempts)
    added = []
    for at, attempt in enumerate(after.attempts):
        known[_words_of(attempt)] -= 1
        if known[_words_of(attempt)] < 0:
            added.append(at)
    was = number is not None and any(attempt.number == number for attempt in before.attempts)
    new = after.attempts[added[0]] if len(added) == 1 else None
    if was or new is None or (new.number, new.source) != (number, "history"):
        name = "the attempt" if number is None else f"attempt #{number}"
        raise unexpected_change(f"{name} of {before.id} is not there exactly once")
    return added[0]


def expect_actions(
    before: Item,
    after: Item,
    expected: Shape,
    actual: Shape,
    *,
    new: Sequence[str] = (),
    completed: Sequence[Action] = (),
    by: int | None = None,
) -> None:
    """Complete those that were ``completed``, and put the ``new`` ones where they are expected."""
    old, now_there = before.actions, after.actions
    count = len(new)
    if len(now_there) != len(old) + count:
        raise unexpected_change(
            f"{count} new actions of {before.id} read as {len(now_there) - len(old)}"
        )
    at = len(old)  # the new ones are behind all others, but for those of a list further down
    while at and count and _is_expected(old[at - 1], now_there[at - 1 + count], completed, by):
        at -= 1
    for words_of, action in zip(new, now_there[at : at + count], strict=True):
        if action.state != "pending" or not bare(action.text).endswith(bare(words_of)):
            message = f"{words_of[:60]!r} reads as {action.text!r}"
            raise unexpected_change(f"a new action of {before.id}: {message}")
    for was, now in zip(old, (*now_there[:at], *now_there[at + count :]), strict=True):
        if not _is_expected(was, now, completed, by):
            raise unexpected_change(f"action {was.number} of {before.id}")
    expected["actions"] = actual["actions"]


def _is_expected(was: Action, now: Action, completed: Sequence[Action], by: int | None) -> bool:
    """Whether an action is as it was, or one of the ``completed`` and complete; ``by`` is the
    attempt that it has to name, unless it is a box, which does not say by which."""
    if not any(was is action for action in completed):
        return outline.shape(was) == outline.shape(now)
    attempt = was.attempt if parts.is_box(now.state_text) else by
    done = (was.number, "complete", attempt, was.text)
    return (now.number, now.state, now.attempt, now.text) == done


def _words_of(attempt: Attempt) -> tuple[int | None, str | None, str, str]:
    return attempt.number, attempt.date, attempt.source, attempt.text


# Tasks of a plan file, ticked


def tick_tasks(plan: Ledger, tasks: Sequence[Item]) -> Iterator[Edit]:
    """The edits that tick ``tasks``. Raises Refused for one that is done or has no box."""
    for task in tasks:
        if task.status in FINISHED:
            line = task.span.start_line
            message = f"task {task.id} is {task.status_text} already (line {line})"
            raise Refused("already-complete", message, "leave it out; nothing was written")
        yield from dialects.status(plan, task, "done")


def check_tasks(old: Ledger, new: Ledger, tasks: Sequence[Item]) -> None:
    """Raise Refused unless ``new`` is ``old`` with ``tasks`` done, line by line."""
    lines = {task.span.start_line for task in tasks}
    was, now = (list(map(_state_of, plan.items)) for plan in (old, new))
    wanted = [(*former[:2], "done") if former[0] in lines else former for former in was]
    if now != wanted or old.unread != new.unread:
        raise unexpected_change("another task would change")


def _state_of(task: Item) -> tuple[int, str, str]:
    return task.span.start_line, f"{task.id} {task.title}", task.status


# A run as an attempt: whether the plan has it already, and its evidence in words. Every number of
# these comes from the run.


def entry_of(evidence: Evidence, items: Iterable[Item]) -> Attempt | Action | None:
    """The first entry of ``items`` that records a run of the repository: an attempt, or the
    completed action that it is in.

    An entry records a run when its artifacts lie in the run's folder and results of the run are
    among them: those of another run may lie below it. An entry that bears the
    run's stamp and cites no folder of that stamp's records it, too; one that cites another
    folder of the same stamp (``phase_a/S/`` for ``phase_b/S/``) does not.
    """
    for item in items:
        for attempt in item.attempts:
            if attempt.source == "history" and _records(attempt, evidence):
                return attempt
        for action in item.actions:
            is_attempt = action.state == "complete" and action.attempt is not None
            if is_attempt and _records(action, evidence):
                return action
    return None


def _records(entry: Attempt | Action, evidence: Evidence) -> bool:
    run, stamp = evidence.path, evidence.stamp
    is_named = run in entry.text or citations.brace([run]) in entry.text
    if not is_named and not (stamp and stamp in entry.text) and entry.stamp != stamp:
        return False
    cited = _paths(citations.labelled(entry.text, "Artifacts") or "")
    inside = [path for path in cited if _is_in(path, run)]
    if inside:
        results = {*evidence.sources.values()} or evidence.files
        whole = [path for path in inside if len(path) <= len(run)]
        return bool(whole) or any(_is_in(f"{run}/{name}", p) for name in results for p in inside)
    if not stamp or entry.stamp != stamp:
        return False
    others = [path for path in cited or _paths(entry.text) if stamp in path]
    return not others or any(_is_in(path, run) for path in others)


def _paths(text: str) -> list[str]:
    return [path.rstrip("/") for citation in citations.find(text) for path in citation.paths]


def _is_in(path: str, run: str) -> bool:
    """Whether ``path`` is the run's folder or in it; it may be written relative to a root."""
    path = path.removeprefix("./").rstrip("/")
    return f"{path}/".startswith(f"{run}/") or ("/" in path and f"/{run}/".endswith(f"/{path}/"))


def metrics_of(evidence: Evidence, delta: Delta | None = None, baseline: str = "") -> str:
    """Totals, runtime, exit code, peak memory, what cut the run short, and the comparison."""
    parts: list[str] = []
    if evidence.totals:
        parts.append(_totals(evidence.totals))
    if evidence.share:
        parts.append(evidence.share)
    if evidence.repeats:
        parts += _repeats(evidence.repeats)
    if evidence.duration_s is not None:
        parts.append(f"runtime {evidence.duration_s:.2f} s")
    if evidence.exit_code is not None:
        parts.append(f"exit code {evidence.exit_code}")
    if (size := evidence.peak_rss_bytes) is not None:
        memory = f"{size / _GIB:.2f} GiB" if size >= _GIB else f"{size / _MIB:.1f} MiB"
        parts.append(f"peak memory {memory}")
    if evidence.completeness in ("timeout", "crashed", "incomplete", "inconsistent"):
        parts.append(f"run {evidence.completeness}: {evidence.reason}".rstrip(": "))
    if delta is not None:
        parts.append(f"against `{baseline}`: {_comparison(delta)}")
    return "; ".join(parts)


def _repeats(repeats: Repeats) -> list[str]:
    phrases = []
    if repeats.planned > 1:
        share = f" ({100 * repeats.passes / repeats.run:.1f} %)" if repeats.run else ""
        passes = f"{repeats.passes} of {repeats.run} rounds passed{share}"
        phrases.append(f"{passes}, {repeats.first_try_passes} at the first try")
    if repeats.retried:
        counted = Counter(repeats.retried)
        ends = ", ".join(f"{word} ×{n}" if n > 1 else word for word, n in counted.items())
        retries = "1 retry" if len(repeats.retried) == 1 else f"{len(repeats.retried)} retries"
        phrases.append(f"{retries} ({ends})")
    return phrases


def _totals(totals: Totals) -> str:
    share = ""
    if totals.collected:
        share = f" ({100 * totals.passed / totals.collected:.1f} % of collected)"
    return _counts(
        (totals.collected, "collected"),
        (totals.passed, f"passed{share}"),
        (totals.failed, "failed"),
        others=(
            (totals.errors, "errors"),
            (totals.skipped, "skipped"),
            (totals.xfailed, "xfailed"),
            (totals.xpassed, "xpassed"),
            (totals.rerun, "rerun"),
        ),
    )


def _comparison(delta: Delta) -> str:
    return _counts(
        (len(delta.new_failures), "new failures"),
        (len(delta.still_failing), "still failing"),
        (len(delta.cleared), "cleared"),
        others=(
            (len(delta.not_run), "not run"),
            (len(delta.newly_skipped), "newly skipped"),
            (len(delta.new_tests), "new tests"),
            (len(delta.gone), "gone"),
            (len(delta.flaky), "flaky"),
        ),
    )


def _counts(*counts: tuple[int, str], others: Sequence[tuple[int, str]]) -> str:
    """Counts with their names; the ``others`` only where there are any."""
    return ", ".join(
        f"{count} {name}" for count, name in (*counts, *(other for other in others if other[0]))
    )
