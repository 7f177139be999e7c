"""``ledger verify``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, get_args

from ledger import errors
from ledger.claims.model import ClaimKind, Verdict
from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, Names, flag, option
from ledger.commands.verify import verify
from ledger.commands.verify_text import verify_text
from ledger.errors import UsageError
from ledger.integrations import messages
from ledger.plan.text import visible
from ledger.reports import verdicts


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
        bool, flag("--all", "List every claim, not only the contradicted ones.")
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
    if stop_hook and not as_json:
        return _stopped(list(runs or ()), item, ledger)
    given = {
        "the text": (text, messages.plain),
        "the pull request": (event, messages.pull_request),
        "the last message": ("-" if stop_hook else None, messages.last_message),
    }
    asked = [name for name, (file, _) in given.items() if file is not None]
    if len(asked) > 1 or (asked and (names or rev)):
        raise UsageError("usage", "expected one thing to verify, found several", "leave one out")
    if not asked and (runs or item):
        raise UsageError("usage", "--run and --item are for a text", "give it by --text")
    if asked:
        file, read = given[asked[0]]
        name = asked[0] if file == "-" or event else str(file)
        done = verify_text(read(str(file)), name, runs=runs or (), item=item, ledger=ledger)
    else:
        done = verify(names or (), rev=rev, ledger=ledger)
    wanted = _among("kind", kinds, get_args(ClaimKind))
    listed = _among("verdict", only, get_args(Verdict))
    claims = [one for one in done.claims if one.kind in wanted]
    done = done.model_copy(update={"claims": tuple(claims)})
    if as_json:
        shown = tuple(one for one in claims if one.verdict in listed)
        output.document("verify", done.model_copy(update={"claims": shown}))
    else:
        output.lines(verdicts.claims(done, listed if only or every else ("contradicted",)))
    return int(any(claim.verdict == "contradicted" for claim in claims))


def _among(what: str, given: Sequence[str] | None, known: Sequence[str]) -> Sequence[str]:
    """What was asked for, by default all. Raises ``UsageError`` for what there is not."""
    for word in given or ():
        if word not in known:
            raise UsageError("usage", f"no {what} {word!r}", f"there are {', '.join(known)}")
    return given or known


def _stopped(runs: Sequence[Path], item: str | None, ledger: Path | None) -> int:
    """Answer a coding agent that wants to stop. Whatever is amiss here never holds it up."""

    def answer() -> None:
        said = messages.last_message()
        if not said:
            return
        done = verify_text(said, "the last message", runs=runs, item=item, ledger=ledger)
        if any(claim.verdict == "contradicted" for claim in done.claims):
            output.json({"decision": "block", "reason": verdicts.reasons(done)})

    def report(failure: errors.LedgerError) -> None:
        output.diagnostic(visible(f"ledger: the last message was not checked: {failure}"))

    errors.boundary(answer, report)
    return 0
