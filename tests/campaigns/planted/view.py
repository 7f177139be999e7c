"""What is known of an attempt's own run and the one before it: conditions and values for wordings."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
).split()


@dataclass(frozen=True)
class View:
    """A run; `None` is what its outputs do not tell, or tell in more ways than one."""

    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    xfailed: int | None = None
    seconds: float | None = None
    exit_code: int | None = None
    failing: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    before: View | None = None
    rounds: int | None = None
    good_rounds: int | None = None
    number: int | None = None
    """The attempt's, where attempts have numbers."""
    parts: tuple[tuple[str, View], ...] = ()
    """Two runs with names whose logs lie in one folder."""
    is_failing: bool = False
    """Of a real attempt: each of its runs failed a test."""
    is_passing: bool = False
    """Of a real attempt: none of its runs failed a test."""
    taken: dict[str, set[int]] = field(default_factory=dict)
    """Other values that any file of the attempt tells of a quantity."""

    @cached_property
    def is_green(self) -> bool:
        """Whether all of it passed."""
        if self.parts:
            return all(part.is_green for _, part in self.parts)
        return self.is_passing or (
            self.good_rounds == self.rounds if self.rounds else self.failed == 0
        )

    @cached_property
    def total(self) -> int | None:
        """How many cases there were."""
        parts = (self.passed, self.failed, self.skipped, self.xfailed)
        return None if None in parts else sum(parts)  # type: ignore[arg-type]

    def outcomes(self) -> dict[str, str]:
        """Each made test's outcome."""
        rest = [name for name in self.names if name not in self.failing]
        skipped = dict.fromkeys(rest[: self.skipped], "skipped")
        skipped |= dict.fromkeys(rest[len(skipped) : len(skipped) + (self.xfailed or 0)], "xfailed")
        return {
            name: "failed" if name in self.failing else skipped.get(name, "passed")
            for name in self.names
        }

    def new_failures(self) -> frozenset[str] | None:
        """What fails now and did not before."""
        return self.failing - self.before.failing if self.before else None


def _known(*names: str) -> Callable[[View], bool]:
    return lambda view: all(getattr(view, name) is not None for name in names)


def _pair(test: Callable[[View, View], bool]) -> Callable[[View], bool]:
    def holds(view: View) -> bool:
        return bool(view.before and view.failed is not None and test(view, view.before))

    return holds


def _passed(view: View, name: str) -> bool:
    return view.outcomes().get(name) == "passed"


def _least(name: str, value: float) -> Callable[[View], bool]:
    return lambda view: (known := getattr(view, name)) is not None and known >= value


def _most(name: str, value: float) -> Callable[[View], bool]:
    return lambda view: (known := getattr(view, name)) is not None and known <= value


def _share(test: Callable[[View], bool]) -> Callable[[View], bool]:
    return lambda view: view.total is not None and test(view)


