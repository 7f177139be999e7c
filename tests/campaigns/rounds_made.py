"""Reports of repeated runs whose rounds are known, against what `ledger rounds` counts.

``python -m tests.campaigns.rounds_made --count 200 --seed 1`` writes reports in many shapes: tables with other
columns, words and order, ranges, counts, `10/10` cells, lists, CSV, batches, prose. What must hold of each:

- *wrong*: no count is another than the writer's (passed, failed, run, skipped), no streak, batch or mean either;
- *unknown*: a round whose word is not understood is of unknown result, with a warning that says so;
- *contradicted*: no true sentence is called wrong, and *supported*: no false one right;
- *refusal*: a report that is not counted is refused with exit code 2 and one line.

A report may be refused; the table tells how many were. Odd reports are held back: they are counted, and only
even ones are shown. The exit code is 1 for any difference that `KNOWN` does not name.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from tests.campaigns.tally import Tally, parser_of
from tests.support import commands

KNOWN: dict[tuple[str, str], str] = {}
"""Differences of a kind of report that are not mended yet, and why they are wrong."""

PASS, FAIL, SKIP = "passed", "failed", "skipped"

WORDS = (
    ("PASS", "FAIL"),
    ("PASS", "**FAIL**"),
    ("passed", "failed"),
    ("Pass", "Fail"),
    ("ok", "not ok"),
    ("OK", "FAILED"),
    ("OK", "ERROR"),
    ("✅", "❌"),
    ("✅ PASS", "❌ FAIL"),
    ("✓", "✗"),
    ("success", "failure"),
    ("succeeded", "failed"),
    ("SUCCESS", "CRASH"),
    ("clean", "SIGSEGV"),
    ("green", "red"),
    ("OK", "timeout"),
    ("`PASS`", "`FAIL`"),
    ("PASS", "FAIL (SIGSEGV)"),
    ("pass", "crashed"),
    ("PASS", "hang"),
    ("completed", "aborted"),
    ("good", "bad"),
    ("P", "F"),
)
ROUND = ("Round", "Run", "Iteration", "Trial", "#", "Run #", "Round no.", "No.", "Iter")
STATUS = ("Status", "Result", "Outcome", "Verdict", "State")
NOTES = ("Notes", "Comment", "Details", "Remarks")


@dataclass(frozen=True)
class Round:
    """One round as it was."""

    name: str
    result: str
    retries: int
    load: float
    seconds: float


@dataclass(frozen=True)
class Made:
    """A report, and what is true of it; None where the report does not tell."""

    text: str
    passed: int
    failed: int
    skipped: int = 0
    streak: int | None = None
    batches: tuple[tuple[int, int], ...] = ()
    load: float | None = None
    seconds: float | None = None
    first_try: int | None = None
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    countless: bool = field(default=False)
    """Whether the report has no round of its own, so that only a refusal or these counts are right."""


def _rounds(rng: Random, most: int = 24, skips: bool = False) -> list[Round]:
    """Rounds in order, at least one passed and one failed."""
    first = rng.choice((1, 1, 1, 0, 41, 1620))
    count = rng.randint(4, most)
    results = [PASS if rng.random() < 0.7 else FAIL for _ in range(count)]
    results[rng.randrange(count)] = PASS
    if PASS not in results or FAIL not in results:
        results[0], results[-1] = PASS, FAIL
    if skips:
        results[rng.randrange(1, count - 1)] = SKIP
    return [
        Round(
            str(first + at),
            result,
            rng.choice((0, 0, 0, 1, 2)) if result == PASS else 3,
            round(rng.uniform(13, 16), 1),
            round(rng.uniform(50, 80), 2),
        )
        for at, result in enumerate(results)
    ]


def _streak(rounds: Sequence[Round]) -> int:
    """The longest stretch of passes; a skipped round neither ends nor lengthens one."""
    longest = now = 0
    for one in rounds:
        if one.result == SKIP:
            continue
        now = now + 1 if one.result == PASS else 0
        longest = max(longest, now)
    return longest


def _of(rounds: Sequence[Round], text: str, **more: Any) -> Made:
    """A report of these rounds."""
    results = Counter(one.result for one in rounds)
    streak = None if results[SKIP] else _streak(rounds)
    made = Made(text, results[PASS], results[FAIL], results[SKIP], streak)
    return replace(made, **more)


def _mean(values: Sequence[float]) -> float:
    """Their mean."""
    return sum(values) / len(values)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _head(rng: Random) -> str:
    """What stands above the rounds."""
    return "# Verification rounds\n\n" + rng.choice(
        ("", "**Worker**: N=7\n**Command**: `make check`\n\n", "Date: 2025-12-23, build 2.9.1.\n\n")
    )


def _shuffled(rng: Random, rows: list[list[str]], moves: float = 0.5) -> list[list[str]]:
    """The same table with its columns in another order."""
    order = list(range(len(rows[0])))
    if rng.random() < moves:
        rng.shuffle(order)
    return [[row[at] for at in order] for row in rows]


def plain(rng: Random) -> Made:
    """A table with a row for each round."""
    rounds = _rounds(rng)
    good, bad = rng.choice(WORDS)
    rows = [[rng.choice(ROUND), rng.choice(STATUS), "Load", rng.choice(NOTES)]]
    rows += [
        [r.name, good if r.result == PASS else bad, f"{r.load} %", rng.choice(("", "-", "quiet"))]
        for r in rounds
    ]
    table = _table(_shuffled(rng, rows))
    return _of(rounds, f"{_head(rng)}{table}\n", load=_mean([r.load for r in rounds]))


def retried(rng: Random) -> Made:
    """Retries beside the result, and failed rounds without a value."""
    rounds = _rounds(rng)
    good, bad = rng.choice(WORDS[:12])
    extra = rng.random() < 0.5
    head = rng.choice(("Retries", "Reruns")) if extra else rng.choice(("Tries", "Attempts"))
    rows = [[rng.choice(ROUND), rng.choice(STATUS), head, "Load", "Notes"]]
    for r in rounds:
        passed = r.result == PASS
        note = "Clean" if passed and not r.retries else f"After {r.retries} retries"
        tries = str(r.retries + (not extra))
        rows.append(
            [
                r.name,
                good if passed else bad,
                tries,
                f"{r.load}%" if passed else "-",
                note if passed else "SIGSEGV exhausted",
            ]
        )
    text = f"{_head(rng)}{_table(_shuffled(rng, rows))}\n"
    loads = [r.load for r in rounds if r.result == PASS]
    at_first = sum(r.result == PASS and r.retries == 0 for r in rounds)
    return _of(rounds, text, load=_mean(loads), first_try=at_first)


def units(rng: Random) -> Made:
    """Values whose unit stands in the heading."""
    rounds = _rounds(rng)
    good, bad = rng.choice(WORDS[:12])
    time = rng.choice(("Time (s)", "Duration [s]", "Wall time, s", "Seconds", "Runtime (sec)"))
    load = rng.choice(("Load (%)", "Load [%]", "CPU load %", "Load, percent"))
    rows = [[rng.choice(ROUND), time, rng.choice(STATUS), load]]
    rows += [
        [r.name, f"{r.seconds:.2f}", good if r.result == PASS else bad, f"{r.load}"] for r in rounds
    ]
    return _of(
        rounds,
        f"{_head(rng)}{_table(_shuffled(rng, rows))}\n",
        load=_mean([r.load for r in rounds]),
        seconds=_mean([r.seconds for r in rounds]),
    )


def yes_no(rng: Random) -> Made:
    """A column that asks whether a round passed, or its exit code."""
    rounds = _rounds(rng)
    head, good, bad = rng.choice(
        (
            ("Passed?", "yes", "no"),
            ("OK", "yes", "no"),
            ("Success", "true", "false"),
            ("Passed", "1", "0"),
            ("Exit", "0", "139"),
            ("Exit code", "0", "1"),
            ("RC", "0", "-11"),
            ("Failed?", "no", "yes"),
            ("Crashed?", "no", "yes"),
            ("Passed", "x", ""),
            ("Green?", "y", "n"),
        )
    )
    rows = [[rng.choice(ROUND), head, "Seed"]]
    rows += [[r.name, good if r.result == PASS else bad, str(rng.randrange(9999))] for r in rounds]
    return _of(rounds, f"{_head(rng)}{_table(_shuffled(rng, rows, 0.3))}\n")


def ranges(rng: Random) -> Made:
    """Rows that stand for several rounds of one result."""
    rounds = _rounds(rng, 30)
    good, bad = rng.choice(WORDS[:12])
    dash = rng.choice(("-", "–", " - ", " to ", "..", "—"))
    rows = [[rng.choice(ROUND) + rng.choice(("", "s")), rng.choice(STATUS), "Notes"]]
    at = 0
    while at < len(rounds):
        end = at
        while end + 1 < len(rounds) and rounds[end + 1].result == rounds[at].result:
            end += 1
        name = rounds[at].name if at == end else f"{rounds[at].name}{dash}{rounds[end].name}"
        if end == at + 1 and rng.random() < 0.5:
            name = f"{rounds[at].name}, {rounds[end].name}"
        rows.append([name, good if rounds[at].result == PASS else bad, rng.choice(("", "quiet"))])
        at = end + 1
    return _of(rounds, f"{_head(rng)}{_table(rows)}\n")


def _parts(rng: Random, rounds: Sequence[Round]) -> list[Sequence[Round]]:
    """The rounds in two to four batches."""
    cuts = sorted(rng.sample(range(1, len(rounds)), min(len(rounds) - 1, rng.randint(1, 3))))
    return [rounds[a:b] for a, b in zip([0, *cuts], [*cuts, len(rounds)], strict=True)]


def _passes(rounds: Sequence[Round]) -> int:
    """How many passed."""
    return sum(one.result == PASS for one in rounds)


def counts(rng: Random) -> Made:
    """A row for each batch, with columns that count, and perhaps a row of totals."""
    rounds = _rounds(rng, 40)
    parts = _parts(rng, rounds)
    name = rng.choice(("Batch", "Group", "Session", "Host", "Config"))
    heads = rng.choice(
        (
            (name, "Rounds", "Passed", "Failed"),
            (name, "Passed", "Failed"),
            (name, "Runs", "Pass", "Fail", "Pass rate"),
            (name, "Total", "OK", "Failures"),
            (name, "# passed", "# failed", "# rounds"),
        )
    )
    rows = [list(heads)]
    sums = [*parts, rounds] if rng.random() < 0.6 else parts
    for at, part in enumerate(sums):
        won, all_ = _passes(part), len(part)
        cells = {"Rounds": all_, "Runs": all_, "Total": all_, "# rounds": all_}
        cells |= {"Passed": won, "Pass": won, "OK": won, "# passed": won}
        cells |= {"Failed": all_ - won, "Fail": all_ - won, "Failures": all_ - won}
        cells |= {"# failed": all_ - won}
        label = "**Total**" if part is rounds else f"{'ABCD'[at]}"
        row = [label, *(str(cells.get(h, f"{100 * won / all_:.1f} %")) for h in heads[1:])]
        rows.append(row)
    table = _table(_shuffled(rng, rows, 0.2))
    return _of(rounds, f"{_head(rng)}{table}\n", streak=None, countless=True)


def shares(rng: Random) -> Made:
    """A row for each batch, with a cell such as `9/10`."""
    rounds = _rounds(rng, 40)
    parts = _parts(rng, rounds)
    form = rng.choice(("{w}/{n}", "{w} of {n}", "**{w}/{n}**", "{w}/{n} ({p:.0f} %)", "{w} / {n}"))
    mark = rng.random() < 0.3
    head = [
        rng.choice(("Batch", "Rounds", "Session")),
        rng.choice(("Passed", "Result", "Pass rate")),
    ]
    rows = [head]
    for at, part in enumerate(parts):
        won, all_ = _passes(part), len(part)
        name = f"{part[0].name}-{part[-1].name}" if head[0] == "Rounds" else f"B{at + 1}"
        if head[0] == "Rounds" and len(part) == 1:
            name = part[0].name
        cell = form.format(w=won, n=all_, p=100 * won / all_)
        rows.append([name, ("✅ " if won == all_ else "❌ ") + cell if mark else cell])
    if rng.random() < 0.4:
        rows.append(["Total", f"{_passes(rounds)}/{len(rounds)}"])
    return _of(rounds, f"{_head(rng)}{_table(rows)}\n", streak=None, countless=True)


def listed(rng: Random) -> Made:
    """A list instead of a table."""
    rounds = _rounds(rng)
    good, bad = rng.choice(WORDS)
    form = rng.choice(
        (
            "- Round {n}: {s}",
            "- Round {n}: {s} ({t} s)",
            "* Run {n} — {s}",
            "- **Round {n}:** {s}, load {l} %",
            "- Iteration {n}: {s} - quiet",
            "- [{n}] {s}",
            "- {s}: round {n}",
            "- {s} round {n}",
            "- #{n}: {s}",
            "+ round {n} = {s}",
            "{n}. {s}",
        )
    )
    lines = [
        form.format(n=r.name, s=good if r.result == PASS else bad, t=r.seconds, l=r.load)
        for r in rounds
    ]
    return _of(rounds, f"{_head(rng)}## Rounds\n\n" + "\n".join(lines) + "\n")


def headed(rng: Random) -> Made:
    """A heading for each round, with lines below it."""
    rounds = _rounds(rng, 10)
    good, bad = rng.choice(WORDS[:14])
    below = rng.random() < 0.5
    word = rng.choice(("Round", "Run", "Trial"))
    parts = []
    for r in rounds:
        said = good if r.result == PASS else bad
        if below:
            parts.append(f"### {word} {r.name}\n\n- Status: {said}\n- Load: {r.load} %\n")
        else:
            parts.append(f"### {word} {r.name}: {said}\n\n- Load: {r.load} %\n")
    return _of(rounds, _head(rng) + "\n".join(parts))


def csv(rng: Random) -> Made:
    """CSV in a fence."""
    rounds = _rounds(rng)
    good, bad = rng.choice(
        (("pass", "fail"), ("PASS", "FAIL"), ("ok", "failed"), ("passed", "failed"))
    )
    mark, info = rng.choice(
        ((",", "csv"), (",", "csv"), (";", "csv"), ("\t", "tsv"), (",", "text"))
    )
    rows = [
        [rng.choice(("round", "run", "iteration")), rng.choice(("status", "result")), "seconds"]
    ]
    rows += [[r.name, good if r.result == PASS else bad, f"{r.seconds:.2f}"] for r in rounds]
    body = "\n".join(mark.join(row) for row in rows)
    return _of(rounds, f"{_head(rng)}```{info}\n{body}\n```\n")


def batched(rng: Random) -> Made:
    """A table for each batch below its heading, or a column that names the batch."""
    rounds = _rounds(rng)
    parts = _parts(rng, rounds)
    good, bad = rng.choice(WORDS[:12])
    word = {PASS: good, FAIL: bad}
    batches = tuple((_passes(part), len(part)) for part in parts)
    if rng.random() < 0.5:
        rows = [["Batch", "Round", "Status"]]
        rows += [
            [f"Batch {at}", r.name, word[r.result]]
            for at, part in enumerate(parts, 1)
            for r in part
        ]
        return _of(rounds, f"{_head(rng)}{_table(rows)}\n", batches=batches)
    again = rng.random() < 0.4
    text, heading = _head(rng), rng.choice(("Batch", "Session", "Day"))
    for at, part in enumerate(parts, 1):
        start = int(part[0].name) - 1 if again else 0
        rows = [["Round", "Status"], *([str(int(r.name) - start), word[r.result]] for r in part)]
        text += f"## {heading} {at}\n\n{_table(rows)}\n\n"
    return _of(rounds, text, batches=batches if heading == "Batch" else ())


def prose(rng: Random) -> Made:
    """Sentences about the rounds of a table, some of them wrong."""
    rounds = _rounds(rng)
    won, all_ = _passes(rounds), len(rounds)
    rows = [["Round", "Status", "Load"]]
    rows += [[r.name, "PASS" if r.result == PASS else "FAIL", f"{r.load} %"] for r in rounds]
    first, last = rounds[0].name, rounds[-1].name
    failed = [r.name for r in rounds if r.result == FAIL]
    load = _mean([r.load for r in rounds])
    off = won - 1 if won > 1 else won + 1
    true = [
        f"Pass rate: {won}/{all_} ({100 * won / all_:.1f}%)",
        f"{won} of {all_} rounds passed",
        f"{len(failed)} of {all_} rounds failed",
        f"Failures: rounds {', '.join(failed)}",
        f"Longest streak: {_streak(rounds)} passes",
        f"Average load: {load:.1f} %",
        f"We ran {all_} rounds ({first}-{last})",
        f"Longest streak of failures: {_streak([replace(r, result=PASS if r.result == FAIL else FAIL) for r in rounds])}",
    ]
    false = [
        f"Pass rate: {off}/{all_} ({100 * off / all_:.1f}%)",
        f"{off} of {all_} rounds passed",
        f"All {all_} rounds passed",
        "No failures",
        f"Longest streak: {_streak(rounds) + 1} passes",
        f"Average load: {load + 0.7:.1f} %",
        f"{len(failed) + 1} rounds failed",
    ]
    true = rng.sample(true, 3)
    false = rng.sample(false, rng.choice((0, 1, 2)))
    said = [*true, *false]
    rng.shuffle(said)
    mark = rng.choice(("- {}\n", "{}.\n\n", "**Note**: {}.\n\n", "* {}.\n"))
    below = "".join(mark.format(one) for one in said)
    text = f"{_head(rng)}{_table(rows)}\n\n{below}"
    return _of(rounds, text, true=tuple(true), false=tuple(false))


def prose_only(rng: Random) -> Made:
    """Totals in prose and no round."""
    all_ = rng.randint(5, 60)
    won = rng.randint(1, all_ - 1)
    said = rng.choice(
        (
            f"We ran {all_} rounds; {won} passed and {all_ - won} failed.",
            f"**Pass rate**: {won}/{all_} ({100 * won / all_:.1f}%)",
            f"Total: {all_} rounds, {won} passed.",
            f"- Rounds: {all_}\n- Passed: {won}\n- Failed: {all_ - won}",
            f"{won} of {all_} runs passed.",
        )
    )
    return Made(f"{_head(rng)}{said}\n", won, all_ - won, countless=True)


def interrupted(rng: Random) -> Made:
    """Rounds that did not run, and a table that goes on after a break."""
    rounds = _rounds(rng, skips=True)
    good, bad = rng.choice(WORDS[:12])
    none = rng.choice(("not run", "-", "", "skipped", "—", "not started", "n/a"))
    word = {PASS: good, FAIL: bad, SKIP: none}
    rows = [["Round", "Status", "Notes"]]
    rows += [[r.name, word[r.result], "host asleep" if r.result == SKIP else ""] for r in rounds]
    if rng.random() < 0.5:
        return _of(rounds, f"{_head(rng)}{_table(rows)}\n")
    cut = rng.randrange(2, len(rows) - 1)
    break_ = rng.choice(
        (
            "The machine went to sleep; resumed an hour later.",
            f"Session interrupted after round {rounds[cut - 2].name}.",
            "---",
            "## Continued",
        )
    )
    return _of(
        rounds,
        f"{_head(rng)}{_table(rows[:cut])}\n\n{break_}\n\n{_table([rows[0], *rows[cut:]])}\n",
    )


def across(rng: Random) -> Made:
    """Rounds as columns."""
    rounds = _rounds(rng, 12)
    good, bad = rng.choice(WORDS[:14])
    rows = [
        [rng.choice(("Round", "Run", "Iteration")), *(r.name for r in rounds)],
        [rng.choice(STATUS), *(good if r.result == PASS else bad for r in rounds)],
        ["Load", *(f"{r.load} %" for r in rounds)],
    ]
    return _of(rounds, f"{_head(rng)}{_table(rows)}\n")


def abreast(rng: Random) -> Made:
    """Several rounds in one row, under a head that repeats."""
    rounds = _rounds(rng, 24)
    good, bad = rng.choice(WORDS[:12])
    wide = rng.choice((2, 3))
    down = -(-len(rounds) // wide)
    rows = [["Round", "Status"] * wide]
    for at in range(down):
        row: list[str] = []
        for lane in range(wide):
            index = at + lane * down
            one = rounds[index] if index < len(rounds) else None
            row += [one.name, good if one.result == PASS else bad] if one else ["", ""]
        rows.append(row)
    return _of(rounds, f"{_head(rng)}{_table(rows)}\n", streak=None)


def repeated(rng: Random) -> Made:
    """Further tables: the failed rounds again, values by round, and tables about other things."""
    rounds = _rounds(rng)
    good, bad = rng.choice(WORDS[:12])
    word = {PASS: good, FAIL: bad}
    main = _table([["Round", "Status"], *([r.name, word[r.result]] for r in rounds)])
    won = _passes(rounds)
    lost = [[r.name, word[FAIL], "SIGSEGV"] for r in rounds if r.result == FAIL]
    more = [
        "## Failed rounds\n\n" + _table([["Round", "Status", "Signal"], *lost]),
        "## Load\n\n" + _table([["Round", "Load"], *([r.name, f"{r.load} %"] for r in rounds)]),
        "## Setup\n\n" + _table([["Name", "Value"], ["Driver", "2.1"], ["Cores", "10"]]),
        "## Totals\n\n"
        + _table([["Metric", "Value"], ["Passed", str(won)], ["Rounds", str(len(rounds))]]),
        "## Unit tests\n\n" + _table([["Test", "Result"], ["test_a", "PASS"], ["test_b", "PASS"]]),
        "## Preflight\n\n" + _table([["Check", "Status"], ["disk", "OK"], ["driver", "OK"]]),
    ]
    parts = [main, *rng.sample(more, 3)]
    return _of(rounds, _head(rng) + "\n\n".join(parts) + "\n")


def newest_first(rng: Random) -> Made:
    """The newest round on top."""
    made = _rounds(rng)
    rows = [
        ["Round", "Result"],
        *([r.name, "PASS" if r.result == PASS else "FAIL"] for r in made[::-1]),
    ]
    return _of(made, f"{_head(rng)}{_table(rows)}\n")


def sequence(rng: Random) -> Made:
    """All results in one line."""
    rounds = _rounds(rng)
    letters = rng.choice((("P", "F"), (".", "F"), ("✅", "❌"), ("1", "0")))
    row = rng.choice(("", " ")).join(letters[r.result != PASS] for r in rounds)
    line = f"Rounds {rounds[0].name}-{rounds[-1].name}: {row}"
    text = rng.choice((line, f"```\n{line}\n```", f"- {line}"))
    return _of(rounds, f"{_head(rng)}{text}\n", countless=True)


def log(rng: Random) -> Made:
    """A log in a fence with a line for each round."""
    rounds = _rounds(rng)
    form = rng.choice(
        ("[round {n}] {s} in {t}s", "round {n}: {s}", "{n} {s} {t}", "run={n} status={s}")
    )
    lines = [
        form.format(n=r.name, s="PASS" if r.result == PASS else "FAIL", t=r.seconds) for r in rounds
    ]
    return _of(rounds, _head(rng) + "```\n" + "\n".join(lines) + "\n```\n")


def mixed(rng: Random) -> Made:
    """Single rounds and ranges with counts in one table."""
    rounds = _rounds(rng, 30)
    parts = _parts(rng, rounds)
    rows = [["Rounds", "Passed", "Failed", rng.choice(("Notes", "Worker"))]]
    for part in parts:
        name = part[0].name if len(part) == 1 else f"{part[0].name}-{part[-1].name}"
        rows.append([name, str(_passes(part)), str(len(part) - _passes(part)), ""])
    if rng.random() < 0.4:
        rows.append(["Total", str(_passes(rounds)), str(len(rounds) - _passes(rounds)), ""])
    return _of(rounds, f"{_head(rng)}{_table(rows)}\n", streak=None, countless=True)


def ranges_listed(rng: Random) -> Made:
    """A list with ranges of rounds."""
    rounds = _rounds(rng, 30)
    form = rng.choice(("- Rounds {n}: {s}", "- Round {n}: {s}", "- {s}: {n}", "* Runs {n} — {s}"))
    lines, at = [], 0
    while at < len(rounds):
        end = at
        while end + 1 < len(rounds) and rounds[end + 1].result == rounds[at].result:
            end += 1
        name = rounds[at].name if at == end else f"{rounds[at].name}-{rounds[end].name}"
        form_ = form if at != end else form.replace("Rounds", "Round").replace("Runs", "Run")
        lines.append(form_.format(n=name, s="PASS" if rounds[at].result == PASS else "FAIL"))
        at = end + 1
    return _of(rounds, _head(rng) + "\n".join(lines) + "\n")


def tests_in(rng: Random) -> Made:
    """Columns that count the tests of each round: a round passed where none failed."""
    rounds = _rounds(rng)
    total = rng.randint(5, 40)
    head = rng.choice(
        (
            ("Round", "Tests", "Passed", "Failed"),
            ("Round", "Tests passed", "Tests failed"),
            ("Run", "Passed", "Failed", "Skipped"),
        )
    )
    rows = [list(head)]
    for one in rounds:
        lost = 0 if one.result == PASS else rng.randint(1, 3)
        cells = {"Tests": total, "Skipped": 2}
        row = [one.name]
        for title in head[1:]:
            number = cells.get(title, lost if "ailed" in title else total - lost)
            row.append(str(number))
        rows.append(row)
    return _of(rounds, f"{_head(rng)}{_table(rows)}\n")


def shared(rng: Random) -> Made:
    """Each round's share of tests that passed, for a status."""
    rounds = _rounds(rng)
    total = rng.choice((1, 10, 24))
    head = rng.choice(("Status", "Result", "Passed", "Tests", "Tests passed"))
    rows = [["Round", head]]
    for one in rounds:
        won = total if one.result == PASS else rng.randrange(total)
        rows.append([one.name, f"{won}/{total}"])
    return _of(rounds, f"{_head(rng)}{_table(rows)}\n")


