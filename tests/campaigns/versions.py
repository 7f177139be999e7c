"""Every version of a real fix plan, read and compared with an independent count.

``python -m tests.campaigns.versions`` lays out the real repository of the corpus, takes each
distinct content that ``docs/fix_plan.md`` ever had in its history, and holds ``ledger.plan.reader``
against ``tests/support/oracle.py``: the same attempt at the same line must have the same item, number
and date. It also asks that no byte is lost, by ``Ledger.text`` and by ``ledger.plan.document``.

The exit code is 1 if a version raised an exception or lost a byte, if less than 99.5 % of the
oracle's attempts came out right, or if the reader made up more than 0.5 % numbered ones of its
own; 2 if there is no corpus. A dated entry without a number is no matter for the oracle, so how
many of those the reader takes for attempts is told, and not judged.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ledger.plan import document, reader
from ledger.plan.model import Ledger
from tests.support import corpus, oracle

PATH = "docs/fix_plan.md"
ENOUGH = 0.995
PROCESSES = 2


class Version(NamedTuple):
    """A content of the file, by its blob, and one commit that has it."""

    commit: str
    blob: str


class Reading(NamedTuple):
    """What one side says of the attempt at a line."""

    item: str | None
    number: int | None
    date: str | None


class Disagreement(NamedTuple):
    """``kind`` is ``missing``, ``made up``, ``unnumbered``, or the names of the fields that differ.

    ``kept`` says where the reader has the line: ``unread``, ``loose``, ``item`` or ``nowhere``.
    """

    kind: str
    oracle: Reading | None
    reader: Reading | None
    kept: str
    text: str


@dataclass
class Outcome:
    """Figures over all versions read so far. ``examples`` names a place of each disagreement."""

    versions: int = 0
    counted: int = 0
    right: int = 0
    made_up: int = 0
    unnumbered: int = 0
    sources: int = 0
    faults: list[str] = field(default_factory=list)
    disagreements: Counter[Disagreement] = field(default_factory=Counter)
    examples: dict[Disagreement, str] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The part of the oracle's attempts that the reader has right, 0 to 1."""
        return self.right / self.counted if self.counted else 1.0

    @property
    def good(self) -> bool:
        """Whether the figures are as good as was promised."""
        few = self.made_up <= (1 - ENOUGH) * self.counted
        return not self.faults and self.share >= ENOUGH and few

    def add(self, other: Outcome) -> None:
        """Take in the figures of other versions."""
        self.versions += other.versions
        self.counted += other.counted
        self.right += other.right
        self.made_up += other.made_up
        self.unnumbered += other.unnumbered
        self.sources += other.sources
        self.faults += other.faults
        self.disagreements += other.disagreements
        self.examples = other.examples | self.examples


def history(repo: Path) -> list[Version]:
    """Return every distinct content of the file in the history of ``repo``, newest first."""
    log = _git(
        repo, "log", "--format=C %H", "--raw", "--no-abbrev", "-m", "--full-history", "--", PATH
    )
    found: dict[str, Version] = {}
    commit = ""
    for line in log.decode("utf-8", "surrogateescape").splitlines():
        if line.startswith("C "):
            commit = line[2:]
        elif line.startswith(":"):
            blob = line.split()[3]
            if blob.strip("0"):
                found.setdefault(blob, Version(commit, blob))
    return list(found.values())


def spaced(versions: Sequence[Version], limit: int | None) -> list[Version]:
    """Return at most ``limit`` of the versions, evenly spaced, the first and last included."""
    if limit is None or limit >= len(versions):
        return list(versions)
    step = (len(versions) - 1) / max(limit - 1, 1)
    return [versions[round(step * number)] for number in range(limit)]


