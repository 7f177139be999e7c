"""Lies about the runs of a version of the real plan."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.campaigns.planted import made_lies, wordings
from tests.campaigns.planted.facts import COUNTS, Facts
from tests.campaigns.planted.plants import Plant
from tests.campaigns.planted.real import ATTEMPT, STAMP, Unit, folders_of
from tests.campaigns.planted.view import View

# `540 passed`, `8 tests failed`, `Failures: 8`, `Runtime 1653.41s`, `692 collected`, `(78.0%)`
NUMBERS = (
    ("passed", re.compile(r"(?<![\w.,/#+–→-])(\d+)(?= (?:tests? )?pass(?:ed|es|ing)?\b)")),
    ("passed", re.compile(r"(?<=[Pp]assed: )(\d+)\b")),
    ("failed", re.compile(r"(?<![\w.,/#+–→-])(\d+)(?= (?:tests? )?fail(?:ed|ures?|ing)\b)")),
    ("failed", re.compile(r"(?<=[Ff]ailures: )(\d+)\b")),
    ("skipped", re.compile(r"(?<![\w.,/#+–→-])(\d+)(?= skipped\b)")),
    ("xfailed", re.compile(r"(?<![\w.,/#+–→-])(\d+)(?= xfailed\b)")),
    ("total", re.compile(r"(?<![\w.,/#+–→-])(\d+)(?= (?:tests |items )?collected\b)")),
    ("total", re.compile(r"(?<=[Cc]ollected )(\d+)(?= (?:tests|items)\b)")),
    ("fraction", re.compile(r"(?<![\w.,/#+–→-])(\d+)(?=/\d+ (?:tests? )?(?:pass|PASS))")),
    ("seconds", re.compile(r"(?<![\w.,/#+–→=×x-])(\d+\.\d+)(?= ?s(?:ec|econds)?\b)")),
    ("rate", re.compile(r"(?<![\w.,/#+–→±-])(\d+\.\d+)(?= ?%)")),
    ("exit code", re.compile(r"(?<=[Ee]xit code )(\d+)\b")),
    ("clock", re.compile(r"(?<![\w.,/#+–→-])(\d+m ?\d+s)\b")),
)
# What may make a number one of another run, an aim or a comparison.
ELSEWHERE = re.compile(
    r"baseline|previous|prior|before|expected|target|chunk|attempt|phase|versus|\bvs\b|remaining|"
    r"improve|reduc|margin|budget|threshold|→|->|Δ|still|only|subset|[Rr]erun|goal|limit|CUDA|C ref|"
    r"warm|cold|compile|range|across|average|median|fastest|part \d|shard|delta|increase|per |each|slowest|stage|[Cc]luster",
    re.IGNORECASE,
)
# `Result: ❌ failed (Phase B).`: what stands before the first full stop
RESULT = re.compile(r"Result: (.{3,80}?)(?=\. )")
SUCCESS = re.compile(r"success|complete|✅|done|pass", re.IGNORECASE)


def view_of(unit: Unit) -> View:
    """What all runs of the attempt agree on."""
    facts = unit.facts
    codes = facts.values("exit_code")
    single = {one.counts for one in facts.whole}
    known: dict[str, int] = {}
    if len(single) == 1:
        counts = dict(zip(COUNTS, next(iter(single)), strict=True))
        if not counts["errors"] and not counts["xpassed"]:
            known = {name: counts[name] for name in ("passed", "failed", "skipped", "xfailed")}
    seconds = sorted(facts.seconds)
    near = bool(seconds) and seconds[-1] < 1.1 * seconds[0]
    failing = facts.is_failing and 0 not in codes
    passing = facts.is_green and codes <= {0}
    everything = {value for one in facts.whole for value in one.counts or ()}
    everything |= facts.values("total")
    return View(
        **(known if failing or passing else {}),
        seconds=seconds[-1] if near else None,
        exit_code=next(iter(codes)) if len(codes) == 1 and (failing or passing) else None,
        is_failing=failing,
        is_passing=passing,
        taken=dict.fromkeys((*COUNTS, "total"), everything),
    )


def told_by(facts: Facts, kind: str, text: str) -> bool:
    """Whether a file of the attempt's runs tells this figure."""
    if kind == "seconds":
        return any(abs(float(text) - one) <= 0.011 for one in facts.seconds)
    if kind == "rate":
        return any(abs(float(text) - one) <= 0.06 for one in facts.rates)
    if kind == "clock":
        minutes, _, seconds = text.rstrip("s").partition("m")
        return any(abs(60 * int(minutes) + int(seconds) - one) <= 1 for one in facts.seconds)
    name = {"exit code": "exit_code", "fraction": "passed"}.get(kind, kind)
    return int(text) in facts.values(name)


