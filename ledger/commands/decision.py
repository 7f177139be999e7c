"""A decision, logged in words that people write and a sprint's prerequisite finds."""

import re
from typing import Final

from ledger.commands.judgements import place_of
from ledger.config import Config
from ledger.edits.append import section_of
from ledger.errors import Refused, UsageError
from ledger.gates.decisions import decided, option_key, option_keys
from ledger.gates.facts import Facts, Request
from ledger.gates.ties import Tied, briefs_of
from ledger.plan import text
from ledger.plan.model import Item, Ledger

_LEAD: Final = re.compile(r"(?:option )?\w{1,2}[:.)\u2013\u2014 -]+", re.IGNORECASE)
_ASIDE: Final = re.compile(r"[ \t]*[()\[\]]+[ \t]*")


def words_of(config: Config, item: Item, given: str, because: str) -> str:
    """``Decision: Option C (isolate the slow test). Reason: ...``. Raises UsageError for an option
    that the item's brief does not have, and where no reason is given."""
    found = option_key(text.one_line(given))
    tied = _brief(config, item)
    keys = {option_key(one.name): one for one in tied.brief.decisions[0].options} if tied else {}
    option = keys.get(found)
    if not found or (keys and option is None):
        expected = ", ".join(key for key in keys if key) or "its letter or number"
        raise UsageError(
            "no-such-option", f"expected the option decided for, found {given!r}", f"say {expected}"
        )
    if not text.one_line(because):
        raise UsageError(
            "no-reason", "a decision is logged with its reason, found none", "add --because TEXT"
        )
    title = _ASIDE.sub(" ", _LEAD.sub("", option.name, count=1)).strip(" .:") if option else ""
    said = f"Option {found}" + (f" ({title})" if title else "")
    return f"Decision: {said}. Reason: {text.one_line(because).rstrip('.')}."


def _brief(config: Config, item: Item) -> Tied | None:
    with place_of(config) as place:
        assert place.files is not None
        every = briefs_of(place.files, config.ledger_path, item)
        return next((one for one in every if one.brief.decisions), None)


def refuse_unread(config: Config, new: Ledger, name: str, said: str) -> None:
    """Raise Refused where ``new`` does not say what was decided by an item's ``said``."""
    item = section_of(new, name)
    tied = _brief(config, item)
    facts = Facts(
        config,
        tied.path if tied else config.ledger_path,
        request=Request(),
        brief=tied.brief if tied else None,
        item=item,
    )
    judged = decided(option_keys(tied.brief.decisions[0]) if tied else (), facts)
    option = said.removeprefix("Decision: ").lower()
    if judged.verdict != "met" or not option.startswith(
        judged.reason.rpartition("decided for ")[2].lower()
    ):
        message = f"the decision would not be found: {judged.reason}"
        hint = "decide for one option, and name no other in the reason; nothing was written"
        raise Refused("not-as-meant", message, hint)
