"""The merge driver in a repository. Git uses it through a line in ``.gitattributes``, which is
committed, and a setting in each clone: it runs no program that a repository names."""

import re
import shutil
from typing import Final

from ledger import store
from ledger.config import Config
from ledger.errors import LedgerError
from ledger.git import repository
from ledger.plan.model import Model

PROGRAM: Final = "ledger-merge-driver"
# What git does without a driver comes first. Whatever happens to the program after that, the
# file holds the outcome of a text merge, and git hears of a conflict.
DRIVER: Final = (
    "cp %A %A.ours && git merge-file -q --marker-size=%L -L ours -L base -L theirs %A %O %B; "
    f"{PROGRAM} %O %A %B %L %P; s=$?; rm -f %A.ours; exit $s"
)
_SETTINGS: Final = (
    ("merge.ledger.name", "fix plans by item and attempt"),
    ("merge.ledger.driver", DRIVER),
)
_SPECIAL: Final = re.compile(r"[\\*?\[\]]")


class InstallStep(Model):
    """One thing that git needs to merge fix plans through the driver."""

    place: str
    """The file, or `git config`."""
    text: str
    """The line, or the setting and its value."""
    is_new: bool
    """Whether this run put it there."""


class Installation(Model):
    """What makes git merge a fix plan through the driver."""

    path: str
    """The ledger, relative to the top of its repository."""
    steps: tuple[InstallStep, ...]
    """In the order in which they were made."""


def install(config: Config) -> Installation:
    """Put the driver into the repository, for the ledger and its archive; what is there stays.
    Raises UnreadableInput outside of a repository, LedgerError where another attribute decides."""
    root, path = config.root, config.ledger_path
    config.require_git()
    steps = []
    for name in (path, config.partner):
        line = f"{_pattern(name)} merge=ledger"
        has_line = repository.attribute(root, "merge", name) == "ledger"
        if not has_line:
            store.add_lines(root / ".gitattributes", line)
        steps.append(InstallStep(place=".gitattributes", text=line, is_new=not has_line))
    for name, value in _SETTINGS:
        is_set = repository.setting(root, name) == value
        if not is_set:
            repository.set_setting(root, name, value)
        steps.append(InstallStep(place="git config", text=f"{name} = {value}", is_new=not is_set))
    for name in (path, config.partner):
        decided = repository.attribute(root, "merge", name)
        if decided != "ledger":
            message = f"{name}: git's attribute merge is {decided!r}, whatever .gitattributes says"
            hint = "another .gitattributes, or .git/info/attributes, decides; change it there"
            raise LedgerError("not-installed", message, hint)
    return Installation(path=path, steps=tuple(steps))


def lacks(config: Config) -> str | None:
    """What keeps git from merging the ledger through the driver although one of its halves is
    there; None where all is well, or where nobody installed it."""
    if not config.is_git:
        return None
    try:
        unnamed = _unnamed(config)
        driver = repository.setting(config.root, "merge.ledger.driver")
    except LedgerError:
        return None  # who has no git that answers merges nothing either
    if config.ledger_path not in unnamed and driver is None:
        return "this clone merges it as text, since git does not know the driver here"
    if driver is not None and unnamed:
        return f"git has the driver and no attribute that names it for {' and '.join(unnamed)}"
    if driver is not None and PROGRAM in driver and not shutil.which(PROGRAM):
        return f"the driver is set and its program {PROGRAM} is not on the PATH"
    return None


def is_installed(config: Config) -> bool:
    """Whether git merges the ledger through the driver here."""
    return (
        config.is_git
        and not _unnamed(config)
        and repository.setting(config.root, "merge.ledger.driver") == DRIVER
    )


def _unnamed(config: Config) -> list[str]:
    """The ledger and its archive: which of them git's attributes leave to another merge."""
    names = [config.ledger_path]
    if (config.root / config.partner).exists():
        names.append(config.partner)
    return [name for name in names if repository.attribute(config.root, "merge", name) != "ledger"]


def _pattern(path: str) -> str:
    """The path for ``.gitattributes``: anchored, and taken literally."""
    pattern = "/" + _SPECIAL.sub(lambda match: "\\" + match.group(), path)
    if any(mark.isspace() or mark == '"' for mark in pattern):
        escaped = pattern.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return pattern
