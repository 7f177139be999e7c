"""Dumps of a run's environment: ``env.txt``, ``env.json``.

Such files hold keys and passwords. So only variables named here are taken, and of these only
values that look like a version, a number, a name or a locale. The others are neither stored nor
shown, not even in an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ledger.evidence.kept import allowed, flat
from ledger.evidence.part import MAX_BYTES, Part, decode, file_name
from ledger.evidence.pytest_records import unreadable

_NAME = re.compile(r"(?:^|[_.-])(?:env|environ|environment|printenv)(?:[_.-]|$)")
_SUFFIXES = (".txt", ".json", ".log", ".out", ".env")
_LINE = re.compile(r"(?:export |declare -x )?([A-Za-z][\w .()-]{0,60}?)[ \t]*[=:][ \t]*(.*)")
_MAX_LINES = 100_000


class EnvironmentReader:
    """Reads ``NAME=value`` lines, ``Name: value`` lines, or JSON."""

    name = "environment"

    def matches(self, name: str, sample: bytes) -> bool:  # noqa: ARG002 - the name decides
        """``env.txt``, ``env.json``, ``torch_env.txt``, ``environment.log`` and the like."""
        last = file_name(name)
        return bool(_NAME.search(last)) and ("." not in last or last.endswith(_SUFFIXES))

    def read(self, data: bytes, name: str) -> Part:
        """What is allowed of it. Raises ``UnreadableInput`` for broken JSON."""
        if not file_name(name).endswith(".json"):
            return Part(self.name, name, environment=allowed(_lines(decode(data))))
        try:
            if len(data) > MAX_BYTES:
                raise ValueError
            found = json.loads(decode(data))
        except (ValueError, RecursionError):
            # Without its cause: that would quote the file.
            raise unreadable(
                "environment-unreadable",
                name,
                "a JSON object, found something else",
                "give the dump as it was written",
            ) from None
        return Part(self.name, name, environment=allowed(flat(found)))


def _lines(text: str) -> Iterator[tuple[str, object]]:
    for number, line in enumerate(text.splitlines()):
        found = _LINE.fullmatch(line[:1000].strip())
        if found:
            yield found[1], found[2]
        if number == _MAX_LINES:
            return
