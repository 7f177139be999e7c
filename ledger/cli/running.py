"""What ``ledger run`` shows, once its arguments are read. Typer is not needed here."""

from __future__ import annotations

import codecs
import os
import sys

from ledger import run as running
from ledger.cli import output
from ledger.run.order import Order, Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.evidence.rounds_model import Earlier
    from ledger.run.ending import Done
    from ledger.run.results import Ran

_INTERRUPTED = 130
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"


def execute(
    order: Order,
    ledger: str | os.PathLike[str] | None,
    against: str | None = None,
    *,
    as_json: bool = False,
) -> int:
    """Run, and say what came of it; the exit code."""
    done = running.run(os.getcwd(), ledger, order, _watch(order), _earlier(against))
    from ledger.plan import text  # patterns, and the command waited for none

    for note in done.recorded.notes if done.recorded else ():
        output.diagnostic(f"ledger: note: {text.visible(note)}")
    if as_json:
        from ledger.reports import documents

        output.document(documents.document("run", done))
    else:
        output.write("".join(f"{text.visible(line)}\n" for line in _said(done)))
    return 0 if done.passed else _INTERRUPTED if done.state == "interrupted" else 1


def _earlier(against: str | None) -> Earlier | None:
    if against is None:
        return None
    from ledger.commands.rounds import earlier_batch

    return earlier_batch(against)


def _watch(order: Order) -> Watch:
    """On a terminal what the command writes is shown, of several rounds one line for each."""
    if not sys.stderr.isatty():
        return Watch()
    return Watch(round=_told) if order.rounds > 1 else Watch(_shown(sys.stderr.fileno()))


def _told(ran: Ran, of: int) -> None:
    retried = f", retried after {', '.join(ran.retried)}" if ran.retried else ""
    output.diagnostic(f"round {ran.number}/{of}: {ran.word}{retried}, {ran.ended.wall_s:.2f} s")


def _shown(terminal: int) -> Callable[[bytes], None]:
    """Writes text to the terminal without control characters, so that binary output does no
    harm there. A terminal that is gone is written to no more."""
    import re  # few look on

    control = re.compile(_CONTROL)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    is_there = True

    def show(data: bytes) -> None:
        nonlocal is_there
        if not is_there:
            return
        left = memoryview(control.sub("", decoder.decode(data)).encode())
        try:
            while left:
                left = left[os.write(terminal, left) :]
        except OSError:
            is_there = False

    return show


def _said(done: Done) -> list[str]:
    how = done.reason or ("passed" if done.passed else f"exit code {done.exit_code}")
    if done.rounds > 1:
        share = f"{done.passes} of {done.rounds} rounds passed"
        how = f"{share}; {done.reason}" if done.reason else share
    elif done.retried:
        how += f", after {', '.join(done.retried)}"
    lines = [f"{done.path}: {how} ({done.duration_s:.2f} s)"]
    lines += [f"  {sentence}" for sentence in done.verdict]
    if done.recorded:
        one = done.recorded
        name = "attempt" if one.number is None else f"attempt #{one.number}"
        lines.append(f"{one.path}:{one.line}: {one.item} {name}, {one.result}")
    if done.state == "interrupted":
        lines[0] += "; the bundle is marked incomplete, nothing is recorded"
    return lines
