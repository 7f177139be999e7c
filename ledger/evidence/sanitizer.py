"""Reports of the sanitizers of clang and gcc: address, leak, memory, thread, undefined."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator

from ledger.evidence.frames import MAX_CRASHES, MAX_FRAMES, MAX_FUNCTION, Frame, signature
from ledger.evidence.model import Crash
from ledger.evidence.part import Part, decode, file_name, shorten

_SUFFIXES = (".log", ".txt", ".out", ".err", ".stderr", ".stdout")
_MARKS = (b"Sanitizer: ", b": runtime error: ")
_REPORT = re.compile(
    r".{0,200}?(?:==\d{1,10}== ?(?:ERROR|WARNING)|(?<!\S)WARNING): (\w{1,20}Sanitizer): (.*)"
    r"|(.{1,1000}?): runtime error: (.*)"
)
_PREFIX = re.compile(r"[ \t]*#(\d{1,4}) +")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+(?: in)? ?")
_BUILD = re.compile(r" \(BuildId: [0-9a-f]+\)$")
_MODULE = re.compile(r" ?\(([^()]{1,1000})\+(0x[0-9a-fA-F]+)\)$")
_PLACE = re.compile(r"(\S{1,1000}:\d{1,9}(?::\d{1,9})?)$")
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|-?\b\d+\b")
_LOOK_AHEAD = 100_000


class SanitizerReader:
    """Reads every report in a log."""

    name = "sanitizer"

    def matches(self, name: str, sample: bytes) -> bool:
        """Text that holds a report; ``log_path=asan`` makes files named ``asan.1234``."""
        last = file_name(name)
        stem, dot, suffix = last.rpartition(".")
        named = last.endswith(_SUFFIXES) or not dot or (bool(stem) and suffix.isdecimal())
        return named and any(mark in sample for mark in _MARKS)

    def read(self, data: bytes, name: str) -> Part:
        """Each report with the first stack below it, at most ``MAX_CRASHES``: after undefined
        behaviour a program goes on, so there may be any number."""
        text = decode(data)
        found: list[Crash] = []
        warnings: tuple[str, ...] = ()
        for report in _reports(text):
            if len(found) == MAX_CRASHES:
                warnings = (f"more than {MAX_CRASHES} reports of sanitizers: the rest is not read",)
                break
            found.append(_crash(report, text, name))
        return Part(self.name, name, crashes=tuple(found), warnings=warnings)


def _reports(text: str) -> Iterator[re.Match[str]]:
    places = (_places(text, mark.decode()) for mark in _MARKS)
    done = -1
    for place in heapq.merge(*places):
        start = text.rfind("\n", max(0, place - 1000), place) + 1
        if start <= done:
            continue
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        report = _REPORT.match(text, max(start, place - 1000), min(end, place + 4000))
        if report:
            done = end
            yield report


def _places(text: str, mark: str) -> Iterator[int]:
    place = text.find(mark)
    while place >= 0:
        yield place
        place = text.find(mark, place + 1)


def _crash(report: re.Match[str], text: str, name: str) -> Crash:
    frames = _stack(text[report.end() : report.end() + _LOOK_AHEAD])
    if report[1]:
        tool, said = report[1], report[2].strip()
        short = re.split(r" on (?:unknown )?address| \(pid=|: | \(pc ", said, maxsplit=1)[0]
    else:
        tool, said = "UndefinedBehaviorSanitizer", report[4].strip()
        short = re.split(r": | for (?:type|an object)|, which", said, maxsplit=1)[0]
        short = re.sub(r" 0x[0-9a-f]+| '[^']{0,300}'", "", short)
        if not frames:
            frames = [Frame("", report[3].strip().rpartition(" ")[2])]
    short = _NUMBER.sub("N", short)[:200]
    what = f"{tool}: {short}"
    return Crash(
        kind=shorten(f"{tool}: {said}"),
        signature=signature(what, frames),
        frames=tuple(f.text for f in frames),
        source=name,
    )


def _stack(text: str) -> list[Frame]:
    """The first stack, unless the next report comes before it."""
    frames: list[Frame] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        prefix = _PREFIX.match(line)
        if prefix and (int(prefix[1]) or not frames) and len(frames) < MAX_FRAMES:
            frames.append(_frame(line[prefix.end() : prefix.end() + MAX_FUNCTION]))
        elif frames or "Sanitizer: " in line or ": runtime error: " in line:
            break
    return frames


def _frame(text: str) -> Frame:
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
