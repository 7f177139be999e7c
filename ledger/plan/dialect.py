"""One way of writing a fix plan: what it has to answer, and what a file shows it by."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from ledger.errors import Refused, UsageError
from ledger.plan import parts, styles, text, words
from ledger.plan.document import Document, Edit, Section
from ledger.plan.model import (
    Action,
    ActionState,
    Attempt,
    Change,
    Heading,
    IndexRow,
    Item,
    Ledger,
    Model,
    NewAttempt,
    Unread,
)


class Sign(Model):
    """What shows in which dialect a section is written."""

    dialect: str
    """The dialect."""
    line: int
    """The first line that shows it."""
    count: int
    """How many lines do."""
    reason: str
    """What it is."""
    owns: bool = False
    """Whether all sections below its heading are written in it, too."""
    is_beside: bool = False
    """Whether it says nothing of the file: entries may be beside anything."""


class Recognition(Model):
    """Which dialect the file is written in, and why. A section without a sign is read as those
    above it, or as most of the file."""

    dialect: str
    """The one that most of the file is written in."""
    is_pinned: bool
    """Whether `[tool.ledger] dialect` says so."""
    sections: tuple[str, ...]
    """The dialects of the document's sections, one for one."""
    signs: tuple[Sign, ...]
    """What shows it, in the order of the file; empty for a file that shows none."""

    @property
    def is_mixed(self) -> bool:
        """Whether more than one dialect is in it."""
        return len(set(self.sections)) > 1

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in words: one line for each dialect that is in the file, the main one first."""
        if self.is_pinned:
            return (f"{self.dialect} (set in [tool.ledger])",)
        if not self.signs:
            return (f"{self.dialect} (no line shows any)",)
        signs: dict[str, list[Sign]] = {self.dialect: []}
        for sign in self.signs:
            signs.setdefault(sign.dialect, []).append(sign)
        return tuple(_reason(name, of_one) for name, of_one in signs.items())


def _reason(dialect: str, signs: list[Sign]) -> str:
    others = f"; {text.counted(len(signs) - 1, 'more sign')}" if signs[1:] else ""
    return f"{dialect} (line {signs[0].line}: {signs[0].reason}{others})"


class Contents(NamedTuple):
    """What a dialect has read, each in the order of the file."""

    items: Sequence[Item]
    loose: Sequence[Attempt]
    unread: Sequence[Unread]
    index: Sequence[IndexRow] = ()  # type: ignore[assignment]  # hides a method of tuples
    headings: Sequence[Heading] = ()


class Text(NamedTuple):
    """A parsed plan, for editing. ``sections`` are those in the dialect of the item."""

    ledger: Ledger
    document: Document
    sections: Sequence[Section]


class Dialect(ABC):
    """One way of writing a fix plan: all that differs from the others."""

    name: ClassVar[str]
    """What it is called."""
    is_numbered: ClassVar[bool] = True
    """Attempts have numbers. Nobody makes up any for those that do not."""
    has_sections: ClassVar[bool] = False
    """An item is a section below a heading with its ID: it has a `Status:` line, may have a row
    of the index, and can be named in a list without having a section. Else an item is an entry of
    a list, or part of a history."""
    shares_history: ClassVar[bool] = False
    """The attempts of all items are in one history; each entry may name its item."""
    has_notes: ClassVar[bool] = False
    """The note behind an item's status is an attempt, which has no lines of its own."""
    has_boxes: ClassVar[bool] = False
    """An item is a task with a box, which says itself what is to be done."""

    @property
    def has_unnumbered(self) -> bool:
        """A dated attempt without a number is one like others."""
        return self.shares_history or self.has_notes

    @abstractmethod
    def sign(self, document: Document, section: Section) -> Sign | None:
        """What shows that the section, heading and blocks, is in this dialect; None for nothing."""

    def may_own(self, document: Document, section: Section) -> bool:
        """Whether the section can be in this dialect where the rest of the file shows it."""
        return self.sign(document, section) is not None

    @abstractmethod
    def read(self, document: Document, sections: Sequence[Section]) -> Contents:
        """These of the document's sections, in their order. Never fails."""

    @abstractmethod
    def append(self, plan: Text, item: Item, change: Change) -> list[Edit]:
        """The edits for ``change``, but for ``Last Updated``. Raises Refused or UsageError."""

    @abstractmethod
    def status(self, plan: Text, item: Item, status: str) -> list[Edit]:
        """The edits that make ``status`` the item's, also in the index. Raises Refused or
        UsageError where it is no status, or has no place."""

    @abstractmethod
    def field(self, plan: Text, item: Item, name: str, value: str) -> list[Edit]:
        """The edits that make ``value``, one line, the one of the item's field ``name``; where it
        has none, a new one in the style of its neighbours. Raises Refused where none has a
        place."""

    @abstractmethod
    def actions(self, plan: Text, item: Item, new: Sequence[str]) -> list[Edit]:
        """The edits for ``new`` actions behind the others. Raises Refused where there is no place
        for them."""

    @abstractmethod
    def criterion(self, plan: Text, item: Item, line: str) -> list[Edit]:
        """The edits for one more exit criterion, the words ``line``. Raises Refused where there is
        no place for it."""

    @abstractmethod
    def new_item(self, plan: Text, name: str, title: str) -> list[Edit]:
        """The edits for an open item ``name`` (empty for one without an ID) behind the others.
        Raises Refused where there is no place for it."""

    def restated(
        self,
        plan: Text,
        item: Item,
        action: Action,
        state: ActionState,
        by: NewAttempt | None = None,
    ) -> Edit:
        """The edit that gives an action another state, in its own style: its box or its words, with
        the attempt that it is complete ``by``. Raises Refused for a box that has no mark for it."""
        span = action.state_span
        is_boxed = self.has_boxes or (by is None and action.number is None)
        if is_boxed and styles.manner(action.state_text) in ("sign", "brackets"):
            states = [(action.state, action.state_text) for action in item.actions]
            if alike := styles.box(state, action.state_text, states):
                return Edit(span.start_byte, span.end_byte, text.encode(alike))
        if not parts.is_box(action.state_text):
            others = [action for action in item.actions if not parts.is_box(action.state_text)]
            complete = [a.state_text for a in others if a.state == state == "complete"]
            texts = [*complete[::-1], action.state_text, *(action.state_text for action in others)]
            like = next(filter(None, texts), "")
            behind = plan.document.line(span.start_line - 1)
            at = span.end_byte - plan.document.starts[span.start_line - 1]
            following = text.decode(text.encode(behind)[at:])
            words_of = styles.stated(state, like, following, words.of(plan.ledger), by=by)
            return Edit(span.start_byte, span.end_byte, text.encode(words_of))
        mark = styles.BOXES.get(state)
        if mark is None or (state in ("blocked", "deferred") and not self.has_boxes):
            message = f"a box cannot say {state} (line {span.start_line})"
            raise Refused("no-place", message, "say it in the words of the action")
        return Edit(span.start_byte + 1, span.end_byte - 1, text.encode(mark))

    def is_listed(self, ledger: Ledger, item: Item) -> bool:  # noqa: ARG002
        """Whether ``item`` has no place of its own and is only named in a list, an archive say."""
        return False

    def candidates(self, item: Item, number: int) -> Sequence[Action]:
        """The actions of ``item`` that ``number`` can mean: boxes without numbers are counted from
        above."""
        if all(action.number is None for action in item.actions):
            return item.actions[number - 1 : number] if number > 0 else ()
        return [action for action in item.actions if action.number == number]

    def action(self, item: Item, number: int) -> Action:
        """The item's action ``number``. Raises UsageError for none, Refused for more than one."""
        actions = self.candidates(item, number)
        if not actions:
            known = ", ".join(str(action.number) for action in item.actions if action.number)
            message = f"{item.id} has no action {number}"
            hint = f"it has {known}" if known else "it has no numbered actions"
            raise UsageError("no-such-action", message, hint)
        if len(actions) > 1:
            lines = " and ".join(str(action.span.start_line) for action in actions)
            message = f"{item.id} has action {number} on lines {lines}"
            raise Refused("ambiguous-action", message, "renumber one")
        return actions[0]

    def open_action(self, item: Item, number: int, *, by_attempt: bool = False) -> Action:
        """The same, for completing it. Raises Refused, too, where it is complete; ``by_attempt``
        only where it names the attempt that completed it, or is a box, which can name none."""
        action = self.action(item, number)
        can_name = by_attempt and action.attempt is None and not parts.is_box(action.state_text)
        if action.state == "complete" and not can_name:
            where = f"(line {action.span.start_line})"
            message = f"action {number} of {item.id} is complete already {where}"
            raise Refused("already-complete", message)
        return action
