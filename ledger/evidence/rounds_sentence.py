"""A sentence of a report of rounds, and its statements about how many rounds passed or failed:
``14/20``, ``70 % pass rate``, ``14 passed``, ``4 in the first 9``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.evidence.rounds_cells import decimals
from ledger.evidence.rounds_model import Scope, Share, Statement, Subject
from ledger.plan.statements.lexicon import COUNT, SMALL

ROUNDS = r"(?:verification |test )?(?:rounds?|runs?|iterations?|attempts?|trials?|cycles?)"
TO = r"[ \t]*(?:-|–|—|\.\.|to|through)[ \t]*"
PERCENT = r"(?P<about>[~≈]|about |around |roughly )?(?P<p>\d{1,3}(?:\.\d{1,6})?)[ \t]?%"
# `14/20 (70%)`, `two of the 9`
FRACTION = re.compile(
    rf"(?<![\w/.,#=-])(?P<k>{COUNT})(?:(?<=\d)[ \t]?/[ \t]?| of | out of | of the )"
    rf"(?P<n>{COUNT})(?![\w/]|\.\d|-\d)"
    r"(?:[ \t]*[(=][ \t]*(?P<about>[~≈])?(?P<p>\d{1,3}(?:\.\d{1,6})?)[ \t]?%\)?)?",
    re.IGNORECASE,
)
# `70 % against an earlier 90 %`
COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|versus|vs|(?<!more )(?<!less )(?<!fewer )(?<!rather )than|against"
    r"|relative to|up from|down from|from|earlier|previous|previously|prior|baseline|unlike)\b",
    re.IGNORECASE,
)
EVER = re.compile(
    r"\b(?:all[- ]time|cumulative|ever|so far|to date|grand total|across)\b", re.IGNORECASE
)
FAIL_WORD = re.compile(r"\b(?:fail\w*|crashed)\b", re.IGNORECASE)
# `Batch 2 (rounds 11-20)`
BATCH = re.compile(
    r"\b(?P<name>(?:batch|group|phase|session|series|block|set|day) (?:\d{1,4}|[A-Z]\b))"
    rf"(?:[ \t]*[:,]?[ \t]*\(?(?:{ROUNDS})? ?#?(?P<first>\d{{1,9}}){TO}#?(?P<last>\d{{1,9}})\b)?",
    re.IGNORECASE,
)
# `rounds 1629-1636`, `the last 8`
_RANGE = re.compile(
    rf"(?:\b{ROUNDS} #?|\()(?P<first>\d{{1,9}}){TO}#?(?P<last>\d{{1,9}})\b"
    r"|\b(?P<end>first|last) (?P<of>\d{1,7})\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\W{0,3}(?:pass\w*|fail\w*)?[ \t,]{0,3}(?:in|of|for|from|during|\()? ?(?:the )?", re.IGNORECASE
)
_IN_PARENTHESES = re.compile(
    rf"[ \t]*\((?:{ROUNDS} )?#?(\d{{1,9}}){TO}#?(\d{{1,9}})\)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph or heading as one line, without marks and with code blanked. ``lines`` are
    (offset in the text, number of the line in the file); ``section`` the heading above."""

    text: str
    lines: tuple[tuple[int, int], ...]
    section: str = ""

    def line(self, at: int) -> int:
        """The line that the character at an offset stands on."""
        return next(number for start, number in reversed(self.lines) if start <= at)


@dataclass(slots=True)
class Sentence:
    """``start`` is its offset in the prose. ``label`` is what a paragraph above counts
    (``Pass rate: 14/20``), for the list of batches below it."""

    text: str
    start: int
    prose: Prose
    label: Subject | None
    taken: list[tuple[int, int]] = field(default_factory=list)

    def take(self, found: re.Match[str]) -> bool:
        """Whether nothing has read this stretch yet; it is read now."""
        if any(start < found.end() and found.start() < end for start, end in self.taken):
            return False
        self.taken.append(found.span())
        return True

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """What matches and has not been read yet; it is read now."""
        return filter(self.take, pattern.finditer(self.text))

    def place(self, found: re.Match[str]) -> tuple[str, int]:
        """The text to quote, with some of what stands around it, and its line."""
        start = max(0, found.start() - 30)
        start = self.text.rfind(" ", 0, start) + 1 if start else 0
        end = self.text.find(" ", min(len(self.text), found.end() + 30))
        quoted = self.text[start : end if end >= 0 else len(self.text)]
        return " ".join(quoted.split())[:300], self.prose.line(self.start + found.start())


