"""Move finished items and old attempts to the archive file, bring them back, find them there."""

import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import Field

from ledger import config, rules
from ledger.commands.change import Plan, change_both
from ledger.commands.read import parts_at, pointers_of, read_bytes
from ledger.config import Config
from ledger.edits import archive as moving
from ledger.edits.archive import Both
from ledger.edits.selection import Chosen, HeldItem, Selection, Wanted
from ledger.errors import Refused, UsageError
from ledger.plan import document, pointers, reader, selectors, text
from ledger.plan.model import ArchivedPart, Item, Ledger, Model, Pointer

_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")

# `# Fix plan archive`: one that has nothing in it, or not yet.
_HEADED = re.compile(rb"\s*#{1,6} [^\n]{0,200}archive", re.IGNORECASE)


class Archived(Model):
    """What was moved to the archive or back, or with `--dry-run` would be."""

    action: Literal["archive", "restore"]
    """What was done."""
    path: str
    """The ledger, relative to the top of its repository."""
    archive: str
    """Its archive, likewise."""
    before: int = Field(ge=0)
    """Lines of the ledger before."""
    after: int = Field(ge=0)
    """Lines of the ledger afterwards."""
    parts: tuple[ArchivedPart, ...]
    """What was moved."""
    held: tuple[HeldItem, ...]
    """Items that stay, and why."""
    diff: str
    """The change of both files as a unified diff; printed with `--diff` only."""


def archive(
    *items: str,
    statuses: Sequence[str] = (),
    before: str | None = None,
    keep: int | None = None,
    to_lines: int | None = None,
    ledger: Path | None = None,
    dry_run: bool = False,
) -> Archived:
    """Move finished items, of all or of ``items``, to the archive of the plan ``ledger``.

    ``statuses`` are words as written, or of the six: only items that have one of these go.
    ``before`` is an ISO date: only what was last tried before it goes. With ``keep`` it is
    attempts that go, all but an item's newest so many. With ``to_lines`` no more goes than it
    takes to make the plan so short.

    Raises UsageError for an item that is none, Refused where so many lines cannot be reached.
    """
    plan = _plan(ledger)
    if before is not None and not _DAY.fullmatch(before):
        raise UsageError("bad-date", f"{before!r}: expected a day such as 2025-11-30")
    wanted = Wanted(
        items=tuple(selectors.folded(selectors.parse(name).item) for name in items),
        statuses=tuple(word.lower() for word in statuses),
        before=before,
        keep=keep,
        to_lines=to_lines,
    )
    try:
        return _move(plan, wanted, dry_run=dry_run)
    except Refused as error:
        if error.code != "not-as-meant":
            raise
        stay = _needed_by_others(plan, wanted)
        if not stay:
            raise
        return _move(plan, wanted._replace(stay=stay), dry_run=dry_run)


def bring_back(*names: str, ledger: Path | None = None, dry_run: bool = False) -> Archived:
    """Bring back what ``names`` (``ITEM`` or ``ITEM#N``; none for all) have in the archive. Raises
    UsageError for a name without anything there, Refused for what cannot come back as it was."""
    config = _plan(ledger)
    with change_both(config, gains="ledger", dry_run=dry_run) as plan:
        _refuse_conflicts(config, plan)
        wanted = _pointers_to(plan.ledger, names)
        chosen = [pointer for _, pointer in wanted]
        moved = moving.bring_back(plan.archive.text, chosen, config.partner, deep=True)
        plan.propose_both(
            moved.ledger,
            moved.archive,
            expect=lambda new, kept: moving.check_back(
                Both(plan.ledger, plan.archive), Both(new, kept)
            ),
        )
    return _archived(config, "restore", plan, parts_at(wanted, plan.archive.text), ())


def _move(config: Config, wanted: Wanted, *, dry_run: bool) -> Archived:
    with change_both(config, gains="archive", dry_run=dry_run) as plan:
        _refuse_conflicts(config, plan)
        _refuse_no_archive(config, plan.archive)
        ids = [selectors.items(plan.ledger, name)[0].id for name in wanted.items]
        wanted = wanted._replace(items=tuple(map(selectors.folded, ids)))
        chosen = Selection(plan.ledger, wanted).choose()
        if wanted.to_lines is not None:
            _refuse_too_long(plan.ledger, chosen, wanted.to_lines)
        if chosen.units:
            moved = moving.move(plan.ledger, plan.archive.text, chosen.units, _target(config))
            plan.propose_both(
                moved.ledger,
                moved.archive,
                expect=lambda new, kept: moving.check_move(
                    Both(plan.ledger, plan.archive), Both(new, kept), chosen.units
                ),
            )
    keys = {pointers.key_of(unit.frame, unit.body) for unit in chosen.units}
    fresh = [(item, pointer) for item, pointer in pointers_of(plan.new) if pointer.key in keys]
    parts = parts_at(fresh, plan.new_archive.text)
    return _archived(config, "archive", plan, parts, chosen.kept)


