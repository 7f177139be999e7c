"""Check fix plans against the rules: as they are, or what a change makes worse in them."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path

from pydantic import computed_field

from ledger import config, rules
from ledger.commands import guard
from ledger.commands import merge_driver as driver
from ledger.commands import read as reading
from ledger.commands.changes import PlanChange, change_of
from ledger.commands.facts import facts, with_evidence
from ledger.config import Config
from ledger.errors import UsageError
from ledger.git import blobs, repository
from ledger.plan import reader, text
from ledger.plan.document import Edit
from ledger.plan.model import Ledger, Model
from ledger.rules import fixes
from ledger.rules.model import Finding, FindingCounts, MadeFix, count


class Replacement(Model):
    """What is between two places becomes ``text``."""

    start_line: int
    """The line, from 1."""
    start_column: int
    """The column in characters, from 1."""
    end_line: int
    """The line of the first character that stays."""
    end_column: int
    """Its column."""
    text: str
    """What is there then."""


class SafeFix(MadeFix):
    """A fix that needs nobody's judgement: `ledger doctor --fix` makes it."""

    path: str
    """The file."""
    replacements: tuple[Replacement, ...]
    """What changes in it."""


class Checked(Model):
    """What the rules found."""

    paths: tuple[str, ...]
    """The fix plans, relative to the tops of their repositories."""
    findings: tuple[Finding, ...]
    """By file, then by place."""
    notes: tuple[str, ...] = ()
    """What this clone lacks, each in one line."""
    change: PlanChange | None = None
    """With a base, where it was asked for: what the change does to the plan, item by item."""
    fixes: tuple[SafeFix, ...] = ()
    """Where they were asked for: the safe fixes of findings in the work tree."""

    @computed_field
    @property
    def counts(self) -> FindingCounts:
        """How many there are."""
        return count(self.findings)

    def only(self, codes: Sequence[str] = (), *, errors: bool = False) -> "Checked":
        """The same with the findings of rules whose codes begin so, or only the errors of them.
        Raises UsageError where no rule's code does."""
        for code in codes:
            if not any(known.startswith(code.upper()) for known in rules.RULES):
                hint = "`ledger explain` lists all rules"
                raise UsageError("no-such-rule", f"no rule {code!r}", hint)
        begins = tuple(code.upper() for code in codes) or ""
        findings = (finding for finding in self.findings if finding.code.startswith(begins))
        kept = tuple(finding for finding in findings if finding.severity == "error" or not errors)
        return self.model_copy(update={"findings": kept})


def validate(
    *files: Path,
    ledger: Path | None = None,
    staged: bool = False,
    base: str | None = None,
    head: str | None = None,
    replaces: bool = False,
    every: bool = False,
    details: bool = False,
) -> Checked:
    """Check ``files``, by default the plan ``ledger``, else that of the current folder.

    All faults of the file in the work tree are reported. With ``staged`` it is what is staged that
    is checked, against the last commit; with ``base`` the work tree, against where it left that
    revision; and only what the change makes worse is reported, unless ``every`` is set. With
    ``head`` each commit that it has and ``base`` has not is checked by itself; ``replaces`` says
    that ``head`` takes the place of ``base``, as a forced push does. With ``details``, `change` and
    `fixes` are reported, too.

    Raises UsageError for options that do not go together and for a revision that git does not
    know, UnreadableInput where a plan cannot be read or no repository is there.
    """
    is_alone = head is not None and (base is None or every)
    for is_wrong, message in (
        (staged and base is not None, "--staged and --base ask for different things"),
        (is_alone, "--head goes with --base, and not with --all"),
        (replaces and head is None, "--replaces goes with --head"),
        (bool(files and ledger), "FILE and --ledger both name the fix plan"),
    ):
        if is_wrong:
            raise UsageError("usage", message, "see --help")
    is_compared = staged or base is not None
    if files or ledger or not is_compared:
        chosen = [config.find(Path.cwd(), file) for file in (files or (ledger,))]
    else:
        is_here = not staged and head is None
        chosen = [guard.find(Path.cwd(), base or "HEAD", is_here=is_here)]
    plans = list({plan.ledger: plan for plan in chosen}.values())
    if is_compared and not files and not every and head is None:
        plans += [
            plan.of_partner for plan in plans if not plan.is_archive and _has_archive(plan, base)
        ]
    findings = [
        finding
        for plan in plans
        for finding in (
            faults(plan, reader.read(reading.read_bytes(plan.ledger), plan.own))
            if not is_compared
            else _compared(plan, base, head, replaces=replaces, every=every)
        )
    ]
    notes = (
        f"{plan.ledger_path}: {lacking}; run `ledger merge-driver --install`"
        for plan in plans
        if not plan.is_archive and (lacking := driver.lacks(plan))
    )
    paths = tuple(plan.ledger_path for plan in plans)
    checked = Checked(paths=paths, findings=tuple(findings), notes=tuple(notes))
    is_here = not staged and head is None
    return _with_details(checked, plans, base, head, is_here=is_here) if details else checked


