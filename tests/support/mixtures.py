"""Fix plans put together from sections of known dialects, each as the format's description has it.

``made`` gives a file and what is right for it: the dialect of each section, the one that most
lines that are not blank are written in, and the tasks, attempts and items that are in it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

PROSE = ["Focus on the core first.", "The plan is kept by hand.", "Ask anna before you start."]
DOINGS = [
    "Set up the build", "Write tests", "Commit.", "Fix the parser", "Measure again", "Ship it",
    "Prüfen und melden", "Read `docs/a.md`", "Compare with the run of May",
]  # fmt: skip


@dataclass(frozen=True)
class Chunk:
    """Lines from one heading to the next, and what they are written in; "" for prose."""

    dialect: str
    lines: tuple[str, ...]
    tasks: int = 0
    items: tuple[str, ...] = ()
    attempts: int = 0
    headings: int = 1
    strays: int = 0  # boxes that are nobody's


@dataclass(frozen=True)
class Mixture:
    """A file and what is right for it."""

    data: bytes
    dialect: str
    chunks: tuple[Chunk, ...]

    @property
    def sections(self) -> list[str]:
        """The dialect that each heading's section is to be read in, from the first heading on."""
        found = []
        for chunk in self.chunks:
            found += [chunk.dialect or self.dialect] * chunk.headings
        return found


def _attempts(rng: random.Random, place: int) -> Chunk:
    name = f"{rng.choice(['PARSE', 'TEST-SUITE', 'IO'])}-{place:03}"
    lines = [f"## [{name}] {rng.choice(DOINGS)}"]
    lines += [f"- Priority: {rng.choice(['High', 'Low'])}", "- Status: in_progress"]
    tries = rng.randrange(4)
    if tries:
        lines.append("- Attempts History:")
    for number in range(1, tries + 1):
        lines.append(f"  * [2025-11-0{number}] Attempt #{number} — Result: success. Text.")
        if rng.random() < 0.5:
            lines.append("    Metrics: 12 passed")
    if rng.random() < 0.5:
        lines += ["- Next Actions:", "  1. PENDING — Measure.", "  2. ✅ COMPLETE — Write."]
    if rng.random() < 0.4:
        lines += ["- Exit Criteria:", "  - [ ] All tests pass", "  - [x] It is fast"]
    has_notes = rng.random() < 0.2
    if has_notes:
        lines += ["", "### Notes", "", "- [ ] A box in an item's own section"]
    return Chunk("attempts", tuple(lines), 0, (name,), tries, 1 + has_notes, int(has_notes))


def _checklist(rng: random.Random, place: int) -> Chunk:
    heading = rng.choice([f"Phase {place} — Work [done]", "High Priority", f"Priority {place}: Core",
                          "Blocked", "Completed", "TODO Backlog"])  # fmt: skip
    bullet = rng.choice(["- ", "* ", "1. "])
    lines = [f"## {heading}", ""]
    tasks = rng.randrange(1, 8)
    for number in range(1, tasks + 1):
        name = rng.choice(["", f"S{place}{number:02} [SETUP] ", f"T{place}{number}: "])
        lines.append(f"{bullet}{rng.choice(['[ ]', '[x]', '[X]'])} {name}{rng.choice(DOINGS)}")
        if rng.random() < 0.3:
            lines.append(f"{' ' * len(bullet)}and more of it")
        if rng.random() < 0.3:
            lines.append(f"{' ' * len(bullet)}- a note below")
    return Chunk("checklist", tuple(lines), tasks)


