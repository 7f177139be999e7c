"""How an attempt of a logbook ended: what its own label says, its heading's note, its tests.

Where nothing says so the result is unknown.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ledger.plan import words
from ledger.plan.model import Result

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

LABEL = re.compile(
    r"[ \t]{0,8}(?:[-*+][ \t]+)?(?P<bold>\*\*)?(?P<name>[^\W\d_][^:*\n]{0,40}?)"
    r"(?(bold)(?::\*\*|\*\*:?)|:)(?=[ \t]|\Z)[ \t]*(?P<value>.*)"
)
_RESULTS: Final = ("result", "results", "outcome", "verdict")
_TESTS: Final = ("test", "tests", "testing", "test run", "tests run", "test result", "test results")
_SAYS: Final[dict[str, Result]] = {
    "shipped": "success",
    "delivered": "success",
    "merged": "success",
    "abandoned": "failed",
    "blueprint": "info",
    "triage": "info",
    "kickoff": "info",
}
_CODE = re.compile(r"`[^`\n]{0,500}`")
_NONE_FAILED = re.compile(r"\b(?:0|no)[ \t]+(?:failed|failures?|errors?)\b", re.IGNORECASE)
_DASH = re.compile(r"[ \t](?:[\u2013\u2014]|-{1,2}|->|\u2192)[ \t]")
_WORD = re.compile(r"[a-z]+")
_LONGEST: Final = 240


def result(note: str, lines: Sequence[str], own: "Conventions | None") -> tuple[Result, str]:
    """The result, and the words that say it. ``lines`` are those of the attempt that are no
    code; ``note`` is what its heading says in parentheses."""
    said = list(labels(lines, own))
    for name, value in said:
        if name in _RESULTS and value:
            return words.result(value, own), value
    noted = of_note(note, own)
    if noted not in ("unknown", "info"):
        return noted, note
    verdicts = [verdict for name, value in said if name in _TESTS for verdict in _verdicts(value)]
    meant = [words.result(_NONE_FAILED.sub("", verdict), own) for verdict in verdicts]
    for wanted in ("failed", "partial", "blocked", "success"):
        if wanted in meant:
            return wanted, verdicts[meant.index(wanted)]
    return (noted, note) if noted == "info" else ("unknown", "")


def of_note(note: str, own: "Conventions | None") -> Result:
    """What a heading's note says of how the attempt ended."""
    known = words.result(note, own)
    if known not in ("unknown", "info"):
        return known
    told = [_SAYS[word] for word in _WORD.findall(note.lower()) if word in _SAYS]
    return told[-1] if told else known


def labels(lines: Sequence[str], own: "Conventions | None") -> Iterator[tuple[str, str]]:
    """Each label in lower case, with what stands behind it and in the list below it."""
    name, held = "", [""]
    for line in lines:
        found = LABEL.match(line)
        if found and (found["bold"] or found["name"].lower() in (*_RESULTS, *_TESTS)):
            if name:
                yield name, "\n".join(held).strip()
            name = words.name(found["name"].strip(), own).lower()
            held = [found["value"].strip()]
        elif name and line.lstrip()[:1] in ("-", "*", "+"):
            held.append(line.strip())
        elif line.strip():
            if name:
                yield name, "\n".join(held).strip()
            name = ""
    if name:
        yield name, "\n".join(held).strip()


def _verdicts(value: str) -> Iterator[str]:
    """What each line of a test's label says behind its command."""
    for line in value.split("\n"):
        said = _CODE.sub(" ", line[:_LONGEST])
        dashes = list(_DASH.finditer(said))
        said = (said[dashes[0].end() :] if dashes else said).strip(" -*+:\u2014\u2013")
        if said:
            yield said
