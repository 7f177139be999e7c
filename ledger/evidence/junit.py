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
from xml.parsers.expat import ExpatError, ParserCreate

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ledger.errors import UnreadableInput
from ledger.evidence.folding import Folding
from ledger.evidence.judging import MAX_DEPTH, OUTCOMES, TOO_DEEP, Misnested, Verdict
from ledger.evidence.model import recount
from ledger.evidence.part import MAX_BYTES, Part, file_name

_ENCODING = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
# Encodings that Python knows and expat does not: it takes single-byte ones only.
_MULTIBYTE = frozenset(
    "shift_jis shift-jis sjis windows-31j cp932 euc-jp iso-2022-jp gb2312 gbk gb18030 big5 "
    "euc-kr cp949".split()
)
_ROOT = re.compile(rb"<[A-Za-z]")
_MAX_START = 1 << 18
_FIRST = 1 << 9
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
            folding = _fold(data)
        except DefusedXmlException as error:
            raise _unreadable(name, "no document type and no entity, found one") from error
        except (ParseError, ExpatError) as error:
            reason = str(error).partition(":")[0]
            line, column = (
                error.position if isinstance(error, ParseError) else (error.lineno, error.offset)
            )
            raise _unreadable(name, f"well-formed XML, found: {reason}", line, column) from error
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
            duration_s=folding.duration_s,
            wall=folding.is_pytest,
            completeness="incomplete" if folding.stopped else None,
            reason="stopped in the middle of a test" if folding.stopped else "",
            warnings=folding.warnings(),
        )


def _unreadable(name: str, what: str, line: int = 1, column: int = 0) -> UnreadableInput:
    place = f"{name}:{line}:{column + 1}"
    return UnreadableInput("junit-unreadable", f"{place}: expected {what}", _HINT)


class _Start:
    """A parser's target that notices the root, and how deep elements nest."""

    def __init__(self) -> None:
        self.root = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """``<tag>``."""
        self.root = self.root or tag

    def close(self) -> None:
        """The document is over."""


def _check_start(data: bytes) -> None:
    """defusedxml reads the first kilobytes, as far as the root's start tag. A document
    type can stand nowhere else, and without one there are no entities, so the rest may go to
    expat itself, which is three times as fast. Raises what defusedxml and expat raise, and
    ``Misnested``."""
    target = _Start()
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    start, end = 0, _FIRST
    while start < min(len(data), _MAX_START):
        parser.feed(data[start:end])
        if target.root:
            return
        # A token that does not end is read again from its start at each feed.
        start, end = end, 2 * end
    if len(data) > _MAX_START:
        raise Misnested(f"a start tag in the first {_MAX_START >> 10} KB, found none")
    parser.close()


def _fold(data: bytes) -> Folding:  # noqa: C901, PLR0915 - three handlers of one parser
    """Read test cases directly in a suite, suites in each other, and verdicts directly in a test
    case. No tree is made: that alone would take as long as all the rest. Raises ``ExpatError``,
    ``Misnested``, and what unknown encodings raise."""
    folding = Folding()
    add = folding.case
    depth, case_depth = 0, 0  # of the open element; of a test case, in the suite that is open
    case: dict[str, str] | None = None
    verdicts: list[Verdict] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, case_depth, case
        depth += 1
        if depth == case_depth and tag == "testcase":
            case = attributes
            return
        if depth > MAX_DEPTH:
            raise Misnested(TOO_DEEP)
        if case is not None:
            inside(tag, attributes)
            return
        tag = tag[tag.rfind(":") + 1 :]
        if depth == 1 and tag == "testsuites":
            folding.begin(attributes)
            case_depth = 2
        elif depth == 1 and tag != "testsuite":
            raise Misnested(f"<testsuites> or <testsuite>, found <{tag[:40]}>")
        elif tag == "testsuite" and depth in (1, case_depth):
            folding.open(attributes)
            case_depth = depth + 1
        elif tag == "testcase" and depth == case_depth:  # with a prefix
            case = attributes

    def inside(tag: str, attributes: dict[str, str]) -> None:
        if tag not in OUTCOMES:
            tag = tag[tag.rfind(":") + 1 :]
        if tag == "testcase":
            raise Misnested("no test case inside a test case, found one")
        if depth > case_depth + 1:
            parser.CharacterDataHandler = None
        elif tag in OUTCOMES:
            text: list[str] = []
            verdicts.append(Verdict(tag, attributes, text))
            if not attributes.get("message"):
                parser.CharacterDataHandler = text.append

    def end(tag: str) -> None:  # noqa: ARG001 - the depth says which it is
        nonlocal depth, case_depth, case, verdicts
        if depth == case_depth:
            if case is not None:
                add(case, verdicts)
                case = None
                if verdicts:
                    verdicts = []
        elif depth == case_depth - 1:
            case_depth -= 1
            folding.close()
        elif depth == case_depth + 1:
            parser.CharacterDataHandler = None
        depth -= 1

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(data, True)
    folding.end()
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
