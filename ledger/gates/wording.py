"""Whether a text says what a criterion names: all its words that carry meaning, in any order."""

import re
from collections.abc import Sequence
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")
_EMPTY: Final = frozenset(
    "a an and are as at be been by for from has have in into is it its of on or that the their "
    "this to was were will with all any each every new".split()
)


def content(text: str) -> tuple[str, ...]:
    """The words of ``text`` that carry meaning, each once, without the endings of plurals."""
    words = (_stem(word) for word in _WORD.findall(text.lower()) if word not in _EMPTY)
    return tuple(dict.fromkeys(words))


def shared(one: str, other: str) -> int:
    """How many words that carry meaning two texts have in common."""
    return len({*content(one)} & {*content(other)})


def says(text: str, words: Sequence[str]) -> bool:
    """Whether every one of ``words`` is in ``text``."""
    return bool(words) and {*words} <= {*content(text)}


def line_of(lines: Sequence[str], words: Sequence[str]) -> int:
    """The first of the lines that have the most of ``words``, from 0."""
    wanted = {*words}
    counts = [len(wanted & {*content(line)}) for line in lines]
    return counts.index(max(counts)) if counts else 0


def _stem(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
