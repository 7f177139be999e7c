"""What a logbook's headings and labels say: what a section holds, which attempt an entry records,
and how that ended: by its own label, its heading's note, its tests. Where nothing says so the
result is unknown. A new entry is put in beside the latest, in the style of its neighbours.

Patterns see a heading's text without its number signs. Each is bounded, so that it takes linear
time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from ledger.plan import patterns, places, styles, words
from ledger.plan.document import Edit
from ledger.plan.model import Attempt, Field, Item, Ledger, NewAttempt, Result
from ledger.plan.words import Vocabulary

Kind = Literal["status", "focus", "attempts", "done", "todo", "criteria", "other"]

_TITLES: Final[dict[Kind, tuple[str, ...]]] = {
    "status": ("status", "current status"),
    "focus": ("current focus", "active focus", "focus"),
    "attempts": ("attempts history", "attempt history", "attempts log", "attempts"),
    "done": ("completed items", "completed"),
    "todo": ("todos", "todo", "to do", "next actions"),
    "criteria": words.CRITERIA,
}
# e.g. "[2026-02-01 10:30] — LESER-1"
_OPENING = re.compile(
    r"[*\[`]{0,4}(?P<when>\d{4}[-\u2010\u2011]?\d\d[-\u2010\u2011]?\d\d"
    r"(?:[T \u202f]{1,2}\d\d(?::?\d\d){0,2}(?:[ \u202f]?(?:Z|UTC))?)?)(?!\w)[*\]`]{0,4}"
    r"(?P<dash>[ \t]*(?:[\u2013\u2014:]|-{1,2})[ \t]+|[ \t]+(?=\()|[ \t]*\Z)"
)
# e.g. "**[PARSE-001]**"
_ID = re.compile(rf"\*{{0,2}}\[?(?P<id>{patterns.ID})\]?\*{{0,2}}")
_STEP = r"[A-Z]{1,3}[0-9]{1,4}"
# e.g. "A1-A4"
_STEPS = re.compile(
    rf"(?<!\w)(?P<first>{_STEP})(?:[-\u2010-\u2014](?P<last>{_STEP}|[0-9]{{1,4}}))?(?!\w)"
)
_SPLIT = re.compile(r"[ \t](?:[\u2013\u2014]|-{1,2})[ \t]|:[ \t]")
_NAME = re.compile(r"[^\W_][\w.-]{0,59}")
_NOTHING = re.compile(r"\(?(?:none|n/?a|tbd|nothing|idle)[.!)]{0,2}\Z", re.IGNORECASE)
_NOTE = re.compile(r"\((?P<note>[^()\n]{1,200})\)[ \t*]*\Z")
_MOST_STEPS: Final = 100  # in a range such as S1-S9


# e.g. "- **Metrics:** 12 passed"
LABEL = re.compile(
    r"[ \t]{0,8}(?:[-*+][ \t]+)?(?P<bold>\*\*)?(?P<name>[^\W\d_][^:*\n]{0,40}?)"
    r"(?(bold)(?::\*\*|\*\*:?)|:)(?=[ \t]|\Z)[ \t]*(?P<value>.*)"
)
_RESULTS: Final = ("result", "results", "outcome", "verdict")
_TESTS: Final = ("test", "tests", "testing", "test run", "tests run", "test result", "test results")
_SAYS: Final[dict[str, Result]] = words.by_word(
    {
        "success": "shipped delivered merged",
        "failed": "abandoned",
        "info": "blueprint triage kickoff",
    }
)
_CODE = re.compile(r"`[^`\n]{0,500}`")
_NONE_FAILED = re.compile(r"\b(?:0|no)[ \t]+(?:failed|failures?|errors?)\b", re.IGNORECASE)
_VERDICT_DASH = re.compile(r"[ \t](?:[\u2013\u2014]|-{1,2}|->|\u2192)[ \t]")
_NOTE_WORD = re.compile(r"[a-z]+")
_LONGEST_VERDICT: Final = 240


class Focus(NamedTuple):
    """What is being worked on: its name, or (``is_named`` false) one made of its title."""

    id: str
    title: str
    is_named: bool


class Entry(NamedTuple):
    """The heading of an attempt: date as written, what follows the dash, note in parentheses."""

    when: str
    date: str
    stamp: str | None
    rest: str
    note: str


def kind(title: str, vocabulary: Vocabulary) -> Kind:
    """What the section below a heading holds."""
    text = vocabulary.name(words.plain(title).rstrip(" :")).lower()
    text = text.partition("(")[0].strip()
    return next((kind for kind, titles in _TITLES.items() if text in titles), "other")


def focus(lines: Sequence[str], vocabulary: Vocabulary) -> Focus | None:
    """What the first line names: ``ID — Title``, ``[ID] Title`` or a title; None for nothing."""
    line = next((line for line in lines if line.strip()), "")
    unbulleted = patterns.unbulleted(line)[1].strip()
    plain = words.plain(unbulleted).strip("_ \u2013\u2014-")
    if _NOTHING.match(plain) or not re.search(r"\w", plain):
        return None
    shaped = patterns.ids(vocabulary).item.match(unbulleted)
    if shaped and (vocabulary.conventions.id or unbulleted.lstrip("*").startswith("[")):
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
    match = _OPENING.match(title)
    if not match:
        return None
    date, stamp = patterns.when(match["when"].replace(" ", "T").replace("\u202f", "T"))
    if not date:
        return None
    rest = title[match.end() :].strip()
    note = _NOTE.search(rest)
    title, remark = (rest[: note.start()], note["note"]) if note else (rest, "")
    return Entry(match["when"], date, stamp, title.strip(), remark.strip())


def newest_first(entries: Sequence[Entry]) -> bool:
    """Whether the times of the entries fall from top to bottom, for the most part."""
    keys = [re.sub(r"\D", "", each.when).ljust(14, "0") for each in entries]
    falls = sum(a > b for a, b in pairwise(keys))
    return falls > sum(a < b for a, b in pairwise(keys))


def initiative(rest: str) -> str | None:
    """The name of an initiative that an entry's heading, or the focus, begins with: an ID, or one
    word that is followed by its steps or by nothing."""
    match = _ID.match(rest)
    if match and is_id(match["id"]):
        return patterns.plain_id(match["id"])
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
    numbers: set[str] = set()
    for match in _STEPS.finditer(rest):
        numbers.add(match["first"])
        letters = match["first"].rstrip("0123456789")
        last = (match["last"] or "").removeprefix(letters)
        if last.isdigit():
            start = int(match["first"].removeprefix(letters))
            end = min(int(last), start + _MOST_STEPS)
            numbers.update(f"{letters}{n}" for n in range(start, end + 1))
    return frozenset(numbers)


# How an entry ended


def result(note: str, lines: Sequence[str], vocabulary: Vocabulary) -> tuple[Result, str]:
    """The result, and the words that say it. ``lines`` are those of the attempt that are no
    code; ``note`` is what its heading says in parentheses."""
    labelled = list(labels(lines, vocabulary))
    for name, value in labelled:
        if name in _RESULTS and value:
            return vocabulary.result(value), value
    noted = of_note(note, vocabulary)
    if noted not in ("unknown", "info"):
        return noted, note
    verdicts = [
        verdict for name, value in labelled if name in _TESTS for verdict in _verdicts(value)
    ]
    results = [vocabulary.result(_NONE_FAILED.sub("", verdict)) for verdict in verdicts]
    for wanted in ("failed", "partial", "blocked", "success"):
        if wanted in results:
            return wanted, verdicts[results.index(wanted)]
    return (noted, note) if noted == "info" else ("unknown", "")


def of_note(note: str, vocabulary: Vocabulary) -> Result:
    """What a heading's note says of how the attempt ended."""
    known = vocabulary.result(note)
    if known not in ("unknown", "info"):
        return known
    results = [_SAYS[word] for word in _NOTE_WORD.findall(note.lower()) if word in _SAYS]
    return results[-1] if results else known


