"""Final messages of coding agents, commit messages and bodies of pull requests, half of them untrue.

``python -m tests.campaigns.texts --count 1000 --seed 1`` makes messages about runs that are there: prose,
lists, tables, fences, trailers, sentences about the run and about other subjects
(`tests/data/said/texts-*.txt`, see `tests/campaigns/wordings.py`). In the untrue half exactly one sentence
is untrue: a figure, a part's figure, an "all" or "none", a result, a rate, a duration, an exit code, the
memory, a test, a file, a comparison with the run before. Each is handed to the way in that it would take:

- a final message to `ledger verify --text FILE`, with `--run` or `--item` where it names neither, or to
  `ledger verify --stop-hook`, in the JSON or as the last message of a transcript;
- a commit message to `ledger-hook --commit-msg FILE`;
- the body of a pull request to `ledger verify --github-event FILE`.

Where a way in does not exist yet, the same text is an attempt's note in a plan, for `ledger verify --json`.

The columns: messages, untrue ones, those *found* (blocked, and where lines are told, for the planted
sentence), those missed whose planted sentence is *unread* (nothing in it is taken for a claim), and how each half differs: *missed* (an untrue message that is not blocked), *accused* (a true
one that is), *beside* (an untrue one in which a true sentence is contradicted), *twice* (a stop hook that
blocks although it has blocked before), *refused* (an answer outside the contract). Sentences of the odd half
are held back: only figures are printed of them, also with ``--list``. The exit code is 1 for any difference.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ledger.hook import main as hook
from tests.campaigns.said_messages import KINDS, Message, Sentence, message
from tests.campaigns.said_plans import PLAN, Pool, Said, artifacts, lay_out, result_of, verified
from tests.campaigns.said_runs import Run
from tests.campaigns.tally import EVERY, Tally, parser_of
from tests.campaigns.untruths import companions, spoken
from tests.campaigns.wordings import HALVES, Wording, filled, others, wordings
from tests.support import commands
from tests.support.repository import Repository

IN_A_PLAN = 125
TEXT, STOP, COMMIT, EVENT = "text", "stop hook", "commit-msg", "pull request"


@dataclass(frozen=True)
class Text:
    """A message, what it is about, and the way in that it takes."""

    message: Message
    run: Run
    wording: Wording
    way: str
    untrue: bool
    sentence: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether a message is blocked, and for which of its lines where the answer tells."""

    blocked: bool
    own: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    """What is read in the planted sentence and not contradicted."""
    faults: tuple[str, ...] = ()


def made(
    rng: Random, pool: Pool, choice: Sequence[Wording], wording: Wording, untrue: bool
) -> Text:
    """A message with a sentence of this wording, and others of the same half."""
    run, sentence = spoken(pool, wording, not untrue)
    same = [one for one in choice if one.half == wording.half]
    about = [one for one in same if one.kind not in ("other", wording.kind)]
    told = [
        Sentence(sentence, untrue),
        *(Sentence(one) for _, one in companions(pool, run, about, rng.choice([0, 1, 1, 2]))),
    ]
    rng.shuffle(told)
    values = others(rng, len(run.tests))
    elsewhere = [one for one in same if one.kind == "other"]
    beside = [
        Sentence(filled(one.text, values)) for one in rng.sample(elsewhere, rng.randint(0, 3))
    ]
    kind = rng.choice(KINDS)
    way = {"final": rng.choice([TEXT, STOP]), "commit": COMMIT, "pull request": EVENT}[kind]
    number = pool.runs.index(run) + 1
    is_given = way == TEXT and rng.random() < 0.5
    options: tuple[str, ...] = ()
    if is_given:
        options = (
            ("--item", item_of(number)) if wording.kind == "compare" else ("--run", run.folder)
        )
    where = "" if is_given else named(rng, run, kind, number if wording.kind == "compare" else 0)
    return Text(
        message(rng, kind, told, beside, where), run, wording, way, untrue, sentence, options
    )


def item_of(number: int) -> str:
    """The item of a run in the plan."""
    return f"SAID-{number:04}"


