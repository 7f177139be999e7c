"""How long a large JUnit file takes, against junitparser on the same file in the same run.

``python -m tests.campaigns.junit_speed`` makes a file of 1.3 MB as pytest writes them (one test
in four skipped or failed, failures with their report) and reads it by turns. junitparser only
builds a tree of elements at first and makes its test cases when they are asked for; both are
measured: the bare parse, and with each test's class, name, result and time. The figures are CPU seconds of this
process, medians of ``--rounds``; the exit code is 1 if the ratio to the second is over 2.5.
``--file`` reads another file.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import junitparser

from ledger.evidence import junit

LIMIT = 2.5
REPORT = "def test_it():\n&gt;       assert value() == 2\nE       assert 3 == 2\n" * 25


def made(size: int) -> str:
    """A file of about ``size`` bytes."""
    parts = ['<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">']
    parts.append('<testsuite name="pytest" time="99.5" timestamp="2026-02-03T04:05:06+00:00">')
    length = number = 0
    while length < size:
        number += 1
        head = (
            f'<testcase classname="tests.test_module_{number // 40}.TestClass{number // 8}" '
            f'name="test_what_it_does_{number}[case-{number % 7}]" time="{number % 97 / 100:.3f}"'
        )
        if number % 16 == 0:
            parts.append(f'{head}><failure message="assert 3 == 2">{REPORT}</failure></testcase>')
        elif number % 5 == 0:
            parts.append(
                f'{head}><skipped type="pytest.skip" message="not here">tests/test_module.py:4: '
                "not here</skipped></testcase>"
            )
        else:
            parts.append(f"{head} />")
        length += len(parts[-1])
    return "".join([*parts, "</testsuite></testsuites>"])


def bare(path: Path) -> None:
    """junitparser's parse alone."""
    junitparser.JUnitXml.fromfile(str(path))


def asked(path: Path) -> None:
    """junitparser, asked for what every test case says."""
    for suite in junitparser.JUnitXml.fromfile(str(path)):
        for case in suite:
            _ = (case.classname, case.name, case.result, case.time)


def ours(path: Path) -> None:
    """This package's reader."""
    junit.read(path.read_bytes(), path.name)


def measure(path: Path, rounds: int) -> dict[str, float]:
    """Median CPU seconds of each, taken by turns."""
    readers: tuple[Callable[[Path], None], ...] = (bare, asked, ours)
    taken: dict[str, list[float]] = {reader.__name__: [] for reader in readers}
    for _ in range(rounds):
        for reader in readers:
            began = time.process_time()
            reader(path)
            taken[reader.__name__].append(time.process_time() - began)
    return {name: statistics.median(times) for name, times in taken.items()}


def main(arguments: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--file", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "junit.xml"
        if options.file is None:
            path.write_text(made(1_300_000), encoding="utf-8")
        cases = path.read_bytes().count(b"<testcase ")
        medians = measure(path, options.rounds)
        print(f"{path.stat().st_size:,} bytes, {cases:,} test cases")
    for name, what in (
        ("bare", "junitparser, parse alone"),
        ("asked", "junitparser, parse and test cases"),
        ("ours", "ledger"),
    ):
        ratio = medians["ours"] / medians[name]
        print(f"{what:36} {medians[name] * 1000:7.1f} ms   ledger takes {ratio:.2f} of it")
    return int(medians["ours"] / medians["asked"] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
