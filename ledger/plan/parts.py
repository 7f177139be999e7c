"""The parts of an item, each from its lines: attempt, action, criterion, field, archive entry."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from ledger.plan import patterns, text, words
from ledger.plan.document import Block, Document
from ledger.plan.model import (
    FINISHED,
    Action,
    ActionState,
    Attempt,
    Criterion,
    Field,
    Item,
    Result,
    Span,
    Unread,
    UnreadKind,
)
from ledger.plan.words import Vocabulary

Context = Literal["", "attempts", "actions", "criteria"]
"""What the lists below a field hold."""

_DASH = re.compile(r" [\u2013\u2014-]{1,2} ")
_TICK = re.compile(r"\*{0,2}(?:\[(?P<box>[ xX])\]|(?P<mark>[^\w\s]))")
_TICKED = "xX\u2705\u2713\u2611\u2714"
_UNTICKED = " \u274c\u2b1c"
# What is between an action's state and its text: ``:**``, `` — ``.
_BEHIND_STATE = re.compile(r"[*:]{0,4}[ \t]*(?:[\u2013\u2014:]|-{1,2}(?=[ \t]))?[ \t]*")
_LONGEST_NAME = 90
# A file says when it was updated in its first lines, if at all.
_UPDATED_WITHIN = 60

_PIPE = re.compile(r"(?<!\\)\||\Z")
_TASK = re.compile(r"\[[ xX]\](?:\s|\Z)")
_NONE = re.compile(r"[\W_]{0,3}(?:none|nothing|n/a|empty)\b.{0,20}\Z", re.IGNORECASE)
# What a person would take for a box at the start of a line, with a bullet or without.
# e.g. "  - [ ] Write it"
_LOOKS_LIKE_BOX = re.compile(
    r"[ \t]*+(?:>[ \t]?){0,4}(?:(?P<bullet>[-*+]|\d{1,9}[.)])[ \t]*+)?"
    r"\[[ \t]{0,3}(?(bullet)(?:[xXoO]|[^\w\s\[\]`*\"'^@-])?|[xX\u2713\u2714\u2705]?)[ \t]{0,3}\]"
    r"(?![(\[:])"
)
# ``| A1 | Parse | [D] | in `failures.json` |``
# e.g. "| A2 | a | [X] |"
_LOOKS_LIKE_ROW = re.compile(r"[ \t]*\|(?:[^|\n]*\|){0,9}?[ \t]*`?\[[ xXDP]\]`?[ \t]*(?:\||\Z)")
# ``[ ] text``
_PLAIN_BOX = re.compile(r"\[(?P<mark>[ xX~/-])\](?=[ \t]|\Z)[ \t]*")
# e.g. "[x] Measure it", "[\u23f3] Measure it"
_ANY_BOX = re.compile(rf"\[(?P<mark>[ xX~/!>{''.join(words.MARKS)}-])\ufe0f?\](?=[ \t\n]|\Z)[ \t]*")
_MARKS: Final[dict[ActionState, str]] = {"complete": "x", "in_progress": "~ /",
    "blocked": "!", "deferred": ">", "rejected": "-"}  # fmt: skip
BOX_STATES: Final[dict[str, ActionState]] = {
    " ": "pending",
    **words.by_word(_MARKS),
    **words.MARKS,
}
# `[SKIP] T002 Look`, `[in progress] Look`
_WORD_BOX = re.compile(r"\[(?P<mark>[A-Za-z][A-Za-z/ _-]{0,14})\](?=[ \t])[ \t]*")
# `⬜ Read twice`, `✅ Read`
_SIGN = re.compile(rf"(?P<mark>[{''.join(words.MARKS)}])\ufe0f?(?=[ \t]|\Z)[ \t]*")


def entry_text(document: Document, entry: Block) -> str:
    """The first line of a list's item without its bullet."""
    return patterns.unbulleted(document.line(entry.start))[1]


def span(document: Document, start: int, end: int) -> Span:
    """Lines ``[start, end)``, from 0, as a span."""
    return Span(
        start_line=start + 1,
        end_line=end,
        start_byte=document.starts[start],
        end_byte=document.starts[end],
    )


