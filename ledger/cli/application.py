"""The Typer application of all commands, or of the one that was asked for; what they share."""

import difflib
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import ledger
from ledger.cli import COMMANDS, output
from ledger.errors import UsageError
from ledger.plan import text


def option(name: str, metavar: str, words: str, **bounds: Any) -> Any:
    """An option with a value; ``bounds`` are ``min`` and ``max``."""
    return typer.Option(name, metavar=metavar, help=words, **bounds)


def flag(name: str, words: str) -> Any:
    """An option that is given or not."""
    return typer.Option(name, help=words)


def argument(metavar: str, words: str) -> Any:
    """An argument by its place."""
    return typer.Argument(metavar=metavar, help=words)


LedgerPath = Annotated[
    Path | None, option("--ledger", "PATH", "The fix plan, instead of the configured one.")
]
Names = Annotated[
    list[str] | None, argument("[ITEM[#N]...]", "Items, or single attempts; default: all.")
]
ItemName = Annotated[str, argument("ITEM", "The item.")]
DryRun = Annotated[bool, flag("--dry-run", "Print the change as a diff; write nothing.")]
AsName = Annotated[
    str | None,
    option("--as", "NAME", "Who works on it; default: your name for git."),
]
AsJson = Annotated[bool, flag("--json", "Print one JSON document.")]
# What `append` and `run` write.
Result = Annotated[
    str | None, option("--result", "TEXT", "How it went; default: what the run says.")
]
Complete = Annotated[
    list[int] | None, option("--complete", "N", "Action N is complete with this attempt.")
]
Following = Annotated[list[str] | None, option("--next", "TEXT", "Add a next action.")]
Baseline = Annotated[Path | None, option("--baseline", "RUN", "Compare with this earlier run.")]
Status = Annotated[str | None, option("--status", "WORD", "The item's new status.")]
Because = Annotated[
    str,
    option(
        "--because",
        "TEXT",
        "Why it is a success over a run that failed, done where nothing shows it, or decided.",
    ),
]
Decided = Annotated[
    str, option("--decision", "OPTION", "The option that was decided for; needs --because.")
]
Tasks = Annotated[
    list[str] | None, option("--task", "ID", "Task ID of the item's plan file is done with it.")
]

# What other tools call it, and people try first.
OTHER_WORDS = {
    "create": "add", "new": "add", "task": "add", "update": "edit", "set": "edit",
    "list": "status", "ls": "status", "st": "status", "ready": "next", "todo": "next",
    "done": "close", "finish": "close", "complete": "close", "start": "claim", "take": "claim",
    "comment": "note", "log": "history", "check": "validate", "lint": "validate",
    "test": "run", "record": "append", "view": "show", "cat": "show", "fix": "doctor",
    "setup": "init", "install": "init",
}  # fmt: skip
# What `add` and `edit` write.
Priority = Annotated[str, option("--priority", "WORD", "Its priority.")]
Owner = Annotated[str, option("--owner", "NAME", "Who works on it.")]
DependsOn = Annotated[
    list[str] | None, option("--depends-on", "ITEM", "An item that it waits for.")
]


def text_of(given: str) -> str:
    """What was given, or for `-` all of standard input."""
    if given != "-":
        return given
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def number_and_text(words: list[str], *, has_number: bool) -> tuple[int | None, str]:
    """What `[N] [TEXT]` mean. Raises UsageError for a number that is none."""
    first = words[:1] if has_number else []
    if first and not (first[0].isdecimal() and len(first[0]) < _MOST_DIGITS):
        hint = "such as 2, as `ledger show` tells them"
        raise UsageError("usage", f"expected a number, found {first[0][:40]!r}", hint)
    return (int(first[0]) if first else None), text_of(" ".join(words[len(first) :]))


_MOST_DIGITS = 10
_LONGEST = 200  # characters of a command's first sentence: it is wrapped, not cut
# The parser's own error, which Typer does not export: the base of one that it does.
_ParserError: Any = typer.BadParameter.__mro__[2]


