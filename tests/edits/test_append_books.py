"""Appends to generated logbooks and roadmaps; the long form is ``python -m tests.campaigns.books``."""

from __future__ import annotations

import pytest

from tests.campaigns import books


@pytest.mark.parametrize("dialect", ["logbook", "roadmap"])
def test_an_append_changes_what_was_meant_and_nothing_else(dialect: str) -> None:
    books.run(books.judge, dialect, 40, 1)
