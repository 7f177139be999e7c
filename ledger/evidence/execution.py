"""How a run was executed: exit code, GNU time, command line, and ``ledger run``'s own claim."""

import json
import posixpath
import re
import shlex
import signal
from collections.abc import Iterable
from typing import Any

from ledger.errors import UnreadableInput
from ledger.evidence.environment import MEMORY, NOT_TOLD
from ledger.evidence.log_lines import PREFIX, plain_lines
from ledger.evidence.model import Completeness, Repeats
from ledger.evidence.part import Part, decode, file_name, is_log_with
from ledger.plan import secrets
from ledger.plan.text import one_line

# Exit codes: ``echo $? > exit_code.txt``

_EXIT_NAME = re.compile(r"exit[-_ ]?(code|status)")
# Words that name a file where a code is all that it holds: `tests.rc`, `returncode`, `exit.txt`
_OTHER_NAMES = frozenset("rc exit exitcode retcode returncode retval ret status ec".split())
# `0`, `exit code: 1`, `pytest_exit_status=124`, `rc 2`, `exited with code 3`, `return code = 1`
# e.g. "exit code: 3"
_CODE = re.compile(
    r"(?:(?:[a-z_]+[ _])?exit(?:ed with)?(?:[ _]?(?:code|status))?|rc|status|ret(?:urn)?[ _]?code|"
    r"exited with code)?[ \t]*[:=]?[ \t]*([+-]?\d{1,10})",
    re.IGNORECASE,
)
# What CI and package managers write: `##[error]Process completed with exit code 1.`, `ERROR: Job
# failed: exit code 1`, `ELIFECYCLE  Command failed with exit code 1.`; near the end of a log only
# also `exit code: 1`, `EXIT=1`, `rc=0`, `exit status 1`, `Exited with code 1`
# e.g. "Process completed with exit code 1"
_COMPLETED = re.compile(
    r"(?:Process completed with|Job failed:|Command failed with|Exited with) "
    r"(?:exit )?(?:code|status) (?:exit status )?(\d{1,10})\b",
    re.IGNORECASE,
)
# e.g. "pytest exit code: 3"
_LAST_LINE = re.compile(
    r"(?:[a-z_]+[ _])?(?:exit[ _]?(?:code|status)?|rc|return[ _]?code)(?:[ \t]*[:=][ \t]*| )"
    r"(\d{1,10})\.?",
    re.IGNORECASE,
)
_LAST = 5  # lines
_TAIL = 1 << 16  # bytes
_EXIT_SUFFIXES = (".txt", ".log", ".out", ".code", ".status")
# An NTSTATUS of severity "error" and of Windows itself, as it reports a crash.
_STATUS_FAILURES = range(0xC0000000, 0xD0000000)


def is_exit_code(name: str, sample: bytes) -> bool:
    """A small file named after an exit code or status."""
    last = file_name(name)
    if len(sample) > 4096:
        return False
    if _EXIT_NAME.search(last) or last in ("rc", "rc.txt"):
        return "." not in last or last.endswith(_EXIT_SUFFIXES)
    is_named = not _OTHER_NAMES.isdisjoint(re.split(r"[-_. ]", last))
    return is_named and _CODE.fullmatch(decode(sample).strip()) is not None


def read_exit_code(data: bytes, name: str) -> tuple[Part, ...]:
    """The code, and whether it means a timeout or a signal. An empty file says nothing."""
    lines = list(filter(None, map(str.strip, decode(data).replace("\r", "\n").split("\n"))))
    if not lines:
        return (Part("exit-code", name, warnings=("the exit-code file is empty",)),)
    codes = {int(match[1]) for line in lines if (match := _CODE.fullmatch(line))}
    if len(codes) != 1:
        warning = f"expected one exit code, found {' '.join(lines)[:40]!r}"
        return (Part("exit-code", name, warnings=(warning,)),)
    code = codes.pop()
    state, reason = meaning(code)
    return (Part("exit-code", name, exit_code=code, completeness=state, reason=reason),)


def is_log_end(name: str, sample: bytes) -> bool:
    """A log with words in it that mention an exit code."""
    return is_log_with(name, sample.lower(), ("exit", "rc=", "return code", "returncode"))


def read_log_end(data: bytes, name: str) -> tuple[Part, ...]:
    """The last exit code that a shell, CI or a package manager wrote into a log."""
    lines = list(filter(None, map(str.strip, plain_lines(decode(data[-_TAIL:])))))
    matches = [match for line in lines if (match := _COMPLETED.search(line))]
    for line in lines[-_LAST:] if _MARK not in decode(data[-_TAIL:]) else ():  # time's own line
        bare = PREFIX.sub("", line, count=1).strip("[]() ")
        matches += filter(None, [_LAST_LINE.fullmatch(bare)])
    return (Part("log-exit-code", name, exit_code=int(matches[-1][1])),) if matches else ()


