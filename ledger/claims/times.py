"""How long a run took and what it used: times, margins, memory, CPU, exit codes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ledger.claims.figures import (
    TIMES,
    Reading,
    in_bytes,
    is_nearly,
    length,
    rounded,
)
from ledger.claims.group import (
    OF_A_PART,
    OF_ANOTHER,
    ROUNDED,
    SEVERAL_RUNS,
    Group,
    holds_count,
    is_counted,
)
from ledger.claims.model import ARITHMETIC, Amount, Claim, JudgedClaim
from ledger.claims.prose import Scope, Sentence
from ledger.claims.runs import Figure, Run

RAN = re.compile(
    r"\b(?:run ?times?|duration|elapsed|took|takes|completed|finished|executed|ran|passed|failed"
    r"|test time)\b"
    r"(?: +(?:time|of|is|was|in|total|after|successfully)){0,3}[:=]? {0,2}\Z",
    re.IGNORECASE,
)

_RUNTIME = re.compile(
    r"\b(?:run ?time|duration|elapsed)(?: of| is| was)?[:=]? {0,2}\Z", re.IGNORECASE
)
_IN = re.compile(r"\b(?:in|after) {1,2}\Z")
_COUNTED = re.compile(
    r"\b(?:passed|failed|passes|passing|skipped|xfailed|pass|errors?|warnings?|deselected|collected)"
    r"[,.)]? {0,2}[(\[] ?\Z",
    re.IGNORECASE,
)
_RUNTIME_BEHIND = re.compile(r" (?:total )?(?:run ?time|elapsed|total\b)", re.IGNORECASE)
_WALL = re.compile(r"\bwall(?:[- ]?(?:clock|time))?\b", re.IGNORECASE)
_NO_RUNTIME_BEHIND = re.compile(
    r" \(?(?:[a-z-]+ ){0,2}(?:timeout|limit|tolerance|ceiling|budget|cap|threshold|harness|"
    r"baseline|default|per|margin|headroom|spare|capacity|faster|slower|drift|reserve|estimate[sd]?|uplift|"
    r"call|setup|teardown|each|hard|used|remaining)\b",
    re.IGNORECASE,
)
_NO_RUNTIME_BEFORE = re.compile(
    r"\b(?:user|system|cpu|collection|import|setup|gradcheck|slowest|estimated|timeout|limit|budget)"
    r"(?: time)?(?: \w{1,12})?[:=]? {0,2}\Z",
    re.IGNORECASE,
)
# exit code 0, exited with status 2, rc=1
_EXIT = re.compile(
    r"(?<![^\W_])(?:(?:[Ee]xit|EXIT)(?:ed)?(?: with)?(?: (?:[Cc]ode|[Ss]tatus|[Vv]alue|CODE))?"
    r"|[Rr](?:eturn code|c))"
    r"(?: was| is| of)? ?[:=]? ?(?P<code>-?\d{1,10})"
    r"(?![\w%]|[./,:]\d| ?(?:s|files?|codes?|tests?|criteri\w{1,6})\b)"
)
_MEMORY_BEFORE = re.compile(
    r"\b(?:rss|resident[a-z ]{0,12}|memory|mem)\b[^.;()%\d]{0,20}\Z", re.IGNORECASE
)
_MEMORY_BEHIND = re.compile(
    r" (?:of )?(?:peak |max(?:imum)? )?(?:rss|resident|memory|mem)\b", re.IGNORECASE
)
_NO_MEMORY = re.compile(
    r"\b(?:free|available|disk|gpu|vram|limit|budget|bandwidth|total)\b", re.IGNORECASE
)
_CPU_BEFORE = re.compile(r"\bcpu(?: \w{1,12}){0,2}[:=]? (?:of |at )?\Z", re.IGNORECASE)
_CPU_BEHIND = re.compile(r" cpu\b", re.IGNORECASE)
_MARGIN_BEHIND = re.compile(
    r" (?:(?:safety |spare |time |timeout )?(?:margin|headroom|capacity|reserve)\b"
    r"|(?:below|under) )",
    re.IGNORECASE,
)
_LIMIT_BEHIND = re.compile(
    r" (?:[a-z-]+ ){0,2}(?:timeout|tolerance|ceiling|limit|budget|cap|threshold)\b", re.IGNORECASE
)
_LIMIT_BEFORE = re.compile(
    r"(?:\b(?:below|under|of|within|to|vs\.?|timeout|limit)(?: the| a| an)?|<) {0,2}\Z",
    re.IGNORECASE,
)
# How far JUnit's time may be from the one that pytest prints: seconds, share.
_NEAR = 0.05
_NEAR_SHARE = 0.001
_NOTHING_FITS = "nothing else that is said here fits the run"

_Time = tuple[Run, Figure]


def duration(reading: Reading, index: int) -> bool:
    """``12 passed in 3.40s``, ``Runtime 1653.41s (27m 33s``, ``14:05.54 wall clock``."""
    figure = reading.figures[index]
    if figure.unit not in TIMES or figure.sign:
        return False
    amount = length(figure)
    before = reading.before(index, 48)
    in_counts = bool(_IN.search(before)) and _has_count(reading, index)
    alias = _is_alias(reading, index)
    named = bool(RAN.search(before) or _RUNTIME_BEHIND.match(reading.plain, figure.end))
    wall = bool(_WALL.search(before[-24:] + reading.plain[figure.end : figure.end + 16]))
    if amount is None or not (in_counts or alias or named or wall or _COUNTED.search(before)):
        return True
    if _NO_RUNTIME_BEHIND.match(reading.plain, figure.end) or _NO_RUNTIME_BEFORE.search(before):
        return True
    with_counts = in_counts or (
        index > 0
        and bool(reading.figures[index - 1].measure)
        and reading.between(index - 1, index) in (" (", ", ", " / ")
    )
    label = "runtime" if _RUNTIME.search(before) else ""
    reading.add(
        "duration",
        index,
        measure="elapsed_s" if wall else "duration_s",
        amount=amount,
        is_firm=with_counts or named,
        name="counts" if with_counts else "alias" if alias else label,
    )
    return True


def _has_count(reading: Reading, index: int) -> bool:
    """Whether a count stands before in the same part of the sentence."""
    part = reading.scopes[index].part
    return any(
        figure.measure and scope.part == part
        for figure, scope in zip(reading.figures[:index], reading.scopes[:index], strict=True)
    )


def _is_alias(reading: Reading, index: int) -> bool:
    """``1653.41s (27m 33s``: the same time once more."""
    if index == 0 or not reading.claims:
        return False
    before = reading.figures[index - 1]
    last = reading.claims[-1]
    return (
        before.unit in TIMES
        and reading.between(index - 1, index) in (" (", "(", " / ")
        and (last.kind, last.claimed) == ("duration", before.written)
    )


def margin(reading: Reading, index: int) -> bool:
    """``54.1% margin below 3600s timeout``, ``60.85s margin (6.7% headroom)``."""
    figure = reading.figures[index]
    if figure.unit not in ("percent", "seconds") or figure.sign:
        return False
    if not _MARGIN_BEHIND.match(reading.plain, figure.end):
        return False
    limit = _limit(reading, index)
    if limit is not None:
        times = [claim.amount for claim in reading.claims if claim.kind == "duration"]
        reading.add(
            "margin",
            index,
            measure="share" if figure.unit == "percent" else "seconds",
            amount=rounded(figure.numbers[0]),
            of=(limit, times[-1] if times else None),
        )
    return True


def _limit(reading: Reading, index: int) -> Amount | None:
    """The limit that the sentence names, the one nearest to the margin."""
    found = [
        place
        for place, figure in enumerate(reading.figures)
        if figure.unit in TIMES
        and place != index
        and (
            _LIMIT_BEHIND.match(reading.plain, figure.end)
            or _LIMIT_BEFORE.search(reading.before(place, 16))
        )
    ]
    if not found:
        return None
    end = reading.figures[index].end
    return length(reading.figures[min(found, key=lambda p: abs(reading.figures[p].start - end))])


def memory(reading: Reading, index: int) -> bool:
    """``peak RSS 58.15 GB``."""
    figure = reading.figures[index]
    if figure.unit != "bytes" or figure.sign:
        return False
    before = reading.before(index, 40)
    behind = reading.plain[figure.end : figure.end + 30]
    named = _MEMORY_BEFORE.search(before) or _MEMORY_BEHIND.match(behind)
    if named and not _NO_MEMORY.search(before[-24:]) and not _NO_MEMORY.match(behind.lstrip()):
        unit = figure.written[len(figure.numbers[0]) :].strip()
        amounts = in_bytes(figure.numbers[0], unit)
        reading.add("memory", index, measure="peak_rss_bytes", amount=amounts[0], of=amounts)
    return True


def cpu(reading: Reading, index: int) -> bool:
    """``1294% CPU``, ``CPU utilisation 1294%``."""
    figure = reading.figures[index]
    if figure.unit != "percent" or figure.sign:
        return False
    if not (
        _CPU_BEHIND.match(reading.plain, figure.end)
        or _CPU_BEFORE.search(reading.before(index, 36))
    ):
        return False
    reading.add("cpu", index, measure="cpu_percent", amount=rounded(figure.numbers[0]))
    return True


def exit_codes(plain: str, sentence: Sentence) -> list[re.Match[str]]:
    """The places where a sentence names an exit code."""
    return list(_EXIT.finditer(plain, sentence.start, sentence.end))


def exit_code(reading: Reading, match: re.Match[str], scope: Scope) -> None:
    """``exit code 0``."""
    code = float(match["code"])
    amount = Amount(low=code, high=code)
    reading.claim(
        "exit_code", match.span(), match["code"], scope=scope, measure="exit_code", amount=amount
    )


def judge_duration(group: Group, claim: Claim) -> JudgedClaim:
    """A length of time."""
    amount = claim.amount
    assert amount is not None
    runs = group.runs_of(claim)
    times, tests = _times(runs), _times_of_tests(runs)
    is_of_test = claim.subject or all(len(s.tests) < 2 for run in runs for s in run.every)
    for run, figure in [*times, *(tests if is_of_test else [])]:
        if amount.holds(figure.value):
            return run.supports(claim, figure)
    if not times:
        return claim.unverifiable("no output tells it")
    reason = OF_ANOTHER
    if claim.whose == "own":
        reason = _doubt(group, claim) or _another_time(amount, claim, times, tests)
        reason = reason or _doubt_run(group, claim, times)
    if reason:
        return claim.unverifiable(reason)
    run, figure = next((time for time in times if time[1].is_exact), times[0])
    return run.contradicts(claim, figure, "the run took another time")


def _times(runs: Sequence[Run]) -> list[_Time]:
    return [(run, figure) for run in runs for figure in (*run.durations, *run.elapsed)]


def _times_of_tests(runs: Sequence[Run]) -> list[_Time]:
    """The times of single tests; most take none worth a figure."""
    sessions = ((run, session) for run in runs for session in run.every)
    return [
        (run, Figure(test.duration_s, session.file))
        for run, session in sessions
        for test in session.tests.values()
        if test.duration_s
    ]


def _fits(amount: Amount | None, times: Sequence[_Time]) -> bool:
    return amount is not None and any(amount.holds(figure.value) for _, figure in times)


def _doubt(group: Group, claim: Claim) -> str:
    """Why the time of a run may not be what is meant; empty for no reason."""
    alias_of = _first_of_alias(group, claim)
    if not claim.is_firm and not (alias_of and alias_of.is_firm):
        return "its wording may mean a part of the run"
    if claim.subject and not group.is_whole(claim.subject):
        return OF_A_PART
    if len(group.runs) > 1 or group.single is None:
        return "several runs or sessions are cited"
    return ""


def _another_time(
    amount: Amount, claim: Claim, times: Sequence[_Time], tests: Sequence[_Time]
) -> str:
    """Which other time of the only run it may be; empty for none."""
    run = times[0][0]
    if claim.measure == "elapsed_s" and not run.elapsed:
        return "no output tells how long the whole command took"
    if _fits(amount, tests):
        return "one of the tests took that long"
    if any(is_nearly(amount, figure.value) for _, figure in times):
        return ROUNDED
    exact = {round(f.value, 2) for f in run.durations if f.is_exact}
    if len(exact) > 1:
        return "the run's outputs hold several times"
    near = max(_NEAR, _NEAR_SHARE * amount.middle)
    around = Amount(low=amount.low - near, high=amount.high + near)
    if not exact and _fits(around, times):
        return "JUnit's time is close to it, and pytest's own is not there"
    return ""


def _first_of_alias(group: Group, claim: Claim) -> Claim | None:
    """``1653.41s (27m 33s)``: the time before this one; None where this is no other wording."""
    if claim.name != "alias":
        return None
    at = next((i for i, c in enumerate(group.claims) if c is claim), 0)
    before = [c for c in group.claims[:at] if c.kind == "duration" and c.name != "alias"]
    return before[-1] if before else None


def _doubt_run(group: Group, claim: Claim, times: Sequence[_Time]) -> str:
    """Why the run may not be the one that is meant; empty for no reason."""
    single = group.single
    assert single is not None
    if claim.name == "counts":
        counts = [c for c in group.counts if c.whose == "own" and is_counted(c)]
        return "" if any(group.holds(single, c) for c in counts) else _NOTHING_FITS
    alias_of = _first_of_alias(group, claim)
    if alias_of:
        is_so = _fits(alias_of.amount, times)
        return "" if is_so else "the time before it does not fit the run either"
    others = [
        c for c in group.entry if c.kind == "duration" and c.whose == "own" and c is not claim
    ]
    aliases = [c for c in others if c.name == "alias" and c.group == claim.group]
    if claim.name != "runtime" and any(_fits(c.amount, times) for c in others if c not in aliases):
        return "another time of the entry fits the run"
    counts = [c for c in group.entry if c.whose == "own" and is_counted(c)]
    if counts and not any(holds_count(single, c) for c in counts):
        return _NOTHING_FITS
    return ""


def judge_margin(group: Group, claim: Claim) -> JudgedClaim:
    """What is left to a limit, in seconds or as a share of it."""
    limit, taken = claim.of
    assert limit is not None
    assert claim.amount is not None
    times = _times(group.runs_of(claim))
    for run, figure in times:
        value = _margin(claim, limit, figure.value)
        if claim.amount.holds(value):
            return claim.supported(_text(claim, value), run.place(figure.file))
    if taken is None:
        return claim.unverifiable("which time it is reckoned from is not said")
    value = _margin(claim, limit, taken.middle)
    if claim.amount.holds(value) or is_nearly(claim.amount, value):
        return claim.unverifiable("it agrees with the time beside it, which is not verified")
    if claim.whose != "own":
        return claim.unverifiable(OF_ANOTHER)
    fitting = [(run, figure) for run, figure in times if taken.holds(figure.value)]
    if fitting:
        run, figure = fitting[0]
        value = _margin(claim, limit, figure.value)
        reason = "limit and time give another margin"
        return claim.contradicted(_text(claim, value), run.place(figure.file), reason)
    if not times:
        reason = "limit and time beside it give another margin"
        return claim.contradicted(_text(claim, value), ARITHMETIC, reason)
    return claim.unverifiable("no output has the time it is reckoned from")


def _margin(claim: Claim, limit: Amount, taken: float) -> float:
    spare = limit.middle - taken
    return spare if claim.measure == "seconds" or not limit.middle else 100.0 * spare / limit.middle


def _text(claim: Claim, value: float) -> str:
    return f"{value:.2f}s" if claim.measure == "seconds" else f"{value:.2f}%"


def judge_plain(group: Group, claim: Claim) -> JudgedClaim:
    """Exit code, memory, CPU: figures that a file gives as they are."""
    runs = group.runs_of(claim)
    values = [(run, figure) for run in runs for figure in _figures(run, claim.kind)]
    if not values:
        return claim.unverifiable("no output tells it")
    amounts = [amount for amount in claim.of or (claim.amount,) if amount is not None]
    for run, figure in values:
        if any(amount.holds(figure.value) for amount in amounts):
            return run.supports(claim, figure)
    for is_doubtful, reason in (
        (claim.whose != "own", OF_ANOTHER),
        (any(is_nearly(a, figure.value) for a in amounts for _, figure in values), ROUNDED),
        (claim.subject and not group.is_whole(claim.subject), OF_A_PART),
        (len(runs) > 1, SEVERAL_RUNS),
        (len({figure.value for _, figure in values}) > 1, "the run's outputs hold several values"),
        (_is_one_of_many(group, claim, values[0][1]), "the entry speaks of several commands"),
    ):
        if is_doubtful:
            return claim.unverifiable(reason)
    run, figure = values[0]
    return run.contradicts(claim, figure, "the run's output says otherwise")


def _figures(run: Run, kind: str) -> tuple[Figure, ...]:
    if kind == "exit_code":
        return run.exit_codes
    return run.memory if kind == "memory" else run.cpu


def _is_one_of_many(group: Group, claim: Claim, figure: Figure) -> bool:
    """Whether another exit code of the entry is the run's."""
    others = [
        c.amount
        for c in group.entry
        if c.kind == claim.kind and c.whose == "own" and c.claimed != claim.claimed
    ]
    return any(amount is not None and amount.holds(figure.value) for amount in others)
