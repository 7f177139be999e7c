"""What a plan does not say by itself is told by whoever reads it, and stops whoever writes: both
sides of a merge conflict, and what a code fence or comment takes that is not closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.plan import reader
from tests.support.commands import call
from tests.support.repository import Repository

HEAD = "# Fix Plan Ledger\n\n## [A-001] One\n- Status: in_progress\n- Attempts History:\n"
FIRST = "  * [2025-10-15] Attempt #1 — Result: success. Did it.\n"
REST = (
    "- Exit Criteria:\n  - [ ] all tests pass\n- Next Actions:\n  1. 🟡 PENDING — do the other\n\n"
    "## [B-001] Two\n- Status: pending\n- Attempts History:\n"
    "  * [2025-10-16] Attempt #1 — Result: failed. Tried.\n"
)
# What stands between the first attempt and the rest, what follows it all; then the line that is
# told, and what it looks like.
OPEN = {
    "a fence": ("\n```text\nout\n\n", "", 11, "field"),
    "a fence of tildes": ("\n~~~~\nout\n\n", "", 11, "field"),
    "a comment": ("\n<!-- out\n\n", "", 10, "field"),
    "a fence, closed by the end of the next one": (
        "\n```\nout\n\n",
        "```sh\nx\n```\n",
        11,
        "field",
    ),
    "a fence, closed by the next one's start": ("\n```\nout\n\n", "```\nx\n```\n", 11, "field"),
    "a comment, closed by the end of the next one": ("\n<!-- out\n\n", "<!-- x -->\n", 10, "field"),
    "a fence in a list": (
        "  ```\n  out\n  * [2025-10-17] Attempt #2 — Result: failed. More.\n",
        "",
        9,
        "attempt",
    ),
}
CLOSED = [
    "\n```text\n## [X-001] An example\n```\n\n",
    "\n````text\n```text\n## [X-001] An example\n```\n````\n\n",
    "\n<!-- ## [X-001] left out -->\n\n",
    "\n<!--\n## [X-001] left out\n-->\n\n",
    "  ```\n  out\n",  # the list's end closes it
]
READERS = (
    "status",
    "show A-001",
    "gate A-001",
    "verify",
    "links",
    "export",
    "rounds --item A-001",
)
WRITERS = (
    "append A-001 reports/x",
    "run A-001 -- true",
    "archive A-001",
    "doctor --fix",
)


@pytest.mark.parametrize("name", OPEN)
def test_what_an_open_block_takes_is_unread(name: str) -> None:
    between, behind, line, kind = OPEN[name]
    plan = reader.read((HEAD + FIRST + between + REST + behind).encode())
    whole = [one for one in plan.unread if "in a comment" not in one.reason]
    assert [(one.line, one.kind) for one in whole] == [(line, kind)]
    assert "is not closed and takes" in plan.unread[0].reason


@pytest.mark.parametrize("between", CLOSED)
def test_a_closed_block_takes_nothing(between: str) -> None:
    plan = reader.read((HEAD + FIRST + between + REST).encode())
    assert (len(plan.items), plan.unread) == (2, ())


def test_a_closed_fence_before_blanks_takes_nothing() -> None:
    """Blanks behind the last fence of a file were taken for a line of it, so it passed for open."""
    ledger = reader.read(f"{HEAD}{FIRST}\n```md\n## [X-001] An example\n```\n \t".encode())
    assert ledger.unread == ()


def _repository(place: Path, plan: str) -> Repository:
    repo = Repository(place)
    repo.git("init", "--quiet")
    repo.write("docs/fix_plan.md", plan.encode())
    repo.write("reports/x/exit_code.txt", b"0\n")
    repo.commit("Plan")
    return repo


CONFLICT = (
    HEAD.replace(
        "- Status: in_progress\n",
        "<<<<<<< HEAD\n- Status: in_progress\n=======\n- Status: done\n>>>>>>> topic\n",
    )
    + FIRST
    + REST
)


@pytest.fixture(scope="module")
def conflict(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A plan with both sides of a conflict."""
    return _repository(tmp_path_factory.mktemp("conflict"), CONFLICT)


@pytest.fixture(scope="module")
def fence(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A plan with a fence that takes an item."""
    return _repository(tmp_path_factory.mktemp("fence"), HEAD + FIRST + "\n```\nout\n\n" + REST)


@pytest.mark.parametrize("command", READERS)
def test_whoever_reads_tells(conflict: Repository, fence: Repository, command: str) -> None:
    for repo, note in (
        (conflict, "docs/fix_plan.md:4: a merge conflict is not resolved"),
        (fence, "docs/fix_plan.md:11: looks like a field and was not read: the code fence"),
    ):
        said = call(repo.path, *command.split()).err
        assert said.count(note) == 1, said


@pytest.mark.parametrize("command", WRITERS)
def test_whoever_writes_refuses_a_conflict(conflict: Repository, command: str) -> None:
    done = call(conflict.path, *command.split())
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "docs/fix_plan.md:4: a merge conflict is not resolved" in done.err
    assert "keep the attempts of both sides and delete the markers" in done.err
    assert conflict.git("status", "--porcelain") == ""


def test_a_brief_with_a_conflict_is_told(tmp_path: Path) -> None:
    repo = _repository(tmp_path, HEAD + FIRST + REST)
    brief = b"# Brief\n\n## Exit Criteria\n<<<<<<< a\n- [ ] 0 failures\n=======\n>>>>>>> b\n"
    repo.write("docs/brief.md", brief)
    for command in ("show", "gate"):
        said = call(repo.path, command, "docs/brief.md").err
        assert said.count("docs/brief.md:4: a merge conflict is not resolved") == 1
    assert call(repo.path, "apply", "docs/brief.md").code == 1
