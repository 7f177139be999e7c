"""The guard: nothing that was recorded is lost or quietly rewritten.

Attempts are compared by what they say, wherever they stand: one that is wrapped otherwise, dated
anew, moved to another item or to the archive file is kept. An attempt that goes knowingly is
withdrawn: one line of the ledger says which and why:

    - Withdrawn: Attempt #3 — ran on the wrong branch
    - Withdrawn: #3, #5-#7 (duplicates of other entries)
    - Withdrawn: [PARSE-001] #3: the whole item was a mistake
    - Withdrawn: 2026-02-03T10:15Z — names a machine that is nobody's business

An attempt without a number is called by the date that it begins with, and its time if it has one.

A bullet of the list; the item is the one whose section it is in, unless it names one. What
is behind these is the reason. Without one the line says nothing. Nor does one in code or in
HTML, a comment say, where no attempt is read either.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from ledger.plan import counterparts, dialects, document, text
from ledger.plan.model import FINISHED, Attempt, Item, Ledger
from ledger.plan.model import latest as latest_of
from ledger.plan.patterns import behind_number, opens, plain_id
from ledger.plan.places import name
from ledger.plan.text import counted
from ledger.rules.model import Severity
from ledger.rules.registry import OPEN, WEAKENED, Facts, Fault, quoted, renumbered, rule, unseen

# 99.5, 2,000, >=, and "at least", "no more than", "every"
_FIGURE = re.compile(
    r"\d+(?:[.,]\d+)*|[<>=!]+|\b(?:least|most|more|fewer|less|under|over|below|above|no|none|not|all|"
    r"every|each|any)\b",
    re.IGNORECASE,
)


@rule("LED501", "attempt-removed", "error")
def attempt_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt is gone.

    Why: A fix plan is the record of what was tried. Restructuring a long file by hand loses
    attempts, hundreds at a time.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-02] Attempt #2 — Result: success. The commit dropped attempt #1.

    Mend: Put it back: from `git show HEAD:docs/fix_plan.md`, or with `ledger history --restore
    ITEM#N` once the loss is committed. Moving it within the file or to the archive is fine. If
    it must go, write `- Withdrawn: Attempt #1 — why` in its item, in the same commit.
    """
    if facts.base is None or not ledger.text.strip():
        return
    for old, new in _altered(ledger, facts):
        if new is None:
            home = next((item for item in ledger.items if item.id == old.item), None)
            where = f"(line {old.span.start_line} before the change): {quoted(old.text)}"
            message = f"{name(old)} is gone {where}"
            fix = "put it back, anywhere in the file or in its archive"
            yield Fault(home or 0, message, old.text, old.item, old.number, fix=fix)


@rule("LED502", "attempt-changed", "warning")
def attempt_changed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt was changed.

    Why: Whoever read or cited an attempt relies on what it said. An item's latest attempt may
    still change. `append_only` in `[tool.ledger]` sets this; with `strict` it is an error.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. The commit before said: failed.
          * [2025-11-02] Attempt #2 — Result: success. Fast enough.

    Mend: Put the old text back, and write what you found since as a new attempt. If it must
    change, write `- Withdrawn: Attempt #1 — why` in its item, in the same commit.
    """
    if facts.base is None or facts.append_only == "off":
        return
    is_closed = facts.append_only == "strict" or facts.is_archive
    latest = {} if is_closed else _latest(facts.base)
    for old, new in _altered(ledger, facts):
        if new is not None and latest.get(old.item) != (old.number, old.number or old.text):
            message = f"{name(old)} was changed: {_change(old.text, new.text)}"
            yield Fault(new, message, old.text, old.item, old.number, severity=_strict(facts))


@rule("LED503", "item-removed", "warning")
def item_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item is gone from the plan and its archive.

    Why: Its open work is forgotten, and references to it lead nowhere. A task without an ID
    that was reworded, moved, split or joined is still there.

    Example:

        ## [PARSE-002] Read empty files
        - Status: pending
        - Notes: the commit dropped the section of PARSE-001.

    Mend: Put it back, or list it among the finished items: `- [PARSE-001] Read large files —
    done`.
    """
    if facts.base is None or not ledger.text.strip():
        return
    known = {item.id for item in ledger.items} | {row.id for row in ledger.index}
    missing = cache(partial(_missing, facts.base, ledger))
    for item in facts.base.items:
        if item.id not in known:
            known.add(item.id)
            if any(item.id == other.id for plan in _elsewhere(facts) for other in plan.items):
                continue
            if not counterparts.take(missing(), item.title):
                continue
            message = f"item {item.id} is gone (line {item.span.start_line} before the change)"
            yield Fault(0, f"{message}: {quoted(item.title)}", "", item.id)


