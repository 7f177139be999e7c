"""``ledger verify``."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, get_args

import typer

from ledger import errors
from ledger.claims.model import ClaimKind, Verdict
from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, Names, flag, option
from ledger.commands.verify import verify
from ledger.commands.verify_text import Verification, verify_text
from ledger.errors import UsageError
from ledger.integrations import messages
from ledger.plan.text import visible
from ledger.reports import claims as claims_report

_MOST_BYTES = 55_000  # of the claims in a document; all of it has less than 60 KB
EXAMPLE = "ledger verify PARSE-SPEED-001#2"


def command(
    names: Names = None,
    text: Annotated[
        str | None, option("--text", "FILE", "Judge this text instead; - for stdin.")
    ] = None,
    event: Annotated[
        str | None, option("--github-event", "FILE", "Judge the pull request's body.")
    ] = None,
    stop_hook: Annotated[
        bool, flag("--stop-hook", "Judge what a coding agent says last, as its stop hook.")
    ] = False,
    runs: Annotated[
        list[Path] | None, option("--run", "RUN", "Hold the text against this run; repeatable.")
    ] = None,
    item: Annotated[
        str | None, option("--item", "ITEM[#N]", "Hold it against this item's newest run.")
    ] = None,
    rev: Annotated[
        str | None, option("--rev", "REV", "Take the evidence from this commit's tree.")
    ] = None,
    kinds: Annotated[
        list[str] | None, option("--kind", "KIND", "Only claims of this kind; repeatable.")
    ] = None,
    only: Annotated[
        list[str] | None, option("--only", "VERDICT", "Only these; default: contradicted.")
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", "--full", help="List every claim, not only contradicted ones."),
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Hold what attempts and completed actions claim against the evidence that they cite.

    Counts, rates, times, exit codes, memory, changes, tests, files, commits and dates are
    supported, contradicted or unverifiable. With --text, --github-event or --stop-hook another
    text is judged: by --run, by --item, or by the runs that it names. The exit code is 1 if a
    claim is contradicted; an agent's stop hook answers in its own protocol.
    """
    texts = {
        "the text": (text, messages.plain),
        "the pull request": (event, messages.pull_request),
        "the last message": ("-" if stop_hook else None, messages.last_message),
    }
    judged = partial(
        _judged, names or (), texts, kinds, runs=runs or (), item=item, rev=rev, ledger=ledger
    )
    if stop_hook and not as_json:
        return _stopped(judged, is_listing=bool(only or every))
    done = judged()
    listed = _among("verdict", only, get_args(Verdict))
    if as_json:
        output.document("verify", done.listing(listed, None if every else _MOST_BYTES))
    else:
        output.lines(claims_report.lines(done, listed if only or every else ("contradicted",)))
    return int(done.is_contradicted)


def _judged(
    names: Sequence[str],
    texts: Mapping[str, tuple[str | None, Callable[[str], str]]],
    kinds: Sequence[str] | None,
    *,
    runs: Sequence[Path],
    item: str | None,
    rev: str | None,
    ledger: Path | None,
) -> Verification:
    """The claims of these kinds, of the one text that is given, or else of the fix plan."""
    wanted = _among("kind", kinds, get_args(ClaimKind))
    given = [(name, file, read) for name, (file, read) in texts.items() if file is not None]
    if len(given) > 1 or (given and (names or rev)):
        raise UsageError("usage", "expected one thing to verify, found several", "leave one out")
    if not given and (runs or item):
        raise UsageError("usage", "--run and --item are for a text", "give it by --text")
    if given:
        name, file, read = given[0]
        called = file if read is messages.plain and file != "-" else name
        done = verify_text(read(file), called, runs=runs, item=item, ledger=ledger)
    else:
        done = verify(names, rev=rev, ledger=ledger)
    claims = tuple(claim for claim in done.claims if claim.kind in wanted)
    return done.model_copy(update={"claims": claims})


def _among(what: str, given: Sequence[str] | None, known: Sequence[str]) -> Sequence[str]:
    """What was asked for, by default all. Raises ``UsageError`` for what there is not."""
    for word in given or ():
        if word not in known:
            raise UsageError("usage", f"no {what} {word!r}", f"there are {', '.join(known)}")
    return given or known


def _stopped(judged: Callable[[], Verification], *, is_listing: bool) -> int:
    """Answer a coding agent that wants to stop. Whatever is amiss here never holds it up."""

    def answer() -> None:
        if is_listing:
            message = "--only and --all choose what is listed, and a stop hook lists nothing"
            raise errors.UsageError("usage", message, "leave them out, or add --json")
        if (done := judged()).is_contradicted:
            output.json({"decision": "block", "reason": claims_report.reasons(done)})

    def report(failure: errors.LedgerError) -> None:
        output.diagnostic(visible(f"ledger: the last message was not checked: {failure}"))

    errors.boundary(answer, report)
    return 0
