"""The reader of briefs. Any document can be read: what it does not say is empty.

What a thing is called decides what it is, not where it is; see ``docs/reference/briefs.md``.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Any, Final

from ledger.gates import sprints, sums, updates
from ledger.gates.checks import UNITS
from ledger.gates.model import (
    Blocker,
    Brief,
    BundleEntry,
    Cluster,
    Command,
    Condition,
    DamagedLine,
    Decision,
    Expected,
    Heading,
    Option,
    Reference,
    Totals,
)
from ledger.gates.outline import Fence, Group, Part, below, parts, plain
from ledger.plan import citations, document, patterns, text
from ledger.plan.citations import expand

_BLOCKER: Final = re.compile(r"blocker[ \t]+(?P<number>\d+)\b", re.IGNORECASE)
_ARROW: Final = re.compile(r"[ \t]*(?:\u2192|->|=>)[ \t]*")
# e.g. "**692** collected"
_COUNTS: Final = re.compile(
    r"(?<![\d.,])(?P<count>\d{1,3}(?:,\d{3}){1,2}|\d{1,9})\*{0,2} "
    r"(?P<word>collected|passed|failed|skipped)"
)
# e.g. "1,661.37s", "60 min", "3600-second"
_SPAN: Final = (
    r"(?<![\d.,:])(?P<value>\d{1,3}(?:,\d{3}){1,3}(?:\.\d+)?|\d{1,9}(?:\.\d+)?)[ -]?"
    r"(?P<unit>s|min|h)(?:ec(?:onds?)?|utes?|ours?)?\b"
)
# e.g. "3.40 seconds"
_TIME: Final = re.compile(_SPAN)
_MARGIN: Final = re.compile(r"(?P<value>\d{1,3}(?:\.\d+)?)% margin")
_MARGIN_OF: Final = re.compile(r"margin:? (?:of )?(?P<value>\d{1,3}(?:\.\d+)?) ?%", re.IGNORECASE)
# e.g. "60 min timeout"
_TIMEOUT: Final = re.compile(rf"{_SPAN} (?:timeout|limit)")
# e.g. "timeout of 60 min"
_TIMEOUT_OF: Final = re.compile(rf"(?:timeout|limit):?\*{{0,2}} (?:of )?{_SPAN}", re.IGNORECASE)
# e.g. "TEST-SUITE-002 — Rerun"
_BARE_ITEM: Final = re.compile(r"([A-Z][A-Z0-9]*(?:-[A-Z0-9]+){0,8}-\d{1,6})(?![\w-])")
_HEADS: Final = ("context", "overview", "metadata")  # of parts that may hold what a head does
# e.g. "NAME='a value' command"
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|\S*)(?:[ \t]+|\Z)")
# e.g. "if Option C", of a command's comment
OPTION: Final = re.compile(r"\boption ([A-Z]|\d{1,2})\b", re.IGNORECASE)
# e.g. "Decision: Option A"
_CHOSEN: Final = re.compile(r"(?:decision|decided|chosen)\W{1,4}(option \w+)", re.IGNORECASE)
_CLUSTER: Final = re.compile(r"\bCLUSTER-(?P<name>[A-Z][A-Z0-9]{0,30})-\d{1,6}\b")
# e.g. "CLUSTER-UTF-001 (2 tests)", "UTF-001 x2"
_CLUSTER_COUNT: Final = re.compile(
    r"(?:CLUSTER-)?(?P<name>[A-Z][A-Z0-9]{0,30})-\d{1,6}"
    r"(?: \((?P<tests>\d{1,6}) tests?\)| ?[x\u00d7](?P<times>\d{1,6})\b)"
)
# e.g. "2 (SPLIT, UTF)" and "3 (2+1)"
_CLUSTER_NAMES: Final = re.compile(r"\(([A-Z][A-Z0-9-]{1,40}(?:, ?[A-Z][A-Z0-9-]{1,40}){0,200})\)")
_SUM: Final = re.compile(r"\((\d{1,6}(?: ?\+ ?\d{1,6}){1,200})\b")
# e.g. "tests/test_x.py::TestY::test_z[cpu]", "test_z"
_TEST: Final = re.compile(
    r"[\w./-]{1,200}\.py::[\w:]{1,300}(?:\[[^\]\s]{1,200}\])?|\btest_\w{3,200}(?:\[[^\]\s]{1,200}\])?(?![\w./])"
)
# e.g. "§Phase M", "§§2 (runtime), 15 (gradients)"
_SECTIONS: Final = re.compile(r"\u00a7+[ \t]*(?P<names>[^\u00a7\n]{1,200})")
_BEHIND: Final = re.compile(r"[ \t][\u2013\u2014-][ \t]")
_NOTED: Final = re.compile(r"\([^()]{0,200}\)")
_RANGE: Final = re.compile(r"(\d[\d.]{0,20})[-\u2013](\d[\d.]{0,20})")
# e.g. "│   ├── name": the stem, then the branch
_BRANCH: Final = re.compile(
    r"(?P<stem>[ \t\u00a0|\u2502]*)(?:[\u251c\u2514\u2570+`][\u2500-]+[ \t]*)"
)
_BOX: Final = re.compile(r"[\u2500-\u257f|]")
# e.g. "name (optional)", "name  # what it is"
_NOTE: Final = re.compile(r"[ \t]+(?:\((?P<note>[^()]{1,200})\)|#.*|\u2190.*|<-.*)[ \t]*\Z")


@lru_cache(maxsize=8)  # several actions of an item stand for sprints of one brief
def read_brief(data: bytes) -> Brief:
    """Read any bytes as a brief. Damaged lines are read as they were meant, and told."""
    lines = text.decode(data.removeprefix(text.BOM)).split("\n")
    mended = [text.mend(line) for line in lines]
    damage = tuple(
        DamagedLine(line=number, text=line.strip(), lost=row.lost)
        for number, (line, row) in enumerate(zip(lines, mended, strict=True), 1)
        if row.is_damaged
    )
    parsed = document.parse(text.encode("\n".join(row.line for row in mended)))
    every = parts(parsed)
    head = [part for part in every[:2] if part.level <= 1]
    head += [part for part in every[1:3] if plain(part.title) in _HEADS]
    work = {n: _work(every, n) for n, part in enumerate(every) if sprints.is_sprint(part)}
    inside = {n + below_it for n, under in work.items() for below_it in range(len(under) + 1)}
    others = [part for n, part in enumerate(every) if n not in inside]
    title = next((part.title for part in every if part.level), "")
    source = _head(head, "input")
    numbered = {number: parsed.line(number - 1) for number in range(1, len(parsed.starts))}
    brief = Brief(
        title=title,
        stamp=_stamp(_head(head, "stamp", "timestamp")),
        initiative=_initiative(_head(head, "initiative", "item")) or _initiative(title),
        phase=_head(head, "phase"),
        input=source,
        input_stamp=_stamp(source),
        status=_head(head, "status"),
        totals=_totals(every),
        clusters=_clusters(every, numbered),
        blockers=tuple(_blocker(part) for part in every if _BLOCKER.match(part.title)),
        decisions=tuple(_decisions(every)),
        sprints=tuple(sprints.sprint(every[n], under) for n, under in work.items()),
        prerequisites=_conditions(others, "prerequisite"),
        rerun=tuple(_rerun(others)),
        expected=tuple(_expected(others)),
        success=_conditions(others, "success criteria"),
        criteria=tuple(_other_criteria(others)),
        bundle=tuple(_bundle(every)),
        references=tuple(_references(every)),
        updates=tuple(update for part in every for update in updates.read(part)),
        damage=damage,
    )
    misfits = sums.misfits(numbered, brief.totals, brief.clusters, brief.blockers, brief.sprints)
    return brief.model_copy(
        update={"misfits": tuple(misfits), "unread": tuple(_unread(brief, every))}
    )


def _work(every: Sequence[Part], index: int) -> tuple[Part, ...]:
    """The parts below a sprint's heading, up to that of another one, however deep it stands."""
    return tuple(takewhile(lambda part: not sprints.is_sprint(part), below(every, index)))


