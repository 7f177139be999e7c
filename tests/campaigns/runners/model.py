"""What a run of a test runner came to, by its own word, and how the tool's answer is held to it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

OUTCOMES = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")
FAILING = {"failed", "error"}
# A folder may hold the run's JUnit file, its log, its report files; these say what one of them
# cannot tell by its nature (see `Truth.blind`).
JUNIT, LOG, REPORT, JSON = "junit.xml", "pytest.log", "report.jsonl", "report.json"
EXIT = "exit_code.txt"
# Of a quiet log that does not say at which phase of its tests the errors came.
MAY_COUNT_TWICE = "counted as passed or skipped, too"


@dataclass(frozen=True)
class Truth:
    """One run as its runner reported it, in its own machine output."""

    cases: dict[str, frozenset[str]]
    """The outcomes that each test may be said to have, by its name. One, but where an output
    can't tell two apart."""
    exit_code: int
    whole: bool | None
    """Whether it ran to its end all that it set out to run; None where both may be said."""
    cut: str = ""
    """Why not."""
    printed: dict[str, int] | None = None
    """What the runner's own last line counts, where it has one."""
    selected: tuple[int, int] | None = None
    """Of a run from which tests were deselected: how many ran, of how many."""
    blind: frozenset[str] = frozenset()
    """The outputs that do not show that the run was cut short."""
    unnamed: frozenset[str] = frozenset()
    """Outputs that do not have every test or not by its full name."""
    nothing: bool = False
    """Whether no test ran at all, by its own will or not."""
    subtests: frozenset[str] = frozenset()
    """Tests that have subtests."""
    terminal: bool = True
    """Whether the log has the runner's last line."""
    ends: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For runners whose reporters put a name together in ways of their own: what a test's name
    ends with, in letters and digits alone, with its suites and without. Tests of one end are
    compared as a bag."""
    bag: bool = False
    """Whether it is such a runner; its log is not read, either."""
    guessed: bool = False
    """Whether the file counts tests that are yet to be written and does not say which."""
    apart: int = 0
    """Suites or hooks that failed beside the tests."""
    modules: frozenset[str] = frozenset()
    """Modules that were skipped whole: a log without a last line has nothing of them."""
    broken: bool = False
    """Whether it was ended from without or by an error of its own, somewhere in a test: which
    outcomes it told before that is then not held, but its failures are."""
    last: frozenset[str] | None = None
    """Where a second session wrote its JUnit file over the first's: the tests of the second."""
    prefix: str = ""
    """What the JUnit file's names begin with, by an option of the run."""

    def told(self, files: list[str]) -> dict[str, frozenset[str]]:
        """The outcomes that these outputs can tell. pytest's JUnit file has no word for a test
        that passed unexpectedly, and its JSON report none for one whose subtest failed."""
        found = dict(self.cases)
        if self.last is not None and LOG not in files:
            found = {name: each for name, each in found.items() if name in self.last}
        if set(files) <= {LOG, EXIT} and not self.terminal:
            found = {name: each for name, each in found.items() if name not in self.modules}
        for name, each in list(found.items()):
            if "xpassed" in each and not set(files) & self.naming():
                found[name] = each | {"passed"}
            if name in self.subtests and set(files) <= {JSON, EXIT}:
                found[name] = each | {"passed", "failed", "skipped"}
        return found

    def naming(self) -> set[str]:
        return {LOG, REPORT, JSON} - self.unnamed

    @property
    def failing(self) -> bool:
        return any(each <= FAILING for each in self.cases.values())

    @property
    def green(self) -> bool:
        """Whether it may be called a success."""
        return bool(self.whole) and not (self.nothing or self.failing or self.exit_code)


@dataclass(frozen=True)
class Run:
    """One run that was made: where it comes from, its outputs, and the truth."""

    label: str
    """Runner, project and setting, in words that find it again."""
    outputs: dict[str, bytes]
    truth: Truth
    seed: int = 0
    """Of the odd ones only the figures are told."""


@dataclass(frozen=True)
class Difference:
    kind: str
    detail: str
    run: Run = field(compare=False, hash=False)
    form: str = ""


def plain(name: str, prefix: str = "") -> str:
    """A test's name without what differs in spelling only: `tests/test_a.py::TestX::test_y` in a
    log is `tests.test_a.TestX::test_y` in a JUnit file. Slashes, dots and colons are one sign."""
    path, bracket, parameter = name.partition("[")
    path = re.sub(r"\.py(?=::|$)", "", path)
    path = re.sub(r"(?:::|[/.\\])+", ".", path).strip(".")
    return path.removeprefix(prefix) + bracket + parameter


def squashed(parts: Iterable[str]) -> str:
    """Letters and digits alone: what no reporter leaves out of a name, with whatever it joins
    a file, suites and a title."""
    return "".join(sign for sign in "".join(parts) if sign.isalnum()).lower()


