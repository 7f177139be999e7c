"""The classes of a comparison, and the law that they are a partition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.evidence.compare import compare, renamed, shortened
from ledger.evidence.model import (
    Delta,
    Evidence,
    Outcome,
    Rate,
    Rename,
    TestResult,
    Totals,
    recount,
)

OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
FAILING = {"failed", "error"}
CLASSES = [name for name in Delta.model_fields if name != "renamed"]


def run(partial: bool = False, **outcomes: str) -> Evidence:
    """A run with tests like ``a="failed"``, ``b="passed~"`` (flaky)."""
    tests = {
        name: TestResult(
            identity=name,
            outcome=outcome.rstrip("~"),
            duration_s=None,
            message=None,
            tries=1 + ("~" in outcome),
            flaky="~" in outcome,
        )
        for name, outcome in outcomes.items()
    }
    return Evidence(path="run", tests=tests, tests_partial=partial)


# now, before -> class; "-" is not there.
TABLE = [
    ("failed", "failed", "still_failing"),
    ("error", "failed", "still_failing"),
    ("failed~", "error", "still_failing"),
    ("failed", "passed", "new_failures"),
    ("error", "skipped", "new_failures"),
    ("failed", "xfailed", "new_failures"),
    ("failed", "-", "new_failures"),
    ("passed", "failed", "cleared"),
    ("xpassed", "error", "cleared"),
    ("skipped", "failed", "newly_skipped"),
    ("xfailed", "failed", "newly_skipped"),
    ("skipped", "passed", "newly_skipped"),
    ("skipped", "xfailed", None),
    ("skipped", "skipped", None),
    ("-", "failed", "not_run"),
    ("-", "error", "not_run"),
    ("-", "passed", "gone"),
    ("-", "skipped", "gone"),
    ("passed", "-", "new_tests"),
    ("skipped", "-", "new_tests"),
    ("passed~", "failed", "flaky"),
    ("passed~", "passed", "flaky"),
    ("passed~", "-", "flaky"),
    ("passed", "passed", None),
    ("passed", "skipped", None),
    ("passed", "passed~", None),
]


@pytest.mark.parametrize(("now", "before", "expected"), TABLE)
def test_each_class(now: str, before: str, expected: str | None) -> None:
    delta = compare(
        run(**({} if now == "-" else {"t": now})), run(**({} if before == "-" else {"t": before}))
    )
    assert {name for name in CLASSES if getattr(delta, name)} == ({expected} - {None})


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (run(partial=True), run(a="passed"), Delta()),
        (run(partial=True), run(a="failed"), Delta(not_run=("a",))),
        (run(a="passed"), run(partial=True), Delta()),
        (run(a="failed"), run(partial=True), Delta(new_failures=("a",))),
    ],
)
def test_a_log_that_names_only_failures_makes_nothing_gone_or_new(
    now: Evidence, before: Evidence, expected: Delta
) -> None:
    assert compare(now, before) == expected


def test_the_order_is_that_of_the_runs() -> None:
    delta = compare(run(b="failed", a="failed"), run(z="failed", y="failed"))
    assert delta.new_failures == ("b", "a")
    assert delta.not_run == ("z", "y")


outcomes = st.sampled_from([*OUTCOMES, "passed~", "failed~", "xfailed~"])
runs = st.builds(
    lambda partial, tests: run(partial, **tests),
    st.booleans(),
    st.dictionaries(st.sampled_from("abcdefgh"), outcomes),
)


@given(runs, runs)
def test_no_failure_is_lost_and_none_is_cleared_that_did_not_run_and_pass(
    now: Evidence, before: Evidence
) -> None:
    delta = compare(now, before)
    placed = [identity for name in CLASSES for identity in getattr(delta, name)]
    assert len(placed) == len(set(placed)), "a test in two classes"
    assert set(placed) <= now.tests.keys() | before.tests.keys()

    def failing(of: Evidence) -> set[str]:
        return {name for name, test in of.tests.items() if test.outcome in FAILING}

    assert set(delta.new_failures) | set(delta.still_failing) == failing(now)
    assert set(delta.still_failing) == failing(now) & failing(before)
    accounted = (delta.still_failing, delta.cleared, delta.flaky, delta.newly_skipped)
    assert failing(before) <= set().union(*accounted, delta.not_run)
    assert set(delta.not_run) == failing(before) - now.tests.keys()
    for identity in delta.cleared:
        assert before.tests[identity].outcome in FAILING
        assert now.tests[identity].outcome in ("passed", "xpassed")
        assert not now.tests[identity].flaky
    assert set(delta.gone) <= before.tests.keys() - now.tests.keys() - failing(before)


@given(runs)
def test_a_run_against_itself_has_no_news(one: Evidence) -> None:
    delta = compare(one, one)
    assert (delta.new_failures, delta.cleared, delta.not_run) == ((), (), ())
    assert (delta.newly_skipped, delta.new_tests, delta.gone) == ((), (), ())


@given(runs)
def test_totals_add_up(one: Evidence) -> None:
    totals = recount(one.tests.values())
    assert totals.collected == len(one.tests)
    assert totals.collected == (
        totals.passed + totals.failed + totals.errors + totals.skipped + totals.xfailed
        + totals.xpassed
    )  # fmt: skip


def test_rates_name_their_denominator() -> None:
    totals = Totals(collected=692, passed=540, failed=8, skipped=143, xfailed=2)
    assert totals.rates == (
        Rate(name="passed/collected", count=540, of=692, percent=78.03),
        Rate(name="passed/executed", count=540, of=550, percent=98.18),
    )
    assert Totals(collected=3, skipped=3).rates == (
        Rate(name="passed/collected", count=0, of=3, percent=0.0),
    )
    assert Totals().rates == ()


# Names that changed.

RENAMED = {
    "moved to another folder": ("tests.test_a::test_x", "tests.unit.test_a::test_x", True),
    "moved with its class": ("tests.test_a.TestY::test_z", "tests.test_b.TestY::test_z", True),
    "a prefix came": ("test_a::test_x[1]", "py311.tests.test_a::test_x[1]", True),
    "the module was renamed": ("tests.test_a::test_x", "tests.test_b::test_x", True),
    "the class was renamed": ("org.acme.PumpTest::stops", "org.acme.PumpsTest::stops", True),
    "its parameter was renamed": ("t.test_a::test_x[f32]", "t.test_a::test_x[cpu-f32]", True),
    "a file's path": ("src/a.test.ts::pump > fills", "lib/a.test.ts::pump > fills", True),
    "another test": ("tests.test_a::test_x", "tests.test_a::test_y", False),
    "the same word elsewhere": ("a.test_a::test_x", "b.test_b::test_x", False),
}


@pytest.mark.parametrize("what", RENAMED)
def test_a_test_that_was_renamed(what: str) -> None:
    before, now, alike = RENAMED[what]
    delta = compare(
        run(**{now: "passed", "k::k": "passed"}), run(**{before: "failed", "k::k": "passed"})
    )
    assert delta.renamed == ((Rename(before=before, now=now),) if alike else ())
    assert (delta.not_run, delta.cleared, delta.new_tests) == ((before,), (), (now,)), (
        "a hint moves nothing"
    )


@pytest.mark.parametrize(
    ("gone", "new", "kept", "expected"),
    [
        (["a.t::x"], ["b.t::x", "c.t::x"], [], {}),
        (["b.t::x", "c.t::x"], ["a.t::x"], [], {}),
        (["a.t::x", "b.t::x"], ["p.a.t::x", "p.b.t::x"], [], {"a.t::x": "p.a.t::x", "b.t::x": "p.b.t::x"}),
        (["t::x[1]"], ["t::x[2]"], ["t::x[3]"], {}),
        (["t::x[1]", "t::x[2]"], ["t::x[3]"], [], {}),
        (["t::x"], [], [], {}),
        (["module"], ["other"], [], {}),
    ],
)  # fmt: skip
def test_a_name_is_taken_for_another_only_where_no_third_fits(
    gone: list[str], new: list[str], kept: list[str], expected: dict[str, str]
) -> None:
    assert renamed(gone, new, kept) == expected


identities = st.lists(
    st.from_regex(r"([ab]\.){0,3}[tu]::[xy](\[[12]\])?", fullmatch=True), unique=True, max_size=12
)


@given(identities, identities)
def test_each_name_is_one_other_at_most(before: list[str], now: list[str]) -> None:
    gone, new = [n for n in before if n not in now], [n for n in now if n not in before]
    pairs = renamed(gone, new, set(before) & set(now))
    assert pairs.keys() <= set(gone)
    assert set(pairs.values()) <= set(new)
    assert len(set(pairs.values())) == len(pairs)


@given(identities, st.sampled_from(["p", "tests.unit", "py311"]))
def test_a_prefix_that_all_names_got_is_seen_through(names: list[str], prefix: str) -> None:
    longer = {name: f"{prefix}.{name}" for name in names}
    pairs = renamed(names, longer.values(), ())
    assert all(longer[name] == now for name, now in pairs.items())
    told = shortened(longer.values(), names)
    assert all(longer[short] == long for long, short in told.items())


def test_many_names_that_are_all_alike_take_no_long() -> None:
    many = [f"m{number}.t::x" for number in range(20_000)]
    assert renamed(many, [f"n{name}" for name in many], ()) == {}
    assert shortened(many, [f"n.{name}" for name in many]) == {}
