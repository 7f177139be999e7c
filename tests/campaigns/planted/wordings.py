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
from pathlib import Path

from tests.campaigns.planted import view as views
from tests.campaigns.planted.view import CONDITIONS, View

DATA = Path(__file__).resolve().parents[2] / "data" / "lies"
HALVES = ("even", "odd")
"""The seen half and the unseen one."""
FILES = {"even": "seen.tsv", "odd": "unseen.tsv"}
# `one failures`, when chance took one
ONE = re.compile(r"\b(1|[Oo]ne) (test|failure|round|case|minute|regression|skip)s\b")
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
        if not all(CONDITIONS[name](view) for name in self.when):
            return False
        try:
            self.told(view, random.Random(0), lie=True)
            if self.group == "number":
                self.told(view, random.Random(0), lie=False)
        except views.Unknown:
            return False
        return True

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
        for line in (DATA / file).read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            name, kind, when, text = line.split("\t")
            if name == group:
                found.append(
                    Row(name, kind, tuple(when.split(",")), text.replace("\\n", "\n"), half)
                )
    return tuple(found)
