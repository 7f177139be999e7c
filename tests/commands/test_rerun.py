"""A brief's gated rerun: what it executes, and when it does not."""

from __future__ import annotations

import json

import pytest

from tests.support.commands import call
from tests.support.repository import Repository

ITEM = "PARSE-SPEED-001"
STAMP = "20251110T080000Z"
BRIEF = """# Phase B Next Steps

**STAMP:** 20251102T091500Z
**Initiative:** [PARSE-SPEED-001]

## Sprint 1: Splitter

**Exit Criteria:**
- [ ] The splitter is documented `check: exists(done.txt)`

## Rerun

### Prerequisites:
1. Sprint 1 complete

### Rerun Command
```bash
{commands}
```

## Artifact Bundle

```
reports/parser-speed/phase_c/<STAMP>/
├── pytest.log
└── exit_code.txt
```
"""
ONE = 'MODE="a b" SEED=1\n# all of it\ntimeout 1m sh -c \'echo "$0"\' it'
PLAIN = 'MODE="a b" SEED=1\ntimeout 1.5m printenv MODE SEED   # Full suite'
CHOICE = """SEED=1
# Command (if Option C, in two parts)
timeout 20 printenv SEED  # First part
printenv SEED MODE  # Full suite

# Command (if Option B)
SEED=2
printenv \\
  SEED"""


@pytest.fixture
def made(repo: Repository) -> Repository:
    repo.write("done.txt", b"done\n")
    return with_brief(repo, PLAIN)


def with_brief(repo: Repository, commands: str) -> Repository:
    repo.write("b.md", BRIEF.format(commands=commands).encode())
    return repo


def rerun(repo: Repository, *options: str, item: str = ITEM) -> list[str]:
    return ["run", item, "--brief", "b.md", "--rerun", "--stamp", STAMP, *options]


def test_the_commands_of_the_brief_are_run_in_its_folder(made: Repository) -> None:
    done = call(made.path, *rerun(made, "--yes", "--json"))
    assert (done.code, done.data["path"]) == (0, f"reports/parser-speed/phase_c/{STAMP}")
    assert done.data["command"] == "env 'MODE=a b' SEED=1 printenv MODE SEED"
    place = made.path / done.data["path"]
    assert (place / "output.log").read_text("utf-8") == "a b\n1\n"
    assert done.data["recorded"]["item"] == ITEM


@pytest.mark.parametrize(
    ("option", "ended"),
    [
        ("C", {"first_part": ("1\n", 0), "full_suite": ("1\n", 1)}),
        ("option c", {"first_part": ("1\n", 0), "full_suite": ("1\n", 1)}),
        ("B", {"": ("2\n", 0)}),
    ],
)
def test_an_option_has_its_commands(
    made: Repository, option: str, ended: dict[str, tuple[str, int]]
) -> None:
    with_brief(made, CHOICE)
    done = call(made.path, *rerun(made, "--yes", "--json", "--option", option))
    folder = made.path / f"reports/parser-speed/phase_c/{STAMP}"
    found = {
        name: (
            (folder / name / "output.log").read_text("utf-8"),
            int((folder / name / "exit_code.txt").read_text("utf-8")),
        )
        for name in ended
    }
    assert found == ended
    assert done.code == (1 if any(code for _, code in ended.values()) else 0)
    assert len(done.data["earlier"]) == len(ended) - 1
    assert folder.joinpath("run.json").exists() is ("" in ended)


@pytest.mark.parametrize(
    ("given", "logged", "code", "command"),
    [
        ([], "B", 0, "env SEED=2 printenv SEED"),
        (["--option", "B"], "B", 0, "env SEED=2 printenv SEED"),
        (["--option", "C"], "B", 1, ""),
        (["--option", "B"], "A", 0, "env SEED=2 printenv SEED"),
    ],
)
def test_the_option_is_the_one_that_was_decided_for(
    made: Repository, given: list[str], logged: str, code: int, command: str
) -> None:
    """A decision between others, as A is here, says nothing of the rerun."""
    plan = made.ledger.read_text("utf-8")
    said = f"- Notes: Decision: Option {logged}.\n- Next Actions:\n"
    made.ledger.write_text(plan.replace("- Next Actions:\n", said, 1), "utf-8")
    with_brief(made, CHOICE)
    done = call(made.path, *rerun(made, "--yes", "--json", *given))
    assert done.code == code, done.out
    if command:
        assert done.data["command"] == command
    else:
        assert json.loads(done.out)["error"]["code"] == "other-option"


