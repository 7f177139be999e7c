"""Writes hand-off briefs whose truth is known: a repository with two runs, a plan and the brief."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from xml.sax.saxutils import quoteattr

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
EARLIER, STAMP, LATER = "20251015T190350Z", "20251015T201831Z", "20251016T101500Z"
RUN = f"reports/suite/phase_n/{LATER}"
BASELINE = f"reports/suite/phase_l/{EARLIER}"
HERE = f"reports/suite/phase_m/{STAMP}/analysis"
BRIEF = f"{HERE}/next_steps.md"
NAMES = ("CREF", "CLI", "TOOLS", "VEC", "GRAD", "PERF", "UTF", "IO", "NET")
FEATURES = ("Dtype reset", "Path lookup", "Retry policy", "Cache layout", "Mask handling")


@dataclass(frozen=True)
class Cluster:
    """Tests that failed for one reason, and how each ended in the new run."""

    name: str
    suite: str
    tests: Mapping[str, str]
    said: int

    @property
    def ids(self) -> list[str]:
        """The node ids of its tests."""
        return [f"{self.suite}::{name}" for name in self.tests]

    @property
    def cleared(self) -> str:
        """Whether its failures are cleared: unknown where the brief counts others than there are."""
        if set(self.tests.values()) - {"passed", "gone", "skipped"}:
            return UNMET
        if self.said != len(self.tests) or set(self.tests.values()) != {"passed"}:
            return UNKNOWN
        return MET


@dataclass(frozen=True)
class Criterion:
    """A criterion, the verdicts that are right, and which kind it is of."""

    kind: str
    text: str
    right: frozenset[str]
    documented: bool = True
    """Whether the documentation promises that it is understood."""
    claimed: bool | None = None
    sprint: str = ""
    optional: bool = False

    @property
    def sure(self) -> bool:
        """Whether it must be judged: an unknown is one too many."""
        return self.documented and UNKNOWN not in self.right


@dataclass
class World:
    """What is true of the repository."""

    clusters: list[Cluster]
    others: dict[str, tuple[str, str]]
    """Further tests: how each ended in the baseline and in the new run."""
    seconds: float
    options: bool
    lies: bool
    """Whether the brief tells its baseline wrongly."""
    state: str = "whole"
    """What is odd about the new run."""
    files: dict[str, str] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    targeted: dict[str, Criterion] = field(default_factory=dict)
    """What is true of the commands that a sprint is to run."""
    folders: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=lambda: list(FEATURES))

    def results(self, new: bool) -> dict[str, str]:
        """The tests of a run and their outcomes."""
        found = {name: ends[new] for name, ends in self.others.items()}
        for cluster in self.clusters:
            ends = cluster.tests.values() if new else ["failed"] * len(cluster.tests)
            found |= dict(zip(cluster.ids, ends, strict=True))
        if new and self.state == "error":
            found["tests/test_core.py::test_core_9"] = "error"
        return {name: end for name, end in found.items() if end != "gone"}

    def count(self, outcome: str, new: bool = True) -> int:
        """How many tests ended so."""
        return list(self.results(new).values()).count(outcome)

    @property
    def failing(self) -> list[str]:
        """The tests that fail in the new run."""
        return [name for name, end in self.results(True).items() if end in ("failed", "error")]

    @property
    def fresh(self) -> list[str]:
        """Those of them that did not fail before."""
        return [name for name in self.failing if self.results(False).get(name) != "failed"]


def _is(truth: bool) -> frozenset[str]:
    """The verdict."""
    return frozenset({MET if truth else UNMET})


def world(rng: Random) -> World:
    """Clusters, tests and how the work on them ended."""
    ending = rng.choice(("fixed", "fixed", "mixed", "mixed", "mixed", "untouched"))
    clusters = []
    for name in rng.sample(NAMES, rng.randint(2, 5)):
        count = rng.choice((1, 1, 2, 2, 3))
        ends = {
            f"test_{name.lower()}_{'abc'[at]}": {"fixed": "passed", "untouched": "failed"}.get(
                ending, rng.choice(("passed", "passed", "passed", "failed", "skipped", "gone"))
            )
            for at in range(count)
        }
        said = count if rng.random() < 0.93 else count + rng.choice((1, 2))
        suite = f"tests/test_{name.lower()}.py::Test{name.title()}"
        clusters.append(Cluster(f"{name}-001", suite, ends, said))
    others = {f"tests/test_core.py::test_core_{at}": ("passed", "passed") for at in range(40)}
    others |= {f"tests/test_core.py::test_later_{at}": ("skipped", "skipped") for at in range(5)}
    if rng.random() < 0.25:
        others["tests/test_core.py::test_core_7"] = ("passed", "failed")
    for cluster in clusters:
        if rng.random() < 0.4:
            others[f"{cluster.suite}::test_sound"] = ("passed", "passed")
    state = rng.choice(("whole",) * 12 + ("older", "cut", "exit", "part", "error"))
    return World(
        clusters, others, rng.uniform(900, 1700), rng.random() < 0.5, rng.random() < 0.2, state
    )


def junit(results: Mapping[str, str], seconds: float) -> str:
    """The results as pytest writes them."""
    lines = []
    for name, end in results.items():
        where, _, test = name.rpartition("::")
        owner = where.replace(".py", "").replace("/", ".").replace("::", ".")
        body = {
            "error": '<error message="failed on setup">no fixture</error>',
            "failed": '<failure message="assert 0">assert 0</failure>',
            "skipped": '<skipped type="pytest.skip" message="later">later</skipped>',
        }.get(end, "")
        lines.append(
            f"<testcase classname={quoteattr(owner)} name={quoteattr(test)} time="
            f'"{seconds / len(results):.3f}">{body}</testcase>'
        )
    ends = list(results.values())
    return (
        '<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" '
        f'errors="{ends.count("error")}" '
        f'failures="{ends.count("failed")}" skipped="{ends.count("skipped")}" '
        f'tests="{len(ends)}" time="{seconds:.3f}" timestamp="2025-10-16T10:15:00" '
        f'hostname="host">{"".join(lines)}</testsuite></testsuites>\n'
    )


def log(results: Mapping[str, str], seconds: float) -> str:
    """The same as pytest's log."""
    ends = list(results.values())
    lines = [
        "============================= test session starts ==============================",
        "platform linux -- Python 3.12.3, pytest-8.4.1, pluggy-1.6.0",
        f"collected {len(ends)} items",
        "",
        *(f"{name} {end.upper()}" for name, end in results.items()),
        "",
        "=========================== short test summary info ============================",
        *(f"FAILED {name} - assert 0" for name, end in results.items() if end == "failed"),
    ]
    parts = [
        f"{ends.count(end)} {end}"
        for end in ("failed", "passed", "skipped", "error")
        if end in ends
    ]
    whole = f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02}:{int(seconds % 60):02}"
    last = f" {', '.join(parts)} in {seconds:.2f}s ({whole}) "
    return "\n".join([*lines, f"{last:=^80}"]) + "\n"