def execute(given: list[str]) -> object:
    """Run the command that the arguments name. Raises UsageError for arguments it refuses."""
    output.force_color(is_wanted=False)
    try:
        return application(given)(args=given, prog_name="ledger", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except _ParserError as error:
        message = text.one_line(error.format_message()).rstrip(".")
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "ledger"
        hint = f"see `{command} --help`"
        if command.endswith(" run") and "--" not in given:
            hint = "put -- before the command: `ledger run ITEM -- pytest -k parser`"
        raise UsageError("usage", message[:1].lower() + message[1:], hint) from error


def application(given: list[str]) -> typer.Typer:
    """The whole application where its list of commands is needed, else the one command."""
    app = typer.Typer(
        cls=Group,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    wanted = given[:1] if given and given[0] in COMMANDS else COMMANDS
    for name in wanted:
        place, panel = COMMANDS[name]
        module = import_module(place)
        register = app.command(name, cls=Command, rich_help_panel=panel, epilog=module.EXAMPLE)
        register(module.command)
    return app


def _written(option: Any) -> Any:
    """The option for help, written as all other output is, so that lost output is an error."""
    option.callback = _help
    return option


def _help(ctx: typer.Context, _: Any, is_wanted: bool) -> None:
    if is_wanted and not ctx.resilient_parsing:
        output.write(f"{ctx.get_help()}\n")
        raise typer.Exit


class Command(TyperCommand):
    """A command that names its arguments as they are, and takes ``--color`` as the program does."""

    def get_help_option(self, ctx: Any) -> Any:
        """The option ``--help``."""
        return _written(super().get_help_option(ctx))

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, that for help too."""
        *parameters, for_help = super().get_params(ctx)
        for parameter in parameters:
            if parameter.param_type_name == "argument":
                _name(parameter)
        program = ctx.parent.command.params if ctx.parent else ()
        shared = [parameter for parameter in program if parameter.name == "color"]
        return [*parameters, *shared, for_help]

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - click's
        """Write the example as it is: not wrapped."""
        formatter.write(f"\nExample:\n  {self.epilog}\n")


class Group(TyperGroup):
    """Lists commands under the group that they were registered with, in plain text."""

    def get_help_option(self, ctx: Any) -> Any:
        """The option ``--help``."""
        return _written(super().get_help_option(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is asked for. Raises UsageError for one that is none."""
        if args[0] not in COMMANDS:
            raise _no_command(args[0])
        return super().resolve_command(ctx, args)

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


def _name(argument: Any) -> None:
    """Have help say ``[RUN...]`` where Typer adds braces, dots and types of Python of its own."""
    name: str = argument.metavar
    bare = name[1:-1] if name.startswith("[") else name
    argument.get_usage_pieces = lambda _: [bare if argument.required else f"[{bare}]"]
    argument.get_help_record = lambda _: (bare, argument.help or "")


def _no_command(name: str) -> UsageError:
    likely = [OTHER_WORDS[name]] if OTHER_WORDS.get(name) in COMMANDS else []
    near = likely or difflib.get_close_matches(name.lower(), COMMANDS, n=2)
    words = " or ".join(f"`ledger {name}`" for name in near)
    hint = f"did you mean {words}?" if near else "`ledger --help` lists the commands"
    return UsageError("usage", f"no command {text.one_line(name)[:_LONGEST]!r}", hint)


def _version(is_wanted: bool) -> None:
    if is_wanted:
        output.write(f"ledger {ledger.__version__}\n")
        raise typer.Exit


def _color(is_wanted: bool) -> None:
    if is_wanted:
        output.force_color()


def _root(
    ctx: typer.Context,
    color: Annotated[  # noqa: ARG001 - its callback acts
        bool,
        typer.Option(
            "--color",
            callback=_color,
            expose_value=False,
            help="Use colours, also where there is no terminal.",
        ),
    ] = False,
    version: Annotated[  # noqa: ARG001 - likewise
        bool,
        typer.Option(
            "-V",
            "--version",
            callback=_version,
            is_eager=True,
            help="Print the version and stop.",
        ),
    ] = False,
) -> None:
    """Keep a Markdown fix plan trustworthy: read it, check it, add to it from run outputs.

    The fix plan is `path` of `[tool.ledger]` in `pyproject.toml`, else `docs/fix_plan.md`, else
    `fix_plan.md`, looked for from the current folder up to the top of the repository.

    Exit codes: 0 clean or done, 1 findings or a refused change, 2 wrong usage or unreadable
    input, 130 interrupted.
    """
    if ctx.invoked_subcommand is None:
        output.lines(import_module("ledger.cli.status").day())
        formatter, group = ctx.make_formatter(), ctx.command
        assert isinstance(group, Group)
        group.format_commands(ctx, formatter)
        output.write(f"\n{formatter.getvalue()}")