def meaning(code: int) -> tuple[Completeness | None, str]:
    """What an exit code says by itself.

    124 is ``timeout(1)``'s. 128+n is a shell's word for death by signal n, a negative number
    Python's; an interrupt (SIGINT) was somebody's wish, every other signal is a crash. From
    0xC0000000 on it is how Windows names a crash. Other codes say nothing about how far the
    run came: (None, "").
    """
    if code == 124:
        return "timeout", "exit code 124: stopped by timeout"
    number = code - 128 if 128 < code < 128 + 65 else -code if -65 < code < 0 else 0
    if number:
        try:
            name = signal.Signals(number).name
        except ValueError:
            return None, ""
        if name == "SIGINT":
            return "incomplete", f"exit code {code}: interrupted (SIGINT)"
        return "crashed", f"exit code {code}: ended by {name}"
    status = code & 0xFFFFFFFF  # some print it signed
    if status in _STATUS_FAILURES:
        return "crashed", f"exit code {code}: ended by Windows status 0x{status:08X}"
    return None, ""


# GNU time: the report of ``/usr/bin/time -v``, by itself or at the end of a log, and bash's

_MARK = "Command being timed:"
_TIME_SUFFIXES = (".txt", ".log", ".out", ".err", ".stderr", ".time")
# `real	0m1.234s`, `user	0m0.900s`, `sys	0m0.100s`: of bash, and with bare seconds of `time -p`
# e.g. "real\t0m1.234s\nuser\t0m0.900s\nsys\t0m0.100s\n"
_OF_SHELL = re.compile(
    r"^real\s+(?:(?:(?P<h>\d{1,4})h)?(?P<m>\d{1,6})m)?(?P<s>\d{1,9}[.,]\d{1,9})s?\s+"
    r"user\s+\S{1,20}\s+sys\s+\S{1,20}\s*$",
    re.MULTILINE,
)
# `1:02:03` or `27:41.20`
_ELAPSED = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
# `Command terminated by signal 11`
_SIGNAL = re.compile(r"Command terminated by signal (\d+)")


def is_time(name: str, sample: bytes) -> bool:
    """Text with time's first line in it."""
    text = sample.replace(b"\0", b"")
    is_time = _MARK.encode() in text or (b"\nuser" in text and b"\nsys" in text)
    return file_name(name).endswith(_TIME_SUFFIXES) and is_time


def read_time(data: bytes, name: str) -> tuple[Part, ...]:
    """The last report in the file: command, wall time, peak memory, CPU share, exit status; of
    the shell's the wall time."""
    text = decode(data)
    start = text.rfind(_MARK)
    if start < 0:
        return _shell_time(text, name)
    before = text[max(0, start - 200) : start]
    first, *lines = text[start:].split("\n", 40)[:40]
    command = re.sub(r'\A"(.*)"\Z', r"\1", first.partition(":")[2].strip())
    pairs = (line.strip().rpartition(": ") for line in lines)
    figures = {key: value.strip() for key, amount, value in pairs if amount}
    exit_code = _whole(figures.get("Exit status"))
    killed = _SIGNAL.search(before)
    if killed:
        exit_code = 128 + int(killed[1])
    rss = _whole(figures.get(MEMORY))
    elapsed = _elapsed(figures.get("Elapsed (wall clock) time (h:mm:ss or m:ss)"))
    has_memory = rss is not None or figures.get(MEMORY) == NOT_TOLD
    measured = {"elapsed time": elapsed is not None, "peak memory": has_memory}
    missing = [what for what, is_there in measured.items() if not is_there]
    warnings = (f"the report of time has no {' and no '.join(missing)}",) if missing else ()
    part = Part(
        "gnu-time",
        name,
        command=secrets.without(command) or None,
        elapsed_s=elapsed,
        exit_code=exit_code,
        peak_rss_bytes=None if rss is None else rss * 1024,
        cpu_percent=_whole((figures.get("Percent of CPU this job got") or "").rstrip("%")),
        warnings=warnings,
    )
    return (part,)


def _shell_time(text: str, name: str) -> tuple[Part, ...]:
    lines = "\n".join(plain_lines(text[-_TAIL:]))
    matches = list(_OF_SHELL.finditer(lines))
    if not matches:
        return (Part("gnu-time", name),)
    hours, minutes, seconds = matches[-1].group("h", "m", "s")
    elapsed = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds.replace(",", "."))
    return (Part("gnu-time", name, elapsed_s=round(elapsed, 3)),)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 20 else None


def _elapsed(text: str | None) -> float | None:
    match = _ELAPSED.fullmatch(text or "")
    if match is None:
        return None
    return round(int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3]), 2)


# Command lines: ``commands.txt``, the shell lines that made a run

