"""What a criterion demands of a run, in the words that ``ledger.plan.statements`` reads, as terms.

A demand is read as the report that would meet it: "must" and "make sure that" change nothing. One
count alone that is not zero is no demand, for it may be a bound: "20 tests pass".
"""

import re
from collections.abc import Iterator, Sequence
from math import inf
from typing import Final, NamedTuple

from ledger.gates.checks import UNITS, Call, Compare, Term
from ledger.plan.statements.lexicon import BOUNDS, NUMBERS
from ledger.plan.statements.model import SO, Statement
from ledger.plan.statements.reader import stated
from ledger.plan.statements.tokens import Token, tokens

# e.g. "CLUSTER-SPLIT-001 x2", "UTF-001"
CLUSTER: Final = re.compile(
    r"\b(?:CLUSTER-)?(?P<name>[A-Z][A-Z0-9]{0,30}-\d{1,6})\b(?![\]-])(?:[ \t]?"
    r"[x\u00d7](?P<times>\d{1,3})\b)?"
)
SIGN: Final = r"(?P<sign>\b(?:{})(?!\w)|[<>\u2264\u2265]=?|[~\u2248]|==?)".format(
    "|".join(map(re.escape, sorted(BOUNDS, key=len, reverse=True)))
)
"""The pattern of what makes a bound of the number behind it."""
SIGNS: Final = {**BOUNDS, "\u2264": "<=", "\u2265": ">=", "\u2248": "~", "==": "="}
"""Signs by what is written for them; others stand for themselves."""
_SIGN: Final = re.compile(SIGN, re.IGNORECASE)
_DEMANDS: Final = (
    re.compile(
        r"\b(?:must|should|shall|will|(?:has|have|needs?|ought|is required) to)\b", re.IGNORECASE
    ),
    # e.g. "Make sure that all tests pass", "We want no failures"
    re.compile(
        r"\A(?:make sure|ensure|verify|check|confirm|(?:we )?(?:require|want|need|expect))\b"
        r"(?: that\b)?",
        re.IGNORECASE,
    ),
    # e.g. "No test may fail", "At most 3 failures are allowed"
    re.compile(
        r"\A(?:no|none|nothing|zero|only|at most|up to|not? more than)\b[^,;]{1,80}?"
        r"(?P<word>\b(?:may|can|allowed|tolerated|accepted|acceptable|permitted)\b)",
        re.IGNORECASE,
    ),
)
_COUNTS: Final = {
    "passed": "passed", "failed": "failures", "failing": "failures", "errors": "errors",
    "skipped": "skipped", "xfailed": "xfailed", "xpassed": "xpassed", "collected": "collected",
    "executed": "executed", "rerun": "rerun", "not_passed": "not_passed", "new": "new_failures",
    "cleared": "cleared",
}  # fmt: skip
_MEASURES: Final = {
    "duration": "runtime", "memory": "memory", "pass_rate": "rate", "exit_code": "exit_code",
}  # fmt: skip
# What a pass rate is of, by a word behind "95 % of".
_RATE_OF: Final = re.compile(r"(?:%|percent) of (?:the |all )*(?P<of>\w+)", re.IGNORECASE)
_RATES: Final = {
    "collected": "passed/collected", "executed": "passed/executed", "ran": "passed/executed",
    "run": "passed/executed", "cases": "passed/cases", "recorded": "passed/cases", "tests": "rate",
    "": "rate",
}  # fmt: skip
TOKEN: Final = re.compile(r"\w*[^\W_]\w*(?:['\u2019-]\w+)*|[%<>=\u2264\u2265\u2260~\u00b1]")
"""The pattern of a word or sign that may carry meaning."""
# Words that change nothing: "All the tests must pass".
_FILLERS: Final = frozenset(
    "a an the is are was were be been has have must shall should will and all every each both now "
    "again it its that there this these those test tests suite full whole entire run runs rerun "
    "pytest successfully cleanly finally of number count there them do does stay stays "
    "collected".split()
)
_NUMBER: Final = re.compile(rf"\d|\b(?:{'|'.join(NUMBERS)})\b", re.IGNORECASE)
_UNIT: Final = re.compile(r"(?P<time>ms|s|m|h)[a-z]*\Z|[KMGT]i?B\Z")
# Words that all tests, the run, passes, failures and errors are called by. Others mean a part of
# them, or something else: "unit tests", "import errors", "happy".
_WHOLE: Final = re.compile(
    r"(?:(?:tests?|cases?|suite|full|whole|entire|complete|run|rerun|session|pytest|pass(?:es|ed|"
    r"ing)?|green|clean|succeeds?|succeed(?:ed|ing)|fail(?:s|ed|ing|ures?)?|errors?|errored|"
    r"erroring|red|not|cleanly)\b[ \t]*)+|\W+",
    re.IGNORECASE,
)


