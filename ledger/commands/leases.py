"""Which leases on items hold now. Each work tree has a plan of its own, so that the leases taken in
a clone are in a file of the git folder that its work trees share, too; the plan mentions those
that were taken elsewhere.

The file may be deleted at any time: then each plan tells what it has.
"""

import getpass
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, Self

from pydantic import ValidationError

from ledger import store
from ledger.commands.read import read_bytes
from ledger.config import Config
from ledger.errors import Refused, UnreadableInput, UsageError
from ledger.git import process, repository
from ledger.plan.leases import Lease, leases_of
from ledger.plan.model import Item, Ledger, Model
from ledger.plan.queue import Leases, OpenLease
from ledger.plan.selectors import folded

_LONGEST: Final = 60  # characters of a name
_OWNER: Final = re.compile(r"[^\W_](?:[\w .@+-]{0,58}[\w+])?")
_ODD: Final = re.compile(r"[^\w .@+-]|(?<!\w)until(?!\w)|[^\w+]\Z")
_FILE: Final = "ledger-leases.json"
_LOCK: Final = "ledger-leases"


class Taken(Model):
    """The last lease that was taken on an item."""

    path: str = ""
    """The fix plan, relative to the top of a work tree."""
    item: str = ""
    """The item."""
    owner: str
    """Who took it."""
    until: datetime
    """When it ends, or was given back."""
    text: str
    """How the plan puts it."""


class Register(Model):
    """The last lease on each item that was taken in a clone."""

    leases: tuple[Taken, ...] = ()
    """In the order in which they were taken."""

    def of(self, path: str, item: str) -> Taken | None:
        """The last one on an item of a plan."""
        return next(
            (lease for lease in self.leases if (lease.path, lease.item) == (path, item)), None
        )

    def having(self, new: Taken) -> Self:
        """The same with a newer lease."""
        others = (
            lease for lease in self.leases if (lease.path, lease.item) != (new.path, new.item)
        )
        return type(self)(leases=(*others, new))


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def default_owner(config: Config) -> str:
    """Who runs this, where nobody says: the name for git's commits, else the login; in a linked
    work tree with that of its folder, since agents in several of them share all else."""
    name = repository.user_name(config.root) if config.is_git else ""
    with suppress(KeyError, OSError):  # a container without a name for its user
        name = name or getpass.getuser()
    if config.is_git and process.common_dir(config.root) != process.git_dir(config.root):
        name = f"{name}@{config.root.name}"
    return _ODD.sub("-", name)[:_LONGEST] or "me"


def check_owner(name: str) -> str:
    """``name`` as that of an owner. Raises UsageError for one that cannot be read back."""
    if not _OWNER.fullmatch(name) or " until " in name:
        message = f"--as: expected a name of up to {_LONGEST} letters and digits, found {name!a}"
        raise UsageError("bad-owner", message[:300], "such as w1, or anna@feature-x")
    return name


def open_leases(config: Config, ledger: Ledger) -> Leases:
    """The leases that have not ended."""
    register = read(config)
    at = now()
    known = {lease.item: lease for lease in register.leases if lease.path == config.ledger_path}
    every = {
        name: OpenLease(lease.owner, lease.until)
        for name, lease in known.items()
        if lease.until > at
    }
    ids = [(item.id, lease) for item in ledger.items for lease in leases_of(item)]
    foreign = [(name, lease) for name, lease in ids if not _is_known(known.get(name), lease)]
    # A time of the day that is yet to come may be that of an earlier day.
    open_ones = [lease for _, lease in foreign if not lease.day and lease.until(at.date()) > at]
    days = _days(config, [lease.field.span.start_line for lease in open_ones])
    for name, lease in foreign:
        until = lease.until(days.get(lease.field.span.start_line, at.date()))
        if until > at:
            every.setdefault(name, OpenLease(lease.owner, until))
    return every


def _is_known(taken: Taken | None, lease: Lease) -> bool:
    return taken is not None and taken.text == lease.text


def _days(config: Config, lines: Sequence[int]) -> dict[int, date]:
    """The day on which each of some lines of the plan was written: committed, or else saved."""
    if not lines:
        return {}
    saved = datetime.fromtimestamp(config.ledger.stat().st_mtime, UTC)
    days = dict.fromkeys(lines, saved.date())
    if config.is_git:
        written = repository.lines_written(config.root, config.ledger_path, lines)
        days |= {line: time.date() for line, time in written.items()}
    return days


# The file


def read(config: Config) -> Register:
    """What was taken in this clone. Raises UnreadableInput for a file that is not ours."""
    place = _place(config)
    if place is None:
        return Register()
    try:
        if not os.path.lexists(place):
            return Register()
        return Register.model_validate_json(read_bytes(place, hint="move it away"))
    except ValidationError as error:
        message = f"{place}: expected the leases that were taken here, found something else"
        raise UnreadableInput("bad-leases", message, "delete it; the plans have them") from error


def write(config: Config, register: Register) -> None:
    """Keep ``register``; whoever calls this holds the lock."""
    place = _place(config)
    if place is not None:
        data = register.model_dump_json(indent=1).encode()
        try:
            store.create(place, data)
        except UsageError:  # it is there
            store.update(place, lambda _: data)


def record(config: Config, item: Item, taken: Taken) -> None:
    """Tell the other work trees, before the plan is written: a lease that only they know of ends
    by itself, one that they do not know of would have two owners."""
    new = taken.model_copy(update={"path": config.ledger_path, "item": item.id})
    write(config, read(config).having(new))


def refuse_known(config: Config, name: str, owner: str) -> None:
    """Raise Refused where the register says that somebody else has the item: in a crowd most learn
    that without waiting for the lock."""
    for lease in read(config).leases:
        is_it = lease.path == config.ledger_path and folded(lease.item) == folded(name)
        if is_it and lease.owner != owner and lease.until > now():
            raise taken(lease.item, OpenLease(lease.owner, lease.until))


def taken(item: str, holder: OpenLease) -> Refused:
    """What to raise where somebody else has the item."""
    message = f"{item} is taken: {holder.owner} has it until {clock(holder.until)}"
    return Refused("taken", message, "`ledger next` names another one")


def clock(until: datetime) -> str:
    """The time of a day, with the day where that is not today."""
    return f"{until:%H:%M}Z" if until.date() == now().date() else f"{until:%Y-%m-%d %H:%M}Z"


@contextmanager
def locked(config: Config) -> Iterator[None]:
    """Hold the lock of all work trees of this clone; without git the plan's own lock is enough.
    Where the block raises, the leases are as they were."""
    place = _place(config)
    if place is None:
        yield
        return
    with store.locked(place.with_name(_LOCK), 120.0):
        before = read(config)
        try:
            yield
        except BaseException:
            if read(config) != before:
                write(config, before)
            raise


def _place(config: Config) -> Path | None:
    return process.common_dir(config.root) / _FILE if config.is_git else None


def end_of(duration: timedelta) -> datetime:
    """When a lease of this ``duration`` that begins now ends: at a full minute, rounded up."""
    until = now() + duration
    whole = until.replace(second=0, microsecond=0)
    return whole if whole == until else whole + timedelta(minutes=1)
