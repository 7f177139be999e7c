"""The tokens of a sentence: numbers with their units and bounds, names of tests and files, and
words as the letters that the lexicon gives them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import Final, Literal, NamedTuple

from ledger.plan.statements.lexicon import (
    BOUNDS,
    MARKS,
    NUMBERS,
    SCALES,
    VAGUE,
    Lexicon,
    lexicon,
    shares,
)
from ledger.plan.statements.model import RunName


class Token(NamedTuple):
    """``code`` is a letter of the lexicon, or ``N`` (a number of things), ``t`` (a time), ``m``
    (memory), ``p`` (percent), ``x`` (``12/12``, whose whole is ``of``), ``±`` (a number with a
    sign; with a unit ``δ`` for a time and ``%`` for percent), ``n`` and ``f`` (a test and a file),
    ``s``, ``l`` and ``o`` (a part of the run that is meant, is behind, or is left out), ``ρ``
    what a run left, ``ω`` the name of ``runs`` (``c`` where it is compared with), or a mark itself.
    Numbers lie in ``[low, high]``."""

    code: str
    start: int
    end: int
    text: str = ""
    low: float = 0.0
    high: float = 0.0
    of: tuple[float, float] | None = None
    runs: tuple[RunName, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What a part is called."""
        return tuple(self.text.split("\n"))


