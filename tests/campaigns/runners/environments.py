"""Test runners in environments of their own, below a cache folder, made when they are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PYTESTS = {"7": "7.4.4", "8": "8.4.2", "9": "9.2.0"}
PLUGINS = ("pytest-xdist", "pytest-rerunfailures", "pytest-timeout", "pytest-json-report",
           "pytest-reportlog", "unittest-xml-reporting", "nox",
           "tox")  # fmt: skip
NODES = {
    "jest29": ("jest@29", "jest-junit@16"),
    "jest30": ("jest@30", "jest-junit@17"),
    "vitest3": ("vitest@3",),
    "vitest4": ("vitest@4",),
    "mocha": ("mocha@11", "mocha-junit-reporter@2"),
}


class Missing(Exception):
    """A runner cannot be had here."""


def cache() -> Path:
    """Where the environments lie."""
    base = os.environ.get("LEDGER_RUNNERS") or os.environ.get("XDG_CACHE_HOME")
    place = Path(base) if base else Path.home() / ".cache"
    return place / "ledger-runners"


def pytest_python(major: str) -> Path:
    """The Python of an environment with that pytest and its plugins."""
    place = cache() / f"pytest{major}"
    python = place / "bin" / "python"
    if not (place / "made").exists():
        shutil.rmtree(place, ignore_errors=True)
        _make([sys.executable, "-m", "venv", str(place)], "python -m venv")
        subtests = () if major == "9" else ("pytest-subtests",)
        wanted = (f"pytest=={PYTESTS[major]}", *PLUGINS, *subtests)
        _make([str(python), "-m", "pip", "install", "--quiet", *wanted], f"pytest {major}")
        (place / "made").touch()
    return python


def node_folder(name: str) -> Path:
    """A folder with the packages of a runner for JavaScript in its `node_modules`."""
    place = cache() / name
    if not (place / "made").exists():
        if not shutil.which("npm"):
            raise Missing(f"npm is not installed, and {name} comes from it")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        (place / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        _make(["npm", "install", "--no-audit", "--no-fund", *NODES[name]], name, place)
        (place / "made").touch()
    return place


def node() -> Path:
    """The program `node`."""
    found = shutil.which("node")
    if not found:
        raise Missing("node is not installed")
    return Path(found)


def _make(command: list[str], what: str, cwd: Path | None = None) -> None:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Missing(f"cannot install {what}: {' '.join(last)}")
