"""Whose figure it is: what the words around a number say about the run that it belongs to.

A sentence is read from left to right. The name of another run, a comparison or a word such as
"previously" holds for what follows, up to the end of its parentheses, its ``;`` part or the
sentence; the name of the attempt's own run, or "now", ends it. What stands before the first
colon (``Delta vs Phase B:``) holds for every part.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from ledger.claims.model import RunName, Whose
from ledger.claims.prose import Prose, Sentence

Kind = Literal["(", ")", ";", ":", "run", "item", "subject", "versus", "other", "own"]

_OTHER = (
    "previous previously prior earlier before baseline baselines original originally history "
    "historical formerly pre-fix initial initially expect expects expected expecting expectation "
    "expectations target targets projected estimate estimated estimates typical typically "
    "threshold thresholds limit limits budget require requires required needed minimum maximum "
    "tolerance tolerances ceiling floor should would will must may might could if until unless "
    "goal goals planned remaining outstanding known pre-existing another other claimed reported "
    "documented stale cumulative overall instead rather not never without partial visible per "
    "when was were had last old yesterday missing unblock unblocks block blocks less more over "
    "under above below within about around roughly approximately nearly almost only"
)
_VERSUS = "vs versus than against from"
_OWN = "now currently afterwards after post-fix final finally"
_PAIRS: Final[dict[str, Kind]] = {
    "at least": "other", "at most": "other", "up to": "other", "used to": "other",
    "compared to": "versus", "compared with": "versus", "relative to": "versus",
    "this run": "own", "this rerun": "own", "this attempt": "own", "this time": "own",
}  # fmt: skip
_LOWER: Final[dict[str, Kind]] = {
    **dict.fromkeys(_OTHER.split(), "other"),
    **dict.fromkeys(_VERSUS.split(), "versus"),
    **dict.fromkeys(_OWN.split(), "own"),
}
_SIGNS: Final[dict[str, Kind]] = {"(": "(", ")": ")", ";": ";", ":": ":"}
_WORDS: Final[dict[str, Kind]] = {
    form: kind for word, kind in _LOWER.items() for form in (word, word.capitalize(), word.upper())
} | _SIGNS
_FIRM = re.compile(
    r"\b(?:results?|metrics?|tests?|outcomes?|tally|totals?|validation|verification|summary|pytest)\b",
    re.IGNORECASE,
)
# Every word is looked at, since a table of words is faster than a pattern of so many.
_TOKEN = re.compile(r"[();]|:(?= |\Z)|`\x01*`|\d{8}T\d{6}Z\b|[A-Za-z_]\w*(?:-\w+)*")
_NEXT_WORD = re.compile(r" ([a-z]+)")
_PHASE = re.compile(r"[ -]([A-Z]\d{0,2}[a-z]?)\b")
_NUMBER = re.compile(r"[ _]?#?(\d{1,4})\b")
_ITEM = re.compile(r"[A-Z][A-Z0-9]{1,20}(?:-[A-Z0-9]{1,20}){1,5}")
_STAMPED = re.compile(r"\d{8}T\d{6}Z")
_CHUNK = re.compile(r"[Cc]hunk_?(\d{1,3})")
_PAIRED = frozenset(
    form
    for pair in _PAIRS
    for word in (pair.partition(" ")[0],)
    for form in (word, word.capitalize())
)
_NAMING = frozenset("Phase Phases Attempt Attempts attempt attempts Chunk chunk".split())
_LEADING = _PAIRED | _NAMING
_LONGEST_LABEL = 80
_BEHIND = 45
_STOP = re.compile(r"[,;()|/\u2014]|\. ")


class Mark(NamedTuple):
    """A word that says something about the figures near it."""

    kind: Kind
    start: int
    end: int
    text: str
    run: RunName | None = None


def marks(plain: str, sentence: Sentence) -> list[Mark]:
    """The marks of a sentence, in order."""
    found: list[Mark] = []
    for match in _TOKEN.finditer(plain, sentence.start, sentence.end):
        word = match[0]
        kind = _WORDS.get(word)
        if kind is not None:
            found.append(Mark(kind, match.start(), match.end(), word.lower()))
        elif word.isalpha() and word not in _LEADING:
            continue  # as most words
        elif word in _PAIRED:
            behind = _NEXT_WORD.match(plain, match.end())
            pair = f"{word.lower()} {behind[1]}" if behind else ""
            if pair in _PAIRS:
                found.append(Mark(_PAIRS[pair], match.start(), match.end(), pair))
        elif word[0] == "`" or word.startswith("test_"):
            found.append(Mark("subject", match.start(), match.end(), word))
        elif word in _NAMING or "-" in word or "_" in word or word[0].isdigit():
            mark = _name(plain, word, match.start(), match.end())
            if mark is not None:
                found.append(mark)
    return found


def _name(plain: str, word: str, start: int, end: int) -> Mark | None:
    found: re.Match[str] | None
    if word in ("Phase", "Phases") and (found := _PHASE.match(plain, end)):
        return Mark("run", start, found.end(), word, RunName(kind="phase", value=found[1].lower()))
    if word.lower() in ("attempt", "attempts") and (found := _NUMBER.match(plain, end)):
        return Mark(
            "run", start, found.end(), word, RunName(kind="attempt", value=str(int(found[1])))
        )
    if word.lower() == "chunk" and (found := _NUMBER.match(plain, end)):
        return Mark(
            "run", start, found.end(), word, RunName(kind="chunk", value=str(int(found[1])))
        )
    if found := _CHUNK.fullmatch(word):
        return Mark("run", start, end, word, RunName(kind="chunk", value=str(int(found[1]))))
    if _STAMPED.fullmatch(word):
        return Mark("run", start, end, word, RunName(kind="stamp", value=word))
    return Mark("item", start, end, word) if "-" in word and _ITEM.fullmatch(word) else None


class Self(NamedTuple):
    """How the attempt's own run may be named."""

    number: int | None = None
    item: str | None = None
    stamps: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()

    def is_own(self, name: RunName) -> bool:
        """Whether ``name`` means this attempt or its own run."""
        if name.kind == "stamp":
            return name.value in self.stamps
        if name.kind == "phase":
            return name.value in self.phases and name.item in (None, self.item)
        if name.kind == "attempt":
            return name.value == str(self.number) and name.item in (None, self.item)
        return False