def _unread(brief: Brief, every: Sequence[Part]) -> Iterator[Heading]:
    """The headings of text that nothing was read from, but for those of the head."""
    every_list: tuple[Sequence[Any], ...] = (
        *(brief.clusters, brief.blockers, brief.decisions, brief.prerequisites, brief.rerun),
        *(brief.expected, brief.success, brief.criteria, brief.bundle, brief.references),
        *(brief.updates, [brief.totals] if brief.totals else []),
        *(decision.options for decision in brief.decisions),
    )
    read = {field.line for listed in every_list for field in listed}
    read |= {line for sprint in brief.sprints for line in range(sprint.line, sprint.end_line + 1)}
    for part in every:
        has_text = any(g.value or g.nodes or g.fences or g.rows for g in part.groups)
        if plain(part.title) in _HEADS:
            continue
        if part.level > 1 and has_text and read.isdisjoint(range(part.line, part.end + 1)):
            yield Heading(title=part.title, line=part.line)


def _head(head: Sequence[Part], *names: str) -> str:
    """What a label of the head says: ``**Phase:** M``, ``- Initiative: PARSE-001``."""
    bare = (node.text.partition(": ") for part in head for node in part.nodes)
    values = (*(part.value(*names) for part in head), *(v for n, _, v in bare if plain(n) in names))
    return next(filter(None, values), "")


