"""The arguments of ``ledger run``, read without Typer where they are plain and right.

Typer takes twice as long to load as a command may wait. It has the last word all the same: what
is not understood here, help and mistakes included, is left to it.
"""

from __future__ import annotations

from ledger.run.order import Order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_TEXTS = ("stamp", "phase", "sprint", "summary", "ledger", "against")
_NUMBERS = {"rounds": (1, 500), "retries": (0, 100)}
_LEAST_S = 0.001


def read(given: Sequence[str]) -> tuple[Order, str | None, str | None, bool] | None:
    """The order, ``--ledger``, ``--against`` and ``--json`` of ``ITEM [OPTION [VALUE]]... --
    COMMAND...``; None for anything else."""
    if "--" not in given:
        return None
    at = given.index("--")
    words = tuple(given[at + 1 :])
    found: dict[str, Any] = {"retry_on": ()}
    rest = iter(given[:at])
    for word in rest:
        name = word.removeprefix("--")
        if not word.startswith("-") and "item" not in found:
            found["item"] = word
        elif word in ("--json", "--no-append"):
            found[name] = True
        elif not word.startswith("--") or not _read_value(name, next(rest, "-"), found):
            return None
    if not words or not found.get("item"):
        return None
    order = Order(
        found["item"],
        words,
        found.get("rounds", 1),
        found.get("retries", 0),
        found["retry_on"],
        found.get("timeout"),
        found.get("stamp", ""),
        found.get("phase", ""),
        found.get("sprint", ""),
        found.get("summary", ""),
        "no-append" not in found,
    )
    return order, found.get("ledger"), found.get("against"), "json" in found


def _read_value(name: str, value: str, found: dict[str, Any]) -> bool:
    """Whether the value of an option is a plain one; it is noted then."""
    if not value or value.startswith("-") or "\0" in value:
        return False
    if name == "retry-on":
        found["retry_on"] += (value,)
    elif name in _TEXTS:
        found[name] = value
    elif name in _NUMBERS and _is_digits(value, 3):
        least, most = _NUMBERS[name]
        found[name] = number = int(value)
        return least <= number <= most
    elif name == "timeout" and all(map(_is_digits, value.split(".", 1), (9, 3))):
        found[name] = seconds = float(value)
        return seconds >= _LEAST_S
    else:
        return False
    return True


def _is_digits(value: str, most: int) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= most
