"""What crashes are grouped by: the innermost frame that tells something, and the frame that
it was reached through.

A frame of a ``Crash`` is text in one of two forms: ``function [place]``, where the place is a
source file and line or a binary, and ``path:line in function`` as Python's tracebacks say it.
That crash reports need a list of frames that tell nothing is an idea of Mozilla's Socorro.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

MAX_CRASHES = 100
MAX_FRAMES = 200
MAX_FUNCTION = 2000

_PYTHON = re.compile(r"([^\n]{1,1000}):(\d{1,9}|\?\?\?) in ([^\n]{1,300})")
_PYTHON_NAME = re.compile(r"<\w+>")  # <module>, <lambda>
# e.g. "LibA + 774128"
_TAIL = re.compile(
    r"(?: \+ \d+|\+0x[0-9a-f]+| \[inlined\]|\[abi:\w+\]|@plt|@@?GLIBC\w*[\d.]*|::h[0-9a-f]{16}"
    r"| \[clone [^\]]*\]| ?\(\.[\w.]+\)|\.(?:cold|part|isra|constprop|llvm|lto_priv)(?:\.\d+)*"
    r"|_block_invoke(?:[._]?\d+)*)$"
)
_CLOSURE = re.compile(r"(?:implicit )?closure #\d+ (?:.{1,200}? )?in ")
_OBJECTIVE_C = re.compile(r"[-+]\[[^\]]{1,500}\]")
_OPERATOR = re.compile(r"\boperator(?:\(\)|\[\]|<=>|->\*?|<<=?|>>=?|[<>]=?)?")
# Frames between a fault and the code that caused it: how a process is told to die, how memory
# is handed out and copied, how threads and programs start.
# e.g. "__assert_fail"
_SILENT = re.compile(
    r"(?:_*(?:GI_+)?(?:raise|abort|gsignal|kill|pthread_kill\w*|assert(?:_\w*fail\w*|_rtn)?|stack_chk_fail\w*"
    r"|fortify_fail\w*|chk_fail|libc_message\w*|malloc_printerr|sigtramp|restore_rt|wassert"
    r"|libc_start_\w+|libc_fatal|abort_message|dso_handle)"
    r"|_*(?:malloc|free|calloc|realloc|int_free|int_malloc|cfree|posix_memalign)(?:_\w+)?"
    r"|_*(?:platform_)?(?:str|mem|wcs)(?:len|cpy|ncpy|cmp|ncmp|chr|move|set|cat|dup|pcpy)\w*"
    r"|__interceptor_\w+|_*(?:asan|ubsan|tsan|msan|lsan|hwasan|sanitizer)_\w+|__(?:asan|ubsan|tsan"
    r"|msan|lsan|hwasan|sanitizer)::.*|operator (?:new|delete)(?:\[\])?"
    r"|std::.*|__gnu_cxx::.*|__cxxabiv1::.*|__cxa_\w+|_Unwind_\w+|demangling_terminate_handler\w*"
    r"|objc_exception_\w+|_objc_terminate\w*|__exceptionPreprocess|objc_msgSend\w*|objc_release\w*"
    r"|objc_retain\w*|-\[NSException .*|_?swift_\w*(?:fatalError|release|retain)\w*"
    r"|_?assertionFailure|_fatalErrorMessage|_swift_runtime_on_report"
    r"|rust_begin_unwind|rust_panic\w*|core::panicking::.*|core::option::.*|core::result::.*"
    r"|__rust_\w+|_?dispatch_\w+|_pthread_\w+|start_wqthread|thread_start|start_thread|__?clone3?"
    r"|_?start|<signal handler called>|BaseThreadInitThunk|RtlUserThreadStart)"
)
# Binaries of the system, where a frame has no name.
# e.g. "libsystem_malloc.dylib"
_SYSTEM = re.compile(
    r"(?:lib(?:c|m|dl|rt|pthread|stdc\+\+|c\+\+\w*|gcc_s|ffi|asan|ubsan|tsan|lsan)(?:[-.][\w.-]*)?"
    r"|ld-linux[\w.-]*|linux-vdso\S*|libsystem_\S+|libobjc\S*|libswift\S+|libdyld\S*|dyld"
    r"|(?i:ntdll|kernel32|kernelbase|ucrtbase|vcruntime\w*)(?i:\.dll)?)(?: \+ \w+)?"
)

# An address that no binary is known for: `???`, `??? + 0`, `<unknown>`, `0x5a6b9101cc7ac6c4`.
# e.g. "0x7fff2038 + 12"
_UNKNOWN = re.compile(
    r"(?:\?+|[<\[(]?unknown(?: \w{1,20})?[>\])]?|0x[0-9a-f]{1,16})(?: \+ \w+)?", re.IGNORECASE
)


class Frame(NamedTuple):
    """One frame: ``file:line``, and the binary, with an offset where no function is known."""

    function: str = ""
    place: str = ""
    module: str = ""

    @property
    def text(self) -> str:
        """The frame as a ``Crash`` holds it."""
        place = self.place or self.module
        return f"{self.function or '??'} [{place}]" if place else self.function or "??"

    @property
    def name(self) -> str:
        """What the frame is compared by: the folded function, else the module (with the offset,
        all that is left to tell two nameless functions apart), else the source file."""
        if self.function:
            return fold(self.function)
        return self.module or file_of(self.place)

    @property
    def home(self) -> str:
        """Whose code this is: the binary, else the outermost namespace, else the file."""
        if self.module:
            return self.module.partition(" + ")[0]
        namespace, is_in_one, _ = self.name.partition("::")
        return namespace if is_in_one else file_of(self.place)


def frame_of(text: str) -> Frame:
    """A frame from its text."""
    python = _PYTHON.fullmatch(text)
    if python:
        return Frame(python[3], f"{python[1]}:{python[2]}")
    at = text.rfind(" [")
    if at < 0 or not text.endswith("]"):
        return Frame(text)
    function, place = text[:at], text[at + 2 : -1]
    function = "" if function == "??" else function
    if re.search(r":\d+\Z", place):
        return Frame(function, place)
    return Frame(function, "", place)


def file_of(place: str) -> str:
    """The file's name, without folders, line and column."""
    name = place.replace("\\", "/").rpartition("/")[2]
    return re.sub(r"(?::\d+){1,2}\Z", "", name)


