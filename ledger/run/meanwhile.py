"""What can be done while the command runs: the files that tell of it, and loading what is needed
afterwards."""

from __future__ import annotations

import os
from threading import Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ledger.run.bundle import Bundle


class Meanwhile:
    """It is done in a thread, so that what the command writes is taken from it all the while."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._error: Exception | None = None
        self._thread = Thread(target=self._work)
        self._thread.start()

    def join(self) -> None:
        """Wait for its end. Raises what went wrong."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        try:
            _write(self._bundle)
            if self._bundle.order.append:
                import ledger.claims.verifying
                import ledger.commands.append
                import ledger.plan.dialects.attempts.appending
            if self._bundle.order.is_repeated:
                import ledger.run.report  # noqa: F401 - for later
        except Exception as error:  # noqa: BLE001 - it is raised again in the thread that waits
            self._error = error


def _write(bundle: Bundle) -> None:
    """The whole of the first claim, the commands and the environment."""
    from ledger.run import ending, files  # noqa: F401 - the first for later

    bundle.claim()
    places = [bundle.round_place(number) for number in range(1, bundle.order.rounds + 1)]
    commands = [files.line_of(bundle.command.within(place)) for place in places]
    below = os.path.relpath(os.getcwd(), bundle.settings.top)
    files.write_commands(bundle.place, bundle.order.item, below, [*dict.fromkeys(commands)])
    files.write_environment(bundle.place)
