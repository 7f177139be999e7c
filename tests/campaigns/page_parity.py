"""What a page says, beside what the command line and the tools for agents say of the same plan.

``python -m tests.campaigns.page_parity --versions 60 --seed 1`` lays out so many versions of the real
project, and each sample of the corpus, and holds against each other items, attempts, counts, claims and
their verdicts, findings, criteria, artifacts and commits. The exit code is 1 if they differ.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from ledger.commands.report import report
from ledger.errors import LedgerError
from ledger.integrations import tools
from ledger.reports.page import page
from tests.support import corpus, pages
from tests.support.commands import call
from tests.support.repository import Repository

VERDICTS = ("supported", "contradicted", "unverifiable")


def differences(folder: Path, tooled: int = 3) -> Iterator[str]:
    """Where page, command line and tools differ on the plan of ``folder``; of so many items the tools
    are asked."""
    with contextlib.chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shown = pages.parse(page(report()).decode())
    status = call(folder, "status", "--json").data
    items = shown.every("section", "item")
    expected: dict[str, tuple[object, object]] = {
        "items": (
            [(one.every("h1")[0].text, _state(one)) for one in items],
            [(_said(one["id"]), one["status"]) for one in status["items"]],
        ),
        "attempts": (
            [len(one.every("details", "attempt")) for one in items],
            [one["attempts"] for one in status["items"]],
        ),
        "rows of the list": (
            [
                row.every("bdi")[0].text
                for row in shown.called("view-list").every("tbody")[0].every("tr")
            ],
            [_said(one["id"]) for one in status["items"]],
        ),
        "cards of the board": (
            len(shown.called("view-board").every("article", "card")),
            len(status["items"]),
        ),
    }
    checked = call(folder, "validate", "--json").data
    claims = call(folder, "verify", "--all", "--json").data
    links = call(folder, "links", "--full", "--json").data
    expected |= dict(_counted(shown, checked, claims))
    expected |= dict(_linked(shown, links))
    expected["next"] = _next(shown, folder)
    for name, (on_page, told) in expected.items():
        if on_page != told:
            yield f"{name}: the page has {_short(on_page, told)}"
    for one, item in zip(items, status["items"], strict=False):
        yield from _gate(folder, one, item["id"])
    names = [one.every("h1")[0].text for one in items if one.every("details", "attempt")]
    for name in list(dict.fromkeys(names))[:tooled]:
        sections = [one for one in items if one.every("h1")[0].text == name]
        yield from _tools(folder, name, sections)


def _state(item: pages.Node) -> str:
    [badge, *_] = item.every("p", "meta")[0].every("span", "badge")
    return next(name for name in badge.classes if name.startswith("is-")).removeprefix("is-")


def _said(text: str) -> str:
    return " ".join(text.split())


def _short(one: object, other: object) -> str:
    if isinstance(one, list) and isinstance(other, list):
        pairs = [(a, b) for a, b in zip(one, other, strict=False) if a != b]
        return f"{len(one)}, the command {len(other)}; first: {pairs[:1]}"
    return f"{one}, the command {other}"[:600]


def _claims(part: pages.Node) -> Counter[str]:
    """The verdicts of an item, or of attempts of none: its attempts' heads and the claims outside."""
    counts: Counter[str] = Counter()
    inside = set()
    for attempt in part.every("details", "attempt"):
        [head] = attempt.every("summary")
        counts += Counter(
            {verdict: n for verdict, n in head.tally().items() if verdict in VERDICTS}
        )
        inside |= {id(one) for one in attempt.every("ul", "claims")}
    for block in part.every("ul", "claims"):
        if id(block) not in inside:
            counts += Counter(one.every("span", "badge")[0].text for one in block.every("li"))
    return counts


def _counted(
    shown: pages.Node, checked: Any, claims: Any
) -> Iterator[tuple[str, tuple[object, object]]]:
    health = shown.called("view-health")
    figures = {
        one.every("dt")[0].text: int(one.every("dd")[0].text.replace(",", ""))
        for one in health.every("dl", "figures")[0].every("div")
    }
    yield "errors", (figures["errors"], checked["counts"]["error"])
    yield "warnings", (figures["warnings"], checked["counts"]["warning"])
    told = {verdict: claims["counts"][verdict] for verdict in VERDICTS}
    names = ("supported", "claims contradicted", "unverifiable")
    yield "claims", (dict(zip(VERDICTS, (figures[name] for name in names), strict=True)), told)
    parts = [
        *shown.every("section", "item"),
        *(one for one in shown.every("section", "view") if one.given["id"] == "view-loose"),
    ]
    every = sum((_claims(part) for part in parts), Counter[str]())
    homeless = [one for one in health.every("h2") if one.text.startswith("Claims of no item")]
    every += (
        Counter(
            one.every("span", "badge")[0].text
            for one in health.every("ul", "claims")[1].every("li")
        )
        if homeless
        else Counter()
    )
    yield "claims by item", ({verdict: every[verdict] for verdict in VERDICTS}, told)
    wrong = [one for one in health.every("ul", "claims")[:1] for one in one.every("li")]
    lines = [int(re.findall(r"line (\d+): claimed", one.text)[0]) for one in wrong]
    yield (
        "contradicted",
        (lines, [one["line"] for one in claims["claims"] if one["verdict"] == "contradicted"]),
    )
    found = [one for one in health.every("ul", "findings")[:1] for one in one.every("li")]
    yield (
        "findings",
        (
            [
                (
                    one.every("code")[0].text,
                    one.every("span", "badge")[0].text,
                    int(re.findall(r"line (\d+)", one.text)[0]),
                )
                for one in found
            ],
            [(one["code"], one["severity"], one["line"]) for one in checked["findings"]],
        ),
    )


