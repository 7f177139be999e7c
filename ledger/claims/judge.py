"""From the text of an entry to its claims, and from its claims to verdicts.

A claim is supported if any of the attempt's own runs says so. It is contradicted only if it
is surely about the attempt's own run, that run is one folder with one value of the kind, and
the value is another one. Everything else is unverifiable.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import islice
from typing import Final

from ledger.claims import names
from ledger.claims.entries import Entry, Place, Wanted, entries
from ledger.claims.model import Claim, JudgedClaim
from ledger.claims.prose import Context, Prose, own_run
from ledger.claims.runs import Run, Runs, run_of, untold
from ledger.claims.words import agreed, is_compared, judge_words, words_claimed
from ledger.evidence.outputs import Outputs
from ledger.gates.success import against_success, reason_in, subject_of
from ledger.plan.model import Attempt, Ledger
from ledger.plan.statements.model import RunName
from ledger.plan.text import one_line
from ledger.rules.registry import added, unseen

# Who judges a claim that something with a name is there.
_JUDGES_OF_NAMES: Final[dict[str, Callable[[Claim, Entry, Place], JudgedClaim]]] = {
    "commit": names.judge_commit,
    "reference": names.judge_reference,
    "stamp": names.judge_stamp,
}
# What only a run can tell.
_OF_RUNS = frozenset((
    "count", "sum", "rate", "duration", "margin", "exit_code", "memory", "cpu", "delta", "test",
    "result",
))  # fmt: skip
_MOST_ARCHIVED = 10_000  # numbers that an item may say lie in the archive
_ROUNDS = re.compile(r"\brounds?\b", re.IGNORECASE)


def judge_plan(
    ledger: Ledger,
    path: str,
    place: Place,
    wanted: Wanted | None = None,
    *,
    known: Sequence[Entry] | None = None,
) -> list[JudgedClaim]:
    """Every claim, with its verdict, in the file's order; of the entries that are
    ``wanted``, where that is given. ``path`` is how the ledger is named; ``known`` are its entries
    where somebody has them."""
    every = cache(lambda: list(entries(ledger, place)) if known is None else known)
    runs = Runs(place, every)
    place = place._replace(plan=path, numbers=_numbers(ledger))
    claims: list[JudgedClaim] = []
    for entry in entries(ledger, place, wanted) if wanted else every():
        claims += _judged(entry, runs, place)
    return _with_ignored(sorted(claims, key=lambda claim: claim.line), place)


def judge_text(entry: Entry, ledger: Ledger, path: str, place: Place) -> list[JudgedClaim]:
    """Every claim of a text, with its verdict; the plan knows its attempts and the runs before."""
    runs = Runs(place, cache(lambda: list(entries(ledger, place))))
    claims = _judged(entry, runs, place._replace(plan=path, numbers=_numbers(ledger)))
    return _with_ignored(sorted(claims, key=lambda claim: claim.line), place)


def _judged(entry: Entry, runs: Runs, place: Place) -> Iterator[JudgedClaim]:
    """The claims of one entry."""
    claims = claims_of(entry)
    tests = {name: runs.runs_of(entry, name) for name in _run_names(claims)}
    own = runs.read(entry.runs) if any(map(_is_of_own_run, claims)) else ()
    before = runs.before(entry) if any(map(is_compared, claims)) else ()
    # What succeeds in the end is judged by the newest run that was made for it.
    newest = list(entry.made)[-1:] if entry.success else []
    last = runs.read({folder: "" for folder in newest if folder not in entry.runs})
    judged_claims = of_rounds(entry, place)
    judged = judge(entry, claims, own, tests, place, last=last, before=before)
    beside = {folder: "" for folder in entry.made if folder not in entry.runs}
    if beside and not entry.is_text and any(map(_is_accused, judged)):
        others = judge(entry, claims, runs.read(beside), tests, place, before=before)
        judged = [_spared(*both) for both in zip(judged, others, strict=True)]
    yield from (claim for claim in judged if not any(_is_within(claim, of) for of in judged_claims))
    yield from judged_claims


def _is_accused(claim: JudgedClaim) -> bool:
    """Whether a figure is contradicted by the runs that the attempt's stamp names."""
    return claim.verdict == "contradicted" and claim.statement is not None and not claim.runs


def _spared(claim: JudgedClaim, other: JudgedClaim) -> JudgedClaim:
    """A figure that is accused, where another run has it that the attempt made, too."""
    if _is_accused(claim) and other.verdict == "supported":
        return claim.unverifiable(f"it may be of {other.evidence}")
    return claim


