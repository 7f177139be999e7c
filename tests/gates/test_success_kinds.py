"""A result is a claim, in the shapes that people give it: other words, runs and reasons."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.support.commands import call
from tests.support.truth import (
    DONE,
    ENDS,
    ITEM,
    PLAN,
    QUICK,
    RUN,
    attempt,
    by_judge,
    cases,
    command,
    edit,
    holds,
    lay,
    lay_run,
    misnamed,
    start,
    written,
)

OLDER = "reports/task/20251102T080000Z"
BECAUSE = "Because: the one failure is the known one of the clock."
KNOWN: dict[str, str] = {}


table = partial(cases, KNOWN)


# What an attempt says of its run that failed: 1 failed, 11 passed.
SAYS = {
    "complete": ("complete. Rewritten.", "error"),
    "fixed": ("✅ fixed.", "error"),
    "passed": ("passed", "error"),
    "approved": ("approved. Rewritten.", "error"),
    "loud": ("SUCCESS! Rewritten.", "error"),
    "bold": ("**success**. Rewritten.", "error"),
    "in-code": ("`success`. Rewritten.", "error"),
    "of-the-project": ("grün. Umgebaut.", "error"),
    "admitted": ("✅ success. 1 failed, 11 passed.", "error"),
    "admitted-and-partial": ("⚠️ partial. 1 failed, 11 passed.", "silent"),
    "no-failures": ("⚠️ partial. No failures.", "error"),
    "all-green": ("⚠️ partial. All 12 tests pass.", "error"),
    "twelve-of-twelve": ("⚠️ partial. 12/12 tests passed.", "error"),
    "negated": ("not fixed. Rewritten.", "silent"),
    "planned": ("planning. All tests should pass next.", "silent"),
    "blocked": ("blocked. Waits for ben.", "silent"),
    "because": (f"✅ success. Rewritten.\n    {BECAUSE}", "warning"),
    "because-of-nothing": ("✅ success. Rewritten.\n    Because:", "error"),
    "because-of-blanks": ("✅ success. Rewritten.\n    Because:   ", "error"),
    "because-in-a-sentence": ("✅ success. Rewritten, because it was slow.", "error"),
    "because-and-a-false-figure": (f"✅ success. 12 passed.\n    {BECAUSE}", "error"),
}


@pytest.mark.parametrize(
    ("judge", "name", "wanted"),
    table(*by_judge(QUICK, SAYS)),
)
def test_what_is_said_of_a_failed_run(tmp_path: Path, judge: str, name: str, wanted: str) -> None:
    settings = '[tool.ledger.words.result]\n"grün" = "success"'
    repo = start(tmp_path / "repo", PLAN, settings)
    edit(repo, attempt(SAYS[name][0]))
    lay_run(repo, "red")
    holds(QUICK[judge](repo), wanted)


# A success over runs that ended otherwise than by a test that failed, or over several.
@pytest.mark.parametrize(
    ("judge", "name", "wanted"),
    table(*by_judge(QUICK, ENDS)),
)
def test_success_over_other_ends(tmp_path: Path, judge: str, name: str, wanted: str) -> None:
    repo = start(tmp_path / "repo")
    lay(repo, ENDS[name][0])
    cited = (
        f"  * [2025-11-03] Attempt #2 — Result: ✅ success. Rewritten.\n    Artifacts: `{RUN}/`\n"
    )
    edit(repo, ("- Next Actions:", f"{cited}- Next Actions:"))
    told = QUICK[judge](repo)
    holds(told, wanted)
    verified = call(repo.path, "verify", f"{ITEM}#2")
    is_missing = not ENDS[name][0]  # a run that is cited and not there
    assert verified.code == (1 if wanted == "error" or is_missing else 0), verified.out


# How the failed run (RUN) and the passed one (OLDER) are cited.
CITES = {
    "both": (f"Artifacts: `{OLDER}/`, `{RUN}/`.", "error"),
    "both-newest-first": (f"Artifacts: `{RUN}/`, `{OLDER}/`.", "error"),
    "a-file": (f"Log: `{RUN}/pytest.log`.", "error"),
    "captured-in": (f"Captured in `{RUN}/`.", "error"),
    "baseline": (f"Artifacts: `{OLDER}/`. Baseline: `{RUN}/`.", "passes"),
    "compared": (f"Artifacts: `{OLDER}/`; compared with `{RUN}/pytest.log`.", "passes"),
    "see": (f"Artifacts: `{OLDER}/`. For the failure see `{RUN}/pytest.log`.", "passes"),
}


@pytest.mark.parametrize(
    ("judge", "name", "wanted"),
    table(*by_judge(QUICK, CITES)),
)
def test_success_is_about_the_attempts_own_runs(
    tmp_path: Path, judge: str, name: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    lay_run(repo, "red")
    lay_run(repo, "green", OLDER)
    edit(repo, attempt(f"✅ success. Rewritten. {CITES[name][0]}", None))
    holds(QUICK[judge](repo), wanted)


# A reason speaks for its own attempt.
@pytest.mark.parametrize(
    ("judge", "name", "wanted"),
    table(
        *(
            (judge, name, wanted)
            for judge in QUICK
            for name, wanted in (
                ("reason-of-another-attempt", "error"),
                ("reason-of-another-close", "error"),
                ("reason-beside-the-criterion", "silent"),
                ("reason-missing-beside-it", "warning"),
                ("reason-beside-what-is-unmet", "error"),
            )
        )
    ),
)
def test_a_reason_speaks_for_its_own(tmp_path: Path, judge: str, name: str, wanted: str) -> None:
    criterion = "- Exit Criteria:\n  - [ ] Everybody is content\n"
    plan = PLAN + criterion if "beside" in name else PLAN
    if name.endswith("unmet"):
        plan = plan.replace("Everybody is content", "Many `check: passed >= 99`")
    repo = start(tmp_path / "repo", plan)
    lay_run(repo, "red", OLDER)
    if name.startswith("reason-of"):
        edit(repo, attempt(f"✅ success. Rewritten.\n    {BECAUSE}", OLDER))
        repo.commit("With a reason")
        lay_run(repo, "red")
        word = "✅ success" if name.endswith("attempt") else "❌ failed"
        edit(repo, attempt(f"{word}. Measured.", number=3))
        edit(repo, *(DONE if name.endswith("close") else ()))
    else:
        lay_run(repo, "green")
        edit(repo, attempt("✅ success. 12 passed."), *DONE)
        said = {
            "reason-beside-the-criterion": "is content, attested: by anna, who asked all five",
            "reason-missing-beside-it": "is content, attested:",
        }.get(name)
        if said:
            edit(repo, ("[ ] Everybody is content", f"[x] Everybody {said}"))
        else:
            edit(
                repo,
                (
                    "[ ] Many `check: passed >= 99`",
                    "[x] Many, attested: by anna `check: passed >= 99`",
                ),
            )
    holds(QUICK[judge](repo), wanted)


# A command that takes several runs takes them as parts of one.
@pytest.mark.parametrize(
    ("what", "order", "wanted"),
    table(
        ("several", "red-last", "refused"),
        ("several", "red-first", "refused"),
        ("several", "green-alone", "written"),
    ),
)
def test_success_over_several_runs(tmp_path: Path, what: str, order: str, wanted: str) -> None:
    repo = start(tmp_path / "repo")
    red, green = lay_run(repo, "red"), lay_run(repo, "green", OLDER)
    runs = {"red-last": (green, red), "red-first": (red, green), "green-alone": (green,)}[order]
    told = command(repo, "append", ITEM, *runs, "--result", "success")
    written(told, wanted)


def test_each_cell_has_a_name_of_its_own() -> None:
    assert not misnamed(KNOWN, globals())
