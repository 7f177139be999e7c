"""Backtraces that a debugger printed (``bt`` of gdb and of lldb), and Python's report of a
fatal exception on Windows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from ledger.evidence.frames import MAX_CRASHES, MAX_FRAMES, MAX_FUNCTION, Frame, signature
from ledger.evidence.model import Crash
from ledger.evidence.part import Part, decode, file_name, shorten

_SUFFIXES = (".log", ".txt", ".out", ".err", ".stderr", ".stdout", ".bt")
_MARKS = (b"\n#0  ", b" signal SIG", b"frame #0: 0x", b"Windows fatal exception: ")
_LOOK_AHEAD = 400_000

_GDB_STOP = re.compile(
    r"^(?:Program|Thread (\d{1,9}) .{0,200}?) ?\b(?:received|terminated with) signal"
    r" (SIG\w{2,10})",
    re.MULTILINE,
)
_OTHER_STOP = re.compile(
    r"^(?:(?:Thread \d{1,9} .{0,200}?)?(?:Breakpoint|Temporary breakpoint|Catchpoint) \d"
    r"|\[Inferior \d{1,9} \(.{0,100}\) exited|[ \t]*\*?[ \t]*frame #0: 0x)",
    re.MULTILINE,
)
_GDB_CURRENT = re.compile(r"^\[Current thread is (\d{1,9}) ", re.MULTILINE)
_GDB_THREAD = re.compile(r"^Thread (\d{1,9}) \(", re.MULTILINE)
_GDB_FIRST = re.compile(r"^#0 {1,2}(?=\S)", re.MULTILINE)
_GDB_FRAME = re.compile(r"#(\d{1,6}) {1,8}(?:0x[0-9a-fA-F]+ in )?(.*)")
_ARGUMENTS = re.compile(r" \((?!anonymous namespace\))")
_FROM = re.compile(r"\) from (\S.{0,1000})$")
_AT = re.compile(r"\) at (\S.{0,1000}:\d{1,9})$")
_LLDB_STOP = re.compile(
    r"^[ \t]*\*? *thread #(\d{1,9}).{0,1000}?stop reason = (.{1,500})$", re.MULTILINE
)
_LLDB_FRAME = re.compile(r"[ \t]*\*?[ \t]*frame #(\d{1,6}): 0x[0-9a-fA-F]+ ([^`]{1,1000})`(.*)")
_LLDB_CRASH = re.compile(r"(EXC_\w+|signal SIG(?!INT\b|STOP\b|TRAP\b|USR|CHLD\b)\w+|ESR_EC\w+)")
_NOT_A_CRASH = frozenset({"SIGINT", "SIGSTOP", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE"})
_WINDOWS = "Windows fatal exception: "
_PYTHON_FRAME = re.compile(r'  File "([^"\n]{1,1000})", line (\d{1,9}|\?\?\?) in (.{1,300})')


class BacktraceReader:
    """Reads every crash in a debugger's output. A stop at a breakpoint is none."""

    name = "backtrace"

    def matches(self, name: str, sample: bytes) -> bool:
        """Text that holds a backtrace, or the word of a debugger that a signal stopped it."""
        last = file_name(name)
        named = last.endswith(_SUFFIXES) or "." not in last
        return named and (sample.startswith(b"#0  ") or any(mark in sample for mark in _MARKS))

    def read(self, data: bytes, name: str) -> Part:
        """The crashes of gdb, of lldb and of Python on Windows, at most ``MAX_CRASHES``."""
        text = decode(data)
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        found = [*_gdb(text, name), *_lldb(text, name), *_windows(text, name)]
        warnings: tuple[str, ...] = ()
        if len(found) > MAX_CRASHES:
            warnings = (f"more than {MAX_CRASHES} backtraces: the rest is not kept",)
        return Part(self.name, name, crashes=tuple(found[:MAX_CRASHES]), warnings=warnings)


def _gdb(text: str, name: str) -> Iterator[Crash]:
    """One crash for each signal. A stack alone is one too, unless something else is told to
    have stopped the program."""
    every = list(_GDB_STOP.finditer(text)) if " signal SIG" in text else []
    stops = [stop for stop in every if stop[2] not in _NOT_A_CRASH]
    starts = [stop.start() for stop in stops[: MAX_CRASHES + 1]]
    if not every and "#0 " in text and _GDB_FIRST.search(text) and not _OTHER_STOP.search(text):
        starts = [0]
    for number, (start, end) in enumerate(pairwise([*starts, len(text)])):
        part = text[start : min(end, start + _LOOK_AHEAD)]
        thread = _GDB_CURRENT.search(part)
        wanted = (stops[number][1] if stops else None) or (thread[1] if thread else None)
        frames = _gdb_stack(part, wanted)
        kind = stops[number][2] if stops else "backtrace"
        yield _crash(kind, kind, frames, name)


