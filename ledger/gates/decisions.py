"""Decisions: the options of a brief, and which of them the ledger says was decided for, in time."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from ledger.gates.brief import OPTION
from ledger.gates.facts import Facts
from ledger.gates.model import Decision, Judgement, met, unknown, unmet
from ledger.plan.model import Attempt

# e.g. "A: UTF-8 only", "Option 2", "option C isolated"; not "a lock"
_KEY: Final = re.compile(r"(?:option )?([A-Z]|\d{1,2})\b(?! ?[a-z])", re.IGNORECASE)
# e.g. "decided"
_DECIDED: Final = re.compile(
    r"\b(?:decision|decided|decides|approved|approves|chose|chosen|selected|agreed|adopted|accepted)\b",
    re.IGNORECASE,
)
# e.g. "still awaiting Anna"
_OPEN: Final = re.compile(
    r"\b(?:requires?|required|needs?|needed|pending|await\w*|waiting|undecided|to be|should|must|"
    r"vs|versus|if|not yet|open|blocked|whether|unless|asked|asking|would|could|might|rejected|"
    r"declined|refused|vetoed)\b|\?",
    re.IGNORECASE,
)
# What leaves it unclear whether something was decided: "the decision on Option B is deferred",
# "agreed to measure Option B"
_UNCLEAR: Final = re.compile(
    r"\b(?:deferred|postponed|outstanding|tbd|unclear|discuss\w*|propos\w*|recommends?|"
    r"recommendation|(?<!as )recommended|suggest\w*|consider\w*|prefer\w*|leaning|likely|drafts?|"
    r"revoked|reverted|withdrawn|overturned|dropped|once|when|until|tomorrow|soon|will|"
    r"may|can|to (?!option\b)\w+|meeting|votes?|voting|no longer|nobody|neither|nor|another)\b",
    re.IGNORECASE,
)
# e.g. "not approved", "was never formally approved", "no decision"
_DENIED: Final = re.compile(
    r"(?:\b(?:not|never|no|nobody|none)|n['\u2019]t)(?: \w{1,30}){0,2} (?:decision|decided|"
    r"approved|chose|chosen|selected|agreed|adopted|accepted)\b",
    re.IGNORECASE,
)
_REJECTED: Final = re.compile(r"\b(?:over|instead of|rather than|not|against)\b.*", re.IGNORECASE)
_ASIDE: Final = re.compile(r"\([^()]{0,300}\)")
_DATE: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_SENTENCE: Final = re.compile(r"(?<=[.;!?])(?=\s|\Z)|\n")
# What is said of work that has not begun: "Sprint 2 can begin"
_LATER: Final = re.compile(
    r"\b(?:can|may|will|shall|next|before|after|planned|plan|pending|waits?|waiting|blocked|ready|"
    r"not|to)\b",
    re.IGNORECASE,
)


def option_key(name: str) -> str:
    """The letter or number that an option is known by; empty for none."""
    key = _KEY.match(name)
    return key[1].upper() if key else ""


def option_keys(decision: Decision) -> Sequence[str]:
    """The letters or numbers that the options of a decision are known by."""
    return tuple(filter(None, (option_key(option.name) for option in decision.options)))


def options_in(words: str) -> tuple[str, ...]:
    """The letters or numbers of the options that a text names, each once."""
    return tuple(dict.fromkeys(key.upper() for key in OPTION.findall(words)))


def judge_decision(words: str, facts: Facts) -> Judgement:
    """Whether the ledger says that a choice was made: of the options that ``words`` name, else of
    any."""
    if options := options_in(words):
        return decided(options, facts)
    for number, line in facts.lines.items():
        for sentence in _SENTENCE.split(line):
            if _tells_of_decision(sentence, sentence) and not _UNCLEAR.search(sentence):
                return met("a decision is logged", f"{facts.ledger}:{number}")
    return unmet(f"{facts.ledger} says of no decision that it was made", facts.ledger)


def decided(options: Collection[str], facts: Facts, before: str | None = None) -> Judgement:
    """Whether the ledger says which of the options (any for none) was decided for, and that
    ``before`` the first attempt at a sprint."""
    choices = list(decisions(facts, options))
    for option, line in () if choices else decisions(facts, options, clear=False):
        reason = f"line {line} leaves it unclear whether option {option} was decided for"
        return unknown(reason, f"{facts.ledger}:{line}")
    if not choices:
        return unmet(f"{facts.ledger} says of no option that it was decided for", facts.ledger)
    chosen = sorted({option for option, _ in choices})
    if len(chosen) > 1:
        places = (f"{facts.ledger}:{line}" for _, line in choices)
        reason = f"decided for option {' and '.join(chosen)}: one of them has to go"
        return unknown(reason, *places)
    option, line = choices[0]
    work = _first_work(facts, before) if before else None
    if before and work:
        return _decided_before(before, work, option, line, facts)
    return met(f"decided for option {option}", f"{facts.ledger}:{line}")


def _decided_before(sprint: str, work: Attempt, option: str, line: int, facts: Facts) -> Judgement:
    """Whether the decision, at ``line``, came before the first work at the sprint: by its date
    where it is in no attempt, else by the numbers of the attempts."""
    reason = f"decided for option {option}"
    places = (f"{facts.ledger}:{line}", f"{facts.ledger}:{work.span.start_line}")
    holder = next((attempt for attempt in facts.attempts if _holds(attempt, line)), None)
    day = _DATE.search(facts.lines[line]) if holder is None else None
    if day and work.date and day[0] > work.date:
        return unmet(f"{reason} on {day[0]}, after {attempt_name(work)}", *places)
    if day and work.date and day[0] < work.date:
        return met(f"{reason} on {day[0]}, before {attempt_name(work)}", *places)
    number = holder.number if holder else None
    if holder is None or number is None or work.number is None or number == work.number:
        why = f"whether before {attempt_name(work)}, the first at sprint {sprint}, is unclear"
        return unknown(f"{reason}; {why}", *places)
    if number > work.number:
        why = f"in {attempt_name(holder)}, after {attempt_name(work)}, the first at sprint {sprint}"
        return unmet(f"{reason} {why}", *places)
    return met(f"{reason} in {attempt_name(holder)}, before {attempt_name(work)}", *places)


def decisions(
    facts: Facts, asked: Collection[str], *, clear: bool = True
) -> Iterator[tuple[str, int]]:
    """Option and line of each sentence that says it was decided for, or leaves that un``clear``."""
    for number, line in facts.lines.items():
        for sentence in _SENTENCE.split(line):
            bare = _ASIDE.sub("", sentence)
            chosen = _REJECTED.sub("", bare if OPTION.search(bare) else sentence)
            options = {option for option in options_in(chosen) if not asked or option in asked}
            is_clear = not _UNCLEAR.search(_ASIDE.sub("", chosen))
            if len(options) == 1 and is_clear is clear and _tells_of_decision(sentence, chosen):
                yield options.pop(), number


def _tells_of_decision(sentence: str, chosen: str) -> bool:
    """Whether a sentence says that something was decided, and its part ``chosen``, which says what,
    does not leave it open."""
    return bool(_DECIDED.search(_DENIED.sub("", sentence))) and not _OPEN.search(chosen)


def _first_work(facts: Facts, sprint: str) -> Attempt | None:
    """The first attempt by its number, else in the file, that says it is about the sprint, or names
    it and cites files."""
    about = about_sprint(sprint)
    work = [attempt for attempt in facts.attempts if _is_work(attempt, about)]
    return min(
        work, key=lambda attempt: (attempt.number is None, attempt.number or 0), default=None
    )


def _is_work(attempt: Attempt, about: re.Pattern[str]) -> bool:
    if cited := cited_by(attempt):
        return bool(about.search("\n".join((attempt.text, *cited))))
    sentences = (sentence.lstrip(" *-") for sentence in _SENTENCE.split(attempt.text))
    return any(about.match(sentence) and not _LATER.search(sentence) for sentence in sentences)


def about_sprint(number: str) -> re.Pattern[str]:
    """What names a sprint: ``Sprint 2``, ``sprint_2``."""
    return re.compile(rf"\bsprint[ _-]?{re.escape(number)}\b", re.IGNORECASE)


def cited_by(attempt: Attempt) -> list[str]:
    """The paths that an attempt cites."""
    return [path for artifact in attempt.artifacts for path in artifact.paths]


def attempt_name(attempt: Attempt) -> str:
    """``attempt #7``."""
    return "an entry" if attempt.number is None else f"attempt #{attempt.number}"


def _holds(attempt: Attempt, line: int) -> bool:
    return attempt.span.start_line <= line <= attempt.span.start_line + attempt.text.count("\n")
