"""Fix plans: read without losing a byte, checked, and added to from the outputs of runs.

Each command of the command line is a function here: ``ledger.status()``,
``ledger.append("PARSE-001", [run])``. docs/reference/library.md has an example of each.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for mypy and editors; a program imports what it calls, see __getattr__
    from ledger.commands.action import action
    from ledger.commands.add import add
    from ledger.commands.append import append
    from ledger.commands.apply import apply
    from ledger.commands.archive import archive
    from ledger.commands.claim import claim
    from ledger.commands.close import close
    from ledger.commands.criterion import criterion
    from ledger.commands.doctor import doctor
    from ledger.commands.edit import edit
    from ledger.commands.evidence import evidence
    from ledger.commands.explain import explain
    from ledger.commands.export import export
    from ledger.commands.gate import gate
    from ledger.commands.history import history
    from ledger.commands.init import init
    from ledger.commands.links import links
    from ledger.commands.next_item import next_item
    from ledger.commands.note import note
    from ledger.commands.read import read
    from ledger.commands.release import release
    from ledger.commands.report import report
    from ledger.commands.rounds import rounds
    from ledger.commands.run import run
    from ledger.commands.schema import schema
    from ledger.commands.show import show
    from ledger.commands.status import status
    from ledger.commands.tests import tests
    from ledger.commands.validate import validate
    from ledger.commands.verify import verify
    from ledger.commands.verify_text import verify_text

    __version__: str

__all__ = [
    "__version__", "action", "add", "append", "apply", "archive", "claim", "close", "criterion",
    "doctor", "edit", "evidence", "explain", "export", "gate", "history", "init", "links",
    "next_item", "note", "read", "release", "report", "rounds", "run", "schema", "show", "status",
    "tests", "validate", "verify", "verify_text",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A function of ``ledger.commands``, imported on demand: most programs call one or two."""
    if name == "__version__":
        from importlib import metadata  # reads e-mail headers, and few ask

        return metadata.version("fix-plan-ledger")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.commands.{name}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Library(ModuleType):
    """Where a room of this package has the name of a function (``run``, ``evidence``), the name is
    that of the function: Python would bind it to the room when that is first imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in __all__:
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Library
