"""Counts of tests, their sums and their rates: how they are read, and how they are judged."""

import re
from collections.abc import Iterable
from typing import Any

from ledger.claims.figures import NOUNS, Reading, exact, is_nearly, is_whole, rounded
from ledger.claims.model import ARITHMETIC, Amount, Claim, JudgedClaim
from ledger.claims.runs import (
    OF_ANOTHER,
    ROUNDED,
    SEVERAL_RUNS,
    SEVERAL_SESSIONS,
    SMALL,
    SURE,
    Group,
    Session,
    about,
    candidates,
    holds_count,
    is_counted,
    options,
    shares,
    untold,
)

PASS_RATE_BEFORE = re.compile(
    r"\b(?:pass|success) rate(?: of| is| was| at)?[:=]? {0,2}\Z", re.IGNORECASE
)

_OF = re.compile(r" (?:out )?of (?:the |all )?")
_EQUALS = re.compile(r",? ?(?:=|, i\.e\.) ?")
_OPENS = re.compile(r" ?[(\[] ?(?:i\.e\. |or |= ?)?|, ")
_TESTS = re.compile(r" tests?(?: \(| = |, )")
_PASS_RATE_BEHIND = re.compile(
    r" (?:overall )?(?:test )?(?:pass(?:ed|ing)?|success)(?: rate)?\b", re.IGNORECASE
)
_FAIL_RATE_BEHIND = re.compile(r" fail(?:ed|ure)? rate\b", re.IGNORECASE)
_CHANGE_BEHIND = re.compile(
    r" (?:[a-z]+ ){0,2}(?:reduction|improvement|decrease|increase|fewer|less|more|drop|better|"
    r"worse)\b",
    re.IGNORECASE,
)
_THREE_WORDS = re.compile(r" ?\(?pass(?:ed)?/fail(?:ed)?/skip(?:ped)?", re.IGNORECASE)
_TESTS_BEHIND = re.compile(
    r" tests?\b(?! (?:executed|visible|files?|methods?|fixtures?))", re.IGNORECASE
)
_COLLECTION = re.compile(r"\bcollect(?:ed|ion|s)?\b", re.IGNORECASE)
# "5 failed logins", "6 failed login attempts": what else can fail than a test
_OTHER_THINGS = re.compile(
    r" (?!(?:tests?|checks|cases|examples|specs|assertions|scenarios|suites|as|is|was|has|does|plus"
    r"|this|its|thus|unless|across|besides|always|sometimes|afterwards|passes|fails|remains)\b)"
    r"[a-z]{1,20}(?:(?<!s)s| attempts| requests| calls)\b"
)
_COLLECTED_OPEN = re.compile(r"\bcollected \(\Z", re.IGNORECASE)
_RESULT = re.compile(r"\b(?:passed|failed)\b", re.IGNORECASE)
# What pytest counts in its last line beside tests.
_PYTESTS_WORDS = re.compile(r"\bsubtests? passed\b|\b\d+ rerun\b")
_IN_PYTESTS_WORDS = "in pytest's words"
_FIRST_NO_DAY = 32  # the day or month of a date is less
_FEW = 10  # how far a count may be from another one of its size
_CERTAIN = 2  # counts that fit one session and no other; a time counts twice
_OUTCOMES = frozenset({"passed", "failed", "skipped", "xfailed"})
_WHOLE = ("collected", "executed")  # what tests a rate may be of
_PARTS = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")
_ANOTHER = "nothing else that is said here fits the run: it may be about another"


