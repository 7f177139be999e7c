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
    fixes = {(fix.path, fix.code, fix.line, fix.item): fix for fix in checked.fixes}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository."}}},
        "artifacts": [{"location": _location(path)} for path in checked.paths],
        "results": [
            _result(f, codes.index(f.code), fixes.get((f.path, f.code, f.line, f.item)))
            for f in checked.findings
        ],
    }
    return reports.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> dict[str, Any]:
    rule = RULES[code]
    explanation = rule.explanation
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": explanation.means},
        "fullDescription": {"text": explanation.why},
        "help": {
            "text": explanation.mend,
            "markdown": f"{explanation.mend}\n\nFor example:\n\n"
            f"````markdown\n{explanation.example}````\n",
        },
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, index: int, fix: SafeFix | None) -> dict[str, Any]:
    key = hashlib.sha256(text.encode(f"{finding.path}|{finding.key}")).hexdigest()
    start = {"startLine": finding.line, "startColumn": finding.column}
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": finding.description},
        "locations": [_place(finding.path, start)],
        "partialFingerprints": {"ledgerKey/v1": key},
    }
    if finding.beside:
        beside = _place(finding.path, {"startLine": finding.beside})
        result["relatedLocations"] = [{"id": 1, "message": {"text": "see here"}, **beside}]
    if fix:
        change = {
            "artifactLocation": _location(fix.path),
            "replacements": [
                {
                    "deletedRegion": {
                        "startLine": replacement.start_line,
                        "startColumn": replacement.start_column,
                        "endLine": replacement.end_line,
                        "endColumn": replacement.end_column,
                    },
                    "insertedContent": {"text": replacement.text},
                }
                for replacement in fix.replacements
            ],
        }
        result["fixes"] = [{"description": {"text": fix.said}, "artifactChanges": [change]}]
    return result


def _place(path: str, region: dict[str, int]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _location(path), "region": region}}


def _location(path: str) -> dict[str, str]:
    return {"uri": quote(text.encode(path)), "uriBaseId": _ROOT}