def noted(rng: Random) -> Made:
    """Notes that hold the other word."""
    rounds = _rounds(rng)
    said = {
        PASS: ("after 1 failed try", "no crash", "was FAIL in the last batch", "FAIL expected", ""),
        FAIL: ("9 of 10 tests passed", "passes alone", "PASS after a restart", "ok until 80 %", ""),
    }
    rows = [["Round", "Status", "Notes"]]
    rows += [
        [r.name, "PASS" if r.result == PASS else "FAIL", rng.choice(said[r.result])] for r in rounds
    ]
    return _of(rounds, f"{_head(rng)}{_table(_shuffled(rng, rows))}\n")


def two_hosts(rng: Random) -> Made:
    """Two tables of the same numbers, for two hosts: each row is a round of its own."""
    first = second = _rounds(rng, 10)
    while [one.result for one in first] == [one.result for one in second]:
        second = _rounds(rng, 10)
    text = _head(rng)
    for host, rounds in (("alpha", first), ("beta", second)):
        rows = [["Round", "Status"]]
        rows += [
            [str(at), "PASS" if r.result == PASS else "FAIL"] for at, r in enumerate(rounds, 1)
        ]
        text += f"## {rng.choice(('Host ', 'Machine ', ''))}{host}\n\n{_table(rows)}\n\n"
    return _of([*first, *second], text, streak=None)


