"""Findings as text, JSON, GitHub annotations and SARIF, and rules as text.

``REPORTS`` maps names to functions. ``text`` is for people and for editors
(``path:line:column:``). ``github`` is what GitHub's workflow commands say (docs.github.com,
"Workflow commands for GitHub Actions"). ``sarif`` is SARIF 2.1.0 as published by OASIS.
"""

import hashlib
import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote

from ledger import reports
from ledger.commands.validate import Checked
from ledger.plan import text
from ledger.plan.text import counted
from ledger.reports import Line, accented
from ledger.rules import RULES
from ledger.rules.model import Explanation, Finding

_SARIF_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
)
_MANY: Final = 20  # findings: so many more are told by rule, too
_ALIKE: Final = 3  # findings of one rule about one item: of more one is shown
_ROOT: Final = "%SRCROOT%"


def plain(checked: Checked) -> str:
    """``lines``, as they are."""
    return "".join(f"{one.text}\n" for one in lines(checked))


def lines(checked: Checked, every: bool = False) -> Iterator[Line]:
    """Errors before warnings, by item and rule: a line for each finding, its severity marked for a
    terminal; of many alike, unless ``every``, one and the lines of the others. Then the counts."""
    alike: dict[tuple[str, str, str | None, str], list[Finding]] = defaultdict(list)
    for one in checked.findings:
        alike[one.severity, one.path, one.item, one.code].append(one)
    turns = {item: turn for turn, (_, _, item, _) in enumerate(alike)}
    for (_, _, _, code), found in sorted(
        alike.items(), key=lambda pair: (pair[0][0], pair[0][1], turns[pair[0][2]], pair[0][3])
    ):
        shown = found if every or len(found) <= _ALIKE else found[:1]
        yield from map(_line, shown)
        if more := found[len(shown) :]:
            places = ", ".join(dict.fromkeys(str(one.line) for one in more))
            said = f"    and {len(more)} more {code} (`--select {code}` has all): lines {places}"
            yield Line(said, "hung", 8)
    if len(checked.findings) > _MANY:
        codes = Counter(finding.code for finding in checked.findings).most_common()
        said = f"by rule: {', '.join(f'{code} {count}' for code, count in codes)}"
        yield Line(said, "hung", 4)
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
    found = [
        counted(number, noun)
        for number, noun in ((counts.error, "error"), (counts.warning, "warning"))
        if number
    ]
    where = text.visible(", ".join(checked.paths))
    return Line(f"{where}: {', '.join(found) or 'no findings'}")


def json(checked: Checked) -> str:
    """The document of ``--json``."""
    return reports.dumps(reports.document("validate", checked))


def github(checked: Checked) -> str:
    """Annotations in a pull request."""
    return "".join(f"{_annotation(finding)}\n" for finding in checked.findings)


def _annotation(finding: Finding) -> str:
    path, title = _property(finding.path), f"{finding.code} {RULES[finding.code].name}"
    place = f"file={path},line={finding.line},col={finding.column}"
    return f"::{finding.severity} {place},title={_property(title)}::{_data(finding.told)}"


def _data(said: str) -> str:
    escaped = said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.visible(escaped)


def _property(said: str) -> str:
    return _data(said).replace(":", "%3A").replace(",", "%2C")


def sarif(checked: Checked) -> str:
    """For code scanning. ``partialFingerprints`` hold what tells a fault apart from its place,
    so that it is known again after its line moved."""
    codes = list(dict.fromkeys(finding.code for finding in checked.findings))
    run = {
        "tool": {"driver": {"name": "ledger", "rules": [_sarif_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository."}}},
        "results": [_sarif_result(one, codes.index(one.code)) for one in checked.findings],
    }
    return reports.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(code: str) -> dict[str, Any]:
    rule = RULES[code]
    said = rule.explanation
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": said.means},
        "fullDescription": {"text": said.why},
        "help": {"text": said.mend},
        "defaultConfiguration": {"level": rule.severity},
    }


def _sarif_result(finding: Finding, index: int) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": quote(text.encode(finding.path)), "uriBaseId": _ROOT},
        "region": {"startLine": finding.line, "startColumn": finding.column},
    }
    key = hashlib.sha256(text.encode(f"{finding.path}|{finding.key}")).hexdigest()
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": finding.told},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"ledgerKey/v1": key},
    }


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
    "github": github,
    "sarif": sarif,
}
"""Name to the function that renders all of what was found, ending in a newline, or empty."""
