"""Versions read piece by piece hold what the reader of whole files finds in each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.plan import reader, text
from ledger.plan.dialects.attempts import piecewise
from ledger.plan.dialects.attempts.piecewise import Pieces
from ledger.plan.model import Conventions
from ledger.plan.version import Version
from ledger.versions.reading import Versions
from tests import generators
from tests.campaigns import versions
from tests.plans import written

# Lines whose neighbours decide what they are.
LINES = [
    "- [ ] S01 Another way of writing",
    "  - [x] nested",
    "## Completed",
    "# Fix Plan",
    "**Last Updated:** 2025-11-02 (note)",
    "## Index",
    "| ID | Title | Priority | Status |",
    "| --- | --- | --- | --- |",
    "| [SCAN-001](#scan-001) | Scan | High | done |",
    "- [SCAN-001] Scan — Priority: High, Status: pending (note)",
    "- [OLD-001] Old — DONE",
    "## [SCAN-001] Scan",
    "### [SCAN-002] Scan again",
    "## Notes",
    " ## [ODD-001] Indented",
    "### Attempt #84 — Phase R (2025-10-01)",
    "### [2025-10-02] Attempt #7 — Result: failed",
    "**Date:** 2025-10-03",
    "Text",
    "===",
    "---",
    "- - -",
    "- Status: in_progress",
    "- Priority: High",
    "- Attempts History:",
    "- Attempts History: text",
    "-   Attempts History:",
    "* Next Actions:",
    "- Next Actions (2025-10-10):",
    "- Exit Criteria: ✅ all pass",
    "  * [2025-10-15] Attempt #1 — Result: ✅ success. Text.",
    "  - [2025-10-16] Attempt #2 — Result: failed.",
    "    * [2025-10-17] Attempt #3 — Result: partial",
    "* [2025-10-18] Attempt #4 — Result: info",
    "  * [YYYY-MM-DD] Attempt #9 — Result: ...",
    "  * **Attempt #5 (2025-10-19)**: fixed",
    "  * [2025-10-20] a note",
    "**Attempt #6 (2025-10-21 loop)**: text",
    "    Metrics: 12 passed",
    "    Attempt #12 is mentioned here",
    "      - deeper",
    "   odd indent",
    "1. ✅ COMPLETE (Attempt #8) — text",
    " 10. 🟡 PENDING — text",
    "  1. ✅ DONE (Attempt #11, STAMP 20251015T201831Z) — text",
    "  8. BLOCKED — text",
    "  2. [x] plain",
    "  * * *",
    "```",
    "  ```",
    "    ```",
    "~~~ text",
    "<!-- comment",
    "-->",
    "  <div>",
    "> quote",
    ">   * [2025-10-22] Attempt #10 — Result: quoted",
    "[ref]: https://example.org",
    "- [ref]: https://example.org",
    "\t* [2025-10-23] Attempt #13 — Result: tab",
    "  *\t[2025-10-23] Attempt #14 — Result: tab",
    "-",
    "  ",
    "\x0c",
    "\0 nul",
    "",
    "",
]
SOUP = st.lists(st.sampled_from(LINES), max_size=24)
NEWLINES = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])


def found(version: Version) -> dict[str, object]:
    """What a version holds, in terms of the reader of whole files."""
    return {
        "items": [
            (
                item.id,
                item.title,
                item.priority,
                item.status,
                item.status_text,
                [(e.number, e.date, e.result, e.text, e.form == "action") for e in item.entries],
                [(s.number, s.state, s.attempt, s.text) for s in item.steps],
            )
            for item in version.items
        ],
        "loose": [(e.number, e.date, e.result, e.text) for _, e in version.loose],
        "index": [(row.id, row.status, row.status_text) for row in version.rows],
        "updated": version.updated,
        "unread": version.unread,
        "size": (version.size, version.lines),
    }


def expected(data: bytes, own: Conventions | None = None) -> dict[str, object]:
    ledger = reader.read(data, own=own)
    return {
        "items": [
            (
                item.id,
                item.title,
                item.priority,
                item.status,
                item.status_text,
                [(a.number, a.date, a.result, a.text, a.source == "action") for a in item.attempts],
                [(s.number, s.state, s.attempt, s.text.partition("\n")[0]) for s in item.actions],
            )
            for item in ledger.items
        ],
        "loose": [(a.number, a.date, a.result, a.text) for a in ledger.loose],
        "index": [(row.id, row.status, row.status_text) for row in ledger.index],
        "updated": ledger.last_updated.value if ledger.last_updated else None,
        "unread": sum(unread.kind == "attempt" for unread in ledger.unread),
        "size": (len(data), len(text.line_starts(data)) - 1 if data else 0),
    }


@st.composite
def histories(draw: st.DrawFn) -> list[bytes]:
    """Versions of one file, each made from the one before by changing some lines."""
    lines = draw(SOUP)
    newline = draw(NEWLINES)
    made = []
    for _ in range(draw(st.integers(1, 4))):
        end = draw(st.sampled_from([newline, newline, ""]))
        made.append((newline.join(lines) + end).encode())
        at = draw(st.integers(0, len(lines)))
        gone = draw(st.integers(0, 2))
        lines = [
            *lines[:at],
            *draw(st.lists(st.sampled_from(LINES), max_size=3)),
            *lines[at + gone :],
        ]
    return made


@given(histories())
@example([b"", b"\n", b"# x\n"])
@example([b"- Next Actions:\n  8. a\n  9. b\n", b"- Next Actions:\n\n  8. a\n  9. b\n"])
def test_versions_of_any_lines_read_piece_by_piece_as_whole(history: list[bytes]) -> None:
    pieces = Versions()
    for data in history:
        assert found(pieces.read(data)) == expected(data)


@given(st.lists(generators.plans(), min_size=1, max_size=2))
def test_plans_read_piece_by_piece_as_whole(plans: list[generators.Plan]) -> None:
    pieces = Versions()
    for plan in plans:
        data = written(plan).data
        assert found(pieces.read(data)) == expected(data)


def test_versions_of_the_real_history_read_piece_by_piece_as_whole(
    real_repo: Callable[[str], Path],
) -> None:
    repo = real_repo("8b8c48d0")
    spaced = versions.spaced(versions.history(repo)[::-1], 12)
    pieces = Versions()
    for _, data in versions.contents(repo, spaced):
        assert found(pieces.read(data)) == expected(data)


def test_what_is_known_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    parse = piecewise.document.parse
    monkeypatch.setattr(
        piecewise.document, "parse", lambda data: parsed.append(data) or parse(data)
    )
    attempts = [
        f"  * [2025-10-{day:02}] Attempt #{day} — Result: success.\n    ```\n    text\n    ```\n"
        for day in range(1, 29)
    ]
    pieces = Pieces()
    pieces.read(("## [SCAN-001] Scan\n- Attempts History:\n" + "".join(attempts[:-1])).encode())
    before = len(parsed)
    pieces.read(("## [SCAN-001] Scan\n- Attempts History:\n" + "".join(attempts)).encode())
    texts = b"".join(parsed[before:])
    assert before >= 27
    # The attempt that is new, and the one that was the last.
    assert (texts.count(b"Attempt #28"), texts.count(b"Attempt #27")) == (1, 1)
    assert texts.count(b"Attempt #") == 2
