"""Damaged characters (``âœ…`` for ✅) as they were meant, line by line (LED114).

Code is left alone, for it may be about such characters. A line of which something cannot be told
stays as it is, whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.edits.shape import Shape
from ledger.plan import text
from ledger.plan.document import Edit
from ledger.plan.model import Ledger
from ledger.rules import marks
from ledger.rules.mending.fix import Draft, Fix, Left

_OTHER: Final = re.compile(r"[^\x00-\x7f]+")


def damaged(ledger: Ledger) -> Iterator[Fix | Left]:
    """Each damaged line."""
    for one in marks.damaged(ledger.text):
        if one.lost:
            said = f"{one.lost} characters cannot be told any more"
            yield Left("LED114", one.line, None, said)
        else:
            said = f"{text.one_line(one.was)[:200]}\n{text.one_line(one.mended)[:200]}"
            edit = Edit(one.start, one.end, text.encode(one.mended))
            yield Fix("LED114", one.line, None, said, (edit,), bare)


def bare(draft: Draft) -> None:
    """Leave the draft without what such a fix may change: all but ASCII, and what it means."""
    for row in (row for group in draft.rows for row in group):
        _bare(row)
    for item in draft.items:
        item["fields"] = [(_kept(name), _kept(value)) for name, value in item["fields"]]
        item["criteria"] = [(_kept(said), ticked) for said, ticked in item["criteria"]]
        for one in (item, *item["attempts"], *item["actions"]):
            _bare(one)
        for action in item["actions"]:
            action["words"], action["text"] = "", f"{action['words']} {action['text']}".split()
            action["state"] = ""
    for one in draft.loose:
        _bare(one)
    draft.unread = [_kept(said) for said in draft.unread]
    draft.updated = _kept(draft.updated or "")


def _bare(shape: Shape) -> None:
    for name, value in shape.items():
        if isinstance(value, str):
            shape[name] = _kept(value)


def _kept(said: str) -> str:
    return " ".join(_OTHER.sub(" ", said).split())
