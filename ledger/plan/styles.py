"""New text in the style of its neighbours: bullet, indent, brackets, dash, label, mark, layout.

Everything that comes from outside is brought to one line and defused first, so that it can
start no heading, list, fence or comment, and cannot pass for a label that the reader knows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from ledger.plan import parts, patterns, text, words
from ledger.plan.model import Action, ActionState, Item, ItemStatus, NewAttempt, Result
from ledger.plan.words import USUAL, Vocabulary

Layout = Literal["line", "labels", "bullets", "heading"]

MARKS: dict[Result, str] = {
    "success": "✅",
    "partial": "⚠️",
    "failed": "❌",
    "blocked": "⏸",
    "info": "📝",
    "unknown": "",
}
# 2026-02-01T10:30Z, 2026-02-01, 20260201T103000Z
# e.g. "2026-02-01T10:30:00Z"
_WHEN = re.compile(
    r"(?P<day>\d{4}(?P<dash>[-\u2010\u2011]?)\d\d(?P=dash)\d\d)"
    r"(?:(?P<blank>[T ])\d\d(?P<colon>:?)\d\d(?P<seconds>(?P=colon)\d\d)?(?P<zone>Z|[ ]UTC))?"
)
_SEPARATOR = re.compile(r"[ \t]([\u2013\u2014]|-{1,2})[ \t]|(:)\*{0,2}[ \t]")
# e.g. "  - **Metrics:**"
_LABELLED = re.compile(
    r"[ \t]*(?P<bullet>[-*+][ \t]+)?(?P<bold>\*\*)?(?:Metrics|Artifacts)\b", re.IGNORECASE
)
_KNOWN_LABEL = re.compile(
    r"(Result|Status|Metrics|Artifacts|Because|Attested)(\*{0,2}):", re.IGNORECASE
)
_NUMBER = re.compile(r"(Attempt\s*#?|#)\d+", re.IGNORECASE)
_NOTES = re.compile(r"\([^()]*\)")  # (loop i=12, Mode: Docs): its colon separates nothing
_SENTENCE_END = re.compile(r"\.(\*{0,2} )")
_TICKS = re.compile("`+")
# What would open a block where a list's item begins.
# e.g. "1. "
_OPENS_BLOCK = re.compile(
    r"^(?P<number>\d{0,9})"
    r"(?P<mark>(?<=\d)[.)](?= |\Z)"
    r"|(?<!\d)(?:[>|<]|[-*+](?= |\Z)|#{1,6}(?= |\Z)|`{3}|~{3}"
    r"|[-*_]{3}|[-*_](?=[-*_ ]{0,1000}\Z)"  # with a bullet before it, two are a rule
    r"|\[[^\]]{1,1000}\]:))"
)


@dataclass(frozen=True, slots=True)
class Style:
    """How an attempt opens and is laid out. ``inner`` starts each line below the first."""

    prefix: str = "  * "
    opening: str = "[2026-01-01] Attempt #1"
    """That of the neighbour, whose date and number are to be replaced."""
    separator: str = " — "
    label: str = "Result:"
    has_mark: bool = True
    layout: Layout = "line"
    inner: str = "    "
    bold_labels: bool = False
    is_spaced: bool = False


def style_of(lines: list[str], vocabulary: Vocabulary = USUAL) -> Style:
    """The style of the attempt that ``lines`` hold, newlines cut off."""
    first = lines[0]
    if first.startswith("#"):
        opened = re.match(r"#+[ \t]+(?:\[(?!\d{4}-)[^\]\n]{1,80}\][ \t]+)?", first)
        lead = patterns.ATTEMPT.match(first, opened.end()) if opened else None
        return Style(
            prefix=opened.group() if opened else "### ",
            opening=_dated_only(lead) if lead and _WHEN.search(lead["opening"]) else "",
            separator=_separator(_SEPARATOR.search(first)),
            layout="heading",
            inner="",
            bold_labels=True,
        )
    width, body = patterns.unbulleted(first)
    if not width:  # **Attempt #1**, a paragraph
        return Style()
    lead = patterns.ATTEMPT.match(body) or patterns.HASHED.match(body)
    if not lead:
        return Style(prefix=first[:width])
    behind = _NOTES.sub("", body[lead.end("opening") :][:400])
    separator = _SEPARATOR.search(behind[:200])
    label = patterns.result_labels(vocabulary).search(body[:400])
    result = words.plain(patterns.result_text(body, vocabulary))
    style = Style(
        prefix=first[:width] + ("[x] " if parts.is_task(body) else ""),
        opening=_dated_only(lead),
        separator=_separator(separator),
        label=label.group().rstrip("* \t") if label else "",
        has_mark=bool(result) and not result[0].isalnum(),
    )
    for line in lines[1:]:
        labelled = _LABELLED.match(line)
        if not labelled:
            continue
        indent = line[: len(line) - len(line.lstrip())]
        return replace(
            style,
            layout="bullets" if labelled["bullet"] else "labels",
            inner=indent + (labelled["bullet"] or ""),
            bold_labels=bool(labelled["bold"]),
        )
    return style


def _dated_only(lead: re.Match[str]) -> str:
    """The opening, of whose brackets the date alone is kept: ``[2026-02-01, evening]``."""
    opening, written = str(lead["opening"]), lead["when"]
    date = _WHEN.search(written) if written else None
    return opening.replace(written, date.group(), 1) if date else opening


def _separator(match: re.Match[str] | None) -> str:
    if not match:
        return " — "
    return f" {match.group(1)} " if match.group(1) else ": "


def attempt(new: NewAttempt, style: Style, vocabulary: Vocabulary = USUAL) -> list[str]:
    """The attempt's lines, without newlines."""
    opening = _opening(new, style, vocabulary)
    parts = [
        (name, value)
        for name, value in (
            ("Metrics", defused(new.metrics, vocabulary)),
            ("Because", defused(new.because, vocabulary)),
            ("Artifacts", ", ".join(f"`{path}`" for path in new.artifacts)),
            ("Commit", new.commit),
        )
        if value
    ]
    summary = defused(new.summary, vocabulary)
    result = (
        f"{style.label or vocabulary.written('Result') + ':'} {_result(new, style, vocabulary)}"
    )
    if style.layout == "heading":
        mark = "**" if style.bold_labels else ""
        labelled = [
            ("Date", new.date),
            ("Result", _result(new, style, vocabulary)),
            ("Summary", summary),
            *parts,
        ]
        *lines, last = [f"{mark}{name}:{mark} {value}" for name, value in labelled if value]
        return [opening, "", *(f"{line}  " for line in lines), last]
    head = f"{opening}{style.separator}{_sentence(result)}"
    if summary:
        head += f" {_sentence(summary)}"
    if style.layout == "line":
        return [" ".join([head, *(f"{name}: {_sentence(value)}" for name, value in parts)])]
    mark = "**" if style.bold_labels else ""
    return [head, *(f"{style.inner}{mark}{name}:{mark} {value}" for name, value in parts)]


