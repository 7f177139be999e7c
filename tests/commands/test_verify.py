"""`ledger verify` as its users meet it: what it judges, where it looks, and what it survives."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ledger.claims.entries import work_tree
from ledger.claims.judge import judge_plan
from ledger.commands import schema as schemas
from ledger.git.files import WorkTree
from ledger.plan import reader
from tests.support.commands import call
from tests.support.repository import Repository

RUN = "reports/parser-speed/phase_b/20251102T091500Z"
PLAN = "docs/fix_plan.md"


def said(repo: Repository, old: str, new: str) -> None:
    """Write something else into the plan."""
    text = repo.ledger.read_text("utf-8")
    assert old in text
    repo.ledger.write_text(text.replace(old, new), "utf-8")


def claims(repo: Repository, *arguments: str) -> list[Any]:
    found: list[Any] = call(repo.path, "verify", "--json", *arguments).data["claims"]
    return found


def verdicts(repo: Repository, *arguments: str) -> dict[str, str]:
    return {f"{one['kind']} {one['claimed']}": one["verdict"] for one in claims(repo, *arguments)}


# What is judged


def test_a_plan_that_tells_the_truth_is_clean(repo: Repository) -> None:
    done = call(repo.path, "verify")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{PLAN}: 7 supported, 0 contradicted, 3 unverifiable\n"


def test_a_lie_is_told_with_what_the_evidence_says(repo: Repository) -> None:
    said(repo, "12 passed in 3.40s", "12 passed in 3.04s")
    done = call(repo.path, "verify")
    assert done.code == 1
    item, first, counts = done.out.splitlines()
    assert item == f"{PLAN}: PARSE-SPEED-001"
    assert first == (
        f'    24: contradicted (#2): "3.04s": 3.4s in {RUN}/pytest.log; the run took another time'
    )
    assert counts == f"{PLAN}: 6 supported, 1 contradicted, 3 unverifiable"


def test_a_claim_is_told_once_numbers_before_files(repo: Repository) -> None:
    said(repo, "12 passed in 3.40s", "13 passed in 3.40s.\n    Again: 13 passed in 3.40s")
    (repo.path / RUN / "pytest.log").rename(repo.path / RUN / "renamed.log")
    repo.commit("Rename the log")
    done = call(repo.path, "verify")
    told = [line for line in done.out.splitlines() if "contradicted (" in line]
    assert len(told) == 2
    assert told[0].startswith('    24: contradicted (#2, line 25 too): "13 passed": 12 passed in ')
    assert f'"{RUN}/pytest.log": not in the tree' in told[1]


@pytest.mark.parametrize(
    ("passed", "verdict"), [(11, "unverifiable"), (12, "supported"), (13, "contradicted")]
)
def test_a_figure_may_be_of_any_run_that_the_attempt_made(
    passed: int, verdict: str, repo: Repository
) -> None:
    later = "reports/parser-speed/phase_b/20251102T101500Z"
    repo.write(f"{later}/pytest.log", b"===== 11 passed in 3.10s =====\n")
    edited = repo.ledger.read_bytes().replace(b"12 passed in", b"%d passed in" % passed)
    first = b"    Artifacts: `reports/parser-speed/phase_b/20251102T091500Z/"
    assert first in edited
    line = next(one for one in edited.splitlines() if one.startswith(first))
    repo.ledger.write_bytes(edited.replace(line, line + f", `{later}/pytest.log`".encode()))
    claims = call(repo.path, "verify", "PARSE-SPEED-001#2", "--json").data["claims"]
    assert [one["verdict"] for one in claims if one["text"] == f"{passed} passed"] == [verdict]


def test_a_date_to_come_is_told_by_what_it_is_later_than(repo: Repository) -> None:
    edited = repo.ledger.read_bytes().replace(b"[2025-11-02]", b"[2098-11-02]")
    repo.ledger.write_bytes(edited)
    said = call(repo.path, "verify").out
    assert re.search(r'"2098-11-02": 20[\d-]{8}; the date is later than today', said)
    repo.commit("A date to come")
    said = call(repo.path, "verify").out
    assert '"2098-11-02": 2025-11-03 in HEAD; the date is later than the commit' in said


def test_the_fields_that_others_rely_on(repo: Repository) -> None:
    [one] = [one for one in claims(repo, "PARSE-SPEED-001#2") if one["kind"] == "count"]
    assert one == {
        "item": "PARSE-SPEED-001",
        "attempt": 2,
        "kind": "count",
        "text": "12 passed",
        "claimed": "12 passed",
        "observed": "12 passed",
        "verdict": "supported",
        "evidence": f"{RUN}/pytest.log",
        "line": 24,
        "reason": "",
        "is_insisted": False,
    }


def test_claims_come_in_the_order_of_the_file(real_repo: Any) -> None:
    place = real_repo("8b8c48d0")
    lines = [one["line"] for one in call(place, "verify", "--full", "--json").data["claims"]]
    assert lines == sorted(lines)


def test_a_completed_action_makes_claims_too(repo: Repository) -> None:
    said(repo, "Rewrite the splitter.", "Rewrite the splitter; 11 passed in 3.40s.")
    [one] = [one for one in claims(repo) if one["line"] == 27 and one["kind"] == "count"]
    assert (one["attempt"], one["verdict"], one["observed"]) == (2, "contradicted", "12 passed")


def test_an_open_action_makes_none(repo: Repository) -> None:
    said(repo, "Measure 50 MB files.", f"Expect 99 passed in 1.00s, `{RUN}/pytest.log`.")
    assert {one["line"] for one in claims(repo)} == {21, 22, 23, 24, 25}


LYING = "5 passed, 0 failed"
JUNIT = b"""<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="4" failures="1">
<testcase classname="test_a" name="test_a"/><testcase classname="test_a" name="test_b"/>
<testcase classname="test_a" name="test_c"/>
<testcase classname="test_a" name="test_d"><failure message="no"/></testcase>
</testsuite></testsuites>"""
REPORT_LOG = b"".join([
    b'{"pytest_version": "8.4.0", "$report_type": "SessionStart"}\n',
    *(
        b'{"nodeid": "test_a.py::test_%d", "outcome": "%s", "when": "%s", "duration": 0.1, '
        b'"$report_type": "TestReport"}\n' % (number, outcome, when)
        for number, called in enumerate((b"passed", b"passed", b"passed", b"failed"))
        for when, outcome in ((b"setup", b"passed"), (b"call", called), (b"teardown", b"passed"))
    ),
    b'{"exitstatus": 1, "$report_type": "SessionFinish"}\n',
])  # fmt: skip


@pytest.mark.parametrize("wording", [f"{LYING}.", f"Metrics: {LYING}.", "passed=5 failed=0"])
@pytest.mark.parametrize("output", ["junit.xml", "link.xml", "report.jsonl"])
@pytest.mark.parametrize("where", [(), ("--rev", "HEAD")], ids=["work tree", "commit"])
def test_who_lies_in_every_number_is_contradicted(
    repo: Repository, wording: str, output: str, where: tuple[str, ...]
) -> None:
    run = "reports/parser-speed/phase_b/20251103T080000Z"
    if output == "link.xml":
        repo.write("out/junit.xml", JUNIT)
        (repo.path / run).mkdir(parents=True)
        (repo.path / run / output).symlink_to("../../../../out/junit.xml")
    else:
        repo.write(f"{run}/{output}", JUNIT if output == "junit.xml" else REPORT_LOG)
    said(repo, "12 passed in 41.20s.", f"{wording} Artifacts: `{run}/{output}`")
    repo.commit("A lie")
    found = [one for one in claims(repo, "PARSE-SPEED-001#1", *where) if one["kind"] == "count"]
    assert [one["verdict"] for one in found] == ["contradicted"] * 2
    assert {one["observed"] for one in found} == {"3 passed", "1 failed"}


@pytest.mark.parametrize(
    "wording",
    [
        "The sibling crate: 112 passed, 1 failed.",
        "Metrics of the sibling crate: 112 passed, 1 failed.",
        "CPU tests: 8 passed, 0 failed. GPU tests: 2 passed, 6 failed.",
        "Previously 5 passed, 0 failed.",
    ],
)
def test_what_may_be_said_of_another_run_is_not_contradicted(
    repo: Repository, wording: str
) -> None:
    said(repo, "Metrics: 12 passed in 41.20s.", f"{wording} Artifacts: `{RUN}/pytest.log`")
    assert "contradicted" not in {one["verdict"] for one in claims(repo)}


@pytest.mark.parametrize(
    ("wording", "rate", "verdict"),
    [
        ("Pass rate 95 %.", "Pass rate 95 %", "contradicted"),
        ("0/0 tests (95 %).", "95 %", "unverifiable"),
    ],
)
def test_a_rate_of_a_run_that_ran_nothing_is_no_crash(
    repo: Repository, wording: str, rate: str, verdict: str
) -> None:
    repo.write(f"{RUN}/pytest.log", b"collected 0 items\n==== no tests ran in 0.01s ====\n")
    said(repo, "12 passed in 3.40s.", wording)
    assert verdicts(repo, "PARSE-SPEED-001#2")[f"rate {rate}"] == verdict


# Which entries


def test_items_and_attempts_can_be_chosen(repo: Repository) -> None:
    first, second = ("PARSE-SPEED-001#1", "PARSE-SPEED-001#2")
    both = len(claims(repo))
    assert {one["attempt"] for one in claims(repo, first)} == {1}
    assert {one["attempt"] for one in claims(repo, "[parse-speed-001]#2")} == {2}
    assert len(claims(repo, first, second)) == len(claims(repo, "parse-speed-001")) == both
    assert claims(repo, "DOCS-TOUR-002") == []


@pytest.mark.parametrize("name", ["NOBODY-001", "PARSE-SPEED-001#9", "PARSE-SPEED-001#x", ""])
def test_what_is_not_there_is_one_line(repo: Repository, name: str) -> None:
    done = call(repo.path, "verify", name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ledger: ")
    assert done.err.count("\n") == 1


# Where it looks


def test_evidence_comes_from_the_work_tree_or_from_a_commit(repo: Repository) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.write(f"{RUN}/pytest.log", b"===== 14 passed in 3.40s =====\n")
    repo.commit("The log is another one")
    assert call(repo.path, "verify").code == 1
    assert call(repo.path, "verify", "--rev", "HEAD").code == 1
    assert call(repo.path, "verify", "--rev", "main").code == 1
    assert call(repo.path, "verify", "--rev", first).code == 0
    assert call(repo.path, "verify", "--rev", first[:8]).code == 0
    shutil.rmtree(repo.path / "reports")
    gone = call(repo.path, "verify", "--rev", first)
    assert (gone.code, "7 supported" in gone.out) == (0, True)


def test_what_is_not_committed_yet_counts_in_the_work_tree_only(repo: Repository) -> None:
    run = "reports/parser-speed/phase_b/20251103T080000Z"
    repo.write(f"{run}/pytest.log", b"===== 9 passed in 1.20s =====\n")
    said(repo, "12 passed in 41.20s.", f"9 passed in 1.20s. Artifacts: `{run}/pytest.log`")
    here = verdicts(repo, "PARSE-SPEED-001#1")
    assert here["count 9 passed"] == here[f"artifact {run}/pytest.log"] == "supported"
    there = verdicts(repo, "PARSE-SPEED-001#1", "--rev", "HEAD")
    assert there["count 9 passed"] == "unverifiable"
    assert there[f"artifact {run}/pytest.log"] != "supported"


@pytest.mark.parametrize(
    ("above", "verdict"),
    [
        ("Artifacts:\n    - {}", "contradicted"),
        ("**Evidence:**\n\n    - `notes.md`\n    - {}", "contradicted"),
        ("Artifacts:\n" + "    - `notes/of/a/longer/path.md`\n" * 30 + "    - {}", "contradicted"),
        ("Files that were read:\n    - {}", "unverifiable"),
        ("Baseline artifacts:\n    - {}", "unverifiable"),
    ],
)
def test_a_path_in_a_list_is_what_the_line_above_the_list_calls_it(
    repo: Repository, above: str, verdict: str
) -> None:
    repo.write("reports/parser-speed/run_3/pytest.log", b"===== 9 passed in 1.20s =====\n")
    cited = above.format("`reports/parser-speed/run_3/`")
    said(repo, "12 passed in 41.20s.", f"8 passed.\n    {cited}\n")
    assert verdicts(repo)["count 8 passed"] == verdict


@pytest.mark.parametrize(
    "revision",
    ["nope", "--output=pwned", "HEAD^{/x}", "HEAD:docs", "a\nb", "", "@{-1}", "..", "0" * 40],
)
def test_a_bad_revision_is_one_line(repo: Repository, revision: str) -> None:
    done = call(repo.path, "verify", f"--rev={revision}")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ledger: ")
    assert done.err.count("\n") == 1
    assert not (repo.path / "pwned").exists()


def test_outside_of_git_the_work_tree_is_read(repo: Repository, tmp_path: Path) -> None:
    place = tmp_path / "plain"
    shutil.copytree(repo.path, place, ignore=shutil.ignore_patterns(".git"))
    assert call(place, "verify").code == 0
    done = call(place, "verify", "--rev", "HEAD")
    assert (done.code, done.out) == (2, "")


def test_nothing_is_changed(repo: Repository) -> None:
    def state() -> dict[str, str]:
        return {
            str(file.relative_to(repo.path)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(repo.path.rglob("*"))
            if file.is_file()
        }

    os.utime(repo.path / RUN / "pytest.log")  # git would like to write this into its index
    before = state()
    assert call(repo.path, "verify").code == call(repo.path, "verify", "--rev", "HEAD").code == 0
    assert state() == before


# Hostile runs and plans

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<testsuite name="pytest" tests="1"><testcase classname="a" name="&b;"/></testsuite>"""
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite>&a;</testsuite>'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomb.xml", BOMB),
        ("outside.xml", OUTSIDE),
        ("truncated.xml", b'<testsuite name="pytest" tests="9"><testcase classname="a"'),
        ("deep.xml", b"<testsuite>" * 50_000),
        ("binary.log", bytes(range(256)) * 2000),
        ("nul.txt", b"\0" * 100_000),
        ("line.log", b"= " * 200_000),
        ("empty.log", b""),
    ],
)
def test_an_output_that_cannot_be_read_says_nothing(
    repo: Repository, name: str, data: bytes
) -> None:
    repo.write(f"{RUN}/{name}", data)
    begin = time.process_time()
    done = call(repo.path, "verify")
    assert (done.code, done.err) == (0, "")
    assert "7 supported" in done.out
    assert time.process_time() - begin < 10


