"""A bundle while it is made: its folder, what it claims, and what is done meanwhile.

The command waits for all that is imported here, and for nothing else: neither ``typing`` nor
``pathlib``, which take longer than all that is done before it starts. What is needed later is
imported later.
"""

from __future__ import annotations

import os
import time

from ledger.errors import UnreadableInput, UsageError
from ledger.links import snapshot
from ledger.running import claim, layout
from ledger.running.command import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from ledger.config import Config
    from ledger.models.rounds import Earlier
    from ledger.running.interrupts import Interrupts
    from ledger.running.keeper import Keeper
    from ledger.running.log import Log
    from ledger.running.order import Order, Watch
    from ledger.running.results import Ran
    from ledger.running.tries import NotStarted

_STAMP = "%Y%m%dT%H%M%SZ"
_SECONDS_AHEAD = 60


class Bundle:
    """A run while it is made. ``state`` and ``reason`` are what it claims of itself; ``path`` is
    its folder relative to the repository, ``place`` the same from the root of the file system.
    ``is_stopped`` says that a signal came, be it behind the end of the command."""

    def __init__(self, settings: Config, order: Order) -> None:
        self.order, self.settings = order, settings
        self.command = Command(order)
        self.path, self.place, self.stamp = _folder(settings, order)
        self.started = time.time()
        self.state, self.reason = "running", claim.UNENDED
        self.rounds: list[Ran] = []
        self.duration_s = 0.0
        self.commit: str | None = None
        self.is_stopped = False

    @property
    def folder(self) -> Path:
        """Where its files are."""
        from pathlib import Path

        return Path(self.place)

    def round_place(self, number: int) -> str:
        """Where the outputs of a round go."""
        return f"{self.place}/rounds/{number}" if self.order.is_repeated else self.place

    def make(self, keeper: Keeper, watch: Watch, earlier: Earlier | None) -> None:
        """Run everything and write everything, what the bundle claims last."""
        try:
            self._begin_claim(self.place, self.order.rounds)
            taken = None
            if self.settings.is_git:
                taken = snapshot.Snapshot(self.settings.top, f"{self.place}/git_diff.patch")
            from ledger.running.interrupts import Interrupts  # while git looks

            with Interrupts() as interrupts:
                self.commit = taken.commit() if taken else None
                self._run(keeper, interrupts, watch)
                self._end(earlier)
                self.is_stopped = bool(interrupts.caught)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            self.state, self.reason = "interrupted", f"the disk did not take the outputs: {why}"
            try:
                self.claim()
            except OSError:
                pass  # then the first claim stands: it has no end
            raise UnreadableInput(
                "cannot-write",
                f"{self.path}: the outputs could not be written: {why}",
                "the bundle is marked incomplete, nothing is recorded",
            ) from error

    def _run(self, keeper: Keeper, interrupts: Interrupts, watch: Watch) -> None:
        begun = time.monotonic()
        log = self._begin_round(keeper, 1)
        # The command runs: from here on loading costs it nothing.
        from ledger.running import meanwhile, tries

        aside = meanwhile.Meanwhile(self)
        try:
            self._all_rounds(keeper, log, interrupts, watch)
        except tries.Cut as cut:
            self.state, self.reason = "interrupted", str(cut)
        except tries.NotStarted as error:
            aside.join()
            self._never_was(error)
        finally:
            aside.join()
        keeper.dismiss()  # it ends while the files are written
        self.duration_s = time.monotonic() - begun

    def _end(self, earlier: Earlier | None) -> None:
        from ledger.running import ending

        if self.order.is_repeated:
            ending.write_report(self, earlier)
        ending.write_summary(self)
        if self.state == "running":
            self.state, self.reason = _state(self.rounds[-1], self.order)
        self.claim()

    def _all_rounds(self, keeper: Keeper, log: Log, interrupts: Interrupts, watch: Watch) -> None:
        from ledger.running.tries import Cut, run_round

        for number in range(1, self.order.rounds + 1):
            if number > 1:
                log = self._begin_round(keeper, number)
            place = self.round_place(number)
            ran = run_round(keeper, self.command, number, place, log, interrupts, watch.output)
            self.rounds.append(ran)
            if self.order.is_repeated:
                self._claim_round(place, ran)
                if watch.round:
                    watch.round(ran, self.order.rounds)
            if interrupts.caught and number < self.order.rounds:
                raise Cut("interrupted between two rounds")

    def _begin_round(self, keeper: Keeper, number: int) -> Log:
        place = self.round_place(number)
        if self.order.is_repeated:
            os.makedirs(place)
            self._begin_claim(place, 1)
        return self.command.begin(keeper, place)

    def _never_was(self, error: NotStarted) -> None:
        import shutil

        shutil.rmtree(self.place)
        raise UsageError(
            "no-such-command",
            f"{self.order.command[0][:200]}: {str(error).lower()}",
            "give a command behind --, as in `ledger run ITEM -- pytest tests`",
        ) from None

    # What it claims

    def _begin_claim(self, place: str, planned: int) -> None:
        claim.begin(place, self.started, self.command.pytest_at is not None, planned)

    def claim(self) -> None:
        """Write what is known by now of all rounds."""
        last = None if self.order.is_repeated or not self.rounds else self.rounds[-1]
        self._write(self.place, (self.state, self.reason), self.order.rounds, self.rounds, last)

    def _claim_round(self, place: str, ran: Ran) -> None:
        self._write(place, _state(ran, self.order), 1, [ran], ran)

    def _write(
        self, place: str, state: tuple[str, str], planned: int, rounds: list[Ran], last: Ran | None
    ) -> None:
        said: dict[str, Any] = {
            "state": state[0],
            "reason": state[1],
            "item": self.order.item,
            "stamp": self.stamp,
            "started": claim.started(self.started),
            "commit": self.commit,
            "is_pytest": self.command.pytest_at is not None,
            "rounds": {
                "planned": planned,
                "run": len(rounds),
                "passes": sum(found.code == 0 for found in rounds),
                "first_try_passes": sum(not found.code and not found.retried for found in rounds),
                "retried": [word for found in rounds for word in found.retried],
            },
        }
        if last is not None:
            said |= {
                "exit_code": last.code,
                "wall_s": round(last.ended.wall_s, 3),
                "user_s": round(last.ended.user_s, 3),
                "system_s": round(last.ended.system_s, 3),
                "peak_rss_bytes": last.ended.peak_rss_bytes,
                "left_behind": last.ended.left,
                "log_bytes": last.log_bytes,
                "log_left_out": last.left_out,
            }
        claim.write(place, said)


