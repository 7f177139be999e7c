"""Texts that stand in no plan, held against runs: which runs, what is said of them, and what is refused."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from typing import Any

import pytest

from ledger import hook
from tests.support.commands import Done, call
from tests.support.repository import Repository

RUN = "reports/parser-speed/phase_b/20251102T091500Z"
OTHER = "reports/parser-speed/phase_c/20251103T091500Z"
PLAIN = "logs/run-7"


def verified(
    repo: Repository, text: str, *options: str, stdin: pytest.MonkeyPatch | None = None
) -> Done:
    """The answer of `verify --text`, in JSON."""
    if stdin:
        stdin.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return call(repo.path, "verify", "--text", "-", "--json", *options)
    place = repo.path.parent / "message.md"
    place.write_bytes(text.encode())
    return call(repo.path, "verify", "--text", str(place), "--json", *options)


@pytest.fixture
def runs(repo: Repository) -> Repository:
    """Two runs with a stamp, of 12 and of 9 and 3 tests, and one without, of 7."""
    repo.write(f"{OTHER}/pytest.log", b"===== 3 failed, 9 passed in 5.00s =====\n")
    repo.write(f"{PLAIN}/pytest.log", b"===== 7 passed in 1.00s =====\n")
    repo.commit("Keep the runs")
    return repo


# What is said, the runs that it is held against, and what of it they contradict.
TEXTS: dict[str, tuple[str, list[str], list[str]]] = {
    "no run": ("11 passed, 1 failed.", [], []),
    "in a list": (f"- 11 passed\n- Run: `{RUN}/`", [RUN], ["11 passed"]),
    "bare": (f"All 12 tests pass.\nEvidence: {RUN}/pytest.log.", [RUN], []),
    "in braces": (f"11 passed (`{RUN}/{{pytest.log,exit_code.txt}}`).", [RUN], ["11 passed"]),
    "a link": (f"11 passed, [log]({RUN}/pytest.log).", [RUN], ["11 passed"]),
    "a whole path": ("11 passed.\n\nRun: `{root}/" + RUN + "`", [RUN], ["11 passed"]),
    "without a stamp": (f"All 8 tests pass.\n\nRun: {PLAIN}/", [PLAIN], ["All 8 tests pass"]),
    "a folder that is no run": (f"8 passed. Moved `{PLAIN}/` to the top.", [], []),
    "of another run": (f"This fixes the 3 failures of `{OTHER}/`. All tests pass.", [], []),
    "its own beside another": (
        f"This fixes the 3 failures of `{OTHER}/`. All tests pass.\n\nRun: `{RUN}/`",
        [RUN],
        [],
    ),
    "two runs": (f"12 passed (`{RUN}/`), 9 passed (`{OTHER}/`).", [RUN, OTHER], []),
    "a way out": ("11 passed.\n\nRun: `../../../etc/20251102T091500Z/`", [], []),
    "a run that is not there": (
        "12 passed.\n\nRun: `reports/x/20251104T000000Z/`",
        [],
        ["reports/x/20251104T000000Z/"],
    ),
    "a file of its run that is not there": (
        f"12 passed. The table is in `{RUN}/table.csv`.\n\nRun: `{RUN}/`",
        [RUN],
        [f"{RUN}/table.csv"],
    ),
    "one that is said to be left out": (
        f"12 passed. `{RUN}/table.csv` was\nnot written.\n\nRun: `{RUN}/`",
        [RUN],
        [],
    ),
    "a file of the project": (f"12 passed. Added `src/new.py`.\n\nRun: `{RUN}/`", [RUN], []),
    "of something else": (
        f"7 failed logins lock the account, 3 failed login attempts warn.\n\nRun: `{RUN}/`",
        [RUN],
        [],
    ),
    "before and now": (f"1 failing before, 0 after.\n\nRun: `{RUN}/`", [RUN], []),
    "an attempt's run": (
        f"12 passed, as in Attempt #1; 10 passed in Attempt #2.\n\nRun: `{RUN}/`",
        [RUN],
        [],
    ),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_text_is_held_against_the_runs_that_it_names(case: str, runs: Repository) -> None:
    text, against, contradicted = TEXTS[case]
    done = verified(runs, text.replace("{root}", str(runs.path)))
    found = [claim["text"] for claim in done.data["claims"] if claim["verdict"] == "contradicted"]
    assert (done.data["runs"], found) == (against, contradicted)
    assert done.code == (1 if contradicted else 0)
    assert bool(done.data["unchecked"]) == (not against and not contradicted)


def test_a_text_is_held_against_the_runs_that_are_given(
    runs: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verified(runs, "All 12 tests pass.", "--run", RUN).code == 0
    done = verified(runs, "All 12 tests pass.", "--run", f"{OTHER}/pytest.log", stdin=monkeypatch)
    assert done.code == 1
    assert done.data["runs"] == [f"{OTHER}/pytest.log"]
    # Of several runs any may be meant.
    assert verified(runs, "12 passed.", "--run", RUN, "--run", OTHER).code == 0


def test_a_text_is_held_against_the_newest_run_of_an_item(runs: Repository) -> None:
    assert verified(runs, "12 passed, 0 failed.", "--item", "PARSE-SPEED-001").code == 0
    assert verified(runs, "11 passed, 1 failed.", "--item", "PARSE-SPEED-001").code == 1


def test_a_comparison_is_with_the_attempt_before(runs: Repository) -> None:
    plan = runs.ledger.read_text("utf-8")
    old = "reports/export/20251101T000000Z"
    new = "reports/export/20251102T000000Z"
    runs.write(f"{old}/pytest.log", b"===== 8 failed, 4 passed in 3.00s =====\n")
    runs.write(f"{new}/pytest.log", b"===== 5 failed, 7 passed in 3.00s =====\n")
    plan += f"""
