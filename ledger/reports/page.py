"""``report`` for people who would rather look than read: one page of HTML that needs nothing else.

Jinja2 escapes whatever it prints. The page's own style and script are allowed by their hashes, and
nothing else is: no request, no other script, no style in an attribute."""

import re
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import quote

from ledger.claims.model import JudgedClaim
from ledger.commands.item_runs import AttemptRun
from ledger.commands.links import ArtifactLink, CommitLink
from ledger.commands.report import LONGEST_TEXT, Report, ReportedItem
from ledger.errors import UsageError
from ledger.git.log import Commit
from ledger.plan.model import Attempt, ItemStatus, Span, newest_first
from ledger.plan.text import counted, one_line, visible
from ledger.reports import cut
from ledger.rules.model import Finding
from ledger.versions.model import Event, Facts, History

if TYPE_CHECKING:
    from jinja2 import Environment

T = TypeVar("T", JudgedClaim, ArtifactLink, CommitLink, Finding)
MARK: Final = b"<!doctype html>\n<!-- made by ledger report -->\n"
"""What each page begins with: a file that begins otherwise is somebody else's."""
VIEWS: Final = {
    "today": "Today",
    "board": "Board",
    "list": "List",
    "sprints": "Sprints",
    "charts": "Charts",
    "health": "Health",
}
_COLUMNS: Final[dict[ItemStatus, str]] = {
    "in_progress": "In progress",
    "blocked": "Blocked",
    "pending": "Pending",
    "unknown": "Status unknown",
    "done": "Done",
    "archived": "Archived",
}
_INLINE: Final = re.compile(r"(`[^`\n]{1,500}`)|\*\*([^*\n]{1,500})\*\*")  # `code` and **bold**
_MOST_COMMITS: Final = 8
_MOST_POINTS: Final = 250  # of a line
_FAULTS: Final = "Doubled numbers and items, wrong rows of the index, lines that were not read."
_MOST_ITEMS: Final = 3000
_MOST_ENTRIES: Final = 2000  # of a list of findings or claims
_MOST_MARKED: Final = 200  # passages of one attempt
_LONGEST: Final = 400  # characters of a passage that is marked


class Passage(NamedTuple):
    """A part of a text, with the claim that it makes, if it makes one."""

    text: str
    claim: JudgedClaim | None


class AttemptView(NamedTuple):
    """One attempt, with what belongs to it."""

    anchor: str
    attempt: Attempt
    run: AttemptRun | None
    claims: Sequence[JudgedClaim]
    artifacts: Sequence[ArtifactLink]
    commits: Sequence[CommitLink]


class ItemView(NamedTuple):
    """One item, with what belongs to it. ``older`` attempts are left out, ``claims`` are those of
    no attempt."""

    anchor: str
    reported: ReportedItem
    attempts: Sequence[AttemptView]
    older: int
    claims: Sequence[JudgedClaim]
    every_claim: Sequence[JudgedClaim]
    findings: Sequence[Finding]
    charts_anchor: str


def page(report: Report) -> bytes:
    """The page in UTF-8. Raises UsageError where Jinja2 is not installed."""
    environment = _environment()
    style, script = (_asset(environment, name) for name in ("page.css", "page.js"))
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    anchors, parts = _Anchors(), _Parts(report)
    lacks = {"sprints": not report.briefs}
    loose = [parts.view(anchors, "attempt", attempt) for attempt in report.loose[:_MOST_ENTRIES]]
    items = _items(report, parts, anchors)
    body = environment.get_template("page.html.j2").render(
        report=report,
        items=items,
        loose=loose,
        homeless=parts.homeless,
        most=_MOST_ENTRIES,
        longest=LONGEST_TEXT,
        left_out=len(report.items) - len(items),
        ready=_also_ready(report, items),
        recent=_recent(report),
        places={view.reported.summary.id: view.anchor for view in reversed(items)},
        columns=[
            (key, label, [view for view in items if view.reported.summary.status == key])
            for key, label in _COLUMNS.items()
        ],
        views={key: label for key, label in VIEWS.items() if not lacks.get(key)},
        history=list(_series(report.history)) if report.history else [],
        policy=policy,
        style=style,
        script=script,
        version=version("fix-plan-ledger"),
    )
    return MARK + _plain(body).encode() + b"\n"


def _also_ready(report: Report, items: Sequence[ItemView]) -> list[ItemView]:
    """The other items that are ready, most urgent first."""
    first = report.next.item
    ready = [view for view in items if view.reported.summary.is_ready]
    others = [view for view in ready if not first or view.reported.summary.line != first.line]
    return sorted(others, key=lambda view: view.reported.summary.rank)


