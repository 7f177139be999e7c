"""What fifty lines of regular expressions find: the figure that `verify` has to beat."""

import itertools
import re
from pathlib import Path

LEAD = re.compile(r"^\s*(?:[*-] .{0,40}Attempt #\d+|\d+\. .{0,30}\(Attempt #\d+|### \d{4}-)")
PATH = re.compile(r"`((?:reports|runs)/[^`{<\s]+)")
SUMMARY = re.compile(r"^=*\s*((?:\d+ \w+(?:, )?)+) in ([\d.]+)s", re.MULTILINE)
COUNT = re.compile(r"(\d+) (?:tests? )?(passed|failed|skipped|xfailed)\b")
TIME = re.compile(r"(\d+\.\d+) ?s\b")
EXIT = re.compile(r"exit(?:ed)?(?: with)?(?: code| status)?:? (\d+)", re.IGNORECASE)
GREEN = re.compile(
    r"\ball (?:\w+ )?(?:tests? )?pass|\bno (?:tests? )?fail|\b0 fail|all green", re.IGNORECASE
)
FAILS = re.compile(r"\b(?:one|two|three|some|several) (?:tests? )?(?:still )?fail", re.IGNORECASE)
SUCCESS = re.compile(r"Result: (?:\S )?(?:success|passed|done|complete)", re.IGNORECASE)


def _run(repo: Path, text: str) -> tuple[dict[str, set[str]], set[float], set[str]]:
    counts: dict[str, set[str]] = {}
    seconds, codes = set(), set()
    for cited in PATH.findall(text):
        place = repo / cited
        for file in place.rglob("*") if place.is_dir() else [place]:
            if file.suffix not in {".log", ".txt"} or not file.is_file():
                continue
            read = file.read_text(errors="replace")
            if file.name.startswith("exit"):
                codes.add(read.strip())
            for told, time in SUMMARY.findall(read):
                seconds.add(float(time))
                found = {word: number for number, word in re.findall(r"(\d+) (\w+)", told)}
                for word in ("passed", "failed", "skipped", "xfailed"):
                    counts.setdefault(word, set()).add(found.get(word, "0"))
    return counts, seconds, codes


def accused(repo: Path, lines: list[str]) -> set[tuple[int, str]]:
    """Each line that it holds to be untrue, and the words."""
    starts = [at for at, line in enumerate(lines) if LEAD.match(line)] + [len(lines)]
    found = set()
    for start, end in itertools.pairwise(starts):
        counts, seconds, codes = _run(repo, "\n".join(lines[start:end]))
        for at, line in enumerate(lines[start:end], start + 1):
            for number, word in COUNT.findall(line):
                if word in counts and number not in counts[word]:
                    found.add((at, f"{number} {word}"))
            for time in TIME.findall(line) if seconds else ():
                if all(abs(float(time) - one) > 0.02 * one for one in seconds):
                    found.add((at, time))
            found |= {(at, code) for code in EXIT.findall(line) if codes and code not in codes}
            if counts and "0" not in counts["failed"]:
                found |= {(at, one[0]) for one in (GREEN.search(line), SUCCESS.search(line)) if one}
            elif counts and counts["failed"] == {"0"} and (one := FAILS.search(line)):
                found.add((at, one[0]))
    return found
