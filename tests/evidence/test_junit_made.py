"""JUnit files of known outcomes: the short form of ``python -m tests.campaigns.junit_made``."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.campaigns.junit_made import differences
from tests.support import commands
from tests.support.junit_writers import WRITERS, lay_out
from tests.support.truth import case, misnamed

FILES = 12
KNOWN: dict[str, str] = {}
"""Why writers are not read right yet, and which."""


def test_every_known_fault_is_of_a_writer() -> None:
    assert not misnamed(KNOWN, globals())


@pytest.mark.parametrize("name", [case(KNOWN, name, name) for name in WRITERS])
def test_no_failure_vanishes_and_no_retry_counts_twice(name: str, tmp_path: Path) -> None:
    wrong = {}
    for seed in range(FILES):
        made = WRITERS[name](Random(f"{name} {seed}"))
        run = lay_out(tmp_path, made)
        if found := differences(made, commands.call(tmp_path, "evidence", run, "--json")):
            wrong[seed] = found
    assert not wrong
