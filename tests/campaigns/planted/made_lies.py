"""Lies about the runs of a made plan."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tests.campaigns.planted import wordings
from tests.campaigns.planted.made import Made, entry
from tests.campaigns.planted.plants import Plant
from tests.campaigns.planted.view import View

INDENTS = {"attempts": ("  ", "*"), "roadmap": ("    ", "-"), "checklist": ("  ", "-")}


def truth(view: View) -> str:
    """What the run was, for whoever reads a miss."""
    if view.rounds:
        return f"{view.good_rounds} of {view.rounds} rounds passed"
    if view.parts:
        return "; ".join(f"{name}: {truth(part)}" for name, part in view.parts)
    text = (
        f"{view.passed} passed, {view.failed} failed, {view.skipped} skipped, {view.xfailed} xfailed "
        f"of {view.total} in {view.seconds} s, exit {view.exit_code}"
    )
    return text + (f"; before: {truth(replace(view.before, before=None))}" if view.before else "")


def numbers(lines: list[str], made: list[Made], rng: random.Random) -> Iterator[Plant]:
    """The attempt's own statement with another value."""
    for one in made:
        lie = one.row.words(one.view, rng, lie=True)
        if lie is None or lie == one.statement:
            continue
        parts = zip(one.statement.split("\n"), lie.split("\n"), strict=True)
        old, new = next((old, new) for old, new in parts if old != new)
        at = next(at for at in range(one.start, one.end) if old in lines[at])
        line = lines[at].replace(old, new)
        yield _line("number", one.row, at, line, lie, one.view)


def sentences(
    lines: list[str], made: list[Made], rng: random.Random, used: Counter[str], half: str | None
) -> Iterator[Plant]:
    """A false sentence behind what the attempt says; the wordings take turns."""
    rows = [row for row in wordings.rows("sentence") if half in {None, row.half}]
    for one in made:
        row = turn([row for row in rows if row.fits(one.view)], used, rng)
        lie = row and row.words(one.view, rng, lie=True)
        if not row or not lie:
            continue
        yield _behind(lines, one, row, lie, rng)


def twins(
    lines: list[str], made: list[Made], rng: random.Random, used: Counter[str], half: str | None
) -> Iterator[Plant]:
    """The same sentences where they are true, told with the run's own values."""
    rows = [row for row in wordings.rows("sentence") if half in {None, row.half}]
    for one in made:
        row = turn([row for row in rows if row.is_true(one.view)], used, rng)
        told = row and row.words(one.view, rng, lie=False)
        if row and told:
            yield _behind(lines, one, row, told, rng)


def _behind(
    lines: list[str], one: Made, row: wordings.Row, sentence: str, rng: random.Random
) -> Plant:
    at = rng.choice(one.places)
    line = f"{lines[at]} {sentence}"
    if f" Artifacts: {one.cited}" in lines[at]:
        line = lines[at].replace(" Artifacts:", f" {sentence} Artifacts:")
    return _line("sentence", row, at, line, sentence, one.view)


def turn(rows: list[wordings.Row], used: Counter[str], rng: random.Random) -> wordings.Row | None:
    """A row that was used least."""
    if not rows:
        return None
    least = min(used[row.text] for row in rows)
    row = rng.choice([row for row in rows if used[row.text] == least])
    used[row.text] += 1
    return row


def results(lines: list[str], made: list[Made], rng: random.Random) -> Iterator[Plant]:
    """A word for success over a run that failed."""
    for one in made:
        rows = [row for row in wordings.rows("result") if row.fits(one.view)]
        if not rows:
            continue
        row = rng.choice(rows)
        body = list(lines[one.start : one.end])
        if body[0].startswith("### "):
            head, _, _ = body[0].rpartition(" (")
            body[0] = f"{head} ({row.text})" if row.kind == "word" else f"{head} (another try)"
            if row.kind != "word":
                body.insert(1, f"**Result:** {row.text}")
        else:
            body[0] = body[0].replace(f"Result: {one.result}.", f"Result: {row.text}.")
        yield _whole(row, one, body, row.text)


def invented(
    dialect: str, lines: list[str], made: list[Made], rng: random.Random
) -> Iterator[Plant]:
    """An attempt that nobody made, behind the one whose run it cites."""
    for one in made[2::3]:
        rows = [row for row in wordings.rows("invented") if row.fits(one.view)]
        row = rng.choice(rows) if rows and not one.view.rounds and not one.view.parts else None
        lie = row and row.words(one.view, rng, lie=True)
        if not row or not lie:
            continue
        result, _, statement = lie.partition(" ¦ ")
        fake = replace(
            one,
            number=one.number + 50,
            result=one.result if result == "=" else result,
            statement=statement,
        )
        if dialect == "logbook":
            head = f"### {one.when:%Y-%m-%d}T23:59Z — {one.item}.A{fake.number} ({fake.result})"
            body = ["", head, f"**Action:** {one.summary}", "", f"**Metrics:** {statement}", ""]
            body.append(f"**Artifacts:** {one.cited}")
        else:
            body = entry(fake, *INDENTS[dialect])
        own = (*lines[one.start : one.end], *body)
        where = tuple(range(one.end - one.start, len(own)))
        yield Plant(
            row.group,
            row.kind,
            row.text,
            one.start,
            one.end,
            own,
            where,
            lie,
            truth(one.view),
            row.half,
        )


QUANTITIES = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "skipped",
    "total": "total",
    "fraction": "passed",
    "seconds": "seconds",
    "minutes": "seconds",
    "clock": "seconds",
    "thousands": "passed",
}


def swapped(lines: list[str], made: list[Made], rng: random.Random) -> Iterator[Plant]:
    """The run of another attempt in place of the attempt's own."""
    for one in made:
        if one.row.kind not in QUANTITIES:
            continue
        others = [other for other in made if _differ(one, other)]
        if not others:
            continue
        other = rng.choice(others)
        body = [line.replace(one.folder, other.folder) for line in lines[one.start : one.end]]
        form = "file" if "." in one.cited.rpartition("/")[2] else "folder"
        lie = f"{one.statement} (cites {other.folder})"
        row = replace(one.row, group="swapped", kind=form)
        yield _whole(row, replace(one, view=other.view), body, lie)


def _differ(one: Made, other: Made) -> bool:
    mine, its = one.view, other.view
    if its.rounds or its.parts or one.folder == other.folder:
        return False
    if abs((mine.seconds or 0) - (its.seconds or 0)) < 0.4 * max(
        mine.seconds or 0, its.seconds or 0
    ):
        return False
    name = QUANTITIES[one.row.kind]
    others = {its.passed, its.failed, its.skipped, its.total, its.xfailed}
    return getattr(mine, name) not in others and mine.total not in others


def _line(group: str, row: wordings.Row, at: int, line: str, lie: str, view: View) -> Plant:
    return Plant(group, row.kind, row.text, at, at + 1, (line,), (0,), lie, truth(view), row.half)


def _whole(row: wordings.Row, one: Made, body: list[str], lie: str) -> Plant:
    where = tuple(range(len(body)))
    return Plant(
        row.group,
        row.kind,
        row.text,
        one.start,
        one.end,
        tuple(body),
        where,
        lie,
        truth(one.view),
        row.half,
    )
