"""Hold what a fix plan claims against the evidence that it cites."""

from collections.abc import Sequence
from pathlib import Path

from ledger import config
from ledger.claims.entries import Entry, Place, Wanted, around
from ledger.claims.judge import judge_plan
from ledger.commands import read
from ledger.commands.closings import done_claims
from ledger.commands.read import Opened
from ledger.commands.verify_text import Verification
from ledger.git.blobs import Blobs
from ledger.plan import selectors
from ledger.plan.model import Ledger


def verify(
    names: Sequence[str] = (), *, rev: str | None = None, ledger: Path | None = None
) -> Verification:
    """Judge every claim of attempts and completed actions, and what is called done.

    ``names`` are items (``PARSE-001``) or single attempts (``PARSE-001#3``), by default all of the
    fix plan; where only its archive has them, the archive is read. The evidence is taken from the
    work tree, or from the commit ``rev``.

    Raises ``UsageError`` for a name or commit that there is not, ``UnreadableInput`` for a fix plan
    that cannot be read, and for ``rev`` outside a git repository.
    """
    settings = config.find(Path.cwd(), ledger)
    if rev is not None:
        settings.require_git("leave out --rev")
    opened = read.holding(settings, *(map(selectors.parse, names) if rev is None else ()))
    with Blobs(settings.root) as contents:
        is_committed = settings.is_git and contents.head(opened.path) == opened.ledger.text
        place = around(settings, contents, rev, is_committed=is_committed)
        return verification(opened, place, names)


def verification(
    opened: Opened, place: Place, names: Sequence[str] = (), known: Sequence[Entry] | None = None
) -> Verification:
    """The claims of a plan that was read, judged by what there is in ``place``; ``known`` are its
    entries, where somebody has them. See ``verify``."""
    plan = opened.ledger
    judged = judge_plan(plan, opened.path, place, _wanted(plan, names), known=known)
    whole = _whole_items(plan, names)
    closed = [c for c in done_claims(opened.config, plan, place) if c.item in whole]
    claims = sorted([*judged, *closed], key=lambda claim: claim.line)
    return Verification(ledger=opened.path, claims=tuple(claims))


def _whole_items(ledger: Ledger, names: Sequence[str]) -> set[str]:
    """The items that are meant with all that they say, not one attempt of them."""
    if not names:
        return {item.id for item in ledger.items}
    given = [selectors.parse(name) for name in names]
    whole = [name.item for name in given if name.number is None]
    return {item.id for name in whole for item in selectors.items(ledger, name)}


def _wanted(ledger: Ledger, names: Sequence[str]) -> Wanted | None:
    """Which entries are meant, None for all. Raises ``UsageError`` for a name that means none."""
    if not names:
        return None
    wanted: set[tuple[str, int | None]] = set()
    for given in names:
        name = selectors.parse(given)
        selectors.attempts(ledger, name)
        wanted.update((item.id, name.number) for item in selectors.items(ledger, name.item))
    return lambda item, number, _: bool(item and {(item, None), (item, number)} & wanted)
