"""Repeated rounds: reports of every shape, the verdict, and claims held against the table."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import cli
from ledger.claims.entries import Entry, Place
from ledger.claims.judge import of_rounds
from ledger.commands import schema as schemas
from ledger.errors import UnreadableInput, UsageError
from ledger.evidence import stats
from ledger.evidence.model import Crash, Evidence, Totals
from ledger.evidence.rounds import earlier_of, judge, read_folder, read_rounds, result_of
from ledger.evidence.rounds_cells import number
from ledger.evidence.rounds_cells import result_of as status
from ledger.evidence.rounds_chain import judge_chain
from ledger.evidence.rounds_claims import name_ranges
from ledger.evidence.rounds_model import (
    Claim,
    Earlier,
    Judgement,
    Round,
    RoundsReport,
    Verdict,
)
from ledger.evidence.rounds_report import read_report
from ledger.evidence.rounds_table import Grid, Row, roles_of
from ledger.evidence.stats import compare, verdict_on
from ledger.git.files import WorkTree
from ledger.reports.rounds import report as lines_of
from tests.campaigns import calibration
from tests.support import corpus as real
from tests.support.commands import call
from tests.support.places import DATA
from tests.support.repository import Repository

SHARED = real.PLACE / "cases" / "runs"
ROUNDS = DATA / "rounds"


def judged(text: str, **given: object) -> Judgement:
    return judge(read_report(text.encode(), "report.md"), **given)  # type: ignore[arg-type]


def results(found: Judgement) -> str:
    return "".join(
        {"pass": "P", "fail": "F", "skipped": "-"}.get(r.result, "?") for r in found.rounds
    )


# The real report


def test_the_real_report(corpus: Path) -> None:
    source = corpus / "seeds" / "verification_rounds.md"
    found = judge(read_rounds(source, "verification_rounds.md"))
    assert results(found) == "PFFPFPPPFPPPPPPPPFFP"
    assert (found.passes, found.failures, found.total) == (14, 6, 20)
    assert [round(end, 2) for end in found.interval] == [0.48, 0.85]
    assert found.first_try_passes == 7
    assert (found.longest_streak, found.longest_pass and found.longest_pass.first) == (8, "1629")
    assert [(b.name, b.passes, b.total) for b in found.batches] == [
        ("Batch 1", 5, 9),
        ("Batch 2", 6, 6),
        ("Batch 3", 3, 5),
    ]
    [metric] = found.metrics
    assert (metric.name, metric.unit, round(metric.mean, 2), metric.size) == (
        "Efficiency",
        "%",
        14.79,
        14,
    )
    [crash] = found.crashes
    assert crash.signature == "SIGSEGV in AGX::ComputeContext<T>::prepareForEnqueue"
    assert crash.rounds == ("1621", "1622", "1624", "1628", "1637", "1638")
    assert [(way.frame, way.rounds) for way in crash.through] == [
        ("at::native::mps::gatherViewTensor", ()),
        ("at::native::mps::MetalShaderLibrary::exec_binary_kernel", ("1628", "1629", "1633")),
    ]
    assert found.order is not None
    assert round(found.order.p_clustered, 2) == 0.52
    assert found.warnings == ()
    assert [(c.line, c.kind, c.verdict) for c in found.claims] == [
        (33, "count", "supported"),
        (34, "count", "supported"),
        (35, "count", "supported"),
        (36, "count", "supported"),
        (38, "listed", "supported"),
        (56, "clustered", "unverifiable"),
        (57, "count", "supported"),
        (58, "streak", "contradicted"),
        (58, "clustered", "unverifiable"),
        (60, "change", "unverifiable"),
        (88, "mean", "supported"),
        (88, "limit", "unverifiable"),
        (95, "count", "supported"),
        (95, "sum", "supported"),
        (96, "streak", "supported"),
    ]
    [wrong] = [claim for claim in found.claims if claim.verdict == "contradicted"]
    assert (wrong.claimed, wrong.observed) == ("6", "8 (1629-1636)")
    [limit] = [claim for claim in found.claims if claim.kind == "limit"]
    assert (limit.claimed, limit.observed) == ("≤ ~13", "mean 14.8, 13.7 to 15.7")
    assert [*found.facts] == [
        "Worker", "Date", "Metal preflight", "scripts/run_mps_test.sh",
        "scripts/collect_crash_reports.sh", "SIP", "PyTorch", "Test mode",
    ]  # fmt: skip
    assert found.facts["PyTorch"] == "2.9.1 native MPS threading"


@pytest.mark.parametrize(
    ("earlier", "p_value", "verdict", "needed"),
    [
        (Earlier(passes=18, total=20, source="18/20"), 0.235, "too few rounds", (None, 69)),
        (Earlier(passes=45, total=50, source="45/50"), 0.065, "too few rounds", (73, None)),
        (Earlier(passes=190, total=200, source="190/200"), 0.001, "regression", (None, None)),
    ],
)
def test_the_real_report_against_earlier_batches(
    corpus: Path,
    earlier: Earlier,
    p_value: float,
    verdict: Verdict,
    needed: tuple[int | None, int | None],
) -> None:
    report = read_rounds(corpus / "seeds" / "verification_rounds.md", "x")
    found = judge(report, earlier).comparison
    assert found is not None
    assert found.p_value == pytest.approx(p_value, abs=0.0005)
    assert (found.verdict, (found.rounds_needed, found.rounds_needed_each)) == (verdict, needed)


# Shapes of reports of our own: results, retries with what they count, passes at first try,
# batches, metrics (name, unit, mean), crashes, and verdicts of claims.
Shape = tuple[
    str, str, str | None, int | None, list[str], list[tuple[str, str, float]], list[str], list[str]
]
SHAPES: list[Shape] = [
    (
        "nightly.md",
        "P-FPFPP",
        "all",
        3,
        [],
        [("p95 latency (ms)", "ms", 1238.1)],
        ["SIGSEGV in index::Page<T>::split"],
        ["supported", "supported"],
    ),
    (
        "two_batches.md",
        "PFPFPPPPP",
        None,
        None,
        ["Batch A (before the patch) 2/4", "Batch B (after the patch) 5/5"],
        [],
        [],
        ["supported", "supported"],
    ),
    (
        "list.md",
        "PPFP",
        "extra",
        2,
        [],
        [("load", "%", 14.7)],
        ["SIGABRT in worker::join"],
        [],
    ),
    ("headings.md", "PFP", "extra", 1, [], [("Duration", "s", 9.3)], [], ["supported"]),
    ("across.md", "PPFP", "extra", 2, [], [("Memory", "MB", 505.0)], [], []),
    (
        "exit_codes.md",
        "PFPFF",
        None,
        None,
        [],
        [("Wall time", "s", 21.4)],
        [
            "SIGSEGV in gpu::Queue<T>::submit",
            "SIGABRT in abort_with_message",
            "AddressSanitizer: heap-use-after-free in gpu::Queue<T>::submit",
        ],
        ["supported"],
    ),
    ("odd.md", "P??-?P", None, None, [], [], [], ["unverifiable"]),
]


@pytest.mark.parametrize("shape", SHAPES, ids=[shape[0] for shape in SHAPES])
def test_each_shape_of_report_is_read(shape: Shape) -> None:
    name, expected, retries, first_try, batches, metrics, crashes, claims = shape
    data = (ROUNDS / name).read_bytes()
    for data_as_found in (data, data.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + data):
        found = judge(read_report(data_as_found, name))
        assert results(found) == expected
        assert (found.retries, found.first_try_passes) == (retries, first_try)
        assert [f"{b.name} {b.passes}/{b.total}" for b in found.batches] == batches
        assert [(m.name, m.unit, round(m.mean, 1)) for m in found.metrics] == metrics
        assert [crash.signature for crash in found.crashes] == crashes
        assert [claim.verdict for claim in found.claims] == claims


def test_every_report_has_its_row() -> None:
    assert sorted(p.name for p in ROUNDS.glob("*.md")) == sorted(shape[0] for shape in SHAPES)


def test_rounds_are_in_the_order_of_time() -> None:
    """Where the newest stand first, streaks are still counted from the oldest on."""
    found = judge(read_report((ROUNDS / "nightly.md").read_bytes(), "nightly.md"))
    assert [r.name for r in found.rounds] == ["6", "7", "8", "9", "10", "11", "12"]
    assert found.current is not None
    assert (found.current.first, found.current.last) == ("11", "12")


def test_a_table_of_something_else_is_no_table_of_rounds() -> None:
    found = judge(read_report((ROUNDS / "two_batches.md").read_bytes(), "x"))
    assert {r.name for r in found.rounds} == {"1", "2", "3", "4", "5"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PASS", "pass"),
        ("**Passed**", "pass"),
        ("ok", "pass"),
        ("✅", "pass"),
        ("✅ clean", "pass"),
        ("PASS (after 1 crash)", "pass"),
        ("passed with errors in the log", "pass"),
        ("`FAIL`", "fail"),
        ("❌", "fail"),
        ("SIGSEGV", "fail"),
        ("FAIL: no pass in 3 tries", "fail"),
        ("timeout", "fail"),
        ("did not pass", "fail"),
        ("not ok", "fail"),
        ("✅ failed", "fail"),
        ("", "skipped"),
        ("-", "skipped"),
        ("n/a", "skipped"),
        ("not run", "skipped"),
        ("⏭ skipped", "skipped"),
        ("FAIL then PASS", "unknown"),
        ("PASS/FAIL", "unknown"),
        ("no failure", "unknown"),
        ("✅/❌", "unknown"),
        ("see below", "unknown"),
        ("42", "unknown"),
        ("compass", "unknown"),
        ("unpassable", "unknown"),
    ],
)
def test_a_status(text: str, expected: str) -> None:
    assert status(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14.3%", (14.3, "%")),
        ("~ 1,204.5 ms", (1204.5, "ms")),
        ("**12**", (12.0, "")),
        ("-3.5e2", (-350.0, "")),
        ("09:31", None),
        ("2025-11-02", None),
        ("1m 23s", None),
        ("-", None),
        ("", None),
        ("v1.2.3", None),
        ("1,2", None),
    ],
)
def test_a_measured_value(text: str, expected: tuple[float, str] | None) -> None:
    assert number(text) == expected


@pytest.mark.parametrize(
    ("headings", "cells", "expected"),
    [
        (
            ["Round", "Status", "Retries", "Notes"],
            ["1", "PASS", "0", "x"],
            "round status retries note",
        ),
        (["#", "Pass?", "Time (s)"], ["1", "yes", "3.5"], "round passed metric"),
        (["Attempt", "Result"], ["1", "ok"], "round status"),
        (["Run", "Attempts", "Result"], ["1", "2", "ok"], "round retries status"),
        (["Run", "Passed", "Failed"], ["1", "540", "8"], "round passed failed"),
        (["Run time", "Run", "RC"], ["3.5 s", "7", "0"], "metric round exit"),
        (["Seed", "Verdict", "Pass rate"], ["7", "ok", "90%"], "round status metric"),
        (["Component", "State"], ["cache", "ok"], "other status"),
        (["Batch", "Run", "Outcome"], ["B", "1", "ok"], "batch round status"),
    ],
)
def test_columns_are_known_by_what_they_mean(
    headings: list[str], cells: list[str], expected: str
) -> None:
    assert " ".join(roles_of(Grid(tuple(headings), (Row(tuple(cells), 3),)))) == expected


def test_two_tables_of_the_same_rounds_are_joined() -> None:
    found = judged(
        "| Round | Status | Load |\n|-|-|-|\n| 1 | PASS | 4 |\n| 2 | FAIL | 5 |\n\n"
        "## Failed\n\n| Round | Status | Crash |\n|-|-|-|\n| 2 | FAIL | SIGBUS |\n\n"
        "## Load\n\n| Round | 8-thread load | Memory |\n|-|-|-|\n| 1 | 4 | 70 |\n| 2 | 6 | 75 |\n"
    )
    assert results(found) == "PF"
    assert [(m.name, m.mean) for m in found.metrics] == [("Load", 4.5), ("Memory", 72.5)]
    assert found.crashes[0].signature == "SIGBUS"
    assert found.warnings == ("round 2: Load is 5 in one table, 6 in another",)


def test_a_crash_in_prose() -> None:
    """The frame stands in a code block; what it came through, behind `called from`."""
    found = judged(
        "| Round | Status | Notes |\n|-|-|-|\n| 1 | PASS | |\n| 2 | FAIL | segfault |\n"
        "| 3 | FAIL | segfault |\n| 4 | FAIL | wrong sum |\n\n## Crash\n\n"
        "Seen since `build::number(4)`.\n\n"
        "```\nabort + 12\nmesh::Grid<float>::cell(int) + 44\n  -> NULL at 0x8\n```\n\n"
        "It was called from:\n\n- `sim::step()` (rounds 2 and 3)\n- a thread of `sim::pool()`\n\n"
        "## Notes\n\n`other::thing()` is fine.\n"
    )
    [crash] = found.crashes
    assert (crash.signature, crash.rounds) == ("SIGSEGV in mesh::Grid<T>::cell", ("2", "3"))
    assert [(w.frame, w.rounds) for w in crash.through] == [
        ("sim::step", ("2", "3")),
        ("sim::pool", ()),
    ]


def test_rounds_out_of_order_are_noted() -> None:
    found = judged("| Round | Status |\n|-|-|\n| 2 | PASS |\n| 1 | FAIL |\n| 3 | PASS |\n")
    assert [r.name for r in found.rounds] == ["2", "1", "3"]
    assert "order" in found.warnings[0]


@pytest.mark.parametrize(
    ("option", "heading", "counted", "first_try"),
    [
        (None, "Retries", "extra", 1),
        (None, "Tries", "all", 2),
        ("all", "Retries", "all", 2),
        ("extra", "Attempts", "extra", 1),
    ],
)
def test_what_retries_count_is_declared(
    option: str | None, heading: str, counted: str, first_try: int
) -> None:
    rows = "| 1 | PASS | 1 |\n| 2 | PASS | 1 |\n| 3 | PASS | 2 |\n| 4 | FAIL | 3 |\n"
    rows += "| 5 | PASS | - |\n" + ("| 6 | PASS | 0 |\n" if counted == "extra" else "")
    text = f"| Run | Status | {heading} |\n|-|-|-|\n{rows}"
    found = judged(text, retries=option)
    assert (found.retries, found.first_try_passes) == (counted, first_try)
    assert found.warnings[0].endswith("not counted as passed at first try: 1")


def test_no_round_has_no_try() -> None:
    text = "| Run | Status | Tries |\n|-|-|-|\n| 1 | PASS | 1 |\n| 2 | PASS | 0 |\n"
    with pytest.raises(UsageError, match="found 0 for round 2") as raised:
        judged(text)
    assert raised.value.hint == "give --retries extra"


# Claims. Rounds 1-10: PFPPPPFFPP; passed at first try: 1, 3, 5, 9; mean load 14.25.


def ten_rounds(prose: str) -> str:
    rows = zip("PFPPPPFFPP", (0, 3, 0, 1, 0, 2, 3, 3, 0, 1), strict=True)
    loads = iter(["14.0", "14.5", "14.1", "14.4", "14.3", "14.2", "14.25"])
    table = "".join(
        f"| {at} | {'PASS' if result == 'P' else 'FAIL'} | {retries} "
        f"| {next(loads) if result == 'P' else '-'} |\n"
        for at, (result, retries) in enumerate(rows, 1)
    )
    return f"# Soak\n\n| Round | Status | Retries | Load |\n|-|-|-|-|\n{table}\n{prose}\n"


def claims_in(prose: str, against: Earlier | None = None) -> Sequence[Claim]:
    return judged(ten_rounds(prose), against=against).claims


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        # counts and rates
        ("**Pass rate**: 7/10 (70%)", "supported"),
        ("Pass rate: 7/10 (70.0 %)", "supported"),
        ("Pass rate: 8/10 (80%)", "contradicted"),
        ("Pass rate: 7/10 (75%)", "contradicted"),
        ("Pass rate: 7/9", "contradicted"),
        ("Pass rate: 70%", "supported"),
        ("Over all rounds the pass rate was 72 %.", "contradicted"),
        ("A pass rate of 72 % was seen.", "unverifiable"),
        ("Pass rate: 70% (7/10)", "supported"),
        ("Pass rate: 80% (7/10)", "contradicted"),
        ("Pass rate: 74.5% (512/687)", "unverifiable"),
        ("Full suite pass rate: 78.5%", "unverifiable"),
        ("We saw a pass rate of about 71 %.", "supported"),
        ("7 of 10 rounds passed.", "supported"),
        ("6 out of 10 runs passed.", "unverifiable"),
        ("In all, 3 rounds failed.", "supported"),
        ("In all, 4 rounds failed.", "contradicted"),
        ("Failure rate: 3/10 (30%)", "supported"),
        ("Failure rate: 30%", "supported"),
        ("- Batch 2 (6-8): 1/3 passed", "supported"),
        ("- Batch 2 (6-8): 2/3 passed", "contradicted"),
        ("- Batch 3 (9-12): 2/4 passed", "unverifiable"),
        ("Passing time aside, failures were 3 of 10 rounds.", "supported"),
        ("Passes in rounds 3-6: 4/4 passed", "supported"),
        ("Failures: 2 of the last 4 rounds", "supported"),
        ("Early failures (1 in first 5 rounds)", "supported"),
        ("Early failures (2 in first 5 rounds)", "contradicted"),
        ("Late failures (2 of the last 4)", "supported"),
        ("Early failures (3 in first 30)", "unverifiable"),
        ("Pass rate so far: 450/500", "unverifiable"),
        ("We wanted 9/10 rounds to pass.", "unverifiable"),
        ("If 9/10 rounds pass, ship.", "unverifiable"),
        ("Pass rate: 450/500", "unverifiable"),
        ("4 of 10 rounds passed at the first try.", "supported"),
        ("First-try pass rate: 40%", "supported"),
        ("First-try pass rate: 50%", "contradicted"),
        ("5 rounds passed without a retry.", "contradicted"),
        ("4 rounds passed without a retry.", "supported"),
        # order
        ("4 consecutive passes", "supported"),
        ("3 consecutive passes", "contradicted"),
        ("four passes in a row (3-6)", "supported"),
        ("The longest streak was 4.", "supported"),
        ("The longest streak was 2.", "contradicted"),
        ("At least 3 consecutive passes", "supported"),
        ("More than 4 consecutive passes", "contradicted"),
        ("12 consecutive passes", "contradicted"),
        ("Consecutive passes: 2", "supported"),
        ("2 consecutive failures", "supported"),
        ("Currently 2 consecutive passes", "supported"),
        ("Currently 4 consecutive passes", "contradicted"),
        ("Failures came in clusters.", "unverifiable"),
        ("The failures are not clustered.", "unverifiable"),
        # which
        ("Failures: rounds 2, 7 and 8", "supported"),
        ("Failures: rounds 2, 7-8", "supported"),
        ("Failures: rounds 2 and 7", "contradicted"),
        ("Failures: rounds 2, 6, 7, 8", "contradicted"),
        ("Rounds 7 and 8 failed.", "supported"),
        ("Rounds 6 and 7 failed.", "contradicted"),
        ("Rounds 11 and 12 failed.", "unverifiable"),
        ("All rounds passed.", "contradicted"),
        ("All 10 rounds passed.", "contradicted"),
        ("No failures.", "contradicted"),
        # values
        ("Average load: 14.25", "supported"),
        ("Average load: 14.3", "supported"),
        ("Average load: 14.2", "supported"),
        ("Average load: 14.4", "contradicted"),
        ("The mean load was ~14 here.", "supported"),
        ("Load ranged from 14.0 to 14.5.", "supported"),
        ("Load ranged from 13.0 to 14.5.", "contradicted"),
        ("The load is within the documented 15 limit.", "supported"),
        ("The load is within the 13 ceiling.", "contradicted"),
        ("The load is within a ~13 ceiling.", "unverifiable"),
        ("The load is within the documented 13 ceiling range.", "unverifiable"),
        ("The load is within a ~14 ceiling.", "supported"),
        ("The load exceeds the 13 limit.", "supported"),
        ("The load is above the 14.5 floor.", "contradicted"),
        ("Total test runs: 110 (100 + 10)", "supported"),
        ("Total test runs: 111 (100 + 11)", "contradicted"),
        ("Total so far: 110 (100 + 10)", "supported"),
        ("Total so far: 111 (100 + 10)", "contradicted"),
        # in other words
        ("All but three rounds passed.", "supported"),
        ("All but 2 rounds passed.", "contradicted"),
        ("All rounds but three passed.", "supported"),
        ("None of the rounds failed.", "contradicted"),
        ("The rounds passed without exception.", "contradicted"),
        ("Not one round passed.", "contradicted"),
        ("Every one of the rounds passed.", "contradicted"),
        ("Only 3 rounds failed.", "supported"),
        ("At least 6 rounds passed.", "supported"),
        ("Fewer than seven rounds passed.", "contradicted"),
        ("3 failing rounds out of 10.", "supported"),
        ("2 failing rounds out of 10.", "contradicted"),
        ("Rounds passed: 8 of 10", "contradicted"),
        ("Failed rounds: 3", "supported"),
        ("We ran 10 rounds.", "supported"),
        ("9 rounds were run.", "contradicted"),
        ("The last 2 rounds passed.", "supported"),
        ("The last three rounds passed.", "contradicted"),
        ("The first two rounds passed.", "contradicted"),
        ("1 round crashed.", "unverifiable"),
        ("3 rounds did not pass.", "supported"),
        ("No round passed at the first try.", "contradicted"),
        ("Longest streak of failures: 2", "supported"),
        ("Longest streak of failures: 4", "contradicted"),
        ("**Note**: Failures: rounds 2 and 7", "contradicted"),
        ("**Note**: Pass rate: 8/10", "contradicted"),
        # changes
        (
            "The failure rate is elevated compared to the 90% pass rate of last week.",
            "unverifiable",
        ),
        ("The pass rate dropped from an earlier 199/200.", "supported"),
        ("The pass rate improved against 10/200 before.", "supported"),
        ("The pass rate dropped from an earlier 9/10.", "unverifiable"),
        ("The pass rate dropped from an earlier 5/10.", "contradicted"),
        ("The pass rate improved against 18/20 before.", "contradicted"),
        ("No change of the pass rate against 199/200 before.", "contradicted"),
    ],
)
def test_a_claim(prose: str, expected: str) -> None:
    found = claims_in(prose)
    assert [claim.verdict for claim in found] == [expected], found


@pytest.mark.parametrize(
    "prose",
    [
        "12/14 tests passed in each round.",
        "Each round runs 540 tests; 3 of 4 threads are busy.",
        "See tests/7/10 and 2025/11/02.",
        "`Pass rate: 9/10`",
        "```\nPass rate: 9/10\n```",
        "Version 7/10 of the driver.",
        "Round 7 was rerun on 3/4 of the cores.",
        "The load of 99 % is fine.",
        "Average time to fix: 3 days.",
        "We compared with 14 other machines.",
        "Not all rounds passed.",
        "Tests cluster by module.",
        "The board ranged between 3 and 9 places.",
        "The load of 5 is fine in round 3.",
        "Round 8 of 10 failed.",
        "2 rounds failed with a crash, 1 with a timeout.",
    ],
)
def test_what_is_no_claim(prose: str) -> None:
    assert claims_in(prose) == ()


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("An earlier batch had 9/10 rounds passed.", ["unverifiable"]),
        ("In an earlier batch all rounds passed.", ["unverifiable"]),
        ("Across all sessions 450/500 rounds passed.", ["unverifiable"]),
        ("All tests pass (zero failures, zero errors).", ["unverifiable"]),
        ("544 passed / 119 skipped (80.8% pass rate)", ["unverifiable", "unverifiable"]),
        ("pytest said 8 passed, 2 failed in 0.31s", ["unverifiable", "unverifiable"]),
    ],
)
def test_what_may_be_about_something_else_is_not_contradicted(
    prose: str, expected: list[str]
) -> None:
    assert [claim.verdict for claim in claims_in(prose)] == expected


@pytest.mark.parametrize("form", ["- {}: round {}", "- {}: {}", "- Round {1}: {0}", "- [{1}] {0}"])
def test_a_line_that_tells_a_round_claims_nothing(form: str) -> None:
    told = "\n".join(form.format(word, at) for at, word in enumerate("PASS FAIL PASS".split(), 1))
    found = judged(f"# V\n\n{told}\n")
    assert (found.passes, found.total, found.claims) == (2, 3, ())


def test_clusters_are_shown_by_few_runs() -> None:
    def said(word: str, prose: str) -> str:
        rows = "".join(f"| {at} | {letter} |\n" for at, letter in enumerate(word))
        text = "| Round | Status |\n|-|-|\n" + rows.replace("P ", "pass ").replace("F ", "fail ")
        [claim] = judged(f"{text}\n{prose}\n").claims
        return claim.verdict

    bunched = "P" * 10 + "F" * 6 + "P" * 10
    assert said(bunched, "Failures are clustered.") == "supported"
    assert said(bunched, "Failures are not clustered.") == "contradicted"
    assert said("PF" * 12, "Failures are clustered.") == "contradicted"
    assert said("PPP", "Failures are clustered.") == "unverifiable"


def test_an_earlier_percentage_is_judged_with_its_number_of_rounds() -> None:
    prose = "The failure rate is elevated compared to an earlier 90% pass rate."
    assert [c.verdict for c in claims_in(prose, Earlier(passes=180, total=200, source=""))] == [
        "unverifiable"
    ]
    assert [c.verdict for c in claims_in(prose, Earlier(passes=1800, total=2000, source=""))] == [
        "unverifiable"
    ]
    worse = ten_rounds(prose).replace("PASS", "FAIL", 2)
    for earlier, verdict in (
        (Earlier(passes=180, total=200, source=""), "supported"),
        (Earlier(passes=9, total=10, source=""), "unverifiable"),
    ):
        [claim] = judged(worse, against=earlier).claims
        assert claim.verdict == verdict
    [claim] = judged(
        worse, against=Earlier(passes=160, total=200, source="")
    ).claims  # not the 90 % that is meant
    assert claim.verdict == "unverifiable"


def test_unknown_results_support_no_claim() -> None:
    prose = "Pass rate: 7/10\n\nPass rate: 6/10\n\nPass rate: 9/10\n\n4 consecutive passes\n\n"
    text = ten_rounds(prose + "Failures: rounds 2, 3, 7, 8")
    text = text.replace("| 3 | PASS", "| 3 | see log")
    found = judged(text)
    assert (found.passes, found.unknown, found.total) == (6, 1, 10)
    assert [c.verdict for c in found.claims] == [
        "unverifiable",
        "unverifiable",
        "contradicted",
        "unverifiable",
        "unverifiable",
    ]


def test_a_streak_may_have_begun_earlier() -> None:
    text = "| Round | Status |\n|-|-|\n| 1 | pass |\n| 2 | pass |\n\n{} consecutive passes\n"
    assert [c.verdict for c in judged(text.format(2)).claims] == ["supported"]
    assert [c.verdict for c in judged(text.format(40)).claims] == ["unverifiable"]
    assert [c.verdict for c in judged(text.format(1)).claims] == ["contradicted"]


def test_a_streak_is_shown_where_it_is_meant() -> None:
    text = "| Round | Status |\n|-|-|\n| 1 | pass |\n| 2 | fail |\n| 3 | pass |\n\n"
    [claim] = judged(text + "Consecutive passes: 1\n").claims
    assert claim.observed == "1 (3)"


def test_a_list_of_batches_counts_what_stands_above_it() -> None:
    listed = "\n\n- Batch 1 (1-5): {}/5\n- Batch 2 (6-10): {}/5\n"
    for above, first, second in (("Pass rate: 7/10", 4, 3), ("Failures: 3/10", 1, 2)):
        found = claims_in(above + listed.format(first, second))
        assert [claim.verdict for claim in found] == ["supported"] * 3
    apart = "Pass rate: 7/10\n\n## Hosts" + listed.format(1, 2)
    assert [claim.line for claim in claims_in(apart)] == [16]


def test_a_claim_names_its_line() -> None:
    [first, second] = claims_in("Some words and\n7 of 10 rounds passed; then\n4 rounds failed.")
    assert (first.line, second.line) == (17, 18)


# The verdict


@pytest.mark.parametrize(
    ("now", "earlier", "expected"),
    [
        ((14, 20), (18, 20), "too few rounds"),
        ((14, 20), (45, 50), "too few rounds"),
        ((5, 20), (18, 20), "regression"),
        ((180, 200), (180, 200), "no evidence of change"),
        ((190, 200), (180, 200), "no evidence of change"),
        ((160, 200), (180, 200), "regression"),
        ((20, 20), (5, 20), "improvement"),
        ((2, 2), (2, 2), "too few rounds"),
        ((0, 0), (9, 10), "too few rounds"),
        ((0, 5), (0, 5), "too few rounds"),
        ((0, 100), (0, 100), "no evidence of change"),
    ],
)
def test_the_verdict(now: tuple[int, int], earlier: tuple[int, int], expected: Verdict) -> None:
    passes, total = now
    assert (
        compare(passes, 0, total, Earlier(passes=earlier[0], total=earlier[1], source="")).verdict
        == expected
    )


def test_unknown_results_widen_what_is_told() -> None:
    found = compare(10, 5, 20, Earlier(passes=18, total=20, source=""))
    assert found.p_value == pytest.approx(stats.fisher(15, 20, 18, 20))
    assert "5 rounds of unknown result could decide" in found.reason
    # Worse if all 40 failed, the same if they passed: neither is shown.
    assert (
        compare(865, 40, 1000, Earlier(passes=900, total=1000, source="")).verdict
        == "too few rounds"
    )


@st.composite
def batches(draw: st.DrawFn) -> tuple[int, int, int, Earlier]:
    total, earlier = draw(st.integers(0, 60)), draw(st.integers(1, 60))
    unknown = draw(st.integers(0, min(5, total)))
    passes = draw(st.integers(0, total - unknown))
    return (
        passes,
        unknown,
        total,
        Earlier(passes=draw(st.integers(0, earlier)), total=earlier, source=""),
    )


@given(batches())
def test_unknown_results_never_decide(drawn: tuple[int, int, int, Earlier]) -> None:
    """A verdict other than too few stands however the unknown rounds went."""
    passes, unknown, total, earlier = drawn
    found = verdict_on(passes, unknown, total, earlier)
    if found != "too few rounds":
        every = {verdict_on(passes + more, 0, total, earlier) for more in range(unknown + 1)}
        allowed = {found, "improvement"} if found == "no evidence of change" else {found}
        assert every <= allowed


@given(batches())
def test_fewer_passes_are_no_better(drawn: tuple[int, int, int, Earlier]) -> None:
    passes, _, total, earlier = drawn
    order: list[Verdict] = ["regression", "too few rounds", "no evidence of change", "improvement"]
    ranks = [order.index(verdict_on(k, 0, total, earlier)) for k in range(passes + 1)]
    assert ranks == sorted(ranks)


@given(batches())
def test_rounds_that_are_needed_are_more_than_there_are(
    drawn: tuple[int, int, int, Earlier],
) -> None:
    passes, unknown, total, earlier = drawn
    found = compare(passes, unknown, total, earlier)
    assert found.verdict == "too few rounds" or not (
        found.rounds_needed or found.rounds_needed_each
    )
    assert found.rounds_needed is None or found.rounds_needed > total
    each = found.rounds_needed_each
    assert each is None or each > min(total, earlier.total)
    assert 0 <= found.p_value <= 1


def test_with_so_many_more_rounds_it_is_told() -> None:
    """18 of 20 and 45 of 50 come before 14 of 20; at the same rate the verdict is then clear."""
    needed = compare(14, 0, 20, Earlier(passes=45, total=50, source="")).rounds_needed
    assert needed == 73
    assert (
        verdict_on(round(0.7 * 73) - 1, 0, 73, Earlier(passes=45, total=50, source=""))
        == "regression"
    )


@pytest.mark.parametrize("total", [20, 50, 200])
def test_equal_batches_are_rarely_a_regression(total: int) -> None:
    """The exact chance over all outcomes, at most 5 in 100 whatever the true rate."""
    highest = []  # the largest count that is a regression, for each earlier count
    worst = -1
    for before in range(total + 1):
        while (
            verdict_on(worst + 1, 0, total, Earlier(passes=before, total=total, source=""))
            == "regression"
        ):
            worst += 1
        highest.append(worst)
    for percent in range(1, 100):
        rate = percent / 100
        chances = [
            math.comb(total, k) * rate**k * (1 - rate) ** (total - k) for k in range(total + 1)
        ]
        below = [math.fsum(chances[: k + 1]) for k in range(total + 1)]
        wrong = sum(
            chances[before] * below[most] for before, most in enumerate(highest) if most >= 0
        )
        assert wrong <= 0.05, percent


def test_the_calibration_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert calibration.main(["--seed", "3", "--draws", "300"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("against") == 5 * (len(calibration.RATES) + len(calibration.DROPS))


def test_an_earlier_report_is_a_batch() -> None:
    report = read_report((ROUNDS / "list.md").read_bytes(), "list.md")
    assert earlier_of(report, "list.md") == Earlier(passes=3, total=4, source="list.md")
    with pytest.raises(UsageError, match="3 rounds of unknown result"):
        earlier_of(read_report((ROUNDS / "odd.md").read_bytes(), "odd.md"), "odd.md")


# Folders of run folders


def test_a_folder_of_rounds() -> None:
    found = judge(read_rounds(ROUNDS / "folder", "folder"))
    assert [(r.name, r.result) for r in found.rounds] == [
        ("round_1", "pass"),
        ("round_2", "fail"),
        ("round_3", "fail"),
        ("round_10", "pass"),
    ]
    assert found.first_try_passes is None
    assert [(c.signature, c.rounds) for c in found.crashes] == [
        ("Segmentation fault in call (native.py)", ("round_3",))
    ]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence(path="r", totals=Totals(collected=2, passed=2), completeness="complete"), "pass"),
        (Evidence(path="r", exit_code=0, reason="no test results"), "pass"),
        (Evidence(path="r", totals=Totals(passed=1, failed=1), completeness="complete"), "fail"),
        (Evidence(path="r", totals=Totals(passed=1, errors=1), completeness="complete"), "fail"),
        (Evidence(path="r", totals=Totals(passed=2), exit_code=3, completeness="complete"), "fail"),
        (Evidence(path="r", completeness="crashed"), "fail"),
        (Evidence(path="r", completeness="timeout"), "fail"),
        (Evidence(path="r", completeness="failed", reason="usage"), "fail"),
        (Evidence(path="r", totals=Totals(), completeness="failed", reason="no tests ran"), "fail"),
        (Evidence(path="r", exit_code=1), "fail"),
        (
            Evidence(
                path="r",
                exit_code=0,
                crashes=(Crash(kind="k", signature="s", frames=(), source="f"),),
            ),
            "fail",
        ),
        (Evidence(path="r"), "unknown"),
        (Evidence(path="r", exit_code=0, reason="log.txt: cut short"), "unknown"),
        (Evidence(path="r", totals=Totals(passed=2), completeness="incomplete"), "unknown"),
        (Evidence(path="r", totals=Totals(skipped=2), completeness="complete"), "unknown"),
    ],
)
def test_how_a_run_counts_as_a_round(evidence: Evidence, expected: str) -> None:
    assert result_of(evidence) == expected


def test_a_round_dies_once(tmp_path: Path) -> None:
    """What the log and its copy tell, with other addresses, is one death."""
    (tmp_path / "r1").mkdir()
    for name, kind in (("a.log", "Aborted"), ("b.log", "Segmentation fault")):
        (tmp_path / "r1" / name).write_text(f"Fatal Python error: {kind}\n", encoding="utf-8")
    [crash] = read_folder(WorkTree(tmp_path), "", "f").crashes
    assert (crash.signature, crash.rounds) == ("Aborted", ("r1",))


def test_an_empty_folder_has_no_rounds(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="expected a folder for each round, found none"):
        read_folder(WorkTree(tmp_path), "", "f")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "exit_code.txt").write_text("0", encoding="utf-8")
    inside = tmp_path / "rounds"
    (inside / "r1").mkdir(parents=True)
    (inside / "r1" / "exit_code.txt").write_text("1", encoding="utf-8")
    (inside / "r2").symlink_to(outside)
    found = read_rounds(inside, "rounds")
    assert [(r.name, r.result) for r in found.rounds] == [("r1", "fail")]


# The command


def run(*given: str) -> int:
    if "rounds" not in cli.COMMANDS:
        pytest.skip("the command is not named in ledger.cli.COMMANDS yet")
    return cli.main(["rounds", *given])


def printed_document(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_json_of_every_fixture_fits_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for place in [*ROUNDS.glob("*.md"), ROUNDS / "folder"]:
        assert run(str(place), "--against", "45/50", "--json") in (0, 1)
        printed = printed_document(capsys)
        jsonschema.validate(printed, schemas.describe("rounds"))
        data = printed["data"]
        assert isinstance(data, dict)
        assert data["comparison"]["earlier"] == {"passes": 45, "total": 50, "source": "45/50"}
        assert data["passes"] + data["failures"] + data["unknown"] == data["total"]
        assert data["total"] + data["skipped"] == len(data["rounds"])


@pytest.mark.parametrize(
    ("against", "code"),
    [
        ("90%", "baseline-without-rounds"),
        ("90 %", "baseline-without-rounds"),
        ("90", "baseline-without-rounds"),
        ("0.9", "baseline-without-rounds"),
        ("5/4", "bad-baseline"),
        ("0/0", "bad-baseline"),
        ("nowhere.md", "no-baseline"),
        ("", "no-baseline"),
        (str(ROUNDS / "odd.md"), "baseline-unknown"),
    ],
)
def test_what_is_no_baseline(against: str, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ROUNDS / "list.md"), f"--against={against}", "--json") == 2
    error = printed_document(capsys)["error"]
    assert isinstance(error, dict)
    assert error["code"] == code


def test_a_report_as_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ROUNDS / "list.md"), "--against", str(ROUNDS / "across.md")) == 0
    said = capsys.readouterr().out
    assert "against 3/4 (" in said
    assert "with 4 earlier rounds no number of new ones would tell, 98 in each batch would" in said


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "r.md"
    report.write_text(ten_rounds("Pass rate: 7/10"), encoding="utf-8")
    assert run(str(report)) == 0
    assert run(str(report), "--against", "200/200") == 1
    report.write_text(ten_rounds("Pass rate: 9/10"), encoding="utf-8")
    assert run(str(report)) == 1
    assert "contradicted, line 16: Pass rate: 9/10" in capsys.readouterr().out


def test_nothing_from_a_report_steers_the_terminal() -> None:
    text = ten_rounds("Average load: 15.0 \x1b[31mred\u202e").replace("Load", "Load\x1b[2J")
    text = text.replace("| 2 | FAIL", "| 2\x1b]0;x\x07 | FAIL\x1b[1m")
    shown = [line.text for line in lines_of(judged(text))]
    assert shown
    assert not any(ord(letter) < 32 or letter in "\u202e\x7f" for line in shown for letter in line)


# Broken and hostile input


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "found none"),
        (b"# Notes\n\nNothing ran.\n", "found none"),
        (b"| Component | Status |\n|-|-|\n| a | ok |\n", "found none"),
        (b"| Round | Status |\n|-|-|\n", "found none"),
        (b"| Round | Status |\n|-|-|\n| 1 | maybe |\n| 2 | who knows |\n", "found none"),
        (b"| ID | Status |\n|-|-|\n| VG-1 | PASS |\n| VG-2 | FAIL |\n", "found none"),
        (b"| Date | Status |\n|-|-|\n| 2025-11-02 | PASS |\n| 2025-11-03 | FAIL |\n", "found none"),
        (b"| # | Status |\n|-|-|\n| 1 | ok |\n| 2 | open |\n| 3 | open |\n", "found none"),
        (b"\x00\x01\x02", "bytes that are no text"),
        (b"x" * (5 << 20), "more than 4 MB"),
        (b"\n" * 50_000, "more than 20000 lines"),
    ],
    ids=range(11),
)
def test_what_holds_no_rounds_is_one_error(data: bytes, found: str) -> None:
    started = time.process_time()
    with pytest.raises(UnreadableInput) as raised:
        read_report(data, "r.md")
    assert raised.value.code == "rounds-unreadable"
    assert found in raised.value.message
    assert time.process_time() - started < 10  # what hostile input may take


def test_a_missing_report_is_one_error(tmp_path: Path) -> None:
    for place in (tmp_path / "missing.md", tmp_path / "a\0b"):
        with pytest.raises(UnreadableInput):
            read_rounds(place, "missing.md")


TABLE = "| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2 | FAIL |\n\n"


@pytest.mark.parametrize(
    "text",
    [
        TABLE + "7/10 passed " * 40_000,
        TABLE + "Pass rate: 7/10\n" * 10_000,
        TABLE + "6 consecutive passes, " * 20_000,
        TABLE + "Failures: rounds " + "1, " * 100_000,
        TABLE + "average load " * 30_000,
        TABLE + "compared to " * 40_000,
        TABLE + "batch 1 (" * 40_000,
        TABLE + "a" * 400_000,
        TABLE + "1" * 400_000,
        TABLE + "((((" * 100_000,
        TABLE + "a " + "> " * 40_000,
        TABLE + "- rounds 1" + ", 1" * 40_000,
        TABLE + "- Round 1: " + "PF" * 40_000,
        TABLE + "```\n" + "a::b(" * 80_000 + "\n```\n",
        TABLE + "called from `a::b`, " * 20_000,
        "| Round | Status |" + "x |" * 2_000 + "\n|-|-|" + "-|" * 2_000 + "\n| 1 | PASS |\n",
        "| Round | Status |\n|-|-|\n" + "".join(f"| {n} | PASS |\n" for n in range(8_000)),
        "| Round | Status |\n|-|-|\n" + "| 1 | PASS |\n" * 8_000,
        "- Round 1: PASS\n" * 5_000,
        "".join(f"## Round {n}: PASS\n" for n in range(5_000)),
        "> " * 200 + TABLE,
    ],
    ids=range(21),
)
def test_long_reports_take_linear_time(text: str) -> None:
    started = time.process_time()
    with suppress(UnreadableInput):
        judged(text)
    assert time.process_time() - started < 10


WORDS = st.sampled_from(
    [
        "| Round | Status | Retries | Load |\n|-|-|-|-|\n",
        "| 1 | PASS | 0 | 14.2% |\n",
        "| 2 | FAIL | 3 | - |\n",
        "| 3 | ? | x |\n",
        "| Mean | | | 1 |\n",
        "## Batch 2\n",
        "- Round 4: PASS\n",
        "Pass rate: 1/2 (50%)\n",
        "6 consecutive passes\n",
        "Failures: rounds 1, 2\n",
        "average Load 14.2 ",
        "compared to 90% pass rate",
        "first 9 ",
        "batch 1 (1-2): 1/2 ",
        "all rounds passed",
        "\n\n",
        "```\n",
        "(",
        " ",
        "0/0 passed",
        "rounds 2-1 ",
        "clustered failures",
        "3 (1 + 2)",
    ]
)


@given(st.lists(WORDS, max_size=30))
def test_no_report_is_a_traceback(pieces: list[str]) -> None:
    try:
        report = read_report("".join(pieces).encode(), "r.md")
    except UnreadableInput:
        return
    found = judge(report, Earlier(passes=9, total=10, source="9/10"))
    assert found.passes + found.failures + found.unknown == found.total
    assert 0 <= found.interval[0] <= found.interval[1] <= 1
    assert list(lines_of(found))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], ""),
        (["1"], "1"),
        (["1", "2", "3", "5"], "1-3, 5"),
        (["a", "b"], "a, b"),
        (["9", "10", "x", "11"], "9-10, x, 11"),
    ],
)
def test_names_of_rounds_are_shown_short(names: list[str], shown: str) -> None:
    assert name_ranges(names) == shown


# Forms that people use


@pytest.mark.parametrize(
    ("table", "results"),
    [
        ("| Rounds | Status |\n|---|---|\n| 1-5 | PASS |\n| 6 | FAIL |\n| 7-10 | PASS |\n", "pppppfpppp"),
        ("| Round | Status |\n|---|---|\n| 1-2 | FAIL |\n| 1 | PASS |\n| 2 | FAIL |\n", "pf"),
        ("| Run | Passed | Failed | Skipped |\n|---|---|---|---|\n| 1 | 10 | 0 | 1 |\n| 2 | 9 | 1 | 1 |\n", "pf"),
        ("| Run | Passed | Failed | Errors |\n|---|---|---|---|\n| 1 | 10 | 0 | 0 |\n| 2 | 9 | 0 | 2 |\n", "pf"),
        ("| Run | Tests |\n|---|---|\n| 1 | 10/10 |\n| 2 | 9/10 |\n| 3 | 10/10 |\n", "pfp"),
        ("| Run | Result | Retries |\n|---|---|---|\n| 1 | 10/10 | 1/3 |\n| 2 | 9/10 | 0/3 |\n", "pf"),
        ("| Round | Status |\n|-|-|\n| 1 | 9 passed, 1 failed |\n| 2 | 10 passed |\n| 3 | 9/10 passed |\n", "fpf"),
        ("| Round | Pass | Fail |\n|-|-|-|\n| 1 | x | |\n| 2 | | x |\n| 3 | x | |\n", "pfp"),
        ("| Round | Failed? |\n|-|-|\n| 1 | no |\n| 2 | yes |\n", "pf"),
        ("| Round | Complete suite |\n|-|-|\n| 1 | PASS |\n| 2 | FAIL |\n", "pf"),
        ("| | Result |\n|-|-|\n| Round 1 | PASS |\n| Rounds 2-3 (warm) | FAIL |\n", "pff"),
        ("| Round | Status |\n|-|-|\n| 1 to 2 | PASS |\n| 3 & 4 | FAIL |\n| 5, 6 and 7 | ok |\n| 8..9 | bad |\n", "ppffpppff"),
        ("| Round | Status |\n|-|-|\n| R1 | PASS |\n| R2-R4 | FAIL |\n", "pfff"),
        ("| Round | Result |\n|-|-|\n| 1-3 | PPF |\n| 4-6 | PF |\n| 7 | PASS |\n", "ppfuuup"),
        ("| # | Result | # | Result |\n|-|-|-|-|\n| 1 | ok | 3 | red |\n| 2 | red | | |\n", "pff"),
        ("| Round | Result | | Round | Result |\n|-|-|-|-|-|\n| 1 | ok | | 2 | red |\n", "pf"),
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2 | FAIL |\n| 1 | PASS |\n| 2 | PASS |\n", "pfpp"),
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2 | not started |\n| 3 | never ran |\n", "pss"),
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2 | FAIL |\n\n- Round 2: FAIL\n- Round 3: PASS\n", "pfp"),
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2 | FAIL |\n\n| Round | State |\n|-|-|\n| 3 | see log |\n", "pfu"),
        ("| Rounds | Passed | Failed |\n|-|-|-|\n| 1-4 | 2 | 2 |\n| 5 | 1 | 0 |\n", "pppff"),
        ("| Host | Rounds | Passed | Failed |\n|-|-|-|-|\n| A | 4 | 3 | 1 |\n| B | 2 | 0 | 2 |\n", "pppfff"),
        ("| Rounds | Result |\n|-|-|\n| 2-5 | ❌ 3 / 4 |\n| 6 | 1/1 |\n| 7-9 | 3/3 (100 %) |\n", "pppfpppp"),
        ("| Round | Result |\n|-|-|\n| 1-3 | PASS, PASS, FAIL |\n| 4 | :white_check_mark: |\n", "ppfp"),
        ("| Round | Result | Result after retry |\n|-|-|-|\n| 1 | FAIL | PASS |\n| 2 | ok | - |\n", "up"),
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| | looked at twice |\n| 2 | FAIL |\n", "pf"),
        ("| Worker | Rounds | Passed |\n|-|-|-|\n| A | 3 | 2 |\n| B | 3 | 3 |\n", "ppfppp"),
        ("```\n09:31:05 Round 1/3: PASS\n09:32:05 Round 2/3: FAIL\n09:33:05 Round 3/3: PASS\n```\n", "pfp"),
        ("## a\n\n| Run | Status |\n|-|-|\n| 1 | ok |\n| 2 | red |\n\n## b\n\n| Run | Status |\n|-|-|\n| 1 | ok |\n| 2 | red |\n| 3 | ok |\n", "pfpfp"),
        ("## a\n\n| Run | Status |\n|-|-|\n| 1 | red |\n| 2 | ok |\n\n## b\n\n| Run | Status |\n|-|-|\n| 1 | red |\n", "fp"),
        ("- Runs 44-46 — PASS\n- Round 47: FAIL\n", "pppf"),
        ("- PASS: 44-46\n- FAIL: 47\n", "pppf"),
        ("- Round 1: completed\n- Round 2: FAIL\n- Round 3: PASS\n", "ufp"),
        ("- [1] PASS\n- [2] FAIL\n- [3] PASS\n", "pfp"),
        ("1. PASS\n2. FAIL\n3. PASS\n", "pfp"),
        ("Rounds 1, 3 and 5 passed; rounds 2 and 4 failed.\n", "pfpfp"),
        ("Rounds 1-5: PPFPF\n", "ppfpf"),
        ("```csv\nround;status\n1-2;pass\n3;fail\n```\n", "ppf"),
        ("```\nrun=1 status=PASS\nrun=2 status=FAIL\n```\n", "pf"),
        ("### Round 1: PASS\n\n### Round 2\n\n### Round 3\n\nFAIL\n", "puf"),
    ],
)  # fmt: skip
def test_tables_of_ranges_counts_and_shares(table: str, results: str) -> None:
    report = read_report(f"# V\n\n{table}".encode(), "r.md")
    assert sorted(one.result[0] for one in report.rounds) == sorted(results)
    if report.is_ordered:
        assert [one.result[0] for one in sorted(report.rounds, key=_number)] == list(results)
    else:
        found = judge(report)
        assert (found.longest_pass, found.current, found.order) == (None, None, None)


def _number(one: Round) -> tuple[str, int]:
    return one.batch or "", int(one.name) if one.name.isdecimal() else 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2 | FAIL |\n| ... | |\n", "rounds in line 7"),
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2+ | FAIL |\n", "rounds in line 6"),
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2-9999999 | FAIL |\n", "rounds in line 6"),
        ("| Host | Passed | Failed |\n|-|-|-|\n| A | 3 | 1 |\n", "counts in line 5 that may be of tests"),
        ("| Host | Rounds | Passed | Failed |\n|-|-|-|-|\n| A | 3 | 1 | 2 |\n| B | 3 | 3 | 1 |\n", "may name rounds or count"),
        ("| Status | Rounds |\n|-|-|\n| PASS | 14 |\n| FAIL | 6 |\n", "may name rounds or count"),
        ("| Round | Status |\n|-|-|\n| 1 | PASS |\n| the others | FAIL |\n", "rounds in line 6"),
        ("<table><tr><td>Round</td></tr></table>\n\n- Round 2: FAIL\n- Round 3: PASS\n", "HTML in line 3"),
    ],
)  # fmt: skip
def test_rounds_that_are_not_understood_are_refused(text: str, found: str) -> None:
    with pytest.raises(UnreadableInput, match=found):
        read_report(f"# V\n\n{text}".encode(), "r.md")


def test_counts_of_rounds_that_are_told_one_by_one_are_claims() -> None:
    one_by_one = "| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2 | FAIL |\n| 3 | PASS |\n"
    summary = "| Rounds | Passed | Failed |\n|-|-|-|\n| 1-2 | 1 | 1 |\n| 2-3 | 2 | 0 |\n"
    found = judged(f"{one_by_one}\n## Batches\n\n{summary.replace('2-3', '3-3')}")
    assert [claim.verdict for claim in found.claims] == ["supported"]
    assert (found.passes, found.total) == (2, 3)


def report_of(results: str, first: int, said: str, path: str) -> RoundsReport:
    word = {"P": "PASS", "F": "FAIL"}
    rows = "".join(f"| {at} | {word[one]} |\n" for at, one in enumerate(results, first))
    return read_report(f"| Round | Status |\n|-|-|\n{rows}\n{said}\n".encode(), path)


@pytest.mark.parametrize(
    ("said", "verdict", "observed"),
    [
        ("Total test rounds: 44 (41 + 3)", "supported", "44"),
        ("Total test rounds: 43 (40 + 3)", "contradicted", "41 in a.md"),
        ("Total test rounds: 45 (41 + 4)", "contradicted", "3 rounds"),
        ("Total test rounds: 45 (41 + 3)", "contradicted", "44"),
        ("Consecutive passes: 5", "supported", "5 (9-13)"),
        ("Consecutive passes: 6", "contradicted", "5 (9-13)"),
        ("Consecutive passes: 3", "supported", "3 (11-13)"),
        ("Consecutive passes: 2", "contradicted", "3 (11-13)"),
    ],
)
def test_reports_of_an_item_go_on_from_each_other(said: str, verdict: str, observed: str) -> None:
    first = report_of("PFPP", 7, "Total test rounds: 41 (37 + 4)", "a.md")
    found = judge_chain([first, report_of("PPP", 11, said, "b.md")], "ITEM-1")
    assert (found.path, found.passes, found.total, found.longest_streak) == ("ITEM-1", 6, 7, 5)
    assert [batch.name for batch in found.batches] == ["a.md", "b.md"]
    before, claim = found.claims
    assert (before.path, before.verdict) == ("a.md", "supported")
    assert (claim.path, claim.verdict, claim.observed) == ("b.md", verdict, observed)


@pytest.mark.parametrize(
    ("word", "counts"), [("Retries", "001"), ("Tries", "112"), ("Attempts", "112")]
)
def test_a_column_of_retries_counts_the_same_in_a_chain(word: str, counts: str) -> None:
    rows = "".join(f"| {at} | PASS | {count} |\n" for at, count in enumerate(counts, 1))
    text = f"| Round | Status | {word} |\n|-|-|-|\n{rows}\nFirst-try passes: 2/3\n"
    report = read_report(text.encode(), "a.md")
    for found in (judge(report), judge_chain([report], "ITEM-1")):
        assert found.first_try_passes == 2
        assert [claim.verdict for claim in found.claims] == ["supported"]


@pytest.mark.parametrize(
    ("said", "verdicts"),
    [
        ("8-thread efficiency averaged 99.9 %, 3999 rounds in total.", ["contradicted"]),
        ("Efficiency averaged 14.5 %, within the documented 15 % limit.", ["supported"] * 2),
        ("Efficiency ranged from 14.0 to 15.0 %. Average efficiency: 14.6 %", ["supported", "contradicted"]),
        ("The average efficiency was 20 % in an earlier batch.", []),
        ("Phase A had an average efficiency of 20 %; the target is an average efficiency of 30 %.", []),
        ("Average latency: 20 ms. Efficiency is fine.", []),
    ],
)  # fmt: skip
def test_what_an_attempt_says_of_its_rounds_is_held_against_their_report(
    said: str, verdicts: list[str], tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        rows = "| 1 | PASS | 14.0 % |\n| 2 | PASS | 15.0 % |\n"
        text = f"| Round | Status | Efficiency |\n|-|-|-|\n{rows}"
        (tmp_path / folder / "rounds.md").write_text(text, encoding="utf-8")
    entry = Entry("I-1", 1, None, None, f"Attempt.\n{said}", 7, (), {"one": "one"})
    found = list(of_rounds(entry, Place(WorkTree(tmp_path))))
    assert [claim.verdict for claim in found] == verdicts
    assert {(claim.kind, claim.line) for claim in found} <= {("rounds", 8)}
    several = entry._replace(runs={"one": "one", "two": "two"})
    told = of_rounds(several, Place(WorkTree(tmp_path)))
    assert {claim.verdict for claim in told} <= {"unverifiable"}


@pytest.mark.parametrize(
    ("said", "verdicts"),
    [
        ("Rounds passed: 2 of 3.", ["supported"]),
        ("Rounds passed: 3 of 3.", ["contradicted"]),
        ("3 rounds were run, 2 passed.", ["supported"] * 2),
        ("4 rounds were run, 2 passed.", ["contradicted", "supported"]),
        ("2 rounds failed, 2 passed.", ["contradicted", "supported"]),
        ("2 failing rounds out of 3.", ["contradicted"]),
        ("All 4 rounds are green.", ["contradicted"]),
        ("None of the rounds failed.", ["contradicted"]),
        ("Only one round failed.", ["supported"]),
        ("Not one round passed.", ["contradicted"]),
        ("Exactly two rounds came out green.", ["supported"]),
        ("Round 2 failed.", ["supported"]),
        ("Rounds 1 and 2 failed.", ["contradicted"]),
        ("Failures: rounds 2 and 3", ["contradicted"]),
        ("Round 4 failed.", ["unverifiable"]),
        ("All rounds passed on the other machine.", []),
        ("We want all rounds to pass.", []),
        ("Did all rounds pass?", []),
        ("After 3 rounds 2 failed.", []),
        ("Round 2 of 3 failed.", []),
        ("So far 40 of 40 rounds passed.", []),
        ("All rounds passed before the change.", []),
        ("The background of the game is green.", []),
    ],
)
def test_what_an_attempt_says_of_a_folder_of_rounds(
    said: str, verdicts: list[str], tmp_path: Path
) -> None:
    for at, code in enumerate((0, 1, 0), 1):
        (tmp_path / "run" / f"round_0{at}").mkdir(parents=True)
        (tmp_path / "run" / f"round_0{at}" / "exit_code.txt").write_text(str(code))
    entry = Entry("I-1", 1, None, None, f"Attempt.\n{said}", 7, (), {"run": "run"})
    found = of_rounds(entry, Place(WorkTree(tmp_path)))
    assert [claim.verdict for claim in found] == verdicts


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (b"# Rounds\n\nNothing yet.\n", "found none"),
        (b"| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2+ | FAIL |\n", "rounds in line 4"),
        (b"| Round | Status |\n\0", "bytes that are no text"),
    ],
)
def test_a_report_of_rounds_that_cannot_be_read_is_told(
    report: bytes, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "rounds.md").write_bytes(report)
    said = "Attempt.\n2 of 3 rounds passed.\nAll 3 rounds are green.\nThe target is 4 rounds."
    entry = Entry("I-1", 1, None, None, said, 7, (), {"run": "run"})
    found = of_rounds(entry, Place(WorkTree(tmp_path)))
    assert [(claim.verdict, claim.line) for claim in found] == [
        ("unverifiable", 8),
        ("unverifiable", 9),
    ]
    assert all(reason in claim.reason for claim in found)


def test_rounds_of_an_item(repo: Repository) -> None:
    for stamp, first in (("20251103T090000Z", "20"), ("20251103T100000Z", "22")):
        made = ["--rounds", "2", "--first", first, "--stamp", stamp, "--", "true"]
        assert call(repo.path, "run", "PARSE-SPEED-001", *made).code == 0
    found = call(repo.path, "rounds", "--item", "parse-speed-001", "--json").data
    assert [one["name"] for one in found["rounds"]] == ["20", "21", "22", "23"]
    assert [batch["total"] for batch in found["batches"]] == [2, 2]
    assert call(repo.path, "rounds", "--item", "PARSE-SPEED-001").code == 0
    asked = ["--item", "PARSE-SPEED-001"]
    for wrong in ([], ["rounds.md", *asked], ["--item", "NO-1"], [*asked, "--retries", "all"]):
        assert call(repo.path, "rounds", *wrong).code == 2


def test_rounds_of_an_item_that_are_not_counted_are_told(repo: Repository) -> None:
    asked = ["rounds", "--item", "PARSE-SPEED-001"]
    for at in (1, 2):
        repo.write(f"reports/plain/round_{at}/exit_code.txt", b"0\n")
    repo.write("reports/torn/rounds.md", b"| Round | Status |\n")
    repo.write("reports/notes.md", b"Nothing of rounds.\n")
    repo.write("reports/soak.md", b"| Round | Status |\n|-|-|\n| 1 | PASS |\n| 2+ | FAIL |\n")
    repo.write("reports/rounds.csv", b"round,status\n1,pass\n")
    plan = repo.ledger.read_text("utf-8")
    for name in ("torn/", "notes.md", "soak.md", "rounds.csv", "rounds.md", "plain/"):
        plan = plan.replace("    Artifacts: `", f"    Artifacts: `reports/{name}`, `", 1)
    repo.write("docs/fix_plan.md", plan.encode())
    hint = "reports/plain: not counted; `ledger rounds reports/plain` judges the folders in it"
    refused = call(repo.path, *asked).err
    assert hint in refused
    assert "and 2 more" in refused
    assert call(repo.path, "run", "PARSE-SPEED-001", "--rounds", "2", "--", "true").code == 0
    assert sorted(call(repo.path, *asked, "--json").data["warnings"]) == [
        hint,
        "reports/rounds.csv: not counted, for it is no report in Markdown",
        "reports/rounds.md: not counted, for it is not there",
        "reports/soak.md: expected rounds, each with a status, found rounds in line 4 that are not understood",
        "reports/torn/rounds.md: expected rounds, each with a status, found none",
    ]
    assert hint in call(repo.path, *asked).out


TABLE = "\n| Round | Status | Efficiency (%) |\n|---|---|---|\n" + "".join(
    f"| {number} | {status} | {10 + number} |\n"
    for number, status in enumerate(("PASS", "PASS", "FAIL", "PASS", "PASS"), 1)
)


@pytest.mark.parametrize(
    ("said", "verdicts"),
    [
        ("Five of five rounds passed; no failure was seen.", ["contradicted", "contradicted"]),
        ("Four of five rounds passed.", ["supported"]),
        ("No failures were observed.", ["contradicted"]),
        ("Two rounds in a row failed.", ["contradicted"]),
        ("Two rounds in a row passed.", ["supported"]),
        ("Average efficiency: 15.0%", ["contradicted"]),
        ("Average efficiency: 13.0%", ["supported"]),
        ("Nine of ten rounds passed in the earlier batch.", ["unverifiable"]),
    ],
)
def test_spelled_numbers_and_units_in_headings(said: str, verdicts: list[str]) -> None:
    report = judge(read_report(f"# V\n\n{said}\n{TABLE}".encode(), "r.md"))
    assert [claim.verdict for claim in report.claims] == verdicts, report.claims


@pytest.mark.skipif(not SHARED.is_dir(), reason=real.MISSING)
@pytest.mark.parametrize(
    ("name", "passes", "total"),
    [
        ("11-rounds-ranges.md", 9, 10),
        ("12-rounds-count-columns.md", 2, 3),
        ("13-rounds-fractions.md", 2, 3),
        ("14-rounds-spelled.md", 4, 5),
        ("15-rounds-unit-in-heading.md", 3, 3),
    ],
)
def test_reports_that_were_read_wrongly(name: str, passes: int, total: int) -> None:
    found = judge(read_rounds(SHARED / name, name))
    assert (found.passes, found.total) == (passes, total)
    assert {claim.verdict for claim in found.claims} <= {"contradicted"}
