"""Wordings: sentences with gaps, in two halves by their own hash, and the filling of the gaps.

The files are ``tests/data/said/NAME-even.txt`` and ``NAME-odd.txt``. A line ``## kind | word ...`` says what
the wordings below it are about and which facts of a run make them true; each other line is a wording.
The odd half is held back: whoever mends the tool does not read it, and nothing of it is ever printed but
figures. A wording in the wrong file is an error, so that a new one goes where its hash says.

A gap is `{name}` or `{name:form}`; the forms are in ``form_of``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from string import Formatter
from typing import Any

from tests.support.repository import DATA

HALVES = ("even", "odd")
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
VERBS = {
    "is": "are",
    "was": "were",
    "remains": "remain",
    "fails": "fail",
    "has": "have",
    "errors": "error",
    "passes": "pass",
}


class Unfit(Exception):
    """This wording cannot speak of this run: it lacks what the wording names."""


@dataclass(frozen=True)
class Wording:
    """A sentence with gaps."""

    kind: str
    heads: tuple[str, ...]
    """What stands behind the kind, between bars."""
    text: str

    @property
    def half(self) -> str:
        """`even`, which may be seen, or `odd`, which is held back."""
        return half_of(self.text)

    @property
    def facts(self) -> frozenset[str]:
        """What must be true of a run for the sentence to be true of it."""
        return frozenset(self.heads[0].split()) - {"any", "other"} if self.heads else frozenset()


def half_of(text: str) -> str:
    """The half of a wording."""
    return HALVES[hashlib.sha256(text.encode()).digest()[0] % 2]


@cache
def wordings(name: str, halves: tuple[str, ...] = HALVES) -> list[Wording]:
    """Those of a file pair, in order."""
    return [one for half in halves for one in _read(name, half)]


def _read(name: str, half: str) -> Iterator[Wording]:
    kind, heads = "", ()
    for line in (DATA / "said" / f"{name}-{half}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            kind, *heads = (part.strip() for part in line.removeprefix("## ").split(" | "))
        elif line and not line.startswith("# "):
            text = line.replace("\\n", "\n")
            assert half_of(text) == half, f"this wording belongs to the other half: {line}"
            yield Wording(kind, tuple(heads), text)


class _Gaps(Formatter):
    """Fills gaps by the forms below, and by Python's own."""

    def format_field(self, value: Any, format_spec: str) -> str:
        form, _, noun = format_spec.partition(" ")
        if form in FORMS:
            return FORMS[form](value, noun)
        return str(super().format_field(value, format_spec))


def filled(text: str, values: Mapping[str, object]) -> str:
    """The sentence about a run."""
    try:
        return _Gaps().vformat(text, (), values)
    except (KeyError, IndexError) as error:
        raise Unfit(str(error)) from error


def names_in(text: str) -> set[str]:
    """The values that a wording's gaps name."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _word(value: Any, noun: str = "") -> str:
    return NUMBERS[value] + (f" {_nouns(value, noun)}" if noun else "")


def _nouns(value: int, noun: str) -> str:
    return noun if value == 1 else f"{noun}s"


def _clock(value: float, _: str) -> str:
    minutes, seconds = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _positive(value: int) -> int:
    if value <= 0:
        raise Unfit("nothing below it")
    return value


FORMS: dict[str, Callable[[Any, str], str]] = {
    # How a number is written: `{failed:n test}` is "2 tests", `{failed:W test}` "Two tests".
    "n": lambda value, noun: f"{value} {_nouns(value, noun)}",
    "w": _word,
    "word": _word,
    "W": lambda value, noun: _upper(_word(value, noun)),
    "Word": lambda value, noun: _upper(_word(value, noun)),
    "below": lambda value, _: str(_positive((value - 1) // 10 * 10)),
    "above": lambda value, _: str(value + 2),
    "over": lambda value, _: str(value + 3),
    "hundreds": lambda value, _: f"{round(value, -2):,}",
    "hundredsbelow": lambda value, _: f"{_positive((value - 1) // 100 * 100):,}",
    "int": lambda value, _: str(round(value)),
    "min": lambda value, _: str(round(value / 60)),
    "upmin": lambda value, _: str(int(value / 60) + 2),
    "hours": lambda value, _: f"{value / 3600:.1f}",
    "clock": _clock,
    "ms": lambda value, _: f"{int(value // 60)} min {int(value % 60)} s",
    "shorter": lambda value, _: str(int(value * 0.9)),
    "longer": lambda value, _: str(int(value * 1.15) + 1),
    "mb": lambda value, _: str(round(value / 1024)),
    "gb": lambda value, _: f"{value / 1024 / 1024:.1f}",
} | {
    # `{failed:is}` agrees with the number: "is" or "are".
    form: lambda value, _, one=one, many=many: one if value == 1 else many
    for one, many in VERBS.items()
    for form in {one, many}
}


def others(rng: Random, collected: int) -> dict[str, object]:
    """Numbers and ids that have nothing to do with a run's own."""

    def hexes(length: int) -> str:
        # A letter and a digit at least: all digits would be a number, not an id.
        return f"{rng.choice('abcdef')}{rng.randrange(10)}" + "".join(
            rng.choice("0123456789abcdef") for _ in range(length - 2)
        )

    return {
        "xhash": hexes(64),
        "xmd5": hexes(32),
        "xsha": hexes(rng.randint(7, 9)),
        "xsha2": hexes(7),
        "xsha12": hexes(12),
        "xsha16": hexes(16),
        "xsha40": hexes(40),
        "xfew": rng.randint(2, 9),
        "xfew2": rng.randint(2, 9),
        "xn": rng.randint(11, 98),
        "xpart": rng.randint(5, max(6, collected // 2)),
        "xpart2": rng.randint(5, max(6, collected // 3)),
        "xlarge": collected + rng.randint(3, 90),
        "xsecs": round(rng.uniform(0.2, 300), rng.choice([1, 2])),
        "xsecs2": round(rng.uniform(0.2, 300), rng.choice([1, 2])),
        "xpct": rng.choice([round(rng.uniform(61, 99), 1), rng.randint(61, 99)]),
        "xpct2": rng.randint(50, 90),
    }
