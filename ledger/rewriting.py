"""Change a ledger: read it under the lock, edit, verify, check, write; or say what would change.

Every command that changes a ledger comes through here, so nothing is written that was not
verified, or that ``validate`` would refuse.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger import document, reader, store, text, validate
from ledger.config import Config
from ledger.document import Edit
from ledger.errors import Refused, UnreadableInput, UsageError
from ledger.links import paths
from ledger.models.ledger import Ledger
from ledger.store import Pair


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


def pair(config: Config) -> Pair | None:
    """The ledger and its archive; None where the archive would lie outside of the repository."""
    try:
        partner = paths.confine(config.root, config.partner)
    except UsageError:
        return None
    return Pair(partner, config.ledger) if config.is_archive else Pair(config.ledger, partner)


def _refuse_faults(config: Config, new: Ledger, old: Ledger, today: str) -> None:
    for finding in validate.worse(new, old, config.ledger_path, today, config):
        if finding.severity == "error":
            raise Refused(
                "would-not-validate",
                f"{finding.path}:{finding.line}: {finding.code} {finding.message}",
                "nothing was written",
            )


def _diff(path: str, old: bytes, new: bytes) -> str:
    lines = difflib.unified_diff(_split(old), _split(new), f"a/{path}", f"b/{path}", n=3)
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
        raise UnreadableInput(
            "cannot-read", f"{path}: {(error.strerror or str(error)).lower()}"
        ) from error
