"""The outputs of one run, folded into one ``Evidence``."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

from ledger.errors import UnreadableInput
from ledger.evidence.access import Access, Entry
from ledger.evidence.apple_crash import AppleCrashReader
from ledger.evidence.backtrace import BacktraceReader
from ledger.evidence.commands import CommandsReader
from ledger.evidence.crashes import FaulthandlerReader
from ledger.evidence.environment import EnvironmentReader
from ledger.evidence.exit_code import ExitCodeReader
from ledger.evidence.fold import fold
from ledger.evidence.gnu_time import GnuTimeReader
from ledger.evidence.junit import JUnitReader
from ledger.evidence.model import Evidence
from ledger.evidence.own_run import OwnRunReader, own
from ledger.evidence.part import MAX_BYTES, Part, Reader, file_name
from ledger.evidence.pytest_json_report import PytestJsonReportReader
from ledger.evidence.pytest_log import PytestLogReader
from ledger.evidence.pytest_report_log import PytestReportLogReader
from ledger.evidence.sanitizer import SanitizerReader

READERS: tuple[Reader, ...] = (
    JUnitReader(),
    ExitCodeReader(),
    GnuTimeReader(),
    PytestJsonReportReader(),
    PytestReportLogReader(),
    PytestLogReader(),
    FaulthandlerReader(),
    AppleCrashReader(),
    SanitizerReader(),
    BacktraceReader(),
    CommandsReader(),
    EnvironmentReader(),
    OwnRunReader(),
)
MAX_FILES = 5000
MAX_TOTAL_BYTES = 256 * 1024 * 1024
_SAMPLE = 1 << 16
_READ = (".xml", ".txt", ".log", ".out", ".err", ".stdout", ".stderr", ".sh", ".code", ".status",
         ".time", ".ips", ".crash", ".panic", ".bt", ".json", ".jsonl", ".ndjson", ".env",
         ".md")  # fmt: skip
_NO_RESULTS = frozenset({"environment", "commands"})
_STAMP = re.compile(r"(?<!\d)\d{8}T\d{6}Z(?!\d)")


def read_run(access: Access, path: str) -> Evidence:
    """Read a run: a folder with everything below it, or a single output file.

    In a folder a file that cannot be read makes the run incomplete, with the reason; a single
    file that cannot be read raises ``UnreadableInput``, as does a path that is nothing.
    At most ``MAX_FILES`` files and ``MAX_TOTAL_BYTES`` are read, ``MAX_BYTES`` of each; what
    is left out for that is a warning. ``completeness`` is described with ``fold.fold``.
    """
    outputs = _outputs(access, path)
    evidence = fold(path, outputs.parts, (), outputs.is_file)
    stamp = _stamp(path, [part.file for part in outputs.parts])
    return evidence.model_copy(update={"files": outputs.files, "stamp": stamp})


def read_runs(access: Access, paths: Sequence[str]) -> Evidence:
    """Read several inputs of one run, such as its chunks, as one: tests and times add up, and
    a test that stands in two of them is a warning. ``path`` is the folder that holds them all,
    ``files`` are relative to it."""
    if len(paths) == 1:
        return read_run(access, paths[0])
    common = posixpath.commonpath(paths)
    parts: list[Part] = []
    files: list[str] = []
    for path in paths:
        below = posixpath.relpath(path, common or ".")
        outputs = _outputs(access, path)
        parts += [
            part._replace(file=below if outputs.is_file else posixpath.join(below, part.file))
            for part in outputs.parts
        ]
        files += [below if outputs.is_file else f"{below}/{name}" for name in outputs.files]
    evidence = fold(common, parts, (), single=False)
    stamps = {stamp for path in paths if (stamp := _stamp(path, []))}
    stamp = _stamp(common, []) or (min(stamps) if stamps else None)
    return evidence.model_copy(update={"files": tuple(files), "stamp": stamp})


class _Outputs(NamedTuple):
    files: tuple[str, ...]
    parts: list[Part]
    is_file: bool


def _outputs(access: Access, path: str) -> _Outputs:
    entries: list[Entry] = []
    parts: list[Part] = []
    for entry in access.files(path):
        if len(entries) == MAX_FILES:
            parts.append(_unread("", f"more than {MAX_FILES} files: the rest is not read"))
            break
        entries.append(entry)
    single = len(entries) == 1 and entries[0].path == ""
    entries = list(compress(entries, own([entry.path for entry in entries])))
    total = 0
    for entry in entries:
        name = entry.path or path
        if not single and not _may_matter(name):
            continue
        if entry.size > MAX_BYTES or total + entry.size > MAX_TOTAL_BYTES:
            message = f"{name}: expected at most {MAX_BYTES >> 20} MB, found {entry.size >> 20} MB"
            if single:
                raise UnreadableInput("run-too-large", message, "give a smaller output")
            parts.append(_unread(name, message))
            continue
        total += entry.size
        try:
            data = access.read(f"{path.rstrip('/')}/{entry.path}" if entry.path else path)
        except UnreadableInput as error:
            if single:
                raise
            parts.append(_unread(name, error.message))
            continue
        parts += _read(data, name, single)
    files = tuple(entry.path or path.rpartition("/")[2] for entry in entries)
    return _Outputs(files, parts, single)


def _unread(name: str, why: str) -> Part:
    """A file that is not read is a warning. Where it may have held tests the run is not
    complete."""
    if name and not name.lower().endswith(".xml"):
        return Part("unread", name, warnings=(f"not read: {why}",))
    return Part("unread", name, completeness="incomplete", reason=f"not read: {why}")


def _may_matter(name: str) -> bool:
    """Also ``asan.1234``, the report of one process, but no ``core.1234``."""
    last = file_name(name)
    stem, _, suffix = last.rpartition(".")
    numbered = suffix.isdecimal() and stem.rpartition(".")[2] != "core"
    return last.endswith(_READ) or "." not in last or numbered


def _read(data: bytes, name: str, single: bool) -> list[Part]:
    sample = data if len(data) <= 2 * _SAMPLE else data[:_SAMPLE] + b"\n" + data[-_SAMPLE:]
    parts: list[Part] = []
    for reader in READERS:
        if not reader.matches(name, sample):
            continue
        try:
            parts.append(reader.read(data, name))
        except UnreadableInput as error:
            if single:
                raise
            parts.append(_broken(reader.name, name, error.message))
    if single and not parts:
        if file_name(name).endswith(".xml"):
            return [JUnitReader().read(data, name)]
        raise UnreadableInput(
            "run-unknown",
            f"{name}: expected JUnit XML, a report or log of pytest, an exit-code file, the report "
            "of time -v, a crash report or a dump of the environment, found none of them",
            "give a run folder or one of these files",
        )
    return parts


def _broken(reader: str, name: str, why: str) -> Part:
    """A broken output leaves the run incomplete, unless it can hold no results."""
    if reader in _NO_RESULTS:
        return Part(reader, name, warnings=(why,))
    return Part(reader, name, completeness="incomplete", reason=why)


def _stamp(path: str, files: list[str]) -> str | None:
    """The stamp nearest to the run: the last component of its path that has one, else the one
    that all its outputs lie under."""
    for component in reversed(path.replace("\\", "/").split("/")):
        found = _STAMP.search(component)
        if found:
            return found[0]
    stamps = {found[0] for file in files if (found := _STAMP.search(file))}
    return stamps.pop() if len(stamps) == 1 else None
