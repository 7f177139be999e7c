"""What the rules may know about a plan from git and the files around it."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from ledger import rules
from ledger.config import Config
from ledger.git import blobs, process, repository
from ledger.git.blobs import STAGED
from ledger.plan import standing
from ledger.rules import Facts

_FARTHEST_EAST = 14 * 3600  # seconds that the first place to see a new day is ahead of UTC


def facts(config: Config, contents: blobs.Blobs | None = None) -> Facts:
    """What git and the file system say at once; ``contents`` are those of the repository."""
    contents = contents or blobs.Blobs(config.root)
    artifacts = repository.Artifacts(config.root, contents if config.is_git else None)
    return Facts(
        config.ledger_path,
        today(),
        cited=artifacts.cited,
        states_of=artifacts.states,
        content_of=artifacts.content,
        unknown_commits=partial(_unknown_commits, config.root) if config.is_git else None,
        check_fault=later("gates.gate.check_fault"),
        tops=frozenset(entry.name for entry in config.root.iterdir()),
        append_only=config.append_only,
        is_archive=config.is_archive,
        max_lines=config.max_lines,
        not_secret=frozenset(config.settings.not_secret),
    )


def later(name: str, *given: object, **facts: object) -> Callable[..., Any]:
    """A function of this package with its first arguments. Its module is loaded when it is first
    called, for few commits have something that runs and criteria have to be read for."""
    module, _, function = name.rpartition(".")

    def call(*rest: object) -> Any:
        target = getattr(import_module(f"ledger.{module}"), function)
        return target(*given, *rest, **facts)

    return call


def with_evidence(
    known: Facts,
    config: Config,
    contents: blobs.Blobs,
    *,
    view: str | None = None,
    strict: bool = False,
    since: Sequence[str] = (),
    drafts: Mapping[str, bytes] | None = None,
) -> Facts:
    """``known``, with what runs, briefs and criteria say in ``view``. ``strict``: what nothing
    shows is an error, whatever the settings say. ``since`` are the revisions that the change is
    compared with, ``drafts`` files of the work tree that it writes as well."""
    strict = strict or config.settings.done == "strict"
    briefs = changed_briefs(config, contents, since, view)
    place = cache(later("claims.entries.around", config, contents, view, drafts=drafts))
    given = (config, place, contents, briefs, since)
    return known._replace(
        ticks=later("commands.closings.ticks", *given, strict=strict) if briefs else None,
        run_notes=later("commands.judgements.run_notes", place),
        contradicted=later("commands.judgements.contradictions", config, place),
        undone=later("commands.closings.objections", config, place, strict=strict),
        figure=later("claims.judge.first_figure"),
    )


def changed_briefs(
    config: Config, contents: blobs.Blobs, since: Sequence[str], view: str | None
) -> list[str]:
    """The documents that may be briefs and that ``view`` has otherwise than all of ``since``."""
    if not since or config.is_archive:
        return []
    every = [repository.changed_documents(config.root, path, view) for path in since]
    plans = (config.ledger_path, config.partner)
    names = [path for path in every[0] if path not in plans and all(path in some for some in every)]
    if view != STAGED:
        return names
    # This is cheaper than to load what reads briefs.
    staged = ((name, contents.staged(name) or b"") for name in names)
    return [name for name, data in staged if standing.may_have_ticks(data)]


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
    return frozenset() if unknown and process.is_shallow(root) else unknown
