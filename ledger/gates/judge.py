"""A check to a verdict: the checks of files, documents and captured commands, and those of what
the ledger says. Checks of a run are in ``judge_runs``."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from ledger.evidence.execution import selected
from ledger.evidence.model import FAILING
from ledger.gates import decisions, judge_runs, tasks
from ledger.gates.checks import Call, Check, Compare, Term, has_words, line_with, words_of
from ledger.gates.clusters import entries
from ledger.gates.decisions import about_sprint, attempt_name, cited_by
from ledger.gates.facts import Facts
from ledger.gates.model import Judgement, met, together, unknown, unmet
from ledger.plan.text import counted, one_line

_SPRINT_FOLDER: Final = re.compile(r"sprint[ _-]?(\d{1,4}[a-z]?)", re.IGNORECASE)

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
    if run.totals and run.totals.failing:
        reason = f"{folder}: exit code 0, but {run.totals.failing} failed in its outputs"
        return unmet(reason, folder)
    ran = f" of `{one_line(run.command)[:120]}`" if run.command else ""
    tests = f"{run.totals.passed} passed" if run.totals else "its outputs count no test"
    return met(f"{folder}: exit code 0{ran}; {tests}", where)


def _validated(call: Call, facts: Facts) -> Judgement:
    """``validated(COMMAND, FOLDER, ...)``: a command captured in one of the folders is this one, or
    ran and passed the tests that it, or the cluster of this name, has."""
    if len(call.args) < 2:
        return unknown("validated(COMMAND, FOLDER, ...) needs two arguments")
    command, *folders = call.args
    filled = [facts.fill(folder) for folder in folders]
    places = [part for part in filled if isinstance(part, str)]
    runs = [run for place in places if (run := facts.outputs(place))]
    if not runs:
        reasons = [judgement.reason for judgement in filled if isinstance(judgement, Judgement)]
        return unknown(next(iter(reasons), f"{folders[0]} holds no outputs of a command"))
    selection = selected(command)
    wanted = facts.selectors(selection or [command])
    for run in runs:
        tests = facts.tests_in(run, wanted)
        if any(run.tests[name].outcome in FAILING for name in tests):
            return unmet(f"`{command}` failed in {run.path}", run.path)
        words = {*one_line(run.command or "").split()}
        is_it = {*command.split()} <= words or {*(selection or [command])} <= {*words}
        passed = [name for name in tests if run.tests[name].outcome == "passed"]
        if passed or (is_it and not (wanted and run.tests)):
            what = f"{counted(len(passed), 'test')} of it passed" if passed else "it is the command"
            return met(f"`{command}`: {what} in {run.path}", run.path)
    if wanted and all(
        (run.tests and not run.tests_partial) or _selects_others(run.command or "", selection)
        for run in runs
    ):
        return unmet(f"`{command}` ran in none of {counted(len(runs), 'folder')}", *places)
    return unknown(f"nothing shows that `{command}` ran in any folder of the bundle", *places)


def _selects_others(command: str, selection: Sequence[str]) -> bool:
    """Whether a command names tests, and none of the selection is among them."""
    paths = [selector.rstrip("/") for selector in selected(command)]
    return bool(paths) and not any(
        s.startswith(path) or path.startswith(s) for s in selection for path in paths
    )


def _lists(call: Call, facts: Facts) -> Judgement:
    """``lists(FILE, count=N)``: JSON has so many entries."""
    count = call.option("count") or ""
    if len(call.args) != 1 or not count.isdecimal():
        return unknown("lists(FILE, count=N) needs a file and a number")
    name = facts.resolve(call.args[0])
    text = facts.text(name)
    if text is None:
        return _missing(name, facts)
    numbers = entries(text)
    if int(count) in numbers:
        return met(f"{name} lists {count}", name)
    if len(numbers) == 1:
        return unmet(f"{name} lists {numbers.pop()}, not {count}", name)
    return unknown(f"how many entries {name} has is not known", name)


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
    for word in wanted:
        if word not in text:
            return unmet(f"{name} does not have {word}", name)
    line = text.count("\n", 0, text.index(wanted[0])) + 1
    return met(f"{name} has {', '.join(wanted)}", f"{name}:{line}")


# What the ledger says: work logged, artifacts cited, decisions made in time


def _logged(call: Call, facts: Facts) -> Judgement:
    """``logged(WORDS)``: one attempt or completed action has all the words."""
    words = words_of(" ".join(call.args))
    for attempt in facts.attempts:
        if has_words(attempt.text, words):
            line = attempt.span.start_line + line_with(words, attempt.text.split("\n"))
            return met(f"{attempt_name(attempt)} says it", f"{facts.ledger}:{line}")
    return unmet(_none(facts, f"has the words {' '.join(words)!r}"), facts.ledger)


def _recorded(place: str, facts: Facts) -> Judgement:
    """An attempt that cites something in a folder; or, of a sprint's folder, one that names the
    sprint and cites something in the folder above."""
    folder = place.rstrip("/")
    above, _, last = folder.rpartition("/")
    sprint = _SPRINT_FOLDER.fullmatch(last)
    for attempt in facts.attempts:
        is_above = any(_lies_in(cited, above) for cited in cited_by(attempt) if above)
        is_named = is_above and sprint and about_sprint(sprint[1]).search(attempt.text)
        if is_named or any(_lies_in(cited, folder) for cited in cited_by(attempt)):
            return met(
                f"{attempt_name(attempt)} cites {folder}/",
                f"{facts.ledger}:{attempt.span.start_line}",
            )
    return unmet(_none(facts, f"cites {folder}/"), facts.ledger)


def _without_artifacts(facts: Facts) -> Judgement | None:
    """What to say where an attempt cites nothing at all."""
    bare = [attempt for attempt in facts.attempts if not cited_by(attempt)]
    if not bare:
        return None
    where = (f"{facts.ledger}:{attempt.span.start_line}" for attempt in bare)
    return unmet(f"{', '.join(map(attempt_name, bare))} cites no artifact", *where)


def _decided(call: Call, facts: Facts) -> Judgement:
    """``decided(OPTION, ..., before=SPRINT)``: the ledger says which of the options was decided
    for, before the first attempt at the sprint."""
    options = {option.rpartition(" ")[2].upper() for option in call.args}
    return decisions.decided(options, facts, call.option("before"))


def _lies_in(path: str, folder: str) -> bool:
    """Whether a cited path is the folder or in it, written from the top or from below it."""
    cited, parts = f"{path.rstrip('/')}/", folder.split("/")
    starts = (0, *range(1, len(parts) - 1))
    return any(cited.startswith("/".join(parts[start:]) + "/") for start in starts)


def _tasks(call: Call, facts: Facts) -> Judgement:
    """``tasks(NAMES)``: the tasks of these names are done in their plan files."""
    return tasks.judge(call.args, facts.plan_files) if call.args else unknown("tasks() names none")


def _none(facts: Facts, what: str) -> str:
    if not facts.attempts:
        return f"{facts.ledger} has no attempt that could report it"
    return f"of {counted(len(facts.attempts), 'attempt')} that could report it, none {what}"


_WHOLE: Final[dict[str, Callable[[Call, Facts], Judgement]]] = {
    "says": _says,
    "contains": _contains,
    "lists": _lists,
    "validated": _validated,
    "logged": _logged,
    "decided": _decided,
    "tasks": _tasks,
}
_EACH: Final[dict[str, Callable[[str, Facts], Judgement]]] = {
    "passes": _passes,
    "captured": _captured,
    "exists": _exists,
    "recorded": _recorded,
}