NUMBER: Final = r"\d{1,3}(?:[, ]\d{3})+(?![\d.,]?\d)|\d{1,9}(?:\.\d{1,6})?"
_TEST = r"(?:[\w./-]{1,200}\.py::)?(?:\w{1,100}::){0,3}test_\w{1,150}(?:\[[^\]\s]{1,100}\])?"
_FILE = r"(?:[\w.-]{1,80}/){0,8}[\w-]{1,80}\.(?:py|js|ts|tsx|mjs|go|rs)|tests?/[\w./-]{0,200}[\w/]"
_DOTTED = r"tests?(?:\.\w{1,80}){0,8}\.test_\w{1,80}(?!\.\w)"  # e.g. "tests.geo.test_datum"
_ITEM = r"\[?(?P<item>[A-Z][A-Z0-9]{1,20}(?:-[A-Z0-9]{1,20}){1,5})[\]`]{0,2}:? "
_TOKEN = re.compile(
    # e.g. "Phase M2", "vs the Attempt #5", "[PARSE-001] attempt 3", "chunk_03", a stamp
    r"(?P<run>(?<![\w/.-])(?P<versus>(?:[Vv]s\.?|[Vv]ersus|than|from|against|since|over"
    r"|(?:[Rr]elative|[Cc]ompared) (?:to|with))(?: that of)?(?: the)? )?"
    rf"(?:(?:{_ITEM})?(?:Phases?[ -](?P<phase>[A-Z]\d{{0,2}}[a-z]?)"
    r"|[Aa]ttempts?[ _]?#?(?P<attempt>\d{1,4}))"
    r"|[Cc]hunk[ _]?#?(?P<chunk>\d{1,4})|(?P<stamp>\d{8}T\d{6}Z))(?![\w/]))"
    r"|(?P<status>[$%] (?:[^\n]{0,200}pytest[^\n]{0,200}; ?)?echo \$\?)"
    r"|(?P<total>(?<![a-z] )[Tt]otals?(?=\s{0,3}[:=]\s{0,4}\d))"  # what is counted by a label
    r"|(?P<plain>[A-Za-z]+(?=[ ,;)]|\Z))"  # no other name begins so: most are words
    r"|(?P<code>`[^`\n]{1,300}`)"
    rf"|(?P<name>(?<![\w/.])(?:{_TEST})(?![\w/]|\.\w))"
    rf"|(?P<file>(?<![\w/])(?:{_FILE}|{_DOTTED})(?!\w|/|::))"
    r'|(?P<quote>"[^"\n]{1,300}")'
    r"|(?P<clock>(?<![\w:.])(?:\d{1,3}:\d\d(?::\d\d)?(?:\.\d{1,3})?"
    r"|\d{1,3}h\d{1,2}m(?:\d{1,2}s)?|\d{1,4}m\d{1,2}(?:\.\d{1,3})?s)(?![\w:]))"
    # e.g. "561/13/112 pass/fail/skip"
    r"|(?P<triple>(?<![\w./])(\d{1,7})/(\d{1,7})/(\d{1,7})(?![\w/])"
    r"(?P<order> ?\(?pass(?:ed)?/fail(?:ed)?/skip(?:ped)?\b\)?)?)"
    # versions, hashes, numbers of issues
    r"|(?P<odd>[#vV@]\d[\w.-]*|[A-Za-z]{1,30}\d\w*|\d+[a-zA-Z_]\w*(?<!\d[ksmhx])(?<!\dms)|\d+(?:[.-]\d+){2,}\w*)"
    rf"|(?P<fraction>(?<![\w./-])(?:{NUMBER}) ?/ ?(?:{NUMBER})(?![\w/]))"
    rf"|(?P<number>(?<![\w.,/+\u00b1-])(?:(?<![^\s(])[+\u00b1-](?=\d))?(?:{NUMBER})k?"
    rf"(?:(?: ?- ?| to )(?:{NUMBER}))?\+?"
    r"(?P<unit> ?%| percent\b|[ -]?ms\b|[ -]?(?:seconds?|secs?|s)\b|[ -]?(?:minutes?|mins?|m)\b"
    r"|[ -]?(?:hours?|hrs?|h)\b| ?(?:[kKMGT]i?B|kbytes|(?:mega|giga)bytes?|megs?|gigs?)\b)?(?!\w))"
    r"|(?P<word>[A-Za-z]+(?:['._-][A-Za-z]+)*\.?)"
    r"|(?P<mark>[✅✓✔🟢❌✗✘🔴💥⏭⚪→⇒➔➜➝➞➡⟶—≠]|-{1,2}>|=>|[!=]=|[,;:()=|?]| - )"
)
# What a run left: a folder, `pytest.log`.
# e.g. "`reports/parse/phase_b/20251103T080000Z/none.log`"
_OUTPUT = re.compile(
    r"`(?!tests?/)[^`\s]*(?:/|\.(?:log|txt|xml|jsonl?|md|patch|diff|csv))[^`\s]*(?<!\.py)`"
)
_TICKED = re.compile(r"\A[ \t]*[-*+] \[[xX]\]")
# e.g. "fix: ", "fix(lexer): ", of which the label is left
_TYPE = re.compile(
    r"\A\s{0,8}(?:fix|feat|chore|docs?|perf|refactor|test|ci|build|style|wip)"
    r"(?:\((?P<scope>[\w./-]{1,40})\))?!?: "
)
# Figures of a run in a code span are no code.
# e.g. "`2 failed, 10 passed`"
_FIGURES = re.compile(r"`([^`\n]{0,200}\d (?:passed|failed|skipped|errors?)\b[^`\n]{0,200})`")
# e.g. "python -m pytest -q -rs"
_PYTEST = re.compile(
    r"(?:python -m )?(?:pytest|py\.test)(?: -[qvxs]{1,3}| --?r\w{1,10}(?: \d{1,3})?){0,9}"
)
# e.g. "pytest -q; echo $?"
_EXIT = re.compile(r"(?:[$%] )?(?:[^\n]{0,200}pytest[^\n]{0,200}; ?)?(?:echo )?\$\?")
_TIME = re.compile(r"(?:/usr/bin/)?time(?: -\w{1,9})?")
# e.g. "no more than "
_BOUND = re.compile(
    r"(?:(?:{}) (?:the |an? )?|(?<![-=])[~≈<>≤≥]=? ?)\Z".format(
        "|".join(re.escape(phrase) for phrase in sorted(BOUNDS, key=len, reverse=True))
    ),
    re.IGNORECASE,
)
_LONGEST_BOUND = 24
# What stood at another time: "(was 8 / 395)".
_WAS = re.compile(r"(?:\A|[(,;:] ?)(?:it )?(?:was|were|had)(?: at)? \Z", re.IGNORECASE)
# e.g. "doesn't"
_CONTRACTED = re.compile(r"\A(?!wo|would|should|must|might|need)\w+(?P<not>n't)\Z|'(?:s|re|ve|m)\Z")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_RUNS: Final[tuple[Literal["phase", "attempt", "chunk", "stamp"], ...]] = (
    "phase", "attempt", "chunk", "stamp",
)  # fmt: skip
_SIGNED: Final = {"N": "±", "t": "δ", "p": "%"}
_NO_DAY = 32  # the days and months of dates are less
_POWERS: Final = {"k": 1, "m": 2, "g": 3, "t": 4}
_ABOUT: Final = 0.85, 1.18  # "about 100" is no less than 85 and no more than 118
# One character for one, so that places stay.
_PLAIN = str.maketrans("\u2010\u2011\u2012\u2212\u2013\u00a0\u202f\u2009\u2019\n", "-----   ' ")
_EMPHASIS = re.compile(r"(?<![\w`*])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?![\w`*])")
_PLACES: Final = frozenset(("in", "outside", "within", "inside", "across"))

