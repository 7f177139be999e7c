"""Record a run as an attempt. What runs and git supply is gathered once, outside the lock; what
depends on the ledger is worked out from the bytes that are read under it."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TypedDict, Unpack

from pydantic import Field

from ledger import config as configuration
from ledger.claims.judge import contradictions
from ledger.commands import closings, judgements, outcomes
from ledger.commands.change import Changed, Plan, change, change_with
from ledger.commands.read import opened
from ledger.config import Config
from ledger.edits import append as edits
from ledger.edits.outline import edited
from ledger.errors import Refused, UnreadableInput, UsageError
from ledger.evidence.compare import compare
from ledger.evidence.model import Evidence
from ledger.evidence.outputs import NOT_READ, UNREADABLE, outputs_of, read_run, together
from ledger.gates.success import against_success
from ledger.git import files, repository
from ledger.git.blobs import Blobs
from ledger.git.changes import Changes, changes
from ledger.plan import citations, patterns, selectors, styles, text, words
from ledger.plan.model import Action, Change, Item, Ledger, Model, NewAttempt, Result
from ledger.store import files_of

_MOST_NAMED = 3  # files of a run, in a note
_ATTEMPT = re.compile(r"\battempts?\W{1,4}\d", re.IGNORECASE)  # Attempt\ \#9.log


class Appended(Model):
    """What was written, or with `--dry-run` would be."""

    path: str
    """The ledger, relative to the top of its repository."""
    item: str
    """The item."""
    number: int | None = Field(ge=1)
    """The new attempt's number; null in a dialect without numbers."""
    line: int = Field(ge=1)
    """The line that it is on."""
    result: Result
    """Its result in one of six words."""
    metrics: str
    """Its metrics as written."""
    tasks: tuple[str, ...] = ()
    """The tasks that were ticked, as `plans/parser.md#M1`."""
    diff: str
    """The whole change as a unified diff."""
    notes: tuple[str, ...]
    """What is odd about the run, each in one line."""

    def as_change(self, before: str = "", *, dry_run: bool, notes: Sequence[str] = ()) -> Changed:
        """The same as a change of the item that ``before`` and the attempt mention."""
        name = "an attempt" if self.number is None else f"attempt #{self.number}"
        return Changed(
            path=self.path,
            item=self.item,
            line=self.line,
            done=(f"{before}{name}, {self.result}",),
            written=not dry_run,
            diff=self.diff,
            notes=(*notes, *self.notes),
        )


class Recording(TypedDict, total=False):
    """What an attempt says beside its runs: what ``append`` and ``run`` are both told."""

    result: str | None
    summary: str
    complete: Sequence[int]
    next_actions: Sequence[str]
    status: str | None
    because: str
    decision: str
    tasks: Sequence[str]


def append(
    item: str,
    runs: Sequence[Path] = (),
    *,
    baseline: Path | None = None,
    again: bool = False,
    dry_run: bool = False,
    ledger: Path | None = None,
    **recording: Unpack[Recording],
) -> Appended:
    """Record ``runs``, each a folder or a file in the repository, as one attempt of ``item``. None
    is needed to log a ``decision``, the option that was decided for and, ``because``, the reason;
    nor for a ``summary`` whose ``result`` is ``info``.

    ``result`` is how it went, in the author's words (default: what the runs say), ``summary`` what
    was done; all else comes from the runs, git and the plan. It completes the actions ``complete``
    and adds ``next_actions``; ``status`` is the item's new one. ``tasks`` of the item's plan file
    (``M1``, ``plans/a.md#M1``) are ticked. ``because`` is the reason for a success over a run that
    failed, or for done where nothing shows it; the attempt has it. ``baseline`` is an earlier run
    to compare with, ``again`` records a recorded run again, a ``dry_run`` writes nothing.

    Raises ``UsageError`` for an item that is none, a run outside of the repository and a result
    that is no result word; ``UnreadableInput`` for a run that is not there; ``Refused`` for a run
    that is recorded already, words that the runs contradict and what ``validate`` would refuse.
    """
    config = configuration.find(Path.cwd(), ledger)
    is_note = _is_note(config, recording.get("summary", ""), recording.get("result"))
    if not runs and (baseline or not (recording.get("decision") or is_note)):
        hint = "give its folder; `ledger note` records what was found without one"
        raise UsageError("no-run", "expected a run, found none", hint)
    _refuse_blank(recording)
    readings = Readings(config, runs, read_baseline(config, baseline))
    return record(config, item, readings, again=again, dry_run=dry_run, **recording)


