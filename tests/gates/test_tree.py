"""A run goes where the brief's bundle has a folder for it, and calls its files as that does."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.gates import prose, sprints
from ledger.gates.brief import read_brief
from tests.support.commands import Done, call
from tests.support.repository import Repository
from tests.support.truth import ITEM, PLAN, start

STAMP = "20251103T080000Z"
BRIEF = f"""# Hand-off

**Initiative:** [{ITEM}]

## Sprint 1: Gaps

### Task 1.1: Gap 1 — CWD Validation
### Task 1.2: CLUSTER-TOOLS-001 — PATH Fix

## Sprint 2: Types

### Task 2.1: Reset

## Sprint 10: Late

### Task 10.1: Late

## Artifact Bundle

```
reports/phase_n/<STAMP>/
├── sprint1/
│   ├── gap1_cwd_validation/
│   │   ├── phase_summary.md
│   │   ├── run.log
│   │   ├── code_changes.diff
│   │   ├── decision.md
│   │   └── notes.md (optional)
│   └── cluster_tools/
│       ├── pytest.log
│       └── exit_code.txt
├── sprint10/
│   └── late/
│       ├── a.diff
│       └── b.diff
└── summary.md
```
"""
NAMED = [
    ("sprint1/gap1_cwd_validation", "sprint1/gap1_cwd_validation"),
    ("sprint1/gap1_cwd_validation/", "sprint1/gap1_cwd_validation"),
    ("cluster_tools", "sprint1/cluster_tools"),
    ("1.1", "sprint1/gap1_cwd_validation"),
    ("Task 1.2", "sprint1/cluster_tools"),
    ("cwd validation", "sprint1/gap1_cwd_validation"),
    ("Gap 1", "sprint1/gap1_cwd_validation"),
    ("10.1", "sprint10/late"),
]


def tied(place: Path, brief: str = BRIEF) -> Repository:
    repo = start(place, PLAN.replace("A first look.", "A first look. See `reports/brief.md`."))
    repo.write("reports/brief.md", brief.encode())
    repo.commit("A brief")
    return repo


def ran(repo: Repository, *options: str) -> Done:
    command = ["--stamp", STAMP, "--no-append", "--", "sh", "-c", "echo fine"]
    return call(repo.path, "run", ITEM, *options, *command)


@pytest.mark.parametrize(("into", "folder"), NAMED)
def test_a_folder_or_task_of_the_bundle(tmp_path: Path, into: str, folder: str) -> None:
    done = ran(tied(tmp_path / "repo"), "--into", into, "--json")
    assert done.data["path"] == f"reports/phase_n/{STAMP}/{folder}", done.err


def test_a_brief_that_nothing_cites_can_be_given(tmp_path: Path) -> None:
    repo = start(tmp_path / "repo")
    repo.write("brief.md", BRIEF.encode())
    done = ran(repo, "--into", "1.1", "--brief", "brief.md", "--json")
    assert done.data["path"] == f"reports/phase_n/{STAMP}/sprint1/gap1_cwd_validation", done.err


@pytest.mark.parametrize(
    ("into", "folder"),
    [("2.1x", "2.1x"), ("sprint2/other", "sprint2/other"), ("sprint1", "sprint1")],
)
def test_what_the_bundle_does_not_have_is_a_folder_of_the_items_runs(
    tmp_path: Path, into: str, folder: str
) -> None:
    done = ran(tied(tmp_path / "repo"), "--into", into, "--json")
    assert done.data["path"] == f"reports/task/{STAMP}/{folder}", done.err


def test_a_task_without_a_folder_is_refused(tmp_path: Path) -> None:
    repo = tied(tmp_path / "repo")
    done = ran(repo, "--into", "2.1")
    assert done.code == 2
    assert "no folder that is clearly this task's; it has sprint1/gap1_cwd_validation" in done.err
    assert not (repo.path / "reports/task").exists()


def test_files_are_called_as_in_the_bundle(tmp_path: Path) -> None:
    repo = tied(tmp_path / "repo")
    repo.write("new.py", b"x = 1\n")
    done = ran(repo, "--into", "1.1")
    place = repo.path / f"reports/phase_n/{STAMP}/sprint1/gap1_cwd_validation"
    names = {one.name for one in place.iterdir()}
    assert {"phase_summary.md", "run.log", "code_changes.diff"} <= names
    assert not {"summary.md", "output.log", "git_diff.patch"} & names
    assert "+x = 1" in (place / "code_changes.diff").read_text("utf-8")
    assert "(`code_changes.diff`)" in (place / "phase_summary.md").read_text("utf-8")
    assert (place / "run.log").read_text("utf-8") == "fine\n"
    assert "the brief wants decision.md in reports/phase_n" in done.err
    assert "notes.md" not in done.err


def test_a_patch_that_the_bundle_wants_is_never_empty(tmp_path: Path) -> None:
    repo = tied(tmp_path / "repo")
    ran(repo, "--into", "1.1")
    patch = repo.path / f"reports/phase_n/{STAMP}/sprint1/gap1_cwd_validation/code_changes.diff"
    assert (
        patch.read_text("utf-8")
        == f"# nothing differs from commit {repo.git('rev-parse', 'HEAD')}\n"
    )


@pytest.mark.parametrize(("into", "absent"), [("1.2", "pytest.log"), ("10.1", "a.diff")])
def test_what_is_not_clear_keeps_its_name(tmp_path: Path, into: str, absent: str) -> None:
    """The log of another command is no pytest.log, and of two patches none is meant."""
    repo = tied(tmp_path / "repo")
    done = ran(repo, "--into", into, "--json")
    names = {one.name for one in (repo.path / done.data["path"]).iterdir()}
    assert {"output.log", "git_diff.patch"} <= names
    assert absent not in names


def test_a_pytest_log_is_called_so_and_read(tmp_path: Path) -> None:
    repo = tied(tmp_path / "repo")
    repo.write("test_a.py", b"def test_a(): pass\n")
    done = call(
        repo.path, "run", ITEM, "--into", "1.1", "--stamp", STAMP, "--json", "--", "pytest", "-q"
    )
    folder = f"reports/phase_n/{STAMP}/sprint1/gap1_cwd_validation"
    assert (done.data["path"], done.data["result"]) == (folder, "success")
    assert "1 passed" in (repo.path / folder / "run.log").read_text("utf-8")


@pytest.mark.parametrize(
    "options",
    [
        ["--sprint", "2"],
        ["--phase", "n"],
        ["--option", "C"],
        ["--yes"],
        ["--retry-on", "SIGSEGV"],
        ["--complete", "1"],
        ["--status", "done"],
        ["--decision", "C", "--because", "x"],
    ],
)
def test_an_option_that_does_nothing_is_refused(tmp_path: Path, options: list[str]) -> None:
    repo = start(tmp_path / "repo")
    done = ran(repo, *options, "--json")
    assert (done.code, '"error"' in done.out) == (2, True), done.out
    assert not (repo.path / "reports").exists()


def test_what_git_has_no_content_of_is_named(tmp_path: Path) -> None:
    """A partial clone, say: the run is made all the same."""
    repo = start(tmp_path / "repo")
    repo.write("old.txt", b"old\n")
    repo.commit("A file")
    name = repo.git("rev-parse", "HEAD:old.txt")
    (repo.path / ".git/objects" / name[:2] / name[2:]).unlink()
    repo.write("old.txt", b"new\n")
    done = ran(repo, "--json")
    assert done.code == 0, done.out
    said = (repo.path / done.data["path"] / "summary.md").read_text("utf-8")
    assert "`old.txt` not in the patch: git does not have what it was before" in said


def test_a_phases_run_goes_beside_those_of_its_sprints(tmp_path: Path) -> None:
    repo = start(tmp_path / "repo")
    first = ran(repo, "--into", "sprint1/parser", "--json").data["path"]
    assert ran(repo, "--json").data["path"] == f"reports/task/{STAMP}"
    assert first == f"reports/task/{STAMP}/sprint1/parser"
    assert "there is a run already" in ran(repo).err


CAPTURED = """# Hand-off

```
out/
├── a/
│   └── exit_status.txt
├── b/
│   └── exit_criteria.md
├── c/
│   └── rc
└── d/
    └── Exit_Code.txt
```
"""


def test_folders_of_commands_are_those_with_what_is_read_as_an_exit_code() -> None:
    asked = sprints.condition("Targeted commands all passing", "", 1)
    read = prose.read(asked, read_brief(CAPTURED.encode()), "brief.md")
    assert read
    assert str(read.check) == "passes(out/a, out/c, out/d)"
