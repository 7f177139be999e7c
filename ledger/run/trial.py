"""Whether an execution was a try at all, or ended before anything was tried."""

import re
from pathlib import Path
from typing import Final

from ledger.evidence.log_lines import plain
from ledger.evidence.model import Evidence
from ledger.plan.text import one_line

_USAGE, _NOTHING_COLLECTED = 4, 5  # exit codes of pytest; 5 of unittest, too
_SHELL: Final = {126: "the command cannot be executed", 127: "command not found"}
NO_TEST: Final = "no test was collected"
_LONGEST: Final = 200  # characters of a reason
_TAIL: Final = 4096  # bytes of a log
_LAST: Final = 10  # lines of a log in which a runner says that there was nothing to run
# What programs that start other ones print where there is no such program, each with an example:
# e.g. "/usr/bin/python3: No module named pytest"
_MISSING: Final = re.compile(
    r"""^(?:
      \S*(?:python|pypy)[\d.]*:\ No\ module\ named\ \S+   # /usr/bin/python3: No module named pytest
      | No\ module\ named\ '?[\w.]+'?                     # of `coverage run -m`
      | error:\ Failed\ to\ spawn:\ .*                    # error: Failed to spawn: `pytest` (uv)
      | Command\ not\ found:\ .*                          # Command not found: pytest (poetry)
    )$""",
    re.VERBOSE | re.MULTILINE,
)
# No tests found, exiting with code 1 (jest); No test files found, exiting ... (vitest);
# NO TESTS RAN, Ran 0 tests in 0.000s (unittest); no tests ran in 0.02s (pytest)
# e.g. "no tests ran in 0.01s"
_NO_TESTS: Final = re.compile(
    r".{0,80}\b(?:no test(?:s| files) found, exiting|no tests ran|ran 0 tests in)\b|"
    # 3 deselected in 0.02s, 1 deselected, 1 warning in 0.17s (pytest)
    r"=* ?\d+ deselected(?:, \d+ warnings?)? in ",
    re.IGNORECASE,
)

# pytest.log: pytest: file or directory not found: tests/nope.py (a reason)
# ERROR: file or directory not found: tests/nope.py (in the log)
# e.g. "ERROR: not found: t/x.py"
_REFUSED: Final = re.compile(
    r"(?:pytest|^ERROR): "
    r"(usage: .*|(?:file or directory )?not found: .*|unrecognized arguments: .*)",
    re.MULTILINE,
)


def hindrance(code: int, evidence: Evidence, log: Path, *, is_pytest: bool) -> str:
    """Why an execution that ended with ``code`` was no try: its command was not found, its
    arguments were refused, no test was collected. Empty where it was one."""
    if evidence.totals and evidence.totals.cases:
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        printed = plain(file.read().decode("utf-8", "replace"))
    lines = [line for line in printed.splitlines() if line.strip()]
    if code in _SHELL:
        return _reason(_SHELL[code], lines[-1] if lines else "")
    missing = _MISSING.search(printed) if code else None
    if missing:
        return _reason(_SHELL[127], missing[0])
    refused = _REFUSED.search(evidence.reason)
    if code == _USAGE and not refused:
        refused = _REFUSED.search(printed)
    if refused or (code == _USAGE and (is_pytest or evidence.totals)):
        return _reason("pytest did not start", refused[1] if refused else "")
    if (is_pytest and code == _NOTHING_COLLECTED) or any(map(_NO_TESTS.match, lines[-_LAST:])):
        return NO_TEST
    return ""


def _reason(what: str, text: str) -> str:
    return one_line(f"{what}: {text}" if text else what)[:_LONGEST]
