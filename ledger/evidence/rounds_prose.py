"""What the prose of a report of rounds says that its rounds can bear out.

Only what is surely such a statement is taken for one. A number that may be about something
else (tests within a round, an earlier batch, all rounds ever) is not sure: the rounds can
support it but not contradict it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from ledger.evidence.rounds_cells import decimals, names_in
from ledger.evidence.rounds_model import Direction, NamedBatch, Scope, Statement, Subject, Which
from ledger.evidence.rounds_sentence import (
    BATCH,
    COMPARED,
    FAIL_WORD,
    FRACTION,
    LABEL,
    PERCENT,
    ROUNDS,
    TO,
    Prose,
    Sentence,
    counts,
    is_unsure,
    range_behind,
    scope,
    share,
    subject_of,
    whole,
)
from ledger.plan.statements.lexicon import COUNT

MAX_STATEMENTS = 500
_MAX_SENTENCE = 4000

# `at least 6 consecutive passes`, `8 passes in a row`, `longest streak: 8`
_STREAK = re.compile(
    rf"(?P<least>at least |more than |over )?\b(?P<n>{COUNT})(?P<plus>\+)?[ -]"
    rf"(?:consecutive|straight|successive)[ -](?:{ROUNDS} )?"
    r"(?P<what>pass\w*|success\w*|green|clean|fail\w*|crash\w*)"
    rf"|\b(?P<n5>{COUNT}) {ROUNDS} in a row (?P<what6>pass\w*|fail\w*)"
    rf"|\b(?P<n2>{COUNT}) (?:{ROUNDS} )?(?P<what2>pass\w*|success\w*|fail\w*)"
    rf"(?: {ROUNDS})? in a row"
    r"|\bconsecutive (?P<what3>pass\w*|success\w*|fail\w*)[ \t]{0,3}[:=][ \t]{0,3}(?P<n3>\d{1,7})"
    r"|\b(?P<what4>pass\w*|fail\w*)? ?streak(?: of|[ \t]{0,3}[:=]| was| is)[ \t]{0,3}"
    rf"(?P<n4>{COUNT})\b(?: (?P<what5>pass\w*|fail\w*))?",
    re.IGNORECASE,
)
_LONGEST = re.compile(r"\b(?:longest|best|max\w*|record)\b", re.IGNORECASE)
_CURRENT = re.compile(r"\b(?:current\w*|now|latest)\b", re.IGNORECASE)
_LIST = r"#?\d{1,9}(?:(?:,[ \t]*|,? and |[ \t]*&[ \t]*|[ \t]*[-–—][ \t]*)#?\d{1,9}){0,500}"
# `Failures: rounds 1623, 1627-1628`, `rounds 3 and 5 failed`
_LISTED = re.compile(
    rf"^(?P<what>fail\w*|pass\w*)(?: {ROUNDS})?[ \t]{{0,3}}[:=][ \t]{{0,3}}"
    rf"(?P<named>{ROUNDS} )?(?P<list>{_LIST})"
    rf"|\b{ROUNDS} (?P<list2>{_LIST}) (?:all |both )?(?P<what2>passed|failed)\b",
    re.IGNORECASE,
)
# `all 20 rounds passed`, `no failures`
_EVERY = re.compile(
    rf"(?<!not )\b(?:all|every|each)(?: of)?(?: the)?(?: (?P<n>\d{{1,7}}))? {ROUNDS}\b"
    r"[^.;,\d]{0,15}?\b(?P<what>pass\w*|succeeded|green|fail\w*)\b"
    rf"|\b(?P<none>no|zero) (?:failures?\b|failed {ROUNDS}|{ROUNDS} failed)"
    r"(?: (?:was|were|seen|observed|found|occurred|at all)\b){0,3}",
    re.IGNORECASE,
)
# `average load of about 14.8`
_MEAN = re.compile(
    r"\b(?:average|mean|avg|averaged|averages|averaging)\b[^\d~≈.;]{0,60}?"
    r"(?P<about>[~≈]|about |around )?(?P<v>-?\d{1,12}(?:\.\d{1,12})?)",
    re.IGNORECASE,
)
# `ranged from 12.1 to 17.4`
_BETWEEN = re.compile(
    r"\b(?:rang(?:e|es|ed|ing)|between|from|varied)\b[^\d.;]{0,40}?"
    r"(?P<low>-?\d{1,12}(?:\.\d{1,12})?)[ \t]?[%\w]{0,4}"
    rf"(?:{TO}| and )(?P<high>-?\d{{1,12}}(?:\.\d{{1,12}})?)",
    re.IGNORECASE,
)
# `within documented ~13% ceiling`
_LIMIT = re.compile(
    r"\b(?P<way>within|below|under|above|over|exceed\w*)"
    r"(?: (?:the|an?|our|its|documented|known|expected|usual|stated)){0,3} "
    r"(?P<about>[~≈]|about |around )?(?P<v>\d{1,12}(?:\.\d{1,12})?) ?(?:%|[a-zµ]{1,5})? "
    r"(?P<what>ceiling|limit|cap|maximum|floor|minimum)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"\b(?:documented|known|expected|usual|range|band)\b", re.IGNORECASE)
# `failures were not clustered`
_CLUSTERED = re.compile(r"\b(?:cluster\w*|bunched|bursty|in bursts)\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not?|without|never|neither|\w+n't)\b", re.IGNORECASE)
_IS_FAILING = re.compile(r"\b(?:fail|crash)", re.IGNORECASE)
_IS_RATE = re.compile(r"\b(?:pass|fail|success)\w*", re.IGNORECASE)
_EARLIER_PERCENT = re.compile(PERCENT, re.IGNORECASE)
_DIRECTIONS: dict[Direction, re.Pattern[str]] = {
    "worse": re.compile(
        r"\b(?:elevated|(?:higher|more|increas\w+)(?: in)?(?: the)? (?:fail|crash)\w*"
        r"|(?:lower|fewer) (?:pass|success)\w*|drop\w*|declin\w*|worse\w*|(?<!no )regress\w*"
        r"|degrad\w*|decreas\w* (?:in )?(?:the )?pass\w*|fell|down from)\b",
        re.IGNORECASE,
    ),
    "better": re.compile(
        r"\b(?:improv\w*|better|(?:fewer|lower) (?:fail|crash)\w*|higher (?:pass|success)\w*"
        r"|up from|rose)\b",
        re.IGNORECASE,
    ),
    "same": re.compile(
        r"\b(?:same|unchanged|consistent with|no (?:change|regression|difference)|comparable"
        r"|similar|in line with)\b",
        re.IGNORECASE,
    ),
}
# `20 (14 + 6)`, `14 + 6 = 20`
_SUM = re.compile(
    r"(?<![\d.,])(?P<total>\d{1,9})[ \t]*\([ \t]*(?P<a>\d{1,9})[ \t]*\+[ \t]*(?P<b>\d{1,9})"
    r"(?![\d.,]\d)"
    r"|(?<![\d.,+ ])(?P<a2>\d{1,9})[ \t]*\+[ \t]*(?P<b2>\d{1,9})[ \t]*=[ \t]*"
    r"(?P<total2>\d{1,9})(?![\d.,]\d)"
)
# `Total verification rounds: 20 (14 + 6)`
_ALL_ROUNDS = re.compile(rf"\b(?:total|all|overall)\b[^.;\d]{{0,30}}\b{ROUNDS}\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<!\bvs)(?<!\bavg)(?<!\be\.g)(?<!\bi\.e)(?<!approx)[.!?;][ \t]+")


def batches(texts: Iterable[Prose]) -> tuple[NamedBatch, ...]:
    """The batches that are given with a range of rounds, each name once."""
    found: dict[str, NamedBatch] = {}
    for prose in texts:
        for named in BATCH.finditer(prose.text):
            if named["first"]:
                name = named["name"][:1].upper() + named["name"][1:]
                about = Scope(first=int(named["first"]), last=int(named["last"]))
                found.setdefault(name.casefold(), NamedBatch(name, about))
    return tuple(found.values())


def statements(texts: Iterable[Prose], metrics: Sequence[str]) -> Iterator[Statement]:
    """Every statement, in the order of the text. ``metrics`` are the names of measured columns."""
    label: Subject | None = None
    section = ""
    for prose in texts:
        if prose.section != section:
            section, label = prose.section, None
        for start, end in _sentences(prose.text):
            sentence = Sentence(prose.text[start:end], start, prose, label)
            for kind in (_compared, _streaks, _listed, _every, counts, _sums, _clusters):
                yield from kind(sentence)
            yield from _measured(sentence, metrics)
        opening = LABEL.match(prose.text)
        if opening:
            label = subject_of(opening[0])


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where sentences begin and end; what is longer than a sentence can be is cut."""
    start = 0
    for end in [*(found.end() for found in _SENTENCE.finditer(text)), len(text)]:
        for cut in range(start, end, _MAX_SENTENCE):
            yield cut, min(end, cut + _MAX_SENTENCE)
        start = end


