"""What the prose of a report of rounds says that its rounds can bear out.

Words are letters as in ``ledger.plan.statements``, with those that only rounds need, and what is
said is a pattern over letters. Such a report is about its rounds, so that only the words around a
figure have to be known. A figure that may be about something else (tests within a round, an
earlier batch, all rounds ever) is not sure: the rounds can support but not contradict it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Any, Final

from ledger.evidence.rounds_cells import ROUND_WORD, TO, decimals, names_in
from ledger.evidence.rounds_model import (
    Direction,
    NamedBatch,
    Prose,
    Scope,
    Statement,
    StatementKind,
    Subject,
)
from ledger.plan.statements.grammar import Wording
from ledger.plan.statements.lexicon import MARKS, Lexicon, lexicon
from ledger.plan.statements.tokens import Token, tokens

MAX_STATEMENTS = 500
_MAX_SENTENCE = 4000

# What words mean that are others, or nothing, where a run's tests are spoken of.
_LETTERS: Final = {
    # rounds, and what may be something else
    "ω": "round, rounds, test round, test rounds, verification round, verification rounds",
    "τ": (
        "attempt, attempts, cycle, cycles, iteration, iterations, run, runs, test run, test runs, "
        "trial, trials, verification attempts, verification run, verification runs"
    ),
    "β": "batch",
    "①": "first-attempt, first-go, first-try, no retries, no retry, zero retries",
    # in a row
    "Σ": "consecutive, in a row, straight, streak, streak of, successive",
    "ℓ": "best, longest, max, maximum, record",
    "ν": "current, currently, latest, now",
    "ε": "first, last",
    "η": "result, results",
    "A": "without exception",
    "F": "crashed",
    # compared with other rounds, and added to them
    "c": (
        "against, baseline, compared to, compared with, down from, earlier, from, previous, "
        "previously, prior, relative to, than, unlike, up from, versus, vs"
    ),
    "∞": "across, all time, all-time, cumulative, ever, grand total, so far, to date",
    "↑": "elevated, higher, increase, increase in, increases",
    "↓": "decrease, decrease in, drop, drop in, drops, lower",
    "+": "better, improve, improved, improvement, improves",
    "-": "degradation, degraded, degrades, regress, regressed, regression, regresses, worse",
    "j": (
        "comparable, consistent with, in line with, no change, no difference, no regression, "
        "same, similar, unchanged"
    ),
    # no words of rounds
    " ": "at all, found, observed, occurred, seen",
}
# Words for outcomes that are said of rounds, too: much may be "fine" there.
_OUTCOME = re.compile(r"(?:pass|succe|green|clean|fail|crash)")
_LEXICON: Final = Lexicon(
    {
        phrase: letter
        for phrase, letter in lexicon().letters.items()
        if letter not in "PF" or any(map(_OUTCOME.match, phrase))
    }
    | {
        tuple(phrase.split()): letter
        for letter, written in _LETTERS.items()
        for phrase in written.split(", ")
    }
)
_ROUNDS: Final = rf"(?:verification |test )?{ROUND_WORD}"
# `Batch 2 (rounds 11-20)`
# e.g. "Batch 3 (1635-1639)"
_BATCH = re.compile(
    r"\b(?P<name>(?:batch|group|phase|session|series|block|set|day) (?:\d{1,4}|[A-Z]\b))"
    rf"(?:[ \t]*[:,]?[ \t]*\(?(?:{_ROUNDS})? ?#?(?P<first>\d{{1,9}}){TO}#?(?P<last>\d{{1,9}})\b)?",
    re.IGNORECASE,
)
# `rounds 1629-1636`, `the last 8`
# e.g. "Verification Rounds 1620-1639"
_RANGE = re.compile(
    rf"(?:\b{_ROUNDS} #?|\()(?P<first>\d{{1,9}}){TO}#?(?P<last>\d{{1,9}})\b"
    r"|\b(?P<end>first|last) (?P<of>\d{1,7})\b",
    re.IGNORECASE,
)
# ` passes (`, ` of the `
# e.g. " failed in the "
_BEHIND = re.compile(
    r"\W{0,3}(?:pass\w*|fail\w*)?[ \t,]{0,3}(?:in|of|for|from|during|\()? ?(?:the )?", re.IGNORECASE
)

# Rows of letters, in the order of trying: what one has read no other reads.
# e.g. "dropped from an earlier 199/200", "compared to last week's 90 % pass rate"
_COMPARED = re.compile(r"c[^;]{0,12}?(?:(?P<x>x)|(?P<n>N)g(?P<k>N)|(?P<p>p))")
# e.g. "at least 6 consecutive passes", "8 rounds in a row passed", "longest streak: 8", "NΣP"
_STREAK = re.compile(
    r"(?P<n>N)(?:[ωτ]?Σ[ωτ]?(?P<q>[PF])|[ωτ]?(?P<q2>[PF])[ωτ]?Σ)"
    r"|(?P<q3>[PF])?Σg?(?P<q4>[PF])?[ωτ]?[:=]?(?P<n2>N)Σ?(?P<q5>[PF])?"
)
# e.g. "Failures: rounds 1623, 1627-1628", "rounds 3 and 5 failed", "P:ωN,N"
_LISTED = re.compile(
    r"\A:?(?P<q>[PF])[ωτ]?[:=](?P<l>[ωτ][N…]|…|N[,&])(?:[,&]*[N…])*"
    r"|[ωτ][N…](?:[,&]+[N…])*A?(?P<q2>[PF])"
)
# Rows of counts: ``x`` or ``n`` is how many, ``k`` the whole, ``p`` the share.
# e.g. "all 20 rounds are green", "the rounds passed without exception", "the first 4 rounds failed"
# e.g. "AωP"
_EVERY = re.compile(
    r"(?<![bd])Ag?(?P<k>N)?[ωτ][^N.;,AZB]{0,3}?(?P<q>[PF])|ω(?P<q2>[PF])A"
    r"|(?P<e>ε)(?P<k2>N)[ωτ]A?(?P<q3>[PF])|(?P<o>Z)(?:g?[ωτ]F|F[ωτ]?)"
)
_COUNTED: Final = (
    _EVERY,
    # e.g. "not one round passed", "all but two rounds passed"
    re.compile(r"(?P<z>Z)g?[ωτ](?P<q>P)|A[ωτ]?(?P<f>B)(?P<n>N)[ωτ]?P"),
    # e.g. "20 rounds were run", "we ran 20 rounds", "RNω"
    re.compile(r"\A:?(?:(?:R(?P<k>N)ω|(?P<k2>N)ωR)(?=\Z|[(,&:])|ω:(?P<k3>N)\Z)"),
    # e.g. "4 in the first 9", "2 of the last 4 rounds"
    re.compile(r"(?P<n>N)[gi](?P<e>ε)(?P<k>N)"),
    # e.g. "pass rate: ~70 % (14/20)", "70 % of all rounds passed", "hp(x"
    re.compile(
        r"(?P<q>[hk])[^Npxt]{0,5}?(?P<p>p)(?:\((?P<x>x))?"
        r"|(?P<p2>p)(?:g?A?[ωτ])?(?:①|(?P<q2>[hk]))|(?P<p3>p)g?A?[ωτ]?(?P<q3>[PF])"
    ),
    # e.g. "14/20 (70 %)", "two of the 9", "3 failing rounds out of 10", "NPgN(p"
    re.compile(r"(?<![ωτ])(?:(?P<x>x)|(?P<n>N)(?P<q>[PF])?[ωτ]?g(?P<k>N))(?:[(=](?P<p>p))?"),
    # e.g. "14 rounds passed", "failed rounds: 6", "NωP"
    re.compile(
        r"(?<![gBε])(?P<n>N)[ωτ]?(?P<q>[PF])①?(?![usTHWUdEL]|&?[FVEy])"
        r"|(?:(?P<q2>[PF])[ωτ]|[ωτ](?P<q3>[PF]))[:=](?P<n2>N)"
    ),
)
# `Pass rate:`, what a line that tells a count of all rounds begins with
_LABEL = re.compile(r"\A:?①?(?:[hkPFη][ωτ]?|ω[PF])[:=]")
_SUBJECTS: Final[dict[str, Subject]] = {"P": "pass", "h": "pass", "F": "fail", "k": "fail"}

# Measured values have names of their own, so that these are patterns over text.
_ABOUT: Final = r"(?P<about>[~≈]|about |around )?"
_VALUE: Final = r"-?\d{1,12}(?:\.\d{1,12})?"
_MEASURED: Final[dict[StatementKind, re.Pattern[str]]] = {
    # `average load of about 14.8`
    # e.g. "average latency: 20 ms"
    "mean": re.compile(
        r"\b(?:average|mean|avg|averaged|averages|averaging)\b[^\d~≈.;]{0,60}?"
        rf"{_ABOUT}(?P<v>{_VALUE})",
        re.IGNORECASE,
    ),
    # `ranged from 12.1 to 17.4`
    # e.g. "Efficiency ranged from 14.0 to 15.0 %."
    "range": re.compile(
        r"\b(?:rang(?:e|es|ed|ing)|between|from|varied)\b[^\d.;]{0,40}?"
        rf"(?P<v>{_VALUE})[ \t]?[%\w]{{0,4}}(?:{TO}| and )(?P<last>{_VALUE})",
        re.IGNORECASE,
    ),
    # `within documented ~13% ceiling`
    # e.g. "within the documented ~13% ceiling"
    "limit": re.compile(
        r"\b(?P<way>within|below|under|above|over|exceed\w*)"
        r"(?: (?:the|an?|our|its|documented|known|expected|usual|stated)){0,3} "
        rf"{_ABOUT}(?P<v>{_VALUE}) ?(?:%|[a-zµ]{{1,5}})? "
        r"(?P<what>ceiling|limit|cap|maximum|floor|minimum)\b",
        re.IGNORECASE,
    ),
}
_VAGUE = re.compile(r"\b(?:documented|known|expected|usual|range|band)\b", re.IGNORECASE)
# `failures were not clustered`
_CLUSTERED = re.compile(r"\b(?:cluster\w*|bunched|bursty|in bursts)\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not?|without|never|neither|\w+n't)\b", re.IGNORECASE)
# `20 (14 + 6)`, `14 + 6 = 20`
# e.g. "3999 (3979 + 20)"
_SUM = re.compile(
    r"(?<![\d.,])(?P<total>\d{1,9})[ \t]*\([ \t]*(?P<a>\d{1,9})[ \t]*\+[ \t]*(?P<b>\d{1,9})"
    r"(?![\d.,]\d)"
    r"|(?<![\d.,+ ])(?P<a2>\d{1,9})[ \t]*\+[ \t]*(?P<b2>\d{1,9})[ \t]*=[ \t]*"
    r"(?P<total2>\d{1,9})(?![\d.,]\d)"
)
# `Total verification rounds: 20 (14 + 6)`
# e.g. "Total test rounds"
_ALL_ROUNDS = re.compile(rf"\b(?:total|all|overall)\b[^.;\d]{{0,30}}\b{_ROUNDS}\b", re.IGNORECASE)
# e.g. "All rounds pass. "
_SENTENCE = re.compile(r"(?<!\bvs)(?<!\bavg)(?<!\be\.g)(?<!\bi\.e)(?<!approx)[.!?;][ \t]+")


class _Row(Wording):
    """A row that matched, with the letters before and behind it."""

    def __init__(self, words: Sequence[Token], match: re.Match[str]) -> None:
        super().__init__(words, match, 0, ())
        self.left, self.right = match.string[: match.start()], match.string[match.end() :]
        self.start, self.end = self.tokens[0].start, self.tokens[-1].end


class _Sentence:
    """A sentence that begins at ``start`` of the prose. ``label`` is what a paragraph above counts
    (``Pass rate: 14/20``), for the list of batches below it."""

    def __init__(self, prose: Prose, start: int, end: int, label: Subject | None) -> None:
        self.text, self.label = prose.text[start:end], label
        self._prose, self._start = prose, start
        # A range such as 3-6 names rounds and counts none. Marks such as ✅ are beside a result.
        self.words = [
            t._replace(code="…") if t.code == "N" and len(names_in(t.text)) > 1 else t
            for t in tokens(self.text, _LEXICON)
            if t.text not in MARKS
        ]
        self.codes = "".join(word.code for word in self.words)
        self._read: set[int] = set()  # tokens

    def rows(self, pattern: re.Pattern[str]) -> Iterator[_Row]:
        """What matches and has not been read yet; it is read now."""
        for match in pattern.finditer(self.codes):
            span = range(*match.span())
            if self._read.isdisjoint(span):
                self._read.update(span)
                yield _Row(self.words, match)

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """The same for a pattern over the text."""
        for match in pattern.finditer(self.text):
            inside = (match.start() < word.end and word.start < match.end() for word in self.words)
            span = [at for at, is_inside in enumerate(inside) if is_inside]
            if self._read.isdisjoint(span):
                self._read.update(span)
                yield match

    def say(
        self, kind: StatementKind, span: tuple[int, int], claimed: str, **more: Any
    ) -> Statement:
        """A statement of this stretch of text; it is quoted with some of what stands around it."""
        start, end = span
        line = next(n for at, n in reversed(self._prose.lines) if at <= self._start + start)
        start = max(0, start - 30)
        start = self.text.rfind(" ", 0, start) + 1 if start else 0
        end = self.text.find(" ", min(len(self.text), end + 30))
        quoted = self.text[start : end if end >= 0 else len(self.text)]
        return Statement(kind, " ".join(quoted.split())[:300], line, claimed, **more)

    def scope(self, row: _Row) -> Scope:
        """The rounds that are named nearest to a figure: before it, else right behind it."""
        if row.has("e"):
            return _at_end(row.number("e").text, int(row.number("k").low))
        left, right = self.text[: row.start], self.text[row.end :]
        matches = [*_BATCH.finditer(left), *_RANGE.finditer(left)]
        if matches:
            match = max(matches, key=lambda match: (match.end(), match.end() - match.start()))
            return _scope_of(match)
        rest = _BEHIND.sub("", right, count=1)
        after = _BATCH.match(rest) or _RANGE.match(rest)
        return _scope_of(after) if after else Scope()

    def is_sure(self, row: _Row, scope: Scope, *, is_share: bool) -> bool:
        """Whether a count is surely about these rounds, and about them alone."""
        if "c" in row.left or "∞" in self.codes or "crash" in row.text:
            return False  # an earlier batch, more than these rounds, or not all failures
        if row.left.endswith("d") or re.match("[ωτ]?d", row.right):
            return False  # wanted or supposed
        if row.has("o"):
            return "ω" in row.codes or not (row.left + row.right).strip(".!,:")
        of_tests = re.search("[TS]|it", self.codes)
        if _LABEL.match(self.codes) or (is_share and (self.label or scope != Scope())):
            return is_share or not of_tests
        of_others = of_tests or (is_share and "c" in row.right)
        return bool(re.search("[ωβ]" if is_share else "[ωτβ]", self.codes)) and not of_others

    def counted(self, row: _Row, subject: Subject) -> Statement:
        """The count, the rate, or both, of a row."""
        share, number = row.number("p"), row.number("x" if row.has("x") else "n")
        of = number.of[0] if number.of else row.number("k").low if row.has("k") else None
        return self.say(
            "count",
            (row.start, row.end),
            self.text[row.start : row.end].rstrip(" ("),
            subject=subject,
            low=number.low,
            high=number.high if row.has("xnz") else inf,
            of=of,
            share=(share.low, share.high) if row.has("p") else None,
            decimals=decimals(share.text),
        )


def _scope_of(match: re.Match[str]) -> Scope:
    groups = match.groupdict()
    if groups["first"]:
        return Scope(numbers=(int(groups["first"]), int(groups["last"])))
    end = groups.get("end")
    return _at_end(end, int(groups["of"])) if end else Scope(batch=groups["name"])


def _at_end(end: str, size: int) -> Scope:
    return Scope(size=size if end.casefold() == "first" else -size)


def batches(texts: Iterable[Prose]) -> tuple[NamedBatch, ...]:
    """The batches that are given with a range of rounds, each name once."""
    known: dict[str, NamedBatch] = {}
    for prose in texts:
        for match in _BATCH.finditer(prose.text):
            if match["first"]:
                name = match["name"][:1].upper() + match["name"][1:]
                known.setdefault(name.casefold(), NamedBatch(name, _scope_of(match)))
    return tuple(known.values())


def statements(texts: Iterable[Prose], metrics: Sequence[str]) -> Iterator[Statement]:
    """Every statement, in the order of the text. ``metrics`` are the names of measured columns."""
    label: Subject | None = None
    section = ""
    for prose in texts:
        if prose.section != section:
            section, label = prose.section, None
        above = label
        for start, end in _sentences(prose.text):
            sentence = _Sentence(prose, start, end, above)
            for reader in _READERS:
                yield from reader(sentence)
            yield from _measured(sentence, metrics)
            opening = _LABEL.match(sentence.codes) if not start else None
            if opening:
                label = _counted_by(opening[0])


def _counted_by(letters: str) -> Subject:
    """What a label counts."""
    return "first-try" if "①" in letters else "fail" if re.search("[Fk]", letters) else "pass"


def is_plain(sentence: str) -> bool:
    """Whether rounds are spoken of, each word is known, and none asks, doubts or compares."""
    codes = {word.code for word in tokens(sentence, _LEXICON)}
    return "ω" in codes and codes.isdisjoint("?cdilnosuð∞βτκρMQ«þ≡π")


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where sentences begin and end; what is longer than a sentence can be is cut."""
    start = 0
    for end in [*(match.end() for match in _SENTENCE.finditer(text)), len(text)]:
        for cut in range(start, end, _MAX_SENTENCE):
            yield cut, min(end, cut + _MAX_SENTENCE)
        start = end


