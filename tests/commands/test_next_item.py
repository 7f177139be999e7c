"""``next`` and ``status --ready`` follow docs/reference/next.md, and ``next`` is short whatever the
plan is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from ledger.cli import main
from ledger.commands import leases
from ledger.commands.next_item import NextItem, next_item
from ledger.commands.status import status
from ledger.errors import PlanWarning
from ledger.plan import queue
from ledger.plan.reader import read
from ledger.reports import next_item as report
from tests.support import next_oracle
from tests.support.commands import call
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
PARTS = 4


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(leases, "now", lambda: next_oracle.NOW)
    return next_oracle.NOW


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a plan, and its archive, where the current folder is."""
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", next_oracle.ME)

    def write(plan: str, archive: str = "") -> Path:
        (tmp_path / PLAN).write_text(plan, "utf-8")
        if archive:
            (tmp_path / "docs/fix_plan_archive.md").write_text(archive, "utf-8")
        return tmp_path / PLAN

    return write


@pytest.mark.parametrize("part", range(PARTS))
def test_made_plans_have_the_answer_of_the_oracle(
    part: int, place: Callable[..., Path], noon: datetime
) -> None:
    answers = set()
    for seed in range(part, 200, PARTS):
        made = next_oracle.make(seed)
        place(made.text, made.archive_text)
        wanted = next_oracle.next_of(made)
        found = next_item(owner=next_oracle.ME)
        got = (found.item.id, found.item.title, found.item.action.number) if found.item else None
        title = f"About {wanted[0].name.lower()}" if wanted else ""
        assert got == ((wanted[0].name, title, wanted[1]) if wanted else None), (seed, made.text)
        ready = status(ready=True)
        assert sorted(item.id for item in ready.items) == sorted(next_oracle.ready_of(made)), seed
        assert [item.id for item in ready.items][:1] == ([wanted[0].name] if wanted else [])
        assert (ready.next.item if ready.next else None) == (wanted[0].name if wanted else None)
        assert found.ready == len(ready.items)
        answers.add(wanted and wanted[1])
    assert None in answers
    assert len(answers) > 3


RANKED = [*zip(next_oracle.PRIORITIES, next_oracle.PRIORITIES[1:], strict=False)]


@pytest.mark.parametrize(("higher", "lower"), RANKED, ids=str)
def test_every_priority_comes_before_the_next_lower_ones(
    higher: tuple[str, ...], lower: tuple[str, ...]
) -> None:
    for one in higher:
        for other in lower:
            sections = f"## [LOW-1] x\n- Priority: {other}\n## [HIGH-1] x\n- Priority: {one}\n"
            found = queue.first(queue.places(read(sections.encode()), {}, ""))
            assert found
            assert found.item.id == "HIGH-1", (one, other)


KANJI, TUBE, CONTROL = "\u6f22", "\U0001f9ea", "\x07\x1b[31m\u202e"
MONSTERS = {
    "empty": "",
    "one long word": "x" * 100_000,
    "long everything": (
        f"## [A-001] {'title ' * 5000}\n- Status: in_progress {'note ' * 5000}\n"
        f"- Priority: {'high' * 5000}\n- Reproduction: {'run ' * 9000}\n"
        f"- Depends on: {', '.join(f'[B-{n:03}]' for n in range(900))}\n"
        f"- Risks: waits for {', '.join(f'[B-{n:03}]' for n in range(900))}\n"
        f"- Attempts History:\n  * [2025-01-01] Attempt #1 \u2014 Result: {'bad ' * 2000}. {'y' * 9999}\n"
        f"- Next Actions:\n  1. PENDING \u2014 {'do it ' * 5000}\n- Exit Criteria:\n"
        + "".join(f"  - [ ] {'criterion ' * 200}{n}\n" for n in range(90))
        + "".join(f"## [B-{n:03}] B\n- Status: done\n" for n in range(900))
    ),
    "wide characters": f"## [A-001] {KANJI * 3000}\n- Status: pending\n- Next Actions:\n"
    f"  1. {TUBE * 3000}\n",
    "controls": f"## [A-001] {CONTROL * 3000}\n- Status: pending\n- Next Actions:\n"
    f"  1. {CONTROL * 3000}x\n",
    "a long ID": f"## [A-{'B-' * 2000}1] T\n- Status: pending\n",
    "all held": f"## [A-{'B-' * 2000}1] T\n- Status: blocked ({'why ' * 4000})\n- Depends on: "
    f"{', '.join(f'[C-{n}]' for n in range(3000))}\n",
    "bytes": "## [A-001] \udcff\udcfe\n- Status: pending\n- Next Actions:\n  1. \udcff\n",
}


