"""Exit criteria and claims with their verdicts, for people."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Final

from ledger.claims.model import ClaimKind, JudgedClaim
from ledger.commands.verify_text import Verification
from ledger.gates.model import Gate, JudgedCriterion, Judgement
from ledger.plan import text
from ledger.plan.text import counted
from ledger.reports import Line, accented, braced, folder_of

_MOST_EVIDENCE = 3
_MOST_IN_FULL = 4  # paths that begin with the same two folders: of so many they are told once
# `reports/parser-speed/` at the start of a path
_FOLDER = re.compile(r"(?<![\w./\u2026-])(?:[\w-][\w.-]{0,80}/){2}")


def gate(judged: Gate) -> Iterator[Line]:
    """The document, each of its sections with a line for each criterion, what is odd about the
    brief, then the verdict: ``   12: unmet (ticked): TEXT: reason [evidence]``. The folder that
    most paths begin with is told once."""
    told = [*_gate(judged)]
    folders = Counter(folder for line in told for folder in _FOLDER.findall(line.text))
    folder, count = max(folders.items(), key=lambda pair: pair[1], default=("", 0))
    yield Line(text.visible(judged.path), "heading")
    if count < _MOST_IN_FULL:
        yield from told
        return
    yield Line(f"\u2026 is {folder.rstrip('/')}")
    yield from (line._replace(text=line.text.replace(folder, "\u2026/")) for line in told)


def _gate(judged: Gate) -> Iterator[Line]:
    for section, criteria in groupby(judged.criteria, key=lambda one: one.section):
        yield Line(text.visible(section), "heading")
        for _, alike in groupby(criteria, key=_alike):
            first, *others = alike
            said = braced([first.text, *(one.text for one in others)])
            yield criterion(first.model_copy(update={"text": said}), judged.path)
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
        lost = [str(one.line) for one in judged.damage if one.lost]
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


def _alike(one: JudgedCriterion) -> tuple[object, ...]:
    """What files of one folder have alike that are told in one entry."""
    if not (folder := folder_of(one.text)):
        return (one.line,)
    return (folder, one.verdict, one.is_false_claim, one.optional, one.reason, one.evidence)


def criterion(one: JudgedCriterion, path: str = "?") -> Line:
    """``   12: unmet (ticked): TEXT: reason [evidence]``; ``path`` is the document."""
    notes = {"ticked": one.is_false_claim, "optional": one.optional}
    marks = [note for note, holds in notes.items() if holds]
    marked = f" ({', '.join(marks)})" if marks else ""
    return _hung(one.line, one, f"{marked}: {text.one_line(one.text)}", path)


def _hung(line: int, judged: Judgement, said: str, path: str) -> Line:
    """Evidence that the reason names is not told again; lines of the document are."""
    own = f"{path}:"
    places = [f"line {one[len(own) :]}" if one.startswith(own) else one for one in judged.evidence]
    places = [one for one in places if one not in judged.reason]
    shown = places[:_MOST_EVIDENCE]
    more = len(places) - len(shown)
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
        yield Line(text.visible(f"environment {what}: {', '.join(names)}"), "hung", 8)


def _summary(judged: Gate) -> str:
    counts = Counter(one.verdict for one in judged.criteria)
    totals = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("met", "unmet", "unknown"))
    false = sum(one.is_false_claim for one in judged.criteria)
    ticked = f"; {false} ticked and not met" if false else ""
    return f"{judged.path}: {judged.verdict}: {totals}{ticked}"


# Claims


def claims(done: Verification, only: Collection[str]) -> Iterator[Line]:
    """By item a line for each claim with one of these verdicts, numbers before files before dates;
    then one that counts all:
    ``   53: contradicted (#6, line 66 too): "2.71s": 2.72s in FILE; why``."""
    path = done.text or done.ledger
    if done.unchecked:
        yield Line(text.visible(f"{path}: nothing was checked: {done.unchecked}"))
        return
    passages = defaultdict(list)
    for claim in done.claims:
        if claim.verdict in only:
            what = (claim.said, claim.verdict, claim.found, claim.reason)
            passages[claim.item, what].append(claim)
    same = defaultdict(list)
    for (of, what), alike in passages.items():
        same[of, _files(alike) or what].extend(alike)
    for item in dict.fromkeys(item for item, _ in same):
        named = item or ("" if done.text else "no item")
        yield Line(text.visible(f"{path}: {named}" if named else path), "heading")
        of_item = [alike for (of, _), alike in same.items() if of == item]
        for alike in sorted(of_item, key=lambda alike: _RANKS.get(alike[0].kind, 0)):
            yield _claim(alike)
    totals = ", ".join(f"{count} {verdict}" for verdict, count in done.counts)
    against = f" (held against {', '.join(done.runs)})" if done.runs else ""
    yield Line(text.visible(f"{path}: {totals}{against}"))


def reasons(done: Verification) -> str:
    """What a coding agent is told whose message is contradicted."""
    told = [line.text for line in claims(done, ("contradicted",)) if line.kind == "hung"]
    first = f"Your message says something else than {', '.join(done.runs) or 'what is there'}:"
    return "\n".join([first, *told, "Correct it, each line by what stands behind it."])


_RANKS: Final[dict[ClaimKind, int]] = {
    "artifact": 1, "commit": 1, "reference": 1, "stamp": 2, "date": 2,
}  # fmt: skip


def _files(alike: Sequence[JudgedClaim]) -> tuple[object, ...]:
    """What files of one folder have alike that are told in one entry; empty for other claims."""
    claim = alike[0]
    folder = folder_of(claim.said) if claim.kind == "artifact" else ""
    lines = tuple((one.line, one.attempt) for one in alike)
    return (folder, claim.verdict, claim.found, claim.reason, lines) if folder else ()


def _claim(alike: Sequence[JudgedClaim]) -> Line:
    """``53: contradicted (#6, lines 66, 70 (#7) too): "2.71s": 2.72s in FILE; why``."""
    claim, lines = alike[0], dict.fromkeys((one.line, one.attempt) for one in alike)
    number = [] if claim.attempt is None else [f"#{claim.attempt}"]
    again = [
        f"{line}" if attempt in (None, claim.attempt) else f"{line} (#{attempt})"
        for line, attempt in [*lines][1:]
    ]
    too = [f"line{'s' * (len(again) > 1)} {', '.join(again)} too"] if again else []
    of = f" ({', '.join(number + too)})" if number or too else ""
    why = "; ".join(filter(None, (claim.found, claim.reason)))
    said = braced([one.said for one in alike])
    rest = text.visible(f'{of}: "{text.one_line(said)}": {why}')
    return accented(f"{claim.line:>6}: ", claim.verdict, rest)._replace(kind="hung", hang=8)
