"""Bytes to a ``Ledger``: the one way in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ledger.plan import dialects, document, parts, pointers
from ledger.plan.dialects import attempts, strays
from ledger.plan.document import Document
from ledger.plan.model import Conventions, Ledger
from ledger.plan.recognition import DIALECTS, Recognition

# `## [SCAN-001] Scan in linear time`
_ITEM: Final = re.compile(rb"^#{1,6}[ \t]+\*{0,2}\[", re.MULTILINE)


def read(data: bytes, like: Ledger | None = None, own: Conventions | None = None) -> Ledger:
    """Read any bytes as a fix plan. Never fails: what cannot be read is in ``unread``.

    ``own`` are the words, IDs and dialect of this project, where it says any. ``like`` is another
    version of the same file, for speed: what both have is read once, and in the same words.
    """
    own = like.conventions if like else own
    whole = document.parse(data)
    known = dialects.recognise(whole, own)
    found = []
    for name in sorted(set(known.sections), key=DIALECTS.index):
        sections = [
            section
            for section, dialect in zip(whole.sections, known.sections, strict=True)
            if dialect == name
        ]
        if name == dialects.MAIN:
            found.append(attempts.read(whole, sections, own, like))
        else:
            found.append(dialects.load(name).read(whole, sections, own))
    plan = found[0] if len(found) == 1 else _joined(whole, known.dialect, found)
    return pointers.note(strays.note(plan, whole, known.sections), whole)


def cut(data: bytes) -> list[bytes]:
    """``data`` cut before what looks like the heading of an item. Whoever reads many versions of
    one file reads what they have in common once: see ``read_part``."""
    cuts = [found.start() for found in _ITEM.finditer(data) if found.start()]
    return [data[start:end] for start, end in pairwise([0, *cuts, len(data)])]


def read_part(data: bytes, own: Conventions | None = None) -> Ledger | None:
    """One part of a plan (see ``cut``) as a plan of its own. What stands in all parts is what
    stands in the whole, if none is None and no item goes on in the next one.

    None is for a part that cannot be told apart from the rest: it may be in another dialect, it
    has an open fence at its end, or the place of something archived that may be another item's.
    """
    if dialects.may_mix(data, own) or document.is_open(data) or pointers.OF in data:
        return None
    return read(data, own=(own or Conventions()).model_copy(update={"dialect": dialects.MAIN}))


def recognise(data: bytes, own: Conventions | None = None) -> Recognition:
    """Which dialects ``data`` is written in, and why."""
    return dialects.recognise(document.parse(data), own)


def _joined(whole: Document, dialect: str, found: Sequence[Ledger]) -> Ledger:
    """One ledger of what each dialect has read of the document."""
    items = sorted(
        (item for one in found for item in one.items), key=lambda item: item.span.start_byte
    )
    first = min((item.span.start_line for item in items), default=1 << 60) - 1
    own = found[0].conventions
    return Ledger(
        dialect=dialect,
        text=whole.data,
        last_updated=parts.last_updated(whole, first, own),
        index=tuple(row for one in found for row in one.index),
        items=tuple(items),
        loose=tuple(
            sorted(
                (one for each in found for one in each.loose),
                key=lambda one: one.span.start_byte,
            )
        ),
        unread=tuple(
            sorted((one for each in found for one in each.unread), key=lambda one: one.line)
        ),
        headings=tuple(one for each in found for one in each.headings),
        conventions=own,
    )
