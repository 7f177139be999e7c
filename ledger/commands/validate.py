"""From bytes to findings, and which of them a change is to blame for.

The hook, the command line and every writer come through here, so nothing can be appended that
a check would refuse. Git is asked here; what is asked and compared is pure.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ledger import rules
from ledger.config import Config
from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.git import ancestry, artifacts, blobs, paths
from ledger.plan import reader
from ledger.plan.model import Item, Ledger
from ledger.rules import Facts
from ledger.rules.model import Contradiction, Finding

if TYPE_CHECKING:
    from ledger.claims.model import JudgedClaim
    from ledger.plan.model import Conventions

_FARTHEST_EAST = 14 * 3600  # seconds that the first place to see a new day is ahead of UTC


def validate(
    data: bytes, facts: Facts, ignore: Iterable[str] = (), own: Conventions | None = None
) -> list[Finding]:
    """Every finding about ``data``, by place, but for those of the rules in ``ignore``. ``own``
    are the project's words."""
    return _telling(rules.check(reader.read(data, own=own), facts, ignore))


def staged(config: Config, path: str, contents: blobs.Blobs) -> list[Finding]:
    """What the commit that is staged makes worse in the ledger at ``path``.

    ``path`` is relative to the top of the repository, ``contents`` are those of its files.
    In a merge every side counts as the version before. A file that the commit removes is judged
    as if it were empty. Raises UnreadableInput where ``path`` is in conflict.
    """
    root = config.root
    new, head = contents.staged(path), contents.head(path)
    if config.is_archive and new is None and head is None:
        return []
    others = blobs.merge_parents(root)
    if new is None and ancestry.is_unmerged(root, path):
        raise UnreadableInput(
            "unmerged", f"{path}: git's index holds it in conflict", "resolve it and `git add` it"
        )
    if new == head and not others:
        return []
    fork = None
    bases = [head, *(contents.read(other, path) for other in others)]
    if others:
        common = ancestry.fork_point(root, "HEAD", *others)
        fork = contents.read(common, path) if common else None
    elif head is None:
        old = ancestry.renamed_from(root, path)
        bases = [contents.head(old) if old else None]
    ledger = reader.read(new or b"", own=config.own)
    return made_worse(
        ledger,
        facts(config, path, contents)._replace(
            elsewhere=lambda: (reader.read(contents.staged(config.partner) or b"", own=config.own),)
        ),
        [reader.read(base, ledger) for base in bases if base is not None],
        None if fork is None else reader.read(fork, ledger),
        ignored(config),
    )


def since(
    config: Config, path: str, data: bytes, revision: str, contents: blobs.Blobs
) -> list[Finding]:
    """What ``data`` makes worse since it parted from ``revision``, so that what others did
    there in the meantime is not laid at its door. Raises UsageError where ``revision`` does
    not exist."""
    if contents.commit(revision) is None:
        raise UsageError("no-such-revision", f"{revision}: git knows no such commit")
    fork = ancestry.fork_point(config.root, "HEAD", revision) or revision
    base = contents.read(fork, path)
    ledger = reader.read(data, own=config.own)
    bases = [] if base is None else [reader.read(base, ledger)]
    known = facts(config, path, contents)._replace(
        run_notes=partial(run_notes, config.root),
        contradicted=partial(contradictions, config, path, contents),
        unmet=partial(unmet, config),
        elsewhere=lambda: (reader.read(_beside(config), own=config.own),),
    )
    return made_worse(ledger, known, bases, None, ignored(config))


def _beside(config: Config) -> bytes:
    """The ledger's archive, or the archive's ledger, in the work tree; empty where none is."""
    try:
        return paths.confine(config.root, config.partner).read_bytes()
    except (OSError, UsageError):
        return b""


def ignored(config: Config) -> frozenset[str]:
    """The codes of the rules that are not asked: of an archive only the guard's are."""
    others = frozenset(code for code in rules.RULES if not rules.guards(code))
    return frozenset(config.ignore) | (others if config.is_archive else frozenset())


def run_notes(root: Path, folder: str) -> Sequence[str]:
    """What the outputs of the run in ``folder`` lack or contradict; nothing where it is no run."""
    # The hook comes by here and must not pay for the readers.
    from ledger.evidence.access import WorkTree
    from ledger.evidence.bundle import read_run

    try:
        evidence = read_run(WorkTree(root), folder)
    except LedgerError:
        return ()
    cut = evidence.completeness not in ("complete", "failed")
    return [
        *([f"it is {evidence.completeness}: {evidence.reason}"] if cut else []),
        *evidence.warnings,
    ]


def contradicted(
    config: Config, path: str, contents: blobs.Blobs | None, ledger: Ledger, base: Ledger | None
) -> Sequence[JudgedClaim]:
    """The claims of ``ledger`` that the work tree contradicts, in attempts and completed actions
    that ``base`` does not have, word for word."""
    from ledger.claims import verifying  # likewise

    if contents is None and config.is_git:
        with blobs.Blobs(config.root) as own:
            return contradicted(config, path, own, ledger, base)
    place = verifying.work_tree(config.root, contents, is_committed=False)
    return verifying.contradicted(ledger, base, path, place)


