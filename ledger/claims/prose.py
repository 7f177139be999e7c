"""An entry's text as sentences to look for figures in, and what the words of a sentence say about
whose figure each is.

Positions stay those of the text: nothing is inserted or taken out, so a claim can be quoted as
it was written and its line is known.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from ledger.claims.model import Claim, ClaimKind, RunName, Whose
from ledger.plan.patterns import STAMP

LONGEST = 200_000  # characters of one entry that are looked at

# Hyphens, blanks and signs: one character for one, so that positions stay.
_PLAIN = str.maketrans(
    "\u2010\u2011\u2012\u2212\u00a0\u2007\u2009\u202f\t*\u2248\u223c", "----      ~~"
)
_CODE = re.compile(r"`([^`\n]{1,4000})`")
# Code spans that hold figures of a run rather than code.
_FIGURES = re.compile(
    r"\d{1,7} (?:passed|failed|skipped|xfailed|errors?|tests? collected)\b"
    r"|[\d.,]{1,12} ?(?:s|%|GB)?\Z"
)
_END = re.compile(r"\n|[.!?][\"')\]]{0,3} +(?=[^a-z ])")
_LABEL = re.compile(r" *(?:[-+] +)?(?P<name>[A-Z][A-Za-z/ ]{2,40}): *")
_SHORT = re.compile(r"\b(?:vs|e\.g|i\.e|cf|ca|approx|incl|resp|no|fig|sec)\.\Z", re.IGNORECASE)


class Code(NamedTuple):
    """A code span: where it begins and ends, ticks included, and what is in it."""

    start: int
    end: int
    text: str


class Sentence(NamedTuple):
    """``[start, end)`` of the text. ``label`` is what stands alone, before a colon, on a line
    above: ``Metrics:`` with a list or fenced lines below it."""

    start: int
    end: int
    label: str = ""


class Prose:
    """The text of one entry. ``plain`` has plain hyphens and blanks, no emphasis and no code;
    it is as long as ``text``."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text = text[:LONGEST]
        self._lines = [0, *(match.end() for match in re.finditer("\n", self.text))]
        self._first_line = first_line
        self.codes = [Code(*m.span(), m[1].strip()) for m in _CODE.finditer(self.text)]
        self.code_at = {code.start: code.text for code in self.codes}
        self.plain = _CODE.sub(_without_code, self.text.translate(_PLAIN))
        self.sentences = list(_sentences(self.plain))

    def line(self, position: int) -> int:
        """The line in the file, from 1."""
        return self._first_line + bisect_right(self._lines, position) - 1


def _without_code(span: re.Match[str]) -> str:
    """A code span without what is in it, unless that is figures of a run; as long as before."""
    inner = span[1]
    if _FIGURES.match(inner.strip()) or (" " in inner and _FIGURES.search(inner)):
        return f" {inner} "
    return "`" + "\x01" * len(inner) + "`"


def _sentences(plain: str) -> Iterator[Sentence]:
    start = 0
    label = ""
    for match in (*_END.finditer(plain), None):
        at = len(plain) if match is None else match.start()
        is_line = match is None or match[0] == "\n"
        if match is not None and not is_line:
            at += 1  # the full stop is the sentence's
            if _SHORT.search(plain, max(start, at - 12), at):
                continue
        if at > start:
            yield Sentence(start, at, label)
            opened = _LABEL.match(plain, start, at)
            if opened:
                label = opened["name"] if opened.end() == at else ""
            elif is_line and not plain[start:at].strip():
                label = ""
        start = at if match is None else match.end()


# Words that say whose the figures behind them are. "other": another run's, a limit, an expectation,
# or not exactly. "versus": what follows is compared with. "own": the attempt's own run again.
_MarkKind = Literal["(", ")", ";", ":", "run", "item", "subject", "versus", "other", "own"]
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
_WORDS: Final[dict[str, _MarkKind]] = {
    **dict.fromkeys(_OTHER.split(), "other"),
    **dict.fromkeys("vs versus than against from".split(), "versus"),
    **dict.fromkeys("now currently afterwards after post-fix final finally".split(), "own"),
    "(": "(", ")": ")", ";": ";", ":": ":",
}  # fmt: skip
_PAIRS: Final[dict[str, _MarkKind]] = {
    "at least": "other", "at most": "other", "up to": "other", "used to": "other",
    "compared to": "versus", "compared with": "versus", "relative to": "versus",
    "this run": "own", "this rerun": "own", "this attempt": "own", "this time": "own",
}  # fmt: skip
_NUMBERED: Final[dict[str, Literal["attempt", "chunk"]]] = {
    **dict.fromkeys(("Attempt", "Attempts", "attempt", "attempts"), "attempt"),
    **dict.fromkeys(("Chunk", "chunk"), "chunk"),
}
# Behind a figure these do not make it loose: "540 passed within the limit" is told of this run.
_HARMLESS_BEHIND = frozenset(
    "within below under above over when if until without before not only after more less "
    "threshold thresholds limit tolerance ceiling budget".split()
)
# A label that leaves no doubt that results are told: "Metrics:", "Test results:".
_FIRM = re.compile(
    r"\b(?:results?|metrics?|tests?|outcomes?|tally|totals?|validation|verification|summary|pytest)\b",
    re.IGNORECASE,
)
# A word, a bracket, a colon with a blank behind it, a code span (its inside is \x01) or a stamp.
_TOKEN = re.compile(r"[();]|:(?= |\Z)|`\x01*`|\d{8}T\d{6}Z\b|[A-Za-z_]\w*(?:-\w+)*")
_NEXT_WORD = re.compile(r" ([a-z]+)")
_PHASE = re.compile(r"[ -]([A-Z]\d{0,2}[a-z]?)\b")  # Phase M2, Phase-E
_NUMBER = re.compile(r"[ _]?#?(\d{1,4})\b")  # Attempt #5, chunk_03
_CHUNK = re.compile(r"[Cc]hunk_?(\d{1,3})")
_ITEM = re.compile(r"[A-Z][A-Z0-9]{1,20}(?:-[A-Z0-9]{1,20}){1,5}")  # PARSE-SPEED-001
_STOP = re.compile(r"[,;()|/\u2014]|\. ")
_LONGEST_LABEL = 80
_BEHIND = 45  # characters behind a figure that may name its run
_NEXT_TO = 4  # characters between an item and the run behind it: [PARSE-001] Attempt #3
_COMPARED = 40  # characters between "compared with" and a run


