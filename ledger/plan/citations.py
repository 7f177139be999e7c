"""What prose cites: paths, labelled parts and commits. Pure text, nothing is resolved here.

What counts as a citation of an artifact (``find``):

- a code span that is one path and nothing else: it ends in ``/``, or its last part has a
  suffix with a letter in it (``logs/run.log``), or it starts with ``reports/``, ``./``,
  ``../``, ``~/``, ``.../`` or a folder that only machines have (``/home/``, ``/tmp/``). A name
  without any ``/`` needs a suffix that files have: ``summary.md``, but not ``np.array``;
- after ``Artifacts:``, likewise each bare word with a ``/`` in it, to the end of the line, or,
  where nothing follows on that line, in the list that does;
- the target of a Markdown link, by the same measure.

Behind a path may stand a line number, the name of a test, a section or a note; they are not
part of it. A command, an expression or a URL is no path. Fenced code cites nothing.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from ledger.plan import text
from ledger.plan.braces import expand

Kind = Literal["path", "placeholder", "outside"]

_PLACEHOLDER: Final = re.compile(
    r"""<[^<>/]*> | \$[A-Za-z_({] | [{}*?] | …
      | (?:^|/)\.{3,}(?:/|$)
      | (?<![A-Za-z])(?:N{2,}|X{2,}|YYYY[A-Z]*)(?![A-Za-z])   # chunk_NN, YYYYMMDD""",
    re.VERBOSE,
)
_MACHINE: Final = re.compile(
    r"/(?:home|Users|tmp|var|etc|mnt|opt|usr|root|private|data|Volumes|srv|work|workspace|media)/."
)
_DRIVE: Final = re.compile(text.DRIVE)
_COMPONENTS: Final = re.compile(r"[\w.@%+~*?$…/\\<>()\[\]{}:-]+")
_HOLES: Final = re.compile(r"<[\w .:-]{1,60}>|\$\([^()]{0,200}\)|\$?\{[^{}/]{0,60}\}")
_SUFFIX: Final = re.compile(r"\.(?=\d{0,3}[A-Za-z])\w{1,10}$|\.[A-Za-z]\w{0,9}\*$|\.\*$")
# Few citations have no folder: compiled for the first of them.
_FILE: Final = r"""(?x)^[\w-]{1,99}\.[ch]$   # but not a.b.c
      | \.(?:md|rst|txt|log|out|err|stdout|stderr|csv|tsv|json|jsonl|xml|html?|ya?ml|toml|cfg|ini
      |lock|py|pyi|ipynb|sh|cc|cpp|hpp|rs|go|java|js|ts|css|sql|diff|patch|sha256|md5|png|jpe?g
      |svg|pdf|gif|npy|npz|bin|dat|h5|hdf5|pkl|pt|gz|zip|tar|ips|prof)$"""
_STAMP: Final = re.compile(r"/\d{8}T\d{6}Z$")
_FENCE: Final = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})")
_ARTIFACTS: Final = re.compile(r"\bartifacts?\**:\**(?=\s|$)", re.IGNORECASE)
_TICKS: Final = re.compile("`+")
_LINK: Final = re.compile(r"\]\(([^()\s]{1,1000})\)")
# It begins with a set of characters, so that most positions are passed over at once; what stands
# before is looked at behind the first of them.
_HEX: Final = re.compile(r"[0-9a-f](?<![\w/.-].)[0-9a-f]{6,39}(?![\w/-])")
_CHECKSUM: Final = re.compile(
    r"(?:sha-?(?:1|224|256|384|512)|md5|checksum)\W{0,6}(?:\w{1,12}\W{1,4}){0,2}\Z", re.IGNORECASE
)
_APART: Final = re.compile(r"[\s,;]")
_OPENING: Final = "(*\"'"
_CLOSING: Final = ")\"'.,:"
_INDENT: Final = re.compile(r"[ \t]*")


class Citation(NamedTuple):
    """One citation as written, the paths that it stands for, and its line, from 0."""

    raw: str
    paths: tuple[str, ...]
    line: int


def kind(path: str) -> Kind:
    """What can be said of one path without looking: ``placeholder`` where a part is left open
    (``<STAMP>``, ``$STAMP``, ``.../``, ``chunk_NN``, a glob), ``outside`` where it is absolute,
    a home folder's, or leads up and out of the repository; else ``path``."""
    if path.startswith(("/", "~")) or _DRIVE.match(path):
        return "outside"
    if _PLACEHOLDER.search(path):
        return "placeholder"
    depth = 0
    for part in path.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return "outside"
    return "path"


def find(text: str) -> tuple[Citation, ...]:
    """The artifacts that an attempt's text cites, in its order: see the rule above."""
    return tuple(
        Citation(raw, paths, line)
        for line, raw in _candidates(text)
        if ("/" in raw or "." in raw) and (paths := expand(raw)) and _is_path(paths[0])
    )


_ENTRY = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?!\*\*[^*\n]{1,60}:\*\*)")


