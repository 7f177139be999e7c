"""Hold what a fix plan, or any text, claims against the evidence that it cites."""

from collections.abc import Sequence
from pathlib import Path

from ledger import config
from ledger.claims.entries import Entry, Place, Wanted, newest_entry, text_entry
from ledger.claims.judge import judge_plan, judge_text
from ledger.claims.model import JudgedClaim
from ledger.claims.prose import LONGEST
from ledger.commands import read
from ledger.commands.closings import done_claims
from ledger.commands.judgements import around
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.git.blobs import Blobs
from ledger.git.files import inside
from ledger.plan import reader, selectors
from ledger.plan.model import Ledger, Model


class Verification(Model):
    """The claims of the entries that were asked for."""

    ledger: str
    """The fix plan, relative to the repository's top."""
    claims: tuple[JudgedClaim, ...]
    """By entry in the order of the file, then by line."""
    text: str | None = None
    """The text that was judged in the place of the fix plan; null for none."""
    runs: tuple[str, ...] = ()
    """The runs that the text was held against, from the top of the repository."""
    unchecked: str = ""
    """Why nothing of the text was checked; empty where it was."""


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
    wanted = _wanted(opened.ledger, names)
    with Blobs(settings.root) as contents:
        is_committed = settings.is_git and contents.head(opened.path) == opened.ledger.text
        place = around(settings, contents, rev, is_committed=is_committed)
        judged = judge_plan(opened.ledger, opened.path, place, wanted)
        whole = _whole_items(opened.ledger, names)
        closed = [c for c in done_claims(settings, opened.ledger, place) if c.item in whole]
    claims = sorted([*judged, *closed], key=lambda claim: claim.line)
    return Verification(ledger=opened.path, claims=tuple(claims))


def verify_text(
    text: str,
    name: str,
    *,
    runs: Sequence[Path] = (),
    item: str | None = None,
    ledger: Path | None = None,
) -> Verification:
    """Judge what a text claims, as if an attempt said it; ``name`` is what the text is called.

    It is held against ``runs``, folders or files of the repository, else against those of the
    newest attempt of ``item`` that cites any, else against those that the text names by their
    paths. Where there are none, nothing is checked.

    Raises ``UsageError`` for a run outside the repository and an item or attempt that there is not,
    or that cites no run, and ``UnreadableInput`` for a run that is not there and a long text.
    """
    if len(text) > LONGEST:
        found = f"{name}: expected at most {LONGEST:,} characters, found {len(text):,}"
        raise UnreadableInput("too-large", found, "give the part that speaks of the run")
    if runs and item is not None:
        raise UsageError("usage", "expected --run or --item, found both", "leave one out")
    settings = _configured(ledger)
    with Blobs(settings.root) as contents:
        place = around(settings, contents)
        given = [inside(settings.root, run) for run in runs]
        opened = read.holding(settings, selectors.parse(item)) if item is not None else None
        of = _entry_of(opened.ledger, item or "", place) if opened else None
        entry = text_entry(text, place, settings.root, given, of)
        path, against = settings.ledger_path, tuple(entry.runs)
        if not entry.names_run:
            why = "it names no run, and none was given"
            return Verification(ledger=path, claims=(), text=name, unchecked=why)
        plan = opened.ledger if opened else reader.read(b"")
        if not opened and settings.ledger.is_file():
            plan = read.opened(settings).ledger
        judged = judge_text(entry, plan, path, place)
    return Verification(ledger=path, claims=tuple(judged), text=name, runs=against)


def _configured(ledger: Path | None) -> Config:
    """The configuration, also where there is no fix plan."""
    try:
        return config.find(Path.cwd(), ledger)
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        return config.without_file(Path.cwd() / config.DEFAULTS[-1])


def _entry_of(plan: Ledger, given: str, place: Place) -> Entry:
    """The newest attempt that is meant and cites a run. Raises ``UsageError`` where none does."""
    name = selectors.parse(given)
    attempts = selectors.attempts(plan, name)
    for item in selectors.items(plan, name.item):
        if found := newest_entry(item, attempts, place):
            return found[1]
    raise UsageError("no-run", f"{given}: expected an attempt that cites a run", "name it by --run")


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
