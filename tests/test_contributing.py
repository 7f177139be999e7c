"""The page for contributors names files and symbols that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import ROOT

PAGE = (ROOT / "docs" / "contributing.md").read_text("utf-8")
HOUSE, TABLE = PAGE.split("## Where a change goes")
# `ledger/plan/styles.py`: `style_of`, `attempt`
_PLACE = re.compile(r"`((?:ledger|tests)/[\w/]+\.py)`(?:: ((?:`\w+`(?:, )?)+))?")


def places() -> Iterator[tuple[str, str]]:
    """Each file of the table with each symbol behind it, which may be none."""
    for file, symbols in _PLACE.findall(TABLE):
        for symbol in re.findall(r"\w+", symbols) or [""]:
            yield file, symbol


def symbols(file: Path) -> set[str]:
    """The functions, classes and values that a module defines."""
    defined = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        defined |= {target.id for target in targets if isinstance(target, ast.Name)}
    return defined


@pytest.mark.parametrize(("file", "symbol"), list(places()))
def test_a_place_of_the_table_exists(file: str, symbol: str) -> None:
    assert (ROOT / file).is_file()
    assert not symbol or symbol in symbols(ROOT / file)


def test_the_table_has_the_usual_changes() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 15
    assert all(_PLACE.search(row) for row in rows)


def test_every_room_is_in_the_list() -> None:
    cells = [line.split("|")[1] for line in HOUSE.splitlines() if line.startswith("| `")]
    listed = set(re.findall(r"`(\w+)(?:/|\.py)`", " ".join(cells)))
    package = ROOT / "ledger"
    rooms = {one.stem for one in package.iterdir() if one.suffix == ".py" or one.is_dir()}
    assert {room for room in rooms if not room.startswith("__")} == listed
