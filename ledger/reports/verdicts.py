"""Exit criteria with their verdicts, for people."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby

from ledger.gates.judge_runs import NO_RUN
from ledger.gates.model import Gate, JudgedCriterion, Judgement
from ledger.plan import text
from ledger.plan.text import counted
from ledger.reports import Line, accented, braced, folder_of

_MOST_EVIDENCE = 3
_MOST_IN_FULL = 4  # paths that begin with the same two folders: of so many they are reported once
# `reports/parser-speed/` at the start of a path
_FOLDER = re.compile(r"(?<![\w./\u2026-])(?:[\w-][\w.-]{0,80}/){2}")


def gate(judged: Gate) -> Iterator[Line]:
    """The document, each of its sections with a line for each criterion, what is odd about the
    brief, then the verdict: ``   12: unmet (ticked): TEXT: reason [evidence]``. The folder that
    most paths begin with is reported once."""
    lines = [*_gate(judged)]
    folders = Counter(folder for line in lines for folder in _FOLDER.findall(line.text))
    folder, count = max(folders.items(), key=lambda pair: pair[1], default=("", 0))
    yield Line(text.visible(judged.path), "heading")
    if count < _MOST_IN_FULL:
        yield from lines
        return
    yield Line(f"\u2026 is {folder.rstrip('/')}")
    yield from (line._replace(text=line.text.replace(folder, "\u2026/")) for line in lines)


def _gate(judged: Gate) -> Iterator[Line]:
    for section, criteria in groupby(
        judged.criteria, key=lambda judged_criterion: judged_criterion.section
    ):
        yield Line(text.visible(section), "heading")
        for _, alike in groupby(criteria, key=_alike):
            first, *others = alike
            words = braced([first.text, *(judged_criterion.text for judged_criterion in others)])
            yield criterion(first.model_copy(update={"text": words}), judged.path)
    if judged.expected:
        yield Line("Expected results", "heading")
    for result in judged.expected:
        yield _hung(result.line, result, f": {text.one_line(result.text)}", judged.path)
    yield from _environment(judged)
    for link in judged.references:
        if link.state != "found":
            what = f"cross-reference {link.label}: {link.path} {_STATES[link.state]} {link.section}"
            what = what.rstrip()
            yield Line(text.visible(f"{judged.path}:{link.line}: {what}"), "hung", 8)
    for misfit in judged.misfits:
        what = f"does not add up: {text.one_line(misfit.text)}: {misfit.reason}"
        yield Line(text.visible(f"{judged.path}:{misfit.line}: {what}"), "hung", 8)
    if judged.damage:
        lost = [str(line.line) for line in judged.damage if line.lost]
        damaged = f"{judged.path}: {counted(len(judged.damage), 'damaged line')} read as meant"
        damaged += f"; marks are lost on lines {', '.join(lost)}" if lost else ""
        yield Line(text.visible(damaged), "hung", 8)
    yield Line(text.visible(_summary(judged)), "hung", 8)


_STATES = {
    "tracked": "is in git and not in the work tree",
    "missing": "is not there",
    "no-section": "has no section",
    "outside": "leads out of the repository",
    "placeholder": "was never filled in",
}


def _alike(judged_criterion: JudgedCriterion) -> tuple[object, ...]:
    """What files of one folder have alike that are reported in one entry."""
    if not (folder := folder_of(judged_criterion.text)):
        return (judged_criterion.line,)
    return (
        folder,
        judged_criterion.verdict,
        judged_criterion.is_false_claim,
        judged_criterion.optional,
        judged_criterion.reason,
        judged_criterion.evidence,
    )


def criterion(judged_criterion: JudgedCriterion, path: str = "?") -> Line:
    """``   12: unmet (ticked): TEXT: reason [evidence]``; ``path`` is the document."""
    notes = {
        "ticked": judged_criterion.is_false_claim,
        "attested": judged_criterion.is_attested,
        "optional": judged_criterion.optional,
    }
    marks = [note for note, holds in notes.items() if holds]
    marked = f" ({', '.join(marks)})" if marks else ""
    return _hung(
        judged_criterion.line,
        judged_criterion,
        f"{marked}: {text.one_line(judged_criterion.text)}",
        path,
    )


def _hung(line: int, judged: Judgement, words: str, path: str) -> Line:
    """Evidence that the reason names is not told again; lines of the document are."""
    own = f"{path}:"
    places = [f"line {p[len(own) :]}" if p.startswith(own) else p for p in judged.evidence]
    places = [path for path in places if path not in judged.reason]
    shown = places[:_MOST_EVIDENCE]
    more = len(places) - len(shown)
    where = f" [{', '.join(shown)}{f' and {more} more' if more else ''}]" if shown else ""
    rest = text.visible(f"{words}: {judged.reason}{where}")
    return accented(f"{line:>6}: ", judged.verdict, rest)._replace(kind="hung", hang=8)


def _environment(judged: Gate) -> Iterator[Line]:
    """``environment: TZ differs: UTC, in the baseline CET``, and what is the same or not told."""
    by_state = defaultdict(list)
    for variable in judged.environment:
        values = f"{variable.run}, in the baseline {variable.baseline}"
        by_state[variable.state].append(
            f"{variable.name}: {values}" if variable.state == "differs" else variable.name
        )
    for state, names in by_state.items():
        what = {"same": "as in the baseline", "differs": "differs", "unknown": "not told"}[state]
        yield Line(text.visible(f"environment {what}: {', '.join(names)}"), "hung", 8)


def _summary(judged: Gate) -> str:
    counts = Counter(judged_criterion.verdict for judged_criterion in judged.criteria)
    totals = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("met", "unmet", "unknown"))
    attested = sum(judged_criterion.is_attested for judged_criterion in judged.criteria)
    totals += f" ({attested} attested)" if attested else ""
    false = sum(judged_criterion.is_false_claim for judged_criterion in judged.criteria)
    ticked = f"; {false} ticked and not met" if false else ""
    is_missing = any(j.reason == NO_RUN.reason for j in (*judged.criteria, *judged.expected))
    advice = "; name a run with --run" if is_missing else ""
    return f"{judged.path}: {judged.verdict}: {totals}{ticked}{advice}"
