"""What a change calls done, and what files, runs and briefs say of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase

from ledger.claims.entries import NewestRun, Place, newest_run, place_of
from ledger.claims.model import Claim, JudgedClaim
from ledger.config import Config
from ledger.edits.append import section_of
from ledger.errors import LedgerError
from ledger.evidence.fold import NO_RESULTS
from ledger.evidence.outputs import outputs_of, read_runs
from ledger.gates import done, tasks
from ledger.gates.brief import read_brief
from ledger.gates.done import Closing, Grounds
from ledger.gates.facts import LARGEST, Request
from ledger.gates.facts import Facts as GateFacts
from ledger.gates.gate import (
    BUNDLE,
    conditions,
    judged,
    judged_conditions,
    judged_criteria,
    undecided,
)
from ledger.gates.model import Brief, JudgedCriterion, SprintState, unknown
from ledger.gates.state import sprint_state
from ledger.gates.success import reason_in
from ledger.gates.ties import Tied, briefs_of, item_of, sprint_of
from ledger.git.blobs import Blobs
from ledger.git.files import Files
from ledger.plan import text
from ledger.plan.model import Item, Ledger, Span
from ledger.plan.standing import may_be_brief, may_have_sprints, sprint_number, standing_for
from ledger.rules.model import Objection, Severity


def objections(
    config: Config,
    place: Callable[[], Place],
    new: Ledger,
    old: Ledger | None,
    elsewhere: Callable[[], Sequence[Ledger]] = tuple,
    *,
    strict: bool = False,
) -> list[Objection]:
    """What speaks against calling done what ``new`` calls so and ``old`` does not."""
    return [
        objection
        for closing in done.closings(new, old, elsewhere)
        for grounds in every_grounds(config, closing, place(), newest_run(closing.item, place()))
        for objection in done.objections(closing, grounds, strict=strict)
    ]


def ticks(
    config: Config,
    place: Callable[[], Place],
    contents: Blobs,
    documents: Sequence[str],
    since: Sequence[str],
    ledger: Ledger,
    *,
    strict: bool = False,
) -> list[Objection]:
    """Objections to ticks that the briefs among ``documents`` have and no revision has."""
    warnings: list[Objection] = []
    for path in documents:
        data = _now(place(), path)
        if data is None:
            continue
        old = [contents.read(revision, path) for revision in since]
        is_new = data not in old  # in a copied work tree git takes all files for changed
        for brief, item in _tied_to(config, ledger, place(), path, data) if is_new else ():
            before = [c for data in old if data for c in conditions(read_brief(data))]
            set_now, new = done.added_ticks(conditions(brief), before)
            newest = newest_run(item, place()) if item else None
            facts = _facts(config, item, place(), newest, Tied(path, brief, is_named=True))
            judged = [judged_conditions(facts, some) for some in (set_now, new)]
            name = item.id if item else brief.initiative or ""
            warnings += done.against_ticks(name, path, *judged, strict=strict)
        warnings += _against_tasks(config, ledger, place(), path, old, strict=strict)
    return warnings


def _against_tasks(
    config: Config,
    ledger: Ledger,
    place: Place,
    path: str,
    old: Sequence[bytes | None],
    *,
    strict: bool,
) -> Iterator[Objection]:
    """Objections to what a plan file calls done and no version of ``old`` does: a task whose row
    has a check. What a new file came with is nobody's tick."""
    before = [data for data in old if data]
    if not before:
        return
    home = tasks.citing(config, place.files, path, ledger) if place.files else None
    if home is None:
        return
    item, file = home
    was = {item.id for data in before for item in tasks.done_in(config, data)}
    newest = newest_run(item, place) if item else None
    facts = _facts(config, item, place, newest)
    for task in file.tasks:
        if task.status != "done" or task.id in was:
            continue
        words = " ".join((task.title, *(field.value for field in task.fields)))
        is_attested = bool(reason_in(words))
        asked = [c for c in judged_criteria(facts, tasks.with_checks(task)) if c.check]
        for criterion in asked:
            is_unmet = criterion.verdict == "unmet"
            if is_unmet or (criterion.verdict == "unknown" and not is_attested):
                why = "its check is not met" if is_unmet else "nothing shows that its check is met"
                message = f"task {task.id} is done and {why}: {criterion.reason}"
                severity: Severity = "error" if is_unmet or strict else "warning"
                name, line = item.id if item else path, task.span.start_line
                yield Objection(name, line, message, message, severity, document=path)


