"""Citations to paths, and no path out of the repository."""


# ruff: noqa: S108 - nothing is written to the /tmp that is cited

from __future__ import annotations

import gc
import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import UsageError
from ledger.git.files import confine
from ledger.plan.citations import brace, expand, find, is_quotable, kind

# Braces

EXPANSIONS: list[tuple[str, tuple[str, ...]]] = [
    ("a/b.md", ("a/b.md",)),
    ("  a/b.md\t", ("a/b.md",)),
    ("", ()),
    ("   ", ()),
    ("run/{a.log,b.log}", ("run/a.log", "run/b.log")),
    ("run/{a.log, b.log ,\tc.log}", ("run/a.log", "run/b.log", "run/c.log")),
    ("run/{a,b}.{log,xml}", ("run/a.log", "run/a.xml", "run/b.log", "run/b.xml")),
    ("r/{logs/{x.log,y/{z}},t.txt}", ("r/logs/x.log", "r/logs/y/{z}", "r/t.txt")),
    ("r/{logs/{x.log,y/{p,q}},t.txt}", ("r/logs/x.log", "r/logs/y/p", "r/logs/y/q", "r/t.txt")),
    ("r/part{1,2,3a}.{log,xml}", tuple(f"r/part{n}.{s}" for n in ("1", "2", "3a") for s in ("log", "xml"))),
    ("{a,b}", ("a", "b")),
    ("{a,a}", ("a",)),
    ("x{,.bak}", ("x", "x.bak")),
    ("{,}", ()),
    ("c{1..4}.md", ("c1.md", "c2.md", "c3.md", "c4.md")),
    ("c{2..-1}", ("c2", "c1", "c0", "c-1")),
    ("c{1..9999}", ("c{1..9999}",)),
    # notes
    ("r/{x.txt (7 matches), y.md}", ("r/x.txt", "r/y.md")),
    ("r/{x.c (105 lines, seed + walk), y.md (all {of} it)}", ("r/x.c", "r/y.md")),
    ("r/{x.xml (84K, 367 cases), env/{a.txt, b.txt}, s.md}", ("r/x.xml", "r/env/a.txt", "r/env/b.txt", "r/s.md")),
    ("r/{a,b} (both)", ("r/a", "r/b")),
    ("r/a.md (one) (two)", ("r/a.md",)),
    # what stands behind a path
    ("pyproject.toml:39", ("pyproject.toml",)),
    ("src/a.py:1-2,7,9–11", ("src/a.py",)),
    ("src/a.py:read_it()", ("src/a.py",)),
    ("tests/test_x.py::TestY::test_z[cpu]", ("tests/test_x.py",)),
    ("tests/test_x.py::test_z[{a,b}]", ("tests/test_x.py",)),
    ("tests/{x,y}.py::test_z", ("tests/x.py", "tests/y.py")),
    ("{a.py:3,b.py:4-5}", ("a.py", "b.py")),
    ("{a.py::T, b.py}", ("a.py", "b.py")),
    ("docs/a.md §2.5", ("docs/a.md",)),
    ("docs/a.md §§4.2–4.3", ("docs/a.md",)),
    ("docs/a.md#the-part", ("docs/a.md",)),
    ("src/a.py lines 3-5", ("src/a.py",)),
    ("src/a.py line 3 (new)", ("src/a.py",)),
    ("pyproject.toml[project.urls]", ("pyproject.toml",)),
    ("a/run_20251015:x", ("a/run_20251015:x",)),
    # nothing to expand
    ("phase_{x}/a.md", ("phase_{x}/a.md",)),
    ("phase_<STAMP>/{a,b}", ("phase_<STAMP>/a", "phase_<STAMP>/b")),
    ("${STAMP}/{a,b}", ("${STAMP}/a", "${STAMP}/b")),
    ("a/{b,c", ("a/{b,c",)),
    ("a/b,c}", ("a/b,c}",)),
    ("a}{b,c}", ("a}{b,c}",)),
    ("a,b", ("a,b",)),
    ("{a,b}" * 5, tuple("".join(x) for x in itertools.product("ab", repeat=5))),
    ("{a,b}" * 9, ("{a,b}" * 9,)),
    # escapes
    (r"a\,b", ("a,b",)),
    (r"{a\,b,c\}}", ("a,b", "c}")),
    (r"r/\{a,b\}", ("r/{a,b}",)),
    (r"r/{\ a\ ,b}", ("r/ a ", "r/b")),
    (r"a.py\:39", ("a.py:39",)),
    (r"C:\Users\me\x.log", (r"C:\Users\me\x.log",)),
    ("a\\", ("a\\",)),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "paths"), EXPANSIONS, ids=[raw for raw, _ in EXPANSIONS])
