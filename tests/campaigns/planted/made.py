"""Made plans in four dialects, whose attempts tell the truth about made runs of known outcomes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.campaigns.planted import wordings
from tests.campaigns.planted.view import View

DIALECTS = ("attempts", "logbook", "roadmap", "checklist")
ITEMS = ("CACHE-KEYS-001", "PARSE-SPEED-002", "EXPORT-CSV-003", "LOGIN-FLOW-004")
SUMMARIES = (
    "Rewrote the key of the cache.",
    "Moved the lookup out of the loop.",
    "Took the second reader away.",
    "Put the header behind a property.",
    "Split the writer in two modules.",
    "Renamed the option and its help.",
    "Kept the order of columns.",
    "Dropped the old fallback.",
)
PARTS = ("unit", "integration", "api", "parser", "smoke")
WORDS = {
    True: ("✅ success", "success", "success (shipped)"),
    False: ("failed", "❌ failed", "⚠️ partial", "partial"),
}
STAMPS = ("%Y%m%dT%H%M%SZ",) * 5 + ("%Y-%m-%dT%H%M%SZ", "%Y%m%d-%H%M%S")


@dataclass
class Made:
    """An attempt of a made plan, and where it stands once the plan is written."""

    item: str
    number: int
    when: datetime
    folder: str
    cited: str
    view: View
    row: wordings.Row
    statement: str
    summary: str
    result: str
    style: int
    task: str = ""
    """What commands call its item in a checklist."""
    start: int = 0
    end: int = 0
    places: list[int] = field(default_factory=list)
    """Lines behind which a sentence may stand."""


def plan(seed: int, place: Path) -> tuple[str, list[str], list[Made]]:
    """Write the runs below `place`; the plan's dialect, its lines and its attempts."""
    rng = random.Random(f"plan {seed}")
    dialect = DIALECTS[seed % len(DIALECTS)]
    items = ITEMS[:1] if dialect == "logbook" else ITEMS
    made, when = [], datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    for item in items:
        before = None
        for number in range(1, 25 // len(items)):
            when += timedelta(minutes=rng.randrange(67, 900), seconds=rng.randrange(60))
            view = replace(_outcomes(rng, before), number=None if len(items) == 1 else number)
            made.append(_attempt(rng, item, number, when, view))
            _write_run(rng, place / made[-1].folder, view)
            before = None if view.rounds or view.parts else view
    lines = {
        "attempts": _attempts,
        "logbook": _logbook,
        "roadmap": _roadmap,
        "checklist": _checklist,
    }[dialect](made)
    return dialect, lines, made


def _outcomes(rng: random.Random, before: View | None) -> View:
    if rng.random() < 0.08:
        total = rng.choice((6, 8, 10, 12))
        good = rng.randrange(2, total - 1)
        return View(rounds=total, good_rounds=good, before=before)
    if rng.random() < 0.1:
        names = rng.sample(PARTS, 2)
        parts = tuple((name, _outcomes_of(rng, None, f"tests/{name}")) for name in names)
        return View(parts=parts, before=before)
    return _outcomes_of(rng, before)


def _outcomes_of(rng: random.Random, before: View | None, folder: str = "tests") -> View:
    total = rng.choice((rng.randrange(24, 60), rng.randrange(60, 400), rng.randrange(1100, 2400)))
    failed = rng.choice((0, 0, 1, 2, 3, rng.randrange(2, 9)))
    skipped = rng.choice((0, rng.randrange(1, 7)))
    xfailed = rng.choice((0, 0, rng.randrange(1, 4)))
    seconds = round(
        rng.choice((rng.uniform(1, 50), rng.uniform(70, 900), rng.uniform(1000, 5000))), 2
    )
    names = [f"{folder}/test_{'abcdefgh'[n % 8]}.py::test_{n:04}" for n in range(total)]
    failing = frozenset(rng.sample(names, failed))
    if before and before.failing and rng.random() < 0.5:
        kept = [name for name in before.failing if name in names]
        failing = frozenset(rng.sample(sorted(kept), min(len(kept), failed)) + sorted(failing))
        failing = frozenset(sorted(failing, key=lambda name: name not in kept)[:failed])
    passed = total - failed - skipped - xfailed
    return View(
        passed=passed,
        failed=failed,
        skipped=skipped,
        xfailed=xfailed,
        seconds=seconds,
        exit_code=int(failed > 0),
        failing=failing,
        names=tuple(names),
        before=before,
        taken={
            "total": {passed, passed + failed, passed + failed + xfailed, total - skipped},
            "passed": {passed + xfailed},
            "skipped": {skipped + xfailed, xfailed},
            "failed": {failed + xfailed, xfailed},
        },
    )


def _attempt(rng: random.Random, item: str, number: int, when: datetime, view: View) -> Made:
    stamp = when.strftime(rng.choice(STAMPS))
    if rng.random() < 0.08:
        stamp = f"run_{when:%m%d}_{number:02}"
    folder = f"reports/{item.lower()}/phase_b/{stamp}"
    files = (
        ""
        if view.rounds or view.parts
        else rng.choice(("", "", "{pytest.log,exit_code.txt}", "pytest.log"))
    )
    if files == "pytest.log":
        # A log does not tell the exit code, and nothing else is cited.
        view = replace(view, exit_code=None)
    fitting = [row for row in wordings.rows("number") if row.fits(view)]
    statement = None
    while statement is None:
        row = rng.choice(fitting)
        statement = row.words(view, rng, lie=False)
    return Made(
        item=item,
        number=number,
        when=when,
        folder=folder,
        cited=f"`{folder}/{files}`",
        view=view,
        row=row,
        statement=statement,
        summary=rng.choice(SUMMARIES),
        result=rng.choice(WORDS[view.is_green]),
        style=rng.randrange(3),
    )


def entry(one: Made, indent: str, bullet: str) -> list[str]:
    """An attempt of a list, in one of three styles."""
    lead = f"{indent}{bullet} [{one.when:%Y-%m-%d}] Attempt #{one.number} — Result: {one.result}."
    inner = indent + "  "
    if one.style == 0 and "\n" not in one.statement:
        return [f"{lead} {one.summary} {one.statement} Artifacts: {one.cited}."]
    metrics = [f"{inner}Metrics: {one.statement}"]
    if "\n" in one.statement:
        metrics = [f"{inner}Metrics:", *(inner + line for line in one.statement.split("\n"))]
        # A table ends, and a list goes on, without the blank line.
        metrics = [f"{inner}Metrics:", "", *metrics[1:], ""] if "|" in one.statement else metrics
    artifacts = [f"{inner}Artifacts: {one.cited}"]
    if one.style == 2:
        artifacts = [f"{inner}Artifacts:", f"{inner}- {one.cited}"]
    return [f"{lead} {one.summary}", *metrics, *artifacts]


def _place(lines: list[str], one: Made, entry_lines: list[str]) -> None:
    one.start = len(lines)
    lines.extend(entry_lines)
    one.end = len(lines)
    own = range(one.start, one.end)
    one.places = [at for at in own if one.summary in lines[at] or one.statement in lines[at]]


def _attempts(made: list[Made]) -> list[str]:
    lines = ["# Fix Plan Ledger", "", "**Last Updated:** 2026-02-25", "", "## Index"]
    lines += ["| ID | Title | Priority | Status |", "| --- | --- | --- | --- |"]
    lines += [f"| {item} | Work on {item.lower()} | High | in_progress |" for item in _items(made)]
    for item in _items(made):
        lines += ["", f"## [{item}] Work on {item.lower()}", "- Priority: High"]
        lines += ["- Status: in_progress", "- Attempts History:"]
        for one in made:
            if one.item == item:
                _place(lines, one, entry(one, "  ", "*"))
        lines += ["- Next Actions:", "  1. 🟡 PENDING — Go on."]
    return [*lines, ""]


def _logbook(made: list[Made]) -> list[str]:
    lines = ["# Fix Plan", "", "## Status", "`in_progress`", "", "## Current Focus"]
    lines += [f"**{made[0].item} — Work on it**", "", "## Attempts History"]
    for one in made:
        word = one.result.split()[-1].strip("()") if one.style else one.result
        head = f"### {one.when:%Y-%m-%dT%H:%MZ} — {one.item}.A{one.number} ({word})"
        body = [f"**Action:** {one.summary}", ""]
        if "\n" in one.statement:
            body += [
                "**Metrics:**",
                "",
                *one.statement.split("\n"),
                "",
                f"**Artifacts:** {one.cited}",
            ]
        elif one.style == 0:
            body += [f"**Metrics:** {one.statement}", "", f"**Artifacts:** {one.cited}"]
        else:
            body += ["**Metrics:**", f"- {one.statement}", "", "**Artifacts:**", f"- {one.cited}"]
        lines.append("")
        _place(lines, one, [head, *body])
        one.places = [
            at for at in one.places if lines[at].startswith(("**Act", "- ", "**Metrics:** "))
        ]
    return [*lines, "", "## TODOs", "- [ ] A99: Go on", ""]


def _roadmap(made: list[Made]) -> list[str]:
    lines = ["# Roadmap", "", "## Tier 1 — Reading", ""]
    for item in _items(made):
        own = [one for one in made if one.item == item]
        lines += [
            f"- [{item}] (Work on it) — **in_progress**",
            "  - **Governed by:** docs/spec.md §3",
        ]
        lines.append("  - **Attempts:**")
        for one in own:
            _place(lines, one, entry(one, "    ", "-"))
    return [*lines, ""]


def _checklist(made: list[Made]) -> list[str]:
    lines = ["# Fix plan", "", "## High Priority"]
    for at, item in enumerate(_items(made), 1):
        lines.append(f"- [ ] S{at:02} [WORK] Work on {item.lower()}")
        for one in made:
            if one.item == item:
                one.task = f"S{at:02}"
                _place(lines, one, entry(one, "  ", "-"))
    return [*lines, ""]


def _items(made: list[Made]) -> list[str]:
    return list(dict.fromkeys(one.item for one in made))


def _write_run(rng: random.Random, folder: Path, view: View) -> None:
    folder.mkdir(parents=True)
    if view.rounds:
        good = set(rng.sample(range(view.rounds), view.good_rounds or 0))
        for at in range(view.rounds):
            one = View(
                passed=11 if at in good else 10,
                failed=int(at not in good),
                skipped=0,
                xfailed=0,
                seconds=3.0 + at / 8,
                exit_code=int(at not in good),
                names=tuple(f"tests/test_a.py::test_{n}" for n in range(11)),
                failing=frozenset() if at in good else frozenset(["tests/test_a.py::test_4"]),
            )
            inner = folder / f"round_{at + 1:02}"
            inner.mkdir()
            (inner / "pytest.log").write_text(_log(one), encoding="utf-8")
            (inner / "exit_code.txt").write_text(f"{one.exit_code}\n")
        return
    for name, part in view.parts:
        (folder / f"{name}.log").write_text(_log(part), encoding="utf-8")
    if view.parts:
        return
    outcomes = view.outcomes()
    (folder / "exit_code.txt").write_text(f"{view.exit_code}\n")
    (folder / "pytest.log").write_text(_log(view), encoding="utf-8")
    if len(outcomes) < 300 and rng.random() < 0.6:
        (folder / "pytest.junit.xml").write_text(_junit(view), encoding="utf-8")
    if rng.random() < 0.3:
        (folder / "time.txt").write_text(_time(view))
    (folder / "commands.txt").write_text("pytest tests/\n")


def _log(view: View) -> str:
    outcomes = view.outcomes()
    total = len(outcomes)
    rule = "=" * 29
    lines = [f"{rule} test session starts {rule}"]
    lines += ["platform linux -- Python 3.12.4, pytest-8.3.2, pluggy-1.5.0", "rootdir: /work"]
    lines += [f"collected {total} items", ""]
    done, files = 0, {}
    for name, outcome in outcomes.items():
        files.setdefault(name.partition("::")[0], []).append(outcome)
    signs = {"passed": ".", "failed": "F", "skipped": "s", "xfailed": "x"}
    for file, results in files.items():
        for at in range(0, len(results), 50):
            part = results[at : at + 50]
            done += len(part)
            lead = file + " " if at == 0 else ""
            lines.append(
                f"{lead + ''.join(signs[one] for one in part):73}[{100 * done // total:3}%]"
            )
    lines.append("")
    if view.failing:
        lines.append(f"{'=' * 35} FAILURES {'=' * 35}")
        for name in sorted(view.failing):
            lines += [f"{'_' * 30} {name.partition('::')[2]} {'_' * 30}", "", "    def test():"]
            lines += [">       assert 1 == 2", "E       assert 1 == 2", ""]
            lines += [f"{name.partition('::')[0]}:12: AssertionError"]
        lines.append(f"{'=' * 27} short test summary info {'=' * 27}")
        lines += [f"FAILED {name} - assert 1 == 2" for name in sorted(view.failing)]
    counts = [(view.failed, "failed"), (view.passed, "passed"), (view.skipped, "skipped")]
    told = ", ".join(f"{n} {word}" for n, word in [*counts, (view.xfailed, "xfailed")] if n)
    long = f" ({timedelta(seconds=int(view.seconds or 0))})" if (view.seconds or 0) >= 60 else ""
    return "\n".join([*lines, f"{'=' * 20} {told} in {view.seconds:.2f}s{long} {'=' * 20}", ""])


def _junit(view: View) -> str:
    cases = []
    outcomes = view.outcomes()
    for name, outcome in outcomes.items():
        file, _, test = name.partition("::")
        inner = {
            "passed": "",
            "failed": '<failure message="assert 1 == 2">assert 1 == 2</failure>',
            "skipped": '<skipped type="pytest.skip" message="no device">no device</skipped>',
            "xfailed": '<skipped type="pytest.xfail" message="known" />',
        }[outcome]
        owner = file.removesuffix(".py").replace("/", ".")
        cases.append(f'<testcase classname="{owner}" name="{test}" time="0.010">{inner}</testcase>')
    skipped = (view.skipped or 0) + (view.xfailed or 0)
    return (
        '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">'
        f'<testsuite name="pytest" errors="0" failures="{view.failed}" skipped="{skipped}" '
        f'tests="{len(outcomes)}" time="{view.seconds:.3f}" timestamp="2026-01-05T08:00:00+00:00" '
        f'hostname="box">{"".join(cases)}</testsuite></testsuites>\n'
    )


def _time(view: View) -> str:
    seconds = (view.seconds or 0) + 0.4
    hours, rest = divmod(seconds, 3600)
    clock = f"{int(rest // 60)}:{rest % 60:05.2f}"
    if hours:
        clock = f"{int(hours)}:{int(rest // 60):02}:{int(rest % 60):02}"
    return (
        '\tCommand being timed: "pytest tests/"\n'
        f"\tUser time (seconds): {seconds * 0.9:.2f}\n\tSystem time (seconds): 0.31\n"
        "\tPercent of CPU this job got: 98%\n"
        f"\tElapsed (wall clock) time (h:mm:ss or m:ss): {clock}\n"
        "\tMaximum resident set size (kbytes): 120220\n"
        f"\tExit status: {view.exit_code}\n"
    )
