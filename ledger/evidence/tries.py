"""What became of one test, try by try, and names for tests that have one name."""

from collections import Counter
from collections.abc import Collection, Sequence

from ledger.evidence.model import FAILING, Outcome, TestResult
from ledger.evidence.part import shorten


class Tries:
    """The tries of one test: the last decides, and the test is flaky where an earlier one went
    the other way. A try may come in pieces: a call and the error of its teardown are one.
    ``outcome`` is None while the try has none, and where it failed and is run again."""

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self.count = 0
        self._message: str | None = None
        self._duration_s: float | None = None
        self._earlier: set[bool] = set()  # whether they failed

    def begin(self) -> None:
        """A further try. One before it that has no outcome failed: that is why there is another."""
        if self.count:
            self._earlier.add(self.outcome is None or self.outcome in FAILING)
        self.count += 1
        self.outcome = self._message = None

    def add_failed(self) -> None:
        """A try before the one that was told of."""
        self.count += 1
        self._earlier.add(True)

    def took(self, seconds: float | None) -> None:
        """Time for a piece of a try."""
        if seconds is not None:
            self._duration_s = (self._duration_s or 0.0) + seconds

    def add(self, outcome: Outcome | None, message: str | None = None) -> None:
        """What a piece of the try came to. A failure stays one; its first message tells why."""
        if outcome is None or self.outcome not in FAILING:
            self.outcome, self._message = outcome, message
        else:
            self.outcome = "error" if outcome == "error" else self.outcome
            self._message = self._message or message

    def result(self, identity: str, *, at_collection: bool = False) -> TestResult | None:
        """The result; None where the last try came to none."""
        if self.outcome is None:
            return None
        return TestResult(
            identity=identity,
            outcome=self.outcome,
            duration_s=None if self._duration_s is None else round(self._duration_s, 6),
            message=None if self._message is None else shorten(self._message),
            tries=max(1, self.count),
            flaky=(self.outcome not in FAILING) in self._earlier,
            at_collection=at_collection,
        )


def names_apart(
    identity: str, places: Sequence[Sequence[str]], taken: Collection[str]
) -> tuple[list[str], bool]:
    """Names for tests that are all called ``identity``, none of which is ``taken``: with what
    tells their ``places`` apart, such as their files and lines. And whether that took numbers."""
    labels: list[tuple[str, ...]] = [()] * len(places)
    for column in zip(*places, strict=True):
        longer = [(*label, piece) for label, piece in zip(labels, _shortest(column), strict=True)]
        if len(set(longer)) > len(set(labels)):
            labels = longer
    alike, seen = Counter(labels), Counter[tuple[str, ...]]()
    names: dict[str, None] = {}
    for label in labels:
        seen[label] += 1
        name = _named(identity, label, seen[label] if alike[label] > 1 else 0)
        while name in taken or name in names:
            seen[label] += 1
            name = _named(identity, label, seen[label])
        names[name] = None
    return list(names), len(alike) < len(labels)


def _named(identity: str, label: tuple[str, ...], number: int) -> str:
    pieces = [*filter(None, label), *([str(number)] if number else [])]
    return f"{identity} ({', '.join(pieces)})" if pieces else identity


def _shortest(paths: Sequence[str]) -> list[str]:
    """Paths without the folders that all of them begin with."""
    first, last = min(paths), max(paths)
    pairs = enumerate(zip(first, last, strict=False))
    length = next((at for at, (one, other) in pairs if one != other), len(first))
    at = 1 + max(first.rfind(separator, 0, length) for separator in "/\\>")
    return [path[at:].lstrip() for path in paths]
