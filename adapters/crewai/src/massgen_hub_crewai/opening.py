"""From options, or the user's own agent, crew or flow, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from massgen_hub.contract import Agent, Setup
from massgen_hub.kit import imported, refuse_idle

from .options import OF_EXISTING, CrewAIOptions
from .quiet import store_in

ACCEPTS = ("crewai.Agent", "crewai.Crew", "crewai.Flow")


@asynccontextmanager
async def open_agent(options: CrewAIOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own.

    Raises `ConfigError`: no model, options that have no effect, no agent, placeholders that nobody fills.
    """
    existing = setup.target is not None
    allowed = OF_EXISTING if existing else CrewAIOptions.model_fields.keys() - OF_EXISTING
    refuse_idle(options, allowed, existing=existing)
    store_in(setup.folder)
    opening = await imported(".existing" if existing else ".built", __package__)
    async with opening.opened(options, setup) as agent:
        yield agent
