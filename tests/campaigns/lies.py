"""Planted lies: one number, path, commit, exit code or test name of an attempt is changed.

``python -m tests.campaigns.lies --count 2000 --seed 7`` makes up projects with run folders and
fix plans that tell the truth about them, in the ways in which people write. Each fix plan is
verified as it is: nothing in it may be contradicted. Then every attempt gets one lie, and is
verified again: the lie must be contradicted.

The exit code is 1 if an untouched attempt raised a contradiction, or if less than 99 % of the
lies were found.
"""

from __future__ import annotations

import argparse
import datetime as dt
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from ledger.claims.entries import work_tree
from ledger.claims.judge import judge_plan
from ledger.claims.model import JudgedClaim
from ledger.git.blobs import Blobs
from ledger.plan import reader
from tests.campaigns import lies_plans as say
from tests.campaigns.lies_plans import Fact, Parts, facts, told
from tests.campaigns.lies_runs import Made, make, stamp_at, tests

ENOUGH = 0.99
ITEMS, ATTEMPTS = 4, 10
ROUNDS = 6
PLAN = "docs/fix_plan.md"
RESULTS = ("✅ success", "success", "⚠️ partial", "❌ failed", "✅ **SUCCESS**", "evidence complete")


@dataclass
class Entry:
    """One attempt of an item. ``opening`` and ``body`` are what it says."""

    item: str
    number: int
    run: Made
    parts: Parts
    style: str


@dataclass
class Outcome:
    """Figures over all projects. ``missed`` and ``alarms`` name what went wrong."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    untouched: int = 0
    alarms: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        total = self.planted.total()
        return self.found.total() / total if total else 1.0


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def project(rng: Random, root: Path) -> list[Entry]:
    """Lay out a repository with runs, and say what its fix plan would tell of them."""
    git(root, "init", "--quiet")
    git(root, "config", "user.name", "someone")
    git(root, "config", "user.email", "someone@example.org")
    moment = dt.datetime(2025, 11, 2, 9, 15, tzinfo=dt.UTC)
    entries: list[Entry] = []
    plans: list[tuple[str, int, Made, Made | None, str]] = []
    for place in range(ITEMS):
        item = f"{rng.choice(('PARSE', 'INDEX', 'CACHE'))}-{rng.choice(('SPEED', 'TRIAGE'))}-{place + 1:03d}"
        initiative = item.lower()
        names = tests(rng)
        before: Made | None = None
        for number in range(1, ATTEMPTS + 1):
            moment += dt.timedelta(minutes=rng.randrange(20, 300), seconds=rng.randrange(60))
            run = make(rng, root, initiative, "abcdefghij"[number - 1], stamp_at(moment), names)
            plans.append((item, number, run, before, f"{number}"))
            before = run
    (root / "docs").mkdir()
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Runs")
    commits = [git(root, "rev-parse", "HEAD")]
    items = sorted({item for item, *_ in plans})
    for item, number, run, before, _ in plans:
        entries.append(entry(rng, item, number, run, before, commits, items))
    return entries


def entry(
    rng: Random, item: str, number: int, run: Made, before: Made | None, commits: list[str],
    items: list[str],
) -> Entry:  # fmt: skip
    """What an attempt says: always its counts and its artifacts, and some of the rest."""
    style = rng.choice(("line", "line", "labels", "bullets", "fence", "action"))
    metrics: list[Parts] = [say.counts(rng, run)]
    if rng.random() < 0.7:
        metrics.append(say.runtime(rng, run))
    if run.exit_code is not None and rng.random() < 0.7:
        metrics.append(say.exit_code(rng, run))
    if run.kbytes is not None and rng.random() < 0.7:
        metrics.append(say.resources(rng, run))
    notes: list[Parts] = []
    if before is not None and rng.random() < 0.4:
        name = rng.choice((f"Attempt #{number - 1}", f"Phase {before.phase.upper()}"))
        notes.append(say.change(rng, run, before, name))
    # A log alone may not name every test.
    if rng.random() < 0.4 and any("junit" in name for name in run.files):
        notes.append(say.named(rng, run))
    if rng.random() < 0.4:
        notes.append(commit(rng, commits))
    if rng.random() < 0.3:
        notes.append(reference(rng, items, item))
    if rng.random() < 0.6:
        notes.append([rng.choice(ASIDE)])
    rng.shuffle(notes)
    return Entry(item, number, run, written(rng, style, number, run, metrics, notes), style)


# What is true of no run of the attempt's own, and no claim about one.
ASIDE = (
    "Expected 12 failures before the fix, in about 90 s.",
    "Previously 4 passed, 1 failed.",
    "The timeout stays at 3600s with a 905s tolerance per test.",
    "Success threshold: pass rate ≥ 99.5%, at most 3 failures.",
    "Next: rerun chunk 03 (60 tests) and compare with the Phase Z baseline (31 failures, 1841s).",
    "The reported 17 failures of an earlier loop could not be reproduced.",
    "An estimated 2 hours of work remain; unblocks 4 failures (50%).",
    "Root cause: the splitter read 3 lines too many (lines 120-123, 1.5x slower).",
    "See `docs/notes.md` and `src/split.py:39`; nothing else was touched.",
)  # fmt: skip


def commit(rng: Random, commits: list[str]) -> Parts:
    name = rng.choice(commits)[: rng.choice((7, 8, 10, 40))]
    at = rng.randrange(len(name))
    other = rng.choice([d for d in "0123456789abcdef" if d != name[at]])
    wrong = name[:at] + other + name[at + 1 :]
    if wrong.isdigit() or wrong.isalpha() or name.isdigit() or name.isalpha():
        return ["No code was changed."]
    open_, close = rng.choice((("Commit: ", "."), ("Fixed in commit `", "`."), ("Commits: ", ".")))
    return [open_, Fact("commit", name, (wrong,)), close]


def reference(rng: Random, items: list[str], item: str) -> Parts:
    other = rng.choice([name for name in items if name != item])
    number = Fact(
        "reference", str(rng.randrange(1, ATTEMPTS + 1)), (str(ATTEMPTS + 7), str(ATTEMPTS + 23))
    )
    ways: tuple[Parts, ...] = (
        ["Follows `[", other, "]` Attempt #", number, "."],
        ["See Attempt #", number, f" of [{other}]."],
    )
    return rng.choice(ways)


def artifacts(rng: Random, run: Made) -> Parts:
    """The run's files, as citations are written."""

    def file(name: str) -> Fact:
        stem, dot, suffix = name.rpartition(".")
        return Fact("path", name, (f"{stem}_full{dot}{suffix}", f"more/{name}"))

    short = run.folder.removeprefix("reports/").partition("/")[2]
    wrong = run.stamp[:-2] + ("7" if run.stamp[-2] != "7" else "3") + "Z"
    listed: Parts = []
    for name in run.files:
        listed += [file(name), rng.choice((",", ", "))]
    listed = listed[:-1]
    noted: Parts = [file(run.files[0]), " (3 lines), ", file(run.files[1])]
    ways: list[Parts] = [
        [f"`{run.folder}/{{", *listed, "}`"],
        [f"`{run.folder}/{{", *noted, "}`"],
        [f"`{short}/{{", *listed, "}`"],
        [f"`{run.folder}/", file(rng.choice(run.files)), "`"],
        [f"`{run.folder.removesuffix(run.stamp)}", Fact("path", run.stamp, (wrong,)), "/`"],
    ]
    return rng.choice(ways)


