"""Merging as a function of three files: what is decided, what is left, what is never lost."""

from __future__ import annotations

import contextlib
import random
import re
from collections import Counter

import pytest

from ledger.plan import reader
from ledger.versions.merge import Merged, Unsure, merge

PLAN = """\
# Fix plan

**Last Updated:** 2025-11-02 (TEXT-001 Attempt #2)
**Active Focus:** TEXT-001

## Index

| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [TEXT-001](#x) | Read text | High | in_progress |
| [DOCS-002](#y) | Write docs | Low | pending |

## [TEXT-001] Read text
- Priority: High
- Status: in_progress
- Attempts History:
  * [2025-11-01] Attempt #1 — Result: partial. The splitter reads twice.
  * [2025-11-02] Attempt #2 — Result: success. The splitter reads once.
    Metrics: 12 passed in 3.40s.
- Next Actions:
  1. ✅ COMPLETE (Attempt #2) — Read once.
  2. 🟡 PENDING — Measure 50 MB files.
  3. 🟡 PENDING — Ask anna.
- Exit Criteria:
  - 50 MB in ten times the time of 5 MB

## [DOCS-002] Write docs
- Priority: Low
- Status: pending
- Attempts History:
- Next Actions:
  * Choose an example
"""
MARK = re.compile(rb"<<<<<<< ours\n(.*?)=======\n(.*?)>>>>>>> theirs\n", re.DOTALL)
A3 = "  * [2025-11-03] Attempt #3 — Result: success. Ours, see Attempt #2.\n"
B3 = "  * [2025-11-04] Attempt #3 — Result: failed. Theirs, worse than Attempt #2.\n"
LAST = "    Metrics: 12 passed in 3.40s.\n"


def changed(*pairs: tuple[str, str], plan: str = PLAN) -> bytes:
    for old, new in pairs:
        assert old in plan, old
        plan = plan.replace(old, new, 1)
    return plan.encode()


def both(ours: bytes, theirs: bytes, base: bytes | None = None) -> Merged:
    """The merge, and the promise that it is the same the other way round."""
    base = PLAN.encode() if base is None else base
    done = merge(base, ours, theirs)
    back = merge(base, theirs, ours)
    assert MARK.sub(rb"<<<<<<< ours\n\2=======\n\1>>>>>>> theirs\n", back.data) == done.data
    assert done.notes == back.notes
    return done


def clean(ours: bytes, theirs: bytes, base: bytes | None = None) -> str:
    done = both(ours, theirs, base)
    assert not done.clashes
    return done.data.decode()


def line(text: str, start: str) -> str:
    [found] = [one for one in text.split("\n") if one.strip().startswith(start)]
    return found.strip()


def test_what_one_side_did_is_done() -> None:
    ours = changed((LAST, LAST + A3))
    assert merge(PLAN.encode(), ours, PLAN.encode()) == (ours, (), ())


def test_both_sides_attempts_stay_and_the_later_one_moves_up() -> None:
    said = clean(changed((LAST, LAST + A3)), changed((LAST, LAST + B3)))
    b4 = B3.replace("Attempt #3", "Attempt #4")
    assert said == changed((LAST, LAST + A3 + b4)).decode()


def test_all_later_attempts_of_the_side_move_and_keep_their_order() -> None:
    more = "  * [2025-11-05] Attempt #4 — Result: info. As Attempt #3 said, and Attempts #3, #4.\n"
    said = clean(changed((LAST, LAST + A3)), changed((LAST, LAST + B3 + more)))
    moved = B3.replace("#3", "#4") + (
        "  * [2025-11-05] Attempt #5 — Result: info. As Attempt #4 said, and Attempts #4, #5.\n"
    )
    assert said == changed((LAST, LAST + A3 + moved)).decode()


