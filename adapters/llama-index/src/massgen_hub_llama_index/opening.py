"""From options, or the user's own agent or workflow, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from massgen_hub.contract import Agent, Setup
from massgen_hub.kit import imported, refuse_idle

from .options import OF_AGENT, OF_BUILT, OF_TEAM, OF_WORKFLOW, LlamaIndexOptions

ACCEPTS = ("llama_index.BaseWorkflowAgent", "llama_index.AgentWorkflow", "workflows.Workflow")


@asynccontextmanager
async def open_agent(options: LlamaIndexOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own.

    Raises `ConfigError`: no model, options that have no effect, no agent, no such voter, a start event that takes
    something else.
    """
    existing = setup.target is not None
    allowed = OF_AGENT | OF_TEAM | OF_WORKFLOW if existing else OF_BUILT
    refuse_idle(options, allowed, existing=existing)
    driving = await imported(".driving", __package__)
    async with driving.opened(options, setup) as agent:
        yield agent
