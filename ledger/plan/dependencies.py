"""What an item waits for: the items that its field ``Depends on:`` names, and those that its words
name elsewhere. Only the field holds an item back; what is read from prose is shown as such."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from ledger.plan import text, words
from ledger.plan.model import FINISHED, Dependency, Field, Item, Ledger
from ledger.plan.patterns import plain_id

# `Depends on:`, `Dependencies (hard):`, `depends_on:`
# e.g. "Depends on"
_NAME: Final = re.compile(
    r"(?:depend(?:s|ent)?(?:[ _-](?:on|upon))?|dependenc(?:y|ies))(?:[ ]?\([^()]*\))?",
    re.IGNORECASE,
)
# What says no name, or names something that no longer counts: ~~struck~~, (a note), <!-- gone -->
_ASIDE: Final = re.compile(r"~~[^~\n]*~~|\([^()\n]*\)|<!--[^>]*-->")
_PART: Final = re.compile(r"[,;&+\n]|[ \t](?:and|or|plus)[ \t]", re.IGNORECASE)
# e.g. "no longer"
_NEGATED: Final = re.compile(
    r"\b(?:no|not|none|nothing|never|no longer|former(?:ly)?|without|was|were|n/a)\b", re.IGNORECASE
)
_TOKEN: Final = re.compile(r"(?P<open>\[?)(?P<id>[A-Za-z0-9](?:[\w.-]{0,80}\w)?)")
# `T001-T004`, `PARSE-001 to PARSE-003`
# e.g. "SCAN-001 to SCAN-003"
_RANGE: Final = re.compile(
    r"(?<![\w-])(?P<kin>[A-Za-z](?:[\w.]{0,30}?-)?)(?P<first>\d{1,6})"
    r"[ ]?(?:[\u2013-]|\.\.|to|through)[ ]?(?P=kin)(?P<last>\d{1,6})(?!\w)"
)
_UNMARKED: Final = str.maketrans("", "", "*`")
_LONGEST_RANGE: Final = 200
_LETTERS: Final = re.compile(r"[A-Z]+(?=[-_.]?\d)")
_LOOKS_LIKE_ID: Final = re.compile(r"[A-Z][A-Z0-9]*(?:[-_.][A-Z0-9]+)*[-_.]\d{2,6}")

# What people write before the name of what they wait for.
# e.g. "blocked by SCAN-001"
WAITS: Final = re.compile(
    r"\b(?:wait(?:s|ing)? (?:for|on)|await(?:s|ing)?|(?:blocked|gated|halted) (?:by|on|until)"
    r"|depend(?:s|ent|ing)? (?:on|upon)|requires?|needs)\b",
    re.IGNORECASE,
)
# Fields that hold what was tried and what is to be done, not what the item itself waits for.
_OF_OTHERS: Final = ("attempt", "next action", *words.CRITERIA)


def note(ledger: Ledger) -> Ledger:
    """``ledger`` with what its items depend on."""
    fields = [[f for f in item.fields if _NAME.fullmatch(f.name)] for item in ledger.items]
    if not any(fields):
        return ledger
    known = _known(ledger)
    kinds = {match[0] for name in known if (match := _LETTERS.match(name))}
    items = [
        item.model_copy(update={"depends_on": tuple(_dependencies(ledger, known, kinds, of_item))})
        if of_item
        else item
        for item, of_item in zip(ledger.items, fields, strict=True)
    ]
    return ledger.model_copy(update={"items": tuple(items)})


def unfinished(ledger: Ledger, elsewhere: Iterable[Ledger] = ()) -> dict[str, Item | None]:
    """What still holds back the items that depend on it: each ID that ``ledger`` has and that is
    not finished in all its sections, with the first of these; None for an ID that neither it nor
    another file has."""
    waiting: dict[str, Item | None] = {}
    for item in ledger.items:
        if item.status not in FINISHED:
            waiting.setdefault(item.id, item)
    known = {item.id for plan in (ledger, *elsewhere) for item in plan.items}
    for item in ledger.items:
        waiting |= {d.id: None for d in item.depends_on if d.id not in known}
    return waiting


def inferred(ledger: Ledger, item: Item) -> Iterator[tuple[Dependency, str]]:
    """The items that prose of ``item`` says it waits for, each once, with the clause that says so:
    ``blocked by [PARSE-001]``. They hold nothing back."""
    known = _known(ledger)
    excluded = {dependency.id for dependency in item.depends_on} | {item.id}
    for line, prose in _prose(ledger, item):
        at = 0
        while match := WAITS.search(prose, at):
            words_of = clause(prose, match.start())
            at = max(match.end(), match.start() + len(words_of))
            for name in (known.get(match["id"].upper()) for match in _TOKEN.finditer(words_of)):
                if name and name not in excluded:
                    excluded.add(name)
                    below = prose.count("\n", 0, match.start())
                    yield Dependency(id=name, line=line + below), words_of


def clause(words: str, start: int) -> str:
    """From ``start`` to the end of the sentence, or of the parentheses that it is in."""
    depth = 0
    for at in range(start, len(words)):
        char = words[at]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                return words[start:at].rstrip(" .;")
        elif depth == 0 and char in ".;\n" and words[at + 1 : at + 2] in ("", " ", "\n"):
            return words[start:at]
    return words[start:]


def cycles(ledger: Ledger) -> Iterator[tuple[Item, ...]]:
    """Unfinished items that wait for each other in a circle, beginning with the first in the
    file."""
    items = {item.id: item for item in reversed(ledger.items) if item.status not in FINISHED}
    needs = {name: [d.id for d in item.depends_on if d.id in items] for name, item in items.items()}
    order = {name: at for at, name in enumerate(reversed(items))}
    for circle in _circles(needs):
        first = circle.index(min(circle, key=order.__getitem__))
        yield tuple(items[name] for name in (*circle[first:], *circle[:first]))


def _circles(needs: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """A depth-first walk; each arrow back into the path closes a circle."""
    done: set[str] = set()
    path = {"": iter(needs)}
    while path:
        name = next(reversed(path))
        following = next(path[name], None)
        if following is None:
            done.add(name)
            del path[name]
        elif following in path:
            every = [*path]
            yield every[every.index(following) :]
        elif following not in done:
            path[following] = iter(needs[following])


# What the field names


def _known(ledger: Ledger) -> dict[str, str]:
    """The IDs of the plan, by their capitals."""
    return {plain_id(item.id).upper(): item.id for item in ledger.items}


def _dependencies(
    ledger: Ledger, known: Mapping[str, str], kinds: set[str], fields: Sequence[Field]
) -> Iterator[Dependency]:
    read_names: set[str] = set()
    for field in fields:
        names_text = plain_id(_ASIDE.sub(_blank, _whole(ledger, field))).translate(_UNMARKED)
        names_text = _RANGE.sub(partial(_each, known), names_text)
        line = field.span.start_line
        for part in re.split(f"({_PART.pattern})", names_text, flags=re.IGNORECASE):
            names = () if _NEGATED.search(part) else _names(part, known, kinds)
            for name in names:
                if name not in read_names:
                    read_names.add(name)
                    yield Dependency(id=name, line=line)
            line += part.count("\n")


def _names(part: str, known: Mapping[str, str], kinds: set[str]) -> Iterator[str]:
    """The IDs in a part of the list: those of the plan, and what can be nothing else."""
    for match in _TOKEN.finditer(part):
        name = match["id"].upper()
        letters = _LETTERS.match(name)
        is_boxed = match["open"] and part[match.end() : match.end() + 1] == "]"
        is_alike = letters is not None and letters[0] in kinds
        if name in known:
            yield known[name]
        elif (is_boxed and re.search(r"\d", name)) or is_alike or _LOOKS_LIKE_ID.fullmatch(name):
            yield match["id"]


def _each(known: Mapping[str, str], match: re.Match[str]) -> str:
    """A range as the list of what the plan has of it."""
    first, last, width = int(match["first"]), int(match["last"]), len(match["first"])
    if not first < last <= first + _LONGEST_RANGE:
        return match[0]
    every = (f"{match['kin']}{number:0{width}}" for number in range(first, last + 1))
    ends = (f"{match['kin']}{match['first']}", f"{match['kin']}{match['last']}")
    return ", ".join(name for name in every if name in ends or name.upper() in known)


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _whole(ledger: Ledger, field: Field) -> str:
    """The field's value with what is nested below it; of a cell its own value alone."""
    if field.span.end_line == field.value_span.end_line:
        return field.value
    below = ledger.text[field.value_span.end_byte : field.span.end_byte]
    return field.value + "\n".join(text.decode(below).splitlines())


def _prose(ledger: Ledger, item: Item) -> Iterator[tuple[int, str]]:
    """What an item says of itself, apart from ``Depends on:``: line and words."""
    for field in item.fields:
        name = field.name.lower()
        if not name.startswith(_OF_OTHERS) and not _NAME.fullmatch(name):
            whole = _whole(ledger, field)
            yield field.span.start_line, f"waits for {whole}" if _is_waiting(name) else whole
    for action in item.actions:
        if action.state == "blocked":
            yield action.span.start_line, action.text


def _is_waiting(name: str) -> bool:
    return name.startswith(("blocked", "blocker", "waiting", "prerequisite", "requires", "needs"))
