"""What attempts point at: every state of an artifact, every part of a commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import UsageError
from ledger.git import repository
from ledger.git.cited import matching
from ledger.git.files import Listing
from ledger.git.log import Touched
from tests.support.commands import call, terminal, unstyled
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
RUN = "reports/speed/phase_b/20251102T091500Z"
OTHER = "reports/speed/phase_c/20251103T100000Z"


def plan(text: str, root: str = "reports/speed/phase_<phase>/<STAMP>/") -> bytes:
    return (
        "# Plan\n\n## [SCAN-001] Scan\n- Status: in_progress\n"
        f"- Artifacts Root: `{root}`\n- Attempts History:\n"
        f"  * [2025-11-02] Attempt #1 — Result: ✅ success. {text}\n"
    ).encode()


@pytest.fixture
def tree(repo: Repository) -> Repository:
    """A repository with two runs, a rule that ignores logs, and files of several kinds."""
    for name in (
        f"{RUN}/commands.txt", f"{RUN}/analysis/summary.md", f"{RUN}/chunks/chunk_01/a.txt",
        f"{RUN}/chunks/chunk_02/a.txt", f"{OTHER}/commands.txt", f"{OTHER}/only_here.md",
        "src/pkg/scanner.py", "src/pkg/__main__.py", "src/tool/__main__.py", "tests/test_scan.py",
    ):  # fmt: skip
        repo.write(name, b"x" * len(name))
    repo.write(".gitignore", b"*.tmp\nlogs/\n")
    repo.commit("Files")
    repo.write("src/gone.py", b"")
    repo.commit("One more")
    repo.git("rm", "--quiet", "src/gone.py")
    repo.git("commit", "--quiet", "--message", "One less")
    repo.write(f"{RUN}/logs/pytest.log", b"on disk")
    repo.write("notes/new.md", b"new")
    return repo


def links(repo: Repository, text: str, *more: str) -> list[dict[str, Any]]:
    repo.write(PLAN, plan(text))
    found: list[dict[str, Any]] = call(repo.path, "links", "--json", *more).data["artifacts"]
    return found


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ("`src/pkg/scanner.py`", [("tracked", "src/pkg/scanner.py")]),
        ("`./src/pkg/scanner.py`", [("tracked", "src/pkg/scanner.py")]),
        ("`src/pkg/scanner.py:39`", [("tracked", "src/pkg/scanner.py")]),
        ("`tests/test_scan.py::TestX::test_y[cpu]`", [("tracked", "tests/test_scan.py")]),
        ("`scanner.py:1-9`", [("tracked", "src/pkg/scanner.py")]),
        ("`__main__.py`", [("tracked", "__main__.py")]),
        (f"`{RUN}/`", [("tracked", RUN)]),
        (
            f"`{RUN}/{{commands.txt,analysis/{{summary.md,none.md}}}}`",
            [
                ("tracked", f"{RUN}/commands.txt"),
                ("tracked", f"{RUN}/analysis/summary.md"),
                ("missing", f"{RUN}/analysis/none.md"),
            ],
        ),
        # From the root, from the run, beside another file, as the end of a longer path.
        ("`phase_b/20251102T091500Z/commands.txt`", [("tracked", f"{RUN}/commands.txt")]),
        (f"`{RUN}/` with `analysis/summary.md`", [("tracked", RUN), ("tracked", f"{RUN}/analysis/summary.md")]),
        (f"`{RUN}/analysis/summary.md`, `summary.md`", [("tracked", f"{RUN}/analysis/summary.md")] * 2),
        # A file of a run that the attempt does not name is not meant, but for a name of its own.
        (f"`{RUN}/` and `commands.txt`", [("tracked", RUN), ("tracked", f"{RUN}/commands.txt")]),
        (f"`{OTHER}/` and `analysis/summary.md`", [("tracked", OTHER), ("missing", "analysis/summary.md")]),
        (f"`{RUN}/x.md` after {OTHER[-16:]}, `commands.txt`", [("missing", f"{RUN}/x.md"), ("tracked", f"{RUN}/commands.txt")]),
        (f"`{RUN}/x.md` after {OTHER[-16:]}, `analysis/only_here.md`", [("missing", f"{RUN}/x.md"), ("missing", "analysis/only_here.md")]),
        (f"`{RUN}/` and `only_here.md`", [("tracked", RUN), ("tracked", f"{OTHER}/only_here.md")]),
        # Not tracked.
        ("`notes/new.md`", [("untracked", "notes/new.md")]),
        (f"`{RUN}/logs/pytest.log`", [("ignored", f"{RUN}/logs/pytest.log")]),
        (f"`{RUN}/` and `logs/never_written.log`", [("tracked", RUN), ("ignored", f"{RUN}/logs/never_written.log")]),
        ("`src/gone.py`", [("missing", "src/gone.py")]),
        ("`src/never.py`", [("missing", "src/never.py")]),
        ("`/home/someone/run.log`", [("outside", "/home/someone/run.log")]),
        ("`../other/run.log`", [("outside", "../other/run.log")]),
        ("`~/run/x.log`", [("outside", "~/run/x.log")]),
        # Open parts.
        ("`reports/speed/phase_b/<STAMP>/run.log`", [("placeholder", "reports/speed/phase_b/<STAMP>/run.log")]),
        (f"`{RUN}/chunks/chunk_NN/a.txt`", [("placeholder", f"{RUN}/chunks/chunk_NN/a.txt")]),
        (f"`{RUN}/chunks/chunk_*/a.txt`", [("tracked", f"{RUN}/chunks/chunk_0{n}/a.txt") for n in (1, 2)]),
        (f"`{RUN}/chunks/*.nothing`", [("missing", f"{RUN}/chunks/*.nothing")]),
    ],
)  # fmt: skip
def test_every_citation_has_a_state(
    tree: Repository, cited: str, expected: list[tuple[str, str]]
) -> None:
    found = links(tree, f"Log: {cited}")
    assert [(one["state"], one["path"]) for one in found] == expected
    if "untracked" in {state for state, _ in expected}:
        return
    tree.commit("The plan")
    at_head = call(tree.path, "links", "--rev", "HEAD", "--json").data["artifacts"]
    assert [(one["state"], one["path"]) for one in at_head] == expected


def test_what_is_told_of_an_artifact(tree: Repository) -> None:
    added = tree.git("rev-parse", "HEAD~2")
    [scanner] = links(tree, "Log: `src/pkg/scanner.py`")
    assert (scanner["size"], scanner["added_by"]) == (len("src/pkg/scanner.py"), added)
    [run] = links(tree, f"Log: `{RUN}/`")
    names = (
        "commands.txt",
        "analysis/summary.md",
        "chunks/chunk_01/a.txt",
        "chunks/chunk_02/a.txt",
    )
    assert (run["is_folder"], run["added_by"]) == (True, added)
    assert run["size"] == sum(len(f"{RUN}/{name}") for name in names)
    [gone] = links(tree, "Log: `src/gone.py`")
    assert gone["removed_by"] == tree.git("rev-parse", "HEAD")
    [log] = links(tree, f"Log: `{RUN}/logs/pytest.log`")
    assert (log["rule"], log["size"]) == (".gitignore:2:logs/", 7)
    [either] = links(tree, "Log: `__main__.py`")
    assert either["matches"] == ["src/pkg/__main__.py", "src/tool/__main__.py"]
    [open_part] = links(tree, f"Log: `{RUN}/chunks/chunk_NN/a.txt`")
    assert open_part["matches"] == [f"{RUN}/chunks/chunk_0{n}/a.txt" for n in (1, 2)]


def test_what_is_missing_stands_out_on_a_terminal(repo: Repository) -> None:
    plan = repo.ledger.read_bytes().replace(b"exit_code.txt}", b"gone.txt}")
    repo.ledger.write_bytes(plan)
    _, said = terminal(repo.path, 80, ["links", "PARSE-SPEED-001"])
    assert b"\x1b[1;31mmissing\x1b[0m" in said
    told = call(repo.path, "links", "PARSE-SPEED-001").out.splitlines()
    assert next(one for one in told if "missing" in one) in unstyled(said)


def test_what_git_ignores_is_not_said_to_be_there(repo: Repository) -> None:
    repo.write(".gitignore", b"gone.txt\n")
    repo.ledger.write_bytes(repo.ledger.read_bytes().replace(b"exit_code.txt}", b"gone.txt}"))
    assert "gone.txt; if you have it, `git add -f` adds it" in call(repo.path, "validate").out


def test_a_revision_has_its_own_files_and_its_own_rules(tree: Repository) -> None:
    tree.write(PLAN, plan(f"Log: `{RUN}/logs/x.log`, `src/pkg/scanner.py`"))
    first = tree.commit("The plan")
    tree.write(".gitignore", b"")
    tree.git("rm", "--quiet", "src/pkg/scanner.py")
    tree.commit("Neither")

    def states(*more: str) -> list[str]:
        return [one["state"] for one in call(tree.path, "links", "--json", *more).data["artifacts"]]

    assert states("--rev", first) == ["ignored", "tracked"]
    assert states("--rev", "HEAD") == ["missing", "missing"]


def test_a_hostile_tree_lays_nothing_out_elsewhere(tmp_path: Path) -> None:
    """Names that a tree object may hold and that git's own commands refuse to make."""
    place = tmp_path / "laid"
    with pytest.raises(UsageError):
        repository.lay_out(place, [("../outside/.gitignore", b"x")])
    assert not (tmp_path / "outside").exists()
    repository.lay_out(place, [(".git/.gitignore", b"x"), ("a/.gitignore", b"y")])
    assert not (place / ".git" / ".gitignore").exists()
    assert (place / "a" / ".gitignore").read_bytes() == b"y"


