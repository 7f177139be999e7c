"""What was read of a ledger's history before, kept between runs.

A version is known by the name of its blob, so nothing kept can go out of date but by another
program: the file says which one wrote it, and is not used by any other. It also says its own
checksum. A file that is damaged in any way counts as none and is written anew. Writing is the
store's: a file is replaced whole, so of two processes that write at once the later one stays.

The file lies in the user's cache folder, not in the repository: reading changes nothing there,
and a repository that somebody hands over cannot bring a history of its own making.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledger import store
from ledger.errors import LedgerError, UsageError
from ledger.git.model import Commit
from ledger.plan.version import Entry, ItemVersion, Row, Step, Version
from ledger.versions.model import Duplicated, Edited, Event, Facts, History, Place, Removed

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

_MAGIC: Final = b"ledger history cache 1 "
_HISTORIES: Final = 4  # of different ranges, the latest asked for
_WAIT_S: Final = 2.0
# What decides how a version is read and compared.
_SOURCES: Final = (
    "citations.py",
    "dialects",
    "document.py",
    "history",
    "history_cache.py",
    "links/log.py",
    "models",
    "text.py",
)


class Cache:
    """What is known of one ledger's history. ``versions`` by blob; ``forks`` are the blobs that
    the parents of merges have in common."""

    def __init__(self, place: Path | None) -> None:
        self._place = place
        self.versions: dict[str, Version] = {}
        self.forks: dict[str, str | None] = {}
        self._histories: dict[str, History] = {}
        self._is_new = False
        if place:
            self._load(place)

    def history(self, key: str) -> History | None:
        """The history that was kept under ``key``."""
        return self._histories.get(key)

    def keep(self, key: str, history: History) -> None:
        """Keep a history, and write all that is kept. A failure to write is no failure: it is
        written again next time."""
        self._histories.pop(key, None)
        self._histories[key] = history
        for oldest in [*self._histories][:-_HISTORIES]:
            del self._histories[oldest]
        if self._place:
            with suppress(LedgerError, OSError):
                self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write(self._place, _packed(self.versions, self.forks, self._histories))

    def _load(self, place: Path) -> None:
        with suppress(OSError, ValueError, TypeError, LookupError, RecursionError):
            found = _unpacked(place.read_bytes())
            if found:
                self.versions, self.forks, self._histories = found


def place(ledger: Path, git_dir: str, own: Conventions | None = None) -> Path | None:
    """Where the cache of the ledger of this repository is, as it is read with the project's
    ``own`` words; None where there is no home."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with suppress(RuntimeError):
        folder = folder.expanduser()
    if not folder.is_absolute():
        return None
    named = f"{os.path.realpath(git_dir)}\0{ledger}" + (f"\0{own!r}" if own else "")
    name = sha256(os.fsencode(named)).hexdigest()[:32]
    return folder / "fix-plan-ledger" / f"history-{name}.json"


def _write(place: Path, data: bytes) -> None:
    try:
        store.create(place, data, wait_s=_WAIT_S)
    except UsageError:  # there is one already
        store.update(place, lambda _: data, wait_s=_WAIT_S)


def _writer() -> str:
    """Which program this is: a checksum of what decides how versions are read."""
    here = Path(__file__).parent
    found = sha256()
    for name in _SOURCES:
        source = here / name
        for file in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            found.update(file.read_bytes())
    parser = find_spec("markdown_it")
    if parser and parser.origin:
        found.update(Path(parser.origin).read_bytes())  # it holds the version
    return found.hexdigest()


# To bytes and back


class _Table(list[Any]):
    """Values that are kept once and named by their place."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[object, int] = {}

    def place(self, value: object) -> int:
        """The value's place, at the end if it is new."""
        found = self._places.setdefault(value, len(self))
        if found == len(self):
            self.append(value)
        return found

    def places(self, values: Iterable[object]) -> list[int]:
        return [self.place(value) for value in values]


