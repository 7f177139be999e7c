"""What commits did to a ledger: small repositories whose story is known, and the real one."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ledger import config
from ledger.commands import history as auditing
from ledger.errors import UsageError
from ledger.plan.reader import read
from ledger.versions.model import History
from tests.support.commands import SCRIPT, call, terminal, unstyled
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
ONE = "Quadratic part found in the line splitter, by looking at it for long."
TWO = "Splitter rewritten, all tests of it pass and it is linear."
THREE = "Measured with 50 MB: ten times the time of 5 MB, as it should be."
# The commits of the real project that removed attempts, from the corpus' own facts; in 09f04e1a seven
# belong to an entry that is an item (its #16 stays), and two stood in an entry without an ID.
REMOVERS = {
    "e504cc9c": 6, "f388bed3": 1, "11b0d2f1": 1, "09f04e1a": 29, "d7753c7f": 1, "4ce1177a": 2,
    "46d5a5d8": 2, "b8cfd511": 29, "4b334ae6": 1, "bc14914a": 322, "02b0e52e": 1,
}  # fmt: skip


def plan(*attempts: tuple[int, str], item: str = "SCAN-001", more: str = "") -> bytes:
    """A fix plan with one item that has these attempts, and ``more`` behind it."""
    lines = [f"## [{item}] Scan in linear time", "- Status: in_progress", "- Attempts History:"]
    for number, said in attempts:
        lines.append(f"  * [2025-11-01] Attempt #{number} — Result: ✅ success. {said}")
    return ("\n".join(["# Plan", "", *lines, ""]) + more).encode()


@pytest.fixture
def story(tmp_path: Path) -> Repository:
    """A repository without any version yet."""
    (tmp_path / "story").mkdir()
    repo = Repository(tmp_path / "story")
    repo.git("init", "--quiet")
    return repo


def told(story: Repository, revisions: str | None = None) -> History:
    return auditing.audit(config.find(story.path), revisions)


def commits(story: Repository, versions: Sequence[bytes]) -> list[str]:
    found = []
    for place, version in enumerate(versions):
        story.write(PLAN, version)
        found.append(story.commit(f"version {place}"))
    return found


BEFORE = plan((1, ONE), (2, TWO))
OTHER = "\n## [READ-002] Read\n- Status: pending\n- Attempts History:\n"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (BEFORE + b"\n", []),
        (plan((1, ONE), (2, TWO), (3, THREE)), [("added", 3)]),
        (plan((1, ONE)), [("removed", 2)]),
        (plan((2, TWO), (1, ONE)), [("reordered", None)]),
        (plan((1, ONE), (7, TWO)), [("renumbered", 7)]),
        (plan((1, ONE), (2, THREE)), [("rewritten", 2)]),
        (plan((1, ONE), (2, TWO), (2, THREE)), [("reused", 2)]),
        (plan((1, ONE), (2, TWO + "\n    Metrics: 3 passed")), [("continued", 2)]),
        (
            plan(
                (1, ONE), more=f"{OTHER}  * [2025-11-01] Attempt #4 — Result: ✅ success. {TWO}\n"
            ),
            [("item-added", None), ("status", None), ("moved", 4)],
        ),
        (BEFORE.replace(b"in_progress", b"done"), [("status", None)]),
        (BEFORE.replace(b"Scan in linear time", b"Scan fast"), [("title", None)]),
        (
            b"# Plan\n\n- [SCAN-001] Scan in linear time \xe2\x80\x94 done\n",
            [("item-archived", None), ("removed", 1), ("removed", 2)],
        ),
        (b"# Plan\n", [("item-removed", None), ("removed", 1), ("removed", 2)]),
        (
            BEFORE + b"- Next Actions:\n  1. \xf0\x9f\x9f\xa1 PENDING \xe2\x80\x94 Measure.\n",
            [("action-added", 1)],
        ),
    ],
)
def test_what_a_commit_did(
    story: Repository, after: bytes, expected: list[tuple[str, int | None]]
) -> None:
    _, second = commits(story, [BEFORE, after])
    events = [event for event in told(story).events if event.commit == second]
    assert [(event.kind, event.number) for event in events] == expected


def test_a_removed_attempt_comes_with_its_text_and_its_last_version(story: Repository) -> None:
    long = f"{TWO}\n    Metrics: 3 passed\n      - nested `a[b]`"
    _, second = commits(story, [plan((1, ONE), (2, long)), plan((1, ONE))])
    [removed] = told(story).removed
    assert (removed.commit, removed.item, removed.number) == (second, "SCAN-001", 2)
    assert removed.text.endswith("- nested `a[b]`")
    assert long.split("\n")[1].strip() in story.git("cat-file", "blob", removed.blob)


def test_renames_of_the_file_are_followed(story: Repository) -> None:
    story.write("old/plan.md", plan((1, ONE), (2, TWO)))
    first = story.commit("first")
    (story.path / "docs").mkdir()
    story.git("mv", "old/plan.md", PLAN)
    story.commit("renamed")
    story.write(PLAN, plan((1, ONE)))
    last = story.commit("lost")
    history = told(story)
    assert history.names == (PLAN, "old/plan.md")
    assert history.versions == 2
    assert {e.commit for e in history.events if e.kind == "added"} == {first}
    assert [one.commit for one in history.removed] == [last]


def test_a_plan_that_was_copied_is_held_against_the_file_that_stays(story: Repository) -> None:
    """The real project had both for two days; what came before is the history of the other."""
    story.write("fix_plan.md", plan((1, ONE)))
    story.commit("first")
    story.write("fix_plan.md", plan((1, ONE), (2, TWO), (3, THREE)))
    story.commit("second")
    story.write(PLAN, plan((1, ONE), (2, TWO)))
    copied = story.commit("copied, and one lost")
    history = told(story)
    assert (history.names, history.versions) == ((PLAN,), 1)
    assert [(one.commit, one.number) for one in history.removed] == [(copied, 3)]


def test_a_merge_is_held_against_every_parent(story: Repository) -> None:
    """Both sides add; the merge loses what the branch had added."""
    commits(story, [plan((1, ONE))])
    story.git("checkout", "--quiet", "-b", "side")
    side = commits(story, [plan((1, ONE), (3, THREE))])
    story.git("checkout", "--quiet", "main")
    commits(story, [plan((1, ONE), (2, TWO))])
    story.git("merge", "--quiet", "--strategy=ours", "--message", "merged", "side")
    merge = story.git("rev-parse", "HEAD")
    [removed] = told(story).removed
    assert (removed.commit, removed.number, removed.blob) == (
        merge,
        3,
        story.git("rev-parse", f"{side[0]}:{PLAN}"),
    )


def test_what_one_side_removed_is_not_laid_at_the_merge(story: Repository) -> None:
    commits(story, [plan((1, ONE), (2, TWO))])
    story.git("checkout", "--quiet", "-b", "side")
    story.write("other.txt", b"x")
    story.commit("other")
    story.git("checkout", "--quiet", "main")
    _, second = "", *commits(story, [plan((1, ONE))])
    story.git("merge", "--quiet", "--no-ff", "--message", "merged", "side")
    assert [one.commit for one in told(story).removed] == [second]


def test_a_range_tells_of_its_commits_only(story: Repository) -> None:
    first, second, third = commits(
        story, [plan((1, ONE), (2, TWO)), plan((1, ONE)), plan((1, ONE), (3, THREE))]
    )
    assert {event.commit for event in told(story, f"{first}..{second}").events} == {second}
    assert {event.commit for event in told(story, f"{second}..").events} == {third}
    assert [one.commit for one in told(story, second).removed] == [second]


# The command


def test_the_timeline_of_an_item_and_of_an_attempt(story: Repository) -> None:
    first, second = commits(story, [BEFORE, plan((1, ONE), (7, TWO))])
    item = call(story.path, "history", "scan-001")
    assert item.code == 0
    assert f"{first[:8]} 2025-11-03 Test: version 0" in item.out
    assert "  #7 renumbered from SCAN-001#2\n" in item.out
    by_number = [call(story.path, "history", f"SCAN-001#{number}").out for number in (1, 2, 7)]
    assert [second[:8] in out for out in by_number] == [False, True, True]
    acts = plan((1, ONE)) + b"- Next Actions:\n  3. PENDING \xe2\x80\x94 Look again.\n"
    commits(story, [acts, acts.replace(b"PENDING", b"COMPLETE (Attempt #1)")])
    shown = call(story.path, "history", "scan-001").out
    assert "  action 3 added: pending: Look again." in shown
    assert "  action 3: pending -> complete" in shown
    assert "no item NOBODY" in call(story.path, "history", "NOBODY").err
    assert "no version has attempt #9" in call(story.path, "history", "SCAN-001#9").err


def test_the_table_keeps_to_the_terminal(story: Repository) -> None:
    commits(story, [BEFORE, plan((1, ONE))])
    env = {"XDG_CACHE_HOME": str(story.path.parent / "cache")}
    _, said = terminal(story.path, 60, ["history"], env)
    rows = [line for line in unstyled(said) if re.match(r"date |20\d\d-", line)]
    assert len(rows) == 3
    assert max(map(len, rows)) <= 60


def test_a_lost_attempt_can_be_put_back_as_it_was(story: Repository) -> None:
    commits(story, [plan((1, ONE), (2, TWO), (3, THREE)), plan((1, ONE), (3, THREE))])
    listed = call(story.path, "history", "--removed").out
    assert TWO in listed
    assert "ledger history --restore 'SCAN-001#2'" in listed
    before = (story.path / PLAN).read_bytes()
    shown = call(story.path, "history", "--restore", "SCAN-001#2", "--dry-run")
    assert (shown.code, (story.path / PLAN).read_bytes()) == (0, before)
    assert f"+  * [2025-11-01] Attempt #2 — Result: ✅ success. {TWO}\n" in shown.out
    document = call(story.path, "history", "--restore", "SCAN-001#2", "--json").data
    assert (document["restored"]["number"], document["restored"]["line"]) == (2, 7)
    assert (story.path / PLAN).read_bytes() == plan((1, ONE), (2, TWO), (3, THREE))
    again = call(story.path, "history", "--restore", "SCAN-001#2")
    assert (again.code, again.err.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("now", "name", "code", "says"),
    [
        (plan((1, ONE), (2, THREE)), "SCAN-001#2", 2, "no commit removed attempt #2"),
        (plan((1, ONE)), "SCAN-001#1", 2, "no commit removed attempt #1"),
        (plan((1, ONE)), "SCAN-001", 2, "expected ITEM#N"),
        (plan((1, TWO), item="READ-002"), "SCAN-001#1", 2, "give it a section"),
        (b"# Plan\n\n- [SCAN-001] Scan \xe2\x80\x94 done\n", "SCAN-001#2", 1, "only listed"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_back(
    story: Repository, now: bytes, name: str, code: int, says: str
) -> None:
    commits(story, [plan((1, ONE), (2, TWO)), now])
    done = call(story.path, "history", "--restore", name)
    assert done.code == code
    assert says in done.err
    assert (story.path / PLAN).read_bytes() == now


def test_a_taken_number_is_not_given_twice(story: Repository) -> None:
    commits(story, [BEFORE, plan((1, ONE)), plan((1, ONE), (2, THREE))])
    done = call(story.path, "history", "--restore", "SCAN-001#2")
    assert done.code == 1
    assert "has another attempt #2" in done.err


@pytest.mark.parametrize(
    "given",
    ["-x", "--output=x", "/dev/null", "../x", "a..b..c", "a...b", "x" * 10_000, "HEAD@{1}", "",
     ":/x", "a b", "HEAD..--all", "^HEAD"],
)  # fmt: skip
def test_hostile_revisions_never_reach_git(
    story: Repository, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits(story, [BEFORE])
    settings = config.find(story.path)
    if given:
        monkeypatch.setattr(subprocess, "Popen", None)  # whoever starts git fails
    with pytest.raises(UsageError) as refused:
        auditing.audit(settings, given or "..-x")
    assert refused.value.code == "bad-revision"


def test_without_git_or_versions_it_says_so(tmp_path: Path, story: Repository) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "fix_plan.md").write_bytes(BEFORE)
    assert "not a git repository" in call(tmp_path / "plain", "history").err
    story.write(PLAN, BEFORE)
    done = call(story.path, "history")
    assert (done.code, "no commit yet" in done.err) == (2, True)
    story.write("x", b"x")
    story.git("add", "x")
    story.git("commit", "--quiet", "--message", "x")
    done = call(story.path, "history")
    assert (done.code, f"no commit in this history has {PLAN}" in done.err) == (2, True)


# The cache


def cache_of(story: Repository) -> Path:
    place = auditing.cache_place(config.find(story.path))
    assert place is not None
    return place


@pytest.fixture
def kept(
    story: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Repository, Path, History]:
    """A history that was kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    commits(story, [plan((1, ONE)), BEFORE, plan((2, TWO)), plan((1, ONE), (3, THREE))])
    whole = told(story)
    place = cache_of(story)
    assert place.is_file()
    return story, place, whole


