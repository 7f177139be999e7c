"""What sentences say of a run in words: all and none, counts, bounds, exceptions, comparisons.

Words become letters by a lexicon, and the grammar is a table of patterns over these letters.
Precision comes first: what is said of another time, place, program or part, or only wished, asked
or doubted, is no statement, and neither is a clause with words that the lexicon does not know; but
for its figures, which are not sure to be of the run.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.plan.statements import grammar
from ledger.plan.statements.causes import read_cause
from ledger.plan.statements.grammar import Wording
from ledger.plan.statements.model import OUTCOMES, RunName, Statement
from ledger.plan.statements.pairs import read_pair
from ledger.plan.statements.sentences import MOST, sentences
from ledger.plan.statements.tables import read_table
from ledger.plan.statements.tokens import Token, tokens
from ledger.plan.statements.topics import read_topics

_LONGEST = 4000  # characters of a sentence that are looked at
_MOST = 600  # tokens of one
_SHOWN = 40  # characters that tell where a text is read no further
# Where a part of a sentence ends. A comma between two names of a list parts nothing, neither does
# a parenthesis before a figure of what is before it: "9 passed (75 %)", "+2 failed (3→5)".
_MARK: Final = re.compile(
    r"\((?!n(?:[,&]*n)*\))(?!(?<=[NTPFESXYRLDxg]\()p[),h])(?!(?<=[PFESXYLRDNHTR]\()%)"
    r"(?!(?<=[PFESXYLRDT]\()NaN)(?!(?<=[tPFESXYWTR]\()t)"
    r"|[;)|]|(?<![nf])–|(?<![PFESXYLDUVIHGChkKMTWΩQncJ]):"
    r"|(?<=[TWΩI]):(?![PFNZntmp]|x\Z)|(?<=n):(?![PFESXYM])|(?<=[PFESXYLDUVHGChkKMQ]):(?![NntmpxZP])|(?<=L):(?!N(?!T))|(?<=[cJ]):(?!n)"
    r"|(?<![nf]),(?!«|A[lo]|(?<=[PTR],)B[nNs]|n(?:[,&]*n)*\Z)|,(?!&?[nf«]|A[lo]|B[nNs])"
    r"|&(?=W|A|Z|b?[tT]|NT|N(?![FE]T?c?M)[PFESXYLRDUV])|(?<=[^APWT,])B(?=W|NT|Z|n)|(?<=n[PFESXY])B(?=n)"
)
_EXCEPTION: Final = re.compile("((?:B|&(?=Nξ))[nNsTFEl&ξ]+)(,?)(?=A|W|T[JRP])")
# A reason: "because of ...", "12 skipped without a GPU".
_REASON: Final = re.compile("q|(?<=[SFE])Z(?=u)|(?<=ST)Z(?=u)")
_NAMES_ALONE: Final = re.compile(r"n(?:[,&]*n)*")
_LABEL: Final = re.compile(r"[JKT]*(?P<letter>[PFESXYM])[JT]*:?")
_PREDICATE: Final = re.compile("[PFMRVyzj]")
# e.g. "Exit criterion 'pytest exits 0': met"
_MET: Final = re.compile(
    r"""\b[Cc]riterion ["'“]([^"”\n]{1,200}?)["'”]:? (?:is |was )?(?:met|fulfilled|satisfied)\b"""
    r"(?! (?:by|on|in|with|once|if)\b)"
)
_ENTRY: Final = re.compile(r"[ \t]*[-*+] ")
_ORDERS: Final = frozenset(
    "break change comment delete disable drop leave move remove replace revert set swap take turn "
    "undo".split()
)
_AGAIN: Final = frozenset(
    "reran re-ran rerunning re-running repeated repeating retried picked sampled chose".split()
)
_OTHERS: Final = frozenset("other others else rest further additional remainder".split())
_CONDITIONS: Final = frozenset("if once unless until when whenever while provided assuming".split())
_DEEDS: Final = frozenset(
    "ran reran rewrote made did went put took built wrote cut split let".split()
)
# What may be beside a statement and changes nothing.
_HARMLESS: Final = frozenset(",&:=(WTNxtPFJgρωcRL∃Ω")
_DOUBTS: Final = frozenset("dð")
_NUMBER: Final = re.compile("[Nxtmp±δ]")
# What a figure may be of beside words that are not known.
_FIGURES: Final = frozenset((
    *OUTCOMES.values(), "duration", "memory", "exit_code", "cpu", "pass_rate", "fail_rate",
    "portion", "margin", "change",
))  # fmt: skip


