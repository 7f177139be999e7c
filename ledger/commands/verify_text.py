"""Hold any text against runs. What judges it is loaded where it names one, as few commits do."""

import json
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

from pydantic import computed_field

from ledger import config
from ledger.claims.entries import Entry, Place, newest_entry, text_entry, work_tree
from ledger.claims.model import JudgedClaim, Verdict
from ledger.commands import read
from ledger.commands.facts import later
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.git.blobs import Blobs
from ledger.git.files import inside
from ledger.plan import reader, selectors
from ledger.plan.model import Ledger, Model
from ledger.plan.statements.sentences import MOST

_TURNS: Final[tuple[Verdict, ...]] = ("contradicted", "unverifiable", "supported")
_INDENT: Final = 70  # bytes by which a claim is indented in the document


class VerdictCounts(Model):
    """Claims by verdict."""

    supported: int = 0
    """What the evidence agrees with."""
    contradicted: int = 0
    """What the evidence has another value for."""
    unverifiable: int = 0
    """What nothing tells."""


class Verification(Model):
    """The claims of the entries that were asked for."""

    ledger: str
    """The fix plan, relative to the repository's top."""
    claims: tuple[JudgedClaim, ...]
    """By entry in the order of the file, then by line. Without `--full` as many as fit in 60 KB,
    the contradicted ones first."""
    left_out: VerdictCounts = VerdictCounts()
    """How many more there are."""
    text: str | None = None
    """The text that was judged in the place of the fix plan; null for none."""
    runs: tuple[str, ...] = ()
    """The runs that the text was checked against, from the top of the repository."""
    unchecked: str = ""
    """Why nothing of the text was checked; empty where it was."""

    @computed_field
    @property
    def counts(self) -> VerdictCounts:
        """How many there are, those that are left out among them."""
        judged = _counts(self.claims)
        left = self.left_out
        return VerdictCounts(**{name: count + getattr(left, name) for name, count in judged})

    @property
    def is_contradicted(self) -> bool:
        """Whether any claim is."""
        return self.counts.contradicted > 0

    def listing(self, verdicts: Collection[str], most_bytes: int | None) -> "Verification":
        """The same with the claims of these verdicts only, the contradicted ones first, as many as
        have about so many bytes of JSON; None for all."""
        room = most_bytes
        listed = set()
        ranked = sorted(self.claims, key=lambda claim: _TURNS.index(claim.verdict))
        for claim in (claim for claim in ranked if claim.verdict in verdicts):
            if room is not None:
                room -= len(json.dumps(claim.model_dump(mode="json"), indent=2).encode()) + _INDENT
                if room < 0:
                    break
            listed.add(id(claim))
        claims = tuple(claim for claim in self.claims if id(claim) in listed)
        left = _counts([claim for claim in self.claims if id(claim) not in listed])
        return self.model_copy(update={"claims": claims, "left_out": left})


def _counts(claims: Iterable[JudgedClaim]) -> VerdictCounts:
    verdicts = [claim.verdict for claim in claims]
    return VerdictCounts(**{name: verdicts.count(name) for name in _TURNS})


def verify_text(
    text: str,
    name: str,
    *,
    runs: Sequence[Path] = (),
    item: str | None = None,
    ledger: Path | None = None,
) -> Verification:
    """Judge what a text claims, as if an attempt said it; ``name`` is what the text is called.

    It is checked against ``runs``, folders or files of the repository, else against those of the
    newest attempt of ``item`` that cites any, else against those that the text names by their
    paths. Where there are none, nothing is checked.

    Raises ``UsageError`` for a run outside the repository and an item or attempt that there is not,
    or that cites no run, and ``UnreadableInput`` for a run that is not there and a long text.
    """
    if len(text) > MOST:
        message = f"{name}: expected at most {MOST:,} characters, found {len(text):,}"
        raise UnreadableInput("too-large", message, "give the part that speaks of the run")
    if runs and item is not None:
        raise UsageError("usage", "expected --run or --item, found both", "leave one out")
    settings = _configured(ledger, is_here=item is not None)
    with Blobs(settings.root) as contents:
        known = contents if settings.is_git else None
        place = work_tree(settings.root, known, is_committed=False)
        given = [inside(settings.root, run) for run in runs]
        opened = read.holding(settings, selectors.parse(item)) if item is not None else None
        of = _entry_of(opened.ledger, item or "", place) if opened else None
        entry = text_entry(text, place, settings.root, given, of)
        path, against = settings.ledger_path, tuple(entry.runs)
        if not entry.names_run:
            why = "it names no run, and none was given" if text.strip() else "it says nothing"
            return Verification(ledger=path, claims=(), text=name, unchecked=why)
        plan = opened.ledger if opened else reader.read(b"")
        if not opened and settings.ledger.is_file():
            plan = read.opened(settings).ledger
        judged = later("claims.judge.judge_text")(entry, plan, path, place)
    return Verification(ledger=path, claims=tuple(judged), text=name, runs=against)


def _configured(ledger: Path | None, *, is_here: bool) -> Config:
    """The configuration, also where there is no fix plan; without ``is_here`` also where only git
    has it."""
    try:
        return config.find(Path.cwd(), ledger, is_here=is_here)
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        return config.without_file(Path.cwd() / config.DEFAULTS[-1])


def _entry_of(plan: Ledger, given: str, place: Place) -> Entry:
    """The newest attempt that is meant and cites a run. Raises ``UsageError`` where none does."""
    name = selectors.parse(given)
    attempts = selectors.attempts(plan, name)
    for item in selectors.items(plan, name.item):
        if newest := newest_entry(item, attempts, place):
            return newest[1]
    raise UsageError("no-run", f"{given}: expected an attempt that cites a run", "name it by --run")
