"""What people write for a status, a result, a state or a priority, and what it means.

The word decides, not the emoji; an emoji counts only where no known word stands. Tables of
words, not of phrases: about 200 result phrases are known from one project alone. A project can
add words of its own (``[tool.ledger.words]``), which decide before those that all projects know.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, TypeVar, cast, get_args

from ledger.plan.model import ActionState, Conventions, ItemStatus, Ledger, Pairs, Result

Meaning = TypeVar("Meaning", bound=str)

_WORD = re.compile(r"[a-z]+(?:[_'-][a-z]+)*")
# Where a phrase ends: its comment in parentheses, its sentence, the dash before a note.
_PHRASE_END = re.compile(r"[(;:]|\.(?:\s|\Z)| [—–-]+ ")
_LONGEST_PHRASE = 120  # characters that may hold the deciding word


def _by_word(words: dict[Meaning, str]) -> dict[str, Meaning]:
    """What each of the words means."""
    return {word: meaning for meaning, known in words.items() for word in known.split()}


_RESULT_WORDS: Final[dict[Result, str]] = {
    "partial": "partial partially incomplete unfinished timeout timed-out",
    "failed": "fail fails failed failing failure failures regression regressed worse worsening"
    " error errors invalid broken violation crashed reopened re-opened unsuccessful",
    "blocked": "blocked blocker blockers paused stalled waiting halted halt",
    "success": "success successful succeeded complete completed done pass passed passes passing"
    " resolved fixed verified approved confirmed cleared reproduced validated satisfied locked"
    " aligned landed ok green closed",
    "info": "evidence evidence-only audit planning plan analysis documentation documented backlog"
    " update note notes memo observation redundancy redundant stale superseded diagnosis diagnostic"
    " investigating investigation instrumentation review invalidates follow-up surfaced captured"
    " collected refresh updated info deferred found baseline",
}
"""Of several the first that a phrase has a word of is what it means."""
_RESULTS: Final = _by_word(_RESULT_WORDS)
# e.g. "not successful", "not yet fixed", "never passed", "no success yet"
_NOT_WON: Final = re.compile(
    r"\b(?:not|never|isn't|no)[ ]+(?:yet[ ]+|fully[ ]+|a[ ]+){0,2}"
    rf"(?:{'|'.join(_RESULT_WORDS['success'].split())})\b",
    re.IGNORECASE,
)
_RESULT_MARKS: Final[dict[str, Result]] = _by_word(
    {"success": "✅ ✓", "failed": "❌", "partial": "⚠ ⏳", "blocked": "⏸", "info": "📋 📝 📊"}
)

_STATE_WORDS: Final[dict[str, ActionState]] = _by_word(
    {
        "complete": "complete completed done",
        "pending": "pending ready todo open next",
        "in_progress": "in_progress in-progress active",
        "partial": "partial",
        "blocked": "blocked paused",
        "deferred": "deferred postponed",
        "rejected": "rejected cancelled canceled dropped superseded",
    }
)
_STATE_MARKS: Final[dict[str, ActionState]] = _by_word({"complete": "✅ ☑ ✔", "rejected": "❌"})

_STATUS_WORDS: Final[dict[str, ItemStatus]] = _by_word(
    {
        "in_progress": "in_progress in-progress active started partial reopened re-opened",
        "done": "done complete completed closed resolved fixed success implemented",
        "archived": "archived superseded",
        "blocked": "blocked paused waiting on-hold stalled",
        "pending": "pending new queued todo open planned in_planning in-planning deferred backlog",
    }
)
_TWO_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("in progress", "in_progress"),
    ("in planning", "in_planning"),
    ("on hold", "on-hold"),
    ("timed out", "timed-out"),
    ("to do", "todo"),
)

NAMES: Final = (
    "ID",
    "Title",
    "Priority",
    "Status",
    "Index",
    "Last Updated",
    "Attempts History",
    "Next Actions",
    "Exit Criteria",
    "Artifacts Root",
    "Result",
    "Date",
    "Current Focus",
    "Completed Items",
    "TODOs",
)
"""What a field, heading, label or column of a table can stand for."""
PLACES: Final = {"<digits>": "0-9", "<capitals>": "A-Z", "<letters>": r"^\W\d_", "<name>": ""}
"""What a shape of IDs can hold, and which characters each takes; a name takes parts of letters
and digits, with ``-``, ``_`` or ``.`` between them."""

_MEANINGS: Final[dict[str, tuple[str, ...]]] = {
    "fields": NAMES,
    "status": get_args(ItemStatus)[:-1],  # not unknown
    "state": get_args(ActionState)[:-1],
    "result": get_args(Result)[:-1],
}
_KEYS: Final = ("id", *_MEANINGS)
_SHAPE: Final = re.compile(r"(?=[^\W_]|<)(?:<[a-z]+>|[^\W_]|[-_.](?=[^\W_]|<))+")
_PART: Final = re.compile(r"<[a-z]+>|.")
_LONGEST_WORD: Final = 60  # characters of a word or shape
_MOST_WORDS: Final = 100  # words, or shapes

_PLAIN: Final = str.maketrans(
    {"*": None, "`": None, "\u2010": "-", "\u2011": "-", "\u202f": " ", "\u00a0": " "}
)


def plain(text: str) -> str:
    """``text`` without emphasis and code marks, its odd hyphens and blanks made plain."""
    return text.translate(_PLAIN).strip()


def phrase(text: str) -> str:
    """The part of ``text`` before its first comment, note or end of sentence."""
    end = _PHRASE_END.search(text)
    return text[: end.start()].strip() if end else text.strip()


def priority(text: str) -> str | None:
    """The first word of a priority in lower case: ``High (Sprint 1.2)`` is ``high``."""
    return next(iter(_words(text)), None)


def _words(text: str) -> list[str]:
    text = plain(text[:_LONGEST_PHRASE]).lower()
    for two, one in _TWO_WORDS:
        text = text.replace(two, one)
    return _WORD.findall(text)


class Vocabulary:
    """The words of one project: those of its ``conventions``, then those that everybody knows."""

    def __init__(self, conventions: Conventions) -> None:
        self.conventions = conventions

    def result(self, text: str) -> Result:
        """What a result phrase means. Its own words decide before those in its comment."""
        head = phrase(text)
        for part in (head, text[len(head) :]):
            meaning = _meaning(part, self.conventions.result)
            if meaning:
                return cast("Result", meaning)
            words = set(_words(part))
            if "blocker" in words and words & {"cleared", "resolved"}:
                return "success"
            known = {_RESULTS[word] for word in words if word in _RESULTS}
            if "success" in known and _NOT_WON.search(part[:_LONGEST_PHRASE]):
                known = known - {"success"} | {"failed"}
            if known:
                return next(value for value in _RESULT_WORDS if value in known)
            for mark, value in _RESULT_MARKS.items():
                if mark in part[:8]:
                    return value
        return "unknown"

    def state(self, word: str, mark: str = "") -> ActionState:
        """What an action's state word means, or its mark where it has no word: a tick is
        complete, a cross rejected; anything else is open."""
        meaning = _meaning(word or mark, self.conventions.state)
        if meaning:
            return cast("ActionState", meaning)
        if word:
            return _STATE_WORDS.get(next(iter(_words(word)), ""), "unknown")
        return next((value for known, value in _STATE_MARKS.items() if known in mark), "pending")

    def is_state(self, word: str) -> bool:
        """Whether ``word`` is one that says an action's state."""
        if _meaning(word, self.conventions.state):
            return True
        return next(iter(_words(word)), "") in _STATE_WORDS

    def status(self, text: str) -> ItemStatus:
        """What an item's status means: the first word of it that is known."""
        meaning = _meaning(phrase(text), self.conventions.status)
        if meaning:
            return cast("ItemStatus", meaning)
        for word in _words(phrase(text)) or _words(text):
            if word in _STATUS_WORDS:
                return _STATUS_WORDS[word]
        return "unknown"

    def name(self, written: str) -> str:
        """The name of a field, heading or column that ``written`` stands for, with what follows
        it; ``written`` itself where the project says nothing of it."""
        for known, meaning in self.conventions.fields:
            behind = written[len(known) :]
            if written.lower().startswith(known.lower()) and not behind[:1].isalnum():
                return meaning + behind
        return written

    def written(self, known: str) -> str:
        """How the project writes the name of a field, heading or column."""
        return next((said for said, name in self.conventions.fields if name == known), known)

    def names_of(self, known: str) -> list[str]:
        """What the project writes for the name ``known``, and the name itself."""
        return [*(said for said, name in self.conventions.fields if name == known), known]


