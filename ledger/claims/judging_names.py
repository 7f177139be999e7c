"""Names against what there is: tests in runs, paths in the tree, commits, attempts, dates."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from ledger.claims import results
from ledger.claims.entries import Cited, Entry, run_folder, stamp_of
from ledger.claims.judging import LOOSE, OF_ANOTHER, place
from ledger.claims.model import Claim, JudgedClaim
from ledger.claims.observed import Run, Session
from ledger.evidence.model import TestResult

NOT_THERE = "not in the tree"
_FAILING = frozenset({"failed", "error"})
_MISSING = tuple("missing absent never lost empty planned expected tbd pending".split())


class Known(NamedTuple):
    """What is known apart from runs. ``commit`` tells whether a name is a commit's, None where
    that cannot be told; ``exists`` whether there is a file or folder, ``stamped`` which folders
    are named by a stamp; ``attempts`` has the numbers of each item; ``latest`` is the last day
    (ISO) that an entry can tell of, and what says so; ``until`` is the day of the commit whose
    files are looked at, None for the work tree."""

    commit: Callable[[str], bool | None] = lambda _: None
    exists: Callable[[str], bool] = lambda _: False
    stamped: Callable[[str], Sequence[str]] = lambda _: ()
    attempts: Mapping[str, frozenset[int]] = MappingProxyType({})
    latest: str | None = None
    latest_of: str = ""
    until: str | None = None


def judge_test(claim: Claim, runs: Sequence[Run]) -> JudgedClaim:
    """A test that is said to have passed or failed."""
    if claim.whose == "loose":
        return claim.unverifiable(LOOSE)
    if claim.whose == "other":
        return claim.unverifiable(OF_ANOTHER)
    found = [
        (run, session, test)
        for run in runs
        for session in run.by_file
        for test in _named(session, claim.name)
    ]
    fitting = [entry for entry in found if _fits(claim.measure, entry[2])]
    if fitting and (claim.measure == "failed" or not _failing(found, fitting[0][1])):
        run, session, test = fitting[0]
        return claim.supported(test.outcome, place(run, session.file))
    told = [run for run in runs if run.every]
    if len(told) != 1:
        return claim.unverifiable("no outputs of tests, or those of several runs")
    return _not_so(claim, found, told[0]) if found else _not_run(claim, told[0])


def _not_so(
    claim: Claim, found: Sequence[tuple[Run, Session, TestResult]], run: Run
) -> JudgedClaim:
    """A test that the run has, and that did not end so."""
    if any(_fits(claim.measure, test) for _, _, test in found):
        return claim.unverifiable("it has parameters of either outcome")
    _, session, test = found[0]
    if test.outcome == "skipped" and claim.measure == "failed":
        return claim.unverifiable("the run skipped it")
    reason = "the run says otherwise of this test"
    return claim.contradicted(test.outcome, place(run, session.file), reason)


def _not_run(claim: Claim, run: Run) -> JudgedClaim:
    """A test that the run does not have."""
    sessions = [session for session in run.by_file if session.tests]
    if not sessions or run.whole is None or run.whole.is_partial or run.single is None:
        return claim.unverifiable("the outputs do not name every test")
    if not any(_module(claim.name) in _modules(session) for session in sessions):
        return claim.unverifiable("the run has no tests of its module")
    file = place(run, sessions[0].file)
    return claim.contradicted("not in the run", file, "the run has no such test")


def _named(session: Session, name: str) -> list[TestResult]:
    part = results.about(session, name)
    if part is None:
        return []
    params = name.partition("[")[2]
    tests = list(part.tests.values())
    exact = [test for test in tests if params and test.identity.endswith(f"[{params}")]
    return exact or tests


def _module(name: str) -> str | None:
    head, found, _ = name.partition("::")
    return head.rpartition("/")[2].removesuffix(".py") if found and head.endswith(".py") else None


def _modules(session: Session) -> set[str | None]:
    """The pieces of the tests' class names; None, which stands for any module, too."""
    found: set[str | None] = {None}
    for identity in session.tests:
        found.update(identity.partition("::")[0].split("."))
    return found


def _fits(outcome: str, test: TestResult) -> bool:
    if outcome == "failed":
        return test.outcome in _FAILING
    return test.outcome in ("passed", "xpassed")


def _failing(found: Sequence[tuple[Run, Session, TestResult]], session: Session) -> bool:
    return any(s is session and test.outcome in _FAILING for _, s, test in found)


