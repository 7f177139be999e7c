"""Execute a command, capture what it did as a bundle, and record that.

The command starts before anything is loaded that is only needed afterwards; that happens while
it runs. What the bundle claims of itself is in ``claim``, and is written last.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from ledger import config
from ledger.config import Config
from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.links import snapshot
from ledger.running import claim, layout, pytest_arguments, retrying
from ledger.running.capture import Interrupts
from ledger.running.keeper import Keeper
from ledger.running.tries import Command, Cut, NotStarted, Ran, run_round

if TYPE_CHECKING:
    from ledger.models.rounds import Earlier
    from ledger.recording import Recorded

_UNENDED = "it was started, and its end was never written"


class Order(NamedTuple):
    """What is to be run, and how. ``timeout_s`` is for each try; ``phase`` and ``sprint`` fill
    the placeholders of the folder; ``append`` says whether the run is recorded."""

    item: str
    command: tuple[str, ...]
    rounds: int = 1
    retries: int = 0
    retry_on: tuple[str, ...] = ()
    timeout_s: float | None = None
    stamp: str = ""
    phase: str = ""
    sprint: str = ""
    summary: str = ""
    append: bool = True


class Watch(NamedTuple):
    """Who looks on: at what the command writes, and at each round that ends (the number of
    rounds is the second argument)."""

    output: Callable[[bytes], None] | None = None
    round: Callable[[Ran, int], None] | None = None


class Done(NamedTuple):
    """What came of it. ``path`` is the bundle, relative to the repository. ``state`` is
    ``ended``, ``timeout`` or ``interrupted``, with the reason. ``code`` is the exit code, of
    several rounds that of the last that failed. ``retried`` says how each earlier try ended."""

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
    recorded: "Recorded | None"

    @property
    def passed(self) -> bool:
        """Whether every round came to its end and passed."""
        return self.state == "ended" and self.passes == self.rounds


def run(
    start: Path,
    ledger: Path | None,
    order: Order,
    watch: Watch,
    earlier: "Earlier | None" = None,
) -> Done:
    """Run the command of ``order`` in the current folder, once or for each round; ``earlier`` is
    the batch that rounds are compared with.

    Raises, before anything runs, UsageError for a command, an item, a folder or a setting that
    cannot be; UnreadableInput where the disk does not take the outputs, and what
    ``recording.record`` raises: the bundle stays in both cases. A run that was interrupted is
    not recorded.
    """
    keeper = Keeper()  # first of all, while this process is small
    try:
        with Interrupts() as interrupts:
            bundle = _Bundle(config.find(start, ledger), order)
            bundle.make(keeper, interrupts, watch, earlier)
    finally:
        keeper.close()
    is_wanted = order.append and bundle.state != "interrupted" and not interrupts.caught
    return bundle.done(_record(bundle) if is_wanted else None)


class _Bundle:
    """A run while it is made. ``state`` and ``reason`` are what it claims of itself."""

    def __init__(self, settings: Config, order: Order) -> None:
        at = pytest_arguments.place(order.command)
        on = retrying.read(order.retry_on)
        self.order, self.settings = order, settings
        self.command = Command(order.command, at, order.timeout_s, order.retries, on)
        self.path, self.folder, self.stamp = _folder(settings, order)
        self.started = datetime.now(UTC)
        self.state, self.reason = "running", _UNENDED
        self.rounds: list[Ran] = []
        self._duration_s = 0.0
        self._commit: str | None = None

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
                self._commit = snapshot.take(self.settings.root, self.folder / "git_diff.patch")
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
            self._duration_s = time.monotonic() - begun
            if self.is_repeated:
                self._write_report(earlier)
            self._write_summary()
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
            "started": self.started.isoformat(timespec="seconds"),
            "commit": self._commit,
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

    def _write_report(self, earlier: "Earlier | None") -> None:
        from ledger.running import files, report

        (self.folder / "rounds.md").write_text(
            report.report(
                self.order.item,
                files.line_of(self.command.words),
                (self.started, datetime.now(UTC)),
                self.rounds,
                self.order.rounds,
                earlier,
            ),
            "utf-8",
        )

    def _write_summary(self) -> None:
        from ledger.running import files

        told = [
            ("Command", f"`{files.line_of(self.command.words).replace('`', chr(39))}`"),
            ("Started", f"{self.started:%Y-%m-%d %H:%M:%S} UTC"),
            ("Commit", f"{self._commit}; what differed is in `git_diff.patch`"
             if self._commit else "none"),
        ]  # fmt: skip
        if self.state == "interrupted":
            told.append(("Not complete", self.reason))
        if self.is_repeated:
            told.append(("Rounds", f"{len(self.rounds)} of {self.order.rounds} run (`rounds.md`)"))
        elif self.rounds:
            told += files.summary_of(self.rounds[-1])
        files.write_summary(self.folder, told, f"{self.order.item}, {self.stamp}")

    def done(self, recorded: "Recorded | None") -> Done:
        """The end of it."""
        from ledger.running import files

        failed = [ran.code for ran in self.rounds if ran.code]
        peaks = [peak for ran in self.rounds if (peak := ran.ended.peak_rss_bytes) is not None]
        is_single = not self.is_repeated
        code = failed[-1] if failed else 0 if self.rounds else None
        return Done(
            self.path,
            self.order.item,
            files.line_of(self.command.words),
            self.stamp,
            self.state,
            self.reason,
            code,
            self.rounds[-1].ended.wall_s if is_single and self.rounds else self._duration_s,
            max(peaks, default=None),
            sum(ran.code == 0 for ran in self.rounds),
            self.order.rounds,
            sum(not ran.code and not ran.retried for ran in self.rounds),
            tuple(word for ran in self.rounds for word in ran.retried),
            recorded,
        )


def _state(ran: Ran, order: Order) -> tuple[str, str]:
    """What a round claims; of several the batch came to its end, whatever they did."""
    if ran.is_timeout and order.rounds == 1:
        return "timeout", f"it took longer than {order.timeout_s:g} s"
    return "ended", ""


def _folder(settings: Config, order: Order) -> tuple[str, Path, str]:
    """The new folder of the bundle: relative, absolute, and its stamp."""
    if order.stamp and not layout.STAMP.fullmatch(order.stamp):
        raise UsageError(
            "bad-stamp",
            f"--stamp {order.stamp[:80]!r}: expected a time in UTC",
            "such as 20251015T201831Z",
        )
    section = layout.section_of(settings.ledger.read_bytes(), order.item)
    item = order.item.strip().strip("[]")
    if not section:
        item = _item_of(settings, item)
    template = layout.template_of(section, settings.runs)
    values = {"item": item.lower(), "phase": order.phase, "sprint": order.sprint}
    while True:
        stamp = order.stamp or f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        path = layout.fill(template, {**values, "STAMP": stamp})
        try:
            return path, layout.make(settings.root, path), stamp
        except UsageError as error:
            if order.stamp or error.code != "run-exists":
                raise
            time.sleep(0.1)  # another run of this second
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise UnreadableInput("cannot-write", f"{path}: cannot be made: {why}") from error


def _item_of(settings: Config, item: str) -> str:
    """The item as the ledger, read whole, has it. Raises UsageError."""
    from ledger import naming, reader

    return naming.items(reader.read(settings.ledger.read_bytes()), item)[0].id


class _Meanwhile:
    """What can be done while the command runs: the files that tell of it, and loading what is
    needed afterwards."""

    def __init__(self, bundle: _Bundle, begun: Event) -> None:
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
            from ledger.running import files

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


def _record(bundle: _Bundle) -> "Recorded":
    from ledger import recording

    order = bundle.order
    request = recording.Request(order.item, (bundle.folder,), summary=order.summary)
    try:
        return recording.record(bundle.settings, request)
    except LedgerError as error:
        said = f"the run is in {bundle.path}, and not recorded: {error.message}"
        raise type(error)(error.code, said, error.hint) from error