def written(
    rng: Random, style: str, number: int, run: Made, metrics: list[Parts], notes: list[Parts]
) -> Parts:
    """The attempt as lines of the fix plan."""
    day = f"{run.stamp[:4]}-{run.stamp[4:6]}-{run.stamp[6:8]}"
    result = rng.choice(RESULTS)
    if run.exit_code or run.count("failed"):  # a success over a failed run is a lie of its own
        result = result.replace("success", "partial").replace("SUCCESS", "partial")
        result = result.replace("evidence complete", "failed").replace("✅", "⚠️")
    dash = rng.choice(("—", "–", "—"))
    lead = rng.choice((
        f"[{day}] Attempt #{number}", f"[{day}] Attempt #{number} (loop i=510, Mode: Docs)",
        f"[{day} 12:30 UTC] Attempt #{number}", f"[{run.stamp}] Attempt #{number}",
        f"[{day.replace('-', chr(0x2011))}] Attempt{chr(0x202F)}#{number}", f"**[{day}] Attempt #{number}**",
    ))  # fmt: skip
    cited = artifacts(rng, run)
    label = rng.choice(("Metrics: ", "**Results:** ", "Test results: "))
    listed: Parts = []
    for at, sentence in enumerate(metrics):
        listed += [*([", ", ". ", "; "][rng.randrange(3)] if at else label), *sentence]
    told_: Parts = []
    for sentence in notes:
        told_ += [" ", *sentence, "" if str(sentence[-1]).endswith(".") else "."]
    if style == "line":
        where: Parts = [" Artifacts: ", *cited, "."]
        body = (
            [*listed, ".", *where, *told_] if rng.random() < 0.5 else [*listed, ".", *told_, *where]
        )
        return [f"  * {lead} {dash} Result: {result} (splitter rewritten). ", *body, "\n"]
    if style == "action":
        head = f" {number}. ✅ COMPLETE (Attempt #{number}, STAMP {run.stamp}) {dash} Rewrote the splitter. "
        return [head, *listed, ". Artifacts: ", *cited, ".", *told_, "\n"]
    first = f"  * {lead} {dash} Result: {result}. Rewrote the splitter."
    indent = "    - " if style == "bullets" else "    "
    if style == "fence":
        fence: Parts = []
        for sentence in metrics:
            fence += ["      ", *sentence, "\n"]
        return [first, *told_, "\n", f"{indent}Results:\n      ```\n", *fence, f"      ```\n{indent}Artifacts: ",
                *cited, "\n"]  # fmt: skip
    return [first, *told_, "\n", indent, *listed, "\n", f"{indent}Artifacts: ", *cited, "\n",
            f"{indent}Next Actions: look at 2 more files.\n"]  # fmt: skip


