"""From options, or the user's own object, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from massgen_hub.contract import Agent, Setup
from massgen_hub.kit import awaited_agent, imported, refuse_idle

from .generation import generation, refuse_misfits
from .options import OF_BUILT, OF_EXISTING, AgentScopeOptions

AGENTS = {1: "agentscope.AgentBase", 2: "agentscope.Agent"}
"""The base of all agents, by generation."""
ACCEPTS = (*AGENTS.values(),)


@asynccontextmanager
async def open_agent(options: AgentScopeOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own, with the generation that is installed.

    Raises `ConfigError`: 1.x beside what it breaks with, no model, options that have no effect, no agent, no tool, no
    MCP server.
    """
    existing, installed = setup.target is not None, generation()
    refuse_idle(options, OF_EXISTING if existing else OF_BUILT, existing=existing)
    if installed == 1:
        refuse_misfits()
    (await imported(".quiet", __package__)).keep_quiet()
    driving = await imported(".v1.driving" if installed == 1 else ".driving", __package__)
    own = await awaited_agent(setup.target, (AGENTS[installed],), setup.model) if existing else None
    async with driving.opened(options, setup, own) as agent:
        yield agent
