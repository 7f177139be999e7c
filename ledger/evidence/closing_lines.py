"""The closing lines of test runners: how many tests passed and failed, as printed last.

``RUNNERS`` has a row for each runner. Its pattern finds the lines that count, and those that only
a run with a failure has, so that a log whose last line is lost is not taken for a green one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ledger.evidence.log_lines import plain, plain_lines, streams
from ledger.evidence.model import FAILING, Completeness, Outcome, TestResult, Totals, recount
from ledger.evidence.part import Part, decode, is_log_with
from ledger.evidence.pytest_lines import REPORTS, rule
from ledger.plan.text import counted, one_line

NAME = "closing-lines"
_ASIDE = frozenset(
    "risky warning skipped incomplete pending errors".split()
)  # sections that name no failures
_LONGEST = 2000  # characters of a line that counts
# What runners call an outcome; "" is the whole, "outside" an error in no test.
_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("passed", "passing", "measured", "pass"), "passed"),
    **dict.fromkeys(("failed", "failing", "failure", "failures", "fail"), "failed"),
    **dict.fromkeys(("error", "errors"), "errors"),
    "not run": "skipped",
    **dict.fromkeys(
        "skipped skips skip pending pendings omissions todo ignored incomplete".split(), "skipped"
    ),
    **dict.fromkeys(("pending spec", "pending specs"), "skipped"),
    **dict.fromkeys(
        ("expected fail", "expected failures", "known failure", "known failures"), "xfailed"
    ),
    "unexpected successes": "xpassed",
    **dict.fromkeys("test tests runs example examples spec specs total".split(), ""),
    "error occurred outside of examples": "outside",
    "errors occurred outside of examples": "outside",
}
# `2 failed`, `1 error occurred outside of examples`, `Errors: 1`
# e.g. "8 failed, 395 passed"
_COUNT = re.compile(
    r"(?P<before>\d{1,9}) (?P<word>[a-z]+(?: [a-z]+){0,4})|"
    r"(?P<label>[A-Z][a-z]+): (?P<after>\d{1,9})"
)
# e.g. "tests " of "2 tests failed"
_COUNTED = re.compile(r"(?:tests?|scenarios?) (?=[a-z])")
_OUTCOMES: Mapping[str, Outcome] = {
    **dict.fromkeys(("ok", "Passed", "✓", "✔", "(pass)", "PASS"), "passed"),
    **dict.fromkeys(("ignored", "***Skipped", "***Not Run (Disabled)"), "skipped"),
    **dict.fromkeys(("(skip)", "(todo)", "- [skip]", "- [todo]", "»", "✎", "SKIP"), "skipped"),
    "✔ [expected fail]": "xfailed",
}
# `1.226 s`, `7ms`, `00:00.031`, `1m 2s`
# e.g. "1m 12.5s"
_TIME = re.compile(r"(?:(\d{1,9})(?::| ?m(?:in)? ))?(\d{1,9}(?:\.\d{1,9})?) ?(ms)?")


class Runner(NamedTuple):
    """How a runner ends its log. The groups of ``line`` are what a line of it tells:

    ``counts`` tests by outcome, with what ends a session; ``begins`` that a session begins, which
    has to ``end``; ``time``; ``file`` and ``section`` what the names that follow belong to,
    ``place`` that of one name; ``name`` with its ``word`` a test and its outcome, without one
    a failure; ``suite`` a suite that could not be loaded; ``red`` what only a run with a failure
    says; ``green`` what only one without says; ``again`` what a line counts that were counted
    before, of a suite whose name is above it. ``marks`` are words of which its logs have one.
    ``counts_tests`` is not set where it counts sessions of other programs.
    """

    name: str
    marks: tuple[str, ...]
    line: re.Pattern[str]
    counts_tests: bool = True


def _runner(
    name: str, marks: Sequence[str], lines: Sequence[str], *, counts_tests: bool = True
) -> Runner:
    return Runner(name, tuple(marks), re.compile("|".join(lines), re.MULTILINE), counts_tests)


RUNNERS: tuple[Runner, ...] = (
    _runner(
        "jest",
        ("Test Suites: ", "● Test suite failed to run", "Tests:  ", "No tests found, exiting",
         "FAIL "),
        # `Tests:       2 failed, 1 skipped, 1 todo, 4 passed, 8 total`
        (r"(?P<end>Tests: +)(?P<counts>(?:\d+ [a-z]+, )*\d+ total)$",
         r"Test Suites: (?P<red>\d+ failed), ",
         r"Time: +(?P<time>[\d.]+ m?s)",
         # `FAIL unit src/div.test.js (5.1 s)`; vitest has the name of a test behind the file
         r"(?P<red2>FAIL) +(?P<file>\S.*?\.[cm]?[jt]sx?)(?: \([\d.]+ m?s\))?$",
         r"● (?P<suite>Test suite failed to run)$",
         r"● (?!Console$|Validation |Deprecation )(?P<name>.+)",  # `● div › refuses zero`
         r"(?P<red3>No tests found, exiting with code \d)"),
    ),
    _runner(
        "vitest",
        ("Test Files  ", " RUN  v", "Failed Suites ", "Failed Tests "),
        (r"(?P<begins>RUN +v\d\S*)",
         # `Tests  2 failed | 4 passed | 1 expected fail | 1 skipped | 1 todo (9)`
         r"(?P<end>Tests +)(?P<counts>(?:\d+ [a-z ]+(?: \| )?)+)\((?P<total>\d+)\)$",
         r"(?P<end2>Tests +no tests)$",
         r"Test Files +(?P<red>\d+ failed)\b",
         r"Errors +(?P<red2>\d+ errors?)$",
         r"⎯+ Failed (?P<section>Tests|Suites) \d+ ⎯+",
         r"FAIL +(?:\|\S+\| )?(?:(?P<place>\S+) > )?(?P<name>\S.*?)(?: \[ .* \])?$",
         r"Duration +(?P<time>[\d.]+m?s)",
         r"(?P<red3>No test files found, exiting with code \d)"),
    ),
    _runner(
        "mocha",
        (" passing (", " failing", "Error: No test files found", "Exception during run"),
        (r"(?P<end>)(?P<counts>\d+ passing) \((?P<time>[\d.]+m?s?)\)$",
         r"(?P<counts2>\d+ (?:pending|failing))$",
         r"(?P<red>\d+\) \S.*|[.,]*![.,!]*$)",  # `2) rounds > up`, and of the dots `..!,`
         r"(?P<red2>Error: No test files found|Exception during run: .*)"),
    ),
    _runner(
        "cargo test",
        ("test result: ", "error: could not compile", "error: test failed", " ... FAILED"),
        (r"Running .*\((?:\S*/)?(?P<file>\w+)-[0-9a-f]+(?:\.exe)?\)$",
         r"Doc-tests (?P<file2>\w+)$",
         r"(?P<begins>running \d+ tests?)$",
         # `test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; ...`
         (r"(?P<end>test result: )(?:ok|(?P<red>FAILED))\. (?P<counts>(?:\d+ [a-z ]+(?:; )?)+)"
         r"(?:finished in (?P<time>[\d.]+s))?"),
         # `test tests::panics - should panic ... ok`
         r"test (?P<name>\S.*?)(?: - should panic)? \.\.\. (?P<word>ok|FAILED|ignored)\b",
         r"(?P<red2>error: (?:test failed|could not compile|\d+ targets? failed).*)"),
    ),
    _runner(
        "cargo nextest",
        (" tests run: ", " test run: "),
        # `Summary [   0.005s] 3 tests run: 2 passed (1 slow), 1 failed, 0 skipped`
        (r"(?P<end>)Summary \[ *(?P<time>[\d.]+s)\] .*? run: (?P<counts>\d+ passed\b.*)$",
         r"(?:TRY \d+ )?FAIL \[ *[\d.]+s\] +(?:\(.*?\) +)?(?P<name>\S.*)",
         r"(?P<red>error: test run failed)"),
    ),
    _runner(
        "CTest",
        ("% tests passed", "***", "Test project ", "The following tests FAILED"),
        (r"(?P<begins>Test project )/?\S",
         # `60% tests passed, 2 tests failed out of 5`
         r"(?P<end>)\d+% tests passed, (?P<failed>\d+) tests failed out of (?P<total>\d+)$",
         # `2/6 Test #2: divides ..........................***Failed    0.00 sec`
         (r"(?:\d+/\d+ )?Test +#\d+: (?P<name>\S.*?) \.{2,}.*?"
         r"(?P<word>Passed|\*\*\*(?:Not Run \(Disabled\)|[A-Z][\w ]*?))(?=:|  |$)"),
         r"Total Test time \(real\) = +(?P<time>[\d.]+ sec)",
         r"(?P<red>The following tests FAILED|Errors while running CTest|No tests were found!!!)"),
    ),
    _runner(
        "RSpec",
        (" examples, ", " example, ", "rspec ./", "Failed examples:"),
        (r"(?P<end>)(?P<counts>\d+ examples?, \d+ failures?(?:, \d+ [a-z ]+)*)$",
         r"Finished in (?P<time>(?:\d+ minutes? )?[\d.]+ seconds?)",
         r"rspec \S+ # (?P<name>.+)",
         r"(?P<red>Failures:|Failed examples:|An error occurred .*)"),
    ),
    _runner(
        "PHPUnit",
        ("PHPUnit ", "FAILURES!", "ERRORS!", "PHP Fatal error"),
        (r"(?P<begins>PHPUnit \d+\.\d+\S* by )",
         r"(?P<end>)OK \((?P<counts>\d+ tests?), \d+ assertions?\)$",
         # `Tests: 6, Assertions: 2, Errors: 1, Failures: 1, Skipped: 1, Incomplete: 1, Risky: 1.`
         r"(?P<end2>)(?P<counts2>Tests: \d+, Assertions: \d+(?:, [A-Za-z ]+: \d+)*)\.$",
         r"(?P<end3>No tests executed!)",
         r"Time: (?P<time>[\d:.]+), Memory: ",
         r"\d+\) (?P<name>[\w\\]+::\S.*)",  # `1) DivTest::testZero`
         r"There (?:was|were) \d+ (?P<section>error|failure|risky|warning|skipped|incomplete)",
         r"(?P<red>FAILURES!|ERRORS!|PHP Fatal error: .*|Fatal error: .*)"),
    ),
    _runner(
        "bats",
        (" test, ", " tests, "),
        # `4 tests, 1 failure, 2 skipped`
        (r"(?P<end>)(?P<counts>\d+ tests?, \d+ failures?(?:, \d+ (?:skipped|not run))*)$",
         r"(?P<word>[✓✗]) (?P<name>\S.*)"),
    ),
    _runner(
        "minitest",
        ("# Running:", " runs, "),
        (r"(?P<begins># Running:)$",
         # `4 runs, 2 assertions, 1 failures, 1 errors, 1 skips`
         r"(?P<end>)(?P<counts>\d+ runs, \d+ assertions, \d+ failures, \d+ errors, \d+ skips)$",
         r"Finished in (?P<time>[\d.]+s), ",
         r"\d+\) (?P<section>Error|Failure|Skipped):$",
         # `SumTest#test_divides [sum.rb:4]:`
         r"^(?P<name>\S.*(?P<word>#test_)\S.*?)(?: \[\S+:\d+\])?:$"),
    ),
    _runner(
        "test-unit",
        ("Loaded suite ", " assertions, "),
        (r"(?P<begins>Loaded suite )\S",
         # `2 tests, 1 assertions, 1 failures, 0 errors, 0 pendings, 0 omissions, 0 notifications`
         r"(?P<end>)(?P<counts>\d+ tests, \d+ assertions(?:, \d+ [a-z]+){5})$",
         r"Finished in (?P<time>[\d.]+ seconds)\.$",
         r"(?P<section>Failure|Error): (?P<name>test\S*.*\([\w:]+\))"),
    ),
    _runner(
        "prove",
        (" wallclock secs ", "\nResult: ", " subtests", "FAILED--Further testing stopped"),
        (r"Files=\d+, Tests=(?P<total>\d+), +(?P<time>\d+) wallclock secs ",
         r"(?P<end>Result: )(?:PASS|NOTESTS|(?P<red>FAIL))$",
         # `t/div.t (Wstat: 512 (exited 2) Tests: 4 Failed: 2)`
         r"\S+ \(Wstat: \d+ .*Tests: \d+ Failed: (?P<failed>\d+)\)$",
         r"#   Failed test '(?P<name>.+)'$",
         r"(?P<red2>Failed \d+/\d+ subtests|No subtests run|FAILED--Further testing stopped.*)"),
    ),
    _runner(
        "AVA",
        (" tests passed", " test passed", " tests failed", " test failed", "✘ "),
        # `2 tests failed`
        (r"(?P<end>)(?P<counts>\d+ (?:tests? (?:passed|failed|skipped|todo)|known failures?))$",
         (r"^(?P<word>- \[(?:skip|todo)\]|✔ \[expected fail\]|✘ \[fail\]:|✔) (?P<name>\S.*?)"
          r"(?: \([\d.]+m?s\))?(?: Error thrown in test)?$"),
         r"(?P<red>\d+ (?:uncaught exception|unhandled rejection|hook failed|hooks failed).*)",
         r"(?P<red2>✘ (?:No tests found|\S+ exited with a non-zero exit code).*)"),
    ),
    _runner(
        "Jasmine",
        (" specs, ", "1 spec, ", "No specs found", "at <Jasmine>", "(jasmine --random"),
        (r"(?P<begins>Started)$",
         # `5 specs, 2 failures, 2 pending specs`
         r"(?P<end>)(?P<counts>\d+ specs?, \d+ failures?(?:, \d+ pending specs?)?)$",
         r"(?P<end2>No specs found)$",
         r"Finished in (?P<time>[\d.]+ seconds?)",
         r"(?P<section>Failures|Pending):$",
         r"^(?:\d+\)|(?P<section2>Suite error):) (?P<name>\S.*)",
         r"(?P<red>Incomplete: .*)"),
    ),
    _runner(
        "Bun",
        ("bun test v", " tests across ", " test across "),
        (r"(?P<begins>bun test v\d\S*)",
         r"(?P<file>\S{1,300}\.[cm]?[jt]sx?):$",
         r"(?P<counts>\d+ (?:pass|fail|skip|todo))$",
         r"(?P<end>Ran )(?P<total>\d+) tests? across \d+ files?\. \[(?P<time>[\d.]+m?s)\]$",
         # `(fail) div > refuses zero [0.09ms]`
         (r"^(?P<word>\((?:pass|fail|skip|todo)\)|[✓✗»✎]) (?P<name>\S.*?)"
          r"(?: \[[\d.]+m?s\])?$"),
         r"(?P<red>\d+ errors?|Test filter .* had no matches)$"),
    ),
    _runner(
        "Deno",
        (" passed | ", " passed ("),
        # `FAILED | 1 passed (1 step) | 2 failed (1 step) | 1 ignored (55ms)`
        ((r"(?P<end>)(?:ok|(?P<red>FAILED)) \| (?P<counts>\d+ passed\b.*? \| \d+ failed\b.*?)"
          r" \((?P<time>\S+)\)$"),
         r"(?P<section>ERRORS|FAILURES)$",
         # `steps ... two => ./a_test.js:1:198`
         r"^(?P<name>(?:(?! \.\.\. | => ).)+)(?: \.\.\. .*)?(?P<word> => )(?P<place>\S+?):\d+:\d+$",
         r"(?P<red2>error: (?:Test failed|Type checking failed).*)"),
    ),
    _runner(
        "behave",
        ("USING RUNNER: behave", " scenarios passed, ", " scenario passed, "),
        (r"(?P<begins>USING RUNNER: behave)",
         # `1 scenario passed, 1 failed, 1 error, 1 skipped`
         r"(?P<end>)(?P<counts>\d+ scenarios? passed, \d+ failed, .*)$",
         r"Took (?P<time>\d+min [\d.]+s)$",
         r"(?P<section>Failing|Error)(?:ed)? scenarios:$",
         r"(?P<place>\S{1,300}\.feature:\d+)  (?P<name>\S.*)",
         r"(?P<red>\d+ features? passed, (?:.*, )?[1-9]\d* (?:failed|\w*error)\b.*)"),
    ),
    _runner(
        "Robot Framework",
        ("| PASS |", "| FAIL |", "[ ERROR ] ", "Output:  "),
        # `5 tests, 1 passed, 3 failed, 1 skipped`, of each suite and of all
        (r"(?P<again>\d+ tests?), (?P<counts>\d+ passed, \d+ failed(?:, \d+ skipped)?)$",
         r"(?P<end>Output: ) +\S",
         r"^(?P<name>[^|]+)\| (?P<word>PASS|FAIL|SKIP) \|$",
         r"FAIL: (?P<name2>\S.*)",
         r"(?P<red>FAILED$|\[ ERROR \] (?:Suite|Parsing) .*)"),
    ),
    _runner(
        "tox",
        ("congratulations :)", "evaluation failed :(", ": FAIL ", "ROOT: HandledError",
         ": commands failed"),
        (r"(?P<green>congratulations :\))",
         r"(?P<red>evaluation failed :\(|ROOT: HandledError\|.*|[\w.-]{1,100}: FAIL (?:code|✖).*)",
         r"(?P<red2>ERROR: +[\w.-]+: commands failed)"),
        counts_tests=False,
    ),
    _runner(
        "nox",
        ("nox > ",),
        (r"nox > (?P<begins>Running session )",
         (r"nox > (?P<end>Session )\S.* (?:(?P<green>was successful)|skipped|"
         r"(?P<red>failed|aborted|interrupted))"),
         r"nox > \* (?P<red2>\S.*: (?:failed|aborted))",
         r"nox > (?P<red3>Sessions? not found|Error while collecting sessions)"),
        counts_tests=False,
    ),
)  # fmt: skip


def matches(name: str, sample: bytes) -> bool:
    """Text with a word in it that some runner's last lines have."""
    return is_log_with(name, sample, (mark for runner in RUNNERS for mark in runner.marks))


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """A part for each runner that ended, or failed, in the log. None where no runner did."""
    text = plain(decode(data))
    bare = "\n".join(line.strip() for line in plain_lines(text) if len(line) <= _LONGEST)
    parts = []
    for runner in RUNNERS:
        # Most logs that have a mark have no line of the runner; one search of the whole shows it.
        if any(mark in text for mark in runner.marks) and runner.line.search(bare):
            log = Log(runner)
            for lines in streams(text, log.landmark):
                log.feed(_without_reports(lines))
            if log.is_run:
                parts.append(log.part(name))
    return tuple(parts)


