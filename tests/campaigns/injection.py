"""Hostile summaries, next actions and result words: one attempt more, and nothing else.

``python -m tests.campaigns.injection --count 2000 --seed 1`` has Hypothesis make texts that try
to start headings, close fences, open comments, forge attempts, labels, stamps and states, or
steer a terminal, and appends each to plans of every style. It asks that

- exactly one attempt is new, with the number, date, result and stamp that were meant, and with
  no metrics but the run's;
- exactly the actions asked for are new, and open;
- nothing else of the plan has changed, and the text has added no line of its own;
- what was written is UTF-8, and holds nothing that a terminal would obey;
- the text's own words are still there, in their order.

The exit code is 1 if one did not hold, or was refused.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import unicodedata
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ledger.edits import append
from ledger.errors import LedgerError
from ledger.plan import document, reader, text
from ledger.plan.model import Change, NewAttempt
from tests.support import generators, laws
from tests.support.plans import Entry, Plan, Row, Task, Try, written

STAMP = "20251103T101112Z"
FORGED = [
    "# heading", "## [EVIL-001] forged item", "### Attempt #99 — forged", "```", "````", "~~~", "```md",
    "<!--", "-->", "<!-- x -->", "<script>", "<div>", "</div>", "<?php", "<![CDATA[", "<pre>",
    "* [2025-01-01] Attempt #99 — Result: success", "- [2025-01-01] Attempt #99",
    "[2025-01-01] Attempt #99 — Result: ✅ success.", "**Attempt #99 (2025-01-01)**: forged",
    "Attempt #99 — Result: success", "Attempt #99: forged", "1. ✅ COMPLETE (Attempt #98) — forged",
    "✅ COMPLETE (Attempt #98)", "COMPLETE", "DONE", "**[COMPLETE]** (Attempt #98, STAMP 20200101T000000Z)",
    "🟡 BLOCKED —", "Result: failed.", "**Result:** failed", "Status: done", "- Status: done",
    "Metrics: 999 passed", "**Metrics:** 999 passed", "Artifacts: `reports/forged/x.md`",
    "Artifacts: `reports/forged/20200101T000000Z/x.md`", "Commit: `deadbeef1`", "Date: 2020-02-02",
    "**Date:** 2020-02-02", "STAMP 20200101T000000Z", "STAMP: 20200101T000000Z", "STAMP=`20200101T000000Z`",
    "Next Actions:", "- Next Actions:", "- Attempts History:", "- Exit Criteria: forged", "- [ ] box",
    "[YYYY-MM-DD] Attempt #1 — Result: ...", "* [YYYY-MM-DD] Attempt #1", "[x]: /url", "[EVIL-001]: x",
    "| a | b |", "|---|---|", "---", "===", "***", "> quote", ">", "1.", "10. ten", "-", "*", "+ x", "\\",
    "`", "``", "`a", "**", "__", "~~", "*", "_", "[", "](", "![", "{", "}", "#", "$x$", "&lt;", "&#10;# x",
    "**Last Updated:** 2020-02-02", "Last Updated: 2020-02-02", "2020-02-02", "(2020-02-02)", "<<<<<<< ours",
    "=======", ">>>>>>> theirs", "success. failed. blocked", "— failed", ": failed", "plain words", "ok", "日本語 ✅",
]  # fmt: skip
CONTROLS = ["\n", "\r\n", "\r", "\n\n", "\t", "    ", "\x00", "\x07", "\x0b", "\x0c", "\x1b[31m", "\x1b]0;t\x07",
            "\x7f", "\x85", "\x9b2J", "\u2028", "\u2029", "\u202e", "\u2066", "\u2069", "\u200f", "\u061c",
            "\ufeff", "\u200b", "\ud800", "\udc9b", "\udfff", "\u00a0", "\u202f"]  # fmt: skip
PIECES = st.sampled_from(FORGED) | st.sampled_from(CONTROLS) | st.sampled_from([" ", " ", "\n"])
SHORT = st.lists(
    PIECES | st.text(st.characters(exclude_categories=()), max_size=5), max_size=9
).map("".join)
TEXTS = st.one_of(
    SHORT,
    SHORT,
    SHORT,
    st.builds(lambda a, n, b: a * n + b, st.sampled_from(FORGED), st.integers(2, 3000), SHORT),
    st.builds(lambda a, n: (a * n)[: 100 * 1024], SHORT, st.sampled_from([1, 20_000])),
)


def _entry(name: str, bullet: str = "  * ", **other: object) -> Entry:
    made = Entry(name, "Read large files", "High", "in_progress", "in_progress", bullet=bullet)
    return replace(made, **other)  # type: ignore[arg-type]


def _try(number: int, *lines: str) -> Try:
    return Try(number, "2025-11-01", None, "partial", lines)


def _tasks(first: int | None, words: str) -> tuple[Task, ...]:
    numbers = [None, None] if first is None else [first, first + 1]
    return tuple(
        Task(number, "pending", words, None, None, (f"Task {letter}",))
        for letter, number in zip("AB", numbers, strict=True)
    )


ENTRIES = (
    _entry(
        "LINE-001",
        attempts=(_try(1, "[2025-11-01] Attempt #1 — Result: ⚠️ partial. Text. Metrics: 1 passed."),),
        tasks=_tasks(1, "🟡 PENDING"),
    ),
    _entry(
        "LABELS-002",
        bullet="  - ",
        attempts=(
            _try(2, "[2025-11-01] Attempt #2 — Result: partial.", "Metrics: 1 passed", "Artifacts: none"),
            _try(3, "[2025-11-01] Attempt #3 — Result: partial.", "Metrics: 1 passed", "Artifacts: none"),
        ),
        tasks=_tasks(9, ""),
        tasks_form="shifting",
        gaps=frozenset({0}),
    ),
    _entry(
        "BULLETS-003",
        attempts=(
            _try(4, "[2025-11-01] **Attempt #4** — Status: partial", "- Metrics: 1 passed", "- Artifacts: none"),
        ),
        tasks=_tasks(None, ""),
        tasks_form="bullets",
    ),
    _entry("HEADINGS-004", form="headings", attempts=(_try(5, "Attempt #5 — Part (2025-11-01)", "", "**Result:** partial"),)),
    _entry("COLUMN-005", bullet="* ", tasks=_tasks(1, ""), tasks_form="column", tasks_first=True,
           attempts=(_try(9, "[20251101T000000Z] Attempt #9 — Result: partial"),
                     _try(8, "[20251101T000000Z] Attempt #8 — Result: partial"))),
    _entry("EMPTY-006", has_home=False),
)  # fmt: skip
PLAN = Plan(
    items=tuple(
        replace(e, attempts=tuple(replace(a, stamp=STAMP_OF.get(a.number)) for a in e.attempts))
        for STAMP_OF in [{8: "20251101T000000Z", 9: "20251101T000000Z"}]
        for e in ENTRIES
    ),
    rows=tuple(Row(e.id, e.title, e.priority, e.status, e.status_text) for e in ENTRIES),
)


@dataclass(frozen=True, repr=False)
class Case:
    """What an append is given: the item's place in ``PLAN``, and the texts of its author."""

    place: int
    summary: str
    words: str
    next: tuple[str, ...]
    has_stamp: bool
    metrics: str = ""

    def __repr__(self) -> str:
        """Without the tens of kilobytes that a text may have."""
        texts = [f"{one[:300]!r} ({len(one)})" for one in (self.summary, *self.next)]
        return f"Case({ENTRIES[self.place].id}, {texts}, {self.words!r}, {self.has_stamp}, {self.metrics!r})"

    @property
    def change(self) -> Change:
        """The same as a change of ``PLAN``."""
        entry = PLAN.items[self.place]
        result = next(known for known, _ in generators.RESULTS if known in self.words)
        run = f"reports/x/{STAMP}" if self.has_stamp else "reports/x/run"
        new = NewAttempt(
            number=entry.last_number + 1, date="2025-11-03", stamp=STAMP if self.has_stamp else None, result=result,
            words=self.words, summary=self.summary, metrics=self.metrics, artifacts=(f"{run}/{{a.md,b.txt}}",), commit="`1a2b3c4d`",
        )  # fmt: skip
        return Change(item=entry.id, attempt=new, next=self.next, today="2025-11-03")


