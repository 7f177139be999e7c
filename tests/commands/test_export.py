"""What ``export`` prints loads back into the model that was read."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ledger import reports
from ledger.commands.export import export
from ledger.plan import reader
from ledger.plan.model import Ledger
from tests.support import corpus, generators, golden
from tests.support.places import DATA
from tests.support.plans import Plan, written

# Many of these plans have lines that could not be read: they are exported as such.
pytestmark = pytest.mark.filterwarnings("ignore::ledger.errors.PlanWarning")

SAMPLES = sorted([*DATA.glob("*.md"), *corpus.PLACE.glob("ledgers/*.md")])
SAMPLES += sorted(corpus.PLACE.glob("cases/plans/*.md"))
READINGS = list(golden.cases("reading"))


def assert_loads_back(place: Path, data: bytes) -> None:
    """Export ``data`` from ``place``, load what was printed, and compare it with the plan."""
    file = place / "plan.md"
    file.write_bytes(data)
    printed = reports.dumps(reports.document("export", export(ledger=file)))
    assert Ledger.model_validate_json(json.dumps(json.loads(printed)["data"])) == reader.read(data)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_loads_back(tmp_path: Path, sample: Path) -> None:
    assert_loads_back(tmp_path, sample.read_bytes())


@pytest.mark.parametrize("case", READINGS, ids=lambda case: f"{case.place} {case.title}")
def test_a_golden_plan_loads_back(tmp_path: Path, case: golden.Case) -> None:
    assert_loads_back(tmp_path, case.data("plan").decode("utf-8", "replace").encode())


@given(generators.plans())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_plan_loads_back(tmp_path: Path, plan: Plan) -> None:
    assert_loads_back(tmp_path, written(plan).data)


def test_versions_of_the_real_ledger_load_back(tmp_path: Path, real_repo: Any) -> None:
    place = real_repo("8b8c48d0")
    listed = ["git", "-C", str(place), "rev-list", "HEAD", "--", "docs/fix_plan.md"]
    commits = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()
    for commit in commits[:: len(commits) // 8]:
        shown = ["git", "-C", str(place), "show", f"{commit}:docs/fix_plan.md"]
        data = subprocess.run(shown, check=True, capture_output=True).stdout
        assert_loads_back(tmp_path, data.decode("utf-8", "replace").encode())


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    file.write_bytes(b"## [A-001] One \xff\n- Status: done\n")
    printed = reports.dumps(reports.document("export", export(ledger=file)))
    loaded = Ledger.model_validate_json(json.dumps(json.loads(printed)["data"]))
    assert loaded.text == "## [A-001] One \ufffd\n- Status: done\n".encode()
    assert loaded.items[0].title == "One \ufffd"
