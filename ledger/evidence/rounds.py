"""Repeated rounds of one command, from a report in Markdown or a folder of run folders, and the
judgement over them: rates, streaks, batches, and whether a report's prose agrees with its own
rounds."""

import os
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger.errors import UnreadableInput, UsageError
from ledger.evidence import stats
from ledger.evidence.crash_groups import groups
from ledger.evidence.execution import CLAIM
from ledger.evidence.model import Crash, Evidence
from ledger.evidence.outputs import read_run
from ledger.evidence.rounds_claims import Tally, check, is_run, runs_of, select, streaks, tally
from ledger.evidence.rounds_model import (
    Batch,
    Earlier,
    Judgement,
    Metric,
    Order,
    RetryCount,
    Round,
    RoundResult,
    RoundsReport,
    Streak,
)
from ledger.evidence.rounds_report import MAX_BYTES, read_report
from ledger.evidence.stats import SMALLEST_DROP, compare
from ledger.git import process
from ledger.git.files import Files, WorkTree

MAX_FOLDERS = 2000

_DIGITS = re.compile(r"(\d{1,18})")
# `round_2`, `2`, but no stamp
_NUMBERED = re.compile(r"(\D{0,60})\d{1,6}(\D{0,60})")


def read_rounds(place: Path, shown: str) -> RoundsReport:
    """Read the report or folder at ``place``, which messages call ``shown``. Links are followed
    inside the repository around the current folder, elsewhere inside the folder itself. Raises
    ``UnreadableInput`` where it is neither, too large, or holds no rounds."""
    try:
        real = Path(os.path.realpath(place))
    except ValueError as error:
        raise UnreadableInput("run-unreadable", f"expected a path: {error}") from error
    root = process.top_of(Path.cwd())
    if root is None or not real.is_relative_to(root):
        root = real if real.is_dir() else real.parent
    files, path = WorkTree(root), real.relative_to(root).as_posix()
    if files.kind(path) == "folder":
        return read_folder(files, path, shown)
    return read_report(files.read(path, MAX_BYTES), shown)


def read_folder(files: Files, path: str, shown: str) -> RoundsReport:
    """Each folder directly inside is one round, in the order of the numbers in their names.
    Files beside them are not looked at. Of a bundle of `ledger run --rounds` it is ``rounds``."""
    if files.kind(f"{path}/{CLAIM}") == "file" and files.kind(f"{path}/rounds") == "folder":
        path = f"{path}/rounds"
    names = _folders(files, path)
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
        evidence = read_run(files, posixpath.join(path, name))
        rounds.append(_round(name, evidence))
        command = command or evidence.command
        # One run crashes once: what several of its files tell is the same death.
        crashes += [(name, crash) for crash in evidence.crashes[:1]]
    units = {"duration": "s"} if any(round_.metrics for round_ in rounds) else {}
    return RoundsReport(shown, tuple(rounds), command, units=units, crashes=groups(crashes))


def _folders(files: Files, path: str) -> set[str]:
    """The folders with files, and the empty ones that are called as these are but for a number: a
    round that left nothing is one whose end is not known."""
    folders = {entry.path.partition("/")[0] for entry in files.below(path) if "/" in entry.path}
    series = {name.groups() for folder in folders if (name := _NUMBERED.fullmatch(folder))}
    for folder in files.names(path):
        name = _NUMBERED.fullmatch(folder)
        if name and name.groups() in series and files.kind(f"{path}/{folder}") == "folder":
            folders.add(folder)
    return folders


def may_be_rounds(files: Files, path: str) -> bool:
    """Whether ``path`` is a folder of folders whose names differ in a number (``round_2``)."""
    folders = _folders(files, path) if files.kind(path) == "folder" else ()
    series = Counter(match.groups() for name in folders if (match := _NUMBERED.fullmatch(name)))
    return max(series.values(), default=0) > 1


def _order(name: str) -> list[tuple[int, int, str]]:
    """Numbers by their value: ``round_2`` before ``round_10``."""
    parts = _DIGITS.split(name)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _round(name: str, evidence: Evidence) -> Round:
    reason = f"{evidence.completeness}: {evidence.reason}" if evidence.reason else ""
    if evidence.totals:
        counted = evidence.totals
        reason = f"{counted.passed} passed, {counted.failing} failed; {reason}"
    seconds = evidence.duration_s if evidence.duration_s is not None else evidence.elapsed_s
    return Round(
        name=name,
        result=result_of(evidence),
        result_text=evidence.completeness,
        retries=None if evidence.repeats is None else len(evidence.repeats.retried),
        metrics={} if seconds is None else {"duration": seconds},
        note=reason.strip("; "),
    )


def result_of(evidence: Evidence) -> RoundResult:
    """How one run went. A folder without results of tests passed where it has exit code 0. What
    its outputs leave open is unknown."""
    if evidence.exit_code == 0 and evidence.reason == "no test results":
        return "pass"
    if evidence.result == "success":
        return "pass"
    return "fail" if evidence.result == "failed" or evidence.crashes else "unknown"


