"""Parts of one run to one ``Evidence``."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from ledger.evidence.execution import meaning, program
from ledger.evidence.merge import RANK, Merged, merge
from ledger.evidence.model import FAILING, Completeness, Evidence, Totals
from ledger.evidence.part import Part
from ledger.evidence.pytest_reports import end
from ledger.plan.text import counted

SEVERITY: tuple[Completeness, ...] = (
    "crashed",
    "timeout",
    "incomplete",
    "inconsistent",
    "failed",
    "complete",
)

NO_RESULTS: Final = "no test results"
"""The reason of a run that is incomplete because none of its files may hold any."""


def fold(path: str, parts: Sequence[Part], *, single: bool) -> Evidence:
    """Fold what the files of one run say: ``merge`` says which of them gives the tests,
    ``_completeness`` how far the run came. ``duration_s`` is a sum."""
    merged = merge(parts)
    sources, noted = dict(merged.sources), [*_warnings(parts), *merged.warnings]
    times = _own_times(parts, merged, noted)
    exit_code = _exit_code(parts, times, noted, sources)
    elapsed, peak = _costs(times, sources)
    if elapsed is not None and merged.duration_s is None:
        sources["duration_s"] = sources["elapsed_s"]
    command, environment = _command(parts, times, sources), _environment(parts, noted)
    merged.disagreements += _disagreements(merged.totals, exit_code)
    noted += merged.disagreements
    completeness, reason = _completeness(parts, merged, exit_code)
    # What `ledger run` wrote of the run, where it made it.
    claim = next((part for part in parts if part.reader == "run"), Part("run", ""))
    if not (single or claim.without_tests):
        noted += _missing({part.reader for part in parts})
    return Evidence(
        path=path,
        command=command,
        cwd=next((part.cwd for part in parts if part.command == command and part.cwd), None),
        started=merged.started or claim.started,
        duration_s=elapsed if merged.duration_s is None else merged.duration_s,
        elapsed_s=elapsed,
        exit_code=exit_code,
        peak_rss_bytes=peak,
        cpu_percent=times[0].cpu_percent if len(times) == 1 else None,
        totals=merged.totals,
        printed=merged.printed,
        tests=merged.tests,
        tests_partial=merged.partial,
        deselected=_deselected(parts),
        environment=environment,
        crashes=tuple(dict.fromkeys(crash for part in parts for crash in part.crashes)),
        closing="; ".join(part.closing for part in parts if part.closing),
        repeats=claim.repeats,
        commit=claim.commit,
        dirty=claim.dirty,
        completeness=completeness,
        reason=reason,
        warnings=tuple(dict.fromkeys(noted)),
        sources=sources,
    )


def _warnings(parts: Sequence[Part]) -> Iterator[str]:
    """What is odd about each file, with its name."""
    for part in parts:
        for warning in part.warnings:
            yield warning if part.file in warning else f"{part.file}: {warning}"


def _deselected(parts: Sequence[Part]) -> int | None:
    """Sessions of one kind of output add up; other kinds mention the same sessions."""
    counts: Counter[str] = Counter()
    for part in parts:
        if part.completeness is not None:  # not only collected
            counts[part.reader] += part.deselected
    return max(counts.values(), default=0) or None


def _costs(times: Sequence[Part], sources: dict[str, str]) -> tuple[float | None, int | None]:
    """Seconds, those of all reports of time together, and bytes, those of the largest."""
    peaks = [(part.peak_rss_bytes, part.file) for part in times if part.peak_rss_bytes is not None]
    peak = None
    if peaks:
        peak, sources["peak_rss_bytes"] = max(peaks, key=lambda peak: peak[0])
    if not times:
        return None, None
    sources["elapsed_s"] = times[0].file
    return round(sum(part.elapsed_s or 0.0 for part in times), 2), peak


def _missing(readers: set[str]) -> list[str]:
    expected = {"exit-code": "exit-code file"}
    others = RANK.keys() - {"junit", "pytest-log"}
    if not readers & others:
        expected = {"junit": "JUnit XML", "pytest-log": "pytest log", **expected}
    return [f"no {what} in the folder" for name, what in expected.items() if name not in readers]


def _own_times(parts: Sequence[Part], merged: Merged, noted: list[str]) -> list[Part]:
    """The reports of time of the run itself, as the one of `ledger run` is. Others took less than
    half of the longest session or, where none tells its time, measured another program."""
    commands = next((p.command for p in parts if p.reader == "commands" and p.command), None)
    words = {word.rpartition("/")[2] for word in (commands or "").split()}
    own = []
    reports = [part for part in parts if part.reader == "gnu-time"]
    claimed = {p.file.rpartition("/")[0] for p in parts if p.reader == "run"}
    for part in reports:
        if part.file.rpartition("/")[2] == "time.txt" and part.file.rpartition("/")[0] in claimed:
            own.append(part)
            continue
        sessions = merged.sessions
        if len(reports) > 1:  # one for each chunk: checked against those beside it
            folder = part.file.rpartition("/")[0]
            sessions = {f: s for f, s in sessions.items() if f.rpartition("/")[0] == folder}
        longest = max(sessions.values(), default=None)
        ran = program(part.command or "")
        if longest is not None:
            foreign = part.elapsed_s is not None and part.elapsed_s < longest / 2 - 1
        else:
            foreign = bool(words and ran) and ran not in words
        if not foreign:
            own.append(part)
            continue
        took = "" if part.elapsed_s is None else f" ({part.elapsed_s:.2f} s)"
        whole = "" if longest is None else f" ({longest:.2f} s)"
        noted.append(
            f"{part.file}: measured `{ran or 'another command'}`{took}, not the run's own "
            f"command{whole}; "
            "its figures are not used"
        )
    return own


def _command(parts: Sequence[Part], times: list[Part], sources: dict[str, str]) -> str | None:
    """What was measured, else what was written down."""
    written = [part for part in parts if part.reader == "commands"]
    for part in (*times[:1], *written):
        if part.command:
            sources["command"] = part.file
            return part.command
    return None


def _exit_code(
    parts: Sequence[Part], times: list[Part], noted: list[str], sources: dict[str, str]
) -> int | None:
    """Of several the worst. A 0 does not stand for a file that says nothing."""
    files = [part for part in parts if part.reader == "exit-code"]
    with_codes = [part for part in files if part.exit_code is not None]
    measured = [part for part in times if part.exit_code is not None]
    by_pytest = [part for part in parts if part.reader in RANK and part.exit_code is not None]
    in_logs = [part for part in parts if part.reader == "log-exit-code"]
    if not with_codes:
        files = with_codes = measured or by_pytest
    logs = {part.file for part in parts if part.totals or part.closing}
    is_whole = not with_codes and logs <= {part.file for part in in_logs}
    if is_whole or any(part.exit_code for part in in_logs):  # what a log ends with may be worse
        files, with_codes = [*files, *in_logs], [*with_codes, *in_logs]
    if not with_codes:
        return None

    def rank(part: Part) -> tuple[int, str]:
        state, _ = meaning(part.exit_code or 0)
        return SEVERITY.index(state) if state else 3 if part.exit_code else 4, part.file

    worst = min(with_codes, key=rank)
    if len({part.exit_code for part in with_codes}) > 1:
        listed = ", ".join(f"{part.file} {part.exit_code}" for part in with_codes[:10])
        noted.append(f"exit codes differ: {listed}; the worst counts")
    noted += [
        f"{worst.file} says exit code {worst.exit_code}, {others[0].file} {others[0].exit_code}"
        for others in (measured, by_pytest)
        if len(with_codes) == len(others) == 1 and others[0].exit_code != worst.exit_code
    ]
    if worst.exit_code == 0 and len(with_codes) < len(files):
        return None
    sources["exit_code"] = worst.file
    return worst.exit_code


def _environment(parts: Sequence[Part], noted: list[str]) -> dict[str, str]:
    """What all dumps say together; where two differ the first stands."""
    variables: dict[str, str] = {}
    for part in parts:
        for key, value in part.environment.items():
            if variables.setdefault(key, value) != value:
                noted.append(f"{part.file}: another {key} than in a dump before it")
    return variables


def _disagreements(totals: Totals | None, exit_code: int | None) -> list[str]:
    """Where the counts of a run contradict each other, or its exit code."""
    if totals is None:
        return []
    disagreements = []
    if totals.ended > totals.collected:
        ended = counted(totals.ended, "test")
        disagreements.append(f"{ended} ended, and {totals.collected} were collected")
    if exit_code == 0 and totals.failing:
        failed = f"exit code 0 although {counted(totals.failing, 'test')} failed"
        disagreements.append(f"{failed}: perhaps that of the last command of a pipe")
    return disagreements


def _completeness(
    parts: Sequence[Part], merged: Merged, exit_code: int | None
) -> tuple[Completeness, str]:
    """How far the run came and whether its outputs agree, not how its tests went: with 8 failed
    tests and exit code 1 it is complete, too.

    - ``crashed``: a signal or a fatal error ended it;
    - ``timeout``: ``timeout(1)`` (exit code 124) or pytest-timeout ended it;
    - ``incomplete``: it was interrupted or stopped after so many failures, an output is cut short
      or cannot be read, or there are no test results at all, but of a command that has no tests;
    - ``inconsistent``: its outputs disagree (on a test, or an exit code of 0 beside a failure),
      a suite counts failures that nobody names, or more tests ended than were collected;
    - ``failed``: it ended by itself without running all of its tests: wrong usage, nothing
      collected, a module or suite that could not be loaded, an internal error, or a non-zero exit
      code that no failing test accounts for.

    The first of them that any file shows stands, with the reason."""
    crashes = [crash for part in parts for crash in part.crashes]
    verdicts: list[tuple[Completeness, str]] = []
    verdicts += [("inconsistent", disagreement) for disagreement in merged.disagreements]
    for at, part in enumerate(parts):
        state, reason = part.completeness, part.reason
        if state is None or state == "complete" or at in merged.covered:
            continue
        died = part.crashes if part.reader == "pytest-log" else ()
        if part.reader in RANK and part.reader != "junit" and part.duration_s is None:
            died = died or tuple(crashes)  # it ends, and another output may say why
        if state == "incomplete" and died:
            state, reason = "crashed", f"{died[-1].kind}: {reason}"
        where = "" if not part.file or part.file in reason else f"{part.file}: "
        verdicts.append((state, where + reason))
    if crashes and not merged.read:
        verdicts.append(("crashed", f"{crashes[-1].source}: {crashes[-1].kind}"))
    is_told = any(part.exit_code == exit_code and part.completeness for part in parts)
    if exit_code is not None and not is_told:
        state, reason = meaning(exit_code)
        if state is not None:
            verdicts.append((state, reason))
    if merged.totals is not None:
        verdicts += _unexplained(merged, merged.totals, exit_code)
    elif not any(part.without_tests for part in parts):
        verdicts.append(("incomplete", NO_RESULTS))
    elif exit_code:
        verdicts.append(("failed", f"exit code {exit_code}"))
    return min(verdicts, key=lambda pair: SEVERITY.index(pair[0]), default=("complete", ""))


def _unexplained(
    merged: Merged, totals: Totals, exit_code: int | None
) -> list[tuple[Completeness, str]]:
    """What the exit code or the lack of tests says, where no failing test accounts for it."""
    failing = totals.failing
    broken = [t.identity for t in merged.tests.values() if t.at_collection and t.outcome in FAILING]
    ran = totals.executed - len(broken)
    if broken:
        which = "no test ran" if not ran else f"such as {broken[0][:200]}"
        return [("failed", f"{counted(len(broken), 'module')} could not be collected, {which}")]
    if merged.collected_only:
        return []
    if not ran and not (totals.skipped and totals.collected):  # a skipped module is no test
        return [("failed", "no tests ran")]
    state, why = end(exit_code, 0) if merged.is_pytest else ("complete", "")
    if exit_code and why:
        return [(state, f"exit code {exit_code}: {why}")]
    if exit_code and not failing:
        return [("failed", f"exit code {exit_code}: although no test failed")]
    return []
