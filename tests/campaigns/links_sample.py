"""Picks citations of a real fix plan at random, with what ``ledger links`` says of each.

usage: python -m tests.campaigns.links_sample [--count N] [--seed N]

For judging by hand: docs/explanation/case-study.md has what came of it. Each line has the
attempt, the state, the path, and the citation as written.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support import corpus
from tests.support.commands import SCRIPT

REVISION = "8b8c48d0"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if not corpus.exists():
        print(corpus.MISSING)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        repository = corpus.lay_out(Path(folder, "repository"), REVISION)
        said = subprocess.run(
            [sys.executable, "-c", SCRIPT, "links", "--rev", "HEAD", "--json"],
            cwd=repository,
            env={**os.environ, "XDG_CACHE_HOME": f"{folder}/cache"},
            capture_output=True,
            check=True,
        ).stdout
    artifacts = json.loads(said)["data"]["artifacts"]
    counts = Counter(one["state"] for one in artifacts)
    print(f"{len(artifacts)} paths: {dict(counts.most_common())}")
    for one in random.Random(given.seed).sample(artifacts, given.count):
        name = f"{one['item'] or '-'}#{one['attempt']}"
        several = f" (one of {len(one['matches'])})" if one["matches"] else ""
        print(f"{name}  {one['state']}  {one['path']}{several}  {one['raw']}  line {one['line']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