def row(new: NewAttempt, columns: Sequence[str], vocabulary: Vocabulary = USUAL) -> str:
    """The attempt as a row of a table whose ``columns`` are called so: what none of them is for
    goes into the last one that is free."""
    result = f"{MARKS[new.result]} {defused(new.words, vocabulary)}".strip()
    cited = ", ".join(f"`{path}`" for path in new.artifacts)
    given = {
        "number": str(new.number),
        "date": new.date,
        "result": result,
        "metrics": defused(new.metrics, vocabulary),
        "artifacts": cited,
        "commit": new.commit,
    }
    meanings = [parts.ATTEMPT_COLUMNS.get(words.plain(name).lower()) for name in columns]
    rest = [defused(new.summary, vocabulary), defused(new.because, vocabulary)]
    rest += [value for name, value in given.items() if name not in meanings]
    cells = [given[meaning] if meaning else "" for meaning in meanings]
    free = [at for at, meaning in enumerate(meanings) if not meaning]
    if free:
        cells[free[-1]] = " ".join(_sentence(value) for value in rest if value)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _opening(new: NewAttempt, style: Style, vocabulary: Vocabulary) -> str:
    number = f"Attempt #{new.number}"
    if style.layout == "heading":
        title = defused(new.summary, vocabulary)[:80].rstrip() or _result(new, style, vocabulary)
        if style.opening:
            number = _dated(new, style.opening)
        elif patterns.when(title)[0]:
            number += f" ({new.date})"  # the first date of a heading is taken for the attempt's
        return f"{style.prefix}{number}{style.separator}{title}"
    return f"{style.prefix}{_dated(new, style.opening)}"


def _dated(new: NewAttempt, opening: str) -> str:
    """The neighbour's ``opening`` with the number and the date of ``new``."""
    opening = _NUMBER.sub(lambda match: f"{match[1]}{new.number}", opening, count=1)
    dated = _WHEN.sub(lambda match: _when(new, match), opening, count=1)
    if dated == opening and not _WHEN.search(opening):
        bare = opening.rstrip("*")
        dated = f"{bare} ({new.date}){opening[len(bare) :]}"
    return f"{dated}**" if dated.count("**") % 2 else dated