def in_front(name: str) -> str:
    """What tells a test from others of its name stands behind it in parentheses: the suites that
    it is in, a number, or both. `ends (Store > Lock, 2)` is `Store > Lock` and `ends`."""
    found = re.fullmatch(r"(.*) \((.*?)(?:(?:^|, |(?<=\())\d+)?\)", name, re.DOTALL)
    return f"{found[2]} {found[1]}" if found else name


def sums(cases: dict[str, frozenset[str]]) -> dict[str, int] | None:
    """The counts of outcomes; None where a case may have one of several."""
    counts = Counter[str]()
    for each in cases.values():
        if len(each) > 1:
            return None
        (outcome,) = each
        counts["errors" if outcome == "error" else outcome] += 1
    return {name: counts[name] for name in OUTCOMES}


def judge(evidence: dict[str, Any], result: str | None, run: Run, form: str) -> list[Difference]:
    """How the tool's answer on a folder differs from the truth. `form` names the outputs in it."""
    held = Judge(evidence, result, run, form)
    held.judge()
    return held.found


class Judge:
    """Holds one answer against the truth."""

    def __init__(self, evidence: dict[str, Any], result: str | None, run: Run, form: str):
        self.evidence, self.result, self.run, self.form = evidence, result, run, form
        self.files = form.split("+")
        self.found: list[Difference] = []

    def differ(self, kind: str, detail: str) -> None:
        self.found.append(Difference(kind, detail, self.run, self.form))

    def judge(self) -> None:
        truth, evidence = self.run.truth, self.evidence
        completeness = evidence["completeness"]
        shown = any(name not in truth.blind for name in self.files)
        if completeness == "inconsistent" and not evidence["reason"]:
            self.differ("inconsistent without a reason", "")
        if completeness == "complete" and truth.whole is False and shown:
            self.differ("complete though cut short", truth.cut)
        if completeness == "complete" and truth.nothing and truth.exit_code and shown:
            self.differ("complete though nothing ran", truth.cut)
        unread = truth.bag and set(self.files) <= {LOG, JUNIT} and LOG in self.files
        if self.result == "success" and not truth.green and unread and not shown:
            self.differ("success, and only an unread log tells", truth.cut)
        if self.result == "success" and not truth.green and shown:
            self.differ("success of a run that is none", truth.cut or f"exit {truth.exit_code}")
        if set(self.files) <= {LOG, EXIT} and truth.bag:
            # A log of these runners is not read yet.
            return
        if truth.green and completeness != "complete":
            self.differ(f"{completeness} though whole", evidence["reason"])
        apart = truth.subtests and JSON in self.files and completeness in {"inconsistent", "failed"}
        ended = truth.whole and not truth.green and not truth.nothing and not apart
        if ended and completeness != "complete":
            self.differ(f"{completeness} though it ran to its end", evidence["reason"])
        some = any(each == {"passed"} for each in truth.cases.values()) and not truth.selected
        if truth.green and some and self.result not in {"success", None}:
            self.differ(f"{self.result} of a green run", evidence["reason"])
        self.names()
        self.counts()

    def bags(self) -> None:
        """Tests by the end of their names, where reporters put names together each in its way."""
        truth = self.run.truth
        bare = {name: squashed([in_front(name)]) for name in self.evidence["tests"]}
        full = {ends[0] for ends in truth.ends.values()}
        # A reporter that has no room for suites names tests by their titles.
        short = any(
            not any(each.endswith(end) for end in full)
            and any(each.endswith(ends[1]) for ends in truth.ends.values())
            for each in bare.values()
        )
        wanted: dict[str, list[frozenset[str]]] = defaultdict(list)
        for name, each in truth.cases.items():
            wanted[truth.ends[name][short]].append(each)
        ends = sorted(wanted, key=len, reverse=True)
        bags: dict[str, list[str]] = defaultdict(list)
        beside = []
        for name, each in self.evidence["tests"].items():
            end = next((end for end in ends if bare[name].endswith(end)), None)
            if end is not None:
                bags[end].append(each["outcome"])
            elif each["outcome"] not in FAILING or not truth.apart:
                beside.append(f"{name}: {each['outcome']}")
        if beside:
            self.differ("a test that never was", "; ".join(beside)[:300])
        for end, outcomes in wanted.items():
            have = bags[end]
            if len(have) != len(outcomes):
                extra = sum(each in FAILING for each in have) if truth.apart else 0
                if not len(outcomes) <= len(have) <= len(outcomes) + extra:
                    kind = "tests of one name folded" if have else "test missing"
                    self.differ(kind, f"{end}: {have}, not {[*map(sorted, outcomes)]}")
                continue
            for rest in unmatched(have, outcomes):
                if truth.guessed and rest == {"passed"} and "skipped" in have:
                    continue
                self.differ(f"{'/'.join(sorted(rest))} told otherwise", f"{end}: {have}")

    def names(self) -> None:
        if self.run.truth.bag:
            if JUNIT in self.files:
                self.bags()
            return
        truth, evidence = self.run.truth, self.evidence
        tests = {
            plain(name, truth.prefix): each["outcome"] for name, each in evidence["tests"].items()
        }
        if len(tests) < len(evidence["tests"]):
            self.differ("two names of one test", str(sorted(evidence["tests"]))[:300])
        wanted = {plain(name): each for name, each in truth.told(self.files).items()}
        for name, outcome in tests.items():
            if name not in wanted:
                if truth.broken:
                    continue
                self.differ("a test that never was", f"{name}: {outcome}")
            elif outcome not in wanted[name] and not (truth.broken and outcome in FAILING):
                self.differ(f"{'/'.join(sorted(wanted[name]))} told as {outcome}", name)
        if set(self.files) <= truth.unnamed | {EXIT}:
            return
        if evidence["tests_partial"] and not truth.broken:
            self.differ("partial though all are named", "")
        for name in sorted(wanted.keys() - tests.keys()):
            if truth.broken and not wanted[name] <= FAILING:
                continue
            self.differ(f"{'/'.join(sorted(wanted[name]))} and missing", name)

    def loose_counts(self, totals: dict[str, int]) -> None:
        """Sums of a run whose suites and hooks may fail beside its tests."""
        truth = self.run.truth
        bad = sum(each <= FAILING for each in truth.cases.values())
        good = sum(each == {"passed"} for each in truth.cases.values())
        told = totals["failed"] + totals["errors"]
        if not bad <= told <= bad + truth.apart:
            self.differ("failures differ", f"{told}, not {bad} (+{truth.apart} suites or hooks)")
        if told == 0 and truth.apart and JUNIT not in truth.blind:
            self.differ("a suite's failure is not counted", str(totals))
        # jest counts what is yet to be written, but does not say which tests these are.
        loose = sum({"skipped", "passed"} == each for each in truth.cases.values())
        if not good <= totals["passed"] <= good + loose:
            self.differ("passed differs", f"{totals['passed']}, not {good}")
        rest = len(truth.cases) - bad - good
        if not rest - loose <= totals["skipped"] + totals["xfailed"] <= rest:
            self.differ("skipped or todo differs", f"{totals['skipped']}, not {rest}")

    def counts(self) -> None:
        truth, totals = self.run.truth, self.evidence["totals"]
        if truth.bag:
            if JUNIT in self.files and totals is not None:
                self.loose_counts(totals)
            elif JUNIT in self.files:
                self.differ("no totals", self.evidence["reason"])
        elif totals is not None:
            self.strict_counts(totals)
        elif truth.cases and not truth.broken and set(self.files) != {EXIT}:
            self.differ("no totals", self.evidence["reason"])

    def strict_counts(self, totals: dict[str, int]) -> None:
        """Sums of a run of pytest, which are those of its tests, and of its own last line."""
        truth = self.run.truth
        # The log's last line counts what it does not name.
        last_line = LOG in self.files and truth.terminal
        wanted = sums(truth.cases if last_line else truth.told(self.files))
        counted = {name: totals[name] for name in OUTCOMES}
        disagree = self.evidence["completeness"] == "inconsistent" or truth.broken
        if self.evidence["tests_partial"] and MAY_COUNT_TWICE in str(self.evidence["warnings"]):
            names = ("failed", "errors")
            counted, wanted = ({n: each[n] for n in names} for each in (counted, wanted or counted))
        if wanted is not None and counted != wanted and not disagree:
            self.differ("totals differ", diff(counted, wanted))
        if not self.evidence["tests_partial"]:
            named = Counter(each["outcome"] for each in self.evidence["tests"].values())
            named["errors"] = named.pop("error", 0)
            unnamed = counted["xpassed"] - named["xpassed"]
            if unnamed > 0 and LOG in self.files and LOG in truth.unnamed:  # in words, or letters
                named.update(xpassed=unnamed, passed=-unnamed)
            if {name: named[name] for name in OUTCOMES} != counted:
                self.differ("sums do not hold", diff(counted, named))
        printed = self.evidence["printed"]
        tells = last_line or not (truth.subtests or "xpassed" in str(truth.cases.values()))
        tells = tells and not truth.broken and (last_line or truth.last is None)
        if printed is not None and truth.printed is not None and tells:
            said = {name: printed[name] for name in OUTCOMES}
            if said != truth.printed:
                self.differ("printed differs", diff(said, truth.printed))
        selected = truth.selected if not truth.nothing else None
        if selected and shows_selection(self.files) and totals["collected"] not in selected:
            self.differ("collected is neither all nor the selected", str(totals["collected"]))


def unmatched(have: list[str], wanted: list[frozenset[str]]) -> list[frozenset[str]]:
    """What is wanted and is not there, of two bags of one size."""
    left = list(have)
    rest = []
    for each in sorted(wanted, key=len):
        found = next((outcome for outcome in left if outcome in each), None)
        if found is None:
            rest.append(each)
        else:
            left.remove(found)
    return rest


def shows_selection(files: list[str]) -> bool:
    return LOG in files or JSON in files


def diff(have: dict[str, int], want: dict[str, int]) -> str:
    """Only what differs."""
    return ", ".join(
        f"{name} {have.get(name, 0)}, not {want.get(name, 0)}"
        for name in OUTCOMES
        if have.get(name, 0) != want.get(name, 0)
    )
