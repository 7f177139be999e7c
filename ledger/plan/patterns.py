"""How items, attempts and actions open in any dialect. Patterns see lines without bullets, and each
is bounded, so that it takes linear time."""

import re
import textwrap
from functools import lru_cache
from typing import NamedTuple

from ledger.plan import words
from ledger.plan.words import USUAL, Vocabulary

_JOINT = r"[-_.\u2010\u2011]"
ID = rf"(?!YYYY)[A-Z][A-Z0-9]*(?:{_JOINT}[A-Za-z0-9]+)*"
# e.g. "[PARSE-001] Read large files"
ITEM = re.compile(rf"\*{{0,2}}\[(?P<id>{ID})\]\*{{0,2}}:?(?P<title>.*)", re.DOTALL)


# ✅, 🚧: a sign, no mark of Markdown's
_MARK = r"[^\w\s*\[\]()~`#\"'<>.,:;/\\-]{1,8}"


class Ids(NamedTuple):
    """Patterns for an item's ID: where its heading begins, where a bullet lists several, a cell of
    the index, and one in brackets, as a row of it begins."""

    item: re.Pattern[str]
    listed: re.Pattern[str]
    cell: re.Pattern[str]
    row: re.Pattern[str]


def _ids(form: str, item: re.Pattern[str]) -> Ids:
    return Ids(
        item,
        re.compile(rf"\[{form}\](?:,? ?(?:and )?\[{form}\])*", re.ASCII if form is ID else 0),
        re.compile(rf"\[?\[?({form})\]?"),
        re.compile(rf"\[({form})\]\s*"),
    )


_USUAL = _ids(ID, ITEM)


def ids(vocabulary: Vocabulary) -> Ids:
    """The patterns for IDs, of the shapes that the project says, if it does."""
    shapes = vocabulary.conventions.id
    return _shaped(shapes) if shapes else _USUAL


def id_of(heading: re.Match[str]) -> str:
    """The ID that ``Ids.item`` found, with or without brackets."""
    groups = heading.groupdict()
    return groups["id"] or groups["bare"] or ""


@lru_cache(maxsize=16)
def _shaped(shapes: tuple[str, ...]) -> Ids:
    """An ID of a shape with digits needs no brackets in its heading: it can be distinguished from
    words."""
    form = _form(shapes)
    bare = _form(tuple(shape for shape in shapes if "<digits>" in shape))
    title = r"\*{0,2}(?:[ \t]*(?::|[\u2013\u2014-](?=[ \t])))?(?P<title>.*)"
    return _ids(
        form,
        re.compile(
            rf"\*{{0,2}}(?:\[(?P<id>{form})\]|(?P<bare>{bare})(?![\w-]|\.\w)){title}", re.DOTALL
        ),
    )


# Shapes of what opens an item whose status is reported beside it; without one it may be any text.
_LOOSE = (
    rf"(?P<id>(?!YYYY)[A-Za-z][A-Za-z0-9]{{0,24}}(?:{_JOINT}[A-Za-z0-9]{{1,24}}){{0,6}}"
    r"|\d{1,4}(?:\.\d{1,4}){1,5})"
)
_NOUN = "issue|task|ticket|bug|item|problem|finding|fix|story|feature|prompt"
_SHAPES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(rf"(?:{_MARK}[ \t]*)?{form}(?P<title>.*)", re.DOTALL)
    for form in (
        # [seed] Watch, **[core.1] Watch**, `[US-1]` Watch
        rf"\*{{0,2}}`?\[{_LOOSE}\](?!\()`?\*{{0,2}}:?",
        # LEX-001: Read, LEX-001. Read, **T1** — Read, 1.2: Read, Ticket LEX-1 — Read
        (
            rf"\*{{0,2}}(?:(?i:{_NOUN})[ \t]+)?(?=\W{{0,3}}[^\s:]*\d)\*{{0,2}}`?{_LOOSE}`?\*{{0,2}}"
            r"(?::|\.(?=[ \t])|[ \t]+(?:[\u2013\u2014]|--?)(?=[ \t]))"
        ),
        # **LEX-001 Read**, LEX-001 Read
        rf"\*{{0,2}}`?(?=[^\s`]*\d){_LOOSE}(?<=\d)`?\*{{0,2}}(?=[ \t])",
        # LEX-001 alone: its title is a field
        rf"\*{{0,2}}`?(?=[^\s`]*\d){_LOOSE}`?\*{{0,2}}(?=\Z)",
        # 1. Read, Issue 3: Read, Task B: Read, Step 5c — Read
        (
            rf"(?P<id>)\*{{0,2}}(?:(?i:{_NOUN}|step|phase|part)[ \t]+"
            r"(?:#?\d{1,4}[a-z]?|[A-Z](?=[.):]))|#?\d{1,4}(?=[.)]))[.):]?(?=[ \t])"
        ),
    )
)


