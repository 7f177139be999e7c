"""Generated changes by `add`, `edit`, `action` and `criterion` to plans of every dialect.

``python -m tests.campaigns.verbs --count 10000 --seed 1`` makes as many plans (generated ones of all
dialects, mixtures, and where the corpus is versions of the real ledger) and changes each once. It
asks that

- all lines but those of the item and of its rows in the index are as they were, byte for byte, and
  in the item no more lines differ than the change is about;
- read again, the item says what was meant, all else that it said, and every other item too;
- the row of the index says what the section says;
- for one in ten, what ``--dry-run`` prints is what is then written, and ``git apply`` makes the same
  of it.

``--hostile`` does the same with texts that try to be structure (``tests/campaigns/injection.py``): there
a change may be refused, and is counted.

What was meant is worked out here from the plan as read before, with nothing of ``ledger.edits``. The
exit code is 1 if one did not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import ledger as library
from ledger.errors import LedgerError
from ledger.plan import reader
from ledger.plan.model import Item, Ledger
from tests.campaigns import injection, versions
from tests.support import books, checklists, corpus, generators, mixtures
from tests.support.plans import written

Facts = dict[str, Any]
PLANS: st.SearchStrategy[bytes] = st.one_of(
    generators.plans().map(lambda plan: written(plan).data),
    books.logbooks().map(books.written),
    books.roadmaps().map(books.written),
    checklists.lists().map(lambda plan: checklists.written(plan).data),
    st.integers(0, 10_000).map(lambda number: mixtures.made(number).data),
)
TEXTS = [
    "Read large files", "Größe messen ✅", "Ask ben: again?", "Use `a | b` and **c**", "日本語の作業",
    "Fix #12, then [x] it", "12 tests", "Compare a_b*c with <d>", "Wait (a bit) — or not", "Plan: done soon",
]  # fmt: skip
STATUSES = ["pending", "in_progress", "blocked", "done"]
PRIORITIES = ["High", "Low", "P1"]
NAMES = ["Owner", "Reviewer", "Depends on", "Spec/AT"]
STATES = {
    "complete": "complete",
    "block": "blocked",
    "defer": "deferred",
    "open": "pending",
}
# What a dialect or a plan has no place for; every other refusal of a plain change is a fault.
NO_PLACE = {
    "no-place", "no-status", "no-box", "no-section", "ambiguous-item", "ambiguous-action", "already-complete",
    "already-so", "no-such-action", "no-such-criterion", "bad-id", "told-by-action",
}  # fmt: skip


@dataclass
class Change:
    """A change: the function and what it is given, and what has to come of the item's facts."""

    verb: str
    item: str
    arguments: tuple[Any, ...]
    options: Facts
    expect: Callable[[Facts, Facts], None]
    """Makes of the facts before those that are expected, with a look at those after."""
    most: int = 1
    """How many lines of the item may differ."""
    dialect: str = ""


@dataclass
class Outcome:
    """What was counted."""

    made: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


# What a plan says, as plain values


def facts(item: Item) -> Facts:
    """All that an item says, places aside."""
    return {
        "id": item.id,
        "title": item.title,
        "status": item.status,
        "priority": item.priority_text,
        "fields": [(one.name, one.value) for one in item.fields],
        "attempts": [(one.number, one.result, one.text) for one in item.attempts],
        "actions": [(one.number, one.state, _flat(one.text)) for one in item.actions],
        "criteria": [(one.text, one.ticked) for one in item.criteria],
    }


def around(plan: Ledger) -> Facts:
    """What the plan says apart from its items and the index."""
    return {
        "loose": [one.text for one in plan.loose],
        "unread": [one.text for one in plan.unread],
        "headings": [(one.title, one.status, len(one.criteria)) for one in plan.headings],
    }


def _flat(said: str) -> str:
    return " ".join(said.split())


def _bare(said: str) -> str:
    return "".join(re.findall(r"[^\W_]", said)).casefold()


# Changes


def chosen(rng: random.Random, plan: Ledger, text: Callable[[], str]) -> Change:
    """Some change of some item of ``plan``; ``text`` gives the words of its author."""
    makers = [_field, _status, _priority, _title, _action_add, _action, _move, _criterion, _attest]
    if not plan.items or rng.random() < 0.1:
        return _add(rng, plan, text())
    item = rng.choice(plan.items)
    change = rng.choice(makers)(rng, item, text())
    change.dialect = item.dialect
    return change


