"""What is executed: the command, where it runs pytest, and when it is tried again."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ledger.errors import UsageError
from ledger.plan import secrets
from ledger.plan.model import Model

# What is behind a wrapper: a variable for `env` (A=1), a time for `timeout` (60s).
_VALUE_OF_WRAPPER = re.compile(r"\d+(?:\.\d+)?[smhd]?|.*=.*", re.DOTALL)
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*")
_RUNNERS = frozenset("uv poetry pdm hatch pipenv rye pixi".split())
_WRAPPERS = frozenset("env time nice nohup timeout stdbuf exec xvfb-run".split())
# Options of python, the wrappers and the runners that take the next word for their value.
_WITH_VALUE = frozenset("-X -W -n -k -s -u -C --with --extra --group --python -p".split())
# Programs of node's packages that run another one, and words that are between.
_PACKAGE_RUNNERS = frozenset("npx bunx pnpm yarn pnpx".split())
_NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
# `--disable-plugin-autoload`, `PYTEST_DISABLE_PLUGIN_AUTOLOAD=1` behind `env`, `-p no:reportlog`.
# e.g. "-pno:reportlog"
_WITHOUT_REPORT_LOG = re.compile(
    rf"--disable-plugin|{_NO_PLUGINS}=.|(?:-p)?no:(?:pytest_)?reportlog"
)
_RESULTS = ("--junitxml", "--junit-xml", "--report-log")  # options of pytest that name a file


class RetryOn(Model):
    """After which failures a try is repeated; without codes and patterns after every one."""

    codes: frozenset[int] = frozenset()
    """Exit codes; a signal's as a shell has it, 139 for SIGSEGV."""
    patterns: tuple[re.Pattern[bytes], ...] = ()
    """Regular expressions, one of which the output matches somewhere."""

    @classmethod
    def parse(cls, values: Sequence[str]) -> RetryOn:
        """Read ``SIGSEGV``, ``3`` or a regular expression. Raises UsageError for a signal that is
        none, for code 0 and for a pattern that is none."""
        codes: set[int] = set()
        patterns: list[re.Pattern[bytes]] = []
        for value in values:
            if re.fullmatch(r"SIG[A-Z0-9]+", value):
                if value not in signal.Signals.__members__:
                    raise _not_understood(value, "a signal, found a name that none has")
                codes.add(128 + signal.Signals[value])
            elif re.fullmatch(r"\d{1,4}", value):
                if not 0 < int(value) < 256:
                    raise _not_understood(value, "an exit code from 1 to 255")
                codes.add(int(value))
            else:
                try:
                    patterns.append(re.compile(os.fsencode(value)))
                except (re.error, ValueError, RecursionError) as error:
                    expected = f"a signal, an exit code or a pattern: {error}"
                    raise _not_understood(value, expected) from None
        return cls(codes=frozenset(codes), patterns=tuple(patterns))

    def wants(self, code: int, log: Path) -> bool:
        """Whether a try with this exit code, not 0, and this log is to be repeated."""
        if not self.codes and not self.patterns:
            return True
        if code in self.codes:
            return True
        data = log.read_bytes() if self.patterns else b""
        return any(pattern.search(data) for pattern in self.patterns)


def _not_understood(value: str, expected: str) -> UsageError:
    return UsageError("usage", f"--retry-on {value[:80]}: expected {expected}")


class Command(Model):
    """A command, and on what terms it is executed."""

    words: tuple[str, ...]
    """The program and its arguments."""
    timeout_s: float | None = None
    """Seconds that one try may take."""
    retries: int = 0
    """How often a round may try again."""
    retry_on: RetryOn = RetryOn()
    """After which failures it does."""
    collect: tuple[str, ...] = ()
    """Files that it writes elsewhere and that belong to its run."""

    @property
    def is_pytest(self) -> bool:
        """Whether it runs pytest."""
        return pytest_index(self.words) is not None

    def within(self, folder: Path) -> list[str]:
        """The words with which it writes its results to ``folder``."""
        index = pytest_index(self.words)
        if index is not None:
            return with_results(self.words, index, folder)
        return with_reporter(self.words, folder)

    def results(self) -> list[str]:
        """The files that belong to its run: those to ``collect``, and where it runs pytest those
        that its author has it write."""
        patterns = list(self.collect)
        for word, following in pairwise((*self.words, "")) if self.is_pytest else ():
            name, equals, value = word.partition("=")
            if name in _RESULTS:
                patterns.append(value if equals else following)
        return [name for name in patterns if name]


def shell_line(words: Sequence[str]) -> str:
    """A command as one would type it in bash, in one line, without the values of secrets."""
    return " ".join(map(_quoted, secrets.words_without(words)))


def _quoted(word: str) -> str:
    if word.isprintable():
        return secrets.quoted(word)
    escaped = os.fsencode(word).decode("latin-1").encode("unicode_escape").decode("ascii")
    return "$'" + escaped.replace("'", "\\'") + "'"


