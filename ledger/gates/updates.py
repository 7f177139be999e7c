"""Ready-made updates of the ledger: an attempt to append, actions to rewrite and to add."""

import re
from collections.abc import Iterator
from typing import Final

from ledger.gates.model import Update, UpdateKind
from ledger.gates.outline import Fence, Node, Part, plain
from ledger.plan import patterns

_ITEM: Final = re.compile(r"\[([A-Z][A-Z0-9]*(?:-[A-Za-z0-9]+)+)\]")
_REWRITE: Final = re.compile(r"\b(?:update|rewrite|replace|change|mark|edit)\b", re.IGNORECASE)
_ADD: Final = re.compile(r"\b(?:add|new|append)\b", re.IGNORECASE)


def read(part: Part) -> Iterator[Update]:
    """The updates that a part about the next actions or the ledger holds: fenced code in its
    lists. What the code begins with tells an attempt from actions; the words before it whether
    actions are new."""
    title = plain(part.title)
    if any(name in title for name in ("next actions", "ledger", "fix plan", "fix_plan")):
        for node in part.nodes:
            for fence in node.fences:
                yield from _updates(node, fence)


def _updates(node: Node, fence: Fence) -> Iterator[Update]:
    named = _ITEM.search(node.said)
    for first, lines in _entries(fence):
        lead = patterns.attempt(patterns.unbulleted(lines[0])[1])
        number = patterns.numbered(lines[0])
        kind: UpdateKind = "attempt"
        if number is not None:
            kind = "rewrite" if _REWRITE.search(node.said) and not _adds(node.said) else "add"
        elif lead is not None:
            number = lead.number
        else:
            continue
        yield Update(
            kind=kind,
            item=named[1] if named else None,
            number=number,
            text="\n".join(lines).rstrip(),
            line=first,
        )


def _adds(said: str) -> bool:
    """Whether adding is what the words begin with: ``Add New Next Actions``."""
    added, rewritten = _ADD.search(said), _REWRITE.search(said)
    return bool(added and (not rewritten or added.start() < rewritten.start()))


def _entries(fence: Fence) -> Iterator[tuple[int, list[str]]]:
    """The entries of the code: each begins with a bullet or number at the left edge."""
    current: list[str] = []
    first = fence.line
    for number, line in enumerate(fence.lines, fence.line):
        if line and not line[0].isspace() and patterns.unbulleted(line)[0]:
            if any(current):
                yield first, current
            current, first = [line], number
        elif current:
            current.append(line)
    if any(current):
        yield first, current
