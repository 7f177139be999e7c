"""Lines of a log as the program wrote them: without colours, and without what a service, another
program or a Markdown page put in front of them."""

import re
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

# `\x1b[32mPASSED\x1b[0m`: a colour, a title for the terminal, a character set
# e.g. "\x1b[31m"
_ANSI = re.compile(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b[\]_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[()][A-Z0-9]"
)
# What others write in front of a line: who (`web-1  | `, `[CI/test]   | `, `[0] `, `job\tstep\t`,
# `@acme/web: ` of lerna, `packages/a test: ` of pnpm, `web:test: ` of turbo; not xdist's
# `[gw0] `), when (`2026-01-01T10:00:04.1234567Z `, `[10:00:04] `, `Jan 01 10:00:04 `),
# and signs of a service (`00O `, `##[debug]`).
# e.g. "web-1  | 12 passed"
PREFIX = re.compile(
    r"(?P<who>(?:[\w./()-]{1,60}|\[[\w ./()-]{1,60}\]) {0,40}\| ?|"
    r"\[(?!gw\d| *\d+\.\d)[\w ./()-]{1,60}\] |"
    r"@[\w.-]{1,60}/[\w.-]{1,60}: |[@\w./-]{1,60}[: ]test: |"
    r"[^\t\n]{1,80}\t[^\t\n]{1,80}\t\ufeff?(?=\d{4}-))?"
    r"(?:\[?(?:\d{4}-\d\d-\d\d[T ]|[A-Z][a-z]{2} [ \d]\d )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
    r"(?:Z|[+-]\d\d:?\d\d)?\]?(?: |$))?"
    r"(?:\d\d[OE][ +])?(?:##\[\w{1,20}\])?"
)
# "```console", "~~~": where a block of a Markdown page begins or ends
_FENCE = re.compile(r"[ \t>]{0,40}(?P<mark>`{3,}|~{3,})[^`\n]{0,100}")

_MARGIN = 200


def plain(text: str) -> str:
    """Text without colours; the escape sequence of a carriage return is one."""
    return _ANSI.sub("", text.replace("\x1b[1G", "\r")) if "\x1b" in text else text


def plain_lines(text: str) -> list[str]:
    """Lines without colours; a carriage return starts a line too (progress on a terminal)."""
    return plain(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")


def streams(text: str, landmark: Callable[[str], int]) -> list[list[str]]:
    """The lines of a log without the prefixes of other programs; mixed logs are told apart.
    ``landmark`` says where in a line something begins that nobody but the program writes, or -1."""
    lines = plain_lines(text)
    if any(landmark(line) == 0 for line in lines):
        return [lines]
    by_writer: dict[str, list[str]] = {}
    for line in lines:
        prefix = PREFIX.match(line)
        assert prefix is not None  # it may be empty
        by_writer.setdefault((prefix["who"] or "").strip(), []).append(line[prefix.end() :])
    known = [stream for stream in by_writer.values() if any(landmark(line) == 0 for line in stream)]
    return known or [_without_margin(lines, landmark)]


class Session(Protocol):
    """What one session, or stream, of a runner printed."""

    @property
    def is_run(self) -> bool:
        """Whether it is the runner's at all."""


S = TypeVar("S", bound=Session)


def sessions(
    text: str, landmark: Callable[[str], int], cut: Callable[[list[str]], Iterable[S]]
) -> list[S]:
    """The sessions in a log, stream by stream, that are a runner's; ``cut`` makes those of one
    stream. ``landmark`` is that of ``streams``."""
    return [s for lines in streams(text, landmark) for s in cut(lines) if s.is_run]


def _without_margin(lines: list[str], landmark: Callable[[str], int]) -> list[str]:
    """The lines without what is in front of the first landmark, numbers aside, where it is
    in front of most of them: `2026-01-01 10:00:00,123 INFO `, `host pytest[123]: `, `> `."""
    marks = ((line, landmark(line)) for line in lines)
    margin = next((line[:at] for line, at in marks if 0 < at <= _MARGIN), "")
    pattern = re.compile(r"\d{1,20}".join(map(re.escape, re.split(r"\d+", margin))))
    matches = [pattern.match(line) for line in lines]
    if 4 * sum(map(bool, matches)) < 3 * sum(map(bool, lines)):
        return lines
    return [line[m.end() :] if m else line for m, line in zip(matches, lines, strict=True)]


def fenced(text: str) -> str:
    """What the code blocks of a Markdown page hold, without the margin of each."""
    blocks: list[str] = []
    mark, margin = "", 0
    for line in text.splitlines():
        fence = _FENCE.fullmatch(line)
        if not mark and fence:
            mark, margin = fence["mark"], fence.start("mark")
        elif fence and line.strip(" \t>") == fence["mark"] >= mark:
            mark = ""
        elif mark:
            blocks.append(line[margin:] if not line[:margin].strip(" \t>") else line)
    return "\n".join(blocks)
