"""Who has taken up an item, and until when: ``Owner: w1 until 14:30Z``."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from ledger.plan import words
from ledger.plan.model import Field, Item

_NAME: Final = re.compile(r"owner(?:\W.*)?", re.IGNORECASE)
# `w1 until 14:30Z`, `w1 until 2026-12-01 00:15Z`
# e.g. "w1 until 2026-12-01T00:15Z"
_LEASE: Final = re.compile(
    r"(?P<owner>[^;\n]{1,100}?)[ \t]+until[ \t]+(?:(?P<day>\d{4}-\d\d-\d\d)[ T])?"
    r"(?P<time>(?:[01]\d|2[0-3]):[0-5]\d)[ ]?Z"
)


class Lease(NamedTuple):
    """A lease as it is written. ``day`` is None for the one on which it was written; ``field`` is
    the line that has it, and ``rest`` what is before it there."""

    owner: str
    day: date | None
    time: str
    text: str
    field: Field
    rest: str

    def until(self, written: date) -> datetime:
        """When it ends, written on that day."""
        hour, minute = map(int, self.time.split(":"))
        day = self.day or written
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def leases_of(item: Item) -> Iterator[Lease]:
    """The leases on an item, ended or not; first the one that `Owner:` has."""
    for field in owner_fields(item):
        parts = field.value.split(";")
        for at, part in enumerate(parts):
            text = words.plain(part)
            match = _LEASE.fullmatch(text)
            day = _day(match["day"]) if match and match["day"] else None
            if match and (day or not match["day"]):
                rest = ";".join(parts[:at] + parts[at + 1 :]).strip()
                owner, time = match["owner"].strip(), match["time"]
                yield Lease(owner, day, time, text=text, field=field, rest=rest)


def owners_of(item: Item) -> list[str]:
    """Whom its fields ``Owner:`` and ``Owner/Date:`` name: ``ralph/2025-10-10`` is ralph."""
    owners = []
    for field in owner_fields(item):
        for part in field.value.split(";"):
            lease = _LEASE.fullmatch(words.plain(part))
            name = lease["owner"] if lease else part.partition("/")[0].partition("(")[0]
            owners.append(name.strip())
    return [name for name in owners if name]


def written(owner: str, until: datetime, today: date) -> str:
    """A lease as it is written on that day."""
    day = "" if until.date() == today else f"{until:%Y-%m-%d} "
    return f"{owner} until {day}{until:%H:%M}Z"


def owner_fields(item: Item) -> list[Field]:
    """Its fields that name an owner, `Owner:` before `Owner/Date:`."""
    fields = [field for field in item.fields if _NAME.fullmatch(field.name)]
    return sorted(fields, key=lambda field: field.name.lower() != "owner")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:  # 2026-02-30
        return None
