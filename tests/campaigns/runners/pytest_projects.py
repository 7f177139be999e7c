"""Small pytest projects from a seed: a tree of tests that end in every way that pytest knows."""

from __future__ import annotations

from random import Random

NAMES = ("lines", "empty", "unicode", "crlf", "nested", "header", "row", "fence", "lock", "date")
# Parameters that are awkward in a name: signs of paths and of node ids, brackets, blanks, nothing.
IDS = ("a", "b-1", "a.b", "x/y", "a::b", "p q", "[0]", "é", "a]b", "1.5", "", "- x", "50%",
       "FAILED", "a\\nb", "<&>")  # fmt: skip
# What each kind of test does. Fixtures stand in the project's conftest.py.
BODIES = {
    "pass": ["def {name}({self}):", "    assert True"],
    "fail": ["def {name}({self}):", "    assert 1 == 2, 'not the same'"],
    "raise": ["def {name}({self}):", "    raise ValueError('3 passed in 0.01s')"],
    "skip": ["@pytest.mark.skip(reason='later')", "def {name}({self}):", "    pass"],
    "skip in it": ["def {name}({self}):", "    pytest.skip('not here')"],
    "xfail": ["@pytest.mark.xfail(reason='known')", "def {name}({self}):", "    assert False"],
    "xfail in it": ["def {name}({self}):", "    pytest.xfail('known')"],
    "xpass": ["@pytest.mark.xfail(reason='known')", "def {name}({self}):", "    pass"],
    "xpass strict": ["@pytest.mark.xfail(strict=True)", "def {name}({self}):", "    pass"],
    "setup error": ["def {name}({self_}bad_setup):", "    pass"],
    "setup skip": ["def {name}({self_}skipping):", "    pass"],
    "teardown error": ["def {name}({self_}bad_teardown):", "    pass"],
    "fail and teardown error": ["def {name}({self_}bad_teardown):", "    assert False"],
    "skip and teardown error": ["def {name}({self_}bad_teardown):", "    pytest.skip('no')"],
    "flaky": ["def {name}({self_}tries):", "    assert tries(__name__ + '{name}') > 1"],
    "prints": ["def {name}({self}):", "    print('=== 7 passed, 2 failed in 0.12s ===')"],
    "prints and fails": ["def {name}({self}):", "    print('tests/test_x.py::test_y PASSED')",
                         "    print('===== 9 passed in 0.10s =====')", "    assert False"],
    "parameters": ["@pytest.mark.parametrize('value', {values!r}, ids={ids!r})",
                   "def {name}({self_}value):", "    assert value"],
    "warns": ["def {name}({self}):", "    import warnings", "    warnings.warn('old')"],
    "subtests": ["def {name}({self_}subtests):", "    for n in range(4):",
                 "        with subtests.test(msg='round', n=n):", "            assert n != {n}"],
    "subtests pass": ["def {name}({self_}subtests):", "    for n in range(3):",
                      "        with subtests.test(n=n):", "            assert n < 3"],
}  # fmt: skip
CONFTEST = """\
import pathlib
import pytest

COUNTS = pathlib.Path(__file__).parent / "counts"


@pytest.fixture
def bad_setup():
    raise RuntimeError("no setup")


@pytest.fixture
def skipping():
    pytest.skip("no fixture")


@pytest.fixture
def bad_teardown():
    yield
    raise RuntimeError("no teardown")


@pytest.fixture
def tries():
    def count(name):
        COUNTS.mkdir(exist_ok=True)
        place = COUNTS / name
        number = int(place.read_text()) + 1 if place.exists() else 1
        place.write_text(str(number))
        return number

    return count
"""
UNITTEST = """\


class {name}(unittest.TestCase):
    def test_plain(self):
        self.assertTrue(True)

    def test_wrong(self):
        self.assertEqual(1, {n})

    @unittest.skip("later")
    def test_later(self):
        pass

    @unittest.expectedFailure
    def test_known(self):
        self.fail("known")
"""
GREEN = ("pass", "pass", "pass", "skip", "skip in it", "xfail", "xpass", "prints", "parameters",
         "warns", "setup skip", "xfail in it")  # fmt: skip
