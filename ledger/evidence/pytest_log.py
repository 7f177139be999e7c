"""pytest's terminal output, at every verbosity.

With ``-v`` each test has a line, its verdict at the end of it or, where a test prints, on a
later one; under xdist the verdict comes first. Without ``-v`` there are letters, and only the
failures have names (short test summary). The last line has the counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ledger.evidence.crashes import find_crashes
from ledger.evidence.model import (
    FAILING,
    Completeness,
    Outcome,
    TestResult,
    Totals,
    identity_of,
    recount,
)
from ledger.evidence.part import Part, decode, file_name, several, shorten
from ledger.evidence.pytest_lines import (
    LETTERS,
    SUBTESTS,
    VERDICTS,
    Summary,
    bare_id,
    collected,
    plain_lines,
    split_verdict,
    starts_with_test,
    summary,
    summary_id,
    without_progress,
)

NAME = "pytest-log"
_SUFFIXES = (".log", ".txt", ".out", ".stdout")
_MARKS = (b"test session starts", b"short test summary info", b" passed in ", b" failed in ",
          b"collected ", b"%]\n", b"%]\r\n", b"tests ran in ")  # fmt: skip
_START = "test session starts"
_REPORTS = frozenset({"ERRORS", "FAILURES", "PASSES", "XFAILURES", "XPASSES", "RERUNS"})
# `[gw0] [ 25%] PASSED tests/test_a.py::test_x`, as xdist writes it.
_XDIST = re.compile(r"\[gw\d{1,4}\] (?:\[ *\d{1,9}(?:%|/\d{1,9})\] )?([A-Z]+)(?=[ \[(])")
# What stands between exclamation marks where a session ended early.
_STOPPED = re.compile(
    r"stopping after \d+ failures|KeyboardInterrupt|Interrupted: .*|.*Exit: .*|session-timeout: .*"
)
_MODULES = re.compile(r" / (\d{1,9}) skipped")


def matches(name: str, sample: bytes) -> bool:
    """Text named after pytest, or with something in it that only pytest writes."""
    last = file_name(name)
    if not last.endswith(_SUFFIXES):
        return False
    text = sample.replace(b"\0", b"")
    return "pytest" in last or any(mark in text for mark in _MARKS)


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """A part for each session in the log; one without tests where it is no pytest log after
    all."""
    text = decode(data)
    parts = [_part(session, name) for session in _sessions(text) if session.is_run]
    return several(parts) or (Part(NAME, name, crashes=find_crashes(text, name)),)


def _sessions(text: str) -> Iterator[Session]:
    session = Session()
    lines = plain_lines(text)
    for number, line in enumerate(lines, 1):
        whole = number < len(lines)
        if not session.feed(line, whole):
            yield session
            session = Session()
            session.feed(line, whole)
        session.lines.append(line)
    yield session


def _part(session: Session, name: str) -> Part:
    tests = session.results()
    completeness, reason = session.completeness()
    totals, partial = _totals(session, tests)
    last = session.summary
    warnings: tuple[str, ...] = ()
    printed = None
    if last is not None and last.collected_only is None:
        printed = last.totals.model_copy(update={"collected": totals.collected})
        failing = last.totals.failing
        named = sum(test.outcome in FAILING for test in tests.values())
        if bool(failing) != bool(named) or named > failing:
            warnings = (f"the last line counts {failing} failures and errors, {named} are named",)
            if not failing and completeness == "complete":
                completeness, reason = "inconsistent", warnings[0]
    return Part(
        NAME,
        name,
        tests=tests,
        totals=totals,
        printed=printed,
        partial=partial,
        duration_s=last.duration_s if last else None,
        wall=True,
        completeness=completeness,
        reason=reason,
        crashes=find_crashes("\n".join(session.lines), name),
        warnings=warnings,
    )


def _totals(session: Session, tests: dict[str, TestResult]) -> tuple[Totals, bool]:
    """Recounted where the log names every test, else what pytest printed."""
    last = session.summary
    if last is not None and last.collected_only is not None:
        return Totals(collected=last.collected_only), False
    counted = recount(tests.values())
    printed = session.without_subtests(last.totals) if last else session.letters()
    # Under xdist only the last line tells of modules that were skipped at collection.
    unnamed = max(session.skipped_modules, printed.skipped - counted.skipped)
    counted = counted.model_copy(update={"skipped": counted.skipped + unnamed})
    names_all = counted.passed + counted.errors >= printed.passed
    if session.verbose and (last is None or names_all) and counted.failing >= bool(printed.failing):
        return counted, False
    own = printed.cases - session.skipped_modules
    selected = own if session.collected is None else session.collected
    return printed.model_copy(update={"collected": selected}), own > len(tests)


class _Verdicts:
    """The verdicts of one test so far. ``outcome`` is None before the first and after RERUN.

    A try whose call and whose teardown both fail prints RERUN twice, so of a test that is run
    again for that the tries are counted too high; JUnit XML counts them right.
    """

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self.reruns = 0
        self.repeats = 0
        self.flaky = False
        self.message: str | None = None

    def add(self, outcome: Outcome | None) -> None:
        """The next verdict; None for RERUN. An error after another verdict is a teardown's."""
        if outcome is None:
            self.reruns += 1
        elif self.outcome is not None and outcome != "error":
            self.repeats += 1
            self.flaky = self.flaky or (outcome in FAILING) != (self.outcome in FAILING)
        self.outcome = outcome

    def result(self, node_id: str, failed_subtest: bool) -> TestResult | None:
        """The result, None where no try came to an end. A test fails with its subtests,
        whatever its own verdict."""
        outcome = self.outcome
        if failed_subtest and outcome not in FAILING:
            outcome = "failed"
        if outcome is None:
            return None
        return TestResult(
            identity=identity_of(node_id),
            outcome=outcome,
            message=None if self.message is None else shorten(self.message),
            tries=1 + self.reruns + self.repeats,
            flaky=self.flaky or (self.reruns > 0 and outcome not in FAILING),
            at_collection="::" not in node_id,
        )


