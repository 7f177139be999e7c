"""JUnit XML, as its many writers make it.

Sources of the format: pytest (xunit1 and xunit2), Maven Surefire and Gradle (with
``flakyFailure``, ``flakyError``, ``rerunFailure``, ``rerunError``), GoogleTest, CTest,
gotestsum, jest-junit, vitest, PHPUnit, cargo-nextest and Swift. None is a standard; what they
share is read: ``testcase`` in (nested) ``testsuite``, and in it what went wrong. Every total
is recounted, the attributes of a suite only serve to notice a difference.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ledger.errors import UnreadableInput
from ledger.evidence.junit_cases import OUTCOMES, Cases, Verdict
from ledger.evidence.model import recount
from ledger.evidence.part import MAX_BYTES, Part, file_name

NAME = "junit"
_ENCODING = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
# Encodings that Python knows and expat does not: it takes single-byte ones only.
_MULTIBYTE = frozenset(
    "shift_jis shift-jis sjis windows-31j cp932 euc-jp iso-2022-jp gb2312 gbk gb18030 big5 "
    "euc-kr cp949".split()
)
_ROOT = re.compile(rb"<[A-Za-z]")
_MAX_DEPTH = 100
_MAX_TAG = 1 << 18  # characters of attributes
_HINT = "give a JUnit XML file as the test runner wrote it"


def matches(name: str, sample: bytes) -> bool:
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


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """Every test case, tries folded into one. Raises ``UnreadableInput`` for a document type, an
    entity or a broken end: nothing is returned then."""
    if len(data) > MAX_BYTES:
        raise _unreadable(name, f"at most {MAX_BYTES >> 20} MB, found {len(data) >> 20} MB")
    document = _Document()
    try:
        parser = DefusedXMLParser(target=document, forbid_dtd=True)
        parser.feed(data)
        parser.close()
    except DefusedXmlException as error:
        raise _unreadable(name, "no document type and no entity, found one") from error
    except ParseError as error:
        reason = str(error).partition(":")[0]
        raise _unreadable(name, f"well-formed XML, found: {reason}", *error.position) from error
    except _Misnested as error:
        raise _unreadable(name, str(error)) from error
    except (ValueError, LookupError) as error:  # an encoding that expat has not
        recoded = _recode(data)
        if recoded is None:
            raise _unreadable(name, f"a known text encoding, found: {error}") from error
        return read(recoded, name)
    return (_part(document.cases, name),)


def _part(cases: Cases, name: str) -> Part:
    part = Part(
        NAME,
        name,
        tests=cases.tests,
        totals=recount(cases.tests.values()),
        started=cases.started,
        duration_s=cases.duration_s,
        wall=cases.is_pytest,
        warnings=cases.warnings(),
    )
    if cases.stopped:
        return part._replace(completeness="incomplete", reason="stopped in the middle of a test")
    if cases.unnamed_failures:
        return part._replace(completeness="inconsistent", reason=cases.unnamed_failures)
    return part


def _unreadable(name: str, what: str, line: int = 1, column: int = 0) -> UnreadableInput:
    place = f"{name}:{line}:{column + 1}"
    return UnreadableInput("junit-unreadable", f"{place}: expected {what}", _HINT)


class _Misnested(Exception):
    """Elements stand where no writer puts them. The text says what was expected and found."""


class _Document:
    """The target of a parser: it takes test cases directly in a suite, suites in each other, and
    verdicts directly in a test case. No tree is made, so that a large file needs no memory."""

    def __init__(self) -> None:
        self.cases = Cases()
        self._depth = 0  # of the open element
        self._case_depth = 0  # of a test case, in the suite that is open
        self._case: dict[str, str] | None = None
        self._verdicts: list[Verdict] = []
        self._text: list[str] | None = None  # of the verdict that is open

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """``<tag>``."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _Misnested(f"elements at most {_MAX_DEPTH} deep, found deeper ones")
        if sum(map(len, attributes.values())) > _MAX_TAG:
            raise _Misnested(f"start tags of at most {_MAX_TAG >> 10} KB, found a longer one")
        tag = tag.rpartition("}")[2]
        if self._case is not None:
            self._inside(tag, attributes)
        elif self._depth == 1 and tag == "testsuites":
            self.cases.begin(attributes)
            self._case_depth = 2
        elif self._depth == 1 and tag != "testsuite":
            raise _Misnested(f"<testsuites> or <testsuite>, found <{tag[:40]}>")
        elif tag == "testsuite" and self._depth in (1, self._case_depth):
            self.cases.open(attributes)
            self._case_depth = self._depth + 1
        elif tag == "testcase" and self._depth == self._case_depth:
            self._case = attributes

    def _inside(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "testcase":
            raise _Misnested("no test case inside a test case, found one")
        self._text = None
        if self._depth == self._case_depth + 1 and tag in OUTCOMES:
            self._text = []
            self._verdicts.append(Verdict(tag, attributes, self._text))

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the depth says which it is
        """``</tag>``."""
        if self._depth == self._case_depth and self._case is not None:
            self.cases.add(self._case, self._verdicts)
            self._case, self._verdicts = None, []
        elif self._depth == self._case_depth - 1:
            self._case_depth -= 1
            self.cases.close()
        self._text = None
        self._depth -= 1

    def close(self) -> None:
        """The document is over."""
        self.cases.end()


def _recode(data: bytes) -> bytes | None:
    found = _ENCODING.match(data)
    if found is None or found[1].decode().lower() not in _MULTIBYTE:
        return None
    try:
        text = data.decode(found[1].decode())
    except (UnicodeDecodeError, LookupError):
        return None
    return text[text.index("?>") + 2 :].encode()
