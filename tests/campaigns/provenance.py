"""Where a run came from: made states of a work tree, against the commit and the diff that `ledger run` records.

``python -m tests.campaigns.provenance --count 500 --seed 1`` makes states (`tests/support/work_trees.py`): files changed,
staged, deleted, renamed, untracked, ignored, of odd names and kinds; the plan and run folders changed; merges that
are not finished, submodules, no commit yet; settings that change how git shows a diff. After ``ledger run ITEM --
true`` (now and then ``ledger append``) must hold:

- *not dirty*: the commit is `(dirty)` where a file that could matter differs from it;
- *dirty*: and only there: not for the plan, run folders, ignored files, new times, files that the command wrote;
- *commit*: it is HEAD, and none is named where there is none;
- *apply*: ``git apply git_diff.patch`` works on a clean checkout of it;
- *tree*: and gives the files that ran; only large ones may be missing;
- *unnamed*: what is missing, and a submodule that differs, is named in the patch or in `summary.md`;
- *summary*: `summary.md` lists the files that differ, or says how many more there are;
- *index*, *files*: git's index and all other files stay as they were;
- *program*, *leak*: no program that the repository names is run, no file outside of it is copied;
- *refused*, *hangs*: the run is recorded.

The table has one row for each change that the states are made of. Odd states are held back: they are counted, and
only even ones are shown. The exit code is 1 for any difference.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.tally import EVERY, Tally, parser_of
from tests.support import commands
from tests.support.work_trees import (
    ITEMS,
    OUTSIDE,
    PLAN,
    STAMP,
    Entry,
    State,
    base,
    checkout,
    left_out,
    make,
    tree,
)

LONGEST_S = 60
COMMIT = re.compile(r"Commit: `([0-9a-f]{7,40})`( \(dirty\))?")
RUN = "reports/parser-speed/phase_b/" + STAMP
# Names that a list in Markdown may show as they are.
PLAIN = re.compile(r"[\w./-]+")


class TooLong(Exception):
    """The command does not end."""


@dataclass(frozen=True)
class Recorded:
    """What a command recorded of where its run came from."""

    code: int
    said: str
    commit: str
    dirty: bool
    patch: bytes | None
    """None for `append`, which makes no diff."""
    summary: str


def _late(*_: object) -> None:
    """End a command that waits for something."""
    raise TooLong


def _runs(state: State) -> set[Path]:
    """The claims of all bundles."""
    return {place for top in ("reports", "out") for place in (state.path / top).glob("**/run.json")}


def record(state: State, writer: str) -> Recorded:
    """Run or append, and read what was written."""
    item = state.rng.choice(ITEMS)
    where = state.path / state.folder
    known = COMMIT.findall((state.path / PLAN).read_text(encoding="utf-8"))
    before = _runs(state)
    if writer == "append":
        state.write(f"{RUN}/exit_code.txt", b"0\n")
        state.write(f"{RUN}/pytest.log", b"===== 12 passed in 3.40s =====\n")
        run = Path(RUN) if state.folder == "." else state.path / RUN
        done = commands.call(where, "append", ITEMS[0], str(run), "--summary", "tried")
    else:
        done = commands.call(where, "run", item, "--summary", "tried", "--", *state.command)
    found = COMMIT.findall((state.path / PLAN).read_text(encoding="utf-8"))
    for one in known:
        found.remove(one)
    commit, dirty = found[0] if found else ("", "")
    made = [place.parent for place in _runs(state) - before]
    diff = made[0] / "git_diff.patch" if made else Path()
    patch = (diff.read_bytes() if diff.is_file() else b"") if made else None
    told = made[0] / "summary.md" if made else Path()
    summary = told.read_text(encoding="utf-8") if told.is_file() else ""
    return Recorded(done.code, done.err, commit, bool(dirty), patch, summary)


def _applied(state: State, patch: bytes, place: Path) -> bool:
    """Whether the patch can be applied to the checkout, which then has it."""
    if not patch:
        return True
    (place.parent / "the.patch").write_bytes(patch)
    command = ["git", "apply", "--whitespace=nowarn", str(place.parent / "the.patch")]
    return subprocess.run(command, cwd=place, capture_output=True, check=False).returncode == 0


def _patch_differs(
    state: State, found: Recorded, ran: Mapping[str, Entry], clean: Path
) -> Iterator[str]:
    """What is wrong with the diff and its summary."""
    assert found.patch is not None
    first = tree(clean, state)
    if not _applied(state, found.patch, clean):
        yield "apply"
        return
    said = found.patch.decode("utf-8", "replace") + found.summary
    given = tree(clean, state)
    missing = {name for name in ran.keys() | given.keys() if ran.get(name) != given.get(name)}
    if state.unborn and re.search("no commit|commit: none", found.summary, re.IGNORECASE):
        missing = set()
    if missing - state.large:
        yield "tree"
    if any(name not in said for name in (missing & state.large) | state.named):
        yield "unnamed"
    changed = {name for name in ran.keys() | first.keys() if ran.get(name) != first.get(name)}
    listed = {name for name in changed if PLAIN.fullmatch(name) and not name.startswith("many/")}
    cut = re.search(r"\d more$", found.summary, re.MULTILINE)
    if not state.unborn and not cut and any(name not in found.summary for name in listed):
        yield "summary"
    if OUTSIDE.encode() in found.patch:
        yield "leak"


def _commit_differs(state: State, found: Recorded, dirty: bool, head: str) -> Iterator[str]:
    """What is wrong with the commit that the attempt names."""
    if state.unborn:
        if found.commit:
            yield "commit"
        return
    if not found.commit or not head.startswith(found.commit):
        yield "commit"
    # Whoever tells git to ignore submodules may be believed.
    if state.index_only or ("diff.ignoreSubmodules" in state.done and state.named):
        return
    if dirty and not found.dirty:
        yield "not dirty"
    if found.dirty and not dirty:
        yield "dirty"


def differences(state: State, writer: str, scratch: Path) -> list[str]:
    """What a command records otherwise than the state's maker knows."""
    head = "" if state.unborn else state.git("rev-parse", "HEAD")
    clean = scratch / "clean"
    checkout(state, clean)
    there, committed = tree(state.path, state), tree(clean, state)
    ran = left_out(state, committed) | there
    dirty = ran != committed or bool(state.named)
    index = state.path / state.git("rev-parse", "--git-path", "index")
    before = index.read_bytes() if index.exists() else b""
    marker = scratch / "program-ran"
    marker.unlink(missing_ok=True)  # our own git may have run it
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(LONGEST_S)
    try:
        found = record(state, writer)
    except TooLong:
        return ["hangs"]
    finally:
        signal.alarm(0)
    if found.code or (writer == "run" and found.patch is None):
        return ["refused"]
    wrong = ["program"] if marker.exists() else []
    wrong += _commit_differs(state, found, dirty, head)
    if found.patch is not None:
        wrong += _patch_differs(state, found, ran, clean)
    if (index.read_bytes() if index.exists() else b"") != before:
        wrong.append("index")
    if state.command == ("true",) and tree(state.path, state) != there:
        wrong.append("files")
    return wrong


