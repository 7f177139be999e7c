"""What git is asked about a repository: one question, one function.

Paths are relative to ``root``, the top of a work tree, with forward slashes, and stand for
themselves: no pattern in them has a meaning. Nothing here changes a repository, its index
included, but for ``set_setting``.

Raises throughout: ``UnreadableInput`` (``no-repository``) where ``root`` is not the top of a
work tree, ``LedgerError`` where git is missing (``no-git``) or gives up (``git-failed``).
"""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from ledger.errors import LedgerError, UnreadableInput
from ledger.git import process
from ledger.git.blobs import OBJECT_NAME, STAGED, Blobs, check_revision
from ledger.git.cited import Cited, Resolver
from ledger.git.files import Index, Listing, WorkTree, confine, index_of, is_gits
from ledger.plan import citations
from ledger.plan.model import Attempt, Item

if TYPE_CHECKING:
    from git import Repo

ArtifactState = Literal["tracked", "untracked", "ignored", "missing", "outside", "placeholder"]

_NOTHING_FOUND: Final = 1  # the exit code of check-ignore and rev-parse --verify
_RENAMES: Final = ("diff", "--cached", "--name-status", "-M", "-z", "--no-ext-diff", "HEAD")
_MARKDOWN: Final = ("--name-only", "-z", "--no-renames", "--ignore-submodules=all")
_DOCUMENTS: Final = ("--", "*.md")
_LISTED: Final = ("--literal-pathspecs", "ls-files", "-z")
# `8b8c48d0... 45 45 1`, then a line for each fact, `committer-time 1760555555` among them
# e.g. "0123456789012345678901234567890123456789 3 3 1\nauthor Anna\ncommitter-time 1760559511\n"
_BLAMED: Final = re.compile(
    rb"^([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?\n(?:[a-z-]+ [^\n]*\n){1,9}committer-time (\d{1,12})\n",
    re.MULTILINE,
)
# Every commit counts, also one that the configuration has blame pass over.
_BLAME: Final = ("blame", "--line-porcelain", "--no-textconv", "--ignore-revs-file=")
# Branches that the more know the later they stand.
_PUBLIC: Final = (
    re.compile(r"refs/heads/(?:main|master)$"),
    re.compile(r"refs/remotes/"),
    re.compile(r"refs/remotes/[^/]+/(?:HEAD|main|master)$"),
)
_MOST_LINES: Final = 500
_MOST_MINUTES: Final = 14 * 60  # that a clock is ahead of UTC, or behind it
_LONGEST: Final = 1_000_000  # bytes of an artifact that is looked into


# Through one git command each: the hook asks some of it


def published_side(root: Path) -> Literal["ours", "theirs"] | None:
    """Which side of what git is merging others know already; None where nothing tells. In a rebase
    ``theirs`` are the commits of the branch that moves. A commit that is picked is put on what was
    there."""
    merged = [name[8:] for name in os.environ if name.startswith("GITHEAD_")]
    sides = ["HEAD", *(name for name in merged if OBJECT_NAME.fullmatch(name))]
    rebased = _rebased(process.git_dir(root))
    if len(sides) != 2 and not rebased:
        return "ours"
    mine, other = (_publicity(root, commit) for commit in rebased or sides)
    if mine == other:
        return "ours" if rebased else None
    return "ours" if mine > other else "theirs"


def _rebased(place: Path) -> tuple[str, str] | None:
    """The commit that a rebase puts others on, and the last of those; None without a rebase."""
    for kind in ("rebase-merge", "rebase-apply"):
        with suppress(OSError):
            names = [
                (place / kind / name).read_text("ascii").strip() for name in ("onto", "orig-head")
            ]
            if all(map(OBJECT_NAME.fullmatch, names)):
                return names[0], names[1]
    return None


def _publicity(root: Path, commit: str) -> int:
    """How many know a commit: who has the main branch of a remote, another branch of it, or the
    main branch here."""
    refs = _answer(root, "for-each-ref", "--format=%(refname)", "--contains", commit)
    names = refs.decode("utf-8", "replace").split("\n")
    ranks = (place for name in names for place, form in enumerate(_PUBLIC, 1) if form.match(name))
    return max(ranks, default=0)


