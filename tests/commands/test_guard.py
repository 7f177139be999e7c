"""The guard: whatever is done to what was recorded is told, with item, number and commit."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ledger.commands import guard
from ledger.hook import main as hook
from ledger.plan import reader
from ledger.plan.model import Ledger
from tests.support.commands import Done, call
from tests.support.places import ROOT
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
ARCHIVE = "docs/fix_plan_archive.md"
SAID = [
    "The splitter reads every line once and keeps the offsets of those that it needs.",
    "Reading from the end is slower by a third, since each block is decoded twice.",
    "With a table of offsets it is linear: 50 MB take ten times as long as 5 MB do.",
    "Measured once more on another machine, and it is still linear there: 41.2 s.",
]


def attempt(number: int, said: str, day: int | None = None) -> str:
    return (
        f"  * [2025-10-{day or number:02}] Attempt #{number} — Result: ✅ success. {said}\n"
        f"    Metrics: {number} passed in 3.4{number} s; größer, 5 µs.\n"
    )


def plan(*attempts: str, item: str = "SCAN-001", more: str = "") -> bytes:
    return (
        "# Plan\n\n## Index\n\n| ID | Title | Priority | Status |\n| --- | --- | --- | --- |\n"
        f"| [{item}](#a) | Scan | High | in_progress |\n\n"
        f"## [{item}] Scan\n- Priority: High\n- Status: in_progress\n- Attempts History:\n"
        + "".join(attempts)
        + more
    ).encode()


OLD = [attempt(number, said) for number, said in enumerate(SAID, 1)]
BASE = plan(*OLD)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Four attempts, each added by a commit of its own; `main` is at the fourth."""
    (tmp_path / "guarded").mkdir()
    repo = Repository(tmp_path / "guarded")
    repo.git("init", "--quiet")
    for count in range(1, 5):
        repo.write(PLAN, plan(*OLD[:count]))
        repo.commit(f"Attempt {count}")
    repo.git("branch", "published")
    return repo


def findings(done: Done) -> list[tuple[str, str | None, int | None]]:
    assert done.code in (0, 1), done.err
    return [
        (one["code"], one["item"], one["attempt"])
        for one in done.data["findings"]
        if one["code"].startswith("LED5")
    ]


def swapped(data: bytes) -> bytes:
    return plan(OLD[1], OLD[0], *OLD[2:])


def mojibake(data: bytes) -> bytes:
    return data.decode("utf-8").encode("utf-8").decode("cp1252", "replace").encode("utf-8")


ITEM = "SCAN-001"
ALL = [("LED501", ITEM, number) for number in (1, 2, 3, 4)]
# What is done to the file, and what the guard says of it with `append_only = "latest"`.
DONE: dict[str, tuple[Callable[[bytes], bytes], list[tuple[str, str | None, int | None]]]] = {
    "edit": (lambda d: d.replace(b"linear: 50 MB", b"linear: 90 MB"), [("LED502", ITEM, 3)]),
    "edit a nested line": (
        lambda d: d.replace(b"2 passed in", b"9 passed in"),
        [("LED502", ITEM, 2)],
    ),
    "delete": (lambda _: plan(OLD[0], *OLD[2:]), [("LED501", ITEM, 2)]),
    "delete a nested line": (
        lambda d: d.replace(b"    Metrics: 2 passed in 3.42 s; gr\xc3\xb6\xc3\x9fer, 5 \xc2\xb5s.\n", b""),
        [("LED502", ITEM, 2)],
    ),
    "reorder": (swapped, [("LED506", ITEM, 2)]),
    "renumber": (lambda d: d.replace(b"Attempt #2 ", b"Attempt #7 "), [("LED507", ITEM, 2)]),
    "truncate": (lambda d: d[: d.index(b"Attempt #3") - 15], [("LED501", ITEM, 3), ("LED501", ITEM, 4)]),
    "truncate within": (
        lambda d: d[: d.index(b" linear: 50 MB")],
        [("LED502", ITEM, 3), ("LED501", ITEM, 4)],
    ),
    "truncate a little": (
        lambda d: d[: d.index(b", and it is still linear")],
        [],  # the latest may change
    ),
    "re-encode": (
        lambda d: d.decode("utf-8").encode("cp1252", "replace"),
        [("LED502", ITEM, number) for number in (1, 2, 3)],
    ),
    "encode twice": (mojibake, [("LED502", ITEM, number) for number in (1, 2, 3)]),
    "re-encode as UTF-16": (lambda d: d.decode("utf-8").encode("utf-16"), [("LED503", ITEM, None), *ALL]),
    "revert to an old version": (lambda _: plan(*OLD[:2]), [("LED501", ITEM, 3), ("LED501", ITEM, 4)]),
    "replace the file": (
        lambda _: plan(attempt(1, "Another plan altogether, with nothing of the old one in it."), item="NEW-001"),
        ALL,
    ),
    "empty the file": (lambda _: b"", [("LED504", None, None)]),
    "rename the item": (
        lambda d: d.replace(b"SCAN-001", b"SCAN-009"),
        [],  # all attempts are there, under another name
    ),
}  # fmt: skip
HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "append": lambda d: d + attempt(5, "One more.").encode(),
    "CRLF": lambda d: d.replace(b"\n", b"\r\n"),
    "BOM": lambda d: b"\xef\xbb\xbf" + d,
    "blank lines": lambda d: d.replace(b"## Index\n", b"## Index\n\n\n"),
    "table laid out anew": lambda d: d.replace(b"| --- | --- |", b"|-----|:---:|"),
    "status and priority": lambda d: d.replace(b"in_progress", b"blocked").replace(b"High", b"Low"),
    "bullets": lambda d: d.replace(b"  * [", b"  - ["),
    "wrapped otherwise": lambda d: d.replace(b"once and keeps", b"once\n    and keeps"),
    "date mended": lambda d: d.replace(b"[2025-10-02]", b"[2025-10-03]"),
    "the latest goes on": lambda d: d.replace(b"41.2 s.", b"41.2 s. Twice."),
    "prose elsewhere": lambda d: d.replace(b"# Plan\n", b"# Plan\n\nSome words.\n"),
    "items in another order": lambda d: d + b"\n## [AAA-002] More\n- Priority: Low\n- Status: pending\n",
}  # fmt: skip


