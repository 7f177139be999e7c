"""What people type for an item or an attempt, and which of the ledger's it means."""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ledger.errors import UsageError
from ledger.plan import document, reader, words
from ledger.plan.document import Section
from ledger.plan.model import Attempt, Item, Ledger
from ledger.plan.patterns import LARGEST_NUMBER, plain_id
from ledger.plan.pointers import listed
from ledger.plan.text import not_text, one_line

_NAME = re.compile(r"\[?(?P<item>[^\[\]#]{1,200})\]?(?:#(?P<number>\d{1,6}))?")
# `## Task 1: Read`, `[BUG-1] Read`, `#task-1-read`
# e.g. "## [PARSE-001] Read large files"
_HEADING = re.compile(
    r"(?:#{1,6}[ \t]+|#(?=[A-Za-z])|(?=\[[^\[\]]{1,80}\][ \t]))"
    r"(?P<item>\[?[^\[\]#]{1,80}\]?[^\[\]#]{0,200})"
)
_OPENING = re.compile(r"\d{4}-?\d\d-?\d\d.{0,300}")
# `Task 3`, `T3`, `T003`, `[US-3] Read`, `3. Read`
# e.g. "Task 3.1"
_COUNTED = re.compile(
    r"[\W_]{0,4}(?P<word>[A-Za-z]{0,20})[ \t#_-]{0,3}"
    r"0{0,6}(?P<number>\d{1,6}(?:\.\d{1,4}){0,4})(?!\w)"
)
_MOST_NAMED = 5
_MOST_COMPARED = 5000  # names, at some 40 microseconds each


@dataclass(frozen=True, slots=True)
class Name:
    """``ITEM`` or, with a number, ``ITEM#N``, as typed."""

    item: str
    number: int | None


def parse(given: str) -> Name:
    """Read ``ITEM[#N]``; the item may be in brackets. Raises UsageError."""
    match = _NAME.fullmatch(given.strip())
    if heading := None if match else _HEADING.fullmatch(given.strip()):
        return Name(heading["item"].strip(), None)
    if not match:
        message = f"{given!r}: expected ITEM or ITEM#N"
        hint = f"such as PARSE-001 or PARSE-001#3; the largest number is {LARGEST_NUMBER}"
        raise UsageError("bad-name", message, hint)
    return Name(match["item"].strip(), int(match["number"]) if match["number"] else None)


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
    """The sections of the item ``given``. Raises UsageError, naming close ones, and those that are
    meant where they are several."""
    exact = find(ledger, given)
    ids = list(dict.fromkeys(item.id for item in exact))
    if len(ids) > 1:
        message = f"{one_line(given)} means {len(ids)} items"
        more = ", ..." if len(ids) > _MOST_NAMED else ""
        raise UsageError("ambiguous-name", message, f"give {', '.join(ids[:_MOST_NAMED])}{more}")
    return exact


def find(ledger: Ledger, given: str) -> list[Item]:
    """What ``given`` means: an ID as it is spelt, else in any case, else a title or a heading, in
    its words or as an anchor, else ``Task 3`` or ``T3``, else what a name begins with that was made
    of words. A heading means what is below it unless it is an item. Raises UsageError for
    nothing, naming close ones."""
    wanted = folded(given)
    candidates = [item for item in ledger.items if item.id.upper() == wanted]
    candidates = [item for item in candidates if item.id == given] or candidates
    candidates = candidates or _called(ledger, given)
    if candidates:
        return candidates
    seen = reader.nothing_read(ledger)
    hint = not_text(ledger.text) or (seen[1] if seen else "")
    if not (hint or ledger.items):
        hint = 'there is no item in it yet; `ledger add "TITLE"` adds one'
    if hint:
        raise UsageError("no-such-item", f"no item {one_line(given)} in this ledger", hint)
    raise unknown_item(given, (item.id for item in ledger.items), "this ledger")


def _called(ledger: Ledger, given: str) -> list[Item]:
    """The items whose title or heading is called so, or those that are counted so."""
    whole = document.parse(ledger.text, words.of(ledger))
    wanted, counted = _letters(given), _COUNTED.fullmatch(given)
    tests: list[Callable[[str], bool]] = [lambda text: _letters(text) == wanted]
    if counted:
        tests.append(lambda text: _is_counted(text, counted))
    made = {item.id for item in ledger.items if not item.is_named}
    tests.append(lambda text: text in made and "-" in given and text.startswith(given.lower()))
    for is_meant in tests if wanted else ():
        called = [item for item in ledger.items if is_meant(item.title) or is_meant(item.id)]
        for at, section in enumerate(whole.sections):
            if section.heading and is_meant(whole.title(section)):
                called += _below(ledger, whole.sections[at:])
        if called:
            return sorted(dict.fromkeys(called), key=lambda item: item.span.start_byte)
    return []


def _letters(text: str) -> str:
    """What a heading and its anchor, a title and its slug have in common."""
    return re.sub(r"[\W_]+", "", text).lower()


def _is_counted(text: str, wanted: re.Match[str]) -> bool:
    """Whether ``text`` begins with the number that is wanted, and with its word or, for a letter,
    a word that begins with it: ``T3`` is ``Task 3: Read``, ``T003``."""
    match = _COUNTED.match(text)
    if not match or match["number"] != wanted["number"]:
        return False
    word, known = (m["word"].lower() for m in (wanted, match))
    return word == known or (len(word) == 1 and known.startswith(word))


def _below(ledger: Ledger, sections: Sequence[Section]) -> list[Item]:
    """The item that the first of ``sections`` is, or else those in it and below it."""
    first = sections[0]
    end = next((s.start for s in sections[1:] if s.level <= first.level), sections[-1].end)
    inside = [item for item in ledger.items if first.start < item.span.start_line <= end]
    return [item for item in inside if item.span.start_line == first.start + 1] or inside


def attempts(ledger: Ledger, name: Name) -> list[Attempt]:
    """The attempts that ``name`` means: those of an item, or those with one number. Raises
    UsageError for none, telling the numbers that there are."""
    sections = find(ledger, name.item)
    every = [attempt for item in sections for attempt in item.attempts]
    if name.number is None:
        return every
    numbered = [attempt for attempt in every if attempt.number == name.number]
    if numbered:
        return numbered
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
        f"it has {listed((n, n) for n in known)}" if known else "it has no numbered attempts",
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
