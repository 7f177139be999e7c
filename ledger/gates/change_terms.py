"""What a criterion demands of how a run differs from the baseline, and of its time, as terms: "No
fewer tests pass than before". What reports say of it (``change`` of ``ledger.plan.statements``) is
in ``run_terms``; here are the forms that only demands have.
"""

import re
from math import floor
from typing import Final

from ledger.gates.checks import UNITS, Call, Compare, Term
from ledger.plan.statements.lexicon import BOUNDS, NUMBERS
from ledger.plan.statements.model import Statement

_COUNTS: Final = {"passed": "passed", "failed": "failures", "failing": "failures"}
_COUNTED: Final = ("passed", "failures", "errors", "skipped", "collected", "executed")
"""What changes are counted of: each has a metric ``more_...`` and one ``fewer_...``."""

# "The number of passing tests", "Skips", "Runtime", "The suite's failure count"
_WHAT: Final = (
    r"(?:the )?(?:(?:total |overall )?(?:number|count) of )?(?:(?:additional|new) )?"
    r"(?:(?P<time>(?:total |overall |test |suite )*(?:run ?time|duration|time|suite|run))"
    r"|(?P<passed>pass(?:ing|ed)(?: tests?)?|passes)"
    r"|(?P<failures>fail(?:ing|ed)(?: tests?)?|failures?)"
    r"|(?P<skipped>skipped(?: tests?)?|skips)"
    r"|(?P<errors>errors?)|(?P<collected>collected(?: tests?)?|tests)|(?P<none>nothing))"
    r"(?: count| total| time)?"
)
_NOT: Final = r"(?:(?:do|does|must|may|should|shall|will|can|is|are)(?: ?not|n['\u2019]t)|never)"
_UP: Final = (
    r"(?:grows?|increases?|rises?|go(?:es)? up|worsens?|get(?:s)? (?:worse|longer|slower)|longer"
    r"|slower|higher|more)"
)
_DOWN: Final = (
    r"(?:falls?|drops?|decreases?|shrinks?|declines?|go(?:es)? down|improves?|is cut|is reduced"
    r"|get(?:s)? (?:faster|shorter)|faster|shorter|lower|fewer|less)"
)
_SIGN: Final = "|".join(map(re.escape, sorted(BOUNDS, key=len, reverse=True)))
_NUMBER: Final = rf"(?:\d{{1,9}}(?:\.\d{{1,6}})?|{'|'.join(NUMBERS)})"
_BY: Final = (
    rf"(?: by (?:(?P<sign>{_SIGN}|[<>\u2264\u2265]=?) ?)?(?P<number>{_NUMBER})"
    r" ?(?P<unit>%|percent|ms|s(?:ec(?:ond)?s?)?|min(?:ute)?s?|h(?:our)?s?)?(?: tests?)?"
    r"(?P<behind> or (?:more|less|fewer))?)?"
)
_THAN: Final = (
    r"(?:,? (?:than|over|from|since|against|vs[.]?|versus|compared (?:to|with)|relative to|of|in)"
    r"(?: (?:in|at|on|it was))?(?: the)? (?:baseline|before|(?:last|previous|earlier) run)"
    r"(?: run)?)?"
)
# e.g. "Runtime does not grow by more than 10 %", "Passing tests increase by at least 5"
_MOVES: Final = re.compile(
    rf"{_WHAT} (?P<not>{_NOT} )?(?:be )?(?:(?P<up>{_UP})|(?P<down>{_DOWN})){_BY}{_THAN}\Z",
    re.IGNORECASE,
)
# "No more failures than in the baseline", "No fewer tests pass than before", "No additional skips"
_NO_MORE: Final = re.compile(
    r"no (?:(?P<up>more|additional|extra|further)|(?P<down>fewer|less)) (?:tests? )?(?:are )?"
    r"(?:(?P<failures>failures?|fail(?:s|ed|ing)?)|(?P<skipped>skips?|skipped)|(?P<errors>errors?)"
    rf"|(?P<passed>pass(?:es|ed|ing)?)){_THAN}\Z",
    re.IGNORECASE,
)
# Whole texts that always demand the same, by what they demand
_FIXED: Final[dict[Term, str]] = {
    # "No test is newly skipped", "No new skips"
    Compare("newly_skipped", "==", 0): (
        r"no (?:tests? (?:is|are|gets?) newly skipped|new(?:ly)? (?:skips|skipped tests?))"
    ),
    # "All existing passing tests remain passing", "Currently green tests stay green"
    Compare("new_failures", "==", 0): (
        r"(?:all )?(?:the )?(?:(?:existing|currently|previously|already) ){0,2}"
        r"(?:passing|green) tests (?:(?:must|should|shall|will|still|continue to|keep) )*"
        r"(?:remain|stay|pass|passing|are|be)(?: (?:still |all )?(?:passing|green))?"
    ),
    # "No test times out"
    Compare("timeouts", "==", 0): (
        r"no (?:single )?(?:tests?|test cases?) (?:may |must |should )?"
        r"(?:times? out|hits? (?:the|its|a) time(?:out| limit))"
    ),
    # "The run must not time out"
    Call("finished"): (
        r"(?:the )?(?:full |whole |test )*(?:suite|run) "
        r"(?:(?:must|may|should|does) not|never) times? out"
    ),
    # "The suite takes no longer than before", "The run is at least as fast as the baseline"
    Compare("slower", "<=", 0, "s"): (
        r"(?:the )?(?:full |whole |test )*(?:suite|run|it) (?:takes|is|runs|must be|should be) "
        r"(?:(?:no|not) (?:longer|slower) than|at least as fast as|as fast as) (?:it was )?"
        r"(?:in )?(?:the )?(?:before|baseline|(?:last|previous|earlier) run)(?: run)?"
    ),
}
_NEGATED: Final = {">": "<=", ">=": "<"}
_UNITS: Final = {"": "", "%": "%", "p": "%", "ms": "ms", "s": "s", "m": "min", "h": "h"}


