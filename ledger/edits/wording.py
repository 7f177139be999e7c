"""Evidence as the words of an attempt: every number here comes from the run."""

from __future__ import annotations

from collections import Counter

from ledger.evidence.model import Delta, Evidence, Repeats, Totals
from ledger.plan.model import Result

_GIB = 1 << 30
_MIB = 1 << 20


def result(evidence: Evidence) -> Result:
    """What the run says of itself: success only where it ran to its end, nothing failed and
    its exit code, where known, is 0. A run that says nothing is unknown, not a success."""
    totals, repeats = evidence.totals, evidence.repeats
    if repeats and repeats.planned > 1:
        everything = repeats.passes == repeats.planned and evidence.completeness == "complete"
        return "success" if everything else "partial" if repeats.passes else "failed"
    if evidence.completeness in ("timeout", "crashed") or (evidence.exit_code or 0) != 0:
        return "failed"
    if totals and totals.failed + totals.errors:
        return "failed"
    if evidence.completeness in ("incomplete", "inconsistent"):
        return "partial"
    if evidence.exit_code == 0 or totals:
        return "success"
    return "unknown"


def metrics(evidence: Evidence, delta: Delta | None = None, baseline: str = "") -> str:
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
    said = []
    if repeats.planned > 1:
        share = f" ({100 * repeats.passes / repeats.run:.1f} %)" if repeats.run else ""
        said.append(f"{repeats.passes} of {repeats.run} rounds passed{share}")
        said[0] += f", {repeats.first_try_passes} at the first try"
    if repeats.retried:
        counted = Counter(repeats.retried)
        named = ", ".join(f"{word} ×{n}" if n > 1 else word for word, n in counted.items())
        tries = "1 retry" if len(repeats.retried) == 1 else f"{len(repeats.retried)} retries"
        said.append(f"{tries} ({named})")
    return said


def _totals(totals: Totals) -> str:
    said = [f"{totals.collected} collected", f"{totals.passed} passed"]
    if totals.collected:
        said[-1] += f" ({100 * totals.passed / totals.collected:.1f} % of collected)"
    said.append(f"{totals.failed} failed")
    for count, name in (
        (totals.errors, "errors"),
        (totals.skipped, "skipped"),
        (totals.xfailed, "xfailed"),
        (totals.xpassed, "xpassed"),
        (totals.rerun, "rerun"),
    ):
        if count:
            said.append(f"{count} {name}")
    return ", ".join(said)


def _comparison(delta: Delta) -> str:
    said = [
        f"{len(delta.new_failures)} new failures",
        f"{len(delta.still_failing)} still failing",
        f"{len(delta.cleared)} cleared",
    ]
    for tests, name in (
        (delta.not_run, "not run"),
        (delta.newly_skipped, "newly skipped"),
        (delta.new_tests, "new tests"),
        (delta.gone, "gone"),
        (delta.flaky, "flaky"),
    ):
        if tests:
            said.append(f"{len(tests)} {name}")
    return ", ".join(said)


def _memory(size: int) -> str:
    return f"{size / _GIB:.2f} GiB" if size >= _GIB else f"{size / _MIB:.1f} MiB"