# `cat <<'EOF'`
_HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)(\w{1,40})\1")
# `OMP_NUM_THREADS=1`
_ASSIGNMENT = re.compile(r"\w{1,80}=\S*")
# Words that name a test runner or build tool.
# e.g. "python -m pytest -q"
_RUNNERS = re.compile(
    r"(?<![\w./=-])(?:[\w./-]*/)?(?:pytest|py\.test|tox|nox|unittest|ctest|gotestsum|go test|"
    r"jest|vitest|phpunit|mvn|gradlew?|cargo|swift|bazel|make|npm|yarn|pnpm|hatch|uv)(?![\w./=-])"
)
# `pytest --collect-only`
_COLLECT_ONLY = re.compile(r"(?<!\S)(?:--collect-only|--collectonly|--co)(?!\S)")
_LONGEST_FOLDER = 4096  # characters: no system has a longer path, and each `cd` copies it
_WRAPPERS = frozenset("env time nice nohup sudo exec command timeout xvfb-run".split())
_WITH_VALUE = frozenset("-o -f -k -s -u -n -C".split())  # options of the wrappers
# `3600`, `1.5h`: what `timeout` takes
_DURATION = re.compile(r"\d+(?:\.\d+)?[smhd]?")
_MAX_COMMAND = 10_000
# `pytest`, `.venv/bin/py.test`
_PYTEST = re.compile(r"(?:.*/)?(?:pytest|py\.test)")
_SELECTING = frozenset("--lf --last-failed --sw --stepwise --stepwise-skip".split())
_SELECTING_BY_VALUE = frozenset("-k -m --deselect --ignore --ignore-glob".split())
_SHELL = frozenset(
    "cd mkdir export echo printf set unset source . cat cp mv rm ls touch chmod date true".split()
)


def is_commands(name: str, sample: bytes) -> bool:  # noqa: ARG001 - the name decides
    """``commands.txt``, ``command.txt``, ``commands.log``, ``cmd.sh`` and the like."""
    stem, _, suffix = file_name(name).rpartition(".")
    return suffix in ("txt", "log", "sh", "md") and stem in ("command", "commands", "cmd")


def read_commands(data: bytes, name: str) -> tuple[Part, ...]:
    """The run's command line, its white space single, and the folder that a ``cd`` before it
    leads to.

    Comments, here-documents and what a shell does on the side (``mkdir``, ``export``, ``echo``,
    assignments) are left out, lines ending in a backslash are joined. Of the rest the last
    line that names a test runner and does more than collect is the run's command; where none
    does, the last line that looks like a command.
    """
    lines = _commands(decode(data))
    tests = [pair for pair in lines if _RUNNERS.search(pair[0])]
    runs = [pair for pair in tests if not _COLLECT_ONLY.search(pair[0])]
    chosen = runs or [pair for pair in lines if _looks_like_command(pair[0])]
    if not chosen:
        return (Part("commands", name, warnings=("no command line in the file",)),)
    command, folder = chosen[-1]
    return (Part("commands", name, command=secrets.without(command), cwd=folder),)


def _commands(text: str) -> list[tuple[str, str | None]]:
    """The commands, each with the folder that it is given in, where that is said."""
    commands: list[tuple[str, str | None]] = []
    folder: str | None = None
    joined: list[str] = []
    end_mark: str | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        if end_mark is not None:
            if line.strip() == end_mark:
                end_mark = None
            continue
        if not joined and line.lstrip().startswith("#"):
            continue
        heredoc = _HEREDOC.search(line)
        if heredoc:
            end_mark = heredoc[2]
        joined.append(line.rstrip().removesuffix("\\"))
        if line.rstrip().endswith("\\"):
            continue
        command = " ".join(" ".join(joined).split())
        joined = []
        folder = _folder(command, folder)
        if command and not _on_the_side(command):
            commands.append((command, folder))
    return commands


def _folder(command: str, before: str | None) -> str | None:
    """Where a shell is behind ``cd FOLDER``, and in ``cd FOLDER && ...``."""
    words = _words(command.partition("&&")[0]) if command.startswith("cd ") else []
    if len(words) != 2 or "$" in words[1] or words[1] == "-":
        return None if words else before
    folder = posixpath.normpath(posixpath.join(before or "", words[1]))
    return folder if len(folder) <= _LONGEST_FOLDER else None


def _on_the_side(command: str) -> bool:
    words = command.split(" ")
    if words[0] in _SHELL and "&&" not in words:
        return True
    return all(_ASSIGNMENT.fullmatch(word) for word in words)


def _looks_like_command(line: str) -> bool:
    """Not a sentence, a heading or a ``Name: value`` line."""
    first = line.split(" ", 1)[0]
    return not first.endswith(":") and not line.endswith((".", ":")) and first[:1] not in "-*>|#="


