"""Completion in a shell: the script that a shell loads, and what it is answered at each TAB.

An answer has to come at once: words that are fixed come from a table (``usages``), so that neither
Typer nor rich is loaded, and the plan is read only where an ID or a number is wanted.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from ledger.errors import UsageError
from ledger.integrations.usages import USAGES
from ledger.plan import text

if TYPE_CHECKING:
    from ledger.plan.model import Item, Ledger

Candidate = tuple[str, str]
"""A word, and what it stands for (empty for nothing to say)."""

SCRIPTS: Final = {
    "bash": """\
# Completion of `ledger` in bash; in ~/.bashrc: eval "$(ledger completion bash)"
_ledger() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <("${1/#\\~/$HOME}" completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _ledger ledger
""",
    "zsh": """\
#compdef ledger
# Completion of `ledger` in zsh; in ~/.zshrc behind compinit: eval "$(ledger completion zsh)"
_ledger() {
    local program=${(Q)words[1]/#\\~/$HOME}
    local -a found
    found=(${(f)"$($program completion zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)"})
    if (( $#found )); then
        _describe -V ledger found -M 'm:{a-zA-Z}={A-Za-z}'
    else
        _files
    fi
}
if [[ $funcstack[1] == _ledger ]]; then _ledger "$@"; else compdef _ledger ledger; fi
""",
    "fish": """\
# Completion of `ledger` in fish; in ~/.config/fish/config.fish: ledger completion fish | source
function __ledger_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l found ($words[1] completion fish -- $words[2..-1] "$word" 2>/dev/null)
    if set -q found[1]
        printf '%s\\n' $found
    else
        __fish_complete_path "$word"
    end
end
complete -c ledger -f -k -a '(__ledger_complete)'
""",
}
"""The script for each shell. Where ``answer`` is empty it completes names of files."""

WORDS: Final = {
    "--status": "pending in_progress blocked done archived",
    "--result": "success partial failed blocked info",
    "--kind": "ledger.claims.model:ClaimKind",
    "--only": "ledger.claims.model:Verdict",
    "--format": "ledger.reports.findings:REPORTS",
    "--ci": "github",
    "--actions": "open all",
    "action STEP": "add edit complete block defer open move",
    "criterion STEP": "add edit attest",
    "completion SHELL": " ".join(SCRIPTS),
    "explain CODE": "ledger.rules:RULES",
    "schema NAME": "ledger.commands.schema:MODELS",
}
"""What an option or an argument of a command may be: words, or where in this package they are."""

SHARED: Final = ("--color", "--help")  # options of every command, and of none
_CHOICE: Final = re.compile(r"[a-z-]+(?:\|[a-z-]+)+")  # a usage's `extra|all`
_LONGEST: Final = 60  # characters of a title


def script(shell: str) -> str:
    """The script for ``shell``. Raises ``UsageError`` for another one."""
    if shell not in SCRIPTS:
        raise UsageError("usage", f"no shell {shell!r}", f"there are {', '.join(SCRIPTS)}")
    return SCRIPTS[shell]


def answer(shell: str, words: Sequence[str]) -> str:
    """The lines that the script of ``shell`` reads, one for each word that may be in the place
    of the last of ``words``; these begin behind ``ledger``. Empty where a file may. Raises as
    ``ledger.read`` does, where the plan has to be read.
    """
    given = (_joined(words) if shell == "bash" else list(words)) or [""]
    word = given[-1].lstrip("\"'")  # a quote that is still open
    option, equals, value = word.partition("=")
    is_value = bool(equals) and option.startswith("--")
    if is_value:
        answers = candidates([*given[:-1], option, value])
        # bash takes what is behind "=" for a word of its own
        answers = answers if shell == "bash" else [(f"{option}={w}", h) for w, h in answers]
    else:
        answers = candidates([*given[:-1], word])
    return "".join(f"{_line(shell, *pair)}\n" for pair in answers)


def _joined(words: Sequence[str]) -> list[str]:
    """The words of bash, which hands over ``--status=done`` as three and leaves quotes in."""
    joined: list[str] = []
    for word in words:
        if joined and (word == "=" or (joined[-1].endswith("=") and joined[-1][:2] == "--")):
            joined[-1] += word
        else:
            joined.append(word)
    return [_unquoted(word) for word in joined]


def _unquoted(word: str) -> str:
    with suppress(ValueError):  # a quote that is still open
        return " ".join(shlex.split(word))
    return word


def _line(shell: str, word: str, words: str) -> str:
    if shell == "bash":
        return word
    if shell == "zsh":
        word = word.replace(":", "\\:")
    return f"{word}{':' if shell == 'zsh' else chr(9)}{words}" if words else word


def candidates(words: Sequence[str]) -> list[Candidate]:
    """What may be in the place of the last of ``words``. Raises as ``answer`` does."""
    *before, word = words
    before = [argument for argument in before if argument not in SHARED]
    if not before:
        return _starting(word, USAGES if word[:1] != "-" else [*SHARED, "--version"])
    command, *given = before
    if command not in USAGES or "--" in given:
        return []
    line = _Line(command, given)
    if line.wanted:
        return _values(line, line.wanted, line.options[line.wanted], word)
    if word.startswith("-") or not line.place:
        return _starting(word, [*line.offered, *SHARED])
    return _values(line, command, line.place, word)


class _Line:
    """A command and what was given to it so far."""

    def __init__(self, command: str, given: Sequence[str]) -> None:
        usage = re.split(r" \[?-- ", USAGES[command])[0].split()
        pairs = [word.partition("=") for word in usage if word.startswith("--")]
        self.options = {name: value for name, _, value in pairs}
        self.values: dict[str, str] = {}
        self.arguments: list[str] = []
        self.wanted = ""  # the option that waits for its value
        for word in given:
            name, equals, value = word.partition("=")
            if self.wanted:
                self.values[self.wanted], self.wanted = word, ""
            elif name in self.options:
                self.values[name] = value
                self.wanted = name if self.options[name] and not equals else ""
            elif not word.startswith("-"):
                self.arguments.append(word)
        places = [word for word in usage if not word.startswith("--")]
        rest = places[-1] if places and "..." in places[-1] else ""
        self.place = [*places, *[rest] * len(self.arguments), ""][len(self.arguments)]

    @property
    def offered(self) -> list[str]:
        """The options that may still be given."""
        return [
            name
            for name, value in self.options.items()
            if name not in self.values or value.endswith("...")
        ]


def _values(line: _Line, name: str, expected: str, word: str) -> list[Candidate]:
    """What the option or the command ``name`` takes where its usage has ``expected``."""
    bare = expected.strip("[].")
    words = WORDS.get(name if name.startswith("--") else f"{name} {bare}")
    values: Iterable[Candidate] = ()
    if words:
        return _starting(word, _words(words))
    if _CHOICE.fullmatch(bare):
        return _starting(word, bare.split("|"))
    if "ITEM" in expected:
        values = _items(line, word, with_attempts="#" in expected)
    elif (name, bare) == ("criterion", "N"):
        values = _criteria(line)
    elif name in ("--complete", "--before") or (name, bare) == ("action", "N"):
        values = _actions(line)
    return [(c, _clipped(h)) for c, h in values if c.lower().startswith(word.lower())]


def _starting(word: str, known: Iterable[str]) -> list[Candidate]:
    return [(candidate, "") for candidate in known if candidate.startswith(word)]


def _clipped(words: str) -> str:
    """The beginning of what a plan says, on one line."""
    line = text.one_line(words)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _words(known: str) -> Iterable[str]:
    """The words themselves, or those of a table or type in a module that is loaded for it."""
    module, colon, name = known.partition(":")
    if not colon:
        return known.split()
    there: Any = getattr(import_module(module), name)
    return [*(get_args(there) or there)]


# From the plan


def _items(line: _Line, word: str, *, with_attempts: bool) -> Iterator[Candidate]:
    """The items; behind ``ITEM#`` its attempts."""
    item, mark, _ = word.lower().partition("#")
    items = {item.id: item for item in reversed(_plan(line).items)}  # an ID may stand twice
    for other in reversed(items.values()):
        if not (mark and with_attempts):
            yield other.id, other.title
        elif other.id.lower() == item:
            yield from (
                (f"{other.id}#{each.number}", each.gist) for each in other.attempts if each.number
            )


def _actions(line: _Line) -> Iterator[Candidate]:
    """The numbers of what is left to do."""
    for item in _first_items(line):
        for action in item.actions:
            if action.number and action.state != "complete":
                yield str(action.number), action.text


def _criteria(line: _Line) -> Iterator[Candidate]:
    for item in _first_items(line):
        yield from ((str(number), c.text) for number, c in enumerate(item.criteria, 1))


def _first_items(line: _Line) -> "list[Item]":
    """The sections of the item that is named first."""
    name = line.arguments[0].lower() if line.arguments else ""
    return [item for item in _plan(line).items if item.id.lower() == name]


def _plan(line: _Line) -> "Ledger":
    read = import_module("ledger.commands.read")  # 0.2 s, which a fixed word does without
    given = line.values.get("--ledger")
    plan: Ledger = read.read(Path(given).expanduser() if given else None)
    return plan
