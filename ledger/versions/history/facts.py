"""One version in figures."""

from __future__ import annotations

import re
from bisect import bisect_right

from ledger.git.model import Commit
from ledger.plan.model import contradict
from ledger.versions.history.held import View
from ledger.versions.model import Facts

_DATE = re.compile(r"(\d{4})[-\u2010\u2011]?(\d\d)[-\u2010\u2011]?(\d\d)(?!\d)")


def facts(commit: Commit, view: View) -> Facts:
    """The figures of a version that ``commit`` was the first to have."""
    version = view.version
    held = view.held.values()
    items, attempts, duplicates, doubled, disordered = map(
        sum, zip((0,) * 5, *(one.counts for one in held), strict=True)
    )
    updated = _DATE.search(version.updated) if version.updated else None
    return Facts(
        commit,
        view.blob,
        version.size,
        version.lines,
        items,
        attempts,
        version.unread,
        duplicates,
        doubled,
        disordered,
        ("table" if version.rows[0].is_table else "bullets") if version.rows else "",
        _contradictions(view),
        updated is not None and "-".join(updated.groups()) > commit.day,
        sum(
            len(one.dates) - bisect_right(one.dates, commit.day)
            for one in held
            if one.dates and one.dates[-1] > commit.day
        ),
    )


def _contradictions(view: View) -> int:
    both = ((row.status, view.item(row.id).sections[:1]) for row in view.version.rows)
    return sum(contradict(said, own.status) for said, sections in both for own in sections)
