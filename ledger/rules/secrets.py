"""Rules about keys and passwords that a ledger, or a file that it cites, gives away.

Only what looks like nothing else is taken for a secret: the fixed prefixes that providers give
their keys so that they can be found, private keys, and long values of variables that say what
they hold. None of it is ever shown whole.
"""

import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from ledger.plan.model import Ledger
from ledger.plan.places import name
from ledger.rules.places import added, artifacts, attempts, opening
from ledger.rules.registry import Facts, Fault, rule

# What a key is, how it begins, and how it goes on. A pattern is compiled and tried only where
# the fixed part stands, which is found quickly and hardly ever.
_KEYS = (
    ("an AWS key", b"AKIA", rb"[0-9A-Z]{16}(?![0-9A-Za-z])"),
    ("a GitHub token", b"ghp_", rb"[0-9A-Za-z]{36}"),
    ("a GitHub token", b"gho_", rb"[0-9A-Za-z]{36}"),
    ("a GitHub token", b"ghs_", rb"[0-9A-Za-z]{36}"),
    ("a GitHub token", b"github_pat_", rb"\w{40}"),
    ("a GitLab token", b"glpat-", rb"[\w-]{20}"),
    ("an API key", b"sk-", rb"(?:[a-z]{2,8}[0-9]{0,2}-)?[0-9A-Za-z_-]{32}"),
    ("a Slack token", b"xox", rb"[abprs]-[0-9A-Za-z-]{16}"),
    ("a Google key", b"AIza", rb"[\w-]{35}"),
    ("a Hugging Face token", b"hf_", rb"[A-Za-z]{34}"),
    ("an npm token", b"npm_", rb"[0-9A-Za-z]{36}"),
    ("a PyPI token", b"pypi-", rb"[\w-]{50}"),
    ("a private key", b"-----BEGIN ", rb"[A-Z ]{0,20}PRIVATE KEY-----"),
)
_NAMES = (b"API_KEY", b"SECRET", b"_TOKEN", b"PASSWORD", b"PASSWD")
_AROUND = 300  # bytes, longer than what the patterns match
_VALUE = rb"[A-Z_]{0,40}[\"']?[ \t]?[=:][ \t]?[\"'`]?([^\s\"'`;,|&<>$(){}\\]{12,200})"


class _Secret(NamedTuple):
    at: int
    kind: str
    value: bytes


@rule("LED701", "secret-in-ledger", "error")
def secret_in_ledger(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The ledger holds what looks like a key, a token or a password.

    Why: Once committed it stays in the history, for everybody who can read the repository, and
    deleting the line does not take it back.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Reproduction: `API_KEY=Zx81qq0vTn55Lw2d pytest`

    Mend: Take it out before it is committed. If it was, revoke it where it was issued.
    """
    start, end = _changed(ledger.text, facts.base.text if facts.base else b"")
    for secret in _secrets(ledger.text[start:end]):
        message = f"looks like {secret.kind} ({_hint(secret.value)})"
        yield Fault(start + secret.at, message, _about(secret), fix="take it out, and revoke it")


@rule("LED702", "secret-in-artifact", "error")
def secret_in_artifact(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A file that an attempt cites holds what looks like a key, a token or a password.

    Why: Dumps of a run's environment often do. The file is committed together with the attempt.
    Files of more than 100,000 bytes are not looked into: dumps are shorter.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Environment: `reports/parse/env.txt`

    Mend: Take the line out of the file. If it was committed, revoke the key where it was issued.
    """
    if facts.content_of is None:
        return
    seen: set[str] = set()
    for attempt in attempts(ledger) if facts.every else added(ledger, facts.base):
        for path in (path for artifact in artifacts(attempt) for path in artifact.paths):
            if path in seen:
                continue
            seen.add(path)
            for secret in _secrets(facts.content_of(path) or b""):
                message = f"{name(attempt)} cites {path}, which holds what looks like {secret.kind}"
                yield Fault(
                    opening(ledger, attempt.span.start_byte),
                    f"{message} ({_hint(secret.value)})",
                    f"{path} {_about(secret)}",
                    attempt.item,
                    attempt.number,
                    "take it out, and revoke it",
                )
                break  # one is enough to look into the file


def _changed(new: bytes, old: bytes) -> tuple[int, int]:
    """The part of ``new`` outside of which it is as ``old``, and a little around it."""
    shorter = min(len(new), len(old))
    head = bisect_left(range(1, shorter + 1), True, key=lambda n: new[:n] != old[:n])
    tail = bisect_left(
        range(1, shorter - head + 1), True, key=lambda n: new[len(new) - n :] != old[len(old) - n :]
    )
    return max(0, head - _AROUND), len(new) - tail + _AROUND


def _secrets(data: bytes) -> Iterator[_Secret]:
    for kind, fixed, rest in _KEYS:
        for at in _places(data, fixed):
            match = re.compile(rest).match(data, at + len(fixed))
            if match and not _goes_on(data, at):
                yield _Secret(at, kind, fixed + match.group())
    for fixed in _NAMES:
        for at in _places(data, fixed):
            match = re.compile(_VALUE).match(data, at + len(fixed))
            if match and _is_random(match.group(1)):
                yield _Secret(at, "the value of a secret", match.group(1))


def _places(data: bytes, fixed: bytes) -> Iterator[int]:
    at = data.find(fixed)
    while at >= 0:
        yield at
        at = data.find(fixed, at + len(fixed))


def _goes_on(data: bytes, at: int) -> bool:
    """Whether a word goes on at ``at``, as in ``task-...``."""
    before = data[at - 1 : at] if at else b""
    return before.isalnum() or before in (b"_", b"-")


def _is_random(value: bytes) -> bool:
    """Whether nobody would choose the value as a name: letters and digits mixed, no path."""
    letters = sum(byte in _LETTERS for byte in value)
    digits = sum(byte in _DIGITS for byte in value)
    is_path = b"/" in value[:2] or value.count(b"/") > 2 or b".." in value or b"***" in value
    return letters > 3 and digits > 2 and not is_path and len(set(value)) > len(value) / 3


_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset(b"0123456789")


def _hint(value: bytes) -> str:
    return f"{value[:4].decode('ascii', 'replace')}..., {len(value)} characters"


def _about(secret: _Secret) -> str:
    return f"{secret.kind} {zlib.crc32(secret.value):08x}"
