"""What a figure was and is: ``Before: 8 failed, after: 5 failed``."""

import re
from collections.abc import Sequence
from typing import Final

from ledger.plan.statements.model import OUTCOMES, Quantity, Statement
from ledger.plan.statements.tokens import Token

_O: Final = "[PFESXY]"
# e.g. "NPð,NPi"
_PAIR: Final = re.compile(
    # e.g. "Before: 8 failed, after: 5 failed", "The previous attempt had 9 passed, now it is 12"
    rf"ð:?(?P<n>N)T?(?P<q>{_O})T?[,;&]+(?:i:)?(?P<k>N)(?:T?(?P<r>{_O})T?)?i?"
    # e.g. "8 failing before, 5 after", "Passing tests: 9 before, 12 now"
    rf"|(?P<n2>N)T?(?P<q2>{_O})T?ð[,;&]+(?P<k2>N)(?:T?(?P<r2>{_O})T?)?i?"
    rf"|(?P<q3>{_O})T?:?(?P<n3>N)ð[,;&]+(?P<k3>N)i?"
    # e.g. "The suite took 40 s before and takes 30 s now"
    r"|W?H?(?P<n4>t)ð[,;&]+W?H?(?P<k4>t)i?|ð:?W?H?(?P<n5>t)[,;&]+(?:i:)?W?H?(?P<k5>t)i?"
)
# Other words for another time may mean one that no run is of: "yesterday", "initially".
# e.g. "the previous run"
_EARLIER: Final = re.compile(
    r"before|previously|(?:in |on |the |our |that )*"
    r"(?:baseline|(?:previous|last|earlier|prior|preceding) (?:run|attempt|one))"
)


def read_pair(start: int, words: Sequence[Token]) -> list[Statement]:
    """By how much a figure has changed, where a sentence says nothing else."""
    match = _PAIR.fullmatch("".join(token.code for token in words))
    lowered = [token.text.lower() for token in words if token.code == "ð"]
    if match is None or not all(map(_EARLIER.fullmatch, lowered)):
        return []
    at = {name[0]: match.start(name) for name, letter in match.groupdict().items() if letter}
    before, now = words[at["n"]], words[at["k"]]
    letter = words[at["q"]].code if "q" in at else ""
    if "r" in at and words[at["r"]].code != letter:
        return []
    quantity: Quantity = OUTCOMES[letter] if letter else "duration"
    return [
        Statement(
            start + words[0].start,
            start + words[-1].end,
            "change",
            now.low - before.high,
            now.high - before.low,
            of=(before.low, before.high),
            outcome=quantity,
        )
    ]
