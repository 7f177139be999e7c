"""What is still there in other words, and what is gone: history, hook and CI give one answer."""

from __future__ import annotations

import pytest

from ledger import rules
from ledger.git.log import Commit
from ledger.plan import reader
from ledger.versions import history
from ledger.versions.model import Event
from ledger.versions.snapshot import EMPTY, Snapshots

# What a plan has, what the next version has instead, and what is gone. ``|`` parts lines.
OTHERS = "|- [ ] Write the manual|- [ ] Fix the leak in the cache|- [x] Add a test for the lexer"
CASES = {
    "one word more": ("- [ ] Draw the border", "- [ ] Draw the border in blue", ""),
    "another verb": ("- [ ] Draw the border", "- [ ] Redo the border", ""),
    "another verb, two words": ("- [ ] Draw borders", "- [ ] Redo borders", ""),
    "turned round": ("- [ ] Add tests for the parser", "- [ ] Write parser tests", ""),
    "a full stop": ("- [ ] Draw the border", "- [x] Draw the border.", ""),
    "emphasis": ("- [ ] Draw the border", "- [ ] **Draw** the `border`", ""),
    "a note behind it": ("- [ ] Draw the border", "- [x] Draw the border (see abc1234, took an hour)", ""),
    "an ID in front": ("- [ ] Draw the border of the page", "- [ ] [DRAW-001] Draw the border of the page", ""),
    "split in two": ("- [ ] Parse dates and zones", "- [ ] Parse dates|- [ ] Parse zones", ""),
    "split in three": ("- [ ] Read dates, times and zones", "- [ ] Read dates|- [ ] Read times|- [ ] Read zones", ""),
    "two joined": ("- [ ] Parse dates|- [ ] Parse zones", "- [ ] Parse dates and zones", ""),
    "moved below a heading": ("- [ ] Draw the border", "|## Completed||- [x] Draw the border", ""),
    "same words below two headings": ("- [ ] Commit it|## A||- [ ] Commit it", "- [ ] Commit it|## B||- [ ] Commit it", ""),
    "one of two twins deleted": ("- [ ] Commit it|## A||- [ ] Commit it", "|## A||- [ ] Commit it", "Commit it"),
    "deleted": ("- [ ] Draw the border", "", "Draw the border"),
    "another in its place": ("- [ ] Draw the border", "- [ ] Buy more milk", "Draw the border"),
    "same verb, another thing": ("- [ ] Fix the border", "- [ ] Fix the colour", "Fix the border"),
    "only small words in common": ("- [ ] Draw it in the way of the old one", "- [ ] Think of the rest in the plan", "Draw it in"),
    "one deleted, another reworded": ("- [ ] Draw the border|- [ ] Sort the rows", "- [ ] Sort the rows by name", "Draw the border"),
    "words of another that stays": ("- [ ] Fix the cache", "", "Fix the cache"),
    "Chinese, reworded": ("- [ ] 修复解析器的内存泄漏", "- [ ] 修复解析器里的内存泄漏问题", ""),
    "Chinese, deleted": ("- [ ] 修复解析器的内存泄漏", "- [ ] 编写用户手册", "修复"),
    "a box below, reworded": ("- [ ] Draw|  - [ ] Measure the page", "- [ ] Draw|  - [ ] Measure each page", ""),
    "a box below, deleted": ("- [ ] Draw|  - [ ] Measure the page|  - [ ] Cut", "- [ ] Draw|  - [ ] Cut", "Measure the page"),
    "a box below becomes a task": ("- [ ] Draw|  - [ ] Measure the page", "- [ ] Draw|- [ ] Measure the page", ""),
    "a task becomes a box below": ("- [ ] Draw|- [ ] Measure the page", "- [ ] Draw|  - [ ] Measure the page", ""),
    "a box below another task": ("- [ ] Draw|  - [ ] Measure the page|- [ ] Cut", "- [ ] Draw|- [ ] Cut|  - [ ] Measure the page", ""),
    "reworded, and a box below deleted": (
        "- [ ] Draw the border|  - [ ] Measure the page",
        "- [ ] Draw the border in blue",
        "Measure the page",
    ),
    "an attempt below a reworded task": (
        "- [ ] Draw the border|  - [2025-02-01] Attempt #1 — Result: failed. Much too slow.",
        "- [ ] Draw the border in blue|  - [2025-02-01] Attempt #1 — Result: failed. Much too slow.",
        "",
    ),
    "an attempt lost below a reworded task": (
        "- [ ] Draw the border|  - [2025-02-01] Attempt #1 — Result: failed. Much too slow.",
        "- [ ] Draw the border in blue",
        "Attempt #1",
    ),
    "wholly other words, the same attempt": (
        "- [ ] Draw it|  - [2025-02-01] Attempt #1 — Result: failed. Much too slow.",
        "- [ ] Handle framing|  - [2025-02-01] Attempt #1 — Result: failed. Much too slow.",
        "",
    ),
}  # fmt: skip
GONE = {"item-removed", "action-removed", "removed", "dropped"}