def _logbook(rng: random.Random, place: int) -> Chunk:
    """A focus and a history: what shows a logbook stands in more than one section of it."""
    lines = ["## Current Focus", f"**seed — {rng.choice(DOINGS)} (checklist S1)**", ""]
    lines += ["## Attempts History", ""]
    tries = rng.randint(1, 4)
    for number in range(1, tries + 1):
        lines += [f"### 2026-01-{place:02}T0{number}:40Z — seed S{number} (initial)"]
        lines += [f"**Action:** {rng.choice(DOINGS)}", "", "**Metrics:**", "- 7 datasets", ""]
        lines += ["**Artifacts:**", "- `reports/x/`", ""]
    return Chunk("logbook", tuple(lines[:-1]), 0, (), tries, 2 + tries)


def _roadmap(rng: random.Random, place: int) -> Chunk:
    lines = [f"## Tier {place} — {rng.choice(['Core', 'Polish'])}", ""]
    names = []
    for number in range(1, rng.randint(2, 5)):
        name = f"ARCH-FLOW-{place}{number:02}"
        names.append(name)
        status = rng.choice(["partial", "pending", "done", "blocked"])
        note = " (2025-12-08T050000Z i=153: long note. Artifacts: `reports/x/`)"
        lines.append(f"- [{name}] ({rng.choice(DOINGS)}) — **{status}**{rng.choice(['', note])}")
        lines.append("  - **Governed by:** docs/spec.md")
        if rng.random() < 0.5:
            lines += ["  - **Exit Criteria:**", "    - [ ] All tests pass", "    - [x] Fast"]
            lines += ["    - [ ] Small"] * rng.randrange(3)
    return Chunk("roadmap", tuple(lines), 0, tuple(names))


def _prose(rng: random.Random, place: int) -> Chunk:
    heading = rng.choice(["Notes", "Context", "Reference Commands", f"About {place}"])
    body = rng.choice([
        rng.sample(PROSE, 2),
        [f"- {one}" for one in PROSE],
        ["```sh", "# a comment", "- [ ] no task", "## [EVIL-001] no item", "```"],
        ["| a | b |", "| --- | --- |", "| 1 | 2 |"],
        ["- [a link](x.md)", "- [2026-01-29] met anna"],
    ])  # fmt: skip
    return Chunk("", (f"## {heading}", "", *body))


MAKERS: dict[str, Callable[[random.Random, int], Chunk]] = {
    "attempts": _attempts,
    "checklist": _checklist,
    "logbook": _logbook,
    "roadmap": _roadmap,
}


def made(number: int) -> Mixture:
    """The mixture ``number``: the same one whenever it is asked for."""
    rng = random.Random(number)
    while True:
        names = rng.sample(sorted(MAKERS), rng.choice([1, 2, 2, len(MAKERS)]))
        chosen = [rng.choice(names) for _ in range(rng.randint(2, 9))]
        if "logbook" in chosen:  # a file has one history
            first = chosen.index("logbook")
            chosen = [name for at, name in enumerate(chosen) if name != "logbook" or at == first]
        chunks = [MAKERS[name](rng, place) for place, name in enumerate(chosen, 1)]
        if "logbook" in chosen:  # such headings are a logbook's own
            chunks = [
                replace(chunk, lines=("## Phase 7: Work", *chunk.lines[1:]))
                if chunk.lines[0] in ("## Completed", "## TODO Backlog")
                else chunk
                for chunk in chunks
            ]
        for _ in range(rng.randrange(3)):
            chunks.insert(rng.randrange(len(chunks) + 1), _prose(rng, len(chunks)))
        weights: Counter[str] = Counter()
        for chunk in chunks:
            if chunk.dialect:
                weights[chunk.dialect] += sum(1 for line in chunk.lines if line.strip())
        ranked = weights.most_common()
        if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
            break  # what is as much one as the other has no answer
    head = ["# Fix Plan", "", rng.choice(PROSE), ""]
    title = Chunk("", tuple(head[:-1]))
    lines = list(head)
    for chunk in chunks:
        lines += [*chunk.lines, ""]
    newline = rng.choice(["\n", "\n", "\r\n"])
    return Mixture(newline.join(lines).encode(), ranked[0][0], (title, *chunks))