def span_in_line(document: Document, number: int, start: int, end: int) -> Span:
    """Characters ``[start, end)`` of line ``number``, from 0, as a span."""
    line = document.line(number)
    begin = document.starts[number] + len(text.encode(line[:start]))
    if number == 0 and document.data.startswith(text.BOM):
        begin += len(text.BOM)
    last = begin + len(text.encode(line[start:end]))
    return Span(start_line=number + 1, end_line=number + 1, start_byte=begin, end_byte=last)


def trimmed(document: Document, start: int, end: int) -> int:
    """``end`` without the blank lines before it."""
    while end > start + 1 and not document.line(end - 1).strip():
        end -= 1
    return end


def trimmed_span(document: Document, start: int, end: int) -> Span:
    """Lines ``[start, end)`` as a span, without the blank ones at their end."""
    return span(document, start, trimmed(document, start, end))


def before_rules(blocks: Sequence[Block], end: int) -> int:
    """The ``end`` of a section without the rules before it, which part it from the next."""
    for block in reversed(blocks):
        if block.kind != "rule":
            break
        end = block.start
    return end


def unread(document: Document, kind: UnreadKind, number: int, reason: str) -> Unread:
    """Line ``number``, from 0, as one that was not read."""
    return Unread(kind=kind, line=number + 1, text=document.line(number)[:200], reason=reason)


class Draft:
    """What was read of an item whose section, or entry, is still being read."""

    def __init__(self, document: Document, name: str) -> None:
        self.document, self.id = document, name
        self.fields: list[Field] = []
        self.attempts: list[Attempt] = []
        self.actions: list[Action] = []
        self.criteria: list[Criterion] = []

    def value(self, name: str) -> str:
        """What the first field ``name`` says."""
        return next((field.value for field in self.fields if field.name.lower() == name), "")

    def add_field(
        self, entry: Block, new: Field, contexts: Sequence[tuple[str, Context]]
    ) -> Context:
        """Add a field; the first of ``contexts`` that its name begins with says what it lists."""
        self.fields.append(new)
        name = new.name.lower()
        none: Context = ""
        context = next((context for start, context in contexts if name.startswith(start)), none)
        if context == "criteria" and new.value:
            self.add_criterion(new.value, entry.start, entry.start + 1)
        return context

    def add_criterion(self, value: str, start: int, end: int) -> None:
        """Add the criterion ``value``, which lines ``[start, end)`` hold."""
        self.criteria.append(criterion(self.document, value, start, end))


def attempt(
    document: Document, lead: patterns.AttemptLead, item: str | None, start: int, end: int
) -> Attempt:
    """The attempt whose entry covers lines ``[start, end)``."""
    where = trimmed_span(document, start, end)
    whole = "\n".join(document.lines(start, where.end_line))
    whole = whole[patterns.unbulleted(whole[:80])[0] :].lstrip("# ")
    stamp, result, words_of_result = _stamp_and_result(whole, document.vocabulary)
    return Attempt(
        item=item,
        number=lead.number,
        date=lead.date,
        stamp=lead.stamp or stamp,
        result=result,
        result_text=words_of_result,
        text=whole,
        source="history",
        span=where,
    )


ATTEMPT_COLUMNS: Final[dict[str, str]] = words.by_word(
    {
        "number": "# no no. nr nr. n attempt attempts number",
        "date": "date when day time stamp timestamp",
        "result": "result results outcome status state",
        "metrics": "metrics figures tests",
        "artifacts": "artifacts artifact evidence",
        "commit": "commit sha",
    }
)
"""What the columns of a table of attempts are called, and what they hold."""