def test_commits_of_an_attempt(repo: Repository) -> None:
    """Cited, introducing, and between it and the previous attempt."""
    first = repo.git("rev-parse", "HEAD")
    repo.write("src/scan.py", b"1")
    touching = repo.commit("Touch what it names")
    repo.write("src/other.py", b"1")
    repo.commit("Touch something else")
    repo.git("checkout", "--quiet", "-b", "side", first)
    repo.write("x", b"")
    elsewhere = repo.commit("Elsewhere")
    repo.git("checkout", "--quiet", "main")
    text = repo.ledger.read_text("utf-8").replace(
        "- Next Actions:\n  1. ✅",
        "  * [2025-11-03] Attempt #3 — Result: success. Changed `src/scan.py` after "
        f"{first[:9]}, not {elsewhere[:9]}, nor 0123abc.\n- Next Actions:\n  1. ✅",
        1,
    )
    repo.write(PLAN, text.encode())
    introducing = repo.commit("Third attempt")
    repo.write(PLAN, text.replace("Changed `src", "Really changed `src").encode())
    repo.commit("Its words edited")
    found = call(repo.path, "links", "PARSE-SPEED-001#3", "--json").data["commits"]
    assert [(one["state"], one["raw"], one["sha"]) for one in found] == [
        ("known", first[:9], first),
        ("elsewhere", elsewhere[:9], elsewhere),
        ("unknown", "0123abc", None),
        ("introducing", None, introducing),
        ("touching", None, touching),
    ]
    assert {one["introduced_by"] for one in found} == {introducing}
    shown = call(repo.path, "show", "PARSE-SPEED-001#3").out
    assert f"introducing  {introducing[:8]} 2025-11-03 Third attempt" in shown
    assert "tracked      src/scan.py (1 bytes; added by" in shown