def record(
    config: Config,
    item: str,
    readings: "Readings",
    *,
    result: str | None = None,
    summary: str = "",
    complete: Sequence[int] = (),
    next_actions: Sequence[str] = (),
    status: str | None = None,
    because: str = "",
    decision: str = "",
    tasks: Sequence[str] = (),
    again: bool = False,
    dry_run: bool = False,
) -> Appended:
    """Write the attempt of ``append`` for runs that are read. Nothing is read once it is written:
    what failed then would give a wrong exit code."""
    reason = "" if decision else because  # else it would stand in for evidence
    attempt = _draft(config, readings, result=result, summary=summary, because=reason)
    notes = (*readings.whole.warnings, *_citation_notes(readings), *readings.unkept)
    home = outcomes.home_of(config, _section(opened(config).ledger, item), tasks) if tasks else ""
    locked = change_with(config, home, dry_run=dry_run) if home else change(config, dry_run=dry_run)
    with locked as plan:
        section = _section(plan.ledger, item)
        ticked = outcomes.tick(plan, tasks)
        value = outcomes.decision_words(config, section, decision, because) if decision else ""
        if not again:
            _refuse_recorded(plan.ledger, section.id, readings, config.ledger_path)
        attempt = _placed(config, plan.ledger, section, attempt, readings=readings, decision=value)
        wanted = _change(section, attempt, complete, next_actions, status=status)
        wanted = _propose(config, plan, wanted, readings)
        if value:
            outcomes.refuse_unread(config, plan.new, section.id, value)
        outcomes.refuse_undone(config, plan.new, wanted, ticked, path=home)
    marks = [f"{home}#{item.id}" for item in ticked]
    return _appended(config, plan, wanted, tasks=marks, notes=notes)


def _is_note(config: Config, summary: str, result: str | None) -> bool:
    return bool(summary) and result is not None and _word(config, result) == "info"


def _refuse_blank(recording: Recording) -> None:
    options = {"--status": recording.get("status"), "--because": recording.get("because") or None}
    for option, value in options.items():
        if value is not None and not value.strip():
            raise UsageError("usage", f"{option}: expected words, found none", "or leave it out")


def refuse_unrecordable(
    config: Config, ledger: Ledger, section: Item, run: str, recording: Recording
) -> None:
    """Raise what ``append`` would raise of a run that is still to be made in the folder ``run``."""
    stamps = patterns.STAMP.findall(run)
    if len({*stamps}) > 1:
        message = (
            f"{run} lies in the folder of another run: the attempt would be that of {stamps[0]}"
        )
        hint = f"write <STAMP> for {stamps[0]} in the folder for runs"
        raise Refused("other-stamp", message, hint)
    _refuse_blank(recording)
    result = recording.get("result")
    if result is not None:
        _word(config, result)
    attempt = NewAttempt(
        number=edits.next_number(ledger, section.id),
        date=_today(),
        stamp=None,
        result="info",
        words="info",
        summary="",
        metrics="",
        because="",
        artifacts=(_readable(run),),
        commit="",
    )
    actions = recording.get("complete", ()), recording.get("next_actions", ())
    edits.append(ledger, _change(section, attempt, *actions, status=recording.get("status")))


