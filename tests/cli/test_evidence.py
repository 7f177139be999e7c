"""``ledger evidence`` as its users see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import commands

DUMP = """Fatal Python error: Segmentation fault

Current thread 0x00007f1 (most recent call first):
  File "/srv/native.py", line 2 in poke
  File "/srv/tests/test_a.py", line 9 in test_x
"""


def suite(*cases: tuple[str, float, str]) -> str:
    """JUnit XML of (name, seconds, what is in the test case)."""
    inside = "".join(
        f'<testcase classname="t.mod" name="{name}" time="{time}">{verdict}</testcase>'
        for name, time, verdict in cases
    )
    return f'<testsuites name="pytest tests"><testsuite name="pytest">{inside}</testsuite></testsuites>'


FAILED = '<failure message="m"/>'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    files = {
        "one/junit.xml": suite(("a", 0.5, ""), ("b", 2.25, FAILED), ("c", 0.001, ""), ("d", 12, "")),
        "two/junit.xml": suite(("e", 1, ""), ("d", 0.25, "")),
        "old/junit.xml": suite(("a", 1, FAILED), ("b", 1, FAILED)),
        "older/junit.xml": suite(("e", 1, FAILED), ("x", 1, FAILED)),
        "crash/stderr.txt": DUMP,
        "crash/more/stderr.txt": DUMP.replace("line 2", "line 3"),
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def told(place: Path, *arguments: str) -> list[str]:
    done = commands.call(place, "evidence", *arguments)
    assert (done.code, done.err) == (0, "")
    return [line.strip() for line in done.out.splitlines()]


def test_the_slowest_tests_come_slowest_first(place: Path) -> None:
    lines = told(place, "one")
    at = lines.index("slowest:")
    assert lines[at + 1 : at + 4] == ["12.00 s t.mod::d", "2.25 s t.mod::b", "0.50 s t.mod::a"]
    assert not any("t.mod::c" in line for line in lines), "a millisecond is not slow"


def test_the_name_of_a_test_is_never_cut(place: Path) -> None:
    name = "test_with_a_name_that_is_longer_than_the_terminal_is_wide"
    reason = FAILED.replace('"m"', f'"{"what went wrong " * 9}"')
    (place / "one/junit.xml").write_text(suite((name, 1, reason)))
    (place / "two/junit.xml").write_text(suite((name, 1, "")))
    for line, told_of in (("evidence one", 2), ("evidence one --baseline two", 3)):
        _, said = commands.terminal(place, 40, line.split())
        shown = commands.unstyled(said)
        assert sum(name in one for one in shown) == told_of
        assert next(one for one in shown if "what went wrong" in one).endswith("…")


@pytest.mark.parametrize(("number", "shown"), [("0", 0), ("1", 1), ("9", 3)])
def test_as_many_as_are_asked_for(place: Path, number: str, shown: int) -> None:
    lines = told(place, "one", "--slowest", number)
    assert sum(" s t.mod::" in line for line in lines) == shown


def test_several_inputs_are_told_apart_and_together(place: Path) -> None:
    lines = told(place, "one", "two")
    assert [line for line in lines if line.endswith(": complete")] == [
        "one: complete", "two: complete", "2 inputs together: complete",
    ]  # fmt: skip
    assert any(
        line.startswith("5 collected, 4 passed (80.0 % of collected), 1 failed") for line in lines
    )
    assert any("1 test in one/junit.xml and two/junit.xml" in line for line in lines)


def test_the_document_has_each_and_all(place: Path) -> None:
    done = commands.call(place, "evidence", "one", "two", "--json")
    data = json.loads(done.out)["data"]
    assert [run["totals"]["collected"] for run in data["runs"]] == [4, 2]
    assert data["together"]["totals"]["collected"] == 5
    alone = json.loads(commands.call(place, "evidence", "one", "--json").out)["data"]
    assert alone["together"] is None


def test_several_baselines_are_one(place: Path) -> None:
    lines = told(place, "one", "two", "--baseline", "old", "--baseline", "older")
    at = lines.index("against old + older")
    assert lines[at + 1] == ("0 new failures, 1 still failing, 2 cleared, 1 not run, 2 new tests")
    assert {"cleared: t.mod::a", "cleared: t.mod::e", "not run: t.mod::x"} <= set(lines)


def test_crashes_are_grouped_by_signature_with_what_they_came_through(place: Path) -> None:
    lines = told(place, "crash")
    (group,) = [line for line in lines if line.startswith("crash: Seg")]
    assert group.startswith("crash: Segmentation fault in poke (native.py) (2 times, ")
    assert group.endswith("more/stderr.txt, stderr.txt), through test_x")
    done = commands.call(place, "evidence", "crash", "--json")
    crashes = json.loads(done.out)["data"]["runs"][0]["crashes"]
    assert [crash["through"] for crash in crashes] == ["test_x", "test_x"]


def test_flaky_tests_are_named(place: Path) -> None:
    (place / "one" / "junit.xml").write_text(suite(("a", 1, FAILED), ("a", 1, "")))
    lines = told(place, "one")
    at = lines.index("1 flaky test:")
    assert lines[at + 1] == "t.mod::a: 2 tries"
