"""``gate``: whether the exit criteria of a brief or of an item are met."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ledger import config
from ledger.claims.entries import Place, newest_run, place_of
from ledger.commands.read import brief_of, open_ledger, opened
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.gates.facts import Facts, Request
from ledger.gates.gate import gate_brief, gate_item
from ledger.gates.model import Gate
from ledger.gates.ties import item_of
from ledger.git import files
from ledger.plan import selectors
from ledger.plan.model import Item, Ledger


def gate(
    document: str | Path,
    *,
    sprint: str | None = None,
    run: Path | None = None,
    baseline: Path | None = None,
    stamp: str | None = None,
    ledger: Path | None = None,
) -> Gate:
    """Judge the exit criteria of a brief (a file), or of an item of the fix plan (by its ID).

    ``sprint`` judges one sprint of the brief and its part of the bundle, ``run`` is the run that
    counts, rates and times are taken from (by default that of the item's newest attempt that cites
    one), ``baseline`` an earlier run to compare it with (by default the one that the brief starts
    from), ``stamp`` what ``<STAMP>`` stands for (by default that of the run). Runs are folders or
    files inside the repository. ``ledger`` is the fix plan, by default the one of the repository
    around the brief.

    Raises UsageError for a document or sprint that there is not and for a run outside of the
    repository, UnreadableInput for a document without criteria and for what cannot be read.
    """
    request = Request(sprint=sprint, run=run, baseline=baseline, stamp=stamp)
    file = Path(document)
    if not os.path.exists(document):  # noqa: PTH110 - False also for what no path can be
        return _gate_item(str(document), request, ledger)
    return gate_brief(handed_over(file, request, ledger).facts)


class HandedOver(NamedTuple):
    """A brief's facts, the plan around it, the item that it is about, and the settings."""

    facts: Facts
    plan: Ledger
    item: Item | None
    config: Config


def handed_over(file: Path, request: Request, ledger: Path | None) -> HandedOver:
    """A brief, and the plan of the repository around it. It is judged by the run that is asked for,
    else by that of its item's newest attempt with one. Raises UnreadableInput for no file."""
    settings = _settings(file, ledger)
    brief = brief_of(file)
    try:
        path = files.inside(settings.root, file)
    except UsageError:
        path = str(file)  # handed on from elsewhere: only what it refers to has to be here
    plan = opened(settings).ledger
    item = item_of(brief, plan)
    if item is not None:
        request = _with_newest_run(settings, item, request)
    facts = Facts(settings, path, request=request, brief=brief, item=item)
    return HandedOver(facts, plan, item, settings)


def _gate_item(name: str, request: Request, ledger: Path | None) -> Gate:
    plan = open_ledger(ledger)
    try:
        sections = selectors.items(plan.ledger, name)
    except UsageError as error:
        raise no_such_document(name, error, "no-such-brief") from error
    item = section_with_criteria(sections)
    if request.sprint is not None:
        raise UsageError("no-such-sprint", f"{item.id} is an item: only briefs have sprints")
    return gate_item(plan.config, item, _with_newest_run(plan.config, item, request))


def section_with_criteria(sections: Sequence[Item]) -> Item:
    """Of an item's sections the one that is judged: that with the most criteria."""
    return max(sections, key=lambda item: len(item.criteria))


def every_gate(config: Config, ledger: Ledger, place: Place) -> Iterator[Gate]:
    """What ``gate`` says of each item that has exit criteria. An item whose run cannot be read is
    left out."""
    sections: dict[str, list[Item]] = {}
    for item in ledger.items:
        sections.setdefault(item.id, []).append(item)
    for item in map(section_with_criteria, sections.values()):
        newest = newest_run(item, place) if item.criteria else None
        request = Request(runs=newest.runs if newest else ())
        with suppress(UnreadableInput):
            yield gate_item(config, item, request, place.files)


def no_such_document(name: str, error: UsageError, code: str = "") -> UsageError:
    """What to say of a name that is neither a file nor, for the ``error``, an item."""
    if "/" in name or "." in name:
        return UsageError("no-such-brief", f"{name}: no such file", "give a brief, or an item's ID")
    hint = "give a brief, or an item's ID" if code else error.hint
    return UsageError(code or error.code, error.message, hint)


def _with_newest_run(config: Config, item: Item, request: Request) -> Request:
    """The request, with the run of the newest attempt that cites one where it names none."""
    if request.run is not None:
        return request
    with place_of(config) as place:
        newest = newest_run(item, place)
    return request._replace(runs=newest.runs if newest else ())


def _settings(file: Path, ledger: Path | None) -> Config:
    """The configuration around the brief, else around the current folder."""
    real = Path(os.path.realpath(file))  # which takes links that lead in a circle, too
    try:
        here = config.find(Path.cwd(), ledger)
    except UsageError:
        return config.find(real.parent)
    if ledger is not None or real.is_relative_to(here.root):
        return here
    try:
        return config.find(real.parent)
    except UsageError:
        return here
