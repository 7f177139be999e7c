"""``ledger validate``: what is judged, what is told, in which form, and the exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ledger.commands.validate import Checked
from ledger.reports.findings import REPORTS
from ledger.rules.model import Finding
from tests.support.commands import call, terminal, unstyled
from tests.support.repository import Repository

CLEAN = "docs/fix_plan.md: no findings\n"
# An error of its own: the index and the item disagree.
CONTRADICTION = (b"| Low | pending |", b"| Low | done |")
# A warning of its own: a result that nobody understands.
ODD_RESULT = ("⚠️ partial. Quad".encode(), b"so-so. Quad")


def change(repo: Repository, *pairs: tuple[bytes, bytes]) -> None:
    data = repo.ledger.read_bytes()
    for old, new in pairs:
        assert old in data
        data = data.replace(old, new)
    repo.ledger.write_bytes(data)


def codes(said: str) -> list[str]:
    return [line.split(": ")[1].split()[1] for line in said.splitlines()[:-1]]


def test_a_sound_plan_has_no_findings(repo: Repository) -> None:
    for arguments in ([], ["--staged"], ["--base", "HEAD"], ["--all"]):
        done = call(repo.path, "validate", *arguments)
        assert (done.code, done.out, done.err) == (0, CLEAN, "")


def test_an_error_is_told_with_its_place_and_makes_the_exit_code_1(repo: Repository) -> None:
    change(repo, CONTRADICTION)
    done = call(repo.path, "validate")
    assert done.code == 1
    first, last = done.out.splitlines()
    assert first.startswith("docs/fix_plan.md:12:")
    assert " error LED201 " in first
    assert "DOCS-TOUR-002" in first
    assert last == "docs/fix_plan.md: 1 error"
    assert (
        "1 error, 0 warnings in the text: `ledger validate` lists them"
        in call(repo.path, "status").out
    )


def test_a_warning_leaves_the_exit_code_0(repo: Repository) -> None:
    change(repo, ODD_RESULT)
    done = call(repo.path, "validate")
    assert done.code == 0
    assert codes(done.out) == ["LED402"]
    assert done.out.endswith("docs/fix_plan.md: 1 warning\n")


def test_ignored_rules_are_silent_everywhere(repo: Repository) -> None:
    change(repo, CONTRADICTION, ODD_RESULT)
    repo.write("pyproject.toml", b'[tool.ledger]\nignore = ["LED201"]\n')
    assert codes(call(repo.path, "validate").out) == ["LED402"]
    assert "LED201" not in codes(call(repo.path, "validate", "--base", "HEAD").out)
    assert call(repo.path, "status", "--json").data["findings"] == {"error": 0, "warning": 1}


def test_staged_judges_the_index_and_not_the_work_tree(repo: Repository) -> None:
    change(repo, CONTRADICTION)
    assert call(repo.path, "validate", "--staged").out == CLEAN
    repo.git("add", "docs")
    change(repo, CONTRADICTION[::-1])
    assert codes(call(repo.path, "validate", "--staged").out) == ["LED201"]
    assert call(repo.path, "validate").out == CLEAN


def test_only_what_the_change_makes_worse_is_told(repo: Repository) -> None:
    change(repo, CONTRADICTION)
    repo.commit("An old fault")
    change(repo, ODD_RESULT)
    assert sorted(codes(call(repo.path, "validate").out)) == ["LED201", "LED402"]
    worse = call(repo.path, "validate", "--base", "HEAD")
    assert "LED201" not in codes(worse.out)
    assert "LED402" in codes(worse.out)
    every = call(repo.path, "validate", "--base", "HEAD", "--all")
    assert {"LED201", "LED402"} <= {*codes(every.out)}
    assert "LED201" in codes(call(repo.path, "validate", "--base", "HEAD~1").out)
    repo.git("add", "docs")
    assert "LED201" not in codes(call(repo.path, "validate", "--staged").out)
    assert "LED201" in codes(call(repo.path, "validate", "--staged", "--all").out)


def test_a_base_is_where_the_work_left_it(repo: Repository) -> None:
    """What was added on the other branch meanwhile was not lost here."""
    repo.git("checkout", "--quiet", "-b", "work")
    change(repo, ODD_RESULT)
    repo.commit("Work")
    repo.git("checkout", "--quiet", "main")
    attempt = b"  * [2025-11-03] Attempt #3 - Result: success.\n- Next Actions:\n  1. \xe2\x9c\x85"
    change(repo, (b"- Next Actions:\n  1. \xe2\x9c\x85", attempt))
    repo.commit("Meanwhile")
    repo.git("checkout", "--quiet", "work")
    assert "LED501" not in codes(call(repo.path, "validate", "--base", "main").out)


def test_a_lost_attempt_is_an_error(repo: Repository) -> None:
    data = repo.ledger.read_bytes()
    start = data.index(b"  * [2025-11-01] Attempt #1")
    repo.ledger.write_bytes(data[:start] + data[data.index(b"  * [2025-11-02]") :])
    done = call(repo.path, "validate", "--base", "HEAD")
    assert done.code == 1
    assert "LED501" in codes(done.out)


def test_several_files_are_checked_one_after_the_other(repo: Repository) -> None:
    repo.write("other/plan.md", b"## [A-001] A\n- Status: pending\n## [A-001] B\n- Status: done\n")
    files = ["docs/fix_plan.md", "other/plan.md", "docs/../docs/fix_plan.md"]
    done = call(repo.path, "validate", *files)
    assert done.code == 1
    assert done.out.splitlines()[-1] == "docs/fix_plan.md, other/plan.md: 1 error"
    assert done.out.startswith("other/plan.md:3:")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--base", "no-such-branch"], "no-such-revision"),
        (["--base", "no-such-branch", "--all"], "no-such-revision"),
        (["--base", "-x"], "bad-revision"),
        (["--base", "a..b", "--all"], "bad-revision"),
        (["--base", ""], "bad-revision"),
        (["--format", "xml"], "usage"),
        (["--format", "github", "--json"], "usage"),
        (["--staged", "--base", "HEAD"], "usage"),
        (["docs/fix_plan.md", "--ledger", "docs/fix_plan.md"], "usage"),
        (["missing.md"], "no-such-file"),
        (["/dev/null"], "cannot-read"),
    ],
)
def test_what_cannot_be_checked_is_one_line(
    repo: Repository, arguments: list[str], code: str
) -> None:
    if "--json" not in arguments:
        done = call(repo.path, "validate", *arguments)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    done = call(repo.path, "validate", "--json", *arguments)
    assert (done.code, done.err) == (2, "")
    assert json.loads(done.out)["error"]["code"] == code


def test_without_git_there_is_nothing_staged(tmp_path: Path) -> None:
    (tmp_path / "fix_plan.md").write_bytes(b"## [A-001] A\n- Status: pending\n")
    assert call(tmp_path, "validate").code == 0
    for arguments in (["--staged"], ["--base", "HEAD"]):
        done = call(tmp_path, "validate", *arguments)
        assert done.code == 2
        assert "no git repository" in done.err


# Forms

HOSTILE = Finding(
    code="LED103",
    severity="warning",
    message="100%\r\n::error::x\x1b[31m \u202e",
    path="docs/a,b:c \xfc%\n.md",
    line=3,
    column=7,
    item="A-001",
    attempt=2,
    fix="mend\nit",
    key="LED103|key",
)


def rendered(name: str) -> str:
    return REPORTS[name](Checked(paths=("docs/fix_plan.md",), findings=(HOSTILE,)))


def test_text_is_one_safe_line() -> None:
    first, last = rendered("text").splitlines()
    assert first == (
        "docs/a,b:c \xfc%\\x0a.md:3:7: warning LED103 "
        "100%\\x0d\\x0a::error::x\\x1b[31m \\u202e; mend\\x0ait"
    )
    assert last == "docs/fix_plan.md: 1 warning"


def test_github_annotations_are_escaped() -> None:
    assert rendered("github") == (
        "::warning file=docs/a%2Cb%3Ac \xfc%25%0A.md,line=3,col=7,title=LED103 unread-line"
        "::100%25%0D%0A::error::x\\x1b[31m \\u202e; mend%0Ait\n"
    )


def test_github_says_nothing_where_nothing_is_wrong(repo: Repository) -> None:
    done = call(repo.path, "validate", "--format", "github")
    assert (done.code, done.out) == (0, "")


def closed(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object of SARIF: none of its properties may be misspelt."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": [*required],
        "additionalProperties": False,
    }


STRING = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 1}
MESSAGE = closed({"text": STRING})
LEVEL = {"enum": ["none", "note", "warning", "error"]}
FILE = closed(
    {
        "uri": {"type": "string", "pattern": "^[A-Za-z0-9._~/%-]+$"},
        "uriBaseId": {"const": "%SRCROOT%"},
    }
)
REGION = closed({"startLine": COUNT}, startColumn=COUNT, endLine=COUNT, endColumn=COUNT)
PLACE = closed({"artifactLocation": FILE, "region": REGION})
# The objects that are written here, as section 3 of the standard (SARIF 2.1.0) describes them.
SARIF = closed(
    {
        "$schema": {"const": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/"
                    "sarif-schema-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": closed(
                {
                    "tool": closed({"driver": closed(
                        {"name": STRING},
                        semanticVersion=STRING,
                        rules={"type": "array", "uniqueItems": True, "items": closed(
                            {"id": STRING},
                            name=STRING,
                            shortDescription=MESSAGE,
                            fullDescription=MESSAGE,
                            help=closed({"text": STRING}, markdown=STRING),
                            defaultConfiguration=closed({"level": LEVEL}),
                        )},
                    )}),
                    "results": {"type": "array", "items": closed(
                        {"message": MESSAGE},
                        ruleId=STRING,
                        ruleIndex={"type": "integer", "minimum": 0},
                        level=LEVEL,
                        locations={"type": "array", "items": closed({"physicalLocation": PLACE})},
                        relatedLocations={"type": "array", "items": closed(
                            {"physicalLocation": PLACE},
                            id={"type": "integer", "minimum": 0},
                            message=MESSAGE,
                        )},
                        fixes={"type": "array", "items": closed(
                            {"artifactChanges": {"type": "array", "minItems": 1, "items": closed({
                                "artifactLocation": FILE,
                                "replacements": {"type": "array", "minItems": 1, "items": closed(
                                    {"deletedRegion": REGION},
                                    insertedContent=closed({"text": {"type": "string"}}),
                                )},
                            })}},
                            description=MESSAGE,
                        )},
                        partialFingerprints={"type": "object", "additionalProperties": STRING},
                    )},
                },
                artifacts={"type": "array", "uniqueItems": True, "items": closed({"location": FILE})},
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                originalUriBaseIds={"type": "object", "additionalProperties": closed(
                    {}, description=MESSAGE)},
            ),
        },
    }
)  # fmt: skip


def test_sarif_keeps_to_the_standard(repo: Repository) -> None:
    change(repo, CONTRADICTION, ODD_RESULT)
    done = call(repo.path, "validate", "--format", "sarif")
    assert done.code == 1
    for said in (done.out, rendered("sarif"), call(repo.path, "validate", "--format", "sarif").out):
        jsonschema.validate(json.loads(said), SARIF)
    [run] = json.loads(done.out)["runs"]
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
    assert [result["level"] for result in run["results"]] == ["error", "warning"]


def test_a_fingerprint_stays_when_the_line_moves(repo: Repository) -> None:
    def prints() -> list[str]:
        said = call(repo.path, "validate", "--format", "sarif").out
        results = json.loads(said)["runs"][0]["results"]
        return [result["partialFingerprints"]["ledgerKey/v1"] for result in results]

    change(repo, CONTRADICTION, ODD_RESULT)
    before = prints()
    change(repo, (b"# Fix Plan Ledger\n", b"# Fix Plan Ledger\n\nA new paragraph.\n"))
    assert prints() == before
    assert len({*before}) == 2


def test_json_has_every_finding(repo: Repository) -> None:
    change(repo, CONTRADICTION, ODD_RESULT)
    data = call(repo.path, "validate", "--json").data
    assert data["counts"] == {"error": 1, "warning": 1}
    first, second = data["findings"]
    assert (first["code"], first["severity"], first["line"]) == ("LED201", "error", 12)
    assert (second["item"], second["attempt"], second["path"]) == (
        "PARSE-SPEED-001", 1, "docs/fix_plan.md",
    )  # fmt: skip
    assert call(repo.path, "validate", "--format", "json").data == data


def test_findings_are_the_same_on_a_terminal(repo: Repository) -> None:
    change(repo, CONTRADICTION, ODD_RESULT)
    _, shown = terminal(repo.path, 40, ["validate"])
    lines = unstyled(shown)
    assert max(len(line) for line in lines if "/" not in line) <= 40
    assert " ".join(" ".join(lines).split()) == " ".join(call(repo.path, "validate").out.split())
    assert b"\x1b[1;31merror\x1b[0m" in shown


def test_many_findings_are_told_by_rule_too(repo: Repository) -> None:
    repo.write(
        "docs/fix_plan.md", b"# Plan\n\n" + b"* [2025-11-01] Attempt #1 - Result: success\n" * 21
    )
    *_, by_rule, counts = call(repo.path, "validate").out.splitlines()
    assert by_rule.startswith("by rule: LED104 21")
    assert counts.startswith("docs/fix_plan.md: ")


MANY = (
    "# Plan\n\n## [B-002] B\n- Status: done\n- Attempts History:\n"
    + "".join(f"  * [2025-11-01] Attempt #{n} — Result: hmm {n}\n" for n in range(1, 6))
    + "## [A-001] A\n- Status: done\n- Attempts History:\n"
    "  * [2025-11-01] Attempt #1 — Result: hmm 6\n"
    "  * [2025-11-01] Attempt #1 — Result: hmm 7\n"
    "- Next Actions:\n  1. PENDING — do\n"
)


def test_errors_come_first_and_what_is_alike_is_one_entry(repo: Repository) -> None:
    repo.write("docs/fix_plan.md", MANY.encode())
    *listed, total = call(repo.path, "validate").out.splitlines()
    odd = "has a result that is not understood"
    assert [line.partition("; ")[0] for line in listed] == [
        "docs/fix_plan.md:15:5: error LED106 A-001 has attempt #1 twice: see line 14",
        f'docs/fix_plan.md:6:5: warning LED402 attempt #1 of B-002 {odd}: "hmm 1"',
        "    and 4 more LED402 (`--select LED402` has all): lines 7, 8, 9, 10",
        f'docs/fix_plan.md:14:5: warning LED402 attempt #1 of A-001 {odd}: "hmm 6"',
        f'docs/fix_plan.md:15:5: warning LED402 attempt #1 of A-001 {odd}: "hmm 7"',
        'docs/fix_plan.md:17:6: warning LED604 A-001 is done and has an open action: "do"',
    ]
    assert total == "docs/fix_plan.md: 1 error, 8 warnings"


@pytest.mark.parametrize(
    ("options", "found", "code"),
    [
        (["--errors"], ["LED106"], 1),
        (["--select", "led402"], ["LED402"] * 7, 0),
        (["--select", "LED1", "--select", "LED604"], ["LED106", "LED604"], 1),
        (["--select", "LED4", "--errors"], [], 0),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_some_of_the_findings_are_asked_for(
    repo: Repository, form: str, options: list[str], found: list[str], code: int
) -> None:
    repo.write("docs/fix_plan.md", MANY.encode())
    done = call(repo.path, "validate", "--format", form, *options)
    assert done.code == code
    if form == "json":
        assert sorted(one["code"] for one in done.data["findings"]) == found
        assert done.data["counts"]["error"] == code
    elif form == "sarif":
        results = json.loads(done.out)["runs"][0]["results"]
        assert sorted(one["ruleId"] for one in results) == found
    else:
        assert sorted(re.findall(r"(?:warning |error |title=)(LED\d{3})\b", done.out)) == found


def test_findings_are_counted_by_rule(repo: Repository) -> None:
    repo.write("docs/fix_plan.md", MANY.encode())
    done = call(repo.path, "validate", "--statistics")
    assert (done.code, done.out.splitlines()) == (1, [
        "    1  error    LED106 duplicate-attempt",
        "    7  warning  LED402 unknown-result",
        "    1  warning  LED604 open-action-in-done-item",
        "docs/fix_plan.md: 1 error, 8 warnings",
    ])  # fmt: skip
    wrong = call(repo.path, "validate", "--statistics", "--json")
    assert (wrong.code, json.loads(wrong.out)["error"]["code"]) == (2, "usage")


def test_a_rule_that_there_is_not_cannot_be_selected(repo: Repository) -> None:
    done = call(repo.path, "validate", "--select", "LED9")
    assert (done.code, done.err) == (
        2, "ledger: no rule 'LED9'; `ledger explain` lists all rules\n",
    )  # fmt: skip
