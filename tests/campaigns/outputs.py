"""Hostile and broken run outputs: one clear error each, quickly, in little memory, and nothing
half read that passes for a complete run.

``python -m tests.campaigns.outputs --count 200 --seed 1`` does three things.

Monsters (XML bombs, external entities, document types, files cut short, binary, 200 MB, wrong
encodings, deep nesting, for each kind of output) are given to ``ledger evidence`` in a process of
its own: time and memory over those of an empty run count, and each prints one line and exits
with 2, or reads the file and says that the run is not complete.

Every small output under ``tests/data`` is cut at ``--count`` places. A part of it is refused, or
read as what it is; where only the end tells that a run is over, a part is never complete.

The same outputs are spoiled ``--count`` times each: cut, spliced, doubled, with bytes of any kind
in them. Each is read or refused, and nothing else is raised.

The exit code is 1 for any fault: another exception, a traceback, an error of several lines, more
than 100 ms of processor time or 50 MB for a monster.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.errors import UnreadableInput
from ledger.evidence.outputs import read_run
from ledger.git.files import WorkTree
from tests.campaigns.hostile import spoiled
from tests.support import commands
from tests.support.places import DATA

LONGEST_S = 0.1
LARGEST = 50 << 20
# Files whose last bytes tell that the run came to its end.
ENDED = {"log.jsonl", "report.json", "pytest_colour.log", "pytest_verbose.log", "pytest_xdist.log"}

# Runs of several programs, of which a cut may leave the first with its own whole output.
SEVERAL = {"cargo_mixed-all.log"}

BOMB = b'<!DOCTYPE a [<!ENTITY l0 "lol">%s]><testsuite name="&l9;"/>' % b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
)
SUITE = b'<testsuite><testcase classname="c" name="n"/></testsuite>'
START = b'{"$report_type": "SessionStart"}\n'
REPORT = b'{"created": 1.0, "exitcode": 0, "root": "/x", "summary": {}, '
SESSION = b"=== test session starts ===\ncollected 3 items\n\n"


def seeds() -> dict[str, bytes]:
    """Small outputs of every kind, by a name under which they are read."""
    found = {}
    for folder in ("evidence/junit", "evidence/outputs", "crashes"):
        for path in sorted((DATA / folder).iterdir()):
            found[path.name] = path.read_bytes()
    for path in sorted((DATA / "runners").glob("*/*mixed*")):  # runs with failures
        found[f"{path.parent.name}_{path.name}"] = path.read_bytes()
    return found


def monsters() -> Iterator[tuple[str, str, bytes | int]]:
    """What it is, the file's name, and its bytes or (of zeros) its size."""
    yield "XML bomb", "junit.xml", BOMB
    yield (
        "external entity",
        "junit.xml",
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite name="&x;"/>'),
    )
    yield "document type", "junit.xml", b"<!DOCTYPE testsuite>" + SUITE
    yield "cut short", "junit.xml", SUITE[:-5]
    yield "binary", "junit.xml", bytes(range(256)) * 1000
    yield "zeros", "junit.xml", 1_000_000
    yield "wrong encoding", "junit.xml", b'<?xml version="1.0" encoding="utf-16"?>' + SUITE
    yield "unknown encoding", "junit.xml", b'<?xml version="1.0" encoding="klingon"?>' + SUITE
    yield "100,000 suites deep", "junit.xml", b"<testsuite>" * 100_000
    yield (
        "100,000 elements deep behind 1 MB",
        "junit.xml",
        (b"<testsuite><properties>" + b"x" * 1_000_000 + b"</properties>" + b"<a>" * 100_000),
    )
    yield "an attribute of 4 MB", "junit.xml", b'<testsuite name="' + b"a" * (4 << 20) + b'"/>'
    yield (
        "100,000 attributes",
        "junit.xml",
        (b"<testsuite " + b" ".join(b"a%d='1'" % n for n in range(100_000)) + b"/>"),
    )
    for name in ("junit.xml", "log.jsonl", "report.json", "env.json", "pytest.log", "exit_code.txt",
                 "time.txt", "crash.ips", "asan.77", "lldb.bt", "commands.txt"):  # fmt: skip
        yield "200 MB", name, 200 << 20
    yield "a record cut short", "log.jsonl", START + b'{"nodeid": "a'
    yield "a broken record", "log.jsonl", START + b'{"nodeid": "a\n' + START
    yield "deep nesting", "log.jsonl", START + b"[" * 1_000_000 + b"\n\n"
    yield "a long number", "log.jsonl", START + b'{"a": ' + b"9" * 1_000_000 + b"}\n\n"
    yield "binary", "log.jsonl", START + bytes(range(256)) * 1000 + b"\n"
    yield "wrong encoding", "log.jsonl", START + "{}\n".encode("utf-16") + b"\n"
    yield "cut short", "report.json", REPORT + b'"tests": [{"nodeid": "a'
    yield "deep nesting", "report.json", REPORT + b'"tests": ' + b"[" * 1_000_000
    yield "a long number", "report.json", REPORT + b'"tests": ' + b"9" * 1_000_000 + b"}"
    yield "wrong encoding", "report.json", REPORT + b'"tests": "\xff"}'
    yield "deep nesting", "env.json", b"[" * 1_000_000
    yield "not JSON", "env.json", b"API_KEY=hunter2"
    yield "deep nesting", "crash.ips", b"{}\n" + b'{"a":' * 1_000_000
    yield "cut short", "crash.ips", (DATA / "crashes" / "app.ips").read_bytes()[:-100]
    yield "binary", "crash.ips", bytes(range(256)) * 1000
    yield "cut short", "pytest.log", SESSION + b"t/a.py::test_x PASSED\nt/a.py::test_y "
    yield "binary", "pytest.log", SESSION + bytes(range(256)) * 4000
    yield "one line of 4 MB", "pytest.log", SESSION + b"t/a.py::test_x[" * 280_000
    yield "escapes", "pytest.log", SESSION + b"\x1b[" * 500_000
    yield "UTF-16 cut in half", "pytest.log", SESSION.decode().encode("utf-16")[:-1]
    yield "binary", "exit_code.txt", bytes(range(256)) * 10
    yield "a number of 1,000 digits", "exit_code.txt", b"9" * 1000
    yield "binary", "time.txt", b"Command being timed: " + bytes(range(256)) * 4000
    yield "binary", "asan.77", b"ERROR: AddressSanitizer: " + bytes(range(256)) * 4000
    yield "frames", "lldb.bt", b"  frame #0: 0x1 a`b at c.c:1\n" * 100_000


