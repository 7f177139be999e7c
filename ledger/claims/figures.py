"""The numbers of a text: each with its sign, its unit and the word that says what it counts, and
the values that are written so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger.claims.model import Amount, Claim, ClaimKind, Whose
from ledger.claims.prose import Context, Scope, Sentence

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,9}(?:\.\d{1,6})?"

_CLOCK_PARTS = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d\d)(\.\d{1,3})?")
_UNITS = re.compile(
    r"(?:(\d{1,3}) ?h(?:ours?|rs?)? ?)?(?:(\d{1,4}) ?m(?:in(?:utes?|s)?)? ?)?"
    r"(?:(\d{1,5}(?:\.\d{1,3})?) ?s(?:ec(?:onds?|s)?)?)?"
)
_BYTES = {
    "b": (1,),
    "k": (1024, 1000),
    "m": (1024**2, 1000**2, 1024 * 1000),
    "g": (1024**3, 1000**3, 1024 * 1000**2, 1024**2 * 1000),
    "t": (1024**4, 1000**4),
}


def rounded(written: str, scale: float = 1.0) -> Amount:
    """``written`` (digits, commas, at most one point) times ``scale``: a number with decimals
    stands for all that round to it, a whole one of a count for itself alone (see ``exact``)."""
    plain = written.replace(",", "")
    half = 0.5 * 10.0 ** -len(plain.partition(".")[2])
    value = float(plain)
    return Amount(low=(value - half) * scale, high=(value + half) * scale)


def exact(written: str) -> Amount:
    """A whole number of things."""
    value = float(written.replace(",", ""))
    return Amount(low=value, high=value)


def in_seconds(written: str) -> Amount | None:
    """A length of time: ``1653.41s``, ``27m 33s``, ``31 min 4 s``, ``27:35``, ``14:05.54``,
    ``8m``. Whole seconds after minutes may be rounded or cut off. None for anything else."""
    text = written.strip()
    if clock := _CLOCK_PARTS.fullmatch(text):
        base = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
        return _clock_amount(base, clock[4])
    parts = _UNITS.fullmatch(text)
    if parts is None or not any(parts.groups()):
        return None
    hours, minutes, rest = parts.groups()
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60
    if rest is None:
        unit = 60 if minutes else 3600
        return Amount(low=whole - unit / 2, high=whole + unit)
    if not (hours or minutes):
        return rounded(rest)
    digits, point, decimals = rest.partition(".")
    return _clock_amount(whole + int(digits), point + decimals)


def _clock_amount(base: int, fraction: str | None) -> Amount:
    if not fraction:
        return Amount(low=base - 0.5, high=base + 1.0)
    return rounded(f"{base}{fraction}")


def in_bytes(number: str, unit: str) -> tuple[Amount, ...]:
    """Bytes that ``number unit`` may stand for. GiB is 1024 to the third; GB is taken for that
    too, for 1000 to the third, and for what dividing time's kbytes of 1024 by a thousand or 1024
    in turn gives."""
    scales = _BYTES[unit[0].lower()]
    return tuple(rounded(number, scale) for scale in (scales[:1] if "i" in unit else scales))


def is_nearly(written: Amount, value: float) -> bool:
    """Whether somebody may have come from ``value`` to what is written by cutting digits off,
    or by rounding twice (8.43497 to 8.435 to 8.44). That is no rounding, and no lie either."""
    unit = written.high - written.low
    slack = 0.05 * unit
    cut = written.middle <= value < written.middle + unit * (1 - 1e-6)
    return cut or written.low - slack <= value <= written.high + slack


# What people call the outcomes, and the field of ``Totals`` that it is.
WORDS = {
    "passed": "passed", "passes": "passed", "passing": "passed", "pass": "passed",
    "failed": "failed", "failing": "failed", "fails": "failed", "fail": "failed",
    "failures": "failed", "failure": "failed",
    "skipped": "skipped", "skips": "skipped", "skip": "skipped",
    "xfailed": "xfailed", "xfail": "xfailed", "xfails": "xfailed",
    "xpassed": "xpassed", "xpass": "xpassed",
    "errors": "errors", "error": "errors", "errored": "errors",
    "collected": "collected",
}  # fmt: skip
# Nouns that name things as often as they count them: "5 failures in the parser".
NOUNS = frozenset({"failures", "failure", "errors", "error", "skips", "xfails", "passes", "fails"})

TIMES = frozenset({"seconds", "minutes", "hours", "clock", "ms"})

_DIGITS = re.compile(r"\d[\d.,:/]*")
_NUMBERS = re.compile(rf"(?:{NUMBER})(?:/\d{{1,7}}){{0,3}}")
_CLOCK = re.compile(r"\d{1,3}:\d\d(?::\d\d)?(?:\.\d{1,3})?")
_UNIT = re.compile(
    r"(?P<seconds> ?(?:seconds?|secs?|s)\b)"
    r"|(?P<minutes> ?m(?:in(?:utes?|s)?)?\b\.?(?: ?\d{1,2}(?:\.\d{1,3})? ?s(?:ec(?:onds?|s)?)?\b)?)"
    r"|(?P<hours> ?h(?:ours?|rs?)?\b(?: ?\d{1,2} ?m(?:in(?:utes?|s)?)?\b)?"
    r"(?: ?\d{1,2} ?s(?:ec(?:onds?|s)?)?\b)?)"
    r"|(?P<ms> ?ms\b)|(?P<percent> ?%| percent\b)|(?P<points> ?pp\b| percentage points)"
    r"|(?P<bytes> ?(?:[KMGT]i?B|kB|kbytes|bytes)\b)|(?P<times> ?[\u00d7x](?![\w]))"
)
_MODIFIER = re.compile(r"[~<>\u2265\u2264]=? ?\Z")
_SIGNS = ("+", "\u00b1", "-")
_GLUED = tuple(".,#/:\\@$^_=-+")  # before a number: a part of a name, a path, a version
_GOES_ON = re.compile(r"[\w-]|[.,/:][^\W_]")  # likewise behind one
_WORDS_BEHIND = re.compile(r" ([A-Za-z]+)(?: ([A-Za-z]+))?(?: ([A-Za-z]+))?")
_NO_WORD = re.compile(r"[-_\w]|/(?!failed|passed|skipped)", re.IGNORECASE)
# What may stand between a number and the word that says what it counts.
_BETWEEN = frozenset(
    "test tests total gradcheck unit selected targeted pytest case cases item items of them were "
    "have".split()
)
_KEY = re.compile(
    r"(?<![\w-])(passed|passes|failed|failures|errors|skipped|xfailed|xpassed|collected)"
    r" {0,3}(?P<sign>=| ?[:|]) {0,3}\Z",
    re.IGNORECASE,
)
_NO_KEY = re.compile(r"[\w%/:-]|[.,]\d| ?(?:s|ms|min)\b")
_COUNTS = re.compile(r" (?:tests?|passed|failed|skipped|xfailed|errors?)\b")


class Figure(NamedTuple):
    """One number, or several with slashes between them (``540/692``). ``unit`` is one of
    seconds, minutes, hours, clock, ms, percent, points, bytes, times, or empty for a bare
    number. ``word`` is what it counts, ``measure`` the field of ``Totals`` that this is, both
    empty where no such word stands behind it; ``end`` is behind that word."""

    start: int
    end: int
    number_end: int
    numbers: tuple[str, ...]
    written: str
    unit: str = ""
    sign: str = ""
    modifier: str = ""
    word: str = ""
    measure: str = ""


def figures(plain: str) -> list[Figure]:
    """Every number in ``plain``, in order."""
    found: list[Figure] = []
    done = 0
    for digits in _DIGITS.finditer(plain):
        if digits.start() >= done:
            figure = _keyed(plain, digits) or _figure(plain, digits.start())
            if figure is not None:
                found.append(figure)
                done = figure.number_end
    return found


def _keyed(plain: str, digits: re.Match[str]) -> Figure | None:
    """``passed=540`` and ``| passed | 540 |``, where no word behind the number claims it."""
    start, number = digits.start(), digits[0].rstrip(".,")
    end = start + len(number)
    if not number.isdecimal() or _NO_KEY.match(plain, end):
        return None
    key = _KEY.search(plain, max(0, start - 18), start)
    if key is None or (key["sign"] != "=" and _COUNTS.match(plain, end)):
        return None
    word = key[1]
    return Figure(
        start=key.start(), end=end, number_end=end, numbers=(number,), written=number, word=word,
        measure=WORDS[word.lower()],
    )  # fmt: skip


def _figure(plain: str, start: int) -> Figure | None:
    """The number at ``start`` with what belongs to it; None for a part of something else."""
    sign = plain[start - 1 : start] if plain[start - 1 : start] in _SIGNS else ""
    begin = start - len(sign)
    before = plain[begin - 1 : begin]
    if before in _GLUED or before.isalnum():
        return None
    clock = _CLOCK.match(plain, start)
    number = clock or _NUMBERS.match(plain, start)
    assert number is not None
    unit, end = ("clock" if clock else ""), number.end()
    named = None if clock else _UNIT.match(plain, end)
    if named:
        unit, end = named.lastgroup or "", named.end()
    written = plain[start:end]
    modifier = ""
    if plain[end : end + 1] == "+":
        modifier, end = "+", end + 1
    if _GOES_ON.match(plain, end):
        return None
    about = _MODIFIER.search(plain, max(0, begin - 3), begin)
    if about:
        begin = about.start()
        modifier = about[0].strip() + modifier
    word, last = ("", end) if unit else _word(plain, end)
    return Figure(
        start=begin,
        end=last,
        number_end=end,
        numbers=tuple(number[0].split("/")),
        written=written,
        unit=unit,
        sign=sign,
        modifier=modifier,
        word=word,
        measure=WORDS.get(word.lower(), ""),
    )


def _word(plain: str, end: int) -> tuple[str, int]:
    """The word behind a number that says what it counts, and where it ends."""
    words = _WORDS_BEHIND.match(plain, end)
    if words is None:
        return "", end
    for group in (1, 2, 3):
        word = words[group] or ""
        if word.lower() in WORDS:
            last = words.end(group)
            return ("", end) if _NO_WORD.match(plain, last) else (word, last)
        if word.lower() not in _BETWEEN:
            break
    return "", end


@dataclass
class Reading:
    """One sentence while its figures are read from left to right. ``used`` are figures that are
    part of a claim already; ``group`` numbers what is said in one breath."""

    context: Context
    sentence: Sentence
    figures: Sequence[Figure]
    scopes: Sequence[Scope]
    group: int
    used: set[int] = field(default_factory=set)
    claims: list[Claim] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _found: dict[re.Pattern[str], bool] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        """The entry's text without code and emphasis."""
        return self.context.prose.plain

    def has(self, pattern: re.Pattern[str]) -> bool:
        """Whether the sentence has what a pattern looks for, which is looked for once."""
        if pattern not in self._found:
            found = pattern.search(self.plain, self.sentence.start, self.sentence.end)
            self._found[pattern] = found is not None
        return self._found[pattern]

    def next_group(self) -> None:
        """What follows is said in another breath."""
        self.group += 1
        self._seen = set()

    def next(self, index: int) -> int | None:
        """The figure after ``index``, where it is not part of a claim yet."""
        after = index + 1
        return after if after < len(self.figures) and after not in self.used else None

    def between(self, index: int, after: int) -> str:
        """What stands between two figures."""
        return self.plain[self.figures[index].end : self.figures[after].start]

    def joined(self, index: int, link: re.Pattern[str]) -> int | None:
        """The next figure, where nothing but ``link`` stands between."""
        after = self.next(index)
        if after is None:
            return None
        return after if link.fullmatch(self.between(index, after)) else None

    def before(self, index: int, width: int) -> str:
        """Up to ``width`` characters of the sentence before a figure."""
        start = self.figures[index].start
        return self.plain[max(self.sentence.start, start - width) : start]

    def whose(self, index: int) -> Whose:
        """Whose a figure is: never surely the run's own where it is said to be about so."""
        return "loose" if self.figures[index].modifier else self.scopes[index].whose

    def amount(self, index: int, unit: str = "") -> Amount | None:
        """The value of a figure that has one number; ``unit`` where it has none of its own."""
        figure = self.figures[index]
        number = figure.numbers[0]
        if figure.unit in TIMES:
            return length(figure)
        if figure.unit or unit:
            return rounded(number)
        return exact(number) if is_whole(number) else None

    def add(
        self,
        kind: ClaimKind,
        index: int,
        *,
        measure: str,
        amount: Amount | None,
        claimed: str = "",
        start: int | None = None,
        end: int | None = None,
        **more: Any,
    ) -> None:
        """One claim about the figure ``index``, from ``start`` to ``end`` of the text where more
        belongs to it. ``claimed`` is the figure as written where nothing else is given, ``more``
        are further fields. A measure that a group has already begins another group."""
        figure = self.figures[index]
        if kind == "count":
            if measure in self._seen:
                self.next_group()
            self._seen.add(measure)
        claim = self.context.claim(
            kind,
            (figure.start if start is None else start, figure.end if end is None else end),
            claimed or figure.written,
            scope=self.scopes[index],
            group=self.group,
            measure=measure,
            amount=amount,
            **{"whose": self.whose(index), "is_firm": self._is_firm(index), **more},
        )
        self.claims.append(claim)

    def _is_firm(self, index: int) -> bool:
        """Whether a figure is surely a result: a label says so, or nothing else stands before it
        in its sentence that it could belong to."""
        before = self.plain[self.sentence.start : self.figures[0].start]
        return self.scopes[index].is_firm or not before.strip(" -+")


def is_whole(number: str) -> bool:
    """Whether a number as written has no decimals."""
    return "." not in number


def length(figure: Figure) -> Amount | None:
    """A figure that is a length of time, in seconds."""
    if figure.unit == "ms":
        return rounded(figure.numbers[0], 0.001)
    if figure.unit == "seconds":
        return rounded(figure.numbers[0]) if len(figure.numbers) == 1 else None
    return in_seconds(figure.written.rstrip("."))
