"""A fix plan, and what belongs to it, put into a repository.

What is there already stays as it is: files are made, or lines put behind theirs. Every step says
what was written, so that nothing happens unseen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from ledger import rules
from ledger.commands import adding
from ledger.commands.init import place, plan, steps
from ledger.commands.init.steps import OFFERS, Offer, Step
from ledger.config import Config
from ledger.errors import LedgerError, Refused, UnreadableInput, why
from ledger.git import files
from ledger.plan import reader, text
from ledger.plan.model import Ledger


class Start(NamedTuple):
    """The fix plan ``path`` of the repository: ``is_new``, or what was recognised in it, and
    ``why``. ``item`` is one to go on with."""

    path: str
    is_new: bool
    dialect: str
    why: tuple[str, ...]
    items: int
    attempts: int
    unread: int
    item: str | None
    steps: tuple[Step, ...]


def start(found: Config, title: str, wanted: frozenset[Offer], *, dry_run: bool = False) -> Start:
    """Write what is missing: the plan, its configuration, and the offers that are ``wanted``.

    ``title`` is that of the first item of a new plan. With ``dry_run`` nothing is written.
    """
    if not dry_run:
        start(found, title, wanted, dry_run=True)  # says what is in the way, before all else
    ledger, plan_step = _plan(found, title)
    parts = [plan_step, *steps.configuration(found)]
    doers: dict[Offer, Callable[[Config], Iterator[Step]]] = {
        "hook": steps.hook,
        "ci": steps.ci,
        "agents": steps.agents,
    }
    for offer, (_, said) in OFFERS.items():
        if offer == "merge-driver":
            parts += steps.merge_driver(found, is_wanted=offer in wanted, dry_run=dry_run)
        elif offer in wanted or all(one.state == "there" for one in doers[offer](found)):
            parts += doers[offer](found)
        else:
            parts.append(Step(offer, "offered", "", said))
    written = [one.place for one in parts if one.state == "added"]
    for name in [*written, *([".gitattributes"] if "merge-driver" in wanted else ())]:
        place.require(files.confine(found.root, name))
    if not dry_run:
        _write(found, [one for one in parts if one.text and one.about != "merge-driver"])
    if "hook" in wanted:
        parts += steps.installed(found, dry_run=dry_run)
    unfinished = (item for item in ledger.items if item.status not in ("done", "archived"))
    return Start(
        found.ledger_path,
        plan_step.state == "added",
        ledger.dialect,
        reader.recognise(ledger.text, found.own).reasons,
        len(ledger.items),
        sum(len(item.attempts) for item in ledger.items) + len(ledger.loose),
        len(ledger.unread),
        next((item.id for item in unfinished), None),
        tuple(parts),
    )


def _plan(found: Config, title: str) -> tuple[Ledger, Step]:
    path = found.ledger_path
    if os.path.lexists(found.ledger):
        place.require(found.ledger)
        try:
            return reader.read(found.ledger.read_bytes(), conventions=found.own), Step(
                "plan", "there", path, "a fix plan"
            )
        except OSError as error:
            raise UnreadableInput("cannot-read", f"{found.ledger}: {why(error)}") from error
    today = datetime.now(UTC).date().isoformat()
    name, said = plan.first(title, today)
    ledger = reader.read(text.encode(said) + b"\n")
    for finding in rules.made_worse(ledger, rules.Facts(path, today)):
        if finding.severity == "error":
            raise Refused("would-not-validate", f"{finding}", "nothing was written")
    return ledger, Step("plan", "added", path, f"a fix plan with one item, {name}", said)


def _write(found: Config, parts: list[Step]) -> None:
    written: list[str] = []
    for one in parts:
        if one.state == "added":
            try:
                adding.add(files.confine(found.root, one.place), one.text)
            except LedgerError as error:
                if written:
                    error.hint += f"; written before that: {', '.join(written)}"
                raise
            written.append(one.place)
