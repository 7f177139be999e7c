"""What commits did to a plan, and putting back what they removed."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ledger import config
from ledger.commands import change as transaction
from ledger.commands import guard
from ledger.config import Config
from ledger.edits import restore as edits
from ledger.errors import Refused, UnreadableInput, UsageError
from ledger.git import log, process
from ledger.git.blobs import Blobs
from ledger.git.log import Change, Commit
from ledger.plan import patterns, places, reader, selectors, text
from ledger.plan.model import Attempt, Ledger
from ledger.plan.selectors import Name
from ledger.versions.history import compare, joined, name_of
from ledger.versions.model import Deed, History, Removed, Restored
from ledger.versions.snapshot import EMPTY, Snapshot, Snapshots

_KEPT: Final = 16  # versions: the parents of a commit are mostly among the last ones
_WAIT_S: Final = 2.0  # for another process that writes
_ASKED: Final = "SELECT deed FROM deeds WHERE change = ?"
_TABLE: Final = "CREATE TABLE IF NOT EXISTS deeds (change TEXT PRIMARY KEY, deed BLOB)"
# The rooms whose code decides how a version is read and compared.
_ROOMS: Final = ("plan", "versions")
_FAILURES: Final = (sqlite3.Error, OSError)

Progress = Callable[[int, int], None]
"""Told how many versions of how many have been read."""


def history(
    item: str | None = None,
    *,
    revisions: str | None = None,
    restore: str | None = None,
    dry_run: bool = False,
    ledger: Path | None = None,
    progress: Progress | None = None,
) -> History:
    """What commits did to a plan, over all its versions.

    ``item`` is an item (``SCAN-001``) or one attempt (``SCAN-001#3``) that all but the figures of
    versions is to be about; by default the history is that of the whole plan. ``revisions`` are
    ``REV``, up to which it goes (by default HEAD), ``A..B`` or ``A..``. ``restore`` names an
    attempt that a commit removed (``SCAN-001#3``, or by its date) and is put back as it was: see
    ``restored`` in what is returned; with ``dry_run`` nothing is written. ``ledger`` is the plan;
    by default the one that holds in the current folder. ``progress`` is called with how many
    versions of how many have been read.

    Renames of the file are followed, and merges checked against all their parents.

    Raises UsageError where there is no plan, no repository, no version, or nothing of such a
    name; Refused where an attempt cannot be put back without changing anything else; LedgerError
    where git fails.
    """
    settings = config.find(Path.cwd(), ledger)
    whole = audit(settings, revisions, progress)
    if restore:
        restored = _restore(settings, whole, restore, dry_run=dry_run)
        return whole.model_copy(update={"restored": restored})
    return _selected(whole, selectors.parse(item)) if item is not None else whole


def audit(
    settings: Config, revisions: str | None = None, progress: Progress | None = None
) -> History:
    """The history of the ledger up to HEAD, or of ``revisions``: ``REV``, ``A..B``, ``A..``. Raises
    ``UsageError`` for a revision that git does not know, and for a ledger outside of git or never
    committed; ``LedgerError`` where git fails."""
    if not settings.is_git:
        message = f"{settings.root}: not a git repository"
        hint = "a history is what git remembers: commit the ledger first"
        hint = process.repair(settings.root) or hint
        raise UsageError("no-repository", message, hint)
    commits = log.resolve(settings.root, revisions)
    with Blobs(settings.root) as contents:
        changes = log.changes(
            settings.root,
            settings.ledger_path,
            commits,
            lambda commit: guard.version_of(settings, contents, commit).plan.ledger_path,
        )
    if not changes:
        where = "in this range" if len(commits) > 1 else "in this history"
        message = f"no commit {where} has {settings.ledger_path}"
        hint = "commit the ledger, or name the one that was committed with --ledger"
        raise UsageError("no-versions", message, hint)
    place = cache_place(settings)
    deeds = _load(place, map(name_of, changes))
    new = [change for change in changes if name_of(change) not in deeds]
    if new:
        names = tuple(dict.fromkeys(change.path for change in changes))
        with Blobs(settings.root) as blobs:
            versions = _Versions(settings, blobs, names)
            compared = dict(_compared(versions, new, progress))
        if not versions.lacks:
            _save(place, compared)
        deeds |= compared
    return joined(settings.ledger_path, changes, deeds, is_cut=process.is_shallow(settings.root))


def _compared(
    versions: _Versions, changes: Sequence[Change], progress: Progress | None
) -> Iterator[tuple[str, Deed]]:
    """What each of ``changes`` did, but for those whose version is not in the repository."""
    for done, change in enumerate(changes, 1):
        after = versions.of(change.blob)
        if after:
            before = [versions.of(blob) or EMPTY for _, blob in change.parents] or [EMPTY]
            fork = partial(versions.fork, change.commit)
            yield name_of(change), compare(change.commit, after, before, fork)
        if progress:
            progress(done, len(changes))


class _Versions:
    """The versions of the ledger, which had these ``names``, from the repository."""

    def __init__(self, settings: Config, blobs: Blobs, names: Sequence[str]) -> None:
        self._root = settings.root
        self._names = names
        self._blobs = blobs
        self._snapshots = Snapshots(settings.own)
        self.lacks = False  # whether the repository does not hold one that was asked for
        self.of = lru_cache(maxsize=_KEPT)(self._of)

    def _of(self, blob: str | None) -> Snapshot | None:
        """The version in ``blob``, empty for None; None where the repository lacks it."""
        if blob is None:
            return EMPTY
        data = self._blobs.content(blob)
        self.lacks |= data is None
        return None if data is None else self._snapshots.of(blob, data)

    def fork(self, merge: Commit) -> Snapshot:
        """What the file was where the histories of the parents parted."""
        return self.of(log.fork_blob(self._root, merge, self._names)) or EMPTY


# One item, or one attempt


def _selected(history: History, wanted: Name) -> History:
    names = {selectors.folded(wanted.item)}
    for event in reversed(history.events):
        if event.kind == "item-renamed" and selectors.folded(event.item or "") in names:
            names.add(selectors.folded(event.before))
    selection = history.about(lambda name: selectors.folded(name) in names, wanted.number)
    if selection.events or selection.removed or selection.edited:
        return selection
    known = history.items
    if any(selectors.folded(name) in names for name in known):
        raise UsageError(
            "no-such-attempt",
            f"no version has attempt #{wanted.number} of {wanted.item}",
            f"`ledger history {wanted.item}` lists those that there were",
        )
    raise selectors.unknown_item(wanted.item, known, "any version")


# Putting an attempt back


def _restore(settings: Config, history: History, name: str, *, dry_run: bool) -> Restored:
    """Put the attempt ``name`` (see ``selectors.parse_lost``) back as it was before its removal.
    Raises UsageError for one never removed, Refused where anything else would change."""
    removed = _latest(history, name)
    lost, had = _as_written(settings, removed)
    lines = places.lines(had, lost)
    while not lines[-1].strip():
        lines.pop()
    item = removed.item or ""

    with transaction.change(settings, dry_run=dry_run) as plan:
        restored = edits.restore(plan.ledger, item, lost, lines, had)
        plan.propose(restored, expect=lambda new: edits.check(plan.ledger, new, item, lost, had))
    return Restored(
        path=settings.ledger_path,
        item=item,
        number=removed.number,
        date=removed.date,
        line=edits.find(plan.new, item, lost).span.start_line,
        commit=removed.commit,
        left=len(removed.more),
        diff=plan.diff,
    )


def _latest(history: History, name: str) -> Removed:
    wanted, opening = selectors.parse_lost(name)
    item = selectors.folded(wanted.item)
    lost = [
        removed
        for removed in (*history.others, *history.removed)
        if removed.number == wanted.number
        and selectors.folded(removed.item or "") == item
        and (not opening or patterns.opens(removed.text, opening))
    ]
    called = f"that begins with {opening}" if opening else f"#{wanted.number}"
    if not lost:
        message = f"no commit removed attempt {called} of {wanted.item}"
        hint = "`ledger history --removed` lists those that were"
        raise UsageError("never-removed", message, hint)
    firsts = list(dict.fromkeys(removed.first for removed in lost))
    if opening and len(firsts) > 1:
        words = " and ".join(text.one_line(first)[:60] for first in firsts[:2])
        message = f"{len(firsts)} attempts {called} were removed, such as {words}"
        raise UsageError("which-attempt", message, "say more of what it begins with")
    latest = lost[-1]
    if latest.form == "action":
        raise Refused(
            "told-by-action",
            f"only a completed action told of attempt #{latest.number} of {latest.item}",
            "`ledger history --removed` prints it: put the action back by hand",
        )
    return latest


def _as_written(settings: Config, removed: Removed) -> tuple[Attempt, Ledger]:
    """The attempt, and the last version that has it."""
    with Blobs(settings.root) as blobs:
        data = blobs.content(removed.blob)
    if data is None:
        message = f"the repository does not hold {removed.blob[:8]}"
        raise UnreadableInput("no-content", message, "fetch it first")
    ledger = reader.read(data, conventions=settings.own)
    attempts = (attempt for attempt in ledger.attempts if attempt.source == "history")
    return next(attempt for attempt in attempts if attempt.text == removed.text), ledger


# What commits did, kept between runs under the names of commits and contents, which say the same
# in every clone. It never changes, so nothing that is kept can go out of date but by another
# program: the file says which one wrote it. A file that another one wrote, or that is damaged, is
# thrown away and made anew. Without a place for it all is compared again.
#
# The file lies in the user's cache folder, not in the repository: reading changes nothing there,
# and a repository that somebody hands over cannot bring a history of its own making.


def _load(place: Path | None, changes: Iterable[str]) -> dict[str, Deed]:
    """What is known of ``changes``, by their names."""
    if place is None or not place.is_file():
        return {}
    try:
        with closing(_opened(place)) as database:
            asked = ((name, database.execute(_ASKED, (name,)).fetchone()) for name in changes)
            return {name: _unpacked(row[0]) for name, row in asked if row}
    except (*_FAILURES, zlib.error, ValueError, ValidationError, RecursionError, TypeError):
        with suppress(OSError):
            place.unlink()
        return {}


def _save(place: Path | None, deeds: Mapping[str, Deed]) -> None:
    """Keep what commits did. A failure to write is no failure: it is found out again."""
    if place is None or not deeds:
        return
    with suppress(*_FAILURES):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(_opened(place)) as database, database:
            rows = [(name, _packed(deed)) for name, deed in deeds.items()]
            database.executemany("INSERT OR REPLACE INTO deeds VALUES (?, ?)", rows)


def cache_place(settings: Config) -> Path | None:
    """The file of the cache for plans at this path that are read with these words, whatever clone
    or work tree they are in; None without a folder of the user's, for one in the repository (what
    lies there others have written), and for a shallow clone, which sees less of a merge."""
    from platformdirs import user_cache_path  # takes 0.03 s

    folder = user_cache_path("fix-plan-ledger", appauthor=False)
    is_inside = Path(os.path.realpath(folder)).is_relative_to(settings.root)
    if not folder.is_absolute() or is_inside or process.is_shallow(settings.root):
        return None
    message = f"{settings.ledger_path}\0{settings.own!r}"
    return folder / f"history-{sha256(os.fsencode(message)).hexdigest()[:32]}.sqlite"


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
    checksum = zlib.crc32(b"")
    for room in _ROOMS:
        for file in sorted((package / room).rglob("*.py")):
            checksum = zlib.crc32(file.read_bytes(), checksum)
    return checksum & 0x7FFFFFFF


def _packed(deed: Deed) -> bytes:
    """Packed, so that it has a checksum; plain JSON escapes what UTF-8 cannot hold."""
    words = json.dumps(deed.model_dump(mode="json"), separators=(",", ":"))
    return zlib.compress(words.encode(), 1)


def _unpacked(data: bytes) -> Deed:
    return Deed.model_validate(json.loads(zlib.decompress(data)))