def _times(cluster: Cluster) -> str:
    """The cluster with its count, as a criterion names it."""
    return cluster.name if cluster.said == 1 else f"{cluster.name} x{cluster.said}"


def _worst(verdicts: Sequence[str]) -> frozenset[str]:
    """What all of them together are. What is not there is either."""
    if UNMET in verdicts:
        return frozenset({UNMET})
    return frozenset({UNMET, UNKNOWN}) if UNKNOWN in verdicts else frozenset({MET})


WHOLE = re.compile(r"suite|All tests")
OF_FILES = ("artifacts", "extracted", "documents", "beyond", "decision", "sprint")


def _as_run(known: World, one: Criterion) -> Criterion:
    """The criterion, judged by a run that is odd in some way."""
    right = one.right
    if known.state == "whole" or one.kind in OF_FILES:
        return one
    if known.state in ("older", "cut"):
        right = frozenset({UNMET, UNKNOWN})
    elif known.state == "exit":
        code = one.text.startswith("Exit") or "exit_code" in one.text
        right = right | {MET, UNMET, UNKNOWN} if code else right | {UNKNOWN}
        right = frozenset({UNMET, UNKNOWN}) if one.kind == "green" else right
    elif known.state == "part" and one.kind == "green" and WHOLE.search(one.text):
        right = frozenset({UNMET, UNKNOWN})
    elif known.state == "part" or one.kind not in ("cleared", "named", "green", "no new"):
        right = right if one.kind in ("cleared", "named") else frozenset({MET, UNMET, UNKNOWN})
    return replace(one, right=right, kind=f"{one.kind} ({known.state})")


def cleared(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """Failures that are to be cleared."""
    count = sum(one.said for one in clusters)
    names = ", ".join(_times(one) for one in clusters)
    word = "failure" if count == 1 else "failures"
    digits = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}.get(count, str(count))
    text, documented = rng.choice(
        (
            (f"{count} {word} cleared ({names})", True),
            (f"{count} {word} cleared ({names})", True),
            (f"{digits} {word} cleared ({names})", False),
            (f"All {count} {word} cleared ({names})", False),
            (f"{names} cleared", False),
            (f"{count} {word} fixed ({names})", False),
            (f"{word.title()} cleared: {names}", False),
            (f"Clears {count} {word} ({names})", False),
        )
    )
    return Criterion("cleared", text, _worst([one.cleared for one in clusters]), documented)


