"""pytest's terminal output. With ``-v`` each test has a line with its verdict, or a later one has
it; under xdist it comes first. Without ``-v`` there are letters, and only failures have names. The
last line has the counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ledger.evidence.crashes import find_crashes
from ledger.evidence.log_lines import sessions
from ledger.evidence.model import FAILING, Completeness, TestResult, Totals, identity_of, recount
from ledger.evidence.part import Part, Tries, decode, file_name, several
from ledger.evidence.pytest_lines import (
    LETTERS,
    REPORTS,
    RERUN_SUMMARY,
    SHORT_SUMMARY,
    START,
    SUBTESTS,
    VERDICTS,
    Summary,
    bare_id,
    collected,
    landmark,
    rule,
    split_verdict,
    starts_with_test,
    summary,
    summary_id,
    without_progress,
)
from ledger.plan.text import counted

NAME = "pytest-log"
_SUFFIXES = (".log", ".txt", ".out", ".stdout")
_MARKS = (b"test session starts", b"short test summary info", b" passed in ", b" failed in ",
          b"collected ", b"%]\n", b"%]\r\n", b"tests ran in ")  # fmt: skip
# `[gw0] [ 25%] PASSED tests/test_a.py::test_x`, `[gw0] 1.2ms PASSED ...`, as xdist writes it.
# e.g. "[gw1] [ 33%] XFAIL t/a.py::test_x "
_XDIST = re.compile(
    r"\[gw\d{1,4}\] (?:\[ *\d{1,9}(?:%|/\d{1,9})\] |[\d.]{1,12}(?:us|ms|s) )?([A-Z]+)(?=[ \[(])"
)
# What is between exclamation marks where a session ended early.
# e.g. "stopping after 2 failures"
_STOPPED = re.compile(
    r"stopping after \d+ failures|KeyboardInterrupt|session-timeout: .*|.*(?:Interrupted|Exit): .*"
)
# What pytest says of a whole session: `ERROR: not found: a.py::test_x`
# e.g. "ERROR: file or directory not found: t/x.py"
_ERROR = re.compile(
    r"(?:collecting \.\.\. )?(?:ERROR: )?(?P<said>(?P<usage>usage: |(?:file or directory )?"
    r"not found: |found no collectors |ImportError while loading conftest )?.*)"
)
# In the short summary: `SUBFAILED[label] (i=1) path.py::name`, `SUBFAILED(i=1) path.py::name`,
# and as pytest-subtests has it `[label] (i=1) SUBFAIL path.py::name`
_SUBFAILED = re.compile(r"SUBFAIL(?:ED)?[\[(]|[\[(].{0,2000} SUBFAIL(?:ED)? ")
_INTERNAL = "INTERNALERROR> "
_TRACEBACK = "Traceback (most recent call last):"
_SESSION_ERRORS = (
    _INTERNAL, "ERROR: ", "collecting ... ERROR: ", "ImportError while loading", "FAIL Req",
)  # fmt: skip
_COVERAGE = ("Coverage failure", "FAIL Required test coverage")
# What most lines of reports of failures begin with: source, and what pytest says of it.
_REPORTED = (" ", ">", "E  ")
_OWN = {letter: LETTERS[letter] for letter in ".FEsxX"}  # of a test, not of a try or subtest
# e.g. "  <Function test_x>"
_NODE = re.compile(r"\s*<(?:Dir|Package|Module|Class|UnitTestCase|Function|TestCaseFunction) ")


def matches(name: str, sample: bytes) -> bool:
    """Text named after pytest, or with something in it that only pytest writes."""
    last = file_name(name)
    if not last.endswith(_SUFFIXES):
        return False
    text = sample.replace(b"\0", b"")
    return "pytest" in last or any(mark in text for mark in _MARKS)


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """A part for each session in the log; one without tests where it is no pytest log."""
    text = decode(data)
    parts = [_part(session, name) for session in sessions(text, landmark, _sessions)]
    return several(parts) or (Part(NAME, name, crashes=find_crashes(text, name)),)


def _sessions(lines: list[str]) -> Iterator[Session]:
    session = Session()
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
    totals, partial = _totals(session, tests)
    last = session.summary
    if session.only_collected is not None:
        totals, partial = Totals(collected=session.only_collected), False
    broken = sum(test.at_collection and test.outcome == "error" for test in tests.values())
    completeness, reason = session.completeness(totals.cases - session.skipped_modules - broken)
    warnings: list[str] = []
    printed = None
    if last is not None and session.only_collected is None:
        printed = last.totals.model_copy(update={"collected": totals.collected})
        failing = last.totals.failing
        failures = sum(test.outcome in FAILING for test in tests.values())
        if bool(failing) != bool(failures) or failures > failing:
            warnings = [f"the last line counts {failing} failures and errors, {failures} are named"]
            if not failing and completeness == "complete":
                completeness, reason = "inconsistent", warnings[0]
    if session.may_count_twice:
        warnings.append("the errors may be of tests that are counted as passed or skipped, too")
    if session.failed_subtests:
        of = f", of {counted(len(session.subtests_of), 'test')}" if session.subtests_of else ""
        warnings.append(f"{counted(session.failed_subtests, 'subtest')} failed{of}")
    return Part(
        NAME,
        name,
        tests=tests,
        totals=totals,
        printed=printed,
        partial=partial,
        is_rough=session.may_count_twice,
        deselected=session.deselected,
        duration_s=last.duration_s if last else None,
        wall=True,
        completeness=completeness,
        reason=reason,
        crashes=find_crashes("\n".join(session.lines), name),
        project=session.project,
        warnings=tuple(warnings),
    )


def _totals(session: Session, tests: dict[str, TestResult]) -> tuple[Totals, bool]:
    """Recounted where the log names every test, else what pytest printed."""
    last = session.summary
    totals = recount(tests.values())
    printed = last.totals if last else session.letters()
    # Under xdist only the last line mentions modules that were skipped at collection.
    unnamed = max(session.skipped_modules, printed.skipped - session.skips)
    names_all = last is None or totals.passed + totals.errors >= printed.passed
    names_all = names_all or totals.collected == session.collected
    if session.verbose and names_all and totals.failing >= bool(printed.failing):
        session.skipped_modules = unnamed
        return totals.model_copy(update={"skipped": totals.skipped + unnamed}), False
    printed = session.as_tests(printed)
    own = printed.cases - session.skipped_modules
    selected = own - sum(t.at_collection and t.outcome == "error" for t in tests.values())
    if session.collected is not None:
        selected = session.collected
    return printed.model_copy(update={"collected": selected}), own > len(tests)


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
        self.project = ""
        self.deselected = 0
        self.skips = 0  # verdicts of tests
        self.subtests_of: set[str] = set()  # tests of which a subtest failed
        self.verbose = False
        self.lines: list[str] = []
        self._started = False
        self._state = "progress"
        self._section = ""
        self._tests: dict[str, Tries] = {}
        self._failed_calls: set[str] = set()  # in the short summary, as are the next two
        self._errors: set[str] = set()
        self._subtests = Counter[str]()  # failed ones, by where they are reported
        self._errors_at: list[str] = []  # what the reports of errors say: `setup`, `teardown`
        self._broken: list[str] = []  # reports of modules that could not be collected
        self.may_count_twice = False  # a test and the error of its teardown
        self._unfinished: dict[str, None] = {}
        self._current: str | None = None
        self._strong: str | None = None
        self._weak: str | None = None
        self._letters: Counter[str] = Counter()
        self._letter = ""  # the last
        self._before_errors: list[str] = []  # the letter before each that is an error
        self._lettered = False
        self._ended_quietly = False  # -qq leaves the last line out
        self._last_file: str | None = None
        self._stopped: str | None = None
        self._error = self._aside = ""
        self._is_called_wrongly = self._lists_nodes = self._fails_at_end = False
        self._timeout = False
        self._workers = False
        self._after_end = False  # the line before was a last line

    @property
    def is_run(self) -> bool:
        """Whether any of it was pytest's."""
        return self._has_begun or self._is_called_wrongly

    @property
    def _has_begun(self) -> bool:
        is_begun = self._started or self.verbose or self._lettered or bool(self._tests)
        return is_begun or self.summary is not None

    def feed(self, line: str, whole: bool = True) -> bool:
        """Take one line without colours. False: it begins a new session and is not taken.
        ``whole`` is not set for a last line that no newline ends: it may be half an id."""
        if self._state == "report" and not self._after_end and line.startswith(_REPORTED):
            self._fails_at_end = self._fails_at_end or line.endswith(f"]{_TRACEBACK}")
            return True
        if line.endswith(f"]{_TRACEBACK}"):  # right behind the progress
            line = line.removesuffix(_TRACEBACK)
            self._fails_at_end = True
        title = rule(line)
        is_over = self._state == "after" or self._after_end
        if is_over and self._begins(line, title):
            return False
        if title == START and self._has_begun and self._state != "report":
            return False
        self._after_end = self._after_end and not line.strip()
        if title is not None:
            self._rule(title, line)
            return True
        if line[:1] == "!" and line.endswith("!") and _STOPPED.fullmatch(line.strip("! ")):
            self._stopped = line.strip("! ")[:200]
        if self._state == "progress":
            self._progress(line, whole)
        elif self._state == "summary" and whole:
            self._short_summary(line)
        elif self._state == "report" and self._section == "ERRORS":
            self._take_report(line)
        last = summary(line) if line[:1].isdigit() or line[:1] == "n" else None
        if last is not None:
            self._end(last, is_over=not self._started and self._state != "report")
        elif self.summary is None or not self.summary.totals.cases:
            self._take_error(line)
        return True

    def _take_report(self, line: str) -> None:
        """The title of a report of an error, or the worker that it comes from."""
        self._workers = self._workers or line.startswith("[gw")
        if line[:1] != "_":
            return
        title = line.strip("_ ")
        if title.startswith("ERROR collecting "):
            self._broken.append(title)
        elif title.startswith("ERROR at "):
            self._errors_at.append(title.split(" ", 3)[2])

    def _begins(self, line: str, title: str | None) -> bool:
        """Whether a line behind the last one is the next session's."""
        if title == START or (self._state == "after" and _is_section(title)):
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

    def _take_error(self, line: str) -> None:
        """What pytest says of a whole session. Most such lines count only where no test ran."""
        if line == _TRACEBACK and self._state != "report":
            self._fails_at_end = True
        elif not line.startswith(_SESSION_ERRORS):
            return
        elif line.startswith(_INTERNAL):
            self._error = "internal error"
        else:
            match = _ERROR.match(line)
            assert match is not None
            reason = match["said"].strip()[:200]
            self._is_called_wrongly = self._is_called_wrongly or match["usage"] is not None
            if match["usage"] or reason.startswith(_COVERAGE):
                self._error = self._error or reason
            self._aside = self._aside or reason

    def _end(self, last: Summary, *, is_over: bool) -> None:
        self._flush()
        self.summary = last
        self.deselected = last.others.get("deselected", self.deselected)
        self._after_end = True
        if is_over:
            self._state = "after"

    def _rule(self, title: str, line: str) -> None:
        if title == START:
            self._started = True
            self._aside = ""
            return
        if title in REPORTS:
            self._flush()
            self._state, self._section = "report", title
        elif title in (SHORT_SUMMARY, RERUN_SUMMARY):
            self._flush()
            self._state = "summary"
            self._ended_quietly = True
            self.summary = None  # what looked like it was printed by a test
        elif _is_section(title):
            self._flush()
            self._state = "other"
            self.summary = None
        elif last := summary(line):
            self._end(last, is_over=self._is_last(last))

    def _is_last(self, last: Summary) -> bool:
        """Whether a last line is the session's, and none that a test printed."""
        if self._state != "progress" or not self._started:
            return self._state != "report"
        ran = last.totals.cases - self.skipped_modules
        return self.collected is None or ran >= self.collected or self._stopped is not None

    def _progress(self, line: str, whole: bool) -> None:
        if line.startswith("[gw"):
            self._workers = True
            self._xdist(line)
            return
        self._workers = self._workers or line.startswith("bringing up nodes")
        text = without_progress(line)
        if starts_with_test(text):
            self._flush()
            # Under xdist a line with an id says that the test starts.
            verdict = None if self._workers else split_verdict(text)
            if verdict is not None and (whole or line.rstrip().endswith("%]")):
                self._event(*verdict)
            else:
                self._current = verdict[0] if verdict is not None else bare_id(text)
        elif self._current is not None:
            self._later_verdict(text.strip())
        elif not self._read_header(line):
            self._count_letters(text, shortened=len(text) < len(line.rstrip()))
            self._ended_quietly = self._ended_quietly or line.rstrip().endswith("[100%]")
        self._timeout = self._timeout or "+++ Timeout +++" in line

    def _read_header(self, line: str) -> bool:
        """Whether a line mentions the session: how many tests, of which project, or their names."""
        if "collected " in line or " worker" in line:
            self._workers = self._workers or " worker" in line
            counts = collected(line)
            if counts is not None:
                self.collected, self.deselected, self.skipped_modules = counts
        elif line.startswith("rootdir: "):
            self.project = line.partition(",")[0].rstrip().replace("\\", "/").rpartition("/")[2]
        elif _NODE.match(line):
            self._lists_nodes = True
        else:
            return False
        return True

    def _xdist(self, line: str) -> None:
        match = _XDIST.match(line)
        if match is None:
            return
        word, rest = match[1], line[match.end() :].strip()
        if word in VERDICTS:
            self._event(rest, word)
        elif SUBTESTS.get(word):
            self._failed_subtest(rest, "progress")

    def _failed_subtest(self, rest: str, where: str) -> None:
        """``[label] (i=1) path.py::name``: the id is what stands last."""
        self._subtests[where] += 1
        end = rest.find("::")
        start = rest.rfind(" ", 0, end) + 1 if end > 0 else -1
        if start >= 0 and starts_with_test(rest[start:]):
            self.subtests_of.add(summary_id(rest[start:], self._tests.keys())[0])

    def _later_verdict(self, text: str) -> None:
        """A verdict below the test's line. A bare one outweighs one that output runs into."""
        word = text.partition(" (")[0]
        if word in VERDICTS:
            self._strong = word
            return
        for word, failed in SUBTESTS.items():
            if text.startswith(word):
                if failed and self._current is not None:
                    self._subtests["progress"] += 1
                    self.subtests_of.add(self._current)
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
                self._subtests["progress"] += 1
                self.subtests_of.add(bare_id(node_id))  # a label may be behind it
            return
        self.verbose = True
        self.skips += word == "SKIPPED"
        self._unfinished.pop(node_id, None)
        test = self._tests.setdefault(node_id, Tries())
        # An error after another verdict is a teardown's. A try whose call and teardown both fail
        # prints RERUN twice: of such a test too many tries are counted.
        if test.outcome is None or word not in ("ERROR", "RERUN"):
            test.begin()
        test.add(VERDICTS[word])

    def _count_letters(self, text: str, shortened: bool) -> None:
        if "[100%]" in text:  # tries behind the end, each with its own
            first, *more = text.split("[100%]")
            text = first.rstrip() + "".join(map(str.strip, more))
        head, _, tail = text.rpartition(" ")
        tail = tail.strip()
        if not tail or not _is_letters(tail):
            return
        if head and (" " in head.strip() or "." not in head):
            return
        self._lettered = self._lettered or shortened
        self._last_file = head.strip() or self._last_file
        self._letters.update(LETTERS[letter] for letter in tail if LETTERS[letter])
        for letter in tail:
            if letter == "E":
                self._before_errors.append(self._letter)
            self._letter = letter

    def _short_summary(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word not in VERDICTS:
            if _SUBFAILED.match(line):
                self._failed_subtest(line, "summary")
            return
        separator = " " if word == "XPASS" else " - "  # pytest 7 writes no dash there
        node_id, message = summary_id(rest.rstrip(), self._tests.keys(), separator)
        if "::" not in node_id and (word != "ERROR" or " " in node_id):
            return
        test = self._tests.setdefault(node_id, Tries())
        outcome = VERDICTS[word]
        if outcome is None:
            if not self.verbose:
                test.add_failed()
            return
        if test.outcome is None:
            test.begin()
        if outcome in FAILING:
            (self._errors if outcome == "error" else self._failed_calls).add(node_id)
            test.add(outcome, message)
        elif test.outcome is None:
            test.add(outcome)

    def results(self) -> dict[str, TestResult]:
        """The tests that have an outcome, by identity."""
        self._flush()
        for node_id in self.subtests_of:  # a test fails with its subtests
            if node_id in self._tests or not self.verbose:
                self._tests.setdefault(node_id, Tries()).add("failed")
        if self.summary and not self.summary.totals.failing:
            for test in self._tests.values():
                if test.outcome is None and test.count:  # run again, and then it did not fail
                    test.begin()
                    test.add("passed")
        tests = [
            test.result(identity_of(node_id), at_collection="::" not in node_id)
            for node_id, test in self._tests.items()
        ]
        return {result.identity: result for result in tests if result is not None}

    @property
    def failed_subtests(self) -> int:
        """How many subtests failed: named, or by the letters, of which passed ones have some."""
        passed = self.summary.others.get("subtests passed", 0) if self.summary else 0
        if self._letters["subtests passed"]:  # then these have their own
            passed = 0
        lettered = self._letters["subtests"] - passed if self.summary else 0
        return max(lettered, *(self._subtests[where] for where in ("progress", "summary")))

    def as_tests(self, printed: Totals) -> Totals:
        """The counts of tests in those of a last line, or of letters. There a test and the error of
        its teardown are two, and so are a test and each of its subtests that failed, or each try
        that passed before its teardown failed and it was run again."""
        letters = self.letters()
        if not self.skipped_modules and letters.passed == printed.passed:
            self.skipped_modules = max(0, printed.skipped - letters.skipped)
        subtests = min(self.failed_subtests, printed.failed) if self.summary else 0
        blamed = len(self.subtests_of - self._failed_calls - self._errors)
        if subtests and not self.subtests_of and printed.failed == subtests:
            blamed = 1  # at least
        # Each worker of xdist may report a module that could not be collected.
        errors = printed.errors - len(self._broken) + len(set(self._broken))
        printed = printed.model_copy(update={"errors": max(0, errors)})
        teardowns, earlier = self._errors_at.count("teardown"), 0
        if self.collected is not None:
            modules = sum("::" not in node_id for node_id in self._tests)
            ran = printed.cases - self.skipped_modules - modules - subtests
            extra = max(0, ran - self.collected)
            teardowns = teardowns or min(extra, printed.errors)
            # A try that passed before its teardown failed is counted beside the last one.
            earlier = min(max(0, extra - teardowns), printed.rerun)
        twice = self._counted_twice(printed, teardowns, blamed)
        tried = {name: count for name, count in twice.items() if name not in ("failed", "errors")}
        if not any(tried.values()):
            tried = {"passed": 1}
        counts = printed.model_dump()
        for name, count in tried.items():
            counts[name] -= earlier * count // sum(tried.values())
        for name, count in twice.items():
            counts[name] -= count
        counts["failed"] += blamed - subtests
        counts["passed"] -= blamed
        return Totals(**{name: max(0, count) for name, count in counts.items()})

    def _counted_twice(self, printed: Totals, teardowns: int, blamed: int) -> Counter[str]:
        """The outcomes of tests that are counted as errors, too, for their teardown failed."""
        kinds = self._errors_at or ["teardown"] * teardowns
        if len(kinds) == len(self._before_errors) and not self._workers:
            pairs = zip(kinds, self._before_errors, strict=True)
            return Counter(_OWN.get(b, "passed") for kind, b in pairs if kind == "teardown")
        both = len(self._failed_calls & self._errors)
        rest, twice = max(0, teardowns - both), Counter(failed=both)
        outcomes = {"passed": printed.passed - blamed, "skipped": printed.skipped,
                    "xfailed": printed.xfailed, "xpassed": printed.xpassed}  # fmt: skip
        others = printed.errors - both - sum("::" not in node_id for node_id in self._errors)
        is_known = bool(self._errors_at) or self.collected is not None or not others
        self.may_count_twice = not is_known or (rest > 0 and sum(map(bool, outcomes.values())) > 1)
        for name, count in outcomes.items():
            twice[name] = min(rest, max(0, count))
            rest -= twice[name]
        return twice

    def letters(self) -> Totals:
        """The counts that the letters give, for a log without verdicts and last line."""
        counts = {name: self._letters[name] for name in Totals.model_fields}
        return Totals(**counts) + Totals(skipped=self.skipped_modules)

    @property
    def only_collected(self) -> int | None:
        """How many tests a session collected that ran none; None for one that ran them."""
        self._flush()
        last = self.summary
        if last is None or last.collected_only is not None:
            return last and last.collected_only
        is_list = self._lists_nodes or (self._unfinished and not self._tests)
        if not is_list or last.totals != Totals() or self._stopped:
            return None
        return len(self._unfinished) if self.collected is None else self.collected

    def completeness(self, ran: int) -> tuple[Completeness | None, str]:
        """How far the session came, with a reason for its end. ``ran`` tests had an outcome."""
        stopped = self._stopped or ""
        if self._error or "during collection" in stopped:
            return "failed", f"pytest: {self._error or stopped}"
        if self.summary is None:
            return self._cut_off()
        if self.only_collected is not None:
            return None, "tests were only collected"
        is_short = self.collected is not None and ran < self.collected
        may_be_whole = stopped.startswith("stopping after") and self.collected is not None
        if is_short or (stopped and not may_be_whole):
            part = f"{ran} of {self.collected} tests ran" if is_short else ""
            return "incomplete", "pytest: " + ", ".join(filter(None, (stopped, part)))
        if self.summary.totals == Totals():
            return "failed", f"pytest: {self._aside}" if self._aside else "no tests ran"
        return "complete", ""

    def _cut_off(self) -> tuple[Completeness, str]:
        """How a session without a last line ended."""
        if self._fails_at_end:
            return "failed", "pytest: the session ended in a traceback"
        if self._aside and not (self._tests or self._letters):
            return "failed", f"pytest: {self._aside}"
        if not self._started and self._ended_quietly:
            return ("incomplete", f"pytest: {self._stopped}") if self._stopped else ("complete", "")
        place = self._place()
        if self._timeout:
            return "timeout", f"pytest-timeout ended the run{place}"
        return "incomplete", f"the log has no last line with counts: it ends{place}"

    def _place(self) -> str:
        if self._unfinished:
            names = list(self._unfinished)[:3]
            return f" in {', '.join(name[:200] for name in names)}"
        if self._tests:
            return f" after {next(reversed(self._tests))[:200]}"
        return f" in {self._last_file[:200]}" if self._last_file else " before any test"


def _is_section(title: str | None) -> bool:
    """Whether a rule begins a section behind the progress."""
    return title is not None and (
        title in REPORTS
        or title in (SHORT_SUMMARY, RERUN_SUMMARY)
        or title.startswith(("warnings summary", "slowest "))
    )


def _is_letters(text: str) -> bool:
    return all(letter in LETTERS for letter in text)
