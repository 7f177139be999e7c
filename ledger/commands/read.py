"""Finding and reading the ledger that a command is about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger import config
from ledger.commands.archived import read_archive
from ledger.config import Config
from ledger.errors import UnreadableInput
from ledger.plan import reader, selectors, text
from ledger.plan.model import Ledger, Model
from ledger.plan.selectors import Name


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

    Raises ``UsageError`` where there is none, ``UnreadableInput`` where it cannot be read.
    """
    return open_ledger(ledger).ledger


def open_ledger(given: Path | None) -> Opened:
    """Read the ledger ``given`` by ``--ledger``, else the configured one.

    Raises UsageError where there is none, UnreadableInput where it cannot be read.
    """
    return opened(config.find(Path.cwd(), given))


def opened(settings: Config) -> Opened:
    """The ledger of ``settings``. Raises UnreadableInput where it cannot be read."""
    return Opened(settings, reader.read(read_bytes(settings.ledger), conventions=settings.own))


def holding(settings: Config, *names: Name) -> Opened:
    """The ledger of ``settings``, or its archive where only that has all that is named."""
    found = opened(settings)
    if all(_has(found.ledger, name) for name in names) or settings.is_archive:
        return found
    archive = Opened(settings.of_partner, read_archive(settings, found.ledger))
    return archive if all(_has(archive.ledger, name) for name in names) else found


def _has(ledger: Ledger, name: Name) -> bool:
    """Whether the ledger has the item, or the attempt."""
    wanted = selectors.folded(name.item)
    return any(
        name.number is None or any(one.number == name.number for one in item.attempts)
        for item in ledger.items
        if selectors.folded(item.id) == wanted
    )


def read_bytes(file: Path, hint: str = "give --ledger a fix plan") -> bytes:
    """The content of a regular file. Raises UnreadableInput, with the hint, for anything else."""
    try:
        if not file.is_file():
            kind = "no such file" if not file.exists() else "expected a file, found something else"
            raise UnreadableInput("cannot-read", f"{file}: {kind}", hint)
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableInput("cannot-read", f"{file}: {reason.lower()}") from error
