"""How long a run took and what it used: times, margins, memory, CPU, exit codes."""

import re
from collections.abc import Sequence

from ledger.claims.figures import TIMES, Reading, exact, in_bytes, is_nearly, length, rounded
from ledger.claims.model import ARITHMETIC, Amount, Claim, JudgedClaim
from ledger.claims.prose import Scope, Sentence
from ledger.claims.runs import (
    OF_A_PART,
    OF_ANOTHER,
    ROUNDED,
    SEVERAL_RUNS,
    Figure,
    Group,
    Run,
    holds_count,
    is_counted,
)

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
# How far the time in a report may be from the one that pytest prints: seconds, share. What pytest
# does after its tests, such as writing reports, is in its own time only.
_NEAR = 0.15
_LATER = 2.0
_LATER_SHARE = 0.5
_NOTHING_FITS = "nothing else that is said here fits the run"


def duration(reading: Reading, index: int) -> bool:
    """``12 passed in 3.40s``, ``Runtime 1653.41s (27m 33s``, ``14:05.54 wall clock``."""
    figure = reading.figures[index]
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
        is_firm=with_counts or bool(label),
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
        figure
        for place, figure in enumerate(reading.figures)
        if figure.unit in TIMES
        and place != index
        and (
            _LIMIT_BEHIND.match(reading.plain, figure.end)
            or _LIMIT_BEFORE.search(reading.before(place, 16))
        )
    ]
    end = reading.figures[index].end
    nearest = min(found, key=lambda figure: abs(figure.start - end), default=None)
    return length(nearest) if nearest else None


def memory(reading: Reading, index: int) -> bool:
    """``peak RSS 58.15 GB``."""
    figure = reading.figures[index]
    if figure.sign:
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
    before = _CPU_BEFORE.search(reading.before(index, 36))
    if not (before or _CPU_BEHIND.match(reading.plain, figure.end)):
        return False
    reading.add("cpu", index, measure="cpu_percent", amount=rounded(figure.numbers[0]))
    return True


def exit_codes(plain: str, sentence: Sentence) -> list[re.Match[str]]:
    """The places where a sentence names an exit code."""
    return list(_EXIT.finditer(plain, sentence.start, sentence.end))


def exit_code(reading: Reading, match: re.Match[str], scope: Scope) -> None:
    """``exit code 0``."""
    code, of = match["code"], {"measure": "exit_code", "amount": exact(match["code"])}
    claim = reading.context.claim(
        "exit_code", match.span(), code, scope=scope, group=reading.group, **of
    )
    reading.claims.append(claim)


def judge_duration(group: Group, claim: Claim) -> JudgedClaim:
    """A length of time."""
    amount = claim.amount
    assert amount is not None
    runs = group.runs_of(claim)
    times, tests = _times(runs), _times_of_tests(runs)
    is_of_test = claim.subject or all(len(s.tests) < 2 for run in runs for s in run.every)
    for figure in [*times, *(tests if is_of_test else [])]:
        if amount.holds(figure.value):
            return _supported(claim, figure)
    if not times:
        return claim.unverifiable("no output tells it")
    reason = OF_ANOTHER
    if claim.whose == "own":
        reason = (
            _doubt(group, claim)
            or _another_time(amount, claim, group.runs[0], tests)
            or _doubt_run(group, claim, times)
        )
    if reason:
        return claim.unverifiable(reason)
    figure = next((time for time in times if time.is_exact), times[0])
    return _contradicted(claim, figure, "the run took another time")


def _times(runs: Sequence[Run]) -> list[Figure]:
    return [time for run in runs for of in ("duration_s", "elapsed_s") for time in run.figures[of]]


def _times_of_tests(runs: Sequence[Run]) -> list[Figure]:
    """The times of single tests; most take none worth a figure."""
    return [
        Figure(test.duration_s, session.file)
        for run in runs
        for session in run.every
        for test in session.tests.values()
        if test.duration_s
    ]


def _fits(amount: Amount | None, times: Sequence[Figure]) -> bool:
    return amount is not None and any(amount.holds(figure.value) for figure in times)


def _doubt(group: Group, claim: Claim) -> str:
    """Why the time of a run may not be what is meant; empty for no reason."""
    alias_of = _first_of_alias(group, claim)
    if not (claim.is_firm or (alias_of and alias_of.is_firm)):
        return "its wording may mean a part of the run"
    if claim.subject and not group.is_whole(claim.subject):
        return OF_A_PART
    if len(group.runs) > 1 or group.single is None:
        return "several runs or sessions are cited"
    return ""


