"""New text in the style of its neighbours, and text from outside that stays text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ledger.plan import styles
from ledger.plan.styles import Style
from tests.campaigns import injection

MARKDOWN = MarkdownIt("commonmark").enable("table")

# An attempt's lines, and the style that they show.
STYLES = [
    (
        ["  * [2025-11-01] Attempt #1 — Result: ✅ success. Text."],
        Style(opening="[2025-11-01] Attempt #1"),
    ),
    (
        ["- [2025-11-01] Attempt #1 - Result: success"],
        Style("- ", "[2025-11-01] Attempt #1", separator=" - ", has_mark=False),
    ),
    (
        ["    * [2025-11-01] **Attempt #1** – Status: partial"],
        Style(
            "    * ",
            "[2025-11-01] **Attempt #1**",
            separator=" – ",
            label="Status:",
            has_mark=False,
        ),
    ),
    (
        ["  * [20251101T101112Z] Attempt #1 — ✅ done"],
        Style(opening="[20251101T101112Z] Attempt #1", label="", has_mark=True),
    ),
    (
        ["  * [2025-11-01T101112Z] Attempt #1 — Result: done"],
        Style(opening="[2025-11-01T101112Z] Attempt #1", has_mark=False),
    ),
    (
        ["  * **Attempt #1 (2025-11-01 loop)**: ✅ done"],
        Style(opening="**Attempt #1", separator=": ", label="", has_mark=True),
    ),
    (
        ["  * [2025-11-01] Attempt #1 — Result: failed", "    Metrics: none", "    Text"],
        Style(opening="[2025-11-01] Attempt #1", layout="labels", has_mark=False),
    ),
    (
        ["  * [2025-11-01] Attempt #1 — Result: ❌ failed", "  **Artifacts:** none"],
        Style(opening="[2025-11-01] Attempt #1", layout="labels", inner="  ", bold_labels=True),
    ),
    (
        ["  * [2025-11-01] Attempt #1 — Result: ❌ failed", "    Text", "    + Metrics: none"],
        Style(opening="[2025-11-01] Attempt #1", layout="bullets", inner="    + "),
    ),
    (
        ["### [A-001] Attempt #1 - First part"],
        Style(
            "### [A-001] ",
            "",
            separator=" - ",
            layout="heading",
            inner="",
            bold_labels=True,
        ),
    ),
    (["  * [2025-11-01] Audit — Result: success"], Style("  * ")),
]


@pytest.mark.parametrize(("lines", "style"), STYLES, ids=lambda value: str(value)[:60])
def test_the_style_is_that_of_the_neighbour(lines: list[str], style: Style) -> None:
    assert styles.style_of(lines) == style


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("plain words, 78.0 % (was 77.9 %) — fine!", "plain words, 78.0 % (was 77.9 %) — fine!"),
        ("`code` and ``c`ode``", "`code` and ``c`ode``"),
        ("`open", "'open"),
        ("``a`", "''a'"),
        ("```` x", "'''' x"),
        ("\\`a`", "\\'a'"),
        ("a\n# b\r\n* c", "a # b * c"),
        ("<!-- a -->", "\\<!-- a --\\>"),
        ("Result: x, **status:** y", "Result\\: x, **status\\:** y"),
        ("Metrics: 1; Artifacts**: 2", "Metrics\\: 1; Artifacts**\\: 2"),
        ("STAMP 20250101T000000Z", "stamp 20250101T000000Z"),
        ("\x1b[2J\u202ex\x00", "[2J x"),
    ],
)
def test_text_from_outside_is_defused_and_stays_readable(said: str, written: str) -> None:
    assert styles.defused(said) == written


@given(injection.SHORT)
def test_a_defused_text_is_one_paragraph_of_a_bullet(said: str) -> None:
    """Seen with the eyes of a Markdown parser: text, and code that is closed, in one line."""
    line = f"- [2025-11-03] Attempt #2 — Result: x. {styles.defused(said)}. `end.md`"
    tokens = MARKDOWN.parse(line)
    kinds = [token.type for token in tokens]
    assert kinds == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "inline",
        "paragraph_close",
        "list_item_close",
        "bullet_list_close",
    ]
    last = [child for child in tokens[3].children or () if child.type != "text" or child.content]
    assert (last[-1].type, last[-1].content) == ("code_inline", "end.md")


@given(
    injection.SHORT.filter(lambda said: bool(re.search(r"\w", said))),
    st.sampled_from(["  1. ", "10) ", "  * ", "- ", "+ "]),
)
def test_a_next_action_is_one_paragraph_of_its_list(said: str, prefix: str) -> None:
    number = 2 if prefix.strip()[:-1].isdigit() else None
    line = styles.next_action(number, said, None, f"{prefix}one")
    kinds = [token.type for token in MARKDOWN.parse(f"- Next Actions:\n\n  {line.strip()}")]
    assert kinds.count("paragraph_open") == 2
    assert not {"heading_open", "fence", "html_block", "hr", "blockquote_open"} & set(kinds)
    assert kinds.count("list_item_open") == 2


@pytest.mark.parametrize(
    ("prefix", "number", "line"),
    [
        ("  9. ", 10, "  10. x"),
        (" 10. ", 11, " 11. x"),
        ("3) ", 4, "4) x"),
        ("  * ", None, "  * x"),
        ("  1.  ", 2, "  2. x"),
    ],
)
def test_a_next_action_goes_on_like_the_last_one(
    prefix: str, number: int | None, line: str
) -> None:
    assert styles.next_action(number, "x", None, f"{prefix}one") == line
