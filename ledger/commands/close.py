"""``close``: an item becomes done, by evidence."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ledger import config as configuration
from ledger.claims.entries import newest_run, place_of
from ledger.commands import closings
from ledger.commands.append import append
from ledger.commands.change import Changed, change
from ledger.commands.read import opened
from ledger.config import Config
from ledger.edits.append import entry_of, section_of
from ledger.edits.criteria import tick
from ledger.edits.fields import set_status
from ledger.errors import Refused
from ledger.evidence.outputs import read_run
from ledger.gates.done import Closing
from ledger.git import files
from ledger.plan import dialects, selectors, text
from ledger.plan.model import FINISHED, Action, Item
from ledger.rules.registry import OPEN, quoted

_MOST_NAMED: Final = 5  # open actions, in a message


def close(
    item: str,
    runs: Sequence[Path] = (),
    *,
    because: str = "",
    dry_run: bool = False,
    ledger: Path | None = None,
) -> Changed:
    """Set the status of ``item`` to done, with a tick at every criterion that is met. It is judged
    by its newest attempt that cites a run; ``runs`` that are not recorded yet are recorded with it.
    ``because`` is the reason where nothing shows that a criterion is met, or where actions stay
    open; an attempt has it. With ``dry_run`` nothing is written.

    Raises ``UsageError`` for an item that is none; ``UnreadableInput`` for a run that is not there;
    ``Refused`` where actions are open, a criterion is not met or nothing is evidence, for a run
    that is recorded and not the newest, and for what ``validate`` would refuse.
    """
    config = configuration.find(Path.cwd(), ledger)
    plan = opened(config).ledger
    section = section_of(plan, selectors.items(plan, selectors.item_in(item))[0].id)
    if section.status in FINISHED:
        with change(config, dry_run=True) as same:
            return same.changed(section.id, "it is done already", dry_run=dry_run)
    left = [action for action in section.actions if action.state in OPEN]
    if left and not text.one_line(because):
        raise _has_open_actions(section, left)
    sections = [item for item in plan.items if item.id == section.id]
    new = list(_unrecorded(config, section, sections, runs))
    notes = [f"it leaves {_action_list(left)}"] if left else []
    if new or text.one_line(because):
        written = append(
            section.id,
            new,
            result=None if new else "info",
            summary="Closed.",
            status="done",
            because=because,
            dry_run=dry_run,
            ledger=config.ledger,
        )
        return written.as_change("status is done, by ", dry_run=dry_run, notes=notes)
    by = _by(config, section)
    with change(config, dry_run=dry_run) as draft:
        new_plan = set_status(draft.ledger, section.id, "done")
        met = closings.met(config, section.id, new_plan, draft.ledger)
        draft.accept(tick(new_plan, section.id, met), section.id)
    done = [f"status is done{by}"]
    done += [f"{text.counted(len(met), 'criterion')} ticked"] if met else []
    return draft.changed(section.id, *done, dry_run=dry_run, notes=notes)


def _has_open_actions(section: Item, left: Sequence[Action]) -> Refused:
    first = left[0].number if left[0].number is not None else "N"
    each = "each" if left[1:] else "it"
    hint = (
        f"complete or defer {each}, as with `ledger action {section.id} complete {first}`, "
        f"or say why {each} may stay open (--because); nothing was written"
    )
    return Refused("open-actions", f"{section.id} has {_action_list(left)}", hint)


def _action_list(left: Sequence[Action]) -> str:
    """``2 open actions: 1 "Measure 50 MB files.", 3 "Ask the users"``"""
    every = [
        f"{a.number} {quoted(a.text)}" if a.number is not None else quoted(a.text)
        for a in left[:_MOST_NAMED]
    ]
    more = [f"{len(left) - _MOST_NAMED} more"] if len(left) > _MOST_NAMED else []
    return f"{text.counted(len(left), 'open action')}: {', '.join(every + more)}"


def _by(config: Config, section: Item) -> str:
    """What an item that is closed rests on, behind a comma. Raises Refused where its dialect has
    runs and criteria, and it has none."""
    with place_of(config) as place:
        newest = newest_run(section, place)
        every = closings.every_grounds(config, Closing(section), place, newest)
        is_judged = any(grounds.criteria for grounds in every)
    if newest is None and not is_judged and dialects.of(section).has_sections:
        message = (
            f"nothing shows that {section.id} is done: no criterion, and no attempt with a run"
        )
        hint = f"record one (`ledger run {section.id} -- COMMAND`), or say why (--because)"
        raise Refused("no-evidence", message, f"{hint}; nothing was written")
    if newest is None:
        return ""
    number = newest.attempt.number
    return ", by the newest run" if number is None else f", by the run of attempt #{number}"


def _unrecorded(
    config: Config, section: Item, sections: Sequence[Item], runs: Sequence[Path]
) -> Iterator[Path]:
    """Those of ``runs`` that the item does not hold yet. Raises Refused for one that it holds and
    that is not of the newest attempt with a run, by which it is judged."""
    with place_of(config) as place:
        newest = newest_run(section, place)
        for run in runs:
            assert place.files is not None
            evidence = read_run(place.files, files.inside(config.root, run))
            entry = entry_of(evidence, sections)
            if entry is None:
                yield run
            elif newest and entry is not newest.attempt:
                number = newest.attempt.number
                message = f"{evidence.path} is not the newest run of {section.id}"
                hint = f"it is judged by {', '.join(newest.runs)} (attempt #{number})"
                raise Refused("not-newest", message, hint)