_BEGIN_NUMBERS: Final = frozenset((*NUMBERS, *SCALES, "a", "an"))
_OF_LETTERS: Final = frozenset(("plain", "word"))
_Word = tuple[str, int, int]


def tokens(sentence: str, words_of: Lexicon | None = None, slack: float = 1.0) -> list[Token]:
    """The tokens of a sentence; harmless words are left out. ``words_of`` has the letters, and
    ``slack`` is how much of what people round off is granted: 0 for a bound that somebody sets."""
    text = _EMPHASIS.sub(lambda mark: " " * len(mark[0]), sentence.translate(_PLAIN))
    text = _TYPE.sub(_scope, text)
    text = _TICKED.sub(lambda mark: " " * len(mark[0]), text)
    text = _FIGURES.sub(r" \1 ", text)
    known = lexicon() if words_of is None else words_of
    parsed: list[Token] = []
    words: list[_Word] = []
    for match in _TOKEN.finditer(text):
        kind, (start, end) = match.lastgroup, match.span()
        is_word = kind in _OF_LETTERS
        if words and not (is_word and not text[words[-1][2] : start].strip()):
            parsed += _read_words(text, words, known, slack)
            words = []
        if is_word:
            word = match[0].lower()
            words.append((word if "." in word[:-1] else word.rstrip("."), start, end))
        elif kind == "triple":
            parsed += _read_triple(match)
        else:
            parsed.append(_read(text, match, slack))
    every = _joined([*parsed, *_read_words(text, words, known, slack)], slack)
    return _with_lists(_with_parts(_with_baselines(every)))


def _scope(kind: re.Match[str]) -> str:
    """The scope of a commit as a label, in its place."""
    return (kind["scope"] + ": " if kind["scope"] else "").rjust(len(kind[0]))


def _read_triple(match: re.Match[str]) -> Iterator[Token]:
    """How many passed, failed and were skipped, unless it may be a date."""
    first = match.re.groupindex["triple"] + 1
    counts = [int(match[group]) for group in range(first, first + 3)]
    if not match["order"] and (counts[0] < _NO_DAY or max(counts[1:]) < _NO_DAY):
        yield Token("u", *match.span(), match[0])
        return
    for group, code in zip(range(first, first + 3), "PFS", strict=True):
        value, (start, end) = float(match[group]), match.span(group)
        yield Token("N", start, end, match[group], low=value, high=value)
        yield Token(code, end, end)


