"""Connections to MCP servers, for as long as an agent is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from agentscope.mcp import MCPClient, StdioMCPConfig
from agentscope.tool import Toolkit
from massgen_hub.errors import ConfigError

from .limits import SECONDS_TO_CONNECT
from .server_logs import last_words, log_of, quietly, told
from .twins import copied, unblocked


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
    log = log_of(client.name, folder)
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
        what = f"the MCP server `{client.name}` cannot be reached: {told(failure, SECONDS_TO_CONNECT)}"
        raise ConfigError(what, hint=last_words(log)) from failure


def _quiet(client: MCPClient, log: Path) -> Any:
    """The config of a server that is started, with its stderr in a file: AgentScope leaves it on the terminal."""
    config = client.mcp_config
    if not isinstance(config, StdioMCPConfig):
        return config
    command, arguments = quietly(client.name, config.command, config.args or [], log)
    return config.model_copy(update={"command": command, "args": arguments})
