"""The command that is run: started, once or again and again."""

from __future__ import annotations

import os

from ledger.run import pytest_arguments
from ledger.run.log import Log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ledger.run.keeper import Keeper
    from ledger.run.order import Order
    from ledger.run.retrying import RetryOn


class Command:
    """What is executed, and on what terms. ``pytest_at`` is the index of its word for pytest.

    Raises UsageError for terms on which nothing can be tried again.
    """

    def __init__(self, order: Order) -> None:
        self.words = order.command
        self.pytest_at = pytest_arguments.place(order.command)
        self.timeout_s = order.timeout_s
        self.retries = order.retries
        self.retry_on: RetryOn | None = None
        if order.retry_on:
            from ledger.run import retrying

            self.retry_on = retrying.read(order.retry_on)

    @property
    def log_name(self) -> str:
        """The name of its log."""
        return "output.log" if self.pytest_at is None else "pytest.log"

    def within(self, folder: str | os.PathLike[str]) -> list[str]:
        """The words with which it writes its results to ``folder``."""
        if self.pytest_at is None:
            return list(self.words)
        return pytest_arguments.with_results(self.words, self.pytest_at, folder)

    def begin(self, keeper: Keeper, folder: str | os.PathLike[str]) -> Log:
        """Start it; what it writes is for the log. Raises OSError where the disk has no place for
        that, and then nothing is started."""
        log = Log(os.path.join(folder, self.log_name))
        keeper.start(self.within(folder))
        return log