# Whole modules that do not come to run.
MODULES = {
    "skipped": "import pytest\n\npytest.skip('not on this system', allow_module_level=True)\n",
    "importorskip": "import pytest\n\npytest.importorskip('no_such_module_at_all')\n",
    "import error": "import no_such_module_at_all\n\n\ndef test_one():\n    pass\n",
    "syntax error": "def test_one(:\n    pass\n",
    "raises": "raise RuntimeError('at import')\n",
    "unknown fixture": "def test_one(no_such_fixture):\n    pass\n",
    "duplicate parameter": "import pytest\n\n\n@pytest.mark.parametrize('x', [1])\ndef test_one():\n"
    "    pass\n",
}


def single(kind: str) -> dict[str, str]:
    """The smallest project that has one kind of test, or of module, beside a test that passes."""
    rng = Random(kind)
    files = {"conftest.py": CONFTEST, "pytest.ini": "[pytest]\n"}
    lines = ["import pytest", "", "", "def test_good():", "    assert True", ""]
    if kind in MODULES:
        files["tests/test_odd.py"] = MODULES[kind]
    elif kind in BODIES:
        lines += ["", *function(rng, kind, "test_it", green=False), ""]
    else:
        lines += [UNITTEST.format(name="Old", n=2)]
        lines[0] = "import unittest"
    return files | {"tests/test_one.py": "\n".join(lines)}


KINDS = (*BODIES, *MODULES, "unittest")


def project(rng: Random, *, subtests: bool = True) -> dict[str, str]:
    """The files of one project. A third of them has no test that fails."""
    mood = rng.choice(("green", "mixed", "mixed"))
    kinds = [kind for kind in BODIES if subtests or not kind.startswith("subtests")]
    if mood == "green":
        kinds = [kind for kind in kinds if kind in GREEN or kind == "subtests pass"]
    folders = rng.choice((("tests",), ("",), ("tests/a", "tests/b"), ("tests", "tests/deep/er")))
    files = {"conftest.py": CONFTEST, "pytest.ini": "[pytest]\n"}
    for number in range(rng.randint(1, 4)):
        folder = rng.choice(folders)
        path = f"{folder}/test_{rng.choice(NAMES)}_{number}.py".lstrip("/")
        files[path] = module(rng, kinds, green=mood == "green")
    if mood == "mixed" and rng.random() < 0.35:
        kind = rng.choice(sorted(MODULES))
        files[f"{folders[0]}/test_odd.py".lstrip("/")] = MODULES[kind]
    elif rng.random() < 0.2:
        files[f"{folders[0]}/test_odd.py".lstrip("/")] = MODULES["skipped"]
    if len(folders) > 1:
        for folder in folders:
            files[f"{folder}/__init__.py"] = ""
        files["tests/__init__.py"] = ""
        # One name in two folders.
        files[f"{folders[0]}/test_same.py"] = module(rng, kinds, green=mood == "green")
        files[f"{folders[1]}/test_same.py"] = files[f"{folders[0]}/test_same.py"]
        if len(folders[1].split("/")) > 2:
            files["tests/deep/__init__.py"] = ""
    return files


def module(rng: Random, kinds: list[str], *, green: bool) -> str:
    """One test file: functions, classes with tests of one name, unittest's classes."""
    out = ["import unittest", "", "import pytest", ""]
    for number in range(rng.randint(1, 5)):
        out += [
            "",
            *function(rng, rng.choice(kinds), f"test_{rng.choice(NAMES)}_{number}", green=green),
        ]
    for number in range(rng.choice((0, 0, 1, 2))):
        out += ["", f"class Test{rng.choice(NAMES).title()}{number}:"]
        for name in rng.sample(NAMES, rng.randint(1, 3)):
            lines = function(rng, rng.choice(kinds), f"test_{name}", green=green, method=True)
            out += ["", *(f"    {line}" for line in lines)]
        if rng.random() < 0.3:
            out += ["", "    class TestInner:"]
            lines = function(rng, rng.choice(kinds), "test_inner", green=green, method=True)
            out += [f"        {line}" for line in lines]
    text = "\n".join(out) + "\n"
    if not green and rng.random() < 0.3:
        text += UNITTEST.format(name=f"Old{rng.choice(NAMES).title()}", n=rng.choice((1, 2)))
    return text


def function(rng: Random, kind: str, name: str, *, green: bool, method: bool = False) -> list[str]:
    """The lines of one test."""
    ids = rng.sample(IDS, rng.randint(1, 4))
    values = [green or rng.random() < 0.7 for _ in ids]
    return [
        line.format(name=name, self="self" if method else "", self_="self, " if method else "",
                    n=rng.randrange(5), ids=ids, values=values)
        for line in BODIES[kind]
    ]  # fmt: skip
