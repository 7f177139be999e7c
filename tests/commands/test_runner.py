"""The command that runs a project's tests, as its files tell it, and the reports it is asked for."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ledger.commands.runner import proposal
from ledger.run.command import with_reporter


def package(script: str) -> str:
    return json.dumps({"scripts": {"test": script}})


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({}, ""),
        ({"README.md": "run pytest"}, ""),
        ({"pyproject.toml": "[tool.pytest.ini_options]"}, "pytest"),
        ({"tests/test_a.py": "def test_a(): pass"}, "pytest"),
        ({"tests/test_a.py": "import unittest"}, "python -m unittest discover -v -s tests"),
        ({"test_a.py": "import unittest"}, "python -m unittest discover -v"),
        ({"tests/test_a.py": "import unittest", "tests/test_b.py": "import pytest"}, "pytest"),
        ({"tox.ini": "[tox]"}, "tox"),
        ({"noxfile.py": "import nox"}, "nox"),
        ({"package.json": package("jest")}, "npx jest"),
        ({"package.json": package("jest --ci 'a b'")}, "npx jest --ci 'a b'"),
        ({"package.json": package("vitest")}, "npx vitest run"),
        ({"package.json": package("vitest run --coverage")}, "npx vitest run --coverage"),
        ({"package.json": package("mocha")}, "npx mocha"),
        ({"package.json": package("node --test test/")}, "node --test test/"),
        ({"package.json": package("tsc && jest")}, "npm test"),
        ({"package.json": package("ava"), "pnpm-lock.yaml": ""}, "pnpm test"),
        ({"package.json": package("NODE_ENV=test jest"), "yarn.lock": ""}, "yarn test"),
        ({"package.json": package('echo "Error: no test specified" && exit 1')}, ""),
        ({"package.json": package(""), "Cargo.toml": ""}, "cargo test"),
        ({"package.json": '{"scripts": ["test"]}', "go.mod": ""}, "go test ./..."),
        ({"package.json": '{"test', "Makefile": "all:\ntest: all\n"}, "make test"),
        ({"Makefile": "retest:\n"}, ""),
        ({"Gemfile": 'gem "rspec"'}, "bundle exec rspec"),
        ({"phpunit.xml.dist": "<phpunit/>"}, "vendor/bin/phpunit"),
        (
            {"CMakeLists.txt": "enable_testing()"},
            "ctest --test-dir build --output-on-failure",
        ),
        ({"test/all.bats": ""}, "bats test"),
        ({"shop.sln": ""}, "dotnet test --logger trx"),
    ],
)
def test_the_command_by_the_files(tmp_path: Path, files: Mapping[str, str], command: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert proposal(tmp_path) == command


JEST = "--json --outputFile=out/jest.json"
VITEST = "--reporter=default --reporter=json --outputFile.json=out/vitest.json"
NODE = (
    "--test-reporter=spec --test-reporter-destination=stdout "
    "--test-reporter=tap --test-reporter-destination=out/node.tap"
)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("jest", f"jest {JEST}"),
        ("npx jest --ci src", f"npx jest {JEST} --ci src"),
        ("npx --yes jest", f"npx --yes jest {JEST}"),
        ("pnpm exec jest a", f"pnpm exec jest {JEST} a"),
        ("yarn jest", f"yarn jest {JEST}"),
        ("timeout 60 env CI=1 node_modules/.bin/jest", None),
        ("jest --json", None),
        ("jest --outputFile=x.json", None),
        ("jest --watch", None),
        ("npx vitest run a", f"npx vitest run {VITEST} a"),
        ("vitest", None),  # it may go on watching
        ("vitest bench", None),
        ("vitest run --reporter=verbose", None),
        ("go test ./...", "go test -v ./..."),
        ("go test -json ./...", None),
        ("go test -c ./x", None),
        ("go vet ./...", None),
        ("go build", None),
        ("node --test", f"node --test {NODE}"),
        ("node --test --test-reporter=dot", None),
        ("node server.js --test", None),
        ("npm test", None),
        ("npm exec jest", None),  # npm would take the options
        ("cargo test", None),
        ("sh -c jest", None),
        ("echo jest", None),
    ],
)
def test_a_reporter_is_added_where_that_is_safe(given: str, made: str | None) -> None:
    words = given.split()
    if given.startswith("timeout"):
        made = f"timeout 60 env CI=1 node_modules/.bin/jest {JEST}"
    assert with_reporter(words, Path("out")) == (made or given).split()
