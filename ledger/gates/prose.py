"""What a criterion says in prose, in code form.

Each reader in ``_READERS`` knows one way of saying something, and marks the words that it
understood. A sentence may ask for several things: each of its clauses is read. Words that no reader
knows are reported, for they may change what is asked for: "no failures in core". What is in
parentheses at the end is a note: it may name tests or files, but sets no bound.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from ledger.gates import tree
from ledger.gates.brief import OPTION
from ledger.gates.checks import Call, Check, Term, has_words, words_of
from ledger.gates.decisions import option_keys, options_in
from ledger.gates.model import Brief, Condition, Task
from ledger.gates.run_terms import CLUSTER, MARGIN, TEST, TOKEN, demand, margins, names, rest
from ledger.plan import citations, named_tasks
from ledger.plan.statements.lexicon import COUNT, SMALL
from ledger.plan.statements.reader import stated
from ledger.plan.statements.tokens import tokens

_LONGEST: Final = 2_000  # characters of a criterion that is read
# e.g. "Sorted (after the rerun)."
_NOTE: Final = re.compile(
    r"[ \t]*\((?P<note>[^()]{1,300}(?:\([^()]{0,100}\)[^()]{0,100})?)\)[.]?\Z"
)
# e.g. "C1: All tests pass"
_LABEL: Final = re.compile(r"[A-Z]{1,3}\d{1,3}[a-z]?:[ \t]+")
# Words that take something out of what is asked for, beside those that reports have for "but for",
# none, not, only, exceptions, skips and shares.
# e.g. "unless"
_LIMITS: Final = re.compile(
    r"\b(?:excl\w*|unless|until|if|per|median|mean|average|either|or|nor|some|any|partly|"
    r"partially|mostly|almost|nearly|isolation|isolated|optional(?:ly)?|pending|allow\w*|tolerat\w*|"
    r"ignor\w*|accept\w*|may|can|might|expect\w*|known|todo|tbd)\b",
    re.IGNORECASE,
)
_MEASURED: Final = ("passed", "failed", "errors", "skipped", "collected", "executed", "duration")
_REFERENCE: Final = re.compile(r"\[[^\[\]]{1,60}\]")  # `[PARSE-001]`
_NAME: Final = re.compile(r"\S{4,30}")  # neither code nor small words
_MOST_NAMED: Final = 3  # words that are not known
_LIMITING: Final = frozenset("BZbO\u03beSp")  # letters of the lexicon


class Prose(NamedTuple):
    """A criterion's text without its note, the note, what it belongs to, and the spans of the text
    that are understood."""

    text: str
    note: str
    condition: Condition
    seen: list[tuple[int, int]]
    brief: Brief | None = None
    path: str = ""

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match in the text, which is understood."""
        return next(iter(self.find_all(pattern, most=1)), None)

    def find_all(self, pattern: re.Pattern[str], most: int = 200) -> list[re.Match[str]]:
        """The matches in the text, which are understood."""
        matches = [*islice(pattern.finditer(self.text), most)]
        self.seen.extend(match.span() for match in matches)
        return matches

    def part(self, text: str) -> "Prose":
        """A part of the text, or all of it, of which nothing is understood yet."""
        note = _NOTE.search(text)
        return self._replace(
            text=text[: note.start()] if note else text,
            note=note["note"] if note else "",
            seen=[],
        )

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the sprint whose criterion it is."""
        number = self.condition.sprint
        sprints = self.brief.sprints if self.brief and number else ()
        return next((sprint.tasks for sprint in sprints if sprint.number == number), ())


class Reading(NamedTuple):
    """What a criterion's prose stands for, the words of it that no reader knows, and whether they
    may ask for less than the rest does."""

    check: Check
    unread: tuple[str, ...]
    is_eased: bool


def read(condition: Condition, brief: Brief | None, path: str) -> Reading | None:
    """What the criterion's prose asks for; None where no reader knows what it says. ``path`` is the
    document's own."""
    text = _LABEL.sub("", condition.text, count=1)
    whole = Prose(text, "", condition, [], brief, path=path)
    if len(text) > _LONGEST:
        return None
    terms: list[Term] = []
    unread: list[str] = []
    is_eased = False
    for clause in _clauses(whole):
        if own := _terms(clause):
            terms += [term for term in own if not _has(terms, term)]
        elif TOKEN.search(clause.text):
            unread.append(clause.text.strip())
            is_eased = is_eased or not _SAYS.search(clause.text) or _limits(clause.text)
    return Reading(Check(tuple(terms)), tuple(unread), is_eased) if terms else None


