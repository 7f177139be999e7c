"""What a criterion says in prose, in code form.

Each reader in ``_READERS`` knows one way of saying something. A sentence may ask for several
things: each of its clauses is read, and one that no reader knows is told. What stands in
parentheses at the end is a note: it may name tests or files, but sets no bound.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from ledger.gates.checks import Call, Check, Compare, Term, has_words, words_of
from ledger.gates.model import Brief, Condition, Task
from ledger.plan import citations

_NOTE: Final = re.compile(
    r"[ \t]*\((?P<note>[^()]{1,300}(?:\([^()]{0,100}\)[^()]{0,100})?)\)[.]?\Z"
)
# e.g. "C1: All tests pass"
_LABEL: Final = re.compile(r"[A-Z]{1,3}\d{1,3}[a-z]?:[ \t]+")


class Prose(NamedTuple):
    """A criterion's text without its note, the note, and what it belongs to."""

    text: str
    note: str
    condition: Condition
    brief: Brief | None
    path: str

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the sprint whose criterion it is."""
        number = self.condition.sprint
        sprints = self.brief.sprints if self.brief and number else ()
        return next((sprint.tasks for sprint in sprints if sprint.number == number), ())


class Reading(NamedTuple):
    """What a criterion's prose stands for, and the clauses of it that no reader knows."""

    check: Check
    unread: tuple[str, ...]


def read(condition: Condition, brief: Brief | None, path: str) -> Reading | None:
    """What the criterion's prose asks for; None where no reader knows what it says. ``path`` is the
    document's own."""
    text = _LABEL.sub("", condition.text, count=1)
    note = _NOTE.search(text)
    prose = Prose(
        text=text[: note.start()] if note else text,
        note=note["note"] if note else "",
        condition=condition,
        brief=brief,
        path=path,
    )
    terms = _terms(prose)
    unread: list[str] = []
    for clause in _clauses(prose) if terms else ():
        own = _terms(clause)
        terms += [term for term in own if not _has(terms, term)]
        if not own and not _is_named(clause.text, terms):
            unread.append(clause.text)
    return Reading(Check(tuple(terms)), tuple(unread)) if terms else None


def _terms(prose: Prose) -> list[Term]:
    """What the first reader that knows the text finds in it; nothing where none does."""
    return next(filter(None, (reader(prose) for reader in _READERS)), [])


# Clauses

# e.g. "No regressions, and runtime < 770 s; docs reviewed"; "All tests pass with no new failures"
_JOINT: Final = re.compile(
    r"(?:;|,|[.](?=\s[A-Z]))\s+(?:(?:and|but|while)\s+)?|\s(?:and|but|while|&|\+|(?P<weak>with))\s+"
)
_MOST_JOINTS: Final = 50  # of a sentence; what comes later is one clause
_CLOSED: Final = re.compile(r"`[^`]*`|\([^()]*\)")
# What makes words a statement: "the docs are reviewed", "nothing fails"
_SAYS: Final = re.compile(
    r"\S\s+(?:is|are|was|were|has|have|stays?|remains?|pass(?:es)?|fails?|works?|builds?|runs?|"
    r"exits?|\w{2,30}ed)\b",
    re.IGNORECASE,
)


def _clauses(prose: Prose) -> Iterator[Prose]:
    """The parts of a text that each ask for something. One ends at a joint if it can be read, or
    says something, by then: a list of names has joints too. The note belongs to the last."""
    text, begin, is_weak = prose.text, 0, False
    bare = _CLOSED.sub(lambda found: "x" * len(found[0]), text)
    for joint in islice(_JOINT.finditer(bare), _MOST_JOINTS):
        clause = prose._replace(text=text[begin : joint.start()], note="")
        is_read = bool(_terms(clause))
        if is_read or (not joint["weak"] and _SAYS.search(clause.text)):
            if is_read or not is_weak:
                yield clause
            begin, is_weak = joint.end(), bool(joint["weak"])
    last = prose._replace(text=text[begin:])
    if not is_weak or _terms(last):
        yield last


def _has(terms: list[Term], term: Term) -> bool:
    """Whether one of ``terms`` asks for as much as ``term``."""
    return term in terms or any(
        isinstance(one, Call)
        and isinstance(term, Call)
        and one.name == term.name
        and {*term.args} <= {*one.args}
        for one in terms
    )


