"""An attempt appended to each item of a made plan, held against where and how it should stand.

For each item that was read as meant, `ledger append` with a run, or `ledger note`:

- only lines are added, in one place, with the file's own line ends;
- the place is the item's, right behind its last attempt where it has one;
- the attempt reads back in its item, with the next number, and all else reads as before;
- it opens as its neighbour does: bullet, indent, emphasis, dash, how date and number are written;
- nothing that the neighbour says is copied.

What does not hold is `wrong`, a refusal as well; but a row of a table has no room for an attempt, so
there a refusal is `told`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

import ledger
from ledger.errors import LedgerError
from ledger.plan.model import Item as Read
from ledger.plan.model import Ledger
from tests.campaigns.plan_pen import Item, Page, Try
from tests.campaigns.plan_verdicts import Verdict

RUN = "runs/20251102T091500Z"
# Shapes whose attempts stand in no list, so that only the place in the item is beyond doubt.
FREE = {"attempts-table", "attempt-headings", "attempts-hidden", "logbook"}
TABLES = {"table", "box-table", "table-without-ids"}
# Shapes whose status is a word on a line of its own.
WITH_STATUS = {
    "bracket-heading",
    "colon-heading",
    "dash-heading",
    "dotted-heading",
    "lower-heading",
    "indexed",
    "status-paragraph",
}
BULLET = re.compile(r"\s*[-*+] ")


def lay_out(folder: Path) -> None:
    """The run that is appended."""
    run = folder / RUN
    run.mkdir(parents=True, exist_ok=True)
    (run / "exit_code.txt").write_text("0\n")
    (run / "pytest.log").write_text("===== 12 passed in 3.40s =====\n")


def judge(page: Page, data: bytes, file: Path) -> list[Verdict]:
    """Append to one item after the other, each to the plan as the last one left it."""
    file.write_bytes(data)
    lay_out(file.parent)
    made = []
    for number, item in enumerate(page.items):
        before = ledger.read(file)
        same = [one for one in before.items if item.token in one.title]
        if len(same) != 1 or [one.id for one in before.items].count(same[0].id) > 1:
            continue
        others = [one.token for one in page.items if one is not item]
        made.append(_append(file, same[0], item, number, others))
    return made


def _append(file: Path, read: Read, item: Item, number: int, others: Sequence[str]) -> Verdict:
    data, before = file.read_bytes(), ledger.read(file)
    said = f"Measured the fresh{number} page again."
    status = "in_progress" if number % 4 == 2 and item.shape in WITH_STATUS else None
    try:
        if number % 2 or status:
            ledger.append(read.id, [file.parent / RUN], summary=said, status=status, ledger=file)
        else:
            ledger.note(read.id, said, ledger=file)
    except LedgerError as error:
        file.write_bytes(data)
        verdict = "told" if item.shape in TABLES else "wrong"
        return Verdict(item.shape, "append", item.token, verdict, f"refused: {error}")
    after = file.read_bytes()
    place, faults = _lines(data, after, may_change="tatus" if status else "")
    if not faults:
        faults += _placed(data, place, item, others)
        faults += _opened(data, after, place, item)
    faults += _read_back(before, ledger.read(file), read, item, (f"fresh{number} ", status))
    if faults:
        file.write_bytes(data)
        new = b"".join(after.splitlines(keepends=True)[place : place + 3])
        note = f"{'; '.join(faults)}: {new.decode('utf-8', 'replace')!r}"
        return Verdict(item.shape, "append", item.token, "wrong", note)
    return Verdict(item.shape, "append", item.token, "right")


def _lines(data: bytes, after: bytes, *, may_change: str) -> tuple[int, list[str]]:
    """Where lines were added, and whether no other byte changed but in lines that may change."""
    end = b"\r\n" if b"\r\n" in data else b"\n"
    old, new = (_kept(one, end, may_change) for one in (data, after))
    place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    count = len(new) - len(old)
    added = new[place : place + count]
    if new[:place] + new[place + count :] != old:
        return place, ["more than lines added in one place"]
    if not all(line.endswith(end) and line.count(b"\r") == end.count(b"\r") for line in added):
        return place, ["other line ends"]
    return place, []


def _kept(data: bytes, end: bytes, may_change: str) -> list[bytes]:
    """The lines, each with an end, without the words of those that may change."""
    lines = (data if data.endswith(end) else data + end).splitlines(keepends=True)
    changing = [b"Last Updated", *([may_change.encode(), b"| ["] if may_change else [])]
    return [
        b"(changed)" + end if any(word in line for word in changing) else line for line in lines
    ]


def _placed(data: bytes, place: int, item: Item, others: Sequence[str]) -> Iterator[str]:
    """Whether the place lies in the item, behind its last attempt. Lines count from 0."""
    lines = data.decode("utf-8-sig").splitlines()
    at = _line_of(lines, item.token)
    heading = re.match(r"#+", lines[at])
    end = next(
        (n for n in range(at + 1, len(lines)) if _ends(lines[n], heading, others)), len(lines)
    )
    if item.shape != "logbook" and not at < place <= end:
        yield f"at line {place + 1}, outside of the item's {at + 1} to {end}"
    if item.tries and item.shape not in FREE:
        last = max(
            _line_of(lines, token)
            for token in (item.tries[-1].token, item.tries[-1].tail, item.tries[-1].metrics)
            if token
        )
        depth = _depth(lines[_line_of(lines, item.tries[-1].token)])
        if any(line.strip() and _depth(line) <= depth for line in lines[last + 1 : place]):
            yield f"at line {place + 1}, not behind the last attempt at {last + 1}"
        if place <= last:
            yield f"at line {place + 1}, before the last attempt at {last + 1}"


def _line_of(lines: Sequence[str], token: str) -> int:
    return max(number for number, line in enumerate(lines) if token in line)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _ends(line: str, heading: re.Match[str] | None, others: Sequence[str]) -> bool:
    """Whether an item ends at this line: at another one or a heading of its level, a bullet's at any."""
    if any(token in line for token in others):
        return True
    found = re.match(r"#+(?= )", line)
    return bool(found) and (heading is None or len(found[0]) <= len(heading[0]))


