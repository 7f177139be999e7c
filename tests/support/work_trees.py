"""States of a work tree, made by chance: what somebody may have there when a command is run.

Each state is a copy of one small repository to which a few changes are made. What differs from the commit is
never asked of git: `differing` compares the files with a clean checkout.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
ITEMS = ("PARSE-SPEED-001", "DOCS-TOUR-002")
RUN_FOLDER = re.compile(r"(?:reports|out)/(?:[^/]+/)*\d{4}-?\d\d-?\d\dT\d{6}Z/")
OUTSIDE = "no part of the repository: 8d1f"
STAMP = "20251103T080000Z"
ODD = (
    "with blank.txt",
    " leading blank",
    "-dash.txt",
    "tab\there.txt",
    "line\nbreak.txt",
    'quote".txt',
    "back\\slash.txt",
    "star*.txt",
    "arrow -> other.txt",
    "naïve.txt",
    "日本/語.txt",
    b"latin-\xe9.txt",
    "trailing blank ",
    "b/a/b.txt",
    "colon: name.txt",
    "#hash`tick`.md",
    "[brackets](link).md",
    "~tilde$HOME.txt",
)
Entry = tuple[str, str]


@dataclass
class State:
    """One work tree and what its maker knows of it."""

    path: Path
    rng: Random
    done: list[str] = field(default_factory=list)
    """The names of the changes."""
    ignored: set[str] = field(default_factory=set)
    """Files and folders that git ignores."""
    large: set[str] = field(default_factory=set)
    """Files that may be named in place of being in the patch."""
    named: set[str] = field(default_factory=set)
    """Submodules and repositories that differ: they have to be named."""
    index_only: bool = False
    """The index differs from the commit where no file does."""
    modes: bool = True
    """Whether git looks at the executable bit here."""
    command: tuple[str, ...] = ("true",)
    folder: str = "."
    """Where the command is started."""
    part: tuple[str, ...] = ()
    """The folders that a sparse checkout has; what is left out is not deleted."""
    unborn: bool = False
    """There is no commit yet."""

    def git(self, *args: str, check: bool = True) -> str:
        """Run git here."""
        return Repository(self.path).git(*args, check=check)

    def write(self, name: str | bytes, data: bytes) -> Path:
        """Write a file, and the folders above it."""
        place = self.path / os.fsdecode(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return place

    def one(self, *names: str) -> Path:
        """One of these that is there."""
        there = [name for name in names if os.path.lexists(self.path / name)]
        return self.path / self.rng.choice(there or ["src/a.py"])


TEXTS = ("src/a.py", "src/b.py", "tests/test_a.py", "README.md", "src/deep/er/c.txt")


def base(path: Path) -> Path:
    """The repository that all states begin with."""
    repo = Repository.create(path)
    for n, name in enumerate(TEXTS):
        repo.write(name, "".join(f"line {k} of {n}\n" for k in range(30)).encode())
    repo.write("data/table.bin", bytes(range(256)) * 8)
    repo.write("data/crlf.txt", b"one\r\ntwo\r\nthree\r\n")
    repo.write("data/no_end.txt", b"no newline at the end")
    repo.write("data/empty.txt", b"")
    repo.write("src/naïve name.txt", b"odd\n")
    repo.write("run.sh", b"#!/bin/sh\ntrue\n").chmod(0o755)
    (path / "link").symlink_to("src/a.py")
    repo.write("data/forced.log", b"in git although git ignores its like\n")
    repo.git("add", "--force", "data/forced.log")
    repo.write(".gitignore", b"*.log\n/build/\n__pycache__/\n!keep.log\n")
    repo.commit("Files of several kinds")
    (path.parent / "outside.txt").write_text(OUTSIDE)
    return path


# What differs from the commit.


def modified(state: State) -> None:
    """Lines changed, added, removed."""
    place = state.one(*TEXTS)
    lines = place.read_bytes().splitlines(keepends=True) if place.is_file() else []
    at = state.rng.randrange(len(lines) + 1)
    lines[at : at + state.rng.randint(0, 3)] = [b"changed\n"] * state.rng.randint(0, 3) + [
        b"more \n"
    ]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"".join(lines))


def odd_content(state: State) -> None:
    """Changes that a text diff may lose: binary, carriage returns, no newline at the end, emptied."""
    data = {
        "data/table.bin": b"\0\1\2" * state.rng.randint(1, 99),
        "data/crlf.txt": b"one\r\n2\nthree\r\n",
        "data/no_end.txt": b"still none",
        "data/empty.txt": b"filled\n",
        "src/naïve name.txt": b"",
        "README.md": b"latin \xe9\n-- \n--- a/x\n+++ b/x\n@@ -1 +1 @@\n",
    }
    name = state.rng.choice(sorted(data))
    state.write(name, data[name])


def deleted(state: State) -> None:
    """A tracked file that is gone, or a whole folder."""
    if state.rng.random() < 0.3:
        shutil.rmtree(state.path / "src" / "deep", ignore_errors=True)
    else:
        state.one(*TEXTS, "data/table.bin", "data/empty.txt", "link", "run.sh").unlink(
            missing_ok=True
        )


def staged(state: State) -> None:
    """Some change in the index, and perhaps another on top in the work tree."""
    state.rng.choice((modified, odd_content, deleted, untracked))(state)
    state.git("add", "--all", "--sparse")
    if state.rng.random() < 0.5:
        modified(state)


def renamed(state: State) -> None:
    """A file moved, with git or without, perhaps changed as well."""
    if not (state.path / "src/b.py").is_file():
        return
    if state.rng.random() < 0.5:
        state.git("mv", "-f", "src/b.py", "src/moved.py")
    else:
        (state.path / "src/b.py").rename(state.path / "src/moved.py")
    if state.rng.random() < 0.5:
        state.write("src/moved.py", (state.path / "src/moved.py").read_bytes() + b"and more\n")


def untracked(state: State) -> None:
    """A new file, perhaps below new folders."""
    name = state.rng.choice(("new.py", "src/new.py", "made/up/deep/new.txt", "tests/test_new.py"))
    state.write(name, b"def test_new(): assert True\n" * state.rng.randint(1, 40))


def untracked_odd(state: State) -> None:
    """New files with odd names, or without content, or binary, or executable."""
    for name in state.rng.sample(ODD, state.rng.randint(1, 3)):
        data = state.rng.choice((b"", b"\0\xff\n", b"text\n", b"no end", b"a\r\nb\r\n"))
        place = state.write(name, data)
        if state.rng.random() < 0.2:
            place.chmod(0o755)


def untracked_link(state: State) -> None:
    """New symbolic links: to a file, a folder, nowhere, out of the repository."""
    targets = ("src/a.py", "src", "nowhere", "../outside.txt", "/etc/hostname")
    place = state.path / f"newlink{state.rng.randint(0, 9)}"
    if not os.path.lexists(place):
        place.symlink_to(state.rng.choice(targets))


def many(state: State) -> None:
    """Many small new files."""
    for n in range(300):
        state.write(f"many/{n % 7}/{n}.txt", f"{n}\n".encode())


def large(state: State) -> None:
    """A new or changed file of several megabytes."""
    size = state.rng.choice((2, 6, 20)) << 20
    name = state.rng.choice(("data/big.bin", "data/table.bin"))
    state.write(name, state.rng.randbytes(1 << 16) * (size >> 16))
    state.large.add(name)


def heap(state: State) -> None:
    """Many new files which are large only together."""
    for n in range(150):
        name = f"heap/{n}.bin"
        state.write(name, state.rng.randbytes(100_000))
        state.large.add(name)


def without_filter(state: State) -> None:
    """A new file that git would filter by a program that is not installed, as Git LFS may be."""
    state.write(".gitattributes", b"*.bin filter=lfs diff=lfs merge=lfs -text\n")
    state.git("config", "filter.lfs.clean", "no-such-program clean -- %f")
    state.git("config", "filter.lfs.smudge", "no-such-program smudge -- %f")
    state.git("config", "filter.lfs.required", "true")
    state.write("weights.bin", b"\0\1\2" * 500)
    state.large.add("weights.bin")


def mode(state: State) -> None:
    """The executable bit, on or off."""
    place = state.one("run.sh", "src/a.py")
    if place.is_file() and not place.is_symlink():
        place.chmod(place.stat().st_mode ^ 0o111)


def kind(state: State) -> None:
    """A file became a link or a folder, a link became a file."""
    way = state.rng.randrange(3)
    if way == 0 and (state.path / "link").is_symlink():
        (state.path / "link").unlink()
        state.write("link", b"a file now\n")
    elif way == 1:
        (state.path / "README.md").unlink(missing_ok=True)
        (state.path / "README.md").symlink_to("src/b.py")
    elif not (state.path / "data/no_end.txt").is_dir():
        (state.path / "data/no_end.txt").unlink(missing_ok=True)
        state.write("data/no_end.txt/inside.txt", b"in a folder\n")


def intent(state: State) -> None:
    """A new file that git was told of and nothing more."""
    state.write("intended.py", b"x = 1\n")
    state.git("add", "--intent-to-add", "intended.py")


def merging(state: State) -> None:
    """A merge that is not finished, with conflicts or without."""
    state.git("stash", "--quiet", "--include-untracked", check=False)
    state.git("checkout", "--quiet", "-b", "side")
    state.write("src/a.py", b"side\n")
    state.write("side.txt", b"side\n")
    state.git("add", "src/a.py", "side.txt")
    state.git("commit", "--quiet", "-m", "Side")
    state.git("checkout", "--quiet", "-")
    if state.rng.random() < 0.6:
        state.write("src/a.py", b"ours\n")
        state.git("commit", "--quiet", "-m", "Ours", "src/a.py")
    state.git("merge", "--quiet", "--no-commit", "--no-ff", "side", check=False)


def submodule(state: State) -> None:
    """A submodule: as committed, changed inside, with a file more, or at another commit."""
    other = state.path.parent / "other"
    if other.exists():
        return
    there = Repository(other)
    other.mkdir()
    there.git("init", "--quiet")
    there.write("lib.txt", b"lib\n")
    there.commit("Library")
    state.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "lib")
    state.git("commit", "--quiet", "-m", "Submodule", "lib", ".gitmodules")
    way = state.rng.choice(("same", "absent", "changed", "more", "ahead"))
    if way == "absent":
        state.git("submodule", "--quiet", "deinit", "--force", "lib")
    inside = Repository(state.path / "lib")
    if way == "changed":
        inside.write("lib.txt", b"changed\n")
    if way == "more":
        inside.write("more.txt", b"more\n")
    if way == "ahead":
        inside.write("lib.txt", b"ahead\n")
        inside.commit("Ahead")
    if way not in ("same", "absent"):
        state.named.add("lib")


def embedded(state: State) -> None:
    """Another repository inside, which git takes for one untracked thing."""
    inside = Repository(state.path / "embedded")
    if inside.path.exists():
        return
    inside.path.mkdir()
    inside.git("init", "--quiet")
    inside.write("x.txt", b"x\n")
    inside.commit("Inside")
    state.named.add("embedded")


def same_size(state: State) -> None:
    """Other content of the same length, written right after git looked."""
    place = state.one(*TEXTS)
    if not place.is_file() or not place.stat().st_size:
        return
    state.git("update-index", "-q", "--refresh", check=False)
    place.write_bytes(b"X" + place.read_bytes()[1:])


def forced(state: State) -> None:
    """A file that is in git although a pattern ignores its like."""
    state.write("data/forced.log", b"changed\n")


# What does not make a difference.


def ignored(state: State) -> None:
    """Files that git ignores, by any of its lists."""
    state.write("build/out.bin", b"\0")
    state.write("src/debug.log", b"log\n")
    state.write("src/__pycache__/a.pyc", b"\0")
    state.ignored |= {"build", "src/debug.log", "src/__pycache__"}
    if state.rng.random() < 0.5:
        state.write("private.txt", b"mine\n")
        exclude = state.path / ".git/info/exclude"
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_text("private.txt\n")
        state.ignored.add("private.txt")


def nested_ignore(state: State) -> None:
    """New folders with lists of their own: one ignores itself, one only some files."""
    state.write("cache/.gitignore", b"*\n")
    state.write("cache/v/entry", b"x\n")
    state.ignored.add("cache")
    if state.rng.random() < 0.5:
        state.write("half/.gitignore", b"*.tmp\n")
        state.write("half/kept.txt", b"x\n")
        state.write("half/left out.tmp", b"x\n")
        state.ignored.add("half/left out.tmp")


def excludes_file(state: State) -> None:
    """Files that the user's own list ignores."""
    (state.path.parent / "excludes").write_text(".idea/\n*.swp\n")
    state.git("config", "core.excludesFile", str(state.path.parent / "excludes"))
    state.write(".idea/workspace.xml", b"<x/>\n")
    state.write("src/.a.py.swp", b"x\n")
    state.ignored |= {".idea", "src/.a.py.swp"}


