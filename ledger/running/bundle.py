"""A bundle while it is made: its folder, what it claims, and what is done meanwhile.

The command waits for all that is imported here; what is needed later is imported later.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.links import snapshot
from ledger.running import claim, layout, pytest_arguments, retrying
from ledger.running.capture import Interrupts
from ledger.running.keeper import Keeper
from ledger.running.order import Order, Watch
from ledger.running.tries import Command, Cut, NotStarted, Ran, run_round

if TYPE_CHECKING:
    from ledger.models.rounds import Earlier

_UNENDED = "it was started, and its end was never written"
_STAMP = "%Y%m%dT%H%M%SZ"


class Bundle:
    """A run while it is made. ``state`` and ``reason`` are what it claims of itself."""

    def __init__(self, settings: Config, order: Order) -> None:
        at = pytest_arguments.place(order.command)
        on = retrying.read(order.retry_on)
        self.order, self.settings = order, settings
        self.command = Command(order.command, at, order.timeout_s, order.retries, on)
        self.path, self.folder, self.stamp = _folder(settings, order)
        self.started = time.time()
        self.state, self.reason = "running", _UNENDED
        self.rounds: list[Ran] = []
        self.duration_s = 0.0
        self.commit: str | None = None

    @property
    def is_repeated(self) -> bool:
        """Whether it has rounds, each in a folder of its own."""
        return self.order.rounds > 1

    def round_folder(self, number: int) -> Path:
        """Where the outputs of a round go."""
        return self.folder / "rounds" / str(number) if self.is_repeated else self.folder

    def make(
        self, keeper: Keeper, interrupts: Interrupts, watch: Watch, earlier: "Earlier | None"
    ) -> None:
        """Run everything and write everything, what the bundle claims last."""
        with self._on_disk():
            self._claim(self.folder)
            if self.settings.is_git:
                self.commit = snapshot.take(self.settings.root, self.folder / "git_diff.patch")
            meanwhile = _Meanwhile(self, keeper.begun)
            begun = time.monotonic()
            try:
                self._all_rounds(keeper, interrupts, watch)
            except Cut as cut:
                self.state, self.reason = "interrupted", str(cut)
            except NotStarted as error:
                meanwhile.join()
                self._never_was(error)
            finally:
                meanwhile.join()
            keeper.dismiss()
            self.duration_s = time.monotonic() - begun
            from ledger.running import ending

            if self.is_repeated:
                ending.write_report(self, earlier)
            ending.write_summary(self)
            if self.state == "running":
                self.state, self.reason = _state(self.rounds[-1], self.order)
            self._claim(self.folder)

    def _all_rounds(self, keeper: Keeper, interrupts: Interrupts, watch: Watch) -> None:
        for number in range(1, self.order.rounds + 1):
            folder = self.round_folder(number)
            if self.is_repeated:
                folder.mkdir(parents=True)
                self._claim(folder)
            ran = run_round(keeper, self.command, number, folder, interrupts, watch.output)
            self.rounds.append(ran)
            if self.is_repeated:
                self._claim(folder, ran)
                if watch.round:
                    watch.round(ran, self.order.rounds)
            if interrupts.caught and number < self.order.rounds:
                raise Cut("interrupted between two rounds")

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """What the disk refuses leaves the run incomplete, and is told."""
        try:
            yield
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            self.state, self.reason = "interrupted", f"the disk did not take the outputs: {why}"
            with suppress(OSError):
                self._claim(self.folder)
            raise UnreadableInput(
                "cannot-write",
                f"{self.path}: the outputs could not be written: {why}",
                "the bundle is marked incomplete, nothing is recorded",
            ) from error

    def _never_was(self, error: NotStarted) -> None:
        import shutil

        shutil.rmtree(self.folder)
        raise UsageError(
            "no-such-command",
            f"{self.order.command[0][:200]}: {str(error).lower()}",
            "give a command behind --, as in `ledger run ITEM -- pytest tests`",
        ) from None

    # What it claims

    def _claim(self, folder: Path, ran: Ran | None = None) -> None:
        """Write what is known by now: of one round where ``ran`` is that, else of all."""
        state, reason = self.state, self.reason
        rounds: list[Ran] = self.rounds
        is_round = folder != self.folder
        if is_round:
            rounds = [ran] if ran else []
            state, reason = _state(ran, self.order) if ran else ("running", _UNENDED)
        last = rounds[-1] if rounds and (is_round or not self.is_repeated) else None
        said: dict[str, Any] = {
            "state": state,
            "reason": reason,
            "item": self.order.item,
            "stamp": self.stamp,
            "started": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.started)),
            "commit": self.commit,
            "is_pytest": self.command.pytest_at is not None,
            "rounds": {
                "planned": 1 if is_round else self.order.rounds,
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
        claim.write(folder, said)


def _state(ran: Ran, order: Order) -> tuple[str, str]:
    """What a round claims; of several the batch came to its end, whatever they did."""
    if ran.is_timeout and order.rounds == 1:
        return "timeout", f"it took longer than {order.timeout_s:g} s"
    return "ended", ""


def _folder(settings: Config, order: Order) -> tuple[str, Path, str]:
    """The new folder of the bundle: relative, absolute, and its stamp."""
    if order.stamp and not re.fullmatch(layout.STAMP, order.stamp):
        raise UsageError(
            "bad-stamp",
            f"--stamp {order.stamp[:80]!r}: expected a time in UTC",
            "such as 20251015T201831Z",
        )
    section = layout.section_of(settings.ledger.read_bytes(), order.item)
    item = order.item.strip().strip("[]")
    if not section:
        item = _item_of(settings, item)
    template = layout.template_of(section, settings.runs, settings.own)
    values = {"item": item.lower(), "phase": order.phase, "sprint": order.sprint}
    while True:
        stamp = order.stamp or time.strftime(_STAMP, time.gmtime())
        path = layout.fill(template, {**values, "STAMP": stamp})
        try:
            return path, layout.make(settings.root, path), stamp
        except UsageError as error:
            if order.stamp or error.code != "run-exists":
                raise
            time.sleep(1 - time.time() % 1)  # another run has this second's folder
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise UnreadableInput("cannot-write", f"{path}: cannot be made: {why}") from error


def _item_of(settings: Config, item: str) -> str:
    """The item as the ledger, read whole, has it. Raises UsageError."""
    from ledger import naming, reader

    return naming.items(reader.read(settings.ledger.read_bytes(), own=settings.own), item)[0].id


class _Meanwhile:
    """What can be done while the command runs: the files that tell of it, and loading what is
    needed afterwards."""

    def __init__(self, bundle: Bundle, begun: Event) -> None:
        self._bundle = bundle
        self._begun = begun
        self._error: Exception | None = None
        self._thread = Thread(target=self._work)
        self._thread.start()

    def join(self) -> None:
        """Wait for its end. Raises what went wrong."""
        self._begun.set()  # also where no command came to be started
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        bundle = self._bundle
        self._begun.wait()  # nothing comes before the command
        try:
            from ledger.running import ending, files  # noqa: F401 - loaded for later

            numbers = range(1, bundle.order.rounds + 1)
            folders = [bundle.round_folder(number) for number in numbers]
            commands = [files.line_of(bundle.command.within(folder)) for folder in folders]
            below = os.path.relpath(Path.cwd(), bundle.settings.root)
            files.write_commands(
                bundle.folder, bundle.order.item, below, [*dict.fromkeys(commands)]
            )
            files.write_environment(bundle.folder)
            if bundle.order.append:
                import ledger.recording
            if bundle.is_repeated:
                import ledger.running.report  # noqa: F401
        except Exception as error:  # noqa: BLE001 - it is raised again in the thread that waits
            self._error = error
