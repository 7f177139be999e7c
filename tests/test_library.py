"""The library: its page has an example of every function, and each example runs."""

from __future__ import annotations

import doctest
import subprocess
import sys

import pytest

import ledger
from tests.support.places import ROOT
from tests.support.repository import Repository

PAGE = ROOT / "docs/reference/library.md"


def test_every_example_runs(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path)
    text = PAGE.read_text("utf-8").replace("\n```\n", "\n\n")
    examples = doctest.DocTestParser().get_doctest(text, {}, "library.md", str(PAGE), 0)
    told: list[str] = []
    failed, tried = doctest.DocTestRunner().run(examples, out=told.append, clear_globs=False)
    assert not failed, "".join(told)
    assert tried > 30


@pytest.mark.parametrize("name", [name for name in ledger.__all__ if name != "__version__"])
def test_every_function_has_an_example_and_says_what_it_does(name: str) -> None:
    assert f"ledger.{name}(" in PAGE.read_text("utf-8")
    function = getattr(ledger, name)
    assert function.__doc__
    assert function.__module__ == f"ledger.commands.{name}"


def test_a_name_stays_a_function_when_the_room_of_that_name_is_loaded() -> None:
    code = (
        "import ledger, ledger.run.process, ledger.evidence.model; "
        "assert callable(ledger.run) and callable(ledger.evidence); "
        "from ledger.run import process; print(process.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "ledger.run.process\n"


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = ledger.nonsense
    assert "append" in dir(ledger)
