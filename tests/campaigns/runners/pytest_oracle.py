"""A pytest plugin that writes down what pytest itself reported, hook by hook, as one JSON file.

Loaded with ``-p pytest_oracle`` by the pytest of an environment of its own, so it imports nothing
of this project and works with every pytest from 7 on. Below xdist only the controller writes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

PLACE = os.environ.get("ORACLE", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SEEN: dict[str, Any] = {
    "reports": [],
    "collect": [],
    "deselected": 0,
    "selected": None,
    "exit": None,
    "internal": 0,
    "printed": None,
    "stopped": "",
    "interrupted": False,
}


def pytest_runtest_logreport(report: Any) -> None:
    SEEN["reports"].append(
        {
            "node": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "xfail": hasattr(report, "wasxfail"),
            "subtest": type(report).__name__ in {"SubTestReport", "SubtestReport"},
        }
    )
    # A test may end the process.
    write()


def pytest_collectreport(report: Any) -> None:
    if report.outcome != "passed":
        SEEN["collect"].append({"node": report.nodeid, "outcome": report.outcome})


def pytest_deselected(items: list[Any]) -> None:
    SEEN["deselected"] += len(items)


def pytest_collection_finish(session: Any) -> None:
    SEEN["selected"] = len(session.items)


def pytest_keyboard_interrupt() -> None:
    """Also called for `pytest.exit`, whatever exit code that names."""
    SEEN["interrupted"] = True


def pytest_internalerror() -> None:
    SEEN["internal"] += 1


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: Any, exitstatus: int) -> None:
    SEEN["stopped"] = str(session.shouldfail or session.shouldstop or "")
    SEEN["exit"] = int(exitstatus)


def write() -> None:
    if PLACE and not WORKER:
        Path(PLACE).write_text(json.dumps(SEEN), encoding="utf-8")


def pytest_unconfigure(config: Any) -> None:
    if WORKER or not PLACE:
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        SEEN["printed"] = {
            key: sum(getattr(each, "count_towards_summary", True) for each in stat)
            for key, stat in reporter.stats.items()
            if key
        }
    write()