def judge(
    report: RoundsReport,
    against: Earlier | None = None,
    retries: RetryCount | None = None,
    drop: float = SMALLEST_DROP,
) -> Judgement:
    """Judge the rounds of a report.

    ``retries`` says what a count of retries counts: ``extra`` tries beyond the first, or
    ``all`` tries. None takes the column's word: ``Tries`` and ``Attempts`` count all,
    ``Retries`` and ``Reruns`` the extra ones. Raises UsageError where ``all`` cannot be, for a
    round has none.
    """
    rounds = report.rounds
    counted = retries or report.retry_count
    zero = next((round_.name for round_ in rounds if round_.retries == 0 and is_run(round_)), None)
    if counted == "all" and zero is not None:
        raise UsageError(
            "retries-zero",
            f"{report.path}: with all tries counted every round has at least 1, "
            f"found 0 for round {zero}",
            "give --retries extra",
        )
    tallied = tally(rounds, counted)
    comparison = None
    if against is not None:
        comparison = compare(tallied.passes, tallied.unknown, tallied.total, against, drop)
    rows = streaks(rounds) if report.is_ordered else []
    return Judgement(
        path=report.path,
        command=report.command,
        facts=dict(report.facts),
        rounds=rounds,
        passes=tallied.passes,
        failures=tallied.failures,
        unknown=tallied.unknown,
        skipped=len(rounds) - tallied.total,
        total=tallied.total,
        interval=_interval(tallied.passes, tallied.unknown, tallied.total),
        retries=counted if tallied.first_try is not None else None,
        first_try_passes=tallied.first_try,
        first_try_interval=None
        if tallied.first_try is None
        else _interval(tallied.first_try, tallied.untold + tallied.unknown, tallied.total),
        longest_pass=_longest(rows, "pass"),
        longest_fail=_longest(rows, "fail"),
        current=rows[-1] if rows and rows[-1].result != "unknown" else None,
        order=_order_of(rounds) if report.is_ordered else None,
        batches=_batches(report),
        metrics=_metrics(report),
        crashes=report.crashes,
        comparison=comparison,
        claims=check(report, counted, against, drop),
        warnings=(*report.warnings, *_warnings(rounds, tallied)),
    )


def _warnings(rounds: Sequence[Round], tallied: Tally) -> Iterator[str]:
    unknown = [round_ for round_ in rounds if round_.result == "unknown"]
    if unknown:
        shown = ", ".join(f"{round_.name} ({round_.result_text[:20]})" for round_ in unknown[:5])
        yield f"not passed, for their result is unknown: {shown}"
    if tallied.first_try is not None and tallied.untold:
        yield (
            "passed without telling retries, so not counted as passed at first try: "
            f"{tallied.untold}"
        )


def earlier_of(report: RoundsReport, source: str) -> Earlier:
    """The rounds of a report as the batch to compare with. Raises UsageError where their result
    is not known: an earlier batch of unknown rate tells nothing."""
    tallied = tally(report.rounds, "extra")
    if tallied.unknown:
        raise UsageError(
            "baseline-unknown",
            f"{source}: expected an earlier batch of known results, found {tallied.unknown} "
            "rounds of unknown result",
            "give --against K/N",
        )
    if not tallied.total:
        raise UsageError("baseline-empty", f"{source}: expected rounds that were run, found none")
    return Earlier(passes=tallied.passes, total=tallied.total, source=source)


def _order_of(rounds: Sequence[Round]) -> Order | None:
    tested = runs_of(rounds)
    if tested is None:
        return None
    return Order(runs=tested.runs, expected=tested.expected, p_clustered=tested.fewer)


def _interval(passes: int, unknown: int, total: int) -> tuple[float, float]:
    """With unknown results it holds whatever they were."""
    return stats.wilson(passes, total).low, stats.wilson(passes + unknown, total).high


def _longest(rows: Sequence[Streak], result: RoundResult) -> Streak | None:
    own = (streak for streak in rows if streak.result == result)
    return max(own, key=lambda streak: streak.length, default=None)


def _batches(report: RoundsReport) -> tuple[Batch, ...]:
    """Those that the report names with a range, else those that its tables stand for."""
    parts = [(batch.name, select(report, batch.scope)) for batch in report.batches]
    names = dict.fromkeys(round_.batch for round_ in report.rounds)
    if not parts and len(names) > 1:
        parts = [(name or "", [r for r in report.rounds if r.batch == name]) for name in names]
    summaries = []
    for name, members in parts:
        run = [member for member in members or () if is_run(member)]
        if run:
            counts = tally(run, "extra")
            summaries.append(
                Batch(
                    name=name,
                    first=run[0].name,
                    last=run[-1].name,
                    passes=counts.passes,
                    total=counts.total,
                    interval=_interval(counts.passes, counts.unknown, counts.total),
                )
            )
    return tuple(summaries)


def _metrics(report: RoundsReport) -> tuple[Metric, ...]:
    return tuple(
        Metric(name=name, unit=unit, **spread._asdict())
        for name, unit in report.units.items()
        if (spread := stats.spread([r.metrics[name] for r in report.rounds if name in r.metrics]))
    )
