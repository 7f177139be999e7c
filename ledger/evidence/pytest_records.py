"""What pytest's report log and its JSON report have in common: pytest's own reports as JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ledger.errors import UnreadableInput
from ledger.evidence.model import Completeness, TestResult, identity_of
from ledger.evidence.part import shorten
from ledger.plan.text import counted

Record = Mapping[str, object]
_SKIPPED = "Skipped: "
_WORKER = re.compile(r"\A\[gw\d{1,4}\][^\n]*\n")  # xdist says which of its workers it was
_LONGEST_TIME_S = 1e10  # past 300 years: no time that pytest wrote
_ENDS: dict[int, tuple[Completeness, str]] = {
    2: ("incomplete", "pytest: interrupted"),
    3: ("failed", "pytest: internal error"),
    4: ("failed", "pytest: called wrongly"),
    5: ("failed", "no tests ran"),
}


def unreadable(code: str, name: str, expected: str, hint: str) -> UnreadableInput:
    """The one line for a broken file."""
    return UnreadableInput(code, f"{name}: expected {expected}", hint)


def record(value: object) -> Record:
    """A JSON object; anything else counts as an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """A JSON string that can be written again: escapes may have made half a character of it."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def seconds(value: object) -> float:
    """A time or duration; 0 where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 <= value < _LONGEST_TIME_S and math.isfinite(value) else 0.0


def whole(value: object) -> int | None:
    """A whole number such as an exit code."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1 << 32:
        return None
    return value


def moment(value: float) -> str | None:
    """Seconds since 1970 as ISO time in UTC; None for 0, which is no time."""
    return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds") if value else None


def message(reported: object) -> str | None:
    """What a report says went wrong, as JUnit XML has it: the exception's line, or the reason
    of a skip."""
    told = ""
    if isinstance(reported, dict):
        told = text(record(reported.get("reprcrash")).get("message"))
    elif isinstance(reported, list) and len(reported) == 3:
        told = text(reported[2])
    elif isinstance(reported, str):
        told = _WORKER.sub("", text(reported), count=1)
        if told.startswith("('") and _SKIPPED in told:  # a tuple that was printed
            told = told[told.index(_SKIPPED) : -2]
    told = told.removeprefix(_SKIPPED).strip()
    return shorten(told) if told else None


def at_collection(reported: Record) -> TestResult | None:
    """A module or class that was skipped or failed before its tests were counted."""
    outcome = reported.get("outcome")
    node_id = text(reported.get("nodeid"))
    if outcome not in ("failed", "skipped") or not node_id:
        return None
    told = message(reported.get("longrepr"))
    return TestResult(
        identity=identity_of(node_id),
        outcome="error" if outcome == "failed" else "skipped",
        duration_s=None,
        message=None if told is None else told.split("\n", 1)[0],
        at_collection=True,
    )


def end(exit_status: int | None, broken: int) -> tuple[Completeness, str]:
    """How far a session came that told its exit status. ``broken`` modules could not be
    collected, for which pytest stops as if it were interrupted."""
    if exit_status == 2 and broken:
        return "failed", f"pytest: {counted(broken, 'module')} could not be collected"
    return _ENDS.get(exit_status or 0, ("complete", ""))
