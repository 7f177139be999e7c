"""From a ledger and the files around it to a verdict on each claim: the edge of ``claims``.

Runs come from the work tree, or from the tree of a commit. Each is read at most once, and only
if a claim needs it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from ledger.claims.entries import Entry, entries, run_folder, stamp_of
from ledger.claims.judge import claims_of, judge, needs_runs
from ledger.claims.judging_names import Known
from ledger.claims.observed import Run, from_parts
from ledger.errors import UnreadableInput, UsageError
from ledger.evidence import bundle
from ledger.evidence.access import Access, WorkTree
from ledger.evidence.access import Entry as File
from ledger.evidence.fold import fold
from ledger.evidence.part import MAX_BYTES, Part, decode
from ledger.evidence.pytest_log import PytestLogReader
from ledger.evidence.pytest_summary import summary
from ledger.links import blobs
from ledger.links.blobs import Blobs
from ledger.models.claim import Claim, Judged, RunName
from ledger.models.ledger import Ledger

_SAMPLE = 1 << 16
_TAIL = 4096
_SUFFIXES = (".xml", ".txt", ".log", ".out", ".err", ".stdout", ".stderr", ".sh", ".code",
             ".status", ".time")  # fmt: skip


class Listing:
    """The files of the index or of a commit, by name; and of the work tree, where ``root`` is
    given."""

    def __init__(self, names: Iterable[str], root: Path | None) -> None:
        self._names = frozenset(names)
        self._root = None if root is None else Path(os.path.realpath(root))
        folders: set[str] = set()
        for name in self._names:
            folder = name.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        self._folders = folders
        self._stamped: dict[str, list[str]] = {}
        self._holding: set[str] = set()
        for folder in sorted(folders):
            above, _, last = folder.rpartition("/")
            if stamp_of(last):
                self._stamped.setdefault(last, []).append(folder)
                while above and above not in self._holding:
                    self._holding.add(above)
                    above = above.rpartition("/")[0]
        self._by_last: dict[str, list[str]] | None = None
        self._on_disk: dict[str, bool] = {}

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder ``path``."""
        return path in self._names or path in self._folders or self._is_on_disk(path)

    def stamped(self, stamp: str) -> tuple[str, ...]:
        """The folders that are named by ``stamp``."""
        return tuple(self._stamped.get(stamp, ()))

    def holds_runs(self, path: str) -> bool:
        """Whether folders that are named by a stamp lie somewhere below a folder."""
        return path in self._holding

    def below(self, folder: str, name: str) -> str | None:
        """The file somewhere below a folder whose path ends in ``name``; None for none."""
        name = name.rstrip("/")
        if self._by_last is None:
            self._by_last = {}
            for path in self._names:
                self._by_last.setdefault(path.rpartition("/")[2], []).append(path)
        found = [
            path
            for path in self._by_last.get(name.rpartition("/")[2], ())
            if path.startswith(f"{folder}/") and path.endswith(f"/{name}")
        ]
        return min(found, default=None)

    def files(self, path: str) -> list[str]:
        """The files of a folder, sorted, or the one file that ``path`` is."""
        if path in self._names:
            return [path]
        return sorted(name for name in self._names if name.startswith(f"{path}/"))

    def _is_on_disk(self, path: str) -> bool:
        """Links that lead out of the repository lead nowhere."""
        if self._root is None or "\0" in path:
            return False
        found = self._on_disk.get(path)
        if found is None:
            place = f"{self._root}/{path}"
            found = os.path.lexists(place) and Path(os.path.realpath(place)).is_relative_to(
                self._root
            )
            self._on_disk[path] = found
        return found


class _AtRevision:
    """The files of a commit. See ``evidence.access.Access``."""

    def __init__(self, contents: Blobs, revision: str, listing: Listing) -> None:
        self._contents = contents
        self._revision = revision
        self._listing = listing

    def files(self, path: str) -> Iterator[File]:
        """See ``Access.files``. Sizes are not known before a file is read."""
        names = self._listing.files(path)
        if not names:
            raise UnreadableInput("run-unreadable", f"{path}: not in {self._revision}")
        for name in names:
            yield File("" if name == path else name[len(path) + 1 :], 0)

    def read(self, path: str) -> bytes:
        """See ``Access.read``."""
        data = self._contents.read(self._revision, path)
        if data is None or len(data) > MAX_BYTES:
            raise UnreadableInput("run-unreadable", f"{path}: cannot be read at {self._revision}")
        return data


@dataclass(frozen=True, slots=True)
class Place:
    """Where evidence is looked for. ``latest`` is the last day that a ledger found here can tell
    of (ISO), and ``latest_of`` what says so; ``commit`` tells whether a name is a commit's, None
    where that cannot be told."""

    listing: Listing
    access: Access
    commit: Callable[[str], bool | None]
    ignored: Callable[[Sequence[str]], frozenset[str]]
    latest: str | None
    latest_of: str