def judge_artifact(cited: Cited, entry: Entry, known: Known) -> JudgedClaim | None:
    """A path that is cited. None for placeholders and paths of one machine."""
    if cited.path is None:
        return None
    claim = Claim(
        item=entry.item,
        attempt=entry.attempt,
        kind="artifact",
        text=cited.written,
        claimed=cited.written,
        line=cited.line,
        measure="artifact",
        whose="own" if cited.is_own else "loose",
        name=cited.path,
    )
    if cited.is_found:
        return claim.supported("there", cited.path)
    stamp = stamp_of(cited.path)
    folder = run_folder(cited.path)
    reason = ""
    if not cited.is_own:
        reason = "it is not there, and nothing says that the attempt made it"
    elif any(word in cited.raw.lower() for word in _MISSING):
        reason = "it is said to be missing"
    elif stamp is None or "/" not in folder:
        reason = "it is not there now; it may have moved"
    elif not known.exists(folder) and (elsewhere := known.stamped(stamp)):
        reason = f"a run of this stamp is at {elsewhere[0]}"
    elif known.until and (made := _day(stamp)) and made > date.fromisoformat(known.until):
        reason = "the run is younger than the commit"
    if reason:
        return claim.unverifiable(reason)
    if not known.exists(folder):
        return claim.contradicted("no such run", None, "the run is not there")
    return claim.contradicted(NOT_THERE, folder, "the run is there, this is not")


def judge_commit(claim: Claim, known: Known) -> JudgedClaim:
    """A name that looks like a commit's."""
    state = known.commit(claim.name)
    if state:
        return claim.supported("a commit", "git")
    if state is None:
        return claim.unverifiable("there is no git history, or it is cut short")
    if not claim.is_firm:
        return claim.unverifiable("git does not know it, and nothing says that it is a commit")
    return claim.contradicted("no such commit", "git", "git does not know it")


def judge_reference(claim: Claim, known: Known, path: str) -> JudgedClaim:
    """An attempt that is referred to. Attempts may have been archived: that one is missing is
    sure only where the item has all its numbers up to the last."""
    numbers = known.attempts.get(claim.name)
    number = int(claim.measure)
    if numbers is None:
        return claim.unverifiable("the item is not in this fix plan")
    if number in numbers:
        return claim.supported("there", path)
    if claim.whose == "loose":
        return claim.unverifiable("it may be one to come")
    if claim.name == claim.item and any(number in others for others in known.attempts.values()):
        return claim.unverifiable("it may be one of another item")
    last = max(numbers, default=0)
    if len(numbers) < 2 or not numbers.issuperset(range(1, last + 1)):
        return claim.unverifiable("attempts of this item are missing here, this may be one of them")
    if number == last + 1:
        return claim.unverifiable("it may be one to come")
    return claim.contradicted(f"#{min(numbers)} to #{last}", path, "the item has no such attempt")


def judge_stamp(claim: Claim, entry: Entry, known: Known) -> JudgedClaim:
    """A stamp that is named."""
    folders = known.stamped(claim.name)
    if folders:
        return claim.supported("a run", folders[0])
    own = {stamp for run in entry.runs if (stamp := stamp_of(run))}
    if claim.is_firm and claim.name == entry.stamp and len(own) == 1 and claim.name not in own:
        return claim.contradicted(
            min(own),
            entry.runs[0],
            "the run that is cited has another stamp",
        )
    return claim.unverifiable("no run is named so; it may have left nothing")


def judge_date(entry: Entry, known: Known) -> JudgedClaim | None:
    """The day that an attempt is given. None where it has none."""
    if entry.date is None:
        return None
    try:
        day = date.fromisoformat(entry.date)
    except ValueError:
        return None
    claim = Claim(
        item=entry.item,
        attempt=entry.attempt,
        kind="date",
        text=entry.date,
        claimed=entry.date,
        line=entry.line,
        name=entry.date,
    )
    slack = timedelta(days=1)  # a day begins at different hours
    stamps = {stamp: run for run in entry.runs if (stamp := stamp_of(run))}
    days = {stamp: made for stamp in stamps if (made := _day(stamp))}
    same = [stamp for stamp, made in days.items() if abs(made - day) <= slack]
    if known.latest and day > date.fromisoformat(known.latest) + slack:
        return claim.contradicted(known.latest, known.latest_of, "it is later than this version")
    if same:
        return claim.supported(same[0], stamps[same[0]])
    if not days:
        return claim.unverifiable("no run with a stamp is cited")
    first = min(days, key=lambda stamp: days[stamp])
    if len(days) == 1 and days[first] > day + slack:
        return claim.contradicted(first, stamps[first], "the run that is cited was made later")
    return claim.unverifiable("the run that is cited is older")


def _day(stamp: str) -> date | None:
    try:
        return date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))
    except ValueError:
        return None