@rule("LED504", "ledger-removed", "error")
def ledger_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The whole plan was deleted or emptied.

    Why: Every attempt and every open item goes with it.

    Example:

        (an empty file, where the commit before had items)

    Mend: Put it back (`git checkout HEAD -- docs/fix_plan.md`). Rename it with `git mv`.
    """
    if facts.base and (facts.base.items or facts.base.loose) and not ledger.text.strip():
        items, tries = len(facts.base.items), len(facts.base.attempts)
        message = (
            f"the fix plan is gone with all that it records: items: {items}, attempts: {tries}"
        )
        yield Fault(0, message, fix="put the file back")


@rule("LED505", "withdrawal-removed", "error")
def withdrawal_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A `Withdrawn:` line is gone.

    Why: It is all that is left of the attempt, and says why.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Notes: the commit dropped `- Withdrawn: Attempt #1 — ran on the wrong branch`.

    Mend: Put the line back, in the plan or the archive.
    """
    before = withdrawals(facts.base) if facts.base and ledger.text.strip() else []
    here = {withdrawal.words for withdrawal in withdrawals(ledger)}
    lost = [withdrawal for withdrawal in before if withdrawal.words not in here]
    elsewhere = _elsewhere(facts) if lost else ()
    kept = {withdrawal.words for plan in elsewhere for withdrawal in withdrawals(plan)}
    there = [attempt for plan in (ledger, *elsewhere) for attempt in plan.attempts]
    for withdrawal in lost:
        back = (any(is_listed(each, {name}) for each in there) for name in withdrawal.names)
        if withdrawal.words not in kept and not all(back):
            message = f"a withdrawal is gone (line {withdrawal.line} before the change): "
            item, which = min(withdrawal.names, key=str)
            number = which if isinstance(which, int) else None
            yield Fault(0, message + quoted(withdrawal.words), withdrawal.words, item, number)


@rule("LED506", "attempts-reordered", "warning")
def attempts_reordered(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Attempts of an item were reordered.

    Why: Their order tells what was tried after what; dates often do not. With `append_only =
    "strict"` this is an error.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-02] Attempt #2 — Result: success. The commit put it before attempt #1.
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.

    Mend: Put them back in their old order.
    """
    if facts.base is None or facts.append_only == "off" or ledger.text == facts.base.text:
        return
    places = {(attempt.item, attempt.text): place for place, attempt in enumerate(ledger.attempts)}
    latest: dict[str | None, int] = {}
    reported: set[str | None] = set()
    for old in facts.base.attempts:
        place = places.get((old.item, old.text))
        if place is None or old.item in reported:
            continue
        if place < latest.get(old.item, -1):
            reported.add(old.item)
            now = next(attempt for attempt in ledger.attempts if attempt.text == old.text)
            message = f"{name(old)} is now before others that it came after"
            yield Fault(now, message, "order", old.item, old.number, severity=_strict(facts))
        latest[old.item] = place


@rule("LED507", "attempt-renumbered", "warning")
def attempt_renumbered(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt has another number than before.

    Why: Actions, commits and other attempts name it by its number. With `append_only =
    "strict"` this is an error. Where two attempts shared a number, also through a merge, one
    may get its own.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #4 — Result: failed. The commit before called it attempt #1.

    Mend: Give it its number back.
    """
    if facts.base is None or facts.append_only == "off":
        return
    gone = [old for old in unseen(facts.base, ledger) if old.number is not None]
    if not gone:
        return
    numbers = Counter((attempt.item, attempt.number) for attempt in facts.base.attempts)
    common = {(a.item, a.number) for a in facts.fork.attempts} if facts.fork else None
    fresh: dict[tuple[str | None, str], list[Attempt]] = {}
    for new in unseen(ledger, facts.base):
        fresh.setdefault((new.item, behind_number(new.text)), []).append(new)
    for old in gone:
        place = (old.item, old.number)
        same = fresh.get((old.item, behind_number(old.text)), [])
        if not same or any(new.number == old.number for new in same):
            continue
        new = same.pop(0)
        if numbers[place] == 1 and (common is None or place in common):
            message = f"{name(old)} has the number {new.number} now"
            fix = "give it its number back"
            fault = Fault(new, message, old.text, old.item, old.number, fix=fix)
            yield fault._replace(severity=_strict(facts))


