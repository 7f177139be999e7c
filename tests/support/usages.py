"""Writes the table that completion goes by, from the commands: ``python -m tests.support.usages``."""

from __future__ import annotations

from typing import Any

import typer

from ledger.cli import COMMANDS
from ledger.cli.application import application
from tests.support.places import ROOT

FILE = ROOT / "ledger" / "integrations" / "usages.py"
HEAD = '''"""What each command takes, for completion. ``python -m tests.support.usages`` writes this file."""

from typing import Final

# fmt: off
USAGES: Final = {
'''


def table() -> str:
    """The whole file."""
    main: Any = typer.main.get_command(application([]))
    rows = (f'    "{name}": "{_usage(main.commands[name])}",' for name in COMMANDS)
    return HEAD + "\n".join(rows) + "\n}\n"


def _usage(command: Any) -> str:
    """Its options, then its arguments: what stands behind ``--`` is the last of them."""
    options, arguments = [], []
    for one in command.get_params(typer.Context(command)):
        if one.param_type_name == "argument":
            arguments.append(one.metavar)
        elif "--help" not in one.opts:
            value = "" if one.is_flag else f"={one.metavar}"
            options.append(one.opts[0] + value + ("..." if one.multiple else ""))
    return " ".join([*options, *arguments])


if __name__ == "__main__":
    FILE.write_text(table(), "utf-8")