def numbers(lines: list[str], units: list[Unit], rng: random.Random) -> Iterator[Plant]:
    """A figure that the attempt's run tells, with another value that none of its files tells."""
    for unit in units:
        found = list(_figures(lines, unit))
        rng.shuffle(found)
        for at, kind, start, end in found:
            line = lines[at]
            value = line[start:end]
            lie = _other(unit.facts, kind, value, rng)
            if lie is None or re.search(rf"(?<!\d){re.escape(lie)}(?!\d)", _text(lines, unit)):
                continue
            wording = re.sub(r"\d+", "#", line[max(0, start - 14) : end + 14])
            new = line[:start] + lie + line[end:]
            told = f"{line[max(0, start - 40) : start]}[{value} → {lie}]{line[end : end + 40]}"
            half = wordings.half_of(wording)
            yield Plant("number", kind, wording, at, at + 1, (new,), (0,), told, _truth(unit), half)
            break


def _text(lines: list[str], unit: Unit) -> str:
    return "\n".join(lines[unit.start : unit.end])


def _figures(lines: list[str], unit: Unit) -> Iterator[tuple[int, str, int, int]]:
    """Each figure of the attempt that its own files tell: line, kind, and where it stands."""
    for at in range(unit.start, unit.end):
        line = lines[at]
        for kind, pattern in NUMBERS:
            for match in pattern.finditer(line):
                left = max(
                    line.rfind(mark, 0, match.start()) for mark in (". ", "; ", "(", "— ", "`")
                )
                right = min(
                    found if (found := line.find(mark, match.end())) >= 0 else len(line)
                    for mark in (". ", "; ", ")", " — ", "`")
                )
                # What stands in parentheses is about what stands before them.
                clause = line[max(0, left - 40 if line[left] == "(" else left + 1) : right]
                outside = line.count("`", 0, match.start()) % 2 == 0
                if not outside or ELSEWHERE.search(clause) or _chance(unit.facts, kind, match[1]):
                    continue
                if told_by(unit.facts, kind, match[1]):
                    yield at, kind, match.start(1), match.end(1)


def _chance(facts: Facts, kind: str, text: str) -> bool:
    """Whether one of many runs may have this figure by chance."""
    if len({one.counts for one in facts.whole}) < 2 or kind in {"exit code", "clock"}:
        return False
    return kind == "rate" or float(text) < (1 if kind == "seconds" else 20)


def _other(facts: Facts, kind: str, text: str, rng: random.Random) -> str | None:
    if kind in {"seconds", "rate"}:
        digits = len(text.partition(".")[2])
        options = [float(text) * by for by in (0.55, 0.7, 1.4, 1.9)]
        near = facts.seconds if kind == "seconds" else facts.rates
        options = [one for one in options if all(abs(one - two) > 0.1 * one for two in near)]
        options = [one for one in options if kind == "seconds" or one < 100]
        return f"{rng.choice(options):.{digits}f}" if options else None
    if kind == "clock":
        minutes, _, seconds = text.partition("m")
        return f"{int(minutes) * 2 + 3}m{seconds}"
    if kind == "exit code":
        return rng.choice(["1", "2"]) if text == "0" else "0"
    value = int(text)
    swapped = int(text[:-2] + text[-1] + text[-2]) if len(text) > 1 else value + 3
    known = {number for one in facts.whole for number in one.counts or ()} | facts.values("total")
    options = [value + 1, value - 1, value + 2, swapped, value + 10, 2 * value]
    options = [one for one in options if one > 0 and one not in known]
    return str(rng.choice(options)) if options else None


def _truth(unit: Unit) -> str:
    told = [
        f"{one.source.rpartition('/')[2]}: {one.counts} {one.seconds} exit {one.exit_code}"
        for one in unit.facts.readings[:4]
    ]
    return f"{' '.join(unit.folders)}: {'; '.join(told)}"


