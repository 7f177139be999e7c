"""How time and memory grow with the size of a fix plan.

``python -m tests.campaigns.growth`` makes fix plans of 100 KB, 1 MB, 10 MB and 50 MB, in three
shapes: many items, one huge item with a long history, and one attempt that is nearly all of the
file. Each is read in a process of its own, and given to ``ledger status`` and ``ledger
validate``. Printed are processor time, MB/s, and bytes of memory per byte of input; what a
process needs for an empty file is subtracted from both.

The exponent is the slope of the logarithms, fitted over the sizes that cost at least half of
what an empty file does (the rest is noise): 1 is linear. The exit code is 1 if one is over 1.15.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support import commands

SIZES = (100_000, 1_000_000, 10_000_000, 50_000_000)
STEEPEST = 1.15
READ = "import sys; from pathlib import Path; from ledger.plan import reader; "
TOOLS: dict[str, list[str]] = {
    "read": [READ + "reader.read(Path(sys.argv[1]).read_bytes())"],
    "ledger status": [commands.SCRIPT, "status", "--ledger"],
    "ledger validate": [commands.SCRIPT, "validate", "--all"],
}


def attempt(number: int) -> str:
    """An attempt of its own, some 500 bytes long, written in one of three ways."""
    stamp = f"2025{number % 12 + 1:02}{number % 28 + 1:02}T{number % 24:02}{number % 60:02}00Z"
    date = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
    cited = f"`reports/x/phase_{number % 7}/{stamp}/{{summary.md,logs/{{pytest.log,time.txt}}}}`"
    text = f"Run {number} of the splitter: {number % 97} passed, {number % 7} failed in {number % 31}.4 s. "
    head = f"  * [{date}] Attempt #{number} — Result: ✅ success (part {number}). {text * 3}"
    if number % 3 == 0:
        return f"{head}Artifacts: {cited}.\n"
    if number % 3 == 1:
        return f"{head}\n    Metrics: {number} passed\n    Artifacts: {cited}\n"
    return f"{head}\n    - **Metrics:** {number} passed\n      ```\n      # {number}\n      ```\n    - Artifacts: {cited}\n"


def actions(number: int) -> Iterator[str]:
    """Four next actions, one of them complete."""
    yield "- Next Actions:\n"
    yield f"  1. ✅ COMPLETE (Attempt #{number}) — part {number} of the work\n"
    for at, state in enumerate(("🟡 PENDING", "🟡 BLOCKED", "⚠️ PARTIAL"), 2):
        yield f"  {at}. {state} — measure file {number * at} again\n"


def head(items: int) -> Iterator[str]:
    """The file's first lines: date and index."""
    yield "# Fix Plan Ledger\n\n**Last Updated:** 2025-11-02 (growth)\n\n## Index\n"
    yield "| ID | Title | Priority | Status |\n| --- | --- | --- | --- |\n"
    for number in range(items):
        yield f"| [PART-{number:06}](#part) | Part {number} | High | in_progress |\n"


def item(number: int) -> Iterator[str]:
    """An item's first lines."""
    yield f"\n## [PART-{number:06}] Part {number}\n- Priority: High\n- Status: in_progress\n"
    yield "- Attempts History:\n"


def many_items(size: int) -> Iterator[str]:
    """Items with twenty attempts each."""
    items = max(1, size // 7_500)
    yield from head(items)
    for number in range(items):
        yield from item(number)
        for at in range(20):
            yield attempt(number * 20 + at + 1)
        yield from actions(number * 20 + 1)


def one_item(size: int) -> Iterator[str]:
    """One item with all the attempts."""
    yield from head(1)
    yield from item(0)
    for number in range(max(1, size // 360)):
        yield attempt(number + 1)
    yield from actions(1)


def one_attempt(size: int) -> Iterator[str]:
    """One attempt of many lines."""
    yield from head(1)
    yield from item(0)
    yield attempt(1)
    for number in range(size // 100):
        yield f"    - line {number}: the splitter took {number % 31}.4 s, `src/part_{number}.py:{number}` again.  \n"
    yield from actions(1)


SHAPES: dict[str, Callable[[int], Iterator[str]]] = {
    "many items": many_items,
    "one item": one_item,
    "one attempt": one_attempt,
}


class Use(NamedTuple):
    """Processor time in seconds and peak memory in bytes of one process."""

    seconds: float
    memory: int


def use(tool: list[str], file: Path) -> Use:
    """Run a tool on a file in a process of its own. Raises ValueError where it fails."""
    code, *arguments = tool
    command = [sys.executable, "-c", code, *arguments, str(file)]
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=file.parent
    )
    assert child.stderr
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1) or b"Traceback" in said:
        raise ValueError(f"{command[2:]} exits with {child.returncode}: {said[-500:]!r}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Use(used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def slope(points: list[tuple[float, float]]) -> float:
    """The exponent of growth, 0 of fewer than two points: least squares over the logarithms."""
    if len(points) < 2:
        return 0.0
    logs = [(math.log(x), math.log(y)) for x, y in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    across = sum((x - mean_x) ** 2 for x, _ in logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / across


def measure(
    shape: str, tool: str, sizes: list[int], folder: Path, times: int
) -> tuple[float, float]:
    """Print a row for each size; return the exponents of time and memory."""
    empty = folder / "empty.md"
    empty.write_bytes(b"# Fix Plan Ledger\n")
    start = min(use(TOOLS[tool], empty) for _ in range(3))
    seconds, memory = [], []
    for size in sizes:
        file = folder / f"{shape.replace(' ', '-')}-{size}.md"
        if not file.exists():
            with file.open("w", encoding="utf-8", newline="") as opened:
                opened.writelines(SHAPES[shape](size))
        length = file.stat().st_size
        used = min(use(TOOLS[tool], file) for _ in range(times if size <= 1_000_000 else 1))
        own = Use(used.seconds - start.seconds, used.memory - start.memory)
        if own.seconds > start.seconds / 2:
            seconds.append((length, own.seconds))
        if own.memory > start.memory / 2:
            memory.append((length, float(own.memory)))
        print(
            f"{tool:16} {shape:12} {length / 1e6:8.2f} MB  {own.seconds:7.2f} s  "
            f"{length / 1e6 / max(own.seconds, 1e-9):6.2f} MB/s  {own.memory / length:6.1f} bytes a byte",
            flush=True,
        )
    return slope(seconds), slope(memory)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="bytes")
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument(
        "--times", type=int, default=3, help="runs of the small files; the best counts"
    )
    options = parser.parse_args()
    steep = 0
    with tempfile.TemporaryDirectory() as folder:
        for shape in options.shapes:
            for tool in options.tools:
                time, memory = measure(shape, tool, options.sizes, Path(folder), options.times)
                steep += (time > STEEPEST) + (memory > STEEPEST)
                print(f"{tool:16} {shape:12} exponents: time {time:.2f}, memory {memory:.2f}")
    print(f"{steep} of them over {STEEPEST}")
    return int(steep > 0)


if __name__ == "__main__":
    sys.exit(main())
