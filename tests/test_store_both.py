"""Two files at once: both old or both new, whatever happens in between."""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger import store
from ledger.errors import LedgerError, UnreadableInput
from ledger.store import Pair, Which
from tests.campaigns import archive_kills, faults
from tests.support.commands import call
from tests.support.repository import Repository

OLD = (b"ledger, old\r\n", b"archive, old")
NEW = (b"ledger, new\n", b"archive, new")


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    pair = Pair(tmp_path / "plan.md", tmp_path / "plan_archive.md")
    for file, data in zip(pair, OLD, strict=True):
        file.write_bytes(data)
    return pair


def update_both(
    pair: Pair, change: Callable[[bytes, bytes], tuple[bytes, bytes]], first: Which
) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
    with store.contents(pair, first) as changed:
        changed.new = change(*changed.old)
    return changed.old, changed.new


def settle(pair: Pair) -> None:
    """What the next writer does first."""
    with store.contents(pair, "ledger"):
        pass


def held(pair: Pair) -> tuple[bytes, bytes]:
    ledger, archive = (file.read_bytes() if file.exists() else b"none" for file in pair)
    return ledger, archive


def beside(pair: Pair) -> list[str]:
    return sorted(entry.name for entry in pair.ledger.parent.iterdir() if entry not in pair)


def dies_between(pair: Pair, first: Which, new: tuple[bytes, bytes] = NEW) -> None:
    """A process that is killed when it has replaced the first file, and not the second."""
    child = os.fork()
    if child == 0:
        take = store._Version.replace
        taken: list[object] = []

        def counted(version: store._Version, new: bytes) -> None:
            if taken:
                os.kill(os.getpid(), signal.SIGKILL)
            take(version, new)
            taken.append(version)

        store._Version.replace = counted  # type: ignore[method-assign]
        update_both(pair, lambda *_: new, first)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert held(pair) in ((new[0], held(pair)[1]), (held(pair)[0], new[1]))
    assert store.is_cut_short(pair)


@pytest.mark.parametrize("first", ["ledger", "archive"])
def test_both_are_replaced(pair: Pair, first: Which) -> None:
    assert update_both(pair, lambda *_: NEW, first) == (OLD, NEW)
    assert held(pair) == NEW
    assert beside(pair) == []


def test_an_archive_that_is_not_there_is_made(pair: Pair) -> None:
    pair.archive.unlink()
    away = pair._replace(archive=pair.archive.parent / "old" / "plan.md")
    assert update_both(away, lambda *_: NEW, "archive")[0] == (OLD[0], b"")
    assert held(away) == NEW


def test_what_does_not_change_is_not_written(pair: Pair) -> None:
    before = [file.stat().st_ino for file in pair]
    update_both(pair, lambda *old: old, "archive")
    assert [file.stat().st_ino for file in pair] == before
    update_both(pair, lambda ledger, _: (ledger, NEW[1]), "archive")
    assert held(pair) == (OLD[0], NEW[1])
    assert pair.ledger.stat().st_ino == before[0]


NEXT: dict[str, Callable[[Pair], Any]] = {
    "the ledger alone": lambda pair: store.update(pair.ledger, lambda old: old + b"+", pair=pair),
    "the archive alone": lambda pair: store.update(pair.archive, lambda old: old + b"+", pair=pair),
    "both": lambda pair: update_both(pair, lambda *old: old, "ledger"),
}


@pytest.mark.parametrize("following", NEXT)
@pytest.mark.parametrize("first", ["ledger", "archive"])
@pytest.mark.parametrize("is_new", [False, True])
def test_the_next_writer_undoes_what_was_cut_short(
    pair: Pair, first: Which, following: str, is_new: bool
) -> None:
    if is_new:
        pair.archive.unlink()
        if first == "ledger":
            return  # what is not there has nothing to give
    old = held(pair)
    dies_between(pair, first)
    if is_new and following == "the archive alone":
        pair.archive.read_bytes()
        with pytest.raises(UnreadableInput):
            NEXT[following](pair)
        return
    NEXT[following](pair)
    assert tuple(data.rstrip(b"+") for data in held(pair)) == old
    assert beside(pair) == []


