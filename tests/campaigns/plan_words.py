"""What people write for a status, a result or the state of an action, and what it may be taken for.

Each row is a phrase and the readings of it that a person would agree to. Where several are, any of
them is right. Phrases on which people would differ are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

OPEN = frozenset({"pending", "in_progress"})


def one_of(*readings: str) -> frozenset[str]:
    return frozenset(readings)


@dataclass(frozen=True)
class Phrase:
    """Words, and what they may be read as."""

    text: str
    readings: frozenset[str]


def _table(rows: dict[str, frozenset[str]]) -> tuple[Phrase, ...]:
    return tuple(
        Phrase(text.strip(), readings)
        for words, readings in rows.items()
        for text in words.split("|")
    )


STATUSES = _table(
    {
        "pending|queued|new|backlog|todo|to do|planned|not started": one_of("pending"),
        "in_progress|in progress|in-progress|WIP|wip|active|ongoing|underway": one_of(
            "in_progress"
        ),
        "blocked|paused|on hold|waiting for Anna|blocked by the vendor": one_of("blocked"),
        "done|complete|completed|closed|resolved|fixed|shipped|finished|merged": one_of("done"),
        "archived|superseded|cancelled|canceled|abandoned|dropped|won't fix|wontfix": one_of(
            "archived"
        ),
        "ready for review|in review": one_of("in_progress", "pending"),
        "open|ready": OPEN,
    }
)
NEGATED_STATUSES = _table(
    {
        "not yet started|never started|yet to be started|to be done|not started yet": one_of(
            "pending"
        ),
        "not done|not complete|not completed|not finished yet|isn't done|not yet done": OPEN,
        "not quite done|not fixed|not resolved|unfinished|incomplete|not shipped|not closed yet": OPEN,
        "almost done|nearly done|mostly done|half done|partially complete": one_of("in_progress"),
        "not blocked|no longer blocked|not blocked any more|unblocked|not on hold": OPEN,
        "done, but the tests are still missing|fixed but still slow on Windows": OPEN,
        "no longer done": OPEN,
        "not in progress": one_of("pending", "blocked"),
    }
)
SIGNS = (
    Phrase("✅", one_of("done")),
    Phrase("☑", one_of("done")),
    Phrase("🚧", one_of("in_progress")),
    Phrase("🔄", one_of("in_progress")),
    Phrase("⏳", OPEN),
    Phrase("⬜", one_of("pending")),
    Phrase("☐", one_of("pending")),
    Phrase("❌", one_of("pending", "blocked", "archived")),
)
# Signs that go with a reading, and so may stand before a word of it.
SIGN_OF = {
    "done": ("✅",),
    "in_progress": ("🚧", "🔄"),
    "blocked": ("⛔", "🚫"),
    "pending": ("⏳", "⬜"),
}
# What may follow a status and does not change it.
TAILS = (
    " (since Monday)",
    " — see the log",
    " - asked for by Ben",
    " (2025-02-03)",
    " — the log says more",
    ": see the log",
)
TAILS_OF = {
    "in_progress": (" (the parser is done, the border is not)", " — almost done", ": half of the border is done"),
    "done": (" (was blocked until May)", " — nothing is pending", ": no longer blocked by Ben"),
    "blocked": (" — until the parser is done", ": waits for Ben"),
    "pending": (" (not started)", " — nothing is done yet"),
}  # fmt: skip

RESULTS = _table(
    {
        "success|complete|done|passed|fixed|verified": one_of("success"),
        "partial|partial success|partly successful": one_of("partial"),
        "failed|failure|regression": one_of("failed"),
        "blocked|paused": one_of("blocked"),
    }
)
NEGATED_RESULTS = _table(
    {
        "not successful|no success yet|no success|without success|unsuccessful": one_of("failed"),
        "not a success|did not work|does not work": one_of("failed"),
        "not fixed|not passed|not done|not complete|not fixed yet": one_of("failed", "partial"),
        "almost fixed|almost complete|nearly done|mostly done": one_of("partial", "failed"),
        "error fixed|no longer failing|failure fixed": one_of("success"),
        "tests fixed; build still failing|fixed, but one test still fails": one_of(
            "partial", "failed"
        ),
        "done, but the build still fails|passed, but not on Windows": one_of("partial", "failed"),
    }
)
RESULT_SIGNS = {"success": "✅", "partial": "⚠️", "failed": "❌", "blocked": "⛔"}

STATES = _table(
    {
        "COMPLETE|COMPLETED|DONE|✅ COMPLETE|✅ DONE|✅": one_of("complete"),
        "PENDING|🟡 PENDING|TODO|⬜ TODO|🟡 READY|NOT STARTED": one_of("pending"),
        "IN PROGRESS|🚧 WIP|WIP|ACTIVE": one_of("in_progress"),
        "BLOCKED|🟡 BLOCKED": one_of("blocked"),
        "ON HOLD": one_of("blocked", "deferred"),
        "DEFERRED|🟡 DEFERRED|POSTPONED": one_of("deferred"),
        "REJECTED|❌ REJECTED|CANCELLED|DROPPED|SUPERSEDED": one_of("rejected"),
        "⚠️ PARTIAL|PARTIAL": one_of("partial"),
    }
)
NEGATED_STATES = _table(
    {
        "NOT DONE|NOT COMPLETE|NOT FINISHED|NOT YET DONE": one_of(
            "pending", "in_progress", "partial"
        ),
        "ALMOST DONE|NEARLY COMPLETE": one_of("in_progress", "partial"),
        "NOT BLOCKED|NO LONGER BLOCKED": OPEN,
        "NOT YET STARTED": one_of("pending"),
    }
)

# What an action or a task may be called that begins with a word of the tables above: it says
# nothing about how it stands. `{}` is the word that is looked for.
STATELIKE = (
    "Complete the {} parser", "Blocked users of {} can log in", "Active filter for {} lists", "Close the {} file",
    "Rejected rows of {} go to a report", "Done-list of {} is printed", "Skip blank {} lines", "Failed logins at {}",
    "Finish the {} page", "Pending payments of {}", "Archived {} files stay", "Paused {} jobs go on", "Open {} again",
    "Deferred {} loads", "Merged {} cells", "Resolved {} paths are kept",
)  # fmt: skip
# The same where something else stands in bold: an emphasis that holds more than a state.
BOLD_STATELIKE = (
    "**Blocked ports** — open {} for them",
    "**Active users** page of {}",
    "**Rejected rows** report of {}",
    "**Complete the {} parser**",
)
# Tasks of which some words are in bold.
BOLD_TASKS = ("**Blocked users** of {} can log in", "**Active filter** for {} lists", "**Complete the {} parser**",
              "**Read the {} index**", "**Sort the {} table** as before", "**Draw {}**: border and legend")  # fmt: skip
PLAIN = (
    "Read the {} index", "Draw the {} border", "Measure {} in one pass", "Write the {} page", "Map {} to clusters",
    "Sort the {} table", "Print {} twice", "Keep the {} blanks", "Split the {} list", "Give {} a name",
)  # fmt: skip


def status(rng: Random, *, tail: bool = True) -> Phrase:
    """Words for a status, at times with a sign before them or a note behind them."""
    draw = rng.random()
    if draw < 0.25:
        return rng.choice(NEGATED_STATUSES)
    if draw < 0.35:
        return rng.choice(SIGNS)
    phrase = rng.choice(STATUSES)
    text = rng.choice(
        [phrase.text, phrase.text.capitalize(), phrase.text.title(), phrase.text.upper()]
    )
    text = text.replace("'T", "'t") if "'" in text else text
    if rng.random() < 0.2 and len(phrase.readings) == 1:
        sign = SIGN_OF.get(next(iter(phrase.readings)))
        text = f"{rng.choice(sign)} {text}" if sign else text
    if rng.random() < 0.15:
        text = f"**{text}**"
    if tail and rng.random() < 0.2:
        only = next(iter(phrase.readings)) if len(phrase.readings) == 1 else ""
        text += rng.choice(TAILS + TAILS_OF.get(only, ()))
    return Phrase(text, phrase.readings)


def short_status(rng: Random) -> Phrase:
    """One plain word or two for a status, with no sign, emphasis or note."""
    if rng.random() < 0.2:
        return rng.choice([one for one in NEGATED_STATUSES if "," not in one.text])
    return rng.choice(STATUSES)


def result(rng: Random, *, plain: bool) -> Phrase:
    """Words for a result; only such as need no full stop behind them where it is to be ``plain``."""
    if not plain and rng.random() < 0.3:
        return rng.choice(NEGATED_RESULTS)
    phrase = rng.choice(RESULTS)
    if rng.random() < 0.3:
        return Phrase(f"{RESULT_SIGNS[next(iter(phrase.readings))]} {phrase.text}", phrase.readings)
    return phrase


def state(rng: Random) -> Phrase:
    """Words for the state of an action."""
    return rng.choice(NEGATED_STATES if rng.random() < 0.2 else STATES)


def task(rng: Random, token: str) -> str:
    """Words for something to be done, at times such as begin like a state."""
    return rng.choice(STATELIKE if rng.random() < 0.25 else PLAIN).format(token)


def action(rng: Random, token: str) -> str:
    """Words for a next action without a state."""
    return rng.choice(BOLD_STATELIKE).format(token) if rng.random() < 0.2 else task(rng, token)
