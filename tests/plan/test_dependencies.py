"""What an item depends on: the forms in which people write it, and prose that only looks like it."""

from __future__ import annotations

import time

import pytest

from ledger.plan.dependencies import clause, cycles, inferred, unfinished
from ledger.plan.model import Item, Ledger
from ledger.plan.reader import read

OTHERS = "".join(
    f"## [{name}] {name}\n- Status: pending\n\n"
    for name in ("SCAN-001", "SCAN-002", "SCAN-003", "SCAN-004", "SPEED-PARSE-010")
)


def plan(*lines: str) -> Ledger:
    return read("\n".join([f"{OTHERS}## [A-001] A", "- Status: pending", *lines, ""]).encode())


def last(ledger: Ledger) -> Item:
    return ledger.items[-1]


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("[SCAN-001]", "SCAN-001"),
        ("SCAN-001", "SCAN-001"),
        ("`SCAN-001`", "SCAN-001"),
        ("**SCAN-001**", "SCAN-001"),
        ("scan-001", "SCAN-001"),
        ("SCAN\u2011001", "SCAN-001"),
        ("[SCAN-001](#scan-001-scan)", "SCAN-001"),
        ("[SCAN-001], [SCAN-002]", "SCAN-001 SCAN-002"),
        ("SCAN-001, SCAN-002 and SCAN-003", "SCAN-001 SCAN-002 SCAN-003"),
        ("SCAN-001; SCAN-002 & SCAN-003", "SCAN-001 SCAN-002 SCAN-003"),
        ("SCAN-001 SCAN-002", "SCAN-001 SCAN-002"),
        ("SCAN-001/SCAN-002", "SCAN-001 SCAN-002"),
        ("SCAN-001 + SCAN-001", "SCAN-001"),
        ("SCAN-001 to SCAN-003", "SCAN-001 SCAN-002 SCAN-003"),
        ("SCAN-001\u2013SCAN-003", "SCAN-001 SCAN-002 SCAN-003"),
        ("SCAN-001..SCAN-009", "SCAN-001 SCAN-002 SCAN-003 SCAN-004 SCAN-009"),
        ("SPEED-PARSE-010 (done, and not SCAN-001)", "SPEED-PARSE-010"),
        ("the new scanner ([SCAN-001]), SCAN-002", "SCAN-002"),
        ("completion of [SCAN-001]", "SCAN-001"),
        ("[SCAN-001] Scan in linear time \u2014 pending", "SCAN-001"),
        ("SCAN-001#3", "SCAN-001"),
        ("SCAN-404", "SCAN-404"),
        ("[OTHER-7]", "OTHER-7"),
        ("none", ""),
        ("None.", ""),
        ("n/a (SCAN-001 was dropped)", ""),
        ("no longer SCAN-001, SCAN-002", "SCAN-002"),
        ("~~SCAN-001~~ SCAN-002", "SCAN-002"),
        ("numpy, HDF5, Python 3.11, UTF-8", ""),
        ("[x] the lab, [TODO]", ""),
        ("", ""),
    ],
)
def test_the_forms_that_people_write(said: str, ids: str) -> None:
    for name in ("Depends on", "**Depends on:**", "Dependencies", "dependency", "Depends-On"):
        label = name if name.endswith("*") else f"{name}:"
        item = last(plan(f"- {label} {said}"))
        assert [one.id for one in item.depends_on] == ids.split(), name


