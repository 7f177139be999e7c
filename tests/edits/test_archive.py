"""Archiving: nothing gets lost on the way to the archive file or back, whatever stands there."""

from __future__ import annotations

import pytest

from ledger import rules
from ledger.edits import append, archive
from ledger.edits.archive import Both
from ledger.edits.selection import Chosen, Selection, Wanted
from ledger.errors import Refused
from ledger.plan import document, pointers, reader
from ledger.rules import Facts

PLAN = """\
# Fix plan

## Index
| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [DONE-001](#done-001-finished-work) | Finished work | High | done |
| [OPEN-001](#open-001-work-in-hand) | Work in hand | High | in_progress |

## [DONE-001] Finished work
- Priority: High
- Status: done (all of it)
- Attempts History:
  * [2025-10-01] Attempt #1 — Result: failed. The first try at it.
    Metrics: 3 passed in 1.20s.
  * [2025-10-02] Attempt #2 — Result: success. The second try at it.
- Next Actions:
  1. ✅ COMPLETE (Attempt #3, STAMP 20251003T090000Z) — Write it down.

## [OPEN-001] Work in hand
- Priority: High
- Status: in_progress
- Attempts History:
  * [2025-10-03] Attempt #1 — Result: failed. One.
    Metrics: 1 passed in 1.00s.
  * [2025-10-04] Attempt #2 — Result: partial. Two.

    ```
    * [2025-10-04] Attempt #99 — an example
    ```
  * [2025-10-05] Attempt #3 — Result: partial. Three.
    Metrics: 3 passed in 1.00s.
  * [2025-10-06] Attempt #4 — Result: partial. Four.
  * [2025-10-07] Attempt #5 — Result: partial. Five.
- Next Actions:
  1. PENDING — Go on from Attempt #2.
  2. ✅ COMPLETE (Attempt #1) — Begin.
- Exit Criteria:
  - [ ] It works
"""
NAME = "fix_plan_archive.md"


def choose(data: bytes, **wanted: object) -> Chosen:
    return Selection(reader.read(data), Wanted(**wanted)).choose()  # type: ignore[arg-type]


def moved(data: bytes, held: bytes = b"", **wanted: object) -> tuple[bytes, bytes]:
    """Ledger and archive after a move that was verified."""
    old = reader.read(data)
    units = choose(data, **wanted).units
    edits = archive.move(old, held, units, NAME)
    new = document.apply(data, edits.ledger), document.apply(held, edits.archive)
    both = Both(reader.read(new[0]), reader.read(new[1]))
    archive.check_move(Both(old, reader.read(held)), both, units)
    return new


def back(data: bytes, held: bytes) -> tuple[bytes, bytes]:
    ledger = reader.read(data)
    edits = archive.bring_back(held, [one for item in ledger.items for one in item.archived])
    return document.apply(data, edits.ledger), document.apply(held, edits.archive)


def test_a_finished_item_leaves_its_heading_and_one_line() -> None:
    ledger, held = moved(PLAN.encode())
    section = ledger.decode().partition("## [DONE-001]")[2].partition("## [OPEN-001]")[0]
    lines = section.strip().split("\n")
    assert lines[0] == "Finished work"
    assert len(lines) == 2
    said = "- Status: done — archived whole: 3 attempts (#1-#3), 1 action, 8 lines: "
    assert lines[1].startswith(f"{said}[{NAME}]({NAME}#archived-")
    key = lines[1].rpartition("#")[2].rstrip(")")
    assert f'<a id="{key}"></a>' in held.decode()
    body = PLAN.partition("## [DONE-001]")[2].partition("\n## [OPEN-001]")[0]
    assert f"## [DONE-001]{body}" in held.decode()


