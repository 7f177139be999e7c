"""What runs, files, briefs and exit criteria say of a plan."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from ledger.claims.entries import NewestRun, Place, newest_run, revision, work_tree
from ledger.claims.judge import contradicted_since
from ledger.claims.model import Claim, JudgedClaim
from ledger.commands.facts import STAGED
from ledger.config import Config
from ledger.edits.append import section_of
from ledger.errors import LedgerError, Refused
from ledger.evidence.outputs import read_run, read_runs
from ledger.gates import done, sprints
from ledger.gates.done import Closing, Grounds
from ledger.gates.facts import Facts as GateFacts
from ledger.gates.facts import Request
from ledger.gates.gate import judged_criteria, judged_sprint, sprint_of, undecided
from ledger.gates.model import SprintState
from ledger.gates.state import sprint_state
from ledger.git.blobs import Blobs
from ledger.git.files import Staged
from ledger.plan import text
from ledger.plan.model import FINISHED, Change, Item, Ledger
from ledger.rules.model import Contradiction, Objection

View = str | None
"""Whose files evidence is taken from: a commit's, by its name, the work tree's (None), or these as
they are ``STAGED``."""


@contextlib.contextmanager
def place_of(config: Config, view: View = None) -> Iterator[Place]:
    """What there is around the plan of ``config``: as ``view`` has it."""
    with Blobs(config.root) if config.is_git else contextlib.nullcontext() as contents:
        if contents is not None and view is not None and view != STAGED:
            yield revision(config.root, contents, view, is_committed=False)
            return
        place = work_tree(config.root, contents, is_committed=False)
        yield place._replace(files=Staged(contents)) if contents and view == STAGED else place


def run_notes(config: Config, folder: str, *, view: View = None) -> Sequence[str]:
    """What the outputs of the run in ``folder`` lack or contradict; nothing where it is no run."""
    try:
        with place_of(config, view) as place:
            assert place.files is not None
            evidence = read_run(place.files, folder)
    except LedgerError:
        return ()
    cut = evidence.completeness not in ("complete", "failed")
    return [
        *([f"it is {evidence.completeness}: {evidence.reason}"] if cut else []),
        *evidence.warnings,
    ]


def contradicted(
    config: Config, ledger: Ledger, base: Ledger | None, *, view: View = None
) -> Sequence[JudgedClaim]:
    """The claims of ``ledger`` that its evidence contradicts, in attempts and completed actions
    that ``base`` does not have, word for word."""
    with place_of(config, view) as place:
        return contradicted_since(ledger, config.ledger_path, place, base)


def refuse(claims: Sequence[JudgedClaim], aside: Collection[str], hint: str) -> None:
    """Raise Refused where what is new says something else than its run does. ``aside`` are kinds
    of claims that other rules judge, and ``hint`` says what to do."""
    for claim in claims:
        if claim.verdict == "contradicted" and claim.kind not in aside:
            raise Refused(
                "contradicted",
                f'it would say "{claim.said}": {claim.correction}',
                f"{INSIST if claim.kind == 'result' else hint}; nothing was written",
            )


INSIST: Final = "say what the run says, or give a reason with --because"


def contradictions(
    config: Config, ledger: Ledger, base: Ledger | None, *, view: View = None
) -> list[Contradiction]:
    """What the rules take of ``contradicted``. That a date lies ahead and that a file or commit is
    missing is told by rules of its own, which need no run: LED301 on, LED403 on, LED408."""
    return [
        Contradiction(
            item=claim.item,
            attempt=claim.attempt,
            line=claim.line,
            text=claim.text,
            said=claim.said,
            correction=claim.reason if claim.is_insisted else claim.correction,
            about=f"{claim.kind} {claim.text} {claim.claimed}{' because' * claim.is_insisted}",
            is_insisted=claim.is_insisted,
        )
        for claim in contradicted(config, ledger, base, view=view)
        if claim.kind not in ("date", "artifact", "commit")
    ]


# What a change calls done


def objections(
    config: Config,
    new: Ledger,
    old: Ledger | None,
    elsewhere: Callable[[], Sequence[Ledger]] = tuple,
    *,
    view: View = None,
    strict: bool = False,
) -> list[Objection]:
    """What speaks against calling done what ``new`` calls so and ``old`` does not."""
    closed = list(done.closings(new, old, elsewhere))
    if not closed:
        return []
    with place_of(config, view) as place:
        return [
            objection
            for closing in closed
            for objection in done.objections(
                closing, grounds_of(config, closing, place), strict=strict
            )
        ]


def grounds_of(config: Config, closing: Closing, place: Place) -> Grounds:
    """What files, runs and briefs say of something that is called done."""
    item, action = closing.item, closing.action
    assert place.files is not None
    newest = newest_run(item, place)
    request = Request(runs=newest.runs if newest else ())
    words = item.title if action is None else action.text
    facts = GateFacts(config, config.ledger_path, request=request, item=item, view=place.files)
    grounds = Grounds(
        failure=_failure(newest, place) if newest else "",
        reason=done.reason_in(newest.attempt.text) if newest else "",
        undecided=undecided(facts, words) if closing.was_blocked else "",
    )
    if action is None and item.criteria:
        return grounds._replace(criteria=judged_criteria(facts, item))
    tied = sprint_of(place.files, config.ledger_path, item, words)
    if tied is None:
        return grounds
    path, brief, sprint = tied
    facts = GateFacts(config, path, request=request, brief=brief, item=item, view=place.files)
    return grounds._replace(criteria=judged_sprint(facts, sprint), document=path)


def sprint_states(config: Config, item: Item, place: Place) -> Iterator[SprintState]:
    """Where the sprints stand that an item, or one of its unfinished actions, stands for."""
    assert place.files is not None
    facts: dict[str, GateFacts] = {}
    for number, words in standing_for(item):
        tied = sprint_of(place.files, config.ledger_path, item, words)
        if tied is None:
            continue
        path, brief, sprint = tied
        if path not in facts:
            newest = newest_run(item, place)
            request = Request(runs=newest.runs if newest else ())
            facts[path] = GateFacts(
                config, path, request=request, brief=brief, item=item, view=place.files
            )
        yield sprint_state(facts[path], sprint, number)


def standing_for(item: Item) -> Iterator[tuple[int | None, str]]:
    """The words that begin with a sprint's number, of the item's title or of an unfinished action,
    with its number."""
    if item.status not in FINISHED and sprints.leading(item.title) is not None:
        yield None, item.title
    for action in item.actions:
        is_open = action.state not in ("complete", "rejected")
        if is_open and sprints.leading(action.text) is not None:
            yield action.number, action.text


def done_claims(config: Config, ledger: Ledger, place: Place) -> Iterator[JudgedClaim]:
    """What ``ledger`` calls done, item by item and sprint by sprint, held against its grounds."""
    for closing in done.closings(ledger, None):
        grounds = grounds_of(config, closing, place)
        claim = Claim(
            item=closing.item.id,
            attempt=None,
            kind="done",
            text=closing.said,
            claimed="done",
            line=closing.line,
        )
        against = sorted(done.objections(closing, grounds, strict=False), key=lambda o: o.severity)
        where = grounds.document or config.ledger_path
        if against and against[0].severity == "error":
            reason = against[0].message.removeprefix(f"{closing.said} and ")
            yield claim.contradicted("not shown to be", where, reason)
        elif against:
            yield claim.unverifiable(against[0].message.removeprefix(f"{closing.said} and "))
        elif grounds.criteria:
            yield claim.supported(f"{text.counted(len(grounds.criteria), 'criterion')} met", where)


def _failure(newest: NewestRun, place: Place) -> str:
    """How the newest attempt that cites a run failed; empty where it did not."""
    assert place.files is not None
    name = "an attempt" if newest.attempt.number is None else f"attempt #{newest.attempt.number}"
    with contextlib.suppress(LedgerError):
        failure = read_runs(place.files, newest.runs).failure
        if failure:
            return f"{name}: {failure} in {', '.join(newest.runs)}"
    return f"{name} says so" if newest.attempt.result == "failed" else ""


def with_ticks(config: Config, meant: Change, draft: Ledger, old: Ledger) -> Change:
    """``meant``, with the ticks of the criteria that are met and have an empty box, where ``draft``
    calls the item done and ``old`` does not."""
    for closing in done.closings(draft, old):
        item = closing.item
        is_it = closing.action is None and item == section_of(draft, meant.item)
        if is_it and any(one.ticked is False for one in item.criteria):
            with place_of(config) as place:
                judged = grounds_of(config, closing, place).criteria
            met = {one.line for one in judged if one.verdict == "met" and one.claimed is False}
            at = (n for n, one in enumerate(item.criteria) if one.span.start_line in met)
            return meant.model_copy(update={"met": tuple(at)})
    return meant