@lru_cache(maxsize=64)
def _label(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:^[ \t]*|[.;] |\*\*){name}\*{{0,2}}:\*{{0,2}}[ \t]*", re.MULTILINE | re.IGNORECASE
    )


def labelled(text: str, name: str) -> str | None:
    """What follows ``name:`` at the start of a line or sentence, to the end of that line; where
    nothing does, the list below it, its entries parted by semicolons."""
    found = _label(name).search(text)
    if not found:
        return None
    line, _, below = text[found.end() :].partition("\n")
    if line.strip():
        return line.strip()
    listed: list[str] = []
    for said in below.split("\n"):
        entry = _ENTRY.match(said)
        if not entry and said.strip():
            break
        listed += [said[entry.end() :].strip()] if entry else []
    return "; ".join(listed) or None


def commits(text: str) -> tuple[str, ...]:
    """7 to 40 hex digits with a letter and a digit among them, but for checksums, which say so
    just before. Numbers such as 25932015286227 have no letter. First mention of each, in order."""
    found: dict[str, None] = {}
    for match in _HEX.finditer(text):
        sha = match.group()
        if sha.isdigit() or sha.isalpha():
            continue
        if _CHECKSUM.search(text, max(0, match.start() - 48), match.start()):
            continue
        found[sha] = None
    return tuple(found)


def _candidates(text: str) -> Iterator[tuple[int, str]]:
    fence = ""
    list_indent: int | None = None
    for number, line in enumerate(text.split("\n")):
        if opened := _FENCE.match(line):
            mark = opened[1]
            if not fence:
                fence = mark
            elif mark.startswith(fence):
                fence = ""
            continue
        if fence:
            continue
        indent = _indent(line)
        if list_indent is not None and line.strip() and indent <= list_indent:
            list_indent = None
        label = _ARTIFACTS.search(line) if "fact" in line.lower() else None
        if label and not line[label.end() :].strip(" \t*"):
            list_indent = indent
        bare_from = label.end() if label else 0 if list_indent is not None else len(line)
        for raw in _in_line(line, bare_from):
            yield number, raw


def _indent(line: str) -> int:
    found = _INDENT.match(line)
    return len(found[0].expandtabs(4)) if found else 0


def _in_line(line: str, bare_from: int) -> Iterator[str]:
    """Code spans and link targets of the line, and its bare words from ``bare_from`` on."""
    end = 0
    for start, stop, span in _code_spans(line):
        yield from _outside_code(line, end, start, bare_from)
        yield span
        end = stop
    yield from _outside_code(line, end, len(line), bare_from)


def _outside_code(line: str, start: int, stop: int, bare_from: int) -> Iterator[str]:
    if line.find("](", start, stop) >= 0:
        yield from (link[1] for link in _LINK.finditer(line, start, stop))
    start = max(start, bare_from)
    if start < stop and "/" in (text := line[start:stop]):
        yield from (word for word in _words(text) if "/" in word)


def _code_spans(line: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and content of each code span: as many ticks behind it as before it."""
    runs = list(_TICKS.finditer(line))
    partner: dict[int, int] = {}
    latest: dict[int, int] = {}
    for index in range(len(runs) - 1, -1, -1):
        length = len(runs[index][0])
        if length in latest:
            partner[index] = latest[length]
        latest[length] = index
    index = 0
    while index < len(runs):
        if index in partner:
            first, last = runs[index], runs[partner[index]]
            yield first.start(), last.end(), line[first.end() : last.start()].strip()
            index = partner[index]
        index += 1


def _words(text: str) -> Iterator[str]:
    """Words, apart by blanks, commas and semicolons, none of them inside braces that pair."""
    if "{" not in text:
        yield from (word.lstrip(_OPENING).rstrip(_CLOSING) for word in _APART.split(text))
        return
    depth, start = 0, 0
    closing = text.count("}")
    for index, letter in enumerate(text):
        if letter == "{" and closing:
            depth += 1
        elif letter == "}":
            depth, closing = max(0, depth - 1), closing - 1
        elif not depth and (letter.isspace() or letter in ",;"):
            yield text[start:index].lstrip(_OPENING).rstrip(_CLOSING)
            start = index + 1
    yield text[start:].lstrip(_OPENING).rstrip(_CLOSING)


def _is_path(path: str) -> bool:
    filled = _HOLES.sub("x", path)
    if not _COMPONENTS.fullmatch(filled) or "://" in filled or filled[0] in "-@%+":
        return False
    if _MACHINE.match(filled) or _DRIVE.match(filled):
        return True
    if any(mark in filled for mark in "()[]<>:\\"):
        return False
    if "/" not in filled:
        return bool(re.search(_FILE, filled)) and len(filled) > 3
    return (
        filled.startswith(("reports/", "./", "../", "~/", ".../"))
        or bool(_SUFFIX.search(filled.rpartition("/")[2]))
        or bool(_STAMP.search(filled))
        or (filled.endswith("/") and len(filled) > 2)
        or filled.endswith(("/...", "/…"))
        or filled != path
    )
