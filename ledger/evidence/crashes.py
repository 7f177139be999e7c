"""What a dying process left in a log: Python's ``faulthandler``, lldb, and sanitizers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile, groupby, islice

from ledger.evidence.frames import MAX_CRASHES, MAX_FRAMES, MAX_FUNCTION, Frame, file_of, signature
from ledger.evidence.model import Crash
from ledger.evidence.part import Part, decode, file_name, shorten

_SUFFIXES = (".log", ".txt", ".out", ".err", ".stderr", ".stdout")
_LOOK_AHEAD = 400_000


def crash_of(kind: str, what: str, frames: Sequence[Frame], source: str) -> Crash:
    """A crash that is reported by ``what`` and the innermost of its frames that tells something."""
    return Crash(
        kind=shorten(kind),
        signature=signature(what, frames),
        frames=tuple(frame.text for frame in frames),
        source=source,
    )


# faulthandler, which pytest turns on by itself

_FATAL = "Fatal Python error: "
_PYTHON_THREAD = ("Current thread 0x", "Stack (most recent")
# `  File "/a/b.py", line 12 in test_x`
# e.g. "  File \"/srv/tests/a.py\", line 9 in test_x"
_PYTHON_FRAME = re.compile(r'  File "([^"\n]{1,1000})", line (\d{1,9}|\?\?\?) in (.{1,300})')


def is_faulthandler(name: str, sample: bytes) -> bool:
    """Text that holds a fatal error of Python's."""
    return file_name(name).endswith(_SUFFIXES) and _FATAL.encode() in sample


def read_faulthandler(data: bytes, name: str) -> tuple[Part, ...]:
    """Every crash in the file, in order."""
    return (Part("faulthandler", name, crashes=find_crashes(decode(data), name)),)


def find_crashes(text: str, source: str) -> tuple[Crash, ...]:
    """Each fatal error with the dead thread's frames, innermost first. Its signature has no line
    numbers, which change with every edit: ``function (file)``."""
    deaths = text.split(_FATAL, MAX_CRASHES + 1)[1 : MAX_CRASHES + 1]
    return tuple(_python_crash(death[:200_000].split("\n"), source) for death in deaths)


def _python_crash(lines: list[str], source: str) -> Crash:
    kind = lines[0].strip()[:200]
    below = dropwhile(lambda line: not line.startswith(_PYTHON_THREAD), lines[1:])
    frames: list[re.Match[str]] = []
    for line in islice(below, 1, MAX_FRAMES + 1):
        frame = _PYTHON_FRAME.fullmatch(line.rstrip("\r"))
        if frame is None:
            break
        frames.append(frame)
    what = f"{kind} in {frames[0][3]} ({file_of(frames[0][1])})" if frames else kind
    places = tuple(f"{frame[1]}:{frame[2]} in {frame[3]}" for frame in frames)
    return Crash(kind=kind, signature=what, frames=places, source=source)


# lldb

# `* thread #1, name = app, stop reason = EXC_BAD_ACCESS (code=1, address=0x98)`
# e.g. "thread #1, stop reason = signal SIGSEGV"
_LLDB_STOP = re.compile(
    r"^[ \t]*\*? *thread #(\d{1,9}).{0,1000}?stop reason = (.{1,500})$", re.MULTILINE
)
# `  * frame #0: 0x0000000100003f58 app`ring_push(r=0x0) at ring.c:12:5`
# e.g. "frame #0: 0x0000000100003f40 a.out`main at main.c:9:3"
_LLDB_FRAME = re.compile(r"[ \t]*\*?[ \t]*frame #(\d{1,6}): 0x[0-9a-fA-F]+ ([^`]{1,1000})`(.*)")
# e.g. "signal SIGSEGV"
_LLDB_CRASH = re.compile(r"(EXC_\w+|signal SIG(?!INT\b|STOP\b|TRAP\b|USR|CHLD\b)\w+|ESR_EC\w+)")


def is_backtrace(name: str, sample: bytes) -> bool:
    """Text that holds a frame as lldb shows it."""
    last = file_name(name)
    is_ours = last.endswith((*_SUFFIXES, ".bt")) or "." not in last
    return is_ours and b"frame #0: 0x" in sample


def read_backtrace(data: bytes, name: str) -> tuple[Part, ...]:
    """Every crash in the output of lldb, at most ``MAX_CRASHES``; a breakpoint is none."""
    crashes = _lldb(decode(data).replace("\r\n", "\n"), name)
    return (_part("backtrace", name, crashes, "backtraces"),)