def attempt_rows(document: Document, table: Block, item: str) -> Iterator[Attempt]:
    """The attempts of a table below `Attempts History:`, a row each; none of a table that has no
    column for their numbers, or none for their results."""
    names = [words.plain(cell[2]).lower() for cell in cells(document.line(table.start))]
    columns = [ATTEMPT_COLUMNS.get(name) for name in names]
    for line in range(table.start + 2, table.end):
        row = [cell[2] for cell in cells(document.line(line))]
        row_cells = dict(zip(columns, row, strict=False))
        number = re.search(r"\d{1,6}", row_cells.get("number", ""))
        if not number or "result" not in row_cells:
            continue
        date, stamp = patterns.when(row_cells.get("date", ""))
        cited = patterns.STAMP.search(document.line(line))
        stamp = stamp or (cited.group() if cited else None)
        yield Attempt(
            item=item,
            number=int(number.group()),
            date=date,
            stamp=stamp,
            result=document.vocabulary.result(row_cells["result"]),
            result_text=row_cells["result"],
            text=document.line(line).strip(),
            source="history",
            span=span(document, line, line + 1),
        )


@lru_cache(maxsize=2048)  # most attempts of a version are in the one before it
def _stamp_and_result(attempt: str, vocabulary: Vocabulary) -> tuple[str | None, Result, str]:
    """The stamp that the text of an attempt tells, and its result in one word and as written."""
    stamp = patterns.labelled_stamp(attempt) or patterns.artifacts_stamp(attempt)
    result = patterns.result_text(attempt, vocabulary)
    return stamp, vocabulary.result(result) if result else "unknown", result


def action(document: Document, entry: Block, number: int | None) -> Action:
    """The next action that a list's item holds."""
    width, first = patterns.unbulleted(document.line(entry.start))
    lead = patterns.state(first, document.vocabulary)
    begin = width + lead.length - len(lead.text)
    state = document.vocabulary.state(lead.word, lead.mark)
    state = "rejected" if not lead.text and patterns.struck_out(first) else state
    behind = _BEHIND_STATE.match(first, lead.length) if lead.length else None
    at = behind.end() if behind else 0
    line = "\n".join([first[at:], *document.lines(entry.start + 1, entry.end)])
    done_by, stamp, behind_state = lead.attempt, lead.stamp, first[lead.length :]
    if lead.text and not (done_by or stamp):  # "(Attempt #3 —" may be wrapped
        below = entry.children[0].end if entry.children else entry.start + 1
        whole = " ".join([first, *map(str.strip, document.lines(entry.start + 1, below))])
        again = patterns.state(whole, document.vocabulary)
        done_by, stamp, behind_state = again.attempt, again.stamp, whole[lead.length :]
    if done_by is None and state == "complete":
        done_by = patterns.completed_by(behind_state)
    return Action(
        number=number,
        state=state,
        state_text=lead.text.strip(),
        attempt=done_by,
        stamp=stamp,
        text=line.strip(),
        span=span(document, entry.start, entry.end),
        state_span=span_in_line(document, entry.start, begin, width + lead.length),
    )


def counted(actions: Sequence[Action]) -> tuple[Action, ...]:
    """``actions`` by the numbers that Markdown shows where whoever wrote the list did not count:
    ``1. 1. 1.``, ``3. 3. 3.``, or mdformat's ``10. 01. 01.`` for 10, 11 and 12."""
    written = [action.number for action in actions]
    first, others = written[0] if written else None, {*written[1:]}
    if first is None or others not in ({1}, {first}):
        return tuple(actions)
    return tuple(
        action.model_copy(update={"number": number}) for number, action in enumerate(actions, first)
    )


def text_start(line: str, at: int) -> int:
    """Where the words of an action begin on its ``line``, whose state ends at ``at``."""
    behind = _BEHIND_STATE.match(line, at)
    return behind.end() if behind else at


