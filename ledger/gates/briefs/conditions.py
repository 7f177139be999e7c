"""Criteria as people write them: a tick or box, ``Optional:``, the text, a check of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ledger.gates.briefs.outline import Node
from ledger.gates.model import Condition

_TICK: Final = re.compile(
    r"\*{0,2}(?:\[(?P<box>[ xX])\]|(?P<mark>[\u2705\u2713\u2611\u2714\u274c\u2b1c])\ufe0f?)[ \t]*"
)
_TICKED: Final = "xX\u2705\u2713\u2611\u2714"
_OPTIONAL: Final = re.compile(r"\(?optional\b[):,]{0,2}[ \t]*", re.IGNORECASE)
_CHECK: Final = re.compile(r"[ \t]*(?:[-\u2013\u2014][ \t]*)?`check:[ \t]*([^`]*)`", re.IGNORECASE)


def read(nodes: Iterable[Node], section: str, sprint: str = "") -> tuple[Condition, ...]:
    """The criteria that a list holds, each of its items one."""
    return tuple(condition(node.said, section, node.line, sprint) for node in nodes)


def condition(said: str, section: str, line: int, sprint: str = "") -> Condition:
    """One criterion from its text."""
    tick = _TICK.match(said)
    claimed = None
    if tick:
        claimed = (tick["box"] or tick["mark"]) in _TICKED
        said = said[tick.end() :]
    check = _CHECK.search(said)
    if check:
        said = said[: check.start()] + said[check.end() :]
    optional = _OPTIONAL.match(said)
    if optional:
        said = said[optional.end() :]
    return Condition(
        section=section,
        text=said.strip(),
        claimed=claimed,
        optional=bool(optional),
        check=check[1].strip() if check else "",
        line=line,
        sprint=sprint,
    )
