"""JUnit files of known outcomes: the short form of ``python -m tests.campaigns.junit_made``."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests import commands
from tests.campaigns.junit_made import differences
from tests.junit_writers import WRITERS

FILES = 12
TRIES = "cases of one name are taken for retries, and failures vanish"
KNOWN = {
    "nothing_apart": TRIES,
    "lines_apart": TRIES,
    "nested": TRIES,
    "files_apart": TRIES,
    "jest": TRIES,
    "vitest": TRIES,
    "mocha_xunit": TRIES,
    "mocha_junit": TRIES,
    "node": TRIES,
    "playwright": TRIES,
    "short_count": TRIES,
    "testng": TRIES,
    "phpunit": TRIES,
    "gradle": TRIES,
    "jest_unloaded": "a failure that only a count tells is in no total",
    "suite_fault": "a failure that no test case names is in no total, or the run is complete",
    "fault_beside_cases": "a failure that no test case names is in no total, or the run is complete",
    "root_count": "a failure that only a count tells is in no total",
    "status_only": 'a case with status="failed" and no child passes',
    "gotestsum": "a try that failed, and that the suite counts, leaves no trace in a complete run",
    "roots": "`<testsuites>` inside `<testsuites>` is not read",
}


def _params() -> list[object]:
    """Each writer; those that are not read right yet must fail."""
    return [
        pytest.param(
            name,
            id=name,
            marks=[pytest.mark.xfail(strict=True, reason=KNOWN[name])] if name in KNOWN else [],
        )
        for name in WRITERS
    ]


def test_every_known_fault_is_of_a_writer() -> None:
    assert set(KNOWN) <= set(WRITERS)


@pytest.mark.parametrize("name", _params())
def test_no_failure_vanishes_and_no_retry_counts_twice(name: str, tmp_path: Path) -> None:
    wrong = {}
    for seed in range(FILES):
        made = WRITERS[name](Random(f"{name} {seed}"))
        (tmp_path / "junit.xml").write_text(made.xml, encoding="utf-8")
        if found := differences(made, commands.call(tmp_path, "evidence", "junit.xml", "--json")):
            wrong[seed] = found
    assert not wrong
