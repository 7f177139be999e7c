"""What is written and told when everything has run. Loaded while the command runs."""

import os
import time
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ledger.commands.append import Appended
from ledger.plan.model import Model
from ledger.run import files

if TYPE_CHECKING:
    from ledger.evidence.rounds_model import Earlier
    from ledger.run.bundle import Bundle


class Done(Model):
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
    """Peak memory of the largest process; null where that needed less than can be told."""
    passes: int = Field(ge=0)
    """Rounds that passed."""
    rounds: int = Field(ge=1)
    """Rounds that were wanted."""
    first_try_passes: int = Field(ge=0)
    """Rounds that passed without a retry."""
    retried: tuple[str, ...]
    """How each try ended that was tried again."""
    verdict: tuple[str, ...]
    """What several rounds came to, in sentences; empty for one round."""
    recorded: Appended | None
    """The attempt; null where none was written."""

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


def done(bundle: "Bundle", recorded: "Appended | None") -> Done:
    """The end of it."""
    failed = [ran.code for ran in bundle.rounds if ran.code]
    peaks = [peak for ran in bundle.rounds if (peak := ran.ended.peak_rss_bytes) is not None]
    is_single = not bundle.order.is_repeated
    code = failed[-1] if failed else 0 if bundle.rounds else None
    return Done(
        path=bundle.path,
        item=bundle.order.item,
        command=files.line_of(bundle.command.words),
        stamp=bundle.stamp,
        state=bundle.state,  # type: ignore[arg-type]  # it is no longer running
        reason=bundle.reason,
        exit_code=code,
        duration_s=bundle.rounds[-1].ended.wall_s
        if is_single and bundle.rounds
        else bundle.duration_s,
        peak_rss_bytes=max(peaks, default=None),
        passes=sum(ran.code == 0 for ran in bundle.rounds),
        rounds=bundle.order.rounds,
        first_try_passes=sum(not ran.code and not ran.retried for ran in bundle.rounds),
        retried=tuple(word for ran in bundle.rounds for word in ran.retried),
        verdict=tuple(bundle.verdict),
        recorded=recorded,
    )
