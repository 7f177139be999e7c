"""The grammar: patterns over the letters of a sentence, each with what it states."""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import inf
from typing import Final

from ledger.plan.statements.model import NOT_SO, OUTCOMES, SO, Quantity, Statement
from ledger.plan.statements.tokens import Token

# What tests are, and features are not.
_OF_TESTS: Final = frozenset("green pass passes passed passing red clean ok okay ✅ ✓ ✔ 🟢".split())
# What is said of runs; a product may be "fine", too.
_OF_RUNS: Final = _OF_TESTS | frozenset(
    "pass success successes successful successfully succeed succeeds succeeded cleanly".split()
)
_ONE_TEST: Final = frozenset("a any each every one single".split())
_NEW: Final = frozenset(("new", "New", "brand new", "Brand new", "brand-new", "fresh"))
# e.g. "seven tests are red", "two did not pass"
_WIDE: Final = re.compile(r"\b(?:reds?|broken|not|busted|problem\w*|unsuccessful\w*)\b")
# e.g. "three needed a rerun", which may be as many tests or as many tries
_AGAIN: Final = re.compile("need|had to|have to|was|were|been|got|took")
# When errors were: "5 errors at setup"
_WHEN: Final = re.compile("(?P<collect>collect)|set-?up|fixture|tear-?down")
_BROKE: Final = frozenset(("broke", "breaks"))
_WHOLE: Final = 100.0
_ALMOST: Final = 99.95
_MOST_EXIT: Final = 255
_HALF: Final = 40.0, 60.0  # percent


class Wording:
    """A row of the grammar that matched. Its groups are named by one letter and a digit that tells
    alternatives apart: ``n`` and ``k`` numbers, ``q`` an outcome, ``s``, ``l`` and ``o`` parts."""

    def __init__(
        self, tokens: Sequence[Token], match: re.Match[str], at: int, subject: tuple[str, ...]
    ) -> None:
        """``tokens`` are those that the pattern was matched with, the sentence begins at
        ``at``, and ``subject`` is the part that a label before names."""
        self._groups = {
            name[0]: tokens[match.start(name)]
            for name, letters in match.groupdict().items()
            if letters
        }
        self.tokens = tokens[match.start() : match.end()]
        self.codes = match[0]
        first = self.tokens[self.codes[0] in "(=" and len(self.tokens) > 1]
        self._span = at + first.start, at + self.tokens[-1].end
        self.before = tokens[: match.start()]
        self.subject = subject

    def has(self, names: str) -> bool:
        """Whether one of the groups is there."""
        return any(name in self._groups for name in names)

    def code(self, name: str) -> str:
        """The letter of a group; empty where it is not there."""
        return self._groups[name].code if name in self._groups else ""

    def number(self, name: str = "n") -> Token:
        """The number of a group; zero where it is not there."""
        return self._groups.get(name, Token("N", 0, 0))

    def part(self, name: str) -> tuple[str, ...]:
        """The parts of a group; none where it is not there."""
        return self._groups[name].names if name in self._groups else ()

    @property
    def names(self) -> tuple[str, ...]:
        """The tests that are named."""
        return tuple(token.text for token in self.tokens if token.code == "n")

    @property
    def text(self) -> str:
        """The words, in small letters."""
        return " ".join(token.text for token in self.tokens).lower()

    def say(self, quantity: Quantity, low: float = 0.0, high: float | None = None) -> Statement:
        """A statement of this wording, of a value or of all between two."""
        part = next((self._groups[name] for name in "slo" if name in self._groups), None)
        when = _WHEN.search(self.text) if quantity == "errors" else None
        return Statement(
            *self._span,
            quantity,
            low,
            low if high is None else high,
            outcome="" if when is None else "collection" if when["collect"] else "setup",
            subject=part.names if part else self.subject,
            is_outside=part is not None and part.code == "o",
        )

    def of(self, quantity: Quantity, name: str = "n") -> Statement:
        """A statement whose value is a number of the wording."""
        number = self.number(name)
        low = 0.0 if self.codes.endswith("⩽") else number.low
        high = inf if self.codes.endswith("⩾") else number.high
        whole = (self.number("w").low, self.number("w").high) if self.has("w") else number.of
        return self.say(quantity, low, high)._replace(of=whole)

    def each(self, statement: Statement) -> list[Statement]:
        """What is said of several parts, of each by itself."""
        return [statement._replace(subject=(part,)) for part in statement.subject]

    @property
    def is_feature(self) -> bool:
        """Whether a bare word may be a feature or a tool instead of a part of the run: ``export
        works``, ``ruff clean``."""
        tokens = self.tokens[self.codes[0] == "A" :]
        first, second = tokens[:2]
        # e.g. "`export` passes"
        is_code = first.end - first.start > len(first.text) and first.text.isidentifier()
        is_said = second.start - first.end > 1 or is_code or len(tokens) < len(self.tokens)
        is_said = is_said or second.code == "A"  # "fonts all green"
        is_said = is_said and not _OF_TESTS.isdisjoint(self.text.split())
        return self.code("s") == "u" and not is_said

    def ended(self, outcome: str) -> Statement:
        """The statement that the named tests ended so."""
        return self.say("outcome")._replace(names=self.names, outcome=outcome)

    @property
    def percent(self) -> tuple[float, float] | None:
        """The percentage behind a change."""
        percent = self.number("j")
        return (percent.low, percent.high) if self.has("j") else None

    def changed(self, what: Quantity, low: float, high: float) -> Statement:
        """The statement that something has changed by so much."""
        return self.say("change", min(low, high), max(low, high))._replace(outcome=what)