def _is_named(clause: str, terms: list[Term]) -> bool:
    """Whether a clause is but names that ``terms`` ask about: ``docs/testing.md``, ``UTF-001``."""
    paths = [path for cited in citations.find(clause) for path in cited.paths]
    named = {*_names(clause), *paths, *(one["path"] for one in _DOCUMENT.finditer(clause))}
    asked = {arg for term in terms if isinstance(term, Call) for arg in term.args}
    return bool(named) and named <= asked and not _SAYS.search(clause)


# Tests and clusters

# e.g. "CLUSTER-SPLIT-001 x2", "UTF-001"
_NAME: Final = re.compile(
    r"\b(?:CLUSTER-)?(?P<name>[A-Z][A-Z0-9]{0,30}-\d{1,6})\b(?![\]-])(?:[ \t]?"
    r"[x\u00d7](?P<times>\d{1,3})\b)?"
)
_TEST: Final = re.compile(
    r"(?:[\w./-]{1,200}\.py::)?(?:\w{1,100}::){0,3}test_\w{1,150}(?:\[[^\]\s]{1,100}\])?"
)
# e.g. "4 failures are cleared"
_COUNT_CLEARED: Final = re.compile(
    r"(?P<count>\d{1,6}) (?:failures?|failing tests?|tests?|blockers?) (?:are |is )?"
    r"(?:cleared|fixed|resolved|passing now|pass(?:es)? now)\b",
    re.IGNORECASE,
)
_CLEARED: Final = re.compile(r"\b(?:cleared|fixed|resolved)\b", re.IGNORECASE)
_PASSES: Final = re.compile(r"\b(?:pass|passes|passing|green|succeeds?)\b", re.IGNORECASE)
# e.g. "Targeted pytest commands all passing"
_TARGETED: Final = re.compile(
    r"\b(?:targeted|validation)\b[^.]{0,60}\b(?:pass|passing|passes|green|succeed)\b", re.IGNORECASE
)
# e.g. "1 failure remaining"
_REMAINING: Final = re.compile(
    r"(?:(?P<count>\d{1,6}|no|zero) )(?:known )?(?:failures?|failing tests?) "
    r"(?:is |are )?(?:remaining|remains?|left)\b",
    re.IGNORECASE,
)
_NO_NEW: Final = re.compile(r"\b(?:no|0|zero) (?:new failures?|regressions?)\b", re.IGNORECASE)
_NONE_FAIL: Final = re.compile(
    r"\A(?:(?:no|0|zero) (?:test )?(?:failures?|errors?)|(?:nothing|no tests?|none) fails?)\b",
    re.IGNORECASE,
)
_ALL_PASS: Final = re.compile(
    r"\b(?:all tests|full suite|test suite|whole suite)\b.{0,100}\bpass", re.IGNORECASE
)


def all_tests(text: str) -> str:
    """The words that say of all tests that they pass: ``All tests pass``; empty for none."""
    said = _ALL_PASS.search(text)
    return said[0] if said else ""


def _names(text: str) -> list[str]:
    """The clusters and tests that a text names, those with a number of tests as ``NAME:2``."""
    clusters = [
        f"{match['name']}:{match['times']}" if match["times"] else match["name"]
        for match in _NAME.finditer(text)
    ]
    return clusters + _TEST.findall(text)


def _cleared(prose: Prose) -> list[Term]:
    """Tests or clusters that are cleared, or pass."""
    names = _names(f"{prose.text} ({prose.note})" if prose.note else prose.text)
    if counted := _COUNT_CLEARED.search(prose.text):
        count = counted["count"]
        if not names:
            return [Compare("cleared", ">=", float(count))]
        return [Call("cleared", tuple(names), (("count", count),))]
    if names and _CLEARED.search(prose.text):
        return [Call("cleared", tuple(names))]
    tests = _TEST.findall(prose.text)
    if tests and _PASSES.search(prose.text) and not _TARGETED.search(prose.text):
        return [Call("passing", tuple(tests))]
    return []


def _remaining(prose: Prose) -> list[Term]:
    """How many failures are left, and which."""
    if left := _REMAINING.search(prose.text):
        count = left["count"] if left["count"].isdigit() else "0"
        names = _names(prose.note.partition(",")[0] or prose.text)
        return [Call("remaining", tuple(names), (("count", count),))]
    if _NO_NEW.search(prose.text):
        return [Compare("new_failures", "==", 0)]
    is_of_all = _ALL_PASS.search(prose.text) and ".py" not in prose.text
    if _NONE_FAIL.search(prose.text) or is_of_all:
        return [Compare("failures", "==", 0)]
    return []


