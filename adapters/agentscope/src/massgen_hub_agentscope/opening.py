"""From options, or the user's own object, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from massgen_hub.contract import Agent, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import imported, refuse_idle, users_agent

from .options import OF_BUILT, OF_EXISTING, AgentScopeOptions

AGENT = "agentscope.Agent"
ACCEPTS = (AGENT, "agentscope.AgentBase")
"""The second is the base of all agents of AgentScope 1.x, so that their users are told why they cannot be opened."""


@asynccontextmanager
async def open_agent(options: AgentScopeOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own.

    Raises `ConfigError`: AgentScope 1.x, no model, options that have no effect, no agent, no tool, no MCP server.
    """
    if (installed := version("agentscope")).startswith("1."):
        hint = "1.x is another framework of the same name: its agents need an environment of their own"
        raise ConfigError(f"agentscope {installed} is installed, and this adapter is for 2.x", hint=hint)
    existing = setup.target is not None
    refuse_idle(options, OF_EXISTING if existing else OF_BUILT, existing=existing)
    driving = await imported(".driving", __package__)
    own = users_agent(setup.target, (AGENT,), setup.model) if existing else None
    async with driving.opened(options, setup, own) as agent:
        yield agent