def told(name: str) -> list[tuple[str, str | None, int | None]]:
    return sorted(DONE[name][1], key=str)


@pytest.mark.parametrize("name", DONE)
def test_what_is_done_to_the_record_is_told(repo: Repository, name: str) -> None:
    """In the work tree, staged, and once it is committed, when the commit is named."""
    repo.write(PLAN, DONE[name][0](BASE))
    assert sorted(
        findings(call(repo.path, "validate", "--base", "HEAD", "--json")), key=str
    ) == told(name)
    repo.git("add", PLAN)
    assert sorted(findings(call(repo.path, "validate", "--staged", "--json")), key=str) == told(
        name
    )
    guilty = repo.commit("Something else, it says")
    repo.write("other.txt", b"")
    repo.commit("And on it goes")
    done = call(repo.path, "validate", "--base", "published", "--head", "HEAD", "--json")
    assert sorted(findings(done), key=str) == told(name)
    assert {one["commit"] for one in done.data["findings"] if one["code"][:4] == "LED5"} <= {guilty}
    assert done.code == int(any(code in ("LED501", "LED504") for code, *_ in DONE[name][1]))


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_unrelated_is_not(repo: Repository, name: str) -> None:
    repo.write(PLAN, HARMLESS[name](BASE))
    assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == []
    repo.commit("Reformat")
    done = call(repo.path, "validate", "--base", "published", "--head", "HEAD", "--json")
    assert findings(done) == []


@pytest.mark.parametrize(
    ("mode", "severities"),
    [
        ("strict", {"LED502": "error", "LED506": "error", "LED507": "error"}),
        ("latest", {"LED502": "warning", "LED506": "warning", "LED507": "warning"}),
        ("off", {}),
    ],
)
def test_how_strict_it_is(repo: Repository, mode: str, severities: dict[str, str]) -> None:
    repo.write("pyproject.toml", f'[tool.ledger]\nappend_only = "{mode}"\n'.encode())
    repo.commit("Settings")
    found: dict[str, str] = {}
    for name in ("edit", "reorder", "renumber"):
        repo.write(PLAN, DONE[name][0](BASE))
        done = call(repo.path, "validate", "--base", "HEAD", "--json").data["findings"]
        found |= {one["code"]: one["severity"] for one in done if one["code"].startswith("LED5")}
    assert found == severities
    repo.write(PLAN, HARMLESS["the latest goes on"](BASE))
    done = call(repo.path, "validate", "--base", "HEAD", "--json")
    assert findings(done) == ([("LED502", ITEM, 4)] if mode == "strict" else [])
    repo.write(PLAN, plan(*OLD[:3]))  # nothing may be missing, whatever may change
    assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == [
        ("LED501", ITEM, 4)
    ]


