"""Where the bundle of a run goes: what the item, else the configuration, says, filled in."""

import re
from pathlib import Path
from typing import Final

from ledger.errors import UsageError
from ledger.links import paths

DEFAULT: Final = "reports/<item>/<STAMP>"
STAMP: Final = re.compile(
    r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?:[0-5]\d){2}Z"
)
_VALUE: Final = re.compile(r"[\w.-]{1,80}")
_OPEN: Final = re.compile(r"<[^<>/]*>|\$\{?\w+\}?|[*?{}\[\]]|\.\.\.|…")
_FIELD: Final = re.compile(
    rb"[ \t]*[-*+][ \t]+[*_]{0,2}artifacts root[*_]{0,2}[^:\n]{0,40}:[*_]{0,2}[ \t]*(.*)",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(rb"[ ]{0,3}(#{1,6})[ \t]")
_LONGEST: Final = 500


def section_of(data: bytes, item: str) -> list[bytes]:
    """The lines of the item's section, by its heading alone; empty where not exactly one heading
    names the item. The command is to start before a long ledger is read whole."""
    name = re.escape(item.strip().strip("[]").encode())
    named = rb"[ ]{0,3}(#{1,6})[ \t]+[*_]{0,2}\[?" + name + rb"\]?(?![\w-])"
    heading = re.compile(named, re.IGNORECASE)
    lines = data.splitlines()
    found = [(at, made) for at, line in enumerate(lines) if (made := heading.match(line))]
    if len(found) != 1:
        return []
    at, made = found[0]
    end = at + 1
    while end < len(lines):
        other = _HEADING.match(lines[end])
        if other and len(other[1]) <= len(made[1]):
            break
        end += 1
    return lines[at:end]


def template_of(section: list[bytes], configured: str) -> str:
    """The layout that holds for an item: its ``Artifacts Root``, else ``runs`` of the
    configuration, else ``DEFAULT``."""
    for line in section:
        field = _FIELD.match(line)
        if field:
            said = field[1].decode("utf-8", "replace")
            span = re.search(r"`([^`]{1,500})`", said) or re.search(r"([^\s`]*/[^\s`]*)", said)
            if span:
                return span[1].strip()
    return configured or DEFAULT


def fill(template: str, values: dict[str, str]) -> str:
    """The folder that a layout means; where it has no ``<STAMP>``, one below it.

    Raises UsageError for a value that is no plain name, and for what stays open.
    """
    for name, value in values.items():
        if value and not _VALUE.fullmatch(value):
            raise UsageError(
                "bad-name", f"--{name.lower()} {value[:80]!r}: expected letters, digits, . _ or -"
            )
    path = template[:_LONGEST].rstrip("/")
    if not re.search(r"<stamp>|\$\{?STAMP\b", path, re.IGNORECASE):
        path += "/<STAMP>"
    for name, value in values.items():
        if value:
            path = re.sub(rf"<{name}>|\$\{{?{name.upper()}\b\}}?", value, path, flags=re.IGNORECASE)
    still = _OPEN.search(path)
    if still:
        name = still[0].strip("<>")
        known = name.lower() in values
        raise UsageError(
            "layout-open",
            f"the folder for runs, {template[:_LONGEST]}, has {still[0]}, which nothing fills",
            f"give --{name.lower()}" if known else "write the item's Artifacts Root out",
        )
    return path


def make(root: Path, path: str) -> Path:
    """Make the folder; it may exist only where it is empty. Raises UsageError, OSError."""
    place = paths.confine(root, path)
    place.mkdir(parents=True, exist_ok=True)
    if any(place.iterdir()):
        raise UsageError("run-exists", f"{path}: there is a run already", "give another --stamp")
    return place
