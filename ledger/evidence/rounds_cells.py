"""What one cell or line of a report of rounds says: a result, the names of rounds, counts, a
measured value."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ledger.evidence.rounds_model import RoundResult

MAX_CELL = 2000
MAX_NAMES = 20_000
"""How many rounds one cell may name."""

_PASS = frozenset(
    "pass passed passes passing ok okay success successful succeeded green good p".split()
)
_FAIL = frozenset(
    "fail failed fails failing failure error errored crash crashed abort aborted timeout timedout "
    "killed hang hung red broken bad panic segfault f".split()
)
_SKIP = frozenset("skip skipped pending todo na cancelled canceled notrun planned".split())
_NOT = frozenset("not no non never didn't didnt without".split())
_RAN = frozenset("run ran start started executed attempted reached".split())
_BETWEEN = frozenset("all a any the did yet".split())
_YES = frozenset("yes true y 1 x pass passed ok".split())
_NO = frozenset("no false n 0 fail failed".split())
_PASS_SIGNS, _FAIL_SIGNS = frozenset("✅✔✓☑🟢"), frozenset("❌✗✘✖❎🔴💥")
_SIGNS = "".join((*_PASS_SIGNS, *_FAIL_SIGNS, "\ufe0f "))
_NOTHING = frozenset(("", "-", "–", "—", "n/a", "none"))
_MARKS = frozenset("x●•*✅✔✓☑🟢❌✗✘✖")
# `sigsegv`
_SIGNAL = re.compile(r"sig[a-z]{3,5}")
_WORD = re.compile(r"[a-z0-9']{1,40}")
# What follows is about the result, not the result.
_ASIDE = re.compile(r"[(:;,]| - | – | — |\bafter\b|\bon\b|\bwith\b|\bin\b")
# `~14.5 %`, `1,250ms`, `3e-2`
# e.g. "~1,234.5 ms"
_NUMBER = re.compile(
    r"[~≈]?[ \t]*([+-]?(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,15})(?:\.\d{1,15})?(?:e[+-]?\d{1,3})?)"
    r"[ \t]*(%|[a-zµμ°/²]{1,12})?",
    re.IGNORECASE,
)
# The marks of `**bold**`, `_emphasis_` and code
_EMPHASIS = re.compile(r"[*`]+|~~+|(?<!\w)_+|_+(?!\w)")
_NAMED_SIGNS = {"white_check_mark": "✅", "heavy_check_mark": "✔", "x": "❌"}
_NAMED_SIGN = re.compile(rf":({'|'.join(_NAMED_SIGNS)}):")
# `[12](logs/12.log)`
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{0,500}\)")

ROUND_WORD = r"(?:rounds?|runs?|iterations?|iters?|trials?|cycles?|repetitions?|attempts?)"
TO = r" ?(?:-|–|—|‑|−|\.{2,3}|…|to|thru|through) ?"
_SPAN = rf"#?\d{{1,9}}(?:{TO}#?\d{{1,9}})?"
# `3`, `Rounds 41 to 46, 48 and #50`
NAMES = rf"{_SPAN}(?:(?: ?, ?(?:and |& ?)?| ?& ?| ?\+ ?| and ){_SPAN}){{0,500}}"
# e.g. "rounds 1621-1639"
_NAMES = re.compile(
    rf"(?:(?:batch|group|set)\b[^(]{{0,40}}\()?(?:{ROUND_WORD}\b[ .:]*)?(?:nos?\.? )?({NAMES})\)?"
    r"(?: \([^()]{1,60}\))?",
    re.IGNORECASE,
)
# `R3-R5`
# e.g. "round1-round9"
_LETTERED = re.compile(rf"([a-z][a-z_ ]{{0,20}})(\d{{1,9}}){TO}\1(\d{{1,9}})", re.IGNORECASE)
# `3+`, `5-1`, `21 on`, `1, 3, ... 9`, `the rest`
# e.g. "all remaining rounds"
_OPEN = re.compile(
    r"(?:.{0,40}(?:\.\.|…).{0,40}|(?:the |all )?(?:rest|others?|remaining)\b.{0,40}|etc\.?"
    r"|\d{1,9} ?(?:[+–—~-]|(?:to|on|ff?|and)\b).{0,40})",
    re.IGNORECASE,
)
# e.g. "1621-1639"
_PART = re.compile(rf"#?(\d{{1,9}})(?:{TO}#?(\d{{1,9}}))?", re.IGNORECASE)
# `Round #12`
# e.g. "batch 2 (rounds 7"
_NAME = re.compile(rf"(?:{ROUND_WORD}[ \t#]+)?#?(.*)", re.IGNORECASE)
# `14/20 (70 %)`, `2 of 7`, `3/4 tests failed`
# e.g. "9 of 12 (75 %)"
SHARE = re.compile(
    r"(\d{1,7}) ?(?:/|of|out of) ?(\d{1,7})(?: ?[(=] ?(\d{1,3}(?:\.\d{1,6})?) ?%\)?)?"
    r"(?: (?:rounds|runs|tests))?(?: (\w{1,12}))?",
    re.IGNORECASE,
)
# `9 passed, 1 failed`
# e.g. "540 passed"
_COUNTED = re.compile(r"\b(\d{1,7}) (?:tests? |rounds? )?(pass\w*|ok|fail\w*|errors?|crash\w*)\b")


class Counts(NamedTuple):
    """How many rounds, or tests of a round, passed and failed, and were left out."""

    passed: int
    failed: int
    skipped: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


def plain(text: str) -> str:
    """A line or cell without emphasis, code marks and links, with single blanks."""
    shown = _NAMED_SIGN.sub(lambda sign: _NAMED_SIGNS[sign[1]], text[:MAX_CELL])
    return " ".join(_EMPHASIS.sub("", _LINK.sub(r"\1", shown)).split())


def is_empty(text: str) -> bool:
    """Whether a cell holds no value."""
    return plain(text).casefold() in _NOTHING


def result_of(text: str) -> RoundResult:
    """What a status says. The word decides, a sign only where no known word stands. A word for
    passing and one for failing side by side (``FAIL, then PASS``) say nothing. Counts of tests
    (``9 passed, 1 failed``, ``9/10``) passed where all did."""
    words = plain(text).casefold()
    if words in _NOTHING:
        return "skipped"
    counts = counts_in(words)
    if counts is not None:
        return "fail" if counts.failed else "pass" if counts.passed else "unknown"
    aside = _ASIDE.search(words, 1)
    for part in (words[: aside.start()] if aside else words, words):
        results = set(_results(part))
        if len(results) == 1:
            return results.pop()
        if results:
            return "unknown"
    passed, failed = not _PASS_SIGNS.isdisjoint(words), not _FAIL_SIGNS.isdisjoint(words)
    return "unknown" if passed == failed else "pass" if passed else "fail"


def _results(text: str) -> Iterator[RoundResult]:
    before = ""
    is_silent = True
    for word in _WORD.findall(text):
        result: RoundResult | None = None
        if word in _PASS:
            result = "fail" if before in _NOT else "pass"
        elif word in _FAIL or _SIGNAL.fullmatch(word):
            result = "unknown" if before in _NOT else "fail"  # "no crash" is not yet a pass
        elif word in _SKIP or (word in _RAN and before in _NOT):
            result = "skipped"
        if result:
            is_silent = False
            yield result
        if word not in _BETWEEN:
            before = word
    if is_silent and text.strip() in ("clean", "cleanly"):
        yield "pass"


def counts_in(text: str) -> Counts | None:
    """A cell that begins with counts: ``14/20``, ``2 of 7 failed``, ``9 passed, 1 failed``."""
    words = plain(text).casefold().strip(_SIGNS)
    share = SHARE.fullmatch(words)
    if share:
        some, all_, word = int(share[1]), int(share[2]), share[4] or "passed"
        if some > all_ or word not in (_PASS | _FAIL):
            return None
        return Counts(all_ - some, some) if word in _FAIL else Counts(some, all_ - some)
    counted = _COUNTED.findall(words)
    if not counted or not words[:1].isdigit():
        return None
    passed = [int(number) for number, word in counted if word[0] in "po"]
    failed = [int(number) for number, word in counted if word[0] not in "po"]
    return Counts(sum(passed), sum(failed)) if passed or sum(failed) else None


_LETTERS: dict[str, RoundResult] = {
    **dict.fromkeys("p.1✅✔✓🟢", "pass"), **dict.fromkeys("fx0e❌✗✘🔴", "fail"),
    **dict.fromkeys("s-", "skipped"),
}  # fmt: skip


def letters_in(text: str, size: int) -> tuple[RoundResult, ...] | None:
    """``PPFPP``, a result for each of ``size`` rounds; all unknown where it has another number."""
    letters = plain(text).casefold().replace(" ", "").replace("\ufe0f", "").replace(",", "")
    words = [result_of(word) for word in re.split(r"[,;/]", plain(text))]
    if size > 1 and len(words) > 1 and {*words} <= {"pass", "fail"}:
        return tuple(words) if len(words) == size else several("unknown", size)
    if size < 2 or len(letters) < 2 or any(letter not in _LETTERS for letter in letters):
        return None
    results = tuple(_LETTERS[letter] for letter in letters)
    return results if len(results) == size else several("unknown", size)


def several(result: RoundResult, size: int) -> tuple[RoundResult, ...]:
    """One result for each of ``size`` rounds."""
    return (result,) * size


def flag(text: str) -> bool | None:
    """A cell of a column headed ``Passed?``; None for one that says neither."""
    words = plain(text).casefold()
    if words in _YES or (len(words) == 1 and words in _PASS_SIGNS):
        return True
    return False if words in _NO or (len(words) == 1 and words in _FAIL_SIGNS) else None


def amount(text: str) -> int | None:
    """A count of tests or rounds; a mark counts one, an empty cell nothing."""
    words = plain(text).casefold()
    if words in _NOTHING:
        return 0
    return 1 if words in _MARKS else int(words) if re.fullmatch(r"\d{1,7}", words) else None


def exit_result(text: str) -> RoundResult:
    """A cell of a column of exit codes."""
    words = plain(text)
    if re.fullmatch(r"[+-]?\d{1,10}", words):
        return "pass" if int(words) == 0 else "fail"
    return result_of(text)


def number(text: str) -> tuple[float, str] | None:
    """A measured value and its unit; None for anything else, and for no value."""
    match = _NUMBER.fullmatch(plain(text))
    if match is None:
        return None
    return float(match[1].replace(",", "")), match[2] or ""


def retries_in(text: str) -> int | None:
    """A cell of a column of retries: ``2``, ``2x``, ``2/3`` (of at most three)."""
    match = re.fullmatch(r"(\d{1,6})(?: ?[x×]| ?/ ?\d{1,6})?", plain(text))
    return int(match[1]) if match else None


def decimals(text: str) -> int:
    """How many digits stand after the first decimal point."""
    match = re.search(r"\d\.(\d{1,15})", text)
    return len(match[1]) if match else 0


def label_of(text: str) -> str:
    """A round's name: ``12`` of ``Round #12``."""
    match = _NAME.fullmatch(plain(text))
    return match[1].strip() if match else ""


def names_in(text: str) -> tuple[str, ...]:
    """The numbers of the rounds that a cell names: ``7``, ``1-5``, ``Rounds 1 to 3, 7 and 9``.
    Empty for anything else, and for a range that runs down or names too many."""
    words = plain(text)
    lettered = _LETTERED.fullmatch(words)
    if lettered:
        first, last = int(lettered[2]), int(lettered[3])
        return tuple(f"{lettered[1]}{at}" for at in range(first, min(last + 1, first + MAX_NAMES)))
    match = _NAMES.fullmatch(words)
    names: list[str] = []
    for first, last in _PART.findall(match[1]) if match else ():
        size = int(last or first) - int(first) + 1
        if not 0 < size <= MAX_NAMES - len(names):
            return ()
        names += [str(at) for at in range(int(first), int(last) + 1)] if last else [first]
    return tuple(names)


def is_open(text: str) -> bool:
    """Whether a cell means several rounds and does not tell which: ``3+``, ``5-1``, ``...``."""
    return not names_in(text) and _OPEN.fullmatch(label_of(text)) is not None
