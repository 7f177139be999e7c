"""Reports: values in, text out; nothing here prints. People get ``Line`` after ``Line``, machines
the model that a command returns, in the envelope of ``document``."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from ledger.commands.schema import SCHEMA_VERSION, Failure
from ledger.errors import LedgerError
from ledger.plan.model import Model
from ledger.plan.text import visible
from ledger.plan.words import by_word


class Line(NamedTuple):
    """One line to print. ``kind`` ``cut``: on a terminal no longer than its width; ``hung``:
    wrapped there, with ``hang`` blanks before what is left over; ``filled``: also where there is no
    terminal, at 80 characters. ``accents``: from where to where
    a terminal shows it in which style."""

    text: str
    kind: Literal["heading", "cut", "hung", "filled", "whole"] = "whole"
    hang: int = 0
    accents: tuple[tuple[int, int, str], ...] = ()


def section(title: str) -> tuple[Line, Line]:
    """An empty line and a heading."""
    return Line(""), Line(title, "heading")


def accented(before: str, word: str, after: str) -> Line:
    """A line with one word in the style of a verdict, severity or state."""
    return styled(before, (word, _STYLES.get(word, "")), after)


def styled(*parts: str | tuple[str, str]) -> Line:
    """A line of texts, some of them with a style."""
    text, accents = "", []
    for part in parts:
        words, style = part if isinstance(part, tuple) else (part, "")
        if style:
            accents.append((len(text), len(text) + len(words), style))
        text += words
    return Line(text, accents=tuple(accents))


def cut(words: str, most: int = 300) -> str:
    """The first so many characters of one line."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def name_of(item: str | None, number: int | None) -> str:
    """``ITEM#3``, as it is typed."""
    return f"{item or 'no item'}{'' if number is None else f'#{number}'}"


def folder_of(path: str) -> str:
    """The folder of a path; empty for what is none, or holds several."""
    folder, slash, name = path.rpartition("/")
    return "" if not (slash and name) or {*" {}"} & {*path} else folder


def braced(paths: Sequence[str]) -> str:
    """``folder/{a,b}`` for paths of one folder, else the first."""
    names = dict.fromkeys(path.rpartition("/")[2] for path in paths)
    return f"{folder_of(paths[0])}/{{{','.join(names)}}}" if len(names) > 1 else paths[0]


def diff(change: str) -> Iterator[Line]:
    """The lines of a diff, as a terminal can show them."""
    return (Line(visible(line)) for line in change.split("\n")[:-1])


_STYLES: Final = by_word(
    {
        "bold red": "error contradicted unmet missing",
        "yellow": "warning unverifiable unknown untracked ignored outside placeholder",
        "green": "supported met",
    }
)


# JSON


# What JSON may have raw and a terminal obeys: C1 controls and what reorders a line
_STEERS: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def document(kind: str, data: Model) -> dict[str, Any]:
    """The document of ``kind`` with ``data``, ready for ``dumps``."""
    return {"schema_version": SCHEMA_VERSION, "kind": kind, "data": data.model_dump(mode="json")}


def error(failure: LedgerError) -> dict[str, Any]:
    """The document that is in the place of a command's when the command fails."""
    data = Failure(code=failure.code, message=failure.message, hint=failure.hint)
    return {"schema_version": SCHEMA_VERSION, "kind": "error", "error": data.model_dump()}


def dumps(value: object) -> str:
    """``value`` as indented JSON in UTF-8, with a newline; a surrogate becomes U+FFFD, and what
    steers a terminal is escaped."""
    written = json.dumps(value, ensure_ascii=False, indent=2)
    plain = _STEERS.sub(lambda match: f"\\u{ord(match[0]):04x}", written)
    return _SURROGATE.sub("\ufffd", plain) + "\n"