def with_run_on(document: Document, field: Block) -> tuple[Block, ...]:
    """What is below a field of actions. Only a list that begins with 1 can interrupt a
    paragraph, so numbered lines may be the field's own text for Markdown: they are a list here."""
    blocks = field.children
    if not blocks or blocks[0].kind != "paragraph":
        return blocks
    lines = range(blocks[0].start + 1, blocks[0].end)
    starts = [line for line in lines if patterns.numbered(document.line(line)) is not None]
    if not starts:
        return blocks
    rest = blocks[1:]
    below: tuple[Block, ...] = ()
    end = blocks[0].end
    if rest and rest[0].start == end and _indent(document, end) > _indent(document, starts[-1]):
        below, end, rest = rest[:1], rest[0].end, rest[1:]
    entries = [
        Block("list_item", start, after, str(patterns.numbered(document.line(start))), ())
        for start, after in zip(starts, [*starts[1:], end], strict=True)
    ]
    entries[-1] = entries[-1]._replace(children=below)
    return (Block("ordered_list", starts[0], end, "", tuple(entries)), *rest)


def _indent(document: Document, number: int) -> int:
    line = document.line(number)
    return len(line) - len(line.lstrip())


def attempts_of_actions(
    item: str, actions: list[Action], known: set[int | None], vocabulary: Vocabulary
) -> Iterator[Attempt]:
    """Attempts that completed actions name and the history (``known`` numbers) does not have."""
    known = set(known)
    for done in actions:
        if done.state != "complete" or done.attempt is None or done.attempt in known:
            continue
        known.add(done.attempt)
        stamp = done.stamp or patterns.labelled_stamp(done.text)
        date = patterns.when(stamp or done.state_text)[0]
        yield Attempt(
            item=item,
            number=done.attempt,
            date=date,
            stamp=stamp,
            result=vocabulary.result(done.state_text),
            result_text=done.state_text,
            text=done.text,
            source="action",
            span=done.span,
        )


# Below a criterion: a fence, a quotation, a table, HTML, a heading
_OPENS_MORE: Final = re.compile(r"[ \t]*(?:```|~~~|>|\||<|#)")


def criterion(document: Document, value: str, start: int, end: int) -> Criterion:
    """The exit criterion ``value``, which lines ``[start, end)`` hold: it goes on over wrapped
    lines, up to a blank one or what is below it."""
    for more in document.lines(start + 1, end):
        if not more.strip() or patterns.unbulleted(more)[0] or _OPENS_MORE.match(more):
            break
        value = f"{value.rstrip()} {more.strip()}"
    tick = _TICK.match(value)
    mark = tick[1] or tick[2] if tick else None
    ticked = True if mark and mark in _TICKED else False if mark and mark in _UNTICKED else None
    return Criterion(text=value, ticked=ticked, span=span(document, start, end))


def field(document: Document, entry: Block) -> Field | None:
    """The field ``- Name: value`` that a bullet of the top level is, if it is one."""
    raw = document.line(entry.start)
    line = entry_text(document, entry)
    colon = line.find(":", 0, _LONGEST_NAME)
    if colon < 1 or line[colon + 1 : colon + 2] not in ("", " ", "\t", "*"):
        return None
    name = words.plain(line[:colon])
    if not name[:1].isalpha() or "[" in name or name.count("(") != name.count(")"):
        return None
    # In ``**Name:** value`` the marks behind the colon belong to the name.
    opened = len(line) - len(line.lstrip("*")) - (colon - len(line[:colon].rstrip("*")))
    rest = line[colon + 1 :].removeprefix("*" * opened).lstrip(" \t")
    return field_at(document, name, entry.start, entry.end, len(raw) - len(rest))


# `**Status:** done **Priority:** High`, two lines of a paragraph that a formatter joined
# e.g. " | **Owner:** Anna"
_NEXT_LABEL: Final = re.compile(
    r"[ \t][|\u00b7]?[ \t]*(?=\*\*[A-Z][\w /]{1,30}(?::\*\*|\*\*:)[ \t])"
)


def labelled(line: str) -> Iterator[tuple[int, str]]:
    """The parts of a line that are each a field with a bold label, and where they begin."""
    begun = 0
    for match in _NEXT_LABEL.finditer(line):
        yield begun, line[begun : match.start()]
        begun = match.end()
    yield begun, line[begun:]


