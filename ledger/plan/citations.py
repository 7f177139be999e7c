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

Braces stand for several paths, ``run/{time.txt,logs/{a,b}.log}``, as a shell would read them, with
what people add: blanks around names, notes behind them (``{x.txt (7 matches), y.md}``). This is not
left to bracex: it gives up with a RecursionError at some 300 groups, and takes 50 times as long,
which adds up where a hostile file holds thousands of products of braces.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from ledger.plan.text import DRIVE, visible

Kind = Literal["path", "placeholder", "outside"]

# e.g. "runs/<STAMP>/*.log"
_PLACEHOLDER: Final = re.compile(
    r"""<[^<>/]*> | \$[A-Za-z_({] | [{}*?] | …
      | (?:^|/)\.{3,}(?:/|$)
      | (?<![A-Za-z])(?:N{2,}|X{2,}|YYYY[A-Z]*)(?![A-Za-z])   # chunk_NN, YYYYMMDD""",
    re.VERBOSE,
)
# e.g. "/tmp/run/a.log"
_MACHINE: Final = re.compile(
    r"/(?:home|Users|tmp|var|etc|mnt|opt|usr|root|private|data|Volumes|srv|work|workspace|media)/."
)
_COMPONENTS: Final = re.compile(r"[\w.@%+~*?$…/\\<>()\[\]{}:-]+")
_HOLES: Final = re.compile(r"<[\w .:-]{1,60}>|\$\([^()]{0,200}\)|\$?\{[^{}/]{0,60}\}")
_SUFFIX: Final = re.compile(r"\.(?=\d{0,3}[A-Za-z])\w{1,10}$|\.[A-Za-z]\w{0,9}\*$|\.\*$")
# e.g. "pytest.log"
_FILE: Final = re.compile(
    r"""^[\w-]{1,99}\.[ch]$   # but not a.b.c
      | \.(?:md|rst|txt|log|out|err|stdout|stderr|csv|tsv|json|jsonl|xml|html?|ya?ml|toml|cfg|ini
      |lock|py|pyi|ipynb|sh|cc|cpp|hpp|rs|go|java|js|ts|css|sql|diff|patch|sha256|md5|png|jpe?g
      |svg|pdf|gif|npy|npz|bin|dat|h5|hdf5|pkl|pt|gz|zip|tar|ips|prof)$""",
    re.VERBOSE,
)
_STAMP: Final = re.compile(r"/\d{8}T\d{6}Z$")
_FENCE: Final = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})")
_ARTIFACTS: Final = re.compile(r"\bartifacts?\**:\**(?=\s|$)", re.IGNORECASE)
_TICKS: Final = re.compile("`+")
_LINK: Final = re.compile(r"\]\(([^()\s]{1,1000})\)")
# It begins with a set of characters, so that most positions are passed over at once; what stands
# before is looked at behind the first of them.
_HEX: Final = re.compile(r"[0-9a-f](?<![\w/.-].)[0-9a-f]{6,39}(?![\w/-])")
# e.g. "sha256 of file: "
_CHECKSUM: Final = re.compile(
    r"(?:sha-?(?:1|224|256|384|512)|md5|checksum)\W{0,6}(?:\w{1,12}\W{1,4}){0,2}\Z", re.IGNORECASE
)
_APART: Final = re.compile(r"[\s,;]")
_OPENING: Final = "(*\"'"
_CLOSING: Final = ")\"'.,:"
_INDENT: Final = re.compile(r"[ \t]*")

# What one citation may stand for. A list of files has fewer paths than characters; a product
# such as {a,b}{a,b}{a,b}... has exponentially more.
_FREE_PATHS: Final = 64
_LONGEST: Final = 200_000  # characters
_MOST_WORK: Final = 10_000_000  # characters copied

