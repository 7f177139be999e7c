"""Variables of the environment that a brief, an item or the settings ask for, in two runs."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from ledger.config import Config
from ledger.gates.model import Brief, ComparedVariable
from ledger.plan.model import Item

# e.g. "env OMP_NUM_THREADS=4 pytest"
_SET: Final = re.compile(r"(?<![\w$./-])([A-Z_][A-Z0-9_]{1,79})=")


def wanted(
    config: Config, plan: str | None, item: Item | None, brief: Brief | None
) -> frozenset[str]:
    """The names of the variables that the settings list, that the brief's rerun sets or that the
    item's ``Reproduction`` does; ``plan`` is the text that has the item."""
    lines = (plan or "").split("\n")
    names = {name.upper() for name in config.settings.environment}
    for command in brief.rerun if brief else ():
        names.update(name.upper() for name, _ in command.environment)
        names.update(_SET.findall(command.text))
    for field in item.fields if item else ():
        if field.name.lower().startswith("reproduction"):
            nested = lines[field.span.start_line - 1 : field.span.end_line]
            names.update(_SET.findall("\n".join([field.value, *nested])))
    return frozenset(names)


def compared(
    names: Collection[str], run: dict[str, str], baseline: dict[str, str]
) -> Iterator[ComparedVariable]:
    """Each of the variables as the two runs have it."""
    for name in sorted(names):
        yield ComparedVariable(name=name, run=run.get(name), baseline=baseline.get(name))
