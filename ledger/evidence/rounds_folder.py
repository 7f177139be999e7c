"""Rounds from where they lie: a report in Markdown, or a folder of run folders."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ledger.errors import UnreadableInput
from ledger.evidence.crashes import groups
from ledger.evidence.model import Crash, Evidence
from ledger.evidence.outputs import read_run
from ledger.evidence.rounds_model import Round, RoundResult, RoundsReport
from ledger.evidence.rounds_report import MAX_BYTES, read_report
from ledger.git.files import Files, WorkTree

MAX_FOLDERS = 2000

_DIGITS = re.compile(r"(\d{1,18})")


def read_rounds(place: Path, shown: str) -> RoundsReport:
    """Read the report or folder at ``place``, which messages call ``shown``. Raises
    ``UnreadableInput`` where it is neither, too large, or holds no rounds."""
    try:
        real = Path(os.path.realpath(place))
        is_folder = real.is_dir()
    except ValueError as error:
        raise UnreadableInput("run-unreadable", f"expected a path: {error}") from error
    if is_folder:
        return read_folder(WorkTree(real), shown)
    try:
        data = WorkTree(real.parent).read(real.name, MAX_BYTES)
    except UnreadableInput as error:
        if error.code != "too-large":
            raise
        raise UnreadableInput(
            "rounds-unreadable",
            f"{shown}: expected a report of rounds, at most {MAX_BYTES >> 20} MB",
            "give the report, or the folder that holds the rounds",
        ) from error
    return read_report(data, shown)


def read_folder(files: Files, shown: str) -> RoundsReport:
    """Each folder directly inside is one round, in the order of the numbers in their names.
    Files beside them are not looked at."""
    names = {entry.path.partition("/")[0] for entry in files.below("") if "/" in entry.path}
    if not names:
        raise UnreadableInput(
            "rounds-unreadable",
            f"{shown}: expected a folder for each round, found none",
            "give a folder of run folders, or a report in Markdown",
        )
    if len(names) > MAX_FOLDERS:
        raise UnreadableInput(
            "rounds-unreadable", f"{shown}: expected at most {MAX_FOLDERS} rounds, found more"
        )
    rounds: list[Round] = []
    crashes: list[tuple[str, Crash]] = []
    command = None
    for name in sorted(names, key=_order):
        evidence = read_run(files, name)
        rounds.append(_round(name, evidence))
        command = command or evidence.command
        # One run crashes once: what several of its files tell is the same death.
        crashes += [(name, crash) for crash in evidence.crashes[:1]]
    units = {"duration": "s"} if any(found.metrics for found in rounds) else {}
    return RoundsReport(shown, tuple(rounds), command, units=units, crashes=groups(crashes))


def _order(name: str) -> list[tuple[int, int, str]]:
    """Numbers by their value: ``round_2`` before ``round_10``."""
    parts = _DIGITS.split(name)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _round(name: str, evidence: Evidence) -> Round:
    said = f"{evidence.completeness}: {evidence.reason}" if evidence.reason else ""
    if evidence.totals:
        counted = evidence.totals
        said = f"{counted.passed} passed, {counted.failed + counted.errors} failed; {said}"
    seconds = evidence.duration_s if evidence.duration_s is not None else evidence.elapsed_s
    return Round(
        name=name,
        result=result_of(evidence),
        result_text=evidence.completeness,
        retries=None if evidence.repeats is None else len(evidence.repeats.retried),
        metrics={} if seconds is None else {"duration": seconds},
        note=said.strip("; "),
    )


def result_of(evidence: Evidence) -> RoundResult:
    """How one run went. It passed where it came to its end, some test passed and none failed,
    or where a run without tests left exit code 0. What its outputs leave open is unknown."""
    totals, code = evidence.totals, evidence.exit_code
    if evidence.completeness in ("crashed", "timeout") or code not in (None, 0):
        return "fail"
    if totals is not None:
        if totals.failed + totals.errors:
            return "fail"
        return "pass" if evidence.completeness == "complete" and totals.passed else "unknown"
    if evidence.completeness == "failed" or evidence.crashes:
        return "fail"
    told = evidence.reason == _NO_TESTS or evidence.completeness == "complete"
    return "pass" if code == 0 and told else "unknown"


_NO_TESTS = "no test results"
