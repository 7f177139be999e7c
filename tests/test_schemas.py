"""The JSON contract: schemas are those of the models, and real documents keep to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ledger import reports
from ledger.cli import COMMANDS
from ledger.commands import schema as schemas
from ledger.commands.status import summarize
from ledger.plan.reader import read
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import DATA, Repository

SCHEMAS = ROOT / "schemas"
KINDS = list(schemas.MODELS)
RUN = "reports/parser-speed/phase_b/20251102T091500Z"


def stored(kind: str) -> Any:
    return json.loads((SCHEMAS / f"{kind}.json").read_text("utf-8"))


def test_every_kind_has_a_file_and_no_file_is_left_over() -> None:
    assert sorted(path.name for path in SCHEMAS.iterdir()) == sorted(f"{k}.json" for k in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_stored_schema_is_the_model_s(kind: str, tmp_path: Path) -> None:
    said = call(tmp_path, "schema", kind).out
    message = f"run: ledger schema {kind} > schemas/{kind}.json"
    assert (SCHEMAS / f"{kind}.json").read_text("utf-8") == said, message


def objects(schema: Any) -> Iterator[tuple[str, Any]]:
    yield schema["title"], schema
    yield from schema.get("$defs", {}).items()


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described(kind: str) -> None:
    schema = stored(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    for name, found in objects(schema):
        assert found["description"], name
        for field, said in found.get("properties", {}).items():
            # A field that says the same as its class is left to the class.
            assert said.get("description") or "$ref" in said, f"{name}.{field}"
            assert field in found["required"], f"{name}.{field} may be missing"


# What they print is for one program, in its own protocol, or for people who look: the parts of a
# page have documents of their own.
WITHOUT = {"completion", "mcp", "report"}


def test_every_command_has_a_kind() -> None:
    assert {*COMMANDS} - WITHOUT | {"error"} == {*KINDS}


def checked(kind: str, said: str) -> Any:
    document = json.loads(said)
    assert document["kind"] == kind
    jsonschema.validate(document, stored(kind), cls=jsonschema.Draft202012Validator)
    return document


DOCUMENTS: list[tuple[str, list[str]]] = [
    ("status", ["status", "--json"]),
    ("next", ["next", "--json"]),
    ("claim", ["claim", "PARSE-SPEED-001", "--dry-run", "--json"]),
    ("release", ["release", "PARSE-SPEED-001", "--json"]),
    ("show", ["show", "PARSE-SPEED-001", "--json"]),
    ("show", ["show", "PARSE-SPEED-001#2", "--json"]),
    ("show", ["show", "docs/hand_off.md", "--json"]),
    ("append", ["append", "DOCS-TOUR-002", RUN, "--dry-run", "--json"]),
    ("run", ["run", "PARSE-SPEED-001", "--json", "--", "true"]),
    ("run", ["run", "PARSE-SPEED-001", "--rounds", "2", "--no-append", "--json", "--", "false"]),
    ("add", ["add", "Read empty files", "--json"]),
    ("edit", ["edit", "DOCS-TOUR-002", "--priority", "High", "--json"]),
    ("action", ["action", "DOCS-TOUR-002", "open", "1", "--dry-run", "--json"]),
    ("criterion", ["criterion", "DOCS-TOUR-002", "add", "It works", "--json"]),
    ("note", ["note", "DOCS-TOUR-002", "Looked at it.", "--json"]),
    ("close", ["close", "DOCS-TOUR-002", "--because", "not needed", "--dry-run", "--json"]),
    ("validate", ["validate", "--json"]),
    ("verify", ["verify", "--json"]),
    ("verify", ["verify", "PARSE-SPEED-001#2", "--rev", "HEAD", "--json"]),
    ("gate", ["gate", "PARSE-SPEED-001", "--json"]),
    ("apply", ["apply", "docs/hand_off.md", "--json"]),
    ("archive", ["archive", "PARSE-SPEED-001", "--keep", "1", "--json"]),
    ("archive", ["archive", "--json"]),
    ("gate", ["gate", "PARSE-SPEED-001", "--run", RUN, "--json"]),
    ("explain", ["explain", "LED103", "--json"]),
    ("explain", ["explain", "--json"]),
    ("export", ["export"]),
    ("export", ["export", "--json"]),
    ("evidence", ["evidence", RUN, "--baseline", RUN, "--json"]),
    ("evidence", ["evidence", RUN, RUN, "--json"]),
    ("rounds", ["rounds", "reports/parser-speed", "--json"]),
    ("tests", ["tests", "--json"]),
    ("links", ["links", "--json"]),
    ("links", ["links", "PARSE-SPEED-001#2", "--rev", "HEAD", "--json"]),
    ("history", ["history", "--json"]),
    ("history", ["history", "PARSE-SPEED-001#1", "--json"]),
    ("merge-driver", ["merge-driver", "--install", "--json"]),
    ("init", ["init", "--agents", "--json"]),
    ("doctor", ["doctor", "--json"]),
    ("doctor", ["doctor", "--fix", "--dry-run", "--json"]),
    ("schema", ["schema", "--json"]),
    ("schema", ["schema", "status", "--json"]),
    ("error", ["show", "NOBODY", "--json"]),
]


@pytest.mark.parametrize(("kind", "arguments"), DOCUMENTS)
def test_documents_keep_to_their_schemas(repo: Repository, kind: str, arguments: list[str]) -> None:
    repo.write("docs/hand_off.md", (DATA / "small_brief.md").read_bytes())
    repo.write(f"{RUN}/junit.xml", b"<testsuite><testcase classname='a' name='b'/></testsuite>")
    document = checked(kind, call(repo.path, *arguments).out)
    assert document["schema_version"] == 1


def test_every_kind_is_among_the_documents() -> None:
    assert {kind for kind, _ in DOCUMENTS} == {*KINDS}


ODD = (
    b"# Plan\r\n\r\n## [ODD-001] Bytes \xff\xfe and \xed\xa0\x80\r\n- Status: \x00\r\n"
    b"- Attempts History:\r\n  * [2025-13-45] Attempt #0 \xe2\x80\x94 Result: \xf0\x9f\x98\x80\r\n"
    b"* [2025-01-01] Attempt #3 no item\r\n  1. \xe2\x9c\x85 COMPLETE (Attempt #7)\r\n"
)


@pytest.mark.parametrize(
    "data", [ODD, b"", b"\xef\xbb\xbf", b"\xff" * 9, b"## [A-1] \x80\n"], ids=len
)
@pytest.mark.parametrize("command", ["status", "export"])
def test_any_bytes_give_a_valid_document(repo: Repository, command: str, data: bytes) -> None:
    repo.ledger.write_bytes(data)
    done = call(repo.path, command, "--json")
    assert done.code == 0
    checked(command, done.out)


def test_a_document_can_be_written_as_utf_8() -> None:
    status = summarize(read(ODD), "plan\udcff.md")
    said = reports.dumps(reports.document("status", status))
    assert said.encode("utf-8").count("\ufffd".encode()) > 2


def test_the_fields_that_others_rely_on(repo: Repository) -> None:
    """The values of the small plan, by hand."""
    status = call(repo.path, "status", "--json").data
    assert status["ledger"] == {
        "path": "docs/fix_plan.md",
        "dialect": "attempts",
        "bytes": repo.ledger.stat().st_size,
        "lines": 38,
        "last_updated": "2025-11-02 (parser speed, phase B)",
    }
    first, second = status["items"]
    assert first["id"] == "PARSE-SPEED-001"
    assert first["last_attempt"]["number"] == 2
    assert first["actions"] == {
        "open": 1, "blocked": 0, "deferred": 0, "complete": 1, "rejected": 0,
    }  # fmt: skip
    assert second["next_action"]["state"] == "blocked"
    assert second["waiting_for"] == [{"action": 1, "text": "waits for anna", "line": 38}]
    assert {*status["findings"]} == {"error", "warning"}

    exported = call(repo.path, "export").data
    attempt = exported["items"][0]["attempts"][1]
    assert (attempt["number"], attempt["date"], attempt["result"]) == (2, "2025-11-02", "success")
    assert attempt["source"] == "history"
    assert attempt["metrics"] == "12 passed in 3.40s."
    assert attempt["stamp"] == "20251102T091500Z"
    [artifact] = attempt["artifacts"]
    assert artifact["paths"] == [f"{RUN}/pytest.log", f"{RUN}/exit_code.txt"]
    span = attempt["span"]
    data = repo.ledger.read_bytes()[span["start_byte"] : span["end_byte"]]
    assert data.startswith("  * [2025-11-02] Attempt #2 — ".encode())
    assert span["end_line"] - span["start_line"] + 1 == data.count(b"\n") == 3


def test_the_real_plan_exports(real_repo: Any) -> None:
    place = real_repo("8b8c48d0")
    exported = checked("export", call(place, "export").out)["data"]
    [item] = [one for one in exported["items"] if one["id"] == "TEST-SUITE-TRIAGE-002"]
    assert [one["number"] for one in item["attempts"]] == list(range(1, 22))
    assert [one["source"] for one in item["attempts"]] == ["history"] * 9 + ["action"] * 12
    checked("status", call(place, "status", "--json").out)