@lru_cache(maxsize=16)
def vocabulary(conventions: Conventions | None) -> Vocabulary:
    """The vocabulary of a project, None for one that has no words of its own."""
    return Vocabulary(conventions or Conventions())


USUAL: Final = vocabulary(None)


def of(ledger: Ledger) -> Vocabulary:
    """The vocabulary that ``ledger`` was read with."""
    return vocabulary(ledger.conventions)


def _meaning(text: str, pairs: Pairs) -> str | None:
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


# The table [tool.ledger.words]


def read_table(table: dict[str, Any]) -> Conventions:
    """The table ``[tool.ledger.words]``. Raises ValueError that says which setting is wrong, and
    what would be right."""
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"unknown key {key[:100]!a}; known are {', '.join(_KEYS)}")
    pairs = {key: _pairs(key, table.get(key, {})) for key in _MEANINGS}
    return Conventions.model_validate({"id": _shapes(table.get("id", ())), **pairs})


def _pairs(key: str, given: Any) -> Pairs:
    if not isinstance(given, dict) or len(given) > _MOST_WORDS:
        raise ValueError(
            f'expected {key} to be a table such as {{ "word" = "{_MEANINGS[key][3]}" }}'
        )
    known = {meaning.lower(): meaning for meaning in _MEANINGS[key]}
    found: dict[str, str] = {}
    for written, meaning in given.items():
        name = " ".join(written.split())
        if not name or len(name) > _LONGEST_WORD or name != written or not name.isprintable():
            raise ValueError(f"{key}: expected {written[:100]!a} to be a word, or a few")
        if not isinstance(meaning, str) or meaning.lower() not in known:
            said = f"{meaning[:100]!a}" if isinstance(meaning, str) else type(meaning).__name__
            meanings = ", ".join(known.values())
            raise ValueError(f"{key}: expected {written!a} to mean one of {meanings}, not {said}")
        found[written if key == "fields" else written.lower()] = known[meaning.lower()]
    return tuple(found.items())


