"""Runs jest, vitest, mocha and `node --test` on a project, and says what each reported as JSON."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.campaigns.runners import environments
from tests.campaigns.runners.model import EXIT, JUNIT, LOG, Run, Truth, squashed

HERE = Path(__file__).parent
FAILURE = re.compile(rb'<(?:failure|error)\b|\b(?:failures|errors)="[1-9]')
UNLOADED = "a file could not be loaded"
SKIPPED = {"pending", "skipped", "disabled"}
JEST = ("node_modules/.bin/jest", "--ci", "-i", "--json", "--outputFile=oracle.json",
        "--reporters=default", "--reporters=jest-junit")  # fmt: skip
VITEST = ("node_modules/.bin/vitest", "run", "--reporter=default", "--reporter=json",
          "--reporter=junit", "--outputFile.json=oracle.json", "--outputFile.junit=junit.xml")  # fmt: skip
MOCHA = ("node_modules/.bin/mocha", "--recursive", "--reporter", "./mocha_oracle.cjs", "test")
NODE = ("--test", "--test-reporter=spec", "--test-reporter-destination=stdout",
        "--test-reporter=junit", "--test-reporter-destination=junit.xml",
        "--test-reporter=./node_oracle.mjs", "--test-reporter-destination=oracle.json")  # fmt: skip
# Without this, mocha-junit-reporter counts tests that are pending and lists none.
PENDING = ("--reporter-option", "includePending=true")
MOCHA_JUNIT = {"ORACLE_REPORTER": "mocha-junit-reporter", "MOCHA_FILE": "junit.xml"}
# By its name: the packages, the language of the project, the arguments, variables.
SETTINGS: dict[str, tuple[str, str, tuple[str, ...], dict[str, str]]] = {
    "jest 30": ("jest30", "jest", JEST, {}),
    "jest 29": ("jest29", "jest", JEST, {}),
    "jest 30, suite errors": ("jest30", "jest", JEST, {"JEST_JUNIT_REPORT_TEST_SUITE_ERRORS": "true"}),
    "jest 30, file attribute": ("jest30", "jest", JEST, {"JEST_JUNIT_ADD_FILE_ATTRIBUTE": "true"}),
    "jest 29, by file": ("jest29", "jest", JEST, {
        "JEST_JUNIT_CLASSNAME": "{filepath}", "JEST_JUNIT_TITLE": "{classname} {title}",
        "JEST_JUNIT_SUITE_NAME": "{filename}", "JEST_JUNIT_REPORT_TEST_SUITE_ERRORS": "true"}),
    "jest 30, title only": ("jest30", "jest", JEST, {
        "JEST_JUNIT_CLASSNAME": "{classname}", "JEST_JUNIT_TITLE": "{title}"}),
    "jest 30, -t": ("jest30", "jest", (*JEST, "-t", "lines"), {}),
    "vitest 3": ("vitest3", "vitest", VITEST, {}),
    "vitest 4": ("vitest4", "vitest", VITEST, {}),
    "vitest 4, -t": ("vitest4", "vitest", (*VITEST, "-t", "lines"), {}),
    "vitest 3, --bail": ("vitest3", "vitest", (*VITEST, "--bail=1"), {}),
    "vitest 4, --retry": ("vitest4", "vitest", (*VITEST, "--retry=1"), {}),
    "mocha": ("mocha", "mocha", (*MOCHA, *PENDING), MOCHA_JUNIT),
    "mocha xunit": ("mocha", "mocha", (*MOCHA, "--reporter-option", "output=junit.xml"),
                    {"ORACLE_REPORTER": "xunit"}),
    "mocha, --bail": ("mocha", "mocha", (*MOCHA, "--bail"), MOCHA_JUNIT),
    "mocha, --retries": ("mocha", "mocha", (*MOCHA, *PENDING, "--retries", "1"), MOCHA_JUNIT),
    "mocha xunit, --grep": ("mocha", "mocha", (*MOCHA, "--grep", "lines", "--reporter-option", "output=junit.xml"),
                            {"ORACLE_REPORTER": "xunit"}),
    "node": ("", "node", NODE, {}),
    "node, one name": ("", "node", (*NODE, "--test-name-pattern=lines"), {}),
}  # fmt: skip


def run(files: dict[str, str], setting: str, place: Path, label: str, seed: int) -> Run:
    """Lay out the project at `place`, run it, and take its outputs."""
    packages, runner, arguments, variables = SETTINGS[setting]
    shutil.rmtree(place, ignore_errors=True)
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if packages:
        modules = environments.node_folder(packages) / "node_modules"
        (place / "node_modules").symlink_to(modules)
        kind = "module" if runner == "vitest" else "commonjs"
        (place / "package.json").write_text(json.dumps({"type": kind}), encoding="utf-8")
    for reporter in ("mocha_oracle.cjs", "node_oracle.mjs"):
        shutil.copy(HERE / reporter, place)
    if runner == "node":
        arguments = (*arguments, *(name for name in files))
    env = {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}
    with (place / "out.log").open("wb") as log:
        done = subprocess.run(
            [str(environments.node()), *arguments], cwd=place, stdin=subprocess.DEVNULL,
            env={**env, **variables, "ORACLE": "oracle.json", "CI": "true"},
            stdout=log, stderr=subprocess.STDOUT, check=False, timeout=180,
        )  # fmt: skip
    outputs = {LOG: (place / "out.log").read_bytes(), EXIT: f"{done.returncode}\n".encode()}
    if (place / JUNIT).exists():
        outputs[JUNIT] = (place / JUNIT).read_bytes()
    oracle = place / "oracle.json"
    said = oracle.read_text(encoding="utf-8") if oracle.exists() else ""
    made = truth(READERS[runner], said, done.returncode, outputs)
    made = limited(made, setting, files)
    return Run(f"{setting}, {label}", outputs, made, seed)


def limited(made: Truth, setting: str, files: dict[str, str]) -> Truth:
    """The truth as far as a runner's reporters can tell it."""
    _, runner, _, variables = SETTINGS[setting]
    if runner == "vitest":
        # Its JSON report does not tell of a hook that failed in a file whose tests failed, too.
        hooks = sum(text.count("All(() =>") + text.count("Each(() =>") for text in files.values())
        made = replace(made, apart=made.apart + hooks)
    if runner == "vitest" and (made.apart or "--bail" in setting):
        # In its JUnit file, tests that did not come to run are like those that passed.
        made = loosened(made, frozenset({"skipped"}), frozenset({"skipped", "passed"}))
    if runner == "jest":
        # jest-junit writes a test yet to be written like one that passed, but does not count it.
        todo = frozenset({"skipped", "xfailed"})
        made = replace(loosened(made, todo, todo | {"passed"}), guessed=True)
        if made.cut == UNLOADED and "SUITE_ERRORS" not in str(variables):
            # Nor does it say anything of a file that could not be loaded, unless it is asked to.
            told = {EXIT} if made.failing else set()
            made = replace(made, blind=frozenset({JUNIT, LOG} | told), apart=made.apart - 1)
        elif made.cut == UNLOADED:
            # Asked to, it may write such a file as two cases.
            made = replace(made, apart=2 * made.apart)
    if setting == "mocha, --bail":
        listed = {name: each for name, each in made.cases.items() if each != {"skipped"}}
        made = replace(made, cases=listed, nothing=not listed and not made.apart)
    if "--bail" in setting and made.failing:
        made = replace(made, whole=None, blind=frozenset({JUNIT, LOG, EXIT}))
    return made