def _count(m: Wording) -> list[Statement]:
    quantity = OUTCOMES[m.code("q")]
    if m.code("q") == "F" and not _BROKE.isdisjoint(m.text.split()):
        quantity = "new"
    if quantity == "rerun" and ("T" in m.codes or "flak" in m.text):
        quantity = "flaky"
    is_no_pass = m.codes == "ZP" and m.text.startswith("no ")  # "no full pass yet"
    if re.fullmatch("NgA?N[FES]", m.codes) and m.text.endswith("s"):
        return []  # "two of the six failures"
    if m.codes.startswith("Z") and ("success" in m.text or is_no_pass):
        return []
    is_wide = quantity == "failed" and bool(_WIDE.search(m.text))  # errors are among them
    # e.g. "Retries: 6", "three tests are flaky", of which none need have been run again
    is_vague = m.text.startswith("retr") or "flak" in m.text
    is_vague = is_vague or (m.codes == "NF" and m.text.endswith("broken"))  # of late, or still
    outcome = "failing" if is_wide else ""
    if quantity == "rerun" and _AGAIN.search(m.text):
        outcome = "tests"
    stated = m.of(quantity)._replace(is_sure=not is_vague)
    return [stated._replace(outcome=outcome) if outcome else stated]


def _together(m: Wording) -> list[Statement]:
    """``failed and errored: 6``; of other outcomes nothing counts the sum."""
    return [m.of("failing")] if {m.code("q"), m.code("k")} == {"F", "E"} else []


def _neither(m: Wording) -> list[Statement]:
    return [m.say(OUTCOMES[m.code("q")]), m.say(OUTCOMES[m.code("k")])]


def _all(m: Wording) -> list[Statement]:
    total = (m.number().low, m.number().high) if m.has("n") else None
    is_sure = bool({*"TWNslf"} & {*m.codes}) or not _OF_RUNS.isdisjoint(m.text.split())
    return [m.say("all_passed")._replace(of=total, is_sure=is_sure)]


def _others_pass(m: Wording) -> list[Statement]:
    return [m.say("passed", 1.0, inf)]


def _green(m: Wording) -> list[Statement]:
    is_part = bool(m.subject) and m.text in _OF_TESTS  # "unit: ✅"
    return [m.say("all_passed")] if is_part or m.text == "green" else []


def _all_runs(m: Wording) -> list[Statement]:
    return [m.say("all_passed")]


def _not_all(m: Wording) -> list[Statement]:
    return [m.say("all_passed", NOT_SO)]


def _none_passed(m: Wording) -> list[Statement]:
    if "T" not in m.codes and not m.text.startswith("everything"):
        return []  # "all failures"
    if m.text.startswith("both"):  # "both layout tests fail": of how many?
        return [m.say("failing", 2.0)]
    failing = [m.of("failing")] if m.has("n") else []
    return [*failing, m.say("passed")]


def _first_try(m: Wording) -> list[Statement]:
    return [m.of("passed") if m.has("n") else m.say("all_passed"), m.say("rerun")]


def _all_that_ran(m: Wording) -> list[Statement]:
    return [m.say("all_passed"), m.of(OUTCOMES[m.code("q")])]


def _all_but(m: Wording) -> list[Statement]:
    if m.names:
        return [m.say("only_failing")._replace(names=m.names)]
    if m.has("sl"):
        every = m.of("not_passed")._replace(subject=())
        failing = [m.of("failing"), every] if m.has("n") else []
        return [*failing, m.say("failing")._replace(is_outside=True)]
    rest, whole = m.number(), m.number("k")
    if m.has("k"):
        return [m.say("passed", whole.low - rest.high, whole.high - rest.low)]
    return [m.of("not_passed")]


def _only(m: Wording) -> list[Statement]:
    if m.names:
        return [m.say("only_failing")._replace(names=m.names)]
    quantity = _quantity(m) if m.has("q") else "failing"
    return [m.say(quantity)._replace(is_outside=True), m.say(quantity, 1.0, inf)]


def _only_again(m: Wording) -> list[Statement]:
    return [m.say("flaky", float(len(m.names)))]


def _only_timeouts(m: Wording) -> list[Statement]:
    return [m.say("timeouts", float(len(m.names)))]


def _again(m: Wording) -> list[Statement]:
    return [m.say("rerun", 1.0, inf)]


def _where(m: Wording) -> list[Statement]:
    """All failures, errors or skips are in one place, or some in each of several."""
    quantity = _quantity(m)
    count = m.of(quantity) if m.has("n") else m.say(quantity, 1.0, inf)
    if m.codes[0] == "N" and "each" in m.text.split():
        return m.each(count)
    elsewhere = m.say(quantity)._replace(is_outside=True)
    if "ł" in m.codes and len(count.subject) > 1:
        return [elsewhere, *m.each(m.say(quantity, 1.0, inf))]
    return [elsewhere, count] if m.has("n") else [elsewhere]


def _quantity(m: Wording) -> Quantity:
    """What of a part is counted: a failure may be an error, too."""
    return "failing" if m.code("q") == "F" else OUTCOMES[m.code("q")]


def _files(m: Wording) -> list[Statement]:
    """``all failures are in one file``, ``two modules fail``."""
    return [m.of("failing_files")]


def _share(m: Wording) -> list[Statement]:
    """Most, or half, of the failures are in a part."""
    return [m.of("share")._replace(of=None, outcome=_quantity(m))]


def _each(m: Wording) -> list[Statement]:
    return m.each(m.of(_quantity(m)))


def _each_some(m: Wording) -> list[Statement]:
    return m.each(m.say(_quantity(m), 1.0, inf))


def _at_least(m: Wording) -> list[Statement]:
    """``the writer tests fail``, ``test_x.py has the 16 GPU skips``."""
    is_noun = m.codes.endswith("F") and m.tokens[-1].text.lower().startswith("failure")
    if (m.is_feature or is_noun) and not m.has("n"):
        return []  # "fixed the layout failure"
    return [m.say(_quantity(m), m.number().low if m.has("n") else 1.0, inf)]


def _part_passes(m: Wording) -> list[Statement]:
    if m.is_feature:
        return []
    return [m.say("all_passed", NOT_SO if m.has("b") else SO)]


def _outcome(m: Wording) -> list[Statement]:
    counted = OUTCOMES.get(m.code("q"), "executed")
    if m.has("z") and counted != "passed":
        return []  # neither fails: what is skipped does not, either
    outcome = {"timeouts": "failed", "executed": "passed"}.get(counted, counted)
    ended = m.ended(f"not {outcome}" if m.has("bz") else outcome)
    return [m.of(counted), ended] if m.has("n") else [ended]


