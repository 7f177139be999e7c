"""Where this installation came from, so that another machine can install the same."""

import json
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from ledger.errors import LedgerError
from ledger.git import process, repository

PACKAGE: Final = "fix-plan-ledger"
_MOST_CHARACTERS: Final = 300
# https://host.example/owner/name.git, also with a name or a password in it, which are left out;
# git@host.example:owner/name.git; ssh://git@host.example/owner/name
# e.g. "git@host.example:owner/name.git"
_ADDRESS: Final = re.compile(
    r"(?:https://(?:[^/@\s]+@)?|(?:ssh://)?git@)(?P<host>[\w-]+(?:\.[\w-]+)+(?::\d+(?=/))?)"
    r"[:/](?P<path>[\w.~-]+(?:/[\w.~-]+)*)/?",
    re.ASCII,
)
_REVISION: Final = re.compile(r"[\w.-]+", re.ASCII)


def source() -> str | None:
    """What pip can install the same from anywhere, ``fix-plan-ledger @ git+https://...@COMMIT``;
    None where nothing names it. Never the name alone: an index need not have the package, and
    whoever registers the name there would be installed."""
    for address, revision in _sources(metadata.distribution(PACKAGE)):
        match = _ADDRESS.fullmatch(address[:_MOST_CHARACTERS])
        if match and _REVISION.fullmatch(revision):
            return f"{PACKAGE} @ git+https://{match['host']}/{match['path']}@{revision}"
    return None


def _sources(installed: metadata.Distribution) -> Iterator[tuple[str, str]]:
    """Addresses and revisions, the most exact first: what pip was told (PEP 610), the checkout
    that it was given, the project's metadata."""
    source = json.loads(installed.read_text("direct_url.json") or "{}")
    if "vcs_info" in source:
        yield source["url"], source["vcs_info"]["commit_id"]
    elif "dir_info" in source:
        yield from _published(Path(unquote(urlsplit(source["url"]).path)))
    for entry in installed.metadata.get_all("Project-URL") or ():
        label, _, address = entry.partition(", ")
        if label == "Source":
            yield address, f"v{installed.version}"


def _published(folder: Path) -> Iterator[tuple[str, str]]:
    """The origin of a checkout, and its commit where the origin has it."""
    try:
        if process.top_of(folder) != folder:
            return
        address = repository.setting(folder, "remote.origin.url")
        commit = repository.head_commit(folder)
        if address and commit and process.ask(folder, "branch", "-r", "--contains", commit):
            yield address, commit
    except (LedgerError, OSError):
        return