def test_why_a_run_cannot_be_read_is_told(repo: Repository) -> None:
    run = "reports/parser-speed/phase_b/20251103T080000Z"
    repo.write(f"{run}/junit.xml", b"<testsuites><testsuite")
    said(repo, "12 passed in 41.20s.", f"9 passed in 1.20s. Artifacts: `{run}/junit.xml`")
    reasons = [one["reason"] for one in claims(repo, "PARSE-SPEED-001#1") if one["kind"] == "count"]
    assert reasons
    assert all("junit.xml:1:" in reason for reason in reasons)


def test_a_run_that_is_not_in_the_work_tree_shows_nothing(repo: Repository) -> None:
    """Git has it, and the folder is gone: what it would show to be done is unknown."""
    said(repo, "- Status: in_progress", "- Status: done")
    said(repo, "[ ] 50 MB in under ten times the time of 5 MB", "[x] `check: failures == 0`")
    repo.commit("Close it")
    told = [one["verdict"] for one in claims(repo) if one["kind"] == "done"]
    assert told == ["supported"]
    shutil.rmtree(repo.path / RUN)
    told = [one["verdict"] for one in claims(repo) if one["kind"] == "done"]
    assert told == ["unverifiable"]


def test_no_link_leads_out_of_the_repository(repo: Repository, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "20251104T091500Z"
    elsewhere.mkdir(parents=True)
    (elsewhere / "pytest.log").write_bytes(b"===== 9 passed in 1.20s =====\n")
    run = "reports/parser-speed/phase_b/20251104T091500Z"
    (repo.path / run).symlink_to(elsewhere)
    (repo.path / RUN / "more.log").symlink_to(elsewhere / "pytest.log")
    said(repo, "12 passed in 41.20s.", f"9 passed in 1.20s. Artifacts: `{run}/pytest.log`")
    found = verdicts(repo)
    assert found["count 9 passed"] == "unverifiable"
    assert found[f"artifact {run}/pytest.log"] != "supported"
    assert found["count 12 passed"] == "supported"


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "~/x.log", "reports/../../x.log"]
)
def test_no_citation_leads_out_of_the_repository(repo: Repository, path: str) -> None:
    said(repo, "12 passed in 41.20s.", f"12 passed in 41.20s. Artifacts: `{path}`")
    assert not [one for one in claims(repo) if one["evidence"] and "passwd" in one["evidence"]]
    assert call(repo.path, "verify").code == 0


