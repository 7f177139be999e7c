"""A run against an earlier one, test by test, and tests that are perhaps one under two names:
outputs do not mention renaming, only that one name is gone and a similar one is new."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator

from ledger.evidence.model import FAILING, Delta, Evidence, Rename, TestResult

_SILENT = frozenset({"skipped", "xfailed"})
_PASSING = frozenset({"passed", "xpassed"})


def compare(run: Evidence, baseline: Evidence) -> Delta:
    """Put every test of both runs into at most one class, in the order of the run, then of
    the baseline.

    In this order, the first that holds:

    - ``still_failing``: failing (failed or error) now and in the baseline;
    - ``new_failures``: failing now, and not in the baseline or not there at all;
    - ``flaky``: its tries disagree in this run and the last did not fail;
    - ``cleared``: failing in the baseline, ran and passed now;
    - ``newly_skipped``: skipped or expected to fail now, and not so in the baseline;
    - ``new_tests``: not in the baseline;
    - ``not_run``: failing in the baseline, no outcome now;
    - ``gone``: in the baseline, not failing there, no outcome now. Deleted, renamed or not
      selected: the outputs do not tell.

    A test in none of them is as it was. So every failing test of the run is in exactly one of
    ``new_failures`` and ``still_failing``, and every failing test of the baseline in exactly
    one of ``still_failing``, ``cleared``, ``flaky``, ``newly_skipped`` and ``not_run``: none
    is lost, and only one that ran and passed is cleared. Where a run names only some of its
    tests, nothing is ``gone`` (or, for such a baseline, new).

    ``renamed`` are tests that are not in the run and may be there under another name. That is a
    guess (``renames.renamed``), so it moves nothing: a failure whose name did not run is
    ``not_run``, whatever became of the test that may be the same.
    """
    classes: dict[str, list[str]] = {name: [] for name in Delta.model_fields if name != "renamed"}
    for identity, test in run.tests.items():
        status = _present(test, baseline.tests.get(identity), baseline.tests_partial)
        if status is not None:
            classes[status].append(identity)
    for identity, before in baseline.tests.items():
        if identity in run.tests:
            continue
        if before.outcome in FAILING:
            classes["not_run"].append(identity)
        elif not run.tests_partial:
            classes["gone"].append(identity)
    delta = {name: tuple(identities) for name, identities in classes.items()}
    return Delta(**delta, renamed=_renamed(run, baseline))


def _renamed(run: Evidence, baseline: Evidence) -> tuple[Rename, ...]:
    if run.tests_partial or baseline.tests_partial:
        return ()
    gone = [identity for identity in baseline.tests if identity not in run.tests]
    new = [identity for identity in run.tests if identity not in baseline.tests]
    kept = run.tests.keys() & baseline.tests.keys() if gone and new else ()
    pairs = renamed(gone, new, kept)
    return tuple(Rename(before=before, now=pairs[before]) for before in gone if before in pairs)


def _present(test: TestResult, before: TestResult | None, partial: bool) -> str | None:
    """The class of a test that this run has."""
    failed_before = before is not None and before.outcome in FAILING
    if test.outcome in FAILING:
        return "still_failing" if failed_before else "new_failures"
    if test.flaky:
        return "flaky"
    if failed_before:
        return "cleared" if test.outcome in _PASSING else "newly_skipped"
    if before is None:
        return None if partial else "new_tests"
    if test.outcome in _SILENT and before.outcome not in _SILENT:
        return "newly_skipped"
    return None


_SEPARATOR = re.compile(r"[./\\]")
_MAX_PARTS = 12
_MAX_HOMONYMS = 100
_Key = Callable[[str], Hashable | None]


def renamed(gone: Iterable[str], new: Iterable[str], kept: Iterable[str]) -> dict[str, str]:
    """Identities of ``gone`` that are perhaps those of ``new``, each at most once.

    In this order, and each only where one name of either side fits: the same test name in a class
    or module whose path ends alike, the longer the better (it was moved, or a prefix came or
    went); the same test name beside it (its module or class was renamed); another parameter,
    where no other parameter of the test is in both runs (``kept``).
    """
    left, right = dict.fromkeys(gone), dict.fromkeys(new)
    bases = {_base(identity) for identity in kept}
    keys: list[_Key] = [_tail(length) for length in range(_MAX_PARTS, 0, -1)]
    keys += [_beside, lambda identity: None if _base(identity) in bases else _base(identity)]
    pairs: dict[str, str] = {}
    for key in keys:
        if not left or not right:
            break
        ours, theirs = _alone(left, key), _alone(right, key)
        for which, before in ours.items():
            now = theirs.get(which)
            if before is not None and now is not None:
                pairs[before] = now
                del left[before], right[now]
    return pairs


def _alone(identities: Iterable[str], key: _Key) -> dict[Hashable, str | None]:
    """Identities by key; None where a key stands for several."""
    partners: dict[Hashable, str | None] = {}
    for identity in identities:
        which = key(identity)
        if which is not None:
            partners[which] = None if which in partners else identity
    return partners


def _parts(identity: str) -> tuple[list[str], str]:
    place, _, name = identity.partition("::")
    return (_SEPARATOR.split(place), name) if name else ([], place)


def _tail(length: int) -> _Key:
    def key(identity: str) -> Hashable | None:
        parts, name = _parts(identity)
        return (*parts[-length:], name) if len(parts) >= length else None

    return key


def _beside(identity: str) -> Hashable | None:
    parts, name = _parts(identity)
    return (*parts[:-1], name) if parts else None


def _base(identity: str) -> Hashable | None:
    place, _, name = identity.partition("::")
    base, bracket, _ = name.partition("[")
    return (place, base) if bracket else None


def shortened(names: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """What ``names`` are called in ``known``, where one of both has the path of the other with
    something before it: pytest's log tells paths from the folder that it was started in, its
    JUnit file from its root, and ``--junit-prefix`` adds to that. Of several the one with least
    before it. Empty unless each name is found, and each another one."""
    by_name: dict[str, list[str]] = {}
    for identity in known:
        by_name.setdefault(_place_and_name(identity)[1], []).append(identity)
    full_names: dict[str, str] = {}
    for identity in names:
        fitting = sorted(_fitting(identity.lstrip("."), by_name))
        if not fitting or fitting[0][0] in [distance for distance, _ in fitting[1:]]:
            return {}
        full_names[identity] = fitting[0][1]
    return full_names if len(set(full_names.values())) == len(full_names) else {}


def _fitting(identity: str, by_name: dict[str, list[str]]) -> Iterator[tuple[int, str]]:
    """Each name that may be meant, with how much is before one of both."""
    place, name = _place_and_name(identity)
    others = by_name.get(name, [])
    for other in others if len(others) <= _MAX_HOMONYMS else ():
        # A module in the root has no place.
        shorter, longer = sorted((place, _place_and_name(other)[0]), key=len)
        if not shorter or f".{longer}".endswith(f".{shorter}"):
            yield len(longer) - len(shorter), other


def _place_and_name(identity: str) -> tuple[str, str]:
    """A module stands by its path alone, with a prefix as ``unit::tests.test_a``."""
    place, _, name = identity.partition("::")
    if not name or ("." in name and "[" not in name):
        place, _, name = identity.replace("::", ".").rpartition(".")
    return place, name
