"""Bytes to a ``Brief``. Any document can be read: what it does not say is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ledger.gates.briefs import bundle, clusters, conditions, outline, sprints, updates
from ledger.gates.briefs.outline import Part, plain
from ledger.gates.model import (
    Blocker,
    Brief,
    BundleEntry,
    Command,
    Condition,
    DamagedLine,
    Decision,
    Expected,
    Option,
    Reference,
    Totals,
)
from ledger.plan import citations, document, mojibake, text
from ledger.plan.braces import expand

_STAMP: Final = re.compile(r"(?<!\d)\d{8}T\d{6}Z(?!\d)")
_ITEM: Final = re.compile(r"\[([A-Z][A-Z0-9]*(?:-[A-Za-z0-9]+)+)\]")
_BLOCKER: Final = re.compile(r"blocker[ \t]+(?P<number>\d+)\b", re.IGNORECASE)
_ARROW: Final = re.compile(r"[ \t]*(?:\u2192|->|=>)[ \t]*")
_COUNTS: Final = re.compile(r"(?P<count>\d{1,9})\*{0,2} (?P<word>collected|passed|failed|skipped)")
_SECONDS: Final = re.compile(r"(?<![\d.])(\d{1,9}(?:\.\d+)?) ?s(?:ec(?:onds)?)?\b")
_MARGIN: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)% margin")
_TIMEOUT: Final = re.compile(r"(\d{1,9}(?:\.\d+)?) ?s timeout")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|\S*)(?:[ \t]+|\Z)")
_CHOSEN: Final = re.compile(r"(?:decision|decided|chosen)\W{1,4}(option \w+)", re.IGNORECASE)


def read(data: bytes) -> Brief:
    """Read any bytes as a brief. Damaged lines are read as they were meant, and told."""
    lines = text.decode(data.removeprefix(text.BOM)).split("\n")
    mended = [mojibake.mend(line) for line in lines]
    damage = tuple(
        DamagedLine(line=number, text=line.strip(), lost=one.lost)
        for number, (line, one) in enumerate(zip(lines, mended, strict=True), 1)
        if one.is_damaged
    )
    parsed = document.parse(text.encode("\n".join(one.line for one in mended)))
    found = outline.parts(parsed)
    head = [part for part in found[:2] if part.level <= 1]
    is_sprint = [sprints.is_sprint(part) for part in found]
    made = tuple(
        sprints.read(part, below(found, index))
        for index, part in enumerate(found)
        if is_sprint[index]
    )
    inside = {
        part.line
        for index, part in enumerate(found)
        if is_sprint[index]
        for part in (part, *below(found, index))
    }
    others = [part for part in found if part.line not in inside]
    stamp = _STAMP.search(_head(head, "stamp"))
    initiative = _ITEM.search(_head(head, "initiative", "item"))
    source = _head(head, "input")
    input_stamp = _STAMP.search(source)
    texts = {number: parsed.line(number - 1) for number in range(1, len(parsed.starts))}
    return Brief(
        title=next((part.title for part in found if part.level), ""),
        stamp=stamp[0] if stamp else None,
        initiative=initiative[1] if initiative else None,
        phase=_head(head, "phase"),
        input=source,
        input_stamp=input_stamp[0] if input_stamp else None,
        status=_head(head, "status"),
        totals=_totals(found),
        clusters=clusters.read(found, texts),
        blockers=tuple(_blocker(part) for part in found if _BLOCKER.match(part.title)),
        decisions=tuple(_decisions(found)),
        sprints=made,
        prerequisites=_conditions(others, "prerequisite"),
        rerun=tuple(_rerun(others)),
        expected=tuple(_expected(others)),
        success=_conditions(others, "success criteria"),
        criteria=tuple(_other_criteria(others)),
        bundle=tuple(_bundle(found)),
        references=tuple(_references(found)),
        updates=tuple(
            update for part in found if _is_update(part) for update in updates.read(part)
        ),
        damage=damage,
    )


def below(parts: Sequence[Part], index: int) -> tuple[Part, ...]:
    """The parts under a part's heading: those of a deeper level, up to the next that is not."""
    level = parts[index].level
    end = index + 1
    while end < len(parts) and parts[end].level > level:
        end += 1
    return tuple(parts[index + 1 : end])


def _head(parts: Sequence[Part], *names: str) -> str:
    return next((said for part in parts if (said := part.value(*names))), "")


# The run it starts from


def _totals(parts: Sequence[Part]) -> Totals | None:
    """The first group that tells how many tests were collected, with what stands around it."""
    for part in parts:
        for group in part.groups:
            said = [(node.said, node.line) for node in group.nodes] or [(group.value, group.line)]
            counts = [(line, m) for one, line in said for m in _COUNTS.finditer(one)]
            known = {match["word"]: int(match["count"]) for _, match in counts}
            if "collected" not in known:
                continue
            whole = " ".join(one for one, _ in said)
            runtime = next((one for one, _ in said if "runtime" in one.lower()), "")
            seconds = _SECONDS.search(runtime)
            timeout, margin = _TIMEOUT.search(whole), _MARGIN.search(whole)
            return Totals(
                collected=known.get("collected"),
                passed=known.get("passed"),
                failed=known.get("failed"),
                skipped=known.get("skipped"),
                runtime_s=float(seconds[1]) if seconds else None,
                timeout_s=float(timeout[1]) if timeout else None,
                margin_percent=float(margin[1]) if margin else None,
                line=counts[0][0],
            )
    return None