@lru_cache(maxsize=1024)
def _limits(text: str) -> bool:
    """Whether words take something out of what is asked for, or say the contrary."""
    return bool(_LIMITS.search(text)) or any(
        word.code in _LIMITING and not re.search(r"\d", word.text)
        for word in tokens(text, slack=0.0)
    )


def why_unread(text: str) -> str:
    """What of a criterion that no reader knows is in the way, with a semicolon behind it."""
    words = tokens(_REFERENCE.sub(" ", text[:_LONGEST]), slack=0.0)
    every = (part for word in words if word.code == "u" for part in word.text.split("\n"))
    names = [reason for reason in dict.fromkeys(every) if _NAME.fullmatch(reason)][:_MOST_NAMED]
    if names:
        return f"none speaks of {', '.join(map(repr, names))}; "
    if any(r.low == r.high != 0 and r.quantity in _MEASURED for r in stated(words)):
        return "a figure alone may be a bound either way (say at least, at most or exactly); "
    return ""


def is_of_all(text: str) -> bool:
    """Whether a criterion speaks of all tests: ``All tests pass``."""
    return bool(_IN_ALL.search(text)) or demand(text).is_of_all


def _terms(prose: Prose) -> list[Term]:
    """What the first reader that understands each word of a text finds in it."""
    noted: list[Term] = []
    if _limits(_EITHER.sub(r"\1, ", prose.note)):
        # "Failures: <= 13 (no regression from the baseline)": the note asks for more
        note = prose.part(prose.note)
        noted = _of_run(note)
        if not noted or rest(note.text, note.seen):
            return []
    for reader in _READERS:
        own = prose._replace(seen=[])
        terms = reader(own)
        if terms and not rest(own.text, own.seen):
            return [*terms, *(call for call in noted if call not in terms)]
    return []


# Clauses

# e.g. "No regressions, and runtime < 770 s; docs reviewed"; "All tests pass with no new failures"
_JOINT: Final = re.compile(
    r"(?:;|,|[.](?=\s[A-Z]))\s+(?:(?:and|but|while)\s+)?|\s(?:and|but|while|with|&|\+)\s+"
)
_MOST_JOINTS: Final = 20  # of a sentence; what comes later is one clause
_CLOSED: Final = re.compile(r"`[^`]*`|\([^()]*\)")
# What makes words a statement: "the docs are reviewed", "nothing fails"
_SAYS: Final = re.compile(
    r"\S\s+(?:is|are|was|were|has|have|stays?|remains?|pass(?:es)?|fails?|works?|builds?|runs?|"
    r"exits?|\w{2,30}ed|told)\b",
    re.IGNORECASE,
)


def _clauses(prose: Prose) -> Iterator[Prose]:
    """The parts of a text that each ask for something: as much as one reader understands, else
    what says something. A list of names has joints too."""
    text, begin = prose.text, 0
    bare = _CLOSED.sub(lambda match: "x" * len(match[0]), text)
    joints = [match.span() for match in islice(_JOINT.finditer(bare), _MOST_JOINTS)]
    while begin < len(text):
        later = [span for span in joints if span[0] >= begin] + [(len(text), len(text))]
        parts = [(prose.part(text[begin:start]), end) for start, end in later]
        read = [part for part in parts if _terms(part[0])]
        some = [part for part in parts if _SAYS.search(part[0].text)]
        part, begin = read[-1] if read else some[0] if some else parts[-1]
        yield part


def _has(terms: list[Term], term: Term) -> bool:
    """Whether one of ``terms`` asks for as much as ``term``."""
    return term in terms or any(
        isinstance(call, Call)
        and isinstance(term, Call)
        and call.name == term.name
        and call.options == term.options
        and {*term.args} <= {*call.args}
        for call in terms
    )


# Tests and clusters