class _Mark(NamedTuple):
    """A word that says something about the figures near it."""

    kind: _MarkKind
    start: int
    end: int
    text: str
    run: RunName | None = None


class OwnRun(NamedTuple):
    """How the run of an attempt may be named."""

    number: int | None = None
    item: str | None = None
    stamps: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()

    def has(self, name: RunName) -> bool:
        """Whether ``name`` means this attempt or its run."""
        if name.kind == "stamp":
            return name.value in self.stamps
        if name.item not in (None, self.item):
            return False
        if name.kind == "phase":
            return name.value in self.phases
        return name.kind == "attempt" and name.value == str(self.number)


def own_run(
    number: int | None, item: str | None, stamp: str | None, folders: Iterable[str]
) -> OwnRun:
    """How an attempt is named whose runs lie in ``folders``."""
    parts = [part for folder in folders for part in folder.split("/")]
    stamps = {part for part in parts if STAMP.fullmatch(part)} or ({stamp} if stamp else set())
    phases = {part[6:].lower() for part in parts if part.lower().startswith("phase_")}
    return OwnRun(number, item, frozenset(stamps), frozenset(phases))


class Scope(NamedTuple):
    """What holds at one place of a sentence. ``runs`` are other runs that the figure belongs
    to, ``against`` those it is compared with."""

    whose: Whose = "own"
    runs: tuple[RunName, ...] = ()
    against: tuple[RunName, ...] = ()
    is_firm: bool = False
    part: int = 0
    subject: str = ""


class Context(NamedTuple):
    """What all claims of an entry share."""

    prose: Prose
    item: str | None
    attempt: int | None
    own: OwnRun

    def claim(
        self,
        kind: ClaimKind,
        span: tuple[int, int],
        claimed: str = "",
        *,
        scope: Scope | None = None,
        **more: Any,
    ) -> Claim:
        """A claim about the passage ``span``, for which ``scope`` holds, and that claims what it
        says where nothing else is given; ``more`` are further fields of it."""
        text = " ".join(self.prose.text[slice(*span)].split())
        fields = scope._asdict() if scope else {}
        fields.pop("part", None)
        return Claim(
            item=self.item,
            attempt=self.attempt,
            kind=kind,
            text=text,
            claimed=claimed or text,
            line=self.prose.line(span[0]),
            **{**fields, **more},
        )


def scopes(
    context: Context, sentence: Sentence, positions: Sequence[tuple[int, int]]
) -> list[Scope]:
    """The scope of each ``(start, end)``, which are in the order of the text.

    A sentence is read from left to right. The name of another run, a comparison or a word such
    as "previously" holds for what follows, up to the end of its parentheses, its ``;`` part or
    the sentence; the name of the attempt's own run, or "now", ends it. What stands before the
    first colon (``Delta vs Phase B:``) holds for every part.
    """
    reader = _ScopeReader(context, sentence)
    # What stands far behind the last figure says nothing of it; a word that is cut there neither.
    last = positions[-1][1] + 2 * _BEHIND if positions else sentence.start
    plain = context.prose.plain
    tokens = _TOKEN.finditer(plain, sentence.start, min(sentence.end, last))
    marks = [mark for token in tokens if (mark := _mark(plain, token))]
    found: list[Scope] = []
    at = 0
    for start, end in positions:
        while at < len(marks) and marks[at].start < start:
            reader.take(marks[at])
            at += 1
        upto = min(sentence.end, end + _BEHIND)
        behind = [mark for mark in marks[at : at + 6] if mark.start >= end]
        found.append(_run_behind(context, (end, upto), behind, reader.scope))
    return found


