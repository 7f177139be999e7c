"""The outputs of a run: the readers that know them, and everything below a folder as one run.

``read_run`` is the only reader of a run. Whoever needs more than the folded ``Evidence`` (what
each file says by itself, a part of the folder) asks ``outputs_of`` for the same parts.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from ledger.errors import UnreadableInput
from ledger.evidence import (
    apple_crash,
    closing_lines,
    crashes,
    environment,
    execution,
    go_test,
    junit,
    machine_reports,
    pytest_log,
    pytest_reports,
    tap,
    unittest_log,
)
from ledger.evidence.fold import fold
from ledger.evidence.log_lines import fenced
from ledger.evidence.model import Evidence
from ledger.evidence.part import MAX_BYTES, Part, decode, file_name
from ledger.git.files import File, Files
from ledger.plan.citations import OUTPUT_FOLDERS


class Reader(NamedTuple):
    """Reads one kind of output.

    ``matches`` says of a file's path in the run and its first and last bytes whether the reader
    can say something about it. ``read`` gives what the whole file says, a part for each session
    in it; it raises ``UnreadableInput`` where the file is broken: nothing that was half read is
    returned. ``has_results`` says whether such a file may hold the results of tests.
    """

    name: str
    matches: Callable[[str, bytes], bool]
    read: Callable[[bytes, str], tuple[Part, ...]]
    has_results: bool = True


READERS: tuple[Reader, ...] = (
    Reader(junit.NAME, junit.matches, junit.read),
    Reader("exit-code", execution.is_exit_code, execution.read_exit_code),
    Reader("log-exit-code", execution.is_log_end, execution.read_log_end, has_results=False),
    Reader("gnu-time", execution.is_time, execution.read_time),
    Reader("pytest-json-report", pytest_reports.is_json_report, pytest_reports.read_json_report),
    Reader("pytest-report-log", pytest_reports.is_report_log, pytest_reports.read_report_log),
    Reader("jest-json", machine_reports.is_jest, machine_reports.read_jest),
    Reader("ctrf", machine_reports.is_ctrf, machine_reports.read_ctrf),
    Reader("trx", machine_reports.is_trx, machine_reports.read_trx),
    Reader(pytest_log.NAME, pytest_log.matches, pytest_log.read),
    Reader(tap.NAME, tap.matches, tap.read),
    Reader(go_test.NAME, go_test.matches, go_test.read),
    Reader(unittest_log.NAME, unittest_log.matches, unittest_log.read),
    Reader(closing_lines.NAME, closing_lines.matches, closing_lines.read),
    Reader("faulthandler", crashes.is_faulthandler, crashes.read_faulthandler),
    Reader("apple-crash", apple_crash.matches, apple_crash.read),
    Reader("sanitizer", crashes.is_sanitizer, crashes.read_sanitizer),
    Reader("backtrace", crashes.is_backtrace, crashes.read_backtrace),
    Reader("coredump", crashes.is_core_dump, crashes.read_core_dump),
    Reader("commands", execution.is_commands, execution.read_commands, has_results=False),
    Reader("environment", environment.matches, environment.read, has_results=False),
    Reader("run", execution.is_claim, execution.read_claim),
)
MAX_FILES = 5000
MAX_TOTAL_BYTES = 256 * 1024 * 1024
_SAMPLE = 1 << 16
_READ = (".xml", ".txt", ".log", ".out", ".err", ".stdout", ".stderr", ".sh", ".code", ".status",
         ".time", ".ips", ".crash", ".panic", ".bt", ".json", ".jsonl", ".ndjson", ".env",
         ".md", ".trx", ".tap")  # fmt: skip
_RESULTS = (
    ".xml",
    ".trx",
    ".tap",
    ".jsonl",
    ".log",
    ".out",
    ".stdout",
)  # a pointer to one leaves a run incomplete
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".pdf", ".webp")
_SOURCES = tuple(
    ".sh .env .py .js .mjs .cjs .ts .tsx .go .rs .rb .php .java .cs .c .cpp .bats".split()
)
# `test-results.html`, `junit.yaml`
# e.g. "junit-results.xml"
_RESULT_WORDS = re.compile(r"(?<![a-z])(?:tests?|results?|report|junit|tap|trx|ctrf)(?![a-z])")
# `transcript.md`, `test_output.md`: pages whose code blocks show a run
# e.g. "console.log"
_TRANSCRIPT = re.compile(
    r"(?<![a-z])(?:transcript|console|terminal|session|outputs?|logs?|stdout)(?![a-z])"
)
_MOST_NAMES = 5  # files that are not understood
NOT_UNDERSTOOD = "not understood: "
"""What the note on them begins with."""
NOT_READ = "not read: "
"""What the reason begins with where a file is not read."""
UNREADABLE = "unreadable"
"""The reader of what is there and could not be read."""
_LFS = b"version https://git-lfs.github.com/spec/"
_STAMP = re.compile(r"(?<!\d)\d{8}T\d{6}Z(?!\d)")


class Outputs(NamedTuple):
    """What the files of one run say, each by itself. The ``file`` of a part is relative to
    ``path``, as are ``files``; ``is_file`` where the run is a single file."""

    path: str
    files: tuple[str, ...]
    parts: tuple[Part, ...]
    is_file: bool = False

    def evidence(self) -> Evidence:
        """All of them as one run."""
        evidence = fold(self.path, self.parts, single=self.is_file)
        stamp = _stamp(self.path, [part.file for part in self.parts])
        return evidence.model_copy(update={"files": self.files, "stamp": stamp})

    def within(self, folder: str) -> Outputs:
        """Those in a folder of the run, or the one file that ``folder`` is, under these names."""

        def is_inside(name: str) -> bool:
            return name == folder or name.startswith(f"{folder}/")

        parts = tuple(part for part in self.parts if is_inside(part.file))
        return self._replace(files=tuple(filter(is_inside, self.files)), parts=parts)


def read_run(files: Files, path: str, *, without: frozenset[str] = frozenset()) -> Evidence:
    """Read a run: a folder with everything below it, or a single output file.

    In a folder a file that cannot be read makes the run incomplete, with the reason; a single
    file that cannot be read raises ``UnreadableInput``, as does a path that is nothing.
    At most ``MAX_FILES`` files and ``MAX_TOTAL_BYTES`` are read, ``MAX_BYTES`` of each; what
    is left out for that is a warning. ``without`` are folders of the run that are none of it.
    ``completeness`` is described with ``fold.fold``.
    """
    # With and without the argument are two calls for the cache.
    read = outputs_of(files, path, without=without) if without else outputs_of(files, path)
    return read.evidence()


@lru_cache(maxsize=64)  # each action of an item rests on the item's newest runs
def read_runs(files: Files, paths: tuple[str, ...]) -> Evidence:
    """Read several inputs of one run, such as its chunks, as one: tests and times add up, a test in
    two of them is a warning. ``path`` is the folder that holds them all."""
    return together([outputs_of(files, path) for path in paths])


def together(runs: Sequence[Outputs]) -> Evidence:
    """The same of what was read already."""
    if len(runs) == 1:
        return runs[0].evidence()
    paths = [outputs.path for outputs in runs]
    common = posixpath.commonpath(paths)
    parts: list[Part] = []
    names: list[str] = []
    for path, outputs in zip(paths, runs, strict=True):
        below = posixpath.relpath(path, common or ".")
        for part in outputs.parts:
            place = below if outputs.is_file else posixpath.join(below, part.file)
            parts.append(part._replace(file=place))
        names += [below if outputs.is_file else f"{below}/{name}" for name in outputs.files]
    evidence = Outputs(common, tuple(names), tuple(parts)).evidence()
    stamps = {stamp for path in paths if (stamp := _stamp(path, []))}
    stamp = _stamp(common, []) or (min(stamps) if stamps else None)
    return evidence.model_copy(update={"stamp": stamp})


@lru_cache(maxsize=512)  # whoever judges one view of the files asks of one run several things
def outputs_of(files: Files, path: str, *, without: frozenset[str] = frozenset()) -> Outputs:
    """What each file of a run says. See ``read_run``."""
    aside = tuple(f"{folder}/" for folder in without)
    parts: list[Part] = []
    listed = (entry for entry in _below(files, path) if not entry.path.startswith(aside))
    entries = list(islice(listed, MAX_FILES))
    if next(listed, None):
        parts.append(_unread("", f"more than {MAX_FILES} files: the rest is not read"))
    is_file = len(entries) == 1 and entries[0].path == ""
    own = set(execution.own_files([entry.path for entry in entries]))
    entries = [entry for entry in entries if entry.path in own]
    total = 0
    for entry in entries:
        name = entry.path or path
        place = f"{path.rstrip('/')}/{name}"
        if entry.fault:
            parts.append(_failed(name, f"{place}: {entry.fault}"))
            continue
        if not is_file and not _may_matter(name):
            continue
        if entry.size > MAX_BYTES or total + entry.size > MAX_TOTAL_BYTES:
            message = f"{name}: expected at most {MAX_BYTES >> 20} MB, found {entry.size >> 20} MB"
            if is_file:
                raise UnreadableInput("run-too-large", message, "give a smaller output")
            parts.append(_unread(name, message))
            continue
        total += entry.size
        if is_file:
            parts += parts_of(files.read(path, MAX_BYTES), name, is_file=True)
            continue
        try:
            every = _parts_at(files, place)
        except UnreadableInput as error:
            parts.append(_failed(name, error.message))
        else:
            parts += (_of_file(name, part) for part in every)
    if not is_file:
        parts = [*_without_quotes(parts), *_not_understood(entries, parts)]
    seen = (entry.path for entry in entries if not entry.fault)
    names = tuple(name or path.rpartition("/")[2] for name in seen)
    inner = tuple(f"{folder}/" for folder in _inner_runs(parts))
    return Outputs(
        path,
        tuple(name for name in names if not name.startswith(inner)),
        tuple(part for part in parts if not part.file.startswith(inner)),
        is_file,
    )


@lru_cache(maxsize=4096)  # a run may hold others that are cited, too
def _parts_at(files: Files, place: str) -> tuple[Part, ...]:
    """What a file in a folder says, by the last name of its path."""
    return tuple(parts_of(files.read(place, MAX_BYTES), place.rpartition("/")[2]))


def _of_file(name: str, part: Part) -> Part:
    """What a file says whose path in the run is ``name``: messages begin with its name."""
    last = part.file
    if name == last:
        return part
    words = (part.reason, *part.warnings)
    reason, *warnings = (
        name + word.removeprefix(last) if word.startswith(f"{last}:") else word for word in words
    )
    crashes = tuple(crash.model_copy(update={"source": name}) for crash in part.crashes)
    return part._replace(file=name, reason=reason, warnings=tuple(warnings), crashes=crashes)


def _without_quotes(parts: Sequence[Part]) -> list[Part]:
    """What a Markdown page shows of a run counts only where no output mentions tests."""
    own = [part for part in parts if not part.file.lower().endswith(".md")]
    has_results = any(part.totals or part.closing for part in own)
    return [part for part in parts if part in own or not has_results or part.reader == "commands"]


def _not_understood(entries: Sequence[File], parts: Sequence[Part]) -> list[Part]:
    """A word on files that may be outputs, and of which no reader knows anything; but not on the
    log of a bundle, whose exit code says how it ended."""
    understood = {part.file for part in parts if part != Part(part.reader, part.file)}
    bundles = [part.file.removesuffix(execution.CLAIM) for part in parts if part.without_tests]
    understood |= {f"{home}output.log" for home in bundles}
    names = [
        entry.path
        for entry in entries
        if entry.size and entry.path not in understood and _may_be_output(entry.path)
    ]
    if not names:
        return []
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return [
        Part("unknown", "", warnings=(f"{NOT_UNDERSTOOD}{', '.join(names[:_MOST_NAMES])}{more}",))
    ]


def _may_be_output(name: str) -> bool:
    """By a suffix that outputs have, or a word for results in its name; prose and scripts aside."""
    last = file_name(name)
    if last.endswith((".md", *_SOURCES, *_PICTURES)) or execution.is_commands(name, b""):
        return False
    return (_may_matter(name) and "." in last) or bool(_RESULT_WORDS.search(last))


def _inner_runs(parts: Sequence[Part]) -> list[str]:
    """The folders below a run that are other runs, such as those of a phase's sprints: with an exit
    code and results of their own beside other ones of the run itself, or bundles beside its own."""
    homes = {p.file.rpartition("/")[0] for p in parts if p.reader in ("exit-code", "run")}
    homes -= {"", *OUTPUT_FOLDERS}
    below = tuple(f"{home}/" for home in homes)
    own = [part for part in parts if not part.file.startswith(below)]
    if not any(part.reader in ("exit-code", "run") for part in own):
        return []
    is_bundle = any(part.file == "run.json" for part in own)
    bundles = {p.file.rpartition("/")[0] for p in parts if p.reader == "run" and is_bundle}
    counts = {(part.totals.cases, part.totals.failing) for part in own if part.totals}
    inner = [home for home in homes if home in bundles]
    for home in homes - bundles if counts else ():
        inside = (part.totals for part in parts if part.file.startswith(f"{home}/"))
        theirs = {(totals.cases, totals.failing) for totals in inside if totals}
        if theirs and theirs.isdisjoint(counts):
            inner.append(home)
    return inner


def _below(files: Files, path: str) -> Iterator[File]:
    try:
        yield from files.entries(path)
    except UnreadableInput as error:
        if error.code != "no-such-file":
            raise
        message = f"{path}: no such file or folder inside the repository"
        raise UnreadableInput("no-such-run", message, "give a run's folder or file") from error


def parts_of(data: bytes, name: str, *, is_file: bool = False) -> list[Part]:
    """What a file says. ``is_file`` says that it is all that there is: a broken one, or one that
    no reader knows, raises ``UnreadableInput`` then."""
    if data.startswith(_LFS):
        why = f"{name}: expected the file itself, found a pointer of Git LFS to it"
        if is_file:
            raise UnreadableInput("run-is-pointer", why, "fetch it: git lfs pull")
        has_results = name.endswith(_RESULTS) or execution.is_exit_code(name, b"")
        return [_broken("unread", name, f"{why}; fetch it: git lfs pull", has_results=has_results)]
    known_as, last = name, file_name(name)
    if last.endswith(".md") and (is_file or _TRANSCRIPT.search(last)):
        data, known_as = fenced(decode(data)).encode(), f"{name[:-3]}.log"
    sample = data if len(data) <= 2 * _SAMPLE else data[:_SAMPLE] + b"\n" + data[-_SAMPLE:]
    parts: list[Part] = []
    for reader in READERS:
        if not reader.matches(known_as, sample):
            continue
        try:
            parts += reader.read(data, name)
        except UnreadableInput as error:
            if is_file:
                raise
            parts.append(_broken(reader.name, name, error.message, has_results=reader.has_results))
    if known_as != name and not is_file:  # a page may quote much else: it mentions tests only
        parts = [part for part in parts if part.totals or part.without_tests]
    if is_file and not parts:
        if file_name(name).endswith(".xml"):
            return list(junit.read(data, name))
        raise UnreadableInput(
            "run-unknown",
            f"{name}: expected JUnit XML, a report or log of a test runner, an exit-code file, the "
            "report of time -v, a crash report or a dump of the environment, found none of them",
            "give a run folder or one of these files",
        )
    return parts


def _unread(name: str, why: str) -> Part:
    """A file that is not read. ``name`` is empty for all that are beyond so many."""
    has_results = not name or name.lower().endswith(".xml")
    return _broken("unread", name, f"{NOT_READ}{why}", has_results=has_results)


def _failed(name: str, why: str) -> Part:
    """What is there and could not be read. It may hold anything."""
    return _broken(UNREADABLE, name, f"{NOT_READ}{why}", has_results=True)


def _broken(reader: str, name: str, why: str, *, has_results: bool) -> Part:
    """An output that is lost leaves the run incomplete, unless it can hold no results."""
    if not has_results:
        return Part(reader, name, warnings=(why,))
    return Part(reader, name, completeness="incomplete", reason=why)


def _may_matter(name: str) -> bool:
    """Also ``asan.1234``, the report of one process, but no ``core.1234``."""
    last = file_name(name)
    stem, _, suffix = last.rpartition(".")
    numbered = suffix.isdecimal() and stem.rpartition(".")[2] != "core"
    return last.endswith(_READ) or "." not in last or numbered


def _stamp(path: str, files: list[str]) -> str | None:
    """The last stamp in the path, else the one that all its outputs lie under."""
    for component in reversed(path.replace("\\", "/").split("/")):
        if match := _STAMP.search(component):
            return match[0]
    stamps = {match[0] for file in files if (match := _STAMP.search(file))}
    return stamps.pop() if len(stamps) == 1 else None
