"""The numbers of a text: each with its sign, its unit and the word that says what it counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.claims.amounts import NUMBER

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

_RUN = re.compile(r"\d[\d.,:/]*")
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
_GLUED = frozenset(".,#/:\\@$^_=-")
_WORD = re.compile(
    r" (?:(?:tests?|total|gradcheck|unit|selected|targeted|pytest|cases?|items?|of them|were|"
    r"have) ){0,2}"
    r"(?P<word>"
    + "|".join(sorted(WORDS, key=len, reverse=True))
    + r")\b(?![-_/](?!failed|passed|skipped))",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"[a-z] {0,3}(?:=| ?[:|] {0,3}(?!\d{1,7} (?:tests?|passed|failed|skipped|xfailed|errors?)\b))"
    r"(?P<number>\d{1,7})(?![\w%/:-]|[.,]\d| ?(?:s|ms|min)\b)",
    re.IGNORECASE,
)
_KEY_WORD = re.compile(
    r"(?<![\w-])(?:passed|passes|failed|failures|errors|skipped|xfailed|xpassed|collected)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, or several with slashes between them (``540/692``). ``unit`` is one of
    seconds, minutes, hours, clock, ms, percent, points, bytes, times, or empty for a bare
    number. ``word`` is what it counts, ``measure`` the field of ``Totals`` that this is, both
    empty where no such word stands behind it; ``end`` is behind that word."""

    start: int
    end: int
    number_end: int
    numbers: tuple[str, ...]
    written: str
    unit: str
    sign: str
    modifier: str
    word: str
    measure: str


def figures(plain: str) -> list[Figure]:
    """Every number in ``plain``, in order."""
    found: list[Figure] = []
    done = 0
    for run in _RUN.finditer(plain):
        start = run.start()
        if start < done:
            continue
        before = plain[start - 1] if start else " "
        sign = ""
        if before in "+\u00b1-":
            sign, before = before, plain[start - 2] if start > 1 else " "
        if before in _GLUED or before == "+" or before.isalnum():
            continue
        figure = _figure(plain, start, sign)
        if figure is not None:
            found.append(figure)
            done = figure.number_end
    return _with_keyed(plain, found)


def _figure(plain: str, start: int, sign: str) -> Figure | None:
    clock = _CLOCK.match(plain, start)
    number = clock or _NUMBERS.match(plain, start)
    assert number is not None
    end = number.end()
    unit = ""
    if clock:
        unit = "clock"
    else:
        named = _UNIT.match(plain, end)
        if named:
            unit, end = named.lastgroup or "", named.end()
    written = plain[start:end]
    modifier = ""
    behind = plain[end : end + 2]
    if behind[:1] == "+":
        modifier, end, behind = "+", end + 1, plain[end + 1 : end + 3]
    if (
        behind[:1].isalnum()
        or behind[:1] in ("-", "_")
        or (behind[:1] in tuple(".,/:") and behind[1:].isalnum())
    ):
        return None
    begin = start - len(sign)
    about = _MODIFIER.search(plain, max(0, begin - 3), begin)
    word = None if unit else _WORD.match(plain, end)
    return Figure(
        about.start() if about else begin,
        word.end() if word else end,
        end,
        tuple(number[0].split("/")),
        written,
        unit,
        sign,
        (about[0].strip() if about else "") + modifier,
        word["word"] if word else "",
        WORDS[word["word"].lower()] if word else "",
    )


def _with_keyed(plain: str, found: list[Figure]) -> list[Figure]:
    """``passed=540`` and ``| passed | 540 |``, where no word behind the number claims it."""
    keyed: dict[int, Figure] = {}
    for match in _KEY.finditer(plain):
        begin = match.start() + 1
        named = _KEY_WORD.search(plain, max(0, begin - 10), begin)
        if not named:
            continue
        word = named[0]
        keyed[match.start("number")] = Figure(
            named.start(), match.end(), match.end(), (match["number"],), match["number"], "", "",
            "", word, WORDS[word.lower()],
        )  # fmt: skip
    if not keyed:
        return found
    kept = []
    for figure in found:
        at = figure.number_end - len(figure.written)  # no unit, no plus: the number alone
        other = keyed.get(at)
        if other is None:
            kept.append(figure)
        elif figure.word:
            del keyed[at]
            kept.append(figure)
    return sorted([*kept, *keyed.values()], key=lambda figure: figure.start)