def loosened(made: Truth, before: frozenset[str], after: frozenset[str]) -> Truth:
    """With other outcomes for some of the tests."""
    cases = {name: after if each == before else each for name, each in made.cases.items()}
    return replace(made, cases=cases)


# Each test: its file, the titles of its suites and its own, how it ended.
Seen = tuple[list[tuple[str, list[str], str]], int, int]


def jest(said: str) -> Seen:
    """Tests, and how many suites failed without a test of theirs, before and after loading."""
    tests, apart, unloaded = [], 0, 0
    for file in json.loads(said)["testResults"]:
        for each in file["assertionResults"]:
            if "title" not in each:
                # How jest writes that a file could not be loaded, where its run had begun.
                unloaded += 1
                continue
            status = each["status"]
            outcome = "skipped" if status in SKIPPED else status
            tests.append((file["name"], [*each["ancestorTitles"], each["title"]], outcome))
        failing = any(each["status"] in {"failed", "error"} for each in file["assertionResults"])
        if file["status"] == "failed" and not failing:
            apart += bool(file["assertionResults"])
            unloaded += not file["assertionResults"]
    return tests, apart, unloaded


def mocha(said: str) -> Seen:
    seen = json.loads(said)
    tests = [(each["file"], each["path"], each["outcome"]) for each in seen["tests"]]
    return tests, seen["hooks"], 0


def node(said: str) -> Seen:
    tests: list[tuple[str, list[str], str]] = []
    apart = unloaded = 0
    titles: list[str] = []
    for line in said.splitlines():
        each = json.loads(line)
        if each["type"] == "test:start":
            titles[each["nesting"] :] = [each["name"]]
        elif each["kind"] == "suite":
            apart += each["type"] == "test:fail" and each["code"] != "subtestsFailed"
            if each.get("skip") is not None:
                path = [*titles[: each["nesting"]], each["name"]]
                # One that its parent's failed hook cancelled fails, as a test does that is skipped.
                outcome = "failed" if each["code"] == "cancelledByParent" else "skipped"
                tests.append((each.get("file") or "", path, outcome))
        else:
            failed = each["type"] == "test:fail" and not each.get("todo")
            outcome = "failed" if failed else "passed"
            if each.get("skip") is not None or each.get("todo") is not None:
                outcome = "failed" if failed else "todo" if each.get("todo") else "skipped"
            path = [*titles[: each["nesting"]], each["name"]]
            if Path(each["name"]).is_absolute() and failed:
                unloaded += 1
                continue
            tests.append((each.get("file") or "", path, outcome))
    return tests, apart, unloaded


READERS = {"jest": jest, "vitest": jest, "mocha": mocha, "node": node}


def truth(reader: Any, said: str, code: int, outputs: dict[str, bytes]) -> Truth:
    """What the runner's machine output says."""
    tests, apart, unloaded = reader(said) if said else ([], 0, 1)
    cases: dict[str, frozenset[str]] = {}
    ends: dict[str, tuple[str, str]] = {}
    for number, (file, titles, outcome) in enumerate(tests):
        name = f"{file}: {' > '.join(titles)} #{number}"
        # A test yet to be written is none that passed.
        told = {"failed": {"failed", "error"}, "todo": {"skipped", "xfailed"}}
        cases[name] = frozenset(told.get(outcome, {outcome}))
        ends[name] = squashed(titles), squashed(titles[-1:])
    # A reporter that writes nothing of a suite that failed leaves the JUnit file green.
    green = not FAILURE.search(outputs.get(JUNIT, b""))
    whole: bool | None = False if unloaded else None if apart else True
    return Truth(
        cases, code, whole, UNLOADED if unloaded else "a hook failed",
        blind=frozenset({JUNIT, LOG} if green else {LOG}), unnamed=frozenset({LOG}),
        nothing=not tests and not apart, ends=ends, bag=True, apart=apart + unloaded,
    )  # fmt: skip
