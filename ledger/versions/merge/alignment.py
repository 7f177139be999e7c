"""Three versions side by side: which part is which, and their order in the merge. Matched are the
same words, then words but for their number, then names and numbers, then neighbours."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import partial
from itertools import pairwise
from typing import Final, Generic, NamedTuple, TypeVar

from ledger.versions.merge.parts import Part, Section

Node = TypeVar("Node", Part, Section)
K = TypeVar("K", bound=Hashable)
# What says less than this is not known again by what it says.
_FEWEST: Final = 24
_NUMBER: Final = re.compile(rb"#\d{1,6}")
_WORD = re.compile(rb"[^\W_]+|[\x80-\xff]+")
_NUMBERED: Final = ("attempt", "action")
# Beyond so many pairs of lines the rest of a text counts as replaced.
_MOST_COMPARED: Final = 250_000


class Trio(NamedTuple, Generic[Node]):
    """One thing in the base, on the one side, and on the other; None where it is not there."""

    base: Node | None
    one: Node | None
    other: Node | None

    @property
    def any(self) -> Node:
        """The thing where it is; of several the newest."""
        node = self.one or self.other or self.base
        assert node is not None
        return node


class Aligned(NamedTuple, Generic[Node]):
    """All trios, and the order of each version as places in them."""

    trios: list[Trio[Node]]
    base: list[int]
    one: list[int]
    other: list[int]


class _Match(NamedTuple, Generic[Node]):
    """How to match: by the first of ``keys`` that tells, and those of the kinds ``nameless`` that
    bear neither name nor number by their place."""

    keys: Sequence[Callable[[Node], Hashable]]
    nameless: Sequence[str]


def align_parts(
    base: Sequence[Part], parts: Sequence[Part], other: Sequence[Part]
) -> Aligned[Part]:
    """The parts of one section. What both sides added is one only if it says the same."""
    keys = (_body, _masked, _words, _task, _name, lambda part: part.number)
    known = _Match(keys, ("text", "action", "line"))
    return _align(base, parts, other, known, _Match((_body, _masked, _name), ("text",)))


def align_sections(
    base: Sequence[Section], sections: Sequence[Section], other: Sequence[Section]
) -> Aligned[Section]:
    """The sections of a file, which are known by their names."""
    keys = (_body, _name)
    return _align(base, sections, other, _Match(keys, ("text",)), _Match(keys, ()))


def _align(
    base: Sequence[Node],
    left: Sequence[Node],
    other: Sequence[Node],
    known: _Match[Node],
    added: _Match[Node],
) -> Aligned[Node]:
    from_one, from_other = _match(base, left, known), _match(base, other, known)
    new_one = [at for at in range(len(left)) if at not in from_one]
    new_other = [at for at in range(len(other)) if at not in from_other]
    both = _match([left[at] for at in new_one], [other[at] for at in new_other], added)
    twins: dict[int, int] = {new_one[mine]: new_other[theirs] for theirs, mine in both.items()}
    matched = {*twins.values()}
    to_one = {was: at for at, was in from_one.items()}
    to_other = {was: at for at, was in from_other.items()}
    rows: list[tuple[int | None, int | None, int | None]] = []
    rows += [(at, to_one.get(at), to_other.get(at)) for at in range(len(base))]
    rows += [(None, at, twins.get(at)) for at in new_one]
    rows += [(None, None, at) for at in new_other if at not in matched]
    trios = [
        Trio(_at(base, was), _at(left, mine), _at(other, theirs)) for was, mine, theirs in rows
    ]
    orders = [_order(row[side] for row in rows) for side in (0, 1, 2)]
    return Aligned(trios, orders[0], orders[1], orders[2])


def _at(nodes: Sequence[Node], place: int | None) -> Node | None:
    return None if place is None else nodes[place]


def _order(places: Iterable[int | None]) -> list[int]:
    """The rows that have one of ``places`` on a side, in the order of that side."""
    known = {at: row for row, at in enumerate(places) if at is not None}
    return [known[at] for at in sorted(known)]


# Which one is which


def _match(old: Sequence[Node], new: Sequence[Node], how: _Match[Node]) -> dict[int, int]:
    """Place in ``new`` to place in ``old``, for what came from there."""
    # In order first, so that of two equal ones each is matched to its own.
    pairs = matches([node.body for node in old], [node.body for node in new])
    match: dict[int, int] = {at: was for was, at in pairs if old[was].kind == new[at].kind}
    free = set(range(len(old))) - {*match.values()}
    for key in how.keys:
        places: dict[Hashable, list[int]] = defaultdict(list)
        for at in sorted(free, reverse=True):
            name = key(old[at])
            if name is not None:
                places[old[at].kind, name].append(at)
        for at, node in enumerate(new):
            if at in match:
                continue
            name = key(node)
            same = places.get((node.kind, name)) if name is not None else None
            if same:
                # Of several that are alike, the one of the same number, else the first.
                match[at] = next((was for was in same if _is_same_number(old[was], node)), same[-1])
                same.remove(match[at])
                free.discard(match[at])
    for kind in how.nameless:
        _by_neighbours(old, new, match, free, kind)
    return match


def _by_neighbours(
    old: Sequence[Node], new: Sequence[Node], pairs: dict[int, int], free: set[int], kind: str
) -> None:
    """Match what has no name or number by its matched neighbours, in order."""
    ends = [(-1, -1), *((at, pairs[at]) for at in sorted(pairs)), (len(new), len(old))]
    for (at, was), (following, then) in pairwise(ends):
        here = [n for n in range(at + 1, following) if _is_nameless(new[n], kind)]
        there = [n for n in range(was + 1, then) if n in free and _is_nameless(old[n], kind)]
        for left, other in zip(here, there, strict=False):
            pairs[left] = other
            free.discard(other)


def _is_same_number(section: Part | Section, other: Part | Section) -> bool:
    if not isinstance(section, Part) or not isinstance(other, Part) or section.number is None:
        return False
    return section.number == other.number


def _is_nameless(node: Part | Section, kind: str) -> bool:
    """Whether it is of that kind, and known by nothing but its place."""
    if node.kind != kind:
        return False
    return isinstance(node, Section) or (not node.name and node.number is None)


def _body(node: Part | Section) -> Hashable:
    return node.body


def _masked(part: Part) -> Hashable:
    return _telling(part, part.masked)


def _words(part: Part) -> Hashable:
    """An attempt without its number, what is before it, its white space, and the numbers that
    it names: a merge gives new ones."""
    if part.kind != "attempt" or not part.digits:
        return None
    return _telling(part, _NUMBER.sub(b"#", b" ".join(part.body[part.digits[1] :].split())))


def _task(part: Part) -> Hashable:
    """What an action tells to do, whatever its number and state."""
    if part.kind != "action" or not part.state:
        return None
    return _telling(part, b" ".join(_WORD.findall(part.body[part.state[1] :])))


def _name(node: Part | Section) -> Hashable:
    return node.name or (None if isinstance(node, Part) else "")


def _telling(part: Part, words: bytes) -> Hashable:
    return words if part.kind in _NUMBERED and len(words) >= _FEWEST else None


# Order


def merged_order(
    base: Sequence[K],
    first: Sequence[K],
    second: Sequence[K],
    kept: set[K],
    is_before: Callable[[K | None, K, K], bool],
) -> list[K]:
    """``kept`` in order. Of what both sides added behind ``c`` (None: at the start), ``is_before(c,
    a, b)`` says whether ``a`` of ``first`` is before ``b`` of ``second``. Where both moved the
    same things, ``first`` decides."""
    common = kept & {*base} & {*first} & {*second}
    was, left, right = ([key for key in keys if key in common] for keys in (base, first, second))
    spine = right if left == was else left
    mine, theirs = _runs(first, common, kept), _runs(second, common, kept)
    order: list[K] = []
    placed: set[K] = set()
    for anchor in (None, *spine):
        if anchor is not None:
            order.append(anchor)
        for key in _woven(mine.get(anchor, []), theirs.get(anchor, []), partial(is_before, anchor)):
            if key not in placed:
                placed.add(key)
                order.append(key)
    return order


def _runs(side: Sequence[K], common: set[K], kept: set[K]) -> dict[K | None, list[K]]:
    """What the side has besides what is common, by what is before it."""
    runs: dict[K | None, list[K]] = {None: []}
    anchor: K | None = None
    for key in side:
        if key in common:
            anchor = key
            runs[anchor] = []
        elif key in kept:
            runs[anchor].append(key)
    return runs


def _woven(mine: list[K], theirs: list[K], is_before: Callable[[K, K], bool]) -> list[K]:
    """Both runs, each in its own order; what is in both stands once."""
    shared = {*mine} & {*theirs}
    order: list[K] = []
    at, then = 0, 0
    while at < len(mine) or then < len(theirs):
        a = mine[at] if at < len(mine) else None
        b = theirs[then] if then < len(theirs) else None
        if a is not None and b is not None and a in shared and b in shared:
            order += [a] if a == b else [a, b]
            at, then = at + 1, then + 1
        elif b is None or (a is not None and a not in shared and (b in shared or is_before(a, b))):
            assert a is not None
            order.append(a)
            at += 1
        else:
            order.append(b)
            then += 1
    return order


# Lines: matched as a person would, those at both ends first, then those that occur once on each
# side, then the rest, so that hostile text costs no more than real text. What one side changed is
# taken, what both changed is a conflict.


class Conflict(NamedTuple):
    """What both sides made of ``base``, each in another way: whole lines."""

    base: bytes
    one: bytes
    other: bytes


Piece = bytes | Conflict


def split(data: bytes) -> list[bytes]:
    """The lines, each with its LF."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def three_way(base: bytes, left_lines: bytes, other: bytes) -> list[Piece]:
    """What becomes of ``base``."""
    if left_lines in (other, base):
        return [other]
    if other == base:
        return [left_lines]
    b, x, y = split(base), split(left_lines), split(other)
    pieces: list[Piece] = []
    for old, left, right in _chunks(b, x, y):
        if left in (right, old):
            pieces.append(b"".join(right))
        elif right == old:
            pieces.append(b"".join(left))
        else:
            pieces += conflict(old, left, right)
    return pieces