def _part(reader: str, name: str, crashes: Iterable[Crash], kind: str) -> Part:
    first = tuple(islice(crashes, MAX_CRASHES + 1))
    if len(first) <= MAX_CRASHES:
        return Part(reader, name, crashes=first)
    warning = f"more than {MAX_CRASHES} {kind}: the rest is not read"
    return Part(reader, name, crashes=first[:MAX_CRASHES], warnings=(warning,))


def _lldb(text: str, name: str) -> Iterator[Crash]:
    """lldb shows a stop once with its frame and again with all of them: the longer stands."""
    stops = groupby(_lldb_stops(text), key=lambda stop: (*stop[:2], stop[2][:1]))
    for _, same in stops:
        yield crash_of(*max(same, key=lambda stop: len(stop[2])), name)


def _lldb_stops(text: str) -> Iterator[tuple[str, str, list[Frame]]]:
    """The reason of each stop that is a crash, the signal in it, and the frames below it."""
    stops = list(islice(_LLDB_STOP.finditer(text), 4 * MAX_CRASHES))
    ends = [*(stop.start() for stop in stops[1:]), len(text)]
    for stop, end in zip(stops, ends, strict=False):
        reason = stop[2].strip()
        if crash := _LLDB_CRASH.match(reason):
            frames = _lldb_frames(text[stop.end() : min(end, stop.end() + _LOOK_AHEAD)])
            yield reason, crash[1].removeprefix("signal "), frames


def _lldb_frames(text: str) -> list[Frame]:
    frames: list[Frame] = []
    for line in text.split("\n"):
        match = _LLDB_FRAME.match(line)
        if match is None:
            continue
        if len(frames) == MAX_FRAMES or int(match[1]) < len(frames):
            break
        function, is_at, place = match[3].rpartition(" at ")
        if is_at and re.search(r":\d+\Z", place.removesuffix(" [inlined]").rstrip()):
            frames.append(Frame(function, place.removesuffix(" [inlined]").rstrip(), ""))
        else:
            frames.append(Frame(match[3], "", match[2]))
    return frames


# systemd's coredumpctl

_DUMP = re.compile(r"^ *PID: \d", re.MULTILINE)
# `Signal: 11 (SEGV)`
_DUMP_SIGNAL = re.compile(r"^ *Signal: \d{1,3} \((\w{1,10})\)", re.MULTILINE)
# `#0  0x00007f2a raise (libc.so.6 + 0x3d5)`
# e.g. "    #3 0x55bebacae0c0 in _start (/src/ub+0x10c0)"
_DUMP_FRAME = re.compile(r"[ \t]*#\d{1,4} +0x[0-9a-fA-F]+ (.{1,1000}?) \(([^()\n]{1,300})\)")
_DUMP_STACK = "Stack trace of thread "


def is_core_dump(name: str, sample: bytes) -> bool:
    """Text that `coredumpctl info` prints."""
    return file_name(name).endswith(_SUFFIXES) and _DUMP_STACK.encode() in sample


def read_core_dump(data: bytes, name: str) -> tuple[Part, ...]:
    """Every dump in the output of `coredumpctl info`, at most ``MAX_CRASHES``."""
    dumps = _DUMP.split(decode(data))[1:]
    return (_part("coredump", name, (_dumped(dump, name) for dump in dumps), "dumps"),)


def _dumped(dump: str, name: str) -> Crash:
    """The stack that comes first is that of the thread that died."""
    signal = _DUMP_SIGNAL.search(dump)
    frames = []
    for line in islice(dump.partition(_DUMP_STACK)[2].split("\n"), 1, MAX_FRAMES + 1):
        frame = _DUMP_FRAME.match(line)
        if frame is None:
            break
        function = "" if frame[1] == "n/a" else frame[1]
        frames.append(Frame(function, "", frame[2]))
    what = f"SIG{signal[1]}" if signal else "crash"
    return crash_of(what, what, frames, name)


# Sanitizers

_SANITIZER_MARK = re.compile(r"Sanitizer: |: runtime error: ")
# `==7==ERROR: AddressSanitizer: SEGV on unknown address`, `ub.c:3:5: runtime error: overflow`
# e.g. "==30138==ERROR: LeakSanitizer: detected memory leaks"
_REPORT = re.compile(
    r".{0,200}?(?:==\d{1,10}== ?(?:ERROR|WARNING)|(?<!\S)WARNING): (\w{1,20}Sanitizer): (.*)"
    r"|(.{1,1000}?): runtime error: (.*)"
)
# `    #0 0x55f in run(int) /src/main.cpp:12:3`
_PREFIX = re.compile(r"[ \t]*#(\d{1,4}) +")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+(?: in)? ?")
# ` (BuildId: 4a5b)`
_BUILD = re.compile(r" \(BuildId: [0-9a-f]+\)$")
# What a frame ends with: ` (libx.so+0x10e0)`
_MODULE = re.compile(r" ?\(([^()]{1,1000})\+(0x[0-9a-fA-F]+)\)$")
_PLACE = re.compile(r"(\S{1,1000}:\d{1,9}(?::\d{1,9})?)$")
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|-?\b\d+\b")


