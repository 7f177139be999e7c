"""The figures of one sentence, and the claims that are made of them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ledger.claims import amounts
from ledger.claims.figures import Figure
from ledger.claims.model import Amount, Claim, ClaimKind, Whose
from ledger.claims.prose import Prose, Sentence
from ledger.claims.scope import Scope

TIMES = frozenset({"seconds", "minutes", "hours", "clock", "ms"})


class Context(NamedTuple):
    """What all claims of an entry share."""

    prose: Prose
    item: str | None
    attempt: int | None


class Reading:
    """One sentence while its figures are read from left to right. ``used`` are figures that are
    part of a claim already; ``group`` numbers what is said in one breath."""

    def __init__(
        self,
        context: Context,
        sentence: Sentence,
        figures: Sequence[Figure],
        scopes: Sequence[Scope],
        first_group: int,
    ) -> None:
        self.context = context
        self.plain = context.prose.plain
        self.sentence = sentence
        self.figures = figures
        self.scopes = scopes
        self.used: set[int] = set()
        self.group = first_group
        self.claims: list[Claim] = []
        self._seen: set[str] = set()

    def next_group(self) -> None:
        """What follows is said in another breath."""
        self.group += 1
        self._seen = set()

    def next(self, index: int) -> int | None:
        """The figure after ``index``, where it is not part of a claim yet."""
        after = index + 1
        return after if after < len(self.figures) and after not in self.used else None

    def between(self, index: int, after: int) -> str:
        """What stands between two figures."""
        return self.plain[self.figures[index].end : self.figures[after].start]

    def joined(self, index: int, link: re.Pattern[str]) -> int | None:
        """The next figure, where nothing but ``link`` stands between."""
        after = self.next(index)
        if after is None:
            return None
        return after if link.fullmatch(self.between(index, after)) else None

    def before(self, index: int, width: int) -> str:
        """Up to ``width`` characters of the sentence before a figure."""
        start = self.figures[index].start
        return self.plain[max(self.sentence.start, start - width) : start]

    def whose(self, index: int) -> Whose:
        """Whose a figure is: never surely the run's own where it is said to be about so."""
        return "loose" if self.figures[index].modifier else self.scopes[index].whose

    def amount(self, index: int, unit: str = "") -> Amount | None:
        """The value of a figure that has one number; ``unit`` where it has none of its own."""
        figure = self.figures[index]
        number = figure.numbers[0]
        if figure.unit in TIMES:
            return length(figure)
        if figure.unit or unit:
            return amounts.amount(number)
        return amounts.exact(number) if is_whole(number) else None

    def add(  # noqa: PLR0913 - a claim has as many parts
        self,
        kind: ClaimKind,
        index: int,
        measure: str,
        amount: Amount | None,
        claimed: str,
        *,
        whose: Whose | None = None,
        of: tuple[Amount | None, ...] = (),
        is_firm: bool | None = None,
        name: str = "",
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        """One claim about the figure ``index``. A measure that a group has already begins
        another group."""
        figure, scope = self.figures[index], self.scopes[index]
        if kind == "count":
            if measure in self._seen:
                self.next_group()
            self._seen.add(measure)
        self.claim(
            kind,
            (figure.start if start is None else start, figure.end if end is None else end),
            scope,
            measure,
            amount,
            claimed,
            whose=self.whose(index) if whose is None else whose,
            of=of,
            is_firm=scope.is_firm if is_firm is None else is_firm,
            name=name,
        )

    def claim(  # noqa: PLR0913 - likewise
        self,
        kind: ClaimKind,
        span: tuple[int, int],
        scope: Scope,
        measure: str,
        amount: Amount | None,
        claimed: str,
        *,
        whose: Whose,
        of: tuple[Amount | None, ...] = (),
        is_firm: bool = False,
        name: str = "",
    ) -> None:
        """One claim about the passage ``span``."""
        prose = self.context.prose
        self.claims.append(
            Claim(
                item=self.context.item,
                attempt=self.context.attempt,
                kind=kind,
                text=prose.quote(*span),
                claimed=claimed,
                line=prose.line(span[0]),
                measure=measure,
                amount=amount,
                group=self.group,
                whose=whose,
                subject=scope.subject,
                runs=scope.runs,
                against=scope.against,
                name=name,
                of=of,
                is_firm=is_firm,
            )
        )


def is_whole(number: str) -> bool:
    """Whether a number as written has no decimals."""
    return "." not in number


def length(figure: Figure) -> Amount | None:
    """A figure that is a length of time, in seconds."""
    if figure.unit == "ms":
        return amounts.amount(figure.numbers[0], 0.001)
    if figure.unit == "seconds":
        return amounts.amount(figure.numbers[0]) if len(figure.numbers) == 1 else None
    return amounts.seconds(figure.written.rstrip("."))