def _read(text: str, match: re.Match[str], slack: float) -> Token:
    """The token of what is no word."""
    written, (start, end) = match[0], match.span()
    if match["run"]:
        return _read_run(match)
    if match["number"] or match["fraction"] or match["clock"]:
        if _WAS.search(text, max(0, start - _LONGEST_BOUND), start):
            return Token("d", start, end, written)
        return _read_number(text, match, slack)
    if match["mark"] or match["total"]:
        return Token(MARKS.get(written, written), start, end, written)
    inner = written.strip("`").strip()
    if _OUTPUT.fullmatch(written) and not _TIME.fullmatch(inner):
        return Token("ρ", start, end, inner)
    if match["name"] or re.fullmatch(_TEST, inner):
        return Token("n", start, end, inner)
    if match["file"] or re.fullmatch(_FILE, inner):
        is_dotted = re.fullmatch(_DOTTED, inner)
        return Token("f", start, end, f"{inner.replace('.', '/')}.py" if is_dotted else inner)
    code = "I" if _EXIT.fullmatch(inner) else "W" if _PYTEST.fullmatch(inner) else "u"
    return Token("H" if _TIME.fullmatch(inner) else code, start, end, inner)


def _read_run(match: re.Match[str]) -> Token:
    """The name of a run."""
    kind, value = next((kind, match[kind]) for kind in _RUNS if match[kind])
    value = str(int(value)) if value.isdecimal() else value if kind == "stamp" else value.lower()
    run = RunName(kind, value, match["item"])
    return Token("c" if match["versus"] else "ω", *match.span(), match[0], runs=(run,))


def _read_number(text: str, match: re.Match[str], slack: float) -> Token:
    written, (start, end) = match[0], match.span()
    if match["fraction"]:
        above, below = map(amount, written.split("/"))
        return Token("x", start, end, written, low=above, high=above, of=(below, below))
    begin, bound = _bound_before(text, start)
    if match["clock"]:
        parts = [float(part) for part in re.findall(r"[\d.]+", written)]
        value = sum(part * 60.0**power for power, part in enumerate(reversed(parts)))
        value *= 60.0 if written.endswith("m") else 1.0
        return Token("t", begin, end, written, *_bounded(bound, value, slack))
    unit = (match["unit"] or "").strip(" -").lower()
    digits = written.removesuffix(match["unit"] or "").strip()
    if digits[0] in "+\u00b1-":
        number, *rest = re.split(r" ?- ?| to ", digits[1:].rstrip("+"))  # "-0.5-0.9" is no change
        value = -amount(number) if digits[0] == "-" else amount(number)
        code, (_, size), slack = _measure(unit, len(number.partition(".")[2]))
        low, high = (value - slack) * size, (value + slack) * size
        code = "u" if rest else _SIGNED.get(code, "u")
        return Token(code, begin, end, written, low=low, high=high)
    if digits.endswith("+"):
        digits, bound = digits[:-1], ">="
    first, *rest = re.split(r" ?- ?| to ", digits)
    code, (low, high), off = _measure(unit, len(first.partition(".")[2]))
    # A demand's kB has 1000 bytes and its KiB 1024; a report's is checked against both.
    low = high = high if slack or "i" in unit else low
    least = _bounded(bound, amount(first), slack * off)[0]
    most = _bounded(bound, amount(rest[-1] if rest else first), slack * off)[1]
    return Token(code, begin, end, written, low=least * low, high=most * high)


def _measure(unit: str, decimals: int) -> tuple[str, tuple[float, float], float]:
    """What a unit measures, what it may be multiplied with, and how far the number may be off:
    people round, or cut off."""
    step = 10.0**-decimals
    if unit in ("%", "percent"):
        return "p", (1.0, 1.0), 0.6 * step
    if unit.endswith(("b", "bytes", "byte", "g", "gs")):
        power = _POWERS[unit[0]]
        return "m", (1000.0**power, 1024.0**power), 0.6 * step
    if unit:
        size = _SECONDS["ms" if unit == "ms" else unit[0]]
        return "t", (size, size), 0.6 * step if decimals else step
    return "u" if decimals else "N", (1.0, 1.0), 0.0  # nothing that is counted has decimals


def amount(number: str) -> float:
    """``1,231``, ``1 231``, ``1.2k``."""
    plain = re.sub(r"[, ]", "", number)
    return float(plain[:-1]) * 1000 if plain.endswith("k") else float(plain)