def _add(rng: random.Random, plan: Ledger, said: str) -> Change:
    priority = rng.choice(["", *PRIORITIES])
    options = {"priority": priority} if priority else {}

    def expect(mine: Facts, theirs: Facts) -> None:
        assert _bare(theirs["title"]).endswith(_bare(said)), theirs["title"]
        assert theirs["status"] == "pending"
        assert not priority or theirs["priority"] == priority
        assert not theirs["actions"] + theirs["attempts"] + theirs["criteria"]

    return Change("add", "", (said,), options, expect, most=4, dialect=plan.dialect)


def _field(rng: random.Random, item: Item, said: str) -> Change:
    name = rng.choice(NAMES)

    def expect(mine: Facts, theirs: Facts) -> None:
        known = [one for one in mine["fields"] if _is(one[0], name)]
        same = [one for one in known if one[0].lower() == name.lower()] or known
        new = [
            one for one in theirs["fields"] if _bare(one[1]) == _bare(said) and _is(one[0], name)
        ]
        assert new, theirs["fields"]
        if same:
            at = mine["fields"].index(same[0])
            mine["fields"][at] = theirs["fields"][at]
            assert _bare(theirs["fields"][at][1]) == _bare(said)
        else:
            at = next(n for n, one in enumerate(theirs["fields"]) if one == new[0])
            mine["fields"].insert(at, new[0])

    return Change("edit", item.id, (item.id,), {"fields": {name: said}}, expect, most=3)


def _is(written_name: str, name: str) -> bool:
    rest = written_name.lower().removeprefix(name.lower())
    return rest != written_name.lower() and not rest[:1].isalnum()


def _status(rng: random.Random, item: Item, said: str) -> Change:
    status = rng.choice(STATUSES)

    def expect(mine: Facts, theirs: Facts) -> None:
        mine["status"] = status
        was = [one for one in mine["fields"] if one[0].lower() == "status"]
        now = [one for one in theirs["fields"] if one[0].lower() == "status"]
        assert len(was) == len(now)
        mine["fields"] = [one for one in mine["fields"] if one not in was]
        theirs["fields"] = [one for one in theirs["fields"] if one not in now]
        _expect_same_note(mine, theirs)

    return Change("edit", item.id, (item.id,), {"status": status}, expect)


def _expect_same_note(mine: Facts, theirs: Facts) -> None:
    """A roadmap's dated note is an attempt whose result may be the status word."""
    if [one[2] for one in mine["attempts"]] == [one[2] for one in theirs["attempts"]]:
        mine["attempts"] = [
            now if was[0] is None else was
            for was, now in zip(mine["attempts"], theirs["attempts"], strict=True)
        ]


def _priority(rng: random.Random, item: Item, said: str) -> Change:
    priority = rng.choice(PRIORITIES)

    def expect(mine: Facts, theirs: Facts) -> None:
        assert ("Priority", priority) in theirs["fields"]
        if item.dialect != "logbook":
            mine["priority"] = priority
        was = [one for one in mine["fields"] if one[0].lower() == "priority"]
        mine["fields"] = [one for one in mine["fields"] if one not in was]
        theirs["fields"] = [one for one in theirs["fields"] if one[0].lower() != "priority"]

    return Change("edit", item.id, (item.id,), {"priority": priority}, expect, most=3)


def _title(rng: random.Random, item: Item, said: str) -> Change:
    def expect(mine: Facts, theirs: Facts) -> None:
        assert _bare(theirs["title"]).endswith(_bare(said)), theirs["title"]
        if item.dialect == "logbook":  # where the focus is a field as well
            mine["fields"] = [
                new if _bare(new[1]) == _bare(was[1].replace(mine["title"], said)) else was
                for was, new in zip(mine["fields"], theirs["fields"], strict=True)
            ]
        mine["title"] = theirs["title"]
        if not item.is_named:
            mine["id"] = theirs["id"]

    wrapped = len(item.title) // 20 + 4  # lines that the old one may take
    return Change("edit", item.id, (item.id,), {"title": said}, expect, most=wrapped)


def _action_add(rng: random.Random, item: Item, said: str) -> Change:
    def expect(mine: Facts, theirs: Facts) -> None:
        was, now = mine["actions"], theirs["actions"]
        assert len(now) == len(was) + 1, now
        at = next((n for n, one in enumerate(now) if n == len(was) or one != was[n]), len(was))
        number, state, words = now[at]
        assert state == "pending"
        assert _bare(words).endswith(_bare(said)), words
        assert number is None or number not in [one[0] for one in was]
        was.insert(at, now[at])
        _expect_home(mine, theirs)

    return Change("action", item.id, (item.id, "add"), {"text": said}, expect, most=4)


def _expect_home(mine: Facts, theirs: Facts) -> None:
    """An empty field, or section, as the home of what is new."""
    kept = [one for one in theirs["fields"] if one in mine["fields"] or one[1]]
    theirs["fields"] = kept


