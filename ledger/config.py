"""Where the ledger is, and what ``[tool.ledger]`` in ``pyproject.toml`` says.

Every command begins here, ``ledger run`` even before its command starts: nothing is imported
but what Python has loaded anyway, and paths are text until somebody asks for a ``Path``.
"""

from __future__ import annotations

import os

from ledger.errors import UnreadableInput, UsageError, shown, why
from ledger.git import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from ledger.plan.model import Conventions

DEFAULTS = ("docs/fix_plan.md", "fix_plan.md")
_ARCHIVE = "_archive"  # behind the name of the ledger, before its suffix


class Config:
    """``root`` is the top of the repository, or of the project where there is no git; ``is_git``
    says which. ``ledger_path`` is relative to it, with forward slashes; it names the file
    itself, not a link to it, since git knows the contents by that name.

    ``append_only`` says which attempts of the base revision may change: none (``strict``), an
    item's latest (``latest``) or every one (``off``). ``ignore`` are codes of rules.
    ``max_lines`` is the size that a ledger may have, 0 for any.

    ``partner`` is the file that attempts may be moved to, and from, without being lost: the
    ledger's archive, or where ``is_archive`` the archive's ledger. It need not exist.

    ``runs`` is the folder for a run of an item that says none, with its placeholders. ``own``
    is how the project's words differ from everybody's; None where they do not."""

    def __init__(
        self,
        top: str,
        is_git: bool,
        ledger_path: str,
        settings: dict[str, Any] | None = None,
        *,
        partner: str,
        is_archive: bool = False,
    ) -> None:
        said = settings or {}
        self.top = top
        self.is_git = is_git
        self.ledger_path = ledger_path
        self.partner = partner
        self.is_archive = is_archive
        self.append_only: str = said.get("append_only", "latest")
        self.ignore: tuple[str, ...] = tuple(said.get("ignore", ()))
        self.max_lines: int = 0 if is_archive else said.get("max_lines", 0)
        self.runs: str = said.get("runs", "")
        self.own: Conventions | None = said.get("own")
        self._settings = settings

    @property
    def root(self) -> Path:
        """The top, as a path."""
        from pathlib import Path

        return Path(self.top)

    @property
    def ledger(self) -> Path:
        """The ledger file."""
        return self.root / self.ledger_path

    @property
    def of_partner(self) -> Config:
        """The configuration for the other file: the archive, or the archive's ledger."""
        return Config(
            self.top,
            self.is_git,
            self.partner,
            self._settings,
            partner=self.ledger_path,
            is_archive=not self.is_archive,
        )


def find(start: str | os.PathLike[str], explicit: str | os.PathLike[str] | None = None) -> Config:
    """The configuration that holds in folder ``start``; ``explicit`` names another ledger, and
    then it is its repository and its ``pyproject.toml`` that count.

    Without ``explicit`` the ledger is what ``path`` says, relative to its ``pyproject.toml``,
    else the first of ``DEFAULTS`` beside that file or at the root. It may be a link, but not
    one that leads out of the root.

    Raises UsageError where no ledger is found or a setting is wrong, UnreadableInput where
    ``explicit`` or ``pyproject.toml`` cannot be read.
    """
    try:
        return _find(os.fspath(start), None if explicit is None else os.fspath(explicit))
    except OSError as error:
        raise UnreadableInput("bad-path", f"{shown(explicit or start)}: {why(error)}") from error


def _find(start: str, explicit: str | None) -> Config:
    given = None if explicit is None else _real(os.path.join(start, explicit))
    folder = os.path.dirname(given) if given else os.path.realpath(start)
    top = process.top_of(folder)
    project, settings = _project(folder, top)
    root = top or project or _nearest_with_ledger(folder) or folder
    path = _below(given, root) if given else _within(root, _named(root, project, settings))
    archive = ""
    if project and "archive" in settings:
        archive = _within(root, os.path.join(project, settings["archive"]))
    is_archive = path == archive or (not archive and is_archive_name(path))
    partner = archive or partner_of(path)
    if is_archive:
        named = os.path.join(project, settings["path"]) if project and "path" in settings else ""
        partner = _within(root, named) if named else partner_of(path)
    is_git = top is not None
    return Config(root, is_git, path, settings, partner=partner, is_archive=is_archive)


