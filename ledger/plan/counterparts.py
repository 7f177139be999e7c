"""What of one version is what of the next where no ID says so: reworded, moved, split or joined.

A task without an ID, and an action, are known by their words. A word says the more, the fewer
others have it, and the first one, mostly a verb, half: `Write the parser` is `Redo the parser`, and
not `Write the manual`. History, the hook and the check of a pushed range all ask here.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from ledger.plan.model import Attempt, Item, Ledger

_CJK: Final = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
# A word, or one character of a script that writes without blanks.
_WORD: Final = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_SMALL: Final = frozenset("a an the of in on to for and or by at as is it with from into".split())
_LONGEST: Final = 2_000  # characters of a text that are looked at
_COMMON: Final = 50  # a word that so many new texts have finds none of them
# How much of a text is left in another: where it is reworded, in a part that was split off, and
# where nothing to speak of is lost.
_MOST: Final = 0.5
_PART: Final = 0.25
_NEARLY_ALL: Final = 0.75

Words = tuple[str, ...]


class Numbered(Protocol):
    """What an action, whole or as history keeps it, is compared by."""

    @property
    def number(self) -> int | None:
        """Its number."""

    @property
    def state(self) -> str:
        """Its state in one word."""

    @property
    def attempt(self) -> int | None:
        """The attempt that its state names."""

    @property
    def text(self) -> str:
        """What is to be done."""


def words_of(text: str) -> Words:
    """The words of a text without small ones, marks and the way in which it is wrapped."""
    said = [word.casefold() for word in _WORD.findall(text[:_LONGEST])]
    return tuple(word for word in said if word not in _SMALL) or tuple(said)


def missing(old: Iterable[str], new: Iterable[str]) -> Counter[Words]:
    """What ``new`` says less often than ``old``. A task that became a part of another is not."""
    return Counter(map(words_of, old)) - Counter(map(words_of, new))


def take(these: Counter[Words], text: str) -> bool:
    """Whether what a text says is one of ``these``, and takes it from them."""
    words = words_of(text)
    these[words] -= 1
    return these[words] >= 0


# Items


def items(old: Sequence[Item], new: Sequence[Item]) -> Mapping[str, str]:
    """The ID that each item of ``old`` has in ``new``, where it is another one. Two that have an ID
    in the file are one only if all that was tried is the same."""
    there, here = ({one.id: one for one in every} for every in (old, new))
    gone = [one for one in there.values() if not _is_same(one, here.get(one.id))]
    came = [one for one in here.values() if not _is_same(one, there.get(one.id))]
    found: dict[int, int] = {}
    if all(one.id in here for one in gone) or not came:
        return {}
    _match([*map(_tries, gone)], [*map(_tries, came)], found)
    around = [one.title for one in there.values()]
    for are_all_old in (False, True):
        olds = [at for at, one in enumerate(gone) if are_all_old or not one.is_named]
        news = [at for at, one in enumerate(came) if not (are_all_old and one.is_named)]
        olds = [at for at in olds if at not in found]
        news = [at for at in news if at not in found.values()]
        said, says = [gone[at].title for at in olds], [came[at].title for at in news]
        found |= {olds[was]: news[now] for was, now in paired(said, says, around).items()}
    names = {gone[was].id: came[now].id for was, now in found.items()}
    # One that is gone, and whose name another has now, which was made of the same first words.
    lost = {one.id for one in gone if one.id in here} - names.keys()
    names |= {name: f"{name} (before)" for name in lost & {*names.values()}}
    return {was: now for was, now in names.items() if was != now}


def _is_same(one: Item, other: Item | None) -> bool:
    """Whether both have one ID, and one that was made of words those words."""
    return other is not None and (
        one.is_named or one.title == other.title or words_of(one.title) == words_of(other.title)
    )


def renamed(base: Ledger, ledger: Ledger) -> Ledger:
    """``base`` with its items called as their counterparts in ``ledger`` are."""
    names = items(base.items, ledger.items)
    if not names:
        return base

    def tries(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
        called = ((one, names.get(one.item or "")) for one in attempts)
        return tuple(one.model_copy(update={"item": name}) if name else one for one, name in called)

    def item(one: Item) -> Item:
        attempts = tries(one.attempts)
        return one.model_copy(update={"id": names.get(one.id, one.id), "attempts": attempts})

    return base.model_copy(
        update={"items": tuple(map(item, base.items)), "loose": tries(base.loose)}
    )


def _tries(item: Item) -> Words:
    return tuple(one.text for one in item.attempts)


# Actions


def actions(old: Sequence[Numbered], new: Sequence[Numbered]) -> Mapping[int, int]:
    """The place in ``new`` of each action of ``old`` that is still there: by its words and number,
    by its words, by its number where a third of its words is left or where it was rewritten as an
    attempt completed it, and by what most of its words are left in."""
    said, says = ([words_of(one.text) for one in every] for every in (old, new))
    found: dict[int, int] = {}
    _match(
        [(one.number, words) for one, words in zip(old, said, strict=True)],
        [(one.number, words) for one, words in zip(new, says, strict=True)],
        found,
    )
    _match(said, says, found)
    numbers = {one.number: at for at, one in enumerate(new)}
    taken = {*found.values()}
    for was, one in enumerate(old):
        now = numbers.get(one.number)
        if was in found or one.number is None or now is None or now in taken:
            continue
        is_completed = new[now].state == "complete" and new[now].attempt is not None
        if is_completed or len({*said[was]} & {*says[now]}) * 3 >= len({*said[was]}):
            found[was] = now
    olds = [at for at in range(len(old)) if at not in found]
    news = [at for at in range(len(new)) if at not in found.values()]
    rest = paired([old[at].text for at in olds], [new[at].text for at in news])
    return found | {olds[was]: news[now] for was, now in rest.items()}


# Words


def paired(old: Sequence[str], new: Sequence[str], around: Sequence[str] = ()) -> Mapping[int, int]:
    """The place in ``new`` of each text of ``old`` that is still there: one for one by the same
    words, then by most of them; then that of a part of one that was split, and that of the other
    one which it was joined with. ``around`` is all that the old version says, and tells how common
    a word is."""
    said, says = [*map(words_of, old)], [*map(words_of, new)]
    found: dict[int, int] = {}
    _match(said, says, found)
    left = [at for at in range(len(said)) if at not in found]
    if not left or not says:
        return found
    same = {*found.values()}
    often = Counter(word for text in around or old for word in {*words_of(text)})
    weights = {at: _weights(said[at], often) for at in left}
    places: dict[str, list[int]] = defaultdict(list)
    for at, words in enumerate(says):
        for word in {*words} if at not in same else ():
            places[word].append(at)
    near = {was: _near(weights[was], places) for was in left}
    kept = {
        (was, at): _share(weights[was], says[at]) for was, those in near.items() for at in those
    }
    held = {pair: _share(_weights(says[pair[1]], often), said[pair[0]]) for pair in kept}
    best = {
        pair: max(share, held[pair] if held[pair] >= _NEARLY_ALL else 0)
        for pair, share in kept.items()
    }
    partners: dict[int, int] = {}
    for was, at in sorted(best, key=lambda pair: (-best[pair], abs(pair[0] - pair[1]), pair)):
        if best[was, at] > _MOST and was not in found and at not in partners:
            found[was], partners[at] = at, was
    for was in left:
        if was in found:
            continue
        parts = [at for at in near[was] if at not in partners and kept[was, at] >= _PART]
        joined = [
            at
            for at in near[was]
            if at in partners
            and kept[was, at] >= _NEARLY_ALL
            and _share(weights[was], said[partners[at]]) <= 1 - _PART
        ]
        union = [word for at in parts for word in says[at]]
        if joined or _share(weights[was], union) >= _NEARLY_ALL:
            found[was] = (joined or parts)[0]
    return found


def _match(
    old: Sequence[tuple[Hashable, ...]], new: Sequence[tuple[Hashable, ...]], found: dict[int, int]
) -> None:
    """Add the pairs of places that have the same key, in order; an empty one is none."""
    taken = {*found.values()}
    places: dict[tuple[Hashable, ...], list[int]] = defaultdict(list)
    for at in reversed(range(len(new))):
        if new[at] and at not in taken:
            places[new[at]].append(at)
    for was, key in enumerate(old):
        if was not in found and places.get(key):
            found[was] = places[key].pop()


def _weights(words: Words, often: Mapping[str, int]) -> Mapping[str, float]:
    """How much each word says of the whole: all say 1."""
    each = {word: 1 / max(1, often.get(word, 0)) for word in words}
    if len(each) > 1:
        each[words[0]] /= 2
    whole = sum(each.values())
    return {word: weight / whole for word, weight in each.items()}


def _share(weights: Mapping[str, float], words: Iterable[str]) -> float:
    """How much of a text other ``words`` say."""
    return sum(weights.get(word, 0) for word in {*words})


def _near(words: Iterable[str], places: Mapping[str, Sequence[int]]) -> Sequence[int]:
    """The places of texts that have one of ``words`` and not all of them that are common."""
    telling = (places.get(word, ()) for word in words)
    return sorted({at for those in telling if len(those) <= _COMMON for at in those})