def test_references_of_the_side_follow_wherever_they_stand() -> None:
    theirs = changed(
        (LAST, LAST + B3),
        ("2. 🟡 PENDING — M", "2. ✅ COMPLETE (Attempt #3) — M"),
        ("Low\n- Status: pending\n", "Low\n- Status: pending\n- Spec: TEXT-001 Attempt #3, TEXT-001#3; Attempt #3\n"),
        ("2025-11-02 (TEXT-001 Attempt #2)", "2025-11-04 (TEXT-001 Attempt #3)"),
    )  # fmt: skip
    said = clean(changed((LAST, LAST + A3)), theirs)
    assert "2. ✅ COMPLETE (Attempt #4) — Measure" in said
    assert "- Spec: TEXT-001 Attempt #4, TEXT-001#4; Attempt #3\n" in said
    assert "2025-11-04 (TEXT-001 Attempt #4)" in said
    assert A3 in said


def test_old_text_keeps_its_references() -> None:
    base = changed(("Ask anna.", "Ask anna (Attempt #3, one day)."))
    ours = changed((LAST, LAST + A3), plan=base.decode())
    said = clean(ours, changed((LAST, LAST + B3), plan=base.decode()), base)
    assert "Ask anna (Attempt #3, one day)." in said


def test_an_attempt_that_both_took_over_stands_once() -> None:
    ours = changed((LAST, LAST + A3))
    theirs = changed((LAST, LAST + A3 + B3.replace("#3", "#4")))
    assert clean(ours, theirs) == theirs.decode()


def test_a_rebase_of_two_commits_knows_its_own_attempt_again() -> None:
    """The second commit of a branch, whose first attempt was moved up when it was rebased."""
    first = LAST + B3
    base = changed((LAST, first))
    theirs = changed(
        (LAST, first + "  * [2025-11-05] Attempt #4 — Result: info. After Attempt #3.\n")
    )
    ours = changed((LAST, LAST + A3 + B3.replace("Attempt #3", "Attempt #4")))
    said = clean(ours, theirs, base)
    numbers = [attempt.number for attempt in reader.read(said.encode()).items[0].attempts]
    assert numbers == [1, 2, 3, 4, 5]
    assert "Attempt #5 — Result: info. After Attempt #4." in said


def test_actions_are_numbered_likewise() -> None:
    ours = changed(("Ask anna.\n", "Ask anna.\n  4. 🟡 PENDING — Ours.\n"))
    theirs = changed(("Ask anna.\n", "Ask anna.\n  4. 🟡 PENDING — Theirs.\n"))
    said = clean(ours, theirs)
    assert "  4. 🟡 PENDING — Ours.\n  5. 🟡 PENDING — Theirs.\n- Exit" in said


def test_attempts_that_only_actions_tell_of_count() -> None:
    ours = changed(("2. 🟡 PENDING", "2. ✅ COMPLETE (Attempt #3)"))
    theirs = changed(("3. 🟡 PENDING", "3. ✅ COMPLETE (Attempt #3)"))
    attempts = reader.read(clean(ours, theirs).encode()).items[0].attempts
    assert sorted(attempt.number or 0 for attempt in attempts) == [1, 2, 3, 4]


def test_newest_first_stays_newest_first() -> None:
    base = b"## [A-1] a\n- Attempts History:\n  * [2025-11-02] Attempt #2 - Result: success, the second one\n  * [2025-11-01] Attempt #1 - Result: failed, the first one\n"
    at = b"History:\n"
    ours = base.replace(at, at + b"  * [2025-11-03] Attempt #3 - Result: partial, ours\n")
    theirs = base.replace(at, at + b"  * [2025-11-04] Attempt #3 - Result: partial, theirs\n")
    items = reader.read(clean(ours, theirs, base).encode()).items
    assert [attempt.number for attempt in items[0].attempts] == [4, 3, 2, 1]


