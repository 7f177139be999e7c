"""Every byte is kept; blocks lie where markdown-it-py, given the whole text at once, has them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ledger.errors import Refused
from ledger.plan import document, text
from ledger.plan.document import Block, Edit
from tests.campaigns.roundtrip import VARIANTS

WHOLE = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table").disable("inline")

KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "bullet_list",
    "ordered_list_open": "ordered_list",
    "list_item_open": "list_item",
    "blockquote_open": "blockquote",
    "table_open": "table",
    "fence": "fence",
    "code_block": "code",
    "html_block": "html",
    "hr": "rule",
}

Row = tuple[int, str, int, int]  # depth, kind, first line, line after the last


def whole(data: bytes) -> list[Row]:
    """The blocks as one parse of the whole text has them, trailing blank lines cut off."""
    source = text.decode(data.removeprefix(text.BOM))
    lines = re.split("\r\n|\r|\n", source)
    rows: list[Row] = []
    depth, hidden = 0, 0
    for token in WHOLE.parse(source):
        depth -= token.nesting < 0 and not hidden
        hidden -= token.nesting < 0 and bool(hidden)
        if token.nesting >= 0 and not hidden and token.type in KINDS:
            assert token.map
            start, end = token.map
            end = min(end, len(lines))
            while end > start + 1 and not lines[end - 1].strip(" \t"):
                end -= 1
            rows.append((depth, KINDS[token.type], start, end))
        if token.nesting > 0:
            if hidden or token.type == "table_open":
                hidden += 1  # cells are no blocks here
            else:
                depth += 1
    return rows


def rows(document: document.Document) -> list[Row]:
    def below(blocks: Iterable[Block], depth: int) -> Iterator[Row]:
        for block in blocks:
            yield depth, block.kind, block.start, block.end
            yield from below(block.children, depth + 1)

    found: list[Row] = []
    for section in document.sections:
        found += below([section.heading] if section.heading else [], 0)
        found += below(section.blocks, 0)
    return found


# Lines that open, close, continue or interrupt something, in any order.
LINES = st.sampled_from(
    """\
# heading
## [ITEM-001] heading
####### seven
#
#nospace
   # indented heading
    # code
```
````
~~~
```py
  ```
> ```
- ```
- text
* other
+ third
  - nested
  nested text
      deep
1. one
✅ non-breaking
\u00a0- blank
- ✅ done
- **bold**
**bold**
**[2025-10-15] Attempt #3**
[2025-10-15] text
[ref]: /url
[a\\]b]: /url
`code`
2. two
10. ten
 10. shifted
1) paren
> quote
> # heading in quote
> - list in quote
>> deeper
lazy
text
===
---
***
| a | b |
|---|---|
| c | d
<!--
-->
<!-- whole -->
<script>
</script>
<pre>
</pre>
<style>
<textarea>
<?php
?>
<!DOCTYPE x
<![CDATA[
]]>
<div>
</div>
</details>
<a href="x">
<custom-tag>
[ref]: /url
[ref]: /url "title
[ref]:
"title"
\\
&amp;
- [ ] task
-
*
1.
\ttab
- \ttab in list
  <!--
  <div>
- <!--
- # heading in list
""".split("\n")
)
MARKDOWN = st.lists(LINES | st.text(" #`~>-*+|<!?[]()\t\\ab1.", max_size=8), max_size=30).map(
    "\n".join
)


@given(MARKDOWN)
@settings(max_examples=200)
def test_a_text_parsed_in_stretches_is_the_text_parsed_whole(source: str) -> None:
    data = source.encode()
    assert rows(document.parse(data)) == whole(data)


@given(MARKDOWN, st.sampled_from(["\r\n", "\r", "\n"]), st.booleans())
def test_line_ends_and_byte_order_mark_change_no_block(
    source: str, newline: str, has_bom: bool
) -> None:
    data = source.encode()
    other = (text.BOM if has_bom else b"") + source.replace("\n", newline).encode()
    assert rows(document.parse(other)) == rows(document.parse(data))


CASES = {
    "an open fence swallows headings": "# a\n```\n# b\n## c\n",
    "a fence closed after a heading": "# a\n```\n# b\n```\n# c\n",
    "a shorter fence closes nothing": "````\n# a\n```\n# b\n````\n# c\n",
    "an info string closes nothing": "```\n# a\n```x\n# b\n",
    "a fence in a list ends with the list": "- ```\n# a\n```\n# b\n",
    "a comment over headings": "# a\n<!--\n# b\n\n# c\n-->\n# d\n",
    "a comment closed on its line": "<!-- a -->\n# b\n",
    "a script over blank lines": "<script>\n\n# a\n</script>\n# b\n",
    "a block tag ends at a blank line": "<div>\n# a\n\n# b\n",
    "any tag ends at a blank line": "<custom-tag>\n# a\n\n# b\n",
    "a fence after a reference": "```\n```\n[a]: b\n# c\n",
    "a reference whose title never ends": '[a]: /b "title\n# c\n"\n',
    "many unclosed fences": "```\n" + "# a\n~~~\n" * 40,
    "blank lines with blanks after an open fence": "# a\n```\n  \n\t\n# b\n",
    "a fence that a blank line with blanks follows": "# a\n```\n```\n  \n# b\n",
    "setext headings": "a\n===\nb\n---\n# c\n",
    "nested sixty deep": "> " * 70 + "a\n# b\n",
    "nothing": "",
    "newlines only": "\n\n\n",
}


