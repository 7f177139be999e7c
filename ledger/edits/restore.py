"""A lost attempt put back as edits, word for word: its own lines, in its item, at its number.

No I/O. ``restore`` says what bytes go where; ``verify`` holds the outcome against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.dialects import MAIN, places, words
from ledger.dialects.attempts import leads
from ledger.document import Edit
from ledger.edits import append, shape
from ledger.errors import Refused, UsageError
from ledger.models.ledger import Attempt, Item, Ledger

_HOME = ("attempts history", "attempts", "attempt history")
_PREFIX = "  * "
_Said = tuple[str | None, int | None, str | None, str, str]


def restore(ledger: Ledger, name: str, lost: Attempt, lines: Sequence[str]) -> list[Edit]:
    """The edits that put the attempt ``lost`` back into the item ``name``. ``lines`` are its own
    as they stood in the file; they take the bullet and the indent of the attempts around them.

    Raises Refused where it is there already, where its number is taken, or where it would
    stand among attempts of another form; UsageError where there is no such item.
    """
    if all(item.id != name for item in ledger.items):
        raise UsageError(
            "no-such-item",
            f"no item {name} in this ledger",
            f"give it a section: `## [{name}] ...`",
        )
    item = append.section_of(ledger, name)
    history = [attempt for attempt in item.attempts if attempt.source == "history"]
    _refuse_known(ledger, lost, history)
    home = places.field(item, *_HOME)
    group = [one for one in history if home and places.within(one, home)] or history
    if not group and item.dialect != MAIN:
        raise Refused(
            "no-place",
            f"{item.id} has no attempt beside which it could stand (line {item.span.start_line})",
            f"put it back by hand, as the dialect {item.dialect} has it",
        )
    if not group:
        return [_alone(ledger, item, lines)]
    following = _following(group, lost.number or 0)
    neighbour = following or group[-1]
    new = _like(lines, places.lines(ledger, neighbour)[0])
    if places.is_spaced(ledger, group, item.archived):
        new = [*new, ""] if following else ["", *new]
    at = following.span.start_byte if following else neighbour.span.end_byte
    return [places.insertion(ledger.text, at, new)]


def verify(old: Ledger, new: Ledger, name: str, lost: Attempt) -> None:
    """Raises Refused, naming what differs, unless ``new`` is ``old`` with the attempt ``lost``
    put back into the item ``name`` and nothing else."""
    added = list(_recorded(new))
    for said in _recorded(old):
        if said not in added:
            raise _differs(f"attempt #{said[1]} of {said[0]}")
        added.remove(said)
    if added != [_said(name, lost)]:
        raise _differs("the attempt reads as another one, or as several")
    if _frames(old) != _frames(new):
        raise _differs("an item")
    if what := shape.differing(shape.around(old), shape.around(new)):
        raise _differs(what)


def _refuse_known(ledger: Ledger, lost: Attempt, history: Sequence[Attempt]) -> None:
    words = _words(lost.text)
    every = (one for item in ledger.items for one in item.attempts)
    for one in (*every, *ledger.loose):
        if one.source == "history" and _words(one.text) == words:
            raise Refused(
                "not-lost",
                f"attempt #{one.number} of {one.item} says the same (line {one.span.start_line})",
            )
    for one in history:
        if one.number == lost.number:
            raise Refused(
                "number-taken",
                f"{one.item} has another attempt #{one.number} (line {one.span.start_line})",
                "`ledger history --removed` prints the lost one: put it back by hand, with a note "
                "on its number",
            )


def _following(group: Sequence[Attempt], number: int) -> Attempt | None:
    """The attempt that it stands before."""
    falls = places.newest_first(group)
    numbered = [(one, one.number) for one in group if one.number is not None]
    return next((one for one, n in numbered if (n < number if falls else n > number)), None)


def _like(lines: Sequence[str], other: str) -> list[str]:
    """The lines with the bullet and indent of the line ``other``."""
    own, theirs = leads.unbulleted(lines[0])[0], leads.unbulleted(other)[0]
    if bool(own) != bool(theirs) or (not own and lines[0][:1] != other[:1]):
        raise Refused(
            "other-form",
            "the item's other attempts have another form: bullets, headings or paragraphs",
            "`ledger history --removed` prints the lost one: put it back by hand",
        )
    return [other[:theirs] + lines[0][own:], *_shifted(lines[1:], theirs - own)]


def _shifted(lines: Sequence[str], by: int) -> Iterator[str]:
    for line in lines:
        if by >= 0 or not line.strip():
            yield " " * max(0, by) + line if line.strip() else line
        else:
            yield line[min(-by, len(line) - len(line.lstrip(" "))) :]


def _alone(ledger: Ledger, item: Item, lines: Sequence[str]) -> Edit:
    """The first attempt of an item that has none, below a heading of its own if need be."""
    new = _like(lines, _PREFIX) if leads.unbulleted(lines[0])[0] else [*lines]
    home = places.field(item, *_HOME)
    if home:
        return places.insertion(ledger.text, home.span.end_byte, new)
    return places.insertion(
        ledger.text,
        places.end_of_fields(item),
        [f"- {words.written('Attempts History', ledger.own)}:", *new],
    )


# What is compared


def _recorded(ledger: Ledger) -> Iterator[_Said]:
    for item in ledger.items:
        yield from (_said(item.id, one) for one in item.attempts if one.source == "history")
    yield from (_said(None, one) for one in ledger.loose)


def _said(name: str | None, one: Attempt) -> _Said:
    return name, one.number, one.date, one.result, _words(one.text)


def _words(text: str) -> str:
    return " ".join(text.split())


def _frames(ledger: Ledger) -> list[shape.Shape]:
    """The items but for their attempts and the fields that hold them."""
    return [shape.frame(item, ("attempts",), _HOME) for item in ledger.items]


def _differs(what: str) -> Refused:
    return Refused(
        "not-as-meant",
        f"putting the attempt back would change more than that: {what}",
        "nothing was written; put it back by hand",
    )
