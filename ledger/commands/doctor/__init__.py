"""Whether all that a fix plan needs is in order: the file, its settings, git, the hook, the merge
driver, the archive and what it cites. Nothing is changed.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

from ledger import config
from ledger.commands import locating, validate
from ledger.commands.doctor import archive, plan, surroundings
from ledger.commands.doctor.check import Area, Check, Problem
from ledger.commands.repairing import Repaired
from ledger.config import Config
from ledger.errors import LedgerError, UnreadableInput, why
from ledger.plan import reader
from ledger.plan.model import Ledger
from ledger.rules import fixes

__all__ = ["Area", "Check", "Diagnosis", "Problem", "Verdict", "diagnose"]

Verdict = Literal["in order", "to mend", "unreadable"]
_NOT_THERE: Final = frozenset({"no-ledger", "no-such-file"})


class Diagnosis(NamedTuple):
    """What each check found. ``path`` is the fix plan, None where there is none. ``repair`` is
    what was mended before, if anything."""

    path: str | None
    verdict: Verdict
    checks: tuple[Check, ...]
    repair: Repaired | None = None


def diagnose(here: Path, given: Path | None = None) -> Diagnosis:
    """Look at the fix plan of the folder ``here``, or at ``given``, and at what is around it.

    What cannot be read, the fix plan and its settings included, is a problem and no error.
    """
    try:
        found = config.find(here, given)
    except LedgerError as error:
        area: Area = "ledger" if error.code in _NOT_THERE else "configuration"
        means, mend = "Nothing else can be looked at without it.", error.hint
        if error.code in _NOT_THERE:
            others = locating.plans(here) if given is None else []
            mend = f"ledger init --ledger {shlex.quote(others[0])}" if others else "ledger init"
            means += f" {others[0]} looks like one." if others else ""
        problem = Problem(error.message, means, mend)
        return Diagnosis(None, "unreadable", (Check(area, "", (problem,)),))
    try:
        ledger = _read(found)
    except LedgerError as error:
        said = Problem(error.message, "No command can work with it.", error.hint or "ledger init")
        checks = (Check("ledger", "", (said,)), *_around(found, None))
        return Diagnosis(found.ledger_path, "unreadable", checks)
    findings = validate.faults(found, ledger)
    checks = (
        plan.ledger(ledger, found, findings),
        plan.findings(findings, fixes.offered(ledger)),
        *_around(found, ledger),
        plan.artifacts(ledger, findings),
    )
    is_well = not any(one.is_bad for check in checks for one in check.problems)
    return Diagnosis(found.ledger_path, "in order" if is_well else "to mend", checks)


def _around(found: Config, ledger: Ledger | None) -> Iterator[Check]:
    """The checks of what is around the file. One that git keeps from being made says so."""
    looks: tuple[tuple[Area, Callable[[], Check]], ...] = (
        ("configuration", lambda: surroundings.configuration(found)),
        ("git", lambda: surroundings.git(found)),
        ("hook", lambda: surroundings.hook(found)),
        ("merge driver", lambda: surroundings.merge_driver(found)),
        ("archive", lambda: archive.archive(found, ledger)),
    )
    for area, look in looks:
        try:
            yield look()
        except LedgerError as error:
            yield Check(
                area, "", (Problem(error.message, "It could not be looked at.", error.hint),)
            )


def _read(found: Config) -> Ledger:
    try:
        return reader.read(found.ledger.read_bytes(), conventions=found.own)
    except FileNotFoundError:
        raise UnreadableInput("no-such-file", f"{found.ledger_path}: no such file") from None
    except OSError as error:
        said = f"{found.ledger_path}: {why(error)}"
        raise UnreadableInput("cannot-read", said) from error
