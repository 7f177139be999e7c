"""``commands.txt``: the shell lines that made a run."""

from __future__ import annotations

import posixpath
import re
import shlex

from ledger.evidence.kept import without_secrets
from ledger.evidence.part import Part, decode, file_name

_HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)(\w{1,40})\1")
_ASSIGNMENT = re.compile(r"\w{1,80}=\S*")
# Words that name a test runner or build tool.
_RUNNERS = re.compile(
    r"(?<![\w./=-])(?:[\w./-]*/)?(?:pytest|py\.test|tox|nox|unittest|ctest|gotestsum|go test|"
    r"jest|vitest|phpunit|mvn|gradlew?|cargo|swift|bazel|make|npm|yarn|pnpm|hatch|uv)(?![\w./=-])"
)
_COLLECT_ONLY = re.compile(r"(?<!\S)(?:--collect-only|--collectonly|--co)(?!\S)")
_WRAPPERS = frozenset("env time nice nohup sudo exec command timeout xvfb-run".split())
_WITH_VALUE = frozenset("-o -f -k -s -u -n -C".split())  # options of the wrappers
_DURATION = re.compile(r"\d+(?:\.\d+)?[smhd]?")
_MAX_COMMAND = 10_000
_SHELL = frozenset(
    "cd mkdir export echo printf set unset source . cat cp mv rm ls touch chmod date true".split()
)


class CommandsReader:
    """Reads a command log.

    Comments, here-documents and what a shell does on the side (``mkdir``, ``export``, ``echo``,
    assignments) are left out, lines ending in a backslash are joined. Of the rest the last
    line that names a test runner and does more than collect is the run's command; where none
    does, the last line that looks like a command.
    """

    name = "commands"

    def matches(self, name: str, sample: bytes) -> bool:  # noqa: ARG002 - the name decides
        """``commands.txt``, ``command.txt``, ``commands.log``, ``cmd.sh`` and the like."""
        stem, _, suffix = file_name(name).rpartition(".")
        return suffix in ("txt", "log", "sh", "md") and stem in ("command", "commands", "cmd")

    def read(self, data: bytes, name: str) -> Part:
        """The run's command line, its white space single, and the folder that a ``cd`` before it
        leads to."""
        lines = _commands(decode(data))
        runs = [
            (line, folder)
            for line, folder in lines
            if _RUNNERS.search(line) and not _COLLECT_ONLY.search(line)
        ]
        chosen = runs or [found for found in lines if _looks_like_command(found[0])]
        if not chosen:
            return Part(self.name, name, warnings=("no command line in the file",))
        command, folder = chosen[-1]
        return Part(self.name, name, command=without_secrets(command), cwd=folder)


def _commands(text: str) -> list[tuple[str, str | None]]:
    """The commands, each with the folder that it is given in, where that is said."""
    found: list[tuple[str, str | None]] = []
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
        if line.rstrip().endswith("\\"):
            joined.append(line.rstrip()[:-1])
            continue
        joined.append(line)
        command = " ".join(" ".join(joined).split())
        joined = []
        folder = _folder(command, folder)
        if command and not _on_the_side(command):
            found.append((command, folder))
    return found


def _folder(command: str, before: str | None) -> str | None:
    """Where a shell is behind ``cd FOLDER``, and in ``cd FOLDER && ...``."""
    words = _words(command.partition("&&")[0]) if command.startswith("cd ") else []
    if len(words) != 2 or "$" in words[1] or words[1] == "-":
        return None if words else before
    return posixpath.normpath(posixpath.join(before or "", words[1]))


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
    words = _words(command)
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        base = word.rpartition("/")[2]
        if word in _WITH_VALUE:
            position += 1
        elif base in _WRAPPERS or word.startswith("-") or "=" in word or _DURATION.fullmatch(word):
            continue
        elif base.startswith("python") and words[position : position + 1] == ["-m"]:
            return words[position + 1] if position + 1 < len(words) else base
        else:
            return base
    return None


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command[:_MAX_COMMAND])
    except ValueError:  # a quote that is not closed
        return command[:_MAX_COMMAND].split()