def work_tree(root: Path, contents: Blobs | None, *, is_committed: bool) -> Place:
    """The work tree at ``root``; ``contents`` is its git repository's, None where it has none.
    ``is_committed`` says that the ledger is as HEAD has it."""
    if contents is None:
        listing = Listing(_walked(root), root)
        today = datetime.now(UTC).date().isoformat()
        return Place(listing, WorkTree(root), lambda _: None, lambda _: frozenset(), today, "today")
    listing = Listing(_listed(root, "ls-files", "-z"), root)
    day = _day(root, "HEAD") if is_committed else None
    return Place(
        listing,
        WorkTree(root),
        lambda name: _is_commit(root, contents, name),
        lambda paths: _ignored(root, paths),
        day or datetime.now(UTC).date().isoformat(),
        "HEAD" if day else "today",
    )


def revision(root: Path, contents: Blobs, name: str) -> Place:
    """The tree of a commit. Raises ``UsageError`` where there is no such commit."""
    full = contents.commit(name)
    if full is None:
        raise UsageError("bad-revision", f"{name}: no such commit", "give a commit, branch or tag")
    listing = Listing(_listed(root, "ls-tree", "-r", "-z", "--name-only", full), None)
    return Place(
        listing,
        _AtRevision(contents, full, listing),
        lambda commit: _is_commit(root, contents, commit),
        lambda paths: _ignored(root, paths),
        _day(root, full),
        full,
    )


def verify(
    ledger: Ledger,
    path: str,
    place: Place,
    wanted: Callable[[Entry], bool] = lambda _: True,
) -> list[Judged]:
    """Every claim of the entries that are ``wanted``, with its verdict, in the file's order.
    ``path`` is how the ledger is named."""
    every = list(entries(ledger, place.listing))
    chosen = [(entry, claims_of(entry)) for entry in every if wanted(entry)]
    runs = _Runs(every, place)
    known = _known(ledger, chosen, place)
    found: list[Judged] = []
    for entry, claims in chosen:
        own = runs.read(entry.runs, entry.within) if needs_runs(claims) else []
        named = {
            name: runs.read(folders, folders)
            for name in _names(claims)
            if (folders := runs.meant(entry, name))
        }
        found += judge(entry, claims, own, named, known, path)
    return found


def _names(claims: Sequence[Claim]) -> list[RunName]:
    return list(
        dict.fromkeys(
            name
            for claim in claims
            if claim.kind != "test"
            for name in (*claim.runs, *claim.against)
        )
    )


class _Runs:
    """The runs of all entries: what their names stand for, and each read at most once."""

    def __init__(self, every: Sequence[Entry], place: Place) -> None:
        self._place = place
        self._parts: dict[str, list[Part]] = {}
        self._read: dict[tuple[str, str], Run | None] = {}
        self._of_attempt: dict[tuple[str | None, str], dict[str, None]] = {}
        self._of_phase: dict[tuple[str | None, str], dict[str, None]] = {}
        for entry in every:
            for run in entry.runs:
                if entry.attempt is not None:
                    at = (entry.item, str(entry.attempt))
                    self._of_attempt.setdefault(at, {})[run] = None
                for part in run.lower().split("/"):
                    if part.startswith("phase_"):
                        of = (entry.item, part[len("phase_") :])
                        self._of_phase.setdefault(of, {})[run] = None

    def meant(self, entry: Entry, name: RunName) -> tuple[str, ...]:
        """The folders that a name stands for where ``entry`` uses it."""
        item = name.item or entry.item
        if name.kind == "stamp":
            return self._place.listing.stamped(name.value)
        if name.kind == "attempt":
            return tuple(self._of_attempt.get((item, name.value), ()))
        if name.kind == "phase":
            return tuple(self._of_phase.get((item, name.value), ()))
        return ()

    def read(self, folders: Sequence[str], within: Sequence[str]) -> list[Run]:
        """The runs of ``folders``. Where a folder holds several sessions and only a part of it
        is cited, the run is that part."""
        found = []
        for folder, part in zip(folders, within, strict=True):
            run = self._whole(folder)
            if run is not None and run.single is None and part != folder:
                run = self._part(folder, part) or run
            if run is not None:
                found.append(run)
        return found

    def _whole(self, folder: str) -> Run | None:
        key = (folder, folder)
        if key not in self._read:
            try:
                parts = _parts(self._place.access, folder)
                self._parts[folder] = parts
                self._read[key] = _run(folder, parts)
            except UnreadableInput:
                self._read[key] = None
        return self._read[key]

    def _part(self, folder: str, within: str) -> Run | None:
        key = (folder, within)
        if key not in self._read:
            below = within[len(folder) + 1 :] + "/"
            parts = [part for part in self._parts.get(folder, ()) if part.file.startswith(below)]
            self._read[key] = _run(folder, parts) if parts else None
        return self._read[key]


def _run(folder: str, parts: list[Part]) -> Run:
    evidence = fold(folder, parts, (), single=False)
    return from_parts(replace(evidence, stamp=stamp_of(folder)), parts)


