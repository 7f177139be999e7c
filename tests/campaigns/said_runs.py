"""Made runs of known outcomes for what is said of runs: their files, their values and what is true of them.

Nothing here asks the tool: a run is drawn, and its files are written from it as pytest and
GNU time write them. ``values_of`` has the numbers and names that a wording may use, ``facts_of``
the words that say which wordings are true of the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from xml.sax.saxutils import quoteattr

PASSED, FAILED, ERROR, SKIPPED, XFAILED = "passed", "failed", "error", "skipped", "xfailed"
OUTCOMES = (FAILED, PASSED, SKIPPED, XFAILED, ERROR)
MODULES = (
    "split read merge cache parser writer index store sync retry upload export quota lexer".split()
)
WORDS = "empty large nested unicode windows closed twice slow default broken early locked".split()
AREAS = "parser-speed billing-export sync-client image-cache search-index".split()
SHAPES = ("whole", "whole", "whole", "log", "junit", "untold", "parts", "parts", "sessions")
NEVER = ("coverage.xml", "report.html", "summary.json", "pytest_full.log", "junit_merged.xml")
PARTS = ("unit", "integration", "e2e")


@dataclass(frozen=True)
class Session:
    """One call of pytest: the outcome of each test by its id, in order."""

    name: str
    tests: Mapping[str, str]
    seconds: float

    @cached_property
    def counts(self) -> Counter[str]:
        """How many tests have each outcome."""
        return Counter(self.tests.values())

    @property
    def exit_code(self) -> int:
        """What pytest ends with."""
        return int(any(self.counts[outcome] for outcome in (FAILED, ERROR)))


@dataclass(frozen=True)
class Run:
    """One execution: a folder with the outputs of its sessions."""

    folder: str
    date: str
    stamp: str
    """Empty where the folder's name is none."""
    shape: str
    sessions: tuple[Session, ...]
    overhead: float
    """What the wall clock has more than pytest."""
    rss_kb: int
    earlier: Run | None = None

    @cached_property
    def tests(self) -> dict[str, str]:
        """The outcome of each test."""
        return {name: outcome for one in self.sessions for name, outcome in one.tests.items()}

    @property
    def seconds(self) -> float:
        """What pytest says that it took, all sessions together."""
        return round(sum(one.seconds for one in self.sessions), 2)

    @property
    def exit_code(self) -> int:
        """That of the whole command."""
        return max(one.exit_code for one in self.sessions)

    def named(self, *outcomes: str) -> list[str]:
        """The ids of the tests that ended so."""
        return [name for name, outcome in self.tests.items() if outcome in outcomes]

    @cached_property
    def own_names(self) -> set[str]:
        """The tests whose name, without its file, is that of no other."""
        names = Counter(name.split("::")[1].split("[")[0] for name in self.tests)
        return {name for name in self.tests if names[name.split("::")[1]] == 1}

    @cached_property
    def files(self) -> dict[str, str]:
        """The text of each file of the folder."""
        made: dict[str, str] = {}
        several = self.shape == "parts"
        if self.shape == "sessions":
            made["pytest.log"] = "".join(
                f"$ pytest tests/{one.name}\n{log_of(one)}" for one in self.sessions
            )
        for one in self.sessions:
            prefix = f"{one.name}." if several else "pytest."
            if self.shape not in ("junit", "sessions"):
                made[f"{prefix}log"] = log_of(one)
            if self.shape in ("whole", "junit", "untold"):
                made[f"{prefix}junit.xml"] = junit_of(one)
        if self.shape != "untold":
            made["exit_code.txt"] = f"{self.exit_code}\n"
        if self.shape in ("whole", "untold", "parts"):
            made["time.txt"] = self.time_report()
        return made

    @property
    def wall(self) -> float:
        """What GNU time says that it took."""
        told = self.seconds + self.overhead
        # Beyond an hour GNU time tells no hundredths.
        return round(told, 2) if told < 3600 else float(int(told))

    def time_report(self) -> str:
        """What `/usr/bin/time -v` writes."""
        minutes, seconds = divmod(self.wall, 60)
        hours, minutes = divmod(int(minutes), 60)
        clock = f"{hours}:{minutes:02}:{int(seconds):02}" if hours else f"{minutes}:{seconds:05.2f}"
        return (
            '\tCommand being timed: "pytest -q"\n'
            f"\tUser time (seconds): {self.wall * 0.8:.2f}\n\tSystem time (seconds): {self.wall * 0.05:.2f}\n"
            "\tPercent of CPU this job got: 85%\n"
            f"\tElapsed (wall clock) time (h:mm:ss or m:ss): {clock}\n"
            f"\tMaximum resident set size (kbytes): {self.rss_kb}\n\tExit status: {self.exit_code}\n"
        )


