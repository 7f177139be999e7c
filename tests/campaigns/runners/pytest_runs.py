"""Runs pytest on a project, in one of several versions, and says what it reported."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from random import Random
from typing import Any

from tests.campaigns.runners.model import EXIT, JSON, JUNIT, LOG, OUTCOMES, REPORT, Run, Truth

HERE = Path(__file__).parent
# Each setting by its name. `{first}` is a test file of the project, `{word}` part of a test's name.
SETTINGS: dict[str, tuple[str, ...]] = {
    "plain": (),
    "-q": ("-q",),
    "-qq": ("-qq",),
    "-v": ("-v",),
    "-vv": ("-vv",),
    "-rA": ("-rA",),
    "-v -rA": ("-v", "-rA"),
    "-q -rA": ("-q", "-rA"),
    "-rN": ("-rN",),
    "-q -rN": ("-q", "-rN"),
    "-v --tb=no": ("-v", "--tb=no"),
    "-q --tb=no": ("-q", "--tb=no"),
    "--tb=short": ("--tb=short",),
    "--tb=line -q": ("--tb=line", "-q"),
    "--tb=native": ("--tb=native", "-v"),
    "--no-header": ("--no-header",),
    "--no-header -v --no-summary": ("--no-header", "-v", "--no-summary"),
    "--no-header -q --no-summary": ("--no-header", "-q", "--no-summary"),
    "-p no:terminal": ("-p", "no:terminal"),
    "-v -x": ("-v", "-x"),
    "-x": ("-x",),
    "-q --maxfail=2": ("-q", "--maxfail=2"),
    "-k": ("-k", "{word}"),
    "-v -k": ("-v", "-k", "not {word}"),
    "-q -k": ("-q", "-k", "not {word}"),
    "-k nothing": ("-k", "nothing_is_called_so"),
    "--collect-only": ("--collect-only",),
    "--collect-only -q": ("--collect-only", "-q"),
    "-n 2": ("-n", "2"),
    "-n 2 -v": ("-n", "2", "-v"),
    "-n 2 -q": ("-n", "2", "-q"),
    "-n 2 -x": ("-n", "2", "-x"),
    "--reruns": ("--reruns", "2"),
    "--reruns -v": ("--reruns", "2", "-v"),
    "--reruns -q": ("--reruns", "1", "-q"),
    "--reruns -n 2 -v": ("--reruns", "2", "-n", "2", "-v"),
    "--session-timeout": ("--session-timeout=0.01",),
    "--session-timeout -q": ("--session-timeout=0.01", "-q"),
    "--timeout -v": ("--timeout=5", "-v"),
    "usage error": ("--no-such-option",),
    "no such file": ("no_such_test.py",),
    "no such test": ("{first}::test_no_such",),
    "colour": ("--color=yes",),
    "colour -v": ("--color=yes", "-v"),
    "-s": ("-s",),
    "-s -v": ("-s", "-v"),
    "xunit1": ("-o", "junit_family=xunit1", "-v"),
    "xunit2 logging": ("-o", "junit_family=xunit2", "-o", "junit_logging=all"),
    "count": ("-o", "console_output_style=count"),
    "classic": ("-o", "console_output_style=classic", "-v"),
    "durations": ("--durations=3", "-v"),
    "one file": ("{first}", "-v"),
    "continue": ("--continue-on-collection-errors", "-v"),
    "continue -q": ("--continue-on-collection-errors", "-q"),
    "strict": ("-o", "xfail_strict=true", "-v"),
    "--runxfail": ("--runxfail", "-q"),
    "no such import": ("-p", "no_such_plugin"),
    "-W error": ("-W", "error", "-v"),
    "prefix": ("--junit-prefix=unit", "-v"),
    "no cacheprovider, stepwise": ("--sw", "-v"),
}


def run(
    python: Path, version: str, files: dict[str, str], setting: str, rng: Random, place: Path,
    label: str, seed: int,
) -> Run:  # fmt: skip
    """Lay out the project at `place`, run pytest in it, and take its outputs."""
    if "-s" in SETTINGS[setting]:
        # What a test prints stands between the log's own lines: nothing can tell them apart.
        files = {name: text.replace("print(", "str(") for name, text in files.items()}
    lay_out(files, place)
    words = {
        "first": next(name for name in files if "test_" in name),
        "word": rng.choice(("lines", "row", "e", "test_lock", "a")),
    }
    arguments = [each.format(**words) for each in SETTINGS[setting]]
    return start(python, place, arguments, f"pytest {version}, {label}, {setting}", seed)


def lay_out(files: dict[str, str], place: Path) -> None:
    """Write the files of a project to an empty folder."""
    shutil.rmtree(place, ignore_errors=True)
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def variables(place: Path) -> dict[str, str]:
    """The environment in which pytest finds the oracle's plugin."""
    plugins = place / "_oracle"
    plugins.mkdir()
    shutil.copy(HERE / "pytest_oracle.py", plugins)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"PYTHONPATH": str(plugins), "COLUMNS": "100"}
    env.pop("NO_COLOR", None)
    env.pop("FORCE_COLOR", None)
    return env


def seen_of(oracle: Path) -> dict[str, Any]:
    """What the plugin wrote down, as far as it came."""
    seen: dict[str, Any] = json.loads(oracle.read_text(encoding="utf-8")) if oracle.exists() else {}
    return seen


