"""Messages as coding agents write them: final messages, commit messages, bodies of pull requests.

The prose around the sentences says nothing of any run. A message is a list of blocks, one of which may be
planted, and knows afterwards on which lines that one stands.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

TOPICS = (
    (
        "fix",
        "cache",
        "build the key from the locale, too",
        "The key ignored the locale, so readers got pages in the wrong language.",
    ),
    (
        "feat",
        "export",
        "write invoices as CSV",
        "Accounting asked for a plain format that their import understands.",
    ),
    (
        "refactor",
        "parser",
        "split the tokenizer from the grammar",
        "The two had grown together, which made each change touch both.",
    ),
    (
        "perf",
        "index",
        "read postings in blocks",
        "Reading one posting at a time kept the disk waiting.",
    ),
    (
        "fix",
        "sync",
        "release the lock before the callback",
        "A callback that asked for the same lock stood still for ever.",
    ),
    ("chore", "deps", "move to the new HTTP client", "The old client is no longer maintained."),
    (
        "fix",
        "upload",
        "keep the offset after a reconnect",
        "A dropped connection began again from the first byte.",
    ),
    (
        "feat",
        "quota",
        "warn before the limit is reached",
        "People learnt of the limit only when it was too late.",
    ),
)
CHANGES = (
    "`{scope}/core.py`: moved the shared code into one helper",
    "`{scope}/api.py`: take the new argument by name",
    "`docs/{scope}.md`: describe the new behaviour",
    "Renamed `do_{scope}` to `run_{scope}`",
    "Dropped the workaround for the old interface",
    "Added a type for the settings of the {scope}",
    "Logging goes through the module's own logger",
    "The {scope} keeps its state in one place now",
)
OPENINGS = (
    "Done.",
    "The change is in place.",
    "I've finished the work on the {scope}.",
    "Here is what I did.",
    "I've implemented the change in the {scope}. 🎉",
    "Finished! Here's a summary.",
    "The {scope} behaves as described in the issue now.",
)
CLOSINGS = (
    "",
    "",
    "Let me know if you'd like it split up.",
    "Happy to adjust the naming.",
    "Ready for review. 🚀",
)
TRAILERS = (
    "Co-authored-by: Claude <noreply@example.com>",
    "Co-Authored-By: Anna Berg <anna@example.org>",
    "Signed-off-by: Ben Ode <ben@example.org>",
    "Reviewed-by: Chris Dahl <chris@example.org>",
)
KINDS = ("final", "commit", "pull request")


@dataclass(frozen=True)
class Message:
    """A text, and the lines (from 1) of its planted sentence."""

    text: str
    planted: range


@dataclass(frozen=True)
class Sentence:
    """Something said in a message."""

    text: str
    planted: bool = False

    @property
    def is_block(self) -> bool:
        """Whether it stands by itself: a list, a table, a fence."""
        return "\n" in self.text or self.text.startswith(("- ", "|", "```"))


Block = tuple[str, bool]
_POINT = re.compile(r"([-*]|\d+\.) ")


def message(
    rng: Random, kind: str, about: Sequence[Sentence], others: Sequence[Sentence], where: str
) -> Message:
    """A message of a kind that says these things; `where` is the line that names the run, or empty."""
    make = {"final": final, "commit": commit, "pull request": pull_request}[kind]
    return _assembled(make(rng, about, others, where))


def _assembled(blocks: Sequence[Block]) -> Message:
    lines: list[str] = []
    planted, before = range(0), ""
    for text, is_planted in blocks:
        # The points of a list stand close together.
        if lines and _POINT.match(text) and _POINT.match(before):
            lines.pop()
        before = text
        first = len(lines) + 1
        lines += text.splitlines()
        if is_planted:
            planted = range(first, len(lines) + 1)
        lines.append("")
    return Message("\n".join(lines).rstrip("\n") + "\n", planted)


def tabled(text: str) -> str:
    """A row of a table gets the head that it needs."""
    if not text.startswith("|") or re.search(r"\|[ :]*---", text):
        return text
    heads = {2: "| what | value |\n|---|---|\n", 3: "| what | before | after |\n|---|---|---|\n"}
    return heads[text.splitlines()[0].count("|") - 1] + text


def paragraph(sentences: Sequence[Sentence], width: int = 0) -> list[Block]:
    """Sentences one behind the other; what cannot stand so follows as a block of its own."""
    blocks: list[Block] = []
    running = [one for one in sentences if not one.is_block]
    if running:
        text = " ".join(ended(one.text) for one in running)
        text = (
            textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
            if width
            else text
        )
        blocks.append((text, any(one.planted for one in running)))
    return blocks + [(tabled(one.text), one.planted) for one in sentences if one.is_block]


def ended(text: str) -> str:
    """A sentence with its stop."""
    return text if text[-1] in ".!?:`✅🎉|" else f"{text}."


def bullets(
    rng: Random, sentences: Sequence[Sentence], marks: Sequence[str] = ("- ", "* ", "1. ")
) -> list[Block]:
    """A list of sentences, each its own block of lines."""
    mark = rng.choice(marks)
    blocks: list[Block] = []
    for one in sentences:
        plain = one.is_block or one.text.startswith("- ")
        blocks.append((tabled(one.text) if plain else f"{mark}{one.text}", one.planted))
    return blocks


def changes(rng: Random, scope: str) -> Block:
    """What was changed, as a list."""
    chosen = rng.sample(CHANGES, rng.randint(2, 4))
    return "\n".join(f"- {one.format(scope=scope)}" for one in chosen), False


def final(
    rng: Random, about: Sequence[Sentence], others: Sequence[Sentence], where: str
) -> list[Block]:
    """What an agent says at the end of its work."""
    _, scope, _, why = rng.choice(TOPICS)
    opening = rng.choice(OPENINGS).format(scope=scope)
    closing = [(line, False) for line in [rng.choice(CLOSINGS)] if line]
    named = [(where, False)] if where else []
    style = rng.randrange(4)
    if style == 0:
        return [(f"{opening} {why}", False), *paragraph([*about, *others]), *named, *closing]
    if style == 1:
        head = rng.choice(
            ["### Verification", "## Testing", "### Test results", "**Verification**"]
        )
        return [
            ("## Summary", False), (f"{opening} {why}", False), ("### Changes", False), changes(rng, scope),
            (head, False), *bullets(rng, about), *named, ("### Notes", False), *bullets(rng, others), *closing,
        ]  # fmt: skip
    if style == 2:
        return [
            (opening, False),
            changes(rng, scope),
            *paragraph(about),
            *named,
            *paragraph(others),
            *closing,
        ]
    mixed = [*about, *others]
    rng.shuffle(mixed)
    return [(f"✅ {opening}", False), *bullets(rng, mixed), *named, *closing]


def commit(
    rng: Random, about: Sequence[Sentence], others: Sequence[Sentence], where: str
) -> list[Block]:
    """A conventional commit message, wrapped as git's own advice has it."""
    kind, scope, subject, why = rng.choice(TOPICS)
    head = rng.choice(
        [f"{kind}({scope}): {subject}", f"{scope}: {subject}", subject[0].upper() + subject[1:]]
    )
    body: list[Block] = [(head, False), (textwrap.fill(why, 72), False)]
    style = rng.randrange(3)
    if style == 0:
        body += [changes(rng, scope), *paragraph([*about, *others], 72)]
    elif style == 1:
        body += [*bullets(rng, [*about, *others], ("- ", "* "))]
    else:
        body += [*paragraph(others, 72), ("Testing:", False), *paragraph(about, 72)]
    trailers = [line for line in [where, *rng.sample(TRAILERS, rng.randint(0, 2))] if line]
    return [*body, ("\n".join(trailers), False)] if trailers else body


def pull_request(
    rng: Random, about: Sequence[Sentence], others: Sequence[Sentence], where: str
) -> list[Block]:
    """The body of a pull request."""
    _, scope, _, why = rng.choice(TOPICS)
    style = rng.randrange(3)
    named = [(where, False)] if where else []
    foot = [("---", False), ("🤖 Generated by a coding agent", False)] if rng.random() < 0.4 else []
    summary = [("## Summary", False), (why, False), changes(rng, scope)]
    if style == 0:
        return [
            *summary,
            ("## Test plan", False),
            *bullets(rng, about, ("- [x] ",)),
            *named,
            *paragraph(others),
            *foot,
        ]
    if style == 1:
        return [
            ("### What", False), (why, False), ("### Why", False), *paragraph(others),
            ("### How was this tested?", False), *paragraph(about), *named, *foot,
        ]  # fmt: skip
    hidden = ("<details>\n<summary>Notes</summary>", False)
    return [
        *summary,
        *bullets(rng, about, ("- ", "* ")),
        *named,
        hidden,
        *paragraph(others),
        ("</details>", False),
        *foot,
    ]
