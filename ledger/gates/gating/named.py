"""The tests that a brief means by a name: of a test, a selector or a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from ledger.evidence.model import identity_of
from ledger.gates import outline
from ledger.gates.criteria.facts import Tests
from ledger.gates.gating.places import Places
from ledger.gates.model import Brief
from ledger.plan import document, text

_NODE: Final = re.compile(r"[\w./-]{1,300}\.py::[\w:.\[\]{},-]{1,600}")


class Named:
    """What names stand for among ``known``, the identities of the tests of both runs."""

    def __init__(self, brief: Brief | None, places: Places, known: Iterable[str]) -> None:
        self._clusters = brief.clusters if brief else ()
        self._places = places
        self._known = dict.fromkeys(known)

    def tests(self, name: str) -> Tests | None:
        """The tests of a name; None where nothing is called so."""
        cluster = next(
            (one for one in self._clusters if one.id in {name, f"CLUSTER-{name}"}),
            None,
        )
        if cluster and cluster.id in self._mapped:
            identities, source = self._mapped[cluster.id]
            return Tests(identities, cluster.count, source)
        selectors = cluster.tests if cluster else (name,)
        found = dict.fromkeys(
            identity
            for selector in selectors
            for identity in self._known
            if _selects(selector, identity)
        )
        if not found and not cluster:
            return None
        return Tests(tuple(found), cluster.count if cluster else None, "")

    @cached_property
    def _mapped(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """The tests of clusters, from the tables of the documents that the brief refers to."""
        found: dict[str, tuple[tuple[str, ...], str]] = {}
        names = {one.id for one in self._clusters}
        for path in self._places.cited:
            said = self._places.text(path) if names and path.endswith(".md") else None
            for part in outline.parts(document.parse(text.encode(said))) if said else ():
                for row in (row for group in part.groups for row in group.rows):
                    first = row.cells[0][1] if row.cells else ""
                    about = [name for name in names if re.search(rf"\b{re.escape(name)}\b", first)]
                    tests = [
                        identity_of(node)
                        for _, cell in row.cells[1:]
                        for raw in _NODE.findall(cell)
                        for node in _nodes(raw)
                    ]
                    if len(about) == 1 and tests and about[0] not in found:
                        found[about[0]] = (tuple(dict.fromkeys(tests)), f"{path}:{row.line}")
        return found


def _nodes(raw: str) -> list[str]:
    """The node ids that one with a group of names stands for: ``tests/test_x.py::{a,b}``."""
    head, opened, rest = raw.partition("{")
    inner, closed, tail = rest.partition("}")
    return (
        [f"{head}{one.strip()}{tail}" for one in inner.split(",")] if opened and closed else [raw]
    )


def _selects(selector: str, identity: str) -> bool:
    """Whether a test is meant by a name or node id, whole or but for its parameters, or by the
    class or file that it is in."""
    name = identity_of(selector) if "::" in selector or selector.endswith(".py") else selector
    bare = identity.partition("[")[0]
    if "::" not in name:
        return (
            name in {identity, bare}
            or bare.endswith(f"::{name}")
            or identity.endswith(f"::{name}")
            or ("." in name and bare.startswith((f"{name}::", f"{name}.")))
        )
    as_class = name.replace("::", ".")
    return name in {identity, bare} or bare.startswith((f"{as_class}::", f"{as_class}."))