def _initiative(value: str) -> str | None:
    """The item that a value names in brackets, or begins with: ``PARSE-001 — Read``."""
    match = updates.ITEM.search(value) or _BARE_ITEM.match(value)
    return match[1] if match else None


def _stamp(value: str) -> str | None:
    stamp = patterns.STAMP.search(value)
    return stamp[0] if stamp else None


# The run it starts from


def _totals(every: Sequence[Part]) -> Totals | None:
    """The first group that tells how many tests were collected, with what stands around it."""
    for group in (group for part in every for group in part.groups):
        lines = [(node.text, node.line) for node in group.nodes] or [(group.value, group.line)]
        counts = [(at, count) for line, at in lines for count in _COUNTS.finditer(line)]
        known = {count["word"]: int(count["count"].replace(",", "")) for _, count in counts}
        if "collected" not in known:
            continue
        whole = " ".join(line for line, _ in lines)
        runtime = next((line for line, _ in lines if "runtime" in line.lower()), "")
        runtime = runtime[runtime.lower().find("runtime") :]
        return Totals(
            collected=known.get("collected"),
            passed=known.get("passed"),
            failed=known.get("failed"),
            skipped=known.get("skipped"),
            runtime_s=_number(_TIME, runtime),
            timeout_s=_number(_TIMEOUT, whole) or _number(_TIMEOUT_OF, whole),
            margin_percent=_number(_MARGIN, whole) or _number(_MARGIN_OF, whole),
            line=counts[0][0],
        )
    return None


def _number(pattern: re.Pattern[str], line: str) -> float | None:
    """The first number that fits, of a time in seconds."""
    match = pattern.search(line)
    if match is None:
        return None
    unit = match.groupdict().get("unit") or ""
    return float(match["value"].replace(",", "")) * UNITS[unit.lower()]


# Clusters of failures


def _clusters(every: Sequence[Part], lines: Mapping[int, str]) -> tuple[Cluster, ...]:
    """The clusters in the order of the summary, else of the text.

    A summary names all clusters in one pair of parentheses after ``Clusters``, and their counts
    as a sum after ``Failures``; else each is known by ``CLUSTER-NAME-1``, and its count by
    ``(2 tests)`` or ``x2`` behind it.
    """
    whole: dict[str, tuple[str, int]] = {}
    counts: dict[str, int] = {}
    for number, line in lines.items():
        for match in _CLUSTER.finditer(line):
            whole.setdefault(match["name"], (match[0], number))
        for match in _CLUSTER_COUNT.finditer(line):
            counts.setdefault(match["name"], int(match["tests"] or match["times"]))
    names, summary, summed = _summary(every)
    if len(summed) == len(names):
        counts |= dict(zip(names, summed, strict=True))
    known = {name: whole.get(name, (name, summary)) for name in dict.fromkeys([*names, *whole])}
    tests = _tests(every, {identity: name for name, (identity, _) in known.items()})
    return tuple(
        Cluster(id=identity, count=counts.get(name), tests=tests.get(name, ()), line=at)
        for name, (identity, at) in known.items()
    )


def _cluster_ids(value: str) -> tuple[str, ...]:
    """The clusters that a text names in full, each once."""
    return tuple(dict.fromkeys(match[0] for match in _CLUSTER.finditer(value)))


def _summary(every: Sequence[Part]) -> tuple[list[str], int, list[int]]:
    """The names of all clusters, the line that has them, and their counts."""
    names: list[str] = []
    line, counts = 0, list[int]()
    for node in (node for part in every for node in part.nodes):
        label = plain(node.name)
        if label == "clusters" and not names and (match := _CLUSTER_NAMES.search(node.value)):
            names, line = [name.strip() for name in match[1].split(",")], node.line
        if label == "failures" and not counts and (match := _SUM.search(node.value)):
            counts = [int(count) for count in match[1].split("+")]
    return names, line, counts


