"""Whether a run is in an item's history already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.plan import citations
from ledger.plan.model import Action, Attempt, Item


@dataclass(frozen=True, slots=True)
class Recorded:
    """The entry that holds a run: its attempt's number, its line, and the action, if it
    stands in one."""

    number: int | None
    line: int
    action: int | None


def find(items: Iterable[Item], run: str, stamp: str | None) -> Recorded | None:
    """The first entry of ``items`` that records the run in folder ``run`` (relative to the
    repository).

    An entry records a run when its artifacts lie in the run's folder. An entry that bears the
    run's stamp and cites no folder of that stamp's records it, too; one that cites another
    folder of the same stamp (``phase_a/S/`` for ``phase_b/S/``) does not.
    """
    for item in items:
        for attempt in item.attempts:
            if attempt.source == "history" and _holds(attempt, run, stamp):
                return Recorded(attempt.number, attempt.span.start_line, None)
        for action in item.actions:
            if (
                action.state == "complete"
                and action.attempt is not None
                and _holds(action, run, stamp)
            ):
                return Recorded(action.attempt, action.span.start_line, action.number)
    return None


def _holds(entry: Attempt | Action, run: str, stamp: str | None) -> bool:
    if run not in entry.text and not (stamp and stamp in entry.text) and entry.stamp != stamp:
        return False
    own = citations.labelled(entry.text, "Artifacts")
    cited = _folders(own or "")
    if any(_is_in(path, run) for path in cited):
        return True
    if not stamp or entry.stamp != stamp:
        return False
    others = [path for path in cited or _folders(entry.text) if stamp in path]
    return not others or any(_is_in(path, run) for path in others)


def _folders(text: str) -> list[str]:
    return [path for cited in citations.find(text) for path in cited.paths]


def _is_in(path: str, run: str) -> bool:
    """Whether ``path`` is the run's folder or in it; it may be written relative to a root."""
    path = path.removeprefix("./")
    return f"{path}/".startswith(f"{run}/") or (
        "/" in path.rstrip("/") and f"/{run}/".endswith(f"/{path.rstrip('/')}/")
    )
