"""The safe fixes of rules, made in a ledger: verified, checked and written as one change."""

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

from ledger import config
from ledger.commands import history as auditing
from ledger.commands.change import change
from ledger.commands.history import Progress
from ledger.config import Config
from ledger.errors import Refused, UsageError
from ledger.git.blobs import Blobs
from ledger.plan.document import Edit
from ledger.plan.model import Ledger, Model
from ledger.rules import fixes
from ledger.rules.model import MadeFix
from ledger.rules.numbers import Age
from ledger.versions.history import Origins
from ledger.versions.model import Event


class Repaired(Model):
    """What `--fix` did, or with `--dry-run` would do."""

    path: str
    """The fix plan."""
    fixes: tuple[MadeFix, ...]
    """In the order in which they were made."""
    left: tuple[MadeFix, ...]
    """What is left to people."""
    diff: str
    """The whole change as a unified diff; empty for none."""


def repair(
    codes: Collection[str],
    *,
    ledger: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Repaired:
    """Make the safe fixes of the rules ``codes``, but for those that the project ignores.
    ``progress`` is told how many of how many versions were read. Raises Refused for an outcome that
    is not as meant or has a new error, UsageError and UnreadableInput for no plan to read."""
    settings = config.find(Path.cwd(), ledger)
    wanted = frozenset(codes) - {*settings.ignore}
    with change(settings, dry_run=dry_run) as plan:
        mended = fixes.mend(plan.ledger, _age(settings, progress), wanted)

        def expect(new: Ledger) -> None:
            if new.text != mended.ledger.text:
                raise Refused("not-as-meant", "the fixes do not add up", "nothing was written")

        if mended.ledger.text != plan.ledger.text:
            # Each step was made of small edits and held against what it meant; this is their sum.
            whole = Edit(0, len(plan.ledger.text), mended.ledger.text)
            plan.propose([whole], expect=expect)
    return Repaired(path=settings.ledger_path, fixes=mended.fixes, left=mended.left, diff=plan.diff)


def _age(config: Config, progress: Progress | None) -> Age:
    """What was committed first is first; what no commit has comes last. The history is read when
    this is asked for the first time, and without git all are of one age."""
    origins = cache(lambda: Origins(_events(config, progress)))
    return lambda attempt: origins().age(attempt)


def _events(config: Config, progress: Progress | None) -> Sequence[Event]:
    """What commits did, oldest first; nothing where there are none yet."""
    if not config.is_git:
        return ()
    try:
        with Blobs(config.root) as contents:
            head = contents.commit("HEAD")
        return auditing.audit(config, head, progress).events if head else ()
    except UsageError:  # the ledger was never committed
        return ()