def labels(lines: Sequence[str], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Each label in lower case, with what is behind it and in the list below it."""
    labelled: list[tuple[str, list[str]]] = []
    is_open = False
    for line in lines:
        label = LABEL.match(line)
        if label and (label["bold"] or label["name"].lower() in (*_RESULTS, *_TESTS)):
            name = vocabulary.name(label["name"].strip()).lower()
            labelled.append((name, [label["value"].strip()]))
            is_open = True
        elif is_open and line.lstrip()[:1] in ("-", "*", "+"):
            labelled[-1][1].append(line.strip())
        elif line.strip():
            is_open = False
    for name, values in labelled:
        yield name, "\n".join(values).strip()


def _verdicts(value: str) -> Iterator[str]:
    """What each line of a test's label says behind its command."""
    for line in value.split("\n"):
        text = _CODE.sub(" ", line[:_LONGEST_VERDICT])
        dashes = list(_VERDICT_DASH.finditer(text))
        text = (text[dashes[0].end() :] if dashes else text).strip(" -*+:\u2014\u2013")
        if text:
            yield text


# A new entry

_HEADING = re.compile(r"(?P<marks>[ ]{0,3}#{1,6})[ \t]+")
_SUMMARIES: Final = ("action", "actions", "summary", "work", "what", "done", "goal")
_DASH = re.compile(r"[ \t](?P<dash>[\u2013\u2014:]|-{1,2})[ \t]")
_LONGEST_NOTE: Final = 60
_LONGEST_STYLE: Final = 60  # lines of a neighbour that are looked at
_Time = Literal["day", "minute", "second", "compact"]


@dataclass(frozen=True, slots=True)
class Style:
    """How entries look: their heading's level, how its time is written, and their labels.

    ``summary`` and ``metrics`` are the names of labels; ``is_listed`` puts metrics and artifacts in
    a list below their label, ``is_spaced`` a blank line between labels."""

    marks: str = "###"
    time: _Time = "minute"
    dash: str = "\u2014"
    summary: str = "Action"
    metrics: str = "Metrics"
    bold: str = "**"
    is_listed: bool = True
    is_spaced: bool = True


def new_entry(ledger: Ledger, item: Item, new: NewAttempt) -> Edit:
    """An entry beside the latest, in the style of its neighbour."""
    entries = places.shared_history(ledger)
    if entries:
        every = (entry(_title(ledger, each)) for each in entries)
        is_first = newest_first([known for known in every if known])
        own = [known for known in entries if known.item == item.id]
        style = _style(ledger, (own or entries)[0 if is_first else -1])
        lines = _rendered(item, new, style, words.of(ledger))
        if is_first:
            return places.insertion(ledger.text, entries[0].span.start_byte, [*lines, ""])
        between = places.between(ledger, entries)
        return places.behind(ledger, entries[-1].span.end_byte, [*between, *lines])
    home, todo = field_of(item, "attempts"), field_of(item, "todo")
    marks = marks_of(places.first_line(ledger, (home or item).span.start_byte))
    lines = _rendered(item, new, Style(marks=f"#{marks}"[:6]), words.of(ledger))
    if home:
        return places.behind(ledger, home.span.end_byte, ["", *lines])
    title = f"{marks} {words.of(ledger).written('Attempts History')}"
    if todo:
        return places.insertion(ledger.text, todo.span.start_byte, [title, "", *lines, ""])
    return places.insertion(ledger.text, len(ledger.text), ["", title, "", *lines])


def _title(ledger: Ledger, entry: Attempt) -> str:
    return places.first_line(ledger, entry.span.start_byte).strip().strip("#").strip()


def marks_of(line: str) -> str:
    """The number signs of a heading."""
    match = _HEADING.match(line)
    return match["marks"].strip() if match else "##"


def _style(ledger: Ledger, like: Attempt) -> Style:
    """The style of an entry."""
    lines = places.lines(ledger, like)[:_LONGEST_STYLE]
    title = _title(ledger, like)
    opened = entry(title)
    dash = _DASH.search(title)
    styles: dict[str, tuple[int, str]] = {}
    bold = "**"
    for at, line in enumerate(lines):
        label = LABEL.match(line)
        if label:
            bold = "**" if label["bold"] else bold
            styles.setdefault(label["name"].strip(), (at, label["value"].strip()))
    summaries = [name for name in styles if name.lower() in _SUMMARIES]
    listed = [name for name in styles if name.lower().startswith(("metrics", "artifacts"))]
    firsts = [at for at, _ in styles.values()]
    return Style(
        marks=marks_of(lines[0]),
        time=_time(opened.when) if opened else "minute",
        dash=dash["dash"] if dash else "\u2014",
        summary=summaries[0] if summaries else "Action",
        metrics=next((name for name in listed if name.lower().startswith("metrics")), "Metrics"),
        bold=bold,
        is_listed=not listed or not styles[listed[0]][1],
        is_spaced=not firsts[1:] or any(not lines[at - 1].strip() for at in firsts[1:]),
    )


def _time(when: str) -> _Time:
    if patterns.STAMP.search(when):
        return "compact"
    digits = len(re.sub(r"\D", "", when))
    return "day" if digits <= 8 else "minute" if digits <= 12 else "second"


def _rendered(item: Item, new: NewAttempt, style: Style, vocabulary: Vocabulary) -> list[str]:
    """The entry's lines, without newlines."""
    defused = styles.defused(new.words, vocabulary)
    note = defused if _fits(defused, new, vocabulary) else ""
    name = f" {style.dash} {item.id}" if item.is_named else ""
    # The run's stamp is read from the first folder that is cited, if it is there.
    is_cited = not new.stamp or new.stamp in "".join(new.artifacts[:1])
    time = style.time if is_cited else "second"
    lines = [f"{style.marks} {_when(new, time)}{name}" + (f" ({note})" if note else "")]
    blocks: list[list[str]] = []
    for label, values in (
        (style.summary, [styles.defused(new.summary, vocabulary)]),
        (vocabulary.written("Result"), [] if note else [defused]),
        (style.metrics, styles.defused(new.metrics, vocabulary).split("; ")),
        ("Because", [styles.defused(new.because, vocabulary)]),
        ("Artifacts", [f"`{path}`" for path in new.artifacts]),
        ("Commit", [new.commit]),
    ):
        opened = f"{style.bold}{label}:{style.bold}"
        kept = [value for value in values if value]
        if kept and style.is_listed and label in (style.metrics, "Artifacts"):
            blocks.append([opened, *(f"- {styles.inert(value)}" for value in kept)])
        elif kept:
            blocks.append([f"{opened} {'; '.join(kept)}"])
    for place, block in enumerate(blocks):
        if place and style.is_spaced:
            lines.append("")
        lines += block
    return lines


def _fits(text: str, new: NewAttempt, vocabulary: Vocabulary) -> bool:
    """Whether the result can stand as the note of a heading and means the same there."""
    plain = not set(text) & set("()[]#`*<>\\") and len(text) <= _LONGEST_NOTE
    return plain and of_note(text, vocabulary) == new.result


def _when(new: NewAttempt, time: _Time) -> str:
    moment = new.stamp or new.moment
    if time == "day" or not moment:
        return new.date
    if time == "compact":
        return moment
    hour, minute, second = moment[9:11], moment[11:13], moment[13:15]
    return f"{new.date}T{hour}:{minute}" + (f":{second}Z" if time == "second" else "Z")


def field_of(item: Item, wanted: Kind) -> Field | None:
    """The section of that kind."""
    kinds = ((kind(word.name, words.USUAL), word) for word in item.fields)
    return next((word for known, word in kinds if known == wanted), None)
