"""What the two seed documents give, kept in ``tests/data/seeds``. ``python -m tests.support.seeds`` writes it
anew: read the difference before you commit it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.support import corpus
from tests.support.commands import call
from tests.support.repository import DATA

GOLDEN = DATA / "seeds"
BRIEF = "next_steps_brief.md"
ROUNDS = "verification_rounds.md"
REVISION = "40115778"  # the state of the project that the brief was written from

SAID = [
    ("show-brief", ["show", BRIEF]),
    ("show-sprint-1", ["show", BRIEF, "--sprint", "1"]),
    ("show-sprint-3", ["show", BRIEF, "--sprint", "3"]),
    ("show-deferred", ["show", BRIEF, "--sprint", "deferred"]),
    ("gate-brief", ["gate", BRIEF]),
    ("gate-deferred", ["gate", BRIEF, "--sprint", "deferred"]),
    ("rounds", ["rounds", ROUNDS]),
]


def add_to(project: Path) -> Path:
    """Put both documents at the top of the project."""
    for name in (BRIEF, ROUNDS):
        shutil.copy(corpus.PLACE / "seeds" / name, project)
    return project


def write() -> None:
    """Write every golden file anew."""
    with tempfile.TemporaryDirectory() as folder:
        project = add_to(corpus.lay_out(Path(folder) / "project", REVISION))
        for name, arguments in SAID:
            (GOLDEN / f"{name}.txt").write_text(call(project, *arguments).out, "utf-8")


if __name__ == "__main__":
    write()