def named(rng: Random, run: Run, kind: str, item: int) -> str:
    """The line of a message that names its run, and the item where the run before matters."""
    told = rng.choice(
        [
            f"Run: `{run.folder}/`",
            f"Evidence: `{run.folder}/{{{','.join(sorted(run.files))}}}`",
            f"Run: {run.folder}",
        ]
    )
    return f"{told}\nItem: {item_of(item)}" if item else told


def plan_of(pool: Pool) -> str:
    """A plan with an item for each run, and an attempt for the run before it."""
    lines = ["# Fix Plan Ledger", ""]
    for number, run in enumerate(pool.runs, 1):
        lines += [f"## [{item_of(number)}] {run.folder.split('/')[1].replace('-', ' ')}"]
        lines += ["- Priority: Medium", "- Status: in_progress", "- Attempts History:"]
        for place, one in enumerate(filter(None, (run.earlier, run)), 1):
            lines += [f"  * [{one.date}] Attempt #{place} — Result: {result_of(one, pool.rng)}."]
            lines += [f"    {line}" for line in artifacts(one, pool.rng)]
        lines.append("")
    return "\n".join(lines) + "\n"


class Ways:
    """The ways in that this version has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        told = commands.call(folder, "verify", "--help").out
        with arguments("ledger-hook", "--help"):
            asked = commands.captured(folder, hook).out
        there = {
            TEXT: "--text" in told,
            STOP: "--stop-hook" in told,
            EVENT: "--github-event" in told,
        }
        self.there = {
            way for way, found in {**there, COMMIT: "--commit-msg" in asked}.items() if found
        }

    def ask(self, repo: Repository, text: Text, rng: Random) -> Verdict:
        """Hand a message to its way in."""
        ask = {TEXT: self._text, STOP: self._stop, COMMIT: self._commit, EVENT: self._event}[
            text.way
        ]
        return ask(repo, text, rng)

    def _file(self, name: str, content: str) -> str:
        place = self.folder / name
        place.write_bytes(content.encode())
        return str(place)

    def _text(self, repo: Repository, text: Text, _: Random) -> Verdict:
        name = self._file("message.md", text.message.text)
        return told_by(
            commands.call(repo.path, "verify", "--text", name, *text.options, "--full", "--json"),
            text,
        )

    def _event(self, repo: Repository, text: Text, rng: Random) -> Verdict:
        body = text.message.text
        pull = {
            "number": 7,
            "title": "A change",
            "body": body.replace("\n", "\r\n") if rng.random() < 0.5 else body,
        }
        name = self._file(
            "event.json", json.dumps({"action": "opened", "number": 7, "pull_request": pull})
        )
        return told_by(
            commands.call(repo.path, "verify", "--github-event", name, "--full", "--json"), text
        )

    def _commit(self, repo: Repository, text: Text, rng: Random) -> Verdict:
        name = self._file("COMMIT_EDITMSG", text.message.text + rng.choice(["", GUIDE]))
        with arguments("ledger-hook", "--commit-msg", name):
            done = commands.captured(repo.path, hook)
        return Verdict(done.code == 1, faults=("refused",) if done.code not in (0, 1) else ())

    def _stop(self, repo: Repository, text: Text, rng: Random) -> Verdict:
        asked = self._stop_input(repo, text, rng)
        blocked, faults = stopped(repo, asked)
        # It has blocked once: now the agent may stop, whatever it says.
        again, more = stopped(repo, {**asked, "stop_hook_active": True}) if blocked else (False, ())
        return Verdict(blocked, faults=(*faults, *more, *(("twice",) if again else ())))

    def _stop_input(self, repo: Repository, text: Text, rng: Random) -> dict[str, Any]:
        said = text.message.text
        entries: list[dict[str, Any]] = [
            {"type": "user", "message": {"role": "user", "content": "Please mend the upload."}},
            {"type": "assistant", "message": {"role": "assistant", "content": [
                {"type": "text", "text": "All 31 tests pass, I think; 4000 passed. Let me run them."},
                {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "pytest -q"}},
            ]}},
            {"type": "user", "message": {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "1 passed in 0.01s"},
            ]}},
        ]  # fmt: skip
        is_told = rng.random() < 0.5
        if not is_told:
            content = [{"type": "text", "text": said}]
            entries.append(
                {"type": "assistant", "message": {"role": "assistant", "content": content}}
            )
            entries += (
                [{"type": "system", "subtype": "info", "content": "hook"}]
                if rng.random() < 0.3
                else []
            )
        transcript = self._file(
            "transcript.jsonl", "".join(json.dumps(entry) + "\n" for entry in entries)
        )
        asked = {"session_id": "abc123", "transcript_path": transcript, "cwd": str(repo.path)}
        asked |= {"hook_event_name": "Stop", "stop_hook_active": False}
        return asked | ({"last_assistant_message": said} if is_told else {})


GUIDE = "\n# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored.\n#\n# On branch main\n# 4 files changed\n"


@contextmanager
def arguments(*told: str) -> Iterator[None]:
    """A program's arguments."""
    before, sys.argv = sys.argv, list(told)
    try:
        yield
    finally:
        sys.argv = before


