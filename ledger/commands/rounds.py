"""``ledger rounds``: judge repeated rounds of one command."""

import re
from contextlib import suppress
from pathlib import Path

from ledger import config as configuration
from ledger.commands import read
from ledger.errors import UnreadableInput, UsageError
from ledger.evidence.rounds import earlier_of, judge, read_rounds
from ledger.evidence.rounds_chain import judge_chain
from ledger.evidence.rounds_model import Earlier, Judgement, RetryCount, RoundsReport
from ledger.evidence.rounds_report import MAX_BYTES, read_report
from ledger.evidence.stats import SMALLEST_DROP
from ledger.git.files import WorkTree
from ledger.plan import selectors
from ledger.plan.model import newest_first

# `18/20`: K of N rounds passed.
_COUNTS = re.compile(r"(\d{1,6})/(\d{1,6})")
# `90 %`, `0.9`: a rate without its number of rounds.
_RATE = re.compile(r"\d{1,3}(?:\.\d{1,6})?[ \t]?%?|0?\.\d{1,6}")


def rounds(
    file: Path | None = None,
    *,
    item: str = "",
    against: str | None = None,
    retries: RetryCount | None = None,
    drop: float = SMALLEST_DROP,
    ledger: Path | None = None,
) -> Judgement:
    """Judge the rounds of a report in Markdown, or of a folder of run folders; or all rounds of an
    ``item``: those of the reports that its attempts cite.

    ``against`` is the earlier batch to compare with: ``K/N``, or the path of its report.
    ``retries`` says what a count of retries counts (``judge``), ``drop`` which drop of the pass
    rate matters at least, from 0 to 1. Raises ``UsageError`` for a batch that cannot be compared
    with and for an item that cites no rounds, ``UnreadableInput`` where no round is told.
    """
    if (file is None) != bool(item):
        raise UsageError("usage", "expected FILE or --item ITEM", "as in `ledger rounds rounds.md`")
    if file is None:
        reports = _reports(item, ledger)
        return judge_chain(reports, item, earlier_batch(against) if against else None, drop)
    report = read_rounds(file, str(file))
    earlier = earlier_batch(against) if against is not None else None
    return judge(report, earlier, retries, drop)


def _reports(item: str, ledger: Path | None) -> list[RoundsReport]:
    """The reports of rounds, or in bundles, that an item's attempts cite, the oldest first."""
    config = configuration.find(Path.cwd(), ledger)
    sections = selectors.items(read.opened(config).ledger, selectors.parse(item).item)
    files = WorkTree(config.root)
    attempts = [attempt for section in sections for attempt in newest_first(section.attempts)[::-1]]
    cited = (path for one in attempts for artifact in one.artifacts for path in artifact.paths)
    reports = []
    for path in dict.fromkeys(place for path in cited if (place := _report(files, path))):
        with suppress(UnreadableInput):
            reports.append(read_report(files.read(path, MAX_BYTES), path))
    if not reports:
        raise UsageError(
            "no-rounds",
            f"{sections[0].id}: expected attempts that cite reports of rounds, found none",
            "`ledger run --rounds N` makes such a report, rounds.md",
        )
    return reports


def _report(files: WorkTree, path: str) -> str:
    """The report of rounds that a cited path may be, or hold."""
    inside = f"{path.rstrip('/')}/rounds.md"
    if files.kind(path) == "folder":
        return inside if files.kind(inside) == "file" else ""
    return path if path.endswith(".md") and files.kind(path) == "file" else ""


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
