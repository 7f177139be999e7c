"""Apple's crash reports: ``.ips`` (a line of JSON, then a JSON object or text), older ``.crash``
text, and kernel panics. Sources: Apple, "Interpreting the JSON format of a crash report" and
Technical Note TN2123."""

import json
import re
from itertools import islice
from typing import Any

from ledger.errors import UnreadableInput
from ledger.evidence.crashes import crash_of
from ledger.evidence.frames import MAX_FRAMES, Frame
from ledger.evidence.model import Crash
from ledger.evidence.part import Part, decode, file_name

NAME = "apple-crash"
MAX_BYTES = 32 * 1024 * 1024

_SUFFIXES = (".ips", ".crash", ".panic")
_TEXT_SUFFIXES = (".txt", ".log", ".synced")
_MARKS = (b'"bug_type"', b"Exception Type:  ", b"panic(cpu ", b"*** Panic Report ***")
# `Exception Type:        EXC_CRASH (SIGABRT)`
# e.g. "Exception Type:  EXC_CRASH (SIGABRT)"
_FIELD = re.compile(
    r"^(Exception (?:Type|Subtype|Codes)|Crashed Thread|Triggered by Thread):[ \t]*(.*)$",
    re.MULTILINE,
)
# `Thread 3 name:  worker Crashed:`
# e.g. "Thread 0 Crashed:"
_CRASHED = re.compile(
    r"^(?:Thread \d+.{0,200}Crashed:.*|Last Exception Backtrace:.*)$", re.MULTILINE
)
# `0   App    0x0000000104b0 copy_plane(unsigned char*) + 56`
_FRAME = re.compile(r"^\d{1,4}[ \t]+(\S.{0,200}?)[ \t]+0x[0-9a-fA-F]{1,16} (.+)$")
# `0x104b00000 + 25788`: a frame without a name
_BASE = re.compile(r"0x[0-9a-fA-F]+ \+ (\d+)")
_SOURCE = re.compile(r" \(([^()]{1,500}:\d{1,9})\)$")
# `panic(cpu 2 caller 0xfffffff0): Kernel trap at 0x1`
_PANIC = re.compile(r"panic ?\(cpu \d+ caller [^)\n]{1,80}\): ?(.*)")
_BODY_KEYS = ("exception", "panicString", "threads")
_KEXTS = "Kernel Extensions in backtrace:"
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|\b\d+\b")


def matches(name: str, sample: bytes) -> bool:
    """A file named as such a report is, or text that begins like one."""
    last = file_name(name)
    if last.endswith(_SUFFIXES):
        return True
    start = sample[:4096]
    return last.endswith(_TEXT_SUFFIXES) and any(mark in start for mark in _MARKS)


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """What stopped the process and the frames of the thread that did; none for a report of
    another kind (memory pressure, a hang). Raises ``UnreadableInput``."""
    if len(data) > MAX_BYTES:
        raise _broken(name, f"more than {MAX_BYTES >> 20} MB")
    text = decode(data).replace("\r\n", "\n").lstrip()
    if not text:
        raise _broken(name, "an empty file")
    crash = _of_json(text, name) if text.startswith("{") else _of_text(text, name)
    if isinstance(crash, str):
        return (Part(NAME, name, warnings=(crash,)),)
    return (Part(NAME, name, crashes=(crash,)),)


def _of_json(text: str, name: str) -> Crash | str:
    """The crash, or why there is none."""
    header, rest = _object(text, name)
    if not rest and "bug_type" in header and header.keys().isdisjoint(_BODY_KEYS):
        raise _broken(name, "its first line alone: the report is cut short")
    if rest and not rest.startswith("{"):
        return _of_text(rest, name)
    body = _object(rest, name)[0] if rest else header
    if isinstance(body.get("panicString"), str):
        return _panic(body["panicString"], name)
    if not isinstance(body.get("exception"), dict):
        kind = _text(header.get("bug_type")) or "unknown"
        return f"bug type {kind}: not the report of a crash"
    return _crash(body, name)


def _of_text(text: str, name: str) -> Crash:
    if _PANIC.search(text):
        return _panic(text, name)
    fields = {key: value.strip() for key, value in _FIELD.findall(text)}
    kind = fields.get("Exception Type")
    if not kind:
        raise _broken(name, "no exception type and no panic")
    detail = fields.get("Exception Subtype") or fields.get("Exception Codes", "")
    if detail.startswith("0x"):
        detail = ""
    return _made(kind, detail, _text_frames(text), name)


