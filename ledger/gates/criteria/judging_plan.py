"""What the ledger has to say: work logged, artifacts cited, decisions made in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.gates.criteria import wording
from ledger.gates.criteria.facts import Entry, Facts
from ledger.gates.criteria.language import Call
from ledger.gates.model import Judgement, met, unknown, unmet

_DECIDED: Final = re.compile(
    r"\b(?:decision|decided|decides|approved|approves|chose|chosen|selected|agreed|adopted|accepted)\b",
    re.IGNORECASE,
)
_OPEN: Final = re.compile(
    r"\b(?:requires?|required|needs?|needed|pending|await\w*|waiting|undecided|to be|should|must|"
    r"vs|versus|if|not yet|open|blocked)\b",
    re.IGNORECASE,
)
_OPTION: Final = re.compile(r"\boption ([A-Z]|\d{1,2})\b", re.IGNORECASE)
_REJECTED: Final = re.compile(r"\b(?:over|instead of|rather than|not)\b.*", re.IGNORECASE)
_ASIDE: Final = re.compile(r"\([^()]{0,300}\)")
_DATE: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_NUMBERED: Final = re.compile(r"sprint[ _-]?(\d{1,4}[a-z]?)", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[.;!?](?=\s|\Z)|\n")


def logged(call: Call, facts: Facts) -> Judgement:
    """``logged(WORDS)``: one attempt or completed action has all the words."""
    words = wording.content(" ".join(call.args))
    for entry in facts.entries:
        if wording.says(entry.text, words):
            lines = entry.text.split("\n")
            place = f"{facts.ledger}:{entry.line + wording.line_of(lines, words)}"
            return met(f"{_name(entry)} says it", place)
    return unmet(_none(facts, f"has the words {' '.join(words)!r}"), facts.ledger)


def recorded(path: str, facts: Facts) -> Judgement:
    """An attempt that cites something in a folder; or, of a sprint's folder, one that names the
    sprint and cites something in the folder above."""
    place = facts.fill(path)
    if place.path is None:
        return Judgement(verdict="unknown" if place.is_open else "unmet", reason=place.reason)
    folder = place.path.rstrip("/")
    above, _, last = folder.rpartition("/")
    sprint = _NUMBERED.fullmatch(last)
    named = re.compile(rf"\bsprint[ _-]?{sprint[1]}\b", re.IGNORECASE) if sprint else None
    for entry in facts.entries:
        is_above = any(_lies_in(cited, above) for cited in entry.paths if above)
        is_named = is_above and named is not None and named.search(entry.text)
        if is_named or any(_lies_in(cited, folder) for cited in entry.paths):
            where = (f"{facts.ledger}:{entry.line}",)
            return met(f"{_name(entry)} cites {folder}/", *where)
    return unmet(_none(facts, f"cites {folder}/"), facts.ledger)


def without_artifacts(facts: Facts) -> Judgement | None:
    """What to say where an attempt cites nothing at all."""
    bare = [entry for entry in facts.entries if not entry.paths]
    if not bare:
        return None
    names = ", ".join(map(_name, bare))
    where = tuple(f"{facts.ledger}:{entry.line}" for entry in bare)
    return unmet(f"{names} cites no artifact", *where)


def decided(call: Call, facts: Facts) -> Judgement:
    """``decided(OPTION, ..., before=SPRINT)``: the ledger says which of the options was decided
    for, before the first attempt at the sprint."""
    asked = {option.rpartition(" ")[2].upper() for option in call.args}
    found = list(_decisions(facts, asked))
    if not found:
        return unmet(f"{facts.ledger} says of no option that it was decided for", facts.ledger)
    options = {option for option, _ in found}
    lines = tuple(f"{facts.ledger}:{line}" for _, line in found)
    if len(options) > 1:
        said = " and ".join(sorted(options))
        return unknown(f"decided for option {said}: one of them has to go", *lines)
    option, line = found[0]
    reason = f"decided for option {option}"
    sprint = call.option("before")
    work = _first_work(facts, sprint) if sprint else None
    if work is None:
        return met(reason, *lines[:1])
    holder = next((entry for entry in facts.entries if _holds(entry, line)), None)
    places = (lines[0], f"{facts.ledger}:{work.line}")
    day = _DATE.search(facts.lines[line]) if holder is None else None
    if day and work.date and day[0] != work.date:
        is_late = day[0] > work.date
        how = f"{reason} on {day[0]}, {'after' if is_late else 'before'} {_name(work)}"
        return Judgement(verdict="unmet" if is_late else "met", reason=how, evidence=places)
    numbers = (holder.number if holder else None, work.number)
    if None in numbers or numbers[0] == numbers[1]:
        why = f"whether before {_name(work)}, the first at sprint {sprint}, cannot be told"
        return unknown(f"{reason}; {why}", *places)
    assert holder
    if (holder.number or 0) > (work.number or 0):
        why = f"in {_name(holder)}, after {_name(work)}, the first at sprint {sprint}"
        return unmet(f"{reason} {why}", *places)
    return met(f"{reason} in {_name(holder)}, before {_name(work)}", *places)


def _decisions(facts: Facts, asked: set[str]) -> Iterator[tuple[str, int]]:
    """Option and line of each sentence that says it was decided for."""
    for number, line in facts.lines.items():
        for sentence in _SENTENCE.split(line):
            bare = _ASIDE.sub("", sentence)
            said = _REJECTED.sub("", bare if _OPTION.search(bare) else sentence)
            options = {found.upper() for found in _OPTION.findall(said)}
            options = options & asked if asked else options
            if len(options) == 1 and _DECIDED.search(sentence) and not _OPEN.search(said):
                yield options.pop(), number


def _first_work(facts: Facts, sprint: str) -> Entry | None:
    about = re.compile(rf"\bsprint[ _-]?{re.escape(sprint)}\b", re.IGNORECASE)
    work = [
        entry
        for entry in facts.entries
        if any(about.search(path) for path in entry.paths)
        or (about.search(entry.text) and entry.paths)
    ]
    numbered = [entry for entry in work if entry.number is not None]
    return (
        min(numbered, key=lambda entry: entry.number or 0) if numbered else next(iter(work), None)
    )


def _holds(entry: Entry, line: int) -> bool:
    return entry.line <= line <= entry.line + entry.text.count("\n")


def _lies_in(path: str, folder: str) -> bool:
    """Whether a cited path is the folder or in it, written from the top or from below it."""
    path = path.rstrip("/")
    if f"{path}/".startswith(f"{folder}/"):
        return True
    parts = folder.split("/")
    return any(
        f"{path}/".startswith("/".join(parts[start:]) + "/") for start in range(1, len(parts) - 1)
    )


def _name(entry: Entry) -> str:
    return "an entry" if entry.number is None else f"attempt #{entry.number}"


def _none(facts: Facts, what: str) -> str:
    count = len(facts.entries)
    if not count:
        return f"{facts.ledger} has no attempt that could tell of it"
    return f"of {count} attempt{'' if count == 1 else 's'} that could tell of it, none {what}"
