"""Reports of repeated rounds in Markdown: rounds in tables, in lists or under headings, their
batches and crashes, and what the prose says of them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice, pairwise

from ledger.errors import UnreadableInput
from ledger.evidence import rounds_prose, rounds_table
from ledger.evidence.crashes import crashes_in, groups
from ledger.evidence.frames import MAX_FUNCTION, Frame, fold, is_silent
from ledger.evidence.rounds_model import CrashGroup, Round, RoundsReport, Through
from ledger.evidence.rounds_prose import MAX_STATEMENTS
from ledger.evidence.rounds_sentence import Prose
from ledger.evidence.rounds_table import Grid, Row, Sheet, grid_of, sheet_of
from ledger.plan import document
from ledger.plan.document import Block, Document, Section

MAX_BYTES = 4 * 1024 * 1024
MAX_LINES = 20_000

# `Round 3: PASS (1 retry)`
_ROUND_LINE = re.compile(
    r"(?:round|run|iteration|iter|trial|cycle|attempt)[ \t]*#?[ \t]*(\w[\w.-]{0,60}?)"
    r"(?:[ \t]*[:–—|)]+|[ \t]+-+|[ \t]+\()[ \t]*(.{0,2000})",
    re.IGNORECASE,
)
# `Round 3 - FAIL`
_ROUND_HEADING = re.compile(
    r"(?:round|run|iteration|iter|trial|cycle|attempt)[ \t]*#?[ \t]*(\w[\w.-]{0,60})"
    r"(?:[ \t]*[:–—|-]+[ \t]*(.{0,500}))?",
    re.IGNORECASE,
)
# `load: 14.2 %`
_PAIR = re.compile(r"([A-Za-z][\w -]{0,40}?)[ \t]*[:=][ \t]*([^,;:=]{1,200})")
# `2 retries`, `no retry`
_RETRIES = re.compile(r"(\d{1,6}|\bno|\bzero) (?:retry|retries|reruns?)\b", re.IGNORECASE)
# `after 3 tries`
_TRIES = re.compile(r"\bafter (\d{1,6}) (?:tries|attempts)\b", re.IGNORECASE)
_BATCH_HEADING = re.compile(
    r"\b(?:batch|group|phase|session|series|block|set|part|machine|host|worker|config\w*|day|night"
    r"|before|after|baseline)\b",
    re.IGNORECASE,
)
# `Command: `pytest -q``
_COMMAND = re.compile(r"command\W{0,6}`([^`\n]{1,2000})`", re.IGNORECASE)
_CODE = re.compile(r"`[^`\n]{1,2000}`")
_LEAD = re.compile(r"[ \t>]*(?:#{1,6}[ \t]+|[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(?:\[[ xX]\][ \t]+)?")


def read_report(data: bytes, path: str) -> RoundsReport:
    """Read a report. Raises ``UnreadableInput`` for bytes that are no text, for more than
    ``MAX_BYTES`` or ``MAX_LINES``, and where no rounds are found in it."""
    if len(data) > MAX_BYTES:
        raise _unreadable(path, f"more than {MAX_BYTES >> 20} MB")
    if b"\0" in data:
        raise _unreadable(path, "bytes that are no text")
    if len(data.splitlines()) > MAX_LINES:
        raise _unreadable(path, f"more than {MAX_LINES} lines")
    parsed = document.parse(data)
    warnings: list[str] = []
    sheets = _sheets(parsed)
    rounds = _merge(sheets, warnings)
    if not rounds:
        raise _unreadable(path, "none")
    rounds = _in_order(rounds, warnings)
    measured = {name for found in rounds for name in found.metrics}
    units: dict[str, str] = {}
    for sheet in sheets:
        units.update({n: unit for n, unit in sheet.units.items() if n in measured - units.keys()})
    texts = list(_texts(parsed))
    said = [statement for sheet in sheets for statement in sheet.statements]
    said += islice(rounds_prose.statements(texts, list(units)), MAX_STATEMENTS + 1)
    if len(said) > MAX_STATEMENTS:
        warnings.append(f"more than {MAX_STATEMENTS} statements: the rest is not checked")
    top = "\n".join(parsed.lines(0, min(200, len(parsed.starts) - 1)))
    command = _COMMAND.search(top.replace("*", ""))
    return RoundsReport(
        path=path,
        rounds=tuple(rounds),
        command=command[1].strip() if command else None,
        batches=rounds_prose.batches(texts),
        units=units,
        retry_word=next((sheet.retry_word for sheet in sheets if sheet.retry_word), ""),
        crashes=crash_groups(parsed, rounds),
        statements=tuple(said[:MAX_STATEMENTS]),
        warnings=tuple(warnings),
    )


def _unreadable(path: str, found: str) -> UnreadableInput:
    return UnreadableInput(
        "rounds-unreadable",
        f"{path}: expected rounds, each with a status, found {found}",
        "rounds stand in a table with a column for the round and one for its status, in a list "
        "(`- Round 3: PASS`), under headings of their own, or in a folder of run folders",
    )


# Grids: tables, lists and headings


def _sheets(parsed: Document) -> list[Sheet]:
    """Tables; where none tells results, lists of rounds and headings of rounds as well."""
    grids = []
    for section in parsed.sections:
        heading = _heading(parsed, section)
        for block in document.walk(section.blocks):
            if block.kind == "table":
                lines = (line.lstrip(" \t>") for line in parsed.lines(block.start, block.end))
                grids.append(grid_of(lines, block.start + 1, heading))
    sheets = [sheet for grid in grids if (sheet := sheet_of(grid))]
    if all(sheet.is_partial for sheet in sheets):
        grids = list(_listed(parsed))
        headed = list(_headed(parsed))
        if len(headed) > 1:
            grids.append(_grid(headed, ""))
        sheets += [sheet for grid in grids if (sheet := sheet_of(grid))]
    return sheets


def _heading(parsed: Document, section: Section) -> str:
    if section.heading is None:
        return ""
    return rounds_table.plain(parsed.line(section.heading.start).lstrip("# \t").rstrip("# \t"))


def _listed(parsed: Document) -> Iterator[Grid]:
    """Lists whose entries are rounds: ``- Round 3: PASS (1 retry, load 14.2 %)``."""
    for section in parsed.sections:
        found: list[tuple[dict[str, str], int]] = []
        for block in _leaves(section.blocks):
            for number in range(block.start, block.end):
                entry = _ROUND_LINE.fullmatch(_bare(parsed.line(number)))
                if entry and rounds_table.result_of(entry[2]) not in ("unknown", "skipped"):
                    found.append((_fields(entry[1], entry[2]), number + 1))
        if len(found) > 1:
            yield _grid(found, _heading(parsed, section))


def _bare(line: str) -> str:
    """A line without the marks that begin a list, heading or quote, and without emphasis."""
    return rounds_table.plain(_LEAD.sub("", line, count=1))


def _fields(name: str, said: str) -> dict[str, str]:
    fields = {"round": name, "status": re.split(r"[,;(]", said, maxsplit=1)[0], "note": said}
    retries, tries = _RETRIES.search(said), _TRIES.search(said)
    if retries:
        fields["retries"] = retries[1] if retries[1].isdecimal() else "0"
    elif tries:
        fields["tries"] = tries[1]
    for pair in _PAIR.finditer(said.replace("(", ",").replace(")", ",")):
        fields.setdefault(pair[1].strip(), pair[2].strip())
    return fields


def _headed(parsed: Document) -> Iterator[tuple[dict[str, str], int]]:
    """Sections of rounds: ``### Round 3: PASS``, or with the status on a line below."""
    for section in parsed.sections:
        found = _ROUND_HEADING.fullmatch(_heading(parsed, section))
        if section.heading is None or found is None:
            continue
        fields = {"round": found[1], "status": found[2] or ""}
        numbers = (n for block in _leaves(section.blocks) for n in range(block.start, block.end))
        for name, is_pair, value in (_bare(parsed.line(n)).partition(":") for n in numbers):
            if is_pair and len(name) <= 40 and value.strip():
                fields.setdefault(name.strip(), value.strip())
                if not fields["status"] and name.casefold() in ("status", "result", "outcome"):
                    fields["status"] = value.strip()
        if fields["status"]:
            yield fields, section.heading.start + 1


