"""The bundle of a run: its folder and its own files. ``run.json`` says ``running`` from the
beginning and is replaced when all else is written, so a run that was killed shows no end."""

import json
import os
import platform
import re
import shlex
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal

from ledger.errors import UnreadableInput, UsageError, has_written, why
from ledger.evidence.environment import MEMORY, NOT_TOLD, allowed
from ledger.git import files
from ledger.git.changes import Changes, changed_lines
from ledger.plan.text import counted, visible
from ledger.run.command import Command, shell_line
from ledger.run.model import CompletedRound, Exit, Repetition

State = Literal["running", "ended", "timeout", "interrupted"]

DEFAULT_FOLDER: Final = "reports/<item>/<STAMP>"
UNENDED: Final = "it was started, and its end was never written"
_VERSION: Final = 1
_STAMP: Final = "%Y%m%dT%H%M%SZ"
# e.g. "20260204T110000Z"
_STAMP_GIVEN: Final = re.compile(  # 20251015T201831Z
    r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?:[0-5]\d){2}Z"
)
_SECONDS_AHEAD: Final = 60
_VALUE: Final = re.compile(r"[\w.-]{1,80}")
_PLACEHOLDER: Final = re.compile(r"<([^<>/]*)>|\$\{?(\w+)\}?")  # <STAMP>, $STAMP, ${STAMP}
_OPEN: Final = re.compile(r"<[^<>/]*>|\$\{?\w+\}?|[*?{}\[\]$]|\.\.\.|…")
_LONGEST_FOLDER: Final = 500
_ALWAYS: Final = ("item", "stamp")  # values that every run has, whether or not a folder names them
PATCH: Final = "git_diff.patch"
SUMMARY: Final = "summary.md"
# What a brief's bundle may call them instead, such as `code_changes.diff`.
_CALLED: Final = {
    PATCH: re.compile(r".*\.(?:diff|patch)"),
    SUMMARY: re.compile(r".*summary.*\.md"),
    "pytest.log": re.compile(r".*\.log"),
    "output.log": re.compile(r"(?!.*pytest).*\.log"),
}
_MOST_NAMED: Final = 100  # changed files, in a summary


def folder_of(template: str, values: Mapping[str, str], below: str = "") -> str:
    """The folder that a template means: ``values`` are for its placeholders, by their names in
    lower case. Where it has no place for the ``stamp``, that is a folder below it; ``below`` is
    a folder in the one of the stamp.

    Raises UsageError for a value that is no plain name or that fills nothing, for what stays open
    and for what is too long.
    """
    for name, value in values.items():
        if value and not _VALUE.fullmatch(value):
            raise UsageError(
                "bad-name", f"--{name} {value[:80]!r}: expected letters, digits, . _ or -"
            )
    if below and not all(_VALUE.fullmatch(part) and part.strip(".") for part in below.split("/")):
        raise UsageError(
            "bad-name",
            f"--into {below[:80]!r}: expected names of letters, digits, . _ or -, with / between",
            "such as --into sprint1/parser; the folder of the stamp is before it",
        )
    if len(template) > _LONGEST_FOLDER:
        message = f"the folder for runs, {template[:80]}..., has {len(template)} characters"
        raise UsageError("bad-name", message, f"name one of at most {_LONGEST_FOLDER}")
    template = template.rstrip("/")
    names = [(match[1] or match[2]).lower() for match in _PLACEHOLDER.finditer(template)]
    path = _PLACEHOLDER.sub(
        lambda match: values.get((match[1] or match[2]).lower()) or match[0], template
    )
    if "stamp" not in names:
        path += f"/{values['stamp']}"
    for name, value in values.items():
        if value and name not in (*names, *_ALWAYS):
            message = f"--{name} {value}: the folder for runs, {template}, has no <{name}>"
            hint = f"leave it out, or name a folder below that one, as in --into {name}{value}"
            raise UsageError("fills-nothing", message, hint)
    still_open = _OPEN.search(path)
    if still_open:
        name = still_open[0].strip("<>${}").lower()
        message = f"the folder for runs, {template}, has {still_open[0]}, which nothing fills"
        hint = f"give --{name}" if name in values else "write the item's Artifacts Root out"
        raise UsageError("layout-open", message, hint)
    return f"{path}/{below}" if below else path


