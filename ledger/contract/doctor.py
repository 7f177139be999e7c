"""The document of ``doctor``."""

from __future__ import annotations

from typing import Literal

from ledger.commands.doctor import Area, Verdict
from ledger.contract import Document, Field, Model, Text


class DiagnosedProblem(Model):
    """One thing that is not in order."""

    said: Text = Field(description="What is the case.")
    means: Text = Field(description="What that means.")
    mend: Text = Field(description="The command that mends it, or a few words; empty for none.")
    is_bad: bool = Field(description="False where it works without, and could work better.")


class DiagnosedArea(Model):
    """One area."""

    area: Area = Field(description="What was looked at.")
    state: Literal["ok", "problem", "offer"] = Field(description="The worst of its problems.")
    said: Text = Field(description="What is the case; empty where a problem says it.")
    problems: list[DiagnosedProblem] = Field(description="What is not in order.")


class MadeFix(Model):
    """A safe fix, or a fault that has none."""

    code: Text = Field(description="The rule.")
    line: int = Field(ge=1, description="Where it stood.")
    item: Text | None = Field(description="The item; null for none.")
    said: Text = Field(description="What became of it, or why it was left.")


class Repair(Model):
    """What `--fix` did, or with `--dry-run` would do."""

    fixes: list[MadeFix] = Field(description="In the order in which they were made.")
    left: list[MadeFix] = Field(description="What is left to people.")
    diff: Text = Field(description="The whole change as a unified diff; empty for none.")


class DoctorData(Model):
    """The state of a fix plan and of what is around it."""

    path: Text | None = Field(description="The fix plan, relative to the top of its repository.")
    verdict: Verdict = Field(description="`to mend` where a problem is a bad one.")
    checks: list[DiagnosedArea] = Field(description="One for each area.")
    repair: Repair | None = Field(description="With `--fix`: what was mended before; else null.")


class DoctorDocument(Document):
    """`ledger doctor --json`."""

    kind: Literal["doctor"] = Field(description="Which document this is.")
    data: DoctorData = Field(description="The diagnosis.")
