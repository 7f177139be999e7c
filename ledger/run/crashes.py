"""New crash reports of a command that died, copied from where the system puts them."""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ledger.run.process import Interrupts, NotStarted, execute

_REPORTS = (".ips", ".crash", ".panic")
_MAC = ("~/Library/Logs/DiagnosticReports", "/Library/Logs/DiagnosticReports")
_WAIT_S = 5.0
_MOST = 20
_MAX_BYTES = 32 * 1024 * 1024


class CrashReports:
    """Reports that appear from now on: any in the folder ``given``, else those on a command's
    programs (``words``) where macOS puts them or systemd's `coredumpctl` tells of them."""

    def __init__(self, given: Path | None, words: Sequence[str]) -> None:
        self.given = given
        self.names = {Path(word).stem.casefold() for word in words} | {"python"}
        self.started = time.time()
        self.seen = set(self._files())

    def collect(self, to: Path, interrupts: Interrupts, *, is_dead: bool) -> list[str]:
        """Copy new reports and return their names; wait for one if the command ``is_dead``."""
        until = time.monotonic() + (_WAIT_S if is_dead and self._is_watched() else 0.0)
        while True:
            new = [place for place in self._files() if place not in self.seen]
            if new or time.monotonic() >= until or interrupts.caught:
                break
            time.sleep(0.1)
        self.seen.update(new)
        copied = []
        for place in new[:_MOST]:
            with suppress(OSError):
                if not (to / place.name).exists() and place.stat().st_size <= _MAX_BYTES:
                    shutil.copyfile(place, to / place.name)
                    copied.append(place.name)
        if is_dead and not copied and self.given is None and shutil.which("coredumpctl"):
            copied += self._dumped(to, interrupts)
        self.started = time.time()
        return copied

    def _is_watched(self) -> bool:
        return self.given is not None or sys.platform == "darwin"

    def _files(self) -> Iterator[Path]:
        folders = [self.given] if self.given else [Path(name).expanduser() for name in _MAC]
        for folder in folders:
            with suppress(OSError):
                for place in sorted(folder.iterdir()):
                    is_named = any(place.name.casefold().startswith(name) for name in self.names)
                    is_wanted = self.given or (place.suffix in _REPORTS and is_named)
                    if is_wanted and place.is_file() and not place.is_symlink():
                        yield place

    def _dumped(self, to: Path, interrupts: Interrupts) -> list[str]:
        log = to / "coredump.txt"
        words = ("coredumpctl", "info", "--no-pager", f"--since=@{int(self.started)}")
        with suppress(NotStarted, OSError):
            if execute(words, log, interrupts=interrupts, timeout_s=_WAIT_S).code == 0:
                return [log.name]
        log.unlink(missing_ok=True)
        return []