class Scope(NamedTuple):
    """What holds at one place of a sentence. ``runs`` are other runs that the figure belongs
    to, ``against`` those it is compared with."""

    whose: Whose = "own"
    runs: tuple[RunName, ...] = ()
    against: tuple[RunName, ...] = ()
    is_firm: bool = False
    part: int = 0
    subject: str = ""


def scopes(
    prose: Prose, sentence: Sentence, positions: Sequence[tuple[int, int]], own: Self
) -> list[Scope]:
    """The scope of each ``(start, end)``, which are in the order of the text."""
    reader = _Reader(prose, sentence, own)
    # What stands far behind the last figure says nothing of it; a word that is cut there neither.
    last = positions[-1][1] + 2 * _BEHIND if positions else sentence.start
    known = marks(prose.plain, sentence._replace(end=min(sentence.end, last)))
    found: list[Scope] = []
    at = 0
    for start, end in positions:
        while at < len(known) and known[at].start < start:
            reader.take(known[at])
            at += 1
        found.append(_behind(prose.plain, end, sentence.end, known[at : at + 6], reader.state, own))
    return found


def _behind(
    plain: str, end: int, last: int, known: Sequence[Mark], state: Scope, own: Self
) -> Scope:
    """``8 failed in Phase K``: a run that is named right behind the figure."""
    if state.whose == "loose" or not known or known[0].start > end + _BEHIND:
        return state
    stop = _STOP.search(plain, end, min(last, end + _BEHIND))
    upto = stop.start() if stop else min(last, end + _BEHIND)
    for mark in known:
        if mark.start < end:
            continue
        if mark.start >= upto or mark.kind == "versus":
            return state
        if mark.run is not None and not own.is_own(mark.run):
            return state._replace(whose="other", runs=(mark.run,))
        if mark.kind == "other" and mark.text not in _BEHIND_FINE:
            return state._replace(whose="loose")
    return state


