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
_NAMED: Final = re.compile(r"(?P<link>\]\()?(?<![\w./@+~-])(?P<path>[\w./@+~-]{1,200}\.md)\b")
# e.g. "reports/phase_m/20251015T201831Z/analysis/"
_STAMPED: Final = re.compile(rf"(?:\A|/){patterns.STAMP.pattern}(?:/|\Z)")
_CALLED_BRIEF: Final = re.compile(r"(?:brief|hand[_-]?off|next[_-]steps)[^/]*\.md\Z", re.IGNORECASE)


@lru_cache(maxsize=512)  # each action of an item asks for what all of them name
def documents(view: Files, said: str, plan: str) -> tuple[str, ...]:
    """Where the documents may lie that ``said`` names: a link from the plan's folder first; in a
    run's folder, what is called a brief."""
    return tuple(_documents(view, said, plan))


def _documents(view: Files, said: str, plan: str) -> Iterator[str]:
    folder = posixpath.dirname(plan)
    cited = [path for one in citations.find(said) for path in one.paths]
    linked = {found["path"] for found in _NAMED.finditer(said) if found["link"]}
    for path in dict.fromkeys((*cited, *(found["path"] for found in _NAMED.finditer(said)))):
        near = posixpath.normpath(posixpath.join(folder, path))
        places = (near, path) if path in linked else (path, near)
        for place in (one for one in places if citations.kind(one) == "path"):
            if place.endswith(".md"):
                yield place
            elif _STAMPED.search(place) and "." not in posixpath.basename(place.rstrip("/")):
                yield from _briefs_in(view, place.rstrip("/"))


def _briefs_in(view: Files, folder: str) -> Iterator[str]:
    with suppress(LedgerError):
        names = [file.path for file in view.below(folder)]
        yield from (f"{folder}/{name}" for name in names if _CALLED_BRIEF.search(name))