def merge_parents(root: Path) -> tuple[str, ...]:
    """The commits that the merge in progress brings in; none without a merge. Where git's own merge
    runs its hooks before it writes MERGE_HEAD, variables named GITHEAD_ and the commit tell
    them."""
    try:
        with Path(process.git_dir(root), "MERGE_HEAD").open("rb") as file:
            names = file.read(10_000).decode("ascii", "replace").split("\n")
    except FileNotFoundError:
        names = [name[8:] for name in os.environ if name.startswith("GITHEAD_")]
    except OSError as error:
        raise UnreadableInput("cannot-read", f"{root}: cannot read MERGE_HEAD: {error}") from error
    return tuple(name for name in names if OBJECT_NAME.fullmatch(name))


def fork_point(root: Path, *revisions: str) -> str | None:
    """The commit that ``revisions`` have in common and that is nearest to them; None where they
    have none, or where a shallow clone lacks it. Raises UsageError for what is no revision."""
    names = [check_revision(revision) for revision in revisions]
    return _line(_answer(root, "merge-base", "--octopus", *names)) or None


def renamed_from(root: Path, path: str) -> str | None:
    """What the last commit calls the file that is staged as ``path``, where it has another name."""
    names = (os.fsdecode(name) for name in _answer(root, *_RENAMES).split(b"\0") if name)
    for status in names:
        old = next(names, "")
        if status[:1] in ("R", "C") and next(names, "") == path:
            return old
    return None


def changed_documents(root: Path, revision: str, until: str | None) -> list[str]:
    """The Markdown files that ``until`` (a commit, ``STAGED`` or the work tree) has otherwise."""
    command = ["diff-index", "--cached"] if until == STAGED else ["diff-index"]
    names = [check_revision(revision)]
    if until is not None and until != STAGED:
        command, names = ["diff-tree", "-r"], [*names, check_revision(until)]
    answer = _answer(root, *command, *_MARKDOWN, *names, *_DOCUMENTS)
    return [os.fsdecode(name) for name in answer.split(b"\0") if name]


def has_staged(root: Path) -> bool:
    """Whether the next commit would have anything that the last one has not."""
    return process.run(root, *("diff-index", "--cached", "--quiet"), "HEAD", "--").returncode == 1


def is_unmerged(root: Path, path: str) -> bool:
    """Whether the index holds ``path`` in conflict."""
    return bool(_answer(root, *_LISTED, "--unmerged", "--", path))


def is_tracked(root: Path, path: str) -> bool:
    """Whether the index has ``path``, or a file in it."""
    return bool(_answer(root, *_LISTED, "--cached", "--", path))


def back(root: Path, path: str, start: Path) -> str | None:
    """The command, for somebody in the folder ``start``, that brings back a file which is gone from
    the work tree; None where neither the index nor the last commit has it."""
    name = shlex.quote(os.path.relpath(root / path, start))
    entry = process.ask(root, *_LISTED, "-v", "--", path)  # `S docs/fix_plan.md`
    if entry[:1] in (b"S", b"s"):
        if _line(_answer(root, "config", "--type=bool", "core.sparseCheckout")) != "true":
            return f"git update-index --no-skip-worktree {name} && git restore {name}"
        is_cone = _line(_answer(root, "config", "--type=bool", "core.sparseCheckoutCone")) == "true"
        folder = shlex.quote(os.path.relpath((root / path).parent, start))
        return f"git sparse-checkout add {folder if is_cone else shlex.quote(f'/{path}')}"
    if entry:
        return f"git restore {name}"
    is_committed = head_commit(root) and process.ask(root, *("ls-tree", "-z"), "HEAD", "--", path)
    return f"git restore --staged --worktree {name}" if is_committed else None


