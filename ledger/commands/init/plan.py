"""The first fix plan of a repository: one item, ready for its first attempt."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ledger.errors import UsageError
from ledger.plan import document, patterns, reader, styles, text

DEFAULT_TITLE: Final = "All tests pass"
_DEFAULT_ID: Final = "TESTS-001"
_NAMED: Final = re.compile(rf"\[(?P<id>{patterns.ID})\][ \t]*(?P<title>.*)", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_SMALL: Final = frozenset(
    "a an and are as at be by can for from has have in into is it its of on or so that the their "
    "them then this to up was with all make get do does".split()
)
_MOST_WORDS: Final = 2
_LONGEST_WORD: Final = 14
_LONGEST_TITLE: Final = 200
_PLAN: Final = """\
# Fix Plan

**Last Updated:** {today}

## Index

| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [{name}](#{anchor}) | {cell} | High | in_progress |

## [{name}] {title}
- Priority: High
- Status: in_progress
- Attempts History:
- Next Actions:
  1. 🟡 PENDING — Run the tests and record how it stands.
- Exit Criteria:
  - [ ] All tests pass `check: failures == 0 and passed > 0`"""


def first(title: str, today: str) -> tuple[str, str]:
    """The ID of the first item, and the plan's lines. ``title`` may have the ID in front:
    ``[PARSE-001] Read large files``. Raises UsageError where the two cannot be read back."""
    said = styles.defused(title)
    named = _NAMED.match(said)
    name, said = (named["id"], named["title"]) if named else (_name(said), said)
    plan = _PLAN.format(
        today=today,
        name=name,
        title=said,
        cell=said.replace("|", "\\|"),
        anchor=document.anchor(f"[{name}] {said}"),
    )
    read = reader.read(text.encode(plan + "\n"))
    if (
        len(said) > _LONGEST_TITLE
        or [(item.id, item.title, len(item.actions)) for item in read.items] != [(name, said, 1)]
        or [row.id for row in read.index] != [name]
        or not said
    ):
        raise UsageError(
            "bad-title",
            f"{title[:60]!r}: expected the title of the first item, in one line of words",
            'for instance: ledger init "Read large files"',
        )
    return name, plan


def _name(title: str) -> str:
    """An ID from the words that tell most: ``READ-LARGE-001``."""
    if title == DEFAULT_TITLE:
        return _DEFAULT_ID
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = [word for word in _WORD.findall(plain) if word.lower() not in _SMALL]
    telling = [word[:_LONGEST_WORD].upper() for word in words if not word[0].isdigit()]
    return "-".join([*(telling[:_MOST_WORDS] or ["WORK"]), "001"])
