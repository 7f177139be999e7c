"""A document as an outline: parts under headings, groups under bold labels, lists and tables.

Briefs are written by hand, so what a thing is called decides, not how deep it stands.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from ledger.plan import words
from ledger.plan.document import Block, Document, Section
from ledger.plan.parts import cells

# e.g. "**Owner:** anna", "**Owner**: anna"
_LABEL: Final = re.compile(r"\*\*(?P<name>[^*\n]{1,120}?)(?::\*\*|\*\*:)[ \t]*")
# A line of its own above a list: "**Exit Criteria**", "*Sprint 1 exit criteria:*", "Done when:"
_LIST_LABEL: Final = re.compile(
    r"(?=[*_]|.*:\Z)[*_]{0,3}(?P<name>[^*_:\n]{0,80}"
    r"(?<![^\W_])(?:criteria|done when|definition of done)(?![^\W_])[^*_:\n]{0,60})[*_:]{0,4}\Z",
    re.IGNORECASE,
)
_FENCE_LINE: Final = re.compile(r"[ \t]*(?:`{3,}|~{3,})")
_BULLET: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_QUOTE: Final = re.compile(r"[ \t]*>[ \t]?")


class Fence(NamedTuple):
    """Fenced code: its lines without their common indent, and the first one's number."""

    lines: tuple[str, ...]
    line: int


class Node(NamedTuple):
    """A list's item. ``name`` is its bold label, ``value`` what follows it (all of the first
    paragraph where there is no label)."""

    name: str
    value: str
    line: int
    children: tuple[Node, ...]
    fences: tuple[Fence, ...]

    @property
    def text(self) -> str:
        """The first paragraph, with its label."""
        return f"{self.name}: {self.value}" if self.name else self.value


class Row(NamedTuple):
    """A row of a table: cells by the name of their column."""

    cells: tuple[tuple[str, str], ...]
    line: int


class Group(NamedTuple):
    """What is under one bold label: its value on the same line, then lists, code, tables.
    The first group of a part has no label."""

    name: str
    value: str
    line: int
    nodes: tuple[Node, ...] = ()
    fences: tuple[Fence, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def every_node(self) -> Iterator[Node]:
        """All items of its lists, those inside others too."""
        return walk(self.nodes)

    @property
    def every_fence(self) -> Iterator[Fence]:
        """All of its code, that of its lists too."""
        yield from self.fences
        for node in self.every_node:
            yield from node.fences


class Part(NamedTuple):
    """A heading and what follows, up to the next heading. Lines from 1, ``end`` included."""

    title: str
    level: int
    line: int
    end: int
    groups: tuple[Group, ...]

    @property
    def nodes(self) -> Iterator[Node]:
        """The outer items of all its lists."""
        for group in self.groups:
            yield from group.nodes

    def group(self, *names: str) -> Group | None:
        """The first group whose label begins with one of ``names``."""
        return next((g for g in self.groups if plain(g.name).startswith(names)), None)

    def value(self, *names: str) -> str:
        """What a label of the part, or of an item of its lists, says."""
        for group in self.groups:
            if group.name and plain(group.name).startswith(names):
                return group.value or "; ".join(node.text for node in group.nodes)
            for node in group.nodes:
                if node.name and plain(node.name).startswith(names):
                    return node.value
        return ""


def parts(document: Document) -> list[Part]:
    """The document's parts in its order."""
    return [
        Part(
            title=document.title(section),
            level=section.level,
            line=section.start + 1,
            end=section.end,
            groups=_groups(document, section),
        )
        for section in document.sections
    ]


def below(parts: Sequence[Part], index: int) -> tuple[Part, ...]:
    """The parts under a part's heading: those of a deeper level, up to the next that is not."""
    level = parts[index].level
    return tuple(takewhile(lambda part: part.level > level, parts[index + 1 :]))


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node, parents before children."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def plain(value: str) -> str:
    """A label or title for comparing: no marks, lower case."""
    return words.plain(value).lower()


def _groups(document: Document, section: Section) -> tuple[Group, ...]:
    groups = [Group("", "", section.start + 1)]
    for block in section.blocks:
        last = groups[-1]
        match block.kind:
            case "paragraph" | "blockquote":
                _take_lines(groups, document.lines(block.start, block.end), block)
            case "bullet_list" | "ordered_list":
                groups[-1] = last._replace(nodes=last.nodes + _nodes(document, block))
            case "fence" | "code":
                groups[-1] = last._replace(fences=(*last.fences, _fence(document, block)))
            case "table":
                groups[-1] = last._replace(rows=last.rows + _rows(document, block))
    return tuple(groups)


def _take_lines(groups: list[Group], lines: Sequence[str], block: Block) -> None:
    """Add lines of text to the last group; a label opens another one. None is seen in a quote."""
    for number, raw in enumerate(lines, block.start + 1):
        line = _QUOTE.sub("", raw) if block.kind == "blockquote" else raw.strip()
        if block.kind == "paragraph" and (label := _LABEL.match(line)):
            groups.append(Group(label["name"].strip(), line[label.end() :].strip(), number))
        elif block.kind == "paragraph" and (label := _LIST_LABEL.match(line)):
            groups.append(Group(label["name"].strip(), "", number))
        else:
            last = groups[-1]
            groups[-1] = last._replace(value=f"{last.value} {line}".strip())


def _nodes(document: Document, block: Block) -> tuple[Node, ...]:
    return tuple(_node(document, entry) for entry in block.children)


def _node(document: Document, entry: Block) -> Node:
    text = ""
    children: tuple[Node, ...] = ()
    code: list[Fence] = []
    for block in entry.children:
        if block.kind == "paragraph" and not text:
            lines = document.lines(block.start, block.end)
            text = " ".join([_BULLET.sub("", lines[0], count=1), *lines[1:]])
        elif block.kind in {"bullet_list", "ordered_list"}:
            children += _nodes(document, block)
        elif block.kind in {"fence", "code"}:
            code.append(_fence(document, block))
    text = " ".join(text.split())
    label = _LABEL.match(text)
    return Node(
        name=label["name"].strip() if label else "",
        value=text[label.end() :] if label else text,
        line=entry.start + 1,
        children=children,
        fences=tuple(code),
    )


def _fence(document: Document, block: Block) -> Fence:
    lines = document.lines(block.start, block.end)
    first = block.start + 1
    if block.kind == "fence":
        is_closed = len(lines) > 1 and _FENCE_LINE.match(lines[-1])
        lines, first = lines[1 : -1 if is_closed else None], first + 1
    dedented = textwrap.dedent("\n".join(lines)).split("\n") if lines else []
    return Fence(tuple(dedented), first)


def _rows(document: Document, block: Block) -> tuple[Row, ...]:
    lines = document.lines(block.start, block.end)
    header, _, *rows = ([cell for _, _, cell in cells(line)] for line in lines)
    return tuple(
        Row(tuple(zip(header, row, strict=False)), number)
        for number, row in enumerate(rows, block.start + 3)
    )
