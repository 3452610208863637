"""Running tests of agents: in a fresh event loop, or in one that lasts."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Coroutine
from typing import Any, Literal, TypeVar

from ..contract import Agent, Host, Reply, Turn

T = TypeVar("T")

_lasting = asyncio.Runner()
atexit.register(_lasting.close)


def run(coroutine: Coroutine[Any, Any, T], *, loop: Literal["any", "one"] = "any", seconds: float = 60) -> T:
    """Run a coroutine to its end. `loop="one"`: always in the same event loop, for frameworks that need that.

    Raises `TimeoutError` after `seconds`.
    """
    bounded = asyncio.wait_for(coroutine, seconds)
    return _lasting.run(bounded) if loop == "one" else asyncio.run(bounded)


async def taken(agent: Agent, turn: Turn, host: Host) -> Reply:
    """One turn, with a plain string made a reply."""
    reply = await agent(turn, host)
    return Reply(text=reply) if isinstance(reply, str) else reply