def test_expand(raw: str, paths: tuple[str, ...]) -> None:
    assert expand(raw) == paths


BRACES: list[tuple[list[str], str]] = [
    ([], ""),
    (["r/a.txt"], "r/a.txt"),
    (["r/b.log", "r/a.txt"], "r/{a.txt,b.log}"),
    (["r/x/a", "r/x/c/e", "r/x/c/d", "r/x/b"], "r/x/{a,b,c/{d,e}}"),
    (["a/x", "b/y"], "{a/x,b/y}"),
    (["a/b/c/d", "a/b/c/e/f"], "a/b/c/{d,e/f}"),
    (["a", "a/b"], "{a,a/b}"),
    (["a/", "a/b"], "a/{,b}"),
    (["r/with blank.md", "r/a,b"], r"r/{a\,b,with\ blank.md}"),
]


@pytest.mark.parametrize(("paths", "raw"), BRACES, ids=[raw for _, raw in BRACES])
def test_brace(paths: list[str], raw: str) -> None:
    assert brace(paths) == raw


ODD = st.sampled_from("ab./\\{},$ ()§#:[]1-~*'\"`\t\u2028\u00a0é")
NAMES = st.text(ODD | st.characters(exclude_characters="\n"), min_size=1, max_size=12)
FILES = st.lists(
    st.sampled_from(["a", "b.md", "logs", "x y", "{", "run:1"]), min_size=1, max_size=6
)


@given(st.sets(NAMES, max_size=8) | st.sets(FILES.map("/".join), max_size=30))
def test_expand_is_the_reverse_of_brace(paths: set[str]) -> None:
    assert set(expand(brace(paths))) == paths


def test_brace_of_deep_and_wide_folders() -> None:
    shallow = {"/".join(["d"] * depth + ["f"]) for depth in range(200)}
    deep = {"/".join(["d"] * depth + ["f"]) for depth in range(1_900, 1_950)}
    deeper = shallow | {"/".join(["d"] * depth + ["f"]) for depth in range(200, 2_000, 40)}
    wide = {f"r/part_{n}/{name}" for n in range(1_000) for name in ("a.log", "b.xml")}
    for paths in (shallow, deep, deeper, wide):
        assert set(expand(brace(paths))) == paths


@given(st.text(st.sampled_from("ab,{}\\ ()/:1.$"), max_size=40))
def test_expand_takes_anything_and_stays_small(raw: str) -> None:
    paths = expand(raw)
    assert len(set(paths)) == len(paths) <= 64 + len(raw)
    assert expand(f"{{{raw},{raw}}}") is not None


# Which words are citations