def fraction(reading: Reading, index: int) -> bool:
    """``25/25 PASSED (100%)``, ``540/692 tests (78.0%)``, ``540 of 692 = 78.0 %``."""
    figure = reading.figures[index]
    last = index
    if len(figure.numbers) == 2:
        above, below = figure.numbers
    else:
        other = reading.joined(index, _OF) if len(figure.numbers) == 1 else None
        if other is None or reading.figures[other].unit:
            return False
        above, below, last = figure.numbers[0], reading.figures[other].numbers[0], other
    if not (is_whole(above) and is_whole(below)):
        return False
    reading.used.add(last)
    measure = figure.measure or reading.figures[last].measure
    count, of = exact(above), exact(below)
    end = reading.figures[last].end
    if measure == "collected":
        _count(reading, index, measure, below, end=end)
    elif measure and 0 < of.low < count.low:
        reading.add(
            "sum", index, measure=measure, amount=of, claimed=f"{above} of {below}", of=(count,),
            end=end,
        )  # fmt: skip
    elif measure and of.low > 0:
        _count(reading, index, measure, above, end=end)
        _count(reading, index, "executed", below, end=end)
    rate = _percent_behind(reading, last, _EQUALS, _OPENS, _TESTS)
    if rate is not None:
        _rate_of(reading, rate, measure, (count, of), figure.start)
    return True


def _percent_behind(reading: Reading, index: int, *links: re.Pattern[str]) -> int | None:
    """The percentage behind a figure, where nothing but one of ``links`` stands between."""
    behind = next((b for link in links if (b := reading.joined(index, link)) is not None), None)
    if behind is None or reading.figures[behind].unit != "percent" or reading.figures[behind].sign:
        return None
    return behind


def triple(reading: Reading, index: int) -> bool:
    """``561/13/112``: passed, failed, skipped."""
    figure = reading.figures[index]
    numbers = figure.numbers
    if len(numbers) != 3 or figure.word:
        return len(numbers) > 3
    words = _THREE_WORDS.match(reading.plain, figure.end)
    if all(is_whole(number) for number in numbers) and (words or int(numbers[0]) >= _FIRST_NO_DAY):
        for measure, number in zip(("passed", "failed", "skipped"), numbers, strict=True):
            _count(reading, index, measure, number)
    return True


def count(reading: Reading, index: int) -> bool:
    """``540 passed (78.0%)``, ``692 tests`` of a collection."""
    figure = reading.figures[index]
    number = figure.numbers[0]
    if len(figure.numbers) > 1 or not is_whole(number):
        return False
    if not figure.measure:
        is_collected = _TESTS_BEHIND.match(reading.plain, figure.end) and _COLLECTION.search(
            reading.before(index, 60)
        )
        if is_collected:
            _count(reading, index, "collected", number)
        return bool(is_collected)
    is_other = _OTHER_THINGS.match(reading.plain, figure.end) or _is_of_modules(reading, index)
    whose = "loose" if is_other else reading.whose(index)
    _count(reading, index, figure.measure, number, whose=whose)
    percent = _percent_behind(reading, index, _OPENS)
    if percent is not None:
        end = reading.figures[percent].end
        if _CHANGE_BEHIND.match(reading.plain, end):
            reading.used.add(percent)
        elif not _PASS_RATE_BEHIND.match(reading.plain, end):
            _rate_of(reading, percent, figure.measure, (exact(number), None), figure.start)
    return True


def _count(reading: Reading, index: int, measure: str, number: str, **more: Any) -> None:
    claimed = f"{number} {_word(measure)}"
    name = _IN_PYTESTS_WORDS if reading.has(_PYTESTS_WORDS) else ""
    more = {"measure": measure, "amount": exact(number), "claimed": claimed, "name": name, **more}
    reading.add("count", index, **more)


def _word(measure: str) -> str:
    return "tests" if measure == "executed" else measure


def rate(reading: Reading, index: int) -> bool:
    """``78.0% pass rate``, ``pass rate: 78.0%``."""
    figure = reading.figures[index]
    before = PASS_RATE_BEFORE.search(reading.before(index, 24))
    if before or _PASS_RATE_BEHIND.match(reading.plain, figure.end):
        _rate_of(reading, index, "passed", (None, None), figure.start)
    elif _FAIL_RATE_BEHIND.match(reading.plain, figure.end):
        _rate_of(reading, index, "failed", (None, None), figure.start)
    return True


def _rate_of(
    reading: Reading, index: int, measure: str, of: tuple[Amount | None, Amount | None], start: int
) -> None:
    reading.used.add(index)
    amount = rounded(reading.figures[index].numbers[0])
    reading.add("rate", index, measure=measure, amount=amount, of=of, start=start)


