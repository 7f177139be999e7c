"""Checks of the archive: does it hold what the plan points to, as it was moved, and once."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from typing import Final

from ledger import store
from ledger.commands import change
from ledger.commands.doctor.check import Check, Problem
from ledger.commands.doctor.plan import counted
from ledger.config import Config
from ledger.edits import chunks
from ledger.errors import why
from ledger.git import files, repository
from ledger.plan import document, pointers, reader
from ledger.plan.model import Ledger
from ledger.plan.places import name
from ledger.rules import places
from ledger.rules.places import quoted

_LONG: Final = 1000  # lines of a plan that says nothing about its length
_MOST: Final = 3
_POINTED: Final = re.compile(rb"#archived-([0-9a-f]{16})\)")


def archive(found: Config, read: Ledger | None) -> Check:
    """The check. ``read`` is the plan, None where it cannot be read."""
    data = _bytes(found)
    long = tuple(_length(found, read)) if read else ()
    if isinstance(data, str):
        said = f"{found.partner}: {data}"
        means = "What was moved there is out of reach."
        return Check("archive", "", (Problem(said, means, _back(found)), *long))
    meant = pointers.find(document.parse(read.text)) if read else []
    if data is None and not meant:
        return Check("archive", "none" if long else "none, and none is needed", long)
    held = chunks.find(data or b"")
    kept = reader.read(data or b"", conventions=found.own)
    tries = list(places.attempts(kept))
    said = (
        f"{found.partner}: {counted(len(kept.items), 'item')}, {counted(len(tries), 'attempt')}; "
        f"the plan points to {counted(len(meant), 'part')} of it"
    )
    problems = [
        *_moved(found, read, held),
        *_twice(read, data or b"", kept),
        *_agreement(found, read, kept),
        *long,
    ]
    if (
        found.is_git
        and (held or kept.items or kept.loose)
        and not repository.is_tracked(found.root, found.partner)
    ):
        partner = shlex.quote(found.partner)
        mend = f"git add {partner} # and commit it with the plan"
        means = "What was moved there is nowhere else."
        problems.append(Problem(f"{found.partner} is not committed", means, mend))
    return Check("archive", said, tuple(problems))


def _moved(found: Config, read: Ledger | None, held: list[chunks.Chunk]) -> Iterator[Problem]:
    """Whether each part that was moved is where the plan says, and as it was."""
    keys = {chunk.key for chunk in held}
    items = read.items if read else ()
    gone = [(item.id, one) for item in items for one in item.archived if one.key not in keys]
    if gone:
        names = list(dict.fromkeys(name for name, _ in gone))
        more = f" and {len(names) - _MOST} more items" if len(names) > _MOST else ""
        tries = sum(one.attempts for _, one in gone)
        of = ", ".join(names[:_MOST]) + more
        said = f"it lacks {counted(len(gone), 'part')} of {of} that the plan points to"
        means = f"{counted(tries, 'attempt')} cannot be found." if tries else "It cannot be found."
        yield Problem(said, means, _back(found))
    edited = [chunk for chunk in held if not chunk.is_whole]
    if edited:
        lines = ", ".join(str(chunk.line) for chunk in edited[:_MOST])
        were, line = ("was", "line") if len(edited) == 1 else ("were", "lines")
        more = f" and {len(edited) - _MOST} more" if len(edited) > _MOST else ""
        said = f"{counted(len(edited), 'part')} {were} edited there since, on {line} {lines}{more}"
        means = "They can be read, and do not come back by themselves."
        yield Problem(
            said, means, f"git log -p -- {shlex.quote(found.partner)} # shows what was changed"
        )


def _twice(read: Ledger | None, data: bytes, kept: Ledger) -> Iterator[Problem]:
    """Whether attempts stand there twice, and whether any part is out of reach."""
    counts = Counter((one.number, one.text) for one in places.attempts(kept))
    twice = [text for (_, text), count in counts.items() if count > 1]
    if twice:
        stands = "stands" if len(twice) == 1 else "stand"
        tries = counted(len(twice), "attempt")
        said = f"{tries} {stands} twice in the archive, first {quoted(twice[0])}"
        mend = "take one of each out by hand, with its line in the plan; the guard lets it go"
        yield Problem(said, "They count twice. Two branches that both archive do that.", mend)
    pointed = {*_POINTED.findall(data), *_POINTED.findall(read.text if read else b"")}
    lost = [one for one in chunks.find(data) if one.key.encode() not in pointed] if read else []
    if lost:
        lines = ", ".join(str(one.line) for one in lost[:_MOST])
        more = f" and {len(lost) - _MOST} more" if len(lost) > _MOST else ""
        line = "line" if len(lost) == 1 else "lines"
        said = f"nothing points to {counted(len(lost), 'part')} of it, on {line} {lines}{more}"
        means = "What is there is not found by its item, and does not come back by itself."
        mend = f"git log -S archived-{lost[0].key} # tells which commit took the line out"
        yield Problem(said, means, mend)


def _agreement(found: Config, read: Ledger | None, kept: Ledger) -> Iterator[Problem]:
    """Whether no attempt stands in both files."""
    pair = change.pair(found)
    if pair and store.is_cut_short(pair):
        said = "a change of the plan and the archive is under way, or was cut short"
        means = "What was to be moved stands in both. The next command that writes undoes it."
        yield Problem(said, means, "ledger archive --to-lines 1000000 # writes, and moves nothing")
        return
    own = {(one.item, one.number, one.text) for one in places.attempts(read)} if read else set()
    both = [one for one in places.attempts(kept) if (one.item, one.number, one.text) in own]
    if both:
        stands = "stands" if len(both) == 1 else "stand"
        said = f"{counted(len(both), 'attempt')} {stands} in both files, first {name(both[0])}"
        mend = "take one of each out by hand; the guard lets it go"
        yield Problem(said, "They count twice.", mend)


def _length(found: Config, read: Ledger) -> Iterator[Problem]:
    """Whether the plan is longer than it may be, or than people read."""
    lines = read.text.count(b"\n")
    most = found.max_lines or _LONG
    if lines > most:
        said = f"the plan has {lines:,} lines, more than {most:,}"
        mend = f"ledger archive --to-lines {most} # with --dry-run first"
        means = "Long plans get cut by hand, and that loses attempts."
        yield Problem(said, means, mend, is_bad=bool(found.max_lines))


def _bytes(found: Config) -> bytes | str | None:
    """The archive; None for none, or why it cannot be read."""
    try:
        return files.confine(found.root, found.partner).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return why(error)


def _back(found: Config) -> str:
    return f"git checkout HEAD -- {shlex.quote(found.partner)}"
