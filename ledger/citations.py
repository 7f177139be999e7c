"""What prose cites: labelled parts and commits. Pure text, nothing is resolved here."""

from __future__ import annotations

import re
from functools import lru_cache

_HEX = re.compile(r"(?<![\w/.-])[0-9a-f]{7,40}(?![\w/-])")
_CHECKSUM = re.compile(r"(?:sha-?(?:1|224|256|384|512)|md5|checksum)\W{0,6}(?:\w{1,12}\W{1,4}){0,2}\Z", re.I)


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
