"""How often the verdict on two batches is wrong.

``python -m tests.campaigns.calibration`` draws pairs of batches of one true pass rate and
counts how often they are called a regression: at most 5 in 100, whatever the rate and the
number of rounds. Then it draws pairs whose rate did drop and counts each verdict: how often a
drop is found, and how often one of 20 points or more is missed and called "no evidence of
change". Ends with 1 where equal batches are called a regression, or such a drop is missed, in
more than 5 of 100.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from functools import cache

from ledger.evidence.rounds_model import Earlier, Verdict
from ledger.evidence.stats import SMALLEST_DROP, verdict_on

SIZES = (20, 50, 200)
RATES = (0.02, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
DROPS = ((0.95, 0.9), (0.9, 0.8), (0.9, 0.7), (0.7, 0.5), (0.5, 0.3), (0.9, 0.5), (1.0, 0.7))
ALLOWED = 0.05
_VERDICTS: tuple[Verdict, ...] = (
    "regression",
    "no evidence of change",
    "too few rounds",
    "improvement",
)

Shares = dict[Verdict, float]


@cache
def _verdict(passes: int, total: int, earlier_passes: int, earlier_total: int) -> Verdict:
    return verdict_on(
        passes, 0, total, Earlier(passes=earlier_passes, total=earlier_total, source="drawn")
    )


def shares(
    chance: random.Random, rate: float, earlier: float, total: int, earlier_total: int, draws: int
) -> Shares:
    """How often each verdict is given to batches of these true rates."""
    found: Counter[Verdict] = Counter()
    for _ in range(draws):
        passes = sum(chance.random() < rate for _ in range(total))
        before = sum(chance.random() < earlier for _ in range(earlier_total))
        found[_verdict(passes, total, before, earlier_total)] += 1
    return {verdict: found[verdict] / draws for verdict in _VERDICTS}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=4000, help="pairs for each line")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    wrong = 0
    print(f"seed {options.seed}, {options.draws} pairs of batches a line; shares in percent")
    print("true rates        rounds       regression  no evidence  too few  improvement")
    pairs = [(size, size) for size in SIZES] + [(20, 200), (200, 20)]
    for earlier, rate in [*((rate, rate) for rate in RATES), *DROPS]:
        for total, earlier_total in pairs:
            found = shares(chance, rate, earlier, total, earlier_total, options.draws)
            is_wrong = (earlier == rate and found["regression"] > ALLOWED) or (
                earlier - rate >= SMALLEST_DROP and found["no evidence of change"] > ALLOWED
            )
            wrong += is_wrong
            print(
                f"{earlier:.2f} -> {rate:.2f}  {earlier_total:4} against {total:4}"
                + "".join(f"{100 * found[verdict]:11.1f}" for verdict in _VERDICTS)
                + ("  WRONG" if is_wrong else "")
            )
    print(f"{wrong} lines with more than {100 * ALLOWED:.0f} in 100 wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
