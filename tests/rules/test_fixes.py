"""Safe fixes: what each one does, what it leaves, and that it does nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from ledger.plan import reader
from ledger.plan.document import Edit
from ledger.plan.model import Ledger
from ledger.rules import Facts, fixes, index, made_worse
from ledger.rules.registry import Fix
from tests.campaigns import doctor as campaign
from tests.support import generators
from tests.support.commands import call
from tests.support.plans import Plan, written
from tests.support.repository import Repository

HEAD = "# Plan\n\n## Index\n\n| ID | Title | Priority | Status |\n| --- | --- | --- | --- |\n"
ROW = "| [PARSE-001](#parse-001-read) | Read | High | pending |\n"
ITEM = "\n## [PARSE-001] Read\n- Priority: High\n- Status: pending (waits)\n"
SECOND = (
    "\n## [PARSE-002] Read | write `empty` files\n- Priority: Low (later)\n- Status: in_progress\n"
)
HISTORY = "- Attempts History:\n"


def tries(*numbers: int, words: str = "") -> str:
    """An attempt for each number, in different words unless they are given."""
    return "".join(
        f"  * [2025-11-0{at}] Attempt #{number} — Result: failed. {words or f'Try {at}.'}\n"
        for at, number in enumerate(numbers, 1)
    )


# Before, after, and what is left.
CASES: dict[str, tuple[str, str, list[str]]] = {
    "a status": (
        HEAD + ROW.replace("pending", "**done** (fast)") + ITEM,
        HEAD + ROW.replace("pending", "pending (fast)") + ITEM,
        [],
    ),
    "a priority": (HEAD + ROW.replace("High", "Low") + ITEM, HEAD + ROW + ITEM, []),
    "a title that is called like its priority": (
        HEAD + ROW.replace("| Read | High", "| Low | Low") + ITEM,
        HEAD + ROW.replace("| Read | High", "| Low | Low") + ITEM,
        ["it is unclear where"],
    ),
    "a word that is not known": (
        HEAD + ROW.replace("pending", "gone fishing") + ITEM,
        HEAD + ROW.replace("pending", "gone fishing") + ITEM,
        [],
    ),
    "a row that lacks": (
        HEAD + ROW + ITEM + SECOND,
        HEAD
        + ROW
        + "| [PARSE-002](#parse-002-read--write-empty-files) | Read \\| write `empty` files | Low | in_progress |\n"
        + ITEM
        + SECOND,
        [],
    ),
    "a row that lacks, in a list": (
        "## Index\n- [PARSE-001] Read — Priority: High, Status: pending (waits)\n" + ITEM + SECOND,
        "## Index\n- [PARSE-001] Read — Priority: High, Status: pending (waits)\n"
        "- [PARSE-002] Read \\| write `empty` files — Priority: Low, Status: in_progress\n"
        + ITEM
        + SECOND,
        [],
    ),
    "other columns, no links, no pipes at the ends": (
        "## Index\n\nStatus | ID | Owner\n--- | --- | ---\npending | PARSE-001 | anna\n" + ITEM + SECOND,
        "## Index\n\nStatus | ID | Owner\n--- | --- | ---\npending | PARSE-001 | anna\n"
        "in_progress | PARSE-002 |\n" + ITEM + SECOND,
        [],
    ),
    "two rows, the second is right": (
        HEAD + ROW.replace("pending", "done") + ROW + ITEM,
        HEAD + ROW + ITEM,
        [],
    ),
    "two rows, neither is right": (
        HEAD + ROW.replace("pending", "done") + ROW.replace("pending", "blocked") + ITEM,
        HEAD + ROW + ITEM,
        [],
    ),
    "two rows of an item with two sections": (
        HEAD + ROW.replace("pending", "done") + ROW + ITEM + ITEM,
        HEAD + ROW.replace("pending", "done") + ROW + ITEM + ITEM,
        ["no one section of PARSE-001 says"],
    ),
    "two attempts of one number": (
        ITEM + HISTORY + tries(1, 2, 2, 3),
        ITEM + HISTORY + tries(1, 2, 4, 3),
        [],
    ),
    "the latest first": (
        ITEM + HISTORY + tries(3, 2, 2, 1),
        ITEM + HISTORY + tries(3, 4, 2, 1),
        [],
    ),
    "three of one, and two of another": (
        ITEM + HISTORY + tries(1, 1, 1, 2, 2),
        ITEM + HISTORY + tries(1, 3, 4, 2, 5),
        [],
    ),
    "the same twice": (
        ITEM + HISTORY + tries(1, 1, words="Same."),
        ITEM + HISTORY + tries(1, 1, words="Same."),
        ["word for word"],
    ),
    "a number that an action has": (
        ITEM + HISTORY + tries(1, 1) + "- Next Actions:\n  1. ✅ COMPLETE (Attempt #7) — Go.\n",
        ITEM + HISTORY + tries(1, 8) + "- Next Actions:\n  1. ✅ COMPLETE (Attempt #7) — Go.\n",
        [],
    ),
    "an action that says which": (
        ITEM + HISTORY + tries(1)
        + "  * [20251102T101010Z] Attempt #1 — Result: success. Run.\n"
        + "- Next Actions:\n  1. ✅ COMPLETE (Attempt #1, STAMP 20251102T101010Z) — Go.\n"
        + "  2. ✅ COMPLETE (Attempt #1) — Measure.\n",
        ITEM + HISTORY + tries(1)
        + "  * [20251102T101010Z] Attempt #2 — Result: success. Run.\n"
        + "- Next Actions:\n  1. ✅ COMPLETE (Attempt #2, STAMP 20251102T101010Z) — Go.\n"
        + "  2. ✅ COMPLETE (Attempt #1) — Measure.\n",
        ["attempt #1 of PARSE-001 is meant on line 10 is not clear"],
    ),
    "what others say of it": (
        ITEM + "- Notes: as Attempt #1 shows\n" + HISTORY + tries(1, 1)
        + "\n## [PARSE-009] Other\n- Status: pending\n- Notes: see PARSE-001#1, not Attempt #1\n",
        ITEM + "- Notes: as Attempt #1 shows\n" + HISTORY + tries(1, 2)
        + "\n## [PARSE-009] Other\n- Status: pending\n- Notes: see PARSE-001#1, not Attempt #1\n",
        ["lines 5, 12 is"],
    ),
    "damaged characters": (
        ITEM + "- Notes: âœ… done â€” fast\n  `âœ…` is how âœ… looks\n",
        ITEM + "- Notes: ✅ done — fast\n  `âœ…` is how ✅ looks\n",
        [],
    ),
    "characters that are lost": (
        ITEM + "- Notes: â\x9c ready â€” fast\n",
        ITEM + "- Notes: â\x9c ready â€” fast\n",
        ["1 character cannot be recovered"],
    ),
    "a damaged state": (
        ITEM + "- Next Actions:\n  1. âœ… â€” Measure.\n",
        ITEM + "- Next Actions:\n  1. ✅ — Measure.\n",
        [],
    ),
}  # fmt: skip


def mend(plan: str, newline: str = "\n") -> fixes.Mended:
    return fixes.mend(reader.read(plan.replace("\n", newline).encode()), lambda _: 0)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", CASES)
def test_what_is_mended_and_what_is_left(name: str, newline: str) -> None:
    before, after, left = CASES[name]
    done = mend(before, newline)
    assert done.ledger.text.decode().replace("\r\n", "\n") == after
    assert done.ledger.text.count(b"\r\n") == (after.count("\n") if newline == "\r\n" else 0)
    assert bool(done.fixes) == (before != after)
    assert len(done.left) == len(left)
    for one, said in zip(done.left, left, strict=True):
        assert said in one.said
    again = fixes.mend(done.ledger, lambda _: 0)
    assert (again.fixes, again.ledger.text) == ((), done.ledger.text)


def test_what_was_first_keeps_its_number() -> None:
    ledger = reader.read((ITEM + HISTORY + tries(1, 1, 1)).encode())
    order = {one.text: at for at, one in enumerate(reversed(ledger.items[0].attempts))}
    done = fixes.mend(ledger, lambda one: order[one.text])
    assert done.ledger.text.decode() == ITEM + HISTORY + tries(3, 2, 1)


def test_git_says_which_was_first(repo: Repository) -> None:
    """Somebody put a second #2 before the first one, where the file alone would misjudge."""
    plan = repo.ledger.read_bytes()
    at = plan.index(b"  * [2025-11-01]")
    new = "  * [2025-11-03] Attempt #2 — Result: failed. Out of memory.\n".encode()
    repo.ledger.write_bytes(plan[:at] + new + plan[at:])
    repo.commit("A second one")
    done = call(repo.path, "doctor", "--fix", "--json").data["repair"]
    assert [one["said"] for one in done["fixes"]] == ["attempt #2 of PARSE-SPEED-001 is #3 now"]
    assert repo.ledger.read_bytes() == plan[:at] + new.replace(b"#2", b"#3") + plan[at:]
    assert call(repo.path, "validate", "--base", "HEAD", "--format", "text").code == 0
    assert b"LED50" not in call(repo.path, "validate", "--base", "HEAD").out.encode()


