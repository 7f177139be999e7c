"""The tasks of plan files that prose names, and of which it says that they are done.

``Tasks M1, M2 and M4``, ``Phase D1–D3``, ``M1 [D]``, ``R1–R4 are now complete``, and what an action
begins with: ``**M1**: Parse``. Whether there is such a task is for the plan file to say.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.plan.model import Item, Ledger

_NAME: Final = r"[A-Za-z0-9]{1,16}(?:[.-][A-Za-z0-9]{1,16}){0,6}"
_JOINT: Final = r"(?:,? and |, ?| ?/ ?| ?\u2013 ?| ?\u2014 ?| to | ?& ?)"
_MORE: Final = rf"(?:(?=[A-Za-z.-]{{0,40}}\d){_NAME}|[A-Za-z]\b)"  # no word such as "and row"
_LIST: Final = rf"(?P<names>`?{_NAME}`?(?:{_JOINT}`?{_MORE}`?){{0,20}})"
_WORD: Final = r"(?P<called>\b(?:tasks?|rows?|(?P<phase>phases?))[ \t]+)"
# e.g. "tasks M1, M2 and M4", "Phase D1–D3", "Phase K rows"
_CALLED: Final = re.compile(rf"{_WORD}{_LIST}(?P<all>[ \t]+(?:rows|tasks)\b)?", re.IGNORECASE)
# e.g. "M1 [D]", "R1–R4 are now complete", "O1→[D]", "Phase K rows now [D]"
DONE: Final = re.compile(
    rf"(?<![\w./-]){_WORD}?{_LIST}(?P<all>[ \t]+(?:rows|tasks)\b)?\*{{0,2}}"
    r"(?:[ \t]+(?:is|are|was|were|now|all|both|marked|set|to|as|fully)\b){0,5}"
    r"[ \t]*(?:[:=]|\u2192|->)?[ \t]*"
    r"(?:`?\[[DXx]\]`?|(?:\u2705[ \t]*)?(?:complete|completed|done|finished)\b|\u2705)"
    r"(?![ \t]+(?!(?:and|but|in|with|via|by|on|per|as|while|this)\b)[A-Za-z`])",
    re.IGNORECASE,
)
# e.g. "**M1**: Parse", "Phase M2b — Map", "Task 0.A (1 h)"
_LEADING: Final = re.compile(
    rf"[\W_]{{0,8}}{_WORD}?(?P<names>{_NAME}(?: ?\u2013 ?{_NAME})?)\*{{0,2}}"
    r"(?=[ \t]*(?:[:\u2013\u2014(]|-[ \t]|\Z))",
    re.IGNORECASE,
)
# e.g. ", and M2"
_TOKEN: Final = re.compile(rf"(?P<joint>{_JOINT})?`?(?P<name>{_NAME})`?")
# What is before or behind a statement that is none: "once M1 is done", "mark M1 [D]"
_UNSURE: Final = re.compile(
    r"\b(?:when|once|until|till|after|before|if|unless|mark|tick|set|should|must|shall|will|to be|"
    r"not|never|no|needs?|pending|except|expect\w*|requires?|nearly|almost|whether)\b|n't\b|\?",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"[ \t,]*(?:\?|(?:when|once|if|after|until|before|unless)\b)", re.IGNORECASE
)
_SENTENCE: Final = re.compile(r"[.;!?][ \t]|\n")
_DIGITS: Final = frozenset("0123456789")
_FEW: Final = 120  # characters before a statement that may say otherwise


class TaskName(NamedTuple):
    """A name as written, ``to`` the last one of a range, and whether it is said to be done."""

    name: str
    to: str = ""
    is_done: bool = False


def leading(words: str) -> tuple[TaskName, ...]:
    """The task that an action stands for whose ``words`` begin with its name."""
    match = _LEADING.match(words)
    return tuple(_names(match, is_done=False)) if match else ()


def names_in(words: str) -> Iterator[TaskName]:
    """Every task that ``words`` name as one; those first that they call done."""
    for match in DONE.finditer(words):
        before = _SENTENCE.split(words[max(0, match.start() - _FEW) : match.start()])[-1]
        if not _UNSURE.search(before) and not _BEHIND.match(words, match.end()):
            yield from _names(match, is_done=True)
    for call in _CALLED.finditer(words):
        yield from _names(call, is_done=False)


def written(name: str) -> Iterator[TaskName]:
    """What a name, a range (``M1-M4``) or a phase (``Phase K``) stands for."""
    yield TaskName(name)
    first, _, last = name.partition("-")
    if first and last:
        yield TaskName(first, last)


def _names(match: re.Match[str], *, is_done: bool) -> Iterator[TaskName]:
    """The names of a list, with ranges told as such: ``M1–M3``, ``M1 to M3``, ``M1-M3``. A number
    is a name only where it is called a task; ``Phase K rows`` are all below that heading."""
    groups = match.groupdict()
    every = [(match["joint"] or "", match["name"]) for match in _TOKEN.finditer(groups["names"])]
    for number, (_, name) in enumerate(every):
        if groups["phase"] and groups.get("all"):
            yield TaskName(f"Phase {name}", "", is_done)
        if not (set(name) & _DIGITS) or (name.isdigit() and not groups["called"]):
            continue
        joint, following = every[number + 1] if number + 1 < len(every) else ("", "")
        is_range = joint.strip() in ("\u2013", "\u2014", "to")
        for task in (TaskName(name, following),) if is_range else written(name):
            yield task._replace(is_done=is_done)


def tasks_of(names: TaskName, plan: Ledger) -> Sequence[Item]:
    """The tasks of ``plan`` that a name, or a range of them, means; none where it has no such."""
    if names.name.startswith("Phase "):
        return _below(names.name, plan)
    first = [item for item in plan.items if item.id == names.name and item.is_named]
    last = [item for item in plan.items if item.id == names.to and item.is_named]
    if not names.to or not (first and last):
        return () if names.to else first
    start, end = first[0].span.start_line, last[-1].span.start_line
    return [item for item in plan.items if start <= item.span.start_line <= end]


def _below(title: str, plan: Ledger) -> Sequence[Item]:
    """The tasks below the headings that begin with ``title``."""
    is_it = re.compile(rf"[\W\d_]*{re.escape(title)}\b", re.IGNORECASE)
    items: list[Item] = []
    for heading, following in pairwise([*plan.headings, None]):
        assert heading
        start = heading.span.start_line
        end = following.span.start_line if following else len(plan.text)
        if is_it.match(heading.title):
            items += [item for item in plan.items if start < item.span.start_line < end]
    return items
