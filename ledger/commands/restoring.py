"""Put an attempt back that a commit removed: find it in the history, edit, verify, write."""

from __future__ import annotations

from pathlib import Path

from ledger.commands.change import change
from ledger.commands.history import Progress, audit
from ledger.config import Config, find
from ledger.edits import restore as edits
from ledger.errors import Refused, UnreadableInput, UsageError
from ledger.git.blobs import Blobs
from ledger.plan import patterns, places, reader, selectors, text
from ledger.plan.model import Attempt, Ledger
from ledger.versions.model import History, Removed, Restored


def restore_removed(
    name: str,
    *,
    revisions: str | None = None,
    dry_run: bool = False,
    ledger: Path | None = None,
    progress: Progress | None = None,
) -> History:
    """Put an attempt back that a commit removed: ``PARSE-001#3``, or ``PARSE-001#2026-02-04`` for
    one without a number. With ``dry_run`` nothing is written.

    Raises as ``restore`` and ``history.audit`` do.
    """
    settings = find(Path.cwd(), ledger)
    history = audit(settings, revisions, progress)
    restored = restore(settings, history, name, dry_run=dry_run)
    return history.model_copy(update={"restored": restored})


def restore(config: Config, history: History, name: str, *, dry_run: bool) -> Restored:
    """Put the attempt ``name`` (see ``selectors.parse_lost``) back as it was before its removal.

    Raises UsageError for an attempt that was never removed, Refused for one that cannot be put
    back without changing anything else.
    """
    removed = _latest(history, name)
    lost, had = _as_written(config, removed)
    lines = places.lines(had, lost)
    while not lines[-1].strip():
        lines.pop()
    item = removed.item or ""

    with change(config, dry_run=dry_run) as plan:
        plan.propose(
            edits.restore(plan.ledger, item, lost, lines, had),
            expect=lambda new: edits.check(plan.ledger, new, item, lost, had),
        )
    return Restored(
        path=config.ledger_path,
        item=item,
        number=removed.number,
        date=removed.date,
        line=edits.found(plan.new, item, lost).span.start_line,
        commit=removed.commit,
        left=len(removed.more),
        diff=plan.diff,
    )


def _latest(history: History, name: str) -> Removed:
    wanted, opening = selectors.parse_lost(name)
    item = selectors.folded(wanted.item)
    found = [
        removed
        for removed in (*history.others, *history.removed)
        if removed.number == wanted.number
        and selectors.folded(removed.item or "") == item
        and (not opening or patterns.opens(removed.text, opening))
    ]
    called = f"that begins with {opening}" if opening else f"#{wanted.number}"
    if not found:
        raise UsageError(
            "never-removed",
            f"no commit removed attempt {called} of {wanted.item}",
            "`ledger history --removed` lists those that were",
        )
    firsts = list(dict.fromkeys(removed.first for removed in found))
    if opening and len(firsts) > 1:
        said = " and ".join(text.one_line(first)[:60] for first in firsts[:2])
        raise UsageError(
            "which-attempt",
            f"{len(firsts)} attempts {called} were removed, such as {said}",
            "say more of what it begins with",
        )
    latest = found[-1]
    if latest.form == "action":
        raise Refused(
            "told-by-action",
            f"only a completed action told of attempt #{latest.number} of {latest.item}",
            "`ledger history --removed` prints it: put the action back by hand",
        )
    return latest


def _as_written(config: Config, removed: Removed) -> tuple[Attempt, Ledger]:
    """The attempt, and the last version that has it."""
    with Blobs(config.root) as blobs:
        data = blobs.content(removed.blob)
    if data is None:
        raise UnreadableInput(
            "no-content", f"the repository does not hold {removed.blob[:8]}", "fetch it first"
        )
    ledger = reader.read(data, conventions=config.own)
    every = (one for item in ledger.items for one in item.attempts)
    lost = next(
        one
        for one in (*every, *ledger.loose)
        if one.source == "history" and one.text == removed.text
    )
    return lost, ledger
