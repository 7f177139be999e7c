"""What attempts point at: artifacts with their state, commits with their part in it."""

from typing import Literal, NamedTuple

ArtifactState = Literal["tracked", "untracked", "ignored", "missing", "outside", "placeholder"]
CommitState = Literal["known", "elsewhere", "ambiguous", "unknown", "introducing", "touching"]


class ArtifactLink(NamedTuple):
    """One path that an attempt cites. ``raw`` is the citation as written, ``path`` what it
    leads to, relative to the repository's top; as cited where it leads to nothing.

    ``size`` in bytes, of a folder that of its files; None where that cannot be told. ``added_by``
    is the commit that added the file, or the first file of the folder; ``removed_by`` the one
    that took away what is missing. ``rule`` is what ignores it (``.gitignore:3:logs/``).
    ``matches`` are tracked paths of which it may be any: what a placeholder may stand for, or
    files that end so and of which none is likelier.
    """

    item: str | None
    attempt: int | None
    raw: str
    path: str
    state: ArtifactState
    line: int
    is_folder: bool = False
    size: int | None = None
    added_by: str | None = None
    removed_by: str | None = None
    rule: str | None = None
    matches: tuple[str, ...] = ()


class CommitLink(NamedTuple):
    """One commit that an attempt names (``raw``), that introduced it, or that touched files it
    names after the previous attempt's. ``introduced_by`` is the attempt's own, None for an
    attempt that is not committed.

    ``elsewhere``: it exists and is not in the history that was asked about.
    """

    item: str | None
    attempt: int | None
    raw: str | None
    sha: str | None
    state: CommitState
    introduced_by: str | None
    day: str | None = None
    subject: str | None = None


class Links(NamedTuple):
    """All of it, by attempt in the order that was asked for."""

    artifacts: tuple[ArtifactLink, ...]
    commits: tuple[CommitLink, ...]
