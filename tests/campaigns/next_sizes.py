"""``ledger next`` on every version of a real fix plan.

``python -m tests.campaigns.next_sizes`` takes each distinct content that ``docs/fix_plan.md`` ever
had in its history, puts it into a folder without git, and asks what is next there, with ``--intro``
and without. The answer is to fit into 2,000 bytes and its JSON document into 5,000, name an item of
the plan, and be the one that ``status`` gives.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from ledger import reports
from ledger.commands.next_item import next_item
from ledger.commands.status import status
from ledger.reports import next_item as report
from tests.campaigns import versions
from tests.support import corpus

MOST_JSON = 5000


def fault(folder: Path, data: bytes) -> tuple[int, str]:
    """The bytes of the longest answer, and what is wrong with it; empty for nothing."""
    plan = folder / "fix_plan.md"
    plan.write_bytes(data)
    found = next_item(owner="w1", ledger=plan)
    size = max(
        sum(len(line.text.encode()) + 1 for line in report.lines(found, intro=intro))
        for intro in (True, False)
    )
    document = len(reports.dumps(reports.document("next", found)).encode())
    step = status(ledger=plan).next
    if size > report.MOST:
        return size, f"{size} bytes"
    if document > MOST_JSON:
        return size, f"{document} bytes of JSON"
    if (step.item if step else None) != (found.item.id if found.item else None):
        return size, f"status says {step and step.item}, next {found.item and found.item.id}"
    return size, ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--limit", type=int, help="only so many versions, evenly spaced")
    parser.add_argument("--repo", type=Path, help="default: lay one out from the corpus")
    options = parser.parse_args()
    if options.repo is None and not corpus.exists():
        print(corpus.MISSING)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        repo = (options.repo or corpus.lay_out(Path(folder, "repo"))).resolve()
        place = Path(folder, "plan")
        place.mkdir()
        os.chdir(place)
        chosen = versions.spaced(versions.history(repo), options.limit)
        bad, sizes = 0, []
        for version, data in versions.contents(repo, chosen):
            size, said = fault(place, data)
            sizes.append(size)
            if said:
                bad += 1
                print(f"{version.commit[:8]}: {said}")
    print(f"{len(sizes)} versions, {bad} faults, the longest answer has {max(sizes)} bytes")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
