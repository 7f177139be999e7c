"""What the project promises as a whole: its documents, its imports, its own files."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ledger.plan.reader import read
from tests.support.places import ROOT
from tests.support.repository import Repository

DOCS = ROOT / "docs"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).exists()]


def imported_by(code: str, cwd: Path) -> set[str]:
    """The top-level modules that are loaded after `code`, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        cwd=cwd,
        check=True,
        capture_output=True,
        text=True,
    )
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


SLOW = {"typer", "click", "rich", "git"}


def test_the_hook_loads_nothing_slow(repo: Repository) -> None:
    """A whole run over a staged attempt, not the import alone: rules may import as they go."""
    plan = repo.ledger.read_bytes()
    repo.write("docs/fix_plan.md", plan.replace(b"Attempt #2 ", b"Attempt #3 ", 1))
    repo.git("add", "docs/fix_plan.md")
    loaded = imported_by(
        "import sys; sys.argv = ['ledger-hook', 'docs/fix_plan.md']\n"
        "from ledger.hook import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stdout.write(chr(10))",
        repo.path,
    )
    assert "markdown_it" in loaded  # it did read the file
    assert not loaded & SLOW


def test_reading_loads_nothing_slow(tmp_path: Path) -> None:
    assert not imported_by("import ledger.plan.reader", tmp_path) & SLOW


def test_no_tracked_file_names_a_place_of_one_machine() -> None:
    # A made-up home may stand in an example: /home/someone.
    personal = re.compile(rb"(?<![\w./])/(?:home|Users)/(?!someone\b)\w|(?<![\w./])/(?:root|work)/")
    here = re.compile(re.escape(str(ROOT)).encode() + rb"(?![\w-])")
    found = [
        f"{path.relative_to(ROOT)}:{data.count(bytes([10]), 0, match.start()) + 1}"
        for path in tracked()
        for data in [path.read_bytes()]
        for match in [personal.search(data) or here.search(data)]
        if match
    ]
    assert found == []


def test_every_dependency_is_explained() -> None:
    extras = PROJECT["optional-dependencies"].values()
    wanted = [*PROJECT["dependencies"], *(name for extra in extras for name in extra)]
    names = {re.split(r"[<>=!~\[; ]", requirement)[0] for requirement in wanted}
    page = (DOCS / "explanation" / "dependencies.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    explained = {name.strip() for row in rows for name in row.split(",")} - {"package"}
    assert explained == names


def test_the_development_tools_are_one_list() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["dependency-groups"]["dev"] == PROJECT["optional-dependencies"]["dev"]


def test_every_action_is_pinned_by_commit() -> None:
    for place in (ROOT / ".github").rglob("*.yml"):
        uses = re.findall(r"uses: *(.*)", place.read_text(encoding="utf-8"))
        assert uses or place.parent.name != "workflows"
        for one in uses:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one


def test_addresses_are_those_of_the_repository_that_builds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interface = SimpleNamespace(MetadataHookInterface=object)  # the tests need no hatchling
    monkeypatch.setitem(sys.modules, "hatchling.metadata.plugin.interface", interface)
    hook = runpy.run_path(str(ROOT / "hatch_build.py"))["Addresses"]()
    hook.root = ROOT
    built: list[dict[str, Any]] = []
    for home in ("", "https://host.example/owner/name/"):
        monkeypatch.setenv("HOME_URL", home)
        built.append({})
        hook.update(built[-1])
    plain, released = built
    assert "urls" not in plain
    assert plain["readme"]["text"] == (ROOT / "README.md").read_text(encoding="utf-8")
    assert released["urls"]["Source"] == "https://host.example/owner/name"
    links = re.findall(r"\]\(([^)]+)\)", released["readme"]["text"])
    assert links
    assert all(link.startswith(("https://", "#")) for link in links)


def test_the_quick_start_has_two_commands_to_run() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", readme, flags=re.MULTILINE)
    quick = [part for part in section if part.startswith("Quick start\n")]
    assert len(quick) == 1
    assert re.findall(r"^```(.*)$", quick[0], re.MULTILINE) == ["sh", "", "sh", ""]


def test_links_of_the_readme_lead_somewhere() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", readme)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_documented_example_reads_as_the_page_says() -> None:
    page = (DOCS / "reference" / "dialect-attempts.md").read_text(encoding="utf-8")
    example = page.split("````markdown\n")[1].split("````")[0]
    plan = read(example.encode())
    assert plan.unread == ()
    assert [row.id for row in plan.index] == ["PARSE-SPEED-001"]
    [item] = plan.items
    assert (item.id, item.status, item.priority) == ("PARSE-SPEED-001", "in_progress", "high")
    assert [(a.number, a.date, a.result, a.source) for a in item.attempts] == [
        (1, "2025-11-01", "partial", "history"),
        (2, "2025-11-02", "success", "history"),
    ]
    assert [(a.number, a.state, a.attempt) for a in item.actions] == [
        (1, "complete", 2),
        (2, "pending", None),
    ]
    assert [c.ticked for c in item.criteria] == [False]
