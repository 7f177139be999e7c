"""Move finished items and old attempts to the archive file, bring them back, find them there."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from ledger import rules
from ledger.commands.change import PlanAndArchive, change_both
from ledger.config import Config
from ledger.edits import archive, chunks, once, selecting, verify_archive
from ledger.edits.selecting import Chosen, Held, Wanted
from ledger.edits.verify_archive import Both
from ledger.errors import Refused, UsageError
from ledger.git import files
from ledger.plan import document, reader, selectors, text
from ledger.plan.model import ArchivedPart, Item, Ledger, Pointer
from ledger.rules import structure


@dataclass(frozen=True, slots=True)
class Archived:
    """``before`` and ``after`` are lines of the ledger; ``held`` are items that stay, and why."""

    action: Literal["archive", "restore", "once"]
    path: str
    archive: str
    before: int
    after: int
    parts: tuple[ArchivedPart, ...]
    held: tuple[Held, ...]
    diff: str


def move(
    config: Config, wanted: Wanted, *, as_far_as_possible: bool = False, dry_run: bool = False
) -> Archived:
    """Move what is ``wanted`` and can go.

    Raises UsageError for an item that is none, Refused where so many lines cannot be reached,
    unless ``as_far_as_possible``.
    """
    _require_ledger(config)
    try:
        return _move(config, wanted, as_far_as_possible, dry_run)
    except Refused as error:
        if error.code != "not-as-meant":
            raise
        stay = _needed_by_others(config, wanted)
        if not stay:
            raise
        wanted = wanted._replace(stay=stay)
        return _move(config, wanted, as_far_as_possible, dry_run)


def _move(config: Config, wanted: Wanted, as_far_as_possible: bool, dry_run: bool) -> Archived:
    with change_both(config, gains="archive", dry_run=dry_run) as plan:
        _refuse_conflicts(config, plan)
        for name in wanted.items:
            selectors.items(plan.ledger, name)
        chosen = selecting.Selecting(plan.ledger, wanted).choose()
        if wanted.to_lines is not None and not as_far_as_possible:
            _refuse_too_long(plan.ledger, chosen, wanted.to_lines)
        if chosen.units:
            moved = archive.move(plan.ledger, plan.archive.text, chosen.units, _target(config))
            plan.propose(
                moved.ledger,
                moved.archive,
                expect=lambda new, kept: verify_archive.moved(
                    Both(plan.ledger, plan.archive), Both(new, kept), chosen.units
                ),
            )
    keys = {chunks.key_of(unit.frame, unit.body) for unit in chosen.units}
    fresh = [(item, one) for item, one in _pointers(plan.new) if one.key in keys]
    parts = _parts(fresh, plan.new_archive.text)
    return _archived(config, "archive", plan, parts, chosen.held)


def _needed_by_others(config: Config, wanted: Wanted) -> frozenset[str]:
    """The items without which others would read differently."""
    old = reader.read(config.ledger.read_bytes(), own=config.own)
    held = reader.read(b"", own=config.own)
    stay = set()
    units = selecting.Selecting(old, wanted).choose().units
    for name in dict.fromkeys(unit.item.id for unit in units):
        own = [unit for unit in units if unit.item.id == name]
        moved = archive.move(old, b"", own, "x")
        new = Both(
            reader.read(document.apply(old.text, moved.ledger), old),
            reader.read(document.apply(b"", moved.archive), held),
        )
        try:
            verify_archive.moved(Both(old, held), new, own)
        except Refused:
            stay.add(name)
    return frozenset(stay)


def bring_back(config: Config, names: Sequence[str], *, dry_run: bool = False) -> Archived:
    """Bring back what ``names`` (``ITEM`` or ``ITEM#N``; none for all) have in the archive.

    Raises UsageError for a name that has nothing there, Refused for what cannot come back as it
    was.
    """
    _require_ledger(config)
    with change_both(config, gains="ledger", dry_run=dry_run) as plan:
        _refuse_conflicts(config, plan)
        wanted = _meant(plan.ledger, names)
        pointers = [pointer for _, pointer in wanted]
        moved = archive.bring_back(plan.archive.text, pointers, config.partner, deep=True)
        plan.propose(
            moved.ledger,
            moved.archive,
            expect=lambda new, kept: verify_archive.brought_back(
                Both(plan.ledger, plan.archive), Both(new, kept)
            ),
        )
    return _archived(config, "restore", plan, _parts(wanted, plan.archive.text), ())


def keep_once(config: Config, *, dry_run: bool = False) -> Archived:
    """Take out of the archive what it has twice, since two branches archived it."""
    _require_ledger(config)
    with change_both(config, gains="ledger", dry_run=dry_run) as plan:
        _refuse_conflicts(config, plan)
        twice = once.find(plan.ledger, plan.archive.text)
        moved = once.once(plan.ledger, twice)
        plan.propose(
            moved.ledger,
            moved.archive,
            expect=lambda new, kept: verify_archive.kept_once(
                Both(plan.ledger, plan.archive), Both(new, kept)
            ),
        )
    parts = _parts([(one.item, one.pointer) for one in twice], plan.archive.text)
    return _archived(config, "once", plan, parts, ())


def parts(config: Config, ledger: Ledger) -> list[ArchivedPart]:
    """What of ``ledger`` lies in the archive, in the ledger's order."""
    return _parts(_pointers(ledger), _archive_bytes(config))


def read_archive(config: Config, ledger: Ledger) -> Ledger:
    """The archive, as the ledger that it can be read as; empty where there is none. Items are
    called as in ``ledger``, which points to them."""
    data = _archive_bytes(config)
    kept = reader.read(data, own=config.own)
    names = {pointer.key: item.id for item, pointer in _pointers(ledger)}
    held = [(chunk.body, chunk.end, names.get(chunk.key)) for chunk in chunks.find(data)]

    def called(item: Item) -> Item:
        end = item.span.end_byte
        name = next((name for start, last, name in held if start < end <= last), None)
        if name is None or item.id == name:
            return item
        own = tuple(one.model_copy(update={"item": name}) for one in item.attempts)
        return item.model_copy(update={"id": name, "attempts": own})

    return kept.model_copy(update={"items": tuple(map(called, kept.items))})


def _archive_bytes(config: Config) -> bytes:
    try:
        return files.confine(config.root, config.partner).read_bytes()
    except (OSError, UsageError):
        return b""


# What is meant


def _require_ledger(config: Config) -> None:
    if config.is_archive:
        raise UsageError(
            "is-archive",
            f"{config.ledger_path} is the archive of {config.partner}",
            f"give --ledger {config.partner}",
        )


def _meant(ledger: Ledger, names: Sequence[str]) -> list[tuple[Item, Pointer]]:
    every = _pointers(ledger)
    meant = []
    for given in names:
        name = selectors.parse(given)
        ids = {item.id for item in selectors.items(ledger, name.item)}
        found = [
            (item, pointer)
            for item, pointer in every
            if item.id in ids and (name.number is None or pointer.holds(name.number))
        ]
        if not found:
            raise _nothing(text.one_line(given))
        meant += [one for one in found if one not in meant]
    if not every:
        raise _nothing("the fix plan")
    return meant if names else every


def _nothing(name: str) -> UsageError:
    return UsageError(
        "not-archived",
        f"{name} has nothing in the archive",
        "`ledger status --archived` lists what is there",
    )


def _refuse_too_long(ledger: Ledger, found: Chosen, target: int) -> None:
    if found.lines <= target:
        return
    lines = len(text.line_starts(ledger.text)) - 1
    why = f"; {len(found.held)} finished items have to stay" if found.held else ""
    raise Refused(
        "too-long",
        f"{target} lines cannot be reached: of {lines} no more than {lines - found.lines} can go,"
        f" and {found.lines} would be left{why}",
        "--as-far-as-possible moves these; nothing was written",
    )


def _refuse_conflicts(config: Config, plan: PlanAndArchive) -> None:
    """Where both sides of a conflict stand in a file, what is to be moved is not decided."""
    for path, ledger in (config.ledger_path, plan.ledger), (config.partner, plan.archive):
        for fault in structure.conflict_marker(ledger, rules.Facts(path)):
            line = bisect_right(text.line_starts(ledger.text), fault.at)
            said = f"{path}:{line}: {fault.message}"
            raise Refused("in-conflict", said, f"{fault.fix}; nothing was written")


def _target(config: Config) -> str:
    """The archive's path from the ledger's folder."""
    folder = os.path.dirname(config.ledger_path) or "."  # noqa: PTH120 - of a path of git's
    return PurePosixPath(os.path.relpath(config.partner, folder)).as_posix()


# What was done


def _pointers(ledger: Ledger) -> list[tuple[Item, Pointer]]:
    return [(item, pointer) for item in ledger.items for pointer in item.archived]


def _parts(pointers: Iterable[tuple[Item, Pointer]], archived: bytes) -> list[ArchivedPart]:
    lines = {chunk.key: chunk.line for chunk in reversed(chunks.find(archived))}
    return [
        ArchivedPart(
            item=item.id,
            is_item=one.is_item,
            attempts=one.attempts,
            numbers=one.ranges,
            lines=one.lines,
            line=one.span.start_line,
            archive_line=lines.get(one.key),
        )
        for item, one in pointers
    ]


def _archived(
    config: Config,
    action: Literal["archive", "restore", "once"],
    plan: PlanAndArchive,
    moved: Sequence[ArchivedPart],
    held: tuple[Held, ...],
) -> Archived:
    before, after = (len(text.line_starts(one.text)) - 1 for one in (plan.ledger, plan.new))
    places = config.ledger_path, config.partner
    return Archived(action, *places, before, after, tuple(moved), held, plan.diff)
