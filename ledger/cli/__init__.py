"""The command line: ``main`` runs one command and returns its exit code. A command is a function
``command`` in a module of its own, which is named in ``_GROUPS`` alone and imported on demand."""

import itertools
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from ledger import errors
from ledger.errors import LedgerError, PlanWarning
from ledger.plan import text

_GROUPS = {
    "Every day": "next status show append run report",
    "Plan": "add edit action criterion note close claim release",
    "Check": "validate verify gate links explain",
    "Runs": "evidence rounds tests",
    "Care": "init doctor archive apply",
    "Git": "history merge-driver",
    "Machine": "export schema completion mcp",
}
# Name to module and group of the help text, in the order in which the help lists them.
COMMANDS = {
    name: (f"ledger.cli.{name.replace('-', '_')}", group)
    for group, names in _GROUPS.items()
    for name in names.split()
}


def run() -> NoReturn:
    """The program ``ledger``."""
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``ledger`` with ``arguments`` (default: those of the process). Never raises."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return errors.boundary(lambda: _run(given), lambda failure: _report(failure, given))


def _run(given: list[str]) -> object:
    with _notes():
        if given[:1] == ["completion"] and given[2:3] == ["--"]:  # felt at every TAB
            from ledger.integrations.completion import answer  # no other command needs its table

            errors.write(answer(given[1], given[3:]))
            return 0
        from ledger.cli.application import execute  # Typer takes 0.1 s

        return execute(given)


@contextmanager
def _notes() -> Iterator[None]:
    """Warnings about the plan become notes on standard error, each one once, unless an error says
    the same."""
    failure = ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PlanWarning)
        try:
            yield
        except LedgerError as error:
            failure = str(error)
            raise
        finally:
            messages = dict.fromkeys(str(warning.message) for warning in caught)
            for message in (m for m in messages if m.partition(": ")[2] not in failure):
                errors.diagnostic(text.visible(f"ledger: note: {message}"))


def _report(failure: LedgerError, given: list[str]) -> None:
    if _wants_json(given):
        from ledger import reports  # pydantic takes 0.1 s, which a TAB does without
        from ledger.cli import output

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
