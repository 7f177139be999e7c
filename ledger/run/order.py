"""What ``ledger run`` is asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.run.results import Ran


class Order:
    """What is to be run, and how. ``timeout_s`` is for each try; ``phase`` and ``sprint`` fill
    the placeholders of the folder; ``append`` says whether the run is recorded."""

    def __init__(  # noqa: PLR0913, PLR0917 - as many as the command has options
        self,
        item: str,
        command: tuple[str, ...],
        rounds: int = 1,
        retries: int = 0,
        retry_on: tuple[str, ...] = (),
        timeout_s: float | None = None,
        stamp: str = "",
        phase: str = "",
        sprint: str = "",
        summary: str = "",
        append: bool = True,
    ) -> None:
        self.item = item
        self.command = command
        self.rounds = rounds
        self.retries = retries
        self.retry_on = retry_on
        self.timeout_s = timeout_s
        self.stamp = stamp
        self.phase = phase
        self.sprint = sprint
        self.summary = summary
        self.append = append

    @property
    def is_repeated(self) -> bool:
        """Whether it has rounds, each in a folder of its own."""
        return self.rounds > 1


class Watch:
    """Who looks on: at what the command writes, and at each round that ends (the number of
    rounds is the second argument)."""

    def __init__(
        self,
        output: Callable[[bytes], None] | None = None,
        round: Callable[[Ran, int], None] | None = None,  # noqa: A002 - as it is called
    ) -> None:
        self.output = output
        self.round = round