def _is_of_modules(reading: Reading, index: int) -> bool:
    """``687 collected (1 skipped)`` tells of modules that were skipped at collection."""
    if reading.figures[index].measure != "skipped":
        return False
    if _COLLECTED_OPEN.search(reading.before(index, 16)):
        return True
    return reading.has(_COLLECTION) and not reading.has(_RESULT)


def sums(reading: Reading) -> None:
    """``692 collected / 540 passed / 8 failed / 143 skipped``: the parts and their sum."""
    for group in dict.fromkeys(claim.group for claim in reading.claims):
        counts = {
            claim.measure: claim
            for claim in reading.claims
            if claim.group == group and claim.kind == "count" and claim.whose != "loose"
        }
        total = counts.pop("collected", None)
        parts = [claim for name, claim in counts.items() if name != "executed"]
        if total is None or total.amount is None or "passed" not in counts or len(parts) < 2:
            continue
        place = next(
            index
            for index, figure in enumerate(reading.figures)
            if figure.numbers[-1].replace(",", "").isdecimal()
            and exact(figure.numbers[-1]) == total.amount
        )
        text = " + ".join(claim.claimed for claim in parts)
        reading.add(
            "sum",
            place,
            measure="+".join(claim.measure for claim in parts),
            amount=total.amount,
            claimed=f"{text} = {total.claimed}",
            whose=total.whose,
            of=tuple(claim.amount for claim in parts),
        )


def judge_count(group: Group, claim: Claim) -> JudgedClaim:
    """A count against the sessions of the runs that it may be about."""
    runs = group.runs_of(claim)
    if not any(run.every for run in runs):
        return claim.unverifiable(untold(runs, "no outputs of tests to hold it against"))
    seen: Iterable[Session | None] = [group.best]
    if claim.whose == "other":
        seen = candidates(runs, claim.subject)
    word = _word(claim.measure)
    for session in filter(None, seen):
        for value in options(session, claim.measure, group.claimed):
            if claim.holds(value):
                return claim.supported(f"{value} {word}", session.file)
    if claim.whose == "other":
        return claim.unverifiable(OF_ANOTHER)
    reason = _doubt(group, claim)
    meant = _certain(group, claim) if reason else _part(group.single, claim.subject)
    if meant is None:
        return claim.unverifiable(reason)
    if group.holds(meant, claim):
        return claim.unverifiable("it is so by one of several readings")
    if _is_counted_by_log(group, claim, meant):
        return claim.unverifiable("pytest's log may count it so, and it is not there")
    observed = options(meant, claim.measure, group.claimed)[0]
    return claim.contradicted(f"{observed} {word}", meant.file, "the run counts otherwise")


def _is_counted_by_log(group: Group, claim: Claim, session: Session) -> bool:
    """Whether pytest may print such a count of a session that only reports tell of: JUnit XML knows
    no unexpected passes, no report the subtests and tries that the last line counts."""
    is_junit = session.file.endswith(".xml")
    if not is_junit and not session.file.endswith((".json", ".jsonl")):
        return False
    if claim.name == _IN_PYTESTS_WORDS and claim.measure in ("passed", "failed"):
        return True
    if claim.measure == "xpassed":
        return is_junit
    others = [c.amount.middle for c in group.counts if c.measure == "xpassed" and c.amount]
    together = (claim.amount.middle if claim.amount else 0) + sum(others)
    return is_junit and claim.measure == "passed" and together == session.totals.passed


def _part(session: Session | None, subject: str) -> Session | None:
    """The part of a session that a claim names, the whole where it names none."""
    return session and (about(session, subject) or session)