def _gdb_stack(text: str, wanted: str | None) -> list[Frame]:
    """The stack of the thread that the signal hit, else of one that handled a signal or was
    told to die, else the first."""
    headings = list(_GDB_THREAD.finditer(text))
    owners = {heading[1]: heading.end() for heading in headings}
    if wanted in owners:
        return _gdb_frames(text, owners[wanted])
    firsts = [found.start() for found in _GDB_FIRST.finditer(text)][:MAX_CRASHES]
    if len(firsts) > 1 and headings:
        for at in firsts:
            frames = _gdb_frames(text, at)
            if any(_is_dying(frame) for frame in frames[:8]):
                return frames
    return _gdb_frames(text, firsts[0]) if firsts else []


def _is_dying(frame: Frame) -> bool:
    return frame.function == "<signal handler called>" or frame.name in ("abort", "__GI_abort")


def _gdb_frames(text: str, start: int) -> list[Frame]:
    frames: list[Frame] = []
    entry = ""
    for line in text[start : start + _LOOK_AHEAD].split("\n"):
        if line.startswith("#"):
            if entry:
                frames.append(_gdb_frame(entry))
            if len(frames) == MAX_FRAMES or (line.startswith("#0 ") and (entry or frames)):
                return frames
            entry = line[: 2 * MAX_FUNCTION]
        elif entry and _is_wrapped(entry, line):
            entry = f"{entry.rstrip()} {line.strip()[:MAX_FUNCTION]}"
        elif entry and line[:1] not in (" ", "\t") and line != "No locals.":
            break
    if entry:
        frames.append(_gdb_frame(entry))
    return frames


def _is_wrapped(entry: str, line: str) -> bool:
    """Whether gdb went on with the entry in a further line, as it does at a terminal."""
    return line.lstrip().startswith(("at ", "from ")) or entry.endswith(("(", ", ", ","))


def _gdb_frame(entry: str) -> Frame:
    found = _GDB_FRAME.match(entry)
    if found is None:
        return Frame(entry[:MAX_FUNCTION])
    body = found[2].rstrip()
    binary, source = _FROM.search(body), _AT.search(body)
    depth, end = 0, len(body)
    for at, letter in enumerate(body):
        if letter == "<" and not body.startswith("operator", at - 8):
            depth += 1
        elif letter == ">" and depth:
            depth -= 1
        elif letter == " " and not depth and _ARGUMENTS.match(body, at):
            end = at
            break
    function = body[:end] if end < len(body) else body.partition(" (")[0]
    function = "" if function == "??" else function[:MAX_FUNCTION]
    if source:
        return Frame(function, source[1])
    return Frame(function, "", binary[1].rpartition("/")[2] if binary else "")


def _lldb(text: str, name: str) -> Iterator[Crash]:
    """lldb shows the frame it stopped at, and ``bt`` shows the same stop again with all of
    them: of both the longer stands."""
    if "frame #0: 0x" not in text:
        return
    stops = list(islice(_LLDB_STOP.finditer(text), 4 * MAX_CRASHES))
    before: tuple[str, str, list[Frame]] | None = None
    for number, stop in enumerate(stops):
        reason = stop[2].strip()
        crash = _LLDB_CRASH.match(reason)
        if crash is None:
            continue
        end = stops[number + 1].start() if number + 1 < len(stops) else len(text)
        frames = _lldb_frames(text[stop.end() : min(end, stop.end() + _LOOK_AHEAD)])
        now = (reason, crash[1].removeprefix("signal "), frames)
        if before is not None:
            if before[:2] == now[:2] and before[2][:1] == frames[:1]:
                before = max(before, now, key=lambda found: len(found[2]))
                continue
            yield _crash(*before, name)
        before = now
    if before is not None:
        yield _crash(*before, name)


def _lldb_frames(text: str) -> list[Frame]:
    frames: list[Frame] = []
    for line in text.split("\n"):
        found = _LLDB_FRAME.match(line)
        if found is None:
            continue
        if len(frames) == MAX_FRAMES or int(found[1]) < len(frames):
            break
        function, is_at, place = found[3].rpartition(" at ")
        if is_at and re.search(r":\d+\Z", place.removesuffix(" [inlined]").rstrip()):
            frames.append(Frame(function, place.removesuffix(" [inlined]").rstrip(), ""))
        else:
            frames.append(Frame(found[3], "", found[2]))
    return frames


def _windows(text: str, name: str) -> Iterator[Crash]:
    position = text.find(_WINDOWS)
    while position >= 0:
        after = text.find(_WINDOWS, position + 1)
        end = min(after if after >= 0 else len(text), position + _LOOK_AHEAD)
        lines = text[position:end].split("\n")
        kind = lines[0].removeprefix(_WINDOWS).strip()[:200]
        frames: list[Frame] = []
        here = False
        for line in lines[1:]:
            found = _PYTHON_FRAME.match(line)
            if line.startswith(("Current thread 0x", "Thread 0x")) or (here and found is None):
                if here:
                    break
                here = line.startswith("Current")
            elif here and found and len(frames) < MAX_FRAMES:
                frames.append(Frame(found[3], f"{found[1]}:{found[2]}"))
        yield _crash(kind, kind, frames, name)
        position = after


def _crash(said: str, kind: str, frames: list[Frame], name: str) -> Crash:
    return Crash(
        kind=shorten(said),
        signature=signature(kind, frames),
        frames=tuple(frame.text for frame in frames),
        source=name,
    )
