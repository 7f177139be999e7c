"""What a dying process left in a log: Python's ``faulthandler``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ledger.evidence.model import Crash
from ledger.evidence.part import Part, decode, file_name
from ledger.evidence.rounds_model import CrashGroup, Through

_MARK = "Fatal Python error: "
_FRAME = re.compile(r'  File "([^"\n]{1,1000})", line (\d{1,9}|\?\?\?) in (.{1,300})')
_SUFFIXES = (".log", ".txt", ".out", ".err", ".stderr", ".stdout")
_MAX_CRASHES = 100
_MAX_FRAMES = 100


class FaulthandlerReader:
    """Reads the dumps of ``python -X faulthandler``, which pytest turns on by itself."""

    name = "faulthandler"

    def matches(self, name: str, sample: bytes) -> bool:
        """Text that holds a fatal error of Python's."""
        return file_name(name).endswith(_SUFFIXES) and _MARK.encode() in sample

    def read(self, data: bytes, name: str) -> Part:
        """Every crash in the file, in order."""
        return Part(self.name, name, crashes=find_crashes(decode(data), name))


def find_crashes(text: str, source: str) -> tuple[Crash, ...]:
    """Each fatal error with the frames of the thread that died, innermost first.

    The signature is the error and its innermost frame as ``function (file)``: line numbers
    change with every edit, so they do not tell crashes apart.
    """
    found: list[Crash] = []
    position = text.find(_MARK)
    while position >= 0 and len(found) < _MAX_CRASHES:
        after = text.find(_MARK, position + 1)
        end = min(after if after >= 0 else len(text), position + 200_000)
        found.append(_crash(text[position:end].split("\n"), source))
        position = after
    return tuple(found)


def _crash(lines: list[str], source: str) -> Crash:
    kind = lines[0][len(_MARK) :].strip()[:200]
    frames: list[str] = []
    here = False
    for line in (text.rstrip("\r") for text in lines[1:]):
        if line.startswith(("Current thread 0x", "Stack (most recent")):
            here = True
        elif line.startswith("Thread 0x"):
            if here:
                break
        elif here:
            frame = _FRAME.fullmatch(line)
            if frame is None or len(frames) >= _MAX_FRAMES:
                break
            frames.append(f"{frame[1]}:{frame[2]} in {frame[3]}")
    return Crash(kind=kind, signature=_signature(kind, frames), frames=tuple(frames), source=source)


def _signature(kind: str, frames: list[str]) -> str:
    if not frames:
        return kind
    place, _, function = frames[0].rpartition(" in ")
    path = place.rpartition(":")[0].replace("\\", "/")
    return f"{kind} in {function} ({path.rpartition('/')[2]})"


def groups(crashes: Iterable[tuple[str, Crash]]) -> tuple[CrashGroup, ...]:
    """Crashes of named rounds by signature, the commonest first."""
    found: dict[str, list[tuple[str, Crash]]] = {}
    for name, crash in crashes:
        found.setdefault(crash.signature, []).append((name, crash))
    listed = []
    for common, members in found.items():
        through: dict[str, list[str]] = {}
        for name, crash in members:
            if frame := crash.through:
                through.setdefault(frame, []).append(name)
        ways = sorted(through.items(), key=lambda way: -len(way[1]))
        listed.append(
            CrashGroup(
                signature=common,
                rounds=tuple(name for name, _ in members),
                through=tuple(Through(frame=frame, rounds=tuple(names)) for frame, names in ways),
                frames=members[0][1].frames,
            )
        )
    return tuple(sorted(listed, key=lambda group: -len(group.rounds)))
