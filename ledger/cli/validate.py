"""``ledger validate``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ledger import config
from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import installing, validate
from ledger.commands import read as opening
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.git.blobs import Blobs
from ledger.plan import reader, text
from ledger.reports import findings as report
from ledger.reports.findings import REPORTS, Checked
from ledger.rules.model import Finding


def command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE...]", help="Fix plans; default: the configured one."),
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="What is staged, against the last commit.")
    ] = False,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REV", help="The work tree, against where it left REV."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="REV",
            help="With --base: this commit and each since, not the work tree.",
        ),
    ] = None,
    replaces: Annotated[
        bool,
        typer.Option(
            "--replaces", help="With --head: it takes the place of --base, as a forced push does."
        ),
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="With --staged or --base: old faults too.")
    ] = False,
    form: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="text, json, github or sarif.")
    ] = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Check fix plans against the rules.

    All faults of the file in the work tree are told, and with --staged or --base only those
    that the change makes worse. The exit code is 1 if there is an error among them; warnings
    leave it 0. `ledger explain CODE` says more about each.
    """
    name = form or ("json" if as_json else "text")
    if name not in REPORTS:
        raise UsageError("usage", f"no format {name!r}", f"there are {', '.join(REPORTS)}")
    if as_json and name != "json":
        raise UsageError("usage", f"--json and --format {name} ask for two forms", "give one")
    if staged and base is not None:
        raise UsageError("usage", "--staged and --base ask for different things", "give one")
    if head is not None and (base is None or every):
        raise UsageError("usage", "--head goes with --base, and not with --all", "see --help")
    if replaces and head is None:
        raise UsageError("usage", "--replaces goes with --head", "see --help")
    if files and ledger:
        raise UsageError("usage", "FILE and --ledger both name the fix plan", "give one")
    named: list[Path | None] = [*files] if files else [ledger]
    found = (config.find(Path.cwd(), file) for file in named)
    plans = [*{plan.ledger: plan for plan in found}.values()]
    if (staged or base is not None) and not files and not every and head is None:
        plans += [
            plan.of_partner for plan in plans if not plan.is_archive and _has_archive(plan, base)
        ]
    findings = [
        finding
        for plan in plans
        for finding in (
            _check(plan, staged=staged, base=base, every=every)
            if base is None or head is None
            else _pushed(plan, base, head, replaces=replaces)
        )
    ]
    checked = Checked(tuple(plan.ledger_path for plan in plans), tuple(findings))
    for plan in plans:
        lacking = None if plan.is_archive else installing.lacks(plan)
        if lacking:
            hint = "run `ledger merge-driver --install`"
            output.diagnostic(f"ledger: note: {text.visible(plan.ledger_path)}: {lacking}; {hint}")
    if name == "text":
        output.lines(report.lines(checked))
    else:
        output.write(REPORTS[name]().render(checked), is_utf8=name in ("json", "sarif"))
    return 1 if checked.counts.error else 0


def _has_archive(plan: Config, base: str | None) -> bool:
    """Whether there is an archive, or was before the change."""
    if not plan.is_git or plan.of_partner.ledger.is_file():
        return plan.is_git
    with Blobs(plan.root) as contents:
        return contents.read(base or "HEAD", plan.partner) is not None


def _pushed(plan: Config, base: str, head: str, *, replaces: bool) -> Sequence[Finding]:
    from ledger.commands import guarding  # for CI only

    if not plan.is_git:
        raise UnreadableInput("no-repository", f"{plan.root}: no git repository", "clone it first")
    with Blobs(plan.root) as contents:
        return guarding.pushed(plan, base, head, contents, replaces=replaces)


def _check(plan: Config, *, staged: bool, base: str | None, every: bool) -> Sequence[Finding]:
    path = plan.ledger_path
    facts = validate.facts(plan, path)
    if not staged and base is None:
        return validate.validate(opening.read_bytes(plan.ledger), facts, plan.ignore, plan.own)
    if not plan.is_git:
        raise UnreadableInput(
            "no-repository", f"{plan.root}: no git repository", "leave out --staged and --base"
        )
    with Blobs(plan.root) as contents:
        if staged and every:
            return validate.validate(contents.staged(path) or b"", facts, plan.ignore, plan.own)
        if staged:
            return validate.staged(plan, path, contents)
        assert base is not None
        is_gone = plan.is_archive and not plan.ledger.is_file()
        data = b"" if is_gone else opening.read_bytes(plan.ledger)
        if not every:
            return validate.since(plan, path, data, base, contents)
        if contents.commit(base) is None:
            raise UsageError("no-such-revision", f"{base}: git knows no such commit")
        before = contents.read(base, path)
        known = None if before is None else reader.read(before, own=plan.own)
        every_claim = partial(validate.contradictions, plan, path, contents)
        known_facts = facts._replace(
            base=known, every=True, contradicted=every_claim, unmet=partial(validate.unmet, plan)
        )
        return validate.validate(data, known_facts, plan.ignore, plan.own)