def _change(
    section: Item,
    attempt: NewAttempt,
    complete: Sequence[int],
    next_actions: Sequence[str],
    *,
    status: str | None,
) -> Change:
    return Change(
        item=section.id,
        attempt=attempt,
        complete=tuple(dict.fromkeys(complete)),
        next=tuple(next_actions),
        status=status,
        today=_today(),
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def read_baseline(config: Config, baseline: Path | None) -> Evidence | None:
    """The earlier run that runs are compared with. Raises as ``append`` does of a run."""
    if baseline is None:
        return None
    return read_run(files.WorkTree(config.root), files.inside(config.root, baseline))


class Readings:
    """What the runs say: ``each`` by itself, and the ``whole`` of them as parts of one run; and
    ``unkept``, what keeps the next commit from having their files, and what to do about it.
    Raises as ``append`` does of runs."""

    def __init__(
        self, config: Config, runs: Sequence[Path], baseline: Evidence | None = None
    ) -> None:
        tree = files.WorkTree(config.root)
        names = list(dict.fromkeys(files.inside(config.root, run) for run in runs))
        self.baseline = baseline
        self.outputs = [outputs_of(tree, name) for name in names]
        today = datetime.now(UTC).isoformat()
        none = Evidence(path="", completeness="complete", started=today)
        self.whole = together(self.outputs) if names else none
        self.each = tuple(outputs.evidence() for outputs in self.outputs)
        self.single = frozenset(run.path for run in self.each if (config.root / run.path).is_file())
        for run in self.each:
            if not (run.files or run.tests or run.path in self.single):
                message = f"{run.path}: expected outputs of a run, found none"
                raise UnreadableInput("no-run", message, "give the folder that the run wrote into")
        for part in (part for outputs in self.outputs for part in outputs.parts):
            if part.reader == UNREADABLE:  # git could not commit it either
                reason = part.reason.removeprefix(NOT_READ)
                raise UnreadableInput("cannot-read", reason, "make the whole run readable")
        # How the files differ from HEAD; None where the bundle of each run says how they did.
        self.now: Changes | None = None
        if config.is_git and not all(run.commit for run in self.each):
            self.now = changes(config.root, set_aside(config, [run.path for run in self.each]))
        self.unkept = tuple(self._unkept(config.root)) if config.is_git else ()

    def _unkept(self, root: Path) -> Iterator[str]:
        for run in self.each:
            names = [run.path] if run.path in self.single else run.files
            paths = [name if name == run.path else f"{run.path}/{name}" for name in names]
            yield from repository.unkept(root, run.path, paths)


def _propose(config: Config, plan: Plan, wanted: Change, readings: Readings) -> Change:
    """Propose ``wanted``, with the ticks of what is met where it closes the item; return both."""
    if wanted.status is not None:
        draft = edited(plan.ledger, edits.append(plan.ledger, wanted))
        met = closings.met(config, wanted.item, draft, plan.ledger)
        wanted = wanted.model_copy(update={"met": met})

    def expect(new: Ledger) -> None:
        written = edits.check(plan.ledger, new, wanted)
        claims = contradictions(wanted.attempt.summary, written, readings.outputs)
        claims += judgements.contradicted(config, new, plan.ledger)
        # The date and the commit are the run's own: what is wrong with them is reported by rules.
        own = wanted.attempt.commit
        judged_claims = [c for c in claims if c.kind != "commit" or c.name not in own]
        hint = "say what the run says, or of what else it is said"
        judgements.refuse(judged_claims, ("date",), hint)

    plan.propose(edits.append(plan.ledger, wanted), expect=expect)
    return wanted


def _appended(
    config: Config,
    plan: Plan,
    wanted: Change,
    *,
    tasks: Sequence[str],
    notes: Sequence[str],
) -> Appended:
    written = edits.check(plan.ledger, plan.new, wanted)
    return Appended(
        path=config.ledger_path,
        item=wanted.item,
        number=written.number,
        line=written.span.start_line,
        result=wanted.attempt.result,
        metrics=wanted.attempt.metrics,
        tasks=tuple(tasks),
        diff=plan.diff,
        notes=tuple(notes),
    )


def _section(ledger: Ledger, item: str) -> Item:
    return edits.section_of(ledger, selectors.items(ledger, selectors.item_in(item))[0].id)


def _draft(
    config: Config,
    readings: Readings,
    *,
    result: str | None,
    summary: str,
    because: str,
) -> NewAttempt:
    """The attempt but for its number and commit."""
    baseline, whole = readings.baseline, readings.whole
    delta = compare(whole, baseline) if baseline else None
    phrase = result if result is not None else whole.result if readings.each else "info"
    word = _word(config, phrase, is_given=result is not None)
    date, stamp = _date(config.root, whole)
    failure = whole.failure
    if against_success(word, failure, text.one_line(because)) == "error":
        message = f"it would say {phrase!r}, and the run failed: {failure} in {whole.path}"
        raise Refused("contradicted", message, f"{judgements.INSIST}; nothing was written")
    return NewAttempt(
        number=None,
        date=date,
        stamp=stamp,
        moment="" if readings.each else _stamp(whole.started),
        result=word,
        words=phrase,
        summary=summary,
        metrics=edits.metrics_of(_quotable(readings), delta, baseline.path if baseline else ""),
        because=text.one_line(because),
        artifacts=tuple(path for run in readings.each for path in _cited(readings, run)),
        commit="",
    )


def _word(config: Config, phrase: str, *, is_given: bool = True) -> Result:
    """The result that ``phrase`` means. Raises UsageError where it means none."""
    word = words.vocabulary(config.own).result(text.one_line(phrase))
    if word == "unknown":
        raise UsageError(
            "unknown-result",
            f"{phrase!r} is no result" if is_given else "the run does not say how it ended",
            "say it with --result: success, partial, failed, blocked or info",
        )
    return word


def _date(root: Path, evidence: Evidence) -> tuple[str, str | None]:
    """The run's day: from its stamp, else from when it started, else from its newest file."""
    stamp = evidence.stamp
    if stamp:
        return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}", stamp
    if evidence.started:
        return evidence.started[:10], None
    place = root / evidence.path
    places = [place / name for name in evidence.files] if place.is_dir() else [place]
    newest = max((file.stat().st_mtime for file in places), default=place.stat().st_mtime)
    return datetime.fromtimestamp(newest, UTC).date().isoformat(), None


