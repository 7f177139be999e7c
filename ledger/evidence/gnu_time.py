"""The report of ``/usr/bin/time -v`` (GNU time), by itself or at the end of a log."""

from __future__ import annotations

import re

from ledger.evidence.kept import MEMORY, NOT_TOLD, without_secrets
from ledger.evidence.part import Part, decode, file_name

_MARK = "Command being timed:"
_SUFFIXES = (".txt", ".log", ".out", ".err", ".time")
_ELAPSED = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_SIGNAL = re.compile(r"Command terminated by signal (\d+)")


class GnuTimeReader:
    """Reads time's figures: command, wall time, peak memory, CPU share, exit status."""

    name = "gnu-time"

    def matches(self, name: str, sample: bytes) -> bool:
        """Text with time's first line in it."""
        last = file_name(name)
        return last.endswith(_SUFFIXES) and _MARK.encode() in sample.replace(b"\0", b"")

    def read(self, data: bytes, name: str) -> Part:
        """The figures of the last report in the file."""
        text = decode(data)
        start = text.rfind(_MARK)
        if start < 0:
            return Part(self.name, name)
        before = text[max(0, start - 200) : start]
        figures: dict[str, str] = {}
        lines = text[start:].split("\n", 40)[:40]
        command = lines[0].partition(":")[2].strip()
        for line in lines[1:]:
            key, found, value = line.strip().rpartition(": ")
            if found:
                figures[key] = value.strip()
        exit_code = _whole(figures.get("Exit status"))
        killed = _SIGNAL.search(before)
        if killed:
            exit_code = 128 + int(killed[1])
        rss = _whole(figures.get(MEMORY))
        elapsed = _elapsed(figures.get("Elapsed (wall clock) time (h:mm:ss or m:ss)"))
        has_memory = rss is not None or figures.get(MEMORY) == NOT_TOLD
        missing = [
            what
            for what, is_there in (
                ("elapsed time", elapsed is not None),
                ("peak memory", has_memory),
            )
            if not is_there
        ]
        warnings = (f"the report of time has no {' and no '.join(missing)}",) if missing else ()
        return Part(
            self.name,
            name,
            command=without_secrets(_unquote(command)) or None,
            elapsed_s=elapsed,
            exit_code=exit_code,
            peak_rss_bytes=None if rss is None else rss * 1024,
            cpu_percent=_whole((figures.get("Percent of CPU this job got") or "").rstrip("%")),
            warnings=warnings,
        )


def _unquote(command: str) -> str:
    is_quoted = len(command) >= 2 and command[0] == command[-1] == '"'
    return command[1:-1] if is_quoted else command


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 20 else None


def _elapsed(text: str | None) -> float | None:
    found = _ELAPSED.fullmatch(text or "")
    if found is None:
        return None
    return round(int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3]), 2)
