"""Rules about the files that an attempt cites, and about secrets that those or the plan give away.

Asked of attempts that a change adds or rewrites. What a path leads to is what ``ledger links`` says
(``ledger.git.cited``). One that leads to nothing and starts with a folder which the repository does
not have is judged only where a stamp in it says that it leads into a run.

What looks like a secret is said in ``ledger.plan.secrets``. None of it is ever shown.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from ledger.git.cited import RUN, Cited, is_glob
from ledger.plan import text
from ledger.plan.model import Artifact, Attempt, Ledger
from ledger.plan.places import name
from ledger.plan.secrets import Secret, find
from ledger.rules.registry import ArtifactState, Facts, Fault, added, rule

_MOST_NAMED = 3
# The best first: a path that fits in several places is meant where it exists.
_ORDER: tuple[ArtifactState, ...] = (
    "tracked", "untracked", "ignored", "missing", "placeholder", "outside",
)  # fmt: skip


@rule("LED403", "artifact-missing", "warning")
def artifact_missing(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a file that does not exist.

    Why: Evidence that nobody can open proves nothing. It was never written, never committed, or
    the path has a typo.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `reports/parse/no_such.log`

    Mend: Correct the path, or commit the file with the attempt. `ledger links ITEM` names the
    commit that removed it.
    """
    yield from _in_state(ledger, facts, "missing", "what does not exist")


