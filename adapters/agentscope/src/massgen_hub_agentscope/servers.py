"""Connections to MCP servers, for as long as an agent is open."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from agentscope.mcp import MCPClient, StdioMCPConfig
from agentscope.tool import Toolkit
from massgen_hub.errors import ConfigError

from .twins import copied, unblocked

SECONDS_TO_CONNECT = 60.0
QUIETLY = 'log=$1; shift; exec "$@" 2>>"$log"'


@asynccontextmanager
async def connected(toolkit: Toolkit, folder: str | None) -> AsyncIterator[Toolkit]:
    """A toolkit like this one, whose MCP clients are connected; those of the given one stay as they are.

    What servers say on stderr is kept in `folder`. Raises `ConfigError` where a server cannot be reached.
    """
    made = copied(toolkit)
    async with AsyncExitStack() as stack:
        for group in made.tool_groups:
            group.tools = [unblocked(tool) for tool in group.tools]
            group.mcps = [await stack.enter_async_context(_connection(client, folder)) for client in group.mcps]
        yield made


@asynccontextmanager
async def _connection(client: MCPClient, folder: str | None) -> AsyncIterator[MCPClient]:
    """A connection of our own: the user's may belong to another event loop. One into a sandbox is taken as it is."""
    if type(client) is not MCPClient:
        yield client
        return
    log = Path(folder, f"mcp-{client.name}.log") if folder else Path(os.devnull)
    ours = MCPClient.model_validate({**client.model_dump(), "mcp_config": _quiet(client, log)})
    try:
        await _connect(ours, log)
        yield ours
    finally:
        if ours.is_connected:
            await ours.close()


async def _connect(client: MCPClient, log: Path) -> None:
    try:
        async with asyncio.timeout(SECONDS_TO_CONNECT):
            await client.connect()
            await client.list_tools()
    except Exception as failure:
        what = f"the MCP server `{client.name}` cannot be reached: {_told(failure)}"
        raise ConfigError(what, hint=_last_words(log)) from failure


def _quiet(client: MCPClient, log: Path) -> Any:
    """The config of a server that is started, with its stderr in a file: AgentScope leaves it on the terminal."""
    config = client.mcp_config
    if not isinstance(config, StdioMCPConfig) or os.name != "posix":
        return config
    log.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["-c", QUIETLY, client.name, str(log), config.command, *(config.args or [])]
    return config.model_copy(update={"command": "sh", "args": arguments})


def _told(failure: BaseException) -> str:
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    if isinstance(failure, TimeoutError):
        return f"it was not ready after {SECONDS_TO_CONNECT:g} s"
    return f"{type(failure).__name__}: {failure}"


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f"its last words were: {lines[-1]}" if lines else ""
