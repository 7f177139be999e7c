"""What people write for a status, a result, a state or a priority, and what it means.

The word decides, not the emoji; an emoji counts only where no known word stands. Tables of
words, not of phrases: about 200 result phrases are known from one project alone. A project can
add words of its own (``[tool.ledger.words]``), which decide before those that all projects know.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, TypeVar, cast, get_args

from ledger.plan.model import ActionState, Conventions, ItemStatus, Ledger, Pairs, Result

Meaning = TypeVar("Meaning", bound=str)

_WORD = re.compile(r"[a-z]+(?:[_'-][a-z]+)*")
_NUMBERED = re.compile(r"[#(]?(p?\d{1,2})(?![\w-])")
_TOKEN = rf"{_WORD.pattern}|[,;:.()\u2013\u2014]"
# Where a phrase ends: its clause, its comment in parentheses, its sentence, the dash before a note.
_SENTENCE_END = re.compile(r"[(:]|\.(?:\s|\Z)| [—–-]+ ")
_PHRASE_END = re.compile(rf";|{_SENTENCE_END.pattern}")
_SENTENCE = re.compile(r";(?! but\b)|\(|\.(?:\s|\Z)")
_NOTE = re.compile(r" ?\([^()]*\)")  # of `done (2025-03-01), but CI is red`
_LONGEST_PHRASE = 120  # characters that may hold the deciding word
_FEW_WORDS = 3  # of a status in a heading


def by_word(words: dict[Meaning, str]) -> dict[str, Meaning]:
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
_RESULTS: Final = by_word(_RESULT_WORDS)
_RESULT_MARKS: Final[dict[str, Result]] = by_word(
    {"success": "✅ ✓", "failed": "❌", "partial": "⚠ ⏳", "blocked": "⏸", "info": "📋 📝 📊"}
)

_STATE_WORDS: Final[dict[str, ActionState]] = by_word(
    {
        "complete": "complete completed done finished shipped",
        "pending": "pending ready todo open next",
        "in_progress": "in_progress in-progress in-review active wip ongoing underway started",
        "partial": "partial partially",
        "blocked": "blocked paused on-hold waiting",
        "deferred": "deferred postponed",
        "rejected": "rejected cancelled canceled dropped superseded skip skipped obsolete",
    }
)
MARKS: Final[dict[str, ActionState]] = by_word(
    {
        "complete": "✅ ☑ ✔ ✓ 🗹",
        "rejected": "❌ ✗ ✘",
        "in_progress": "🚧 🔄",
        "pending": "⬜ ☐ 🔲 ⏳",
        "blocked": "⏸ ⛔ 🚫",
    }
)
"""What a sign means that stands for a state without a word."""

WORD_BOXES: Final[dict[str, ActionState]] = by_word(
    {
        "pending": "todo to-do pending open not-started backlog",
        "in_progress": "wip in-progress inprogress doing started in-review",
        "complete": "done complete completed",
        "blocked": "blocked on-hold paused",
        "deferred": "deferred postponed",
        "rejected": "skip skipped n/a na cancelled canceled dropped rejected",
    }
)
"""What a word in brackets before a task says of it."""


def word_box(mark: str) -> ActionState | None:
    """The state that the word of a box says: ``In Progress``, ``in_progress``; None for none."""
    return WORD_BOXES.get("-".join(re.findall(r"[a-z/]+", mark.lower())))


_STATUS_WORDS: Final[dict[str, ItemStatus]] = by_word(
    {
        "in_progress": "in_progress in-progress active started partial partially reopened re-opened"
        " wip ongoing underway doing review reviewing in-review incomplete unfinished",
        "done": "done complete completed closed resolved fixed success implemented finished shipped"
        " merged released delivered landed",
        "archived": "archived superseded cancelled canceled dropped rejected obsolete abandoned"
        " withdrawn wontfix skipped",
        "blocked": "blocked paused waiting on-hold stalled halted",
        "pending": "pending new queued todo open planned in_planning in-planning deferred postponed"
        " backlog ready upcoming proposed unblocked unstarted",
    }
)
# What headings say, and fields do not.
_HEADING_WORDS: Final[dict[str, ItemStatus]] = by_word(
    {
        "done": "met passed finished shipped",
        "in_progress": "wip current",
        "pending": "todos next upcoming remaining",
    }
)
# What is behind a status of few words: `blocked by the vendor`, `fixed, but still slow`
_MORE_OF_STATUS: Final = re.compile(r",| (?:by|until|since|any|but|in|on|for|during|after|with)\b")
STATUSES: Final[dict[ActionState, ItemStatus]] = {
    "complete": "done",
    "rejected": "archived",
    "blocked": "blocked",
    "in_progress": "in_progress",
    "partial": "in_progress",
}
"""What the state of a task makes of it as an item; any other leaves it pending."""
_FAULTS: Final = f"{_RESULT_WORDS['failed']} {_RESULT_WORDS['blocked']}".replace(" ", "|")
# e.g. "blocker cleared", "two failures are now fixed"
_MENDED: Final = re.compile(
    rf"\b(?:{_FAULTS})(?: (?:is|are|was|were|has|have|been|now|all))*"
    r" (?:fixed|cleared|resolved)\b"
)
# What a word before another one, in the same clause, makes of it: "not all tests pass", "isn't
# fixed", "almost done", "to be closed". A word that is turned never counts as itself.
_TURNS: Final[dict[str, str]] = by_word(
    {
        "not": "not never no cannot neither nor without hardly",
        "almost": "almost nearly mostly partly partially half",
        "to come": "be",
    }
)
_TURNED_RESULTS: Final[dict[tuple[str, str], Result]] = {
    ("not", "success"): "failed",
    ("almost", "success"): "partial",
}
_TURNED_STATUS: Final[dict[tuple[str, str], ItemStatus]] = {
    ("not", "in_progress"): "pending",
    ("not", "done"): "pending",
    ("almost", "done"): "in_progress",
    ("to come", "in_progress"): "pending",
    ("to come", "done"): "pending",
}
_TURNED_STATES: Final[dict[tuple[str, str], ActionState]] = {
    ("not", "complete"): "pending",
    ("not", "in_progress"): "pending",
    ("not", "pending"): "unknown",
    ("almost", "complete"): "in_progress",
    ("to come", "complete"): "pending",
    **{("not", name): "pending" for name in ("blocked", "deferred", "rejected", "partial")},
}
# What takes a "done" or a success back behind it: "done, but CI is still red", "fixed, not merged",
# "passed except on Windows", "done? no"
_TAKES_BACK: Final = re.compile(
    r"(?:\b(?:but|though|although|however)\b[^.;]{0,80}?"
    r"(?:\b(?:still|not|no|yet|only|remain\w*|missing|fail\w*|open|red|pending|blocked)\b|n't\b)"
    r"|\b(?:except|apart from|with \w+ exceptions?)\b"
    r"|,? not (?:yet|on|in|for|merged|tested|verified|shipped|finished|really|quite)\b|\? ?no\b)"
)
_CLAUSE_ENDS: Final = frozenset((",", ";", ":", ".", "(", ")", "\u2013", "\u2014", "and", "but"))
_TWO_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("in progress", "in_progress"),
    ("in planning", "in_planning"),
    ("on hold", "on-hold"),
    ("timed out", "timed-out"),
    ("to do", "todo"),
    ("ready for review", "in-review"),
    ("in review", "in-review"),
    ("not quite", "nearly"),
    ("won't fix", "wontfix"),
    ("won't do", "wontfix"),
)

NAMES: Final = tuple(
    "ID, Title, Priority, Status, Index, Last Updated, Attempts History, Next Actions, "
    "Exit Criteria, Artifacts Root, Depends on, Owner, Result, Date, Current Focus, "
    "Completed Items, TODOs".split(", ")
)
"""What a field, heading, label or column of a table can stand for."""
CRITERIA: Final = (
    "exit criteria",
    "success criteria",
    "done criteria",
    "acceptance criteria",
    "definition of done",
    "done when",
    "accept when",
)
"""What the name of a field begins with, or that of a heading, which holds criteria."""
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
    """The first word of a priority in lower case, or its number: ``High (Sprint 1.2)`` is ``high``,
    ``P1`` is ``p1``."""
    text = _even(text)
    numbered = _NUMBERED.match(text)
    return numbered[1] if numbered else next(iter(_words(text)), None)


def _words(text: str) -> list[str]:
    return _WORD.findall(_even(text))


def _even(text: str) -> str:
    """The beginning of ``text`` as its words are compared."""
    text = plain(text[:_LONGEST_PHRASE]).lower().replace("\u2019", "'")
    for two, word in _TWO_WORDS:
        text = text.replace(two, word)
    return text


def _meanings(
    text: str, known: Mapping[str, Meaning], own: Pairs = ()
) -> Iterator[tuple[Meaning, str]]:
    """What the words of ``text`` that are known mean, each with what turns it, if anything does."""
    turn = before = ""
    for word in _tokens(own).findall(text):
        if word in known:
            yield known[word], turn
            turn, before = "", turn
        elif word in ("or", "nor"):  # "no errors or failures"
            turn = before
        elif word in _CLAUSE_ENDS:
            turn = before = ""
        else:
            turn = turn or ("not" if word.endswith("n't") else _TURNS.get(word, ""))


@lru_cache(maxsize=64)
def _tokens(own: Pairs) -> re.Pattern[str]:
    return re.compile(f"{any_of(own).pattern}|{_TOKEN}" if own else _TOKEN)


class Vocabulary:
    """The words of one project: those of its ``conventions``, then those that everybody knows."""

    def __init__(self, conventions: Conventions) -> None:
        self.conventions = conventions

    def result(self, text: str) -> Result:
        """What a result phrase means. Its own words decide before those in its comment; a
        success that goes on with what is none is a part of one."""
        head = phrase(text)
        behind = text[len(head) :].lstrip()
        meaning = self._result(head)
        if meaning == "success" and _is_taken_back(head):
            return "partial"
        if meaning == "success" and behind.startswith(";"):  # tests fixed; build still failing
            more = self._result(_SENTENCE_END.split(behind, maxsplit=1)[0])
            return "partial" if more in ("partial", "failed", "blocked") else meaning
        return meaning if meaning != "unknown" else self._result(behind)

    def _result(self, part: str) -> Result:
        for own, turn in _own(part, self.conventions.result):
            return _turned(cast("Result", own), turn, _TURNED_RESULTS)
        meanings = _meanings(_MENDED.sub("fixed", _even(part)), _RESULTS)
        known = {_turned(meaning, turn, _TURNED_RESULTS) for meaning, turn in meanings}
        if known - {"unknown"}:
            return next(value for value in _RESULT_WORDS if value in known)
        marks = (value for mark, value in _RESULT_MARKS.items() if mark in part[:8])
        return next(marks, "unknown")

    def state(self, word: str, mark: str = "") -> ActionState:
        """The state of an action by its word, else by its mark: tick, cross, or anything else."""
        for own, turn in _own(word or mark, self.conventions.state):
            return _turned(cast("ActionState", own), turn, _TURNED_STATES)
        if word:
            for meaning, turn in _meanings(_even(word), _STATE_WORDS):
                return _turned(meaning, turn, _TURNED_STATES)
            return "unknown"
        return next((value for known, value in MARKS.items() if known in mark), "pending")

    def is_state(self, word: str) -> bool:
        """Whether ``word`` is one that says an action's state."""
        return any(_own(word, self.conventions.state)) or any(_meanings(_even(word), _STATE_WORDS))

    def status(self, text: str) -> ItemStatus:
        """What an item's status means: the first word of it that is known, else a sign that it
        begins with. What is done, "but" something of it is not, is in progress."""
        statuses = [_turned(*status, _TURNED_STATUS) for status in self._statuses(text)]
        if status := next((status for status in statuses if status != "unknown"), None):
            return "in_progress" if status == "done" and _is_taken_back(text) else status
        if statuses:  # "not blocked" alone
            return "unknown"
        sign = next((MARKS[sign] for sign in MARKS if text.lstrip("*`[ ").startswith(sign)), None)
        return STATUSES.get(sign, "pending") if sign else "unknown"

    def is_status(self, text: str) -> bool:
        """Whether a word of ``text`` is one that says a status, though it may be turned."""
        return any(self._statuses(text))

    def heading_status(self, text: str) -> ItemStatus | None:
        """What a heading, or the end of one, means that is a status and no more: ``done``,
        ``blocked by the vendor``, ``next``; None for any other words."""
        ending = " ".join(text.lower().split())
        first, _, rest = ending.partition(" ")
        if alone := _HEADING_WORDS.get(first.strip(".,;:!")):
            return None if rest else alone  # (current: 68 %)
        head = _MORE_OF_STATUS.split(ending)[0].removeprefix("yet ")
        is_short = len(head.split()) <= _FEW_WORDS and len(ending) <= _LONGEST_PHRASE
        return self.status(ending) if is_short and self.is_status(head) else None

    def _statuses(self, text: str) -> Iterator[tuple[ItemStatus, str]]:
        words = phrase(text)
        for own, turn in _own(words, self.conventions.status):
            yield cast("ItemStatus", own), turn
        yield from _meanings(_even(words if _words(words) else text), _STATUS_WORDS)

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
        return next((word for word, name in self.conventions.fields if name == known), known)

    def written_status(self, known: ItemStatus) -> str:
        """How the project writes a status."""
        return next((word for word, status in self.conventions.status if status == known), known)

    def names_of(self, known: str) -> list[str]:
        """What the project writes for the name ``known``, and the name itself."""
        return [*(word for word, name in self.conventions.fields if name == known), known]


