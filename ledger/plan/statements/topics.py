"""Tests that are named by what they are about: ``the crlf thing in the lexer is still broken``.

Which tests that are the run has to tell: each word of the phrase has to be in their names. Where
no test is named so, something else is spoken of.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ledger.plan.statements.lexicon import MARKS
from ledger.plan.statements.model import NOT_SO, SO, Statement
from ledger.plan.statements.tokens import Token

_CLAUSE: Final = re.compile(r"[^;:–()|B]+")
# e.g. "u,uu&uuP" (kerning, outline links and soft hyphens pass), "uuJFl" (still fails in the lexer)
_CLAIM: Final = re.compile(
    r"[,&]*(?P<items>[uslTgiJ&,EFN]*?[uslT])(?P<b>b?)J*A?"
    r"(?:(?P<ran>R)(?:[il][uslTK]*)?|(?P<q>[PFEVSM]|(?<=J)(?=\Z))A?(?P<place>[il][uslT]*)?)"
    r"(?=[q,&]|\Z)(?![,&]*[dðc])"
)
# e.g. "F:uu,uu" (failing set: widow control, column balance)
_LISTED: Final = re.compile(
    r"[JTKΩA]*(?P<q>[PFESM])T?c?[:=](?P<items>[uslTgJi]+(?:[,&]+[uslTgJi]+)*)"
)
# e.g. "- ❌ Widow control"
_MARKED: Final = re.compile(r"(?P<q>[PFS])(?P<items>[uslTgJi]+)")
_ENDED: Final = {
    "P": "passed", "M": "passed", "S": "skipped", "R": "executed", "bF": "passed", "bS": "executed",
}  # fmt: skip
_NEVER: Final = re.compile(r"can|could|never", re.IGNORECASE)
_NOUN: Final = re.compile(r"(?:failure|time-?out|error|skip|hang)s?\Z", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9]+)*")


def read_topics(start: int, sentence: str, words: Sequence[Token]) -> Iterator[Statement]:
    """What became of some of the tests that such phrases name, where nothing else is said of
    them."""
    words = words[words[0].code == "–" :]  # a bullet
    codes = "".join(token.code for token in words)
    # e.g. "In the sister project, soft hyphens fail"
    if re.match("[dð]|&?(?:i[^,:]*u|l)[^,:]*[,:]", codes) or '"' in sentence:
        return
    listed = _LISTED.fullmatch(codes)
    if listed or (words[0].text in MARKS and (listed := _MARKED.fullmatch(codes))):
        yield from _ended(start, words, listed, listed["q"])
        return
    for clause in _CLAUSE.finditer(codes):
        at = clause.start()
        while claim := _CLAIM.match(codes, at, clause.end()):
            place = words[claim.start("place") : claim.end("place")] if claim["place"] else ()
            verb = claim["ran"] or claim["q"]
            # e.g. "the gradient timeout", "the full rerun was executed"
            is_noun = bool(_NOUN.search(words[max(claim.end("q"), claim.end("ran")) - 1].text))
            items = words[claim.start("items") : claim.end("items")]
            # e.g. "test_gpu", "the GPU tests", but for "the full rerun"
            are_tests = any(
                "_" in t.text or (t.code == "T" and not t.text.lower().endswith("run"))
                for t in items
            )
            is_sure = claim["b"] + verb != "bR" or _NEVER.match(words[claim.end("b") - 1].text)
            if is_sure and not is_noun and (verb != "R" or are_tests):
                yield from _ended(start, words, claim, claim["b"] + verb, place)
            at = claim.end()


def _ended(
    start: int,
    words: Sequence[Token],
    match: re.Match[str],
    predicate: str,
    place: Sequence[Token] = (),
) -> Iterator[Statement]:
    """That some of the tests of each item ended so."""
    items = [
        words[match.start("items") + item.start() : match.start("items") + item.end()]
        for item in re.finditer("[^,&]+", match["items"])
    ]
    phrases = [[*_phrase((*item, *place))] for item in items]
    is_list = max(map(len, phrases), default=0) > 1
    for item, phrase in zip(items, phrases, strict=True):
        # A word alone may be anything: "export works".
        letters = {token.code for token in item}
        is_named = is_list or "T" in letters or "_" in " ".join(phrase)
        if phrase and is_named and "N" not in letters:
            yield Statement(
                start + item[0].start,
                start + words[match.end() - 1].end,
                "some",
                *((NOT_SO, NOT_SO) if predicate == "bR" else (SO, SO)),
                subject=(" ".join(phrase),),
                outcome=_ENDED.get(predicate.replace("bR", "R"), "failing"),
            )


def _phrase(words: Sequence[Token]) -> Iterator[str]:
    for token in words:
        if token.code in "usl":
            yield from _WORD.findall(token.text.lower().removesuffix("'s"))
