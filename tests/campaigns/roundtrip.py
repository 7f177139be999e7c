"""No byte lost: real ledgers, real Markdown, and the examples of the CommonMark specification.

``python -m tests.campaigns.roundtrip`` takes every content that ``docs/fix_plan.md`` had in the
real history, every ``.md`` of the corpus and of the real repository's newest tree, and every
example of the specification in 8 variants of newline and encoding. For each it asks that

- ``document.render(document.parse(data))`` and ``reader.read(data).text`` are ``data``;
- sections, lines and spans tile ``data`` without gap or overlap.

The specification's examples are not ours to carry. They are taken from the npm package
``commonmark-spec``, else from the source distribution of ``marko`` on PyPI, and kept in a folder
below the system's temporary one. What could not be had is told and counted as not run.

The exit code is 1 if a byte differed anywhere, 2 if there was nothing to run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ledger.plan import document, reader
from tests.campaigns import versions
from tests.support.places import ROOT

BOM = b"\xef\xbb\xbf"
NPM = "commonmark-spec@0.31.2"
PYPI = "marko==2.2.4"
EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n.*?^`{32}$", re.MULTILINE | re.DOTALL)


def mixed(data: bytes) -> bytes:
    """Each line with the next of the three newlines."""
    lines = data.split(b"\n")
    ends = (b"\r\n", b"\n", b"\r")
    return b"".join(line + ends[at % 3] for at, line in enumerate(lines[:-1])) + lines[-1]


def odd_bytes(data: bytes) -> bytes:
    """Latin-1 and UTF-16 where UTF-8 is expected."""
    text = data.decode()
    return text.encode("latin-1", "replace") + b"\xe9\n" + text.encode("utf-16")


def controls(data: bytes) -> bytes:
    """NUL, form feed, U+2028, U+0085 and tabs at the ends of lines and words."""
    lines = data.replace(b" ", b"\x00 ").split(b"\n")
    marks = (b"\x0c", "\u2028".encode(), b"\t", "\u0085".encode(), b" \t ", b"\x0b", b"\x1c")
    return b"\n".join(line + marks[at % len(marks)] for at, line in enumerate(lines))


VARIANTS: dict[str, Callable[[bytes], bytes]] = {
    "LF": bytes,
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "CR": lambda data: data.replace(b"\n", b"\r"),
    "mixed": mixed,
    "BOM": lambda data: BOM + data,
    "no final newline": lambda data: data.rstrip(b"\n"),
    "latin-1 and UTF-16": odd_bytes,
    "controls": controls,
}


@dataclass
class Outcome:
    """Texts read and bytes in them; ``faults`` names each text that came back other."""

    texts: int = 0
    size: int = 0
    faults: list[str] = field(default_factory=list)

    def judge(self, name: str, data: bytes) -> None:
        """Read one text and hold what comes back against it."""
        self.texts += 1
        self.size += len(data)
        try:
            fault = differs(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            fault = f"{type(error).__name__}: {error}"
        if fault:
            self.faults.append(f"{name}: {fault}")


def differs(data: bytes) -> str:
    """What comes back other than it was, or nothing."""
    parsed = document.parse(data)
    if document.render(parsed) != data or reader.read(data).text != data:
        return "the bytes that come back are not those read"
    lines = [data[a:b] for a, b in zip(parsed.starts, parsed.starts[1:], strict=False)]
    if b"".join(lines) != data:
        return "its lines put together are not the text"
    at = 0
    for section in parsed.sections:
        if section.start != at:
            return f"a section begins at line {section.start} where {at} was next"
        at = section.end
    return "" if at == len(lines) else f"sections end at line {at} of {len(lines)}"


def specification(cache: Path) -> tuple[str, list[bytes]]:
    """Where the specification was had from, and its examples; no examples if it was not."""
    for name, pack, member in (
        (f"npm package {NPM}", ["npm", "pack", "--silent", NPM], "spec.txt"),
        (
            f"source distribution {PYPI}",
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--no-binary=:all:",
                PYPI,
            ],
            "commonmark.txt",
        ),
    ):
        folder = cache / re.sub(r"\W+", "-", name)
        if not folder.is_dir():
            _fetch(folder, pack)
        for archive in sorted(folder.glob("*.t*gz")):
            with tarfile.open(archive) as opened:
                for entry in opened:
                    held = opened.extractfile(entry) if Path(entry.name).name == member else None
                    if held:
                        text = held.read().decode().replace("\u2192", "\t")
                        return name, [found.encode() for found in EXAMPLE.findall(text)]
    return "", []


def _fetch(folder: Path, pack: list[str]) -> None:
    if not shutil.which(pack[0]):
        return
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(pack, cwd=place, check=False, capture_output=True, timeout=300)
        if done.returncode == 0:
            folder.mkdir(parents=True, exist_ok=True)
            for archive in Path(place).iterdir():
                shutil.copy(archive, folder)


def in_tree(repo: Path) -> Iterator[tuple[str, bytes]]:
    """Every ``.md`` of the newest tree whose content the repository holds."""
    listed = subprocess.run(
        ["git", "-C", str(repo), "ls-tree", "-r", "-z", "HEAD"], check=True, capture_output=True
    ).stdout
    entries = [entry.partition(b"\t") for entry in listed.split(b"\0") if entry.endswith(b".md")]
    names = {about.split()[2].decode(): name.decode() for about, _, name in entries}
    # Not by asking for each: git would look for those that are missing on the network.
    listed = subprocess.run(
        ["git", "-C", str(repo), "cat-file", "--batch-all-objects", "--batch-check"],
        check=True,
        capture_output=True,
    ).stdout
    held = [name for line in listed.decode().splitlines() if (name := line.split()[0]) in names]
    for found, data in versions.contents(repo, [versions.Version("", blob) for blob in held]):
        yield names[found.blob], data


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--limit", type=int, help="only so many versions of the ledger")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "ledger-spec")
    options = parser.parse_args()
    started = time.monotonic()
    outcome = Outcome()
    _specification(outcome, options.cache)
    _corpus(outcome, options.limit)
    print(
        f"{outcome.texts} texts, {outcome.size / 1e6:.1f} MB read; {len(outcome.faults)} came back "
        f"other; {time.monotonic() - started:.0f} s"
    )
    print(*outcome.faults[:20], sep="\n")
    return 2 if not outcome.texts else int(bool(outcome.faults))


def _specification(outcome: Outcome, cache: Path) -> None:
    source, examples = specification(cache)
    if not examples:
        print(f"not run: CommonMark examples (neither {NPM} of npm nor {PYPI} of PyPI to be had)")
        return
    for number, example in enumerate(examples, 1):
        for name, variant in VARIANTS.items():
            outcome.judge(f"CommonMark example {number}, {name}", variant(example))
    print(f"{len(examples)} CommonMark examples x {len(VARIANTS)} variants, from the {source}")


def _corpus(outcome: Outcome, limit: int | None) -> None:
    corpus = Path(os.environ.get("LEDGER_CORPUS") or ROOT.parent / "shared" / "corpus")
    if not (corpus / "make-repo").is_file():
        print(f"not run: real texts (no corpus at {corpus}; LEDGER_CORPUS can name another)")
        return
    before = outcome.texts
    for file in sorted(corpus.rglob("*.md")):
        outcome.judge(str(file.relative_to(corpus)), file.read_bytes())
    print(f"{outcome.texts - before} .md files of the corpus")
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder, "repo")
        command = [sys.executable, str(corpus / "make-repo"), str(repo)]
        subprocess.run(command, check=True, capture_output=True)
        before = outcome.texts
        for name, data in in_tree(repo):
            outcome.judge(name, data)
        print(f"{outcome.texts - before} .md files of the real repository's newest tree")
        wanted = versions.spaced(versions.history(repo), limit)
        for version, data in versions.contents(repo, wanted):
            outcome.judge(f"{version.commit[:8]}:{versions.PATH}", data)
        print(f"{len(wanted)} versions of the real ledger")


if __name__ == "__main__":
    sys.exit(main())