@pytest.mark.parametrize("monster", MONSTERS)
def test_it_is_short_whatever_the_plan_is(
    monster: str, repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write(PLAN, b"# Plan\n")
    repo.commit("Begin")
    repo.write(PLAN, MONSTERS[monster].encode("utf-8", "surrogateescape"))
    capsys.readouterr()
    for more in ([], ["--intro"], ["--intro", "--since", "HEAD", "--as", "x" * 5000]):
        assert main(["next", *more]) == 0
        out = capsys.readouterr().out
        assert 0 < len(out.encode()) <= report.MOST
        assert not set(out) & {"\x1b", "\x07", "\u202e"}
    assert main(["next", "--since", "HEAD", "--json"]) == 0
    out = capsys.readouterr().out
    assert len(out.encode()) <= 5000
    NextItem.model_validate(json.loads(out)["data"])


OWN = "- Exit Criteria:\n  - [ ] It is written `check: exists(out.txt)`\n"
BRIEF = "# Brief\n\n**Initiative:** A-001\n\n## Success Criteria\n\n- [ ] It runs `check: exists(run.txt)`\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (OWN, "0 of 1 met; lacks It is written (unmet: "),
        ("- Brief: docs/brief.md\n", "0 of 1 met; lacks It runs (unmet: "),
        (f"- Brief: docs/brief.md\n{OWN}", "0 of 2 met; lacks It is written (unmet: "),
        (OWN.replace("out.txt", "docs/brief.md"), "1 of 1 met\n"),
    ],
)
def test_what_done_would_stand_on_is_told(
    repo: Repository, capsys: pytest.CaptureFixture[str], lines: str, said: str
) -> None:
    repo.write("docs/brief.md", BRIEF.encode())
    repo.write(PLAN, f"## [A-001] A\n- Status: pending\n{lines}".encode())
    assert f"\n  exit criteria: {said}" in call(repo.path, "next").out


def test_what_could_not_be_read_is_no_end(place: Callable[..., Path]) -> None:
    place("# Plan\n\n| ID | State |\n|---|---|\n| A1 | `[ ]` |\n\n- [PARSE-1](x) `[ ] a\n[ ] b\n")
    with pytest.warns(PlanWarning):
        found = next_item()
    assert found.item is None
    assert found.unread
    assert "could not be read" in "".join(line.text for line in report.lines(found))


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ([], ["HIGH-001", "PREP-001", "WAIT-001"]),
        (["--ready"], ["HIGH-001", "PREP-001"]),
        (["--blocked"], ["WAIT-001"]),
        (["--owner", "Anna"], ["PREP-001"]),
        (["--priority", "p1"], ["HIGH-001"]),
        (["--priority", "low"], ["WAIT-001"]),
        (["--status", "done"], ["DONE-001"]),
        (["--status", "in progress"], ["HIGH-001", "PREP-001"]),
        (["--limit", "1", "--ready"], ["HIGH-001"]),
        (["prep"], ["PREP-001"]),
        (["scanner"], ["HIGH-001", "DONE-001"]),
        (["nothing"], []),
    ],
)
def test_status_takes_filters(
    place: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    ids: list[str],
) -> None:
    place(
        "## [HIGH-001] The scanner\n- Status: in_progress\n- Priority: High\n\n"
        "## [PREP-001] Prepare\n- Status: in_progress\n- Owner/Date: anna/2025-01-01\n\n"
        "## [WAIT-001] Wait\n- Status: pending\n- Priority: Low\n- Depends on: PREP-001\n\n"
        "## [DONE-001] A scanner\n- Status: done\n"
    )
    assert main(["status", *arguments]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^\S+ +(\w+-001) ", out, re.MULTILINE) == ids
    assert out.startswith("next: HIGH-001: The scanner\n")
    assert ("no item matches" in out) == (not ids)
