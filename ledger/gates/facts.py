"""What the criteria of one gate are judged by: runs, files, tests by their names, and what the
ledger says. Everything that a gate reads is read here, and at most once."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from ledger.config import Config
from ledger.errors import LedgerError
from ledger.evidence import environment, execution
from ledger.evidence.compare import compare
from ledger.evidence.model import FAILING, Evidence, identity_of
from ledger.evidence.outputs import read_run, read_runs
from ledger.gates import clusters, outline, tree, variables
from ledger.gates.model import (
    Brief,
    BundleEntry,
    ComparedVariable,
    CrossReference,
    Judgement,
    ReferenceState,
    unknown,
    unmet,
)
from ledger.gates.tasks import PlanFile, plan_file, plan_files, texts_of
from ledger.git import files
from ledger.git.blobs import Blobs
from ledger.git.files import Files, Index, Listing, WorkTree
from ledger.plan import citations, document, patterns, text
from ledger.plan.model import Attempt, Item

_STAMP: Final = re.compile(r"<STAMP>|\$\{?STAMP\}?|<stamp>")
# e.g. "<phase>", "${RUN}"
_HOLE: Final = re.compile(r"<[^<>/]{1,60}>|\$\{?\w{1,60}\}?")
LARGEST: Final = 4_000_000  # bytes of a document that is searched
_MOST_LOST: Final = 3  # tests that are named
_MOST_PLACES: Final = 50  # that a placeholder may stand for
_CLUSTER: Final = re.compile(r"(?:CLUSTER-)?[A-Z][A-Z0-9]{0,30}-\d{1,6}")
_NUMBERED: Final = re.compile(r"(?:\u00a7[ \t]*)?\d")
_MARK: Final = re.compile(r"^(?:\u00a7|section)[ \t]*", re.IGNORECASE)


class Request(NamedTuple):
    """What to judge by. ``run`` and ``baseline`` are places in the repository; without
    ``baseline`` it is the run that the brief starts from. ``runs`` are paths from its top: the
    runs of one attempt, which are judged where no ``run`` is given."""

    sprint: str | None = None
    run: Path | None = None
    runs: tuple[str, ...] = ()
    baseline: Path | None = None
    stamp: str | None = None


class Tests(NamedTuple):
    """The tests that a name stands for: their identities, how many there should be (None where
    nothing says), where that is reported, and what names tests of it that no run has."""

    identities: tuple[str, ...]
    expected: int | None
    source: str
    lost: tuple[str, ...] = ()


class Facts:
    """What one brief, or one item where there is none, is judged by. ``path`` is the document's,
    ``item`` the item of the ledger that the work is recorded in, ``view`` the files (by default
    the work tree's), ``tracked`` what git has of them (by default what the index says)."""

    def __init__(
        self,
        config: Config,
        path: str,
        *,
        request: Request,
        brief: Brief | None = None,
        item: Item | None = None,
        view: Files | None = None,
        tracked: Listing | None = None,
    ) -> None:
        self.path, self.brief = path, brief
        self.ledger = config.ledger_path
        self.request, self._config, self._item = request, config, item
        self._run_path = files.inside(config.root, request.run) if request.run else None
        if request.runs and not request.run:
            self._run_path = request.runs[0]
        self._files = view or WorkTree(config.root)
        if tracked is not None:
            self._tracked = tracked

    # Files

    @cached_property
    def _tracked(self) -> Listing:
        config = self._config
        return Index(Blobs(config.root)).listing if config.is_git else Listing(())

    def sizes(self, path: str) -> Mapping[str, int] | None:
        """The sizes of the files below a folder by name, or of one file by the name ``""``; None
        for what is not there."""
        if path == self.path:
            return {"": 1}  # it was read, wherever it lies
        try:
            return {file.path: file.size for file in self._files.below(path)}
        except LedgerError:
            return None

    def is_tracked(self, path: str) -> bool:
        """Whether git has it, whatever the work tree has."""
        return self._tracked.has(path)

    def text(self, path: str) -> str | None:
        """What a document says; None where there is none, or a very large one."""
        try:
            return text.decode(self._files.read(path, LARGEST))
        except LedgerError:
            return None

    def resolve(self, name: str) -> str:
        """What a document's name means: itself, beside the brief, as the brief cites it elsewhere,
        or the only one whose path ends so."""
        own = self.path.rpartition("/")[0]
        ends = [path for path in self._cited if f"/{path}".endswith(f"/{name}")]
        for path in (name, f"{own}/{name}" if own else name, *ends):
            if self.sizes(path) is not None or self.is_tracked(path):
                return path
        folder, _, last = name.rpartition("/")
        inside = self.sizes(folder) or {} if folder else {}
        below = [f"{folder}/{path}" for path in inside if path.endswith(f"/{last}")]
        matches = below or self._tracked.ending(name)
        return matches[0] if len(matches) == 1 else name

    @cached_property
    def _cited(self) -> list[str]:
        """The paths that the brief refers to, and the files of its tasks."""
        if self.brief is None:
            return []
        tasks = (task for sprint in self.brief.sprints for task in sprint.tasks)
        files = [file.path for task in tasks for file in task.files]
        return [path for reference in self.brief.references for path in reference.paths] + files

    @cached_property
    def plan_files(self) -> tuple[PlanFile, ...]:
        """The plan files that the settings name, else those that the brief and the item cite. A
        document with tasks of its own names these: others have tasks of the same IDs."""
        if self.brief and self._config.settings.plans is None:
            own = plan_file(self._config, self.path, text.encode(self.text(self.path) or ""))
            if own is not None:
                return (own,)
        texts = [self.text(self.path) or ""] if self.brief else []
        texts += texts_of(self._item)
        return tuple(plan_files(self._config, self._files, texts))

    @property
    def own_lines(self) -> Iterator[tuple[int, str]]:
        """The lines of the document itself, outside of code, with their numbers."""
        parsed = document.parse(text.encode(self.text(self.path) or ""))
        blocks = (block for section in parsed.sections for block in section.blocks)
        code = set(document.literal_lines(blocks))
        return ((n, line) for n, line in enumerate(parsed.texts, 1) if n - 1 not in code)

    @property
    def references(self) -> Iterator[CrossReference]:
        """Where each cross-reference of the brief leads."""
        for reference in self.brief.references if self.brief else ():
            for path in reference.paths:
                kind, name = citations.kind(path), path.rstrip("/")
                state: ReferenceState = "found" if kind == "path" else kind
                if kind == "path" and self.sizes(name) is None:
                    state = "tracked" if self.is_tracked(name) else "missing"
                lost = self._lost_section(name, reference.sections) if state == "found" else ""
                yield CrossReference(
                    label=reference.label,
                    path=path,
                    state="no-section" if lost else state,
                    section=lost,
                    line=reference.line,
                )

    def _lost_section(self, path: str, sections: Sequence[str]) -> str:
        """The first of the sections that a document's headings do not have; empty for none, and
        where nothing numbers its headings as a section is numbered."""
        content = self.text(path) or "" if sections and path.endswith(".md") else ""
        titles = [part.title for part in outline.parts(document.parse(text.encode(content)))]
        is_numbered = any(_NUMBERED.match(title) for title in titles)
        for name in sections if any(titles) else ():
            as_words = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
            if name[0].isdigit():
                # e.g. "## §4.1 Order"
                starts = (as_words.match(_MARK.sub("", title)) for title in titles)
                is_lost = is_numbered and not any(starts)
            else:
                is_lost = not as_words.search(content)
            if is_lost:
                return name
        return ""

    # Placeholders

    @property
    def _bundle(self) -> tuple[BundleEntry, ...]:
        return self.brief.bundle if self.brief else ()

    @cached_property
    def stamp(self) -> str | None:
        """The stamp that fills placeholders: given, or that of the run's folder where the bundle
        would have it, or the only one that there is."""
        if self.request.stamp:
            return self.request.stamp
        holes = ((entry.path, _STAMP.search(entry.path)) for entry in self._bundle)
        prefixes = sorted({path[: hole.start()] for path, hole in holes if hole})
        run = self._run_path or ""
        for prefix in prefixes:
            first = run.removeprefix(prefix).partition("/")[0]
            if run.startswith(prefix) and patterns.STAMP.fullmatch(first):
                return first
        stamps = {stamp for prefix in prefixes for stamp in self._stamps(prefix)}
        return stamps.pop() if len(stamps) == 1 else None

    def _stamps(self, prefix: str) -> list[str]:
        return [
            name for name in self._files.names(prefix.rstrip("/")) if patterns.STAMP.fullmatch(name)
        ]

    def fill(self, path: str) -> str | Judgement:
        """``path`` with its placeholders filled in; where that cannot be done, why: unknown where
        it might be, with more to go by, else unmet."""
        if path == self.path:
            return path
        if citations.kind(path) == "outside":
            return unknown(f"{path} leads out of the repository")
        if hole := _STAMP.search(path):
            stamp, prefix = self.stamp, path[: hole.start()]
            there = () if stamp else self._stamps(prefix)
            own = patterns.STAMP.search(self._run_path or "")
            stamp = own[0] if own and own[0] in there else stamp
            if stamp is None:
                stamps = ", ".join(there[:5])
                if not stamps:
                    return unmet(f"{prefix} has no run yet")
                return unknown(f"{path}: {stamps} would fit: say which with --stamp")
            path = _STAMP.sub(stamp, path)
        if citations.kind(path) != "placeholder":
            return path.rstrip("/")
        matches = self._matching(path)
        if not matches:
            return unmet(f"nothing fits {path}")
        if len(matches) > 1:
            return unknown(f"{path}: {', '.join(matches[:3])} and others would fit")
        return matches[0]

    def _matching(self, path: str) -> list[str]:
        """The files and folders that a path with open names may stand for."""
        places = [""]
        for name in _HOLE.sub("*", path).rstrip("/").split("/"):
            places = [
                f"{place}/{entry}" if place else entry
                for place in places
                for entry in (self._files.names(place) if "*" in name else [name])
                if entry == name or fnmatchcase(entry, name)
            ][:_MOST_PLACES]
        return [place for place in places if self._files.kind(place)]

    # Runs

    @cached_property
    def run(self) -> Evidence | None:
        """The run that is judged, without the commands that the bundle captures below it; None
        where none was given. Raises what reading it raises."""
        path = self._run_path
        if path is None:
            return None
        prefix = f"{path}/"
        inside = frozenset(
            path.removeprefix(prefix) for path in self._captured if path.startswith(prefix)
        )
        several = self.request.runs if not self.request.run else ()
        if len(several) == 1:
            several = (path, *self._beside(path))
        if len(several) > 1:
            return read_runs(self._files, several)
        return read_run(self._files, path, without=inside)

    @property
    def _captured(self) -> Iterator[str]:
        """The folders that the bundle has for commands."""
        filled = map(self.fill, tree.captured(self.brief) if self.brief else ())
        yield from (folder for folder in filled if isinstance(folder, str))

    def _beside(self, path: str) -> Iterator[str]:
        """The other runs that the bundle has for the sprint of a task's run: all of them show that
        the sprint is done."""
        captured, sprint = [*self._captured], path.rpartition("/")[0]
        if path in captured and "sprint" in sprint.rpartition("/")[2].lower():
            others = (p for p in captured if p != path and p.startswith(f"{sprint}/"))
            yield from (place for place in others if self.outputs(place) is not None)

    @cached_property
    def part_of_tests(self) -> str:
        """What says that the run left tests out: ``1 of 2 selected``, ``a.py::test_x``, those of
        the baseline that did not run; empty where nothing does."""
        run, baseline = self.run, self.baseline
        if run is None:
            return ""
        if share := run.share or ", ".join(execution.selected(run.command)):
            return share
        delta = compare(run, baseline) if baseline else None
        moved = {rename.before for rename in delta.renamed} if delta else set()
        lost = [i for i in (*delta.not_run, *delta.gone) if i not in moved] if delta else []
        if lost:
            more = f" and {len(lost) - _MOST_LOST} more" if len(lost) > _MOST_LOST else ""
            return f"not {', '.join(lost[:_MOST_LOST])}{more} of the baseline"
        counts = [e.totals.collected if e and e.totals else None for e in (run, baseline)]
        ran, before = counts
        return f"{ran} of {before}" if ran and before and ran < before else ""

    @cached_property
    def baseline(self) -> Evidence | None:
        """The run to compare with: given, else the one that the brief starts from."""
        root = self._config.root
        if self.request.baseline:
            place = files.inside(root, self.request.baseline)
            return read_run(self._files, place)
        if not self.brief or not (stamp := self.brief.input_stamp):
            return None
        cited = (path for reference in self.brief.references for path in reference.paths)
        folders = {
            path[: path.index(stamp) + len(stamp)] for path in cited if f"/{stamp}/" in f"/{path}"
        }
        return self.outputs(folders.pop()) if len(folders) == 1 else None

    @property
    def early(self) -> str:
        """Why the run cannot show that something came to be met; empty where it can."""
        stamp = self.brief.stamp if self.brief else None
        if self.run and stamp and self.run.stamp and self.run.stamp <= stamp:
            return f"the run ({self.run.stamp}) is not later than the brief ({stamp})"
        return ""

    def outputs(self, path: str) -> Evidence | None:
        """The run whose outputs lie in a folder; None for none."""
        try:
            run = read_run(self._files, path)
        except LedgerError:
            return None
        return run if run.files or run.tests else None

    # Their environments

    @cached_property
    def environment(self) -> tuple[ComparedVariable, ...]:
        """The variables that matter to the brief or item, in the run and in the baseline; none
        where there are not both, or both are one."""
        run, baseline = self.run, self.baseline
        if run is None or baseline is None or run.path == baseline.path:
            return ()
        plan = self.text(self.ledger)
        names = variables.wanted(self._config, plan, self._item, self.brief)
        known = [self._variables(evidence, names) for evidence in (run, baseline)]
        return tuple(variables.compared(names, *known))

    def _variables(self, run: Evidence, names: Collection[str]) -> dict[str, str]:
        """What dumps of the run's environment mention them, and its command, which sets them
        last."""
        known: dict[str, str] = {}
        for name in run.files:
            if environment.matches(name, b""):
                with suppress(LedgerError):
                    data = self._files.read(f"{run.path}/{name}", LARGEST)
                    for part in environment.read(data, name, names):
                        known = {**part.environment, **known}
        assigned = execution.assigned(run.command or "").items()
        return known | environment.allowed(assigned, names)

    # Tests by their names

    def tests(self, name: str, *, failed: bool = False) -> Tests:
        """The tests of a cluster, or of a test's name, class or file, among those of both runs. A
        class or file stands for its tests that failed in the baseline where it names a cluster, or
        where only what ``failed`` there is asked for."""
        known_clusters = self.brief.clusters if self.brief else ()
        names = {name, f"CLUSTER-{name}"}
        cluster = next((cluster for cluster in known_clusters if cluster.id in names), None)
        expected = cluster.count if cluster else None
        if cluster and cluster.id in self._tests_of_clusters:
            identities, source = self._tests_of_clusters[cluster.id]
            return Tests(identities, expected, source)
        baseline = self.baseline.tests if self.baseline else {}
        known = dict.fromkeys([*baseline, *(self.run.tests if self.run else ())])
        selected: dict[str, None] = {}
        lost: list[str] = []
        for selector in cluster.tests if cluster else (name,):
            exact = [identity for identity in known if _is_name_of(selector, identity)]
            inside = [] if exact else [i for i in known if _is_inside(selector, i)]
            if inside and (cluster or failed):
                inside = [o for o in inside if o in baseline and baseline[o].outcome in FAILING]
            selected |= dict.fromkeys([*exact, *inside])
            lost += [] if exact or inside else [selector]
        return Tests(tuple(selected), expected, "", tuple(lost))

    def selectors(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """What tests are known by, for each of the nodes, files and clusters that are named; none
        where one of them is none of these."""
        commands = []
        for selector in texts:
            is_node = "::" in selector or (selector.endswith(".py") and selector[0] != "-")
            names = (selector,) if is_node else self.tests(selector).identities
            if not names or not (is_node or _CLUSTER.fullmatch(selector)):
                return []
            commands.append(names)
        return commands

    def tests_in(self, run: Evidence, wanted: Sequence[tuple[str, ...]]) -> list[str]:
        """The tests of a run that selectors name; none where one of them names none there."""
        identities: dict[str, None] = {}
        for by in (name for names in wanted for name in names):
            own = [name for name in run.tests if _is_name_of(by, name) or _is_inside(by, name)]
            if not own:
                return []
            identities |= dict.fromkeys(own)
        return [*identities]

    @cached_property
    def _tests_of_clusters(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """The tests of clusters, from the documents that the brief refers to, and where."""
        tests_of: dict[str, tuple[tuple[str, ...], str]] = {}
        names = [cluster.id for cluster in self.brief.clusters] if self.brief else []
        for path in dict.fromkeys(self._cited) if names else ():
            content = self.text(path) if path.endswith((".md", ".json")) else None
            for cluster in clusters.members(content, path, names) if content else ():
                where = f"{path}:{cluster.line}" if cluster.line else path
                tests_of.setdefault(cluster.cluster, (cluster.tests, where))
        return tests_of

    # What the ledger says

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts that may mention the work: all of the item's, or those after the brief's."""
        attempts = self._item.attempts if self._item else ()
        brief = self.brief
        if brief is None:
            return attempts
        citing = [a.number for a in attempts if a.number and self.path in a.text]
        return tuple(a for a in attempts if _is_later(brief, a, min(citing, default=None)))

    @cached_property
    def lines(self) -> dict[int, str]:
        """The item's lines that may mention a decision, by number: later attempts, open actions,
        fields."""
        lines: dict[int, str] = {}
        for attempt in self.attempts:
            lines |= enumerate(attempt.text.split("\n"), attempt.span.start_line)
        if self._item:
            opened = (action for action in self._item.actions if action.state != "complete")
            lines |= {action.span.start_line: action.text.replace("\n", " ") for action in opened}
            lines |= {f.span.start_line: f"{f.name}: {f.value}" for f in self._item.fields}
        return lines


def _is_later(brief: Brief, attempt: Attempt, citing: int | None) -> bool:
    """Whether an attempt came after the brief: by its number, where the brief has its own attempt
    ready or the attempt ``citing`` names it first, else by stamp or day."""
    own = [u.number for u in brief.updates if u.kind == "attempt" and u.number is not None]
    last = max(own, default=citing)
    if last is not None and attempt.number is not None and attempt.number > last:
        return True
    if brief.stamp is None:
        return not own or attempt.number is None
    if attempt.stamp:
        return attempt.stamp > brief.stamp
    return bool(attempt.date) and str(attempt.date).replace("-", "") > brief.stamp[:8]


def _is_name_of(selector: str, identity: str) -> bool:
    """Whether a test is meant by its name or node id, whole or but for its parameters."""
    bare = identity.partition("[")[0]
    if selector == identity:
        return True
    if "::" not in selector:
        ends = (f"::{selector}",)
        return selector in {identity, bare} or bare.endswith(ends) or identity.endswith(ends)
    return identity_of(selector) in {identity, bare}


def _is_inside(selector: str, identity: str) -> bool:
    """Whether a test is in the class or file that is meant."""
    is_path = "::" in selector or selector.endswith(".py")
    name = identity_of(selector).replace("::", ".") if is_path else selector
    return (is_path or "." in name) and identity.startswith((f"{name}::", f"{name}."))
