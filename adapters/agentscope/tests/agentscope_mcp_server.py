"""An MCP server, which speaks over its standard input and output when it is run."""

import asyncio
import os
import sys

from mcp.server import MCPServer


def add(x: int, y: int) -> int:
    """Add two numbers."""
    print("adding", file=sys.stderr)
    return x + y


def surroundings() -> str:
    """The process, its folder, and a variable."""
    return f"{os.getpid()} {os.getcwd()} {os.environ.get('DESK', '')}"


def refuse() -> str:
    """Fail."""
    raise ValueError("the desk is closed")


async def wait() -> str:
    """Wait for ever."""
    print("waiting", file=sys.stderr, flush=True)
    await asyncio.Event().wait()
    return "never"


def desk() -> MCPServer:
    """A new one."""
    server = MCPServer("desk")
    for function in (add, surroundings, refuse, wait):
        server.tool()(function)
    return server


if __name__ == "__main__":
    desk().run()