def test_a_kept_history_is_the_same_and_reads_nothing(
    kept: tuple[Repository, Path, History], monkeypatch: pytest.MonkeyPatch
) -> None:
    story, _, whole = kept
    monkeypatch.setattr(auditing, "Snapshots", None)
    assert told(story) == whole


def test_what_is_kept_serves_every_clone_and_work_tree(
    kept: tuple[Repository, Path, History], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, _, whole = kept
    story.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    story.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    monkeypatch.setattr(auditing, "Snapshots", None)
    for name in ("tree", "clone"):
        assert told(Repository(tmp_path / name)) == whole


def test_a_shallow_clone_keeps_nothing(
    kept: tuple[Repository, Path, History], tmp_path: Path
) -> None:
    story, place, whole = kept
    before = place.read_bytes()
    source = f"file://{story.path}"
    story.git("clone", "--quiet", "--depth", "2", source, str(tmp_path / "shallow"))
    assert len(told(Repository(tmp_path / "shallow")).facts) == 2
    assert place.read_bytes() == before
    assert told(story) == whole


def test_new_commits_are_added_to_what_is_kept(kept: tuple[Repository, Path, History]) -> None:
    story, place, whole = kept
    commits(story, [plan((1, ONE))])
    grown = told(story)
    assert [one.number for one in grown.removed] == [one.number for one in whole.removed] + [3]
    place.unlink()
    assert told(story) == grown


DAMAGE: list[Callable[[bytes], bytes]] = [
    lambda _: b"",
    lambda data: data[: len(data) // 2],
    lambda data: data[:-1],
    lambda data: data[:30] + bytes([data[30] ^ 1]) + data[31:],
    lambda data: data[:-60] + bytes([data[-60] ^ 1]) + data[-59:],
    lambda data: data.replace(b"deed", b"dead"),
    lambda _: b"\xff" * 100,
    lambda _: b"{" * 100_000,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_built_again(
    kept: tuple[Repository, Path, History],
    damage: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story, place, whole = kept
    place.write_bytes(damage(place.read_bytes()))
    assert told(story) == whole
    monkeypatch.setattr(auditing, "Snapshots", None)  # nothing is read again
    assert told(story) == whole


def test_a_cache_of_another_program_is_not_used(
    kept: tuple[Repository, Path, History], monkeypatch: pytest.MonkeyPatch
) -> None:
    story, _, whole = kept
    asked: list[object] = []
    made = auditing.Snapshots
    monkeypatch.setattr(auditing, "_writer", lambda: 1)
    monkeypatch.setattr(auditing, "Snapshots", lambda own: asked.append(own) or made(own))
    assert told(story) == whole
    assert asked


def place_fifo(place: Path) -> None:
    os.mkfifo(place)


def place_folder(place: Path) -> None:
    (place / "x").mkdir(parents=True)


def place_device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def place_loop(place: Path) -> None:
    place.symlink_to(place.name)


def place_other_database(place: Path) -> None:
    with contextlib.closing(sqlite3.connect(place)) as database, database:
        database.execute("CREATE VIEW deeds AS SELECT 'x' AS change, 1 AS deed")
        database.execute(f"PRAGMA user_version = {auditing._writer()}")


@pytest.mark.parametrize(
    "trap", [place_fifo, place_folder, place_device, place_loop, place_other_database]
)
def test_what_lies_in_the_place_of_the_cache_stops_nothing(
    kept: tuple[Repository, Path, History], trap: Callable[[Path], None]
) -> None:
    story, place, whole = kept
    place.unlink()
    trap(place)
    started = time.monotonic()
    assert told(story) == whole
    assert told(story) == whole
    assert time.monotonic() - started < 10


def test_no_place_for_a_cache_is_no_failure(
    kept: tuple[Repository, Path, History], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, _, whole = kept
    (tmp_path / "file").write_bytes(b"")
    for home in (tmp_path / "file" / "below", "relative", story.path, story.path / ".git" / "x"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(home))
        assert told(story) == whole
        assert not story.git("status", "--porcelain")


def test_processes_share_the_cache(kept: tuple[Repository, Path, History]) -> None:
    """Several at once, the cache gone or damaged between them: each says the same."""
    story, place, _ = kept
    expected = call(story.path, "history", "--json").out
    for before in (None, b"broken", None):
        place.unlink(missing_ok=True)
        if before is not None:
            place.write_bytes(before)
        running = [
            subprocess.Popen(
                [sys.executable, "-c", SCRIPT, "history", "--json"],
                cwd=story.path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(4)
        ]
        for process in running:
            out, err = process.communicate(timeout=60)
            assert (process.returncode, err) == (0, b"")
            assert out.decode() == expected
        assert told(story) == auditing.audit(config.find(story.path))


# The real history


@pytest.fixture(scope="module")
def real(real_repo: Callable[[str], Path]) -> Path:
    return real_repo("8b8c48d0")


def test_the_real_history(real: Path, real_repo_copy: Callable[[str], Path]) -> None:
    data = call(real, "history", "--json").data
    assert (data["versions"], data["skipped"]) == (1039, 0)
    assert Counter(one["commit"][:8] for one in data["removed"]) == REMOVERS
    facts = data["facts"]
    assert sum(one["duplicates"] > 0 for one in facts) == 926
    assert max(one["duplicates"] for one in facts) == 22
    assert sum(one["doubled"] > 0 for one in facts) == 81
    tables = [one for one in facts if one["index_form"] == "table"]
    assert (len(tables), sum(one["contradictions"] > 0 for one in tables)) == (924, 609)
    assert sum(one["lines"] > 1000 for one in facts) == 535
    assert sum(one["is_updated_late"] for one in facts) == 811  # and 48 by less than a day
    assert sum(one["late_attempts"] > 0 for one in facts) == 924
    # Each is in the version that the document says has it last, word for word.
    texts: dict[str, set[str]] = {}
    for one in data["removed"][::25]:
        blob = one["blob"]
        if blob not in texts:
            content = subprocess.run(
                ["git", "cat-file", "blob", blob], cwd=real, capture_output=True, check=True
            ).stdout
            plan = read(content)
            texts[blob] = {a.text for item in plan.items for a in item.attempts}
            texts[blob] |= {a.text for a in plan.loose}
        assert one["text"] in texts[blob]
    # What it lost can be put back. The cache knows the versions by now.
    repo = real_repo_copy("8b8c48d0")
    done = call(repo, "history", "--restore", "VECTOR-PARITY-001#2", "--json")
    lost = call(real, "history", "VECTOR-PARITY-001#2", "--json").data["removed"]
    restored = done.data["restored"]
    lines = (repo / PLAN).read_text("utf-8").split("\n")
    assert lines[restored["line"] - 1].endswith(lost[-1]["text"].partition("\n")[0])
    assert restored["diff"].count("\n+") == 1 + lost[-1]["text"].count("\n") + 1


def test_progress_is_for_terminals(real: Path, tmp_path: Path) -> None:
    env = {"XDG_CACHE_HOME": str(tmp_path / "none")}
    code, said = terminal(real, 80, ["history", "--rev", "b401d45f~150..b401d45f"], env)
    assert code == 0
    assert b"reading versions" in said
    assert all(len(line) <= 80 for line in unstyled(said) if not line.startswith("\x1b"))
    assert os.environ.get("XDG_CACHE_HOME") is None
