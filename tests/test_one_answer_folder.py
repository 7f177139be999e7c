"""`ledger run` puts a run where `ledger export` says that the item's runs go.

The plans are the golden ones of every dialect, the samples, and made ones of the kinds that a second
reading of the plan got wrong: fenced examples, nested bullets, underlined headings, two sections."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support import golden
from tests.support.commands import call
from tests.support.repository import DATA, Repository

STAMP = "20251103T080000Z"
DEFAULT = f"reports/{{}}/{STAMP}"
FENCED = "```markdown\n## [PARSE-001] Read\n- Artifacts Root: `evil/<STAMP>`\n```\n"
MADE = {
    "a fenced example first": f"# Fix Plan\n\n{FENCED}\n## [PARSE-001] Read\n- Status: pending\n- Artifacts Root: `right/<STAMP>`\n- Attempts History:\n",
    "a fenced example alone": f"# Fix Plan\n\n{FENCED}\n## [PARSE-001] Read\n- Status: pending\n- Attempts History:\n",
    "a fence in the section": "# Fix Plan\n\n## [PARSE-001] Read\n- Notes: below\n```markdown\n- Artifacts Root: `evil/<STAMP>`\n```\n- Artifacts Root: `right/<STAMP>`\n- Attempts History:\n",
    "an underlined heading": "# Fix Plan\n\n[PARSE-001] Read\n----------------\n- Status: pending\n- Artifacts Root: `right/<STAMP>`\n- Attempts History:\n",
    "a nested bullet": "# Fix Plan\n\n## Tasks\n- [ ] PARSE-001: Read\n  - Artifacts Root: `right/<STAMP>`\n",
    "a bullet of an attempt": "# Fix Plan\n\n## [PARSE-001] Read\n- Status: pending\n- Attempts History:\n  * [2025-11-01] Attempt #1 — Result: partial. Text.\n    - Artifacts Root: `evil/<STAMP>`\n",
    "a heading below": "# Fix Plan\n\n## [PARSE-001] Read\n- Status: pending\n- Attempts History:\n\n### Notes\n- Artifacts Root: `maybe/<STAMP>`\n",
    "no placeholder": "# Fix Plan\n\n## [PARSE-001] Read\n- Status: pending\n- Artifacts Root: right/runs/ (since May)\n- Attempts History:\n",
    "another placeholder": "# Fix Plan\n\n## [PARSE-001] Read\n- Status: pending\n- Artifacts Root: `right/$STAMP`, `evil/<STAMP>`\n- Attempts History:\n",
    "an empty field": "# Fix Plan\n\n## [PARSE-001] Read\n- Status: pending\n- Artifacts Root:\n- Attempts History:\n",
    "two sections": "# Fix Plan\n\n## [PARSE-001] Read\n- Status: pending\n- Artifacts Root: `right/<STAMP>`\n- Attempts History:\n\n## [PARSE-001] Read\n- Status: pending\n- Artifacts Root: `right/<STAMP>`\n- Attempts History:\n",
}  # fmt: skip


def plans() -> dict[str, bytes]:
    """Plans by a name: made ones, golden ones of all dialects, and samples that are not large."""
    found = {name: text.encode() for name, text in MADE.items()}
    for case in golden.cases("reading"):
        found[f"{case.place} {case.title}"] = case.data("plan")
    for file in sorted(DATA.glob("*.md")):
        found[file.name] = file.read_bytes()
    return found


def shown_folder(item: Any, root: str) -> str | None:
    """The folder as a reader of the exported document would fill it in; None where it is open."""
    values = [
        field["value"]
        for field in item["fields"]
        if field["name"].lower().startswith("artifacts root")
    ]
    named = (
        re.findall(r"`([^`]+)`", value) or [w for w in value.split() if "/" in w]
        for value in values
    )
    folder = next((paths[0].strip() for paths in named if paths), root)
    folder = re.sub(r"<STAMP>|\$\{?STAMP\}?", STAMP, folder.rstrip("/"), flags=re.IGNORECASE)
    if STAMP not in folder:
        folder += f"/{STAMP}"
    return None if re.search(r"[<*?{\[$]|\.\.", folder) else folder


@pytest.mark.parametrize("name", plans())
def test_run_uses_the_folder_that_export_shows(repo: Repository, name: str) -> None:
    repo.write("docs/fix_plan.md", plans()[name])
    exported = call(repo.path, "export").data
    for item in exported["items"][:2]:
        known = item["id"].lower()
        done = call(
            repo.path, "run", item["id"], "--no-append", "--stamp", STAMP, "--json", "--", "true"
        )
        expected = shown_folder(item, DEFAULT.format(re.sub(r"[^\w.-]+", "-", known)[:80]))
        if expected is None:
            assert json.loads(done.out)["error"]["code"] in ("layout-open", "outside"), item["id"]
        elif done.code == 2:
            assert json.loads(done.out)["error"]["code"] in ("run-exists", "bad-name"), done.out
        else:
            assert done.data["path"] == expected, item["id"]
            assert Path(repo.path, expected, "run.json").is_file()
