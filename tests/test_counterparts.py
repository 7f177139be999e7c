"""What is still there in other words, and what is gone: history, hook and CI give one answer."""

from __future__ import annotations

import pytest

from ledger import rules
from ledger.git.log import Commit
from ledger.plan import reader
from ledger.versions import history
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


@pytest.mark.parametrize(("before", "after", "gone"), CASES.values(), ids=CASES)
def test_history_and_hook_tell_the_same_losses(before: str, after: str, gone: str) -> None:
    was, now = plan(before), plan(after)
    snapshots = Snapshots(None)
    versions = snapshots.of("b", now), [snapshots.of("a", was)]
    deed = history.compare(
        Commit(sha="c" * 40, parents=(), when="", author="Anna", subject=""),
        *versions,
        lambda: EMPTY,
    )
    told = [event.before for event in deed.events if event.kind in GONE]
    assert [gone in one for one in told] == [True] * bool(gone), deed.events

    known = rules.Facts("plan.md")
    found = rules.made_worse(reader.read(now), known, [reader.read(was)])
    lost = [one for one in found if one.code in ("LED501", "LED503", "LED508")]
    assert len(lost) == bool(gone), lost