def _opened(data: bytes, after: bytes, place: int, item: Item) -> Iterator[str]:
    """Whether it opens as the item's last attempt does, and copies nothing that that one says."""
    old = data.decode("utf-8-sig").splitlines()
    new = after.decode("utf-8-sig").splitlines()
    added = new[place : place + len(new) - len(old)]
    copied = [word for word in ("i=12", "064811", "skipped") if any(word in line for line in added)]
    tokens = [token for one in item.tries for token in (one.token, one.tail, one.metrics) if token]
    copied += [token for token in tokens if any(token in line for line in added)]
    if copied:
        yield f"copies {copied[0]!r}"
    if not item.tries or item.shape in FREE or "{n}" not in item.tries[-1].form:
        return  # beside entries without a number any form may do
    last = old[_line_of(old, item.tries[-1].token)]
    bullet = BULLET.match(last)
    first = next((line for line in added if line.strip()), "")
    if bullet and not first.startswith(bullet[0]):
        yield f"bullet {first[:10]!r} beside {bullet[0]!r}"
    elif bullet and not opening(item.tries[-1]).match(first[len(bullet[0]) :].replace("\\", "")):
        yield f"{first.strip()[:50]!r} beside {last.strip()[:50]!r}"


def opening(one: Try) -> re.Pattern[str]:
    """What an attempt has to begin with to look like this one, up to its result."""
    head = re.split(r"\{[rp]\}", one.form)[0]
    pattern = (
        re.escape(head)
        .replace(re.escape("{n}"), r"\d+")
        .replace(re.escape("{d}"), r"\d{4}-\d\d-\d\d")
    )
    pattern = pattern.replace(re.escape("{sign} "), r"(\S+ )?").replace(
        re.escape("[x] "), r"(\[x\] )?"
    )
    pattern = pattern.replace(r"12:30", r"\d\d:\d\d").replace("064811", r"\d{6}")
    return re.compile(pattern.replace(re.escape(" (loop i=12, Mode: Docs)"), r"( \([^)]*\))?"))


def _read_back(
    before: Ledger, after: Ledger, read: Read, item: Item, new: tuple[str, str | None]
) -> Iterator[str]:
    """Whether the new attempt is read, the status if one was given, and everything else as before."""
    token, status = new
    now = next((one for one in after.items if one.id == read.id), None)
    found = [one for one in now.attempts if token in one.text] if now else []
    if len(found) != 1:
        yield f"read back {len(found)} times"
    elif item.shape not in FREE:
        numbers = [one.number for one in item.tries if one.number is not None]
        if (numbers or not item.tries) and found[0].number != max(numbers, default=0) + 1:
            yield f"number {found[0].number} behind {max(numbers, default=0)}"
    if status and now and now.status != status:
        yield f"status {now.status} for {status}"
    changed = read.id if status else ""
    if _others(before, "", changed) != _others(after, token, changed):
        yield "something else is read otherwise"


def _others(read: Ledger, token: str, changed: str) -> list[object]:
    """All that is read, without places, the attempt that has this word, and one item's status."""
    return [
        (
            item.id, item.title, "" if item.id == changed else item.status, item.priority,
            [one.text for one in item.attempts if not (token and token in one.text)],
            [(one.number, one.state, one.text) for one in item.actions],
            [(one.ticked, one.text) for one in item.criteria],
        )
        for item in read.items
    ]  # fmt: skip
