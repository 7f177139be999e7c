"""What ``ledger run`` is asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ledger.running.tries import Ran


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
    round: Callable[["Ran", int], None] | None = None
