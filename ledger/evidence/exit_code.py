"""Files that hold a command's exit code: ``echo $? > exit_code.txt``."""

from __future__ import annotations

import re
import signal

from ledger.evidence.model import Completeness
from ledger.evidence.part import Part, decode, file_name

_NAME = re.compile(r"exit[-_ ]?(code|status)")
_CODE = re.compile(
    r"(?:(?:[a-z_]+[ _])?exit[ _]?(?:code|status)|rc|status)?[ \t]*[:=]?[ \t]*([+-]?\d{1,10})",
    re.IGNORECASE,
)
_SUFFIXES = (".txt", ".log", ".out", ".code", ".status")
# An NTSTATUS of severity "error" and of Windows itself, as it reports a crash.
_STATUS_FAILURES = range(0xC0000000, 0xD0000000)


class ExitCodeReader:
    """Reads an exit-code file. An empty one says nothing: it is not 0."""

    name = "exit-code"

    def matches(self, name: str, sample: bytes) -> bool:
        """A small file named after an exit code or status."""
        last = file_name(name)
        _, dot, suffix = last.rpartition(".")
        named = bool(_NAME.search(last)) or last in ("rc", "rc.txt")
        return named and (not dot or f".{suffix}" in _SUFFIXES) and len(sample) <= 4096

    def read(self, data: bytes, name: str) -> Part:
        """The code, and what it means where it means a timeout or a signal."""
        lines = [line.strip() for line in decode(data).replace("\r", "\n").split("\n")]
        lines = [line for line in lines if line]
        if not lines:
            return Part(self.name, name, warnings=("the exit-code file is empty",))
        codes = {int(found[1]) for line in lines if (found := _CODE.fullmatch(line))}
        if len(codes) != 1:
            found_text = " ".join(lines)[:40]
            said = f"expected one exit code, found {found_text!r}"
            return Part(self.name, name, warnings=(said,))
        code = codes.pop()
        completeness, reason = meaning(code)
        return Part(self.name, name, exit_code=code, completeness=completeness, reason=reason)


def meaning(code: int) -> tuple[Completeness | None, str]:
    """What an exit code says by itself.

    124 is ``timeout(1)``'s. 128+n is a shell's word for death by signal n, a negative number
    Python's; an interrupt (SIGINT) was somebody's wish, every other signal is a crash. From
    0xC0000000 on it is how Windows names a crash. Other codes say nothing about how far the
    run came: (None, "").
    """
    if code == 124:
        return "timeout", "exit code 124: stopped by timeout"
    number = code - 128 if 128 < code < 128 + 65 else -code if -65 < code < 0 else 0
    if number:
        try:
            name = signal.Signals(number).name
        except ValueError:
            return None, ""
        if name == "SIGINT":
            return "incomplete", f"exit code {code}: interrupted (SIGINT)"
        return "crashed", f"exit code {code}: ended by {name}"
    status = code & 0xFFFFFFFF  # some print it signed
    if status in _STATUS_FAILURES:
        return "crashed", f"exit code {code}: ended by Windows status 0x{status:08X}"
    return None, ""
