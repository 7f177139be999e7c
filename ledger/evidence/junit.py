"""JUnit XML, as its many writers make it.

Sources of the format: pytest (xunit1 and xunit2), Maven Surefire and Gradle (with
``flakyFailure``, ``flakyError``, ``rerunFailure``, ``rerunError``), GoogleTest, CTest,
gotestsum, jest-junit, vitest, PHPUnit, cargo-nextest and Swift. None is a standard; what they
share is read: ``testcase`` in (nested) ``testsuite``, and in it what went wrong. Every total
is recounted, the attributes of a suite only serve to notice a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser, fromstring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ledger.errors import UnreadableInput
from ledger.evidence.folding import Folding
from ledger.evidence.judging import MAX_DEPTH, TOO_DEEP, Misnested, local
from ledger.evidence.part import MAX_BYTES, Part, file_name
from ledger.evidence.totals import recount

_ENCODING = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
# Encodings that Python knows and expat does not: it takes single-byte ones only.
_MULTIBYTE = frozenset(
    "shift_jis shift-jis sjis windows-31j cp932 euc-jp iso-2022-jp gb2312 gbk gb18030 big5 "
    "euc-kr cp949".split()
)
_ROOT = re.compile(rb"<[A-Za-z]")
_MAX_START = 1 << 18
_STEP = 1 << 13  # a token that does not end is read again from its start at each feed
_UNWATCHED = 1 << 21
_HINT = "give a JUnit XML file as the test runner wrote it"


class JUnitReader:
    """Reads JUnit XML. A document type, an entity, a broken end: nothing is returned."""

    name = "junit"

    def matches(self, name: str, sample: bytes) -> bool:
        """XML with a test suite in it. A file that is named like one and shows no other root
        matches too: empty or broken it is not to be passed over."""
        last = file_name(name)
        if not last.endswith(".xml"):
            return False
        text = sample.replace(b"\0", b"")
        if b"<testsuite" in text:
            return True
        named = "junit" in last or "pytest" in last or last.startswith("test-")
        return named and (b"<!DOCTYPE" in text or _ROOT.search(text) is None)

    def read(self, data: bytes, name: str) -> Part:
        """Every test case, tries folded into one. Raises ``UnreadableInput``."""
        if len(data) > MAX_BYTES:
            found = f"{len(data) >> 20} MB"
            raise _unreadable(name, f"at most {MAX_BYTES >> 20} MB, found {found}")
        try:
            _check_start(data)
            folding = _fold(_tree(data), name)
        except DefusedXmlException as error:
            raise _unreadable(name, "no document type and no entity, found one") from error
        except ParseError as error:
            reason = str(error).partition(":")[0]
            raise _unreadable(name, f"well-formed XML, found: {reason}", *error.position) from error
        except Misnested as error:
            raise _unreadable(name, str(error)) from error
        except (ValueError, LookupError) as error:  # an encoding that expat has not
            recoded = _recode(data)
            if recoded is None:
                raise _unreadable(name, f"a known text encoding, found: {error}") from error
            return self.read(recoded, name)
        return Part(
            self.name,
            name,
            tests=folding.tests,
            totals=recount(folding.tests.values()),
            started=folding.started,
            duration_s=folding.duration(),
            wall=folding.is_pytest,
            completeness="incomplete" if folding.stopped else None,
            reason="stopped in the middle of a test" if folding.stopped else "",
            warnings=folding.warnings(),
        )


def _unreadable(name: str, what: str, line: int = 1, column: int = 0) -> UnreadableInput:
    place = f"{name}:{line}:{column + 1}"
    return UnreadableInput("junit-unreadable", f"{place}: expected {what}", _HINT)


class _Start:
    """A parser's target that notices where the root begins and how deep elements nest."""

    def __init__(self) -> None:
        self.root = False
        self.depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """``<tag>``."""
        self.root = True
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Misnested(TOO_DEEP)

    def end(self, tag: str) -> None:  # noqa: ARG002
        """``</tag>``."""
        self.depth -= 1

    def close(self) -> None:
        """The document is over."""


def _check_start(data: bytes) -> None:
    """defusedxml reads the first kilobytes, as far as the root's start tag. A document
    type can stand nowhere else, and without one there are no entities, so the rest may go to
    the parser written in C, which is five times as fast. Raises what defusedxml and expat
    raise, and ``Misnested``."""
    target = _Start()
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    for start in range(0, min(len(data), _MAX_START), _STEP):
        parser.feed(data[start : start + _STEP])
        if target.root:
            return
    if len(data) > _MAX_START:
        raise Misnested(f"a start tag in the first {_MAX_START >> 10} KB, found none")
    parser.close()


def _tree(data: bytes) -> Element:
    """The elements of a checked file. A large one is watched for depth while it is read: 50 MB
    of nothing but start tags would take 2 GB."""
    if len(data) <= _UNWATCHED:
        return fromstring(data)  # noqa: S314 - _check_start was here
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    root: Element | None = None
    depth = 0
    for start in range(0, len(data), 1 << 16):
        parser.feed(data[start : start + (1 << 16)])
        for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
            depth += 1 if event == "start" else -1
            root = element if root is None else root
            if depth > MAX_DEPTH:
                raise Misnested(TOO_DEEP)
    parser.close()
    assert root is not None  # expat accepts no document without one
    return root


def _fold(root: Element, name: str) -> Folding:
    tag = local(root)
    if tag not in ("testsuites", "testsuite"):
        raise _unreadable(name, f"<testsuites> or <testsuite>, found <{tag[:40]}>")
    folding = Folding()
    folding.take(root)
    return folding


def _recode(data: bytes) -> bytes | None:
    found = _ENCODING.match(data)
    if found is None or found[1].decode().lower() not in _MULTIBYTE:
        return None
    try:
        text = data.decode(found[1].decode())
    except (UnicodeDecodeError, LookupError):
        return None
    return text[text.index("?>") + 2 :].encode()
