"""Tables of tasks: read as people write them, and ticked by changing one cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.errors import Refused
from ledger.plan import reader
from tests.campaigns.tasks import faults, rows, ticked

USUAL = "| ID | Task Description | State | How/Why & Guidance |\n| --- | --- | --- | --- |\n"
# What tables are written like, and what stands in them: IDs with what they say, in order.
SHAPES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "usual": (
        f"{USUAL}| M1 | Parse | [D] | ✅ done |\n| M2b | Map | [P] | `a` |\n| 0.C | See | [ ] | |\n",
        [("M1", "done"), ("M2b", "in_progress"), ("0.C", "pending")],
    ),
    "code and sections": (
        (
            f"{USUAL}| **Section 0: Set up** |\n| 0.A | **Read** | `[ ]` | so |\n"
            "| **Section 1: Work** | | | |\n| 1.A | **Do** | `[D]` | **How:** so |\n"
        ),
        [("0.A", "pending"), ("1.A", "done")],
    ),
    "other marks": (
        (
            f"{USUAL}| A1 | a | [X] | |\n| A2 | a | [x] | |\n| A3 | a | [B] | wait |\n"
            "| A4 | a | [S] | |\n| A5 | a | [-] | |\n| A6 | a | [SKIP] | |\n| A7 | a | [~] | |\n"
        ),
        list(
            zip(
                ("A1", "A2", "A3", "A4", "A5", "A6", "A7"),
                ("done", "done", "blocked", "archived", "archived", "archived", "in_progress"),
                strict=True,
            )
        ),
    ),
    "words and ticks": (
        (
            "| # | Step | Status |\n|--|--|--|\n| 1 | a | ✅ |\n| 2 | a | ⬜ |\n| 3 | a | Done |\n"
            "| 4 | a | In progress |\n| 5 | a | ✅ DONE (#3) |\n| 6 | a | Not done |\n"
        ),
        [("1", "done"), ("2", "pending"), ("3", "done"), ("4", "in_progress"), ("5", "done")],
    ),
    "state last": (
        "| ID | Task | File | Status |\n|----|----|----|----|\n| P0.1 | a | `a.md` | [ ] |\n",
        [("P0.1", "pending")],
    ),
    "box first": (
        "| | Task | Owner |\n|--|--|--|\n| [x] | Read it | A |\n| [ ] | Write it | B |\n",
        [("plan-read-it", "done"), ("plan-write-it", "pending")],
    ),
    "no outer pipes": ("ID | Task | State\n--|--|--\nA1 | a | [D]\n", [("A1", "done")]),
    "escaped pipes": (f"{USUAL}| A1 | a \\| b | [D] | c \\| d |\n", [("A1", "done")]),
    "pipes in the last cell": (f"{USUAL}| A1 | a | [ ] | `git a | b` | c |\n", [("A1", "pending")]),
    "linked and long IDs": (
        f"{USUAL}| [A1](#a1) | a | [ ] | |\n| **CLUSTER-CREF-001** | a | [D] | |\n",
        [("A1", "pending"), ("CLUSTER-CREF-001", "done")],
    ),
    "in code": (f"```\n{USUAL}| A1 | a | [D] | |\n```\n", []),
    "no state": ("| ID | Task |\n|--|--|\n| A1 | Read [ ] it |\n", []),
    "of results": ("| Value | Ratio | Status |\n|--|--|--|\n| 0.1 | 2.0 | PASS |\n", []),
    "a legend": (f"## Legend\n\n{USUAL}| A1 | a | [D] | |\n", []),
}
# Rows that are no task for sure: each is told.
ODD = {
    "no state": f"{USUAL}| A1 | a | [D] | |\n| A2 | a |\n",
    "an empty state": f"{USUAL}| A1 | a | [D] | |\n| A2 | a |  | later |\n",
    "a state that nobody knows": f"{USUAL}| A1 | a | [D] | |\n| A2 | a | [?] | b |\n",
    "a pipe before the state": f"{USUAL}| A1 | a | [D] | |\n| A2 | `a | b` | [ ] | c |\n",
    "an ID alone": f"{USUAL}| A1 | a | [D] | |\n| A2 |\n",
    "cut in two": f"{USUAL}| A1 | a | [D] | |\n| A2 | a\nb | [ ] | c |\n",
    "no table": "| ID | Task | State |\n| A2 | a | [ ] |\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_table_of_tasks_is_read(shape: str) -> None:
    written, wanted = SHAPES[shape]
    for newline in ("\n", "\r\n"):
        ledger = reader.read(f"# Plan\n\n{written}".replace("\n", newline).encode())
        found = [(item.id, item.status) for item in ledger.items]
        assert found[: len(wanted)] == wanted
        assert len(found) + len(ledger.unread) == len(wanted) + (shape == "words and ticks")


@pytest.mark.parametrize("row", ODD)
def test_a_row_that_is_no_task_is_told(row: str) -> None:
    ledger = reader.read(f"# Plan\n\n{ODD[row]}".encode())
    assert "A2" not in [item.id for item in ledger.items]
    assert [one.kind for one in ledger.unread][:1] == ["item"]


def test_a_table_below_exit_criteria_holds_criteria() -> None:
    text = f"# Plan\n\n- [ ] A task\n\n## Exit Criteria\n\n{USUAL}| A1 | Fast | [D] | |\n"
    ledger = reader.read(text.encode())
    assert [item.title for item in ledger.items] == ["A task"]
    assert [one.ticked for heading in ledger.headings for one in heading.criteria] == [True]


def test_a_table_inside_an_item_is_told() -> None:
    text = f"## [A-1] Title\n- Status: pending\n\n{USUAL}| A1 | a | [D] | |\n"
    ledger = reader.read(text.encode())
    assert [one.line for one in ledger.unread] == [6]


# Ticked


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("| A1 | [ ] | [ ] |", "| A1 | [ ] | [D] |"),
        ("| A1 | a | `[ ]` |", "| A1 | a | `[D]` |"),
        ("| A1 | a | [P] |\n| A2 | a | [x] |", "| A1 | a | [x] |\n| A2 | a | [x] |"),
        ("| A1 | ä \\| b | [] |", "| A1 | ä \\| b | [D] |"),
        ("| A1 | a | ⬜ |\n| A2 | a | ✅ |", "| A1 | a | ✅ |\n| A2 | a | ✅ |"),
        ("| A1 | a | TODO |\n| A2 | a | [X] |", "| A1 | a | [X] |\n| A2 | a | [X] |"),
    ],
)
def test_only_the_cell_changes(lines: str, wanted: str) -> None:
    head = "\ufeff| ID | Task | State |\r\n|--|--|--|\r\n"
    ledger = reader.read(f"{head}{lines}\r\n".encode())
    assert ticked(ledger, ledger.items[0]) == f"{head}{wanted}\r\n".encode()


def test_what_is_done_is_not_ticked_again() -> None:
    ledger = reader.read(f"{USUAL}| A1 | a | [D] | |\n".encode())
    with pytest.raises(Refused, match="already"):
        ticked(ledger, ledger.items[0])


# Real plan files

# A row of a table with a box, by its looks alone.
ROW = re.compile(r"\s*\|(?P<id>[^|]*)\|.*?\|\s*`?\[(?P<mark>[ xXA-Z~-]|SKIP)\]`?\s*(?=\||$)")
STATES = {" ": "pending", "P": "in_progress", "~": "in_progress", "B": "blocked"}
STATES |= {**dict.fromkeys(("D", "X", "x"), "done"), **dict.fromkeys("S-", "archived")}
# In the first a fence stands in a fence, so that Markdown takes the rows for code; the others are
# criteria below a heading that says so.
CODE, CRITERIA = range(362, 367), range(981, 986)


def plan_files(repo: Path) -> Iterator[Path]:
    """The plan files of the real project that have tasks in tables."""
    for file in sorted((repo / "plans").rglob("*.md")):
        if any(by_looks(file)):
            yield file


def by_looks(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line, ID and status of each row with a box outside of fences."""
    fenced = False
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        fenced ^= line.lstrip().startswith("```")
        row = None if fenced else ROW.match(line)
        if row and not (
            file.name == "pixel-batching-memory-001.md" and number in (*CODE, *CRITERIA)
        ):
            yield number, row["id"].strip(" *`"), STATES.get(row["mark"], "archived")


def test_every_task_of_the_real_plan_files_is_read(real_repo: Callable[[str], Path]) -> None:
    files = list(plan_files(real_repo("8b8c48d0")))
    counts = 0
    unread: list[tuple[str, int]] = []
    for file in files:
        ledger = reader.read(file.read_bytes())
        found = [(one.span.start_line, one.id, one.status) for one in rows(ledger)]
        assert found == list(by_looks(file)), file.name
        counts += len(found)
        unread += [(file.name, one.line) for one in ledger.unread if "|" in one.text]
    assert (len(files), counts) == (52, 982)
    # A code fence above it is closed by the opening line of the next one.
    assert unread == [("pixel-batching-memory-001.md", 362)]


def test_tasks_of_the_real_plan_files_are_ticked(real_repo: Callable[[str], Path]) -> None:
    for file in plan_files(real_repo("8b8c48d0")):
        assert list(faults(file.read_bytes(), every=20)) == [], file.name