@rule("LED508", "open-action-removed", "warning")
def open_action_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An open action is gone.

    Why: It was neither done nor given up, and nobody will think of it again. One that was
    reworded, renumbered or moved is still there. With `append_only = "strict"` this is an
    error.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Next Actions:
          1. 🟡 PENDING — Measure 50 MB files. The commit dropped action 2.

    Mend: Put it back, and mark it: `✅ COMPLETE (Attempt #2)`, `DEFERRED`, or `REJECTED` with
    the reason.
    """
    if facts.base is None or facts.append_only == "off" or not ledger.text.strip():
        return
    missing = cache(partial(_missing, facts.base, ledger))
    elsewhere = cache(lambda: {*map(counterparts.words_of, _sayings(_elsewhere(facts)))})
    homes: dict[str, list[Item]] = {}
    for item in ledger.items:
        homes.setdefault(item.id, []).append(item)
    for item in facts.base.items:
        now = [action for home in homes.get(item.id, ()) for action in home.actions]
        if item.id not in homes or [a.text for a in item.actions] == [a.text for a in now]:
            continue
        kept = counterparts.actions(item.actions, now)
        for at, old in enumerate(item.actions):
            # A bullet without number or state is as often a note as an action.
            is_open = old.state in OPEN and (old.state_text or old.number)
            if at in kept or not is_open:
                continue
            if not counterparts.take(missing(), old.text):
                continue
            if counterparts.words_of(old.text) in elsewhere():
                continue
            name = "an open action" if old.number is None else f"action {old.number}, open,"
            message = f"{name} of {item.id} is gone (line {old.span.start_line} before the change)"
            fault = Fault(homes[item.id][0], f"{message}: {quoted(old.text)}", old.text)
            yield fault._replace(severity=_strict(facts))


@rule("LED512", "criterion-changed", "warning")
def criterion_changed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An exit criterion of an unfinished item is gone, or has other figures.

    Why: Done means that the criteria are met which were there when the work began. Where the
    same change calls the item done, this is an error.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Exit Criteria:
          - At least 80 % of the tests pass. The version before said 95 %.

    Mend: Put it back. If other criteria are right, say so with `ledger note`, in a commit
    before the one that closes the item.
    """
    if facts.base is None or facts.append_only == "off" or not ledger.text.strip():
        return
    homes: dict[str, list[Item]] = {}
    for item in ledger.items:
        homes.setdefault(item.id, []).append(item)
    for item in facts.base.items:
        here = homes.get(item.id, [])
        now = [criterion.text for home in here for criterion in home.criteria]
        old = [criterion.text for criterion in item.criteria]
        if item.status in FINISHED or not here or old == now[: len(old)]:
            continue
        away = (other for plan in _elsewhere(facts) for other in plan.items if other.id == item.id)
        now += [criterion.text for home in away for criterion in home.criteria]
        kept = counterparts.paired(old, now)
        is_closed = any(home.status == "done" for home in here)
        for at, wording in enumerate(old):
            new = now[kept[at]] if at in kept else None
            if new is not None and _figures(wording) <= _figures(new):
                continue
            became = f"became {quoted(new)}" if new else "is gone"
            message = f"an exit criterion of {item.id}, {quoted(wording)}, {became}"
            fault = Fault(here[0], message, wording, fix="put it back" if is_closed else None)
            yield fault._replace(severity="error" if is_closed else _strict(facts))


