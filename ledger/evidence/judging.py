"""One JUnit ``testcase`` element by itself."""

import math
from typing import NamedTuple

from ledger.evidence.model import Outcome, TestResult
from ledger.evidence.part import shorten

TEARDOWN = "failed on teardown with"
MAX_DEPTH = 100
TOO_DEEP = f"elements at most {MAX_DEPTH} deep, found deeper ones"
_ENDLESS = math.inf
_FEWEST = 3  # attributes: name, class name and time are enough for most writers
_NOT_RUN = frozenset({"notrun", "suppressed", "disabled", "ignored", "skipped"})
_AT_COLLECTION = frozenset({"collection skipped", "collection failure"})
# The verdicts and what they stand for. Surefire's ``flaky...`` are
# tries before one that passed, ``rerun...`` further tries that failed as well.
OUTCOMES: dict[str, Outcome] = {
    "error": "error",
    "failure": "failed",
    "rerunError": "failed",
    "rerunFailure": "failed",
    "flakyError": "passed",
    "flakyFailure": "passed",
    "skipped": "skipped",
    "ignored": "skipped",
    "disabled": "skipped",
}
_WEIGHT: dict[Outcome, int] = {"error": 0, "failed": 1, "passed": 3, "skipped": 4}


class Misnested(Exception):
    """Elements stand where no writer puts them. The text says what was expected and found."""


class Verdict(NamedTuple):
    """An element in a test case that says how it went, such as ``<failure>``. ``text`` is kept
    where it has no message."""

    tag: str
    attributes: dict[str, str]
    text: list[str]


def judge(identity: str, case: dict[str, str], verdicts: list[Verdict]) -> TestResult:
    """The result of a test case with these attributes: its weightiest verdict decides, of two
    alike the first."""
    deciding = min(verdicts, key=_weight) if len(verdicts) > 1 else verdicts[0]
    outcome = OUTCOMES[deciding.tag]
    # Where a verdict has no message its text stands for it.
    message = deciding.attributes.get("message") or "".join(deciding.text).strip()
    if outcome == "skipped":
        if deciding.attributes.get("type") == "pytest.xfail":
            outcome = "xfailed"
        elif message == "xfail-marked test passes unexpectedly":
            outcome = "xpassed"
    tries, flaky = 1, False
    if len(verdicts) > 1 or outcome == "passed":
        tries += sum(verdict.tag.startswith(("flaky", "rerun")) for verdict in verdicts)
        flaky = outcome == "passed"
    return TestResult(
        identity=identity,
        outcome=outcome,
        duration_s=seconds(case.get("time")),
        message=shorten(message) if message else None,
        tries=tries,
        flaky=flaky,
        at_collection=message in _AT_COLLECTION,
    )


def _weight(verdict: Verdict) -> int:
    return _WEIGHT[OUTCOMES[verdict.tag]] + verdict.tag.startswith("rerun")


def without_verdict(identity: str, case: dict[str, str]) -> TestResult:
    """A test case in which nothing says how it went: it passed, unless its ``status`` or
    ``result`` (GoogleTest, CTest) says that it did not run."""
    outcome: Outcome = "passed"
    if len(case) > _FEWEST and ("status" in case or "result" in case):
        said = {case.get("status", "").lower(), case.get("result", "").lower()}
        outcome = "passed" if said.isdisjoint(_NOT_RUN) else "skipped"
    return TestResult(identity=identity, outcome=outcome, duration_s=seconds(case.get("time")))


def seconds(text: str | None) -> float | None:
    """A ``time`` attribute; Surefire writes thousands with a comma. None where it is none."""
    try:
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        try:
            value = float((text or "").replace(",", ""))
        except ValueError:
            return None
    return value if 0 <= value < _ENDLESS else None
