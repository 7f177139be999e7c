"""What a criterion demands of a run, in the words that ``ledger.plan.statements`` reads, as terms.

A demand is read as the report that would meet it: "must" and "make sure that" change nothing. One
figure alone that is not zero is no demand, for it may be a bound: "20 tests pass".
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, inf
from typing import Final, NamedTuple

from ledger.gates.change_terms import demanded, of_change
from ledger.gates.checks import UNITS, Call, Compare, Term
from ledger.plan.statements.lexicon import BOUNDS, NUMBERS
from ledger.plan.statements.model import SO, Quantity, Statement
from ledger.plan.statements.reader import stated
from ledger.plan.statements.tokens import Token, tokens

# e.g. "CLUSTER-SPLIT-001 x2", "UTF-001"
CLUSTER: Final = re.compile(
    r"\b(?:CLUSTER-)?(?P<name>[A-Z][A-Z0-9]{0,30}-\d{1,6})\b(?![\]-])(?:[ \t]?"
    r"[x\u00d7](?P<times>\d{1,3})\b)?"
)
# e.g. "tests/test_cli.py::test_watch[posix]"
TEST: Final = re.compile(
    r"(?:[\w./-]{1,200}\.py::)?(?:\w{1,100}::){0,3}test_\w{1,150}(?:\[[^\]\s]{1,100}\])?(?![\w./])"
)
_FILE: Final = re.compile(r"[\w./-]{1,200}\.py(?:::\w{1,100})?")
_SIGN: Final = r"(?P<sign>\b(?:{})(?!\w)|[<>\u2264\u2265]=?|[~\u2248]|==?)".format(
    "|".join(map(re.escape, sorted(BOUNDS, key=len, reverse=True)))
)
"""The pattern of what makes a bound of the number behind it."""
_SIGNS: Final = {**BOUNDS, "\u2264": "<=", "\u2265": ">=", "\u2248": "~", "==": "="}
"""Signs by what is written for them; others stand for themselves."""
# e.g. "margin \u2265 50% of 3600s", "Margin of at least 40 % below the 60 min timeout"
# e.g. "margin of at least 63 %"
MARGIN: Final = re.compile(
    rf"\bmargin(?: (?:is|of))?:? ?{_SIGN} ?(?P<value>\d{{1,3}}(?:\.\d{{1,6}})?) ?%"
    r"(?: (?:of|below|under|to) (?:the )?(?:(?P<of>\d{1,9}) ?(?P<unit>s|min|h)\b ?)?"
    r"(?:timeout|limit)?)?",
    re.IGNORECASE,
)
# e.g. "no fewer than"
_BOUND: Final = re.compile(_SIGN, re.IGNORECASE)
_DEMANDS: Final = (
    # e.g. "must"
    re.compile(
        r"\b(?:must|should|shall|will|(?:has|have|needs?|ought|is required) to)\b", re.IGNORECASE
    ),
    # e.g. "Make sure that all tests pass", "We want no failures"
    re.compile(
        r"\A(?:make sure|ensure|verify|check|confirm|(?:we )?(?:require|want|need|expect))\b"
        r"(?: that\b)?",
        re.IGNORECASE,
    ),
    # e.g. "Skips stay at 2 or below", "Total time is cut to 4 minutes or less"
    re.compile(
        r"\b(?:(?:is|are|be|stays?|remains?|drops?|falls?|goes|go|comes?|cut|reduced|brought|lowered"
        r"|kept|limited|capped) )+(?:down )?(?:to|at)(?= (?:at most )?\d)",
        re.IGNORECASE,
    ),
    # e.g. "No new test failures introduced", "Pass rate target: >= 74 %"
    re.compile(
        r"(?<=failures )(?:are )?introduced\b|(?<=regressions )(?:are )?introduced\b"
        r"|\b(?:target|threshold|goal|limit)"
        r"(?=: ?(?:[<>=\u2264\u2265]|at (?:least|most)|under|below))",
        re.IGNORECASE,
    ),
    # e.g. "No test may fail", "At most 3 failures are allowed"
    re.compile(
        r"\A(?:no|none|nothing|zero|only|at most|up to|not? more than)\b[^,;]{1,80}?"
        r"(?P<word>\b(?:may|can|allowed|tolerated|accepted|acceptable|permitted)\b)",
        re.IGNORECASE,
    ),
)
_METRICS: Final[dict[Quantity, tuple[str, str]]] = {
    "passed": ("passed", ""), "failed": ("failures", ""), "failing": ("failures", ""),
    "errors": ("errors", ""), "skipped": ("skipped", ""), "xfailed": ("xfailed", ""),
    "xpassed": ("xpassed", ""), "collected": ("collected", ""), "executed": ("executed", ""),
    "rerun": ("rerun", ""), "not_passed": ("not_passed", ""), "new": ("new_failures", ""),
    "exit_code": ("exit_code", ""), "duration": ("runtime", "s"),
    "memory": ("memory", "B"), "pass_rate": ("rate", "%"), "fail_rate": ("failure_rate", "%"),
    "timeouts": ("timeouts", ""), "flaky": ("flaky", ""),
}  # fmt: skip
_COUNTS: Final = frozenset(name for name, (_, unit) in _METRICS.items() if not unit)
# What a pass rate is of, by a word behind "95 % of".
_RATE_OF: Final = re.compile(r"(?:%|percent) of (?:the |all )*(?P<of>\w+)", re.IGNORECASE)
_RATES: Final = {
    "collected": "passed/collected", "executed": "passed/executed", "ran": "passed/executed",
    "run": "passed/executed", "cases": "passed/cases", "recorded": "passed/cases", "tests": "rate",
    "": "rate",
}  # fmt: skip
# e.g. "doesn't"
TOKEN: Final = re.compile(r"\w*[^\W_]\w*(?:['\u2019-]\w+)*|[%<>=\u2264\u2265\u2260~\u00b1]")
"""The pattern of a word or sign that may carry meaning."""
# Words that change nothing: "All the tests must pass".
_FILLERS: Final = frozenset(
    "a an the is are was were be been has have must shall should will and all every each both now "
    "again it its that there this these those test tests suite full whole entire run runs rerun "
    "pytest successfully cleanly finally of number count there them do does stay stays "
    "collected at reports reported remaining remain remains left total overall".split()
)
# e.g. "twelve"
_NUMBER: Final = re.compile(rf"\d|\b(?:{'|'.join(NUMBERS)})\b", re.IGNORECASE)
# e.g. "90 seconds", "2 GiB"
_UNIT: Final = re.compile(r"ms\Z|[smh](?=[a-z]*\Z)|[KMGT]i?B\Z")
_UNITS: Final = {"m": "min", "KB": "kB"}
# What is compared with, where it is the baseline.
# e.g. "the previous run"
_BEFORE: Final = re.compile(
    r"\b(?:baseline|before|(?:last|previous|earlier) (?:run|attempt|time)|previously)\b",
    re.IGNORECASE,
)
# Where the note of what remains stops to name it: "PERF-001, deferred to PERF-004"
_ASIDE: Final = re.compile(
    r"\b(?:deferred|see|tracked|waiting|waits|blocked|moved|owned|due)\b.*", re.IGNORECASE
)
# Words that all and none, tests, the run, passes, failures and errors are called by. Others mean a
# part of them, or something else: "unit tests", "import errors", "no further failures", "happy".
_PLAIN: Final = re.compile(
    r"(?:\b(?:100|percent|all|each|every(?:thing)?|last|single|no|none|not|nothing|neither|zero|"
    r"without|any|an?|one|be|of|the|and|is|are|still|remain(?:s|ing)?|left|tests?|cases?|suite|full|"
    r"whole|entire|complete|total|count|number|run|rerun|session|pytest|pass(?:es|ed|ing)?|green|"
    r"clean(?:ly)?|succeed(?:s|ed|ing)?|fail(?:s|ed|ing|ures?)?|error(?:s|ed|ing)?|red|stays?|"
    r"ends? in)\b"
    r"[ \t]*)+|\W+",
    re.IGNORECASE,
)


class Demand(NamedTuple):
    """The terms that a text stands for, the spans of it that they are made of, and whether it
    speaks of all tests."""

    terms: Sequence[Term]
    spans: Sequence[tuple[int, int]]
    is_of_all: bool


class _Phrase(NamedTuple):
    """A statement, the tokens that it is made of, their letters and words, what follows from there
    on, the sign of its bound, and the tests that it names."""

    statement: Statement
    tokens: Sequence[Token]
    codes: str
    words: str
    clause: str
    sign: str
    names: tuple[str, ...]


@lru_cache(maxsize=1024)  # each action of an item asks for what the item or its brief asks
def demand(text: str, note: str = "") -> Demand:
    """What a text demands of a run. The ``note`` behind it may name clusters and tests."""
    if whole := demanded(text):
        return Demand(whole, [(0, len(text))], False)
    spans: list[tuple[int, int]] = []
    for pattern in _DEMANDS:
        for match in pattern.finditer(text):
            start, end = match.span("word" if "word" in pattern.groupindex else 0)
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
            spans.append((start, end))
    marked, places, clusters = _as_tests(text)
    words = tokens(marked, slack=0.0)
    every = stated(words)
    is_list = len(every) > 1 and all(
        statement.quantity in _COUNTS and statement.low == statement.high for statement in every
    )
    is_of_tests = any(token.code in "WTHR" for token in words)
    terms: list[Term] = []
    for statement in every:
        own = [t for t in words if statement.start <= t.start and t.end <= statement.end]
        seen = [(token.start, token.end) for token in own]
        phrase = _phrase(statement, own, marked, clusters)
        is_clear = _is_plain(phrase) and (is_of_tests or statement.quantity != "duration")
        if statement.quantity == "finished" and any(
            each.quantity == "duration" and each.start == statement.start for each in every
        ):
            continue  # "finishes within a minute" asks for the time
        if is_clear and not rest(marked[: statement.end], [(0, statement.start), *seen]):
            calls = _terms(phrase, note, is_list=is_list)
            terms.extend(call for call in calls if call not in terms)
            spans.extend((places[start], places[end]) for start, end in seen if calls)
    is_of_all = any(statement.quantity == "all_passed" for statement in every)
    return Demand(terms, spans if terms else [], is_of_all)


def _as_tests(text: str) -> tuple[str, list[int], list[str]]:
    """The text with clusters called as tests are, where each of its characters was before, and the
    clusters."""
    parts: list[str] = []
    places: list[int] = []
    clusters: list[str] = []
    at = 0
    for cluster in CLUSTER.finditer(text):
        name = f"test_cluster{len(clusters)}"
        parts += [text[at : cluster.start()], name]
        places += [*range(at, cluster.start()), *[cluster.start()] * len(name)]
        clusters.append(cluster_name(cluster))
        at = cluster.end()
    return "".join([*parts, text[at:]]), [*places, *range(at, len(text) + 1)], clusters


def cluster_name(cluster: re.Match[str]) -> str:
    """``SPLIT-001:2`` for ``CLUSTER-SPLIT-001 x2``."""
    return f"{cluster['name']}:{cluster['times']}" if cluster["times"] else cluster["name"]


def names(text: str) -> tuple[str, ...]:
    """The clusters and tests that a text names, those with a number of tests as ``NAME:2``."""
    return (*map(cluster_name, CLUSTER.finditer(text)), *TEST.findall(text))


def _names_alone(note: str) -> tuple[str, ...] | None:
    """The clusters and tests that a note names; None where it says more than names."""
    spans = [match.span() for by in (CLUSTER, TEST) for match in by.finditer(note)]
    return None if rest(note, spans) else names(note)


def rest(text: str, seen: Sequence[tuple[int, int]]) -> str:
    """The words of a text outside ``seen`` that may carry meaning, from the first to the last."""
    blank = text
    for start, end in seen:
        blank = blank[:start] + " " * (end - start) + blank[end:]
    left = [match for match in TOKEN.finditer(blank) if match[0].lower() not in _FILLERS]
    return text[left[0].start() : left[-1].end()] if left else ""


def _phrase(
    statement: Statement, own: Sequence[Token], text: str, clusters: Sequence[str]
) -> _Phrase:
    words = text[statement.start : statement.end].lower()
    sign = _BOUND.search(words)
    known = {f"test_cluster{number}": name for number, name in enumerate(clusters)}
    return _Phrase(
        statement=statement,
        tokens=own,
        codes="".join(token.code for token in own),
        words=words,
        clause=text[statement.start :].lower(),
        sign=_SIGNS.get(sign["sign"], sign["sign"]) if sign else "",
        names=tuple(known.get(name, name) for name in statement.names),
    )


def _is_plain(phrase: _Phrase) -> bool:
    """Whether all the run is spoken of, without doubt and alternatives, and each token says what
    its letter does, and no more. Earlier failures are those of the baseline."""
    statement = phrase.statement
    if (
        (statement.subject and not _files(statement))
        or statement.is_outside
        or statement.runs
        or not statement.is_sure
        or phrase.sign == "~"
    ):
        return False
    is_of_baseline = statement.quantity in ("still", "cleared")
    if re.search("known|error" if is_of_baseline else "known", phrase.words):
        return False
    if "AW" in phrase.codes or ("without" in phrase.words and statement.quantity == "skipped"):
        return False  # "each run", "cleared without skipping"
    for token in phrase.tokens:
        if token.text.lower() == "or":
            is_plain = statement.high == 0 and not statement.names
        elif token.code in "Np":
            is_plain = bool(_NUMBER.search(token.text))  # not "several"
        elif token.code == "c":
            is_plain = bool(_BEFORE.search(token.text))
        else:
            is_open = is_of_baseline or token.code not in "AJZTWŵFEP"
            is_plain = is_open or bool(_PLAIN.fullmatch(token.text))
        if not is_plain:
            return False
    return True


def _terms(phrase: _Phrase, note: str, *, is_list: bool) -> list[Term]:
    """The terms that a statement stands for; none for what no check tells. ``is_list`` where the
    text lists figures as they are: ``540 passed, 8 failed``."""
    statement, noted = phrase.statement, _names_alone(note) if note else ()
    terms: list[Term] = []
    if files := _files(statement):
        is_clean = statement.quantity in ("all_passed", "failed", "failing") and statement.high == 0
        return [Call("green", files)] if is_clean and not noted else []
    match statement.quantity:
        case "all_passed" if statement.low == SO and not noted:
            terms = [Compare("failures", "==", 0), *_wholes(phrase)]
        case "outcome" if statement.outcome == "passed" and "M" in phrase.codes:
            terms = [] if noted is None else [Call("cleared", (*phrase.names, *noted))]
        case "outcome" if statement.outcome in ("passed", "not failed"):
            terms = [Call("passing", (*phrase.names, *(noted or ())))]
        case "only_failing" if re.search("[FEJP]", phrase.codes):
            terms = [Call("remaining", phrase.names)]
        case "failed" if "J" in phrase.codes and statement.high < inf:
            terms = _remaining(phrase, note)
        case "still" if re.search("[MP]", phrase.codes) and "Q" not in phrase.codes:
            terms = _cleared(phrase, noted or ("all",))
        case "cleared" if noted:
            terms = _cleared(phrase, noted)
        case "cleared":
            terms = [Compare("cleared", ">=", ceil(statement.low))] if statement.low else []
        case "change" | "finished":
            terms = of_change(statement)
        case _ if statement.quantity in _METRICS and (is_list or _is_bound(phrase)):
            terms = [*_bounds(phrase), *_wholes(phrase)]
    return terms


def _remaining(phrase: _Phrase, note: str) -> list[Term]:
    """The failures that may be left: so many or fewer, or just as many as "exactly 3 failures
    remain" and "between 1 and 3 are left" say."""
    statement = phrase.statement
    left = _names_alone(_ASIDE.sub("", note)) or ()
    if phrase.sign == "=" or 0 < statement.low < statement.high:
        return [*_bounds(phrase), *([Call("remaining", left)] if left else [])]
    return [Call("remaining", left, (("count", f"{floor(statement.high)}"),))]