def _certain(group: Group, claim: Claim) -> Session | None:
    """The one session, of however many, that a count is surely of: everything else that is said
    with it fits that session and no other one so well."""
    if claim.measure not in _OUTCOMES:
        return None
    others = [
        c
        for c in group.counts
        if c is not claim and c.whose == "own" and c.measure in _OUTCOMES and is_counted(c)
    ]
    if not any(c.amount is not None and c.amount.high >= SMALL for c in others):
        return None
    fits: dict[tuple[int, ...], tuple[int, Session]] = {}
    for session in candidates(group.runs, claim.subject):
        if all(group.holds(session, c) for c in others):
            weight = len(others) + 2 * bool(group.times_of(session))
            if weight > fits.get(session.key, (0,))[0]:
                fits[session.key] = (weight, session)
    ranked = sorted(fits.values(), key=lambda fit: -fit[0])
    if not ranked or ranked[0][0] < _CERTAIN or (ranked[1:] and ranked[1][0] == ranked[0][0]):
        return None
    return ranked[0][1]


def _doubt(group: Group, claim: Claim) -> str:
    """Why a count that no session has is no contradiction; empty where it is one."""
    if group.only is None or len([r for r in group.runs if r.every or r.figures["duration_s"]]) > 1:
        return SEVERAL_RUNS
    single = group.single
    if single is None:
        return SEVERAL_SESSIONS
    if single.is_empty and claim.measure not in ("collected", "errors"):
        return "the run only collected tests"
    if single.is_partial and claim.measure in ("errors", "xpassed"):
        return "the outputs do not tell"
    if claim.subject and about(single, claim.subject) is None:
        return "it is said of a part of the run that the outputs do not name"
    if len(group.counts) < 2 and NOUNS.intersection(claim.text.lower().split()[-1:]):
        return "the word may stand for something else than tests that failed"
    return _doubt_run(group, claim, single)


def _doubt_run(group: Group, claim: Claim, single: Session) -> str:
    """Why the run may not be the one that is meant."""
    assert group.only is not None
    anchor = group.anchor(single, claim)
    if anchor >= SURE:
        return ""
    if claim.measure == "collected" and not single.is_empty:
        return "tests may have been collected by another command"
    if group.only.stamp is None:
        return "the run is not named by a stamp, and nothing else fits it"
    if not all(_is_likely(group, count, single) for count in group.counts):
        return "it is far from what the run has: it may be about another"
    if anchor:
        return ""
    if not claim.is_firm:
        return _ANOTHER
    if _has_other_results(group, single):
        return "the entry speaks of more than one set of results"
    return ""


def _has_other_results(group: Group, session: Session) -> bool:
    """Whether the entry counts in another breath what the run has, or the same with another value:
    then there are several sets of results, and this one may be of another run."""
    here = {claim.measure: claim.amount for claim in group.counts}
    groups = {claim.group for claim in group.counts}
    return any(
        holds_count(session, claim) or here.get(claim.measure, claim.amount) != claim.amount
        for claim in group.entry
        if claim.group not in groups and claim.whose == "own" and is_counted(claim)
    )


def _is_likely(group: Group, claim: Claim, session: Session) -> bool:
    """Whether the claimed number is of the size of the observed one."""
    assert claim.amount is not None
    claimed = claim.amount.middle
    return any(
        claimed <= SMALL * value + _FEW and value <= SMALL * claimed + _FEW
        for value in options(session, claim.measure, group.claimed)
    )


def judge_sum(group: Group, claim: Claim) -> JudgedClaim:
    """Parts and their sum. ``collected`` leaves out modules that were skipped at collection,
    which are among the skipped."""
    assert claim.amount is not None
    total = claim.amount.middle
    named = claim.measure.split("+")
    parts = dict(zip(named, (amount.middle for amount in claim.of if amount), strict=True))
    found = sum(parts.values())
    observed = f"{found:.0f}"
    if found == total:
        return claim.supported(observed, ARITHMETIC)
    for session in candidates(group.runs_of(claim), claim.subject):
        if total == session.totals.collected and all(
            value in options(session, name, frozenset(named)) for name, value in parts.items()
        ):
            return claim.supported(observed, session.file)
    if claim.whose != "own":
        return claim.unverifiable(OF_ANOTHER)
    if found > total + parts.get("skipped", 0.0) or any(part > total for part in parts.values()):
        return claim.contradicted(observed, ARITHMETIC, "the parts are more than the sum")
    return claim.unverifiable(
        "what is missing may not be named, or be modules skipped at collection"
    )