def _is_within(claim: Claim, of_rounds: Claim) -> bool:
    """Whether a statement is part of one about rounds."""
    is_there = claim.line == of_rounds.line and claim.text.rstrip(".") in of_rounds.text
    return is_there and claim.statement is not None


def of_rounds(entry: Entry, place: Place) -> list[JudgedClaim]:
    """What it says of its rounds, where its runs have one report or one folder of them. Few have:
    what reads them is loaded then."""
    if not place.files:
        return []
    paths = [f"{folder}/rounds.md" for folder in entry.runs]
    reports = [path for path in paths if place.files.kind(path) == "file"]
    rounds_paths = reports or (entry.runs if _ROUNDS.search(entry.text) else ())
    if not rounds_paths:
        return []
    judged: list[JudgedClaim] = import_module("ledger.claims.rounds").judge_rounds(
        entry, place.files, rounds_paths
    )
    return judged


def contradicted_since(
    ledger: Ledger, path: str, place: Place, base: Ledger | None
) -> list[JudgedClaim]:
    """The claims of attempts and completed actions that ``base`` does not have and that are
    contradicted, or would be if no reason were given."""
    old = _texts(base) if base else frozenset()
    if base:  # what only got another number is not new
        new = {attempt.text for attempt in added(ledger, base)}
        old |= {attempt.text for attempt in unseen(ledger, base)} - new
    if old >= _texts(ledger):
        return []
    judged = judge_plan(ledger, path, place, lambda _item, _number, text: text not in old)
    return [claim for claim in judged if claim.verdict == "contradicted" or claim.is_insisted]


def _texts(ledger: Ledger) -> frozenset[str]:
    """What attempts and completed actions say."""
    attempts = [attempt.text for item in ledger.items for attempt in item.attempts]
    actions = [a.text for item in ledger.items for a in item.actions if a.state == "complete"]
    return frozenset((*attempts, *actions, *(attempt.text for attempt in ledger.loose)))


def _numbers(ledger: Ledger) -> dict[str, frozenset[int]]:
    """The attempts of each item; of no item's, under an empty name."""
    numbers: dict[str, set[int | None]] = {"": {attempt.number for attempt in ledger.loose}}
    for item in ledger.items:
        here = numbers.setdefault(item.id, set())
        here.update(attempt.number for attempt in item.attempts)
        here.update(islice(item.archived_numbers(), _MOST_ARCHIVED))
    return {item: frozenset(n for n in group if n is not None) for item, group in numbers.items()}


def _with_ignored(claims: list[JudgedClaim], place: Place) -> list[JudgedClaim]:
    """The verdicts, where it is said of each file that is not there whether git ignores it."""
    missing = [claim.name for claim in claims if claim.observed == names.NOT_THERE]
    ignored = frozenset(place.ignored(missing) if missing else ())
    return [
        claim.model_copy(update={"observed": f"{names.NOT_THERE} (ignored)"})
        if claim.observed == names.NOT_THERE and claim.name in ignored
        else claim
        for claim in claims
    ]


def _is_of_own_run(claim: Claim) -> bool:
    """Whether the entry's own runs can tell. To read a run takes longer than all the rest."""
    return claim.kind in _OF_RUNS and (not claim.runs or claim.kind == "delta")


def _run_names(claims: Iterable[Claim]) -> Iterator[RunName]:
    """The runs that figures are said to be of, or compared with."""
    for claim in claims:
        yield from (*claim.runs, *claim.against)


def claims_of(entry: Entry) -> list[Claim]:
    """The claims that an entry's text makes, but for the paths it cites and its date."""
    own = own_run(entry.attempt, entry.item, entry.stamp, entry.runs)
    context = Context(Prose(entry.text, entry.line), entry.item, entry.attempt, own)
    return [
        *_result_claimed(entry),
        *names.names_claimed(context),
        *words_claimed(context),
    ]


def first_figure(attempt: Attempt) -> str:
    """The first figure of its own run that an attempt gives, or its words for all tests; empty for
    none."""
    own = own_run(attempt.number, attempt.item, attempt.stamp, ())
    prose = Prose(attempt.text, attempt.span.start_line)
    context = Context(prose, attempt.item, attempt.number, own)
    claims = words_claimed(context)
    figures = ("count", "sum", "rate", "exit_code")
    for kinds in (figures, ("result",)):
        for claim in claims:
            if claim.kind in kinds and not claim.runs and not claim.against:
                return claim.text
    return ""


def _result_claimed(entry: Entry) -> Iterator[Claim]:
    """The claim of an attempt with a run that it is a success."""
    if entry.success and entry.runs:
        before = entry.text.partition(entry.success)[0]
        yield Claim(
            item=entry.item,
            attempt=entry.attempt,
            kind="result",
            text=one_line(entry.success),
            claimed="success",
            line=entry.line + before.count("\n"),
        )


