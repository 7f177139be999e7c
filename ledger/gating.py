"""A brief, or an item's exit criteria, held against runs, files and the ledger.

Everything that is read is read here; what is judged, and how, is in ``ledger.criteria``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from ledger import briefs, citations, document, text
from ledger.briefs import conditions, outline
from ledger.config import Config
from ledger.criteria import judge, language, prose, prose_plan
from ledger.criteria.facts import Entry, Facts, Place, Tests
from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.evidence.access import Access, WorkTree
from ledger.evidence.access import Entry as File
from ledger.evidence.bundle import read_run
from ledger.evidence.identity import from_node_id
from ledger.links.tree import Tree
from ledger.models.brief import Brief, Condition
from ledger.models.evidence import Evidence
from ledger.models.gate import Gate, Judged, Judgement, ReferenceLink, ReferenceState, Verdict
from ledger.models.ledger import Item, Ledger

_STAMP: Final = re.compile(r"<STAMP>|\$\{?STAMP\}?|<stamp>")
_STAMPED: Final = re.compile(r"\d{8}T\d{6}Z\Z")
_HOLE: Final = re.compile(r"<[^<>/]{1,60}>|\$\{?\w{1,60}\}?")
_NODE: Final = re.compile(r"[\w./-]{1,300}\.py::[\w:.\[\]{},-]{1,600}")
_LARGEST: Final = 4_000_000  # bytes of a document that is searched
_MOST_FOUND: Final = 50  # places that a placeholder may stand for


@dataclass(frozen=True, slots=True)
class Request:
    """What to judge by. ``run`` and ``baseline`` are places in the repository; without
    ``baseline`` it is the run that the brief starts from."""

    sprint: str | None = None
    run: Path | None = None
    baseline: Path | None = None
    stamp: str | None = None


def gate_brief(config: Config, file: Path, ledger: Ledger | None, request: Request) -> Gate:
    """Judge every criterion of the brief in ``file``, or of one sprint and its bundle.

    Raises UsageError for a sprint that the brief does not have, UnreadableInput for a file or run
    that cannot be read.
    """
    data = _content(file)
    try:
        path = inside(config.root, file)
    except UsageError:
        path = str(file)  # handed on from elsewhere: only what it refers to has to be here
    brief = briefs.read(data)
    number = request.sprint
    if number is not None and number not in {one.number for one in brief.sprints if one.number}:
        known = ", ".join(one.number for one in brief.sprints if one.number) or "none"
        raise UsageError("no-such-sprint", f"{path} has no sprint {number}", f"it has {known}")
    item = _item(ledger, brief.initiative)
    ground = _Ground(config, path, request, brief, item)
    facts = ground.facts(config.ledger_path)
    judged = [_judged(one, ground, facts) for one in _conditions(brief, number)]
    if not judged:
        raise UnreadableInput(
            "no-criteria",
            f"{path}: expected exit or success criteria, found none",
            "write them as a list under a heading or bold label such as **Exit Criteria:**",
        )
    return _gate(path, brief.initiative, ground, facts, judged, tuple(ground.references()))


def gate_item(config: Config, item: Item, request: Request) -> Gate:
    """Judge an item's exit criteria. Raises UnreadableInput for an item without any."""
    ground = _Ground(config, config.ledger_path, request, None, item)
    facts = ground.facts(config.ledger_path)
    judged = [_judged(one, ground, facts) for one in item_conditions(item)]
    if not judged:
        raise UnreadableInput(
            "no-criteria",
            f"{item.id} has no exit criteria (line {item.span.start_line})",
            "add a list under `- Exit Criteria:`",
        )
    return _gate(config.ledger_path, item.id, ground, facts, judged, ())


def item_conditions(item: Item) -> tuple[Condition, ...]:
    """An item's exit criteria, ticks and checks told apart from the text."""
    read = (
        conditions.condition(one.text, "Exit Criteria", one.span.start_line)
        for one in item.criteria
    )
    return tuple(one for one in read if one.text or one.check)