def _now(place: Place, path: str) -> bytes | None:
    """What a document says; None where the change removes it, or nobody could read it: then no
    older version is asked for, which a partial clone may lack."""
    assert place.files is not None
    try:
        return place.files.read(path, LARGEST)
    except LedgerError:
        return None


def _tied_to(
    config: Config, ledger: Ledger, place: Place, path: str, data: bytes
) -> Iterator[tuple[Brief, Item | None]]:
    """The brief that a document is, with its item, where the settings or an item name it."""
    assert place.files is not None
    briefs = config.settings.briefs
    brief = read_brief(data)
    if briefs is not None:
        if any(fnmatchcase(path, place) for place in briefs):
            yield brief, item_of(brief, ledger)
        return
    for item in ledger.items:
        is_about = item.id == brief.initiative
        if is_about or any(field.name.lower() == "brief" for field in item.fields):
            tied = briefs_of(place.files, config.ledger_path, item)
            if any(tie.path == path for tie in tied):
                yield brief, item
                return


def every_grounds(
    config: Config, closing: Closing, place: Place, newest: NewestRun | None
) -> Iterator[Grounds]:
    """What something that is called done rests on, with its item's ``newest`` run: of an item as
    well the brief that its field names, or the newest one with sprints that it cites and that is
    about it."""
    own = _own_grounds(config, closing, place, newest)
    yield own
    assert place.files is not None
    if closing.action is not None:
        called_done = tasks.called_done(config, place.files, closing.item, closing.action.text)
        yield from (Grounds(criteria=every, document=path) for path, every in called_done)
    if closing.action is not None or own.document:
        return
    own_id = closing.item.id.encode()

    def may_be(data: bytes) -> bool:
        return own_id in data and may_be_brief(data) and may_have_sprints(data)

    for tied in briefs_of(place.files, config.ledger_path, closing.item, may_be=may_be):
        is_about = tied.brief.initiative == closing.item.id
        if tied.is_named or (is_about and tied.brief.sprints):  # else a design, or a plan
            facts = _facts(config, closing.item, place, newest, tied)
            # Exit criteria say that files were captured; each file of the bundle is for `gate`.
            asked = (criterion for criterion in judged(facts, None) if criterion.section != BUNDLE)
            yield Grounds(criteria=tuple(asked), document=tied.path)
            return
    yield Grounds(criteria=tuple(_not_found(closing.item, "no brief was found there")))


def _own_grounds(
    config: Config, closing: Closing, place: Place, newest: NewestRun | None
) -> Grounds:
    """What files, runs and the item or the sprint say of something that is called done."""
    item, action = closing.item, closing.action
    assert place.files is not None
    words = closing.words
    facts = _facts(config, item, place, newest)
    failure, unread = _end_of(newest, place) if newest else ("", "")
    grounds = Grounds(
        failure=failure,
        unread=unread,
        reason=reason_in(newest.attempt.text) if newest else "",
        undecided=undecided(facts, closing.waits) if closing.waits else "",
    )
    if closing.task:
        return grounds._replace(criteria=judged_criteria(facts, tasks.with_checks(closing.task)))
    if action is None and item.criteria:
        return grounds._replace(criteria=judged_criteria(facts, item))
    tied = sprint_of(place.files, config.ledger_path, item, words)
    if tied is None:
        number = sprint_number(words) if action else None
        lost = _not_found(item, f"no sprint {number} was found there") if number else ()
        return grounds._replace(criteria=tuple(lost))
    brief, sprint = tied
    facts = _facts(config, item, place, newest, brief)
    criteria = judged_conditions(facts, sprint.conditions)
    return grounds._replace(criteria=criteria, document=brief.path)


def sprint_states(config: Config, item: Item, place: Place) -> Iterator[SprintState]:
    """Where the sprints stand that an item, or one of its unfinished actions, stands for."""
    assert place.files is not None
    facts: dict[str, GateFacts] = {}
    for number, words in standing_for(item):
        tied = sprint_of(place.files, config.ledger_path, item, words)
        if tied is None:
            continue
        brief, sprint = tied
        if brief.path not in facts:
            facts[brief.path] = _facts(config, item, place, newest_run(item, place), brief)
        yield sprint_state(facts[brief.path], sprint, number)


def _not_found(item: Item, reason: str) -> Iterator[JudgedCriterion]:
    """What to judge by where an item's field names a brief: unknown, for the ``reason``."""
    for field in item.fields:
        if field.name.lower() == "brief":
            yield JudgedCriterion(
                section="Brief",
                text=f"what {field.value} asks for",
                claimed=None,
                optional=False,
                check="",
                line=field.span.start_line,
                sprint="",
                **dict(unknown(reason)),
            )


