"""From options, or the user's own agent or workflow, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from massgen_hub.contract import Agent, Setup
from massgen_hub.kit import awaited_agent, imported, refuse_idle

from .options import OF_BUILT, OF_EXISTING, AgentFrameworkOptions

ACCEPTS = (
    "agent_framework.BaseAgent",
    "agent_framework.Workflow",
    "agent_framework.FunctionalWorkflow",
    "agent_framework.FunctionalWorkflowDefinition",
)


@asynccontextmanager
async def open_agent(options: AgentFrameworkOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own agent or workflow.

    Raises `ConfigError`: no model, options that have no effect, no agent, a server of tools that cannot be reached.
    """
    existing = None
    refuse_idle(options, OF_BUILT if setup.target is None else OF_EXISTING, existing=setup.target is not None)
    if setup.target is not None:
        existing = await awaited_agent(setup.target, ACCEPTS, setup.model)
    building = await imported(".building", __package__)
    async with building.opened(options, setup, existing) as agent:
        yield agent
