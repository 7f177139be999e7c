"""A project with words and IDs of its own is served as any other, by every command."""

from __future__ import annotations

import contextlib
import shutil
import time
import tomllib
from pathlib import Path

import pytest

from ledger import config, hook
from ledger.errors import UsageError
from ledger.plan import patterns, reader, words
from ledger.versions.snapshot import Snapshots
from tests.support.commands import call
from tests.support.repository import DATA, Repository
from tests.test_merge_driver import program  # noqa: F401 - a fixture
from tests.versions.test_snapshot import expected, found

WORDS = DATA / "words"
PLAN = (WORDS / "plan.md").read_bytes()
SETTINGS = (WORDS / "pyproject.toml").read_text()
OWN = words.read_table(tomllib.loads(SETTINGS)["tool"]["ledger"]["words"])
FIRST = "  * [2025-11-01] Attempt #1 — Ergebnis: rot (zu langsam)."
LAST = "  * [2025-11-02] Attempt #2 — Ergebnis: grün. Schleife ersetzt.\n"


@pytest.fixture
def german(tmp_path: Path) -> Repository:
    repo = Repository(tmp_path / "german")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    repo.write("docs/fix_plan.md", PLAN)
    shutil.copy(WORDS / "pyproject.toml", repo.path)
    repo.write("runs/leser/20251103T080000Z/exit_code.txt", b"0\n")
    repo.write("runs/leser/20251103T080000Z/pytest.log", b"===== 12 passed in 3.40s =====\n")
    repo.commit("Start")
    return repo


def test_all_that_it_says_is_read(german: Repository) -> None:
    data = call(german.path, "export", "--json").data
    first, second = data["items"]
    assert [
        (item["id"], item["title"], item["priority"], item["status"]) for item in (first, second)
    ] == [
        ("LESER-1", "Große Dateien lesen", "hoch", "in_progress"),
        ("doku-2", "Rundgang", "gering", "blocked"),
    ]
    assert [(a["number"], a["result"], a["result_text"]) for a in first["attempts"]] == [
        (1, "failed", "rot (zu langsam)"),
        (2, "success", "grün"),
    ]
    assert [(a["number"], a["state"], a["attempt"], a["text"]) for a in first["actions"]] == [
        (1, "complete", 2, "Schleife ersetzen."),
        (2, "deferred", None, "Mit 50 MB messen."),
    ]
    assert [one["text"] for one in first["criteria"]] == ["[ ] 50 MB in 10 s"]
    assert [(row["id"], row["status"]) for row in data["index"]] == [
        ("LESER-1", "in_progress"),
        ("doku-2", "blocked"),
    ]
    assert data["ledger"]["last_updated"] == "2025-11-02 (Leser, Phase B)"
    assert data["unread"] == []
    assert call(german.path, "validate", "--all").code == 0


def test_without_the_settings_nothing_of_it_would_be() -> None:
    """Else the settings above would show nothing. The box of a criterion is all that is left."""
    plain = reader.read(PLAN)
    assert [(item.id, item.attempts, item.actions) for item in plain.items] == [
        ("leser-1-große-dateien-50-mb-in-10-s", (), ())
    ]
    assert (plain.index, plain.last_updated) == ((), None)


def test_an_attempt_is_appended_in_its_words(german: Repository) -> None:
    before = german.ledger.read_text().splitlines()
    done = call(
        german.path,
        *("append", "leser-1", "runs/leser/20251103T080000Z", "--result", "grün"),
        *("--summary", "Ergebnis: rot", "--status", "geparkt", "--next", "Auf Eis legen"),
    )
    assert done.code == 0, done.err
    added = [line for line in german.ledger.read_text().splitlines() if line not in before]
    assert added[2] == "- Stand: geparkt (Phase B)"
    assert added[3].startswith(
        "  * [2025-11-03] Attempt #3 — Ergebnis: grün. Ergebnis\\: rot. Metrics: 12 collected"
    )
    assert added[1].endswith("| geparkt |")
    item = reader.read(german.ledger.read_bytes(), conventions=OWN).items[0]
    assert (item.status, item.attempts[2].result) == ("blocked", "success")
    assert (item.actions[2].state, len(item.actions)) == ("pending", 3)


def test_the_first_attempt_gets_a_field_of_its_name(german: Repository) -> None:
    run = ("runs/leser/20251103T080000Z", "--next", "messen")
    assert call(german.path, "append", "doku-2", *run).code == 0
    text = german.ledger.read_text()
    assert "\n- Versuche:\n  * [2025-11-03] Attempt #1 — Ergebnis: success." in text
    assert "\n- Nächste Schritte:\n  1. messen\n" in text