# State before, on our side and on theirs, and what the merge says; None for a conflict.
STATES = [
    ("🟡 PENDING", "🟡 PENDING", "✅ COMPLETE (Attempt #2)", "✅ COMPLETE (Attempt #2)"),
    ("🟡 PENDING", "🟡 BLOCKED", "✅ COMPLETE (Attempt #2)", "✅ COMPLETE (Attempt #2)"),
    ("🟡 PENDING", "IN_PROGRESS", "⚠️ PARTIAL", "⚠️ PARTIAL"),
    ("🟡 PENDING", "🟡 BLOCKED", "🟡 DEFERRED", None),
    ("🟡 PENDING", "❌ REJECTED", "✅ COMPLETE (Attempt #2)", None),
    ("🟡 PENDING", "✅ DONE", "✅ DONE (Attempt #2)", "✅ DONE (Attempt #2)"),
    ("🟡 PENDING", "✅ COMPLETE (Attempt #1)", "✅ COMPLETE (Attempt #2)", "✅ COMPLETE (Attempt #2)"),
    ("🟡 PENDING", "✅ COMPLETE (Attempt #8)", "✅ COMPLETE (Attempt #9)", None),
    ("✅ COMPLETE (Attempt #2)", "🟡 PENDING", "✅ DONE (Attempt #2)", "🟡 PENDING"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "ours", "theirs", "expected"), STATES)
def test_states_of_one_action(was: str, ours: str, theirs: str, expected: str | None) -> None:
    old = "2. 🟡 PENDING — M"
    base, one, other = (changed((old, f"2. {state} — M")) for state in (was, ours, theirs))
    done = both(one, other, base)
    if expected is None:
        [(item, _, what)] = done.clashes
        assert (item, what) == ("TEXT-001", "action 2")
        [(left, right)] = MARK.findall(done.data)
        assert (left.decode(), right.decode()) == tuple(
            f"  2. {state} — Measure 50 MB files.\n" for state in (ours, theirs)
        )
    else:
        assert not done.clashes
        assert line(done.data.decode(), "2. ") == f"2. {expected} — Measure 50 MB files."


def test_state_and_text_of_one_action_are_apart() -> None:
    ours = changed(("2. 🟡 PENDING — M", "2. ✅ COMPLETE (Attempt #2) — M"))
    theirs = changed(("Measure 50 MB files.", "Measure 500 MB files."))
    assert line(clean(ours, theirs), "2. ") == "2. ✅ COMPLETE (Attempt #2) — Measure 500 MB files."


STATUSES = [
    ("in_progress", "in_progress (phase B)", "done", "done"),
    ("in_progress", "blocked", "done", "done"),
    ("in_progress", "archived", "done", "archived"),
    ("in_progress", "blocked", "pending", "blocked"),
    ("pending", "blocked", "in_progress", None),
    ("in_progress", "in_progress (a)", "in_progress (b)", None),
    ("done", "in_progress (reopened)", "done (2025-11-02)", "in_progress (reopened)"),
    ("in_progress", "mysterious", "done", None),
]


@pytest.mark.parametrize(("was", "ours", "theirs", "expected"), STATUSES)
def test_statuses_of_item_and_index(was: str, ours: str, theirs: str, expected: str | None) -> None:
    base, one, other = (
        changed(("- Status: in_progress", f"- Status: {status}"), ("High | in_progress", f"High | {status}"))
        for status in (was, ours, theirs)
    )  # fmt: skip
    done = both(one, other, base)
    if expected is None:
        assert [clash.item for clash in done.clashes] == [None, "TEXT-001"]
        return
    assert not done.clashes
    plan = reader.read(done.data)
    assert (plan.items[0].status_text, plan.index[0].status_text) == (expected, expected)


UPDATES = [
    ("2025-11-03 (a)", "2025-11-04 (b)", "2025-11-04 (b)"),
    ("2025-11-03 (b)", "2025-11-03 (a)", "2025-11-03 (a; b)"),
    ("2025-11-03 (a; b)", "2025-11-03 (b; c)", "2025-11-03 (a; b; c)"),
    ("2025-11-03", "2025-11-03 (b)", "2025-11-03 (b)"),
]


