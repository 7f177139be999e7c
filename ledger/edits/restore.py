"""A lost attempt put back, word for word, in its item at its number, or beside the neighbours that
it had. ``restore`` makes the edits; ``check`` compares the outcome with what was meant."""

import re
from collections.abc import Iterator, Sequence

from ledger.edits import append, outline
from ledger.edits.outline import (
    Outline,
    Shape,
    drop_fields,
    plain,
    refuse_difference,
    unexpected_change,
)
from ledger.errors import Refused, UsageError
from ledger.plan import dialects, patterns, places, text
from ledger.plan.document import Edit
from ledger.plan.model import Attempt, Item, Ledger, Span

_HOME = places.HOMES["Attempts History"]
_PREFIX = "  * "
_BEHIND_STATUS = re.compile(rb"[*`]{0,2}")
_Owned = tuple[str, Shape]
_Recorded = tuple[str | None, int | None, str | None, str]


def restore(
    ledger: Ledger, name: str, lost: Attempt, lines: Sequence[str], had: Ledger | None = None
) -> list[Edit]:
    """The edits that put the attempt ``lost`` back into the item ``name``. ``lines`` are its own
    as they stood in the file; they take the bullet and the indent of the attempts around them.
    ``had`` is the version that it is from, which says where one without a number stood.

    Raises Refused where it is there already, where its number is taken, or where it would
    are among attempts of another form; UsageError where there is no such item.
    """
    _refuse_known(ledger, lost)
    owner = next((item for item in had.items if item.id == lost.item), None) if had else None
    if had and owner and dialects.of(owner).shares_history:
        return [_entry(ledger, lost, lines, had)]
    if all(item.id != name for item in ledger.items):
        message = f"no item {name} in this ledger"
        raise UsageError("no-such-item", message, f"give it a section: `## [{name}] ...`")
    item = append.section_of(ledger, name)
    if dialects.of(item).has_notes and not patterns.unbulleted(lines[0])[0]:
        return [_note(ledger, item, lines)]
    _refuse_taken(lost, item)
    group = places.history(item)
    if not group and not dialects.is_sectioned(item):
        raise _no_place(item, f"put it back by hand, as the dialect {item.dialect} has it")
    if not group:
        new = _like(lines, _PREFIX) if patterns.unbulleted(lines[0])[0] else lines
        return [places.in_field(ledger, item, "Attempts History", new)]
    if lost.number is not None:
        following = _following(group, lost.number)
        neighbour = following or group[-1]
    else:
        following, neighbour = _beside(lost, _own_history(had, lost) if had else [], group)
    new = _like(lines, places.lines(ledger, neighbour)[0])
    if places.is_spaced(ledger, group, item.archived):
        new = [*new, ""] if following else ["", *new]
    at = following.span.start_byte if following else neighbour.span.end_byte
    return [places.insertion(ledger.text, at, new)]


def check(old: Ledger, new: Ledger, name: str, lost: Attempt, had: Ledger) -> None:
    """Raise Refused unless ``new`` is ``old`` with ``lost`` of ``had`` put back in ``name``."""
    added = list(_recorded(new))
    for words_of in _recorded(old):
        if words_of not in added:
            raise _refusal(f"an attempt of {words_of[0]}: {words_of[3][:60]!r}")
        added.remove(words_of)
    if added != [_words_of(name, lost)]:
        raise _refusal("the attempt reads as another one, or as several")
    inside, outside = _actions(new, find(new, name, lost).span)
    if inside != _actions(had, lost.span)[0]:
        raise _refusal("the actions that are in it")
    if outside != _actions(old, None)[1]:
        raise _refusal("an action")
    # What remains of both is the same. An initiative of a shared history is known by its entries
    # alone, and stands where the first does.
    known = {item.id for item in old.items}
    kept = [item for item in new.items if item.id in known or not dialects.of(item).shares_history]
    remains, remain = Outline(old), Outline(new.model_copy(update={"items": tuple(kept)}))
    for other in (*remains.items, *remain.items):
        other["attempts"] = other["actions"] = ()
        drop_fields(other, _HOME)
    for outline_of in (remains, remain):
        outline_of.items.sort(key=lambda entry: str(entry["id"]))
    refuse_difference(remains, remain, "put it back by hand")


def find(ledger: Ledger, name: str, lost: Attempt) -> Attempt:
    """The attempt ``lost`` as it is in ``ledger``, which has it."""
    words = _words_of(name, lost)
    return next(
        attempt
        for item in ledger.items
        for attempt in item.attempts
        if attempt.source == "history" and _words_of(item.id, attempt) == words
    )


def _refuse_known(ledger: Ledger, lost: Attempt) -> None:
    words = plain(lost.text)
    every = (attempt for item in ledger.items for attempt in item.attempts)
    for attempt in (*every, *ledger.loose):
        if attempt.source == "history" and plain(attempt.text) == words:
            message = f"{places.name(attempt)} says the same (line {attempt.span.start_line})"
            raise Refused("not-lost", message)


def _refuse_taken(lost: Attempt, item: Item) -> None:
    for attempt in item.attempts:
        if (
            attempt.source == "history"
            and attempt.number is not None
            and attempt.number == lost.number
        ):
            raise Refused(
                "number-taken",
                f"{attempt.item} has another attempt #{attempt.number} "
                f"(line {attempt.span.start_line})",
                "`ledger history --removed` prints the lost one: put it back by hand, with a note "
                "on its number",
            )