def start(python: Path, place: Path, arguments: list[str], label: str, seed: int) -> Run:
    """Run pytest at `place` with every kind of output, and hold what its hooks said."""
    env = variables(place)
    out = place / "_out"
    out.mkdir()
    env["ORACLE"] = str(out / "oracle.json")
    own = ["-p", "pytest_oracle", f"--junitxml={out / JUNIT}", f"--report-log={out / REPORT}",
           "--json-report", f"--json-report-file={out / JSON}"]  # fmt: skip
    with (out / LOG).open("wb") as log:
        done = subprocess.run(
            [str(python), "-m", "pytest", *own, *arguments],
            cwd=place, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            check=False, timeout=120,
        )  # fmt: skip
    outputs = {
        name: (out / name).read_bytes()
        for name in (JUNIT, LOG, REPORT, JSON)
        if (out / name).exists()
    }
    outputs[EXIT] = f"{done.returncode}\n".encode()
    seen = seen_of(out / "oracle.json")
    return Run(label, outputs, truth(seen, done.returncode, arguments), seed)


def truth(seen: dict[str, Any], code: int, arguments: list[str]) -> Truth:
    """What pytest's own hooks say of the run."""
    cases = outcomes(seen)
    odd_modules = bool(seen.get("collect"))
    verbose = any(each in {"-v", "-vv"} for each in arguments)
    ran = len({each["node"] for each in seen.get("reports", ())})
    selected, away = seen.get("selected"), seen.get("deselected", 0)
    workers = "-n" in arguments
    stopped = seen.get("stopped", "")
    # The exit code of a process that a test ended may be any.
    ended = seen.get("exit") is not None
    whole: bool | None = (
        code in {0, 1}
        and seen.get("exit") == code
        and not (seen.get("internal") or stopped or seen.get("interrupted"))
    )
    cut = stopped or {2: "interrupted", 3: "internal error", 4: "usage error", 5: "no tests"}.get(
        code, f"exit code {code}" if not whole else ""
    )
    errors = any(each["outcome"] == "failed" for each in seen.get("collect", ()))
    if errors:
        whole, cut = False, "a module could not be loaded"
    elif stopped and ran == selected and not workers:
        whole = None
    # What `-x` stopped looks whole in these.
    blind = {JUNIT, REPORT, *({EXIT} if code in {0, 1} else ())} if stopped else set()
    if (errors or not ended) and code in {0, 1}:
        blind.add(EXIT)
    unnamed = {LOG} if not verbose or odd_modules or "--no-summary" in arguments else set()
    broken = not whole and not stopped and not errors and code != 5
    if broken and ended and seen.get("exit") != code:
        # A plugin that fails while the session ends comes after the outputs were written.
        blind |= {JUNIT, REPORT, JSON}
    if broken and workers:
        blind.add(JUNIT)
    if seen.get("interrupted") and code in {0, 1}:
        blind.add(EXIT)
    collect_only = "--collect-only" in arguments
    if collect_only:
        cut = "only collected"
        blind |= {JUNIT, REPORT, JSON, EXIT}
    return Truth(
        cases,
        code,
        whole,
        cut,
        printed(seen, arguments),
        (selected, selected + away) if away and selected is not None and not workers else None,
        frozenset(blind),
        frozenset(unnamed),
        nothing=not ran,
        broken=broken or collect_only,
        modules=frozenset(
            each["node"] for each in seen.get("collect", ()) if each["outcome"] == "skipped"
        ),
        subtests=frozenset(each["node"] for each in seen.get("reports", ()) if each["subtest"]),
        terminal="no:terminal" not in arguments and "-qq" not in arguments,
        prefix="unit." if "--junit-prefix=unit" in arguments else "",
    )


def outcomes(seen: dict[str, Any]) -> dict[str, frozenset[str]]:
    """Each test's final outcome: that of its last try, the worst of its phases and subtests."""
    found: dict[str, str] = {}
    wide: dict[str, set[str]] = {}
    for each in seen.get("collect", ()):
        found[each["node"]] = "error" if each["outcome"] == "failed" else "skipped"
    ended: set[str] = set()
    for each in seen.get("reports", ()):
        node, when, outcome = each["node"], each["when"], each["outcome"]
        if outcome == "rerun" or (when == "setup" and node in ended):
            found.pop(node, None)
            ended.discard(node)
        if when == "teardown":
            ended.add(node)
        elif each["subtest"] and outcome == "skipped":
            wide[node] = {"passed", "skipped"}
        elif when not in {"setup", "call"}:
            # What xdist reports of a test whose worker died.
            wide[node] = {"failed", "error"}
        final = phase(each, found.get(node))
        if final:
            found[node] = final
    return {node: frozenset(wide.get(node, {outcome})) for node, outcome in found.items()}


def phase(report: dict[str, Any], before: str | None) -> str | None:
    """What one report makes of a test's outcome; None for nothing."""
    when, outcome = report["when"], report["outcome"]
    if outcome == "failed":
        return "failed" if when == "call" else "error"
    if outcome == "rerun" or when == "teardown" or report["subtest"]:
        return None
    if outcome == "skipped":
        return "xfailed" if report["xfail"] else "skipped"
    if when == "call" and before != "failed":
        return "xpassed" if report["xfail"] else "passed"
    return None


def printed(seen: dict[str, Any], arguments: list[str]) -> dict[str, int] | None:
    """What pytest's last line counts."""
    stats = seen.get("printed")
    if stats is None or "--collect-only" in arguments:
        return None
    names = {"errors": "error"}
    return {name: stats.get(names.get(name, name), 0) for name in OUTCOMES}
