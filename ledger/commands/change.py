"""The transaction: every change of a plan is locked, read, edited, checked and written here.

    with change(config) as plan:          # locked, read
        edits = append(plan.ledger, ...)  # pure
        plan.propose(edits, expect=...)   # applied, parsed again, checked
                                          # leaving the block writes

Functions of ``edits`` that check their own outcome return the new plan, one after the other:

    with change(config, dry_run=dry_run) as plan:
        new = set_field(plan.ledger, item, "Owner", "anna")
        plan.accept(set_status(new, item, "in_progress"), item)
    return plan.changed(item, "owner is anna", dry_run=dry_run)

So nothing is written that does more than was meant, or that ``validate`` would refuse.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import zip_longest

from pydantic import Field

from ledger import rules, store
from ledger.commands.facts import today, with_evidence
from ledger.commands.read import cut_short_tasks, read_bytes, refuse_conflict, refuse_wide
from ledger.config import Config
from ledger.edits.append import check_tasks, dated, tick_tasks
from ledger.edits.fields import placed
from ledger.edits.outline import Outline, edited, refuse_difference
from ledger.errors import Refused, UsageError
from ledger.gates.tasks import conventions
from ledger.git import files
from ledger.git.blobs import Blobs
from ledger.plan import reader, text
from ledger.plan.document import Edit
from ledger.plan.model import Item, Ledger, Model
from ledger.rules.model import Finding
from ledger.store import Pair


class Changed(Model):
    """What a change of one item wrote, or with `--dry-run` would."""

    path: str
    """The fix plan, relative to the top of its repository."""
    item: str
    """The item."""
    line: int = Field(ge=1)
    """The first line of the item that is new, or the one that it begins on."""
    done: tuple[str, ...]
    """What was done, each in a few words."""
    written: bool
    """Whether it was written: not with `--dry-run`, and not where it was so already."""
    diff: str
    """The whole change as a unified diff; empty for none."""
    notes: tuple[str, ...] = ()
    """What is left to do, or odd, each in one line."""


class Plan:
    """A plan that is being changed: ``ledger`` as it was read, ``new`` as it will be; likewise the
    archive, or the plan file at ``tasks``, which is changed together with it."""

    def __init__(self, config: Config, data: bytes, other: bytes = b"", *, tasks: str = "") -> None:
        self._config, self._tasks = config, tasks
        refuse_conflict(config.ledger_path, data)
        refuse_conflict(tasks or config.partner, other)
        refuse_wide(config.ledger_path, data)
        self.ledger = self.new = reader.read(data, conventions=config.own)
        own = conventions(config) if tasks else config.own
        self.archive = self.new_archive = reader.read(other, conventions=own)

    def propose(self, edits: Iterable[Edit], *, expect: Callable[[Ledger], None]) -> None:
        """Apply ``edits``. ``expect`` is given the outcome and raises Refused unless it is as
        meant; an error that ``validate`` would find and that was not there is refused as well."""
        new = edited(self.ledger, edits)
        expect(new)
        self._refuse_worse(new, is_judged=True)
        self.new = new

    def accept(self, new: Ledger, about: str = "") -> None:
        """Take ``new``, made from ``ledger`` by functions that checked what they did, unless it
        has an error that ``validate`` would find and that was not there. The line `Last Updated`
        gets today's date, where the change is ``about`` an item."""
        if about and new.text != self.ledger.text:
            before = Outline(new)
            day = datetime.now(UTC).date().isoformat()
            new = edited(new, dated(new, day, about))
            after = Outline(new)
            before.updated = after.updated
            refuse_difference(before, after)
        self._refuse_worse(new)
        self.new = new

    def changed(self, item: str, *done: str, dry_run: bool, notes: Iterable[str] = ()) -> Changed:
        """What became of ``item``, for the command to return."""
        section, at = placed(self.new, item)
        line = section.span.start_line
        same = [each for each in self.ledger.items if each.id == item]
        if len(self.ledger.items) == len(self.new.items):
            same = [self.ledger.items[at]]
        if same:
            pairs = zip_longest(_lines_of(self.new, section), _lines_of(self.ledger, same[0]))
            line += next((n for n, (now, was) in enumerate(pairs) if now != was), 0)
        return Changed(
            path=self._config.ledger_path,
            item=item,
            line=min(line, section.span.end_line),
            done=done,
            written=not dry_run and bool(self.diff),
            diff=self.diff,
            notes=tuple(notes),
        )

    def _refuse_worse(self, new: Ledger, *, is_judged: bool = False) -> None:
        """Raise Refused for an error of ``new`` that the plan as read has not.
        ``is_judged``: `expect` asked what runs say of it."""
        facts = rules.Facts(self._config.ledger_path, today())
        with Blobs(self._config.root) as contents:
            drafts = {self._tasks: self.new_archive.text} if self._tasks else None
            facts = with_evidence(facts, self._config, contents, strict=True, drafts=drafts)
            if is_judged:
                facts = facts._replace(contradicted=None, run_notes=None)
            _refuse(rules.made_worse(new, facts, [self.ledger]))

    def propose_ticks(self, tasks: Sequence[Item]) -> None:
        """Tick tasks of the plan file, before what is recorded of them is proposed. Raises Refused
        where one is done already, or where that would change anything else."""
        new = edited(self.archive, tick_tasks(self.archive, tasks))
        check_tasks(self.archive, new, tasks)
        self.new_archive = new

    def propose_both(
        self,
        edits: Iterable[Edit],
        archive_edits: Iterable[Edit],
        *,
        expect: Callable[[Ledger, Ledger], None],
    ) -> None:
        """Apply the edits of both files. ``expect`` is given both outcomes and raises Refused
        unless they are as meant; a loss that the guard would find is refused as well, other faults
        may move."""
        new, archive = edited(self.ledger, edits), edited(self.archive, archive_edits)
        expect(new, archive)
        _refuse_losses(self._config, new, self.ledger, archive)
        _refuse_losses(self._config.of_partner, archive, self.archive, new)
        self.new, self.new_archive = new, archive

    @property
    def diff(self) -> str:
        """The change as a unified diff that ``git apply`` takes; empty for none."""
        return _diff(self._config.ledger_path, self.ledger, self.new) + _diff(
            self._tasks or self._config.partner, self.archive, self.new_archive
        )