def plan(state: State) -> None:
    """The plan itself changed, staged or not."""
    text = (state.path / PLAN).read_bytes()
    state.write(PLAN, text.replace(b"Owner/Date: ben", b"Owner/Date: hanna"))
    if state.rng.random() < 0.4:
        state.git("add", PLAN)


def run_folders(state: State) -> None:
    """Folders of earlier runs: untracked, or tracked and changed since."""
    root = "reports/parser-speed/phase_b"
    way = state.rng.choice(("new", "new", "changed", "gone", "other", "staged"))
    if way in ("new", "staged"):
        state.write(f"{root}/20251102T100000Z/pytest.log", b"===== 12 passed in 3.40s =====\n")
        state.write(f"{root}/20251102T100000Z/exit_code.txt", b"0\n")
    if way == "staged":
        state.git("add", "--force", root)
    if way == "changed":
        state.write(f"{root}/20251102T091500Z/exit_code.txt", b"0\n\n")
    if way == "gone":
        (state.path / root / "20251102T091500Z/exit_code.txt").unlink(missing_ok=True)
    if way == "other":
        state.write("reports/DOCS-TOUR-002/20251102T100000Z/run.json", b'{"ledger_run": 1}')
        state.write("reports/DOCS-TOUR-002/20251102T100000Z/rounds/1/output.log", b"x\n")


