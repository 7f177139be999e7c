"""``ledger run``: execute a command, capture what it did as a bundle, and record that."""

import re
import shlex
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple, Unpack

from pydantic import Field

from ledger import config as configuration
from ledger.commands import read
from ledger.commands.append import (
    Appended,
    Readings,
    Recording,
    earlier_runs,
    read_baseline,
    record,
    refuse_unrecordable,
    set_aside,
)
from ledger.commands.outcomes import decision_words, home_of
from ledger.commands.rounds import earlier_batch
from ledger.config import Config
from ledger.edits.append import section_of
from ledger.errors import LedgerError, UnreadableInput, UsageError, why
from ledger.evidence.model import FAILING, Evidence
from ledger.evidence.rounds_model import Earlier
from ledger.gates import tree
from ledger.gates.ties import Tied, briefs_of
from ledger.gates.tree import Folder
from ledger.gates.variables import wanted
from ledger.git import files
from ledger.git.changes import changes
from ledger.git.files import WorkTree
from ledger.plan import selectors
from ledger.plan.model import Item, Ledger, Model, Result
from ledger.plan.text import decode, one_line
from ledger.run.bundle import DEFAULT_FOLDER, PATCH, Bundle, make_folder
from ledger.run.command import Command, RetryOn, shell_line
from ledger.run.model import CompletedRound, Gauge, Repetition
from ledger.run.process import Interrupts, NotStarted, require_posix
from ledger.run.rounds import Interrupted, execute_preflight, execute_rounds, write_report

_SLUG = re.compile(r"[^\w.-]+")


class FailingTest(Model):
    """A test that failed."""

    identity: str
    """Class name, `::`, test name."""
    message: str
    """The first line of why; empty where no output says."""


class RunOutcome(Model):
    """What was executed, and where its bundle is."""

    path: str
    """The bundle, relative to the top of the repository."""
    item: str
    """The item, as given."""
    command: str
    """The command, without the values of secrets."""
    stamp: str
    """The stamp of the run."""
    state: Literal["ended", "timeout", "interrupted"]
    """Whether the command ended by itself."""
    reason: str
    """Why it did not; empty where it did."""
    exit_code: int | None
    """The exit code, 124 for a timeout; of several rounds that of the last that failed. Null
    where none came to its end."""
    duration_s: float
    """Seconds that the last try took; of rounds, all."""
    peak_rss_bytes: int | None
    """Peak memory of the largest process; null where that needed less than can be known."""
    passes: int = Field(ge=0)
    """Rounds that passed."""
    rounds: int = Field(ge=1)
    """Rounds that were wanted."""
    first_try_passes: int = Field(ge=0)
    """Rounds that passed without a retry."""
    retried: tuple[str, ...]
    """How each try ended that was tried again."""
    result: Result
    """How it went, by all outputs: what an attempt records."""
    fault: str
    """What the outputs of the only round say against it, although its exit code is 0; empty for
    nothing."""
    no_try: str = ""
    """Why nothing was tried, such as a command that was not found; empty where something was."""
    failing: tuple[FailingTest, ...] = ()
    """The tests that failed, with the first lines of their messages."""
    verdict: tuple[str, ...]
    """What several rounds came to, in sentences; empty for one round."""
    recorded: Appended | None
    """The attempt; null where none was written."""
    earlier: tuple[str, ...] = ()
    """The bundles of a rerun's commands before this one."""
    notes: tuple[str, ...] = ()
    """What keeps the next commit from having the bundle, each in one line."""

    @property
    def passed(self) -> bool:
        """Whether every round came to its end and passed, by its exit code and its outputs."""
        return self.state == "ended" and self.result in ("success", "info")


class _Place(NamedTuple):
    """Where the bundle goes, as it was asked for; ``values`` are for placeholders."""

    folder: str
    into: str
    stamp: str
    values: Mapping[str, str]
    brief: Path | None


