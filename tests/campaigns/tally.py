"""The frame of a campaign that makes inputs of known outcomes: its options, halves, table and exit code.

Odd seeds are held back: what differs is counted, and only inputs of even seeds are shown, so that
whoever mends the tool does not mend it for the inputs that measure it.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

HALVES = ("even", "odd")
EVERY = "all"

Key = tuple[str, str]
"""A row, or `*` for each of them, and a kind of difference."""


def parser_of(description: str | None, count: int) -> argparse.ArgumentParser:
    """The options that all of them have."""
    options = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter
    )
    options.add_argument("--count", type=int, default=count)
    options.add_argument("--seed", type=int, default=1)
    return options


def key_of(known: Collection[Key], row: str, difference: str) -> Key:
    """How `known` names a difference: of every row, or of one, whatever stands in brackets behind it."""
    every = ("*", difference)
    return every if every in known else (row.partition(" (")[0], difference)


class Tally:
    """What came out of each row of the table, and the inputs of the even half that differ."""

    def __init__(self, head: str, *columns: str, known: Collection[Key] = ()) -> None:
        self.head = head
        self.columns = (*columns, *HALVES)
        self.known = known
        self.numbers: dict[str, Counter[str]] = defaultdict(Counter)
        self.kinds: dict[str, Counter[str]] = defaultdict(Counter)
        self.examples: dict[Key, list[str]] = defaultdict(list)
        self.fresh: Counter[Key] = Counter()

    def add(
        self,
        rows: Iterable[str],
        seed: int,
        differences: Iterable[str],
        example: str = "",
        **numbers: int,
    ) -> None:
        """Count an input in these rows, how it differs, and the numbers of the other columns."""
        half, found, own = HALVES[seed % 2], sorted(set(differences)), set(rows)
        for row in own | {EVERY}:
            self.numbers[row].update({**numbers, half: bool(found)})
            self.kinds[row].update(found)
            for kind in found if half == "even" else ():
                self.examples[row, kind].append(example)
        self.fresh.update(
            (row, kind)
            for row in own
            for kind in found
            if key_of(self.known, row, kind) not in self.known
        )

    def __str__(self) -> str:
        """A line for each row, the sum last."""
        width = max(map(len, [self.head, *self.numbers]))
        lines = [
            " ".join([f"{self.head:{width}}", *(f"{c:>8}" for c in self.columns), " differences"])
        ]
        for row in [*sorted(self.numbers.keys() - {EVERY}), EVERY]:
            numbers = (f"{self.numbers[row][column]:8}" for column in self.columns)
            kinds = ", ".join(f"{kind} {count}" for kind, count in self.kinds[row].most_common())
            lines.append(" ".join([f"{row:{width}}", *numbers, f" {kinds}"]))
        return "\n".join(lines)

    def save(self, folder: Path, suffix: str) -> None:
        """Write the shortest input that shows each kind of difference in each row."""
        folder.mkdir(parents=True, exist_ok=True)
        for (row, kind), texts in self.examples.items():
            if row != EVERY:
                name = f"{row}-{kind}".replace(" ", "-")
                (folder / f"{name}{suffix}").write_text(min(texts, key=len), encoding="utf-8")

    def exit_code(self) -> int:
        """1 where something differs that is not known, which is named."""
        for (row, kind), count in sorted(self.fresh.items()) if self.known else ():
            print(f"not known: {row}, {kind}: {count}")
        return int(bool(self.fresh))
