"""Fixtures that every test may ask for, and the world that every test runs in.

Home and git configuration are the tests' own, so nothing of the person who runs them shows in
a result, and nothing of theirs is changed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import hypothesis
import pytest

import ledger
from tests.support import corpus as real
from tests.support.places import ROOT
from tests.support.repository import GIT_CONFIG, Repository
from tests.support.warm_programs import warm_programs

# ci: the same examples every time, so that a red run tells of the change and not of luck, and few,
# for the campaigns make many.
# long: new examples every time, many of them, for looking for what `ci` does not meet.
# Neither has a deadline: how fast a shared machine is at this moment is no promise of ours.
hypothesis.settings.register_profile(
    "ci", max_examples=60, derandomize=True, deadline=None, print_blob=True
)
hypothesis.settings.register_profile(
    "long", max_examples=10_000, deadline=None, print_blob=True, database=None
)
hypothesis.settings.load_profile("ci")


def pytest_configure() -> None:
    """Stop where an installed package is older than the checkout whose tests run."""
    installed = Path(ledger.__file__).resolve().parent
    checkout = ROOT / "ledger"
    if installed == checkout:
        return
    stale = [
        str(source.relative_to(ROOT))
        for source in sorted(checkout.rglob("*.py"))
        if not (copy := installed / source.relative_to(checkout)).is_file()
        or copy.read_bytes() != source.read_bytes()
    ]
    if stale:
        raise pytest.UsageError(
            f"the installed ledger differs from this checkout in {stale[0]} and "
            f"{len(stale) - 1} other files: install it again (pip install .), "
            "or once for all with pip install -e ."
        )


def pytest_report_header() -> str:
    """Say which package is judged."""
    return f"ledger: {Path(ledger.__file__).parent}"


@pytest.fixture(scope="session", autouse=True)
def isolation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home, a git configuration and an environment that are nobody's."""
    home = tmp_path_factory.mktemp("home")
    config = home / "gitconfig"
    config.write_text(GIT_CONFIG, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(("GIT_", "LEDGER_", "GITHUB_", "PRE_COMMIT")) and (
                name != "LEDGER_CORPUS"
            ):
                patch.delenv(name)
        for name in ("CI", "COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "CLICOLOR_FORCE"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_TERMINAL_PROMPT", "0")
        # Nothing here has to outlive the power, and a disk takes its time for each.
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A new git repository with a small fix plan and the files it cites, all committed."""
    return Repository.create(tmp_path / "repo")


@pytest.fixture(scope="session")
def programs(isolation: None) -> Iterator[Path]:
    """The folder of ``ledger`` and its fellows, for a PATH: they start in a tenth of the time."""
    with warm_programs() as place:
        yield place


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real inputs that lies beside the project; skips where it is missing."""
    if not real.exists():
        pytest.skip(real.MISSING)
    return real.PLACE


@pytest.fixture(scope="session")
def real_repo(
    corpus: Path, tmp_path_factory: pytest.TempPathFactory, isolation: None
) -> Callable[[str], Path]:
    """Lays out the real project's repository at a revision, once for all processes that run tests.

    The tree is shared between tests: to change it, take `real_repo_copy`.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "real"
    shared.mkdir(exist_ok=True)

    @cache
    def lay_out(revision: str) -> Path:
        place = shared / revision
        with (shared / f"{revision}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return place if place.exists() else real.lay_out(place, revision)

    return lay_out


@pytest.fixture
def real_repo_copy(real_repo: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of `real_repo` at a revision that the test may change."""

    def copy(revision: str) -> Path:
        place = tmp_path / f"real-{revision}"
        shutil.copytree(real_repo(revision), place, symlinks=True)
        return place

    return copy
