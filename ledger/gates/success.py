"""What may be called a success: the law that all ask who write or check a result.

A result is a claim: ``success`` over the attempt's own failing run is contradicted, unless a reason
is written beside it.
"""

import re
from functools import lru_cache
from typing import Final

from ledger.plan import text
from ledger.plan.model import Result
from ledger.rules.model import Severity

# e.g. "Because: no GPU here", "- [x] Users asked (attested: by Anna, on 3 May)"
_REASON: Final = re.compile(
    r"\b(?:because|attested)(?::\*{0,2}|\*{1,2}:)[ \t]*(?P<why>\w.*)", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W_]+")
_STOP: Final = re.compile(r"[.!?;](?:\s|\Z)")
# A result of these words alone is one of the attempt's own run.
_BARE: Final = frozenset(
    "success successful successfully succeeded pass passed passes passing ok done complete "
    "completed verified fixed resolved green works working all".split()
)


@lru_cache(maxsize=256)  # each action of an item is asked about the item's attempts
def reason_in(words: str) -> str:
    """The reason that ``words`` give behind ``Because:`` or ``attested:``; empty for none."""
    match = _REASON.search(words)
    return match["why"].strip() if match else ""


def without_reason(words: str) -> str:
    """What ``words`` say before they give a reason, or the bracket that holds it."""
    match = _REASON.search(words)
    return words[: match.start()].rstrip(" ,;(-\u2013\u2014") if match else words


def against_success(result: Result, failure: str, reason: str) -> Severity | None:
    """What a result is that its own run's ``failure`` speaks against: an error, or a warning where
    a ``reason`` insists on it. None where nothing does; ``failure`` is empty for a run without."""
    if result != "success" or not failure:
        return None
    return "warning" if reason else "error"


def subject_of(words: str) -> str:
    """What a result says that it is a success of, where it names that: ``success (phase B is
    recorded)``, ``reproduced``; empty for a bare word."""
    words_before = _WORD.findall(_STOP.split(words)[0].lower())
    others = [word for word in words_before if word not in _BARE]
    return text.one_line(words) if len(others) > 1 or "reproduced" in others else ""
