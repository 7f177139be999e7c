"""What prose cites: labelled parts and commits. Pure text, nothing is resolved here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_HEX = re.compile(r"(?<![\w/.-])[0-9a-f]{7,40}(?![\w/-])")
_CHECKSUM = re.compile(r"(?:sha-?(?:1|224|256|384|512)|md5|checksum)\W{0,6}(?:\w{1,12}\W{1,4}){0,2}\Z", re.I)

_CODE = re.compile(r"`([^`\n]{1,4000})`")
_BRACES = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_SUFFIX = re.compile(
    r"\.(?:py|md|txt|log|xml|json|jsonl|toml|ya?ml|cfg|ini|sh|c|h|cc|cpp|hpp|rs|go|java|js|ts|html|csv|tsv|npz|npy|bin|png|svg|pdf|gz|zip|lock|out|err|diff|patch|ips)"
    r"(?::\d{1,7}(?:-\d{1,7})?)?\Z"
)
_NOTE = re.compile(r"\s*\([^(){}]*\)")
_LINE = re.compile(r":\d{1,7}(?:-\d{1,7})?\Z")
_MOST = 2000


@lru_cache(maxsize=64)
def _label(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^[ \t]*|[.;] |\*\*){name}\*{{0,2}}:\*{{0,2}}[ \t]*", re.M | re.I)


def labelled(text: str, name: str) -> str | None:
    """What follows ``name:`` at the start of a line or sentence, to the end of that line."""
    found = _label(name).search(text)
    if not found:
        return None
    return text[found.end() :].partition("\n")[0].strip() or None


def commits(text: str) -> tuple[str, ...]:
    """7 to 40 hex digits with a letter and a digit among them, but for checksums, which say so
    just before. Numbers such as 25932015286227 have no letter. First mention of each, in order."""
    found: dict[str, None] = {}
    for match in _HEX.finditer(text):
        sha = match.group()
        if sha.isdigit() or sha.isalpha():
            continue
        if _CHECKSUM.search(text, max(0, match.start() - 48), match.start()):
            continue
        found[sha] = None
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Citation:
    """A path as written, and its line, from 0, in the text."""

    raw: str
    line: int


def find(text: str) -> tuple[Citation, ...]:
    """The code spans that are paths, and bare ``reports/...`` after ``Artifacts:``."""
    found: list[Citation] = []
    for number, line in enumerate(text.split("\n")):
        for match in _CODE.finditer(line):
            if is_path(match.group(1).strip()):
                found.append(Citation(match.group(1).strip(), number))
    return tuple(found)


def is_path(raw: str) -> bool:
    """Whether a code span cites a file or folder: it has a slash and a folder's or file's end, or
    a well-known suffix; it is no command, no URL, no expression."""
    bare = _BRACES.sub("x", raw)
    if not bare or "://" in bare or any(c in bare for c in " \t\"'=()|;&") or bare[0] in "-+@%":
        return False
    bare = bare.partition("::")[0]
    if _SUFFIX.search(bare):
        return True
    return bare.endswith("/") or bare.count("/") >= 2


def expand(raw: str) -> tuple[str, ...]:
    """The paths that a citation's braces stand for. Blanks after commas and notes in
    parentheses inside braces are dropped; so are a line number and a test's name."""
    bare = raw.strip().partition("::")[0]
    if "{" in bare:
        import bracex  # only here: few attempts of a hook's run have braces

        bare = _NOTE.sub("", re.sub(r"\s*,\s*", ",", bare))
        try:
            paths = bracex.expand(bare, limit=_MOST)
        except bracex.ExpansionLimitException:
            return (bare,)
    else:
        paths = [bare]
    return tuple(dict.fromkeys(_LINE.sub("", path.strip()) for path in paths if path.strip()))