# Bounds of counts, rates, times and memory

_OP: Final = (
    r"(?P<op><=|>=|[<>=\u2264\u2265]|at least|at most|no more than|no fewer than|under|below|"
    r"less than|fewer than|more than|over|above|exceeds|within|exactly)"
)
_OPS: Final = {
    "at least": ">=", "no fewer than": ">=", "at most": "<=", "no more than": "<=", "within": "<=",
    "under": "<", "below": "<", "less than": "<", "fewer than": "<", "more than": ">", "over": ">",
    "above": ">", "exceeds": ">", "exactly": "==", "=": "==", "\u2264": "<=", "\u2265": ">=",
}  # fmt: skip
_NUMBER: Final = r"~?(?P<value>\d{1,12}(?:\.\d{1,6})?)"
_SHARE_OF: Final = r"%(?: of (?:the |all )?(?P<of>\w+))?"
_OF: Final = {
    "collected": "collected", "executed": "executed", "ran": "executed", "run": "executed",
    "cases": "cases", "recorded": "cases",
}  # fmt: skip
# e.g. "Pass rate at least 79.5% of collected tests", "At least 95% of executed tests pass"
_RATE: Final = re.compile(
    rf"\bpass(?:ing)? ?rate (?:is |of |stays )?{_OP} ?{_NUMBER} ?{_SHARE_OF}", re.IGNORECASE
)
_RATE_OF: Final = re.compile(
    rf"{_OP} ?{_NUMBER} ?{_SHARE_OF}(?: tests)? pass(?:es|ing|ed)?\b", re.IGNORECASE
)
# e.g. "Runtime under 27 minutes", "margin ≥ 50% of 3600s", "Peak memory below 2 GB"
_TIME: Final = re.compile(
    rf"\b(?:runtime|run time|duration|wall[- ]?(?:clock )?time|elapsed(?: time)?) "
    rf"(?:is |of |stays )?{_OP} ?{_NUMBER} ?"
    r"(?P<unit>ms|s|sec(?:onds)?|min(?:utes)?|h(?:ours?)?)\b",
    re.IGNORECASE,
)
_MARGIN: Final = re.compile(
    rf"\bmargin (?:is |of |stays )?{_OP} ?{_NUMBER} ?%"
    r"(?: (?:of|below|under) (?:the )?(?P<of>\d{1,9}) ?s)?",
    re.IGNORECASE,
)
_MEMORY: Final = re.compile(
    rf"\b(?:peak (?:memory|rss)|memory) (?:is |of |stays )?{_OP} ?{_NUMBER} ?(?P<unit>[kKMG]i?B)\b"
)
# e.g. "Failures ≤ 35", "At most 2 errors"
_METRIC: Final = re.compile(
    r"\b(?P<metric>failures|failed|errors|skipped|passed|collected|exit code) (?:is |are )?"
    rf"{_OP} ?{_NUMBER}\b",
    re.IGNORECASE,
)
_BOUND: Final = re.compile(
    rf"{_OP} ?{_NUMBER} (?:tests? )?(?P<metric>failures?|failed|errors?|skipped|passed|"
    r"collected)\b",
    re.IGNORECASE,
)
_METRICS: Final = {"failure": "failures", "error": "errors", "exit code": "exit_code"}
_EXIT: Final = re.compile(
    r"\bexit(?:s with)?(?: code)? (?:is |of |= ?)?(?P<value>\d{1,3})\b", re.IGNORECASE
)


def _compare(match: re.Match[str], metric: str, unit: str = "", of: float | None = None) -> Compare:
    op = match["op"].lower()
    return Compare(metric, _OPS.get(op, op), float(match["value"]), unit, of)


def _thresholds(prose: Prose) -> list[Term]:
    """Every bound that the text sets."""
    terms: list[Term] = []
    text = prose.text
    if rate := _RATE.search(text) or _RATE_OF.search(text):
        of = _OF.get((rate["of"] or "").lower())
        terms.append(_compare(rate, f"passed/{of}" if of else "rate", "%"))
    if time := _TIME.search(text):
        unit = time["unit"].lower()
        unit = "ms" if unit == "ms" else "min" if unit[0] == "m" else unit[0]
        terms.append(_compare(time, "runtime", unit))
    if margin := _MARGIN.search(text):
        totals = prose.brief.totals if prose.brief else None
        timeout = float(margin["of"]) if margin["of"] else totals.timeout_s if totals else None
        if timeout:
            terms.append(_compare(margin, "margin", "%", timeout))
    if memory := _MEMORY.search(text):
        terms.append(_compare(memory, "memory", memory["unit"].replace("KB", "kB")))
    if terms:
        return terms
    if count := _METRIC.search(text) or _BOUND.search(text):
        metric = count["metric"].lower()
        return [_compare(count, _METRICS.get(metric, metric))]
    return []


