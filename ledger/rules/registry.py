"""What a rule is, what it may know, how its faults become findings, and which are new."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from inspect import cleandoc
from typing import Literal, NamedTuple, TypeVar

from ledger.edits.outline import Outline
from ledger.git.cited import Cited
from ledger.plan import counterparts, dialects, patterns, text
from ledger.plan.document import Edit
from ledger.plan.model import Action, Attempt, Criterion, IndexRow, Item, Ledger
from ledger.plan.patterns import behind_number
from ledger.plan.places import first_line
from ledger.rules.model import Contradiction, Explanation, Finding, MadeFix, Objection, Severity

Part = Attempt | Action | Item | IndexRow | Criterion
ArtifactState = Literal["tracked", "untracked", "ignored", "missing", "outside", "placeholder"]

_LONGEST_KEY = 160
OPEN = ("pending", "in_progress", "partial", "blocked", "unknown")  # states of an action


class Facts(NamedTuple):
    """What a rule may know from outside the file. A rule keeps silent about what is None.

    ``path`` is what findings show. ``today`` is an ISO date, the latest that any place on
    earth has. ``base`` is the version before the change; in a merge ``others`` are its other
    sides and ``fork`` is what they have in common. ``is_merged`` says that there is a merge in a
    change of several commits. ``cited`` takes an attempt and its item, and
    says what its paths lead to. ``states_of`` takes paths relative to
    the repository's top and gives the state of each. ``tops`` are the names in that top folder.
    ``unknown_commits`` takes abbreviated or full names and gives those that git does not know.
    ``content_of`` gives what a path holds, None where there is no file or too long a one.
    ``run_notes`` takes a run's folder and gives what its outputs lack or contradict.
    ``contradicted`` takes a ledger and an earlier one, and gives what the earlier one does not
    say and its evidence contradicts.

    ``undone`` takes both, and what gives ``elsewhere``; it says what speaks against calling done
    what only the first one calls so. ``ticks`` takes a ledger and says what speaks against the
    ticks that the change adds to its briefs. ``check_fault`` takes a criterion and says why its
    check cannot be read, empty where it can. ``figure`` takes an attempt and gives the first figure
    of a run in it; empty for none.

    ``every`` asks for the evidence of all attempts, not only of those that ``base`` lacks.
    ``append_only``: may attempts of ``base`` change? None may (``strict``), an item's latest one
    may (``latest``), or all may (``off``); none may be missing. In an archive (``is_archive``)
    no item has a latest one. ``elsewhere`` gives other files whose attempts count as kept,
    ``partners`` what the archive, or of an archive the plan, was before: a secret that moves
    from one to the other is not new.
    ``settings`` says which settings the change has otherwise, ``unguarded`` are codes of rules on
    what got lost that the settings ignore. ``max_lines`` is 0 for no limit.
    ``not_secret`` are fingerprints of values that look like secrets and are none.
    """

    path: str
    today: str | None = None
    base: Ledger | None = None
    others: tuple[Ledger, ...] = ()
    is_merged: bool = False
    fork: Ledger | None = None
    cited: Callable[[Item | None, Attempt], Iterable[Cited]] | None = None
    states_of: Callable[[Sequence[str]], Mapping[str, ArtifactState]] | None = None
    tops: frozenset[str] = frozenset()
    unknown_commits: Callable[[Sequence[str]], frozenset[str]] | None = None
    content_of: Callable[[str], bytes | None] | None = None
    run_notes: Callable[[str], Sequence[str]] | None = None
    contradicted: Callable[[Ledger, Ledger | None], Sequence[Contradiction]] | None = None
    undone: Callable[..., Sequence[Objection]] | None = None
    ticks: Callable[[Ledger], Sequence[Objection]] | None = None
    check_fault: Callable[[str], str] | None = None
    figure: Callable[[Attempt], str] | None = None
    every: bool = False
    append_only: str = "latest"
    is_archive: bool = False
    elsewhere: Callable[[], Sequence[Ledger]] | None = None
    partners: Callable[[], Sequence[Ledger]] | None = None
    settings: tuple[str, ...] = ()
    unguarded: tuple[str, ...] = ()
    max_lines: int = 0
    not_secret: frozenset[str] = frozenset()


class Fault(NamedTuple):
    """What a rule yields. ``at`` is an offset in the file's bytes, or the part of the plan that has
    the fault: that says where it is and, where nothing else is given, which item and attempt.

    ``about`` is what tells this fault from others of its rule, item and attempt: no line
    number, nothing that a change elsewhere in the file alters. ``severity`` None is the rule's.
    In a ``document``, a brief, ``at`` is the line. ``beside`` is another line that has
    to do with it.
    """

    at: int | Part
    message: str
    about: str = ""
    item: str | None = None
    attempt: int | None = None
    fix: str | None = None
    severity: Severity | None = None
    document: str = ""
    beside: int | None = None


class Fix(NamedTuple):
    """A safe fix: ``change`` does to an outline what ``edits`` do to the bytes."""

    made: MadeFix
    edits: tuple[Edit, ...]
    change: Callable[[Outline], None]


def made(code: str, line: int, item: str | None, words: str) -> MadeFix:
    """What is reported of a fix of the rule ``code``, or of a fault that has none."""
    return MadeFix(code=code, line=line, item=item, said=words)


Check = Callable[[Ledger, Facts], Iterable[Fault]]


class Rule(NamedTuple):
    """One rule. ``code`` is never used again for another one; ``name`` states the fault, and the
    docstring of ``check`` explains it."""

    code: str
    name: str
    severity: Severity
    check: Check

    @property
    def explanation(self) -> Explanation:
        """The parts of the rule's documentation."""
        parts = {"": "", "Why": "", "Example": "", "Mend": ""}
        label = ""
        for line in cleandoc(self.check.__doc__ or "").split("\n"):
            head, colon, rest = line.strip().partition(":")
            if colon and head in parts and line.startswith(head):
                label = head
                parts[label] = rest.strip() + "\n"
            else:
                parts[label] += line.rstrip() + "\n"
        example = parts["Example"].strip("\n").split("\n")
        return Explanation(
            code=self.code,
            name=self.name,
            severity=self.severity,
            means=_joined(parts[""]),
            why=_joined(parts["Why"]),
            example="\n".join(line.removeprefix("    ") for line in example),
            mend=_joined(parts["Mend"]),
        )


