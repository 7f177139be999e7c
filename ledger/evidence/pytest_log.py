"""pytest's terminal output, at every verbosity.

With ``-v`` each test has a line, its verdict at the end of it or, where a test prints, on a
later one; under xdist the verdict comes first. Without ``-v`` there are letters, and only the
failures have names (short test summary). The last line has the counts.
"""

from __future__ import annotations

from ledger.evidence.crashes import find_crashes
from ledger.evidence.model import FAILING, TestResult, Totals, recount
from ledger.evidence.part import Part, decode, file_name
from ledger.evidence.pytest_session import Session
from ledger.evidence.pytest_summary import plain_lines

_SUFFIXES = (".log", ".txt", ".out", ".stdout")
_MARKS = (b"test session starts", b"short test summary info", b" passed in ", b" failed in ",
          b"collected ", b"%]\n", b"%]\r\n", b"tests ran in ")  # fmt: skip
_WORST = ("crashed", "timeout", "incomplete", "failed", "complete")


class PytestLogReader:
    """Reads a pytest log; a log that holds several sessions, one after another, adds up."""

    name = "pytest-log"

    def matches(self, name: str, sample: bytes) -> bool:
        """Text named after pytest, or with something in it that only pytest writes."""
        last = file_name(name)
        if not last.endswith(_SUFFIXES):
            return False
        text = sample.replace(b"\0", b"")
        return "pytest" in last or any(mark in text for mark in _MARKS)

    def read(self, data: bytes, name: str) -> Part:
        """What the log says; a Part without tests where it is no pytest log after all."""
        text = decode(data)
        sessions = [Session()]
        *lines, rest = plain_lines(text)
        for line in lines:
            if not sessions[-1].feed(line):
                sessions.append(Session())
                sessions[-1].feed(line)
        sessions[-1].feed(rest, whole=False)
        sessions = [session for session in sessions if session.is_run]
        crashes = find_crashes(text, name) if "Fatal Python error: " in text else ()
        if not sessions:
            return Part(self.name, name, crashes=crashes)
        parts = [_part(session, name) for session in sessions]
        return (_joined(parts) if len(parts) > 1 else parts[0])._replace(crashes=crashes)


def _part(session: Session, name: str) -> Part:
    tests = session.results()
    completeness, reason = session.completeness()
    totals, partial = _totals(session, tests)
    told = session.summary
    warnings: tuple[str, ...] = ()
    if told is not None and told.collected_only is None:
        failures = told.totals.failed + told.totals.errors
        named = sum(test.outcome in FAILING for test in tests.values())
        if bool(failures) != bool(named) or named > failures:
            warnings = (f"the last line counts {failures} failures and errors, {named} are named",)
    return Part(
        PytestLogReader.name,
        name,
        tests=tests,
        totals=totals,
        partial=partial,
        duration_s=told.duration_s if told else None,
        wall=True,
        completeness=completeness,
        reason=reason,
        warnings=warnings,
    )


def _totals(session: Session, tests: dict[str, TestResult]) -> tuple[Totals | None, bool]:
    """Recounted where the log names every test, else what pytest printed."""
    told = session.summary
    if told is not None and told.collected_only is not None:
        return Totals(collected=told.collected_only), False
    counted = recount(tests.values())
    said = told.totals if told else session.letters()
    # Under xdist only the last line tells of modules that were skipped at collection.
    unnamed = max(session.skipped_modules, said.skipped - counted.skipped)
    counted = counted.model_copy(update={"skipped": counted.skipped + unnamed})
    if session.verbose and (told is None or counted.passed + counted.errors >= said.passed):
        return counted, False
    collected = session.collected
    if collected is None:
        collected = _count(said) - session.skipped_modules
    return said.model_copy(update={"collected": collected}), _count(said) > len(
        tests
    ) + session.skipped_modules


def _count(said: Totals) -> int:
    return said.passed + said.failed + said.errors + said.skipped + said.xfailed + said.xpassed


def _joined(parts: list[Part]) -> Part:
    """Several sessions in one log: the tests of the later stand over those of the earlier."""
    tests = {identity: test for part in parts for identity, test in part.tests.items()}
    partial = any(part.partial for part in parts)
    worst = min(parts, key=lambda part: _WORST.index(part.completeness or "complete"))
    return parts[-1]._replace(
        tests=tests,
        totals=None if partial else recount(tests.values()),
        partial=partial,
        duration_s=sum(part.duration_s or 0.0 for part in parts),
        completeness=worst.completeness,
        reason=worst.reason,
        warnings=(
            f"{len(parts)} pytest sessions in one log; of the same test the last result counts",
            *(warning for part in parts for warning in part.warnings),
        ),
    )