def judge_rate(group: Group, claim: Claim) -> JudgedClaim:
    """A percentage, by any denominator that the run or the text has."""
    amount = claim.amount
    assert amount is not None
    for session in candidates(group.runs_of(claim), claim.subject):
        for value in shares(session, claim) if _is_of(group, claim, session) else ():
            if amount.holds(value):
                return claim.supported(_percent(value), session.file)
    calculated = _calculated(group, claim)
    is_explicit = bool(calculated) and len(claim.of) == 2 and None not in claim.of
    for value in filter(amount.holds, calculated):
        if is_explicit:
            return claim.supported(_percent(value), ARITHMETIC)
        return claim.unverifiable("it agrees with the counts beside it, which are not verified")
    surely = _session(group, claim) if claim.whose == "own" else None
    rates = shares(surely, claim) if surely else []
    if any(is_nearly(amount, value) for value in (*calculated, *rates)):
        return claim.unverifiable(ROUNDED)
    if is_explicit and not claim.subject:
        reason = "its own numbers give another percentage"
        return claim.contradicted(_percent(calculated[0]), ARITHMETIC, reason)
    if surely is not None and rates:
        reason = "no denominator of the run gives this percentage"
        return claim.contradicted(_percent(rates[0]), surely.file, reason)
    has_results = any(run.every for run in group.runs_of(claim))
    if not has_results and claim.whose == "own" and calculated and _names_whole(group, claim):
        reason = "no denominator that is named gives this percentage"
        return claim.contradicted(_percent(calculated[0]), ARITHMETIC, reason)
    return claim.unverifiable("no run or count to reckon it from")


def _session(group: Group, claim: Claim) -> Session | None:
    """The session that the percentage is surely of: the only one, or one of several that all
    the counts around it fit."""
    if not claim.measure:
        return None
    own = [c for c in group.counts if c.whose == "own" and is_counted(c)]
    best = group.best
    fits = best is not None and all(group.holds(best, c) for c in own)
    if fits and len(own) > 1:
        return best
    session = _part(group.single, claim.subject)
    if session is None:
        return None
    if claim.of and claim.of[0] is not None:
        fits = _is_of(group, claim, session)
    elif not own:  # a percentage alone is of that session if all that the entry counts fits it
        counts = [c for c in group.entry if c.whose == "own" and is_counted(c)]
        fits = all(holds_count(session, c) for c in counts)
    return session if fits else None


def _is_of(group: Group, claim: Claim, session: Session) -> bool:
    """Whether the session may be the one whose count stands before the percentage."""
    count = claim.of[0] if claim.of else None
    if count is None or not claim.measure:
        return True
    return any(count.holds(v) for v in options(session, claim.measure, group.claimed))


def _calculated(group: Group, claim: Claim) -> list[float]:
    """The percentages that the claimed counts give."""
    count, of = claim.of or (None, None)
    counts = [c for c in group.entry if c.kind == "count" and c.amount]
    above = [count] if count else [c.amount for c in counts if c.measure == claim.measure]
    below = [of.middle] if of else []
    if of is None:
        below = [c.amount.middle for c in counts if c.amount and c.measure in _WHOLE]
        here = {c.measure: c.amount.middle for c in group.counts if c.amount}
        parts = [here.get(name, 0.0) for name in _PARTS]
        below += [sum(parts[:end]) for end in (len(parts), 4, 3, 2)]
    return [100.0 * a.middle / b for a in above if a for b in below if b > 0]


def _names_whole(group: Group, claim: Claim) -> bool:
    """Whether the text names a whole set of results, and of how many."""
    if not claim.of or claim.of[0] is None or not group.claimed >= {"passed", "failed", "skipped"}:
        return False
    return any(c.kind == "count" and c.measure in _WHOLE for c in group.entry)


def _percent(value: float) -> str:
    return f"{value:.2f}%"