# Where it is


def _own_history(ledger: Ledger, like: Attempt) -> list[Attempt]:
    """The attempts of the item that ``like`` belongs to, in the order of the file."""
    every = [
        attempt
        for item in ledger.items
        if item.id == like.item
        for attempt in item.attempts
        if attempt.source == "history"
    ]
    return sorted(every, key=lambda attempt: attempt.span.start_byte)


def _beside(
    lost: Attempt, had: Sequence[Attempt], now: Sequence[Attempt]
) -> tuple[Attempt | None, Attempt]:
    """Which of ``now`` is to follow ``lost``, None where the other one is to be before it: that
    which stood nearest to it in ``had``. Raises Refused where none of these is left."""
    known = {plain(attempt.text): attempt for attempt in now}
    at = next((n for n, attempt in enumerate(had) if attempt is lost), len(had))
    near = sorted((abs(n - at), n < at, n) for n, a in enumerate(had) if plain(a.text) in known)
    if not near:
        message = f"nothing is left of what {places.name(lost)} stood beside"
        hint = "`ledger history --removed` prints it: put it back by hand"
        raise Refused("no-place", message, hint)
    _, is_before, place = near[0]
    neighbour = known[plain(had[place].text)]
    return None if is_before else neighbour, neighbour


def _entry(ledger: Ledger, lost: Attempt, lines: Sequence[str], had: Ledger) -> Edit:
    """The section of a logbook that it was."""
    now = places.shared_history(ledger)
    home = next((field for item in ledger.items if (field := places.field(item, *_HOME))), None)
    if not now and home:
        return places.behind(ledger, home.span.end_byte, ["", *lines])
    following, neighbour = _beside(lost, places.shared_history(had), now)
    between = places.between(ledger, now)
    if following:
        return places.insertion(ledger.text, following.span.start_byte, [*lines, *between])
    return places.behind(ledger, neighbour.span.end_byte, [*between, *lines])


def _note(ledger: Ledger, item: Item, lines: Sequence[str]) -> Edit:
    """The note behind the status of a roadmap's item, where it has none now."""
    other = next((attempt for attempt in item.attempts if attempt.number is None), None)
    if other:
        message = f"{item.id} has another note (line {other.span.start_line})"
        hint = "`ledger history --removed` prints the lost one: list it below **Attempts:**"
        raise Refused("has-note", message, hint)
    status = places.field(item, "status")
    if not status or status.span != status.value_span:
        raise _no_place(item, "write a status behind its title: ` — **pending**`")
    behind = _BEHIND_STATUS.match(ledger.text, status.value_span.end_byte)
    at = behind.end() if behind else status.value_span.end_byte
    newline = text.newline_of(ledger.text, at)
    return Edit(at, at, b" (" + newline.join(map(text.encode, lines)) + b")")


def _no_place(item: Item, hint: str) -> Refused:
    message = f"{item.id} has no attempt beside which it could stand (line {item.span.start_line})"
    return Refused("no-place", message, hint)


def _following(group: Sequence[Attempt], number: int) -> Attempt | None:
    """The attempt that it is before."""
    falls = places.newest_first(group)
    numbered = [(attempt, attempt.number) for attempt in group if attempt.number is not None]
    return next((attempt for attempt, n in numbered if (n < number if falls else n > number)), None)


def _like(lines: Sequence[str], other: str) -> list[str]:
    """The lines with the bullet and indent of the line ``other``."""
    own, theirs = patterns.unbulleted(lines[0])[0], patterns.unbulleted(other)[0]
    if bool(own) != bool(theirs) or (not own and lines[0][:1] != other[:1]):
        message = "the item's other attempts have another form: bullets, headings or paragraphs"
        hint = "`ledger history --removed` prints the lost one: put it back by hand"
        raise Refused("other-form", message, hint)
    return [other[:theirs] + lines[0][own:], *_shifted(lines[1:], theirs - own)]


def _shifted(lines: Sequence[str], by: int) -> Iterator[str]:
    for line in lines:
        if by >= 0 or not line.strip():
            yield " " * max(0, by) + line if line.strip() else line
        else:
            yield line[min(-by, len(line) - len(line.lstrip(" "))) :]


# What is compared


def _recorded(ledger: Ledger) -> Iterator[_Recorded]:
    for item in ledger.items:
        yield from (_words_of(item.id, a) for a in item.attempts if a.source == "history")
    yield from (_words_of(None, attempt) for attempt in ledger.loose)


def _words_of(name: str | None, attempt: Attempt) -> _Recorded:
    return name, attempt.number, attempt.date, plain(attempt.text)


def _actions(ledger: Ledger, span: Span | None) -> tuple[list[_Owned], list[_Owned]]:
    """The actions in ``span`` and those outside, in the order of the file, each with its item.
    Whose a step of a logbook is hangs on what entries there are."""
    every = [(action, item) for item in ledger.items for action in item.actions]
    parted: tuple[list[_Owned], list[_Owned]] = [], []
    for action, item in sorted(every, key=lambda pair: pair[0].span.start_byte):
        start = action.span.start_byte
        is_inside = span is not None and span.start_byte <= start < span.end_byte
        whose = "" if dialects.of(item).shares_history else item.id
        parted[not is_inside].append((whose, outline.shape(action)))
    return parted


def _refusal(what: str) -> Refused:
    return unexpected_change(what, "put it back by hand")