def _another_time(amount: Amount, claim: Claim, run: Run, tests: Sequence[Figure]) -> str:
    """Which other time of the only run it may be; empty for none."""
    times = _times([run])
    if claim.measure == "elapsed_s" and not run.figures["elapsed_s"]:
        return "no output tells how long the whole command took"
    if _fits(amount, tests):
        return "one of the tests took that long"
    if any(is_nearly(amount, figure.value) for figure in times):
        return ROUNDED
    exact = {round(f.value, 2) for f in run.figures["duration_s"] if f.is_exact}
    if len(exact) > 1:
        return "the run's outputs hold several times"
    if exact:
        return ""
    later = max(_LATER, _LATER_SHARE * amount.middle)
    # Reports in JSON tell of the tests, not of what xdist and collection took.
    low = (
        0.0
        if any(time.file.endswith((".json", ".jsonl")) for time in times)
        else amount.low - later
    )
    if _fits(Amount(low=low, high=amount.high + _NEAR), times):
        return "a report's time is close to it, and pytest's own is not there"
    return ""


def _first_of_alias(group: Group, claim: Claim) -> Claim | None:
    """``1653.41s (27m 33s)``: the time before this one; None where this is no other wording."""
    if claim.name != "alias":
        return None
    at = next((i for i, c in enumerate(group.claims) if c is claim), 0)
    before = [c for c in group.claims[:at] if c.kind == "duration" and c.name != "alias"]
    return before[-1] if before else None


def _doubt_run(group: Group, claim: Claim, times: Sequence[Figure]) -> str:
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
    is_time = claim.measure == "seconds"

    def margin(taken: float) -> tuple[float, str]:
        spare = limit.middle - taken
        value = spare if is_time or not limit.middle else 100.0 * spare / limit.middle
        return value, f"{value:.2f}{'s' if is_time else '%'}"

    times = _times(group.runs_of(claim))
    for figure in times:
        value, text = margin(figure.value)
        if claim.amount.holds(value):
            return claim.supported(text, figure.file)
    if taken is None:
        return claim.unverifiable("which time it is reckoned from is not said")
    value, text = margin(taken.middle)
    if claim.amount.holds(value) or is_nearly(claim.amount, value):
        return claim.unverifiable("it agrees with the time beside it, which is not verified")
    if claim.whose != "own":
        return claim.unverifiable(OF_ANOTHER)
    for figure in times:
        if taken.holds(figure.value):
            reason = "limit and time give another margin"
            return claim.contradicted(margin(figure.value)[1], figure.file, reason)
    if not times:
        reason = "limit and time beside it give another margin"
        return claim.contradicted(text, ARITHMETIC, reason)
    return claim.unverifiable("no output has the time it is reckoned from")


def judge_plain(group: Group, claim: Claim) -> JudgedClaim:
    """Exit code, memory, CPU: figures that a file gives as they are."""
    runs = group.runs_of(claim)
    values = [figure for run in runs for figure in run.figures[claim.measure]]
    if not values:
        return claim.unverifiable("no output tells it")
    amounts = [amount for amount in claim.of or (claim.amount,) if amount is not None]
    for figure in values:
        if any(amount.holds(figure.value) for amount in amounts):
            return _supported(claim, figure)
    others = (c for c in group.entry if c.kind == claim.kind and c.whose == "own")
    is_another = any(c.holds(values[0].value) for c in others if c.claimed != claim.claimed)
    for is_doubtful, reason in (
        (claim.whose != "own", OF_ANOTHER),
        (any(is_nearly(a, figure.value) for a in amounts for figure in values), ROUNDED),
        (claim.subject and not group.is_whole(claim.subject), OF_A_PART),
        (len(runs) > 1, SEVERAL_RUNS),
        (len({figure.value for figure in values}) > 1, "the run's outputs hold several values"),
        (is_another, "the entry speaks of several commands"),
    ):
        if is_doubtful:
            return claim.unverifiable(reason)
    return _contradicted(claim, values[0], "the run's output says otherwise")


def _supported(claim: Claim, figure: Figure) -> JudgedClaim:
    return claim.supported(shown(claim.kind, figure.value), figure.file)


def _contradicted(claim: Claim, figure: Figure, reason: str) -> JudgedClaim:
    return claim.contradicted(shown(claim.kind, figure.value), figure.file, reason)


def shown(kind: str, value: float) -> str:
    """A figure as a verdict gives it."""
    if kind == "exit_code":
        return str(int(value))
    if kind == "cpu":
        return f"{value:.0f}%"
    if kind == "memory":
        return f"{value / 1024:.0f} kbytes"
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"
