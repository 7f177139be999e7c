"""Fix plans made up for ``tests.campaigns.lies``: attempts that tell the truth about made-up
runs, in the ways in which people write, with every fact marked so that it can be made a lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.campaigns.lies_runs import WORDS, Made


@dataclass(frozen=True)
class Fact:
    """A passage that evidence proves: ``text`` is true, each of ``lies`` is not."""

    kind: str
    text: str
    lies: tuple[str, ...]


Part = str | Fact
Parts = list[Part]


def told(parts: Sequence[Part], lie: tuple[int, str] | None = None) -> str:
    """The text; ``lie`` replaces the fact of that number."""
    out, number = [], 0
    for part in parts:
        if isinstance(part, Fact):
            out.append(lie[1] if lie and lie[0] == number else part.text)
            number += 1
        else:
            out.append(part)
    return "".join(out)


def facts(parts: Sequence[Part]) -> list[Fact]:
    return [part for part in parts if isinstance(part, Fact)]


# Facts


def number(rng: Random, kind: str, value: int, *also_true: int) -> Fact:
    """A whole number. ``also_true`` are other ways to count the same."""
    true = {value, *also_true}
    tries = {value + 1, value + rng.randrange(2, 9), max(0, value - 1), value * 2 + 1,
             max(0, value - rng.randrange(2, 9))}  # fmt: skip
    return Fact(kind, str(value), tuple(str(other) for other in sorted(tries - true)))


def decimal(
    rng: Random, kind: str, value: float, places: int, unit: str, *also_true: float
) -> Fact:
    """A number with decimals, one digit of which is changed in each lie."""
    text = f"{value:.{places}f}"
    true = {f"{other:.{places}f}" for other in (value, *also_true)}
    # A digit cut off is no lie either.
    true |= {f"{int(other * 10**places) / 10**places:.{places}f}" for other in (value, *also_true)}
    lies = set()
    for at, digit in enumerate(text):
        if digit.isdigit():
            other = rng.choice([d for d in "0123456789" if d != digit])
            lies.add(text[:at] + other + text[at + 1 :])
    lies = {lie for lie in lies if lie not in true and not (lie[0] == "0" and lie[1:2].isdigit())}
    return Fact(kind, text + unit, tuple(sorted(lie + unit for lie in lies)))


def share(rng: Random, made: Made, count: int) -> Fact:
    """A percentage of the tests; any denominator will do."""
    total, skipped = len(made.cases), made.count("skipped")
    expected = made.count("xfailed")
    ways = {total, total - skipped, total - expected, total - skipped - expected} - {0}
    return decimal(rng, "rate", 100 * count / total, 1, "%", *(100 * count / way for way in ways))


def length(rng: Random, made: Made, kind: str = "duration", gap: str = "") -> Fact:
    fact = decimal(rng, kind, made.seconds, 2, f"{gap}s", made.elapsed or made.seconds)
    if any("log" in name for name in made.files):
        return fact
    # JUnit's time is not quite the one that pytest prints: a slip of a hair proves nothing.
    near = 0.06 + 0.0011 * made.seconds
    lies = [lie for lie in fact.lies if abs(float(lie.rstrip(" s")) - made.seconds) > near]
    return Fact(kind, fact.text, tuple(lies))


# What is said of a run


def counts(rng: Random, made: Made) -> Parts:
    total, passed, failed = len(made.cases), made.count("passed"), made.count("failed")
    skipped, expected = made.count("skipped"), made.count("xfailed")

    def some(kind: str, value: int) -> Fact:
        return number(rng, "count", value, *(ALSO[kind](made) if kind in ALSO else ()))

    long: Parts = [some("collected", total), " collected / ", some("passed", passed), " passed (",
                   share(rng, made, passed), ") / ", some("failed", failed), " failed"]  # fmt: skip
    if skipped:
        long += [" / ", some("skipped", skipped), " skipped"]
    if expected:
        long += [" / ", some("xfailed", expected), " xfailed"]
    short: Parts = [some("passed", passed), " passed"]
    if failed:
        short = [some("failed", failed), " failed, ", *short]
    if skipped:
        short += [", ", some("skipped", skipped), " skipped"]
    timed: Parts = [*short, " in ", length(rng, made)]
    keyed: Parts = ["passed=", some("passed", passed), " failed=", some("failed", failed)]
    ways = [long, timed, [*short], keyed]
    if passed >= 32:
        ways.append([_triple(rng, (passed, failed, skipped)), " pass/fail/skip"])
    if passed == total:
        ways.append([Fact("count", f"{total}/{total}", (f"{total - 1}/{total}",)), " tests passed (",
                     Fact("rate", "100%", ("98%", "90%")), ")"])  # fmt: skip
    return rng.choice(ways)


ALSO: dict[str, Callable[[Made], tuple[int, ...]]] = {
    "skipped": lambda made: (made.count("skipped") + made.count("xfailed"),),
}


def _triple(rng: Random, values: tuple[int, int, int]) -> Fact:
    lies = []
    for at in range(3):
        other = list(values)
        other[at] += rng.choice((1, 2, 7))
        lies.append("/".join(map(str, other)))
    return Fact("count", "/".join(map(str, values)), tuple(lies))


def runtime(rng: Random, made: Made) -> Parts:
    minutes, rest = divmod(made.seconds, 60)
    alias = f"{int(minutes)}m {int(rest)}s"
    wrong = (f"{int(minutes) + 1}m {int(rest)}s", f"{int(minutes)}m {(int(rest) + 17) % 60}s")
    limit = rng.choice((3600, 2700, 7200))
    left = 100 * (limit - made.seconds) / limit
    ways: list[Parts] = [
        ["Runtime ", length(rng, made)],
        ["runtime: ", length(rng, made, gap=" ")],
        ["Runtime ", length(rng, made), " (", Fact("duration", alias, wrong), ")"],
        ["Runtime ", length(rng, made), " (",
         decimal(rng, "margin", left, 1, "%", *_lefts(made, limit)),
         f" margin below {limit}s timeout)"],
    ]  # fmt: skip
    return rng.choice(ways)


def _lefts(made: Made, limit: int) -> list[float]:
    times = [made.seconds] + ([made.elapsed] if made.elapsed else [])
    return [100 * (limit - time) / limit for time in times]


def exit_code(rng: Random, made: Made) -> Parts:
    code = made.exit_code
    lies = tuple(str(other) for other in (0, 1, 2, 124) if other != code)
    return [
        rng.choice(("exit code ", "Exit code: ", "exited with code ")),
        Fact("exit", str(code), lies),
    ]


def resources(rng: Random, made: Made) -> Parts:
    assert made.kbytes is not None
    size = made.kbytes / 1024**2
    ways = [made.kbytes / 1e6, made.kbytes * 1024 / 1e9, made.kbytes / 1024 / 1000]
    unit = rng.choice((" GB", " GiB"))
    memory = decimal(rng, "memory", size, 2, unit, *(ways if unit == " GB" else ()))
    cpu = number(rng, "cpu", made.cpu or 0)
    if rng.random() < 0.5:
        return ["peak RSS ", memory, ", ", cpu, "% CPU"]
    return ["CPU utilisation ", cpu, "%, peak RSS ", memory]


def change(rng: Random, made: Made, before: Made, name: str) -> Parts:
    """``Delta vs Attempt #3: +2 passed (+4.2%), -1 failures (3→2), ±0 skipped``."""
    passed, failed = (
        made.count("passed") - before.count("passed"),
        made.count("failed") - before.count("failed"),
    )
    apart = before.count("xfailed")
    out: Parts = [
        f"Delta vs {name}: ",
        _signed(rng, passed, " passed", made.count("xfailed"), -apart),
    ]
    old = before.count("passed")
    if old and passed and rng.random() < 0.5:
        sign = "+" if passed > 0 else "-"
        out += [f" ({sign}", decimal(rng, "delta", abs(100 * passed / old), 1, "%"), ")"]
    out += [", ", _signed(rng, failed, " failed")]
    if failed and rng.random() < 0.5:
        pair = f"{before.count('failed')}→{made.count('failed')}"
        wrong = f"{before.count('failed') + 2}→{made.count('failed')}"
        out += [" (", Fact("delta", pair, (wrong,)), ")"]
    if rng.random() < 0.5:
        seconds = round(made.seconds - before.seconds, 2)
        if abs(seconds) >= 0.1:
            fact = decimal(rng, "delta", abs(seconds), 2, "s", *_times_apart(made, before))
            sign = "+" if seconds > 0 else "-"
            if all(any("log" in name for name in run.files) for run in (made, before)):
                out += [f", {sign}", fact, " runtime"]
    return out