@pytest.mark.parametrize(("ours", "theirs", "expected"), UPDATES)
def test_last_updated(ours: str, theirs: str, expected: str) -> None:
    old = "2025-11-02 (TEXT-001 Attempt #2)"
    said = clean(changed((old, ours)), changed((old, theirs)))
    assert line(said, "**Last") == f"**Last Updated:** {expected}"


def test_additions_of_every_kind_at_one_place() -> None:
    focus, row = "**Active Focus:** TEXT-001\n", "| [DOCS-002](#y) | Write docs | Low | pending |\n"
    pairs = (
        (focus, "**{}:** a line of the head\n"),
        (row, "| [{}-1](#z) | {} | Low | new |\n"),
        ("- Status: in_progress\n", "- Spec {}: docs/{}.md\n"),
        ("  * Choose an example\n", "  * Rewrite {}\n"),
        ("## [DOCS-002] Write docs\n", None),
    )
    sides = []
    for name in ("OURS", "THEIRS"):
        made = [(old, old + new.format(name, name)) for old, new in pairs if new]
        item = f"## [{name}-1] {name}\n- Status: new\n\n"
        sides.append(changed(*made, ("## [DOCS-002]", f"{item}## [DOCS-002]")))
    said = clean(*sides)
    for name in ("OURS", "THEIRS"):
        for _, new in pairs:
            assert said.count((new or "## [{}-1] {}\n").format(name, name)) == 1
    assert [item.id for item in reader.read(said.encode()).items] == ["TEXT-001", "OURS-1", "THEIRS-1", "DOCS-002"]  # fmt: skip
    assert len(said.split("\n\n")) == len(PLAN.split("\n\n")) + 2


def test_attempts_of_an_empty_history_stand_below_it() -> None:
    at = "- Attempts History:\n- Next Actions:\n  * Choose"
    sides = [
        changed((at, f"- Attempts History:\n  * [2025-11-0{n}] Attempt #1 — Result: info. No. {n}.\n- Next Actions:\n  * Choose"))
        for n in (5, 6)
    ]  # fmt: skip
    attempts = reader.read(clean(*sides).encode()).items[1].attempts
    assert [(attempt.number, attempt.date) for attempt in attempts] == [(1, "2025-11-05"), (2, "2025-11-06")]  # fmt: skip


# What our side makes of the plan, what theirs does, and in which item the conflict is.
CONFLICTS = [
    ("an attempt rewritten twice", ("reads twice.", "reads three times."), ("reads twice.", "reads it all."), "TEXT-001"),
    ("an attempt removed and changed", ("  * [2025-11-01] Attempt #1 — Result: partial. The splitter reads twice.\n", ""), ("reads twice.", "reads it all."), "TEXT-001"),
    ("a title changed twice", ("] Write docs\n", "] Write a tour\n"), ("] Write docs\n", "] Write a manual\n"), "DOCS-002"),
    ("an item removed and changed", (PLAN[PLAN.index("## [DOCS-002]") :], ""), ("  * Choose", "  * Do not choose"), "DOCS-002"),
    ("unknown text changed twice", ("50 MB in ten", "60 MB in ten"), ("50 MB in ten", "70 MB in ten"), "TEXT-001"),
    ("the head changed twice", ("Focus:** TEXT-001", "Focus:** a"), ("Focus:** TEXT-001", "Focus:** b"), None),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "item"), [row[1:] for row in CONFLICTS], ids=[row[0] for row in CONFLICTS])  # fmt: skip
def test_conflicts_are_small_and_in_the_item(
    ours: tuple[str, str], theirs: tuple[str, str], item: str | None
) -> None:
    done = both(changed(ours), changed(theirs))
    [clash] = done.clashes
    assert clash.item == item
    assert done.data.split(b"\n")[clash.line - 1] == b"<<<<<<< ours"
    for side, pair in ((rb"\1", ours), (rb"\2", theirs)):
        assert MARK.sub(side, done.data) == changed(pair)


