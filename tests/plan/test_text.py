"""Lines, newlines, columns and escapes, held against definitions of their own."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.plan import text

# Bytes where line ends, halves of them, and their look-alikes are frequent.
LINE_BYTES = st.lists(
    st.sampled_from(
        [
            b"\r",
            b"\n",
            b"\r\n",
            b"a",
            b"",
            b" ",
            b"\x0b",
            b"\x0c",
            b"\x1c",
            b"\x1e",
            b"\x00",
            "\u2028".encode(),
            "\u2029".encode(),
            "\x85".encode(),
            b"\x85",
            b"\xff",
            text.BOM,
        ]
    )
).map(b"".join)
ANY_TEXT = st.text(
    st.characters(exclude_categories=())  # lone surrogates, too
    | st.sampled_from("\n\r\t\x0b\x1b\x9b\u2028\u202e\u2066\ud800\udc9b\udfff `")
)


def lines_by_hand(data: bytes) -> list[bytes]:
    """The lines of ``data`` with their ends, byte by byte."""
    lines, line = [], b""
    for at in range(len(data)):
        line += data[at : at + 1]
        is_first_half = data[at] == 0x0D and data[at + 1 : at + 2] == b"\n"
        if data[at] in (0x0A, 0x0D) and not is_first_half:
            lines.append(line)
            line = b""
    return [*lines, line] if line else lines


@given(LINE_BYTES | st.binary())
def test_lines_start_where_lines_end(data: bytes) -> None:
    starts = text.line_starts(data)
    expected = lines_by_hand(data) or [b""]
    assert [data[a:b] for a, b in pairwise(starts)] == expected
    assert starts[0] == 0
    assert starts[-1] == len(data)


@pytest.mark.parametrize(
    ("data", "starts"),
    [
        (b"", [0, 0]),
        (b"a", [0, 1]),
        (b"\n", [0, 1]),
        (b"a\n", [0, 2]),
        (b"a\nb", [0, 2, 3]),
        (b"a\r\nb\rc\n\nd", [0, 3, 5, 7, 8, 9]),
        (b"\n\r", [0, 1, 2]),
        ("a\u2028b\x0cc\x85".encode() + b"\x85", [0, 10]),
    ],
)
def test_line_starts(data: bytes, starts: list[int]) -> None:
    assert text.line_starts(data) == starts


@given(LINE_BYTES)
def test_the_newline_is_that_of_the_line_before_then_the_next_then_the_last(data: bytes) -> None:
    lines = lines_by_hand(data)
    ends = [line[len(line.rstrip(b"\r\n")) :] for line in lines]
    at = 0
    for place in range(len(lines) + 1):
        near = [*ends[:place][-1:], *ends[place:], *reversed(ends[:place])]
        expected = next((end for end in near if end), b"\n")
        assert text.newline_of(data, at) == expected
        at += len(lines[place]) if place < len(lines) else 0


@given(st.binary())
def test_bytes_come_back_whatever_they_are(data: bytes) -> None:
    assert text.encode(text.decode(data)) == data


@given(ANY_TEXT)
def test_any_text_can_be_written(value: str) -> None:
    written = text.encode(value)
    if not any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        assert written == value.encode()


def test_what_stands_for_no_byte_is_replaced() -> None:
    assert text.encode("a\ud800b") == "a\ufffdb".encode()


@pytest.mark.parametrize(
    ("line", "offset", "column"),
    [(b"abc", 0, 1), (b"abc", 2, 3), ("é✅x".encode(), 5, 3), (b"\xff\xfex", 2, 3)],
)
def test_columns_count_characters(line: bytes, offset: int, column: int) -> None:
    assert text.column(line, offset) == column


def is_unsafe(character: str) -> bool:
    """Whether a terminal would obey it, or show other characters in another order for it."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or (
        unicodedata.bidirectional(character)
        in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        or character in "\u061c\u200e\u200f"
    )


@given(ANY_TEXT)
def test_a_terminal_gets_nothing_to_obey(value: str) -> None:
    shown = text.visible(value)
    assert not any(is_unsafe(character) for character in shown.replace("\t", ""))
    assert shown.encode("utf-8", "strict").decode() == shown
    if not any(is_unsafe(character) for character in value.replace("\t", "")):
        assert shown == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain\ttext ✅", "plain\ttext ✅"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb\nc", "a\\x0db\\x0ac"),
        ("\x9b2J", "\\x9b2J"),
        (text.decode(b"\x9b2J"), "\\x9b2J"),
        ("\u202eesrever", "\\u202eesrever"),
        ("\ud800", "\\ud800"),
    ],
)
def test_visible(value: str, shown: str) -> None:
    assert text.visible(value) == shown


@pytest.mark.parametrize(
    ("value", "plain", "coloured"),
    [
        ("\x1b[31mred\x1b[0m\n", "red\n", "\x1b[31mred\x1b[0m\n"),
        ("\x1b[1;38;5;8mgrey", "grey", "\x1b[1;38;5;8mgrey"),
        ("\x1b[8mhidden\x1b[0;8m", "[8mhidden[0;8m", "[8mhidden[0;8m"),
        ("\x1b[2J\x1b]0;a\x07b", "[2J]0;ab", "[2J]0;ab"),
    ],
)
def test_plain_and_coloured(value: str, plain: str, coloured: str) -> None:
    assert (text.plain(value), text.coloured(value)) == (plain, coloured)


@given(ANY_TEXT)
def test_one_line_is_one_line_and_stays_so(value: str) -> None:
    line = text.one_line(value)
    assert not any(is_unsafe(character) for character in line)
    assert line == line.strip()
    assert len(lines_by_hand(text.encode(line))) <= 1
    assert text.encode(line).decode("utf-8", "strict") == line
    assert text.one_line(line) == line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("one\r\n two\u2028three\x0cfour", "one two three four"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("a\x00b\u202ec", "a b c"),
        ("  \n ", ""),
        (text.decode(b"a\xffb") + "\ud800", "a\ufffdb\ufffd"),
    ],
)
def test_one_line(value: str, line: str) -> None:
    assert text.one_line(value) == line