def again(rng: Random) -> Made:
    """The seed's form: retries, a summary by batch and a second table, all true."""
    rounds = _rounds(rng)
    parts = _parts(rng, rounds)
    rows = [["Round", "Status", "Retries", "Efficiency", "Notes"]]
    for r in rounds:
        won = r.result == PASS
        said = "Clean" if won and not r.retries else "After retries" if won else "SIGSEGV exhausted"
        value = f"{r.load}%" if won else "-"
        rows.append([r.name, "PASS" if won else "**FAIL**", str(r.retries), value, said])
    won = _passes(rounds)
    rate = f"**Pass Rate**: {won}/{len(rounds)} ({100 * won / len(rounds):.1f}%)"
    lines = [
        f"- Batch {at} ({part[0].name}-{part[-1].name}): {_passes(part)}/{len(part)} "
        f"({100 * _passes(part) / len(part):.1f}%)"
        for at, part in enumerate(parts, 1)
    ]
    lost = ", ".join(r.name for r in rounds if r.result == FAIL)
    mean = _mean([r.load for r in rounds if r.result == PASS])
    before = rng.randint(100, 4000)
    sums = f"{before} + {len(rounds)} attempts"
    said = [
        f"**Failures**: Rounds {lost} - intermittent driver SIGSEGV",
        f"**Average efficiency**: {mean:.1f}% (within documented ~13% ceiling range)",
        f"- **Total verification rounds**: {before + len(rounds)} ({sums}, {won} passed)",
    ]
    second = _table(
        [["Round", "8-thread Efficiency"]]
        + [[r.name, f"{r.load}%"] for r in rounds if r.result == PASS]
    )
    parts_ = [_table(rows), rate + "\n" + "\n".join(lines), said[0], second, said[1], said[2]]
    return _of(
        rounds,
        _head(rng) + "\n\n".join(parts_) + "\n",
        batches=tuple((_passes(part), len(part)) for part in parts),
        true=(rate, *lines, *said),
    )


