"""Crashes of one signature, told together."""

from collections.abc import Iterable

from ledger.evidence.model import Crash
from ledger.evidence.rounds_model import CrashGroup, Through


def groups(crashes: Iterable[tuple[str, Crash]]) -> tuple[CrashGroup, ...]:
    """Crashes of named rounds by signature, the commonest first."""
    by_signature: dict[str, list[tuple[str, Crash]]] = {}
    for name, crash in crashes:
        by_signature.setdefault(crash.signature, []).append((name, crash))
    listed = []
    for common, members in by_signature.items():
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
