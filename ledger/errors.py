"""The exception tree, and the one boundary where a failure becomes a message and an exit code.

Every failure that a user can cause or meet is one of these. The programs (``cli``, ``hook``,
``merge_driver``) run inside ``boundary``, which reports them in one line, or in an error document.
"""

import contextlib
import errno
import gc
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Final, TextIO

INTERRUPTED: Final = 130
"""The exit code of a program that Ctrl-C has ended."""
_LONGEST: Final = 1000  # characters of a path in a message
_MISSING: Final = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL}
)


class LedgerError(Exception):
    """A failure to report: ``code`` (kebab-case, stable), ``message`` (what was expected,
    what was found, where) and ``hint`` (what to do)."""

    exit_code = 2

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.run = ""
        """The run that was made before it and is kept, relative to the top of the repository."""

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UsageError(LedgerError):
    """The command was asked for something that it does not offer, or that does not exist."""


class UnreadableInput(LedgerError):
    """A file could not be read, decoded, or written."""


class Refused(LedgerError):
    """The change is well formed and would do harm: nothing was written."""

    exit_code = 1


class PlanWarning(UserWarning):
    """What a plan that was read does not say by itself: both sides of a merge conflict are in it,
    or lines of it could not be read; or that a file which was written may not be on disk."""


def shown(path: str | os.PathLike[str]) -> str:
    """A path for a message."""
    name = os.path.normpath(path)
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."


def why(error: OSError) -> str:
    """What the system says of a failure."""
    return (error.strerror or str(error)).lower()


def is_missing(error: OSError) -> bool:
    """Whether the system says that nothing has a name, or can have it. All else is no answer."""
    return error.errno in _MISSING


def boundary(program: Callable[[], object], report: Callable[[LedgerError], None]) -> int:
    """Run a program and return its exit code: the number that it returns, else 0. Every failure
    goes to ``report``; a traceback is only shown on request (``LEDGER_TRACEBACK``).

    Output that could not be printed is reported in one line. It is a failure of a program that has
    written no file, and leaves the exit code of one that has."""
    _open_streams()
    failure: LedgerError | None = None
    code: object = 0
    try:
        with _uncollected():
            code = program()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except LedgerError as error:
        failure = error
    except Exception as error:  # noqa: BLE001 - see above
        if os.environ.get("LEDGER_TRACEBACK"):
            traceback.print_exc()
        failure = _unexpected(error)
    if failure:
        report(failure)
        code = failure.exit_code
    _flush()
    return _exit_code(code if isinstance(code, int) else 0, failure)


class _Outcome:
    """What this program did: whether it has written a file, and why its output is lost."""

    has_written = False
    lost = ""
    is_unread = False  # because nobody reads it


def has_written() -> None:
    """Note that a file is written, so that the program has done something."""
    _Outcome.has_written = True


def _open_streams() -> None:
    _Outcome.has_written, _Outcome.lost, _Outcome.is_unread = False, "", False
    for number in range(3):  # else the next file that is opened gets the number
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:  # as the shell closed it (`>&-`)
        _Outcome.lost, _Outcome.is_unread = "it is closed", True
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - open until exit
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115 - likewise
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _exit_code(code: int, failure: LedgerError | None) -> int:
    """The exit code, where output is lost with a line that says so."""
    if not _Outcome.lost or (_Outcome.is_unread and not _Outcome.has_written):
        return code
    if failure:
        diagnostic(f"ledger: {failure}")
    done = "; what was to be written is written" if _Outcome.has_written and not failure else ""
    diagnostic(f"ledger: cannot write to standard output: {_Outcome.lost}{done}")
    return code if _Outcome.has_written else code or UnreadableInput.exit_code


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage in cycles. What is read of plans and runs is hundreds of thousands of
    values without any, and each search goes through all of them: a fifth of a command's time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _unexpected(error: Exception) -> LedgerError:
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None and isinstance(error, FileNotFoundError):  # of os.getcwd()
            message, hint = "the current folder does not exist any more", "go to another one"
            return UnreadableInput("cannot-read", message, hint)
        name = error.filename if isinstance(error.filename, str | bytes) else b"a file"
        name = os.fsdecode(name)
        return UnreadableInput("cannot-read", f"{name[:200]}: {why(error)}")
    if isinstance(error, MemoryError):
        return UnreadableInput("too-large", "what was to be read is too large for the memory")
    return LedgerError(
        "internal",
        f"this is a defect of ledger: {type(error).__name__}: {' '.join(str(error).split())[:200]}",
        "set LEDGER_TRACEBACK=1 to see where, and report it",
    )


def write(text: str) -> None:
    """Write to standard output. Where that fails, the rest goes nowhere and ``boundary`` tells it;
    a reader that has gone away (``| head``) has what it wanted."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _Outcome.lost, _Outcome.is_unread = why(error), error.errno == errno.EPIPE
        _drop(sys.stdout)


def diagnostic(line: str) -> None:
    """Write one line to standard error. Where nobody listens there is no other place to say so."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def _flush() -> None:
    """Else the interpreter flushes once more at its end, and complains."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _drop(stream)


def _drop(stream: TextIO) -> None:
    """Let what is still to be written go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(nowhere)
