"""``ledger mcp``."""

from importlib import import_module

from ledger.errors import UsageError

EXAMPLE = "ledger mcp"


def command() -> int:
    """Serve the fix plan to an agent, over the Model Context Protocol.

    The agent starts it, and talks to it on standard input and output. It needs the extra `mcp`:

    pip install 'mcp>=2.3,<3'
    """
    try:
        server = import_module("ledger.integrations.mcp_server")  # takes 1 s
    except ModuleNotFoundError as error:
        hint = "pip install 'mcp>=2.3,<3'"
        raise UsageError("no-extra", "the package mcp is not installed", hint) from error
    server.serve()
    return 0
