"""The plugin of pytest: ``pytest --ledger ITEM`` records the session as ``ledger run`` would.

Whoever has this package installed loads this module with each pytest, so it imports nothing until
it is asked for something."""

import os
from typing import Final

import pytest  # no dependency of this package: it is there where this is loaded

_RECORDED: Final = "LEDGER_RUN_DIR"
"""What ``ledger run`` sets for the command that it records: nothing is recorded twice, and the
session that this plugin starts is a plain one, also where `addopts` has its options."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("ledger", "record the session in a fix plan")
    group.addoption(
        "--ledger",
        dest="ledger_item",
        metavar="ITEM",
        help="Record the session as an attempt of ITEM, as `ledger run ITEM` does.",
    )
    group.addoption(
        "--ledger-complete",
        dest="ledger_complete",
        metavar="N",
        type=int,
        action="append",
        default=[],
        help="Action N of the item is complete with this attempt.",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Execute the session under ``ledger run`` where that is asked for, else leave it to pytest."""
    options = config.option
    wanted = options.ledger_item is not None or options.ledger_complete
    if not wanted or os.environ.get(_RECORDED) or options.help or options.version:
        return None
    if getattr(options, "usepdb", False) or getattr(options, "trace", False):
        message = "--ledger: a session in which a person debugs is not recorded: leave out --pdb"
        raise pytest.UsageError(f"{message} and --trace, or --ledger")
    from ledger.integrations.pytest_session import record  # takes 0.3 s, and few ask for it

    return record(
        config.invocation_params.args,
        options.ledger_item or "",
        options.ledger_complete,
        is_coloured=getattr(options, "color", "") == "yes",
    )
