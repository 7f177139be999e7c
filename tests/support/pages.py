"""A page of ``ledger report`` as a tree of elements, to ask it what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "input"}
_BLOCKS = {"td", "th", "title", "text", "li", "p", "dt", "dd", "caption"}


@dataclass
class Node:
    """One element."""

    tag: str
    given: dict[str, str] = field(default_factory=dict)
    parts: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The words of its class."""
        return self.given.get("class", "").split()

    @property
    def text(self) -> str:
        """Its text on one line; cells and entries are apart from each other."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            else:
                yield from part._texts()
        yield " " if self.tag in _BLOCKS else ""

    def walk(self) -> Iterator[Node]:
        """It and all elements in it, in their order."""
        yield self
        for part in self.parts:
            if isinstance(part, Node):
                yield from part.walk()

    def every(self, tag: str = "", kind: str = "") -> list[Node]:
        """The elements in it of this tag, with this class."""
        inner = (one for part in self.parts if isinstance(part, Node) for one in part.walk())
        return [one for one in inner if tag in ("", one.tag) and (not kind or kind in one.classes)]

    def called(self, name: str) -> Node:
        """The element whose id is ``name``."""
        [found] = [one for one in self.walk() if one.given.get("id") == name]
        return found

    @property
    def badges(self) -> list[str]:
        """What its badges say, such as ``supported``."""
        return [one.text for one in self.every("span", "badge")]

    def tally(self) -> Counter[str]:
        """The badges of an attempt's head, ``9 supported``, added up."""
        counts: Counter[str] = Counter()
        for said in self.badges:
            number, _, verdict = said.partition(" ")
            counts[verdict] += int(number.replace(",", ""))
        return counts


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        opened = self.open.pop()
        assert opened.tag == tag, f"<{opened.tag}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def parse(html: str) -> Node:
    """The tree of a page, each of whose elements is closed where it should be."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    [root] = reader.open
    return root
