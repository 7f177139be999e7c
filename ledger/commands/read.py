"""Finding and reading the ledger that a command is about, and its archive."""

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ledger import config, store
from ledger.config import Config
from ledger.errors import PlanWarning, Refused, UnreadableInput, UsageError
from ledger.gates.brief import read_brief
from ledger.gates.model import Brief
from ledger.git import files
from ledger.plan import pointers, reader, selectors, text
from ledger.plan.model import ArchivedPart, Conventions, Item, Ledger, Model, Pointer
from ledger.plan.selectors import Name
from ledger.store import LARGEST, Pair


class About(Model):
    """The file itself."""

    path: str
    """The file, relative to the top of its repository."""
    dialect: str
    """The way in which the fix plan is written."""
    bytes: int
    """Size in bytes."""
    lines: int
    """Number of lines."""
    last_updated: str | None
    """What its `Last Updated` line says."""


def about(ledger: Ledger, path: str) -> About:
    """What there is to say about the file of ``ledger``, which ``path`` names."""
    return About(
        path=path,
        dialect=ledger.dialect,
        bytes=len(ledger.text),
        lines=text.count_lines(ledger.text),
        last_updated=ledger.last_updated.value if ledger.last_updated else None,
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A ledger that was read, and the configuration that holds for it."""

    config: Config
    ledger: Ledger

    @property
    def path(self) -> str:
        """How to name it: relative to the top of its repository."""
        return self.config.ledger_path


def read(ledger: Path | None = None) -> Ledger:
    """Read the fix plan ``ledger``, by default the one that is configured for the current folder.
    Raises ``UsageError`` where there is none, ``UnreadableInput`` where it cannot be read."""
    return open_ledger(ledger).ledger


def open_ledger(given: Path | None) -> Opened:
    """Read the ledger ``given`` by ``--ledger``, else the configured one. Raises as ``read``
    does."""
    return opened(config.find(Path.cwd(), given))


def opened(settings: Config) -> Opened:
    """The ledger of ``settings``, with a ``PlanWarning`` for what could not be read of it. Raises
    UnreadableInput where it cannot be read, or is UTF-16."""
    data = read_bytes(settings.ledger)
    refuse_wide(settings.ledger_path, data)
    ledger = _read(data, settings.own)
    _warn(settings, settings.ledger_path, ledger)
    return Opened(settings, ledger)


def brief_of(file: Path) -> Brief:
    """The brief in ``file``, with a ``PlanWarning`` for a merge conflict in it. Raises
    UnreadableInput where it cannot be read."""
    data = read_bytes(file, hint="give a brief")
    for conflict in _conflicts(str(file), data):
        warnings.warn(f"{conflict}; both sides are read", PlanWarning, stacklevel=3)
    return read_brief(data)


def refuse_conflict(path: str, data: bytes) -> None:
    """Raise Refused where both sides of a merge conflict are in the file that ``path`` names:
    nobody can say which of them a change would be made to."""
    for conflict in _conflicts(path, data):
        fix = "keep the attempts of both sides and delete the markers; nothing was written"
        raise Refused("merge-conflict", conflict, fix)


def refuse_wide(path: str, data: bytes) -> None:
    """Raise UnreadableInput for a file in UTF-16: nothing is read of it, and what is written into
    it would be no text."""
    if text.WIDE in text.not_text(data):
        what, _, mend = text.WIDE.partition("; ")
        raise UnreadableInput("not-utf-8", f"{path}: it is {what}", mend)


def _conflicts(path: str, data: bytes) -> Iterator[str]:
    """The first merge conflict that is not resolved, if there is one."""
    for at, sign in text.conflicts(data):
        line = text.count_lines(data[:at]) + 1
        yield f"{path}:{line}: a merge conflict is not resolved: the line begins with {sign}"
        return


def cut_short_tasks(config: Config) -> Path | None:
    """The plan file that a change of it and the plan is under way of, or was cut short of."""
    name = store.traced(config.ledger)
    try:
        home = os.path.relpath(os.path.realpath(config.ledger.parent), config.root)
        tasks = files.confine(config.root, os.path.normpath(Path(home, name or "")))
    except (UsageError, ValueError):
        return None
    return tasks if name and store.is_cut_short(Pair(tasks, config.ledger)) else None


@lru_cache(maxsize=1)  # a report asks several commands about one plan
def _read(data: bytes, own: Conventions | None) -> Ledger:
    return reader.read(data, conventions=own)


def _warn(settings: Config, path: str, ledger: Ledger) -> None:
    """Warn of what whoever reads ``ledger`` would not see."""
    if tasks := cut_short_tasks(settings):
        name = os.path.relpath(tasks, settings.root)
        message = f"a change of it and {name} is under way, or was cut short; the next command that"
        warnings.warn(f"{path}: {message} writes undoes it", PlanWarning, stacklevel=4)
    for conflict in _conflicts(path, ledger.text):
        warnings.warn(f"{conflict}; both sides are read", PlanWarning, stacklevel=4)
        return
    if fault := text.not_text(ledger.text):
        warnings.warn(f"{path}: {fault}", PlanWarning, stacklevel=4)
    elif (seen := reader.nothing_read(ledger)) and "LED115" not in settings.ignore:
        line = text.count_lines(ledger.text[: seen[0]]) + 1
        warnings.warn(f"{path}:{line}: {seen[1]}", PlanWarning, stacklevel=4)
    if ledger.unread and "LED103" not in settings.ignore:
        first, *others = ledger.unread
        message = f"looks like {text.a(first.kind)} and was not read: {first.reason}"
        more = f" (and {len(others)} more: see `ledger validate`)" if others else ""
        warnings.warn(f"{path}:{first.line}: {message}{more}", PlanWarning, stacklevel=4)


def holding(settings: Config, *names: Name) -> Opened:
    """The ledger of ``settings``, or its archive where only that has all that is named."""
    plan_read = opened(settings)
    if all(_has(plan_read.ledger, name) for name in names) or settings.is_archive:
        return plan_read
    archive = Opened(settings.of_partner, read_archive(settings, plan_read.ledger))
    return archive if all(_has(archive.ledger, name) for name in names) else plan_read


def _has(ledger: Ledger, name: Name) -> bool:
    """Whether the ledger has the item, or the attempt."""
    wanted = selectors.folded(name.item)
    return any(
        name.number is None or any(attempt.number == name.number for attempt in item.attempts)
        for item in ledger.items
        if selectors.folded(item.id) == wanted
    )


def read_bytes(file: Path, hint: str = "give --ledger a fix plan") -> bytes:
    """The content of a regular file. Raises UnreadableInput, with the hint, for anything else, and
    for a file that is too large."""
    try:
        if not file.is_file():
            kind = "no such file" if not file.exists() else "expected a file, found something else"
            raise UnreadableInput("cannot-read", f"{file}: {kind}", hint)
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableInput("cannot-read", f"{file}: {reason.lower()}") from error
    if len(data) > LARGEST:
        raise UnreadableInput("too-large", f"{file}: expected at most {LARGEST:,} bytes", hint)
    return data


# Its archive


def archived_parts(config: Config, ledger: Ledger) -> list[ArchivedPart]:
    """What of ``ledger`` lies in the archive, in the ledger's order."""
    own = pointers_of(ledger)
    return parts_at(own, archive_bytes(config)) if own else []


def read_archive(config: Config, ledger: Ledger) -> Ledger:
    """The archive as a ledger, its items named as in ``ledger``; empty where there is none."""
    data = archive_bytes(config)
    kept = reader.read(data, conventions=config.own)
    _warn(config, config.partner, kept)
    names = {pointer.key: item.id for item, pointer in pointers_of(ledger)}
    bodies = [(chunk.body, chunk.end, names.get(chunk.key)) for chunk in pointers.chunks(data)]

    def called(item: Item) -> Item:
        end = item.span.end_byte
        name = next((name for start, last, name in bodies if start < end <= last), None)
        if name is None or item.id == name:
            return item
        own = tuple(attempt.model_copy(update={"item": name}) for attempt in item.attempts)
        return item.model_copy(update={"id": name, "attempts": own})

    return kept.model_copy(update={"items": tuple(map(called, kept.items))})


def pointers_of(ledger: Ledger) -> list[tuple[Item, Pointer]]:
    """The pointers of the items, each with its item."""
    return [(item, pointer) for item in ledger.items for pointer in item.archived]


def parts_at(pairs: Iterable[tuple[Item, Pointer]], archived: bytes) -> list[ArchivedPart]:
    """What lies in the bytes of an archive where pointers point to."""
    lines = {chunk.key: chunk.line for chunk in reversed(pointers.chunks(archived))}
    return [
        ArchivedPart(
            item=item.id,
            is_item=pointer.is_item,
            attempts=pointer.attempts,
            numbers=pointer.ranges,
            lines=pointer.lines,
            line=pointer.span.start_line,
            archive_line=lines.get(pointer.key),
        )
        for item, pointer in pairs
    ]


def archive_bytes(config: Config) -> bytes:
    """The plan's archive, or the archive's plan, in the work tree; empty where there is none.
    Raises UnreadableInput where it cannot be read."""
    try:
        place = files.confine(config.root, config.partner)
    except UsageError:
        return b""
    return read_bytes(place, "") if os.path.lexists(place) else b""
