"""What the rules may know about a plan from git and the files around it."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from ledger import rules
from ledger.config import Config
from ledger.git import blobs, repository
from ledger.rules import Facts

STAGED: Final = ":0"  # git's own name of what the next commit has
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
        check_fault=later("gates.gate.check_fault"),
        tops=frozenset(entry.name for entry in config.root.iterdir()),
        append_only=config.append_only,
        max_lines=config.max_lines,
    )


def later(name: str, *given: object, **named: object) -> Callable[..., Any]:
    """A function of this package with its first arguments. Its module is loaded when it is first
    called, for few commits have something that runs and criteria have to be read for."""
    module, _, function = name.rpartition(".")

    def call(*rest: object) -> Any:
        found = getattr(import_module(f"ledger.{module}"), function)
        return found(*given, *rest, **named)

    return call


def with_evidence(
    known: Facts, config: Config, *, view: str | None = None, strict: bool = False
) -> Facts:
    """``known``, and what runs, briefs and exit criteria say, those that ``view`` has. ``strict``:
    what nothing shows is an error, whatever the settings say."""
    strict = strict or config.settings.done == "strict"
    return known._replace(
        run_notes=later("commands.judgements.run_notes", config, view=view),
        contradicted=later("commands.judgements.contradictions", config, view=view),
        undone=later("commands.closings.objections", config, view=view, strict=strict),
        figure=later("claims.judge.first_figure"),
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
