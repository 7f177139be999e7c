"""What prose says of tests, counts, rates and times, in code form."""

from __future__ import annotations

import re
from typing import Final

from ledger.gates.criteria.language import Call, Compare, Term
from ledger.gates.criteria.saying import Said

_NAME: Final = re.compile(
    r"\b(?:CLUSTER-)?(?P<name>[A-Z][A-Z0-9]{0,30}-\d{1,6})\b(?![\]-])(?:[ \t]?"
    r"[x\u00d7](?P<times>\d{1,3})\b)?"
)
_TEST: Final = re.compile(
    r"(?:[\w./-]{1,200}\.py::)?(?:\w{1,100}::){0,3}test_\w{1,150}(?:\[[^\]\s]{1,100}\])?"
)
_COUNT_CLEARED: Final = re.compile(
    r"(?P<count>\d{1,6}) (?:failures?|failing tests?|tests?|blockers?) (?:are |is )?"
    r"(?:cleared|fixed|resolved|passing now|pass(?:es)? now)\b",
    re.IGNORECASE,
)
_CLEARED: Final = re.compile(r"\b(?:cleared|fixed|resolved)\b", re.IGNORECASE)
_PASSES: Final = re.compile(r"\b(?:pass|passes|passing|green|succeeds?)\b", re.IGNORECASE)
_REMAINING: Final = re.compile(
    r"(?:(?P<count>\d{1,6}|no|zero) )(?:known )?(?:failures?|failing tests?) "
    r"(?:is |are )?(?:remaining|remains?|left)\b",
    re.IGNORECASE,
)
_NO_NEW: Final = re.compile(r"\b(?:no|0|zero) (?:new failures?|regressions?)\b", re.IGNORECASE)
_OP: Final = (
    r"(?P<op><=|>=|[<>=\u2264\u2265]|at least|at most|no more than|no fewer than|under|below|"
    r"less than|fewer than|"
    r"more than|over|above|exceeds|within|exactly)"
)
_NUMBER: Final = r"~?(?P<value>\d{1,12}(?:\.\d{1,6})?)"
_RATE: Final = re.compile(
    rf"\bpass(?:ing)? ?rate (?:is |of |stays )?{_OP} ?{_NUMBER} ?%(?: of (?:the |all )?"
    rf"(?P<of>\w+))?",
    re.IGNORECASE,
)
_RATE_OF: Final = re.compile(
    rf"{_OP} ?{_NUMBER} ?%(?: of (?:the |all )?(?P<of>\w+))?(?: tests)? pass(?:es|ing|ed)?\b",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    rf"\b(?:runtime|run time|duration|wall[- ]?(?:clock )?time|elapsed(?: time)?) (?:is |of |"
    rf"stays )?{_OP} ?"
    rf"{_NUMBER} ?(?P<unit>ms|s|sec(?:onds)?|min(?:utes)?|h(?:ours?)?)\b",
    re.IGNORECASE,
)
_MARGIN: Final = re.compile(
    rf"\bmargin (?:is |of |stays )?{_OP} ?{_NUMBER} ?%(?: (?:of|below|under) (?:the )?"
    rf"(?P<of>\d{{1,9}}) ?s)?",
    re.IGNORECASE,
)
_MEMORY: Final = re.compile(
    rf"\b(?:peak (?:memory|rss)|memory) (?:is |of |stays )?{_OP} ?{_NUMBER} ?(?P<unit>[kKMG]i?B)\b"
)
_METRIC: Final = re.compile(
    rf"\b(?P<metric>failures|failed|errors|skipped|passed|collected|exit code) (?:is |"
    rf"are )?{_OP} ?{_NUMBER}\b",
    re.IGNORECASE,
)
_BOUND: Final = re.compile(
    rf"{_OP} ?{_NUMBER} (?:tests? )?(?P<metric>failures?|failed|errors?|skipped|passed|"
    rf"collected)\b",
    re.IGNORECASE,
)
_NONE_FAIL: Final = re.compile(r"\A(?:no|0|zero) (?:test )?(?:failures?|errors?)\b", re.IGNORECASE)
_ALL_PASS: Final = re.compile(
    r"\b(?:all tests|full suite|test suite|whole suite)\b.{0,100}\bpass", re.IGNORECASE
)
_EXIT: Final = re.compile(
    r"\bexit(?:s with)?(?: code)? (?:is |of |= ?)?(?P<value>\d{1,3})\b", re.IGNORECASE
)
TARGETED: Final = re.compile(
    r"\b(?:targeted|validation)\b[^.]{0,60}\b(?:pass|passing|passes|green|succeed)\b", re.IGNORECASE
)
_ROMAN: Final = {"no": 0, "zero": 0}
_OPS: Final = {
    "at least": ">=", "no fewer than": ">=", "at most": "<=", "no more than": "<=", "within": "<=",
    "under": "<", "below": "<", "less than": "<", "fewer than": "<", "more than": ">", "over": ">",
    "above": ">", "exceeds": ">", "exactly": "==", "=": "==", "\u2264": "<=", "\u2265": ">=",
}  # fmt: skip
_OF: Final = {
    "collected": "collected", "executed": "executed", "ran": "executed", "run": "executed",
    "cases": "cases", "recorded": "cases",
}  # fmt: skip