class Session:
    """Takes lines until the session is over.

    What tests print can look like anything. So progress counts only before the first report
    of failures, a bare verdict only after the line that named its test, and of several last
    lines among the output of tests the last. Behind its last line a session is over: progress
    that follows there, or one more last line, is the next session's.
    """

    def __init__(self) -> None:
        self.summary: Summary | None = None
        self.skipped_modules = 0
        self.collected: int | None = None
        self.verbose = False
        self.lines: list[str] = []
        self._started = False
        self._state = "progress"
        self._tests: dict[str, _Verdicts] = {}
        self._failed_subtests: set[str] = set()
        self._subtest_failures = 0  # in the short summary
        self._unfinished: dict[str, None] = {}
        self._current: str | None = None
        self._strong: str | None = None
        self._weak: str | None = None
        self._letters: Counter[str] = Counter()
        self._lettered = False
        self._ended_quietly = False  # -qq leaves the last line out
        self._last_file: str | None = None
        self._stopped: str | None = None
        self._error: str | None = None
        self._timeout = False
        self._workers = False
        self._after_end = False  # the line before was a last line

    @property
    def is_run(self) -> bool:
        """Whether any of it was pytest's."""
        return self._started or self.verbose or self._lettered or self.summary is not None

    def feed(self, line: str, whole: bool = True) -> bool:
        """Take one line without colours. False: it begins a new session and is not taken.
        ``whole`` is not set for a last line that no newline ends: it may be half an id."""
        first = line[:1]
        is_over = self._state == "after" or self._after_end
        is_start = first == "=" and line.strip("= ") == _START
        if (is_over and self._begins(line)) or (
            is_start and self.is_run and self._state != "report"
        ):
            return False
        self._after_end = self._after_end and not line.strip()
        if first == "=" and line.endswith("="):
            self._rule(line)
            return True
        if first == "!" and line.endswith("!") and _STOPPED.fullmatch(line.strip("! ")):
            self._stopped = line.strip("! ")[:200]
        if self._state == "progress":
            self._progress(line, whole)
        elif self._state == "summary" and whole:
            self._short_summary(line)
        last = summary(line) if first.isdigit() or first == "n" else None
        if last is not None:
            self._end(last, is_over=not self._started and self._state != "report")
        elif self._error is None and line.startswith(("ERROR: ", "collecting ... ERROR: ")):
            self._error = line.partition("ERROR: ")[2].strip()[:200]
        return True

    def _begins(self, line: str) -> bool:
        """Whether a line behind the last one is the next session's."""
        if line.strip("= ") == _START:
            return True
        last = summary(line)
        if last is not None:  # one that is repeated, as `tail -1` does, is no session
            return self._state == "after" and last != self.summary
        text = without_progress(line)
        if starts_with_test(text):
            return split_verdict(text) is not None
        letters = text.rpartition(" ")[2]
        is_progress = len(text) < len(line.rstrip()) and line.rstrip().endswith("%]")
        return bool(_XDIST.match(line)) or (is_progress and letters != "" and _is_letters(letters))

    def _end(self, last: Summary, *, is_over: bool) -> None:
        self._flush()
        self.summary = last
        self._after_end = True
        if is_over:
            self._state = "after"

    def _rule(self, line: str) -> None:
        title = line.strip("= ")
        if title == _START:
            self._started = True
            return
        if title in _REPORTS:
            self._flush()
            self._state = "report"
        elif title == "short test summary info":
            self._flush()
            self._state = "summary"
            self._ended_quietly = True
        elif title.startswith(("warnings summary", "slowest ")):
            self._flush()
            self._state = "other"
        elif last := summary(line):
            self._end(last, is_over=self._state != "report")

    def _progress(self, line: str, whole: bool) -> None:
        if line.startswith("[gw"):
            self._workers = True
            self._xdist(line)
            return
        text = without_progress(line)
        if starts_with_test(text):
            self._flush()
            # Under xdist a line with an id says that the test starts.
            told = None if self._workers else split_verdict(text)
            if told is not None and (whole or line.rstrip().endswith("%]")):
                self._event(*told)
            else:
                self._current = told[0] if told is not None else bare_id(text)
        elif self._current is not None:
            self._later_verdict(text.strip())
        elif "collected " in line or " worker" in line:
            self._workers = self._workers or " worker" in line
            count = collected(line)
            if count is not None:
                self.collected = count
                modules = _MODULES.search(line)
                self.skipped_modules = int(modules[1]) if modules else 0
        else:
            self._count_letters(text, shortened=len(text) < len(line.rstrip()))
            self._ended_quietly = self._ended_quietly or line.rstrip().endswith("[100%]")
        self._timeout = self._timeout or "+++ Timeout +++" in line

    def _xdist(self, line: str) -> None:
        found = _XDIST.match(line)
        if found is None:
            return
        word, rest = found[1], line[found.end() :].strip()
        if word in VERDICTS:
            self._event(rest, word)
        elif SUBTESTS.get(word):
            self._failed_subtest(rest)

    def _failed_subtest(self, rest: str) -> None:
        """``[label] (i=1) path.py::name``: the id is what stands last."""
        end = rest.find("::")
        start = rest.rfind(" ", 0, end) + 1 if end > 0 else -1
        if start >= 0 and starts_with_test(rest[start:]):
            self._failed_subtests.add(summary_id(rest[start:], self._tests.keys())[0])

    def _later_verdict(self, text: str) -> None:
        """A line below the one that named the test. A bare verdict outweighs one that other
        output runs into; the last of a kind counts."""
        word = text.partition(" (")[0]
        if word in VERDICTS:
            self._strong = word
            return
        for word, failed in SUBTESTS.items():
            if text.startswith(word):
                if failed and self._current is not None:
                    self._failed_subtests.add(self._current)
                return
        for word in VERDICTS:
            if text.endswith(word):
                self._weak = word

    def _flush(self) -> None:
        """The line after the current test's output has come."""
        if self._current is None:
            return
        word = self._strong or self._weak
        current, self._current, self._strong, self._weak = self._current, None, None, None
        if word is not None:
            self._event(current, word)
        elif current not in self._tests:
            self._unfinished[current] = None

    def _event(self, node_id: str, word: str) -> None:
        if word in SUBTESTS:
            if SUBTESTS[word]:
                self._failed_subtests.add(node_id)
            return
        self.verbose = True
        self._unfinished.pop(node_id, None)
        self._tests.setdefault(node_id, _Verdicts()).add(VERDICTS[word])

    def _count_letters(self, text: str, shortened: bool) -> None:
        head, _, tail = text.rpartition(" ")
        tail = tail.strip()
        if not tail or not _is_letters(tail):
            return
        if head and (" " in head.strip() or "." not in head):
            return
        self._lettered = self._lettered or shortened
        self._last_file = head.strip() or self._last_file
        self._letters.update(LETTERS[letter] for letter in tail if LETTERS[letter])

    def _short_summary(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word not in VERDICTS:
            # `SUBFAILED[label] (i=1) path.py::name`, `SUBFAILED(i=1) path.py::name`
            if SUBTESTS.get(re.split(r"[\[(]", word, maxsplit=1)[0]):
                self._subtest_failures += 1
                self._failed_subtest(line)
            return
        node_id, message = summary_id(rest, self._tests.keys())
        if "::" not in node_id and (word != "ERROR" or " " in node_id):
            return
        test = self._tests.setdefault(node_id, _Verdicts())
        outcome = VERDICTS[word]
        if outcome is None:
            test.reruns += not self.verbose
        elif outcome in FAILING:
            test.outcome = "error" if "error" in (outcome, test.outcome) else "failed"
            test.message = test.message or message
        else:
            test.outcome = test.outcome or outcome

    def results(self) -> dict[str, TestResult]:
        """The tests that have an outcome, by identity."""
        self._flush()
        found = [
            test.result(node_id, node_id in self._failed_subtests)
            for node_id, test in self._tests.items()
        ]
        if not self.verbose:  # the subtest alone is named
            unnamed = self._failed_subtests - self._tests.keys()
            found += [_Verdicts().result(node_id, failed_subtest=True) for node_id in unnamed]
        return {result.identity: result for result in found if result is not None}

    def without_subtests(self, printed: Totals) -> Totals:
        """The counts of the last line, where pytest counts a failed subtest as one more failure,
        and the test that it belongs to by its own verdict."""
        if not 0 < self._subtest_failures <= printed.failed:
            return printed
        own = [self._tests[name].outcome for name in self._failed_subtests if name in self._tests]
        blamed = len(self._failed_subtests) - sum(outcome in FAILING for outcome in own)
        failed = printed.failed - self._subtest_failures + blamed
        passed = max(0, printed.passed - blamed)
        return printed.model_copy(update={"failed": failed, "passed": passed})

    def letters(self) -> Totals:
        """The counts that the letters give, for a log without verdicts and last line."""
        return Totals(**self._letters) + Totals(skipped=self.skipped_modules)

    def completeness(self) -> tuple[Completeness | None, str]:
        """How far the session came, with the reason where that is not to its end."""
        self._flush()
        if self.summary is None and not self._started and self._ended_quietly:
            return "complete", ""
        if self.summary is None:
            place = self._place()
            if self._timeout:
                return "timeout", f"pytest-timeout ended the run{place}"
            return "incomplete", f"the log has no last line with counts: it ends{place}"
        if self.summary.collected_only is not None:
            return None, "tests were only collected"
        if self._stopped is not None:
            return self._why_stopped(self._stopped)
        if self._error is not None:
            return "failed", f"pytest: {self._error}"
        if self.summary.totals == Totals():
            return "failed", "no tests ran"
        return "complete", ""

    def _why_stopped(self, stopped: str) -> tuple[Completeness, str]:
        if "during collection" in stopped:
            return "failed", f"pytest: {stopped}"
        ran = len(self._tests)
        if stopped.startswith("stopping after") and self.verbose and self.collected is not None:
            if ran >= self.collected:
                return "complete", ""
            return "incomplete", f"pytest: {stopped}, {ran} of {self.collected} tests ran"
        return "incomplete", f"pytest: {stopped}"

    def _place(self) -> str:
        if self._unfinished:
            names = list(self._unfinished)[:3]
            return f" in {', '.join(name[:200] for name in names)}"
        if self._tests:
            return f" after {next(reversed(self._tests))[:200]}"
        return f" in {self._last_file[:200]}" if self._last_file else " before any test"


def _is_letters(text: str) -> bool:
    return all(letter in LETTERS for letter in text)