RULES: dict[str, Rule] = {}


def rule(code: str, name: str, severity: Severity) -> Callable[[Check], Check]:
    """Register a function as the rule ``code``."""

    def register(check: Check) -> Check:
        assert code not in RULES
        assert all(name != known.name for known in RULES.values())
        RULES[code] = Rule(code, name, severity, check)
        return check

    return register


def compares(code: str) -> bool:
    """Whether the rule compares two versions of the ledger; others judge one."""
    return code.startswith("LED5")


WEAKENED = "LED509"
"""The rule that mentions settings that take something from the others; it is always asked."""


def guards(code: str) -> bool:
    """Whether an archive is checked as well: what must not get lost, broken merges, secrets."""
    return compares(code) or code in ("LED101", "LED701")


def check(ledger: Ledger, facts: Facts, ignore: Iterable[str] = ()) -> list[Finding]:
    """What every rule says about ``ledger``, but for the codes in ``ignore``, by place."""
    ignored = frozenset(ignore)
    findings: list[Finding] = []
    for known in RULES.values():
        if known.code in ignored:
            continue
        faults = known.check(ledger, facts)
        findings += [_finding(known, fault, ledger, facts.path) for fault in faults]
    return sorted(findings, key=lambda finding: (finding.line, finding.column, finding.code))


def _finding(known: Rule, fault: Fault, ledger: Ledger, path: str) -> Finding:
    at, item, attempt = fault.at, fault.item, fault.attempt
    if isinstance(at, Attempt):
        item, attempt = item or at.item, at.number if attempt is None else attempt
    elif isinstance(at, Item | IndexRow):
        item = at.id
    if not isinstance(at, int):
        at = opening(ledger, at.span.start_byte)
    line, column = (at, 1) if fault.document else text.place(ledger.text, at)
    about = patterns.unmarked(fault.about)[:_LONGEST_KEY]
    number = "" if attempt is None else attempt
    return Finding(
        code=known.code,
        severity=fault.severity or known.severity,
        message=fault.message,
        path=fault.document or path,
        line=line,
        column=column,
        item=item,
        attempt=attempt,
        fix=fault.fix,
        beside=fault.beside,
        key=f"{known.code}|{item or ''}|{number}|{about}",
    )


def _joined(paragraph: str) -> str:
    return " ".join(paragraph.split())


def made_worse(
    ledger: Ledger,
    facts: Facts,
    bases: Sequence[Ledger] = (),
    fork: Ledger | None = None,
    ignore: Iterable[str] = (),
) -> list[Finding]:
    """The findings about ``ledger`` that none of ``bases`` has: what the change to it made worse.

    ``bases`` are the versions before the change: none for a new file, of which everything is
    new, one for a commit, all parents for a merge. ``facts.base`` is not looked at: each base
    takes its turn. What a merge brings in from one side is not new, since that side had it; an
    attempt that any side has must be there, though. But a side may have removed or rewritten an
    attempt knowingly, which was judged when it happened: what a side did to ``fork``, the
    version that the sides have in common, is not new either. What has no ID is known again by its
    words: see ``counterparts``.
    """
    ignore = frozenset(ignore)
    bases = [counterparts.renamed(base, ledger) for base in bases]
    fork = counterparts.renamed(fork, ledger) if fork else None
    each: Sequence[Ledger | None] = bases or [None]
    turns = []
    for base in each:
        others = tuple(other for other in bases if other is not base)
        turn = facts._replace(base=base, others=others, fork=fork)
        turns.append(_by_key(check(ledger, turn, ignore)))
    findings: dict[str, list[Finding]] = {}
    for key in {key: None for turn in turns for key in turn}:
        groups = [turn.get(key, []) for turn in turns]
        pick = max if compares(key.partition("|")[0]) else min
        findings[key] = pick(groups, key=len)
    known: Counter[str] = Counter()
    if any(findings.values()):
        before = facts._replace(
            base=fork,
            cited=None,
            unknown_commits=None,
            content_of=None,
            undone=None,
            ticks=None,
            run_notes=None,
            figure=None,
            settings=(),
            unguarded=(),
        )
        silent = RULES.keys() - {group[0].code for group in findings.values() if group}
        for base in bases:
            known |= Counter(finding.key for finding in check(base, before, silent))
        if facts.partners and "LED701" not in silent:
            whole = before._replace(base=None)
            for partner in facts.partners():
                secrets = check(partner, whole, RULES.keys() - {"LED701"})
                known |= Counter(finding.key for finding in secrets)
    # Of several with one key the last ones are new. Which hardly matters: what rules find more
    # than once they number, the new ones last.
    worse = [finding for key, group in findings.items() for finding in group[known[key] :]]
    return without_noise(
        sorted(worse, key=lambda finding: (finding.line, finding.column, finding.code))
    )


