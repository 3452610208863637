"""Connections to MCP servers, for as long as an agent is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from agentscope.mcp import HttpStatefulClient, StatefulClientBase, StdIOStatefulClient
from agentscope.tool import Toolkit
from massgen_hub.errors import ConfigError

from ..limits import SECONDS_TO_CONNECT
from ..options import ToolServer
from ..server_logs import last_words, log_of, quietly, told


@asynccontextmanager
async def connected(toolkit: Toolkit, servers: Iterable[ToolServer], folder: str | None) -> AsyncIterator[None]:
    """Adds the tools of servers to a toolkit.

    What they say on stderr is kept in `folder`. Raises `ConfigError` where a server cannot be reached.
    """
    async with AsyncExitStack() as stack:
        for server in servers:
            client = await stack.enter_async_context(_connection(server, log_of(server.name, folder)))
            chosen = {"enable_funcs": server.enable_tools, "disable_funcs": server.disable_tools}
            await toolkit.register_mcp_client(
                client,
                execution_timeout=server.timeout,
                **{name: names and list(names) for name, names in chosen.items()},
            )
        yield


@asynccontextmanager
async def _connection(server: ToolServer, log: Path) -> AsyncIterator[StatefulClientBase]:
    """A client that is opened and closed by a task of its own: one that fails would cancel whoever opened it."""
    client, over = _client(server, log), asyncio.Event()
    ready = asyncio.get_running_loop().create_future()
    holding = asyncio.create_task(_held(client, ready, over))
    try:
        await asyncio.wait([ready, holding], return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            failure = holding.exception() or RuntimeError("it hung up")
            what = f"the MCP server `{server.name}` cannot be reached: {told(failure, SECONDS_TO_CONNECT)}"
            raise ConfigError(what, hint=last_words(log)) from failure
        yield client
    finally:
        over.set()
        await asyncio.wait([holding])


async def _held(client: StatefulClientBase, ready: asyncio.Future[None], over: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(SECONDS_TO_CONNECT):
            await client.connect()
            await client.list_tools()
        ready.set_result(None)
        await over.wait()
    finally:
        if client.stack is not None:
            await client.stack.aclose()


def _client(server: ToolServer, log: Path) -> StatefulClientBase:
    if server.command is None:
        return HttpStatefulClient(
            server.name, "streamable_http", server.url, headers=server.headers, timeout=server.timeout
        )
    command, arguments = quietly(server.name, server.command, server.args, log)
    return StdIOStatefulClient(server.name, command, arguments, env=server.env, cwd=server.cwd)
