"""``ledger doctor``: each damage is told in its area, and the command it names mends it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.commands import doctor as doctor_module
from ledger.plan.secrets import find
from tests.support.commands import call, terminal, unstyled
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
HOOK = ".pre-commit-config.yaml"
BASELINE = ".secrets.baseline"


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed programs on the PATH, pre-commit's files in a place of their own."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))


@pytest.fixture
def sound(repo: Repository) -> Repository:
    """A repository where all is in order."""
    assert call(repo.path, "init", "--hook", "--merge-driver").code == 0
    repo.write(BASELINE, b"{}\n")
    repo.commit("Set up")
    return repo


def states(place: Path) -> dict[str, str]:
    return {one["area"]: one["state"] for one in call(place, "doctor", "--json").data["checks"]}


def told(place: Path, area: str) -> list[dict[str, str]]:
    [check] = [c for c in call(place, "doctor", "--json").data["checks"] if c["area"] == area]
    return check["problems"]


def test_all_in_order(sound: Repository) -> None:
    done = call(sound.path, "doctor")
    assert (done.code, {*states(sound.path).values()}) == (0, {"ok"})
    assert done.out.endswith("\n9 in order\n")


def test_what_is_not_set_up_is_an_offer(repo: Repository) -> None:
    assert call(repo.path, "doctor").code == 0
    assert {area for area, state in states(repo.path).items() if state == "offer"} == {
        "hook",
        "merge driver",
        "secrets",
    }


def drop_hooks(repo: Repository) -> None:
    for name in ("pre-commit", "pre-merge-commit"):
        (repo.path / ".git/hooks" / name).unlink()


def other_hook(repo: Repository) -> None:
    (repo.path / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexit 0\n")


def ignore_plan(repo: Repository) -> None:
    repo.git("rm", "--quiet", "--cached", PLAN)
    repo.write(".gitignore", b"*.md\n")


def clone_shallow(repo: Repository) -> None:
    repo.git("commit", "--quiet", "--allow-empty", "--message", "More")
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", "../shallow")
    (repo.path / ".git").rename(repo.path.parent / "whole")
    (repo.path.parent / "shallow/.git").rename(repo.path / ".git")
    repo.git("remote", "set-url", "origin", f"file://{repo.path.parent / 'whole'}")
    call(repo.path, "init", "--hook", "--merge-driver")


def archive(repo: Repository, *, commit: bool = True) -> Path:
    assert call(repo.path, "archive", "PARSE-SPEED-001", "--keep", "1").code == 0
    if commit:
        repo.commit("Archive")
    return repo.path / "docs/fix_plan_archive.md"


def lengthen(repo: Repository) -> None:
    for place in range(3, 40):
        data = repo.ledger.read_text("utf-8")
        new = "".join(f"    line {n}\n" for n in range(40))
        entry = f"  * [2025-11-02] Attempt #{place} — Result: failed.\n{new}- Next Actions:"
        repo.ledger.write_text(data.replace("- Next Actions:", entry, 1), encoding="utf-8")


DAMAGES: dict[str, tuple[str, Callable[[Repository], object]]] = {
    "no hook in this clone": ("hook", drop_hooks),
    "another hook": ("hook", other_hook),
    "hooks in another folder": (
        "hook",
        lambda repo: repo.git("config", "core.hooksPath", ".husky"),
    ),
    "no hook for merges": (
        "hook",
        lambda repo: (repo.path / ".git/hooks/pre-merge-commit").unlink(),
    ),
    "no hook at all": ("hook", lambda repo: (drop_hooks(repo), (repo.path / HOOK).unlink())),
    "half a merge driver": (
        "merge driver",
        lambda repo: repo.git("config", "--unset", "merge.ledger.driver"),
    ),
    "not committed": ("git", lambda repo: repo.git("rm", "--quiet", "--cached", PLAN)),
    "ignored": ("git", ignore_plan),
    "shallow": ("git", clone_shallow),
    "no archive": ("archive", lambda repo: archive(repo).unlink()),
    "an archive that is not committed": ("archive", lambda repo: archive(repo, commit=False)),
    "too long": ("archive", lengthen),
    "no repository": ("git", lambda repo: (repo.path / ".git").rename(repo.path / "old")),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_told_and_its_command_mends_it(sound: Repository, name: str) -> None:
    area, damage = DAMAGES[name]
    damage(sound)
    [problem] = told(sound.path, area)
    assert problem["said"] in " ".join(call(sound.path, "doctor").out.split())
    done = subprocess.run(
        ["bash", "-c", problem["mend"]],
        cwd=sound.path, capture_output=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, (problem["mend"], done.stdout, done.stderr)
    assert problem not in told(sound.path, area)


@pytest.mark.parametrize(
    ("path", "data", "scanner"),
    [
        (HOOK, "repos:\n- repo: https://x.invalid/gitleaks\n", "gitleaks"),
        (".github/workflows/ci.yml", "steps:\n- run: trufflehog git file://.\n", "trufflehog"),
        (".gitleaks.toml", "", ".gitleaks.toml"),
        (HOOK, "repos: []\n", None),
    ],
)
def test_a_scanner_for_secrets_is_recommended_where_there_is_none(
    repo: Repository, path: str, data: str, scanner: str | None
) -> None:
    repo.write(path, data.encode())
    problems = told(repo.path, "secrets")
    assert [problem["is_bad"] for problem in problems] == ([] if scanner else [False])
    said = " ".join(call(repo.path, "doctor").out.split())
    assert (f"{scanner} is configured" if scanner else "gitleaks or detect-secrets") in said


def test_an_answer_to_a_secret_that_is_gone_is_told(sound: Repository) -> None:
    value = "Zx81qq0vTn55Lw2d"
    fingerprint = find(f"API_KEY={value}".encode())[0].fingerprint
    settings = f'[tool.ledger]\nnot_secret = ["{fingerprint}", "01234567"]\n'
    sound.write("pyproject.toml", settings.encode())
    before = sound.ledger.read_bytes()
    sound.ledger.write_bytes(before + f"\n`API_KEY={value}`\n".encode())
    [problem] = told(sound.path, "secrets")
    assert problem["said"].endswith("is not there any more: 01234567")
    sound.ledger.write_bytes(before)
    [problem] = told(sound.path, "secrets")
    assert problem["said"].endswith(f"any more: {fingerprint}, 01234567")


def test_what_was_edited_in_the_archive_is_told(sound: Repository) -> None:
    file = archive(sound)
    assert states(sound.path)["archive"] == "ok"
    file.write_bytes(file.read_bytes().replace(b"Quadratic", b"Cubic"))
    assert "1 part was edited" in told(sound.path, "archive")[0]["said"]


def test_a_hook_that_cannot_be_started_is_told(
    sound: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sound.path.parent / "git-only"
    folder.mkdir()
    git = subprocess.check_output(["sh", "-c", "command -v git"], text=True).strip()
    (folder / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(folder))
    assert "ledger-hook is not on the PATH" in told(sound.path, "hook")[0]["said"]


def test_a_hook_of_another_version_is_told(
    sound: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = sound.write("../bin/ledger-hook", b"#!/bin/sh\necho ledger-hook 0.0.1\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    assert "ledger-hook on the PATH is 0.0.1" in told(sound.path, "hook")[0]["said"]
    sound.write(
        HOOK, b"repos:\n- repo: https://x.invalid/y\n  rev: v0.0.2\n  hooks:\n  - id: ledger\n"
    )
    [problem] = told(sound.path, "hook")
    assert problem["said"].startswith("the hook is v0.0.2, this is ")


@pytest.mark.parametrize(
    ("area", "path", "data", "said"),
    [
        ("configuration", "pyproject.toml", b"[tool.ledger]\nnonsense = 1\n", "unknown key 'nonsense'"),
        ("configuration", "pyproject.toml", b'[tool.ledger]\nignore = ["LED999"]\n', "LED999"),
        ("ledger", PLAN, b"# Nothing\n", "no items"),
        ("ledger", "pyproject.toml", b'[tool.ledger]\npath = "gone.md"\n', "gone.md: no such file"),
        ("archive", "docs/fix_plan_archive.md", b"", "attempt #1 of PARSE-SPEED-001"),
        ("artifacts", PLAN, b"pytest.log,exit_code.txt,gone.log", "1 of these names what is missing"),
        ("artifacts", PLAN, b"gone.log,gone.txt}`, `reports/parser-speed/phase_b/20251102T091500Z/gone`, `reports/parser-speed/phase_b/20251102T091500Z/{pytest.log,exit_code.txt", "2 of these name what is missing"),
        ("artifacts", PLAN, b"pytest.log,gone.log}`, `/tmp/x.log`, `/tmp/y.log`, `reports/parser-speed/phase_b/20251102T091500Z/{pytest.log,exit_code.txt", "1 of these names what is missing, 2 what lies outside the repository"),
        ("ledger", PLAN, b"# Plan\n\n## [A-001] One\n- Attempts History:\n  * [YYYY-MM-DD] Attempt #2 - Result: <result>\n", "1 line meant for an entry could not be read: 5"),
        ("configuration", "pyproject.toml", b'[tool.ledger]\nignore = ["LED999", "LED998"]\n', "`ignore` names what is no rule: LED999, LED998"),
        ("findings", PLAN, b"", "LED106 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_files_is_told(
    repo: Repository, area: str, path: str, data: bytes, said: str
) -> None:
    plan = repo.ledger.read_bytes()
    if path.endswith("archive.md"):
        data = plan[plan.index(b"## [PARSE") : plan.index(b"- Next Actions")]
    elif area == "findings":
        data = plan.replace(b"Attempt #2 ", b"Attempt #1 ", 1)
    elif area == "artifacts":
        data = plan.replace(b"pytest.log,exit_code.txt", data)
    repo.write(path, data)
    done = call(repo.path, "doctor")
    assert done.code in (1, 2)
    assert any(said in problem["said"] for problem in told(repo.path, area)), done.out


@pytest.mark.parametrize(
    ("config", "is_seen"),
    [
        (b"files: '^(docs/fix_plan\\.md|.*\\.md)$'", False),
        (b"exclude: ^docs/", False),
        (b"types: [python]", False),
        (b"always_run: true", True),
        (b"files: x\n        stages:\n          - manual\n        always_run: yes", True),
        (b"require_serial: true", True),
        (b"require_serial: true\n      - id: x\n        files: '^(a)$'", True),
        (b"require_serial: true\nexclude: ^docs/", False),
        (b"require_serial: true\nfiles: \\.py$", False),
        (b"always_run: true\nexclude: ^docs/", True),
    ],
)
def test_a_hook_that_runs_for_some_files_only_is_told(
    repo: Repository, config: bytes, is_seen: bool
) -> None:
    hook = b"  - repo: local\n    hooks:\n      - name: plan\n        entry: ledger-hook\n        "
    repo.write(".pre-commit-config.yaml", b"repos:\n" + hook + config + b"\n")
    call(repo.path, "init", "--hook")
    said = " ".join(problem["said"] for problem in told(repo.path, "hook"))
    assert ("runs for some files only" in said or "run for some files only" in said) is not is_seen
    done = call(repo.path, "init", "--hook")
    if is_seen:
        assert "the hook (there already)" in done.out
    else:
        assert done.code == 1
        assert "always_run: true, pass_filenames: false" in done.out


def test_the_hook_of_the_manifest_always_runs(repo: Repository) -> None:
    there = (
        b"exclude: ^docs/\nrepos:\n  - repo: there\n    rev: v0\n    hooks:\n      - id: ledger\n"
    )
    repo.write(".pre-commit-config.yaml", there)
    assert "the hook (there already)" in call(repo.path, "init", "--hook").out


def test_findings_add_up_to_those_of_validate(repo: Repository) -> None:
    plan = repo.ledger.read_bytes().replace(b"Attempt #2 ", b"Attempt #1 ", 1)
    repo.ledger.write_bytes(plan.replace(b"pytest.log,exit", b"gone.log,exit"))
    counts = call(repo.path, "validate", "--json").data["counts"]
    assert counts == {"error": 1, "warning": 1}
    [found, *_] = told(repo.path, "findings")
    assert found["said"] == "1 error (LED106 1), 1 more told by the other areas"


def test_a_plan_in_another_place_is_found(repo: Repository) -> None:
    repo.write(".agent/@fix_plan.md", repo.ledger.read_bytes())
    repo.write("notes/fix_plan_ideas.md", b"# Ideas\n\nNone yet.\n")
    repo.ledger.unlink()
    repo.commit("Move it")
    done = call(repo.path, "doctor")
    assert done.code == 2
    assert "> ledger init --ledger .agent/@fix_plan.md\n" in done.out
    refused = call(repo.path / "notes", "init")
    assert refused.code == 2
    assert "../.agent/@fix_plan.md looks like a fix plan" in refused.err
    assert not repo.ledger.exists()
    assert call(repo.path, "init", "--ledger", ".agent/@fix_plan.md").code == 0
    assert "\n.agent/@fix_plan.md, updated " in call(repo.path, "status").out
    assert call(repo.path, "init").code == 0


def test_no_plan_at_all_leads_to_init(tmp_path: Path) -> None:
    place = tmp_path / "nothing"
    place.mkdir()
    done = call(place, "doctor")
    assert done.code == 2
    assert "> ledger init\n" in done.out
    assert call(place, "init").code == 0
    assert "!!  ledger" not in call(place, "doctor").out


@pytest.mark.parametrize(("revision", "width"), [("b401d45f", 80), ("fad967ec", 160)])
def test_one_screen_on_real_plans(
    real_repo: Callable[[str], Path], revision: str, width: int
) -> None:
    """Their worst versions at 80 columns: readable, whole, and explained."""
    place = real_repo(revision)
    plan = (place / PLAN).read_bytes()
    code, said = terminal(place, width, ["doctor"])
    shown = unstyled(said)
    assert code == 1
    assert len(shown) <= 40
    assert max(map(len, shown)) <= min(width, 100)
    lines = f"{plan.count(bytes([10])) + (not plan.endswith(bytes([10]))):,} lines"
    assert lines in " ".join(" ".join(shown).split())
    assert (place / PLAN).read_bytes() == plan


def test_a_real_plan_is_adopted(real_repo_copy: Callable[[str], Path]) -> None:
    """Its old faults block nothing, a new one does."""
    place = real_repo_copy("b401d45f")
    done = call(place, "init", "--agents")
    assert done.code == 0
    assert f"{PLAN}: there already: " in done.out
    plan = (place / PLAN).read_text("utf-8").split("\n")
    old = call(place, "validate")
    assert old.code == 1
    assert call(place, "validate", "--base", "HEAD").out.endswith("_archive.md: no findings\n")
    at = next(
        n for n, line in enumerate(plan) if line.startswith("  * [2025-1") and "Attempt #" in line
    )
    number = plan[at].split("Attempt #")[1].split(" ")[0]
    new = f"  * [2025-10-02] Attempt #{number} — Result: failed. A second one of this number."
    (place / PLAN).write_text("\n".join([*plan[: at + 1], new, *plan[at + 1 :]]), encoding="utf-8")
    worse = call(place, "validate", "--base", "HEAD")
    assert worse.code == 1
    assert worse.out.count(" error ") == 1
    assert "error LED106 " in worse.out
    assert f"attempt #{number} twice" in worse.out


def test_nothing_is_changed(repo: Repository) -> None:
    before = {f: f.read_bytes() for f in repo.path.rglob("*") if f.is_file()}
    call(repo.path, "doctor")
    assert {f: f.read_bytes() for f in repo.path.rglob("*") if f.is_file()} == before


def test_what_is_mended_is_no_failure_whatever_cannot_be_read_since(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings break between the fixes and the look at the rest."""
    whole = doctor_module.repair

    def then_broken(*arguments: Any, **options: Any) -> doctor_module.Repaired:
        done = whole(*arguments, **options)
        if not options.get("dry_run"):
            repo.write("pyproject.toml", b"[tool.ledger")
        return done

    monkeypatch.setattr(doctor_module, "repair", then_broken)
    row = b"| High | in_progress |"
    repo.ledger.write_bytes(repo.ledger.read_bytes().replace(row, b"| High | done |"))
    assert call(repo.path, "doctor", "--fix").code == 1
    assert row in repo.ledger.read_bytes()
    assert call(repo.path, "doctor").code == 2
