"""Where an installation came from, and the workflow that installs the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from ledger.commands import installation, templates
from tests.support.repository import Repository

SHA = "0123456789abcdef0123456789abcdef01234567"
PINNED = f"fix-plan-ledger @ git+https://host.example/owner/name.git@{SHA}"


def told(url: str, commit: str = SHA) -> str:
    return json.dumps({"url": url, "vcs_info": {"vcs": "git", "commit_id": commit}})


def installed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, direct_url: str | None, more: str = ""
) -> str | None:
    place = folder / "fix_plan_ledger-1.2.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: fix-plan-ledger\nVersion: 1.2\n{more}\n", "utf-8"
    )
    if direct_url:
        (place / "direct_url.json").write_text(direct_url, "utf-8")
    found = metadata.PathDistribution(place)
    monkeypatch.setattr(installation.metadata, "distribution", lambda _: found)
    return installation.source()


SOURCES = {
    "pip from git": (told("https://host.example/owner/name.git"), "", PINNED),
    "with a password": (told("https://bot:hunter2@host.example/owner/name.git"), "", PINNED),
    "with a token": (told("https://hunter2@host.example/owner/name.git"), "", PINNED),
    "over ssh": (told("ssh://git@host.example/owner/name.git"), "", PINNED),
    "a port": (told("https://host.example:8443/o/n"), "", f"fix-plan-ledger @ git+https://host.example:8443/o/n@{SHA}"),
    "a folder of one machine": (told("file:///srv/name.git"), "", None),
    "an address that would break out": (told('https://host.example/a"$(id)'), "", None),
    "an index": (None, "", None),
    "an index, and a home": (None, "Project-URL: Source, https://host.example/owner/name\n", "fix-plan-ledger @ git+https://host.example/owner/name@v1.2"),
    "a home of something else": (None, "Project-URL: Changes, https://host.example/owner/name\n", None),
    "a wheel": ('{"url": "file:///tmp/x.whl", "archive_info": {}}', "", None),
    "a folder that is gone": ('{"url": "file:///nowhere/x", "dir_info": {}}', "", None),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_the_source_is_what_another_machine_can_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    direct_url, more, wanted = SOURCES[name]
    assert installed(tmp_path, monkeypatch, direct_url, more) == wanted


def test_a_checkout_is_named_by_its_origin_once_that_has_the_commit(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = json.dumps({"url": repo.path.as_uri(), "dir_info": {}})
    repo.git("remote", "add", "origin", "git@host.example:owner/name.git")
    assert installed(tmp_path, monkeypatch, given) is None
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    head = repo.git("rev-parse", "HEAD").strip()
    assert installation.source() == PINNED.replace(SHA, head)


@pytest.mark.parametrize("source", [None, PINNED])
def test_zizmor_finds_nothing_in_the_workflow(tmp_path: Path, source: str | None) -> None:
    beside = str(Path(sys.executable).parent)
    program = shutil.which("zizmor", path=f"{beside}:{os.environ['PATH']}")
    if program is None:
        pytest.skip("zizmor is not installed")
    place = tmp_path / ".github/workflows/fix-plan.yml"
    place.parent.mkdir(parents=True)
    place.write_text(templates.ci("main", source) + "\n", "utf-8")
    done = subprocess.run(
        [program, "--offline", "--persona=auditor", str(place)],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