def html(rng: Random) -> Made:
    """A table without outer bars, or aligned, or inside a list or a quote."""
    rounds = _rounds(rng, 12)
    rows = [
        ["Round", "Status"],
        *([r.name, "PASS" if r.result == PASS else "FAIL"] for r in rounds),
    ]
    form = rng.choice(("bare", "aligned", "quote", "indented", "links"))
    text = _table(rows)
    if form == "bare":
        text = "\n".join(line.strip("| ") for line in text.splitlines())
    elif form == "aligned":
        text = text.replace("---", ":---:")
    elif form == "quote":
        text = "\n".join(f"> {line}" for line in text.splitlines())
    elif form == "indented":
        text = "- Rounds:\n\n" + "\n".join(f"  {line}" for line in text.splitlines())
    else:
        rows[1:] = [[f"[{row[0]}](logs/{row[0]}.log)", row[1]] for row in rows[1:]]
        text = _table(rows)
    return _of(rounds, f"{_head(rng)}{text}\n")


KINDS: Mapping[str, Callable[[Random], Made]] = {
    one.__name__: one
    for one in (
        plain, retried, units, yes_no, ranges, counts, shares, listed, headed, csv, batched, prose,
        prose_only, interrupted, across, abreast, repeated, newest_first, sequence, log,
        mixed, ranges_listed, tests_in, shared, noted, two_hosts, again, html,
    )
}  # fmt: skip