class Shaped(NamedTuple):
    """The ID, empty for none, of what may be an item, its title, and that with all behind it."""

    id: str
    title: str
    rest: str


# e.g. "[in-progress]"
_BOX = re.compile(rf"\[(?:[xX]|{'|'.join(words.WORD_BOXES)})\]", re.IGNORECASE)


def shaped(line: str, vocabulary: Vocabulary) -> Shaped | None:
    """What ``line`` opens if a status is reported beside it: ``LEX-001: Read``, ``[seed] Watch``,
    ``**LEX-001 Read**``, ``1. Read``; nothing in a project that says how its IDs look."""
    if vocabulary.conventions.id or _BOX.match(line):
        return None
    for shape in _SHAPES:
        if match := shape.match(line):
            title = words.plain(match["title"]).strip(" \t:\u2013\u2014-")
            return Shaped(plain_id(match["id"]), title, match["title"])
    return None


@lru_cache(maxsize=16)
def field_label(vocabulary: Vocabulary, *names: str) -> re.Pattern[str]:
    """What a line begins with that says a field of those ``names``, wherever it stands:
    ``- **Status**: done``, ``Status: done``, ``> **Status:** done``, ``#### Status: done``."""
    known = "|".join(re.escape(label) for name in names for label in vocabulary.names_of(name))
    return re.compile(
        r"[ \t]{0,3}(?:>[ \t]?)?(?:[-*+][ \t]+|#{1,6}[ \t]+)?[*_`]{0,2}"
        rf"(?:Current[ \t]+)?(?P<name>{known})[*_`]{{0,2}}:[*_`]{{0,2}}[ \t]*",
        re.IGNORECASE,
    )


# e.g. " — " of "Read fast — done", " ✅ " of "Read fast ✅ Done"
_BEFORE_STATUS = re.compile(rf"[ \t](?:[\u2013\u2014]|--?|{_MARK})[ \t]+")