def log_of(session: Session) -> str:
    """What `pytest` prints."""
    letters = {PASSED: ".", FAILED: "F", ERROR: "E", SKIPPED: "s", XFAILED: "x"}
    modules: dict[str, list[str]] = {}
    for name, outcome in session.tests.items():
        modules.setdefault(name.split("::")[0], []).append(letters[outcome])
    total, done = len(session.tests), 0
    lines = [
        f"{' test session starts ':=^80}",
        "platform linux -- Python 3.11.9, pytest-8.3.3, pluggy-1.5.0",
        "rootdir: /srv/app",
        f"collected {total} item{'s' * (total != 1)}",
        "",
    ]
    for module, told in modules.items():
        done += len(told)
        lines.append(f"{module} {''.join(told)}".ljust(72) + f" [{100 * done // total:3}%]")
    summary = []
    for title, outcome in (("ERRORS", ERROR), ("FAILURES", FAILED)):
        broken = [name for name, found in session.tests.items() if found == outcome]
        if broken:
            lines += ["", f"{f' {title} ':=^80}"]
        for name in broken:
            test = name.split("::")[1]
            head = f"ERROR at setup of {test}" if outcome == ERROR else test
            lines += [f"{f' {head} ':_^80}", "E       AssertionError: assert 3 == 4", ""]
            summary.append(f"{outcome.upper()} {name} - AssertionError: assert 3 == 4")
    if summary:
        lines += [f"{' short test summary info ':=^80}", *summary]
    counts = session.counts
    told = [
        f"{counts[outcome]} {plural(outcome, counts[outcome])}"
        for outcome in OUTCOMES
        if counts[outcome]
    ]
    clock = f" ({timedelta(seconds=int(session.seconds))})" if session.seconds >= 60 else ""
    lines.append(f" {', '.join(told)} in {session.seconds:.2f}s{clock} ".center(80, "="))
    return "\n".join(lines) + "\n"


def plural(outcome: str, count: int) -> str:
    """As pytest's last line has it: only errors have a plural."""
    return "errors" if outcome == ERROR and count != 1 else outcome


def junit_of(session: Session) -> str:
    """What `pytest --junitxml` writes."""
    counts, tail = session.counts, {PASSED: "/>"}
    tail[FAILED] = '><failure message="assert 3 == 4">E assert 3 == 4</failure></testcase>'
    tail[ERROR] = (
        '><error message="failed on setup with &quot;OSError&quot;">OSError</error></testcase>'
    )
    tail[SKIPPED] = (
        '><skipped type="pytest.skip" message="needs a GPU">needs a GPU</skipped></testcase>'
    )
    tail[XFAILED] = '><skipped type="pytest.xfail" message="not yet" /></testcase>'
    each = session.seconds / len(session.tests)
    cases = []
    for name, outcome in session.tests.items():
        module, test = name.split("::")
        dotted = module.removesuffix(".py").replace("/", ".")
        cases.append(
            f'<testcase classname="{dotted}" name={quoteattr(test)} time="{each:.3f}"{tail[outcome]}'
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" '
        f'errors="{counts[ERROR]}" failures="{counts[FAILED]}" skipped="{counts[SKIPPED] + counts[XFAILED]}" '
        f'tests="{len(session.tests)}" time="{session.seconds:.3f}" timestamp="2025-10-01T10:00:00+00:00" '
        f'hostname="ci">{"".join(cases)}</testsuite></testsuites>\n'
    )