def _exits(prose: Prose) -> list[Term]:
    """An exit code by itself."""
    code = _EXIT.search(prose.text)
    return [Compare("exit_code", "==", float(code["value"]))] if code else []


# Bundles and captured commands

_CAPTURED: Final = re.compile(
    r"\b(?:captured|stored|saved|collected|archived|written|published|in place|present|"
    r"available)\b",
    re.IGNORECASE,
)
_BUNDLE: Final = re.compile(
    r"\bbundle(?: tree| structure)?\b[^.]{0,30}\b(?:complete|in place)\b", re.IGNORECASE
)


def of_sprint(path: str, number: str) -> bool:
    """Whether a path lies in a folder that is called after a sprint."""
    return bool(re.search(rf"/sprint[ _-]?{re.escape(number)}(?=/|\Z)", path, re.IGNORECASE))


def _targeted(prose: Prose) -> list[Term]:
    """The folders of the bundle that hold an exit code; with a sprint, those of the sprint."""
    if not _TARGETED.search(prose.text) or prose.brief is None:
        return []
    number = prose.condition.sprint
    folders = [
        folder
        for folder, _, name in (entry.path.rpartition("/") for entry in prose.brief.bundle)
        if "exit" in name.lower() and "code" in name.lower()
        if not number or of_sprint(f"{folder}/", number)
    ]
    return [Call("passes", tuple(folders))] if folders else []


def _captured_in(prose: Prose) -> list[Term]:
    """What is said to be captured: folders that hold files, files, or the whole bundle."""
    if prose.brief and _BUNDLE.search(prose.text):
        wanted = (entry.path for entry in prose.brief.bundle if not entry.optional)
        return [Call("exists", tuple(path for path in wanted if not path.endswith("/")))]
    if not _CAPTURED.search(prose.text):
        return []
    paths = [path for cited in citations.find(prose.text) for path in cited.paths]
    folders = tuple(path for path in paths if path.endswith("/"))
    files = tuple(path for path in paths if not path.endswith("/"))
    return [
        *([Call("captured", folders)] if folders else []),
        *([Call("exists", files)] if files else []),
    ]


# The plan: attempts logged, sprints complete, decisions made

# e.g. "All prior sprints 1-3 are complete"
_SPRINTS: Final = re.compile(
    r"\A(?:all )?(?:prior )?sprints? (?P<first>\d+)(?:(?:-|\u2013| to | and )(?P<last>\d+))?"
    r" (?:is |are )?(?:complete|done|finished)",
    re.IGNORECASE,
)
_PRIOR: Final = re.compile(
    r"\A(?:all )?(?:prior|previous|earlier) sprints\b[^.]{0,20}\bcomplete", re.IGNORECASE
)
_DECISION: Final = re.compile(
    r"\bdecision\b[^.]{0,100}\b(?:logged|recorded|documented|made|taken)\b", re.IGNORECASE
)
_OPTION: Final = re.compile(r"\boption [A-Z0-9]{1,2}\b", re.IGNORECASE)
_BEFORE: Final = re.compile(r"\bbefore sprint (?P<number>\d{1,4}[a-z]?)\b", re.IGNORECASE)
# e.g. "All fix_plan Attempts logged with artifact paths"
_ATTEMPTS: Final = re.compile(
    r"\ball\b[^.]{0,30}\battempts?\b[^.]{0,20}\b(?:logged|recorded)\b[^.]{0,20}\bartifact",
    re.IGNORECASE,
)