def _action(rng: random.Random, item: Item, said: str) -> Change:
    step = rng.choice([*STATES, "edit"])
    numbers = _numbers(item)
    number = rng.choice(numbers) if numbers else 99

    def expect(mine: Facts, theirs: Facts) -> None:
        at = _place(item, number)
        was, now = mine["actions"][at], theirs["actions"][at]
        if step == "edit":
            assert _bare(said) in _bare(now[2]), now
            assert now[1] == was[1]
        else:
            assert now[1] == STATES[step], now
            bare = re.sub(r" \(waits for .*?\)(?=\.?( |$))", "", was[2])
            ours = re.sub(r" \(waits for .*?\)(?=\.?( |$))", "", now[2])
            assert _bare(ours) == _bare(bare), (was, now)
            assert step != "block" or _bare(said) in _bare(now[2])
        assert now[0] == was[0]
        mine["actions"][at] = now
        if now[1] == "complete" or was[1] == "complete":  # it may stand for an attempt
            kept = {one[0] for one in mine["attempts"]} & {one[0] for one in theirs["attempts"]}
            for one in (mine, theirs):
                one["attempts"] = [each for each in one["attempts"] if each[0] in kept]

    options = {"text": said} if step == "edit" else {"on": said} if step == "block" else {}
    most = item.actions[_place(item, number)].text.count("\n") + 1 if numbers else 1
    return Change("action", item.id, (item.id, step, number), options, expect, most=most)


def _numbers(item: Item) -> list[int]:
    """What the actions of the item are called by."""
    if item.dialect == "checklist" and all(one.number is None for one in item.actions):
        return list(range(1, len(item.actions) + 1))
    counted = Counter(one.number for one in item.actions)
    return [number for number, count in counted.items() if number is not None and count == 1]


def _place(item: Item, number: int) -> int:
    known = [n for n, one in enumerate(item.actions) if one.number == number]
    return known[0] if known else number - 1


def _move(rng: random.Random, item: Item, said: str) -> Change:
    numbers = _numbers(item)
    number, before = rng.sample(numbers, 2) if len(numbers) > 1 else (98, 99)

    def expect(mine: Facts, theirs: Facts) -> None:
        actions = mine["actions"]
        target = actions[_place(item, before)]
        moved = actions.pop(_place(item, number))
        actions.insert(next(n for n, one in enumerate(actions) if one is target), moved)
        assert sorted(map(str, mine["attempts"])) == sorted(map(str, theirs["attempts"]))
        mine["attempts"] = theirs["attempts"]

    lines = 2 * sum(one.span.end_line - one.span.start_line + 2 for one in item.actions)
    return Change(
        "action", item.id, (item.id, "move", number), {"before": before}, expect, most=lines + 1
    )


def _criterion(rng: random.Random, item: Item, said: str) -> Change:
    def expect(mine: Facts, theirs: Facts) -> None:
        assert len(theirs["criteria"]) == len(mine["criteria"]) + 1
        words, ticked = theirs["criteria"][-1]
        assert _bare(words).endswith(_bare(said)), words
        assert not ticked
        mine["criteria"].append(theirs["criteria"][-1])
        _expect_home(mine, theirs)

    return Change("criterion", item.id, (item.id, "add"), {"text": said}, expect, most=3)


def _attest(rng: random.Random, item: Item, said: str) -> Change:
    number = rng.randint(1, max(1, len(item.criteria)))

    def expect(mine: Facts, theirs: Facts) -> None:
        was, now = mine["criteria"][number - 1], theirs["criteria"][number - 1]
        assert now[1] is True
        assert _bare(f"{was[0]} attested: {said}").removeprefix("x") == _bare(now[0]).removeprefix(
            "x"
        )
        mine["criteria"][number - 1] = now
        mine["fields"] = [
            new if new == (old[0], now[0]) else old
            for old, new in zip(mine["fields"], theirs["fields"], strict=True)
        ]

    options = {"because": said}
    return Change("criterion", item.id, (item.id, "attest", number), options, expect)


# Judging


def judge(data: bytes, change: Change, root: Path, *, dry: bool) -> bytes:
    """Make the change in a folder, and raise AssertionError unless all came out as meant. Raises
    LedgerError where it is refused; then the plan is as it was. Returns what was put in."""
    plan = root / "fix_plan.md"
    plan.write_bytes(data)
    function = getattr(library, change.verb)
    shown = None
    try:
        if dry:
            shown = function(*change.arguments, **change.options, dry_run=True, ledger=plan)
            assert plan.read_bytes() == data
            assert not shown.written
        done = function(*change.arguments, **change.options, ledger=plan)
    except LedgerError:
        assert plan.read_bytes() == data
        raise
    after = plan.read_bytes()
    assert done.written == (after != data)
    if shown is not None:
        assert (shown.diff, shown.line, shown.done) == (done.diff, done.line, done.done)
        _assert_applies(data, shown.diff, after, root)
    assert_as_meant(data, after, change, done.item)
    return b"".join(_added(data, after))