def title_status(title: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """The status that a heading's title ends with, before a note in parentheses or in them, or a
    sign before or behind it, empty for none; and the title without it: ``Read fast [DONE]``,
    ``Read fast (in progress)``, ``Read fast — done (since May)``, ``Read fast ✅ Done``."""
    bare = title.rstrip("\ufe0f *_`.!:")
    if bare[-1:] in (")", "]"):
        at = max(bare.rfind("(", 0, -1), bare.rfind("[", 0, -1))
        ending = bare[at + 1 : -1].strip(" *`") if at >= 0 else ""
        if ending and vocabulary.heading_status(ending):
            return ending, bare[:at].rstrip()
        bare = bare[:at].rstrip() if at > 0 else bare
    for before in reversed(
        list(_BEFORE_STATUS.finditer(bare, max(0, len(bare) - _LONGEST_STATUS)))
    ):
        ending = bare[before.end() :].strip(" *`")
        if vocabulary.heading_status(ending):
            return ending, bare[: before.start()].rstrip()
    bare = bare.rstrip("\ufe0f ")
    if bare[-1:] in words.MARKS and bare[:-1].endswith(" "):  # Read fast ✅
        return bare[-1], bare[:-1].rstrip()
    return (title[0], title[1:].lstrip("\ufe0f ")) if title[:1] in words.MARKS else ("", title)


# A shape takes all that it can and gives nothing back, so that matching takes linear time.
_PLACEHOLDERS = {
    "<digits>": "[0-9]++",
    "<capitals>": "[A-Z]++",
    "<letters>": r"[^\W\d_]++",
    "<name>": rf"[^\W_]++(?:{_JOINT}[^\W_]++)*+",
}


def _form(shapes: tuple[str, ...]) -> str:
    """The pattern of any of ``shapes``; of none, one that nothing matches."""
    forms = []
    for shape in sorted(shapes, key=len, reverse=True):
        parts = re.split(r"(<[a-z]+>|-)", shape)
        plain = ("[-\u2010\u2011]" if part == "-" else re.escape(part) for part in parts)
        forms.append(
            "".join(
                _PLACEHOLDERS.get(part, literal) for part, literal in zip(parts, plain, strict=True)
            )
        )
    return rf"(?:{'|'.join(forms)})" if forms else "(?!)"


# What a person would take for an ID: a name and a number joined by a hyphen.
# e.g. "[PARSE-001]"
_LOOKS_LIKE_ID = re.compile(
    r"\*{0,2}\[[^\W\d_][^\]\n]{0,60}[-_\u2010\u2011]\d{1,6}[A-Za-z]?\](?!\()"
)
# e.g. "###" of "###[PARSE-001] Read", "-## " of "-## [PARSE-001] Read"
_ALMOST_HEADING = re.compile(r"[-*+>]?#{1,6}[ \t]*(?=[*\[])")
_BULLET = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?!\S)[ \t]*")
_NUMBERED = re.compile(r"[ \t]*(\d{1,9})[.)](?=[ \t])")
# e.g. "2025-10-15T201831Z"
_WHEN = re.compile(
    r"(?P<year>\d{4})[-\u2010\u2011]?(?P<month>\d\d)[-\u2010\u2011]?(?P<day>\d\d)"
    r"(?:T(?P<time>\d{2}:?\d{2}(?::?\d{2})?)Z?)?"
)
STAMP = re.compile(r"(?<!\w)\d{8}T\d{6}Z(?!\w)")
_DAY = (
    r"\d{4}[-\u2010\u2011]\d\d[-\u2010\u2011]\d\d(?:[T ]\d\d:?\d\d(?::?\d\d)?(?:Z| UTC)?)?"
    r"|\d{8}T\d{6}Z"
)
# `[2026-02-01] Attempt #1 —`, `2026-02-01 Attempt #1:`, `✅ [2026-02-01] **Attempt #1**`,
# `[x] [2026-02-01]: Attempt 1`, `Attempt #1 [2026-02-01] —`, `Attempt 1 (2026-02-01):`,
# `Attempt 1: 2026-02-01 —`
# e.g. "[2025-11-03] Attempt #2 — Result: success."
ATTEMPT = re.compile(
    rf"(?:\[[ xX]\][ \t]+)?(?:{_MARK}[ \t]*)?"
    r"(?P<opening>\*{0,2}"
    rf"(?:(?:\\?\[(?P<when>[^\]\n]{{4,40}}?)\\?\]|\(?(?P<bare>{_DAY})\)?)"
    r"\*{0,2}(?:[ \t]*[:\u2013\u2014-])?\s*)?"
    r"\*{0,2}(?P<word>Attempt\s*#?(?P<number>\d{1,6}))(?!\w)\*{0,2}"
    r"(?:(?:[,:]|[ \t]+[\u2013\u2014-](?=[ \t]))?[ \t]*"
    rf"(?:\[(?P<behind>{_DAY})\]|\((?P<noted>{_DAY})\)|(?P<last>{_DAY})(?=\W))"
    r"\*{0,2})?)"
    r"(?P<after>[ \t]*[(\[:,\u2013\u2014-]|[ \t]*\Z)?",
    re.IGNORECASE,
)
"""How an attempt with a number opens; ``opening`` is that without a box or sign before it."""
_DATES = ("when", "bare", "behind", "noted", "last")
_OPENS_ATTEMPT = frozenset("*[Aa(12#\\")  # of all patterns, beside signs that are no ASCII
# `[2026-02-01] Looked`, `2026-02-01: Looked`, `**2026-02-01** — Looked`
# e.g. "[2025-11-03] — Result: success."
_DATED = re.compile(
    rf"\*{{0,2}}(?:\[(?P<when>\d{{4}}[^\]\n]{{4,36}})\]|(?P<bare>{_DAY})"
    r"(?=\*{0,2}(?:[ \t]*[:\u2013\u2014]|[ \t]-)))"
)
# `#1 (2026-02-01): failed`, `**#1** 2026-02-01`
# e.g. "#3 2025-11-02 success"
HASHED = re.compile(
    r"(?P<opening>\*{0,2}#(?P<number>\d{1,6})\*{0,2}[ \t]*[(\[,:]?[ \t]*"
    rf"(?P<when>{_DAY})[)\]]?)"
)
_TEMPLATE = re.compile(r"\*{0,2}\[(?:YYYY|<)[^\]\n]{0,36}\]", re.IGNORECASE)
_DASH = re.compile(r"[ \t](?:[\u2013\u2014]|-{1,2})[ \t]|:\*{0,2}[ \t]")
# COMPLETE, in progress, on hold, "not started", "no longer blocked", "ready for review"
_STATE_WORD = (
    r"(?:(?i:not(?: yet)?|never|no longer|almost|nearly|partly|mostly|in)[ _-])?[A-Za-z]+"
    r"(?:[_ -](?i:progress|hold|for review))?"
)
_STATE = (
    rf"(?P<open>[*\[]{{0,4}})(?:(?P<mark>{_MARK})[ \t]*)?(?P<inner>[*\[]{{0,4}})(?P<word>%s)"
    r"(?P<close>[*\]]{0,4})(?=(?P<then>\W|\Z))"
)
_CLOSE = re.compile(r":?\*\*")
# e.g. "**✅**"
_SIGN = re.compile(rf"(?P<bold>\*\*)?(?P<mark>{_MARK})(?(bold):?\*\*)")  # ✅, **✅:**
_STRUCK = re.compile(r"~~[^~\n]*~~[ \t]*")
# e.g. "~~**READ-2** Read twice~~ — not needed", not "~~Read twice~~ Read once"
_STRUCK_OUT = re.compile(
    r"(?P<open>\*{0,2})~~(?P<words>[^~]+)~~(?P<behind>\Z|[ \t]*[^\w\s`*\[~].*)", re.DOTALL
)
_NOTE = re.compile(r"[ \t]*\((?P<note>[^()\n]{0,200})\)")
LARGEST_NUMBER = 999_999
"""Of an attempt. What has more digits is none."""
_NUMBER = re.compile(r"Attempt\s*#(\d{1,6})(?!\d)", re.IGNORECASE)
_OWN_NUMBER = re.compile(r"Attempt\s*#?\d{1,6}(?!\d)", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# e.g. the "*" of "**init**" or "\*", "- " or "3. " at a line's start, "\" at its end, most of
# "| ------ |"; not the "\-" that a formatter makes of a dash at which it wraps a line
_MARKUP = re.compile(
    r"(?:\\?[*_])+|^[ \t]*(?:[-+]|\d{1,2}[.)])(?=[ \t])|\\$|(?<=---)-+", re.MULTILINE
)
_TOO_LARGE = re.compile(r"Attempt\s*#?\d{7}", re.IGNORECASE)
# e.g. "* [2025-07-02] Attempt #1 — Result: failed"
_LOOKS_LIKE_ATTEMPT = re.compile(
    r"[ \t]*(?:>[ \t]?){0,4}(?:[-*+]|#{1,6})[ \t]+(?:\[[ xX]\][ \t]+)?\*{0,2}"
    rf"(?:\[[^\]\n]{{4,40}}\]|(?:{_DAY})):?[*\s]*Attempts?\b",
    re.IGNORECASE,
)
# e.g. "[2025-11-05] Attempt #3 — Result: success"
_UNBULLETED_ATTEMPT = re.compile(
    rf"[ \t]*\*{{0,2}}\[(?:{_DAY})[^\]\n]{{0,30}}\][*\s]*Attempt[ \t]*#\d{{1,6}}"
    r"[^\n]{0,80}?\bResult:",
    re.IGNORECASE,
)

_AFTER_STAMP = re.compile(r"STAMP[:= ]{1,3}[*`]{0,3}(\d{8}T\d{6}Z)(?!\w)")
# e.g. "✅ COMPLETE (Attempt #22)"
_COMPLETED_BY = re.compile(
    r"\b(?:COMPLETED?|Completed|DONE|Done)\b[*\]]{0,4} {0,2}"
    r"(?:via |by |in )?\(?Attempt[ \t]*#(\d{1,6})(?!\d)"
)
# How far into an entry the word STAMP is looked for.
_STAMP_REACH = 6000
# How far into an attempt the label ``Result:`` may stand.
_LABEL_REACH = 400
_LONGEST_PATH = 4096
# How far into an attempt its own number may stand.
_NUMBER_REACH = 120
_LONGEST_SLUG = 40
_LONGEST_STATUS = 60  # characters at the end of a title


class AttemptLead(NamedTuple):
    """``number`` is None for a dated entry without one. ``is_certain``: it would be read as an
    attempt anywhere, not only in an attempts history."""

    number: int | None
    date: str | None
    stamp: str | None
    is_certain: bool


class StateLead(NamedTuple):
    """The state words, ``length`` characters of the text with mark, emphasis and note."""

    mark: str = ""
    word: str = ""
    text: str = ""
    length: int = 0
    attempt: int | None = None
    stamp: str | None = None


def unbulleted(line: str) -> tuple[int, str]:
    """The width of the line's bullet with its indent, and the rest."""
    match = _BULLET.match(line)
    width = match.end() if match else 0
    return width, line[width:]


def numbered(line: str) -> int | None:
    """The number that a line begins with as an ordered list's item does."""
    match = _NUMBERED.match(line)
    return int(match.group(1)) if match else None


def attempt(line: str) -> AttemptLead | None:
    """Read the opening of an attempt, or of a dated entry that could be one."""
    return _lead(line) if line[:1] in _OPENS_ATTEMPT or not line[:1].isascii() else None


@lru_cache(maxsize=2048)  # recognised, read and looked at once more; so in the next version
def _lead(line: str) -> AttemptLead | None:
    match = ATTEMPT.match(line)
    if match:
        day = next((match[name] for name in _DATES if match[name]), None)
        if day is None and not match["after"]:
            return None  # prose that mentions an attempt
        date, stamp = when(day or line[match.end() :][:80])
        if match["when"] and not (date or _WHEN.match(match["when"])):
            return None
        is_certain = bool(day) and not match["noted"]
        return AttemptLead(int(match["number"]), date, stamp, is_certain)
    if hashed := HASHED.match(line):
        date, stamp = when(hashed["when"])
        return AttemptLead(int(hashed["number"]), date, stamp, is_certain=False)
    dated = _DATED.match(line)
    if dated:
        date, stamp = when(dated["when"] or dated["bare"])
        if date:
            return AttemptLead(None, date, stamp, is_certain=False)
    return None


def looks_like_item(title: str) -> bool:
    """Whether a person would take a heading's text for that of an item, or of its attempt."""
    return bool(_LOOKS_LIKE_ID.match(title)) and not _TEMPLATE.match(title)


def looks_like_heading(line: str) -> bool:
    """Whether a person would take a line that is no heading for that of an item: ``-## [LEX-1]``,
    ``##[LEX-1]``."""
    match = _ALMOST_HEADING.match(line) if "#" in line[:2] else None
    return match is not None and looks_like_item(line[match.end() :])


def why_unread(line: str) -> str:
    """Why a line that looks like the opening of an attempt is not read as one."""
    width, line = unbulleted(line.lstrip("> \t"))
    line, is_heading = line.lstrip("# "), line[:1] == "#"
    if _TEMPLATE.match(line):
        return "an unfilled template"
    if not (width or is_heading):
        return "it is no entry of a list: put `* ` before it"
    if attempt(line):
        return "Markdown takes it for code, or for the text before it"
    if has_too_large_number(line):
        return f"the largest number of an attempt is {LARGEST_NUMBER:,}"
    return "its date or number is not one"


def has_too_large_number(text: str) -> bool:
    """Whether an attempt opens with a number that is too large to be one."""
    return bool(_TOO_LARGE.search(text, 0, _NUMBER_REACH))


def looks_like_attempt(line: str, above: str | None = None) -> bool:
    """Whether a person would take the whole line for the opening of an attempt, without a bullet
    too where ``above``, the line before it, is blank."""
    is_first = above is not None and not above.strip()
    return bool(_LOOKS_LIKE_ATTEMPT.match(line) or (is_first and _UNBULLETED_ATTEMPT.match(line)))


def when(text: str) -> tuple[str | None, str | None]:
    """The first date in ``text`` as ISO, and the stamp where it has a time to the second."""
    for match in _WHEN.finditer(text):
        year, month, day = match["year"], match["month"], match["day"]
        # Eight digits in a row may be any number; with hyphens or a time they are a date, if only
        # one that somebody mistyped.
        last = 9999 if len(match.group()) > len("20251015") else 2199
        if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31 and 1970 <= int(year) <= last):
            continue
        digits = (match["time"] or "").replace(":", "")
        stamp = f"{year}{month}{day}T{digits}Z" if len(digits) == 6 else None
        return f"{year}-{month}-{day}", stamp
    return None, None