def _plan(prose: Prose) -> list[Term]:
    brief, own = prose.brief, prose.condition.sprint
    sprints = [one for one in brief.sprints if not one.is_deferred] if brief else []
    if _ATTEMPTS.search(prose.text) and brief:
        numbers = "|".join(re.escape(one.number) for one in sprints)
        ends = re.compile(rf"/sprint[ _-]?(?:{numbers})/\Z", re.IGNORECASE)
        folders = [entry.path for entry in brief.bundle if sprints and ends.search(entry.path)]
        return [Call("recorded", tuple(folders))] if folders else []
    if numbered := _SPRINTS.match(prose.text):
        first, last = int(numbered["first"]), int(numbered["last"] or numbered["first"])
        return [Call("complete", tuple(str(n) for n in range(first, min(last, first + 99) + 1)))]
    if _PRIOR.match(prose.text) and brief:
        before = [one.number for one in sprints if one.line < prose.condition.line]
        return [Call("complete", tuple(number for number in before if number != own))]
    if _DECISION.search(prose.text):
        options = tuple(dict.fromkeys(_OPTION.findall(f"{prose.text} {prose.note}")))
        work = _BEFORE.search(prose.text)
        sprint = work["number"] if work else own
        return [Call("decided", options, (("before", sprint),) if sprint else ())]
    return []


# Documents

# e.g. "Policy documented in arch.md + docs/testing.md"
_DOCUMENTED: Final = re.compile(
    r"(?P<what>.{2,200}?) (?:is |are |was |were )?(?:documented|logged|recorded|described|"
    r"noted|explained)\b(?: in (?P<places>.{2,200}))?",
    re.IGNORECASE,
)
_DEPLOYED: Final = re.compile(
    r"\b(?:deployed|implemented|added|landed|applied|in code)\b", re.IGNORECASE
)
_PLACES: Final = re.compile(r" ?\+ ?|, ?| and | & ")
_FIX_PLAN: Final = re.compile(
    r"`?(?:the )?(?:docs/)?(?:fix[_ ]plan(?:\.md)?|ledger|plan)`?\Z", re.IGNORECASE
)
_DOCUMENT: Final = re.compile(r"`?(?P<path>[\w./-]{1,200}\.(?:md|rst|txt|py|toml|ya?ml|json))`?")
_THIS: Final = re.compile(r"\bthis (?:document|brief|file)\b", re.IGNORECASE)


def _documented(prose: Prose) -> list[Term]:
    """Something documented in the ledger, in documents, or where its task says."""
    documented = _DOCUMENTED.match(prose.text)
    if not documented:
        return []
    what = documented["what"]
    if not documented["places"]:
        return _task_document(prose, what)
    terms: list[Term] = []
    for place in _PLACES.split(documented["places"].rstrip(". ")):
        if _FIX_PLAN.match(place.strip()):
            terms.append(Call("logged", (what,)))
        elif document := _DOCUMENT.fullmatch(place.strip()):
            terms.append(Call("says", (document["path"], what)))
        else:
            return []  # a place that nobody knows: the whole cannot be judged
    return terms


def _task_document(prose: Prose, what: str) -> list[Term]:
    """The file that the task says its findings are documented in."""
    task = _task(prose, what)
    for change in task.changes if task else ():
        if change.lower().startswith(("document", "record", "describe", "log ")):
            paths = [path for cited in citations.find(change) for path in cited.paths]
            if paths:
                return [Call("exists", tuple(paths))]
    return []


def _deployed(prose: Prose) -> list[Term]:
    """What the code of the task defines is in its file."""
    task = _task(prose, prose.text) if _DEPLOYED.search(prose.text) else None
    return [
        Call("contains", (file.path, *file.defines))
        for file in (task.files if task else ())
        if file.defines
    ]


def _task(prose: Prose, what: str) -> Task | None:
    """The sprint's task whose title shares most words with ``what``, and two at least."""
    wanted = {*words_of(what)}
    shared = [(len(wanted & {*words_of(task.title)}), task) for task in prose.tasks]
    count, task = max(shared, key=lambda one: one[0], default=(0, None))
    return task if count >= 2 else None


def _named(prose: Prose) -> list[Term]:
    """Documents that the criterion or its note names, or that a cross-reference is called by."""
    if prose.brief is None or prose.condition.sprint:
        return []
    if _THIS.search(prose.note):
        return [Call("exists", (prose.path,))]
    paths = [match["path"] for match in _DOCUMENT.finditer(f"{prose.text} {prose.note}")]
    if paths:
        return [Call("exists", tuple(paths))]
    for reference in prose.brief.references:
        words = words_of(reference.label)
        if len(words) > 1 and has_words(prose.text, words):
            return [Call("exists", reference.paths)]
    return []


_READERS: Final[tuple[Callable[[Prose], list[Term]], ...]] = (
    _plan,
    _targeted,
    _remaining,
    _cleared,
    _thresholds,
    _captured_in,
    _documented,
    _deployed,
    _named,
    _exits,
)
