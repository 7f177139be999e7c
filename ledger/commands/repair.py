"""The safe fixes of rules, made in a ledger: verified, checked and written as one change."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from ledger import config
from ledger.commands import history as auditing
from ledger.commands.change import change
from ledger.config import Config
from ledger.errors import LedgerError, Refused
from ledger.git.blobs import Blobs
from ledger.plan import reader
from ledger.plan.document import Edit
from ledger.plan.model import Attempt, Ledger, Model
from ledger.rules import fixes
from ledger.rules.model import MadeFix
from ledger.rules.numbers import Age


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
    progress: Callable[[int, int], None] | None = None,
) -> Repaired:
    """Make the safe fixes of the rules ``codes``, but for those that the project ignores, in the
    plan ``ledger``. ``progress`` is told how many versions of the plan have been read, of how many.

    Raises Refused where an outcome is not what was meant, or has an error that was not there;
    UsageError and UnreadableInput where there is no plan to read.
    """
    settings = config.find(Path.cwd(), ledger)
    wanted = frozenset(codes) - {*settings.ignore}
    # Before the file is locked, since it may take seconds.
    age = _age(settings, progress) if "LED106" in wanted else _same
    with change(settings, dry_run=dry_run) as plan:
        mended = fixes.mend(plan.ledger, age, wanted)

        def expect(new: Ledger) -> None:
            if new.text != mended.ledger.text:
                raise Refused("not-as-meant", "the fixes do not add up", "nothing was written")

        if mended.ledger.text != plan.ledger.text:
            # Each step was made of small edits and held against what it meant; this is their sum.
            whole = Edit(0, len(plan.ledger.text), mended.ledger.text)
            plan.propose([whole], expect=expect)
    return Repaired(path=settings.ledger_path, fixes=mended.fixes, left=mended.left, diff=plan.diff)


def _same(_: Attempt) -> int:
    return 0


def _age(config: Config, progress: Callable[[int, int], None] | None) -> Age:
    """What was committed first is first; what no commit has comes last. Without git, or without
    two attempts of one number, all are of one age."""
    try:
        if not config.is_git or not _has_duplicates(config):
            return _same
        with Blobs(config.root) as contents:
            head = contents.commit("HEAD")
        history = auditing.audit(config, head, progress) if head else None
    except (LedgerError, OSError):  # whoever reads the file next says so
        history = None
    if history is None:
        return _same
    ages: dict[tuple[str | None, str], int] = {}
    for at, event in enumerate(history.events):
        was = (event.item, event.before.partition("\n")[0].strip())
        since = ages.get(was, at) if event.kind == "rewritten" else at
        for first in event.after.split("\n"):
            ages.setdefault((event.item, first.strip()), since)

    def age(one: Attempt) -> int:
        first = one.text.partition("\n")[0].strip()
        return ages.get((one.item, first), len(history.events))

    return age


def _has_duplicates(config: Config) -> bool:
    ledger = reader.read(config.ledger.read_bytes(), conventions=config.own)
    return any(
        len({one.number for one in told}) < len(told)
        for item in ledger.items
        for told in [[one for one in item.attempts if one.source == "history"]]
    )
