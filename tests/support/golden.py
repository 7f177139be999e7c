"""Golden cases of ``tests/data/reading`` and ``tests/data/append``: anyone can add to them.

A case is a heading of the second level and fenced blocks of five backticks, each with its kind.
In a block ``\\xE9`` is that byte and ``\\r`` a carriage return; ``\\`` at the end of the last
line takes the newline away.

- ``plan``: the fix plan.
- ``reads`` (reading): all that is read, as ``described`` says it.
- ``change`` (append): what to append, ``name = value``; names that come again make a list.
- ``becomes`` (append): the fix plan afterwards; ``refused`` instead of it: the error's code
  and message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.plan import words
from ledger.plan.model import Attempt, Change, Ledger, NewAttempt, Span
from tests.support.places import DATA

_PART = re.compile(
    r"^`{5}(?P<kind>\w+)\n(?P<body>.*?)^`{5}$ | ^\#\#\ (?P<title>[^\n]*)$",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BYTE = re.compile(rb"\\(?:x([0-9A-F]{2})|(r)|(\n\Z))")


@dataclass(frozen=True)
class Case:
    """One case; ``place`` is its file and line."""

    place: str
    title: str
    blocks: dict[str, str]

    def data(self, kind: str) -> bytes:
        """A block as bytes."""
        return _BYTE.sub(
            lambda match: bytes([int(match[1], 16)]) if match[1] else b"\r" if match[2] else b"",
            self.blocks[kind].encode(),
        )


def cases(folder: str) -> Iterator[Case]:
    """The cases of a folder, by file."""
    for file in sorted((DATA / folder).glob("*.md")):
        whole = file.read_text("utf-8")
        place, title = "", ""
        blocks: dict[str, str] = {}
        for found in _PART.finditer(whole + "## \n"):
            if found["kind"]:
                blocks[found["kind"]] = found["body"]
                continue
            if title:
                yield Case(place, title, blocks)
            line = whole.count("\n", 0, found.start()) + 1
            place, title, blocks = f"{folder}/{file.name}:{line}", found["title"], {}


def described(ledger: Ledger) -> str:
    """All that a ledger holds, a line for each thing; lines of the file are numbered from 1.
    Controls and bytes that are no UTF-8 are shown as Python writes them."""
    return "".join(f"{_ODD.sub(_shown, line)}\n" for line in _lines(ledger))


def _shown(match: re.Match[str]) -> str:
    return repr(match.group())[1:-1]


def _lines(ledger: Ledger) -> Iterator[str]:
    if ledger.last_updated:
        yield f"updated {_at(ledger.last_updated.span)}: {ledger.last_updated.value}"
    for row in ledger.index:
        yield f"index {_at(row.span)}: {row.id} | {row.title} | {row.priority_text} | {row.status}: {row.status_text}"
    for item in ledger.items:
        priority = f"{item.priority}: {item.priority_text}" if item.priority else "-"
        yield f"item {_at(item.span)}: {item.id} | {item.title} | {priority} | {item.status}: {item.status_text}"
        for attempt in item.attempts:
            yield f"  {_attempt(attempt)}"
        for action in item.actions:
            by = f" by #{action.attempt}" if action.attempt is not None else ""
            stamp = f" {action.stamp}" if action.stamp else ""
            number = "-" if action.number is None else action.number
            said = action.text.partition("\n")[0]
            yield f"  action {_at(action.span)}: {number} | {action.state}{by}{stamp} | {said}"
        for criterion in item.criteria:
            claim = {None: "-", True: "ticked", False: "open"}[criterion.ticked]
            yield f"  criterion {_at(criterion.span)}: {claim} | {criterion.text}"
    for attempt in ledger.loose:
        yield f"loose {_attempt(attempt)}"
    for unread in ledger.unread:
        yield f"unread {unread.line}: {unread.kind} | {unread.reason}"


def _attempt(attempt: Attempt) -> str:
    number = "-" if attempt.number is None else f"#{attempt.number}"
    when = " ".join(filter(None, (attempt.date, attempt.stamp))) or "-"
    place = f"{attempt.source} {_at(attempt.span)}"
    return f"{place}: {number} | {when} | {attempt.result}: {attempt.result_text}"


def _at(span: Span) -> str:
    return (
        f"{span.start_line}-{span.end_line}"
        if span.end_line > span.start_line
        else f"{span.start_line}"
    )


def change(case: Case, number: int) -> Change:
    """What a case asks to append, as attempt ``number``."""
    said: dict[str, list[str]] = {}
    for line in case.blocks["change"].splitlines():
        name, _, value = line.partition(" = ")
        said.setdefault(name, []).append(value)

    def one(name: str, otherwise: str = "") -> str:
        return said.pop(name, [otherwise])[0]

    spoken = one("result", "success")
    attempt = NewAttempt(
        number=number,
        date=one("date", "2025-11-03"),
        stamp=one("stamp") or None,
        moment=one("moment"),
        result=words.USUAL.result(spoken),
        words=spoken,
        summary=one("summary"),
        metrics=one("metrics"),
        artifacts=tuple(said.pop("artifact", ())),
        commit=one("commit"),
    )
    made = Change(
        item=one("item", "PARSE-001"),
        attempt=attempt,
        complete=tuple(map(int, said.pop("complete", ()))),
        next=tuple(said.pop("next", ())),
        status=one("status") or None,
        today="2025-11-04",
    )
    assert not said, f"{case.place}: no such name: {', '.join(said)}"
    return made
