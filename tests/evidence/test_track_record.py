"""What is said of a test by its outcomes over many runs, and `ledger tests`, which reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.evidence.track_record import failing, judge
from tests.campaigns import track_records as made
from tests.support.commands import call
from tests.support.repository import Repository

ITEM = "PARSE-SPEED-001"

# A strip, its verdict, and the place where its failures begin.
STRIPS: list[tuple[str, str, int | None]] = [
    ("", "not_run", None),
    ("S.s", "not_run", None),
    ("P", "steady", None),
    ("PSP.P", "steady", None),
    ("F", "broken", 0),
    (".FSF.S", "broken", 1),
    ("fffF", "broken", 0),
    ("PF", "new_failure", 1),
    ("PPSFFS", "new_failure", 3),
    ("pppF", "new_failure", 3),
    ("RPPRPPPFFFFFF", "new_failure", 7),
    ("PPPPPPFFFFPPPPFFFFFF", "new_failure", 14),
    ("FP", "cleared", None),
    ("FFFSP", "cleared", None),
    ("PPPPFFFFPPPPPPPP", "cleared", None),
    ("FFFFppP", "cleared", None),
    ("PFP", "flaky", None),
    ("PFPFPFPF", "flaky", None),
    ("R", "flaky", None),
    ("X", "flaky", None),
    ("PPPPPPPRPPPP", "flaky", None),
    ("PPPPPPPPPPFPPPPPPPPP", "flaky", None),
    ("XFFF", "flaky", None),
    ("PFPFFPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP", "cleared", None),
    ("FpFpF", "passes_alone", 0),
    ("Fp", "passes_alone", 0),
    ("FFfp", "passes_alone", 0),
    ("PPPFpFp", "passes_alone", 3),
    ("FFFFFFFPPFFPFPPFpFFF", "passes_alone", 15),
    ("FPFpFPp", "flaky", None),
]


@pytest.mark.parametrize(
    ("strip", "verdict", "since"), STRIPS, ids=[row[0] or "none" for row in STRIPS]
)
def test_a_strip_is_judged(strip: str, verdict: str, since: int | None) -> None:
    assert judge(strip) == verdict
    stretch = failing(strip)
    assert (stretch.since if stretch else None) == since


def test_made_tests_get_their_verdicts(tmp_path: Path) -> None:
    """The short form of the campaign."""
    for behaviour, verdicts in made.confusion(480, 3, tmp_path).items():
        # Of thirty tests chance makes a few more wrong than of thousands.
        most = made.MOST_WRONG.get(behaviour, 0.0)
        assert made.wrong(behaviour, verdicts) <= (most + 0.15 if most else 0), (
            behaviour,
            verdicts,
        )


def junit(*cases: tuple[str, str]) -> bytes:
    inside = {"P": "", "F": "<failure/>", "S": "<skipped/>"}
    found = [
        f"<testcase classname='t' name='{name}'>{inside[one]}</testcase>" for name, one in cases
    ]
    return f"<testsuite>{''.join(found)}</testsuite>".encode()


def attempts(repo: Repository, *runs: tuple[str, bytes], item: str = "DOCS-TOUR-002") -> None:
    """An attempt for each run."""
    lines = b"- Attempts History:\n"
    for number, (path, data) in enumerate(runs, 1):
        repo.write(f"{path}/junit.xml", data)
        lines += f"  * [2026-01-0{number}] Attempt #{number} \u2014 Result: partial.\n    Artifacts: `{path}/junit.xml`\n".encode()
    head, _, rest = repo.ledger.read_bytes().rpartition(b"- Attempts History: none yet\n")
    repo.ledger.write_bytes(head + lines + rest)


def document(repo: Repository, *arguments: str) -> dict[str, Any]:
    data: dict[str, Any] = call(repo.path, "tests", "--json", *arguments).data
    return data


def stamped(number: int) -> str:
    return f"reports/tour/2026010{number}T000000Z"


def test_a_failure_is_told_with_its_attempt_and_the_commits_between(repo: Repository) -> None:
    attempts(
        repo,
        (stamped(1), junit(("a", "P"), ("b", "P"))),
        (stamped(3), junit(("a", "F"))),
        (stamped(4), junit(("a", "F"), ("b", "S"))),
    )
    repo.git("add", stamped(1), "docs")
    repo.git("commit", "--quiet", "-m", "first")
    repo.write("code.py", b"")
    guilty = repo.commit("the cause, and all other runs")
    found = document(repo)
    [a, b] = found["tests"]
    assert (a["identity"], a["strip"], a["verdict"]) == ("t::a", "PFF", "new_failure")
    assert (b["strip"], b["verdict"], b["failing_since"]) == ("P.S", "steady", None)
    since = a["failing_since"]
    assert (since["run"], since["attempt"], since["last_pass"]) == (1, 2, 0)
    assert [(run["item"], run["attempt"]) for run in found["runs"][:2]] == [
        ("DOCS-TOUR-002", 1),
        ("DOCS-TOUR-002", 2),
    ]
    assert (since["runs"], since["days"], since["commits"], since["commit_count"]) == (
        2,
        1,
        [guilty],
        1,
    )
    said = call(repo.path, "tests").out
    assert (
        f"fails since DOCS-TOUR-002#2 (2 runs, 1 day); passed last in DOCS-TOUR-002#1; 1 commit between ({guilty[:8]})"
        in said
    )
    assert "1 new failure, 1 steady" in said
    assert "t::b" not in said


def test_runs_are_in_the_order_of_their_stamps_and_counted_once(repo: Repository) -> None:
    """The attempt with the stamp of a run made it, whoever else cites it."""
    attempts(repo, (stamped(2), junit(("a", "P"))), (stamped(1), junit(("a", "F"))))
    repo.ledger.write_bytes(
        repo.ledger.read_bytes().replace(
            b"Attempts History:\n  * [2025-11-01] Attempt #1",
            f"Attempts History:\n  * [2026-01-02] Attempt #9 \u2014 Result: partial. Artifacts: `{stamped(2)}/junit.xml`\n  * [2025-11-01] Attempt #1".encode(),
        )
    )
    found = document(repo)
    assert [(run["item"], run["attempt"]) for run in found["runs"]] == [
        ("DOCS-TOUR-002", 2),
        (ITEM, 9),
    ]
    assert found["tests"][0]["verdict"] == "cleared"
    assert [run["attempt"] for run in document(repo, "--item", "docs-tour-002")["runs"]] == [2, 1]


def test_a_run_below_another_one_counts_once(repo: Repository) -> None:
    attempts(
        repo,
        (stamped(1), junit(("a", "F"))),
        (f"{stamped(1)}/cluster/20260102T000000Z", junit(("b", "P"))),
    )
    found = document(repo)
    assert {one["identity"]: one["strip"] for one in found["tests"]} == {"t::a": "F.", "t::b": ".P"}


def test_files_of_one_folder_are_runs_where_attempts_tell_them_apart(repo: Repository) -> None:
    attempts(
        repo, *((f"reports/tour/a{number}", junit(("a", one))) for number, one in enumerate("PFF"))
    )
    text = repo.ledger.read_bytes()
    for number in range(3):
        (repo.path / f"reports/tour/a{number}/junit.xml").rename(
            repo.path / f"reports/tour/a{number}.xml"
        )
        text = text.replace(
            f"reports/tour/a{number}/junit.xml".encode(), f"reports/tour/a{number}.xml".encode()
        )
    repo.ledger.write_bytes(text)
    [test] = document(repo)["tests"]
    assert (test["identity"], test["strip"], test["verdict"]) == ("t::a", "PFF", "new_failure")


def test_rounds_are_runs_and_retries_are_tries(repo: Repository) -> None:
    script = 'for f in ../next/*; do break; done; mkdir -p "$LEDGER_RUN_DIR"; mv $f "$LEDGER_RUN_DIR/junit.xml"; ! grep -q failure "$LEDGER_RUN_DIR/junit.xml"'
    for number, outcome in enumerate("PFPF"):
        repo.write(f"../next/{number}.xml", junit(("a", outcome)))
    call(repo.path, "run", ITEM, "--rounds", "2", "--retries", "1", "--", "sh", "-c", script)
    [test] = document(repo)["tests"]
    assert (test["strip"], test["verdict"], test["retried"]) == ("PR", "flaky", 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "expected attempts that cite runs of tests, found none"),
        (("--item", "NOPE-1"), "no item NOPE-1"),
    ],
)
def test_nothing_found_is_said(repo: Repository, arguments: tuple[str, ...], said: str) -> None:
    done = call(repo.path, "tests", *arguments)
    assert done.code == 2
    assert said in done.err


def test_a_pattern_that_no_test_has_is_said(repo: Repository) -> None:
    attempts(repo, (stamped(1), junit(("a", "P"))))
    assert "no test has 'zzz' in its name" in call(repo.path, "tests", "zzz").err
    assert "  T::A" not in call(repo.path, "tests", "T::A").out
    assert "  t::a" in call(repo.path, "tests", "T::A").out


def test_names_are_untrusted(repo: Repository) -> None:
    name = "[31m&#x202e;&#10;| x |&#x9b;31m<b>"
    attempts(repo, (stamped(1), junit((name.replace("<b>", "&lt;b&gt;"), "F"))))
    done = call(repo.path, "tests")
    assert done.code == 0
    assert not {"\u202e", "\x9b", "\x1b"} & {*done.out}
    assert len([line for line in done.out.splitlines() if "| x |" in line]) == 1
    assert json.loads(call(repo.path, "tests", "--json").out)


def test_what_is_not_there_is_told(repo: Repository) -> None:
    attempts(repo, (stamped(1), junit(("a", "P"))), (stamped(2), b"<testsuite>"))
    found = document(repo)
    assert (
        found["without_tests"] == 2
    )  # one is the small plan's own, of which a log gives only counts
    assert "2 cited runs without named tests" in call(repo.path, "tests").out


def test_what_the_real_project_learnt_late(real_repo: Callable[[str], Path]) -> None:
    """Fixes were found good one by one, and the same tests failed in the whole suite again."""
    found = call(real_repo("8b8c48d0"), "tests", "--json").data
    alone = [
        one["identity"].rpartition("::")[2]
        for one in found["tests"]
        if one["verdict"] == "passes_alone"
    ]
    assert {
        "test_memory_bandwidth_utilization",
        "test_script_integration",
        "test_pix0_vector_mm_beam_pivot[cpu]",
        "test_scaled_hkl_roundtrip",
        "test_property_gradient_stability",
        "test_oob_warning_single_fire",
        "test_vectorized_matches_scalar",
    } <= {*alone}
    assert found["verdicts"]["steady"] > 400
