"""From the text of an entry to its claims, and from its claims to verdicts.

A claim is supported if any of the attempt's own runs says so. It is contradicted only if it
is surely about the attempt's own run, that run is one folder with one value of the kind, and
the value is another one. Everything else is unverifiable.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby, islice
from typing import Final

from ledger.claims import changes, counts, names, times
from ledger.claims.entries import Entry, Place, Wanted, entries
from ledger.claims.figures import TIMES, Figure, Reading, figures
from ledger.claims.model import ARITHMETIC, Claim, JudgedClaim, RunName
from ledger.claims.prose import Context, Prose, Sentence, own_run, scopes
from ledger.claims.runs import LOOSE, Group, Run, Runs, run_of, untold
from ledger.claims.words import OF_NO_PART, is_compared, is_elsewhere, judge_words, words_claimed
from ledger.evidence.outputs import Outputs
from ledger.gates.done import against_success, reason_in, subject_of
from ledger.plan.model import Attempt, Ledger
from ledger.plan.text import one_line
from ledger.rules.registry import added, unseen

# Who reads a figure, by its unit, in the order of trying: the first that takes it has it, and
# ``change`` takes every figure with a sign.
_READERS: Final[dict[str, tuple[Callable[[Reading, int], bool], ...]]] = {
    "": (changes.change, counts.fraction, counts.triple, counts.count),
    "percent": (changes.change, times.margin, times.cpu, counts.rate),
    "bytes": (times.memory,),
    "points": (changes.change,),
    **dict.fromkeys(TIMES, (changes.change, times.duration)),
    "seconds": (changes.change, times.margin, times.duration),
}
# Who judges a claim that is a figure.
_JUDGES: Final[dict[str, Callable[[Group, Claim], JudgedClaim]]] = {
    "count": counts.judge_count,
    "sum": counts.judge_sum,
    "rate": counts.judge_rate,
    "duration": times.judge_duration,
    "margin": times.judge_margin,
    "exit_code": times.judge_plain,
    "memory": times.judge_plain,
    "cpu": times.judge_plain,
}
# Who judges a claim that something with a name is there.
_JUDGES_OF_NAMES: Final[dict[str, Callable[[Claim, Entry, Place], JudgedClaim]]] = {
    "commit": names.judge_commit,
    "reference": names.judge_reference,
    "stamp": names.judge_stamp,
}
# What words say as figures do.
_IN_WORDS = frozenset({"count", "rate", "duration", "exit_code", "memory", "test", "delta"})
# What only a run can tell.
_OF_RUNS = frozenset({*_JUDGES, "delta", "test", "result"})
_MOST = 300  # claims with a number in one entry; judging one looks at the others
_MOST_ARCHIVED = 10_000  # numbers that an item may say lie in the archive
_ROUNDS = re.compile(r"\brounds?\b", re.IGNORECASE)
_RECORDED = "recorded"  # a run that is given by its path needs no stamp to be meant


def judge_plan(
    ledger: Ledger, path: str, place: Place, wanted: Wanted | None = None
) -> list[JudgedClaim]:
    """Every claim, with its verdict, in the file's order; of the entries that are
    ``wanted``, where that is given. ``path`` is how the ledger is named."""
    every = cache(lambda: list(entries(ledger, place)))
    runs = Runs(place, every)
    place = place._replace(plan=path, numbers=_numbers(ledger))
    found: list[JudgedClaim] = []
    for entry in entries(ledger, place, wanted) if wanted else every():
        found += _judged(entry, runs, place)
    return _with_ignored(sorted(found, key=lambda claim: claim.line), place)


def judge_text(entry: Entry, ledger: Ledger, path: str, place: Place) -> list[JudgedClaim]:
    """Every claim of a text, with its verdict; the plan knows its attempts and the runs before."""
    runs = Runs(place, cache(lambda: list(entries(ledger, place))))
    found = _judged(entry, runs, place._replace(plan=path, numbers=_numbers(ledger)))
    return _with_ignored(sorted(found, key=lambda claim: claim.line), place)


def _judged(entry: Entry, runs: Runs, place: Place) -> Iterator[JudgedClaim]:
    """The claims of one entry."""
    claims = claims_of(entry)
    named = {name: runs.named(entry, name) for name in _run_names(claims)}
    own = runs.read(entry.runs) if any(map(_is_of_own_run, claims)) else ()
    before = runs.before(entry) if any(map(is_compared, claims)) else ()
    # What succeeds in the end is judged by the newest run that was made for it.
    newest = list(entry.made)[-1:] if entry.success else []
    last = runs.read({folder: "" for folder in newest if folder not in entry.runs})
    told = of_rounds(entry, place)
    judged = judge(entry, claims, own, named, place, last=last, before=before)
    yield from (one for one in judged if not any(_is_same(one, of) for of in told))
    yield from told


def of_rounds(entry: Entry, place: Place) -> list[JudgedClaim]:
    """What it says of its rounds, where its runs have one report or one folder of them. Few have:
    what reads them is loaded then."""
    if not place.files:
        return []
    paths = [f"{folder}/rounds.md" for folder in entry.runs]
    reports = [path for path in paths if place.files.kind(path) == "file"]
    found = reports or (entry.runs if _ROUNDS.search(entry.text) else ())
    if not found:
        return []
    judged: list[JudgedClaim] = import_module("ledger.claims.rounds").judge_rounds(
        entry, place.files, found
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
    found: dict[str, set[int | None]] = {"": {attempt.number for attempt in ledger.loose}}
    for item in ledger.items:
        here = found.setdefault(item.id, set())
        here.update(attempt.number for attempt in item.attempts)
        here.update(islice(item.archived_numbers(), _MOST_ARCHIVED))
    return {item: frozenset(n for n in numbers if n is not None) for item, numbers in found.items()}


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
    return claim.kind in _OF_RUNS and (claim.whose == "own" or claim.kind == "delta")


def _run_names(claims: Iterable[Claim]) -> Iterator[RunName]:
    """The runs that figures are said to be of, or compared with."""
    for claim in claims:
        if claim.kind != "test" and (claim.whose != "loose" or claim.kind == "delta"):
            yield from (*claim.runs, *claim.against)


def claims_of(entry: Entry) -> list[Claim]:
    """The claims that an entry's text makes, but for the paths it cites and its date."""
    own = own_run(entry.attempt, entry.item, entry.stamp, entry.runs)
    context = Context(Prose(entry.text, entry.line), entry.item, entry.attempt, own)
    claims = [
        *_result_claimed(entry),
        *_figures_claimed(context),
        *names.names_claimed(context),
        *words_claimed(context),
    ]
    surest = sorted(claims, key=lambda c: c.whose != "loose", reverse=True)
    tests = {(c.line, c.name, c.measure): c for c in reversed(surest) if c.kind == "test"}
    return [c for c in claims if c.kind != "test" or tests[c.line, c.name, c.measure] is c]


