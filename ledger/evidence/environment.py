"""Dumps of a run's environment (``env.txt``, ``env.json``), and what is kept of them: nothing
secret.

Such files hold keys and passwords. So only variables named here are taken, or by who asks for
more whose names do not look like secrets, and of these only values that look like a version, a
number, a name, a locale or plain options. The others are neither stored nor shown, not even in an
error. `ledger run` writes no more than is read here.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator

from ledger.errors import UnreadableInput
from ledger.evidence.part import MAX_BYTES, Part, decode, file_name
from ledger.plan.secrets import SECRET_NAME

MEMORY = "Maximum resident set size (kbytes)"
NOT_TOLD = "not told"
"""What `ledger run` writes where the system does not tell the memory."""
ALLOWED = frozenset(
    # the interpreter and what changes how it works
    "PYTHON PYTHON_VERSION PYTHON_IMPLEMENTATION PYTHONHASHSEED PYTHONOPTIMIZE PYTHONUTF8 "
    "PYTHONIOENCODING PYTHONFAULTHANDLER PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONDEVMODE "
    "PYTHONMALLOC NODE_ENV NODE_VERSION JAVA_VERSION GO_VERSION GOOS GOARCH GOMAXPROCS "
    "RUST_VERSION RUST_BACKTRACE GCC_VERSION CLANG_VERSION CMAKE_VERSION "
    # the machine
    "PLATFORM OS OSTYPE HOSTTYPE MACHTYPE SYSTEM KERNEL ARCH ARCHITECTURE MACHINE PROCESSOR_COUNT "
    "CPU_COUNT CPUS NPROC GLIBC_VERSION LIBC_VERSION "
    # packages whose version decides about results
    "PYTEST PYTEST_VERSION PYTEST_ADDOPTS PLUGGY NUMPY NUMPY_VERSION SCIPY SCIPY_VERSION "
    "PANDAS PANDAS_VERSION TORCH TORCH_VERSION PYTORCH_VERSION JAX_VERSION TENSORFLOW_VERSION "
    # processors, threads, memory
    "OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS NUMEXPR_NUM_THREADS "
    "VECLIB_MAXIMUM_THREADS RAYON_NUM_THREADS KMP_DUPLICATE_LIB_OK CUDA_VISIBLE_DEVICES "
    "CUDA_LAUNCH_BLOCKING CUDA_VERSION CUDNN_VERSION CUDA_AVAILABLE IS_CUDA_AVAILABLE "
    "CUBLAS_WORKSPACE_CONFIG MALLOC_ARENA_MAX MALLOC_CHECK_ MALLOC_PERTURB_ "
    # locale, time, terminal
    "LANG LC_ALL LC_CTYPE LC_NUMERIC TZ SOURCE_DATE_EPOCH TERM COLUMNS LINES NO_COLOR "
    # where it ran
    "CI GITHUB_ACTIONS GITHUB_SHA GITHUB_RUN_ID GITHUB_RUN_NUMBER GITLAB_CI CI_COMMIT_SHA "
    "CI_PIPELINE_ID BUILD_NUMBER RUNNER_OS RUNNER_ARCH CONDA_DEFAULT_ENV".split()
)
# What switches something on or off says nothing secret: "MYAPP_DISABLE_COMPILE=1"
_SWITCH = re.compile(r"(?:\A|_)(?:DISABLED?|ENABLED?|USE|NO|SKIP|FORCE|DEBUG)(?=_|\Z)")
_ON_OR_OFF = re.compile(r"0|1|true|false|yes|no|on|off", re.IGNORECASE)
# a word of a value: "3.11.7", "--maxfail=200"
_PLAIN = re.compile(r"(?:--?[A-Za-z][\w-]{0,40}=)?[\w.,:+/()~-]{0,100}", re.ASCII)
_LONGEST = 100
_LONG = re.compile(r"[A-Za-z0-9_]{20}")  # keys and tokens are longer than words and numbers
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_UNSPELLED = re.compile(r"[^A-Z0-9]+")
_MAX_DEPTH = 4
_NAME = re.compile(r"(?:^|[_.-])(?:env|environ|environment|printenv)(?:[_.-]|$)")
_SUFFIXES = (".txt", ".json", ".log", ".out", ".env")
# e.g. "export PYTHON0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefSEED=0"
_LINE = re.compile(r"(?:export |declare -x )?([A-Za-z][\w .()-]{0,60}?)[ \t]*[=:][ \t]*(.*)")
_MAX_LINES = 100_000


def matches(name: str, sample: bytes) -> bool:  # noqa: ARG001 - the name decides
    """``env.txt``, ``env.json``, ``torch_env.txt``, ``environment.log`` and the like."""
    last = file_name(name)
    return bool(_NAME.search(last)) and ("." not in last or last.endswith(_SUFFIXES))


def read(data: bytes, name: str, also: Collection[str] = ()) -> tuple[Part, ...]:
    """The allowed ``NAME=value`` or ``Name: value`` lines, or JSON. Raises UnreadableInput."""
    if not file_name(name).endswith(".json"):
        return (Part("environment", name, environment=allowed(_lines(decode(data)), also)),)
    try:
        if len(data) > MAX_BYTES:
            raise ValueError
        dump = json.loads(decode(data))
    except (ValueError, RecursionError):
        # Without its cause: that would quote the file.
        message = f"{name}: expected a JSON object, found something else"
        hint = "give the dump as it was written"
        raise UnreadableInput("environment-unreadable", message, hint) from None
    return (Part("environment", name, environment=allowed(flat(dump), also)),)


def _lines(text: str) -> Iterator[tuple[str, object]]:
    for line in text.splitlines()[:_MAX_LINES]:
        if match := _LINE.fullmatch(line[:1000].strip()):
            yield match[1], match[2]


def allowed(pairs: Iterable[tuple[str, object]], also: Collection[str] = ()) -> dict[str, str]:
    """The variables that may be told, by their name in capitals: those of the list, and of ``also``
    those whose names are not like secrets. Of two spelled alike the first stands."""
    variables: dict[str, str] = {}
    for name, value in pairs:
        key = _spell(name)
        text = value if isinstance(value, str) else json.dumps(value)
        text = text.strip().strip("\"'")
        is_asked = key in also or (_SWITCH.search(key) and _ON_OR_OFF.fullmatch(text))
        may_be = key in ALLOWED or (is_asked and not SECRET_NAME.search(key))
        if not may_be or key in variables:
            continue
        is_commit = key.endswith("_SHA") and _COMMIT.fullmatch(text)
        if is_commit or (_is_plain(text) and not _LONG.search(text)):
            variables[key] = text
    return variables


def _is_plain(value: str) -> bool:
    words = value.split(" ") if 0 < len(value) <= _LONGEST else [""]
    has_options = any(word.startswith("-") for word in words)
    is_secret = has_options and SECRET_NAME.search(value)
    return any(words) and all(map(_PLAIN.fullmatch, words)) and not is_secret


def _spell(key: object) -> str:
    """``python.version``, ``Python version`` and ``PYTHON_VERSION`` are one name. A leading or
    trailing underscore stays: it makes another."""
    upper = str(key)[:80].upper()
    spelled = _UNSPELLED.sub("_", upper).strip("_")
    return spelled + "_" if upper.endswith("_") else spelled


def flat(value: object, above: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Names and values of JSON; of what is nested both by its own name and with that above."""
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from flat(inner, key, depth + 1)
        elif isinstance(inner, str | int | float):
            yield key, inner
            if above:
                yield f"{above}_{key}", inner
