"""Runs made up for ``tests.campaigns.lies``: what happened, and the folder that tells of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from random import Random

MODULES = ("test_split", "test_parse", "test_index", "test_cache", "test_cli", "test_links",
           "test_merge", "test_store")  # fmt: skip
WORDS = ("lines", "empty_file", "unicode", "crlf", "nested_list", "bad_header", "long_row", "fence",
         "symlink", "lock", "rename", "date", "number", "braces", "table", "quote", "escape",
         "order", "duplicate", "limit")  # fmt: skip
LETTERS = {"passed": "PASSED", "failed": "FAILED", "skipped": "SKIPPED", "xfailed": "XFAIL"}


@dataclass(frozen=True)
class Case:
    """One test: its node id, how it ended, and its seconds."""

    node: str
    outcome: str
    seconds: float

    @property
    def name(self) -> str:
        return self.node.rpartition("::")[2]


@dataclass(frozen=True)
class Made:
    """One run. ``files`` are relative to ``folder``, which is relative to the project."""

    folder: str
    stamp: str
    phase: str
    cases: tuple[Case, ...]
    seconds: float
    elapsed: float | None
    kbytes: int | None
    cpu: int | None
    exit_code: int | None
    files: tuple[str, ...]

    def count(self, outcome: str) -> int:
        return sum(case.outcome == outcome for case in self.cases)


def stamp_at(moment: dt.datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def tests(rng: Random) -> list[str]:
    """Node ids of a suite of 3 to 300 tests."""
    wanted = rng.choice((3, 5, 8, 12, 25, 40, 120, 300))
    found: dict[str, None] = {}
    while len(found) < wanted:
        module = rng.choice(MODULES)
        name = f"test_{rng.choice(WORDS)}_{rng.choice(WORDS)}"
        if rng.random() < 0.3:
            name = f"TestGroup::{name}"
        if wanted > 100:
            name += f"[{rng.choice(('cpu', 'gpu', 'a', 'b'))}-{rng.randrange(20)}]"
        found[f"tests/{module}.py::{name}"] = None
    return list(found)


def make(
    rng: Random, root: Path, initiative: str, phase: str, stamp: str, names: list[str]
) -> Made:
    """Make up a run of ``names`` and write its folder."""
    weights = rng.choice(((1.0, 0, 0, 0), (0.9, 0.1, 0, 0), (0.75, 0.05, 0.18, 0.02)))
    cases = []
    for name in names:
        outcome = rng.choices(("passed", "failed", "skipped", "xfailed"), weights)[0]
        # No test takes a whole run's time, or one time could be taken for the other.
        cases.append(Case(name, outcome, round(rng.uniform(0.001, 0.04), 3)))
    seconds = round(rng.choice((rng.uniform(20, 60), rng.uniform(60, 2500))), 2)
    has_time = rng.random() < 0.5
    failed = any(case.outcome == "failed" for case in cases)
    made = Made(
        f"reports/{initiative}/phase_{phase}/{stamp}",
        stamp,
        phase,
        tuple(cases),
        seconds,
        round(seconds + rng.uniform(0.6, 3.0), 2) if has_time else None,
        rng.randrange(400_000, 60_000_000) if has_time else None,
        rng.randrange(90, 1400) if has_time else None,
        int(failed) if rng.random() < 0.9 else None,
        (),
    )
    return _written(rng, root, made)


def _written(rng: Random, root: Path, made: Made) -> Made:
    nested = rng.random() < 0.5
    logs, outputs = ("logs/", "artifacts/") if nested else ("", "")
    kind = rng.choice(("both", "log", "quiet", "junit"))
    contents = {"commands.txt": "pytest -vv tests/ --junitxml=pytest.junit.xml\n",
                "analysis/summary.md" if nested else "summary.md": "# Summary\n\nSee the log.\n"}  # fmt: skip
    if kind != "junit":
        contents[f"{logs}pytest.log"] = log(made, quiet=kind == "quiet")
    if kind in ("both", "junit"):
        contents[f"{outputs}pytest.junit.xml"] = junit(made)
    if made.exit_code is not None:
        contents[f"{outputs}exit_code.txt"] = f"{made.exit_code}\n"
    if made.elapsed is not None:
        contents[f"{outputs}time.txt"] = time_report(made)
    for name, text in contents.items():
        place = root / made.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return Made(**{**made.__dict__, "files": tuple(contents)})


def log(made: Made, *, quiet: bool) -> str:
    """What pytest prints, with ``-v`` or without."""
    out = ["=" * 29 + " test session starts " + "=" * 30,
           "platform linux -- Python 3.11.7, pytest-8.4.1, pluggy-1.5.0",
           f"collected {len(made.cases)} items", ""]  # fmt: skip
    if quiet:
        letters = {"passed": ".", "failed": "F", "skipped": "s", "xfailed": "x"}
        out.append("tests/test_all.py " + "".join(letters[case.outcome] for case in made.cases))
    else:
        out += [f"{case.node} {LETTERS[case.outcome]} [ 50%]" for case in made.cases]
    broken = [case for case in made.cases if case.outcome == "failed"]
    if broken:
        out += ["", "=" * 35 + " FAILURES " + "=" * 35]
        out += [f"____ {case.name} ____\nE       AssertionError" for case in broken]
        out.append("=" * 27 + " short test summary info " + "=" * 28)
        out += [f"FAILED {case.node} - AssertionError" for case in broken]
    counts = [
        f"{n} {word}"
        for word in ("failed", "passed", "skipped", "xfailed")
        if (n := made.count(word))
    ]
    minutes = f" ({dt.timedelta(seconds=int(made.seconds))})" if made.seconds >= 60 else ""
    out.append(f"====== {', '.join(counts)} in {made.seconds:.2f}s{minutes} ======")
    return "\n".join(out) + "\n"


def junit(made: Made) -> str:
    """JUnit XML as pytest writes it."""
    bodies = {
        "passed": "",
        "failed": '<failure message="AssertionError">no</failure>',
        "skipped": '<skipped type="pytest.skip" message="not here">no</skipped>',
        "xfailed": '<skipped type="pytest.xfail" message="known">no</skipped>',
    }
    rows = []
    for case in made.cases:
        head, _, name = case.node.rpartition("::")
        classname = head.replace(".py", "").replace("/", ".").replace("::", ".")
        body = bodies[case.outcome]
        rows.append(
            f'<testcase classname="{classname}" name="{name}" time="{case.seconds:.3f}">{body}</testcase>'
        )
    skipped = made.count("skipped") + made.count("xfailed")
    return (
        '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite '
        f'name="pytest" errors="0" failures="{made.count("failed")}" skipped="{skipped}" '
        f'tests="{len(made.cases)}" time="{made.seconds:.3f}" timestamp="2025-11-02T09:15:00">'
        + "".join(rows)
        + "</testsuite></testsuites>"
    )


def time_report(made: Made) -> str:
    """The report of ``/usr/bin/time -v``."""
    assert made.elapsed is not None
    minutes, rest = divmod(made.elapsed, 60)
    return (
        '\tCommand being timed: "pytest -vv tests/"\n'
        f"\tUser time (seconds): {made.elapsed / 2:.2f}\n"
        f"\tPercent of CPU this job got: {made.cpu}%\n"
        f"\tElapsed (wall clock) time (h:mm:ss or m:ss): {int(minutes)}:{rest:05.2f}\n"
        f"\tMaximum resident set size (kbytes): {made.kbytes}\n"
        f"\tExit status: {made.exit_code or 0}\n"
    )
