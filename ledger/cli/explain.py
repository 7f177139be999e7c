"""``ledger explain``."""

import shutil
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, argument
from ledger.commands.explain import explain
from ledger.reports import findings as report

_WIDTH = 88

EXAMPLE = "ledger explain LED201"


def command(
    code: Annotated[str | None, argument("CODE", "A rule's code or name, such as LED103.")] = None,
    as_json: AsJson = False,
) -> int:
    """Say what a rule means and how to mend it.

    Without CODE all rules are listed.
    """
    explained = explain(code)
    if as_json:
        output.document("explain", explained)
    elif code is None:
        output.lines(f"{r.code}  {r.severity:<7}  {r.name}" for r in explained.rules)
    else:
        columns = shutil.get_terminal_size().columns if output.is_terminal() else _WIDTH
        output.write(report.explanation(explained.rules[0], min(_WIDTH, columns)))
    return 0
