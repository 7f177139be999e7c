"""The outputs of one run, folded into one ``Evidence``."""

from __future__ import annotations

import re
from dataclasses import replace

from ledger.errors import UnreadableInput
from ledger.evidence.access import Access, Entry
from ledger.evidence.commands import CommandsReader
from ledger.evidence.crashes import FaulthandlerReader
from ledger.evidence.exit_code import ExitCodeReader
from ledger.evidence.fold import fold
from ledger.evidence.gnu_time import GnuTimeReader
from ledger.evidence.junit import JUnitReader
from ledger.evidence.part import MAX_BYTES, Part, Reader, file_name
from ledger.evidence.pytest_log import PytestLogReader
from ledger.models.evidence import Evidence

READERS: tuple[Reader, ...] = (
    JUnitReader(),
    ExitCodeReader(),
    GnuTimeReader(),
    PytestLogReader(),
    FaulthandlerReader(),
    CommandsReader(),
)
MAX_FILES = 5000
MAX_TOTAL_BYTES = 256 * 1024 * 1024
_SAMPLE = 1 << 16
_READ = (".xml", ".txt", ".log", ".out", ".err", ".stdout", ".stderr", ".sh", ".code", ".status",
         ".time")  # fmt: skip
_STAMP = re.compile(r"(?<!\d)\d{8}T\d{6}Z(?!\d)")


def read_run(access: Access, path: str) -> Evidence:
    """Read a run: a folder with everything below it, or a single output file.

    In a folder a file that cannot be read makes the run incomplete, with the reason; a single
    file that cannot be read raises ``UnreadableInput``, as does a path that is nothing.
    At most ``MAX_FILES`` files and ``MAX_TOTAL_BYTES`` are read, ``MAX_BYTES`` of each; what
    is left out for that is a warning. ``completeness`` is described with ``fold.fold``.
    """
    entries: list[Entry] = []
    warnings: list[str] = []
    for entry in access.files(path):
        if len(entries) == MAX_FILES:
            warnings.append(f"more than {MAX_FILES} files: the rest is not read")
            break
        entries.append(entry)
    single = len(entries) == 1 and entries[0].path == ""
    parts: list[Part] = []
    total = 0
    for entry in entries:
        name = entry.path or path
        if not single and not _may_matter(name):
            continue
        if entry.size > MAX_BYTES or total + entry.size > MAX_TOTAL_BYTES:
            message = f"{name}: expected at most {MAX_BYTES >> 20} MB, found {entry.size >> 20} MB"
            if single:
                raise UnreadableInput("run-too-large", message, "give a smaller output")
            warnings.append(f"{message}; it is not read")
            continue
        total += entry.size
        data = access.read(f"{path.rstrip('/')}/{entry.path}" if entry.path else path)
        parts += _read(data, name, single)
    evidence = fold(path, parts, tuple(warnings), single)
    files = tuple(entry.path or path.rpartition("/")[2] for entry in entries)
    return replace(evidence, files=files, stamp=_stamp(path, [part.file for part in parts]))


def _may_matter(name: str) -> bool:
    last = file_name(name)
    return last.endswith(_READ) or "." not in last


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
            parts.append(Part(reader.name, name, completeness="incomplete", reason=error.message))
    if single and not parts:
        if file_name(name).endswith(".xml"):
            return [JUnitReader().read(data, name)]
        raise UnreadableInput(
            "run-unknown",
            f"{name}: expected JUnit XML, an exit-code file, the report of time -v or a pytest "
            "log, found none of them",
            "give a run folder or one of these files",
        )
    return parts


def _stamp(path: str, files: list[str]) -> str | None:
    """The stamp nearest to the run: the last component of its path that has one, else the one
    that all its outputs lie under."""
    for component in reversed(path.replace("\\", "/").split("/")):
        found = _STAMP.search(component)
        if found:
            return found[0]
    stamps = {found[0] for file in files if (found := _STAMP.search(file))}
    return stamps.pop() if len(stamps) == 1 else None
