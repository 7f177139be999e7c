"""What shows that a section is written in the ``attempts`` dialect."""

import re
from typing import TYPE_CHECKING

from ledger.plan import patterns, words
from ledger.plan.document import Document, Section, entries
from ledger.plan.recognition import Sign

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

_BOX = re.compile(r"\[[ xX]\](?:\s|\Z)")
_FIELD = re.compile(r"\*{0,2}[A-Za-z][^:\[\n]{0,60}:")
# Names of fields that are the dialect's own.
_KNOWN = re.compile(
    r"(?:Status|Priority|Exit criteria|Reproduction|Owner/Date|Plan Reference|First Divergence"
    r"|Artifacts(?: Root)?|Attempts History|Next Actions|Metrics|Spec/AT)(?=[^\n:]{0,40}:)",
    re.IGNORECASE,
)
_NAME = "attempts"


def sign(document: Document, section: Section, own: "Conventions | None" = None) -> Sign | None:
    """An item or an attempt in the heading has it all, else rows of an index, entries with an ID
    and attempts are counted."""
    heading = section.heading
    title = document.title(section)
    if heading and title:
        named = patterns.ids(own).item.match(title)
        lead = patterns.attempt(named["title"].strip() if named else title)
        if lead and lead.number is not None:
            return Sign(
                dialect=_NAME,
                line=heading.start + 1,
                count=1,
                reason="a heading that is an attempt",
                owns=True,
            )
        if named and _is_item(document, section):
            said = f"a heading with the ID [{patterns.plain_id(patterns.id_of(named))}]"
            return Sign(dialect=_NAME, line=heading.start + 1, count=1, reason=said, owns=True)
    return _entries(
        document, section, own, is_index=words.name(title, own).lower().startswith("index")
    )


def is_task(line: str) -> bool:
    """Whether a bullet's line, the bullet cut off, opens with a box."""
    return bool(_BOX.match(line))


def _is_item(document: Document, section: Section) -> bool:
    """Whether it has a field, or at least no tasks: ``## [SETUP] Phase 1`` can head a checklist."""
    has_boxes = False
    for entry in entries(section.blocks):
        body = patterns.unbulleted(document.line(entry.start))[1]
        if _FIELD.match(body):
            return True
        has_boxes = has_boxes or bool(_BOX.match(body))
    return not has_boxes


def _entries(
    document: Document, section: Section, own: "Conventions | None", *, is_index: bool
) -> Sign | None:
    first, count, reason = 0, 0, ""
    for block in section.blocks:
        if block.kind == "table" and is_index:
            first, count = first or block.start + 1, count + block.end - block.start - 2
            reason = reason or "an index of items"
    known: dict[str, int] = {}  # fields, and the line of the first
    fields = 0
    for entry in entries(section.blocks):
        body = patterns.unbulleted(document.line(entry.start))[1]
        if _BOX.match(body):
            continue
        for below in entries(entry.children):
            field = _KNOWN.match(patterns.unbulleted(document.line(below.start))[1])
            if field:
                fields += 1
                known.setdefault(field.group().lower(), below.start + 1)
        lead = patterns.attempt(body)
        if lead and lead.is_certain:
            said = "a bullet that is an attempt"
        elif patterns.ids(own).item.match(body):
            said = "a bullet that opens with an ID"
        else:
            continue
        first, count, reason = first or entry.start + 1, count + 1, reason or said
    if len(known) > 1:
        first, count = first or min(known.values()), count + fields
        reason = reason or "fields of an item: " + ", ".join(sorted(known))
    return Sign(dialect=_NAME, line=first, count=count, reason=reason) if count else None