FORMS = {
    "as it is": lambda data: data,
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "CR": lambda data: data.replace(b"\n", b"\r"),
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "no last newline": lambda data: data.rstrip(b"\n"),
    "trailing blanks": lambda data: data.replace(b".\n", b". \t\n"),
    "blank lines": lambda data: data.replace(b"\n- ", b"\n\n- ") + b"\n\n",
    "setext": lambda data: data.replace(
        b"## [DONE-001] Finished work", b"[DONE-001] Finished\n-----"
    ),
    "not UTF-8": lambda data: data.replace(b"try at it", b"try \xe9\xff at it"),
    "level 3": lambda data: data.replace(b"## [", b"### ["),
}
HELD = {"none": b"", "some": b"# Archive\n\nText.\n", "unended": b"# Archive\r\n\r\n- [OLD-001] x"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("wanted", [{}, {"keep": 1}, {"keep": 2}, {"to_lines": 20}])
def test_there_and_back(form: str, held: str, wanted: dict[str, int]) -> None:
    data, old = FORMS[form](PLAN.encode()), HELD[held]
    ledger, fresh = moved(data, old, **wanted)
    assert ledger.count(b"Attempt #") < data.count(b"Attempt #"), "nothing was moved"
    assert fresh.startswith(old)
    again, left = back(ledger, fresh)
    assert again == data
    assert left.startswith(old)
    assert b"Attempt #" not in left


def test_what_stands_around_may_change_meanwhile() -> None:
    ledger, held = moved(PLAN.encode(), keep=1)
    changed = ledger.replace(b"Five.", b"Five!").replace(b"## Index", b"Text.\n\n## Index")
    changed = changed.replace(b"- Exit", b"- Risks: none\n- Exit").replace(b"Finished", b"Done")
    expected = PLAN.encode().replace(b"Five.", b"Five!").replace(b"## Index", b"Text.\n\n## Index")
    expected = expected.replace(b"- Exit", b"- Risks: none\n- Exit").replace(b"Finished", b"Done")
    assert back(changed, held)[0] == expected


def test_attempts_that_something_open_cites_stay() -> None:
    ledger, _ = moved(PLAN.encode(), keep=2)
    item = next(item for item in reader.read(ledger).items if item.id == "OPEN-001")
    assert [one.number for one in item.attempts] == [2, 4, 5]
    assert [one.ranges for one in item.archived] == [((1, 1),), ((3, 3),)]


def test_numbers_are_not_given_twice() -> None:
    ledger, _ = moved(PLAN.encode(), keep=1)
    read = reader.read(ledger)
    assert append.next_number(read, "OPEN-001") == 6
    gone = ledger.replace(b"  * [2025-10-07] Attempt #5 \xe2\x80\x94 Result: partial. Five.\n", b"")
    assert append.next_number(reader.read(gone), "OPEN-001") == 5
    ledger, _ = moved(PLAN.encode())
    assert append.next_number(reader.read(ledger), "DONE-001") == 4


def test_an_item_whose_attempts_went_before() -> None:
    """What the first line left stands within what goes next; both come back, one after the other."""
    first, held = moved(PLAN.encode(), keep=1, items=("DONE-001",))
    second, held = moved(first, held)
    item = next(item for item in reader.read(second).items if item.id == "DONE-001")
    assert item.archived[0].attempts == 3
    assert item.highest == 3
    assert back(second, held)[0] == first
    assert back(*back(second, held))[0] == PLAN.encode()
    wanted = [one for item in reader.read(second).items for one in item.archived]
    whole = archive.bring_back(held, wanted, deep=True)
    assert document.apply(second, whole.ledger) == PLAN.encode()
    assert b"#archived" not in document.apply(held, whole.archive)


def test_rules_know_what_is_archived() -> None:
    ledger, _ = moved(PLAN.encode(), keep=1)
    again = b"  * [2025-10-08] Attempt #3 \xe2\x80\x94 Result: partial. Once more.\n"
    ledger = ledger.replace(
        b"- Next Actions:\n  1. PENDING", again + b"- Next Actions:\n  1. PENDING"
    )
    found = [(one.code, one.attempt) for one in rules.check(reader.read(ledger), Facts("x.md"))]
    assert ("LED106", 3) in found, found
    ledger, _ = moved(
        PLAN.replace("✅ COMPLETE (Attempt #1)", "REJECTED (Attempt #1)").encode(), keep=1
    )
    assert b"Attempt #1 \xe2" not in ledger
    codes = {one.code for one in rules.check(reader.read(ledger), Facts("x.md"))}
    assert not codes & {"LED106", "LED111", "LED602"}


DETAIL = "### Why it went\nText.\n"
# What is changed in the plan, and what it says of DONE-001 then; {} is a line of the changed text.
STAYS = {
    "an open action": (
        "✅ COMPLETE (Attempt #3, STAMP 20251003T090000Z)", "PENDING",
        "action 1 is open (line {})", "PENDING — Write",
    ),
    "an unfinished item depends on it": (
        "- Exit", "- Dependencies: DONE-001\n- Exit", "OPEN-001 needs it (line {})", "Dependencies",
    ),
    "an open action names it": (
        "Go on from", "Go on from DONE-001 Attempt #1 and", "OPEN-001 needs it (line {})", "Go on",
    ),
    "a link into it": (
        "\n## [OPEN-001]", f"\n{DETAIL}\n## [OPEN-001] See [why](#why-it-went):",
        "line {} links into it", "See [why]",
    ),
    "a link of its own": ("\n## [OPEN-001]", f"\n{DETAIL}[x](#why-it-went)\n\n## [OPEN-001]", "", ""),
    "nobody links into it": ("\n## [OPEN-001]", f"\n{DETAIL}\n## [OPEN-001]", "", ""),
    "a closed action names it": ("— Begin", "— Begin with DONE-001", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", STAYS)
def test_what_is_needed_stays(case: str) -> None:
    old, new, why, at = STAYS[case]
    assert old in PLAN
    data = PLAN.replace(old, new)
    chosen = choose(data.encode())
    line = data[: data.index(at)].count("\n") + 1
    assert [one.why for one in chosen.kept] == ([why.format(line)] if why else [])
    assert bool(chosen.units) == (not why)


def test_no_more_goes_than_the_size_asks_for() -> None:
    lines = PLAN.count("\n")
    assert choose(PLAN.encode(), to_lines=lines).units == ()
    chosen = choose(PLAN.encode(), to_lines=lines - 1)
    assert [unit.item.id for unit in chosen.units] == ["DONE-001"]
    assert chosen.lines == lines - 7
    assert choose(PLAN.encode(), to_lines=1).lines == lines - 7 - 1 - 2


def test_what_was_edited_in_the_archive_is_not_brought_back() -> None:
    ledger, held = moved(PLAN.encode())
    with pytest.raises(Refused) as caught:
        back(ledger, held.replace(b"first try", b"First try"))
    assert caught.value.code == "archive-edited"
    with pytest.raises(Refused) as caught:
        back(ledger, b"# Archive\n")
    assert caught.value.code == "not-in-archive"
    # Git may change how lines end in both files.
    crlf = [data.replace(b"\n", b"\r\n") for data in (ledger, held)]
    assert back(crlf[0], crlf[1])[0] == PLAN.encode().replace(b"\n", b"\r\n")


def test_an_example_of_a_pointer_is_none() -> None:
    ledger, _ = moved(PLAN.encode(), keep=1)
    line = next(line for line in ledger.decode().split("\n") if "* Archived" in line)
    for example in (f"```\n{line}\n```", f"See {line}", f"    {line}\n"):
        data = PLAN.replace("- Exit", f"- Risks: none\n\n{example}\n\n- Exit").encode()
        assert not [one for item in reader.read(data).items for one in item.archived], example


def test_what_would_not_read_the_same_stays() -> None:
    """An open fence takes all that follows: behind it nothing could be read in the archive."""
    data = PLAN.encode() + b"\n## [LAST-001] Last\n- Status: done\n- Notes: x\n\n```\nopen\n"
    with pytest.raises(Refused) as caught:
        moved(moved(data)[0] + b"```\n", moved(data)[1], keep=1)
    assert caught.value.code == "not-as-meant"


def test_a_pointer_of_more_than_a_thousand_lines_is_read_back() -> None:
    counts = pointers.counts(1200, range(1, 1201), [], 0, 4300)
    line = pointers.render("  * Archived", counts, "docs/plan_archive.md", "0123456789abcdef")
    plan = f"# Plan\n\n## [LONG-001] Long\n- Status: done\n- Attempts History:\n{line}\n"
    (pointer,) = reader.read(plan.encode()).items[0].archived
    assert (pointer.attempts, pointer.ranges, pointer.lines) == (1200, ((1, 1200),), 4300)