def _compared(sentence: _Sentence) -> Iterator[Statement]:
    """``70 % against an earlier 90 %``: the earlier rate is behind the word that compares."""
    if not re.search("[PFhk]", sentence.codes):
        return
    for row in sentence.rows(_COMPARED):
        is_range = row.tokens[0].text.casefold() == "from"
        if not is_range or not _MEASURED["range"].search(sentence.text):
            statement = sentence.counted(row, "fail" if re.match(".?[Fk]", row.right) else "pass")
            text = " ".join(sentence.text.split())[:300]
            first = row.number(next(name for name in "pxn" if row.has(name)))
            claimed = sentence.text[first.start : row.end].rstrip(" (")
            way = _direction(sentence.codes)
            yield statement._replace(kind="change", text=text, claimed=claimed, direction=way)
            return


_WAYS: Final[dict[str, Direction]] = {"+": "better", "-": "worse", "j": "same"}


def _direction(codes: str) -> Direction | None:
    """Whether it is said to have become worse or better; more failures are worse."""
    match = re.search(r"[+\-jwv↑↓]", codes)
    if match is None or match[0] in _WAYS:
        return _WAYS[match[0]] if match else None
    is_failing = _nearest(codes[: match.start()], codes[match.end() :]) == "fail"
    return "worse" if is_failing == (match[0] in "w↑") else "better"


