"""One call of the system that fails, in everything that writes: the old file or the new one.

``python -m tests.campaigns.faults --seed 1`` runs each command once to learn which calls of the
system it makes (open, read, write, fsync, rename, link, unlink, mkdir, stat, close, flock, ...),
and then again and again, each time with one of them failing once, as a disk that is broken, full or
closed to us does: EIO, ENOSPC, EACCES. ``--most`` is how many calls of each kind are failed in a
command. It asks that

- the files are the old ones or the new ones, byte for byte, and never one of each;
- the exit code is 0 (of ``run``: that of the command) exactly where they are the new ones;
- git sees no file that was not there before, but for the lock and the journal, whose own calls may
  be what failed: the next command takes them away;
- what is said is no defect of ledger.

With ``--strace`` the calls of the operating system fail instead, in a process of its own: those of
the program itself, and those of each git that it starts, as far as they have to do with the repository.

The exit code of the campaign is 1 if one did not hold.
"""

from __future__ import annotations

import argparse
import builtins
import errno
import fcntl
import io
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ledger import merge_driver
from tests.support.commands import Done, call, captured
from tests.support.repository import Repository

CALLS = (
    "open", "read", "write", "fsync", "replace", "rename", "link", "unlink", "remove", "mkdir", "rmdir", "stat", "lstat",
    "fstat", "close", "listdir", "scandir", "readlink", "access", "chmod", "fchmod", "fchown", "truncate", "ftruncate", "utime",
)  # fmt: skip
NUMBERS = (errno.EIO, errno.ENOSPC, errno.EACCES)
# How programs are started is no business of the disk's.
_ASIDE = ("subprocess", "selectors", "threading", "importlib", "_pytest", "tests", "psutil")
RUN = "reports/parser-speed/phase_b/20251102T091500Z"
ITEM = "PARSE-SPEED-001"
# What the clock says; and a git that cannot read HEAD takes every file for changed, without a word.
_TIMES = re.compile(rb"runtime [\d.]+ s|peak memory [\d.]+ MiB|\d\d:\d\dZ?|(?<=`) \(dirty\)")
_CALL = re.compile(r"(\d+) +(\w+)\(")  # `4711  openat(AT_FDCWD, ...`
GIT = shutil.which("git") or "git"
PLANS = (
    "docs/fix_plan.md",
    "docs/fix_plan_archive.md",
    "ours.md",
    ".gitattributes",
    "plans/tasks.md",
)


DRIVER = "merge-driver"
COMMANDS: dict[str, tuple[str, ...]] = {
    "append": ("append", ITEM, RUN, "--again", "--complete", "2"),
    "run": ("run", ITEM, "--stamp", "20251103T101112Z", "--", "true"),
    "archive": ("archive", ITEM, "--keep", "1"),
    "doctor": ("doctor", "--fix", "--yes"),
    DRIVER: ("base.md", "ours.md", "theirs.md"),
    "close": ("close", "DOCS-TOUR-002", "--because", "it is written"),
    "claim": ("claim", ITEM, "--as", "w1"),
}


def performed(command: str, at: Path) -> Done:
    """Run one of them in this process."""
    words = COMMANDS[command]
    if command == DRIVER:  # on two files that both added to the plan
        return captured(at, lambda: merge_driver.main(words))
    return call(at, *words)


@dataclass
class Fault:
    """The call ``name`` that fails the ``at``-th time (never where that is 0) with ``number``."""

    name: str
    at: int
    number: int = errno.EIO
    seen: int = 0

    def meet(self) -> None:
        """Count one call, and fail it if it is its turn."""
        self.seen += 1
        if self.seen == self.at:
            raise OSError(self.number, os.strerror(self.number))


def _caller() -> str:
    """The module that called the system. A stack of contexts calls for whoever made it: subprocess
    has one close its pipes, and would leave a program that it has just started to nobody."""
    frame = sys._getframe(2)
    while frame.f_back and frame.f_globals.get("__name__") == "contextlib":
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", ""))


