"""From options, or the user's own agent, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from massgen_hub.contract import Agent, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import awaited_agent, imported, refuse_idle

from .options import OF_EXISTING, OpenAIAgentsOptions

ACCEPTS = ("agents.Agent",)


@asynccontextmanager
async def open_agent(options: OpenAIAgentsOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own.

    Raises `ConfigError`: no model, options that have no effect, no agent, a tool that the model's address has not.
    """
    existing = None
    if setup.target is not None:
        refuse_idle(options, OF_EXISTING, existing=True)
        existing = await awaited_agent(setup.target, ACCEPTS, setup.model)
    _refuse_another_agents_module()
    building = await imported(".building", __package__)
    async with building.opened(options, setup, existing) as agent:
        yield agent


def _refuse_another_agents_module() -> None:
    """The SDK's module has a name that people give to modules of their own."""
    found = find_spec("agents")
    where = found.origin if found and found.origin else "nowhere to be found"
    if not Path(where).with_name("run_config.py").exists():
        hint = "rename your own: the OpenAI Agents SDK needs this name"
        raise ConfigError(f"the module `agents` is not that of the OpenAI Agents SDK: {where}", hint=hint)
