"""What a start of a fix plan did, for people."""

from collections.abc import Iterator

from ledger.commands.init import OFFERS, About, Start, StartStep
from ledger.plan.text import counted, visible


def lines(done: Start, *, dry_run: bool) -> Iterator[str]:
    """What was done, what was not, and what is next."""
    return map(visible, _lines(done, dry_run=dry_run))


def _lines(done: Start, *, dry_run: bool) -> Iterator[str]:
    for step in done.steps:
        if step.state != "offered":
            yield from _step(step, done, dry_run=dry_run)
    offered = [step for step in done.steps if step.state == "offered"]
    if offered:
        yield "not done, for nobody asked for it:"
    options: dict[About, str] = {offer: option for offer, (option, _) in OFFERS.items()}
    for step in offered:
        yield f"  ledger init {options.get(step.about, ''):<16}{step.said}"
    if dry_run:
        yield "nothing was written"
    elif done.is_new:
        yield f"next: ledger run {done.item} -- pytest, or whatever runs your tests"
    else:
        yield "next: `ledger doctor` says what is in order, `ledger status` what is next"


def _step(step: StartStep, done: Start, *, dry_run: bool) -> Iterator[str]:
    if step.about == "plan" and step.state == "there":
        said = f"there already: {counted(done.items, 'item')}, {counted(done.attempts, 'attempt')}"
        unread = f", {counted(done.unread, 'line')} that could not be read" if done.unread else ""
        yield f"{step.place}: {said}{unread}; dialect: {'; '.join(done.why)}"
        return
    ends = {"added": "would be added" if dry_run else "added", "there": "there already"}
    if step.state == "left":
        yield f"{step.place}: left as it is: {step.said}"
        yield from (f"  {line}" for line in step.hint.split("\n") if step.hint)
        return
    yield f"{step.place}: {step.said} ({ends[step.state]})"
    yield from (f"  + {line}".rstrip() for line in step.text.split("\n") if step.text)