def demanded(text: str) -> list[Term]:
    """What the whole text demands of a change; none where it demands something else."""
    words = " ".join(text.split()).rstrip(". ")
    for term, pattern in _FIXED.items():
        if re.fullmatch(pattern, words, re.IGNORECASE):
            return [term]
    if match := _NO_MORE.match(words):
        way = "more" if match["up"] else "fewer"
        is_bare = not re.search("baseline|before|run", words, re.IGNORECASE)
        if is_bare and not match["skipped"]:
            return []  # "No further failures" is no failure at all, or no other
        return [Compare(f"{way}_{_kind(match)}", "<=", 0)]
    match = _MOVES.match(words)
    return _moved(match) if match else []


def _moved(match: re.Match[str]) -> list[Term]:
    is_time, unit = bool(match["time"]), match["unit"] or ""
    unit = _UNITS[unit if unit.lower() == "ms" else unit[:1].lower()]
    # A count has no unit, and a suite does not grow in seconds.
    if match["none"] or (unit and not is_time) or (match["number"] and is_time and not unit):
        return []
    improved = (match["down"] or "").lower().startswith("improve")
    if improved and not is_time and not (match["failures"] or match["errors"]):
        return []
    way = ("faster" if match["down"] else "slower") if is_time else ""
    metric = way or f"{'more' if match['up'] else 'fewer'}_{_kind(match)}"
    sign, value = _bound(match)
    if match["not"]:
        if sign not in _NEGATED:
            return []
        sign = _NEGATED[sign]
    return [Compare(metric, sign, value, unit or ("s" if is_time else ""))]


def _kind(match: re.Match[str]) -> str:
    return next(name for name in _COUNTED if match.groupdict().get(name))


def _bound(match: re.Match[str]) -> tuple[str, float]:
    """The sign and the value of an amount: of none, more than nothing."""
    written = match["number"]
    if not written:
        return ">", 0.0
    value = float(NUMBERS.get(written.lower(), 0) if written[0].isalpha() else written)
    sign = (match["sign"] or "").lower()
    sign = {"\u2264": "<=", "\u2265": ">="}.get(sign, BOUNDS.get(sign, sign))
    if match["behind"]:
        return (">=" if match["behind"].lower().endswith("more") else "<="), value
    return sign or ">=", value


def of_change(statement: Statement) -> list[Term]:
    """The terms of a change that a report mentions ("3 fewer failures than before"), and of the end
    that a run comes to ("runs to completion")."""
    if statement.quantity == "finished":
        return [Call("finished")] if statement.low else []
    if statement.outcome == "failed" and statement.of and statement.high < 0:
        fewer = -floor(statement.high)
        return [Compare("failures", "<=", statement.of[0] - fewer), Compare("cleared", ">=", fewer)]
    what = _COUNTS.get(statement.outcome, statement.outcome)
    if what in ("duration", "duration %"):
        if statement.high > 0:
            return []
        unit = "%" if what.endswith("%") else "s"
        return [_least("faster", -statement.high, unit)]
    if what not in _COUNTED:
        return []
    if statement.high <= 0:
        return [_least(f"fewer_{what}", -statement.high, "")]
    if statement.low > 0:
        return [_least(f"more_{what}", statement.low, "")]
    return [Compare(f"more_{what}", "<=", round(statement.high, 3))] if statement.low == 0 else []


def _least(metric: str, value: float, unit: str) -> Compare:
    """At least so much; more than nothing where it is next to nothing."""
    is_any = value < 1e-3
    size = UNITS[unit] if not is_any else 1
    return Compare(metric, ">" if is_any else ">=", 0.0 if is_any else round(value / size, 3), unit)