def _recent(report: Report) -> list[tuple[Commit, list[Event]]]:
    """The newest commits that changed the plan, each with what it did."""
    if report.history is None:
        return []
    events: dict[str, list[Event]] = {}
    for event in report.history.events:
        events.setdefault(event.commit, []).append(event)
    commits = report.history.log[::-1][:_MOST_COMMITS]
    return [(commit, events.get(commit.sha, [])) for commit in commits]


class Series(NamedTuple):
    """One figure of the plan's versions. ``drawn`` are the places of the largest value of each
    stretch of ``part`` versions, so that no peak is lost; ``ends`` the first and the last day."""

    title: str
    tone: str
    note: str
    values: Sequence[float]
    part: int
    drawn: Sequence[int]
    ends: tuple[str, str]


def _series(history: History) -> Iterator[Series]:
    facts = history.facts
    if len(facts) < 2:
        return
    days = {commit.sha: commit.day for commit in history.log}
    first, last = (days.get(f.commit) or f.commit[:8] for f in (facts[0], facts[-1]))
    part = -(-len(facts) // _MOST_POINTS)
    for title, tone, note, values in (
        ("Size in KB", "accent", "", [f.size / 1000 for f in facts]),
        ("Attempts in the file", "calm", "", [f.attempts for f in facts]),
        ("Faults in the text", "bad", _FAULTS, [_faults(f) for f in facts]),
    ):
        stretches = (range(at, min(at + part, len(facts))) for at in range(0, len(facts), part))
        drawn = [max(some, key=values.__getitem__) for some in stretches]
        ends = first, last
        yield Series(title, tone, note, values=values, part=part, drawn=drawn, ends=ends)


def _faults(facts: Facts) -> int:
    return facts.duplicates + facts.doubled + facts.contradictions + facts.unread


@cache
def _environment() -> "Environment":
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # an extra
    except ModuleNotFoundError as error:
        hint = f"{sys.executable} -m pip install 'jinja2>=3.1,<4'"
        raise UsageError("no-extra", "the package jinja2 is not installed", hint) from error
    environment = Environment(
        loader=PackageLoader("ledger.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )
    environment.filters.update(
        passages=passages, prose=prose, counted=counted, words=_words, fragment=_fragment,
        one_line=one_line, verdicts=_verdicts, shorten=cut, thousands="{:,}".format,
    )  # fmt: skip
    return environment


def _asset(environment: "Environment", name: str) -> Any:
    """A file that is put into the page as it is."""
    from markupsafe import Markup  # comes with Jinja2

    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])  # noqa: S704 - our own file


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def _plain(text: str) -> str:
    """Text without what reorders a line, and without what is no character."""
    return "\n".join(map(visible, text.split("\n")))


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")


def _fragment(anchor: str) -> str:
    """An anchor as it is behind ``#`` in a link."""
    return "#" + quote(anchor.encode("utf-8", "replace"), safe="")


def _verdicts(claims: Iterable[JudgedClaim]) -> dict[str, int]:
    counts = Counter(claim.verdict for claim in claims)
    return {name: counts[name] for name in ("supported", "contradicted", "unverifiable")}


class _Anchors:
    """The names of places in the page, each given once."""

    def __init__(self) -> None:
        views = (*VIEWS, "loose")
        self._taken = {f"{kind}-{name}" for kind in ("view", "h") for name in views} | {"views"}

    def name(self, wanted: str) -> str:
        """``wanted`` without white space, with a number behind it where another place has it."""
        wanted = "-".join(_plain(wanted).split()) or "item"
        anchor, count = wanted, 1
        while anchor in self._taken:
            count += 1
            anchor = f"{wanted}~{count}"
        self._taken.add(anchor)
        return anchor


def _items(report: Report, parts: "_Parts", anchors: _Anchors) -> list[ItemView]:
    names = [(anchors.name(item.summary.id), item) for item in report.items[:_MOST_ITEMS]]
    attempts = [
        list(_attempts(anchor, item, parts, anchors))[: report.each] for anchor, item in names
    ]
    own = [parts.claims.take(item.item.span) for _, item in names]
    elsewhere = parts.claims.rest()  # what an item says outside of its section
    findings = _by_item(report.checked.findings)
    views = []
    for (anchor, item), tried, claims in zip(names, attempts, own, strict=True):
        has_charts = len(item.runs.counted) > 1 or item.rounds is not None
        others = [*claims, *elsewhere.pop(item.summary.id, ())]
        view = ItemView(
            anchor=anchor,
            reported=item,
            attempts=tried,
            older=len(item.item.attempts) - len(tried),
            claims=others,
            every_claim=[*others, *(claim for view in tried for claim in view.claims)],
            findings=findings.get(item.summary.id, ()),
            charts_anchor=anchors.name(f"charts-{anchor}") if has_charts else "",
        )
        views.append(view)
    parts.homeless = [claim for some in elsewhere.values() for claim in some]
    return views


def _attempts(
    anchor: str, item: ReportedItem, parts: "_Parts", anchors: _Anchors
) -> Iterator[AttemptView]:
    runs = {run.line: run for run in item.runs.attempts}
    for attempt in newest_first(item.item.attempts):
        yield parts.view(anchors, anchor, attempt, runs.get(attempt.span.start_line))


class _Pool(Generic[T]):
    """What is on lines of the plan, each of which is taken once."""

    def __init__(self, parts: Iterable[T]) -> None:
        self._lines: dict[int, list[T]] = {}
        for part in parts:
            self._lines.setdefault(part.line, []).append(part)

    def take(self, span: Span) -> list[T]:
        """What is on the lines of a span and was not taken yet."""
        lines = range(span.start_line, span.end_line + 1)
        return [entry for line in lines for entry in self._lines.pop(line, ())]

    def rest(self) -> dict[str | None, list[T]]:
        """What was not taken, by the item that it is about."""
        return _by_item(entry for some in self._lines.values() for entry in some)


class _Parts:
    """Claims and links, as the attempts that they are in take them. ``homeless`` are the claims
    that are about no item of the page."""

    def __init__(self, report: Report) -> None:
        self.claims = _Pool(report.verification.claims)
        self.homeless: list[JudgedClaim] = []
        self._artifacts = _Pool(report.links.artifacts)
        self._commits = _Pool(report.links.commits)

    def view(
        self, anchors: _Anchors, item: str, attempt: Attempt, run: AttemptRun | None = None
    ) -> AttemptView:
        """An attempt with what is on its lines."""
        name = attempt.date if attempt.number is None else attempt.number
        return AttemptView(
            anchor=anchors.name(f"{item}-{name}"),
            attempt=attempt,
            run=run,
            claims=self.claims.take(attempt.span),
            artifacts=self._artifacts.take(attempt.span),
            commits=self._commits.take(attempt.span),
        )


def _by_item(parts: Iterable[T]) -> dict[str | None, list[T]]:
    by_item: dict[str | None, list[T]] = {}
    for part in parts:
        by_item.setdefault(part.item, []).append(part)
    return by_item


def passages(text: str, first_line: int, claims: Sequence[JudgedClaim]) -> list[Passage]:
    """``text``, which begins on ``first_line``, cut where claims begin and end. A claim whose
    passage another one has, or that is not found word for word, marks nothing."""
    text = cut(text.replace("\r\n", "\n"), LONGEST_TEXT)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    places: list[tuple[int, int, JudgedClaim]] = []
    for claim in claims[:_MOST_MARKED]:
        at = claim.line - first_line
        pattern = r"\s+".join(map(re.escape, claim.text[:_LONGEST].split()))
        if not pattern or not 0 <= at < len(starts) - 1:
            continue
        for match in re.compile(pattern).finditer(text, starts[at]):
            start, end = match.span()
            if start >= starts[at + 1]:
                break
            if text[max(0, start - 1) : start] == "`" == text[end : end + 1]:
                start, end = start - 1, end + 1
            if all(end <= first or last <= start for first, last, _ in places):
                places.append((start, end, claim))
                break
    parts, at = [], 0
    for start, end, claim in sorted(places, key=lambda place: place[0]):
        parts += [Passage(text[at:start], None), Passage(text[start:end], claim)]
        at = end
    return [part for part in (*parts, Passage(text[at:], None)) if part.text]


def prose(text: str) -> list[tuple[str, str]]:
    """``text`` cut into ``("", ...)``, ``("code", ...)`` and ``("bold", ...)``."""
    parts: list[tuple[str, str]] = []
    at = 0
    for match in _INLINE.finditer(text):
        parts.append(("", text[at : match.start()]))
        parts.append(("code", match[1][1:-1]) if match[1] else ("bold", match[2]))
        at = match.end()
    return [part for part in (*parts, ("", text[at:])) if part[1]]
