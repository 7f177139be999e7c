"""Odd repositories: each command works in each of them, or says in one line what to do.

``python -m tests.campaigns.repositories [NAME...]`` lays out each state of ``STATES`` (or those whose
names hold NAME) and runs every command of ``COMMANDS`` there, each in a child of this process with
an end after 60 seconds. What was asked for reading may change no file but caches, nor git's index.

A state is a shell script. It starts in a repository with a plan of three versions and one run; ``$T``
is the folder above it, ``$M`` the folder of the state, where the file ``cwd`` may name another folder
to run in, and ``env`` may hold lines ``NAME=value`` or ``-NAME`` for the environment. ``says`` are the
commands that cannot work there, with what each of them has to say; all others have to work.

The exit code is 1 if a command was no better than that anywhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import pkgutil
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import ledger
from ledger import hook
from ledger.cli import main
from tests.support.places import DATA

LONGEST_S = 60
RUN = "reports/parser-speed/phase_b/20251102T091500Z"
NEW = "reports/parser-speed/phase_b/20251103T080000Z"

# Name to arguments, what stands on standard output where it works, and whether it only reads.
COMMANDS: dict[str, tuple[tuple[str, ...], str, bool]] = {
    "status": (("status",), r"PARSE-SPEED-001", True),
    "next": (("next",), r"PARSE-SPEED-001", True),
    "show": (("show", "PARSE-SPEED-001#2"), r"Splitter rewritten", True),
    "validate": (("validate",), r"no findings|warning LED405", True),
    "base": (("validate", "--base", "HEAD"), r"no findings|warnings?$", True),
    "hook": (("hook", "docs/fix_plan.md"), r"", True),
    "verify": (("verify",), r"\b0 contradicted", True),
    "links": (("links",), r"[1-9] paths? cited", True),
    "history": (("history",), r"\d version", True),
    "doctor": (("doctor",), r"", True),
    "dry": (("init", "--hook", "--dry-run"), r"", True),
    "append": (("append", "PARSE-SPEED-001", NEW), r"attempt #\d", False),
    "run": (("run", "PARSE-SPEED-001", "--", "true"), r"attempt #\d", False),
    "init": (("init",), r"there already", False),
}
READING = [name for name, (_, _, reads) in COMMANDS.items() if reads]
WRITING = [name for name in COMMANDS if name not in READING]
ALL = " ".join(COMMANDS)
PLAN = " ".join(name for name in COMMANDS if name != "hook")
ASKING = " ".join(name for name in COMMANDS if name not in ("hook", "init", "dry"))
EVERY = "show validate base hook verify links history append run init dry doctor"
# What asks git for the files; `base` and `history` ask it for commits alone.
TOGETHER = "show validate hook verify links append run init"
NONE = {"base history hook": r"no(t a)? git repository"}


@dataclass(frozen=True)
class State:
    """One odd repository."""

    name: str
    script: str
    says: dict[str, str]
    """Commands, separated by blanks, to the pattern of their one line."""
    process: bool = False
    """In processes of their own: what is odd shows only at their start."""

    def wanted(self, command: str) -> str | None:
        """What the command has to say instead of working."""
        return next((text for names, text in self.says.items() if command in names.split()), None)


def state(name: str, script: str, says: dict[str, str] | None = None, **more: bool) -> State:
    return State(name, script, says or {}, **more)


# A commit of the plan with these lines for author and committer.
_DATED = r"""
sed -i 's/ben\/2025-11-01/ben\/2025-11-04/' docs/fix_plan.md; git add -A
{ printf 'tree %s\nparent %s\n' $(git write-tree) $(git rev-parse HEAD); printf "%b" "$COMMIT"; } > $M/c
git update-ref HEAD $(git hash-object -t commit -w --literally $M/c)
"""


def dated(name: str, author: str, committer: str | None = None) -> State:
    """A commit dated so."""
    committer = author if committer is None else committer
    text = rf"author V <v@x> {author}\ncommitter V <v@x> {committer}\n\nplan\n"
    return state(f"date {name}", f"COMMIT='{text}'" + _DATED)


DATES = [
    dated("of the epoch", "0 +0000"),
    dated("before the epoch", "-86400 +0000"),
    dated("before the epoch of year 1900", "-2208988800 +0000"),
    dated("of the year 2099", "4070908800 +0000"),
    dated("of the year 10000", "253402300800 +0000"),
    dated("too large", "99999999999999999999 +0000"),
    dated("+1400", "1762174800 +1400"),
    dated("-1200", "1762174800 -1200"),
    dated("+0545", "1762174800 +0545"),
    dated("+2400", "1762174800 +2400"),
    dated("+051800", "1312735823 +051800"),
    dated("-7580", "1312735823 -7580"),
    dated("with minutes over 59", "1762174800 +0199"),
    dated("+0", "1762174800 +0"),
    dated("without a zone", "1762174800"),
    dated("with a zone of letters", "1762174800 PST"),
    dated("in words", "Mon Nov 3 12:00:00 2025"),
    dated("that is none", "garbage"),
    dated("empty", ""),
    dated("author after committer", "1793491200 +0000", "1762174800 +0000"),
    dated("author malformed only", "x +0518000", "1762174800 +0000"),
    state("commit without author", r"COMMIT='committer V <v@x> 1762174800 +0000\n\nplan\n'" + _DATED),
    state("commit without committer", r"COMMIT='author V <v@x> 1762174800 +0000\n\nplan\n'" + _DATED),
    state("commit with an odd author", r"COMMIT='author V > <<v@x>> 1762174800 +0000\ncommitter  <> 1762174800 +0000\n\nplan\n'" + _DATED),
    state("commit without a message", r"COMMIT='author V <v@x> 1762174800 +0000\ncommitter V <v@x> 1762174800 +0000\n\n'" + _DATED),
    state("commit in Latin-1", r"COMMIT='author J\xf6rg <v@x> 1762174800 +0000\ncommitter J\xf6rg <v@x> 1762174800 +0000\nencoding ISO-8859-1\n\nGr\xfc\xdfe\n'" + _DATED),
    state("commit in no encoding", r"COMMIT='author J\xff <v@x> 1762174800 +0000\ncommitter J\xff <v@x> 1762174800 +0000\nencoding klingon\n\n\xff\xfe\x1b[2J\n'" + _DATED),
]  # fmt: skip

CLONES = [
    state("partial blob:none", "partial --filter=blob:none"),
    state("partial blob:limit=10", "partial --filter=blob:limit=10"),
    state("partial tree:0", "partial --filter=tree:0", {"history links show": r"partial.*git fetch --refetch"}),
    state("partial and the remote is gone", "partial --filter=blob:none; mv $T/origin $T/gone"),
    state("partial without a checkout", "partial --filter=blob:none --no-checkout", {PLAN: r"docs/fix_plan.md.*git restore", "hook": r"git fetch --refetch"}),
    state("partial and sparse", "partial --filter=blob:none --sparse", {PLAN: r"sparse.*git sparse-checkout add docs", "hook": ""}),
    state("shallow", "git clone -q --depth 1 file://$T/repo $T/clone; echo $T/clone > $M/cwd"),
    state("shallow and grafted by date", "git clone -q --shallow-since=2025-11-03T12:00:30Z file://$T/repo $T/clone; echo $T/clone > $M/cwd"),
    state("single branch", "git clone -q --single-branch file://$T/repo $T/clone; echo $T/clone > $M/cwd"),
    state("alternates", "git clone -q -s $T/repo $T/clone; echo $T/clone > $M/cwd"),
    state("alternates gone", "git clone -q -s $T/repo $T/clone; mv $T/repo $T/gone; echo $T/clone > $M/cwd", {"base history hook append run": r"object|git fsck|cannot read", "doctor": r"git fsck"}),
    state("clone without a checkout", "git clone -q --no-checkout $T/repo $T/clone; echo $T/clone > $M/cwd", {PLAN: r"docs/fix_plan.md.*git restore", "hook": r"LED504"}),
    state("bare", "git clone -q --bare $T/repo $T/bare; echo $T/bare > $M/cwd", {ALL: r"bare|no fix plan"}),
    state("bare with safe.bareRepository", "git clone -q --bare $T/repo $T/bare; echo $T/bare > $M/cwd; cfg safe.bareRepository explicit", {ALL: r"bare|no fix plan"}),
    state("core.bare beside a work tree", "git config core.bare true", {"append run init base hook history links show validate verify dry": r""}),
    state("sha256", "rebuild --object-format=sha256"),
    state("separate git folder", "git init -q --separate-git-dir=$T/elsewhere"),
    state("git folder is a link", "mv .git $T/elsewhere; ln -s $T/elsewhere .git"),
    state("git file to nowhere", "mv .git $T/elsewhere; echo 'gitdir: /nonexistent' > .git", NONE),
    state("git folder empty", "rm -rf .git; mkdir .git", NONE),
    state("no repository", "rm -rf .git", NONE),
    state("packed refs only", "git pack-refs --all; git gc -q"),
    state("many refs", "H=$(git rev-parse HEAD); for i in $(seq 5000); do echo create refs/heads/topic/$i $H; done | git update-ref --stdin"),
    state("reftable of a later git", "git config core.repositoryFormatVersion 1; git config extensions.refStorage reftable", {EVERY: r"unknown repository extension.*refstorage"}),
    state("format of a later git", "git config core.repositoryFormatVersion 99", {EVERY: r"99"}),
    state("HEAD is a link", "ln -sf refs/heads/main .git/HEAD"),
    state("replaced commit", "git replace HEAD~1 HEAD~2"),
    state("replaced plan", "git replace HEAD~1:docs/fix_plan.md HEAD~2:docs/fix_plan.md"),
    state("grafts", "git rev-parse HEAD > .git/info/grafts"),
]  # fmt: skip

STANDS = [
    state("unborn HEAD", "rm -rf .git; git init -q", {"base history": r"no commit"}),
    state("unborn HEAD and staged", "rm -rf .git; git init -q; git add -A", {"base history": r"no commit"}),
    state("orphan branch", "git checkout -q --orphan fresh", {"base history": r"no commit"}),
    state("detached HEAD", "git checkout -q --detach HEAD~1"),
    state("branch named HEAD", "git update-ref refs/heads/HEAD HEAD~1"),
    state("branch and tag of one name", "git tag main HEAD~1"),
    state("branch named like the plan", "git branch docs/fix_plan.md HEAD~1"),
    state("branch named like an option", "git update-ref refs/heads/--output=x HEAD~1; git symbolic-ref HEAD refs/heads/--output=x; git reset -q --hard"),
    state("tag named like a commit", "git tag $(git rev-parse --short HEAD) HEAD~1"),
    state("in a merge", "fork other; git merge -q other || true; git checkout -q --ours x; git add x"),
    state("in a merge with a conflict elsewhere", "fork other; git merge -q other || true"),
    state("in a merge with a conflict in the plan", "forkplan other; git merge -q other || true", {"validate base verify append run next hook": r"conflict"}),
    state("in a rebase with a conflict elsewhere", "fork other; git rebase -q other || true"),
    state("in a cherry-pick", "fork other; git cherry-pick other || true"),
    state("in a revert", "fork other; echo 3 > x; git commit -qam 3; git revert HEAD~1 || true"),
    state("in a bisect", "git bisect start; git bisect bad; git bisect good HEAD~2"),
    state("in an am", "git format-patch -q -1 HEAD~1 --stdout | sed s/ben/bxn/ > $M/p; git am -q $M/p || true"),
    state("stash", "sed -i s/anna/hanna/ docs/fix_plan.md; git stash -q"),
    state("work tree linked", "git worktree add -q $T/tree -b t; echo $T/tree > $M/cwd"),
    state("work tree locked", "git worktree add -q $T/tree -b t; git worktree lock $T/tree; echo $T/tree > $M/cwd"),
    state("work tree moved by hand", "git worktree add -q $T/tree -b t; mv $T/tree $T/moved; echo $T/moved > $M/cwd"),
    state("work tree whose repository moved", "git worktree add -q $T/tree -b t; mv $T/repo $T/moved; echo $T/tree > $M/cwd", NONE),
    state("work tree pruned", "git worktree add -q $T/tree -b t; rm -rf .git/worktrees; echo $T/tree > $M/cwd", NONE),
    state("work tree inside the tree", "git worktree add -q wt -b t; echo $T/repo/wt > $M/cwd"),
    state("evening in Los Angeles", "evening America/Los_Angeles 20251104T010000Z '2025-11-03T17:05:00 -0800'"),
    state("evening in Honolulu", "evening Pacific/Honolulu 20251104T090000Z '2025-11-03T23:05:00 -1000'"),
    state("morning in Kiritimati", "evening Pacific/Kiritimati 20251102T230000Z '2025-11-03T13:05:00 +1400'"),
    state("stamp in local time, commit in UTC", "evening Asia/Tokyo 20251103T210000Z '2025-11-03T12:05:00 +0000'"),
    state("night when the clock goes back", "evening America/New_York 20251102T013000 '2025-11-02T01:10:00 -0500'"),
]  # fmt: skip

TREES = [
    state("submodule with the evidence", "sub runs; cp -r $T/sub/20251103T080000Z $M/; git commit -qm s; sed -i 's#  \\* \\[2025-11-02\\] Attempt \\#2#&#; s#/{pytest.log,exit_code.txt}#/pytest.log`, `runs/20251103T080000Z/pytest.log#' docs/fix_plan.md; git commit -qam cite"),
    state("submodule with the plan, from within", "sub inner; git commit -qm sub; echo $T/repo/inner > $M/cwd"),
    state("submodule that is not there", "sub inner; git commit -qm sub; git clone -q $T/repo $T/clone; echo $T/clone > $M/cwd"),
    state("sparse, cone, without the plan", "git sparse-checkout set src", {PLAN: r"sparse.*git sparse-checkout add docs", "hook": ""}),
    state("sparse, patterns, without the plan", "git sparse-checkout set --no-cone '/*' '!/docs/fix_plan.md'", {PLAN: r"sparse.*git sparse-checkout add (--\S+ )?.?/?docs", "hook": ""}),
    state("sparse without the evidence", "git sparse-checkout set docs", {"append": r"no such file or folder"}),
    state("plan deleted", "rm docs/fix_plan.md", {PLAN: r"docs/fix_plan.md is in git.*git restore docs/fix_plan.md", "hook": ""}),
    state("plan and folder deleted", "rm -r docs", {PLAN: r"docs/fix_plan.md is in git.*git restore docs/fix_plan.md", "hook": ""}),
    state("plan deletion staged", "git rm -q docs/fix_plan.md", {PLAN: r"docs/fix_plan.md is in git.*git restore --staged --worktree docs/fix_plan.md", "hook": "LED"}),
    state("plan only staged, then deleted", "git mv docs/fix_plan.md fix_plan.md; git commit -qm mv; mkdir -p docs; cp fix_plan.md docs; git add -A; rm docs/fix_plan.md; git rm -q --cached fix_plan.md; rm fix_plan.md", {PLAN: r"git restore", "hook": ""}),
    state("plan configured and deleted", "mkdir p; git mv docs/fix_plan.md p/plan.md; printf '[tool.ledger]\\npath=\"p/plan.md\"\\n' > pyproject.toml; git add -A; git commit -qm conf; rm p/plan.md", {PLAN: r"p/plan.md is in git.*git restore p/plan.md", "hook": ""}),
    state("plan untracked", "git rm -q --cached docs/fix_plan.md; git commit -qm gone", {}),
    state("plan ignored", "git rm -q --cached docs/fix_plan.md; echo docs/ > .gitignore; git add -A; git commit -qm gone", {}),
    state("plan intended to add", "git rm -q --cached docs/fix_plan.md; git commit -qm gone; git add -N docs/fix_plan.md", {}),
    state("plan in a linked folder", "git mv docs real; ln -s real docs; git add -A; git commit -qm link"),
    state("plan is a link", "git mv docs/fix_plan.md plan.md; ln -s ../plan.md docs/fix_plan.md; git add -A; git commit -qm link"),
    state("plan in a folder outside", "mv docs $T/out; ln -s $T/out docs", {PLAN: r"outside|link", "hook": r"no git repository"}),
    state("repository below a link", "ln -s $T/repo $T/link; echo $T/link > $M/cwd"),
    state("repository with blanks", "mv $T/repo \"$T/a b  'c'\"; echo \"$T/a b  'c'\" > $M/cwd"),
    state("repository with a newline", "mv $T/repo $T/$'a\\nb'; printf \"$T/a\\nb\" > $M/cwd"),
    state("repository with dollars", 'mv $T/repo "$T/\\$HOME [x] {a,b} %s"; echo "$T/\\$HOME [x] {a,b} %s" > $M/cwd'),
    state("repository that is not UTF-8", "mv $T/repo $T/$'r\\xff'; printf \"$T/r\\xff\" > $M/cwd"),
    state("files that are not UTF-8", "touch $'a\\xff' $'docs/b\\xfe.md' $'" + RUN + "/\\xff.log'; git add -A; git commit -qm x; touch $'c\\xff'"),
    state("from a folder below", "echo $T/repo/src > $M/cwd", {"append": r"no such file or folder"}),
    state("from the git folder", "echo $T/repo/.git > $M/cwd", {ALL: "git's own folder"}),
    state("ignorecase", "git config core.ignorecase true; git mv docs/fix_plan.md docs/x; git mv docs/x docs/Fix_Plan.md; git commit -qm case; printf '[tool.ledger]\\npath=\"docs/Fix_Plan.md\"\\n' > pyproject.toml", {"hook": ""}),
    state("autocrlf", "git config core.autocrlf true; rm docs/fix_plan.md; git checkout -q docs"),
    state("eol attribute", "echo '*.md text eol=crlf' > .gitattributes; git add -A; git commit -qm a; rm docs/fix_plan.md; git checkout -q docs"),
    state("ident attribute", "echo '*.md ident' > .gitattributes; git add -A; git commit -qm a; rm docs/fix_plan.md; git checkout -q docs"),
    state("working-tree-encoding", "echo '*.md text working-tree-encoding=UTF-16' > .gitattributes; git add .gitattributes; rm docs/fix_plan.md; git checkout -q docs", {PLAN.replace("history ", ""): r"UTF-16|UTF-8", "hook": ""}),
    state("filter that is missing", "echo '*.log filter=lfs' > .gitattributes; git add .gitattributes; git config filter.lfs.required true; git config filter.lfs.clean 'git-lfs-missing clean'; touch " + RUN + "/pytest.log"),
    state("LFS pointer as evidence", "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%064d\\nsize 12345\\n' 1 > " + RUN + "/pytest.log; git add -A; git commit -qm lfs"),
    state("annex link as evidence", "rm " + RUN + "/pytest.log; ln -s ../../../../.git/annex/objects/Xx/SHA256E-s1--a.log " + RUN + "/pytest.log; git add -A; git commit -qm annex", {"validate": "LED406"}),
    state("export-ignore", "echo 'docs export-ignore' > .gitattributes; git add -A; git commit -qm x"),
    state("assume-unchanged", "git update-index --assume-unchanged docs/fix_plan.md; sed -i s/ben/bxn/ docs/fix_plan.md"),
    state("skip-worktree", "git update-index --skip-worktree docs/fix_plan.md; rm docs/fix_plan.md", {PLAN: r"docs/fix_plan.md.*git (update-index --no-skip-worktree|sparse-checkout)", "hook": ""}),
    state("two plans", "cp docs/fix_plan.md fix_plan.md; git add -A; git commit -qm two"),
    state("repository inside", "git init -q vendor; cp -r docs vendor; cd vendor; git add -A; git commit -qm v"),
    state("repository inside, from within", "git init -q vendor; echo x > vendor/x; git -C vendor add -A; git -C vendor commit -qm v; echo $T/repo/vendor > $M/cwd", {ASKING: r"no fix plan", "init dry": r"docs/fix_plan.md: "}),
    state("evidence in a repository inside", "cd " + NEW + "; git init -q; git add -A; git commit -qm v"),
    state("index version 4", "git update-index --index-version 4"),
    state("split index", "git update-index --split-index"),
    state("untracked cache", "git update-index --untracked-cache; git status -s >/dev/null"),
    state("notes", "git notes add -m x; git notes add -m y HEAD~1"),
    state("shared repository", "git config core.sharedRepository group"),
    state("submodule settings broken", "printf '[submodule \"x\"]\\n' > .gitmodules; git add -A; git commit -qm x"),
]  # fmt: skip

BROKEN = [
    state("owned by another", "chown -R 12345 $T/repo", {TOGETHER + " base history": r"dubious.*git config --global --add safe.directory"}),
    state("owned by another, and safe", "chown -R 12345 $T/repo; cfg safe.directory '*'"),
    state("index corrupt", "echo garbage > .git/index", {TOGETHER: r"index file"}),
    state("index empty", ": > .git/index", {TOGETHER: r"index file"}),
    state("index gone", "rm .git/index", {"hook": ""}),
    state("index.lock", "touch .git/index.lock"),
    state("HEAD empty", ": > .git/HEAD", {TOGETHER + " base history": r"not a git repository|no repository"}),
    state("HEAD gone", "rm .git/HEAD", {"base history hook": r"no(t a)? git repository"}),
    state("HEAD garbage", "echo garbage > .git/HEAD", {TOGETHER + " base history": r"not a git repository|no repository"}),
    state("HEAD of a commit that is not there", "echo 1234567890123456789012345678901234567890 > .git/HEAD", {"base history hook append run": r"1234567|HEAD|git fsck"}),
    state("branch garbage", "echo garbage > .git/refs/heads/main", {"base history hook append run": r"main names no commit.*git update-ref"}),
    state("branch of zeros", "echo 0000000000000000000000000000000000000000 > .git/refs/heads/main", {"base history hook append run": r"is 00000000, which|bad object HEAD"}),
    state("plan's object gone", "rm -f .git/objects/$(git rev-parse HEAD:docs/fix_plan.md | sed 's#^..#&/#')", {"base history hook verify": r"object|git fsck"}),
    state("plan's object corrupt", "O=.git/objects/$(git rev-parse HEAD:docs/fix_plan.md | sed 's#^..#&/#'); chmod u+w $O; echo garbage > $O", {"base history hook verify": r"object|git fsck|loose"}),
    state("object empty", "O=.git/objects/$(git rev-parse HEAD:docs/fix_plan.md | sed 's#^..#&/#'); chmod u+w $O; : > $O", {"base history hook verify": r"object|git fsck"}),
    # The versions of HEAD and of HEAD~2 are the same.
    state("old version's object gone", "rm -f .git/objects/$(git rev-parse HEAD~2:docs/fix_plan.md | sed 's#^..#&/#')", {"base history hook verify": r"object|git fsck"}),
    state("tree gone", "rm -f .git/objects/$(git rev-parse HEAD^{tree} | sed 's#^..#&/#')", {"base history hook append run show verify links": r"object|tree|git fsck"}),
    state("commit gone", "rm -f .git/objects/$(git rev-parse HEAD | sed 's#^..#&/#')", {"base history hook append run": r"object|HEAD|git fsck"}),
    state("parent gone", "rm -f .git/objects/$(git rev-parse HEAD~1 | sed 's#^..#&/#')", {"show links history": r"Could not read.*git fsck"}),
    state("pack corrupt", "git gc -q; P=$(ls .git/objects/pack/*.pack); chmod u+w $P; head -c 100 $P > $M/p; cat $M/p > $P", {"base history hook append run": r"object|pack|HEAD|git fsck"}),
    state("settings of git broken", "echo '[core' >> .git/config", {TOGETHER + " base history": r"bad config|config"}),
    state("settings of the user broken", "echo '[core' >> $GIT_CONFIG_GLOBAL", {TOGETHER + " base history": r"bad config|config"}),
    state("setting broken", "git config core.abbrev seven; git config core.filemode perhaps", {TOGETHER + " base history": r"core\.(abbrev|filemode)|config"}),
    state("settings include nothing", "git config include.path $T/gone"),
    state("work tree set elsewhere", "mkdir $T/w; git config core.worktree $T/w"),
    state("work tree set to nothing", "git config core.worktree $T/gone", {"append run init": r"must be run in a work tree"}),
    state("git is not there", "echo PATH=$M > $M/env", {TOGETHER + " base history": r"git.*(not found|no such|PATH|install)"}),
    state("git says no", "mkdir $M/bin; printf '#!/bin/sh\\necho You have not agreed to the licence >&2; exit 69\\n' > $M/bin/git; chmod +x $M/bin/git; echo PATH=$M/bin:$PATH > $M/env", {EVERY: r"agreed to the licence"}),
    state("git of 2013", "mkdir $M/bin; printf '#!/bin/sh\\ncase \"$1\" in --version|version) echo git version 1.8.3.1; exit;; -c|-C|--*) ;; esac\\nfor a; do case $a in --path-format*|--end-of-options|--no-lazy-fetch|--no-optional-locks|--batch-command*|--show-object-format*) echo \"unknown option: $a\" >&2; exit 129;; esac; done\\ncase \" $* \" in *\" status \"*\" --no-renames \"*) echo \"unknown option: --no-renames\" >&2; exit 129;; esac\\nexec '$(command -v git)' \"$@\"\\n' > $M/bin/git; chmod +x $M/bin/git; echo PATH=$M/bin:$PATH > $M/env", {"append run": r"git status failed: unknown option: --no-renames"}),
    state("git was killed", "mkdir $M/bin; printf '#!/bin/sh\\nkill -9 $$\\n' > $M/bin/git; chmod +x $M/bin/git; echo PATH=$M/bin:$PATH > $M/env", {EVERY: r"git \S+ failed: killed by signal 9"}),
]  # fmt: skip

SURROUNDINGS = [
    state("GIT_DIR of another", "git init -q $T/other; echo GIT_DIR=$T/other/.git > $M/env", {"base history append run": r""}),
    state("GIT_DIR to nowhere", "echo GIT_DIR=/nonexistent > $M/env"),
    state("GIT_DIR of this, relative", "echo GIT_DIR=.git > $M/env"),
    state("GIT_DIR and GIT_WORK_TREE", 'mv .git $T/dot; printf "GIT_DIR=$T/dot\\nGIT_WORK_TREE=$T/repo\\n" > $M/env'),
    state("GIT_WORK_TREE elsewhere", "mkdir $T/w; echo GIT_WORK_TREE=$T/w > $M/env"),
    state("GIT_INDEX_FILE of another", "cp .git/index $M/index; echo GIT_INDEX_FILE=$M/index > $M/env"),
    state("GIT_INDEX_FILE to nowhere", "echo GIT_INDEX_FILE=/nonexistent/index > $M/env", {"hook": ""}),
    state("GIT_OBJECT_DIRECTORY to nowhere", "echo GIT_OBJECT_DIRECTORY=/nonexistent > $M/env", {EVERY: r""}),
    state("GIT_CEILING_DIRECTORIES", "echo GIT_CEILING_DIRECTORIES=$T/repo > $M/env; echo $T/repo/src > $M/cwd", {ALL: r""}),
    state("GIT_LITERAL_PATHSPECS", "echo GIT_LITERAL_PATHSPECS=1 > $M/env"),
    state("GIT_ICASE_PATHSPECS", "echo GIT_ICASE_PATHSPECS=1 > $M/env"),
    state("GIT_NAMESPACE", "echo GIT_NAMESPACE=x > $M/env"),
    state("GIT_TRACE", "printf 'GIT_TRACE=1\\nGIT_TRACE_SETUP=1\\nGIT_TRACE2=1\\n' > $M/env"),
    state("GIT_CONFIG_COUNT broken", "echo GIT_CONFIG_COUNT=x > $M/env"),
    state("GIT_OPTIONAL_LOCKS", "echo GIT_OPTIONAL_LOCKS=1 > $M/env"),
    state("HOME unset", "printf -- '-HOME\\n-USERPROFILE\\n-XDG_CACHE_HOME\\n-XDG_CONFIG_HOME\\n' > $M/env"),
    state("HOME is no folder", "printf 'HOME=/dev/null\\n-XDG_CACHE_HOME\\n-XDG_CONFIG_HOME\\n' > $M/env"),
    state("cache is no folder", "printf 'XDG_CACHE_HOME=/dev/null/x\\n' > $M/env"),
    state("cache relative", "printf 'XDG_CACHE_HOME=cache\\n' > $M/env"),
    state("TMPDIR is no folder", "echo TMPDIR=/nonexistent > $M/env"),
    state("LANG=C", "printf 'LANG=C\\nLC_ALL=C\\nPYTHONUTF8=0\\nPYTHONCOERCECLOCALE=0\\n' > $M/env", process=True),
    state("LC_ALL unknown", "printf 'LC_ALL=xx_XX.klingon\\n' > $M/env", process=True),
    state("output in ASCII", "printf 'PYTHONIOENCODING=ascii\\n' > $M/env", process=True),
    state("TZ unknown", "echo TZ=Moon/Crater > $M/env"),
    state("TZ a path", "echo TZ=:/etc/passwd > $M/env"),
    state("TZ extreme", "echo TZ=XXX-24:59:59 > $M/env"),
    state("COLUMNS=1", "echo COLUMNS=1 > $M/env"),
    state("COLUMNS of letters", "echo COLUMNS=wide > $M/env"),
    state("umask 077", "echo umask=077 > $M/env"),
    state("umask 777", "echo umask=777 > $M/env", {"run append": r"[Pp]ermission|#"}),
    state("current folder deleted", "mkdir gone; echo $T/repo/gone > $M/cwd; touch $M/rmcwd", {ALL: r"folder"}),
    state("standard input closed", "echo closed=0 > $M/env", process=True),
    state("standard output closed", "echo closed=1 > $M/env", {ALL: r""}, process=True),
    state("standard error closed", "echo closed=2 > $M/env", process=True),
    state("all streams closed", "echo closed=0,1,2 > $M/env", {ALL: r""}, process=True),
    state("read-only file system", "touch $M/readonly", {"append run init": r"[Rr]ead-only|there already"}, process=True),
]  # fmt: skip

STATES = [*DATES, *CLONES, *STANDS, *TREES, *BROKEN, *SURROUNDINGS]

_BASE = f"""
set -e
git init -q repo; cd repo; mkdir -p docs src {RUN} {NEW}
cp {DATA}/small_plan.md docs/fix_plan.md; echo x > src/x.txt
printf '===== 12 passed in 3.40s =====\\n' > {RUN}/pytest.log; echo 0 > {RUN}/exit_code.txt
printf '===== 13 passed in 3.10s =====\\n' > {NEW}/pytest.log; echo 0 > {NEW}/exit_code.txt
commit() {{ git add -A; GIT_AUTHOR_DATE="$1" GIT_COMMITTER_DATE="$1" git commit -qm "$2"; }}
commit 2025-11-03T12:00:00Z start
sed -i 's/Measure 50 MB/Measure 49 MB/' docs/fix_plan.md; commit 2025-11-03T12:00:20Z two
sed -i 's/Measure 49 MB/Measure 50 MB/' docs/fix_plan.md; commit 2025-11-03T12:00:40Z three
"""

_WORDS = f"""
set -e
cfg() {{ git config --global "$@"; }}
partial() {{ git config uploadpack.allowFilter true; mv $T/repo $T/origin; git clone -q "$@" file://$T/origin $T/repo; cd $T/repo; }}
rebuild() {{ rm -rf .git; git init -q "$@"; git add -A; git commit -qm start; }}
fork() {{ git checkout -q -b "$1"; echo 1 > x; git add x; git commit -qm 1; git checkout -q -; echo 2 > x; git add x; git commit -qm 2; }}
forkplan() {{ git checkout -q -b "$1"; sed -i 's/50 MB files/51 MB files/' docs/fix_plan.md; git commit -qam 1; git checkout -q -; sed -i 's/50 MB files/52 MB files/' docs/fix_plan.md; git commit -qam 2; }}
sub() {{ git clone -q $T/repo $T/sub; (cd $T/sub; cp -r {NEW} .; git mv docs/fix_plan.md .; mkdir -p docs; cp fix_plan.md docs; git add -A; git commit -qm s); git -c protocol.file.allow=always submodule --quiet add $T/sub $1; }}
evening() {{ R=reports/parser-speed/phase_b/$2; mkdir -p $R; cp {NEW}/* $R; D=$(echo $2 | sed 's/\\(....\\)\\(..\\)\\(..\\).*/\\1-\\2-\\3/')
sed -i "0,/^- Next Actions:/s##  * [$D] Attempt \\#3 — Result: ✅ success. Again.\\n    Metrics: 13 passed in 3.10s.\\n    Artifacts: \\`$R/pytest.log\\`\\n&#; 0,/Last Updated/s/2025-11-02/$D/" docs/fix_plan.md
git add -A; GIT_AUTHOR_DATE="$3" GIT_COMMITTER_DATE="$3" git commit -qm late; echo TZ=$1 > $M/env; }}
"""


@dataclass(frozen=True)
class Done:
    """How a command ended: what it said on both streams."""

    code: int
    out: str
    err: str
    seconds: float


def main_program(names: Sequence[str]) -> int:
    """All states whose names hold one of ``names``."""
    for module in pkgutil.walk_packages(ledger.__path__, "ledger."):  # once for all children
        if not module.name.endswith("__main__"):
            with contextlib.suppress(ImportError):  # what an extra is needed for
                importlib.import_module(module.name)
    states = [each for each in STATES if not names or any(name in each.name for name in names)]
    faults = 0
    for each in states:
        for fault in look(each):
            faults += 1
            print(f"{each.name}: {fault}", flush=True)
    print(f"{len(states)} states x {len(COMMANDS)} commands: {faults} faults")
    return 1 if faults else 0


def look(each: State, commands: Sequence[str] = (*COMMANDS,)) -> Iterator[str]:
    """The faults of one state."""
    with tempfile.TemporaryDirectory() as folder:
        top, made = Path(folder).resolve() / "t", Path(folder).resolve() / "m"
        try:
            environment = lay_out(each, top, made)
        except RuntimeError as error:
            yield str(error)
            return
        cwd = made / "cwd"
        place = Path(os.fsdecode(cwd.read_bytes().rstrip(b"\n"))) if cwd.exists() else top / "repo"
        for command in commands:
            before = snapshot(top) if command in READING else {}
            done = perform(each, command, place, environment, made)
            yield from (f"{command}: {fault}" for fault in judge(each, command, done))
            if command in READING and (after := snapshot(top)) != before:
                changed = sorted(k for k in {*before, *after} if before.get(k) != after.get(k))
                yield f"{command}: wrote {changed[:4]}"


def lay_out(each: State, top: Path, made: Path) -> dict[str, str]:
    """The state on the disk, and its environment."""
    made.mkdir()
    top.mkdir()
    config = made / "gitconfig"
    config.write_text(
        "[user]\n\tname = T\n\temail = t@example.org\n[init]\n\tdefaultBranch = main\n"
        "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n"
    )
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(made), "XDG_CACHE_HOME": str(made / "cache"),
        "GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1", "LANG": "C.UTF-8",
        "T": str(top), "M": str(made),
    }  # fmt: skip
    script = _BASE + _WORDS + f"cd {top}/repo\n" + each.script
    done = subprocess.run(
        ["bash", "-c", script], cwd=top, env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{each.name} cannot be laid out: {done.stderr.decode()}")
    del environment["T"], environment["M"]
    if (made / "env").exists():
        for line in (made / "env").read_text().splitlines():
            name, _, value = line.partition("=")
            if name.startswith("-"):
                environment.pop(name[1:], None)
            else:
                environment[name] = value
    return environment


def perform(
    each: State, command: str, place: Path, environment: dict[str, str], made: Path
) -> Done:
    """Run a command in a child of this process, or in a process of its own."""
    out, err = made / "out", made / "err"
    arguments = COMMANDS[command][0]
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            settle(place, environment, out, err)
            if (made / "rmcwd").exists():
                place.rmdir()
            code = started_program(each, arguments, made)
        finally:
            if code == 99:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(code)
    code = waited(child, started)
    if (made / "rmcwd").exists():
        place.mkdir(exist_ok=True)
    return Done(
        code,
        out.read_bytes().decode(errors="surrogateescape"),
        err.read_bytes().decode(errors="surrogateescape"),
        time.monotonic() - started,
    )


def settle(place: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    """Make the surroundings of the child."""
    os.setsid()
    os.chdir(place)
    for number, file in ((0, Path(os.devnull)), (1, out), (2, err)):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(file, flags, 0o644), number)
    for number in environment.get("closed", "").split(","):
        if number:
            os.close(int(number))
    if "umask" in environment:
        os.umask(int(environment["umask"], 8))
    os.environ.clear()
    os.environ.update({k: v for k, v in environment.items() if k not in {"closed", "umask"}})
    time.tzset()


def started_program(each: State, arguments: Sequence[str], made: Path) -> int:
    """The exit code of the program that the arguments name."""
    program = "ledger.hook" if arguments[0] == "hook" else "ledger.cli"
    if each.process:
        given = arguments[1:] if arguments[0] == "hook" else arguments
        command = [sys.executable, "-c", f"from {program} import run; run()", *given]
        if (made / "readonly").exists():  # which only root can lay out
            mount = 'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && exec "$@"'
            command = ["unshare", "-m", "sh", "-c", mount, "sh", *command]
        os.execvp(command[0], command)  # noqa: S606 - the process is the point
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    code = hook.main(arguments[1:]) if arguments[0] == "hook" else main(arguments)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    return code


def waited(child: int, started: float) -> int:
    """The exit code of the child; -1 where it hung."""
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() - started > LONGEST_S:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return -1
        time.sleep(0.005)


def judge(each: State, command: str, done: Done) -> Iterator[str]:
    """What is wrong with how a command ended."""
    text = done.out + done.err
    where = f"rc={done.code} {done.err.strip()[-300:]!r}"
    if done.code not in (0, 1, 2):
        yield f"hung or ended oddly: {where}"
    elif "defect of ledger" in text or "Traceback" in text or "internal" in text:
        yield f"internal: {text.strip()[-300:]!r}"
    elif (wanted := each.wanted(command)) is not None:
        if not re.search(wanted, " ".join(text.split())):  # however it is wrapped
            yield f"wanted {wanted!r}: {where} {done.out[-200:]!r}"
        if (
            done.code == 2
            and command != "doctor"
            and len(done.err.splitlines()) != 1
            and "closed" not in each.name
        ):
            yield f"not one line: {done.err!r}"
    else:
        _, pattern, _ = COMMANDS[command]
        if done.code != 0 and command not in ("doctor", "dry"):
            yield f"does not work: {where} {done.out[-200:]!r}"
        elif not re.search(pattern, text):
            yield f"wanted {pattern!r}: {done.out[-300:]!r} {done.err[-200:]!r}"


def snapshot(top: Path) -> dict[str, str]:
    """Every file below, with what is in it."""
    return {
        str(file): str(file.readlink())
        if file.is_symlink()
        else hashlib.sha256(file.read_bytes()).hexdigest()
        for file in top.rglob("*")
        if file.is_symlink() or file.is_file()
    }


if __name__ == "__main__":
    sys.exit(main_program(sys.argv[1:]))
