"""The files of a bundle but for its log and its claim."""

from __future__ import annotations

import os
import shlex
import time

from ledger.evidence.kept import MEMORY, NOT_TOLD, allowed, without_secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.run.results import Ended, Ran


def line_of(command: Sequence[str]) -> str:
    """A command as one would type it in bash, in one line, without the values of secrets."""
    return without_secrets(" ".join(_quoted(word) for word in command))


def _quoted(word: str) -> str:
    if word.isprintable():
        return shlex.quote(word)
    escaped = word.encode("utf-8", "surrogateescape").decode("latin-1").encode("unicode_escape")
    return "$'" + escaped.decode("ascii").replace("'", "\\'") + "'"


def shown_time(at: float) -> str:
    """A time in seconds since 1970, in UTC, for people."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))


def write_commands(folder: str, item: str, below: str, commands: Sequence[str]) -> None:
    """``commands.txt``: where and what, as a shell would run it."""
    lines = [f"# {item}, captured by `ledger run`"]
    if below != ".":
        lines.append(f"cd {shlex.quote(below)}")
    _write(os.path.join(folder, "commands.txt"), "\n".join([*lines, *commands]) + "\n")


def write_environment(folder: str) -> None:
    """``environment.txt``: what is known to say something about results and nothing secret."""
    system = os.uname()
    told = {
        "SYSTEM": system.sysname,
        "KERNEL": system.release,
        "MACHINE": system.machine,
        "CPU_COUNT": str(os.cpu_count() or ""),
    }
    found = {**allowed(os.environ.items()), **allowed(told.items())}
    lines = [f"{name}={value}\n" for name, value in sorted(found.items())]
    _write(os.path.join(folder, "environment.txt"), "".join(lines))


def write_end(folder: str, command: str, code: int, ended: Ended) -> None:
    """``exit_code.txt``, and ``time.txt`` as ``/usr/bin/time -v`` writes it. There the time of
    processors and the memory are those of the command and of what it waited for."""
    minutes, seconds = divmod(ended.wall_s, 60)
    hours, minutes = divmod(int(minutes), 60)
    clock = f"{hours}:{minutes:02}:{int(seconds):02}" if hours else f"{minutes}:{seconds:05.2f}"
    busy = ended.user_s + ended.system_s
    lines = [f"Command terminated by signal {code - 128}"] if 128 < code < 128 + 65 else []
    lines += [
        f'\tCommand being timed: "{command}"',
        f"\tUser time (seconds): {ended.user_s:.2f}",
        f"\tSystem time (seconds): {ended.system_s:.2f}",
        f"\tPercent of CPU this job got: {int(100 * busy / max(ended.wall_s, 1e-3))}%",
        f"\tElapsed (wall clock) time (h:mm:ss or m:ss): {clock}",
    ]
    peak = ended.peak_rss_bytes
    lines.append(f"\t{MEMORY}: {NOT_TOLD if peak is None else peak // 1024}")
    lines.append(f"\tExit status: {0 if lines[0].startswith('Command') else code}")
    _write(os.path.join(folder, "time.txt"), "\n".join(lines) + "\n")
    _write(os.path.join(folder, "exit_code.txt"), f"{code}\n")


def write_summary(folder: str, told: Sequence[tuple[str, str]], heading: str) -> None:
    """``summary.md``: names and values, for people."""
    lines = [f"- {name}: {value}" for name, value in told if value]
    _write(os.path.join(folder, "summary.md"), "\n".join([f"# {heading}", "", *lines]) + "\n")


def summary_of(ran: Ran) -> list[tuple[str, str]]:
    """What one execution came to."""
    ended, retried = ran.ended, ran.retried
    peak = ended.peak_rss_bytes
    memory = "too little to be told" if peak is None else f"{peak / (1 << 20):.1f} MiB"
    left = "1 process" if ended.left == 1 else f"{ended.left} processes"
    kept = f"; {ended.kept} could not be ended" if ended.kept else ""
    return [
        ("Ended", f"{ran.word}, after {ended.wall_s:.2f} s"),
        ("Earlier tries", f"{', '.join(retried)} (`retried/`)" if retried else ""),
        ("Processor time", f"{ended.user_s:.2f} s user, {ended.system_s:.2f} s system"),
        ("Peak memory of its largest process", memory),
        ("Output", f"{ran.left_out} of {ran.log_bytes} bytes left out" if ran.left_out else ""),
        ("Left behind", f"{left}, ended by `ledger run`{kept}" if ended.left else ""),
    ]


def _write(place: str, text: str) -> None:
    with open(place, "x", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(text)
