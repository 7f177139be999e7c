"""What looks like a secret, what is none, and what is left out of what is written down."""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import hook
from ledger.plan import secrets
from ledger.run.command import shell_line
from tests.support import secret_cases
from tests.support.commands import call, captured
from tests.support.repository import Repository

WEAK, STRONG = "tiger", "Zx81qq0vTn55Lw2d"
KINDS = [kind for kind, _ in secret_cases.secrets(0)]


@pytest.mark.parametrize("place", range(len(KINDS)), ids=KINDS)
def test_a_secret_of_each_kind_is_found_once(place: int) -> None:
    for seed in (1, 2, 3):
        _, line = secret_cases.secrets(seed)[place]
        for around in (f"{line}\n", f"- Notes: `{line}` end\n", f"a {line}\tb"):
            assert len(secrets.find(around.encode())) == 1, around


@pytest.mark.parametrize("line", secret_cases.FINE)
def test_what_is_no_secret_is_let_go(line: str) -> None:
    for around in (line, f"- Notes: `{line}` end\n", f"a {line}\tb"):
        assert secrets.find(around.encode()) == []


def test_a_fingerprint_is_of_the_value_alone_and_shows_none_of_it() -> None:
    first, second = (
        secrets.find(f"{name}={STRONG}".encode())[0] for name in ("API_KEY", "X_TOKEN")
    )
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint) == 8
    assert first.fingerprint != secrets.find(f"API_KEY={STRONG}x".encode())[0].fingerprint


