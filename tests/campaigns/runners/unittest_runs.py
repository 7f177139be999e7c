"""Runs `python -m unittest`, and the JUnit files of unittest-xml-reporting."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.campaigns.runners import environments
from tests.campaigns.runners.model import EXIT, JUNIT, LOG, Run, Truth, squashed
from tests.campaigns.runners.pytest_runs import lay_out

HERE = Path(__file__).parent
NAMES = ("lines", "empty", "nested", "header", "fence")
BODIES = {
    "pass": "        self.assertTrue(True)",
    "fail": "        self.assertEqual(1, 2)",
    "error": "        raise ValueError('Ran 3 tests in 0.001s')",
    "skip in it": "        self.skipTest('not here')",
    "subtests": "        for n in range(3):\n            with self.subTest(n=n):\n"
    "                self.assertNotEqual(n, 1)",
    "subtests pass": "        for n in range(3):\n            with self.subTest(n=n):\n"
    "                self.assertLess(n, 3)",
    "prints": "        print('OK')",
}
MARKS = {
    "skip": "    @unittest.skip('later')\n",
    "expected": "    @unittest.expectedFailure\n",
    "unexpected": "    @unittest.expectedFailure\n",
}
FIXTURES = ("setUp", "tearDown", "setUpClass")
GREEN = ("pass", "pass", "skip", "skip in it", "expected", "subtests pass", "prints")
KINDS = (*BODIES, *MARKS, *FIXTURES, "import error")


def case(name: str, tests: list[tuple[str, str]], fixture: str = "") -> str:
    lines = [f"class {name}(unittest.TestCase):"]
    if fixture:
        mark = "    @classmethod\n" if fixture == "setUpClass" else ""
        lines.append(f"{mark}    def {fixture}(self):\n        raise RuntimeError('no fixture')\n")
    for title, kind in tests:
        body = {"skip": "fail", "expected": "fail", "unexpected": "pass"}.get(kind, kind)
        lines.append(f"{MARKS.get(kind, '')}    def test_{title}(self):\n{BODIES[body]}\n")
    return "\n".join(lines) + "\n\n"


def single(kind: str) -> dict[str, str]:
    tests = [("good", "pass")]
    if kind not in {*FIXTURES, "import error"}:
        tests.append(("it", kind))
    text = "import unittest\n\n\n" + case("TestIt", tests, kind if kind in FIXTURES else "")
    files = {"test_one.py": text}
    if kind == "import error":
        files["test_odd.py"] = "import no_such_module_at_all\n"
    return files


def project(rng: Random) -> dict[str, str]:
    """The files of one project; the same class in two files on purpose."""
    green = rng.random() < 0.33
    kinds = GREEN if green else (*BODIES, *MARKS)
    files = {}
    for number in range(rng.randint(1, 3)):
        text = "import unittest\n\n\n"
        for name in rng.sample(("TestParser", "TestLock", "TestIndex"), rng.randint(1, 2)):
            titles = rng.sample(NAMES, rng.randint(1, 4))
            fixture = rng.choice(FIXTURES) if not green and rng.random() < 0.15 else ""
            text += case(name, [(title, rng.choice(kinds)) for title in titles], fixture)
        files[f"test_{number}.py"] = text
    if not green and rng.random() < 0.2:
        files["test_odd.py"] = "import no_such_module_at_all\n"
    return files


def runs(seed: int, count: int, place: Path) -> Iterator[Run]:
    """Each kind alone, then projects; with `-v` and without by turns."""
    for number in range(count):
        if number < len(KINDS):
            files, label, half = single(KINDS[number]), KINDS[number], 0
        else:
            files = project(Random(f"unittest {seed} {number}"))
            label, half = f"project {seed}/{number}", number
        verbosity = ["-v"] if number % 2 else []
        yield run(files, verbosity, place / "u", f"unittest, {label}, {verbosity}", half)


def run(files: dict[str, str], verbosity: list[str], place: Path, label: str, seed: int) -> Run:
    """The log of `unittest`, the file of `xmlrunner`, and what a result object was told."""
    python = str(environments.pytest_python("9"))
    lay_out(files, place)
    log = _call([python, "-m", "unittest", "discover", *verbosity], place)
    xml = _call([python, "-m", "xmlrunner", "discover", "--output-file", JUNIT], place)
    _call([python, str(HERE / "unittest_oracle.py"), "oracle.json"], place)
    outputs = {LOG: log.stdout, EXIT: f"{log.returncode}\n".encode()}
    # It writes no file where it fails before the first test.
    if (place / JUNIT).exists() and xml.returncode == log.returncode:
        outputs[JUNIT] = (place / JUNIT).read_bytes()
    seen = json.loads((place / "oracle.json").read_text(encoding="utf-8"))
    cases: dict[str, frozenset[str]] = {}
    for name, outcome in seen["ended"]:
        bad = outcome == "failed" or "failed" in cases.get(name, ())
        # unittest-xml-reporting writes an expected failure as skipped, an unexpected success as
        # a failure.
        told = {"xfailed": {"xfailed", "skipped"}, "xpassed": {"failed", "error"}}
        cases[name] = frozenset({"failed", "error"} if bad else told.get(outcome, {outcome}))
    apart = len(seen["apart"])
    unloaded = any("loader" in name for name, _ in seen["apart"])
    # Each failed subtest is a case of its own in the file.
    apart += len(seen["subtests"])
    # So is each failure of a test beside its first, such as that of its tearDown.
    failed = [name for name, outcome in seen["ended"] if outcome == "failed"]
    apart += len(failed) - len(set(failed))
    made = Truth(
        cases,
        log.returncode,
        False if unloaded else None if seen["apart"] else True,
        "a file could not be loaded" if unloaded else "a fixture failed",
        blind=frozenset({LOG}),
        unnamed=frozenset({LOG}),
        nothing=not cases and not apart,
        ends={name: (squashed([name]), squashed([name.split(".")[-1]])) for name in cases},
        apart=apart,
        bag=True,
    )
    return Run(label, outputs, made, seed)


def _call(command: list[str], place: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=60,
    )  # fmt: skip