def _files(statement: Statement) -> tuple[str, ...]:
    """The files of tests that a statement is about: all of its parts, or none."""
    is_all = bool(statement.subject) and all(_FILE.fullmatch(path) for path in statement.subject)
    return statement.subject if is_all else ()


def _is_bound(phrase: _Phrase) -> bool:
    """Whether a figure is a bound, or is clearly not one: zero, all, an exit code."""
    statement = phrase.statement
    is_zero = statement.high == 0 or statement.quantity == "exit_code" or phrase.sign == "="
    is_whole = (
        statement.of == (statement.low, statement.high)
        or "L" in phrase.codes
        or phrase.words.startswith("100")
    )
    is_of_something = statement.quantity != "collected" or "L" in phrase.codes  # not "24 tests"
    return is_of_something and (statement.low != statement.high or is_zero or is_whole)


def _cleared(phrase: _Phrase, clusters: tuple[str, ...]) -> list[Term]:
    """That clusters, or all failures of the baseline, are cleared, and how many tests they are."""
    sizes = [f"{token.low:.0f}" for token in phrase.tokens if token.code == "N"]
    sizes += ["2"] if "both" in phrase.words else []
    if phrase.statement.low != phrase.statement.high or len(sizes) > 1:
        return []
    return [Call("cleared", clusters, tuple(("count", size) for size in sizes))]