def contents(repo: Path, versions: Sequence[Version]) -> Iterator[tuple[Version, bytes]]:
    """Yield each version with its bytes, all from one git process."""
    command = ["git", "-C", str(repo), "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as git:
        if git.stdin is None or git.stdout is None:
            raise AssertionError("both ends were asked for")
        for version in versions:
            git.stdin.write(version.blob.encode() + b"\n")
            git.stdin.flush()
            _, kind, size = git.stdout.readline().split()
            if kind != b"blob":
                raise ValueError(f"{version.blob} is a {kind!r}")
            yield version, git.stdout.read(int(size))
            git.stdout.read(1)


def judge(version: Version, data: bytes) -> Outcome:
    """Read one version both ways and compare."""
    outcome = Outcome(versions=1)
    seen = oracle.attempts(data)
    outcome.counted = len(seen)
    place = f"{version.commit[:8]}:{PATH}"
    try:
        ledger = reader.read(data)
        _compare(outcome, seen, ledger, data, place)
        if ledger.text != data:
            outcome.faults.append(f"{place}: Ledger.text is not the file")
        if document.render(document.parse(data)) != data:
            outcome.faults.append(f"{place}: the rendered document is not the file")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        outcome.faults.append(f"{place}: {type(error).__name__}: {error}")
    return outcome


def _compare(
    outcome: Outcome, seen: Sequence[oracle.Seen], ledger: Ledger, data: bytes, place: str
) -> None:
    lines = oracle.NEWLINE.split(data.decode("utf-8", "replace"))
    mine = {entry.line: entry for entry in seen}
    groups = (ledger.loose, *(item.attempts for item in ledger.items))
    everything = [attempt for group in groups for attempt in group]
    read = {attempt.span.start_line: attempt for attempt in everything}
    outcome.made_up += len(everything) - len(read)  # one line is one attempt
    places = dict.fromkeys(read, "item")
    places |= dict.fromkeys((attempt.span.start_line for attempt in ledger.loose), "loose")
    places |= dict.fromkeys((entry.line for entry in ledger.unread), "unread")
    for line in sorted(mine.keys() | read.keys()):
        entry, attempt = mine.get(line), read.get(line)
        ours = Reading(entry.item, entry.number, entry.date) if entry else None
        theirs = Reading(attempt.item, attempt.number, attempt.date) if attempt else None
        if entry and attempt and entry.source != attempt.source:
            outcome.sources += 1
        if ours == theirs:
            outcome.right += 1
            continue
        kind = _kind(ours, theirs)
        outcome.made_up += kind == "made up"
        outcome.unnumbered += kind == "unnumbered"
        kept = places.get(line, "nowhere")
        known = Disagreement(kind, ours, theirs, kept, lines[line - 1][:100])
        outcome.disagreements[known] += 1
        outcome.examples.setdefault(known, f"{place}:{line}")


def _kind(ours: Reading | None, theirs: Reading | None) -> str:
    if theirs is None:
        return "missing"
    if ours is None:
        return "unnumbered" if theirs.number is None else "made up"
    pairs = zip(Reading._fields, ours, theirs, strict=True)
    return " and ".join(name for name, one, other in pairs if one != other)


def run(repo: Path, versions: Sequence[Version], processes: int = PROCESSES) -> Outcome:
    """Judge the versions, in as many processes."""
    if processes == 1:
        return _part((repo, versions))
    total = Outcome()
    shares = [(repo, versions[start::processes]) for start in range(processes)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for part in pool.imap(_part, shares):
            total.add(part)
    return total


def _part(share: tuple[Path, Sequence[Version]]) -> Outcome:
    total = Outcome()
    for version, data in contents(*share):
        total.add(judge(version, data))
    return total


def report(outcome: Outcome, show: int) -> Iterator[str]:
    """Yield the lines that tell of an outcome, the ``show`` most frequent disagreements last."""
    yield f"{outcome.versions} versions read, {len(outcome.faults)} exceptions or lost bytes"
    yield from outcome.faults[:show]
    yield f"{outcome.counted} attempts counted by the oracle"
    yield f"{outcome.right} ({outcome.share:.3%}) have the right item, number and date"
    yield (
        f"{outcome.made_up} numbered and {outcome.unnumbered} unnumbered ones are read where the "
        f"oracle sees none; {outcome.sources} have another source"
    )
    by_kind: Counter[tuple[str, str]] = Counter()
    for known, count in outcome.disagreements.items():
        by_kind[known.kind, known.kept] += count
    for (kind, kept), count in by_kind.most_common():
        yield f"{count:7} x {kind}; the reader has the line in: {kept}"
    for known, count in outcome.disagreements.most_common(show):
        yield f"{count:7} x {known.kind}, e.g. {outcome.examples[known]}"
        yield f"          oracle {_said(known.oracle)}, reader {_said(known.reader)}"
        yield f"          {known.text}"


def _said(reading: Reading | None) -> str:
    if reading is None:
        return "nothing"
    return f"{reading.item} #{reading.number} {reading.date}"


def _git(repo: Path, *args: str) -> bytes:
    return subprocess.run(["git", "-C", str(repo), *args], check=True, capture_output=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--limit", type=int, help="only so many versions, evenly spaced")
    parser.add_argument("--show", type=int, default=20, help="how many disagreements to print")
    parser.add_argument("--repo", type=Path, help="default: lay one out from the corpus")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    options = parser.parse_args()
    if options.repo is None and not corpus.exists():
        print(corpus.MISSING)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        repo = options.repo or corpus.lay_out(Path(folder, "repo"))
        started = time.monotonic()
        outcome = run(repo, spaced(history(repo), options.limit), options.processes)
        print(*report(outcome, options.show), sep="\n")
        print(f"{time.monotonic() - started:.0f} s")
    return int(not outcome.good)


if __name__ == "__main__":
    sys.exit(main())
