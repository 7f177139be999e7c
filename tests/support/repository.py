"""A real git repository for tests, with a small fix plan of our own in it."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.places import DATA

# What git is told by nobody in particular. No repository here has to outlive the power.
GIT_CONFIG = """\
[user]
\tname = Test
\temail = test@example.invalid
[init]
\tdefaultBranch = main
[gc]
\tauto = 0
[maintenance]
\tauto = false
[core]
\tfsync = none
"""
# Later than every date in the plan, so that nothing in it is dated after its commit.
COMMITTED = "2025-11-03T12:00:00+00:00"


@dataclass(frozen=True)
class Repository:
    """A work tree at `path`. Files are named relative to it."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> Repository:
        """Lay out `path` with `docs/fix_plan.md` and the run that it cites, committed."""
        shutil.copytree(_pattern(), path, symlinks=True)
        repo = cls(path)
        repo.git("update-index", "--refresh")  # the index knows files by their inodes
        return repo

    @classmethod
    def begin(cls, path: Path) -> Repository:
        """The same, by git."""
        path.mkdir(parents=True)
        repo = cls(path)
        repo.git("init", "--quiet", "--template=")  # without fourteen sample hooks to copy
        for name in ("hooks", "info"):
            Path(repo.path, ".git", name).mkdir()
        repo.write("docs/fix_plan.md", (DATA / "small_plan.md").read_bytes())
        run = "reports/parser-speed/phase_b/20251102T091500Z"
        repo.write(f"{run}/exit_code.txt", b"0\n")
        repo.write(f"{run}/pytest.log", b"===== 12 passed in 3.40s =====\n")
        repo.commit("Start the fix plan")
        return repo

    @property
    def ledger(self) -> Path:
        """The fix plan."""
        return self.path / "docs" / "fix_plan.md"

    def git(self, *args: str, check: bool = True) -> str:
        """Run git here and return what it says, without the last newline."""
        done = subprocess.run(
            ["git", *args],
            cwd=self.path,
            check=check,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "GIT_AUTHOR_DATE": COMMITTED, "GIT_COMMITTER_DATE": COMMITTED},
        )
        return done.stdout.rstrip("\n")

    def write(self, name: str, data: bytes) -> Path:
        """Write a file, and the folders above it."""
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return place

    def commit(self, message: str) -> str:
        """Commit everything as it is and return the commit's full id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        log = self.path / ".git" / "logs" / "HEAD"  # spares starting git, but in linked work trees
        if not log.is_file():
            return self.git("rev-parse", "HEAD")
        return log.read_text("utf-8").splitlines()[-1].split()[1]


@cache
def _pattern() -> Path:
    """A repository that others are copies of: git takes seven times as long to lay one out."""
    place = Path(tempfile.mkdtemp(prefix="ledger-tests-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return Repository.begin(place / "repo").path
