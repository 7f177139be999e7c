"""What of a ledger lies in its archive."""

from typing import NamedTuple


class Part(NamedTuple):
    """Something of an item that lies (or lay, or would lie) in the archive: the whole item, or
    attempts that stood next to each other. ``numbers`` are the first and last of each run;
    ``line`` is that of the pointer in the ledger. ``archive_line`` is where it begins in the
    archive, None where that does not hold it."""

    item: str
    is_item: bool
    attempts: int
    numbers: tuple[tuple[int, int], ...]
    lines: int
    line: int
    archive_line: int | None