def conflict(old: Sequence[bytes], left: Sequence[bytes], right: Sequence[bytes]) -> list[Piece]:
    """The lines in conflict without those that both sides begin and end with."""
    shorter = min(len(left), len(right))
    head = next((n for n in range(shorter) if left[n] != right[n]), shorter)
    most = shorter - head
    tail = next((n for n in range(most) if left[-1 - n] != right[-1 - n]), most)
    ours, theirs = left[head : len(left) - tail], right[head : len(right) - tail]
    between = Conflict(b"".join(old), b"".join(ours), b"".join(theirs))
    return [b"".join(left[:head]), between, b"".join(left[len(left) - tail :])]


def matches(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int]]:
    """Pairs of places of equal lines, both rising."""
    pairs: list[tuple[int, int]] = []
    todo = [(0, len(old), 0, len(new))]
    while todo:
        a, b, c, d = todo.pop()
        while a < b and c < d and old[a] == new[c]:
            pairs.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            pairs.append((b, d))
        if a == b or c == d:
            continue
        anchors = _once_each(old, new, range(a, b), range(c, d))
        if anchors:
            pairs += anchors
            ends = [(a - 1, c - 1), *anchors, (b, d)]
            todo += [(p + 1, r, q + 1, s) for (p, q), (r, s) in pairwise(ends)]
        elif (b - a) * (d - c) <= _MOST_COMPARED:
            matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
            for block in matcher.get_matching_blocks():
                pairs += ((a + block.a + n, c + block.b + n) for n in range(block.size))
    return sorted(pairs)