@lru_cache(maxsize=16)
def result_labels(vocabulary: Vocabulary) -> re.Pattern[str]:
    """The labels that an attempt's result is behind: ``Result:``, ``**Status:**``."""
    known = "|".join(map(re.escape, [*vocabulary.names_of("Result"), "Status"]))
    return re.compile(rf"\b(?:{known}):\*{{0,2}}[ \t]*")


def result_text(text: str, vocabulary: Vocabulary = USUAL) -> str:
    """The words of an attempt's result as written: what follows ``Result:`` (or ``Status:``),
    else what follows the first dash, up to the end of its sentence."""
    head = text[:_LABEL_REACH]
    match = result_labels(vocabulary).search(head) or _DASH.search(head.partition("\n")[0])
    if not match:
        return ""
    rest = text[match.end() :][:240].partition("\n")[0]
    sentence = re.search(r"\.(?:\*{0,2})(?=\s|\Z)", rest)
    return (rest[: sentence.start()] if sentence else rest).strip()


def labelled_stamp(text: str) -> str | None:
    """The stamp after the word STAMP, not one inside a path."""
    match = _AFTER_STAMP.search(text[:_STAMP_REACH])
    return match.group(1) if match else None


def artifacts_stamp(text: str) -> str | None:
    """The stamp of the first folder after ``Artifacts:``."""
    at = text.find("Artifacts:")
    end = max(at + 400, text.find("\n", at, at + _LONGEST_PATH))  # a path may be longer than that
    match = STAMP.search(text, at, end) if at >= 0 else None
    return match.group() if match else None


