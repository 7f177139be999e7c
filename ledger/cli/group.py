"""How commands are parsed and listed, so that starting one stays cheap."""

from __future__ import annotations

from functools import partial
from typing import Any

from typer.core import TyperCommand, TyperGroup


class Group(TyperGroup):
    """Lists commands under the group that they were registered with, in plain text: rich takes
    as long to load as all the rest."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each group, in the order of registration."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            panel = command.rich_help_panel
            rows.setdefault(panel, []).append((name, command.get_short_help_str(limit=70)))
        for panel, listed in rows.items():
            with formatter.section(panel):
                formatter.write_dl(listed)


class Command(TyperCommand):
    """Leaves alone the options that were not given: from version 0.29 on Typer loads pydantic
    to convert any value, None too."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for parameter in self.params:
            if not parameter.required and parameter.nargs == 1 and not parameter.multiple:
                convert = parameter.process_value
                parameter.process_value = partial(_given_only, convert)  # type: ignore[method-assign]


def _given_only(convert: Any, ctx: Any, value: Any) -> Any:
    return None if value is None else convert(ctx, value)
