"""What a criterion may be judged by. Whoever asks hands it in: nothing is read here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ledger.evidence.model import Evidence
from ledger.gates.model import Judgement


class Entry(NamedTuple):
    """An attempt, or a completed action, of the ledger. It stands at ``line``,
    ``paths`` are what it cites, ``date`` is ISO."""

    number: int | None
    text: str
    paths: tuple[str, ...]
    line: int
    date: str | None = None


class Place(NamedTuple):
    """A path with its placeholders filled in. ``path`` is None where that cannot be done, and
    ``reason`` says why; ``is_open`` says that it might be, with more to go by."""

    path: str | None
    reason: str = ""
    is_open: bool = False


class Tests(NamedTuple):
    """The tests of a cluster: their identities, how many there should be, where that is told."""

    identities: tuple[str, ...]
    count: int | None  # type: ignore[assignment]  # hides a method of tuples
    source: str


class Facts(NamedTuple):
    """``run`` and ``baseline`` are None where there is none. ``early`` says why the run cannot
    show that something came to be met, empty where it can.

    ``tests_of`` gives the tests of a cluster, or of a part of a test's name; None for a name that
    nobody knows. ``fill`` fills in placeholders. ``files`` gives the sizes of the files below a
    folder by name, or of one file by the name ``""``; None for what is not there. ``is_tracked``
    asks git. ``read`` gives a file's text, None where it cannot be had. ``outputs`` reads a run.
    ``resolve`` gives the path that a document's name means. ``entries`` are those of the ledger
    that may tell of the work, ``lines`` its lines that may tell of decisions, by number.
    ``complete`` judges a whole sprint.
    """

    run: Evidence | None
    baseline: Evidence | None
    early: str
    ledger: str
    tests_of: Callable[[str], Tests | None]
    fill: Callable[[str], Place]
    files: Callable[[str], Mapping[str, int] | None]
    is_tracked: Callable[[str], bool]
    read: Callable[[str], str | None]
    outputs: Callable[[str], Evidence | None]
    resolve: Callable[[str], str]
    entries: tuple[Entry, ...]
    lines: Mapping[int, str]
    complete: Callable[[str], Judgement]
