"""From options, or the user's own object, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from massgen_hub.contract import Agent, Setup
from massgen_hub.kit import awaited_agent, imported, refuse_idle

from .options import OF_BUILT, OF_EXISTING, GoogleAdkOptions

ACCEPTS = ("google.BaseAgent", "google.Workflow", "google.BaseNode", "google.App")
"""Agents of every kind and workflows are nodes in ADK 2; errors name what users know."""


@asynccontextmanager
async def open_agent(options: GoogleAdkOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own.

    Raises `ConfigError`: no model, options that have no effect, no agent, no tool, no MCP server, no such voter.
    """
    own = setup.target is not None
    refuse_idle(options, OF_EXISTING if own else OF_BUILT, existing=own)
    building = await imported(".building", __package__)
    existing = await awaited_agent(setup.target, ACCEPTS, setup.model) if own else None
    async with building.opened(options, setup, existing) as agent:
        yield agent