@pytest.mark.parametrize("first", ["ledger", "archive"])
def test_an_edit_of_the_second_file_stays(pair: Pair, first: Which) -> None:
    dies_between(pair, first)
    second = pair.archive if first == "ledger" else pair.ledger
    second.write_bytes(b"edited")
    settle(pair)
    assert held(pair) == ((OLD[0], b"edited") if first == "ledger" else (b"edited", OLD[1]))


def test_an_edit_of_the_first_file_is_not_undone(pair: Pair) -> None:
    dies_between(pair, "archive")
    pair.archive.write_bytes(b"edited")
    for _ in range(2):
        with pytest.raises(LedgerError) as caught:
            store.update(pair.ledger, bytes.upper, pair=pair)
        assert caught.value.code == "cut-short"
    assert held(pair) == (OLD[0], b"edited")


def test_what_is_done_is_not_undone(pair: Pair) -> None:
    """The journal may outlive the change by a moment."""
    dies_between(pair, "archive")
    pair.ledger.write_bytes(NEW[0])
    settle(pair)
    assert held(pair) == NEW
    assert beside(pair) == []


def copied(journal: Path) -> None:
    shutil.copy(journal, journal.with_name("copy"))
    journal.with_name("copy").replace(journal)


def folder(journal: Path) -> None:
    journal.unlink()
    journal.mkdir()


def fifo(journal: Path) -> None:
    journal.unlink()
    os.mkfifo(journal)


def link(journal: Path) -> None:
    journal.rename(journal.with_name("real"))
    journal.symlink_to("real")


FOREIGN: list[Callable[[Path], object]] = [
    copied,
    folder,
    fifo,
    link,
    lambda journal: journal.write_bytes(b""),
    lambda journal: journal.write_bytes(journal.read_bytes() + b"more"),
    lambda journal: journal.write_bytes(journal.read_bytes().replace(b"archive\n", b"../x\n")),
]


@pytest.mark.parametrize("forge", FOREIGN)
def test_a_journal_that_was_not_written_here_does_nothing(
    pair: Pair, forge: Callable[[Path], object]
) -> None:
    dies_between(pair, "archive")
    forge(store.journal_of(pair.ledger))
    with pytest.raises(UnreadableInput):
        settle(pair)
    assert held(pair) == (OLD[0], NEW[1])


