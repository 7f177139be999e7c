"""The house: what only one room may do is done in that room alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module

import pytest

from ledger.cli import COMMANDS
from ledger.plan.dialects import DIALECTS
from tests.support.places import ROOT

PACKAGE = ROOT / "ledger"
MODULES = {
    file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text("utf-8"))
    for file in sorted(PACKAGE.rglob("*.py"))
}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Each call, with the words that it is called by: ``os.replace``, ``.write_text``, ``open``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                owner = function.value.id if isinstance(function.value, ast.Name) else ""
                yield f"{owner}.{function.attr}", node
            elif isinstance(function, ast.Name):
                yield function.id, node


def said(node: ast.AST) -> str:
    return f"line {getattr(node, 'lineno', 0)}: {ast.unparse(node)[:60]}"


# Writing

WRITING = {"write_text", "write_bytes", "mkdir", "makedirs", "unlink", "rename", "rmtree", "rmdir", "symlink_to",
           "touch", "hardlink_to", "truncate", "copyfile", "copytree"}  # fmt: skip
OF_OS = {"os.replace", "os.remove", "os.link", "os.symlink", "os.truncate", "os.mkfifo"}
MAY_WRITE = {
    "store.py": "the only writer of the user's files",
    "errors.py": "opens the null device for a stream that the shell closed",
    "merge_driver.py": "the temporary files that git hands it",
    "git/process.py": "a work tree in a temporary folder, to ask what git ignores there",
    "git/repository.py": "the same",
    "git/changes.py": "the diff of a run, in the run's folder, and a copy of the index in a temporary one",
    "commands/history.py": "what it keeps, in the user's cache folder",
    "commands/run.py": "takes the folder away that a run has just made",
}


def writes(tree: ast.AST) -> Iterator[str]:
    for name, call in calls(tree):
        last = name.rpartition(".")[2]
        modes = [*call.args[:2], *(word.value for word in call.keywords if word.arg == "mode")]
        is_open = last == "open" and any(
            isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & {*"wax+"}
            and set(mode.value) <= {*"rwaxbt+"}
            for mode in modes
        )  # fmt: skip
        if is_open or last in WRITING or name in OF_OS:
            yield said(call)


def test_only_the_store_writes() -> None:
    found = {
        name: lines
        for name, tree in MODULES.items()
        if name not in MAY_WRITE and not name.startswith("run/") and (lines := [*writes(tree)])
    }
    assert found == {}


@pytest.mark.parametrize(
    "code",
    ["open(f, 'w')", "f.open('x')", "f.open(mode='ab')", "f.write_text('')", "os.replace(a, b)", "f.unlink()"],
)  # fmt: skip
def test_a_second_writer_would_be_noticed(code: str) -> None:
    assert [*writes(ast.parse(code))]


def test_reading_is_not_writing() -> None:
    assert not [*writes(ast.parse("open('waxwork'); f.open('rb'); 'a'.replace('b', 'c')"))]


# Ending, and the boundary


def breaches(tree: ast.AST) -> Iterator[str]:
    """Handlers that would turn any failure into something else, and ends of the process."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = (
                {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)}
                if node.type
                else {"all"}
            )
            passes_on = any(
                isinstance(part, ast.Raise) and part.exc is None for part in ast.walk(node)
            )
            if kinds & {"all", "Exception", "BaseException"} and not passes_on:
                yield said(node)
    for name, call in calls(tree):
        if name in {"sys.exit", "os._exit", "os.abort", "exit", "quit"}:
            yield said(call)


PROGRAMS = ("cli/__init__.py", "hook.py", "merge_driver.py")


def test_there_is_one_boundary() -> None:
    found = {name: lines for name, tree in MODULES.items() if (lines := [*breaches(tree)])}
    assert len(found.pop("errors.py")) == 1
    for name in PROGRAMS:
        assert all("sys.exit(main())" in line for line in found.pop(name))
    assert found == {}


@pytest.mark.parametrize(
    "code", ["try: f()\nexcept Exception: pass", "try: f()\nexcept: pass", "os._exit(1)"]
)
def test_a_second_boundary_would_be_noticed(code: str) -> None:
    assert [*breaches(ast.parse(code))]


# Starting programs


def test_no_program_is_started_by_a_back_door() -> None:
    """``import subprocess`` is a matter of the import contracts."""
    back_doors = ("os.system", "os.popen", "os.fork", "os.posix_spawn", "os.exec", "os.spawn")
    found = [
        (name, said(call))
        for name, tree in MODULES.items()
        for called, call in calls(tree)
        if called.startswith(back_doors)
    ]
    assert found == []


# Dialects