class Demand(NamedTuple):
    """The terms that a text stands for, the spans of it that they are made of, and whether it
    speaks of all tests."""

    terms: list[Term]
    spans: list[tuple[int, int]]
    is_of_all: bool


def demand(text: str, noted: Sequence[str] | None) -> Demand:
    """What a text demands of a run. ``noted`` are the clusters and tests that a note behind it
    names, None where that says something else."""
    blank: list[tuple[int, int]] = []
    for pattern in _DEMANDS:
        for found in pattern.finditer(text):
            start, end = found.span("word" if "word" in pattern.groupindex else 0)
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
            blank.append((start, end))
    marked, places = _as_tests(text)
    words = tokens(marked, slack=0.0)
    said_all = stated(words)
    reading = Demand([], [], any(one.quantity == "all_passed" for one in said_all))
    is_list = _is_list(said_all)
    for said in said_all:
        own = [one for one in words if said.start <= one.start and one.end <= said.end]
        spans = [(one.start, one.end) for one in own]
        wording = _Wording(said, own, marked[said.start : said.end], text)
        own_rest = rest(marked[: said.end], [(0, said.start), *spans])
        terms = [] if own_rest or not wording.is_plain else wording.terms(noted, is_list=is_list)
        reading.terms.extend(one for one in terms if one not in reading.terms)
        if terms:
            reading.spans.extend((places[start], places[end]) for start, end in spans)
    if reading.terms:
        reading.spans.extend(blank)
    return reading


def _as_tests(text: str) -> tuple[str, list[int]]:
    """The text with clusters called as tests are, and where each of its characters was before."""
    parts, places, at = [], [], 0
    for number, cluster in enumerate(CLUSTER.finditer(text)):
        name = f"test_cluster{number}"
        parts += [text[at : cluster.start()], name]
        places += [*range(at, cluster.start()), *[cluster.start()] * len(name)]
        at = cluster.end()
    return "".join([*parts, text[at:]]), [*places, *range(at, len(text) + 1)]


def cluster_name(cluster: re.Match[str]) -> str:
    """``SPLIT-001:2`` for ``CLUSTER-SPLIT-001 x2``."""
    return f"{cluster['name']}:{cluster['times']}" if cluster["times"] else cluster["name"]


def _is_list(found: Sequence[Statement]) -> bool:
    """Whether counts are listed as they are: ``540 passed, 8 failed``."""
    counts = [one for one in found if one.quantity in _COUNTS]
    return len(counts) > 1 and all(one.low == one.high for one in counts)


def rest(text: str, seen: Sequence[tuple[int, int]]) -> str:
    """The words of a text outside ``seen`` that may carry meaning, from the first to the last."""
    blank = text
    for start, end in seen:
        blank = blank[:start] + " " * (end - start) + blank[end:]
    left = [one for one in TOKEN.finditer(blank) if one[0].lower() not in _FILLERS]
    return text[left[0].start() : left[-1].end()] if left else ""


