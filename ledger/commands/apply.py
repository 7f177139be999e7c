"""Apply a brief's ready-made updates to the ledger, checked like every append."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ledger.commands import facts
from ledger.commands.change import change
from ledger.config import Config
from ledger.edits import updates
from ledger.edits.updates import Meant
from ledger.errors import Refused, UnreadableInput, UsageError
from ledger.gates.brief import read_brief
from ledger.gates.model import Brief, UpdateKind
from ledger.plan.model import Ledger


@dataclass(frozen=True, slots=True)
class Update:
    """One update: ``held`` where the ledger had it already. ``line`` is where it stands in the
    ledger afterwards, ``brief_line`` where the brief has it."""

    kind: UpdateKind
    number: int
    outcome: Literal["applied", "held"]
    line: int
    brief_line: int


@dataclass(frozen=True, slots=True)
class Applied:
    """What was (or with ``dry_run`` would be) written."""

    path: str
    brief: str
    item: str
    updates: tuple[Update, ...]
    diff: str


def apply(config: Config, file: Path, *, dry_run: bool) -> Applied:
    """Write the updates of the brief in ``file`` that the ledger does not hold.

    Raises UnreadableInput for a brief without updates, UsageError for an item that there is not,
    Refused for any change that ``validate`` would refuse or that says something else than its
    evidence.
    """
    brief = read_brief(_content(file))
    item = _item(file, brief)
    with change(config, dry_run=dry_run) as plan:
        meant = updates.meant(plan.ledger, item, brief.updates, brief.stamp)

        def expect(new: Ledger) -> None:
            updates.verify(plan.ledger, new, item, meant)
            _refuse_contradicted(config, plan.ledger, new)

        plan.propose(updates.edits(plan.ledger, item, meant), expect=expect)
    told = tuple(_told(one, plan.new, item) for one in meant)
    return Applied(config.ledger_path, str(file), item, told, plan.diff)


def _refuse_contradicted(config: Config, old: Ledger, new: Ledger) -> None:
    for claim in facts.contradicted(config, new, old):
        if claim.kind not in {"date", "artifact"}:
            raise Refused(
                "contradicted",
                f'it would say "{claim.said}": {claim.correction}',
                "mend the brief; nothing was written",
            )


def _item(file: Path, brief: Brief) -> str:
    """The one item that the updates are about."""
    if not brief.updates:
        raise UnreadableInput(
            "no-updates",
            f"{file}: expected ready-made updates of the fix plan, found none",
            "write them as code in a list under a heading such as `Ledger Updates`",
        )
    own = {brief.initiative} if brief.initiative else set()
    names = {one.item for one in brief.updates if one.item} or own
    if len(names) != 1:
        said = ", ".join(sorted(names)) or "none"
        raise UsageError(
            "which-item", f"{file}: expected updates of one item, found {said}", "name it in [...]"
        )
    return names.pop()


def _told(one: Meant, new: Ledger, name: str) -> Update:
    number = one.update.number or 0
    sections = [item for item in new.items if item.id == name]
    if one.attempt:
        spans = [a.span for item in sections for a in item.attempts if a.number == number]
    else:
        spans = [a.span for item in sections for a in item.actions if a.number == number]
    line = spans[0].start_line if spans else one.line or 0
    outcome: Literal["applied", "held"] = "applied" if one.line is None else "held"
    return Update(one.update.kind, number, outcome, line, one.update.line)


def _content(file: Path) -> bytes:
    try:
        if not file.is_file():
            what = "no such file" if not file.exists() else "expected a file"
            raise UnreadableInput("cannot-read", f"{file}: {what}", "give a brief")
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableInput("cannot-read", f"{file}: {reason.lower()}") from error
