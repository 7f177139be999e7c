"""How one project writes its fix plan, where it differs from what the dialects know: its own
words, and its IDs.

Read from ``[tool.ledger.words]``. Handed from the configuration to the reader, and from there
on as a part of each ``Ledger``: nothing here is global.
"""

import re
from itertools import pairwise
from typing import Any, Final, get_args

from ledger.plan.model import ActionState, Conventions, ItemStatus, Pairs, Result

NAMES: Final = (
    "ID",
    "Title",
    "Priority",
    "Status",
    "Index",
    "Last Updated",
    "Attempts History",
    "Next Actions",
    "Exit Criteria",
    "Artifacts Root",
    "Result",
    "Date",
    "Current Focus",
    "Completed Items",
    "TODOs",
)
"""What a field, heading, label or column of a table can stand for."""
PLACES: Final = {"<digits>": "0-9", "<capitals>": "A-Z", "<letters>": r"^\W\d_", "<name>": ""}
"""What a shape of IDs can hold, and which characters each takes; a name takes parts of letters
and digits, with ``-``, ``_`` or ``.`` between them."""

_MEANINGS: Final[dict[str, tuple[str, ...]]] = {
    "fields": NAMES,
    "status": get_args(ItemStatus)[:-1],  # not unknown
    "state": get_args(ActionState)[:-1],
    "result": get_args(Result)[:-1],
}
_KEYS: Final = ("id", *_MEANINGS)
_SHAPE: Final = re.compile(r"(?=[^\W_]|<)(?:<[a-z]+>|[^\W_]|[-_.](?=[^\W_]|<))+")
_PART: Final = re.compile(r"<[a-z]+>|.")
_LONGEST: Final = 60  # characters of a word or shape
_MOST: Final = 100  # words, or shapes


def read(table: dict[str, Any]) -> Conventions:
    """The table ``[tool.ledger.words]``. Raises ValueError that says which setting is wrong, and
    what would be right."""
    for key in table:
        if key not in _KEYS:
            raise ValueError(f"unknown key {key[:100]!a}; known are {', '.join(_KEYS)}")
    pairs = {key: _pairs(key, table.get(key, {})) for key in _MEANINGS}
    return Conventions.model_validate({"id": _shapes(table.get("id", ())), **pairs})


def _pairs(key: str, given: Any) -> Pairs:
    if not isinstance(given, dict) or len(given) > _MOST:
        raise ValueError(
            f'expected {key} to be a table such as {{ "word" = "{_MEANINGS[key][3]}" }}'
        )
    known = {meaning.lower(): meaning for meaning in _MEANINGS[key]}
    found: dict[str, str] = {}
    for written, meaning in given.items():
        name = " ".join(written.split())
        if not name or len(name) > _LONGEST or name != written or not name.isprintable():
            raise ValueError(f"{key}: expected {written[:100]!a} to be a word, or a few")
        if not isinstance(meaning, str) or meaning.lower() not in known:
            said = f"{meaning[:100]!a}" if isinstance(meaning, str) else type(meaning).__name__
            meanings = ", ".join(known.values())
            raise ValueError(f"{key}: expected {written!a} to mean one of {meanings}, not {said}")
        found[written if key == "fields" else written.lower()] = known[meaning.lower()]
    return tuple(found.items())


def _shapes(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, (list, tuple)) or len(given) > _MOST:
        raise ValueError('expected id to be a list of shapes such as ["<capitals>-<digits>"]')
    for shape in given:
        fault = _fault(shape) if isinstance(shape, str) else "it is no text"
        if fault:
            raise ValueError(f"id: {str(shape)[:100]!a} is no shape of an ID: {fault}")
    return tuple(given)


def _fault(shape: str) -> str:
    if len(shape) > _LONGEST or not _SHAPE.fullmatch(shape):
        return f"expected letters, digits, - _ . between them, and {', '.join(PLACES)}"
    parts = _PART.findall(shape)
    for part in parts:
        if part.startswith("<") and part not in PLACES:
            return f"{part} is none of {', '.join(PLACES)}"
    for part, behind in pairwise(parts):
        if part in PLACES and _goes_on(part, behind):
            return f"{behind} behind {part} cannot be told from it"
    return ""


def _goes_on(part: str, behind: str) -> bool:
    """Whether ``part`` could hold what ``behind`` begins with, so that its end is not known."""
    if part == "<name>":
        return True
    if behind in PLACES:
        return behind == "<name>" or (part == "<digits>") == (behind == "<digits>")
    return re.match(f"[{PLACES[part]}]", behind) is not None