def _bound_before(text: str, start: int) -> tuple[int, str]:
    """Where a bound such as ``at least`` before a number begins, and its sign."""
    match = _BOUND.search(text, max(0, start - _LONGEST_BOUND), start)
    if match is None or (match.start() and text[match.start() - 1].isalnum()):
        return start, ""
    word = re.sub(r" (?:the|an?)\Z", "", match[0].strip().lower())
    before = text[: match.start()].rpartition("\n")[2].rstrip(" -*+>")
    if word == ">" and (not before or before.endswith("`")):
        return start, ""  # a quotation, or an arrow behind a path
    return match.start(), BOUNDS.get(word, word)


def _bounded(bound: str, value: float, slack: float) -> tuple[float, float]:
    """The values that ``about value``, ``fewer than value`` and the like stand for."""
    match bound:
        case ">=" | "≥":
            return value - slack, inf
        case "<=" | "≤":
            return 0.0, value + slack
        case ">":
            return value + 1e-6, inf
        case "<":
            return 0.0, value - 1e-6
        case "~" | "≈":
            return _ABOUT[0] * value - slack, _ABOUT[1] * value + slack
    return value - slack, value + slack


# What is counted where a number is before it, and harmless elsewhere: "6 records failed".
_THINGS: Final = frozenset(
    "records reports logs outputs prints lists scores features figures counts covers displays "
    "commits notes things stuff results readouts".split()
)
_COUNTED: Final = re.compile(r"\d \Z")


def _read_words(text: str, words: Sequence[_Word], known: Lexicon, slack: float) -> list[Token]:
    """Words in a row, as numbers and known phrases."""
    parsed: list[Token] = []
    written = [word for word, _, _ in words]
    bare = [_CONTRACTED.sub(_plain, word) if "'" in word else word for word in written]
    at = 0
    while at < len(words):
        code, length = known.find(written, at, bare) or (_unknown(written[at]), 1)
        is_number = code not in "up" or length == 1
        is_number = is_number and written[at].partition("-")[0] in _BEGIN_NUMBERS
        number = _number_words(text, words, at, slack) if is_number else None
        if number is not None:
            token, at = number
            parsed.append(token)
            continue
        start = words[at][1]
        line = text[start : words[at + length - 1][2]].rstrip(".")
        if code in "Np":
            parsed.append(_vague(text, code, start, line))
        elif code != " " or (line.lower() in _THINGS and _COUNTED.search(text, start - 2, start)):
            code = code.replace(" ", "u")
            parsed.append(Token(code, start, start + len(line), line))
        at += length
    return parsed


def _vague(text: str, code: str, start: int, words: str) -> Token:
    """``some``, ``more than half of``."""
    phrase = tuple(words.lower().split())
    if code == "N":
        least = VAGUE.get(" ".join(phrase), 1)
        return Token("N", start, start + len(words), words, low=least, high=inf)
    low, high = shares().get(phrase, (0.0, 100.0))
    begin, bound = _bound_before(text, start)
    if bound:
        low, high = _bounded(bound, (low + high) / 2, 0.0)
    return Token("p", begin, start + len(words), words, low=low, high=high)


def _unknown(word: str) -> str:
    """The letter of a word that is in no lexicon."""
    if word.endswith(("error", "exception")):
        return "q"  # KeyError
    is_manner = word.endswith("ly") and len(word) > len("only") and "-" not in word
    return " " if is_manner else "u"


def _plain(contracted: re.Match[str]) -> str:
    """``isn't`` is a not, ``we're`` we."""
    return "not" if contracted["not"] else ""


