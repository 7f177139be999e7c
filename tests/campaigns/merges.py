"""Generated merges: two people change one generated plan, and what git's driver makes of it is
held against what both have done.

``python -m tests.campaigns.merges --count 10000 --seed 1`` has Hypothesis make as many scenes.
For each the merge must be the same both ways; every attempt of either side and all other text
must be there, each as often as it was; and where the model leaves nothing to a person, the
merged file must be read as the merged model and have the lines of the model written down.

What came out so far is told every 200 merges. The exit code is 1 if one did not hold; the example
is printed as it was met, for making it small takes longer than reading it.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from ledger.plan import reader
from ledger.versions.merge import Merged, Unsure, merge
from tests.support import concurrent, laws
from tests.support.concurrent import Scene
from tests.support.plans import written

_MARK = re.compile(r"mark-[ot]\d")
_CONFLICT = re.compile(rb"<{7} ours\n(.*?)={7}\n(.*?)>{7} theirs\n", re.DOTALL)


def judge(scene: Scene) -> str:
    """Merge the scene; raise AssertionError unless all came out as meant. What kind of merge it
    was: ``clean``, ``conflict`` or ``text``."""
    base, ours, theirs = (written(plan).data for plan in (scene.base, scene.ours, scene.theirs))
    if len(base) % 8 == 0:  # now and then: what one side did is what is done
        assert merge(base, ours, base).data == ours
        assert merge(base, base, ours).data == ours
        assert merge(base, ours, ours).data == ours
    try:
        done = merge(base, ours, theirs)
    except Unsure:
        return "text"
    _assert_symmetric(done, merge(base, theirs, ours), scene.base.newlines[0])
    meant = concurrent.together(scene, is_ours_first=ours <= theirs)
    if meant.plan is None:
        assert {(clash.item or "").replace("\u2011", "-") for clash in done.clashes} == {
            name.replace("\u2011", "-") for name in meant.rivals
        }
        _assert_nothing_is_lost(scene, done)
        return "conflict"
    assert not done.clashes, done.clashes
    merged, model = _unordered(done.data), _unordered(written(meant.plan).data)
    if _has_twins(scene):
        merged, model = ([line for line in lines if line.strip()] for lines in (merged, model))
    else:
        assert laws.found(reader.read(done.data)) == laws.said(meant.plan)
    assert merged == model
    return "clean"


def _has_twins(scene: Scene) -> bool:
    """Whether two actions without numbers say the same. Which of them a side has changed nobody
    can tell, so nor where what it added belongs, nor a blank line."""
    for item in scene.base.items:
        said = [task.lines for task in item.tasks]
        if item.tasks_form == "bullets" and len(set(said)) < len(said):
            return True
    return False


def _unordered(data: bytes) -> list[str]:
    """The lines, without the blanks before numbers, in no order: where a list is aligned at its
    dots, a new number that is longer than the old one leaves the line where it began; and the
    model does not say which of two fields stands first that the sides add at one place. The
    order of attempts and actions is judged by what is read."""
    return sorted(
        re.sub(r"^ +(?=\d+\. )", " ", line) for line in re.split("\r\n|\n|\r", data.decode())
    )


def _assert_symmetric(done: Merged, back: Merged, newline: bytes) -> None:
    one, other = (said.data.replace(newline, b"\n") for said in (done, back))
    assert _CONFLICT.sub(rb"<<<<<<< ours\n\2=======\n\1>>>>>>> theirs\n", other) == one
    assert done.notes == back.notes


def _assert_nothing_is_lost(scene: Scene, done: Merged) -> None:
    """With conflicts, too, the marks of each side's deeds are there, those of attempts once for
    each side that has them."""
    text = done.data.decode()
    for plan in (scene.ours, scene.theirs):
        for item in plan.items:
            for attempt in item.attempts:
                for mark in _MARK.findall(attempt.lines[0]):
                    assert text.count(f"({mark})") == 1, mark
    assert _kept_by_both(scene) <= _lines(text).keys()


def _kept_by_both(scene: Scene) -> set[str]:
    """Lines that the base and both sides have, each as often: of two that are alike each side
    may have changed another one."""
    plans = (scene.base, scene.ours, scene.theirs)
    base, ours, theirs = (_lines(written(plan).data.decode()) for plan in plans)
    return {line for line, count in base.items() if count == ours[line] == theirs[line]}


def _lines(text: str) -> Counter[str]:
    return Counter(line.strip("\ufeff \t") for line in re.split("\r\n|\n|\r", text))


def run(count: int, number: int | None = None) -> Counter[str]:
    """Judge ``count`` scenes; how many of each kind there were."""
    kinds: Counter[str] = Counter()

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=number is None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(concurrent.scenes())
    def judged(scene: Scene) -> None:
        kinds[judge(scene)] += 1
        if kinds.total() % 200 == 0:
            print(dict(kinds), file=sys.stderr, flush=True)

    (judged if number is None else seed(number)(judged))()
    return kinds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    kinds = run(options.count, options.seed)
    print(
        f"{kinds.total()} merges: {kinds['clean']} without conflict, {kinds['conflict']} with,"
        f" {kinds['text']} left to git; {time.monotonic() - started:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
