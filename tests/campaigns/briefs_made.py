"""Hand-off briefs whose truth is known, against what `ledger gate` says of their criteria.

``python -m tests.campaigns.briefs_made --count 300 --seed 1`` writes briefs with sprints, clusters and criteria in
varied words (`tests/support/brief_writer.py`), two runs and a plan, and asks `gate` about each. What must hold:

- *met for unmet*, *unmet for met*: no verdict is wrong, and *judged*: none is made of what cannot be known;
- *silent*: every criterion of the brief is listed, and *twice*: once;
- *no reason*: an unknown verdict says why;
- *unneeded*: what the documentation promises to understand is no unknown;
- *tick*: a tick is told; *whole*: the verdict on the whole follows from the parts; *sprint*: `--sprint`
  lists the criteria of that sprint.

The table has a row for each kind of criterion. Odd briefs are held back: they are counted, and only even ones are
shown. The exit code is 1 for any difference.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from tests.campaigns.tally import EVERY, Tally, parser_of
from tests.support import commands
from tests.support.brief_writer import (
    BASELINE,
    BRIEF,
    LATER,
    MET,
    UNKNOWN,
    UNMET,
    Criterion,
    Made,
    make,
)
from tests.support.repository import Repository

SIGNS = "☐☑☒⬜✔✅❌ "
"""Signs before a criterion, which are no part of its text."""


def lay_out(folder: Path, made: Made) -> Repository:
    """The repository around a brief, committed."""
    folder.mkdir(parents=True)
    repo = Repository(folder)
    repo.git("init", "--quiet")
    for name, text in made.files.items():
        repo.write(name, text.encode())
    repo.commit("Hand over")
    return repo


def _bare(text: str) -> str:
    """A text without its check, its bold marks and its line breaks."""
    return " ".join(text.partition(" `check:")[0].replace("**", "").split())


def _differs(right: Criterion, told: Mapping[str, Any]) -> Iterator[str]:
    """How a verdict is wrong."""
    verdict = told["verdict"]
    if verdict == UNKNOWN:
        if not told["reason"].strip():
            yield "no reason"
        if right.sure:
            yield "unneeded"
    elif verdict not in right.right:
        yield (
            {MET: "met for unmet", UNMET: "unmet for met"}[verdict]
            if ({MET, UNMET} & right.right)
            else "judged"
        )
    if right.claimed and told["claimed"] is not True:
        yield "tick"
    if right.optional != told["optional"]:
        yield "optional"


def differences(made: Made, data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Kind of criterion, how the tool differs, and the criterion with the tool's answer."""
    told: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for one in data["criteria"]:
        text = _bare(one["text"])
        told[one["sprint"], text.lstrip(SIGNS)].append(one)
        if text[0] in SIGNS:
            yield "(other)", "mark in the text", one["text"]
    places = {(one.sprint, _bare(one.text)) for one in made.criteria}
    for right in made.criteria:
        if right.kind.startswith("expected"):
            continue
        found = told.pop((right.sprint, _bare(right.text)), [])
        if not found:
            free = told.keys() - places
            other = next((key for key in free if key[1] == _bare(right.text)), None)
            place = f"of sprint '{right.sprint}'"
            if other is None:
                yield right.kind, "silent", f"{right.text} {place}"
                continue
            found = told.pop(other)
            yield right.kind, "other sprint", f"{right.text} {place}, told '{other[0]}'"
        if len(found) > 1:
            yield right.kind, "twice", right.text
        for difference in _differs(right, found[0]):
            answer = f"{found[0]['verdict']}: {found[0]['reason']} [{found[0]['check']}]"
            yield (
                right.kind,
                difference,
                f"{right.text}  -- right: {'/'.join(sorted(right.right))}, told {answer}",
            )
    for (sprint, text), rest in told.items():
        if all("undle" in one["section"] for one in rest):
            continue
        own = text in {place[1] for place in places}
        yield "(other)", "twice" if own else "made up", f"{text}, told of sprint '{sprint}' too"
    verdicts = {one["verdict"] for one in data["criteria"] if not one["optional"]}
    whole = UNMET if UNMET in verdicts else UNKNOWN if UNKNOWN in verdicts else MET
    if data["verdict"] != whole:
        yield "(whole)", "whole", f"{whole}, told {data['verdict']}"