def _number_words(
    text: str, words: Sequence[_Word], at: int, slack: float
) -> tuple[Token, int] | None:
    """``two hundred and three``, ``a dozen``, ``a minute and a half``, and where it ends."""
    total, current, last = 0, 0, at
    while last < len(words):
        word = words[last][0]
        behind = words[last + 1][0] if last + 1 < len(words) else ""
        parts = word.split("-")
        if all(part in NUMBERS for part in parts) and parts[0] not in SCALES:
            current += sum(NUMBERS[part] for part in parts)
        elif word in SCALES and (last > at or word == "dozen"):
            current = max(1, current) * SCALES[word]
            if word == "thousand":
                total, current = total + current, 0
        elif not _links(word, behind, words[last - 1][0] if last > at else "", current):
            break
        last += 1
    if last == at:
        return None
    value = float(total + current) or 1.0
    begin, bound = _bound_before(text, words[at][1])
    unit = words[last][0].rstrip("s") if last < len(words) else ""
    end = words[last - 1][2]
    if unit == "percent" and words[last][1] - end == 1:
        low, high = _bounded(bound, value, 0.6)
        return Token("p", begin, words[last][2], text[begin:end], low=low, high=high), last + 1
    if unit not in ("second", "minute", "hour"):
        return Token("N", begin, end, text[begin:end], *_bounded(bound, value, 0.0)), last
    low, high = _bounded(bound, value, 0.0 if bound == "~" else slack)
    end, last = words[last][2], last + 1
    if [word for word, _, _ in words[last : last + 3]] == ["and", "a", "half"]:
        low, high, end, last = low + 0.5, high + 0.5, words[last + 2][2], last + 3
    size = _SECONDS[unit[0]]
    token = Token("t", begin, end, text[begin:end], low=low * size, high=high * size)
    return token, last


def _links(word: str, behind: str, before: str, current: int) -> bool:
    """Whether a word belongs to a number in words without being one: ``a couple of``."""
    if word in ("a", "an"):
        is_one = behind in ("couple", "single", "minute", "second", "hour")
        return not before and (is_one or behind in SCALES)
    if word == "and":
        return current >= 100 and behind.partition("-")[0] in NUMBERS
    return word == "of" and before == "couple"


def _joined(parsed: Iterable[Token], slack: float) -> list[Token]:
    """The tokens, where a bound is a part of the number behind it, and ``4 min 12 s`` is one."""
    kept: list[Token] = []
    for token in parsed:
        while kept and kept[-1].end > token.start:
            last = kept.pop()
            if last.code == "H" and last.start < token.start:  # "completes within 60 s"
                kept.append(last._replace(end=token.start))
        together = _together(kept[-1], token, slack) if kept else None
        codes = [before.code for before in kept[-3:]]
        if together is not None:
            kept[-1] = together
        elif token.code == "N" and codes == ["i", "N", "&"] and kept[-3].text.lower() == "between":
            place, least = kept[-3], kept[-2]
            kept[-3:] = [token._replace(start=place.start, low=least.low)]
        else:
            if token.code in "Nt" and kept and kept[-1].text.lower() == "by":
                kept[-1] = kept[-1]._replace(code="Δ")
            kept.append(token)
    return kept


def _together(first: Token, token: Token, slack: float) -> Token | None:
    """Two tokens that are one; None where they are two."""
    if first.code in "Ntmp" and token.code in "⩾⩽":
        low, high = (first.low, inf) if token.code == "⩾" else (0.0, first.high)
        return first._replace(end=token.end, low=low, high=high)
    if first.code in "tm" and not first.low and token.text.lower() in ("limit", "budget"):
        return first._replace(end=token.end)  # "within the 900 s limit"
    middle = (token.low + token.high) / 2
    if token.code == "t" and first.text.lower() == "half":
        return token._replace(start=first.start, low=0.4 * middle, high=0.625 * middle)
    if first.runs and token.runs and token.start - first.end <= 1:  # "Phase B Attempt #5"
        return first._replace(end=token.end, runs=(*first.runs, *token.runs))
    if not first.code == token.code == "t":
        return None
    low, high = first.low and first.low + middle, first.high + middle
    if first.end - first.start == len(first.text):  # no bound
        low = high = (first.low + first.high) / 2 + middle
    return token._replace(start=first.start, low=max(0.0, low - slack), high=high + slack)


_BASES: Final = ("base", "main", "master", "trunk", "head", "branch", "commit", "baseline")