def _streaks(sentence: Sentence) -> Iterator[Statement]:
    for found in sentence.find(_STREAK):
        number = next(found[name] for name in ("n", "n2", "n3", "n4", "n5") if found[name])
        words = (found[f"what{at}"] for at in ("", 2, 3, 4, 5, 6))
        before = sentence.text[: found.start()]
        which: Which = "current" if _CURRENT.search(before) else "any"
        which = "longest" if _LONGEST.search(before) else which
        least = (found["least"] or "").casefold()
        yield Statement(
            "streak",
            *sentence.place(found),
            subject_of(next((word for word in words if word), "pass")),
            whole(number) + (least in ("more than ", "over ")),
            scope=range_behind(sentence.text[found.end() :]),
            at_least=bool(least or found["plus"]),
            which=which,
        )


def _listed(sentence: Sentence) -> Iterator[Statement]:
    for found in _LISTED.finditer(sentence.text):
        listed = found["list"] or found["list2"]
        is_count = found["list"] and not found["named"] and listed.isdecimal()
        names = names_in(listed)
        if names and not is_count and sentence.take(found):
            yield Statement(
                "listed",
                *sentence.place(found),
                subject_of(found["what"] or found["what2"]),
                scope=Scope(names=names),
                whole_list=bool(found["list"]),
            )