CONDITIONS: dict[str, Callable[[View], bool]] = {
    "any": lambda view: view.passed is not None,
    "one": lambda view: not view.rounds and not view.parts,
    "parts": lambda view: bool(view.parts),
    "afail": lambda view: bool(view.parts and view.parts[0][1].failed),
    "agreen": lambda view: bool(view.parts) and view.parts[0][1].failed == 0,
    "bfail": lambda view: bool(view.parts and view.parts[1][1].failed),
    "made": lambda view: view.total is not None and bool(view.names),
    "rounds": lambda view: bool(view.rounds),
    "badround": lambda view: bool(view.rounds) and view.good_rounds != view.rounds,
    "fail": lambda view: view.is_failing or bool(view.failed),
    "fail2": _least("failed", 2),
    "fail1": lambda view: view.failed == 1,
    "fail3": _least("failed", 3),
    "green": lambda view: (
        not view.rounds and not view.parts and (view.is_passing or view.failed == 0)
    ),
    "skip": _least("skipped", 1),
    "skip2": _least("skipped", 2),
    "noskip": _most("skipped", 0),
    "xfail": _least("xfailed", 1),
    "noxfail": _most("xfailed", 0),
    "few": lambda view: view.failed is not None and 0 < view.failed <= 20,
    "big": _share(lambda view: (view.passed or 0) >= 1000),
    "over1s": _least("seconds", 2),
    "over10s": _least("seconds", 12),
    "over1m": _least("seconds", 75),
    "over5m": _least("seconds", 375),
    "over10m": _least("seconds", 750),
    "over1h": _least("seconds", 4000),
    "under4m": _most("seconds", 240),
    "under10s": _most("seconds", 8),
    "under1m": _most("seconds", 45),
    "under10m": _most("seconds", 480),
    "under1h": _most("seconds", 2900),
    "timed": _known("seconds"),
    "exit": _known("exit_code"),
    "before": lambda view: view.before is not None and view.failed is not None,
    "more": _pair(lambda now, old: (now.failed or 0) > (old.failed or 0)),
    "fewer": _pair(lambda now, old: (now.failed or 0) < (old.failed or 0)),
    "notmore": _pair(lambda now, old: (now.failed or 0) <= (old.failed or 0)),
    "notfewer": _pair(lambda now, old: (now.failed or 0) >= (old.failed or 0)),
    "samecount": _pair(lambda now, old: now.failed == old.failed),
    "sameset": _pair(lambda now, old: bool(now.failing) and now.failing == old.failing),
    "othercount": _pair(lambda now, old: now.failed != old.failed),
    "newfail": _pair(lambda now, old: any(_passed(old, name) for name in now.failing)),
    "nonew": _pair(lambda now, old: not now.failing - old.failing),
    "otherset": _pair(lambda now, old: now.failing != old.failing),
    "cleared": _pair(lambda now, old: bool(old.failing - now.failing)),
    "notcleared": _pair(lambda now, old: bool(old.failing) and not old.failing - now.failing),
    "slower": _pair(lambda now, old: (now.seconds or 0) > 1.3 * (old.seconds or 0)),
    "faster": _pair(lambda now, old: 1.3 * (now.seconds or 0) < (old.seconds or 0)),
    "half": _share(lambda view: 2 * (view.passed or 0) > 1.2 * (view.total or 0)),
    "most": _share(lambda view: (view.skipped or 0) < 0.4 * (view.total or 0)),
}


class Unknown(Exception):
    """The view does not tell this value, or no other value is surely wrong."""


def value_of(name: str, view: View, rng: random.Random, lie: bool) -> str:
    """What a slot of a wording stands for, or another value that no file tells."""
    make = SLOTS[name]
    found = make(view, rng, lie)
    if found is None:
        raise Unknown(name)
    return found


Slot = Callable[[View, random.Random, bool], "str | None"]


def _other(value: int, taken: Iterable[int], rng: random.Random) -> int | None:
    """Another count: one more, one less, digits swapped, ten more, twice as much."""
    text = str(value)
    swapped = int(text[:-2] + text[-1] + text[-2]) if len(text) > 1 else value + 3
    options = [value + 1, value - 1, value + 2, swapped, value + 10, 2 * value, value + 4]
    known = {value, *taken}
    options = [one for one in options if one > 0 and one not in known]
    return rng.choice(options[:5]) if options else None


def _taken(view: View, name: str) -> set[int]:
    taken = set(view.taken.get(name, ()))
    if view.before and isinstance(old := getattr(view.before, name, None), int):
        taken.add(old)
    return taken


def count(name: str, written: Callable[[int], str | None] = str) -> Slot:
    """A count as it is written here."""

    def make(view: View, rng: random.Random, lie: bool) -> str | None:
        value = getattr(view, name)
        if value is None:
            return None
        if lie:
            value = _other(value, _taken(view, name), rng)
        return None if value is None else written(value)

    return make


def word(value: int) -> str | None:
    """A number as a word."""
    return NUMBERS[value] if value < len(NUMBERS) else None


def _capital(value: int) -> str | None:
    told = word(value)
    return told and told.capitalize()


def old(slot: Slot) -> Slot:
    """The same of the run before."""
    return lambda view, rng, lie: slot(view.before, rng, lie) if view.before else None


