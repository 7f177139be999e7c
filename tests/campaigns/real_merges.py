"""Every two-sided merge of the real ledger made again, and held against what people made of it.

``python -m tests.campaigns.real_merges`` walks the history for merges whose parents both changed
the ledger since they parted, merges the three versions as git does and as the driver does, and
prints for each: conflicts of both, whether the driver's outcome is the committed one, and the
attempts (counted by ``tests/support/oracle.py``) that either outcome lacks although a side has them and
the other side did not remove them. The exit code is 1 if the driver's lacks one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ledger.versions.merge import Clash, merge
from tests.support import corpus, oracle

NAME = "docs/fix_plan.md"


@dataclass(frozen=True)
class Case:
    """A merge: its three versions and what was committed."""

    commit: str
    base: bytes
    ours: bytes
    theirs: bytes
    committed: bytes


@dataclass(frozen=True)
class Outcome:
    """``data`` is what the driver made. ``by_git`` are the conflicts of a text merge. ``lost`` and ``lost_by_hand`` are attempts
    that ought to be there and are not."""

    commit: str
    data: bytes
    by_git: int
    clashes: tuple[Clash, ...]
    is_committed: bool
    lost: tuple[str, ...]
    lost_by_hand: tuple[str, ...]


def cases(root: Path) -> list[Case]:
    """The two-sided merges in the history of HEAD, oldest first."""
    found = []
    log = _git(root, "rev-list", "--reverse", "--merges", "--parents", "HEAD").decode()
    for commit, *parents in (line.split() for line in log.splitlines()):
        if len(parents) != 2:
            continue
        base = _git(root, "merge-base", *parents).decode().strip()
        names = [_blob(root, revision) for revision in (base, *parents, commit)]
        if None in names or names[0] in names[1:3]:
            continue
        contents = [_git(root, "cat-file", "blob", name) for name in names if name]
        found.append(Case(commit, *contents))
    return found


def judge(case: Case) -> Outcome:
    """Merge the case in three ways."""
    done = merge(case.base, case.ours, case.theirs)
    return Outcome(
        case.commit,
        done.data,
        _by_git(case),
        done.clashes,
        done.data == case.committed,
        _lost(case, done.data),
        _lost(case, case.committed),
    )


def _lost(case: Case, outcome: bytes) -> tuple[str, ...]:
    """The attempts of either side that are not in ``outcome``, by item and words; one that a
    side removed or rewrote is not missed if the other side left it alone."""
    base, ours, theirs = (_attempts(data) for data in (case.base, case.ours, case.theirs))
    due = (ours | theirs) - (base - ours) - (base - theirs)
    return tuple(sorted((due - _attempts(outcome)).elements()))


def _attempts(data: bytes) -> Counter[str]:
    """Attempts by item and first line, their numbers aside."""
    lines = oracle.NEWLINE.split(data.decode("utf-8", "replace"))
    found: Counter[str] = Counter()
    for seen in oracle.attempts(data):
        if seen.source == oracle.HISTORY:
            words = lines[seen.line - 1].partition("Attempt")[2].lstrip(" #0123456789")
            found[f"{seen.item}: {seen.date} {words.strip()[:100]}"] = 1
    return found


def _by_git(case: Case) -> int:
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for name, data in zip(names, (case.ours, case.base, case.theirs), strict=True):
            name.write_bytes(data)
        command = ["git", "merge-file", "-p", "-q", *map(str, names)]
        return subprocess.run(command, capture_output=True, check=False).returncode


def _blob(root: Path, revision: str) -> str | None:
    done = _git(root, "rev-parse", "--quiet", "--verify", f"{revision}:{NAME}", check=False)
    return done.decode().strip() or None


def _git(root: Path, *arguments: str, check: bool = True) -> bytes:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, check=check).stdout


def main() -> int:
    if not corpus.exists():
        print(corpus.MISSING)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        outcomes = [judge(case) for case in cases(corpus.lay_out(Path(folder, "real")))]
    for one in outcomes:
        same = "as committed" if one.is_committed else "other than committed"
        where = ", ".join(f"{clash.item or 'head'} {clash.what}" for clash in one.clashes)
        print(f"{one.commit[:8]} git {one.by_git}, driver {len(one.clashes)} ({where}), {same}")
        for kind, lost in (("driver", one.lost), ("hand", one.lost_by_hand)):
            for words in lost:
                print(f"    lost by {kind}: {words}")
    clean = sum(not one.clashes for one in outcomes)
    print(
        f"{len(outcomes)} merges: git {sum(not one.by_git for one in outcomes)} without conflict,"
        f" the driver {clean}; attempts lost by the driver: {sum(len(o.lost) for o in outcomes)},"
        f" by hand: {sum(len(o.lost_by_hand) for o in outcomes)}"
    )
    return int(any(one.lost for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