def fold(function: str) -> str:
    """A function's name without what differs from build to build and from tool to tool:
    template arguments become ``<T>``; parameters, return type, offset and the names that
    compilers give to clones, closures and blocks go."""
    name = function[:MAX_FUNCTION].strip()
    while closure := _CLOSURE.match(name):
        name = name[closure.end() :]
    name = _without_tail(name)
    if _PYTHON_NAME.fullmatch(name):
        return name
    method = _OBJECTIVE_C.search(name)
    if method:
        return method[0]
    return _without_tail(_without_arguments(name)) or function[:MAX_FUNCTION].strip()


def _without_tail(name: str) -> str:
    for _ in range(10):
        tail = _TAIL.search(name, max(0, len(name) - 200))
        if tail is None:
            break
        name = name[: tail.start()].rstrip()
    return name


def _without_arguments(name: str) -> str:
    kept: list[str] = []
    at = 0
    while at < len(name):
        text, at = _piece(name, at)
        if text == " ":
            kept = []  # a return type
        elif text is not None:
            kept.append(text)
    return "".join(kept)


def _piece(name: str, at: int) -> tuple[str | None, int]:
    """The piece of a name at ``at`` (None to drop it), and where the next one begins."""
    letter = name[at]
    operator = _OPERATOR.match(name, at)
    if operator:
        return _operator(name, operator)
    if letter == "<":
        end = _closing(name, at, "<", ">")
        return (_implementation(name[at + 1 : end]) if at == 0 else "<T>"), end + 1
    if name.startswith("(anonymous namespace)", at):
        return "(anonymous namespace)", at + len("(anonymous namespace)")
    if letter == "{":
        end = _closing(name, at, "{", "}") + 1
        return ("{lambda}" if name.startswith("{lambda", at) else name[at:end]), end
    if letter == "(":
        end = _closing(name, at, "(", ")") + 1
        goes_on = name.startswith(("::", " const::"), end)
        return None, name.index("::", end) if goes_on else len(name)
    return letter, at + 1


def _operator(name: str, operator: re.Match[str]) -> tuple[str, int]:
    """``operator<``, ``operator new``, ``operator bool``: what follows a blank is its name."""
    end = operator.end()
    if name[end : end + 1] != " ":
        return operator[0], end
    if operator[0] != "operator":
        return operator[0], end + 1
    arguments = name.find("(", end)
    return name[operator.start() : arguments if arguments >= 0 else len(name)], len(name)


def _implementation(inner: str) -> str:
    """What is between the brackets that a Rust name begins with: ``T as Trait``."""
    kind, is_trait, trait = inner.partition(" as ")
    if not is_trait:
        return "<T>"
    kind, trait = (re.sub(r"<.*", "<T>", part, flags=re.DOTALL) for part in (kind, trait))
    return f"<{kind} as {trait}>"


def _closing(name: str, at: int, opening: str, closing: str) -> int:
    """Where the bracket that opens at ``at`` closes; the end where it does not."""
    depth = 0
    for place in range(at, len(name)):
        if name[place] == opening:
            depth += 1
        elif name[place] == closing and name[place - 1] != "-":
            depth -= 1
            if not depth:
                return place
    return len(name)


def is_silent(frame: Frame) -> bool:
    """Whether a frame tells nothing of what went wrong."""
    name = frame.name
    known = _SILENT if frame.function else _SYSTEM
    return not name or bool(_UNKNOWN.fullmatch(name) or known.fullmatch(name))


def signature(what: str, frames: Sequence[Frame]) -> str:
    """``what`` (a signal, a sanitizer's word) and the innermost frame that tells something."""
    top, _ = _ends(frames)
    return f"{what} in {top}" if top else what


def reached_through(frames: Sequence[str]) -> str:
    """The frame that the innermost telling frame was reached through: the first below it in
    other code (another binary, namespace or file), else its caller; else nothing."""
    return _ends([frame_of(text) for text in frames])[1]


def _ends(frames: Sequence[Frame]) -> tuple[str, str]:
    telling = [frame for frame in frames if not is_silent(frame)]
    if not telling:
        names = (frame.name for frame in frames)
        return next((name for name in names if name and not _UNKNOWN.fullmatch(name)), ""), ""
    top = telling[0]
    below = [frame for frame in telling if frame.name != top.name]
    other = next((frame for frame in below if frame.home != top.home), None)
    through = other or next(iter(below), None)
    return top.name, through.name if through else ""