def _shapes(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, (list, tuple)) or len(given) > _MOST_WORDS:
        raise ValueError('expected id to be a list of shapes such as ["<capitals>-<digits>"]')
    for shape in given:
        fault = _fault(shape) if isinstance(shape, str) else "it is no text"
        if fault:
            raise ValueError(f"id: {str(shape)[:100]!a} is no shape of an ID: {fault}")
    return tuple(given)


def _fault(shape: str) -> str:
    if len(shape) > _LONGEST_WORD or not _SHAPE.fullmatch(shape):
        return f"expected letters, digits, - _ . between them, and {', '.join(PLACES)}"
    parts = _PART.findall(shape)
    for part in parts:
        if part.startswith("<") and part not in PLACES:
            return f"{part} is none of {', '.join(PLACES)}"
    for part, behind in pairwise(parts):
        if part in PLACES and _goes_on(part, behind):
            return f"{behind} behind {part} cannot be told from it"
    return ""


def _goes_on(part: str, behind: str) -> bool:
    """Whether ``part`` could hold what ``behind`` begins with, so that its end is not known."""
    if part == "<name>":
        return True
    if behind in PLACES:
        return behind == "<name>" or (part == "<digits>") == (behind == "<digits>")
    return re.match(f"[{PLACES[part]}]", behind) is not None
