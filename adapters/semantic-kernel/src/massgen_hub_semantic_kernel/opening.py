"""From options, or the user's own agent or group, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from massgen_hub.contract import Agent, Setup
from massgen_hub.kit import awaited_agent, imported, refuse_idle

from .options import OF_EXISTING, OF_GROUPS, SemanticKernelOptions

ACCEPTS = ("semantic_kernel.Agent", "semantic_kernel.AgentGroupChat", "semantic_kernel.OrchestrationBase")


@asynccontextmanager
async def open_agent(options: SemanticKernelOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own, or their own group.

    Raises `ConfigError`: no model, options that have no effect, no agent, no tool, no plugin.
    """
    existing = None
    if setup.target is None:
        refuse_idle(options, SemanticKernelOptions.model_fields.keys() - OF_GROUPS, existing=False)
    else:
        refuse_idle(options, OF_EXISTING, existing=True)
        existing = await awaited_agent(setup.target, ACCEPTS, setup.model)
    building = await imported(".building", __package__)
    async with building.opened(options, setup, existing) as agent:
        yield agent
