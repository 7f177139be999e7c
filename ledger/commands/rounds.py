"""``ledger rounds``: judge repeated rounds of one command."""

import re
from collections.abc import Sequence
from pathlib import Path

from ledger import config as configuration
from ledger.commands import read
from ledger.errors import UnreadableInput, UsageError
from ledger.evidence.part import file_name
from ledger.evidence.rounds import earlier_of, judge, may_be_rounds, read_rounds
from ledger.evidence.rounds_chain import judge_chain
from ledger.evidence.rounds_model import Earlier, Judgement, RetryCount, RoundsReport
from ledger.evidence.rounds_report import MAX_BYTES, read_report
from ledger.evidence.stats import SMALLEST_DROP
from ledger.git.files import Files, WorkTree
from ledger.plan import selectors
from ledger.plan.model import Item, newest_first

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
    ``item``: those of the reports that its attempts cite; what else they cite that may be rounds
    is a warning.

    ``against`` is the earlier batch to compare with: ``K/N``, or the path of its report.
    ``retries`` says what a count of retries counts (``judge``), ``drop`` which drop of the pass
    rate matters at least, from 0 to 1. Raises ``UsageError`` for a batch that cannot be compared
    with and for an item that cites no rounds, ``UnreadableInput`` where no round is reported.
    """
    if (file is None) != bool(item):
        raise UsageError("usage", "expected FILE or --item ITEM", "as in `ledger rounds rounds.md`")
    if item and retries:
        text = "--retries does nothing with --item: each report's column says what it counts"
        raise UsageError("usage", text, "leave it out")
    if file is None:
        config = configuration.find(Path.cwd(), ledger)
        sections = selectors.items(read.opened(config).ledger, selectors.item_in(item))
        return item_rounds(WorkTree(config.root), sections, against=against, drop=drop)
    report = read_rounds(file, str(file))
    earlier = earlier_batch(against) if against is not None else None
    return judge(report, earlier, retries, drop)


def cites_rounds(files: Files, item: Item) -> bool:
    """Whether an attempt cites a report that is called so, or a run that made one. To look into
    every document that attempts cite takes long."""
    cited = (path for a in item.attempts for artifact in a.artifacts for path in artifact.paths)
    return any(
        "round" in file_name(path.rstrip("/")).casefold() or _report(files, path) != path
        for path in dict.fromkeys(cited)
    )


def item_rounds(
    files: Files,
    sections: Sequence[Item],
    *,
    against: str | None = None,
    drop: float = SMALLEST_DROP,
) -> Judgement:
    """All rounds of an item, which may have several sections. Raises as ``rounds`` does."""
    reports, left_out = _reports(files, sections)
    earlier = earlier_batch(against) if against is not None else None
    judged = judge_chain(reports, sections[0].id, earlier, drop)
    return judged.model_copy(update={"warnings": (*judged.warnings, *left_out)})


def _reports(files: Files, sections: Sequence[Item]) -> tuple[list[RoundsReport], list[str]]:
    """The reports of rounds that an item cites, oldest first, and what is left out."""
    attempts = [attempt for section in sections for attempt in newest_first(section.attempts)[::-1]]
    cited = (path for a in attempts for artifact in a.artifacts for path in artifact.paths)
    places = dict.fromkeys(_report(files, path.rstrip("/")) for path in cited)
    reports = []
    left_out = [
        f"{item.id}: has archived attempts; their rounds are not counted"
        for item in sections
        if item.archived
    ]
    for path in places:
        kind, may_be = files.kind(path), "round" in file_name(path).casefold()
        if kind == "file" and path.endswith(".md"):
            try:
                reports.append(read_report(files.read(path, MAX_BYTES), path))
            except UnreadableInput as error:
                may_be = may_be or not error.message.endswith("found none")
                left_out += [error.message] if may_be else []
        elif f"{path}.md" not in places and may_be_rounds(files, path):
            left_out.append(f"{path}: not counted; `ledger rounds {path}` judges the folders in it")
        elif may_be and kind != "folder":
            problem = "no report in Markdown" if kind else "not there"
            left_out.append(f"{path}: not counted, for it is {problem}")
    if not reports:
        message = f"{sections[0].id}: expected attempts that cite reports of rounds, found none"
        more = [f"and {len(left_out) - 3} more"] if len(left_out) > 3 else []
        hint = "; ".join([*left_out[:3], *more])
        hint = hint or "`ledger run --rounds N` makes such a report, rounds.md"
        raise UsageError("no-rounds", message, hint)
    return reports, left_out


def _report(files: Files, path: str) -> str:
    """The report of rounds in a cited folder; any other path as it is."""
    inside = f"{path}/rounds.md"
    return inside if files.kind(inside) == "file" else path


def earlier_batch(given: str) -> Earlier:
    """The batch to compare with. A rate without its number of rounds is refused."""
    counts = _COUNTS.fullmatch(given)
    if counts:
        passes, total = int(counts[1]), int(counts[2])
        if not total or passes > total:
            message = f"--against {given}: expected K of N rounds, 0 <= K <= N and N at least 1"
            raise UsageError("bad-baseline", message, "such as --against 18/20")
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
        message = f"--against {given}: expected K/N, or a report or folder of rounds, found neither"
        raise UsageError("no-baseline", message, "such as --against 18/20")
    return earlier_of(read_rounds(place, given), given)
