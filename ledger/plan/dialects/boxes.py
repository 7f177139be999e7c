"""Boxes that stand before tasks, ``[ ] text``, and what their marks mean."""

import re
from typing import Final, NamedTuple

from ledger.plan import parts, patterns
from ledger.plan.document import Block, Document
from ledger.plan.model import Action, ActionState

_PLAIN = re.compile(r"\[(?P<mark>[ xX~/-])\](?=[ \t]|\Z)[ \t]*")
_ANY = re.compile(r"\[(?P<mark>[ xX~/!>\u2713\u2714\u2705-])\](?=[ \t]|\Z)[ \t]*")
STATES: Final[dict[str, ActionState]] = {
    " ": "pending",
    "x": "complete",
    "~": "in_progress",
    "/": "in_progress",
    "!": "blocked",
    ">": "deferred",
    "-": "rejected",
    "\u2713": "complete",
    "\u2714": "complete",
    "\u2705": "complete",
}


class Box(NamedTuple):
    """A box: its mark, what it means, and how many characters it takes with the blanks behind."""

    mark: str
    state: ActionState
    length: int


def plain(line: str) -> Box | None:
    """The box that a line, its bullet cut off, opens with. A date in brackets is none."""
    return _read(_PLAIN.match(line))


def any_of(line: str) -> Box | None:
    """The same with the marks that only a checklist has: ``!``, ``>`` and ticks."""
    return _read(_ANY.match(line))


def _read(found: re.Match[str] | None) -> Box | None:
    if not found:
        return None
    return Box(found["mark"], STATES[found["mark"].lower()], found.end())


def is_box(said: str) -> bool:
    """Whether that is what an action says of its state."""
    return len(said) == 3 and said[0] + said[2] == "[]"


def action(
    document: Document, entry: Block, number: int | None, state: ActionState, box: Box | None
) -> Action:
    """The action that a list's entry is, with or without a box."""
    width, said = patterns.unbulleted(document.line(entry.start))
    end = parts.trimmed(document, entry.start, entry.end)
    first = said[box.length :] if box else said
    return Action(
        number=number,
        state=state,
        state_text=f"[{box.mark}]" if box else "",
        attempt=None,
        stamp=None,
        text="\n".join([first, *document.lines(entry.start + 1, end)]).strip(),
        span=parts.span(document, entry.start, end),
        state_span=parts.span_in_line(document, entry.start, width, width + (3 if box else 0)),
    )
