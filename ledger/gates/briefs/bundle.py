"""The tree of files that a brief asks for, drawn with box characters or by indenting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.gates.briefs.outline import Fence
from ledger.gates.model import BundleEntry

_BRANCH: Final = re.compile(
    r"(?P<stem>[ \t\u00a0|\u2502]*)(?:[\u251c\u2514\u2570+`][\u2500-]+[ \t]*)"
)
_NOTE: Final = re.compile(r"[ \t]+(?:\((?P<note>[^()]{1,200})\)|#.*|\u2190.*|<-.*)[ \t]*\Z")
_OPTIONAL: Final = "optional"


def is_tree(fence: Fence) -> bool:
    """Whether code is a drawing of a tree."""
    return any(_BRANCH.match(line) for line in fence.lines)


def read(fence: Fence) -> Iterator[BundleEntry]:
    """The tree's files and folders below its first line, each with its whole path.

    A name that ends in a slash is a folder, as is one that others stand below.
    """
    drawn = list(_drawn(fence))
    open_folders: list[tuple[int, str]] = []
    for index, (depth, name, optional, line) in enumerate(drawn):
        while open_folders and open_folders[-1][0] >= depth:
            open_folders.pop()
        above = open_folders[-1][1] if open_folders else ""
        is_folder = name.endswith("/") or (index + 1 < len(drawn) and drawn[index + 1][0] > depth)
        path = above + name.rstrip("/") + ("/" if is_folder else "")
        if is_folder:
            open_folders.append((depth, path))
        yield BundleEntry(path=path, optional=optional, line=line)


def _drawn(fence: Fence) -> Iterator[tuple[int, str, bool, int]]:
    """Depth, name, whether it is optional, and line of each entry."""
    for number, raw in enumerate(fence.lines, fence.line):
        line = raw.replace("\u00a0", " ").rstrip()
        if not line.strip(" |\u2502"):
            continue
        note = _NOTE.search(line)
        name = line[: note.start()] if note else line
        branch = _BRANCH.match(name)
        depth = branch.end("stem") + 1 if branch else len(name) - len(name.lstrip())
        name = name[branch.end() :] if branch else name.strip()
        optional = bool(note and note["note"] and _OPTIONAL in note["note"].lower())
        if name:
            yield depth, name, optional, number
