"""Names say what a thing is: a match, a finding, an attempt. A word that fits every value names none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.test_house import MODULES

INSTEAD = {
    "found": "what it is: a match, findings, a path",
    "one": "the noun of what is gone through: an item, an action, a line",
    "said": "the text, the statement or the wording",
    "told": "the message, the totals or the reasons",
    "held": "the lease, the hold or what is kept",
    "meant": "what is expected, or the candidates",
    "named": "the names, or what has them",
}


def nameless(tree: ast.AST) -> Iterator[str]:
    """Functions, parameters and variables that are called one of these. Fields are left out:
    those of models are the JSON contract."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                pass
            case ast.Name(id=name, ctx=ast.Load()) | ast.Name(id=name, ctx=ast.Store()):
                pass
            case _:
                continue
        if name.lower().strip("_") in INSTEAD and id(node) not in fields(tree):
            yield f"line {node.lineno}: {name} ({INSTEAD[name.lower().strip('_')]})"


def fields(tree: ast.AST) -> set[int]:
    return {
        id(statement.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
    }


def test_a_name_says_what_it_is() -> None:
    assert {file: lines for file, tree in MODULES.items() if (lines := [*nameless(tree)])} == {}


@pytest.mark.parametrize(
    "code",
    [
        "for one in items: pass",
        "found = PATTERN.match(line)",
        "def _told(summary): ...",
        "class Meant: ...",
        "lambda said: said.lower()",
        "def items(*, named): ...",
    ],
)
def test_a_name_that_fits_everything_would_be_noticed(code: str) -> None:
    assert [*nameless(ast.parse(code))]


def test_a_field_of_a_model_stays() -> None:
    assert not [*nameless(ast.parse("class Check(Model):\n    said: str = ''"))]