def run(
    item: str,
    command: Sequence[str],
    *,
    rounds: int = 1,
    retries: int = 0,
    retry_on: Sequence[str] = (),
    timeout_s: float | None = None,
    against: str | None = None,
    metrics: Sequence[str] = (),
    first: int | None = None,
    batch: int | None = None,
    preflight: str = "",
    crashes: Path | None = None,
    collect: Sequence[str] = (),
    stamp: str = "",
    phase: str = "",
    sprint: str = "",
    into: str = "",
    folder: str = "",
    brief: Path | None = None,
    baseline: Path | None = None,
    record: bool | None = None,
    ledger: Path | None = None,
    echo: Callable[[bytes], None] | None = None,
    progress: Callable[[CompletedRound], None] | None = None,
    **recording: Unpack[Recording],
) -> RunOutcome:
    """Execute ``command``, capture what it did in a new folder, and record it in ``item`` unless
    nothing was tried: the command was not found, its arguments were refused, no test was collected.
    ``record`` insists, or False leaves it out; ``recording`` is as for ``append``. The folder is
    ``folder``, else the item's ``Artifacts Root``, else ``runs`` of the settings; ``stamp``
    (default: now), ``phase`` and ``sprint`` are for its placeholders, ``into`` is a folder in the
    one of the stamp. Where the bundle of ``brief`` (default: the item's) has that, or one for the
    task that ``into`` names, folder and files are called as there. New crash reports are copied
    into it from ``crashes``, or from where the system puts them, and what the command writes from
    where ``collect`` names it (``out/*.xml``); ``LEDGER_RUN_DIR`` names it the folder.

    The command is executed in ``rounds``, after ``preflight`` has passed. Each tries again up to
    ``retries`` times after what ``retry_on`` names (a signal, an exit code or a pattern of the
    output), or after every failure; ``timeout_s`` is for each try. Their report has a column for
    each of the ``metrics`` (``Efficiency=PATTERN``), numbers from ``first`` on, counts by ``batch``
    and compares with ``against`` (``K/N`` or a report). ``echo`` gets what the command writes,
    ``progress`` each round that ended. What a signal ended is ``interrupted``, and not recorded.
    Raises ``UsageError`` before it executes anything; ``Refused`` for an attempt, whose bundle is
    kept; ``UnreadableInput`` where the disk is full.
    """
    require_posix()
    words, sources = tuple(command), tuple(collect)
    tries = RetryOn.parse(retry_on)
    terms = Command(
        words=words, timeout_s=timeout_s, retries=retries, retry_on=tries, collect=sources
    )
    _refuse_idle(rounds, metrics=metrics, first=first, batch=batch, against=against)
    repetition = _repetition(rounds, metrics, first, batch, preflight=preflight, crashes=crashes)
    place = _Place(folder, into, stamp, {"phase": phase, "sprint": sprint}, brief)
    bundle_of = partial(Bundle, item=item, command=terms, repetition=repetition)
    work = _Work(item, ledger, place, bundle_of, recording if record is not False else None)
    work.baseline = read_baseline(work.config, baseline)
    return work.outcome(against, echo=echo, progress=progress, insists=record is True)


class _Work:
    """A command to execute for an item; ``recording`` is what is recorded of it, None for nothing.
    What could not be recorded is refused here, before anything is executed."""

    def __init__(
        self,
        item: str,
        ledger: Path | None,
        place: _Place,
        bundle_of: Callable[..., Bundle],
        recording: Recording | None,
    ) -> None:
        self.item, self.place, self.bundle_of = item, place, bundle_of
        self.recording = recording
        self.config = configuration.find(Path.cwd(), ledger)
        if recording is not None:
            read.refuse_conflict(self.config.ledger_path, read.read_bytes(self.config.ledger))
        self.plan = read.opened(self.config).ledger
        chosen = selectors.items(self.plan, selectors.item_in(item))[0]
        self.section = chosen if recording is None else section_of(self.plan, chosen.id)
        given: Recording = recording or {}
        if decision := given.get("decision"):
            decision_words(self.config, self.section, decision, given.get("because", ""))
        if tasks := given.get("tasks"):
            home_of(self.config, self.section, tasks)
        self.baseline: Evidence | None = None

    def outcome(
        self,
        against: str | None,
        *,
        echo: Callable[[bytes], None] | None,
        progress: Callable[[CompletedRound], None] | None,
        insists: bool,
    ) -> RunOutcome:
        """Execute it, compare its rounds with the batch ``against``, record it: what came of it."""
        earlier = None if against is None else earlier_batch(against)
        bundle, aside = self._begun()
        capture = partial(_capture, self.config, bundle, aside=aside, earlier=earlier)
        with Interrupts() as interrupts:
            duration_s, verdict = capture(interrupts, echo=echo, progress=progress)
        is_whole = bundle.state != "interrupted" and not interrupts.caught
        is_recorded = is_whole and (insists or not bundle.no_try)
        recording = self.recording if is_recorded else None
        with self._keeping(bundle, recording):
            readings = Readings(self.config, [bundle.place], self.baseline)
            outcome = _outcome(bundle, duration_s, verdict, readings)
            if recording is None:
                return outcome
            recorded = record(self.config, self.item, readings, **recording)
        return outcome.model_copy(update={"recorded": recorded})

    def _begun(self) -> tuple[Bundle, list[str]]:
        """The bundle, its folder made, and the outputs, which do not make a commit dirty. No folder
        is left where nothing could be recorded of it."""
        bundle = _bundle(self.config, self.plan, self.section, self.place, self.bundle_of)
        try:
            if self.recording is not None:
                refuse_unrecordable(
                    self.config, self.plan, self.section, bundle.path, self.recording
                )
            aside = [*set_aside(self.config, [bundle.path]), *earlier_runs(self.config, self.plan)]
        except LedgerError:
            bundle.place.rmdir()
            raise
        return bundle, [*aside, *self._collected(bundle)]

    def _collected(self, bundle: Bundle) -> Iterator[str]:
        """The collected files, which are outputs."""
        for name in bundle.command.results():
            place = Path.cwd() / name
            if place.is_file() and place.is_relative_to(self.config.root):
                yield place.relative_to(self.config.root).as_posix()

    @contextmanager
    def _keeping(self, bundle: Bundle, recording: Recording | None) -> Iterator[None]:
        """Say of a failure where the run is, and how it is recorded later."""
        try:
            yield
        except LedgerError as error:
            if recording is None:
                raise
            message = f"the run is in {bundle.path}, and not recorded: {error.message}"
            later = f"`ledger append {self.section.id} {bundle.path}` records it later"
            hint = f"{error.hint}; {later}" if error.hint else later
            failure = type(error)(error.code, message, hint)
            failure.run = bundle.path
            raise failure from error


