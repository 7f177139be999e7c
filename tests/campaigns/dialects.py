"""Is the dialect recognised: of generated mixtures, of the samples, of every real version?

``python -m tests.campaigns.dialects --count 300 --seed 1`` makes as many files of sections of
known dialects (``tests/support/mixtures.py``) and asks that each section, and the file, is recognised as
what it was made as, that the tasks, items and attempts in it are read, and that all this stays
so when mdformat has reformatted the file.

Where the corpus is, the samples must be what their names say, before mdformat and after, and each
of the versions that the real ledger ever had must be ``attempts``; ``--versions N`` takes only so
many, evenly spaced. The exit code is 1 if one was not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import mdformat

from ledger.plan import reader
from ledger.plan.dialects import DIALECTS
from tests.campaigns import versions
from tests.support import corpus, mixtures
from tests.support.mixtures import Mixture

# By the name of the file: what it begins with or holds.
SAMPLES = {"logbook": "logbook", "checklist": "checklist", "ralph": "checklist"}


def faults(mixture: Mixture) -> Iterator[str]:
    """What is not recognised or read as it was made."""
    yield from _faults(mixture, mixture.data, "as made")
    source = mixture.data.decode().replace("\r\n", "\n")
    yield from _faults(mixture, mdformat.text(source).encode(), "reformatted")


def _faults(mixture: Mixture, data: bytes, when: str) -> Iterator[str]:
    known = reader.recognise(data)
    if known.dialect != mixture.dialect:
        yield f"{when}: {known.dialect}, not {mixture.dialect}: {known.reasons}"
    sections = list(known.sections)[-len(mixture.sections) :]
    if sections != mixture.sections:
        yield f"{when}: sections {sections}, not {mixture.sections}"
    ledger = reader.read(data)
    if ledger.dialect != mixture.dialect:
        yield f"{when}: read as {ledger.dialect}, not {mixture.dialect}"
    tasks = sum(item.dialect == "checklist" for item in ledger.items)
    wanted = sum(chunk.tasks for chunk in mixture.chunks)
    if tasks != wanted:
        yield f"{when}: {tasks} tasks, not {wanted}"
    for dialect in ("attempts", "roadmap"):
        names = [item.id for item in ledger.items if item.dialect == dialect]
        chunks = [chunk for chunk in mixture.chunks if chunk.dialect == dialect]
        meant = [name for chunk in chunks for name in chunk.items]
        if names != meant:
            yield f"{when}: items {names}, not {meant}"
    for dialect in ("attempts", "logbook"):
        read = [
            attempt
            for item in ledger.items
            for attempt in item.attempts
            if item.dialect == dialect and (attempt.number is None) == (dialect == "logbook")
        ]
        count = sum(one.attempts for one in mixture.chunks if one.dialect == dialect)
        if len(read) != count:
            yield f"{when}: {len(read)} attempts of {dialect}, not {count}"
    strays = sum(chunk.strays for chunk in mixture.chunks)
    if len(ledger.unread) != strays:
        yield f"{when}: {len(ledger.unread)} unread, not {strays}: {ledger.unread}"


def samples() -> Iterator[tuple[str, str, str]]:
    """Each sample's name, what it is, and what it was recognised as; then reformatted."""
    for file in sorted((corpus.PLACE / "ledgers").glob("*.md")):
        meant = next(dialect for name, dialect in SAMPLES.items() if name in file.name)
        if meant not in DIALECTS:
            continue
        data = file.read_bytes()
        yield file.name, meant, reader.recognise(data).dialect
        new = mdformat.text(data.decode()).encode()
        yield f"{file.name}, reformatted", meant, reader.recognise(new).dialect


def real(repo: Path, limit: int | None) -> Iterator[tuple[str, str]]:
    """Each version's commit, and what it was recognised as."""
    wanted = versions.spaced(versions.history(repo), limit)
    for version, data in versions.contents(repo, wanted):
        yield version.commit[:8], reader.recognise(data).dialect


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--versions", type=int, help="only so many, evenly spaced; 0 for none")
    options = parser.parse_args()
    started = time.monotonic()
    wrong = mixed = 0
    for number in range(options.seed, options.seed + options.count):
        mixture = mixtures.made(number)
        mixed += len({chunk.dialect for chunk in mixture.chunks} - {""}) > 1
        for fault in faults(mixture):
            wrong += 1
            print(f"mixture {number}: {fault}")
    print(f"{options.count} mixtures, {mixed} of them of several dialects: {wrong} faults")
    if not corpus.exists():
        print(corpus.MISSING)
        return int(wrong > 0)
    found = list(samples())
    bad = [one for one in found if one[1] != one[2]]
    print(f"{len(found)} samples as they are and reformatted: {len(bad)} faults", *bad, sep="\n")
    wrong += len(bad)
    if options.versions != 0:
        with tempfile.TemporaryDirectory() as folder:
            repo = corpus.lay_out(Path(folder, "repo"))
            read = list(real(repo, options.versions))
        other = [one for one in read if one[1] != "attempts"]
        print(f"{len(read)} real versions: {len(other)} not attempts", *other, sep="\n")
        wrong += len(other)
    print(f"{time.monotonic() - started:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
