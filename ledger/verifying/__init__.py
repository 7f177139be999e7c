"""From a ledger and the files around it to a verdict on each claim: the edge of ``claims``.

Runs come from the work tree, or from the tree of a commit. Each is read at most once, and only
if a claim needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from ledger import processes
from ledger.claims.entries import Entry, Source, entry_of, run_folder, sources, stamp_of
from ledger.claims.judge import OF_RUNS, claims_of, judge, needs_runs
from ledger.claims.judging_names import Known
from ledger.models.claim import Claim, Judged, RunName
from ledger.models.ledger import Ledger
from ledger.rules import places
from ledger.verifying.place import Place, revision, work_tree
from ledger.verifying.runs import Runs

# A second process is not worth its start for fewer entries. The work is handed out in so many
# parts: what takes long is to read runs, and how long cannot be told before.
_FEWEST, _PARTS = 50, 6
# Numbers that an item may say lie in the archive.
_MOST_ARCHIVED = 10_000
_OF_TIME = frozenset({"duration", "margin", "delta"})

__all__ = ["Place", "contradicted", "revision", "verify", "work_tree"]


def verify(
    ledger: Ledger,
    path: str,
    place: Place,
    wanted: Callable[[Source], bool] = lambda _: True,
) -> list[Judged]:
    """Every claim of the entries that are ``wanted``, with its verdict, in the file's order.
    ``path`` is how the ledger is named."""
    every = list(sources(ledger))
    chosen = [source for source in every if wanted(source)]
    read = _Entries(every, place)
    runs = Runs(read.of_item, place)

    def judged(part: Sequence[Source]) -> list[Judged]:
        return _judged(ledger, path, place, map(read.entry, part), runs)

    if len(chosen) < _FEWEST or not processes.is_second_worth():
        return judged(chosen)
    found = processes.shared(judged, _parts(chosen), place.forget)
    return sorted(chain.from_iterable(found), key=_line)


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


def _parts(chosen: Sequence[Source]) -> list[list[Source]]:
    """The entries in a few parts, those with most text first. The entries of an item, which cite
    the same runs, stay together, unless most of the text is one item's."""
    by_item: dict[str | None, list[Source]] = {}
    for source in chosen:
        by_item.setdefault(source.item, []).append(source)
    groups = sorted(by_item.values(), key=_length, reverse=True)
    if 2 * _length(groups[0]) > _length(chosen):
        groups = [
            list(chosen[at : at + _FEWEST // 2]) for at in range(0, len(chosen), _FEWEST // 2)
        ]
    parts: list[list[Source]] = [[] for _ in groups[:_PARTS]]
    for group in groups:
        min(parts, key=_length).extend(group)
    return sorted(parts, key=_length, reverse=True)


def _length(part: Sequence[Source]) -> int:
    return sum(len(source.text) for source in part)


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
    if base:  # what only got another number is not new
        own = {one.text for one in places.added(ledger, base)}
        known |= {one.text for one in places.unseen(ledger, base)} - own
    if known >= _texts(ledger):
        return []
    every = list(sources(ledger))
    read = _Entries(every, place)
    # The others are looked into only where a new one names their runs.
    runs = Runs(read.of_item, place)
    new = (read.entry(source) for source in every if source.text not in known)
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
                stamps[stamp] = place.listing.stamped(stamp)
                folder = run_folder(cited.path)
                folders[folder] = place.listing.exists(folder)
                if folders[folder]:
                    missing.append(cited.path)
    numbers: dict[str, set[int]] = {}
    for item in ledger.items:
        here = numbers.setdefault(item.id, set())
        here.update(attempt.number for attempt in item.attempts if attempt.number is not None)
        here.update(islice(item.archived_numbers(), _MOST_ARCHIVED))
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
