"""The page of ``ledger report``: it says what the commands say, and nothing else comes in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ledger
from ledger.commands.report import Report, report
from ledger.reports import page as module
from ledger.reports.page import MARK, page, passages
from tests.campaigns import page_parity, page_payloads
from tests.support import pages, pictures
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

BROWSER = os.environ.get("PAGE_BROWSER")
"""A folder where `npm install playwright-core axe-core` was run."""


def made(repo: Repository, *options: str) -> pages.Node:
    done = call(repo.path, "report", "-o", str(repo.path.parent / "page.html"), *options)
    assert done.code == 0, done.err
    return pages.parse((repo.path.parent / "page.html").read_text("utf-8"))


def test_each_item_and_attempt_has_a_place_of_its_own(repo: Repository) -> None:
    shown = made(repo)
    ids = [one.given["id"] for one in shown.walk() if "id" in one.given]
    assert len(ids) == len({*ids})
    for item in call(repo.path, "export", "--json").data["items"]:
        assert item["title"] in shown.called(item["id"]).text
        for attempt in item["attempts"]:
            said = shown.called(f"{item['id']}-{attempt['number']}").text
            assert attempt["result_text"] in said


def test_every_link_leads_somewhere(repo: Repository) -> None:
    shown = made(repo)
    links = [one.given["href"] for one in shown.every("a")]
    assert links
    assert {*links} <= {f"#{one.given['id']}" for one in shown.walk() if "id" in one.given}


def test_nothing_is_fetched_and_no_style_or_handler_stands_in_an_element(repo: Repository) -> None:
    shown = made(repo)
    for one in shown.walk():
        tag, given = one.tag, one.given
        assert tag not in {"iframe", "object", "embed", "img", "base", "form"} or tag == "form"
        assert not {name for name in given if name.startswith("on")} | (
            {*given} & {"style", "src", "action"}
        )
    [policy] = [one.given["content"] for one in shown.walk() if "http-equiv" in one.given]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert [one.given["href"] for one in shown.every("link")] == ["data:,"]


@pytest.mark.parametrize("since", ["HEAD", None])
def test_changes_are_told_since_a_revision(repo: Repository, since: str | None) -> None:
    shown = made(repo, *(("--since", since) if since else ()))
    assert ("Nothing since HEAD" in shown.called("view-today").text) == (since is not None)


def test_a_file_that_is_no_page_stays(repo: Repository) -> None:
    plan = repo.ledger.read_bytes()
    done = call(repo.path, "report", "-o", "docs/fix_plan.md")
    assert done.code == 1
    assert "docs/fix_plan.md: expected no file or an earlier page, found another file" in done.err
    assert repo.ledger.read_bytes() == plan


def test_a_dash_prints_the_page(repo: Repository) -> None:
    done = call(repo.path, "report", "-o", "-")
    assert (done.code, done.out[:15]) == (0, "<!doctype html>")
    assert not (repo.path / "-").exists()
    assert call(repo.path, "report", "-o", "-", "--open").code == 2


def test_a_page_replaces_an_earlier_one(repo: Repository) -> None:
    for _ in range(2):
        assert call(repo.path, "report", "-o", "plan.html").code == 0
    assert (repo.path / "plan.html").read_bytes().startswith(MARK)


def test_without_a_name_it_goes_into_the_cache(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    done = call(repo.path, "report")
    place = Path(re.sub(r": [\d,]+ bytes\n\Z", "", done.out))
    assert place.is_relative_to(tmp_path / "cache")
    assert place.read_bytes().startswith(MARK)
    assert not repo.git("status", "--porcelain").strip()


def test_a_passage_is_marked_where_it_stands(repo: Repository) -> None:
    shown = made(repo)
    marks = shown.every("mark")
    assert marks
    assert all(one.given["class"].startswith("is-") for one in marks)


def test_text_is_whole_whatever_is_marked() -> None:
    assert [one.text for one in passages("one\ntwo", 1, ())] == ["one\ntwo"]


# Runs and charts

RUNS = {  # attempt: test and outcome; None for an attempt that cites no run
    1: {"a": "failed", "b": "failed", "c": "passed"},
    2: None,
    3: {"a": "passed"},
    4: {"a": "failed", "b": "failed", "c": "failed"},
    5: {"a": "skipped", "b": "passed", "c": "failed"},
}
# New, still failing and cleared, by what was last known of each test: told by hand.
CHANGES = {1: None, 3: (0, 0, 1), 4: (2, 1, 0), 5: (0, 1, 1)}
ROUNDS = "| Round | Status |\n|---|---|\n| 1 | PASS |\n| 2 | PASS |\n| 3 | FAIL |\n| 4 | PASS |\n"


@pytest.fixture
def with_runs(repo: Repository) -> Repository:
    """A plan with one item whose attempts cite runs, and one that cites a report of rounds."""
    said = "# Fix Plan Ledger\n\n## [RUN-1] Runs\n- Priority: High\n- Status: in_progress\n- Attempts History:\n"
    for number, tests in RUNS.items():
        stamp = f"2025110{number}T080000Z"
        said += f"  * [2025-11-0{number}] Attempt #{number} — Result: partial. Looked at it.\n"
        if tests:
            said += f"    Artifacts: `runs/{stamp}/junit.xml`\n"
            cases = "".join(
                f'<testcase classname="m" name="{name}">{"" if how == "passed" else f"<{INSIDE[how]}/>"}</testcase>'
                for name, how in tests.items()
            )
            failed, skipped = (
                sum(how == word for how in tests.values()) for word in ("failed", "skipped")
            )
            xml = f'<testsuite name="s" tests="{len(tests)}" failures="{failed}" errors="0" skipped="{skipped}">{cases}</testsuite>'
            repo.write(f"runs/{stamp}/junit.xml", xml.encode())
    said += "\n## [ROUND-2] Rounds\n- Status: pending\n- Attempts History:\n"
    said += "  * [2025-11-01] Attempt #1 — Result: partial. Four rounds: `runs/rounds.md`.\n"
    repo.write("runs/rounds.md", ROUNDS.encode())
    repo.write("docs/fix_plan.md", said.encode())
    repo.commit("Runs")
    return repo


INSIDE = {"failed": "failure", "skipped": "skipped"}


def test_runs_are_compared_with_what_was_last_known_of_each_test(
    with_runs: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(with_runs.path)
    runs = ledger.report().items[0].runs
    told = {
        one.attempt: one.changes
        and (one.changes.new_failures, one.changes.still_failing, one.changes.cleared)
        for one in runs.counted
    }
    assert told == CHANGES
    [lost] = [one for one in runs.attempts if one.totals is None]
    assert (lost.attempt, lost.missing) == (2, "it cites no run")


def test_each_run_says_what_evidence_says_of_it(
    with_runs: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(with_runs.path)
    counted = ledger.report().items[0].runs.counted
    assert len(counted) == 4
    for one in counted:
        [run] = ledger.evidence([Path(path) for path in one.runs]).runs
        assert (one.totals, one.completeness, one.seconds) == (
            run.totals,
            run.completeness,
            run.duration_s,
        )


def test_a_chart_has_its_figures_as_a_table_and_says_what_is_missing(with_runs: Repository) -> None:
    text = made(with_runs).called("charts-RUN-1").text
    assert "No counts for 1 attempt (2): the table says why." in text
    assert "#2 it cites no run" in text
    for row in ("#1 2", "#4 3 2 1 0 0", "#5 1 0 1 1 0"):
        assert row in text
    # A bar says what it stands for, and none stands for the attempt without a run.
    assert "#4: 2 new failures" in text
    assert "#3: 1 of 1 passed, 100.0 % (20.7 % to 100.0 %)" in text
    assert "#2: " not in text


def test_each_test_that_is_not_steady_has_a_strip_of_all_runs(
    with_runs: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(with_runs.path)
    records = ledger.tests().tests
    shown = made(with_runs).called("view-charts")
    told = [one for one in shown.every("tr") if one.every("code")]
    assert len(told) == 3
    for one, row in zip(records, told, strict=True):
        assert row.text.startswith(
            f"{one.identity} {one.verdict.replace('_', ' ')} {one.strip} {one.failed} {one.ran}"
        )
        drawn = [said for said in shown.every("title") if said.text.startswith(f"{one.identity}, ")]
        assert len(drawn) == len(one.strip.replace(".", ""))


def test_rounds_show_their_streaks(with_runs: Repository) -> None:
    text = made(with_runs).called("charts-ROUND-2").text
    assert "3 of 4 rounds passed, 95 % interval 30.1 % to 95.4 %." in text
    assert "Longest streak of passes: 2." in text
    assert [int(n) for n in re.findall(r"(\d) in a row", text)] == [2, 1, 1]


def test_nothing_is_drawn_where_there_are_no_runs(repo: Repository) -> None:
    shown = made(repo)
    assert "No item has two attempts whose runs count tests" in shown.called("view-charts").text
    assert not shown.every("svg")


# Hostile texts: the campaign has 5,000 of them


def test_no_text_becomes_structure() -> None:
    plain = page_payloads.shape(page(page_payloads.made(Report, page_payloads.PLAIN)).decode())
    assert len(plain.elements) > 1000
    told = {
        said: found
        for said in page_payloads.payloads(100, 3)
        if (found := [*page_payloads.faults(said, plain)])
    }
    assert told == {}


def test_structure_would_be_noticed() -> None:
    plain = page_payloads.shape("<p class=a>x</p>")
    for hostile in (
        "<p class=b>x</p>",
        "<p class=a onclick=x>x</p>",
        "<p class=a>x</p><b>x</b>",
        "<!-- --><p class=a>x</p>",
    ):
        assert page_payloads.shape(hostile).elements != plain.elements


@pytest.mark.skipif(page_payloads.CHROMIUM is None, reason="needs Chromium")
def test_a_browser_runs_and_asks_for_nothing_and_no_view_is_too_wide(tmp_path: Path) -> None:
    with page_payloads.served(tmp_path) as (host, asked):
        every = " ".join(page_payloads.payloads(len(page_payloads.SHAPES), 1, host))
        html = page(page_payloads.made(Report, every)).decode()
        assert [*page_payloads.in_browser(html, tmp_path, host, asked)] == []
        forged = html.replace("<main", f"<script>{page_payloads.RUN}</script><img src=x><main")
        assert len([*page_payloads.in_browser(forged, tmp_path, host, asked)]) >= 3


# What it says is what the commands and the tools for agents say; the campaign has real versions


@pytest.mark.parametrize("kind", ["small", "runs"])
def test_page_commands_and_tools_say_the_same(kind: str, request: pytest.FixtureRequest) -> None:
    repo = request.getfixturevalue({"small": "repo", "runs": "with_runs"}[kind])
    assert [*page_parity.differences(repo.path)] == []


def test_a_difference_would_be_noticed(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page_parity.report

    def lossy() -> Report:
        found = whole()
        kept = found.verification.claims[1:]
        return found.model_copy(
            update={"verification": found.verification.model_copy(update={"claims": kept})}
        )

    monkeypatch.setattr(page_parity, "report", lossy)
    told = [*page_parity.differences(repo.path)]
    assert any(one.startswith("claims") for one in told)


def test_what_is_too_much_for_one_page_is_left_out_with_a_note(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = report(ledger=repo.path / "docs/fix_plan.md")
    assert whole.each is None
    monkeypatch.setattr("ledger.commands.report._ROOM", 1500)
    monkeypatch.setattr(module, "_MOST_ITEMS", 1)
    cut = report(ledger=repo.path / "docs/fix_plan.md")
    assert cut.each == 1
    assert [len(one.runs.attempts) for one in cut.items] == [1, 0]
    newest = cut.items[0].item.attempts[-1].span
    judged = [one for one in whole.verification.claims if newest.start_line <= one.line]
    assert 0 < len(cut.verification.claims) < len(whole.verification.claims)
    assert set(cut.verification.claims) <= set(judged)
    shown = made(repo)
    assert "only the newest 1 attempt is shown and judged" in shown.called("view-today").text
    [item] = shown.every("section", "item")
    assert "1 older attempt left out" in item.text
    assert [one.every("span", "number")[0].text for one in item.every("details", "attempt")] == [
        "#2"
    ]
    assert "1 item at the end of the file left out" in shown.called("view-today").text
    assert "2 items, 2 attempts" in shown.called("view-today").text


@pytest.mark.skipif(
    not BROWSER, reason="PAGE_BROWSER names no folder with playwright-core, axe-core"
)
def test_a_browser_shows_every_view_and_axe_finds_nothing(repo: Repository) -> None:
    made(repo)
    words = ["node", "tests/campaigns/page_views.mjs", repo.path.parent / "page.html", BROWSER]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 faults" in done.stdout


def test_without_jinja_it_says_what_to_install(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    module._environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    done = call(repo.path, "report", "-o", "plan.html")
    assert done.code == 2
    assert done.err.endswith(
        "ledger: the package jinja2 is not installed; "
        f"{sys.executable} -m pip install 'jinja2>=3.1,<4'\n"
    )


def test_the_pictures_of_the_docs_are_small_and_all_are_shown() -> None:
    sizes = {file.name: file.stat().st_size for file in pictures.PLACE.iterdir()}
    assert {*sizes} == {f"{one.name}.png" for one in pictures.PICTURES}
    assert sum(sizes.values()) <= pictures.MOST_BYTES
    docs = pictures.PLACE.parent
    said = "".join(
        file.read_text("utf-8")
        for file in (docs.parent / "README.md", docs / "reference" / "commands.md")
    )
    assert all(f"pictures/{name})" in said for name in sizes)


def test_long_work_tells_how_far_it_is(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path)
    told: list[tuple[int, int]] = []
    ledger.report(progress=lambda done, of: told.append((done, of)))
    assert told[-7:] == [(done, 7) for done in range(1, 8)]
