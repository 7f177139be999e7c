"""Fix plans of the dialect ``attempts`` from what they say.

``written`` turns a ``Plan`` into bytes and keeps where each thing went, so that what is read
can be held against what was meant. Nothing here knows the package's reader: the forms are
those that the format's description and its examples show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Try:
    """An attempt. ``lines`` begin behind the bullet; those below the first are relative to the
    column where its text begins (``lazy``: two columns before it)."""

    number: int
    date: str | None
    stamp: str | None
    result: str
    lines: tuple[str, ...]
    lazy: bool = False


@dataclass(frozen=True)
class Task:
    """A next action: ``words`` are its state as written, ``lines`` the text after them."""

    number: int | None
    state: str
    words: str
    attempt: int | None
    stamp: str | None
    lines: tuple[str, ...]

    @property
    def first(self) -> str:
        """The line behind the number."""
        return f"{self.words} — {self.lines[0]}" if self.words else self.lines[0]


@dataclass(frozen=True)
class Entry:
    """An item. ``form`` is ``bullets`` or ``headings``; ``bullet`` opens each attempt.

    ``tasks_form``: ``nested`` (all indented alike), ``shifting`` (numbers end in one column),
    ``column`` (at column 0), ``bullets`` (no numbers). ``gaps`` are the tasks that a blank line
    stands before. ``loose`` stands below the item, before the next.
    """

    id: str
    title: str
    priority: str
    status: str
    status_text: str
    attempts: tuple[Try, ...] = ()
    tasks: tuple[Task, ...] = ()
    criteria: tuple[tuple[str, bool | None], ...] = ()
    level: int = 2
    form: str = "bullets"
    bullet: str = "  * "
    has_home: bool = True
    is_spaced: bool = False
    has_template: bool = False
    tasks_first: bool = False
    tasks_form: str = "nested"
    gaps: frozenset[int] = frozenset()
    fields: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()

    @property
    def plain_id(self) -> str:
        """The ID with ASCII hyphens."""
        return self.id.replace("\u2011", "-")

    @property
    def last_number(self) -> int:
        """The largest number of an attempt in history and tasks, 0 where there is none."""
        named = [task.attempt or 0 for task in self.tasks]
        return max([attempt.number for attempt in self.attempts] + named, default=0)

    @property
    def is_newest_first(self) -> bool:
        """Whether the history is told backwards."""
        numbers = [attempt.number for attempt in self.attempts]
        return len(numbers) > 1 and numbers == sorted(numbers, reverse=True)


@dataclass(frozen=True)
class Row:
    """A row of the index."""

    id: str
    title: str
    priority: str
    status: str
    status_text: str


@dataclass(frozen=True)
class Plan:
    """A whole fix plan. ``index_form`` is ``table``, ``bullets`` or ``none``.

    ``newlines`` are used in turn; ``trails`` are blanks put behind lines, in turn.
    """

    items: tuple[Entry, ...]
    rows: tuple[Row, ...] = ()
    index_form: str = "table"
    updated: str | None = "2025-11-02 (parser speed)"
    focus: tuple[str, ...] = ("**Active Focus:** reading large files.",)
    newlines: tuple[bytes, ...] = (b"\n",)
    trails: tuple[str, ...] = ("",)
    has_bom: bool = False
    has_final_newline: bool = True


@dataclass
class Written:
    """A plan's bytes. ``places`` has the line, from 0, of each thing; ``texts`` what each
    attempt's entry holds, newlines as LF."""

    data: bytes = b""
    places: dict[tuple[object, ...], int] = field(default_factory=dict)
    texts: dict[tuple[str, int], str] = field(default_factory=dict)


def written(plan: Plan) -> Written:
    """The plan as bytes."""
    result = Written()
    lines: list[str] = []
    attempts: dict[tuple[str, int], tuple[int, int, int]] = {}
    for key, text, (cut, size) in _plan(plan):
        if key is not None:
            result.places.setdefault(key, len(lines))
            if key[0] == "attempt":
                attempts[str(key[1]), int(str(key[2]))] = (len(lines), cut, size)
        lines.append(text + plan.trails[len(lines) % len(plan.trails)])
    for name, (at, cut, size) in attempts.items():
        entry = lines[at : at + size]
        while not entry[-1].strip():
            entry.pop()
        result.texts[name] = "\n".join([entry[0][cut:], *entry[1:]])
    ends = [plan.newlines[at % len(plan.newlines)] for at in range(len(lines))]
    for at in range(1, len(ends)):
        if not lines[at] and (ends[at - 1], ends[at]) == (b"\r", b"\n"):
            ends[at] = b"\r\n"  # CR and LF with nothing between would be one newline
    if not plan.has_final_newline:
        ends[-1] = b""
    pieces = [line.encode() + end for line, end in zip(lines, ends, strict=True)]
    result.data = (BOM if plan.has_bom else b"") + b"".join(pieces)
    return result


