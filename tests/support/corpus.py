"""The folder of real inputs that lies beside the project, for fixtures and campaigns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.places import ROOT

PLACE = Path(os.environ.get("LEDGER_CORPUS") or ROOT.parent / "shared" / "corpus").resolve()
MISSING = f"no corpus of real fix plans at {PLACE} (LEDGER_CORPUS can name another)"


def exists() -> bool:
    """Whether it is there."""
    return (PLACE / "make-repo").is_file()


def lay_out(place: Path, revision: str | None = None) -> Path:
    """Lay out the real project's repository at ``place``, which must not exist."""
    command = [sys.executable, str(PLACE / "make-repo"), str(place)]
    subprocess.run([*command, revision] if revision else command, check=True, capture_output=True)
    return place
