"""``ledger explain``."""

from __future__ import annotations

import difflib
import shutil
import textwrap
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import AsJson
from ledger.errors import UsageError
from ledger.plan.text import one_line
from ledger.rules import RULES, Rule

_WIDTH = 88


def command(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="A rule's code or name, such as LED103.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Say what a rule means and how to mend it.

    Without CODE all rules are listed.
    """
    rules = sorted(RULES.values()) if code is None else [_named(code)]
    if as_json:
        from ledger.reports import documents

        output.document(documents.document("explain", {"rules": [_parts(rule) for rule in rules]}))
    elif code is None:
        output.write("".join(f"{r.code}  {r.severity:<7}  {r.name}\n" for r in rules))
    else:
        columns = shutil.get_terminal_size().columns if output.is_terminal() else _WIDTH
        output.write(_text(rules[0], min(_WIDTH, columns)))
    return 0


def _named(given: str) -> Rule:
    wanted = given.strip().upper()
    for rule in RULES.values():
        if wanted in (rule.code, rule.name.upper()):
            return rule
    names = [*RULES, *(rule.name for rule in RULES.values())]
    near = difflib.get_close_matches(wanted, names, n=3) or difflib.get_close_matches(
        wanted.lower(), names, n=3
    )
    hint = f"did you mean {', '.join(near)}?" if near else "`ledger explain` lists all rules"
    raise UsageError("no-such-rule", f"no rule {one_line(given)}", hint)


def _parts(rule: Rule) -> dict[str, str]:
    named = {"code": rule.code, "name": rule.name, "severity": rule.severity}
    return {**named, **rule.explanation._asdict()}


def _text(rule: Rule, width: int) -> str:
    said = rule.explanation

    def wrapped(paragraph: str) -> str:
        return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)

    return (
        f"{rule.code} {rule.name} ({rule.severity})\n\n"
        f"{wrapped(said.means)}\n\n"
        f"{wrapped(f'Why: {said.why}')}\n\n"
        f"Example:\n\n{textwrap.indent(said.example, '    ')}\n\n"
        f"{wrapped(f'Mend: {said.mend}')}\n"
    )