def table(found: Config) -> tuple[Path, dict[str, Any]] | None:
    """The ``pyproject.toml`` that has the settings for a ledger, and the settings; None where there
    are none."""
    from pathlib import Path

    folder, settings = _project(os.fspath(found.ledger.parent), found.top if found.is_git else None)
    return (Path(folder, "pyproject.toml"), settings) if folder else None


def words_of(ledger: Path) -> Conventions | None:
    """The project's own words for a ledger, which need not be there yet.

    Raises UsageError where a setting is wrong, UnreadableInput for a bad ``pyproject.toml``.
    """
    folder = os.path.realpath(ledger.parent)
    return _project(folder, process.top_of(folder))[1].get("own")


def is_archive_name(path: str) -> bool:
    """Whether a file is called as an archive is, unless `archive` says otherwise."""
    return path.endswith(f"{_ARCHIVE}.md")


def partner_of(path: str) -> str:
    """The archive of the ledger ``path``, or the ledger of an archive, by their names."""
    if is_archive_name(path):
        return f"{path.removesuffix(f'{_ARCHIVE}.md')}.md"
    stem, dot, suffix = path.rpartition(".")
    return f"{stem}{_ARCHIVE}.{suffix}" if dot and "/" not in suffix else f"{path}{_ARCHIVE}"


def _real(explicit: str) -> str:
    try:
        return os.path.realpath(explicit, strict=True)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UnreadableInput(
            "no-such-file",
            f"{shown(explicit)}: no such file",
            "give --ledger a fix plan",
        ) from error
    except OSError as error:
        raise UnreadableInput("cannot-read", f"{shown(explicit)}: {why(error)}") from error


def _project(folder: str, top: str | None) -> tuple[str | None, dict[str, Any]]:
    """The nearest folder, up to the top, whose ``pyproject.toml`` has our table, and the table."""
    for place in process.upwards(folder):
        file = os.path.join(place, "pyproject.toml")
        if os.path.isfile(file):
            from ledger import settings  # many projects have no such file

            said = settings.read(file, ours=top is not None)
            if said is not None:
                return place, said
        if place == top:
            break
    return None, {}


def _nearest_with_ledger(folder: str) -> str | None:
    for place in process.upwards(folder):
        # Seen from docs/ the ledger is still docs/fix_plan.md of the folder above.
        above = os.path.dirname(place) if os.path.basename(place) == "docs" else place
        for root in (above, place):
            if any(os.path.isfile(os.path.join(root, name)) for name in DEFAULTS):
                return root
    return None


def _named(root: str, project: str | None, settings: dict[str, Any]) -> str:
    if project and "path" in settings:
        return os.path.join(project, settings["path"])
    for folder in dict.fromkeys((project or root, root)):
        for name in DEFAULTS:
            if os.path.isfile(os.path.join(folder, name)):
                return os.path.join(folder, name)
    raise UsageError(
        "no-ledger",
        f"no fix plan in {shown(root)}: expected {' or '.join(DEFAULTS)}",
        "name one with --ledger PATH or `path` of [tool.ledger] in pyproject.toml; "
        "`ledger init` starts one",
    )


def _within(root: str, ledger: str) -> str:
    """The file behind ``ledger``, relative to the root. Whoever can propose a change to the
    repository could else have another file read and written, by a setting or by a link."""
    real = os.path.realpath(ledger)
    if not process.is_within(real, root):
        raise UsageError(
            "outside",
            f"{ledger}: lies outside {root}",
            "the ledger must be in the repository; --ledger PATH can name any",
        )
    return _below(real, root)


def _below(place: str, root: str) -> str:
    """The path of what lies within the root, relative to it, with forward slashes."""
    return os.path.relpath(place, root).replace(os.sep, "/")