def _fixed(m: Wording) -> list[Statement]:
    return [m.ended("not passed" if m.has("b") else "passed")]


def _new(m: Wording) -> list[Statement]:
    pairs = pairwise(m.tokens)
    if "F" not in m.codes and any(
        a.code + b.code == "KT" and a.text in _NEW and b.text != "ones" for a, b in pairs
    ):
        return []  # tests that were written
    return [m.say("new", 1.0, inf) if m.has("a") else m.of("new")]


def _all_new(m: Wording) -> list[Statement]:
    return [m.say("still")]


def _cleared(m: Wording) -> list[Statement]:
    if not {*"FEc"} & {*m.codes} and m.tokens[-1].text.lower() in ("fix", "fixes"):
        return []  # "three tests for the fix"
    if m.has("k"):  # "three failures and one error are gone"
        both = m.number(), m.number("k")
        return [m.say("cleared", sum(token.low for token in both), sum(t.high for t in both))]
    return [m.say("still") if m.has("a") else m.of("cleared")]


def _still(m: Wording) -> list[Statement]:
    if m.names:
        return [m.ended("was failed")]
    is_loose = m.codes.startswith("JF")  # "cleared 3, still failing 2", which may be all
    return [m.say("new") if m.has("a") else m.of("still")._replace(is_sure=not is_loose)]


def _turned(m: Wording) -> list[Statement]:
    """Tests that passed before, and what became of them."""
    before = m.ended("was passed")
    return [before, m.ended(OUTCOMES[m.code("q")])] if m.has("q") else [before]


def _changed(m: Wording) -> list[Statement]:
    return [m.ended(f"was {OUTCOMES[m.code('q')]}"), m.ended(OUTCOMES[m.code("k")])]


def _broke(m: Wording) -> list[Statement]:
    return [m.ended("was not failed"), m.ended("failed")]


def _change(m: Wording) -> list[Statement]:
    sign = -1 if m.has("v") else 1
    low, high = (m.number().low, m.number().high) if m.has("n") else (1e-6, inf)
    return [m.changed(OUTCOMES[m.code("q") or "L"], sign * low, sign * high)]


def _went(m: Wording) -> list[Statement]:
    low, high = (-inf, -1e-6) if "↓" in m.codes else (1e-6, inf)
    return [m.changed(OUTCOMES[m.code("q")], low, high)]


def _from_range(m: Wording) -> list[Statement]:
    """``from 8 to 6``, which reads as a range."""
    number = m.number()
    if " to " not in number.text:
        return []
    quantity = OUTCOMES[m.code("q")]
    change = m.changed(quantity, number.high - number.low, number.high - number.low)
    return [m.say(quantity, number.high), change._replace(of=(number.low, number.low))]


def _failed(m: Wording) -> list[Statement]:
    return [m.of("failed")]


def _executed(m: Wording) -> list[Statement]:
    return [m.of("executed")]


def _ran(m: Wording) -> list[Statement]:
    """Tests of a part that ran, whatever came of them."""
    ran = m.of("executed") if m.has("n") else m.say("executed", 1.0, inf)
    passed = [m.say("all_passed")] if m.has("q") else []
    skipped = [m.say("skipped")] if "A" in m.codes else []
    return [ran._replace(outcome="ran"), *passed, *skipped]


def _signed(m: Wording) -> list[Statement]:
    """``+2 failed (3→5)``; as many as before, which is a change of zero."""
    quantity = OUTCOMES[m.code("q")] if m.has("q") else "duration"
    change = m.changed(quantity, m.number().low, m.number().high)
    if m.has("k"):
        change = change._replace(of=(m.number("k").low, m.number("k").high))
    return [change._replace(percent=m.percent)]


def _faster(m: Wording) -> list[Statement]:
    return [m.changed("duration", -inf, -1e-6) if m.has("e") else m.changed("duration", 1e-6, inf)]


def _faster_by(m: Wording) -> list[Statement]:
    sign = -1 if m.has("v") else 1
    change = m.changed("duration", sign * m.number().low, sign * m.number().high)
    return [change._replace(is_sure=bool({*"Wc"} & {*m.codes}))]  # "takes 3 s less"


def _percent_faster(m: Wording) -> list[Statement]:
    return [statement._replace(outcome="duration %") for statement in _faster_by(m)]


def _halved(m: Wording) -> list[Statement]:
    return [m.changed(OUTCOMES[m.code("q")], -inf, -1e-6)._replace(percent=_HALF)]


def _half_the_time(m: Wording) -> list[Statement]:
    low, high = _HALF
    return [m.changed("duration", -high, -low)._replace(outcome="duration %")]


def _hungrier(m: Wording) -> list[Statement]:
    low, high = (-inf, -1e-6) if m.has("v") else (1e-6, inf)
    return [m.changed("memory", low, high)]


def _needs(m: Wording) -> list[Statement]:
    sign = -1 if m.has("v") else 1
    return [m.changed("memory", sign * m.number().low, sign * m.number().high)]


def _from_to(m: Wording) -> list[Statement]:
    """A change; one of a time is of the run where words say so. ``12 collected → 9 passed`` is
    none."""
    if len({*m.codes} & OUTCOMES.keys()) > 1:
        return []
    before, after = m.number(), m.number("k")
    quantity: Quantity = "fail_rate" if m.codes[0] == "k" else "pass_rate"
    if m.code("n") in "tm":
        quantity = "duration" if m.code("n") == "t" else "memory"
    if m.has("q"):
        quantity = OUTCOMES[m.code("q")]
    change = m.changed(quantity, after.low - before.high, after.high - before.low)
    change = change._replace(of=(before.low, before.high), percent=m.percent)
    is_sure = m.code("n") not in "tm" or m.codes[0] in "HWGer"
    statements = m.say(quantity, after.low, after.high), change
    return [statement._replace(is_sure=is_sure) for statement in statements]