@pytest.mark.parametrize("first", ["ledger", "archive"])
@pytest.mark.parametrize("raised", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_in_between_leaves_both_old(
    pair: Pair, first: Which, raised: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, calls = os.replace, []

    def failing(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise raised
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises((UnreadableInput, KeyboardInterrupt)):
        update_both(pair, lambda *_: NEW, first)
    assert held(pair) == OLD
    assert beside(pair) == []


def test_an_editor_that_saves_in_between_wins(pair: Pair) -> None:
    def change(*_: bytes) -> tuple[bytes, bytes]:
        pair.ledger.write_bytes(b"edited")
        return NEW

    with pytest.raises(LedgerError) as caught:
        update_both(pair, change, "archive")
    assert caught.value.code == "changed-meanwhile"
    assert held(pair) == (b"edited", OLD[1])


def test_a_journal_that_cannot_be_deleted_is_taken_away_by_the_next(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the second file the change is done, and it would be false to say that it is not."""
    unlink = os.unlink

    def broken(path: Path) -> None:
        if path == store.journal_of(pair.ledger):
            raise OSError(errno.EIO, "input/output error")
        unlink(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", broken)
        update_both(pair, lambda *_: NEW, "archive")
    assert (held(pair), store.journal_of(pair.ledger).exists()) == (NEW, True)
    update_both(pair, lambda *_: OLD, "archive")
    assert (held(pair), store.journal_of(pair.ledger).exists()) == (OLD, False)


def test_a_file_is_not_its_own_archive(pair: Pair) -> None:
    pair.archive.unlink()
    pair.archive.symlink_to(pair.ledger)
    with pytest.raises(UnreadableInput):
        update_both(pair, lambda *_: NEW, "archive")
    assert pair.ledger.read_bytes() == OLD[0]


def test_a_lock_of_somebody_else_s_does_not_stop_a_writer(pair: Pair) -> None:
    store.lock_of(pair.archive).write_bytes(b"not empty")
    store.update(pair.ledger, bytes.upper, pair=pair)
    assert pair.ledger.read_bytes() == OLD[0].upper()


# The campaign, short


def test_killed_at_some_steps_both_files_are_old_or_new(tmp_path: Path) -> None:
    outcome = archive_kills.campaign(tmp_path / "repo", 24, stride=4)
    assert outcome.faults == []
    assert {*outcome.met} == {"old", "new", "between"}


def test_without_a_journal_the_campaign_finds_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_note", lambda *_: None)
    assert archive_kills.campaign(tmp_path / "repo", 12, stride=4).faults


@pytest.mark.parametrize("command", ["append", "archive", "claim"])
def test_a_call_of_the_system_that_fails_leaves_the_old_or_the_new(command: str) -> None:
    outcome = faults.run([command], most=1, seed=5)
    assert outcome.faults == []
    assert sum(outcome.met.values()) > 10


# Every command that writes; `third` is an item with a run, `{run}` that of the first one.
WRITERS = {
    "append": "append PARSE-SPEED-001 {run} --again --complete 2 --baseline {run}",
    "append of a file": "append DOCS-TOUR-002 {run}/pytest.log",
    "run": "run PARSE-SPEED-001 -- true",
    "run, several rounds": "run DOCS-TOUR-002 --rounds 2 -- true",
    "run, a failure": "run DOCS-TOUR-002 -- false",
    "note": "note PARSE-SPEED-001 learnt",
    "close": "close DOCS-TOUR-002 --because written",
    "close, of a run": "close DOCS-TOUR-002 --run {run} --because written",
    "close, by the newest run": "close THIRD-003",
    "action": "action PARSE-SPEED-001 block 2 --on anna",
    "action, complete": "action PARSE-SPEED-001 complete 2",
    "criterion": "criterion PARSE-SPEED-001 add done",
    "edit": "edit THIRD-003 --status done --owner anna",
    "add": "add Measure --id NEW-009",
    "claim": "claim DOCS-TOUR-002 --as w1",
    "release": "release PARSE-SPEED-001 --as w1",
    "archive": "archive PARSE-SPEED-001 --keep 1",
}
THIRD = """
## [THIRD-003] A third
- Priority: Low
- Status: in_progress
- Attempts History:
  * [2025-11-02] Attempt #1 — Result: success. Done.
    Artifacts: `{run}/{{pytest.log,exit_code.txt}}`

"""


READING = ((os, "listdir"), (os, "scandir"), (os, "stat"), (builtins, "open"), (io, "open"),
           (subprocess, "Popen"))  # fmt: skip


@pytest.mark.parametrize("words", WRITERS.values(), ids=WRITERS)
def test_nothing_is_read_once_the_plan_is_written(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a disk that fails then, or a git, gives a wrong exit code for what was done."""
    repo = Repository.create(tmp_path / "repo")
    arguments = words.format(run=faults.RUN).split()
    repo.ledger.write_bytes(repo.ledger.read_bytes() + THIRD.format(run=faults.RUN).encode())
    repo.commit("A third item")
    assert call(repo.path, "claim", faults.ITEM, "--as", "w1").code == 0
    shutil.copytree(repo.path, tmp_path / "again")
    count, last, replace = 0, 0, os.replace

    def counted(*given: Any) -> None:
        nonlocal count
        replace(*given)
        count += 1
        for module, name in READING if count == last else ():
            monkeypatch.setattr(module, name, fails)

    def fails(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "replace", counted)
    wanted = call(repo.path, *arguments)
    count, last = 0, count
    assert last, wanted.err
    done = call(tmp_path / "again", *arguments)
    monkeypatch.undo()
    assert (done.code, done.err) == (wanted.code, wanted.err)
