"""English that somebody would say aloud: in what the package prints, docstrings, comments and docs.

Each phrase below was there, is correct and would be said by nobody: it came from another language.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

import pytest

from tests.support.places import ROOT
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


def prose(page: str) -> Iterator[tuple[int, str]]:
    """The lines of a page outside of fences, which show what commands print."""
    is_code = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code:
            yield number, line


def translated(lines: Iterable[tuple[int, str]]) -> Iterator[str]:
    for line, text in lines:
        for pattern, instead in INSTEAD.items():
            if match := re.search(pattern, " ".join(text.split()), re.IGNORECASE):
                yield f"line {line}: {match[0]!r}: {instead}"


def test_nobody_would_say_that() -> None:
    files = {file.relative_to(PACKAGE).as_posix(): file for file in sorted(PACKAGE.rglob("*.py"))}
    assert {
        name: phrases
        for name, file in files.items()
        if name not in LISTS and (phrases := [*translated(sentences(file.read_text("utf-8")))])
    } == {}


def test_nobody_would_say_that_on_a_page() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    assert {
        page.name: phrases
        for page in pages
        if page.name != "fix_plan.md"  # what was said in it stays
        and (phrases := [*translated(prose(page.read_text("utf-8")))])
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
    assert [*translated(sentences(source))]


@pytest.mark.parametrize(
    "source", ["'''A reason stands in for evidence.'''", "'''Git is told to look elsewhere.'''"]
)
def test_english_is_left_alone(source: str) -> None:
    assert not [*translated(sentences(source))]
