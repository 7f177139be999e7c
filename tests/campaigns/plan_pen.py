"""A plan as a model, and the pen that writes its parts and remembers what each of them means.

Each part holds a made-up word that stands nowhere else, so that it can be found again in what the
tool read, and its line in the file whatever a formatter did to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.campaigns import plan_words as words
from tests.campaigns.plan_words import Phrase

DAY = "2025-{:02}-{:02}"


@dataclass
class Try:
    """An attempt as meant. ``form`` is how it opens, with ``{n}`` and ``{d}`` still open."""

    token: str
    tail: str
    metrics: str
    number: int | None
    date: str
    readings: frozenset[str]
    form: str = ""


@dataclass
class Step:
    """A next action, or a box below a task."""

    token: str
    number: int | None
    readings: frozenset[str]


@dataclass
class Bar:
    """An exit criterion."""

    token: str
    ticked: bool | None


@dataclass
class Item:
    """One item as meant; ``readings`` is None where it says nothing about how it stands."""

    shape: str
    token: str
    title: str
    id: str | None = None
    readings: frozenset[str] | None = None
    priority: str | None = None
    tries: list[Try] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


@dataclass
class Work:
    """Something that is work, however it is read: it may not vanish."""

    shape: str
    token: str


@dataclass
class Page:
    """A plan written, and what it means."""

    shapes: tuple[str, ...]
    text: str
    items: list[Item]
    works: list[Work]


class Pen:
    """Writes lines, and keeps what they mean."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.shape = ""
        self.lines: list[str] = []
        self.items: list[Item] = []
        self.works: list[Work] = []
        self._used: set[str] = set()
        self._ids: set[str] = set()

    def write(self, *lines: str) -> None:
        self.lines += lines

    def gap(self) -> None:
        """A blank line, but never two."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def token(self) -> str:
        """A word that stands nowhere else in the page; no hexadecimal number."""
        while True:
            start = self.rng.choice("kvz")
            rest = "".join(
                self.rng.choice("bdgklmnprstvz") + self.rng.choice("aeiou") for _ in range(2)
            )
            word = start + self.rng.choice("aeiou") + rest + self.rng.choice("klmnr")
            if word not in self._used:
                self._used.add(word)
                return word

    def id(self, pattern: str) -> str:
        """An ID in which ``#`` is the next free number of its kind."""
        number = 1
        while (made := pattern.replace("#", str(number))) in self._ids:
            number += 1
        self._ids.add(made)
        return made

    def day(self) -> str:
        return DAY.format(self.rng.randint(1, 10), self.rng.randint(1, 28))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def item(self, id: str | None = None, *, statelike: bool = True) -> Item:  # noqa: A002
        """A new item, not yet written."""
        token = self.token()
        title = (
            words.task(self.rng, token) if statelike else self.rng.choice(words.PLAIN).format(token)
        )
        self.items.append(Item(self.shape, token, title, id))
        return self.items[-1]

    def work(self) -> str:
        """The words of something that may be read in any way, but not vanish."""
        token = self.token()
        self.works.append(Work(self.shape, token))
        return self.rng.choice(words.PLAIN).format(token)

    def status(self, item: Item, make: Callable[[Random], Phrase] = words.status) -> str:
        """Words for the item's status, which are what it means from now on."""
        phrase = make(self.rng)
        item.readings = phrase.readings
        return phrase.text

    def priority(self, item: Item) -> str:
        text = self.rng.choice(["High", "Medium", "Low", "P0", "P1", "P2", "Critical"])
        item.priority = text.lower()
        return text


def indented(lines: Sequence[str], by: int) -> list[str]:
    return [" " * by + line if line else line for line in lines]


# Attempts. A form has a number and a date; what follows them is the result and then the summary.

FULL = " — Result: {r}. {s}"
FORMS = (
    "[{d}] Attempt #{n}" + FULL,
    "[{d}] Attempt #{n}" + FULL,
    "{d} Attempt #{n}" + FULL,
    "{sign} [{d}] Attempt #{n}" + FULL,
    "Attempt #{n} [{d}]" + FULL,
    "[x] [{d}] Attempt #{n}" + FULL,
    "[{d}]: Attempt #{n}" + FULL,
    "**[{d}] Attempt #{n}**" + FULL,
    "[{d}] **Attempt #{n}**" + FULL,
    "[{d}] Attempt #{n} - Result: {r}. {s}",
    "[{d}] Attempt #{n} – Result: {r}. {s}",
    "[{d} 12:30 UTC] Attempt #{n}" + FULL,
    "[{d}T064811Z] Attempt #{n}" + FULL,
    "[{d}] Attempt #{n} (loop i=12, Mode: Docs)" + FULL,
    "[{d}] Attempt #{n} — Status: {p} ({s})",
    "Attempt {n} ({d}): {p}, {s}",
    "**Attempt {n}** ({d}): {p} — {s}",
    "**Attempt #{n} ({d})**: {p} — {s}",
    "Attempt #{n} ({d}) — {p}: {s}",
    "{d}: Attempt {n}: {p}. {s}",
    "{d} — Attempt #{n}: {p}. {s}",
    "Attempt #{n} — {d} — {p}: {s}",
    "#{n} ({d}): {p} — {s}",
    "{d}: {p} — {s}",
    "[{d}] {p} — {s}",
)