# A line with what it is (where that matters), how much of it is a bullet, how many lines follow.
_Line = tuple[tuple[object, ...] | None, str, tuple[int, int]]
_NO = (0, 0)


def _plan(plan: Plan) -> Iterator[_Line]:
    yield None, "# Fix Plan Ledger", _NO
    yield None, "", _NO
    if plan.updated is not None:
        yield ("updated",), f"**Last Updated:** {plan.updated}", _NO
    for line in (*plan.focus, ""):
        yield None, line, _NO
    if plan.index_form != "none" and plan.rows:
        yield None, "## Index", _NO
        yield from _index(plan)
        yield None, "", _NO
    for item in plan.items:
        yield from _item(item)
        yield None, "", _NO


def _index(plan: Plan) -> Iterator[_Line]:
    if plan.index_form == "table":
        yield None, "| ID | Title | Priority | Status |", _NO
        yield None, "| --- | --- | :---: | --- |", _NO
    for at, row in enumerate(plan.rows):
        if plan.index_form == "table":
            anchor = row.id.lower().replace("\u2011", "-")
            said = f"| [{row.id}](#{anchor}) | {row.title} | {row.priority} | {row.status_text} |"
        else:
            said = f"- [{row.id}] {row.title} — Priority: {row.priority}, Status: {row.status_text}"
        yield ("row", at), said, _NO


def _item(item: Entry) -> Iterator[_Line]:
    yield ("item", item.id), f"{'#' * item.level} [{item.id}] {item.title}", _NO
    yield None, f"- Priority: {item.priority}", _NO
    yield ("status", item.id), f"- Status: {item.status_text}", _NO
    for line in item.fields:
        yield None, line, _NO
    if item.tasks_first:
        yield from _tasks(item)
    if item.form == "bullets":
        yield from _history(item)
    if not item.tasks_first:
        yield from _tasks(item)
    yield None, "- Risks/Assumptions: none known", _NO
    if item.criteria:
        yield None, "- Exit Criteria (quote thresholds from spec):", _NO
        for text, ticked in item.criteria:
            box = {None: "", True: "[x] ", False: "[ ] "}[ticked]
            yield None, f"  - {box}{text}", _NO
    if item.form == "headings":
        for attempt in item.attempts:
            yield None, "", _NO
            mark = "#" * (item.level + 1) + " "
            lines = [mark + attempt.lines[0], *attempt.lines[1:]]
            yield from _entry(item, attempt, lines, len(mark))
    if item.loose and item.form == "bullets":
        for line in ("", *item.loose):
            yield None, line, _NO


def _history(item: Entry) -> Iterator[_Line]:
    if item.has_home:
        yield None, "- Attempts History:", _NO
    for place, attempt in enumerate(item.attempts):
        if place and item.is_spaced:
            yield None, "", _NO
        inner = " " * (len(item.bullet) - 2 * attempt.lazy)
        below = [inner + line if line else "" for line in attempt.lines[1:]]
        lines = [item.bullet + attempt.lines[0], *below]
        yield from _entry(item, attempt, lines, len(item.bullet))
    if item.has_template:
        yield None, f"{item.bullet}[YYYY-MM-DD] Attempt #{item.last_number + 1} — Result: ...", _NO


def _entry(item: Entry, attempt: Try, lines: list[str], cut: int) -> Iterator[_Line]:
    yield ("attempt", item.id, attempt.number), lines[0], (cut, len(lines))
    for line in lines[1:]:
        yield None, line, _NO


def _tasks(item: Entry) -> Iterator[_Line]:
    if not item.tasks:
        return
    yield None, "- Next Actions:", _NO
    for at, task in enumerate(item.tasks):
        if at in item.gaps:
            yield None, "", _NO
        prefix = {
            "nested": f"  {task.number}. ",
            "shifting": f"{task.number:>3}. " if task.number is not None else "",
            "column": f"{task.number}. ",
            "bullets": "  * ",
        }[item.tasks_form]
        yield ("task", item.id, at), prefix + task.first, _NO
        for line in task.lines[1:]:
            yield None, " " * len(prefix) + line, _NO
