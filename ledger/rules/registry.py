"""What a rule is, what it may know, and how its faults become findings."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import cleandoc  # from Python 3.13 on docstrings are not indented
from typing import Literal, NamedTuple

from ledger.edits.outline import Outline
from ledger.plan import text
from ledger.plan.document import Edit
from ledger.plan.model import Item, Ledger
from ledger.rules.model import Contradiction, Explanation, Finding, MadeFix, Severity

ArtifactState = Literal["tracked", "untracked", "ignored", "missing", "outside", "placeholder"]

_LONGEST_KEY = 160


class Facts(NamedTuple):
    """What a rule may know from outside the file. A rule keeps silent about what is None.

    ``path`` is what findings show. ``today`` is an ISO date, the latest that any place on
    earth has. ``base`` is the version before the change; in a merge ``others`` are its other
    sides and ``fork`` is what they have in common. ``states_of`` takes paths relative to
    the repository's top and gives the state of each. ``tops`` are the names in that top folder.
    ``unknown_commits`` takes abbreviated or full names and gives those that git does not know.
    ``content_of`` gives what a path holds, None where there is no file or too long a one.
    ``run_notes`` takes a run's folder and gives what its outputs lack or contradict.
    ``contradicted`` takes a ledger and an earlier one, and gives what the earlier one does not
    say and its evidence contradicts.

    ``unmet`` takes an item and gives its exit criteria that are not met, each with line and why.

    ``every`` asks for the evidence of all attempts, not only of those that ``base`` lacks.
    ``append_only``: may attempts of ``base`` change? None may (``strict``), an item's latest one
    may (``latest``), or all may (``off``); none may be missing. ``elsewhere`` gives other files
    whose attempts count as kept. ``max_lines`` is 0 for no limit.
    """

    path: str
    today: str | None = None
    base: Ledger | None = None
    others: tuple[Ledger, ...] = ()
    fork: Ledger | None = None
    states_of: Callable[[Sequence[str]], Mapping[str, ArtifactState]] | None = None
    tops: frozenset[str] = frozenset()
    unknown_commits: Callable[[Sequence[str]], frozenset[str]] | None = None
    content_of: Callable[[str], bytes | None] | None = None
    run_notes: Callable[[str], Sequence[str]] | None = None
    contradicted: Callable[[Ledger, Ledger | None], Sequence[Contradiction]] | None = None
    unmet: Callable[[Item], Sequence[tuple[int, str]]] | None = None
    every: bool = False
    append_only: str = "latest"
    elsewhere: Callable[[], Sequence[Ledger]] | None = None
    max_lines: int = 0


class Fault(NamedTuple):
    """What a rule yields. ``at`` is an offset in the file's bytes.

    ``about`` is what tells this fault from others of its rule, item and attempt: no line
    number, nothing that a change elsewhere in the file alters. ``severity`` None is the rule's.
    """

    at: int
    message: str
    about: str = ""
    item: str | None = None
    attempt: int | None = None
    fix: str | None = None
    severity: Severity | None = None


class Fix(NamedTuple):
    """A safe fix of a fault. ``meant`` does to an outline of the ledger what ``edits`` do to its
    bytes."""

    made: MadeFix
    edits: tuple[Edit, ...]
    meant: Callable[[Outline], None]


Check = Callable[[Ledger, Facts], Iterable[Fault]]


class Rule(NamedTuple):
    """One rule. ``code`` is never used again for another one; ``name`` states the fault.

    Its documentation is the docstring of ``check``: see ``explanation``.
    """

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


def guards(code: str) -> bool:
    """Whether the rule is asked of an archive as well: of what must not get lost, and of a merge
    that went wrong."""
    return compares(code) or code == "LED101"


def check(ledger: Ledger, facts: Facts, ignore: Iterable[str] = ()) -> list[Finding]:
    """What every rule says about ``ledger``, but for the codes in ``ignore``, by place."""
    ignored = frozenset(ignore)
    found: list[Finding] = []
    starts: tuple[int, ...] = ()
    for known in RULES.values():
        if known.code in ignored:
            continue
        for fault in known.check(ledger, facts):
            starts = starts or text.plan_starts(ledger.text)
            found.append(_finding(known, fault, ledger.text, starts, facts.path))
    return sorted(found, key=lambda finding: (finding.line, finding.column, finding.code))


def _finding(known: Rule, fault: Fault, data: bytes, starts: tuple[int, ...], path: str) -> Finding:
    line = min(bisect_right(starts, fault.at), max(1, len(starts) - 1))
    begin = starts[line - 1]
    if line == 1 and data.startswith(text.BOM):
        begin += len(text.BOM)
    about = " ".join(fault.about.split())[:_LONGEST_KEY]
    number = "" if fault.attempt is None else fault.attempt
    return Finding(
        code=known.code,
        severity=fault.severity or known.severity,
        message=fault.message,
        path=path,
        line=line,
        column=text.column(data[begin : max(begin, fault.at)], max(0, fault.at - begin)),
        item=fault.item,
        attempt=fault.attempt,
        fix=fault.fix,
        key=f"{known.code}|{fault.item or ''}|{number}|{about}",
    )


def _joined(paragraph: str) -> str:
    return " ".join(paragraph.split())
