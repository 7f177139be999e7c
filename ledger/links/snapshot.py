"""The state of the work tree that a run is about: its commit, and what differs from that."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ledger.errors import LedgerError
from ledger.links import blobs

_DIFF = ("diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD", "--")


def take(root: Path, patch: Path) -> str | None:
    """Write what tracked files differ in from HEAD to the new file ``patch``, empty where
    nothing differs, and return HEAD's commit; None, and no file, before the first commit.

    Raises LedgerError where git is missing or gives up, OSError where the disk does.
    """
    environment = blobs.environment(root)
    with patch.open("xb") as file:
        try:
            head, diff = (
                subprocess.Popen(  # noqa: S603 - fixed commands
                    [*blobs.GIT, *asked],
                    cwd=root,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.PIPE,
                )
                for asked, output in (
                    (("rev-parse", "--verify", "--quiet", "HEAD^{commit}"), subprocess.PIPE),
                    (_DIFF, file),
                )
            )
        except OSError as error:
            raise LedgerError("no-git", "git could not be started", "put it on the PATH") from error
        commit = head.communicate()[0].decode("ascii", "replace").strip()
        said = diff.communicate()[1].decode("utf-8", "replace").strip().partition("\n")[0]
    if not commit:
        patch.unlink()
        return None
    if diff.returncode:
        raise LedgerError("git-failed", f"{root}: git diff gave up: {said}")
    return commit
