"""Every task in the tables of the real project's plan files, ticked one by one.

``python -m tests.campaigns.tasks`` opens each row that is done, and ticks each row: every byte but
those of its cell must be as it was, and the file read again must be the old one with that task
done. The exit code is 1 if one did not hold.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ledger.edits.append import check_tasks, tick_tasks
from ledger.plan import document, reader
from ledger.plan.model import FINISHED, Item, Ledger, Span
from tests.support import corpus

DONE = re.compile(rb"`?\[[DXx]\]`?")


def rows(ledger: Ledger) -> list[Item]:
    """The tasks that stand in tables."""
    return [one for one in ledger.items if one.fields and one.fields[0].span == one.span]


def state(task: Item) -> Span:
    """The cell that says how far a task is."""
    return next(one.value_span for one in task.fields if one.name == "Status")


def ticked(ledger: Ledger, task: Item) -> bytes:
    """The plan with one task ticked, by a change that is checked as every one is."""
    new = document.apply(ledger.text, tick_tasks(ledger, [task]))
    check_tasks(ledger, reader.read(new), [task])
    return new


def faults(data: bytes, every: int = 1) -> Iterator[str]:
    """What is wrong with the ticks of a plan file's tasks, of each ``every``-th row."""
    for number, was in enumerate(rows(reader.read(data))):
        if number % every:
            continue
        cell = state(was)
        before, behind = data[: cell.start_byte], data[cell.end_byte :]
        opened = data[cell.start_byte : cell.end_byte]
        if was.status in FINISHED:
            opened = re.sub(rb"\[.{1,4}\]", b"[ ]", opened)
        ledger = reader.read(before + opened + behind)
        new = ticked(ledger, rows(ledger)[number])
        end = len(new) - len(behind)
        if new[: len(before)] != before or new[end:] != behind:
            yield f"{was.id} (line {was.span.start_line}): more than its cell changed"
        elif not DONE.fullmatch(new[len(before) : end]):
            yield f"{was.id} (line {was.span.start_line}): {new[len(before) : end]!r}"


def main() -> int:
    if not corpus.exists():
        print(corpus.MISSING)
        return 0
    count = wrong = files = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in sorted((corpus.lay_out(Path(folder, "repo")) / "plans").rglob("*.md")):
            data = file.read_bytes()
            files += bool(rows(reader.read(data)))
            count += len(rows(reader.read(data)))
            for fault in faults(data):
                print(file.name, fault)
                wrong += 1
    print(f"{count} tasks of {files} files ticked; {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
