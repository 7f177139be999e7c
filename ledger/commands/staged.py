"""What the commit that is staged makes worse in a plan: what the hook asks."""

from __future__ import annotations

from ledger import rules
from ledger.commands.facts import facts, ignored
from ledger.config import Config
from ledger.errors import UnreadableInput
from ledger.git import blobs, repository
from ledger.plan import reader
from ledger.rules.model import Finding


def check_staged(plan: Config, contents: blobs.Blobs) -> list[Finding]:
    """What the commit that is staged makes worse in ``plan``; ``contents`` are those of its
    repository.

    In a merge every side counts as the version before. A file that the commit removes is judged
    as if it were empty. Raises UnreadableInput where the file is in conflict.
    """
    root, path = plan.root, plan.ledger_path
    new, head = contents.staged(path), contents.head(path)
    if plan.is_archive and new is None and head is None:
        return []
    others = repository.merge_parents(root)
    if new is None and repository.is_unmerged(root, path):
        raise UnreadableInput(
            "unmerged", f"{path}: git's index holds it in conflict", "resolve it and `git add` it"
        )
    if new == head and not others:
        return []
    fork = None
    bases = [head, *(contents.read(other, path) for other in others)]
    if others:
        common = repository.fork_point(root, "HEAD", *others)
        fork = contents.read(common, path) if common else None
    elif head is None:
        old = repository.renamed_from(root, path)
        bases = [contents.head(old) if old else None]
    ledger = reader.read(new or b"", plan.own)
    known = facts(plan)._replace(
        elsewhere=lambda: (reader.read(contents.staged(plan.partner) or b"", plan.own),)
    )
    before = [reader.read(base, ledger.conventions) for base in bases if base is not None]
    common_version = None if fork is None else reader.read(fork, ledger.conventions)
    return rules.made_worse(ledger, known, before, common_version, ignored(plan))
