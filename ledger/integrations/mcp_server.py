"""`ledger mcp`: the tools, over the Model Context Protocol, for the agent that started it.

The work tree is that of the client's roots, asked for at each call: an agent may have moved to
another one since its server was started.
"""

import inspect
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, get_args, get_origin
from urllib.parse import unquote, urlsplit

import anyio
import mcp_types as types
from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from pydantic import ValidationError, validate_call

import ledger
from ledger import config, errors
from ledger.errors import UsageError
from ledger.integrations import tools
from ledger.plan.text import one_line

_ROOTS: Final = "roots"  # the key of the one thing that a client is asked for
_LONGEST: Final = 600  # characters of an error
_TYPES: Final = {str: "string", int: "integer", bool: "boolean"}
_START: Final = Path.cwd()
_LOCK: Final = threading.Lock()  # the current folder is the process's


def serve() -> None:
    """Serve the client at standard input and output until it leaves."""
    anyio.run(_serve)


async def _serve() -> None:
    server = Server(
        "ledger",
        version=ledger.__version__,
        instructions=tools.INSTRUCTIONS,
        on_list_tools=_list,
        on_call_tool=_call,
    )
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


async def _list(_context: Any, _params: Any) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[_described(name) for name in tools.TOOLS])


async def _call(
    context: Any, params: types.CallToolRequestParams
) -> types.CallToolResult | types.InputRequiredResult:
    able = context.session.client_capabilities
    folders: list[Path] = []
    if able is not None and able.roots is not None:
        request = types.ListRootsRequest()
        answers = params.input_responses or {}
        if context.session.can_send_request:
            answer = await context.session.send_request(request, types.ListRootsResult)
        elif _ROOTS in answers:
            answer = types.ListRootsResult.model_validate(answers[_ROOTS], from_attributes=True)
        else:  # from 2026-07-28 on a client is asked by an answer, and calls again
            return types.InputRequiredResult(input_requests={_ROOTS: request})
        folders = [Path(unquote(urlsplit(str(root.uri)).path)) for root in answer.roots]
    return await to_thread.run_sync(_answer, params.name, params.arguments or {}, folders)


def _answer(name: str, arguments: dict[str, Any], folders: Sequence[Path]) -> types.CallToolResult:
    messages: list[str] = []
    with _LOCK:
        code = errors.boundary(
            lambda: messages.append(_run(name, arguments, folders)),
            lambda failure: messages.append(one_line(str(failure))[:_LONGEST]),
        )
    return types.CallToolResult(content=[types.TextContent(text=messages[-1])], is_error=code != 0)


def _run(name: str, arguments: dict[str, Any], folders: Sequence[Path]) -> str:
    """What the tool answers, called in the work tree. Raises LedgerError."""
    if name not in tools.TOOLS:
        raise UsageError("no-such-tool", f"no tool {name!r}", f"there are {', '.join(tools.TOOLS)}")
    os.chdir(_work_tree(folders))
    try:
        run: str = validate_call(tools.TOOLS[name])(**arguments)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UsageError("usage", f"{place}: {first['msg']}", f"see the tool {name}") from error
    return run


def _work_tree(folders: Sequence[Path]) -> Path:
    """The first folder with a fix plan. Raises UsageError where there is none."""
    for folder in folders or [_START]:
        try:
            config.find(folder)
        except UsageError as error:
            if error.code != "no-ledger":
                raise
        else:
            return folder
    places = ", ".join(map(str, folders or [_START]))
    raise UsageError("no-ledger", f"no fix plan in {places}", "`ledger init` there starts one")


def _described(name: str) -> types.Tool:
    function = tools.TOOLS[name]
    parameters = inspect.signature(function).parameters.values()
    is_reading = name not in tools.CHANGING
    return types.Tool(
        name=name,
        description=inspect.getdoc(function),
        input_schema={
            "type": "object",
            "properties": {p.name: _schema(p.annotation) for p in parameters},
            "required": [p.name for p in parameters if p.default is p.empty],
        },
        annotations=types.ToolAnnotations(
            read_only_hint=is_reading,
            destructive_hint=None if is_reading else False,
            open_world_hint=False,
        ),
    )


def _schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a parameter, without what an agent does not need."""
    if get_origin(kind) is list:
        return {"type": "array", "items": _schema(get_args(kind)[0])}
    return {"type": _TYPES[kind]} if kind in _TYPES else {"enum": [*get_args(kind)]}
