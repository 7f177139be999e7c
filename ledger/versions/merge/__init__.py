"""Three-way merge of a fix plan by item, attempt, action and field.

``merge`` is a pure function of three files' bytes. It begins with what git would do, text, and
looks closer: at which item and attempt a line belongs to, at what a state means. What neither
can decide is a conflict of a few lines. See docs/explanation/merging.md.

Swapping the sides swaps the sides of the conflicts and changes nothing else, for inside there
is no ours and theirs, only one side and the other, the order of which their bytes say.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeVar

from ledger.plan import text
from ledger.plan.model import Conventions
from ledger.versions.merge import parts, sections
from ledger.versions.merge.alignment import Conflict, Piece, align_sections, split
from ledger.versions.merge.numbers import Published
from ledger.versions.merge.parts import Part, Section, Version, parse

__all__ = ["Clash", "Merged", "Unsure", "merge"]

T = TypeVar("T")
_DIGITS = re.compile(rb"\d+")


class Unsure(Exception):
    """The merge does not read back as what was merged: a text merge must do."""


class Clash(NamedTuple):
    """One conflict: the item that it is in, None outside of items; the line, from 1, of its
    marker in the text with ``marker_size`` markers; what it is about."""

    item: str | None
    line: int
    what: str


class Merged(NamedTuple):
    """The merged text, its conflicts, and a sentence for each number that was changed."""

    data: bytes
    clashes: tuple[Clash, ...]
    notes: tuple[str, ...]


class _Form(NamedTuple):
    """How a file is written down: what does not count as its text."""

    has_bom: bool
    newline: bytes  # empty for mixed ones
    is_ended: bool  # by a newline


def merge(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    labels: tuple[str, str] = ("ours", "theirs"),
    marker_size: int = 7,
    conventions: Conventions | None = None,
    published: Literal["ours", "theirs"] | None = None,
) -> Merged:
    """Merge ``theirs`` into ``ours``. ``labels`` name them behind the markers. The numbers of the
    side that is ``published`` stay. Raises Unsure where no side has an item, or the outcome does
    not hold what it must."""
    is_swapped = theirs < ours
    left, other = (theirs, ours) if is_swapped else (ours, theirs)
    forms = [_form(data) for data in (base, left, other)]
    form = _Form(
        _picked([form.has_bom for form in forms]),
        _picked([form.newline for form in forms]),
        _picked([form.is_ended for form in forms]),
    )
    is_uniform = all(form.newline for form in forms)
    plain = [
        _plain(data, has.newline if is_uniform else b"\n")
        for data, has in zip((base, left, other), forms, strict=True)
    ]
    own = parts.one_dialect(conventions, (left, other, base))
    versions = [parse(data, own) for data in plain]
    if not any(_holds_any(section) for version in versions for section in version):
        raise Unsure("there is no item")
    known: Published = None
    if published:
        known = 0 if (published == "theirs") == is_swapped else 1
    fragments = sections.merge_sections(align_sections(*versions), known)
    _check(fragments, plain[0], versions[1:], own)
    pieces, clashes, line = [], [], 1
    for fragment in fragments.pieces:
        piece = fragment.piece
        if isinstance(piece, Conflict):
            clashes.append(Clash(fragment.item, line, fragment.about))
            sides = (piece.other, piece.one) if is_swapped else (piece.one, piece.other)
            piece = _marked(*sides, labels, marker_size)
        pieces.append(piece)
        line += piece.count(b"\n")
    whole = _written(b"".join(pieces), form, form.newline if is_uniform else b"\n")
    return Merged(whole, tuple(clashes), fragments.notes)


def _marked(left: bytes, right: bytes, labels: tuple[str, str], size: int) -> bytes:
    first, last = (text.encode(label) for label in labels)
    return b"".join(
        (
            *(b"<" * size, b" ", first, b"\n", left),
            *(b"=" * size, b"\n", right),
            *(b">" * size, b" ", last, b"\n"),
        )
    )


# Bytes to text and back


def _form(data: bytes) -> _Form:
    crlf, lf = data.count(b"\r\n"), data.count(b"\n")
    cr = data.count(b"\r")
    newline = b"\n" if not cr else b"\r\n" if crlf == lf == cr else b"\r" if not lf else b""
    return _Form(data.startswith(text.BOM), newline, not data or data[-1:] in (b"\n", b"\r"))


def _picked(values: list[T]) -> T:
    """What one side changed; where both did, what the one has."""
    base, left, other = values
    return other if left == base else left


def _plain(data: bytes, newline: bytes) -> bytes:
    """The text with LF for ``newline``, and with one at its end."""
    data = data.removeprefix(text.BOM).replace(newline, b"\n")
    if data and data[-1:] not in (b"\n", b"\r"):
        data += b"\n"
    return data


def _written(data: bytes, form: _Form, newline: bytes) -> bytes:
    data = data.replace(b"\n", newline)
    if not form.is_ended:
        data = data.removesuffix(newline)
    return (text.BOM if form.has_bom else b"") + data


# The check


def _check(
    fragments: sections.Fragments, base: bytes, sides: Iterable[Version], own: Conventions | None
) -> None:
    """Hold both ways to decide all conflicts against what was put together. Raises Unsure."""
    has_conflict = any(isinstance(fragment.piece, Conflict) for fragment in fragments.pieces)
    for at, side in enumerate(sides):
        chosen = b"".join(_side(fragment.piece, at) for fragment in fragments.pieces)
        if at == 0 or has_conflict:
            bodies = ((name, b"".join(_side(p, at) for p in b)) for name, b in fragments.attempts)
            expected = Counter((name, body) for name, body in bodies if body)
            if (
                Counter((name, part.body) for name, part in _attempts(parse(chosen, own)))
                != expected
            ):
                raise Unsure("an attempt does not read back as it was merged")
        own_attempts = (part.body for _, part in _attempts(side) if part.kind == "attempt")
        lost = _lines(b"".join(own_attempts)) - _lines(base) - _lines(chosen)
        if lost:
            raise Unsure(f"an attempt would be lost: {min(lost)[:60]!r}")


def _side(piece: Piece, at: int) -> bytes:
    if isinstance(piece, Conflict):
        return piece.other if at else piece.one
    return piece


def _holds_any(section: Section) -> bool:
    """Whether it is an item, or mentions one."""
    return section.kind in ("item", "archived") or any(
        part.kind in ("attempt", "action") for part in section.parts
    )


def _attempts(version: Version) -> Iterator[tuple[str, Part]]:
    """All attempts and parts of an archive, each with the name of its section."""
    for section in version:
        yield from ((section.name, part) for part in section.parts if part.kind in parts.KEPT)


def _lines(data: bytes) -> set[bytes]:
    """The lines, their indent and all numbers aside."""
    return {_DIGITS.sub(b"0", line.strip()) for line in split(data)}
