"""Things with a name: tests, files, commits, attempts, stamps and dates."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from ledger.claims.entries import Cited, Entry, Place, run_folder, stamp_of
from ledger.claims.model import Claim, JudgedClaim
from ledger.claims.prose import Context, Prose
from ledger.claims.runs import LOOSE, OF_ANOTHER, Run, Session, about
from ledger.evidence.model import FAILING, TestResult
from ledger.plan import citations

_ID = r"[A-Z][A-Z0-9]{1,20}(?:-[A-Z0-9]{1,20}){1,5}"
# e.g. "Attempts #1, #2 of PARSE-001"
_REFERENCE = re.compile(
    r"(?<![^\W_])[Aa]ttempts? ?"
    r"(?P<numbers>#?\d{1,4}(?:(?:, ?#|/#?| and #?| & #?|-#?|\u2013#?)\d{1,4}(?!-?\d)){0,8})"
    r"(?![\w%]|[.,-]\d)"
    rf"(?: of \[?(?P<of>{_ID})\]?)?"
)
# e.g. "DOCS-TOUR-002 "
_ID_BEFORE = re.compile(rf"\b(?P<item>{_ID})\]?[`\u2019']{{0,2}}s? \Z")
_BRACKETED = re.compile(rf"\[?({_ID})\]?")
_NUMBER = re.compile(r"\d{1,4}")
_STAMP = re.compile(r"(?<![\w/])\d{8}T\d{6}Z(?![\w/])")
_STAMP_LABEL = re.compile(r"\bSTAMP[:=]? ?`?\Z")
# e.g. "the commit that fixed it: "
_COMMIT = re.compile(
    r"\b(?:commit(?:ted|s)?|sha|cherry-pick(?:ed)?|revert(?:ed|s)?)\b[^.;]{0,40}\Z", re.IGNORECASE
)
# A commit of another project: "numpy commit 77ab31c", "two of their own tests (commit 3ac91d0)".
_OTHERS = re.compile(
    r"(?:\b(?!(?:in|at|by|with|the|this|of|on|see|from|after|before|since|as|a|and|to|git|new|fix|"
    r"code|merge|docs|final|latest|evidence|implementation|base|head|cleanup|for|same|per|via)\b)"
    r"[a-z][\w.-]+(?:['\u2019]s)? commits? |\b(?:their|upstream|vendored|pinned|submodule|tarball|"
    r"image)\b[^.;]{0,50})\W?\Z",
    re.IGNORECASE,
)
# e.g. "next: HIGH-001: The scanner"
_FUTURE = re.compile(
    r"\b(?:next|append|add|will|should|pending|new|log)\b[^.;()]{0,30}\Z", re.IGNORECASE
)
NOT_THERE = "not in the tree"
_LONGEST_NAME = 400
_MISSING = tuple("missing absent never lost empty planned expected tbd pending".split())


def names_claimed(context: Context) -> list[Claim]:
    """The commits, attempts and stamps named."""
    return [*_commits(context), *_references(context), *_stamps(context)]


def _commits(context: Context) -> Iterator[Claim]:
    text = context.prose.text
    for name in citations.commits(text):
        at = text.find(name)
        is_firm = bool(_COMMIT.search(text, max(0, at - 60), at)) and not _OTHERS.search(
            text, max(0, at - 60), at
        )
        yield context.claim("commit", (at, at + len(name)), name, name=name, is_firm=is_firm)


def _references(context: Context) -> Iterator[Claim]:
    prose, text = context.prose, context.prose.text
    seen = {(context.item, context.attempt)}  # an attempt may name itself
    for match in _REFERENCE.finditer(text):
        before = _ID_BEFORE.search(text, max(0, match.start() - 130), match.start())
        name = match["of"] or (before["item"] if before else _item_before(prose, match.start()))
        about_item = name or context.item
        is_future = bool(_FUTURE.search(text, max(0, match.start() - 40), match.start()))
        for number in map(int, _NUMBER.findall(match["numbers"])):
            if (about_item, number) in seen:
                continue
            seen.add((about_item, number))
            yield context.claim(
                "reference",
                match.span(),
                f"Attempt #{number}",
                measure=str(number),
                whose="loose" if is_future else "own",
                name=about_item or "",
            )


def _item_before(prose: Prose, at: int) -> str | None:
    """The ID in the code span right before: ``[CLI-FLAGS-003]`` Attempts History (Attempt #36)."""
    for code in prose.codes:
        if code.end <= at <= code.end + 24:
            match = _BRACKETED.fullmatch(code.text)
            between = prose.text[code.end : at].strip(" (")
            if match and between in ("", "Attempts History", "Attempt History", "history"):
                return match[1]
    return None


def _stamps(context: Context) -> Iterator[Claim]:
    text = context.prose.text
    seen: set[str] = set()
    for match in _STAMP.finditer(text):
        if match[0] in seen:
            continue
        seen.add(match[0])
        is_firm = bool(_STAMP_LABEL.search(text, max(0, match.start() - 12), match.start()))
        yield context.claim("stamp", match.span(), match[0], name=match[0], is_firm=is_firm)


def judge_test(claim: Claim, runs: Sequence[Run]) -> JudgedClaim:
    """A test that is said to have passed or failed."""
    if claim.whose == "loose":
        return claim.unverifiable(LOOSE)
    if claim.whose == "other":
        return claim.unverifiable(OF_ANOTHER)
    sessions = [
        (session, test)
        for run in runs
        for session in _by_file(run)
        for test in matching_tests(session, claim.name)
    ]
    fitting = [entry for entry in sessions if _fits(claim.measure, entry[1])]
    fails = fitting and any(s is fitting[0][0] and t.outcome in FAILING for s, t in sessions)
    if fitting and (claim.measure == "failed" or not fails):
        session, test = fitting[0]
        return claim.supported(test.outcome, session.file)
    with_results = [run for run in runs if run.every]
    if len(with_results) != 1:
        return claim.unverifiable("no outputs of tests, or those of several runs")
    if not sessions:
        return _not_run(claim, with_results[0])
    if fitting:
        return claim.unverifiable("it has parameters of either outcome")
    session, test = sessions[0]
    if test.outcome == "skipped" and claim.measure == "failed":
        return claim.unverifiable("the run skipped it")
    return claim.contradicted(test.outcome, session.file, "the run says otherwise of this test")


def _by_file(run: Run) -> tuple[Session, ...]:
    """The sessions, then the whole: the file that names a test comes first."""
    return (*run.sessions, run.whole) if run.whole else run.sessions


def _not_run(claim: Claim, run: Run) -> JudgedClaim:
    """A test that the run does not have."""
    sessions = [session for session in _by_file(run) if session.tests]
    if not sessions or run.whole is None or run.whole.is_partial or run.single is None:
        return claim.unverifiable("the outputs do not name every test")
    if not any(_module(claim.name) in _modules(session) for session in sessions):
        return claim.unverifiable("the run has no tests of its module")
    return claim.contradicted("not in the run", sessions[0].file, "the run has no such test")


def matching_tests(session: Session, name: str) -> list[TestResult]:
    """The tests of a session that a name stands for; with parameters the very one, if there is."""
    part = about(session, name)
    if part is None:
        return []
    params = name.partition("[")[2]
    tests = list(part.tests.values())
    exact = [test for test in tests if params and test.identity.endswith(f"[{params}")]
    return exact or tests


def _module(name: str) -> str | None:
    head, module, _ = name.partition("::")
    return head.rpartition("/")[2].removesuffix(".py") if module and head.endswith(".py") else None


def _modules(session: Session) -> set[str | None]:
    """The pieces of the tests' class names; None, which stands for any module, too."""
    modules: set[str | None] = {None}
    for identity in session.tests:
        modules.update(identity.partition("::")[0].split("."))
    return modules


def _fits(outcome: str, test: TestResult) -> bool:
    if outcome == "failed":
        return test.outcome in FAILING
    return test.outcome in ("passed", "xpassed")


def judge_artifact(cited: Cited, entry: Entry, place: Place) -> JudgedClaim | None:
    """A path that is cited. None for placeholders and paths of one machine."""
    if cited.path is None:
        return None
    claim = Claim(
        **_of(entry, cited.written, cited.line),
        kind="artifact",
        measure="artifact",
        whose="own" if cited.is_own else "loose",
        name=cited.path,
    )
    if cited.is_found:
        return claim.supported("there", cited.path)
    reason = _why_missing(cited, cited.path, entry, place)
    if reason:
        return claim.unverifiable(reason)
    folder = run_folder(cited.path)
    if not place.exists(folder):
        return claim.contradicted("no such run", None, "the run is not there")
    return claim.contradicted(NOT_THERE, folder, "the run is there, this is not")


def _why_missing(cited: Cited, path: str, entry: Entry, place: Place) -> str:
    """Why a path may be missing although the entry is right; empty for no reason."""
    stamp, folder = stamp_of(path), run_folder(path)
    if not cited.is_own:
        return "it is not there, and nothing says that the attempt made it"
    if any(word in cited.raw.lower() for word in _MISSING):
        return "it is said to be missing"
    if cited.matches:
        others = " or another of that name" if len(cited.matches) > 1 else ""
        return f"it may be {cited.matches[0]}{others}"
    if stamp is None or "/" not in folder or entry.is_text:
        # A text is sure of the run that it mentions, also where that is the one it only names.
        is_its = entry.is_text and (folder in entry.runs or (stamp and not entry.runs))
        return "" if is_its else "it is not there now; it may have moved"
    if place.files and (submodule := place.files.submodule_of(path)):
        return f"it is in the submodule {submodule}, whose files are not looked at"
    if not place.exists(folder) and (elsewhere := place.stamped(stamp)):
        return f"a run of this stamp is at {elsewhere[0]}"
    made = _day(stamp[:8]) if place.until else None
    if place.until and made and made > date.fromisoformat(place.until):
        return "the run is younger than the commit"
    return ""


def judge_commit(claim: Claim, _: Entry, place: Place) -> JudgedClaim:
    """A name that looks like a commit's."""
    state = place.commit(claim.name)
    if state:
        return claim.supported("a commit", "git")
    if state is None:
        return claim.unverifiable("there is no git history, or it is cut short")
    if not claim.is_firm:
        return claim.unverifiable("git does not know it, and nothing says that it is a commit")
    return claim.contradicted("no such commit", "git", "git does not know it")


def judge_reference(claim: Claim, _: Entry, place: Place) -> JudgedClaim:
    """An attempt that is referred to. Attempts may have been archived: that one is missing is
    sure only where the item has all its numbers up to the last."""
    numbers = place.numbers.get(claim.name)
    number = int(claim.measure)
    if numbers is None:
        return claim.unverifiable("the item is not in this fix plan")
    if number in numbers:
        return claim.supported("there", place.plan)
    if claim.whose == "loose":
        return claim.unverifiable("it may be one to come")
    if claim.name == claim.item and any(number in others for others in place.numbers.values()):
        return claim.unverifiable("it may be one of another item")
    last = max(numbers, default=0)
    if len(numbers) < 2 or not numbers.issuperset(range(1, last + 1)):
        return claim.unverifiable("attempts of this item are missing here, this may be one of them")
    if number == last + 1:
        return claim.unverifiable("it may be one to come")
    return claim.contradicted(
        f"#{min(numbers)} to #{last}", place.plan, "the item has no such attempt"
    )


def judge_stamp(claim: Claim, entry: Entry, place: Place) -> JudgedClaim:
    """A stamp that is named."""
    folders = place.stamped(claim.name)
    if folders:
        return claim.supported("a run", folders[0])
    own = {stamp for run in entry.runs if (stamp := stamp_of(run))}
    if claim.is_firm and claim.name == entry.stamp and len(own) == 1 and claim.name not in own:
        reason = "the run that is cited has another stamp"
        return claim.contradicted(min(own), next(iter(entry.runs)), reason)
    return claim.unverifiable("no run is named so; it may have left nothing")


def judge_date(entry: Entry, place: Place) -> JudgedClaim | None:
    """The day that an attempt is given. None where it has none."""
    day = _day(entry.date) if entry.date else None
    if entry.date is None or day is None:
        return None
    claim = Claim(**_of(entry, entry.date, entry.line), kind="date", name=entry.date)
    slack = timedelta(days=1)  # a day begins at different hours
    stamps = {stamp: run for run in entry.runs if (stamp := stamp_of(run))}
    days = {stamp: made for stamp in stamps if (made := _day(stamp[:8]))}
    same = [stamp for stamp, made in days.items() if abs(made - day) <= slack]
    if place.latest and day > date.fromisoformat(place.latest) + slack:
        last = "the commit" if place.latest_of else "today"
        return claim.contradicted(place.latest, place.latest_of, f"the date is later than {last}")
    if same:
        return claim.supported(same[0], stamps[same[0]])
    if not days:
        return claim.unverifiable("no run with a stamp is cited")
    first = min(days, key=lambda stamp: days[stamp])
    if len(days) == 1 and days[first] > day + slack:
        return claim.contradicted(first, stamps[first], "the run that is cited was made later")
    return claim.unverifiable("the run that is cited is older")


def _of(entry: Entry, text: str, line: int) -> dict[str, Any]:
    """The fields of a claim that an entry makes by citing ``text``."""
    return {
        "item": entry.item, "attempt": entry.attempt, "text": text, "claimed": text, "line": line,
    }  # fmt: skip


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