def inside(root: Path, place: Path) -> str:
    """The path of a file or run relative to the repository, which it may not leave. Raises
    UnreadableInput for nothing, UsageError for what lies outside."""
    try:
        real = Path(os.path.realpath(place))
        is_there = real.exists()
    except (OSError, ValueError) as error:
        raise UnreadableInput("cannot-read", f"{place}: {error}") from error
    if not is_there:
        raise UnreadableInput(
            "no-such-run", f"{place}: no such file or folder", "give a run's folder"
        )
    if not real.is_relative_to(root):
        raise UsageError(
            "outside",
            f"{place}: lies outside the repository {root}",
            "copy it into the repository: evidence that is not in it cannot be committed",
        )
    return real.relative_to(root).as_posix()


# Criteria


def _conditions(brief: Brief, number: str | None) -> Iterator[Condition]:
    """The criteria in the order of the brief, files of the bundle last."""
    for sprint in brief.sprints:
        if number is None or sprint.number == number:
            yield from sprint.prerequisites
            yield from sprint.criteria
    if number is None:
        yield from brief.prerequisites
        yield from brief.success
        yield from brief.criteria
    for entry in brief.bundle:
        if not entry.path.endswith("/") and (
            number is None or prose_plan.of_sprint(entry.path, number)
        ):
            code = str(language.Check((language.Call("exists", (entry.path,)),)))
            yield Condition("Artifact bundle", entry.path, None, entry.optional, code, entry.line)


def _judged(condition: Condition, ground: _Ground, facts: Facts) -> Judged:
    try:
        if condition.check:
            check: language.Check | None = language.parse(condition.check)
        else:
            check = prose.check(condition, ground.brief, ground.path)
    except UsageError as error:
        return Judged(condition, condition.check, "unknown", error.message, ())
    if check is None:
        reason = "nothing is known that would show it: give it a check of its own"
        return Judged(condition, "", "unknown", reason, ())
    if ground.brief and condition in ground.brief.criteria:
        facts = facts._replace(early="")  # the phase that ends with the brief came before it
    said = judge(check, facts)
    return Judged(condition, str(check), said.verdict, said.reason, said.evidence)


def _gate(
    path: str,
    item: str | None,
    ground: _Ground,
    facts: Facts,
    judged: Sequence[Judged],
    references: tuple[ReferenceLink, ...],
) -> Gate:
    verdicts = {one.verdict for one in judged if not one.condition.optional}
    verdict: Verdict = (
        "unmet" if "unmet" in verdicts else "unknown" if "unknown" in verdicts else "met"
    )
    return Gate(
        path,
        item,
        ground.request.sprint,
        ground.stamp,
        facts.run.path if facts.run else None,
        facts.baseline.path if facts.baseline else None,
        verdict,
        tuple(judged),
        references,
        ground.brief.damage if ground.brief else (),
    )


def _item(ledger: Ledger | None, name: str | None) -> Item | None:
    """The section of the brief's item; of several the one with the most attempts."""
    found = [one for one in ledger.items if one.id == name] if ledger and name else []
    return max(found, key=lambda one: len(one.attempts), default=None)


def _content(place: Path) -> bytes:
    try:
        if not place.is_file():
            raise UnreadableInput("cannot-read", f"{place}: expected a file", "give a brief")
        return place.read_bytes()
    except OSError as error:
        raise UnreadableInput(
            "cannot-read", f"{place}: {(error.strerror or '').lower()}"
        ) from error


# What it is judged by


