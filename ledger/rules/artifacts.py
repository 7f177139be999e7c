"""Rules about the files that an attempt cites: git has them, and everybody can find them.

Asked of attempts that a change adds or rewrites. A path may be meant from the item's artifacts
root or from the run's folder; the best of its possible places counts. A path that starts with
a folder which the repository does not have is taken for the end of a longer one, and is judged
only where a stamp in it says that it leads into a run.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from ledger.plan import citations, text
from ledger.plan.model import Artifact, Attempt, Ledger
from ledger.plan.places import name
from ledger.rules.places import added, artifacts, attempts
from ledger.rules.registry import ArtifactState, Facts, Fault, rule

# A path up to the folder of a run.
_RUN = re.compile(r"(?:[^/]+/)*?\d{8}T\d{6}Z(?=/|\Z)")
_MOST_NAMED = 3
# The best first: a path that fits in several places is meant where it exists.
_ORDER: tuple[ArtifactState, ...] = (
    "tracked", "untracked", "ignored", "missing", "placeholder", "outside",
)  # fmt: skip


@rule("LED403", "artifact-missing", "warning")
def artifact_missing(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a file or folder that does not exist.

    Why: Evidence that nobody can open proves nothing. It was never written, never committed, or
    its path has a slip in it.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `reports/parse/no_such.log`

    Mend: Correct the path, or commit the file together with the attempt. Where a commit removed or
    moved the file later, `ledger links ITEM` names it.
    """
    yield from _in_state(ledger, facts, "missing", "what does not exist")


@rule("LED404", "artifact-ignored", "warning")
def artifact_ignored(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a file that git ignores.

    Why: It may lie on your disk, and nobody else will ever get it: `git add` passes over it
    without a word. Rules such as `logs/` or `*.log` do that to the logs of runs.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `reports/parse/ignored.log`

    Mend: Add it with `git add -f`, or copy what matters into a file that is not ignored.
    """
    yield from _in_state(
        ledger, facts, "ignored", "what git ignores", "if you have it, `git add -f` adds it"
    )


@rule("LED405", "artifact-untracked", "warning")
def artifact_untracked(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a file that lies in the work tree and is not added to git.

    Why: The attempt gets committed and its evidence stays behind.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `reports/parse/untracked.log`

    Mend: Add the file with `git add`.
    """
    yield from _in_state(ledger, facts, "untracked", "what is not added to git", "`git add` it")


@rule("LED406", "artifact-outside", "warning")
def artifact_outside(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a path outside the repository.

    Why: An absolute path, or one in a home folder, exists on one machine only.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `/tmp/run/pytest.log`

    Mend: Copy the file into the repository and cite that.
    """
    yield from _in_state(ledger, facts, "outside", "what lies outside the repository")


@rule("LED407", "artifact-placeholder", "warning")
def artifact_placeholder(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a path with a part left open.

    Why: `<STAMP>` and the like are for plans. An attempt was made, so its run has a name.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `reports/parse/<STAMP>/run.log`

    Mend: Write the path of the run that was made.
    """
    yield from _in_state(ledger, facts, "placeholder", "a path with a part left open")


def _in_state(
    ledger: Ledger, facts: Facts, state: ArtifactState, what: str, fix: str | None = None
) -> Iterator[Fault]:
    if facts.states_of is None:
        return
    roots = {item.id: item.artifacts_root for item in ledger.items}
    judged = [
        cited
        for attempt in (attempts(ledger) if facts.every else added(ledger, facts.base))
        for cited in _cited(attempt, roots.get(attempt.item or "", ""), facts.tops)
    ]
    states = facts.states_of([place for cited in judged for place in cited.places])
    starts = text.plan_starts(ledger.text)
    at = 0
    for attempt, artifact, group in _grouped(judged, states, state):
        named = ", ".join(group[:_MOST_NAMED])
        if len(group) > _MOST_NAMED:
            named += f" and {len(group) - _MOST_NAMED} more"
        # Most stand behind the one before: a long line is not searched from its start each time.
        start, end = starts[artifact.line - 1], starts[artifact.line]
        raw = text.encode(artifact.raw)
        found = ledger.text.find(raw, max(start, at), end)
        at = found if found >= 0 else max(start, ledger.text.find(raw, start, min(at, end)))
        yield Fault(
            at,
            f"{name(attempt)} cites {what}: {named}",
            artifact.raw,
            attempt.item,
            attempt.number,
            fix,
        )


class _Cited(NamedTuple):
    """A path that an attempt cites: as written, and where it may be meant to lie. ``is_end``:
    it may also be the end of a longer path, so that its absence says nothing."""

    attempt: Attempt
    artifact: Artifact
    path: str
    places: tuple[str, ...]
    is_end: bool


@lru_cache(maxsize=32768)  # one rule after the other asks
def _cited(attempt: Attempt, root: str, tops: frozenset[str]) -> tuple[_Cited, ...]:
    return tuple(_paths(attempt, root, tops))


def _paths(attempt: Attempt, root: str, tops: frozenset[str]) -> Iterator[_Cited]:
    cited = artifacts(attempt)
    folders = {root: None} if root else {}
    for artifact in cited:
        for path in artifact.paths:
            run = _RUN.match(path)
            if run and run.end() < len(path) + 1:
                folders[run.group() + "/"] = None
                if root and not path.startswith(root):
                    folders[root + run.group() + "/"] = None
    seen: set[str] = set()
    for artifact in cited:
        for path in artifact.paths:
            if "/" not in path or path in seen or _is_glob(path):
                continue
            seen.add(path)
            is_whole = path.split("/", 1)[0] in tops or citations.kind(path) != "path"
            places = (path,) if is_whole else (path, *(folder + path for folder in folders))
            yield _Cited(attempt, artifact, path, places, not (is_whole or _RUN.match(path)))


def _is_glob(path: str) -> bool:
    """Whether ``*`` or ``?`` is all that the path leaves open: it names files well enough."""
    filled = path.replace("*", "x").replace("?", "x")
    return filled != path and citations.kind(filled) == "path"


def _grouped(
    judged: list[_Cited], states: Mapping[str, ArtifactState], state: ArtifactState
) -> Iterator[tuple[Attempt, Artifact, list[str]]]:
    """The citations that are in ``state``, each with its paths that are."""
    groups: dict[tuple[int, str], tuple[Attempt, Artifact, list[str]]] = {}
    for cited in judged:
        possible = [states[place] for place in cited.places]
        best = min(possible, key=_ORDER.index)
        if best != state or (cited.is_end and best in ("missing", "ignored")):
            continue
        key = (cited.attempt.span.start_byte, cited.artifact.raw)
        groups.setdefault(key, (cited.attempt, cited.artifact, []))[2].append(cited.path)
    yield from groups.values()
