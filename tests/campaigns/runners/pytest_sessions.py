"""Sessions of pytest that end badly, and logs with more than one session."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.campaigns.runners import environments
from tests.campaigns.runners.model import EXIT, JUNIT, LOG, OUTCOMES, Run, Truth
from tests.campaigns.runners.pytest_runs import lay_out, seen_of, start, truth, variables

GOOD = "def test_{n}():\n    assert True\n\n\n"
# What the second of three tests does, and with which arguments.
ENDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "keyboard interrupt": ("    raise KeyboardInterrupt", ()),
    "pytest.exit": ("    import pytest\n    pytest.exit('enough')", ()),
    "pytest.exit with 0": ("    import pytest\n    pytest.exit('enough', returncode=0)", ()),
    "os._exit with 0": ("    import os\n    os._exit(0)", ()),
    "os._exit with 1": ("    import os\n    os._exit(1)", ()),
    "abort": ("    import os\n    os.abort()", ()),
    "segmentation fault": ("    import ctypes\n    ctypes.string_at(0)", ()),
    "sys.exit": ("    raise SystemExit(0)", ()),
    "timeout by thread": ("    import time\n    time.sleep(9)",
                          ("--timeout=0.3", "--timeout-method=thread")),
    "timeout by signal": ("    import time\n    time.sleep(9)",
                          ("--timeout=0.3", "--timeout-method=signal")),
    "session-timeout": ("    import time\n    time.sleep(0.4)", ("--session-timeout=0.2",)),
    "worker crash": ("    import os\n    os._exit(1)", ("-n", "2")),
    "interrupt in a worker": ("    raise KeyboardInterrupt", ("-n", "2")),
    "failed before -x": ("    assert False", ("-x",)),
    "stopped by the last": ("    assert True", ("--maxfail=1",)),
}  # fmt: skip
CONFTESTS = {
    "internal error": "def pytest_runtest_logreport(report):\n    raise RuntimeError('odd')\n",
    "internal error at the end": "def pytest_sessionfinish():\n    raise RuntimeError('odd')\n",
    "conftest not loaded": "import no_such_module_at_all\n",
    "teardown of the session": "import pytest\n\n\n@pytest.fixture(scope='session', autouse=True)\n"
    "def whole():\n    yield\n    raise RuntimeError('late')\n",
    "setup of the module": "import pytest\n\n\n@pytest.fixture(scope='module', autouse=True)\n"
    "def whole():\n    raise RuntimeError('early')\n",
}
VERBOSITIES = ((), ("-v",), ("-q",))


def ends(count: int, place: Path) -> Iterator[Run]:
    """Each way to end, at each verbosity, by the versions in turn."""
    each = [*ENDS, *CONFTESTS]
    for number in range(min(count, len(each) * 3)):
        name, verbosity = each[number // 3], VERBOSITIES[number % 3]
        major = list(environments.PYTESTS)[(number + number // 3) % 3]
        body, arguments = ENDS.get(name, ("    assert True", ()))
        files = {"test_it.py": GOOD.format(n="first") + f"def test_it():\n{body}\n\n\n"
                 + GOOD.format(n="last")}  # fmt: skip
        if name in CONFTESTS:
            files["conftest.py"] = CONFTESTS[name]
        elif name == "stopped by the last":
            files["test_it.py"] += "def test_z():\n    assert False\n"
        lay_out(files, place / "e")
        label = f"pytest {environments.PYTESTS[major]}, {name}, {' '.join(verbosity) or 'plain'}"
        python = environments.pytest_python(major)
        yield start(python, place / "e", [*verbosity, *arguments], label, 0)


NOXFILE = """\
import nox


@nox.session(venv_backend="none")
@nox.parametrize("part", ["one", "two"])
def tests(session, part):
    session.run({python!r}, "-m", "pytest", "-p", "pytest_oracle", *{arguments!r},
                f"test_{{part}}.py", env={{"ORACLE": f"_out/{{part}}.json"}}, success_codes=[0, 1])
"""
TOX = """\
[tox]
envlist = one, two
skipsdist = true
[testenv]
skip_install = true
allowlist_externals = {python}
passenv = PYTHONPATH
setenv = ORACLE = {{toxinidir}}/_out/{{envname}}.json
commands = {python} -m pytest -p pytest_oracle {arguments} test_{{envname}}.py
"""
PARTS = {
    "green": (GOOD.format(n="a"), GOOD.format(n="b")),
    "first fails": (
        "def test_bad():\n    assert False\n\n\n" + GOOD.format(n="a"),
        GOOD.format(n="b"),
    ),
    "second fails": (
        GOOD.format(n="a"),
        "def test_bad():\n    assert False\n\n\n" + GOOD.format(n="b"),
    ),
}


def several(count: int, place: Path) -> Iterator[Run]:
    """Two sessions in one log: by a shell, by nox and by tox."""
    made = 0
    for way in ("shell", "nox", "tox"):
        for name, texts in PARTS.items():
            for verbosity in VERBOSITIES:
                if made < count:
                    label = f"{way}, {name}, {' '.join(verbosity) or 'plain'}"
                    yield two(way, texts, list(verbosity), place / "t", label)
                made += 1


def two(way: str, texts: tuple[str, str], arguments: list[str], place: Path, label: str) -> Run:
    """One log of two sessions, and the JUnit file that the second left over the first's."""
    python = environments.pytest_python("9")
    lay_out({"test_one.py": texts[0], "test_two.py": texts[1], "pytest.ini": "[pytest]\n"}, place)
    out = place / "_out"
    out.mkdir()
    env = variables(place)
    junit = f"--junitxml={out / JUNIT}"
    if way == "shell":
        commands = [
            [
                str(python),
                "-m",
                "pytest",
                "-p",
                "pytest_oracle",
                *arguments,
                junit,
                f"test_{part}.py",
            ]
            for part in ("one", "two")
        ]
    elif way == "nox":
        text = NOXFILE.format(python=str(python), arguments=[*arguments, junit])
        (place / "noxfile.py").write_text(text, encoding="utf-8")
        commands = [[str(python), "-m", "nox"]]
    else:
        text = TOX.format(python=python, arguments=" ".join([*arguments, junit]))
        (place / "tox.ini").write_text(text, encoding="utf-8")
        commands = [[str(python), "-m", "tox"]]
    code = 0
    with (out / LOG).open("wb") as log:
        for number, command in enumerate(commands):
            each = {"ORACLE": str(out / ("one.json", "two.json")[number])} if way == "shell" else {}
            done = subprocess.run(
                command, cwd=place, env={**env, **each}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, check=False, timeout=180,
            )  # fmt: skip
            code = code or done.returncode
    outputs = {LOG: (out / LOG).read_bytes(), EXIT: f"{code}\n".encode()}
    if (out / JUNIT).exists():
        outputs[JUNIT] = (out / JUNIT).read_bytes()
    truths = [truth(seen_of(out / f"{part}.json"), code, arguments) for part in ("one", "two")]
    return Run(label, outputs, together(truths, code))


def together(truths: list[Truth], code: int) -> Truth:
    """Sessions add up. The JUnit file is the last one's alone."""
    printed: dict[str, int] | None = {
        name: sum((each.printed or {}).get(name, 0) for each in truths) for name in OUTCOMES
    }
    first, last = truths
    return replace(
        first,
        cases=first.cases | last.cases,
        exit_code=code,
        whole=None if first.failing or last.failing else True,
        printed=printed,
        last=frozenset(last.cases),
        unnamed=first.unnamed | {JUNIT},
        blind=frozenset({JUNIT, *({EXIT} if code == 0 else ())} if not last.failing else ()),
    )
