"""Whether all that a fix plan needs is in order, from the file to what it cites; and safe fixes of
rules made in it: verified, checked and written as one change."""

import os
import re
import shlex
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal

from ledger import config, store
from ledger.commands import change, read, surroundings, validate
from ledger.commands.history import Progress, audit
from ledger.commands.init import likely_plans
from ledger.commands.surroundings import Area, Check, Problem, check
from ledger.config import Config
from ledger.errors import LedgerError, Refused, UnreadableInput, UsageError
from ledger.git import files, repository
from ledger.git.blobs import Blobs
from ledger.plan import document, pointers, reader
from ledger.plan.document import Edit
from ledger.plan.model import Ledger, Model
from ledger.plan.places import name
from ledger.plan.text import count_lines, counted, not_text
from ledger.rules import fixes
from ledger.rules.model import Finding, MadeFix
from ledger.rules.numbers import Age
from ledger.rules.registry import quoted
from ledger.versions.history import Origins
from ledger.versions.model import Event

Verdict = Literal["in order", "to mend", "unreadable"]
_NOT_THERE: Final = frozenset({"no-ledger", "no-such-file"})
_UNREAD: Final = "LED103"
_CITED: Final = {
    "LED403": "what is missing",
    "LED404": "what git ignores",
    "LED405": "what is not committed",
    "LED406": "what lies outside the repository",
}
_MOST_LINES: Final = 6
_MOST_CODES: Final = 6
_LONG: Final = 1000  # lines of a plan that says nothing about its length
_MOST: Final = 3
_POINTED: Final = re.compile(rb"#archived-([0-9a-f]{16})\)")


class Repaired(Model):
    """What `--fix` did, or with `--dry-run` would do."""

    path: str
    """The fix plan."""
    fixes: tuple[MadeFix, ...]
    """In the order in which they were made."""
    left: tuple[MadeFix, ...]
    """What is left to people."""
    diff: str
    """The whole change as a unified diff; empty for none."""


class Diagnosis(Model):
    """The state of a fix plan and of what is around it."""

    path: str | None
    """The fix plan, relative to the top of its repository."""
    verdict: Verdict
    """`to mend` where a problem is a bad one."""
    checks: tuple[Check, ...]
    """One for each area."""
    repair: Repaired | None = None
    """With `--fix`: what was mended before; else null."""