def first_figure(attempt: Attempt) -> str:
    """The first figure of its own run that an attempt gives, or its words for all tests; empty for
    none."""
    own = own_run(attempt.number, attempt.item, attempt.stamp, ())
    prose = Prose(attempt.text, attempt.span.start_line)
    context = Context(prose, attempt.item, attempt.number, own)
    for claim in _figures_claimed(context):
        if claim.kind in ("count", "sum", "rate", "exit_code") and claim.whose == "own":
            return claim.said
    every = (
        claim
        for claim in words_claimed(context)
        if claim.kind == "result" and not is_elsewhere(claim)
    )
    return next((claim.text for claim in every), "")


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
    """A success, held against how the attempt's own runs ended."""
    failed = next((run for run in runs if run.failure), None)
    if failed is None:
        ended = next((run for run in runs if run.every), None)
        if ended is None:
            return claim.unverifiable(untold(runs, "its run tells of no result"))
        return claim.supported("no failure", ended.path)
    # Whoever names what succeeded says that it is not the run.
    reason = reason_in(entry.text) or subject_of(entry.success)
    if against_success("success", failed.failure, reason) == "warning":
        said = f"{failed.failure} in {failed.path}; its author insists: {reason}"
        return claim.unverifiable(said).model_copy(update={"is_insisted": True})
    return claim.contradicted(failed.failure, failed.path, "the attempt's own run failed")


