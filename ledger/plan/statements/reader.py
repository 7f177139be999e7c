"""What sentences say of a run in words: all and none, counts, bounds, exceptions, comparisons.

Words become letters by a lexicon, and the grammar is a table of patterns over these letters.
Precision comes first: what is said of another time, place, program or part, or only wished, asked
or doubted, is no statement, and neither is a clause with words that the lexicon does not know.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ledger.plan.statements.causes import read_cause
from ledger.plan.statements.grammar import GRAMMAR, Wording
from ledger.plan.statements.model import OUTCOMES, Statement
from ledger.plan.statements.sentences import sentences
from ledger.plan.statements.tables import read_table
from ledger.plan.statements.tokens import Token, tokens

_LONGEST = 1000  # characters of a sentence that are looked at
_MOST = 150  # tokens of one
# Where a part of a sentence ends. A comma between two names of a list parts nothing.
_MARK: Final = re.compile(
    r"[;)|]|\((?!n(?:[,&]*n)*\))|(?<![nf])–|(?<![PFESXYDUVIHGhkKMTWΩQn]):"
    r"|(?<=[TWΩI]):(?![PFNZntmp])|(?<=n):(?![PFESXY])|(?<=[PFESXYDUVHGhkKMQ]):(?![NntmpxZP])"
    r"|(?<![nf]),(?!«|A[lo]|(?<=[PTR],)B[nNs]|n(?:[,&]*n)*\Z)|,(?!&?[nf«]|A[lo]|B[nNs])"
    r"|&(?=W|A|Z|b?[tT]|NT|N[PFESXYLRDUV])|(?<![APWT,])B(?=W|NT|Z|n)|(?<=n[PFESXY])B(?=n)"
)
_EXCEPTION: Final = re.compile("((?:B|&(?=Nξ))[nNsTFEl&ξ]+)(,?)(?=A|W|T[JRP])")
# A reason: "because of ...", "12 skipped without a GPU".
_REASON: Final = re.compile("q|(?<=S)Z(?=u)|(?<=ST)Z(?=u)")
_NAMES_ALONE: Final = re.compile(r"n(?:[,&]*n)*")
_LABEL: Final = re.compile(r"[JKT]*(?P<letter>[PFESXYM])[JT]*:?")
_PREDICATE: Final = re.compile("[PFMRVyzj]")
_ENTRY: Final = re.compile(r"[ \t]*[-*+] ")
_CONDITIONS: Final = frozenset("if once unless until when whenever while provided assuming".split())
_DEEDS: Final = frozenset(
    "ran reran rewrote made did went put took built wrote cut split let".split()
)
# What may stand beside a statement and changes nothing.
_HARMLESS: Final = frozenset(",&:=(WTNxtPFJgρRL∃Ω")


def statements(text: str) -> list[Statement]:
    """Every statement of a text, in its order."""
    found: list[Statement] = []
    label = ""  # what the line above says of the tests that are listed below it
    for start, sentence in sentences(text):
        if sentence.lstrip().startswith("|"):
            found += read_table(start, sentence, statements)
            continue
        words = tokens(sentence[:_LONGEST])[:_MOST]
        codes = "".join(token.code for token in words)
        if label and _NAMES_ALONE.fullmatch(codes):
            found.append(_listed(start, words, label))
            continue
        is_label = _LABEL.fullmatch(codes)
        label = is_label["letter"] if is_label else ""
        found += stated(words, start, is_entry=bool(_ENTRY.match(sentence)))
        found += read_cause(start, sentence[:_LONGEST], words)
    return found


def stated(words: Sequence[Token], start: int = 0, *, is_entry: bool = False) -> list[Statement]:
    """The statements of one sentence, which begins at ``start``, by its tokens."""
    return [*_Reader(words, start, is_entry=is_entry).read()]


def _listed(start: int, words: Sequence[Token], label: str) -> Statement:
    """The statement of a line of names below a label such as ``Fixed``."""
    return Statement(
        start + words[0].start,
        start + words[-1].end,
        "outcome",
        names=tuple(token.text for token in words if token.code == "n"),
        outcome=OUTCOMES.get(label, "passed"),
    )


class _Segment(NamedTuple):
    """A part of a sentence, and the marks before and behind it."""

    start: int
    end: int
    before: str
    behind: str


def _segments(codes: str) -> Iterator[_Segment]:
    start, before = 0, ""
    for mark in _MARK.finditer(codes):
        if mark.start() > start:
            yield _Segment(start, mark.start(), before, mark[0])
        start, before = mark.end(), mark[0]
    if start < len(codes):
        yield _Segment(start, len(codes), before, "")


class _Reader:
    """Reads one sentence, part by part. What one part says holds for those behind it: ``subject``
    is the part of the run that a label names, ``last`` the one that was named last, ``is_lost``
    whether something else is spoken of, ``is_other`` another time, and ``is_doubted`` whether the
    part before is doubted."""

    def __init__(self, words: Sequence[Token], start: int, *, is_entry: bool) -> None:
        self._words = words
        self._codes = "".join(token.code for token in words)
        self._start = start
        self._subject: tuple[str, ...] = ()
        self._last: tuple[str, ...] = ()
        self._is_lost = self._is_doubted = self._is_other = False
        self._is_entry, self._is_sure = is_entry, True
        self._counted: Token | None = None  # what a list of numbers counts

    def read(self) -> Iterator[Statement]:
        """The statements of the sentence."""
        if not self._codes:
            return
        exception = _EXCEPTION.match(self._codes)
        if exception:  # "Apart from two failures, the suite is green"
            comma = exception.end(1)
            self._words = [*self._words[:comma], *self._words[exception.end(2) :]]
            self._codes = self._codes[:comma] + self._codes[exception.end(2) :]
        elif self._codes[0] == "B" and self._words[0].text.lower() != "but":
            return
        if self._codes.endswith("?"):
            yield self._elsewhere(0)
            return
        for segment in _segments(self._codes):
            codes = self._codes[segment.start : segment.end]
            if segment.behind == ":" and self._is_time(codes):
                continue
            if self._is_part(segment, codes):
                continue
            yield from self._stated(segment, codes)
            if self._is_doubted or self._is_other:
                yield self._elsewhere(segment.start, segment.end)
            if segment.behind == ":" and re.search("[udð]", codes):
                if re.search("[dð]", codes) or not _PREDICATE.search(codes):
                    yield self._elsewhere(segment.end)
                    return
                self._is_lost = True
            is_aside = re.match("[&,]*[iqlo]", codes) and re.search("[udð]", codes)
            if is_aside or self._words[segment.start].text.lower() in _CONDITIONS:
                yield self._elsewhere(segment.start)
                return

    def _elsewhere(self, start: int, end: int | None = None) -> Statement:
        """What stands there is said of something else."""
        words = self._words[start:end]
        return Statement(self._start + words[0].start, self._start + words[-1].end, "elsewhere")

    def _is_time(self, codes: str) -> bool:
        """Whether a label tells the run before from this one: ``Before: 8 failed, after: 6``."""
        is_time = codes == "i" or (codes == "ð" and ",i:" in self._codes)
        self._is_other = codes == "ð" if is_time else self._is_other
        return is_time

    def _is_part(self, segment: _Segment, codes: str) -> bool:
        """Whether a label names a part of the run, or another thing: ``test_db.py:``, ``The layout
        tests:``, ``In the ferry repository,``."""
        places = [t for t in self._words[segment.start : segment.end] if t.code in "fsul"]
        label = {":": r"[fsuJjWT]*[fsul][JWT]*", ",": "i*l"}.get(segment.behind)
        if len(places) != 1 or not label or not re.fullmatch(label, codes):
            return False
        self._subject, self._is_lost = places[0].names, False
        self._is_sure = self._is_entry or places[0].code != "u"
        return True

    def _stated(self, segment: _Segment, codes: str) -> list[Statement]:
        """What a part states, and what it leaves for those behind it."""
        was_doubted, self._is_doubted = self._is_doubted, bool(re.search("[dð]", codes))
        self._is_other = codes[0] == "ð" or (self._is_other and segment.before != ";")
        if self._is_other:
            return []
        if was_doubted and (segment.before == "&" or re.match("[&i]", codes)):
            self._is_doubted = True
            return []
        if segment.before == "(" and self._codes[: segment.start - 1].endswith("L"):
            return []  # 687 collected (1 skipped): modules
        is_own = bool(re.search("[TWnfslo]", codes)) or segment.before == "("
        subject = self._last or self._subject if not re.search("[TW]", codes) else self._subject
        found = self._read(segment.start, codes, subject)
        # e.g. "tests pass (2 known failures)", "all passed, except 8"
        if re.match(r"\([^)]*[FEQK]|,?B", self._codes[segment.end :]):
            found = [one for one in found if one.quantity != "all_passed"]
        if self._is_lost and not re.search("[TWnf]", codes):
            found = []
        runs = tuple(token.text for token in self._words[: segment.end] if token.code == "ρ")
        # e.g. "test_a.py has 2 tests, and all of them pass"
        or_whole = bool(self._last) and not is_own
        found = [
            one._replace(
                or_whole=or_whole or one.or_whole, is_sure=self._is_sure or is_own, runs=runs
            )
            for one in found
        ]
        letters = "nfslu" if found else "nfsl"
        places = [t for t in self._words[segment.start : segment.end] if t.code in letters]
        self._last = places[0].names if len(places) == 1 else () if places else self._last
        if not found and re.match("[&,]*u", codes):
            self._is_lost = self._is_lost or not self._is_deed(segment.start)
        elif not found and segment.before != "(" and re.search("[us]", codes):
            self._is_lost = True
        return found

    def _is_deed(self, start: int) -> bool:
        """``Bundled the font``: what the author did is no other subject."""
        first = next(t.text.lower() for t in self._words[start:] if t.code == "u")
        return first.endswith("ed") or first in _DEEDS

    def _read(self, start: int, codes: str, subject: tuple[str, ...]) -> list[Statement]:
        """What a part of the sentence states: nothing unless every word of it is understood."""
        if not _EXCEPTION.match(codes):
            start += len(codes) - len(codes.lstrip("&B,–»"))
            codes = codes.lstrip("&B,–»")
        codes = codes.removesuffix("iW")  # "in the full run"
        reason = _REASON.search(codes, 1)
        codes = codes[: reason.start()] if reason else codes
        if codes == "NT" and self._codes[:start].strip("W,:"):
            return []  # a number of tests is that of the run only where the sentence begins with it
        if codes == "t" != self._codes.strip(":ΩW()"):
            return []  # nor is a time
        words, own = self._words[start : start + len(codes)], subject
        if self._counted and re.fullmatch("[fsu]T?[:=]?N|Nl", codes):  # "Failures: test_x.py 2"
            place = 1 if codes == "Nl" else len(codes)
            near = words[place - 1]
            what = self._counted._replace(start=near.start, end=near.end)
            codes = codes[:place] + what.code + codes[place:]
            words = [*words[:place], what, *words[place:]]
        counted = {word.code: word for word in self._words[: start + len(codes)]}
        outcomes = [counted[code] for code in OUTCOMES.keys() & counted.keys()]
        self._counted = outcomes[0] if len(outcomes) == 1 else None
        found: list[Statement] = []
        at = 0
        while at < len(codes):
            row = next(((m, b) for p, b in GRAMMAR if (m := p.match(codes, at)) and m[0]), None)
            if row is None:
                if codes[at] not in _HARMLESS:
                    return []
                at += 1
                continue
            match, build = row
            wording = Wording(words, match, self._start, subject)
            of_part = bool(found) and subject != own and not wording.has("slo")
            found += [one._replace(or_whole=of_part) for one in build(wording)]
            subject = wording.part("s") or subject
            at = match.end()
        return found