def plan(lines: str) -> bytes:
    return f"# Plan\n\n## Work\n\n{lines}{OTHERS}\n".replace("|", "\n").encode()


def compared(was: bytes, now: bytes) -> tuple[Event, ...]:
    """What the history says of a commit that made ``now`` of ``was``."""
    snapshots = Snapshots(None)
    commit = Commit(sha="c" * 40, parents=(), when="", author="Anna", subject="")
    versions = snapshots.of("b", now), [snapshots.of("a", was)]
    return history.compare(commit, *versions, lambda: EMPTY).events


@pytest.mark.parametrize(("before", "after", "gone"), CASES.values(), ids=CASES)
def test_history_and_hook_tell_the_same_losses(before: str, after: str, gone: str) -> None:
    was, now = plan(before), plan(after)
    events = compared(was, now)
    told = [event.before for event in events if event.kind in GONE]
    assert [gone in one for one in told] == [True] * bool(gone), events

    known = rules.Facts("plan.md")
    found = rules.made_worse(reader.read(now), known, [reader.read(was)])
    lost = [one for one in found if one.code in ("LED501", "LED503", "LED508")]
    assert len(lost) == bool(gone), lost


def numbered(*lines: str) -> bytes:
    head = "# Plan\n\n## [PARSE-001] Read files\n- Status: in_progress\n- Next Actions:\n\n"
    return (head + "".join(f"  {line}\n" for line in lines)).encode()


MEASURE, READ, WRITE = (
    "🟡 PENDING — Measure 50 MB files.",
    "✅ COMPLETE (Attempt #1) — Read the splitter.",
    "Write it down.",
)
BY_PLACE = ["1. " + MEASURE, "1. " + READ]
RENUMBERED = {
    "by a formatter": (["2. " + MEASURE, "10. " + READ, "11. " + WRITE], ["2. " + MEASURE, "3. " + READ, "4. " + WRITE],
                       "actions 10, 11 of PARSE-001 are 3, 4 now"),
    "one": (["1. " + MEASURE, "3. " + READ], ["1. " + MEASURE, "2. " + READ], "action 3 of PARSE-001 is 2 now"),
    "to no numbers of their own": (["10. " + MEASURE, "11. " + READ], ["1. " + MEASURE, "1. " + READ],
                                   "actions 10, 11 of PARSE-001 are 1, 2 now"),
    "as mdformat counts": (["10. " + MEASURE, "11. " + READ, "12. " + WRITE], ["10. " + MEASURE, "01. " + READ, "01. " + WRITE], ""),
    "so as to be there twice": (["1. " + MEASURE, "2. " + READ], ["1. " + MEASURE, "1. " + READ, "2. " + WRITE],
                                "action 2 of PARSE-001 is 1 now"),
    "by their place": (BY_PLACE, ["1. " + WRITE, "1. " + MEASURE, "1. " + READ], ""),
    "one is new": (["1. " + MEASURE, "2. " + READ], ["1. " + MEASURE, "2. " + READ, "3. " + WRITE], ""),
    "one is completed": (["1. " + MEASURE, "2. " + WRITE], ["1. " + MEASURE, "2. ✅ COMPLETE (Attempt #1) — Written, in two hours."], ""),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), RENUMBERED.values(), ids=RENUMBERED)
def test_actions_with_other_numbers_are_told_once(
    before: list[str], after: list[str], said: str
) -> None:
    was, now = numbered(*before), numbered(*after)
    found = rules.made_worse(reader.read(now), rules.Facts("plan.md"), [reader.read(was)])
    told = [one for one in found if one.code in ("LED107", "LED508", "LED511")]
    assert [(one.code, said in one.message) for one in told] == [("LED511", True)] * bool(said)
    events = compared(was, now)
    kinds = [one.kind for one in events]
    assert kinds.count("actions-renumbered") == (bool(said) or before == BY_PLACE)
    assert not [one for one in events if one.kind in GONE]


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("1. 1. 1.", [1, 2, 3]),
        ("3. 3. 3.", [3, 4, 5]),
        ("0. 0. 0.", [0, 1, 2]),
        ("0. 1. 1.", [0, 1, 2]),
        ("10. 01. 01.", [10, 11, 12]),
        ("2. 1.", [2, 3]),
        ("1. 2. 2.", [1, 2, 2]),
        ("4. 5. 6.", [4, 5, 6]),
        ("7. 9. 8.", [7, 9, 8]),
    ],
)
def test_a_list_that_counts_by_place_has_the_numbers_that_markdown_shows(
    written: str, numbers: list[int]
) -> None:
    lines = [
        f"{number} Measure {letter}."
        for number, letter in zip(written.split(), "abc", strict=False)
    ]
    read = reader.read(numbered(*lines))
    assert [action.number for action in read.items[0].actions] == numbers