def _figures_claimed(context: Context) -> list[Claim]:
    """Every claim of an entry that is a number."""
    numbers = figures(context.prose.plain)
    starts = [figure.start for figure in numbers]
    found: list[Claim] = []
    group = 0
    for sentence in context.prose.sentences:
        here = numbers[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        here = here[:_MOST]
        if not here:
            continue
        reading = _read(context, sentence, here, first_group=group + 1)
        found += reading.claims
        group = reading.group
        if len(found) > _MOST:
            break
    return found[:_MOST]


def _read(
    context: Context, sentence: Sentence, numbers: Sequence[Figure], *, first_group: int
) -> Reading:
    """The claims of one sentence."""
    exits = times.exit_codes(context.prose.plain, sentence)
    spans = [(number.start, number.end) for number in numbers]
    order = sorted([*spans, *(match.span() for match in exits)])
    scope_of = dict(zip(order, scopes(context, sentence, order), strict=True))
    reading = Reading(context, sentence, numbers, [scope_of[span] for span in spans], first_group)
    part = 0
    for index in range(len(numbers)):
        if index in reading.used:
            continue
        if reading.scopes[index].part != part:
            part = reading.scopes[index].part
            reading.next_group()
        any(reader(reading, index) for reader in _READERS.get(numbers[index].unit, ()))
    counts.sums(reading)
    for match in exits:
        times.exit_code(reading, match, scope_of[match.span()])
    return reading


def judge(
    entry: Entry,
    claims: Sequence[Claim],
    runs: Sequence[Run],
    named: Mapping[RunName, Sequence[Run]],
    place: Place,
    *,
    last: Sequence[Run] = (),
    before: Sequence[Run] = (),
) -> list[JudgedClaim]:
    """Every claim of ``entry`` with its verdict, in the order of the text. ``runs`` are its own,
    ``named`` those that other names stand for, ``last`` one by which only its result is judged."""
    found: list[JudgedClaim] = []
    said = [claim for claim in claims if claim.statement]
    others = [claim for claim in said if is_elsewhere(claim)]
    plain = [_unless_in(others, claim) for claim in claims if not claim.statement]
    numbers = (claim for claim in plain if claim.kind in _JUDGES)
    for _, breath in groupby(numbers, key=lambda claim: claim.group):
        together = list(breath)
        elsewhere = _runs_named([name for c in together for name in c.runs], named)
        group = Group(together, runs, plain, elsewhere)
        for claim in together:
            is_loose = claim.whose == "loose"
            judged = claim.unverifiable(LOOSE) if is_loose else _JUDGES[claim.kind](group, claim)
            is_other = judged.verdict == "contradicted" and judged.evidence != ARITHMETIC
            if is_other and any(_is_in(one, claim) for one in others):
                judged = claim.unverifiable(LOOSE)
            found.append(judged)
    for claim in plain:
        if claim.kind == "test":
            found.append(names.judge_test(claim, runs))
        elif claim.kind == "result":
            found.append(_judge_result(claim, entry, (*runs, *last)))
        elif claim.kind in _JUDGES_OF_NAMES:
            found.append(_JUDGES_OF_NAMES[claim.kind](claim, entry, place))
    found += changes.judge_deltas(
        [claim for claim in plain if claim.kind == "delta"],
        runs,
        lambda claim: _runs_named(claim.against or claim.runs, named),
    )
    lines = entry.text.split("\n")
    told = [
        judge_words(claim, runs, before, lines[claim.line - entry.line])
        for claim in said
        if not is_elsewhere(claim)
    ]
    found = _one_of_each(found, told)
    cited = (names.judge_artifact(path, entry, place) for path in entry.cited)
    found += [claim for claim in (*cited, names.judge_date(entry, place)) if claim]
    return sorted(found, key=lambda claim: claim.line)


def _one_of_each(figures: Sequence[JudgedClaim], told: Sequence[JudgedClaim]) -> list[JudgedClaim]:
    """Figures and statements, each thing that is said once."""
    found: list[JudgedClaim | None] = [*figures]
    understood: set[int] = set()  # figures that a statement gives, too
    for statement in told:
        same = [n for n, one in enumerate(figures) if found[n] is one and _is_same(one, statement)]
        if same and _decides([figures[n] for n in same], statement):
            understood.update(same)
            continue
        for place in same:
            found[place] = None
        if same:
            found[same[0]] = statement
        else:
            found.append(statement)
    return [
        one.unverifiable(LOOSE) if n not in understood and _may_be_of_another(one) else one
        for n, one in enumerate(found)
        if one
    ]


def _decides(figures: Sequence[JudgedClaim], statement: JudgedClaim) -> bool:
    """Whether figures are judged better than the statement that gives them, which knows the whole
    sentence: they are supported, it cannot be judged, or it takes times and memory roughly."""
    if statement.verdict == "unverifiable" and statement.reason != OF_NO_PART:
        return True
    verdicts = {figure.verdict for figure in figures}
    is_rough = statement.verdict == "supported" and statement.kind in ("duration", "memory")
    return "supported" in verdicts or (is_rough and "contradicted" in verdicts)


def _may_be_of_another(claim: JudgedClaim) -> bool:
    """Whether a contradicted figure may be another program's: no sentence that is understood gives
    it, and nothing that is said with it is of the run."""
    is_alone = claim.kind == "exit_code" or (claim.kind == "duration" and claim.name == "runtime")
    return claim.verdict == "contradicted" and claim.statement is None and is_alone


def _unless_in(elsewhere: Sequence[Claim], claim: Claim) -> Claim:
    """A figure, which is not surely the run's where its sentence speaks of something else."""
    is_there = any(_is_in(one, claim) for one in elsewhere)
    whose = "loose" if claim.kind in ("test", "exit_code") else claim.whose
    return claim.model_copy(update={"is_firm": False, "whose": whose}) if is_there else claim


def _is_in(passage: Claim, claim: Claim) -> bool:
    return passage.line == claim.line and claim.text in passage.text


def _is_same(claim: JudgedClaim, statement: JudgedClaim) -> bool:
    is_there = claim.line == statement.line and claim.text.rstrip(".") in statement.text
    is_alike = claim.kind in _IN_WORDS and (claim.kind == "test") == (statement.kind == "test")
    return is_there and claim.statement is None and is_alike


def _runs_named(run_names: Iterable[RunName], named: Mapping[RunName, Sequence[Run]]) -> list[Run]:
    """The runs that names stand for. Several names in a row (``Phase B Attempt #5``) narrow it
    down: what all of them mean, where there is such a run."""
    found: dict[str, Run] = {}
    narrowed: Collection[str] | None = None
    for name in run_names:
        here = {run.path: run for run in named.get(name, ())}
        if here:
            narrowed = here.keys() if narrowed is None else (narrowed & here.keys() or narrowed)
            found.update(here)
    return [run for path, run in found.items() if narrowed is None or path in narrowed]


def contradictions(said: str, attempt: Attempt, outputs: Sequence[Outputs]) -> list[JudgedClaim]:
    """What an author says of the runs that ``attempt`` records, and they contradict. ``outputs``
    are of these runs; nothing else is looked at, so paths, commits and other runs are not judged.

    Whoever says beside a run that so many passed speaks of that run. Of what failed or was skipped
    that is less sure: it may be what was mended.
    """
    read = [run_of(of.evidence(), of.parts) for of in outputs]
    runs = [run._replace(stamp=run.stamp or _RECORDED) for run in read]
    entry = Entry(
        item=attempt.item,
        attempt=attempt.number,
        date=attempt.date,
        stamp=attempt.stamp,
        text=said,
        line=attempt.span.start_line,
        cited=(),
        runs={run.path: run.path for run in runs},
    )
    claims = [
        claim.model_copy(update={"is_firm": claim.is_firm or claim.measure == "passed"})
        for claim in claims_of(entry)
    ]
    judged = judge(entry, claims, runs, {}, Place())
    return [one for one in judged if one.verdict == "contradicted" and one.kind in _OF_RUNS]