def judge(
    count: int, seed: int, keep: Path | None = None
) -> Iterator[tuple[int, State, str, list[str]]]:
    """Each state's seed, the state, what recorded it, and how the record differs."""
    with tempfile.TemporaryDirectory() as folder:
        template = base(Path(folder) / "template")
        for n in range(count):
            own = seed * 1_000_000 + n
            scratch = Path(folder) / str(n)
            scratch.mkdir()
            state = make(template, scratch, own)
            writer = "append" if state.rng.random() < 0.15 and state.command == ("true",) else "run"
            found = differences(state, writer, scratch)
            yield own, state, writer, found
            if keep and found and own % 2 == 0:
                with contextlib.suppress(shutil.Error):
                    shutil.copytree(scratch, keep / str(own), symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(scratch)


def main() -> int:
    """Make the states, record a run in each, print the table."""
    parser = parser_of(__doc__, 500)
    parser.add_argument("--keep", type=Path, help="keep the even states that differ here")
    options = parser.parse_args()
    tally = Tally("change", "states")
    for own, state, writer, found in judge(options.count, options.seed, options.keep):
        told = f"state {own} ({writer}: {', '.join(state.done) or 'nothing done'})"
        tally.add([writer, *state.done], own, found, told, states=1)
    print(tally)
    for (row, kind), states in sorted(tally.examples.items()):
        if row == EVERY:
            print(f"{kind}: for example {min(states, key=len)}")
    return tally.exit_code()


if __name__ == "__main__":
    sys.exit(main())
