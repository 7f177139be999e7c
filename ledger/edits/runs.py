"""A run as an attempt: whether the plan has it already, and its evidence in words. Every number
of these comes from the run."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ledger.evidence.model import Delta, Evidence, Repeats, Totals
from ledger.plan import citations
from ledger.plan.model import Action, Attempt, Item

_GIB = 1 << 30
_MIB = 1 << 20


def entry_of(run: str, stamp: str | None, items: Iterable[Item]) -> Attempt | Action | None:
    """The first entry of ``items`` that records the run in folder ``run`` (relative to the
    repository): an attempt, or the completed action that it stands in.

    An entry records a run when its artifacts lie in the run's folder. An entry that bears the
    run's stamp and cites no folder of that stamp's records it, too; one that cites another
    folder of the same stamp (``phase_a/S/`` for ``phase_b/S/``) does not.
    """
    for item in items:
        for attempt in item.attempts:
            if attempt.source == "history" and _records(attempt, run, stamp):
                return attempt
        for action in item.actions:
            is_attempt = action.state == "complete" and action.attempt is not None
            if is_attempt and _records(action, run, stamp):
                return action
    return None


def _records(entry: Attempt | Action, run: str, stamp: str | None) -> bool:
    if run not in entry.text and not (stamp and stamp in entry.text) and entry.stamp != stamp:
        return False
    cited = _paths(citations.labelled(entry.text, "Artifacts") or "")
    if any(_is_in(path, run) for path in cited):
        return True
    if not stamp or entry.stamp != stamp:
        return False
    others = [path for path in cited or _paths(entry.text) if stamp in path]
    return not others or any(_is_in(path, run) for path in others)


def _paths(text: str) -> list[str]:
    return [path for citation in citations.find(text) for path in citation.paths]


def _is_in(path: str, run: str) -> bool:
    """Whether ``path`` is the run's folder or in it; it may be written relative to a root."""
    path = path.removeprefix("./")
    return f"{path}/".startswith(f"{run}/") or (
        "/" in path.rstrip("/") and f"/{run}/".endswith(f"/{path.rstrip('/')}/")
    )


def metrics_of(evidence: Evidence, delta: Delta | None = None, baseline: str = "") -> str:
    """Totals, runtime, exit code, peak memory, what cut the run short, and the comparison."""
    parts: list[str] = []
    if evidence.totals:
        parts.append(_totals(evidence.totals))
    if evidence.repeats:
        parts += _repeats(evidence.repeats)
    if evidence.duration_s is not None:
        parts.append(f"runtime {evidence.duration_s:.2f} s")
    if evidence.exit_code is not None:
        parts.append(f"exit code {evidence.exit_code}")
    if evidence.peak_rss_bytes is not None:
        parts.append(f"peak memory {_memory(evidence.peak_rss_bytes)}")
    if evidence.completeness in ("timeout", "crashed", "incomplete", "inconsistent"):
        parts.append(f"run {evidence.completeness}: {evidence.reason}".rstrip(": "))
    if delta is not None:
        parts.append(f"against `{baseline}`: {_comparison(delta)}")
    return "; ".join(parts)


def _repeats(repeats: Repeats) -> list[str]:
    phrases = []
    if repeats.planned > 1:
        share = f" ({100 * repeats.passes / repeats.run:.1f} %)" if repeats.run else ""
        passes = f"{repeats.passes} of {repeats.run} rounds passed{share}"
        phrases.append(f"{passes}, {repeats.first_try_passes} at the first try")
    if repeats.retried:
        counted = Counter(repeats.retried)
        ends = ", ".join(f"{word} ×{n}" if n > 1 else word for word, n in counted.items())
        retries = "1 retry" if len(repeats.retried) == 1 else f"{len(repeats.retried)} retries"
        phrases.append(f"{retries} ({ends})")
    return phrases


def _totals(totals: Totals) -> str:
    share = ""
    if totals.collected:
        share = f" ({100 * totals.passed / totals.collected:.1f} % of collected)"
    return _counts(
        (totals.collected, "collected"),
        (totals.passed, f"passed{share}"),
        (totals.failed, "failed"),
        others=(
            (totals.errors, "errors"),
            (totals.skipped, "skipped"),
            (totals.xfailed, "xfailed"),
            (totals.xpassed, "xpassed"),
            (totals.rerun, "rerun"),
        ),
    )


def _comparison(delta: Delta) -> str:
    return _counts(
        (len(delta.new_failures), "new failures"),
        (len(delta.still_failing), "still failing"),
        (len(delta.cleared), "cleared"),
        others=(
            (len(delta.not_run), "not run"),
            (len(delta.newly_skipped), "newly skipped"),
            (len(delta.new_tests), "new tests"),
            (len(delta.gone), "gone"),
            (len(delta.flaky), "flaky"),
        ),
    )


def _counts(*counts: tuple[int, str], others: Sequence[tuple[int, str]]) -> str:
    """Counts with their names; the ``others`` only where there are any."""
    return ", ".join(
        f"{count} {name}" for count, name in (*counts, *(one for one in others if one[0]))
    )


def _memory(size: int) -> str:
    return f"{size / _GIB:.2f} GiB" if size >= _GIB else f"{size / _MIB:.1f} MiB"