@contextmanager
def change(config: Config, *, dry_run: bool = False) -> Iterator[Plan]:
    """Lock and read the plan of ``config``. Leaving the block writes what was proposed, unless it
    raises or this is a ``dry_run``. Raises as ``store.content`` does."""
    if dry_run:
        yield Plan(config, read_bytes(config.ledger))
        return
    _settle_tasks(config)
    with store.content(config.ledger, pair=pair(config)) as content:
        plan = Plan(config, content.old)
        yield plan
        content.new = plan.new.text


@contextmanager
def change_both(config: Config, *, gains: store.Which, dry_run: bool = False) -> Iterator[Plan]:
    """Like ``change``, for the plan and its archive. The file that ``gains`` is written first, so
    that what is moved is never in neither."""
    places = pair(config)
    if places is None:
        files.confine(config.root, config.partner)  # says what is wrong with it
        raise AssertionError
    if dry_run:
        archived = read_bytes(places.archive) if places.archive.exists() else b""
        yield Plan(config, read_bytes(places.ledger), archived)
        return
    _settle_tasks(config)
    with store.contents(places, gains) as contents:
        plan = Plan(config, *contents.old)
        yield plan
        contents.new = plan.new.text, plan.new_archive.text


@contextmanager
def change_with(config: Config, tasks: str, *, dry_run: bool = False) -> Iterator[Plan]:
    """Like ``change``, for the plan and the plan file at ``tasks``. The plan is written first, so
    that no task is ticked for which nothing is recorded."""
    places = Pair(files.confine(config.root, tasks), config.ledger)
    if dry_run:
        yield Plan(config, read_bytes(config.ledger), read_bytes(places.ledger), tasks=tasks)
        return
    _settle_tasks(config)
    with store.content(config.ledger, pair=pair(config)):
        pass  # what was cut short of the plan and its archive is settled
    with store.contents(places, "archive", trace=store.trace_of(config.ledger)) as contents:
        plan = Plan(config, contents.old[1], contents.old[0], tasks=tasks)
        yield plan
        contents.new = plan.new_archive.text, plan.new.text


def _settle_tasks(config: Config) -> None:
    """Undo what was cut short of a change of the plan and a plan file. Raises as
    ``store.contents`` does, where the plan was edited since, and UsageError where it has become a
    link that leads out of the repository since the settings were read."""
    files.confine(config.root, config.ledger_path)
    if tasks := cut_short_tasks(config):
        with store.contents(Pair(tasks, config.ledger), "archive"):
            pass
    if store.traced(config.ledger) is not None:
        store.forget(store.trace_of(config.ledger))


def pair(config: Config) -> Pair | None:
    """The ledger and its archive; None where the archive would lie outside of the repository."""
    try:
        partner = files.confine(config.root, config.partner)
    except UsageError:
        return None
    return Pair(partner, config.ledger) if config.is_archive else Pair(config.ledger, partner)


def _refuse_losses(config: Config, new: Ledger, old: Ledger, elsewhere: Ledger) -> None:
    others = frozenset(code for code in rules.RULES if not rules.compares(code))
    facts = rules.Facts(config.ledger_path, elsewhere=lambda: (elsewhere,))
    _refuse(rules.made_worse(new, facts, [old], None, others))


def _refuse(findings: Sequence[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        first, more = errors[0], f" (and {len(errors) - 1} more)" if errors[1:] else ""
        message = f"{first.path}:{first.line}: {first.code} {first.message}{more}"
        hint = f"{first.fix}; nothing was written" if first.fix else "nothing was written"
        raise Refused("would-not-validate", message, hint)


def _lines_of(ledger: Ledger, item: Item) -> list[str]:
    return _lines(ledger.text[item.span.start_byte : item.span.end_byte])


def _diff(path: str, old: Ledger, new: Ledger) -> str:
    source = f"a/{path}" if old.text else "/dev/null"
    lines = difflib.unified_diff(_lines(old.text), _lines(new.text), source, f"b/{path}", n=3)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(data: bytes) -> list[str]:
    return [line for line in re.split(r"(?<=\n)", text.decode(data)) if line]
