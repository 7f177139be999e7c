"""Plans that a real formatter rewrote: nothing is lost, and the hook says at most one line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ledger import rules
from ledger.plan import reader
from tests.support.repository import DATA
from tests.test_docs import DOCS

PAGE = (DOCS / "how-to" / "formatters.md").read_text("utf-8")
# With `node_modules` in the folder that LEDGER_NPM names, or on PATH.
NPM = os.pathsep.join(
    [str(Path(os.environ.get("LEDGER_NPM", "."), "node_modules", ".bin")), os.environ["PATH"]]
)
FORMATTERS = {
    "mdformat": ("mdformat", []),
    "mdformat counting": ("mdformat", ["--number"]),
    "mdformat wrapping": ("mdformat", ["--wrap", "60"]),
    "prettier": ("prettier", ["--write"]),
    "prettier wrapping": ("prettier", ["--write", "--prose-wrap", "always"]),
    "markdownlint": ("markdownlint", ["--fix"]),
}
GAPS = """\
# Plan

## [PARSE-001] Read __all__ files of <100 MB in linear time; one regular expression is not enough
- Status: in_progress (waits for `[LEX-002]`, which has been in review since the second week of May)
- Attempts History:
  * [2025-11-01] Attempt #1 — Result: ⚠️ partial. __init__ was quadratic: 2*3 of a_b_c, <35 s. Much more text.
    * Metrics: 12 passed in 41.20s.
    1. a list
    2. of two
  * [2025-11-02] Attempt #2 — Result: ✅ success. *Fast*: https://example.org/a_b.
- Next Actions:

  2. 🟡 PENDING — Measure *50 MB* files with `__all__` of __them__, on a machine that does nothing else.

 10. ✅ COMPLETE (Attempt #2) — Rewrite the splitter.
 11. 🟡 PENDING — Ask Anna.

## Completed / Archived Items
- [DOCS-001], [DOCS-002], [PARSE-003], [PARSE-004], [PARSE-005], [LEX-006] — Archived to `docs/old.md` with a summary of each.
"""
PLANS = {"small": (DATA / "small_plan.md").read_text("utf-8"), "gaps": GAPS}


def formatted(tmp_path: Path, formatter: str, text: str) -> bytes:
    """``text`` as the formatter leaves it; skips where it is not installed."""
    name, options = FORMATTERS[formatter]
    beside = f"{Path(sys.executable).parent}{os.pathsep}{NPM}"
    program = shutil.which(name, path=beside)
    if program is None:
        pytest.skip(f"{name} is not installed")
    file = tmp_path / "plan.md"
    file.write_text(text, "utf-8")
    subprocess.run([program, *options, file.name], cwd=tmp_path, capture_output=True, check=False)
    return file.read_bytes()


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("plan", PLANS)
def test_a_formatter_loses_nothing_and_is_told_once(
    plan: str, formatter: str, tmp_path: Path
) -> None:
    before, after = PLANS[plan].encode(), formatted(tmp_path, formatter, PLANS[plan])
    assert before != after
    was, now = reader.read(before), reader.read(after)
    for one, other in zip(was.items, now.items, strict=True):
        assert (one.id, one.status) == (other.id, other.status)
        assert [a.number for a in one.attempts] == [a.number for a in other.attempts]
        assert [a.state for a in one.actions] == [a.state for a in other.actions]
    found = rules.made_worse(now, rules.Facts("plan.md"), [was])
    assert {one.code for one in found} <= {"LED511"}
    assert len(found) <= (plan == "gaps")


@pytest.mark.parametrize("formatter", ["mdformat wrapping", "prettier"])
def test_a_list_that_markdown_takes_for_text_is_told(formatter: str, tmp_path: Path) -> None:
    """One that does not begin with 1 has to stand below an empty line."""
    text = GAPS.replace("Actions:\n\n", "Actions:\n")
    now = reader.read(formatted(tmp_path, formatter, text))
    found = rules.made_worse(now, rules.Facts("plan.md"), [reader.read(text.encode())])
    assert [one.code for one in found if "action 2" in one.message] == ["LED508"]


@pytest.mark.parametrize("name", [".mdformat.toml", ".prettierrc.json", ".markdownlint.json"])
def test_what_the_page_says_to_set_can_be_read(name: str) -> None:
    found = re.search(
        rf"`{re.escape(name)}`.*?^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
    )
    assert found
    settings = (tomllib if found[1] == "toml" else json).loads(found[2])
    assert settings


def test_markdownlint_with_these_settings_keeps_the_numbers(tmp_path: Path) -> None:
    found = re.search(r"`.markdownlint.json`.*?^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    (tmp_path / ".markdownlint.json").write_text(found[1])
    now = reader.read(formatted(tmp_path, "markdownlint", GAPS))
    assert [one.number for one in now.items[0].actions] == [2, 10, 11]
