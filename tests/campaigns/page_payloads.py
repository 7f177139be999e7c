"""Hostile texts in every field of a page: ``python -m tests.campaigns.page_payloads``.

``--count 5000 --seed 1`` makes so many texts that try to be markup, script, style, an address, a
template or a control, puts each into every text field of every model that a page shows, and asks that

- the page has the elements, attributes and classes that it has with plain words, and no other;
- every link stays inside it, and each place has a name of its own;
- its own script and style are the only ones, and their hashes are those of its policy.

With ``--browser 60`` so many of the pages are opened in Chromium, with their policy and without it:
no script of theirs runs, nothing is asked of any server, and no view is wider than the window.
The exit code is 1 if one did not hold.
"""

from __future__ import annotations

import argparse
import http.server
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import types
import typing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from ledger.commands.report import Report
from ledger.plan.model import Model
from ledger.reports.page import page

RUN = "document.documentElement.setAttribute('data-pwned','1')"
PLAIN = "plain words"
# {run} is script, {url} an address that a server watches.
SHAPES = [
    "<script>{run}</script>", "</script><script>{run}</script>", "</style><script>{run}</script>", "--><script>{run}</script>",
    "<img src={url} onerror={run}>", "<img/src='{url}'/onerror={run}>", "<svg onload={run}>", "<svg><script href={url} /></svg>",
    "<iframe src=javascript:{run}></iframe>", "<iframe srcdoc='<script>parent.{run}</script>'>", "<body onload={run}>",
    "<details open ontoggle={run}>", "<input autofocus onfocus={run}>", "<video src={url} onerror={run}>", "<object data={url}>",
    "<embed src={url}>", "<link rel=stylesheet href={url}>", "<style>@import '{url}'</style>", "<meta http-equiv=refresh content='0;url={url}'>",
    "<base href={url}>", "<form action={url}><button autofocus>", "<a href={url} ping={url}>x</a>", "<math><mtext><script>{run}</script>",
    "<noscript><p title='</noscript><script>{run}</script>'>", "<template><script>{run}</script></template>", "<plaintext>", "<xmp>", "<!--", "-->",
    "</title></textarea></noscript><script>{run}</script>", "</svg></table></details></section></main><script>{run}</script>", "<table><td>",
    "</p></li></ul></div></section><h1>forged</h1>", "<div style='position:fixed;inset:0;background:url({url})'>", "<marquee onstart={run}>x",
    '"><script>{run}</script>', "'><script>{run}</script>", '" onmouseover="{run}', "' autofocus onfocus='{run}", "` onload=`{run}`",
    "javascript:{run}", '#" onclick="{run}', "data:text/html,<script>{run}</script>", "{url}", "//{host}/x", "url({url})", "expression({run})",
    "{{{{ report }}}}", "{{{{ cycler.__init__.__globals__ }}}}", "{{% include 'page.css' %}}", "{{# x #}}", "${{7*7}}", "&lt;script&gt;{run}&lt;/script&gt;",
    "&#60;script&#62;{run}&#60;/script&#62;", "&amp;lt;b&gt;", "&#x3c;img src={url}&#x3e;", "[x](javascript:{run})", "![x]({url})", "<{url}>",
    "`<script>{run}</script>`", "**<img src={url}>**", "``` <b> ```", "<ScRiPt>{run}</sCrIpT>", "<script\x00>{run}</script>", "<script\n>{run}</script\n>",
    "<<script>{run}//<</script>", "<svg><style><img src={url}></style></svg>", "<svg><foreignObject><script>{run}</script>", "\ufeff<script>{run}</script>",
    "+ADw-script+AD4-{run}+ADw-/script+AD4-", "\u202e<script>{run}</script>", "\u2066<b>\u2069", "\x1b[31m<b>", "\x9b2J", "\x00", "\ud800<b>\udfff",
    "<b>\u2028<script>{run}</script>", "\uff1cscript\uff1e{run}", "<img src=x:x onerror={run}//", "<a name=location>", "<form id=body>", "<img name=hash>",
    "view-today", "views", "h-today", "top", "__proto__", "constructor", "hash", "%22%3E%3Cscript%3E", "a" * 3000, "\u0301" * 400, "\U0001f469\u200d" * 300, "\u05d0\u05d1 <b> \u0627",
]  # fmt: skip
WRAPS = [
    "",
    " ",
    "\n",
    "\t",
    "x",
    '"',
    "'",
    "`",
    "<",
    ">",
    "&",
    "</",
    "/>",
    "\r\n",
    "\x0c",
    "\xa0",
    "\u200b",
    "**",
    "--",
    "]]>",
    ";",
    "}}",
    "\\",
]
_DROPPED = {
    "code",
    "strong",
    "mark",
}  # which `code` and **bold** words bring, and passages that are marked
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def payloads(count: int, seed: int, host: str = "evil.invalid") -> Iterator[str]:
    """So many hostile texts."""
    random = Random(seed)
    for at in range(count):
        said = SHAPES[at % len(SHAPES)].format(run=RUN, url=f"http://{host}/x", host=host)
        if at >= len(SHAPES):
            if random.random() < 0.3:
                said += random.choice(SHAPES).format(run=RUN, url=f"http://{host}/y", host=host)
            if random.random() < 0.2:
                said = "".join(c.upper() if random.random() < 0.5 else c for c in said)
            cut = random.randrange(len(said) + 1)
            said = said[:cut] + random.choice(WRAPS) + said[cut:] if random.random() < 0.4 else said
            said = random.choice(WRAPS) + said + random.choice(WRAPS)
        yield said if said.strip() else f"{said}x"


