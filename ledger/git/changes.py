"""What the files in a work tree differ in from its commit: whether they do, and a patch of it.

Git itself compares, with a copy of the index in which all that it would pass over is entered:
files that are not tracked and not ignored, files that somebody told it to take as unchanged, and
the two sides of a conflict. Neither the index nor the object store is written to.
"""

import ast
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

from ledger.errors import LedgerError, why
from ledger.git import process
from ledger.git.repository import head_commit
from ledger.plan import secrets

MAX_FILE_BYTES = 1 << 20
MAX_PATCH_BYTES = 10 << 20  # of files that are not tracked, all together
# The folders of runs: `20251015T201831Z`, `2025-10-15T201831Z`
_RUNS = tuple(
    f":(top,exclude,glob)**/{re.sub('0', '[0-9]', stamp)}/**"
    for stamp in ("00000000T000000Z", "0000-00-00T000000Z")
)
_CLAIM = "/run.json"
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")  # @@ -1,4 +1,6 @@ def f():
# `git diff` would write the index, and obey the settings of submodules: external diffs, say.
_DIFF = (
    "diff-index", "--patch", "--binary", "--find-renames", "--ignore-submodules=dirty",
    "--submodule=short", "--no-color", "--no-ext-diff", "--no-textconv",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_STATUS = (
    "status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=none",
    "--no-renames",
)  # fmt: skip


# No program that waits for a changed index is started, and no part of the copy is laid beside
# the repository's own.
_NOTHING_ELSE = (("core.hooksPath", os.devnull), ("core.splitIndex", "false"))
_SUBMODULE = b"160000 "  # how its entry in an index begins


class Changes(NamedTuple):
    """What differs from ``commit``: the ``paths``, and those that a patch cannot hold, and why."""

    commit: str | None
    paths: tuple[str, ...]
    left_out: Mapping[str, str]


def changes(root: Path, aside: Iterable[str] = (), *, patch: Path | None = None) -> Changes:
    """What differs from HEAD in the work tree at ``root``, and with ``patch`` the new file of it.

    The paths ``aside`` and what lies below them do not count, nor does what lies in the folder of
    a run: one that has a stamp for its name or, among files that are not tracked, the ``run.json``
    of a bundle in it. ``git apply`` of the patch to a checkout of the commit (before the first one,
    to an empty folder) gives the other files as they are, but for those that are left out: large
    ones, and what lies in repositories of their own. Raises LedgerError where git gives up, and
    UnreadableInput where HEAD is damaged.
    """
    literal = (f":(top,exclude,literal){path.rstrip('/')}" for path in aside)
    counted = (":(top)", *literal, *_RUNS)
    commit = head_commit(root)
    with _copied_index(root) as copy:
        passed_over = _passed_over(copy)
        for flag in ("--no-assume-unchanged", "--no-skip-worktree") if passed_over else ():
            copy.ask("update-index", flag, "-z", "--stdin", given=passed_over)
        entries = list(_entries(copy.ask(*_STATUS, "--", *counted)))
        left_out = dict(_left_out(root, entries))
        if patch is not None:
            looked_into = (entry for entry in entries if entry.path not in left_out)
            _enter(copy, [e.path for e in looked_into if e.is_unmerged or not e.is_tracked])
            tree = commit or copy.empty("tree")
            with patch.open("xb") as file:
                try:
                    copy.ask(*_DIFF, tree, "--", *counted, output=file)
                except LedgerError:  # a partial clone lacks what it would be compared with
                    file.truncate(0)
                    reason = "git does not have what it was before"
                    left_out = {entry.path: reason for entry in entries} | left_out
            left_out |= dict.fromkeys(_take_out_secrets(patch), "holds what looks like a secret")
    return Changes(commit, tuple(entry.path for entry in entries), left_out)


class _Copy(NamedTuple):
    """A copy of the index, and how git is asked with it: without the hooks of the repository and
    the filters that its configuration names, which are programs, and may be missing."""

    root: Path
    place: Path
    settings: tuple[tuple[str, str], ...]

    def ask(self, *arguments: str, given: bytes = b"", output: BinaryIO | None = None) -> bytes:
        """What git says, or writes to ``output``."""
        done = process.run(
            self.root,
            *arguments,
            given=given,
            output=output,
            index=self.place,
            settings=self.settings,
        )
        if done.returncode:
            raise process.failed(self.root, f"git {arguments[0]}", done.stderr, done.returncode)
        return done.stdout or b""

    def empty(self, kind: str) -> str:
        """The name of the tree, or blob, that has nothing in it."""
        return self.ask("hash-object", "-t", kind, "--stdin").decode("ascii").strip()


@contextmanager
def _copied_index(root: Path) -> Iterator[_Copy]:
    settings = (*_NOTHING_ELSE, *sorted({*_unprogrammed(root, set())}))
    with TemporaryDirectory() as folder:
        index = Path(folder, "index")
        given = process.environment(root).get("GIT_INDEX_FILE")
        own = root / given if given else process.git_dir(root) / "index"
        if own.exists():
            # With its time: git looks into a file that is as young as the index.
            shutil.copy2(own, index)
        yield _Copy(root, index, settings)


def _unprogrammed(root: Path, seen: set[Path]) -> Iterator[tuple[str, str]]:
    """The settings that keep git from running programs here and in the submodules, which it looks
    into with what their configuration says. ``seen`` are the work trees that were asked."""
    seen.add(root)
    yield from process.without_programs(root)
    for entry in process.run(root, "ls-files", "--stage", "-z").stdout.split(b"\0"):
        if entry.startswith(_SUBMODULE):
            inner = root / os.fsdecode(entry.partition(b"\t")[2])
            top = process.top_of(inner)
            if top and top not in seen and top == Path(os.path.realpath(inner)):
                yield from _unprogrammed(top, seen)


class _Entry(NamedTuple):
    path: str
    is_tracked: bool = True
    is_unmerged: bool = False
    foreign: str = ""  # why it is not this repository's to tell


def _passed_over(copy: _Copy) -> bytes:
    """Tracked files that git was told not to look at and that exist, each ended by NUL."""
    listed = copy.ask("ls-files", "-v", "-z").split(b"\0")
    names = (line[2:] for line in listed if line[:1] == b"S" or line[:1].islower())
    there = (name for name in names if os.path.lexists(copy.root / os.fsdecode(name)))
    return b"".join(name + b"\0" for name in there)


def _entries(data: bytes) -> Iterator[_Entry]:
    """What differs, as ``git status --porcelain=v2`` tells it."""
    untracked = []
    for line in map(os.fsdecode, data.split(b"\0")[:-1]):
        kind, _, rest = line.partition(" ")
        if kind == "?":
            untracked.append(rest)
            continue
        # `1 .M N... 100644 100644 100644 7898192 7898192 path`; three names more where unmerged
        fields = rest.split(" ", 9 if kind == "u" else 7)
        is_changed_within = fields[1].startswith("S") and fields[1][2:] != ".."
        foreign = "changed within the submodule" if is_changed_within else ""
        yield _Entry(fields[-1], is_unmerged=kind == "u", foreign=foreign)
    bundles = tuple(path.removesuffix(_CLAIM) + "/" for path in untracked if path.endswith(_CLAIM))
    for path in untracked:
        if not path.startswith(bundles):
            foreign = "a repository of its own" if path.endswith("/") else ""
            yield _Entry(path, is_tracked=False, foreign=foreign)


def _left_out(root: Path, entries: Iterable[_Entry]) -> Iterator[tuple[str, str]]:
    """The paths that a patch is not to hold, each with the reason."""
    left = MAX_PATCH_BYTES
    for entry in entries:
        if entry.is_tracked or entry.foreign:
            size, reason = 0, entry.foreign
        else:
            size, reason = _size(root / entry.path, min(MAX_FILE_BYTES, left))
        if reason:
            yield entry.path, reason
        else:
            left -= size


def _size(place: Path, most: int) -> tuple[int, str]:
    """The bytes of a file, and why a patch cannot have it; empty where it can."""
    try:
        size = place.lstat().st_size
    except OSError as error:  # it may be gone by now
        return 0, why(error)
    if size > most:
        return size, f"{size:,} bytes"
    is_readable = os.access(place, os.R_OK, follow_symlinks=False)
    return size, "" if is_readable else "cannot be read"


def _enter(copy: _Copy, paths: Iterable[str]) -> None:
    """Enter files into the index as empty ones, so that git finds them changed."""
    empty = copy.empty("blob")
    nothing = "0" * len(empty)
    lines = [(f"0 {nothing}\t{path}", f"100644 {empty} 0\t{path}") for path in paths]
    given = os.fsencode("".join(f"{line}\0" for line in chain.from_iterable(lines)))
    copy.ask("update-index", "--replace", "-z", "--index-info", given=given)


def _take_out_secrets(patch: Path) -> set[str]:
    """Take the files out of a patch whose new lines hold what looks like a secret, an ``.env`` that
    git does not ignore for instance; the paths of these."""
    with patch.open("rb") as lines:
        blocks = {
            name
            for part in _parts(lines)
            if secrets.find(b"".join(line for line in part if line.startswith(b"+")))
            for name in _ranges(part)
        }
    if blocks:
        with patch.open("rb") as lines:
            kept = [b"".join(part) for part in _parts(lines) if blocks.isdisjoint(_ranges(part))]
        patch.write_bytes(b"".join(kept))
    return blocks


def _parts(patch: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines of each file of a patch."""
    part: list[bytes] = []
    for line in patch:
        if line.startswith(b"diff --git ") and part:
            yield part
            part = []
        part.append(line)
    yield part


def changed_lines(patch: Path) -> dict[str, str]:
    """The lines that are new or other in each file of a patch which git wrote, as ``3, 10-14``.
    Where lines are only taken out it is the line before them; what is no text has none."""
    with patch.open("rb") as lines:
        ranges = _ranges(lines)
    return {name: ", ".join(map(_shown, spans)) for name, spans in ranges.items()}


def _ranges(lines: Iterable[bytes]) -> dict[str, list[tuple[int, int]]]:
    by_path: dict[str, list[tuple[int, int]]] = {}
    name, at, only_gone = b"", 0, False
    old = new = 0  # lines of the hunk that are still to come
    for line in lines:
        if old <= 0 and new <= 0:
            hunk = _HUNK.match(line)
            if hunk:
                old, at, new = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
                at += not new
            elif line.startswith((b"--- ", b"+++ ")) and b"/dev/null" not in line[4:13]:
                name = line[4:].rstrip(b"\n\t")
            continue
        sign = line[:1]
        old, new = old - (sign in b" -"), new - (sign in b" +")
        ranges = by_path.setdefault(_name(name), [])
        is_last = old <= 0 and new <= 0
        if sign == b"+":
            _note(ranges, at)
            only_gone = False
        elif sign == b"-":
            only_gone = True
        if only_gone and (sign == b" " or is_last):
            _note(ranges, max(at - 1, 1))
            only_gone = False
        at += sign in b" +"
    return by_path


def _note(ranges: list[tuple[int, int]], line: int) -> None:
    if ranges and ranges[-1][1] >= line - 1:
        ranges[-1] = (ranges[-1][0], line)
    else:
        ranges.append((line, line))


def _name(written: bytes) -> str:
    """``b/tests/x.py``, or ``"b/tab\\tx"`` as C writes it."""
    if written.startswith(b'"'):
        written = ast.literal_eval("b" + written.decode("ascii"))
    return os.fsdecode(written[2:])


def _shown(lines: tuple[int, int]) -> str:
    first, last = lines
    return f"{first}" if first == last else f"{first}-{last}"
