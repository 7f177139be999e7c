"""Crashes that a report of rounds tells of: signals in the notes of rounds, frames in code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ledger.evidence.crashes import crashes_in, groups
from ledger.evidence.frames import MAX_FUNCTION, Frame, fold, is_silent
from ledger.evidence.rounds_model import CrashGroup, Round, Through
from ledger.plan import document
from ledger.plan.document import Document

MAX_PLACES = 20

_KINDS = (
    (re.compile(r"\bSIG(?!NED\b|N\b)[A-Z]{2,5}\d?\b"), ""),
    (re.compile(r"\bseg(?:mentation )?fault", re.IGNORECASE), "SIGSEGV"),
    (re.compile(r"\bbus error\b", re.IGNORECASE), "SIGBUS"),
    (re.compile(r"\babort(?:ed|s)?\b", re.IGNORECASE), "SIGABRT"),
    (re.compile(r"\bpanic", re.IGNORECASE), "panic"),
    (re.compile(r"\bcrash", re.IGNORECASE), "crash"),
)
_BEFORE = re.compile(r"[ \t]*(?:#?\d{1,4}[ \t]+)?(?:0x[0-9a-fA-F]{1,16}[ \t]+)?(?:in[ \t]+)?")
_OFFSET = re.compile(r"[ \t]*\+[ \t]*(?:0x)?[0-9a-fA-F]{1,9}[ \t]*\Z")
_WHERE = re.compile(r"\bin ((?:[\w~]{1,100}(?:<[^>\n]{0,200}>)?::){1,20}[\w~]{1,100})")
_SPAN = re.compile(r"`([^`\n]{3,1000})`")
_FROM = re.compile(
    r"\b(?:called|reached|came|entered|coming|invoked) (?:\w+ ){0,3}?(?:from|through|via|by)\b",
    re.IGNORECASE,
)
_ROUNDS = re.compile(
    r"\brounds? (\d{1,9}(?:(?:, ?| and |, and |[-–])\d{1,9}){0,200})", re.IGNORECASE
)


def kind_of(text: str) -> str:
    """The signal (or ``crash``) that a note names; empty for none."""
    for pattern, kind in _KINDS:
        found = pattern.search(text)
        if found:
            return kind or found[0]
    return ""


def crashes(parsed: Document, rounds: list[Round]) -> tuple[CrashGroup, ...]:
    """Failed rounds by the crash that ended them. Where the report shows one place of the
    crash, all of them crashed there; with several it does not say which round crashed where,
    and each place stands by itself, without rounds."""
    failed: dict[str, list[str]] = {}
    for found in rounds:
        told = f"{found.crash} {found.note} {found.result_text}"
        kind = kind_of(told) or ("crash" if found.crash else "")
        if found.result == "fail" and kind:
            where = fold(found.crash) if kind_of(found.crash) != found.crash else ""
            named = _WHERE.search(found.note)
            if named and not where:
                where = fold(named[1])
            failed.setdefault(f"{kind} in {where}" if where else kind, []).append(found.name)
    places = list(_places(parsed))
    if len(places) == 1 and len(failed) <= 1:
        kind, names = next(iter(failed.items()), ("crash", []))
        place = places[0]
        signature = place.signature if " in " in kind or not failed else kind
        if " in " not in signature and place.signature:
            signature = f"{kind} in {place.signature}"
        return (
            CrashGroup(
                signature=signature,
                rounds=tuple(names),
                through=tuple(_through(parsed)),
                frames=place.frames,
            ),
        )
    listed = [CrashGroup(signature=kind, rounds=tuple(names)) for kind, names in failed.items()]
    return (*sorted(listed, key=lambda group: -len(group.rounds)), *places)


def _places(parsed: Document) -> Iterator[CrashGroup]:
    """What code blocks show: whole reports of crashes, else the frame that comes first."""
    found: dict[str, CrashGroup] = {}
    for section in parsed.sections:
        for block in document.walk(section.blocks):
            if block.kind not in ("fence", "code") or len(found) >= MAX_PLACES:
                continue
            lines = parsed.lines(block.start, block.end)
            text = "\n".join(lines)
            whole = crashes_in(text)
            for group in groups([("", crash) for crash in whole]):
                found.setdefault(
                    group.signature,
                    CrashGroup(
                        signature=group.signature, rounds=(), through=(), frames=group.frames
                    ),
                )
            if not whole:
                frames = [name for line in lines if (name := _symbol(line))]
                telling = [frame for frame in frames if not is_silent(Frame(frame))]
                if telling:
                    name = fold(telling[0])
                    found.setdefault(
                        name,
                        CrashGroup(signature=name, rounds=(), through=(), frames=tuple(frames)),
                    )
    yield from found.values()


def _symbol(line: str) -> str:
    """The name in a line that is a frame by itself: qualified, or called and with an offset.
    Empty for any other line."""
    before = _BEFORE.match(line)
    text = line[before.end() if before else 0 :][:MAX_FUNCTION].rstrip()
    offset = _OFFSET.search(text, max(0, len(text) - 20))
    name = text[: offset.start()] if offset else text
    is_name = "::" in name or name[:2] in ("-[", "+[") or (offset and name.endswith(")"))
    return name if is_name and not re.search(r"[;={`]|->", name) else ""


def _through(parsed: Document) -> Iterator[Through]:
    """Names in code that stand after ``called from`` and the like, up to the end of the section;
    with the rounds that are named beside them."""
    for section in parsed.sections:
        is_open = False
        seen: Counter[str] = Counter()
        for block in document.walk(section.blocks):
            if block.kind != "paragraph":
                continue
            text = " ".join(parsed.lines(block.start, block.end))
            cue = _FROM.search(text)
            is_open = is_open or bool(cue)
            if not is_open:
                continue
            for span in _SPAN.finditer(text, cue.end() if cue else 0):
                name = fold(span[1])
                if not re.search(r"::|\(|\[", span[1]) or seen[name] or len(seen) >= MAX_PLACES:
                    continue
                seen[name] += 1
                rest = text[span.end() : span.end() + 2000].partition("`")[0]
                rounds = _ROUNDS.search(rest)
                names = re.findall(r"\d+", rounds[1]) if rounds and "-" not in rounds[1] else []
                yield Through(frame=name, rounds=tuple(names))
