"""What people type for an item or an attempt, and which of the ledger's it means."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.errors import UsageError
from ledger.plan.model import Attempt, Item, Ledger
from ledger.plan.patterns import LARGEST_NUMBER, plain_id
from ledger.plan.pointers import listed
from ledger.plan.text import one_line

_NAME = re.compile(r"\[?(?P<item>[^\[\]#]{1,200})\]?(?:#(?P<number>\d{1,6}))?")
_OPENING = re.compile(r"\d{4}-?\d\d-?\d\d.{0,300}")
_MOST_NAMED = 5
_MOST_COMPARED = 5000  # names, at some 40 microseconds each


@dataclass(frozen=True, slots=True)
class Name:
    """``ITEM`` or, with a number, ``ITEM#N``, as typed."""

    item: str
    number: int | None


def parse(given: str) -> Name:
    """Read ``ITEM[#N]``; the item may stand in brackets. Raises UsageError."""
    found = _NAME.fullmatch(given.strip())
    if not found:
        message = f"{given!r}: expected ITEM or ITEM#N"
        hint = f"such as PARSE-001 or PARSE-001#3; the largest number is {LARGEST_NUMBER}"
        raise UsageError("bad-name", message, hint)
    return Name(found["item"].strip(), int(found["number"]) if found["number"] else None)


def item_in(given: str) -> str:
    """Read ``ITEM``, where one attempt of it cannot be meant. Raises UsageError."""
    name = parse(given)
    if name.number is not None:
        message = f"{one_line(given)}: expected an item, found one of its attempts"
        raise UsageError("bad-name", message, f"give {one_line(name.item)}")
    return name.item


def parse_lost(given: str) -> tuple[Name, str]:
    """Read ``ITEM#N``, or for an attempt without a number ``ITEM#OPENING``: the date that it begins
    with, and more of it if need be. Raises UsageError."""
    item, _, opening = given.partition("#")
    if _OPENING.fullmatch(opening):
        return parse(item), opening
    name = parse(given)
    if name.number is None:
        message = f"{given}: expected ITEM#N, or ITEM#DATE of an attempt without a number"
        raise UsageError("no-number", message, "`ledger history --removed` lists them")
    return name, ""


def folded(item: str) -> str:
    """What two spellings of one item's name have in common."""
    return plain_id(item).upper()


def items(ledger: Ledger, given: str) -> list[Item]:
    """The sections of the item ``given``, as it is spelt or else in any case. Raises UsageError,
    naming close ones."""
    wanted = folded(given)
    found = [item for item in ledger.items if item.id.upper() == wanted]
    found = [item for item in found if item.id == given] or found
    if found:
        return found
    raise unknown_item(given, (item.id for item in ledger.items), "this ledger")


def attempts(ledger: Ledger, name: Name) -> list[Attempt]:
    """The attempts that ``name`` means: those of an item, or those with one number. Raises
    UsageError for none, telling the numbers that there are."""
    sections = items(ledger, name.item)
    every = [attempt for item in sections for attempt in item.attempts]
    if name.number is None:
        return every
    found = [attempt for attempt in every if attempt.number == name.number]
    if found:
        return found
    if any(item.has_archived(name.number) for item in sections):
        raise UsageError(
            "archived",
            f"attempt #{name.number} of {sections[0].id} was archived, and the archive does not"
            " hold it",
            "`ledger status --archived` says where it should be; git may have it",
        )
    known = sorted({attempt.number for attempt in every if attempt.number is not None})
    raise UsageError(
        "no-such-attempt",
        f"{sections[0].id} has no attempt #{name.number}",
        f"it has {listed((one, one) for one in known)}" if known else "it has no numbered attempts",
    )


def unknown_item(given: str, names: Iterable[str], where: str) -> UsageError:
    """What to raise where none of ``names`` is meant by ``given``: it tells those spelt alike."""
    wanted = folded(given)
    known = list(dict.fromkeys(names))
    within = [name for name in known if wanted in name.upper()]
    alike = difflib.get_close_matches(wanted, known[:_MOST_COMPARED], n=_MOST_NAMED)
    near = list(dict.fromkeys([*within, *alike]))[:_MOST_NAMED]
    hint = f"did you mean {', '.join(near)}?" if near else "`ledger status --all` lists all items"
    return UsageError("no-such-item", f"no item {one_line(given)} in {where}", one_line(hint))
