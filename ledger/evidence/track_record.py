"""What became of one test over many runs, as a strip with a letter for each run, and what that says
of the test."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple, get_args

from ledger.evidence.model import FAILING, TestResult
from ledger.evidence.stats import ALPHA, is_lasting, wilson

TestVerdict = Literal[
    "new_failure", "broken", "passes_alone", "flaky", "cleared", "not_run", "steady"
]
VERDICTS: Final[tuple[TestVerdict, ...]] = get_args(TestVerdict)
"""What wants work first."""
ABSENT: Final = "."
_FAILED: Final = "FX"
_DECIDED: Final = "PFXR"
_FEW: Final = 4  # a run is one of few tests where another one has so many times as many


def letter(test: TestResult) -> str:
    """``P`` passed, ``F`` failed, ``S`` skipped or expected to fail; where its tries disagree ``R``
    for one that passed in the end and ``X`` for one that failed."""
    if test.outcome in ("skipped", "xfailed"):
        return "S"
    if test.outcome in FAILING:
        return "X" if test.flaky else "F"
    return "R" if test.flaky else "P"


def after(earlier: str, now: str) -> str:
    """The letter of a run in which the outcome ``now`` followed on that of an ``earlier`` try."""
    if now not in "PF" or earlier not in _DECIDED or (now == "F") == (earlier in _FAILED):
        return earlier if now == ABSENT else now
    return "X" if now == "F" else "R"


def with_few(strip: str, sizes: Sequence[int]) -> str:
    """``strip`` with small letters for the runs of few tests. ``sizes`` are the numbers of tests of
    all runs, 0 where that is not known: whoever was stopped did not choose."""
    largest = max(size for letter, size in zip(strip, sizes, strict=True) if letter != ABSENT)
    return "".join(
        letter.lower() if 0 < _FEW * size <= largest else letter
        for letter, size in zip(strip, sizes, strict=True)
    )


@lru_cache(maxsize=65536)  # of a suite with thousands of tests most have the same
def judge(strip: str) -> TestVerdict:
    """What the outcomes in ``strip``, oldest first, say of a test; those of a run of few tests are
    small letters. Skips, and runs that it is not in, say nothing.

    - ``passes_alone``: it fails in whole runs, up to the last one, and passes since it last began
      to in runs of few tests. A pass alone does not clear what fails among the others.
    - ``broken``: it failed in every run, however often it was tried.
    - ``steady``: it never failed; ``not_run``: it never passed either.
    - ``new_failure``: it passed, and has failed ever since; ``cleared``: the other way round.
    - ``flaky``: it did both, and chance explains the order better than a few changes that lasted
      (``stats.is_lasting``). Tries that disagree are chance. It is ``cleared`` after so many passes
      in a row as would be less likely than 5 % at its earlier rate of failures, of which the lower
      end of the interval (``stats.wilson``) is taken.
    """
    if _passes_alone(strip):
        return "passes_alone"
    return _trend([letter for letter in strip.upper() if letter in _DECIDED])


def _passes_alone(strip: str) -> bool:
    whole = [letter for letter in strip if letter in _DECIDED]
    if not whole or whole[-1] not in _FAILED:
        return False
    tail = strip[1 + max(strip.rfind("P"), strip.rfind("R")) :]
    tail = tail[min(tail.index(letter) for letter in _FAILED if letter in tail) :]
    alone = [letter.upper() for letter in tail if letter.islower() and letter.upper() in _DECIDED]
    if _trend(alone) not in ("steady", "cleared"):
        return False
    # By chance, at any rate, so many failures and passes come in this order once in so many times.
    both = len(alone) + sum(map(tail.count, _FAILED))
    is_no_chance = (both + 1) * math.comb(both, len(alone)) * ALPHA >= 1
    return is_no_chance or _trend(whole) in ("broken", "new_failure")


def _trend(outcomes: Sequence[str]) -> TestVerdict:
    if not outcomes:
        return "not_run"
    kinds = {*outcomes}
    if len(kinds) == 1 and kinds <= {"F", "P"}:
        return "broken" if "F" in kinds else "steady"
    failed = [is_failed in _FAILED for is_failed in outcomes]
    last = max((at for at, i in enumerate(failed) if i != failed[-1]), default=-1) + 1
    if is_lasting(failed):
        if {*outcomes[last:]} == {"F"}:
            return "new_failure"
        if kinds == {"F", "P"}:
            return "cleared"
    return "cleared" if _is_calm(outcomes) else "flaky"


def _is_calm(outcomes: Sequence[str]) -> bool:
    """Whether so many passes as it ends with are unlikely at the rate of failures before them. The
    last failure is no part of that: it is where we began to count."""
    last = max(at for at, letter in enumerate(outcomes) if letter != "P")
    failures = sum(letter != "P" for letter in outcomes[:last])
    return (1 - wilson(failures, last).low) ** (len(outcomes) - last - 1) <= ALPHA


class Stretch(NamedTuple):
    """The failures that a test ends with: the place in its strip ``since`` which it fails, the last
    one where it passed ``before`` that, and how many ``runs`` it failed in."""

    since: int
    before: int | None
    runs: int


def failing(strip: str) -> Stretch | None:
    """The failures at the end, for ``passes_alone`` at that of the whole runs; None for another
    verdict than this, ``broken`` and ``new_failure``."""
    verdict = judge(strip)
    if verdict not in ("passes_alone", "broken", "new_failure"):
        return None
    seen = strip if verdict == "passes_alone" else strip.upper()
    decided = [(at, letter) for at, letter in enumerate(seen) if letter in _DECIDED]
    passed = [at for at, letter in decided if letter not in _FAILED]
    before = passed[-1] if passed else None
    failed = [at for at, letter in decided if before is None or at > before]
    return Stretch(failed[0], before, len(failed))
