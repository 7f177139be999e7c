"""The briefs that an item is tied to, and the sprints that it and its actions stand for."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ledger.errors import LedgerError
from ledger.gates import sprints
from ledger.gates.brief import read_brief
from ledger.gates.documents import documents
from ledger.gates.facts import LARGEST
from ledger.gates.model import Brief, Sprint
from ledger.git.files import Files
from ledger.plan.model import Item, Ledger, newest_first
from ledger.plan.standing import may_be_brief, may_have_sprints, sprint_number

_MOST_DOCUMENTS: Final = 200  # that are there, and are looked into for a brief


def item_of(brief: Brief, ledger: Ledger | None) -> Item | None:
    """The section of the item that a brief is about; None where the plan has none."""
    sections = [item for item in ledger.items if item.id == brief.initiative] if ledger else []
    return max(sections, key=lambda item: len(item.attempts), default=None)


class Tied(NamedTuple):
    """A brief that an item is tied to."""

    path: str
    brief: Brief
    is_named: bool
    """The item's own field ``Brief`` names it."""


def briefs_of(
    view: Files,
    plan: str,
    item: Item,
    words: str = "",
    *,
    may_be: Callable[[bytes], bool] = may_be_brief,
) -> Iterator[Tied]:
    """The briefs that an item is tied to: the one that its field ``Brief`` names, else those that
    ``words``, its fields or its attempts name, the newest first, and that are about the item or
    about none. Of these only what ``may_be`` one by its bytes is read: few documents are. Paths
    are from the repository's top or from the folder of the ``plan``, which is no brief itself."""
    own = [field.value for field in item.fields if field.name.lower() == "brief"]
    others = (
        words,
        *(f.value for f in item.fields),
        *(o.text for o in newest_first(item.attempts)),
    )
    places = (place for text in (own or others) for place in documents(view, text, plan))
    looked_into = 0
    for path in dict.fromkeys(place for place in places if place != plan):
        try:
            data = view.read(path, LARGEST)
        except LedgerError:
            continue
        looked_into += 1
        if looked_into > _MOST_DOCUMENTS:
            return
        brief = read_brief(data) if own or may_be(data) else None
        if brief and (own or brief.initiative in (None, item.id)):
            yield Tied(path, brief, bool(own))


def sprint_of(view: Files, plan: str, item: Item, words: str) -> tuple[Tied, Sprint] | None:
    """The sprint that an item or action stands for whose ``words`` begin with its number, and the
    brief that has it. None for none."""
    number = sprint_number(words)
    if number is None:
        return None
    for tied in briefs_of(view, plan, item, words, may_be=may_have_sprints):
        if sprint := sprints.find(tied.brief.sprints, number):
            return tied, sprint
    return None
