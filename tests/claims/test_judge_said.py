"""Short forms of the campaigns on what is said of runs.

The figures are those of today, and they may only get better: lower a ceiling and raise a floor as the
tool learns, and never the other way. They count both halves; what is held back is never shown.
"""

from __future__ import annotations

from pathlib import Path

from tests.campaigns import texts, true_statements
from tests.campaigns.tally import EVERY, Tally
from tests.campaigns.wordings import HALVES, wordings

# True sentences that are contradicted, and true ones about the run that are supported.
ACCUSED_AT_MOST = 6
SUPPORTED_AT_LEAST = 61
# Messages: untrue ones found, true ones blocked, true sentences contradicted in untrue ones.
FOUND_AT_LEAST = 15
BLOCKED_AT_MOST = 4
BESIDE_AT_MOST = 0


def test_true_sentences_are_not_contradicted(tmp_path: Path) -> None:
    tally = Tally("kind", "said", "read", "supported")
    for judged in true_statements.judge(200, 1, HALVES, tmp_path):
        true_statements.counted(tally, judged)
    accused = tally.numbers[EVERY]["even"] + tally.numbers[EVERY]["odd"]
    assert accused <= ACCUSED_AT_MOST, str(tally)
    assert tally.numbers[true_statements.ABOUT]["supported"] >= SUPPORTED_AT_LEAST, str(tally)


def test_untrue_messages_are_found_and_true_ones_let_through(tmp_path: Path) -> None:
    tally = Tally("kind", "texts", "untrue", "found", "unread")
    for text, verdict, is_direct in texts.judge(125, 1, HALVES, tmp_path):
        texts.counted(tally, text, verdict, is_direct)
    kinds = tally.kinds[EVERY]
    assert tally.numbers[EVERY]["found"] >= FOUND_AT_LEAST, str(tally)
    assert kinds["accused"] <= BLOCKED_AT_MOST, str(tally)
    assert kinds["beside"] <= BESIDE_AT_MOST, str(tally)
    assert kinds["twice"] == kinds["refused"] == 0, str(tally)


def test_each_wording_stands_in_the_file_of_its_half() -> None:
    for name in ("true", "texts"):
        every = [one.text for one in wordings(name)]
        assert len(every) == len(set(every))