def plan(entries: Sequence[Entry], lies: dict[int, tuple[int, str]]) -> bytes:
    """The fix plan. ``lies`` says which fact of which entry is replaced, and by what."""
    out = ["# Fix Plan Ledger\n\n"]
    texts = {id(e): told(e.parts, lies.get(at)) for at, e in enumerate(entries)}
    for item in dict.fromkeys(entry.item for entry in entries):
        here = [entry for entry in entries if entry.item == item]
        out.append(
            f"## [{item}] Read files faster\n- Priority: High\n- Status: in_progress\n"
            f"- Artifacts Root: `reports/{item.lower()}/phase_<phase>/<STAMP>/`\n- Attempts History:\n"
        )
        out += [texts[id(e)] for e in here if e.style != "action"]
        out.append("- Next Actions:\n")
        out += [texts[id(e)] for e in here if e.style == "action"]
        out.append("\n")
    return "".join(out).encode()


def contradicted(root: Path, data: bytes) -> dict[tuple[str | None, int | None], list[JudgedClaim]]:
    """What ``verify`` says against each attempt."""
    with Blobs(root) as contents:
        place = work_tree(root, contents, is_committed=False)
        judged = judge_plan(reader.read(data), PLAN, place)
    found: dict[tuple[str | None, int | None], list[JudgedClaim]] = {}
    for one in judged:
        if one.verdict == "contradicted":
            found.setdefault((one.item, one.attempt), []).append(one)
    return found


def judge(rng: Random, root: Path, outcome: Outcome, wanted: int) -> None:
    """One project: as it is, then with lies until ``wanted`` are planted."""
    entries = project(rng, root)
    outcome.untouched += len(entries)
    for (item, number), found in contradicted(root, plan(entries, {})).items():
        for one in found:
            outcome.alarms.append(f"{item}#{number}: {_shown(one)}")
    for turn in range(ROUNDS):
        lies: dict[int, tuple[int, str]] = {}
        kinds: dict[int, str] = {}
        # Every other one, so that what an attempt is compared with tells the truth.
        for at, made in list(enumerate(entries))[turn % 2 :: 2][: max(0, wanted)]:
            ready = [(place, fact) for place, fact in enumerate(facts(made.parts)) if fact.lies]
            place, fact = rng.choice(ready)
            lies[at], kinds[at] = (place, rng.choice(fact.lies)), fact.kind
        found_at = contradicted(root, plan(entries, lies))
        for at, (place, lie) in lies.items():
            made = entries[at]
            outcome.planted[kinds[at]] += 1
            if found_at.get((made.item, made.number)):
                outcome.found[kinds[at]] += 1
            else:
                truth = facts(made.parts)[place].text
                text = told(made.parts, (place, lie)).strip()
                outcome.missed.append(
                    f"{kinds[at]}: {truth!r} -> {lie!r} in {made.run.files}: {text}"
                )
        wanted -= len(lies)


def _shown(claim: JudgedClaim) -> str:
    return (
        f"{claim.kind} {claim.text!r} observed {claim.observed} in {claim.evidence}: {claim.reason}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Plant lies and see whether they are found.")
    parser.add_argument("--count", type=int, default=2000, help="how many lies")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers")
    parser.add_argument("--show", type=int, default=10, help="how many misses to print")
    options = parser.parse_args(argv)
    outcome = Outcome()
    serial = 0
    while outcome.planted.total() < options.count:
        rng = Random(options.seed * 1_000_003 + serial)
        with tempfile.TemporaryDirectory() as folder:
            judge(rng, Path(folder), outcome, options.count - outcome.planted.total())
        serial += 1
    for kind, planted in sorted(outcome.planted.items()):
        print(f"{kind:10} {outcome.found[kind]:5} of {planted:5} found")
    print(
        f"{'all':10} {outcome.found.total():5} of {outcome.planted.total():5} found, {outcome.share:.2%}"
    )
    print(
        f"{outcome.untouched} untouched attempts, {len(outcome.alarms)} contradicted claims in them"
    )
    for line in (*outcome.alarms[: options.show], *outcome.missed[: options.show]):
        print(f"  {line}")
    return 0 if outcome.share >= ENOUGH and not outcome.alarms else 1


if __name__ == "__main__":
    sys.exit(main())
