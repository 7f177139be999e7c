"""What of a plan lies in its archive."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.config import Config
from ledger.edits import chunks
from ledger.errors import UsageError
from ledger.git import files
from ledger.plan import reader
from ledger.plan.model import ArchivedPart, Item, Ledger, Pointer


def archived_parts(config: Config, ledger: Ledger) -> list[ArchivedPart]:
    """What of ``ledger`` lies in the archive, in the ledger's order."""
    own = pointers(ledger)
    return parts_at(own, archive_bytes(config)) if own else []


def read_archive(config: Config, ledger: Ledger) -> Ledger:
    """The archive, as the ledger that it can be read as; empty where there is none. Items are
    called as in ``ledger``, which points to them."""
    data = archive_bytes(config)
    kept = reader.read(data, conventions=config.own)
    names = {pointer.key: item.id for item, pointer in pointers(ledger)}
    held = [(chunk.body, chunk.end, names.get(chunk.key)) for chunk in chunks.find(data)]

    def called(item: Item) -> Item:
        end = item.span.end_byte
        name = next((name for start, last, name in held if start < end <= last), None)
        if name is None or item.id == name:
            return item
        own = tuple(one.model_copy(update={"item": name}) for one in item.attempts)
        return item.model_copy(update={"id": name, "attempts": own})

    return kept.model_copy(update={"items": tuple(map(called, kept.items))})


def pointers(ledger: Ledger) -> list[tuple[Item, Pointer]]:
    """The pointers of the items, each with its item."""
    return [(item, pointer) for item in ledger.items for pointer in item.archived]


def parts_at(found: Iterable[tuple[Item, Pointer]], archived: bytes) -> list[ArchivedPart]:
    """What lies in the bytes of an archive where pointers point to."""
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
        for item, one in found
    ]


def archive_bytes(config: Config) -> bytes:
    """The plan's archive, or the archive's plan, in the work tree; empty where there is none."""
    try:
        return files.confine(config.root, config.partner).read_bytes()
    except (OSError, UsageError):
        return b""