def touched(state: State) -> None:
    """New times, the same content: git has to look into the files."""
    for name in TEXTS:
        if (state.path / name).is_file():
            os.utime(state.path / name)


def index_only(state: State) -> None:
    """Staged and taken back in the work tree, or taken out of the index: no file differs."""
    place = state.path / "src/b.py"
    if not place.is_file():
        return
    before = place.read_bytes()
    if state.rng.random() < 0.5:
        state.git("rm", "--quiet", "--force", "--cached", "src/b.py", check=False)
    else:
        place.write_bytes(b"staged\n")
        state.git("add", "src/b.py")
        place.write_bytes(before)
    state.index_only = True


def fifo(state: State) -> None:
    """A named pipe, which git does not see and nobody may open."""
    if not (state.path / "pipe").exists():
        os.mkfifo(state.path / "pipe")


def empty_folder(state: State) -> None:
    """Folders without a file, which no commit can hold."""
    (state.path / "nothing" / "below").mkdir(parents=True, exist_ok=True)


# How the project or its user has set things up.


def settings(state: State) -> None:
    """Settings of git that change what a diff looks like, or run a program."""
    marker = state.path.parent / "program-ran"
    program = f"touch '{marker}'; true"
    chosen = state.rng.choice(
        (
            {"diff.noprefix": "true"},
            {"diff.mnemonicPrefix": "true"},
            {"color.ui": "always", "color.diff": "always"},
            {"diff.external": program},
            {"diff.renames": "copies"},
            {"diff.context": "0"},
            {"diff.submodule": "log"},
            {"diff.relative": "true"},
            {"diff.ignoreSubmodules": "all"},
            {"diff.wsErrorHighlight": "all", "diff.colorMoved": "zebra"},
            {"diff.srcPrefix": "x/", "diff.dstPrefix": "y/"},
            {"core.quotePath": "false"},
            {"status.showUntrackedFiles": "no"},
            {"status.relativePaths": "false", "status.short": "true"},
            {"core.fileMode": "false"},
            {"core.autocrlf": "input"},
            {"core.fsmonitor": program},
            {"diff.suppressBlankEmpty": "true"},
            {"diff.noprefix": "true"},
            {"diff.mnemonicPrefix": "true"},
            {"diff.orderFile": "/no/such/file"},
            {"diff.interHunkContext": "20", "diff.algorithm": "patience"},
            {"diff.dirstat": "lines", "diff.statGraphWidth": "9"},
            {"core.pager": program, "pager.diff": "true"},
        )
    )
    for key, value in chosen.items():
        state.git("config", key, value)
    state.modes = state.modes and "core.fileMode" not in chosen
    state.done.append(next(iter(chosen)))


