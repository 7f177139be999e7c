"""Writes docs/reference/rules.md from the registry: ``python -m tests.rules_page``."""

from __future__ import annotations

from pathlib import Path

from ledger.rules import RULES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "rules.md"

HEAD = """\
# Rules

A rule has a code that never changes its meaning, a name that states the fault, and a severity:
an error blocks a commit and makes `ledger validate` exit with 1, a warning does neither.
`ledger explain CODE` prints what stands here.

`ignore` in `[tool.ledger]` turns rules off by their codes. The hook, and `ledger validate` with
`--staged` or `--base`, report only what a change makes worse.

| codes | are about |
|---|---|
| LED1.. | the file, its items, the numbers of attempts |
| LED2.. | the index |
| LED3.. | dates |
| LED4.. | what an attempt brings to show: result, files, commits |
| LED5.. | what a change does to what was recorded before |
| LED6.. | next actions and exit criteria |
| LED7.. | secrets |
| LED8.. | what items depend on, and who has taken them up |

This page is made from the rules by `python -m tests.rules_page`.
"""


def page() -> str:
    """The whole page."""
    lines = [HEAD, "| code | name | severity |", "|---|---|---|"]
    rules = [RULES[code] for code in sorted(RULES)]
    for rule in rules:
        link = f"[{rule.code}](#{rule.code.lower()}-{rule.name})"
        lines.append(f"| {link} | {rule.name} | {rule.severity} |")
    for rule in rules:
        said = rule.explanation
        fence = "````" if "```" in said.example else "```"
        lines += ["", f"## {rule.code} {rule.name}", "", said.means, "", f"**Why.** {said.why}", ""]
        lines += ["**Example.**", "", f"{fence}markdown", said.example, fence, ""]
        lines += [f"**Mend.** {said.mend}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
