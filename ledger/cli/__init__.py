"""The command line: ``main`` runs one command and returns its exit code. A command is a function
``command`` in a module of its own, which is named in ``COMMANDS`` alone and imported on demand."""

import itertools
import sys
from collections.abc import Sequence
from typing import NoReturn

from ledger import errors, reports
from ledger.cli import output
from ledger.errors import LedgerError
from ledger.plan import text

# Name to module and group of the help text, in the order in which the help lists them.
COMMANDS: dict[str, tuple[str, str]] = {
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
    "init": ("ledger.cli.init", "Care"),
    "doctor": ("ledger.cli.doctor", "Care"),
    "archive": ("ledger.cli.archive", "Care"),
    "apply": ("ledger.cli.apply", "Care"),
    "history": ("ledger.cli.history", "Git"),
    "merge-driver": ("ledger.cli.merge_driver", "Git"),
    "export": ("ledger.cli.export", "Machine"),
    "schema": ("ledger.cli.schema", "Machine"),
}


def run() -> NoReturn:
    """The program ``ledger``."""
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``ledger`` with ``arguments`` (default: those of the process). Never raises."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return errors.boundary(lambda: _run(given), lambda failure: _report(failure, given))


def _run(given: list[str]) -> object:
    from ledger.cli.application import execute  # Typer takes 0.1 s

    return execute(given)


def _report(failure: LedgerError, given: list[str]) -> None:
    if _wants_json(given):
        output.json(reports.error(failure))
    else:
        errors.diagnostic(text.visible(f"ledger: {failure}"))


def _wants_json(given: list[str]) -> bool:
    """Whether JSON was asked for; what stands after ``--`` is not for this command."""
    options = given[: given.index("--")] if "--" in given else given
    return (
        "--json" in options
        or "--format=json" in options
        or ("--format", "json") in itertools.pairwise(options)
    )