def attributes(state: State) -> None:
    """Attributes that keep files out of a text diff, or name a program for it."""
    line = state.rng.choice(("*.py -diff\n", "*.py binary\n", "*.py diff=prog\n"))
    state.write(".git/info/attributes", line.encode())
    marker = state.path.parent / "program-ran"
    state.git("config", "diff.prog.textconv", f"touch '{marker}'; tr a-z A-Z <")
    state.git("config", "diff.prog.command", f"touch '{marker}'; true")
    state.done.append(line.strip())


def detached(state: State) -> None:
    """No branch."""
    state.git("checkout", "--quiet", "--detach", check=False)


def below(state: State) -> None:
    """The command is started in a folder of the repository."""
    state.folder = "src"


def configured(state: State) -> None:
    """Runs lie where the settings say, earlier ones untracked."""
    state.write("pyproject.toml", b'[tool.ledger]\nruns = "out/<STAMP>"\n')
    state.git("add", "pyproject.toml")
    state.git("commit", "--quiet", "-m", "Settings", "pyproject.toml", check=False)
    state.write("out/20251102T100000Z/exit_code.txt", b"0\n")
    state.write("out/20251102T100000Z/pytest.log", b"===== 12 passed in 3.40s =====\n")


def sparse(state: State) -> None:
    """A checkout of a part: what is left out is not deleted."""
    state.part = ("docs", "reports", "src")
    state.git("sparse-checkout", "set", *state.part)


