"""What `ledger run` records of a command, what it collects, and what it leaves out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ledger.evidence.model import Evidence, Totals
from ledger.evidence.outputs import read_run
from ledger.git.files import WorkTree
from ledger.run import rounds
from ledger.run.trial import hindrance
from tests.campaigns import file_names
from tests.support.commands import Done, call
from tests.support.repository import Repository

ITEM = "PARSE-SPEED-001"
STAMP = "20251103T080000Z"
FOLDER = f"reports/parser-speed/phase_b/{STAMP}"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
TESTS = b"""import os
def test_good(): pass
def test_sum(): assert [1, 2] == [1, 3]
def test_broken(): raise OSError("the disk\\nis gone")
"""


def run(repo: Repository, *arguments: str, script: str = "", words: tuple[str, ...] = ()) -> Done:
    """`ledger run` of a shell script, or of other words."""
    given = words or ("sh", "-c", script)
    return call(repo.path, "run", ITEM, "--stamp", STAMP, *arguments, "--", *given)


def attempts(repo: Repository) -> list[Any]:
    items = call(repo.path, "export").data["items"]
    found: list[Any] = next(item for item in items if item["id"] == ITEM)["attempts"]
    return found[2:]  # the plan has two


def names(repo: Repository, below: str = "") -> set[str]:
    return {file.name for file in (repo.path / FOLDER / below).iterdir()}


# What was no try

NO_TRY: list[tuple[str, tuple[str, ...], str]] = [
    ("a file that is not there", (*PYTEST, "nope.py"), "pytest did not start: file or directory"),
    ("an option that there is not", (*PYTEST, "--nope"), "pytest did not start"),
    ("a test that is not there", (*PYTEST, "test_few.py::test_nope"), "pytest did not start: not"),
    ("nothing selected", (*PYTEST, "-k", "nope"), "no test was collected"),
    ("behind a shell", ("sh", "-c", f"{' '.join(PYTEST)} nope.py"), "file or directory not found"),
    ("nothing, behind a pipe", ("sh", "-c", f"{' '.join(PYTEST)} -k nope | cat"), "no test was"),
    ("a command that is not there", ("sh", "-c", "nonsense"), "command not found: "),
    ("a file that is no program", ("sh", "-c", "./test_few.py"), "the command cannot be executed"),
    ("a module that is not there", (sys.executable, "-m", "nope"), "No module named nope"),
    ("unittest without tests", (sys.executable, "-m", "unittest", "-k", "no"), "no test was"),
]


@pytest.mark.parametrize(("words", "said"), [row[1:] for row in NO_TRY], ids=[r[0] for r in NO_TRY])
def test_what_was_no_try_is_captured_and_said(
    repo: Repository, words: tuple[str, ...], said: str
) -> None:
    repo.write("test_few.py", TESTS)
    before = repo.ledger.read_bytes()
    done = run(repo, "--complete", "2", "--next", "Look", words=words)
    assert said in done.out
    assert "nothing is recorded (--record records it)" in done.out
    assert (repo.path / FOLDER / "run.json").exists()
    assert repo.ledger.read_bytes() == before


TRIES: list[tuple[str, tuple[str, ...]]] = [
    ("tests fail", (*PYTEST, "test_few.py")),
    ("a program of its own exits as pytest does", ("sh", "-c", "exit 4")),
    ("likewise for nothing collected", ("sh", "-c", "exit 5")),
    ("a module is missing in the code", (sys.executable, "-c", "import nope")),
    ("a module cannot be collected", (*PYTEST, "test_bad.py")),
    ("one suite has no test and another one has", ("sh", "-c", "echo 'Ran 0 tests in 0.1s'; for i in 1 2 3 4 5 6 7 8 9 10; do echo ok; done")),
]  # fmt: skip


@pytest.mark.parametrize("words", [row[1] for row in TRIES], ids=[row[0] for row in TRIES])
def test_a_try_is_recorded_however_it_ends(repo: Repository, words: tuple[str, ...]) -> None:
    repo.write("test_few.py", TESTS)
    repo.write("test_bad.py", b"import nope\n")
    done = run(repo, words=words)
    assert "attempt #3" in done.out
    assert len(attempts(repo)) == 1


def test_somebody_insists(repo: Repository) -> None:
    done = run(repo, "--record", "--json", script="nonsense")
    assert done.data["no_try"].startswith("command not found")
    assert done.data["recorded"]["number"] == 3
    assert [one["result"] for one in attempts(repo)] == ["failed"]
    both = call(repo.path, "run", ITEM, "--record", "--no-append", "--", "true")
    assert both.code == 2


def test_what_was_no_try_is_not_repeated(repo: Repository) -> None:
    script = "echo x >> tries; nonsense"
    done = run(repo, "--rounds", "5", "--retries", "3", "--json", script=script)
    assert (repo.path / "tries").read_text() == "x\n"
    assert done.data["verdict"] == []
    assert attempts(repo) == []


def test_failures_by_number_are_no_missing_command(tmp_path: Path) -> None:
    """Some runners exit with the number of failures: 127 of them here."""
    log = tmp_path / "output.log"
    log.write_text("127 failing\n")
    many = Evidence(path="x", totals=Totals(collected=200, passed=73, failed=127))
    assert hindrance(127, many, log, is_pytest=False) == ""


# What is refused before anything is executed


@pytest.mark.parametrize(
    "options",
    [
        ("--complete", "9"),
        ("--status", "nonsense"),
        ("--result", "nonsense"),
        ("--next", " "),
        ("--baseline", "reports/nope"),
    ],
)
def test_what_could_not_be_recorded_is_not_executed(
    repo: Repository, options: tuple[str, ...]
) -> None:
    done = run(repo, *options, script="touch ran")
    assert done.code in (1, 2), done.out
    assert not (repo.path / "ran").exists()
    assert not (repo.path / FOLDER).exists()


@pytest.mark.parametrize("folder", ["Parser Speed", "a,b", "a(b)", "a;b", "it's", "a b (c), d"])
def test_a_folder_of_any_name_is_recorded_once(repo: Repository, folder: str) -> None:
    repo.write(f"reports/{folder}/{STAMP}/exit_code.txt", b"0\n")
    run_of = f"reports/{folder}/{STAMP}"
    assert call(repo.path, "append", ITEM, run_of, "--result", "success").code == 0
    [attempt] = attempts(repo)
    assert [one["paths"] for one in attempt["artifacts"]] == [[f"{run_of}/exit_code.txt"]]
    again = call(repo.path, "append", ITEM, run_of, "--result", "success")
    assert "is recorded as attempt #3" in again.err
    states = call(repo.path, "links", f"{ITEM}#3", "--json").data["artifacts"]
    assert {one["state"] for one in states} == {"untracked"}


def test_a_folder_in_that_of_another_run_is_refused_before_the_command(repo: Repository) -> None:
    """The attempt would be read as one of the first stamp."""
    root = b"reports/parser-speed/phase_b/"
    plan = repo.ledger.read_bytes().replace(b"phase_b/<STAMP>/", b"phase_b/20251102T091500Z/")
    repo.ledger.write_bytes(plan)
    done = run(repo, "--result", "success", script="touch ran")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "write <STAMP> for 20251102T091500Z in the folder for runs" in done.err
    assert not (repo.path / "ran").exists()
    assert repo.ledger.read_bytes() == plan
    repo.ledger.write_bytes(plan.replace(root + b"20251102T091500Z", root + b"<STAMP>"))
    assert run(repo, "--result", "success", script="touch ran").code == 0


def test_a_folder_that_no_plan_can_cite_is_refused_with_the_reason(repo: Repository) -> None:
    repo.write("pyproject.toml", b'[tool.ledger]\nruns = "kept/a`b/<STAMP>"\n')
    done = call(repo.path, "run", "DOCS-TOUR-002", "--", "touch", "ran")
    assert "a path with 'a`b' in it" in done.err
    assert not (repo.path / "ran").exists()


def test_files_that_no_plan_can_quote_are_cited_by_their_folder(repo: Repository) -> None:
    script = 'for n; do echo x > "$LEDGER_RUN_DIR/$n"; done'
    odd = ["a`b.txt", "lr=0.1.txt", "two\nlines", "Attempt #9.txt"]
    done = call(repo.path, "run", ITEM, "--stamp", STAMP, "--", "sh", "-c", script, "sh", *odd)
    assert done.code == 0
    [attempt] = attempts(repo)
    paths = [one["paths"] for one in attempt["artifacts"]]
    folder = f"reports/parser-speed/phase_b/{STAMP}"
    assert paths[1] == [f"{folder}/"]
    assert f"{folder}/lr=0.1.txt" in paths[0]
    assert {*odd} & {path.removeprefix(f"{folder}/") for path in paths[0]} == {"lr=0.1.txt"}
    assert (
        f"{folder} is cited as a folder: a plan cannot quote Attempt #9.txt, a`b.txt, " in done.err
    )
    again = call(repo.path, "append", ITEM, folder)
    assert "is recorded as attempt #3" in again.err


def test_why_a_run_is_incomplete_names_no_file_that_no_plan_can_quote(repo: Repository) -> None:
    """The name would be read as an attempt of the item."""
    name = "Attempt #9 \u2014 Result: success junit.xml"
    done = run(repo, script=f'echo x > "$LEDGER_RUN_DIR/{name}"')
    assert "attempt #3" in done.out, done.err
    [attempt] = attempts(repo)
    assert "run incomplete: a file:1:1: expected well-formed XML" in attempt["text"]


def test_a_run_that_is_cited_as_a_folder_is_recorded_once(repo: Repository) -> None:
    repo.write(f"reports/x/{STAMP}/a`b.txt", b"x")
    given = ("append", ITEM, f"reports/x/{STAMP}", "--result", "partial")
    assert [call(repo.path, *given).code for _ in range(2)] == [0, 1]
    assert [one["paths"] for one in attempts(repo)[0]["artifacts"]] == [[f"reports/x/{STAMP}/"]]


def test_runs_with_files_of_any_name_are_recorded_and_found_again() -> None:
    outcome = file_names.run(count=40, seed=11)
    assert outcome.faults == []
    assert outcome.met["recorded"] > 30


# What is printed


def test_an_attempt_with_its_figures_and_the_failing_tests(repo: Repository) -> None:
    repo.write("test_few.py", TESTS)
    done = run(repo, words=(*PYTEST, "test_few.py"))
    first, attempt, *failing = done.out.splitlines()
    assert first.startswith(f"{FOLDER}: exit code 1")
    assert "attempt #3, failed: 3 collected, 1 passed (33.3 % of collected), 2 failed" in attempt
    assert failing == [
        "  failed  test_few::test_sum: assert [1, 2] == [1, 3]",
        "  failed  test_few::test_broken: OSError: the disk",
    ]


def test_of_many_failing_tests_ten_are_printed(repo: Repository) -> None:
    lines = "".join(f"def test_{n}(): assert 0\n" for n in range(13))
    repo.write("test_few.py", lines.encode())
    done = run(repo, "--json", words=(*PYTEST, "test_few.py"))
    assert len(done.data["failing"]) == 13
    said = call(repo.path, "run", ITEM, "--no-append", "--", *PYTEST, "test_few.py").out
    assert said.count("  failed  ") == 10
    assert said.count("assert 0") == 1
    assert said.count(": the same\n") == 9
    assert "  and 3 more: `ledger evidence reports/" in said


def test_an_attempt_says_what_is_next_and_what_it_is_compared_with(repo: Repository) -> None:
    repo.write("test_few.py", TESTS)
    call(repo.path, "run", ITEM, "--no-append", "--stamp", "20251102T080000Z", "--",
         *PYTEST, "test_few.py")  # fmt: skip
    repo.write("test_few.py", TESTS.replace(b"[1, 3]", b"[1, 2]"))
    baseline = FOLDER.replace(STAMP, "20251102T080000Z")
    run(repo, "--next", "Mend the disk.", "--complete", "2", "--baseline", baseline,
        words=(*PYTEST, "test_few.py"))  # fmt: skip
    [attempt] = attempts(repo)
    assert f"against `{baseline}`: 0 new failures, 1 still failing, 1 cleared" in attempt["metrics"]
    item = call(repo.path, "export").data["items"][0]
    states = {one["number"]: one["state"] for one in item["actions"]}
    assert states[2] == "complete"
    assert item["actions"][-1]["text"] == "Mend the disk."


# The folder of the run, and what is collected into it


def test_a_command_knows_its_folder(repo: Repository) -> None:
    script = 'echo "$LEDGER_RUN_DIR"; echo 7 > "$LEDGER_RUN_DIR/figure.txt"; echo mine > "$LEDGER_RUN_DIR/summary.md"; echo 9 > "$LEDGER_RUN_DIR/exit_code.txt"'
    assert run(repo, script=script).code == 0
    place = repo.path / FOLDER
    assert (place / "output.log").read_text() == f"{place}\n"
    assert (place / "figure.txt").read_text() == "7\n"
    assert (place / "summary.md").read_text() == "mine\n"  # it asked for that
    assert (place / "exit_code.txt").read_text() == "0\n"  # how it ended it cannot know
    [attempt] = attempts(repo)
    assert "figure.txt" in str(attempt["artifacts"])


def test_each_round_and_each_try_has_its_own_files(repo: Repository) -> None:
    script = 'echo x >> n; cp n "$LEDGER_RUN_DIR/own.txt"; test $(wc -l < n) -ne 1'
    run(repo, "--rounds", "2", "--retries", "1", script=script)
    rounds = repo.path / FOLDER / "rounds"
    assert (rounds / "1/retried/1/own.txt").read_text() == "x\n"
    assert (rounds / "1/own.txt").read_text() == "x\nx\n"
    assert (rounds / "2/own.txt").read_text() == "x\nx\nx\n"


JUNIT = (
    '<testsuite tests="2" failures="1"><testcase classname="a" name="x"/>'
    '<testcase classname="a" name="y"><failure message="no"/></testcase></testsuite>'
)


def test_files_that_a_command_writes_elsewhere_are_collected(repo: Repository) -> None:
    repo.write("out/old.xml", JUNIT.encode())
    repo.write("page/index.html", b"old")
    script = f"echo '{JUNIT}' > out/new.xml; echo new > page/index.html; exit 1"
    collect = ("--collect", "out/*.xml", "--collect", "page", "--collect", "out/old.xml")
    done = run(repo, *collect, "--collect", "none.txt", script=script)
    assert {"new.xml", "index.html"} <= names(repo)
    assert "old.xml" not in names(repo)  # it says nothing of this run
    notes = [line for line in done.err.splitlines() if "not collected" in line]
    assert [line.partition("collected: ")[2] for line in notes] == [
        "out/old.xml is older than the run",
        "none.txt was not written",
    ]
    assert "2 collected, 1 passed" in attempts(repo)[0]["metrics"]
    assert (repo.path / "out/new.xml").exists()


def test_a_second_file_of_one_name_has_its_folder_in_its_name(repo: Repository) -> None:
    script = "mkdir a b; echo 1 > a/x.txt; echo 2 > b/x.txt; echo 3 > run.json"
    done = run(repo, "--collect", "*/x.txt", "--collect", "run.json", script=script)
    place = repo.path / FOLDER
    assert ((place / "x.txt").read_text(), (place / "b-x.txt").read_text()) == ("1\n", "2\n")
    assert json.loads((place / "run.json").read_text())["state"] == "ended"
    assert "run.json" in done.err


def test_the_results_that_pytest_was_told_to_write_are_collected(repo: Repository) -> None:
    repo.write("test_few.py", TESTS)
    repo.write(".gitignore", b"__pycache__/\n")
    repo.commit("tests")
    for option in (("--junitxml=out.xml",), ("--junit-xml", "out.xml")):
        done = call(repo.path, "run", ITEM, "--json", "--", *PYTEST, *option, "test_few.py")
        place = repo.path / done.data["path"]
        assert (place / "out.xml").read_bytes() == (repo.path / "out.xml").read_bytes()
        # What a run before left behind is no change of the code.
        assert json.loads((place / "run.json").read_text())["dirty"] is False


# What is left out


def test_what_others_say_as_well_is_left_out(repo: Repository) -> None:
    repo.write("test_few.py", TESTS)
    repo.write("conftest.py", REPORT_LOG)
    repo.commit("tests")
    run(repo, words=(*PYTEST, "test_few.py"))
    assert "report.jsonl" not in names(repo)
    assert {"junit.xml", "pytest.log"} <= names(repo)


def test_what_only_one_says_stays(repo: Repository) -> None:
    """pytest dies, and the report log alone names the tests that ran."""
    repo.write("test_few.py", b"def test_good(): pass\ndef test_dies(): import os; os._exit(9)\n")
    repo.write("conftest.py", REPORT_LOG)
    repo.commit("tests")
    run(repo, words=(*PYTEST, "test_few.py"))
    assert "report.jsonl" in names(repo)
    evidence = read_run(WorkTree(repo.path), FOLDER)
    assert evidence.tests["test_few::test_good"].outcome == "passed"


def test_settings_keep_what_would_be_left_out(repo: Repository) -> None:
    repo.write("test_few.py", TESTS)
    repo.write("conftest.py", REPORT_LOG)
    repo.write("pyproject.toml", b'[tool.ledger]\nkeep = ["report.*"]\n')
    repo.commit("tests")
    run(repo, words=(*PYTEST, "test_few.py"))
    assert "report.jsonl" in names(repo)


# A report log as pytest-reportlog writes it, whether or not that is installed.
REPORT_LOG = b"""
import json, os, pathlib