def contradictions(
    config: Config, path: str, contents: blobs.Blobs | None, ledger: Ledger, base: Ledger | None
) -> list[Contradiction]:
    """What the rules take of ``contradicted``. That a date lies ahead and that a file or commit is
    missing is told by rules of its own, which need no run: LED301 on, LED403 on, LED408."""
    return [
        Contradiction(
            item=claim.item,
            attempt=claim.attempt,
            line=claim.line,
            text=claim.text,
            said=claim.said,
            correction=claim.correction,
            about=f"{claim.kind} {claim.text} {claim.claimed}",
        )
        for claim in contradicted(config, path, contents, ledger, base)
        if claim.kind not in ("date", "artifact", "commit")
    ]


def unmet(config: Config, item: Item) -> Sequence[tuple[int, str]]:
    """The exit criteria of ``item`` that the work tree shows to be unmet: line and reason."""
    from ledger.gates import gating  # likewise

    conditions = gating.item_conditions(item)
    gate = gating.gate_item(config, item, gating.Request()) if conditions else None
    return [
        (one.line, one.reason)
        for one in (gate.criteria if gate else ())
        if one.verdict == "unmet" and not one.optional
    ]


def facts(config: Config, path: str, contents: blobs.Blobs | None = None) -> Facts:
    """What the rules may know about the ledger at ``path``; ``contents`` saves a git process."""
    cited = artifacts.Artifacts(config.root, is_git=config.is_git)
    return Facts(
        path,
        today(),
        states_of=cited.states,
        content_of=cited.content,
        unknown_commits=partial(_unknown_commits, config.root, contents) if config.is_git else None,
        tops=frozenset(entry.name for entry in config.root.iterdir()),
        append_only=config.append_only,
        max_lines=config.max_lines,
    )


def _unknown_commits(
    root: Path, contents: blobs.Blobs | None, names: Sequence[str]
) -> frozenset[str]:
    """Those of ``names`` that git has no commit for. A shallow clone cannot tell."""
    if contents is None:
        with blobs.Blobs(root) as own:
            return _unknown_commits(root, own, names)
    unknown = frozenset(name for name in set(names) if contents.commit(name) is None)
    return frozenset() if unknown and ancestry.is_shallow(root) else unknown


def today() -> str:
    """The latest date that any place on earth has, so that no honest date is in the future."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + _FARTHEST_EAST))


def made_worse(
    ledger: Ledger,
    facts: Facts,
    bases: Sequence[Ledger] = (),
    fork: Ledger | None = None,
    ignore: Iterable[str] = (),
) -> list[Finding]:
    """The findings about ``ledger`` that none of ``bases`` has: what the change to it made worse.

    ``bases`` are the versions before the change: none for a new file, of which everything is
    new, one for a commit, all parents for a merge. ``facts.base`` is not looked at: each base
    takes its turn. What a merge brings in from one side is not new, since that side had it; an
    attempt that any side has must be there, though. But a side may have removed or rewritten an
    attempt knowingly, which was judged when it happened: what a side did to ``fork``, the
    version that the sides have in common, is not new either.
    """
    ignore = frozenset(ignore)
    each: Sequence[Ledger | None] = bases or [None]
    turns = []
    for base in each:
        others = tuple(other for other in bases if other is not base)
        turn = facts._replace(base=base, others=others, fork=fork)
        turns.append(_by_key(rules.check(ledger, turn, ignore)))
    found: dict[str, list[Finding]] = {}
    for key in {key: None for turn in turns for key in turn}:
        groups = [turn.get(key, []) for turn in turns]
        pick = max if rules.compares(key.partition("|")[0]) else min
        found[key] = pick(groups, key=len)
    known: Counter[str] = Counter()
    if any(found.values()):
        before = facts._replace(base=fork, states_of=None, unknown_commits=None, content_of=None)
        silent = rules.RULES.keys() - {group[0].code for group in found.values() if group}
        for base in bases:
            known |= Counter(finding.key for finding in rules.check(base, before, silent))
    # Of several with one key the last ones are new. Which hardly matters: what rules find more
    # than once they number, the new ones last.
    worse = [finding for key, group in found.items() for finding in group[known[key] :]]
    return _telling(sorted(worse, key=lambda found: (found.line, found.column, found.code)))


def worse(
    new: Ledger, old: Ledger | None, path: str, today: str | None, config: Config | None = None
) -> list[Finding]:
    """What a writer asks before it writes: ``made_worse`` without a look at files and git, but
    for the exit criteria of items that are newly done, where ``config`` is given."""
    known = Facts(path, today, unmet=partial(unmet, config) if config else None)
    return made_worse(new, known, [old] if old else [])


def _telling(findings: list[Finding]) -> list[Finding]:
    """What is worth telling: in the middle of a merge conflict nothing else is."""
    conflicts = [finding for finding in findings if finding.code == "LED101"]
    return conflicts or findings


def _by_key(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.key, []).append(finding)
    return grouped