def _chunks(
    b: list[bytes], x: list[bytes], y: list[bytes]
) -> Iterator[tuple[list[bytes], list[bytes], list[bytes]]]:
    """The texts cut where a line of ``b`` is on both sides."""
    in_x, in_y = dict(matches(b, x)), dict(matches(b, y))
    at, ax, ay = 0, 0, 0
    for n in range(len(b)):
        if n not in in_x or n not in in_y:
            continue
        nx, ny = in_x[n], in_y[n]
        if (n, nx, ny) != (at, ax, ay):
            yield b[at:n], x[ax:nx], y[ay:ny]
        yield [b[n]], [x[nx]], [y[ny]]
        at, ax, ay = n + 1, nx + 1, ny + 1
    yield b[at:], x[ax:], y[ay:]


def _once_each(
    old: Sequence[bytes], new: Sequence[bytes], there: range, here: range
) -> list[tuple[int, int]]:
    """The longest rising run of pairs of lines that occur once in each stretch."""
    times_there, times_here = Counter(old[n] for n in there), Counter(new[n] for n in here)
    place = {new[n]: n for n in here if times_here[new[n]] == 1}
    once = (n for n in there if times_there[old[n]] == 1)
    pairs = [(n, place[old[n]]) for n in once if old[n] in place]
    tops: list[int] = []  # the smallest end of a rising run of each length
    ends: list[int] = []
    before: list[int] = []
    for at, (_, n) in enumerate(pairs):
        size = bisect_left(tops, n)
        before.append(ends[size - 1] if size else -1)
        tops[size : size + 1] = [n]
        ends[size : size + 1] = [at]
    unique: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        unique.append(pairs[at])
        at = before[at]
    return unique[::-1]
