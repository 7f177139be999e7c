"""Clusters of failures: their names, counts and tests, as the whole brief tells of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ledger.gates.briefs.outline import Part, plain
from ledger.gates.model import Cluster

_WHOLE: Final = re.compile(r"\bCLUSTER-(?P<name>[A-Z][A-Z0-9]{0,30})-\d{1,6}\b")
_COUNT: Final = re.compile(
    r"(?:CLUSTER-)?(?P<name>[A-Z][A-Z0-9]{0,30})-\d{1,6}"
    r"(?: \((?P<tests>\d{1,6}) tests?\)| ?[x\u00d7](?P<times>\d{1,6})\b)"
)
_NAMES: Final = re.compile(r"\(([A-Z][A-Z0-9-]{1,40}(?:, ?[A-Z][A-Z0-9-]{1,40}){0,200})\)")
_SUM: Final = re.compile(r"\((\d{1,6}(?: ?\+ ?\d{1,6}){1,200})\b")
_TEST: Final = re.compile(
    r"[\w./-]{1,200}\.py::[\w:]{1,300}(?:\[[^\]\s]{1,200}\])?|\btest_\w{3,200}(?:\[[^\]\s]{1,200}\])?(?![\w./])"
)


def read(parts: Sequence[Part], texts: Mapping[int, str]) -> tuple[Cluster, ...]:
    """The clusters in the order of the summary, else of the text.

    ``texts`` has the lines of the document by number. A summary names all clusters in one pair
    of parentheses after ``Clusters``, and their counts as a sum after ``Failures``; else each is
    known by ``CLUSTER-NAME-1``, and its count by ``(2 tests)`` or ``x2`` behind it.
    """
    whole: dict[str, tuple[str, int]] = {}
    counts: dict[str, int] = {}
    for number, line in texts.items():
        for found in _WHOLE.finditer(line):
            whole.setdefault(found["name"], (found[0], number))
        for found in _COUNT.finditer(line):
            counts.setdefault(found["name"], int(found["tests"] or found["times"]))
    names, summary, summed = _summary(parts)
    order = list(dict.fromkeys([*names, *whole]))
    if len(summed) == len(names):
        counts |= dict(zip(names, summed, strict=True))
    named = {name: whole.get(name, (name, summary)) for name in order}
    tests = _tests(parts, {identity: name for name, (identity, _) in named.items()})
    return tuple(
        Cluster(id=identity, count=counts.get(name), tests=tests.get(name, ()), line=at)
        for name, (identity, at) in named.items()
    )


def ids(said: str) -> tuple[str, ...]:
    """The clusters that a text names in full, each once."""
    return tuple(dict.fromkeys(found[0] for found in _WHOLE.finditer(said)))


def _summary(parts: Sequence[Part]) -> tuple[list[str], int, list[int]]:
    names: list[str] = []
    line, summed = 0, list[int]()
    for part in parts:
        for group in part.groups:
            for node in group.nodes:
                label = plain(node.name)
                if label == "clusters" and not names and (found := _NAMES.search(node.value)):
                    names, line = [one.strip() for one in found[1].split(",")], node.line
                if label == "failures" and not summed and (found := _SUM.search(node.value)):
                    summed = [int(one) for one in found[1].split("+")]
    return names, line, summed


def _tests(parts: Sequence[Part], names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The tests that parts about one cluster alone name."""
    found: dict[str, dict[str, None]] = {}
    for part in parts:
        about = ids(part.title)
        if len(about) == 1 and about[0] in names:
            for said in _said(part):
                for match in _TEST.finditer(said):
                    found.setdefault(names[about[0]], {})[match[0]] = None
    return {name: tuple(_without_parts(tests)) for name, tests in found.items()}


def _without_parts(tests: Mapping[str, None]) -> Iterator[str]:
    """Without those that are the name or file of another."""
    for test in tests:
        if not any(test != other and test in other for other in tests):
            yield test


def _said(part: Part) -> Iterator[str]:
    for group in part.groups:
        if plain(group.name).startswith(("issue", "test", "validation", "affected", "evidence")):
            yield group.value
        for node in group.every_node:
            if plain(node.name).startswith(("test", "validation")):
                yield node.value
