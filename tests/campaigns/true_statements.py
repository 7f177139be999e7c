"""True sentences about made runs and about other subjects, of which `ledger verify` may contradict none.

``python -m tests.campaigns.true_statements --count 1000 --seed 1`` fills wordings (`tests/data/said/true-*.txt`,
see `tests/campaigns/wordings.py`) with what is true of runs whose outcomes are known by their making, writes
each into an attempt that cites its run, and asks `ledger verify --json`. At least three in ten sentences are
about something else: hashes of tarballs and upstream projects, parts, other programs, aims, history,
suppositions, quotes, files left out. Half of those stand behind a sentence about the run, and a quarter of
the others before one about something else; such a neighbour is counted as well. One plan in four is a logbook.

A row for each kind; the columns count sentences, those of them in which something is read as a claim, those
supported (a reader who reads nothing accuses nobody), and the accused of each half. *accused* is a claim of
the sentence that is contradicted, *beside* one elsewhere in its attempt, which is as true.
Wordings of the odd half are held back: only figures of it are printed, also with ``--list``.
The exit code is 1 where anything is contradicted.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from tests.campaigns.said_messages import ended
from tests.campaigns.said_plans import Pool, Said, lay_out, verified
from tests.campaigns.said_runs import Run
from tests.campaigns.tally import EVERY, Tally, parser_of
from tests.campaigns.untruths import companions
from tests.campaigns.wordings import HALVES, Wording, wordings

ELSE = {
    "hash",
    "subset",
    "other program",
    "passes alone",
    "aim",
    "history",
    "hypothetical",
    "quote",
    "gone",
}
ELSE |= {"other figure"}
# Claims that an attempt makes by its form, whatever its sentence says.
FORMAL = {"result", "date", "stamp", "artifact"}
ABOUT, OTHER = "= about the run", "= about something else"
IN_A_PLAN = 250

Judged = tuple[Said, list[dict[str, Any]], list[dict[str, Any]]]


def drawn(rng: Random, count: int, halves: Sequence[str]) -> list[Wording]:
    """So many wordings: all of them, again and again, at least three in ten about something else."""
    every = wordings("true", tuple(halves))
    least = -(-3 * count // 10)
    chosen = []
    for apart, wanted in ((True, least), (False, count - least)):
        some = [one for one in every if (one.kind in ELSE) == apart]
        rng.shuffle(some)
        chosen += [some[place % len(some)] for place in range(wanted)]
    rng.shuffle(chosen)
    return chosen


def sentences(
    pool: Pool, wording: Wording, halves: Sequence[str]
) -> tuple[Run, list[tuple[Wording, str]]]:
    """A sentence about a run, often with one about something else behind it, or the other way round."""
    run, text, _ = pool.say(wording, wording.facts)
    is_apart = wording.kind in ELSE
    if pool.rng.random() > (0.5 if is_apart else 0.25):
        return run, [(wording, text)]
    fitting = [
        one
        for one in wordings("true", tuple(halves))
        if one.half == wording.half
        and (one.kind in ELSE) != is_apart
        and one.kind not in ("compare", "passes alone")
    ]
    more = companions(pool, run, fitting, 1)
    return run, [*more, (wording, text)] if is_apart else [(wording, text), *more]


def judge(count: int, seed: int, halves: Sequence[str], folder: Path) -> Iterator[Judged]:
    """Each sentence, the claims in it, and those around it."""
    rng = Random(seed)
    chosen = drawn(rng, count, halves)
    for start in range(0, count, IN_A_PLAN):
        pool = Pool(rng, 20)
        told = [sentences(pool, one, halves) for one in chosen[start : start + IN_A_PLAN]]
        said = [
            Said(" ".join(ended(text) for _, text in parts), run, parts[0][0])
            for run, parts in told
        ]
        repo = lay_out(folder / f"{seed}-{start}", pool.runs)
        is_logbook = start // IN_A_PLAN % 4 == 3
        judged = verified(repo, said, rng, is_logbook)
        for (_, parts), (one, place, claims) in zip(told, judged, strict=True):
            around = [claim for claim in claims if claim["line"] not in place]
            inside = [claim for claim in claims if claim["line"] in place]
            for wording, text in parts:
                own = [claim for claim in inside if claim["text"] in text]
                inside = [claim for claim in inside if claim not in own]
                # What is of neither sentence alone is counted with the last.
                own += inside if text is parts[-1][1] else []
                yield replace(one, text=text, wording=wording), own, around
                around = []


def counted(tally: Tally, judged: Judged) -> list[dict[str, Any]]:
    """Put a sentence into the table, and return what it is accused of."""
    one, own, beside = judged
    kind = one.wording.kind
    told = [claim for claim in own if claim["kind"] not in FORMAL or kind in ("file", "result")]
    accused = [claim for claim in own if claim["verdict"] == "contradicted"]
    wrong = ["accused"] if accused else []
    wrong += ["beside"] if any(claim["verdict"] == "contradicted" for claim in beside) else []
    tally.add(
        [kind, OTHER if kind in ELSE else ABOUT],
        HALVES.index(one.wording.half),
        wrong,
        one.text,
        said=1,
        read=bool(told),
        supported=any(claim["verdict"] == "supported" for claim in told),
    )
    return accused


def main() -> int:
    """Say the sentences, ask the tool, print the table."""
    parser = parser_of(__doc__, 1000)
    parser.add_argument("--half", choices=HALVES, help="only wordings of this half")
    parser.add_argument("--list", action="store_true", help="show the accused of the even half")
    options = parser.parse_args()
    halves = (options.half,) if options.half else HALVES
    tally = Tally("kind", "said", "read", "supported")
    with tempfile.TemporaryDirectory() as folder:
        for judged in judge(options.count, options.seed, halves, Path(folder)):
            accused, one = counted(tally, judged), judged[0]
            if accused and options.list and one.wording.half == "even":
                print(
                    f"{one.wording.kind}: {one.text}\n    run: {one.run.shape}, {outcome_of(one)}"
                )
                for claim in accused:
                    print(
                        f"    {claim['kind']} {claim['claimed']!r} / {claim['observed']!r}: {claim['reason']}"
                    )
    print(tally)
    about, every = tally.numbers[ABOUT], tally.numbers[EVERY]
    print(
        f"supported {about['supported'] / about['said']:.1%} of those about the run, {every['even'] + every['odd']} accused"
    )
    return tally.exit_code()


def outcome_of(said: Said) -> str:
    """The run's numbers, in short."""
    run = said.run
    return "; ".join(
        f"{one.name} {dict(one.counts)} in {one.seconds}s".strip() for one in run.sessions
    )


if __name__ == "__main__":
    sys.exit(main())
