"""One pytest session, line by line."""

from __future__ import annotations

import re
from collections import Counter

from ledger.evidence.model import FAILING, Completeness, TestResult, Totals
from ledger.evidence.pytest_summary import (
    LETTERS,
    SUBTESTS,
    VERDICTS,
    Summary,
    bare_id,
    collected,
    split_verdict,
    starts_with_test,
    summary,
    summary_id,
    without_progress,
)
from ledger.evidence.tries import Tries

_REPORTS = frozenset({"ERRORS", "FAILURES", "PASSES", "XFAILURES", "XPASSES", "RERUNS"})
_XDIST = re.compile(r"\[gw\d{1,4}\] (?:\[ *\d{1,9}(?:%|/\d{1,9})\] )?([A-Z]+)(?=[ \[(])")
_STOPPED = re.compile(r"stopping after \d+ failures|KeyboardInterrupt|Interrupted: .*|.*Exit: .*")
_MODULES = re.compile(r" / (\d{1,9}) skipped")


class Session:
    """Takes lines until the session is over.

    What tests print can look like anything. So progress counts only before the first report
    of failures, a bare verdict only after the line that named its test, and of several last
    lines the last.
    """

    def __init__(self) -> None:
        self.summary: Summary | None = None
        self.skipped_modules = 0
        self.collected: int | None = None
        self.verbose = False
        self._started = False
        self._state = "progress"
        self._tests: dict[str, Tries] = {}
        self._failed_subtests: set[str] = set()
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

    @property
    def is_run(self) -> bool:
        """Whether any of it was pytest's."""
        return self._started or self.verbose or self._lettered or self.summary is not None

    def feed(self, line: str, whole: bool = True) -> bool:
        """Take one line without colours. False: it begins a new session and is not taken.
        ``whole`` is not set for a last line that no newline ends: it may be half an id."""
        first = line[:1]
        if first == "=" and line.endswith("="):
            return self._rule(line)
        if first == "!" and line.endswith("!") and _STOPPED.fullmatch(line.strip("! ")):
            self._stopped = line.strip("! ")[:200]
        if self._state == "progress":
            self._progress(line, whole)
        elif self._state == "summary" and whole:
            self._short_summary(line)
        if first.isdigit() or first == "n":
            self.summary = summary(line) or self.summary
        elif self._error is None and line.startswith(("ERROR: ", "collecting ... ERROR: ")):
            self._error = line.partition("ERROR: ")[2].strip()[:200]
        return True

    def _rule(self, line: str) -> bool:
        title = line.strip("= ")
        if title == "test session starts":
            if self.is_run and self._state != "report":
                return False
            self._started = True
        elif title in _REPORTS:
            self._flush()
            self._state = "report"
        elif title == "short test summary info":
            self._flush()
            self._state = "summary"
            self._ended_quietly = True
        elif title.startswith(("warnings summary", "slowest ")):
            self._flush()
            self._state = "other"
        else:
            told = summary(line)
            if told is not None:
                self._flush()
                self.summary = told
                self._state = self._state if self._state == "report" else "after"
        return True

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
        self._tests.setdefault(node_id, Tries()).verdict(VERDICTS[word])

    def _count_letters(self, text: str, shortened: bool) -> None:
        head, _, tail = text.rpartition(" ")
        tail = tail.strip()
        if not tail or not all(letter in LETTERS for letter in tail):
            return
        if head and (" " in head.strip() or "." not in head):
            return
        self._lettered = self._lettered or shortened
        self._last_file = head.strip() or self._last_file
        self._letters.update(LETTERS[letter] for letter in tail)

    def _short_summary(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word not in VERDICTS:
            if SUBTESTS.get(word.partition("[")[0]) or SUBTESTS.get(word):
                self._failed_subtest(line)
            return
        node_id, message = summary_id(rest, self._tests.keys())
        if "::" not in node_id and (word != "ERROR" or " " in node_id):
            return
        test = self._tests.setdefault(node_id, Tries())
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
        return {result.identity: result for result in found if result is not None}

    def letters(self) -> Totals:
        """The counts that the letters give, for a log without verdicts and last line."""
        count = self._letters
        return Totals(
            passed=count["passed"],
            failed=count["failed"],
            errors=count["errors"],
            skipped=count["skipped"] + self.skipped_modules,
            xfailed=count["xfailed"],
            xpassed=count["xpassed"],
            rerun=count["rerun"],
        )

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