def test_two_items_under_one_name_are_a_conflict_of_both() -> None:
    at = "## [DOCS-002]"
    sides = [
        changed((at, f"## [NEW-003] {title}\n- Attempts History:\n  * [2025-11-05] Attempt #1 — Result: info. {title}.\n\n{at}"))
        for title in ("One thing", "Another thing")
    ]  # fmt: skip
    [clash] = both(*sides).clashes
    assert clash.item == "NEW-003"


def test_lines_of_one_attempt_merge_as_text() -> None:
    ours = changed(
        ("reads once.\n", "reads once.\n    Artifacts: `a.md`\n"),
        (LAST, LAST + "    More of ours.\n"),
    )
    theirs = changed(("12 passed in 3.40s.", "12 passed in 3.41s."))
    assert both(ours, theirs).clashes
    theirs = changed(("The splitter reads once.", "The splitter reads it once."))
    said = clean(changed((LAST, LAST + "    More.\n")), theirs)
    assert "reads it once." in said
    assert "    More.\n" in said


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_newlines_and_byte_order_mark_are_kept(newline: str) -> None:
    def written(data: bytes) -> bytes:
        return b"\xef\xbb\xbf" + data.replace(b"\n", newline.encode()).removesuffix(
            newline.encode()
        )

    base, ours, theirs = PLAN.encode(), changed((LAST, LAST + A3)), changed((LAST, LAST + B3))
    expected = written(merge(base, ours, theirs).data)
    assert merge(written(base), written(ours), written(theirs)).data == expected


def test_a_change_of_newlines_on_one_side_is_the_merge_s() -> None:
    base, ours = PLAN.encode(), changed((LAST, LAST + A3))
    theirs = PLAN.replace("\n", "\r\n").encode()
    assert merge(base, ours, theirs).data == ours.replace(b"\n", b"\r\n")


def test_text_without_items_is_git_s_business() -> None:
    with pytest.raises(Unsure, match="no item"):
        merge(b"a\n", b"b\n", b"c\n")


def test_what_would_not_read_back_is_refused() -> None:
    """A fence that one side opens swallows what the other one adds."""
    ours = changed(("    Metrics: 12 passed in 3.40s.\n", LAST + "- Notes:\n```\n"))
    theirs = changed(("  * Choose an example\n", "  * Choose an example\n- Attempts History:\n  * [2025-11-05] Attempt #1 — Result: info. In a fence.\n"))  # fmt: skip
    with pytest.raises(Unsure, match="attempt"):
        merge(PLAN.encode(), ours, theirs)


def test_marker_size_and_labels() -> None:
    done = merge(
        PLAN.encode(), changed(CONFLICTS[0][1]), changed(CONFLICTS[0][2]), ("HEAD", "x"), 9
    )
    assert b"\n<<<<<<<<< HEAD\n" in done.data
    assert b"\n=========\n" in done.data
    assert b"\n>>>>>>>>> x\n" in done.data


def test_a_number_of_nought_and_one_with_noughts_stay_as_written() -> None:
    ours = changed(("Attempt #1", "Attempt #0"), ("Attempt #2", "Attempt #02"))
    assert merge(PLAN.encode(), ours, PLAN.encode()).data == ours


ODD = [
    b"```\n", b"<!--\n", b"## [NEW-1] x\n", b"## Index\n", b"<<<<<<< HEAD\n", b"=======\n",
    b"\x00\xff\n", b"\n", b"- Next Actions:\n", b"- Status: \n", b"|||\n", b"1. \n", b"Attempt #3\n",
    b"  * [2025-11-09] Attempt #3 \xe2\x80\x94 Result: info.\n",
]  # fmt: skip


