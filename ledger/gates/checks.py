"""Checks: what a criterion asks for, in code form.

    check  = term { "and" term }
    term   = metric op number [unit] | name "(" [arg { "," arg }] ")"
    arg    = [key "="] ( word | '"' text '"' )

Prose is put into the same form before it is judged, so whatever prose can say a check can say.
Where a check asks for WORDS, it asks for all of them that carry meaning, in any order.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple

from ledger.errors import UsageError

_LIST: Final = "`ledger explain LED607` has examples"
# What each stands for is in docs/reference/checks.md.
METRICS: Final = (
    "collected", "cases", "executed", "passed", "failed", "errors", "failures", "skipped",
    "xfailed", "xpassed", "rerun", "rate", "passed/collected", "passed/cases", "passed/executed",
    "runtime", "margin", "memory", "exit_code", "cleared", "new_failures", "not_run",
    "not_passed", "failure_rate", "failures/collected", "failures/cases", "failures/executed",
    "timeouts", "flaky", "newly_skipped", "faster", "slower", "more_passed", "fewer_passed",
    "more_failures", "fewer_failures", "more_errors", "fewer_errors", "more_skipped",
    "fewer_skipped", "more_collected", "fewer_collected", "more_executed", "fewer_executed",
)  # fmt: skip
CALLS: Final = (
    "cleared", "passing", "remaining", "passes", "validated", "captured", "exists", "lists",
    "says", "contains", "logged", "recorded", "decided", "complete", "tasks", "finished", "green",
)  # fmt: skip
UNITS: Final[dict[str, float]] = {
    "": 1, "%": 1, "ms": 0.001, "s": 1, "min": 60, "h": 3600, "B": 1, "kB": 1000, "MB": 1000**2,
    "GB": 1000**3, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3,
}  # fmt: skip
_SIGNS: Final = {"\u2264": "<=", "\u2265": ">=", "=": "==", "\u2260": "!="}
# e.g. "passed/collected >= 79%", "margin(3600s) >= 50 %"
_COMPARE: Final = re.compile(
    r"(?P<metric>[a-z_]+(?:/[a-z]+)?)[ \t]*(?:\((?P<of>\d+(?:\.\d+)?)[ \t]*s?\)[ \t]*)?"
    r"(?P<op><=|>=|==|!=|[<>=\u2264\u2265\u2260])[ \t]*(?P<value>\d{1,15}(?:\.\d{1,9})?)[ \t]*"
    r"(?P<unit>%|(?!(?:and|or)\b)[A-Za-z]{1,3})?(?![\w.])"
)
_CALL: Final = re.compile(r"(?P<name>[a-z_]+)[ \t]*\(")
# e.g. ' "two words",', "count=2)"
_ARG: Final = re.compile(
    r"[ \t]*(?:(?P<key>[a-z_]+)=)?(?:\"(?P<quoted>[^\"]*)\"|(?P<word>[^\s,()\"]+))"
    r"[ \t]*(?P<end>[,)])"
)
_NO_ARGS: Final = re.compile(r"[ \t]*\)")
_AND: Final = re.compile(r"[ \t]+and[ \t]+")
_WORD: Final = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")
_FILLERS: Final = frozenset(
    "a an and are as at be been by for from has have in into is it its of on or that the their "
    "this to was were will with all any each every new".split()
)


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
        """What is behind ``key=``; None where it is not there."""
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
        raise _wrong(code, at, f"no check {call['name']!r}", f"there are {', '.join(CALLS)}")
    at = call.end()
    if empty := _NO_ARGS.match(code, at):
        return Call(call["name"]), empty.end()
    args: list[str] = []
    options: list[tuple[str, str]] = []
    while arg := _ARG.match(code, at):
        value = arg["word"] if arg["quoted"] is None else arg["quoted"]
        if arg["key"]:
            options.append((arg["key"], value))
        else:
            args.append(value)
        at = arg.end()
        if arg["end"] == ")":
            return Call(call["name"], tuple(args), tuple(options)), at
    raise _wrong(code, at, "expected a word or quoted text, then ',' or ')'")


def _compare(match: re.Match[str]) -> Compare:
    code, metric, unit = match.string, match["metric"], match["unit"] or ""
    if metric not in METRICS:
        near = get_close_matches(metric, METRICS)
        known = f"the nearest are {', '.join(near)}" if near else _LIST
        raise _wrong(code, match.start(), f"no metric {metric!r}", known)
    if unit not in UNITS:
        raise _wrong(code, match.start("unit"), f"no unit {unit!r}: there are {' '.join(UNITS)}")
    if metric == "margin" and not match["of"]:
        raise _wrong(code, match.start(), "a margin is of a timeout: margin(3600s)")
    return Compare(
        metric=metric,
        op=_SIGNS.get(match["op"], match["op"]),
        value=float(match["value"]),
        unit=unit,
        of=float(match["of"]) if match["of"] else None,
    )


def _wrong(code: str, at: int, why: str, hint: str = _LIST) -> UsageError:
    return UsageError("bad-check", f"check {code!r}: {why} at {code[at : at + 30]!r}", hint)


def _written(term: Term) -> str:
    if isinstance(term, Compare):
        of = f"({term.of:g}s)" if term.of is not None else ""
        return f"{term.metric}{of} {term.op} {term.value:.15g}{term.unit}"
    arguments = [_quoted(arg) for arg in term.args]
    arguments += [f"{key}={_quoted(value)}" for key, value in term.options]
    return f"{term.name}({', '.join(arguments)})"


def _quoted(value: str) -> str:
    is_word = bool(value) and not re.search(r"[\s,()\"=]", value)
    return value if is_word else '"' + value.replace('"', "'") + '"'


# Words


def words_of(text: str) -> tuple[str, ...]:
    """The words of ``text`` that carry meaning, each once, without the endings of plurals."""
    words = (_stem(word) for word in _WORD.findall(text.lower()) if word not in _FILLERS)
    return tuple(dict.fromkeys(words))


def has_words(text: str, words: Sequence[str]) -> bool:
    """Whether every one of ``words`` is in ``text``."""
    return bool(words) and {*words} <= {*words_of(text)}


def line_with(words: Sequence[str], lines: Sequence[str]) -> int:
    """The first of the lines that have the most of ``words``, from 0."""
    wanted = {*words}
    counts = [len(wanted & {*words_of(line)}) for line in lines]
    return counts.index(max(counts)) if counts else 0


def _stem(word: str) -> str:
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if is_plural else word