def _metric(data: Mapping[str, Any], part: str) -> float | None:
    """The mean of the metric whose name holds `part`."""
    names = {"load": ("load",), "seconds": ("time", "duration", "second")}[part]
    for metric in data["metrics"]:
        if any(name in metric["name"].lower() for name in names):
            return float(metric["mean"])
    return None


def _claims(right: Made, data: Mapping[str, Any]) -> Iterator[str]:
    """Sentences that are judged wrongly. A claim is of the sentence on its line."""
    lines = right.text.splitlines()
    for claim in data["claims"]:
        line = lines[claim["line"] - 1]
        told = {said in line for said in right.true}, {said in line for said in right.false}
        if True in told[0] and claim["verdict"] == "contradicted":
            yield "contradicted"
        if told[0] == {False} and True in told[1] and claim["verdict"] == "supported":
            yield "supported"


def differences(right: Made, done: commands.Done) -> list[str]:
    """What `ledger rounds` says otherwise than the report's writer knows."""
    if done.code == 2:
        told = json.loads(done.out)["error"]
        is_clear = told["code"] == "rounds-unreadable" and "\n" not in told["message"]
        return [] if is_clear else ["refusal"]
    data = done.data
    found = list(_claims(right, data))
    passes, failures, unknown = data["passes"], data["failures"], data["unknown"]
    run = right.passed + right.failed
    exact = (right.passed, right.failed, run) == (passes, failures, data["total"])
    hidden = (right.passed - passes, right.failed - failures)
    if not exact and data["total"] == run and min(hidden) >= 0 and sum(hidden) == unknown:
        return found if data["warnings"] else [*found, "unknown"]
    if not exact:
        return [*found, "wrong count"]
    if data["skipped"] != right.skipped:
        found.append("wrong skipped")
    longest = (data["longest_pass"] or {"length": 0})["length"]
    if right.streak is not None and longest != right.streak:
        found.append("wrong streak")
    if right.batches and right.batches != tuple((b["passes"], b["total"]) for b in data["batches"]):
        found.append("wrong batches")
    if right.first_try is not None and data["first_try_passes"] != right.first_try:
        found.append("wrong first try")
    for part, value in (("load", right.load), ("seconds", right.seconds)):
        mean = None if value is None else _metric(data, part)
        if value is not None and mean is None:
            found.append("no mean")
        elif value is not None and mean is not None and abs(mean - value) > 1e-6:
            found.append("wrong mean")
    return found


def judge(
    count: int, seed: int, folder: Path
) -> Iterator[tuple[int, str, Made, list[str], commands.Done]]:
    """Each report's seed, its kind, the report, how the tool's answer differs, and the answer."""
    names = list(KINDS)
    for own in range(seed, seed + count):
        kind = names[(own // 2) % len(names)]
        right = KINDS[kind](Random(f"{kind} {own}"))
        (folder / "rounds.md").write_text(right.text, encoding="utf-8")
        done = commands.call(folder, "rounds", "rounds.md", "--json")
        yield own, kind, right, differences(right, done), done


def main() -> int:
    """Write the reports, ask the tool, print the table."""
    parser = parser_of(__doc__, 200)
    parser.add_argument(
        "--save", type=Path, help="write the smallest even report of each kind here"
    )
    options = parser.parse_args()
    tally = Tally("kind", "reports", "refused", known=KNOWN)
    with tempfile.TemporaryDirectory() as folder:
        for own, kind, right, found, done in judge(options.count, options.seed, Path(folder)):
            tally.add([kind], own, found, right.text, reports=1, refused=done.code == 2)
    print(tally)
    if options.save:
        tally.save(options.save, ".md")
    return tally.exit_code()


if __name__ == "__main__":
    sys.exit(main())
