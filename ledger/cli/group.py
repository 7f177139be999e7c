"""How commands are parsed and listed, so that starting one stays cheap."""

from __future__ import annotations

from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup

_LONGEST = 200  # characters of a command's first sentence: it is wrapped, not cut


class Command(TyperCommand):
    """A command that leaves alone what was not given, and names its arguments as they are."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, that for help too."""
        parameters = _sparing(super().get_params(ctx))
        for parameter in parameters:
            if parameter.param_type_name == "argument":
                _name(parameter)
        return parameters


class Group(TyperGroup):
    """Lists commands under the group that they were registered with, in plain text: rich takes
    as long to load as all the rest."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, that for help too."""
        return _sparing(super().get_params(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each group, in the order of registration."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            panel = command.rich_help_panel
            rows.setdefault(panel, []).append((name, command.get_short_help_str(limit=_LONGEST)))
        for panel, listed in rows.items():
            with formatter.section(panel):
                formatter.write_dl(listed)


def _sparing(parameters: list[Any]) -> list[Any]:
    """Let options that were not given be: from version 0.29 on Typer loads pydantic to convert
    any value, None too."""
    for parameter in parameters:
        if not parameter.required and "process_value" not in vars(parameter):
            nothing = None if parameter.nargs == 1 and not parameter.multiple else ()
            parameter.process_value = partial(_given_only, parameter.process_value, nothing)
    return parameters


def _name(argument: Any) -> None:
    """Have help say ``[RUN...]`` where Typer adds braces, dots and types of Python of its own."""
    named: str = argument.metavar
    bare = named[1:-1] if named.startswith("[") else named
    argument.get_usage_pieces = lambda _: [bare if argument.required else f"[{bare}]"]
    argument.get_help_record = lambda _: (bare, argument.help or "")


def _given_only(convert: Any, nothing: Any, ctx: Any, value: Any) -> Any:
    return nothing if value is None or value == () else convert(ctx, value)