# "540 passed within the limit" tells of this run all the same.
_BEHIND_FINE = frozenset(
    "within below under above over when if until without before not only after more less "
    "threshold thresholds limit tolerance ceiling budget".split()
)


class _Reader:
    """Takes the marks of one sentence in turn."""

    def __init__(self, prose: Prose, sentence: Sentence, own: Self) -> None:
        self._prose = prose
        self._plain = prose.plain
        self._begin = sentence.start
        self._own = own
        self.state = Scope(is_firm=bool(_FIRM.search(sentence.label)))
        self._base = self.state
        self._stack: list[tuple[Scope, Scope]] = []
        self._item: tuple[str, int] | None = None
        self._versus = False
        self._parts = 0

    def take(self, mark: Mark) -> None:
        """The next mark."""
        kind = mark.kind
        if kind == "(":
            self._stack.append((self.state, self._base))
            self._base = self.state
        elif kind == ")":
            if self._stack:
                self.state, self._base = self._stack.pop()
        elif kind == ";":
            self._parts += 1
            self.state = self._base._replace(part=self._parts)
        elif kind == ":":
            self._label(mark)
        elif kind == "item":
            self._item = (mark.text, mark.end)
            if self._plain[mark.end : mark.end + 1] == ":":
                self.state = self.state._replace(subject=mark.text)
        elif kind == "subject":
            self._subject(mark)
        elif mark.run is not None:
            self._run(mark, mark.run)
        elif kind == "versus":
            self._compared_at = mark.end
            self.state = self.state._replace(whose="loose", runs=(), against=())
        elif kind == "own":
            self.state = self.state._replace(whose="own", runs=())
        else:
            self.state = self.state._replace(whose="loose")

    def _label(self, mark: Mark) -> None:
        if self._stack or mark.start - self._begin > _LONGEST_LABEL:
            return
        if _FIRM.search(self._plain, self._begin, mark.start):
            self.state = self.state._replace(is_firm=True)
        self._base = self.state

    def _subject(self, mark: Mark) -> None:
        name = mark.text
        if name[0] == "`":
            name = self._prose.code_at(mark.start)
            if " " in name or not ("test_" in name or name.endswith(".py") or "::" in name):
                return
        elif self._plain.startswith(".py", mark.end):
            name += ".py"
        self.state = self.state._replace(subject=name)

    def _run(self, mark: Mark, run: RunName) -> None:
        state = self.state
        item = self._named_item(mark.start)
        name = (
            run.model_copy(update={"item": item})
            if item and run.kind in ("phase", "attempt")
            else run
        )
        if self._own.is_own(name):
            self.state = state._replace(whose="own", runs=())
        elif self._is_comparison(mark.start):
            self.state = state._replace(
                whose="other", runs=(*state.runs, name), against=(*state.against, name)
            )
        else:
            known = state.runs if self._follows(mark.start) else ()
            self.state = state._replace(whose="other", runs=(*known, name))
        self._named_at = mark.end

    _compared_at = -1000
    _named_at = -1000

    def _named_item(self, start: int) -> str | None:
        if self._item and start - self._item[1] <= 4:
            return self._item[0]
        return None

    def _is_comparison(self, start: int) -> bool:
        return start - self._compared_at <= 40 or (
            bool(self.state.against) and self._follows(start)
        )

    def _follows(self, start: int) -> bool:
        """Whether this name stands right behind another: ``Phase B Attempt #5``."""
        return start - self._named_at <= 3


def own_of(number: int | None, item: str | None, stamp: str | None, folders: Iterable[str]) -> Self:
    """How an attempt is named whose own runs lie in ``folders``."""
    stamps = {stamp} if stamp else set()
    phases: set[str] = set()
    for folder in folders:
        for part in folder.split("/"):
            if _STAMPED.fullmatch(part):
                stamps.add(part)
            elif part.lower().startswith("phase_"):
                phases.add(part[len("phase_") :].lower())
    return Self(number, item, frozenset(stamps), frozenset(phases))