def test_a_list_below_the_field_counts_line_by_line() -> None:
    ledger = plan("- Dependencies:", "  - [SCAN-002] the second", "", "  - SCAN-001", "- Risks: x")
    found = [(one.id, one.line) for one in last(ledger).depends_on]
    assert [(name, ledger.text.split(b"\n")[line - 1]) for name, line in found] == [
        ("SCAN-002", b"  - [SCAN-002] the second"),
        ("SCAN-001", b"  - SCAN-001"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "- Dependencies identified: SCAN-001",
        "- Dependent files: SCAN-001",
        "- Blocked by: [SCAN-001]",
        "- Risks: Dependent on [SCAN-001]",
        "- Notes: Depends on: SCAN-001",
        "- Attempts History:\n  * [2025-01-01] Attempt #1 \u2014 Result: failed\n    Depends on: SCAN-001",
    ],
)
def test_other_fields_and_prose_are_no_dependencies(line: str) -> None:
    assert last(plan(line)).depends_on == ()


ELSEWHERE = {
    "roadmap": "- [A-001] (One) \u2014 **pending**\n  - **Dependencies:** [B-002]\n"
    "- [B-002] (Two) \u2014 **done** (2025-12-08: ok)\n",
    "checklist": "- [ ] A-001: One\n  - Depends on: B-002\n- [x] B-002: Two\n",
    "checklist table": "| ID | Task | State | Depends on |\n|---|---|---|---|\n"
    "| A-001 | One | [ ] | B-002 |\n| B-002 | Two | [D] | |\n",
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_other_dialects_have_the_field(case: str) -> None:
    ledger = read(ELSEWHERE[case].encode())
    assert [[d.id for d in item.depends_on] for item in ledger.items] == [["B-002"], []], ledger


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        (
            "- Status: in_progress (waiting on `[SCAN-001]` Phase E + [SCAN-002])",
            "SCAN-001 SCAN-002",
        ),
        ("- Status: pending (blocked by SCAN-001). See SCAN-002", "SCAN-001"),
        ("- Blocked by: [SCAN-001]", "SCAN-001"),
        ("- Risks:\n  - Dependent on `[SCAN-002]` for traces.", "SCAN-002"),
        ("- Next Actions:\n  1. BLOCKED \u2014 Wait. Gated by [SCAN-003]", "SCAN-003"),
        ("- Notes: see [SCAN-001]", ""),
        ("- Notes: needs [A-001]", ""),
        ("- Depends on: SCAN-001\n- Risks: depends on SCAN-001", ""),
    ],
)
def test_prose_is_inferred_and_holds_nothing_back(line: str, ids: str) -> None:
    ledger = (
        plan(line) if "Status" not in line else read(f"{OTHERS}## [A-001] A\n{line}\n".encode())
    )
    assert [one.id for one, _ in inferred(ledger, last(ledger))] == ids.split()


def test_what_is_unfinished() -> None:
    ledger = read(
        b"## [A-001] A\n- Status: done\n\n## [A-001] Again\n- Status: pending\n\n"
        b"## [B-001] B\n- Status: done\n\n## [C-001] C\n- Status: odd\n"
        b"- Depends on: A-001, B-001, [X-001], [Y-001]\n"
    )
    archive = read(b"## [Y-001] Y\n- Status: done\n")
    held = unfinished(ledger, [archive])
    assert {name: item and item.title for name, item in held.items()} == {
        "A-001": "Again", "C-001": "C", "X-001": None,
    }  # fmt: skip


def test_circles_of_many_items_take_linear_time() -> None:
    count = 3_000
    items = [
        f"## [A-{n}] A\n- Status: pending\n- Depends on: A-{(n + 1) % count}\n"
        for n in range(count)
    ]
    ledger = read("".join(items).encode())
    start = time.process_time()
    [circle] = cycles(ledger)
    assert len(circle) == count
    assert time.process_time() - start < 5


def test_long_fields_take_linear_time() -> None:
    start = time.process_time()
    for said in (
        "SCAN-001-" * 20_000,
        "await " * 100_000,
        "(" * 200_000,
        "a-1" * 50_000,
        "[" * 99_999,
    ):
        ledger = plan(f"- Depends on: {said}", f"- Risks: needs {said}")
        list(inferred(ledger, last(ledger)))
    assert time.process_time() - start < 20
    assert clause("waits (" * 100_000, 0)