WORDS = st.builds(
    lambda known, sep, text: f"{known}{sep}{text}",
    st.sampled_from(["success", "partial", "failed", "blocked"]),
    st.sampled_from([" (", ". ", "\n", " — "]),
    st.sampled_from(
        ["", "x)", "# h", "* [2025-01-01] Attempt #99", "`", "Metrics: 9", "\x1b[2J", "<!--"]
    ),
) | st.sampled_from(["success", "partial", "failed", "blocked"])
CASES = st.builds(
    Case,
    place=st.integers(0, len(ENTRIES) - 1),
    summary=TEXTS,
    words=WORDS,
    next=st.lists(TEXTS.filter(text.one_line), max_size=2).map(tuple),
    has_stamp=st.booleans(),
    metrics=st.sampled_from(["", "", "1 collected, 1 passed"]) | SHORT,
)

TEXT = written(PLAN)
BEFORE = reader.read(TEXT.data)


def judge(case: Case) -> None:
    """Append, and raise AssertionError unless all came out as meant, LedgerError if refused."""
    change = case.change
    edits = append.append(BEFORE, change)
    data = document.apply(TEXT.data, edits)
    after = reader.read(data)
    append.check(BEFORE, after, change)
    meant = laws.said(generators.changed(PLAN, PLAN.items[case.place], change))
    found = laws.found(after)
    _take_out_the_words(meant, found, change)
    assert found == meant
    item = next(item for item in after.items if item.id == change.item)
    [new] = [a for a in item.attempts if a.number == change.attempt.number]
    if not case.metrics:
        assert new.metrics is None
    assert_text_is_safe(b"".join(edit.new for edit in edits))
    plain = document.apply(TEXT.data, append.append(BEFORE, _plain(change)))
    assert data.count(b"\n") == plain.count(b"\n")
    for said in (case.summary, *case.next):
        _assert_words_are_there(said, data.decode())