def without_noise(findings: list[Finding]) -> list[Finding]:
    """The findings that are worth telling: in the middle of a merge conflict nothing else is."""
    conflicts = [finding for finding in findings if finding.code == "LED101"]
    return conflicts or findings


def _by_key(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.key, []).append(finding)
    return grouped


# What rules share

# A mark with a blank behind it: `---` and `**bold**` are none.
_OPENING = re.compile(rb"[ \t]*(?:(?:[-*+]|#{1,6}|\d{1,9}[.)])(?!\S))?[ \t]*")
_LONGEST_QUOTE = 60

_T = TypeVar("_T")


def unseen(ledger: Ledger, base: Ledger | None) -> list[Attempt]:
    """The attempts of ``ledger`` that ``base`` does not have, word for word."""
    known = {attempt.text for attempt in base.attempts} if base else set()
    return [attempt for attempt in ledger.attempts if attempt.text not in known]


def added(ledger: Ledger, base: Ledger | None) -> list[Attempt]:
    """Those of ``unseen`` that are new, and no attempt of ``base`` under another number."""
    fresh = unseen(ledger, base)
    if not fresh or base is None:
        return fresh
    gone = Counter((attempt.item, behind_number(attempt.text)) for attempt in unseen(base, ledger))
    new = []
    for attempt in fresh:
        item = attempt.item, behind_number(attempt.text)
        if gone[item]:
            gone[item] -= 1
        else:
            new.append(attempt)
    return new


class Renumbered(NamedTuple):
    """An action of an item with the number that it had, and with the one that it has."""

    item: Item
    old: Action
    new: Action


def renumbered(ledger: Ledger, base: Ledger) -> list[Renumbered]:
    """The actions that have other numbers than in ``base``. In a list that counts by place,
    `1. 1. 1.`, none has a number of its own."""
    before = {item.id: item for item in reversed(base.items)}
    changes = []
    for item in ledger.items:
        was = before.get(item.id)
        if was is None or [(a.number, a.text) for a in was.actions] == [
            (a.number, a.text) for a in item.actions
        ]:
            continue
        if _counts_by_place(ledger, item) and _counts_by_place(base, was):
            continue
        for at, place in counterparts.actions(was.actions, item.actions).items():
            old, new = was.actions[at], item.actions[place]
            if None not in (old.number, new.number) and old.number != new.number:
                changes.append(Renumbered(item, old, new))
    return changes


def _counts_by_place(ledger: Ledger, item: Item) -> bool:
    lines = ((action.number, first_line(ledger, action.span.start_byte)) for action in item.actions)
    return any(number != patterns.numbered(line) for number, line in lines if number is not None)


def sections(ledger: Ledger) -> Iterator[Item]:
    """The items that have a section, not those that are only listed, in an archive say."""
    for item in ledger.items:
        if not dialects.is_listed(ledger, item):
            yield item


def numbering(ledger: Ledger) -> Iterator[Item]:
    """The items of the dialect that numbers attempts, names the one that completed an action, and
    has a place for each status: what is amiss there is how others are written."""
    return (item for item in ledger.items if dialects.is_sectioned(item))


def opening(ledger: Ledger, start: int) -> int:
    """Where the text of the line that starts at byte ``start`` begins, behind its bullet."""
    match = _OPENING.match(ledger.text, start)
    return match.end() if match else start


def quoted(words: str) -> str:
    """``words`` in quotation marks, on one line, cut where they run long."""
    short = text.one_line(words[: 4 * _LONGEST_QUOTE])
    if len(short) > _LONGEST_QUOTE:
        short = short[: _LONGEST_QUOTE - 3].rstrip() + "..."
    return f'"{short}"'


def repeated(
    parts: Sequence[_T], label: Callable[[_T], object], is_new: Callable[[_T], bool]
) -> Iterator[tuple[_T, _T, int]]:
    """Each part whose label another one has already, that other one, and how many had it. What was
    there before the change comes first."""
    firsts: dict[object, _T] = {}
    counts: dict[object, int] = {}
    for part in sorted(parts, key=is_new):
        key = label(part)
        count = counts[key] = counts.get(key, 0) + 1
        if count > 1:
            yield part, firsts[key], count
        else:
            firsts[key] = part
