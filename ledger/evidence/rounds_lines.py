"""Rounds of a report outside of its tables, as grids: in lists, in headings, and in blocks of code
that hold CSV or a log."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ledger.evidence.rounds_cells import (
    MAX_CELL,
    NAMES,
    ROUND_WORD,
    counts_in,
    letters_in,
    names_in,
    plain,
    result_of,
)
from ledger.evidence.rounds_table import Grid, Row
from ledger.plan import document
from ledger.plan.document import Block, Document, Section

# `> - [x] `
_LEAD = re.compile(r"\A[ \t>]*(?:#{1,6}[ \t]+|[-*+][ \t]+)?(?:\[[ xX]\][ \t]+)?")
_NUMBERED = re.compile(r"\A[ \t>]*\d{1,9}[.)][ \t]+(?=\D)")
# `[2025-12-23 09:31:05] `
# e.g. "[2026-01-01 10:00:13] "
_TIME = re.compile(r"\A\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d(?::\d\d)?[\d.,]{0,10}Z?\]?[: -]{1,3}")
# `Round 3: PASS (1 retry)`, `Runs 41-43 — FAIL`, `[round 3] PASS`, `run=3 status=PASS`
# e.g. "Rounds 7-9: pass"
_ROUND_LINE = re.compile(
    rf"[\[(]?{ROUND_WORD}\b[ #=:.]{{0,3}}(?:no\.? )?({NAMES}|\w[\w.-]{{0,60}}?)"
    r"(?: ?/ ?\d{1,9}| of \d{1,9})?"
    r"([\])]?(?: ?[:=–—|)\]]+| -+(?= )|(?= \()|(?= )))"
    r" ?(?:(?:status|result|outcome) ?[:=] ?)?(.{0,2000})",
    re.IGNORECASE,
)
# `PASS: round 3`, `FAIL rounds 44-46`
# e.g. "Result of round 3"
_RESULT_LINE = re.compile(
    rf"(\D{{1,40}}?)(?: ?[:=–—-])? {ROUND_WORD} ?#?({NAMES})(?: (.{{0,2000}}))?", re.IGNORECASE
)
# `[12] PASS`, `#12: PASS`, `12. PASS`; without a mark `12 PASS 5.1`
# e.g. "1621, 1622 failed"
_NUMBER_LINE = re.compile(rf"[\[(#]?({NAMES})[\]).:]* ?(?:[:=–—-] )?(\D.{{0,2000}})", re.IGNORECASE)
# `, round 4 failed`
# e.g. "; round 4"
_NEXT = re.compile(rf"[,;] (?:and )?(?={ROUND_WORD} #?\d)", re.IGNORECASE)
# e.g. "round 4"
_ANOTHER = re.compile(rf"\b{ROUND_WORD} #?\d", re.IGNORECASE)
# `PASS: 44-46`
# e.g. "Failures: 1621, 1622"
_NAMES_LINE = re.compile(rf"(\D{{1,40}}?) ?[:=] ?({NAMES})", re.IGNORECASE)
# `Round 3 - FAIL`
# e.g. "Round 3: the machine was busy"
_ROUND_HEADING = re.compile(
    rf"{ROUND_WORD}\b[ \t#]*(\w[\w.-]{{0,60}})(?:[ \t]*[:–—|-]+[ \t]*(.{{0,500}}))?",
    re.IGNORECASE,
)
# `load: 14.2 %`
_PAIR = re.compile(r"([A-Za-z][\w -]{0,40}?)[ \t]*[:=][ \t]*([^,;:=]{1,200})")
# `2 retries`, `no retry`
_RETRIES = re.compile(r"(\d{1,6}|\bno|\bzero) (?:retry|retries|reruns?)\b", re.IGNORECASE)
# `after 3 tries`
_TRIES = re.compile(r"\bafter (\d{1,6}) (?:tries|attempts)\b", re.IGNORECASE)


class _Entry(NamedTuple):
    """A line that tells rounds. ``is_bare`` where nothing in it says that it is about rounds,
    ``is_sentence`` where no sign is between them and the result."""

    names: str
    text: str
    line: int
    is_bare: bool = False
    is_sentence: bool = False


def bare(line: str) -> str:
    """A line without the marks that begin a list, heading or quote, and without emphasis."""
    return plain(_LEAD.sub("", _NUMBERED.sub("", line, count=1), count=1))


def heading_of(parsed: Document, section: Section) -> str:
    """The heading of a section, without marks."""
    return plain(parsed.title(section)) if section.heading else ""


def leaves(blocks: Iterable[Block]) -> Iterator[Block]:
    """The paragraphs among blocks."""
    return (block for block in document.walk(blocks) if block.kind == "paragraph")


def listed(parsed: Document, *, sentences: bool) -> Iterator[Grid]:
    """The grid of each section's list of rounds, and that of all headings. ``sentences`` such as
    ``Round 3 passed`` are taken for rounds only where they are asked for."""
    for section in parsed.sections:
        lines = (at for block in leaves(section.blocks) for at in range(block.start, block.end))
        numbered = [(parsed.line(at), at + 1) for at in lines]
        yield from _listed(numbered, heading_of(parsed, section), sentences=sentences)
    headed = list(_headed(parsed))
    if len(headed) > 1:
        yield _grid(headed, "")


def coded(parsed: Document) -> Iterator[Grid]:
    """The grid of each block of code that tells rounds."""
    for section in parsed.sections:
        for block in document.walk(section.blocks):
            if block.kind in ("fence", "code"):
                numbered = enumerate(parsed.lines(block.start, block.end), block.start + 1)
                lines = [(line.strip(), at) for at, line in numbered if line.strip()]
                lines = [line for line in lines if not line[0].startswith(("```", "~~~"))]
                title = heading_of(parsed, section)
                yield from _separated(lines, title) or _logged(lines, title)


def _listed(
    lines: Sequence[tuple[str, int]], title: str, *, sentences: bool = True
) -> Iterator[Grid]:
    """Lines that are rounds: ``- Round 3: PASS (1 retry, load 14.2 %)``."""
    parts = ((part, at) for line, at in lines for part in _NEXT.split(line[:MAX_CELL]))
    entries = [entry for line, at in parts if (entry := _entry(line, at))]
    entries = [entry for entry in entries if sentences or not entry.is_sentence]
    listed = [entry for entry in entries if not entry.is_bare] or (
        entries if _are_rounds(entries) else []
    )
    known = {entry.names for entry in listed if _is_known(entry)}
    listed = [entry for entry in listed if entry.names not in known or _is_known(entry)]
    if known and sum(max(1, len(names_in(entry.names))) for entry in listed) > 1:
        yield _grid([(_fields(entry.names, entry.text), entry.line) for entry in listed], title)


def _entry(line: str, at: int) -> _Entry | None:
    text = _TIME.sub("", bare(line), count=1)
    match = _ROUND_LINE.fullmatch(text)
    if match:
        is_sentence = not match[2].strip()
        text = "unclear" if is_sentence and _ANOTHER.search(match[3]) else match[3]
        entry = _Entry(match[1], text, at, is_sentence=is_sentence)
        has_number = any(letter.isdecimal() for letter in entry.names)
        if _begins(match[3]) or (has_number and match[2].strip()):
            return entry
    for pattern, is_bare in ((_RESULT_LINE, False), (_NAMES_LINE, True)):
        match = pattern.fullmatch(text)
        more = match[3] if match and not is_bare else ""
        is_short = not is_bare and not more and match and len(match[1].split()) < 3
        if match and (is_short or result_of(match[1]) in ("pass", "fail")):
            text = f"{match[1]} {more or ''}".strip()
            return _Entry(match[2], text, at, is_bare, is_sentence=not is_bare)
    match = _NUMBER_LINE.fullmatch(plain(_LEAD.sub("", line, count=1)))
    if match and _begins(match[2]):
        return _Entry(match[1], match[2], at, is_bare=True)
    return None


def _begins(text: str) -> bool:
    """Whether a text begins with a result."""
    word = re.match(r"not \w{1,20}|\W{0,4}\w{0,20}", text)
    return word is not None and result_of(word[0]) in ("pass", "fail")


def _is_known(entry: _Entry) -> bool:
    size = len(names_in(entry.names))
    return result_of(entry.text) in ("pass", "fail") or letters_in(entry.text, size) is not None


def _are_rounds(entries: Sequence[_Entry]) -> bool:
    """Whether bare numbers are those of rounds: each follows the one before, with both results."""
    names = [int(name) for entry in entries for name in names_in(entry.names)]
    results = {result_of(entry.text) for entry in entries}
    follow = all(after == before + 1 for before, after in pairwise(sorted(names)))
    return len(names) > 2 and follow and {"pass", "fail"} <= results


def _fields(name: str, text: str) -> dict[str, str]:
    status = text if counts_in(text) else re.split(r"[,;(]", text, maxsplit=1)[0]
    fields = {"round": name, "status": status, "note": text}
    retries, tries = _RETRIES.search(text), _TRIES.search(text)
    if retries:
        fields["retries"] = retries[1] if retries[1].isdecimal() else "0"
    elif tries:
        fields["tries"] = tries[1]
    for pair in _PAIR.finditer(text.replace("(", ",").replace(")", ",")):
        fields.setdefault(pair[1].strip(), pair[2].strip())
    return fields


def _separated(lines: Sequence[tuple[str, int]], title: str) -> list[Grid]:
    """CSV: a head, and lines of as many values."""
    for mark in ",;\t|":
        if not lines or mark not in lines[0][0]:
            continue
        try:
            rows = list(csv.reader((line for line, _ in lines), delimiter=mark))
        except csv.Error:
            return []
        if len(rows) == len(lines) > 2 and len({len(row) for row in rows}) == 1:
            numbered = zip(rows[1:], lines[1:], strict=True)
            separated = (Row(tuple(map(str.strip, row)), at) for row, (_, at) in numbered)
            return [Grid(tuple(rows[0]), tuple(separated), title)]
    return []


def _logged(lines: Sequence[tuple[str, int]], title: str) -> list[Grid]:
    """A log, most of whose lines are rounds."""
    grids = list(_listed(lines, title))
    return grids if grids and 2 * len(grids[0].rows) > len(lines) else []


def _headed(parsed: Document) -> Iterator[tuple[dict[str, str], int]]:
    """Sections of rounds: ``### Round 3: PASS``, or with the status on a line below."""
    for section in parsed.sections:
        match = _ROUND_HEADING.fullmatch(heading_of(parsed, section))
        if section.heading is None or match is None:
            continue
        fields = {"round": match[1], "status": match[2] or ""}
        numbers = (n for block in leaves(section.blocks) for n in range(block.start, block.end))
        for text in (bare(parsed.line(number)) for number in numbers):
            name, is_pair, value = text.partition(":")
            if is_pair and len(name) <= 40 and value.strip():
                fields.setdefault(name.strip(), value.strip())
                if not fields["status"] and name.casefold() in ("status", "result", "outcome"):
                    fields["status"] = value.strip()
            elif not fields["status"] and len(text) < 40 and _begins(text):
                fields["status"] = text
        if fields["status"] or match[1].isdecimal():
            fields["status"] = fields["status"] or "not told"
            yield fields, section.heading.start + 1


def _grid(rows: list[tuple[dict[str, str], int]], section: str) -> Grid:
    headings = tuple(dict.fromkeys(name for fields, _ in rows for name in fields))
    cells = [Row(tuple(fields.get(name, "") for name in headings), line) for fields, line in rows]
    return Grid(headings, tuple(cells), section)
