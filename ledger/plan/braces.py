r"""Several paths in one word: ``run/{time.txt,logs/{a,b}.log}``.

Written as a shell would read it, with what people add: blanks around names, notes behind them
(``{x.txt (7 matches), y.md}``), and line numbers, tests or sections behind a path.

This is not left to bracex: it gives up with a RecursionError at some 300 groups, and takes 50
times as long, which adds up where a hostile file holds thousands of products of braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# What one citation may stand for. A list of files has fewer paths than characters; a product
# such as {a,b}{a,b}{a,b}... has exponentially more.
_FREE_PATHS: Final = 64
_LONGEST: Final = 200_000  # characters
_MOST_WORK: Final = 10_000_000  # characters copied

_PLAIN: Final = re.compile(r"[\w./+-]+")
_PART: Final = re.compile(r"(\\.)|([{},])|\s+\([^()]{0,500}\)|\s+|[^\\{},\s]+|\\", re.DOTALL)
_BEHIND: Final = re.compile(
    r"""(?<!\\)(?: :: | \s§ | \slines?\s | \#(?=[A-Za-z]) ).*  # a test, a section, an anchor
      | (?<!\\):\d[\d,–-]*$                                    # file.py:39 or file.py:1-2,7
      | (?<!\\):[A-Za-z_]\w{0,99}\(\)$                         # file.py:function()
      | (?<=\w)\[[^\[\]]*\]$                                   # pyproject.toml[project.urls]
    """,
    re.VERBOSE | re.DOTALL,
)
_MOST_BEHIND: Final = 5
_ESCAPED: Final = re.compile(r"\\(\W)")
_UNSAFE: Final = re.compile(r"[^\w./@%+=~^-]")
_RANGE: Final = re.compile(r"(-?\d{1,6})\.\.(-?\d{1,6})")


def expand(raw: str) -> tuple[str, ...]:
    r"""The paths that a citation stands for: ``a/{b.md, c/{d,e}.txt (7 matches)}:39`` is
    ``a/b.md``, ``a/c/d.txt`` and ``a/c/e.txt``. Each once, in the order of the text.

    A backslash takes a mark's meaning away: ``a\,b``. Braces that do not pair, or that stand
    for more than a list of that length could, are left as they are: a placeholder, then.
    """
    if _PLAIN.fullmatch(raw) or len(raw) > _LONGEST:
        return (raw,)
    names, marks = _split(raw)
    # Of each open group: the paths before it, and those of its finished alternatives.
    outer: list[tuple[list[str], list[str]]] = []
    paths = names[:1]
    work = 0
    for mark, name in zip(marks, names[1:], strict=True):
        if mark == "{":
            outer.append((paths, []))
            paths = [name]
        elif mark == ",":
            outer[-1][1].extend(paths)
            paths = [name]
        elif outer:
            before, finished = outer.pop()
            finished = [*finished, *paths] if finished else _without_comma(paths)
            if len(before) * len(finished) > _FREE_PATHS + len(raw):
                return (raw,)
            paths = [head + tail + name for head in before for tail in finished]
            work += sum(map(len, paths))
            if work > _MOST_WORK:
                return (raw,)
        else:
            return (raw,)
    if outer:
        return (raw,)
    return tuple(dict.fromkeys(path for path in paths if path))


def brace(paths: Iterable[str]) -> str:
    """The reverse of ``expand``: ``a/b.md`` and ``a/c/d`` as ``a/{b.md,c/d}``, sorted."""
    names = sorted({*paths})
    top = _Folder()
    for name in names:
        *folders, last = name.split("/")
        folder = top
        for part in folders:
            folder = folder.folders.setdefault(part, _Folder())
        folder.files.add(last)
    if not names:
        return ""
    try:
        return top.written()
    except RecursionError:  # a thousand folders in each other
        return "{" + ",".join(map(_escaped, names)) + "}"


class _Folder:
    """A folder in a tree of paths; a name can be a file and a folder at once."""

    __slots__ = ("files", "folders")

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.folders: dict[str, _Folder] = {}

    def written(self) -> str:
        entries = []
        for name in sorted({*self.files, *self.folders}):
            if name in self.files:
                entries.append(_escaped(name))
            if name in self.folders:
                entries.append(_escaped(name) + "/" + self.folders[name].written())
        return entries[0] if len(entries) == 1 else "{" + ",".join(entries) + "}"


def _escaped(name: str) -> str:
    return _UNSAFE.sub(r"\\\g<0>", name)


def _without_comma(inside: list[str]) -> list[str]:
    """A group of one: numbers ``{1..40}``, or no group at all (``{dataset}``)."""
    found = _RANGE.fullmatch(inside[0]) if len(inside) == 1 else None
    if not found:
        return ["{" + one + "}" for one in inside]
    first, last = int(found[1]), int(found[2])
    if abs(last - first) > _FREE_PATHS:
        return ["{" + inside[0] + "}"]
    step = 1 if first <= last else -1
    return [str(number) for number in range(first, last + step, step)]


def _split(raw: str) -> tuple[list[str], list[str]]:
    """The names of a citation without what stands around them, and the marks between them."""
    pieces: list[list[str]] = [[]]
    marks: list[str] = []
    depth = 0
    for part in _PART.finditer(raw):
        mark = part[2]
        if mark and (depth or mark != ","):
            depth += {"{": 1, "}": -1}.get(mark, 0)
            marks.append(mark)
            pieces.append([])
            continue
        pieces[-1].append(part[0])
        if not depth and not part[1] and "::" in part[0]:
            break  # a test's name may have braces of its own
    around = ["", *marks, ""]
    return [
        _bare("".join(name), starts=before in "{,", ends=after in "},")
        for before, name, after in zip(around, pieces, around[1:], strict=False)
    ], marks


def _bare(name: str, *, starts: bool, ends: bool) -> str:
    if starts:
        name = name.lstrip()
    if ends:
        name = _cut(name)
    return _ESCAPED.sub(r"\1", name)


def _cut(name: str) -> str:
    """``name`` without what may stand behind a path."""
    for _ in range(_MOST_BEHIND):
        name = _rstripped(name)
        if name.endswith(")") and (start := name.rfind("(")) > 0 and name[start - 1].isspace():
            name = name[:start]
        elif found := _BEHIND.search(name):
            name = name[: found.start()]
        else:
            break
    return _rstripped(name)


def _rstripped(name: str) -> str:
    bare = name.rstrip()
    slashes = len(bare) - len(bare.rstrip("\\"))
    return name[: len(bare) + slashes % 2]  # the blank after a backslash belongs to the name