def test_an_attempt_that_moved_keeps_the_commit_that_introduced_it(repo: Repository) -> None:
    first = repo.git("rev-parse", "HEAD")
    text = repo.ledger.read_text("utf-8").replace("Attempt #1 — Result", "Attempt #5 — Result", 1)
    repo.write(PLAN, text.encode())
    repo.commit("Renumbered")
    found = call(repo.path, "links", "PARSE-SPEED-001#5", "--json").data["commits"]
    assert [one["introduced_by"] for one in found] == [first]
    repo.write(
        PLAN, text.replace("Attempt #5", "Attempt #6").replace("Quadratic", "Other").encode()
    )
    assert call(repo.path, "links", "PARSE-SPEED-001#6", "--json").data["commits"] == []


def test_an_attempt_outside_of_every_item_was_introduced_as_well(repo: Repository) -> None:
    """The history knows it by the item above it, the reader by none."""
    text = repo.ledger.read_text("utf-8")
    text += "\n## Notes\n\n* [2025-11-03] Attempt #9 — Result: success. In no item.\n"
    repo.write(PLAN, text.encode())
    introducing = repo.commit("Loose")
    commits = call(repo.path, "links", "--json").data["commits"]
    assert [one["sha"] for one in commits if one["attempt"] == 9] == [introducing]