@pytest.mark.parametrize("name", CASES)
def test_stretches_and_whole_agree(name: str) -> None:
    data = CASES[name].encode()
    assert rows(document.parse(data)) == whole(data)


def test_a_corpus_of_real_plans_parsed_in_stretches_is_parsed_whole(
    real_repo: Callable[[str], Path],
) -> None:
    for revision in ("fad967ec", "b401d45f"):
        data = (real_repo(revision) / "docs" / "fix_plan.md").read_bytes()
        assert rows(document.parse(data)) == whole(data)


@given(st.binary() | MARKDOWN.map(str.encode))
def test_no_byte_is_lost(data: bytes) -> None:
    parsed = document.parse(data)
    assert parsed.data == data
    assert document.render(parsed) == data


@given(MARKDOWN)
@settings(max_examples=50)
def test_no_byte_is_lost_in_any_variant(source: str) -> None:
    for name, variant in VARIANTS.items():
        data = variant(source.encode())
        assert document.render(document.parse(data)) == data, name


@given(st.binary() | MARKDOWN.map(str.encode))
def test_sections_follow_one_another_from_first_line_to_last(data: bytes) -> None:
    parsed = document.parse(data)
    ends = [0, *(section.end for section in parsed.sections)]
    assert [section.start for section in parsed.sections] == ends[:-1]
    assert ends[-1] == len(parsed.starts) - 1


@given(st.binary() | MARKDOWN.map(str.encode))
def test_blocks_lie_within_their_parents_and_in_order(data: bytes) -> None:
    def check(blocks: Iterable[Block], start: int, end: int) -> None:
        for block in blocks:
            assert start <= block.start < block.end <= end
            check(block.children, block.start, block.end)
            start = block.end

    parsed = document.parse(data)
    for section in parsed.sections:
        heading = [section.heading] if section.heading else []
        check([*heading, *section.blocks], section.start, max(section.end, 1))


def test_a_line_is_given_without_newline_and_mark() -> None:
    parsed = document.parse(text.BOM + b"one\r\ntwo\x0c \rthr\xffee")
    assert parsed.lines(0, 3) == ["one", "two\x0c ", "thr\udcffee"]


# Edits


@st.composite
def edited(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    """Bytes and edits of them that do not overlap, in the order of the text."""
    data = draw(st.binary(max_size=40))
    places = draw(st.lists(st.integers(0, len(data)), max_size=12).map(sorted))
    spans = (
        itertools.batched(places, 2)
        if hasattr(itertools, "batched")
        else zip(places[::2], places[1::2], strict=False)
    )
    return data, [
        Edit(span[0], span[1], draw(st.binary(max_size=5))) for span in spans if len(span) == 2
    ]


def by_hand(data: bytes, edits: list[Edit]) -> bytes:
    out, at = b"", 0
    for edit in edits:
        out += data[at : edit.start] + edit.new
        at = edit.end
    return out + data[at:]


@given(edited())
def test_edits_change_their_spans_and_nothing_else(case: tuple[bytes, list[Edit]]) -> None:
    data, edits = case
    assert document.apply(data, edits) == by_hand(data, edits)


@given(edited(), st.randoms())
def test_the_order_in_which_edits_are_given_does_not_matter(
    case: tuple[bytes, list[Edit]], chance: object
) -> None:
    data, edits = case
    distinct = list({edit.start: edit for edit in edits}.values())
    shuffled = list(distinct)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert document.apply(data, shuffled) == document.apply(data, distinct)


@given(st.binary())
def test_no_edit_changes_nothing(data: bytes) -> None:
    assert document.apply(data, []) == data
    assert document.apply(data, [Edit(0, 0, b""), Edit(len(data), len(data), b"")]) == data


def test_insertions_at_one_place_stand_in_the_order_given() -> None:
    edits = [Edit(1, 1, b"x"), Edit(1, 1, b"y"), Edit(0, 1, b"A"), Edit(1, 2, b"B")]
    assert document.apply(b"ab", edits) == b"AxyB"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 3, b""), Edit(2, 4, b"")],
        [Edit(2, 4, b""), Edit(0, 3, b"")],
        [Edit(0, 4, b""), Edit(1, 1, b"x")],
        [Edit(0, 4, b""), Edit(0, 4, b"")],
        [Edit(0, 4, b""), Edit(1, 2, b""), Edit(3, 3, b"")],
    ],
)
def test_edits_that_overlap_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(Refused, match="overlap"):
        document.apply(b"abcdef", edits)