def make_folder(
    root: Path, template: str, values: Mapping[str, str], stamp: str, below: str = ""
) -> tuple[str, str]:
    """Make a new folder for a run, and its stamp: ``stamp`` or, where that is empty, this second's
    or one of the next ones, since a stamp is a name and no command waits for a free one. The folder
    is relative to ``root``; ``below`` names one in the folder of the stamp, which may be there.

    Raises UsageError for a stamp that is none, for the folder of another run and for one that
    leads out of ``root``, and UnreadableInput where the disk does not take it.
    """
    if stamp and not _STAMP_GIVEN.fullmatch(stamp):
        message = f"--stamp {stamp[:80]!r}: expected a time in UTC"
        raise UsageError("bad-stamp", message, "such as 20251015T201831Z")
    path = ""
    for name in [stamp] if stamp else _stamps():
        path = folder_of(template, {**values, "stamp": name}, below.rstrip("/"))
        try:
            if _is_made(files.confine(root, path), may_be_empty=bool(stamp)):
                return path, name
        except OSError as error:
            message = f"{path}: cannot be made: {why(error)}"
            raise UnreadableInput("cannot-write", message) from error
    raise UsageError("run-exists", f"{path}: there is a run already", "give another --stamp")


def _stamps() -> Iterator[str]:
    now = int(time.time())
    for second in range(now, now + _SECONDS_AHEAD):
        yield time.strftime(_STAMP, time.gmtime(second))


