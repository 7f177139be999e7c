"""Is a plan read as it was meant? Made plans in some forty shapes, alone and mixed, formatted or not.

``python -m tests.campaigns.plans_made --count 5000 --seed 1`` makes a model of a plan, writes it in
one to three of the shapes of ``tests/campaigns/plan_shapes.py``, at times with CRLF, a byte order mark or no last
line end, or formatted by mdformat, prettier or markdownlint, and holds what the tool reads against the
model. Each thing (item, status, priority, attempt, action, criterion) is

- right;
- told: not read, or not read rightly, and a finding of `ledger validate` names its line; of a plan
  without any item one finding about the whole file is enough;
- silent: neither read nor told;
- wrong: read as something else, or read where nothing of the kind was meant.

``--shape NAME`` makes only plans in one shape, ``--half even`` only every second plan, ``--show N``
prints plan N and what is wrong with it. ``--append`` appends an attempt to each item that was read
(``plan_appends.py``), ``--formatted`` asks the hook and the history what a formatter did
(``plan_formatted.py``), ``--names`` puts tasks above others (``plan_names.py``). ``--npm FOLDER`` has `node_modules` with prettier and
markdownlint-cli2; without it they are looked for on PATH, and left out where they are not there.

The exit code is 1 if anything was silent or wrong.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import mdformat
from markdown_it import MarkdownIt

import ledger
from ledger.errors import LedgerError, PlanWarning, UnreadableInput
from tests.campaigns import plan_appends, plan_formatted, plan_names, plan_shapes, plan_verdicts
from tests.campaigns.plan_pen import Page, Pen
from tests.campaigns.plan_verdicts import VERDICTS, Verdict

JUDGES = {
    "append": plan_appends.judge,
    "formatted": plan_formatted.judge,
    "names": plan_names.judge,
}
FORMATTERS = ("mdformat", "prettier", "markdownlint")
PROGRAMS = {"prettier": "prettier", "markdownlint": "markdownlint-cli2"}
BATCH = 250


@dataclass
class Plan:
    """One made plan, its bytes as the tool gets them, and what was done to them."""

    number: int
    page: Page
    text: str
    formatter: str = ""
    newline: str = "\n"
    has_mark: bool = False
    is_cut: bool = False
    encoding: str = "utf-8"

    @property
    def data(self) -> bytes:
        mark = "\ufeff" if self.has_mark else ""
        text = self.text.rstrip("\n") if self.is_cut else self.text
        return (mark + text).replace("\n", self.newline).encode(self.encoding)


def make(seed: int, number: int, shape: str = "") -> Plan:
    """Plan ``number`` of this seed, not yet formatted."""
    rng = Random(f"{seed}/{number}/{shape}")
    if shape:
        names = (shape,)
    elif rng.random() < 0.05:
        names = (rng.choice([*plan_shapes.WHOLE]),)
    else:
        names = tuple(rng.sample([*plan_shapes.SHAPES], rng.choice([1, 1, 1, 2, 2, 3])))
    page = plan_shapes.page(Pen(rng), names)
    plan = Plan(number, page, page.text)
    plan.formatter = rng.choice(["", "", *FORMATTERS])
    plan.newline = rng.choice(["\n", "\n", "\n", "\r\n"])
    plan.has_mark = rng.random() < 0.05
    plan.is_cut = rng.random() < 0.05
    plan.encoding = "utf-16" if rng.random() < 0.01 else "utf-8"
    return plan


# Formatters


def shown(text: str) -> str:
    """What a page shows, apart from blanks: a formatter has to leave that alone."""
    rendered = MarkdownIt("commonmark").enable("table").render(text)
    rendered = rendered.replace("[X]", "[x]")  # as prettier writes it
    return "".join(rendered.replace("<ol>", "").split()).replace("<p>", "").replace("</p>", "")


def programs(folder: Path | None) -> dict[str, str]:
    """The formatters of npm that are there."""
    there = {}
    for name, program in PROGRAMS.items():
        local = folder / "node_modules/.bin" / program if folder else None
        if found := str(local) if local and local.exists() else shutil.which(program):
            there[name] = found
    return there


def format_all(plans: Sequence[Plan], there: dict[str, str], left_out: Counter[str]) -> None:
    """Format what is to be formatted, each program once for all its plans."""
    for name in FORMATTERS:
        chosen = [plan for plan in plans if plan.formatter == name]
        if name != "mdformat" and name not in there:
            left_out[f"no {PROGRAMS[name]}"] += len(chosen)
            continue
        for plan, text in zip(chosen, _formatted(name, chosen, there), strict=True):
            if shown(text) == shown(plan.page.text):
                plan.text = text
            else:
                left_out[f"{name} changed what the page shows"] += 1
                plan.formatter = ""


def _formatted(name: str, plans: Sequence[Plan], there: dict[str, str]) -> list[str]:
    if name == "mdformat":
        return [mdformat.text(plan.page.text) for plan in plans]
    if not plans:
        return []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{plan.number}.md" for plan in plans]
        for file, plan in zip(files, plans, strict=True):
            file.write_text(plan.page.text, "utf-8")
        verb = "--write" if name == "prettier" else "--fix"
        names = [file.name for file in files]
        command = [there[name], verb, *names]
        subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
        return [file.read_text("utf-8") for file in files]


# Judging


Judge = Callable[[Page, bytes, Path], list[Verdict]]


def reading(page: Page, data: bytes, file: Path) -> list[Verdict]:
    """What is read of the plan."""
    file.write_bytes(data)
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    findings = ledger.validate(file).findings
    return plan_verdicts.judge(page, text, ledger.read(file), findings)


def judged(plan: Plan, file: Path, judge: Judge = reading) -> list[Verdict]:
    """What came of one plan."""
    shape = plan.page.shapes[0]
    try:
        if plan.encoding == "utf-8":
            return judge(plan.page, plan.data, file)
        file.write_bytes(plan.data)  # it may be read or refused, but never without a word
        findings = ledger.validate(file).findings
        return [Verdict(shape, "file", "", "told" if findings else "silent", plan.encoding)]
    except LedgerError as error:
        is_right = plan.encoding != "utf-8" and isinstance(error, UnreadableInput)
        return [Verdict(shape, "file", "", "told" if is_right else "wrong", str(error))]


class Tally:
    """Counts by shape, by thing, by formatter and by half."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self.bad: dict[str, list[int]] = defaultdict(list)
        self.plans: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()

    def add(self, plan: Plan, verdicts: Sequence[Verdict]) -> None:
        half = "odd" if plan.number % 2 else "even"
        self.plans[half] += 1
        for one in verdicts:
            keys = {
                "shape": one.shape,
                "thing": one.kind,
                "formatter": plan.formatter or "none",
                "half": half,
            }
            for table, key in keys.items():
                self.counts[table][key][one.verdict] += 1
            if one.verdict in {"silent", "wrong"} and plan.number not in self.bad[one.shape][-1:]:
                self.bad[one.shape].append(plan.number)

    def table(self, name: str) -> Iterator[str]:
        width = max(map(len, self.counts[name]), default=10)
        yield f"{name:<{width}} " + " ".join(f"{word:>7}" for word in VERDICTS) + "  bad plans"
        for key, counts in sorted(self.counts[name].items()):
            row = " ".join(f"{counts[word]:>7}" for word in VERDICTS)
            bad = " ".join(map(str, self.bad.get(key, [])[:5])) if name == "shape" else ""
            yield f"{key:<{width}} {row}  {bad}".rstrip()

    @property
    def faults(self) -> int:
        return sum(counts["silent"] + counts["wrong"] for counts in self.counts["thing"].values())


