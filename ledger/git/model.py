"""What git says about the versions of a file."""

from typing import NamedTuple


class Commit(NamedTuple):
    """``when`` is the committer's date with its offset, in ISO 8601."""

    sha: str
    parents: tuple[str, ...]
    when: str
    author: str
    subject: str

    @property
    def day(self) -> str:
        """The date on the committer's clock, as ISO."""
        return self.when[:10]


class Change(NamedTuple):
    """A commit that changed the file. ``blob`` is what it made of it, None where it deleted the
    file; ``parents`` have each parent's blob, None where the file was not there.

    ``renamed_from`` is the name that the file had before, where the commit renamed it.
    """

    commit: Commit
    path: str
    blob: str | None
    parents: tuple[tuple[str, str | None], ...]
    renamed_from: str | None = None