@rule("LED404", "artifact-ignored", "warning")
def artifact_ignored(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a file that git ignores.

    Why: Nobody else will ever get it: `git add` skips it silently. Rules such as `*.log` do
    that to the logs of runs.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `reports/parse/ignored.log`

    Mend: Run `git add -f` on it, or copy what matters to a file that is not ignored.
    """
    yield from _in_state(
        ledger, facts, "ignored", "what git ignores", "if you have it, `git add -f` adds it"
    )


@rule("LED405", "artifact-untracked", "warning")
def artifact_untracked(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a file that is not added to git.

    Why: The attempt gets committed without its evidence.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `reports/parse/untracked.log`

    Mend: Run `git add` on it.
    """
    yield from _in_state(ledger, facts, "untracked", "what is not added to git", "`git add` it")


@rule("LED406", "artifact-outside", "warning")
def artifact_outside(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a path outside the repository.

    Why: It exists on one machine only.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `/tmp/run/pytest.log`

    Mend: Copy the file into the repository, and cite that.
    """
    yield from _in_state(ledger, facts, "outside", "what lies outside the repository")


@rule("LED407", "artifact-placeholder", "warning")
def artifact_placeholder(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt cites a path with a placeholder.

    Why: `<STAMP>` and the like are for plans. An attempt has been made, so its run has a name.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Log: `reports/parse/<STAMP>/run.log`

    Mend: Write the path of the run.
    """
    yield from _in_state(ledger, facts, "placeholder", "a path with a part left open")


def _in_state(
    ledger: Ledger, facts: Facts, state: ArtifactState, what: str, fix: str | None = None
) -> Iterator[Fault]:
    starts = text.plan_starts(ledger.text) if facts.cited else ()
    at = 0
    for attempt, artifact, group in _grouped(list(_cited(ledger, facts)), state, facts):
        names = ", ".join(group[:_MOST_NAMED])
        if len(group) > _MOST_NAMED:
            names += f" and {len(group) - _MOST_NAMED} more"
        # Most are behind the one before: a long line is not searched from its start each time.
        start, end = starts[artifact.line - 1], starts[artifact.line]
        raw = text.encode(artifact.raw)
        find = ledger.text.find(raw, max(start, at), end)
        at = find if find >= 0 else max(start, ledger.text.find(raw, start, min(at, end)))
        yield Fault(
            at,
            f"{name(attempt)} cites {what}: {names}",
            about=artifact.raw,
            item=attempt.item,
            attempt=attempt.number,
            fix=fix,
        )


def _cited(ledger: Ledger, facts: Facts) -> Iterator[tuple[Attempt, Cited]]:
    """What attempts cite, each path once; not names without a folder, nor what fits a pattern."""
    items = {item.id: item for item in reversed(ledger.items)}
    for attempt in ledger.attempts if facts.every else added(ledger, facts.base):
        every = facts.cited(items.get(attempt.item or ""), attempt) if facts.cited else ()
        paths = {cited.path: cited for cited in reversed(list(every))}
        for cited in reversed(paths.values()):
            if "/" in cited.path and not is_glob(cited.path):
                yield attempt, cited


def _grouped(
    judged: Sequence[tuple[Attempt, Cited]], state: ArtifactState, facts: Facts
) -> Iterator[tuple[Attempt, Artifact, list[str]]]:
    """The citations that are in ``state``, each with its paths that are."""
    places = [place for _, cited in judged for place in _places(cited)]
    states = facts.states_of(places) if facts.states_of else {}
    groups: dict[tuple[int, str], tuple[Attempt, Artifact, list[str]]] = {}
    for attempt, cited in judged:
        best = min((states[place] for place in _places(cited)), key=_ORDER.index)
        is_whole = cited.path.split("/", 1)[0] in facts.tops or cited.kind != "path"
        is_end = not (is_whole or RUN.match(cited.path))
        if is_end and best in ("missing", "ignored"):
            continue  # it may be the end of a longer path
        if best != state or (cited.matches and cited.kind == "path"):
            continue
        key = (attempt.span.start_byte, cited.artifact.raw)
        groups.setdefault(key, (attempt, cited.artifact, []))[2].append(cited.path)
    yield from groups.values()


def _places(cited: Cited) -> tuple[str, ...]:
    """Where it lies, or may be meant to."""
    return (cited.place,) if cited.place else cited.places or (cited.path,)


_AROUND = 300  # bytes, longer than what is looked for


@rule("LED701", "secret-in-ledger", "error")
def secret_in_ledger(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The plan, or its archive, has what looks like a key, a token or a password.

    Why: Once committed it stays in the history, even if you delete the line.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Reproduction: `API_KEY=Zx81qq0vTn55Lw2d pytest`

    Mend: Remove it before you commit; if it is committed, revoke it. For a value that is no
    secret, list the finding's fingerprint in `not_secret` of `[tool.ledger]`.
    """
    start, end = _changed(ledger.text, facts.base.text if facts.base else b"")
    for secret, fix in _secrets(ledger.text[start:end], facts):
        message = f"looks like {secret.kind} ({len(secret.value)} characters)"
        yield Fault(start + secret.at, message, _about(secret), fix=fix)


@rule("LED702", "secret-in-artifact", "error")
def secret_in_artifact(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A cited file has what looks like a key, a token or a password.

    Why: Dumps of an environment often do, and the file is committed with the attempt. Files of
    more than 1,000,000 bytes are not searched.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Environment: `reports/parse/env.txt`

    Mend: Remove it from the file; if it is committed, revoke it. For a value that is no secret,
    list the finding's fingerprint in `not_secret` of `[tool.ledger]`.
    """
    if facts.content_of is None:
        return
    seen: set[str] = set()
    for attempt in ledger.attempts if facts.every else added(ledger, facts.base):
        for path in (path for artifact in attempt.artifacts for path in artifact.paths):
            if path in seen:
                continue
            seen.add(path)
            for secret, fix in _secrets(facts.content_of(path) or b"", facts):
                message = f"{name(attempt)} cites {path}, which holds what looks like {secret.kind}"
                message += f" ({len(secret.value)} characters)"
                yield Fault(attempt, message, f"{path} {_about(secret)}", fix=fix)


def _changed(new: bytes, old: bytes) -> tuple[int, int]:
    """The part of ``new`` outside of which it is as ``old``, and a little around it."""
    shorter = min(len(new), len(old))
    head = bisect_left(range(1, shorter + 1), True, key=lambda n: not old.startswith(new[:n]))
    rest = range(1, shorter - head + 1)
    tail = bisect_left(rest, True, key=lambda n: not old.endswith(new[len(new) - n :]))
    return max(0, head - _AROUND), len(new) - tail + _AROUND


def _secrets(data: bytes, facts: Facts) -> Iterator[tuple[Secret, str]]:
    """What looks like one, each value once, and what to do about it."""
    for secret in {secret.value: secret for secret in reversed(find(data))}.values():
        if secret.fingerprint not in facts.not_secret:
            settings = f'not_secret = ["{secret.fingerprint}"]'
            yield secret, f"take it out, and revoke it; if it is none: {settings} in [tool.ledger]"


def _about(secret: Secret) -> str:
    return f"{secret.kind} {secret.fingerprint}"