def _time(written: Callable[[float], str | None]) -> Slot:
    def make(view: View, rng: random.Random, lie: bool) -> str | None:
        if view.seconds is None:
            return None
        seconds = view.seconds
        if lie:
            near = {view.before.seconds or 0.0} if view.before else set()
            options = [seconds * by for by in (0.4, 0.55, 1.7, 2.3)]
            far = [one for one in options if all(abs(one - two) > 0.25 * one for two in near)]
            if not far:
                return None
            seconds = rng.choice(far)
        return written(seconds)

    return make


def _minutes(seconds: float) -> str | None:
    return f"{seconds / 60:.0f}" if seconds >= 200 else None


def _clock(seconds: float) -> str | None:
    if seconds < 60:
        return None
    if seconds >= 3600:
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02}:{int(seconds % 60):02}"
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"


def _minutes_seconds(seconds: float) -> str | None:
    return f"{int(seconds // 60)}m {int(seconds % 60):02}s" if seconds >= 60 else None


def _bound(name: str, above: bool) -> Slot:
    """A bound that the value keeps, or one that it does not."""

    def make(view: View, rng: random.Random, lie: bool) -> str | None:
        value = getattr(view, name)
        if value is None:
            return None
        more = above != lie
        if isinstance(value, int):
            by = rng.randrange(1, 4) if value < 30 else rng.randrange(5, 15)
            bound = value + by if more else value - by
            return str(bound) if bound > 0 else None
        bound = value * (1.4 if more else 0.6)
        steps = (1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200)
        fitting = [one for one in steps if (one > bound if more else one < bound)]
        return None if not fitting else str(min(fitting) if more else max(fitting))

    return make


def _bound_minutes(above: bool) -> Slot:
    def make(view: View, rng: random.Random, lie: bool) -> str | None:
        if view.seconds is None:
            return None
        more = above != lie
        bound = view.seconds / 60 * (1.3 if more else 0.7)
        fitting = [m for m in (2, 3, 5, 10, 15, 20, 30, 45, 60, 90) if (m > bound) == more]
        return None if not fitting else str(min(fitting) if more else max(fitting))

    return make


def _range(name: str) -> Slot:
    def make(view: View, rng: random.Random, lie: bool) -> str | None:
        value = getattr(view, name)
        if value is None:
            return None
        span = 1 if value < 20 else 10
        low = value - span if not lie else value + 1 + span
        return f"{low}–{low + 2 * span}" if low > 0 else None

    return make


def _rate(name: str, digits: int = 1) -> Slot:
    def make(view: View, rng: random.Random, lie: bool) -> str | None:
        value = getattr(view, name)
        if value is None or not view.total:
            return None
        rate = 100 * value / view.total
        if lie:
            executed = 100 * value / max(1, (view.passed or 0) + (view.failed or 0))
            options = [rate + by for by in (-7.3, -4.1, -11.6, 5.2)]
            fit = [one for one in options if 1 < one < 99.6 and abs(one - executed) > 2]
            if not fit:
                return None
            rate = rng.choice(fit)
        return f"{rate:.{digits}f}"

    return make


def _exit(view: View, rng: random.Random, lie: bool) -> str | None:
    if view.exit_code is None:
        return None
    return (
        str((1 if rng.random() < 0.6 else 2) if view.exit_code == 0 else 0)
        if lie
        else str(view.exit_code)
    )


def _rough(view: View, rng: random.Random, lie: bool) -> str | None:
    value = view.passed
    if value is None or value < 100:
        return None
    step = 10 if value < 1000 else 100
    rounded = round(value / step) * step
    return str(rounded * 2 if lie else rounded)


def _fewer(view: View, rng: random.Random, lie: bool) -> str | None:
    if not view.before or view.failed is None or view.before.failed is None:
        return None
    value = view.before.failed - view.failed
    if value <= 0:
        return None
    return str(value + rng.randrange(1, 4) if lie else value)


def _plus(view: View, rng: random.Random, lie: bool) -> str | None:
    if not view.before or view.passed is None or view.before.passed is None:
        return None
    value = view.passed - view.before.passed
    if value == 0:
        return None
    return f"{value + rng.randrange(1, 6) if lie else value:+}"


def _new(view: View, rng: random.Random, lie: bool) -> str | None:
    new = view.new_failures()
    if new is None:
        return None
    return str(len(new) + rng.randrange(1, 3) if lie else len(new))