def _stamp(started: str | None) -> str:
    """A time such as ``2026-02-01T10:30:00+00:00`` as a stamp."""
    return f"{re.sub(r'[-:]', '', started[:19])}Z" if started else ""


def _readable(path: str) -> str:
    """``path`` as it is cited. Raises Refused where no reader would find it there again."""
    if _is_quotable([f"{path}/exit_code.txt"]):
        return citations.brace([path])
    odd = [part for part in path.split("/") if not _is_quotable([f"reports/{part}/exit_code.txt"])]
    message = f"{path}: a plan cannot cite a path with {(odd or [path])[0]!r} in it"
    raise Refused("unreadable-path", message, "rename the folder; nothing was written")


def _is_quotable(paths: Sequence[str]) -> bool:
    """Whether a plan can cite ``paths`` in a code span, and says nothing else with them."""
    quoted = f"`{citations.brace(paths)}`"
    names_other = _ATTEMPT.search(quoted) or citations.commits(quoted)
    return not names_other and styles.defused(quoted) == quoted and citations.is_quotable(paths)


def _cited(readings: Readings, run: Evidence) -> tuple[str, ...]:
    """The files of a run, as an attempt cites them: by their names, and where some cannot be
    quoted by the folder as well. A run may be one file."""
    folder = _readable(run.path)
    if not run.files or run.path in readings.single:
        return (folder,)
    unquotable = {*_unquotable(run)}
    paths = [f"{run.path}/{name}" for name in run.files if name not in unquotable]
    whole = (f"{folder}/",) if unquotable else ()
    return (*((citations.brace(paths),) if paths else ()), *whole)


