"""Files, folders, documents and captured commands."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from ledger.gates.criteria import wording
from ledger.gates.criteria.facts import Facts
from ledger.gates.criteria.language import Call
from ledger.gates.model import Judgement, met, together, unknown, unmet


def each(call: Call, judge: Callable[[str, Facts], Judgement], facts: Facts) -> Judgement:
    """All arguments judged, as one verdict."""
    if not call.args:
        return unknown(f"{call.name}() names nothing")
    return together([judge(arg, facts) for arg in call.args])


def captured(path: str, facts: Facts) -> Judgement:
    """A folder that holds files."""
    place = facts.fill(path)
    if place.path is None:
        return Judgement(verdict="unknown" if place.is_open else "unmet", reason=place.reason)
    files = facts.files(place.path)
    if not files:
        return _missing(place.path, facts)
    count = sum(size > 0 for size in files.values())
    if not count:
        return unmet(f"all files of {place.path} are empty", place.path)
    return met(f"it has {count} file{'' if count == 1 else 's'}", place.path)


def exists(path: str, facts: Facts) -> Judgement:
    """A file that is there and not empty, or a folder with files."""
    place = facts.fill(path)
    if place.path is None:
        return Judgement(verdict="unknown" if place.is_open else "unmet", reason=place.reason)
    name = facts.resolve(place.path)
    files = facts.files(name)
    if files is None:
        return _missing(name, facts)
    if not any(files.values()):
        return unmet(f"{name} is empty", name)
    return met("it is there", name)


def _missing(path: str, facts: Facts) -> Judgement:
    if facts.is_tracked(path):
        reason = f"git tracks {path}, the work tree does not have it"
        return unknown(reason, path)
    return unmet(f"{path} is not there")


def passes(path: str, facts: Facts) -> Judgement:
    """A captured command that exited with 0, and whose outputs say nothing else."""
    place = facts.fill(path)
    if place.path is None:
        return unknown(place.reason)
    run = facts.outputs(place.path)
    if run is None:
        return unknown(f"{place.path} holds no outputs of a command")
    source = run.sources.get("exit_code")
    where = (f"{place.path}/{source}",) if source else (place.path,)
    if run.exit_code is None:
        return unknown(f"{place.path} has no exit code", *where)
    if run.exit_code != 0:
        return unmet(f"{place.path}: exit code {run.exit_code}", *where)
    if run.totals and (failed := run.totals.failed + run.totals.errors):
        reason = f"{place.path}: exit code 0, but {failed} failed in its outputs"
        return unmet(reason, place.path)
    return met(f"{place.path}: exit code 0", *where)


def says(call: Call, facts: Facts) -> Judgement:
    """``says(DOCUMENT, WORDS)``: one section of the document has all the words."""
    if len(call.args) < 2:
        return unknown("says(DOCUMENT, WORDS) needs two arguments")
    name, words = facts.resolve(call.args[0]), wording.content(" ".join(call.args[1:]))
    text = facts.read(name)
    if text is None:
        return _missing(name, facts)
    lines = text.split("\n")
    for start, section in _sections(lines):
        if wording.says("\n".join(section), words):
            line = start + wording.line_of(section, words) + 1
            return met(f"{name} says it", f"{name}:{line}")
    said = " ".join(words)
    return unmet(f"no section of {name} has the words {said!r}", name)


def _sections(lines: list[str]) -> list[tuple[int, list[str]]]:
    starts = [n for n, line in enumerate(lines) if line.startswith("#")]
    bounds = [*dict.fromkeys((0, *starts)), len(lines)]
    return [(start, lines[start:end]) for start, end in pairwise(bounds)]


def contains(call: Call, facts: Facts) -> Judgement:
    """``contains(FILE, TEXT)``: a line of the file has the text."""
    if len(call.args) < 2:
        return unknown("contains(FILE, TEXT) needs two arguments")
    name = facts.resolve(call.args[0])
    text = facts.read(name)
    if text is None:
        return _missing(name, facts)
    for wanted in call.args[1:]:
        if wanted not in text:
            return unmet(f"{name} does not have {wanted}", name)
    at = text.index(call.args[1])
    line = text.count("\n", 0, at) + 1
    return met(f"{name} has {', '.join(call.args[1:])}", f"{name}:{line}")
