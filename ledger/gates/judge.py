"""A check to a verdict: the checks of files, documents and captured commands, and those of what
the ledger says. Checks of a run are in ``judge_runs``."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from ledger.gates import judge_runs, wording
from ledger.gates.checks import Call, Check, Compare, Term
from ledger.gates.facts import Entry, Facts, Place
from ledger.gates.model import Judgement, met, together, unknown, unmet
from ledger.plan.text import counted

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
_SPRINT_FOLDER: Final = re.compile(r"sprint[ _-]?(\d{1,4}[a-z]?)", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[.;!?](?=\s|\Z)|\n")

Complete = Callable[[str], Judgement]
"""Whether all exit criteria of a sprint are met, by its number."""


def judge(check: Check, facts: Facts, *, early: str, complete: Complete) -> Judgement:
    """Whether all terms hold. One that does not makes the check unmet, else one that cannot be
    judged makes it unknown. ``early`` says why the run cannot show that something came to be met;
    empty where it can."""
    return together([_term(term, facts, early, complete) for term in check.terms])


def _term(term: Term, facts: Facts, early: str, complete: Complete) -> Judgement:
    if isinstance(term, Compare) or term.name in judge_runs.CALLS:
        judgement = judge_runs.judge(term, facts)
        if judgement.verdict == "met" and early:
            return unknown(f"{judgement.reason}; but {early}", *judgement.evidence)
        return judgement
    if term.name in _WHOLE:
        return _WHOLE[term.name](term, facts)
    if not term.args:
        return unknown(f"{term.name}() names nothing")
    if term.name == "complete":
        return together([complete(sprint) for sprint in term.args])
    judgement = together([_EACH[term.name](arg, facts) for arg in term.args])
    if term.name == "recorded" and judgement.verdict == "met":
        return _without_artifacts(facts) or judgement
    return judgement


# Files, folders, documents and captured commands


def _captured(path: str, facts: Facts) -> Judgement:
    """A folder that holds files."""
    place = facts.fill(path)
    if place.path is None:
        return _unfilled(place)
    sizes = facts.sizes(place.path)
    if not sizes:
        return _missing(place.path, facts)
    count = sum(size > 0 for size in sizes.values())
    if not count:
        return unmet(f"all files of {place.path} are empty", place.path)
    return met(f"it has {counted(count, 'file')}", place.path)


def _exists(path: str, facts: Facts) -> Judgement:
    """A file that is there and not empty, or a folder with files."""
    place = facts.fill(path)
    if place.path is None:
        return _unfilled(place)
    name = facts.resolve(place.path)
    sizes = facts.sizes(name)
    if sizes is None:
        return _missing(name, facts)
    if not any(sizes.values()):
        return unmet(f"{name} is empty", name)
    return met("it is there", name)


def _unfilled(place: Place) -> Judgement:
    return unknown(place.reason) if place.is_open else unmet(place.reason)


def _missing(path: str, facts: Facts) -> Judgement:
    if facts.is_tracked(path):
        return unknown(f"git tracks {path}, the work tree does not have it", path)
    return unmet(f"{path} is not there")


def _passes(path: str, facts: Facts) -> Judgement:
    """A captured command that exited with 0, and whose outputs say nothing else."""
    place = facts.fill(path)
    if place.path is None:
        return unknown(place.reason)
    run = facts.outputs(place.path)
    if run is None:
        return unknown(f"{place.path} holds no outputs of a command")
    source = run.sources.get("exit_code")
    where = f"{place.path}/{source}" if source else place.path
    if run.exit_code is None:
        return unknown(f"{place.path} has no exit code", where)
    if run.exit_code != 0:
        return unmet(f"{place.path}: exit code {run.exit_code}", where)
    if run.totals and (failed := run.totals.failed + run.totals.errors):
        return unmet(f"{place.path}: exit code 0, but {failed} failed in its outputs", place.path)
    return met(f"{place.path}: exit code 0", where)


def _says(call: Call, facts: Facts) -> Judgement:
    """``says(DOCUMENT, WORDS)``: one section of the document has all the words."""
    if len(call.args) < 2:
        return unknown("says(DOCUMENT, WORDS) needs two arguments")
    name, words = facts.resolve(call.args[0]), wording.content(" ".join(call.args[1:]))
    text = facts.text(name)
    if text is None:
        return _missing(name, facts)
    lines = text.split("\n")
    headings = (n for n, line in enumerate(lines) if line.startswith("#"))
    for start, end in pairwise([*dict.fromkeys((0, *headings)), len(lines)]):
        section = lines[start:end]
        if wording.says("\n".join(section), words):
            return met(f"{name} says it", f"{name}:{start + wording.line_of(section, words) + 1}")
    return unmet(f"no section of {name} has the words {' '.join(words)!r}", name)


def _contains(call: Call, facts: Facts) -> Judgement:
    """``contains(FILE, TEXT)``: a line of the file has the text."""
    if len(call.args) < 2:
        return unknown("contains(FILE, TEXT) needs two arguments")
    name, *wanted = facts.resolve(call.args[0]), *call.args[1:]
    text = facts.text(name)
    if text is None:
        return _missing(name, facts)
    for one in wanted:
        if one not in text:
            return unmet(f"{name} does not have {one}", name)
    line = text.count("\n", 0, text.index(wanted[0])) + 1
    return met(f"{name} has {', '.join(wanted)}", f"{name}:{line}")


# What the ledger says: work logged, artifacts cited, decisions made in time


def _logged(call: Call, facts: Facts) -> Judgement:
    """``logged(WORDS)``: one attempt or completed action has all the words."""
    words = wording.content(" ".join(call.args))
    for entry in facts.entries:
        if wording.says(entry.text, words):
            line = entry.line + wording.line_of(entry.text.split("\n"), words)
            return met(f"{_name(entry)} says it", f"{facts.ledger}:{line}")
    return unmet(_none(facts, f"has the words {' '.join(words)!r}"), facts.ledger)


def _recorded(path: str, facts: Facts) -> Judgement:
    """An attempt that cites something in a folder; or, of a sprint's folder, one that names the
    sprint and cites something in the folder above."""
    place = facts.fill(path)
    if place.path is None:
        return _unfilled(place)
    folder = place.path.rstrip("/")
    above, _, last = folder.rpartition("/")
    sprint = _SPRINT_FOLDER.fullmatch(last)
    for entry in facts.entries:
        is_above = any(_lies_in(cited, above) for cited in entry.paths if above)
        is_named = is_above and sprint and _about_sprint(sprint[1]).search(entry.text)
        if is_named or any(_lies_in(cited, folder) for cited in entry.paths):
            return met(f"{_name(entry)} cites {folder}/", f"{facts.ledger}:{entry.line}")
    return unmet(_none(facts, f"cites {folder}/"), facts.ledger)


def _without_artifacts(facts: Facts) -> Judgement | None:
    """What to say where an attempt cites nothing at all."""
    bare = [entry for entry in facts.entries if not entry.paths]
    if not bare:
        return None
    where = (f"{facts.ledger}:{entry.line}" for entry in bare)
    return unmet(f"{', '.join(map(_name, bare))} cites no artifact", *where)


def _decided(call: Call, facts: Facts) -> Judgement:
    """``decided(OPTION, ..., before=SPRINT)``: the ledger says which of the options was decided
    for, before the first attempt at the sprint."""
    asked = {option.rpartition(" ")[2].upper() for option in call.args}
    decisions = list(_decisions(facts, asked))
    if not decisions:
        return unmet(f"{facts.ledger} says of no option that it was decided for", facts.ledger)
    options = sorted({option for option, _ in decisions})
    if len(options) > 1:
        places = (f"{facts.ledger}:{line}" for _, line in decisions)
        reason = f"decided for option {' and '.join(options)}: one of them has to go"
        return unknown(reason, *places)
    option, line = decisions[0]
    sprint = call.option("before")
    work = _first_work(facts, sprint) if sprint else None
    if sprint and work:
        return _decided_before(sprint, work, option, line, facts)
    return met(f"decided for option {option}", f"{facts.ledger}:{line}")


def _decided_before(sprint: str, work: Entry, option: str, line: int, facts: Facts) -> Judgement:
    """Whether the decision, at ``line``, came before the first work at the sprint: by its date
    where it stands in no attempt, else by the numbers of the attempts."""
    reason = f"decided for option {option}"
    places = (f"{facts.ledger}:{line}", f"{facts.ledger}:{work.line}")
    holder = next((entry for entry in facts.entries if _holds(entry, line)), None)
    day = _DATE.search(facts.lines[line]) if holder is None else None
    if day and work.date and day[0] > work.date:
        return unmet(f"{reason} on {day[0]}, after {_name(work)}", *places)
    if day and work.date and day[0] < work.date:
        return met(f"{reason} on {day[0]}, before {_name(work)}", *places)
    number = holder.number if holder else None
    if holder is None or number is None or work.number is None or number == work.number:
        why = f"whether before {_name(work)}, the first at sprint {sprint}, cannot be told"
        return unknown(f"{reason}; {why}", *places)
    if number > work.number:
        why = f"in {_name(holder)}, after {_name(work)}, the first at sprint {sprint}"
        return unmet(f"{reason} {why}", *places)
    return met(f"{reason} in {_name(holder)}, before {_name(work)}", *places)


def _decisions(facts: Facts, asked: set[str]) -> Iterator[tuple[str, int]]:
    """Option and line of each sentence that says it was decided for."""
    for number, line in facts.lines.items():
        for sentence in _SENTENCE.split(line):
            bare = _ASIDE.sub("", sentence)
            said = _REJECTED.sub("", bare if _OPTION.search(bare) else sentence)
            options = {option.upper() for option in _OPTION.findall(said)}
            options = options & asked if asked else options
            if len(options) == 1 and _DECIDED.search(sentence) and not _OPEN.search(said):
                yield options.pop(), number


def _first_work(facts: Facts, sprint: str) -> Entry | None:
    about = _about_sprint(sprint)
    work = [
        entry
        for entry in facts.entries
        if any(about.search(path) for path in entry.paths)
        or (about.search(entry.text) and entry.paths)
    ]
    numbered = [entry for entry in work if entry.number is not None]
    if numbered:
        return min(numbered, key=lambda entry: entry.number or 0)
    return work[0] if work else None


def _about_sprint(number: str) -> re.Pattern[str]:
    return re.compile(rf"\bsprint[ _-]?{re.escape(number)}\b", re.IGNORECASE)


def _holds(entry: Entry, line: int) -> bool:
    return entry.line <= line <= entry.line + entry.text.count("\n")


def _lies_in(path: str, folder: str) -> bool:
    """Whether a cited path is the folder or in it, written from the top or from below it."""
    cited, parts = f"{path.rstrip('/')}/", folder.split("/")
    starts = (0, *range(1, len(parts) - 1))
    return any(cited.startswith("/".join(parts[start:]) + "/") for start in starts)


def _name(entry: Entry) -> str:
    return "an entry" if entry.number is None else f"attempt #{entry.number}"


def _none(facts: Facts, what: str) -> str:
    if not facts.entries:
        return f"{facts.ledger} has no attempt that could tell of it"
    return f"of {counted(len(facts.entries), 'attempt')} that could tell of it, none {what}"


_WHOLE: Final[dict[str, Callable[[Call, Facts], Judgement]]] = {
    "says": _says,
    "contains": _contains,
    "logged": _logged,
    "decided": _decided,
}
_EACH: Final[dict[str, Callable[[str, Facts], Judgement]]] = {
    "passes": _passes,
    "captured": _captured,
    "exists": _exists,
    "recorded": _recorded,
}
