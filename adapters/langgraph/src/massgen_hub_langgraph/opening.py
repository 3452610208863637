"""From options, or the user's own graph, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from massgen_hub.contract import Agent, Setup
from massgen_hub.kit import imported, refuse_idle

from .options import OF_BUILT, OF_EXISTING, LangGraphOptions


@asynccontextmanager
async def open_agent(options: LangGraphOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own graph.

    Raises `ConfigError`: no model, options that have no effect, no graph, or keys that the graph's state has not.
    """
    existing = setup.target is not None
    refuse_idle(options, OF_EXISTING if existing else OF_BUILT, existing=existing)
    opening = await imported(".existing" if existing else ".built", __package__)
    async with opening.opened(options, setup) as agent:
        yield agent
