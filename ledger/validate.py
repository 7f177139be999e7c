"""From bytes to findings, and which of them a change is to blame for.

The hook, the command line and every writer come through here, so nothing can be appended that
a check would refuse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ledger import reader, rules
from ledger.models.finding import Finding
from ledger.models.ledger import Ledger
from ledger.rules import Facts


def validate(data: bytes, facts: Facts, ignore: Iterable[str] = ()) -> list[Finding]:
    """Every finding about ``data``, by place, but for those of the rules in ``ignore``."""
    return rules.check(reader.read(data), facts, ignore)


def made_worse(
    ledger: Ledger,
    facts: Facts,
    bases: Sequence[Ledger] = (),
    fork: Ledger | None = None,
    ignore: Iterable[str] = (),
) -> list[Finding]:
    """The findings about ``ledger`` that none of ``bases`` has: what the change to it made worse.

    ``bases`` are the versions before the change: none for a new file, one for a commit, all
    parents for a merge. Everything counts as new where there is none. ``facts.base`` is not
    looked at: each base takes its turn.

    In a merge an attempt may be missing because one side removed it knowingly, which was judged
    when it happened. So ``fork``, the version that the sides of a merge have in common, serves
    to tell: what a side lost against it is not new. What both sides had, or one of them added,
    must be in the merge.
    """
    ignore = frozenset(ignore)
    found: dict[str, list[Finding]] = {}
    for base in bases or (None,):
        for key, group in _by_key(rules.check(ledger, replace(facts, base=base), ignore)).items():
            if len(group) > len(found.get(key, ())):
                found[key] = group
    known: Counter[str] = Counter()
    if found:
        before = replace(facts, base=fork, states_of=None, unknown_commits=None, secrets_in=None)
        for base in bases:
            known |= Counter(finding.key for finding in rules.check(base, before, ignore))
    # The last ones of a key are the new ones; which of them hardly ever matters, since rules
    # number what they find more than once.
    worse = [finding for key, group in found.items() for finding in group[known[key] :]]
    return sorted(worse, key=lambda finding: (finding.line, finding.column, finding.code))


def worse(new: Ledger, old: Ledger | None, path: str, today: str | None) -> list[Finding]:
    """What a writer asks before it writes: ``made_worse`` without a look at files and git."""
    return made_worse(new, Facts(path, today), [old] if old else [])


def _by_key(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.key, []).append(finding)
    return grouped
