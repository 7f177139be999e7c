"""The name of a test, the same in every output of a run."""

from __future__ import annotations


def from_node_id(node_id: str) -> str:
    """``tests/test_x.py::TestY::test_z[cpu]`` as ``tests.test_x.TestY::test_z[cpu]``.

    pytest writes JUnit XML with dots for slashes and colons, and from dots alone a path
    cannot be told from a class. So the identity is what both forms can give: class name,
    ``::``, test name. A module stands by its dotted path alone.
    """
    head, bracket, params = node_id.partition("[")
    names = head.split("::")
    module = names[0].replace("\\", "/").replace("/", ".")
    names[0] = module.removesuffix(".py")
    names[-1] += bracket + params
    return from_class(".".join(names[:-1]), names[-1])


def from_class(classname: str, name: str) -> str:
    """The identity of a JUnit test case."""
    return f"{classname}::{name}" if classname else name