def _times_apart(made: Made, before: Made) -> list[float]:
    if made.elapsed and before.elapsed:
        return [abs(made.elapsed - before.elapsed)]
    return []


def _signed(rng: Random, value: int, word: str, *more: int) -> Fact:
    """``more`` are what another way to count in one of the runs would add."""

    def written(number: int) -> str:
        return f"±0{word}" if number == 0 else f"{number:+d}{word}"

    true = {value, *(value + other for other in more), value + sum(more)}
    lies = [value + by for by in (3, 4, 11) if value + by not in true]
    return Fact("delta", written(value), (written(rng.choice(lies)),))


def named(rng: Random, made: Made) -> Parts:
    """A test that is said to have passed or failed."""
    ran = [case for case in made.cases if case.outcome in ("passed", "failed")]
    if not ran:
        return ["nothing ran"]
    case = rng.choice(ran)
    node = case.node.partition("[")[0]
    if any(c.outcome != case.outcome for c in made.cases if c.node.partition("[")[0] == node):
        return [f"`{node}` was looked at"]
    if sum(c.name.partition("[")[0] == case.name.partition("[")[0] for c in made.cases) > 1:
        name = node
    else:
        name = rng.choice((node, case.name.partition("[")[0]))
    module, _, _ = name.rpartition("::")
    known = {c.name.partition("[")[0] for c in made.cases}
    fresh = [w for w in (f"test_{a}_{b}" for a in WORDS for b in WORDS[:3]) if w not in known]
    lie = f"{module}::{rng.choice(fresh)}" if module else rng.choice(fresh)
    test = Fact("test", name, (lie,))
    good, bad = rng.choice((("passes", "fails"), ("PASSED", "FAILED"), ("now passes", "now fails")))
    words = (good, bad) if case.outcome == "passed" else (bad, good)
    return ["`", test, "` ", Fact("outcome", words[0], (words[1],))]