## [EXPORT-001] Export
- Priority: High
- Status: in_progress
- Attempts History:
  * [2025-11-01] Attempt #1 — Result: failed. Artifacts: `{old}/`
  * [2025-11-02] Attempt #2 — Result: failed. Artifacts: `{new}/`
"""
    runs.write("docs/fix_plan.md", plan.encode())
    for text, code in (
        ("Failures went from 8 to 5.", 0),
        ("Failures went from 9 to 5.", 1),
        ("No new failures.", 0),
    ):
        assert verified(runs, text, "--item", "EXPORT-001").code == code, text
        # The run says which attempt it is.
        assert verified(runs, f"{text}\n\nRun: `{new}/`").code == code, text


def test_a_repository_needs_no_plan_for_it(runs: Repository) -> None:
    runs.ledger.unlink()
    assert verified(runs, f"11 passed.\n\nRun: `{RUN}/`").code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--run", "nowhere"), "no such file"),
        (("--run", ".."), "lies outside the repository"),
        (("--item", "NOPE-001"), "no item NOPE-001"),
        (("--item", "PARSE-SPEED-001#9"), "no attempt #9"),
        (("--item", "PARSE-SPEED-001", "--run", RUN), "found both"),
        (("--rev", "HEAD"), "found several"),
        (("PARSE-SPEED-001",), "found several"),
        (("--stop-hook",), "found several"),
        (("--kind", "counts"), "no kind"),
        (("--only", "false"), "no verdict"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    options: tuple[str, ...], said: str, repo: Repository
) -> None:
    done = verified(repo, "12 passed.", *options)
    assert done.code == 2
    assert said in json.loads(done.out)["error"]["message"]


def test_what_cannot_be_read_is_one_line(repo: Repository) -> None:
    assert verified(repo, "x" * 200_001).code == 2
    for option in ("--text", "--github-event"):
        for name, said in (("nowhere", "no such file"), ("docs", "expected a file")):
            done = call(repo.path, "verify", option, name)
            assert (done.code, done.err.count("\n")) == (2, 1)
            assert said in done.err


def test_what_is_odd_in_a_text_reaches_no_terminal(runs: Repository) -> None:
    text = f"\x1b[31m11 passed\x1b[0m\0 \x07\n\nRun: `{RUN}/`"
    place = runs.write("message.md", text.encode() + b"\xff\xfe")
    done = call(runs.path, "verify", "--text", str(place), "--all")
    assert not {*done.out} & set("\x1b\0\x07")


def test_thousands_of_paths_take_seconds(runs: Repository) -> None:
    """Each may be meant from the folder of each other: they took minutes."""
    paths = " ".join(f"reports/x{n}/20251104T{n:06}Z/junit.xml" for n in range(4000))
    before = time.process_time()
    done = verified(runs, f"{paths}\n\n11 passed.\n\nRun: `{RUN}/`")
    assert time.process_time() - before < 20
    assert done.data["runs"] == [RUN]  # what stands last is not cut off
    assert any(one["text"] == "11 passed" for one in done.data["claims"])


def event(repo: Repository, value: Any) -> Done:
    """The answer for an event of GitHub."""
    told = value if isinstance(value, str) else json.dumps(value)
    name = str(repo.write("event.json", told.encode()))
    return call(repo.path, "verify", "--github-event", name, "--json")


# The body of a pull request, and whether it is contradicted.
BODIES = {
    "untrue": (f"11 passed.\r\n\r\nRun: `{RUN}/`\r\n", 1),
    "true": (f"12 passed.\r\n\r\nRun: `{RUN}/`\r\n", 0),
    "in a part that is not shown": (f"12 passed.<!-- 11 passed -->\n\nRun: `{RUN}/`", 0),
    "none": (None, 0),
    "half a character": (f"\ud800 11 passed.\n\nRun: `{RUN}/`", 1),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_pull_request_is_read_from_its_event(case: str, runs: Repository) -> None:
    body, code = BODIES[case]
    done = event(runs, {"pull_request": {"title": f"9 failed in `{RUN}/`", "body": body}})
    assert done.code == code, done.out + done.err


def test_standard_input_is_called_so(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{")))
    done = call(repo.path, "verify", "--github-event", "-")
    assert done.err == "ledger: standard input: expected a JSON object\n"


@pytest.mark.parametrize("value", ["", "[]", "{", "[" * 100_000, {"push": 1}, {"pull_request": 7}])
def test_an_event_that_is_none_is_one_line(value: Any, repo: Repository) -> None:
    done = event(repo, value)
    assert done.code == 2
    assert "expected" in json.loads(done.out)["error"]["message"]


SCISSORS = "# ------------------------ >8 ------------------------\n"
# A commit message, and whether the hook lets it pass.
MESSAGES = {
    "untrue": (f"Speed up\n\n11 passed.\n\nRun: `{RUN}/`\n", 1),
    "true": (f"Speed up\n\n12 passed.\n\nRun: `{RUN}/`\n", 0),
    "untrue in a comment": (f"12 passed.\n\nRun: `{RUN}/`\n# 11 passed\n#\tnew: x\n", 0),
    "untrue below the scissors": (f"12 passed.\n\nRun: `{RUN}/`\n{SCISSORS}+11 passed\n", 0),
    "the scissors of another comment mark": (
        f"12 passed.\n\nRun: `{RUN}/`\n{SCISSORS.replace('#', ';')}+11 passed\n",
        0,
    ),
    "a path that is no run": ("Speed up `src/parser.py`\n\n11 passed.\n", 0),
    "no path": ("Speed up\n\n11 passed.\n", 0),
    "empty": ("", 0),
    "not UTF-8": (f"Caf\udce9\n\n11 passed.\n\nRun: `{RUN}/`\n", 1),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_a_commit_message_is_read_as_git_records_it(
    case: str, runs: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, code = MESSAGES[case]
    name = str(runs.write(".git/COMMIT_EDITMSG", text.encode("utf-8", "surrogateescape")))
    monkeypatch.chdir(runs.path)
    assert hook.main(["--commit-msg", name]) == code
    said = capsys.readouterr()
    assert ("contradicted:" in said.out) == bool(code)
    assert ("nothing was checked" in said.err) == (RUN not in text)


@pytest.mark.parametrize("said", [b"11 passed.\n", b"11 passed in `docs/fix_plan.md`.\n"])
def test_a_message_without_a_run_loads_nothing_that_judges(said: bytes, runs: Repository) -> None:
    name = str(runs.write("message", said))
    script = f"import sys; from ledger.hook import main; main(['--commit-msg', {name!r}]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=runs.path, capture_output=True, check=True)  # fmt: skip
    loaded = set(done.stdout.decode().split())
    assert "ledger.hook" in loaded
    assert not {"ledger.claims.judge", "ledger.gates.gate", "typer", "rich", "git"} & loaded


@pytest.mark.parametrize(
    "arguments",
    [["--commit-msg"], ["--commit-msg", "a", "b"], ["a", "--commit-msg"], ["--commit-msg", "nowhere"]],
)  # fmt: skip
def test_a_commit_message_that_is_not_there_is_one_line(
    arguments: list[str], repo: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.chdir(repo.path)
    assert hook.main(arguments) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert ("nowhere: no such file" if "nowhere" in arguments else "`--commit-msg FILE`") in said


def stopped(repo: Repository, monkeypatch: pytest.MonkeyPatch, told: bytes, *more: str) -> Done:
    """The answer to what an agent hands to its stop hook."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(told)))
    return call(repo.path, "verify", "--stop-hook", *more)


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"transcript_path": "/nowhere"}',
        b'{"transcript_path": "."}',
        b'{"transcript_path": "\\u0000"}',
        b'{"last_assistant_message": "' + b"a/b " * 60_000 + b'"}',
        b'{"last_assistant_message": null}',
        json.dumps({"transcript_path": __file__}).encode(),
    ],
    ids="nothing open deep binary lost folder NUL long silent other".split(),
)
def test_a_stop_hook_never_traps_an_agent(
    told: bytes, repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = stopped(repo, monkeypatch, told)
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("ledger: the last message was not checked: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "option",
    [
        ("EXPORT-001",),
        ("--rev", "HEAD"),
        ("--kind", "counts"),
        ("--only", "unverifiable"),
        ("--all",),
    ],
)
def test_nor_does_an_option_that_does_not_go_with_it(
    option: tuple[str, ...], runs: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.dumps({"last_assistant_message": f"11 passed in `{RUN}/`."}).encode()
    done = stopped(runs, monkeypatch, told, *option)
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("ledger: the last message was not checked: ")


def test_nor_does_a_defect(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.cli.verify.verify_text", lambda *_, **__: 1 / 0)
    done = stopped(repo, monkeypatch, b'{"last_assistant_message": "11 passed."}')
    assert (done.code, done.out) == (0, "")
    assert "ZeroDivisionError" in done.err


def line(text: str, kind: str = "assistant", **more: Any) -> str:
    """One line of a transcript."""
    content = [{"type": "text", "text": text}]
    return json.dumps({"type": kind, "message": {"role": kind, "content": content}, **more})


OF_ONE = {"message": {"id": "m1", "content": [{"type": "text", "text": "11 passed."}]}}
# A transcript, and whether its last message is contradicted.
TRANSCRIPTS = {
    "the last one counts": ([line(f"11 passed in `{RUN}/`."), line(f"12 passed in `{RUN}/`.")], False),
    "in several lines": (
        [
            line("", **OF_ONE),
            line("", message={"id": "m1", "content": f"Run: `{RUN}/`"}),
            line("9 passed", "system"),
        ],
        True,
    ),
    "of a helper": ([line(f"12 passed in `{RUN}/`."), line(f"11 passed in `{RUN}/`.", isSidechain=True)], False),
    "cut off": ([line(f"11 passed in `{RUN}/`."), '{"type": "assis'], True),
    "odd lines": ([line(f"11 passed in `{RUN}/`."), "7", "[]", '{"type": "assistant", "message": 3}'], True),
    "long": ([line("x" * 1_000_000)] * 17 + [line(f"11 passed in `{RUN}/`.")], True),
    "empty": ([], False),
}  # fmt: skip


@pytest.mark.parametrize("case", TRANSCRIPTS)
def test_the_last_message_is_taken_from_a_transcript(
    case: str, runs: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, is_untrue = TRANSCRIPTS[case]
    place = runs.path.parent / "transcript.jsonl"
    place.write_text("\n".join(lines), "utf-8")
    asked = {"hook_event_name": "Stop", "transcript_path": str(place)}
    done = stopped(runs, monkeypatch, json.dumps(asked).encode())
    assert (done.code, bool(done.out)) == (0, is_untrue), done.err


def test_what_other_agents_call_their_message_is_read(
    runs: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"hook_event_name": "AfterAgent", "prompt_response": f"11 passed in `{RUN}/`."}
    answer = json.loads(stopped(runs, monkeypatch, json.dumps(asked).encode()).out)
    assert answer["decision"] == "block"
    assert "11 passed" in answer["reason"]
    assert ": 12 passed in " in answer["reason"]


@pytest.mark.parametrize(
    ("told", "unchecked"),
    [
        ({"last_assistant_message": "11 passed."}, "it names no run, and none was given"),
        ({"last_assistant_message": "11 passed.", "stop_hook_active": True}, "it says nothing"),
    ],
)
def test_with_json_a_stop_hook_tells_what_it_saw(
    told: dict[str, Any], unchecked: str, repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(told).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert call(repo.path, "verify", "--stop-hook", "--json").data["unchecked"] == unchecked
