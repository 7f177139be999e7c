"""The short form of ``python -m tests.campaigns.planted``."""

from __future__ import annotations

from tests.campaigns.planted import __main__ as planted
from tests.campaigns.planted import wordings

# What `verify` finds today of the lies below, by group. A floor may only rise.
FLOORS = {
    "number": 37,
    "sentence": 40,
    "result": 13,
    "invented": 6,
    "swapped": 17,
    "append": 7,
    "validate": 19,
}
# What it accuses of what is true: the plans as they are, and true sentences put in. It may only fall.
ACCUSED = 1


def test_planted_lies_are_found() -> None:
    table = planted.campaign(count=90, seed=1, versions=0)
    print(table, table.summary(), sep="\n")
    found = {
        group: sum(table.numbers[group, "all"][f"{half} found"] for half in planted.HALVES)
        for group in (*planted.GROUPS, *planted.GUARDS)
    }
    assert {group: n for group, n in found.items() if n < FLOORS[group]} == {}
    assert table.totals["false"] + table.totals["true accused"] <= ACCUSED


def test_each_wording_stands_in_the_file_of_its_half() -> None:
    rows = [
        row
        for group in ("number", "sentence", "result", "invented")
        for row in wordings.rows(group)
    ]
    assert [row for row in rows if row.half != wordings.half_of(row.text)] == []
    assert len({row.text for row in rows}) == len(rows)
    assert len({(row.group, row.kind) for row in rows}) >= 30
    assert len(wordings.rows("sentence")) >= 120