def _when(new: NewAttempt, like: re.Match[str]) -> str:
    """The date of ``new`` as the neighbour writes it, with its time (UTC) if that is known."""
    blank, colon = like["blank"], like["colon"]
    day = new.date if like["dash"] else new.date.replace("-", "")
    moment = new.stamp or new.moment
    if not (moment and blank):
        return new.date if blank else day
    time = moment[9:15] if like["seconds"] else moment[9:13]
    return f"{day}{blank}{colon.join(re.findall('..', time))}{like['zone']}"


def _result(new: NewAttempt, style: Style, vocabulary: Vocabulary) -> str:
    line = _SENTENCE_END.sub(
        r";\1", defused(new.words, vocabulary)
    )  # a result is read to its first sentence's end
    mark = MARKS[new.result]
    if style.has_mark and mark and line[:1].isalnum():
        return f"{mark} {line}"
    return line


def _sentence(value: str) -> str:
    return value if value.endswith((".", "!", "?")) else f"{value}."


def next_action(
    number: int | None,
    line: str,
    like: Action | None,
    like_line: str,
    vocabulary: Vocabulary = USUAL,
) -> str:
    """A new action's line in the style of the one before it: bullet, indent, state words."""
    width, _ = patterns.unbulleted(like_line)
    prefix = like_line[:width]
    if number is not None:
        match = re.match(r"([ \t]*)(?:\d{1,9}([.)])|[-*+])[ \t]*", prefix)
        indent, mark = (match.group(1), match.group(2) or ".") if match else ("  ", ".")
        prefix = f"{indent}{number}{mark} "
    has_words = like is not None and any(map(str.isalpha, like.state_text))
    words_of_state = "🟡 PENDING — " if has_words else ""
    return f"{prefix}{words_of_state}{action_words(line, words_of_state, vocabulary)}"


def action_words(action_text: str, state_text: str, vocabulary: Vocabulary = USUAL) -> str:
    """The words of an action behind ``state_text``, as one line without structure. Behind none, or
    a box, its first words must not pass for a state, an attempt, or a block of their own."""
    line = defused(action_text, vocabulary)
    if any(map(str.isalpha, state_text)) and not parts.is_box(state_text):
        return line
    is_taken = bool(patterns.state(line, vocabulary).text or patterns.attempt(line))
    if parts.is_box(state_text):
        return f"Next: {line}" if is_taken or parts.looks_like_box(line) else line
    return f"Next: {line}" if is_taken or patterns.looks_like_attempt(f"* {line}") else inert(line)


def inert(line: str) -> str:
    """``line`` so that it opens no block where it stands first."""
    return _OPENS_BLOCK.sub(r"\g<number>\\\g<mark>", line)


BOXES: Final[dict[ActionState, str]] = {
    "complete": "x",
    "pending": " ",
    "blocked": "!",
    "deferred": ">",
}
"""What is in the box of an action."""
# What says a state where nothing else of the file shows how: a sign, and a word in brackets.
_SIGNS: Final[dict[ActionState, str]] = {"pending": "\u2b1c", "in_progress": "\U0001f6a7",
    "blocked": "\u26d4", "deferred": "\u23f8", "complete": "\u2705",
    "rejected": "\u274c"}  # fmt: skip
_BALLOTS: Final[dict[ActionState, str]] = {**_SIGNS, "pending": "\u2610", "complete": "\u2611"}
_IN_BRACKETS: Final[dict[ActionState, str]] = {"pending": "[todo]", "in_progress": "[wip]",
    "blocked": "[blocked]", "deferred": "[deferred]", "complete": "[done]",
    "rejected": "[dropped]"}  # fmt: skip


def box(state: ActionState, like: str, others: Sequence[tuple[ActionState, str]]) -> str:
    """What says ``state`` in the manner of ``like``, a box, a sign, a word in brackets or words: as
    the last of ``others`` says it, else as usual; empty where that is not known."""
    kind = manner(like)
    same = [word for meaning, word in others if meaning == state and manner(word) == kind]
    if same:
        return same[-1]
    if kind == "sign":
        return (_BALLOTS if like[0] in "\u2610\u2611" else _SIGNS).get(state, "")
    word = _IN_BRACKETS.get(state, "") if kind == "brackets" else ""
    word = word.upper() if like.isupper() else word
    return "[ ]" if kind == "box" and state == "pending" else word