CITING: list[tuple[str, list[str]]] = [
    ("see `reports/x/summary.md` and `reports/x/`", ["reports/x/summary.md", "reports/x/"]),
    ("`summary.md`, `run_1.log:24`, `pyproject.toml:39`", ["summary.md", "run_1.log:24", "pyproject.toml:39"]),
    ("`tests/test_x.py::TestY::test_z[cpu]`", ["tests/test_x.py::TestY::test_z[cpu]"]),
    ("`docs/a.md §2.5` and ` docs/b.md `", ["docs/a.md §2.5", "docs/b.md"]),
    ("`phase_m/20251015T201831Z/` and `phase_m/20251015T201831Z`", ["phase_m/20251015T201831Z/", "phase_m/20251015T201831Z"]),
    ("`r/{a.md, b.md (7 lines)}`", ["r/{a.md, b.md (7 lines)}"]),
    ("`/home/someone/x/y`, `~/x.log`, `/tmp/{a,b}.log`, `C:\\Users\\x.log`", ["/home/someone/x/y", "~/x.log", "/tmp/{a,b}.log", "C:\\Users\\x.log"]),
    ("`r/<STAMP>/x.md`, `r/$STAMP/`, `r/${STAMP}/x`, `.../x`, `r/.../a.md`", ["r/<STAMP>/x.md", "r/$STAMP/", "r/${STAMP}/x", ".../x", "r/.../a.md"]),
    ("`tests/test_*.py`, `r/$(date -u +%H)/a.xml`, `c*.{log,json}`", ["tests/test_*.py", "r/$(date -u +%H)/a.xml", "c*.{log,json}"]),
    ("`reports/2025-09-30-traces` `./tool/bin` `../up/x`", ["reports/2025-09-30-traces", "./tool/bin", "../up/x"]),
    ("`` reports/a`b/x.md `` and ``docs/c.md``", ["docs/c.md"]),
    ("``docs/`` and ```docs/d.md```", ["docs/", "docs/d.md"]),
    ("[the log](reports/x/run.log) and [it](https://example.org/a.md) and [here](#item)", ["reports/x/run.log"]),
    ("src/a.py in prose, reports/x/y.md too", []),
    ("`pytest tests/test_x.py -v`, `ls reports/`, `mkdir -p a/{b,c}`", []),
    ("`a = b/c`, `x/y`, `rot_a/b/c`, `1e20/v`, `math.pi/2.0`, `(a+b)/c.d`, `PWD=/home/someone/x`", []),
    ("`np.array`, `Crystal.run()`, `torch.float64`, `self.config`, `0.5`, `a.b.c`, `dtype=x.y`", []),
    ("`https://example.org/a.md`, `--out/x.md`, `@pytest.mark/x`, `-v/`, `/`, `//`, `/steps`, `{1..40}`", []),
    ("Artifacts: reports/x/a.txt, docs/b.md; plans/c.md (new).", ["reports/x/a.txt", "docs/b.md", "plans/c.md"]),
    ("all done. **Artifacts:** logs under reports/x/phase_r/20251015T102654Z/. Next", ["reports/x/phase_r/20251015T102654Z/"]),
    ("**Artifacts**: reports/x/{a.txt, b.txt} and `docs/c.md`, reports/y_*, CLAUDE.md", ["reports/x/{a.txt, b.txt}", "docs/c.md", "reports/y_*"]),
    ("Artifacts: n/a", []),
    ("Artifacts: commit 058986f, rollback/forward, and/or", []),
    ("Artifacts:\n  - reports/x/a.txt — what\n    (in docs/b.md)\nMetrics: reports/not.md", ["reports/x/a.txt", "docs/b.md"]),
    ("  * Artifacts:\n    - `a.md` — reports/x/y.md\n\n    - docs/z.md\n  * Next: docs/no.md", ["a.md", "reports/x/y.md", "docs/z.md"]),
    ("Artifactsroot: reports/x/a.md, reports/no.md", []),
    ("`docs/a.md`\n```sh\ncat `docs/b.md`\n```\n`docs/c.md`", ["docs/a.md", "docs/c.md"]),
    ("- ~~~~\n  `docs/b.md`\n  ~~~\n  ~~~~\n  `docs/c.md`", ["docs/c.md"]),
    ("an open ` tick and `docs/a.md`", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "raws"), CITING, ids=[text[:40] for text, _ in CITING])
def test_find(text: str, raws: list[str]) -> None:
    assert [cited.raw for cited in find(text)] == raws


