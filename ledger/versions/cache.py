"""What commits did to a plan, kept between runs.

What a commit did never changes, so nothing that is kept can go out of date but by another
program: the file says which one wrote it. A file that another one wrote, or that is damaged, is
thrown away and made anew. Without a place for it all is compared again.

The file lies in the user's cache folder, not in the repository: reading changes nothing there,
and a repository that somebody hands over cannot bring a history of its own making.
"""

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ledger.plan.model import Conventions
from ledger.versions.model import Deed

_WAIT_S: Final = 2.0  # for another process that writes
_TABLE: Final = "CREATE TABLE IF NOT EXISTS deeds (change TEXT PRIMARY KEY, deed BLOB)"
# The rooms whose code decides how a version is read and compared.
_ROOMS: Final = ("plan", "versions")
_FAILURES: Final = (sqlite3.Error, OSError)


def load(place: Path | None, changes: Iterable[str]) -> dict[str, Deed]:
    """What is known of ``changes``, by their names."""
    if place is None or not place.is_file():
        return {}
    try:
        with closing(_opened(place)) as database:
            rows = dict(database.execute("SELECT change, deed FROM deeds"))
        return {name: _unpacked(rows[name]) for name in changes if name in rows}
    except (*_FAILURES, zlib.error, ValueError, ValidationError, RecursionError, TypeError):
        with suppress(OSError):
            place.unlink()
        return {}


def save(place: Path | None, deeds: Mapping[str, Deed]) -> None:
    """Keep what commits did. A failure to write is no failure: it is found out again."""
    if place is None or not deeds:
        return
    with suppress(*_FAILURES):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(_opened(place)) as database, database:
            rows = [(name, _packed(deed)) for name, deed in deeds.items()]
            database.executemany("INSERT OR REPLACE INTO deeds VALUES (?, ?)", rows)


def place(ledger: str, git_dir: Path, own: Conventions | None = None) -> Path | None:
    """Where the cache of the ledger of this repository is, as it is read with the project's
    ``own`` words; None where there is no home."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with suppress(RuntimeError):
        folder = folder.expanduser()
    if not folder.is_absolute():
        return None
    said = f"{os.path.realpath(git_dir)}\0{ledger}\0{own!r}"
    name = sha256(os.fsencode(said)).hexdigest()[:32]
    return folder / "fix-plan-ledger" / f"history-{name}.sqlite"


def _opened(place: Path) -> sqlite3.Connection:
    database = sqlite3.connect(place, timeout=_WAIT_S)
    (writer,) = database.execute("PRAGMA user_version").fetchone()
    if writer != _writer():
        database.execute("DROP TABLE IF EXISTS deeds")
        database.execute(f"PRAGMA user_version = {_writer()}")
    database.execute(_TABLE)
    return database


@cache
def _writer() -> int:
    """Which program this is: a checksum of the code that reads and compares versions."""
    package = Path(__file__).parent.parent
    found = zlib.crc32(b"")
    for room in _ROOMS:
        for file in sorted((package / room).rglob("*.py")):
            found = zlib.crc32(file.read_bytes(), found)
    return found & 0x7FFFFFFF


def _packed(deed: Deed) -> bytes:
    """Packed, so that it has a checksum; plain JSON escapes what UTF-8 cannot hold."""
    return zlib.compress(
        json.dumps(deed.model_dump(mode="json"), separators=(",", ":")).encode(), 1
    )


def _unpacked(data: bytes) -> Deed:
    return Deed.model_validate(json.loads(zlib.decompress(data)))
