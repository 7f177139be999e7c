"""What the tool read from a made plan, held against what the plan means.

Each thing is `right`; `told`, where it was not read, or not rightly, and a finding says so; `silent`, where it
is neither read nor told; or `wrong`, where it is read as something else. What nobody wrote and was
read all the same is wrong, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.plan.model import Attempt, Ledger
from ledger.plan.model import Item as Read
from ledger.rules.model import Finding
from tests.campaigns.plan_pen import Bar, Item, Page, Step, Try

VERDICTS = ("right", "told", "silent", "wrong")
# Findings that say nothing of how a line was read.
OF_OTHER_THINGS = re.compile(
    r"LED(10[156]|11[1-4]|2\d\d|30[3-5]|40[3-9]|41\d|5\d\d|6\d\d|7\d\d|8\d\d)"
)


@dataclass(frozen=True)
class Verdict:
    """How one thing came out."""

    shape: str
    kind: str
    token: str
    verdict: str
    note: str = ""


class Reading:
    """One plan as read, with the lines that findings name."""

    def __init__(self, text: str, ledger: Ledger, findings: Sequence[Finding]) -> None:
        self.lines = text.splitlines()
        self.items = ledger.items
        self.attempts = [one for item in ledger.items for one in item.attempts] + [*ledger.loose]
        about = [one for one in findings if not OF_OTHER_THINGS.match(one.code)]
        self.told_items = {one.item for one in about if one.item}
        self.told = {one.line for one in about if one.line}
        self.is_told = not ledger.items and any(one.item is None for one in about)

    def lines_of(self, token: str) -> list[int]:
        return [number for number, line in enumerate(self.lines, 1) if token in line]

    def tells(self, token: str, *, around: int = 0) -> bool:
        """Whether a finding names a line of this word, or the file as a whole."""
        lines = self.lines_of(token)
        return self.is_told or any(
            line in self.told for at in lines for line in range(at, at + around + 1)
        )


def judge(page: Page, text: str, ledger: Ledger, findings: Sequence[Finding]) -> list[Verdict]:
    """A verdict for each thing of the plan."""
    reading = Reading(text, ledger, findings)
    found = [verdict for item in page.items for verdict in _item(reading, item)]
    for work in page.works:
        is_read = any(_spans(one, reading, work.token) for one in _parts(reading))
        verdict = "right" if is_read else "told" if reading.tells(work.token) else "silent"
        found.append(Verdict(work.shape, "work", work.token, verdict))
    return [*found, *_unmeant(page, reading)]


def _missing(reading: Reading, item: Item, kind: str, token: str, note: str = "") -> Verdict:
    """Of what was not read as what it is."""
    parts: list[tuple[str, str]] = [("an item", one.title) for one in reading.items]
    parts += [("an attempt", one.text) for one in reading.attempts]
    parts += [("an action", one.text) for read in reading.items for one in read.actions]
    parts += [("a criterion", one.text) for read in reading.items for one in read.criteria]
    elsewhere = [name for name, text in parts if token in text]
    if reading.tells(token):
        return Verdict(item.shape, kind, token, "told", note)
    if elsewhere:
        return Verdict(item.shape, kind, token, "wrong", f"read as {elsewhere[0]}; {note}")
    return Verdict(item.shape, kind, token, "silent", note)


def _parts(reading: Reading) -> Iterator[object]:
    for item in reading.items:
        if not any(f"[{item.id}]" in line for line in reading.lines):
            yield item
        yield from (*item.attempts, *item.actions, *item.criteria)
    yield from reading.attempts


def _spans(part: object, reading: Reading, token: str) -> bool:
    span = getattr(part, "span", None)
    return span is not None and any(
        span.start_line <= line <= span.end_line for line in reading.lines_of(token)
    )


def _item(reading: Reading, item: Item) -> Iterator[Verdict]:
    same = [one for one in reading.items if item.token in one.title]
    if not same:
        told = reading.tells(item.token, around=3)
        verdict = _missing(reading, item, "item", item.token, item.title)
        yield Verdict(
            item.shape, "item", item.token, "told" if told else verdict.verdict, verdict.note
        )
        if item.readings:
            yield Verdict(item.shape, "status", item.token, "told" if told else "silent")
        for kind, token in _inner(item):
            is_told = told and kind != "attempt"
            yield (
                Verdict(item.shape, kind, token, "told")
                if is_told
                else _missing(reading, item, kind, token)
            )
        return
    read = same[0]
    yield _name(reading, item, same)
    yield from _standing(reading, item, read)
    for one in item.tries:
        yield _try(reading, item, one)
    for step in item.steps:
        yield _step(reading, item, read, step)
    for bar in item.bars:
        yield _bar(reading, item, read, bar)


def _inner(item: Item) -> Iterator[tuple[str, str]]:
    yield from (("attempt", one.token) for one in item.tries)
    yield from (("action", one.token) for one in item.steps)
    yield from (("criterion", one.token) for one in item.bars)


def _verdict(reading: Reading, item: Item, kind: str, token: str, faults: Iterable[str]) -> Verdict:
    """Right without faults, told where a finding names the line, else wrong."""
    note = "; ".join(fault for fault in faults if fault)
    verdict = "right" if not note else "told" if reading.tells(token) else "wrong"
    return Verdict(item.shape, kind, token, verdict, note)


def _name(reading: Reading, item: Item, same: Sequence[Read]) -> Verdict:
    title = " ".join(same[0].title.split())
    faults = [f"read {len(same)} times" if len(same) > 1 else ""]
    if item.id is not None and same[0].id.casefold() != item.id.casefold():
        faults.append(f"ID {same[0].id} for {item.id}")
    bare = re.sub(r"^(Step \d+: |(\[[A-Z0-9]+\] )+)", "", title)  # `[P] [US1] Read the index`
    rest = bare.removeprefix(item.title)
    if "**" in title or rest == bare or not re.match(r"[ .:]|$", rest):
        faults.append(f"title {title!r} for {item.title!r}")
    return _verdict(reading, item, "item", item.token, faults)


def _standing(reading: Reading, item: Item, read: Read) -> Iterator[Verdict]:
    if item.readings:
        fault = (
            ""
            if read.status in item.readings
            else f"{read.status} for {' or '.join(sorted(item.readings))} ({read.status_text})"
        )
        is_told = read.id in reading.told_items or reading.tells(item.token, around=4)
        verdict = (
            "right" if not fault else "told" if is_told and read.status == "unknown" else "wrong"
        )
        yield Verdict(item.shape, "status", item.token, verdict, fault)
    if item.priority:
        fault = "" if read.priority == item.priority else f"{read.priority} for {item.priority}"
        yield _verdict(reading, item, "priority", item.token, [fault])


def _try(reading: Reading, item: Item, one: Try) -> Verdict:
    same = [read for read in reading.attempts if one.token in read.text]
    if not same:
        return _missing(reading, item, "attempt", one.token, one.form)
    faults = [f"read {len(same)} times" if len(same) > 1 else "", *_faults(item, one, same[0])]
    made = _verdict(reading, item, "attempt", one.token, faults)
    return Verdict(
        made.shape,
        made.kind,
        made.token,
        made.verdict,
        f"{made.note} in {one.form!r}" if made.note else "",
    )


def _faults(item: Item, one: Try, read: Attempt) -> Iterator[str]:
    if item.id and (read.item or "").casefold() != item.id.casefold():
        yield f"attempt of {read.item} for {item.id}"
    if (read.number, read.date) != (one.number, one.date):
        yield f"#{read.number} of {read.date} for #{one.number} of {one.date}"
    if read.result not in one.readings:
        yield f"{read.result} for {' or '.join(sorted(one.readings))} ({read.result_text})"
    if one.tail not in (read.summary if "Result: {r}. " in one.form else read.text):
        yield f"summary {read.summary!r} without {one.tail}"
    if one.metrics and one.metrics not in (read.metrics or ""):
        yield f"metrics {read.metrics!r} without {one.metrics}"


def _step(reading: Reading, item: Item, read: Read, step: Step) -> Verdict:
    same = [one for one in read.actions if step.token in one.text]
    if not same:
        return _missing(reading, item, "action", step.token)
    faults = [f"read {len(same)} times" if len(same) > 1 else ""]
    if step.number is not None and same[0].number != step.number:
        faults.append(f"number {same[0].number} for {step.number}")
    if same[0].state not in step.readings:
        faults.append(
            f"{same[0].state} for {' or '.join(sorted(step.readings))} ({same[0].state_text or same[0].text})"
        )
    return _verdict(reading, item, "action", step.token, faults)


def _bar(reading: Reading, item: Item, read: Read, bar: Bar) -> Verdict:
    same = [one for one in read.criteria if bar.token in one.text]
    if not same:
        return _missing(reading, item, "criterion", bar.token)
    fault = "" if same[0].ticked == bar.ticked else f"ticked {same[0].ticked} for {bar.ticked}"
    return _verdict(reading, item, "criterion", bar.token, [fault])


def _unmeant(page: Page, reading: Reading) -> Iterator[Verdict]:
    """What was read as an item, an attempt or an action, and is none."""
    shapes = {
        token: item.shape for item in page.items for _, token in [("", item.token), *_inner(item)]
    }
    shapes |= {work.token: work.shape for work in page.works}
    parts: list[tuple[str, str, int]] = []
    for item in reading.items:
        parts.append(("item", item.title, item.span.start_line))
        parts += [("action", one.text, one.span.start_line) for one in item.actions]
    parts += [
        ("attempt", one.text, one.span.start_line)
        for one in reading.attempts
        if one.source == "history"
    ]
    lines = [next((token for token in shapes if token in line), "") for line in reading.lines]
    for kind, text, line in parts:
        if any(token in text for token in shapes) or (
            kind == "item" and _is_work(page, reading, line)
        ):
            continue
        above = [token for token in lines[:line] if token] or [token for token in lines if token]
        shape = shapes[above[-1]] if above else page.shapes[0]
        yield Verdict(shape, "unmeant", "", "wrong", f"line {line}, {kind} {text[:60]!r}")


def _is_work(page: Page, reading: Reading, line: int) -> bool:
    """Whether an item that begins here holds work that may be read in any way."""
    item = next(one for one in reading.items if one.span.start_line == line)
    return any(_spans(item, reading, work.token) for work in page.works)
