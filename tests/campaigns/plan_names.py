"""What made plans' tasks are called: by the same name when something is added above them.

Three sections are put above all others, one after the other: a task with other words, a task with the
words of one that is there, and steps below a heading `Task 9`. After each, every item that was read before
has the name that it had, and `ledger show` finds it by that name. Items with an ID are found by
the anchor of their heading as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import ledger
from ledger.errors import LedgerError
from tests.campaigns.plan_pen import Item, Page
from tests.campaigns.plan_verdicts import Verdict


def judge(page: Page, data: bytes, file: Path) -> list[Verdict]:
    """A verdict for each item after each change, and for each heading."""
    file.write_bytes(data)
    if b"\n## " not in data:
        return []
    before = names(page, file)
    verdicts = [*_anchors(page, before, file)]
    unnamed = [item for item in page.items if item.token in before and not item.id]
    added = {
        "other": "- [ ] Ask the newest neighbour",
        "steps": "### Task 9: Newest\n\n- [ ] **Step 1: Ask the neighbour**",
    }
    if unnamed:
        added["same words"] = f"- [ ] {unnamed[0].title}"
    for kind, text in added.items():
        file.write_bytes(_with(data, f"## Newest\n\n{text}\n\n"))
        after = names(page, file)
        verdicts += [
            _same(item, kind, before[item.token], after.get(item.token))
            for item in page.items
            if item.token in before
        ]
    return verdicts


def _with(data: bytes, section: str) -> bytes:
    """The plan with a section behind its first heading and what stands below that."""
    end = "\r\n" if b"\r\n" in data else "\n"
    title, mark, rest = data.partition(f"{end}## ".encode())
    return (
        title
        + end.encode()
        + section.replace("\n", end).encode()
        + mark.removeprefix(end.encode())
        + rest
    )


def names(page: Page, file: Path) -> dict[str, str]:
    """The name of each item that is read, by the word that it is known by."""
    read = ledger.read(file)
    found = {}
    for item in page.items:
        same = [one for one in read.items if item.token in one.title]
        if same:  # what was put above it comes first
            found[item.token] = same[-1].id
    return found


def _same(item: Item, kind: str, before: str, after: str | None) -> Verdict:
    verdict = "right" if before == after else "wrong"
    return Verdict(
        item.shape,
        f"name, {kind}",
        item.token,
        verdict,
        "" if verdict == "right" else f"{before} became {after}",
    )


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(page: Page, names: dict[str, str], file: Path) -> Iterator[Verdict]:
    lines = file.read_text("utf-8-sig").splitlines()
    for item in page.items:
        if item.token not in names:
            continue
        asked = {"show by name": names[item.token]}
        heading = next((line for line in lines if line.startswith("#") and item.token in line), "")
        if heading and item.id:
            asked["show by anchor"] = anchor(heading.lstrip("#"))
        for kind, words in asked.items():
            try:
                shown = [one.id for one in ledger.show(words, ledger=file).items]
            except LedgerError as error:
                shown = [str(error)]
            verdict = "right" if shown == [names[item.token]] else "wrong"
            yield Verdict(item.shape, kind, item.token, verdict, f"{words!r} showed {shown}")
