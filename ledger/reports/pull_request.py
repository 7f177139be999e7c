"""Findings where a pull request is read: GitHub's annotations, a job's summary, a comment.

The annotations are what GitHub's workflow commands say (docs.github.com, "Workflow commands for
GitHub Actions"); of a step it shows the first ten of each kind. A summary may have 1 MiB, a comment
65,536 characters. Both are Markdown, in which no text of a plan may be more than text: ``_safe``.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

from ledger.commands.changes import ItemChange, PlanChange
from ledger.commands.validate import Checked
from ledger.plan import text
from ledger.plan.text import counted
from ledger.reports import name_of
from ledger.reports.briefs import standing
from ledger.rules import RULES
from ledger.rules.model import Finding

_ANNOTATIONS: Final = 10  # of a kind
_SUMMARY: Final = 1 << 20  # bytes
_COMMENT: Final = 60_000  # bytes, which are at least as many as characters
_COMMENTED: Final = 20  # lines of a section of a comment
_CONTRADICTED: Final = "LED410"
_LONGEST: Final = 600  # bytes of what one line says
_MARKUP: Final = re.compile(r"[!-+\-./:-@\[-`{-~]")  # ASCII punctuation but for the comma
# A name behind "@" is told of the comment, a number behind "#" gets a link to it
_CALLS: Final = re.compile(r"(?<=[@#])(?=\w)")


def annotations(checked: Checked) -> str:
    """Errors, then warnings, and in one notice how many more there are."""
    shown: list[Finding] = []
    for severity in ("error", "warning"):
        shown += [one for one in checked.findings if one.severity == severity][:_ANNOTATIONS]
    told = [_annotation(one) for one in shown]
    if more := len(checked.findings) - len(shown):
        counts = checked.counts
        every = f"{counted(counts.error, 'error')} and {counted(counts.warning, 'warning')}"
        said = f"{every} in all; {more:,} are not shown here: `ledger validate` lists them"
        told.append(f"::notice title=ledger::{_data(said)}")
    return "".join(f"{one}\n" for one in told)


def _annotation(finding: Finding) -> str:
    path, title = _property(finding.path), f"{finding.code} {RULES[finding.code].name}"
    place = f"file={path},line={finding.line},col={finding.column}"
    return f"::{finding.severity} {place},title={_property(title)}::{_data(finding.told)}"


def _data(said: str) -> str:
    escaped = said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.visible(escaped)


def _property(said: str) -> str:
    return _data(said).replace(":", "%3A").replace(",", "%2C")


# Markdown


def comment(checked: Checked) -> str:
    """What a change does to the plan, and what is wrong with that. The first line is a mark that
    tells the comment from others, so that the next one can take its place."""
    mark = f"<!-- ledger: {quote(text.encode(checked.paths[0]))} -->\n"
    return mark + _page(checked, _COMMENT - len(mark), _COMMENTED)


def summary(checked: Checked) -> str:
    """The same at the length of a job's summary."""
    return _page(checked, _SUMMARY, None)


def _page(checked: Checked, size: int, most: int | None) -> str:
    """At most ``size`` bytes, and of each section ``most`` lines. Each section has its share of the
    bytes; what does not fit is counted."""
    head = "".join(f"{line}\n" for line in _head(checked))
    left = size - len(text.encode(head))
    sections = [(title, list(rows)) for title, rows in _sections(checked)]
    told = [head]
    for at, (title, rows) in enumerate(sections):
        said = _section(title, rows, left // (len(sections) - at), most)
        left -= len(text.encode(said))
        told.append(said)
    return text.encode("".join(told)).decode("utf-8", "replace")


def _section(title: str, rows: Sequence[str], size: int, most: int | None) -> str:
    said = f"\n#### {title}\n\n"
    room = size - len(said) - 100  # for the line that counts the others
    kept: list[str] = []
    for row in rows[:most]:
        room -= len(text.encode(row)) + 1
        if room < 0:
            break
        kept.append(row)
    if more := len(rows) - len(kept):
        kept.append(f"- and {more:,} more: `ledger validate` lists them")
    return said + "".join(f"{row}\n" for row in kept)


def _head(checked: Checked) -> Iterator[str]:
    counts = checked.counts
    told = [
        counted(number, noun)
        for number, noun in ((counts.error, "error"), (counts.warning, "warning"))
        if number
    ]
    yield f"### {_safe(checked.paths[0])}: {', '.join(told) or 'no findings'}"
    if checked.change:
        yield ""
        base = f"`{checked.change.base[:8]}`"
        items = checked.change.items
        changed = f"{counted(len(items), 'item')} changed" if items else "No item changed"
        yield f"{changed} since {base}."


def _sections(checked: Checked) -> Iterator[tuple[str, Iterator[str]]]:
    if checked.change:
        yield from _changes(checked.change)
    false = [one for one in checked.findings if one.code == _CONTRADICTED]
    others = [one for one in checked.findings if one.code != _CONTRADICTED]
    for title, found in (
        ("Contradicted by the evidence", false),
        ("Errors", [one for one in others if one.severity == "error"]),
        ("Warnings", [one for one in others if one.severity == "warning"]),
    ):
        if found:
            yield f"{title} ({len(found):,})", map(_finding, found)


def _finding(one: Finding) -> str:
    where = _safe(f"{one.path}:{one.line}")
    return f"- {where} **{one.code}** {_safe(one.told)}"


def _changes(change: PlanChange) -> Iterator[tuple[str, Iterator[str]]]:
    if change.items:
        yield f"Items ({len(change.items):,})", map(_item, change.items)
    tried = [_attempt(item, at) for item in change.items for at in range(len(item.attempts))]
    if tried:
        yield f"New attempts ({len(tried):,})", iter(tried)
    sprints = [
        f"- {_safe(item.item)}: {_safe(standing(one))} ({_safe(one.brief)})"
        for item in change.items
        for one in item.sprints
    ]
    if sprints:
        yield f"Sprints ({len(sprints):,})", iter(sprints)


def _item(one: ItemChange) -> str:
    told = [", ".join(one.changes)]
    if one.gate:
        lacks = f", lacks {'; '.join(one.gate.lacks)}" if one.gate.lacks else ""
        told.append(f"exit criteria: {one.gate.met} of {one.gate.criteria} met{lacks}")
    return f"- **{_safe(one.item)}** {_safe(one.title)}: {_safe('; '.join(told))}"


def _attempt(item: ItemChange, at: int) -> str:
    one = item.attempts[at]
    name = _safe(name_of(item.item, one.number))
    date = f" ({one.date})" if one.date else ""
    return f"- {name}{date} **{one.result}**: {_safe(one.summary)}"


def _safe(said: str) -> str:
    """Text of a plan as text in Markdown: one line, no markup, and no name, issue or address in it
    that GitHub would call, link or load."""
    line = text.cut(said, _LONGEST)
    return _CALLS.sub("\N{WORD JOINER}", _MARKUP.sub(r"\\\g<0>", line))