def _without_reports(lines: Iterable[str]) -> Iterable[str]:
    """The lines without pytest's reports of failures, which show what tests printed."""
    hidden = False
    for line in lines:
        title = rule(line)
        hidden = title in REPORTS if title is not None else hidden
        is_inner = line.startswith("    #")  # of a subtest in TAP, which fails with its test
        if not hidden and not is_inner and len(line) <= _LONGEST:
            yield line.strip()


class Log:
    """Takes the lines of one runner. Its sessions add up."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.counts: Counter[str] = Counter()
        self.tests: dict[str, TestResult] = {}
        self.began = self.ended = 0
        self.red = self.green = ""
        self.seconds: float | None = None
        self._file = ""
        self._section = ""
        self._named = ""  # by a line for each test, the last
        self._alike = Counter[str]()

    def landmark(self, line: str) -> int:
        """Where in a line something begins that this runner writes, or -1."""
        if len(line) > _LONGEST:
            return -1
        text = line.strip()
        match = self.runner.line.search(text)
        if not match or match.groupdict().get("word"):  # the name of a test may stand anywhere
            return -1
        if match.start() == 0:
            return 0
        before = line[: line.find(text) + match.start()]
        return min(len(before), len(before.rstrip()) + 1)  # the line may be indented

    @property
    def is_run(self) -> bool:
        """Whether the runner was there."""
        return bool(self.began or self.ended or self.red or self.green)

    def feed(self, lines: Iterable[str]) -> None:
        """Take the lines of one stream, without the blanks around them."""
        for line in lines:
            match = self.runner.line.match(line)
            if match is None:
                continue
            fields = {key.rstrip("23"): text for key, text in match.groupdict().items() if text}
            self.began += "begins" in fields
            self.ended += any(key.startswith("end") and text is not None
                              for key, text in match.groupdict().items())  # fmt: skip
            self.green = self.green or fields.get("green", "")
            if "red" in fields:
                self.red = self.red or one_line(line)[:200]
            if "time" in fields:
                self.seconds = (self.seconds or 0.0) + _seconds(fields["time"])
            self._count(fields)
            self._name(fields)

    def _count(self, fields: Mapping[str, str]) -> None:
        if "again" in fields:
            self.counts.clear()
            self.tests.pop(self._named, None)
        self.counts[""] += int(fields.get("total", 0))
        self.counts["failed"] += int(fields.get("failed", 0))
        for count in _COUNT.finditer(fields.get("counts", "")):
            word = (count["word"] or count["label"]).lower()
            kind = _WORDS.get(_COUNTED.sub("", word))
            if kind is not None:
                self.counts[kind] += int(count["before"] or count["after"])

    def _name(self, fields: Mapping[str, str]) -> None:
        self._file = fields.get("file", self._file)
        self._section = fields.get("section", self._section).lower()
        name = one_line(fields.get("name", ""))[:500]
        if (not name and "suite" not in fields) or self._section in _ASIDE:
            return
        is_suite = "suite" in fields or self._section == "suites"
        is_error = is_suite or self._section == "error"
        outcome = _OUTCOMES.get(fields.get("word", ""), "error" if is_error else "failed")
        plain = identity = "::".join(filter(None, (fields.get("place", self._file), name)))
        while identity in self.tests and "word" in fields:  # a line for each test: this is another
            self._alike[plain] += 1
            identity = f"{plain} ({self._alike[plain] + 1})"
        self._named = identity if "word" in fields else ""
        self.tests[identity] = TestResult(
            identity=identity, outcome=outcome, at_collection=is_suite
        )

    @property
    def whole(self) -> int:
        """How many tests the closing lines say that there were; 0 where they do not say it."""
        return self.counts[""]

    @property
    def added(self) -> int:
        """The outcomes that the closing lines count, added up."""
        return sum(self.counts[key] for key in Totals.model_fields)

    def totals(self) -> Totals:
        """What the closing lines count, and what names alone tell: suites, tests left out."""
        tested = recount(self.tests.values())
        counts = Counter({key: self.counts[key] for key in Totals.model_fields})
        if not self.counts["passed"]:
            counts["passed"] = max(0, self.whole - self.added)
        broken = sum(test.at_collection for test in self.tests.values())
        counts["errors"] += broken + self.counts["outside"]
        totals = Totals(**counts) + Totals(collected=max(self.whole, self.added))
        is_named = tested.cases >= totals.cases and tested.failing == totals.failing
        return tested if is_named else totals

    def part(self, name: str) -> Part:
        """What the log says."""
        totals = self.totals()
        state, reason = self.completeness(totals)
        label = self.runner.name
        if not self.runner.counts_tests:
            closing = f"{label}: {self.green}" if self.green and state == "complete" else ""
            return Part(NAME, name, runner=label, completeness=state, reason=reason,
                        closing=closing, without_tests=True)  # fmt: skip
        return Part(
            NAME,
            name,
            runner=label,
            tests=self.tests,
            totals=totals,
            partial=totals.cases > len(self.tests),
            duration_s=None if self.seconds is None else round(self.seconds, 6),
            completeness=state,
            reason=reason,
        )

    def completeness(self, totals: Totals) -> tuple[Completeness, str]:
        """Whether the runner came to its end, and its lines agree."""
        label, lost = self.runner.name, "the log has no closing line"
        failing = sum(test.outcome in FAILING for test in self.tests.values())
        if self.began > self.ended and self.ended:
            lost = f"{counted(self.began, 'session')} began, {self.ended} ended"
        if (self.runner.counts_tests and not self.ended) or self.began > self.ended:
            return (
                ("failed", f"{label}: {self.red}")
                if self.red
                else ("incomplete", f"{label}: {lost}")
            )
        if self.whole and self.counts["passed"] and self.added != self.whole:
            return (
                "inconsistent",
                f"{label}: its last lines count {self.added} of {self.whole} tests",
            )
        if failing > totals.failing:
            failures = counted(totals.failing, "failure")
            return "inconsistent", f"{label}: its last lines count {failures}, {failing} are named"
        if self.red and (not totals.failing or not self.runner.counts_tests):
            return "failed", f"{label}: {self.red}"
        if not self.runner.counts_tests and not self.green:
            return "incomplete", f"{label}: {lost}"
        return "complete", ""


def _seconds(text: str) -> float:
    match = _TIME.match(text)
    if match is None:
        return 0.0
    seconds = float(match[2]) / (1000 if match[3] else 1)
    return seconds + 60 * int(match[1] or 0)
