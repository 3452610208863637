"""MCP servers: those of the options, and keeping the servers of any agent connected while it is open."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from agents.mcp import MCPServer, MCPServerSse, MCPServerStdio, MCPServerStreamableHttp
from massgen_hub.errors import ConfigError
from massgen_hub.kit import described
from massgen_hub.options import McpServer
from mcp import stdio_client

SECONDS_TO_CONNECT = 60.0


def made(server: McpServer, folder: str | None) -> MCPServer:
    """The server that the options describe. What a program says on stderr goes to a log in the agent's folder."""
    fields = {"command", "args", "env", "cwd"} if server.command else {"url", "headers"}
    about: Any = {
        "params": server.model_dump(include=fields, exclude_none=True),
        "name": server.name,
        "client_session_timeout_seconds": server.timeout,
    }
    if server.command:
        return Program(Path(folder, f"mcp-{server.name}.log") if folder else Path(os.devnull), **about)
    return MCPServerSse(**about) if server.transport == "sse" else MCPServerStreamableHttp(**about)


class Program(MCPServerStdio):
    """A server that is started. The SDK would leave its stderr on the terminal."""

    def __init__(self, log: Path, **about: Any) -> None:
        super().__init__(**about)
        self.log = log

    @asynccontextmanager
    async def create_streams(self) -> AsyncIterator[Any]:
        """Start it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a") as log:
            async with stdio_client(self.params, errlog=log) as streams:
                yield streams


@asynccontextmanager
async def connected(servers: Iterable[MCPServer]) -> AsyncIterator[None]:
    """Keep the servers connected. One that several agents share is connected until the last of them is done.

    Raises `ConfigError` where one cannot be connected, or is already: its connection belongs to another event loop.
    """
    async with AsyncExitStack() as stack:
        for server in servers:
            connection = _connections.setdefault(server, Connection())
            await connection.join(server)
            stack.push_async_callback(connection.leave)
        yield


class Connection:
    """The connection of a server, for as long as any agent needs it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._users = 0
        self._leave = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def join(self, server: MCPServer) -> None:
        """Make it, where this is the first to need it."""
        async with self._lock:
            if not self._users:
                await self._make(server)
            self._users += 1

    async def leave(self) -> None:
        """End it, where this was the last to need it."""
        async with self._lock:
            self._users -= 1
            if not self._users and self._task:
                self._leave.set()
                await asyncio.wait([self._task])

    async def _make(self, server: MCPServer) -> None:
        if getattr(server, "session", None) is not None:
            hint = "give it unconnected: the hub connects it, and cleans up after the run"
            raise ConfigError(f"the MCP server `{server.name}` is connected already", hint=hint)
        self._leave.clear()
        ready = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(_keep(server, ready, self._leave))
        try:
            await ready
        except asyncio.CancelledError:
            self._task.cancel()
            await asyncio.wait([self._task])
            raise
        except Exception as failure:
            raise _unreachable(server, failure) from failure


_connections: WeakKeyDictionary[MCPServer, Connection] = WeakKeyDictionary()


async def _keep(server: MCPServer, ready: asyncio.Future[None], leave: asyncio.Event) -> None:
    """Connect, wait, clean up: in one task, because a connection wants to be left where it was entered."""
    try:
        async with asyncio.timeout(SECONDS_TO_CONNECT):
            await server.connect()
    except Exception as failure:
        if not ready.done():
            ready.set_exception(failure)
        return
    try:
        if not ready.done():  # nobody has given up in the meantime
            ready.set_result(None)
            await leave.wait()
    finally:
        await server.cleanup()


def _unreachable(server: MCPServer, failure: BaseException) -> ConfigError:
    what = f"the MCP server `{server.name}` cannot be reached: {described(failure)}"
    log = server.log if isinstance(server, Program) else None
    hint = f"what it said is in {log}" if log and log.exists() and log.stat().st_size else "is it there?"
    return ConfigError(what, hint=hint)