def _names(said: str) -> list[str]:
    """The clusters and tests that a text names, those with a number of tests as ``NAME:2``."""
    found = [
        f"{one['name']}:{one['times']}" if one["times"] else one["name"]
        for one in _NAME.finditer(said)
    ]
    return found + [one[0] for one in _TEST.finditer(said)]


def _counted(count: str) -> str:
    return str(_ROMAN.get(count.lower(), count))


def cleared(said: Said) -> list[Term]:
    """Tests or clusters that are cleared, or pass."""
    whole = f"{said.text} ({said.note})" if said.note else said.text
    counted = _COUNT_CLEARED.search(said.text)
    names = _names(whole)
    if counted:
        count = counted["count"]
        if not names:
            return [Compare("cleared", ">=", float(count))]
        return [Call("cleared", tuple(names), (("count", count),))]
    if names and _CLEARED.search(said.text):
        return [Call("cleared", tuple(names))]
    tests = [one[0] for one in _TEST.finditer(said.text)]
    if tests and _PASSES.search(said.text) and not TARGETED.search(said.text):
        return [Call("passing", tuple(tests))]
    return []


def remaining(said: Said) -> list[Term]:
    """How many failures are left, and which."""
    if found := _REMAINING.search(said.text):
        names = _names(said.note.partition(",")[0] or said.text)
        return [Call("remaining", tuple(names), (("count", _counted(found["count"])),))]
    if _NO_NEW.search(said.text):
        return [Compare("new_failures", "==", 0)]
    if _NONE_FAIL.search(said.text) or _ALL_PASS.search(said.text):
        return [Compare("failures", "==", 0)]
    return []


def _op(found: re.Match[str]) -> str:
    said = found["op"].lower()
    return _OPS.get(said, said)


def thresholds(said: Said) -> list[Term]:
    """Every bound that the text sets."""
    terms: list[Term] = []
    text = said.text
    if found := _RATE.search(text) or _RATE_OF.search(text):
        of = _OF.get((found["of"] or "").lower())
        terms.append(
            Compare(f"passed/{of}" if of else "rate", _op(found), float(found["value"]), "%")
        )
    if found := _TIME.search(text):
        unit = found["unit"].lower()
        unit = "ms" if unit == "ms" else "min" if unit[0] == "m" else unit[0]
        terms.append(Compare("runtime", _op(found), float(found["value"]), unit))
    if found := _MARGIN.search(text):
        totals = said.brief.totals if said.brief else None
        of_s = float(found["of"]) if found["of"] else totals.timeout_s if totals else None
        if of_s:
            terms.append(Compare("margin", _op(found), float(found["value"]), "%", of_s))
    if found := _MEMORY.search(text):
        terms.append(
            Compare("memory", _op(found), float(found["value"]), found["unit"].replace("KB", "kB"))
        )
    if terms:
        return terms
    if found := _METRIC.search(text) or _BOUND.search(text):
        metric = found["metric"].lower().replace("exit code", "exit_code")
        metric = {"failure": "failures", "error": "errors"}.get(metric, metric)
        return [Compare(metric, _op(found), float(found["value"]))]
    return []


def exits(said: Said) -> list[Term]:
    """An exit code by itself."""
    found = _EXIT.search(said.text)
    return [Compare("exit_code", "==", float(found["value"]))] if found else []