def _grid(rows: list[tuple[dict[str, str], int]], section: str) -> Grid:
    headings = tuple(dict.fromkeys(name for fields, _ in rows for name in fields))
    cells = [Row(tuple(fields.get(name, "") for name in headings), line) for fields, line in rows]
    return Grid(headings, tuple(cells), section)


def _leaves(blocks: Iterable[Block]) -> Iterator[Block]:
    return (block for block in document.walk(blocks) if block.kind == "paragraph")


# Sheets together


def _merge(sheets: list[Sheet], warnings: list[str]) -> list[Round]:
    """One list of rounds. A later table may repeat rounds (a table of the failed ones) or add
    metrics to them; under the heading of a batch of its own it holds rounds of its own."""
    found: dict[tuple[str | None, str], Round] = {}
    for sheet in (sheet for sheet in sheets if not sheet.is_partial):
        places = {key[1]: key for key in found}
        again = [r for r in sheet.rounds if r.name in places]
        repeats = all(found[places[r.name]].result == r.result for r in again)
        own = bool(again) and (not repeats or bool(_BATCH_HEADING.search(sheet.section)))
        batch = sheet.section if own or _BATCH_HEADING.search(sheet.section) else None
        for read in sheet.rounds:
            if not own and read.name in places:
                found[places[read.name]] = _joined(found[places[read.name]], read)
            else:
                _put(found, read.model_copy(update={"batch": read.batch or batch}), warnings)
    for sheet in (sheet for sheet in sheets if sheet.is_partial):
        names = Counter(name for _, name in found)
        keys = {key[1]: key for key in found if names[key[1]] == 1}
        for read in sheet.rounds:
            if read.name in keys:
                known = found[keys[read.name]]
                metrics = _measured(known, read.metrics, warnings)
                found[keys[read.name]] = known.model_copy(update={"metrics": metrics})
    return list(found.values())


