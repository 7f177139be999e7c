"""What ``[tool.ledger]`` of a ``pyproject.toml`` says."""

from __future__ import annotations

from ledger.errors import UnreadableInput, UsageError, shown, why

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ledger.plan.model import Conventions

_KEYS: dict[str, type] = {
    "path": str,
    "archive": str,
    "append_only": str,
    "ignore": list,
    "max_lines": int,
    "runs": str,
    "words": dict,
    "dialect": str,
}
_IN_WORDS = {str: "text", list: "a list", int: "a number", dict: "a table"}
_APPEND_ONLY = ("strict", "latest", "off")
# [tool.ledger], [tool.ledger.x], or a [tool] table, which may hold it.
_MENTIONED = rb"""\[[ \t]*["']?tool["']?[ \t]*(?:\.[ \t]*["']?ledger|\])"""
_LARGEST = 1_000_000  # bytes


def read(file: str, *, ours: bool) -> dict[str, Any] | None:
    """The checked table of a ``pyproject.toml``, with ``own`` for what its words and its dialect
    come to; None where there is none. Above a folder without git a file may be somebody else's
    (``ours`` false): where it cannot be read it is as if it were not there.

    Raises UsageError where a setting is wrong, UnreadableInput where the file cannot be read.
    """
    try:
        with open(file, "rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        if not ours:
            return None
        raise UnreadableInput("bad-config", f"{shown(file)}: {why(error)}") from error
    if len(data) > _LARGEST:
        raise UnreadableInput("bad-config", f"{file}: expected at most {_LARGEST:,} bytes")
    if not _may_be_in(data):
        return None
    import tomllib  # only where there is a table to read

    try:
        tool = tomllib.loads(data.decode("utf-8")).get("tool", {})
    except (ValueError, RecursionError) as error:
        raise UnreadableInput(
            "bad-config", f"{file}: {str(error)[:200]}", "mend the file"
        ) from error
    if not isinstance(tool, dict) or "ledger" not in tool:
        return None
    return _checked(file, tool["ledger"])


def _may_be_in(data: bytes) -> bool:
    """Whether a ``pyproject.toml`` can have our table."""
    if b"ledger" not in data and b"\\" not in data:
        return False
    import re

    return bool(re.search(_MENTIONED, data))


def _checked(file: str, table: Any) -> dict[str, Any]:
    def refuse(fault: str, hint: str = "") -> UsageError:
        return UsageError("bad-config", f"{file}: {fault}", hint)

    if not isinstance(table, dict):
        raise refuse("expected [tool.ledger] to be a table")
    for key, value in table.items():
        wanted = _KEYS.get(key)
        if wanted is None:
            raise refuse(
                f"unknown key {key[:100]!a} in [tool.ledger]", f"known are {', '.join(_KEYS)}"
            )
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise refuse(f"expected {key} of [tool.ledger] to be {_IN_WORDS[wanted]}")
    if table.get("append_only", "latest") not in _APPEND_ONLY:
        raise refuse(f"expected append_only to be one of {', '.join(_APPEND_ONLY)}")
    if not all(isinstance(code, str) for code in table.get("ignore", ())):
        raise refuse("expected ignore to be a list of rule codes")
    if table.get("max_lines", 0) < 0:
        raise refuse("expected max_lines to be 0 (any size) or more")
    from ledger.plan.dialects import DIALECTS

    if table.get("dialect", DIALECTS[0]) not in DIALECTS:
        raise refuse(
            f"expected dialect to be one of {', '.join(DIALECTS)}",
            "leave it out to have it recognised",
        )
    for key, what in (("path", "file"), ("archive", "file"), ("runs", "folder")):
        if not table.get(key, "x").strip() or "\0" in table.get(key, ""):
            raise refuse(f"expected {key} to be the path of a {what}")
    return {**table, "own": _own(table, refuse)}


def _own(table: dict[str, Any], refuse: Callable[[str], UsageError]) -> Conventions | None:
    if "words" not in table and "dialect" not in table:
        return None
    from ledger.plan import conventions  # few projects have any

    try:
        own = conventions.read(table.get("words", {}))
    except ValueError as error:
        raise refuse(f"[tool.ledger.words]: {error}") from error
    return own.model_copy(update={"dialect": table["dialect"]}) if "dialect" in table else own
