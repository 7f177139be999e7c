"""The numbers of a text: each with its sign, its unit and the word that says what it counts."""

import re
from typing import NamedTuple

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
_UNIT_LETTERS = frozenset("smh%pKMGTkb\u00d7x")
_MODIFIER = re.compile(r"[~<>\u2265\u2264]=? ?\Z")
_MODIFIERS = frozenset("~<>\u2265\u2264=")
_GLUED = frozenset(".,#/:\\@$^_=-+")
_SIGNS = frozenset("+\u00b1-")
_BEHIND = re.compile(r" ([A-Za-z]+)(?: ([A-Za-z]+))?(?: ([A-Za-z]+))?")
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
        figure = None
        tail = plain[max(0, start - 4) : start]
        if "=" in tail or ":" in tail or "|" in tail:
            figure = _keyed(plain, start, run[0])
        if figure is None:
            before = tail[-1:] or " "
            sign = ""
            if before in _SIGNS:
                sign, before = before, tail[-2:-1] or " "
            if before in _GLUED or before.isalnum():
                continue
            figure = _figure(plain, start, sign, run[0])
        if figure is not None:
            found.append(figure)
            done = figure.number_end
    return found


def _keyed(plain: str, start: int, run: str) -> Figure | None:
    """``passed=540`` and ``| passed | 540 |``, where no word behind the number claims it."""
    number = run.rstrip(".,")
    end = start + len(number)
    if not number.isdecimal() or _NO_KEY.match(plain, end):
        return None
    key = _KEY.search(plain, max(0, start - 18), start)
    if key is None or (key["sign"] != "=" and _COUNTS.match(plain, end)):
        return None
    word = key[1]
    return Figure(
        key.start(), end, end, (number,), number, "", "", "", word, WORDS[word.lower()]
    )  # fmt: skip


def _figure(plain: str, start: int, sign: str, run: str) -> Figure | None:
    clock = _CLOCK.match(plain, start) if ":" in run else None
    if clock:
        number, unit, end = clock[0], "clock", clock.end()
    else:
        if run.isdecimal() and len(run) < 10:
            number = run
        else:
            matched = _NUMBERS.match(plain, start)
            assert matched is not None
            number = matched[0]
        end = start + len(number)
        unit = ""
        behind = plain[end : end + 2]
        if behind[:1] in _UNIT_LETTERS or (behind[:1] == " " and behind[1:] in _UNIT_LETTERS):
            named = _UNIT.match(plain, end)
            if named:
                unit, end = named.lastgroup or "", named.end()
    written = plain[start:end]
    modifier = ""
    if plain[end : end + 1] == "+":
        modifier, end = "+", end + 1
    behind = plain[end : end + 2]
    first = behind[:1]
    if (
        first.isalnum()
        or first in ("-", "_")
        or (first in (".", ",", "/", ":") and behind[1:].isalnum())
    ):
        return None
    begin = start - len(sign)
    if begin and (plain[begin - 1] in _MODIFIERS or plain[max(0, begin - 2)] in _MODIFIERS):
        about = _MODIFIER.search(plain, max(0, begin - 3), begin)
        if about:
            begin = about.start()
            modifier = about[0].strip() + modifier
    word, last = _word(plain, end) if not unit and first == " " else ("", end)
    return Figure(
        begin, last, end, tuple(number.split("/")), written, unit, sign, modifier, word,
        WORDS[word.lower()] if word else "",
    )  # fmt: skip


def _word(plain: str, end: int) -> tuple[str, int]:
    """The word behind a number that says what it counts, and where it ends."""
    behind = _BEHIND.match(plain, end)
    if behind:
        for group in (1, 2, 3):
            word = behind[group]
            if word is None:
                break
            lower = word.lower()
            if lower in WORDS:
                last = behind.end(group)
                return ("", end) if _NO_WORD.match(plain, last) else (word, last)
            if lower not in _BETWEEN:
                break
    return "", end
