"""Leases: how they are written and read, who gets one, and when it ends. The long form of the last
test is ``python -m tests.campaigns.claims``."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from ledger.commands import leases
from ledger.commands.claim import claim
from ledger.commands.next_item import next_item
from ledger.commands.release import release
from ledger.config import Config
from ledger.errors import LedgerError, UnreadableInput
from ledger.git import process
from ledger.plan.leases import leases_of, owners_of, written
from ledger.plan.reader import read
from tests.campaigns import claims
from tests.support.commands import call
from tests.support.repository import Repository

NOON = datetime(2026, 11, 30, 12, 0, 20, tzinfo=UTC)
PLAN = b"""# Plan

## [A-001] First
- Status: pending
- Owner/Date: ralph/2025-10-10

## [B-001] Second
- Status: in_progress

## [C-001] Third
- Status: done
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def turn_to(time: datetime) -> None:
        monkeypatch.setattr(leases, "now", lambda: time)

    turn_to(NOON)
    return turn_to


@pytest.fixture
def trees(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: object
) -> tuple[Repository, Repository]:
    """A clone and its second work tree, both with the plan."""
    repo.write("docs/fix_plan.md", PLAN)
    repo.commit("Begin")
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    monkeypatch.chdir(repo.path)
    return repo, Repository(tmp_path / "second")


def text(repo: Repository) -> str:
    return repo.ledger.read_text("utf-8")


@pytest.mark.parametrize(
    ("value", "owner", "until"),
    [
        ("w1 until 14:30Z", "w1", "2026-11-30 14:30"),
        ("`w1` until 14:30Z", "w1", "2026-11-30 14:30"),
        ("`w1 until 14:30Z`", "w1", "2026-11-30 14:30"),
        ("w1 until 14:30 Z", "w1", "2026-11-30 14:30"),
        ("w1 until 2026-12-01 00:15Z", "w1", "2026-12-01 00:15"),
        ("w1 until 2026-12-01T00:15Z", "w1", "2026-12-01 00:15"),
        ("ralph; w1 until 14:30Z", "w1", "2026-11-30 14:30"),
        ("Ada Lovelace until 14:30Z", "Ada Lovelace", "2026-11-30 14:30"),
        ("w1 until 24:30Z", None, None),
        ("w1 until 2026-02-30 10:00Z", None, None),
        ("w1 until the release", None, None),
        ("until 14:30Z", None, None),
        ("w1", None, None),
        ("", None, None),
    ],
)
def test_how_a_lease_is_read(value: str, owner: str | None, until: str | None) -> None:
    for name in ("Owner", "owner", "**Owner:**", "Owner/Date"):
        label = name if "*" in name else f"{name}:"
        [item] = read(f"## [A-001] A\n- Status: pending\n- {label} {value}\n".encode()).items
        found = [(one.owner, one.until(date(2026, 11, 30))) for one in leases_of(item)]
        assert [(who, f"{end:%Y-%m-%d %H:%M}") for who, end in found] == (
            [(owner, until)] if owner else []
        ), label


def test_whom_the_fields_name() -> None:
    said = (
        "- Owner: ralph (acting); w1 until 14:30Z\n- Owner/Date: anna/2025-01-01\n- Ownership: x\n"
    )
    [item] = read(f"## [A-001] A\n{said}".encode()).items
    assert owners_of(item) == ["ralph", "w1", "anna"]


def test_a_lease_says_the_day_where_it_crosses_one() -> None:
    today = NOON.date()
    assert written("w1", NOON.replace(minute=30), today) == "w1 until 12:30Z"
    assert written("w1", NOON + timedelta(days=1), today) == "w1 until 2026-12-01 12:00Z"


def test_claim_and_release_change_one_line(trees: tuple[Repository, Repository]) -> None:
    repo, _ = trees
    found = claim("a-001", owner="w1", duration="1h30m")
    assert found.until == datetime(2026, 11, 30, 13, 31, tzinfo=UTC)  # whole minutes, rounded up
    assert repo.git("diff", "--unified=0").splitlines()[-2:] == [
        "-- Owner/Date: ralph/2025-10-10",
        "+- Owner/Date: ralph/2025-10-10; w1 until 13:31Z",
    ]
    claim("B-001", owner="w1")
    assert "- Status: in_progress\n- Owner: w1 until 12:46Z\n" in text(repo)
    release("A-001", owner="w1")
    release("B-001", owner="w1")
    assert repo.ledger.read_bytes() == PLAN


def test_a_dry_run_takes_nothing(trees: tuple[Repository, Repository]) -> None:
    repo, second = trees
    assert "+- Owner" in claim("A-001", owner="w1", dry_run=True).diff
    assert repo.ledger.read_bytes() == PLAN
    assert claim("A-001", owner="w2", ledger=second.ledger).owner == "w2"


