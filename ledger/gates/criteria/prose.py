"""What a criterion says in prose, in code form.

Each reader knows one way of saying something. What stands in parentheses at the end is a note: it
may name tests or files, but sets no bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ledger.gates.criteria import prose_plan, prose_runs
from ledger.gates.criteria.language import Check, Term
from ledger.gates.criteria.saying import Said
from ledger.gates.model import Brief, Condition

_NOTE: Final = re.compile(
    r"[ \t]*\((?P<note>[^()]{1,300}(?:\([^()]{0,100}\)[^()]{0,100})?)\)[.]?\Z"
)
_LABEL: Final = re.compile(r"[A-Z]{1,3}\d{1,3}[a-z]?:[ \t]+")


def check(condition: Condition, brief: Brief | None, path: str) -> Check | None:
    """The check that the criterion's prose stands for; None where no reader knows what it says.
    ``path`` is the document's own."""
    text = _LABEL.sub("", condition.text, count=1)
    note = _NOTE.search(text)
    said = Said(
        text[: note.start()] if note else text, note["note"] if note else "", condition, brief, path
    )
    for reader in _READERS:
        if terms := reader(said):
            return Check(tuple(terms))
    return None


_READERS: Final[tuple[Callable[[Said], list[Term]], ...]] = (
    prose_plan.plan,
    prose_plan.targeted,
    prose_runs.remaining,
    prose_runs.cleared,
    prose_runs.thresholds,
    prose_plan.captured,
    prose_plan.documented,
    prose_plan.deployed,
    prose_plan.named,
    prose_runs.exits,
)
