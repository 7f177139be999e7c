"""The tools of `ledger mcp`: typed functions that call the library and answer in the words of its
reports. An agent is shown the docstring and the parameters of each."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Literal, cast

from ledger.commands.action import Step as ActionStep
from ledger.commands.action import action
from ledger.commands.add import add
from ledger.commands.append import append
from ledger.commands.claim import claim
from ledger.commands.close import close
from ledger.commands.criterion import Step as CriterionStep
from ledger.commands.criterion import criterion
from ledger.commands.edit import edit as edit_item
from ledger.commands.gate import gate
from ledger.commands.item_page import shorten
from ledger.commands.next_item import next_item
from ledger.commands.note import note
from ledger.commands.release import release
from ledger.commands.show import show as shown
from ledger.commands.validate import validate
from ledger.commands.verify import verify
from ledger.errors import UnreadableInput
from ledger.plan.text import visible
from ledger.reports import Line, briefs, claims, findings, verdicts
from ledger.reports import change as change_report
from ledger.reports import next_item as next_report
from ledger.reports import run as runs_report
from ledger.reports import show as show_report

INSTRUCTIONS: Final = (
    "The fix plan of this repository: what was tried, what came of it, what is next. Begin with"
    " next; record every try, good or bad; check before you commit. Never edit the plan by hand."
)
LARGEST: Final = 2000  # bytes of an answer, unless all of it is asked for


def next(owner: str = "", since: str = "") -> str:  # noqa: A001 - the command's name
    """The one thing to do now, and why; with since, a revision, what changed after it."""
    item = next_item(owner=owner or None, since=since or None)
    return _answer(next_report.lines(item))


def show(name: str, full: bool = False) -> str:
    """An item, an attempt (ITEM#N) or a brief (its file)."""
    page = shown(name)
    if page.items and not full:
        page = shorten(page)
    lines = briefs.lines(page.brief) if page.brief else show_report.lines(page)
    return _answer(lines, full=full)


def record(
    item: str,
    summary: str,
    runs: list[str] = [],
    result: str = "",
    complete: list[int] = [],
    next: list[str] = [],  # noqa: A002 - an agent's word for it
    status: str = "",
    because: str = "",
) -> str:
    """Record a try, from its runs' outputs (folders, files); without runs a note."""
    if not runs:
        noted = note(item, summary)
        return _answer([*change_report.lines(noted, dry_run=False), *noted.notes])
    done = append(
        item,
        [Path(run) for run in runs],
        summary=summary,
        result=result or None,
        complete=complete,
        next_actions=next,
        status=status or None,
        because=because,
    )
    return _answer([*done.notes, runs_report.attempt(done)])


Change = Literal[
    "add",
    "set",
    "close",
    "claim",
    "release",
    "action_add",
    "action_edit",
    "action_complete",
    "action_block",
    "action_defer",
    "action_open",
    "criterion_add",
    "criterion_attest",
]


def edit(
    change: Change,
    item: str = "",
    text: str = "",
    number: int = 0,
    status: str = "",
    priority: str = "",
    owner: str = "",
    depends_on: list[str] = [],
    because: str = "",
) -> str:
    """Change the plan. text: the title (add, set), words, or what a blocked action waits for;
    number: of the action or criterion; because: on whose word, or why close without evidence."""
    kind, _, step = change.partition("_")
    which = number or None
    match kind:
        case "add":
            done = add(text, name=item, priority=priority, owner=owner, depends_on=depends_on)
        case "set":
            done = edit_item(
                item,
                status=status,
                title=text,
                priority=priority,
                owner=owner,
                depends_on=depends_on,
            )
        case "close":
            done = close(item, because=because)
        case "claim":
            done = claim(item, owner=owner or None)
        case "release":
            done = release(item, owner=owner or None)
        case "action":
            done = action(item, cast("ActionStep", step), which, text, on=text)
        case _:
            done = criterion(item, cast("CriterionStep", step), which, text, because=because)
    return _answer([*change_report.lines(done, dry_run=False), *done.notes])


def check(item: str = "", full: bool = False) -> str:
    """What your changes since HEAD break; of an item also claims that runs contradict, criteria."""
    lines: list[Line | str] = [*findings.lines(validate(base="HEAD"))]
    if item:
        lines += claims.lines(verify([item]), ("contradicted",))
        try:
            lines += verdicts.gate(gate(item))
        except UnreadableInput as error:  # it has none
            lines.append(f"{error}")
    return _answer(lines, full=full)


def _answer(lines: Iterable[Line | str], *, full: bool = False) -> str:
    """The lines of a report, as much of them as fits."""
    text = "\n".join(visible(line if isinstance(line, str) else line.text) for line in lines)
    data = text.encode()
    if full or len(data) <= LARGEST:
        return text
    kept = data[: LARGEST - 60].decode("utf-8", "ignore")
    return f"{kept}…\n({len(data) - len(kept.encode()):,} more bytes: ask with full=true)"


TOOLS: Final[dict[str, Callable[..., str]]] = {
    tool.__name__: tool for tool in (next, show, record, edit, check)
}
"""By name."""
CHANGING: Final = ("record", "edit")
"""Those that change the plan."""
