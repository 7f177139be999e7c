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
# A name behind "@" is notified of the comment, a number behind "#" gets a link to it
_CALLS: Final = re.compile(r"(?<=[@#])(?=\w)")


def annotations(checked: Checked) -> str:
    """Errors, then warnings, and in one notice how many more there are."""
    shown: list[Finding] = []
    for severity in ("error", "warning"):
        shown += [f for f in checked.findings if f.severity == severity][:_ANNOTATIONS]
    commands = [_annotation(finding) for finding in shown]
    if more := len(checked.findings) - len(shown):
        counts = checked.counts
        every = f"{counted(counts.error, 'error')} and {counted(counts.warning, 'warning')}"
        message = f"{every} in all; {more:,} are not shown here: `ledger validate` lists them"
        commands.append(f"::notice title=ledger::{_data(message)}")
    return "".join(f"{command}\n" for command in commands)


def _annotation(finding: Finding) -> str:
    path, title = _property(finding.path), f"{finding.code} {RULES[finding.code].name}"
    place = f"file={path},line={finding.line},col={finding.column}"
    return f"::{finding.severity} {place},title={_property(title)}::{_data(finding.description)}"


def _data(words: str) -> str:
    escaped = words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.visible(escaped)


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")


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
    parts = [head]
    for at, (title, rows) in enumerate(sections):
        section = _section(title, rows, left // (len(sections) - at), most)
        left -= len(text.encode(section))
        parts.append(section)
    return text.encode("".join(parts)).decode("utf-8", "replace")


def _section(title: str, rows: Sequence[str], size: int, most: int | None) -> str:
    message = f"\n#### {title}\n\n"
    room = size - len(message) - 100  # for the line that counts the others
    kept: list[str] = []
    for row in rows[:most]:
        room -= len(text.encode(row)) + 1
        if room < 0:
            break
        kept.append(row)
    if more := len(rows) - len(kept):
        kept.append(f"- and {more:,} more: `ledger validate` lists them")
    return message + "".join(f"{row}\n" for row in kept)


def _head(checked: Checked) -> Iterator[str]:
    counts = checked.counts
    sums = [
        counted(number, noun)
        for number, noun in ((counts.error, "error"), (counts.warning, "warning"))
        if number
    ]
    yield f"### {_safe(checked.paths[0])}: {', '.join(sums) or 'no findings'}"
    if checked.change:
        yield ""
        base = f"`{checked.change.base[:8]}`"
        items = checked.change.items
        changed = f"{counted(len(items), 'item')} changed" if items else "No item changed"
        yield f"{changed} since {base}."


def _sections(checked: Checked) -> Iterator[tuple[str, Iterator[str]]]:
    if checked.change:
        yield from _changes(checked.change)
    false = [finding for finding in checked.findings if finding.code == _CONTRADICTED]
    others = [finding for finding in checked.findings if finding.code != _CONTRADICTED]
    for title, findings in (
        ("Contradicted by the evidence", false),
        ("Errors", [finding for finding in others if finding.severity == "error"]),
        ("Warnings", [finding for finding in others if finding.severity == "warning"]),
    ):
        if findings:
            yield f"{title} ({len(findings):,})", map(_finding, findings)


def _finding(finding: Finding) -> str:
    where = _safe(f"{finding.path}:{finding.line}")
    return f"- {where} **{finding.code}** {_safe(finding.description)}"


def _changes(change: PlanChange) -> Iterator[tuple[str, Iterator[str]]]:
    if change.items:
        yield f"Items ({len(change.items):,})", map(_item, change.items)
    tried = [_attempt(item, at) for item in change.items for at in range(len(item.attempts))]
    if tried:
        yield f"New attempts ({len(tried):,})", iter(tried)
    sprints = [
        f"- {_safe(item.item)}: {_safe(standing(state))} ({_safe(state.brief)})"
        for item in change.items
        for state in item.sprints
    ]
    if sprints:
        yield f"Sprints ({len(sprints):,})", iter(sprints)


def _item(change: ItemChange) -> str:
    parts = [", ".join(change.changes)]
    if change.gate:
        lacks = f", lacks {'; '.join(change.gate.lacks)}" if change.gate.lacks else ""
        parts.append(f"exit criteria: {change.gate.met} of {change.gate.criteria} met{lacks}")
    return f"- **{_safe(change.item)}** {_safe(change.title)}: {_safe('; '.join(parts))}"


def _attempt(item: ItemChange, at: int) -> str:
    attempt = item.attempts[at]
    name = _safe(name_of(item.item, attempt.number))
    date = f" ({attempt.date})" if attempt.date else ""
    return f"- {name}{date} **{attempt.result}**: {_safe(attempt.summary)}"


def _safe(words: str) -> str:
    """Text of a plan as text in Markdown: one line, no markup, and no name, issue or address in it
    that GitHub would call, link or load."""
    line = text.cut(words, _LONGEST)
    return _CALLS.sub("\N{WORD JOINER}", _MARKUP.sub(r"\\\g<0>", line))
