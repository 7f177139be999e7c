"""A field of an item that gets another value, or that is new, as an edit. A new one looks like the
fields beside it:

    - **Priority:** High
    - **Owner:** anna
"""

import re
from collections.abc import Callable
from typing import Final

from ledger.errors import Refused, UsageError
from ledger.plan import places, styles, text, words
from ledger.plan.dialect import Text
from ledger.plan.document import Edit, walk
from ledger.plan.model import Field, Item

_NAME: Final = re.compile(r"[^\W\d_][\w /&+.'-]{0,58}[\w.]")
# What holds attempts, actions or criteria, in any dialect.
# e.g. "Next actions"
_HOMES: Final = re.compile(
    r"attempts?\b|next (?:action|step)|required action|todo|tasks?\b|" + "|".join(words.CRITERIA),
    re.IGNORECASE,
)


def with_value(
    plan: Text,
    item: Item,
    name: str,
    value: str,
    new: Callable[[Text, Item, str], Edit],
) -> list[Edit]:
    """The field ``name`` with the ``value``; ``new`` puts the line in where there is none."""
    if not _NAME.fullmatch(name):
        message = f"expected the name of a field, found {text.one_line(name)[:60]!r}"
        raise UsageError("bad-field", message, "a name has letters first and no colon: `Owner`")
    if _HOMES.match(name):
        message = f"the field {name} holds a list"
        hint = "use `ledger action`, `ledger criterion` or `ledger append`"
        raise UsageError("bad-field", message, hint)
    vocabulary = words.of(plan.ledger)
    line = styles.defused(value, vocabulary)
    if not line:
        raise UsageError("no-text", f"the field {name} has no value", "say what it is to be")
    field = find(item, name)
    if field is None:
        return [new(plan, item, f"{vocabulary.written(name)}: {line}")]
    return [_reworded(plan, field, line)]


def find(item: Item, name: str) -> Field | None:
    """The field called ``name``, in any case; else the first that goes on behind it: `Owner/Date`
    for `Owner`."""
    wanted = name.lower()
    exact = (field for field in item.fields if field.name.lower() == wanted)
    longer = (
        field
        for field in item.fields
        if field.name.lower().startswith((f"{wanted}/", f"{wanted} ("))
    )
    return next(exact, None) or next(longer, None)


def _reworded(plan: Text, field: Field, line: str) -> Edit:
    """The value becomes ``line``, with what it says on the lines below its first."""
    first = field.span.start_line - 1
    blocks = (block for section in plan.sections for block in walk(section.blocks))
    entry = next((b for b in blocks if b.kind == "list_item" and b.start == first), None)
    if entry is None:
        message = f"the field {field.name} on line {first + 1} is no line of its own"
        raise Refused("no-place", message, "change it by hand")
    start, end = field.value_span.start_byte, field.value_span.end_byte
    last = entry.children[0].end - 1 if entry.children else first
    if last > first:
        end = plan.document.starts[last] + len(text.encode(plan.document.line(last)))
    behind = plan.ledger.text[start - 1 : start] in (b" ", b"\t")
    return Edit(start, end, text.encode(line if behind else f" {line}"))


def behind_heading(plan: Text, item: Item, line: str) -> Edit:
    """The first field of a section: below its heading, or beside the last of those that are
    there."""
    above = [field for field in item.fields if not _HOMES.match(field.name)]
    simple = [f for f in above if f.name.lower() in ("priority", "status", "owner", "owner/date")]
    status = places.field(item, "status")
    is_first = status is not None and line.lower().startswith("priority")
    neighbour = status if is_first else next(iter((simple or above[:1])[::-1]), None)
    if neighbour:
        beside = places.first_line(plan.ledger, neighbour.span.start_byte)
        bullet = re.match(r"[ \t]*[-*+][ \t]+", beside)
        line = f"{bullet.group() if bullet else '- '}{places.as_field(line, beside)}"
        at = neighbour.span.start_byte if is_first else neighbour.span.end_byte
        return places.insertion(plan.ledger.text, at, [line])
    start = item.span.start_line - 1
    section = next(section for section in plan.sections if section.start == start)
    at = plan.document.starts[section.heading.end if section.heading else start]
    return places.behind(plan.ledger, at, ["", f"- {line}"])
