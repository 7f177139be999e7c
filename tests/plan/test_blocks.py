"""A long text is parsed in pieces; its blocks are those of the parser."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.plan import blocks
from tests.versions.test_snapshot import LINES

INLINE = [line for line in LINES if not line.startswith("#")]  # a heading ends every text


@given(st.lists(st.sampled_from(INLINE), max_size=16), st.sampled_from(["", "\n", "\n\n"]))
@example(["- Attempts History:", "", "  1. one", "-", "- Status: done"], "")
@example(["- Attempts History:", "  * * *", "[ref]: https://example.org"], "")
@example(["* Next Actions:", "", "-", "* Next Actions:"], "\n")
def test_pieces_put_together_are_the_whole(lines: list[str], end: str) -> None:
    source = "\n".join(lines) + end
    pieced = blocks._by_pieces(source)
    assert pieced in (None, blocks._whole(source))


def test_only_what_is_new_in_a_long_list_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    whole = blocks._whole
    monkeypatch.setattr(blocks, "_whole", lambda source: parsed.append(source) or whole(source))
    entries = [
        f"  * [2025-10-{day:02}] Attempt #{day} — Result: success, as it should be.\n    ```\n    - text\n    ```\n"
        for day in range(1, 29)
    ]
    blocks.parse("- Attempts History (of a test):\n" + "".join(entries[:-1]))
    before = len(parsed)
    found, _ = blocks.parse("- Attempts History (of a test):\n" + "".join(entries))
    assert before == 28  # and what stands above them
    # The entry that is new, and the one that was the last.
    assert ["Attempt #27" in parsed[before], "Attempt #28" in parsed[before + 1]] == [True, True]
    assert len(parsed) == before + 2
    assert len(found[0].children[0].children[1].children) == 28