def _state(ran: Ran, order: Order) -> tuple[str, str]:
    """What a round claims; of several the batch came to its end, whatever they did."""
    if ran.is_timeout and order.rounds == 1:
        return "timeout", f"it took longer than {order.timeout_s:g} s"
    return "ended", ""


def _folder(settings: Config, order: Order) -> tuple[str, str, str]:
    """The new folder of the bundle: relative, absolute, and its stamp."""
    if order.stamp:
        layout.check_stamp(order.stamp)
    with open(os.path.join(settings.top, settings.ledger_path), "rb") as file:
        data = file.read()
    section = layout.section_of(data, order.item)
    item = order.item.strip().strip("[]")
    if not section:
        item = _item_of(settings, data, item)
    template = layout.template_of(section, settings.runs, settings.own)
    values = {"item": item.lower(), "phase": order.phase, "sprint": order.sprint}
    path = ""
    for stamp in [order.stamp] if order.stamp else _stamps():
        path = layout.fill(template, {**values, "STAMP": stamp})
        try:
            place = layout.make(settings.top, path, may_be_empty=bool(order.stamp))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise UnreadableInput("cannot-write", f"{path}: cannot be made: {why}") from error
        if place:
            return path, place, stamp
    raise UsageError("run-exists", f"{path}: there is a run already", "give another --stamp")


def _stamps() -> Iterator[str]:
    """That of this second and, where other runs have it, of the next ones: a stamp is a name, and
    no command is held back for one. When a run started is in its ``run.json``."""
    now = int(time.time())
    for second in range(now, now + _SECONDS_AHEAD):
        yield time.strftime(_STAMP, time.gmtime(second))


def _item_of(settings: Config, data: bytes, item: str) -> str:
    """The item as the ledger, read whole, has it. Raises UsageError."""
    from ledger import naming, reader

    return naming.items(reader.read(data, own=settings.own), item)[0].id