def show(plan: Plan, verdicts: Sequence[Verdict]) -> None:
    """Print a plan with the lines numbered, and each thing that is not right."""
    print(f"plan {plan.number}: {'+'.join(plan.page.shapes)}, {plan.formatter or 'not formatted'}")
    for number, line in enumerate(plan.text.splitlines(), 1):
        print(f"{number:4} {line}")
    for one in verdicts:
        if one.verdict != "right":
            at = [n for n, line in enumerate(plan.text.splitlines(), 1) if one.token in line]
            print(f"{one.verdict}: {one.kind} {one.token} at {at}: {one.note}")


def run(numbers: Sequence[int], options: argparse.Namespace, folder: Path) -> Tally:
    tally = Tally()
    there = programs(options.npm)
    for start in range(0, len(numbers), BATCH):
        plans = [
            make(options.seed, number, options.shape) for number in numbers[start : start + BATCH]
        ]
        format_all(plans, there, tally.notes)
        for plan in plans:
            verdicts = judged(plan, folder / "plan.md", options.judge)
            tally.add(plan, verdicts)
            if options.show is not None:
                show(plan, verdicts)
        done = sum(tally.plans.values())
        if done < len(numbers):
            print(f"{done} plans, {tally.faults} silent or wrong", flush=True)
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--shape", default="", choices=["", *plan_shapes.SHAPES, *plan_shapes.WHOLE]
    )
    parser.add_argument("--half", choices=["odd", "even"])
    parser.add_argument("--show", type=int, metavar="N")
    for name, judge in JUDGES.items():
        parser.add_argument(
            f"--{name}", dest="judge", action="store_const", const=judge, default=reading
        )
    parser.add_argument("--npm", type=Path, metavar="FOLDER")
    options = parser.parse_args(arguments)
    halves = {"even": (0,), "odd": (1,), None: (0, 1)}[options.half]
    numbers = [n for n in range(options.count) if n % 2 in halves]
    started = time.monotonic()
    warnings.simplefilter("ignore", PlanWarning)  # what they say is a finding, too
    with tempfile.TemporaryDirectory() as folder:
        tally = run(numbers if options.show is None else [options.show], options, Path(folder))
    for name in ("shape", "thing", "formatter", "half"):
        print("", *tally.table(name), sep="\n", flush=True)
    for note, count in tally.notes.items():
        print(f"left out: {note}, {count} plans")
    print(
        f"{sum(tally.plans.values())} plans, {tally.faults} silent or wrong; seed {options.seed}, {time.monotonic() - started:.0f} s"
    )
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
