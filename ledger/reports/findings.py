"""Findings as text and JSON, and rules as text.

``REPORTS`` maps names to functions. ``text`` is for people and for editors
(``path:line:column:``); GitHub's forms and SARIF have a module each.
"""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from ledger import reports
from ledger.commands.validate import Checked
from ledger.plan import text
from ledger.plan.text import counted
from ledger.reports import Line, accented, pull_request
from ledger.reports.sarif import sarif
from ledger.rules import RULES
from ledger.rules.model import Explanation, Finding

_MANY: Final = 20  # findings: so many more are reported by rule, too
_ALIKE: Final = 3  # findings of one rule about one item: of more one is shown


def plain(checked: Checked) -> str:
    """``lines``, as they are."""
    return "".join(f"{line.text}\n" for line in lines(checked))


def lines(checked: Checked, every: bool = False) -> Iterator[Line]:
    """Errors before warnings, by item and rule: a line for each finding, its severity marked for a
    terminal; of many alike, unless ``every``, one and the lines of the others. Then the counts."""
    alike: dict[tuple[str, str, str | None, str], list[Finding]] = defaultdict(list)
    for finding in checked.findings:
        alike[finding.severity, finding.path, finding.item, finding.code].append(finding)
    turns = {item: turn for turn, (_, _, item, _) in enumerate(alike)}
    for (_, _, _, code), findings in sorted(
        alike.items(), key=lambda pair: (pair[0][0], pair[0][1], turns[pair[0][2]], pair[0][3])
    ):
        shown = findings if every or len(findings) <= _ALIKE else findings[:1]
        yield from map(_line, shown)
        if more := findings[len(shown) :]:
            places = ", ".join(dict.fromkeys(str(finding.line) for finding in more))
            message = f"    and {len(more)} more {code} (`--select {code}` has all): lines {places}"
            yield Line(message, "hung", 8)
    if len(checked.findings) > _MANY:
        codes = Counter(finding.code for finding in checked.findings).most_common()
        message = f"by rule: {', '.join(f'{code} {count}' for code, count in codes)}"
        yield Line(message, "hung", 4)
    yield _total(checked)


def statistics(checked: Checked) -> Iterator[Line]:
    """A line for each rule that found something, errors before warnings, and the counts."""
    counts = Counter((finding.severity, finding.code) for finding in checked.findings)
    for (severity, code), count in sorted(
        counts.items(), key=lambda pair: (pair[0][0], -pair[1], pair[0][1])
    ):
        yield accented(
            f"{count:>5}  ", severity, f"{' ' * (9 - len(severity))}{code} {RULES[code].name}"
        )
    yield _total(checked)


def _line(finding: Finding) -> Line:
    before = text.visible(f"{finding.path}:{finding.line}:{finding.column}: ")
    after = str(finding)[len(before) + len(finding.severity) :]
    return accented(before, finding.severity, after)._replace(kind="hung", hang=4)


def _total(checked: Checked) -> Line:
    counts = checked.counts
    sums = [
        counted(number, noun)
        for number, noun in ((counts.error, "error"), (counts.warning, "warning"))
        if number
    ]
    where = text.visible(", ".join(checked.paths))
    return Line(f"{where}: {', '.join(sums) or 'no findings'}")


def json(checked: Checked) -> str:
    """The document of ``--json``."""
    return reports.dumps(reports.document("validate", checked))


def explanation(rule: Explanation, width: int) -> str:
    """All about one rule, for people."""

    def wrapped(paragraph: str) -> str:
        return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)

    return (
        f"{rule.code} {rule.name} ({rule.severity})\n\n"
        f"{wrapped(rule.means)}\n\n"
        f"{wrapped(f'Why: {rule.why}')}\n\n"
        f"Example:\n\n{textwrap.indent(rule.example, '    ')}\n\n"
        f"{wrapped(f'Mend: {rule.mend}')}\n"
    )


REPORTS: Final[dict[str, Callable[[Checked], str]]] = {
    "text": plain,
    "json": json,
    "github": pull_request.annotations,
    "summary": pull_request.summary,
    "comment": pull_request.comment,
    "sarif": sarif,
}
"""Name to the function that renders all of what was found, ending in a newline, or empty."""