def test_control_characters_do_not_reach_the_terminal(repo: Repository) -> None:
    said(repo, "12 passed in 3.40s", "13 passed\x1b[2J in \x1b]0;x\x07 3.41s")
    done = call(repo.path, "verify", "--all")
    assert done.code == 1
    assert not {*done.out} & {*map(chr, range(32))} - {"\n"}


LONG = 160_000
MONSTERS = {
    "digits": "9" * LONG,
    "numbers": "1 passed, " * (LONG // 10),
    "slashes": "1/" * LONG,
    "signs": "+1 passed (1→2, " * (LONG // 16),
    "colons": "1:11:" * (LONG // 5),
    "parentheses": "(" * LONG + " 5 passed",
    "units": "1h 1m 1s " * (LONG // 9),
    "percents": "5 passed (1% " * (LONG // 13),
    "tests": "`test_a` / " * (LONG // 11),
    "blanks": "5" + " " * LONG + "passed",
    "attempts": "Attempt #1, #2/#3 and #4 " * (LONG // 25),
    "span": "Attempts #1-#9999 of A-B-C-D " * (LONG // 29),
    "codes": "exit code " * (LONG // 10) + "0",
    "stamps": "20251102T091500Z " * (LONG // 17),
    "commits": "commit deadbee1 " * (LONG // 16),
    "runs": "Phase A vs Phase B 5 passed " * (LONG // 28),
    "braces": "`reports/" + "{a,b}" * 300 + "`",
    "stops": "... " * (LONG // 4),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_no_wording_takes_long(repo: Repository, name: str) -> None:
    said(repo, "12 passed in 3.40s.", f"12 passed in 3.40s. {MONSTERS[name]}")
    begin = time.process_time()
    done = call(repo.path, "verify")
    assert done.code in (0, 1), done.err
    assert time.process_time() - begin < 10


def test_many_attempts_of_one_run_read_it_once(repo: Repository) -> None:
    head = "## [MANY-001] Many\n- Attempts History:\n"
    lines = [
        f"  * [2025-11-02] Attempt #{n} — Result: success. 12 passed. Artifacts: `{RUN}/`\n"
        for n in range(1, 300)
    ]
    ledger = reader.read((head + "".join(lines)).encode())
    asked: list[str] = []

    class Counting(WorkTree):
        def read(self, path: str, limit: int) -> bytes:
            asked.append(path)
            return super().read(path, limit)

    place = work_tree(repo.path, None, is_committed=False)
    judged = judge_plan(ledger, PLAN, place._replace(files=Counting(repo.path)))
    assert sum(one.verdict == "supported" for one in judged if one.kind == "count") == 299
    assert sorted(asked) == [f"{RUN}/exit_code.txt", f"{RUN}/pytest.log"]


def test_every_verdict_is_in_the_schema() -> None:
    schema = schemas.describe("verify")
    [claim] = [part for name, part in schema["$defs"].items() if name == "JudgedClaim"]
    assert claim["properties"]["verdict"]["enum"] == ["supported", "contradicted", "unverifiable"]


# Writers and checks

APPEND = ("append", "DOCS-TOUR-002", RUN, "--summary")


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        ("All 13 tests passed.", "it is 12 passed"),
        ("12 passed in 3.04s.", "it is 3.4s"),
        ("12 passed, exit code 1.", "it is 0"),
        ("Pass rate 99.0%.", "it is 100.00%"),
        ("Failures 3→0 (-50%).", "it is -100.00%"),
        ("Fixed in commit 0badc0ffee1.", "it is no such commit"),
        (f"Log: `{RUN}/pytest_full.log`.", "it is not in the tree"),
        ("As in Attempt #7 of [PARSE-SPEED-001].", "it is #1 to #2"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=["for real", "dry run"])
def test_nothing_contradicted_is_appended(
    repo: Repository, summary: str, found: str, options: list[str]
) -> None:
    before = repo.ledger.read_bytes()
    done = call(repo.path, *APPEND, summary, *options)
    assert (done.code, done.out) == (1, "")
    assert found in done.err
    assert repo.ledger.read_bytes() == before
    refused = call(repo.path, *APPEND, summary, *options, "--json")
    assert '"contradicted"' in refused.out


@pytest.mark.parametrize(
    "summary",
    [
        "All 12 tests passed in 3.40s, exit code 0.",
        "Expected 15 passed; the rest comes next.",
        "Was 3 failed, 9 passed before.",
        "As in Attempt #2 of [PARSE-SPEED-001].",
        "",
    ],
)
def test_what_is_so_or_cannot_be_known_is_appended(repo: Repository, summary: str) -> None:
    assert call(repo.path, *APPEND, summary).code == 0
    assert "contradicted" not in {one["verdict"] for one in claims(repo, "DOCS-TOUR-002")}
    assert call(repo.path, "validate", "--base", "HEAD").code == 0


def test_an_action_is_not_completed_with_a_number_that_is_not_so(repo: Repository) -> None:
    said(repo, "Measure 50 MB files.", "Measure 50 MB files: 14 passed, 0 failed in 3.40s.")
    before = repo.ledger.read_bytes()
    done = call(repo.path, "append", "PARSE-SPEED-001", RUN, "--again", "--complete", "2")
    assert (done.code, done.out) == (1, "")
    assert "14 passed" in done.err
    assert repo.ledger.read_bytes() == before


def test_old_lies_do_not_block_a_new_attempt(repo: Repository) -> None:
    said(repo, "12 passed in 3.40s", "13 passed in 3.40s")
    repo.commit("An old lie")
    assert call(repo.path, *APPEND, "All 12 tests passed.").code == 0
    assert call(repo.path, "validate", "--base", "HEAD").code == 0
    assert call(repo.path, "validate", "--base", "HEAD", "--all").code == 1


def test_validate_tells_of_what_a_change_lies_about(repo: Repository) -> None:
    said(repo, "12 passed in 3.40s", "13 passed in 3.40s")
    done = call(repo.path, "validate", "--base", "HEAD")
    assert done.code == 1
    assert (
        f'LED410 attempt #2 of PARSE-SPEED-001 says "13 passed": it is 12 passed in {RUN}'
        in done.out
    )
    repo.git("add", "--all")
    assert "LED410" in call(repo.path, "validate", "--staged").out
    for options in ([], ["--staged", "--all"]):
        assert "LED410" not in call(repo.path, "validate", *options).out


def test_the_hook_judges_claims_as_validate_does(repo: Repository) -> None:
    said(repo, "12 passed in 3.40s", "13 passed in 3.40s")
    repo.git("add", "--all")
    script = "import sys; from ledger.hook import main; sys.exit(main([]))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=repo.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == "".join(
        f"{line}\n"
        for line in call(repo.path, "validate", "--staged").out.splitlines()
        if " LED4" in line
    )


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("api: 5 passed; parser: 7 passed.", {"supported"}),
        ("api: 7 passed.", {"contradicted"}),
        ("The parser run has 5 passed.", {"contradicted"}),
        ("In `parser.log` 7 tests passed.", {"supported"}),
        ("In `api.log` 7 tests passed.", {"contradicted"}),
        ("All failures are in api.", {"supported"}),
        ("docs: 7 passed.", {"unverifiable"}),
        ("The targeted run has 7 passed.", {"supported"}),
        ("The targeted run has 8 passed.", {"unverifiable"}),
    ],
)
def test_an_output_that_is_named_is_a_run_of_its_own(
    repo: Repository, text: str, verdict: set[str]
) -> None:
    for name, count in (("api", 5), ("parser", 7)):
        log = f"collected {count} items\n\n===== {count} passed in {count}.00s =====\n"
        repo.write(f"reports/named/20251103T091500Z/{name}.log", log.encode())
    said(repo, "12 passed in 3.40s", f"{text} Artifacts: `reports/named/20251103T091500Z/`")
    counts = [one for one in claims(repo) if one["kind"] == "count" and one["attempt"] == 2]
    assert {one["verdict"] for one in counts} == verdict


# What is printed


MANY = "".join(f"    Metrics: {n} passed in {n}.5s.\n" for n in range(13, 70))


def test_a_document_is_no_longer_than_60_kilobytes_and_counts_what_it_leaves_out(
    repo: Repository,
) -> None:
    said(repo, "    Metrics: 12 passed in 3.40s.\n", MANY)
    said(repo, "    Metrics: 12 passed in 41.20s.\n", MANY)
    short, full = (call(repo.path, "verify", "--json", *option) for option in ([], ["--full"]))
    assert len(short.out.encode()) <= 60_000 < len(full.out.encode())
    assert short.code == full.code == 1
    counts = Counter(one["verdict"] for one in full.data["claims"])
    assert short.data["counts"] == full.data["counts"] == {
        verdict: counts[verdict] for verdict in ("supported", "contradicted", "unverifiable")
    }  # fmt: skip
    listed = Counter(one["verdict"] for one in short.data["claims"])
    left = {verdict: counts[verdict] - listed[verdict] for verdict in short.data["counts"]}
    assert short.data["left_out"] == left
    assert left["contradicted"] == 0 < left["unverifiable"]
    assert not any(full.data["left_out"].values())
    assert [one for one in full.data["claims"] if one in short.data["claims"]] == short.data[
        "claims"
    ]


def test_contradicted_claims_are_bounded_too(repo: Repository) -> None:
    said(repo, "    Metrics: 12 passed in 3.40s.\n", MANY * 5)
    done = call(repo.path, "verify", "--json")
    assert len(done.out.encode()) <= 60_000
    assert done.data["left_out"]["contradicted"] > 100
    assert {one["verdict"] for one in done.data["claims"]} == {"contradicted"}


def test_the_document_of_the_real_plan_is_short(real_repo: Any) -> None:
    done = call(real_repo("8b8c48d0"), "verify", "--json")
    assert len(done.out.encode()) <= 60_000
    assert done.data["counts"]["supported"] > 1_000


def test_the_same_claim_of_several_attempts_is_one_entry(repo: Repository) -> None:
    said(repo, "[2025-11-01] Attempt #1", "[2031-01-01] Attempt #1")
    said(repo, "[2025-11-02] Attempt #2", "[2031-01-01] Attempt #2")
    shown = call(repo.path, "verify", "--only", "contradicted").out
    assert '    21: contradicted (#1, line 23 (#2) too): "2031-01-01": 2' in shown


def test_files_of_one_folder_are_one_entry(repo: Repository) -> None:
    said(
        repo,
        "/{pytest.log,exit_code.txt}`",
        f"/exit_code.txt`, `{RUN}/a.log`, `{RUN}/b.log`",
    )
    shown = call(repo.path, "verify").out
    assert f'    25: contradicted (#2): "{RUN}/{{a.log,b.log}}": not in the tree; ' in shown
