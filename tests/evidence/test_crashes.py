"""Crash reports: what each kind says, what they are grouped by, and what broken ones do."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import UnreadableInput
from ledger.evidence import apple_crash, crashes, outputs
from ledger.evidence.crash_groups import groups
from ledger.evidence.frames import Frame, fold, frame_of, is_silent, signature
from ledger.evidence.model import Crash
from tests.support.places import DATA

CRASHES = DATA / "crashes"
READERS = [
    reader
    for reader in outputs.READERS
    if reader.name in ("apple-crash", "sanitizer", "backtrace", "faulthandler")
]

# File, the one reader that knows it, and each crash: its signature, what it came through, and
# how many frames it has.
CASES: list[tuple[str, str, list[tuple[str, str, int]]]] = [
    ("app.ips", "apple-crash", [("SIGSEGV in Gpu::Context<T>::prepare", "tensor::gather_view", 5)]),
    (
        "nsexception.ips",
        "apple-crash",
        [("SIGABRT in -[NoteList removeAt:]", "-[UITableView deselect:]", 4)],
    ),
    ("old.crash", "apple-crash", [("SIGBUS in copy_plane", "CI::Kernel<T>::apply", 4)]),
    ("old_in_ips.ips", "apple-crash", [("SIGABRT in verify", "", 3)]),
    (
        "panic.ips",
        "apple-crash",
        [("kernel panic: Unaligned kernel data abort in com.example.driver.Gpu16", "", 1)],
    ),
    ("kernel.panic", "apple-crash", [("kernel panic: Kernel trap", "", 0)]),
    ("jetsam.ips", "apple-crash", []),
    (
        "asan_null.txt",
        "sanitizer",
        [("AddressSanitizer: SEGV in store::Table<T>::look", "run", 8)],
    ),
    ("asan_uaf.txt", "sanitizer", [("AddressSanitizer: heap-use-after-free in run", "main", 5)]),
    (
        "asan.77",
        "sanitizer",
        [
            (
                "UndefinedBehaviorSanitizer: member access within null pointer of type in list.hpp",
                "",
                1,
            ),
            ("AddressSanitizer: SEGV in list::next", "app + 0x10e0", 3),
        ],
    ),
    ("lsan.txt", "sanitizer", [("LeakSanitizer: detected memory leaks in keep", "main", 4)]),
    ("tsan.txt", "sanitizer", [("ThreadSanitizer: data race in bump", "worker", 2)]),
    (
        "ubsan.txt",
        "sanitizer",
        [
            ("UndefinedBehaviorSanitizer: signed integer overflow in ub.c", "", 1),
            ("UndefinedBehaviorSanitizer: index N out of bounds in ub.c", "", 1),
            (
                "UndefinedBehaviorSanitizer: load of address with insufficient space in ub.c",
                "",
                1,
            ),
            (
                "UndefinedBehaviorSanitizer: shift exponent N is too large for N-bit type in ub.c",
                "",
                1,
            ),
        ],
    ),
    (
        "ubsan_stacks.txt",
        "sanitizer",
        [
            ("UndefinedBehaviorSanitizer: signed integer overflow in add", "main", 5),
            ("UndefinedBehaviorSanitizer: index N out of bounds in main", "", 4),
            ("UndefinedBehaviorSanitizer: load of address with insufficient space in main", "", 4),
            (
                "UndefinedBehaviorSanitizer: shift exponent N is too large for N-bit type in main",
                "",
                4,
            ),
        ],
    ),
    ("lldb.txt", "backtrace", [("EXC_BAD_ACCESS in ring_push", "load", 3)]),
    ("lldb_linux.txt", "backtrace", [("SIGABRT in types::System<T>::dump", "shell::print", 5)]),
]


@pytest.mark.parametrize(("file", "reader", "expected"), CASES, ids=[case[0] for case in CASES])
def test_each_report_is_read(file: str, reader: str, expected: list[tuple[str, str, int]]) -> None:
    data = (CRASHES / file).read_bytes()
    for data_as_found in (data, data.replace(b"\n", b"\r\n")):
        [known] = [r for r in READERS if r.matches(f"run/{file}", data_as_found)]
        assert known.name == reader
        [part] = known.read(data_as_found, file)
        found = [(c.signature, c.through, len(c.frames)) for c in part.crashes]
        assert found == expected
        assert all(crash.source == file for crash in part.crashes)


def test_every_fixture_has_its_row() -> None:
    assert sorted(path.name for path in CRASHES.iterdir()) == sorted(case[0] for case in CASES)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("app.ips", "EXC_BAD_ACCESS (SIGSEGV), KERN_INVALID_ADDRESS at 0x0000000000000098"),
        ("old.crash", "EXC_BAD_ACCESS (SIGBUS), KERN_PROTECTION_FAILURE at 0x000000010b2c8000"),
        ("old_in_ips.ips", "EXC_CRASH (SIGABRT)"),
        ("lldb.txt", "EXC_BAD_ACCESS (code=1, address=0x98)"),
        ("tsan.txt", "ThreadSanitizer: data race (pid=30129)"),
    ],
)
def test_the_kind_keeps_the_details(file: str, kind: str) -> None:
    data = (CRASHES / file).read_bytes()
    [reader] = [r for r in READERS if r.matches(file, data)]
    assert [crash.kind for crash in reader.read(data, file)[0].crashes] == [kind]


def test_the_real_report_of_the_corpus(corpus: Path) -> None:
    data = (corpus / "crash" / "ios-crash.ips").read_bytes()
    [crash] = apple_crash.read(data, "ios-crash.ips")[0].crashes
    assert crash.kind == "EXC_BREAKPOINT (SIGTRAP), Trace/BPT trap: 5"
    # Swift's own assertion says nothing; the app's frame has no name, so its offset stands.
    assert crash.signature == "SIGTRAP in iOSCrashingTest + 25788"
    assert crash.through.startswith("-[UIViewController _sendViewDidLoad")
    assert len(crash.frames) == 48


@pytest.mark.parametrize(
    ("function", "folded"),
    [
        ("AGX::Context<Foo<int, 3>, 1>::prepare(bool) + 1268", "AGX::Context<T>::prepare"),
        ("int store::fetch<int>(store::Table<int> const&, int)", "store::fetch<T>"),
        ("store::Table<int>::look(int) const", "store::Table<T>::look"),
        ("void at::run<float, void (*)(int)>(float)", "at::run<T>"),
        ("ns::operator<(int)", "ns::operator<"),
        ("ns::operator->(int)", "ns::operator->"),
        ("ns::operator<< <char>(std::ostream&)", "ns::operator<<<T>"),
        ("Call::operator()(int) const", "Call::operator()"),
        ("operator new(unsigned long)", "operator new"),
        ("Value::operator bool() const", "Value::operator bool"),
        (
            "(anonymous namespace)::run(int)::{lambda(int)#2}::operator()(int) const",
            "(anonymous namespace)::run::{lambda}::operator()",
        ),
        (
            "<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop",
            "<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop",
        ),
        ("app::load::h0123456789abcdef", "app::load"),
        ("foo.cold.1", "foo"),
        ("bar(int) [clone .isra.0]", "bar"),
        ("main._omp_fn.0", "main._omp_fn.0"),
        ("invocation function for block in at::gather(at::Tensor const&)", "at::gather"),
        ("closure #1 in closure #2 in ViewController.viewDidLoad()", "ViewController.viewDidLoad"),
        ("closure #1 (Swift.Int) -> Swift.Bool in Menu.open()", "Menu.open"),
        ("__29-[NoteList removeAt:]_block_invoke", "-[NoteList removeAt:]"),
        ("Swift.Array.map<A>((A) throws -> B) -> [B]", "Swift.Array.map<T>"),
        ("-[UIViewController view] + 24", "-[UIViewController view]"),
        ("<module>", "<module>"),
        ("f(", "f"),
        ("a<b", "a<T>"),
        ("", ""),
    ],
)
def test_a_function_is_folded(function: str, folded: str) -> None:
    assert fold(function) == folded


@pytest.mark.parametrize(
    ("file", "at", "frame"),
    [
        ("asan.77", 0, "list::next [/src/my files/list.hpp:31:12]"),
        ("lldb.txt", 1, 'load(path="/data/a b.bin") [load.c:10:3]'),
        ("old.crash", 1, "copy_plane(unsigned char*, unsigned char const*, std::size_t) + 56"),
    ],
)
def test_a_frame_keeps_its_place(file: str, at: int, frame: str) -> None:
    data = (CRASHES / file).read_bytes()
    [reader] = [r for r in READERS if r.matches(file, data)]
    assert reader.read(data, file)[0].crashes[-1].frames[at].startswith(frame)


def test_an_image_that_is_not_listed_has_no_name() -> None:
    body = {
        "exception": {"type": "EXC_CRASH"},
        "lastExceptionBacktrace": [
            {"imageIndex": -1, "imageOffset": 4},
            {"imageIndex": 9, "symbol": "f"},
        ],
        "usedImages": [{"name": "App"}],
    }
    data = b'{"bug_type":"309"}\n' + json.dumps(body).encode()
    [found] = apple_crash.read(data, "x.ips")[0].crashes
    assert found.frames == ("??", "f")


@given(st.text(alphabet="ab:<>(){}[] +-.0x_#~operatorinclosu", max_size=80))
def test_folding_takes_anything_and_settles(function: str) -> None:
    once = fold(function)
    assert len(once) <= len(function) + 3
    assert bool(once) == bool(function.strip())


@pytest.mark.parametrize(
    "function", ["x" * 10**6, "<" * 10**6, "(" * 10**6, "a<" * 10**6, "operator" * 10**5]
)
def test_folding_a_long_name_takes_no_time(function: str) -> None:
    started = time.process_time()
    fold(function)
    assert time.process_time() - started < 10  # what hostile input may take


@pytest.mark.parametrize(
    ("frame", "silent"),
    [
        (Frame("__pthread_kill + 10", "", "libsystem_kernel.dylib"), True),
        (Frame("__GI___assert_fail"), True),
        (Frame("std::vector<int>::at(unsigned long) const"), True),
        (Frame("__strlen_avx2"), True),
        (Frame("", "", "libstdc++.so.6"), True),
        (Frame(), True),
        (Frame("", "", "app + 25788"), False),
        (Frame("", "ub.c:3:30"), False),
        (Frame("string_at"), False),
        (Frame("abort_upload"), False),
        (Frame("memory_map"), False),
        (Frame("assertions_enabled"), False),
        (Frame("main"), False),
        (Frame("", "", "??? + 0"), True),
        (Frame("???"), True),
        (Frame("<unknown>"), True),
        (Frame("0x00005a6b9101cc7a"), True),
        (Frame("unknown_format"), False),
    ],
)
def test_frames_that_tell_nothing(frame: Frame, silent: bool) -> None:
    assert is_silent(frame) is silent


@pytest.mark.parametrize(
    "frame",
    [
        Frame("look(int) const", "a b.cpp:5"),
        Frame("f", "", "lib x.dylib"),
        Frame("", "", "app + 12"),
        Frame("-[A b:]", "", "App"),
        Frame("f(int)"),
    ],
)
def test_a_frame_is_its_text(frame: Frame) -> None:
    assert frame_of(frame.text) == frame


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        ([Frame("", "", "??? + 0"), Frame("", "", "LibA + 774128")], "SIGSEGV in LibA + 774128"),
        ([Frame("", "", "??? + 0"), Frame("???")], "SIGSEGV"),
        ([Frame("", "", "??? + 0"), Frame("abort", "", "libc")], "SIGSEGV in abort"),
    ],
)
def test_an_unknown_frame_is_no_signature(frames: list[Frame], told: str) -> None:
    assert signature("SIGSEGV", frames) == told


def test_a_frame_of_python() -> None:
    assert frame_of("/a/b in c.py:7 in <module>") == Frame("<module>", "/a/b in c.py:7")


def crash(signature: str, *frames: str) -> Crash:
    return Crash(kind="SIGSEGV", signature=signature, frames=frames, source="log.txt")


def test_crashes_are_grouped() -> None:
    """The commonest first; within one the ways it was reached."""
    found = groups(
        [
            ("1", crash("SIGABRT in check", "check [a.c:1]")),
            ("2", crash("SIGSEGV in gpu::go", "gpu::go [gpu]", "gpu::step [gpu]", "at::a [torch]")),
            ("3", crash("SIGSEGV in gpu::go", "gpu::go [gpu]", "gpu::step [gpu]", "at::b [torch]")),
            ("5", crash("SIGSEGV in gpu::go", "gpu::go [gpu]", "abort [libc]", "at::b [torch]")),
        ]
    )
    assert [(g.signature, g.rounds) for g in found] == [
        ("SIGSEGV in gpu::go", ("2", "3", "5")),
        ("SIGABRT in check", ("1",)),
    ]
    assert [(w.frame, w.rounds) for w in found[0].through] == [
        ("at::b", ("3", "5")),
        ("at::a", ("2",)),
    ]
    assert found[1].through == ()


def test_a_function_without_a_source_is_in_other_code() -> None:
    """Debuggers know no file for a library without debug information."""
    stack = crash("", "check [a.c:1]", "verify [a.c:9]", "plugin_call [libplugin.so]")
    assert stack.through == "plugin_call"


def test_a_caller_in_the_same_code_stands_where_there_is_no_other() -> None:
    stack = crash("", "gpu::go [gpu]", "gpu::go [gpu]", "gpu::step [gpu]")
    assert stack.through == "gpu::step"


def test_a_dump_of_faulthandler_has_its_caller() -> None:
    data = (
        b"Fatal Python error: Segmentation fault\n\n"
        b"Current thread 0x00007f0 (most recent call first):\n"
        b'  File "/src/native.py", line 5 in call\n'
        b'  File "/src/native.py", line 9 in wrap\n'
        b'  File "/src/test_x.py", line 2 in test_x\n'
    )
    [found] = crashes.read_faulthandler(data, "pytest.log")[0].crashes
    assert found.signature == "Segmentation fault in call (native.py)"
    assert found.through == "test_x"


# Broken and hostile input


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"{",
        b'{"bug_type":"309"}\n',
        b'{"bug_type":"309"}\n{"exception":{"type":"EXC_BA',
        b'{"bug_type":"309"}\n[1, 2]',
        b'{"bug_type":"309"}\nneither JSON nor a report',
        b"\x00\x01\x02\x03",
        b"PK\x03\x04" + bytes(1000),
        b'{"a":' * 100_000,
        b"[" * 1_000_000,
        b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"bug_type":' + b"9" * 10_000 + b"}",
    ],
    ids=range(13),
)
def test_a_broken_report_is_one_error(data: bytes) -> None:
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(UnreadableInput) as raised:
        apple_crash.read(data, "x.ips")[0]
    assert raised.value.code == "crash-unreadable"
    assert raised.value.message.startswith("x.ips: expected a crash report of Apple's, found ")
    assert "\n" not in str(raised.value)
    assert time.process_time() - started < 10  # what hostile input may take
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 << 20


def test_a_line_with_two_marks_is_one_report() -> None:
    data = b"x.c:1:2: runtime error: load by AddressSanitizer: null\n"
    [found] = crashes.read_sanitizer(data, "log.txt")[0].crashes
    assert found.kind.startswith("UndefinedBehaviorSanitizer")


def test_a_report_that_is_too_large_is_not_read() -> None:
    with pytest.raises(UnreadableInput, match="more than 32 MB"):
        apple_crash.read(b" " * (33 << 20), "x.ips")[0]


def test_every_cut_of_a_report_is_an_error_or_whole() -> None:
    data = (CRASHES / "app.ips").read_bytes().rstrip()
    whole = apple_crash.read(data, "x")[0].crashes
    for end in range(0, len(data), 7):
        with pytest.raises(UnreadableInput):
            apple_crash.read(data[:end], "x")[0]
    assert len(whole) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "exception type signal threads frames faultingThread usedImages name imageIndex "
                "imageOffset symbol termination triggered lastExceptionBacktrace panicString "
                "bug_type".split()
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(JSON, st.dictionaries(st.sampled_from(["exception", "threads", "panicString"]), JSON))
def test_no_shape_of_json_is_a_traceback(exception: object, body: dict[str, object]) -> None:
    body.setdefault("exception", exception)
    data = b'{"bug_type":"309"}\n' + json.dumps(body).encode()
    for found in apple_crash.read(data, "x.ips")[0].crashes:
        assert found.signature


PIECES = st.sampled_from(
    [
        "#0  0x1 in f (a=1) at x.c:1\n",
        "#1  0x2 in std::g () from /lib/libc.so.6\n",
        "#0  ",
        "    #0 0x1 in f /x.c:1:2\n",
        "    #1 0x2  (/lib/a.so+0x1)\n",
        "==1==ERROR: AddressSanitizer: SEGV on unknown address\n",
        "WARNING: ThreadSanitizer: data race (pid=1)\n",
        "x.c:1:2: runtime error: load of null\n",
        "* thread #1, stop reason = signal SIGSEGV\n",
        "  * frame #0: 0x0000000000000001 a`f(x=1) at x.c:1:2\n",
        "Current thread 0x1 (most recent call first):\n",
        '  File "x.py", line 1 in f\n',
        "Fatal Python error: Aborted\n",
        "panic(cpu 0 caller 0x1): word\n",
        "Exception Type:  EXC_CRASH (SIGABRT)\n",
        "Thread 0 Crashed:\n",
        "0   App  0x0001 f + 1\n",
        "\n",
        " ",
        "(",
        "`",
        "\x00",
    ]
)


@given(st.lists(PIECES, max_size=25))
def test_no_log_is_a_traceback(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    for reader in READERS:
        try:
            [part] = reader.read(data, "log.txt")
        except UnreadableInput:
            continue
        for found in part.crashes:
            assert found.signature
            assert groups([("1", found)])


@pytest.mark.parametrize(
    "data",
    [
        b"x" * (8 << 20),
        b"\n" * (8 << 20),
        b"==1==ERROR: AddressSanitizer: " * (300 << 10),
        b"a: runtime error: b\n" * (400 << 10),
        b"* thread #1, stop reason = signal SIGSEGV\n  frame #0: 0x1 a`f\n" * (100 << 10),
        b"0   a 0x1 b\n" * (600 << 10),
        b"Exception Type: a\n" + b"Thread 0 Crashed:\n" * (400 << 10),
        b"panic(cpu 0 caller 0x1" * (300 << 10),
    ],
    ids=range(8),
)
def test_large_logs_take_linear_time(data: bytes) -> None:
    for reader in READERS:
        started = time.process_time()
        try:
            [part] = reader.read(data, "log.txt")
        except UnreadableInput:
            part = None
        assert time.process_time() - started < 10, reader.name
        assert part is None or len(part.crashes) <= 100