def test_without_git_what_exists_is_tracked(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.md").write_bytes(b"")
    (tmp_path / PLAN).write_bytes(plan("See `a/b.md`, `a/c.md`."))
    data = call(tmp_path, "links", "--json").data
    assert [one["state"] for one in data["artifacts"]] == ["tracked", "missing"]
    assert data["commits"] == []
    assert call(tmp_path, "links", "--rev", "HEAD").code == 2


@pytest.mark.parametrize(
    "given", ["-x", "--all", "/dev/null", "../x", "x" * 10_000, "HEAD..", "HEAD:x", "a b", "@{1}"]
)
def test_hostile_revisions_are_refused(repo: Repository, given: str) -> None:
    done = call(repo.path, "links", f"--rev={given}", "--json")
    assert done.code == 2
    assert '"bad-revision"' in done.out
    assert len(done.out) < 1000


def test_a_subject_cannot_pass_for_another_record(repo: Repository) -> None:
    sha = "1" * 40
    repo.write("x", b"")
    repo.git("add", "x")
    repo.git("commit", "--quiet", "--message", f"\x01{sha}\x02\x02{sha} :100644 A\x02 x")
    head = repo.git("rev-parse", "HEAD")
    touched = Touched(repo.path, head)
    assert touched.added_by("x") == head
    assert sha not in touched.commits
    assert call(repo.path, "history", "--json").code == 0


def test_the_commits_between_two_are_those_of_rev_list(repo: Repository) -> None:
    repo.write("x", b"")
    repo.commit("First")
    for side, start in (("left", "HEAD"), ("right", "HEAD~1"), ("top", "left")):
        repo.git("checkout", "--quiet", "-b", side, start)
        for number in range(2):
            repo.write(f"{side}{number}", b"")
            repo.commit(f"{side} {number}")
        if side == "right":
            repo.git("merge", "--quiet", "--no-edit", "left")
    repo.git("merge", "--quiet", "--no-edit", "right")
    shas = repo.git("rev-list", "HEAD").split()
    touched = Touched(repo.path, shas[0])
    for start in shas:
        for end in shas:
            expected = set(repo.git("rev-list", end, f"^{start}").split())
            found = touched.between(start, end)
            assert set(found) == expected
            assert found == sorted(found, key=lambda sha: touched.commits[sha].place)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("a/*/c", "a/b/c", True),
        ("a/*/c", "a/b/x/c", False),
        (".../c.md", "a/b/c.md", True),
        ("a/.../c.md", "a/c.md", True),
        ("a/**/c.md", "a/b/b/c.md", True),
        ("a/<STAMP>/c", "a/2025/c", True),
        ("a/run_${N}.log", "a/run_7.log", True),
        ("a/[b]/*", "a/[b]/c", True),
        ("a/[b]/*", "a/b/c", False),
        ("a/?.md", "a/bc.md", False),
        ("*a" * 40 + "/x", "a" * 39 + "/x", False),
        ("/".join(["..."] * 40) + "/x", "/".join("a" * 60) + "/y", False),
    ],
)
def test_open_parts(pattern: str, name: str, fits: bool) -> None:
    assert (name in matching(Listing([name]), pattern)) == fits


@pytest.mark.parametrize(
    "cited",
    [
        "`./src/pkg/scanner.py:39`",
        "`phase_b/20251102T091500Z/commands.txt`",
        f"`{RUN}/` with `analysis/summary.md` and `analysis/none.md`",
        f"`{RUN}/analysis/summary.md`, `summary.md`",
        f"`{RUN}/commands.txt`, `chunk_01/a.txt`, `chunks/a.txt`",
        "`pkg/scanner.py`, `only_here.md`, `__main__.py`, `notes/new.md`, `notes/old.md`",
        f"`{RUN}/logs/pytest.log`, `{RUN}/logs/other.log`, `{OTHER}/gone.md`",
        "`reports/speed/phase_<phase>/<STAMP>/commands.txt`, `/tmp/x.log`, `../x.md`",
    ],
)
def test_links_verify_and_validate_agree(tree: Repository, cited: str) -> None:
    """What a path leads to, if to anything, is the same for all three."""
    found = links(tree, f"Artifacts: {cited}")
    there = {one["path"] for one in found if one["size"] is not None}
    claims = call(tree.path, "verify", "--json").data["claims"]
    artifacts = [claim for claim in claims if claim["kind"] == "artifact"]
    assert {one["evidence"] for one in artifacts if one["verdict"] == "supported"} == there
    findings = call(tree.path, "validate", "--json").data["findings"]
    told = {finding["code"] for finding in findings}
    states = {one["state"] for one in found}
    codes = {
        "missing": "LED403",
        "untracked": "LED405",
        "outside": "LED406",
        "placeholder": "LED407",
    }
    assert {codes[state] for state in states & codes.keys()} >= told & {*codes.values()}