@dataclass
class _Ground:
    """The repository as one gate sees it. Each thing is read once."""

    config: Config
    path: str
    request: Request
    brief: Brief | None
    item: Item | None
    _complete: dict[str, Judgement | None] = field(default_factory=dict)
    _outputs: dict[str, Evidence | None] = field(default_factory=dict)

    def facts(self, ledger: str) -> Facts:
        """All that the criteria may ask about."""
        run = self._read(self.request.run) if self.request.run else None
        found = Facts(
            run=run,
            baseline=self._baseline(),
            early=self._early(run),
            ledger=ledger,
            tests_of=lambda name: self._tests_of(name, found),
            fill=self.fill,
            files=self._files,
            is_tracked=self._tree.is_tracked,
            read=self._text,
            outputs=self._folder,
            resolve=self._resolve,
            entries=tuple(self._entries()),
            lines=dict(self._lines()),
            complete=lambda sprint: self._sprint(sprint, found),
        )
        return found

    @cached_property
    def _access(self) -> WorkTree:
        return WorkTree(self.config.root)

    @cached_property
    def _tree(self) -> Tree:
        return Tree(self.config.root, is_git=self.config.is_git)

    # Runs

    def _read(self, run: Path) -> Evidence:
        """The run without the commands that the bundle captures below it."""
        path = inside(self.config.root, run)
        captured = [entry.path for entry in self.brief.bundle] if self.brief else []
        folders = {
            place.path
            for name in captured
            if "exit" in name.rpartition("/")[2]
            and (place := self.fill(name.rpartition("/")[0])).path
        }
        below = {
            one.removeprefix(f"{path}/") for one in folders if one and one.startswith(f"{path}/")
        }
        return read_run(_Without(self._access, path, tuple(f"{one}/" for one in below)), path)

    def _baseline(self) -> Evidence | None:
        if self.request.baseline:
            return read_run(self._access, inside(self.config.root, self.request.baseline))
        stamp = self.brief.input_stamp if self.brief else None
        if not stamp or not self.brief:
            return None
        cited = [path for one in self.brief.references for path in one.artifact.paths]
        folders = {
            path[: path.index(stamp) + len(stamp)] for path in cited if f"/{stamp}/" in f"/{path}"
        }
        if len(folders) != 1:
            return None
        return self._folder(folders.pop())

    def _early(self, run: Evidence | None) -> str:
        stamp = self.brief.stamp if self.brief else None
        if run and stamp and run.stamp and run.stamp <= stamp:
            return f"the run ({run.stamp}) is not later than the brief ({stamp})"
        return ""

    def _folder(self, path: str) -> Evidence | None:
        if path not in self._outputs:
            try:
                found = read_run(self._access, path)
                self._outputs[path] = found if found.files or found.tests else None
            except LedgerError:
                self._outputs[path] = None
        return self._outputs[path]

    # Places

    @cached_property
    def stamp(self) -> str | None:
        """The stamp that fills placeholders: given, or that of the run's folder where the bundle
        would have it, or the only one that there is."""
        if self.request.stamp:
            return self.request.stamp
        prefixes = {
            entry.path[: found.start()]
            for entry in (self.brief.bundle if self.brief else ())
            if (found := _STAMP.search(entry.path))
        }
        for prefix in sorted(prefixes):
            if self.request.run:
                run = inside(self.config.root, self.request.run)
                first = run.removeprefix(prefix).partition("/")[0]
                if run.startswith(prefix) and _STAMPED.match(first):
                    return first
        stamps = {stamp for prefix in prefixes for stamp in self._stamps(prefix)}
        return stamps.pop() if len(stamps) == 1 else None

    def _stamps(self, prefix: str) -> list[str]:
        folder = self._real(prefix.rstrip("/"))
        if folder is None or not folder.is_dir():
            return []
        return sorted(one.name for one in folder.iterdir() if _STAMPED.match(one.name))

    def fill(self, path: str) -> Place:
        """``path`` with its placeholders filled in."""
        if path == self.path:
            return Place(path)
        if citations.kind(path) == "outside":
            return Place(None, f"{path} leads out of the repository", is_open=True)
        found = _STAMP.search(path)
        if found:
            stamp = self.stamp
            if stamp is None:
                known = self._stamps(path[: found.start()])
                if not known:
                    return Place(None, f"{path[: found.start()]} has no run yet")
                said = f"{path}: {', '.join(known[:5])} would fit: say which with --stamp"
                return Place(None, said, is_open=True)
            path = _STAMP.sub(stamp, path)
        if citations.kind(path) != "placeholder":
            return Place(path.rstrip("/"))
        matches = self._matching(_HOLE.sub("*", path).rstrip("/"))
        if len(matches) == 1:
            return Place(matches[0])
        if not matches:
            return Place(None, f"nothing fits {path}")
        return Place(None, f"{path}: {', '.join(matches[:3])} and others would fit", is_open=True)

    def _matching(self, pattern: str) -> list[str]:
        root = Path(os.path.realpath(self.config.root))
        found = []
        try:
            for place in root.glob(pattern):
                if self._real(name := place.relative_to(root).as_posix()) is not None:
                    found.append(name)
                if len(found) == _MOST_FOUND:
                    break
        except (OSError, ValueError, NotImplementedError):
            return []
        return sorted(found)

    def _real(self, path: str) -> Path | None:
        """The place of a path, None where it leads out of the repository."""
        root = Path(os.path.realpath(self.config.root))
        try:
            place = Path(os.path.realpath(root / path))
        except (OSError, ValueError):
            return None
        return place if place.is_relative_to(root) else None

    def _files(self, path: str) -> Mapping[str, int] | None:
        if path == self.path:
            return {"": 1}  # it was read, wherever it lies
        try:
            return {entry.path: entry.size for entry in self._access.files(path)}
        except LedgerError:
            return None

    def _text(self, path: str) -> str | None:
        files = self._files(path)
        if not files or files.get("", _LARGEST) >= _LARGEST:
            return None
        try:
            return text.decode(self._access.read(path))
        except LedgerError:
            return None

    def _resolve(self, name: str) -> str:
        """What a document's name means: itself, beside the brief, as the brief cites it elsewhere,
        or the only one whose path ends so."""
        own = self.path.rpartition("/")[0]
        ends = [path for path in self._cited if f"/{path}".endswith(f"/{name}")]
        for path in (name, f"{own}/{name}" if own else name, *ends):
            if self._files(path) is not None or self._tree.is_tracked(path):
                return path
        folder, _, last = name.rpartition("/")
        below = (
            [f"{folder}/{one}" for one in self._files(folder) or {} if one.endswith(f"/{last}")]
            if folder
            else []
        )
        found = below or self._tree.ending(name)
        return found[0] if len(found) == 1 else name

    @cached_property
    def _cited(self) -> list[str]:
        brief = self.brief
        if brief is None:
            return []
        files = [
            one.path for sprint in brief.sprints for task in sprint.tasks for one in task.files
        ]
        return [*(path for one in brief.references for path in one.artifact.paths), *files]

    def references(self) -> Iterator[ReferenceLink]:
        """Where each cross-reference leads."""
        for one in self.brief.references if self.brief else ():
            for path in one.artifact.paths:
                kind = citations.kind(path)
                state: ReferenceState = "found"
                if kind != "path":
                    state = kind
                elif self._files(path.rstrip("/")) is None:
                    state = "tracked" if self._tree.is_tracked(path.rstrip("/")) else "missing"
                yield ReferenceLink(one.label, path, state, one.line)

    # Tests

    def _tests_of(self, name: str, facts: Facts) -> Tests | None:
        cluster = next(
            (
                one
                for one in (self.brief.clusters if self.brief else ())
                if one.id in {name, f"CLUSTER-{name}"}
            ),
            None,
        )
        if cluster and cluster.id in self._mapped:
            identities, source = self._mapped[cluster.id]
            return Tests(identities, cluster.count, source)
        known = {
            **(facts.baseline.tests if facts.baseline else {}),
            **(facts.run.tests if facts.run else {}),
        }
        selectors = cluster.tests if cluster else (name,)
        found = dict.fromkeys(
            identity for selector in selectors for identity in known if _selects(selector, identity)
        )
        if not found and not cluster:
            return None
        return Tests(tuple(found), cluster.count if cluster else None, "")

    @cached_property
    def _mapped(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """The tests of clusters, from the tables of the documents that the brief refers to."""
        found: dict[str, tuple[tuple[str, ...], str]] = {}
        names = {one.id for one in self.brief.clusters} if self.brief else set()
        for path in self._cited:
            said = self._text(path) if names and path.endswith(".md") else None
            for part in outline.parts(document.parse(text.encode(said))) if said else ():
                for row in (row for group in part.groups for row in group.rows):
                    first = row.cells[0][1] if row.cells else ""
                    about = [name for name in names if re.search(rf"\b{re.escape(name)}\b", first)]
                    tests = [
                        from_node_id(node)
                        for _, cell in row.cells[1:]
                        for raw in _NODE.findall(cell)
                        for node in _nodes(raw)
                    ]
                    if len(about) == 1 and tests and about[0] not in found:
                        found[about[0]] = (tuple(dict.fromkeys(tests)), f"{path}:{row.line}")
        return found

    # The ledger

    def _entries(self) -> Iterator[Entry]:
        """The attempts that may tell of the work: all of the item's, or those after the brief's."""
        for attempt in self.item.attempts if self.item else ():
            if self._is_later(attempt.number, attempt.stamp, attempt.date):
                paths = tuple(path for one in attempt.artifacts for path in one.paths)
                line = attempt.span.start_line
                yield Entry(attempt.number, attempt.text, paths, line, attempt.date)

    def _is_later(self, number: int | None, stamp: str | None, date: str | None) -> bool:
        brief = self.brief
        if brief is None:
            return True
        own = [u.number for u in brief.updates if u.kind == "attempt" and u.number is not None]
        if own and number is not None:
            return number > max(own)
        if brief.stamp is None:
            return True
        if stamp:
            return stamp > brief.stamp
        return bool(date) and str(date).replace("-", "") > brief.stamp[:8]

    def _lines(self) -> Iterator[tuple[int, str]]:
        """The item's lines that may tell of a decision: later attempts, open actions, fields."""
        item = self.item
        if item is None:
            return
        for entry in self._entries():
            yield from enumerate(entry.text.split("\n"), entry.line)
        for action in item.actions:
            if action.state != "complete":
                yield action.span.start_line, action.text.replace("\n", " ")
        for one in item.fields:
            yield one.span.start_line, f"{one.name}: {one.value}"

    # Sprints

    def _sprint(self, number: str, facts: Facts) -> Judgement:
        brief = self.brief
        sprint = (
            next((one for one in brief.sprints if one.number == number), None) if brief else None
        )
        if sprint is None:
            return Judgement("unknown", f"there is no sprint {number}")
        if number in self._complete:
            return self._complete[number] or Judgement(
                "unknown", f"sprint {number} waits for itself"
            )
        self._complete[number] = None
        wanted = [one for one in (*sprint.prerequisites, *sprint.criteria) if not one.optional]
        judged = [_judged(one, self, facts) for one in wanted]
        self._complete[number] = found = _summed(number, judged, self.path)
        return found


def _summed(number: str, judged: Sequence[Judged], path: str) -> Judgement:
    """One verdict on a sprint's criteria; its evidence are the lines that decide."""
    if not judged:
        return Judgement("unknown", f"sprint {number} has no exit criteria")
    still = [one for one in judged if one.verdict != "met"]
    where = tuple(f"{path}:{one.condition.line}" for one in still or judged)
    if not still:
        return Judgement("met", f"all {len(judged)} criteria of sprint {number} are met", where)
    verdict: Verdict = "unmet" if any(one.verdict == "unmet" for one in still) else "unknown"
    said = f"{len(still)} of {len(judged)} criteria of sprint {number} are not met"
    return Judgement(verdict, said, where)


def _nodes(raw: str) -> list[str]:
    """The node ids that one with a group of names stands for: ``tests/test_x.py::{a,b}``."""
    head, opened, rest = raw.partition("{")
    inner, closed, tail = rest.partition("}")
    return (
        [f"{head}{one.strip()}{tail}" for one in inner.split(",")] if opened and closed else [raw]
    )


def _selects(selector: str, identity: str) -> bool:
    """Whether a test is meant by a name or node id, whole or but for its parameters, or by the
    class or file that it is in."""
    name = from_node_id(selector) if "::" in selector or selector.endswith(".py") else selector
    bare = identity.partition("[")[0]
    if "::" not in name:
        dotted = name.replace("::", ".")
        return (
            name in {identity, bare}
            or bare.endswith(f"::{name}")
            or identity.endswith(f"::{name}")
            or (bool("." in dotted) and bare.startswith((f"{dotted}::", f"{dotted}.")))
        )
    as_class = name.replace("::", ".")
    return name in {identity, bare} or bare.startswith((f"{as_class}::", f"{as_class}."))


class _Without:
    """A run without some of its folders."""

    def __init__(self, access: Access, run: str, folders: tuple[str, ...]) -> None:
        self._access = access
        self._run = run
        self._folders = folders

    def files(self, path: str) -> Iterator[File]:
        """See ``Access.files``."""
        for entry in self._access.files(path):
            if path != self._run or not entry.path.startswith(self._folders or ("\0",)):
                yield entry

    def read(self, path: str) -> bytes:
        """See ``Access.read``."""
        return self._access.read(path)
