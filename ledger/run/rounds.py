"""A command executed in rounds, each with its retries and the system's crash reports, and
``rounds.md``, what it says of them."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ledger.errors import Refused, UnreadableInput
from ledger.evidence import stats
from ledger.evidence.model import Evidence
from ledger.evidence.outputs import Outputs, outputs_of
from ledger.evidence.rounds import judge, result_of
from ledger.evidence.rounds_cells import number as value_of
from ledger.evidence.rounds_model import Earlier, Judgement, Round, RoundsReport
from ledger.evidence.stats import SMALLEST_DROP
from ledger.git.files import WorkTree
from ledger.plan.text import one_line, visible
from ledger.run.bundle import Bundle, shown_time, write_exit
from ledger.run.collection import Collection
from ledger.run.command import shell_line
from ledger.run.model import TIMED_OUT, CompletedRound, Exit, Gauge
from ledger.run.process import Interrupts, NotStarted, execute, time_limit
from ledger.run.trial import NO_TEST, hindrance

_RETRIED = "retried"
_REPORT_LOG = "report.jsonl"
_PREFLIGHT_S = 600.0
_PATTERN_S = 10.0
_GIVEN_UP = f"the search for its pattern was given up after {_PATTERN_S:g} s"
_LONGEST = 200  # characters of a fault
_LIKELY = 0.05


class Interrupted(Exception):
    """A signal to `ledger` ended the run."""


def execute_rounds(
    bundle: Bundle,
    interrupts: Interrupts,
    *,
    echo: Callable[[bytes], None] | None = None,
    progress: Callable[[CompletedRound], None] | None = None,
) -> None:
    """Execute the command of a bundle once for each round. ``echo`` gets its output, ``progress``
    each round that ended. Where the first was no try there are no more of them. Raises
    Interrupted, ``process.NotStarted``, and OSError for a full disk."""
    for number in bundle.repetition.numbers:
        place = bundle.begin_round(number)
        ended = _execute_round(bundle, number, place, interrupts, echo)
        bundle.end_round(ended)
        if progress:
            progress(ended)
        if bundle.no_try:
            return


def _execute_round(
    bundle: Bundle,
    number: int,
    place: Path,
    interrupts: Interrupts,
    echo: Callable[[bytes], None] | None,
) -> CompletedRound:
    """Try until a try passed or is not to be repeated, or no retry is left. The last try's files
    are in ``place``, those of the earlier ones in ``retried/1`` and so on below it."""
    command = bundle.command
    words, log = command.within(place), place / bundle.log_name
    retried: list[str] = []
    reports = CrashReports(bundle.repetition.crashes, command.words)
    collection = Collection(bundle.root, command.results())
    beginning, real = {path.name for path in place.iterdir()}, os.path.realpath(place)
    while True:
        if interrupts.caught:
            raise Interrupted(f"{interrupts.caught[0].name} between two executions")
        ended = execute(
            words,
            log,
            interrupts=interrupts,
            timeout_s=command.timeout_s,
            echo=echo,
            bundle=place,
        )
        if ended.cut not in ("", "timeout"):
            raise Interrupted(f"{ended.cut} after {ended.wall_s:.2f} s")
        if os.path.realpath(place) != real:
            message = f"{bundle.path}: the command put a link in the place of its run's folder"
            raise UnreadableInput("cannot-write", message, "nothing is recorded")
        write_exit(place, words, ended)
        reports.collect(place, interrupts, is_dead=ended.code > TIMED_OUT)
        bundle.notes += collection.copy(place)
        this = _completed(bundle, number, place, ended, retried)
        is_last = this.passed or this.no_try or len(retried) == command.retries
        if is_last or not _wants_retry(bundle, ended, log):
            return this
        retried.append(this.word)
        aside = place / _RETRIED / str(len(retried))
        aside.mkdir(parents=True)
        for path in list(place.iterdir()):
            if path.name not in beginning and path.name != _RETRIED:
                path.rename(aside / path.name)


def _wants_retry(bundle: Bundle, ended: Exit, log: Path) -> bool:
    try:
        with time_limit(_PATTERN_S):
            return bundle.command.retry_on.wants(ended.code, log)
    except TimeoutError:
        bundle.notes.append(f"--retry-on: {_GIVEN_UP}; it was not tried again")
        return False


def _value(bundle: Bundle, gauge: Gauge, output: bytes) -> str:
    try:
        with time_limit(_PATTERN_S):
            return gauge.value(output)
    except TimeoutError:
        bundle.notes.append(f"--metric {gauge.name}: {_GIVEN_UP}")
        return ""


def _completed(
    bundle: Bundle, number: int, place: Path, ended: Exit, retried: Sequence[str]
) -> CompletedRound:
    """What a round came to with its last try, whose outputs are in ``place``."""
    log = place / bundle.log_name
    outputs = outputs_of(WorkTree(bundle.root), place.relative_to(bundle.root).as_posix())
    # The bundle claims nothing of this try yet.
    outputs = outputs._replace(parts=tuple(part for part in outputs.parts if part.reader != "run"))
    evidence = outputs.evidence()
    if _is_redundant(outputs, evidence):
        bundle.drop(place / _REPORT_LOG)
    output = log.read_bytes() if bundle.repetition.gauges else b""
    values = [(gauge.name, _value(bundle, gauge, output)) for gauge in bundle.repetition.gauges]
    no_try = hindrance(ended.code, evidence, log, is_pytest=bundle.command.is_pytest)
    fault = "" if ended.code or no_try == NO_TEST else _fault(evidence)
    return CompletedRound(
        number=number,
        exit=ended,
        retried=tuple(retried),
        metrics={name: value for name, value in values if value},
        fault=fault,
        no_try="" if fault else no_try,
    )


def _fault(evidence: Evidence) -> str:
    """What the outputs of a try say against its exit code 0: that of `tee`, for instance."""
    if result_of(evidence) == "pass":
        return ""
    return one_line(evidence.reason)[:_LONGEST].replace("|", "/") or "no test ran"


def _is_redundant(outputs: Outputs, evidence: Evidence) -> bool:
    """Whether there is a report log of pytest without which the others say the same."""
    others = tuple(part for part in outputs.parts if part.file != _REPORT_LOG)
    if len(others) == len(outputs.parts):
        return False
    without = outputs._replace(parts=others).evidence()
    return _content(without) == _content(evidence)


def _content(evidence: Evidence) -> object:
    """What the outputs say of tests and of how they ended."""
    tests = {name: (test.outcome, test.tries, test.flaky) for name, test in evidence.tests.items()}
    ended = evidence.completeness, evidence.reason, evidence.exit_code, evidence.crashes
    counted = evidence.totals, evidence.printed, evidence.deselected, evidence.tests_partial
    return tests, ended, counted, evidence.duration_s is None, evidence.warnings


def execute_preflight(bundle: Bundle, interrupts: Interrupts) -> None:
    """Execute the preflight; Refused where it fails. Raises as ``execute_rounds``."""
    words = bundle.repetition.preflight
    if not words:
        return
    log = bundle.place / "rounds" / "preflight.log"  # beside the rounds: no output of the run
    log.parent.mkdir()
    ended = execute(words, log, interrupts=interrupts, timeout_s=_PREFLIGHT_S, bundle=bundle.place)
    printed = (visible(line.strip()) for line in log.read_text("utf-8", "replace").splitlines())
    bundle.preflight = tuple(line[:_LONGEST] for line in printed if line)
    bundle.running = bundle.command.words
    if ended.cut not in ("", "timeout"):
        raise Interrupted(f"{ended.cut} during the preflight")
    if ended.code:
        last = f": {bundle.preflight[-1]}" if bundle.preflight else ""
        message = f"{shell_line(words)}: {ended.word}{last}"
        hint = "nothing was run; mend what it checks, or leave --preflight out"
        raise Refused("preflight-failed", message, hint)


def write_report(bundle: Bundle, earlier: Earlier | None = None) -> tuple[str, ...]:
    """Write ``rounds.md``, and return its verdict in sentences. ``earlier`` is a batch to compare
    with. Rounds that were wanted and not run are in the table and are not counted."""
    rounds = bundle.rounds
    judged = _judged(rounds, earlier)
    verdict = tuple(_verdict(judged)) if rounds else ()
    command = shell_line(bundle.command.words).replace("`", "'")
    numbers, names = bundle.repetition.numbers, [gauge.name for gauge in bundle.repetition.gauges]
    heads = ["Round", "Status", "Retries", *names, "Duration", "Notes"]
    preflight = ", ".join(f"`{line.replace('`', chr(39))}`" for line in bundle.preflight[:3])
    empty = "| - " * (len(heads) - 2)
    lines = [
        f"# Rounds {numbers[0]}-{numbers[-1]} of {bundle.item}",
        "",
        f"**Date**: {shown_time(bundle.started)} - {shown_time(time.time())} UTC",
        f"**Command**: `{command}`",
        *([f"**Preflight**: {preflight}"] if preflight else []),
        "",
        "## Summary",
        "",
        f"| {' | '.join(heads)} |",
        f"|{'|'.join('-' * (len(head) + 2) for head in heads)}|",
        *(_row(ended, names) for ended in rounds),
        *(f"| {number} {empty}| not run |" for number in numbers[len(rounds) :]),
        "",
    ]
    if verdict:
        first, *others = verdict
        lines += [*_totals(bundle, judged), "", "## Verdict", "", f"- **Verdict**: {first}"]
        lines += [f"- {sentence}" for sentence in others]
    text = "\n".join(lines) + "\n"
    (bundle.place / "rounds.md").write_text(text, "utf-8", newline="\n")
    return verdict


def _judged(rounds: Sequence[CompletedRound], earlier: Earlier | None) -> Judgement:
    judged = tuple(
        Round(
            name=str(ended.number),
            result="pass" if ended.passed else "fail",
            retries=len(ended.retried),
        )
        for ended in rounds
    )
    return judge(RoundsReport("", judged), earlier, "extra", SMALLEST_DROP)


def _row(ended: CompletedRound, names: Sequence[str]) -> str:
    status = "PASS" if ended.passed else "**FAIL**"
    seconds = f"{ended.exit.wall_s:.2f} s"
    values = [ended.metrics.get(name, "-") for name in names]
    cells = [str(ended.number), status, str(len(ended.retried)), *values, seconds, _note(ended)]
    return f"| {' | '.join(cells)} |"


def _note(ended: CompletedRound) -> str:
    retries = "1 retry" if len(ended.retried) == 1 else f"{len(ended.retried)} retries"
    if not ended.passed:
        return f"{ended.word}, after {retries}" if ended.retried else ended.word
    return f"after {retries} ({', '.join(ended.retried)})" if ended.retried else "clean"


def _share(passes: int, total: int) -> str:
    return f"{passes}/{total} ({100 * passes / total:.1f}%)"


def _totals(bundle: Bundle, judged: Judgement) -> Iterator[str]:
    rounds, size = bundle.rounds, bundle.repetition.batch
    yield f"**Pass Rate**: {_share(judged.passes, judged.total)}"
    if len(rounds) > size:
        for at, first in enumerate(range(0, len(rounds), size), 1):
            batch = rounds[first : first + size]
            passes = sum(ended.passed for ended in batch)
            span = f"{batch[0].number}-{batch[-1].number}"
            yield f"- Batch {at} ({span}): {_share(passes, len(batch))}"
    yield ""
    yield f"**First-try passes**: {_share(judged.first_try_passes or 0, judged.total)}"
    failed = [str(ended.number) for ended in rounds if not ended.passed]
    if failed:
        yield ""
        yield f"**Failures**: Rounds {', '.join(failed)}"
    longest = judged.longest_pass
    if longest and longest.length > 1:
        span = f"rounds {longest.first}-{longest.last}"
        yield ""
        yield f"**Longest streak**: {longest.length} consecutive passes ({span})"
    for gauge in bundle.repetition.gauges:
        values = [value_of(ended.metrics.get(gauge.name, "")) for ended in rounds]
        measured = stats.spread([value[0] for value in values if value])
        if measured:
            unit = next(value[1] for value in values if value)
            yield ""
            yield f"**Average {gauge.name}**: {measured.mean:.2f} {unit}".rstrip()
    # As they are in the table, so that a reader of the table finds the same.
    spread = stats.spread([round(ended.exit.wall_s, 2) for ended in rounds])
    assert spread is not None
    yield ""
    yield f"**Average duration**: {spread.mean:.2f} s"


def _verdict(judged: Judgement) -> Iterator[str]:
    low, high = judged.interval
    word = "flaky" if judged.passes else "broken"
    if judged.passes == judged.total:
        is_clean = judged.first_try_passes == judged.total
        word = "no failure seen" if is_clean else "flaky, made good by retries"
    yield f"{word}; at 95 % confidence the true rate is {low:.2f} to {high:.2f}"
    if judged.order is not None:
        p = judged.order.p_clustered
        yield f"failures are {'' if p <= _LIKELY else 'not '}clustered (runs test: p = {p:.2g})"
    compared = judged.comparison
    if compared is not None:
        earlier = compared.earlier
        yield (
            f"against an earlier {earlier.passes}/{earlier.total}: {compared.verdict} "
            f"(Fisher's exact test: p = {compared.p_value:.2g})"
        )


# New crash reports of a command that died, copied from where the system puts them

_REPORTS = (".ips", ".crash", ".panic")
_MAC = ("~/Library/Logs/DiagnosticReports", "/Library/Logs/DiagnosticReports")
_WAIT_S = 5.0
_MOST = 20
_MAX_BYTES = 32 * 1024 * 1024


class CrashReports:
    """Reports that appear from now on: any in the folder ``given``, else those on a command's
    programs (``words``) where macOS puts them or systemd's `coredumpctl` mentions them."""

    def __init__(self, given: Path | None, words: Sequence[str]) -> None:
        self.given = given
        self.names = {Path(word).stem.casefold() for word in words} | {"python"}
        self.started = time.time()
        self.seen = set(self._files())

    def collect(self, to: Path, interrupts: Interrupts, *, is_dead: bool) -> list[str]:
        """Copy new reports and return their names; wait for one if the command ``is_dead``."""
        until = time.monotonic() + (_WAIT_S if is_dead and self._is_watched() else 0.0)
        while True:
            new = [place for place in self._files() if place not in self.seen]
            if new or time.monotonic() >= until or interrupts.caught:
                break
            time.sleep(0.1)
        self.seen.update(new)
        copied = []
        for place in new[:_MOST]:
            with suppress(OSError):
                if not (to / place.name).exists() and place.stat().st_size <= _MAX_BYTES:
                    shutil.copyfile(place, to / place.name)
                    copied.append(place.name)
        if is_dead and not copied and self.given is None and shutil.which("coredumpctl"):
            copied += self._dumped(to, interrupts)
        self.started = time.time()
        return copied

    def _is_watched(self) -> bool:
        return self.given is not None or sys.platform == "darwin"

    def _files(self) -> Iterator[Path]:
        folders = [self.given] if self.given else [Path(name).expanduser() for name in _MAC]
        for folder in folders:
            with suppress(OSError):
                for place in sorted(folder.iterdir()):
                    is_named = any(place.name.casefold().startswith(name) for name in self.names)
                    is_wanted = self.given or (place.suffix in _REPORTS and is_named)
                    if is_wanted and place.is_file() and not place.is_symlink():
                        yield place

    def _dumped(self, to: Path, interrupts: Interrupts) -> list[str]:
        log = to / "coredump.txt"
        words = ("coredumpctl", "info", "--no-pager", f"--since=@{int(self.started)}")
        with suppress(NotStarted, OSError):
            if execute(words, log, interrupts=interrupts, timeout_s=_WAIT_S).code == 0:
                return [log.name]
        log.unlink(missing_ok=True)
        return []