def completed_by(line: str) -> int | None:
    """The attempt in ``text — COMPLETE (Attempt #22, ...)`` or ``Completed via Attempt #8``."""
    match = _COMPLETED_BY.search(line)
    return int(match.group(1)) if match else None


@lru_cache(maxsize=16)
def _state_pattern(vocabulary: Vocabulary) -> re.Pattern[str]:
    """``✅ **COMPLETE**``, ``[DONE]``, ``in progress``: a mark, and a word in its emphasis."""
    own = vocabulary.conventions.state
    either = rf"(?i:{words.any_of(own).pattern})|{_STATE_WORD}" if own else _STATE_WORD
    return re.compile(_STATE % either)


def state(line: str, vocabulary: Vocabulary = USUAL) -> StateLead:
    """Read the state at the start of an action's text; all empty where there is none."""
    struck = _STRUCK.match(line)
    at = struck.end() if struck else 0
    match = _state_pattern(vocabulary).match(line, at)
    if match and vocabulary.is_state(match["word"]) and _is_marked_off(match):
        number, stamp, note_end = _note(line, match.end("close"))
        if "*" in match["open"] + match["inner"] and "*" not in match["close"]:
            behind = _CLOSE.match(line, note_end)  # **COMPLETE (Attempt #3)**, **COMPLETE:**
            note_end = behind.end() if behind else note_end
        return StateLead(
            mark=match["mark"] or "",
            word=match["word"],
            text=line[at:note_end],
            length=note_end,
            attempt=number,
            stamp=stamp,
        )
    mark = _SIGN.match(line, at)
    return StateLead(mark["mark"], "", mark.group(), mark.end()) if mark else StateLead()