def compared(tree: ast.AST) -> Iterator[str]:
    """Comparisons with the name of a dialect."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            parts = [part for side in sides for part in ast.walk(side)]
            names = {
                part.value
                for part in parts
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
            is_dialect = any(
                (isinstance(part, ast.Attribute) and part.attr == "dialect")
                or (isinstance(part, ast.Name) and part.id in {"dialect", "MAIN"})
                for part in parts
            )  # fmt: skip
            if (names & {*DIALECTS} and (is_dialect or names <= {*DIALECTS} - {"attempts"})) or (
                is_dialect
                and any(isinstance(part, ast.Name) and part.id == "MAIN" for part in parts)
            ):
                yield said(node)


def test_no_dialect_is_named_outside_of_plan() -> None:
    found = {
        name: lines
        for name, tree in MODULES.items()
        if not name.startswith("plan/") and (lines := [*compared(tree)])
    }
    assert found == {}


@pytest.mark.parametrize(
    "code", ["x.dialect == 'attempts'", "item.dialect == MAIN", "d in ('logbook', 'roadmap')"]
)
def test_a_named_dialect_would_be_noticed(code: str) -> None:
    assert [*compared(ast.parse(code))]


# Help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_carries_an_example(name: str) -> None:
    """What its help ends with; ``tests/cli/test_application.py`` runs it."""
    module, _ = COMMANDS[name]
    assert import_module(module).EXAMPLE.startswith(f"ledger {name}")


# Tests

WHOLE = {
    "campaigns": "each has its row in the run of all of them",
    "contributing": "the page for contributors",
    "conventions": "a project's own words and IDs, through every command",
    "days": "what people met in a day's work",
    "docs": "the pages and their examples",
    "house": "this",
    "library": "what ``import ledger`` gives",
    "one_answer": "commands that are asked the same, and must answer the same",
    "programs": "programs that a repository names, through every command",
    "project": "documents, imports and files of the project as a whole",
    "repositories": "odd repositories, through every command",
    "scenario": "a real run of a real project, from the command to the commit",
    "schemas": "``schemas/``, and the documents that every command prints",
    "seed_days": "the work that the two seed documents describe",
    "seed_paragraphs": "the page that takes the two seed documents paragraph by paragraph",
    "systems": "what another system or file system lacks",
    "unlucky_inputs": "what people type by mistake, to every command",
    "working_day": "a person beside an agent, from the morning to the evening",
}


def test_tests_mirror_the_tree() -> None:
    """``tests/plan/test_reader_hostile.py`` asks ``ledger/plan/reader.py``."""
    astray = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        place = file.relative_to(ROOT / "tests")
        room = PACKAGE / place.parent
        subjects = {one.stem for one in room.iterdir()} if room.is_dir() else set()
        subjects |= WHOLE.keys() if room == PACKAGE else set()
        words = file.stem.removeprefix("test_")
        if not any(words == one or words.startswith(f"{one}_") for one in subjects):
            astray.append(str(place))
    assert astray == [], "name the module of ledger/ that each asks, or give a reason in WHOLE"


def test_each_whole_test_is_there() -> None:
    names = [file.stem.removeprefix("test_") for file in (ROOT / "tests").glob("test_*.py")]
    assert [one for one in WHOLE if not any(name.startswith(one) for name in names)] == []


# Size: a function that is long or deep does more than one thing

MOST_LINES, MOST_DEEP = 60, 4
BLOCKS = ast.If | ast.For | ast.While | ast.With | ast.Try


def depth(node: ast.AST, outer: int = 0) -> int:
    inner = outer + isinstance(node, BLOCKS)
    return max([inner, *(depth(child, inner) for child in ast.iter_child_nodes(node))])


def oversized(tree: ast.AST) -> Iterator[str]:
    """Functions that are too long or too deep; the options of a command are its help."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            begin = node.body[0].lineno if node.name == "command" else node.lineno
            if (node.end_lineno or 0) - begin >= MOST_LINES or depth(node) > MOST_DEEP:
                yield f"line {node.lineno}: {node.name}"


def test_functions_are_short_and_flat() -> None:
    found = {name: lines for name, tree in MODULES.items() if (lines := [*oversized(tree)])}
    found.pop("cli/run.py")  # shares its options out between one command, rounds and a rerun
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n" + "    a = 1\n" * MOST_LINES,
        "def f():\n" + "".join(f"{' ' * 4 * n}if a:\n" for n in range(1, 6)) + " " * 24 + "a = 1\n",
    ],
)
def test_a_function_that_is_too_long_or_too_deep_is_named(code: str) -> None:
    assert [*oversized(ast.parse(code))] == ["line 1: f"]
