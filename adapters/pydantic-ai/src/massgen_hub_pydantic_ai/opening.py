"""From options, or the user's own agent, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from massgen_hub.contract import Agent, Setup
from massgen_hub.kit import awaited_agent, imported, refuse_idle

from .options import OF_EXISTING, PydanticAIOptions

ACCEPTS = ("pydantic_ai.Agent", "pydantic_ai.AbstractAgent")


@asynccontextmanager
async def open_agent(options: PydanticAIOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own.

    Raises `ConfigError`: no model, options that have no effect, no agent, no such provider, a tool that it has not.
    """
    existing = None
    if setup.target is not None:
        refuse_idle(options, OF_EXISTING, existing=True)
        existing = await awaited_agent(setup.target, ACCEPTS, setup.model)
    building = await imported(".building", __package__)
    async with building.opened(options, setup, existing) as agent:
        yield agent