def sentences(
    lines: list[str], units: list[Unit], rng: random.Random, used: Counter[str], half: str | None
) -> Iterator[Plant]:
    """A sentence that is false of each of the attempt's runs."""
    rows = [row for row in wordings.rows("sentence") if half in {None, row.half}]
    for unit in units:
        view = view_of(unit)
        row = made_lies.turn([row for row in rows if row.fits(view)], used, rng)
        lie = row and row.words(view, rng, lie=True)
        if row and lie:
            at = unit.start
            head, mark, tail = lines[at].partition(" Artifacts: ")
            line = f"{head} {lie}{mark}{tail}"
            yield Plant(
                "sentence",
                row.kind,
                row.text,
                at,
                at + 1,
                (line,),
                (0,),
                lie,
                _truth(unit),
                row.half,
            )


def results(lines: list[str], units: list[Unit], rng: random.Random) -> Iterator[Plant]:
    """A word for success where a failing attempt says something else."""
    for unit in units:
        view = view_of(unit)
        match = RESULT.search(lines[unit.start])
        if not view.is_failing or not match or SUCCESS.search(match[1]):
            continue
        row = rng.choice(wordings.rows("result"))
        at, line = unit.start, lines[unit.start]
        new = line[: match.start(1)] + row.text + line[match.end(1) :]
        told = f"{match[1]} → {row.text}"
        yield Plant(
            row.group, row.kind, row.text, at, at + 1, (new,), (0,), told, _truth(unit), row.half
        )


def invented(lines: list[str], units: list[Unit], rng: random.Random) -> Iterator[Plant]:
    """An attempt that nobody made, citing the run of the one above it."""
    for unit in units:
        match = ATTEMPT.match(lines[unit.start])
        view = view_of(unit)
        rows = [row for row in wordings.rows("invented") if row.fits(view)]
        if not match or not rows or not (view.is_failing or view.is_passing):
            continue
        row = rng.choice(rows)
        lie = row.words(view, rng, lie=True)
        if lie is None:
            continue
        result, _, statement = lie.partition(" ¦ ")
        indent = lines[unit.start][: len(lines[unit.start]) - len(lines[unit.start].lstrip())]
        date = re.search(r"\[([\d-]{10})", lines[unit.start])
        if not date:
            continue
        result = {"=": "failed" if view.is_failing else "success"}.get(result, result)
        new = (
            f"{indent}* [{date[1]}] Attempt #{unit.number + 300} — Result: {result}. Ran it again. "
            f"{statement} Artifacts: `{unit.folders[0]}/`."
        )
        own = (*lines[unit.start : unit.end], new)
        where = (len(own) - 1,)
        yield Plant(
            row.group,
            row.kind,
            row.text,
            unit.start,
            unit.end,
            own,
            where,
            lie,
            _truth(unit),
            row.half,
        )


def swapped(repo: Path, lines: list[str], units: list[Unit], rng: random.Random) -> Iterator[Plant]:
    """The run of another attempt in place of the attempt's own, whose figures it has not."""
    for unit in units:
        figures = list(_figures(lines, unit))
        others = [other for other in units if _differ(lines, unit, other, figures)]
        if len(unit.folders) != 1 or unit.is_told_twice or not figures or not others:
            continue
        other = rng.choice(others)
        body = _swap(lines[unit.start : unit.end], unit.folders[0], other.folders[0])
        if folders_of(repo, unit.root, "\n".join(body)) != set(other.folders):
            continue
        at, _, start, end = figures[0]
        wording = re.sub(r"\d+", "#", lines[at][max(0, start - 14) : end + 14])
        half = wordings.half_of(wording)
        where = tuple(range(len(body)))
        lie = f"{lines[at][max(0, start - 30) : end + 30]} (cites {other.folders[0]})"
        yield Plant(
            "swapped",
            "folder",
            wording,
            unit.start,
            unit.end,
            tuple(body),
            where,
            lie,
            _truth(other),
            half,
        )


def _swap(lines: list[str], folder: str, other: str) -> list[str]:
    """The lines with another run's folder, whole, and its stamp where the first one's stands alone."""
    stamps = [STAMP.findall(one)[-1] for one in (folder, other)]
    files = re.compile(rf"{re.escape(folder)}(?:/[^`\n]*)?(?=`)")
    return [files.sub(f"{other}/", line).replace(folder, other).replace(*stamps) for line in lines]


def _differ(
    lines: list[str], unit: Unit, other: Unit, figures: list[tuple[int, str, int, int]]
) -> bool:
    if len(other.folders) != 1 or unit.folders == other.folders or not other.facts.whole:
        return False
    told = [(kind, lines[at][start:end]) for at, kind, start, end in figures]
    counted = [(kind, value) for kind, value in told if kind in {"passed", "failed", "total"}]
    return bool(counted) and not any(told_by(other.facts, kind, value) for kind, value in counted)