_PLAIN: Final = re.compile(r"[\w./+-]+")
_PART: Final = re.compile(r"(\\.)|([{},])|\s+\([^()]{0,500}\)|\s+|[^\\{},\s]+|\\", re.DOTALL)
# e.g. "src/splitter.py:12"
_BEHIND: Final = re.compile(
    r"""(?<!\\)(?: :: | \s§ | \slines?\s | \#(?=[A-Za-z]) ).*  # a test, a section, an anchor
      | (?<!\\):\d[\d,–-]*$                                    # file.py:39 or file.py:1-2,7
      | (?<!\\):[A-Za-z_]\w{0,99}\(\)$                         # file.py:function()
      | (?<=\w)\[[^\[\]]*\]$                                   # pyproject.toml[project.urls]
    """,
    re.VERBOSE | re.DOTALL,
)
_MOST_BEHIND: Final = 5
_ESCAPED: Final = re.compile(r"\\(\W)")
# reports/a\ b.txt, lr\=0.1.txt, or a sign that is no ASCII: a backslash before another mark is that
# of a regular expression or of Windows
_ESCAPED_MARK: Final = re.compile(r"\\(?:[ ,;()\[\]{}'\"!#&:=^]|[^\w\s\x00-\x7f])")
_UNSAFE: Final = re.compile(r"[^\w./@%+~-]")
_RANGE: Final = re.compile(r"(-?\d{1,6})\.\.(-?\d{1,6})")


class Citation(NamedTuple):
    """One citation as written, the paths that it stands for, and its line, from 0."""

    raw: str
    paths: tuple[str, ...]
    line: int


@lru_cache(maxsize=8192)  # an artifact is cited, followed and looked for
def kind(path: str) -> Kind:
    """What one path is without looking: ``placeholder`` with an open part (``<STAMP>``, ``.../``,
    ``chunk_NN``, a glob), ``outside`` where it leads out of the repository, else ``path``."""
    if path.startswith(("/", "~")) or DRIVE.match(path):
        return "outside"
    if _PLACEHOLDER.search(path):
        return "placeholder"
    depth = 0
    for part in path.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return "outside"
    return "path"


def find(text: str, known: Callable[[str], bool] | None = None) -> tuple[Citation, ...]:
    """The artifacts that an attempt's text cites, in its order: see the rule above. Where ``known``
    is given a bare path may be anywhere, and what it knows is a path, too."""
    return tuple(
        Citation(raw, paths, line)
        for line, raw in _candidates(text, is_bare=known is not None)
        if ("/" in raw or "." in raw)
        and (paths := expand(raw))
        and (_is_path(paths[0]) or _is_escaped(raw) or (known and known(paths[0])))
    )


# Folders of a run that hold its own outputs.
OUTPUT_FOLDERS = ("artifacts", "logs", "log", "output", "outputs", "results")
_ENTRY = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?!\*\*[^*\n]{1,60}:\*\*)")


@lru_cache(maxsize=64)
def _label(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:^[ \t]*|[.;] |\*\*){name}\*{{0,2}}:\*{{0,2}}[ \t]*", re.MULTILINE | re.IGNORECASE
    )


# Where a passage ends: at a line that does not go on with it, such as `- one` or `Reason: two`, and
# at another label of an attempt in the middle of a line: `12 passed. Artifacts: logs/run.log`.
# e.g. ". Metrics:"
_END = re.compile(
    r"\n[ \t]*(?:\n|\Z|[-*+][ \t]|\d{1,9}[.)][ \t]|[#>|]|```|~~~|<!--|\*{0,2}[A-Z][^:.`\n]{0,40}:)"
    r"|(?:(?<=[.;])[ \t]+|(?<=\s)\*\*)"
    r"(?:Metrics(?: [a-z]{1,20})?|Artifacts|Commits?|Because)\*{0,2}:"
)


def passage(text: str, start: int) -> str:
    """What stands from ``start`` on, as one line: to the end of its paragraph, or another label."""
    end = _END.search(text, start)
    lines = text[start : end.start() if end else len(text)].split("\n")
    return " ".join(line.strip() for line in lines).strip()


