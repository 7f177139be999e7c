"""What the files of a run say, read without the tool: JUnit, pytest's last line, exit codes, times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from defusedxml import DefusedXmlException, ElementTree

COUNTS = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")
# `===== 8 failed, 540 passed, 2 xfailed in 1653.41s (0:27:33) =====`, or without the bars.
SUMMARY = re.compile(
    r"^=*[ \t]*((?:\d+ [a-z]+(?:, )?){1,8}) in ([\d.]+)s(?: \([\d:]+\))?[ \t]*=*$", re.MULTILINE
)
COLLECTED = re.compile(
    r"^(?:collected |collecting \.\.\. collected )?(\d+) (?:items|tests)\b", re.MULTILINE
)
EXIT = re.compile(r"^\s*(?:exit[ _-]?code\s*[:=]\s*|EXIT_CODE=)?(\d{1,3})\s*$", re.IGNORECASE)
LARGE = 8_000_000


@dataclass(frozen=True)
class Reading:
    """What one file says of a run; `None` is what it does not tell."""

    source: str
    counts: tuple[int, ...] | None = None
    seconds: float | None = None
    exit_code: int | None = None
    failing: frozenset[str] = frozenset()
    collected: int | None = None

    def count(self, name: str) -> int | None:
        """How many cases had this outcome."""
        return None if self.counts is None else self.counts[COUNTS.index(name)]

    @property
    def cases(self) -> int | None:
        """How many cases there were."""
        return None if self.counts is None else sum(self.counts)


@dataclass(frozen=True)
class Facts:
    """All that the files of an attempt's own runs say."""

    readings: tuple[Reading, ...]

    @cached_property
    def whole(self) -> tuple[Reading, ...]:
        """The readings that count cases."""
        return tuple(one for one in self.readings if one.counts is not None)

    def values(self, name: str) -> set[int]:
        """The values of one quantity, whichever file tells them."""
        if name == "exit_code":
            return {one.exit_code for one in self.readings if one.exit_code is not None}
        if name == "total":
            known = {one.cases for one in self.whole} | {one.collected for one in self.readings}
            known |= {(one.cases or 0) - (one.count("skipped") or 0) for one in self.whole}
            return {value for value in known if value is not None}
        return {value for one in self.whole if (value := one.count(name)) is not None}

    @cached_property
    def seconds(self) -> set[float]:
        """The times that are told."""
        return {one.seconds for one in self.readings if one.seconds is not None}

    @cached_property
    def rates(self) -> set[float]:
        """The percentages that the outcomes are of any whole that may be meant."""
        found = set()
        for one in self.whole:
            wholes = {
                *self.values("total"),
                (one.count("passed") or 0) + (one.count("failed") or 0),
            }
            for part in one.counts or ():
                found |= {100 * part / whole for whole in wholes if whole}
        return found

    @property
    def is_failing(self) -> bool:
        """Whether every run that tells it failed a test."""
        return bool(self.whole) and all(_bad(one) for one in self.whole)

    @property
    def is_green(self) -> bool:
        """Whether none of them failed a test, and some passed."""
        return bool(self.whole) and not any(
            _bad(one) or not one.count("passed") for one in self.whole
        )


def _bad(one: Reading) -> int:
    return (one.count("failed") or 0) + (one.count("errors") or 0)


@lru_cache(maxsize=20_000)
def readings_of(path: Path) -> tuple[Reading, ...]:
    """What this file says of a run; nothing where it is no output of a runner."""
    name = path.name.lower()
    if path.stat().st_size > LARGE:
        return ()
    if name.endswith(".xml"):
        return _junit(path)
    text = path.read_text(encoding="utf-8", errors="replace")
    if "exit" in name and name.endswith(".txt"):
        match = EXIT.match(text)
        return (Reading(str(path), exit_code=int(match[1])),) if match else ()
    if not name.endswith((".log", ".txt")):
        return ()
    return _log(path, text)


def _log(path: Path, text: str) -> tuple[Reading, ...]:
    found = []
    collected = COLLECTED.search(text)
    for match in SUMMARY.finditer(text):
        counts = dict.fromkeys(COUNTS, 0)
        for part in match[1].split(", "):
            number, _, word = part.partition(" ")
            word = "errors" if word == "error" else word
            if word in counts:
                counts[word] += int(number)
        whole = int(collected[1]) if collected else None
        found.append(Reading(str(path), tuple(counts.values()), float(match[2]), collected=whole))
    if not found and collected:
        found.append(Reading(str(path), collected=int(collected[1])))
    elapsed = re.search(r"Elapsed \(wall clock\).*?: (?:(\d+):)?(\d+):([\d.]+)", text)
    if elapsed:
        hours, minutes, seconds = (float(part or 0) for part in elapsed.groups())
        found.append(Reading(str(path), seconds=3600 * hours + 60 * minutes + seconds))
    real = re.search(r"^real\s+(?:(\d+)m)?([\d.]+)s?$", text, re.MULTILINE)
    if real:
        found.append(Reading(str(path), seconds=60 * float(real[1] or 0) + float(real[2])))
    return tuple(found)


def _junit(path: Path) -> tuple[Reading, ...]:
    try:
        root = ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, DefusedXmlException):
        return ()
    counts = dict.fromkeys(COUNTS, 0)
    failing = set()
    for case in root.iter("testcase"):
        kind = "passed"
        for child in case:
            if child.tag in {"failure", "error"}:
                kind = "failed" if child.tag == "failure" else "errors"
                failing.add(f"{case.get('classname')}::{case.get('name')}")
            elif child.tag == "skipped":
                kind = "xfailed" if child.get("type") == "pytest.xfail" else "skipped"
        counts[kind] += 1
    times = [float(suite.get("time") or 0) for suite in root.iter("testsuite")]
    if not sum(counts.values()):
        return ()
    return (Reading(str(path), tuple(counts.values()), sum(times), None, frozenset(failing)),)