@pytest.mark.parametrize(
    "unit",
    [
        "password=",
        "://a:",
        "secret_",
        '"auth" ',
        "=ghp_",
        ".SG.",
        "=fm2_",
        "eyJaaaaaaaa.",
        "sk-",
        "token: is ",
        "password=aZ9xK",
    ],
)
def test_hostile_lines_take_linear_time(unit: str) -> None:
    def spent(size: int) -> float:
        data = (unit * (size // len(unit))).encode()
        start = time.process_time()
        secrets.find(data)
        return time.process_time() - start

    spent(1_000)
    assert spent(80_000) < 12 * max(spent(20_000), 0.01)


# Commands: the value must not be in what is written down

LEFT_OUT = [
    ["--token", WEAK], [f"--token={WEAK}"], ["-password", WEAK], ["--api-key", WEAK], ["--client-secret", f"a/{WEAK}"],
    ["-H", f"Authorization: Bearer {WEAK}"], ["-H", f"X-Api-Key: {WEAK}"], ["-H", f"Cookie: a={WEAK}"],
    ["--header=Authorization: token " + WEAK], [f"https://u:{WEAK}@h"], [f"https://h/?access_token={WEAK}"],
    [f"--url=https://h/?a=b&api_key={WEAK}&c=d"], [f"postgres://u:{WEAK}@h/db"], [f"DB_URL=postgres://u:{WEAK}@h/db"],
    ["curl", "-u", f"user:{WEAK}"], ["curl", f"--user=user:{WEAK}"], ["sshpass", "-p", WEAK, "ssh"], ["mysql", f"-p{WEAK}"],
    ["docker", "login", "-u", "bob", "-p", WEAK], ["env", f"FOO_SECRET={WEAK}", "cmd"], ["sh", "-c", f"FOO_SECRET={WEAK} cmd"],
    ["sh", "-c", f"curl --token {WEAK} x"], ["bash", "-c", f"sh -c 'curl -H \"Authorization: Bearer {WEAK}\"'"],
    ["-d", f'{{"password": "{WEAK}"}}'], ["-d", f"{{'user': 'x', 'api_key': '{WEAK}'}}"], [f"Server=x;Password={WEAK};Db=y"],
    [f"--password=a'b {WEAK}"], ["--password", f"a b'{WEAK}"], [f'--password=a"b {WEAK}'], [f"--token=\n{WEAK}"],
    ["python", "-c", f"import os; os.environ['API_KEY'] = '{WEAK}'"], ["python", "-c", f"f(password='{WEAK}')"],
    ["gh" + "p_" + STRONG * 2 + "abcd"], ["sk" + "-proj-" + STRONG * 3], ["redis-cli", "-a", WEAK], ["unzip", "-P", WEAK, "x.zip"],
]  # fmt: skip


@pytest.mark.parametrize("words", LEFT_OUT, ids=" ".join)
def test_no_secret_of_a_command_is_written_down(words: list[str]) -> None:
    typed = " ".join(map(shlex.quote, ["true", *words]))
    for line in (shell_line(["true", *words]), secrets.without(typed)):
        assert WEAK not in line, line
        assert STRONG not in line, line
        assert secrets.without(line) == line
        assert line.startswith("true ")


@pytest.mark.parametrize(
    "line",
    [
        "pytest -q tests/test_token.py::test_a -k 'not secret' --tb=short", "python -u -m pytest tests", "pytest -p no:cacheprovider -n 2",
        "pytest --no-auth tests/test_x.py", "pytest --use-token tests/", "docker run -p 80:80 img", "mkdir -p a/b", "mkdir -p pkm-system/{a,b}", "mkdir -p qkx-zsystemw/src", "ssh -p 22 host",
        "cd a && OMP_NUM_THREADS=4 pytest -x 2>&1 | tee log", "go test ./... -run TestToken", "git clone https://github.com/o/r.git",
        "pytest 'tests/test_a.py::test_b[token: x]'", "pytest --token-type bearer", "pytest --password-file /run/p",
        "curl https://h:8080/x", "./run.sh --seed 42 --key-path a/b", "pytest 'a b' \"c d\" e\\ f", "pytest --keyfile k.pem",
    ],
)  # fmt: skip
def test_a_command_without_secrets_stays_as_it_is(line: str) -> None:
    assert secrets.without(line) == line
    assert (
        shell_line(shlex.split(line.partition(" 2>")[0])).split(" ")[0]
        == line.split(" ", maxsplit=1)[0]
    )


@given(st.text(alphabet="ab=:/@ '\"\\\n;-{}é" + secrets.LEFT_OUT, max_size=40))
def test_any_line_can_be_read(line: str) -> None:
    once = secrets.without(line)
    assert once == secrets.without(once) or "\\" in line or "\n" in line or line.count("'") % 2


def test_no_file_that_a_run_leaves_holds_a_secret_of_its_command(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DB_PASSWORD", WEAK)
    given = [word for words in LEFT_OUT for word in words if "\n" not in word]
    done = call(repo.path, "run", "PARSE-SPEED-001", "--", "true", *given)
    assert "attempt" in done.out + done.err, done
    assert WEAK not in done.out + done.err
    for folder in (repo.path, tmp_path / "cache"):
        for file in folder.rglob("*"):
            if file.is_file():
                assert WEAK.encode() not in file.read_bytes(), file
                assert STRONG.encode() not in file.read_bytes(), file


def test_a_patch_leaves_out_a_file_that_holds_a_secret(repo: Repository) -> None:
    repo.write(".env", f"DB_PASSWORD={STRONG}\n".encode())
    repo.write("notes é.txt", f"first\nAPI_KEY={STRONG}\nlast\n".encode())
    repo.write("other.txt", b"+++ b/.env\ndiff --git a/x b/x\n")
    assert call(repo.path, "run", "PARSE-SPEED-001", "--", "true").code == 0
    [patch] = repo.path.glob("reports/**/git_diff.patch")
    held = patch.read_bytes()
    assert STRONG.encode() not in held
    assert b"+diff --git a/x b/x" in held
    summary = patch.with_name("summary.md").read_text("utf-8")
    for name in (".env", "notes é.txt"):
        assert f"`{name}` not in the patch: holds what looks like a secret" in summary


# The rules: a finding for each, which settings answer by its fingerprint


def asked(repo: Repository, *options: str) -> list[dict[str, str]]:
    done = call(repo.path, "validate", *options, "--json")
    assert STRONG not in done.out
    findings = json.loads(done.out)["data"]["findings"]
    return [one for one in findings if one["code"] in ("LED701", "LED702")]


@pytest.mark.parametrize("options", [(), ("--staged",)])
def test_each_finding_is_answered_by_its_own_fingerprint(
    repo: Repository, options: tuple[str, ...]
) -> None:
    both = f"API_KEY={STRONG}\nDB_PASSWORD={STRONG[::-1]}\n"
    repo.ledger.write_bytes(repo.ledger.read_bytes() + f"\n{both}".encode())
    repo.git("add", "-A")
    before = asked(repo, *options)
    assert [one["code"] for one in before] == ["LED701", "LED701"]
    fingerprint = secrets.find(both.encode())[0].fingerprint
    assert f'not_secret = ["{fingerprint}"] in [tool.ledger]' in before[0]["fix"]
    repo.write("pyproject.toml", f'[tool.ledger]\nnot_secret = ["{fingerprint}"]\n'.encode())
    repo.git("add", "-A")
    assert [one["key"] for one in asked(repo, *options)] == [before[1]["key"]]


def test_what_is_committed_is_judged_not_what_lies_on_the_disk(repo: Repository) -> None:
    assert call(repo.path, "run", "PARSE-SPEED-001", "--", "true").code == 0
    [summary] = repo.path.glob("reports/**/summary.md")
    clean = summary.read_bytes()
    base = repo.git("rev-parse", "HEAD")
    summary.write_bytes(clean + f"API_KEY={STRONG}\n".encode())
    repo.git("add", "-A")
    summary.write_bytes(clean)
    assert [one["code"] for one in asked(repo, "--staged")] == ["LED702"]
    summary.unlink()
    assert [one["code"] for one in asked(repo, "--staged")] == ["LED702"]
    repo.git("commit", "--quiet", "--message", "Leak")
    head = repo.git("rev-parse", "HEAD")
    for options in (("--base", base, "--head", "HEAD"), ("--base", base, "--head", head)):
        assert [one["code"] for one in asked(repo, *options)] == ["LED702"]
    repo.git("checkout", "--quiet", base)
    assert [one["code"] for one in asked(repo, "--base", base, "--head", head)] == ["LED702"]
    summary.parent.mkdir(parents=True, exist_ok=True)
    repo.git("checkout", "--quiet", "main")
    summary.write_bytes(clean)
    repo.git("add", "-A")
    summary.write_bytes(clean + f"API_KEY={STRONG}\n".encode())
    repo.git("reset", "--quiet", "--soft", base)
    assert asked(repo, "--staged") == []


@pytest.mark.parametrize("archive", ["docs/fix_plan_archive.md", "docs/old.md"])
def test_a_secret_in_the_archive_is_told_and_one_that_moves_there_is_not_new(
    repo: Repository, archive: str
) -> None:
    repo.write("pyproject.toml", f'[tool.ledger]\narchive = "{archive}"\n'.encode())
    plan = repo.ledger.read_bytes()
    old = f"Quadratic part found, API_KEY={STRONG[::-1]}".encode()
    repo.ledger.write_bytes(plan.replace(b"Quadratic part found", old))
    repo.commit("A secret of long ago")
    ways = ("--staged",), ("--base", "HEAD")
    for moves in (("archive", "PARSE-SPEED-001", "--keep", "1"), ("archive", "--restore")):
        assert call(repo.path, *moves).code == 0
        repo.git("add", "-A")
        assert [asked(repo, *way) for way in ways] == [[], []]
        repo.commit("Moved")
        assert asked(repo, "--base", "HEAD~1", "--head", "HEAD") == []
    assert call(repo.path, "archive", "PARSE-SPEED-001", "--keep", "1").code == 0
    repo.commit("Moved")
    place = repo.path / archive
    place.write_bytes(place.read_bytes() + f"\nAPI_KEY={STRONG}\n".encode())
    repo.git("add", "-A")
    for names in ([], [archive]):
        done = captured(repo.path, lambda names=names: hook.main(names))
        assert (done.code, done.out.count("error LED701")) == (1, 1)
        assert f"{archive}:" in done.out
    told = [[one["code"] for one in asked(repo, *way)] for way in ways]
    repo.commit("A token")
    told += [[one["code"] for one in asked(repo, "--base", "HEAD~1", "--head", "HEAD")]]
    assert told == [["LED701"]] * 3