def _is_made(place: Path, *, may_be_empty: bool) -> bool:
    """Make a folder; false where it is another run's, which a folder that is there is unless it
    has nothing but folders in it, of the runs of sprints say, and ``may_be_empty``."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.mkdir()  # of two that try one succeeds
    except FileExistsError:
        inside = place.iterdir() if place.is_dir() else [place]
        return may_be_empty and all(path.is_dir() for path in inside)
    return True


class Bundle:
    """A bundle while it is made. ``path`` is its folder relative to ``root``, the repository's top,
    ``place`` the same from the root of the file system; ``state`` and ``reason`` are what it claims
    of itself, ``rounds`` those that came to their end, ``preflight`` what was printed before them,
    ``running`` the command whose turn it is, ``variables`` what it keeps of the environment beside
    what is always kept, ``wanted`` the files that have to lie in it, as a brief calls them, and
    ``keep`` those that may stay although others say the same. ``notes`` is what is to be known of
    it, each in one line. All that writes raises OSError."""

    def __init__(
        self,
        root: Path,
        path: str,
        *,
        stamp: str,
        item: str,
        command: Command,
        repetition: Repetition,
        variables: Collection[str] = (),
        wanted: Collection[str] = (),
    ) -> None:
        self.variables, self.wanted = variables, wanted
        self.keep: Collection[str] = ()
        self.notes: list[str] = []
        self.path, self.place, self.stamp = path, root / path, stamp
        self.item, self.command, self.repetition = item, command, repetition
        self.planned = repetition.planned
        self.preflight: tuple[str, ...] = ()
        self.running = repetition.preflight or command.words
        self.root = root
        self.started = time.time()
        self.state: State = "running"
        self.reason = UNENDED
        self.changes: Changes | None = None
        self.rounds: list[CompletedRound] = []

    def name_of(self, file: str) -> str:
        """What a file is called here: as the brief has it, where that is clear."""
        called = [path for path in self.wanted if _CALLED[file].fullmatch(path)]
        return called[0] if len(called) == 1 else file

    def drop(self, place: Path) -> None:
        """Remove a file that says nothing that others do not, unless it is to be kept."""
        if not any(fnmatchcase(place.name, path) for path in (*self.wanted, *self.keep)):
            place.unlink()

    @property
    def log_name(self) -> str:
        """The name of its log."""
        return self.name_of("pytest.log" if self.command.is_pytest else "output.log")

    @property
    def no_try(self) -> str:
        """Why nothing was tried; empty where something was."""
        return self.rounds[0].no_try if self.rounds else ""

    @property
    def is_repeated(self) -> bool:
        """Whether it has rounds, each in a folder of its own."""
        return self.planned > 1

    def round_place(self, number: int) -> Path:
        """Where the outputs of a round go."""
        return self.place / "rounds" / str(number) if self.is_repeated else self.place

    def begin_round(self, number: int) -> Path:
        """Make the folder of a round, with its first claim."""
        place = self.round_place(number)
        if self.is_repeated:
            place.mkdir(parents=True)
            self._write_claim(place, ("running", UNENDED), 1, [])
        return place

    def end_round(self, ended: CompletedRound) -> None:
        """Write what a round came to, and that it is one more."""
        self.rounds.append(ended)
        if self.is_repeated:
            self._write_claim(self.round_place(ended.number), self._state(ended), 1, [ended])
            self.write_claim()

    def interrupt(self, reason: str) -> None:
        """Note that something ended it from outside."""
        self.state, self.reason = "interrupted", reason

    def end(self) -> None:
        """Write what it came to, the claim last."""
        if self.state == "running":
            last = self.rounds[-1]
            self.state, self.reason = ("ended", "") if self.is_repeated else self._state(last)
        self._write_summary()
        self.write_claim()
        has_written()

    def _state(self, ended: CompletedRound) -> tuple[State, str]:
        if ended.exit.cut == "timeout":
            return "timeout", f"it took longer than {self.command.timeout_s:g} s"
        return "ended", ""

    def write_claim(self) -> None:
        """Write what is known by now of the whole run."""
        self._write_claim(self.place, (self.state, self.reason), self.planned, self.rounds)

    def _write_claim(
        self, place: Path, state: tuple[State, str], planned: int, rounds: Sequence[CompletedRound]
    ) -> None:
        """Replace ``run.json`` in ``place``; a reader finds the old one or the new one."""
        claim: dict[str, Any] = {
            "ledger_run": _VERSION,
            "state": state[0],
            "reason": state[1],
            "item": self.item,
            "stamp": self.stamp,
            "started": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.started)),
            "commit": self.changes.commit if self.changes else None,
            "dirty": bool(self.changes.paths) if self.changes else None,
            "is_pytest": self.command.is_pytest,
            "rounds": {
                "planned": planned,
                "run": len(rounds),
                "passes": sum(ended.passed for ended in rounds),
                "first_try_passes": sum(ended.passed and not ended.retried for ended in rounds),
                "retried": [word for ended in rounds for word in ended.retried],
            },
        }
        if planned == 1 and rounds:
            exit_ = rounds[-1].exit
            claim |= {
                "exit_code": exit_.code,
                "wall_s": round(exit_.wall_s, 3),
                "user_s": round(exit_.user_s, 3),
                "system_s": round(exit_.system_s, 3),
                "peak_rss_bytes": exit_.peak_rss_bytes,
                "left_behind": exit_.left,
                "log_bytes": exit_.log_bytes,
                "log_left_out": exit_.log_left_out,
            }
        temporary = place / ".run.json.tmp"
        temporary.unlink(missing_ok=True)  # what the command may have put there
        try:
            with temporary.open("x", encoding="ascii") as file:
                file.write(json.dumps(claim, indent=2) + "\n")
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(place / "run.json")
        finally:
            temporary.unlink(missing_ok=True)

    def write_beginning(self) -> None:
        """``commands.txt``, where and what as a shell would run it, and ``environment.txt``: what
        is known to say something about results and nothing secret."""
        numbers = self.repetition.numbers
        words = [self.command.within(self.round_place(number)) for number in numbers]
        below = os.path.relpath(Path.cwd(), self.root)
        lines = [
            f"# {self.item}, captured by `ledger run`",
            *([f"cd {shlex.quote(below)}"] if below != "." else []),
            *dict.fromkeys(map(shell_line, words)),
        ]
        _write(self.place / "commands.txt", lines)
        own = self.command.words
        if not self.command.is_pytest and len(words[0]) > len(own):
            added = shell_line([word for word in words[0] if word not in own])
            self.notes.append(f"for a report of each test the command was given {added}")
        system = {
            "SYSTEM": platform.system(),
            "KERNEL": platform.release(),
            "MACHINE": platform.machine(),
            "CPU_COUNT": str(os.cpu_count() or ""),
        }
        variables = {**allowed(os.environ.items(), self.variables), **allowed(system.items())}
        assignments = [f"{name}={value}" for name, value in sorted(variables.items())]
        _write(self.place / "environment.txt", assignments)

    def _write_summary(self) -> None:
        """``summary.md``: what it was and what it came to, for people."""
        line = shell_line(self.command.words).replace("`", "'")
        facts = [
            ("Command", f"`{line}`"),
            ("Started", f"{shown_time(self.started)} UTC"),
            *self._provenance(),
        ]
        if self.state == "interrupted":
            facts.append(("Not complete", self.reason))
        if self.no_try:
            facts.append(("Not tried", self.no_try))
        if self.is_repeated:
            facts.append(("Rounds", f"{len(self.rounds)} of {self.planned} run (`rounds.md`)"))
        elif self.rounds:
            facts += _facts(self.rounds[-1])
        lines = [f"- {name}: {value}" for name, value in facts if value]
        _write_unless_there(
            self.place / self.name_of(SUMMARY), [f"# {self.item}, {self.stamp}", "", *lines]
        )

    def _provenance(self) -> Iterator[tuple[str, str]]:
        """The commit, and what differed from it: files with lines, and what the patch lacks."""
        if self.changes is None:
            yield "Commit", "none"
            return
        differed, patch = len(self.changes.paths), self.name_of(PATCH)
        files = f"; {counted(differed, 'file')} differed (`{patch}`)" if differed else ""
        yield "Commit", (self.changes.commit or "none") + files
        lines = changed_lines(self.place / patch) if differed else {}
        left_out = self.changes.left_out
        inside = [path for path in self.changes.paths if path not in left_out]
        for path in inside[:_MOST_NAMED]:
            yield "Changed", f"`{visible(path)}` {lines.get(path, '')}".rstrip()
        if len(inside) > _MOST_NAMED:
            yield "Changed", f"in the patch, {len(inside) - _MOST_NAMED} more"
        for path, reason in left_out.items():
            yield "Changed", f"`{visible(path)}` not in the patch: {reason}"


def shown_time(at: float) -> str:
    """A time in seconds since 1970, in UTC, for people."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))


