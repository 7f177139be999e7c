"""Execute a command, capture what it did as a bundle, and record that.

The command starts before anything is loaded that is only needed afterwards; that happens while
it runs. What the bundle claims of itself is in ``claim``, and is written last.
"""

from __future__ import annotations

from ledger.run.keeper import Keeper

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

    from ledger.commands.append import Appended
    from ledger.evidence.rounds_model import Earlier
    from ledger.run.bundle import Bundle
    from ledger.run.ending import Done
    from ledger.run.order import Order, Watch


def run(
    start: str | os.PathLike[str],
    ledger: str | os.PathLike[str] | None,
    order: Order,
    watch: Watch,
    earlier: Earlier | None = None,
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
        from ledger import config
        from ledger.run import making
        from ledger.run.bundle import Bundle

        bundle = Bundle(config.find(start, ledger), order)
        making.make(bundle, keeper, watch, earlier)
    finally:
        keeper.close()
    is_wanted = order.append and bundle.state != "interrupted" and not bundle.is_stopped
    recorded = _record(bundle) if is_wanted else None
    from ledger.run import ending

    return ending.done(bundle, recorded)


def _record(bundle: Bundle) -> Appended:
    from ledger.commands import append as recording
    from ledger.errors import LedgerError

    order = bundle.order
    request = recording.Request(order.item, (bundle.folder,), summary=order.summary)
    try:
        return recording.record(bundle.settings, request)
    except LedgerError as error:
        said = f"the run is in {bundle.path}, and not recorded: {error.message}"
        raise type(error)(error.code, said, error.hint) from error
