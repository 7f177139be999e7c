"""Record a run as an attempt: read the evidence, ask git, edit, verify, check, write.

What a run or git can supply is gathered once, outside the lock. Everything that depends on
the ledger (the next number, the style, whether the run is there already) is worked out from
the bytes that are read under the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from ledger.claims.judge import contradictions
from ledger.claims.model import JudgedClaim
from ledger.commands import facts
from ledger.commands.change import change
from ledger.config import Config
from ledger.edits import append, recorded, verify, wording
from ledger.errors import Refused, UsageError
from ledger.evidence.access import WorkTree
from ledger.evidence.bundle import read_run, read_runs
from ledger.evidence.compare import compare
from ledger.evidence.model import Evidence
from ledger.git import files, repository
from ledger.plan import braces, selectors, text, words
from ledger.plan.model import Change, Ledger, Model, NewAttempt, Result


@dataclass(frozen=True, slots=True)
class Request:
    """What the author says. ``result`` None takes the run's own word."""

    item: str
    runs: tuple[Path, ...]
    result: str | None = None
    summary: str = ""
    complete: tuple[int, ...] = ()
    next: tuple[str, ...] = ()
    status: str | None = None
    baseline: Path | None = None
    again: bool = False
    dry_run: bool = False


class Appended(Model):
    """What was written, or with `--dry-run` would be."""

    path: str
    """The ledger, relative to the top of its repository."""
    item: str
    """The item."""
    number: int | None = Field(ge=1)
    """The new attempt's number; null in a dialect without numbers."""
    line: int = Field(ge=1)
    """The line that it stands on."""
    result: Result
    """Its result in one of six words."""
    metrics: str
    """Its metrics as written."""
    diff: str
    """The whole change as a unified diff."""
    notes: tuple[str, ...]
    """What is odd about the run, each in one line."""


def record(config: Config, request: Request) -> Appended:
    """Append one attempt. Raises Refused for a run that is recorded already, for a result that
    nobody understands, and for any change that ``validate`` would refuse."""
    draft = _draft(config, request)
    today = datetime.now(UTC).date().isoformat()
    with change(config, dry_run=request.dry_run) as plan:
        meant = _change(plan.ledger, request, draft, config, today)

        def expect(new: Ledger) -> None:
            verify.verify(plan.ledger, new, meant)
            written = verify.written(plan.ledger, new, meant)
            _refuse_contradicted(contradictions(request.summary, written, draft.evidences))
            _refuse_contradicted(facts.contradicted(config, new, plan.ledger))

        plan.propose(append.append(plan.ledger, meant), expect=expect)
    attempt = verify.written(plan.ledger, plan.new, meant)
    return Appended(
        path=config.ledger_path,
        item=meant.item,
        number=meant.attempt.number,
        line=attempt.span.start_line,
        result=meant.attempt.result,
        metrics=meant.attempt.metrics,
        diff=plan.diff,
        notes=draft.notes,
    )


def _refuse_contradicted(found: Sequence[JudgedClaim]) -> None:
    """Raise Refused where what is new says something else than its run does. The date is the run's
    own: that it lies ahead is told by other rules."""
    for claim in found:
        if claim.kind != "date":
            raise Refused(
                "contradicted",
                f'it would say "{claim.said}": {claim.correction}',
                "say what the run says, or of what else it is said; nothing was written",
            )


# The run


@dataclass(frozen=True, slots=True)
class _Draft:
    """The attempt but for its number, the runs that it rests on, and what is odd about them."""

    attempt: NewAttempt
    evidences: tuple[Evidence, ...]
    notes: tuple[str, ...]


def _draft(config: Config, request: Request) -> _Draft:
    tree = WorkTree(config.root)
    runs = [files.inside(config.root, run) for run in request.runs]
    evidence = read_runs(tree, runs)
    evidences = (evidence,) if len(runs) == 1 else tuple(read_run(tree, run) for run in runs)
    delta, baseline = None, ""
    if request.baseline is not None:
        baseline = files.inside(config.root, request.baseline)
        delta = compare(evidence, read_run(tree, baseline))
    said = request.result if request.result is not None else wording.result(evidence)
    result = words.result(text.one_line(said), config.own)
    if result == "unknown":
        raise UsageError(
            "unknown-result",
            "the run does not say how it ended"
            if request.result is None
            else f"{said!r} is no result",
            "say it with --result: success, partial, failed, blocked or info",
        )
    date, stamp = _date(config.root, evidence)
    attempt = NewAttempt(
        number=0,
        date=date,
        stamp=stamp,
        result=result,
        words=said,
        summary=request.summary,
        metrics=wording.metrics(evidence, delta, baseline),
        artifacts=tuple(_cited(one) for one in evidences),
        commit=_commit(config, evidences),
    )
    return _Draft(attempt, evidences, evidence.warnings)


def _date(root: Path, evidence: Evidence) -> tuple[str, str | None]:
    """The run's day: from its stamp, else from when it started, else from its newest file."""
    stamp = evidence.stamp
    if stamp:
        return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}", stamp
    if evidence.started:
        return evidence.started[:10], None
    place = root / evidence.path
    files = [place / name for name in evidence.files] if place.is_dir() else [place]
    newest = max((file.stat().st_mtime for file in files), default=place.stat().st_mtime)
    return datetime.fromtimestamp(newest, UTC).date().isoformat(), None


def _cited(evidence: Evidence) -> str:
    if not evidence.files:
        return evidence.path
    return braces.brace([f"{evidence.path}/{name}" for name in evidence.files])


def _commit(config: Config, evidences: tuple[Evidence, ...]) -> str:
    """HEAD, and whether the tree differed from it, the ledger and the run itself aside."""
    head = repository.head_commit(config.root) if config.is_git else None
    if head is None:
        return ""
    aside = [config.ledger_path, *(evidence.path for evidence in evidences)]
    return f"`{head[:8]}`" + (" (dirty)" if repository.is_dirty(config.root, aside) else "")


# The change


def _change(ledger: Ledger, request: Request, draft: _Draft, config: Config, today: str) -> Change:
    named = selectors.items(ledger, selectors.parse(request.item).item)
    section = append.section_of(ledger, named[0].id)
    if not request.again:
        _refuse_recorded(ledger, section.id, draft.evidences, config)
    number = append.next_number(ledger, section.id)
    attempt = draft.attempt.model_copy(update={"number": number})
    return Change(
        item=section.id,
        attempt=attempt,
        complete=request.complete,
        next=request.next,
        status=request.status,
        today=today,
    )


def _refuse_recorded(
    ledger: Ledger, item: str, evidences: tuple[Evidence, ...], config: Config
) -> None:
    sections = [section for section in ledger.items if section.id == item]
    for evidence in evidences:
        found = recorded.find(sections, evidence.path, evidence.stamp)
        if found:
            called = f"attempt #{found.number}" if found.number is not None else "an attempt"
            where = f" in action {found.action}" if found.action is not None else ""
            raise Refused(
                "recorded-already",
                f"{evidence.path} is recorded as {called}{where} of {item}"
                f" ({config.ledger_path}:{found.line})",
                "use --again to record it once more",
            )