def separate(state: State) -> None:
    """The repository lies elsewhere, and `.git` is a file that says where."""
    if (state.path / ".git").is_dir() and not (state.path / "lib").exists():
        (state.path / ".git").rename(state.path.parent / "apart.git")
        (state.path / ".git").write_text(f"gitdir: {state.path.parent / 'apart.git'}\n")


def makes_files(state: State) -> None:
    """The command itself writes files: they were not there when it started."""
    state.command = ("sh", "-c", "echo out > made-by-the-command.txt; echo x >> README.md")


def no_commit(state: State) -> None:
    """A repository in which nothing was committed yet."""
    shutil.rmtree(state.path / ".git")
    state.git("init", "--quiet")
    if state.rng.random() < 0.5:
        state.git("add", "src")
    state.unborn = True


DIFFERING: tuple[Callable[[State], None], ...] = (
    modified, odd_content, deleted, staged, renamed, untracked, untracked_odd, untracked_link,
    many, large, mode, kind, intent, merging, submodule, embedded, same_size, forced, heap, without_filter,
)  # fmt: skip
SAME: tuple[Callable[[State], None], ...] = (
    ignored, plan, run_folders, touched, index_only, fifo, empty_folder, nested_ignore, excludes_file,
)  # fmt: skip
SETUP: tuple[Callable[[State], None], ...] = (
    settings, attributes, detached, below, makes_files, configured, sparse, separate,
)  # fmt: skip
RARE = {"many", "large", "heap", "without_filter", "merging", "submodule", "embedded", "index_only"}


def _chosen(
    rng: Random, changes: tuple[Callable[[State], None], ...], most: int
) -> list[Callable[[State], None]]:
    """Some of the changes; the rare ones seldom, since they hide what others do."""
    weights = [0.5 if change.__name__ in RARE else 1 for change in changes]
    found = rng.choices(changes, weights, k=rng.randint(0, most))
    return [change for n, change in enumerate(found) if change not in found[:n]]


