"""Why tests failed or were skipped: what sentences give as the cause, and what messages tell."""

import re
from collections.abc import Sequence
from typing import Final

from ledger.plan.statements.model import Quantity, Statement
from ledger.plan.statements.tokens import Token

_EXCEPTION: Final = r"[A-Z]\w{1,60}(?:Error|Exception)"
# How a sentence names each cause, and what messages of that cause have.
_CAUSES: Final[dict[str, tuple[str, str]]] = {
    "timeout": (
        "tim(?:e|es|ed|ing)[ -]?outs?|timeout(?:s|error)?|time limits?",
        "time[sd]? ?-?out|time limit|exceeded|deadline",
    ),
    "refused connection": (
        "refused connections?|connections? (?:(?:is|are|was|were) )?refused|connection errors?",
        "refused|errno 111|connect",
    ),
    "missing module": (
        r"(?:no|missing) (?:\S{1,40} )?(?:packages?|modules?)|(?:modulenotfound|import ?)errors?",
        "modulenotfound|no module|import|missing|install|not found|unavailable|needs|require",
    ),
    "missing file": (
        r"(?:no|missing) (?:\S{1,40} )?files?|filenotfounderrors?",
        "filenotfound|no such file|missing|not found|does not exist",
    ),
    "assertion": ("assert(?:ion)?s?(?: ?errors?| failures?| mismatch(?:es)?)?", "assert"),
    "syntax error": ("(?:syntax|indentation) ?errors?", "syntax|indent|parse|invalid"),
    "memory": ("memoryerrors?|(?:running )?out of memory", "memory|oom|killed"),
    "permission": ("(?:missing )?permission(?:s| ?errors?)?", "permission|denied|not permitted"),
    "GPU": ("(?:no )?(?:gpus?|cuda)", "gpu|cuda|accelerator|nvidia|device"),
}
# e.g. "timeouts"
_CAUSE: Final = re.compile(
    "|".join(rf"(?P<k{at}>\b(?:{words})\b)" for at, (words, _) in enumerate(_CAUSES.values()))
    + rf"|(?-i:\b(?P<name>{_EXCEPTION})s?\b)",
    re.IGNORECASE,
)
_REASONS: Final = {
    name: re.compile(reason, re.IGNORECASE)
    for name, (_, reason) in _CAUSES.items()
    if name != "GPU"
}
_ANY_EXCEPTION: Final = re.compile(rf"\b{_EXCEPTION}\b|DID NOT RAISE")
# What may be between tests and their cause.
_LINK: Final = frozenset(
    (
        "( a all an and are because both broke broken by caused come comes crash crashed "
        "crashes died dies down due each error errors fail failed failing fails failures "
        "for from got hit hits in is it its just lack need needs now of off on out outright "
        "plain raise raised raises requires runs same since skipped stem stems the there "
        "they they're to want wants was were with"
    ).split()
)
_OUTCOMES: Final[dict[str, Quantity]] = {"E": "errors", "S": "skipped"}


def read_cause(start: int, sentence: str, words: Sequence[Token]) -> list[Statement]:
    """``test_a dies with a KeyError``, ``both failures are timeouts``; none where the sentence
    speaks of another time, too, or where other words are between the tests and the cause."""
    if not any(token.code in "nFES" for token in words):
        return []
    cause = next((m for m in _CAUSE.finditer(sentence) if m.start()), None)
    before = [token for token in words if cause and token.end <= cause.start()]
    last = max((at for at, token in enumerate(before) if token.code in "nFES"), default=-1)
    if cause is None or last < 0:
        return []
    begin = max(
        (at + 1 for at, token in enumerate(before[:last]) if token.code in "–;:|"), default=0
    )
    anchor, before = before[last], before[begin : last + 1]
    others = [token for token in before[:-1] if token.code not in "NAnTgJ&,"]
    between = re.findall(r"[^\s`:,(]+", sentence[anchor.end : cause.start()].lower())
    linked = {t.start for t in words if anchor.end <= t.start < cause.end() and t.code not in "cðπ"}
    loose = "".join(token.code for token in words if token.start not in linked)
    if not between and anchor.code != "S" and ":" not in sentence[anchor.end : cause.start()]:
        return []
    if not _LINK.issuperset(between) or re.search("[bcdðQMπ?KU»«]", loose) or "Z" in loose:
        return []
    parts = others[-1:] if others and others[-1].code in "usf" else []
    if others != parts:
        return []
    names = tuple(token.text for token in before if token.code == "n")
    is_one = any(token.code == "T" and not token.text.endswith("s") for token in before)
    if is_one and not names and not any(token.code in "NA" for token in before):
        return []  # "the test failed with a KeyError": which one?
    kind = cause["name"] or list(_CAUSES)[int((cause.lastgroup or "k0")[1:])]
    return [
        Statement(
            start + before[0].start,
            start + cause.end(),
            "cause",
            names=names,
            subject=() if names or not parts else parts[0].names,
            outcome=_OUTCOMES.get(anchor.code, "failing"),
            cause=kind,
        )
    ]


def tells(message: str, cause: str, *, is_reason: bool) -> bool | None:
    """Whether a message has a cause; None where it mentions none. A reason to skip always tells."""
    pattern = _CAUSES[cause][1] if cause in _CAUSES else re.escape(cause)
    if re.search(pattern, message, re.IGNORECASE):
        return True
    match = _ANY_EXCEPTION.search(message) or any(p.search(message) for p in _REASONS.values())
    return False if match or (is_reason and message) else None
