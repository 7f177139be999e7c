"""Text to claims about things with a name: tests, commits, attempts, stamps."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from ledger.claims.model import Claim
from ledger.claims.prose import Prose, Sentence
from ledger.claims.scope import Scope, Self, scopes
from ledger.plan import citations

_TEST = re.compile(
    r"(?:[\w./-]{1,200}\.py::)?(?:\w{1,100}::){0,3}test_?\w{1,150}(?:\[[^\]\n]{1,200}\])?"
)
_PLAIN_TEST = re.compile(r"test_\w{3,150}(?:\[[\w.,+-]{1,80}\])?(?![\w./{*\[])")
_VERDICT = re.compile(
    r"`?(?: ?\([^()\n]{0,60}\))?(?:[ ,]{0,2}(?:now|still|is|has|also|both|all|then|tests?|again|"
    r"reliably|cleanly|[:\u2014\u2013\u2192-])){0,4}[ :]{1,3}"
    r"(?P<word>PASSED|PASSES|PASSING|PASS|passed|passes|passing|FAILED|FAILS|FAILING|FAIL|failed|fails|"
    r"failing|\u2705|\u274c)(?![\w/])"
)
_BEFORE = re.compile(r"\b(?P<word>PASSED|FAILED):? {1,2}`?\Z")
_LIST = re.compile(
    r"\b(?P<word>[Ff]ailed|[Ff]ailing|[Ff]ailures?|[Pp]assed|[Pp]assing)(?: tests?)?"
    r"(?:: {1,2}| ?\()`?\Z"
)
_LINK = re.compile(r"`?(?: ?\([^()\n]{0,40}\))?(?:,? (?:and|&) |, ?| ?/ ?|, and )`?")
_ID = r"[A-Z][A-Z0-9]{1,20}(?:-[A-Z0-9]{1,20}){1,5}"
_REFERENCE = re.compile(
    r"[Aa]ttempts? ?"
    r"(?P<numbers>#?\d{1,4}(?:(?:, ?#|/#?| and #?| & #?|-#?|\u2013#?)\d{1,4}(?!-?\d)){0,8})"
    r"(?![\w%]|[.,-]\d)"
    rf"(?: of \[?(?P<of>{_ID})\]?)?"
)
_ID_BEFORE = re.compile(rf"\b(?P<item>{_ID})\]?[`\u2019']{{0,2}}s? \Z")
_NUMBER = re.compile(r"\d{1,4}")
_SPAN = re.compile(r"#?(\d{1,4})(?:-|\u2013)#?(\d{1,4})")
_STAMP = re.compile(r"\d{8}T\d{6}Z(?![\w/])")
_STAMP_LABEL = re.compile(r"\bSTAMP[:=]? ?`?\Z")
_COMMIT = re.compile(
    r"\b(?:commit(?:ted|s)?|sha|cherry-pick(?:ed)?|revert(?:ed|s)?)\b[^.;]{0,40}\Z", re.IGNORECASE
)
_FUTURE = re.compile(
    r"\b(?:next|append|add|will|should|pending|new|log)\b[^.;()]{0,30}\Z", re.IGNORECASE
)
_LONGEST_NAME = 400


class _Name(NamedTuple):
    start: int
    end: int
    text: str


def names_claimed(prose: Prose, item: str | None, attempt: int | None, own: Self) -> list[Claim]:
    """The tests that are said to pass or fail, the commits, attempts and stamps named."""
    return [
        *_tests(prose, item, attempt, own),
        *_commits(prose, item, attempt),
        *_references(prose, item, attempt),
        *_stamps(prose, item, attempt),
    ]


def _tests(prose: Prose, item: str | None, attempt: int | None, own: Self) -> Iterator[Claim]:
    names = sorted(_test_names(prose), key=lambda name: name.start)
    if not names:
        return
    starts = [sentence.start for sentence in prose.sentences]
    by_sentence: dict[int, list[_Name]] = {}
    for name in names:
        place = bisect_right(starts, name.start) - 1
        by_sentence.setdefault(place, []).append(name)
    for place, group in by_sentence.items():
        if place >= 0:
            yield from _tests_of(prose, prose.sentences[place], group, item, attempt, own)


def _test_names(prose: Prose) -> Iterator[_Name]:
    for code in prose.codes:
        if "test" in code.text and len(code.text) <= _LONGEST_NAME and _TEST.fullmatch(code.text):
            yield _Name(code.start + 1, code.end - 1, code.text)
    for match in _PLAIN_TEST.finditer(prose.plain):
        before = prose.plain[match.start() - 1] if match.start() else " "
        if before == "_" or before.isalnum():
            continue
        yield _Name(match.start(), match.end(), match[0])


def _tests_of(
    prose: Prose, sentence: Sentence, names: list[_Name], item: str | None, attempt: int | None,
    own: Self,
) -> Iterator[Claim]:  # fmt: skip
    found = _verdicts(prose.plain, sentence, names)
    if not any(found):
        return
    places = [(name.start, name.end) for name in names]
    for name, outcome, scope in zip(
        names, found, scopes(prose, sentence, places, own), strict=True
    ):
        if outcome:
            yield _test(prose, name, outcome, scope, item, attempt)


def _verdicts(plain: str, sentence: Sentence, names: list[_Name]) -> list[str]:
    """What is said of each name: passed, failed, or nothing. A verdict behind a list of names,
    or before one, is that of them all."""
    behind = [_VERDICT.match(plain, name.end, sentence.end) for name in names]
    found = [_outcome(verdict["word"]) if verdict else "" for verdict in behind]
    linked = [
        bool(_LINK.fullmatch(plain, name.end, after.start)) for name, after in pairwise(names)
    ]
    for index in range(len(names) - 2, -1, -1):
        if not found[index] and linked[index]:
            found[index] = found[index + 1]
    for index, name in enumerate(names):
        if found[index]:
            continue
        bounds = (max(sentence.start, name.start - 40), name.start)
        before = _BEFORE.search(plain, *bounds) or _LIST.search(plain, *bounds)
        if before:
            found[index] = _outcome(before["word"])
        elif index and linked[index - 1] and not behind[index - 1]:
            found[index] = found[index - 1]
    return found


def _outcome(word: str) -> str:
    return "passed" if word[0] in "Pp\u2705" else "failed"


def _test(
    prose: Prose, name: _Name, outcome: str, scope: Scope, item: str | None, attempt: int | None
) -> Claim:
    return Claim(
        item=item,
        attempt=attempt,
        kind="test",
        text=prose.quote(name.start, name.end),
        claimed=outcome,
        line=prose.line(name.start),
        measure=outcome,
        whose=scope.whose,
        runs=scope.runs,
        against=scope.against,
        name=name.text,
        is_firm=scope.is_firm,
    )


def _commits(prose: Prose, item: str | None, attempt: int | None) -> Iterator[Claim]:
    for name in citations.commits(prose.text):
        at = prose.text.find(name)
        firm = bool(_COMMIT.search(prose.text, max(0, at - 60), at))
        yield Claim(
            item=item,
            attempt=attempt,
            kind="commit",
            text=name,
            claimed=name,
            line=prose.line(at),
            name=name,
            is_firm=firm,
        )


def _references(prose: Prose, item: str | None, attempt: int | None) -> Iterator[Claim]:
    text = prose.text
    seen: set[tuple[str | None, int]] = set()
    for match in _REFERENCE.finditer(text):
        if match.start() and text[match.start() - 1].isalnum():
            continue
        before = _ID_BEFORE.search(text, max(0, match.start() - 130), match.start())
        named = match["of"] or (before["item"] if before else _item_before(prose, match.start()))
        about = named or item
        loose = bool(_FUTURE.search(text, max(0, match.start() - 40), match.start()))
        numbers = _SPAN.sub("", match["numbers"])
        ends = [int(number) for span in _SPAN.findall(match["numbers"]) for number in span]
        for number in (*(int(number) for number in _NUMBER.findall(numbers)), *ends):
            if (number == attempt and about == item) or (about, number) in seen:
                continue
            seen.add((about, number))
            yield Claim(
                item=item,
                attempt=attempt,
                kind="reference",
                text=prose.quote(*match.span()),
                claimed=f"Attempt #{number}",
                line=prose.line(match.start()),
                measure=str(number),
                whose="loose" if loose else "own",
                name=about or "",
            )


def _item_before(prose: Prose, at: int) -> str | None:
    """The ID in the code span right before: ``[CLI-FLAGS-003]`` Attempts History (Attempt #36)."""
    for code in prose.codes:
        if code.end <= at <= code.end + 24:
            found = re.fullmatch(r"\[?([A-Z][A-Z0-9]{1,20}(?:-[A-Z0-9]{1,20}){1,5})\]?", code.text)
            between = prose.text[code.end : at].strip(" (")
            if found and between in ("", "Attempts History", "Attempt History", "history"):
                return found[1]
    return None


def _stamps(prose: Prose, item: str | None, attempt: int | None) -> Iterator[Claim]:
    seen: set[str] = set()
    for match in _STAMP.finditer(prose.text):
        before = prose.text[match.start() - 1] if match.start() else " "
        if match[0] in seen or before in "/_" or before.isalnum():
            continue
        seen.add(match[0])
        firm = bool(_STAMP_LABEL.search(prose.text, max(0, match.start() - 12), match.start()))
        yield Claim(
            item=item,
            attempt=attempt,
            kind="stamp",
            text=match[0],
            claimed=match[0],
            line=prose.line(match.start()),
            name=match[0],
            is_firm=firm,
        )