def _changes(rng: Random) -> list[Callable[[State], None]]:
    """What is done to one tree: unfinished merges and submodules first, since they commit."""
    chosen = _chosen(rng, DIFFERING, 3) if rng.random() < 0.75 else []
    chosen += _chosen(rng, SAME, 2)
    if rng.random() < 0.4:
        chosen += _chosen(rng, SETUP, 2)
    if rng.random() < 0.03:
        return [
            no_commit,
            *(c for c in chosen if c in (untracked, untracked_odd, ignored, plan, below)),
        ]
    first = (configured, submodule, merging, sparse)
    chosen.sort(key=lambda change: first.index(change) if change in first else len(first))
    if separate in chosen:  # others write into `.git`
        chosen.remove(separate)
        chosen.append(separate)
    if sparse in chosen and (submodule in chosen or merging in chosen):
        chosen.remove(sparse)
    if without_filter in chosen:  # `git add` would stop
        git = (staged, renamed, merging, submodule, sparse, index_only, large, odd_content, deleted)
        chosen = [change for change in chosen if change not in git]
    if merging in chosen and (staged in chosen or renamed in chosen or intent in chosen):
        chosen = [change for change in chosen if change not in (staged, renamed, intent)]
    # What only the index holds has to stay so.
    if index_only in chosen:
        chosen = [
            c for c in chosen if c not in (staged, renamed, merging, intent, modified, deleted)
        ]
    return chosen


def make(
    template: Path, place: Path, seed: int, changes: Sequence[Callable[[State], None]] = ()
) -> State:
    """One state, in a copy of the template at ``place``/work, by these changes or some by chance."""
    rng = Random(seed)
    shutil.copytree(template, place / "work", symlinks=True)
    (place / "outside.txt").write_text(OUTSIDE)
    state = State(place / "work", rng)
    for change in changes or _changes(rng):
        state.done.append(change.__name__)
        change(state)
    if rng.random() < 0.6:
        state.git("update-index", "-q", "--refresh", check=False)
    return state


# Trees as values.


def files(root: Path) -> Iterator[tuple[str, Path]]:
    """All files and links below a folder; nothing below a `.git`, nor in another repository."""
    for place, folders, names in os.walk(root):
        at = Path(place)
        for name in list(folders):
            below_it = at / name
            if below_it.is_symlink():
                names.append(name)
            if name == ".git" or below_it.is_symlink() or (below_it / ".git").exists():
                folders.remove(name)
        for name in names:
            if name != ".git":
                yield (at / name).relative_to(root).as_posix(), at / name


def tree(root: Path, state: State) -> dict[str, Entry]:
    """What is in the files that count: neither the plan, nor run folders, nor what git ignores."""
    found = {}
    for name, place in files(root):
        if name == PLAN or RUN_FOLDER.match(name):
            continue
        if any(name == left_out or name.startswith(f"{left_out}/") for left_out in state.ignored):
            continue
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            found[name] = ("link", str(place.readlink()))
        elif stat.S_ISREG(status.st_mode):
            bit = "executable" if state.modes and status.st_mode & 0o100 else "file"
            found[name] = (bit, hashlib.sha256(place.read_bytes()).hexdigest())
    return found


def checkout(state: State, place: Path) -> None:
    """A clean checkout of the state's commit; an empty repository where there is none."""
    if state.unborn:
        place.mkdir()
        subprocess.run(["git", "init", "--quiet"], cwd=place, check=True)
    else:
        state.git("worktree", "add", "--quiet", "--force", "--detach", str(place), "HEAD")
        if state.part:
            Repository(place).git("sparse-checkout", "disable")


def left_out(state: State, committed: Mapping[str, Entry]) -> dict[str, Entry]:
    """The files that a sparse checkout does not have."""
    return {
        name: entry
        for name, entry in committed.items()
        if state.part and "/" in name and name.split("/")[0] not in state.part
    }
