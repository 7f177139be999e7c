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

_LABEL: Final = re.compile(r"\*\*(?P<name>[^*\n]{1,120}?)(?::\*\*|\*\*:)[ \t]*")
_FENCE_LINE: Final = re.compile(r"[ \t]*(?:`{3,}|~{3,})")
_BULLET: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")
_QUOTE: Final = re.compile(r"[ \t]*>[ \t]?")
_CELL: Final = re.compile(r"(?<!\\)\|")


class Fence(NamedTuple):
    """Fenced code: its language, its lines without their common indent, the first one's number."""

    language: str
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
    def said(self) -> str:
        """The first paragraph, with its label."""
        return f"{self.name}: {self.value}" if self.name else self.value


class Row(NamedTuple):
    """A row of a table: cells by the name of their column."""

    cells: tuple[tuple[str, str], ...]
    line: int


class Group(NamedTuple):
    """What stands under one bold label: its value on the same line, then lists, code, tables.
    The first group of a part has no label."""

    name: str
    value: str
    line: int
    nodes: tuple[Node, ...]
    fences: tuple[Fence, ...]
    rows: tuple[Row, ...]

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

    def group(self, *names: str) -> Group | None:
        """The first group whose label begins with one of ``names``."""
        return next((g for g in self.groups if plain(g.name).startswith(names)), None)

    @property
    def nodes(self) -> Iterator[Node]:
        """The outer items of all its lists."""
        for group in self.groups:
            yield from group.nodes

    def value(self, *names: str) -> str:
        """What a label of the part, or of an item of its lists, says."""
        for group in self.groups:
            if group.name and plain(group.name).startswith(names):
                return group.value or "; ".join(node.said for node in group.nodes)
            for node in group.nodes:
                if node.name and plain(node.name).startswith(names):
                    return node.value
        return ""


def parts(document: Document) -> list[Part]:
    """The document's parts in its order."""
    return [_part(document, section) for section in document.sections]


def below(parts: Sequence[Part], index: int) -> tuple[Part, ...]:
    """The parts under a part's heading: those of a deeper level, up to the next that is not."""
    level = parts[index].level
    return tuple(takewhile(lambda part: part.level > level, parts[index + 1 :]))


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node, parents before children."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def plain(said: str) -> str:
    """A label or title for comparing: no marks, lower case."""
    return words.plain(said).lower()


def _part(document: Document, section: Section) -> Part:
    builder = _Groups(section.start + 1)
    for block in section.blocks:
        builder.take(document, block)
    return Part(
        document.title(section), section.level, section.start + 1, section.end, builder.done()
    )


class _Groups:
    """Collects the groups of a part, in order."""

    def __init__(self, line: int) -> None:
        self._found = [Group("", "", line, (), (), ())]

    def done(self) -> tuple[Group, ...]:
        return tuple(self._found)

    def take(self, document: Document, block: Block) -> None:
        last = self._found[-1]
        if block.kind == "paragraph":
            self._paragraph(document.lines(block.start, block.end), block.start + 1)
        elif block.kind in {"bullet_list", "ordered_list"}:
            self._found[-1] = last._replace(nodes=last.nodes + _nodes(document, block))
        elif block.kind in {"fence", "code"}:
            self._found[-1] = last._replace(fences=(*last.fences, _fence(document, block)))
        elif block.kind == "table":
            self._found[-1] = last._replace(rows=last.rows + _rows(document, block))
        elif block.kind == "blockquote":
            quoted = [_QUOTE.sub("", one) for one in document.lines(block.start, block.end)]
            self._say(" ".join(quoted))

    def _paragraph(self, lines: Sequence[str], first: int) -> None:
        for number, raw in enumerate(lines, first):
            line = raw.strip()
            label = _LABEL.match(line)
            if label:
                self._found.append(
                    Group(label["name"].strip(), line[label.end() :].strip(), number, (), (), ())
                )
            else:
                self._say(line)

    def _say(self, said: str) -> None:
        last = self._found[-1]
        self._found[-1] = last._replace(value=f"{last.value} {said}".strip())


def _nodes(document: Document, block: Block) -> tuple[Node, ...]:
    return tuple(_node(document, entry) for entry in block.children)


def _node(document: Document, entry: Block) -> Node:
    said = ""
    children: tuple[Node, ...] = ()
    code: list[Fence] = []
    for block in entry.children:
        if block.kind == "paragraph" and not said:
            lines = document.lines(block.start, block.end)
            said = " ".join([_BULLET.sub("", lines[0], count=1), *lines[1:]])
        elif block.kind in {"bullet_list", "ordered_list"}:
            children += _nodes(document, block)
        elif block.kind in {"fence", "code"}:
            code.append(_fence(document, block))
    said = " ".join(said.split())
    label = _LABEL.match(said)
    name = label["name"].strip() if label else ""
    value = said[label.end() :] if label else said
    return Node(name, value, entry.start + 1, children, tuple(code))


def _fence(document: Document, block: Block) -> Fence:
    lines = document.lines(block.start, block.end)
    first = block.start + 1
    if block.kind == "fence":
        is_closed = len(lines) > 1 and _FENCE_LINE.match(lines[-1])
        lines, first = lines[1 : -1 if is_closed else None], first + 1
    dedented = textwrap.dedent("\n".join(lines)).split("\n") if lines else []
    return Fence(block.info.strip(), tuple(dedented), first)


def _rows(document: Document, block: Block) -> tuple[Row, ...]:
    lines = document.lines(block.start, block.end)
    header = cells(lines[0])
    return tuple(
        Row(tuple(zip(header, cells(line), strict=False)), block.start + number)
        for number, line in enumerate(lines[2:], 3)
    )


def cells(line: str) -> list[str]:
    """The cells of a table's row."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in _CELL.split(inner)]