# The archive


def archive(*attempts: str) -> bytes:
    return ("# Archive\n\n## [SCAN-001] Scan\n- Attempts History:\n" + "".join(attempts)).encode()


def staged(repo: Repository, *names: str) -> list[tuple[str, str | None, int | None]]:
    found = findings(call(repo.path, "validate", "--staged", "--json"))
    done = subprocess.run(
        [sys.executable, "-c", "from ledger.hook import main; raise SystemExit(main())", *names],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert [code for code, *_ in found] == [
        word for word in done.stdout.split() if word.startswith("LED5")
    ]
    return found


def test_what_is_moved_to_the_archive_is_kept(repo: Repository) -> None:
    repo.write(PLAN, plan(*OLD[2:]))
    repo.write(ARCHIVE, archive(*OLD[:2]))
    assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == []
    repo.git("add", "--all")
    assert staged(repo) == []
    assert staged(repo, PLAN, ARCHIVE) == []
    repo.commit("Archive")
    done = call(repo.path, "validate", "--base", "published", "--head", "HEAD", "--json")
    assert findings(done) == []
    repo.write(ARCHIVE, archive(OLD[0]))
    assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == [
        ("LED501", ITEM, 2)
    ]
    repo.git("add", "--all")
    assert staged(repo) == [("LED501", ITEM, 2)]
    assert staged(repo, ARCHIVE) == [("LED501", ITEM, 2)]
    repo.git("rm", "--quiet", "--force", ARCHIVE)
    assert staged(repo) == [("LED504", None, None)]
    repo.git("commit", "--quiet", "--message", "No archive")
    done = call(repo.path, "validate", "--base", "HEAD~1", "--head", "HEAD", "--json")
    assert findings(done) == [("LED504", None, None)]
    assert done.data["findings"][0]["path"] == ARCHIVE
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    repo.write(PLAN, BASE)
    repo.write(ARCHIVE, archive(OLD[0]))  # and back again
    assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == []


def test_what_the_command_archives_is_kept_there_and_back(repo: Repository) -> None:
    repo.write("pyproject.toml", b'[tool.ledger]\nappend_only = "strict"\n')
    repo.write(PLAN, BASE.replace(b"in_progress", b"done"))
    repo.commit("Done")
    for arguments in (["--keep", "1"], [], ["--restore"]):
        assert call(repo.path, "archive", *arguments).code == 0
        assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == []
        repo.git("add", PLAN)
        if arguments != ["--restore"]:
            codes = {code for code, *_ in staged(repo)}
            assert "LED501" in codes <= {"LED501", "LED510"}, "the archive is not staged"
        repo.git("add", ARCHIVE)
        assert staged(repo) == []
        assert staged(repo, PLAN, ARCHIVE) == []
        repo.commit("Moved")
    assert repo.ledger.read_bytes() == BASE.replace(b"in_progress", b"done")
    done = call(repo.path, "validate", "--base", "published", "--head", "HEAD", "--json")
    assert findings(done) == []


def test_an_archive_is_to_be_merged_by_the_driver_too(repo: Repository) -> None:
    repo.write(ARCHIVE, archive(OLD[0]))
    repo.git("config", "merge.ledger.driver", "ledger-merge-driver %O %A %B")
    said = call(repo.path, "validate", "--base", "HEAD").err
    assert PLAN in said
    assert ARCHIVE in said


def test_half_of_what_goes_to_the_archive_gets_there(repo: Repository) -> None:
    repo.write(PLAN, plan(*OLD[2:]))
    repo.write(ARCHIVE, archive(OLD[1]))
    assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == [
        ("LED501", ITEM, 1)
    ]
    repo.git("add", PLAN)  # and the archive is not staged
    assert staged(repo) == [("LED501", ITEM, 1), ("LED501", ITEM, 2)]


def test_another_file_may_be_the_archive(repo: Repository, tmp_path: Path) -> None:
    repo.write("pyproject.toml", b'[tool.ledger]\narchive = "old/plan.md"\n')
    repo.commit("Settings")
    repo.write(PLAN, plan(*OLD[2:]))
    repo.write("old/plan.md", archive(*OLD[:2]))
    assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == []
    (repo.path / "old/plan.md").unlink()
    (tmp_path / "outside.md").write_bytes(archive(*OLD[:2]))
    (repo.path / "old/plan.md").symlink_to(tmp_path / "outside.md")
    done = call(repo.path, "validate", "--base", "HEAD", "--json")
    assert done.code == 2  # a link that leads out is no archive


# Withdrawals


def test_what_is_withdrawn_may_go_and_the_line_stays(repo: Repository) -> None:
    line = "- Withdrawn: Attempt #2 — it ran on the wrong branch\n"
    repo.write(PLAN, plan(OLD[0], *OLD[2:], more=line))
    repo.git("add", "--all")
    assert staged(repo) == []
    repo.commit("Withdraw")
    repo.write(PLAN, plan(OLD[0], *OLD[2:]))
    repo.git("add", "--all")
    assert staged(repo) == [("LED505", ITEM, 2)]
    repo.commit("Nobody will know")
    done = call(repo.path, "validate", "--base", "published", "--head", "HEAD", "--json")
    assert findings(done) == [("LED501", ITEM, 2), ("LED505", ITEM, 2)]
    assert done.code == 1


def test_what_was_said_before_is_no_leave_for_later(repo: Repository) -> None:
    line = "- Withdrawn: Attempt #2 — it ran on the wrong branch\n"
    repo.write(PLAN, plan(*OLD, more=line))
    repo.commit("Say so first")
    repo.write(PLAN, plan(OLD[0], *OLD[2:], more=line))
    assert findings(call(repo.path, "validate", "--base", "HEAD", "--json")) == [
        ("LED501", ITEM, 2)
    ]


# Pushed commits


def pushed(repo: Repository, *more: str, base: str = "published") -> list[dict[str, Any]]:
    done = call(repo.path, "validate", "--base", base, "--head", "HEAD", "--json", *more)
    assert done.code in (0, 1), done.out
    return [one for one in done.data["findings"] if one["code"].startswith("LED5")]


def test_what_was_lost_in_between_and_is_back_is_not_lost(repo: Repository) -> None:
    repo.write(PLAN, plan(*OLD[:2]))
    repo.commit("Lose two")
    repo.write(PLAN, BASE)
    repo.commit("Put them back")
    assert pushed(repo) == []


def test_actions_that_have_their_numbers_back_are_not_renumbered(repo: Repository) -> None:
    actions = "- Next Actions:\n  10. PENDING — Measure 50 MB files.\n"
    repo.write(PLAN, plan(*OLD, more=actions))
    repo.commit("Begin at ten")
    repo.write(PLAN, plan(*OLD, more=actions.replace("10.", "2.")))
    repo.commit("Renumber")
    assert [one["code"] for one in pushed(repo, base="HEAD~1")] == ["LED511"]
    repo.write(PLAN, plan(*OLD, more=actions))
    repo.commit("Number as before")
    assert pushed(repo, base="HEAD~2") == []


def test_what_was_added_and_lost_in_between_is_told(repo: Repository) -> None:
    repo.write(PLAN, BASE + attempt(5, "Found out what nobody is to know.").encode())
    repo.commit("Add")
    repo.write(PLAN, BASE)
    guilty = repo.commit("Take away")
    [found] = pushed(repo)
    assert (found["code"], found["attempt"], found["commit"]) == ("LED501", 5, guilty)
    assert (
        f"(by {guilty[:8]})"
        in call(repo.path, "validate", "--base", "published", "--head", "HEAD").out
    )


@pytest.mark.parametrize("strategy", ["ours", "theirs"])
def test_what_a_merge_hides_is_laid_at_its_door(repo: Repository, strategy: str) -> None:
    """The merge takes one side's file; no commit on either side did anything wrong."""
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write(PLAN, BASE + attempt(5, "Theirs, on the other machine.").encode())
    repo.commit("Theirs")
    repo.git("checkout", "--quiet", "main")
    repo.write(PLAN, BASE + attempt(6, "Ours, and nothing else than that.").encode())
    repo.commit("Ours")
    taken = {"ours": "main", "theirs": "side"}[strategy]
    repo.git("merge", "--quiet", "--no-commit", "side", check=False)
    repo.git("checkout", "--quiet", taken, "--", PLAN)
    lost = 5 if strategy == "ours" else 6
    assert [number for *_, number in staged(repo, PLAN)] == [lost]
    guilty = repo.commit("Merged, nothing to see here")
    [found] = pushed(repo)
    assert (found["code"], found["item"], found["attempt"]) == ("LED501", ITEM, lost)
    assert found["commit"] == guilty


def test_what_others_published_meanwhile_is_not_laid_at_our_door(repo: Repository) -> None:
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write("x.txt", b"")
    repo.commit("Ours")
    repo.git("checkout", "--quiet", "published")
    repo.write(PLAN, BASE + attempt(5, "Published meanwhile.").encode())
    repo.commit("Theirs")
    repo.git("checkout", "--quiet", "side")
    assert pushed(repo) == []


def test_a_forced_push_may_not_lose_what_was_there(repo: Repository) -> None:
    before = repo.git("rev-parse", "HEAD")
    repo.git("reset", "--quiet", "--hard", "HEAD~2")
    repo.write("x.txt", b"")
    repo.commit("Rewritten")
    assert pushed(repo, base=before) == []  # as if it had been published meanwhile
    found = pushed(repo, "--replaces", base=before)
    assert [(one["code"], one["attempt"]) for one in found] == [("LED501", 3), ("LED501", 4)]


def test_a_rename_hides_nothing(repo: Repository) -> None:
    repo.git("mv", PLAN, "docs/plan.md")
    repo.write("docs/plan.md", plan(OLD[0], *OLD[2:]))
    repo.write("pyproject.toml", b'[tool.ledger]\npath = "docs/plan.md"\n')
    guilty = repo.commit("Rename, and lose one on the way")
    assert [(one["code"], one["attempt"], one["commit"]) for one in pushed(repo)] == [
        ("LED509", None, None),
        ("LED501", 2, guilty),
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--head", "HEAD"], "usage"),
        (["--base", "HEAD", "--head", "HEAD", "--all"], "usage"),
        (["--base", "HEAD", "--replaces"], "usage"),
        (["--base", "HEAD", "--head", "nobody"], "no-such-revision"),
        (["--base", "HEAD", "--head=--all"], "bad-revision"),
        (["--base", "HEAD", "--head", "/dev/null"], "bad-revision"),
        (["--base", "../..", "--head", "HEAD"], "bad-revision"),
        (["--base", "HEAD", "--head", "x" * 10_000], "bad-revision"),
    ],
)
def test_wrong_ranges(repo: Repository, arguments: list[str], code: str) -> None:
    done = call(repo.path, "validate", "--json", *arguments)
    assert done.code == 2
    assert f'"code": "{code}"' in done.out


