"""A check to a verdict: the checks of files, documents and captured commands, and those of what
the ledger says. Checks of a run are in ``judge_runs``."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from ledger.gates import judge_runs
from ledger.gates.checks import Call, Check, Compare, Term, has_words, line_with, words_of
from ledger.gates.facts import Facts
from ledger.gates.model import Judgement, met, together, unknown, unmet
from ledger.plan.model import Attempt
from ledger.plan.text import counted, one_line

_DECIDED: Final = re.compile(
    r"\b(?:decision|decided|decides|approved|approves|chose|chosen|selected|agreed|adopted|accepted)\b",
    re.IGNORECASE,
)
_OPEN: Final = re.compile(
    r"\b(?:requires?|required|needs?|needed|pending|await\w*|waiting|undecided|to be|should|must|"
    r"vs|versus|if|not yet|open|blocked|whether|unless|asked|asking|would|could|might|rejected|"
    r"declined|refused|vetoed)\b|\?",
    re.IGNORECASE,
)
# e.g. "not approved", "was never formally approved", "no decision"
_DENIED: Final = re.compile(
    r"(?:\b(?:not|never|no|nobody|none)|n['\u2019]t)(?: \w{1,30}){0,2} (?:decision|decided|"
    r"approved|chose|chosen|selected|agreed|adopted|accepted)\b",
    re.IGNORECASE,
)
_OPTION: Final = re.compile(r"\boption ([A-Z]|\d{1,2})\b", re.IGNORECASE)
_REJECTED: Final = re.compile(r"\b(?:over|instead of|rather than|not|against)\b.*", re.IGNORECASE)
_ASIDE: Final = re.compile(r"\([^()]{0,300}\)")
_DATE: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_SPRINT_FOLDER: Final = re.compile(r"sprint[ _-]?(\d{1,4}[a-z]?)", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"(?<=[.;!?])(?=\s|\Z)|\n")

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
    judgement = together([_of_place(term.name, arg, facts) for arg in term.args])
    if term.name == "recorded" and judgement.verdict == "met":
        return _without_artifacts(facts) or judgement
    return judgement


def _of_place(name: str, path: str, facts: Facts) -> Judgement:
    """One of the checks in ``_EACH`` of one path, its placeholders filled in."""
    place = facts.fill(path)
    if not isinstance(place, Judgement):
        return _EACH[name](place, facts)
    return unknown(place.reason) if name == "passes" else place


def judge_decision(words: str, facts: Facts) -> Judgement:
    """Whether the ledger says that a choice was made: of the options that ``words`` name, else of
    any."""
    options = tuple(dict.fromkeys(_OPTION.findall(words)))
    if options:
        return _decided(Call("decided", options), facts)
    for number, line in facts.lines.items():
        for sentence in _SENTENCE.split(line):
            if _tells_of_decision(sentence, sentence):
                return met("a decision is logged", f"{facts.ledger}:{number}")
    return unmet(f"{facts.ledger} says of no decision that it was made", facts.ledger)


# Files, folders, documents and captured commands


def _captured(folder: str, facts: Facts) -> Judgement:
    """A folder that holds files."""
    sizes = facts.sizes(folder)
    if not sizes:
        return _missing(folder, facts)
    count = sum(size > 0 for size in sizes.values())
    if not count:
        return unmet(f"all files of {folder} are empty", folder)
    return met(f"it has {counted(count, 'file')}", folder)


def _exists(path: str, facts: Facts) -> Judgement:
    """A file that is there and not empty, or a folder with files."""
    name = facts.resolve(path)
    sizes = facts.sizes(name)
    if sizes is None:
        return _missing(name, facts)
    if not any(sizes.values()):
        return unmet(f"{name} is empty", name)
    return met("it is there; what it says was not looked at", name)


def _missing(path: str, facts: Facts) -> Judgement:
    if facts.is_tracked(path):
        return unknown(f"git tracks {path}, the work tree does not have it", path)
    return unmet(f"{path} is not there")


def _passes(folder: str, facts: Facts) -> Judgement:
    """A captured command that exited with 0, and whose outputs say nothing else."""
    run = facts.outputs(folder)
    if run is None:
        return unknown(f"{folder} holds no outputs of a command")
    source = run.sources.get("exit_code")
    where = f"{folder}/{source}" if source else folder
    if run.exit_code is None:
        return unknown(f"{folder} has no exit code", where)
    if run.exit_code != 0:
        return unmet(f"{folder}: exit code {run.exit_code}", where)
    if run.totals and (failed := run.totals.failed + run.totals.errors):
        return unmet(f"{folder}: exit code 0, but {failed} failed in its outputs", folder)
    ran = f" of `{one_line(run.command)[:120]}`" if run.command else ""
    tests = f"{run.totals.passed} passed" if run.totals else "its outputs count no test"
    return met(f"{folder}: exit code 0{ran}; {tests}", where)


def _says(call: Call, facts: Facts) -> Judgement:
    """``says(DOCUMENT, WORDS)``: one section of the document has all the words."""
    if len(call.args) < 2:
        return unknown("says(DOCUMENT, WORDS) needs two arguments")
    name, words = facts.resolve(call.args[0]), words_of(" ".join(call.args[1:]))
    text = facts.text(name)
    if text is None:
        return _missing(name, facts)
    lines = text.split("\n")
    headings = (n for n, line in enumerate(lines) if line.startswith("#"))
    for start, end in pairwise([*dict.fromkeys((0, *headings)), len(lines)]):
        section = lines[start:end]
        if has_words("\n".join(section), words):
            line = start + line_with(words, section) + 1
            return met(f"a section of {name} has these words", f"{name}:{line}")
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
    words = words_of(" ".join(call.args))
    for attempt in facts.attempts:
        if has_words(attempt.text, words):
            line = attempt.span.start_line + line_with(words, attempt.text.split("\n"))
            return met(f"{_name(attempt)} says it", f"{facts.ledger}:{line}")
    return unmet(_none(facts, f"has the words {' '.join(words)!r}"), facts.ledger)


def _recorded(place: str, facts: Facts) -> Judgement:
    """An attempt that cites something in a folder; or, of a sprint's folder, one that names the
    sprint and cites something in the folder above."""
    folder = place.rstrip("/")
    above, _, last = folder.rpartition("/")
    sprint = _SPRINT_FOLDER.fullmatch(last)
    for attempt in facts.attempts:
        is_above = any(_lies_in(cited, above) for cited in _cited(attempt) if above)
        is_named = is_above and sprint and _about_sprint(sprint[1]).search(attempt.text)
        if is_named or any(_lies_in(cited, folder) for cited in _cited(attempt)):
            return met(
                f"{_name(attempt)} cites {folder}/", f"{facts.ledger}:{attempt.span.start_line}"
            )
    return unmet(_none(facts, f"cites {folder}/"), facts.ledger)


def _without_artifacts(facts: Facts) -> Judgement | None:
    """What to say where an attempt cites nothing at all."""
    bare = [attempt for attempt in facts.attempts if not _cited(attempt)]
    if not bare:
        return None
    where = (f"{facts.ledger}:{attempt.span.start_line}" for attempt in bare)
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


def _decided_before(sprint: str, work: Attempt, option: str, line: int, facts: Facts) -> Judgement:
    """Whether the decision, at ``line``, came before the first work at the sprint: by its date
    where it stands in no attempt, else by the numbers of the attempts."""
    reason = f"decided for option {option}"
    places = (f"{facts.ledger}:{line}", f"{facts.ledger}:{work.span.start_line}")
    holder = next((attempt for attempt in facts.attempts if _holds(attempt, line)), None)
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
            chosen = _REJECTED.sub("", bare if _OPTION.search(bare) else sentence)
            options = {option.upper() for option in _OPTION.findall(chosen)}
            options = options & asked if asked else options
            if len(options) == 1 and _tells_of_decision(sentence, chosen):
                yield options.pop(), number


def _tells_of_decision(sentence: str, chosen: str) -> bool:
    """Whether a sentence says that something was decided, and its part ``chosen``, which says what,
    does not leave it open."""
    return bool(_DECIDED.search(_DENIED.sub("", sentence))) and not _OPEN.search(chosen)


def _first_work(facts: Facts, sprint: str) -> Attempt | None:
    """The first attempt by its number, else in the file, that names the sprint and cites files."""
    about = _about_sprint(sprint)
    work = [
        attempt
        for attempt in facts.attempts
        if (cited := _cited(attempt)) and about.search("\n".join((attempt.text, *cited)))
    ]
    return min(work, key=lambda one: (one.number is None, one.number or 0), default=None)


def _about_sprint(number: str) -> re.Pattern[str]:
    return re.compile(rf"\bsprint[ _-]?{re.escape(number)}\b", re.IGNORECASE)


def _holds(attempt: Attempt, line: int) -> bool:
    return attempt.span.start_line <= line <= attempt.span.start_line + attempt.text.count("\n")


def _lies_in(path: str, folder: str) -> bool:
    """Whether a cited path is the folder or in it, written from the top or from below it."""
    cited, parts = f"{path.rstrip('/')}/", folder.split("/")
    starts = (0, *range(1, len(parts) - 1))
    return any(cited.startswith("/".join(parts[start:]) + "/") for start in starts)


def _cited(attempt: Attempt) -> list[str]:
    return [path for one in attempt.artifacts for path in one.paths]


def _name(attempt: Attempt) -> str:
    return "an entry" if attempt.number is None else f"attempt #{attempt.number}"


def _none(facts: Facts, what: str) -> str:
    if not facts.attempts:
        return f"{facts.ledger} has no attempt that could tell of it"
    return f"of {counted(len(facts.attempts), 'attempt')} that could tell of it, none {what}"


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