@pytest.mark.parametrize("setting", ["latest", "strict"])
def test_the_guard_lets_every_fix_pass(repo: Repository, setting: str) -> None:
    repo.write("pyproject.toml", f'[tool.ledger]\nappend_only = "{setting}"\n'.encode())
    plan = repo.ledger.read_text("utf-8")
    plan = plan.replace("Attempt #2 —", "Attempt #1 —").replace("| Low | pending", "| Low | done")
    plan = plan.replace("Quadratic part", "âœ… Quadratic part â€” found")
    repo.ledger.write_text(plan, encoding="utf-8")
    repo.commit("With faults")
    done = call(repo.path, "doctor", "--fix", "--yes", "--json").data["repair"]
    assert [one["code"] for one in done["fixes"]] == ["LED114", "LED201", "LED106"]
    assert call(repo.path, "validate", "--base", "HEAD").out == "docs/fix_plan.md: no findings\n"


def test_damaged_lines_are_shown_before_they_are_written(repo: Repository) -> None:
    plan = repo.ledger.read_bytes()
    damaged = plan.replace(b"Quadratic", "âœ… Quadratic".encode())
    repo.ledger.write_bytes(damaged)
    done = call(repo.path, "doctor", "--fix")
    assert "meant to be: " in done.out
    assert "--yes writes them" in done.out
    assert repo.ledger.read_bytes() == damaged
    call(repo.path, "doctor", "--fix", "--yes")
    assert repo.ledger.read_bytes() == plan.replace(b"Quadratic", "✅ Quadratic".encode())