def _object(text: str, name: str) -> tuple[dict[str, Any], str]:
    """The JSON object at the start of ``text``, and what follows. Strings may hold newlines."""
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError) as error:
        reason = "JSON nested too deeply" if isinstance(error, RecursionError) else "broken JSON"
        raise _broken(name, f"{reason}, perhaps cut short") from None
    if not isinstance(value, dict):
        raise _broken(name, "no JSON object")
    return value, text[end:].lstrip()


def _crash(body: dict[str, Any], name: str) -> Crash:
    exception = _dict(body.get("exception"))
    kind, signal = _text(exception.get("type")), _text(exception.get("signal"))
    if kind and signal:
        kind = f"{kind} ({signal})"
    indicator = _dict(body.get("termination")).get("indicator")
    detail = _text(exception.get("subtype")) or _text(indicator)
    frames = _frames(body.get("lastExceptionBacktrace"), body)
    if not frames:
        threads = _list(body.get("threads"))
        triggered = (thread for thread in threads if _dict(thread).get("triggered") is True)
        faulting = _at(threads, body.get("faultingThread")) or next(triggered, None)
        frames = _frames(_dict(faulting).get("frames"), body)
    return _made(kind or signal or "unknown exception", detail, frames, name)


def _frames(listed: Any, body: dict[str, Any]) -> list[Frame]:
    images = _list(body.get("usedImages"))
    frames = []
    for frame in map(_dict, _list(listed)[:MAX_FRAMES]):
        offset = frame.get("imageOffset")
        image = _text(_dict(_at(images, frame.get("imageIndex"))).get("name"))
        symbol = _text(frame.get("symbol"))
        if not symbol and image and isinstance(offset, int):
            image = f"{image} + {offset}"
        frames.append(Frame(symbol, "", image))
    return frames


def _text_frames(text: str) -> list[Frame]:
    """The frames below the last exception's heading, else below the crashed thread's."""
    headings = list(islice(_CRASHED.finditer(text), 20))
    heading = next((match for match in headings if match[0].startswith("Last")), None)
    for match in [heading, *headings]:
        frames = _listed(text[match.end() : match.end() + 200_000]) if match else []
        if frames:
            return frames
    return []


def _listed(text: str) -> list[Frame]:
    frames: list[Frame] = []
    for line in text.lstrip("\r\n").split("\n"):
        match = _FRAME.match(line.rstrip())
        if match is None or len(frames) == MAX_FRAMES:
            break
        image, symbol = match[1], match[2]
        base = _BASE.fullmatch(symbol)
        if base:
            frames.append(Frame("", "", f"{image} + {base[1]}"))
        else:
            frames.append(Frame(_SOURCE.sub("", symbol), "", image))
    return frames


def _made(kind: str, detail: str, frames: list[Frame], name: str) -> Crash:
    signal = re.search(r"\((SIG[A-Z0-9]{2,10})\)", kind)
    what = signal[1] if signal else kind[:100]
    return crash_of(f"{kind}, {detail}" if detail else kind, what, frames, name)


def _panic(text: str, name: str) -> Crash:
    """A panic is reported by its own words; its frames are the kernel extensions it came through,
    for the addresses of its backtrace have no names."""
    match = _PANIC.search(text)
    reason = (match[1] if match else text.partition("\n")[0]).strip()
    message = re.split(r"@| at pc | at 0x|, registers|\(saved state|\\n", reason, maxsplit=1)[0]
    message = _NUMBER.sub("N", message.strip(' ".'))[:200]
    kexts: list[Frame] = []
    for line in text.partition(_KEXTS)[2][:20_000].lstrip("\n").split("\n"):
        kext = re.match(r"[ \t]+([\w.]{3,200})\(", line)
        if kext is None:
            break
        kexts.append(Frame(module=kext[1]))
    return crash_of(f"kernel panic: {reason}", f"kernel panic: {message}", kexts, name)


def _at(listed: list[Any], number: Any) -> Any:
    return listed[number] if isinstance(number, int) and 0 <= number < len(listed) else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:2000] if isinstance(value, str) else ""


def _broken(name: str, reason: str) -> UnreadableInput:
    message = f"{name}: expected a crash report of Apple's, found {reason}"
    hint = "take the report from the device or from DiagnosticReports again"
    return UnreadableInput("crash-unreadable", message, hint)