def _put(found: dict[tuple[str | None, str], Round], read: Round, warnings: list[str]) -> None:
    """Add a round. One that stands twice in its batch, with two results, has none that is known."""
    first = found.setdefault((read.batch, read.name), read)
    if first.result != read.result:
        warnings.append(f"round {read.name} stands twice, with different results")
        found[read.batch, read.name] = first.model_copy(update={"result": "unknown"})


def _joined(first: Round, again: Round) -> Round:
    notes = dict.fromkeys(note for note in (first.note, again.note) if note)
    return first.model_copy(
        update={
            "retries": again.retries if first.retries is None else first.retries,
            "metrics": {**again.metrics, **first.metrics},
            "note": "; ".join(notes),
            "crash": first.crash or again.crash,
        }
    )


def _measured(known: Round, more: dict[str, float], warnings: list[str]) -> dict[str, float]:
    """A metric by a longer or shorter name (``8-thread efficiency``) is the same one."""
    metrics = dict(known.metrics)
    for name, value in more.items():
        same = next((other for other in metrics if _is_alike(name, other)), None)
        if same is None:
            metrics[name] = value
        elif metrics[same] != value:
            warnings.append(
                f"round {known.name}: {same} is {metrics[same]:g} in one table, {value:g} in "
                "another"
            )
    return metrics


def _is_alike(name: str, other: str) -> bool:
    words, others = ({*re.findall(r"\w+", text.casefold())} for text in (name, other))
    return words <= others or others <= words


