"""What the rules may know about a plan from git and the files around it."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ledger import rules
from ledger.config import Config
from ledger.gates.gate import check_fault
from ledger.git import blobs, repository
from ledger.rules import Facts

_FARTHEST_EAST = 14 * 3600  # seconds that the first place to see a new day is ahead of UTC


def facts(config: Config) -> Facts:
    """What git and the file system say at once."""
    found = repository.Artifacts(config.root, is_git=config.is_git)
    return Facts(
        config.ledger_path,
        today(),
        cited=found.cited,
        states_of=found.states,
        content_of=found.content,
        unknown_commits=partial(_unknown_commits, config.root) if config.is_git else None,
        check_fault=check_fault,
        tops=frozenset(entry.name for entry in config.root.iterdir()),
        append_only=config.append_only,
        max_lines=config.max_lines,
    )


def ignored(config: Config) -> frozenset[str]:
    """The codes of the rules that are not asked: of an archive only the guard's are."""
    others = frozenset(code for code in rules.RULES if not rules.guards(code))
    return frozenset(config.ignore) | (others if config.is_archive else frozenset())


def today() -> str:
    """The latest date that any place on earth has, so that no honest date is in the future."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + _FARTHEST_EAST))


def _unknown_commits(root: Path, names: Sequence[str]) -> frozenset[str]:
    """Those of ``names`` that git has no commit for. A shallow clone cannot tell."""
    with blobs.Blobs(root) as contents:
        unknown = frozenset(name for name in set(names) if contents.commit(name) is None)
    return frozenset() if unknown and repository.is_shallow(root) else unknown