def statements(text: str) -> list[Statement]:
    """Every statement of a text, in its order."""
    read: list[Statement] = []
    label = ""  # what the line above says of the tests that are listed below it
    for start, sentence in sentences(text):
        if sentence.lstrip().startswith("|"):
            read += read_table(start, sentence, statements)
            continue
        criterion = _MET.search(sentence)
        if criterion:
            at = start + criterion.start(1)
            read += [
                inner._replace(start=at + inner.start, end=at + inner.end)
                for inner in statements(criterion[1])
            ]
            continue
        every = tokens(sentence[:_LONGEST])
        words = every[:_MOST]
        if words and (len(sentence) > _LONGEST or len(every) > _MOST):
            rest = start + words[-1].end
            read.append(Statement(rest, min(rest + _SHOWN, start + len(sentence)), "unread"))
        codes = "".join(token.code for token in words)
        if label and _NAMES_ALONE.fullmatch(codes):
            read.append(_listed(start, words, label))
            continue
        is_label = _LABEL.fullmatch(codes)
        label = is_label["letter"] if is_label else ""
        here = stated(words, start, is_entry=bool(_ENTRY.match(sentence)))
        here += read_cause(start, sentence[:_LONGEST], words)
        here += read_pair(start, words)
        read += here
        read += [
            topic
            for topic in (() if _is_supposed(words) else read_topics(start, sentence, words))
            if all(topic.end <= other.start or other.end <= topic.start for other in here)
        ]
    if len(text) > MOST:
        read.append(Statement(MOST, MOST + _SHOWN, "unread"))
    return read


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


def _is_linted(words: Sequence[Token], codes: str) -> bool:
    """Whether it may be a linter's: ``Found 0 errors``, ``0 errors, 3 warnings``."""
    is_warned = any(token.text.lower().startswith("warning") for token in words)
    return bool(re.fullmatch("[^PFSTW]*" if is_warned else "L[NZ]E.*", codes))


def _is_of_others(words: Sequence[Token]) -> bool:
    """Whether something is said of tests but for some: ``nothing else fails``, ``no failures beyond
    the two known ones``."""
    is_rest = any(a.text.lower() == "remaining" and b.code == "T" for a, b in pairwise(words))
    is_rest = is_rest or any(t.text.lower().startswith("beyond") for t in words)
    is_more = any(token.text.lower() == "no more" for token in words)
    is_rest = is_rest or (is_more and any(token.code in "cκ" for token in words))
    own_words = {
        word for token in words if token.code in "ZJ" for word in token.text.lower().split()
    }
    return is_rest or not _OTHERS.isdisjoint(own_words)


