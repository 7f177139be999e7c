"""Ways to lose or alter what was recorded, and who tells: each row of ``tests/data/losses.md`` is done
here in a real repository, and docs/explanation/guard.md shows some of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.hook import main as hook
from ledger.plan import secrets
from tests.support.commands import call, captured
from tests.support.places import ROOT
from tests.support.repository import DATA, Repository

PAGE = ROOT / "docs/explanation/guard.md"
LOSSES = DATA / "losses.md"
PLAN = "docs/fix_plan.md"
ARCHIVE = "docs/fix_plan_archive.md"
ROOT = "fix_plan.md"
PROJECT = "pyproject.toml"
FIRST = "The splitter reads every line twice, which is why 50 MB take an hour."
SECOND = "The splitter reads every line once, and 50 MB take a minute now."
THIRD = "Offsets are kept in a table of their own; measured on two machines."
OTHER = b"# Fix plan\n\n## [NEW-001] Something else\n- Status: pending\n- Priority: Low\n"


def attempt(number: int, said: str) -> bytes:
    return (
        f"  * [2025-10-0{number}] Attempt #{number} \u2014 Result: \u26a0\ufe0f partial. {said}\n"
        f"    Metrics: {number} passed in 3.4{number}s.\n"
    ).encode()


ONE, TWO, THREE = attempt(1, FIRST), attempt(2, SECOND), attempt(3, THIRD)
HEAD = b"# Fix plan\n\n## [SCAN-001] Scan\n- Priority: High\n- Status: in_progress\n"
HISTORY = b"- Attempts History:\n"
ACTIONS = b"- Next Actions:\n  1. PENDING \xe2\x80\x94 Measure 50 MB files.\n"
CRITERIA = b"- Exit Criteria:\n  - [ ] At least 3 readers find their way\n"
TOUR = b"\n## [TOUR-002] A tour\n- Priority: Low\n- Status: pending\n" + CRITERIA
BASE = HEAD + HISTORY + ONE + TWO + THREE + ACTIONS + TOUR
LOST = BASE.replace(ONE, b"")
KEPT = (
    b"# Archive\n\n## [SCAN-001] Scan\n- Attempts History:\n"
    + attempt(7, "Kept as it was told.")
    + attempt(8, "The last one that was moved here.")
)


def settings(**values: str) -> bytes:
    """A `pyproject.toml`; each value is written as TOML has it."""
    return b"[tool.ledger]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()).encode()


Change = Callable[[Repository], object]
WAYS: dict[str, Change] = {}
# What is staged there is not what lies on the disk.
STAGED = (
    "staged, and whole on the disk",
    "settings that are not staged",
    "a token staged in a cited file, the file cleaned on the disk",
)


def way(name: str) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        assert name not in WAYS
        WAYS[name] = change
        return change

    return register


def writes(name: str, data: bytes, path: str = PLAN) -> None:
    way(name)(lambda repo: repo.write(path, data))


def lost_with(name: str, **values: str) -> None:
    """An attempt is gone, and the same commit has other settings."""

    def change(repo: Repository) -> None:
        repo.write(PLAN, LOST)
        repo.write(PROJECT, settings(**values))

    way(name)(change)


# In the file

writes("an attempt deleted", LOST)
writes(
    "its result changed",
    BASE.replace(
        b"partial. The splitter reads every line twice",
        b"success. The splitter reads every line twice",
    ),
)
writes("a figure changed", BASE.replace(b"1 passed in 3.41s", b"9 passed in 3.41s"))
writes("a line of it deleted", BASE.replace(b"    Metrics: 1 passed in 3.41s.\n", b""))
writes("its number changed", BASE.replace(b"Attempt #1 ", b"Attempt #9 "))
writes("its number taken away", BASE.replace(b"Attempt #1 \xe2\x80\x94 ", b""))
writes(
    "two attempts' numbers swapped",
    BASE.replace(b"Attempt #1 ", b"Attempt #0 ")
    .replace(b"Attempt #2 ", b"Attempt #1 ")
    .replace(b"Attempt #0 ", b"Attempt #2 "),
)
writes("attempts put in another order", HEAD + HISTORY + TWO + ONE + THREE + ACTIONS + TOUR)
writes(
    "its number given to another attempt",
    BASE.replace(FIRST.encode(), b"Nobody has ever tried anything of that kind here."),
)
writes("the item deleted", b"# Fix plan\n" + TOUR)
writes("the item deleted and begun anew", HEAD + HISTORY + ACTIONS + TOUR)
writes("the item's ID changed, an attempt gone", LOST.replace(b"SCAN-001", b"READ-001"))
writes("moved into a comment", BASE.replace(ONE, b"<!--\n" + ONE + b"-->\n"))
writes("a comment opened before it", BASE.replace(HISTORY, b"- Attempts History:\n\n<!-- was:\n"))
writes(
    "moved into a code fence", BASE.replace(HISTORY + ONE, HISTORY) + b"\n```\n" + ONE + b"```\n"
)
writes("a code fence opened before it", BASE.replace(HISTORY, HISTORY + b"\n```\n"))
writes(
    "moved into a quote",
    BASE.replace(ONE, b"") + b"\n> " + ONE.strip().replace(b"\n", b"\n> ") + b"\n",
)
writes(
    "put behind `<details>` without a blank line",
    BASE.replace(ONE, b"") + b"\n<details>\n" + ONE + b"</details>\n",
)
writes("made a sentence", BASE.replace(ONE, b"") + b"\n" + ONE.strip().removeprefix(b"* ") + b"\n")
writes(
    "crossed out",
    BASE.replace(ONE.split(b"\n")[0], b"  * ~~" + ONE.split(b"\n")[0].strip(b" *") + b"~~"),
)
writes("made front matter", b"---\nwas: |\n" + ONE + b"---\n" + LOST)
writes("the file cut short", BASE[: BASE.index(b"Attempt #2")])
writes("the file emptied", b"")
writes("the file made blank", b"\n \n")
writes("UTF-16, an attempt gone", LOST.decode().encode("utf-16"))
writes("CRLF, an attempt gone", LOST.replace(b"\n", b"\r\n"))
writes("byte order mark, an attempt gone", b"\xef\xbb\xbf" + LOST)
writes("read in the wrong encoding", BASE.decode().encode().decode("cp1252", "replace").encode())
writes(
    "conflict markers, one side without it",
    BASE.replace(ONE, b"<<<<<<< ours\n=======\n" + ONE + b">>>>>>> theirs\n"),
)
writes("a NUL before it", BASE.replace(b"* [2025-10-01]", b"\0* [2025-10-01]"))


@way("the executable bit, an attempt gone")
def _(repo: Repository) -> None:
    repo.write(PLAN, LOST).chmod(0o755)


writes("an exit criterion deleted", BASE.replace(CRITERIA, b""))
LESS = BASE.replace(b"At least 3", b"At least 1")
writes("an exit criterion that asks for less", LESS)
writes(
    "an exit criterion that asks for less, and its item done",
    LESS.replace(b"pending\n- Exit", b"done\n- Exit"),
)


# Withdrawals

WITHDRAWN = b"- Withdrawn: #1 \xe2\x80\x94 it ran on the wrong branch\n"
writes("withdrawn in a comment", LOST.replace(ACTIONS, b"<!--\n" + WITHDRAWN + b"-->\n" + ACTIONS))
writes("withdrawn in a code fence", LOST + b"\n```\n" + WITHDRAWN + b"```\n")
writes(
    "withdrawn in a fence in a list",
    LOST.replace(ACTIONS, b"- Notes:\n\n  ```\n  " + WITHDRAWN + b"  ```\n" + ACTIONS),
)
writes(
    "withdrawn behind `<details>` without a blank line",
    LOST.replace(ACTIONS, b"<details>\n" + WITHDRAWN + b"</details>\n\n" + ACTIONS),
)
writes(
    "withdrawn in a hidden element",
    LOST.replace(ACTIONS, b"<div hidden>\n" + WITHDRAWN + b"</div>\n\n" + ACTIONS),
)
writes("withdrawn without a reason", LOST.replace(ACTIONS, b"- Withdrawn: #1\n" + ACTIONS))
writes("another item's withdrawn", LOST + WITHDRAWN)


# The file itself


@way("the plan deleted")
def _(repo: Repository) -> None:
    repo.git("rm", "--quiet", PLAN)


@way("deleted and begun at the other default")
def _(repo: Repository) -> None:
    repo.git("rm", "--quiet", PLAN)
    repo.write(ROOT, OTHER)


@way("deleted and begun where settings say")
def _(repo: Repository) -> None:
    repo.git("rm", "--quiet", PLAN)
    repo.write("plans/now.md", OTHER)
    repo.write(PROJECT, settings(path='"plans/now.md"'))


@way("deleted and begun in a subproject")
def _(repo: Repository) -> None:
    repo.git("rm", "--quiet", PLAN)
    repo.write("sub/docs/fix_plan.md", OTHER)
    repo.write("sub/pyproject.toml", settings(path='"docs/fix_plan.md"'))


@way("deleted, with another name that nothing says")
def _(repo: Repository) -> None:
    repo.git("rm", "--quiet", PLAN)
    repo.write("docs/plan.md", OTHER)


@way("renamed, an attempt gone")
def _(repo: Repository) -> None:
    repo.git("mv", PLAN, ROOT)
    repo.write(ROOT, LOST)


@way("renamed and rewritten, an attempt gone")
def _(repo: Repository) -> None:
    repo.git("rm", "--quiet", PLAN)
    repo.write(
        ROOT,
        HEAD
        + HISTORY
        + THREE
        + b"".join(b"- Note %d: words of another kind, at some length.\n" % n for n in range(60)),
    )


@way("only the case of its name changed, an attempt gone")
def _(repo: Repository) -> None:
    repo.git("mv", PLAN, "docs/FIX_PLAN.md")
    repo.write("docs/FIX_PLAN.md", LOST)


@way("settings point to another plan")
def _(repo: Repository) -> None:
    repo.write("docs/other.md", OTHER)
    repo.write(PROJECT, settings(path='"docs/other.md"'))


@way("replaced by a link to a copy with less")
def _(repo: Repository) -> None:
    repo.git("mv", PLAN, "docs/real.md")
    repo.write("docs/real.md", LOST)
    repo.ledger.symlink_to("real.md")


@way("replaced by a link to another file")
def _(repo: Repository) -> None:
    repo.ledger.unlink()
    repo.write("docs/real.md", OTHER)
    repo.ledger.symlink_to("real.md")


@way("replaced by a link to nothing")
def _(repo: Repository) -> None:
    repo.ledger.unlink()
    repo.ledger.symlink_to("nowhere.md")


@way("replaced by a link out of the repository")
def _(repo: Repository) -> None:
    repo.ledger.unlink()
    outside = repo.path.parent / "outside.md"
    outside.write_bytes(BASE)
    repo.ledger.symlink_to(outside)


@way("its folder replaced by a link")
def _(repo: Repository) -> None:
    repo.git("mv", "docs", "texts")
    repo.write("texts/fix_plan.md", LOST)
    (repo.path / "docs").symlink_to("texts")


@way("replaced by a folder")
def _(repo: Repository) -> None:
    repo.ledger.unlink()
    repo.write(f"{PLAN}/readme.md", OTHER)


def submodule(repo: Repository, place: str) -> None:
    inner = Repository(repo.path / place)
    inner.path.mkdir(parents=True, exist_ok=True)
    inner.git("init", "--quiet")
    inner.write("fix_plan.md", OTHER)
    inner.commit("Inside")


@way("replaced by a submodule")
def _(repo: Repository) -> None:
    repo.git("rm", "--quiet", PLAN)
    submodule(repo, PLAN)


@way("its folder replaced by a submodule")
def _(repo: Repository) -> None:
    repo.git("rm", "-r", "--quiet", "docs")
    submodule(repo, "docs")


@way("untracked and ignored")
def _(repo: Repository) -> None:
    repo.git("rm", "--quiet", "--cached", PLAN)
    repo.write(".gitignore", b"docs/\n")


@way("staged, and whole on the disk")
def _(repo: Repository) -> None:
    repo.write(PLAN, LOST)
    repo.git("add", PLAN)
    repo.write(PLAN, BASE)


# Settings


for code in ("LED501", "LED504"):
    lost_with(f"`ignore` of {code} in the same commit", ignore=f'["{code}"]')
lost_with("another dialect in the same commit", dialect='"logbook"')
lost_with("`append_only = off` in the same commit", append_only='"off"')
lost_with("another archive in the same commit", archive='"docs/old.md"')


@way("`append_only = off` and an attempt changed")
def _(repo: Repository) -> None:
    repo.write(PLAN, BASE.replace(b"1 passed in 3.41s", b"9 passed in 3.41s"))
    repo.write(PROJECT, settings(append_only='"off"'))


@way("`ignore` of LED502 and an attempt changed")
def _(repo: Repository) -> None:
    repo.write(PLAN, BASE.replace(b"1 passed in 3.41s", b"9 passed in 3.41s"))
    repo.write(PROJECT, settings(ignore='["LED502"]'))


@way("`ignore` of LED504 and the plan emptied")
def _(repo: Repository) -> None:
    repo.write(PLAN, b"")
    repo.write(PROJECT, settings(ignore='["LED504"]'))


@way("other words for IDs in the same commit")
def _(repo: Repository) -> None:
    repo.write(PLAN, LOST)
    repo.write(PROJECT, b'[tool.ledger.words]\nid = ["T-[0-9]+"]\n')


@way("the guard weakened and nothing lost")
def _(repo: Repository) -> None:
    repo.write(PROJECT, settings(ignore='["LED501"]'))


@way("settings ignore LED501 since long")
def _(repo: Repository) -> None:
    repo.write(PROJECT, settings(ignore='["LED501"]'))
    repo.commit("Look away")
    repo.git("branch", "--force", "published")
    repo.write(PLAN, LOST)


@way("settings that are not staged")
def _(repo: Repository) -> None:
    repo.write(PLAN, LOST)
    repo.git("add", PLAN)
    repo.write(PROJECT, settings(ignore='["LED501"]'))


@way("settings that cannot be read")
def _(repo: Repository) -> None:
    repo.write(PLAN, LOST)
    repo.write(PROJECT, b"[tool.ledger]\nignore = [\n")


# The archive


def archived(repo: Repository) -> None:
    repo.write(ARCHIVE, KEPT)
    repo.commit("Archive")
    repo.git("branch", "--force", "published")


def archive_becomes(name: str, data: bytes) -> None:
    def change(repo: Repository) -> None:
        archived(repo)
        repo.write(ARCHIVE, data)

    way(name)(change)


archive_becomes(
    "an archived attempt deleted", KEPT.replace(attempt(7, "Kept as it was told."), b"")
)
archive_becomes("an archived attempt changed", KEPT.replace(b"7 passed", b"9 passed"))
archive_becomes("the newest archived attempt changed", KEPT.replace(b"8 passed", b"9 passed"))
archive_becomes("the archive emptied", b"")


@way("the archive deleted")
def _(repo: Repository) -> None:
    archived(repo)
    repo.git("rm", "--quiet", ARCHIVE)


@way("the archive renamed")
def _(repo: Repository) -> None:
    archived(repo)
    repo.git("mv", ARCHIVE, "docs/old.md")


@way("settings name another archive, this one deleted")
def _(repo: Repository) -> None:
    archived(repo)
    repo.git("rm", "--quiet", ARCHIVE)
    repo.write("docs/old.md", b"# Archive\n")
    repo.write(PROJECT, settings(archive='"docs/old.md"'))


@way("the archive replaced by a link to one with less")
def _(repo: Repository) -> None:
    archived(repo)
    repo.git("rm", "--quiet", ARCHIVE)
    repo.write("docs/old.md", KEPT.replace(attempt(7, "Kept as it was told."), b""))
    (repo.path / ARCHIVE).symlink_to("old.md")


@way("half of what was moved to the archive gets there")
def _(repo: Repository) -> None:
    repo.write(PLAN, BASE.replace(ONE + TWO, b""))
    repo.write(ARCHIVE, b"# Archive\n\n## [SCAN-001] Scan\n- Attempts History:\n" + ONE)


@way("the pointer to the archive deleted")
def _(repo: Repository) -> None:
    repo.write(PLAN, BASE.replace(b"in_progress", b"done"))
    repo.commit("Done")
    assert call(repo.path, "archive", "SCAN-001", "--keep", "1").code == 0
    repo.commit("Archive")
    repo.git("branch", "--force", "published")
    said = repo.ledger.read_bytes()
    repo.write(PLAN, re.sub(rb"(?m)^.*fix_plan_archive\.md.*\n", b"", said))
    assert repo.ledger.read_bytes() != said


# What git does


def two_sides(repo: Repository) -> None:
    """`side` has attempt 4, `main` attempt 5."""
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write(
        PLAN, BASE.replace(THREE, THREE + attempt(4, "Theirs, on the other machine, at night."))
    )
    repo.commit("Theirs")
    repo.git("checkout", "--quiet", "main")
    repo.write(
        PLAN, BASE.replace(THREE, THREE + attempt(5, "Ours, on this machine, and by daylight."))
    )
    repo.commit("Ours")


def merge_takes(name: str, taken: str) -> None:
    def change(repo: Repository) -> None:
        two_sides(repo)
        repo.git("merge", "--quiet", "--no-commit", "side", check=False)
        repo.git("checkout", "--quiet", taken, "--", PLAN)

    way(name)(change)


merge_takes("a merge that takes our side", "main")
merge_takes("a merge that takes their side", "side")


@way("a merge with the strategy `ours`")
def _(repo: Repository) -> None:
    two_sides(repo)
    repo.git("merge", "--quiet", "--no-commit", "--strategy=ours", "side")


@way("a merge of three sides that drops one")
def _(repo: Repository) -> None:
    for number in (4, 5):
        repo.git("checkout", "--quiet", "-b", f"side{number}", "published")
        repo.write(
            PLAN,
            BASE.replace(
                THREE, THREE + attempt(number, f"On the machine that is called {number}.")
            ),
        )
        repo.commit(f"Side {number}")
    repo.git("checkout", "--quiet", "main")
    repo.write("x.txt", b"")
    repo.commit("Ours")
    repo.git("merge", "--quiet", "--no-commit", "--strategy=ours", "side4", "side5")


@way("a revert of the commit that recorded it")
def _(repo: Repository) -> None:
    repo.git("revert", "--no-commit", "HEAD")


@way("an amended commit that drops it")
def _(repo: Repository) -> None:
    """The hook compares with the commit that is amended."""
    repo.write(PLAN, BASE.replace(THREE, THREE + attempt(4, "Said in the commit that is amended.")))
    repo.commit("Fourth")
    repo.write(PLAN, BASE)


@way("a cherry-picked commit that drops it")
def _(repo: Repository) -> None:
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write(PLAN, LOST)
    lost = repo.commit("Lose one")
    repo.git("checkout", "--quiet", "main")
    repo.git("cherry-pick", "--no-commit", lost)


@way("a rebase of commits of which one drops it")
def _(repo: Repository) -> None:
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write(PLAN, LOST)
    repo.commit("Lose one")
    repo.write("x.txt", b"")
    repo.commit("Go on")
    repo.git("checkout", "--quiet", "main")
    repo.write("y.txt", b"")
    repo.commit("Meanwhile")
    repo.git("checkout", "--quiet", "side")
    repo.git("rebase", "--quiet", "main")
    repo.git("checkout", "--quiet", "-B", "main")


# What nobody may see, which is read in what is committed

TOKEN = "gh" + "p_" + "vR4tZ8kQ2mXc7LwB1nHs6JdY3fGa9PeU5oTi"
CITING = THREE + attempt(4, "Artifacts: `reports/scan/env.txt`")
TOLD = THREE + attempt(4, f"Run with {TOKEN} on the other machine.")


def cites(repo: Repository, data: str) -> None:
    repo.write("reports/scan/env.txt", data.encode())
    repo.write(PLAN, BASE.replace(THREE, CITING))


writes("a token in an attempt", BASE.replace(THREE, TOLD))
writes("a token in a comment", BASE + f"\n<!-- {TOKEN} -->\n".encode())
writes("a token in the archive", KEPT + f"\nUse {TOKEN}.\n".encode(), ARCHIVE)
way("a token in a cited file")(lambda repo: cites(repo, f"TOKEN={TOKEN}\n"))


@way("a token staged in a cited file, the file cleaned on the disk")
def _(repo: Repository) -> None:
    cites(repo, f"TOKEN={TOKEN}\n")
    repo.git("add", "--all")
    repo.write("reports/scan/env.txt", b"TOKEN=\n")


@way("a token in an attempt, and `ignore` of LED701 in the same commit")
def _(repo: Repository) -> None:
    repo.write(PLAN, BASE.replace(THREE, TOLD))
    repo.write(PROJECT, settings(ignore='["LED701"]'))


@way("a token in an attempt, and `not_secret` of it in the same commit")
def _(repo: Repository) -> None:
    repo.write(PLAN, BASE.replace(THREE, TOLD))
    [secret] = secrets.find(TOLD)
    repo.write(PROJECT, settings(not_secret=f'["{secret.fingerprint}"]'))


# What cannot be read


def break_blob(repo: Repository) -> None:
    repo.write(PLAN, LOST)
    repo.git("add", PLAN)
    name = repo.git("rev-parse", f"published:{PLAN}")
    place = repo.path / ".git/objects" / name[:2] / name[2:]
    place.chmod(0o644)
    place.write_bytes(b"")


way("the version before is damaged in git")(break_blob)


@way("the tree of the version before is damaged in git")
def _(repo: Repository) -> None:
    repo.write(PLAN, LOST)
    repo.git("add", PLAN)
    name = repo.git("rev-parse", "published:docs")
    (repo.path / ".git/objects" / name[:2] / name[2:]).unlink()


# Doing and telling


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three attempts, each by a commit of its own; `published` is what others have."""
    repo = Repository(tmp_path_factory.mktemp("losses") / "start")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    for attempts in (ONE, ONE + TWO, ONE + TWO + THREE):
        repo.write(PLAN, HEAD + HISTORY + attempts + ACTIONS + TOUR)
        repo.commit("Go on")
    repo.git("branch", "published")
    return repo.path