def test_another_work_tree_knows_who_won(trees: tuple[Repository, Repository]) -> None:
    _, second = trees
    claim("A-001", owner="w1")
    with pytest.raises(LedgerError, match=r"A-001 is taken: w1 has it until ") as refused:
        claim("A-001", owner="w2", ledger=second.ledger)
    assert refused.value.code == "taken"
    assert second.ledger.read_bytes() == PLAN
    found = next_item(owner="w2", ledger=second.ledger)
    assert found.item
    assert (found.item.id, found.waiting.lease) == ("B-001", 1)
    with pytest.raises(LedgerError, match="taken"):
        release("A-001", owner="w2", ledger=second.ledger)
    release("A-001", owner="w1", ledger=second.ledger)  # from elsewhere, by its owner
    assert claim("A-001", owner="w2", ledger=second.ledger).owner == "w2"
    with pytest.raises(LedgerError, match="w2 has it"):  # what the first plan says has ended
        claim("A-001", owner="w1")


def test_the_owner_gets_it_for_longer(
    trees: tuple[Repository, Repository], clock: Callable[[datetime], None]
) -> None:
    repo, _ = trees
    claim("A-001", owner="w1")
    clock(NOON + timedelta(minutes=40))
    claim("A-001", owner="w1", duration="12h")
    assert "; w1 until 2026-12-01 00:41Z\n" in text(repo)
    assert text(repo).count("until") == 1


@pytest.mark.parametrize("is_registered", [True, False])
@pytest.mark.parametrize("is_committed", [True, False])
def test_a_lease_ends_by_itself(
    trees: tuple[Repository, Repository],
    clock: Callable[[datetime], None],
    is_registered: bool,
    is_committed: bool,
) -> None:
    """Also a day later, when the time of the day that it says comes again."""
    repo, _ = trees
    claim("A-001", owner="w1")
    os.utime(repo.ledger, (NOON.timestamp(), NOON.timestamp()))
    if is_committed:
        command = ["git", "commit", "--quiet", "--all", "--message", "x"]
        when = {**os.environ, "GIT_COMMITTER_DATE": f"{NOON:%Y-%m-%dT%H:%M:%SZ}"}
        subprocess.run(command, cwd=repo.path, check=True, env=when)
        later = (NOON + timedelta(days=1)).timestamp()
        os.utime(repo.ledger, (later, later))  # a checkout writes it anew
    if not is_registered:
        (repo.path / ".git/ledger-leases.json").unlink()
    with pytest.raises(LedgerError, match="w1 has it"):
        claim("A-001", owner="w2", dry_run=True)
    clock(NOON + timedelta(minutes=46))
    assert claim("A-001", owner="w2", dry_run=True).owner == "w2"
    clock(NOON + timedelta(days=1))
    assert claim("A-001", owner="w2").owner == "w2"
    assert "; w2 until 12:46Z\n" in text(repo)
    assert "w1" not in text(repo)


def test_anybody_clears_away_a_lease_that_has_ended(
    trees: tuple[Repository, Repository], clock: Callable[[datetime], None]
) -> None:
    repo, _ = trees
    claim("A-001", owner="w1")
    clock(NOON + timedelta(hours=1))
    release("A-001", owner="w2")
    assert repo.ledger.read_bytes() == PLAN
    assert release("A-001", owner="w2").done == ("nobody has it",)


def test_a_lease_from_another_clone_holds(trees: tuple[Repository, Repository]) -> None:
    repo, _ = trees
    repo.write(
        "docs/fix_plan.md",
        PLAN
        + b"- Owner: far until 2026-11-30 13:00Z\n\n## [D-001] D\n- Status: pending\n- Owner: far until 2026-11-30 13:00Z\n",
    )
    with pytest.raises(LedgerError, match="D-001 is taken: far has it"):
        claim("D-001", owner="w1")


def test_two_clones_that_meet_are_told_of_each_other(
    trees: tuple[Repository, Repository], tmp_path: Path
) -> None:
    """Neither knows the other's leases: the merge is in conflict, and a line each is LED805."""
    repo, _ = trees
    ways = {}
    for name in ("base", "w1", "w2"):
        place = tmp_path / f"{name}.md"
        place.write_bytes(PLAN)
        if name != "base":
            claim("A-001", owner=name, ledger=place)
        ways[name] = str(place)
    done = call(repo.path, "merge-driver", *ways.values())
    assert done.code == 1
    assert "conflict in A-001: owner/date" in done.err
    both = PLAN.replace(b"2025-10-10\n", b"2025-10-10; w1 until 14:30Z\n- Owner: w2 until 15:00Z\n")
    repo.write("docs/fix_plan.md", both)
    assert "LED805 A-001 has two owners" in call(repo.path, "validate").out


