"""A brief and where its work stands, for people."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from ledger.gates import sprints
from ledger.gates.model import (
    TASKS,
    Brief,
    BriefState,
    Command,
    Judgement,
    PlanState,
    Sprint,
    SprintState,
    Task,
)
from ledger.plan.text import counted, one_line, visible
from ledger.reports import Line, section
from ledger.reports.verdicts import criterion

_MOST_BYTES: Final = 2870  # before lines are wrapped
_MOST_UNREAD: Final = 8
_COMMAND: Final = 300  # characters of a command, half of which would be another one
_SIZES: Final = ((40, 400), (20, 200), (10, 150), (6, 120), (4, 80), (2, 60), (1, 40))
_KINDS: Final = {"attempt": "append", "rewrite": "rewrite", "add": "add"}


def standing(state: SprintState) -> str:
    """``sprint 3 blocked, 0 of 3 met, waits for decision B or C (galph)``."""
    parts = [
        f"sprint {state.sprint} {state.state}" if state.state != state.sprint else state.sprint
    ]
    parts += [f"{state.met} of {state.criteria} met"] if state.criteria else []
    parts += [f"waits for {' and '.join(state.waits_for)}"] if state.waits_for else []
    return ", ".join(parts)


def plan_file(state: PlanState) -> str:
    """``plans/parser.md: 2 of 4 tasks done: M1 [D], M2 [ ]``."""
    message = f"{state.path}: {state.done} of {counted(state.tasks, 'task')} done"
    return f"{message}: {_task_states(state)}" if state.named else message


def _task_states(state: PlanState) -> str:
    """``M1, M2 [D], M3 [ ]``."""
    alike = groupby(state.named, key=lambda state: state.state_text.strip("`"))
    return ", ".join(f"{', '.join(state.task for state in some)} {s}" for s, some in alike)


def lines(state: BriefState) -> list[Line]:
    """The brief, or its one sprint that was asked for, cut to about a page."""
    head: list[Line] = []
    for most, longest in _SIZES:
        page = _Page(state, most, longest)
        head = list(page.sprint(state.sprints[0]) if state.sprint else page.whole())
        if sum(len(line.text.encode()) + 1 for line in head) <= _MOST_BYTES:
            break
    return head


class _Page:
    """How much of a brief is shown: ``most`` entries of a list, ``longest`` characters."""

    def __init__(self, state: BriefState, most: int, longest: int) -> None:
        self._state, self._brief = state, state.brief
        self._most, self._longest = most, longest

    def whole(self) -> Iterator[Line]:
        """The brief from its head to its rerun; what it does not have is left out."""
        yield from self._head()
        parts = {
            "Clusters": self._clusters(),
            "Blockers": self._blockers(),
            "Decisions": self._decisions(),
            "Sprints": self._sprints(),
            "Rerun": self._rerun(),
            "Expected results": self._expected(),
            "Criteria and updates": self._criteria(),
            "What does not add up": (
                f"line {misfit.line}: {self._cut(misfit.text)}: {misfit.reason}"
                for misfit in self._brief.misfits
            ),
        }
        sections = {title: list(content) for title, content in parts.items()}
        for title, content in sections.items():
            if content:
                yield Line(title, "heading")
                yield from self._some(content)
        if not any(sections.values()):
            yield Line("none of the parts of a brief was found")
        if self._brief.unread:
            titles = [f"{self._cut(h.title)} ({h.line})" for h in self._brief.unread]
            more = f" and {len(titles) - _MOST_UNREAD} more" if len(titles) > _MOST_UNREAD else ""
            yield self._line(f"not read: {', '.join(titles[:_MOST_UNREAD])}{more}")

    def _some(self, entries: list[str]) -> Iterator[Line]:
        for entry in entries[: self._most]:
            yield self._line(entry, 2)
        yield from self._more(len(entries))

    def _more(self, count: int) -> Iterator[Line]:
        """How many entries are left out."""
        if count > self._most:
            yield Line(f"  and {count - self._most} more (`--json` has all)")

    def _line(self, words: str, indent: int = 0) -> Line:
        return Line(" " * indent + visible(words), "filled", indent + 2)

    def _cut(self, words: str, longest: int | None = None) -> str:
        """The first words of a text."""
        text, most = one_line(words).replace("**", ""), longest or self._longest
        return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0]}…"

    def _head(self) -> Iterator[Line]:
        brief = self._brief
        yield Line(visible(self._cut(brief.title or "no title")), "heading")
        phase = f"phase {brief.phase.removeprefix('Phase ')}" if brief.phase else ""
        path = (self._state.path, brief.initiative, brief.stamp, phase)
        yield self._line("  ".join(self._cut(fact) for fact in path if fact))
        for name, value in (("status", brief.status), ("input", brief.input)):
            if value:
                yield self._line(f"{name}: {self._cut(value)}")
        totals, judged = brief.totals, self._state.baseline
        if totals and judged:
            counts = ((n, getattr(totals, n)) for n in ("collected", "passed", "failed", "skipped"))
            figures = [f"{count} {name}" for name, count in counts if count is not None]
            figures += [f"{totals.runtime_s:g} s"] if totals.runtime_s is not None else []
            figures += [f"timeout {totals.timeout_s:g} s"] if totals.timeout_s is not None else []
            yield self._line(f"baseline: {', '.join(figures)}: {self._verdict(judged)}")

    def _verdict(self, judged: Judgement) -> str:
        where = f" [{judged.evidence[0]}]" if judged.evidence else ""
        return f"{judged.verdict}: {self._cut(judged.reason)}{where}"

    def _clusters(self) -> Iterator[str]:
        names = [
            c.id.removeprefix("CLUSTER-") + ("" if c.count is None else f" x{c.count}")
            for c in self._brief.clusters
        ]
        some, more = ", ".join(names[: self._most]), len(names) - self._most
        if names:
            total = sum(cluster.count or 0 for cluster in self._brief.clusters)
            yield f"{some}{f' and {more} more' if more > 0 else ''}: {counted(total, 'test')}"

    def _blockers(self) -> Iterator[str]:
        for blocker, judged in zip(self._brief.blockers, self._state.blockers, strict=True):
            is_open = "cleared" if judged.verdict == "met" else "open"
            effort = (blocker.effort, blocker.owner, blocker.priority, blocker.impact)
            rest = ", ".join(self._cut(part) for part in effort if part)
            yield f"{blocker.number} {self._cut(blocker.title)}: {is_open}" + (
                f"; {rest}" if rest else ""
            )

    def _decisions(self) -> Iterator[str]:
        for decision, judged in zip(self._brief.decisions, self._state.decisions, strict=True):
            decider = f" ({self._cut(decision.decider)})" if decision.decider else ""
            options = "; ".join(self._cut(option.name) for option in decision.options[: self._most])
            advice = (
                f"; recommended: {self._cut(decision.recommendation)}"
                if decision.recommendation
                else ""
            )
            text = f"the brief says {decision.chosen}, " if decision.chosen else ""
            logged = f"logged: {self._cut(judged.reason)} [{', '.join(judged.evidence)}]"
            words = text + (logged if judged.verdict == "met" else "not logged")
            yield f"{self._cut(decision.title)}{decider}: {words}: {options}{advice}"

    def _sprints(self) -> Iterator[str]:
        every = self._brief.sprints
        for sprint, state in zip(every, self._state.sprints, strict=True):
            why = f" \u2014 {self._cut(sprint.rationale)}" if sprint.rationale else ""
            message = f"{', '.join(self._standing(sprint, state))}{why}"
            yield f"{sprint.name} {self._cut(sprint.title)}: {message}"
        if len(every) > 1:
            now, put_off = ([s for s in every if s.is_deferred is late] for late in (False, True))
            later = f"; {self._sum(put_off)} deferred" if put_off else ""
            yield f"in all: {self._sum(now)}{later}"

    def _standing(self, sprint: Sprint, state: SprintState) -> Iterator[str]:
        """``1 of 4 met``, ``1.5 h``, ``unblocks 4 of 8 (50 %)``, ``waits for: ...``."""
        if state.criteria:
            yield f"{state.met} of {state.criteria} met"
        else:
            yield "no exit criteria"
        span = sprints.minutes(sprint.effort)
        if sprint.effort:
            yield _span(span) if span else self._cut(sprint.effort)
        if sprint.unblocks is not None:
            yield self._share(sprint.unblocks)
        if sprint.owner and not self._state.sprint:
            yield self._cut(sprint.owner)
        if state.waits_for:
            yield f"waits for: {'; '.join(map(self._cut, state.waits_for))}"

    def _share(self, count: int) -> str:
        failed = _failures(self._brief)
        share = f" of {failed} ({100 * count / failed:.3g} %)" if failed else ""
        return f"unblocks {count}{share}"

    def _sum(self, chosen: Iterable[Sprint]) -> str:
        efforts = [span for sprint in chosen if (span := sprints.minutes(sprint.effort))]
        clears = sum(sprint.unblocks or 0 for sprint in chosen)
        figures = [_span((sum(low for low, _ in efforts), sum(high for _, high in efforts)))]
        figures = figures if efforts else []
        return ", ".join([*figures, *([self._share(clears)] if clears else [])]) or "nothing"

    def _rerun(self) -> Iterator[str]:
        """The commands, each environment once before the first that has it."""
        set_before: tuple[tuple[str, str], ...] = ()
        for command in self._brief.rerun:
            if command.environment != set_before:
                changed = [pair for pair in command.environment if pair not in set_before]
                text = " ".join(f"{name}={_quoted(value)}" for name, value in changed)
                yield self._cut(text, _COMMAND)
                set_before = command.environment
            yield self._command(command)

    def _command(self, command: Command) -> str:
        text = ": ".join(filter(None, (command.option, self._cut(command.note))))
        note = f"  # {text}" if text else ""
        return f"$ {self._cut(command.text, _COMMAND)}{note}"

    def _expected(self) -> Iterator[str]:
        for expected, judged in zip(self._brief.expected, self._state.expected, strict=True):
            text = f": {judged.verdict}" if judged.verdict != "unknown" else ""
            yield f"{self._cut(expected.text)}{text}"

    def _criteria(self) -> Iterator[str]:
        """How many are met, by the list that they are in, and what is ready-made."""
        lists: dict[str, list[bool]] = {}
        sprint_names = {sprint.name for sprint in self._brief.sprints}
        for judged_criterion in self._state.criteria:
            if not (
                judged_criterion.optional
                or judged_criterion.sprint in sprint_names
                or judged_criterion.section == TASKS
            ):
                lists.setdefault(judged_criterion.section, []).append(
                    judged_criterion.verdict == "met"
                )
        for title, verdicts in lists.items():
            yield f"{self._cut(title)}: {sum(verdicts)} of {len(verdicts)} met"
        for plan in self._state.plans:
            if plan.named:
                yield f"{plan.path}: {self._cut(_task_states(plan))}"
        if updates := Counter(update.kind for update in self._brief.updates):
            text = ", ".join(f"{count} to {_KINDS[kind]}" for kind, count in updates.items())
            yield f"ledger updates: {text} (`ledger apply`)"

    # One sprint

    def sprint(self, state: SprintState) -> Iterator[Line]:
        """A sprint whole: its tasks and criteria."""
        sprint = next(sprint for sprint in self._brief.sprints if sprint.line == state.line)
        name = f"Sprint {sprint.name}" if sprint.number else "Deferred"
        yield Line(visible(f"{name}: {self._cut(sprint.title)}"), "heading")
        yield self._line(f"{state.brief}:{state.line}: {', '.join(self._standing(sprint, state))}")
        for label in ("target", "rationale", "priority", "owner"):
            if value := getattr(sprint, label):
                yield self._line(f"{label}: {self._cut(value)}")
        if sprint.tasks:
            yield from section(f"Tasks ({len(sprint.tasks)})")
        for task in sprint.tasks[: self._most]:
            yield from self._task(task)
        yield from self._more(len(sprint.tasks))
        if self._state.criteria:
            yield from section(f"Criteria ({len(self._state.criteria)})")
        for judged_criterion in self._state.criteria[: self._most]:
            line = criterion(
                judged_criterion.model_copy(update={"reason": self._cut(judged_criterion.reason)})
            )
            yield line._replace(kind="filled")
        yield from self._more(len(self._state.criteria))

    def _task(self, task: Task) -> Iterator[Line]:
        optional = "optional" if task.optional else ""
        notes = ", ".join(filter(None, (task.effort, optional)))
        yield self._line(f"{task.number} {self._cut(task.title)}{f' ({notes})' * bool(notes)}", 2)
        files = ", ".join(dict.fromkeys(file.path for file in task.files))
        fields = (("files", files), ("validation", task.validation), ("expected", task.expected))
        for label, value in fields:
            if value:
                yield self._line(f"{label}: {self._cut(value)}", 6)


def _failures(brief: Brief) -> int:
    """How many failures there are: as the baseline tells, else as the clusters do."""
    failed = brief.totals.failed if brief.totals else None
    return failed if failed is not None else sum(cluster.count or 0 for cluster in brief.clusters)


def _span(minutes: tuple[float, float]) -> str:
    """``1.5 h``, ``5 min to 2 h``."""
    return " to ".join(dict.fromkeys(map(_hours, minutes)))


def _hours(minutes: float) -> str:
    return f"{minutes:g} min" if minutes < 60 else f"{minutes / 60:.3g} h"


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
