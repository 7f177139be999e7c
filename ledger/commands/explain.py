"""What the rules mean and how to mend what they find."""

import difflib

from ledger.errors import UsageError
from ledger.plan.model import Model
from ledger.plan.text import one_line
from ledger.rules import RULES
from ledger.rules.model import Explanation


class Explained(Model):
    """The rule that was asked for, or all."""

    rules: tuple[Explanation, ...]
    """By code."""


def explain(code: str | None = None) -> Explained:
    """The rule with this ``code`` or name, in any case; all rules for None. Raises UsageError."""
    if code is None:
        return Explained(rules=tuple(RULES[known].explanation for known in sorted(RULES)))
    wanted = code.strip().upper()
    for rule in RULES.values():
        if wanted in (rule.code, rule.name.upper()):
            return Explained(rules=(rule.explanation,))
    names = [*RULES, *(rule.name for rule in RULES.values())]
    near = difflib.get_close_matches(wanted, names, n=len(names))
    near.sort(key=lambda name: -sum(map(str.__eq__, name, wanted)))  # LED501 for LED5O1
    near = near[:3] or difflib.get_close_matches(wanted.lower(), names, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "`ledger explain` lists all rules"
    raise UsageError("no-such-rule", f"no rule {one_line(code)}", hint)
