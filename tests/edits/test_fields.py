"""A field and a status that are set, in every dialect: only the meant bytes change."""

import difflib

import pytest

from ledger.edits.fields import set_field, set_status
from ledger.errors import LedgerError
from ledger.plan import reader

SECTION = """\
# Fix Plan

## Index

| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [PARSE-001](#parse-001) | Read large files | High | pending (new) |
| [PARSE-002](#parse-002) | Read none | Low | done |

## [PARSE-001] Read large files
- Priority: High
- Status: pending (since May)
- Owner/Date: anna/2025-10-01
  who has left
- Attempts History:
  * [2025-10-02] Attempt #1 — Result: failed. Text.
- Next Actions:
  1. Look again

## [PARSE-002] Read none
Words of its own.

## [PARSE-003] Read twice

- **Status:** pending
- **Exit Criteria:**
  - [ ] All tests pass
"""
ROADMAP = """\
# Roadmap

## Tier 1

- [READ-001] (Read large files) — **partial** (2025-12-08: too slow)
  - **Governed by:** a.md
  - **Next Actions:**
    1. Look again
- [READ-002] (Read none) — **pending**
"""
CHECKLIST = """\
# Tasks

## Phase 1

- [ ] S01: Set up
- [ ] S02: Write tests
  - Owner: anna
  - [ ] a box
"""
LOGBOOK = """\
# Fix plan

## Current Focus
PARSE-001 — Read large files

- Owner: anna

## Status
`in_progress`

## Attempts History

### 2026-01-22T02:40Z — PARSE-001 (blocked)
**Action:** Looked.
"""

# Plan, item, field, value, and the lines that a diff shows.
FIELDS = [
    (SECTION, "PARSE-001", "Owner", "ben/2025-11-02",
     "-- Owner/Date: anna/2025-10-01 -  who has left +- Owner/Date: ben/2025-11-02"),
    (SECTION, "PARSE-001", "Depends on", "[PARSE-002]", "+- Depends on: [PARSE-002]"),
    (SECTION, "PARSE-001", "priority", "Low",
     ("-| [PARSE-001](#parse-001) | Read large files | High | pending (new) |"
      " +| [PARSE-001](#parse-001) | Read large files | Low | pending (new) |"
      " -- Priority: High +- Priority: Low")),
    (SECTION, "PARSE-002", "Owner", "ben", "+ +- Owner: ben +"),
    (SECTION, "PARSE-003", "Owner", "ben", "+- **Owner:** ben"),
    (SECTION, "PARSE-003", "Owner", "a\n## b <!-- `c", "+- **Owner:** a ## b \\<!-- 'c"),
    (ROADMAP, "READ-001", "Governed by", "b.md", "-  - **Governed by:** a.md +  - **Governed by:** b.md"),
    (ROADMAP, "READ-001", "Owner", "ben", "+  - **Owner:** ben"),
    (ROADMAP, "READ-002", "Owner", "ben", "+  - **Owner:** ben"),
    (CHECKLIST, "S01", "Owner", "ben", "+  - Owner: ben"),
    (CHECKLIST, "S02", "Owner", "ben", "-  - Owner: anna +  - Owner: ben"),
    (CHECKLIST, "S02", "Depends on", "S01", "+  - Depends on: S01"),
    (LOGBOOK, "PARSE-001", "Owner", "ben", "-- Owner: anna +- Owner: ben"),
    (LOGBOOK, "PARSE-001", "Depends on", "READ-001", "+- Depends on: READ-001"),
]  # fmt: skip
STATUSES = [
    (SECTION, "PARSE-001", "blocked",
     ("-| [PARSE-001](#parse-001) | Read large files | High | pending (new) |"
     " +| [PARSE-001](#parse-001) | Read large files | High | blocked (new) |"
     " -- Status: pending (since May) +- Status: blocked (since May)")),
    (SECTION, "PARSE-003", "in_progress", "-- **Status:** pending +- **Status:** in_progress"),
    (ROADMAP, "READ-002", "blocked",
     "-- [READ-002] (Read none) — **pending** +- [READ-002] (Read none) — **blocked**"),
    (CHECKLIST, "S01", "done", "-- [ ] S01: Set up +- [x] S01: Set up"),
    (LOGBOOK, "PARSE-001", "blocked", "-`in_progress` +`blocked`"),
]  # fmt: skip
REFUSED = [
    (SECTION, "PARSE-001", "Next Actions", "x", "bad-field"),
    (SECTION, "PARSE-001", "a: b", "x", "bad-field"),
    (SECTION, "PARSE-001", "- x", "x", "bad-field"),
    (SECTION, "PARSE-001", "Owner", " \n", "no-text"),
    (SECTION, "PARSE-009", "Owner", "x", "no-such-item"),
]


def _changes(old: str, new: bytes) -> str:
    lines = difflib.unified_diff(old.split("\n"), new.decode().split("\n"), n=0)
    return " ".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


@pytest.mark.parametrize(("plan", "item", "name", "value", "shown"), FIELDS)
def test_a_field_is_set(plan: str, item: str, name: str, value: str, shown: str) -> None:
    for text in (plan, plan.replace("\n", "\r\n"), "\ufeff" + plan):
        new = set_field(reader.read(text.encode()), item, name, value)
        assert _changes(plan, new.text.replace(b"\r", b"").removeprefix(b"\xef\xbb\xbf")) == shown


@pytest.mark.parametrize(("plan", "item", "status", "shown"), STATUSES)
def test_a_status_is_set(plan: str, item: str, status: str, shown: str) -> None:
    new = set_status(reader.read(plan.encode()), item, status)
    assert _changes(plan, new.text) == shown
    assert next(one for one in new.items if one.id == item).status == status


@pytest.mark.parametrize(("plan", "item", "name", "value", "code"), REFUSED)
def test_what_cannot_be_a_field_is_refused(
    plan: str, item: str, name: str, value: str, code: str
) -> None:
    with pytest.raises(LedgerError) as raised:
        set_field(reader.read(plan.encode()), item, name, value)
    assert raised.value.code == code