# Merges that git makes on its own


def test_a_merge_without_a_conflict_is_seen_by_its_hook(repo: Repository) -> None:
    """pre-merge-commit runs before MERGE_HEAD is there; the sides are told by the environment."""
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write(PLAN, BASE + attempt(5, "Theirs, on the other machine.").encode())
    repo.commit("Theirs")
    repo.git("checkout", "--quiet", "main")
    repo.write("x.txt", b"")
    repo.commit("Ours")
    # A merge driver that takes our file, and says that all is well.
    repo.write(".git/info/attributes", b"*.md merge=bad\n")
    repo.git("config", "merge.bad.driver", "true")
    repo.write(PLAN, plan(*OLD[:3], attempt(4, SAID[3] + " Also ours.")))
    repo.commit("Ours again, so that the driver has something to do")
    script = repo.write(
        ".git/hooks/pre-merge-commit",
        f"#!{sys.executable}\nfrom ledger.hook import main\nraise SystemExit(main(['{PLAN}']))\n".encode(),
    )
    script.chmod(0o755)
    done = subprocess.run(
        ["git", "merge", "--no-edit", "side"],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0, done.stdout + done.stderr
    assert "LED501 attempt #5 of SCAN-001" in done.stdout + done.stderr


def test_other_variables_are_no_commits(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHEAD_", "GITHEAD_--all", "GITHEAD_" + "1" * 40, "GITHEAD_" + "z" * 40):
        monkeypatch.setenv(name, "x")
    monkeypatch.chdir(repo.path)
    repo.write(PLAN, BASE + attempt(5, "One more.").encode())
    repo.git("add", PLAN)
    assert hook([PLAN]) == 0


# The recipe for CI


def recipe(heading: str, language: str) -> str:
    """The block of that language under a heading of the page on CI."""
    page = (ROOT / "docs/how-to/ci.md").read_text("utf-8")
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return section.split(f"```{language}\n")[1].split("```")[0]


def test_the_commands_of_the_recipe(repo: Repository) -> None:
    """As a service runs them: in a clone of its own, with the commits told by the environment."""
    steps = recipe("GitHub Actions", "yaml")
    commands = [line.strip() for line in steps.splitlines() if "ledger validate" in line]
    assert len(commands) == 2
    before = repo.git("rev-parse", "HEAD")
    repo.write(PLAN, plan(*OLD[:3]))
    guilty = repo.commit("Lose one, without a hook")
    repo.write("x.txt", b"")
    head = repo.commit("And go on")
    for command in commands:
        arguments = command.removeprefix("run: ").replace('"', "").split()[1:]
        names = {"$BASE": before, "$HEAD": head, "$BEFORE": before, "$AFTER": head}
        done = call(repo.path, *(names.get(word, word) for word in arguments))
        assert done.code == 1
        assert "attempt #4 of SCAN-001 is gone" in done.out
        assert guilty[:8] in done.out


@pytest.mark.parametrize(
    ("what", "code"),
    [("lose", 1), ("add", 0), ("force", 1), ("withdraw", 0), ("delete the branch", 1)],
)
def test_a_server_refuses_the_push(repo: Repository, tmp_path: Path, what: str, code: int) -> None:
    """The hook of the recipe, in a bare repository, with no hook in the clone."""
    server = tmp_path / "server.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", repo.path, server], check=True)
    tools = tmp_path / "bin"
    tools.mkdir()
    tool = tools / "ledger"
    tool.write_text(
        f"#!{sys.executable}\nfrom ledger.cli import main\nraise SystemExit(main())\n", "utf-8"
    )
    tool.chmod(0o755)
    script = server / "hooks" / "pre-receive"
    script.parent.mkdir(exist_ok=True)
    text = recipe("On a server of your own", "sh").replace(
        "#!/bin/sh\n", f"#!/bin/sh\nPATH={tools}:$PATH\n"
    )
    script.write_text(text, "utf-8")
    script.chmod(0o755)
    repo.git("remote", "add", "origin", str(server))
    line = "- Withdrawn: Attempt #4 — the machine was not ours\n"
    made = {
        "lose": plan(*OLD[:3]),
        "add": plan(*OLD, attempt(5, "One more, as it should be.")),
        "force": plan(*OLD[:2], attempt(3, SAID[2])),
        "withdraw": plan(*OLD[:3], more=line),
    }
    if what == "force":
        repo.git("reset", "--quiet", "--hard", "HEAD~2")
    refs = ["main"]
    if what == "delete the branch":
        refs = [":main"]
    else:
        repo.write(PLAN, made[what])
        repo.commit(what)
    before = subprocess.check_output(["git", "-C", server, "rev-parse", "main"])
    done = subprocess.run(
        ["git", "push", "--force", "origin", *refs],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    if what in ("lose", "force"):
        assert "LED501 attempt #4 of SCAN-001 is gone" in done.stderr
    after = subprocess.check_output(["git", "-C", server, "rev-parse", "main"])
    assert (before == after) == (code == 1)


def test_the_hook_reads_each_version_of_a_plan_once(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading a long plan is most of what the hook does."""
    times: Counter[bytes] = Counter()

    def read(data: bytes, *given: Any, **named: Any) -> Ledger:
        times[data] += 1
        return reader.read(data, *given, **named)

    monkeypatch.setattr(guard, "reader", SimpleNamespace(read=read))
    repo.write(
        PLAN, new := plan(*OLD, attempt(5, "Once more, after the last change of the table."))
    )
    repo.git("add", PLAN)
    assert call(repo.path, "validate", "--staged").code == 0
    assert (times[BASE], times[new]) == (1, 1)


def test_settings_that_a_clone_lacks_stop_nothing(repo: Repository) -> None:
    repo.write("pyproject.toml", b"[project]\nname = 'a'\n")
    repo.commit("Settings")
    blob = repo.git("rev-parse", "HEAD:pyproject.toml")
    place = repo.path / ".git" / "objects" / blob[:2] / blob[2:]
    place.chmod(0o600)
    place.unlink()
    (repo.path / "pyproject.toml").unlink()
    repo.write(PLAN, plan(*OLD[:3]))
    done = call(repo.path, "validate", "--base", "HEAD", "--json")
    assert ("LED501", 4) in [(one["code"], one["attempt"]) for one in done.data["findings"]]
    repo.git("add", PLAN)
    assert call(repo.path, "validate", "--staged").code == 1