def _streaks(sentence: _Sentence) -> Iterator[Statement]:
    for row in sentence.rows(_STREAK):
        number, behind = row.number(), _RANGE.match(sentence.text[row.end :].lstrip())
        yield sentence.say(
            "streak",
            (row.start, row.end),
            sentence.text[number.start : number.end],
            subject=_SUBJECTS.get(row.code("q"), "pass"),
            low=number.low,
            high=number.high,
            scope=_scope_of(behind) if behind else Scope(),
            which="longest" if "ℓ" in row.left else "current" if "ν" in row.left else "any",
        )


def _listed(sentence: _Sentence) -> Iterator[Statement]:
    for row in sentence.rows(_LISTED):
        numbers = [token for token in row.tokens if token.code in "N…"]
        text = sentence.text[numbers[0].start : numbers[-1].end]
        names = names_in(text)
        if names:
            subject, scope = _SUBJECTS[row.code("q")], Scope(names=names)
            span = row.start, row.end
            statement = sentence.say("listed", span, text, subject=subject, scope=scope)
            yield statement._replace(whole_list=row.has("l"))


def _counts(sentence: _Sentence) -> Iterator[Statement]:
    """Every count and rate of the sentence."""
    for pattern in _COUNTED:
        for row in sentence.rows(pattern):
            is_share = row.has("xk") and row.code("q") not in ("h", "k")
            subject = _subject(row)
            if subject is None and _BATCH.match(sentence.text.lstrip()):
                subject = sentence.label
            others = "T" if _LABEL.match(sentence.codes) else "[Tus]"
            if subject is None or (is_share and re.match(others, row.right)):
                continue
            scope = sentence.scope(row)
            sure = sentence.is_sure(row, scope, is_share=is_share)
            statement = sentence.counted(row, subject)._replace(scope=scope, sure=sure)
            if pattern is _EVERY:
                statement = statement._replace(kind="every", claimed=f"all {subject}")
            yield statement


