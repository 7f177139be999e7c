"""New text in the style of its neighbours: bullet, indent, brackets, dash, label, mark, layout.

Everything that comes from outside is brought to one line and defused first, so that it can
start no heading, list, fence or comment, and cannot pass for a label that the reader knows.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from ledger.plan import parts, patterns, text, words
from ledger.plan.model import Action, ActionState, NewAttempt, Result
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
_LEAD = re.compile(
    r"(?P<open>\*{0,2})(?:(?P<bracket>\[[^\]\n]{4,40}\])(?P<shut>\*{0,2}) ?)?(?P<bold>\*{0,2})"
    r"Attempt\s?#?\d+"
)
_SEPARATOR = re.compile(r"[ \t]([\u2013\u2014]|-{1,2})[ \t]|(:)\*{0,2}[ \t]")
_LABELLED = re.compile(
    r"[ \t]*(?P<bullet>[-*+][ \t]+)?(?P<bold>\*\*)?(?:Metrics|Artifacts)\b", re.IGNORECASE
)
_KNOWN_LABEL = re.compile(
    r"(Result|Status|Metrics|Artifacts|Because|Attested)(\*{0,2}):", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"\.(\*{0,2} )")
_TICKS = re.compile("`+")
# What would open a block where a list's item begins.
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
    bracket: Literal["date", "stamp", "time", "none"] = "date"
    bold: bool = False
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
        opening = re.match(r"#+[ \t]+(?:\[[^\]\n]{1,80}\][ \t]+)?", first)
        return Style(
            prefix=opening.group() if opening else "### ",
            separator=_separator(_SEPARATOR.search(first)),
            bracket="none",
            layout="heading",
            inner="",
            bold_labels=True,
        )
    width, body = patterns.unbulleted(first)
    if first[:width].strip() == first[:width].lstrip():  # **Attempt #1**, a paragraph
        return Style()
    lead = _LEAD.match(body)
    if not lead:
        return Style(prefix=first[:width])
    separator = _SEPARATOR.search(body[lead.end() :][:200])
    label = patterns.result_labels(vocabulary).search(body[:400])
    result = words.plain(patterns.result_text(body, vocabulary))
    style = Style(
        prefix=first[:width],
        bracket=_bracket(lead["bracket"]),
        bold=bool(lead["open"] or lead["bold"]),
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


def _bracket(bracket: str | None) -> Literal["date", "stamp", "time", "none"]:
    if not bracket:
        return "none"
    if patterns.STAMP.search(bracket):
        return "stamp"
    return "time" if re.search(r"T\d{6}Z", bracket) else "date"


def _separator(found: re.Match[str] | None) -> str:
    if not found:
        return " — "
    return f" {found.group(1)} " if found.group(1) else ": "


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


def _opening(new: NewAttempt, style: Style, vocabulary: Vocabulary) -> str:
    bold = "**" if style.bold else ""
    number = f"Attempt #{new.number}"
    if style.layout == "heading":
        title = defused(new.summary, vocabulary)[:80].rstrip() or _result(new, style, vocabulary)
        if patterns.when(title)[0]:
            number += f" ({new.date})"  # the first date of a heading is taken for the attempt's
        return f"{style.prefix}{number}{style.separator}{title}"
    if style.bracket == "none":
        return f"{style.prefix}{bold}{number} ({new.date}){bold}"
    when = new.date
    if new.stamp and style.bracket == "stamp":
        when = new.stamp
    elif new.stamp and style.bracket == "time":
        when = f"{new.date}{new.stamp[8:]}"
    return f"{style.prefix}[{when}] {bold}{number}{bold}"


def _result(new: NewAttempt, style: Style, vocabulary: Vocabulary) -> str:
    said = _SENTENCE_END.sub(
        r";\1", defused(new.words, vocabulary)
    )  # a result is read to its first sentence's end
    mark = MARKS[new.result]
    if style.has_mark and mark and said[:1].isalnum():
        return f"{mark} {said}"
    return said


def _sentence(value: str) -> str:
    return value if value.endswith((".", "!", "?")) else f"{value}."


def next_action(
    number: int | None,
    said: str,
    like: Action | None,
    like_line: str,
    vocabulary: Vocabulary = USUAL,
) -> str:
    """A new action's line in the style of the one before it: bullet, indent, state words."""
    width, _ = patterns.unbulleted(like_line)
    prefix = like_line[:width]
    if number is not None:
        found = re.match(r"([ \t]*)(?:\d{1,9}([.)])|[-*+])[ \t]*", prefix)
        indent, mark = (found.group(1), found.group(2) or ".") if found else ("  ", ".")
        prefix = f"{indent}{number}{mark} "
    has_words = like is not None and any(map(str.isalpha, like.state_text))
    words_of_state = "🟡 PENDING — " if has_words else ""
    return f"{prefix}{words_of_state}{action_words(said, words_of_state, vocabulary)}"


def action_words(said: str, state_text: str, vocabulary: Vocabulary = USUAL) -> str:
    """The words of an action behind ``state_text``, as one line without structure. Behind none, or
    a box, its first words must not pass for a state, an attempt, or a block of their own."""
    line = defused(said, vocabulary)
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
"""What stands in the box of an action."""


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
        word = next((one for one in ("COMPLETED", "DONE") if one in like), word)
    mark = ("✅ " if state == "complete" else "🟡 ") if not like.isascii() or not like else ""
    emphasis = "**" if "**" in like else ""
    word = f"[{word}]" if "[" in like.split("(", maxsplit=1)[0] else word
    said = f"{mark}{emphasis}{word}{emphasis}"
    if by:
        said += f" (Attempt #{by.number}{f', STAMP {by.stamp}' if by.stamp else ''})"
    stripped = following.lstrip()
    if not stripped or stripped[0] in "—–:":
        return said
    return f"{said} — " if following[:1] not in " \t" else f"{said} —"


def defused(value: str, vocabulary: Vocabulary = USUAL) -> str:
    """``value`` as one line that holds no structure: no comment opens, no code span stays open,
    no label or stamp of the reader's is forged. What a line begins with may still open a block."""
    line = text.one_line(value).replace("<!--", "\\<!--").replace("-->", "--\\>")
    if "`" in line and not _are_closed(line):
        line = line.replace("`", "'")
    line = _KNOWN_LABEL.sub(r"\1\2\\:", line)
    labels = patterns.result_labels(vocabulary)
    line = labels.sub(lambda found: found[0].replace(":", "\\:"), line)
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
