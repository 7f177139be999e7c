"""What git says about the versions of a file."""

from ledger.plan.model import Model


class Commit(Model):
    """One commit."""

    sha: str
    """Its full name."""
    parents: tuple[str, ...]
    """Their full names."""
    when: str
    """The committer's date, ISO 8601 with its offset."""
    author: str
    """The author's name."""
    subject: str
    """The first line of its message."""

    @property
    def day(self) -> str:
        """The date on the committer's clock, as ISO."""
        return self.when[:10]


class Change(Model):
    """A commit that changed the file."""

    commit: Commit
    """The commit."""
    path: str
    """The name of the file in it."""
    blob: str | None
    """What it made of the file; None where it deleted it."""
    parents: tuple[tuple[str, str | None], ...]
    """Each parent with its blob, None where the file was not there."""
    renamed_from: str | None = None
    """The name that the file had before, where the commit renamed it."""