class _Wording:
    """A statement, the tokens that it is made of, and its words; ``clause`` is all that is said."""

    def __init__(self, said: Statement, own: Sequence[Token], words: str, clause: str) -> None:
        self._said, self._own, self._words, self._clause = said, own, words, clause
        self._codes = "".join(one.code for one in own)
        clusters = [*map(cluster_name, CLUSTER.finditer(clause))]
        self._names = tuple(_name(one, clusters) for one in said.names)
        sign = _SIGN.search(words)
        self._sign = SIGNS.get(sign["sign"].lower(), sign["sign"]) if sign else ""

    @property
    def is_plain(self) -> bool:
        """Whether all the run is spoken of, without doubt and alternatives."""
        said = self._said
        is_part = said.subject or said.is_outside or said.runs or not said.is_sure
        return not is_part and self._sign != "~" and all(map(self._is_plain, self._own))

    def _is_plain(self, one: Token) -> bool:
        """Whether a token says what its letter does, and no more. Earlier failures are those of the
        baseline."""
        said = self._said
        if one.text.lower() == "or":
            return said.high == 0 and not said.names
        if one.code in "Np" and not _NUMBER.search(one.text):
            return False  # "several"
        is_whole = one.code not in "TWFEP" or _WHOLE.fullmatch(one.text)
        return bool(is_whole) or said.quantity in ("still", "cleared")

    def terms(self, noted: Sequence[str] | None, *, is_list: bool) -> list[Term]:
        """The terms that the statement stands for; none for what no check tells."""
        said, names = self._said, (*self._names, *(noted or ()))
        match said.quantity:
            case "all_passed" if said.low == SO:
                return [] if noted else [Compare("failures", "==", 0), *self._wholes]
            case "outcome" if "M" in self._codes and said.outcome == "passed":
                return [] if noted is None else [Call("cleared", names)]
            case "outcome" if said.outcome in ("passed", "not failed"):
                return [Call("passing", names)]
            case "only_failing" if not {*"FEJP"}.isdisjoint(self._codes):
                return [Call("remaining", self._names)]
            case "cleared" | "still":
                return self._cleared(noted)
            case "change" if said.outcome == "failed" and said.of and said.high < 0:
                after = said.of[0] + said.low
                return [Compare("failures", "<=", after), Compare("cleared", ">=", -said.low)]
        if said.quantity in _MEASURES:
            return self._measured()
        is_count = said.quantity in _COUNTS
        is_zero = said.high == 0 or said.quantity == "collected" or self._sign == "="
        is_exact = said.low == said.high and not (is_zero or is_list or self._is_whole)
        return [*self._counted(), *self._wholes] if is_count and not is_exact else []

    @property
    def _is_whole(self) -> bool:
        """``24 of 24``"""
        return self._said.of == (self._said.low, self._said.high)

    @property
    def _wholes(self) -> list[Term]:
        """That there are as many tests as a share is said to be of: ``22 of 24``, ``all 24``."""
        behind = [b for a, b in zip(self._own, self._own[1:], strict=False) if a.code in "gA"]
        sizes = {one.low for one in behind if one.code == "N"} | {(self._said.of or (0.0,))[0]}
        return [Compare("collected", "==", size) for size in sizes if size]

    def _cleared(self, noted: Sequence[str] | None) -> list[Term]:
        """So many failures, or all, cleared: of the baseline, or of the clusters that a note
        names."""
        said = self._said
        sizes = [int(one.low) for one in self._own if one.code == "N"]
        sizes += [2] if "both" in self._words.lower() else []
        count = (("count", str(sizes[0])),) if sizes else ()
        if noted or said.quantity == "still":
            is_all = (
                not {*"MP"}.isdisjoint(self._codes)
                and "Q" not in self._codes
                and said.low == said.high
                and len(sizes) < 2
            )
            return [Call("cleared", tuple(noted or ["all"]), count)] if is_all else []
        return [Compare("cleared", ">=", said.low)] if said.low else []

    def _counted(self) -> Iterator[Term]:
        metric = _COUNTS[self._said.quantity]
        if metric == "failures" and "failed" in self._words.lower():
            metric = "failed"
        return self._bounds(metric, "")

    def _measured(self) -> list[Term]:
        """The bound of a time, a rate, of memory, of an exit code."""
        metric = _MEASURES[self._said.quantity]
        if metric == "rate":
            of = _RATE_OF.search(self._clause)
            rate = _RATES.get(of["of"].lower() if of else "")
            return [*self._bounds(rate, "%")] if rate else []
        if metric == "exit_code" and self._said.high == inf:
            return [Compare(metric, "!=", 0)]
        written = _UNIT.search(next((t.text for t in self._own if t.code in "tm"), ""))
        if written is None:
            return [*self._bounds(metric, "s" if metric == "runtime" else "")]
        unit = (written["time"] or written[0]).replace("KB", "kB")
        return [*self._bounds(metric, "min" if unit == "m" else unit)] if unit in _KNOWN else []

    def _bounds(self, metric: str, unit: str) -> Iterator[Term]:
        """The bounds that the statement sets."""
        said, size = self._said, UNITS[unit]
        low, high = (round(one / size, 3) for one in (said.low, said.high))
        if low == high:
            yield Compare(metric, "==", low, unit)
            return
        if low > 0 or high == inf:
            yield Compare(metric, ">" if self._sign == ">" else ">=", low, unit)
        if high < inf:
            yield Compare(metric, "<" if self._sign == "<" else "<=", high, unit)


_KNOWN: Final = {*UNITS, "m"}


def _name(test: str, clusters: Sequence[str]) -> str:
    """The cluster that is called as a test, else the test."""
    number = re.fullmatch(r"test_cluster(\d{1,4})", test)
    return clusters[int(number[1])] if number and int(number[1]) < len(clusters) else test
