"""Reports of repeated rounds in Markdown: rounds in tables, in lists or under headings, their
batches and crashes, and what the prose says of them."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from itertools import accumulate, chain, islice, pairwise

from ledger.errors import UnreadableInput
from ledger.evidence import rounds_lines, rounds_prose
from ledger.evidence.crash_groups import groups
from ledger.evidence.crashes import crashes_in
from ledger.evidence.frames import MAX_FUNCTION, Frame, fold, is_silent
from ledger.evidence.rounds_cells import MAX_CELL, NAMES, ROUND_WORD, names_in, plain
from ledger.evidence.rounds_claims import name_ranges
from ledger.evidence.rounds_lines import bare, heading_of, leaves
from ledger.evidence.rounds_model import (
    CrashGroup,
    Prose,
    Round,
    RoundResult,
    RoundsReport,
    Scope,
    Statement,
    Through,
)
from ledger.evidence.rounds_prose import MAX_STATEMENTS
from ledger.evidence.rounds_table import Counted, Sheet, grid_of, sheet_of
from ledger.plan import document
from ledger.plan.document import Block, Document

MAX_BYTES = 4 * 1024 * 1024
MAX_LINES = 20_000

# `- **PyTorch**: 2.9.1`, `**Worker:** N=7`
# e.g. "- **File:** `tests/test_gradients.py`"
_FACT = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?\*\*([^*:]{1,60}):?\*\*:?[ \t]+(\S.*)")
# e.g. "batch"
_BATCH_HEADING = re.compile(
    r"\b(?:batch|group|phase|session|series|block|set|part|machine|host|worker|config\w*|day|night"
    r"|before|after|baseline)\b",
    re.IGNORECASE,
)
# `Command: `pytest -q``
_COMMAND = re.compile(r"command\W{0,6}`([^`\n]{1,2000})`", re.IGNORECASE)
_CODE = re.compile(r"`[^`\n]{1,2000}`")


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
    rounds, counted = _counted(sheets, _in_order(_merge(sheets, warnings), warnings))
    refused = next((sheet.unread for sheet in sheets if sheet.is_refused), _html(parsed))
    if refused:
        raise _unreadable(path, refused)
    if not rounds:
        raise _unreadable(path, next((sheet.unread for sheet in sheets if sheet.unread), "none"))
    measured = {name for round_ in rounds for name in round_.metrics}
    units: dict[str, str] = {}
    for sheet in sheets:
        units.update({n: unit for n, unit in sheet.units.items() if n in measured - units.keys()})
    texts = list(_texts(parsed))
    statements = [*counted]
    prose = rounds_prose.statements([*chain(*(s.prose for s in sheets)), *texts], list(units))
    own = {round_.line for round_ in rounds}  # what tells a round claims nothing of the others
    statements += islice((s for s in prose if s.line not in own), MAX_STATEMENTS + 1)
    if len(statements) > MAX_STATEMENTS:
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
        statements=tuple(statements[:MAX_STATEMENTS]),
        warnings=tuple(warnings),
        facts=dict(_facts(parsed, {statement.line for statement in statements})),
        is_ordered=all(round_.name != f"of {round_.batch}" for round_ in rounds),
    )


def _facts(parsed: Document, claimed: Container[int]) -> Iterator[tuple[str, str]]:
    """Lines such as ``**Worker**: N=7``, but for the command and those that claim something."""
    for section in parsed.sections:
        for block in leaves(section.blocks):
            for at in range(block.start, block.end):
                match = _FACT.match(parsed.line(at)[:MAX_CELL])
                if match and at + 1 not in claimed and match[1].casefold() != "command":
                    yield plain(match[1]), plain(match[2])


def _unreadable(path: str, what: str) -> UnreadableInput:
    return UnreadableInput(
        "rounds-unreadable",
        f"{path}: expected rounds, each with a status, found {what}",
        "rounds are in a table with a column for the round and one for its status, in a list "
        "(`- Round 3: PASS`), under headings of their own, or in a folder of run folders",
    )


# Sheets: tables, lists, headings and code


def _sheets(parsed: Document) -> list[Sheet]:
    """Tables; where none tells results, lists and headings of rounds, and without these code.
    Beside tables a list adds only rounds that they lack."""
    tables = []
    for section in parsed.sections:
        heading = heading_of(parsed, section)
        for block in document.walk(section.blocks):
            if block.kind == "table":
                lines = (line.lstrip(" \t>") for line in parsed.lines(block.start, block.end))
                tables.append(grid_of(lines, block.start + 1, heading))
    sheets = [sheet for grid in tables if (sheet := sheet_of(grid))]
    is_told = any(map(_tells, sheets))
    lists = rounds_lines.listed(parsed, sentences=not is_told)
    listed = [sheet for grid in lists if (sheet := sheet_of(grid))]
    if is_told:
        known = _names(filter(_tells, sheets))
        for sheet in (*(sheet for sheet in sheets if sheet.is_doubtful), *listed):
            read = [r for r in sheet.rounds if names_in(r.name) and r.name not in known]
            sheet.rounds = [r for r in read if sheet not in listed or r.result in _KNOWN]
            sheet.counts, sheet.prose = [], []
        return [*sheets, *(sheet for sheet in listed if sheet.rounds)]
    if not any(map(_tells, listed)):
        listed = [sheet for grid in rounds_lines.coded(parsed) if (sheet := sheet_of(grid))]
    listed_sheets = [sheet for sheet in listed if _tells(sheet)]
    return [*(sheet for sheet in sheets if listed_sheets or sheet.unread), *listed_sheets]


def _html(parsed: Document) -> str:
    """A table in HTML that is about rounds; it is not read."""
    for section in parsed.sections:
        for block in document.walk(section.blocks):
            text = "\n".join(parsed.lines(block.start, block.end)) if block.kind == "html" else ""
            if re.search(r"<t[dh]\b", text) and re.search(ROUND_WORD, text, re.IGNORECASE):
                return f"a table in HTML in line {block.start + 1}"
    return ""


_KNOWN = ("pass", "fail")


def _tells(sheet: Sheet) -> bool:
    """Whether a sheet tells the results of rounds."""
    return not (sheet.is_partial or sheet.is_doubtful or sheet.unread)


def _names(sheets: Iterable[Sheet]) -> set[str]:
    """The rounds that sheets name."""
    names: set[str] = set()
    for sheet in sheets:
        names.update(round_.name for round_ in sheet.rounds)
        names.update(name for counted in sheet.counts for name in counted.names)
    return names


# Sheets together


def _merge(sheets: list[Sheet], warnings: list[str]) -> list[Round]:
    """One list of rounds. A later table may repeat rounds (a table of the failed ones) or add
    metrics to them; under the heading of a batch of its own it holds rounds of its own, as does one
    with the same columns under another heading that begins with the same rounds."""
    merged: dict[tuple[str | None, str], Round] = {}
    read: list[Sheet] = []
    for sheet in (sheet for sheet in sheets if not sheet.is_partial):
        places = {key[1]: key for key in merged}
        section = sheet.grid.section
        again = [r for r in sheet.rounds if r.name in places]
        repeats = all(merged[places[r.name]].result == r.result for r in again)
        twin = any(_is_twin(sheet, earlier) for earlier in read)
        read.append(sheet)
        own = bool(again) and (not repeats or twin or bool(_BATCH_HEADING.search(section)))
        batch = section if own or _BATCH_HEADING.search(section) else None
        for round_ in sheet.rounds:
            if not own and round_.name in places:
                merged[places[round_.name]] = _joined(merged[places[round_.name]], round_)
            else:
                _put(merged, round_.model_copy(update={"batch": round_.batch or batch}), warnings)
    for sheet in (sheet for sheet in sheets if sheet.is_partial):
        names = Counter(name for _, name in merged)
        keys = {key[1]: key for key in merged if names[key[1]] == 1}
        for member in sheet.rounds:
            if member.name in keys:
                known = merged[keys[member.name]]
                metrics = _measured(known, member.metrics, warnings)
                merged[keys[member.name]] = known.model_copy(update={"metrics": metrics})
    return list(merged.values())


def _is_twin(sheet: Sheet, other: Sheet) -> bool:
    """Whether two tables are of two series of rounds: they have the same columns, and begin with
    the same rounds under two headings. One that repeats a part has only its failures, say."""
    names, others = ([round_.name for round_ in each.rounds] for each in (sheet, other))
    size = min(len(names), len(others))
    return (
        sheet.grid.headings == other.grid.headings
        and sheet.grid.section != other.grid.section
        and names[:size] == others[:size]
        and (len(names) == len(others) or len({round_.result for round_ in sheet.rounds}) > 1)
    )


def _counted(sheets: Iterable[Sheet], rounds: list[Round]) -> tuple[list[Round], list[Statement]]:
    """Rounds that are only counted, and counts of rounds that are reported one by one: those are
    claims about them. Which of the counted ones passed is not known."""
    known = {round_.name for round_ in rounds}
    counted: dict[str, Counted] = {}
    claims = []
    for sheet in sheets:
        for at, row in enumerate(sheet.counts):
            if known.isdisjoint(row.names) if row.names else not known:
                label = (
                    ("" if row.names else row.label) or name_ranges(row.names) or f"row {at + 1}"
                )
                label = f"{label} ({sheet.grid.section})" if label in counted else label
                counted[label] = row
            else:
                claims.append(_claimed(row))
                missing = [name for name in row.names if name not in known]
                more = (Round(name=name, result="unknown", line=row.line) for name in missing)
                rounds = [*rounds, *more]
    kinds: tuple[RoundResult, ...] = ("pass", "fail", "skipped", "unknown")
    for label, row in counted.items():
        for result, size in zip(kinds, row.counts, strict=True):
            round_ = Round(name=f"of {label}", batch=label, result=result, line=row.line)
            rounds = [*rounds, *[round_] * size]
    return rounds, claims


def _claimed(row: Counted) -> Statement:
    """The counts of rounds that are reported elsewhere."""
    passed, run = float(row.counts.passed), row.counts.total - row.counts.skipped
    scope = Scope(names=row.names) if row.names else Scope(batch=row.label)
    claimed = f"{row.counts.passed}/{run}"
    text = f"{row.label}: {row.counts.passed} of {run} passed"
    return Statement("count", text, row.line, claimed, low=passed, high=passed, of=run, scope=scope)


def _put(merged: dict[tuple[str | None, str], Round], read: Round, warnings: list[str]) -> None:
    """Add a round. One that stands twice in its batch, with two results, has none that is known."""
    first = merged.setdefault((read.batch, read.name), read)
    if first is read:
        return
    warning = f"round {read.name} stands twice"
    if first.result != read.result:
        warning += ", with different results"
        merged[read.batch, read.name] = first.model_copy(update={"result": "unknown"})
    if warning not in warnings:
        warnings.append(warning)


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
    if len({round_.batch for round_ in rounds}) > 1:
        return rounds
    numbers = [int(round_.name) for round_ in rounds if re.fullmatch(r"\d{1,15}", round_.name)]
    if len(numbers) < len(rounds) or all(a < b for a, b in pairwise(numbers)):
        return rounds
    if all(a > b for a, b in pairwise(numbers)):
        return rounds[::-1]
    warnings.append("the rounds are not in the order of their numbers; the order is kept")
    return rounds


# Prose


def _texts(parsed: Document) -> Iterator[Prose]:
    for section in parsed.sections:
        heading = heading_of(parsed, section)
        blocks = list(leaves(section.blocks))
        if section.heading is not None:
            blocks.insert(0, section.heading)
        for block in blocks:
            yield _text(parsed, block, heading)


def _text(parsed: Document, block: Block, heading: str) -> Prose:
    parts = [
        bare(_CODE.sub(lambda code: " " * len(code[0]), line))
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
# What is before a frame's name: `#3  0x00007f in `
# e.g. "#1 0x55fcea7df2e3 in "
_BEFORE = re.compile(r"[ \t]*(?:#?\d{1,4}[ \t]+)?(?:0x[0-9a-fA-F]{1,16}[ \t]+)?(?:in[ \t]+)?")
# ` + 0x2a`
_OFFSET = re.compile(r"[ \t]*\+[ \t]*(?:0x)?[0-9a-fA-F]{1,9}[ \t]*\Z")
# `SIGSEGV in gpu::Context<T>::prepare`
# e.g. "SIGSEGV in mesh::Grid<T>::cell"
_WHERE = re.compile(r"\bin ((?:[\w~]{1,100}(?:<[^>\n]{0,200}>)?::){1,20}[\w~]{1,100})")
_SPAN = re.compile(r"`([^`\n]{3,1000})`")
# `which was called from`
# e.g. "called from"
_FROM = re.compile(
    r"\b(?:called|reached|came|entered|coming|invoked) (?:\w+ ){0,3}?(?:from|through|via|by)\b",
    re.IGNORECASE,
)
# `rounds 1621, 1624 and 1630`
# e.g. "rounds 2, 6, 7 and 8"
_ROUNDS = re.compile(rf"\brounds? ({NAMES})", re.IGNORECASE)


def kind_of(text: str) -> str:
    """The signal (or ``crash``) that a note names; empty for none."""
    for pattern, kind in _KINDS:
        match = pattern.search(text)
        if match:
            return kind or match[0]
    return ""


def crash_groups(parsed: Document, rounds: list[Round]) -> tuple[CrashGroup, ...]:
    """Failed rounds by the crash that ended them. Where the report shows one place of the
    crash, all of them crashed there; with several it does not say which round crashed where,
    and each place stands by itself, without rounds."""
    failed: dict[str, list[str]] = {}
    for round_ in rounds:
        text = f"{round_.crash} {round_.note} {round_.result_text}"
        kind = kind_of(text) or ("crash" if round_.crash else "")
        if round_.result == "fail" and kind:
            where = fold(round_.crash) if kind_of(round_.crash) != round_.crash else ""
            frame_match = _WHERE.search(round_.note)
            if frame_match and not where:
                where = fold(frame_match[1])
            failed.setdefault(f"{kind} in {where}" if where else kind, []).append(round_.name)
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
    places: dict[str, CrashGroup] = {}
    for section in parsed.sections:
        for block in document.walk(section.blocks):
            if block.kind not in ("fence", "code") or len(places) >= MAX_PLACES:
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
                places.setdefault(name, place)
    yield from places.values()


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
        for block in leaves(section.blocks):
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
                yield Through(frame=name, rounds=names_in(rounds[1]) if rounds else ())
