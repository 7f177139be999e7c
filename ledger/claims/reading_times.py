"""How long a run took and what it used: times, margins, memory, CPU, exit codes."""

from __future__ import annotations

import re

from ledger.claims import amounts
from ledger.claims.model import Amount
from ledger.claims.prose import Sentence
from ledger.claims.reading import TIMES, Reading, length
from ledger.claims.scope import Scope

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
_TOLD = re.compile(
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
# It begins with a set of letters, so that most positions are passed over at once.
_EXIT = re.compile(
    r"[EeRr](?:(?:xit|XIT)(?:ed)?(?: with)?(?: (?:[Cc]ode|[Ss]tatus|[Vv]alue|CODE))?|eturn code|c)"
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


def duration(reading: Reading, index: int) -> bool:
    """``12 passed in 3.40s``, ``Runtime 1653.41s (27m 33s``, ``14:05.54 wall clock``."""
    figure = reading.figures[index]
    if figure.unit not in TIMES or figure.sign:
        return False
    amount = length(figure)
    before = reading.before(index, 48)
    in_told = bool(_IN.search(before)) and _has_count(reading, index)
    alias = _is_alias(reading, index)
    named = bool(RAN.search(before) or _RUNTIME_BEHIND.match(reading.plain, figure.end))
    wall = bool(_WALL.search(before[-24:] + reading.plain[figure.end : figure.end + 16]))
    if amount is None or not (in_told or alias or named or wall or _TOLD.search(before)):
        return True
    if _NO_RUNTIME_BEHIND.match(reading.plain, figure.end) or _NO_RUNTIME_BEFORE.search(before):
        return True
    told = in_told or (
        index > 0
        and bool(reading.figures[index - 1].measure)
        and reading.between(index - 1, index) in (" (", ", ", " / ")
    )
    said_by = "runtime" if _RUNTIME.search(before) else ""
    reading.add(
        "duration", index, "elapsed_s" if wall else "duration_s", amount, figure.written,
        is_firm=told or named,
        name="counts" if told else "alias" if alias else said_by,
    )  # fmt: skip
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
            "margin", index, "share" if figure.unit == "percent" else "seconds",
            amounts.amount(figure.numbers[0]), figure.written,
            of=(limit, times[-1] if times else None),
        )  # fmt: skip
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
        readings = amounts.memory(figure.numbers[0], unit)
        reading.add("memory", index, "peak_rss_bytes", readings[0], figure.written, of=readings)
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
    amount = amounts.amount(figure.numbers[0])
    reading.add("cpu", index, "cpu_percent", amount, figure.written)
    return True


def exit_codes(plain: str, sentence: Sentence) -> list[re.Match[str]]:
    """The places where a sentence names an exit code."""
    return [
        match
        for match in _EXIT.finditer(plain, sentence.start, sentence.end)
        if not (match.start() and plain[match.start() - 1].isalnum())
    ]


def exit_code(reading: Reading, match: re.Match[str], scope: Scope) -> None:
    """``exit code 0``."""
    code = float(match["code"])
    reading.claim(
        "exit_code", match.span(), scope, "exit_code", Amount(low=code, high=code), match["code"],
        whose=scope.whose, is_firm=scope.is_firm,
    )  # fmt: skip