def test_a_citation_knows_its_line_and_its_paths() -> None:
    first, second = find("one\n`a/b.md:3`\n\nArtifacts: r/{x.md,y.md}\n")
    assert (first.line, first.paths) == (1, ("a/b.md",))
    assert (second.line, second.paths) == (3, ("r/x.md", "r/y.md"))


@given(st.text(st.sampled_from("a`{}[](),/.: \n~<>$\\*Artifacts:§")))
def test_find_citations_takes_anything(text: str) -> None:
    for cited in find(text):
        assert cited.raw in text
        assert cited.paths


KINDS: dict[str, str] = {
    **dict.fromkeys(["a/b.md", "reports/2026-01-x/phase_m/20251015T201831Z/", "a/../b", "./x"], "path"),
    **dict.fromkeys(["CHANNEL/ANNEX.md", "a b.md", "reports/CLUSTER-VEC-001/x", ".hidden", "a/...b"], "path"),
    **dict.fromkeys(["r/<STAMP>/x", "<phase>/x.md", "$STAMP/x", "${X}/y", "r/$(date)/x"], "placeholder"),
    **dict.fromkeys(["chunk_NN/x", "r/chunk_NN.log", "YYYYMMDD/x", "XX.md", ".../x.md"], "placeholder"),
    **dict.fromkeys(["r/.../x", "r/...", "r/…/x", "*.md", "r/?.md", "{dataset}/x", "a/{b,c"], "placeholder"),
    **dict.fromkeys(["/home/someone/x", "/tmp/x", "~/x", "~ann/x", "C:\\x\\y", "C:/x", "\\\\host\\x"], "outside"),
    **dict.fromkeys(["../x", "a/../../x", "./../x", "..", "/home/someone/<x>", "a/b/../../../c/d/e"], "outside"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "expected"), KINDS.items(), ids=[*KINDS])
def test_kind(path: str, expected: str) -> None:
    assert kind(path) == expected


