"""The tests of clusters, as documents tell them: a table whose first column names the cluster, or
JSON where a cluster's name is above or beside its tests."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from ledger.evidence.model import identity_of
from ledger.gates import outline
from ledger.plan import document, text

# e.g. "tests/test_x.py::TestY::{test_a,test_b}"
_NODE: Final = re.compile(r"[\w./-]{1,300}\.py::[\w:.\[\]{},-]{1,600}")
# e.g. "tests.test_x.TestY::test_a[1 2]"
_TEST: Final = re.compile(r"[\w./-]{1,300}::[\w:.\[][^\n]{0,600}")
_DEEPEST: Final = 30  # lists and objects in one another


class Members(NamedTuple):
    """A cluster, the identities of tests that a document says it has, and the line (0 for none)."""

    cluster: str
    tests: tuple[str, ...]
    line: int


def members(content: str, path: str, names: Sequence[str]) -> Iterator[Members]:
    """What the document at ``path`` mentions the clusters in ``names``."""
    whole = {name.removeprefix("CLUSTER-"): name for name in names}
    known = re.compile(rf"\b(?:CLUSTER-)?({'|'.join(map(re.escape, whole))})\b")
    if path.endswith(".json"):
        tests: dict[str, dict[str, None]] = {}
        for cluster, node in _in_json(content, known):
            tests.setdefault(cluster, {})[identity_of(node)] = None
        yield from (Members(whole[cluster], tuple(i), 0) for cluster, i in tests.items())
    elif path.endswith(".md") and _has_row(content, known):
        parts = outline.parts(document.parse(text.encode(content)))
        for row in (row for part in parts for group in part.groups for row in group.rows):
            about = _only(known, row.cells[0][1]) if row.cells else ""
            nodes = (node for _, cell in row.cells[1:] for node in _NODE.findall(cell))
            identities = dict.fromkeys(identity_of(n) for node in nodes for n in _expanded(node))
            if about and identities:
                yield Members(whole[about], tuple(identities), row.line)


def _has_row(content: str, known: re.Pattern[str]) -> bool:
    """Whether a table of Markdown may mention a cluster; parsing all of a fix plan takes long."""
    rows = (line for line in content.split("\n") if "|" in line and "::" in line)
    return any(map(known.search, rows))


def entries(content: str) -> set[int]:
    """How many entries JSON has: of its list, or of each list in its object; none for neither."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return set()
    lists = value.values() if isinstance(value, dict) else (value,)
    return {len(values) for values in lists if isinstance(values, list)}


def _in_json(content: str, known: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Each test with the cluster that it is below or beside: ``{"nodeid": TEST, "cluster":
    NAME}``, ``{NAME: [TEST]}``, ``{TEST: NAME}``."""
    try:
        waiting: list[tuple[Any, str, int]] = [(json.loads(content), "", 0)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value, about, depth = waiting.pop()
        if isinstance(value, str):
            if about and _TEST.fullmatch(value):
                yield about, value
        elif isinstance(value, list) and depth < _DEEPEST:
            waiting += [(child, about, depth + 1) for child in reversed(value)]
        elif isinstance(value, dict) and depth < _DEEPEST:
            beside = {_only(known, c) for c in value.values() if isinstance(c, str)} - {""}
            own = beside.pop() if len(beside) == 1 else about
            texts = [(key, c) for key, c in reversed(value.items()) if isinstance(c, str)]
            by_key = [(_only(known, t), key) for key, t in texts if _TEST.fullmatch(key)]
            yield from (pair for pair in by_key if pair[0])
            waiting += [
                (c, _only(known, key) or own, depth + 1) for key, c in reversed(value.items())
            ]


def _only(known: re.Pattern[str], words: str) -> str:
    """The cluster that a short text names; empty for none, and for several."""
    names = {*known.findall(words[:200])}
    return names.pop() if len(names) == 1 else ""


def _expanded(node: str) -> list[str]:
    """The node ids that one with a group of names stands for: ``tests/test_x.py::{a,b}``."""
    head, opened, rest = node.partition("{")
    inner, closed, tail = rest.partition("}")
    if not (opened and closed):
        return [node]
    return [f"{head}{name.strip()}{tail}" for name in inner.split(",")]
