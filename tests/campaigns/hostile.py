"""Fuzzed fix plans and monsters of one kind of character: no exception, and no long wait.

``python -m tests.campaigns.hostile --count 2000 --seed 1`` cuts, splices, doubles, nests and
spoils generated plans, and real ones where the corpus is. Each is read, rendered, checked by
every rule (against what it was made from, too), and appended to; what comes of the append is
verified. One in twenty also goes through ``ledger status``, ``validate`` and ``export``.

Monsters are a megabyte of one character or pair, in each place where the reader looks, and
100,000 of what can be nested or repeated. They go through the command line in processes of
their own.

The exit code is 1 if anything but a ``LedgerError`` was raised, an exit code was not 0, 1 or 2,
a traceback was printed, or something took 10 seconds or more: of processor time, so that a busy
machine does not matter.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ledger import rules
from ledger.edits import append
from ledger.errors import LedgerError
from ledger.plan import document, reader
from ledger.plan.model import Item, Ledger
from ledger.rules import fixes
from tests.campaigns import versions
from tests.support import commands, corpus, generators
from tests.support.plans import written

Result = TypeVar("Result")

LONGEST_S = 10.0
COMMANDS = (
    ("status",), ("status", "--json"), ("validate",), ("validate", "--json"), ("export", "--json"),
)  # fmt: skip
SPOILS = [
    b"\x00", b"\xff", b"\r", b"\n", b"\r\n", b"\t", b"\x0c", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"# ", b"## ",
    b"```\n", b"~~~\n", b"<!--", b"-->", b"<div>\n", b"> ", b"- ", b"  * ", b"1. ", b"    ", b"|", b"---\n",
    b"## [A-001] x\n", b"- Status: done\n", b"- Attempts History:\n", b"- Next Actions:\n", b"## Index\n",
    b"  * [2025-01-01] Attempt #1 \xe2\x80\x94 Result: success\n", b"Attempt #99999999999999999999",
    b"[9999-99-99]", b"[20251399T999999Z]", b"`", b"{", b"}", b"[", b"]", b"(", b")", b"**", b"~~", b":", b"#",
    b"{a,b}{c,d}{1..9}", b"STAMP ", b"Artifacts: `", b"Result: ", b"<<<<<<< x\n", b"=======\n", b"\xf0\x9f\x9f\xa1",
    b"999999999999999999999. ", b"0. ", b"+ [x] ", b"| A-001 | x | y | z |\n",
]  # fmt: skip


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """``data`` with a few random faults."""
    for _ in range(chance.randint(1, 6)):
        at, to = sorted(chance.randint(0, len(data)) for _ in range(2))
        to = min(to, at + chance.choice([1, 10, 100, 1000]))
        part = data[at:to]
        elsewhere = chance.randint(0, len(data))
        new = chance.choice(
            [
                b"",
                part * chance.randint(2, 4),
                part[::-1],
                chance.choice(SPOILS),
                chance.choice(SPOILS) * chance.randint(2, 50),
                chance.choice(SPOILS) + part,
                chance.randbytes(len(part) % 64),
                part.replace(b"\n", b"\n" + chance.choice(SPOILS)),
                part.replace(b" ", b""),
                data[elsewhere : elsewhere + 1000],
            ]
        )
        data = data[:at] + new + data[to:]
    return data


@dataclass
class Outcome:
    """What was met. ``faults`` is empty when all is well."""

    texts: int = 0
    appends: Counter[str] = field(default_factory=Counter)
    commands: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def timed(self, name: str, work: Callable[[], Result]) -> Result:
        """Do something, and note how long it took."""
        started = time.process_time()
        result = work()
        seconds = time.process_time() - started
        self.slowest = sorted([*self.slowest, (seconds, name)], reverse=True)[:5]
        if seconds >= LONGEST_S:
            self.faults.append(f"{name}: {seconds:.1f} s")
        return result


def judge(outcome: Outcome, name: str, data: bytes, base: bytes) -> None:
    """Read, render, check, append, verify. Raises whatever is no LedgerError."""
    outcome.texts += 1
    ledger = outcome.timed(name, lambda: judge_reading(data, base))
    outcome.timed(f"safe fixes of {name}", lambda: judge_mending(ledger))
    for item in ledger.items[:3]:
        said = outcome.timed(f"append to {name}", partial(judge_append, ledger, item))
        outcome.appends[said] += 1


def judge_reading(data: bytes, base: bytes) -> Ledger:
    """Read, render, check."""
    ledger = reader.read(data)
    assert ledger.text == data
    assert document.render(document.parse(data)) == data
    facts = rules.Facts(path="p.md", today="2025-12-31", base=reader.read(base), every=True)
    for finding in rules.check(ledger, facts):
        assert finding.line >= 1
    return ledger


def judge_mending(ledger: Ledger) -> None:
    """Make the safe fixes: a second time there are none."""
    mended = fixes.mend(ledger, lambda _: 0).ledger
    assert fixes.mend(reader.read(mended.text), lambda _: 0).fixes == ()


def judge_append(ledger: Ledger, item: Item) -> str:
    """What came of an append to ``item``, read again and verified."""
    change = generators.plain_change(item.id, append.next_number(ledger, item.id))
    try:
        edits = append.append(ledger, change)
        new_ledger = reader.read(document.apply(ledger.text, edits), ledger.conventions)
        append.check(ledger, new_ledger, change)
    except LedgerError as error:
        return error.code
    return "done"


def judge_commands(outcome: Outcome, name: str, data: bytes, folder: Path) -> None:
    """The same file through the commands, in this process."""
    file = folder / "plan.md"
    file.write_bytes(data)
    for command in COMMANDS:
        place = ["plan.md"] if command[0] == "validate" else ["--ledger", "plan.md"]
        done = commands.call(folder, *command, *place)
        outcome.commands += 1
        if done.code not in (0, 1, 2) or "Traceback" in done.err or "defect" in done.err:
            outcome.faults.append(f"{name}: {' '.join(command)}: {done.code} {done.err[-300:]}")


# Monsters

PLACES: dict[str, tuple[bytes, bytes]] = {
    "alone": (b"", b""),
    "a heading": (b"## ", b"\n- Status: done\n"),
    "an item": (b"## [A-001] ", b"\n- Status: done\n"),
    "an ID": (b"## [A-", b"] x\n- Status: done\n"),
    "an attempt": (b"## [A-001] x\n- Attempts History:\n  * [2025-01-01] Attempt #1 - Result: ", b"\n"),
    "a date": (b"## [A-001] x\n- Attempts History:\n  * [2025-01-01", b"] Attempt #1 - Result: ok\n"),
    "a lead-in": (b"## [A-001] x\n- Attempts History:\n  * [2025-01-01] ", b" Attempt #1 - Result: ok\n"),
    "artifacts": (b"## [A-001] x\n- Attempts History:\n  * [2025-01-01] Attempt #1 - ok. Artifacts: `a/b.md", b"`\n"),
    "an action": (b"## [A-001] x\n- Next Actions:\n  1. ", b"\n  2. x\n"),
    "a state": (b"## [A-001] x\n- Next Actions:\n  1. COMPLETE (Attempt #1", b") - x\n"),
    "a status": (b"## [A-001] x\n- Status: ", b"\n"),
    "a field": (b"## [A-001] x\n- ", b": y\n"),
    "a row": (b"## Index\n| ID | Title | Status |\n|---|---|---|\n| A-001 | ", b" | done |\n"),
    "a date of update": (b"**Last Updated:** ", b"\n## [A-001] x\n"),
    "a criterion": (b"## [A-001] x\n- Exit Criteria:\n  - ", b"\n"),
}  # fmt: skip
STUFF = [
    b"x", b"*", b"[", b"]", b"`", b"|", b"#", b"7", b"-", b"_", b"~", b"<", b"(", b"{", b"\\", b":", b".", b" ",
    b"\t", b"\r", b"\x00", b"\xff", b"\xe2\x9c\x85", b"**", b"[]", b"()", b"{}", b"{,", b",", b"a,", b"` ", b"a ",
    b"A-", b"a/", b"../", b"~~a~~", b"<a ", b"<!--", b"&amp;", b"[a](", b"\xe2\x80\x94 ", b". ", b"Result: ",
    b"STAMP ", b"Attempt #1 ", b"2025-01-01 ", b"20250101T000000Z ", b"deadbee1 ", b"Artifacts: `a/b.md` ",
]  # fmt: skip
REPEATED = {
    "quotes in each other": (b"> ", b"a\n## [A-001] x\n"),
    "lists in each other": (b"- ", b"a\n"),
    "numbered lists in each other": (b"1. ", b"a\n"),
    "brackets in each other": (b"[", b"](x)\n"),
    "headings": (b"# a\n", b""),
    "empty headings": (b"#\n", b""),
    "items": (b"## [A-001] x\n- Status: done\n", b""),
    "bullets": (b"- a\n", b""),
    "empty bullets": (b"-\n", b""),
    "numbers": (b"1. a\n", b""),
    "fences": (b"```\n# a\n", b""),
    "open fences below headings": (b"# a\n~~~~\n", b""),
    "comments": (b"<!--\n# a\n", b""),
    "tags": (b"<div>\n# a\n", b""),
    "closed tags": (b"<div>\n\n# a\n", b""),
    "references": (b"[a]: b\n", b""),
    "references that never end": (b"[a\n", b""),
    "titles that never end": (b"[a]: b 'c\n", b""),
    "rows": (b"| A-001 | x | done |\n", b""),
    "quoted lines": (b"> a\n", b""),
    "lazy lines": (b"> a\nb\n", b""),
    "lines": (b"a\n", b""),
    "blank lines": (b"\n", b""),
    "rules": (b"---\n", b""),
    "code": (b"    a\n\n", b""),
    "stamps": (b"20250101T000000Z\n", b""),
    "templates": (b"  * [YYYY-MM-DD] Attempt #1\n", b""),
    "conflict marks": (b"<<<<<<< a\n=======\n>>>>>>> b\n", b""),
}

LISTS = {
    "attempts": (b"## [A-001] x\n- Attempts History:\n", b"  * [2025-01-01] Attempt #1 - ok\n"),
    "actions": (b"## [A-001] x\n- Next Actions:\n", b"  1. COMPLETE (Attempt #1) - x\n"),
    "rows of an index": (PLACES["a row"][0] + b"x | x |\n", b"| A-001 | x | done |\n"),
}


def monsters(size: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Each kind of character ``size`` bytes long in each place, and each repeated ``count`` times."""
    for stuff in STUFF:
        for place, (before, after) in PLACES.items():
            body = (stuff * (size // len(stuff) + 1))[:size]
            yield f"{size} bytes of {stuff!r} in {place}", before + body + after
    inside = PLACES["an attempt"][0] + b"ok\n"
    for name, (part, after) in REPEATED.items():
        times = min(count, size // len(part))
        yield f"{times} {name}", part * times + after
        indented = b"    " + part.replace(b"\n", b"\n    ")
        times = min(count, size // len(indented))
        yield f"{times} {name} in an attempt", inside + indented * times
    for name, (before, part) in LISTS.items():
        yield f"{size // len(part)} {name}", before + part * (size // len(part))
    for name, last in (("paths", b"md"), ("open paths", b"<STAMP>")):
        cited = b" ".join(b"`a/b%d.%s`" % (n, last) for n in range(size // 20))
        yield f"{size // 20} {name} cited in a line", PLACES["artifacts"][0] + b"` " + cited
    deep = 1500
    yield f"{deep} levels of indented bullets", b"".join(b"  " * n + b"- a\n" for n in range(deep))


def judge_monster(outcome: Outcome, name: str, data: bytes) -> None:
    """In this process: read, check, append. The wait counts."""
    try:
        judge(outcome, name, data, b"")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        outcome.faults.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")


def judge_in_processes(outcome: Outcome, name: str, data: bytes, folder: Path) -> None:
    """Through the command line, each command in a process of its own."""
    file = folder / "plan.md"
    file.write_bytes(data)
    for command in COMMANDS:
        place = ["plan.md"] if command[0] == "validate" else ["--ledger", "plan.md"]
        before = _of_children()
        done = subprocess.run(
            [sys.executable, "-c", commands.SCRIPT, *command, *place],
            cwd=folder, check=False, capture_output=True, env={**os.environ, "LEDGER_TRACEBACK": "1"},
        )  # fmt: skip
        seconds = _of_children() - before
        outcome.commands += 1
        said = f"ledger {' '.join(command)}, {name}"
        outcome.slowest = sorted([*outcome.slowest, (seconds, said)], reverse=True)[:5]
        if (
            done.returncode not in (0, 1, 2)
            or b"Traceback" in done.stderr
            or b"defect" in done.stderr
        ):
            outcome.faults.append(f"{said}: {done.returncode} {done.stderr[-300:]!r}")
        if seconds >= LONGEST_S:
            outcome.faults.append(f"{said}: {seconds:.1f} s")


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# The whole


def fuzz(outcome: Outcome, count: int, number: int, real: list[bytes], folder: Path) -> None:
    """Have Hypothesis make ``count`` plans, and spoil them."""
    plans = generators.plans().map(lambda plan: written(plan).data)
    bases = st.one_of(plans, plans, plans, st.sampled_from(real)) if real else plans

    def spoil(base: bytes, chance: int) -> None:
        rng = random.Random(chance)
        if len(base) > 20_000 and rng.random() < 0.9:  # a part of a real one; rarely the whole
            at = rng.randint(0, len(base) - 20_000)
            base = base[at : at + 20_000]
        data = spoiled(base, rng)
        judge(outcome, f"a plan of {len(data)} bytes, spoiled", data, base)
        if not outcome.texts % 20:
            judge_commands(outcome, f"spoiled plan {outcome.texts}", data, folder)

    chosen = settings(
        max_examples=count, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    seed(number)(chosen(given(bases, st.integers(0, 2**32))(spoil)))()


def real_plans(folder: Path, limit: int) -> list[bytes]:
    """Some versions of the real ledger, where the corpus is."""
    if not corpus.exists():
        print(f"without real plans: {corpus.MISSING}")
        return []
    repo = corpus.lay_out(folder / "real")
    wanted = versions.spaced(versions.history(repo), limit)
    return [data for _, data in versions.contents(repo, wanted)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=2_000, help="spoiled plans")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=1_000_000, help="bytes of a monster")
    parser.add_argument("--repeat", type=int, default=100_000, help="parts of a monster")
    parser.add_argument("--every", type=int, default=10, help="of the monsters, 1 in so many is"
                        " also given to the commands")  # fmt: skip
    options = parser.parse_args()
    outcome = Outcome()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            fuzz(outcome, options.count, options.seed, real_plans(folder, 40), folder)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            outcome.faults.append(f"{type(error).__name__}: {error}")
        print(f"{outcome.texts} spoiled plans, {time.monotonic() - started:.0f} s; appends: "
              f"{', '.join(f'{n} {what}' for what, n in outcome.appends.most_common())}")  # fmt: skip
        before = outcome.texts
        for number, (name, data) in enumerate(monsters(options.size, options.repeat)):
            judge_monster(outcome, name, data)
            if number % options.every == 0:
                judge_in_processes(outcome, name, data, folder)
        print(
            f"{outcome.texts - before} monsters of {options.size} bytes or {options.repeat} parts"
        )
    print(f"{outcome.commands} commands; {time.monotonic() - started:.0f} s in all; slowest:")
    for seconds, name in outcome.slowest:
        print(f"{seconds:7.2f} s  {name}")
    print(f"{len(outcome.faults)} faults", *outcome.faults[:30], sep="\n")
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