def program(command: str) -> str | None:
    """The program that a command line runs, past assignments and wrappers such as ``env``,
    ``timeout`` and ``time``: ``pytest`` of ``timeout 3600 env A=1 pytest -vv``."""
    words = iter(_words(command))
    for word in words:
        base = word.rpartition("/")[2]
        if word in _WITH_VALUE:
            next(words, None)
        elif base in _WRAPPERS or word.startswith("-") or "=" in word or _DURATION.fullmatch(word):
            continue
        elif base.startswith("python") and next(words, None) == "-m":
            return next(words, base)
        else:
            return base
    return None


def assigned(command: str) -> dict[str, str]:
    """The variables that a command line sets for its program: ``{"A": "1"}`` of ``timeout 60 env
    A=1 pytest x=2``. None for one whose end is lost: ``time -v`` writes no quotes."""
    variables: dict[str, str] = {}
    last = ""
    for word in _words(command):
        name, sign, value = word.partition("=")
        if sign and name.isidentifier():
            variables[name], last = value, name
        elif word.startswith("-"):
            variables.pop(last, None)
        elif word.rpartition("/")[2] in _WRAPPERS or _DURATION.fullmatch(word):
            last = ""
        else:
            break
    return variables


def selected(command: str | None) -> list[str]:
    """The arguments that select some of pytest's tests: ``-k slow``, ``a.py::test_x``."""
    words = _words(command or "")
    at = next((n for n, word in enumerate(words) if _PYTEST.fullmatch(word)), len(words))
    selectors = []
    rest = iter(words[at + 1 :])
    for word in rest:
        option = word.partition("=")[0]
        if option in _SELECTING_BY_VALUE and "=" not in word:
            selectors.append(f"{word} {next(rest, '')}".rstrip())
        elif word.startswith("-"):
            is_selecting = option in (*_SELECTING_BY_VALUE, *_SELECTING) or word[:2] in ("-k", "-m")
            selectors += [word] * is_selecting
        elif "::" in word or word.endswith(".py"):
            selectors.append(word)
    return selectors


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command[:_MAX_COMMAND])
    except ValueError:  # a quote that is not closed
        return command[:_MAX_COMMAND].split()


# ``run.json``: what a bundle of ``ledger run`` claims of itself

CLAIM = "run.json"
_ASIDE = frozenset({"retried", "rounds"})
_STATES: dict[str, Completeness] = {
    "ended": "complete",
    "timeout": "timeout",
    "running": "incomplete",
    "interrupted": "incomplete",
}
_MOST = 10_000  # words for earlier tries


def is_claim(name: str, sample: bytes) -> bool:
    """By its name and its mark."""
    return file_name(name) == CLAIM and b'"ledger_run"' in sample


def read_claim(data: bytes, name: str) -> tuple[Part, ...]:
    """State, start and repetitions of a bundle. Raises UnreadableInput where it is none."""
    try:
        claim = json.loads(decode(data))
        state = _STATES[claim["state"]]
        reason = one_line(str(claim["reason"]))[:500]
        started = str(claim["started"])[:40]
        without_tests = claim["is_pytest"] is False
        repeats = _repeats(claim["rounds"])
        commit = claim.get("commit")
        if commit is not None and not re.fullmatch(r"[0-9a-f]{40,64}", commit):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"{name}: expected what `ledger run` writes, found something else"
        hint = "give the bundle as it was written"
        raise UnreadableInput("claim-unreadable", message, hint) from error
    if state == "complete" and repeats.run < repeats.planned:
        state, reason = "incomplete", f"{repeats.run} of {repeats.planned} rounds were run"
    part = Part(
        "run",
        name,
        started=started or None,
        completeness=state,
        reason=reason,
        without_tests=without_tests or repeats.planned > 1,
        repeats=repeats,
        commit=commit,
        dirty=None if commit is None else claim.get("dirty") is not False,
    )
    return (part,)


def _repeats(claim: dict[str, Any]) -> Repeats:
    if not isinstance(claim["retried"], list):
        raise TypeError
    retried = tuple(one_line(str(word))[:40] for word in claim["retried"][:_MOST])
    repeats = Repeats.model_validate({**claim, "retried": retried}, strict=True)
    if not 0 <= repeats.first_try_passes <= repeats.passes <= repeats.run <= repeats.planned:
        raise ValueError
    return repeats


def own_files(names: Iterable[str]) -> list[str]:
    """The run's own files, not those of earlier tries and single rounds beside a claim."""
    every = list(names)
    homes = {name.rpartition("/")[0] for name in every if name.rpartition("/")[2] == CLAIM}
    aside = tuple(f"{home}/{folder}/".lstrip("/") for home in homes for folder in _ASIDE)
    return [name for name in every if not name.startswith(aside)]
