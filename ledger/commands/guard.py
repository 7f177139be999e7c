"""What a change makes worse in a plan: what is staged, which is what the hook asks, and commits
that were pushed, which no hook may have seen.

Each commit that was pushed is checked against all its parents, so that what is lost is laid at the
door of the one that lost it, and what a merge hides is found. What the last commit has again, in
the ledger or in its archive, is not lost; nor is what it says is withdrawn.

The plan before is the one that the settings of that version name, read with their words; and what
they tell the guard to report is reported. Whoever could turn the guard off in the commit that it
judges could lose anything.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger import config, rules
from ledger.commands.facts import changed_briefs, facts, ignored, with_evidence
from ledger.config import Config, Version, follow
from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.git import log, process, repository
from ledger.git.blobs import STAGED, Blobs
from ledger.plan import reader
from ledger.plan.model import Ledger
from ledger.rules.model import Finding

# What is reported of a change: settings that decide what is seen.
_COMPARED: Final = tuple(
    "path archive append_only done ignore not_secret words dialect briefs".split()
)
_STRICTNESS: Final = ("off", "latest", "strict")


class _Before(NamedTuple):
    """A plan as a version had it."""

    plan: Config
    data: bytes | None

    @property
    def ledger(self) -> Ledger | None:
        """What it said; None where there was no file."""
        return None if self.data is None else reader.read(self.data, self.plan.own)


def find(here: Path, revision: str, *, is_here: bool = False) -> Config:
    """The configuration in ``here``; where the change removes the plan, as ``revision`` has it.
    Raises as ``config.find``."""
    try:
        return config.find(here, is_here=is_here)
    except UsageError as error:
        top = process.top_of(here)
        if error.code != "no-ledger" or top is None:
            raise
        with Blobs(top) as contents:
            return config.find(here, is_here=False, tree=Version(contents, revision))


def check_staged(plan: Config, contents: Blobs) -> list[Finding]:
    """What the staged commit makes worse in ``plan``. In a merge every side counts as the version
    before; a removed file is judged as empty. Raises UnreadableInput for a file in conflict."""
    root = plan.root
    before = version_of(plan, contents, "HEAD")
    if before.data is None:
        contents.branch_commit()
    plan = _followed(plan, contents, STAGED) or before.plan
    path = plan.ledger_path
    new = contents.staged(path)
    if plan.is_archive and new is None and before.data is None:
        return []
    others = repository.merge_parents(root)
    if new is None and repository.is_unmerged(root, path):
        message = f"{path}: git's index holds it in conflict"
        raise UnreadableInput("unmerged", message, "resolve it and `git add` it")
    sides = ("HEAD", *others)
    is_same = new == before.data and plan == before.plan
    if is_same and not others and not changed_briefs(plan, contents, sides, STAGED):
        return []
    fork = None
    bases = [before, *(version_of(plan, contents, other) for other in others)]
    if others:
        common = repository.fork_point(root, "HEAD", *others)
        fork = version_of(plan, contents, common).ledger if common else None
    elif before.data is None and (old := repository.renamed_from(root, path)):
        bases = [before._replace(data=contents.head(old))]
    known = with_evidence(facts(plan, contents), plan, contents, view=STAGED, since=sides)
    known = known._replace(
        elsewhere=cache(lambda: (reader.read(contents.staged(plan.partner) or b"", plan.own),)),
        partners=partial(partners_of, plan, contents, sides),
        content_of=partial(_content, contents, STAGED, known.content_of),
    )
    known, codes = guarded(known, plan, before.plan)
    ledgers = [ledger for base in bases if (ledger := base.ledger) is not None]  # each read once
    return rules.made_worse(reader.read(new or b"", plan.own), known, ledgers, fork, codes)


def version_of(plan: Config, contents: Blobs, revision: str) -> _Before:
    """``plan`` as ``revision`` has it. Wrong settings there say nothing."""
    was = _followed(plan, contents, revision, "bad-config", "outside") or plan
    return _Before(was, contents.read(revision, was.ledger_path))


def partners_of(plan: Config, contents: Blobs, revisions: Sequence[str]) -> list[Ledger]:
    """The archive of ``plan``, or the plan of an archive, as each of ``revisions`` has it."""
    ledgers = (version_of(plan.of_partner, contents, revision).ledger for revision in revisions)
    return [ledger for ledger in ledgers if ledger is not None]


def _followed(plan: Config, contents: Blobs, revision: str, *codes: str) -> Config | None:
    """What ``plan`` is in a version. Settings that the clone lacks say nothing, as those do that
    cannot be read for one of ``codes``."""
    try:
        return follow(plan, Version(contents, revision))
    except LedgerError as error:
        if error.code not in ("lost-object", *codes):
            raise
        return plan


def guarded(known: rules.Facts, plan: Config, was: Config) -> tuple[rules.Facts, frozenset[str]]:
    """What the rules know of a change of the settings of ``was`` to those of ``plan``, and the
    codes of those that are not asked: the guard's are where both ignore them."""
    kept = frozenset(
        code for code in rules.RULES if rules.compares(code) and code not in was.ignore
    )
    settings = plan.settings, was.settings
    changed = [(name, *(getattr(group, name) for group in settings)) for name in _COMPARED]
    known = known._replace(
        append_only=max(plan.append_only, was.append_only, key=_STRICTNESS.index),
        settings=tuple(
            f"`{name}` was {_value(old)} and is {_value(new)}" if name != "words" else "`words`"
            for name, new, old in changed
            if not plan.is_archive and _is_weaker(name, old, new)
        ),
        unguarded=() if plan.is_archive else tuple(filter(rules.compares, plan.ignore)),
    )
    return known, ignored(plan) - kept - {rules.WEAKENED}


