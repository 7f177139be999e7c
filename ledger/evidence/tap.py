"""The Test Anything Protocol, versions 12 to 14, with subtests, and the tree that ``node --test``
prints on a terminal, which says the same with other signs."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.evidence.junit import SCRIPTS
from ledger.evidence.log_lines import sessions
from ledger.evidence.model import FAILING, Completeness, Outcome, TestResult, Totals, recount
from ledger.evidence.part import Part, by_name, combined, decode, file_name, is_log_with
from ledger.plan.text import counted, one_line

NAME = "tap"
_TREE_NAME = "node-log"  # it may be beside TAP of the same run
_LONGEST = 2000  # characters of a line that mentions a test
_NODE = "node --test"
# `not ok 2 - refuses zero # TODO later`
# e.g. "not ok 2 - divides # TODO later"
_POINT = re.compile(
    r"(?P<indent> *)(?P<not>not )?ok\b(?: \d{1,9})?(?: -)?(?P<name> .*?)??"
    r"(?: # time=(?P<ms>[\d.]{1,20})ms)?(?: # ?(?P<directive>(?i:skip|todo))\b.*)?"
)
# `    ✖ refuses zero (1.387763ms) # TODO`
# e.g. "  ✔ trims (1.260324ms)"
_TREE = re.compile(
    r"(?P<indent> *)(?P<sign>[✔✖﹣⚠]) (?P<name>.*?)(?: \((?P<ms>[\d.]{1,20})ms\))?"
    r"(?: # (?P<directive>SKIP|TODO)\b.*)?"
)
_PLAN = re.compile(r"(?P<indent> *)1\.\.(?P<count>\d{1,9})(?: *#.*)?")
# `# fail 2`, `ℹ fail 2`
# e.g. "# skipped 0"
_COUNT = re.compile(r"[#ℹ] (tests|suites|pass|fail|cancelled|skipped|todo) (\d{1,9})")
# `# duration_ms 949.014737`
_WHOLE = re.compile(r"[#ℹ] duration_ms ([\d.]{1,20})")
# `  duration_ms: 1.5458`, `  type: 'suite'`
# e.g. "  type: 'suite'"
_FIELD = re.compile(r" +(?:duration_ms: (?P<ms>[\d.]{1,20})|type: '(?:(?P<suite>suite)|test)')")
_SIGNS: dict[str, Outcome] = {"✔": "passed", "✖": "failed", "﹣": "skipped", "⚠": "passed"}
# What tells, behind what something else put before it, that a line is TAP or node's.
_ANYWHERE = re.compile(r"(?:not )?ok 1 |ℹ tests |1\.\.\d|TAP version 1|▶ ")
_FAILING_TESTS = "✖ failing tests:"


class _Point(NamedTuple):
    """One test, or what its subtests came to together."""

    name: str
    outcome: Outcome
    seconds: float | None
    inner: tuple["_Point", ...] = ()
    is_suite: bool = False


def matches(name: str, sample: bytes) -> bool:
    """By its suffix, or by lines that only TAP or ``node --test`` has. What ``prove -v`` prints of
    several files is not one stream; it adds them up itself."""
    if is_log_with(name, sample, (" wallclock secs ",)):
        return False
    if file_name(name).endswith(".tap"):
        return True
    is_tap = is_log_with(name, sample, ("ok 1",)) and is_log_with(name, sample, ("1..", "TAP ver"))
    return is_tap or is_log_with(name, sample, ("ℹ tests ", _FAILING_TESTS, "# tests "))


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """A part for each stream of results in the file."""
    logs = sessions(decode(data), _landmark, _sessions)
    return combined([session.part(name) for session in logs], "streams of TAP")


def _landmark(line: str) -> int:
    if len(line) > _LONGEST:
        return -1
    for pattern in (_POINT, _TREE, _PLAN, _COUNT, _WHOLE):
        if pattern.fullmatch(line):
            return 0
    match = _ANYWHERE.search(line)
    return match.start() if match else -1


def _sessions(lines: Sequence[str]) -> Iterator["Session"]:
    session = Session()
    for line in lines:
        if not session.feed(line):
            yield session
            session = Session()
            session.feed(line)
    yield session


class Session:
    """Takes the lines of one stream. What stands deeper belongs to the next line that does not."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.top: list[_Point] = []
        self._inner: dict[int, list[_Point]] = {}
        self._plans: dict[int, int] = {}
        self._yaml_at: int | None = None  # the indent of the block that a line is in
        self._depth = 0  # of the last point
        self._is_over = self._is_tree = self._is_node = False
        self._wrong = self._bail = ""
        self._took: float | None = None

    @property
    def is_run(self) -> bool:
        """Whether it told of any test, or planned some."""
        return bool(self.top or self._inner or self._plans or "tests" in self.counts or self._bail)

    def feed(self, line: str) -> bool:
        """Take a line. False: it begins another stream and is not taken."""
        line = line.rstrip()
        indent = len(line) - len(line.lstrip())
        if len(line) > _LONGEST or self._in_block(line, indent):
            return True
        is_plan = indent == 0 and 0 in self._plans and _PLAN.fullmatch(line)
        is_next = self.counts["told"] and line.startswith(("▶", "✔"))
        if self.is_run and (is_plan or is_next or line.startswith("TAP version")):
            return False
        self._is_over = self._is_over or line == _FAILING_TESTS
        if not self._is_over:
            self._take(line, indent)
        return True

    def _in_block(self, line: str, indent: int) -> bool:
        """Whether a line is one of the block of YAML that tells more of a point."""
        if self._yaml_at is None or (line and indent < self._yaml_at):
            self._yaml_at = None
            return False
        if line.lstrip() == "..." and indent == self._yaml_at:
            self._yaml_at = None
        else:
            self._tell_more(line)
        return True

    def _take(self, line: str, indent: int) -> None:
        if count := _COUNT.fullmatch(line):
            self.counts[count[1]] += int(count[2])
            self.counts["told"] += 1
            self._is_tree = self._is_tree or line.startswith("ℹ")
        elif whole := _WHOLE.fullmatch(line):
            self._took = (self._took or 0) + (_seconds(whole[1]) or 0)
        elif plan := _PLAN.fullmatch(line):
            self._plans[indent] = int(plan["count"])
        if line.startswith("Bail out!"):
            self._bail = one_line(line)[:200]
        if line.strip() == "---":
            self._yaml_at = indent
        if point := _POINT.fullmatch(line):
            self._point(point.groupdict(), indent, "failed" if point["not"] else "passed")
        elif point := _TREE.fullmatch(line):
            self._is_tree = self._is_node = True
            self._point(point.groupdict(), indent, _SIGNS[point["sign"]])

    def _point(self, fields: Mapping[str, str | None], indent: int, outcome: Outcome) -> None:
        directive = (fields["directive"] or "").lower()
        if directive == "skip":
            outcome = "skipped"
        elif directive == "todo":
            outcome = "xfailed" if outcome == "failed" else "skipped"
        deeper = [depth for depth in self._inner if depth > indent]
        inner = [point for depth in sorted(deeper) for point in self._inner.pop(depth)]
        for depth in [depth for depth in self._plans if depth > indent]:
            self._check(self._plans.pop(depth), len(inner))
        name = one_line(fields["name"] or "").replace("\\#", "#").strip()[:500]
        point = _Point(name, outcome, _seconds(fields.get("ms")), tuple(inner))
        (self._inner.setdefault(indent, []) if indent else self.top).append(point)
        self._depth = indent

    def _tell_more(self, line: str) -> None:
        """How long a point took, and whether it is a suite."""
        field = _FIELD.fullmatch(line)
        points = self._inner.get(self._depth, []) if self._depth else self.top
        if field and points:
            self._is_node = True
            last = points[-1]
            seconds = _seconds(field["ms"]) if field["ms"] else last.seconds
            is_suite = last.is_suite or bool(field["suite"])
            points[-1] = last._replace(seconds=seconds, is_suite=is_suite)

    def _check(self, planned: int, ran: int) -> None:
        if planned != ran:
            self._wrong = self._wrong or f"{ran} of {counted(planned, 'test')} ran"

    def part(self, name: str) -> Part:
        """What the stream says."""
        loose = [point for depth in sorted(self._inner) for point in self._inner[depth]]
        if 0 in self._plans:
            self._check(self._plans[0], len(self.top))
        elif not self._is_tree:
            self._wrong = self._wrong or "no plan"
        if loose:
            self._wrong = self._wrong or "it ends within a test"
        every = [*self.top, *loose]
        tests = by_name(case for point in every for case in self._cases(point, ()))
        tested = recount(tests.values())
        totals = self._totals(tested)
        state, reason = self._completeness(tested)
        tests_took = [point.seconds for point in every if point.seconds is not None]
        seconds = [self._took] if self._took is not None else tests_took
        reader = _TREE_NAME if self._is_tree else NAME
        return Part(reader, name, tests=tests, totals=totals, partial=totals.cases > tested.cases,
                    duration_s=round(sum(seconds), 6) if seconds else None,
                    runner=_NODE if self._is_node else "", completeness=state,
                    reason=reason)  # fmt: skip

    def _cases(self, point: _Point, above: tuple[str, ...]) -> Iterator[tuple[TestResult, str]]:
        """The tests in a point: itself, where it is no mere frame of others."""
        for inner in point.inner:
            yield from self._cases(inner, (*above, point.name))
        is_broken = point.outcome in FAILING and not any(map(_fails, point.inner))
        is_suite = point.is_suite or self._is_tree or not self._is_node
        if point.inner and is_suite and not is_broken:
            return
        is_file = point.outcome in FAILING and point.name.endswith(SCRIPTS) and not point.inner
        identity = (
            "::".join(filter(None, (" > ".join(above), point.name))) or "a test without a name"
        )
        yield (
            TestResult(
                identity=identity,
                outcome="error" if is_file or (is_broken and point.inner) else point.outcome,
                duration_s=point.seconds,
                at_collection=is_file,
            ),
            "",
        )

    def _totals(self, totals: Totals) -> Totals:
        """The tests that are named, or what the last lines count where that is more."""
        lost = max(0, self.counts["fail"] + self.counts["cancelled"] - totals.failing)
        others = max(0, self.counts["pass"] - totals.passed)
        return totals + Totals(collected=lost + others, failed=lost, passed=others)

    def _completeness(self, totals: Totals) -> tuple[Completeness, str]:
        label = _NODE if self._is_node else "TAP"
        if self._bail:
            return "failed", f"{label}: {self._bail}"
        if self._wrong:
            return "incomplete", f"{label}: {self._wrong}"
        if self.counts["told"] and "tests" not in self.counts:
            return "incomplete", f"{label}: the last lines do not say how many tests there were"
        if self._is_tree and not self.counts["told"]:
            return "incomplete", f"{label}: no last lines with counts"
        failing = self.counts["fail"] + self.counts["cancelled"]
        if failing and not totals.failing:
            return "inconsistent", f"{label}: {counted(failing, 'failure')} without a name"
        return "complete", ""


def _fails(point: _Point) -> bool:
    return point.outcome in FAILING


def _seconds(ms: str | None) -> float | None:
    return round(float(ms) / 1000, 6) if ms and ms.count(".") < 2 and ms != "." else None
