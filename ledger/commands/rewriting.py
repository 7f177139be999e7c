"""Change a ledger: read it under the lock, edit, verify, check, write; or say what would change.

Every command that changes a ledger comes through here, so nothing is written that was not
verified, or that ``validate`` would refuse.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ledger import rules, store
from ledger.commands import validate
from ledger.config import Config
from ledger.errors import Refused, UnreadableInput, UsageError, why
from ledger.git import paths
from ledger.plan import document, reader, text
from ledger.plan.document import Edit
from ledger.plan.model import Ledger
from ledger.rules.model import Finding
from ledger.store import Pair, both


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The ledger after the change, and the change as a unified diff that ``git apply`` takes."""

    new: Ledger
    diff: str


def rewrite(
    config: Config,
    edits: Callable[[Ledger], list[Edit]],
    verify: Callable[[Ledger, Ledger], None],
    today: str,
    *,
    dry_run: bool,
) -> Rewritten:
    """Apply what ``edits`` makes of the ledger, unless ``verify``, which is given the ledger
    before and after, raises Refused. With ``dry_run`` nothing is written.

    Raises Refused also for an error that ``validate`` would find on ``today`` (ISO) and that was
    not there before.
    """
    made: list[Ledger] = []

    def change(data: bytes) -> bytes:
        old = reader.read(data, own=config.own)
        new = reader.read(document.apply(data, edits(old)), old)
        verify(old, new)
        _refuse_faults(config, new, old, today)
        made.append(new)
        return new.text

    if dry_run:
        before = _bytes(config.ledger)
        after = change(before)
    else:
        before, after = store.update(config.ledger, change, pair=pair(config))
    return Rewritten(made[-1], _diff(config.ledger_path, before, after))


@dataclass(frozen=True, slots=True)
class RewrittenBoth:
    """Ledger and archive after a change of both, and the change as one unified diff."""

    ledger: Ledger
    archive: Ledger
    diff: str


def rewrite_both(
    config: Config,
    edits: Callable[[Ledger, Ledger], tuple[list[Edit], list[Edit]]],
    verify: Callable[[Ledger, Ledger, Ledger, Ledger], None],
    *,
    first: both.Which,
    dry_run: bool,
) -> RewrittenBoth:
    """Like ``rewrite``, for the ledger and its archive together. ``verify`` is given both as they
    were, then both as they will be; ``first`` is the one that gains. What ``validate`` would find
    in what is moved comes and goes with it, so that only losses are refused."""
    made: list[tuple[Ledger, Ledger]] = []

    def change(data: bytes, archived: bytes) -> tuple[bytes, bytes]:
        old, held = reader.read(data, own=config.own), reader.read(archived, own=config.own)
        ours, theirs = edits(old, held)
        new = reader.read(document.apply(data, ours), old)
        keeps = reader.read(document.apply(archived, theirs), held)
        verify(old, held, new, keeps)
        _refuse_losses(config, new, old, keeps)
        _refuse_losses(config.of_partner, keeps, held, new)
        made.append((new, keeps))
        return new.text, keeps.text

    places = pair(config)
    if places is None:
        paths.confine(config.root, config.partner)  # says what is wrong with it
        raise AssertionError
    if dry_run:
        before = _bytes(places.ledger), _bytes(places.archive) if places.archive.exists() else b""
        after = change(*before)
    else:
        before, after = both.update(places, change, first)
    names = config.ledger_path, config.partner
    diff = "".join(map(_diff, names, before, after))
    return RewrittenBoth(*made[-1], diff)


def pair(config: Config) -> Pair | None:
    """The ledger and its archive; None where the archive would lie outside of the repository."""
    try:
        partner = paths.confine(config.root, config.partner)
    except UsageError:
        return None
    return Pair(partner, config.ledger) if config.is_archive else Pair(config.ledger, partner)


def _refuse_faults(config: Config, new: Ledger, old: Ledger, today: str) -> None:
    _refuse(validate.worse(new, old, config.ledger_path, today, config))


def _refuse_losses(config: Config, new: Ledger, old: Ledger, elsewhere: Ledger) -> None:
    """What the guard alone says: old faults come and go with what is moved."""
    others = frozenset(code for code in rules.RULES if not rules.compares(code))
    facts = rules.Facts(config.ledger_path, elsewhere=lambda: (elsewhere,))
    _refuse(validate.made_worse(new, facts, [old], None, others))


def _refuse(findings: Iterable[Finding]) -> None:
    for finding in findings:
        if finding.severity == "error":
            raise Refused(
                "would-not-validate",
                f"{finding.path}:{finding.line}: {finding.code} {finding.message}",
                "nothing was written",
            )


def _diff(path: str, old: bytes, new: bytes) -> str:
    source = f"a/{path}" if old else "/dev/null"
    lines = difflib.unified_diff(_split(old), _split(new), source, f"b/{path}", n=3)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _split(data: bytes) -> list[str]:
    parts = text.decode(data).split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableInput("cannot-read", f"{path}: {why(error)}") from error