def _linked(shown: pages.Node, links: Any) -> Iterator[tuple[str, tuple[object, object]]]:
    on_page: dict[str, Counter[str]] = {"Artifacts": Counter(), "Commits": Counter()}
    for attempt in shown.every("details", "attempt"):
        titles = [one.text for one in attempt.every("h3") if one.text in on_page]
        for title, block in zip(titles, attempt.every("ul", "links"), strict=True):
            on_page[title] += Counter(
                one.every("span", "badge")[0].text for one in block.every("li")
            )
    for title, key in (("Artifacts", "artifacts"), ("Commits", "commits")):
        yield key, (on_page[title], Counter(one["state"] for one in links[key]))


def _next(shown: pages.Node, folder: Path) -> tuple[object, object]:
    item = call(folder, "next", "--json").data["item"]
    cards = shown.called("view-today").every("div", "accent")
    with contextlib.chdir(folder):
        first = tools.next().partition(":")[0]
    on_page = cards[0].every("bdi")[0].text if cards else None
    assert item is None or _said(item["id"]) == _said(first)
    return on_page, _said(item["id"]) if item else None


def _gate(folder: Path, one: pages.Node, item: str) -> Iterator[str]:
    on_page = [
        entry.every("span", "badge")[0].text
        for block in one.every("ul", "criteria")
        for entry in block.every("li")
    ]
    done = call(folder, "gate", item, "--json")
    told = (
        [criterion["verdict"] for criterion in done.data["criteria"]]
        if '"kind": "gate"' in done.out
        else []
    )
    if on_page != told:
        yield f"criteria of {item}: the page has {on_page}, the command {told} {done.err[:200]}"


def _tools(folder: Path, name: str, sections: list[pages.Node]) -> Iterator[str]:
    try:
        with contextlib.chdir(folder), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said = tools.check(name, full=True)
    except LedgerError as error:
        yield f"check of {name}: {error}"
        return
    told = {
        verdict: int(found[1].replace(",", ""))
        if (found := re.search(rf"([\d,]+) {verdict}(?=,|$)", said, re.MULTILINE))
        else 0
        for verdict in VERDICTS
    }
    counts = sum(map(_claims, sections), Counter[str]())
    if {verdict: counts[verdict] for verdict in VERDICTS} != told:
        yield f"claims of {name}: the page has {dict(counts)}, the tool {told}"


def samples(place: Path) -> Iterator[Path]:
    """A repository for each sample plan of the corpus."""
    for sample in sorted(
        [*(corpus.PLACE / "ledgers").glob("*.md"), *(corpus.PLACE / "cases" / "plans").glob("*.md")]
    ):
        repo = Repository(place / sample.stem)
        repo.path.mkdir()
        repo.git("init", "--quiet")
        repo.write("docs/fix_plan.md", sample.read_bytes())
        repo.commit("Sample")
        yield repo.path


def versions(place: Path, count: int, seed: int) -> Iterator[Path]:
    """So many versions of the real project, each laid out, and taken away again."""
    whole = corpus.lay_out(place / "whole")
    told = subprocess.run(
        ["git", "log", "--format=%H", "--", "docs/fix_plan.md"],
        cwd=whole,
        check=True,
        capture_output=True,
        text=True,
    )
    commits = told.stdout.split()
    for commit in [commits[0], *Random(seed).sample(commits[1:], max(0, count - 1))]:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            yield corpus.lay_out(Path(folder, commit[:12]), commit)


def main() -> int:
    """Run the campaign, and say what differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--versions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    done = differing = 0
    with tempfile.TemporaryDirectory() as folder:
        for every in (samples(Path(folder)), versions(Path(folder), given.versions, given.seed)):
            for place in every:
                started = time.monotonic()
                told = [*differences(place)]
                done, differing = done + 1, differing + bool(told)
                print(
                    f"{place.name}: {'; '.join(told) or 'the same'} ({time.monotonic() - started:.1f} s)",
                    flush=True,
                )
    print(f"{done} plans, {differing} differ")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
