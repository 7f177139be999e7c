"""Dumps of the environment: what is allowed is told, and nothing else ever leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import UnreadableInput
from ledger.evidence import environment, execution
from ledger.evidence.environment import ALLOWED
from ledger.plan import secrets
from tests.support import commands


def read(text: str, name: str = "env.txt") -> dict[str, str]:
    return dict(environment.read(text.encode(), name)[0].environment)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("env.txt", "OMP_NUM_THREADS=4\nSHELL=bash\nLANG=C.UTF-8\n", {"OMP_NUM_THREADS": "4", "LANG": "C.UTF-8"}),
        ("env.txt", 'declare -x TZ="UTC"\nexport CI=true\n', {"TZ": "UTC", "CI": "true"}),
        ("env.txt", "PyTorch version: 2.7.1+cu126\nIs CUDA available: True\n", {"PYTORCH_VERSION": "2.7.1+cu126", "IS_CUDA_AVAILABLE": "True"}),
        ("env.txt", "ci = 1\nCI=2\n", {"CI": "1"}),
        ("env.txt", "MALLOC_CHECK_=3\n", {"MALLOC_CHECK_": "3"}),
        ("env.json", '{"python": {"version": "3.11.7"}, "cpu_count": 8, "cuda_available": false, "argv": ["x"]}',
         {"PYTHON_VERSION": "3.11.7", "CPU_COUNT": "8", "CUDA_AVAILABLE": "false"}),
        ("env.json", '{"env": {"KMP_DUPLICATE_LIB_OK": "TRUE", "API_KEY": "x"}}', {"KMP_DUPLICATE_LIB_OK": "TRUE"}),
        ("env.json", '{"platform": "Linux-6.1.0-x86_64-with-glibc2.41"}', {"PLATFORM": "Linux-6.1.0-x86_64-with-glibc2.41"}),
        ("env.json", '{"GITHUB_SHA": "' + "0123456789abcdef" * 2 + '01234567"}', {"GITHUB_SHA": "0123456789abcdef" * 2 + "01234567"}),
        ("env.txt", "MYAPP_DISABLE_JIT=1\nUSE_CACHE=off\nDISABLE_JIT=fast\nNODE=1\nSKIP_LOGIN=1\nNO_AUTH=1\n",
         {"MYAPP_DISABLE_JIT": "1", "USE_CACHE": "off"}),
        ("env.json", "[]", {}),
        ("env.txt", "", {}),
    ],
)  # fmt: skip
def test_what_is_allowed(name: str, text: str, expected: dict[str, str]) -> None:
    assert read(text, name) == expected


@pytest.mark.parametrize(
    "value",
    ["ghp_0123456789abcdefghijABCDEFGHIJ012345", "AKIAABCDEFGHIJKLMNOP", "sk-" + "a1" * 20,
     "https://anna:hunter2@host/x", "two\tcells", "x" * 101, "$(cat key)", "key=abc"],
)  # fmt: skip
def test_a_value_of_another_kind_is_left_out_even_where_the_name_is_allowed(value: str) -> None:
    assert read(f"LANG={value}\n") == {}
    assert read(json.dumps({"LANG": value}), "env.json") == {}


ASKED_FOR = (
    ("MYAPP_MODE", "1", True), ("MONKEY_PATCH", "off", True), ("TOKENIZERS_PARALLELISM", "false", True),
    ("PYTEST_ADDOPTS", "--maxfail=200 --timeout=905", True), ("PYTEST_ADDOPTS", "-p no:cacheprovider -x", True),
    ("DB_PASSWORD", "tiger", False), ("API_KEY", "tiger", False), ("MY_TOKEN", "tiger", False), ("GITHUB_PAT", "tiger", False),
    ("AWS_SECRET_ACCESS", "tiger", False), ("APP_AUTH", "tiger", False), ("PGPASSWORD", "tiger", False), ("DB_PW", "tiger", False),
    ("PYTEST_ADDOPTS", "--api-key=tiger", False), ("PYTEST_ADDOPTS", "--password tiger", False),
    ("PYTEST_ADDOPTS", "--url=https://a:tiger@h", False), ("MYAPP_MODE", "a=b", False),
)  # fmt: skip


@pytest.mark.parametrize(("name", "value", "kept"), ASKED_FOR)
def test_what_is_asked_for_is_kept_unless_it_may_be_a_secret(
    name: str, value: str, kept: bool
) -> None:
    assert environment.allowed([(name, value)], {name}) == ({name: value} if kept else {})
    assert environment.allowed([(name, value)], {"OTHER"}).keys() <= ALLOWED


@pytest.mark.parametrize(
    ("word", "is_secret"),
    [
        *((f"{name}=tiger", not kept) for name, value, kept in ASKED_FOR if value == "tiger"),
        ("TOKENIZERS_PARALLELISM=false", False), ("MONKEY_PATCH=off", False),
        ("--api-key=tiger", True), ("--keyfile=tiger", True), ("--login='a tiger'", True),
        ("https://h/?token=tiger", True), ("-Dsession_id=tiger", True),
    ],
)  # fmt: skip
def test_what_is_secret_in_the_environment_is_secret_in_a_command(
    word: str, is_secret: bool
) -> None:
    shown = secrets.without(f"env A=1 {word} pytest")
    expected = f"{word.partition('=')[0]}=…" if is_secret else word
    assert shown == f"env A=1 {expected} pytest"


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        ('timeout 3600 env A=1 B="--x=2 --y" pytest -vv C=3', {"A": "1", "B": "--x=2 --y"}),
        ("A=1 B= time -p ./run.sh", {"A": "1", "B": ""}),
        ("env A=--maxfail=200 --timeout=905 B=1 pytest", {"B": "1"}),  # what time -v writes
        ("pytest tests", {}),
        ("", {}),
    ],
)
def test_what_a_command_sets_for_its_program(command: str, variables: dict[str, str]) -> None:
    assert execution.assigned(command) == variables


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("env.txt", True), ("a/env.json", True), ("torch_env.txt", True), ("trace_py_env.json", True),
        ("env_snapshot.txt", True), ("environment.log", True), ("env", True), (".env", True), ("printenv.out", True),
        ("envelope.txt", False), ("inventory.json", False), ("env.py", False), ("environment.md", False), ("venv.txt", False),
    ],
)  # fmt: skip
def test_which_files_are_dumps(name: str, matches: bool) -> None:
    assert environment.matches(name, b"") is matches


def test_a_broken_dump_is_refused_without_a_word_of_it() -> None:
    for broken in (b'{"API_KEY": "hunter2", ', b'{"API_KEY": hunter2}', b"[" * 100_000):
        with pytest.raises(UnreadableInput) as refusal:
            environment.read(broken, "env.json")
        assert str(refusal.value).startswith("env.json: expected a JSON object")
        assert "hunter2" not in str(refusal.value)
        assert refusal.value.__cause__ is None


names = st.text(
    st.characters(codec="ascii", categories=["Lu", "Nd"], include_characters="_"),
    min_size=1,
    max_size=12,
)


@given(st.dictionaries(names, st.text(max_size=20), max_size=8))
def test_only_names_of_the_list_are_ever_told(variables: dict[str, str]) -> None:
    dump = "".join(f"{name}={value}\n" for name, value in variables.items())
    for found in (read(dump), read(json.dumps(variables), "env.json")):
        assert found.keys() <= ALLOWED


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert read(text).keys() <= ALLOWED


SECRET = "Zx81qq0vTn55Lw2d"  # noqa: S105 - nobody's


@pytest.mark.parametrize("broken", ["", "{"])
def test_no_command_shows_more_than_is_allowed(tmp_path: Path, broken: str) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "env.txt").write_text(f"CI=true\nAPI_KEY={SECRET}\nDATABASE=postgres://a:{SECRET}@h\n")
    (run / "env.json").write_text(broken + json.dumps({"TZ": "UTC", "secrets": {"TOKEN": SECRET}}))
    report = {"created": 1.0, "duration": 1.0, "exitcode": 0, "root": "/x", "summary": {"total": 1, "collected": 1, "passed": 1},
              "environment": {"Python": "3.11.7", "DEPLOY_KEY": SECRET, "Plugins": {"metadata": SECRET}},
              "tests": [{"nodeid": "t.py::test_a", "outcome": "passed"}], "collectors": []}  # fmt: skip
    (run / "report.json").write_text(json.dumps(report))
    for options in ([], ["--json"]):
        done = commands.call(tmp_path, "evidence", "run", *options)
        assert done.code == 0
        assert SECRET not in done.out + done.err
        assert "3.11.7" in done.out
    told = json.loads(done.out)["data"]["runs"][0]
    expected = {"CI": "true", "PYTHON": "3.11.7"} | ({} if broken else {"TZ": "UTC"})
    assert told["environment"] == expected
    assert told["completeness"] == "complete", "what holds no results cannot leave a run incomplete"
