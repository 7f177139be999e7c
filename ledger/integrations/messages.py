"""The texts that git, GitHub and coding agents hand over, to be checked against runs."""

import json
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ledger.errors import UnreadableInput, shown, why

LARGEST: Final = 16_000_000  # bytes of a text, an event or what is read of a transcript
# git's own line, which `git commit --verbose` writes above the diff
_SCISSORS: Final = re.compile(r"^\S{1,9} -{20,80} >8 -{20,80}$", re.MULTILINE)
_COMMENT: Final = re.compile(r"^#.*$", re.MULTILINE)
# Claude Code and Codex, Gemini CLI
_MESSAGES: Final = ("last_assistant_message", "prompt_response")
_TRANSCRIPTS: Final = ("agent_transcript_path", "transcript_path")


def plain(name: str) -> str:
    """The text of a file, or of standard input for ``-``. Raises UnreadableInput."""
    return _content(name).decode("utf-8-sig", "replace").replace("\r\n", "\n")


def commit_message(name: str) -> str:
    """A commit message as git will record it, its lines where they are in the file: without
    comments, and without what is below the scissors. Raises UnreadableInput."""
    text = plain(name)
    scissors = _SCISSORS.search(text)
    return _COMMENT.sub("", text[: scissors.start()] if scissors else text)


def pull_request(name: str) -> str:
    """The body of the pull request that an event of GitHub is about, without what its page does
    not show; empty where it has none. Raises UnreadableInput."""
    event = _table(_content(name), name)
    pull = event.get("pull_request")
    if not isinstance(pull, dict):
        message = f"{_called(name)}: expected an event with a `pull_request`"
        raise UnreadableInput("bad-json", message, "run it `on: pull_request`")
    body = pull.get("body")
    shown_first, *others = _text(body if isinstance(body, str) else "").split("<!--")
    hidden = (other.partition("-->") for other in others)
    return shown_first + "".join("\n" * start.count("\n") + rest for start, _, rest in hidden)


def last_message(name: str = "-") -> str:
    """The last message of a coding agent, which hands it, or the path of a transcript, to a hook
    that runs when it stops. Empty where it was stopped once already. Raises UnreadableInput, also
    where there is no message."""
    table = _table(_content(name), name)
    if table.get("stop_hook_active"):
        return ""
    for field in _MESSAGES:
        if isinstance(message := table.get(field), str) and message.strip():
            return _text(message)
    paths = [table[field] for field in _TRANSCRIPTS if isinstance(table.get(field), str)]
    if paths and (last := _last_of(_content(paths[0], is_tail=True))):
        return last
    where = _called(paths[0] if paths else name)
    raise UnreadableInput("bad-json", f"{where}: expected a message of the agent, found none")


def _last_of(transcript: bytes) -> str:
    """The last text of the agent in a transcript, whose lines are JSON: one message may be told in
    several lines, which have one ID."""
    texts: list[str] = []
    known = None
    for line in reversed(transcript.split(b"\n")):
        entry = _json(line) or {}  # a line may be cut off, or not written yet
        message = entry.get("message")
        if entry.get("type") != "assistant" or not isinstance(message, dict):
            continue
        if entry.get("isSidechain"):  # a helper's
            continue
        if texts and (known is None or message.get("id") != known):
            break
        if text := _text_of(message.get("content")):
            texts.insert(0, text)
            known = message.get("id")
    return _text("\n\n".join(texts))


def _text_of(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = [b.get("text") for b in blocks if isinstance(b, dict) and b.get("type") == "text"]
    return "\n\n".join(text for text in texts if isinstance(text, str))


def _text(text: str) -> str:
    """What JSON tells, as text that can be written: it may hold halves of a character."""
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode()


def _table(data: bytes, name: str) -> Mapping[str, Any]:
    if (value := _json(data)) is None:
        raise UnreadableInput("bad-json", f"{_called(name)}: expected a JSON object")
    return value


def _json(data: bytes) -> Mapping[str, Any] | None:
    """A JSON object; None for anything else."""
    with suppress(ValueError, RecursionError):
        value = json.loads(data)
        return value if isinstance(value, dict) else None
    return None


def _called(name: str) -> str:
    return "standard input" if name == "-" else shown(name)


def _content(name: str, *, is_tail: bool = False) -> bytes:
    """The bytes of a file, or of standard input for ``-``; of a long file its end (``is_tail``)."""
    where = _called(name)
    try:
        if name == "-":
            data = sys.stdin.buffer.read(LARGEST + 1) if sys.stdin else b""
        else:
            place = Path(name)
            if not place.is_file():
                what = "expected a file, found something else" if place.exists() else "no such file"
                raise UnreadableInput("cannot-read", f"{where}: {what}")
            with place.open("rb") as file:
                if is_tail:
                    file.seek(max(0, file.seek(0, os.SEEK_END) - LARGEST))
                data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = why(error) if isinstance(error, OSError) else str(error)
        raise UnreadableInput("cannot-read", f"{where}: {reason}") from error
    if len(data) > LARGEST:
        raise UnreadableInput("too-large", f"{where}: expected at most {LARGEST:,} bytes")
    return data