SCRIPT = """
import resource, sys, time
from ledger.git.files import WorkTree
from ledger.evidence.outputs import read_run
from ledger.errors import UnreadableInput
from pathlib import Path
import ledger.reports.evidence
def used():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) << 10
def read(name):
    try:
        run = read_run(WorkTree(Path(".")), name)
    except UnreadableInput as error:
        return 2, str(error)
    return 0, f"{run.completeness}: {run.reason}"
read("warm.txt")
before, began = used(), time.process_time()
code, said = read(sys.argv[1])
took, held = time.process_time() - began, used() - before
print(code, took, held, ascii(said))
"""


def judge_monster(folder: Path, name: str, content: bytes | int) -> tuple[str, list[str]]:
    """What came of it in one line, and the faults."""
    file = folder / name
    with file.open("wb") as stream:
        if isinstance(content, int):
            stream.truncate(content)
        else:
            stream.write(content)
    (folder / "warm.txt").write_text("540 passed in 1.00s\n")
    done = subprocess.run([sys.executable, "-c", SCRIPT, name], cwd=folder, check=False,
                          capture_output=True, text=True, env={**os.environ})  # fmt: skip
    told = commands.call(folder, "evidence", name)
    file.unlink()
    if done.returncode:
        return "", [f"exit code {done.returncode}: {done.stderr[-300:]}"]
    code, took, held, said = done.stdout.split(" ", 3)
    faults = []
    if float(took) > LONGEST_S:
        faults.append(f"{float(took) * 1000:.0f} ms")
    if int(held) > LARGEST:
        faults.append(f"{int(held) >> 20} MB")
    if told.code == 2 and (
        told.err.count("\n") != 1 or not told.err.startswith(f"ledger: {name}:")
    ):
        faults.append(f"no error of one line: {told.err!r}")
    if told.code not in (0, 2) or "Traceback" in told.err:
        faults.append(f"exit code {told.code}: {told.err[-300:]}")
    if code == "0" and "complete:" in said[:10]:
        faults.append(f"taken for complete: {said}")
    what = f"{float(took) * 1000:5.0f} ms {int(held) / (1 << 20):5.1f} MB  exit {told.code}"
    return f"{what}  {said.strip()[:90]}", faults


def cuts(name: str, data: bytes, count: int, folder: Path) -> list[str]:
    """Faults of a file cut at ``count`` places."""
    faults = []
    (folder / name).write_bytes(data)
    is_red = read_run(WorkTree(folder), name).result == "failed"
    last = len(data.rstrip()) - 1
    end = data.rstrip().rfind(b"\n") if name in ENDED and name != "report.json" else last
    step = max(1, end // count)
    for at in range(0, end, step):
        (folder / name).write_bytes(data[:at])
        try:
            run = read_run(WorkTree(folder), name)
        except UnreadableInput:
            continue
        if name.endswith(".xml") or (name in ENDED and run.completeness == "complete"):
            faults.append(f"{name} cut at {at}: {run.completeness}")
        if is_red and run.result == "success" and name not in SEVERAL:
            faults.append(f"{name} cut at {at}: a failed run became a success")
    return faults


def fuzz(name: str, data: bytes, count: int, seed: int, folder: Path) -> list[str]:
    """Faults of ``count`` spoiled copies, each read alone and within a folder."""
    chance = random.Random(f"{seed} {name}")
    faults = []
    (folder / "run").mkdir(exist_ok=True)
    for number in range(count):
        worse = spoiled(data, chance)
        (folder / name).write_bytes(worse)
        (folder / "run" / name).write_bytes(worse)
        began = time.process_time()
        for place in (name, "run"):
            try:
                run = read_run(WorkTree(folder), place)
                "\n".join([run.reason, *run.warnings, *run.tests]).encode()
            except UnreadableInput as error:
                if place == "run" or "\n" in str(error):
                    faults.append(f"{name} {number}: {error}")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
                faults.append(f"{name} {number}: {type(error).__name__}: {error}")
        took = time.process_time() - began
        if took > 10 * LONGEST_S:
            faults.append(f"{name} {number}: {took:.2f} s")
    (folder / "run" / name).unlink()
    return faults


def main(arguments: list[str] | None = None) -> int:
    """Print what came of each monster, and the faults."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for what, name, content in monsters():
            line, found = judge_monster(folder, name, content)
            print(f"{name:14} {what:34} {line}", *found)
            faults += [f"{name}, {what}: {fault}" for fault in found]
        each: tuple[Callable[[str, bytes], list[str]], ...] = (
            lambda name, data: cuts(name, data, options.count, folder),
            lambda name, data: fuzz(name, data, options.count, options.seed, folder),
        )
        found = seeds()
        for judged in each:
            for name, data in found.items():
                faults += judged(name, data)
    print(f"{len(found)} outputs, each cut at and spoiled {options.count} times; "
          f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")  # fmt: skip
    print(f"{len(faults)} faults", *faults[:40], sep="\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
