"""Files that look like a fix plan, where none is configured and none is in the usual place."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from ledger.errors import LedgerError, UsageError
from ledger.git import files, process, repository
from ledger.plan import reader

_NAME: Final = re.compile(
    r"(?:^|/)(?:[@_.]?fix[ _-]?plan|implementation[ _-]?plan)[^/]*\.(?:md|markdown)$", re.IGNORECASE
)
_MOST: Final = 20  # files that are read
_LARGEST: Final = 20_000_000  # bytes of one


def plans(here: Path) -> list[str]:
    """Their names, relative to ``here``: those that are called so and have an item. What git
    ignores is not looked at; without git only the folder itself is."""
    top = process.top_of(here)
    root = top or here
    try:
        names = repository.listed(root) if top else [file.name for file in root.iterdir()]
    except (OSError, LedgerError):
        return []
    found = [name for name in sorted(names) if _NAME.search(name)][:_MOST]
    return [
        Path(os.path.relpath(root / name, here)).as_posix() for name in found if _is(root, name)
    ]


def _is(root: Path, name: str) -> bool:
    try:
        place = files.confine(root, name)
        if not place.is_file():  # a pipe would have us wait for somebody who writes into it
            return False
        with place.open("rb") as file:
            return bool(reader.read(file.read(_LARGEST)).items)
    except (OSError, UsageError):
        return False