@lru_cache(maxsize=16)
def vocabulary(conventions: Conventions | None) -> Vocabulary:
    """The vocabulary of a project, None for one that has no words of its own."""
    return Vocabulary(conventions or Conventions())


USUAL: Final = vocabulary(None)


def of(ledger: Ledger) -> Vocabulary:
    """The vocabulary that ``ledger`` was read with."""
    return vocabulary(ledger.conventions)


def _own(text: str, pairs: Pairs) -> Iterator[tuple[str, str]]:
    """What a project's own words in ``text`` mean, each with what turns it."""
    return (
        _meanings(plain(text[:_LONGEST_PHRASE]).lower(), dict(pairs), pairs) if pairs else iter(())
    )


def _is_taken_back(text: str) -> bool:
    clause = _SENTENCE.split(_NOTE.sub("", _even(text)), maxsplit=1)[0]
    return bool(_TAKES_BACK.search(clause))


def _turned(meaning: Meaning, turn: str, turned: Mapping[tuple[str, str], Meaning]) -> Meaning:
    """What a word means behind one that turns it; ``unknown`` where that can't be told."""
    return turned.get((turn, meaning), cast("Meaning", "unknown")) if turn else meaning


@lru_cache(maxsize=64)
def any_of(pairs: Pairs) -> re.Pattern[str]:
    """A pattern for the words that ``pairs`` know, the longest first."""
    known = "|".join(re.escape(word) for word, _ in sorted(pairs, key=lambda word: -len(word[0])))
    return re.compile(rf"(?<![\w-])(?:{known})(?![\w-])")


