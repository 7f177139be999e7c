"""One untruth in a sentence: another number, another test, or a run of which it is not true."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.campaigns.said_plans import Pool
from tests.campaigns.said_runs import Run, facts_of, values_of
from tests.campaigns.wordings import Unfit, Wording, filled, names_in, others

# Values with which a planted one must not be mistaken for the truth about something else.
COUNTS = ("collected", "passed", "failed", "skipped", "xfailed", "errors", "executed", "broken", "tests", "new", "cleared", "fewer")  # fmt: skip
DURATIONS = ("seconds", "wall")
SMALL = 13


def spoken(pool: Pool, wording: Wording, is_true: bool) -> tuple[Run, str]:
    """The wording about a run that bears it out, or about one that does not."""
    how, _, what = wording.heads[1].partition(" ")
    if is_true:
        run, text, _ = pool.say(wording, wording.facts)
        return run, text
    if how == "when":
        run, text, _ = pool.say(wording, frozenset(what.split()))
        return run, text
    for tried in range(400):
        if tried % 8 == 7:
            # None of the runs so far has what it takes.
            pool.draw()
        run, text, values = pool.say(wording, wording.facts)
        try:
            lie = filled(wording.text, changed(values, what, pool.rng))
        except Unfit:
            continue
        if lie != text:
            return run, lie
    raise Unfit(f"nothing to plant: {wording.kind}")


def companions(
    pool: Pool, run: Run, choice: list[Wording], count: int
) -> list[tuple[Wording, str]]:
    """True sentences about the run, and their wordings, which are some of these."""
    facts, values = facts_of(run), values_of(run, pool.rng) | others(pool.rng, len(run.tests))
    told: list[tuple[Wording, str]] = []
    for wording in pool.rng.sample(choice, len(choice)):
        if len(told) == count:
            break
        if wording.facts <= facts and names_in(wording.text) <= values.keys():
            try:
                told.append((wording, filled(wording.text, values)))
            except Unfit:
                continue
    return told


def changed(values: Mapping[str, object], name: str, rng: Random) -> dict[str, object]:
    """The values with one that is not so: `name`, or `name=other` for the value of another name."""
    name, _, other = name.partition("=")
    if other:
        if other not in values or values[other] == values.get(name):
            raise Unfit(f"no {other}")
        ids = {f"{name}_id": values[f"{other}_id"]} if f"{other}_id" in values else {}
        return {**values, name: values[other], **ids}
    if name.endswith("!"):
        # So far off that "about" does not make it true.
        value = values[name[:-1]]
        assert isinstance(value, int)
        return {**values, name[:-1]: round(value * rng.choice([0.6, 1.4, 1.7]))}
    return {**values, name: untrue(values, name, rng)}


def untrue(values: Mapping[str, object], name: str, rng: Random) -> object:
    """Another value of the same kind, which no part of the run has either."""
    value = values[name]
    if name == "exit":
        return rng.choice([code for code in (0, 1, 2) if code != value])
    if name == "rate":
        assert isinstance(value, float)
        told = [value + change for change in (-17.3, -9.1, -6.4, -4.2, 4.7, 6.3, 8.8)]
        # No pass rate by another whole either, such as that of the tests that ran.
        near = [value, 100.0 - value]
        kept = [
            one for one in told if 20 < one <= 100 and all(abs(one - other) > 3 for other in near)
        ]
        return rng.choice(kept or [31.0])
    if isinstance(value, float) or name == "rss":
        return _another_measure(values, name, rng)
    assert isinstance(value, int)
    taken = {
        found
        for key, found in values.items()
        if key.split("_")[-1] in COUNTS and isinstance(found, int)
    }
    steps = (
        [1, -1, 2, -2, 3, 4, 5, -4, 7]
        if value < SMALL
        else [1, -1, 2, -3, 6, 10, -10, 12, -13, 40, 100, value // 2]
    )
    kept = [value + step for step in steps if value + step >= 0 and value + step not in taken]
    if value < SMALL:
        kept = [one for one in kept if one < SMALL]
    if not kept:
        raise Unfit("every number near it is taken")
    return rng.choice(kept)


def _another_measure(values: Mapping[str, object], name: str, rng: Random) -> object:
    """A time or size that is far from every one of the run and of the one before."""
    value = values[name]
    assert isinstance(value, int | float)
    taken = [value]
    if name in DURATIONS or name.endswith("_seconds"):
        taken = [
            found
            for key, found in values.items()
            if key.split("_")[-1] in DURATIONS and isinstance(found, float)
        ]
    for factor in rng.sample([0.31, 0.45, 0.6, 1.45, 1.8, 2.6, 4.0], 7):
        told = round(value * factor, 2)
        if all(abs(told / found - 1) > 0.15 for found in taken):
            return told if isinstance(value, float) else int(told)
    raise Unfit("every time is taken")
