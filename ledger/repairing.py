"""The safe fixes of rules, made in a ledger: verified, checked and written as one change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ledger import auditing, mending, rewriting
from ledger.config import Config
from ledger.document import Edit
from ledger.errors import LedgerError, Refused
from ledger.links.blobs import Blobs
from ledger.mending import Age, Fix, Left
from ledger.models.ledger import Attempt, Ledger


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was (or with ``dry_run`` would be) mended, what was left, and the whole change."""

    path: str
    fixes: tuple[Fix, ...]
    left: tuple[Left, ...]
    diff: str


def repair(config: Config, codes: frozenset[str], *, dry_run: bool) -> Repaired:
    """Make the safe fixes of the rules ``codes``, but for those that the project ignores.

    Raises Refused where an outcome is not what was meant, or has an error that was not there.
    """
    made: list[mending.Mended] = []

    def change(old: Ledger) -> list[Edit]:
        made.append(mending.mend(old, _age(config, old), codes - {*config.ignore}))
        # Each step was made of small edits and held against what it meant; this is their sum.
        new = made[-1].ledger.text
        return [] if new == old.text else [Edit(0, len(old.text), new)]

    def check(_: Ledger, new: Ledger) -> None:
        if new.text != made[-1].ledger.text:
            raise Refused("not-as-meant", "the fixes do not add up", "nothing was written")

    today = datetime.now(UTC).date().isoformat()
    done = rewriting.rewrite(config, change, check, today, dry_run=dry_run)
    return Repaired(config.ledger_path, made[-1].fixes, made[-1].left, done.diff)


def _age(config: Config, ledger: Ledger) -> Age:
    """What was committed first is first; what no commit has comes last. Without git, or without
    two attempts of one number, all are of one age."""
    if not config.is_git or not _has_duplicates(ledger):
        return lambda _: 0
    try:
        with Blobs(config.root) as contents:
            head = contents.commit("HEAD")
        history = auditing.audit(config, head, None) if head else None
    except LedgerError:
        history = None
    if history is None:
        return lambda _: 0
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


def _has_duplicates(ledger: Ledger) -> bool:
    return any(
        len({one.number for one in told}) < len(told)
        for item in ledger.items
        for told in [[one for one in item.attempts if one.source == "history"]]
    )
