"""The documents of a repository that prose names."""

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Final

from ledger.errors import LedgerError
from ledger.git.files import Files
from ledger.plan import citations, patterns

# e.g. "`reports/brief.md`", "[the brief](../reports/brief.md)"
_DOCUMENT: Final = re.compile(r"(?P<link>\]\()?(?<![\w./@+~-])(?P<path>[\w./@+~-]{1,200}\.md)\b")
# e.g. "reports/phase_m/20251015T201831Z/analysis/"
_STAMPED: Final = re.compile(rf"(?:\A|/){patterns.STAMP.pattern}(?:/|\Z)")
_CALLED_BRIEF: Final = re.compile(r"(?:brief|hand[_-]?off|next[_-]steps)[^/]*\.md\Z", re.IGNORECASE)


@lru_cache(maxsize=512)  # each action of an item asks for what all of them name
def documents(view: Files, text: str, plan: str) -> tuple[str, ...]:
    """Where the documents may lie that ``text`` names: a link from the plan's folder first; in a
    run's folder, what is called a brief."""
    return tuple(_documents(view, text, plan))


def _documents(view: Files, text: str, plan: str) -> Iterator[str]:
    folder = posixpath.dirname(plan)
    cited = [path for citation in citations.find(text) for path in citation.paths]
    linked = {match["path"] for match in _DOCUMENT.finditer(text) if match["link"]}
    for path in dict.fromkeys((*cited, *(match["path"] for match in _DOCUMENT.finditer(text)))):
        near = posixpath.normpath(posixpath.join(folder, path))
        places = (near, path) if path in linked else (path, near)
        for place in (place for place in places if citations.kind(place) == "path"):
            if place.endswith(".md"):
                yield place
            elif _STAMPED.search(place) and "." not in posixpath.basename(place.rstrip("/")):
                yield from _briefs_in(view, place.rstrip("/"))


def _briefs_in(view: Files, folder: str) -> Iterator[str]:
    with suppress(LedgerError):
        names = [file.path for file in view.below(folder)]
        yield from (f"{folder}/{name}" for name in names if _CALLED_BRIEF.search(name))
