"""The attempts of a version of the real plan whose own runs are there and tell."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.planted.facts import Facts, Reading, readings_of

# `  * [2025-10-15] Attempt #20 (loop 510) — Result: ...` and `* **Attempt #4 ...`
ATTEMPT = re.compile(r"^\s*[*-] (?:\*\*)?(?:\[[^\]\n]{4,40}\] )?(?:\*\*)?Attempt #?(\d+)")
# ` 1. ✅ COMPLETE (Attempt #12, STAMP 20251015T150723Z) — text`
ACTION = re.compile(r"^\s*\d+\. .{0,30}?\(Attempt #(\d+)")
NEXT = re.compile(r"^(?:#|[*-] \S|\s*\d+\. )")
CODE = re.compile(r"`([^`\n]{3,400})`")
STAMP = re.compile(r"\d{4}-?\d\d-?\d\dT\d{4,6}Z?")


@dataclass(frozen=True)
class Unit:
    """An attempt: its first line and the one behind its last, its runs' folders and what they say."""

    number: int
    start: int
    end: int
    root: str
    folders: tuple[str, ...]
    is_told_twice: bool
    """Whether an action tells of it as well, which may cite other runs."""
    facts: Facts


def units(repo: Path, lines: list[str]) -> list[Unit]:
    """Each attempt that cites runs which tell something."""
    found = []
    folders: dict[tuple[str, int], set[str]] = defaultdict(set)
    count: Counter[tuple[str, int]] = Counter()
    item = root = ""
    for at, line in enumerate(lines):
        if line.startswith("#"):
            item, root = line, ""
        if "Artifacts Root" in line and (match := CODE.search(line)):
            root = match[1].split("phase_")[0].split("<")[0]
        match = ATTEMPT.match(line) or ACTION.match(line)
        if not match:
            continue
        key, end = (item, int(match[1])), _end(lines, at)
        folders[key] |= folders_of(repo, root, "\n".join(lines[at:end]))
        count[key] += 1
        found.append((key, at, end, root))
    made = []
    for key, at, end, root in found:
        own = tuple(sorted(folders[key]))
        facts = Facts(tuple(one for folder in own for one in _readings(repo / folder)))
        if facts.readings:
            made.append(Unit(key[1], at, end, root, own, count[key] > 1, facts))
    return made


def _end(lines: list[str], at: int) -> int:
    indent = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while end < len(lines) and lines[end].strip():
        inner = len(lines[end]) - len(lines[end].lstrip())
        if inner <= indent or NEXT.match(lines[end]):
            break
        end += 1
    return end


def folders_of(repo: Path, root: str, text: str) -> set[str]:
    """The folders, named by a stamp, of what the attempt cites."""
    found = set()
    for match in CODE.finditer(text):
        raw = match[1].split("{")[0].split("<")[0].strip()
        if ".." in raw or " " in raw or not STAMP.search(raw):
            continue
        for base in ("", root):
            parts = Path(base, raw).parts
            last = max((n for n, part in enumerate(parts) if STAMP.search(part)), default=None)
            if last is None or not parts[0].startswith("reports"):
                continue
            folder = "/".join(parts[: last + 1])
            if (repo / folder).is_dir():
                found.add(folder)
    return found


def _readings(folder: Path) -> Iterator[Reading]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            yield from readings_of(file)