def labelled(text: str, name: str) -> str | None:
    """The ``passage`` behind ``name:`` at the start of a line or sentence; where there is none, the
    list below it, its entries parted by semicolons."""
    match = _label(name).search(text)
    if not match:
        return None
    if words := passage(text, match.end()):
        return words
    listed: list[str] = []
    for words in text[match.end() :].split("\n")[1:]:
        entry = _ENTRY.match(words)
        if not entry and words.strip():
            break
        listed += [words[entry.end() :].strip()] if entry else []
    return "; ".join(listed) or None


def commits(text: str) -> tuple[str, ...]:
    """7 to 40 hex digits with a letter and a digit among them, but for checksums, which say so
    just before. Numbers such as 25932015286227 have no letter. First mention of each, in order."""
    shas: dict[str, None] = {}
    for match in _HEX.finditer(text):
        sha = match.group()
        if sha.isdigit() or sha.isalpha():
            continue
        if _CHECKSUM.search(text, max(0, match.start() - 48), match.start()):
            continue
        shas[sha] = None
    return tuple(shas)


def _candidates(text: str, *, is_bare: bool) -> Iterator[tuple[int, str]]:
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
        bare_from = 0 if is_bare or list_indent is not None else len(line)
        if label and not is_bare:
            bare_from = label.end()
        for raw in _in_line(line, bare_from):
            yield number, raw


def _indent(line: str) -> int:
    match = _INDENT.match(line)
    return len(match[0].expandtabs(4)) if match else 0


def _in_line(line: str, bare_from: int) -> Iterator[str]:
    """Code spans and link targets of the line, and its bare words from ``bare_from`` on."""
    end = 0
    for start, stop, span in code_spans(line):
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


def code_spans(line: str) -> Iterator[tuple[int, int, str]]:
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


def _is_escaped(raw: str) -> bool:
    r"""Whether it is a path with marks in it that are escaped, each a letter like any other:
    ``reports/Parser\ Speed/run.log``."""
    plain = _ESCAPED_MARK.sub("x", raw)
    return plain != raw and _is_path(expand(plain)[0])


def _is_path(path: str) -> bool:
    filled = _HOLES.sub("x", path)
    if not _COMPONENTS.fullmatch(filled) or "://" in filled or filled[0] in "-@%+":
        return False
    if _MACHINE.match(filled) or DRIVE.match(filled):
        return True
    if any(mark in filled for mark in "()[]<>:\\"):
        return False
    if "/" not in filled:
        return bool(_FILE.search(filled)) and len(filled) > 3
    return (
        filled.startswith(("reports/", "./", "../", "~/", ".../"))
        or bool(_SUFFIX.search(filled.rpartition("/")[2]))
        or bool(_STAMP.search(filled))
        or (filled.endswith("/") and len(filled) > 2)
        or filled.endswith(("/...", "/…"))
        or filled != path
    )


# Braces


def expand(raw: str) -> tuple[str, ...]:
    r"""The paths that a citation stands for: ``a/{b.md, c/{d,e}.txt (7 matches)}:39`` is
    ``a/b.md``, ``a/c/d.txt`` and ``a/c/e.txt``. Each once, in the order of the text.

    A backslash takes a mark's meaning away: ``a\,b``. Braces that do not pair, or that stand
    for more than a list of that length could, are left as they are: a placeholder, then.
    """
    if _PLAIN.fullmatch(raw) or len(raw) > _LONGEST:
        return (raw,)
    names, marks = _split(raw)
    # Of each open group: the paths before it, and those of its finished alternatives.
    outer: list[tuple[list[str], list[str]]] = []
    paths = names[:1]
    work = 0
    for mark, name in zip(marks, names[1:], strict=True):
        if mark in "{,":
            if mark == "{":
                outer.append((paths, []))
            else:
                outer[-1][1].extend(paths)
            paths = [name]
            continue
        if not outer:
            return (raw,)
        before, finished = outer.pop()
        finished = [*finished, *paths] if finished else _without_comma(paths)
        if len(before) * len(finished) > _FREE_PATHS + len(raw) or work > _MOST_WORK:
            return (raw,)
        paths = [head + tail + name for head in before for tail in finished]
        work += sum(map(len, paths))
    if outer:
        return (raw,)
    return tuple(dict.fromkeys(path for path in paths if path))


