"""What prose says of bundles, documents and the plan, in code form."""

from __future__ import annotations

import re
from typing import Final

from ledger.gates.criteria import wording
from ledger.gates.criteria.language import Call, Term
from ledger.gates.criteria.prose_runs import TARGETED
from ledger.gates.criteria.saying import Said
from ledger.gates.model import Task
from ledger.plan import citations

_UNDER: Final = re.compile(
    r"\b(?:captured|stored|saved|collected|archived|written|published|in place|present|"
    r"available)\b",
    re.IGNORECASE,
)
_BUNDLE: Final = re.compile(
    r"\bbundle(?: tree| structure)?\b[^.]{0,30}\b(?:complete|in place)\b", re.IGNORECASE
)
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
_ATTEMPTS: Final = re.compile(
    r"\ball\b[^.]{0,30}\battempts?\b[^.]{0,20}\b(?:logged|recorded)\b[^.]{0,20}\bartifact",
    re.IGNORECASE,
)
_DOCUMENTED: Final = re.compile(
    r"(?P<what>.{2,200}?) (?:is |are |was |were )?(?:documented|logged|recorded|described|"
    r"noted|explained)\b"
    r"(?: in (?P<places>.{2,200}))?",
    re.IGNORECASE,
)
_DEPLOYED: Final = re.compile(
    r"\b(?:deployed|implemented|added|landed|applied|in code)\b", re.IGNORECASE
)
_PLACES: Final = re.compile(r" ?\+ ?|, ?| and | & ")
_PLAN: Final = re.compile(
    r"`?(?:the )?(?:docs/)?(?:fix[_ ]plan(?:\.md)?|ledger|plan)`?\Z", re.IGNORECASE
)
_DOCUMENT: Final = re.compile(r"`?(?P<path>[\w./-]{1,200}\.(?:md|rst|txt|py|toml|ya?ml|json))`?")
_THIS: Final = re.compile(r"\bthis (?:document|brief|file)\b", re.IGNORECASE)


def targeted(said: Said) -> list[Term]:
    """The folders of the bundle that hold an exit code; with a sprint, those of the sprint."""
    if not TARGETED.search(said.text) or said.brief is None:
        return []
    entries = [entry.path for entry in said.brief.bundle if _is_exit_code(entry.path)]
    number = said.condition.sprint
    folders = [path.rpartition("/")[0] for path in entries if not number or of_sprint(path, number)]
    return [Call("passes", tuple(folders))] if folders else []


def _is_exit_code(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return "exit" in name and "code" in name


def of_sprint(path: str, number: str) -> bool:
    """Whether a path lies in a folder that is called after a sprint."""
    return bool(re.search(rf"/sprint[ _-]?{re.escape(number)}(?=/|\Z)", path, re.IGNORECASE))


def captured(said: Said) -> list[Term]:
    """What is said to be captured: folders that hold files, files, or the whole bundle."""
    if said.brief and _BUNDLE.search(said.text):
        entries = (one for one in said.brief.bundle if not one.optional)
        return [Call("exists", tuple(e.path for e in entries if not e.path.endswith("/")))]
    if not _UNDER.search(said.text):
        return []
    paths = [path for cited in citations.find(said.text) for path in cited.paths]
    folders = tuple(path for path in paths if path.endswith("/"))
    files = tuple(path for path in paths if not path.endswith("/"))
    return [
        *([Call("captured", folders)] if folders else []),
        *([Call("exists", files)] if files else []),
    ]


def plan(said: Said) -> list[Term]:
    """Attempts logged, sprints complete, decisions made."""
    if _ATTEMPTS.search(said.text) and said.brief:
        numbers = [one.number for one in said.brief.sprints if not one.is_deferred]
        folders = [
            e.path for e in said.brief.bundle if any(_ends_in_sprint(e.path, n) for n in numbers)
        ]
        return [Call("recorded", tuple(folders))] if folders else []
    if found := _SPRINTS.match(said.text):
        first, last = int(found["first"]), int(found["last"] or found["first"])
        return [Call("complete", tuple(str(n) for n in range(first, min(last, first + 99) + 1)))]
    if _PRIOR.match(said.text) and said.brief:
        before = [
            s.number
            for s in said.brief.sprints
            if not s.is_deferred and s.line < said.condition.line
        ]
        own = said.condition.sprint
        return [Call("complete", tuple(n for n in before if n != own))]
    if _DECISION.search(said.text):
        options = tuple(dict.fromkeys(_OPTION.findall(f"{said.text} {said.note}")))
        number = said.condition.sprint
        return [Call("decided", options, (("before", number),) if number else ())]
    return []


def _ends_in_sprint(path: str, number: str) -> bool:
    return (
        path.endswith("/")
        and of_sprint(path, number)
        and path.rstrip("/").rpartition("/")[2].lower().startswith("sprint")
    )


def documented(said: Said) -> list[Term]:
    """Something documented in the ledger, in documents, or where its task says."""
    found = _DOCUMENTED.match(said.text)
    if not found:
        return []
    what = found["what"]
    if not found["places"]:
        return _task_document(said, what)
    terms: list[Term] = []
    for place in _PLACES.split(found["places"].rstrip(". ")):
        document = _DOCUMENT.fullmatch(place.strip())
        if _PLAN.match(place.strip()):
            terms.append(Call("logged", (what,)))
        elif document:
            terms.append(Call("says", (document["path"], what)))
        else:
            return []  # a place that nobody knows: the whole cannot be judged
    return terms


def _task(said: Said, what: str) -> Task | None:
    """The sprint's task that shares most words with ``what``, and two at least."""
    tasks = said.sprint.tasks if said.sprint else ()
    best = max(tasks, key=lambda task: _alike(task, what), default=None)
    return best if best and _alike(best, what) >= 2 else None


def _alike(task: Task, what: str) -> int:
    return wording.share(task.title, what)


def _task_document(said: Said, what: str) -> list[Term]:
    """The file that the task says its findings are documented in."""
    task = _task(said, what)
    for change in task.changes if task else ():
        if change.lower().startswith(("document", "record", "describe", "log ")):
            paths = [path for cited in citations.find(change) for path in cited.paths]
            if paths:
                return [Call("exists", tuple(paths))]
    return []


def deployed(said: Said) -> list[Term]:
    """What the code of the task defines is in its file."""
    if not _DEPLOYED.search(said.text):
        return []
    task = _task(said, said.text)
    return [
        Call("contains", (file.path, *file.defines))
        for file in (task.files if task else ())
        if file.defines
    ]


def named(said: Said) -> list[Term]:
    """Documents that the criterion or its note names, or that a cross-reference is called by."""
    if said.brief is None or said.condition.sprint:
        return []
    if _THIS.search(said.note):
        return [Call("exists", (said.path,))]
    named = [found["path"] for found in _DOCUMENT.finditer(f"{said.text} {said.note}")]
    if named:
        return [Call("exists", tuple(named))]
    for reference in said.brief.references:
        words = wording.content(reference.label)
        if len(words) > 1 and wording.says(said.text, words):
            return [Call("exists", reference.paths)]
    return []
