"""What a diagnosis consists of."""

from __future__ import annotations

from typing import Literal, NamedTuple

Area = Literal[
    "ledger", "findings", "configuration", "git", "hook", "merge driver", "archive", "artifacts"
]


class Problem(NamedTuple):
    """One thing that is not in order: what is the case, what that means, and the command (or the
    few words) that mends it. Not ``is_bad``: it works without, and could work better."""

    said: str
    means: str
    mend: str
    is_bad: bool = True


class Check(NamedTuple):
    """One area: what is the case where all is well, and what is not."""

    area: Area
    said: str
    problems: tuple[Problem, ...] = ()

    @property
    def state(self) -> Literal["ok", "problem", "offer"]:
        """The worst of its problems."""
        if not self.problems:
            return "ok"
        return "problem" if any(one.is_bad for one in self.problems) else "offer"
