"""What the outputs of one run say, and how two runs compare.

Tuples all of them: a frozen dataclass takes three times as long to make, and runs have thousands
of tests; its class takes five times as long to define.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Outcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
FAILING: frozenset[str] = frozenset({"failed", "error"})
Completeness = Literal["complete", "failed", "timeout", "crashed", "incomplete"]


class Totals(NamedTuple):
    """Recounted from the tests. ``collected`` leaves out modules skipped at collection."""

    collected: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0
    rerun: int = 0


class TestResult(NamedTuple):
    """The last try of one test decides; ``flaky`` where tries disagree.

    ``at_collection`` marks a module or class that was skipped or failed while tests were
    being collected: it stands for tests that nobody counted, and is not one itself.
    """

    identity: str
    outcome: Outcome
    duration_s: float | None
    message: str | None
    tries: int = 1
    flaky: bool = False
    at_collection: bool = False


TestResult.__test__ = False  # type: ignore[attr-defined]  # not a pytest class


class Crash(NamedTuple):
    """One crash: what stopped the process, where, and the signature it is grouped by."""

    kind: str
    signature: str
    frames: tuple[str, ...]
    source: str


class Repeats(NamedTuple):
    """What `ledger run` repeated: ``run`` of the ``planned`` rounds, those that passed, those
    that passed at the first try, and how each try ended that was tried again."""

    planned: int
    run: int
    passes: int
    first_try_passes: int
    retried: tuple[str, ...] = ()


class Evidence(NamedTuple):
    """One run. ``path`` is as given; ``files`` are relative to it. Times in seconds, memory
    in bytes. ``reason`` says why a run is not complete. ``tests`` is keyed by identity.

    ``duration_s`` is the test session's own time where the outputs tell it, ``elapsed_s``
    what ``/usr/bin/time`` measured for the whole command. ``sources`` names the file that a
    value came from (``{"exit_code": "artifacts/exit_code.txt"}``). ``tests_partial`` says
    that the outputs name only some tests (a quiet log names the failures alone), so that a
    test which is not in ``tests`` may well have run.
    """

    path: str
    files: tuple[str, ...] = ()
    stamp: str | None = None
    command: str | None = None
    cwd: str | None = None
    started: str | None = None
    duration_s: float | None = None
    elapsed_s: float | None = None
    exit_code: int | None = None
    peak_rss_bytes: int | None = None
    cpu_percent: int | None = None
    totals: Totals | None = None
    tests: Mapping[str, TestResult] = MappingProxyType({})
    tests_partial: bool = False
    environment: Mapping[str, str] = MappingProxyType({})
    crashes: tuple[Crash, ...] = ()
    repeats: Repeats | None = None
    completeness: Completeness = "incomplete"
    reason: str = ""
    warnings: tuple[str, ...] = ()
    sources: Mapping[str, str] = MappingProxyType({})


class Rename(NamedTuple):
    """A test of the baseline that the run perhaps has under another name."""

    before: str
    now: str


class Delta(NamedTuple):
    """A run against its baseline: test identities by class, each identity in at most one.
    Not failing any more is not cleared: a cleared test ran and passed. ``renamed`` is no class
    but a hint: both names stand in their own. The law is written down with
    ``ledger.evidence.compare.compare``."""

    new_failures: tuple[str, ...] = ()
    still_failing: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    newly_skipped: tuple[str, ...] = ()
    new_tests: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    renamed: tuple[Rename, ...] = ()