def field_at(
    document: Document, name: str, start: int, end: int, at: int, until: int = -1
) -> Field:
    """The field ``name`` in lines ``[start, end)``; its value begins at ``at`` of the first, and
    ends with it, or at ``until``."""
    value = document.line(start)[at : until if until >= 0 else None].rstrip()
    return Field(
        name=document.vocabulary.name(name),
        value=value,
        span=span(document, start, end),
        value_span=span_in_line(document, start, at, at + len(value)),
    )


@lru_cache(maxsize=16)
def updated_label(vocabulary: Vocabulary) -> re.Pattern[str]:
    """What the line that mentions the last update begins with: ``**Last Updated:**``."""
    names = "|".join(map(re.escape, vocabulary.names_of("Last Updated")))
    return re.compile(rf"\*{{0,2}}(?:{names}):?\*{{0,2}}:?[ \t]*", re.IGNORECASE)


def last_updated(document: Document, before: int) -> Field | None:
    """The line ``**Last Updated:** date (note)`` among the first ones, before line ``before``."""
    label = updated_label(document.vocabulary)
    for number in range(min(before, len(document.starts) - 1, _UPDATED_WITHIN)):
        if match := label.match(document.line(number)):
            return field_at(document, "Last Updated", number, number + 1, match.end())
    return None


def opens_listed(line: str, vocabulary: Vocabulary) -> bool:
    """Whether a bullet's line opens with an ID, and not with a tag such as ``[P] parallel``: one
    without a joint has a dash behind its title."""
    match = patterns.ids(vocabulary).item.match(line)
    if not match:
        return False
    name = patterns.id_of(match)
    return bool(vocabulary.conventions.id or not name.isalnum() or _DASH.search(line))


def listed_items(document: Document, entry: Block) -> Iterator[Item]:
    """``- [ID] Title — DONE (note)``: items without a section, kept for reference."""
    line = entry_text(document, entry)
    for more in document.lines(entry.start + 1, entry.end):
        is_open = line.rstrip().endswith(("],", "]", "\u2014", "\u2013"))
        if not (
            is_open or more.lstrip().startswith(("\u2014 ", "\u2013 "))
        ):  # wrapped by a formatter
            break
        line = f"{line.rstrip()} {more.strip()}"
    match = patterns.ids(document.vocabulary).listed.match(line)
    if not match or not opens_listed(line, document.vocabulary):
        return
    rest = line[match.end() :]
    title, _, status = rest.strip().partition(" \u2014 ")
    if not status:
        dash = _DASH.search(rest)
        title, status = (rest[: dash.start()], rest[dash.end() :]) if dash else (rest, "")
    head = words.phrase(status)
    for name in patterns.ids(document.vocabulary).row.findall(match.group()):
        yield Item(
            id=patterns.plain_id(name),
            title=title.replace("**", "").strip(),
            status=document.vocabulary.status(head),
            status_text=head,
            span=span(document, entry.start, entry.end),
        )


def is_bare(item: Item) -> bool:
    """Whether an item is a line and no more."""
    return not (item.attempts or item.actions or item.criteria or item.fields)


def is_overview(item: Item, of: Item, *, is_above: bool = True) -> bool:
    """Whether an entry says nothing that another one of its name does not say, as in a list of all
    that is reported below. Its empty box speaks against nothing where it ``is_above`` the other."""
    title_words, says = ({*re.findall(r"\w+", each.title.lower())} for each in (item, of))
    is_done, are_done = ({each.status} <= FINISHED for each in (item, of))
    is_same = is_done == are_done or (is_above and item.status == "pending")
    return is_bare(item) and title_words <= says and is_same


# Boxes


class Box(NamedTuple):
    """A box as written, ``[x]``, ``[SKIP]`` or a sign such as ``⬜``, what it means, and how many
    characters it takes with the blanks behind."""

    text: str
    state: ActionState
    length: int


def plain_box(line: str) -> Box | None:
    """The box that a line, its bullet cut off, opens with. A date in brackets is none."""
    return _box(_PLAIN_BOX.match(line))


