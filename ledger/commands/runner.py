"""The command that runs a project's tests, by the files that say so. Nothing is executed."""

import json
import re
import shlex
from itertools import islice
from pathlib import Path
from typing import Final

from ledger.commands import pre_commit

_MOST: Final = 20  # files of a kind that are looked into
# Files, a word that one of them has, and the command that they stand for; the first row counts.
_SIGNS: Final = (
    ("pytest.ini", "", "pytest"),
    ("conftest.py", "", "pytest"),
    ("tests/conftest.py", "", "pytest"),
    ("pyproject.toml", "pytest", "pytest"),
    ("setup.cfg", "pytest", "pytest"),
    ("requirements*.txt", "pytest", "pytest"),
    ("tests/test*.py", "import pytest", "pytest"),
    ("test_*.py", "import pytest", "pytest"),
    ("tests/test*.py", "import unittest", "python -m unittest discover -v -s tests"),
    ("test_*.py", "import unittest", "python -m unittest discover -v"),
    ("tests/test*.py", "", "pytest"),
    ("test_*.py", "", "pytest"),
    ("tox.ini", "", "tox"),
    ("noxfile.py", "", "nox"),
    ("package.json", '"test"', ""),  # see _of_node
    ("Cargo.toml", "", "cargo test"),
    ("go.mod", "", "go test ./..."),
    ("Gemfile", "rspec", "bundle exec rspec"),
    (".rspec", "", "rspec"),
    ("phpunit.xml*", "", "vendor/bin/phpunit"),
    ("CMakeLists.txt", "enable_testing", "ctest --test-dir build --output-on-failure"),
    ("CMakeLists.txt", "include(CTest)", "ctest --test-dir build --output-on-failure"),
    ("test/*.bats", "", "bats test"),
    ("tests/*.bats", "", "bats tests"),
    ("*.sln", "", "dotnet test --logger trx"),
    ("*.csproj", "", "dotnet test --logger trx"),
    ("pom.xml", "", "mvn test"),
    ("gradlew", "", "./gradlew test"),
    ("Makefile", "\ntest:", "make test"),
)
# Runners that `ledger run` asks for a report where they are called by name, and how they are.
_NODE_RUNNERS: Final = {"jest": "npx jest", "vitest": "npx vitest run", "mocha": "npx mocha"}
_PLACEHOLDER: Final = "no test specified"  # what `npm init` writes
_SHELL: Final = re.compile(r"[&|;<>$`*()]|^\w+=")


def proposal(root: Path) -> str:
    """The command for the project at ``root``; empty where nothing tells."""
    for pattern, word, command in _SIGNS:
        for path in islice(root.glob(pattern), _MOST):
            text = pre_commit.read(root, path.relative_to(root).as_posix())
            if text is not None and word in f"\n{text}":
                proposed = command or _of_node(root, text)
                if proposed:
                    return proposed
    return ""


def _of_node(root: Path, package: str) -> str:
    """The script ``test`` of ``package.json``: the runner that it calls, where it does no more."""
    try:
        script = json.loads(package)["scripts"]["test"]
        words = shlex.split(script)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    if not words or _PLACEHOLDER in script:
        return ""
    runner = _NODE_RUNNERS.get(words[0])
    is_plain = not _SHELL.search(script) and script.isprintable()
    if is_plain and runner:
        options = words[1:]
        if words[0] == "vitest" and options[:1] == ["run"]:
            options = options[1:]
        return shlex.join([*runner.split(), *options])
    if is_plain and words[:2] == ["node", "--test"]:
        return shlex.join(words)
    locks = (("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun run"))
    manager = next((name for lock, name in locks if (root / lock).is_file()), "npm")
    return f"{manager} test"
