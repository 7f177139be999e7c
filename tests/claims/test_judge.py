"""Prose to claims to verdicts: the examples of the reference, and the odd cases beside them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.campaigns import lies
from tests.support import claims_page
from tests.support.claims_page import NONE, Example

CASES = claims_page.CASES.read_text("utf-8")
EXAMPLES = [
    *claims_page.examples(claims_page.PAGE.read_text("utf-8")),
    *claims_page.examples(CASES),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, isolation: None) -> Path:
    """A repository with the runs of the examples."""
    place = tmp_path_factory.mktemp("claims")
    claims_page.lay_out(place, CASES)
    return place


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.text)
def test_the_examples_of_the_reference(root: Path, example: Example) -> None:
    found = [claims_page.told(one) for one in claims_page.judged(root, CASES, example.text)]
    assert tuple(found or [NONE]) == example.claims


def test_every_kind_and_verdict_is_among_the_examples() -> None:
    claims = {claim.partition(" ")[0] for example in EXAMPLES for claim, _ in example.claims}
    assert claims >= {
        "count", "rate", "sum", "duration", "margin", "exit_code", "memory", "cpu", "delta",
        "test", "artifact", "commit", "reference", "stamp",
    }  # fmt: skip
    verdicts = {verdict.partition(":")[0] for example in EXAMPLES for _, verdict in example.claims}
    assert verdicts >= {"supported", "contradicted", "unverifiable"}


def test_planted_lies_are_found_and_the_truth_is_not_accused(tmp_path: Path) -> None:
    """The short form of ``python -m tests.campaigns.lies``."""
    outcome = lies.Outcome()
    lies.judge(Random(20251102), tmp_path, outcome, 120)
    assert outcome.planted.total() == 120
    assert outcome.alarms == []
    assert outcome.share >= lies.ENOUGH, outcome.missed