def _time(m: Wording) -> list[Statement]:
    if m.codes[0] == "i" and m.text.split()[0] not in ("in", "after", "within"):
        return []
    near = (*m.before[-2:], *m.tokens)
    is_of_one = not _ONE_TEST.isdisjoint(" ".join(token.text for token in near).lower().split())
    behind = m.codes.endswith("A") and not _ONE_TEST.isdisjoint(m.text.split()[-1:])
    if behind or (is_of_one and any(token.code == "T" for token in near)):
        # "each test takes less than 2 s"; not "30 s each"
        return [] if behind or m.number().low > 0.0 else [m.of("slowest")]
    took = m.of("duration")
    if m.text.startswith("in "):
        took = took._replace(outcome="in")
    if m.text.startswith(("after ", "within ")):  # "after 84 s it gives up"
        took = took._replace(is_sure=False)
    if m.has("b"):  # "does not take longer than 60 s"
        return [m.say("duration", 0.0, took.low)] if took.high == inf else []
    if "finish" in m.text or "complet" in m.text:
        return [took, m.say("finished", 1.0)]
    return [took]


def _slowest(m: Wording) -> list[Statement]:
    """``no test takes more than 10 s``, ``the slowest test took 3.2 s``."""
    if m.has("k"):
        return [m.of("slowest")]
    return [m.say("slowest", 0.0, m.number().low)] if m.number().high == inf else []


def _stopped(m: Wording) -> list[Statement]:
    return [m.say("finished"), m.of("duration")]


def _memory(m: Wording) -> list[Statement]:
    if m.has("b"):  # "never used more than 1 GB"
        return [m.say("memory", 0.0, m.number().low)] if m.number().high == inf else []
    if m.codes == "Hm" and not m.text.startswith(("needed", "took")):
        return []  # "it needs 512 MB" to run
    return [m.of("memory")]


def _exit(m: Wording) -> list[Statement]:
    if m.has("z"):
        return [m.say("exit_code")]
    if m.text.startswith("status") or m.number().low > _MOST_EXIT:
        return []  # of a request
    return [m.of("exit_code") if m.has("n") else m.say("exit_code", 1.0, inf)]


def _other_exit(m: Wording) -> list[Statement]:
    is_zero = not m.number().high and not {"≠", "!="} & {*m.text.split()}
    return [m.say("exit_code", 1.0, inf)] if is_zero else []


def _rate(m: Wording) -> list[Statement]:
    if m.number().text.lower().endswith("of") and {*"TWLRsf"}.isdisjoint(m.codes):
        return []  # "a third of the failures is left"
    if m.code("q") in "SER" and m.has("q"):
        return [m.of("portion")._replace(outcome=OUTCOMES[m.code("q")])]
    if m.number().low < _WHOLE < m.number().high <= _WHOLE + 1:  # nobody rounds up to all
        return [
            m.say("fail_rate" if m.has("k") or m.code("q") == "F" else "pass_rate", _ALMOST, 100.0)
        ]
    return [m.of("fail_rate" if m.has("k") or m.code("q") == "F" else "pass_rate")]


def _left(m: Wording) -> list[Statement]:
    return [m.of("not_run")]


def _portion(m: Wording) -> list[Statement]:
    """The percentage behind a count: ``of`` is that count, ``percent`` what ``9 of 12`` gives."""
    count = next((token for token in reversed(m.before) if token.code in "Nx"), None)
    letter = next((token.code for token in reversed(m.before) if token.code in OUTCOMES), "P")
    if count is None:
        return []
    whole = count.of[0] if count.of else 0.0
    at = m.before.index(count)
    if "".join(token.code for token in m.before[max(0, at - 2) : at + 1]) == "NgN":
        count, whole = m.before[at - 2], count.low
    percent = (100.0 * count.low / whole,) * 2 if whole > 0 else None
    portion = m.of("portion")._replace(outcome=OUTCOMES[letter])
    return [portion._replace(of=(count.low, count.high), percent=percent)]


def _margin(m: Wording) -> list[Statement]:
    """What is left to a limit: ``of`` is the limit."""
    limit = m.number("k")
    most = limit.high if limit.low <= 0.0 else (limit.low + limit.high) / 2
    margin = m.of("margin")._replace(of=(most, most))
    return [margin._replace(outcome="seconds" if m.code("n") == "t" else "percent")]


def _cpu(m: Wording) -> list[Statement]:
    return [m.of("cpu")]


def _finished(m: Wording) -> list[Statement]:
    if m.code("z") in ("R", "H") and not re.search("finish|complet", m.text):
        return []
    return [m.say("finished", float(m.has("z") != m.has("b")))]


def _all_ran(m: Wording) -> list[Statement]:
    ran = [m.of("executed")] if m.has("n") else []
    return ran if m.has("l") else [*ran, m.say("not_run")]


def _passed(m: Wording) -> list[Statement]:
    return [m.of("passed")._replace(is_sure=m.codes != "x" or bool(m.subject))]


def _total(m: Wording) -> list[Statement]:
    """``the parser has 60 tests``; of ``the suite of the parser`` the run need not be one, and what
    ``covers 60 cases`` is no part."""
    first, second = (*m.tokens, *m.tokens)[:2]
    is_said = not m.before and second.start - first.end > 1
    return [] if m.code("s") == "u" and not is_said else [m.of("collected")]


def _nothing(_: Wording) -> list[Statement]:
    return []


def _errors(m: Wording) -> list[Statement]:
    is_of_tests = m.has("k") and "collect" not in m.text  # "setup errors: 1 module"
    is_of_tests = is_of_tests or m.tokens[-1].text.lower().startswith("error")
    return [] if is_of_tests else [m.of("errors")]


def _collection(m: Wording) -> list[Statement]:
    """``collection failed``, ``all test modules were collected``."""
    if not re.search("collect|import|load", m.text):
        return []
    if m.has("n"):
        return [m.of("collected")]
    return [m.say("errors", 1.0, inf) if m.codes == "ŵF" else m.say("errors")]


def _rerun(m: Wording) -> list[Statement]:
    if m.text == "all run":
        return [m.say("not_run")]
    if m.text.endswith(" run") and m.number().low > 1:
        return [m.of("executed")]  # "560 run"
    return [m.of("rerun")] if m.text.endswith(("rerun", "re-run")) else []  # "1 test run"