def _every(sentence: Sentence) -> Iterator[Statement]:
    for found in sentence.find(_EVERY):
        left, right = sentence.text[: found.start()], sentence.text[found.end() :]
        is_whole = found.end() - found.start() >= len(sentence.text.strip(" .!"))
        yield Statement(
            "every",
            *sentence.place(found),
            "pass" if found["none"] else subject_of(found["what"]),
            int(found["n"]) if found["n"] else None,
            scope=scope(left, right),
            sure=bool(found["what"] or is_whole) and not is_unsure(left, sentence),
        )


def _measured(sentence: Sentence, metrics: Sequence[str]) -> Iterator[Statement]:
    said = sentence.text.casefold()
    named = (name for name in metrics if re.sub(r"[(\[].*", "", name).strip().casefold() in said)
    metric = max(named, key=len, default="")
    if not metric:
        return
    for found in sentence.find(_MEAN):
        yield Statement(
            "mean",
            *sentence.place(found),
            number=float(found["v"]),
            decimals=decimals(found["v"]),
            about=bool(found["about"]),
            metric=metric,
        )
    for found in sentence.find(_BETWEEN):
        yield Statement(
            "range",
            *sentence.place(found),
            number=float(found["low"]),
            of=float(found["high"]),
            decimals=max(decimals(found["low"]), decimals(found["high"])),
            metric=metric,
        )
    yield from _limits(sentence, metric)


def _limits(sentence: Sentence, metric: str) -> Iterator[Statement]:
    """A value that is said to lie within a limit, or beyond it."""
    for found in sentence.find(_LIMIT):
        is_floor = found["what"].casefold() in ("floor", "minimum")
        is_above = found["way"].casefold().startswith(("above", "over", "exceed"))
        is_below = found["way"].casefold() in ("below", "under")
        yield Statement(
            "limit",
            *sentence.place(found),
            number=float(found["v"]),
            decimals=decimals(found["v"]),
            about=bool(found["about"]),
            sure=not found["about"]
            and not _VAGUE.search(found[0] + sentence.text[found.end() :][:8]),
            at_least=is_floor,
            negated=is_below if is_floor else is_above,
            metric=metric,
        )


def _clusters(sentence: Sentence) -> Iterator[Statement]:
    found = _CLUSTERED.search(sentence.text)
    if found and _IS_FAILING.search(sentence.text):
        negated = bool(_NEGATION.search(sentence.text[: found.start()][-30:]))
        yield Statement("clustered", *sentence.place(found), "fail", negated=negated)


def _compared(sentence: Sentence) -> Iterator[Statement]:
    """``70 % against an earlier 90 %``: the earlier rate stands behind the word that compares."""
    if not _IS_RATE.search(sentence.text):
        return
    for cue in COMPARED.finditer(sentence.text):
        rest = sentence.text[cue.end() : cue.end() + 80]
        fraction, percent = FRACTION.search(rest), _EARLIER_PERCENT.search(rest)
        found = fraction or percent
        if found is None or (cue[0].casefold() == "from" and _BETWEEN.search(sentence.text)):
            continue
        sentence.taken.append((cue.start(), cue.end() + found.end()))
        behind = rest[found.end() : found.end() + 15]
        directions = [
            (match.start(), direction)
            for direction, pattern in _DIRECTIONS.items()
            if (match := pattern.search(sentence.text))
        ]
        yield Statement(
            "change",
            " ".join(sentence.text.split())[:300],
            sentence.prose.line(sentence.start + cue.end() + found.start()),
            subject="fail" if FAIL_WORD.search(behind) else "pass",
            number=whole(fraction["k"]) if fraction else None,
            of=whole(fraction["n"]) if fraction else None,
            share=None if fraction else share(found["p"], found["about"]),
            direction=min(directions)[1] if directions else None,
        )
        return


def _sums(sentence: Sentence) -> Iterator[Statement]:
    for found in _SUM.finditer(sentence.text):
        at = "" if found["total"] else "2"
        yield Statement(
            "sum",
            *sentence.place(found),
            number=int(found[f"total{at}"]),
            parts=(int(found[f"a{at}"]), int(found[f"b{at}"])),
            sure=bool(_ALL_ROUNDS.search(sentence.text)),
        )
