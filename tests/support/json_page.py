"""Writes docs/reference/json.md from the schemas: ``python -m tests.support.json_page``."""

from __future__ import annotations

import json

from ledger.commands.schema import MODELS
from tests.support.places import ROOT

PAGE = ROOT / "docs" / "reference" / "json.md"

HEAD = """\
# JSON

With `--json`, a command prints one document in UTF-8 on standard output:

```json
{"schema_version": 1, "kind": "links", "data": {...}}
```

`kind` is the command. A command that fails prints the kind `error` instead and exits with 1 or 2:

```json
{"schema_version": 1, "kind": "error", "error": {"code": "no-such-item", "message": "...", "hint": "..."}}
```

[Exit codes and errors](exit-codes.md) lists every `code`. `export` and `schema` print JSON without the option;
`completion`, `mcp` and `report` have no `--json`.

## What is promised

- Within `schema_version` 1, fields may be added. None is removed, renamed or given another meaning.
- Every field of a schema is always present, with null where there is nothing to say.
- Words are normalised, and the words as written are beside them: `status` and `status_text`, `result` and
  `result_text`, `state` and `state_text`.
- Paths inside the repository are relative to its top. Bytes that are not UTF-8 become U+FFFD.

## Documents

Each kind has a JSON Schema (2020-12) that describes every field: `schemas/KIND.json` in the repository, or
`ledger schema KIND`. In Python the same documents are [typed models](library.md).

```console
$ ledger links DOCS-TOUR-002 --json
{
  "schema_version": 1,
  "kind": "links",
  "data": {
    "artifacts": [],
    "commits": [],
    "path": "docs/fix_plan.md",
    "commit": null
  }
}
```

| kind | printed by |
|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(map(_row, sorted(MODELS)))


def _row(kind: str) -> str:
    schema = json.loads((ROOT / "schemas" / f"{kind}.json").read_text("utf-8"))
    return f"| `{kind}` | {schema['description'].rstrip('.')} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
