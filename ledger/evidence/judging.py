"""One JUnit ``testcase`` element by itself."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

from ledger.evidence.part import MAX_MESSAGE, shorten
from ledger.models.evidence import Outcome, TestResult

TEARDOWN = "failed on teardown with"
MAX_DEPTH = 100
TOO_DEEP = f"elements at most {MAX_DEPTH} deep, found deeper ones"
_NOT_RUN = frozenset({"notrun", "suppressed", "disabled", "ignored", "skipped"})
_AT_COLLECTION = frozenset({"collection skipped", "collection failure"})
# The verdicts, the weightiest first, and what they stand for. Surefire's ``flaky...`` are
# tries before one that passed, ``rerun...`` further tries that failed as well.
_OUTCOMES: tuple[tuple[Outcome, tuple[str, ...]], ...] = (
    ("error", ("error",)),
    ("failed", ("failure",)),
    ("failed", ("rerunError", "rerunFailure")),
    ("passed", ("flakyError", "flakyFailure")),
    ("skipped", ("skipped", "ignored", "disabled")),
)
_WEIGHT = {tag: at for at, (_, tags) in enumerate(_OUTCOMES) for tag in tags}


class Misnested(Exception):
    """Elements stand where no writer puts them. The text says what was expected and found."""


def local(element: Element) -> str:
    """The tag without its namespace."""
    tag: str = element.tag
    return tag[tag.rindex("}") + 1 :] if "}" in tag else tag


def judge(identity: str, case: Element) -> tuple[TestResult, list[str]]:
    """The result that a test case shows, and the tags of its verdicts."""
    tags: list[str] = []
    deciding: Element | None = None
    weight = len(_OUTCOMES)
    for child in case:
        tag = child.tag
        if tag not in _WEIGHT:
            tag = local(child)
            if tag == "testcase":
                raise Misnested("no test case inside a test case, found one")
            if tag not in _WEIGHT:
                continue
        tags.append(tag)
        if _WEIGHT[tag] < weight:
            weight, deciding = _WEIGHT[tag], child
    if deciding is None:
        return without_verdict(identity, case), tags
    duration = seconds(case.get("time"))
    return _judged(identity, duration, deciding, tags, _OUTCOMES[weight][0]), tags


def without_verdict(identity: str, case: Element) -> TestResult:
    """A test case in which nothing says how it went: it passed, unless its ``status`` or
    ``result`` (GoogleTest, CTest) says that it did not run."""
    outcome: Outcome = "passed"
    status, result = case.get("status", ""), case.get("result", "")
    if (status or result) and (status.lower() in _NOT_RUN or result.lower() in _NOT_RUN):
        outcome = "skipped"
    return TestResult(identity, outcome, seconds(case.get("time")), None)


def _judged(
    identity: str, duration: float | None, deciding: Element, tags: list[str], outcome: Outcome
) -> TestResult:
    # Where a verdict has no message its text stands for it.
    message = deciding.get("message") or (deciding.text or "")[: 4 * MAX_MESSAGE].strip()
    if outcome == "skipped":
        if deciding.get("type") == "pytest.xfail":
            outcome = "xfailed"
        elif message == "xfail-marked test passes unexpectedly":
            outcome = "xpassed"
    tries, flaky = 1, False
    if len(tags) > 1 or outcome == "passed":
        tries += sum(tag.startswith(("flaky", "rerun")) for tag in tags)
        flaky = outcome == "passed"
    return TestResult(
        identity,
        outcome,
        duration,
        shorten(message) if message else None,
        tries,
        flaky,
        message in _AT_COLLECTION,
    )


def seconds(text: str | None) -> float | None:
    """A ``time`` attribute; Surefire writes thousands with a comma. None where it is none."""
    try:
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        try:
            value = float((text or "").replace(",", ""))
        except ValueError:
            return None
    return value if 0 <= value < math.inf else None