def _refuse_idle(rounds: int, **given: object) -> None:
    idle = [name.removesuffix("s") for name, value in given.items() if value]
    if rounds == 1 and idle:
        raise UsageError("usage", f"--{idle[0]}: expected rounds to report", "give --rounds N")


def _repetition(
    rounds: int,
    metrics: Sequence[str],
    first: int | None,
    batch: int | None,
    *,
    preflight: str,
    crashes: Path | None,
) -> Repetition:
    """How the command is repeated. Raises UsageError for what is not there."""
    if crashes is not None and not crashes.is_dir():
        raise UsageError("usage", f"--crashes {crashes}: expected a folder, found none")
    try:
        words = shlex.split(preflight)
    except ValueError as error:
        raise UsageError("usage", f"--preflight {preflight[:80]}: {error}") from error
    return Repetition(
        planned=rounds,
        first=first or 1,
        batch=batch or Repetition().batch,
        gauges=tuple(map(Gauge.parse, metrics)),
        preflight=tuple(words),
        crashes=crashes.resolve() if crashes else None,
    )


def _briefs(config: Config, section: Item, given: Path | None) -> tuple[Tied, ...]:
    """The brief that is given, else those that the item is tied to, up to one that says all."""
    if given is None:
        briefs: list[Tied] = []
        for tied in briefs_of(WorkTree(config.root), config.ledger_path, section):
            briefs.append(tied)
            if tied.brief.rerun and tied.brief.bundle:
                break
        return tuple(briefs)
    return (Tied(files.inside(config.root, given), read.brief_of(given), is_named=True),)


def _bundle(
    config: Config, plan: Ledger, section: Item, place: _Place, bundle_of: Callable[..., Bundle]
) -> Bundle:
    """The bundle, its folder made. It keeps the variables that the work asks for: the item itself,
    and the first of its briefs that has a rerun."""
    briefs = _briefs(config, section, place.brief)
    given = _in_tree(briefs, place)
    template = given.top or section.runs_folder or config.runs or DEFAULT_FOLDER
    values = {"item": _SLUG.sub("-", section.id.lower())[:80], **place.values}
    path, stamp = make_folder(config.root, template, values, place.stamp, given.below)
    brief = next((tied.brief for tied in briefs if tied.brief.rerun), None)
    variables = wanted(config, decode(plan.text), section, brief)
    bundle = bundle_of(config.root, path, stamp=stamp, variables=variables, wanted=given.names)
    bundle.keep = config.settings.keep
    return bundle


def _in_tree(briefs: Sequence[Tied], place: _Place) -> Folder:
    """The folder that is given as the first of ``briefs`` with a bundle has it. That one's top is
    taken where none is given, nor any value for the item's own."""
    given = Folder(place.folder, place.into, ())
    tied = next((tied for tied in briefs if tied.brief.bundle), None)
    if tied is None or not (given.below or given.top):
        return given
    folder = tree.find_folder(tied.brief, tied.path, given.below)
    if folder is None:
        return given
    is_filled = any(place.values.values())
    return folder._replace(top=given.top if given.top or is_filled else folder.top)


