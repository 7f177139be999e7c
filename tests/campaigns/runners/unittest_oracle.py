"""Runs `unittest discover` and writes down what its result object was told, as JSON.

Started as a script by the Python of an environment of its own, in the folder of the project.
"""

from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path
from typing import Any

SEEN: dict[str, list[Any]] = {"ended": [], "apart": [], "subtests": []}


class Result(unittest.TestResult):
    def note(self, test: Any, outcome: str) -> None:
        # What fails at loading or in setUpClass is no test case of the project's.
        own = isinstance(test, unittest.TestCase) and "unittest.loader" not in test.id()
        SEEN["ended" if own else "apart"].append([test.id(), outcome])

    def addSuccess(self, test: Any) -> None:  # noqa: N802 - unittest's own name
        self.note(test, "passed")

    def addFailure(self, test: Any, _err: Any) -> None:  # noqa: N802
        self.note(test, "failed")

    def addError(self, test: Any, _err: Any) -> None:  # noqa: N802
        self.note(test, "failed")

    def addSkip(self, test: Any, _reason: str) -> None:  # noqa: N802
        self.note(test, "skipped")

    def addExpectedFailure(self, test: Any, _err: Any) -> None:  # noqa: N802
        self.note(test, "xfailed")

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802
        self.note(test, "xpassed")

    def addSubTest(self, test: Any, _subtest: Any, _err: Any) -> None:  # noqa: N802
        if _err is not None:
            self.note(test, "failed")
            SEEN["subtests"].append(test.id())


if __name__ == "__main__":
    unittest.defaultTestLoader.discover(".").run(Result())
    Path(sys.argv[1]).write_text(json.dumps(SEEN), encoding="utf-8")
