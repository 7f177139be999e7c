"""English that somebody would say aloud, in what the package prints, in docstrings and comments.

Each phrase below was there, is correct and would be said by nobody: it came from another language.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.test_house import PACKAGE

INSTEAD = {
    r"\bheld against\b": "checked against, compared with",
    r"\btells? of\b": "mentions, reports",
    r"\b(?:is|are) told(?! (?:to|apart|from|who|whose|what|that|not|it)\b)": "is reported",
    r"\b(?:cannot|can|could|to) be told(?! (?:to|apart)\b)": "is unclear, can be known",
    r"\bstands? (?:below|above|before|behind|there|in|on|beside|between|under|among)\b(?! for\b)": "is",
    r"\bthat it is none\b": "that it is not one",
}
LISTS = {
    "plan/statements/lexicon.py",  # words that plans are read by
    "commands/agents.py",  # another wording of the instructions is another version of them
}


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """What is said in words: strings that are no patterns, docstrings and comments."""
    for node in ast.walk(ast.parse(source)):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and " " in node.value and "(?" not in node.value:
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith("# e.g. "):
            yield token.start[0], token.string


def translated(source: str) -> Iterator[str]:
    for line, text in sentences(source):
        for pattern, instead in INSTEAD.items():
            if match := re.search(pattern, " ".join(text.split()), re.IGNORECASE):
                yield f"line {line}: {match[0]!r}: {instead}"


def test_nobody_would_say_that() -> None:
    files = {file.relative_to(PACKAGE).as_posix(): file for file in sorted(PACKAGE.rglob("*.py"))}
    assert {
        name: phrases
        for name, file in files.items()
        if name not in LISTS and (phrases := [*translated(file.read_text("utf-8"))])
    } == {}


@pytest.mark.parametrize(
    "source",
    [
        "message = f'{run} tells of no result'",
        "'''The claims held against the runs.'''",
        "x = 1  # the time cannot be told",
        "'''What stands\n    below it.'''",
    ],
)
def test_a_phrase_would_be_noticed(source: str) -> None:
    assert [*translated(source)]


@pytest.mark.parametrize(
    "source", ["'''A reason stands in for evidence.'''", "'''Git is told to look elsewhere.'''"]
)
def test_english_is_left_alone(source: str) -> None:
    assert not [*translated(source)]
