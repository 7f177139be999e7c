"""What attempts point at, for people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from ledger.commands.links import ArtifactLink, CommitLink, Links
from ledger.plan.text import counted, one_line
from ledger.reports.lines import Line, accented, name_of

_STATES: Final = ("tracked", "untracked", "ignored", "missing", "outside", "placeholder")
_NAMED: Final = ("known", "elsewhere", "ambiguous", "unknown")
_MOST_MATCHES: Final = 3
_Key = tuple[str | None, int | None]
_Link = TypeVar("_Link", ArtifactLink, CommitLink)


def links(found: Links) -> Iterator[Line]:
    """The links of each attempt that has any, and a last line that counts them."""
    artifacts = _by_attempt(found.artifacts)
    commits = _by_attempt(found.commits)
    for key in _in_order([*artifacts], [*commits]):
        yield Line(one_line(name_of(*key)), "heading")
        yield from map(artifact, artifacts.get(key, ()))
        yield from map(commit, commits.get(key, ()))
    named = [one for one in found.commits if one.raw]
    said = f"{found.path}: {counts(found.artifacts)}"
    if named:
        states = _counted((one.state for one in named), _NAMED)
        said += f"; {counted(len(named), 'commit')} named: {states}"
    yield Line(one_line(said))


def counts(artifacts: Sequence[ArtifactLink]) -> str:
    """``12 paths cited: 10 tracked, 2 missing``."""
    if not artifacts:
        return "no paths cited"
    states = [one.state for one in artifacts]
    return f"{counted(len(artifacts), 'path')} cited: {_counted(states, _STATES)}"


def artifact(link: ArtifactLink) -> Line:
    """One path: its state, where it is, and what is known of it."""
    some, more = ", ".join(link.matches[:_MOST_MATCHES]), len(link.matches) - _MOST_MATCHES
    several = f"one of {some}" + (f" and {more} more" if more > 0 else "")
    told = (
        f"{link.size:,} bytes" if link.size is not None else "",
        f"added by {link.added_by[:8]}" if link.added_by else "",
        f"removed by {link.removed_by[:8]}" if link.removed_by else "",
        link.rule or "",
        several if len(link.matches) > 1 else f"perhaps {some}" if some else "",
    )
    slash = "/" if link.is_folder else ""
    aside = f" ({'; '.join(filter(None, told))})" if any(told) else ""
    gap = " " * (13 - len(link.state))
    return accented("  ", link.state, f"{gap}{one_line(f'{link.path}{slash}{aside}')}")


def commit(link: CommitLink) -> Line:
    """One commit, and what it has to do with the attempt."""
    name = link.raw or (link.sha or "")[:8]
    told = " ".join(part for part in (link.day, link.subject) if part)
    return Line(f"  {link.state:<11}  {one_line(f'{name} {told}'.strip())}", "cut")


def _by_attempt(found: Iterable[_Link]) -> dict[_Key, list[_Link]]:
    groups: dict[_Key, list[_Link]] = {}
    for one in found:
        groups.setdefault((one.item, one.attempt), []).append(one)
    return groups


def _in_order(keys: list[_Key], others: list[_Key]) -> list[_Key]:
    """The keys of both lists, each of which is in order."""
    at = 0
    for key in others:
        if key not in keys:
            keys.insert(at, key)
        at = keys.index(key) + 1
    return keys


def _counted(states: Iterable[str], order: Iterable[str]) -> str:
    number = Counter(states)
    return ", ".join(f"{number[state]} {state}" for state in order if number[state])
