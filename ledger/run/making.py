"""What ``ledger run`` does, step by step.

The command waits for all that is imported here, and for nothing else: neither ``typing`` nor
``pathlib``, which take longer than all that is done before it starts. What is needed later is
imported later.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from ledger.errors import UnreadableInput, UsageError, why
from ledger.git import repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ledger.evidence.rounds_model import Earlier
    from ledger.run.bundle import Bundle
    from ledger.run.interrupts import Interrupts
    from ledger.run.keeper import Keeper
    from ledger.run.log import Log
    from ledger.run.order import Watch
    from ledger.run.tries import NotStarted


def make(bundle: Bundle, keeper: Keeper, watch: Watch, earlier: Earlier | None) -> None:
    """Run everything and write everything, what the bundle claims last. Raises UsageError for a
    command that cannot be started, UnreadableInput where the disk does not take the outputs."""
    try:
        bundle.begin_claim(bundle.place, bundle.order.rounds)
        if bundle.settings.is_git:
            patch = Path(bundle.place, "git_diff.patch")
            bundle.commit = repository.write_diff(bundle.settings.root, patch)
        from ledger.run.interrupts import Interrupts

        with Interrupts() as interrupts:
            _run(bundle, keeper, interrupts, watch)
            _write_end(bundle, earlier)
            bundle.is_stopped = bool(interrupts.caught)
    except OSError as error:
        said = why(error)
        bundle.state = "interrupted"
        bundle.reason = f"the disk did not take the outputs: {said}"
        try:
            bundle.claim()
        except OSError:
            pass  # then the first claim stands: it has no end
        raise UnreadableInput(
            "cannot-write",
            f"{bundle.path}: the outputs could not be written: {said}",
            "the bundle is marked incomplete, nothing is recorded",
        ) from error


def _run(bundle: Bundle, keeper: Keeper, interrupts: Interrupts, watch: Watch) -> None:
    begun = time.monotonic()
    log = _begin_round(bundle, keeper, 1)
    # The command runs: from here on loading costs it nothing.
    from ledger.run import meanwhile, tries

    aside = meanwhile.Meanwhile(bundle)
    try:
        _all_rounds(bundle, keeper, log, interrupts, watch)
    except tries.Cut as cut:
        bundle.state, bundle.reason = "interrupted", str(cut)
    except tries.NotStarted as error:
        aside.join()
        _never_was(bundle, error)
    finally:
        aside.join()
    keeper.dismiss()  # it ends while the files are written
    bundle.duration_s = time.monotonic() - begun


def _all_rounds(
    bundle: Bundle, keeper: Keeper, log: Log, interrupts: Interrupts, watch: Watch
) -> None:
    from ledger.run.tries import Cut, run_round

    order = bundle.order
    for number in range(1, order.rounds + 1):
        if number > 1:
            log = _begin_round(bundle, keeper, number)
        place = bundle.round_place(number)
        ran = run_round(keeper, bundle.command, number, place, log, interrupts, watch.output)
        bundle.rounds.append(ran)
        if order.is_repeated:
            bundle.claim_round(place, ran)
            if watch.round:
                watch.round(ran, order.rounds)
        if interrupts.caught and number < order.rounds:
            raise Cut("interrupted between two rounds")


def _begin_round(bundle: Bundle, keeper: Keeper, number: int) -> Log:
    place = bundle.round_place(number)
    if bundle.order.is_repeated:
        os.makedirs(place)
        bundle.begin_claim(place, 1)
    return bundle.command.begin(keeper, place)


def _write_end(bundle: Bundle, earlier: Earlier | None) -> None:
    from ledger.run import ending

    if bundle.order.is_repeated:
        ending.write_report(bundle, earlier)
    ending.write_summary(bundle)
    bundle.close()


def _never_was(bundle: Bundle, error: NotStarted) -> None:
    import shutil

    shutil.rmtree(bundle.place)
    raise UsageError(
        "no-such-command",
        f"{bundle.order.command[0][:200]}: {str(error).lower()}",
        "give a command behind --, as in `ledger run ITEM -- pytest tests`",
    ) from None
