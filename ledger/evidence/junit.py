"""JUnit XML, as its many writers make it.

Sources of the format: pytest (xunit1 and xunit2), Maven Surefire and Gradle (with
``flakyFailure``, ``flakyError``, ``rerunFailure``, ``rerunError``), GoogleTest, CTest,
gotestsum, jest-junit, vitest, PHPUnit, cargo-nextest and Swift. None is a standard; what they
share is read: ``testcase`` in (nested) ``testsuite``, and in it what went wrong. Every total
is recounted, the attributes of a suite only serve to notice a difference.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ledger.errors import UnreadableInput
from ledger.evidence.folding import Case, Folding
from ledger.evidence.part import MAX_BYTES, MAX_MESSAGE, Part, file_name
from ledger.evidence.totals import recount

MAX_DEPTH = 100
_CHUNK = 1 << 16
_ENCODING = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
# Encodings that Python knows and expat does not: it takes single-byte ones only.
_MULTIBYTE = {
    "shift_jis", "shift-jis", "sjis", "windows-31j", "cp932", "euc-jp", "iso-2022-jp",
    "gb2312", "gbk", "gb18030", "big5", "euc-kr", "cp949",
}  # fmt: skip
_HINT = "give a JUnit XML file as the test runner wrote it"


class JUnitReader:
    """Reads JUnit XML. A document type, an entity, a broken end: nothing is returned."""

    name = "junit"

    def matches(self, name: str, sample: bytes) -> bool:
        """XML with a test suite in it, or an ``.xml`` file that calls itself junit or test."""
        if not file_name(name).endswith(".xml"):
            return False
        told = "junit" in file_name(name) or "test" in file_name(name)
        return told or b"<testsuite" in sample.replace(b"\0", b"")

    def read(self, data: bytes, name: str) -> Part:
        """Every test case, tries folded into one. Raises ``UnreadableInput``."""
        if len(data) > MAX_BYTES:
            limit = MAX_BYTES // 2**20
            raise _unreadable(name, f"at most {limit} MB, found {len(data) // 2**20} MB")
        handler = _Handler(name)
        parser = _parser(handler)
        try:
            for start in range(0, len(data), _CHUNK):
                parser.Parse(data[start : start + _CHUNK], False)
            parser.Parse(b"", True)
        except DefusedXmlException as error:
            raise _unreadable(name, "no document type and no entities, found one") from error
        except ExpatError as error:
            raise _unreadable(
                name, f"well-formed XML, found: {_reason(error)}", error.lineno, error.offset + 1
            ) from error
        except (ValueError, LookupError) as error:  # an encoding that expat has not
            recoded = _recode(data)
            if recoded is None:
                raise _unreadable(name, f"a known text encoding, found: {error}") from error
            return self.read(recoded, name)
        return handler.part()


def _unreadable(name: str, what: str, line: int = 1, column: int = 1) -> UnreadableInput:
    return UnreadableInput("junit-unreadable", f"{name}:{line}:{column}: expected {what}", _HINT)


def _reason(error: ExpatError) -> str:
    return str(error).partition(":")[0]


def _recode(data: bytes) -> bytes | None:
    found = _ENCODING.match(data)
    if found is None or found[1].decode().lower() not in _MULTIBYTE:
        return None
    try:
        text = data.decode(found[1].decode())
    except (UnicodeDecodeError, LookupError):
        return None
    return text[text.index("?>") + 2 :].encode()


def _parser(handler: _Handler) -> Any:
    """The expat parser inside defusedxml's, with its refusals and with our handlers. Going
    through an element tree takes twice the time and holds the whole file in memory."""
    parser = DefusedXMLParser(forbid_dtd=True, forbid_entities=True, forbid_external=True).parser
    parser.ordered_attributes = False
    parser.buffer_text = True
    parser.DefaultHandlerExpand = None
    parser.CommentHandler = None
    parser.ProcessingInstructionHandler = None
    parser.CharacterDataHandler = None
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    handler.parser = parser
    return parser


_VERDICTS = {
    "failure", "error", "skipped", "ignored", "disabled",
    "flakyFailure", "flakyError", "rerunFailure", "rerunError",
}  # fmt: skip


class _Handler:
    """The state while a file streams by."""

    def __init__(self, name: str) -> None:
        self.parser: Any = None
        self.name = name
        self.depth = 0
        self.folding = Folding()
        self.case: Case | None = None
        self.text: list[str] = []
        self.text_depth = 0  # of the verdict whose text stands in for its message

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """``<tag>``."""
        self.depth += 1
        if "}" in tag:
            tag = tag[tag.rindex("}") + 1 :]
        if self.case is not None:
            if tag in _VERDICTS:
                self._start_verdict(tag, attributes)
            elif tag == "testcase":
                raise self._unreadable("no test case inside a test case, found one")
        elif self.depth == 1 and tag not in ("testsuites", "testsuite"):
            raise self._unreadable(f"<testsuites> or <testsuite>, found <{tag[:40]}>")
        elif tag == "testcase":
            self.case = Case(attributes)
        elif tag == "testsuite":
            self.folding.open_suite(attributes)
        elif self.depth == 1:
            self.folding.root(attributes)
        if self.depth > MAX_DEPTH:
            raise self._unreadable(f"at most {MAX_DEPTH} elements inside one another, found more")

    def _start_verdict(self, tag: str, attributes: dict[str, str]) -> None:
        assert self.case is not None
        message = attributes.get("message")
        self.case.children.append((tag, attributes.get("type", ""), message))
        if not message and not self.text_depth:
            self.text_depth = self.depth
            self.text = []
            self.parser.CharacterDataHandler = self.text.append

    def end(self, tag: str) -> None:
        """``</tag>``."""
        if self.depth == self.text_depth:
            self._end_text()
        self.depth -= 1
        if "}" in tag:
            tag = tag[tag.rindex("}") + 1 :]
        if tag == "testcase":
            if self.case is not None:
                self.folding.add(self.case)
                self.case = None
        elif tag == "testsuite" and self.case is None:
            self.folding.close_suite()

    def _end_text(self) -> None:
        assert self.case is not None
        self.parser.CharacterDataHandler = None
        self.text_depth = 0
        message = "".join(self.text).strip()[: 2 * MAX_MESSAGE]
        tag, kind, _ = self.case.children[-1]
        self.case.children[-1] = (tag, kind, message or None)

    def _unreadable(self, what: str) -> UnreadableInput:
        parser = self.parser
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        return _unreadable(self.name, what, line, column)

    def part(self) -> Part:
        """What was read, once the file has come to its end."""
        folding = self.folding
        folding.finish()
        return Part(
            "junit",
            self.name,
            tests=folding.tests,
            totals=recount(folding.tests.values()),
            started=folding.started,
            duration_s=folding.duration(),
            wall=folding.is_pytest,
            completeness="incomplete" if folding.stopped else None,
            reason="stopped in the middle of a test" if folding.stopped else "",
            warnings=folding.warnings(),
        )