def _left_out(m: Wording) -> list[Statement]:
    """A part that did not run, or that alone did; or that was deselected, which is no name."""
    if m.codes[0] == "D":
        return [m.say("deselected", 1.0, inf)] if "deselect" in m.text else []
    return [m.say("executed")._replace(outcome="ran", is_outside="O" in m.codes)]


def _unresolved(m: Wording) -> list[Statement]:
    """``Remaining: test_a``, which at least did not pass."""
    is_said = re.match("still|remain|left|outstanding|unresolved|open", m.text)
    return [m.ended("not passed")] if is_said else []


def _one_in(m: Wording) -> list[Statement]:
    """A share in words, which is rounded: ``one in five``."""
    if " in " not in f" {m.text} " or m.number().low < m.number("k").low:
        return []
    share = 100.0 * m.number("k").low / m.number().low
    quantity: Quantity = "fail_rate" if m.code("q") == "F" else "pass_rate"
    return [m.say(quantity, 0.7 * share, 1.4 * share)]


def _exit_from(m: Wording) -> list[Statement]:
    """``the exit code went from 1 to 0``, which reads as a range."""
    return [m.say("exit_code", m.number().high)]


def _unchanged(m: Wording) -> list[Statement]:
    if "number" in m.text or "count" in m.text:
        return [m.changed("failed", 0.0, 0.0)]
    return [m.say("unchanged")]