# No way out of the repository


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with links in it, and a secret outside."""
    top = tmp_path / "repo"
    (top / "docs" / "deep").mkdir(parents=True)
    (top / "docs" / "plan.md").write_text("plan")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "secret.txt").write_text("a neighbour's")
    links = {
        "up": "..",
        "out": os.fspath(tmp_path / "secret.txt"),
        "etc": "/etc",
        "docs/deep/out": "../../../secret.txt",
        "docs/twice": "deep/out",
        "neighbour": "../repository",
        "in": "docs/plan.md",
        "docs/self": ".",
        "docs/loop": "loop",
        "docs/dangling": "nothing.md",
    }
    for name, target in links.items():
        (top / name).symlink_to(target)
    return top


ESCAPES = [
    "../secret.txt",
    "docs/../../secret.txt",
    "docs/deep/../../../secret.txt",
    "docs/..",
    "..",
    "./../secret.txt",
    "up/secret.txt",
    "out",
    "etc/passwd",
    "docs/deep/out",
    "docs/twice",
    "docs/self/self/deep/out",
    "neighbour/secret.txt",
    "neighbour",
    "/etc/passwd",
    "//etc/passwd",
    "/",
    "docs/plan.md\0/../../secret.txt",
    "\0",
    "",
    "C:\\Windows\\x",
    "C:/x",
    "..\\secret.txt",
    "\\\\host\\share",
    "\ud800",
    "x/" * 3_000 + "../" * 3_001 + "secret.txt",
]


@pytest.mark.parametrize("path", ESCAPES, ids=lambda path: ascii(path[:40]))
def test_every_way_out_is_refused(root: Path, path: str) -> None:
    with pytest.raises(UsageError) as caught:
        confine(root, path)
    assert caught.value.code == "outside"
    assert str(caught.value).isprintable()


def test_the_way_out_of_a_root_that_is_a_link_is_refused_too(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert confine(tmp_path / "alias", "docs/plan.md") == (root / "docs" / "plan.md").resolve()
    with pytest.raises(UsageError):
        confine(tmp_path / "alias", "out")


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("docs/plan.md", "docs/plan.md"),
        ("./docs//plan.md", "docs/plan.md"),
        ("docs/", "docs"),
        (".", "."),
        ("in", "docs/plan.md"),
        ("docs/self/plan.md", "docs/plan.md"),
        ("docs/dangling", "docs/nothing.md"),
        ("not/there/yet.md", "not/there/yet.md"),
        ("docs/loop", "docs/loop"),
        ("~", "~"),
        ("...", "..."),
        ("..a/b..", "..a/b.."),
        ("x" * 10_000, "x" * 10_000),
    ],
    ids=lambda path: path[:20],
)
def test_what_is_inside_is_resolved(root: Path, path: str, real: str) -> None:
    assert confine(root, path) == root.resolve() / real


@given(
    st.lists(
        st.sampled_from(["..", ".", "", "docs", "deep", "up", "in", "out", "self", "x"]), max_size=8
    )
)
def test_whatever_is_let_through_lies_inside(root_for_law: Path, parts: list[str]) -> None:
    try:
        real = confine(root_for_law, "/".join(parts))
    except UsageError:
        return
    assert os.path.realpath(real) == os.fspath(real)
    assert real.is_relative_to(root_for_law.resolve())


@pytest.fixture(scope="module")
def root_for_law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return root.__wrapped__(tmp_path_factory.mktemp("law"))  # type: ignore[no-any-return, attr-defined]


# Hostile input takes time in proportion

PATTERNS = [
    *("{a,b}", "{", "{a}", "}", "{,", "{a,b},", "a(b ", " (", "a:1", " ", "[", "a[a", "\\", "{1..60}"),
    *("a::", "a §", "`", "`a` ", "`` ` ", "`a/{b,c}{d,e}{f,g}{h,i}{j,k}{l,m}` ", "](a", "artifacts: "),
    *("artifact*", "<", "<a", "$(", "...", "/...", "../", "a/", "```", "a/b ", "#a", ":a", "lines "),
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_time_grows_with_length_only(pattern: str) -> None:
    """Twenty times the length may take 100 times as long; what is quadratic takes 400."""

    def seconds(length: int, work: Callable[[str], object]) -> float:
        text = (pattern * length)[:length]
        gc.disable()  # what other tests left in memory takes time to go through
        started = time.process_time()
        work(text)
        taken = time.process_time() - started
        gc.enable()
        return taken

    def cited(text: str) -> object:
        return find(f"Artifacts: {text}"), find(f"`{text}`")

    for work in (expand, kind, cited):
        assert seconds(40_000, work) < max(0.1, 100 * seconds(2_000, work))


# Names of files


@pytest.mark.parametrize("name", [
    "Screenshot 2025-11-03 at 10.00.00.png", "a'b.txt", 'a"b.txt', "a,b.csv", "a!b.txt", "#x.txt", "a(b).txt", "a[1].txt",
    "lr=0.1.txt", "a^b.txt", "\N{ROCKET}.log", "e\u0301.txt", "\u65e5\u672c", "2025-11-02T10:30:00.log", "-x.txt", "--",
    "100%20.txt", "&amp;.txt", "[a](b.md).md", "CON", "a~b", " a ", "x" * 251 + ".txt", "a::b", "a § 2", "a:12",
])  # fmt: skip
def test_a_name_that_can_be_quoted_is_read_back(name: str) -> None:
    assert is_quotable([f"reports/x/{name}"]) or is_quotable(
        [f"reports/x/{name}", "reports/x/y.txt"]
    )


@pytest.mark.parametrize("name", [
    "a`b", "a\nb", "a\tb", "a\x1b[31m", "a\x85b", "a\u202eb", "a\u2028b", "\udcff", "a|b", "<a>", "a\\b", "a*b", "a?b",
    "{a}", "{1..3}", "$x", "NN.txt", "YYYYMMDD", "\u2026",
])  # fmt: skip
def test_a_name_that_cannot_be_quoted_is_known(name: str) -> None:
    assert not is_quotable([f"reports/x/{name}", "reports/x/y.txt"])