def _needed_by_others(config: Config, wanted: Wanted) -> frozenset[str]:
    """The items without which others would read differently."""
    old = reader.read(read_bytes(config.ledger), conventions=config.own)
    ledger = reader.read(b"", conventions=config.own)
    stay = set()
    units = Selection(old, wanted).choose().units
    for name in dict.fromkeys(unit.item.id for unit in units):
        own = [unit for unit in units if unit.item.id == name]
        moved = moving.move(old, b"", own, "x")
        kept = reader.read(document.apply(old.text, moved.ledger), old.conventions)
        new = Both(kept, reader.read(document.apply(b"", moved.archive), ledger.conventions))
        try:
            moving.check_move(Both(old, ledger), new, own)
        except Refused:
            stay.add(name)
    return frozenset(stay)


# What is meant


def _plan(ledger: Path | None) -> Config:
    project = config.find(Path.cwd(), ledger)
    if project.is_archive:
        message = f"{project.ledger_path} is the archive of {project.partner}"
        raise UsageError("is-archive", message, f"give --ledger {project.partner}")
    return project


def _pointers_to(ledger: Ledger, names: Sequence[str]) -> list[tuple[Item, Pointer]]:
    every = pointers_of(ledger)
    wanted = []
    for given in names:
        name = selectors.parse(given)
        ids = {item.id for item in selectors.items(ledger, name.item)}
        pairs = [
            (item, pointer)
            for item, pointer in every
            if item.id in ids and (name.number is None or pointer.holds(name.number))
        ]
        if not pairs:
            raise _nothing(text.one_line(given))
        wanted += [pair for pair in pairs if pair not in wanted]
    if not every:
        raise _nothing("the fix plan")
    return wanted if names else every


def _nothing(name: str) -> UsageError:
    message = f"{name} has nothing in the archive"
    return UsageError("not-archived", message, "`ledger status --archived` lists what is there")


def _refuse_too_long(ledger: Ledger, chosen: Chosen, target: int) -> None:
    if chosen.lines <= target:
        return
    lines = len(text.line_starts(ledger.text)) - 1
    why = f"; {len(chosen.kept)} finished items have to stay" if chosen.kept else ""
    raise Refused(
        "too-long",
        f"{target} lines cannot be reached: of {lines} no more than {lines - chosen.lines} can go,"
        f" and {chosen.lines} would be left{why}",
        f"--to-lines {chosen.lines} moves these; nothing was written",
    )


def _refuse_conflicts(config: Config, plan: Plan) -> None:
    """Where both sides of a conflict are in a file, what is to be moved is not decided."""
    for path, ledger in (config.ledger_path, plan.ledger), (config.partner, plan.archive):
        for fault in rules.check(ledger, rules.Facts(path), rules.RULES.keys() - {"LED101"}):
            message = f"{path}:{fault.line}: {fault.message}"
            raise Refused("in-conflict", message, f"{fault.fix}; nothing was written")


def _refuse_no_archive(config: Config, archive: Ledger) -> None:
    """A setting that names another file, a program's say, must not have the plan's text in it."""
    data = archive.text
    is_one = archive.items or archive.attempts or pointers.chunks(data) or not data.strip()
    if not is_one and not _HEADED.match(data):
        raise Refused(
            "no-archive",
            f"{config.partner}: expected an archive of the fix plan, found a file without entries",
            "name another file with `archive` of [tool.ledger]; nothing was written",
        )


def _target(config: Config) -> str:
    """The archive's path from the ledger's folder."""
    folder = os.path.dirname(config.ledger_path) or "."  # noqa: PTH120 - of a path of git's
    return PurePosixPath(os.path.relpath(config.partner, folder)).as_posix()


# What was done


def _archived(
    config: Config,
    action: Literal["archive", "restore"],
    plan: Plan,
    moved: Sequence[ArchivedPart],
    items: tuple[HeldItem, ...],
) -> Archived:
    before, after = (len(text.line_starts(ledger.text)) - 1 for ledger in (plan.ledger, plan.new))
    return Archived(
        action=action,
        path=config.ledger_path,
        archive=config.partner,
        before=before,
        after=after,
        parts=tuple(moved),
        held=items,
        diff=plan.diff,
    )