# e.g. "Targeted pytest commands all passing"
_TARGETED: Final = re.compile(
    r"\b(?:targeted|validation) (?:pytest |test )?(?:commands?|tests?|runs?)"
    r"(?: (?:for|of) all (?:fixes|tasks|clusters|sprints))? (?:are |is |must |should )?(?:all )?"
    r"(?:pass(?:es|ing|ed)?|green|succeed(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
# What is compared with, where that is no run: "vs Phase L"
_PHASE: Final = re.compile(
    r"\b(?:vs[.]?|versus|against|compared (?:to|with)|relative to|since) (?:the )?"
    r"(?P<phase>phase \w{1,10})(?: (?:baseline|run|rerun))?\b",
    re.IGNORECASE,
)
# e.g. "Zero failures in the full suite"
_IN_ALL: Final = re.compile(
    r"\bin (?:the )?(?:full|whole|entire|complete) (?:test )?(?:suite|run|rerun)\b", re.IGNORECASE
)


def _of_run(prose: Prose) -> list[Term]:
    """What is said of the run as a whole, and of tests and clusters by name. A phase that it is
    compared with has to be the one whose run the brief starts from."""
    against = prose.find(_PHASE)
    source = prose.brief.input.lower() if prose.brief else ""
    if against and source and not re.search(rf"{re.escape(against['phase'].lower())}\b", source):
        return []
    terms = demand(_PHASE.sub(lambda match: " " * len(match[0]), prose.text), prose.note)
    prose.seen.extend(terms.spans)
    if terms.terms:
        prose.find(_IN_ALL)
    return list(terms.terms)


def _margins(prose: Prose) -> list[Term]:
    """What the runtime has to leave of a timeout: the brief's own where none is said."""
    totals = prose.brief.totals if prose.brief else None
    return margins(prose.find(MARGIN), totals.timeout_s if totals else None)


# The plan: attempts logged, sprints complete, decisions made

# e.g. "All prior sprints are complete", "Sprints 1 and 3 complete"
_SPRINTS: Final = re.compile(
    r"\A(?:all )?(?P<prior>(?:prior|previous|earlier) )?sprints? "
    r"(?P<numbers>\d{1,4}(?:(?:-|\u2013| to |,? and |, )\d{1,4}){0,20} )?(?:is |are )?"
    r"(?:complete[d]?|done|finished)\b",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"(\d+)(?:(?:-|\u2013| to )(\d+))?")
# e.g. "Stakeholder decision (Option B vs Option C) logged in fix_plan before work begins"
_DECISION: Final = re.compile(
    r"\b(?:(?:stakeholder|team|policy|final) )*decision\b(?: (?:between|for|on|of)\b)?",
    re.IGNORECASE,
)
# e.g. "documented in the fix plan"
_LOGGED: Final = re.compile(
    r"\b(?:logged|recorded|documented|made|taken)\b(?: first\b)?"
    r"(?: in (?:the )?`?(?:docs/)?(?:fix[_ ]plan|ledger|plan)(?:\.md)?`?)?",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"\b(?:vs[.]?|versus|or|and|either)(?=[ \t(]*option\b)", re.IGNORECASE)
_EITHER: Final = re.compile(r"\b(option \w{1,2}) or (?=option\b)", re.IGNORECASE)
# e.g. "before Sprint 2 begins"
_BEFORE: Final = re.compile(
    r"\bbefore (?:the )?(?:sprint (?P<number>\d{1,4}[a-z]?)\b|implementation|work|coding)"
    r"(?: (?:begins?|starts?))?",
    re.IGNORECASE,
)
# e.g. "All fix_plan Attempts logged with artifact paths"
_ATTEMPTS: Final = re.compile(
    r"\ball (?:the )?(?:(?:fix[_ ]plan|ledger|plan) )?attempts? (?:are |were )?(?:logged|recorded) "
    r"with (?:their )?artifacts?(?: paths?)?\b",
    re.IGNORECASE,
)


def _plan(prose: Prose) -> list[Term]:
    brief, own = prose.brief, prose.condition.sprint
    sprints = [sprint for sprint in brief.sprints if not sprint.is_deferred] if brief else []
    if brief and prose.find(_ATTEMPTS):
        numbers = "|".join(re.escape(sprint.number) for sprint in sprints)
        ends = re.compile(rf"/sprint[ _-]?(?:{numbers})/\Z", re.IGNORECASE)
        folders = [entry.path for entry in brief.bundle if sprints and ends.search(entry.path)]
        return [Call("recorded", tuple(folders))] if folders else []
    complete = prose.find(_SPRINTS)
    if complete and complete["numbers"]:
        names: dict[str, None] = {}
        for first, last in _RANGE.findall(complete["numbers"]):
            end = min(int(last or first), int(first) + 99)
            names |= {str(n): None for n in range(int(first), end + 1)}
        return [Call("complete", tuple(names))]
    if complete and complete["prior"]:
        before = [sprint.number for sprint in sprints if sprint.line < prose.condition.line]
        return [Call("complete", tuple(number for number in before if number != own))]
    if prose.find(_DECISION) and prose.find(_LOGGED):
        return _decision(prose)
    return []


def _decision(prose: Prose) -> list[Term]:
    """A decision, for one of the options that are named, else of the brief's only choice."""
    prose.find_all(OPTION)
    prose.find_all(_BETWEEN)
    work = prose.find(_BEFORE)
    sprint = (work["number"] if work else "") or prose.condition.sprint
    options = [f"Option {key}" for key in options_in(f"{prose.text} {prose.note}")]
    choices = prose.brief.decisions if prose.brief else ()
    if not options and len(choices) == 1:
        options = [f"Option {key}" for key in option_keys(choices[0])]
    elif not options and choices:
        return []
    return [Call("decided", tuple(options), (("before", sprint),) if sprint else ())]


# e.g. "All Sprint 1 failures cleared", "The failures of sprint 2 are fixed"
_SPRINT_FAILURES: Final = re.compile(
    r"(?:all )?(?:the )?(?:sprint (?P<number>\d{1,4}[a-z]?)(?:['\u2019]s)? (?:failures|clusters)|"
    r"(?:failures|clusters) (?:of|in) sprint (?P<of>\d{1,4}[a-z]?)) "
    r"(?:are |is |have been |must be )?(?:all )?(?:cleared|fixed|resolved|gone)\Z",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(r"[A-Z]\w{1,30} \d{1,4}\b")  # "Gap 1", which a blocker has, too


def _sprint_failures(prose: Prose) -> list[Term]:
    """The clusters that a sprint's tasks are about: named by their titles, by the blockers that
    these take away, and by the sprint's criteria. As many failures as it says that it unblocks."""
    match = prose.find(_SPRINT_FAILURES)
    sprints = prose.brief.sprints if prose.brief and match else ()
    number = (match["number"] or match["of"]) if match else ""
    sprint = next((sprint for sprint in sprints if sprint.number == number), None)
    if sprint is None or prose.brief is None:
        return []
    identities: dict[str, None] = {}
    for task in sprint.tasks:
        places = {*_PLACE.findall(task.title)}
        own = [*names(task.title)]
        for blocker in prose.brief.blockers:
            if places & {*_PLACE.findall(blocker.title)}:
                own += blocker.clusters
        if not own and not task.optional and sprint.unblocks is None:
            return []  # nothing tells what it clears
        identities |= dict.fromkeys(name.removeprefix("CLUSTER-") for name in own)
    count = () if sprint.unblocks is None else (("count", f"{sprint.unblocks}"),)
    return [Call("cleared", tuple(identities), count)] if identities else []


# Commands that validate, each in a folder of the bundle


def _targeted(prose: Prose) -> list[Term]:
    """The folders of the bundle that hold an exit code, and the commands that the tasks are
    validated by; with a sprint, those of the sprint."""
    if prose.brief is None or not prose.find(_TARGETED):
        return []
    number = prose.condition.sprint
    captured = tree.captured(prose.brief)
    folders = tuple(path for path in captured if not number or tree.of_sprint(f"{path}/", number))
    tasks = [task for s in prose.brief.sprints if not s.is_deferred for task in s.tasks]
    terms: list[Term] = [Call("passes", folders)] if folders else []
    for task in (prose.tasks if number else tasks) if folders else ():
        by = task.commands or (*names(task.validation),)
        wanted = (n for n in by if ".py" in n or CLUSTER.fullmatch(n) or TEST.search(n))
        terms += [Call("validated", (name, *folders)) for name in wanted]
    return terms


# What is said of files: captured, written, with so many entries

# "All artifacts", "Logs and diffs": what may be said to lie in a folder
_OUTPUTS: Final = re.compile(
    r"(?:\b(?:artifacts?|evidence|logs?|outputs?|results?|reports?|summar(?:y|ies)|files?|metrics|"
    r"diffs?|traces?|junit|xml|coverage|environment|commands?|bundles?)\b[ ,/&+]*(?:\band )?)+",
    re.IGNORECASE,
)
# e.g. "the logs are stored under runs/"
_CAPTURED: Final = re.compile(
    r"\b(?:captured|stored|saved|collected|archived|written|published|in place|present|"
    r"available|exists?|there)\b(?: (?:under|in|to|at|as|below|inside))?",
    re.IGNORECASE,
)
# e.g. "artifact bundle complete"
_BUNDLE: Final = re.compile(
    r"\b(?:artifact )?bundle(?: tree| structure)? (?:is )?(?:complete|in place)\b", re.IGNORECASE
)
_CODE: Final = re.compile(r"`[^`]{1,300}`")
# e.g. "8 tests extracted from Phase L log", "lists 7 failures"
_ENTRIES: Final = re.compile(
    rf"(?:\b(?:lists?|has|holds|contains|with) )?\b(?P<count>{COUNT}) "
    r"(?:tests?|failures?|failing tests?|entries|cases|rows|records|items)"
    r"(?: (?:extracted|parsed|listed|recorded|collected|found)\b(?: from [\w .-]{1,60})?)?",
    re.IGNORECASE,
)
# e.g. "a report is written"
_WRITTEN: Final = re.compile(
    r"\b(?:created|written|published|produced|generated|saved|stored|captured|collected|drafted|"
    r"delivered|parsed|mapped|updated|extracted|completed?|exists?|present|available|in place)\b",
    re.IGNORECASE,
)
# e.g. "`docs/fix_plan.md`"
_DOCUMENT: Final = re.compile(r"`?(?P<path>[\w./-]{1,200}\.(?:md|rst|txt|py|toml|ya?ml|json))\b`?")
_THIS: Final = re.compile(r"\bthis (?:document|brief|file)\b", re.IGNORECASE)


def _captured_in(prose: Prose) -> list[Term]:
    """What is said to be captured: folders that hold files, files, or the whole bundle."""
    if prose.brief and prose.find(_BUNDLE):
        wanted = (entry.path for entry in prose.brief.bundle if not entry.optional)
        return [Call("exists", tuple(path for path in wanted if not path.endswith("/")))]
    if not prose.find(_CAPTURED) or _ENTRIES.fullmatch(prose.note):
        return []
    prose.find_all(_OUTPUTS)
    prose.find_all(_CODE)
    prose.find_all(_DOCUMENT)
    paths = [path for cited in citations.find(prose.text) for path in cited.paths]
    folders = tuple(path for path in paths if path.endswith("/"))
    files = tuple(path for path in paths if not path.endswith("/"))
    return [
        *([Call("captured", folders)] if folders else []),
        *([Call("exists", files)] if files else []),
    ]


def _entries(prose: Prose) -> list[Term]:
    """A file with so many entries: ``a.json lists 7 failures``, ``Parsed (7 tests extracted)``."""
    counted = _ENTRIES.fullmatch(prose.note) if prose.note else prose.find(_ENTRIES)
    if counted is None or not _is_subject(_CODE.sub("", prose.text)):
        return []
    prose.find_all(_DOCUMENT)
    if prose.note and _WRITTEN.search(prose.text):
        prose.seen.append((0, len(prose.text)))
    paths = _documents(prose, prose.text)
    count = str(SMALL.get(counted["count"].lower(), counted["count"]))
    return [Call("lists", paths, (("count", count),))] if len(paths) == 1 else []


def _written_documents(prose: Prose) -> list[Term]:
    """A document that the note names, or that a cross-reference is called by. One that was updated
    shows that only where it is of the brief's own run."""
    made = _WRITTEN.search(prose.text)
    if prose.brief is None or prose.condition.sprint or not (made and _is_subject(prose.text)):
        return []
    prose.seen.append((0, len(prose.text)))
    if _THIS.search(prose.note):
        return [Call("exists", (prose.path,))]
    if _ENTRIES.fullmatch(prose.note):
        return []
    paths = _documents(prose, prose.note)
    own = [path for reference in prose.brief.references for path in reference.paths]
    stamp = prose.brief.stamp or "\n"
    is_own = all(any(o.endswith(path) and stamp in o for o in own) for path in paths)
    is_made = is_own or made[0].lower() not in {"updated", "complete", "completed"}
    return [Call("exists", paths)] if paths and is_made else []


def _documents(prose: Prose, text: str) -> tuple[str, ...]:
    """The documents that ``text`` names, else the one that a cross-reference to is called by the
    words of the text."""
    if paths := [match["path"] for match in _DOCUMENT.finditer(text)]:
        return tuple(paths)
    for reference in prose.brief.references if prose.brief else ():
        words = words_of(reference.label)
        if len(words) > 1 and has_words(prose.text, words):
            return reference.paths
    return ()


def _is_subject(text: str) -> bool:
    """Whether a text asks for nothing of its own: neither limits nor bounds, one clause."""
    is_more = any(match[0].strip() != "with" for match in _JOINT.finditer(text))
    return not (is_more or _limits(text) or MARGIN.search(text) or demand(text).terms)


# Documents

# e.g. "Policy documented in arch.md + docs/testing.md"
_DOCUMENTED: Final = re.compile(
    r"(?P<what>.{2,200}?) (?:is |are |was |were )?(?:documented|logged|recorded|described|"
    r"noted|explained)\b(?: in (?P<places>.{2,200}))?",
    re.IGNORECASE,
)
# e.g. "`docs/testing.md` and `docs/howto.md` document the policy"
_DOCUMENTS: Final = re.compile(
    r"(?P<places>.{2,200}?) (?:documents?|describes?|explains?|mentions?) (?P<what>.{2,200})",
    re.IGNORECASE,
)
_DEPLOYED: Final = re.compile(
    r"\b(?:deployed|implemented|added|landed|applied|in code)\Z", re.IGNORECASE
)
_PLACES: Final = re.compile(r" ?\+ ?|, ?(?:and )?| and | & ")
# e.g. "the fix plan"
_FIX_PLAN: Final = re.compile(
    r"`?(?:the )?(?:docs/)?(?:fix[_ ]plan(?:\.md)?|ledger|plan)`?\Z", re.IGNORECASE
)


def _documented(prose: Prose) -> list[Term]:
    """Something documented in the ledger, in documents, or where its task says."""
    documented = _DOCUMENTED.fullmatch(prose.text) or _DOCUMENTS.fullmatch(prose.text)
    if not documented or not all(map(_is_subject, _PLACES.split(documented["what"]))):
        return []
    what = documented["what"]
    prose.seen.append(documented.span())
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
    is_meant = _DEPLOYED.search(prose.text) and _is_subject(prose.text)
    task = _task(prose, prose.text) if is_meant else None
    prose.seen.append((0, len(prose.text)))
    return [
        Call("contains", (file.path, *file.defines))
        for file in (task.files if task else ())
        if file.defines
    ]


def _task(prose: Prose, what: str) -> Task | None:
    """The sprint's task whose title shares most words with ``what``, and two at least."""
    wanted = {*words_of(what)}
    shared = [(len(wanted & {*words_of(task.title)}), task) for task in prose.tasks]
    count, task = max(shared, key=lambda pair: pair[0], default=(0, None))
    return task if count >= 2 else None


def _tasks(prose: Prose) -> list[Term]:
    """``M1 complete``, ``Tasks M1–M4 [D]``, ``All Phase M tasks marked [D]``."""
    done = [name for name in named_tasks.names_in(prose.text) if name.is_done]
    names = [f"{name.name}-{name.to}" if name.to else name.name for name in done]
    if names:
        prose.find_all(named_tasks.DONE)
    return [Call("tasks", tuple(dict.fromkeys(names)))] if names else []


_READERS: Final[tuple[Callable[[Prose], list[Term]], ...]] = (
    _plan,
    _sprint_failures,
    _targeted,
    _of_run,
    _margins,
    _entries,
    _captured_in,
    _documented,
    _deployed,
    _written_documents,
    _tasks,
)