def moment(raw: str) -> str:
    """A date as ``--date=raw`` tells it (``1762218300 -0800``), in ISO 8601 with its offset.
    In UTC where no clock has that offset (``+051800``); empty where there is no date at all."""
    seconds, _, offset = raw.partition(" ")
    minutes = 60 * int(offset[:-2] or 0) + int(f"{offset[:1]}{offset[-2:]}") if offset else 0
    try:
        zone = timezone(timedelta(minutes=minutes)) if abs(minutes) <= _MOST_MINUTES else UTC
        return datetime.fromtimestamp(int(seconds), zone).isoformat()
    except (ValueError, OverflowError, OSError):  # none, or one after the year 9999
        return ""


def day_of(root: Path, revision: str) -> str | None:
    """The date of a commit on its committer's clock, as ISO, or of the commit before where that is
    later: then the clock was wrong. None for no commit, and for one without a date."""
    ask = ("-2", "--date=raw", "--format=%cd", check_revision(revision), "--")
    lines = _answer(root, "log", *ask).decode("ascii", "replace").splitlines()
    return max((moment(line)[:10] for line in lines), default="") or None


def lines_written(root: Path, path: str, lines: Sequence[int]) -> dict[int, datetime]:
    """When lines of a file of the work tree were committed; without those that are not yet, or of
    which git cannot tell. Those of many that stand lower down may be left out."""
    where = [f"-L{line},{line}" for line in sorted(lines)[:_MOST_LINES]]
    done = process.run(root, *_BLAME, *where, "--", path)
    blamed = _BLAMED.findall(done.stdout) if where and not done.returncode else []
    return {
        int(line): datetime.fromisoformat(when)
        for commit, line, time in blamed
        if commit.strip(b"0") and (when := moment(time.decode("ascii")))
    }


