"""The golden cases of ``tests/data/rules``: one file for each rule, anyone can add to it.

A case is a heading of the second level and fenced blocks of five backticks:

- ``plan``: the fix plan to check. ``\xe9`` in it is that byte, ``{HEAD}`` the last commit.
- ``findings``: all that is to be found, a line for each: ``line:column CODE message``. Without
  this block nothing is.
- ``base``: the version before, where there is one; in a merge one for each side, and ``fork``
  is what the sides have in common.
- ``archive``: the archive beside it.
- ``settings``: ``today`` (default: 2025-12-31), ``append_only``, ``max_lines``, ``runs``
  (``runs = read``: what the cited runs lack is looked for), ``claims`` (``claims = read``: what
  is said is held against the cited runs), ``criteria`` (``criteria = read``: exit criteria are
  judged), ``settings`` and ``unguarded`` as of ``Facts``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.places import DATA

FOLDER = DATA / "rules"
_PART = re.compile(
    r"^`{5}(?P<kind>\w+)\n(?P<body>.*?)^`{5}$ | ^\#\#\ (?P<title>[^\n]*)$",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_BYTE = re.compile(rb"\\x([0-9A-F]{2})")


@dataclass(frozen=True)
class Case:
    """One case. ``code`` is the rule that its file is about."""

    code: str
    title: str
    plan: bytes
    findings: tuple[str, ...] = ()
    bases: tuple[bytes, ...] = ()
    fork: bytes | None = None
    settings: dict[str, str] = field(default_factory=dict)
    archive: bytes | None = None

    @property
    def codes(self) -> set[str]:
        """The rules that are to find something."""
        return {line.split(" ")[1] for line in self.findings}


def cases() -> Iterator[Case]:
    """All of them, by file."""
    for file in sorted(FOLDER.glob("*.md")):
        title = ""
        blocks: dict[str, list[str]] = {}
        for found in _PART.finditer(file.read_text("utf-8") + "## \n"):
            if found["kind"]:
                blocks.setdefault(found["kind"], []).append(found["body"])
                continue
            if title:
                yield _case(file.stem, title, blocks)
            title, blocks = found["title"], {}


def _case(code: str, title: str, blocks: dict[str, list[str]]) -> Case:
    [plan] = blocks["plan"]
    settings = "".join(blocks.get("settings", [])).splitlines()
    return Case(
        code,
        title,
        _bytes(plan),
        tuple("".join(blocks.get("findings", [])).splitlines()),
        tuple(map(_bytes, blocks.get("base", ()))),
        next(map(_bytes, blocks.get("fork", ())), None),
        dict(line.split(" = ") for line in settings),
        next(map(_bytes, blocks.get("archive", ())), None),
    )


def _bytes(body: str) -> bytes:
    return _BYTE.sub(lambda match: bytes([int(match[1], 16)]), body.encode())
