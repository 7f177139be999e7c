"""A bundle while it is made: its folder, and what it claims of itself."""

from __future__ import annotations

import os
import time

from ledger.errors import UnreadableInput, UsageError, why
from ledger.run import claim, layout
from ledger.run.command import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from ledger.config import Config
    from ledger.run.order import Order
    from ledger.run.results import Ran

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
        self.verdict: list[str] = []
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

    def begin_claim(self, place: str, planned: int) -> None:
        """Write what is known before the command starts: of all rounds, or of one."""
        claim.begin(place, self.started, self.command.pytest_at is not None, planned)

    def close(self) -> None:
        """Write the last claim: it came to its end, unless something is known that ended it."""
        if self.state == "running":
            self.state, self.reason = _state(self.rounds[-1], self.order)
        self.claim()

    def claim(self) -> None:
        """Write what is known by now of all rounds."""
        rounds = [*self.rounds]  # it is also called aside, while rounds end
        last = None if self.order.is_repeated or not rounds else rounds[-1]
        self._write(self.place, (self.state, self.reason), self.order.rounds, rounds, last)

    def claim_round(self, place: str, ran: Ran) -> None:
        """Write what one round of several came to."""
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
            raise UnreadableInput(
                "cannot-write", f"{path}: cannot be made: {why(error)}"
            ) from error
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
    from ledger.plan import reader, selectors

    return selectors.items(reader.read(data, own=settings.own), item)[0].id
