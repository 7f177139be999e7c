"""Who has taken up an item, and until when: ``Owner: w1 until 14:30Z``."""

import re
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from ledger.plan.model import Field, Item

# `w1 until 14:30Z`, `w1 until 2026-12-01 00:15Z`
_LEASE: Final = re.compile(
    r"(?P<owner>[^;\n]{1,100}?)[ \t]+until[ \t]+(?:(?P<day>\d{4}-\d\d-\d\d)[ T])?"
    r"(?P<time>(?:[01]\d|2[0-3]):[0-5]\d)[ ]?Z"
)


class Lease(NamedTuple):
    """A lease as it is written. ``day`` is None for the one on which it was written; ``field`` is
    the line that has it, which may name somebody else before a semicolon."""

    owner: str
    day: date | None
    time: str
    field: Field

    def until(self, written: date) -> datetime:
        """When it ends, written on that day."""
        hour, minute = map(int, self.time.split(":"))
        day = self.day or written
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def lease_of(item: Item) -> Lease | None:
    """The lease on an item, ended or not."""
    for field in item.fields:
        if not field.name.lower().startswith("owner"):
            continue
        if found := _LEASE.fullmatch(field.value.rpartition(";")[2].strip("*`_ .")):
            try:
                day = date.fromisoformat(found["day"]) if found["day"] else None
            except ValueError:  # 2026-02-30
                return None
            return Lease(found["owner"].strip(), day, found["time"], field)
    return None


def owners_of(item: Item) -> list[str]:
    """Whom its fields ``Owner:`` and ``Owner/Date:`` name: ``ralph/2025-10-10`` is ralph."""
    found = []
    for field in item.fields:
        if field.name.lower().startswith("owner"):
            for part in field.value.split(";"):
                lease = _LEASE.fullmatch(part.strip("*`_ ."))
                name = lease["owner"] if lease else part.partition("/")[0].partition("(")[0]
                found.append(name.strip())
    return [name for name in found if name]


def written(owner: str, until: datetime, today: date) -> str:
    """A lease as it is written on that day."""
    day = "" if until.date() == today else f"{until:%Y-%m-%d} "
    return f"{owner} until {day}{until:%H:%M}Z"