@pytest.mark.parametrize(
    ("commands", "options", "code", "error"),
    [
        (CHOICE, ["--yes"], 2, "which-option"),
        (CHOICE, ["--yes", "--option", "A"], 2, "which-option"),
        (PLAIN, ["--yes", "--option", "A"], 2, "which-option"),
        (PLAIN, [], 2, "not-confirmed"),
        (PLAIN, ["--yes", "--", "true"], 2, "usage"),
        ("pytest tests | tee log", ["--yes"], 2, "no-rerun"),
        ("pytest tests && touch ran", ["--yes"], 2, "no-rerun"),
        ("OUT=$(touch ran) pytest", ["--yes"], 2, "no-rerun"),
        ("pytest 'tests", ["--yes"], 2, "no-rerun"),
        (ONE, ["--yes"], 2, "no-rerun"),
        ("# nothing", ["--yes"], 2, "no-rerun"),
    ],
)
def test_what_is_not_clear_is_not_run(
    made: Repository, commands: str, options: list[str], code: int, error: str
) -> None:
    with_brief(made, commands)
    before = made.git("status", "--porcelain")
    done = call(made.path, *rerun(made, "--json", *options))
    assert (done.code, json.loads(done.out)["error"]["code"]) == (code, error)
    assert made.git("status", "--porcelain") == before


def test_a_brief_and_a_rerun_need_each_other(made: Repository) -> None:
    for options in (["--rerun", "--yes"], ["--brief", "b.md", "--", "true"], []):
        done = call(made.path, "run", ITEM, "--json", *options)
        assert (done.code, json.loads(done.out)["error"]["code"]) == (2, "usage")


def test_a_brief_about_another_item_is_refused(made: Repository) -> None:
    done = call(made.path, *rerun(made, "--json", "--yes", item="DOCS-TOUR-002"))
    assert (done.code, json.loads(done.out)["error"]["code"]) == (2, "other-item")


def test_a_brief_about_an_item_that_there_is_not_says_so(made: Repository) -> None:
    path = made.ledger
    path.write_text(path.read_text("utf-8").replace(ITEM, "OTHER-009"), "utf-8")
    done = call(made.path, *rerun(made, "--yes"))
    assert (done.code, done.out) == (2, "")
    assert f"is about {ITEM}, and docs/fix_plan.md has no such item" in done.err


def test_a_run_keeps_the_variables_of_the_rerun_that_its_item_is_tied_to(
    made: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where an attempt cites another document about the item, without a rerun."""
    made.write("other.md", b"# Sprint notes\n\n**Initiative:** [PARSE-SPEED-001]\n")
    plan = made.ledger.read_text("utf-8")
    cited = "- Notes: see `other.md`, then `b.md`\n- Next Actions:\n"
    made.ledger.write_text(plan.replace("- Next Actions:\n", cited, 1), "utf-8")
    monkeypatch.setenv("SEED", "7")
    done = call(made.path, "run", ITEM, "--no-append", "--json", "--", "true")
    kept = (made.path / done.data["path"] / "environment.txt").read_text("utf-8")
    assert "SEED=7\n" in kept


def test_an_unmet_prerequisite_stops_it(made: Repository) -> None:
    (made.path / "done.txt").unlink()
    done = call(made.path, *rerun(made, "--yes"))
    assert done.code == 1
    assert "1 prerequisite of the rerun unmet: b.md:14: Sprint 1 complete" in done.err
    assert not (made.path / "reports/parser-speed/phase_c").exists()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_on_a_terminal_it_asks(
    made: Repository, answer: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.cli.output.is_terminal", lambda: True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda _: answer == "y")
    done = call(made.path, *rerun(made))
    assert done.code == code
    assert "$ env 'MODE=a b' SEED=1 printenv MODE SEED  # at most 90 s" in done.err
    assert (made.path / "reports/parser-speed/phase_c").exists() is (answer == "y")