# A report in which every text is the same


def made(kind: Any, said: str, depth: int = 0) -> Any:
    """A value of a type: each text is ``said``, each number 1, each list has two entries, each choice
    is its first, and nothing is left out. Models are not validated."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return made(parts[0], said, depth)
    if origin is typing.Literal:
        return parts[0]
    if origin in (typing.Union, types.UnionType):
        return made(next(part for part in parts if part is not type(None)), said, depth)
    if origin is tuple:
        every = (parts[0], parts[0]) if parts[-1] is Ellipsis else parts
        return tuple(made(part, said, depth + 1) for part in every)
    if origin in (dict, Mapping):
        return {made(parts[0], said): made(parts[1], said, depth + 1)}
    if isinstance(kind, type) and issubclass(kind, Model):
        values = {
            # A strip has a letter for each of two runs.
            name: "PF" if name == "strip" else made(field.annotation, said, depth + 1)
            for name, field in kind.model_fields.items()
            if not (name == "plan" or field.exclude)
        }
        return kind.model_construct(**values)
    simple = {str: said, int: 1, float: 0.5, bool: True, bytes: said.encode("utf-8", "replace")}
    return simple[kind]


class Shape(NamedTuple):
    """What a page is made of: elements with the names of their attributes and classes; links,
    places, and what stands in its scripts and styles."""

    elements: list[tuple[str, tuple[tuple[str, str], ...]]]
    links: list[str]
    places: list[str]
    raw: list[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.shape = Shape([], [], [], [])
        self._is_raw = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        told = tuple((name, given["class"] if name == "class" else "") for name in given)
        if tag not in _DROPPED and given.get("class") != "note":
            self.shape.elements.append((tag, told))
        for name in ("href", "src", "action", "xlink:href", "srcset", "formaction"):
            if name in given:
                self.shape.links.append(given[name])
        self.shape.places.extend([given["id"]] if "id" in given else [])
        self._is_raw = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._is_raw = self._is_raw and tag not in ("script", "style")

    def handle_comment(self, data: str) -> None:
        self.shape.elements.append(("!--", ((data, ""),)))

    def handle_data(self, data: str) -> None:
        if self._is_raw:
            self.shape.raw.append(data)


def shape(html: str) -> Shape:
    """The shape of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.shape


def faults(said: str, plain: Shape) -> Iterator[str]:
    """What is wrong with the page in which every text is ``said``; ``plain`` is what it should be."""
    found = shape(page(made(Report, said)).decode())
    if found.elements != plain.elements:
        odd = [one for one in found.elements if one not in plain.elements]
        yield f"other elements: {odd[:3] or 'as many or fewer of some'}"
    if bad := [link for link in found.links if not (link.startswith("#") or link == "data:,")]:
        yield f"a link leads out: {bad[0][:80]!r}"
    if len(found.places) != len({*found.places}):
        yield "two places have one name"
    if found.raw != plain.raw:
        yield "another script or style"


# In a browser


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A server of the files of a folder: its host, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given, directory=str(folder))

        def log_message(self, *_: Any) -> None:
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


# Shows each view and notes the widest; runs where the policy is taken away.
PROBE = """<script>addEventListener("load", () => {
  const root = document.documentElement;
  let most = 0;
  for (const view of document.querySelectorAll(".view")) {
    location.hash = encodeURIComponent(view.id);
    for (const one of view.querySelectorAll("details")) one.open = true;
    most = Math.max(most, root.scrollWidth - root.clientWidth);
  }
  root.setAttribute("data-wider", most);
});</script>"""


def in_browser(
    html: str, folder: Path, host: str, asked: list[str], width: int = 500
) -> Iterator[str]:
    """What Chromium does with a page that it should not, with its policy and without."""
    bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    assert bare != html
    for name, text in (("strict", html), ("bare", bare.replace("</body>", f"{PROBE}</body>"))):
        (folder / f"{name}.html").write_bytes(text.encode())
        asked.clear()
        done = subprocess.run(
            [CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},900",
             "--virtual-time-budget=4000", "--dump-dom", "--enable-logging=stderr", f"http://{host}/{name}.html"],
            capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=120, check=False,
        )  # fmt: skip
        [root] = re.findall(r"<html[^>]*>", done.stdout)[:1] or [""]
        if not root:
            yield f"{name}: Chromium shows nothing: {done.stderr[-300:]}"
        if "data-pwned" in root:
            yield f"{name}: a script of the text ran"
        if others := [path for path in asked if path != f"/{name}.html"]:
            yield f"{name}: it asked for {others[:3]}"
        if name == "strict" and (told := re.findall(r"CONSOLE.*", done.stderr)):
            yield f"{name}: {told[:2]}"
        if name == "bare" and 'data-wider="0"' not in root:
            yield f"{name}: a view is wider than the window: {root[:200]}"


def main() -> int:
    """Run the campaign, and say what did not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browser", type=int, default=0, metavar="PAGES")
    given = parser.parse_args()
    plain = shape(page(made(Report, PLAIN)).decode())
    told = 0
    for said in payloads(given.count, given.seed):
        for fault in faults(said, plain):
            told += 1
            print(f"{said[:120]!r}: {fault}")
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (host, asked):
        for said in payloads(given.browser, given.seed + 1, host):
            for fault in in_browser(page(made(Report, said)).decode(), Path(folder), host, asked):
                told += 1
                print(f"{said[:120]!r}: {fault}")
    print(
        f"{given.count} texts, {given.browser} in Chromium, {len(plain.elements)} elements: {told} faults"
    )
    return int(told > 0)


if __name__ == "__main__":
    sys.exit(main())
