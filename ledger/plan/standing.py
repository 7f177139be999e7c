"""The parts of a plan that stand for a sprint of a brief."""

import re
from collections.abc import Iterator
from typing import Final

from ledger.plan.model import FINISHED, Item

# `**Sprint 1**: Infrastructure`, but no range: "Sprint 1-3"
# e.g. "Sprint 2: Types"
_LEADING: Final = re.compile(
    r"[\W_]{0,8}sprint[ \t]+(?P<number>\d+(?:\.\d+)?[a-z]?)\b(?!(?:-|\u2013| to | and )\d)",
    re.IGNORECASE,
)

_MAY_BE_BRIEF: Final = re.compile(rb"sprint|initiative", re.IGNORECASE)
# A task that is done: "| M1 | Parse | [D] |", "- [x] M1 Parse"
_TICKED: Final = re.compile(rb"\[[xXD]\]")
# e.g. "## Sprint 1", "**Sprint** 1", "### Deferred"
_MAY_HAVE_SPRINTS: Final = re.compile(
    rb"^\W{0,40}(?:sprint\W{1,20}\d|deferred)", re.IGNORECASE | re.MULTILINE
)


def may_be_brief(data: bytes) -> bool:
    """Whether a document has a word of those by which a brief is tied to an item."""
    return _MAY_BE_BRIEF.search(data) is not None


def may_have_ticks(data: bytes) -> bool:
    """Whether a document may be a brief, or has a task with a box that is ticked and a check."""
    return may_be_brief(data) or (b"check:" in data and _TICKED.search(data) is not None)


def may_have_sprints(data: bytes) -> bool:
    """Whether a line of a document begins with the words that open a sprint."""
    return _MAY_HAVE_SPRINTS.search(data) is not None


def sprint_number(words: str) -> str | None:
    """The number of the one sprint that ``words`` begin with: ``**Sprint 1**: Infrastructure``."""
    match = _LEADING.match(words)
    return match["number"] if match else None


def standing_for(item: Item) -> Iterator[tuple[int | None, str]]:
    """The words, and the number, of each sprint that the title or an open action names."""
    if item.status not in FINISHED and sprint_number(item.title) is not None:
        yield None, item.title
    for action in item.actions:
        is_open = action.state not in ("complete", "rejected")
        if is_open and sprint_number(action.text) is not None:
            yield action.number, action.text
