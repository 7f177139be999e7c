"""The real history of a real fix plan, in short; `tests.campaigns.versions` reads all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from ledger.plan import document, reader
from ledger.plan.model import Attempt, Ledger
from tests.campaigns import versions

NEWEST = "8b8c48d0"
VERSION = versions.Version("0" * 40, "0" * 40)
PLAN = b"""\
# Fix Plan Ledger

## [SCAN-001] Faster scanning
- Status: in_progress
- Attempts History:
  * [2025-03-04] Attempt #1 \xe2\x80\x94 Result: partial. Halved it.
  * [2025-03-05] Attempt #2 \xe2\x80\x94 Result: success. Halved it again.
- Next Actions:
  1. Halve it once more.
"""


def test_versions_spread_over_the_real_history_are_read_right(
    real_repo: Callable[[str], Path],
) -> None:
    repo = real_repo(NEWEST)
    history = versions.history(repo)
    assert len(history) == 1039
    outcome = versions.run(repo, versions.spaced(history, 40), processes=1)
    assert outcome.versions == 40
    assert outcome.counted > 5_000
    assert outcome.good, "\n".join(versions.report(outcome, show=10))


def test_the_versions_are_spaced_from_the_first_to_the_last() -> None:
    many = [versions.Version(str(number), "") for number in range(1039)]
    few = versions.spaced(many, 40)
    assert len(set(few)) == 40
    assert (few[0], few[-1]) == (many[0], many[-1])
    assert versions.spaced(many, None) == many


def test_a_reader_that_agrees_is_found_good() -> None:
    outcome = versions.judge(VERSION, PLAN)
    assert (outcome.counted, outcome.right, outcome.made_up) == (2, 2, 0)
    assert outcome.good


Change = Callable[[tuple[Attempt, ...]], Iterable[Attempt]]
FAULTS: dict[str, Change] = {
    "missing": lambda attempts: attempts[:1],
    "item": lambda attempts: (attempts[0], attempts[1].model_copy(update={"item": "LOAD-001"})),
    "number": lambda attempts: (attempts[0], attempts[1].model_copy(update={"number": 3})),
    "date": lambda attempts: (attempts[0], attempts[1].model_copy(update={"date": None})),
    "made up": lambda attempts: (
        *attempts,
        attempts[1].model_copy(
            update={"span": attempts[1].span.model_copy(update={"start_line": 9})}
        ),
    ),
    "twice": lambda attempts: (*attempts, attempts[1]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reader_that_errs_is_found_out(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    read = reader.read

    def errs(data: bytes) -> Ledger:
        ledger = read(data)
        (item,) = ledger.items
        return ledger.model_copy(
            update={
                "items": (
                    item.model_copy(update={"attempts": tuple(FAULTS[fault](item.attempts))}),
                )
            }
        )

    monkeypatch.setattr(reader, "read", errs)
    outcome = versions.judge(VERSION, PLAN)
    assert not outcome.good
    assert {known.kind for known in outcome.disagreements} == {fault} - {"twice"}


def test_lost_bytes_and_exceptions_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    read = reader.read
    monkeypatch.setattr(document, "render", lambda _: b"")
    monkeypatch.setattr(
        reader, "read", lambda data: read(data).model_copy(update={"text": data + b" "})
    )
    assert len(versions.judge(VERSION, PLAN).faults) == 2
    monkeypatch.setattr(reader, "read", lambda _: next(iter(())))
    outcome = versions.judge(VERSION, PLAN)
    assert not outcome.good
    assert "StopIteration" in outcome.faults[0]
    assert (outcome.counted, outcome.right) == (2, 0)