def brace(paths: Iterable[str]) -> str:
    """The reverse of ``expand``: ``a/b.md`` and ``a/c/d`` as ``a/{b.md,c/d}``, sorted."""
    names = sorted({*paths})
    if not names:
        return ""
    try:
        return _folder(sorted(name.split("/") for name in names))
    except RecursionError:  # a thousand folders in each other
        return "{" + ",".join(map(_escaped, names)) + "}"


def is_quotable(paths: Sequence[str]) -> bool:
    """Whether a code span with ``brace(paths)`` reads as these paths, none of them a pattern."""
    quoted = f"`{brace(paths)}`"
    if visible(quoted) != quoted or any(kind(path) != "path" for path in paths):
        return False
    return [sorted(citation.paths) for citation in find(quoted)] == [sorted({*paths})]


def _folder(names: list[list[str]]) -> str:
    """Sorted paths, each in its parts. A name can be a file and a folder at once."""
    entries = []
    for first, group in groupby(names, itemgetter(0)):
        below = [parts[1:] for parts in group]
        if not below[0]:
            entries.append(_escaped(first))
            del below[0]
        if below:
            entries.append(f"{_escaped(first)}/{_folder(below)}")
    return entries[0] if len(entries) == 1 else "{" + ",".join(entries) + "}"


def _escaped(name: str) -> str:
    return _UNSAFE.sub(r"\\\g<0>", name)


def _without_comma(inside: list[str]) -> list[str]:
    """A group of one: numbers ``{1..40}``, or no group at all (``{dataset}``)."""
    match = _RANGE.fullmatch(inside[0]) if len(inside) == 1 else None
    if not match:
        return ["{" + part + "}" for part in inside]
    first, last = int(match[1]), int(match[2])
    if abs(last - first) > _FREE_PATHS:
        return ["{" + inside[0] + "}"]
    step = 1 if first <= last else -1
    return [str(number) for number in range(first, last + step, step)]


def _split(raw: str) -> tuple[list[str], list[str]]:
    """The names of a citation without what stands around them, and the marks between them."""
    pieces: list[list[str]] = [[]]
    marks: list[str] = []
    depth = 0
    for part in _PART.finditer(raw):
        mark = part[2]
        if mark and (depth or mark != ","):
            depth += {"{": 1, "}": -1}.get(mark, 0)
            marks.append(mark)
            pieces.append([])
            continue
        pieces[-1].append(part[0])
        if not depth and not part[1] and "::" in part[0]:
            break  # a test's name may have braces of its own
    around = ["", *marks, ""]
    return [
        _bare("".join(name), starts=before in "{,", ends=after in "},")
        for before, name, after in zip(around, pieces, around[1:], strict=False)
    ], marks


def _bare(name: str, *, starts: bool, ends: bool) -> str:
    if starts:
        name = name.lstrip()
    if ends:
        name = _cut(name)
    return _ESCAPED.sub(r"\1", name)


def _cut(name: str) -> str:
    """``name`` without what may be behind a path."""
    for _ in range(_MOST_BEHIND):
        name = _rstripped(name)
        if name.endswith(")") and (start := name.rfind("(")) > 0 and name[start - 1].isspace():
            name = name[:start]
        elif match := _BEHIND.search(name):
            name = name[: match.start()]
        else:
            break
    return _rstripped(name)


def _rstripped(name: str) -> str:
    bare = name.rstrip()
    slashes = len(bare) - len(bare.rstrip("\\"))
    return name[: len(bare) + slashes % 2]  # the blank after a backslash belongs to the name