def test_every_citation_of_the_real_plan(
    real_repo: Callable[[str], Path],
) -> None:
    """Each is classified, none of what is called tracked is absent, and what the corpus says of
    one path that a rule swallowed is found."""
    repo = real_repo("8b8c48d0")
    data = call(repo, "links", "--rev", "HEAD", "--json").data
    names = {*Repository(repo).git("ls-tree", "-r", "--name-only", "HEAD").split("\n")}
    folders = {name.rpartition("/")[0] for name in names}
    for one in data["artifacts"]:
        if one["state"] == "tracked" and not one["matches"]:
            path = one["path"]
            assert (
                path in names or path in folders or any(f.startswith(f"{path}/") for f in folders)
            )
            assert one["added_by"]
    states = Counter(one["state"] for one in data["artifacts"])
    assert {*states} <= {"tracked", "ignored", "missing", "outside", "placeholder"}
    assert states["tracked"] / sum(states.values()) > 0.85
    assert [
        one["rule"]
        for one in data["artifacts"]
        if one["path"].endswith("phase_l/20251015T190350Z/logs/pytest_full.log")
    ] == [".gitignore:109:logs/"]
    assert {one["state"] for one in data["commits"]} == {
        "known",
        "unknown",
        "introducing",
        "touching",
    }


def test_what_another_clone_lacks_is_listed_once(repo: Repository) -> None:
    plan = repo.ledger.read_text("utf-8")
    cited = "Metrics: 12 passed in {}s. Artifacts: `gone/a.log`, `here.txt`, `../up.txt`. Commit `deadbeef01`."
    for seconds in ("3.40", "41.20"):
        plan = plan.replace(f"Metrics: 12 passed in {seconds}s.", cited.format(seconds))
    repo.ledger.write_text(plan, "utf-8")
    repo.write("here.txt", b"")
    done = call(repo.path, "links", "--missing")
    by = "    cited by PARSE-SPEED-001#1, PARSE-SPEED-001#2"
    *listed, total = done.out.splitlines()
    assert listed == [
        "missing  gone/a.log", by, "untracked  here.txt (0 bytes)", by, "outside  ../up.txt", by,
        "unknown  deadbeef01", by,
    ]  # fmt: skip
    assert total == (
        "docs/fix_plan.md: 8 paths cited: 2 tracked, 2 untracked, 2 missing, 2 outside; "
        "2 commits named: 2 unknown"
    )
    data = call(repo.path, "links", "--missing", "--json").data
    assert {one["state"] for one in data["artifacts"]} == {"missing", "untracked", "outside"}
    assert {one["state"] for one in data["commits"]} == {"unknown"}


def test_of_a_large_plan_only_what_others_lack_is_listed(repo: Repository) -> None:
    plan = repo.ledger.read_text("utf-8")
    found, cited = "Metrics: 12 passed in 3.40s.", " ".join(f"`gone/{n}.log`" for n in range(100))
    plan = plan.replace(found, f"{found} Artifacts: `docs/fix_plan.md` {cited}")
    repo.ledger.write_text(plan, "utf-8")
    short, full = call(repo.path, "links"), call(repo.path, "links", "--full")
    assert short.out == call(repo.path, "links", "--missing").out
    assert "--full lists all" in short.err
    assert "  tracked      docs/fix_plan.md" in full.out
    assert "--full" not in full.err
    assert short.out.splitlines()[-1] == full.out.splitlines()[-1]
    assert len(call(repo.path, "links", "--json").data["artifacts"]) > 100
    assert "  tracked      docs/fix_plan.md" in call(repo.path, "links", "PARSE-SPEED-001").out


def test_files_of_one_folder_of_which_the_same_is_known_are_one_line(repo: Repository) -> None:
    plan = repo.ledger.read_text("utf-8")
    plan = plan.replace("{pytest.log,exit_code.txt}", "{a.log,b.log,exit_code.txt}")
    repo.ledger.write_text(plan, "utf-8")
    folder = "reports/parser-speed/phase_b/20251102T091500Z"
    said = call(repo.path, "links", "PARSE-SPEED-001#2").out
    assert f"  missing      {folder}/{{a.log,b.log}}\n" in said
