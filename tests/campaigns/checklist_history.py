"""What does `ledger history` say is gone from a checklist whose tasks have no IDs?

``python -m tests.campaigns.checklist_history --count 500 --edits 20 --seed 1`` makes as many real
repositories with a checklist and that many commits, each of which edits it as people do: tasks are
ticked, reworded, moved, split, inserted, deleted; bullets become numbers, lists are formatted.

A task is gone only if a commit deletes it. Of every other commit neither the history nor the hook
must say that anything is gone, and of every deletion both must. Some tasks have the same words as others below
other headings, some have boxes or attempts below them.

``--show N`` prints the commits of repository N and what the history says of each. The exit code is 1
if one of them told of a loss that was none, or told nothing of one.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import mdformat

import ledger
from ledger import rules
from ledger.commands.history import History
from ledger.errors import PlanWarning
from ledger.plan import reader
from tests.campaigns import plan_words
from tests.campaigns.plan_pen import Pen

HEADINGS = ("Engine", "Parser", "Import and export", "Reading", "Second half")
COMPLETED = "Completed"
# Words that several headings have below them.
TWINS = ("Write the failing {} test", "Commit the {} change")
GONE = {"item-removed", "action-removed", "removed", "dropped"}
GUARDED = {"LED501", "LED503", "LED508"}


@dataclass
class Task:
    """A task or a box below one. ``token`` is in its words whatever they become."""

    token: str
    text: str
    is_done: bool = False
    parts: list[Task] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)

    @property
    def tokens(self) -> list[str]:
        tries = [word for text in self.tries for word in _words(text.encode())]
        return [self.token, *(part.token for part in self.parts), *tries]


@dataclass
class Checklist:
    """A checklist, and how it is written."""

    rng: Random
    sections: dict[str, list[Task]]
    bullet: str = "-"
    newline: str = "\n"
    is_formatted: bool = False

    @property
    def tasks(self) -> list[tuple[str, Task]]:
        return [(name, task) for name, tasks in self.sections.items() for task in tasks]

    def counts(self) -> Counter[str]:
        """How often each task is there, by its token."""
        return Counter(token for _, task in self.tasks for token in task.tokens)

    def words(self) -> dict[str, set[str]]:
        """What each task says apart from the word that it is known by, and from words that all have."""
        texts = [one.text for _, task in self.tasks for one in (task, *task.parts)]
        texts += [text for _, task in self.tasks for text in task.tries]
        said = {token: text for text in texts for token in _words(text.encode())}
        return {
            token: {*text.lower().split()} - {token, "the", "a", "in", "to"}
            for token, text in said.items()
        }

    def any(self) -> tuple[str, Task]:
        return self.rng.choice(self.tasks)

    def data(self) -> bytes:
        lines = ["# Plan", ""]
        for name, tasks in self.sections.items():
            lines += [f"## {name}", ""]
            for number, task in enumerate(tasks, 1):
                mark = f"{number}." if self.bullet == "1." else self.bullet
                lines.append(f"{mark} {_box(task)} {task.text}")
                indent = " " * (len(mark) + 1)
                lines += [f"{indent}- {_box(part)} {part.text}" for part in task.parts]
                lines += [f"{indent}- {text}" for text in task.tries]
            lines.append("")
        text = "\n".join(lines)
        return (
            (mdformat.text(text) if self.is_formatted else text)
            .replace("\n", self.newline)
            .encode()
        )


def _box(task: Task) -> str:
    return "[x]" if task.is_done else "[ ]"


class Maker:
    """Makes tasks and edits."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.pen = Pen(rng)

    def task(self) -> Task:
        token = self.pen.token()
        task = Task(token, self.rng.choice(plan_words.PLAIN).format(token), self.rng.random() < 0.2)
        for _ in range(self.rng.choice([0, 0, 0, 2, 3])):
            part = self.pen.token()
            task.parts.append(Task(part, self.rng.choice(plan_words.PLAIN).format(part)))
        if self.rng.random() < 0.2:
            task.tries = [
                f"[2025-02-01] Attempt #1 — Result: failed. Too slow in {self.pen.token()}."
            ]
        return task

    def checklist(self) -> Checklist:
        sections = {
            name: [self.task() for _ in range(self.rng.randint(2, 4))] for name in HEADINGS[:4]
        }
        for words in TWINS:
            token = self.pen.token()
            for name in self.rng.sample(HEADINGS[:4], 3):
                sections[name].append(Task(token, words.format(token)))
        sections[COMPLETED] = []
        return Checklist(self.rng, sections, self.rng.choice(["-", "-", "*", "1."]))

    # Edits

    def tick(self, plan: Checklist) -> None:
        _, task = plan.any()
        task.is_done = not task.is_done

    def reword(self, plan: Checklist) -> None:
        """One word more or another verb: most words stay."""
        _, task = plan.any()
        verb, _, rest = task.text.partition(" ")
        task.text = self.rng.choice(
            [
                f"{task.text} in blue",
                f"Quietly {verb.lower()} {rest}",
                f"Redo {rest}",
                f"{task.text}.",
            ]
        )

    def move(self, plan: Checklist) -> None:
        name, task = plan.any()
        plan.sections[name].remove(task)
        tasks = plan.sections[self.rng.choice([*plan.sections])]
        tasks.insert(self.rng.randint(0, len(tasks)), task)

    def finish(self, plan: Checklist) -> None:
        """Ticked, and moved to the heading for what is done."""
        name, task = plan.any()
        plan.sections[name].remove(task)
        task.is_done = True
        plan.sections[COMPLETED].append(task)

    def reorder(self, plan: Checklist) -> None:
        self.rng.shuffle(plan.sections[self.rng.choice([*plan.sections])])

    def insert(self, plan: Checklist) -> None:
        tasks = plan.sections[self.rng.choice([*plan.sections])]
        tasks.insert(self.rng.randint(0, len(tasks)), self.task())

    def split(self, plan: Checklist) -> None:
        """Two tasks of one, of which each has its words and more."""
        name, task = plan.any()
        tasks = plan.sections[name]
        at = next(number for number, one in enumerate(tasks) if one is task)
        tasks.insert(at + 1, Task(task.token, f"{task.text}, second half"))
        task.text += ", first half"

    def rename(self, plan: Checklist) -> None:
        """A heading with other words."""
        name = self.rng.choice([one for one in plan.sections if one != COMPLETED])
        plan.sections = {
            f"{key} again" if key == name else key: tasks for key, tasks in plan.sections.items()
        }

    def restyle(self, plan: Checklist) -> None:
        plan.bullet = self.rng.choice(["-", "*", "1."])
        plan.newline = self.rng.choice(["\n", "\n", "\r\n"])

    def formatter(self, plan: Checklist) -> None:
        plan.is_formatted = not plan.is_formatted

    def delete(self, plan: Checklist) -> None:
        name, task = plan.any()
        tasks = plan.sections[name]
        tasks[:] = [one for one in tasks if one is not task]

    def delete_part(self, plan: Checklist) -> None:
        whole = [task for _, task in plan.tasks if task.parts]
        if whole:
            self.rng.choice(whole).parts.pop()

    def replace(self, plan: Checklist) -> None:
        """One goes, and another comes elsewhere."""
        self.delete(plan)
        self.insert(plan)

    def swap(self, plan: Checklist) -> None:
        """One goes, and another stands in its place."""
        name, task = plan.any()
        plan.sections[name] = [self.task() if one is task else one for one in plan.sections[name]]


