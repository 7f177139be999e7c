"""Where the ledger is, and what ``[tool.ledger]`` in ``pyproject.toml`` says.

On the hook's path: nothing heavy is imported, and ``tomllib`` only where the table exists.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.errors import UnreadableInput, UsageError
from ledger.links import blobs

DEFAULTS: Final = ("docs/fix_plan.md", "fix_plan.md")
_KEYS: Final[dict[str, type]] = {
    "path": str,
    "append_only": str,
    "ignore": list,
    "max_lines": int,
}
_APPEND_ONLY: Final = ("strict", "latest", "off")


@dataclass(frozen=True, slots=True)
class Config:
    """``root`` is the top of the repository, or of the project where there is no git; ``is_git``
    says which. ``ledger_path`` is relative to it, with forward slashes."""

    root: Path
    is_git: bool
    ledger_path: str
    append_only: str = "latest"
    ignore: tuple[str, ...] = ()
    max_lines: int = 0

    @property
    def ledger(self) -> Path:
        """The ledger file."""
        return self.root / self.ledger_path


def find(start: Path, explicit: Path | None = None) -> Config:
    """The configuration that holds in folder ``start``; ``explicit`` names another ledger.

    Raises UsageError where no ledger is found or a setting is wrong, UnreadableInput where
    ``pyproject.toml`` cannot be read.
    """
    if explicit is not None:
        explicit = Path(os.path.abspath(start / explicit))
        if not explicit.exists():
            raise UnreadableInput("no-such-file", f"{explicit}: no such file", "give --ledger a fix plan")
        start = explicit.parent
    top = blobs.discover(start)
    project = _project(start, top)
    root = top or project or _nearest_with_ledger(start) or Path(os.path.realpath(start))
    settings = _settings(project / "pyproject.toml") if project else {}
    path = _relative(explicit, root) if explicit else _ledger_path(root, project, settings)
    return Config(
        root,
        top is not None,
        path,
        settings.get("append_only", "latest"),
        tuple(settings.get("ignore", ())),
        settings.get("max_lines", 0),
    )


def _project(start: Path, top: Path | None) -> Path | None:
    """The nearest folder, up to the top, whose ``pyproject.toml`` has our table."""
    place = Path(os.path.realpath(start))
    for folder in (place, *place.parents):
        try:
            found = b"[tool.ledger" in (folder / "pyproject.toml").read_bytes()
        except OSError:
            found = False
        if found:
            return folder
        if folder == top:
            break
    return None


def _nearest_with_ledger(start: Path) -> Path | None:
    place = Path(os.path.realpath(start))
    return next(
        (f for f in (place, *place.parents) if any((f / name).is_file() for name in DEFAULTS)), None
    )


def _ledger_path(root: Path, project: Path | None, settings: dict[str, Any]) -> str:
    if "path" in settings:
        assert project
        return _relative(Path(os.path.normpath(project / settings["path"])), root)
    for folder in {project or root: None, root: None}:
        for name in DEFAULTS:
            if (folder / name).is_file():
                return _relative(folder / name, root)
    raise UsageError(
        "no-ledger",
        f"no fix plan in {root}: expected {' or '.join(DEFAULTS)}",
        "name one with --ledger PATH or `path` of [tool.ledger] in pyproject.toml",
    )


def _relative(path: Path, root: Path) -> str:
    # The folder is resolved and the name is kept, so that a linked ledger keeps its own name.
    real = Path(os.path.realpath(path.parent), path.name)
    try:
        return real.relative_to(os.path.realpath(root)).as_posix()
    except ValueError:
        raise UsageError(
            "outside", f"{path}: lies outside {root}", "the ledger must be in the repository"
        ) from None


def _settings(file: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - only where there is a table to read

    try:
        table = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("ledger", {})
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableInput("bad-config", f"{file}: {str(error)[:200]}", "mend the file") from error
    if not isinstance(table, dict):
        raise UsageError("bad-config", f"{file}: [tool.ledger] is no table")
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(
                "bad-config", f"{file}: unknown key {key!r} in [tool.ledger]", f"known are {', '.join(_KEYS)}"
            )
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            raise UsageError("bad-config", f"{file}: {key} of [tool.ledger] must be a {_KEYS[key].__name__}")
    if table.get("append_only", "latest") not in _APPEND_ONLY:
        raise UsageError("bad-config", f"{file}: append_only must be one of {', '.join(_APPEND_ONLY)}")
    if not all(isinstance(code, str) for code in table.get("ignore", ())):
        raise UsageError("bad-config", f"{file}: ignore must be a list of rule codes")
    return dict(table)