def _parts(access: Access, path: str) -> list[Part]:
    """What each output of a run says. An output that cannot be read says nothing."""
    found: list[Part] = []
    logs: list[tuple[str, bytes]] = []
    total = 0
    for file in islice(access.files(path), bundle.MAX_FILES):
        name = file.path or path
        last = name.rpartition("/")[2].lower()
        if not last.endswith(_SUFFIXES) and "." in last:
            continue
        total += file.size
        if file.size > MAX_BYTES or total > bundle.MAX_TOTAL_BYTES:
            continue
        try:
            data = access.read(f"{path}/{file.path}" if file.path else path)
        except UnreadableInput:
            continue
        sample = data if len(data) <= 2 * _SAMPLE else data[:_SAMPLE] + b"\n" + data[-_SAMPLE:]
        for reader in bundle.READERS:
            if not reader.matches(name, sample):
                continue
            if isinstance(reader, PytestLogReader):
                logs.append((name, data))
                continue
            try:
                found.append(reader.read(data, name))
            except UnreadableInput:
                continue
    reports = [part for part in found if part.reader == "junit" and part.totals]
    found += [
        _told_twice(name, data, reports) or PytestLogReader().read(data, name)
        for name, data in logs
    ]
    return found


def _told_twice(name: str, data: bytes, reports: Sequence[Part]) -> Part | None:
    """A log whose last line counts what a JUnit file counts: only its time is news, so the rest
    of it need not be read."""
    if not reports:
        return None
    for line in reversed(decode(data[-_TAIL:]).split("\n")):
        told = summary(line)
        if told is None:
            continue
        for report in reports:
            assert report.totals is not None
            if replace(report.totals, collected=0, rerun=0) == replace(told.totals, rerun=0):
                return Part(
                    "pytest-log", name, totals=report.totals, partial=True,
                    duration_s=told.duration_s, wall=True, completeness="complete",
                )  # fmt: skip
        return None
    return None


def _known(ledger: Ledger, chosen: Sequence[tuple[Entry, list[Claim]]], place: Place) -> Known:
    commits: dict[str, bool | None] = {}
    stamps: dict[str, tuple[str, ...]] = {}
    folders: dict[str, bool] = {}
    missing: list[str] = []
    for entry, claims in chosen:
        for claim in claims:
            if claim.kind == "commit" and claim.name not in commits:
                commits[claim.name] = place.commit(claim.name)
            elif claim.kind == "stamp":
                stamps[claim.name] = place.listing.stamped(claim.name)
        for cited in entry.cited:
            stamp = stamp_of(cited.path) if cited.path and not cited.is_found else None
            if stamp and cited.path:
                missing.append(cited.path)
                stamps[stamp] = place.listing.stamped(stamp)
                folder = run_folder(cited.path)
                folders[folder] = place.listing.exists(folder)
    numbers: dict[str, set[int]] = {}
    for item in ledger.items:
        here = numbers.setdefault(item.id, set())
        here.update(attempt.number for attempt in item.attempts if attempt.number is not None)
    elsewhere = {attempt.number for attempt in ledger.loose if attempt.number is not None}
    numbers.setdefault("", set()).update(elsewhere)
    return Known(
        commits,
        {item: frozenset(found) for item, found in numbers.items()},
        stamps,
        folders,
        place.ignored(missing) if missing else frozenset(),
        place.latest,
        place.latest_of,
    )


def _is_commit(root: Path, contents: Blobs, name: str) -> bool | None:
    if contents.commit(name) is not None:
        return True
    return None if (blobs.git_dir(root) / "shallow").exists() else False


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = os.path.relpath(folder, root).replace(os.sep, "/")
        for file in files:
            yield file if below == "." else f"{below}/{file}"


def _listed(root: Path, *arguments: str) -> list[str]:
    return [os.fsdecode(name) for name in _git(root, *arguments).split(b"\0") if name]


def _day(root: Path, name: str) -> str | None:
    said = _git(root, "log", "-1", "--format=%cs", name, "--").decode("ascii", "replace").strip()
    return said or None


def _ignored(root: Path, paths: Sequence[str]) -> frozenset[str]:
    request = b"\0".join(os.fsencode(path) for path in paths if path and "\0" not in path)
    done = _run_git(root, ["check-ignore", "-z", "--stdin"], request)
    return frozenset(os.fsdecode(path) for path in done.stdout.split(b"\0") if path)


def _git(root: Path, *arguments: str) -> bytes:
    done = _run_git(root, arguments, b"")
    return done.stdout if done.returncode == 0 else b""


def _run_git(
    root: Path, arguments: Sequence[str], given: bytes
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - fixed commands; revisions are full names or HEAD
            [*blobs.GIT, *arguments],
            cwd=root,
            env=blobs.environment(root),
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise UnreadableInput("no-git", f"{root}: git could not be started") from error
