"""What an entry says of the values that its run's report of rounds has a column for: means, ranges
and limits."""

import re
from collections.abc import Iterator

from ledger.claims.entries import Entry
from ledger.claims.model import Claim, JudgedClaim
from ledger.claims.prose import Prose
from ledger.errors import UnreadableInput
from ledger.evidence import rounds_prose
from ledger.evidence.rounds_claims import check
from ledger.evidence.rounds_prose import Prose as Line
from ledger.evidence.rounds_report import MAX_BYTES, read_report
from ledger.git.files import Files

_KINDS = ("mean", "range", "limit")
# What a sentence about a measured value may have in it
_MEASURED = re.compile(
    r"\b(?:average|mean|avg|averag|rang(?:e|ing)|between|varied|ceiling|limit|cap|maximum|floor|minimum)",
    re.IGNORECASE,
)
_RANGED = re.compile(r"\b(?:rang\w+|varied) from\b", re.IGNORECASE)
# `The target is an average of 15 %`, `Phase A averaged 14 %`
_OF_OTHERS = re.compile(
    r"\b(?:compared|versus|vs|(?<!more )than|against|relative to|from|earlier|previous|previously"
    r"|prior|baseline|unlike|all[- ]time|cumulative|ever|so far|to date|across"
    r"|phase|attempt|batch|expect\w*|target\w*|goal|plan\w*|should|would|could|may|might|want\w*"
    r"|before|last|old|former\w*|first|if|until|unless|at least|at most)\b",
    re.IGNORECASE,
)


def judge_rounds(entry: Entry, files: Files, path: str) -> Iterator[JudgedClaim]:
    """Each such claim with its verdict by the report at ``path``. A sentence that compares, or
    speaks of all rounds ever, may be about others."""
    prose = Prose(entry.text, entry.line)
    told = [s for s in prose.sentences if _MEASURED.search(prose.plain, s.start, s.end)]
    if not told:
        return
    try:
        report = read_report(files.read(path, MAX_BYTES), path)
    except UnreadableInput:
        return
    for sentence in told:
        text = " ".join(prose.plain[sentence.start : sentence.end].split())
        around = _RANGED.sub("", text)
        if _OF_OTHERS.search(around):
            continue
        line = Line(text, ((0, prose.line(sentence.start)),))
        said = [s for s in rounds_prose.statements([line], [*report.units]) if s.kind in _KINDS]
        for one in check(report._replace(statements=tuple(said)), "extra"):
            claim = Claim(
                item=entry.item,
                attempt=entry.attempt,
                kind="rounds",
                text=one.text,
                claimed=one.claimed,
                line=one.line,
            )
            if one.verdict == "supported":
                yield claim.supported(one.observed, report.path)
            elif one.verdict == "contradicted":
                reason = "the attempt's own rounds have another value"
                yield claim.contradicted(one.observed, report.path, reason)
            else:
                yield claim.unverifiable(one.reason)
