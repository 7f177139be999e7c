"""Odd repositories: commands work in them, or say in one line what to do."""

from __future__ import annotations

import re

import pytest

from tests.commands import call
from tests.repository import Repository

# Dates of a commit as its object has them, and the date that is shown.
DATES = {
    "1762174800 +0000": "2025-11-03",
    "1762174800 +1400": "2025-11-04",
    "1762218300 -0800": "2025-11-03",
    "1762174800 +0199": "2025-11-03",  # 159 minutes
    "0 +0000": "1970-01-01",
    "4070908800 +0000": "2099-01-01",
    "1312735823 +051800": "2011-08-07",  # no clock has this zone: UTC
    "1312735823 -7580": "2011-08-07",
    "1762174800 +2400": "2025-11-03",
    "253402300800 +0000": "no date",  # in the year 10000
    "-86400 +0000": "no date",
    "1762174800": "no date",
    "1762174800 PST": "no date",
    "x": "no date",
    "": "no date",
}


def dated(repo: Repository, date: str) -> None:
    """Commit the plan at this date, which git itself need not accept."""
    repo.git("add", "--all")
    by = f"V <v@example.org> {date}"
    text = (
        f"tree {repo.git('write-tree')}\nparent {repo.git('rev-parse', 'HEAD')}\n"
        f"author {by}\ncommitter {by}\n\nplan\n"
    )
    file = repo.write(".git/commit", text.encode())
    made = repo.git("hash-object", "-t", "commit", "-w", "--literally", str(file))
    repo.git("update-ref", "HEAD", made)


@pytest.mark.parametrize("date", DATES)
def test_the_date_of_a_commit(repo: Repository, date: str) -> None:
    plan = repo.ledger.read_bytes()
    repo.ledger.write_bytes(plan.replace(b"anna", b"hanna").replace(b" tests pass", b" tests fine"))
    dated(repo, date)
    shown = call(repo.path, "history", "PARSE-SPEED-001#2")
    assert (shown.code, shown.err) == (0, "")
    assert re.search(rf" +{DATES[date]} +V: plan", shown.out)
    for command in ("history", "links", "show PARSE-SPEED-001#2", "verify"):
        done = call(repo.path, *command.split())
        # What is wrong with the clock of a committer contradicts no attempt.
        assert (done.code, done.err) == (0, ""), command


# The zone of whoever commits, the date, and the attempt's date that is no later.
EVENINGS = {
    "the stamp is in UTC": ("2025-11-03T17:05:00-0800", "2025-11-04"),
    "the stamp is in local time, the commit in UTC": ("2025-11-03T21:05:00+0000", "2025-11-04"),
    "the clock goes back": ("2025-11-02T01:10:00-0500", "2025-11-02"),
    "where the day begins first": ("2025-11-04T00:05:00+1400", "2025-11-04"),
}


@pytest.mark.parametrize("name", EVENINGS)
def test_an_evening_is_not_later_than_its_commit(repo: Repository, name: str) -> None:
    committed, written = EVENINGS[name]
    plan = repo.ledger.read_bytes()
    repo.ledger.write_bytes(plan.replace(b"2025-11-02", written.encode()))
    repo.git("commit", "-qam", "late", "--allow-empty", "--date", committed)
    seconds = repo.git("log", "-1", "--date=raw", "--format=%ad")
    repo.git("reset", "-q", "--soft", "HEAD~1")
    dated(repo, seconds)
    assert "later than" not in call(repo.path, "history").out
    assert "later than" not in call(repo.path, "verify").out
    repo.ledger.write_bytes(plan.replace(b"2025-11-02", b"2025-11-06"))
    dated(repo, seconds)
    assert "later than the commit: 1 version" in call(repo.path, "history").out