def _subject(row: _Row) -> Subject | None:
    """What the nearest word says is counted."""
    left, right = re.split("x|NgN", row.left)[-1], re.split("x|NgN|[,;]", row.right)[0][:8]
    if "①" in re.split("[,;]", left)[-1][-8:] + row.codes + right:
        return "first-try"
    if row.has("f") or not row.has("xnpqz"):
        return "fail" if row.has("f") else "pass"  # all but those; none failed, or only the whole
    return _SUBJECTS[row.code("q")] if row.has("q") else _nearest(left, right)


def _nearest(left: str, right: str) -> Subject | None:
    """What the nearest letter counts."""
    both = (*enumerate(right), *enumerate(reversed(left)))
    near = [(at, _SUBJECTS[code]) for at, code in both if code in _SUBJECTS]
    return min(near)[1] if near else None


def _sums(sentence: _Sentence) -> Iterator[Statement]:
    for match in sentence.find(_SUM):
        total, *parts = (int(part) for part in match.groups() if part)
        if match["a2"]:
            *parts, total = total, *parts
        claimed = f"{parts[0]} + {parts[1]} = {total}"
        sure = bool(_ALL_ROUNDS.search(sentence.text))
        statement = sentence.say("sum", match.span(), claimed, low=total, sure=sure)
        yield statement._replace(parts=tuple(parts))