def _tests(every: Sequence[Part], names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The tests that parts about one cluster alone name, without those that are the name or
    file of another."""
    tests: dict[str, dict[str, None]] = {}
    for part in every:
        about = _cluster_ids(part.title)
        if len(about) == 1 and about[0] in names:
            matches = (match[0] for value in _about_tests(part) for match in _TEST.finditer(value))
            tests.setdefault(names[about[0]], {}).update(dict.fromkeys(matches))
    return {
        name: tuple(p for p in own if not any(p != other and p in other for other in own))
        for name, own in tests.items()
    }


def _about_tests(part: Part) -> Iterator[str]:
    for group in part.groups:
        if plain(group.name).startswith(("issue", "test", "validation", "affected", "evidence")):
            yield group.value
        for node in group.every_node:
            if plain(node.name).startswith(("test", "validation")):
                yield node.value


# Blockers and decisions


def _blocker(part: Part) -> Blocker:
    lead = _BLOCKER.match(part.title)
    return Blocker(
        number=lead["number"] if lead else "",
        title=_title(part),
        clusters=_cluster_ids(part.value("affected clusters", "affects"))
        or _cluster_ids(part.title),
        issue=part.value("issue", "problem"),
        evidence=_bullets(part, "evidence"),
        remediation=_bullets(part, "remediation", "implementation path"),
        effort=part.value("estimated effort", "effort"),
        impact=part.value("impact"),
        priority=part.value("priority"),
        owner=part.value("owner"),
        line=part.line,
    )


def _bullets(part: Part, *names: str) -> tuple[str, ...]:
    group = part.group(*names)
    return tuple(node.text for node in group.nodes) if group else ()


def _decisions(every: Sequence[Part]) -> Iterator[Decision]:
    """Where a table's first column is called Option, somebody has to decide."""
    for part, group in ((each, group) for each in every for group in each.groups):
        options = tuple(
            Option(name=_unmarked(row.cells[0][1]), cells=row.cells[1:], line=row.line)
            for row in group.rows
            if row.cells and plain(row.cells[0][0]).startswith("option")
        )
        if not options:
            continue
        owner = part.value("decision owner", "decider", "decided by", "owner")
        chosen = _CHOSEN.search(part.value("decision", "decided"))
        yield Decision(
            title=_title(part),
            options=options,
            recommendation=_unmarked(part.value("recommendation")),
            decider=owner.partition("(")[0].strip(),
            chosen=chosen[1] if chosen else "",
            line=group.line if group.name else part.line,
        )


def _title(part: Part) -> str:
    lead = _BLOCKER.match(part.title)
    return sprints.titled(part.title[lead.end() if lead else 0 :])[0]


def _unmarked(value: str) -> str:
    return value.replace("**", "").strip()


# Criteria


def _conditions(others: Sequence[Part], name: str) -> tuple[Condition, ...]:
    return tuple(
        criterion
        for title, group in _lists(others, lambda words: name in plain(words))
        for criterion in sprints.conditions(group, _bare(title))
    )


def _other_criteria(others: Sequence[Part]) -> Iterator[Condition]:
    for title, group in _lists(others, sprints.is_exit_label):
        sprint = sprints.SPRINT.search(title)
        yield from sprints.conditions(group, _bare(title), sprint["number"] if sprint else "")


def _lists(others: Sequence[Part], is_meant: Callable[[str], bool]) -> Iterator[tuple[str, Group]]:
    """What is under a label or heading that ``is_meant``, or under the headings below it."""
    over: Part | None = None
    for part in others:
        if over and part.level <= over.level:
            over = None
        for group in part.groups:
            name = group.name or part.title
            if is_meant(name) or (over and not group.name):
                yield name, group
        if over is None and is_meant(part.title):
            over = part


def _bare(title: str) -> str:
    return title.partition("(")[0].strip(" :")


# The rerun


def _rerun(others: Sequence[Part]) -> Iterator[Command]:
    for part in others:
        for group in part.groups if "rerun" in plain(part.title) else ():
            for fence in group.fences:
                yield from _commands(fence)


def _commands(fence: Fence) -> Iterator[Command]:
    """A line of assignments alone holds for the commands below it, up to another one that sets
    the same name."""
    environment: dict[str, str] = {}
    note = ""
    for number, raw in _joined(fence):
        line, _, behind = raw.strip().partition("  #")
        if line.startswith("#"):
            note = line.lstrip("# ")
            continue
        is_export = line.startswith("export ")
        command, own = _assigned(line.removeprefix("export ").strip())
        if is_export or not command:
            environment |= {name: value for name, value in own.items() if "$(" not in value}
            continue
        yield Command(
            text=command,
            environment=tuple((environment | own).items()),
            note=behind.strip() or note,
            option=_only_option(behind) or _only_option(note),
            line=number,
        )


def _joined(fence: Fence) -> Iterator[tuple[int, str]]:
    """The lines of code by their numbers; those that end in a backslash with the next one."""
    start, words = fence.line, ""
    for number, raw in enumerate(fence.lines, fence.line):
        start, words = (start, f"{words} {raw.strip()}") if words else (number, raw)
        if words.rstrip().endswith("\\"):
            words = words.rstrip()[:-1].rstrip() or " "
            continue
        yield start, words
        words = ""
    if words:
        yield start, words


def _only_option(note: str) -> str:
    """The option that a comment names; empty for none, and for several."""
    options = {key.upper() for key in OPTION.findall(note)}
    return options.pop() if len(options) == 1 else ""


def _assigned(line: str) -> tuple[str, dict[str, str]]:
    """A command without the assignments before it, and those."""
    assigned: dict[str, str] = {}
    at = 0
    while match := _ASSIGNMENT.match(line, at):
        assigned[match[1]] = match[2].strip("\"'")
        at = match.end()
    return line[at:].strip(), assigned


def _expected(others: Sequence[Part]) -> Iterator[Expected]:
    for part in others:
        title = plain(part.title)
        if not (title.startswith("expected") and "result" in title):
            continue
        for node in (node for node in part.nodes if node.name):
            arrow = _ARROW.search(node.value)
            yield Expected(
                name=node.name,
                before=node.value[: arrow.start()].strip() if arrow else None,
                after=node.value[arrow.end() :].strip() if arrow else node.value,
                line=node.line,
            )


# The artifact bundle: a tree of files, drawn with box characters or by indenting


def _bundle(every: Sequence[Part]) -> Iterator[BundleEntry]:
    for fence in (fence for part in every for group in part.groups for fence in group.every_fence):
        if any(_BRANCH.match(line) for line in fence.lines):
            entries = [*_tree(fence)]
            names = [entry.path.rstrip("/").rpartition("/")[2] for entry in entries]
            # Boxes and tables are drawn with the same characters.
            words = sum(" " in name for name in names)
            if not any(map(_BOX.search, names)) and 2 * words <= len(names):
                yield from entries


def _tree(fence: Fence) -> Iterator[BundleEntry]:
    """The tree's files and folders, each with its whole path. A name that ends in a slash is a
    folder, as is one that others are below."""
    drawn = list(_branches(fence))
    open_folders: list[tuple[int, str]] = []
    for index, (depth, name, optional, line) in enumerate(drawn):
        while open_folders and open_folders[-1][0] >= depth:
            open_folders.pop()
        above = open_folders[-1][1] if open_folders else ""
        is_folder = name.endswith("/") or (index + 1 < len(drawn) and drawn[index + 1][0] > depth)
        path = above + name.rstrip("/") + ("/" if is_folder else "")
        if is_folder:
            open_folders.append((depth, path))
        yield BundleEntry(path=path, optional=optional, line=line)


def _branches(fence: Fence) -> Iterator[tuple[int, str, bool, int]]:
    """Depth, name, whether it is optional, and line of each entry."""
    for number, raw in enumerate(fence.lines, fence.line):
        line = raw.replace("\u00a0", " ").rstrip()
        if not line.strip(" |\u2502"):
            continue
        note = _NOTE.search(line)
        name = line[: note.start()] if note else line
        branch = _BRANCH.match(name)
        depth = branch.end("stem") + 1 if branch else len(name) - len(name.lstrip())
        name = name[branch.end() :] if branch else name.strip()
        if name:
            yield depth, name, bool(note and "optional" in (note["note"] or "").lower()), number


# Cross-references


def _references(every: Sequence[Part]) -> Iterator[Reference]:
    for node in (node for _, group in _lists(every, _are_references) for node in group.every_node):
        if paths := _leads_to(node.value):
            sections = tuple(_sections(node.value))
            label = node.name or posixpath.basename(paths[0].rstrip("/"))
            yield Reference(label=label, paths=paths, sections=sections, line=node.line)


def _are_references(name: str) -> bool:
    words = plain(name).replace("-", " ").strip(" :")
    is_so_called = words in ("linked artifacts", "source artifacts")
    return is_so_called or "cross reference" in words or words.endswith("references")


def _sections(value: str) -> Iterator[str]:
    """The sections that are behind a path; both ends of a range."""
    for match in _SECTIONS.finditer(value):
        for name in _BEHIND.split(_NOTED.sub("", match["names"]))[0].split(","):
            ends = _RANGE.fullmatch(name.strip())
            yield from ends.groups() if ends else filter(None, [name.strip(" `[].;")])


def _leads_to(value: str) -> tuple[str, ...]:
    """The paths of a cross-reference, in code or bare, without the section behind them."""
    cited = citations.find(value)
    if cited:
        return cited[0].paths
    first = value.strip().partition(" ")[0].strip("`,;")
    return expand(first) if "." in first or "/" in first else ()