def _run_behind(
    context: Context, bounds: tuple[int, int], marks: Sequence[_Mark], scope: Scope
) -> Scope:
    """``8 failed in Phase K``: a run that is named right behind the figure."""
    if scope.whose == "loose":
        return scope
    stop = _STOP.search(context.prose.plain, *bounds)
    end = stop.start() if stop else bounds[1]
    for mark in marks:
        if mark.start >= end or mark.kind == "versus":
            break
        if mark.run is not None and not context.own.has(mark.run):
            return scope._replace(whose="other", runs=(mark.run,))
        is_last = mark.text == "before" and mark.end in (end, bounds[1])  # "1 failed before, 0 now"
        if mark.kind == "other" and (is_last or mark.text not in _HARMLESS_BEHIND):
            return scope._replace(whose="loose")
    return scope


def _mark(plain: str, token: re.Match[str]) -> _Mark | None:
    word, (start, end) = token[0], token.span()
    lower = word.lower()
    if lower in _WORDS:
        return _Mark(_WORDS[lower], start, end, lower)
    behind = _NEXT_WORD.match(plain, end)
    pair = f"{lower} {behind[1]}" if behind else ""
    if pair in _PAIRS:
        return _Mark(_PAIRS[pair], start, end, pair)
    if word[0] == "`" or word.startswith("test_"):
        return _Mark("subject", start, end, word)
    if _ITEM.fullmatch(word):
        return _Mark("item", start, end, word)
    return _run_mark(plain, token)


def _run_mark(plain: str, token: re.Match[str]) -> _Mark | None:
    """The run that a word, with the letter or number behind it, names."""
    word, (start, end) = token[0], token.span()
    if word in ("Phase", "Phases") and (letter := _PHASE.match(plain, end)):
        end, name = letter.end(), RunName(kind="phase", value=letter[1].lower())
    elif word in _NUMBERED and (number := _NUMBER.match(plain, end)):
        end, name = number.end(), RunName(kind=_NUMBERED[word], value=str(int(number[1])))
    elif chunk := _CHUNK.fullmatch(word):
        name = RunName(kind="chunk", value=str(int(chunk[1])))
    elif STAMP.fullmatch(word):
        name = RunName(kind="stamp", value=word)
    else:
        return None
    return _Mark("run", start, end, word, name)


class _ScopeReader:
    """Takes the marks of one sentence in turn; ``scope`` is what holds behind the last."""

    def __init__(self, context: Context, sentence: Sentence) -> None:
        self._context = context
        self._plain = context.prose.plain
        self._begin = sentence.start
        self.scope = Scope(is_firm=bool(_FIRM.search(sentence.label)))
        self._base = self.scope  # what a ";" returns to
        self._stack: list[tuple[Scope, Scope]] = []
        self._parts = 0
        self._item = ""
        # Where the last item, comparison and run ended.
        self._item_end = self._comparison_end = self._run_end = -1000

    def take(self, mark: _Mark) -> None:
        """The next mark."""
        match mark.kind:
            case "(":
                self._stack.append((self.scope, self._base))
                self._base = self.scope
            case ")" if self._stack:
                self.scope, self._base = self._stack.pop()
            case ";":
                self._parts += 1
                self.scope = self._base._replace(part=self._parts)
            case ":":
                self._label(mark)
            case "item":
                self._item, self._item_end = mark.text, mark.end
                if self._plain[mark.end : mark.end + 1] == ":":
                    self.scope = self.scope._replace(subject=mark.text)
            case "subject":
                self._subject(mark)
            case "run":
                self._run(mark)
            case "versus":
                self._comparison_end = mark.end
                self.scope = self.scope._replace(whose="loose", runs=(), against=())
            case "own":
                self.scope = self.scope._replace(whose="own", runs=())
            case "other":
                self.scope = self.scope._replace(whose="loose")

    def _label(self, mark: _Mark) -> None:
        if self._stack or mark.start - self._begin > _LONGEST_LABEL:
            return
        if _FIRM.search(self._plain, self._begin, mark.start):
            self.scope = self.scope._replace(is_firm=True)
        self._base = self.scope

    def _subject(self, mark: _Mark) -> None:
        name = mark.text
        if name[0] == "`":
            name = self._context.prose.code_at.get(mark.start, "")
            if " " in name or not ("test_" in name or name.endswith(".py") or "::" in name):
                return
        elif self._plain.startswith(".py", mark.end):
            name += ".py"
        self.scope = self.scope._replace(subject=name)

    def _run(self, mark: _Mark) -> None:
        scope, run = self.scope, mark.run
        assert run is not None
        is_next = mark.start - self._run_end < _NEXT_TO  # "Phase B Attempt #5"
        if mark.start - self._item_end <= _NEXT_TO and run.kind in ("phase", "attempt"):
            run = run.model_copy(update={"item": self._item})
        if self._context.own.has(run):
            self.scope = scope._replace(whose="own", runs=())
        elif mark.start - self._comparison_end <= _COMPARED or (scope.against and is_next):
            self.scope = scope._replace(
                whose="other", runs=(*scope.runs, run), against=(*scope.against, run)
            )
        else:
            before = scope.runs if is_next else ()
            self.scope = scope._replace(whose="other", runs=(*before, run))
        self._run_end = mark.end
