"""``ledger rounds``: judge repeated rounds of one command."""

import re
from pathlib import Path

from ledger.errors import UsageError
from ledger.evidence.rounds import earlier_of, judge, read_rounds
from ledger.evidence.rounds_model import Earlier, Judgement, RetryCount
from ledger.evidence.stats import SMALLEST_DROP

# `18/20`: K of N rounds passed.
_COUNTS = re.compile(r"(\d{1,6})/(\d{1,6})")
# `90 %`, `0.9`: a rate without its number of rounds.
_RATE = re.compile(r"\d{1,3}(?:\.\d{1,6})?[ \t]?%?|0?\.\d{1,6}")


def rounds(
    file: Path,
    *,
    against: str | None = None,
    retries: RetryCount | None = None,
    drop: float = SMALLEST_DROP,
) -> Judgement:
    """Judge the rounds of a report in Markdown, or of a folder of run folders.

    ``against`` is the earlier batch to compare with: ``K/N``, or the path of its report.
    ``retries`` says what a count of retries counts (``judge``), ``drop`` which drop of the pass
    rate matters at least, from 0 to 1. Raises ``UsageError`` for a batch that cannot be compared
    with, ``UnreadableInput`` where no round is told.
    """
    report = read_rounds(file, str(file))
    earlier = earlier_batch(against) if against is not None else None
    return judge(report, earlier, retries, drop)


def earlier_batch(given: str) -> Earlier:
    """The batch to compare with. A rate alone is refused: 90 % of 10 rounds and of 1,000 are
    not the same evidence."""
    counts = _COUNTS.fullmatch(given)
    if counts:
        passes, total = int(counts[1]), int(counts[2])
        if not total or passes > total:
            raise UsageError(
                "bad-baseline",
                f"--against {given}: expected K of N rounds, 0 <= K <= N and N at least 1",
                "such as --against 18/20",
            )
        return Earlier(passes=passes, total=total, source=given)
    place = Path(given)
    if _RATE.fullmatch(given.strip()) and not place.exists():
        raise UsageError(
            "baseline-without-rounds",
            f"--against {given}: expected K/N or a report, found a rate without its number of "
            "rounds, with which nothing can be compared",
            "give the counts, such as --against 18/20",
        )
    if not given or not place.exists():
        raise UsageError(
            "no-baseline",
            f"--against {given}: expected K/N, or a report or folder of rounds, found neither",
            "such as --against 18/20",
        )
    return earlier_of(read_rounds(place, given), given)