Build = Callable[[Wording], list[Statement]]
"""Makes the statements of a row that matched."""
_NAMES = "n(?:[,&]+n|n)*"
_EXCEPT = rf"(?:B|&(?=Nξ))(?P<n>N|{_NAMES})(?:g?(?P<k>N))?"
_BY_NAME = rf"(?:[(:,–](?:{_NAMES}))?"
_PART = "(?P<s>[usf])T?J?"
_OF = "(?:g[RLA]*)?"  # "of the collected"
_O = "[PFESXYLRDUV]"
GRAMMAR: Final[tuple[tuple[str, Build], ...]] = (
    # e.g. "all tests pass but for nine skipped ones"
    (r"(?:A[gN]*T?R?P?|[WT]P?|P)B(?P<n>N)(?P<q>[SX])T?", _all_that_ran),
    # e.g. "all but two of the tests pass", "green apart from six failures"
    (
        rf"(?:A[gN]*T?R?P?|[WT]P?|P),?{_EXCEPT}{_OF}[FEUV]?(?P<s>s)?T?(?P<l>l)?[FRξ]*P?",
        _all_but,
    ),
    (rf"MA,?B(?:{_NAMES})", _all_but),
    # e.g. "apart from two failures the suite is green", "with one exception all tests pass"
    (rf"{_EXCEPT}[FE]?(?P<s>s)?[FETξ]*(?P<l>l)?,?(?:A[gNT]*|W|T)J?R?P+", _all_but),
    (r"(?:AT?P?|[WT]P?|P)B(?:(?P<s>[sf])T?[FE]?P?|g(?P<s2>[usf])T?|(?P<l>l))", _all_but),
    # e.g. "not everything passes", "the suite is not green"
    (rf"(?:bAN?{_OF}(?P<s>s)?T?(?P<l>l)?P|[WT]J?bP|bP)W?|ZPW|WJ?:?F(?!i)", _not_all),
    (r"\AT?J?FT\Z|\AT?JF\Z|\ATF\Z|\AΩ*[WTI][ΩWTI]*(?:Ω|:)F\Z|\A∃J?[FE]T?\Z", _not_all),
    (r"(?P<s>s)T(?P<b>b)?M\Z", _part_passes),
    (r"(?P<s>s)TJ?F|(?P<s2>f)J?F\Z|b(?:[WT]|(?P<s3>s)T)P|bZT?[FE]", _not_all),
    (r"AN?g?T*(?P<l>l)?P①|(?P<n>N)T?P①", _first_try),
    # e.g. "all tests failed", "everything is red"
    (rf"\AA(?P<n>N)?{_OF}(?P<s>s)?T?(?P<l>[lf])?[FES]\Z|\A(?P<s2>s)?TA[FES]\Z", _none_passed),
    # e.g. "all 48 tests pass", "the layout tests are all green", "the suite is green"
    # e.g. "both runs are green", "no run failed", "all sessions passed"
    (r"Ag?N?(?:Ψ|W(?=J?F))J?P+|Zg?(?:[AN]*Ψ|W)J?F\Z|ZFiA?g?N?Ψ", _all_runs),
    (rf"Ag?(?P<n>N)?{_OF}(?P<s>s)?T?(?:gW)?(?P<l>[lfo])?W?R?&?J?»?P(?P<o>o)?", _all),
    # e.g. "auth is green", "the db module does not pass"
    (rf"(?:\AA)?{_PART}A?(?P<b>b)?P+\Z", _part_passes),
    (r"(?P<n>N)?(?P<s>s)?TW?J?AP|(?<![NAZOgxp])(?P<s2>s)?T&?J?:?P(?!:?[BNxcp])A?", _all),
    (rf"AT(?:{_NAMES})P", _all),
    (r"WJ?R?:?P(?!:?[BNxcp])A?|PW(?![PN])A?|\AP+A|\A[ΩWTI]*(?:Ω|:)P+\Z|\AW?«F»P\Z", _all),
    (r"\AP\Z", _green),
    (r"JTJ?R&P\Z", _others_pass),
    # e.g. "only test_a and test_b fail", "only the layout tests fail"
    (r"F?(?P<s>s)TU", _again),
    (rf"O(?:{_NAMES})V", _only_timeouts),
    (rf"O(?:{_NAMES})U|[UW]:(?:{_NAMES})O\Z", _only_again),
    (rf"O(?:{_NAMES})(?:J?[FE]|J)|ON?J?[FET]*J?[:–,]?(?:{_NAMES})", _only),
    (rf"(?:{_NAMES})J?ON?J?[FET]+|Z[FE]T?B[ON]*(?P<s>[sf])T?", _only),
    # e.g. "ran only the layout tests"
    (r"RO(?P<s>[sf])T?|O(?P<s2>[sf])T?R\Z", _left_out),
    # e.g. "test_x.py was left out", "the layout tests did not run"
    (r"(?P<s>[sf])T?D\Z|(?P<s2>f)bR\Z|DN?(?:sT|f)", _left_out),
    (r"O(?P<s>s)TJ?(?P<q>[FEU])|(?P<s2>s)TOJ?T?(?P<q2>[FEU])|OT?[FE]µ?(?P<s3>[us])T?\Z", _only),
    (r"O(?P<s>f)(?P<q>[FEU])|O[µT]?(?P<q2>[FEU])[µT]?(?P<s2>f)\Z", _only),
    # e.g. "both failures are in test_x.py"
    (r"[AO]J?(?P<n>N)?J?(?P<q>[FESXY])T?ł?(?P<l>l)|J?(?P<q2>[FES])T?(?:AJ?|A?ł)(?P<l2>l)", _where),
    (r"(?P<n>N)J?(?P<q>[FES])T?J?[a,–]?Ał?(?P<l>l)|(?P<s>[usf])T?J?A(?P<q2>[FES])", _where),
    # e.g. "most of the failures are in test_x.py", "db has half of the skips"
    (r"\A∃?(?P<q>[FES])T?ł?(?P<l>l)\Z", _each_some),
    (r"[AZ]?[FE]T?(?:ł|i)(?P<n>N)µ|(?P<n2>N)µT?F\Z", _files),
    (r"(?P<n>N)gA?NµN?F\Z", _files),
    (rf"(?P<n>p)g?N?(?P<q>[FES])T?ł?(?P<l>l)|{_PART}(?P<n2>p)g?N?(?P<q2>[FES])", _share),
    # e.g. "cli and export each have one failure", "test_x.py has the 16 GPU skips"
    (rf"{_PART}A(?P<n>N)T?(?P<q>[PFES])", _each),
    (rf"{_PART}(?P<q>[PSFE])(?P<n>N)(?:gA?(?P<w>N))?T", _count),
    (rf"{_PART}(?P<n>N)u(?P<q>S)|{_PART.replace('s', 's2', 1)}(?P<q2>[FES])\Z", _at_least),
    # e.g. "no regressions", "none of the failures is new", "nothing that passed before fails"
    (rf"K?Zg?[FT]*KF?T?(?P<o>o)?c?|O?(?P<n>N)g?N?[FT]*KF?T?(?P<l>l)?c?(?:[⩾⩽]|{_BY_NAME})", _new),
    (r"K[FT]*[:=]?(?P<n>N)K?[FT]*(?:,?Al)?|K[FT]*[:=]Z", _new),
    (r"ZT?πT?F|A?T?g?πT?J?P|KZF?\Z|bK+F?T?c?|bF(?:T?π|Tc)|(?P<n>N)T?πF", _new),
    (r"(?P<a>∃)KF?T?", _new),
    # e.g. "all failures are new", "none of the baseline's failures is left"
    (r"AN?FT?K|ZcFT?J?", _all_new),
    # e.g. "all six failures are pre-existing", "4 of the 6 failures are known"
    (r"(?P<a>[AJ])N?J?[FT]+Q|(?P<a2>F)AQ|(?P<a3>O)N?QF?T?J?\Z", _still),
    (rf"(?P<n>N)(?:gN|gA)?J?[FT]*Q|(?P<n2>N)QFT?{_BY_NAME}|\AJF(?P<n3>N)\Z", _still),
    (rf"(?:{_NAMES})F?Q|QF?T?[:–]?(?:{_NAMES})(?![JA]*[PF])", _still),
    (rf"(?:{_NAMES})KF?T?|K[FT]*[:–]?(?:{_NAMES})", _broke),
    (rf"(?:{_NAMES})(?P<q>[PF])[cð]&(?P<k>[PF])", _changed),
    (rf"(?:{_NAMES})π(?:&(?P<q>[PF]))?", _turned),
    # e.g. "all five failures are fixed", "four failures cleared", "fixed: test_a"
    (r"(?P<a>A)c?N?J?(?P<s>s)?[FE]T?c?[MP]|M(?P<a2>A)c?N?J?(?P<s2>s)?FT?c?", _cleared),
    (r"(?P<n>N)[FE]T?&(?P<k>N)[FE]T?c?M", _cleared),
    (r"O?(?P<n>N)(?:g?A?N)?(?:g?c)?g?J?(?:[FE]T?|T)c?M|Zg?FT?c?M", _cleared),
    (rf"M(?P<n2>N)(?:gA?N)?J?T?FT?c?{_BY_NAME}", _cleared),
    (rf"(?:{_NAMES})(?P<b>b)?[:–]?M|F?M[:=]?(?:{_NAMES})|M[VFE]*i?(?:{_NAMES})", _fixed),
    (rf"Mc[:=](?:{_NAMES})", _fixed),
    (rf"\AJ+T?[:=](?:{_NAMES})", _unresolved),
    (r"\AM:?(?P<n>N)\Z", _cleared),
    (rf"[FE]i(?:{_NAMES})M", _fixed),
    # e.g. "five more passes than before", "failures 8 → 6", "+12 passed"
    (rf"(?P<n3>N)T?(?P<q3>{_O})T?(?:w|(?P<v3>v))c|(?P<n4>N)(?:w|(?P<v4>v))Tc", _change),
    (rf"(?P<n>N)(?:wT|(?P<v>v)T?)(?P<q>{_O})\Z|(?P<n2>N)Tw(?P<q2>{_O})", _change),
    (rf"(?P<n>N)?(?:w|(?P<v>v))T?(?P<q>{_O})T?c|(?:w|(?P<v2>v))(?P<n2>N)T?(?P<q2>{_O})", _change),
    (rf"(?P<q>{_O})T?(?:↑|(?P<v>↓))Δ(?P<n>N)", _change),
    (rf"≡T?(?P<q>{_O})T?c?", _signed),
    (rf"½gT?(?P<q>{_O})T?|½T?(?P<q2>{_O})T?c|(?P<q3>{_O})T?½c?", _halved),
    (r"[WH]*½c?", _half_the_time),
    (r"[WH]*(?:(?P<v>e)|r)c?Δ(?P<n>t)", _faster_by),
    (r"H(?:w|(?P<e>v))c", _faster),
    (r"W?(?P<n>p)(?:(?P<v>e)|r)c", _percent_faster),
    (r"[WH]*(?:(?P<e>e)|r)c|W(?:(?P<e2>e)|r)|H(?:↑|(?P<e3>↓))c?\Z", _faster),
    (r"G?(?:w|(?P<v>v))Gc|G(?:w|(?P<v3>v))c|G(?:↑|(?P<v2>↓))c?\Z", _hungrier),
    (r"H?(?P<n>m)(?:w|(?P<v>v))Gc", _needs),
    (rf"[↓↑]?(?P<q>{_O})T?[↓↑]?«(?P<n>N)(?![a»])|«(?P<n2>N)T?(?P<q2>{_O})(?!»)", _from_range),
    (rf"[↓↑]?(?P<q>{_O})T?[:=↓↑]?«?(?P<n>N)[a»](?P<k>[NZ])(?:\((?P<j>%))?", _from_to),
    (rf"«?(?P<n>N)[a»](?P<k>N)T?J?(?P<q>{_O})(?:\((?P<j>%))?", _from_to),
    (rf"«?(?P<n>N)J?(?P<q>{_O})a(?P<k>N)J?{_O}", _from_to),
    (rf"(?:(?P<s>[usf])T?)?«?(?P<n>N)T?(?P<q>{_O})[a»](?P<k>[NZ]){_O}?", _from_to),
    (rf"(?P<k>N)T?(?P<q>{_O})(?:,?«|[κi](?=Nc))(?P<n>N)c?", _from_to),
    (r"[hk][↓↑]?«?(?P<n>p)[a»](?P<k>p)", _from_to),
    (r"[HW]*[er↓↑]?:?«?(?P<n>t)[a»](?P<k>t)|H*(?P<k2>t)W?,?«(?P<n2>t)", _from_to),
    (r"G?[↓↑]?:?«?(?P<n>m)[a»](?P<k>m)|G?(?P<k2>m)G?,?«(?P<n2>m)", _from_to),
    (r"[WH]*(?P<n>t)(?:(?P<v>[ev])|[rw])c?", _faster_by),
    (rf"(?P<n>±)T?(?P<q>{_O})T?c?(?:\((?:(?P<k>N)aN|(?P<j>%)))?", _signed),
    (rf"(?P<q>{_O})T?:?(?P<n>±)", _signed),
    (r"(?P<n>δ)[HR](?:\((?P<j>%))?", _signed),
    (rf"(?P<q>{_O})T?[↓↑](?![«»])", _went),
    (r"\A(?P<s>s)?(?P<q>[FE])T?(?:J∃?|bM)\Z", _at_least),
    (r"jN?T?[FE]T?c?|\Acj\Z|[FE]T?jT?c?|\Ajc", _unchanged),
    # e.g. "test_a and test_b pass", "failed: test_a, test_b"
    (rf"(?:{_NAMES})N?g[AN]*J?(?P<q>[PFESXYV])T?|(?:{_NAMES})(?P<b>b)(?P<q2>[RW])", _outcome),
    (rf"(?:(?P<z>Z)|A|KT?|Q:)?(?:{_NAMES})[JA]*(?P<b>b)?[:a–»]?(?P<q>[PFESXYV])p?(?!c)", _outcome),
    (rf"(?P<q>[FE])i(?:{_NAMES})J?∃?\Z", _outcome),
    (rf"(?P<n>N)?A?J?T?J?(?P<q>[FESXYPV])T?J?(?:[:,–]|(?P<l>l)?\()?(?:{_NAMES})", _outcome),
    # e.g. "no failures", "nothing was skipped", "no test in test_x.py fails"
    (r"bT(?P<q3>[FESDXYUV])|b(?P<q4>[SDU])NT|Z[gA]*[FE]T?(?P<q5>V)", _count),
    (r"(?:(?P<s>s)T?|(?P<s2>f)|[TW])b(?P<q>[FEDSXYUV])|(?P<q2>[PFESXYDUV])T?[:=]Z", _count),
    (r"\A(?:(?P<n>N)?(?P<s>s))?TA?R(?:\Z|&(?P<q>P))", _ran),
    (r"(?P<q>S)Z\Z", _count),
    (r"WFi(?P<n>N)T", _failed),
    (r"(?P<n>N)(?P<s>s)?[FE]T?(?P<q>[SXY])\Z", _count),
    (rf"[OHi]?Z{_OF}J?(?P<s>s)?T?J?(?P<l>l)?(?P<q>{_O})T?&(?P<k>{_O})T?J?", _neither),
    (
        rf"(?:[OHi]|AN?(?:gN)?[µT]|(?P<s>[usf])T?)?Z{_OF}N?J?(?P<s2>s)?T?J?(?P<l>l)?(?P<q>{_O})T?[Jł]*(?P<o>o)?(?P<l2>l)?",
        _count,
    ),
    (rf"(?P<l>l)(?:Z|(?P<n>N))T?(?P<q2>{_O})", _count),
    (rf"(?P<q>{_O})&(?P<k>{_O})[:=]?(?P<n>N)(?!T?{_O})|(?P<q2>F)(?P<k2>E)[:=](?P<n2>N)", _together),
    # e.g. "total 12 passed 9 failed 3", "9 passed 3 failed 12 in total": which is it?
    (r"\AN(?:[PFESXYL]N){2,}\Z|(?<![A-Za-z])NT?FP\Z", _nothing),
    # e.g. "three tests fail", "5 failing tests", "one of the 20 layout tests is red"
    (rf"(?P<q>[LR])T?[:=](?P<n>N)(?!T?{_O})", _count),
    (
        rf"(?:W[↓↑]?»)?[OH]?(?P<n>[Nx])O?(?:(?:T?g|i)A?(?P<w>N))?{_OF}(?P<s>s)?T?J?(?:R(?=[PFESXY]))?(?P<l>l)?(?P<q>{_O})T?J?ł?(?P<l2>l)?(?P<o>o)?[⩾⩽]?",
        _count,
    ),
    (r"O?(?P<n>N)µE|(?P<k>E)[:=](?P<n2>N)µ", _errors),
    (r"ŵ(?:b?F|P|(?P<n>N)T)|AN?(?:gN)?µ[LP]", _collection),
    (r"\Ai?(?P<n>N)W\Z|\A[AZ]W\Z", _rerun),
    (r"\A[WL∃i]*:?(?P<n>N)T\Z|\AT:(?P<n3>N)\Z|(?P<s>[usf])J?(?P<n2>N)T\Z", _total),
    (r"(?P<s>[sf])T(?P<n>N)(?:w|T)(?=\Z|&s)", _total),
    (r"R(?P<n>N)T(?=\Z|:)|\ATW:(?P<n2>N)\Z", _executed),
    (rf"(?<![A-Za-zð])(?P<s>[usfn])(?:T?[a»]|T:)?T?J?(?P<n>[Nx])(?:gA?N)?g?T?(?P<q>{_O})", _count),
    (r"ŵ?(?P<q>L)(?P<n>N)T", _count),
    (rf"(?P<q>[PFESXYDVU])T?(?:[:=]|[↓↑]?»)?(?P<n>N)(?!(?:gN)?T?{_O}(?![:=]?N))(?P<l>l)?", _count),
    # e.g. "lexer: 14/14", "layout 38 of 40"
    (r"(?<![A-Za-zð])(?P<s>[uf])(?P<n>N)gN|(?P<s2>[usfn])[–P]*(?P<n2>x)P*", _passed),
    (r"P+:?(?P<n>x)|(?P<n2>x)P+|\A(?:[TW]:)?(?P<n3>x)\Z", _passed),
    (r"A(?P<n>N)?g?L?T*L?g?(?P<l>l|f)?(?:R|z|(?=Ht))|RA(?P<n2>N)?T?\Z", _all_ran),
    # e.g. "95.9 % of the tests pass", "pass rate 95.9 %"
    (r"O?(?P<n>p)g?A?[NW]?(?P<s>[sf])?[LR]?T?(?P<q>[PFSE]|(?<=[WT])R(?!P))", _rate),
    (r"(?P<q>[PF])T?[:=](?P<n>p)", _rate),
    (r"(?:h|(?P<k>k))(?:[:=g]|[↓↑]?»)?(?P<n>p)(?:gA?N?[LR]?T)?|(?P<n2>p)(?:h|(?P<k2>k))", _rate),
    (r"(?<=[NTPFESXYRLDxg])[(=,]=?(?P<n>p)", _portion),
    # e.g. "12.5 % margin below a 900 s timeout", "CPU 190 %"
    (r"(?P<n>[pt])χ[i«g]?(?P<k>t)V?", _margin),
    (r"C[:=i]?(?P<n>p)|(?P<n2>p)C", _cpu),
    (r"Z(?:g?A?|N)TH?(?P<n>t)|(?P<k>Ξ)TH?(?P<n2>t)", _slowest),
    (r"W?(?P<b>b)H(?P<n>t)", _time),
    (r"(?<=[tPFESXYWTR])\((?P<n>t)A?", _time),
    (r"(?P<s>s)?[AHWTR]*[HR]+[OAPT:=ig»J]*(?P<n>t)(?:»?[WA]|H\Z)?|(?P<n2>t)g?[WHA]", _time),
    (r"W[:iRgPJ]*(?P<n>t)|(?P<n2>t)iW|[iJ](?P<n3>t)|\A(?P<n4>t)\Z", _time),
    (r"yi?(?P<n>t)", _stopped),
    # e.g. "one test in five fails"
    (r"(?P<k>N)T?i(?P<n>N)T?(?P<q>[PF])", _one_in),
    (r"\AH(?P<n3>m)\Z", _memory),
    (r"(?P<b>b)?ŵ?G+(?:g?W|J|R)*[:=ig»]*(?P<n>m)G?|H?(?P<n2>m)W?G", _memory),
    # e.g. "the exit code went from 1 to 0"
    (r"[Wŵ]?I+[↓↑]?:?(?:«(?P<n>N)|«?N[a»](?P<n2>N))", _exit_from),
    (rf"[Wŵ]?I+[:=a]?(?P<n>N)(?!T?{_O}|[Tµu])|ŵP?&?I+(?P<n2>N)|bI", _exit),
    (r"[Wŵ]?I*≠I+|[Wŵ]?I+[≠F]|W≠", _exit),
    # e.g. "the exit code is not 0", "it did not exit with 0"
    (r"[Wŵ]?I+[bB](?P<n>N)|[Wŵ]?bI+(?P<n2>N)", _other_exit),
    (r"(?P<z>I)+[:=]?[ZP]|P(?P<z2>I)\Z|Z(?P<z3>I)", _exit),
    (r"(?P<n>N)T?b[RW]", _left),
    (r"W(?P<b>b)?P?(?P<z>z)|W(?P<z3>[RH])\Z|WV|W(?P<b2>b)?y|W(?P<b3>b)(?P<z2>H)(?!i?t)", _finished),
)  # fmt: skip
"""The rows in the order of trying, each with what makes its statements. None matches nothing."""
_GROUP_NAME: Final = re.compile(r"\(\?P<\w+>")
# All rows in one: each is a group, and has none inside, so that the last group is the row.
# e.g. "bAP"
_ANY: Final = re.compile("|".join(f"({_GROUP_NAME.sub('(?:', row)})" for row, _ in GRAMMAR))


@cache
def _pattern(row: int) -> re.Pattern[str]:
    return re.compile(GRAMMAR[row][0])


@lru_cache(maxsize=4096)  # of a plan's sentences three in four have letters that others had
def first(codes: str, at: int) -> tuple[re.Match[str], Build] | None:
    """The first place from ``at`` on where a row of the grammar matches the letters, with what
    makes its statements; where several rows match, the first of them. None for none."""
    first_match = _ANY.search(codes, at)
    if first_match is None or first_match.lastindex is None:
        return None
    row = first_match.lastindex - 1
    match = _pattern(row).match(codes, first_match.start())
    assert match is not None
    return match, GRAMMAR[row][1]
