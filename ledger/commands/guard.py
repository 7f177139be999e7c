"""What a change makes worse in a plan: what is staged, which is what the hook asks, and commits
that were pushed, which no hook may have seen.

Each commit that was pushed is held against all its parents, so that what is lost is laid at the
door of the one that lost it, and what a merge hides is found. What the last commit has again, in
the ledger or in its archive, is not lost; nor is what it says is withdrawn.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

from ledger import rules
from ledger.commands.facts import changed_briefs, facts, ignored, with_evidence
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.git import log, repository
from ledger.git.blobs import Blobs
from ledger.git.repository import STAGED
from ledger.plan import reader
from ledger.plan.model import Ledger
from ledger.rules.model import Finding


def check_staged(plan: Config, contents: Blobs) -> list[Finding]:
    """What the staged commit makes worse in ``plan``. In a merge every side counts as the version
    before; a removed file is judged as empty. Raises UnreadableInput for a file in conflict."""
    root, path = plan.root, plan.ledger_path
    new, head = contents.staged(path), contents.head(path)
    if plan.is_archive and new is None and head is None:
        return []
    others = repository.merge_parents(root)
    if new is None and repository.is_unmerged(root, path):
        message = f"{path}: git's index holds it in conflict"
        raise UnreadableInput("unmerged", message, "resolve it and `git add` it")
    sides = ("HEAD", *others)
    if new == head and not others and not changed_briefs(plan, contents, sides, STAGED):
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
    known = with_evidence(facts(plan, contents), plan, contents, view=STAGED, since=sides)._replace(
        elsewhere=cache(lambda: (reader.read(contents.staged(plan.partner) or b"", plan.own),))
    )
    before = [reader.read(base, ledger.conventions) for base in bases if base is not None]
    common_version = None if fork is None else reader.read(fork, ledger.conventions)
    return rules.made_worse(ledger, known, before, common_version, ignored(plan))


def check_pushed(
    config: Config, base: str, head: str, contents: Blobs, *, replaces: bool = False
) -> list[Finding]:
    """What the commits that ``head`` has and ``base`` has not made worse, without what others did
    in ``base`` since, unless ``head`` ``replaces`` it, as a forced push does. Raises UsageError for
    an unknown revision, or two that have nothing in common."""
    start, end = contents.known_commit(base), contents.known_commit(head)
    fork = start if replaces else repository.fork_point(config.root, start, end)
    if fork is None:
        message = f"{base} and {head} have no commit in common"
        hint = "fetch the history up to where they parted, or say --replaces"
        raise UsageError("no-common-commit", message, hint)
    found: list[Finding] = []
    for plan in (config,) if config.is_archive else (config, config.of_partner):
        found += _of_file(plan, (start, fork, end), contents)
    return found


def _of_file(config: Config, commits: tuple[str, str, str], contents: Blobs) -> list[Finding]:
    start, fork, end = commits
    path = config.ledger_path
    data, before = contents.read(end, path), contents.read(fork, path)
    if data is None and before is None:
        return []
    last = reader.read(data or b"", conventions=config.own)
    archive = reader.read(contents.read(end, config.partner) or b"", conventions=config.own)
    is_here = contents.commit("HEAD") == end
    view = None if is_here else end
    known = with_evidence(facts(config, contents), config, contents, view=view, since=(fork,))
    known = known._replace(elsewhere=lambda: (archive,))
    if not is_here:  # the files around are not those of the last commit
        known = known._replace(cited=None, content_of=None, run_notes=None)
    bases = [] if before is None else [reader.read(before, conventions=config.own)]
    whole = rules.made_worse(last, known, bases, None, ignored(config))
    by_commit = {
        finding.key: finding
        for finding in _by_commit(config, start, end, contents, (last, archive))
    }
    told = [
        finding.model_copy(update={"commit": by_commit[finding.key].commit})
        if finding.key in by_commit
        else finding
        for finding in whole
    ]
    keys = {finding.key for finding in whole}
    return told + [finding for key, finding in by_commit.items() if key not in keys]


def _by_commit(
    config: Config, start: str, end: str, contents: Blobs, kept: tuple[Ledger, Ledger]
) -> Iterator[Finding]:
    """What the guard says of each commit that ``end`` has and ``start`` has not, oldest first."""
    others = frozenset(code for code in rules.RULES if not rules.compares(code))
    codes = ignored(config) | others
    changes = log.changes(config.root, config.ledger_path, (end, f"^{start}"))
    names = tuple(dict.fromkeys(change.path for change in changes))

    @lru_cache(maxsize=4)  # a commit's version is the next one's base
    def read(blob: str | None) -> Ledger:
        return reader.read(contents.known(blob) if blob else b"", conventions=config.own)

    for change in changes:
        commit = change.commit
        if len(change.parents) == 1 and change.parents[0][1] is None:
            continue
        known = rules.Facts(
            change.path,
            append_only=config.append_only,
            is_archive=config.is_archive,
            elsewhere=lambda sha=commit.sha: (  # type: ignore[misc]
                *kept,
                reader.read(contents.read(sha, config.partner) or b"", conventions=config.own),
            ),
        )
        bases = [read(blob) for _, blob in change.parents if blob]
        common = log.fork_blob(config.root, commit, names)
        fork = read(common) if common else None
        for finding in rules.made_worse(read(change.blob), known, bases, fork, codes):
            yield finding.model_copy(update={"commit": commit.sha})
