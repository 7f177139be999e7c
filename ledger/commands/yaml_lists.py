"""An entry put into the list of a YAML file, all other bytes of which stay.

Places are those that PyYAML's events have, and what was written is read again: it has to have the
events of before, and the entry's among them.
"""

import json
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

import yaml

_Event = tuple[object, ...]
_LARGEST: Final = 1_000_000  # characters; a file that people write is far from it


def with_entry(config: str, key: str, block: str) -> str | None:
    """``config`` with one more entry at the end of the list ``key`` at its top: ``block`` is the
    entry as lines from ``- `` on. None where there is no such list, or no place for it."""
    try:
        before = _events(config) if len(config) <= _LARGEST else []
        node = _list(yaml.compose(config, yaml.SafeLoader), key) if before else None
    except (yaml.YAMLError, RecursionError):
        return None
    if node and node.id == "scalar":  # nothing behind the colon
        at = node.start_mark.index
        return with_entry(f"{config[:at]} []{config[at:]}", key, block)
    entry = _events(block)[3:-3]  # without the beginning and end of stream, document and list
    for new in _candidates(config, node, block) if node else ():
        with suppress(yaml.YAMLError):
            if _is_inserted(before, _events(new), entry):
                return new
    return None


def _list(root: Any, key: str) -> Any:
    """The node of the list, or of nothing in its place; None where there is no such key, or two."""
    pairs = root.value if root is not None and root.id == "mapping" else ()
    values = [value for name, value in pairs if name.value == key]
    is_list = len(values) == 1 and (values[0].id == "sequence" or values[0].value == "")
    return values[0] if is_list else None


def _candidates(config: str, node: Any, block: str) -> Iterator[str]:
    """The text with the entry in each place where it may belong."""
    start, end = node.start_mark.index, node.end_mark.index
    newline = "\r\n" if "\r\n" in config else "\n"
    flow = json.dumps(yaml.safe_load(block)[0])  # JSON is YAML
    if node.flow_style and node.value:
        last = node.value[-1].end_mark.index
        yield f"{config[:last]}, {flow}{config[last:]}"
        yield f"{config[: end - 1]} {flow}{config[end - 1 :]}"  # behind a comma
    elif node.flow_style:
        rest, _, below = config[end:].partition(newline)
        head = f"{config[:start].rstrip()} {rest}".rstrip()
        lines = textwrap.indent(block, "  ").replace("\n", newline)
        yield newline.join((head, lines, below))
        yield f"{config[:start]}[{flow}]{config[end:]}"
    else:
        dash = config.rfind("-", 0, node.value[0].start_mark.index)
        indent = " " * (dash - config.rfind("\n", 0, dash) - 1)
        lines = textwrap.indent(block, indent).replace("\n", newline)
        for at in _ends(config, start, end):
            before = "" if config[:at].endswith("\n") else newline
            yield f"{config[:at]}{before}{lines}{newline}{config[at:]}"


def _ends(config: str, start: int, end: int) -> Sequence[int]:
    """Where the lines of a list may end: after its last line that is no comment, or at its mark,
    which comes first where nothing follows the list."""
    at, last = start, start
    for line in config[start:end].splitlines(keepends=True):
        at += len(line)
        if line.strip() and not line.lstrip().startswith("#"):
            last = at
    return (last, end) if config[end:].strip() else (end, last)


def _events(config: str) -> list[_Event]:
    return [
        (type(event).__name__, *(getattr(event, name, None) for name in ("value", "anchor", "tag")))
        for event in yaml.parse(config, yaml.SafeLoader)
    ]


def _is_inserted(old: Sequence[_Event], new: Sequence[_Event], entry: Sequence[_Event]) -> bool:
    """Whether ``new`` is ``old`` with ``entry`` in one place."""
    same = next(
        (at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0
    )
    starts = range(max(0, same - len(entry)), same + 1)
    return any([*old[:at], *entry, *old[at:]] == [*new] for at in starts)