def _assert_applies(data: bytes, diff: str, after: bytes, root: Path) -> None:
    if not diff or b"\r" in data or b"\0" in data:
        return  # git takes line endings as it likes
    place = root / "apply"
    place.mkdir(exist_ok=True)
    (place / "fix_plan.md").write_bytes(data)
    command = ["git", "apply", "--unsafe-paths", "--whitespace=nowarn", "-"]
    encoded = diff.encode("utf-8", "surrogateescape")
    subprocess.run(command, cwd=place, input=encoded, check=True, capture_output=True)
    assert (place / "fix_plan.md").read_bytes() == after


def assert_as_meant(data: bytes, after: bytes, change: Change, name: str) -> None:
    """Raise AssertionError unless ``after`` is ``data`` with the change and nothing else."""
    old, new = reader.read(data), reader.read(after)
    assert around(old) == around(new)
    at = _target(old, new, change, name)
    target = new.items[at]
    mine = [facts(one) for one in old.items]
    theirs = [facts(one) for one in new.items]
    if change.verb == "add":
        change.expect({}, theirs.pop(at))
    else:
        change.expect(mine[at], theirs[at])
    if "title" in change.options and not old.items[at].is_named:
        # Tasks of one title are told apart by a count behind the name.
        stems = [one.id if one.is_named else re.sub(r"-\d+$", "", one.id) for one in old.items]
        for stem, was, now in zip(stems, mine, theirs, strict=True):
            was["id"] = now["id"] if stem == stems[at] else was["id"]
    assert theirs == mine
    _assert_index(old, new, change, target)
    _assert_lines(old, new, at, change)


def _target(old: Ledger, new: Ledger, change: Change, name: str) -> int:
    if change.verb == "add":
        [at] = [n for n, one in enumerate(new.items) if one.id == name]
        return at
    assert len(old.items) == len(new.items)
    same = [n for n, one in enumerate(old.items) if one.id == change.item]
    changed = [n for n in same if facts(old.items[n]) != facts(new.items[n])]
    assert len(changed) <= 1
    return (changed or same)[0]


def _assert_index(old: Ledger, new: Ledger, change: Change, target: Item) -> None:
    rows = [row for row in new.index if row.id == target.id]
    others = [(r.id, r.title, r.status_text, r.priority_text) for r in new.index if r not in rows]
    assert others == [
        (row.id, row.title, row.status_text, row.priority_text)
        for row in old.index
        if row.id != target.id
    ]
    for row in rows:
        if "status" in change.options or change.verb == "add":
            assert row.status == target.status
        if "priority" in change.options and row.priority_text:
            assert row.priority_text == target.priority_text
        if "title" in change.options or change.verb == "add":
            assert _bare(row.title) == _bare(target.title)
    if change.verb == "add" and old.index and target.dialect == "attempts":
        assert len(rows) == 1


def _assert_lines(old: Ledger, new: Ledger, at: int, change: Change) -> None:
    """All lines but those of the item, of its rows and of `Last Updated` are as they were."""
    if new.items[at].dialect == "logbook":  # its parts stand all over the file
        _assert_few(*([*plan.text.splitlines()] for plan in (old, new)), change.most + 3)
        return
    is_new = change.verb == "add"
    was = [] if is_new else _span(old, old.items[at])
    rest_of_old = _rest(old, None if is_new else old.items[at])
    rest_of_new = _rest(new, new.items[at])
    texts = [[line for line in rest if line.strip()] for rest in (rest_of_old, rest_of_new)]
    assert texts[0] == texts[1]
    assert 0 <= len(rest_of_new) - len(rest_of_old) <= 2
    _assert_few(was, _span(new, new.items[at]), change.most)


def _assert_few(was: list[bytes], now: list[bytes], most: int) -> None:
    """No more than ``most`` lines went, or came."""
    matcher = difflib.SequenceMatcher(None, was, now, autojunk=False)
    blocks = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    removed = sum(code[2] - code[1] for code in blocks)
    added = sum(code[4] - code[3] for code in blocks)
    assert max(removed, added) <= most, blocks


