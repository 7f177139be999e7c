"""The history of a repository's files: which commit did what to which.

``changes`` follows one file, ``Touched`` knows every path. Each is one ``git log``, which
compares trees only, so that a partial clone lacks nothing that it needs. Nothing here changes a
repository, and nothing is fetched: contents that a partial clone lacks are told apart, not
guessed.
"""

import os
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from ledger.errors import UsageError
from ledger.git import blobs, process, repository
from ledger.plan.model import Model

# No name, message or path has a NUL in it, so none can pass for another record.
_LOG: Final = (
    "log", "--topo-order", "--reverse", "-m", "--raw", "-z", "--no-abbrev", "--no-renames",
    "--no-color", "--no-relative", "--no-notes", "--no-ext-diff", "--date=raw",
)  # fmt: skip
_OF_A_FILE: Final = (*_LOG, "--full-history", "--format=%x00%H%x00%P%x00%cd%x00%an%x00%s")
_OF_EVERY_FILE: Final = (
    *_LOG, "--ignore-submodules=all", "--format=%x00%H%x00%P%x00%cd%x00%s",
)  # fmt: skip
_DIFF_TREE: Final = ("diff-tree", "-r", "-z", "--no-commit-id", "--no-abbrev")
# What stands for a file in a record: ":100644 100644 <old blob> <new blob> M".
# e.g. ":100644 100644 0123456789012345678901234567890123456789 987654321098765432109876543210987654
# 3210 M"
_RAW: Final = re.compile(r":(\d+) (\d+) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])\d*\Z")
_MOST_FILES: Final = 20_000  # in one commit, that a renamed file is looked for among
_Edge = tuple[str | None, str | None]


class Commit(Model):
    """One commit."""

    sha: str
    """Its full name."""
    parents: tuple[str, ...]
    """The full names of its parents."""
    when: str
    """The committer's date with its offset, in ISO 8601; empty where git cannot read it."""
    author: str
    """The author's name."""
    subject: str
    """The first line of its message."""

    @property
    def day(self) -> str:
        """The date on the committer's clock, as ISO; empty where the commit has none."""
        return self.when[:10]


class Change(Model):
    """A commit that changed a file."""

    commit: Commit
    """The commit."""
    path: str
    """What the file was called."""
    blob: str | None
    """What the commit made of it; None where it deleted the file."""
    parents: tuple[tuple[str, str | None], ...]
    """Each parent with its blob; None where the file was not there."""
    renamed_from: str | None = None
    """The name that the file had before, where the commit renamed it."""


class Revision(NamedTuple):
    """One commit: ``place`` in a list where parents are before children."""

    place: int
    sha: str
    parents: tuple[str, ...]
    day: str
    subject: str


def resolve(root: Path, given: str | None) -> tuple[str, ...]:
    """The commits to walk from and, with ``^``, to stop at, for ``REV``, ``A..B``, ``A..`` or
    ``..B``; HEAD for None. Raises ``UsageError`` for what is no such range or unknown to git."""
    start, dots, end = (given or "HEAD").partition("..")
    if end.startswith("."):
        message = "a range with three dots has two sides that a history cannot keep apart"
        raise UsageError("bad-revision", message, "give REV, or FROM..TO")
    wanted = [end or "HEAD", start or "HEAD"] if dots else [start]
    with blobs.Blobs(root) as contents:
        first, *stop = [contents.known_commit(name) for name in wanted]
    return (first, *(f"^{commit}" for commit in stop))


def changes(
    root: Path,
    path: str,
    commits: Sequence[str],
    called: Callable[[str], str | None],
    *,
    is_one_file: bool = True,
) -> list[Change]:
    """Every commit among ``commits`` (see ``resolve``) that changed the file ``path``, parents
    before children, under its earlier names as well: what ``called`` says it was in a commit, else
    what git sees was renamed. An earlier file that stays beside the new one has a history of its
    own: only its last version is checked against the new one, but not with ``is_one_file`` false.
    A merge is among the commits if its file differs from that of any parent. Raises ``LedgerError``
    where git fails."""
    listed: list[Change] = []
    known: set[tuple[str, str]] = set()
    names = [path]
    waiting = [(path, tuple(commits))]
    while waiting:
        name, starts = waiting.pop(0)
        batch: list[Change] = []
        merges: list[int] = []
        for commit, edges in _logged(root, name, starts):
            if (commit.sha, name) in known:
                continue
            known.add((commit.sha, name))
            if len(commit.parents) > 1:
                merges.append(len(batch))
            batch.append(_change(commit, name, edges))
        _settle_merges(root, batch, merges, names)
        for place, change in enumerate(batch):
            if change.blob is None or len(change.commit.parents) != 1 or change.parents[0][1]:
                continue
            parent = change.commit.parents[0]
            earlier = _called(root, parent, called(parent))
            earlier = earlier or _renamed(root, parent, change.commit.sha, name)
            if earlier:
                source, blob = earlier
                batch[place] = change.model_copy(update={"parents": ((parent, blob),)})
                if is_one_file and _is_file(root, change.commit.sha, source):
                    continue
                batch[place] = batch[place].model_copy(update={"renamed_from": source})
                names.append(source)
                waiting.append((source, (parent, *(c for c in starts if c.startswith("^")))))
        listed = [*batch, *listed]
    return _without_renamings(listed)


