"""What is written and told when everything has run. Loaded while the command runs."""

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from ledger.run import files

if TYPE_CHECKING:
    from ledger.commands.append import Recorded
    from ledger.evidence.rounds_model import Earlier
    from ledger.run.bundle import Bundle


class Done(NamedTuple):
    """What came of it. ``path`` is the bundle, relative to the repository. ``state`` is
    ``ended``, ``timeout`` or ``interrupted``, with the reason. ``exit_code`` is the exit code, of
    several rounds that of the last that failed. ``retried`` says how each earlier try ended,
    ``verdict`` in sentences what several rounds came to."""

    path: str
    item: str
    command: str
    stamp: str
    state: str
    reason: str
    exit_code: int | None
    duration_s: float
    peak_rss_bytes: int | None
    passes: int
    rounds: int
    first_try_passes: int
    retried: tuple[str, ...]
    verdict: tuple[str, ...]
    recorded: "Recorded | None"

    @property
    def passed(self) -> bool:
        """Whether every round came to its end and passed."""
        return self.state == "ended" and self.passes == self.rounds


def write_report(bundle: "Bundle", earlier: "Earlier | None") -> None:
    """Write the report on the rounds, ``rounds.md``."""
    from ledger.run import report

    text, bundle.verdict = report.report(
        bundle.order.item,
        files.line_of(bundle.command.words),
        (bundle.started, time.time()),
        bundle.rounds,
        bundle.order.rounds,
        earlier,
    )
    with open(os.path.join(bundle.place, "rounds.md"), "w", encoding="utf-8") as file:
        file.write(text)


def write_summary(bundle: "Bundle") -> None:
    """Write ``summary.md``."""
    told = [
        ("Command", f"`{files.line_of(bundle.command.words).replace('`', chr(39))}`"),
        ("Started", f"{files.shown_time(bundle.started)} UTC"),
        ("Commit", f"{bundle.commit}; what differed is in `git_diff.patch`"
         if bundle.commit else "none"),
    ]  # fmt: skip
    if bundle.state == "interrupted":
        told.append(("Not complete", bundle.reason))
    if bundle.order.is_repeated:
        told.append(("Rounds", f"{len(bundle.rounds)} of {bundle.order.rounds} run (`rounds.md`)"))
    elif bundle.rounds:
        told += files.summary_of(bundle.rounds[-1])
    files.write_summary(bundle.place, told, f"{bundle.order.item}, {bundle.stamp}")


def done(bundle: "Bundle", recorded: "Recorded | None") -> Done:
    """The end of it."""
    failed = [ran.code for ran in bundle.rounds if ran.code]
    peaks = [peak for ran in bundle.rounds if (peak := ran.ended.peak_rss_bytes) is not None]
    is_single = not bundle.order.is_repeated
    code = failed[-1] if failed else 0 if bundle.rounds else None
    return Done(
        bundle.path,
        bundle.order.item,
        files.line_of(bundle.command.words),
        bundle.stamp,
        bundle.state,
        bundle.reason,
        code,
        bundle.rounds[-1].ended.wall_s if is_single and bundle.rounds else bundle.duration_s,
        max(peaks, default=None),
        sum(ran.code == 0 for ran in bundle.rounds),
        bundle.order.rounds,
        sum(not ran.code and not ran.retried for ran in bundle.rounds),
        tuple(word for ran in bundle.rounds for word in ran.retried),
        tuple(bundle.verdict),
        recorded,
    )