def subject_of(word: str) -> Subject:
    """What a word like ``passes`` or ``failure`` counts."""
    word = word.casefold()
    if "first" in word:
        return "first-try"
    return "fail" if "fail" in word or "crash" in word else "pass"


def whole(text: str) -> int:
    """A number, in digits or in letters."""
    return SMALL.get(text.casefold(), 0) or int(text)


def share(percent: str | None, about: str | None) -> Share | None:
    """A percentage as written."""
    return Share(float(percent), decimals(percent), bool(about)) if percent else None


def scope(left: str, right: str) -> Scope:
    """The rounds that are named nearest to a number: before it, else right behind it."""
    found = [*BATCH.finditer(left), *_RANGE.finditer(left)]
    if found:
        return _scope_of(max(found, key=lambda match: (match.end(), match.end() - match.start())))
    rest = _BEHIND.sub("", right, count=1)
    after = BATCH.match(rest) or _RANGE.match(rest)
    return _scope_of(after) if after else Scope()


def _scope_of(found: re.Match[str]) -> Scope:
    groups = found.groupdict()
    if groups["first"]:
        return Scope(first=int(groups["first"]), last=int(groups["last"]))
    return _at_end(found) if groups.get("end") else Scope(batch=groups["name"])


def _at_end(found: re.Match[str]) -> Scope:
    size = int(found["of"])
    return Scope(head=size) if found["end"].casefold() == "first" else Scope(tail=size)


def range_behind(text: str) -> Scope:
    """A range in parentheses right behind: ``8 in a row (1629-1636)``."""
    found = _IN_PARENTHESES.match(text)
    return Scope(first=int(found[1]), last=int(found[2])) if found else Scope()


_PERCENT_FIRST = PERCENT.replace("about>", "about2>").replace("p>", "p2>")
# `pass rate: ~70 % (14/20)`, `70% of all rounds passed`
_RATE = re.compile(
    rf"\b(?P<what>first[- ]try|pass\w*|success\w*|fail\w*)(?: pass)? rate\b[^.%\d~≈]{{0,25}}?"
    rf"{PERCENT}(?:[ \t]*\((?P<k>\d{{1,7}})[ \t]?/[ \t]?(?P<n>\d{{1,7}})\b)?"
    rf"|{_PERCENT_FIRST} (?:(?:of )?(?:the |all )?{ROUNDS} )?"
    r"(?P<what2>first[- ]try|pass|success|fail\w*|passed)\b(?: rate)?",
    re.IGNORECASE,
)
# `failures: 4 in the first 9`
_ENDS = re.compile(
    rf"\b(?P<what>pass\w*|fail\w*)\W{{1,3}}(?P<n>{COUNT}) (?:in|of|out of) (?:the )?"
    r"(?P<end>first|last) (?P<of>\d{1,7})\b",
    re.IGNORECASE,
)
# `14 rounds passed`
_BARE = re.compile(
    rf"(?<![\w/.,#-])(?<!of )(?P<n>\d{{1,7}}) (?:of them |{ROUNDS} )?"
    r"(?P<what>pass(?:ed|es)?|fail(?:ed|ures?|s)?)\b"
    rf"(?![ \t]+(?!{ROUNDS}\b|in\b|and\b|at\b|on\b|without\b|but\b|of\b)[a-z])",
    re.IGNORECASE,
)
_FIRST_TRY = re.compile(
    r"first[- ](?:try|attempt|go)|without (?:a |any )?(?:retry|retries|rerun)|no retr"
    r"|(?:zero|0) retr",
    re.IGNORECASE,
)
# ` on the first try`
_AT_FIRST_TRY = re.compile(rf" *(?:at )?(?:on )?(?:the )?(?:{_FIRST_TRY.pattern})", re.IGNORECASE)
_PASS_WORD = re.compile(r"\b(?:pass\w*|success\w*|succeeded|green)\b", re.IGNORECASE)
LABEL = re.compile(
    r"(?:overall |total |final )?(?:first[- ]try )?(?:pass(?:es|ed)?|success(?:es)?"
    r"|fail(?:ures|ed|ure)?|results?)(?: rate| count)?[ \t]{0,3}[:=]",
    re.IGNORECASE,
)
"""What a line that tells a count of all rounds begins with."""
_OTHERS = re.compile(
    r"[ \t]*(?:tests?|cases?|assert\w*|checks?|files?|threads?|cores?|steps?|samples?|points?"
    r"|items?|suites?|modules?|criteria|warnings?|reviewers?|days?|hours?|minutes?|seconds?)\b",
    re.IGNORECASE,
)
# `5 of 5` ` rounds passed`
_PASSED_ROUNDS = re.compile(r" rounds (?:have |had )?(?:passed|failed|succeeded)\b", re.IGNORECASE)
OF_TESTS = re.compile(r"\b(?:tests?|warnings?|skipped)\b|\bin \d{1,7}\.\d{1,6} ?s", re.IGNORECASE)
OF_ROUNDS = re.compile(rf"\b(?:{ROUNDS}|batch)\b", re.IGNORECASE)