def blobs_at(root: Path, places: Sequence[tuple[str, str]]) -> list[str | None]:
    """The blob at each (commit, path); None where the commit has no such file."""
    asked = "".join(f"{commit}:{path}\n" for commit, path in places)
    answers = _git(root, "cat-file", "--batch-check", given=asked).split("\n")
    rows = [line.split(" ") for line in answers[: len(places)]]
    return [parts[0] if parts[1:2] == ["blob"] else None for parts in rows]


def fork_blob(root: Path, merge: Commit, names: Sequence[str]) -> str | None:
    """The blob of the file, which had these ``names``, where the histories of the parents of
    ``merge`` parted; None where it was not there, and for a commit that is no merge."""
    if len(merge.parents) < 2:
        return None
    common = repository.fork_point(root, *merge.parents)
    blobs = blobs_at(root, [(common, name) for name in names]) if common else []
    return next((blob for blob in blobs if blob), None)


def _logged(root: Path, path: str, commits: Sequence[str]) -> Iterator[tuple[Commit, list[_Edge]]]:
    """Each commit with the blobs before and after, once for each parent that differs."""
    text = _git(root, *_OF_A_FILE, *commits, "--", f":(top,literal){path}")
    commit: Commit | None = None
    edges: list[_Edge] = []
    for head, raw in records(text, 5):
        if commit is None or commit.sha != head[0]:
            if commit:
                yield commit, edges
            edges = []
            sha, parents, date, author, subject = head
            above = tuple(parents.split())
            when = repository.moment(date)
            commit = Commit(sha=sha, parents=above, when=when, author=author, subject=subject)
        for entry, name in raw:
            match = _RAW.match(entry)
            if match and name == path:
                edges.append((_blob(match[1], match[3]), _blob(match[2], match[4])))
    if commit:
        yield commit, edges


def records(text: str, fields: int) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """What ``git log --raw -z`` says where its format is so many fields, a NUL before each: the
    fields of each record, and its entries (``:100644 100644 OLD NEW M``) with their paths."""
    tokens = text.split("\0")
    at = 0
    while at + fields < len(tokens):
        if not tokens[at].strip("\n"):
            at += 1
            continue
        head = tokens[at : at + fields]
        at += fields
        raw = []
        while at + 1 < len(tokens) and tokens[at].lstrip("\n").startswith(":"):
            raw.append((tokens[at].lstrip("\n"), tokens[at + 1]))
            at += 2
        yield head, raw


def _blob(mode: str, name: str) -> str | None:
    """The file of an entry; None for none, and for a submodule in its place."""
    return name if name.strip("0") and mode != "160000" else None


def _change(commit: Commit, path: str, edges: Sequence[_Edge]) -> Change:
    parents = tuple(
        (parent, before) for parent, (before, _) in zip(commit.parents, edges, strict=False)
    )
    return Change(commit=commit, path=path, blob=edges[-1][1] if edges else None, parents=parents)


def _settle_merges(
    root: Path, batch: list[Change], merges: Sequence[int], names: Sequence[str]
) -> None:
    """Say of each parent of a merge which blob it has: git leaves out those that are the same."""
    places = [
        (parent, name)
        for place in merges
        for parent in batch[place].commit.parents
        for name in dict.fromkeys((batch[place].path, *names))
    ]
    if not places:
        return
    at = dict(zip(places, blobs_at(root, places), strict=True))
    for place in merges:
        change = batch[place]
        called = dict.fromkeys((change.path, *names))
        parents = tuple(
            (parent, next((blob for name in called if (blob := at[parent, name])), None))
            for parent in change.commit.parents
        )
        batch[place] = change.model_copy(update={"parents": parents})


def _called(root: Path, commit: str, path: str | None) -> tuple[str, str] | None:
    """The name and blob of a file, if the commit has it."""
    blob = blobs_at(root, [(commit, path)])[0] if path else None
    return (path, blob) if path and blob else None


def _is_file(root: Path, commit: str, path: str) -> bool:
    """Whether the commit has a file of this name, and no link."""
    text = _git(root, *("ls-tree", "-z", commit, "--"), f":(top,literal){path}")
    return text.startswith("100")


