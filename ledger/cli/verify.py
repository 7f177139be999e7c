"""``ledger verify``."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger import config
from ledger.claims.model import Judged
from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import read as opening
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.git import asking
from ledger.git.blobs import Blobs
from ledger.plan import naming
from ledger.plan.model import Ledger
from ledger.reports import verify as report

if TYPE_CHECKING:
    from ledger.claims.entries import Source


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ITEM[#N]...]", help="Items, or single attempts; default: all."),
    ] = None,
    rev: Annotated[
        str | None,
        typer.Option("--rev", metavar="REV", help="Take the evidence from this commit's tree."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="List every claim, not only the contradicted ones.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Hold what attempts and completed actions claim against the evidence that they cite.

    Counts, rates, times, exit codes, memory, changes, tests, files, commits and dates are
    supported, contradicted or unverifiable. The exit code is 1 if a claim is contradicted.
    """
    with _without_collector():
        path, judged = _verify(config.find(Path.cwd(), ledger), names or [], rev)
        if as_json:
            from ledger.reports import documents

            output.document(
                documents.document("verify", {"claims": [_told(one) for one in judged]})
            )
        else:
            output.lines(report.claims(judged, path, every=every))
    return 1 if any(one.verdict == "contradicted" for one in judged) else 0


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """A process of a second makes no garbage worth looking for again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _verify(settings: Config, names: Sequence[str], rev: str | None) -> tuple[str, list[Judged]]:
    """How the ledger is named that has what ``names`` mean, and its claims."""
    meant = map(naming.parse, names) if rev is None else ()
    root = settings.root
    contents = asked = None
    with contextlib.ExitStack() as stack:
        if settings.is_git:
            contents = stack.enter_context(Blobs(root))
            contents.expect(settings.ledger_path, staged=False)
            if rev is None:
                asked = stack.enter_context(asking.begun(root, "ls-files", "-z"))
        elif rev is not None:
            raise UnreadableInput("no-repository", f"{root}: no git repository", "leave out --rev")
        from ledger.claims import verifying  # meanwhile git looks for what it was asked

        opened = opening.holding(settings, *meant)
        wanted = _wanted(opened.ledger, names)
        is_committed = contents is not None and contents.head(opened.path) == opened.ledger.text
        if contents is None or rev is None:
            place = verifying.work_tree(root, contents, is_committed=is_committed, names=asked)
        else:
            place = verifying.revision(root, contents, rev, is_committed=is_committed)
        return opened.path, verifying.verify(opened.ledger, opened.path, place, wanted)


def _wanted(ledger: Ledger, names: Sequence[str]) -> Callable[[Source], bool]:
    """Which entries the names mean. Raises ``UsageError`` for a name that means none."""
    if not names:
        return lambda _: True
    meant: set[tuple[str, int | None]] = set()
    for given in names:
        name = naming.parse(given)
        items = naming.items(ledger, name.item)
        if name.number is not None and not any(
            attempt.number == name.number for item in items for attempt in item.attempts
        ):
            raise UsageError(
                "no-such-attempt",
                f"{items[0].id} has no attempt #{name.number}",
                f"`ledger show {items[0].id}` lists its attempts",
            )
        meant.update((item.id, name.number) for item in items)
    return lambda source: bool(
        source.item and {(source.item, None), (source.item, source.attempt)} & meant
    )


def _told(one: Judged) -> dict[str, object]:
    claim = one.claim
    return {
        "item": claim.item,
        "attempt": claim.attempt,
        "kind": claim.kind,
        "text": claim.text,
        "claimed": claim.claimed,
        "observed": one.observed,
        "verdict": one.verdict,
        "evidence": one.evidence,
        "line": claim.line,
        "reason": one.reason,
    }
