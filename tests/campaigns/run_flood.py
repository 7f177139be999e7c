"""Does a command that floods its output leave a small bundle, and `ledger` small?

usage: python -m tests.campaigns.run_flood [--megabytes N]

Runs commands that write so much, text and bytes, by `ledger run`, and looks at the log, the
claim, the attempt and the peak memory of `ledger` itself, against a run that writes nothing.
Fails where the log is not first and last part, the claim miscounts, the attempt is none of
success, or the memory grew by more than four times what a log keeps (it is read as text).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ledger.run.process import HEAD_BYTES, TAIL_BYTES
from tests.support.commands import SCRIPT, call
from tests.support.repository import Repository

ITEM = "PARSE-SPEED-001"
MEGABYTE = 1_000_000


def main() -> int:
    """Run it; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=1000)
    size = parser.parse_args().megabytes * MEGABYTE
    with tempfile.TemporaryDirectory() as folder:
        return int(not all(flood(Path(folder), size)))


def flood(folder: Path, size: int) -> list[bool]:
    """For each command whether all is as it should be."""
    repo = Repository.create(folder / "repo")
    quiet, _ = _run(repo, "20251103T080000Z", "true")
    found = []
    for stamp, name, source in (
        ("20251103T080001Z", "lines", f"yes 0123456789 | head -c {size}"),
        ("20251103T080002Z", "one line", f"head -c {size} /dev/zero | tr '\\0' x"),
        ("20251103T080003Z", "bytes", f"head -c {size} /dev/urandom"),
    ):
        peak, seconds = _run(repo, stamp, source)
        place = repo.path / "reports/parser-speed/phase_b" / stamp
        kept = (place / "output.log").stat().st_size
        claim = json.loads((place / "run.json").read_bytes())
        items = call(repo.path, "export").data["items"]
        result = items[0]["attempts"][-1]["result"]
        most = min(size, HEAD_BYTES + TAIL_BYTES)
        is_good = (
            most <= kept < most + 100
            and claim["log_bytes"] == size
            and claim["state"] == "ended"
            and result == "success"
            and peak - quiet < 4 * (HEAD_BYTES + TAIL_BYTES)
        )
        found.append(is_good)
        print(
            f"{name}: {size // MEGABYTE} MB written, {kept / MEGABYTE:.1f} MB kept, {result}, "
            f"{seconds:.1f} s, peak {peak / MEGABYTE:.0f} MB ({quiet / MEGABYTE:.0f} MB for a quiet"
            f" one): {'as it should be' if is_good else 'NOT AS IT SHOULD BE'}"
        )
    return found


def _run(repo: Repository, stamp: str, script: str) -> tuple[int, float]:
    """Peak memory of `ledger` itself in bytes, and seconds."""
    words = [sys.executable, "-c", SCRIPT, "run", ITEM, "--stamp", stamp, "--", "sh", "-c", script]
    begun = time.monotonic()
    # Not subprocess.run: its memory would be that of all children so far.
    child = subprocess.Popen(words, cwd=repo.path, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit(f"{words}: status {status}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
