"""A repository that names programs wherever git, pytest or a shell look for some.

Each program leaves a file with its name in ``ran``. What is planted comes with a clone (files, links,
``.gitmodules``, a bare repository) or with a folder that was unpacked (its configuration, its hooks).
"""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.repository import Repository

# Keys of a configuration, with `{}` for the program.
SETTINGS: dict[str, str] = {
    "core.fsmonitor": "{}",
    "core.pager": "{}",
    "core.editor": "{}",
    "core.askPass": "{}",
    "core.sshCommand": "{}",
    "core.gitProxy": "{}",
    "core.alternateRefsCommand": "{}",
    "sequence.editor": "{}",
    "credential.helper": "!{}",
    "diff.external": "{}",
    "diff.planted.textconv": "{}",
    "diff.planted.command": "{}",
    "filter.planted.clean": "{}",
    "filter.planted.smudge": "{}",
    "filter.served.process": "{}",
    "filter.listed.clean": "{}",
    "filter.with.a.dot.clean": "{}",
    "merge.planted.driver": "{} %O %A %B",
    "merge.default": "planted",
    "gpg.program": "{}",
    "gpg.x509.program": "{}",
    "gpg.ssh.program": "{}",
    "gpg.ssh.defaultKeyCommand": "{}",
    "trailer.planted.command": "{}",
    "trailer.planted.cmd": "{}",
    "interactive.diffFilter": "{}",
    "uploadpack.packObjectsHook": "{}",
    "remote.origin.uploadpack": "{}",
    "remote.origin.receivepack": "{}",
    "remote.helped.vcs": "planted",
    "tar.planted.command": "{}",
    "gc.recentObjectsHook": "{}",
    "hook.planted.command": "{}",
    "difftool.planted.cmd": "{}",
    "mergetool.planted.cmd": "{}",
    "man.planted.cmd": "{}",
    "browser.planted.cmd": "{}",
    "sendemail.smtpServer": "{}",
    "submodule.part.update": "!{}",
    "core.hooksPath": "",  # set to a folder of hooks
    "include.path": "",  # a file with further settings
}
ALIASES = "blame cat-file check-attr check-ignore config diff diff-files diff-index diff-tree log ls-files ls-tree merge-base rev-parse status update-index".split()
PAGED = "blame branch config diff log status".split()
HOOKS = "applypatch-msg commit-msg fsmonitor-watchman p4-changelist post-checkout post-commit post-index-change post-merge post-rewrite pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase prepare-commit-msg push-to-checkout reference-transaction sendemail-validate".split()
# Files that somebody might load or start because they lie where they lie.
FILES = {
    **{
        f"{name}.py": "import os; os.system({!r})"
        for name in "conftest sitecustomize usercustomize git typer rich pydantic filelock tomllib setup noxfile".split()
    },
    "ledger/__init__.py": "import os; os.system({!r})",
    "Makefile": "all:\n\t{}\n",
    ".envrc": "{}\n",
}
# Programs named as those that are on the PATH.
PROGRAMS = "git pre-commit ledger-hook pytest python sh ssh gpg git-remote-planted".split()


@dataclass
class Planted:
    """The repository, and where its programs leave their names."""

    repo: Repository
    ran: Path
    names: list[str] = field(default_factory=list)

    def program(self, name: str) -> str:
        """A program that leaves its name, and passes on what it gets."""
        place = self.ran.parent / "programs" / name
        place.parent.mkdir(exist_ok=True)
        self.write_program(place, name)
        return os.fspath(place)

    def write_program(self, place: Path, name: str) -> None:
        """Likewise, at a place of its own."""
        self.names.append(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"#!/bin/sh\ntouch '{self.ran / name}'\nexec cat\n", "utf-8")
        place.chmod(place.stat().st_mode | stat.S_IXUSR)

    def sprung(self) -> list[str]:
        """What was run since this was asked last."""
        found = sorted(self.ran.iterdir())
        for place in found:
            place.unlink()
        return [place.name for place in found]