def doctor(
    *,
    ledger: Path | None = None,
    fix: bool = False,
    leave: Collection[str] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Diagnosis:
    """Look at the plan ``ledger``, by default that of the current folder, and at what is around it.

    What cannot be read, the plan and its settings included, is a problem and no error. With ``fix``
    the safe fixes of rules are made before, but for those of the rules ``leave``; with ``dry_run``
    they are not written. ``progress`` is called with how many versions of the plan have been read,
    of how many.

    Raises Refused where a fix would do something else than is meant, and with ``fix`` as
    ``repair`` does.
    """
    repaired = None
    if fix:
        codes = frozenset(fixes.CODES) - frozenset(leave)
        repaired = repair(codes, ledger=ledger, dry_run=dry_run, progress=progress)
    return _diagnosis(Path.cwd(), ledger).model_copy(update={"repair": repaired})


def repair(
    codes: Collection[str],
    *,
    ledger: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Repaired:
    """Make the safe fixes of the rules ``codes``, but for those that the project ignores.
    ``progress`` is called with how many of how many versions were read. Raises Refused for an
    outcome that is not as meant or has a new error, UsageError and UnreadableInput for no plan
    to read."""
    settings = config.find(Path.cwd(), ledger)
    wanted = frozenset(codes) - {*settings.ignore}
    with change.change(settings, dry_run=dry_run) as plan:
        mended = fixes.mend(plan.ledger, _age(settings, progress), wanted)

        def expect(new: Ledger) -> None:
            if new.text != mended.ledger.text:
                raise Refused("not-as-meant", "the fixes do not add up", "nothing was written")

        if mended.ledger.text != plan.ledger.text:
            # Each step was made of small edits and checked against what it meant; this is their
            # sum.
            whole = Edit(0, len(plan.ledger.text), mended.ledger.text)
            plan.propose([whole], expect=expect)
    return Repaired(path=settings.ledger_path, fixes=mended.fixes, left=mended.left, diff=plan.diff)


def _age(project: Config, progress: Progress | None) -> Age:
    """What was committed first is first; what no commit has comes last. The history is read when
    this is asked for the first time, and without git all are of one age."""
    origins = cache(lambda: Origins(_events(project, progress)))
    return lambda attempt: origins().age(attempt)


def _events(project: Config, progress: Progress | None) -> Sequence[Event]:
    """What commits did, oldest first; nothing where there are none yet."""
    if not project.is_git:
        return ()
    try:
        with Blobs(project.root) as contents:
            head = contents.commit("HEAD")
        return audit(project, head, progress).events if head else ()
    except UsageError:  # the ledger was never committed
        return ()


def _diagnosis(here: Path, given: Path | None) -> Diagnosis:
    try:
        project = config.find(here, given)
    except LedgerError as error:
        is_plan = error.code in _NOT_THERE or error.code == "not-on-disk"
        area: Area = "ledger" if is_plan else "configuration"
        means, mend = "Nothing else can be looked at without it.", error.hint
        if error.code in _NOT_THERE:
            others = likely_plans(here) if given is None else []
            mend = f"ledger init --ledger {shlex.quote(others[0])}" if others else "ledger init"
            means += f" {others[0]} looks like one." if others else ""
        problem = Problem(said=error.message, means=means, mend=mend)
        return Diagnosis(path=None, verdict="unreadable", checks=(check(area, "", problem),))
    try:
        ledger = reader.read(read.read_bytes(project.ledger), project.own)
    except LedgerError as error:
        means = "No command can work with it."
        problem = Problem(said=error.message, means=means, mend=error.hint or "ledger init")
        checks = (check("ledger", "", problem), *_around(project, None))
        return Diagnosis(path=project.ledger_path, verdict="unreadable", checks=checks)
    findings = validate.faults(project, ledger)
    checks = (
        _ledger(ledger, project, findings),
        _findings(findings, fixes.offered(ledger)),
        *_around(project, ledger),
        _artifacts(ledger, findings),
    )
    is_well = not any(problem.is_bad for check in checks for problem in check.problems)
    verdict: Verdict = "in order" if is_well else "to mend"
    return Diagnosis(path=project.ledger_path, verdict=verdict, checks=checks)


def _around(project: Config, ledger: Ledger | None) -> Iterator[Check]:
    """The checks of what is around the file. One that git keeps from being made says so."""
    looks: dict[Area, Callable[[Config], Check]] = {
        "configuration": surroundings.configuration,
        "git": surroundings.git,
        "hook": surroundings.hook,
        "merge driver": surroundings.merge_driver,
        "secrets": lambda project: surroundings.secrets(project, ledger),
        "archive": lambda project: _archive(project, ledger),
    }
    for area, look in looks.items():
        try:
            yield look(project)
        except LedgerError as error:
            means = "It could not be looked at."
            yield check(area, "", Problem(said=error.message, means=means, mend=error.hint))


# The file itself


def _ledger(plan: Ledger, project: Config, findings: Sequence[Finding]) -> Check:
    """Whether all of it could be read."""
    tries = counted(len(plan.attempts), "attempt")
    tasks = counted(sum(len(item.actions) for item in plan.items), "action")
    lines, items = counted(count_lines(plan.text), "line"), counted(len(plan.items), "item")
    why = "; ".join(reader.recognise(plan.text, project.own).reasons)
    message = f"{project.ledger_path}, {lines}: {items}, {tries}, {tasks}; dialect: {why}"
    problems = []
    if fault := not_text(plan.text):
        bad, _, mend = fault.partition("; ")
        means = "Git takes it for binary, and neither shows nor merges what changes."
        problems.append(Problem(said=bad, means=means, mend=mend))
    elif not plan.items:
        means = "Commands that take an item have nothing to work with."
        mend = "ledger init --ledger new.md --dry-run # shows how one is written"
        problems.append(Problem(said="no items were recognised in it", means=means, mend=mend))
    unread = [finding.line for finding in findings if finding.code == _UNREAD]
    if unread:
        which = f"{counted(len(unread), 'line')} meant for an entry could not be read"
        problem = Problem(
            said=f"{which}: {_some(unread, most=_MOST_LINES)}",
            means="Such lines stay in the file and count nowhere.",
            mend="ledger validate # says what is wrong with each",
        )
        problems.append(problem)
    return check("ledger", message, *problems)


def _findings(every: Sequence[Finding], fixes: int) -> Check:
    """What the rules find, but for what the other checks tell. ``fixes`` of it are safe."""
    findings = [f for f in every if f.code != _UNREAD and f.code not in _CITED]
    errors = [finding for finding in findings if finding.severity == "error"]
    warnings = [finding for finding in findings if finding.severity == "warning"]
    if not findings:
        return check("findings", "none")
    counts = [
        f"{counted(len(findings), noun)} ({_by_code(findings)})"
        for findings, noun in ((errors, "error"), (warnings, "warning"))
        if findings
    ]
    if len(every) > len(findings):
        counts.append(f"{len(every) - len(findings):,} more told by the other areas")
    code = _codes(errors or warnings)[0][0]
    problem = Problem(
        said=", ".join(counts),
        means="A commit is blocked only by errors that it brings in, not by those that are there.",
        mend=f"ledger validate # lists them, and `ledger explain {code}` says more",
        is_bad=bool(errors),
    )
    if not fixes:
        return check("findings", "", problem)
    safe = Problem(
        said=f"{counted(fixes, 'finding')} can be mended safely",
        means="The fixes change nobody's words.",
        mend="ledger doctor --fix # and with --dry-run it shows them",
        is_bad=False,
    )
    return check("findings", "", problem, safe)


def _artifacts(plan: Ledger, every: Sequence[Finding]) -> Check:
    """Whether what attempts cite is there, for everybody who clones the repository."""
    cited = [artifact for attempt in plan.attempts for artifact in attempt.artifacts]
    counts = Counter(finding.code for finding in every if finding.code in _CITED)
    if not counts:
        paths = sum(len(artifact.paths) for artifact in cited)
        text = f"{counted(paths, 'path')} cited, all of them in order" if paths else "none cited"
        return check("artifacts", text)
    (count, first), *more = [(counts[code], _CITED[code]) for code in _CITED if counts[code]]
    names = f"{count:,} of these name{'s' if count == 1 else ''} {first}"
    text = ", ".join([names, *(f"{other:,} {what}" for other, what in more)])
    is_bad = bool(counts["LED403"] or counts["LED404"])
    means = "In another clone these attempts have no evidence."
    if counts["LED404"]:
        means += " What git ignores, `git add --force` takes in."
    mend = "ledger links --missing # lists them, each with its state"
    files = f"{counted(sum(1 for artifact in cited if artifact.paths), 'citation')} of files"
    problem = Problem(said=text, means=means, mend=mend, is_bad=is_bad)
    return check("artifacts", files, problem)


# Its archive


def _archive(project: Config, plan: Ledger | None) -> Check:
    """The check. ``plan`` is the plan, None where it cannot be read."""
    data = _archive_bytes(project)
    long = tuple(_length(project, plan)) if plan else ()
    if isinstance(data, str):
        message = f"{project.partner}: {data}"
        means = "What was moved there is out of reach."
        return check("archive", "", Problem(said=message, means=means, mend=_back(project)), *long)
    find = pointers.find(document.parse(plan.text)) if plan else []
    if data is None and not find:
        return check("archive", "none" if long else "none, and none is needed", *long)
    chunks = pointers.chunks(data or b"")
    kept = reader.read(data or b"", conventions=project.own)
    tries = kept.attempts
    message = (
        f"{project.partner}: {counted(len(kept.items), 'item')}, {counted(len(tries), 'attempt')}; "
        f"the plan points to {counted(len(find), 'part')} of it"
    )
    problems = [
        *_moved(project, plan, chunks),
        *_twice(plan, data or b"", kept),
        *_agreement(project, plan, kept),
        *long,
    ]
    if (
        project.is_git
        and (chunks or kept.items or kept.loose)
        and not repository.is_tracked(project.root, project.partner)
    ):
        partner = shlex.quote(project.partner)
        mend = f"git add {partner} # and commit it with the plan"
        means = "What was moved there is nowhere else."
        problems.append(Problem(said=f"{project.partner} is not committed", means=means, mend=mend))
    return check("archive", message, *problems)


def _moved(project: Config, plan: Ledger | None, chunks: list[pointers.Chunk]) -> Iterator[Problem]:
    """Whether each part that was moved is where the plan says, and as it was."""
    keys = {chunk.key for chunk in chunks}
    items = plan.items if plan else ()
    gone = [(item.id, p) for item in items for p in item.archived if p.key not in keys]
    if gone:
        names = list(dict.fromkeys(name for name, _ in gone))
        tries = sum(pointer.attempts for _, pointer in gone)
        of = _some(names, "more items")
        message = f"it lacks {counted(len(gone), 'part')} of {of} that the plan points to"
        means = f"{counted(tries, 'attempt')} cannot be found." if tries else "It cannot be found."
        yield Problem(said=message, means=means, mend=_back(project))
    edited = [chunk for chunk in chunks if not chunk.is_whole]
    if edited:
        lines = _some([chunk.line for chunk in edited])
        were, line = ("was", "line") if len(edited) == 1 else ("were", "lines")
        message = f"{counted(len(edited), 'part')} {were} edited there since, on {line} {lines}"
        means = "They can be read, and do not come back by themselves."
        mend = f"git log -p -- {shlex.quote(project.partner)} # shows what was changed"
        yield Problem(said=message, means=means, mend=mend)


def _twice(plan: Ledger | None, data: bytes, kept: Ledger) -> Iterator[Problem]:
    """Whether attempts are there twice, and whether any part is out of reach."""
    counts = Counter((attempt.number, attempt.text) for attempt in kept.attempts)
    twice = [text for (_, text), count in counts.items() if count > 1]
    if twice:
        stands = "stands" if len(twice) == 1 else "stand"
        tries = counted(len(twice), "attempt")
        message = f"{tries} {stands} twice in the archive, first {quoted(twice[0])}"
        means = "They count twice. Two branches that both archive do that."
        mend = "take one of each out by hand, with its line in the plan; the guard lets it go"
        yield Problem(said=message, means=means, mend=mend)
    pointed = {*_POINTED.findall(data), *_POINTED.findall(plan.text if plan else b"")}
    lost = [c for c in pointers.chunks(data) if c.key.encode() not in pointed] if plan else []
    if lost:
        line = "line" if len(lost) == 1 else "lines"
        lines = _some([chunk.line for chunk in lost])
        message = f"nothing points to {counted(len(lost), 'part')} of it, on {line} {lines}"
        means = "What is there is not found by its item, and does not come back by itself."
        mend = f"git log -S archived-{lost[0].key} # tells which commit took the line out"
        yield Problem(said=message, means=means, mend=mend)


def _agreement(project: Config, plan: Ledger | None, kept: Ledger) -> Iterator[Problem]:
    """Whether no attempt is in both files."""
    pair = change.pair(project)
    if pair and store.is_cut_short(pair):
        text = "a change of the plan and the archive is under way, or was cut short"
        means = "What was to be moved is in both. The next command that writes undoes it."
        mend = "ledger archive --to-lines 1000000 # writes, and moves nothing"
        yield Problem(said=text, means=means, mend=mend)
        return
    own = {(a.item, a.number, a.text) for a in plan.attempts} if plan else set()
    both = [a for a in kept.attempts if (a.item, a.number, a.text) in own]
    if both:
        stands = "stands" if len(both) == 1 else "stand"
        text = f"{counted(len(both), 'attempt')} {stands} in both files, first {name(both[0])}"
        mend = "take one of each out by hand; the guard lets it go"
        yield Problem(said=text, means="They count twice.", mend=mend)


def _length(project: Config, plan: Ledger) -> Iterator[Problem]:
    """Whether the plan is longer than it may be, or than people read."""
    lines = plan.text.count(b"\n")
    most = project.max_lines or _LONG
    if lines > most:
        message = f"the plan has {lines:,} lines, more than {most:,}"
        mend = f"ledger archive --to-lines {most} # with --dry-run first"
        means = "Long plans get cut by hand, and that loses attempts."
        yield Problem(said=message, means=means, mend=mend, is_bad=bool(project.max_lines))


def _archive_bytes(project: Config) -> bytes | str | None:
    """The archive; None for none, or why it cannot be read."""
    try:
        place = files.confine(project.root, project.partner)
        return read.read_bytes(place) if os.path.lexists(place) else None
    except UnreadableInput as error:
        return error.message


def _back(project: Config) -> str:
    return f"git checkout HEAD -- {shlex.quote(project.partner)}"


# Words


def _by_code(findings: Sequence[Finding]) -> str:
    """``LED106 10, LED201 2``, the most frequent first."""
    codes = _codes(findings)
    kinds = [f"{code} {count}" for code, count in codes]
    rest = "more kind" if len(codes) == _MOST_CODES + 1 else "more kinds"
    return _some(kinds, rest, most=_MOST_CODES)


def _codes(findings: Sequence[Finding]) -> list[tuple[str, int]]:
    return Counter(finding.code for finding in findings).most_common()


def _some(values: Sequence[object], rest: str = "more", most: int = _MOST) -> str:
    """The first of ``values``, and how many there are besides."""
    shown = ", ".join(map(str, values[:most]))
    return f"{shown} and {len(values) - most} {rest}" if len(values) > most else shown
