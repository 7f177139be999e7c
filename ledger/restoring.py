"""Put an attempt back that a commit removed: find it in the history, edit, verify, write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ledger import naming, reader, rewriting
from ledger.config import Config
from ledger.dialects import places
from ledger.document import Edit
from ledger.edits import restore as edits
from ledger.errors import Refused, UnreadableInput, UsageError
from ledger.links.blobs import Blobs
from ledger.models.history import History, Removed
from ledger.models.ledger import Attempt, Ledger


@dataclass(frozen=True, slots=True)
class Restored:
    """What was (or with ``dry_run`` would be) put back. ``commit`` removed it; ``left`` counts
    other attempts that had the same number and went with it."""

    path: str
    item: str
    number: int
    line: int
    commit: str
    diff: str
    left: int


def restore(config: Config, history: History, name: str, *, dry_run: bool) -> Restored:
    """Put the attempt ``name`` (``ITEM#N``) back as it was when it was last removed.

    Raises UsageError for an attempt that was never removed, Refused for one that cannot be put
    back without changing anything else.
    """
    removed = _latest(history, name)
    lost, lines = _as_written(config, removed)
    item = removed.item or ""

    def change(old: Ledger) -> list[Edit]:
        return edits.restore(old, item, lost, lines)

    def check(old: Ledger, new: Ledger) -> None:
        edits.verify(old, new, item, lost)

    today = datetime.now(UTC).date().isoformat()
    done = rewriting.rewrite(config, change, check, today, dry_run=dry_run)
    return Restored(
        config.ledger_path,
        item,
        removed.number or 0,
        _line(done.new, item, removed.number),
        removed.commit.sha,
        done.diff,
        len(removed.entries) - 1,
    )


def _latest(history: History, name: str) -> Removed:
    wanted = naming.parse(name)
    if wanted.number is None:
        raise UsageError(
            "no-number", f"{name}: expected ITEM#N", "`ledger history --removed` lists them"
        )
    item = naming.folded(wanted.item)
    found = [
        removed
        for removed in (*history.others, *history.removed)
        if removed.number == wanted.number and naming.folded(removed.item or "") == item
    ]
    if not found:
        raise UsageError(
            "never-removed",
            f"no commit removed attempt #{wanted.number} of {wanted.item}",
            "`ledger history --removed` lists those that were",
        )
    latest = found[-1]
    if latest.entries[0].form == "action":
        raise Refused(
            "told-by-action",
            f"only a completed action told of attempt #{latest.number} of {latest.item}",
            "`ledger history --removed` prints it: put the action back by hand",
        )
    return latest


def _as_written(config: Config, removed: Removed) -> tuple[Attempt, list[str]]:
    """The attempt and its lines, from the last version that has it."""
    with Blobs(config.root) as blobs:
        data = blobs.content(removed.blob)
    if data is None:
        raise UnreadableInput(
            "no-content", f"the repository does not hold {removed.blob[:8]}", "fetch it first"
        )
    ledger = reader.read(data, own=config.own)
    every = (one for item in ledger.items for one in item.attempts)
    text = removed.entries[0].text
    lost = next(
        one for one in (*every, *ledger.loose) if one.source == "history" and one.text == text
    )
    lines = places.lines(ledger, lost)
    while not lines[-1].strip():
        lines.pop()
    return lost, lines


def _line(ledger: Ledger, name: str, number: int | None) -> int:
    return next(
        attempt.span.start_line
        for item in ledger.items
        if item.id == name
        for attempt in item.attempts
        if attempt.number == number and attempt.source == "history"
    )
