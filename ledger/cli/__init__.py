"""The command line: ``main`` runs one command and returns its exit code.

A command is one module with a function ``command``, whose parameters are its options, and
which returns its exit code. It is named in ``COMMANDS`` and nowhere else. Only the module of
the command that was asked for is imported.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Final, NoReturn

import typer

from ledger.cli import boundary
from ledger.cli.group import Command, Group
from ledger.leaving import leave

# Name to module and group of the help text, in the order in which the help lists them.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "status": ("ledger.cli.status", "Every day"),
    "show": ("ledger.cli.show", "Every day"),
    "append": ("ledger.cli.append", "Every day"),
    "run": ("ledger.cli.run", "Every day"),
    "validate": ("ledger.cli.validate", "Check"),
    "verify": ("ledger.cli.verify", "Check"),
    "gate": ("ledger.cli.gate", "Check"),
    "links": ("ledger.cli.links", "Check"),
    "explain": ("ledger.cli.explain", "Check"),
    "evidence": ("ledger.cli.evidence", "Runs"),
    "rounds": ("ledger.cli.rounds", "Runs"),
    "history": ("ledger.cli.history", "Git"),
    "merge-driver": ("ledger.cli.merge_driver", "Git"),
    "export": ("ledger.cli.export", "Machine"),
    "schema": ("ledger.cli.schema", "Machine"),
}


def run() -> NoReturn:
    """The program ``ledger``."""
    # What a ledger is read into has no cycles, and looking for some takes a fifth of the time.
    gc.disable()
    leave(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``ledger`` with ``arguments`` (default: those of the process). Never raises."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return boundary.run(
        lambda: _app(given)(args=given, prog_name="ledger", standalone_mode=False), given
    )


def _app(given: list[str]) -> typer.Typer:
    """The whole application where its list of commands is needed, else the one command."""
    app = typer.Typer(
        cls=Group,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    wanted = given[:1] if given and given[0] in COMMANDS else COMMANDS
    for name in wanted:
        module, panel = COMMANDS[name]
        app.command(name, cls=Command, rich_help_panel=panel)(import_module(module).command)
    return app


def _version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib import metadata  # 50 ms

        typer.echo(f"ledger {metadata.version('fix-plan-ledger')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Keep a Markdown fix plan trustworthy: read it, check it, add to it from run outputs.

    The fix plan is `path` of `[tool.ledger]` in `pyproject.toml`, else `docs/fix_plan.md`, else
    `fix_plan.md`, looked for from the current folder up to the top of the repository.

    Exit codes: 0 clean or done, 1 findings or a refused change, 2 wrong usage or unreadable
    input, 130 interrupted.
    """