def _is_weaker(name: str, old: Any, new: Any) -> bool:
    """Whether less may be seen with ``new`` than with ``old``."""
    if name == "append_only":
        return bool(_STRICTNESS.index(new) < _STRICTNESS.index(old))
    if name in ("ignore", "not_secret"):
        return not {*new} <= {*old}
    return new not in (old, "strict")


def _value(value: object) -> str:
    """A setting as TOML has it, or that there was none."""
    if value is None:
        return "not set"
    return str([*value] if isinstance(value, tuple) else value)


def check_pushed(
    plan: Config, base: str, head: str, contents: Blobs, *, replaces: bool = False
) -> list[Finding]:
    """What the commits that ``head`` has and ``base`` has not made worse, without what others did
    in ``base`` since, unless ``head`` ``replaces`` it, as a forced push does. Raises UsageError for
    an unknown revision, or two that have nothing in common."""
    start, end = contents.known_commit(base), contents.known_commit(head)
    fork = start if replaces else repository.fork_point(plan.root, start, end)
    if fork is None:
        message = f"{base} and {head} have no commit in common"
        hint = "fetch the history up to where they parted, or say --replaces"
        raise UsageError("no-common-commit", message, hint)
    findings: list[Finding] = []
    for half in (plan,) if plan.is_archive else (plan, plan.of_partner):
        findings += _of_file(half, (start, fork, end), contents)
    return findings


def _of_file(plan: Config, commits: tuple[str, str, str], contents: Blobs) -> list[Finding]:
    start, fork, end = commits
    before = version_of(plan, contents, fork)
    plan = _followed(plan, contents, end) or before.plan
    data = contents.read(end, plan.ledger_path)
    if data is None and before.data is None:
        return []
    last = reader.read(data or b"", conventions=plan.own)
    archive = reader.read(contents.read(end, plan.partner) or b"", conventions=plan.own)
    is_here = contents.commit("HEAD") == end
    view = None if is_here else end
    known = with_evidence(facts(plan, contents), plan, contents, view=view, since=(fork,))
    on_disk = known.content_of if is_here else None
    content = partial(_content, contents, end, on_disk)
    partners = partial(partners_of, plan, contents, (fork,))
    known = known._replace(elsewhere=lambda: (archive,), partners=partners, content_of=content)
    if not is_here:  # the files around are not those of the last commit
        known = known._replace(cited=None, run_notes=None)
    known, codes = guarded(known, plan, before.plan)
    at = lru_cache(maxsize=4)(partial(version_of, plan, contents))
    changes = log.changes(
        plan.root,
        plan.ledger_path,
        (end, f"^{start}"),
        lambda sha: at(sha).plan.ledger_path,
        is_one_file=False,
    )
    bases = [] if (ledger := before.ledger) is None else [ledger]
    known = known._replace(is_merged=any(len(change.parents) > 1 for change in changes))
    whole = rules.made_worse(last, known, bases, None, codes)
    # Only the whole change says what became of the settings.
    each = rules.Facts(plan.ledger_path, append_only=known.append_only, is_archive=plan.is_archive)
    codes |= {code for code in rules.RULES if not rules.compares(code)}
    by_commit = {
        finding.key: finding
        for finding in _by_commit(contents, changes, at, (last, archive), (each, codes))
    }
    # What no commit numbered anew a merge did, where both sides had given one number.
    whole = [finding for finding in whole if finding.code != "LED507" or finding.key in by_commit]
    findings = [
        finding.model_copy(update={"commit": by_commit[finding.key].commit})
        if finding.key in by_commit
        else finding
        for finding in whole
    ]
    keys = {finding.key for finding in whole}
    # Numbers of actions that came back lead where they led.
    others = (v for key, v in by_commit.items() if key not in keys)
    return findings + [other for other in others if other.code != "LED511"]


def _content(
    contents: Blobs, revision: str, on_disk: Callable[[str], bytes | None] | None, path: str
) -> bytes | None:
    """What ``revision`` has of a cited file, which may have been cleaned on the disk since; of one
    that it does not have, what lies there. None for none, and for too long a one."""
    here = on_disk(path) if on_disk else None
    try:
        is_too_long = on_disk and here is None and (contents.root / path).is_file()
        return None if is_too_long else contents.read(revision, path) or here
    except (LedgerError, OSError):  # no path of git's, or a partial clone
        return here


def _by_commit(
    contents: Blobs,
    changes: Sequence[log.Change],
    at: Callable[[str], _Before],
    kept: tuple[Ledger, Ledger],
    judged: tuple[rules.Facts, frozenset[str]],
) -> Iterator[Finding]:
    """What the guard says of each of the commits, oldest first. ``at`` is the plan as one has it,
    ``kept`` the plan and the archive at the end."""
    known, codes = judged
    names = tuple(dict.fromkeys(change.path for change in changes))

    @lru_cache(maxsize=4)  # a commit's version is the next one's base
    def read(blob: str | None, sha: str) -> Ledger:
        return reader.read(contents.known(blob) if blob else b"", conventions=at(sha).plan.own)

    for change in changes:
        commit = change.commit
        if len(change.parents) == 1 and change.parents[0][1] is None:
            continue
        turn = known._replace(
            path=change.path,
            elsewhere=lambda sha=commit.sha: (  # type: ignore[misc]
                *kept,
                reader.read(
                    contents.read(sha, at(sha).plan.partner) or b"", conventions=at(sha).plan.own
                ),
            ),
        )
        bases = [read(blob, sha) for sha, blob in change.parents if blob]
        common = log.fork_blob(contents.root, commit, names)
        fork = read(common, commit.sha) if common else None
        for finding in rules.made_worse(read(change.blob, commit.sha), turn, bases, fork, codes):
            yield finding.model_copy(update={"commit": commit.sha})
