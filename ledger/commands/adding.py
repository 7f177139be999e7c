"""Whole lines put behind a file's others, or into a new file."""

from __future__ import annotations

from pathlib import Path

from ledger import store
from ledger.plan import text


def add(file: Path, said: str) -> None:
    """Put the lines ``said`` (LF between them, none at the end) behind those of ``file``, in their
    newline style. A file that is not there is made, its folder too."""
    lines = text.encode(said).split(b"\n")

    def added(data: bytes) -> bytes:
        newline = text.newline_of(data, len(data)) if data else b"\n"
        is_ended = not data or data[-1:] in (b"\n", b"\r")
        return data + (b"" if is_ended else newline) + b"".join(one + newline for one in lines)

    if file.exists():
        store.update(file, added)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        store.create(file, added(b""))