def _wholes(phrase: _Phrase) -> Iterator[Term]:
    """That there are as many tests as a share is said to be of: ``22 of 24``, ``all 24``."""
    behind = (b for a, b in pairwise(phrase.tokens) if a.code in "gA" and b.code == "N")
    of = phrase.statement.of
    sizes = {*(token.low for token in behind), *(of[:1] if of and phrase.codes != "change" else ())}
    return (Compare("collected", "==", size) for size in sizes)


def _bounds(phrase: _Phrase) -> Iterator[Term]:
    """The bounds that a statement sets."""
    statement = phrase.statement
    metric, unit = _METRICS[statement.quantity]
    if metric == "failures" and "failed" in phrase.words:
        metric = "failed"
    elif metric.endswith("rate"):
        of = _RATE_OF.search(phrase.clause)
        known = _RATES.get(of["of"] if of else "", "")
        if metric == "failure_rate":
            known = metric if known == "rate" else known.replace("passed", "failures")
        metric = known
    if written := _UNIT.search(next((t.text for t in phrase.tokens if t.code in "tm"), "")):
        unit = _UNITS.get(written[0], written[0])
    low, high = (
        round(value / UNITS.get(unit, 1), 3) + 0.0 for value in (statement.low, statement.high)
    )
    if not metric or unit not in UNITS:
        return
    if statement.low > statement.high:
        yield Compare(metric, "<", high, unit)  # "failures < 0", which nothing can be
    elif low == high:
        yield Compare(metric, "==", low, unit)
    elif metric == "exit_code" and (low, high) == (1.0, inf):
        yield Compare(metric, "!=", 0)
    else:
        if low > 0 or high == inf:
            yield Compare(metric, ">" if phrase.sign == ">" else ">=", low, unit)
        if high < inf:
            yield Compare(metric, "<" if phrase.sign == "<" else "<=", high, unit)


def margins(match: re.Match[str] | None, timeout: float | None) -> list[Term]:
    """What ``MARGIN`` found: a share of the timeout that is said there, else of ``timeout``."""
    if match is None:
        return []
    sign = _SIGNS.get(match["sign"].lower(), match["sign"])
    if match["of"]:
        timeout = float(match["of"]) * UNITS[match["unit"].lower()]
    if not timeout or sign in "~=":
        return []
    return [Compare("margin", sign, float(match["value"]), "%", timeout)]