def _unquotable(run: Evidence) -> Sequence[str]:
    """The files of a run that a plan cannot quote: for their names, or for being too many."""
    paths = [f"{run.path}/{name}" for name in run.files]
    if not paths or _is_quotable(paths):
        return ()
    odd = [name for name in run.files if not _is_quotable([f"{run.path}/{name}"])]
    plain = [f"{run.path}/{name}" for name in run.files if name not in {*odd}]
    return odd if not plain or _is_quotable(plain) else run.files


def _quotable(readings: Readings) -> Evidence:
    """The whole of what the runs say, without names of files that a plan cannot quote."""
    reason = readings.whole.reason
    for name in (name for run in readings.each for name in _unquotable(run)):
        reason = reason.replace(name, "a file")
    return readings.whole.model_copy(update={"reason": reason})


def _citation_notes(readings: Readings) -> Iterator[str]:
    """A note on each run that has files which are not cited by their names."""
    for run in readings.each:
        unquotable = () if run.path in readings.single else _unquotable(run)
        if unquotable:
            shown = ", ".join(unquotable[:_MOST_NAMED])
            more = f" and {len(unquotable) - _MOST_NAMED} more" if unquotable[_MOST_NAMED:] else ""
            yield f"{run.path} is cited as a folder: a plan cannot quote {shown}{more}"


def _placed(
    config: Config,
    ledger: Ledger,
    section: Item,
    attempt: NewAttempt,
    *,
    readings: Readings,
    decision: str,
) -> NewAttempt:
    """The attempt with its number and commit, and the words that log a decision."""
    known = {"commit": _commit(config, readings, ledger)}
    if decision:
        known["summary"] = f"{decision} {attempt.summary}".strip()
    number = edits.next_number(ledger, section.id)
    return attempt.model_copy(update={"number": number, **known})


def _commit(config: Config, readings: Readings, ledger: Ledger) -> str:
    """The commit of each run, and whether files differed: from its bundle, else as it is now."""
    commits: list[tuple[str | None, bool | None]]
    commits = [(run.commit, run.dirty) for run in readings.each if run.commit]
    now = readings.now
    if now is not None:
        earlier = tuple(f"{folder}/" for folder in earlier_runs(config, ledger, now.paths))
        commits.append((now.commit, not all(path.startswith(earlier) for path in now.paths)))
    shown = (f"`{name[:8]}`" + (" (dirty)" if dirty else "") for name, dirty in commits if name)
    return ", ".join(dict.fromkeys(shown))


def set_aside(config: Config, runs: Sequence[str]) -> list[str]:
    """The paths that may differ: the plan, its archive, what lies beside them, and ``runs``."""
    plans = (name for plan in (config.ledger_path, config.partner) for name in files_of(Path(plan)))
    return [*(plan.as_posix() for plan in plans), *runs]


def earlier_runs(config: Config, ledger: Ledger, paths: Sequence[str] | None = None) -> list[str]:
    """The cited folders of which git tracks no file; of ``paths``, those that one lies in."""
    cited = (path for entry in ledger.attempts for a in entry.artifacts for path in a.paths)
    folders = {
        path.rstrip("/") if path.endswith("/") else posixpath.dirname(path) for path in cited
    }
    if paths is not None:
        parents = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
        folders &= parents
    if not folders - {""}:
        return []
    contents = Blobs(config.root) if config.is_git else None
    states = repository.Artifacts(config.root, contents).states(sorted(folders - {""}))
    return [path for path, state in states.items() if state == "untracked"]


def _refuse_recorded(ledger: Ledger, item: str, readings: Readings, path: str) -> None:
    sections = [section for section in ledger.items if section.id == item]
    for run in readings.each:
        entry = edits.entry_of(run, sections)
        if entry:
            number, where = entry.number, ""
            if isinstance(entry, Action):
                number, where = entry.attempt, f" in action {entry.number}"
            called = "an attempt" if number is None else f"attempt #{number}"
            line = entry.span.start_line
            message = f"{run.path} is recorded as {called}{where} of {item} ({path}:{line})"
            raise Refused("recorded-already", message, "use --again to record it once more")
