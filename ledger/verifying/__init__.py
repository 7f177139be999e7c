"""From a ledger and the files around it to a verdict on each claim: the edge of ``claims``.

Runs come from the work tree, or from the tree of a commit. Each is read at most once, and only
if a claim needs it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from ledger import processes
from ledger.claims.entries import Entry, entries, run_folder, stamp_of
from ledger.claims.judge import OF_RUNS, claims_of, judge, needs_runs
from ledger.claims.judging_names import Known
from ledger.models.claim import Claim, Judged, RunName
from ledger.models.ledger import Ledger
from ledger.verifying.place import Place, revision, work_tree
from ledger.verifying.runs import Runs

# A second process is not worth its start for fewer entries.
_FEWEST = 50
_OF_TIME = frozenset({"duration", "margin", "delta"})

__all__ = ["Place", "contradicted", "revision", "verify", "work_tree"]


def verify(
    ledger: Ledger,
    path: str,
    place: Place,
    wanted: Callable[[Entry], bool] = lambda _: True,
) -> list[Judged]:
    """Every claim of the entries that are ``wanted``, with its verdict, in the file's order.
    ``path`` is how the ledger is named."""
    every = list(entries(ledger, place.listing))
    chosen = [entry for entry in every if wanted(entry)]
    runs = Runs(lambda: every, place)

    def judged(part: Sequence[Entry]) -> list[Judged]:
        return _judged(ledger, path, place, part, runs)

    def alone() -> list[Judged]:
        place.forget()
        return judged(chosen[half:])

    if len(chosen) < _FEWEST or not processes.is_second_worth():
        return judged(chosen)
    half = _half(chosen)
    with processes.aside(alone) as second:
        found = judged(chosen[:half])
        rest = second()
    found += judged(chosen[half:]) if rest is None else rest
    return sorted(found, key=_line)


def _half(chosen: Sequence[Entry]) -> int:
    """How many of the first entries make as much work as the others: that grows with the text."""
    until = list(accumulate(len(entry.text) for entry in chosen))
    return bisect(until, until[-1] / 2)


def _line(judged: Judged) -> int:
    return judged.claim.line


def _judged(
    ledger: Ledger, path: str, place: Place, wanted: Iterable[Entry], runs: Runs
) -> list[Judged]:
    chosen = [(entry, claims_of(entry)) for entry in wanted]
    known = _known(ledger, chosen, place)
    found: list[Judged] = []
    for entry, claims in chosen:
        named = {
            name: runs.read(folders, folders, names=False)
            for name in _names(claims)
            if (folders := runs.meant(entry, name))
        }
        judged: list[Judged] = []
        is_named = any(claim.kind == "test" or claim.subject for claim in claims)
        for names in (True,) if is_named else (False, True):
            own = runs.read(entry.runs, entry.within, names=names) if needs_runs(claims) else []
            judged = judge(entry, claims, own, named, known, path)
            if not runs.is_brief(entry.runs) or not any(_may_change(one) for one in judged):
                break
        found += judged
    return sorted(found, key=_line)


def contradicted(ledger: Ledger, base: Ledger | None, path: str, place: Place) -> list[Judged]:
    """The contradicted claims of attempts and completed actions that ``base`` does not have."""
    known = _texts(base) if base else frozenset()
    if known >= _texts(ledger):
        return []
    new = entries(ledger, place.listing, known)
    # The others are looked at only where a new one names their runs.
    runs = Runs(lambda: entries(ledger, place.listing), place)
    judged = _judged(ledger, path, place, new, runs)
    return [one for one in judged if one.verdict == "contradicted"]


def _texts(ledger: Ledger) -> frozenset[str]:
    """What attempts and completed actions say."""
    attempts = (a.text for item in ledger.items for a in item.attempts)
    done = (a.text for item in ledger.items for a in item.actions if a.state == "complete")
    return frozenset((*attempts, *done, *(attempt.text for attempt in ledger.loose)))


def _may_change(judged: Judged) -> bool:
    """Whether the names and times of single tests may say more to a claim."""
    if judged.verdict == "supported" or judged.claim.whose == "loose":
        return False
    if judged.claim.kind == "duration" and not judged.claim.subject:
        return judged.verdict == "contradicted"
    return judged.claim.kind in _OF_TIME or (
        judged.verdict == "contradicted" and judged.claim.kind in OF_RUNS
    )


def _names(claims: Sequence[Claim]) -> list[RunName]:
    return list(
        dict.fromkeys(
            name
            for claim in claims
            if claim.kind != "test" and (claim.whose != "loose" or claim.kind == "delta")
            for name in (*claim.runs, *claim.against)
        )
    )


def _known(ledger: Ledger, chosen: Sequence[tuple[Entry, list[Claim]]], place: Place) -> Known:
    commits: dict[str, bool | None] = {}
    stamps: dict[str, tuple[str, ...]] = {}
    folders: dict[str, bool] = {}
    missing: list[str] = []
    for entry, claims in chosen:
        for claim in claims:
            if claim.kind == "commit" and claim.name not in commits:
                commits[claim.name] = place.commit(claim.name)
            elif claim.kind == "stamp":
                stamps[claim.name] = place.listing.stamped(claim.name)
        for cited in entry.cited:
            stamp = stamp_of(cited.path) if cited.path and not cited.is_found else None
            if stamp and cited.path:
                missing.append(cited.path)
                stamps[stamp] = place.listing.stamped(stamp)
                folder = run_folder(cited.path)
                folders[folder] = place.listing.exists(folder)
    numbers: dict[str, set[int]] = {}
    for item in ledger.items:
        here = numbers.setdefault(item.id, set())
        here.update(attempt.number for attempt in item.attempts if attempt.number is not None)
    elsewhere = {attempt.number for attempt in ledger.loose if attempt.number is not None}
    numbers.setdefault("", set()).update(elsewhere)
    return Known(
        commits,
        {item: frozenset(found) for item, found in numbers.items()},
        stamps,
        folders,
        place.ignored(missing) if missing else frozenset(),
        place.latest,
        place.latest_of,
        place.until,
    )
