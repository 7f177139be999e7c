"""Small projects of tests in JavaScript from a seed: one tree, written for each runner."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random

# Suites and tests draw from words of their own, so that a name's end tells which test it is.
SUITES = ("Parser", "Index", "Lock", "Deep > er", "a/b", "Store.js", "Größe", "<Html & co>")
TESTS = ("reads lines", "is empty", "keeps order", "says 'no'", "handles 1.5 %", "ends", "fails never",
         "is 2 > 1", "naïve", "counts to 3", "passes")  # fmt: skip
BODIES = {
    "pass": "",
    "fail": "assert.strictEqual(1, 2);",
    "throw": "throw new Error('2 passing');",
    "reject": "return Promise.reject(new Error('late'));",
    "log": "console.log('Tests: 3 passed, 3 total');",
    "skip": None,
    "todo": None,
    "each": None,
}
GREEN = ("pass", "pass", "pass", "log", "skip", "todo", "each")
HOOKS = ("beforeAll", "beforeEach", "afterEach", "afterAll")
# Files from which no test comes.
BROKEN = {
    "syntax error": "{head}\nit('never runs', () => {{\n",
    "missing import": "{head}\n{load}\nit('never runs', () => {{}});\n",
    "throws": "{head}\nthrow new Error('at load');\n",
    "throws in describe": "{head}\ndescribe('Outer', () => {{\n  it('is there', () => {{}});\n"
    "  throw new Error('in describe');\n}});\n",
    "empty": "{head}\n",
}
LOAD = {"jest": "require('./not-there');", "mocha": "require('./not-there');"}
HEADS = {
    "jest": "const assert = require('assert');",
    "mocha": "const assert = require('assert');",
    "vitest": "import assert from 'node:assert';\n"
    "import {describe, it, beforeAll, beforeEach, afterEach, afterAll} from 'vitest';",
    "node": "import assert from 'node:assert';\n"
    "import {describe, it, before as beforeAll, beforeEach, afterEach, after as afterAll}"
    " from 'node:test';",
}
SUFFIX = {"jest": ".test.js", "mocha": ".test.js", "vitest": ".test.mjs", "node": ".test.mjs"}


@dataclass
class Suite:
    """One `describe`, or a file, which is one without a title."""

    title: str
    tests: list[tuple[str, str]] = field(default_factory=list)
    suites: list[Suite] = field(default_factory=list)
    hook: str = ""
    skip: bool = False


def tree(rng: Random, kinds: tuple[str, ...], depth: int, *, green: bool) -> Suite:
    """A suite with suites in it. Names recur on purpose, also within one suite."""
    made = Suite(rng.choice(SUITES))
    for _ in range(rng.randint(1, 4)):
        made.tests.append((rng.choice(TESTS), rng.choice(kinds)))
    if depth:
        made.suites = [
            tree(rng, kinds, depth - 1, green=green) for _ in range(rng.choice((0, 1, 1, 2)))
        ]
    if not green and rng.random() < 0.12:
        made.hook = rng.choice(HOOKS)
    made.skip = rng.random() < 0.08
    return made


def project(rng: Random, runner: str) -> dict[str, str]:
    """The files of one project, a third of them without a failure."""
    green = rng.random() < 0.33
    kinds = GREEN if green else tuple(BODIES)
    files = {}
    for number in range(rng.randint(1, 3)):
        folder = rng.choice(("test", "test/deep", "test"))
        root = tree(rng, kinds, 2, green=green)
        text = render(root, runner, top=rng.random() < 0.4)
        files[f"{folder}/file{number}{SUFFIX[runner]}"] = text
        if rng.random() < 0.3:
            files[f"test/other/file{number}{SUFFIX[runner]}"] = text
    if not green and rng.random() < 0.4:
        kind = rng.choice(sorted(BROKEN))
        files[f"test/odd{SUFFIX[runner]}"] = broken(kind, runner)
    return files


def broken(kind: str, runner: str) -> str:
    """A file that cannot be loaded, or has no test."""
    return BROKEN[kind].format(
        head=HEADS[runner], load=LOAD.get(runner, "import './not-there.js';")
    )


def single(kind: str, runner: str) -> dict[str, str]:
    """The smallest project that has one kind of test, hook or file beside a test that passes."""
    suite = Suite("Parser", [("reads lines", "pass")])
    files = {}
    if kind in BROKEN:
        files[f"test/odd{SUFFIX[runner]}"] = broken(kind, runner)
    elif kind in HOOKS:
        suite.hook = kind
    elif kind == "skipped suite":
        suite.suites = [Suite("Lock", [("is empty", "pass")], skip=True)]
    elif kind == "same name":
        suite.tests = [("reads lines", "fail"), ("reads lines", "pass")]
    elif kind == "same name in suites":
        suite.suites = [Suite("Lock", [("ends", each)]) for each in ("fail", "pass")]
    elif kind == "same name in files":
        other = Suite("Parser", [("reads lines", "fail")])
        files[f"test/a/one{SUFFIX[runner]}"] = render(other, runner, top=False)
    else:
        suite.tests.append(("is empty", kind))
    return {f"test/one{SUFFIX[runner]}": render(suite, runner, top=False), **files}


KINDS = (*BODIES, *HOOKS, *BROKEN, "skipped suite", "same name", "same name in suites",
         "same name in files")  # fmt: skip


def render(root: Suite, runner: str, *, top: bool) -> str:
    """The file of a suite; with `top`, its tests stand outside of any `describe`."""
    lines = [HEADS[runner]]
    lines += body(root, runner, "") if top else suite(root, runner, "")
    return "\n".join(lines) + "\n"


def suite(made: Suite, runner: str, indent: str) -> list[str]:
    word = "describe.skip" if made.skip else "describe"
    return [
        f"{indent}{word}({json.dumps(made.title)}, () => {{",
        *body(made, runner, indent + "  "),
        f"{indent}}});",
    ]


def body(made: Suite, runner: str, indent: str) -> list[str]:
    out = []
    if made.hook:
        word = made.hook
        if runner == "mocha":
            word = {"beforeAll": "before", "afterAll": "after"}.get(word, word)
        out.append(f"{indent}{word}(() => {{ throw new Error('in the hook'); }});")
    for title, kind in made.tests:
        out += [f"{indent}{line}" for line in function(title, kind, runner)]
    for each in made.suites:
        out += suite(each, runner, indent)
    return out


def function(title: str, kind: str, runner: str) -> list[str]:
    """One test, as the runner writes it."""
    name = json.dumps(title)
    if kind == "skip":
        return [f"it.skip({name}, () => {{ assert.ok(false); }});"]
    if kind == "todo":
        return [f"it({name});" if runner == "mocha" else f"it.todo({name});"]
    if kind == "each":
        return [f"for (const n of [1, 2, 3]) it({name} + ' ' + n, () => {{ assert.ok(n); }});"]
    return [f"it({name}, () => {{ {BODIES[kind]} }});"]
