"""One lie in a plan, and a plan with many lies in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Plant:
    """What stands in place of the lines from `start` up to `end`, and why it is a lie."""

    group: str
    kind: str
    wording: str
    start: int
    end: int
    lines: tuple[str, ...]
    where: tuple[int, ...]
    """Which of `lines` tell the lie."""
    lie: str
    truth: str
    half: str
    """`even` where builders see the wording, else `odd`."""


@dataclass(frozen=True)
class Planted:
    """The plan with its lies: its lines, where old lines stand now, and which lines tell which lie."""

    lines: list[str]
    moved: dict[int, int]
    lies: list[tuple[Plant, set[int]]]


def planted(lines: list[str], plants: Iterable[Plant]) -> Planted:
    """Put lies, which do not overlap, into a plan."""
    made: list[str] = []
    moved, lies, at = {}, [], 0
    for plant in sorted(plants, key=lambda one: (one.start, one.end)):
        for old in range(at, plant.start):
            moved[old + 1] = len(made) + 1
            made.append(lines[old])
        for old in range(plant.start, plant.end):
            moved[old + 1] = len(made) + 1 + min(old - plant.start, len(plant.lines) - 1)
        lies.append((plant, {len(made) + 1 + at for at in plant.where}))
        made += plant.lines
        at = plant.end
    for old in range(at, len(lines)):
        moved[old + 1] = len(made) + 1
        made.append(lines[old])
    return Planted(made, moved, lies)
