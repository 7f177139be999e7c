"""Writes docs/reference/json.md from the schemas: ``python -m tests.json_page``."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "json.md"

HEAD = """\
# JSON

Every command takes `--json` and then prints one document on standard output, in UTF-8; only
`completion` and `mcp` do not, which speak to shells and agents in their own ways:

```json
{"schema_version": 1, "kind": "status", "data": {}}
```

`kind` is the command. A command that fails prints a document of the kind `error` instead, and
its exit code is 1 or 2; [each `code`](exit-codes.md) has its meaning. Within `schema_version` 1 fields may
be added; none is taken away, and
none changes its meaning. Every field that is listed here is always there, with null where there
is nothing to say. Bytes of a file that are not UTF-8 become U+FFFD.

Words are normalised, and the words as written stay beside them: `status` and `status_text`,
`result` and `result_text`, `state` and `state_text`.

The schemas (JSON Schema 2020-12) are in `schemas/`, and `ledger schema NAME` prints them. This
page is made from them by `python -m tests.json_page`.
"""

_REFERENCE = re.compile(r'"#/\$defs/(\w+)"')


def page() -> str:
    """The whole page."""
    schemas = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in sorted((ROOT / "schemas").iterdir())
    }
    uses = Counter(name for schema in schemas.values() for name in schema["$defs"])
    shared = {name for name, count in uses.items() if count > 1}
    lines = [HEAD]
    for kind, schema in schemas.items():
        lines += [f"## `{kind}`", "", f"{schema['description']} Schema: `schemas/{kind}.json`.", ""]
        parts: dict[str, Any] = schema["$defs"]
        top = schema["properties"].get("data") or schema["properties"]["error"]
        order = [_named(top)[0]]
        for name in order:
            new = [n for n in _named(parts[name]["properties"]) if n not in shared | {*order}]
            order += dict.fromkeys(new)
        lines += [line for name in order for line in _part(name, parts)]
    lines += ["## Shared parts", ""]
    every = {name: part for schema in schemas.values() for name, part in schema["$defs"].items()}
    lines += [line for name in sorted(shared) for line in _part(name, every)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _part(name: str, parts: dict[str, Any]) -> Iterator[str]:
    part = parts[name]
    yield f"**{name}**. {' '.join(part['description'].split())}"
    yield ""
    yield "| field | type | meaning |"
    yield "|---|---|---|"
    for field, said in part["properties"].items():
        # A field that says the same as its part is left to the part.
        meaning = said.get("description") or parts[_named(said)[0]]["description"]
        yield f"| `{field}` | {_type(said)} | {' '.join(meaning.split())} |"
    yield ""


def _type(said: Any) -> str:
    if "$ref" in said:
        return _named(said)[0]
    if "anyOf" in said:
        return " or ".join(map(_type, said["anyOf"]))
    if "enum" in said:
        return ", ".join(f"`{word}`" for word in said["enum"])
    if said["type"] == "array":
        if "prefixItems" in said:
            return f"list of {len(said['prefixItems'])}: {_type(said['prefixItems'][0])}"
        return f"list of {_type(said['items'])}"
    if said["type"] == "object":
        inner = said.get("additionalProperties")
        return f"object of {_type(inner)}" if isinstance(inner, dict) else "object"
    return {"boolean": "true, false"}.get(said["type"], said["type"])


def _named(said: Any) -> list[str]:
    return _REFERENCE.findall(json.dumps(said))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