def counts(sentence: Sentence) -> Iterator[Statement]:
    """Every count and rate of the sentence."""
    yield from _ends(sentence)
    yield from _rates(sentence)
    yield from _fractions(sentence)
    yield from _bare(sentence)


def _ends(sentence: Sentence) -> Iterator[Statement]:
    for found in sentence.find(_ENDS):
        yield Statement(
            "count",
            *sentence.place(found),
            subject=subject_of(found["what"]),
            number=whole(found["n"]),
            of=int(found["of"]),
            scope=_at_end(found),
        )


def _fractions(sentence: Sentence) -> Iterator[Statement]:
    every = list(FRACTION.finditer(sentence.text))
    for at, found in enumerate(every):
        left = sentence.text[every[at - 1].end() if at else 0 : found.start()]
        right = sentence.text[found.end() : every[at + 1].start() if at + 1 < len(every) else None]
        subject = _subject(left, right, sentence.label)
        if subject is None or _OTHERS.match(right) or not sentence.take(found):
            continue
        about = scope(left, right)
        is_told = LABEL.match(sentence.text) or sentence.label or about != Scope()
        of_rounds = _PASSED_ROUNDS.match(right) and not COMPARED.search(right)
        yield Statement(
            "count",
            *sentence.place(found),
            subject=subject,
            number=whole(found["k"]),
            of=whole(found["n"]),
            share=share(found["p"], found["about"]),
            scope=about,
            sure=bool(is_told or of_rounds) and not is_unsure(left, sentence),
        )


def is_unsure(left: str, sentence: Sentence) -> bool:
    """Whether it may be about an earlier batch, or about more than these rounds."""
    return bool(COMPARED.search(left) or EVER.search(sentence.text))


def _subject(left: str, right: str, label: Subject | None) -> Subject | None:
    """What the nearest word says is counted; without one, what a list of batches counts."""
    near = right[:50]
    if _FIRST_TRY.search(left[-50:]) or _FIRST_TRY.search(near):
        return "first-try"
    words: list[tuple[int, Subject]] = []
    kinds: dict[Subject, re.Pattern[str]] = {"pass": _PASS_WORD, "fail": FAIL_WORD}
    for subject, word in kinds.items():
        after = word.search(near)
        if after:
            words.append((after.start(), subject))
        words += [(len(left) - before.end(), subject) for before in word.finditer(left)]
    if words:
        return min(words, key=lambda near: near[0])[1]
    return label if BATCH.match(left.lstrip()) else None


def _rates(sentence: Sentence) -> Iterator[Statement]:
    for found in sentence.find(_RATE):
        left = sentence.text[: found.start()]
        subject = subject_of(found["what"] or found["what2"])
        if _FIRST_TRY.search(sentence.text):
            subject = "first-try"
        is_told = LABEL.match(sentence.text) or OF_ROUNDS.search(sentence.text)
        of_tests = OF_TESTS.search(sentence.text)
        yield Statement(
            "count",
            *sentence.place(found),
            subject=subject,
            number=int(found["k"]) if found["k"] else None,
            of=int(found["n"]) if found["n"] else None,
            share=share(found["p"] or found["p2"], found["about"] or found["about2"]),
            scope=scope(left, sentence.text[found.end() :]),
            sure=bool(is_told) and not of_tests and not is_unsure(left, sentence),
        )


def _bare(sentence: Sentence) -> Iterator[Statement]:
    """A count alone is about rounds only where the sentence speaks of rounds."""
    for found in sentence.find(_BARE):
        left, right = sentence.text[: found.start()], sentence.text[found.end() :]
        is_first = _AT_FIRST_TRY.match(right)
        of_rounds = OF_ROUNDS.search(sentence.text) and not OF_TESTS.search(sentence.text)
        yield Statement(
            "count",
            *sentence.place(found),
            "first-try" if is_first else subject_of(found["what"]),
            int(found["n"]),
            scope=scope(left, right),
            sure=bool(of_rounds) and not is_unsure(left, sentence),
        )
