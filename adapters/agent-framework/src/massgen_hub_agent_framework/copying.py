"""Copies of agents and workflows, so that a turn starts afresh and changes nothing of the user's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from types import FunctionType
from typing import Any
from uuid import uuid4

from agent_framework import AgentSession, BaseChatClient, MCPStdioTool, MCPStreamableHTTPTool, MCPWebsocketTool
from massgen_hub import kit

OF_A_LOOP = (asyncio.Lock, asyncio.Queue, asyncio.Event, AsyncExitStack)
"""What a copy needs one of its own of, empty."""
McpTool = MCPStdioTool | MCPStreamableHTTPTool | MCPWebsocketTool


class Copies(kit.Copies):
    """Copies of what is of the framework or derived from it, and of the functions that name it. Whatever else is the
    user's is shared, as are connected servers.

    `client(original)` gives what stands for a client of a model. `servers` are the servers that were copied.
    """

    def __init__(self, client: Callable[[Any], Any]) -> None:
        super().__init__()
        self.servers: list[McpTool] = []
        self._client = client

    def is_part(self, value: Any) -> bool:
        """Whether it is an object of the framework, or of a class derived from one of its own. A sentinel is not."""
        if isinstance(value, type) or not hasattr(value, "__dict__"):
            return False
        kind = type(value)
        return any(map(of_framework, kind.__mro__)) and not (of_framework(kind) and not vars(value))

    def made(self, value: Any) -> Any:
        """The copy of a value, or what is in its place."""
        if isinstance(value, BaseChatClient):
            return self.use(value, self._client(value))
        if isinstance(value, OF_A_LOOP):
            return self.use(value, type(value)())
        if isinstance(value, McpTool) and value.is_connected:
            return value
        return super().made(value)

    def dress(self, original: Any, twin: Any) -> None:  # noqa: ARG002
        """Keep the servers, and let nothing be remembered of a session."""
        if isinstance(twin, McpTool):
            self.servers.append(twin)
        if isinstance(twin, AgentSession):
            twin._session_id = str(uuid4())  # under another, a store would remember the turns before

    def globals_of(self, function: FunctionType) -> dict[str, Any]:
        """None of the framework's own functions: what they name are its settings."""
        return {} if of_framework(function) else super().globals_of(function)


def of_framework(made: Any) -> bool:
    """Whether a class or a function is of the framework, and not of a module of the user's with a name like its own."""
    return _is_its_own((made.__module__ or "").partition(".")[0])


@cache
def _is_its_own(package: str) -> bool:
    """Whether a package is the framework's, or one of those that are installed beside it for a vendor each."""
    if not package.startswith("agent_framework_"):
        return package == "agent_framework"
    try:
        return bool(distribution(package))
    except PackageNotFoundError:
        return False
