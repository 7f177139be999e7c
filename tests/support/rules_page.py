"""Writes docs/reference/rules.md from the registry: ``python -m tests.support.rules_page``."""

from __future__ import annotations

from ledger.rules import RULES
from ledger.rules.model import Explanation
from tests.support.places import ROOT

PAGE = ROOT / "docs" / "reference" / "rules.md"

HEAD = """\
# Rules

`ledger validate` and the hook report findings. Each has the code of its rule, and a code never changes its
meaning. An **error** blocks a commit and makes `ledger validate` exit with 1; a warning does neither.

`ledger explain CODE` prints the reason for a rule, an example and the fix. `ignore` in
[`[tool.ledger]`](configuration.md) turns rules off by their codes. The hook, and `ledger validate` with
`--staged` or `--base`, report only what a change makes worse.
"""

GROUPS = {
    "1": "The file, its items and the numbers of attempts",
    "2": "The index",
    "3": "Dates",
    "4": "What an attempt rests on: result, files, commits",
    "5": "What a change does to the record",
    "6": "Next actions and exit criteria",
    "7": "Secrets",
    "8": "Dependencies and owners",
}


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for digit, title in GROUPS.items():
        lines += [f"## {title}", "", "| code | fault |", "|---|---|"]
        lines += [_row(RULES[code].explanation) for code in sorted(RULES) if code[3] == digit]
        lines += [""]
    return "\n".join(lines)


def _row(rule: Explanation) -> str:
    anchor = f"{rule.code.lower()}-{rule.name}"
    kind = "**error**" if rule.severity == "error" else "warning"
    means = " ".join(rule.means.split()).replace("|", "\\|")
    return f'| <a id="{anchor}"></a>{rule.code} {rule.name}, {kind} | {means} |'


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
