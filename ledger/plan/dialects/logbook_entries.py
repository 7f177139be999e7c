"""What a logbook's headings and labels say: what a section holds, which attempt an entry records,
and how that ended: by its own label, its heading's note, its tests. Where nothing says so the
result is unknown.

Patterns see a heading's text without its number signs. Each is bounded, so that it takes linear
time.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from ledger.plan import patterns, words
from ledger.plan.model import Result
from ledger.plan.words import Vocabulary

Kind = Literal["status", "focus", "attempts", "done", "todo", "criteria", "other"]

_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("status", "status"),
    ("current status", "status"),
    ("current focus", "focus"),
    ("active focus", "focus"),
    ("focus", "focus"),
    ("attempts history", "attempts"),
    ("attempt history", "attempts"),
    ("attempts log", "attempts"),
    ("attempts", "attempts"),
    ("completed items", "done"),
    ("completed", "done"),
    ("todos", "todo"),
    ("todo", "todo"),
    ("to do", "todo"),
    ("next actions", "todo"),
    ("exit criteria", "criteria"),
    ("success criteria", "criteria"),
)
_OPENING = re.compile(
    r"[*\[`]{0,4}(?P<when>\d{4}[-\u2010\u2011]?\d\d[-\u2010\u2011]?\d\d"
    r"(?:[T \u202f]{1,2}\d\d(?::?\d\d){0,2}(?:[ \u202f]?(?:Z|UTC))?)?)(?!\w)[*\]`]{0,4}"
    r"(?P<dash>[ \t]*(?:[\u2013\u2014:]|-{1,2})[ \t]+|[ \t]+(?=\()|[ \t]*\Z)"
)
_ID = re.compile(rf"\*{{0,2}}\[?(?P<id>{patterns.ID})\]?\*{{0,2}}")
_STEP = r"[A-Z]{1,3}[0-9]{1,4}"
_STEPS = re.compile(
    rf"(?<!\w)(?P<first>{_STEP})(?:[-\u2010-\u2014](?P<last>{_STEP}|[0-9]{{1,4}}))?(?!\w)"
)
_SPLIT = re.compile(r"[ \t](?:[\u2013\u2014]|-{1,2})[ \t]|:[ \t]")
_NAME = re.compile(r"[^\W_][\w.-]{0,59}")
_NOTHING = re.compile(r"\(?(?:none|n/?a|tbd|nothing|idle)[.!)]{0,2}\Z", re.IGNORECASE)
_NOTE = re.compile(r"\((?P<note>[^()\n]{1,200})\)[ \t*]*\Z")
_MOST_STEPS: Final = 100  # in a range such as S1-S9


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
_VERDICT_DASH = re.compile(r"[ \t](?:[\u2013\u2014]|-{1,2}|->|\u2192)[ \t]")
_NOTE_WORD = re.compile(r"[a-z]+")
_LONGEST_VERDICT: Final = 240


class Focus(NamedTuple):
    """What is being worked on: its name, or where it has none (``is_named`` false) one made of
    its title."""

    id: str
    title: str
    is_named: bool


class Entry(NamedTuple):
    """The heading of one attempt. ``when`` is as written; ``rest`` follows the dash, ``note``
    stands in parentheses at its end."""

    when: str
    date: str
    stamp: str | None
    rest: str
    note: str


def kind(title: str, vocabulary: Vocabulary) -> Kind:
    """What the section below a heading holds."""
    said = vocabulary.name(words.plain(title).rstrip(" :")).lower()
    said = said.partition("(")[0].strip()
    return next((kind for name, kind in _KINDS if said == name), "other")


def focus(lines: Sequence[str], vocabulary: Vocabulary) -> Focus | None:
    """What the first of the lines names: ``ID — Title``, ``[ID] Title`` or a title alone; None
    where it says that there is nothing."""
    line = next((line for line in lines if line.strip()), "")
    said = patterns.unbulleted(line)[1].strip()
    plain = words.plain(said).strip("_ \u2013\u2014-")
    if _NOTHING.match(plain) or not re.search(r"\w", plain):
        return None
    shaped = patterns.ids(vocabulary).item.match(said)
    if shaped and (vocabulary.conventions.id or said.lstrip("*").startswith("[")):
        title = words.plain(shaped["title"]).strip(" \t–—-:*")
        return Focus(patterns.plain_id(patterns.id_of(shaped)), title, is_named=True)
    split = _SPLIT.search(plain)
    name = plain[: split.start()] if split else plain
    is_parted = split is not None and split.group()[0] != ":"
    if _NAME.fullmatch(name) and (is_parted or is_id(name)):
        return Focus(patterns.plain_id(name), plain[split.end() :].strip() if split else "", True)
    return Focus(patterns.slug(plain, "focus"), plain, is_named=False)


def entry(title: str) -> Entry | None:
    """The attempt that a heading opens: one that begins with a date."""
    found = _OPENING.match(title)
    if not found:
        return None
    date, stamp = patterns.when(found["when"].replace(" ", "T").replace("\u202f", "T"))
    if not date:
        return None
    rest = title[found.end() :].strip()
    note = _NOTE.search(rest)
    return Entry(
        found["when"],
        date,
        stamp,
        rest[: note.start()].strip() if note else rest,
        note["note"].strip() if note else "",
    )


def newest_first(entries: Sequence[Entry]) -> bool:
    """Whether the times of the entries fall from top to bottom, for the most part."""
    keys = [re.sub(r"\D", "", one.when).ljust(14, "0") for one in entries]
    falls = sum(a > b for a, b in pairwise(keys))
    return falls > sum(a < b for a, b in pairwise(keys))


def named(rest: str) -> str | None:
    """The name of an initiative that an entry's heading, or the focus, begins with: an ID, or one
    word that is followed by its steps or by nothing."""
    found = _ID.match(rest)
    if found and is_id(found["id"]):
        return patterns.plain_id(found["id"])
    word = _NAME.match(rest.lstrip("*[`"))
    if not word or word.group().isdigit():
        return None
    behind = rest.lstrip("*[`")[word.end() :].strip(" \t*]`")
    is_alone = not behind and word.group().islower()
    return word.group() if is_alone or _STEPS.match(behind) else None


def is_id(name: str) -> bool:
    """Whether a word is no word but a name: ``PARSE-001``, ``DEBUG-SIM``, ``B7``."""
    joined = re.search(r"[-_.\u2010\u2011]", name)
    return (bool(joined) and name.isupper()) or any(character.isdigit() for character in name)


def steps(rest: str) -> frozenset[str]:
    """The steps that a heading names, ranges written out: ``S1``, ``S2`` of ``S1\u2013S2``."""
    found: set[str] = set()
    for match in _STEPS.finditer(rest):
        found.add(match["first"])
        letters = match["first"].rstrip("0123456789")
        last = (match["last"] or "").removeprefix(letters)
        if last.isdigit():
            start = int(match["first"].removeprefix(letters))
            end = min(int(last), start + _MOST_STEPS)
            found.update(f"{letters}{n}" for n in range(start, end + 1))
    return frozenset(found)


# How an entry ended


def result(note: str, lines: Sequence[str], vocabulary: Vocabulary) -> tuple[Result, str]:
    """The result, and the words that say it. ``lines`` are those of the attempt that are no
    code; ``note`` is what its heading says in parentheses."""
    said = list(labels(lines, vocabulary))
    for name, value in said:
        if name in _RESULTS and value:
            return vocabulary.result(value), value
    noted = of_note(note, vocabulary)
    if noted not in ("unknown", "info"):
        return noted, note
    verdicts = [verdict for name, value in said if name in _TESTS for verdict in _verdicts(value)]
    meant = [vocabulary.result(_NONE_FAILED.sub("", verdict)) for verdict in verdicts]
    for wanted in ("failed", "partial", "blocked", "success"):
        if wanted in meant:
            return wanted, verdicts[meant.index(wanted)]
    return (noted, note) if noted == "info" else ("unknown", "")


def of_note(note: str, vocabulary: Vocabulary) -> Result:
    """What a heading's note says of how the attempt ended."""
    known = vocabulary.result(note)
    if known not in ("unknown", "info"):
        return known
    told = [_SAYS[word] for word in _NOTE_WORD.findall(note.lower()) if word in _SAYS]
    return told[-1] if told else known


def labels(lines: Sequence[str], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Each label in lower case, with what stands behind it and in the list below it."""
    found: list[tuple[str, list[str]]] = []
    is_open = False
    for line in lines:
        label = LABEL.match(line)
        if label and (label["bold"] or label["name"].lower() in (*_RESULTS, *_TESTS)):
            name = vocabulary.name(label["name"].strip()).lower()
            found.append((name, [label["value"].strip()]))
            is_open = True
        elif is_open and line.lstrip()[:1] in ("-", "*", "+"):
            found[-1][1].append(line.strip())
        elif line.strip():
            is_open = False
    for name, values in found:
        yield name, "\n".join(values).strip()


def _verdicts(value: str) -> Iterator[str]:
    """What each line of a test's label says behind its command."""
    for line in value.split("\n"):
        said = _CODE.sub(" ", line[:_LONGEST_VERDICT])
        dashes = list(_VERDICT_DASH.finditer(said))
        said = (said[dashes[0].end() :] if dashes else said).strip(" -*+:\u2014\u2013")
        if said:
            yield said
