"""A repository with one open item, for the tables of the laws on results and on "done".

The writers are the ways by which a plan gets changed: commands, and an edit by hand that the
hook or CI judges. Each gives back whether the change passed and what was said of it, and
`written` and `holds` compare that with what a table says is right.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.hook import main as ledger_hook
from tests.support.commands import Done, call, captured
from tests.support.repository import Repository

ITEM = "TASK-001"
RUN = "reports/task/20251103T080000Z"
# The files that the hook is called with.
PLANS = ("docs/fix_plan.md", "docs/fix_plan_archive.md")
PLAN = """# Fix Plan

**Last Updated:** 2025-11-02

## Index

| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [TASK-001](#task-001-read-large-files) | Read large files | High | in_progress |

## [TASK-001] Read large files
- Priority: High
- Status: in_progress
- Artifacts Root: `reports/task/<STAMP>/`
- Attempts History:
  * [2025-11-01] Attempt #1 — Result: ⚠️ partial. A first look.
- Next Actions:
  1. ✅ COMPLETE (Attempt #1) — Look at the splitter.
"""


def _junit(tests: int, failed: int = 0) -> str:
    cases = "".join(
        f'<testcase classname="tests.test_read" name="test_{n}" time="0.2">'
        + ("<failure message='assert 0'>E assert 0</failure>" if n < failed else "")
        + "</testcase>"
        for n in range(tests)
    )
    counts = f'tests="{tests}" failures="{failed}" errors="0" skipped="0" time="3.40"'
    return f'<testsuites><testsuite name="pytest" {counts}>{cases}</testsuite></testsuites>\n'


GREEN = "===== 12 passed in 3.40s =====\n"
RED = (
    "=========================== short test summary info ============================\n"
    "FAILED tests/test_read.py::test_0 - assert 0\n"
    "===== 1 failed, 11 passed in 3.40s =====\n"
)
# What a run leaves: exit code, log, JUnit XML. In `inconsistent` outputs name a failure and the
# exit code does not; in `counts` two outputs count differently and none of them names a failure;
# in `unread` one is cut short.
OUTPUTS = {
    kind: dict(zip(("exit_code.txt", "pytest.log", "junit.xml"), outputs, strict=True))
    for kind, outputs in {
        "green": ("0\n", GREEN, _junit(12)),
        "red": ("1\n", RED, _junit(12, 1)),
        "inconsistent": ("0\n", RED, _junit(12, 1)),
        "counts": ("0\n", GREEN, _junit(10)),
        "unread": ("0\n", GREEN, _junit(12)[:-99]),
    }.items()
}
# Ways in which a run ends, and what comes of "success" and of "done" over it.
ENDS: dict[str, tuple[dict[str, str], str]] = {
    "inconsistent": (OUTPUTS["inconsistent"], "error"),
    "command-failed": ({"exit_code.txt": "3\n", "output.log": "no such file\n"}, "error"),
    "command-passed": ({"exit_code.txt": "0\n", "output.log": "fine\n"}, "passes"),
    "exit-code-alone": ({"exit_code.txt": "1\n", "pytest.log": GREEN}, "error"),
    "log-only-red": ({"pytest.log": RED.splitlines(keepends=True)[-1]}, "error"),
    "log-only-named-red": ({"pytest.log": RED}, "error"),
    "log-only-green": ({"pytest.log": GREEN}, "passes"),
    "junit-only-red": ({"junit.xml": OUTPUTS["red"]["junit.xml"]}, "error"),
    "timeout": ({"exit_code.txt": "124\n", "output.log": "...\n"}, "error"),
    "crashed": ({"exit_code.txt": "139\n", "output.log": "Segmentation fault\n"}, "error"),
    "no-tests-ran": (
        {"exit_code.txt": "5\n", "pytest.log": "=== no tests ran in 0.01s ===\n"},
        "error",
    ),
    "error-only": ({"exit_code.txt": "1\n", "pytest.log": "=== 1 error in 0.10s ===\n"}, "error"),
    "errors": (
        {"exit_code.txt": "1\n", "pytest.log": "=== 11 passed, 1 error in 3.40s ===\n"},
        "error",
    ),
    "xfailed": (
        {"exit_code.txt": "0\n", "pytest.log": "=== 11 passed, 1 xfailed in 3.40s ===\n"},
        "passes",
    ),
    "skipped": (
        {"exit_code.txt": "0\n", "pytest.log": "=== 11 passed, 1 skipped in 3.40s ===\n"},
        "passes",
    ),
    "nothing": ({}, "passes"),  # nothing speaks against it; that it is missing is told elsewhere
}
_FINDING = re.compile(r": (error|warning) (LED\d+) (.*)")


@dataclass(frozen=True)
class Told:
    """How a writer ended: what it found, and whether the plan changed."""

    code: int
    findings: tuple[tuple[str, str, str], ...]
    text: str
    changed: bool = True

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """The findings that block."""
        return [one for one in self.findings if one[0] == "error"]

    @property
    def warnings(self) -> list[tuple[str, str, str]]:
        """The findings that do not, but for evidence that is not committed yet."""
        return [one for one in self.findings if one[0] == "warning" and one[1] != "LED405"]


def start(
    path: Path, plan: str = PLAN, settings: str = "", files: Mapping[str, str] | None = None
) -> Repository:
    """A repository with this plan and these other files committed."""
    repo = Repository(path)
    folders: set[Path] = set()
    for name, data in _started(plan, settings, tuple((files or {}).items())):
        place = path / name
        if place.parent not in folders:
            folders.add(place.parent)
            place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return repo


@cache
def _started(
    plan: str, settings: str, files: tuple[tuple[str, str], ...]
) -> list[tuple[str, bytes]]:
    """The files of such a repository, git's own included; git makes them once for each plan."""
    with tempfile.TemporaryDirectory() as folder:
        repo = Repository(Path(folder))
        repo.git("init", "--quiet", "--template=")
        repo.write("docs/fix_plan.md", plan.encode())
        if settings:
            repo.write("pyproject.toml", f"[tool.ledger]\n{settings}\n".encode())
        for name, text in files:
            repo.write(name, text.encode())
        repo.commit("Start")
        places = [place for place in repo.path.rglob("*") if place.is_file()]
        return [(str(place.relative_to(repo.path)), place.read_bytes()) for place in places]


def lay_run(repo: Repository, kind: str, place: str = RUN) -> str:
    """Write the outputs of a run of this kind."""
    return lay(repo, OUTPUTS[kind], place)


def lay(repo: Repository, outputs: Mapping[str, str], place: str = RUN) -> str:
    """Write these outputs of a run."""
    for name, text in outputs.items():
        repo.write(f"{place}/{name}", text.encode())
    return place


def edit(repo: Repository, *changes: tuple[str, str]) -> None:
    """Change the plan by hand; each old text must be there."""
    text = repo.ledger.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    repo.ledger.write_text(text, encoding="utf-8")


def attempt(
    text: str, run: str | None = RUN, number: int = 2, before: str = "- Next Actions:"
) -> tuple[str, str]:
    """The change that writes an attempt by hand, behind the others."""
    cited = f"\n    Artifacts: `{run}/{{exit_code.txt,junit.xml,pytest.log}}`" if run else ""
    return before, f"  * [2025-11-03] Attempt #{number} — Result: {text}{cited}\n{before}"


DONE = (("High | in_progress", "High | done"), ("- Status: in_progress", "- Status: done"))


def command(repo: Repository, *arguments: str) -> Told:
    """Run a command that writes."""
    before = repo.ledger.read_bytes()
    done = call(repo.path, *arguments)
    return _told(done, changed=repo.ledger.read_bytes() != before)


def record(repo: Repository, writer: str, kind: str, *options: str) -> Told:
    """Record a run of this kind by a command: `append` finds it, `run` makes it."""
    if writer == "run":
        stamp = RUN.rsplit("/", 1)[1]
        return command(repo, "run", ITEM, "--stamp", stamp, *options, "--", *shell(kind))
    return command(repo, "append", ITEM, lay_run(repo, kind), *options)


def exit_code(writer: str, kind: str) -> int:
    """Of a run that is recorded: `run` tells of the command, too."""
    return 1 if writer == "run" and kind in {"red", "inconsistent"} else 0


def hook(repo: Repository) -> Told:
    """Stage everything and run the program that git runs."""
    repo.git("add", "--all")
    plans = [name for name in PLANS if (repo.path / name).exists()]
    return _told(captured(repo.path, lambda: ledger_hook(plans)))


def pushed(repo: Repository) -> Told:
    """Commit everything and judge it as CI does with what was pushed."""
    repo.commit("By hand")
    return _told(call(repo.path, "validate", "--base", "HEAD~1", "--head", "HEAD"))


def based(repo: Repository) -> Told:
    """Judge the work tree against the last commit."""
    return _told(call(repo.path, "validate", "--base", "HEAD"))


def written(told: Told, wanted: str, code: int = 0) -> bool:
    """Whether the change had to be written; else it had to be refused, and the plan be as it was."""
    assert wanted in {"written", "refused"}, wanted
    right = (code, True) if wanted == "written" else (1, False)
    assert (told.code, told.changed) == right, told.text
    return wanted == "written"


def holds(told: Told, wanted: str) -> None:
    """Hold a judge to what is wanted: an error, a warning, silence, either of the first two
    (*told*), or anything that does not block (*passes*)."""
    assert wanted in {"error", "warning", "silent", "told", "passes"}, wanted
    if wanted == "told":
        assert told.errors or told.warnings, told.text
        return
    assert told.code == (1 if wanted == "error" else 0), told.text
    assert bool(told.errors) == (wanted == "error"), told.text
    if wanted in {"warning", "silent"}:
        assert bool(told.warnings) == (wanted == "warning"), told.text


def cases(known: dict[str, str], *rows: Any) -> list[Any]:
    """The rows as parameters, each with a name; those that are known to fail have to fail."""
    return [case(known, "-".join(map(str, row[:-1])).replace(" ", "_"), *row) for row in rows]


def case(known: dict[str, str], name: str, *values: Any) -> Any:
    """A case of a table; it has to fail where `known` has its name below a reason."""
    why = [reason for reason, names in known.items() if name in names.split()]
    marks = [pytest.mark.xfail(strict=True, reason=reason) for reason in why]
    return pytest.param(*values, id=name, marks=marks)


def by_judge(judges: Iterable[str], cells: Mapping[str, tuple[Any, ...]]) -> Iterator[Any]:
    """Each judge with each name of the cells and what is right, which a cell has last."""
    return ((judge, name, cell[-1]) for judge in judges for name, cell in cells.items())


def misnamed(known: dict[str, str], tests: dict[str, Any]) -> set[str]:
    """The names of `known` that no table of these tests has, and those that two cells have."""
    cells = Counter(
        parameter.id
        for test in tests.values()
        for mark in getattr(test, "pytestmark", [])
        for parameter in mark.args[1]
    )
    named = {cell for names in known.values() for cell in names.split()}
    return (named - cells.keys()) | {cell for cell, count in cells.items() if count > 1}


def staged(repo: Repository) -> Told:
    """What the hook says, without a process of its own."""
    repo.git("add", "--all")
    return _told(call(repo.path, "validate", "--staged"))


JUDGES = {"hook": hook, "pushed": pushed, "based": based}
QUICK = {"staged": staged, "pushed": pushed}
EVERY = JUDGES | QUICK


def shell(kind: str) -> list[str]:
    """A command that leaves such a run, for `ledger run`."""
    files = OUTPUTS[kind]
    log = shlex.quote(files["pytest.log"].strip())
    return ["sh", "-c", f"echo {log}; exit {files['exit_code.txt'].strip()}"]


def _told(done: Done, *, changed: bool = True) -> Told:
    assert "Traceback" not in done.err
    said = done.out + done.err
    return Told(done.code, tuple(_FINDING.findall(said)), said, changed)
