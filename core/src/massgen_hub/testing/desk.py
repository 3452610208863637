"""Tools that agents under test may be given: functions by name, and an MCP server by the command that starts it."""

from __future__ import annotations

import asyncio
import sys

MCP_SERVER = (sys.executable, "-m", "massgen_hub.testing.mcp_server")
"""Speaks over its standard input and output, and offers `add`."""

ADD, FAIL = "massgen_hub.testing.desk:add", "massgen_hub.testing.desk:fail"


def add(x: int, y: int) -> int:
    """Add two numbers.

    Args:
        x: The first number.
        y: The second number.

    Returns:
        Their sum.
    """
    return x + y


def fail(why: str) -> str:
    """Fail.

    Args:
        why: The reason.

    Returns:
        Nothing, ever.
    """
    raise RuntimeError(f"the tool fails: {why}")


class Endless:
    """A tool that gives no result: `wait`. `started` is set when it is called, `cancelled` true when it was."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.cancelled = False

    async def wait(self) -> str:
        """Wait for ever."""
        self.started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return ""
