"""Where a fix plan is, or is to be, and what stands in its way."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Final

from ledger import config
from ledger.commands import locating
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.git import process

_MOST: Final = 3  # other plans that are named


def find(here: Path, given: Path | None) -> Config:
    """The configuration of the fix plan that is there, or of the one to write.

    Raises UsageError where ``given`` lies outside of the repository, a setting is wrong, or there
    is a file elsewhere that looks like a fix plan, which a new one would only stand beside.
    """
    try:
        if given is None or os.path.lexists(here / given):
            return config.find(here, given)
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        others = locating.plans(here)
        if others:
            named = ", ".join(others[:_MOST])
            verb = "look" if len(others) > 1 else "looks"
            raise UsageError(
                "plan-elsewhere",
                f"{named} {verb} like a fix plan",
                f"`ledger init --ledger {shlex.quote(others[0])}` takes it up, "
                f"`ledger init --ledger {config.DEFAULTS[0]}` starts a new one",
            ) from None
    place = Path(os.path.realpath(here / given)) if given else None
    folder = _existing(place.parent) if place else Path(os.path.realpath(here))
    top = process.top_of(folder)
    if top is None and _is_bare(folder):
        raise UsageError(
            "bare", f"{folder}: a bare repository, which has no work tree", "run it in a clone"
        )
    root = top or Path(os.path.realpath(here))
    path = config.DEFAULTS[0]
    if place:
        if not place.is_relative_to(root):
            raise UsageError("outside", f"{place}: lies outside {root}", "name a file inside")
        path = place.relative_to(root).as_posix()
    return Config(
        root=root, is_git=top is not None, ledger_path=path, partner=config.partner_of(path)
    )


def require(file: Path) -> None:
    """Raise UnreadableInput where something stands in the way of ``file``."""
    if file.is_symlink() and not file.exists():
        raise UnreadableInput(
            "not-a-file",
            f"{file}: expected a file, found a link to nothing",
            "remove the link, or make the file that it leads to",
        )
    above = next(place for place in (file, *file.parents) if os.path.lexists(place))
    wanted, is_right = ("file", file.is_file()) if above == file else ("folder", above.is_dir())
    if not is_right:
        raise UnreadableInput(
            f"not-a-{wanted}",
            f"{above}: expected a {wanted}, found something else",
            "move it away; nothing was written",
        )


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and all(
        (folder / name).is_dir() for name in ("objects", "refs")
    )


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.is_dir())
