"""Which leases on items hold now, and for whom this is asked."""

import getpass
from datetime import UTC, datetime

from ledger.config import Config
from ledger.plan.leases import lease_of
from ledger.plan.model import Ledger
from ledger.plan.queue import Held, Leases


def now() -> datetime:
    """The current minute, in UTC."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


def default_owner(config: Config) -> str:  # noqa: ARG001
    """Who runs this, where nobody says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return "me"


def held(config: Config, ledger: Ledger) -> Leases:  # noqa: ARG001
    """The leases that have not ended."""
    found = {}
    at = now()
    for item in ledger.items:
        lease = lease_of(item)
        if lease and (until := lease.until(at.date())) > at:
            found[item.id] = Held(lease.owner, until)
    return found
