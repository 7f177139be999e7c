"""Which findings a change is to blame for. The hook, CI and every writer come through here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ledger.plan.model import Ledger
from ledger.rules.model import Finding
from ledger.rules.registry import RULES, Facts, check, compares


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
    version that the sides have in common, is not new either.
    """
    ignore = frozenset(ignore)
    each: Sequence[Ledger | None] = bases or [None]
    turns = []
    for base in each:
        others = tuple(other for other in bases if other is not base)
        turn = facts._replace(base=base, others=others, fork=fork)
        turns.append(_by_key(check(ledger, turn, ignore)))
    found: dict[str, list[Finding]] = {}
    for key in {key: None for turn in turns for key in turn}:
        groups = [turn.get(key, []) for turn in turns]
        pick = max if compares(key.partition("|")[0]) else min
        found[key] = pick(groups, key=len)
    known: Counter[str] = Counter()
    if any(found.values()):
        before = facts._replace(base=fork, states_of=None, unknown_commits=None, content_of=None)
        silent = RULES.keys() - {group[0].code for group in found.values() if group}
        for base in bases:
            known |= Counter(finding.key for finding in check(base, before, silent))
    # Of several with one key the last ones are new. Which hardly matters: what rules find more
    # than once they number, the new ones last.
    worse = [finding for key, group in found.items() for finding in group[known[key] :]]
    return without_noise(sorted(worse, key=lambda one: (one.line, one.column, one.code)))


def without_noise(findings: list[Finding]) -> list[Finding]:
    """The findings that are worth telling: in the middle of a merge conflict nothing else is."""
    conflicts = [finding for finding in findings if finding.code == "LED101"]
    return conflicts or findings


def _by_key(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.key, []).append(finding)
    return grouped