def _facts(
    config: Config,
    item: Item | None,
    place: Place,
    newest: NewestRun | None,
    tied: Tied | None = None,
) -> GateFacts:
    """What judges an item, or the brief that it is tied to, with its newest run among others; a run
    that cannot be read shows nothing."""
    assert place.files is not None
    runs = _readable(place.files, newest.runs) if newest else ()
    return GateFacts(
        config,
        tied.path if tied else config.ledger_path,
        request=Request(runs=tuple(runs)),
        brief=tied.brief if tied else None,
        item=item,
        view=place.files,
        tracked=place.listing if config.is_git else None,
    )


def _readable(view: Files, runs: Sequence[str]) -> Iterator[str]:
    for run in runs:
        with suppress(LedgerError):
            outputs_of(view, run)
            yield run


def sprints_of(config: Config, items: Sequence[Item]) -> dict[Span, tuple[SprintState, ...]]:
    """Where the sprints of ``items`` stand, by the item's place in the plan."""
    with place_of(config) as place:
        return {item.span: tuple(sprint_states(config, item, place)) for item in items}


def done_claims(config: Config, ledger: Ledger, place: Place) -> Iterator[JudgedClaim]:
    """What ``ledger`` calls done, item by item and sprint by sprint, against its grounds."""
    newest: dict[Span, NewestRun | None] = {}  # many actions of one item are called done
    for closing in done.closings(ledger, None):
        item = closing.item
        if item.span not in newest:
            newest[item.span] = newest_run(item, place)
        every = list(every_grounds(config, closing, place, newest[item.span]))
        claim = Claim(
            item=item.id,
            attempt=None,
            kind="done",
            text=closing.sentence,
            claimed="done",
            line=closing.line,
        )
        os = [(o, g) for g in every for o in done.objections(closing, g, strict=False)]
        os.sort(key=lambda pair: pair[0].severity)
        against = [objection for objection, _ in os]
        grounds = os[0][1] if os else every[0]
        where = grounds.document or config.ledger_path
        if against and against[0].severity == "error":
            reason = against[0].message.removeprefix(f"{closing.sentence} and ")
            yield claim.contradicted("not shown to be", where, reason)
        elif against:
            yield claim.unverifiable(against[0].message.removeprefix(f"{closing.sentence} and "))
        elif grounds.criteria:
            yield claim.supported(f"{text.counted(len(grounds.criteria), 'criterion')} met", where)


def _end_of(newest: NewestRun, place: Place) -> tuple[str, str]:
    """How the newest attempt that cites a run failed, and why nothing shows how it ended; empty
    where it did not fail, and where it is known."""
    assert place.files is not None
    name = "an attempt" if newest.attempt.number is None else f"attempt #{newest.attempt.number}"
    unread = ""
    try:
        run = read_runs(place.files, newest.runs)
    except LedgerError as error:
        unread = error.message
    else:
        if run.failure:
            return f"{name}: {run.failure} in {', '.join(newest.runs)}", ""
        if run.completeness == "incomplete" and run.reason != NO_RESULTS:
            unread = f"{', '.join(newest.runs)} is incomplete: {run.reason}"
    if newest.attempt.result == "failed":
        return f"{name} says so", ""
    return "", f"{name}: {unread}" if unread else ""


def met(config: Config, item_id: str, draft: Ledger, old: Ledger) -> tuple[int, ...]:
    """Which criteria of the item, counted from 0, are met and have no tick yet, where ``draft``
    calls it done and ``old`` does not."""
    for closing in done.closings(draft, old):
        item = closing.item
        if closing.action is None and item == section_of(draft, item_id):
            judged = verdicts(config, item) if any(c.ticked is False for c in item.criteria) else {}
            return tuple(
                at
                for at, criterion in judged.items()
                if criterion.verdict == "met" and item.criteria[at].ticked is False
            )
    return ()


def verdicts(config: Config, item: Item) -> dict[int, JudgedCriterion]:
    """What files and runs say of the item's own criteria, each by its place, counted from 0."""
    with place_of(config) as place:
        newest = newest_run(item, place)
        judged = next(every_grounds(config, Closing(item), place, newest)).criteria
    lines = {criterion.line: criterion for criterion in judged}
    starts = ((at, criterion.span.start_line) for at, criterion in enumerate(item.criteria))
    return {at: lines[line] for at, line in starts if line in lines}
