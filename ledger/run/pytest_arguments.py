"""What makes pytest write its results where the bundle is."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# What stands behind a wrapper: a variable for `env`, a time for `timeout`.
_GIVEN = r"\d+(?:\.\d+)?[smhd]?|.*=.*"
_RUNNERS = frozenset("uv poetry pdm hatch pipenv rye pixi".split())
_WRAPPERS = frozenset("env time nice nohup timeout stdbuf exec xvfb-run".split())
# Options of python, the wrappers and the runners that take the next word for their value.
_WITH_VALUE = frozenset("-X -W -n -k -s -u -C --with --extra --group --python -p".split())
_JUNIT = ("--junitxml", "--junit-xml")


def place(command: Sequence[str]) -> int | None:
    """The index of the word by which a command runs pytest, past wrappers such as ``env``,
    ``timeout 60``, ``uv run`` and ``python -m``; None where it runs something else."""
    at = 0
    while at < len(command):
        base = command[at].rpartition("/")[2]
        if base in ("pytest", "py.test"):
            return at
        at += 1
        if _is_python(base) or base == "coverage":
            at = _behind_options(command, at + (command[at : at + 1] == ["run"]))
            if list(command[at - 1 : at]) != ["-m"]:
                return None
        elif base in _RUNNERS:
            if list(command[at : at + 1]) != ["run"]:
                return None
            at = _behind_options(command, at + 1)
        elif base in _WRAPPERS:
            at = _behind_options(command, at)
            import re  # few commands are wrapped

            while at < len(command) and re.fullmatch(_GIVEN, command[at], re.DOTALL):
                at += 1
        else:
            return None
    return None


def _is_python(base: str) -> bool:
    """Whether a program is ``python``, ``python3.11``, ``pypy3`` and the like."""
    return base.rstrip("0123456789.") in ("python", "pypy")


def _behind_options(command: Sequence[str], at: int) -> int:
    """The index behind the options that begin there, ``-m`` being the last of them."""
    while at < len(command) and command[at].startswith("-"):
        at += 1 + (command[at] in _WITH_VALUE)
        if command[at - 1] == "-m":
            break
    return at


def with_results(command: Sequence[str], at: int, folder: str | os.PathLike[str]) -> list[str]:
    """The command with options for JUnit XML and, where pytest-reportlog is installed beside
    that pytest, for a report log, in ``folder``. One that its author gave is left to them."""
    shown = os.path.relpath(folder)
    added = []
    if not any(word.startswith(_JUNIT) for word in command):
        added.append(f"--junitxml={shown}/junit.xml")
    if not any(word.startswith("--report-log") for word in command) and _has_report_log(
        command, at
    ):
        added.append(f"--report-log={shown}/report.jsonl")
    return [*command[: at + 1], *added, *command[at + 1 :]]


def _has_report_log(command: Sequence[str], at: int) -> bool:
    """Looked up in the folders of the environment: to ask pytest would take as long as a run.
    The environment is that of the program, or of the ``python`` that is told to run it."""
    program = command[at]
    for word in command[:at]:
        if _is_python(word.rpartition("/")[2]):
            program = word
    folders = [""] if "/" in program else os.environ.get("PATH", "").split(os.pathsep)
    for folder in folders:
        place = os.path.join(os.getcwd(), folder, program)
        if os.path.isfile(place):
            # Not resolved: the `python` of an environment is a link to one outside of it.
            return _holds_report_log(os.path.dirname(os.path.dirname(place)))
    return False


def _holds_report_log(prefix: str) -> bool:
    try:
        names = os.listdir(os.path.join(prefix, "lib"))
    except OSError:
        return False
    module = os.path.join("site-packages", "pytest_reportlog", "__init__.py")
    return any(
        os.path.isfile(os.path.join(prefix, "lib", name, module))
        for name in names
        if name.startswith("python3")
    )
