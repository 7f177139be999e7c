"""What an entry says of the rounds of its run, checked against their report or folder: how many
passed and failed, and means, ranges and limits of what was measured."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ledger.claims.entries import Entry
from ledger.claims.model import Claim, JudgedClaim
from ledger.claims.prose import Prose
from ledger.errors import UnreadableInput
from ledger.evidence.rounds import may_be_rounds, read_folder
from ledger.evidence.rounds_claims import check
from ledger.evidence.rounds_model import Prose as Line
from ledger.evidence.rounds_model import RoundsReport, Scope
from ledger.evidence.rounds_prose import is_plain, statements
from ledger.evidence.rounds_report import MAX_BYTES, read_report
from ledger.git.files import Files
from ledger.plan.statements.sentences import sentences

_MEASURED = ("mean", "range", "limit")
_COUNTED = ("count", "every", "listed")
# What a sentence about rounds, or about a measured value, may have in it
# e.g. "average"
_WORDS = re.compile(
    r"\b(?:rounds?\b|average|mean|avg|averag|rang(?:e|ing)|between|varied|ceiling|limit|cap|maximum"
    r"|floor|minimum)",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(r"\A\D{1,60}0*(?=\d)")
_RANGED = re.compile(r"\b(?:rang\w+|varied) from\b", re.IGNORECASE)
# `The target is an average of 15 %`, `Phase A averaged 14 %`
# e.g. "compared"
_OF_OTHERS = re.compile(
    r"\b(?:compared|versus|vs|(?<!more )than|against|relative to|from|earlier|previous|previously"
    r"|prior|baseline|unlike|all[- ]time|cumulative|ever|so far|to date|across"
    r"|phase|attempt|batch|expect\w*|target\w*|goal|plan\w*|should|would|could|may|might|want\w*"
    r"|before|last|old|former\w*|first|if|until|unless|at least|at most)\b",
    re.IGNORECASE,
)


def judge_rounds(entry: Entry, files: Files, paths: Iterable[str]) -> list[JudgedClaim]:
    """Each such claim with its verdict, where one of ``paths`` is a report or folder of rounds.
    Nothing can be said of what rounds that cannot be read, or of several such paths, may have."""
    prose = Prose(entry.text, entry.line)
    spans = [(start, start + len(sentence)) for start, sentence in sentences(prose.text)]
    worded = [span for span in spans if _WORDS.search(prose.plain, *span)]
    places = (
        [p for p in paths if files.kind(p) == "file" or may_be_rounds(files, p)] if worded else []
    )
    if not places:
        return []
    report, unread = _read(files, places)
    claims: list[JudgedClaim] = []
    for start, end in worded:
        text = " ".join(prose.plain[start:end].split())
        if not _OF_OTHERS.search(_RANGED.sub("", text)):
            line = Line(text, ((0, prose.line(start)),))
            claims += _judged(entry, line, report, unread)
    return claims


def _read(files: Files, places: Sequence[str]) -> tuple[RoundsReport, str]:
    """The rounds, or none and the reason why."""
    path = places[0]
    nothing = RoundsReport(path, ())
    if len(places) > 1:
        return nothing, f"it may be of the rounds in {path} or in {places[1]}"
    try:
        if files.kind(path) == "file":
            return read_report(files.read(path, MAX_BYTES), path), ""
        return _numbered(read_folder(files, path, path)), ""
    except UnreadableInput as error:
        return nothing, f"its rounds cannot be read: {error.message}"


def _numbered(report: RoundsReport) -> RoundsReport:
    """The rounds by their numbers, as prose names them: ``round_03`` is round 3."""
    names = [_BEFORE_NUMBER.sub("", round_.name) for round_ in report.rounds]
    pairs = zip(report.rounds, names, strict=True)
    rounds = tuple(round_.model_copy(update={"name": name}) for round_, name in pairs)
    return report._replace(rounds=rounds) if len({*names}) == len(names) else report


def _judged(entry: Entry, line: Line, report: RoundsReport, unread: str) -> Iterator[JudgedClaim]:
    """What one sentence says. One that counts rounds and has a word that is not known may be about
    others."""
    kinds = (*_MEASURED, *_COUNTED) if is_plain(line.text) else _MEASURED
    every = Scope(names=tuple({round_.name for round_ in report.rounds}))  # and no others
    scoped = (
        statement._replace(scope=every if statement.scope == Scope() else statement.scope)
        for statement in statements([line], [*report.units])
        if statement.kind in kinds
    )
    for verdict in check(report._replace(statements=tuple(scoped)), "extra"):
        claim = Claim(
            item=entry.item,
            attempt=entry.attempt,
            kind="rounds",
            text=verdict.text,
            claimed=verdict.claimed,
            line=verdict.line,
        )
        if unread:
            yield claim.unverifiable(unread)
        elif verdict.verdict == "supported":
            yield claim.supported(verdict.observed, report.path)
        elif verdict.verdict == "contradicted":
            reason = "the attempt's own rounds have another value"
            yield claim.contradicted(verdict.observed, report.path, reason)
        else:
            yield claim.unverifiable(verdict.reason)