@pytest.fixture
def repo(start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # commits of two ways may be one
    return Repository(Path(shutil.copytree(start, tmp_path / "repo", symlinks=True)))


SEEN = re.compile(r"(?:error|warning) (LED5\d\d|LED10[134]|LED70[12])\b")
HISTORIC = {"renumbered", "continued", "reordered", "moved", "rewritten", "reused"}


def told(code: int, said: str) -> str:
    """A cell of the table: the codes, or how it stopped."""
    if code == 2:
        return "exit 2"
    codes = sorted({*SEEN.findall(said)})
    assert codes or not code, said
    return ", ".join(codes) + " (error)" * code if codes else "-"


def answers(repo: Repository, name: str) -> list[str]:
    """What the hook says of what is staged, CI of the commit, and the history of it."""
    WAYS[name](repo)
    if name not in STAGED:
        repo.git("add", "--all")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_INDEX_FILE", str(repo.path / ".git/index"))  # as git runs it
        done = captured(repo.path, lambda: hook([]))
    found = [told(done.code, done.out)]
    repo.git("commit", "--quiet", "--no-verify", "--message", "It", check=False)
    repo.git("stash", "--quiet", check=False)
    done = call(repo.path, "validate", "--base", "published", "--head", "HEAD")
    found.append(told(done.code, done.out))
    done = call(repo.path, "history", "--json")
    return [*found, "exit 2" if done.code == 2 else chronicle(done.data)]


def chronicle(seen: dict[str, Any]) -> str:
    if seen["removed"] or seen["others"]:
        return "removed"
    if seen["edited"] or HISTORIC & {one["kind"] for one in seen["events"]}:
        return "changed"
    return "skipped" if seen["skipped"] else "-"


def table(page: Path) -> dict[str, list[str]]:
    """The rows of a page: what is done, and what the hook, CI and history say."""
    section = page.read_text("utf-8").split("# Ways to lose an attempt\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "]
    return {name: cells for name, *cells in rows[1:]}


def test_every_way_is_a_row() -> None:
    assert [*table(LOSSES)] == [*WAYS]
    assert len(WAYS) >= 80


def test_the_page_shows_some_of_the_rows() -> None:
    shown = table(PAGE)
    assert len(shown) >= 10
    assert shown.items() <= {**table(LOSSES)}.items()


@pytest.mark.parametrize("name", WAYS)
def test_what_is_lost_is_told_as_its_row_says(repo: Repository, name: str) -> None:
    assert answers(repo, name) == table(LOSSES)[name]