def pytest_index(command: Sequence[str]) -> int | None:
    """The index of the word by which a command runs pytest, past wrappers such as ``env``,
    ``timeout 60``, ``uv run`` and ``python -m``; None where it runs something else."""
    return _index_of(command, ("pytest", "py.test"))


def _index_of(command: Sequence[str], programs: Collection[str]) -> int | None:
    words = list(command)
    at: int | None = 0
    while at is not None and at < len(words):
        if _program(words[at]) in programs:
            return at
        at = _behind_wrapper(words, at)
    return None


def _program(word: str) -> str:
    return word.rpartition("/")[2]


def _behind_wrapper(words: list[str], at: int) -> int | None:
    """The index of the word that the wrapper at ``at`` runs; None where it is no wrapper."""
    program = _program(words[at])
    at += 1
    if _PYTHON.fullmatch(program) or program == "coverage":
        at = _behind_options(words, at + (words[at : at + 1] == ["run"]))
        return at if words[at - 1] == "-m" else None
    if program in _RUNNERS:
        return _behind_options(words, at + 1) if words[at : at + 1] == ["run"] else None
    if program in _PACKAGE_RUNNERS:
        at = _behind_options(words, at)
        return at + (words[at : at + 1] == ["exec"])
    if program not in _WRAPPERS:
        return None
    at = _behind_options(words, at)
    while at < len(words) and _VALUE_OF_WRAPPER.fullmatch(words[at]):
        at += 1
    return at


def _behind_options(words: list[str], at: int) -> int:
    """The index behind the options that begin there, ``-m`` being the last of them."""
    while at < len(words) and words[at].startswith("-"):
        at += 1 + (words[at] in _WITH_VALUE)
        if words[at - 1 : at] == ["-m"]:
            break
    return at


class _Reporter(NamedTuple):
    """What makes a runner name its tests: ``added`` behind its program and the words in ``behind``,
    one of which has to follow where there are any; not beside a word that begins as in ``unless``.
    """

    added: str
    behind: tuple[str, ...]
    unless: tuple[str, ...]


# Each leaves what is printed as it is, but go, which has no file to write to.
_REPORTERS = {
    "jest": _Reporter("--json --outputFile={}/jest.json", (), (
        "--json", "--outputFile", "--watch", "--listTests", "--init", "--showConfig", "--version",
        "--help", "--clearCache",
    )),
    "vitest": _Reporter(
        "--reporter=default --reporter=json --outputFile.json={}/vitest.json", ("run",),
        ("--reporter", "--outputFile", "--watch", "-w", "--help", "--mergeReports"),
    ),
    "go": _Reporter("-v", ("test",), ("-v", "-json", "--v", "--json", "-test.v", "-c", "-n")),
    "node": _Reporter(
        "--test-reporter=spec --test-reporter-destination=stdout "
        "--test-reporter=tap --test-reporter-destination={}/node.tap", ("--test",),
        ("--test-reporter", "--watch"),
    ),
}  # fmt: skip


def with_reporter(words: Sequence[str], folder: Path) -> list[str]:
    """The command with options for a report of every test in ``folder``, where it runs a runner
    that takes them without printing anything else, and its author gave none."""
    at = _index_of(words, _REPORTERS)
    if at is None:
        return list(words)
    reporter = _REPORTERS[_program(words[at])]
    end = at + 1 + (tuple(words[at + 1 : at + 2]) == reporter.behind)
    is_meant = end > at + 1 or not reporter.behind
    if not is_meant or any(word.startswith(reporter.unless) for word in words[end:]):
        return list(words)
    return [*words[:end], *reporter.added.format(os.path.relpath(folder)).split(" "), *words[end:]]


def with_results(words: Sequence[str], at: int, folder: Path) -> list[str]:
    """The command with options for JUnit XML and, where pytest-reportlog is installed beside
    that pytest, for a report log, in ``folder``. One that its author gave is left to them."""
    shown = os.path.relpath(folder)
    added = []
    if not any(word.startswith(_RESULTS[:2]) for word in words):
        added.append(f"--junitxml={shown}/junit.xml")
    if not any(word.startswith(_RESULTS[2]) for word in words) and _has_report_log(words, at):
        added.append(f"--report-log={shown}/report.jsonl")
    return [*words[: at + 1], *added, *words[at + 1 :]]


def _has_report_log(words: Sequence[str], at: int) -> bool:
    """Looked up in the folders of the environment: to ask pytest would take as long as a run.
    The environment is that of the program, or of the ``python`` that is told to run it.
    A pytest that is told to load no plugins would refuse the option."""
    if os.environ.get(_NO_PLUGINS) or any(map(_WITHOUT_REPORT_LOG.match, words)):
        return False
    program = words[at]
    for word in words[:at]:
        if _PYTHON.fullmatch(_program(word)):
            program = word
    folders = [""] if "/" in program else os.environ.get("PATH", "").split(os.pathsep)
    places = (Path.cwd() / folder / program for folder in folders)
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        return False
    # Not resolved: the `python` of an environment is a link to one outside of it.
    modules = path.parent.parent.glob("lib/python3*/site-packages/pytest_reportlog/__init__.py")
    return any(modules)
