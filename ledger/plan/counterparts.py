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
# e.g. "words"
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
    folded = [word.casefold() for word in _WORD.findall(text[:_LONGEST])]
    return tuple(word for word in folded if word not in _SMALL) or tuple(folded)


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
    there, here = ({item.id: item for item in every} for every in (old, new))
    gone = [item for item in there.values() if not _is_same(item, here.get(item.id))]
    came = [item for item in here.values() if not _is_same(item, there.get(item.id))]
    pairs: dict[int, int] = {}
    if all(item.id in here for item in gone) or not came:
        return {}
    _match([*map(_tries, gone)], [*map(_tries, came)], pairs)
    around = [item.title for item in there.values()]
    for are_all_old in (False, True):
        olds = [at for at, item in enumerate(gone) if are_all_old or not item.is_named]
        news = [at for at, item in enumerate(came) if not (are_all_old and item.is_named)]
        olds = [at for at in olds if at not in pairs]
        news = [at for at in news if at not in pairs.values()]
        titles, says = [gone[at].title for at in olds], [came[at].title for at in news]
        pairs |= {olds[was]: news[now] for was, now in paired(titles, says, around).items()}
    names = {gone[was].id: came[now].id for was, now in pairs.items()}
    # One that is gone, and whose name another has now, which was made of the same first words.
    lost = {item.id for item in gone if item.id in here} - names.keys()
    names |= {name: f"{name} (before)" for name in lost & {*names.values()}}
    return {was: now for was, now in names.items() if was != now}


def _is_same(item: Item, other: Item | None) -> bool:
    """Whether both have one ID, and one that was made of words those words."""
    return other is not None and (
        item.is_named or item.title == other.title or words_of(item.title) == words_of(other.title)
    )


def renamed(base: Ledger, ledger: Ledger) -> Ledger:
    """``base`` with its items called as their counterparts in ``ledger`` are."""
    names = items(base.items, ledger.items)
    if not names:
        return base

    def tries(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
        called = ((attempt, names.get(attempt.item or "")) for attempt in attempts)
        return tuple(a.model_copy(update={"item": name}) if name else a for a, name in called)

    def item(item: Item) -> Item:
        attempts = tries(item.attempts)
        return item.model_copy(update={"id": names.get(item.id, item.id), "attempts": attempts})

    return base.model_copy(
        update={"items": tuple(map(item, base.items)), "loose": tries(base.loose)}
    )


def _tries(item: Item) -> Words:
    return tuple(attempt.text for attempt in item.attempts)


# Actions


def actions(old: Sequence[Numbered], new: Sequence[Numbered]) -> Mapping[int, int]:
    """The place in ``new`` of each action of ``old`` that is still there: by its words and number,
    by its words, by its number where a third of its words is left or where it was rewritten as an
    attempt completed it, and by what most of its words are left in."""
    old_words, says = ([words_of(numbered.text) for numbered in every] for every in (old, new))
    pairs: dict[int, int] = {}
    _match(
        [(numbered.number, words) for numbered, words in zip(old, old_words, strict=True)],
        [(numbered.number, words) for numbered, words in zip(new, says, strict=True)],
        pairs,
    )
    _match(old_words, says, pairs)
    numbers = {numbered.number: at for at, numbered in enumerate(new)}
    taken = {*pairs.values()}
    for was, numbered in enumerate(old):
        now = numbers.get(numbered.number)
        if was in pairs or numbered.number is None or now is None or now in taken:
            continue
        is_completed = new[now].state == "complete" and new[now].attempt is not None
        if is_completed or len({*old_words[was]} & {*says[now]}) * 3 >= len({*old_words[was]}):
            pairs[was] = now
    olds = [at for at in range(len(old)) if at not in pairs]
    news = [at for at in range(len(new)) if at not in pairs.values()]
    rest = paired([old[at].text for at in olds], [new[at].text for at in news])
    return pairs | {olds[was]: news[now] for was, now in rest.items()}


# Words


def paired(old: Sequence[str], new: Sequence[str], around: Sequence[str] = ()) -> Mapping[int, int]:
    """The place in ``new`` of each text of ``old`` that is still there: one for one by the same
    words, then by most of them; then that of a part of one that was split, and that of the other
    one which it was joined with. ``around`` is all that the old version says, and tells how common
    a word is."""
    old_words, says = [*map(words_of, old)], [*map(words_of, new)]
    pairs: dict[int, int] = {}
    _match(old_words, says, pairs)
    left = [at for at in range(len(old_words)) if at not in pairs]
    if not left or not says:
        return pairs
    same = {*pairs.values()}
    often = Counter(word for text in around or old for word in {*words_of(text)})
    weights = {at: _weights(old_words[at], often) for at in left}
    places: dict[str, list[int]] = defaultdict(list)
    for at, words in enumerate(says):
        for word in {*words} if at not in same else ():
            places[word].append(at)
    near = {was: _near(weights[was], places) for was in left}
    kept = {
        (was, at): _share(weights[was], says[at]) for was, those in near.items() for at in those
    }
    shares = {pair: _share(_weights(says[pair[1]], often), old_words[pair[0]]) for pair in kept}
    best = {
        pair: max(share, shares[pair] if shares[pair] >= _NEARLY_ALL else 0)
        for pair, share in kept.items()
    }
    partners: dict[int, int] = {}
    for was, at in sorted(best, key=lambda pair: (-best[pair], abs(pair[0] - pair[1]), pair)):
        if best[was, at] > _MOST and was not in pairs and at not in partners:
            pairs[was], partners[at] = at, was
    for was in left:
        if was in pairs:
            continue
        parts = [at for at in near[was] if at not in partners and kept[was, at] >= _PART]
        joined = [
            at
            for at in near[was]
            if at in partners
            and kept[was, at] >= _NEARLY_ALL
            and _share(weights[was], old_words[partners[at]]) <= 1 - _PART
        ]
        union = [word for at in parts for word in says[at]]
        if joined or _share(weights[was], union) >= _NEARLY_ALL:
            pairs[was] = (joined or parts)[0]
    return pairs


def _match(
    old: Sequence[tuple[Hashable, ...]], new: Sequence[tuple[Hashable, ...]], pairs: dict[int, int]
) -> None:
    """Add the pairs of places that have the same key, in order; an empty one is none."""
    taken = {*pairs.values()}
    places: dict[tuple[Hashable, ...], list[int]] = defaultdict(list)
    for at in reversed(range(len(new))):
        if new[at] and at not in taken:
            places[new[at]].append(at)
    for was, key in enumerate(old):
        if was not in pairs and places.get(key):
            pairs[was] = places[key].pop()


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