def hoped(made: Made, data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """How the verdicts on expected results differ."""
    told = {f"{one['name']}: {one['before']}": one for one in data["expected"]}
    for right in (one for one in made.criteria if one.kind.startswith("expected")):
        result = told.get(_bare(re.split(" (?:->|→) ", right.text)[0]))
        judged = {**(result or {}), "claimed": None, "optional": False}
        for difference in _differs(right, judged) if result else ("silent",):
            yield right.kind, difference, f"{right.text}  -- told {result and result['reason']}"


def _parts(made: Made, brief: Mapping[str, Any]) -> Iterator[tuple[str, object, object]]:
    """Each part of a brief, as written and as shown."""
    facts = made.facts
    totals = {name: brief["totals"][name] for name in facts.totals} if brief["totals"] else {}
    yield "totals", dict(facts.totals), totals
    clusters = {one["id"].removeprefix("CLUSTER-"): one for one in brief["clusters"]}
    yield "clusters", dict(facts.clusters), {name: one["count"] for name, one in clusters.items()}
    if facts.tests:
        tests = {name: sorted(one["tests"]) for name, one in clusters.items()}
        yield "tests of clusters", {name: sorted(ids) for name, ids in facts.tests.items()}, tests
    blockers = [one["clusters"] for one in brief["blockers"]]
    yield "blockers", [[f"CLUSTER-{facts.blocked}"]] if facts.blocked else [], blockers
    wanted = [("A", "B")] if facts.blocked else []
    options = [tuple(one["name"][0] for one in each["options"]) for each in brief["decisions"]]
    yield "options", wanted, options
    sprints = {s["number"]: s["unblocks"] for s in brief["sprints"] if not s["is_deferred"]}
    yield "sprints", dict(facts.unblocks), sprints
    put_off = [s["unblocks"] for s in brief["sprints"] if s["is_deferred"]]
    yield "deferred", [1] if facts.deferred else [], put_off
    yield "tasks", list(facts.tasks), [t["number"] for s in brief["sprints"] for t in s["tasks"]]
    expected = [(one["name"], one["before"], one["after"].split()[0]) for one in brief["expected"]]
    yield "expected results", list(facts.expected), expected
    said = sum(not one.kind.startswith("expected") for one in made.criteria)
    lists = [brief[name] for name in ("criteria", "success", "prerequisites")]
    lists += [one["criteria"] for one in brief["sprints"]]
    yield "criteria", said, sum(map(len, lists))


def shown(made: Made, repo: Repository, gate: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What `show` says otherwise than the writer, or than `gate` of the same run."""
    done = commands.call(repo.path, "show", BRIEF, "--run", made.run, "--json")
    if done.code == 2:
        yield "(shown)", "refused", done.out
        return
    data = done.data["brief"]
    for part, right, told in _parts(made, data["brief"]):
        if right != told:
            yield "(shown)", part, f"{right}, told {told}"
    verdict = data["baseline"]["verdict"] if data["baseline"] else "none"
    if made.cites and verdict != (UNMET if made.facts.lies else MET):
        yield "(shown)", "baseline", f"{'a lie' if made.facts.lies else 'true'}, told {verdict}"
    same = {(one["line"], one["text"]): one["verdict"] for one in gate["criteria"]}
    for one in data["criteria"]:
        other = same.get((one["line"], one["text"]), one["verdict"])
        stamped = "<STAMP>" in one["text"] + one["check"] or one["check"].startswith("complete")
        if other != one["verdict"] and not stamped and made.cites:
            yield "(shown)", "other than gate", f"{one['text']}: {one['verdict']}, gate {other}"


def ask(repo: Repository, made: Made, rng: Random) -> Iterator[tuple[str, str, str]]:
    """What `gate` says otherwise than the writer knows."""
    base = ("--baseline", BASELINE) if not made.cites or rng.random() < 0.5 else ()
    options = ("--run", made.run, *base, "--stamp", LATER, "--json")
    done = commands.call(repo.path, "gate", BRIEF, *options)
    if done.code == 2:
        yield "(whole)", "refused", done.out + done.err
        return
    yield from differences(made, done.data)
    yield from hoped(made, done.data)
    if (done.code == 0) != (done.data["verdict"] == MET):
        yield "(whole)", "exit code", str(done.code)
    yield from shown(made, repo, done.data)
    number = rng.choice(made.sprints)
    part = commands.call(repo.path, "gate", BRIEF, "--sprint", number, *options)
    own = sorted(_bare(one.text) for one in made.criteria if one.sprint == number)
    if part.code == 2:
        yield "(whole)", "refused", part.out + part.err
    elif (
        sorted(_bare(one["text"]) for one in part.data["criteria"] if one["sprint"] == number)
        != own
    ):
        yield "(whole)", "sprint", number


def judge(
    count: int, seed: int, folder: Path
) -> Iterator[tuple[int, Made, Counter[str], list[tuple[str, str, str]]]]:
    """Each brief's seed, the brief, how many criteria of each kind it has, and the differences."""
    for own in range(seed, seed + count):
        rng = Random(f"brief {own}")
        made = make(rng)
        repo = lay_out(folder / str(own), made)
        kinds = Counter(one.kind for one in made.criteria)
        yield own, made, kinds, list(ask(repo, made, rng))


def main() -> int:
    """Write the briefs, ask the tool, print the table."""
    parser = parser_of(__doc__, 300)
    parser.add_argument(
        "--show", type=int, default=3, help="how many even ones of each kind to show"
    )
    parser.add_argument("--keep", type=Path, help="leave the repositories here")
    options = parser.parse_args()
    tally = Tally("kind", "criteria")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        for own, _, kinds, found in judge(options.count, options.seed, folder):
            for kind, number in kinds.items():
                tally.add([kind], own, (), criteria=number)
            for kind, difference, text in found:
                tally.add([kind], own, [difference], f"{own}: {text}")
    print(tally)
    for (kind, difference), texts in sorted(tally.examples.items()):
        if kind != EVERY:
            print(f"\n{kind}, {difference}:")
            print("\n".join(f"  {text}" for text in texts[: options.show]))
    return tally.exit_code()


if __name__ == "__main__":
    sys.exit(main())
