"""The updates of a brief for people."""

from collections.abc import Iterator

from ledger.commands.apply import Applied, AppliedUpdate
from ledger.plan import text


def lines(applied: Applied) -> Iterator[tuple[AppliedUpdate, str]]:
    """Each update with its line: ``docs/plan.md:12: ITEM-1 attempt #21 added``."""
    for one in applied.updates:
        what = f"{applied.item} {_name(one)} {_outcome(one)}"
        yield one, text.visible(f"{applied.path}:{one.line}: {what}")


def diff(applied: Applied) -> str:
    """The change as a diff that a terminal can show."""
    return "".join(f"{text.visible(line)}\n" for line in applied.diff.split("\n")[:-1])


def _name(one: AppliedUpdate) -> str:
    return f"attempt #{one.number}" if one.kind == "attempt" else f"action {one.number}"


def _outcome(one: AppliedUpdate) -> str:
    if one.outcome == "held":
        return "is there already"
    return "rewritten" if one.kind == "rewrite" else "added"