def _but(view: View, rng: random.Random, lie: bool) -> str | None:
    if view.failed is None or view.skipped != 0 or view.xfailed != 0:
        return None
    value = _other(view.failed, _taken(view, "failed"), rng) if lie else view.failed
    return word(value) if value else None


def _bad_test(view: View, rng: random.Random, lie: bool) -> str | None:
    return min(view.failing) if view.failing else None


def _good_test(view: View, rng: random.Random, lie: bool) -> str | None:
    return next((name for name, told in view.outcomes().items() if told == "passed"), None)


def _part(at: int, name: str) -> Slot:
    """A count of one of two named runs, or the other one's."""

    def make(view: View, rng: random.Random, lie: bool) -> str | None:
        if not view.parts:
            return None
        values = [getattr(part, name) for _, part in view.parts]
        if not lie:
            return str(values[at])
        if values[0] != values[1] and rng.random() < 0.5:
            return str(values[1 - at])
        value = _other(values[at], values, rng)
        return value and str(value)

    return make


def _old_number(view: View, rng: random.Random, lie: bool) -> str | None:
    return str(view.before.number) if view.before and view.before.number else None


SLOTS: dict[str, Slot] = {
    **{name: count(name) for name in ("passed", "failed", "skipped", "xfailed", "total")},
    **{f"old_{name}": old(count(name)) for name in ("passed", "failed", "skipped", "total")},
    **{f"{name}_word": count(name, word) for name in ("failed", "skipped", "xfailed", "passed")},
    **{f"{name}_Word": count(name, _capital) for name in ("failed", "skipped")},
    "old_failed_word": old(count("failed", word)),
    "passed_k": count("passed", lambda n: f"{n:,}" if n >= 1000 else None),
    "total_k": count("total", lambda n: f"{n:,}" if n >= 1000 else None),
    "total_blank": count("total", lambda n: f"{n // 1000} {n % 1000:03}" if n >= 1000 else None),
    "rounds": count("rounds"),
    "good_rounds": count("good_rounds"),
    "good_rounds_word": count("good_rounds", word),
    "bad_rounds": lambda view, rng, lie: (
        str(view.rounds - (view.good_rounds or 0) + (rng.randrange(1, 3) if lie else 0))
        if view.rounds
        else None
    ),
    "seconds": _time(lambda s: f"{s:.2f}"),
    "seconds1": _time(lambda s: f"{s:.1f}"),
    "seconds0": _time(lambda s: f"{s:.0f}" if s > 10 else None),
    "ms": _time(lambda s: f"{s * 1000:.0f}" if s < 20 else None),
    "minutes": _time(_minutes),
    "minutes1": _time(lambda s: f"{s / 60:.1f}" if s > 90 else None),
    "minutes_word": _time(lambda s: word(round(s / 60)) if s >= 200 else None),
    "hours": _time(lambda s: f"{s / 3600:.2f}" if s > 1500 else None),
    "clock": _time(_clock),
    "min_sec": _time(_minutes_seconds),
    "rate": _rate("passed"),
    "rate2": _rate("passed", 2),
    "failed_rate": _rate("failed"),
    "skipped_rate": _rate("skipped"),
    "exit": _exit,
    "over_failed": _bound("failed", True),
    "under_failed": _bound("failed", False),
    "over_passed": _bound("passed", True),
    "under_passed": _bound("passed", False),
    "over_skipped": _bound("skipped", True),
    "over_seconds": _bound("seconds", True),
    "under_seconds": _bound("seconds", False),
    "over_minutes": _bound_minutes(True),
    "under_minutes": _bound_minutes(False),
    "range_failed": _range("failed"),
    "range_passed": _range("passed"),
    "about_passed": _rough,
    "fewer_failed": _fewer,
    "plus_passed": _plus,
    "new_failed": _new,
    "but_word": _but,
    "old_number": _old_number,
    **{
        f"{name}_{letter}": _part(at, name)
        for name in ("passed", "failed", "skipped", "total")
        for at, letter in enumerate("ab")
    },
    "a": lambda view, *_: view.parts[0][0] if view.parts else None,
    "b": lambda view, *_: view.parts[1][0] if view.parts else None,
    "bad_test": _bad_test,
    "good_test": _good_test,
}