def stopped(repo: Repository, asked: dict[str, Any]) -> tuple[bool, tuple[str, ...]]:
    """Whether the stop hook blocks, and what is wrong with its answer."""
    before, sys.stdin = (
        sys.stdin,
        io.TextIOWrapper(io.BytesIO(json.dumps(asked).encode()), encoding="utf-8"),
    )
    try:
        done = commands.call(repo.path, "verify", "--stop-hook")
    finally:
        sys.stdin = before
    if not done.out.strip():
        return False, () if done.code == 0 else ("refused",)
    try:
        answer = json.loads(done.out)
    except ValueError:
        return False, ("refused",)
    blocked = answer.get("decision") == "block"
    fine = done.code == 0 and (not blocked or bool(answer.get("reason")))
    return blocked, () if fine else ("refused",)


def told_by(done: commands.Done, text: Text) -> Verdict:
    """What the claims of a JSON answer say."""
    if done.code not in (0, 1):
        return Verdict(False, faults=("refused",))
    return sorted_out(done.data["claims"], text, text.message.planted)


def sorted_out(claims: Sequence[dict[str, Any]], text: Text, planted: range) -> Verdict:
    """Those contradicted, by whether they are of the planted sentence, and what else is read in it."""
    own, beside, unsettled = [], [], []
    for claim in claims:
        told = f"{claim['kind']} {claim['text']!r}: {claim['claimed']!r} / {claim['observed']!r}: {claim['reason']}"
        if claim["verdict"] == "contradicted":
            (own if is_own(claim, text, planted) else beside).append(told)
        elif is_own(claim, text, planted):
            unsettled.append(f"{claim['verdict']}: {told}")
    return Verdict(bool(own or beside), tuple(own), tuple(beside), tuple(unsettled))


def is_own(claim: dict[str, Any], text: Text, planted: range) -> bool:
    """Whether a claim is one of the planted sentence."""
    if text.way != EVENT:
        return claim["line"] in planted
    # The lines of an event may be counted with the title's.
    own = text.message.planted
    lines = text.message.text.splitlines()[own.start - 1 : own.stop - 1] if own else []
    return " ".join(claim["text"].split()) in " ".join(" ".join(lines).split())


