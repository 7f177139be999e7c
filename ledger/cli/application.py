"""The Typer application of all commands, or of the one that was asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from ledger.cli import COMMANDS
from ledger.cli.group import Command, Group


def application(given: list[str]) -> typer.Typer:
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