def test_many_leases_from_elsewhere_cost_one_look_at_git(
    trees: tuple[Repository, Repository], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, _ = trees
    items = (f"## [X-{n}] X\n- Status: pending\n- Owner: w9 until 23:59Z\n" for n in range(700))
    repo.write("docs/fix_plan.md", "".join(items).encode())
    repo.commit("Many")
    asked: list[tuple[str, ...]] = []
    run = process.run
    monkeypatch.setattr(
        process,
        "run",
        lambda root, *given, **more: asked.append(given) or run(root, *given, **more),
    )
    assert next_item(owner="w1").ready >= 500  # they are of the day that the commit names
    assert [given[0] for given in asked].count("blame") == 1


def test_without_git_the_plan_is_all_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: object
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fix_plan.md").write_bytes(PLAN)
    claim("A-001", owner="w1")
    with pytest.raises(LedgerError, match="taken"):
        claim("A-001", owner="w2")
    release("A-001", owner="w1")
    assert Path("fix_plan.md").read_bytes() == PLAN


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["claim", "C-001"], 1, "C-001 is done"),
        (["claim", "X-001"], 2, "no item X-001"),
        (["claim", "A-001", "--for", "soon"], 2, "expected a time such as 45m"),
        (["claim", "A-001", "--for", "0m"], 2, "expected a time such as 45m"),
        (["claim", "A-001", "--for", "900h"], 2, "expected a time such as 45m"),
        (["claim", "A-001", "--as", "a;b"], 2, "--as: expected a name"),
        (["claim", "A-001", "--as", "a until b"], 2, "--as: expected a name"),
        (["claim", "A-001", "--as", ""], 2, "--as: expected a name"),
        (["claim", "A-001", "--as", "x" * 61], 2, "--as: expected a name"),
        (["claim", "A-001", "--as", "a\nb"], 2, "--as: expected a name"),
        (["claim", "A-001", "--as", "w1"], 0, ""),
        (["release", "A-001"], 0, ""),
    ],
)
def test_what_it_says(
    trees: tuple[Repository, Repository], arguments: list[str], code: int, said: str
) -> None:
    done = call(trees[0].path, *arguments)
    assert done.code == code
    assert said in done.err
    if code:
        assert text(trees[0]).encode() == PLAN
        assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["a_b_c", "Ada Lovelace", "ада", "w1@tree+2", "x.y", "1"])
def test_any_name_is_read_back(trees: tuple[Repository, Repository], name: str) -> None:
    claim("A-001", owner=name)
    [item, *_] = read(trees[0].ledger.read_bytes()).items
    assert [one.owner for one in leases_of(item)] == [name]


def test_a_damaged_register_is_told(trees: tuple[Repository, Repository]) -> None:
    repo, _ = trees
    claim("A-001", owner="w1")
    file = repo.path / ".git/ledger-leases.json"
    file.write_text("{", "utf-8")
    done = call(repo.path, "claim", "A-001", "--as", "w2")
    assert done.code == 2
    assert re.search(r"ledger-leases\.json: expected .* delete it", done.err)
    file.unlink()
    assert call(repo.path, "claim", "A-001", "--as", "w2").code == 1


@pytest.mark.parametrize("turn", range(6))
def test_a_register_that_cannot_be_read_at_some_time_never_fails_what_is_written(
    trees: tuple[Repository, Repository], turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = trees
    before, reads, whole = one.ledger.read_bytes(), count(), leases.read

    def failing(config: Config) -> leases.Register:
        if next(reads) == turn:
            raise UnreadableInput("bad-leases", "it is on a disk that went away")
        return whole(config)

    monkeypatch.setattr(leases, "read", failing)
    done = call(one.path, "claim", "A-001", "--as", "w1")
    assert (done.code == 0) == (one.ledger.read_bytes() != before), done.err


def test_the_default_name_is_one_of_the_work_tree(trees: tuple[Repository, Repository]) -> None:
    repo, second = trees
    repo.git("config", "user.name", "Ada; L")
    assert call(repo.path, "claim", "A-001").code == 0
    assert "; Ada- L until " in text(repo)
    assert call(second.path, "claim", "A-001").code == 1
    assert call(second.path, "claim", "B-001").code == 0
    assert "- Owner: Ada- L@second until " in text(second)


def test_of_all_who_try_at_once_exactly_one_wins(tmp_path: Path) -> None:
    found = claims.run(tmp_path, processes=8, claims=10, trees=3, kills=4, seed=7)
    assert not found


WAYS = {
    "roadmap": b"- [A-001] (One) \xe2\x80\x94 **pending**\n  - **Governed by:** x\n- [B-002] (Two) \xe2\x80\x94 **done**\n",
    "checklist": b"# Plan\n\n- [ ] A-001: One\n- [ ] A-002: Two\n",
    "logbook": b"# Plan\n\n## Current Focus\n\n**A-001** \xe2\x80\x94 One\n\n## TODOs\n\n- [ ] S1: x\n\n## Attempts History\n\n### 2026-01-22T02:40Z \xe2\x80\x94 first\n\n**Action:** a\n",
    "windows": PLAN.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_dialect_has_a_place_for_it(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: object
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = Path("fix_plan.md")
    plan.write_bytes(WAYS[way])
    first = read(WAYS[way]).items[0].id
    claim(first, owner="w1")
    assert next_item(owner="w1").item
    with pytest.raises(LedgerError, match="w1 has it"):
        claim(first, owner="w2")
    release(first, owner="w1")
    assert plan.read_bytes() == WAYS[way]
