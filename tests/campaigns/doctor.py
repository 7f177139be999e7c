"""``doctor --fix`` on versions of a real fix plan, held against facts about lines.

``python -m tests.campaigns.doctor --count N --seed S`` takes N of the contents that
``docs/fix_plan.md`` ever had, mends each as ``doctor --fix`` does, and looks at the lines before
and after. A line may differ only by the number behind its first ``Attempt``; only rows of the index
may come, go or say something else; what had damaged characters may have others. No attempt says
anything else, numbers that were given are new in their item, a second time changes nothing, and the
hook finds nothing that the change made worse. The exit code is 1 if one of that is not so.

Nothing here knows how the package reads: lines, headings and numbers are looked for as such.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from ledger.plan import reader
from ledger.rules import Facts, fixes, made_worse
from tests.support import corpus

PATH = "docs/fix_plan.md"
_NUMBER = re.compile(r"(Attempts?\s*#?)(\d+)", re.IGNORECASE)
_ROW = re.compile(r"\s*(?:\|\s*\[?|[-*] \[)[A-Z][A-Z0-9]")
_ENTRY = re.compile(r"\s*(?:[-*]|#+) +\**(?:\[[^\]]*\]\**\s*)?\**Attempt\s*#?(\d+)")
_HEADING = re.compile(r"#{2,3} \[([A-Z][\w.\u2010\u2011-]+)\]")
_OTHER = re.compile(r"[^\x00-\x7f]+")


@dataclass
class Outcome:
    """Figures over all versions, and what was not as it ought to be."""

    versions: int = 0
    fixes: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def run(count: int, seed: int, also: Sequence[str] = ()) -> Outcome:
    """Mend ``count`` versions, picked by ``seed``, and the commits ``also``."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        root = corpus.lay_out(Path(folder) / "real")
        commits = _git(root, "log", "--format=%H", "--all", "--", PATH).decode().split()
        picked = random.Random(seed).sample(commits, min(count, len(commits)))
        for commit in (*also, *picked):
            done = subprocess.run(
                ["git", "show", f"{commit}:{PATH}"], cwd=root, capture_output=True, check=False
            )
            if done.returncode:
                continue  # the commit removed it
            outcome.versions += 1
            outcome.faults += [f"{commit[:8]}: {one}" for one in _mended(done.stdout, outcome)]
    return outcome


def _mended(before: bytes, outcome: Outcome) -> Iterator[str]:
    old = reader.read(before)
    done = fixes.mend(old, lambda _: 0)
    outcome.fixes.update(one.code for one in done.fixes)
    outcome.left.update(one.code for one in done.left)
    after = done.ledger.text
    yield from faults(before, after)
    again = fixes.mend(reader.read(after), lambda _: 0)
    if again.fixes or again.ledger.text != after:
        yield f"a second time mends {len(again.fixes)} more"
    known = Facts("plan.md", "2030-01-01")
    for finding in made_worse(done.ledger, known, [old]):
        if finding.severity == "error" or finding.code.startswith("LED5"):
            yield f"the hook says {finding}"


def faults(before: bytes, after: bytes) -> list[str]:
    """What the change did beyond what it may."""
    old, new = (data.decode("utf-8", "surrogateescape").split("\n") for data in (before, after))
    found = list(_lines(old, new))
    had, has = _attempts(old), _attempts(new)
    if Counter(_masked(line) for _, _, line in had) != Counter(_masked(line) for _, _, line in has):
        found.append("an attempt says something else")
    numbers: dict[str, set[int]] = {}
    for name, number, _ in had:
        numbers.setdefault(name, set()).add(number)
    for (name, was, line), (_, now, _) in zip(had, has, strict=False):
        if was != now and (now in numbers[name] or now < max(numbers[name])):
            found.append(f"{name} #{was} became #{now}, which was taken: {line[:60]}")
    return found


def _lines(old: list[str], new: list[str]) -> Iterator[str]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        had = [line for line in old[a:b] if not _ROW.match(line)]
        has = [line for line in new[c:d] if not _ROW.match(line)]
        if len(had) != len(has):
            yield f"lines came or went at {a + 1}"
        for was, now in zip(had, has, strict=False):
            is_same = _masked(was) == _masked(now)
            is_mended = was != now and _OTHER.sub("", was) == _OTHER.sub("", now)
            if not is_same and not is_mended:
                yield f"line {a + 1} says something else: {was[:80]!r} became {now[:80]!r}"


def _masked(line: str) -> str:
    """The line without the number behind its first ``Attempt``, and its odd characters."""
    return _OTHER.sub("~", _NUMBER.sub(r"\1N", line, count=1))


def _attempts(lines: list[str]) -> list[tuple[str, int, str]]:
    """Item, number and line of whatever opens as an attempt does."""
    name, found = "", []
    for line in lines:
        heading = _HEADING.match(line)
        if heading or line.startswith(("# ", "## ")):
            name = heading[1] if heading else ""
        entry = _ENTRY.match(line)
        if entry:
            found.append((name, int(entry[1]), line))
    return found


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


def main() -> int:
    """Run the campaign as the command line says."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=60)
    options.add_argument("--seed", type=int, default=6)
    given = options.parse_args()
    if not corpus.exists():
        print(corpus.MISSING, file=sys.stderr)
        return 2
    started = time.monotonic()
    outcome = run(given.count, given.seed, ("8b8c48d0", "b401d45f"))
    for fault in outcome.faults:
        print(fault)
    print(
        f"{outcome.versions} versions, {sum(outcome.fixes.values())} fixes {dict(outcome.fixes)}, "
        f"left {dict(outcome.left)}, {len(outcome.faults)} faults, "
        f"{time.monotonic() - started:.0f} s"
    )
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