def mutated(chance: random.Random, data: bytes) -> bytes:
    """The file with lines removed, added, doubled, moved and cut."""
    lines = data.splitlines(keepends=True)
    for _ in range(chance.randint(0, 6)):
        at, other, size = (chance.randrange(len(lines)) for _ in range(3))
        kind = chance.randrange(5)
        taken = lines[at : at + 1 + size % 8]
        if kind in (0, 3):
            del lines[at : at + len(taken)]
        if kind == 1:
            lines.insert(other, chance.choice(ODD))
        elif kind == 2:
            lines.insert(other, taken[0])
        elif kind == 3:
            lines[other:other] = taken
        elif kind == 4:
            lines[at] = taken[0][: size % 40] + chance.choice([b"x", b"\n", b" ", b"#", b"7"])
        lines = lines or [b"\n"]
    return b"".join(lines)


def test_whatever_the_files_are_it_merges_or_says_that_it_does_not() -> None:
    chance = random.Random(5)
    kinds = Counter[str]()
    for _ in range(150):
        base = mutated(chance, PLAN.encode())
        ours, theirs = mutated(chance, base), mutated(chance, base)
        try:
            done = merge(base, ours, theirs)
        except Unsure:
            kinds["unsure"] += 1
            continue
        back = merge(base, theirs, ours)
        assert len(back.data) == len(done.data)
        assert len(back.clashes) == len(done.clashes)
        kinds["conflict" if done.clashes else "clean"] += 1
        with contextlib.suppress(Unsure):
            assert merge(base, ours, base).data == ours
    assert min(kinds["clean"], kinds["conflict"]) > 20


@pytest.mark.parametrize("gap", ["", "\n"])
def test_first_attempts_of_both_sides_stand_apart_only_where_each_did(gap: str) -> None:
    """The blank line before a list says nothing about those between its entries."""
    rest = f"{gap}- Next Actions:\n  * Choose"
    plan = PLAN.replace(
        "- Attempts History:\n- Next Actions:\n  * Choose", f"- Attempts History:\n\n{rest}"
    )
    one = "  * [2025-11-03] Attempt #1 — Result: success. Ours.\n"
    other = "  * [2025-11-04] Attempt #1 — Result: failed. Theirs.\n"
    sides = [changed((f"\n{rest}", f"\n{new}{rest}"), plan=plan) for new in (one, other)]
    merged = merge(plan.encode(), *sides).data.decode()
    assert f"{one}{gap}{other.replace('#1', '#2')}{rest}" in merged


def test_of_actions_that_are_alike_each_side_changes_the_one_of_its_number() -> None:
    said = "{n}. ✅ DONE (Attempt #{n}) — Complete the documentation.\n"
    alike = [f"  {said.format(n=number)}" for number in (1, 2, 3)]
    plan = PLAN.replace("  1. ✅ COMPLETE (Attempt #2) — Read once.\n", "".join(alike), 1)
    for old, new in (("  2. 🟡", "  4. 🟡"), ("  3. 🟡", "  5. 🟡")):
        plan = plan.replace(old, new)
    first, third = alike[0], alike[2]
    deferred = third.replace("✅ DONE (Attempt #3)", "🟡 DEFERRED")
    one = changed((first, first.replace("documentation", "documentation, here")), plan=plan)
    other = changed(
        (first, first.replace("documentation", "documentation, there")),
        (third, deferred),
        plan=plan,
    )
    for sides in ((one, other), (other, one)):
        done = merge(plan.encode(), *sides)
        assert [clash.what for clash in done.clashes] == ["action 1"]
        assert deferred.encode() in done.data


def test_of_actions_that_are_alike_and_have_no_number_the_order_tells() -> None:
    alike = "  * 🟡 READY — Rewrite the splitter of the reader.\n"
    plan = PLAN.replace("  * Choose an example\n", alike * 2)
    marked = alike.replace("splitter", "second splitter")
    deferred, done = (alike.replace("🟡 READY", word) for word in ("🟡 DEFERRED", "✅ DONE"))
    one = changed((alike * 2, alike + marked), plan=plan)
    other = changed((alike * 2, deferred + done), plan=plan)
    wanted = deferred + done.replace("splitter", "second splitter")
    for sides in ((one, other), (other, one)):
        assert wanted.encode() in merge(plan.encode(), *sides).data
