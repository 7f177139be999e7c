"""Where the bundle of a run goes: what the item, else the configuration, says, filled in."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.errors import UsageError
from ledger.git import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ledger.plan.model import Conventions

DEFAULT = "reports/<item>/<STAMP>"
# What most layouts are made of; only for another is a pattern loaded, since the command waits.
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.- "
_OPEN = r"<[^<>/]*>|[*?{}\[\]$]|\.\.\.|…"
_LONGEST_VALUE = 80
_STAMP = r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?:[0-5]\d){2}Z"
_LONGEST = 500


def section_of(data: bytes, item: str) -> list[bytes]:
    """The lines of the item's section, by its heading alone; empty where not exactly one heading
    names the item. The command is to start before a long ledger is read whole."""
    name = item.strip().strip("[]").lower().encode()
    lines = data.splitlines()
    headings = [(at, *made) for at, line in enumerate(lines) if (made := _heading(line))]
    found = [heading for heading in headings if _names(heading[2], name)]
    if len(found) != 1:
        return []
    start, level, _ = found[0]
    ends = (at for at, other, _ in headings if at > start and other <= level)
    return lines[start : next(ends, len(lines))]


def _heading(line: bytes) -> tuple[int, bytes] | None:
    """The level of an ATX heading, and what it says."""
    bare = line.lstrip(b" ")
    if not bare.startswith(b"#") or len(line) - len(bare) > 3:
        return None
    said = bare.lstrip(b"#")
    level = len(bare) - len(said)
    return (level, said.strip(b" \t")) if level <= 6 and said[:1] in b" \t" else None


def _names(said: bytes, name: bytes) -> bool:
    """Whether a heading begins with the item's ID, in brackets or bold or not."""
    bare = said.lstrip(b"*_").removeprefix(b"[").lower()
    after = bare[len(name) : len(name) + 1]
    return bare.startswith(name) and not (after.isalnum() or after in (b"_", b"-"))


def template_of(section: list[bytes], configured: str, own: Conventions | None = None) -> str:
    """The layout that holds for an item: its ``Artifacts Root``, else ``runs`` of the
    configuration, else ``DEFAULT``. ``own`` may have another name for the field."""
    fields = own.fields if own else ()
    roots = [said.lower() for said, name in fields if name == "Artifacts Root"]
    for line in section:
        key, _, value = line.partition(b":")
        bullet, name = key.strip()[:1], key.strip()[1:].strip(b" \t*_")
        known = name.decode("utf-8", "replace").lower().startswith(("artifacts root", *roots))
        if bullet in (b"-", b"*", b"+") and known:
            said = value.decode("utf-8", "replace")
            quoted = said.split("`")[1::2] if said.count("`") > 1 else []
            named = quoted or [word for word in said.replace("`", " ").split() if "/" in word]
            if named and named[0].strip():
                return named[0].strip()
    return configured or DEFAULT


def fill(template: str, values: dict[str, str]) -> str:
    """The folder that a layout means; where it has no ``<STAMP>``, one below it.

    Raises UsageError for a value that is no plain name, and for what stays open.
    """
    for name, value in values.items():
        if value and not (len(value) <= _LONGEST_VALUE and all(map(_is_plain, value))):
            raise UsageError(
                "bad-name", f"--{name.lower()} {value[:80]!r}: expected letters, digits, . _ or -"
            )
    known = {name.lower(): value for name, value in values.items()}
    path, *parts = _bracketed(template[:_LONGEST].rstrip("/")).split("<")
    is_stamped = False
    for part in parts:
        name, _, rest = part.partition(">")
        value = known.get(name.lower(), "")
        path += f"{value}{rest}" if value else f"<{part}"
        is_stamped |= name.lower() == "stamp"
    if not is_stamped:
        path += f"/{known['stamp']}"
    still = _still_open(path)
    if still:
        name = still.strip("<>").lower()
        raise UsageError(
            "layout-open",
            f"the folder for runs, {template[:_LONGEST]}, has {still}, which nothing fills",
            f"give --{name}" if name in known else "write the item's Artifacts Root out",
        )
    return path


def _is_plain(letter: str) -> bool:
    return letter.isalnum() or letter in "_.-"


def _bracketed(template: str) -> str:
    """A layout with ``<NAME>`` for ``$NAME`` and ``${NAME}``."""
    if "$" not in template:
        return template
    import re

    return re.sub(r"\$\{?(\w+)\}?", r"<\1>", template)


def _still_open(path: str) -> str:
    """What a filled layout has that is no name; empty where there is nothing."""
    if "..." not in path and not path.strip(_PLAIN):
        return ""
    import re

    found = re.search(_OPEN, path)
    return found[0] if found else ""


def make(root: str, path: str, *, may_be_empty: bool) -> str:
    """Make the folder; empty text where it is another run's, which a folder that is there is
    unless it is empty and ``may_be_empty``. Raises UsageError for one outside, OSError."""
    place = os.fspath(files.confine(Path(root), path))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    try:
        os.mkdir(place)  # of two that try one succeeds
    except FileExistsError:
        is_free = may_be_empty and os.path.isdir(place) and not os.listdir(place)
        return place if is_free else ""
    return place


def check_stamp(stamp: str) -> None:
    """Raises UsageError for what is no time in UTC."""
    import re  # the time of the run itself needs no check

    if not re.fullmatch(_STAMP, stamp):
        raise UsageError(
            "bad-stamp",
            f"--stamp {stamp[:80]!r}: expected a time in UTC",
            "such as 20251015T201831Z",
        )