def _with_details(
    checked: Checked, plans: Sequence[Config], base: str | None, head: str | None, *, is_here: bool
) -> Checked:
    change = change_of(plans[0], base, head) if base is not None else None
    safe = tuple(fix for plan in plans if is_here for fix in _safe_fixes(plan))
    return checked.model_copy(update={"change": change, "fixes": safe})


def _safe_fixes(plan: Config) -> Iterator[SafeFix]:
    """The fixes that can be known without the plan's history."""
    if not plan.ledger.is_file():
        return
    ledger = reader.read(reading.read_bytes(plan.ledger), plan.own)
    for fix in fixes.proposed(ledger):
        made = fix.made.model_dump()
        places = tuple(_replacement(ledger.text, edit) for edit in fix.edits)
        yield SafeFix(**made, path=plan.ledger_path, replacements=places)


def _replacement(data: bytes, edit: Edit) -> Replacement:
    start, end = (text.place(data, at) for at in (edit.start, edit.end))
    words = text.decode(edit.new)
    return Replacement(
        start_line=start[0], start_column=start[1], end_line=end[0], end_column=end[1], text=words
    )


def _compared(
    plan: Config, base: str | None, head: str | None, *, replaces: bool, every: bool
) -> list[Finding]:
    """What a change makes worse: what is staged where ``base`` is None."""
    plan.require_git("leave out --staged and --base")
    with blobs.Blobs(plan.root) as contents:
        if base is None:
            if every:
                return faults(plan, reader.read(contents.staged(plan.ledger_path) or b"", plan.own))
            return guard.check_staged(plan, contents)
        if head is not None:
            return guard.check_pushed(plan, base, head, contents, replaces=replaces)
        return _since(plan, base, contents, every=every)


def faults(plan: Config, ledger: Ledger) -> list[Finding]:
    """Every finding about ``ledger``, a version of ``plan``, by place."""
    return rules.without_noise(rules.check(ledger, facts(plan), plan.ignore))


def _since(plan: Config, revision: str, contents: blobs.Blobs, *, every: bool) -> list[Finding]:
    """What the work tree makes worse since it parted from ``revision``, so that what others did
    there in the meantime is not laid at its door. With ``every`` all that is wrong, with what
    evidence says, compared with ``revision`` itself."""
    contents.known_commit(revision)
    is_gone = not plan.ledger.exists()
    ledger = reader.read(b"" if is_gone else reading.read_bytes(plan.ledger), plan.own)
    fork = revision if every else repository.fork_point(plan.root, "HEAD", revision) or revision
    known = with_evidence(facts(plan, contents), plan, contents, since=(fork,))
    before = guard.version_of(plan, contents, fork)
    base = before.ledger
    if every:
        known = known._replace(base=base, every=True, run_notes=None)
        return rules.without_noise(rules.check(ledger, known, plan.ignore))
    archive = cache(lambda: (reader.read(reading.archive_bytes(plan), plan.own),))
    partners = partial(guard.partners_of, plan, contents, (fork,))
    known = known._replace(elsewhere=archive, partners=partners)
    known, codes = guard.guarded(known, plan, before.plan)
    return rules.made_worse(ledger, known, [base] if base else [], None, codes)


def _has_archive(plan: Config, base: str | None) -> bool:
    """Whether there is an archive, or was before the change."""
    if not plan.is_git or plan.of_partner.ledger.is_file():
        return plan.is_git
    with blobs.Blobs(plan.root) as contents:
        return contents.read(base or "HEAD", plan.partner) is not None
