"""The blocks of Markdown text over markdown-it-py tokens, each entry of a list parsed once.

The versions of a plan differ in a few lines, but its sections are long: 300 KB in one item. So a
long text is cut at its bullets, each piece is parsed for itself, and a piece that was met before
is not parsed again. A cut is right if the text before it cannot reach past it. That is not
reasoned about but tried: a piece is parsed with a *probe* behind it, a line that begins as the
one that follows it in the text, and the parser has to begin there what such a line begins. It
does not where a code fence is still open, for instance; then the next larger piece is tried, and
at last the whole. Pieces nested in a bullet are parsed below a *frame*, its first line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain, pairwise
from typing import Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

# How a line begins that can only be text: `Text`, `**bold`, "`code", `[link]`.
_TEXT = re.compile(r"[A-Za-z]|[^\x00-\x7f]|\*\*[^*\s]|`[^`\n]|\[[^\[\]\\\n]{1,99}\](?!:)")
# Bullets that can only begin a list's entry: any number does where a list is open around the
# paragraph, else only the first. `- text`, `1. **text`, `12) text`
_BEHIND = r" (?:[A-Za-z0-9`\[]|[^\x00-\x7f]|\*\*[A-Za-z0-9\[])"
# e.g. "- Next Actions:"
_BULLET = re.compile(r"(?:[-*+]|1[.)])" + _BEHIND)
# e.g. "1. Measure 50 MB files."
_NUMBER = re.compile(r"\d{1,9}[.)]" + _BEHIND)
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
LISTS = ("bullet_list", "ordered_list")
_LONG: Final = 2_000  # characters of text that is worth cutting
# Where a line begins that could be cut at: at column 0 or 1 with any text, further in with the
# mark of a list's entry. Nested in a bullet at column 0 an entry is indented by 2 to 5: less ends
# the bullet, more makes code.
# e.g. "\n   - a bullet inside"
_PLACE = re.compile(r"\n(?: ?(?=[^ \t\n])| {2,5}(?=(?:[-*+]|\d{1,9}[.)]) +[^ \t\n]))")
_ODD_MARK = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:\s|\Z)")  # of a list, and it is not sure what of
# `- text`, `12. text`
_MARK = re.compile(r"([-*+]|\d{1,9}[.)]) +[^ \t\n]")


class Block(NamedTuple):
    """Lines ``[start, end)``, from 0, without trailing blank ones.

    ``info`` is the number of an ordered list's item, or the tag of a heading ("h2").
    """

    kind: str
    start: int
    end: int
    info: str
    children: tuple["Block", ...]


_block = partial(tuple.__new__, Block)  # half the time of Block(...), for millions of blocks


class _Piece(NamedTuple):
    """Text between two cuts, below the ``frame`` of the bullet that it is nested in, with the
    ``probe`` for what is behind it; empty for nothing."""

    frame: str
    text: str
    probe: str


class _Parsed(NamedTuple):
    """The blocks of a piece; whether its last list, and a fence or HTML block, go on behind."""

    blocks: tuple[Block, ...]
    goes_on: bool
    is_open: bool


class _Cut(NamedTuple):
    """A place to cut at, the probe before it, and the cuts in the entry that begins here."""

    at: int
    probe: str
    nested: list[tuple[int, str]]


def parse(source: str) -> tuple[tuple[Block, ...], bool]:
    """The blocks of ``source``, and whether a fence or HTML block at its end could go on."""
    by_pieces = _by_pieces(source) if len(source) > _LONG else None
    return by_pieces or _whole(source)


def shifted(blocks: Iterable[Block], by: int) -> tuple[Block, ...]:
    """The blocks ``by`` lines further down."""
    return tuple(
        [
            _block((kind, start + by, end + by, info, shifted(children, by) if children else ()))
            for kind, start, end, info, children in blocks
        ]
    )


def _by_pieces(source: str) -> tuple[tuple[Block, ...], bool] | None:
    """The same, put together from pieces; None where no cut is right."""
    cuts = [*_cuts(source), _Cut(len(source), "", [])]
    if len(cuts) < 3 and not cuts[0].nested:
        return None
    pieces: list[tuple[Sequence[Block], bool]] = []
    line, is_open = 0, False
    for cut, following in pairwise(cuts):
        text = source[cut.at : following.at]
        nested = _nested(text, cut, following, line)
        if nested:
            pieces.append(nested)
            is_open = False
        elif group := _piece_at(_Piece("", text, following.probe), line):
            pieces.append((group.blocks, group.goes_on))
            is_open = group.is_open
        else:
            return None
        line += text.count("\n")
    return _joined(pieces), is_open


def _nested(
    text: str, cut: _Cut, following: _Cut, line: int
) -> tuple[Sequence[Block], bool] | None:
    """The blocks of an entry that begins at ``line`` and whose own entries are parsed one by one,
    and whether the list goes on behind it; None where these entries are not told apart."""
    if not cut.nested:
        return None
    frame = text[: text.index("\n") + 1] + "\n"  # then a list may begin with any number
    inner = [(at - cut.at, probe) for at, probe in cut.nested]
    first = _piece_at(_Piece("", text[: inner[0][0]], inner[0][1]), line)
    if first is None or len(first.blocks) != 1:
        return None
    (outer,) = first.blocks
    pieces: list[tuple[Sequence[Block], bool]] = [(outer.children[0].children, first.goes_on)]
    goes_on, stop = False, 0
    by = line + text.count("\n", 0, inner[0][0]) - 2  # lines of the frame
    for (at, _), (end, probe) in pairwise([*inner, (len(text), following.probe)]):
        part = _piece_at(_Piece(frame, text[at:end], probe), by)
        if part is None or len(part.blocks) != 1 or len(part.blocks[0].children) != 1:
            return None
        (whole,), goes_on, _ = part
        pieces.append((whole.children[0].children[1:], goes_on))
        stop = whole.end
        by += text.count("\n", at, end)
    entry = outer.children[0]._replace(end=stop, children=_joined(pieces))
    return (outer._replace(end=stop, children=(entry,)),), goes_on


def _joined(pieces: Iterable[tuple[Sequence[Block], bool]]) -> tuple[Block, ...]:
    """The blocks of several pieces; a list that goes on in the next piece is one list again."""
    runs: list[list[Block]] = []  # what makes up one block
    is_cut = False
    for blocks, goes_on in pieces:
        for block in blocks:
            if is_cut and block.kind == runs[-1][0].kind:
                runs[-1].append(block)
            else:
                runs.append([block])
            is_cut = False
        is_cut = goes_on
    return tuple(
        run[0]._replace(end=run[-1].end, children=tuple(chain(*(part.children for part in run))))
        for run in runs
    )


# Where to cut


def _cuts(source: str) -> Iterator[_Cut]:
    """The places to cut at column 0 and 1, the start of ``source`` first."""
    cut = _Cut(0, "", [])
    width = 0  # of the indent that nested entries have; 0 where none is looked for
    if source[:1] in ("-", "*", "+") and _MARK.match(source):
        width = 1
    for place in _PLACE.finditer(source):
        at, body = place.start() + 1, place.end()
        indent = body - at
        mark = _MARK.match(source, body)
        probe = " " * indent + (f"{mark[1]} x\n" if mark else "x\n")
        if indent > 1:
            if indent == width or (width and not cut.nested):
                width = indent
                cut.nested.append((at, probe))
            continue
        width = 1 if mark and not indent and mark[1] in ("-", "*", "+") else 0
        is_text = not mark and not _ODD_MARK.match(source, body)
        if mark or (is_text and not source[source.rfind("\n", 0, at - 1) + 1 : at].strip(" \t\n")):
            yield cut
            cut = _Cut(at, probe, [])
    yield cut


@lru_cache(maxsize=4096)  # most pieces of a version are in the one before it where they stood
def _piece_at(piece: _Piece, line: int) -> _Parsed | None:
    """The same as ``_piece``, for one that begins at ``line``."""
    parsed = _piece(piece)
    return parsed and parsed._replace(blocks=shifted(parsed.blocks, line))


@lru_cache(maxsize=8192)
def _piece(piece: _Piece) -> _Parsed | None:
    """What the parser finds in a piece, in its frame; None for a wrong cut."""
    blocks, is_open = _whole(piece.frame + piece.text + piece.probe)
    if piece.frame and (len(blocks) != 1 or not _is_frame(blocks[0])):
        return None
    if not piece.probe:
        return _Parsed(blocks, goes_on=False, is_open=is_open)
    at = (piece.frame + piece.text).count("\n")
    if not piece.probe.startswith("  "):
        without_probe = _without_probe(blocks, at)
        return (
            _Parsed(*without_probe, is_open=False) if without_probe and without_probe[0] else None
        )
    if len(blocks) != 1 or len(blocks[0].children) != 1:
        return None
    outer = blocks[0]
    entry = outer.children[0]
    without_probe = _without_probe(entry.children, at)
    if without_probe is None:
        return None
    kept = outer._replace(children=(entry._replace(children=without_probe[0]),))
    return _Parsed((kept,), goes_on=without_probe[1], is_open=False)


def _is_frame(outer: Block) -> bool:
    """Whether the first line of a piece is a bullet with text, and the rest is nested in it."""
    first = outer.children[0].children[0] if outer.children else None
    return first is not None and (first.kind, first.start, first.end) == ("paragraph", 0, 1)


def _without_probe(blocks: tuple[Block, ...], at: int) -> tuple[tuple[Block, ...], bool] | None:
    """The blocks without what begins at line ``at``, and whether that went on with the list
    before it; None where no paragraph or entry of a list begins there."""
    last = blocks[-1]
    if last.kind == "paragraph":
        return (blocks[:-1], False) if last.start == at else None
    if last.kind not in LISTS or last.children[-1].start != at:
        return None
    if len(last.children) == 1:
        return blocks[:-1], False
    kept = last.children[:-1]
    return (*blocks[:-1], last._replace(end=kept[-1].end, children=kept)), True


# The parser


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


_parser = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table")
_parser.block.ruler.before("table", "one_line", _one_line)


def _whole(stretch: str) -> tuple[tuple[Block, ...], bool]:
    """What ``parse`` gives, by the parser alone."""
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
    start, stop = last.map  # blank lines may be behind a fence that is closed
    end = _FENCE_END.match(stretch.split("\n")[stop - 1])
    is_closed = stop - 1 > start and end and end.group(1).startswith(last.markup)
    return not is_closed


def _tree(tokens: Iterator[Token], blank: list[bool]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for token in tokens:
        if token.nesting < 0:
            break
        children = _tree(tokens, blank) if token.nesting > 0 else ()
        kind = _KINDS.get(token.type)
        if kind is None or token.map is None:
            continue
        start, end = token.map
        end = min(end, len(blank))
        while end > start + 1 and blank[end - 1]:
            end -= 1
        info = token.tag if kind == "heading" else token.info
        blocks.append(Block(kind, start, end, info, children))
    return tuple(blocks)