@rule("LED511", "actions-renumbered", "warning")
def actions_renumbered(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Actions have other numbers than before.

    Why: Attempts, commits and people name an action by its number. Formatters renumber lists;
    [Beside formatters](../how-to/formatters.md) says how to prevent it.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Next Actions:
          1. 🟡 PENDING — Measure 50 MB files. In the commit before this was action 10.

    Mend: Give the actions their numbers back, or correct what names them.
    """
    if facts.base is None or facts.append_only == "off" or ledger.text == facts.base.text:
        return
    known = facts.fork.items if facts.fork else facts.base.items
    common = {(item.id, action.number) for item in known for action in item.actions}
    # Where both sides of a merge had given one number, one of them gets another.
    pairs = renumbered(ledger, facts.base)
    pairs = [pair for pair in pairs if (pair.item.id, pair.old.number) in common]
    for item, of_item in groupby(pairs, attrgetter("item")):
        those = [*of_item]
        was, now = (
            ", ".join(str(number) for number in numbers[:_SHOWN])
            + ", ..." * (len(numbers) > _SHOWN)
            for numbers in ([each.old.number for each in those], [e.new.number for e in those])
        )
        is_one = len(those) == 1
        message = f"action {was} of {item.id} is" if is_one else f"actions {was} of {item.id} are"
        more = len(pairs) - len(those)
        others = f"; {counted(more, 'action')} of other items, too" if more else ""
        fix = "give them their numbers back, or correct what names them"
        yield Fault(those[0].new, f"{message} {now} now{others}", "", item.id, fix=fix)
        return


@rule(WEAKENED, "guard-weakened", "warning")
def guard_weakened(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Settings changed so that less is checked, or they ignore a rule on what gets lost.

    Why: A change is judged by the settings before it, but the next one is not: whoever agrees
    should know. This rule cannot be ignored.

    Example:

        (`ignore = ["LED501"]` in the `[tool.ledger]` of the commit, or of one before)

    Mend: Take the rule out of `ignore`; a `Withdrawn:` line answers for one attempt. If the
    change is intended, do nothing.
    """
    for setting in facts.settings:
        yield Fault(0, f"[tool.ledger] has changed: {setting}", setting)
    for code in facts.unguarded:
        yield Fault(0, f"[tool.ledger] ignores {code}: what it would tell is not told", code)


@rule("LED510", "pointer-removed", "error")
def pointer_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The line that points to archived attempts is gone.

    Why: Nobody finds them any more, and their numbers are used again.

    Example:

        ## [PARSE-001] Read large files
        - Attempts History:
          * [2025-11-02] Attempt #3 — Result: success. `Archived: 2 attempts (#1, #2)` is gone.

    Mend: Put the line back, or run `ledger archive --restore`.
    """
    before = facts.base.items if facts.base and ledger.text.strip() else ()
    here = [ledger.text]
    for item, pointer in ((owner, each) for owner in before for each in owner.archived):
        key = pointer.key.encode()
        if b"#archived-" + key in ledger.text:
            continue
        here = (
            here if len(here) > 1 else [ledger.text, *(ledger.text for ledger in _elsewhere(facts))]
        )
        is_there = any(b'"archived-' + key in text for text in here)
        if is_there and not any(b"#archived-" + key in text for text in here):
            home = next((other for other in ledger.items if other.id == item.id), 0)
            message = f"the line on the archived attempts of {item.id} is gone "
            message += f"(line {pointer.span.start_line} before the change)"
            yield Fault(home, message, pointer.key, item.id, fix="put the line back")


def _sayings(plans: Iterable[Ledger]) -> list[str]:
    """What the items and actions of ``plans`` say."""
    every = [item for plan in plans for item in plan.items]
    return [item.title for item in every] + [a.text for item in every for a in item.actions]


def _missing(base: Ledger, ledger: Ledger) -> Counter[counterparts.Words]:
    """What items and actions say less often than before."""
    return counterparts.missing(_sayings([base]), _sayings([ledger]))


def _elsewhere(facts: Facts) -> Sequence[Ledger]:
    """The files that what is gone may have moved to."""
    return facts.elsewhere() if facts.elsewhere else ()


def _figures(words: str) -> set[str]:
    """The numbers of a criterion, and how it compares."""
    return {*map(str.lower, _FIGURE.findall(words))}


def _strict(facts: Facts) -> Severity | None:
    """What a change of the record is where none may be; None for what the rule says."""
    return "error" if facts.append_only == "strict" else None


def _latest(base: Ledger) -> dict[str | None, tuple[int | None, int | str]]:
    """The largest number of each item; without numbers, what its latest attempt says."""
    newest = {item.id: latest_of(item.attempts) for item in base.items}
    return {item: (last.number, last.number or last.text) for item, last in newest.items() if last}


def _change(old: str, new: str) -> str:
    """The first words that differ."""
    same = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        same += 1
    same = max(0, old.rfind(" ", 0, same))
    return f"{quoted(old[same:])} became {quoted(new[same:])}"


_SHOWN = 4
_TELLING = 12  # so many different words cannot be kept or lost by chance
_NUMBER = re.compile(r"#\d{1,6}")
_DAMAGE = ("â", "Â", "Ã", "Å", "Î", "Ï", "ð", "ğ")  # where such characters begin, mostly


def _altered(ledger: Ledger, facts: Facts) -> Iterator[tuple[Attempt, Attempt | None]]:
    """The attempts of the base whose words are not in ``ledger``, each with the attempt of the same
    number that it became, or None. One with next to nothing in common only took its number, as did
    one that another side of a merge added."""
    gone = unseen(facts.base, ledger) if facts.base else []
    if not gone:
        return
    fresh = unseen(ledger, facts.base)
    brought = {attempt.text for other in facts.others for attempt in other.attempts}
    common = {(a.item, a.number) for a in facts.fork.attempts} if facts.fork else set()
    wording = _masked if facts.others or facts.is_merged else behind_number
    moved = Counter(wording(new.text) for new in fresh)
    elsewhere = _elsewhere(facts)
    kept = {wording(attempt.text) for other in elsewhere for attempt in other.attempts}
    is_withdrawn = _withdrawn(ledger, facts, elsewhere)
    base_items = facts.base.items if facts.base else ()
    noted = {item.id for item in base_items if dialects.of(item).has_notes}
    for old in gone:
        words = wording(old.text)
        if not moved[words] and (mended := _mended(old, fresh)):
            words = wording(mended.text)
        if moved[words]:
            moved[words] -= 1  # moved, numbered anew, wrapped in another way, or mended
            continue
        place = (old.item, old.number)
        same = [new for new in fresh if _has_same_name(old, new, old.item in noted)]
        if place not in common:
            same = [new for new in same if new.text not in brought]
        if old.source == "action" and any(new.source == "history" for new in same):
            continue  # it has an entry of its own now
        new = next((n for n in same if n.source == old.source and not _is_other(old, n)), None)
        if new:
            fresh.remove(new)
        if words not in kept and not is_withdrawn(old):
            yield old, new


def _masked(words: str) -> str:
    """What an attempt says, but for the numbers that it names: a merge that gives one a new number
    changes them in what was written beside it."""
    return _NUMBER.sub("#", behind_number(words))


def _withdrawn(
    ledger: Ledger, facts: Facts, elsewhere: Sequence[Ledger]
) -> Callable[[Attempt], bool]:
    """Whether the change itself says that an attempt is withdrawn."""
    before = {withdrawal.words for withdrawal in withdrawals(facts.base)} if facts.base else set()
    every = (withdrawal for plan in (ledger, *elsewhere) for withdrawal in withdrawals(plan))
    names = frozenset(name for w in every if w.words not in before for name in w.names)
    return lambda attempt: is_listed(attempt, names)


def _is_other(old: Attempt, new: Attempt) -> bool:
    """Whether next to nothing of ``old`` is left in ``new``."""
    words = {*behind_number(old.text).split()}
    kept = len(words & {*behind_number(new.text).split()})
    return len(words) >= _TELLING and kept * 3 < len(words)


def _mended(old: Attempt, fresh: Sequence[Attempt]) -> Attempt | None:
    """The attempt that says what ``old`` was meant to say before its characters were read in the
    wrong encoding: who mends them has changed nothing. Who damages them has."""
    if not any(sign in old.text for sign in _DAMAGE):
        return None

    def repaired(words: str) -> str:
        return behind_number("\n".join(text.mend(line).line for line in words.split("\n")))

    words = repaired(old.text)
    if words == behind_number(old.text):
        return None
    return next((new for new in fresh if repaired(new.text) == words), None)


def _has_same_name(old: Attempt, new: Attempt, is_note: bool) -> bool:
    """Whether both have the number, or without numbers the heading; an item has one note."""
    if new.item != old.item or new.number != old.number:
        return False
    return (
        old.number is not None
        or is_note
        or (old.text.partition("\n")[0] == new.text.partition("\n")[0] and "\n" in old.text)
    )


# What is withdrawn

_LINE = re.compile(
    rb"^[ \t]*[-*+][ \t]+\**withdrawn\**:\**[ \t]*([^\r\n]*)", re.MULTILINE | re.IGNORECASE
)
# e.g. "[PARSE-001]"
_ITEM = re.compile(r"\[([^\[\]]{1,200})\][ \t]*|([A-Z][\w-]{0,80}-\w{1,20})(?=[ \t]*#)[ \t]*")
# e.g. "Attempts #1-#3"
_NUMBERS = re.compile(
    r"(?:attempts?[ \t]*)?#?(\d{1,6})(?:[ \t]*[-\u2013][ \t]*#?(\d{1,6}))?"
    r"(?:,[ \t]*|[ \t]+and[ \t]+)?",
    re.IGNORECASE,
)
# e.g. "2026-02-02 and"
_DATED = re.compile(
    r"\[?(\d{4}-\d\d-\d\d(?:T\d\d:?\d\d(?::?\d\d)?Z?)?|\d{8}T\d{6}Z)\]?(?!\w)"
    r"(?:,[ \t]*|[ \t]+and[ \t]+)?"
)
_REASON = re.compile(r"[ \t]*(?:[-\u2013\u2014:(]+)[ \t]*(?=[^\W\d_])")
_MOST = 1000  # attempts that one range may name


Name = tuple[str | None, int | str]


class Withdrawal(NamedTuple):
    """One such line. ``names`` are items and numbers, or dates where there are no numbers;
    ``words`` is the line on one line, which tells it from others."""

    names: frozenset[Name]
    words: str
    line: int


def is_listed(attempt: Attempt, names: Collection[Name]) -> bool:
    """Whether one of ``names`` is that of ``attempt``."""
    if attempt.number is not None:
        return (attempt.item, attempt.number) in names
    return any(
        item == attempt.item and isinstance(when, str) and opens(attempt.text, when)
        for item, when in names
    )


def withdrawals(ledger: Ledger) -> list[Withdrawal]:
    """The withdrawals of ``ledger``, in its order."""
    if b"withdrawn" not in ledger.text.lower():
        return []
    whole = document.parse(ledger.text)
    literal = {line for part in whole.sections for line in document.literal_lines(part.blocks)}
    every = []
    for match in _LINE.finditer(ledger.text):
        line = bisect_right(whole.starts, match.start())
        names = _names(text.decode(match[1]), _section(ledger, match.start()))
        if names and line - 1 not in literal:
            words = " ".join(text.decode(match[0]).split())
            every.append(Withdrawal(names, words, line))
    return every


def _section(ledger: Ledger, at: int) -> str | None:
    return next(
        (item.id for item in ledger.items if item.span.start_byte <= at < item.span.end_byte), None
    )


def _names(words: str, item: str | None) -> frozenset[Name]:
    """Which attempts the line names; none where it gives no reason."""
    at = 0
    item_name = _ITEM.match(words)
    if item_name:
        item, at = plain_id(item_name[1] or item_name[2]), item_name.end()
    names: set[int | str] = set()
    while match := _DATED.match(words, at) or _NUMBERS.match(words, at):
        if match.re is _DATED:
            names.add(match[1])
        else:
            first, last = int(match[1]), int(match[2] or match[1])
            names.update(range(first, min(last, first + _MOST) + 1))
        at = match.end()
    if not names or not _REASON.match(words, at):
        return frozenset()
    return frozenset((item, name) for name in names)
