"""What ``run`` and ``append`` did, in lines of text."""

from collections.abc import Iterator

from ledger.commands.append import Appended
from ledger.commands.rerun import Rerun
from ledger.commands.run import RunOutcome
from ledger.evidence.model import Delta
from ledger.plan.model import Attempt
from ledger.plan.text import one_line, visible
from ledger.reports import Line, evidence
from ledger.run.command import shell_line
from ledger.run.model import CompletedRound

_MOST_FAILING = 10
_LONGEST_MESSAGE = 120  # characters


def lines(outcome: RunOutcome) -> Iterator[Line | str]:
    """Where the bundle is and how the command ended; the verdict on rounds; the attempt."""
    how = outcome.reason or ("passed" if outcome.passed else f"exit code {outcome.exit_code}")
    if outcome.fault:
        how = f"{outcome.result}: {outcome.fault}"
    if outcome.rounds > 1:
        share = f"{outcome.passes} of {outcome.rounds} rounds passed"
        how = f"{share}; {outcome.reason}" if outcome.reason else share
    elif outcome.retried:
        how += f", after {', '.join(outcome.retried)}"
    if outcome.no_try:
        how += f": {outcome.no_try}"
    first = f"{outcome.path}: {how} ({outcome.duration_s:.2f} s)"
    if outcome.state == "interrupted":
        first += "; the bundle is marked incomplete, nothing is recorded"
    elif outcome.no_try and not outcome.recorded:
        first += "; nothing is recorded (--record records it)"
    yield visible(first)
    yield from (f"  {sentence}" for sentence in outcome.verdict)
    if outcome.recorded:
        yield attempt(outcome.recorded)
    yield from _failing(outcome)


def _failing(outcome: RunOutcome) -> Iterator[Line]:
    """The first of the tests that failed, each with why, where that differs from the one before."""
    last = ""
    for test in outcome.failing[:_MOST_FAILING]:
        text = "the same" if test.message == last else test.message[:_LONGEST_MESSAGE]
        message = f"  failed  {test.identity}{f': {text}' if test.message else ''}"
        yield Line(visible(message), "hung", hang=10)
        last = test.message
    more = len(outcome.failing) - _MOST_FAILING
    if more > 0:
        yield Line(visible(f"  and {more} more: `ledger evidence {outcome.path}`"))


def since(attempt: Attempt, delta: Delta) -> Iterator[Line]:
    """How the run compares with those of an earlier attempt: counts, and what failed, was cleared
    or is flaky."""
    last = "the last attempt" if attempt.number is None else f"attempt #{attempt.number}"
    yield Line(f"against {last}: {evidence.counts(delta)}")
    for name, style, tests in (
        ("new failure", "red", delta.new_failures),
        ("cleared", "green", delta.cleared),
        ("flaky", "yellow", delta.flaky),
    ):
        accents = ((2, 2 + len(name), style),)
        for identity in tests[:_MOST_FAILING]:
            yield Line(visible(f"  {name}  {identity}"), "hung", hang=4, accents=accents)
        if len(tests) > _MOST_FAILING:
            yield Line(f"  and {len(tests) - _MOST_FAILING} more")


def planned(rerun: Rerun) -> Iterator[str]:
    """The rerun before it is executed: folder, commands, timeouts, unknown prerequisites."""
    if rerun.folder:
        yield visible(f"folder: {rerun.folder}")
    for command in rerun.commands:
        limit = f"  # at most {command.timeout_s:g} s" if command.timeout_s else ""
        yield visible(f"$ {shell_line(command.words)}{limit}")
    for prerequisite in rerun.prerequisites:
        if prerequisite.verdict != "met":
            message = (
                f"{prerequisite.verdict}: {one_line(prerequisite.text)}: {prerequisite.reason}"
            )
            yield visible(f"line {prerequisite.line}: {message}")


def attempt(appended: Appended) -> str:
    """The attempt that was written."""
    name = "attempt" if appended.number is None else f"attempt #{appended.number}"
    place = f"{appended.path}:{appended.line}"
    metrics = f": {appended.metrics}" if appended.metrics else ""
    ticked = f"; done: {', '.join(appended.tasks)}" if appended.tasks else ""
    return visible(f"{place}: {appended.item} {name}, {appended.result}{metrics}{ticked}")


def round_line(ended: CompletedRound, last: int) -> str:
    """How a round ended."""
    retried = f", retried after {', '.join(ended.retried)}" if ended.retried else ""
    how = f"{ended.word}{retried}, {ended.exit.wall_s:.2f} s"
    return f"round {ended.number}/{last}: {how}"
