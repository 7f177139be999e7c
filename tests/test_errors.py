"""The page of error codes: it has every code that the source has, and what provokes one shows it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

import pytest
from jsonschema import Draft202012Validator

from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

PAGE = ROOT / "docs/reference/exit-codes.md"
RUN = "reports/parser-speed/phase_b/20251102T091500Z"
ITEM = "PARSE-SPEED-001"
PLAN = "docs/fix_plan.md"
UPDATE = (
    "# B\n**Initiative:** [PARSE-SPEED-001]\n\n## Ledger Updates\n\n1. {}:\n   ```\n{}\n   ```\n"
)
ACTION = "   2. 🟡 PENDING — Paint it green."
ROUNDS = "| Round | Status | Retries |\n| --- | --- | --- |\n| 1 | {} | 0 |\n"
RERUN = (
    "# B\n**Initiative:** [PARSE-SPEED-001]\n\n## Rerun\n\n### Prerequisites\n- It is there `check: {}`\n"
    "\n### Rerun Command\n```\ntrue\n```\n"
)
BRIEF = "# B\n## Exit Criteria\n- ✅ It works\n"

# Code; files that are written before, with `{old} -> {new}` for a change; other commands that
# come before, with blanks between their words; the command.
PROVOKED: list[tuple[str, dict[str, str], list[str], str]] = [
    ("usage", {}, [], "status --nonsense"),
    ("bad-baseline", {"r.md": ROUNDS.format("PASS")}, [], "rounds r.md --against 3/2"),
    ("bad-config", {"pyproject.toml": "[tool.ledger]\nnonsense = 1\n"}, [], "status"),
    ("bad-date", {}, [], "archive --before yesterday"),
    ("bad-field", {}, [], f"edit {ITEM} --field 'Next Actions=x'"),
    ("bad-id", {}, [], "add 'Read it' --id a.b"),
    ("bad-title", {}, [], "add ' '"),
    ("no-text", {}, [], f"criterion {ITEM} attest 1"),
    ("no-such-criterion", {}, [], f"criterion {ITEM} attest 7 --because x"),
    ("already-so", {}, [], "action PARSE-SPEED-001 open 2"),
    ("id-taken", {}, [], f"add 'Read it' --id {ITEM}"),
    ("no-place", {PLAN: "# P\n\n- [ ] [A-001] Go\n"}, [], "criterion A-001 add x"),
    ("not-done", {PLAN: "ten times the time of 5 MB -> x `check: exists(gone)`"}, [], f"criterion {ITEM} attest 1 --because x"),
    ("open-actions", {}, [], f"close {ITEM}"),
    ("unreadable-path", {"pyproject.toml": '[tool.ledger]\nruns = "kept/a`b/<STAMP>"\n'}, [], "run DOCS-TOUR-002 -- true"),
    ("bad-name", {}, [], "show '#1'"),
    ("bad-revision", {}, [], "validate --base -x"),
    ("bad-stamp", {}, [], f"run {ITEM} --stamp now -- true"),
    ("no-number-left", {PLAN: "Attempt #2 -> Attempt #999999"}, [], f"note {ITEM} x"),
    ("empty-action", {}, [], f"append DOCS-TOUR-002 {RUN} --next ' '"),
    ("no-number", {}, [], f"history --restore {ITEM}"),
    ("no-such-command", {}, [], f"run {ITEM} -- ./not-there"),
    ("no-such-rule", {}, [], "explain LED999"),
    ("no-such-schema", {}, [], "schema nonsense"),
    ("unknown-result", {}, [], f"append DOCS-TOUR-002 {RUN} --result greenish"),
    ("unknown-status", {}, [], f"append DOCS-TOUR-002 {RUN} --status greenish"),
    ("no-ledger", {"pyproject.toml": ""}, ["git rm --quiet docs/fix_plan.md", "git commit --quiet --message x"], "status"),
    ("not-on-disk", {}, ["git rm --quiet docs/fix_plan.md"], "status"),
    ("no-such-file", {}, [], "status --ledger gone.md"),
    ("no-such-item", {}, [], "show NOBODY-001"),
    ("no-such-attempt", {}, [], f"show {ITEM}#9"),
    ("no-such-action", {}, [], f"append DOCS-TOUR-002 {RUN} --complete 9"),
    ("not-archived", {}, [], f"archive --restore {ITEM}"),
    ("is-archive", {"docs/fix_plan_archive.md": "# A\n"}, [], "archive --ledger docs/fix_plan_archive.md"),
    ("already-complete", {}, [], f"append {ITEM} {RUN} --again --complete 1"),
    ("no-evidence", {}, ["ledger add 'Seven thing'"], "close SEVEN-THING-001"),
    ("is-ticked", {}, [f"ledger criterion {ITEM} add Asked", f"ledger criterion {ITEM} attest 1 --because Anna"], f"criterion {ITEM} edit 1 Askd"),
    ("recorded-already", {}, [], f"append {ITEM} {RUN}"),
    ("contradicted", {}, [], f"append DOCS-TOUR-002 {RUN} --summary '13 tests passed'"),
    ("too-long", {}, [], "archive --to-lines 3"),
    ("ambiguous-item", {PLAN: "# P\n\n- [ ] [A-001] Go\n- [ ] [A-001] Stay\n"}, [], f"append A-001 {RUN}"),
    ("ambiguous-action", {PLAN: "  2. 🟡 -> 1. 🟡"}, [], f"append {ITEM} {RUN} --again --complete 1"),
    ("no-section", {PLAN: "# Plan\n\n- [A-001] Scan — done\n"}, [], f"append A-001 {RUN}"),
    ("no-status", {PLAN: "- Status: pending -> - State: pending"}, [], f"append DOCS-TOUR-002 {RUN} --status done"),
    ("would-not-validate", {}, [], f"append DOCS-TOUR-002 {RUN} --summary 'key AKIA\x49OSFODNN7EXAMPLQ'"),
    ("cannot-read", {}, [], "status --ledger /dev/null"),
    ("outside", {}, [], "append DOCS-TOUR-002 /etc/passwd"),
    ("no-repository", {}, ["rm -rf .git"], "history"),
    ("no-such-revision", {}, [], "verify --rev nowhere"),
    ("no-such-revision", {}, [], "links --rev nowhere"),
    ("no-such-revision", {}, [], "validate --base nowhere"),
    ("no-versions", {"new.md": "## [A-001] A\n- Status: pending\n"}, [], "history --ledger new.md"),
    ("never-removed", {}, [], f"history --restore {ITEM}#2"),
    ("no-such-run", {}, [], "evidence gone"),
    ("run-exists", {}, [], f"run {ITEM} --stamp 20251102T091500Z -- true"),
    ("run-unknown", {"odd.bin": "odd"}, [], "evidence odd.bin"),
    ("fills-nothing", {}, [], "run PARSE-SPEED-001 --sprint 2 -- true"),
    ("layout-open", {"pyproject.toml": '[tool.ledger]\nruns = "runs/<phase>/<STAMP>"\n'}, [], "run DOCS-TOUR-002 -- true"),
    ("junit-unreadable", {"junit.xml": "<testsuite"}, [], "evidence junit.xml"),
    ("rounds-unreadable", {"r.md": "# Nothing\n"}, [], "rounds r.md"),
    ("retries-zero", {"r.md": ROUNDS.format("PASS")}, [], "rounds r.md --retries all"),
    ("no-baseline", {"r.md": ROUNDS.format("PASS")}, [], "rounds r.md --against gone.md"),
    ("no-such-brief", {}, [], "gate gone.md"),
    ("no-such-sprint", {"b.md": BRIEF}, [], "gate b.md --sprint 7"),
    ("no-such-sprint", {}, [], f"gate {ITEM} --sprint 7"),
    ("no-criteria", {"b.md": "# B\n"}, [], "gate b.md"),
    ("no-criteria", {}, [], "gate DOCS-TOUR-002"),
    ("no-rerun", {"b.md": "**Initiative:** [PARSE-SPEED-001]\n"}, [], f"run {ITEM} --brief b.md --rerun"),
    ("other-item", {"b.md": "# B\n"}, [], f"run {ITEM} --brief b.md --rerun"),
    ("which-option", {"b.md": RERUN.format("exists(docs)")}, [], f"run {ITEM} --brief b.md --rerun --option C"),
    ("prerequisites-unmet", {"b.md": RERUN.format("exists(gone)")}, [], f"run {ITEM} --brief b.md --rerun"),
    ("not-confirmed", {"b.md": RERUN.format("exists(docs)")}, [], f"run {ITEM} --brief b.md --rerun"),
    ("no-updates", {"b.md": "# B\n"}, [], "apply b.md"),
    ("which-item", {"b.md": UPDATE.format("Add a Next Action", ACTION).replace("[PARSE-SPEED-001]", "none")}, [], "apply b.md"),
    ("number-taken", {"b.md": UPDATE.format("Add a Next Action", ACTION)}, [], "apply b.md"),
    ("unreadable-update", {"b.md": UPDATE.format("Add a Next Action", ACTION.replace("2.", "3.") + "\x1b")}, [], "apply b.md"),
    ("taken", {}, [f"ledger claim {ITEM} --as w1"], f"claim {ITEM} --as w2"),
    ("finished", {PLAN: "- Status: pending -> - Status: done"}, [], "claim DOCS-TOUR-002"),
    ("bad-owner", {}, [], f"claim {ITEM} --as 'a;b'"),
    ("bad-duration", {}, [], f"claim {ITEM} --for soon"),
    ("bad-leases", {".git/ledger-leases.json": "{"}, [], f"claim {ITEM}"),
    ("archive-edited", {}, [f"ledger archive {ITEM} --keep 1", "sed -i.bak s/Quadratic/Cubic/ docs/fix_plan_archive.md"], f"archive --restore {ITEM}"),
    ("not-in-archive", {}, [f"ledger archive {ITEM} --keep 1", "cp .gitattributes docs/fix_plan_archive.md"], f"archive --restore {ITEM}"),
]  # fmt: skip


def documented() -> dict[str, int]:
    """Each code in the first cell of a row, with the exit code of the row."""
    rows = re.findall(
        r"^\| (`[a-z\d-]+`(?:, `[a-z\d-]+`)*) \| ([12]) \| \S",
        PAGE.read_text("utf-8"),
        re.MULTILINE,
    )
    codes = [
        (code, int(exit_code)) for cell, exit_code in rows for code in cell[1:-1].split("`, `")
    ]
    assert len(codes) == len(dict(codes)), "a code stands there twice"
    return dict(codes)


def test_the_page_has_every_code_of_the_source() -> None:
    """A code is the first argument of an error; three calls make it of a part or pass it on."""
    found = {"cannot-read": 2, "cannot-write": 2}
    call_of = re.compile(
        r"\b(LedgerError|UsageError|UnreadableInput|Refused|unreadable)\(\s*\"([a-z\d-]+)\""
    )
    for file in (ROOT / "ledger").rglob("*.py"):
        for kind, code in call_of.findall(file.read_text("utf-8")):
            exit_code = 1 if kind == "Refused" else 2
            assert found.setdefault(code, exit_code) == exit_code, f"{code} has two exit codes"
    assert documented() == found


@pytest.mark.parametrize(("code", "files", "before", "command"), PROVOKED)
def test_what_the_page_says_of_a_code(
    repo: Repository, code: str, files: dict[str, str], before: list[str], command: str
) -> None:
    repo.write(".gitattributes", b"")
    for name, said in files.items():
        old, arrow, new = said.partition(" -> ")
        text = repo.ledger.read_text("utf-8").replace(old, new, 1) if arrow else said
        repo.write(name, text.encode())
    for line in before:
        program, *arguments = shlex.split(line)
        if program == "ledger":
            assert call(repo.path, *arguments).code == 0
        elif program == "git":
            repo.git(*arguments)
        else:
            subprocess.run([program, *arguments], cwd=repo.path, check=True)
    plan = repo.ledger.read_bytes() if repo.ledger.exists() else None
    arguments = shlex.split(command)
    at = arguments.index("--") if "--" in arguments else len(arguments)
    done = call(repo.path, *arguments[:at], "--json", *arguments[at:])
    document = json.loads(done.out)
    schema = json.loads((ROOT / "schemas/error.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(document)
    assert document["error"]["code"] == code, document
    assert (done.code, done.err) == (documented()[code], "")
    assert (repo.ledger.read_bytes() if repo.ledger.exists() else None) == plan
