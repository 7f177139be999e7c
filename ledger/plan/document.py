"""The lossless block tree over markdown-it-py tokens, and edits by byte span.

markdown-it-py gives line maps only, so blocks know lines and the document knows where each
line starts. No block owns text: a document keeps the bytes that it was parsed from.

An ATX heading at column 0 ends every list, quote and paragraph, so a file is parsed one
heading to the next, and a stretch that was parsed before (the same file at another revision)
is not parsed again. Only an open fence or HTML block can swallow such a heading; then the
stretch is taken longer and parsed anew.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ledger.errors import Refused
from ledger.plan import text
from ledger.plan.blocks import Block, shifted
from ledger.plan.blocks import parse as parse_blocks
from ledger.plan.words import USUAL, Vocabulary

__all__ = [
    "LITERAL", "Block", "Document", "Edit", "Section", "anchor", "apply", "entries",
    "literal_lines", "parse", "render", "walk",
]  # fmt: skip
LITERAL = ("fence", "code", "html")
"""Kinds of blocks whose text is no Markdown."""
_ATX = re.compile(r"\n#{1,6}(?=[ \t\n]|\Z)")


class Section(NamedTuple):
    """A heading of the document's top level and the blocks up to the next one.

    ``heading`` is None, and ``level`` 0, before the first heading.
    """

    heading: Block | None
    level: int
    blocks: tuple[Block, ...]
    start: int
    end: int


class Document(NamedTuple):
    """``data`` and what it holds: ``starts`` are the offsets of its lines, then its length;
    ``texts`` are its lines without byte order mark and newlines; ``vocabulary`` is what words mean
    in it. ``is_open``: a fence or HTML block at its end would take text behind it."""

    data: bytes
    starts: list[int]
    texts: list[str]
    sections: tuple[Section, ...]
    vocabulary: Vocabulary = USUAL
    is_open: bool = False

    def line(self, number: int) -> str:
        """Line ``number``, from 0, without its newline."""
        return self.texts[number]

    def lines(self, start: int, end: int) -> list[str]:
        """Lines ``[start, end)`` without newlines."""
        return self.texts[start:end]

    def title(self, section: Section) -> str:
        """The text of the section's heading; empty where it has none."""
        heading = section.heading
        return self.texts[heading.start].strip().strip("#").strip() if heading else ""


class Edit(NamedTuple):
    """Bytes ``[start, end)`` become ``new``."""

    start: int
    end: int
    new: bytes


def parse(data: bytes, vocabulary: Vocabulary = USUAL) -> Document:
    """Parse any bytes. Never fails; never changes a byte."""
    starts = text.line_starts(data)
    source = _source(data)
    texts = source.split("\n")[: len(starts) - 1]
    sections: list[Section] = []
    heading: Block | None = None
    level, first = 0, 0
    blocks: list[Block] = []
    is_open = False
    for stretch, line, is_open in _stretches(source):  # noqa: B007 - that of the last one counts
        for block in shifted(stretch, line) if line else stretch:
            if block.kind == "heading":
                sections.append(Section(heading, level, tuple(blocks), first, block.start))
                heading, level, first, blocks = block, int(block.info[1]), block.start, []
            else:
                blocks.append(block)
    sections.append(Section(heading, level, tuple(blocks), first, len(starts) - 1))
    return Document(
        data=data,
        starts=starts,
        texts=texts,
        sections=tuple(sections),
        vocabulary=vocabulary,
        is_open=is_open,
    )


def _source(data: bytes) -> str:
    """The text with LF for all newlines."""
    source = text.decode(data.removeprefix(text.BOM))
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    return source


def render(document: Document) -> bytes:
    """The document's bytes, put together from its sections."""
    starts = document.starts
    return b"".join(document.data[starts[s.start] : starts[s.end]] for s in document.sections)


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """``data`` with ``edits`` applied from the bottom up.

    Insertions at one place are in the order given. Raises Refused where two edits overlap.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    for before, after in pairwise(ordered):
        if after.start < before.end:
            raise Refused("edits-overlap", f"two edits overlap at byte {after.start}")
    pieces: list[bytes] = []
    at = len(data)
    for edit in reversed(ordered):
        pieces += (data[edit.end : at], edit.new)
        at = edit.start
    pieces.append(data[:at])
    return b"".join(reversed(pieces))


def anchor(heading: str) -> str:
    """The anchor of ``heading`` on code hosts: lower case, hyphens for blanks, no punctuation."""
    kept = (mark for mark in heading.strip().lower() if mark.isalnum() or mark in "-_ ")
    return "".join(kept).replace(" ", "-")


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, parents before children, in the order of the text."""
    waiting = [*blocks][::-1]
    while waiting:
        block = waiting.pop()
        yield block
        waiting += block.children[::-1]


def entries(blocks: Iterable[Block]) -> Iterator[Block]:
    """The entries of the lists among ``blocks``."""
    for block in blocks:
        if block.kind in ("bullet_list", "ordered_list"):
            yield from block.children


def literal_lines(blocks: Iterable[Block], kinds: Sequence[str] = LITERAL) -> Iterator[int]:
    """The lines, from 0, that are in code or HTML, or in other ``kinds`` of blocks."""
    for block in walk(blocks):
        if block.kind in kinds:
            yield from range(block.start, block.end)


def _stretches(source: str) -> Iterator[tuple[tuple[Block, ...], int, bool]]:
    """The blocks of each stretch from a heading to a later one, the line where it begins, and
    whether its end may lie inside of its last block."""
    cuts = [0, *_headings(source), len(source)]
    at, line = 0, 0
    while at < len(cuts) - 1:
        reach = 1
        while True:
            upto = min(at + reach, len(cuts) - 1)
            stretch = source[cuts[at] : cuts[upto]]
            blocks, is_open = _parse(stretch)
            if not is_open or upto == len(cuts) - 1:
                break
            reach *= 2  # doubling keeps the whole linear
        yield blocks, line, is_open
        at, line = upto, line + stretch.count("\n")


def _headings(source: str) -> Iterator[int]:
    """Where lines begin that open with number signs as a heading does, but for the first line."""
    at = source.find("\n#")  # a pattern would look at every line
    while at >= 0:
        if _ATX.match(source, at):
            yield at + 1
        at = source.find("\n#", at + 1)


_parse = lru_cache(maxsize=64)(parse_blocks)