# The table [tool.ledger.words]


def read_table(table: dict[str, Any]) -> Conventions:
    """The table ``[tool.ledger.words]``. Raises ValueError that names the wrong setting."""
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"unknown key {key[:100]!a}; known are {', '.join(_KEYS)}")
    pairs = {key: _pairs(key, table.get(key, {})) for key in _MEANINGS}
    return Conventions.model_validate({"id": _shapes(table.get("id", ())), **pairs})


def _pairs(key: str, given: Any) -> Pairs:
    if not isinstance(given, dict) or len(given) > _MOST_WORDS:
        message = f'expected {key} to be a table such as {{ "word" = "{_MEANINGS[key][3]}" }}'
        raise ValueError(message)
    known = {meaning.lower(): meaning for meaning in _MEANINGS[key]}
    pairs: dict[str, str] = {}
    for written, meaning in given.items():
        name = " ".join(written.split())
        if not name or len(name) > _LONGEST_WORD or name != written or not name.isprintable():
            raise ValueError(f"{key}: expected {written[:100]!a} to be a word, or a few")
        if not isinstance(meaning, str) or meaning.lower() not in known:
            shown = f"{meaning[:100]!a}" if isinstance(meaning, str) else type(meaning).__name__
            meanings = ", ".join(known.values())
            raise ValueError(f"{key}: expected {written!a} to mean one of {meanings}, not {shown}")
        pairs[written if key == "fields" else written.lower()] = known[meaning.lower()]
    return tuple(pairs.items())


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
            return f"{behind} behind {part} cannot be distinguished from it"
    return ""


def _goes_on(part: str, behind: str) -> bool:
    """Whether ``part`` could hold what ``behind`` begins with, so that its end is not known."""
    if part == "<name>":
        return True
    if behind in PLACES:
        return behind == "<name>" or (part == "<digits>") == (behind == "<digits>")
    return re.match(f"[{PLACES[part]}]", behind) is not None
