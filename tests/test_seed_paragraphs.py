"""Each paragraph of the two seed documents has a row, and each command in it exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.cli import COMMANDS
from ledger.plan import text
from tests.support import corpus
from tests.support.commands import call
from tests.support.repository import DATA
from tests.support.seeds import BRIEF, ROUNDS

PAGE = DATA / "seeds" / "paragraphs.md"
_ROW = re.compile(r"^\| (?P<line>\d+) \| (?P<words>.*?) \| (?P<served>.*) \|$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_OPTION = re.compile(r"--[a-z-]+")
_MARKS = re.compile("[`*|#>\u2705]")
PARTS = dict(zip((BRIEF, ROUNDS), PAGE.read_text("utf-8").split("\n## ")[1:], strict=True))


def rows(name: str) -> dict[int, tuple[str, str]]:
    """The rows about a document: the first words and what serves them, by line."""
    return {int(r["line"]): (r["words"], r["served"]) for r in _ROW.finditer(PARTS[name])}


def lines(name: str) -> list[str]:
    if not corpus.exists():
        pytest.skip(corpus.MISSING)
    said = (corpus.PLACE / "seeds" / name).read_text("utf-8")
    return [text.mend(line).line for line in said.split("\n")]


def paragraphs(document: list[str]) -> Iterator[int]:
    """The lines that a heading, paragraph, list, table or block of code begins on."""
    is_code = is_inside = False
    for number, line in enumerate(document, 1):
        is_code ^= line.strip().startswith("```")
        is_heading = line.startswith("#") and not is_code
        is_blank = not is_code and line.strip() in ("", "---")
        if is_heading or not (is_inside or is_blank):
            yield number
        is_inside = not (is_blank or is_heading)


@pytest.mark.parametrize("name", PARTS)
def test_each_paragraph_has_a_row(name: str) -> None:
    document, known = lines(name), rows(name)
    assert not {*paragraphs(document)} - known.keys()
    for number, (words, _) in known.items():
        said = " ".join(_MARKS.sub(" ", document[number - 1]).split()).removeprefix("- ")
        assert said.startswith(words.removesuffix(" \u2026")) or words == "code", number


@pytest.mark.parametrize("name", PARTS)
def test_each_command_of_a_row_exists(name: str, tmp_path: Path) -> None:
    codes = {code for _, served in rows(name).values() for code in _CODE.findall(served)}
    assert codes
    for code in sorted(codes):
        command, _, rest = code.partition(" ")
        if command not in COMMANDS:
            assert re.fullmatch(r"\w+\.(?:md|txt|log)", code), code  # a file of a run
            continue
        told = call(tmp_path, command, "--help").out
        assert all(option in told for option in _OPTION.findall(rest)), code


@pytest.mark.parametrize("name", PARTS)
def test_a_row_says_what_serves_it_or_why_nothing_does(name: str) -> None:
    for number, (_, served) in rows(name).items():
        is_served = bool(_CODE.search(served)) or served.startswith("a heading;")
        assert is_served or re.match(r"none: \w", served), number