def _with_baselines(parsed: Iterable[Token]) -> list[Token]:
    """``than in the baseline``, ``on the last run``: one comparison, ``c``. A run before that
    nothing is compared with is another time."""
    kept: list[Token] = []
    for token in parsed:
        if token.code == "þ":
            start = token.start
            is_there = bool(kept) and kept[-1].text.lower() in ("on", "at")
            is_there = is_there and (len(kept) == 1 or kept[-2].code not in "κq")
            while kept and kept[-1].code in "κiq«»g&":
                start = kept.pop().start
            is_of = bool(kept) and kept[-1].code in "AZ"  # "all of the baseline's failures"
            is_of_base = is_there and token.text.lower().endswith(_BASES)
            code = "ð" if is_of_base or (start == token.start and not is_of) else "c"
            kept.append(token._replace(code=code, start=start))
        else:
            kept.append(token)
    return kept


_FAULTS: Final = ("failure", "failures")


def _is_one(token: Token, before: Sequence[Token], part: Token) -> bool:
    """Whether one test is meant by words of its name: ``the soft hyphen test``."""
    is_counted = (
        bool(before) and before[-1].code in "NAZOxgpUJKQ" and part.start - before[-1].end < 2
    )
    return token.text.lower() in ("test", "failure") and not is_counted


def _with_parts(parsed: Iterable[Token]) -> list[Token]:
    """``the layout tests``: unknown words before what is said of them are one part, ``s``."""
    kept: list[Token] = []
    for token in parsed:
        is_suite = token.code == "W" and token.text.lower().endswith(("suite", "run"))
        # e.g. "fixed both layout failures"
        is_suite = is_suite or (token.code == "F" and token.text.lower() in _FAULTS)
        if (token.code in "THxµ" or is_suite) and kept and kept[-1].code == "u":
            part = kept.pop()
            while kept and kept[-1].code == "u" and part.start - kept[-1].end == 1:
                first = kept.pop()
                part = part._replace(start=first.start, text=f"{first.text} {part.text}")
            suffix = " test" if _is_one(token, kept, part) else ""
            part = part._replace(text=part.text.removesuffix("'s") + suffix)
            if token.text.lower().endswith("run"):
                part = part._replace(text=f"{part.text} run")
            is_number = token.code == "µ" and bool(kept) and kept[-1].code == "N"
            kept.append(part._replace(code="u" if is_number else "s"))  # "two index modules"
            kept.append(token._replace(code="T") if token.code in "µW" and not is_number else token)
        else:
            kept.append(token)
    return kept


# A list of parts: "parser, writer and test_x.py".
_PARTS: Final = re.compile(r"(?<!b)(?:[ufs],)*[ufs],?&[ufs](?![fu])")
# "in test_x.py and test_y.py", "are confined to the layout tests"
_IN_PARTS: Final = re.compile(r"[ił⊂](?:[fu]|sT?)(?:[,&]*(?:[fu]|sT))*|[g«]f")


def _with_lists(parsed: Sequence[Token]) -> list[Token]:
    """Parts in a row are one, of the last one's kind; behind words of place ``l``, or ``o``."""
    parsed = _merged(parsed, _PARTS, lambda _, last: last.code)

    def code(first: Token, _: Token) -> str:
        word = first.text.lower()
        return "o" if word == "outside" else "l" if word in _PLACES or first.code in "ł⊂g«" else ""

    return _merged(parsed, _IN_PARTS, code)


def _merged(
    parsed: Sequence[Token], pattern: re.Pattern[str], code: Callable[[Token, Token], str]
) -> list[Token]:
    """The tokens, where what matches is one; ``code`` gives its letter, or none."""
    kept: list[Token] = []
    at = 0
    for match in pattern.finditer("".join(token.code for token in parsed)):
        some = parsed[match.start() : match.end()]
        letter = code(some[0], some[-1])
        if letter:
            kept += parsed[at : match.start()]
            if some[0].code in "ł⊂":  # "are in", "are confined to"
                kept.append(some[0]._replace(code="A" if some[0].code == "⊂" else "ł"))
            names = "\n".join(token.text for token in some if token.code in "fus")
            kept.append(Token(letter, some[0].start, some[-1].end, names))
            at = match.end()
    return [*kept, *parsed[at:]]