KINDS = ("tick", "reword", "move", "finish", "reorder", "insert", "split", "rename", "restyle", "formatter", "delete", "delete_part", "replace", "swap")  # fmt: skip


@dataclass
class Commit:
    """One commit: what was done, and which tasks are fewer after it."""

    kinds: tuple[str, ...]
    data: bytes
    lost: frozenset[str]


def commits(seed: int, number: int, edits: int) -> list[Commit]:
    rng = Random(f"{seed}/{number}")
    maker = Maker(rng)
    plan = maker.checklist()
    made = [Commit(("start",), plan.data(), frozenset())]
    while len(made) <= edits:
        kinds = tuple(rng.sample(KINDS, rng.choice([1, 1, 1, 2])))
        before = deepcopy(plan)
        for kind in kinds:
            edit: Callable[[Checklist], None] = getattr(maker, kind)
            edit(plan)
        had, has = before.counts(), plan.counts()
        lost = frozenset(token for token in had if had[token] > has[token])
        if plan.data() == made[-1].data or _is_doubtful(before, plan, lost):
            plan = before
        else:
            made.append(Commit(kinds, plan.data(), lost))
    return made


def _is_doubtful(before: Checklist, after: Checklist, lost: frozenset[str]) -> bool:
    """Whether what is new could be taken for what is lost, in other words."""
    old, new = before.words(), after.words()
    gained = [words for token, words in new.items() if token not in old]
    return any(old[token] & words for token in lost for words in gained)