def ignored(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Those of ``paths`` that git ignores, each with the rule (``.gitignore:3:logs/``). What is
    tracked is not ignored, whatever a rule says. They need not exist; to a rule such as ``logs/``
    what does not exist is a folder only if a slash at its end says so."""
    inside: dict[str, bool] = {"": True}
    wanted = [
        path
        for path in dict.fromkeys(paths)
        if path and "\0" not in path and _is_own(root, path.rpartition("/")[0], inside)
    ]
    return dict(_ignored(root, wanted)) if wanted else {}


def _is_own(root: Path, folder: str, known: dict[str, bool]) -> bool:
    """Whether ``folder`` belongs to this work tree: git answers nothing at all when it is
    asked about a path beyond a link or in a submodule among others."""
    if folder not in known:
        place = os.fspath(root / folder)
        # Path.is_symlink raises where a name is too long.
        is_own = not os.path.islink(place) and not os.path.lexists(f"{place}/.git")  # noqa: PTH114 - likewise
        known[folder] = is_own and _is_own(root, folder.rpartition("/")[0], known)
    return known[folder]


def _ignored(root: Path, wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    # "./" in front, else git reads ":(icase)x" as a pattern and refuses to take it literally.
    given = os.fsencode("".join(f"./{path}\0" for path in wanted))
    done = process.run(root, "check-ignore", "--stdin", "-v", "-z", given=given)
    if done.returncode <= _NOTHING_FOUND:
        fields = os.fsdecode(done.stdout).split("\0")
        for source, line, pattern, path in zip(*[iter(fields)] * 4, strict=False):
            if not pattern.startswith("!"):  # the rule that takes the path in again
                yield path[2:], f"{source}:{line}:{pattern}"
        return
    process.ask(root, "rev-parse", "--git-dir")  # raises where no path is to blame
    if len(wanted) > 1:
        middle = len(wanted) // 2
        yield from _ignored(root, wanted[:middle])
        yield from _ignored(root, wanted[middle:])


def head_commit(root: Path) -> str | None:
    """The full name of HEAD's commit; None before the first commit. Raises UnreadableInput where
    HEAD is damaged."""
    ask = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    name = _line(process.ask(root, *ask, answers=(_NOTHING_FOUND,)))
    if name:
        return name
    with Blobs(root) as contents:  # git says the same where it cannot read the branch
        return contents.branch_commit()


def unkept(root: Path, folder: str, paths: Sequence[str]) -> tuple[str, ...]:
    """What keeps ``paths`` of a run's ``folder`` out of the next commit, and what to do."""
    submodule = Index(Blobs(root)).submodule_of(f"{folder}/")
    if submodule:
        inside = folder.removeprefix(submodule).strip("/") or "."
        add = f"`git -C {shlex.quote(submodule)} add {shlex.quote(inside)}`"
        message = (
            f"{folder} lies in the submodule {submodule}: {add} and commit it there, then here"
        )
        return (f"{message} `git add {shlex.quote(submodule)}`",)
    rules = ignored(root, paths)
    if not rules:
        return ()
    rule = next(iter(rules.values()))
    add = f"`git add --force {shlex.quote(folder)}`"
    return (
        f"git ignores {len(rules)} of {len(paths)} files of {folder} ({rule}): {add} keeps them",
    )


class Artifacts:
    """The states of cited paths in the work tree at ``root``; each path is looked up once.

    ``tracked`` is what git's index has, so what is staged counts. A folder is tracked where one
    of its files is. ``ignored`` holds also for what does not exist: that is why it does not.
    Without git (``contents`` None) what exists is tracked.
    """

    def __init__(self, root: Path, contents: Blobs | None) -> None:
        self._root = root
        self._tree = WorkTree(root)
        self._index = index_of(contents) if contents else None
        self._states: dict[str, ArtifactState] = {}
        self._resolvers: dict[int, Resolver] = {}  # by the item's identity: each holds its own
        self._cited: dict[tuple[int, str, int], list[Cited]] = {}
        self._submodules: dict[str, Listing] = {}

    def cited(self, item: Item | None, attempt: Attempt) -> list[Cited]:
        """What an attempt of an item cites."""
        listing = self._index.listing if self._index else Listing(())
        resolver = self._resolvers.setdefault(id(item), Resolver(item, listing, self._tree.has))
        key = id(item), attempt.text, attempt.span.start_line
        if key not in self._cited:
            self._cited[key] = list(resolver.resolve(attempt))
        return self._cited[key]

    def states(self, asked: Sequence[str]) -> Mapping[str, ArtifactState]:
        """The state of each path; those that were asked about before come along."""
        others: dict[str, str] = {}  # path, and where it leads
        for path in dict.fromkeys(asked):
            if path not in self._states:
                kind = citations.kind(path)
                real = self._tree.real(posixpath.normpath(path)) if kind == "path" else None
                if real is None:
                    self._states[path] = "placeholder" if kind == "placeholder" else "outside"
                elif self._index and (not real or self._index.listing.has(real)):
                    self._states[path] = "tracked"
                else:
                    others[path] = f"{real}/" if path.endswith("/") else real
        rules = ignored(self._root, others.values()) if self._index else {}
        for path, real in others.items():
            if real in rules:
                self._states[path] = "ignored"
            elif self._tree.kind(real) is None:
                self._states[path] = "missing"
            else:
                is_kept = self._index is None or self._in_submodule(self._index, real)
                self._states[path] = "tracked" if is_kept else "untracked"
        return self._states

    def _in_submodule(self, index: Index, real: str) -> bool:
        """Whether a submodule tracks the path, which the repository itself can not."""
        folder = index.submodule_of(real)
        if folder and folder not in self._submodules:
            self._submodules[folder] = Listing(())
            with suppress(LedgerError):
                self._submodules[folder] = Index(Blobs(self._root / folder)).listing
        return bool(folder) and self._submodules[folder].has(real.removeprefix(f"{folder}/"))

    def content(self, path: str) -> bytes | None:
        """The bytes of a file in the work tree; None for none, and for one that is too long."""
        try:
            return self._tree.read(path, _LONGEST) if citations.kind(path) == "path" else None
        except UnreadableInput:
            return None


def _answer(root: Path, *arguments: str) -> bytes:
    """What git says, empty where it fails."""
    done = process.run(root, *arguments)
    return done.stdout if done.returncode == 0 else b""


def _line(answer: bytes) -> str:
    return answer.decode("utf-8", "replace").strip()


# What only commands ask: through GitPython


@contextmanager
def _repository(root: Path) -> Iterator[Repo]:
    """The repository at ``root``, and its failures as ours. GitPython adds the environment of
    this process to the one for git, so what must not be in that is hidden for as long."""
    # Else the import itself fails where there is no git.
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    try:
        import git  # takes 0.2 s, and the hook does not need it
    except ImportError as error:  # for it asks git for its version
        done = process.run(root, "version")
        raise process.failed(root, "git version", done.stderr, done.returncode) from error
    wanted = process.environment(root)
    hidden = {name: os.environ.pop(name) for name in [*os.environ] if name not in wanted}
    try:
        place = root if os.path.lexists(root / ".git") else process.git_dir(root)
        with git.Repo(place, expand_vars=False) as repository:  # a folder may be called `$HOME`
            repository.git.update_environment(**wanted)
            yield repository
    except git.GitCommandNotFound as error:
        message = "git was not found"
        raise LedgerError("no-git", message, "install git, or put it on the PATH") from error
    except git.GitCommandError as error:
        reason = str(error.stderr).strip().removeprefix("stderr: ").strip("'\n ").encode()
        code = error.status if isinstance(error.status, int) else 0
        raise process.failed(root, f"git {error.command[1]}", reason, code) from error
    except git.GitError as error:
        raise UnreadableInput("no-repository", f"{root}: git finds no repository") from error
    finally:
        os.environ.update(hidden)


def branch(root: Path) -> str | None:
    """The branch that counts: the remote's own, else the one that is checked out."""
    with _repository(root) as repository:
        for name in ("refs/remotes/origin/HEAD", "HEAD"):
            full = repository.git.symbolic_ref("--quiet", name, with_exceptions=False)
            if full:
                return str(full).removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")
    return None


def listed(root: Path) -> list[str]:
    """The files that are tracked, or are not and not ignored."""
    with _repository(root) as repository:
        names = repository.git.ls_files("--cached", "--others", "--exclude-standard", "-z")
        return list(dict.fromkeys(names.split("\0")[:-1]))


def user_name(root: Path) -> str:
    """The name that git gives the author of a commit; empty where none is set."""
    return _line(process.run(root, "config", "--get", "user.name").stdout)


def setting(root: Path, name: str) -> str | None:
    """A setting of git; None where it is not set."""
    with _repository(root) as repository:
        return repository.git.config("--get", name, with_exceptions=False) or None


def set_setting(root: Path, name: str, value: str) -> None:
    """Change a setting of this clone."""
    with _repository(root) as repository:
        repository.git.config("--local", name, value)


def attribute(root: Path, name: str, path: str) -> str:
    """What git's attributes say of a path: a value, ``set``, ``unset`` or ``unspecified``. Raises
    UnreadableInput for a pipe in the place of a ``.gitattributes``, which git would wait for."""
    for place in (root / folder / ".gitattributes" for folder in Path(path).parents):
        if place.exists() and not (place.is_file() or place.is_dir()):
            raise UnreadableInput("not-a-file", f"{place}: expected a file, found something else")
    with _repository(root) as repository:
        fields = repository.git.check_attr("-z", name, "--", path).split("\0")
        return fields[2] if len(fields) > 2 else ""


def hook_place(root: Path, name: str) -> Path:
    """Where git looks for one of its hooks."""
    with _repository(root) as repository:
        place: str = repository.git.rev_parse("--git-path", f"hooks/{name}")
        return root / place


def lay_out(folder: Path, ignore_files: Iterable[tuple[str, bytes]]) -> None:
    """Make ``folder``, new or empty, a work tree that has these ``.gitignore`` files and no more,
    so that ``ignored`` says what git would ignore with them."""
    process.start_repository(folder)
    for name, data in ignore_files:
        if not is_gits(name):  # a name that git checks nothing out to
            place = confine(folder, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
