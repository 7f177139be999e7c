"""Versions read part by part hold what is read of each of them as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.plan import reader
from ledger.plan.model import Conventions, Ledger
from ledger.versions.snapshot import Snapshot, Snapshots
from tests.campaigns import plans_made, versions
from tests.support import generators
from tests.support.plans import written

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


def found(version: Snapshot) -> dict[str, object]:
    """What a version holds."""
    statuses = {name: [s.status for s in own.sections] for name, own in version.items.items()}
    return {
        "items": {name: own.content for name, own in version.items.items()},
        "statuses": statuses,
        "index": [(row.id, row.status, row.status_text) for row in version.rows],
        **{
            name: getattr(version, name)
            for name in ("size", "lines", "updated", "listed", "index_form", "unread")
        },
    }


class Whole(Snapshots):
    """Versions that are read as the whole files that they are."""

    def _read(self, data: bytes) -> list[Ledger]:
        return [reader.read(data, conventions=self._own)]


def expected(data: bytes, own: Conventions | None = None) -> dict[str, object]:
    return found(Whole(own).of("", data))


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
def test_versions_of_any_lines_read_part_by_part_as_whole(history: list[bytes]) -> None:
    versions_of = Snapshots(None)
    for data in history:
        assert found(versions_of.of("", data)) == expected(data)


@given(st.lists(generators.plans(), min_size=1, max_size=2))
def test_plans_read_part_by_part_as_whole(plans: list[generators.Plan]) -> None:
    versions_of = Snapshots(None)
    for plan in plans:
        data = written(plan).data
        assert found(versions_of.of("", data)) == expected(data)


def test_plans_as_people_write_them_read_part_by_part_as_whole() -> None:
    for number in range(30):
        data = plans_made.make(41, number).data
        assert found(Snapshots(None).of("", data)) == expected(data), number


def test_versions_of_the_real_history_read_part_by_part_as_whole(
    real_repo: Callable[[str], Path],
) -> None:
    repo = real_repo("8b8c48d0")
    spaced = versions.spaced(versions.history(repo)[::-1], 6)
    versions_of = Snapshots(None)
    for _, data in versions.contents(repo, spaced):
        assert found(versions_of.of("", data)) == expected(data)


def test_what_versions_have_in_common_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []
    read_part = reader.read_part
    monkeypatch.setattr(
        reader, "read_part", lambda data, *more: read.append(data) or read_part(data, *more)
    )
    sections = [
        f"## [SCAN-{number:03}] Scan\n- Status: done\n- Attempts History:\n"
        f"  * [2025-10-15] Attempt #1 — Result: success.\n"
        for number in range(1, 29)
    ]
    versions_of = Snapshots(None)
    first = versions_of.of("a", "".join(sections).encode())
    before = len(read)
    sections[3] = sections[3].replace("done", "blocked")
    second = versions_of.of("b", "".join(sections).encode())
    assert before == 28
    assert read[before:] == [sections[3].encode()]
    same = {name for name, own in second.items.items() if first.items[name] is own}
    assert same == second.items.keys() - {"SCAN-004"}