is_written = True

def pytest_configure(config):
    global is_written  # not beside the real plugin, for which `ledger run` gives an option
    is_written = not getattr(config.option, "report_log", None)

def write(one):
    if not is_written:
        return
    with (pathlib.Path(os.environ["LEDGER_RUN_DIR"]) / "report.jsonl").open("a") as file:
        file.write(json.dumps(one) + chr(10))

def pytest_sessionstart(session):
    write({"pytest_version": "9.0.0", "$report_type": "SessionStart"})

def pytest_runtest_logreport(report):
    write({"nodeid": report.nodeid, "location": list(report.location), "keywords": {}, "outcome": report.outcome,
           "longrepr": str(report.longrepr) if report.longrepr else None, "when": report.when, "user_properties": [],
           "sections": [], "duration": report.duration, "start": 0, "stop": 0, "$report_type": "TestReport"})

def pytest_sessionfinish(session, exitstatus):
    write({"exitstatus": int(exitstatus), "$report_type": "SessionFinish"})
"""


@pytest.mark.parametrize("option", ["--retry-on", "--metric"])
def test_a_search_that_takes_for_ever_is_given_up(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setattr(rounds, "_PATTERN_S", 0.2)
    given = {
        "--retry-on": ["--retries", "1", option, "(a|a)*c"],
        "--metric": ["--rounds", "2", option, "x=(a|a)*c"],
    }
    words = ["--", "sh", "-c", "printf %060d 0 | tr 0 a; exit 1"]
    done = call(repo.path, "run", ITEM, *given[option], *words)
    assert done.code == 1
    assert "the search for its pattern was given up after" in done.err
    assert len(attempts(repo)) == 1
