"""The wordings of true figures and of lies, in two halves: whoever builds the tool reads only one.

A line of ``tests/data/lies/{seen,unseen}.tsv`` is group, kind, conditions and wording, with tabs between
them. A slot with a mark, ``{failed!}``, is what a lie changes; the conditions say of which runs the
wording can be told, or, of a sentence, of which it is false.
"""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass
from functools import cache

from tests.campaigns.planted import view as views
from tests.campaigns.planted.view import CONDITIONS, View
from tests.support.places import DATA

LIES = DATA / "lies"
HALVES = ("even", "odd")
"""The seen half and the unseen one."""
FILES = {"even": "seen.tsv", "odd": "unseen.tsv"}
# `one failures`, when chance took one
ONE = re.compile(r"\b(1|[Oo]ne) (test|failure|round|case|minute|regression|skip)s\b")
# Where a sentence of these kinds is true: what takes the place of the condition under which it is false.
TRUE = {
    "fail": ("green", "noskip", "noxfail"),
    "skip": ("noskip",),
    "newfail": ("nonew",),
    "otherset": ("sameset",),
    "othercount": ("samecount",),
    "over1m": ("under1m",),
    "over5m": ("under4m",),
    "over10m": ("under10m",),
    "over1h": ("under1h",),
}
TWINS = {
    "all pass",
    "no failure",
    "none skipped",
    "no new failure",
    "same as before",
    "exit",
    "too fast",
}
LIMIT = re.compile(r"\b(?:less|under|below|within|inside|at most|no more)\b|<", re.IGNORECASE)
SLOT = re.compile(r"\{(\w+)(!?)\}")


def half_of(wording: str) -> str:
    """Which half a wording belongs to, whatever values stand in it and however it is spelled."""
    plain = re.sub(r"\d+", "#", wording.lower()).strip(" .").replace("\n", "\\n")
    return HALVES[hashlib.sha256(plain.encode()).digest()[0] % 2]


@dataclass(frozen=True)
class Row:
    """One wording."""

    group: str
    kind: str
    when: tuple[str, ...]
    text: str
    half: str

    def fits(self, view: View) -> bool:
        """Whether it can be told of this run, truly and (with a changed slot) falsely."""
        lies = {True, False} if self.group == "number" else {True}
        return all(CONDITIONS[name](view) for name in self.when) and self._has_values(view, lies)

    def _has_values(self, view: View, lies: set[bool]) -> bool:
        try:
            for lie in lies:
                self.told(view, random.Random(0), lie)
        except views.Unknown:
            return False
        return True

    def is_true(self, view: View) -> bool:
        """Whether a sentence, told with the run's own values, is true of it."""
        if any(match[2] for match in SLOT.finditer(self.text)):
            return self.fits(view) and self._has_values(view, {False})
        if self.kind not in TWINS or (self.kind == "too fast" and not LIMIT.search(self.text)):
            return False
        wanted = [name for one in self.when for name in TRUE.get(one, (one,))]
        changed = any(one in TRUE for one in self.when)
        holds = changed and all(CONDITIONS[name](view) for name in wanted)
        return holds and self._has_values(view, {False})

    def words(self, view: View, rng: random.Random, lie: bool) -> str | None:
        """The wording; nothing where chance finds no value that is surely right, or wrong."""
        for _ in range(8):
            try:
                return self.told(view, rng, lie)
            except views.Unknown:
                continue
        return None

    def told(self, view: View, rng: random.Random, lie: bool) -> str:
        """The wording with the values of this run; a lie changes the marked slots."""
        text = SLOT.sub(
            lambda slot: views.value_of(slot[1], view, rng, lie and bool(slot[2])), self.text
        )
        return ONE.sub(r"\1 \2", re.sub(r"\b(1|[Oo]ne) tests (are|were|fail)\b", _single, text))


def _single(match: re.Match[str]) -> str:
    verb = {"are": "is", "were": "was", "fail": "fails"}[match[2]]
    return f"{match[1]} test {verb}"


@cache
def rows(group: str) -> tuple[Row, ...]:
    """The wordings of a group."""
    found = []
    for half, file in FILES.items():
        for line in (LIES / file).read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            name, kind, when, text = line.split("\t")
            if name == group:
                found.append(
                    Row(name, kind, tuple(when.split(",")), text.replace("\\n", "\n"), half)
                )
    return tuple(found)