def no_new(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """No test may fail that did not before."""
    text = rng.choice(
        (
            "No new failures",
            "No regressions",
            "0 new failures",
            "No new failures vs Phase L",
            "No regressions against the baseline",
            "Zero new failures",
        )
    )
    return Criterion(
        "no new", text, _is(not world.fresh), text in ("No new failures", "No regressions")
    )


def green(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """No test may fail at all."""
    text, documented = rng.choice(
        (
            ("Full suite passes", True),
            ("No failures", True),
            ("All tests pass", True),
            ("All tests passing", False),
            ("Full suite green", False),
            ("0 failures", False),
            ("Zero failures in the full suite", False),
            ("The whole suite passes without a failure", False),
            ("Nothing fails", False),
        )
    )
    lost = any("gone" in one.tests.values() for one in world.clusters)
    right = _is(not world.failing)
    if lost and not world.failing and WHOLE.search(text):
        right = frozenset({UNKNOWN})
    return Criterion("green", text, right, documented)


def bound(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """A bound on a count."""
    failed, passed = len(world.failing), world.count("passed")
    limit = max(0, failed + rng.choice((-1, 0, 1, 2)))
    least = passed + rng.choice((-3, 0, 1))
    text, truth = rng.choice(
        (
            (f"At most {limit} failures", failed <= limit),
            (f"No more than {limit} failures", failed <= limit),
            (f"Fewer than {limit + 1} failures", failed <= limit),
            (f"Failures ≤ {limit}", failed <= limit),
            (f"Failed ≤{limit}", failed <= limit),
            (f"{limit} failures or fewer", failed <= limit),
            (f"Not more than {limit} tests fail", failed <= limit),
            (f"Up to {limit} failures", failed <= limit),
            (f"At least {least} tests pass", passed >= least),
            (f"≥{least} passed", passed >= least),
            (f"More than {least - 1} tests passed", passed >= least),
            (f"{least} or more tests pass", passed >= least),
            (f"{passed} passed, {failed} failed", True),
            (f"{passed} passed, {failed + 1} failed", False),
            (f"Exit code {'0'}", failed == 0),
        )
    )
    documented = text.startswith(("At most", "Exit"))
    return Criterion("bound", text, _is(truth), documented)


def rate(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """A bound on the pass rate; it holds or fails for every denominator that may be meant."""
    ends = world.results(True)
    passed = world.count("passed")
    skipped = world.count("skipped")
    low, high = 100 * passed / len(ends), 100 * passed / (len(ends) - skipped)
    truth = rng.random() < 0.5
    limit = int(low) - 1 if truth else min(int(high) + 1, 100)
    if not truth and high >= 100:
        truth, limit = True, int(low) - 1
    form = rng.choice(("Pass rate ≥{}%", "Pass rate >= {} %", "Pass rate of at least {}%"))
    text = form.format(limit) + rng.choice(("", f" (exceeds {limit - 5}% floor)"))
    if rng.random() < 0.3:
        text, truth = f"At least {limit}% of executed tests pass", high >= limit
    return Criterion("rate", text, _is(truth))


def runtime(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """A bound on the time."""
    truth = rng.random() < 0.5
    limit = world.seconds * (rng.uniform(1.1, 2) if truth else rng.uniform(0.4, 0.9))
    margin = 100 * (1 - world.seconds / 3600)
    share = margin - 5 if truth else margin + 5
    text = rng.choice(
        (
            f"Runtime <{limit:.0f}s",
            f"Runtime under {limit / 60:.1f} minutes",
            f"Runtime ≤ {limit / 60:.1f} min",
            f"Runtime stays below {limit:.0f} s",
            f"Full run takes less than {limit / 3600:.2f} hours",
            f"Runtime at most {limit:.0f} seconds (was 1661 s)",
            f"Margin ≥ {share:.0f}% of 3600s",
            f"Margin of at least {share:.0f} % below the 3600 s timeout",
        )
    )
    return Criterion(
        "runtime", text, _is(truth), text.startswith(("Runtime <", "Runtime u", "Margin ≥"))
    )


def named(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """One test that is to pass."""
    cluster = rng.choice(clusters)
    name, end = rng.choice(list(cluster.tests.items()))
    right = {"passed": {MET}, "failed": {UNMET}}.get(end, {UNMET, UNKNOWN})
    full = f"{cluster.suite}::{name}"
    text = rng.choice(
        (
            f"Test `{name}` passes",
            f"`{full}` passes",
            f"`{name}` is green",
            f"`{full}` no longer fails",
            f"Test `{name}` passing",
        )
    )
    return Criterion("named", text, frozenset(right), text.endswith("` passes"))


def artifacts(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """Files that are to be there."""
    where = f"bundle_{len(world.folders) + 1}"
    world.folders.append(where)
    state = rng.choice(("there", "there", "missing", "empty"))
    if state != "missing":
        world.files[f"{RUN}/{where}/summary.md"] = "Done.\n" if state == "there" else ""
    folder = f"`reports/suite/phase_n/<STAMP>/{where}/`"
    text = rng.choice(
        (
            f"Artifacts captured under {folder}",
            f"Artifacts captured under {folder}",
            f"Artifacts exist under {folder}",
            f"All artifacts stored in {folder}",
            f"Evidence saved to {folder}",
            f"{folder[:-1]}summary.md` exists",
        )
    )
    return Criterion(
        "artifacts", text, _is(state == "there"), text.startswith("Artifacts captured")
    )


def documented(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """Documents that are to say something."""
    if not world.subjects:
        return artifacts(rng, world, clusters)
    subject = world.subjects.pop()
    names = rng.sample(("arch.md", "docs/testing.md", "docs/howto.md"), rng.choice((1, 2)))
    said = [rng.random() < 0.6 for _ in names]
    for name, told in zip(names, said, strict=True):
        world.files.setdefault(name, "# Notes\n\nNothing else.\n")
        already = f"## {subject}\n" in world.files[name]
        if told and not already:
            world.files[name] += f"\n## {subject}\n\nThe {subject.lower()} is described here.\n"
    told_all = all(f"## {subject}\n" in world.files[name] for name in names)
    joint = rng.choice((" + ", " and ", ", "))
    text = rng.choice(
        (
            f"{subject} documented in {joint.join(names)}",
            f"{subject} documented in {joint.join(f'`{name}`' for name in names)}",
            f"{subject} described in {joint.join(names)}",
            f"{joint.join(f'`{name}`' for name in names)} documents the {subject.lower()}",
        )
    )
    return Criterion("documents", text, _is(told_all), " documented in" in text and joint == " + ")


def remaining(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """The only tests that may still fail."""
    last = world.clusters[-1]
    own = sum(end == "failed" for end in last.tests.values())
    text = rng.choice(
        (
            f"{last.said} failure{'s' * (last.said > 1)} remaining ({last.name})",
            f"{last.said} failure{'s' * (last.said > 1)} remaining ({last.name}, deferred to [PERF-004])",
            f"Only {last.name} still fails",
        )
    )
    beyond = len(world.failing) - own
    right = {UNMET} if beyond else {MET, UNKNOWN, UNMET}
    if not beyond and own == last.said == len(last.tests):
        right = {MET}
    if last.said != len(last.tests):
        right = {UNMET, UNKNOWN}
    return Criterion("remaining", text, frozenset(right), not text.startswith("Only"))


def beyond(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """What no evidence can tell."""
    text = rng.choice(
        (
            "Stakeholders agree with the approach",
            "Code reviewed by a second person",
            "Customers told about the change",
            "Performance feels as before",
            "Naming follows the house style",
            "Follow-up work scheduled for the next quarter",
        )
    )
    return Criterion("beyond", text, frozenset({UNKNOWN}))


def extracted(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """A file of as many entries as the criterion says."""
    count = world.count("failed", False)
    said = count if rng.random() < 0.5 else count + 1
    rows = [
        {"nodeid": name, "summary": "- assert 0"}
        for name, end in world.results(False).items()
        if end == "failed"
    ]
    world.files[f"{HERE}/failures.json"] = json.dumps(rows, indent=1)
    text = rng.choice(
        (
            f"Failures parsed into JSON ({said} tests extracted from Phase L log)",
            f"failures.json written ({said} tests extracted)",
            f"`{HERE}/failures.json` lists {said} failures",
        )
    )
    return Criterion("extracted", text, _is(said == count), False)


DECISIONS: Sequence[tuple[tuple[str, ...], frozenset[str]]] = (
    (("Decision: Option B approved by galph.", "Sprint 2 begun."), frozenset({MET})),
    (("Decision logged: Option A chosen over Option B.", "Sprint 2 begun."), frozenset({MET})),
    (("Stakeholders decided for Option A.",), frozenset({MET})),
    (("Option B was approved.", "Sprint 2: repairs made."), frozenset({MET})),
    ((), frozenset({UNMET, UNKNOWN})),
    (("Decision between Option A and Option B is pending.",), frozenset({UNMET, UNKNOWN})),
    (("No decision yet: Option A or Option B.",), frozenset({UNMET, UNKNOWN})),
    (("Option A measured: 12 % slower.",), frozenset({UNMET, UNKNOWN})),
    (("Decision on Option B required from galph.",), frozenset({UNMET, UNKNOWN})),
    (("Option B not approved.",), frozenset({UNMET, UNKNOWN})),
    (("Sprint 2: repairs made.", "Decision: Option B approved."), frozenset({UNMET, UNKNOWN})),
    (("Decision about the linter: black.",), frozenset({UNMET, UNKNOWN})),
    (("Asked galph whether Option A is approved.",), frozenset({UNMET, UNKNOWN})),
    (("Decision: Option B would be approved if it were faster.",), frozenset({UNMET, UNKNOWN})),
)


def decision(rng: Random, world: World) -> Criterion:
    """A decision that is to be logged before a sprint begins."""
    said, right = rng.choice(DECISIONS)
    for at, text in enumerate(said, 3):
        world.attempts.append(f"  * [2025-10-1{at + 3}] Attempt #{at} — Result: partial. {text}")
    text = rng.choice(
        (
            "Decision (Option A vs Option B) logged in fix_plan before Sprint 2 begins",
            "Stakeholder decision (Option A vs Option B) logged in fix_plan before Sprint 2 begins",
            "Decision between Option A and Option B recorded in the fix plan before Sprint 2",
        )
    )
    return Criterion("decision", text, right, "logged" in text)


def expected(rng: Random, world: World) -> list[Criterion]:
    """Results before and after."""
    found = []
    for word in rng.sample(("Passed", "Failed", "Skipped"), rng.choice((1, 2, 3))):
        before, after = (world.count(word.lower(), new) for new in (False, True))
        truth = rng.random() < 0.6
        claim = after if truth else after + 1
        arrow = rng.choice(("→", "->"))
        text = f"**{word}:** {before} {arrow} {claim}" + rng.choice(("", f" ({claim - before:+})"))
        found.append(Criterion("expected", text, _is(truth), False))
    return [_as_run(world, one) for one in found]


def both(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """Two things in one sentence."""
    first, second = (rng.choice((no_new, green, runtime, rate))(rng, world, clusters) for _ in "ab")
    joined = f"{first.text} and {second.text[0].lower()}{second.text[1:]}"
    text = (
        joined if rng.random() < 0.6 else f"{first.text}; {second.text[0].lower()}{second.text[1:]}"
    )
    verdicts = [next(iter(one.right)) for one in (first, second)]
    return Criterion("both", text, _worst(verdicts), False)


def coded(rng: Random, world: World, clusters: Sequence[Cluster]) -> Criterion:
    """A check in code behind words that say nothing."""
    failed = len(world.failing)
    limit = max(0, failed + rng.choice((-1, 0, 1)))
    check, truth = rng.choice(
        (
            (f"failures <= {limit}", failed <= limit),
            ("new_failures == 0", not world.fresh),
            ("exit_code == 0", failed == 0),
            (f"runtime < {world.seconds * 1.2:.0f}s", True),
            (f"passed >= {world.count('passed') + 1} and failures <= 99", False),
            (f"skipped == {world.count('skipped')}", True),
        )
    )
    words = f"As good as in plan {chr(65 + rng.randrange(26))}{rng.randrange(100)}"
    return Criterion("coded", f"{words} `check: {check}`", _is(truth))


WRITERS: Sequence[Callable[[Random, World, Sequence[Cluster]], Criterion]] = (
    cleared, no_new, green, bound, rate, runtime, named, artifacts, documented, remaining, beyond,
    both, coded, extracted,
)  # fmt: skip

MARKS: dict[str, bool | None] = {"✅ ": True, "[ ] ": None, "[x] ": True, "❌ ": None, "": None}
MARKS |= {"[X] ": True, "☐ ": None, "✔ ": True, "⬜ ": None, "☑ ": True}


@dataclass(frozen=True)
class Facts:
    """What else the brief says."""

    totals: Mapping[str, int]
    lies: bool
    clusters: Mapping[str, int]
    tests: Mapping[str, list[str]] | None
    blocked: str
    """The cluster of its blocker; empty where it has none."""
    unblocks: Mapping[str, int]
    tasks: Sequence[str]
    deferred: bool
    expected: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Made:
    """A brief, the files around it, and what is true of its criteria."""

    brief: str
    files: Mapping[str, str]
    criteria: Sequence[Criterion]
    sprints: Sequence[str]
    cites: bool
    """Whether the brief names a file of the baseline's folder."""
    run: str
    """The run that is to show the outcome."""
    facts: Facts


def _list(rng: Random, criteria: Sequence[Criterion], marks: Sequence[str]) -> list[str]:
    """Criteria as a list, or as a table."""
    if len(criteria) > 1 and rng.random() < 0.07:
        head = rng.choice((["#", "Criterion", "Status"], ["#", "Criterion", "Done"]))
        rows = [
            f"| {at} | {'Optional: ' * one.optional}{one.text} | {mark.strip()} |"
            for at, (one, mark) in enumerate(zip(criteria, marks, strict=True), 1)
        ]
        return ["", f"| {' | '.join(head)} |", "| --- | --- | --- |", *rows]
    bullet = rng.choice(("- ", "- ", "- ", "* ", "+ ", "1. ", "1) "))
    loose, wrap = rng.random() < 0.15, rng.random() < 0.15
    lines = []
    for at, (one, mark) in enumerate(zip(criteria, marks, strict=True), 1):
        start = bullet.replace("1", str(at))
        text = f"{start}{mark}{'Optional: ' * one.optional}{one.text}"
        if wrap and "`" not in text and len(one.text) > 30:
            cut = text.index(" ", len(text) - len(one.text) // 2)
            if text[cut + 1] not in "><=≤≥-+":
                text = f"{text[:cut]}\n{' ' * len(start)}{text[cut + 1 :]}"
        lines += [text, ""] if loose else [text]
    return lines


def _heading(rng: Random, number: str, level: str) -> list[str]:
    """What stands above the criteria of a sprint."""
    return rng.choice(
        (
            [f"**Sprint {number} Exit Criteria:**"],
            [f"**Sprint {number} Exit Criteria:**"],
            ["**Exit Criteria:**"],
            [f"{level}# Sprint {number} Exit Criteria", ""],
            [f"{level}# Exit Criteria", ""],
            ["**Acceptance Criteria**", ""],
            [f"**Exit Criteria (Sprint {number}):**"],
            [f"**Acceptance criteria for Sprint {number}:**", ""],
            [f"**Sprint {number} — Exit Criteria**", ""],
            ["**Exit criteria**:", ""],
            ["**Exit Criteria (all must hold):**"],
            ["Exit Criteria:", ""],
            ["__Exit Criteria:__", ""],
            ["*Exit criteria:*", ""],
            [f"**Sprint {number} is done when:**"],
            [f"{level}# Definition of Done", ""],
            [f"**Definition of done (Sprint {number}):**", ""],
        )
    )


def _sprint(
    rng: Random, world: World, number: str, clusters: Sequence[Cluster], mode: str
) -> tuple[list[str], list[Criterion]]:
    """A sprint's lines and its criteria."""
    count = sum(one.said for one in clusters)
    level = rng.choice(("##", "###", "###"))
    hours = rng.choice(("1.5 hours", "45 minutes", "2 h", "90 min", "1 hour", "0.5 days"))
    dash = rng.choice((": ", " — ", ": "))
    lines = [f"{level} Sprint {number}{dash}Repairs ({hours} total, unblocks {count} failures)", ""]
    for at, one in enumerate(clusters, 1):
        tests = {"class": one.suite, "json": one.suite.split("::")[0]}.get(mode, " ".join(one.ids))
        lines += [
            f"{level}# Task {number}.{at}: CLUSTER-{one.name} — repair (30 minutes)",
            f"- **File:** `{one.suite.split('::')[0]}`",
            "- **Changes:**",
            f"  - Make `{next(iter(one.tests))}` independent of the order",
            f"- **Validation:** `pytest -v {tests}`",
            f"- **Expected Result:** {one.said} failures → 0 failures",
            "",
        ]
    criteria = [cleared(rng, world, clusters)]
    criteria += [rng.choice(WRITERS)(rng, world, clusters) for _ in range(rng.randint(2, 4))]
    criteria = [_as_run(world, one) for one in {one.text: one for one in criteria}.values()]
    criteria += [world.targeted[number]] if number in world.targeted else []
    marks = [rng.choice(list(MARKS)) for _ in criteria]
    if rng.random() < 0.6:
        marks = [marks[0] or "- [ ] "[2:]] * len(criteria)
    criteria = [
        replace(one, claimed=MARKS[mark], sprint=number, optional=rng.random() < 0.1)
        for one, mark in zip(criteria, marks, strict=True)
    ]
    lines += [*_heading(rng, number, level), *_list(rng, criteria, marks), ""]
    return lines, criteria


def _head(rng: Random, world: World) -> list[str]:
    """Title, stamp, baseline and clusters."""
    before = world.results(False)
    failed = world.count("failed", False)
    names = ", ".join(one.name.split("-")[0] for one in world.clusters)
    ends = {"passed": world.count("passed", False) + 2 * world.lies, "failed": failed}
    ends["skipped"] = world.count("skipped", False)
    results = " / ".join(f"**{number} {end}**" for end, number in ends.items())
    sums = "+".join(str(one.said) for one in world.clusters)
    return [
        "# Phase M Next Steps Brief",
        "",
        f"**STAMP:** {STAMP}",
        "**Initiative:** [SUITE-1]",
        f"**Input:** Phase L full-suite rerun (STAMP {EARLIER})",
        "**Status:** ready",
        "",
        "## Executive Summary",
        "",
        "**Phase L Baseline:**",
        f"- **{len(before)} collected** / {results}",
        f"- **Runtime:** {world.seconds:.2f}s, timeout 3600s",
        "",
        f"- **Clusters:** {len(world.clusters)} active ({names})",
        f"- **Failures:** {sum(one.said for one in world.clusters)} total ({sums} respectively)",
        "",
    ]


def _blocker(rng: Random, world: World) -> list[str]:
    """A blocker with a choice."""
    cluster = world.clusters[-1]
    return [
        f"### Blocker 1: CLUSTER-{cluster.name} — policy decision",
        "",
        "**Issue:** It fails under load.",
        "",
        "| Option | Pros | Cons | Recommendation |",
        "| --- | --- | --- | --- |",
        "| **A: Accept** | No change | Unstable | ❌ NOT RECOMMENDED |",
        "| **B: Isolate** | Stable | Slower | ✅ RECOMMENDED |",
        "",
        "**Recommendation:** **Option B — Isolate**",
        "",
        f"**Estimated Effort:** {rng.choice(('1 hour', '2 hours', '30 minutes', '1.5 h'))}",
        "",
        f"**Owner:** {rng.choice(('ralph', 'galph (decision) → ralph (work)'))}",
        "",
    ]


def _rest(rng: Random, world: World, sprints: Mapping[str, Sequence[Criterion]]) -> list[Criterion]:
    """The success criteria of the next phase."""
    pool = [one for one in WRITERS if one is not cleared]
    criteria = [rng.choice(pool)(rng, world, world.clusters) for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.5:
        criteria.append(cleared(rng, world, world.clusters))
    return [_as_run(world, one) for one in {one.text: one for one in criteria}.values()]


def _complete(rng: Random, sprints: Mapping[str, Sequence[Criterion]]) -> list[Criterion]:
    """Prerequisites: sprints that are to be complete."""
    found = []
    for number, criteria in sprints.items():
        needed = [one.right for one in criteria if not one.optional]
        right: set[str] = set()
        if any(one == {UNMET} for one in needed):
            right = {UNMET}
        elif all(one == {MET} for one in needed):
            right = {MET}
        else:
            right = {one for one in (UNMET, UNKNOWN) if any(one in each for each in needed)}
            right |= {MET} if all(MET in each for each in needed) else set()
        found.append(Criterion("sprint", f"Sprint {number} complete", frozenset(right), False))
    return found


def _plan(world: World) -> str:
    """The fix plan."""
    attempts = "\n".join(world.attempts)
    return f"""# Fix Plan Ledger
**Last Updated:** 2025-10-15

## [SUITE-1] Repair the suite
- Priority: High
- Status: in_progress
- Attempts History:
  * [2025-10-15] Attempt #1 — Result: partial. Phase L rerun.
    Artifacts: `{BASELINE}/`
  * [2025-10-15] Attempt #2 — Result: ✅ success. Phase M brief.
    Artifacts: `{HERE}/`
{attempts}
- Next Actions:
  1. 🟡 PENDING — Sprint 1
"""


def _runs(known: World) -> None:
    """The outputs of both runs."""
    for folder, new in ((BASELINE, False), (RUN, True)):
        results = known.results(new)
        if new and known.state == "part":
            results = {name: end for name, end in results.items() if "test_core" not in name}
        code = int(bool({"failed", "error"} & set(results.values())))
        text = log(results, known.seconds)
        if new and known.state == "cut":
            text, code = "\n".join(text.splitlines()[: len(results) // 2]) + "\n", 124
        else:
            known.files[f"{folder}/pytest.junit.xml"] = junit(results, known.seconds)
        if new and known.state == "exit":
            code = 1 - code
        known.files[f"{folder}/pytest.log"] = text
        known.files[f"{folder}/exit_code.txt"] = f"{code}\n"


def _bundle(rng: Random, known: World, sprints: Mapping[str, Sequence[Cluster]]) -> list[str]:
    """A tree of files with a folder for each cluster, and what is true of the commands in it."""
    tree = ["reports/suite/phase_n/<STAMP>/"]
    for at, (number, clusters) in enumerate(sprints.items(), 1):
        last = at == len(sprints)
        tree.append(f"{'└' if last else '├'}── sprint{number}/")
        ends = []
        for index, one in enumerate(clusters, 1):
            ends.append(rng.choice(("passed",) * 5 + ("failed", "missing", "other")))
            folder = f"cluster_{one.name.split('-')[0].lower()}"
            side, end = "    " if last else "│   ", index == len(clusters)
            tree.append(f"{side}{'└' if end else '├'}── {folder}/")
            inner = side + ("    " if end else "│   ")
            tree += [f"{inner}├── pytest.log", f"{inner}└── exit_code.txt"]
            if ends[-1] == "missing":
                continue
            names = ["tests/test_core.py::test_core_1"] if ends[-1] == "other" else one.ids
            said = "failed" if ends[-1] == "failed" else "passed"
            place = f"{RUN}/sprint{number}/{folder}"
            known.files[f"{place}/pytest.log"] = log(dict.fromkeys(names, said), 3.5)
            known.files[f"{place}/exit_code.txt"] = f"{int(said == 'failed')}\n"
        right = {UNMET} if "failed" in ends else {UNMET, UNKNOWN}
        right = {MET} if set(ends) == {"passed"} else right
        state = (
            "wrong tests" if set(ends) <= {"passed", "other"} and "other" in ends else "right tests"
        )
        text = rng.choice(
            ("Targeted pytest commands all passing", "Targeted pytest commands all pass")
        )
        kind = f"targeted ({state})"
        known.targeted[number] = Criterion(kind, text, frozenset(right), False)
    return ["## Artifact Bundle Structure", "", "```", *tree, "```", ""]


def _facts(
    known: World,
    parts: Sequence[Sequence[Cluster]],
    mode: str,
    hoped: Sequence[Criterion],
    deferred: bool,
) -> Facts:
    """What the brief says beside its criteria."""
    ends = ("passed", "failed", "skipped")
    totals = {end: known.count(end, False) for end in ends}
    totals["passed"] += 2 * known.lies
    expected = [re.match(r"\*\*(\w+):\*\* (\d+) \S+ (\d+)", one.text) for one in hoped]
    return Facts(
        totals={**totals, "collected": len(known.results(False))},
        lies=known.lies,
        clusters={one.name: one.said for one in known.clusters},
        tests={one.name: one.ids for one in known.clusters} if mode == "table" else None,
        blocked=known.clusters[-1].name if known.options else "",
        unblocks={str(at): sum(one.said for one in part) for at, part in enumerate(parts, 1)},
        tasks=[
            *(f"{a}.{b}" for a, part in enumerate(parts, 1) for b in range(1, len(part) + 1)),
            *(["9.1"] if deferred else []),
        ],
        deferred=deferred,
        expected=[(one[1], one[2], one[3]) for one in expected if one],
    )


def _deferred(rng: Random) -> list[str]:
    """A sprint that is put off."""
    return [
        rng.choice(
            (
                "### Deferred: Performance (4 hours, unblocks 1 failure)",
                "### Deferred — Performance (4 hours, unblocks 1 failure = 12.5%)",
                "### Deferred Sprint: Performance (4 h, unblocks 1 failure)",
            )
        ),
        "",
        "**Rationale for Deferral:** needs a profile of the whole suite.",
        "",
        "#### Task 9.1: Profiling (2 hours)",
        "- Run the full suite with a profiler",
        "",
    ]


def _links(known: World, mode: str, cites: bool) -> list[str]:
    """The cross-references, and the documents that they lead to."""
    links = ["## Cross-References", ""]
    if cites:
        known.files[f"{BASELINE}/summary.md"] = "# Summary\n"
        links += [f"- **Phase L Summary:** {BASELINE}/summary.md", ""]
    if mode == "table":
        links += [f"- **Cluster Mapping:** {HERE}/cluster_mapping.md", ""]
        rows = [
            f"| CLUSTER-{one.name} | {'<br>'.join(f'`{name}`' for name in one.ids)} | {one.said} |"
            for one in known.clusters
        ]
        known.files[f"{HERE}/cluster_mapping.md"] = "\n".join(
            ["# Clusters", "", "| Cluster | Tests | Count |", "| --- | --- | --- |", *rows, ""]
        )
    if mode == "json":
        links += [f"- **Clusters JSON:** {HERE}/clusters.json", ""]
        entries = [
            {"nodeid": name, "cluster": f"CLUSTER-{one.name}"}
            for one in known.clusters
            for name in one.ids
        ]
        known.files[f"{HERE}/clusters.json"] = json.dumps(entries, indent=1)
    if f"{HERE}/failures.json" in known.files:
        links += [f"- **Failures JSON:** {HERE}/failures.json", ""]
    links += ["- **Plan:** docs/fix_plan.md §[SUITE-1]", ""]
    return links


def make(rng: Random) -> Made:
    """One brief."""
    known = world(rng)
    mode = rng.choice(("table", "table", "table", "tests", "class", "json"))
    work = known.clusters[:]
    parts = [work] if len(work) < 3 else [work[: len(work) // 2], work[len(work) // 2 :]]
    numbered = {str(number): part for number, part in enumerate(parts, 1)}
    tree = _bundle(rng, known, numbered) if rng.random() < 0.35 else []
    blocks, sprints = [], {}
    for number, clusters in numbered.items():
        lines, sprints[number] = _sprint(rng, known, number, clusters, mode)
        blocks += lines
    deferred = rng.random() < 0.4
    blocks += _deferred(rng) if deferred else []
    before = _complete(rng, sprints) if rng.random() < 0.6 else []
    if known.options:
        before.append(decision(rng, known))
    hoped = expected(rng, known) if rng.random() < 0.4 else []
    after = _rest(rng, known, sprints)
    gates = []
    if before:
        gates += [rng.choice(("### Prerequisites (MUST BE COMPLETE)", "**Prerequisites:**")), ""]
        gates += [*_list(rng, before, ["✅ "] * len(before)), ""]
    gates += [rng.choice(("### Success Criteria for Phase N", "**Success Criteria:**")), ""]
    gates += [*_list(rng, after, [rng.choice(list(MARKS))] * len(after)), ""]
    if hoped:
        gates += [
            f"### Expected Phase N Results{rng.choice(('', ' (if all sprints complete)'))}",
            "",
        ]
        gates += [*(f"- {one.text}" for one in hoped), ""]
    if known.options:
        gates = [*_blocker(rng, known), *gates]
    cites = rng.random() < 0.5
    links = _links(known, mode, cites)
    body = [["## Recommended Remediation Sequence", "", *blocks], ["## Gating", "", *gates]]
    if rng.random() < 0.3:
        body.reverse()
    brief = "\n".join([*_head(rng, known), *body[0], *body[1], *tree, *links])
    _runs(known)
    known.files |= {BRIEF: brief, "docs/fix_plan.md": _plan(known)}
    every = [*(one for part in sprints.values() for one in part), *before, *after, *hoped]
    facts = _facts(known, parts, mode, hoped, deferred)
    run = BASELINE if known.state == "older" else RUN
    return Made(brief, known.files, every, list(sprints), cites, run, facts)
