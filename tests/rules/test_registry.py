"""Every rule finds its fault, and nothing else; every rule is documented."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from ledger import config, rules
from ledger.commands import facts as known_facts
from ledger.config import Config
from ledger.git.blobs import Blobs
from ledger.plan import reader
from ledger.rules import RULES, Facts, check, compares
from tests.support import rule_cases, rules_page
from tests.support.repository import Repository
from tests.support.rule_cases import Case

CASES = list(rule_cases.cases())
TODAY = "2025-12-31"
SECRET = b"OPENAI" + b"_API_KEY=Zx81qq0vTn55Lw2d\n"  # apart, so that no scanner takes it for one


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, isolation: None) -> Config:
    """A repository with a file in each state that an artifact can have."""
    root = tmp_path_factory.mktemp("rules") / "repo"
    repo = Repository.create(root)
    run = "reports/parse/phase_a/20251102T091500Z"
    repo.write(".gitignore", b"logs/\nignored.*\n")
    repo.write("reports/parse/tracked.log", b"12 passed\n")
    repo.write("reports/parse/env.txt", b"HOME=/\n" + SECRET)
    repo.write(f"{run}/pytest.log", b"12 passed\n")
    repo.write(f"{run}/logs/run.log", b"12 passed\n")
    told = b"===== 1 failed, 11 passed in 3.40s =====\n"
    repo.write("reports/parse/phase_b/20251103T080000Z/pytest.log", told)
    (root / "reports/out").symlink_to(root.parent)
    repo.git("add", "--force", f"{run}/logs/run.log")
    repo.commit("Files to cite")
    repo.write("reports/parse/ignored.log", b"")
    repo.write("reports/parse/untracked.log", b"")
    repo.write("reports/parse/staged.log", b"")
    repo.git("add", "reports/parse/staged.log")
    return config.find(root)


@pytest.fixture(scope="session")
def head(place: Config) -> str:
    return Repository(place.root).git("rev-parse", "--short=10", "HEAD")


@pytest.fixture(scope="session")
def every(place: Config) -> Iterator[Facts]:
    with Blobs(place.root) as contents:
        yield known_facts.with_evidence(known_facts.facts(place, contents), place, contents)


def facts(every: Facts, settings: dict[str, str]) -> Facts:
    return every._replace(
        path="plan.md",
        run_notes=every.run_notes if "runs" in settings else None,
        contradicted=every.contradicted if "claims" in settings else None,
        undone=every.undone if "criteria" in settings else None,
        today=settings.get("today", TODAY),
        append_only=settings.get("append_only", "latest"),
        max_lines=int(settings.get("max_lines", 0)),
        settings=tuple(filter(None, [settings.get("settings")])),
        unguarded=tuple(filter(None, [settings.get("unguarded")])),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.title}")
def test_exactly_the_faults_that_the_change_brings_are_found(
    case: Case, every: Facts, head: str
) -> None:
    known = facts(every, case.settings)
    if case.archive is not None:
        archive = reader.read(case.archive)
        known = known._replace(elsewhere=lambda: (archive,))
    findings = rules.made_worse(
        reader.read(case.plan.replace(b"{HEAD}", head.encode())),
        known,
        [reader.read(base) for base in case.bases],
        None if case.fork is None else reader.read(case.fork),
    )
    assert [f"{f.line}:{f.column} {f.code} {f.message}" for f in findings] == [*case.findings]


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_has_a_case_with_its_fault_and_one_without(code: str) -> None:
    about = [case for case in CASES if case.code == code]
    assert [case for case in about if code in case.codes]
    assert [case for case in about if not case.findings]
    [first] = (rule_cases.FOLDER / f"{code}.md").read_text("utf-8").splitlines()[:1]
    assert first == f"# {code} {RULES[code].name}"


def test_every_case_is_about_a_rule() -> None:
    assert {case.code for case in CASES} == {*RULES}


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_explains_itself(code: str) -> None:
    said = RULES[code].explanation
    assert all(said), said
    assert re.fullmatch(r"LED[1-8]\d\d", code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", RULES[code].name)
    assert "\n" not in said.means + said.why + said.mend
    assert said.means.endswith(".")


def examples() -> Iterator[str]:
    """The rules whose example shows the fault by itself, without a version before it."""
    for code, rule in RULES.items():
        if not compares(code) and not rule.explanation.example.startswith("("):
            yield code


@pytest.mark.parametrize("code", [*examples()])
def test_the_documented_example_has_the_fault(code: str, every: Facts) -> None:
    example = RULES[code].explanation.example.encode()
    if code == "LED102":
        example += b"\xe9"
    found = {
        finding.code
        for finding in check(
            reader.read(example),
            facts(every, dict.fromkeys(("runs", "claims", "criteria"), "read")),
        )
    }
    assert code in found


def test_the_page_is_made_from_the_rules() -> None:
    made = rules_page.page()
    assert rules_page.PAGE.read_text("utf-8") == made, "run: python -m tests.support.rules_page"
    assert all(f"</a>{code} " in made for code in RULES)


def test_no_rule_fails_on_what_is_no_plan_at_all(every: Facts) -> None:
    for data in (
        b"",
        b"\0\xff" * 500,
        b"\n" * 500,
        b"[" * 500,
        b"# [A-1]\n- Status:\n- Next Actions:\n  1.",
    ):
        check(reader.read(data), facts(every, {})._replace(every=True, max_lines=1))


def test_ignored_rules_are_silent(every: Facts) -> None:
    [case] = [case for case in CASES if case.title == "One number twice" and case.code == "LED106"]
    assert check(reader.read(case.plan), facts(every, {}))
    assert not check(reader.read(case.plan), facts(every, {}), ["LED106"])


def test_findings_point_at_the_fault_and_know_it_by_a_key_of_its_own(every: Facts) -> None:
    for case in CASES:
        findings = check(reader.read(case.plan), facts(every, case.settings))
        lines = case.plan.decode("utf-8", "replace").split("\n")
        assert len({finding.key for finding in findings}) == len(findings)
        for finding in findings:
            assert 1 <= finding.line <= len(lines)
            assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1


def test_today_is_the_latest_date_on_earth(monkeypatch: pytest.MonkeyPatch) -> None:
    # Noon in Greenwich on 2025-11-02: on Kiritimati, 14 hours ahead, the next day has come.
    monkeypatch.setattr(time, "time", lambda: 1762084800.0)
    assert known_facts.today() == "2025-11-03"
    monkeypatch.setattr(time, "time", lambda: 1762084800.0 - 3 * 3600)
    assert known_facts.today() == "2025-11-02"


# How an attempt writes its date, and the code that tells of it.
DATES = [
    ("[2999-11-02] Attempt #1", "LED303"),
    ("[29991102T101010Z] Attempt #1", "LED303"),
    ("**[2250-11-02]** Attempt #1", "LED303"),
    ("Attempt #1 (2999-11-02)", "LED303"),
    ("[2026-02-31] Attempt #1", "LED302"),
    ("[2026-13-01] Attempt #1", "LED302"),
    ("[20250231T101010Z] Attempt #1", "LED302"),
    ("[1969-11-02] Attempt #1", "LED301"),
    ("[0205-10-15] Attempt #1", "LED301"),
    ("[2025/10/15] Attempt #1", "LED103"),
    ("[15.10.2025] Attempt #1", "LED103"),
]


@pytest.mark.parametrize(("lead", "code"), DATES)
def test_a_date_that_cannot_be_meant_is_told(lead: str, code: str) -> None:
    start = "## [A-001] Item\n- Status: in_progress\n- Attempts History:\n"
    said = f"{start}  * {lead} — Result: success. Fast.\n"
    found = check(reader.read(said.encode()), Facts("docs/fix_plan.md", TODAY))
    assert [one.code for one in found] == [code]


@pytest.mark.parametrize(
    ("date", "code"),
    [("2999-12-08", "LED303"), ("2026-02-31", "LED302"), ("2026-13-31", "LED302")],
)
def test_a_note_of_a_roadmap_with_such_a_date_is_told(date: str, code: str) -> None:
    one = "- [ARCH-{}] (Title) — **partial** ({} i=153: long note.)\n"
    said = "## Tier 1\n" + one.format("001", "2025-12-08") + one.format("002", date)
    found = check(reader.read(said.encode()), Facts("docs/fix_plan.md", TODAY))
    assert [fault.code for fault in found] == [code]


def test_a_number_in_a_note_of_a_roadmap_is_no_date() -> None:
    one = "- [ARCH-001] (Title) — **partial** (145000 photons)\n"
    said = "## Tier 1\n- [ARCH-002] (Title) — **done** (2025-12-08 i=1)\n" + one
    plan = reader.read(said.encode())
    assert [len(item.attempts) for item in plan.items] == [1, 0]
