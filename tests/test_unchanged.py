"""A version read with the help of another one is what it is read alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.plan import reader
from ledger.plan.dialects.attempts import unchanged
from tests import generators
from tests.campaigns import versions
from tests.plans import written
from tests.test_history_reading import histories

TWO = b"""\
# Fix Plan

## [LOAD-001] Load
- Attempts History:
  * [2025-10-15] Attempt #1 \xe2\x80\x94 Result: failed.

## [SCAN-001] Scan
- Attempts History:
  * [2025-10-16] Attempt #1 \xe2\x80\x94 Result: failed.
"""


@given(histories())
@settings(max_examples=400)
@example([TWO, TWO.replace(b"## [SCAN", b"```\n## [SCAN")])
@example([TWO, TWO + b"### [2025-10-17] Attempt #2\nText\n"])
@example([TWO.replace(b"## [LOAD", b"# [SCAN"), TWO])
def test_any_lines_are_read_with_help_as_without(history: list[bytes]) -> None:
    for data in history:
        alone = reader.read(data)
        for other in history:
            assert reader.read(data, reader.read(other)) == alone


@given(generators.plans(), st.data())
def test_plans_are_read_with_help_as_without(plan: generators.Plan, chance: st.DataObject) -> None:
    before = written(plan).data
    lines = before.split(b"\n")
    at = chance.draw(st.integers(0, len(lines)))
    other = [b"", b"text", b"  * [2025-10-15] Attempt #99", b"## [NEW-001] New", b"```"]
    after = b"\n".join([*lines[:at], chance.draw(st.sampled_from(other)), *lines[at:]])
    assert reader.read(after, reader.read(before)) == reader.read(after)
    assert reader.read(before, reader.read(after)) == reader.read(before)


def test_real_versions_are_read_with_help_as_without(
    real_repo: Callable[[str], Path],
) -> None:
    repo = real_repo("8b8c48d0")
    last = None
    for _, data in versions.contents(repo, versions.history(repo)[:12]):
        alone = reader.read(data)
        assert reader.read(data, last) == alone
        last = alone


def test_only_what_changed_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = []
    move = unchanged._moved
    monkeypatch.setattr(
        unchanged, "_moved", lambda item, *by: moved.append(item.id) or move(item, *by)
    )
    after = TWO.replace(b"## [LOAD", b"Text\n\n## [LOAD").replace(
        b"[LOAD-001] Load", b"[LOAD-001] L"
    )
    reader.read(after, reader.read(TWO))
    assert moved == ["SCAN-001"]
