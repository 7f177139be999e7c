"""Names of files and folders of runs: every run is recorded and found again, or refused before it.

``python -m tests.campaigns.file_names --count 2000 --seed 1`` makes names of what file systems take:
blanks, quotes, brackets, marks of Markdown, of shells and of Windows, controls, bidirectional
marks, bytes that are no UTF-8, words that a fix plan knows. Files with such names are written
into folders of runs, by hand or by a command, and recorded by ``append`` and by ``run``. It asks
that

- whatever the files of a run are called, the attempt is written;
- ``export`` has each file among what the attempt cites, by its name or by its folder;
- ``links``, ``verify`` and ``validate`` miss none of what it cites;
- all output is UTF-8 and holds nothing that a terminal would obey;
- folders with such names (the item's Artifacts Root, ``runs`` of the settings, ``--into``) are
  recorded in the same way, or refused with their name before the command is executed.

The exit code is 1 if one did not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.campaigns import injection
from tests.support.commands import Done, call
from tests.support.repository import Repository

PIECES = [
    " ", "  ", "'", '"', "`", "``", "[", "]", "(", ")", "[a](b)", "![x](y.png)", "<", ">", "<b>", "|", "*", "_", "**b**",
    "\n", "\r\n", "\t", "\u202e", "\u2066", "\u200b", "\u0301", "e\u0301", "\N{ROCKET}", "\u65e5\u672c", "-", "--", "~", ".",
    "..", "...", "%20", "%00", "&amp;", "&lt;", ":", "\\", "\\\\", "=", "#", "#1", "{", "}", "{a,b}", "{1..3}", ",", ";", "!",
    "$", "$(id)", "${x}", "@", "@{u}", "+", "^", "?", "::", "::test", " § 2", " lines 3", ":12", "NN", "YYYYMMDD", "\u2026", "\x85",
    "\x01", "\x1b[31m", "\x7f", "\u2028", "\u00a0", "\udcff", "\udc80\udcfe", "CON", "NUL", "aux.txt", "Attempt #9",
    "[2025-01-01] Attempt #9 \u2014 Result: success", "Result: failed.", "Metrics: 9 passed", "Status: done", "Next Actions:",
    "Artifacts: ", "STAMP 20200101T000000Z", "20200101T000000Z", "deadbeef1", "```", "~~~", "<!--", "-->", "<<<<<<< x", "# h",
    "- [ ] box", "1. one", "https:", "C:", "junit.xml", ".md", ".txt", ".log", "a", "run", "x1", "Q", "\ufeff", "\u0130", "\ufffd",
]  # fmt: skip
ITEM = "DOCS-TOUR-002"
STYLES = tuple(one.id for one in injection.PLAN.items)  # of a plan with an item in each style
RUNS = 16  # in one repository
FAULTS = 5  # after which it stops
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def name(chance: random.Random) -> str:
    """What a file may be called: up to 255 bytes, without ``/`` and NUL."""
    made = "".join(chance.choices(PIECES, k=chance.choice((1, 1, 2, 3, 6))))
    if chance.random() < 0.05:
        made = (made * 255)[:255]
    data = os.fsencode(made)[:255].replace(b"/", b"-")
    return os.fsdecode(data) if data not in (b"", b".", b"..") else "x"


@dataclass
class Outcome:
    """How many names came to what, and what did not hold."""

    met: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Batch:
    """Some runs in one repository. ``folders`` are the runs that are recorded, with their files."""

    def __init__(self, repo: Repository, chance: random.Random, outcome: Outcome) -> None:
        self.repo, self.chance, self.outcome = repo, chance, outcome
        self.folders: dict[str, list[str]] = {}
        self.recorded: dict[str, str] = {}
        self.items = chance.choice(((ITEM,), STYLES))
        if self.items is STYLES:
            repo.ledger.write_bytes(injection.TEXT.data)
            repo.commit("A plan in every style")

    def record(self, number: int) -> int:
        """Record one run, and return how many names it had."""
        chance = self.chance
        names = list(dict.fromkeys(name(chance) for _ in range(chance.choice((1, 1, 2, 5)))))
        stamp = f"20251103T{number:06}Z"
        ways = ("append", "run", "setting", "into", "field")
        way = chance.choices(ways, (10, 2, 1, 1, 1 if ITEM in self.items else 0))[0]
        if way == "append":
            self._append(f"reports/x/{stamp}", names)
            return len(names)
        options = ["--stamp", stamp]
        root = name(chance)
        if way == "into":
            options += ["--into", root]
        if way == "setting":
            said = json.dumps(f"runs/{root}/<STAMP>", ensure_ascii=False)
            data = f"[tool.ledger]\nruns = {said}\n".encode("utf-8", "replace")
            self.repo.write("pyproject.toml", data.replace(b"\x7f", b"\\u007f"))
        if way == "field":
            plan = self.repo.ledger.read_bytes()
            said = f"- Artifacts Root: `runs/{root}/<STAMP>/`"
            new = plan.replace(
                b"- Owner/Date: ben", os.fsencode(f"{said}\n") + b"- Owner/Date: ben"
            )
            self.repo.ledger.write_bytes(new)
        self._run(options, names, root if way != "run" else "")
        self.repo.write("pyproject.toml", b"")
        if way == "field":
            self.repo.ledger.write_bytes(
                self.repo.ledger.read_bytes().replace(os.fsencode(f"{said}\n"), b"")
            )
        return len(names)

    def _append(self, folder: str, names: list[str]) -> None:
        self.repo.write(f"{folder}/exit_code.txt", b"0\n")
        for one in names:
            self.repo.write(f"{folder}/{one}", b"x\n")
        done = call(self.repo.path, "append", self.chance.choice(self.items), folder, "--json")
        self._judge(done, names, folder)

    def _run(self, options: list[str], names: list[str], root: str) -> None:
        ran = self.repo.path / ".git/ran"
        ran.unlink(missing_ok=True)
        script = 'for n; do echo x > "$LEDGER_RUN_DIR/$n"; done; echo > .git/ran'
        item = self.chance.choice(self.items)
        words = ["--", "sh", "-c", script, "sh", *names]
        done = call(self.repo.path, "run", item, "--json", *options, *words)
        document = json.loads(done.out)
        if root and document["kind"] == "error":
            said = document["error"]
            self.outcome.met[f"refused before the command: {said['code']}"] += 1
            if ran.exists() or said["code"] == "internal":
                self._fault(done, [root], "a folder was refused after the command")
            return
        self._judge(done, names, "")

    def _judge(self, done: Done, names: list[str], folder: str) -> None:
        # A run with a junit.xml that is none has failed, and is recorded.
        is_recorded = '"kind": "error"' not in done.out
        self.outcome.met["recorded" if is_recorded else "not recorded"] += len(names)
        if not is_recorded:
            self._fault(done, names, "not recorded")
            return
        self._refuse_steering(done, names)
        folder = folder or done.data["path"]
        self.folders[folder] = names
        recorded = done.data.get("recorded") or done.data
        self.recorded[folder] = recorded["item"]
        self.outcome.met["cited by folder"] += "is cited as a folder" in done.err + done.out

    def _refuse_steering(self, done: Done, names: list[str]) -> None:
        if _STEERS.search(done.err) or _STEERS.search(done.out):
            self._fault(done, names, "a control in the output")

    def _fault(self, done: Done, names: list[str], what: str) -> None:
        self.outcome.faults.append(f"{what}: {names!a} {done.err[-600:]} {done.out[-600:]}")

    def judge(self) -> None:
        """Read back what was recorded."""
        reports = {one: self._report(one) for one in ("export", "links", "verify", "validate")}
        attempts = [one for item in reports["export"]["items"] for one in item["attempts"]]
        cited = {path for a in attempts for one in a["artifacts"] for path in one["paths"]}
        for folder, names in self.folders.items():
            for one in (*names, "exit_code.txt"):
                if f"{folder}/{one}" not in cited and f"{folder}/" not in cited:
                    self.outcome.faults.append(f"not cited: {folder}/{one!a}")
        for folder in self.chance.sample([*self.folders], min(4, len(self.folders))):
            done = call(self.repo.path, "append", self.recorded[folder], folder, "--json")
            if done.code != 1 or '"recorded-already"' not in done.out:
                self._fault(done, [folder], "recorded twice")
        for one in reports["links"]["artifacts"]:
            if self._is_new(one) and one["state"] not in ("tracked", "untracked", "ignored"):
                self.outcome.faults.append(f"links: {one!a}")
        for one in reports["verify"]["claims"]:
            if self._is_new(one) and one["verdict"] == "contradicted":
                self.outcome.faults.append(f"verify: {one!a}")
        for one in reports["validate"]["findings"]:
            if self._is_new(one) and one["code"].startswith("LED4") and one["code"] != "LED405":
                self.outcome.faults.append(f"validate: {one!a}")

    def _is_new(self, one: dict[str, Any]) -> bool:
        return one["item"] in self.items and "20251103T" in str(one)

    def _report(self, command: str) -> dict[str, Any]:
        done = call(self.repo.path, command, "--json", *(["--all"] if command == "verify" else []))
        self._refuse_steering(done, [command])
        data: dict[str, Any] = done.data
        return data


def batches(folder: Path, chance: random.Random, outcome: Outcome) -> Iterator[int]:
    """One repository after the other: yields how many names were tried in each."""
    for number in range(1_000_000):
        batch = Batch(Repository.create(folder / f"r{number}"), chance, outcome)
        count = sum(batch.record(at) for at in range(RUNS))
        batch.judge()
        yield count


def run(count: int, seed: int) -> Outcome:
    """Try ``count`` names."""
    outcome, done = Outcome(), 0
    with tempfile.TemporaryDirectory() as folder:
        for tried in batches(Path(folder), random.Random(seed), outcome):
            done += tried
            if done >= count or len(outcome.faults) >= FAULTS:
                break
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    outcome = run(options.count, options.seed)
    print(f"{dict(outcome.met)}, {time.monotonic() - started:.0f} s")
    print(*outcome.faults, sep="\n")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
