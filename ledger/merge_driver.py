"""The entry point that git calls to merge a fix plan: ``BASE OURS THEIRS [SIZE [PATH]]``.

OURS first holds what git's own text merge makes of the three, markers included. Only a merge
that was read back and found whole takes its place, so whatever happens here, nothing is worse
than without this program. The shell line that ``--install`` sets has made the text merge and a
copy of OURS beforehand, so that a missing program changes nothing of that.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple, NoReturn

from ledger import config, errors, store
from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.git import process, repository
from ledger.plan import text
from ledger.versions.merge import Unsure, merge

USAGE: Final = """\
usage: ledger-merge-driver BASE OURS THEIRS [SIZE [PATH]]

Git calls this to merge three versions of a fix plan into the file OURS. SIZE is the length of
conflict markers, PATH the name to report. The exit code is 0 where nothing is in conflict, 1
where something is, 2 where the files cannot be read. `ledger merge-driver --install` sets it up.
"""
LABELS: Final = ("ours", "theirs")
_MOST_MARKS: Final = 1000


class Call(NamedTuple):
    """What git asks for."""

    base: Path
    ours: Path
    theirs: Path
    size: int
    path: str


def main(argv: Sequence[str] | None = None) -> int:
    """Merge, and return the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] in (["-h"], ["--help"]):
        errors.write(USAGE)
        return 0
    return errors.boundary(lambda: merge_files(given), _report)


def run() -> NoReturn:
    """The program ``ledger-merge-driver``."""
    sys.exit(main())


def merge_files(arguments: Sequence[str]) -> int:
    """Merge what ``arguments`` name. Raises LedgerError or OSError with OURS merged as text."""
    call = _parse(arguments)
    copy = call.ours.with_name(f"{call.ours.name}.ours")
    is_own = not copy.exists()
    if is_own:
        copy.write_bytes(call.ours.read_bytes())
    try:
        return _merge(call, copy)
    finally:
        if is_own:
            with suppress(OSError):  # what was to be merged is merged
                copy.unlink()


def _parse(arguments: Sequence[str]) -> Call:
    if not 3 <= len(arguments) <= 5:
        message = f"expected BASE OURS THEIRS [SIZE [PATH]], found {len(arguments)} arguments"
        hint = "git calls this; `ledger merge-driver --install` sets it up"
        raise UsageError("usage", message, hint)
    base, ours, theirs = (Path(name) for name in arguments[:3])
    size = arguments[3] if len(arguments) > 3 else "7"
    if not (size.isascii() and size.isdigit() and 0 < int(size[:9]) <= _MOST_MARKS):
        raise UsageError("usage", f"{size[:20]!r}: expected the length of conflict markers")
    return Call(base, ours, theirs, int(size), arguments[4] if len(arguments) > 4 else str(ours))


def _merge(call: Call, copy: Path) -> int:
    code = _as_text(call, copy)
    base, ours, theirs = (file.read_bytes() for file in (call.base, copy, call.theirs))
    try:
        own = config.words_of(Path.cwd() / call.path)  # as they hold for the file at git's PATH
        merged = merge(
            base,
            ours,
            theirs,
            labels=LABELS,
            marker_size=call.size,
            conventions=own,
            published=_published(),
        )
    except Unsure as reason:
        _say(f"{call.path}: merged as text: {reason}")
        return code
    store.update(call.ours, lambda _: merged.data)
    for note in merged.notes:
        _say(f"{call.path}: {note}")
    for clash in merged.clashes:
        _say(f"{call.path}:{clash.line}: conflict in {clash.item or 'the text'}: {clash.what}")
    return 1 if merged.clashes else 0


def _published() -> Literal["ours", "theirs"] | None:
    """Which side others know already, so that its numbers stay; None where git cannot tell."""
    top = process.top_of(Path.cwd())
    try:
        return repository.published_side(top) if top else None
    except LedgerError:
        return None


def _as_text(call: Call, copy: Path) -> int:
    """Let OURS be what git makes of it without a driver; 0 if that has no conflict, else 1."""
    done = process.merge_files(copy, call.base, call.theirs, size=call.size, labels=LABELS)
    if not 0 <= done.returncode < 128:
        reason = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        if any(b"\0" in file.read_bytes() for file in (copy, call.base, call.theirs)):
            reason = "it has NUL bytes, so it is binary to git; delete them on both sides"
        raise UnreadableInput("cannot-merge", f"{call.path}: git merge-file: {reason}")
    store.update(call.ours, lambda _: done.stdout)
    return min(done.returncode, 1)


def _say(message: str) -> None:
    errors.diagnostic(f"ledger: {text.visible(message)}")


def _report(failure: LedgerError) -> None:
    _say(str(failure))


if __name__ == "__main__":
    sys.exit(main())