def is_sanitizer(name: str, sample: bytes) -> bool:
    """Text that holds a report; ``log_path=asan`` makes files named ``asan.1234``."""
    last = file_name(name)
    stem, dot, suffix = last.rpartition(".")
    is_ours = last.endswith(_SUFFIXES) or not dot or (bool(stem) and suffix.isdecimal())
    return is_ours and (b"Sanitizer: " in sample or b": runtime error: " in sample)


def read_sanitizer(data: bytes, name: str) -> tuple[Part, ...]:
    """Each report with the first stack below it, at most ``MAX_CRASHES``: after undefined
    behaviour a program goes on, so there may be any number."""
    text = decode(data)
    crashes = (_sanitizer_crash(report, text, name) for report in _reports(text))
    return (_part("sanitizer", name, crashes, "reports of sanitizers"),)


def _reports(text: str) -> Iterator[re.Match[str]]:
    done = -1
    for mark in _SANITIZER_MARK.finditer(text):
        place = mark.start()
        start = text.rfind("\n", max(0, place - 1000), place) + 1
        if start <= done:
            continue
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        report = _REPORT.match(text, max(start, place - 1000), min(end, place + 4000))
        if report:
            done = end
            yield report


def _sanitizer_crash(report: re.Match[str], text: str, name: str) -> Crash:
    frames = _sanitizer_stack(text[report.end() : report.end() + 100_000])
    if report[1]:
        tool, reason = report[1], report[2].strip()
        short = re.split(r" on (?:unknown )?address| \(pid=|: | \(pc ", reason, maxsplit=1)[0]
    else:
        tool, reason = "UndefinedBehaviorSanitizer", report[4].strip()
        short = re.split(r": | for (?:type|an object)|, which", reason, maxsplit=1)[0]
        short = re.sub(r" 0x[0-9a-f]+| '[^']{0,300}'", "", short)
        if not frames:
            frames = [Frame("", report[3].strip().rpartition(" ")[2])]
    short = _NUMBER.sub("N", short)[:200]
    return crash_of(f"{tool}: {reason}", f"{tool}: {short}", frames, name)


def _sanitizer_stack(text: str) -> list[Frame]:
    """The first stack, unless the next report comes before it."""
    frames: list[Frame] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        prefix = _PREFIX.match(line)
        if prefix and (int(prefix[1]) or not frames) and len(frames) < MAX_FRAMES:
            frames.append(_sanitizer_frame(line[prefix.end() : prefix.end() + MAX_FUNCTION]))
        elif frames or "Sanitizer: " in line or ": runtime error: " in line:
            break
    return frames


def _sanitizer_frame(text: str) -> Frame:
    """``0xADDRESS in FUNCTION PLACE``, without the address in a report of the thread
    sanitizer; PLACE is ``file:line:column``, ``(binary+offset)`` or both."""
    address = _ADDRESS.match(text)
    if address:
        text = text[address.end() :]
    text = _BUILD.sub("", text.rstrip())
    binary, offset = "", ""
    module = _MODULE.search(text)
    if module:
        binary, offset = module[1].rpartition("/")[2], module[2]
        text = text[: module.start()]
    place = _PLACE.search(text)
    where = place[1] if place else ""
    function = text[: place.start()].rstrip() if place else text.strip()
    folder = function.find(" /")
    if place and folder >= 0:  # a path with blanks in it
        where = f"{function[folder + 1 :]} {where}"
        function = function[:folder]
    if where:
        return Frame(function, where)
    if not function and binary:
        return Frame("", "", f"{binary} + {offset}")
    return Frame(function, "", binary)


# All of them


def crashes_in(text: str) -> list[Crash]:
    """The crashes that a piece of text shows, such as a fenced block of a report."""
    data = text.encode("utf-8", "replace")
    readers = (
        (is_sanitizer, read_sanitizer),
        (is_backtrace, read_backtrace),
        (is_faulthandler, read_faulthandler),
    )
    return [
        crash
        for matches, read in readers
        if matches("text.txt", data)
        for part in read(data, "")
        for crash in part.crashes
    ]
