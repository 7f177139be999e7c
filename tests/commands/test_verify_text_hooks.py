"""What is said of a run at the places where it is said: a commit's message, and an agent's last one."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import commands
from tests.support.places import ROOT
from tests.support.repository import Repository
from tests.test_hook import SCRIPT

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
RUN = "reports/parser-speed/phase_b/20251102T091500Z"
UNTRUE = f"11 passed, 1 failed.\n\nRun: `{RUN}/`\n"
TRUE = f"12 passed in 3.40s, no failures.\n\nRun: `{RUN}/`\n"
# Nothing but a name: what is said of no run is left alone.
ELSEWHERE = "Last week 9 failed; the goal is 20 passed.\n"


def test_a_commit_that_says_an_untruth_is_not_made(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    entry = tmp_path / "ledger-hook"
    entry.write_text(f"#!{sys.executable}\n{SCRIPT}\n", encoding="utf-8")
    entry.chmod(0o755)
    # The shipped manifest in all but how it is installed, which would need a network.
    shipped = MANIFEST.read_text("utf-8").replace("language: python", "language: system")
    assert re.search(r"stages:.*commit-msg", shipped)
    hooks = re.sub(r"(entry: )ledger-hook", rf"\g<1>{entry}", shipped)
    lines = "".join(f"      {line}\n" for line in hooks.splitlines() if "minimum_pre" not in line)
    repo.write(".pre-commit-config.yaml", f"repos:\n  - repo: local\n    hooks:\n{lines}".encode())
    repo.commit("Run the hooks")
    install = ["install", "--hook-type", "commit-msg"]
    subprocess.run([sys.executable, "-m", "pre_commit", *install], cwd=repo.path, check=True, capture_output=True)  # fmt: skip
    for text, is_made in ((UNTRUE, False), (TRUE, True), (ELSEWHERE, True)):
        done = subprocess.run(
            ["git", "commit", "--allow-empty", "--message", f"perf(parser): one pass\n\n{text}"],
            cwd=repo.path,
            env=os.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        assert (done.returncode == 0) == is_made, done.stdout.decode()


def asked(tmp_path: Path, text: str, in_transcript: bool, **more: Any) -> dict[str, Any]:
    """What an agent hands to its stop hook; an earlier message of it says another untruth."""
    early = [{"type": "text", "text": f"I guess 5 passed and 7 failed in `{RUN}/`."}]
    late = [{"type": "thinking", "thinking": "99 failed"}, {"type": "text", "text": text}]
    said = [early, late] if in_transcript else [early]
    entries = [
        {"type": "user", "message": {"role": "user", "content": "Please run it: 40 failed?"}}
    ]
    entries += [{"type": "assistant", "message": {"role": "assistant", "content": content}} for content in said]  # fmt: skip
    transcript = tmp_path / "transcript.jsonl"
    transcript.write_text("".join(json.dumps(line) + "\n" for line in entries), encoding="utf-8")
    told = {"session_id": "8f1", "transcript_path": str(transcript), "hook_event_name": "Stop"}
    message = {} if in_transcript else {"last_assistant_message": text}
    return {**told, "stop_hook_active": False, **message, **more}


CASES = {
    # what is said, whether only the transcript has it, the rest of the input, whether it blocks
    "untrue": (UNTRUE, False, {}, True),
    "untrue, in the transcript": (UNTRUE, True, {}, True),
    "true": (TRUE, False, {}, False),
    "true, in the transcript": (TRUE, True, {}, False),
    "of something else": (ELSEWHERE, True, {}, False),
    "untrue, but it has blocked before": (UNTRUE, False, {"stop_hook_active": True}, False),
    "likewise in the transcript": (UNTRUE, True, {"stop_hook_active": True}, False),
    "no transcript": ("", True, {"transcript_path": "/nowhere/at/all.jsonl"}, False),
}


@pytest.mark.parametrize("case", CASES)
def test_an_agent_is_stopped_once_with_the_reasons(
    case: str, repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, in_transcript, more, blocks = CASES[case]
    told = json.dumps(asked(tmp_path, text, in_transcript, **more)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(told), encoding="utf-8"))
    done = commands.call(repo.path, "verify", "--stop-hook")
    # An exit code of 2 would stop the agent, too.
    assert done.code in ((0, 1) if case == "no transcript" else (0,)), done.err
    answer = json.loads(done.out) if done.out.strip() else {}
    assert (answer.get("decision") == "block") == blocks, answer
    # The reasons name what was claimed and what the run has.
    assert not blocks or ("1 failed" in answer["reason"] or "11 passed" in answer["reason"])
