"""Bytes to a ``Ledger``: the one way in."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from operator import attrgetter
from typing import Final

from ledger.plan import (
    dependencies,
    dialects,
    document,
    fences,
    parts,
    patterns,
    pointers,
    text,
    words,
)
from ledger.plan.blocks import LISTS
from ledger.plan.dialect import Recognition
from ledger.plan.document import Document, entries
from ledger.plan.model import Attempt, Conventions, Item, Ledger, Span, Unread

# `## Queue`, `## Up next`, `### Open tasks:`, `## Completed`
# e.g. "Up next"
_WORK: Final = re.compile(
    r"[\W\d_]{0,8}(?:work |fix )?(?:queue|queued(?: items)?|backlog|to-?dos?|up next|next up"
    r"|(?:open|remaining|pending) (?:items|tasks|work|issues)"
    r"|(?:recently )?(?:completed|finished|done)(?: items| tasks| work)?)[\W_]{0,4}",
    re.IGNORECASE,
)
_ID: Final = re.compile(r"\w[\w.-]*\w")  # the first word of an entry: `- [PARSE-001] Read`
_OPENING: Final = 40  # characters of a line, within which a box begins
# "Task 2: " of `- [ ] Task 2: Write the output`
_COUNT: Final = re.compile(
    r"(?:task|step|part|phase)[ \t]+\d[\w.]{0,6}[ \t]*[:.)\u2013\u2014-]*", re.IGNORECASE
)
_FEW_HEADINGS: Final = 2  # a title, and one more
_NEIGHBOURS: Final = (
    ("front matter", rb"\A(?:\xef\xbb\xbf)?---\r?\n"),
    ("requirements of a specification", rb"(?m)^#{2,4} Requirement:"),
)
"""How files of other tools begin that hold work, or what is in them."""
# `## [SCAN-001] Scan in linear time`
_ITEM: Final = re.compile(rb"\n#{1,6}[ \t]+\*{0,2}\[")


def read(data: bytes, conventions: Conventions | None = None) -> Ledger:
    """Read any bytes as a fix plan. Never fails: what cannot be read is in ``unread``.
    ``conventions`` are the words, IDs and dialect of this project."""
    return _read(document.parse(data, words.vocabulary(conventions)))


def nothing_read(ledger: Ledger) -> tuple[int, str] | None:
    """Where a file begins to hold work of which no item is read, what was seen of it and what to
    do; None where something is read, or where there is nothing."""
    if ledger.items or ledger.loose or ledger.unread or ledger.index:
        return None
    whole = document.parse(ledger.text)
    blocks = [block for section in whole.sections for block in section.blocks]
    lists = [entry.start for entry in entries(blocks)]
    rows = [n for b in blocks if b.kind == "table" for n in range(b.start + 2, b.end)]
    headings = sum(section.heading is not None for section in whole.sections)
    seen = [(len(lists), "bullet"), (len(rows), "table row"), (headings, "heading")]
    counts = [text.counted(count, noun) for count, noun in seen if count]
    kinds = [kind for kind, opening in _NEIGHBOURS if re.search(opening, ledger.text)]
    if not (lists or rows or kinds or headings > _FEW_HEADINGS):
        return None
    start = whole.starts[min([*lists, *rows])] if lists or rows else 0
    hint = "write one as `## [ID] Title` with `- Status: pending`, or as `- [ ] task`"
    return start, f"no item is read in this file: it has {' and '.join(counts + kinds)}; {hint}"


def _read(whole: Document) -> Ledger:
    known = dialects.recognise(whole)
    contents = []
    for name in dialects.DIALECTS:
        pairs = zip(whole.sections, known.sections, strict=True)
        sections = [section for section, dialect in pairs if dialect == name]
        if sections:
            contents.append(dialects.by_name(name).read(whole, sections))
    items = [item for part in contents for item in part.items]
    if len(contents) > 1:
        items.sort(key=lambda item: item.span.start_byte)
        own = {_called(item): item for item in items if dialects.is_sectioned(item)}
        items = [item for item in items if not _is_repeated(item, own.get(_called(item)))]
    loose = [attempt for part in contents for attempt in part.loose]
    loose.sort(key=lambda attempt: attempt.span.start_byte)
    unread = [unread for part in contents for unread in part.unread]
    unread += _stray_boxes(whole, known.sections, items, loose, unread)
    index = tuple(row for part in contents for row in part.index)
    read = _lines(item.span for item in items) | _lines(row.span for row in index)
    read |= {line.line - 1 for line in unread}
    unread += _stray_work(whole, known.sections, read, {item.id for item in items})
    seen = {line.line for line in unread}
    unread += (unread for unread in fences.swallowed(whole) if unread.line not in seen)
    first = min((item.span.start_line for item in items), default=len(whole.starts)) - 1
    plan = Ledger(
        dialect=known.dialect,
        text=whole.data,
        last_updated=parts.last_updated(whole, first),
        index=index,
        items=tuple(items),
        loose=tuple(loose),
        unread=tuple(sorted(unread, key=attrgetter("line"))),
        headings=tuple(heading for part in contents for heading in part.headings),
        conventions=whole.vocabulary.conventions,
    )
    return dependencies.note(pointers.note(plan, whole))


def _called(item: Item) -> str:
    """What tells an item from others wherever it stands: its ID, or its words without a count."""
    return item.id if item.is_named else _COUNT.sub("", item.title).strip().lower()


def _is_repeated(item: Item, section: Item | None) -> bool:
    """Whether an item is reported in a section, and here once more in a table or a list of all."""
    if section is None or dialects.is_sectioned(item):
        return False
    short = item.model_copy(update={"title": _COUNT.sub("", item.title)})
    return dialects.is_row(item) or parts.is_overview(short, section)


def cut(data: bytes) -> list[bytes]:
    """``data`` cut before what looks like the heading of an item. Whoever reads many versions of
    one file reads what they have in common once: see ``read_part``."""
    cuts = [0]
    at = data.find(b"\n#")  # a pattern would look at every line
    while at >= 0:
        if _ITEM.match(data, at):
            cuts.append(at + 1)
        at = data.find(b"\n#", at + 1)
    return [data[start:end] for start, end in pairwise([*cuts, len(data)])]


def read_part(data: bytes, conventions: Conventions | None = None) -> Ledger | None:
    """One part of a plan (see ``cut``) as a plan of its own. What is in all parts is what
    is in the whole, if none is None and no item goes on in the next one.

    None is for a part that cannot be read without the rest: it may be in another dialect, it
    has an open fence at its end, or the place of something archived that may be another item's.
    """
    whole = document.parse(data, words.vocabulary(conventions))
    if whole.is_open or pointers.OF in data or dialects.may_mix(whole):
        return None
    main = (conventions or Conventions()).model_copy(update={"dialect": dialects.MAIN})
    return _read(whole._replace(vocabulary=words.vocabulary(main)))


def recognise(data: bytes, conventions: Conventions | None = None) -> Recognition:
    """Which dialects ``data`` is written in, and why."""
    return dialects.recognise(document.parse(data, words.vocabulary(conventions)))


# Boxes that no dialect has read


def _stray_boxes(
    whole: Document,
    names: Sequence[str],
    items: Sequence[Item],
    loose: Sequence[Attempt],
    unread: Sequence[Unread],
) -> Iterator[Unread]:
    """The tasks with a box, in lists of the top level or tables, that are no part of what was read:
    a task that nobody counts is reported, wherever it stands."""
    boxes = list(_boxes(whole, names))
    if not boxes:
        return
    taken = _lines(_taken(items, loose)) | {line.line - 1 for line in unread}
    inside = _lines(item.span for item in items)
    for line in boxes:
        if line in taken:
            continue
        is_action, text_of = line in inside, whole.line(line)
        reason = "a task with a box among other entries"
        if parts.is_bare_box(text_of):
            reason = parts.why_no_box(text_of)
        elif is_action:
            reason = "a box outside of the item's next actions and criteria"
        yield parts.unread(whole, "action" if is_action else "item", line, reason)


def _stray_work(
    whole: Document, names: Sequence[str], read: set[int], ids: set[str]
) -> Iterator[Unread]:
    """The entries of a list below a heading such as ``Queue`` of which none is read, and none
    begins with one of the ``ids`` that are."""
    for section, name in zip(whole.sections, names, strict=True):
        if dialects.by_name(name).shares_history or not _WORK.fullmatch(whole.title(section)):
            continue  # a logbook reads such a list as what is to be done next
        if section.level == 1 and read:
            continue  # `# TODO` is the title of a file, with an introduction below it
        lists = (block for block in section.blocks if block.kind in LISTS)
        lines = {
            entry.start
            for block in lists
            for entry in block.children
            if not parts.is_none(parts.entry_text(whole, entry))
        }
        opened = {match[0] for line in lines if (match := _ID.search(whole.line(line)))}
        if lines.isdisjoint(read) and opened.isdisjoint(ids):
            why = "it has neither a box nor a status"
            yield from (parts.unread(whole, "item", line, why) for line in sorted(lines))


def _lines(spans: Iterable[Span]) -> set[int]:
    return {line for span in spans for line in range(span.start_line - 1, span.end_line)}


def _boxes(whole: Document, names: Sequence[str]) -> Iterator[int]:
    """The lines, from 0, of boxes where an item is something else than a box."""
    for section, name in zip(whole.sections, names, strict=True):
        if dialects.by_name(name).has_boxes:
            continue
        for entry in entries(section.blocks):
            line = whole.line(entry.start)
            if "[" in line[:_OPENING] and parts.is_task(patterns.unbulleted(line)[1]):
                yield entry.start
        loose = (block for block in section.blocks if block.kind in ("table", "paragraph"))
        for number in chain.from_iterable(range(block.start, block.end) for block in loose):
            line = whole.line(number)
            if parts.looks_like_row(line) or parts.is_bare_box(line):
                yield number


def _taken(items: Sequence[Item], loose: Sequence[Attempt]) -> Iterator[Span]:
    for item in items:
        dialect = dialects.of(item)
        if not dialect.has_sections and not dialect.shares_history:
            yield item.span  # what is in it was looked at
        yield from (attempt.span for attempt in item.attempts)
        yield from (action.span for action in item.actions)
        yield from (criterion.span for criterion in item.criteria)
    yield from (attempt.span for attempt in loose)
