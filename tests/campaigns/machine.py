"""A plan that is appended to, finished, edited by hand, archived, brought back and merged, in any
order, next to one that is never archived.

``python -m tests.campaigns.machine --count 500 --steps 30 --seed 1`` has Hypothesis make as many
runs of as many steps, over plans in each of the dialects. Whatever is done to the plan is done to
its shadow as well, but for archiving. After every step

- to bring back all that is in the archive gives the bytes of the shadow,
- each attempt that was recorded stands in one of the two files, once,
- an append got the number that it got in the shadow,
- the guard has nothing to say of the step.

The exit code is 1 if one of that did not hold; Hypothesis prints the steps that led there.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, assume, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ledger import config, rules
from ledger.commands import archive as archiving
from ledger.commands.append import append
from ledger.config import Config
from ledger.edits.archive import bring_back
from ledger.errors import LedgerError, Refused
from ledger.plan import document, reader
from ledger.versions.merge import Unsure, merge

RUN = "reports/x/20251102T091500Z"
ATTEMPTS = """\
# Plan

## Index
| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [ALPHA-001](#alpha-001-first) | First | High | in_progress |
| [BETA-002](#beta-002-second) | Second | Low | in_progress |

## [ALPHA-001] First
- Priority: High
- Status: in_progress
- Attempts History:
  * [2025-10-01] Attempt #1 — Result: failed. One (w1).
    Metrics: 1 passed in 1.00s.
  * [2025-10-02] Attempt #2 — Result: partial. Two (w2).
- Next Actions:
  1. PENDING — Go on from Attempt #1.
- Exit Criteria:
  - [ ] It works

## [BETA-002] Second
- Status: in_progress
- Attempts History:
  * [2025-10-03] Attempt #3 — Result: partial. Three (w3).

## [GAMMA-003] Third
- Priority: Low
- Status: in_progress
"""
NEWEST_FIRST = """\
# Plan

### [ALPHA-001] First
- Status: in_progress

#### Attempt #2 — Two

**Result:** partial (w2)

#### Attempt #1 — One

**Date:** 2025-10-01
**Result:** failed (w1)

### [BETA-002] Second
- Status: in_progress
- Attempts History:
  * [2025-10-03] Attempt #3 — Result: partial. Three (w3).

    ```
    ## [FAKE-001] in a fence
    ```
"""
CHECKLIST = """\
# Plan

## Phase 1

- [ ] ALPHA-001 First
  - [2025-10-01] Attempt #1 — Result: failed. One (w1).
    Metrics: 1 passed in 1.00s.
  - [2025-10-02] Attempt #2 — Result: partial. Two (w2).
- [ ] BETA-002 Second
  that is told in two lines
  - a note

## Phase 2

- [ ] GAMMA-003 Third
"""
LOGBOOK = """\
# Fix Plan

## Current Focus
**ALPHA-001 — First**

- Working Plan: `plans/alpha.md`

## Attempts History

### 2025-10-01T02:40Z — ALPHA-001 (initial)
**Action:** One (w1).

**Metrics:** 1 passed in 1.00s

### 2025-10-02T03:06Z — ALPHA-001 (shipped)
**Action:** Two (w2).

**Next Actions:**
- Phase B

## TODOs
- [ ] S1: Go on
"""
ROADMAP = """\
# Plan

## Tier 1

- [ALPHA-001] (First) — **partial** (2025-12-08T050000Z: note)
  - **Governed by:** docs/spec.md
  - **Attempts:**
    - [2025-10-01] Attempt #1 — Result: failed. One (w1).
      Metrics: 1 passed in 1.00s.
    - [2025-10-02] Attempt #2 — Result: partial. Two (w2).
- [BETA-002] (Second) — **pending**
  - **Exit Criteria:** it works
"""
PLANS = {
    "attempts": ATTEMPTS.encode(),
    "CRLF": ATTEMPTS.replace("\n", "\r\n").encode(),
    "newest first": NEWEST_FIRST.encode(),
    "checklist": CHECKLIST.encode(),
    "logbook": LOGBOOK.encode(),
    "roadmap": ROADMAP.encode(),
}
FIRST = {"attempts": 3, "CRLF": 3, "newest first": 3, "checklist": 2, "logbook": 2, "roadmap": 2}
FINISHED = ((b"Status: in_progress", b"Status: done"), (b"PENDING", b"COMPLETE"), (b"[ ]", b"[x]"))
EVENTS: Counter[str] = Counter()
WAYS: Final[list[dict[str, Any]]] = [{"keep": 1}, {}, {"to_lines": 12}, {"keep": 2}]


class Machine(RuleBasedStateMachine):
    """``plan`` is worked on; ``shadow`` is the same but for archiving."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.words = 0
        self.steps = 0

    def teardown(self) -> None:
        """Take the files away."""
        shutil.rmtree(self.folder)

    @initialize(name=st.sampled_from(list(PLANS)))
    def start(self, name: str) -> None:
        """Two plans, and a run to record."""
        for part in ("plan", "shadow"):
            place = self.folder / part
            (place / RUN).mkdir(parents=True)
            subprocess.run(["git", "init", "--quiet", str(place)], check=True)
            (place / RUN / "exit_code.txt").write_bytes(b"0\n")
            (place / "docs").mkdir()
            (place / "docs/fix_plan.md").write_bytes(PLANS[name])
        self.plan, self.shadow = (config.find(self.folder / part) for part in ("plan", "shadow"))
        self.words = FIRST[name]
        self.before = self.state()

    # What people do

    @rule(at=st.integers(0, 5), complete=st.booleans())
    def append(self, at: int, complete: bool) -> None:
        """An attempt at an item that is not archived."""
        items = [
            item
            for item in self.read(self.plan).items
            if item.status not in ("done", "archived") and not any(p.is_item for p in item.archived)
        ]
        assume(items)
        item = items[at % len(items)]
        left = [one.number for one in item.actions if one.state == "pending" and one.number]
        self.words += 1
        numbers = []
        for place in (self.plan, self.shadow):
            try:
                appended = append(
                    item.id,
                    [place.root / RUN],
                    summary=f"Another (w{self.words}).",
                    complete=left[:1] if complete else (),
                    next_actions=[f"Look at w{self.words} again."] if at % 2 else (),
                    again=True,
                    ledger=place.ledger,
                )
                numbers.append(appended.number)
            except LedgerError as error:
                numbers.append(error.code)
        assert numbers[0] == numbers[1], numbers
        if isinstance(numbers[0], str):
            self.words -= 1
            EVENTS[f"append refused: {numbers[0]}"] += 1

    @rule(at=st.integers(0, 9))
    def finish(self, at: int) -> None:
        """By hand: a status, an action or a box."""
        old, new = FINISHED[at % 3]
        self.by_hand(old, new, at // 3)

    @rule(at=st.integers(1, 40))
    def reword(self, at: int) -> None:
        """By hand: the words of an attempt that is in the ledger."""
        word = b"(w%d)" % (1 + at % self.words)
        self.by_hand(word, word + b" indeed", 0)

    @rule(what=st.sampled_from([
        (b"# ", b"# New "), (b"First", b"Foremost"), (b"## ", b"Text between.\n\n## "),
        (b"\n", b"\n\n"), (b"Second", b"Second  "), (b"- Exit", b"- Risks: none\n- Exit"),
    ]))  # fmt: skip
    def edit(self, what: tuple[bytes, bytes]) -> None:
        """By hand: whatever stands around."""
        self.by_hand(*what, 0)

    @rule(way=st.sampled_from(WAYS))
    def archive(self, way: dict[str, Any]) -> None:
        """To the archive."""
        done = self.to_archive(way)
        EVENTS["archived" if done else "nothing to archive"] += 1

    @rule(at=st.integers(0, 5))
    def restore(self, at: int) -> None:
        """From the archive: everything, or what one item has there."""
        items = [item for item in self.read(self.plan).items if item.archived]
        assume(items)
        names = [items[at % len(items)].id] if at else []
        archiving.bring_back(*names, ledger=self.plan.ledger)
        EVENTS["restored"] += 1

    @rule(at=st.integers(0, 5), way=st.sampled_from(WAYS))
    def merge(self, at: int, way: dict[str, Any]) -> None:
        """One side appends, the other one archives."""
        base = self.state()
        self.append(at, complete=False)
        ours = self.state()
        self.put(base)
        done = self.to_archive(way)
        theirs = self.state()
        try:
            merged = merge(base[0], ours[0], theirs[0])
        except Unsure:
            merged = None
        if merged is None or merged.clashes:
            EVENTS["merge left to a person"] += 1
            self.put(ours)
            return
        EVENTS["merged" if done else "merged, nothing archived"] += 1
        self.put((merged.data, theirs[1]))

    # What must hold

    @invariant()
    def all_comes_back(self) -> None:
        """The archive and the ledger together are the shadow."""
        ledger, archive = self.state()
        pointers = [one for item in reader.read(ledger).items for one in item.archived]
        back = bring_back(archive, pointers, deep=True)
        assert document.apply(ledger, back.ledger) == self.shadow.ledger.read_bytes()
        assert b'<a id="archived-' not in document.apply(archive, back.archive)

    @invariant()
    def each_attempt_is_there_once(self) -> None:
        """In one of the files."""
        both, whole = b"".join(self.state()), self.shadow.ledger.read_bytes()
        for number in range(1, self.words + 1):
            word = b"(w%d)" % number
            assert both.count(word) == whole.count(word) > 0, number

    @invariant()
    def the_guard_is_content(self) -> None:
        """With the step that was done."""
        old, new = self.before, self.state()
        self.before = new
        if old == new:
            return
        codes = [code for code in rules.RULES if not rules.compares(code)]
        for at in (0, 1):
            facts = rules.Facts("x", elsewhere=lambda at=at: (reader.read(new[1 - at]),))
            found = rules.made_worse(
                reader.read(new[at]), facts, [reader.read(old[at])], None, codes
            )
            assert [one for one in found if one.severity == "error"] == []

    # The files

    def to_archive(self, way: dict[str, Any]) -> int:
        """How many parts went there."""
        try:
            return len(archiving.archive(ledger=self.plan.ledger, **way).parts)
        except Refused as error:
            nearest = re.search(r"--to-lines (\d+) moves these", error.hint)
            if error.code != "too-long" or not nearest:
                raise
        return self.to_archive({**way, "to_lines": int(nearest[1])})

    def state(self) -> tuple[bytes, bytes]:
        """Ledger and archive; empty where there is none."""
        partner = self.plan.root / self.plan.partner
        return self.plan.ledger.read_bytes(), partner.read_bytes() if partner.exists() else b""

    def put(self, state: tuple[bytes, bytes]) -> None:
        """Set both files."""
        partner = self.plan.root / self.plan.partner
        self.plan.ledger.write_bytes(state[0])
        if state[1]:
            partner.write_bytes(state[1])
        else:
            partner.unlink(missing_ok=True)

    def read(self, place: Config) -> reader.Ledger:
        """The ledger."""
        return reader.read(place.ledger.read_bytes())

    def by_hand(self, old: bytes, new: bytes, at: int) -> None:
        """Replace one ``old`` by ``new`` where it stands in the plan, and the same in the shadow:
        that of the line which says the same there."""
        ledger, whole = self.plan.ledger.read_bytes(), self.shadow.ledger.read_bytes()
        lines = [line for line in ledger.splitlines(keepends=True) if old in line]
        lines = [line for line in lines if ledger.count(line) == whole.count(line) == 1]
        assume(lines)
        line = lines[at % len(lines)]
        for place, data in ((self.plan, ledger), (self.shadow, whole)):
            place.ledger.write_bytes(data.replace(line, line.replace(old, new, 1)))


def run(count: int, steps: int, number: int | None = None) -> Counter[str]:
    """Make ``count`` runs of up to ``steps`` steps; what happened in them."""
    EVENTS.clear()
    chosen = settings(
        max_examples=count,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        derandomize=number is None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine if number is None else seed(number)(Machine), settings=chosen)
    return EVENTS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    events = run(options.count, options.steps, options.seed)
    print(f"{options.count} runs of {options.steps} steps, 0 faults; {dict(events)}")
    print(f"{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