def _span(plan: Ledger, item: Item) -> list[bytes]:
    lines = plan.text.splitlines(keepends=True)[item.span.start_line - 1 : item.span.end_line]
    return [line.rstrip(b"\r\n") for line in lines]


def _rest(plan: Ledger, item: Item | None) -> list[bytes]:
    left = set(range(item.span.start_line - 1, item.span.end_line)) if item else set()
    left |= {row.span.start_line - 1 for row in plan.index if item and row.id == item.id}
    if plan.last_updated:
        left.add(plan.last_updated.span.start_line - 1)
    lines = plan.text.splitlines(keepends=True)
    # The last line of a file may have no newline, and gets one where another follows it.
    return [line.rstrip(b"\r\n") for n, line in enumerate(lines) if n not in left]


def _added(data: bytes, after: bytes) -> Iterator[bytes]:
    known = Counter(data.splitlines())
    for line in after.splitlines():
        if known[line]:
            known[line] -= 1
        else:
            yield line


# The campaign


def tried(
    outcome: Outcome, data: bytes, number: int, root: Path, text: str | None, *, dry: bool
) -> None:
    """Make one change of ``data`` and count what came of it; a hostile ``text`` may be refused."""
    rng = random.Random(number)
    plan = reader.read(data)
    change = chosen(rng, plan, lambda: text if text is not None else rng.choice(TEXTS))
    name = f"{change.verb} {' '.join([*change.options][:1])} in {change.dialect}"
    try:
        added = judge(data, change, root, dry=dry)
        if text is not None:
            own = bytes({*data} & {*range(32)})  # control characters that the plan has already
            injection.assert_text_is_safe(added.translate(None, own + b"\t"))
        outcome.made[name] += 1
    except LedgerError as error:
        outcome.refused[f"{error.code}: {name}"] += 1
        closes = change.options.get("status") == "done"  # for which evidence is wanted
        # More lines of one dialect can make it the one that is taken where nothing shows it.
        is_mixed = error.code == "not-as-meant" and len({one.dialect for one in plan.items}) > 1
        if text is None and not (closes or is_mixed or error.code in NO_PLACE):
            _fault(outcome, data, change, f"{error.code}: {error.message}")
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        _fault(outcome, data, change, traceback.format_exc(limit=-2))


def _fault(outcome: Outcome, data: bytes, change: Change, said: str) -> None:
    shown = data.decode("utf-8", "replace")
    shown = shown if len(shown) < 4000 else f"{shown[:300]} ... ({len(data)} bytes)"
    call = f"{change.verb} {change.arguments} {change.options}"[:600]
    outcome.faults.append(f"{call}\n{said}\n--- of\n{shown}\n")
    print(outcome.faults[-1], flush=True)  # a long campaign is read while it runs


def real(limit: int) -> Iterator[bytes]:
    """Some versions of the real ledger, and the other real plans of the corpus."""
    for file in sorted((corpus.PLACE / "ledgers").glob("*.md")):
        yield file.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        repo = corpus.lay_out(Path(folder, "repo"))
        for _, data in versions.contents(repo, versions.spaced(versions.history(repo), limit)):
            yield data


def run(count: int, seed: int, *, hostile: bool = False, real_plans: int = 0) -> Outcome:
    """Make ``count`` changes of generated plans, and a hundred of each real one."""
    outcome = Outcome()
    texts = injection.TEXTS if hostile else st.none()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        root = Path(folder).resolve()

        @hypothesis.seed(seed)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(PLANS, st.integers(0, 2**32), texts)
        def generated(data: bytes, number: int, text: str | None) -> None:
            tried(outcome, data, number, root, text, dry=number % 10 == 0)

        generated()
        rng = random.Random(seed)
        for data in real(real_plans) if real_plans and corpus.exists() else ():
            for _ in range(10 if len(data) > 100_000 else 40):
                number = rng.randrange(2**32)
                hostile_text = rng.choice(injection.FORGED) * 3 if hostile else None
                tried(outcome, data, number, root, hostile_text, dry=False)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hostile", action="store_true", help="texts that try to be structure")
    parser.add_argument("--real", type=int, default=12, help="versions of the real ledger")
    options = parser.parse_args()
    started = time.monotonic()
    outcome = run(options.count, options.seed, hostile=options.hostile, real_plans=options.real)
    for what, number in sorted(outcome.made.items()):
        print(f"{number:6} {what}")
    for what, number in outcome.refused.most_common():
        print(f"{number:6} refused, {what}")
    made, refused = outcome.made.total(), outcome.refused.total()
    took = time.monotonic() - started
    print(
        f"seed {options.seed}, {took:.0f} s: {made} made, {refused} refused, {len(outcome.faults)} wrong"
    )
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
