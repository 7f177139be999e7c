"""The pre-commit entry point: what does this commit make worse in a fix plan, and does its message
say what its runs say? It imports only what it uses: see docs/explanation/guard.md."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import ledger
from ledger import config, errors
from ledger.commands import guard
from ledger.commands.facts import later
from ledger.config import Config
from ledger.errors import LedgerError, UsageError
from ledger.git import process, repository
from ledger.git.blobs import STAGED, Blobs
from ledger.git.files import Index
from ledger.integrations import messages
from ledger.plan import text
from ledger.rules.model import Finding

USAGE = """\
usage: ledger-hook [FILE...]
       ledger-hook --commit-msg FILE
       ledger-hook --version

Checks the staged contents of the fix plans among FILE, by default the configured ledger and all
that the commit changes, and of the briefs that it changes, and prints what it makes worse, one
finding a line. The exit code is 1 where one of them is an error, else 0; it is 2 where a file or
git cannot be read. Run by pre-commit for a range of commits (--from-ref, a push) it checks these.

With --commit-msg it holds the commit message in FILE against the runs that it names, and the exit
code is 1 where they contradict it.
"""
_MESSAGE = "--commit-msg"
# What .pre-commit-hooks.yaml looks for, in any folder.
PLANS = ("fix_plan.md", "fix_plan_archive.md")


def main(argv: Sequence[str] | None = None) -> int:
    """Check the staged fix plans and return the exit code. ``argv`` are names of files, relative
    to the working folder; by default those of the command line."""
    given = sys.argv[1:] if argv is None else argv
    return errors.boundary(lambda: _run(given), _report)


def _report(failure: LedgerError) -> None:
    errors.diagnostic(text.visible(f"ledger-hook: {failure}"))


def run() -> NoReturn:
    """The program ``ledger-hook``."""
    sys.exit(main())


def _run(arguments: Sequence[str]) -> int:
    for argument in arguments:
        if argument in ("-h", "--help"):
            errors.write(USAGE)
            return 0
        if argument == "--version":
            errors.write(f"ledger-hook {ledger.__version__}\n")
            return 0
        if argument == _MESSAGE:
            if len(arguments) != 2 or arguments[1] == _MESSAGE:
                raise UsageError("usage", f"expected `{_MESSAGE} FILE` and nothing else")
            return _check_message(arguments[1])
        if argument.startswith("-"):
            raise UsageError("no-such-option", f"{argument}: expected names of files")
    findings: list[Finding] = []
    commits = _commits()
    for plan in _plans(Path.cwd(), arguments, commits):
        plan.require_git()
        with Blobs(plan.root) as contents:
            if commits:
                is_push = "PRE_COMMIT_REMOTE_BRANCH" in os.environ
                findings += guard.check_pushed(plan, *commits, contents, replaces=is_push)
                continue
            findings += guard.check_staged(plan, contents)
            if not arguments and not plan.is_archive:
                findings += guard.check_staged(plan.of_partner, contents)
    errors.write("".join(f"{finding}\n" for finding in dict.fromkeys(findings)))
    codes = sorted({finding.code for finding in findings if finding.severity == "error"})
    if codes:
        errors.diagnostic(
            f"ledger-hook: errors block the commit; `ledger explain {codes[0]}` says more"
        )
    return 1 if codes else 0


def _check_message(file: str) -> int:
    """What a commit's message says of its runs. A message without any path names none, and few
    have one: what judges it is loaded then."""
    commit_message = messages.commit_message(file)
    done = (
        later("commands.verify_text.verify_text")(commit_message, "the message")
        if "/" in commit_message
        else None
    )
    if done is None or done.unchecked:
        errors.diagnostic("ledger-hook: the message names no run: nothing was checked")
        return 0
    lines = [*later("reports.claims.lines")(done, ("contradicted",))]
    errors.write("".join(f"{line.text}\n" for line in lines))
    return int(done.is_contradicted)


def _commits() -> tuple[str, str] | None:
    """The commits that pre-commit is asked about: from the first to the second. Where it looks at
    all files and nothing is staged, as in CI, they are the last two. None for what is staged."""
    since, until = (os.environ.get(f"PRE_COMMIT_{name}_REF") for name in ("FROM", "TO"))
    if since and until:
        return since, until
    top = process.top_of(Path.cwd())
    # Git tells its own hooks of the index.
    if top is None or "PRE_COMMIT" not in os.environ or "GIT_INDEX_FILE" in os.environ:
        return None
    with Blobs(top) as contents:
        if contents.commit("HEAD") is None or repository.has_staged(top):
            return None
        if contents.commit("HEAD^"):
            return "HEAD^", "HEAD"
    errors.diagnostic("ledger-hook: nothing is staged, and git has no commit before: not compared")
    return None


def _plans(here: Path, names: Sequence[str], commits: tuple[str, str] | None) -> Iterator[Config]:
    """The configuration for each fix plan among ``names``; by default the configured one, and
    those that the change touches."""
    places = dict.fromkeys(Path(os.path.normpath(here / name)) for name in names)
    plans = [place for place in places if place.name in PLANS]
    configured = None
    if len(plans) < len(places):  # one of the others, or what has them for briefs
        configured = _configuration(here)
    elif not names:
        configured, plans = _touched(here, commits or ("HEAD", STAGED))
    if configured:
        yield configured
        known = [configured]
        if names:  # an archive may have any name
            own = str(configured.of_partner.ledger)
            plans += [p for p in places if p not in plans and os.path.realpath(p) == own]
        else:  # what the plan was called before is judged with it
            with Blobs(configured.root) as contents:
                before = guard.version_of(configured, contents, commits[0] if commits else "HEAD")
            known += [configured.of_partner, before.plan, before.plan.of_partner]
        judged = {str(project.ledger) for project in known}
        plans = [place for place in plans if os.path.realpath(place) not in judged]
    for place in plans:
        if place.is_file():
            yield config.find(here, place)
        else:  # not in the work tree; what is staged counts
            yield config.without_file(place)


def _touched(here: Path, commits: tuple[str, str]) -> tuple[Config | None, list[Path]]:
    """The configured plan, and what is called as a plan is among the files of the change. Raises as
    ``config.find`` where the repository has no plan at all."""
    top = process.top_of(here)
    changed = repository.changed_documents(top, *commits) if top else []
    plans = [name for name in changed if name.rpartition("/")[2] in PLANS]
    try:
        configured = guard.find(here, commits[0])
    except UsageError as error:
        is_elsewhere = top and any(map(Index(Blobs(top)).listing.ending, PLANS))
        if error.code != "no-ledger" or not (plans or is_elsewhere):
            raise
        configured = None
    return configured, [top / name for name in plans if top]


def _configuration(here: Path) -> Config | None:
    """The configuration in ``here``; None where there is no ledger."""
    try:
        return config.find(here, is_here=False)
    except UsageError as error:
        if error.code == "no-ledger":
            return None
        raise