def _clusters(sentence: _Sentence) -> Iterator[Statement]:
    match = _CLUSTERED.search(sentence.text)
    if match and re.search("[Fk]", sentence.codes):
        negated = bool(_NEGATION.search(sentence.text[: match.start()][-30:]))
        claimed = "not clustered" if negated else "clustered"
        yield sentence.say("clustered", match.span(), claimed, subject="fail", negated=negated)


def _measured(sentence: _Sentence, metrics: Sequence[str]) -> Iterator[Statement]:
    """The mean of a measured value, its range, or a limit that it lies within or beyond."""
    text = sentence.text.casefold()
    names = (name for name in metrics if re.sub(r"[(\[].*", "", name).strip().casefold() in text)
    metric = max(names, key=len, default="")
    for kind, pattern in _MEASURED.items() if metric else ():
        for match in sentence.find(pattern):
            groups = match.groupdict("")
            first, last, about = groups["v"], groups.get("last", ""), groups.get("about", "")
            measured = sentence.say(
                kind,
                match.span(),
                f"{first} to {last}" if last else first,
                low=float(first),
                high=float(last or inf),
                decimals=max(decimals(first), decimals(last)),
                about=bool(about),
                metric=metric,
            )
            yield _limit(measured, match) if kind == "limit" else measured


def _limit(statement: Statement, match: re.Match[str]) -> Statement:
    is_floor = match["what"].casefold() in ("floor", "minimum")
    beyond = ("below", "under") if is_floor else ("above", "over", "exceed")
    negated = match["way"].casefold().startswith(beyond)
    sign = ("not " if negated else "") + ("≥ " if is_floor else "≤ ")
    vague = statement.about or _VAGUE.search(match[0] + match.string[match.end() :][:8])
    claimed = f"{sign}{'~' if statement.about else ''}{statement.claimed}"
    return statement._replace(claimed=claimed, sure=not vague, at_least=is_floor, negated=negated)


_READERS: Final = (_compared, _streaks, _listed, _counts, _sums, _clusters)
