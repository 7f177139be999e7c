"""JUnit files of known outcomes: the short form of ``python -m tests.campaigns.junit_made``."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests import commands
from tests.campaigns.junit_made import differences
from tests.junit_writers import WRITERS, lay_out

FILES = 12
KNOWN: dict[str, str] = {}
"""Writers that are not read right yet, and why."""


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
        run = lay_out(tmp_path, made)
        if found := differences(made, commands.call(tmp_path, "evidence", run, "--json")):
            wrong[seed] = found
    assert not wrong
