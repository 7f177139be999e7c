"""The outputs of one run, as far as claims need them.

Crashes, environments and command logs make no claim true or false, so they are not looked at.
Of a pytest log the last line says all that most claims need, and it is read from the end; the
names of tests are read where somebody asks for them, or where they have to tell which tests
stand in two outputs.
"""

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from ledger.errors import UnreadableInput
from ledger.evidence.access import Access
from ledger.evidence.exit_code import ExitCodeReader
from ledger.evidence.gnu_time import GnuTimeReader
from ledger.evidence.junit import JUnitReader
from ledger.evidence.model import Totals
from ledger.evidence.part import MAX_BYTES, Part, decode
from ledger.evidence.pytest_log import PytestLogReader
from ledger.evidence.pytest_summary import Summary, collected, summary

_FIGURES = (ExitCodeReader(), GnuTimeReader())
_JUNIT = JUnitReader()
_LOGS = PytestLogReader()
_SUFFIXES = (".xml", ".txt", ".log", ".out", ".err", ".stdout", ".code", ".status", ".time")
_MAX_FILES = 5000
_MAX_TOTAL_BYTES = 256 * 1024 * 1024
_SAMPLE = 1 << 16
_TAIL = 4096
_HEAD = 2048
_STARTS = b"test session starts"
_COLLECTED = re.compile(
    rb"^(?:collecting \.\.\. )?(collected \d{1,7} items?[^\r\n]{0,80})", re.MULTILINE
)
_SUITE = b"<testsuite "
_COUNTS = re.compile(rb' (errors|failures|skipped|tests)="(\d{1,7})"')


class _File(NamedTuple):
    name: str
    data: bytes


def parts_of(
    access: Access, path: str, *, names: bool
) -> tuple[list[Part] | None, list[Part] | None]:
    """What each output below ``path`` says, without the names of tests and with them; an output
    that cannot be read says nothing. The first is None where nothing can be left out, the second
    where that suffices unless ``names`` asks for it."""
    found: list[Part] = []
    logs: list[_File] = []
    reports: list[_File] = []
    for file in _files(access, path):
        sample = file.data
        if len(sample) > 2 * _SAMPLE:
            sample = sample[:_SAMPLE] + b"\n" + sample[-_SAMPLE:]
        if _JUNIT.matches(file.name, sample):
            reports.append(file)
            continue
        found += [r.read(file.data, file.name) for r in _FIGURES if r.matches(file.name, sample)]
        if _LOGS.matches(file.name, sample):
            logs.append(file)
    told = {log.name: _last_line(log.data) for log in logs}
    brief = None
    if len(reports) <= 1 and len(logs) == 1:
        brief = _brief(logs[0], told[logs[0].name], reports)
    nameless = None if brief is None else [*found, brief]
    if nameless and not names:
        return nameless, None
    read = [part for report in reports if (part := _report(report))]
    found += read
    for log in logs:
        found.append(_told_twice(log, told[log.name], read) or _LOGS.read(log.data, log.name))
    return nameless, found


def _files(access: Access, path: str) -> list[_File]:
    found = []
    total = 0
    for file in islice(access.files(path), _MAX_FILES):
        name = file.path or path
        last = name.rpartition("/")[2].lower()
        if not last.endswith(_SUFFIXES) and "." in last:
            continue
        total += file.size
        if file.size > MAX_BYTES or total > _MAX_TOTAL_BYTES:
            continue
        try:
            found.append(_File(name, access.read(f"{path}/{file.path}" if file.path else path)))
        except UnreadableInput:
            continue
    return found


def _report(file: _File) -> Part | None:
    try:
        return _JUNIT.read(file.data, file.name)
    except UnreadableInput:
        return None


def _last_line(data: bytes) -> Summary | None:
    """The last line of a log that holds one session."""
    if data.count(_STARTS) > 1:
        return None
    lines = decode(data[-_TAIL:]).split("\n")
    return next((told for line in reversed(lines) if (told := summary(line))), None)


def _brief(log: _File, told: Summary | None, reports: Sequence[_File]) -> Part | None:
    """What the only log of a run says at its end, where the run's JUnit file, if there is one,
    counts the same."""
    if told is None:
        return None
    if told.collected_only is not None:
        totals = Totals(collected=told.collected_only)
        return Part(_LOGS.name, log.name, totals=totals, duration_s=told.duration_s, wall=True)
    found = _COLLECTED.search(log.data)
    selected = collected(found[1].decode("ascii", "replace")) if found else None
    if selected is None or not all(_counts_the_same(file.data, told.totals) for file in reports):
        return None
    return _nameless(log, told.totals.model_copy(update={"collected": selected}), told)


def _nameless(log: _File, totals: Totals, told: Summary) -> Part:
    return Part(
        _LOGS.name, log.name, totals=totals, partial=True, duration_s=told.duration_s, wall=True,
        completeness="complete",
    )  # fmt: skip


def _counts_the_same(data: bytes, totals: Totals) -> bool:
    """Whether the only suite of a JUnit file says in its first line what a log's last one says."""
    if data.count(_SUITE) != 1:
        return False
    begin = data.find(_SUITE)
    head = data[begin : begin + _HEAD].partition(b">")[0]
    counts = {name: int(number) for name, number in _COUNTS.findall(head)}
    skipped = totals.skipped + totals.xfailed
    tests = skipped + totals.passed + totals.failed + totals.errors + totals.xpassed
    return counts == {
        b"errors": totals.errors,
        b"failures": totals.failed,
        b"skipped": skipped,
        b"tests": tests,
    }


def _told_twice(log: _File, told: Summary | None, reports: Sequence[Part]) -> Part | None:
    """A log whose last line counts what a JUnit file counts: only its time is news."""
    if told is None or told.collected_only is not None:
        return None
    counts = told.totals.model_copy(update={"collected": 0, "rerun": 0})
    for report in reports:
        if (
            report.totals
            and report.totals.model_copy(update={"collected": 0, "rerun": 0}) == counts
        ):
            return _nameless(log, report.totals, told)
    return None
