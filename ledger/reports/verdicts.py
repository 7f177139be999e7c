"""Exit criteria and claims with their verdicts, for people."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import get_args

from ledger.claims.model import JudgedClaim, Verdict
from ledger.gates.model import Gate, JudgedCriterion, Judgement
from ledger.plan import text
from ledger.plan.text import counted
from ledger.reports import Line, accented

_MOST_EVIDENCE = 3


def gate(judged: Gate) -> Iterator[Line]:
    """The document, each of its sections with a line for each criterion, what is odd about the
    brief, then the verdict: ``   12: unmet (ticked): TEXT: reason [evidence]``."""
    yield Line(text.visible(judged.path), "heading")
    section = ""
    for one in judged.criteria:
        if one.section != section:
            section = one.section
            yield Line(text.visible(section), "heading")
        yield criterion(one)
    if judged.expected:
        yield Line("Expected results", "heading")
    for result in judged.expected:
        yield _hung(result.line, result, f": {text.one_line(result.text)}")
    yield from _environment(judged)
    for link in judged.references:
        if link.state != "found":
            what = f"cross-reference {link.label}: {link.path} {_STATES[link.state]} {link.section}"
            what = what.rstrip()
            yield Line(text.visible(f"{judged.path}:{link.line}: {what}"))
    for misfit in judged.misfits:
        what = f"does not add up: {text.one_line(misfit.text)}: {misfit.reason}"
        yield Line(text.visible(f"{judged.path}:{misfit.line}: {what}"))
    if judged.damage:
        lost = [str(one.line) for one in judged.damage if one.lost]
        damaged = f"{judged.path}: {counted(len(judged.damage), 'damaged line')} read as meant"
        yield Line(
            text.visible(damaged + (f"; marks are lost on lines {', '.join(lost)}" if lost else ""))
        )
    yield Line(text.visible(_summary(judged)))


_STATES = {
    "tracked": "is in git and not in the work tree",
    "missing": "is not there",
    "no-section": "has no section",
    "outside": "leads out of the repository",
    "placeholder": "was never filled in",
}


def criterion(one: JudgedCriterion) -> Line:
    """``   12: unmet (ticked): TEXT: reason [evidence]``."""
    notes = {"ticked": one.is_false_claim, "optional": one.optional}
    marks = [note for note, holds in notes.items() if holds]
    marked = f" ({', '.join(marks)})" if marks else ""
    return _hung(one.line, one, f"{marked}: {text.one_line(one.text)}")


def _hung(line: int, judged: Judgement, said: str) -> Line:
    shown = judged.evidence[:_MOST_EVIDENCE]
    more = len(judged.evidence) - len(shown)
    where = f" [{', '.join(shown)}{f' and {more} more' if more else ''}]" if shown else ""
    rest = text.visible(f"{said}: {judged.reason}{where}")
    return accented(f"{line:>6}: ", judged.verdict, rest)._replace(kind="hung", hang=8)


def _environment(judged: Gate) -> Iterator[Line]:
    """``environment: TZ differs: UTC, in the baseline CET``, and what is the same or not told."""
    by_state = defaultdict(list)
    for one in judged.environment:
        values = f"{one.run}, in the baseline {one.baseline}"
        by_state[one.state].append(f"{one.name}: {values}" if one.state == "differs" else one.name)
    for state, names in by_state.items():
        what = {"same": "as in the baseline", "differs": "differs", "unknown": "not told"}[state]
        yield Line(text.visible(f"environment {what}: {', '.join(names)}"))


def _summary(judged: Gate) -> str:
    counts = Counter(one.verdict for one in judged.criteria)
    totals = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("met", "unmet", "unknown"))
    false = sum(one.is_false_claim for one in judged.criteria)
    ticked = f"; {false} ticked and not met" if false else ""
    return f"{judged.path}: {judged.verdict}: {totals}{ticked}"


# Claims


def claims(judged: Sequence[JudgedClaim], path: str, *, every: bool) -> Iterator[Line]:
    """A line for each contradicted claim, or with ``every`` for each claim at all, and one that
    counts them: ``path:line: contradicted duration 2.71s of ITEM#6: 2.72s in FILE; why``."""
    for claim in judged:
        if every or claim.verdict == "contradicted":
            yield _claim(claim, path)
    counts = Counter(claim.verdict for claim in judged)
    totals = ", ".join(f"{counts[verdict]} {verdict}" for verdict in get_args(Verdict))
    yield Line(text.visible(f"{path}: {totals}"))


def _claim(claim: JudgedClaim, path: str) -> Line:
    number = "" if claim.attempt is None else f"#{claim.attempt}"
    of = f" of {claim.item or ''}{number}" if claim.item or number else ""
    observed = f": {claim.observed}" if claim.observed else ""
    where = f" in {claim.evidence}" if claim.evidence else ""
    why = f"; {claim.reason}" if claim.reason else ""
    rest = f" {claim.kind} {text.one_line(claim.said)}{of}{observed}{where}{why}"
    return accented(text.visible(f"{path}:{claim.line}: "), claim.verdict, text.visible(rest))
