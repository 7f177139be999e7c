"""A regular expression of more than 60 characters has an example beside it, which it matches:
``# e.g. "90 seconds", "2 GiB"`` above it, or behind one of its lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.test_house import MODULES, PACKAGE

OBVIOUS = 60
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')  # "an example", "\"quoted\""
ESCAPES = {'\\"': '"', "\\n": "\n", "\\t": "\t", "\\x1b": "\x1b"}


def compiled(tree: ast.Module, names: dict[str, object]) -> Iterator[tuple[int, int, re.Pattern]]:
    """The first line and the last of each pattern, with what leads to it, and the pattern. Those
    that a function makes of its arguments have none."""
    starts = {
        id(value): key.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if key
    }
    starts |= {
        id(node.value): node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            try:
                pattern = eval(compile(ast.Expression(node), "pattern", "eval"), names)  # noqa: S307
            except NameError:
                continue
            yield starts.get(id(node), node.lineno), node.end_lineno or 0, pattern


def examples(lines: list[str], start: int, end: int) -> set[str]:
    """What stands in quotes in the comments above ``start``, or behind the lines to ``end``. An
    example may go on in the next comment."""
    top = start
    while top > 1 and lines[top - 2].lstrip().startswith("#"):
        top -= 1
    comments = [line.strip().removeprefix("#").strip() for line in lines[top - 1 : start - 1]]
    comments += [line.partition("  # ")[2] for line in lines[start - 1 : end]]
    return {
        re.sub(r'\\(?:["nt]|x1b)', lambda match: ESCAPES[match[0]], quoted)
        for between in ("", " ")
        for quoted in QUOTED.findall(between.join(comments))
    }


def is_shown(pattern: re.Pattern, texts: set[str]) -> bool:
    """Whether it matches an example, and not for nothing."""
    if isinstance(pattern.pattern, bytes):
        found = [pattern.search(text.encode()) for text in texts]
        return any(match and match[0] for match in found)
    is_aside = pattern.search("") is None  # it only looks ahead
    return any(match and (match[0] or is_aside) for match in map(pattern.search, texts))


def unshown(source: str, names: dict[str, object]) -> Iterator[str]:
    lines = source.split("\n")
    for start, end, pattern in compiled(ast.parse(source), names):
        is_long = len(pattern.pattern) > OBVIOUS
        if is_long and not is_shown(pattern, examples(lines, start, end)):
            yield f"line {start}: {str(pattern.pattern)[:OBVIOUS]}"


SOURCES = {name: (PACKAGE / name).read_text("utf-8") for name in MODULES}


@pytest.mark.parametrize("name", [name for name in SOURCES if "re.compile" in SOURCES[name]])
def test_a_long_pattern_has_an_example(name: str) -> None:
    parts = ["ledger", *name.removesuffix(".py").split("/")]
    module = import_module(".".join(parts).removesuffix(".__init__"))
    assert [*unshown(SOURCES[name], {**vars(module)})] == []


LONG = "A = re.compile(r'\\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\\b')"


@pytest.mark.parametrize(
    ("comment", "is_enough"),
    [('# e.g. "monday"\n', True), ('# e.g. "never"\n', False), ("# a day\n", False), ("", False)],
)
def test_a_pattern_without_one_would_be_noticed(comment: str, is_enough: bool) -> None:
    assert (not [*unshown(f"{comment}{LONG}", {"re": re})]) is is_enough
