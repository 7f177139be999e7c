"""``run.json``: what a bundle of ``ledger run`` claims of itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ledger.errors import UnreadableInput
from ledger.evidence.model import Completeness, Repeats
from ledger.evidence.part import Part, decode, file_name
from ledger.plan.text import one_line

NAME = "run.json"
_ASIDE = frozenset({"retried", "rounds"})
_STATES: dict[str, Completeness] = {
    "ended": "complete",
    "timeout": "timeout",
    "running": "incomplete",
    "interrupted": "incomplete",
}
_MOST = 10_000  # words for earlier tries


class OwnRunReader:
    """Reads the claim. What is not claimed to have ended is incomplete."""

    name = "run"

    def matches(self, name: str, sample: bytes) -> bool:
        """By its name and its mark."""
        return file_name(name) == NAME and b'"ledger_run"' in sample

    def read(self, data: bytes, name: str) -> Part:
        """State, start and repetitions. Raises ``UnreadableInput`` where it is no such claim."""
        try:
            said = json.loads(decode(data))
            state = _STATES[said["state"]]
            reason = one_line(str(said["reason"]))[:500]
            started = str(said["started"])[:40]
            without_tests = said["is_pytest"] is False
            repeats = _repeats(said["rounds"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UnreadableInput(
                "claim-unreadable",
                f"{name}: expected what `ledger run` writes, found something else",
                "give the bundle as it was written",
            ) from error
        if state == "complete" and repeats.run < repeats.planned:
            state, reason = "incomplete", f"{repeats.run} of {repeats.planned} rounds were run"
        return Part(
            self.name,
            name,
            started=started or None,
            completeness=state,
            reason=reason,
            without_tests=without_tests or repeats.planned > 1,
            repeats=repeats,
        )


def _repeats(said: dict[str, Any]) -> Repeats:
    planned, run, passes, first = (
        said[name] for name in ("planned", "run", "passes", "first_try_passes")
    )
    retried = said["retried"]
    numbers = (planned, run, passes, first)
    if not all(type(number) is int for number in numbers) or not isinstance(retried, list):
        raise TypeError
    if not 0 <= first <= passes <= run <= planned:
        raise ValueError
    return Repeats(
        planned=planned,
        run=run,
        passes=passes,
        first_try_passes=first,
        retried=tuple(one_line(str(w))[:40] for w in retried[:_MOST]),
    )


def own(names: Sequence[str]) -> list[bool]:
    """Which of the files of a run are its own: not those of earlier tries and single rounds,
    which lie in folders of these names beside a claim."""
    homes = {name.rpartition("/")[0] for name in names if name.rpartition("/")[2] == NAME}
    if not homes:
        return [True] * len(names)
    return [not _is_aside(name.split("/"), homes) for name in names]


def _is_aside(parts: list[str], homes: set[str]) -> bool:
    return any(
        part in _ASIDE and "/".join(parts[:at]) in homes for at, part in enumerate(parts[:-1])
    )
