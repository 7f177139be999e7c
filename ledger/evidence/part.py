"""What one file of a run says, and what its readers share."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ledger.evidence.model import Completeness, Crash, Repeats, TestResult, Totals

MAX_BYTES = 64 * 1024 * 1024
MAX_MESSAGE = 1000


class Part(NamedTuple):
    """Partial evidence: what one reader found in one file. None means that it does not say.

    ``tests`` by identity. ``totals`` are recounted from them, or what the output prints where
    it names only some of its tests (``partial``; ``is_rough`` where a test and the error of its
    teardown may count twice in them); ``printed`` are those of a last line that
    pytest printed, which counts a test and its teardown's error as two. ``deselected`` are tests
    that were collected and left out, ``untold`` those of ``tests`` of which a subtest may have
    failed unseen.
    ``duration_s`` is wall time where ``wall`` is set, else a sum over tests that may have run
    side by side. ``elapsed_s`` is a whole command's, measured from outside. ``completeness``
    is set only where this file alone shows it, with the reason. ``without_tests`` says that the
    run is none of tests, so that their results are not missing.
    """

    reader: str
    file: str
    tests: Mapping[str, TestResult] = MappingProxyType({})
    totals: Totals | None = None
    printed: Totals | None = None
    partial: bool = False
    is_rough: bool = False
    deselected: int = 0
    untold: frozenset[str] = frozenset()
    command: str | None = None
    cwd: str | None = None
    started: str | None = None
    duration_s: float | None = None
    wall: bool = False
    elapsed_s: float | None = None
    exit_code: int | None = None
    peak_rss_bytes: int | None = None
    cpu_percent: int | None = None
    completeness: Completeness | None = None
    reason: str = ""
    environment: Mapping[str, str] = MappingProxyType({})
    crashes: tuple[Crash, ...] = ()
    without_tests: bool = False
    repeats: Repeats | None = None
    commit: str | None = None
    dirty: bool | None = None
    warnings: tuple[str, ...] = ()


def decode(data: bytes) -> str:
    """Text of a log: UTF-8, or UTF-16 where a byte order mark says so (PowerShell's ``>``
    writes that). Bytes that are neither become U+FFFD: a log is never refused for them."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def several(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The sessions of one log, with a word about them where there is more than one."""
    if len(parts) < 2:
        return tuple(parts)
    warning = f"{len(parts)} pytest sessions in one log: they add up"
    return (parts[0]._replace(warnings=(warning, *parts[0].warnings)), *parts[1:])


def file_name(path: str) -> str:
    """The last component, in lower case."""
    return path.replace("\\", "/").rpartition("/")[2].lower()


def shorten(message: str) -> str:
    """At most ``MAX_MESSAGE`` characters."""
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"
