"""``ledger completion``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import argument
from ledger.integrations import completion

EXAMPLE = "ledger completion bash"


def command(
    shell: Annotated[str, argument("SHELL", "bash, zsh or fish.")],
    words: Annotated[
        list[str] | None, argument("[-- WORD...]", "Print what could follow these words.")
    ] = None,
) -> int:
    """Print the script that completes commands, options, items and actions in a shell.

    In `~/.bashrc`: `eval "$(ledger completion bash)"`; in `~/.zshrc` the same with zsh, behind
    `compinit`; in `~/.config/fish/config.fish`: `ledger completion fish | source`.
    """
    output.write(completion.script(shell) if words is None else completion.answer(shell, words))
    return 0