def _packed(
    versions: Mapping[str, Version],
    forks: Mapping[str, str | None],
    histories: Mapping[str, History],
) -> bytes:
    entries, steps, rows, commits = _Table(), _Table(), _Table(), _Table()
    items: dict[int, int] = {}  # by identity: equal ones are mostly the same, and hashing is slow
    kept: list[list[Any]] = []

    def item(value: ItemVersion) -> int:
        if id(value) not in items:
            items[id(value)] = len(kept)
            kept.append([*value])
            kept[-1][5:7] = entries.places(value.entries), steps.places(value.steps)
        return items[id(value)]

    def version(value: Version) -> list[Any]:
        size, lines, updated, own, loose, index, *rest = value
        below = [(name, entries.place(entry)) for name, entry in loose]
        return [size, lines, updated, [*map(item, own)], below, rows.places(index), *rest]

    def removed(value: Removed) -> list[Any]:
        commit, name, number, gone, *rest = value
        return [commits.place(commit), name, number, entries.places(gone), *rest]

    def dated(values: Sequence[tuple[Any, ...]]) -> list[Any]:
        return [[commits.place(value[0]), *value[1:]] for value in values]

    def history(value: History) -> dict[str, Any]:
        return {
            "names": value.names,
            "commits": value.commits,
            "removed": [*map(removed, value.removed)],
            "others": [*map(removed, value.others)],
            "edited": dated(value.edited),
            "duplicated": dated(value.duplicated),
            "events": dated(value.events),
            "facts": dated(value.facts),
        }

    content = {
        "versions": {blob: version(value) for blob, value in versions.items()},
        "forks": forks,
        "histories": {key: history(value) for key, value in histories.items()},
        "entries": entries,
        "steps": steps,
        "rows": rows,
        "commits": commits,
        "items": kept,
    }
    body = json.dumps({"writer": _writer(), **content}, separators=(",", ":")).encode()
    return _MAGIC + sha256(body).hexdigest().encode() + b"\n" + body


_Kept = tuple[dict[str, Version], dict[str, str | None], dict[str, History]]


def _unpacked(data: bytes) -> _Kept | None:
    """What a file holds; None for one that is damaged or another program's."""
    head, _, body = data.partition(b"\n")
    if head != _MAGIC + sha256(body).hexdigest().encode():
        return None
    found = json.loads(body)
    if found["writer"] != _writer():
        return None
    entries = [Entry(*values) for values in found["entries"]]
    steps = [Step(*values) for values in found["steps"]]
    rows = [Row(*values) for values in found["rows"]]
    commits = [Commit(sha, tuple(above), *rest) for sha, above, *rest in found["commits"]]
    items = [
        ItemVersion(
            name,
            title,
            priority,
            status,
            said,
            tuple([entries[n] for n in held]),
            tuple([steps[n] for n in then]),
            is_listed,
        )
        for name, title, priority, status, said, held, then, is_listed in found["items"]
    ]

    def version(values: Sequence[Any]) -> Version:
        size, lines, updated, own, loose, index, *rest = values
        below = tuple([(name, entries[n]) for name, n in loose])
        of_items = tuple([items[n] for n in own])
        return Version(
            size, lines, updated, of_items, below, tuple([rows[n] for n in index]), *rest
        )

    def place(values: Sequence[Any] | None) -> Place | None:
        return None if values is None else Place(*values)

    def removed(values: Sequence[Any]) -> Removed:
        commit, name, number, gone, blob, to = values
        texts = tuple([entries[n] for n in gone])
        return Removed(commits[commit], name, number, texts, blob, place(to))

    def edited(values: Sequence[Any]) -> Edited:
        commit, name, number, kind, before, after, to = values
        return Edited(commits[commit], name, number, kind, tuple(before), tuple(after), place(to))

    def history(value: Mapping[str, Any]) -> History:
        return History(
            tuple(value["names"]),
            value["commits"],
            0,
            False,
            [removed(one) for one in value["removed"]],
            [removed(one) for one in value["others"]],
            [edited(one) for one in value["edited"]],
            [Duplicated(commits[n], *rest) for n, *rest in value["duplicated"]],
            [Event(commits[n], *rest) for n, *rest in value["events"]],
            [Facts(commits[n], *rest) for n, *rest in value["facts"]],
        )

    return (
        {blob: version(values) for blob, values in found["versions"].items()},
        found["forks"],
        {key: history(value) for key, value in found["histories"].items()},
    )