def write_exit(place: Path, words: Sequence[str], ended: Exit) -> None:
    """``exit_code.txt``, and ``time.txt`` as ``/usr/bin/time -v`` writes it. There the time of
    processors and the memory are those of the command and of what it waited for."""
    minutes, seconds = divmod(ended.wall_s, 60)
    hours, minutes = divmod(int(minutes), 60)
    clock = f"{hours}:{minutes:02}:{int(seconds):02}" if hours else f"{minutes}:{seconds:05.2f}"
    busy = ended.user_s + ended.system_s
    peak = ended.peak_rss_bytes
    is_signal = 128 < ended.code < 128 + 65
    lines = [
        *([f"Command terminated by signal {ended.code - 128}"] if is_signal else []),
        f'\tCommand being timed: "{shell_line(words)}"',
        f"\tUser time (seconds): {ended.user_s:.2f}",
        f"\tSystem time (seconds): {ended.system_s:.2f}",
        f"\tPercent of CPU this job got: {int(100 * busy / max(ended.wall_s, 1e-3))}%",
        f"\tElapsed (wall clock) time (h:mm:ss or m:ss): {clock}",
        f"\t{MEMORY}: {NOT_TOLD if peak is None else peak // 1024}",
        f"\tExit status: {0 if is_signal else ended.code}",
    ]
    _write_unless_there(place / "time.txt", lines)
    (place / "exit_code.txt").unlink(missing_ok=True)  # what the command may have put there
    _write(place / "exit_code.txt", [str(ended.code)])


def _facts(ended: CompletedRound) -> list[tuple[str, str]]:
    """Names and values of what one round came to; an empty value is not worth a line."""
    last, retried = ended.exit, ended.retried
    peak = last.peak_rss_bytes
    memory = "too little to be measured" if peak is None else f"{peak / (1 << 20):.1f} MiB"
    left = "1 process" if last.left == 1 else f"{last.left} processes"
    kept = f"; {last.kept} could not be ended" if last.kept else ""
    left_out = f"{last.log_left_out} of {last.log_bytes} bytes left out"
    return [
        ("Ended", f"{ended.word}, after {last.wall_s:.2f} s"),
        ("Earlier tries", f"{', '.join(retried)} (`retried/`)" if retried else ""),
        ("Processor time", f"{last.user_s:.2f} s user, {last.system_s:.2f} s system"),
        ("Peak memory of its largest process", memory),
        ("Output", left_out if last.log_left_out else ""),
        ("Left behind", f"{left}, ended by `ledger run`{kept}" if last.left else ""),
    ]


def _write_unless_there(place: Path, lines: Sequence[str]) -> None:
    """Write a file, or leave the one that the command put there, as ``time -o`` does."""
    if not os.path.lexists(place):
        _write(place, lines)


def _write(place: Path, lines: Sequence[str]) -> None:
    with place.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
