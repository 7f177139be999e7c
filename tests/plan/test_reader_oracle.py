"""The independent count against a table labelled by hand.

The count judges the reader (`tests/campaigns/versions.py`), so it is judged here by itself.
A row is the text, and below it each attempt as `line item #number date source`; `-` stands for
an item, number or date that there is not.
"""

from __future__ import annotations

import pytest

from tests.support import oracle

CASES = {
    "a bullet with a date in brackets": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * [2025-03-04] Attempt #1 — Result: partial. Halved it.
            Metrics: 12 s
          * [2025-03-05] Attempt #2 (second loop) — Result: done.
        """,
        "3 SCAN-001 #1 2025-03-04 history",
        "5 SCAN-001 #2 2025-03-05 history",
    ),
    "a time behind the date": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * [2025-03-04 12:30 UTC] Attempt #1 — Status: open
        """,
        "3 SCAN-001 #1 2025-03-04 history",
    ),
    "a stamp for a date, with and without dashes": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * [20250304T064811Z] Attempt #1 — Result: done
          * [2025-03-05T050024Z] Attempt #2 — Result: done
        """,
        "3 SCAN-001 #1 2025-03-04 history",
        "4 SCAN-001 #2 2025-03-05 history",
    ),
    "every bullet, at column 0 and deep inside": (
        """\
        ## [SCAN-001] Faster scanning
        * [2025-03-01] Attempt #1 — Result: done
          - [2025-03-02] Attempt #2 — Result: done
              + [2025-03-03] Attempt #3 — Result: done
        \t- [2025-03-04] Attempt #4 — Result: done
        """,
        "2 SCAN-001 #1 2025-03-01 history",
        "3 SCAN-001 #2 2025-03-02 history",
        "4 SCAN-001 #3 2025-03-03 history",
        "5 SCAN-001 #4 2025-03-04 history",
    ),
    "bold around either part": (
        """\
        ## [SCAN-001] Faster scanning
        - **[2025-03-01] Attempt #1** — Result: done
        - [2025-03-02] **Attempt #2** — Result: done
        - **[2025-03-03]** Attempt #3 — Result: done
        """,
        "2 SCAN-001 #1 2025-03-01 history",
        "3 SCAN-001 #2 2025-03-02 history",
        "4 SCAN-001 #3 2025-03-03 history",
    ),
    "hyphens and spaces that only look so": (
        """\
        ## [SCAN\u2011001] Faster scanning
        *\u202f[2025\u201103\u201104] Attempt\u00a0#1 — Result: done
        * [2025-03-05]\u202fAttempt\u202f#\u202f2 — Result: done
        """,
        "2 SCAN-001 #1 2025-03-04 history",
        "3 SCAN-001 #2 2025-03-05 history",
    ),
    "number zero, the same number twice, and no number": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * [2025-03-01] Attempt #0 — Result: planning
          * [2025-03-02] Attempt #7 — Result: done
          * [2025-03-02] Attempt #7 — Result: done again
          * [2025-03-03] Attempt — Result: nobody counted
        """,
        "3 SCAN-001 #0 2025-03-01 history",
        "4 SCAN-001 #7 2025-03-02 history",
        "5 SCAN-001 #7 2025-03-02 history",
        "6 SCAN-001 #- 2025-03-03 history",
    ),
    "a day that no calendar has": (
        """\
        ## [SCAN-001]
        * [2025-02-30] Attempt #1 — Result: done
        """,
        "2 SCAN-001 #1 - history",
    ),
    "a label without a date in brackets, below the history": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * **Attempt #1 (2025-03-04 evening)**: worked
          * **Attempt #2:** worked as well
          * Attempt #3 — Result: done
          * Attempt #4 shows that it works
        ## [LOAD-001] Load
          * Attempt #5 — Result: it has no history to stand in
        """,
        "3 SCAN-001 #1 2025-03-04 history",
        "4 SCAN-001 #2 - history",
        "5 SCAN-001 #3 - history",
    ),
    "a bold label that starts its line": (
        """\
        ## [SCAN-001] Faster scanning
        **Attempt #1**: tried the other library
        - **Result**: blocked
        **Attempt #2** fixed nothing
        Attempt #3 — Result: plain words
        """,
        "2 SCAN-001 #1 - history",
    ),
    "headings": (
        """\
        ## [SCAN-001] Faster scanning
        ### Attempt #1 — First part
        On a Monday.

        **Date:** 2025-09-08
        ### [SCAN-001] Attempt #2 - Second part (2025-03-04)
        #### Attempt #3 — Third part

        **Date:** 2025-03-05 UTC
        **Mode:** on 2025-01-01 it was another

        **Date:** 2025-09-09
        ### Attempts of others
        """,
        "2 SCAN-001 #1 - history",
        "6 SCAN-001 #2 2025-03-04 history",
        "7 SCAN-001 #3 2025-03-05 history",
    ),
    "prose that mentions an attempt": (
        """\
        **Last Updated:** 2025-03-04 (Attempt #9)
        ## [SCAN-001] Faster scanning
        - Source: cluster C2 from `[LOAD-001]` Attempt #5
        - Attempt #1 confirms what we thought
        - **Attempt #1 misread:** the chart was upside down
        - ✅ Attempt #1 logged
        - **Attempt #1** brought φ to zero
        - [LOAD-001] Attempt #5 is somebody else's
        - [2025-03-04] Attempted to run it
        - [2025-03-04] Attempts #1-#3 were in vain
        - Attempts History: none yet; Attempt #1 will follow
          * [2025-03-05] Attempt #1 — Result: done. See Attempt #0.
            - **Attempt #0 (2025-03-01)**: was wrong
            Attempt #0 — was wrong
        [2025-03-06] Attempt #2 — Result: no bullet
        > * [2025-03-06] Attempt #2 — Result: quoted
        | [2025-03-06] Attempt #2 | a table |
        """,
        "12 SCAN-001 #1 2025-03-05 history",
    ),
    "a template nobody filled in": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * [YYYY-MM-DD] Attempt #1 — Result: ...
          * [YYYY\u2011MM\u2011DD] Attempt #1 — Result: ...
          * [<STAMP>] Attempt #1 — Result: ...
          * [20250304 or later] Attempt #1 — Result: ...
        """,
    ),
    "a dated bullet without the word": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * [2025-03-04] Phase A Complete — Result: done
        """,
    ),
    "fenced code, headings in it included": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * [2025-03-04] Attempt #1 — Result: done
            ```md
            ```py
            * [2025-03-04] Attempt #2 — Result: done
            ~~~
            ```
        ~~~~
        ## [LOAD-001] Load
        * [2025-03-04] Attempt #3 — Result: done
        ~~~
        ~~~~
        * [2025-03-05] Attempt #4 — Result: `code` ```and more```
        ```make scan``` is the command
        * [2025-03-06] Attempt #5 — Result: done
        """,
        "3 SCAN-001 #1 2025-03-04 history",
        "14 SCAN-001 #4 2025-03-05 history",
        "16 SCAN-001 #5 2025-03-06 history",
    ),
    "a fence in a bullet ends with the bullet": (
        """\
        ## [SCAN-001] Faster scanning
        - Reproduction:
          ```sh
          make scan
        - Attempts History:
          * [2025-03-04] Attempt #1 — Result: done
        """,
        "6 SCAN-001 #1 2025-03-04 history",
    ),
    "an HTML comment": (
        """\
        ## [SCAN-001] Faster scanning
        <!-- * [2025-03-04] Attempt #1 — Result: done -->
        <!--
        * [2025-03-04] Attempt #2 — Result: done
        -->
        * [2025-03-04] Attempt #3 — Result: done
        """,
        "6 SCAN-001 #3 2025-03-04 history",
    ),
    "headings open and close the sections of items": (
        """\
        # Plan
        * [2025-03-01] Attempt #1 — Result: done
        ## [SCAN-001] Faster scanning
        ### Notes
        * [2025-03-02] Attempt #2 — Result: done
        ### [SCAN-002] A part of it
        * [2025-03-03] Attempt #3 — Result: done
        ### More notes
        * [2025-03-04] Attempt #4 — Result: done
        ## Completed
        - [LOAD-001] Load
          * [2025-03-05] Attempt #5 — Result: done
        ### Attempt #6 — Closure
        """,
        "2 - #1 2025-03-01 history",
        "5 SCAN-001 #2 2025-03-02 history",
        "7 SCAN-002 #3 2025-03-03 history",
        "9 SCAN-001 #4 2025-03-04 history",
        "12 - #5 2025-03-05 history",
        "13 - #6 - history",
    ),
    "an ID without brackets makes no item": (
        """\
        ## Active Item Detail — SCAN-001
        1. **SCAN-001 Faster scanning** *(open)*
           - **Attempts History**:
             * [2025-03-04 08:15 UTC] Attempt #1 — Status: done
        """,
        "4 - #1 2025-03-04 history",
    ),
    "attempts known from completed actions": (
        """\
        ## [SCAN-001] Faster scanning
        - Attempts History:
          * [2025-03-04] Attempt #1 — Result: done
        - Next Actions:
          1. ✅ COMPLETE (Attempt #1, STAMP 20250304T101010Z) — first
          2. ✅ COMPLETE (Attempt #2, STAMP 20250305T101010Z) — second
          3. COMPLETED (Attempt #3) — under STAMP `20250306T101010Z`, see phase_a/20240101T000000Z/
          4. ✅ DONE (2025-03-07 loop, Attempt #4) — fourth

         10. ✅ **[COMPLETE]** Fifth (Attempt #5, `20250306T101010Z/x`).
        11. ✅ ~~**Sixth**~~ ✅ COMPLETE (Attempt #6, `reports/20250306T101010Z`)
        12. Seventh — Completed via Attempt #7
        13. ✅ COMPLETE (Attempt #7) — seventh again
        - Risks/Assumptions: none
        """,
        "3 SCAN-001 #1 2025-03-04 history",
        "6 SCAN-001 #2 2025-03-05 action",
        "7 SCAN-001 #3 2025-03-06 action",
        "8 SCAN-001 #4 2025-03-07 action",
        "10 SCAN-001 #5 - action",
        "11 SCAN-001 #6 - action",
        "12 SCAN-001 #7 - action",
    ),
    "actions that complete nothing": (
        """\
        ## [SCAN-001] Faster scanning
        - Next Actions:
          1. ✅ PARTIAL (Attempt #1) — half is COMPLETE (Attempt #1)
          2. 🟡 PENDING — record Attempt #2 when done
          3. ✅ Attempt #3 landed
          4. ✅ COMPLETE — nothing to record; Attempt #4 stands
          5. Now that Attempt #5 completed the first half, go on
          * ✅ COMPLETE (Attempt #6) — not numbered
        - Exit Criteria:
          1. ✅ COMPLETE (Attempt #7) — not an action
        ## Completed
        - Next Actions:
          1. ✅ COMPLETE (Attempt #8) — nobody's
        """,
    ),
    "the history of one item in two sections, another's below": (
        """\
        ## [SCAN-001] Faster scanning
        - Next Actions:
          1. ✅ COMPLETE (Attempt #1) — first
          2. ✅ COMPLETE (Attempt #2) — second
        ## [LOAD-001] Load
        * [2025-03-04] Attempt #2 — Result: done
        ## [SCAN-001] Faster scanning
        * [2025-03-04] Attempt #1 — Result: done
        """,
        "4 SCAN-001 #2 - action",
        "6 LOAD-001 #2 2025-03-04 history",
        "8 SCAN-001 #1 2025-03-04 history",
    ),
    "line ends of three kinds, and none that only Unicode knows": (
        """\
        \ufeff## [SCAN-001] Faster\r
        * [2025-03-01] Attempt #1 — a\u2028b\x0cc\r* [2025-03-02] Attempt #2 — d

        * [2025-03-03] Attempt #3 — e""",
        "2 SCAN-001 #1 2025-03-01 history",
        "3 SCAN-001 #2 2025-03-02 history",
        "5 SCAN-001 #3 2025-03-03 history",
    ),
    "nothing": ("",),
}


def dedented(text: str) -> bytes:
    return "\n".join(line.removeprefix(" " * 8) for line in text.split("\n")).encode()


def row(seen: oracle.Seen) -> str:
    number = "-" if seen.number is None else seen.number
    return f"{seen.line} {seen.item or '-'} #{number} {seen.date or '-'} {seen.source}"


@pytest.mark.parametrize("name", CASES)
def test_the_count_is_what_a_person_counts(name: str) -> None:
    text, *expected = CASES[name]
    assert [row(seen) for seen in oracle.attempts(dedented(text))] == expected


def test_bytes_that_are_no_text_hide_no_attempt() -> None:
    data = b"## [SCAN-001] \xff\xfe\n* [2025-03-04] Attempt #1 \x80\n"
    assert [row(seen) for seen in oracle.attempts(data)] == ["2 SCAN-001 #1 2025-03-04 history"]