def struck_out(text: str) -> str | None:
    """The words of a task that is struck through, and the note behind; None for one that is not."""
    match = _STRUCK_OUT.match(text)
    return match["open"] + match["words"].strip() + match["behind"] if match else None


def _is_marked_off(match: re.Match[str]) -> bool:
    """``COMPLETE``, ``**Blocked**`` and ``Done —`` are states; ``Complete the docs`` and
    ``**Blocked users** can log in`` are tasks."""
    rest = match.string[match.end("close") :][:4]
    is_first = not rest.strip() or rest.lstrip()[0] in "(:\u2013\u2014" or rest.startswith(" - ")
    if match["open"] or match["inner"]:
        return bool(match["close"]) or is_first
    return is_first or match["word"].isupper()


def _note(line: str, at: int) -> tuple[int | None, str | None, int]:
    """The attempt and stamp that the parentheses at ``at`` name, and where they end."""
    match = _NOTE.match(line, at)
    if not match:
        return None, None, at
    number = _NUMBER.search(match["note"])
    stamp = STAMP.search(match["note"])
    if not (number or stamp or _WHEN.search(match["note"])):
        return None, None, at
    return (int(number.group(1)) if number else None, stamp.group() if stamp else None, match.end())


def behind_number(text: str) -> str:
    """What an attempt says (see ``unmarked``), without its number and what is before it."""
    number = _OWN_NUMBER.search(text, 0, _NUMBER_REACH)
    return unmarked(text[number.end() if number else 0 :])


def unmarked(text: str) -> str:
    """A text on one line without what formatters write in other ways: escapes, emphasis, bullets,
    numbers of lists, hard breaks, rules of tables."""
    return " ".join(_ESCAPE.sub(r"\1", _MARKUP.sub(" ", text)).split())


def opens(text: str, opening: str) -> bool:
    """Whether an attempt begins with ``opening``, what marks its date aside."""
    return plain_id(text[: len(opening) + 8]).lstrip("*[`").startswith(opening)


def slug(title: str, otherwise: str) -> str:
    """A name made of the first words of a title, for commands; ``otherwise`` where it has none."""
    title_words = re.findall(r"[^\W_]+", title.lower()[:400])
    kept = textwrap.shorten(" ".join(title_words), _LONGEST_SLUG, placeholder="") or "".join(
        title_words[:1]
    )
    return kept[:_LONGEST_SLUG].replace(" ", "-") or otherwise


def plain_id(name: str) -> str:
    """An ID with its non-breaking hyphens made plain."""
    return name.replace("\u2010", "-").replace("\u2011", "-")
