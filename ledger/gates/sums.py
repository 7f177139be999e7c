"""The arithmetic of a brief: sums, shares, hours and margins that do not come out as it says."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ledger.gates import sprints
from ledger.gates.model import Blocker, Cluster, Misfit, Sprint, Totals

_PERCENT: Final = (
    r"\*{0,2}[ \t]?(?:=|\(|,)[ \t]?~?(?P<percent>\d{1,3}(?:\.(?P<digits>\d{1,4}))?)[ \t]?%"
)
# e.g. "1+1+1+2+1+2 = 8"
_SUM: Final = re.compile(
    r"(?<![\w.,+/-])(?P<parts>\d{1,6}(?:[ \t]?\+[ \t]?\d{1,6}){1,50})[ \t]?=[ \t]?"
    r"(?P<whole>\d{1,7})(?![\w.%])"
)
# e.g. "8 total (1+1+1+2+1+2 respectively)", "3 failures (2+1)"
_PARTS: Final = re.compile(
    r"(?<![\w.,])(?P<whole>\d{1,7})[ \t](?:total|failures?|failing tests?|tests?)[ \t]"
    r"\((?P<parts>\d{1,6}(?:[ \t]?\+[ \t]?\d{1,6}){1,50})(?=[ \t)])"
)
# e.g. "3 of 8 = 37.5 %", "4 of 8 (50 %)"
_OF: Final = re.compile(
    rf"(?<![\w.,])(?P<count>\d{{1,7}}) (?:of|out of) (?:the )?(?P<whole>\d{{1,7}}){_PERCENT}"
)
# e.g. "unblocks 4 failures = 50%", "Unblocks 3 failures (37.5% reduction)"
_UNBLOCKS: Final = re.compile(
    rf"\bunblocks (?P<count>\d{{1,6}}) failures?{_PERCENT}", re.IGNORECASE
)
# e.g. "540 passed (78.0%)"
_SHARE: Final = re.compile(
    rf"(?<![\w.,])(?P<count>\d{{1,9}})\*{{0,2}} (?:passed|failed|skipped){_PERCENT}"
)
# e.g. "6 active (CREF, PERF, TOOLS, CLI, GRAD, VEC)", "**Clusters:** 3 active (CREF, PERF, TOOLS)"
_LISTED: Final = re.compile(
    r"\bclusters:\*{0,2}[ \t]*(?P<count>\d{1,4})(?: \w+)? "
    r"\((?P<names>[A-Z][A-Z0-9-]*(?:, ?[A-Z][A-Z0-9-]*)*)\)",
    re.IGNORECASE,
)
_BLOCKS: Final = re.compile(r"\bblocks (?P<count>\d{1,6}) failures?\b", re.IGNORECASE)


def misfits(
    lines: Mapping[int, str],
    totals: Totals | None,
    clusters: Sequence[Cluster],
    blockers: Sequence[Blocker],
    work: Sequence[Sprint],
) -> Iterator[Misfit]:
    """The figures of a brief that do not add up, in the order of its ``lines``."""
    of_lines = [*_of_lines(lines, totals, clusters), *_of_totals(totals), *_of_work(work, totals)]
    of_lines += _of_blockers(lines, clusters, blockers)
    yield from sorted(of_lines, key=lambda misfit: misfit.line)


def _of_lines(
    lines: Mapping[int, str], totals: Totals | None, clusters: Sequence[Cluster]
) -> Iterator[Misfit]:
    failed = totals.failed if totals else sum(cluster.count or 0 for cluster in clusters)
    collected = totals.collected if totals else None
    for number, line in lines.items():
        for match in (*_SUM.finditer(line), *_PARTS.finditer(line)):
            comes_to = sum(int(part) for part in match["parts"].split("+"))
            if comes_to != int(match["whole"]):
                yield Misfit(line=number, text=match[0], reason=f"the sum is {comes_to}")
        if (listed := _LISTED.search(line)) and listed["names"].count(",") + 1 != int(
            listed["count"]
        ):
            names = listed["names"].count(",") + 1
            yield Misfit(line=number, text=listed[0], reason=f"{names} are named")
        for pattern, whole in ((_OF, None), (_UNBLOCKS, failed)):
            for count in pattern.finditer(line):
                yield from _share(number, count, whole or int(count.groupdict()["whole"] or 0))
        if totals and abs(number - totals.line) <= 1:
            for share in _SHARE.finditer(line):
                yield from _share(number, share, collected)


def _share(line: int, match: re.Match[str], whole: int | None) -> Iterator[Misfit]:
    """What is wrong about a share, which people round or cut off."""
    if whole:
        share, unit = 100 * int(match["count"]) / whole, 10.0 ** -len(match["digits"] or "")
        if not -unit < share - float(match["percent"]) < unit:
            reason = f"{match['count']} of {whole} are {share:.4g} %"
            yield Misfit(line=line, text=match[0], reason=reason)


def _of_totals(totals: Totals | None) -> Iterator[Misfit]:
    if totals is None:
        return
    ends = [n for n in (totals.passed, totals.failed, totals.skipped) if n is not None]
    if totals.collected is not None and sum(ends) > totals.collected:
        text = f"{totals.collected} collected"
        yield Misfit(line=totals.line, text=text, reason=f"{sum(ends)} ended")
    if totals.runtime_s and totals.timeout_s and totals.margin_percent is not None:
        margin = 100 * (1 - totals.runtime_s / totals.timeout_s)
        if abs(margin - totals.margin_percent) > 0.1 + 1e-9:
            left = f"{totals.runtime_s:g} s leave {margin:.4g} % of {totals.timeout_s:g} s"
            text = f"{totals.margin_percent:g}% margin"
            yield Misfit(line=totals.line, text=text, reason=left)


def _of_work(work: Sequence[Sprint], totals: Totals | None) -> Iterator[Misfit]:
    """Sprints whose tasks take another time, or that clear more failures than there are."""
    for sprint in work:
        whole = sprints.minutes(sprint.effort)
        efforts = [(task, sprints.minutes(task.effort)) for task in sprint.tasks]
        if not whole or not efforts or not all(span for _, span in efforts):
            continue
        needed = [span for task, span in efforts if span and not task.optional]
        every = [span for _, span in efforts if span]
        least = min(sum(low for low, _ in spans) for spans in (needed, every))
        most = max(sum(high for _, high in spans) for spans in (needed, every))
        if whole[1] < least or whole[0] > most:
            reason = f"its tasks take {least / 60:g} h" if least == most else "its tasks do not"
            yield Misfit(line=sprint.line, text=sprint.effort, reason=reason)
    clears = sum(sprint.unblocks or 0 for sprint in work)
    if totals and totals.failed is not None and clears > totals.failed:
        reason = f"there are {totals.failed} failures"
        yield Misfit(line=work[0].line, text=f"the sprints unblock {clears}", reason=reason)


def _of_blockers(
    lines: Mapping[int, str], clusters: Sequence[Cluster], blockers: Sequence[Blocker]
) -> Iterator[Misfit]:
    """Blockers whose clusters have another number of failures than they are said to block."""
    counts = {cluster.id: cluster.count for cluster in clusters}
    for blocker in blockers:
        match = _BLOCKS.search(lines.get(blocker.line, ""))
        own = [counts.get(name) for name in blocker.clusters]
        known = [count for count in own if count is not None]
        if match and own and len(known) == len(own) and sum(known) != int(match["count"]):
            reason = f"its clusters have {sum(known)}"
            yield Misfit(line=blocker.line, text=match[0], reason=reason)
