"""The page of ``ledger report``: it says what the commands say, and nothing else comes in."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ledger.reports.page import MARK, passages
from tests.commands import call
from tests.repository import Repository

VOID = {"meta", "link", "br", "input", "path", "rect", "circle", "line"}


class Page(HTMLParser):
    """A page as a browser reads it: its elements, and the text of each element with an id."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        if "id" in given:
            self.texts.setdefault(given["id"], "")
        if tag not in VOID:
            self._open.append((tag, given.get("id")))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            if name:
                self.texts[name] += data


def made(repo: Repository, *options: str) -> Page:
    done = call(repo.path, "report", "-o", str(repo.path.parent / "page.html"), *options)
    assert done.code == 0, done.err
    return Page((repo.path.parent / "page.html").read_text("utf-8"))


def test_each_item_and_attempt_has_a_place_of_its_own(repo: Repository) -> None:
    page = made(repo)
    ids = [given["id"] for _, given in page.elements if "id" in given]
    assert len(ids) == len({*ids})
    for item in call(repo.path, "export", "--json").data["items"]:
        assert item["title"] in page.texts[item["id"]]
        for attempt in item["attempts"]:
            said = " ".join(page.texts[f"{item['id']}-{attempt['number']}"].split())
            assert attempt["result_text"] in said


def test_every_link_leads_somewhere(repo: Repository) -> None:
    page = made(repo)
    links = [given["href"] for tag, given in page.elements if tag == "a"]
    assert links
    assert {*links} <= {f"#{name}" for name in page.texts}


def test_nothing_is_fetched_and_no_style_or_handler_stands_in_an_element(repo: Repository) -> None:
    page = made(repo)
    for tag, given in page.elements:
        assert tag not in {"iframe", "object", "embed", "img", "base", "form"} or tag == "form"
        assert not {name for name in given if name.startswith("on")} | (
            {*given} & {"style", "src", "action"}
        )
    [policy] = [given["content"] for tag, given in page.elements if "http-equiv" in given]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert [given["href"] for tag, given in page.elements if tag == "link"] == ["data:,"]


@pytest.mark.parametrize("since", ["HEAD", None])
def test_changes_are_told_since_a_revision(repo: Repository, since: str | None) -> None:
    page = made(repo, *(("--since", since) if since else ()))
    assert ("Nothing since HEAD" in " ".join(page.texts["view-today"].split())) == (
        since is not None
    )


def test_a_file_that_is_no_page_stays(repo: Repository) -> None:
    plan = repo.ledger.read_bytes()
    done = call(repo.path, "report", "-o", "docs/fix_plan.md")
    assert done.code == 1
    assert "docs/fix_plan.md: expected no file or an earlier page, found another file" in done.err
    assert repo.ledger.read_bytes() == plan


def test_a_page_replaces_an_earlier_one(repo: Repository) -> None:
    for _ in range(2):
        assert call(repo.path, "report", "-o", "plan.html").code == 0
    assert (repo.path / "plan.html").read_bytes().startswith(MARK)


def test_without_a_name_it_goes_into_the_cache(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    done = call(repo.path, "report")
    place = Path(re.sub(r": [\d,]+ bytes\n\Z", "", done.out))
    assert place.is_relative_to(tmp_path / "cache")
    assert place.read_bytes().startswith(MARK)
    assert not repo.git("status", "--porcelain").strip()


def test_a_passage_is_marked_where_it_stands(repo: Repository) -> None:
    page = made(repo)
    marks = [given for tag, given in page.elements if tag == "mark"]
    assert marks
    assert all(given["class"].startswith("is-") for given in marks)


def test_text_is_whole_whatever_is_marked() -> None:
    assert [one.text for one in passages("one\ntwo", 1, ())] == ["one\ntwo"]
