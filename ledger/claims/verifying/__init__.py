"""From a ledger and the files around it to a verdict on each claim: the edge of ``claims``.

Runs come from the work tree, or from the tree of a commit. Each is read at most once, and only
if a claim needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, islice

from ledger.claims.entries import Entry, Source, entry_of, sources
from ledger.claims.judge import OF_RUNS, claims_of, judge, needs_runs
from ledger.claims.judging_names import NOT_THERE, Known
from ledger.claims.model import Claim, JudgedClaim, RunName
from ledger.claims.verifying.place import Place, revision, work_tree
from ledger.claims.verifying.runs import Runs
from ledger.plan import processes
from ledger.plan.model import Ledger
from ledger.rules import places

# A second process is not worth its start for fewer entries. The work is handed out in so many
# parts: what takes long is to read runs, and how long cannot be told before.
_FEWEST, _PARTS = 50, 64
# Numbers that an item may say lie in the archive.
_MOST_ARCHIVED = 10_000
_OF_TIME = frozenset({"duration", "margin", "delta"})

__all__ = ["Place", "contradicted", "revision", "verify", "work_tree"]


def verify(
    ledger: Ledger,
    path: str,
    place: Place,
    wanted: Callable[[Source], bool] = lambda _: True,
) -> list[JudgedClaim]:
    """Every claim of the entries that are ``wanted``, with its verdict, in the file's order.
    ``path`` is how the ledger is named."""
    every = list(sources(ledger))
    chosen = [source for source in every if wanted(source)]
    read = _Entries(every, place)
    runs = Runs(read.of_item, place)
    known = _known(ledger, place)

    def judged(part: Sequence[Source]) -> list[JudgedClaim]:
        return [one for source in part for one in _judged(read.entry(source), path, known, runs)]

    if len(chosen) < _FEWEST or not processes.is_second_worth():
        found = judged(chosen)
    else:
        told = processes.shared(judged, _parts(chosen), place.forget)
        found = list(chain.from_iterable(told))
    return _noted(sorted(found, key=_line), place)


class _Entries:
    """The entries of a ledger, each looked into at most once."""

    def __init__(self, every: Sequence[Source], place: Place) -> None:
        self._by_item: dict[str | None, list[Source]] = {}
        for source in every:
            self._by_item.setdefault(source.item, []).append(source)
        self._tree = place.listing
        self._read: dict[int, Entry] = {}

    def entry(self, source: Source) -> Entry:
        """The entry of a source, one of those that were given."""
        if id(source) not in self._read:
            self._read[id(source)] = entry_of(source, self._tree)
        return self._read[id(source)]

    def of_item(self, item: str | None) -> Iterator[Entry]:
        """All entries of an item."""
        return map(self.entry, self._by_item.get(item, ()))


def _parts(chosen: Sequence[Source]) -> list[Sequence[Source]]:
    """The entries in parts, those of an item, which cite the same runs, side by side."""
    size = 1 + len(chosen) // _PARTS
    return [chosen[at : at + size] for at in range(0, len(chosen), size)]


def _line(judged: JudgedClaim) -> int:
    return judged.line


def _judged(entry: Entry, path: str, known: Known, runs: Runs) -> list[JudgedClaim]:
    """The claims of one entry. The names of tests are read where they may tell more."""
    claims = claims_of(entry)
    named = {
        name: runs.read(folders, folders, names=False)
        for name in _names(claims)
        if (folders := runs.meant(entry, name))
    }
    judged: list[JudgedClaim] = []
    is_named = any(claim.kind == "test" or claim.subject for claim in claims)
    for names in (True,) if is_named else (False, True):
        own = runs.read(entry.runs, entry.within, names=names) if needs_runs(claims) else []
        judged = judge(entry, claims, own, named, known, path)
        if not runs.is_brief(entry.runs) or not any(_may_change(one) for one in judged):
            break
    return judged


def contradicted(ledger: Ledger, base: Ledger | None, path: str, place: Place) -> list[JudgedClaim]:
    """The contradicted claims of attempts and completed actions that ``base`` does not have."""
    old = _texts(base) if base else frozenset()
    if base:  # what only got another number is not new
        own = {one.text for one in places.added(ledger, base)}
        old |= {one.text for one in places.unseen(ledger, base)} - own
    if old >= _texts(ledger):
        return []
    every = list(sources(ledger))
    read = _Entries(every, place)
    # The others are looked into only where a new one names their runs.
    runs = Runs(read.of_item, place)
    known = _known(ledger, place)
    found = [
        judged
        for source in every
        if source.text not in old
        for judged in _judged(read.entry(source), path, known, runs)
        if judged.verdict == "contradicted"
    ]
    return _noted(sorted(found, key=_line), place)


def _texts(ledger: Ledger) -> frozenset[str]:
    """What attempts and completed actions say."""
    attempts = (a.text for item in ledger.items for a in item.attempts)
    done = (a.text for item in ledger.items for a in item.actions if a.state == "complete")
    return frozenset((*attempts, *done, *(attempt.text for attempt in ledger.loose)))


def _may_change(judged: JudgedClaim) -> bool:
    """Whether the names and times of single tests may say more to a claim."""
    if judged.verdict == "supported" or judged.whose == "loose":
        return False
    if judged.kind == "duration" and not judged.subject:
        return judged.verdict == "contradicted"
    return judged.kind in _OF_TIME or (judged.verdict == "contradicted" and judged.kind in OF_RUNS)


def _names(claims: Sequence[Claim]) -> list[RunName]:
    return list(
        dict.fromkeys(
            name
            for claim in claims
            if claim.kind != "test" and (claim.whose != "loose" or claim.kind == "delta")
            for name in (*claim.runs, *claim.against)
        )
    )


def _known(ledger: Ledger, place: Place) -> Known:
    numbers: dict[str, set[int]] = {}
    for item in ledger.items:
        here = numbers.setdefault(item.id, set())
        here.update(attempt.number for attempt in item.attempts if attempt.number is not None)
        here.update(islice(item.archived_numbers(), _MOST_ARCHIVED))
    elsewhere = {attempt.number for attempt in ledger.loose if attempt.number is not None}
    numbers.setdefault("", set()).update(elsewhere)
    return Known(
        cache(place.commit),
        place.listing.exists,
        place.listing.stamped,
        {item: frozenset(found) for item, found in numbers.items()},
        place.latest,
        place.latest_of,
        place.until,
    )


def _noted(judged: list[JudgedClaim], place: Place) -> list[JudgedClaim]:
    """The verdicts, where it is said of each file that is not there whether git ignores it."""
    missing = [one.name for one in judged if one.observed == NOT_THERE]
    ignored = place.ignored(missing) if missing else frozenset()
    if not ignored:
        return judged
    return [
        one.model_copy(update={"observed": f"{NOT_THERE} (ignored)"})
        if one.observed == NOT_THERE and one.name in ignored
        else one
        for one in judged
    ]
