"""A brief, or an item's exit criteria, held against runs, files and the ledger.

Everything that is read is read here; what is judged, and how, is in ``ledger.gates.criteria``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.gates import sprints
from ledger.gates.brief import read_brief
from ledger.gates.criteria import language, prose_plan
from ledger.gates.gating.judging import Judging, Request
from ledger.gates.model import Brief, Condition, Gate, JudgedCriterion, worst
from ledger.git import paths
from ledger.plan.model import Item, Ledger

__all__ = ["Request", "gate_brief", "gate_item", "item_conditions"]


def gate_brief(config: Config, file: Path, ledger: Ledger | None, request: Request) -> Gate:
    """Judge every criterion of the brief in ``file``, or of one sprint and its bundle.

    Raises UsageError for a sprint that the brief does not have, UnreadableInput for a file or run
    that cannot be read.
    """
    data = _content(file)
    try:
        path = paths.inside(config.root, file)
    except UsageError:
        path = str(file)  # handed on from elsewhere: only what it refers to has to be here
    brief = read_brief(data)
    number = request.sprint
    if number is not None and number not in {one.number for one in brief.sprints if one.number}:
        known = ", ".join(one.number for one in brief.sprints if one.number) or "none"
        raise UsageError("no-such-sprint", f"{path} has no sprint {number}", f"it has {known}")
    item = _item(ledger, brief.initiative)
    judging = Judging(config, path, request, brief, item)
    judged = [judging.judged(one) for one in _conditions(brief, number)]
    if not judged:
        raise UnreadableInput(
            "no-criteria",
            f"{path}: expected exit or success criteria, found none",
            "write them as a list under a heading or bold label such as **Exit Criteria:**",
        )
    return _gate(brief.initiative, judging, judged)


def gate_item(config: Config, item: Item, request: Request) -> Gate:
    """Judge an item's exit criteria. Raises UnreadableInput for an item without any."""
    judging = Judging(config, config.ledger_path, request, None, item)
    judged = [judging.judged(one) for one in item_conditions(item)]
    if not judged:
        raise UnreadableInput(
            "no-criteria",
            f"{item.id} has no exit criteria (line {item.span.start_line})",
            "add a list under `- Exit Criteria:`",
        )
    return _gate(item.id, judging, judged)


def item_conditions(item: Item) -> tuple[Condition, ...]:
    """An item's exit criteria, ticks and checks told apart from the text."""
    read = (
        sprints.condition(one.text, "Exit Criteria", one.span.start_line) for one in item.criteria
    )
    return tuple(one for one in read if one.text or one.check)


def _conditions(brief: Brief, number: str | None) -> Iterator[Condition]:
    """The criteria in the order of the brief, files of the bundle last."""
    for sprint in brief.sprints:
        if number is None or sprint.number == number:
            yield from sprint.prerequisites
            yield from sprint.criteria
    if number is None:
        yield from brief.prerequisites
        yield from brief.success
        yield from brief.criteria
    for entry in brief.bundle:
        if not entry.path.endswith("/") and (
            number is None or prose_plan.of_sprint(entry.path, number)
        ):
            code = str(language.Check((language.Call("exists", (entry.path,)),)))
            yield Condition(
                section="Artifact bundle",
                text=entry.path,
                claimed=None,
                optional=entry.optional,
                check=code,
                line=entry.line,
            )


def _gate(item: str | None, judging: Judging, judged: Sequence[JudgedCriterion]) -> Gate:
    facts, places, brief = judging.facts, judging.places, judging.brief
    return Gate(
        path=places.path,
        item=item,
        sprint=judging.request.sprint,
        stamp=places.stamp,
        run=facts.run.path if facts.run else None,
        baseline=facts.baseline.path if facts.baseline else None,
        verdict=worst([one.verdict for one in judged if not one.optional]),
        criteria=tuple(judged),
        references=tuple(places.references()),
        damage=brief.damage if brief else (),
    )


def _item(ledger: Ledger | None, name: str | None) -> Item | None:
    """The section of the brief's item; of several the one with the most attempts."""
    found = [one for one in ledger.items if one.id == name] if ledger and name else []
    return max(found, key=lambda one: len(one.attempts), default=None)


def _content(place: Path) -> bytes:
    try:
        if not place.is_file():
            raise UnreadableInput("cannot-read", f"{place}: expected a file", "give a brief")
        return place.read_bytes()
    except OSError as error:
        raise UnreadableInput(
            "cannot-read", f"{place}: {(error.strerror or '').lower()}"
        ) from error