# Blockers and decisions


def _blocker(part: Part) -> Blocker:
    lead = _BLOCKER.match(part.title)
    title, _ = sprints.titled(part.title[lead.end() if lead else 0 :])
    affected = part.value("affected clusters", "affects")
    evidence, path = part.group("evidence"), part.group("remediation", "implementation path")
    return Blocker(
        number=lead["number"] if lead else "",
        title=title,
        clusters=clusters.ids(affected) or clusters.ids(part.title),
        issue=part.value("issue", "problem"),
        evidence=tuple(node.said for node in evidence.nodes) if evidence else (),
        remediation=tuple(node.said for node in path.nodes) if path else (),
        effort=part.value("estimated effort", "effort"),
        impact=part.value("impact"),
        priority=part.value("priority"),
        owner=part.value("owner"),
        line=part.line,
    )


def _decisions(parts: Sequence[Part]) -> Iterator[Decision]:
    """Where a table's first column is called Option, somebody has to decide."""
    for part in parts:
        for group in part.groups:
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
                title=sprints.titled(_title(part.title))[0],
                options=options,
                recommendation=_unmarked(part.value("recommendation")),
                decider=owner.partition("(")[0].strip() if owner else "",
                chosen=chosen[1] if chosen else "",
                line=group.line if group.name else part.line,
            )


def _title(title: str) -> str:
    lead = _BLOCKER.match(title)
    return title[lead.end() :] if lead else title


def _unmarked(said: str) -> str:
    return said.replace("**", "").strip()


# Criteria


def _conditions(parts: Sequence[Part], name: str) -> tuple[Condition, ...]:
    return tuple(
        criterion
        for part in parts
        for group in part.groups
        if name in plain(group.name) or (not group.name and name in plain(part.title))
        for criterion in conditions.read(group.nodes, _bare(group.name or part.title))
    )


def _other_criteria(parts: Sequence[Part]) -> Iterator[Condition]:
    for part in parts:
        for group in part.groups:
            name = group.name or part.title
            if sprints.is_exit_label(name):
                found = sprints.SPRINT.search(name)
                number = found["number"] if found else ""
                yield from conditions.read(group.nodes, _bare(name), number)


def _bare(title: str) -> str:
    return title.partition("(")[0].strip(" :")


# The rerun


def _is_rerun(part: Part) -> bool:
    title = plain(part.title)
    return "rerun" in title and any(group.fences for group in part.groups)


def _rerun(parts: Sequence[Part]) -> Iterator[Command]:
    for part in parts:
        if not _is_rerun(part):
            continue
        for group in part.groups:
            for fence in group.fences:
                yield from _commands(fence)


def _commands(fence: outline.Fence) -> Iterator[Command]:
    """A line of assignments alone holds for the commands below it, up to another one that sets
    the same name."""
    environment: dict[str, str] = {}
    note = ""
    for number, raw in enumerate(fence.lines, fence.line):
        line, _, behind = raw.strip().partition("  #")
        if line.startswith("#"):
            note = line.lstrip("# ")
            continue
        command, own = _assigned(line.strip())
        if not command:
            environment |= own
            continue
        yield Command(
            text=command,
            environment=tuple((environment | own).items()),
            note=behind.strip() or note,
            line=number,
        )


def _assigned(line: str) -> tuple[str, dict[str, str]]:
    found: dict[str, str] = {}
    at = 0
    while match := _ASSIGNMENT.match(line, at):
        found[match[1]] = match[2].strip("\"'")
        at = match.end()
    return line[at:].strip(), found


def _expected(parts: Sequence[Part]) -> Iterator[Expected]:
    for part in parts:
        if not (plain(part.title).startswith("expected") and "result" in plain(part.title)):
            continue
        for group in part.groups:
            for node in group.nodes:
                arrow = _ARROW.search(node.value)
                if node.name and arrow:
                    before, after = node.value[: arrow.start()], node.value[arrow.end() :]
                    yield Expected(
                        name=node.name, before=before.strip(), after=after.strip(), line=node.line
                    )
                elif node.name:
                    yield Expected(name=node.name, before=None, after=node.value, line=node.line)


# What it leads to


def _bundle(parts: Sequence[Part]) -> Iterator[BundleEntry]:
    for part in parts:
        for group in part.groups:
            for fence in outline.fences(group):
                if bundle.is_tree(fence):
                    yield from bundle.read(fence)


def _references(parts: Sequence[Part]) -> Iterator[Reference]:
    for part in parts:
        title = plain(part.title)
        if (
            "cross-reference" not in title
            and "cross reference" not in title
            and title != "references"
        ):
            continue
        for group in part.groups:
            for node in group.every_node:
                if paths := _leads_to(node.value):
                    yield Reference(label=node.name, paths=paths, line=node.line)


def _leads_to(said: str) -> tuple[str, ...]:
    """The paths of a cross-reference, in code or bare, without the section behind them."""
    cited = citations.find(said)
    if cited:
        return cited[0].paths
    first = said.strip().partition(" ")[0].strip("`,;")
    return expand(first) if "." in first or "/" in first else ()


def _is_update(part: Part) -> bool:
    title = plain(part.title)
    return (
        "next actions" in title or "ledger" in title or "fix plan" in title or "fix_plan" in title
    ) and any(node.fences for group in part.groups for node in group.nodes)