def _is_supposed(words: Sequence[Token]) -> bool:
    """Whether it is no statement at all: ``Do all pass?``, ``Remove it and two tests fail``."""
    if not words:
        return True
    word, codes = words[0].text.lower(), "".join(token.code for token in words)
    is_order = (word in _ORDERS and "&" in codes) or (word == "without" and "," in codes)
    is_order = is_order or codes.startswith("∃,")  # "There, 31 tests fail": on another branch
    return codes.endswith("?") or is_order or (codes[0] == "B" and word != "but")


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
    is the part of the run that a label names, ``last`` the one named last, ``run_names`` those
    that are spoken of, and ``against`` those that are compared with; ``is_lost`` whether
    something else is spoken of, ``is_strange`` whether it surely is, ``is_other`` another time,
    and ``is_doubted`` whether the part before is doubted."""

    def __init__(self, words: Sequence[Token], start: int, *, is_entry: bool) -> None:
        self._words = words
        self._codes = "".join(token.code for token in words)
        self._start = start
        self._subject: tuple[str, ...] = ()
        self._last: tuple[str, ...] = ()
        self._run_names: tuple[RunName, ...] = ()
        self._against: tuple[RunName, ...] = ()
        self._outside: list[tuple[tuple[RunName, ...], tuple[RunName, ...]]] = []
        self._is_strange = self._is_lost = self._is_doubted = self._is_other = False
        self._is_entry, self._is_sure, self._is_label = is_entry, True, False
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
        elif _is_supposed(self._words):
            return
        verb = self._words[0].text.lower()
        # e.g. "greenhouse, the sister project, has 212 passing tests"
        self._is_strange = bool(re.match("u+,u+,", self._codes)) and not self._is_deed(0)
        # e.g. "Reran the failed ones: 8 passed"
        self._is_strange = self._is_strange or (verb in _AGAIN and "W" not in self._codes)
        self._is_sure = not _is_linted(self._words, self._codes)
        for segment in _segments(self._codes):
            codes = self._codes[segment.start : segment.end]
            if segment.before == "(":
                self._outside.append((self._run_names, self._against))
            if self._is_time(segment, codes) or self._is_part(segment, codes):
                continue
            yield from self._of_runs(segment, self._stated(segment, codes))
            if segment.behind == ")" and "(" not in codes and self._outside:
                self._run_names, self._against = self._outside.pop()
            is_aside = bool(re.match("[&,]*[iqlo]", codes) and re.search("[udð]", codes))
            # e.g. "With the debug build, two tests crash", "Run alone, every test passes"
            is_first = not segment.start and segment.behind == ","
            is_aside = is_aside or (is_first and bool(re.match("&.*u", codes)))
            is_first = is_first and not re.search("[PFESNx]", codes)
            if (is_aside or is_first or segment.behind == ":") and re.search("[dð]", codes):
                return
            if segment.behind == ":" and "u" in codes:
                self._is_lost = True
                is_aside = not _PREDICATE.search(codes)
            self._is_strange = self._is_strange or is_aside
            if self._words[segment.start].text.lower() in _CONDITIONS:
                return

    def _of_runs(self, segment: _Segment, stated: Sequence[Statement]) -> Iterator[Statement]:
        """What a part states, with the runs that are named: it is of the one before it, or else of
        the one behind; a change is against the one that is compared with."""
        names = [token for token in self._words[segment.start : segment.end] if token.runs]
        versus = [token.runs for token in names if token.code == "c"]
        behind = [token.runs for token in names if token.code == "ω"]
        self._against = (versus or [self._against])[-1]
        mark = self._codes.rfind(";", 0, segment.start)
        breath = self._start + (self._words[mark].end if mark >= 0 else 0)
        for statement in stated:
            before = [t.runs for t in names if self._start + t.start < statement.start]
            run_names = next(filter(None, (*reversed(before), self._run_names, *behind)), ())
            if any(
                change.quantity == "change" and change.end == statement.end for change in stated
            ):
                run_names = ()
            yield statement._replace(run_names=run_names, against=self._against, breath=breath)
        if names:
            self._run_names = names[-1].runs

    def _is_time(self, segment: _Segment, codes: str) -> bool:
        """Whether a label tells the run before from this one: ``Before: 8 failed, after: 6``."""
        is_time = codes == "i" or (codes == "ð" and ",i:" in self._codes)
        is_time = is_time and segment.behind == ":"
        self._is_other = codes == "ð" if is_time else self._is_other
        return is_time

    def _is_part(self, segment: _Segment, codes: str) -> bool:
        """Whether a label names a part of the run, or another thing: ``test_db.py:``, ``The layout
        tests:``, ``In the ferry repository,``."""
        # e.g. "Only the new file:", "New tests:", "Test suites:"
        if segment.behind == ":" and re.fullmatch("[iOKJAN]*(?:T?µ|KT)|ŵN(?:gN)?|y", codes):
            self._is_sure = False
            return True
        label = {":": r"[fsuJjWT]*[fsul][JWT]*", ",": "i*lN?"}.get(segment.behind)
        if not label or not re.fullmatch(label, codes):
            return False
        places = [t for t in self._words[segment.start : segment.end] if t.code in "fsul"]
        if len(places) != 1:
            return False
        self._subject, self._is_lost = places[0].names, False
        self._is_sure = self._is_entry or places[0].code != "u"
        self._is_label = not self._is_sure
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
        self._is_sure = self._is_sure and not codes.startswith("sT:")  # "Upload tests: 7 passed"
        subject = self._last or self._subject if not re.search("[TW]", codes) else self._subject
        stated, figures = self._read(segment.start, codes, subject)
        is_read = bool(stated)
        if stated or figures:
            stated, figures = self._weighed(segment, codes, stated, figures)
        is_next = segment.behind == "(" and codes.lstrip("&,") == "u"  # "so is cli (54/54)"
        letters = "nfslu" if stated or (is_next and self._last) else "nfsl"
        places = [t for t in self._words[segment.start : segment.end] if t.code in letters]
        self._last = places[0].names if len(places) == 1 else () if places else self._last
        if "µ" in codes:
            self._is_sure = False  # "All files were collected, two were run"
        if not stated and re.search("N[AKJ]*[uΨ]", codes):
            self._is_lost, self._is_label = True, False  # "Processed 52 records, 4 failed"
        elif not stated and re.match("[&,]*u", codes):
            self._is_lost = self._is_lost or not self._is_deed(segment.start)
        elif not is_read and segment.before != "(" and re.search("[us]", codes):
            self._is_lost = True
        return stated or figures

    def _weighed(
        self,
        segment: _Segment,
        codes: str,
        stated: list[Statement],
        figures: list[Statement],
    ) -> tuple[list[Statement], list[Statement]]:
        """What a part states, and its figures, by what stands around it."""
        # e.g. "tests pass (2 known failures)", "all passed, except 8"
        if re.match(r"\([^)]*[FEQK]|,?B", self._codes[segment.end :]):
            stated = [statement for statement in stated if statement.quantity != "all_passed"]
        # e.g. "one passed though it is marked as xfail", "passed despite the xfail mark"
        if re.search("qX", codes) or re.match(",+[^,;N]*X", self._codes[segment.end :]):
            stated = [
                s._replace(quantity="xpassed") if s.quantity == "passed" else s for s in stated
            ]
        if re.match(",?&[^,;]*K", self._codes[segment.end :]):  # "as before, plus two new ones"
            stated = [statement for statement in stated if statement.quantity != "unchanged"]
        if re.search("J[WΨ]", codes) and " other" in f" {self._words_of(segment)}":
            return [], []  # "the other session reported two failures"
        if _is_of_others(self._words[segment.start : segment.end]):
            stated = [s for s in stated if s.quantity != "all_passed" and s.high > 0]
        if not re.search("[FEW]", codes) and re.search("[PSXY]", self._codes[: segment.start]):
            # e.g. "still 3 skipped, same as last run"
            stated = [statement for statement in stated if statement.quantity != "unchanged"]
        if segment.behind == ":":  # "Tests executed: none"
            stated = [statement for statement in stated if statement.outcome != "ran"]
        before = self._words[segment.start - 1].text.lower() if segment.start else ""
        is_lost = before == "with" or not re.search("[TWnf]", codes)  # "the kit ships with 3 tests"
        is_label = False
        if self._is_strange or (self._is_lost and is_lost):
            is_label = self._is_label and not figures  # "ingest: windows merged, 5 fail"
            stated, figures = [], figures or stated
        # e.g. "runtime 1.84 s (call only)"
        aside = re.match(r"\(([^()]*)", self._codes[segment.end :])
        is_apart = bool(aside and "u" in aside[1] and not _NUMBER.search(aside[1]))
        runs = tuple(token.text for token in self._words[: segment.end] if token.code == "ρ")
        # e.g. "test_a.py has 2 tests, and all of them pass"
        is_own = bool(re.search("[TWnfslo]", codes)) or segment.before == "("
        is_own = is_own and not codes.startswith("sT:")
        or_whole = bool(self._last) and not is_own
        stated = [
            statement._replace(
                or_whole=or_whole or statement.or_whole,
                is_sure=statement.is_sure
                and (self._is_sure or is_own)
                and not (is_apart and statement.quantity == "duration"),
                is_label=statement.is_sure and self._is_label,
                runs=runs,
            )
            for statement in stated
        ]
        figures = [
            statement._replace(is_sure=False, is_label=is_label, runs=runs)
            for statement in figures
            if statement.quantity in _FIGURES
        ]
        return stated, figures

    def _words_of(self, segment: _Segment) -> str:
        return " ".join(t.text.lower() for t in self._words[segment.start : segment.end])

    def _is_deed(self, start: int) -> bool:
        """``Bundled the font``: what the author did is no other subject."""
        first = next(t.text.lower() for t in self._words[start:] if t.code == "u")
        return first.endswith("ed") or first in _DEEDS

    def _read(
        self, start: int, codes: str, subject: tuple[str, ...]
    ) -> tuple[list[Statement], list[Statement]]:
        """What a part of the sentence states: nothing unless every word of it is understood; and
        the figures in it, where not every word is, and none is of doubt."""
        if not _EXCEPTION.match(codes):
            start += len(codes) - len(codes.lstrip("&B,–»"))
            codes = codes.lstrip("&B,–»")
        # "in the full run", "over all sessions", "besides the failures"
        # e.g. "Across all sessions 12 passed", "Status: 2 failures"
        every = re.match("i?(?:A?NΨ|AΨ),?(?=N)|I:(?=NT?[PFES])|iA?N?U,?(?=n)", codes)
        if every:
            start, codes = start + every.end(), codes[every.end() :]
        # "after two in the first run", "the errors in the full run"
        codes = re.sub(
            "i(?:[Wρ]|A?N?Ψ|[NZ]c|A?U)\\Z|&\\Z|(?<=D)gW\\Z|(?<=[PFES])B[FES]T?\\Z", "", codes
        )
        if re.fullmatch(r"([PFES])N\1", codes):  # "⏭️ 3 skipped"
            start, codes = start + 1, codes[1:]
        reason = _REASON.search(codes, 1)
        codes = codes[: reason.start()] if reason else codes
        if codes == "NT" and (reason or self._codes[:start].strip("W,:")):
            return [], []  # a number of tests is that of the run only at the begin of a sentence
        if codes == "t" != self._codes.strip(":ΩW()") or codes == "P" != self._codes.lstrip("u:"):
            return [], []  # nor is a time, or "green"
        words, own = self._words[start : start + len(codes)], subject
        if self._counted and re.fullmatch("[fsu]T?[:=]?N|Nl", codes):  # "Failures: test_x.py 2"
            place = 1 if codes == "Nl" else len(codes)
            near = words[place - 1]
            what = self._counted._replace(start=near.start, end=near.end)
            codes = codes[:place] + what.code + codes[place:]
            words = [*words[:place], what, *words[place:]]
        end = start + len(codes)
        outcomes = OUTCOMES.keys() & set(self._codes[:end])
        last = self._codes.rfind(outcomes.pop(), 0, end) if len(outcomes) == 1 else None
        self._counted = self._words[last] if last is not None else None
        stated: list[Statement] = []
        figures: list[Statement] = []
        rest: set[str] = set()
        at = 0
        while row := grammar.first(codes, at):
            match, build = row
            rest.update(codes[at : match.start()])
            wording = Wording(words, match, self._start, subject)
            of_part = bool(stated) and subject != own and not wording.has("slo")
            built = [statement._replace(or_whole=of_part) for statement in build(wording)]
            if stated and match[0][0] in "(=i":  # a figure of what is before it
                of = stated[-1]
                built = [s._replace(subject=of.subject, is_sure=of.is_sure) for s in built]
            stated += built
            figures += built if _NUMBER.search(match[0]) else []
            subject = wording.part("s") or subject
            at = match.end()
        rest.update(codes[at:])
        if re.search("a.*[NZ]", codes):  # "5 failures + 1 error → 2 failures"
            arrow = self._start + words[codes.rindex("a")].start
            stated, figures = ([s for s in all_of if s.end > arrow] for all_of in (stated, figures))
        if rest & _DOUBTS:
            return [], []
        return (stated, []) if not rest - _HARMLESS else ([], figures)