def _in_order(rounds: list[Round], warnings: list[str]) -> list[Round]:
    """The order of the file; the other way round where the newest stand first."""
    if len({found.batch for found in rounds}) > 1:
        return rounds
    numbers = [int(found.name) for found in rounds if re.fullmatch(r"\d{1,15}", found.name)]
    if len(numbers) < len(rounds) or all(a < b for a, b in pairwise(numbers)):
        return rounds
    if all(a > b for a, b in pairwise(numbers)):
        return rounds[::-1]
    warnings.append("the rounds do not stand in the order of their numbers; the order is kept")
    return rounds


# Prose


def _texts(parsed: Document) -> Iterator[Prose]:
    for section in parsed.sections:
        heading = _heading(parsed, section)
        blocks = list(_leaves(section.blocks))
        if section.heading is not None:
            blocks.insert(0, section.heading)
        for block in blocks:
            yield _text(parsed, block, heading)


def _text(parsed: Document, block: Block, heading: str) -> Prose:
    parts = [
        _bare(_CODE.sub(lambda code: " " * len(code[0]), line))
        for line in parsed.lines(block.start, block.end)
    ]
    starts = accumulate((len(part) + 1 for part in parts), initial=0)
    lines = zip(starts, range(block.start + 1, block.end + 1), strict=False)
    return Prose(" ".join(parts), tuple(lines), heading)


MAX_PLACES = 20

_KINDS = (
    (re.compile(r"\bSIG(?!NED\b|N\b)[A-Z]{2,5}\d?\b"), ""),
    (re.compile(r"\bseg(?:mentation )?fault", re.IGNORECASE), "SIGSEGV"),
    (re.compile(r"\bbus error\b", re.IGNORECASE), "SIGBUS"),
    (re.compile(r"\babort(?:ed|s)?\b", re.IGNORECASE), "SIGABRT"),
    (re.compile(r"\bpanic", re.IGNORECASE), "panic"),
    (re.compile(r"\bcrash", re.IGNORECASE), "crash"),
)
# What stands before a frame's name: `#3  0x00007f in `
_BEFORE = re.compile(r"[ \t]*(?:#?\d{1,4}[ \t]+)?(?:0x[0-9a-fA-F]{1,16}[ \t]+)?(?:in[ \t]+)?")
# ` + 0x2a`
_OFFSET = re.compile(r"[ \t]*\+[ \t]*(?:0x)?[0-9a-fA-F]{1,9}[ \t]*\Z")
# `SIGSEGV in gpu::Context<T>::prepare`
_WHERE = re.compile(r"\bin ((?:[\w~]{1,100}(?:<[^>\n]{0,200}>)?::){1,20}[\w~]{1,100})")
_SPAN = re.compile(r"`([^`\n]{3,1000})`")
# `which was called from`
_FROM = re.compile(
    r"\b(?:called|reached|came|entered|coming|invoked) (?:\w+ ){0,3}?(?:from|through|via|by)\b",
    re.IGNORECASE,
)
# `rounds 1621, 1624 and 1630`
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


def crash_groups(parsed: Document, rounds: list[Round]) -> tuple[CrashGroup, ...]:
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
        through = tuple(_through(parsed))
        update = {"signature": signature, "rounds": tuple(names), "through": through}
        return (place.model_copy(update=update),)
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
            crashes = groups([("", crash) for crash in crashes_in("\n".join(lines))])
            shown = [(group.signature, group.frames) for group in crashes]
            if not shown:
                frames = tuple(filter(None, map(_symbol, lines)))
                telling = (fold(frame) for frame in frames if not is_silent(Frame(frame)))
                shown = [(name, frames) for name in islice(telling, 1)]
            for name, frames in shown:
                place = CrashGroup(signature=name, rounds=(), frames=frames)
                found.setdefault(name, place)
    yield from found.values()


def _symbol(line: str) -> str:
    """The name in a line that is a frame by itself: qualified, or called and with an offset.
    Empty for any other line."""
    text = _BEFORE.sub("", line, count=1)[:MAX_FUNCTION].rstrip()
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
        for block in _leaves(section.blocks):
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