def lay_out(folder: Path, made: Sequence[Commit]) -> Path:
    """A real repository with these commits, one an hour."""
    stream = bytearray()
    for number, commit in enumerate(made):
        message = f"{number} {'+'.join(commit.kinds)}".encode()
        stream += b"commit refs/heads/main\n"
        stream += (
            f"committer Anna <anna@example.org> {1_760_000_000 + 3600 * number} +0000\n".encode()
        )
        stream += b"data %d\n%s\n" % (len(message), message)
        stream += b"M 100644 inline plan.md\ndata %d\n%s\n" % (len(commit.data), commit.data)
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=folder, check=True)
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=bytes(stream), check=True)
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=folder, check=True)
    return folder / "plan.md"


def losses(history: History, token_of: Callable[[str], Iterable[str]]) -> dict[int, set[str]]:
    """The tasks that are said to be gone, by the number of the commit."""
    numbers = {commit.sha: int(commit.subject.split()[0]) for commit in history.log}
    found: dict[int, set[str]] = defaultdict(set)
    for event in history.events:
        if event.kind in GONE:
            found[numbers[event.commit]].update(token_of(event.before or event.item))
    return found


def guarded(before: bytes, after: bytes) -> set[str]:
    """The tasks that the hook says are gone, and all that stood below them."""
    found = rules.made_worse(reader.read(after), rules.Facts("plan.md"), [reader.read(before)])
    lines = before.decode().splitlines()
    told: set[str] = set()
    for finding in found:
        line = re.search(r"\(line (\d+) before the change\)", finding.message)
        if finding.code in GUARDED and line:
            at = int(line[1])
            own = len(lines[at - 1]) - len(lines[at - 1].lstrip())
            entry = itertools.takewhile(lambda one, own=own: one[own : own + 1] == " ", lines[at:])
            told |= _words("\n".join([lines[at - 1], *entry]).encode())
    return told


def judge(made: Sequence[Commit], folder: Path) -> tuple[list[str], dict[int, set[str]]]:
    """What is wrong with the history and the hook, a line for each commit of which one is wrong."""
    history = ledger.history(ledger=lay_out(folder, made))
    tokens = {word for commit in made for word in _words(commit.data)}
    said = losses(history, lambda text: (word for word in _words(text.encode()) if word in tokens))
    faults = []
    for number, commit in enumerate(made):
        hook = guarded(made[number - 1].data, commit.data) if number else set()
        for who, told in (("", said[number]), ("in the hook ", hook)):
            where = f"{number} {'+'.join(commit.kinds)}: "
            if false := told - commit.lost:
                faults.append(f"{where}false {who}{' '.join(sorted(false))}")
            if missed := commit.lost - told:
                faults.append(f"{where}missed {who}{' '.join(sorted(missed))}")
    return faults, said


def _words(data: bytes) -> set[str]:
    """The made-up words in a text: six letters and a last consonant, which no other word has."""
    words = data.decode().replace("-", " ").replace(".", " ").replace(",", " ").split()
    return {word for word in words if len(word) == 7 and word[0] in "kvz" and word.isalpha()}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, metavar="N")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore", PlanWarning)
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    bad = []
    started = time.monotonic()
    for number in range(options.count) if options.show is None else [options.show]:
        made = commits(options.seed, number, options.edits)
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_CACHE_HOME"] = f"{folder}/.git/cache"
            faults, said = judge(made, Path(folder))
        for commit in made:
            tally["+".join(commit.kinds) if len(commit.kinds) == 1 else "two at once"][
                "commits"
            ] += 1
        for fault in faults:
            kinds, _, what = fault.partition(" ")[2].partition(": ")
            tally["two at once" if "+" in kinds else kinds][what.split()[0]] += 1
        bad += [number] if faults else []
        if options.show is not None:
            show(made, faults, said)
        if number % 50 == 49:
            wrong = sum(row["false"] + row["missed"] for row in tally.values())
            print(f"{number + 1} repositories, {wrong} commits told wrong", flush=True)
    print(f"\n{'edit':<12} commits   false  missed")
    for kind, row in sorted(tally.items()):
        print(f"{kind:<12} {row['commits']:>7} {row['false']:>7} {row['missed']:>7}")
    wrong = sum(row["false"] + row["missed"] for row in tally.values())
    print(
        f"{wrong} commits told wrong, in repositories {bad[:20]}; seed {options.seed}, {time.monotonic() - started:.0f} s"
    )
    return 1 if wrong else 0


def show(made: Sequence[Commit], faults: Sequence[str], said: dict[int, set[str]]) -> None:
    """Print each commit, and what the history says is gone."""
    for number, commit in enumerate(made):
        print(
            f"--- {number} {'+'.join(commit.kinds)}: lost {sorted(commit.lost)}, said {sorted(said[number])}"
        )
        print(commit.data.decode())
    print(*faults, sep="\n")


if __name__ == "__main__":
    sys.exit(main())
