"""Checks of the file itself: can it be read, what do the rules find, is what it cites there, and
does its archive agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ledger.commands.doctor.check import Check, Problem
from ledger.config import Config
from ledger.plan import reader
from ledger.plan.model import Ledger
from ledger.rules import places
from ledger.rules.model import Finding

_UNREAD: Final = "LED103"
_CITED: Final = {
    "LED403": "what is missing",
    "LED404": "what git ignores",
    "LED405": "what is not committed",
    "LED406": "what lies outside the repository",
}
_MOST_LINES: Final = 6
_MOST_CODES: Final = 6


def ledger(read: Ledger, found: Config, findings: Sequence[Finding]) -> Check:
    """Whether all of it could be read."""
    tries = sum(1 for _ in places.attempts(read))
    tasks = sum(len(item.actions) for item in read.items)
    lines = read.text.count(b"\n") + (not read.text.endswith(b"\n"))
    why = "; ".join(reader.recognise(read.text, found.own).reasons)
    said = (
        f"{found.ledger_path}, {_number(lines)} lines: {counted(len(read.items), 'item')}, "
        f"{counted(tries, 'attempt')}, {counted(tasks, 'action')}; dialect: {why}"
    )
    problems = []
    if not read.items:
        means = "Commands that take an item have nothing to work with."
        mend = "ledger init --ledger new.md --dry-run # shows how one is written"
        problems.append(Problem("no items were recognised in it", means, mend))
    unread = [one.line for one in findings if one.code == _UNREAD]
    if unread:
        problems.append(
            Problem(
                f"{counted(len(unread), 'line')} meant for an entry could not be read: "
                f"{_listed(unread)}",
                "Such lines stay in the file and count nowhere.",
                "ledger validate # says what is wrong with each",
            )
        )
    return Check("ledger", said, tuple(problems))


def findings(every: Sequence[Finding], fixes: int) -> Check:
    """What the rules find, but for what the other checks tell. ``fixes`` of it are safe."""
    told = [one for one in every if one.code != _UNREAD and one.code not in _CITED]
    errors = [one for one in told if one.severity == "error"]
    warnings = [one for one in told if one.severity == "warning"]
    if not told:
        return Check("findings", "none")
    said = [
        f"{counted(len(found), noun)} ({_by_code(found)})"
        for found, noun in ((errors, "error"), (warnings, "warning"))
        if found
    ]
    if len(every) > len(told):
        said.append(f"{_number(len(every) - len(told))} more told by the other areas")
    code = _codes(errors or warnings)[0][0]
    problem = Problem(
        ", ".join(said),
        "A commit is blocked only by errors that it brings in, not by those that are there.",
        f"ledger validate # lists them, and `ledger explain {code}` says more",
        is_bad=bool(errors),
    )
    if not fixes:
        return Check("findings", "", (problem,))
    safe = Problem(
        f"{counted(fixes, 'finding')} can be mended safely",
        "Nobody's words are changed by that.",
        "ledger doctor --fix # and with --dry-run it shows them",
        is_bad=False,
    )
    return Check("findings", "", (problem, safe))


def artifacts(read: Ledger, every: Sequence[Finding]) -> Check:
    """Whether what attempts cite is there, for everybody who clones the repository."""
    cited = [one for attempt in places.attempts(read) for one in places.artifacts(attempt)]
    counts = Counter(one.code for one in every if one.code in _CITED)
    if not counts:
        paths = sum(len(one.paths) for one in cited)
        said = f"{counted(paths, 'path')} cited, all of them in order" if paths else "none cited"
        return Check("artifacts", said)
    (count, first), *more = [(counts[code], _CITED[code]) for code in _CITED if counts[code]]
    names = f"{_number(count)} of these name{'s' if count == 1 else ''} {first}"
    said = ", ".join([names, *(f"{_number(other)} {what}" for other, what in more)])
    is_bad = bool(counts["LED403"] or counts["LED404"])
    means = "Who reads those attempts in another clone finds no evidence."
    if counts["LED404"]:
        means += " What git ignores, `git add --force` takes in."
    mend = "ledger links # lists them, each with its state"
    files = f"{counted(sum(1 for one in cited if one.paths), 'citation')} of files"
    return Check("artifacts", files, (Problem(said, means, mend, is_bad),))


def _by_code(found: Sequence[Finding]) -> str:
    """``LED106 10, LED201 2``, the most frequent first."""
    codes = _codes(found)
    kinds = ", ".join(f"{code} {count}" for code, count in codes[:_MOST_CODES])
    more = len(codes) - _MOST_CODES
    return f"{kinds} and {counted(more, 'more kind')}" if more > 0 else kinds


def _codes(found: Sequence[Finding]) -> list[tuple[str, int]]:
    return Counter(one.code for one in found).most_common()


def counted(count: int, noun: str) -> str:
    """``1 item``, ``1,200 items``."""
    return (
        f"{_number(count)} {noun}"
        if count == 1
        else f"{_number(count)} {noun}{'es' if noun.endswith('x') else 's'}"
    )


def _number(count: int) -> str:
    return f"{count:,}"


def _listed(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_MOST_LINES]))
    more = len(lines) - _MOST_LINES
    return f"{shown} and {more} more" if more > 0 else shown
