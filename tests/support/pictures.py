"""Makes the pictures of README and docs from the real project's plan: ``python -m tests.support.pictures``.

It needs the corpus and Chromium. The pictures go to docs/pictures; commit what changed.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

from ledger.commands.report import report
from ledger.reports.page import page
from tests.campaigns.page_payloads import CHROMIUM
from tests.support import corpus
from tests.support.places import ROOT

PLACE = ROOT / "docs" / "pictures"
MOST_BYTES = 300_000
"""Of all pictures together."""


class Picture(NamedTuple):
    """A part of the page: what its address leads to, how large the window is, and a style that leaves
    out what would stand above."""

    name: str
    anchor: str
    width: int
    height: int
    style: str = ""


PICTURES = (
    Picture("today", "view-today", 1000, 580),
    Picture(
        "item",
        "TEST-SUITE-TRIAGE-002-20",
        1000,
        470,
        ".item > :not(h1, .lede, .meta, .attempt:has(:target)), .body h3 ~ * { display: none }"
        ".body { max-height: 330px; overflow: hidden }",
    ),
    Picture(
        "charts",
        "charts-TEST-SUITE-TRIAGE-002",
        1260,
        400,
        "#view-charts > :not(:target), .fold { display: none } .charts > :nth-child(n+3) { display: none }",
    ),
)


def draw(picture: Picture, html: Path, place: Path) -> None:
    """Write the picture as PNG."""
    assert CHROMIUM is not None, "there is no Chromium here"
    said = html.read_text("utf-8")
    said = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", said)
    shown = html.with_name(f"{picture.name}.html")
    shown.write_text(said.replace("</head>", f"<style>{picture.style}</style></head>"), "utf-8")
    subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--window-size={picture.width},{picture.height}", "--virtual-time-budget=3000",
            f"--screenshot={place / picture.name}.png", f"{shown.as_uri()}#{picture.anchor}",
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


def main() -> int:
    """Make all of them, and say how large they are."""
    PLACE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        repo = corpus.lay_out(Path(folder, "repo"))
        with contextlib.chdir(repo), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            html = Path(folder, "plan.html")
            html.write_bytes(page(report()))
        for picture in PICTURES:
            draw(picture, html, PLACE)
    sizes = {file.name: file.stat().st_size for file in sorted(PLACE.glob("*.png"))}
    print(*(f"{name}: {size:,} bytes" for name, size in sizes.items()), sep="\n")
    return int(sum(sizes.values()) > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
