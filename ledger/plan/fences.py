"""Code fences and comments that are not closed, and what of the plan they take for their text."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from ledger.plan import parts, patterns
from ledger.plan.blocks import Block
from ledger.plan.document import Document, walk
from ledger.plan.model import Unread, UnreadKind
from ledger.plan.text import counted

# ```text, also behind what it is nested in: `- ```text`, `> ~~~`
# e.g. "```markdown"
_FENCE: Final = re.compile(
    r"[\s>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<marks>`{3,}|~{3,})(?P<info>.*)"
)
_HEADING: Final = re.compile(r"#{1,6}[ \t]+")
# - **Exit Criteria (quote thresholds from spec):**
# e.g. "- **Exit Criteria** (all):"
_FIELD: Final = re.compile(
    r"[ \t]*[-*+][ \t]+\*{0,2}(?:Status|Priority|Attempts? History|Next Actions?|Exit Criteria)"
    r"\b[^:\n]{0,40}:",
    re.IGNORECASE,
)


def swallowed(document: Document) -> Iterator[Unread]:
    """For each code fence or comment that takes parts of the plan because it is not closed, or is
    closed only by the end of another: the first of these parts."""
    blocks = [block for section in document.sections for block in walk(section.blocks)]
    literal = [block for block in blocks if block.kind in ("fence", "html")]
    # Where the last fence of a file is open, each one before it may be closed by the next one's
    # opening line.
    is_odd = document.is_open and bool(literal) and literal[-1].kind == "fence"
    for block in literal:
        end, others = _end(document, block), ""
        if end is None and is_odd and block.kind == "fence":
            end, others = block.end, " or one below it"
        if end is not None:
            what = "code fence" if block.kind == "fence" else "comment"
            which = f"the {what} of line {block.start + 1}{others}"
            yield from _taken(document, range(block.start + 1, end), which)


def _taken(document: Document, lines: range, which: str) -> Iterator[Unread]:
    """What of the plan is in the lines, told at the first of it."""
    kinds = {line: kind for line in lines if (kind := _kind(document, line))}
    for line, kind in kinds.items():
        takes = ", ".join(counted(many, kind) for kind, many in Counter(kinds.values()).items())
        reason = f"{which} is not closed and takes {takes}"
        yield parts.unread(document, kind, line, reason)
        return


def _end(document: Document, block: Block) -> int | None:
    """The line where a block should have been closed; None for one that is."""
    lines = document.lines(block.start, block.end)
    if block.kind == "html":
        return _comment_end("\n".join(lines).lstrip(), block)
    opened = _FENCE.match(lines[0])
    for number, line in enumerate(lines[1:], block.start + 1) if opened else ():
        inner = _FENCE.match(line)
        if opened and inner and inner["marks"].startswith(opened["marks"]):
            return number if inner["info"].strip() else None
    return block.end if opened else None


def _comment_end(text: str, block: Block) -> int | None:
    """The same of a comment: the line where the next one begins, else its last one."""
    opening, closing = "<!--", "-->"
    if not text.startswith(opening):
        return None
    inner, end = text.find(opening, len(opening)), text.find(closing)
    if end >= 0 and not 0 < inner < end:
        return None
    return block.start + text[:inner].count("\n") if inner > 0 else block.end


def _kind(document: Document, number: int) -> UnreadKind | None:
    """What a person would take a line for."""
    line = document.line(number)
    heading = _HEADING.match(line)
    title = line[heading.end() :] if heading else ""
    if patterns.ids(document.vocabulary).item.match(title) or patterns.looks_like_item(title):
        return "item"
    if patterns.looks_like_attempt(line):
        return "attempt"
    if parts.looks_like_box(line) or parts.looks_like_row(line):
        return "item"
    rest = patterns.unbulleted(line)[1]
    if patterns.numbered(line) is not None and patterns.state(rest, document.vocabulary).word:
        return "action"
    return "field" if _FIELD.match(line) else None
