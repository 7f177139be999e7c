"""The links of ``show``."""

from __future__ import annotations

from ledger.commands.links import CommitState
from ledger.contract import Field, Model, Sha, Text
from ledger.contract.plan import DATE
from ledger.git.repository import ArtifactState


class ArtifactLink(Model):
    """One path that an attempt cites."""

    item: Text | None = Field(description="The item's ID; null outside every item's section.")
    attempt: int | None = Field(description="The attempt's number.")
    raw: Text = Field(description="The citation as written.")
    path: Text = Field(
        description="What one of its paths leads to, relative to the repository's top; as cited "
        "where it leads to nothing, or to one of several."
    )
    state: ArtifactState = Field(description="Whether git has it.")
    line: int = Field(ge=1, description="The line of the citation.")
    is_folder: bool = Field(description="It is a folder with tracked files.")
    size: int | None = Field(description="Bytes; of a folder, of its tracked files together.")
    added_by: Sha | None = Field(description="The commit that added it, or its first file.")
    removed_by: Sha | None = Field(description="The commit that took away what is missing.")
    rule: Text | None = Field(description="What ignores it: `.gitignore:3:logs/`.")
    matches: list[Text] = Field(
        description="Tracked paths of which it may be any: for a placeholder, or for a name that "
        "several files have."
    )


class CommitLink(Model):
    """One commit that has to do with an attempt."""

    item: Text | None = Field(description="The item's ID; null outside every item's section.")
    attempt: int | None = Field(description="The attempt's number.")
    raw: str | None = Field(description="The commit as the attempt names it; else null.")
    sha: Sha | None = Field(description="Its full name; null for one that git does not know.")
    state: CommitState = Field(
        description="Of one that is named: `known`, `elsewhere` (not in this history), "
        "`ambiguous` or `unknown`. Of others: `introducing` the attempt, or `touching` files that "
        "it names, since the item's previous attempt was introduced."
    )
    introduced_by: Sha | None = Field(
        description="The commit that introduced the attempt; null for one not committed yet."
    )
    day: str | None = Field(pattern=DATE, description="The date of the commit.")
    subject: Text | None = Field(description="The first line of its message.")


class Links(Model):
    """What attempts point at."""

    artifacts: list[ArtifactLink] = Field(description="By attempt, in the order of its text.")
    commits: list[CommitLink] = Field(description="By attempt; those named come first.")
