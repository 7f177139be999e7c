"""What one file of a run says, and what its readers share."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ledger.evidence.log_lines import plain
from ledger.evidence.model import (
    FAILING,
    Completeness,
    Crash,
    Outcome,
    Repeats,
    TestResult,
    Totals,
)

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
    run is none of tests, so that their results are not missing. ``project`` is the name of the
    folder that pytest ran in. ``runner`` is who wrote it, where that may be told apart from others
    of one kind; ``closing`` what one that counts no tests says of a run without a failure.
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
    project: str = ""
    runner: str = ""
    closing: str = ""


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


LOGS = (".log", ".txt", ".out", ".err", ".stdout", ".stderr")


def is_log_with(
    name: str, sample: bytes, marks: Iterable[str], suffixes: Sequence[str] = ()
) -> bool:
    """Whether a file is a log by its suffix, and has one of ``marks``, in any colours."""
    if not file_name(name).endswith((*LOGS, *suffixes)):
        return False
    text = plain(decode(sample))
    return any(mark in text for mark in marks)


def shorten(message: str) -> str:
    """At most ``MAX_MESSAGE`` characters."""
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"


# What became of one test, try by try, and names for tests that have one name


class Tries:
    """The tries of one test: the last decides, and the test is flaky where an earlier one went
    the other way. A try may come in pieces: a call and the error of its teardown are one.
    ``outcome`` is None while the try has none, and where it failed and is run again."""

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self.count = 0
        self._message: str | None = None
        self._duration_s: float | None = None
        self._earlier: set[bool] = set()  # whether they failed

    def begin(self) -> None:
        """A further try. One before it that has no outcome failed: that is why there is another."""
        if self.count:
            self._earlier.add(self.outcome is None or self.outcome in FAILING)
        self.count += 1
        self.outcome = self._message = None

    def add_failed(self) -> None:
        """A try before the one that was told of."""
        self.count += 1
        self._earlier.add(True)

    def took(self, seconds: float | None) -> None:
        """Time for a piece of a try."""
        if seconds is not None:
            self._duration_s = (self._duration_s or 0.0) + seconds

    def add(self, outcome: Outcome | None, message: str | None = None) -> None:
        """What a piece of the try came to. A failure stays one; its first message tells why."""
        if outcome is None or self.outcome not in FAILING:
            self.outcome, self._message = outcome, message
        else:
            self.outcome = "error" if outcome == "error" else self.outcome
            self._message = self._message or message

    def result(self, identity: str, *, at_collection: bool = False) -> TestResult | None:
        """The result; None where the last try came to none."""
        if self.outcome is None:
            return None
        return TestResult(
            identity=identity,
            outcome=self.outcome,
            duration_s=None if self._duration_s is None else round(self._duration_s, 6),
            message=None if self._message is None else shorten(self._message),
            tries=max(1, self.count),
            flaky=(self.outcome not in FAILING) in self._earlier,
            at_collection=at_collection,
        )


def by_name(cases: Iterable[tuple[TestResult, str]]) -> dict[str, TestResult]:
    """Results by their identities, each with its file: two of one name are two tests."""
    by_identity: dict[str, list[tuple[TestResult, str]]] = {}
    for result, file in cases:
        by_identity.setdefault(result.identity, []).append((result, file))
    tests: dict[str, TestResult] = {}
    for identity, alike in by_identity.items():
        names = [identity]
        if len(alike) > 1:
            names, _ = names_apart(identity, [[file] for _, file in alike], by_identity.keys())
        for name, (result, _) in zip(names, alike, strict=True):
            tests[name] = result.model_copy(update={"identity": name})
    return tests


def combined(parts: Sequence[Part], what: str) -> tuple[Part, ...]:
    """The sessions of one log as one part, whose tests of one name are different ones; the first
    session that did not end well tells why."""
    if len(parts) < 2:
        return tuple(parts)
    worst = next((part for part in parts if part.completeness != "complete"), parts[0])
    took = [part.duration_s for part in parts if part.duration_s is not None]
    whole = worst._replace(
        tests=by_name((test, "") for part in parts for test in part.tests.values()),
        totals=sum((part.totals or Totals() for part in parts), Totals()),
        partial=any(part.partial for part in parts),
        duration_s=round(sum(took), 6) if took else None,
        warnings=(f"{len(parts)} {what} in one log: they add up",),
    )
    return (whole,)


def names_apart(
    identity: str, places: Sequence[Sequence[str]], taken: Collection[str]
) -> tuple[list[str], bool]:
    """Names for tests that are all called ``identity``, none of which is ``taken``: with what
    tells their ``places`` apart, such as their files and lines. And whether that took numbers."""
    labels: list[tuple[str, ...]] = [()] * len(places)
    for column in zip(*places, strict=True):
        longer = [(*label, piece) for label, piece in zip(labels, _shortest(column), strict=True)]
        if len(set(longer)) > len(set(labels)):
            labels = longer
    alike, seen = Counter(labels), Counter[tuple[str, ...]]()
    names: dict[str, None] = {}
    for label in labels:
        seen[label] += 1
        name = _test_name(identity, label, seen[label] if alike[label] > 1 else 0)
        while name in taken or name in names:
            seen[label] += 1
            name = _test_name(identity, label, seen[label])
        names[name] = None
    return list(names), len(alike) < len(labels)


def _test_name(identity: str, label: tuple[str, ...], number: int) -> str:
    pieces = [*filter(None, label), *([str(number)] if number else [])]
    return f"{identity} ({', '.join(pieces)})" if pieces else identity


def _shortest(paths: Sequence[str]) -> list[str]:
    """Paths without the folders that all of them begin with."""
    first, last = min(paths), max(paths)
    pairs = enumerate(zip(first, last, strict=False))
    length = next((at for at, (left, other) in pairs if left != other), len(first))
    at = 1 + max(first.rfind(separator, 0, length) for separator in "/\\>")
    return [path[at:].lstrip() for path in paths]