def manner(word: str) -> str:
    """How a state is said: by a ``box``, a ``sign``, a word in ``brackets`` or other ``words``."""
    if parts.is_box(word):
        return "box"
    if is_sign(word):
        return "sign"
    return "brackets" if re.fullmatch(r"\[[^\]\n]+\]", word) else "words" if word else ""


def opened(name: str, title: str, line: str, like: Item) -> str:
    """The ``line`` of the item ``like``, its bullet and box cut off, with another name and title:
    ``**LEX-2 — Write**`` beside ``**LEX-1 — Read**``; empty where they are not told in it."""
    own = like.id if like.is_named else ""
    at = line.find(own)
    begin = line.find(like.title, at + len(own)) if at >= 0 and like.title else -1
    if begin < 0 or bool(own) != bool(name):
        return ""
    signs = rf"[{''.join(words.MARKS)}]\ufe0f?[ \t]*"  # a sign is the status of the other one
    head = re.sub(signs, "", line[:at] + name + line[at + len(own) : begin])
    marks = re.match(r"[*`]*", line[begin + len(like.title) :])
    return f"{head}{title}{marks.group() if marks else ''}"


def spelled(status: str, like: str) -> str:
    """One of our own words for a status in the brackets and letters of ``like``, another one:
    ``In Progress`` beside ``Not Started``, ``[BLOCKED]`` beside ``[IN PROGRESS]``."""
    frame = re.fullmatch(r"(?P<open>\[?)(?P<word>.*?)(?P<close>\]?)", like, re.DOTALL)
    if not frame or status not in get_args(ItemStatus):
        return status
    word = frame["word"]
    shown = status.replace("_", " ")
    if word.casefold().replace(" ", "_") == status:
        shown = word
    elif word.isupper():
        shown = shown.upper()
    elif word.istitle():
        shown = shown.title() if " " in word else shown.capitalize()
    elif " " not in word:
        shown = status
    return f"{frame['open']}{shown}{frame['close']}"


def is_sign(text: str) -> bool:
    """Whether a sign alone says a state: ``⬜``, ``✅``."""
    return text.rstrip("\ufe0f") in words.MARKS


def stated(
    state: ActionState,
    like: str,
    following: str,
    vocabulary: Vocabulary = USUAL,
    *,
    by: NewAttempt | None = None,
) -> str:
    """The words of a ``state`` in the style of ``like``, that of another action, with the attempt
    that it is complete ``by``, and the dash before ``following`` where that has none."""
    own = (word for word, meaning in vocabulary.conventions.state if meaning == state)
    word = next(own, state).upper()
    if state == "complete":
        word = next((s for s in ("COMPLETED", "DONE") if s in like), word)
    mark = ("✅ " if state == "complete" else "🟡 ") if not like.isascii() or not like else ""
    emphasis = "**" if "**" in like else ""
    word = f"[{word}]" if "[" in like.split("(", maxsplit=1)[0] else word
    message = f"{mark}{emphasis}{word}{emphasis}"
    if by:
        message += f" (Attempt #{by.number}{f', STAMP {by.stamp}' if by.stamp else ''})"
    stripped = following.lstrip()
    if not stripped or stripped[0] in "—–:":
        return message
    return f"{message} — " if following[:1] not in " \t" else f"{message} —"


def defused(value: str, vocabulary: Vocabulary = USUAL) -> str:
    """``value`` as one line that holds no structure: no comment opens, no code span stays open,
    no label or stamp of the reader's is forged. What a line begins with may still open a block."""
    line = text.one_line(value).replace("<!--", "\\<!--").replace("-->", "--\\>")
    if "`" in line and not _are_closed(line):
        line = line.replace("`", "'")
    line = _KNOWN_LABEL.sub(r"\1\2\\:", line)
    labels = patterns.result_labels(vocabulary)
    line = labels.sub(lambda match: match[0].replace(":", "\\:"), line)
    return line.replace("STAMP", "stamp")


def _are_closed(line: str) -> bool:
    """Whether each run of backticks that opens code finds one of its length that closes it."""
    opened = 0
    for ticks in _TICKS.finditer(line):
        if not opened:
            if line[ticks.start() - 1 : ticks.start()] == "\\":
                return False  # opens nothing for Markdown, which others may not know
            opened = len(ticks.group())
        elif len(ticks.group()) == opened:
            opened = 0
    return not opened