def _plain(change: Change) -> Change:
    """The same with a harmless word for each text that has any."""
    new = change.attempt
    new = new.model_copy(
        update={
            "words": new.result,
            "summary": "x" if text.one_line(new.summary) else "",
            "metrics": "x" if text.one_line(new.metrics) else "",
        }
    )
    return change.model_copy(update={"attempt": new, "next": ("x",) * len(change.next)})


def _take_out_the_words(meant: laws.Facts, found: laws.Facts, change: Change) -> None:
    """The words of new actions: they are defused, so they are compared elsewhere."""
    for facts in (meant, found):
        item = facts[change.item]
        assert isinstance(item, dict)
        count = len(item["actions"])
        item["actions"] = [
            (*task[:4], "") if at >= count - len(change.next) else task
            for at, task in enumerate(item["actions"])
        ]


def assert_text_is_safe(inserted: bytes) -> None:
    """No control, and nothing that reorders what a terminal shows."""
    for character in inserted.decode("utf-8", "strict").replace("\n", ""):
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp"), repr(character)
        assert (
            character
            not in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        )


def _assert_words_are_there(said: str, whole: str) -> None:
    # Words of Latin letters, some of them enough: the text may be long.
    at = 0
    for word in re.findall(r"[a-z]{4,}", said)[:50]:
        at = whole.find(word, at) if whole.find(word, at) >= 0 else whole.find(word)
        assert at >= 0, word


@dataclass
class Outcome:
    """How many cases were judged, those refused among them, and the last one."""

    judged: int = 0
    refused: int = 0
    last: Case | None = None

    def judge(self, case: Case) -> None:
        """Judge one, and count it. Every text has a word, so a refusal is a fault, too."""
        self.last = case
        self.judged += 1
        try:
            judge(case)
        except LedgerError:
            self.refused += 1
            raise


def run(outcome: Outcome, count: int, number: int) -> None:
    """Have Hypothesis make ``count`` cases from the seed ``number``."""
    chosen = settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
    )
    seed(number)(chosen(given(CASES)(outcome.judge)))()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcome = Outcome()
    started = time.monotonic()
    failure: Exception | None = None
    try:
        run(outcome, options.count, options.seed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        failure = error
    print(
        f"{outcome.judged} appends, seed {options.seed}, {time.monotonic() - started:.0f} s; "
        f"{outcome.refused} refused"
    )
    if failure is None:
        print("each is one attempt more, and nothing else changed")
        return 0
    print(f"{type(failure).__name__}: {failure}", outcome.last, sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
