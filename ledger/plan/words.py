"""What people write for a status, a result, a state or a priority, and what it means.

The word decides, not the emoji; an emoji counts only where no known word stands. Tables of
words, not of phrases: about 200 result phrases are known from one project alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from ledger.plan.model import ActionState, ItemStatus, Result

if TYPE_CHECKING:
    from ledger.plan.model import Conventions, Pairs

_WORD = re.compile(r"[a-z]+(?:[_'-][a-z]+)*")
# Where a phrase ends: its comment in parentheses, its sentence, the dash before a note.
_PHRASE_END = re.compile(r"[(;:]|\.(?:\s|\Z)| [—–-]+ ")
_LONGEST_PHRASE = 120  # characters that may hold the deciding word

_RESULT_WORDS: Final[tuple[tuple[Result, frozenset[str]], ...]] = (
    ("partial", frozenset("partial partially incomplete unfinished timeout timed-out".split())),
    (
        "failed",
        frozenset(
            "fail fails failed failing failure failures regression regressed worse worsening error"
            " errors invalid broken violation crashed reopened re-opened unsuccessful".split()
        ),
    ),
    ("blocked", frozenset("blocked blocker blockers paused stalled waiting halted halt".split())),
    (
        "success",
        frozenset(
            "success successful succeeded complete completed done pass passed passes passing"
            " resolved fixed verified approved confirmed cleared reproduced validated satisfied"
            " locked aligned landed ok green closed".split()
        ),
    ),
    (
        "info",
        frozenset(
            "evidence evidence-only audit planning plan analysis documentation documented backlog"
            " update note notes memo observation redundancy redundant stale superseded diagnosis"
            " diagnostic investigating investigation instrumentation review invalidates follow-up"
            " surfaced captured collected refresh updated info deferred found baseline".split()
        ),
    ),
)
_RESULT_MARKS: Final[tuple[tuple[str, Result], ...]] = (
    ("✅", "success"),
    ("✓", "success"),
    ("❌", "failed"),
    ("⚠", "partial"),
    ("⏳", "partial"),
    ("⏸", "blocked"),
    ("📋", "info"),
    ("📝", "info"),
    ("📊", "info"),
)

_STATE_WORDS: Final[dict[str, ActionState]] = {
    "complete": "complete",
    "completed": "complete",
    "done": "complete",
    "pending": "pending",
    "ready": "pending",
    "todo": "pending",
    "open": "pending",
    "next": "pending",
    "in_progress": "in_progress",
    "in-progress": "in_progress",
    "active": "in_progress",
    "partial": "partial",
    "blocked": "blocked",
    "paused": "blocked",
    "deferred": "deferred",
    "postponed": "deferred",
    "rejected": "rejected",
    "cancelled": "rejected",
    "canceled": "rejected",
    "dropped": "rejected",
    "superseded": "rejected",
}
_STATE_MARKS: Final[tuple[tuple[str, ActionState], ...]] = (
    ("✅", "complete"),
    ("☑", "complete"),
    ("✔", "complete"),
    ("❌", "rejected"),
)

_STATUS_WORDS: Final[dict[str, ItemStatus]] = {
    "in_progress": "in_progress",
    "in-progress": "in_progress",
    "active": "in_progress",
    "started": "in_progress",
    "partial": "in_progress",
    "reopened": "in_progress",
    "re-opened": "in_progress",
    "done": "done",
    "complete": "done",
    "completed": "done",
    "closed": "done",
    "resolved": "done",
    "fixed": "done",
    "success": "done",
    "implemented": "done",
    "archived": "archived",
    "superseded": "archived",
    "blocked": "blocked",
    "paused": "blocked",
    "waiting": "blocked",
    "on-hold": "blocked",
    "stalled": "blocked",
    "pending": "pending",
    "new": "pending",
    "queued": "pending",
    "todo": "pending",
    "open": "pending",
    "planned": "pending",
    "in_planning": "pending",
    "in-planning": "pending",
    "deferred": "pending",
    "backlog": "pending",
}
_TWO_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("in progress", "in_progress"),
    ("in planning", "in_planning"),
    ("on hold", "on-hold"),
    ("timed out", "timed-out"),
    ("to do", "todo"),
)


def plain(text: str) -> str:
    """``text`` without emphasis and code marks, its odd hyphens and blanks made plain."""
    return (
        text.translate(_PLAIN) if not text.isascii() or "*" in text or "`" in text else text
    ).strip()


_PLAIN = str.maketrans(
    {"*": None, "`": None, "\u2010": "-", "\u2011": "-", "\u202f": " ", "\u00a0": " "}
)


def _words(text: str) -> list[str]:
    text = plain(text[:_LONGEST_PHRASE]).lower()
    for two, one in _TWO_WORDS:
        text = text.replace(two, one)
    return _WORD.findall(text)


def phrase(text: str) -> str:
    """The part of ``text`` before its first comment, note or end of sentence."""
    end = _PHRASE_END.search(text)
    return text[: end.start()].strip() if end else text.strip()


@lru_cache(maxsize=8192)
def result(text: str, own: Conventions | None = None) -> Result:
    """What a result phrase means. Its own words decide before those in its comment; the
    project's ``own`` before those that every project knows."""
    head = phrase(text)
    for part in (head, text[len(head) :]):
        meant = own and _meant(part, own.result)
        if meant:
            return cast("Result", meant)
        words = set(_words(part))
        if "blocker" in words and words & {"cleared", "resolved"}:
            return "success"
        for value, known in _RESULT_WORDS:
            if words & known:
                return value
        for mark, value in _RESULT_MARKS:
            if mark in part[:8]:
                return value
    return "unknown"


