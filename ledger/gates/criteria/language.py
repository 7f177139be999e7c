"""Checks: what a criterion asks for, in code form.

    check  = term { "and" term }
    term   = metric op number [unit] | name "(" [arg { "," arg }] ")"
    arg    = [key "="] ( word | '"' text '"' )

Prose is put into the same form before it is judged, so whatever prose can say a check can say.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ledger.errors import UsageError

METRICS: Final[dict[str, str]] = {
    "collected": "tests collected",
    "cases": "test cases recorded",
    "executed": "tests that ran",
    "passed": "tests passed",
    "failed": "tests failed",
    "errors": "tests with errors",
    "failures": "tests that failed or had errors",
    "skipped": "tests skipped",
    "xfailed": "tests that failed as expected",
    "xpassed": "tests that passed unexpectedly",
    "rerun": "tries beyond the first",
    "rate": "pass rate of a denominator that is not named",
    "passed/collected": "pass rate of the tests collected",
    "passed/cases": "pass rate of the test cases recorded",
    "passed/executed": "pass rate of the tests that ran",
    "runtime": "seconds that the run took",
    "margin": "share of the timeout that was left",
    "memory": "peak memory in bytes",
    "exit_code": "exit code",
    "cleared": "tests that failed in the baseline and passed",
    "new_failures": "tests that fail and did not in the baseline",
    "not_run": "tests that failed in the baseline and did not run",
}
CALLS: Final[dict[str, str]] = {
    "cleared": "each test of these clusters failed in the baseline, ran and passed",
    "passing": "each of these tests ran and passed",
    "remaining": "no other tests fail than those of these clusters",
    "passes": "the commands captured in these folders exited with 0",
    "captured": "these folders hold files",
    "exists": "these files are there and are not empty",
    "says": "a document has these words in one section",
    "contains": "a file has this text",
    "logged": "an attempt of the ledger has these words",
    "recorded": "an attempt of the ledger cites files in each of these folders",
    "decided": "the ledger says which of these options was decided for",
    "complete": "all exit criteria of these sprints are met",
}
UNITS: Final[dict[str, float]] = {
    "": 1,
    "%": 1,
    "ms": 0.001,
    "s": 1,
    "min": 60,
    "h": 3600,
    "B": 1,
    "kB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}
_SIGNS: Final = {"\u2264": "<=", "\u2265": ">=", "=": "==", "\u2260": "!="}
_COMPARE: Final = re.compile(
    r"(?P<metric>[a-z_]+(?:/[a-z]+)?)[ \t]*(?:\((?P<of>\d+(?:\.\d+)?)[ \t]*s?\)[ \t]*)?"
    r"(?P<op><=|>=|==|!=|[<>=\u2264\u2265\u2260])[ \t]*(?P<value>\d{1,15}(?:\.\d{1,9})?)[ \t]*"
    r"(?P<unit>%|(?!(?:and|or)\b)[A-Za-z]{1,3})?(?![\w.])"
)
_CALL: Final = re.compile(r"(?P<name>[a-z_]+)[ \t]*\(")
_ARG: Final = re.compile(
    r"[ \t]*(?:(?P<key>[a-z_]+)=)?(?:\"(?P<quoted>[^\"]*)\"|(?P<word>[^\s,()\"]+))"
    r"[ \t]*(?P<end>[,)])"
)
_EMPTY: Final = re.compile(r"[ \t]*\)")
_AND: Final = re.compile(r"[ \t]+and[ \t]+")


class Compare(NamedTuple):
    """A metric against a value, in the metric's own unit. ``of`` is the timeout in seconds that
    a margin is of."""

    metric: str
    op: str
    value: float
    unit: str = ""
    of: float | None = None


class Call(NamedTuple):
    """A named check with its arguments. ``options`` are those that have a key."""

    name: str
    args: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def option(self, key: str) -> str | None:
        """What stands behind ``key=``; None where it does not stand there."""
        return dict(self.options).get(key)


Term = Compare | Call


class Check(NamedTuple):
    """Terms of which each must hold."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        """The check in code form; ``parse`` reads it back."""
        return " and ".join(map(_written, self.terms))


def parse(code: str) -> Check:
    """Read a check. Raises UsageError, saying where it stopped making sense."""
    terms: list[Term] = []
    at = 0
    code = code.strip()
    while True:
        term, at = _term(code, at)
        terms.append(term)
        if at == len(code):
            return Check(tuple(terms))
        joined = _AND.match(code, at)
        if not joined:
            raise _wrong(code, at, "expected 'and' or the end")
        at = joined.end()


def _term(code: str, at: int) -> tuple[Term, int]:
    compare = _COMPARE.match(code, at)
    if compare:
        return _compare(compare), compare.end()
    call = _CALL.match(code, at)
    if not call:
        raise _wrong(code, at, "expected a comparison or a named check")
    if call["name"] not in CALLS:
        raise _wrong(code, at, f"no check {call['name']!r}: there are {', '.join(CALLS)}")
    args: list[str] = []
    options: list[tuple[str, str]] = []
    at = call.end()
    if empty := _EMPTY.match(code, at):
        return Call(call["name"]), empty.end()
    while arg := _ARG.match(code, at):
        said = arg["word"] if arg["quoted"] is None else arg["quoted"]
        if arg["key"]:
            options.append((arg["key"], said))
        else:
            args.append(said)
        at = arg.end()
        if arg["end"] == ")":
            return Call(call["name"], tuple(args), tuple(options)), at
    raise _wrong(code, at, "expected a word or quoted text, then ',' or ')'")


def _compare(found: re.Match[str]) -> Compare:
    metric, unit = found["metric"], found["unit"] or ""
    if metric not in METRICS:
        raise _wrong(
            found.string, found.start(), f"no metric {metric!r}: there are {', '.join(METRICS)}"
        )
    if unit not in UNITS:
        raise _wrong(
            found.string, found.start("unit"), f"no unit {unit!r}: there are {' '.join(UNITS)}"
        )
    if metric == "margin" and not found["of"]:
        raise _wrong(found.string, found.start(), "a margin is of a timeout: margin(3600s)")
    return Compare(
        metric,
        _SIGNS.get(found["op"], found["op"]),
        float(found["value"]),
        unit,
        float(found["of"]) if found["of"] else None,
    )


def _wrong(code: str, at: int, why: str) -> UsageError:
    return UsageError(
        "bad-check", f"check {code!r}: {why} at {code[at : at + 30]!r}", "see `ledger gate --help`"
    )


def _written(term: Term) -> str:
    if isinstance(term, Compare):
        of = f"({term.of:g}s)" if term.of is not None else ""
        return f"{term.metric}{of} {term.op} {term.value:.15g}{term.unit}"
    said = [_quoted(arg) for arg in term.args]
    said += [f"{key}={_quoted(value)}" for key, value in term.options]
    return f"{term.name}({', '.join(said)})"


def _quoted(said: str) -> str:
    is_word = bool(said) and not re.search(r"[\s,()\"=]", said)
    return said if is_word else '"' + said.replace('"', "'") + '"'