def suite(rng: Random, size: int, folder: str, modules: list[str]) -> list[str]:
    """The ids of that many tests, in modules of unlike sizes."""
    names: list[str] = []
    left = size
    for number, module in enumerate(modules):
        last = number == len(modules) - 1
        share = (
            left
            if last
            else max(
                2, min(left - 2 * (len(modules) - number), rng.randint(2, 2 * size // len(modules)))
            )
        )
        left -= share
        seen = rng.sample(
            [f"test_{a}_{b}" for a in WORDS for b in WORDS if a != b], min(share, 100)
        )
        # Names of which most are those of no other file's test.
        seen = [
            f"test_{module}_{test.removeprefix('test_')}" if rng.random() < 0.7 else test
            for test in seen
        ]
        names += [f"{folder}/test_{module}.py::{test}" for test in seen]
        names += [
            f"{folder}/test_{module}.py::{seen[0]}[{extra}]" for extra in range(share - len(seen))
        ]
    return names


def outcomes(
    rng: Random, names: list[str], failed: int, others: Mapping[str, int]
) -> dict[str, str]:
    """Each test's outcome: so many that failed, so many of each other, the rest passed."""
    told = dict.fromkeys(names, PASSED)
    drawn = rng.sample(names, failed + sum(others.values()))
    for name in drawn[:failed]:
        told[name] = FAILED
    place = failed
    for outcome, count in others.items():
        for name in drawn[place : place + count]:
            told[name] = outcome
        place += count
    return told


def seconds_of(rng: Random) -> float:
    """Short, minutes long, or more than an hour."""
    return round(
        rng.choice([rng.uniform(8, 58), rng.uniform(150, 3300), rng.uniform(4000, 9000)]), 2
    )


def folder_of(rng: Random, area: str, when: datetime, number: int) -> tuple[str, str]:
    """The folder of a run, and its stamp where its name is one."""
    forms = ("%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H%M%SZ", "%Y%m%d-%H%M%S", "")
    stamp = when.strftime(rng.choice(forms)) if number else when.strftime(forms[0])
    phase = rng.choice("abcdef")
    return (
        (f"reports/{area}/phase_{phase}/{stamp}", stamp)
        if stamp
        else (f"reports/{area}/run-{number:02}", "")
    )


def make_run(rng: Random, number: int, shape: str | None = None) -> Run:
    """A run, and the earlier one of the same tests that it is compared with."""
    shape = shape or rng.choice(SHAPES)
    when = datetime(2025, 10, 1, 6, tzinfo=UTC) + timedelta(days=number, minutes=rng.randrange(900))
    folder, stamp = folder_of(rng, rng.choice(AREAS), when, number)
    several = shape in ("parts", "sessions")
    modules = rng.sample(MODULES, 9)
    size = rng.choice([rng.randint(24, 90), rng.randint(90, 420), rng.randint(1100, 1600)])
    green = rng.random() < 0.45
    sessions, before = [], []
    for place in range(rng.choice([2, 3]) if several else 1):
        name = (PARTS if shape == "parts" else ("split", "read", "merge"))[place] if several else ""
        own = modules[3 * place : 3 * place + 3] if several else modules
        names = suite(rng, size // (place + 1) + 13 * place, f"tests/{name}".rstrip("/"), own)
        failed = (
            0
            if green or (place and rng.random() < 0.5)
            else rng.randint(1, min(9, len(names) // 6))
        )
        others = {SKIPPED: rng.choice([0, 0, rng.randint(1, 7)]), XFAILED: rng.choice([0, 0, 1, 2])}
        others[ERROR] = 0 if green or rng.random() < 0.8 else rng.randint(1, 2)
        told = outcomes(rng, names, failed, others)
        sessions.append(
            Session(name, told, seconds_of(rng) if not several else round(rng.uniform(5, 800), 2))
        )
        before.append(
            Session(
                name, earlier_of(rng, told), round(sessions[-1].seconds * rng.uniform(1.3, 2.2), 2)
            )
        )
    run = Run(
        folder,
        when.date().isoformat(),
        stamp,
        shape,
        tuple(sessions),
        round(rng.uniform(0.4, 3), 2),
        rng.randint(90_000, 4_000_000),
    )
    earlier, earlier_stamp = folder_of(rng, folder.split("/")[1], when - timedelta(hours=30), 0)
    day = (when - timedelta(hours=30)).date().isoformat()
    base = replace(
        run,
        folder=earlier,
        date=day,
        stamp=earlier_stamp,
        sessions=tuple(before),
        rss_kb=run.rss_kb * 2,
    )
    return replace(run, earlier=base)


def earlier_of(rng: Random, told: Mapping[str, str]) -> dict[str, str]:
    """Outcomes before: the same failures, more of them, fewer, or others."""
    before = dict(told)
    broken = [name for name, outcome in told.items() if outcome == FAILED]
    whole = [name for name, outcome in told.items() if outcome == PASSED]
    kind = rng.choice(["same", "better", "better", "worse", "other"])
    if kind in ("better", "other"):
        for name in rng.sample(whole, min(len(whole), rng.randint(1, 4))):
            before[name] = FAILED
    if kind in ("worse", "other") and broken:
        for name in rng.sample(broken, rng.randint(1, len(broken))):
            before[name] = PASSED
    return before


def facts_of(run: Run) -> set[str]:
    """What is true of the run, in the words that wordings ask for."""
    counts = Counter(run.tests.values())
    facts = {run.shape, "green" if not run.exit_code else "red"}
    facts.add("several" if len(run.sessions) > 1 else "single")
    for outcome in (FAILED, ERROR, SKIPPED, XFAILED):
        facts.add(outcome if counts[outcome] else f"no-{outcome}")
        facts |= {f"{outcome}-{n}" for n in (1, 2, 3) if counts[outcome] == n}
        facts |= {f"{outcome}-many" for _ in [0] if counts[outcome] > 1}
    told = run.files
    facts |= {"timed"} if "time.txt" in told else set()
    facts |= {"exit"} if "exit_code.txt" in told else set()
    facts |= {"junit"} if any("junit" in name for name in told) else set()
    facts |= {"log"} if any(name.endswith(".log") for name in told) else set()
    facts |= {"stamped"} if run.stamp else set()
    facts |= {"pure"} if not counts[ERROR] + counts[SKIPPED] + counts[XFAILED] else set()
    facts |= {"large"} if len(run.tests) > 1000 else set()
    facts |= (
        {"minutes"} if 150 <= run.seconds < 3500 else {"hours"} if run.seconds >= 3600 else set()
    )
    facts |= {"short"} if run.seconds < 60 else set()
    one_red = sum(bool(one.exit_code) for one in run.sessions) == 1
    facts |= {"one-part-red"} if one_red and len(run.sessions) > 1 else set()
    facts |= {f"parts-{len(run.sessions)}"}
    facts |= comparison_facts(run) if run.earlier else set()
    return facts


def comparison_facts(run: Run) -> set[str]:
    """How the run's failures stand to those of the run before."""
    assert run.earlier is not None
    now, before = set(run.named(FAILED)), set(run.earlier.named(FAILED))
    facts = {"compared"}
    facts.add("no-new" if now <= before else "new")
    facts |= {"same"} if now == before and now else set()
    facts |= {"changed"} if now != before and len(now) != len(before) else set()
    facts |= {"fewer"} if len(now) < len(before) else {"more"} if len(now) > len(before) else set()
    facts |= {"cleared"} if before - now else {"none-cleared"}
    facts |= {"before-red"} if before else {"before-green"}
    return facts


def values_of(run: Run, rng: Random) -> dict[str, object]:
    """What wordings may name: numbers of the run and of its parts, tests, paths."""
    counts = Counter(run.tests.values())
    values: dict[str, object] = {
        "collected": len(run.tests),
        **{name: counts[name] for name in (PASSED, FAILED, SKIPPED, XFAILED)},
        "errors": counts[ERROR],
        "executed": counts[PASSED] + counts[FAILED] + counts[ERROR],
        "broken": counts[FAILED] + counts[ERROR],
        "rate": 100 * counts[PASSED] / len(run.tests),
        "failrate": 100 * counts[FAILED] / len(run.tests),
        "seconds": run.seconds,
        "wall": run.wall,
        "exit": run.exit_code,
        "rss": run.rss_kb,
        "folder": run.folder,
        "date": run.date,
        "stamp": run.stamp,
        "parts": len(run.sessions),
    }
    names = sorted(run.files)
    logs = [name for name in names if name.endswith(".log")]
    values["file"] = rng.choice(names)
    values["path"] = f"{run.folder}/{values['file']}"
    values["files"] = len(names)
    values["missing_path"] = (
        f"{run.folder}/{rng.choice([name for name in NEVER if name not in names])}"
    )
    if logs:
        values["log"] = f"{run.folder}/{rng.choice(logs)}"
    if any("junit" in name for name in names):
        values["junit"] = f"{run.folder}/pytest.junit.xml"
    for key, outcome in (
        ("passing", PASSED),
        ("failing", FAILED),
        ("skipping", SKIPPED),
        ("erring", ERROR),
    ):
        ids = [name for name in run.named(outcome) if name in run.own_names]
        drawn = rng.sample(ids, min(2, len(ids)))
        for number, name in enumerate(drawn):
            values[f"{key}{number + 1 if number else ''}_id"] = name
            values[f"{key}{number + 1 if number else ''}"] = name.split("::")[1]
    values |= module_values(run, rng) | part_values(run, rng) | comparison_values(run)
    return values


def module_values(run: Run, rng: Random) -> dict[str, object]:
    """Two files of which every test passed, and one in which a test failed."""
    modules: dict[str, Counter[str]] = {}
    for name, outcome in run.tests.items():
        modules.setdefault(name.split("::")[0], Counter())[outcome] += 1
    values: dict[str, object] = {}
    whole = [name for name, counts in modules.items() if set(counts) == {PASSED}]
    for number, name in enumerate(rng.sample(whole, min(2, len(whole)))):
        key = f"module{number + 1 if number else ''}"
        values |= {
            key: name,
            f"{key}_tests": modules[name][PASSED],
            f"{key}_name": Path(name).stem.removeprefix("test_"),
        }
    red = [name for name, counts in modules.items() if counts[FAILED]]
    if red:
        name = rng.choice(red)
        values |= {
            "redmodule": name,
            "redmodule_passed": modules[name][PASSED],
            "redmodule_failed": modules[name][FAILED],
        }
        values |= {"redmodule_tests": sum(modules[name].values())}
    return values


def part_values(run: Run, rng: Random) -> dict[str, object]:
    """The numbers of each session of a run that has several, by their order."""
    values: dict[str, object] = {}
    for number, one in enumerate(run.sessions if len(run.sessions) > 1 else ()):
        key = "abc"[number]
        values |= {key: one.name, f"{key}_tests": len(one.tests), f"{key}_seconds": one.seconds}
        values |= {f"{key}_{name}": one.counts[name] for name in (PASSED, FAILED, SKIPPED)}
    red = [one for one in run.sessions if one.exit_code]
    whole = [one for one in run.sessions if not one.exit_code]
    if len(run.sessions) > 1 and red:
        values["redpart"] = rng.choice(red).name
    if len(run.sessions) > 1 and whole:
        values["greenpart"] = rng.choice(whole).name
    return values


def comparison_values(run: Run) -> dict[str, object]:
    """The numbers of the run before, and what changed."""
    if not run.earlier:
        return {}
    now, before = run.named(FAILED), run.earlier.named(FAILED)
    cleared = [name for name in before if name not in now and name in run.own_names]
    new = [name for name in now if name not in before]
    values: dict[str, object] = {
        "before_failed": len(before),
        "before_passed": len(run.earlier.named(PASSED)),
        "before_seconds": run.earlier.seconds,
        "before_folder": run.earlier.folder,
        "before_stamp": run.earlier.stamp,
        "cleared": len(set(before) - set(now)),
        "new": len(new),
        "fewer": len(before) - len(now),
        "more_passed": len(run.named(PASSED)) - len(run.earlier.named(PASSED)),
    }
    if cleared:
        values |= {"fixed_id": cleared[0], "fixed": cleared[0].split("::")[1]}
    return values