def state(word: str, mark: str = "", own: Conventions | None = None) -> ActionState:
    """What an action's state word means, or its mark where it has no word: a tick is complete,
    a cross rejected; anything else is open."""
    meant = own and _meant(word or mark, own.state)
    if meant:
        return cast("ActionState", meant)
    if word:
        return _STATE_WORDS.get(next(iter(_words(word)), ""), "unknown")
    for known, value in _STATE_MARKS:
        if known in mark:
            return value
    return "pending"


def is_state(word: str, own: Conventions | None = None) -> bool:
    """Whether ``word`` is one that says an action's state."""
    if own and _meant(word, own.state):
        return True
    return next(iter(_words(word)), "") in _STATE_WORDS


@lru_cache(maxsize=1024)
def status(text: str, own: Conventions | None = None) -> ItemStatus:
    """What an item's status means: the project's ``own`` word decides, else the first known."""
    meant = own and _meant(phrase(text), own.status)
    if meant:
        return cast("ItemStatus", meant)
    for word in _words(phrase(text)) or _words(text):
        if word in _STATUS_WORDS:
            return _STATUS_WORDS[word]
    return "unknown"


@lru_cache(maxsize=1024)
def priority(text: str) -> str | None:
    """The first word of a priority in lower case: ``High (Sprint 1.2)`` is ``high``."""
    return next(iter(_words(text)), None)


def name(written: str, own: Conventions | None) -> str:
    """The name of a field, heading or column that ``written`` stands for, with what follows it;
    ``written`` itself where the project says nothing of it."""
    for known, meaning in own.fields if own else ():
        behind = written[len(known) :]
        if written.lower().startswith(known.lower()) and not behind[:1].isalnum():
            return meaning + behind
    return written


def written(known: str, own: Conventions | None) -> str:
    """How the project writes the name of a field, heading or column."""
    fields = own.fields if own else ()
    return next((said for said, name in fields if name == known), known)


def _meant(text: str, pairs: Pairs) -> str | None:
    """What the first of a project's own words in ``text`` means."""
    if not pairs:
        return None
    found = any_of(pairs).search(plain(text[:_LONGEST_PHRASE]).lower())
    return dict(pairs)[found.group()] if found else None


@lru_cache(maxsize=64)
def any_of(pairs: Pairs) -> re.Pattern[str]:
    """A pattern for the words that ``pairs`` know, the longest first."""
    known = "|".join(re.escape(word) for word, _ in sorted(pairs, key=lambda one: -len(one[0])))
    return re.compile(rf"(?<![\w-])(?:{known})(?![\w-])")