def _renamed(root: Path, parent: str, commit: str, path: str) -> tuple[str, str] | None:
    """The name and blob that the file had in ``parent`` if ``commit`` renamed it."""
    for similar in ("-M100%", "-M50%"):
        # The second one compares contents, which a partial clone may lack.
        options = (*_DIFF_TREE, similar, f"-l{_MOST_FILES}", "--diff-filter=R")
        text = _git(root, *options, parent, commit, answers=(128,))
        parts = text.split("\0")
        for raw, before, after in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
            if after == path:
                return before, raw.split(" ")[2]
    return None


def _without_renamings(changed: list[Change]) -> list[Change]:
    """Without the commits that only took an earlier name away, having given the file a new one."""
    renaming = {(change.commit.sha, change.renamed_from) for change in changed}
    return [
        change
        for change in changed
        if change.blob is not None or (change.commit.sha, change.path) not in renaming
    ]


def _git(root: Path, *arguments: str, given: str = "", answers: tuple[int, ...] = ()) -> str:
    """See ``process.ask``."""
    return os.fsdecode(process.ask(root, *arguments, given=os.fsencode(given), answers=answers))


@lru_cache(maxsize=1)  # links and tests ask about the same one
def log_of(root: Path, commit: str) -> "Touched":
    """The history of ``commit`` (a full name). Raises ``LedgerError`` where git fails."""
    return Touched(root, commit)


class Touched:
    """The history of ``commit`` (a full name). Raises ``LedgerError`` where git fails."""

    def __init__(self, root: Path, commit: str) -> None:
        self.commits: dict[str, Revision] = {}
        self._by_path: dict[str, list[tuple[str, str]]] = {}
        merges: dict[str, dict[str, list[str]]] = {}
        text = _git(root, *_OF_EVERY_FILE, commit, "--")
        for (sha, parents, date, subject), raw in records(text, 4):
            above = tuple(parents.split())
            day = repository.moment(date)[:10]
            self.commits.setdefault(sha, Revision(len(self.commits), sha, above, day, subject))
            for about, path in raw:
                letter = about[-1:]
                if len(above) < 2:
                    self._by_path.setdefault(path, []).append((letter, sha))
                else:
                    merges.setdefault(sha, {}).setdefault(path, []).append(letter)
        for sha, paths in merges.items():
            for path, letters in paths.items():
                # A merge did what differs from every parent.
                if len(letters) == len(self.commits[sha].parents):
                    letter = letters[0] if len({*letters}) == 1 else "M"
                    self._by_path.setdefault(path, []).append((letter, sha))

    @cached_property
    def _in_order(self) -> list[Revision]:
        return [*self.commits.values()]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._by_path)

    def added_by(self, path: str) -> str | None:
        """The commit that added the file last; None where none did."""
        return self._last(path, "A")

    def removed_by(self, path: str) -> str | None:
        """The commit that deleted the file, or the last file of the folder, last."""
        path = path.rstrip("/")
        return self._latest([self._last(below, "D") for below in self._files(path)])

    def first_in(self, names: Iterable[str]) -> str | None:
        """The commit that added the first of the files ``names``."""
        shas = [sha for name in names if (sha := self.added_by(name))]
        return min(shas, key=lambda sha: self.commits[sha].place, default=None)

    def touching(self, path: str) -> set[str]:
        """The commits that did anything to the file, or to a file in the folder."""
        return {sha for below in self._files(path.rstrip("/")) for _, sha in self._by_path[below]}

    def between(self, start: str, end: str) -> list[str]:
        """The commits that ``end`` has and ``start`` has not, oldest first."""
        shas: list[str] = []
        ends = ((end, False), (start, True))
        waiting = {self.commits[sha].place: of for sha, of in ends if sha in self.commits}
        while not all(waiting.values()):
            place = max(waiting)  # whatever leads to it was taken before
            is_of_start = waiting.pop(place)
            in_order = self._in_order[place]
            shas += [] if is_of_start else [in_order.sha]
            for parent in in_order.parents:
                if parent in self.commits:
                    at = self.commits[parent].place
                    waiting[at] = is_of_start or waiting.get(at, False)
        return shas[::-1]

    def _last(self, path: str, letter: str) -> str | None:
        return self._latest([sha for done, sha in self._by_path.get(path, ()) if done == letter])

    def _latest(self, shas: list[str | None] | list[str]) -> str | None:
        known = [sha for sha in shas if sha]
        return max(known, key=lambda sha: self.commits[sha].place, default=None)

    def _files(self, path: str) -> Iterator[str]:
        """The file ``path`` and those below it that any commit ever touched."""
        if path in self._by_path:
            yield path
        for place in range(bisect_left(self._sorted, f"{path}/"), len(self._sorted)):
            if not self._sorted[place].startswith(f"{path}/"):
                break
            yield self._sorted[place]