def plant(path: Path) -> Planted:
    """Lay out the repository at ``path``, with a merge base, a submodule and a signed commit."""
    inner = Repository.create(path.parent / "inner")
    inner.write(".gitattributes", b"*.txt filter=planted diff=planted\n")
    inner.write("a.txt", b"a\n")
    inner.commit("a text")
    repo = Repository.create(path)
    planted = Planted(repo, path.parent / "ran")
    planted.ran.mkdir()
    repo.write(
        ".gitattributes", b"*.md filter=planted diff=planted merge=planted\n*.log filter=served\n"
    )
    repo.write(".gitignore", b"*.tmp\n")
    _files(planted)
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", "../inner", "part")
    repo.git(
        "config",
        "--file",
        ".gitmodules",
        "submodule.part.update",
        f"!{planted.program('gitmodules')}",
    )
    repo.commit("All that comes with a clone")
    repo.ledger.write_bytes(repo.ledger.read_bytes().replace(b"Measure 50", b"Measure 60"))
    repo.ledger.write_bytes(
        repo.ledger.read_bytes().replace(
            b"- Owner/Date: ben", b"- Owner/Date: ben until 23:59Z; ben"
        )
    )
    repo.commit("A second version")
    _sign(repo)
    _bare(planted)
    _configure(planted, repo.path / ".git", "")
    _configure(planted, repo.path / ".git" / "modules" / "part", "submodule ")
    for place in (
        "docs/fix_plan.md",
        "reports/parser-speed/phase_b/20251102T091500Z/pytest.log",
        "part/a.txt",
    ):
        os.utime(repo.path / place)  # git has to look into it, through its filter
    repo.write("part/docs/fix_plan.md", b"changed\n")
    repo.write("new.md", b"not tracked\n")
    planted.sprung()
    return planted


def _files(planted: Planted) -> None:
    for name, form in FILES.items():
        planted.repo.write(name, form.format(planted.program(name.replace("/", "."))).encode())
    for name in PROGRAMS:
        planted.write_program(planted.repo.path / name, f"{name} at the top")
    planted.repo.write(
        ".pre-commit-config.yaml",
        f"repos:\n- repo: local\n  hooks:\n  - id: ledger\n    name: x\n    language: system\n    entry: {planted.program('pre-commit entry')!r}\n".encode(),
    )
    planted.repo.write("pytest.ini", b"[pytest]\naddopts = -p conftest\n")


def _sign(repo: Repository) -> None:
    """The newest commit again, with a signature: git checks it with a program."""
    tree, parent = repo.git("rev-parse", "HEAD^{tree}"), repo.git("rev-parse", "HEAD")
    text = (
        f"tree {tree}\nparent {parent}\nauthor T <t@x> 1764000000 +0000\ncommitter T <t@x> 1764000000 +0000\n"
        "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n\nsigned\n"
    )
    done = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=repo.path, input=text.encode(), capture_output=True, check=True,
    )  # fmt: skip
    repo.git("update-ref", "HEAD", done.stdout.decode().strip())


def _bare(planted: Planted) -> None:
    """A bare repository, which git takes for one in whose folder it is started."""
    place = planted.repo.path / "vendor" / "bare"
    planted.repo.git("init", "--quiet", "--bare", os.fspath(place))
    with (place / "config").open("a") as file:
        file.write(f"[core]\n\tfsmonitor = {planted.program('bare fsmonitor')}\n\tworktree = ..\n")


def _configure(planted: Planted, folder: Path, of: str) -> None:
    """The configuration, the attributes and the hooks of a git folder."""
    more, listed, hooks = (
        planted.ran.parent / f"{of}{name}" for name in ("more", "attributes", "hooks")
    )
    more.write_text(f"[diff]\n\texternal = {planted.program(of + 'included external')}\n", "utf-8")
    (planted.ran.parent / "none").touch()
    listed.write_text("*.xml filter=listed\n*.txt filter=with.a.dot\n", "utf-8")
    lines = [
        f"[log]\n\tshowSignature = true\n\tfollow = true\n[status]\n\tsubmoduleSummary = true\n[core]\n\tattributesFile = {listed}\n",
        '[protocol]\n\tallow = always\n[protocol "ext"]\n\tallow = always\n[fetch]\n\trecurseSubmodules = true\n',
        f"[diff]\n\tsubmodule = diff\n\tnoprefix = true\n\tmnemonicPrefix = true\n\torderFile = {listed}\n",
        f'[blame]\n\tignoreRevsFile = {planted.ran.parent / "none"}\n[hook "planted"]\n\tevent = post-index-change\n',
        f'[url "ext::{planted.program(of + "url")} "]\n\tinsteadOf = https://\n',
    ]
    for key, form in SETTINGS.items():
        value = form.format(planted.program(of + key)) if "{}" in form else form
        value = {"core.hooksPath": os.fspath(hooks), "include.path": os.fspath(more)}.get(
            key, value
        )
        section, _, rest = key.partition(".")
        name, _, last = rest.rpartition(".")
        head = f'[{section} "{name}"]' if name else f"[{section}]"
        lines.append(f'{head}\n\t{last} = "{value}"\n')
    lines += [
        f'[alias]\n\t{name} = "!{planted.program(f"{of}alias {name}")}"\n' for name in ALIASES
    ]
    lines += [f'[pager]\n\t{name} = "{planted.program(f"{of}pager {name}")}"\n' for name in PAGED]
    for name in HOOKS:
        planted.write_program(hooks / name, f"{of}hook {name}")
        planted.write_program(folder / "hooks" / name, f"{of}own hook {name}")
    with (folder / "config").open("a") as file:
        file.writelines(lines)
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "attributes").write_text("*.toml filter=planted diff=planted\n", "utf-8")