def test_a_dry_run_prints_a_diff_that_git_applies(repo: Repository) -> None:
    plan = repo.ledger.read_bytes().replace(b"| Low | pending", b"| Low | done")
    repo.ledger.write_bytes(plan)
    shown = call(repo.path, "doctor", "--fix", "--dry-run")
    assert (shown.code, repo.ledger.read_bytes()) == (0, plan)
    assert "1 would be mended, 0 left to you" in shown.err
    repo.write("../change.diff", shown.out.encode())
    repo.git("apply", "../change.diff")
    by_git = repo.ledger.read_bytes()
    repo.ledger.write_bytes(plan)
    call(repo.path, "doctor", "--fix")
    assert repo.ledger.read_bytes() == by_git != plan


def test_an_ignored_rule_is_not_mended(repo: Repository) -> None:
    repo.write("pyproject.toml", b'[tool.ledger]\nignore = ["LED201"]\n')
    plan = repo.ledger.read_bytes().replace(b"| Low | pending", b"| Low | done")
    repo.ledger.write_bytes(plan)
    assert call(repo.path, "doctor", "--fix", "--json").data["repair"]["fixes"] == []
    assert repo.ledger.read_bytes() == plan


def test_a_fix_that_does_more_than_it_means_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the outcome is none that always passes: one fix also drops letters."""
    row = ROW.replace("001", "002").replace("pending", "done")
    before = HEAD + ROW.replace("pending", "done") + row + ITEM + ITEM.replace("001", "002")
    ledger = reader.read(before.encode())
    first, second = [one for one in index.statuses(ledger) if isinstance(one, Fix)]
    word = before.encode().index(b"waits")
    greedy = first._replace(edits=(*first.edits, Edit(word, word + 5, b"w")))
    fixer = lambda now, _: iter([greedy, *([second] if now is ledger else [])])  # noqa: E731
    monkeypatch.setitem(fixes.FIXERS, "LED201", fixer)
    done = fixes.mend(ledger, lambda _: 0)
    assert done.ledger.text.decode() == before.replace(row, row.replace("done", "pending"))
    assert ([*done.fixes], [one.line for one in done.left]) == ([second.made], [first.made.line])


def errors(ledger: Ledger) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in made_worse(ledger, Facts("plan.md")):
        if one.severity == "error":
            found[one.code] = found.get(one.code, 0) + 1
    return found


@given(generators.plans())
def test_generated_plans_are_mended_once_and_for_all(plan: Plan) -> None:
    old = reader.read(written(plan).data)
    done = fixes.mend(old, lambda _: 0)
    again = fixes.mend(done.ledger, lambda _: 0)
    assert again.fixes == ()
    before, after = errors(old), errors(done.ledger)
    assert all(count <= before.get(code, 0) for code, count in after.items())
    assert {code for code in after if code in fixes.CODES} <= {one.code for one in done.left}

    def masked(ledger: Ledger) -> list[str]:
        every = [one for item in ledger.items for one in item.attempts]
        return [re.sub(r"(Attempt\s*#?)\d+", r"\1N", one.text, count=1) for one in every]

    assert masked(done.ledger) == masked(old)


def test_the_part_outside_of_code_is_the_one_that_is_mended() -> None:
    before = ITEM + "- Notes: `p âœ…` âœ… ``q ` âœ…`` ` âœ…\n"
    after = ITEM + "- Notes: `p âœ…` ✅ ``q ` âœ…`` ` ✅\n"
    assert mend(before).ledger.text.decode() == after


def test_monsters_are_mended_in_time() -> None:
    """Many of each thing that fixers go through: a square of any would not end."""
    size = 1000
    plan = HEAD + ROW * size + ITEM + HISTORY + "".join(
        f"  * [2025-11-01] Attempt #1 — Result: failed. Try {at}, as Attempt #1 PARSE-001#1 says.\n"
        for at in range(size)
    ) + "- Next Actions:\n" + "".join(
        f"  {at}. ✅ COMPLETE (Attempt #1, STAMP 20251102T101010Z) — Go.\n" for at in range(size)
    ) + "- Notes: âœ… " + "`" * size + " ` `` " * size + "\n"  # fmt: skip
    started = time.process_time()
    done = mend(plan)
    assert len(done.fixes) == 2 * size - 1
    assert time.process_time() - started < 7


def test_every_fixer_is_one_of_a_rule() -> None:
    from ledger.rules import RULES

    for code in fixes.CODES:
        assert code in RULES
        assert "doctor --fix" in RULES[code].explanation.mend


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Try 1.", "Try one."),
        ("Attempt #2", "Attempt #1"),
        ("Attempt #2", "Attempt #9 and Attempt #2"),
        ("  * [2025-11-03] Attempt #2 — Result: failed. Try 3.\n", ""),
        ("- Status: pending (waits)", "- Status: done"),
    ],
)
def test_the_oracle_sees_what_no_fix_may_do(was: str, now: str) -> None:
    before = (HEAD + ROW + ITEM + HISTORY + tries(1, 2, 2)).encode()
    assert campaign.faults(before, before.replace(was.encode(), now.encode(), 1)) != []


def test_real_plans_are_mended_and_nothing_else(corpus: Path) -> None:
    """Its two ends and a version between; the campaign takes as many as one likes."""
    outcome = campaign.run(count=1, seed=6, also=("8b8c48d0", "b401d45f"))
    assert outcome.versions == 3
    assert outcome.faults == []
    assert outcome.fixes["LED106"] > 30
    assert outcome.fixes["LED201"] > 0


def test_the_real_plan_on_the_command_line(
    real_repo: Callable[[str], Path], repo: Repository
) -> None:
    before = (real_repo("8b8c48d0") / "docs/fix_plan.md").read_bytes()
    repo.ledger.write_bytes(before)
    repo.commit("As it is")  # one commit, for to read all versions takes a while
    done = call(repo.path, "doctor", "--fix", "--json").data["repair"]
    after = repo.ledger.read_bytes()
    assert campaign.faults(before, after) == []
    assert {one["code"] for one in done["fixes"]} <= {*fixes.CODES}
    again = call(repo.path, "doctor", "--fix", "--json").data["repair"]
    assert (again["fixes"], again["diff"]) == ([], "")
    assert repo.ledger.read_bytes() == after
    assert call(repo.path, "validate", "--base", "HEAD").code == 0


def test_a_renumbered_attempt_is_no_new_one(repo: Repository) -> None:
    """Its evidence was judged when it was recorded; CI does not judge it anew, nor does the hook."""
    plan = repo.ledger.read_text("utf-8").replace("12 passed in 3.40s", "13 passed in 3.40s")
    repo.ledger.write_text(plan.replace("Attempt #1 —", "Attempt #2 —", 1), encoding="utf-8")
    repo.commit("Two of one number, and a wrong count")
    assert len(call(repo.path, "doctor", "--fix", "--json").data["repair"]["fixes"]) == 1
    done = call(repo.path, "validate", "--base", "HEAD")
    assert (done.code, done.out) == (0, "docs/fix_plan.md: no findings\n")
    more = repo.ledger.read_text("utf-8").replace(
        "- Next Actions:",
        "  * [2025-11-03] Attempt #9 — Result: ✅ success. Again.\n    Metrics: 13 passed in 3.40s.\n    Artifacts: `reports/parser-speed/phase_b/20251102T091500Z/pytest.log`\n- Next Actions:",
        1,
    )
    repo.ledger.write_text(more, encoding="utf-8")
    assert "LED410" in call(repo.path, "validate", "--base", "HEAD").out