def any_box(line: str) -> Box | None:
    """The same with what only a checklist has: ``!``, ``>``, ticks, and words in brackets."""
    if box := _box(_ANY_BOX.match(line)):
        return box
    match = _WORD_BOX.match(line)
    state = words.word_box(match["mark"]) if match else None
    return Box(match.group().rstrip(), state, match.end()) if match and state else None


def is_word_box(line: str) -> bool:
    """Whether a line opens with words in brackets, maybe meant for a box: ``[later] Read``."""
    match = _WORD_BOX.match(line)
    return match is not None and len(match["mark"]) > 1


def sign_box(line: str) -> Box | None:
    """The sign that stands for a box: ``⬜``, ``☐``, ``✅``."""
    match = _SIGN.match(line)
    return Box(match.group().rstrip(), words.MARKS[match["mark"]], match.end()) if match else None


def may_have_box(document: Document, start: int, end: int) -> bool:
    """Whether any of the lines ``[start, end)`` has a box or a sign somewhere."""
    whole = "\n".join(document.lines(start, end))
    return bool(_ANY_BOX.search(whole) or _WORD_BOX.search(whole)) or not (
        whole.isascii() or words.MARKS.keys().isdisjoint(whole)
    )


def _box(match: re.Match[str] | None) -> Box | None:
    if not match:
        return None
    return Box(match.group().rstrip(), BOX_STATES[match["mark"].lower()], match.end())


def is_box(line: str) -> bool:
    """Whether that is what an action says of its state."""
    return len(line) == 3 and line[0] + line[2] == "[]"


def boxed_action(
    document: Document, entry: Block, number: int | None, state: ActionState, box: Box | None
) -> Action:
    """The action that a list's entry is, with or without a box."""
    width, line = patterns.unbulleted(document.line(entry.start))
    end = trimmed(document, entry.start, entry.end)
    first = line[box.length :] if box else line
    return Action(
        number=number,
        state="rejected" if state == "pending" and patterns.struck_out(first) else state,
        state_text=box.text if box else "",
        attempt=None,
        stamp=None,
        text="\n".join([first, *document.lines(entry.start + 1, end)]).strip(),
        span=span(document, entry.start, end),
        state_span=span_in_line(
            document, entry.start, width, width + (len(box.text) if box else 0)
        ),
    )


def looks_like_box(line: str) -> bool:
    """Whether a person would take the whole line for a task with a box."""
    return bool(_LOOKS_LIKE_BOX.match(line))


def is_bare_box(line: str) -> bool:
    """Whether a line opens with a box and no bullet: ``[x] Read it``."""
    return line.lstrip(" \t>")[:1] == "[" and looks_like_box(line)


def why_no_box(line: str) -> str:
    """Why a line that looks like a task with a box is not read as one."""
    is_bare = is_bare_box(line)
    return (
        "it is no entry of a list: put `- ` before it"
        if is_bare
        else "its box is not one, or Markdown takes it for text"
    )


def looks_like_row(line: str) -> bool:
    """Whether a person would take the whole line for a row of a table of tasks."""
    return bool(_LOOKS_LIKE_ROW.match(line))


def is_none(line: str) -> bool:
    """Whether an entry says that a list is empty: ``None currently``, ``(nothing yet)``."""
    return bool(_NONE.match(line))


def is_task(line: str) -> bool:
    """Whether a bullet's line, the bullet cut off, opens with a box that is empty or ticked."""
    return bool(_TASK.match(line))


# Tables


def cells(line: str) -> list[tuple[int, int, str]]:
    """The cells of a table's line: start and end in the line, and text without its blanks. A pipe
    after a backslash belongs to its cell."""
    spans: list[tuple[int, int, str]] = []
    start = len(line) - len(line.lstrip())
    if line[start : start + 1] == "|":
        start += 1
    for match in _PIPE.finditer(line, start):
        end = match.start()
        if end < len(line) or line[start:end].strip():
            cell = line[start:end]
            at = start + len(cell) - len(cell.lstrip())
            body = cell.strip()
            spans.append((at, at + len(body), body))
        start = match.end()
    return spans
