"""The lossless block tree over markdown-it-py tokens, and edits by byte span.

markdown-it-py gives line maps only, so blocks know lines and the document knows where each
line starts. No block owns text: a document keeps the bytes that it was parsed from.

An ATX heading at column 0 ends every list, quote and paragraph, so a file is parsed one
heading to the next, and a stretch that was parsed before (the same file at another revision)
is not parsed again. Only an open fence or HTML block can swallow such a heading; then the
stretch is taken longer and parsed anew.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from ledger.errors import Refused
from ledger.plan import text
from ledger.plan.words import USUAL, Vocabulary

# How a line begins that can only be text, and bullets that can only begin a list's item: any
# number does where a list is open around the paragraph, else only the first.
_TEXT = re.compile(r"[A-Za-z]|[^\x00-\x7f]|\*\*[^*\s]|`[^`\n]|\[[^\[\]\\\n]{1,99}\](?!:)")
_BEHIND = r" (?:[A-Za-z0-9`\[]|[^\x00-\x7f]|\*\*[A-Za-z0-9\[])"
_BULLET = re.compile(r"(?:[-*+]|1[.)])" + _BEHIND)
_NUMBER = re.compile(r"\d{1,9}[.)]" + _BEHIND)
_ATX = re.compile(r"\n#{1,6}(?=[ \t\n]|\Z)")
_FENCE_END = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*\Z")

_KINDS = {
    "heading_open": "heading",
    "paragraph": "paragraph",
    "paragraph_open": "paragraph",
    "bullet_list_open": "bullet_list",
    "ordered_list_open": "ordered_list",
    "list_item_open": "list_item",
    "blockquote_open": "blockquote",
    "table_open": "table",
    "fence": "fence",
    "code_block": "code",
    "html_block": "html",
    "hr": "rule",
}
_CONTAINERS = {"bullet_list", "ordered_list", "list_item", "blockquote"}


class Block(NamedTuple):
    """Lines ``[start, end)``, from 0, without trailing blank ones.

    ``info`` is the number of an ordered list's item, or the tag of a heading ("h2").
    """

    kind: str
    start: int
    end: int
    info: str
    children: tuple["Block", ...]


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
    in it."""

    data: bytes
    starts: list[int]
    texts: list[str]
    sections: tuple[Section, ...]
    vocabulary: Vocabulary = USUAL

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
    for block in _blocks(source):
        if block.kind == "heading":
            sections.append(Section(heading, level, tuple(blocks), first, block.start))
            heading, level, first, blocks = block, int(block.info[1]), block.start, []
        else:
            blocks.append(block)
    sections.append(Section(heading, level, tuple(blocks), first, len(starts) - 1))
    return Document(data, starts, texts, tuple(sections), vocabulary)


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

    Insertions at one place stand in the order given. Raises Refused where two edits overlap.
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
    """What a link to ``heading`` is called on code hosts: lower case, hyphens for blanks, no
    punctuation."""
    kept = (mark for mark in heading.strip().lower() if mark.isalnum() or mark in "-_ ")
    return "".join(kept).replace(" ", "-")


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, parents before children, in the order of the text."""
    for block in blocks:
        yield block
        yield from walk(block.children)


def entries(blocks: Iterable[Block]) -> Iterator[Block]:
    """The entries of the lists among ``blocks``."""
    for block in blocks:
        if block.kind in ("bullet_list", "ordered_list"):
            yield from block.children


def is_open(data: bytes) -> bool:
    """Whether a fence or HTML block is open at the end, so that it would take text behind it."""
    *_, (_, _, is_open) = _stretches(_source(data))
    return is_open


def _blocks(source: str) -> Iterator[Block]:
    """The blocks of the top level, with lines counted from the start of ``source``."""
    for blocks, line, _ in _stretches(source):
        yield from _shifted(blocks, line) if line else blocks


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


def _one_line(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """A rule for the parser, before all others: a paragraph of one line. Most of a fix plan is
    such lines, and each of them would be tried as eight other kinds of block first."""
    start = state.bMarks[line] + state.tShift[line]
    if silent or state.is_code_block(line) or not _TEXT.match(state.src, start):
        return False
    below = line + 1
    if below < state.lineMax and not state.isEmpty(below):
        indent = state.sCount[below]
        if not 0 <= indent < state.blkIndent + 4 or (
            0 <= state.listIndent <= indent - 4 and indent < state.blkIndent
        ):
            return False  # text that goes on, or may
        opening = state.bMarks[below] + state.tShift[below]
        if not _BULLET.match(state.src, opening) and (
            indent >= state.blkIndent or not _NUMBER.match(state.src, opening)
        ):
            return False
    state.line = below
    state.push("paragraph", "", 0).map = [line, below]
    return True


def _new_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table")
    parser.block.ruler.before("table", "one_line", _one_line)
    return parser


_parser = _new_parser()


def _headings(source: str) -> Iterator[int]:
    """Where lines begin that open with number signs as a heading does, but for the first line."""
    at = source.find("\n#")  # a pattern would look at every line
    while at >= 0:
        if _ATX.match(source, at):
            yield at + 1
        at = source.find("\n#", at + 1)


@lru_cache(maxsize=4096)
def _parse(stretch: str) -> tuple[tuple[Block, ...], bool]:
    """The stretch's blocks, and whether its end may lie inside the last one."""
    tokens: list[Token] = []
    # The parser would read NUL as U+FFFD anyway; its lines must stay ours.
    _parser.block.parse(stretch.replace("\0", "\ufffd"), _parser, {}, tokens)
    blank = [not line.strip(" \t") for line in stretch.split("\n")]
    return _tree(iter(tokens), blank), _is_open(stretch, tokens)


def _is_open(stretch: str, tokens: list[Token]) -> bool:
    """Whether a fence or HTML block at the end could go on past it."""
    last = tokens[-1] if tokens else None
    if last is None or last.level or last.type not in ("fence", "html_block"):
        return False
    assert last.map
    if last.type == "html_block":
        # A blank line behind it, or its end tag, has ended it.
        return last.map[1] >= stretch.count("\n") + (not stretch.endswith("\n"))
    lines = stretch.rstrip("\n").split("\n")
    end = _FENCE_END.match(lines[-1])
    is_closed = len(lines) - 1 > last.map[0] and end and end.group(1).startswith(last.markup)
    return not is_closed


def _tree(tokens: Iterator[Token], blank: list[bool]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for token in tokens:
        if token.nesting < 0:
            break
        kind = _KINDS.get(token.type)
        if kind in _CONTAINERS:
            children = _tree(tokens, blank)
        else:
            children = ()
            if token.nesting > 0:
                _skip(tokens)
        if kind is None or token.map is None:
            continue
        start, end = token.map
        end = min(end, len(blank))
        while end > start + 1 and blank[end - 1]:
            end -= 1
        blocks.append(
            Block(kind, start, end, token.tag if kind == "heading" else token.info, children)
        )
    return tuple(blocks)


def _skip(tokens: Iterator[Token]) -> None:
    """Pass over what stands inside a leaf: inline text, cells."""
    depth = 1
    for token in tokens:
        depth += token.nesting
        if not depth:
            return


def _shifted(blocks: tuple[Block, ...], by: int) -> tuple[Block, ...]:
    return tuple(
        [
            Block(kind, start + by, end + by, info, _shifted(children, by) if children else ())
            for kind, start, end, info, children in blocks
        ]
    )
