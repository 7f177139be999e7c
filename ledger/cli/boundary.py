"""The one place where failures become messages and exit codes."""

from __future__ import annotations

import io
import itertools
import os
import sys

from ledger.cli import output
from ledger.errors import LedgerError, UnreadableInput, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

INTERRUPTED = 130


def run(command: Callable[[], Any], given: Sequence[str]) -> int:
    """Run ``command`` and return its exit code; ``given`` are the arguments, which tell
    whether a failure is reported as JSON."""
    # A stream that the shell closed (`>&-`) is None.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - open until exit
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115 - likewise
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _code(command())
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as stop:
        return _code(stop.code)
    except LedgerError as error:
        return _report(error, given)
    except Exception as error:  # noqa: BLE001 - the boundary: no traceback reaches a user
        typer = sys.modules.get("typer")  # where it is not loaded it raised nothing
        if typer is not None and isinstance(error, typer.Abort):
            return INTERRUPTED
        # The parser's own error, which Typer does not export: the base of one that it does.
        if typer is not None and isinstance(error, typer.BadParameter.__mro__[2]):
            return _report(_usage(error), given)
        if os.environ.get("LEDGER_TRACEBACK"):
            import traceback

            traceback.print_exc()
        return _report(_unexpected(error), given)


def _code(returned: object) -> int:
    return returned if isinstance(returned, int) else 0


def _usage(error: Any) -> UsageError:
    """What the parser of the command line says, as ours: no full stop, a hint at the help."""
    from ledger.plan import text  # patterns: only for what went wrong

    said = text.one_line(error.format_message()).rstrip(".")
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "ledger"
    return UsageError("usage", said[:1].lower() + said[1:], f"see `{command} --help`")


def _unexpected(error: Exception) -> LedgerError:
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror.lower()
        if error.filename is None:
            return UnreadableInput("cannot-write", f"cannot write the output: {reason}")
        name = os.fsdecode(error.filename) if not isinstance(error.filename, int) else "a file"
        return UnreadableInput("cannot-read", f"{name[:200]}: {reason}")
    from ledger.plan import text

    kind = type(error).__name__
    return LedgerError(
        "internal",
        f"this is a defect of ledger: {kind}: {text.one_line(str(error))[:200]}",
        "set LEDGER_TRACEBACK=1 to see where, and report it",
    )


def _report(error: LedgerError, given: Sequence[str]) -> int:
    from ledger.plan import text

    if _wants_json(given):
        output.document(
            {
                "schema_version": 1,
                "kind": "error",
                "error": {"code": error.code, "message": error.message, "hint": error.hint},
            }
        )
    else:
        output.diagnostic(text.visible(f"ledger: {error}"))
    return error.exit_code


def _wants_json(given: Sequence[str]) -> bool:
    """Whether JSON was asked for; what stands after ``--`` is not for this command."""
    options = list(given[: given.index("--")] if "--" in given else given)
    if "--json" in options or "--format=json" in options:
        return True
    return ("--format", "json") in itertools.pairwise(options)
