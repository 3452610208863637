"""Tools of MCP servers, which are connected as long as the agent is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from tempfile import TemporaryFile
from typing import TextIO

from langchain_core.tools import BaseTool
from langchain_mcp_adapters.sessions import create_session
from langchain_mcp_adapters.tools import load_mcp_tools
from massgen_hub.errors import ConfigError
from massgen_hub.options import McpServer
from mcp import ClientSession, StdioServerParameters, stdio_client

SECONDS_TO_START = 30.0


@asynccontextmanager
async def tools_of(servers: Iterable[McpServer]) -> AsyncIterator[list[BaseTool]]:
    """All their tools. Raises `ConfigError` where a server does not start, or is not there."""
    async with AsyncExitStack() as stack:
        yield [tool for server in servers for tool in await stack.enter_async_context(_tools(server))]


@asynccontextmanager
async def _tools(server: McpServer) -> AsyncIterator[list[BaseTool]]:
    tools: list[BaseTool] | None = None
    with TemporaryFile("w+") as printed:
        try:
            async with _session(server, printed) as session:
                async with asyncio.timeout(SECONDS_TO_START):
                    await session.initialize()
                    tools = await load_mcp_tools(session)
                yield tools
        except Exception as failure:
            reason = _reason(failure)
            if tools is not None:
                raise reason from reason.__cause__
            raise _no_tools(server, reason, printed) from failure


@asynccontextmanager
async def _session(server: McpServer, printed: TextIO) -> AsyncIterator[ClientSession]:
    if server.url:
        where = {"transport": server.transport, "url": server.url, "headers": server.headers}
        async with create_session(where) as session:
            yield session
        return
    started = StdioServerParameters(command=server.command, args=list(server.args), env=server.env, cwd=server.cwd)
    async with stdio_client(started, errlog=printed) as streams, ClientSession(*streams) as session:
        yield session


def _no_tools(server: McpServer, reason: Exception, printed: TextIO) -> ConfigError:
    printed.seek(0)
    last = f"; the last it printed: {lines[-1].strip()}" if (lines := printed.readlines()) else ""
    hint = f"try it alone: {' '.join([server.command, *server.args])}" if server.command else "is it running?"
    what = f"the MCP server `{server.name}` gives no tools: {type(reason).__name__}: {reason}{last}"
    return ConfigError(what, hint=hint)


def _reason(failure: Exception) -> Exception:
    """The failure itself, which comes wrapped into groups."""
    while isinstance(failure, ExceptionGroup):
        failure = failure.exceptions[0]
    return failure