@contextmanager
def failing(fault: Fault) -> Iterator[None]:
    """Have the call fail while it is open."""
    owner: Any = fcntl if fault.name == "flock" else os
    places = [(owner, fault.name)]
    if fault.name == "open":
        places += [(builtins, "open"), (io, "open")]
    before = [getattr(place, name) for place, name in places]

    def patched(real: Callable[..., object]) -> Callable[..., object]:
        def called(*given: Any, **named: Any) -> object:
            if not _caller().startswith(_ASIDE):
                fault.meet()
            return real(*given, **named)

        return called

    for (place, name), real in zip(places, before, strict=True):
        setattr(place, name, patched(real))
    try:
        yield
    finally:
        for (place, name), real in zip(places, before, strict=True):
            setattr(place, name, real)


@dataclass
class Outcome:
    """How many faults were met with what end, and what did not hold."""

    met: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Campaign:
    """Commands in copies of one repository below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start = Repository.create(folder / "start")
        plan = self.start.ledger.read_bytes()
        line = b"  * [2025-11-03] Attempt #3 \xe2\x80\x94 Result: success. "
        at = plan.index(b"- Next Actions:")
        ours, theirs = line + b"Ours.\n", line + b"Theirs.\n"
        for name, said in (("base.md", b""), ("ours.md.ours", ours), ("theirs.md", theirs)):
            self.start.write(name, plan[:at] + said + plan[at:])
        # As the shell line of `--install` leaves it: merged as text.
        names = "ours.md.ours", "base.md", "theirs.md"
        labels = ("-L", "ours", "-L", "base", "-L", "theirs")
        text = self.start.git("merge-file", "-p", *labels, *names, check=False)
        self.start.write("ours.md", f"{text}\n".encode())
        self.start.ledger.write_bytes(plan + "- Notes: itâ€™s slow\n".encode())
        self.start.write(".gitignore", b"ignored\n")
        self.start.commit("Three versions")
        self.copies = 0

    def copy(self) -> Repository:
        """The repository as it was at the start."""
        self.copies += 1
        place = self.folder / "work"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.start.path, place, symlinks=True)
        return Repository(place)

    def judge(self, command: str, most: int, chance: random.Random, outcome: Outcome) -> None:
        """Fail calls of one command, at most so many of each kind."""
        done, old, new, seen = self._learned(command)
        for name, count in seen.items():
            for at in sorted(chance.sample(range(1, count + 1), min(most, count))):
                fault = Fault(name, at, chance.choice(NUMBERS))
                repo = self.copy()
                with failing(fault):
                    ended = performed(command, repo.path)
                self._compare(repo, (command, fault), (done, old, new), ended, outcome)

    def judge_traced(
        self, command: str, most: int, chance: random.Random, outcome: Outcome
    ) -> None:
        """Fail at most so many calls of the process of one command, and as many of each git."""
        old, log = files(self.copy()), self.folder / "calls"
        watch = ("-f", "-y", "-e", "trace=%file,%desc", "-o", str(log))
        done = self._traced(command, watch)
        assert done.code == 0, f"{command}: {done.err}"
        new = files(Repository(self.folder / "work"))
        for is_git, points in enumerate(calls(log, self.folder / "work")):
            for name, at in sorted(chance.sample(points, min(most, len(points)))):
                fault = Fault(name, at, chance.choice(NUMBERS))
                error = f"error={errno.errorcode[fault.number]}:when={at}"
                options = "-f", "--seccomp-bpf", "-o", os.devnull  # stops at these calls alone
                inject = (*options, "-e", f"trace={name}", "-e", f"inject={name}:{error}")
                repo = self.copy()
                if is_git:
                    ended = self._traced(command, (), self._failing_git(inject))
                else:
                    ended = self._traced(command, inject)
                self._compare(repo, (command, fault), (done, old, new), ended, outcome)

    def _traced(
        self,
        command: str,
        options: Sequence[str],
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> Done:
        """Run a command in a process, under strace where there are ``options`` for it."""
        program = "merge_driver" if command == DRIVER else "cli"
        words = [sys.executable, "-P", "-c", f"from ledger.{program} import run; run()"]
        if options:
            words = ["strace", *options, "--", *words]
        done = subprocess.run(
            [*words, *COMMANDS[command]],
            cwd=self.folder / "work",
            env={**os.environ, "PYTHONHASHSEED": "0", **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))

    def _failing_git(self, options: Sequence[str]) -> dict[str, str]:
        """The variables with which git runs under strace."""
        place = self.folder / "bin" / "git"
        place.parent.mkdir(exist_ok=True)
        place.write_text(f'#!/bin/sh\nexec {shlex.join(["strace", *options, "--", GIT])} "$@"\n')
        place.chmod(0o755)
        return {"PATH": f"{place.parent}:{os.environ['PATH']}"}

    def _learned(
        self, command: str
    ) -> tuple[Done, dict[str, bytes], dict[str, bytes], dict[str, int]]:
        """How it ends without a fault, its files before and behind it, and its calls."""
        seen = {}
        old = files(self.copy())
        for name in (*CALLS, "flock"):
            repo = self.copy()
            with failing(fault := Fault(name, 0)):
                done = performed(command, repo.path)
            seen[name] = fault.seen
        assert done.code == 0, f"{command}: {done.err}"
        return done, old, files(repo), {name: count for name, count in seen.items() if count}

    def _compare(
        self,
        repo: Repository,
        what: tuple[str, Fault],
        meant: tuple[Done, dict[str, bytes], dict[str, bytes]],
        ended: Done,
        outcome: Outcome,
    ) -> None:
        command, fault = what
        _, old, new = meant
        left = files(repo)
        end = "new" if left == new else "old" if left == old else "other"
        outcome.met[f"{end}, exit code {ended.code}"] += 1
        faults = []
        if end == "other":
            names = [
                name
                for name in {*old, *left, *new}
                if left.get(name) not in (old.get(name), new.get(name))
            ]
            faults.append(f"neither the old nor the new: {names or 'one of each'}")
        # The exit code of doctor is about all that it looked at, too.
        is_told = ended.code != 0 if end == "old" else ended.code == 0 or command == "doctor"
        if not is_told and old != new:
            faults.append(f"exit code {ended.code} with the {end}")
        if "defect of ledger" in ended.err:
            faults.append("a defect")
        stray = [
            line[3:]
            for line in repo.git("status", "--porcelain", "--untracked-files=all").splitlines()
            if line.startswith("?? ")
            and not line.endswith((".lock", "-journal"))
            and not line[3:].startswith(("reports/", *PLANS))
        ]
        if stray:
            faults.append(f"left behind: {stray}")
        for one in faults:
            number = errno.errorcode[fault.number]
            outcome.faults.append(
                f"{command}: {fault.name} {fault.at} {number}: {one}: {ended.err[-300:]!r}"
            )


def calls(log: Path, place: Path) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The calls in a log of strace that have to do with ``place``, each as its name and how often
    the process had made it: those of the first process, and those of the programs it started."""
    made: dict[str, Counter[str]] = {}
    found: tuple[dict[tuple[str, int], None], ...] = ({}, {})
    for line in log.read_text("utf-8", "replace").splitlines():
        known = _CALL.match(line)
        if known is None:
            continue
        process, name = known.groups()
        if name == "execve":  # another program counts anew
            made[process] = Counter()
            continue
        counts = made.setdefault(process, Counter())
        counts[name] += 1
        elsewhere = f'AT_FDCWD<{place}>, "/'  # an absolute path, which has nothing to do with it
        if str(place) in line.replace(elsewhere, '"/'):
            found[process != next(iter(made))][name, counts[name]] = None
    own, others = found
    return [*own], [*others]


def files(repo: Repository) -> dict[str, bytes]:
    """What a command may write, by name, without what the clock says."""
    places = {name: repo.path / name for name in PLANS}
    return {
        name: _TIMES.sub(b"", place.read_bytes())
        for name, place in places.items()
        if place.is_file()
    }


def run(commands: list[str], most: int, seed: int, *, is_traced: bool = False) -> Outcome:
    """Fail at most so many calls of each kind in each of the commands."""
    outcome, chance = Outcome(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(Path(folder))
        for command in commands:
            judge = campaign.judge_traced if is_traced else campaign.judge
            judge(command, most, chance, outcome)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--strace", action="store_true")
    parser.add_argument("--command", action="append", choices=[*COMMANDS])
    options = parser.parse_args()
    started = time.monotonic()
    commands = options.command or [*COMMANDS]
    outcome = run(commands, options.most, options.seed, is_traced=options.strace)
    print(
        f"{sum(outcome.met.values())} faults, {time.monotonic() - started:.0f} s: {dict(outcome.met)}"
    )
    print(*outcome.faults, sep="\n")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