def judge(
    count: int, seed: int, halves: Sequence[str], folder: Path
) -> Iterator[tuple[Text, Verdict, bool]]:
    """Each message, the answer, and whether its own way in exists."""
    rng = Random(seed)
    choice = wordings("texts", tuple(halves))
    about = [one for one in choice if one.kind != "other"]
    for start in range(0, count, IN_A_PLAN):
        pool = Pool(rng, 24)
        texts = []
        for number in range(start, min(start + IN_A_PLAN, count)):
            # The kinds take turns, so that none is rare because it has few wordings.
            kinds = sorted({one.kind for one in about})
            kind = kinds[number // 2 % len(kinds)]
            wording = rng.choice([one for one in about if one.kind == kind])
            texts.append(made(rng, pool, choice, wording, bool(number % 2)))
        place = folder / f"{seed}-{start}"
        place.mkdir()
        repo = lay_out(place / "repository", pool.runs)
        ways = Ways(place)
        noted = [text for text in texts if text.way not in ways.there]
        yield from ((text, verdict, False) for text, verdict in as_notes(repo, noted, rng))
        repo.write(PLAN, plan_of(pool).encode())
        repo.commit("Keep the runs")
        for text in texts:
            if text.way in ways.there:
                yield text, ways.ask(repo, text, rng), True


def as_notes(
    repo: Repository, texts: Sequence[Text], rng: Random
) -> Iterator[tuple[Text, Verdict]]:
    """The messages as notes of attempts."""
    said = [Said(text.message.text, text.run, text.wording) for text in texts]
    for text, (_, place, claims) in zip(
        texts, verified(repo, said, rng) if said else (), strict=True
    ):
        lines = text.message.planted
        planted = (
            range(place.start + lines.start - 1, place.start + lines.stop - 1)
            if lines
            else range(0)
        )
        yield text, sorted_out([claim for claim in claims if claim["line"] in place], text, planted)


def differences(text: Text, verdict: Verdict) -> list[str]:
    """How the answer differs from what is known of the message."""
    tells_lines = bool(verdict.own or verdict.beside)
    found = bool(verdict.own) if tells_lines else verdict.blocked
    told = {
        "missed": text.untrue and not found,
        "accused": not text.untrue and verdict.blocked,
        "beside": text.untrue and bool(verdict.beside),
    }
    return [kind for kind, differs in told.items() if differs] + list(verdict.faults)


def shown(text: Text, verdict: Verdict, found: Sequence[str]) -> str:
    """A message that differs, in short."""
    told = [f"{', '.join(found)}: {text.way}, {text.wording.kind}: {text.sentence!r}"]
    told += [f"    run: {text.run.shape}; " + "; ".join(f"{one.name} {dict(one.counts)} in {one.seconds}s".strip() for one in text.run.sessions)]  # fmt: skip
    return "\n".join(
        [*told, *(f"    {reason}" for reason in (*verdict.own, *verdict.beside, *verdict.open))]
    )


def main() -> int:
    """Make the messages, hand them over, print the table."""
    parser = parser_of(__doc__, 1000)
    parser.add_argument("--half", choices=HALVES, help="only wordings of this half")
    parser.add_argument("--list", action="store_true", help="show what differs in the even half")
    parser.add_argument(
        "--save", type=Path, help="write the shortest even message of each kind here"
    )
    options = parser.parse_args()
    halves = (options.half,) if options.half else HALVES
    tally = Tally("kind", "texts", "untrue", "found", "unread")
    with tempfile.TemporaryDirectory() as folder:
        for text, verdict, is_direct in judge(options.count, options.seed, halves, Path(folder)):
            found = differences(text, verdict)
            counted(tally, text, verdict, is_direct)
            if found and options.list and text.wording.half == "even":
                print(shown(text, verdict, found))
    print(tally)
    numbers, kinds = tally.numbers[EVERY], tally.kinds[EVERY]
    print(
        f"found {numbers['found'] / numbers['untrue']:.1%} of the untrue, {kinds['accused']} true ones blocked"
    )
    if options.save:
        tally.save(options.save, ".md")
    return tally.exit_code()


def counted(tally: Tally, text: Text, verdict: Verdict, is_direct: bool) -> None:
    """Put a message into the rows of its kind and of its way in."""
    found = differences(text, verdict)
    way = f"= {text.way}" + ("" if is_direct else " (as a note)")
    tells_lines = not is_direct or text.way in (TEXT, EVENT)
    tally.add(
        [text.wording.kind, way],
        HALVES.index(text.wording.half),
        found,
        f"{text.message.text}\n<!-- {shown(text, verdict, found)} -->\n",
        texts=1,
        untrue=text.untrue,
        found=text.untrue and "missed" not in found,
        unread="missed" in found and tells_lines and not verdict.open,
    )


if __name__ == "__main__":
    sys.exit(main())