def _capture(
    config: Config,
    bundle: Bundle,
    interrupts: Interrupts,
    *,
    aside: Sequence[str],
    earlier: Earlier | None,
    echo: Callable[[bytes], None] | None,
    progress: Callable[[CompletedRound], None] | None,
) -> tuple[float, tuple[str, ...]]:
    """Execute everything and write it, the claim last: seconds, and a verdict on the rounds."""
    verdict: tuple[str, ...] = ()
    try:
        bundle.write_claim()
        if config.is_git:
            patch = bundle.place / bundle.name_of(PATCH)
            bundle.changes = changes(config.root, aside, patch=patch)
            if patch.name in bundle.wanted and not patch.stat().st_size:
                patch.write_text(
                    f"# nothing differs from commit {bundle.changes.commit}\n", "utf-8"
                )
        bundle.write_beginning()
        bundle.write_claim()
        started = time.monotonic()
        try:
            execute_preflight(bundle, interrupts)
            execute_rounds(bundle, interrupts, echo=echo, progress=progress)
        except Interrupted as cut:
            bundle.interrupt(str(cut))
        duration_s = time.monotonic() - started
        if bundle.is_repeated:
            verdict = write_report(bundle, earlier)
            verdict = () if bundle.no_try else verdict
        bundle.end()
    except KeyboardInterrupt:
        bundle.interrupt("interrupted between two executions")
        bundle.write_claim()
        raise
    except LedgerError:
        if not bundle.rounds:
            shutil.rmtree(bundle.place, ignore_errors=True)
        raise
    except NotStarted as error:
        if not bundle.rounds:
            shutil.rmtree(bundle.place, ignore_errors=True)
        message = f"{bundle.running[0][:200]}: {str(error).lower()}"
        hint = "is it on the PATH? else give its path, as in `ledger run ITEM -- .venv/bin/pytest`"
        raise UsageError("no-such-command", message, hint) from error
    except OSError as error:
        bundle.interrupt(f"the disk did not take the outputs: {why(error)}")
        with suppress(OSError):  # else the first claim stands: it has no end
            bundle.write_claim()
        message = f"{bundle.path}: the outputs could not be written: {why(error)}"
        hint = "the bundle is marked incomplete, nothing is recorded"
        raise UnreadableInput("cannot-write", message, hint) from error
    return duration_s, verdict


def _lacking(bundle: Bundle) -> Iterator[str]:
    """Files that could not be collected, metrics that no round printed, and what the brief wants
    besides, for people to write."""
    yield from dict.fromkeys(bundle.notes)
    printed = {name for ended in bundle.rounds for name in ended.metrics}
    for gauge in bundle.repetition.gauges if bundle.rounds else ():
        if gauge.name not in printed:
            yield f"--metric {gauge.name}: its pattern matches nothing that any round printed"
    lacking = [name for name in bundle.wanted if not (bundle.place / name).exists()]
    if lacking:
        yield f"the brief wants {', '.join(lacking)} in {bundle.path} as well"


def _failing(evidence: Evidence) -> Iterator[FailingTest]:
    for test in evidence.tests.values():
        if test.outcome in FAILING:
            lines = (test.message or "").strip().splitlines()
            yield FailingTest(identity=test.identity, message=one_line(lines[0]) if lines else "")


def _outcome(
    bundle: Bundle, duration_s: float, verdict: tuple[str, ...], readings: Readings
) -> RunOutcome:
    """What came of it, before anything is recorded."""
    assert bundle.state != "running"
    (evidence,) = readings.each
    exits = [ended.exit for ended in bundle.rounds]
    codes = [last.code for last in exits if last.code] or [last.code for last in exits]
    peaks = [last.peak_rss_bytes for last in exits if last.peak_rss_bytes is not None]
    return RunOutcome(
        path=bundle.path,
        item=bundle.item,
        command=shell_line(bundle.command.words),
        stamp=bundle.stamp,
        state=bundle.state,
        reason=bundle.reason,
        exit_code=codes[-1] if codes else None,
        duration_s=exits[0].wall_s if exits and not bundle.is_repeated else duration_s,
        peak_rss_bytes=max(peaks, default=None),
        passes=sum(ended.passed for ended in bundle.rounds),
        rounds=bundle.planned,
        first_try_passes=sum(ended.passed and not ended.retried for ended in bundle.rounds),
        retried=tuple(word for ended in bundle.rounds for word in ended.retried),
        result=evidence.result,
        fault="" if bundle.is_repeated or not bundle.rounds else bundle.rounds[-1].fault,
        no_try=bundle.no_try,
        failing=tuple(_failing(evidence)),
        verdict=verdict,
        recorded=None,
        notes=(*readings.unkept, *_lacking(bundle)),
    )
