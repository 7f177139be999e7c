"""Claims with their verdicts, for people."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from ledger.claims.model import ClaimKind, JudgedClaim
from ledger.commands.verify_text import Verification
from ledger.plan import text
from ledger.reports import Line, accented, braced, folder_of


def lines(done: Verification, only: Collection[str]) -> Iterator[Line]:
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
            what = (claim.wording, claim.verdict, claim.observation, claim.reason)
            passages[claim.item, what].append(claim)
    same = defaultdict(list)
    for (of, what), alike in passages.items():
        same[of, _files(alike) or what].extend(alike)
    for item in dict.fromkeys(item for item, _ in same):
        subject = item or ("" if done.text else "no item")
        yield Line(text.visible(f"{path}: {subject}" if subject else path), "heading")
        of_item = [alike for (of, _), alike in same.items() if of == item]
        for alike in sorted(of_item, key=lambda alike: _RANKS.get(alike[0].kind, 0)):
            yield _claim(alike)
    totals = ", ".join(f"{count} {verdict}" for verdict, count in done.counts)
    against = f" (checked against {', '.join(done.runs)})" if done.runs else ""
    yield Line(text.visible(f"{path}: {totals}{against}"))


def reasons(done: Verification) -> str:
    """What a coding agent is reported whose message is contradicted."""
    texts = [line.text for line in lines(done, ("contradicted",)) if line.kind == "hung"]
    first = f"Your message says something else than {', '.join(done.runs) or 'what is there'}:"
    return "\n".join([first, *texts, "Correct it, each line by what is behind it."])


_RANKS: Final[dict[ClaimKind, int]] = {
    "artifact": 1, "commit": 1, "reference": 1, "stamp": 2, "date": 2,
}  # fmt: skip


def _files(alike: Sequence[JudgedClaim]) -> tuple[object, ...]:
    """What files of one folder have alike that are reported in one entry; empty for other
    claims."""
    claim = alike[0]
    folder = folder_of(claim.wording) if claim.kind == "artifact" else ""
    lines = tuple((claim.line, claim.attempt) for claim in alike)
    return (folder, claim.verdict, claim.observation, claim.reason, lines) if folder else ()


def _claim(alike: Sequence[JudgedClaim]) -> Line:
    """``53: contradicted (#6, lines 66, 70 (#7) too): "2.71s": 2.72s in FILE; why``."""
    claim, lines = alike[0], dict.fromkeys((claim.line, claim.attempt) for claim in alike)
    number = [] if claim.attempt is None else [f"#{claim.attempt}"]
    again = [
        f"{line}" if attempt in (None, claim.attempt) else f"{line} (#{attempt})"
        for line, attempt in [*lines][1:]
    ]
    too = [f"line{'s' * (len(again) > 1)} {', '.join(again)} too"] if again else []
    of = f" ({', '.join(number + too)})" if number or too else ""
    why = "; ".join(filter(None, (claim.observation, claim.reason)))
    words = braced([claim.wording for claim in alike])
    rest = text.visible(f'{of}: "{text.one_line(words)}": {why}')
    return accented(f"{claim.line:>6}: ", claim.verdict, rest)._replace(kind="hung", hang=8)
