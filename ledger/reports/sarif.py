"""Findings as SARIF 2.1.0, as published by OASIS, for code scanning."""

import hashlib
from typing import Any, Final
from urllib.parse import quote

import ledger
from ledger import reports
from ledger.commands.validate import Checked, SafeFix
from ledger.plan import text
from ledger.rules import RULES
from ledger.rules.model import Finding

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "%SRCROOT%"


def sarif(checked: Checked) -> str:
    """The log of one run. ``partialFingerprints`` hold what tells a fault apart from its place,
    so that it is known again after its line moved."""
    codes = list(dict.fromkeys(finding.code for finding in checked.findings))
    driver = {
        "name": "ledger",
        "semanticVersion": ledger.__version__,
        "rules": [_rule(code) for code in codes],
    }
    fixes = {(one.path, one.code, one.line, one.item): one for one in checked.fixes}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository."}}},
        "artifacts": [{"location": _location(path)} for path in checked.paths],
        "results": [
            _result(one, codes.index(one.code), fixes.get((one.path, one.code, one.line, one.item)))
            for one in checked.findings
        ],
    }
    return reports.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> dict[str, Any]:
    rule = RULES[code]
    said = rule.explanation
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": said.means},
        "fullDescription": {"text": said.why},
        "help": {
            "text": said.mend,
            "markdown": f"{said.mend}\n\nFor example:\n\n````markdown\n{said.example}````\n",
        },
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, index: int, fix: SafeFix | None) -> dict[str, Any]:
    key = hashlib.sha256(text.encode(f"{finding.path}|{finding.key}")).hexdigest()
    start = {"startLine": finding.line, "startColumn": finding.column}
    found: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": finding.told},
        "locations": [_place(finding.path, start)],
        "partialFingerprints": {"ledgerKey/v1": key},
    }
    if finding.beside:
        beside = _place(finding.path, {"startLine": finding.beside})
        found["relatedLocations"] = [{"id": 1, "message": {"text": "see here"}, **beside}]
    if fix:
        change = {
            "artifactLocation": _location(fix.path),
            "replacements": [
                {
                    "deletedRegion": {
                        "startLine": one.start_line,
                        "startColumn": one.start_column,
                        "endLine": one.end_line,
                        "endColumn": one.end_column,
                    },
                    "insertedContent": {"text": one.text},
                }
                for one in fix.replacements
            ],
        }
        found["fixes"] = [{"description": {"text": fix.said}, "artifactChanges": [change]}]
    return found


def _place(path: str, region: dict[str, int]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _location(path), "region": region}}


def _location(path: str) -> dict[str, str]:
    return {"uri": quote(text.encode(path)), "uriBaseId": _ROOT}