def attempts(pen: Pen, item: Item, count: int, form: str = "") -> list[list[str]]:
    """The lines of ``count`` attempts, each list to be put behind a bullet."""
    form = form or pen.rng.choice(FORMS)
    is_wrapped = pen.chance(0.4)
    month = pen.rng.randint(1, 9)
    made = []
    for number in range(1, count + 1):
        phrase = words.result(pen.rng, plain="{p}" in form)
        date = DAY.format(month, number * 2)
        sign = words.RESULT_SIGNS[next(iter(phrase.readings))]
        one = Try(
            pen.token(),
            pen.token(),
            "",
            number if "{n}" in form else None,
            date,
            phrase.readings,
            form,
        )
        if "{sign}" in form and len(phrase.readings) > 1:
            sign = "⚠️"
        said = f"Looked at the {one.token} table first{', and' if is_wrapped else ' and'} then at {one.tail}."
        text = form.format(d=date, n=number, sign=sign, r=phrase.text, p=phrase.text, s=said)
        lines = _wrapped(text) if is_wrapped else [text]
        if "({s})" not in form and pen.chance(0.5):
            one.metrics = pen.token()
            lines += _metrics(one.metrics, is_wrapped=is_wrapped)
        if pen.chance(0.1):
            lines += ["- The border is a matter of taste."]
        item.tries.append(one)
        made.append(lines)
    return made


def _wrapped(text: str) -> list[str]:
    """Two lines, broken behind a comma of the summary."""
    first, comma, rest = text.rpartition(", and ")
    return [first + comma.rstrip().removesuffix(" and") + " and", rest] if comma else [text]


def _metrics(token: str, *, is_wrapped: bool) -> list[str]:
    if is_wrapped:
        return ["Metrics: 12 passed in 3.40 s,", f"1 skipped in {token}."]
    return [f"Metrics: 12 passed in 3.40 s, 1 skipped in {token}."]


def bullets(entries: Sequence[Sequence[str]], mark: str, indent: int) -> list[str]:
    """Entries as a list, wrapped lines below their text."""
    lines = []
    for first, *rest in entries:
        lines.append(" " * indent + f"{mark} {first}")
        lines += indented(rest, indent + len(mark) + 1)
    return lines


# Actions and criteria

STATE_FORMS = ("{state} — {text}", "{state} - {text}", "**{state}** — {text}", "**{state}**: {text}", "**{state}:** {text}")  # fmt: skip


def actions(pen: Pen, item: Item, count: int) -> list[str]:
    """The texts of ``count`` actions, to be numbered from 1."""
    made = []
    form = pen.rng.choice(STATE_FORMS)
    for number in range(1, count + 1):
        token = pen.token()
        text = words.action(pen.rng, token)
        readings = words.one_of("pending")
        if pen.chance(0.6):
            phrase = words.state(pen.rng)
            readings = phrase.readings
            text = form.format(
                state=phrase.text, text=f"{pen.rng.choice(words.PLAIN).format(token)}"
            )
        elif pen.chance(0.2) and "*" not in text:
            text = f"**{text}**"
        item.steps.append(Step(token, number, readings))
        made.append(text)
    return made


def numbered(texts: Sequence[str], indent: int, *, is_lazy: bool) -> list[str]:
    return [
        " " * indent + f"{1 if is_lazy else number}. {text}" for number, text in enumerate(texts, 1)
    ]


def criteria(pen: Pen, item: Item, count: int) -> list[str]:
    """The texts of ``count`` criteria, with a box or without one."""
    made = []
    has_boxes = pen.chance(0.7)
    for _ in range(count):
        token = pen.token()
        ticked = pen.chance(0.4) if has_boxes else None
        item.bars.append(Bar(token, ticked))
        box = {True: "[x] ", False: "[ ] ", None: ""}[ticked]
        made.append(f"{box}The {token} page has 50 lines")
    return made