def test_a_run_is_laid_down_where_its_field_says(german: Repository) -> None:
    done = call(german.path, "run", "LESER-1", "--stamp", "20251104T080000Z", "--", "true")
    assert done.code == 0
    assert (german.path / "runs/leser/20251104T080000Z/exit_code.txt").is_file()


def test_the_guard_misses_an_attempt(
    german: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = german.ledger.read_text().splitlines(keepends=True)
    german.ledger.write_text("".join(line for line in lines if not line.startswith(FIRST)))
    found = call(german.path, "validate", "--base", "HEAD", "--json").data["findings"]
    assert [(one["code"], one["item"], one["attempt"]) for one in found] == [
        ("LED501", "LESER-1", 1)
    ]
    german.git("add", "--all")
    with contextlib.chdir(german.path):
        assert hook.main([]) == 1
    assert "LED501" in capsys.readouterr().out
    german.commit("Lose it")
    removed = call(german.path, "history", "--json").data["removed"]
    assert [(one["item"], one["number"]) for one in removed] == [("LESER-1", 1)]
    assert call(german.path, "history", "--restore", "LESER-1#1").code == 0
    assert FIRST in german.ledger.read_text()


def test_what_is_kept_of_the_history_is_not_taken_for_that_of_other_words(
    german: Repository,
) -> None:
    german.ledger.write_bytes(PLAN.replace(LAST.encode(), b""))
    german.commit("Lose it")
    settings = german.path / "pyproject.toml"
    for said, item in (("", None), (SETTINGS, "LESER-1")):
        settings.write_text(said)
        removed = call(german.path, "history", "--json").data["removed"]
        assert [one["item"] for one in removed] == [item]


def test_states_and_attempts_of_two_branches_merge_by_their_meaning(german: Repository) -> None:
    assert call(german.path, "merge-driver", "--install").code == 0
    german.commit("Merge by attempts")
    text = german.ledger.read_text()

    def change(*pairs: tuple[str, str]) -> None:
        changed = text
        for old, new in pairs:
            assert old in changed
            changed = changed.replace(old, new)
        german.ledger.write_text(changed)
        german.commit("Change")

    ours, theirs = (LAST.replace("#2", "#3").replace("Schleife", side) for side in ("A", "B"))
    german.git("checkout", "--quiet", "-b", "theirs")
    change((LAST, LAST + theirs), ("AUF EIS — Mit", "ERLEDIGT (Attempt #2) — Mit"))
    german.git("checkout", "--quiet", "-")
    change((LAST, LAST + ours), ("AUF EIS — Mit", "READY — Mit"))
    german.git("merge", "--quiet", "theirs")
    item = reader.read(german.ledger.read_bytes(), conventions=OWN).items[0]
    assert sorted(a.number or 0 for a in item.attempts) == [1, 2, 3, 4]
    assert item.actions[1].state == "complete"


def test_versions_read_part_by_part_as_whole() -> None:
    versions = Snapshots(OWN)
    lines = PLAN.splitlines(keepends=True)
    for end in range(len(lines) + 1):
        data = b"".join(lines[:end])
        assert found(versions.of("", data)) == expected(data, OWN)


# What may be set

WRONG = {
    "words = 3": "expected words of [tool.ledger] to be a table",
    "words.ids = []": "unknown key 'ids'; known are id, fields, status, state, result",
    'words.id = "[A-Z]+"': "id: '[A-Z]+' is no shape of an ID: expected letters, digits, - _ . "
    "between them, and <digits>, <capitals>, <letters>, <name>",
    'words.id = ["<number>"]': "<number> is none of <digits>, <capitals>, <letters>, <name>",
    'words.id = ["<name>-<digits>"]': "- behind <name> cannot be distinguished from it",
    'words.id = ["<letters>x"]': "x behind <letters> cannot be distinguished from it",
    'words.id = ["<capitals><letters>"]': "<letters> behind <capitals> cannot be distinguished from it",
    'words.id = ["../x"]': "'../x' is no shape of an ID",
    "words.id = [3]": "id: '3' is no shape of an ID: it is no text",
    "words.id = 3": 'expected id to be a list of shapes such as ["<capitals>-<digits>"]',
    'words.status = ["x"]': 'expected status to be a table such as { "word" = "done" }',
    'words.status = { "x" = "y" }': "status: expected 'x' to mean one of pending, in_progress, "
    "blocked, done, archived, not 'y'",
    'words.result = { "x" = 1 }': "result: expected 'x' to mean one of success, partial, failed, "
    "blocked, info, not int",
    'words.fields = { "a\\nb" = "Status" }': "fields: expected 'a\\nb' to be a word, or a few",
    'words.fields = { "Ziel" = "Goal" }': "fields: expected 'Ziel' to mean one of ID, Title,",
}


@pytest.mark.parametrize("setting", WRONG, ids=ascii)
def test_a_wrong_setting_is_one_clear_line(repo: Repository, setting: str) -> None:
    repo.write("pyproject.toml", f"[tool.ledger]\n{setting}\n".encode())
    with pytest.raises(UsageError) as caught:
        config.find(repo.path)
    said = str(caught.value)
    assert WRONG[setting] in said
    assert "\n" not in said
    assert str(repo.path / "pyproject.toml") in said


@pytest.mark.parametrize(
    ("shape", "yes", "no"),
    [
        ("<capitals>-<digits>", ["A-1", "ABC-007", "A\u20111"], ["a-1", "A1", "A-", "-1", "A-1-2"]),
        ("<letters><digits>", ["S01", "größe7"], ["S", "01", "S0a", "S-1"]),
        ("BUG-<digits>", ["BUG-1"], ["BUG-", "bug-1", "BUGS-1"]),
        ("<name>", ["a", "parse-file_2.b"], ["-a", "a--b", "a-", "a b"]),
        ("v<digits>.<digits>", ["v1.2"], ["v1", "1.2", "v1.2.3"]),
    ],
)
def test_what_a_shape_stands_for(shape: str, yes: list[str], no: list[str]) -> None:
    own = words.read_table({"id": shape})
    for name in (*yes, *no):
        ledger = reader.read(f"## [{name}] Title\n- Status: done\n".encode(), conventions=own)
        assert bool(ledger.items) is (name in yes), name


@pytest.mark.parametrize("heading", ["T1: Title", "T1 — Title", "T1 Title", "**[T1]** Title"])
def test_an_id_with_digits_needs_no_brackets(heading: str) -> None:
    (item,) = reader.read(
        f"## {heading}\n".encode(), conventions=words.read_table({"id": "T<digits>"})
    ).items
    assert (item.id, item.title) == ("T1", "Title")


def test_words_are_not_taken_for_an_id() -> None:
    own = words.read_table({"id": ["<name>", "T<digits>"]})
    assert reader.read(b"## Notes\n## T12-x\n## T1.2\n", conventions=own).items == ()


def test_no_shape_and_no_word_is_slow() -> None:
    """Twice the text takes twice the time, not four times."""
    many = [f"<letters>-<digits>.{end}<capitals>" for end in range(50)]
    own = words.read_table(
        {"id": many, "result": {f"{'a ' * 25}{n}": "success" for n in range(90)}}
    )
    took = []
    for size in (50_000, 400_000):
        line = "A" * size + "-1." * size
        started = time.process_time()
        patterns.ids(words.vocabulary(own)).item.match(f"[{line}")
        patterns.ids(words.vocabulary(own)).listed.match(f"[{line}")
        reader.read(
            f"## [{line}] x\n- [2025-01-01] Attempt #1 — {'a ' * size}".encode(), conventions=own
        )
        took.append(time.process_time() - started)
    assert took[1] < 24 * max(took[0], 0.02)


def test_every_name_that_a_field_can_stand_for_is_documented() -> None:
    page = (DATA.parent.parent / "docs/reference/configuration.md").read_text()
    for name in (*words.NAMES, *words.PLACES):
        assert f"`{name}`" in page


@pytest.mark.parametrize("pinned", ["", "logbook"])
def test_a_logbook_in_other_words(pinned: str) -> None:
    own = words.read_table(
        {
            "fields": {
                "Woran ich bin": "Current Focus",
                "Verlauf": "Attempts History",
                "Stand": "Status",
                "Offen": "TODOs",
                "Ergebnis": "Result",
            },
            "status": {"geparkt": "blocked"},
            "result": {"grün": "success"},
        }
    ).model_copy(update={"dialect": pinned})
    plan = (
        "## Stand\ngeparkt\n\n## Woran ich bin\nLESER-1 — Lesen\n\n## Verlauf\n\n"
        "### 2026-02-01 — LESER-1 (Anfang)\n**Ergebnis:** grün\n\n## Offen\n- [ ] Messen\n"
    )
    ledger = reader.read(plan.encode(), conventions=own)
    (item,) = ledger.items
    assert (ledger.dialect, item.id, item.status) == ("logbook", "LESER-1", "blocked")
    assert [(one.result, one.result_text) for one in item.attempts] == [("success", "grün")]
    assert [one.text for one in item.actions] == ["Messen"]


def test_the_example_of_the_page_is_a_table_that_is_understood() -> None:
    page = (DATA.parent.parent / "docs/reference/configuration.md").read_text()
    examples = [part.partition("```")[0] for part in page.split("```toml\n")[1:]]
    (example,) = [part for part in examples if "[tool.ledger.words]" in part]
    own = words.read_table(tomllib.loads(example)["tool"]["ledger"]["words"])
    (item,) = reader.read(b"## task12: Read\n- Stand: geparkt\n", conventions=own).items
    assert (item.id, item.title, item.status) == ("task12", "Read", "blocked")
