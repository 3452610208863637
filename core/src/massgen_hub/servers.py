"""Tools of MCP servers, for adapters whose framework has no client for them, or one tied to an old `mcp`.

Needs the package `mcp`, 1.24 or later, which is imported when the first server is connected.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from .contract import JSON
from .errors import ConfigError
from .options import McpServer

SECONDS_TO_START = 30.0


@dataclass(frozen=True, kw_only=True)
class ServedTool:
    """A tool of a server. `call` gives its result as text, also where that is a failure; `parameters` is the JSON
    Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, JSON]
    call: Callable[[Mapping[str, JSON]], Awaitable[str]]


@asynccontextmanager
async def served(servers: Iterable[McpServer], folder: str | None) -> AsyncIterator[list[ServedTool]]:
    """The tools of all servers, which are connected meanwhile; what they print goes to logs in the folder.

    Raises `ConfigError` where a server does not start or is not there, and where `mcp` is not installed.
    """
    async with AsyncExitStack() as stack:
        yield [tool for server in servers for tool in await stack.enter_async_context(_tools(server, folder))]


@asynccontextmanager
async def _tools(server: McpServer, folder: str | None) -> AsyncIterator[list[ServedTool]]:
    tools: list[ServedTool] | None = None
    with _log(server, folder) as log:
        try:
            async with _session(server, log) as session:
                async with asyncio.timeout(SECONDS_TO_START):
                    await session.initialize()
                    tools = [
                        _tool(described, session, server.timeout) for described in (await session.list_tools()).tools
                    ]
                yield tools
        except Exception as failure:
            reason = _reason(failure)
            if tools is not None:
                raise reason from reason.__cause__
            raise _no_tools(server, reason, log) from failure


@asynccontextmanager
async def _session(server: McpServer, log: IO[str]) -> AsyncIterator[Any]:
    mcp, sse, http = map(import_module, ("mcp", "mcp.client.sse", "mcp.client.streamable_http"))
    async with AsyncExitStack() as stack:
        if server.command is not None:
            how = server.model_dump(include={"command", "args", "env", "cwd"}, mode="json")
            transport = mcp.stdio_client(mcp.StdioServerParameters(**how), errlog=log)
        elif server.transport == "sse":
            transport = sse.sse_client(server.url, headers=server.headers)
        else:
            client = await stack.enter_async_context(http.create_mcp_http_client(headers=server.headers))
            transport = http.streamable_http_client(server.url, http_client=client)
        reading, writing, *_ = await stack.enter_async_context(transport)
        yield await stack.enter_async_context(mcp.ClientSession(reading, writing))


def _tool(described: Any, session: Any, seconds: float) -> ServedTool:
    about = described.model_dump(mode="json", by_alias=True)

    async def call(arguments: Mapping[str, JSON]) -> str:
        try:
            async with asyncio.timeout(seconds):
                result = await session.call_tool(about["name"], dict(arguments))
        except TimeoutError:
            return f"`{about['name']}` gave no result within {seconds:g} s"
        parts = result.model_dump(mode="json", by_alias=True, exclude_none=True)["content"]
        return "\n".join(part["text"] if part["type"] == "text" else json.dumps(part) for part in parts)

    return ServedTool(
        name=about["name"], description=about.get("description") or "", parameters=about["inputSchema"], call=call
    )


def _log(server: McpServer, folder: str | None) -> IO[str]:
    if folder is None:
        return TemporaryFile("w+")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder, f"mcp-{server.name}.log").open("w+")


def _no_tools(server: McpServer, reason: Exception, log: IO[str]) -> ConfigError:
    if isinstance(reason, ModuleNotFoundError):
        hint = 'pip install "mcp>=1.24"; in an environment of its own, add `mcp` to what it `requires`'
        return ConfigError("`mcp_servers` needs the package `mcp`", hint=hint)
    log.seek(0)
    last = f"; the last it printed: {lines[-1].strip()}" if (lines := log.readlines()) else ""
    hint = f"try it alone: {' '.join([server.command, *server.args])}" if server.command else "is it running?"
    what = f"the MCP server `{server.name}` gives no tools: {type(reason).__name__}: {reason}{last}"
    return ConfigError(what, hint=hint)


def _reason(failure: Exception) -> Exception:
    """The failure itself, which comes wrapped into groups."""
    while isinstance(failure, ExceptionGroup):
        failure = failure.exceptions[0]
    return failure