def _judge_result(claim: Claim, entry: Entry, runs: Sequence[Run]) -> JudgedClaim:
    """A success, checked against how the attempt's own runs ended."""
    failed = next((run for run in runs if run.failure), None)
    if failed is None:
        ended = next((run for run in runs if run.every), None)
        if ended is None:
            return claim.unverifiable(untold(runs, "its run mentions no result"))
        return claim.supported("no failure", ended.path)
    # Whoever names what succeeded says that it is not the run.
    reason = reason_in(entry.text) or subject_of(entry.success)
    if against_success("success", failed.failure, reason) == "warning":
        message = f"{failed.failure} in {failed.path}; its author insists: {reason}"
        return claim.unverifiable(message).model_copy(update={"is_insisted": True})
    return claim.contradicted(failed.failure, failed.path, "the attempt's own run failed")


def judge(
    entry: Entry,
    claims: Sequence[Claim],
    runs: Sequence[Run],
    tests: Mapping[RunName, Sequence[Run]],
    place: Place,
    *,
    last: Sequence[Run] = (),
    before: Sequence[Run] = (),
) -> list[JudgedClaim]:
    """Every claim of ``entry`` with its verdict, in the order of the text. ``runs`` are its own,
    ``tests`` those that other names stand for, ``last`` one by which only its result is judged."""
    judged_claims: list[JudgedClaim] = []
    lines = entry.text.split("\n")
    for claim in claims:
        if claim.statement:
            candidates = _runs_by_names(claim.runs, tests) if claim.runs else runs
            earlier = _runs_by_names(claim.against, tests) if claim.against else before
            line = lines[claim.line - entry.line]
            judged = judge_words(claim, claims, candidates, earlier, line)
            if claim.statement.quantity != "some" or judged.verdict != "unverifiable":
                judged_claims.append(judged)  # where no test is named so, it is no claim
        else:
            judged_claims.append(_judge_name(claim, entry, place, runs, last))
    judged_claims = agreed(judged_claims)
    cited = (names.judge_artifact(path, entry, place) for path in entry.cited)
    judged_claims += [claim for claim in (*cited, names.judge_date(entry, place)) if claim]
    return sorted(judged_claims, key=lambda claim: claim.line)


def _judge_name(
    claim: Claim, entry: Entry, place: Place, runs: Sequence[Run], last: Sequence[Run]
) -> JudgedClaim:
    """The verdict on a test, a result or another thing with a name."""
    if claim.kind == "test":
        return names.judge_test(claim, runs)
    if claim.kind == "result":
        return _judge_result(claim, entry, (*runs, *last))
    return _JUDGES_OF_NAMES[claim.kind](claim, entry, place)


def _runs_by_names(
    run_names: Iterable[RunName], by_name: Mapping[RunName, Sequence[Run]]
) -> list[Run]:
    """The runs that names stand for. Several names in a row (``Phase B Attempt #5``) narrow it
    down: what all of them mean, where there is such a run."""
    runs: dict[str, Run] = {}
    narrowed: Collection[str] | None = None
    for name in run_names:
        here = {run.path: run for run in by_name.get(name, ())}
        if here:
            narrowed = here.keys() if narrowed is None else (narrowed & here.keys() or narrowed)
            runs.update(here)
    return [run for path, run in runs.items() if narrowed is None or path in narrowed]


def contradictions(words: str, attempt: Attempt, outputs: Sequence[Outputs]) -> list[JudgedClaim]:
    """What an author says of the runs that ``attempt`` records, and they contradict. ``outputs``
    are of these runs; nothing else is looked at, so paths, commits and other runs are not judged.

    Whoever says beside a run that so many passed speaks of that run. Of what failed or was skipped
    that is less sure: it may be what was mended.
    """
    runs = [run_of(of.evidence(), of.parts) for of in outputs]
    entry = Entry(
        item=attempt.item,
        attempt=attempt.number,
        date=attempt.date,
        stamp=attempt.stamp,
        text=words,
        line=attempt.span.start_line,
        cited=(),
        runs={run.path: run.path for run in runs},
    )
    claims = [
        claim.model_copy(update={"statement": claim.statement._replace(is_sure=True)})
        if claim.statement and claim.statement.quantity == "passed"
        else claim
        for claim in claims_of(entry)
    ]
    judged = judge(entry, claims, runs, {}, Place())
    return [each for each in judged if each.verdict == "contradicted" and each.kind in _OF_RUNS]
