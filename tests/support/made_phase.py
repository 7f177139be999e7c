"""A made rerun: the real project after the work that its brief asks for, all of it or with one
thing missing."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.gates.brief import read_brief

REPORTS = "reports/2026-01-test-suite-refresh"
BRIEF = f"{REPORTS}/phase_m/20251015T201831Z/analysis/next_steps.md"
INPUT = f"{REPORTS}/phase_l/20251015T190350Z"
EARLIER = f"{REPORTS}/phase_g/20251015T163131Z"
STAMP = "20251020T080000Z"
PHASE = f"{REPORTS}/phase_n/{STAMP}"
KEPT = "test_memory_bandwidth_utilization"
_CASE = re.compile(r"<testcase\b[^>]*>(?:(?!</testcase>).)*?<failure.*?</testcase>", re.DOTALL)
_FIXTURE = "@pytest.fixture(autouse=True)\ndef reset_dtype_state():\n    yield\n"
_SAID = {
    22: ("16", "Decision: the stakeholder approved Option C.", "phase_n_summary.md"),
    23: ("17", "Sprint 1 done, infrastructure gaps closed.", "sprint1/"),
    24: ("18", "Sprint 2 done.", "sprint2/"),
    25: ("19", "Sprint 3 done.", "sprint3/"),
}
_POSITION = (
    "test_at_parallel_026.py::TestAT_PARALLEL_026_TriclinicAbsolutePosition::"
    "test_triclinic_absolute_peak_position_vs_c"
)
# The tests that the targeted commands ran, by the folder that has their log.
TARGETED = {
    "gap1_cwd_validation": (
        _POSITION,
        "test_cli_flags.py::TestCLIPix0Override::test_pix0_vector_mm_beam_pivot[cpu]",
        "test_cli_flags.py::TestHKLFdumpParity::test_scaled_hkl_roundtrip",
    ),
    "cluster_tools": (
        "test_at_tools_001.py::TestAT_TOOLS_001_DualRunnerComparison::test_script_integration",
    ),
    "cluster_vec": (
        "test_tricubic_vectorized.py::TestTricubicGather::test_vectorized_matches_scalar",
        "test_tricubic_vectorized.py::TestTricubicGather::test_oob_warning_single_fire",
    ),
    "cluster_grad": (
        "test_gradients.py::TestPropertyBasedGradients::test_property_gradient_stability",
    ),
}
_ATTEMPTS = {
    number: f"  * [2025-10-{day}] Attempt #{number} — Result: ✅ success. {said}"
    f" Artifacts: `{PHASE}/{path}`.\n"
    for number, (day, said, path) in _SAID.items()
}


def make(root: Path) -> None:
    """Add all of it to the real project's tree at ``root``."""
    junit = (root / INPUT / "artifacts/pytest.junit.xml").read_text("utf-8")
    _write(root / PHASE / "artifacts/pytest.junit.xml", _CASE.sub(_passing, junit))
    _write(root / PHASE / "artifacts/exit_code.txt", "1\n")
    for entry in read_brief((root / BRIEF).read_bytes()).bundle:
        if not entry.path.endswith("/"):
            name = entry.path.rpartition("/")[2]
            tests = TARGETED.get(entry.path.split("/")[-2], ())
            ran = "".join(f"tests/{test} PASSED\n" for test in tests)
            log = f"{ran}===== {len(tests)} passed in 3.40s =====\n"
            said = {"exit_code.txt": "0\n", "pytest.log": log}
            _write(root / entry.path.replace("<STAMP>", STAMP), said.get(name, f"{name}\n"))
    _write(root / "tests/test_tricubic_vectorized.py", _FIXTURE)
    for name in ("arch.md", "docs/development/testing_strategy.md"):
        _write(root / name, "# Tests\n\n## Timeouts\n\nThe policy for gradient tests is a chunk.\n")
    plan = root / "docs/fix_plan.md"
    lines = plan.read_text("utf-8").split("\n")
    at = next(n for n, line in enumerate(lines) if "] Attempt #9 —" in line)
    added = "".join(_ATTEMPTS.values()).rstrip("\n").split("\n")
    plan.write_text("\n".join([*lines[: at + 1], *added, *lines[at + 1 :]]), "utf-8")


def without_attempt(root: Path, number: int) -> None:
    """Take one of the made attempts out of the ledger."""
    plan = root / "docs/fix_plan.md"
    said = plan.read_text("utf-8")
    assert _ATTEMPTS[number] in said
    plan.write_text(said.replace(_ATTEMPTS[number], ""), "utf-8")


def failing(root: Path, test: str) -> None:
    """Let a test of the made rerun fail after all."""
    place = root / PHASE / "artifacts/pytest.junit.xml"
    said = place.read_text("utf-8")
    found = re.search(rf'<testcase [^>]*name="{re.escape(test)}"[^>]*?(/>|>\s*</testcase>)', said)
    assert found, test
    opened = found[0][: found.start(1) - found.start()]
    place.write_text(said.replace(found[0], f'{opened}><failure message="m"/></testcase>'), "utf-8")


def _passing(case: re.Match[str]) -> str:
    if KEPT in case[0]:
        return case[0]
    return re.sub(r"<failure.*?(?:/>|</failure>)", "", case[0], flags=re.DOTALL)


def _write(place: Path, said: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(said, "utf-8")
