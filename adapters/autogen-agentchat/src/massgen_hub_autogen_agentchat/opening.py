"""From options, or the user's own agent or team, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from massgen_hub.contract import Agent, Setup, hierarchy
from massgen_hub.errors import ConfigError
from massgen_hub.kit import awaited_agent, imported, refuse_idle

from .options import OF_TEAMS, AutogenAgentchatOptions

ACCEPTS = ("autogen_agentchat.BaseChatAgent", "autogen_agentchat.BaseGroupChat", "autogen_core.ComponentModel")
OF_AG2 = frozenset({"autogen.ConversableAgent", "autogen.Pattern", "autogen.PluginTarget", "ag2.Agent"})


@asynccontextmanager
async def open_agent(options: AutogenAgentchatOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own agent or team.

    Raises `ConfigError`: no model, options that have no effect, no agent, a team that would never end.
    """
    existing = None
    if setup.target is None:
        refuse_idle(options, AutogenAgentchatOptions.model_fields.keys() - OF_TEAMS, existing=False)
    else:
        existing = await awaited_agent(_not_of_ag2(setup.target), ACCEPTS, setup.model)
        refuse_idle(options, OF_TEAMS if existing.component_type == "team" else (), existing=True)
    building = await imported(".building", __package__)
    async with building.opened(options, setup, existing) as agent:
        yield agent


def _not_of_ag2(target: Any) -> Any:
    """The target, which is not, and does not make, an agent of the other AutoGen."""
    if hierarchy(target) & OF_AG2:
        what = f"`{type(target).__name__}` is an agent of AG2, not of Microsoft's AutoGen 0.7"
        raise ConfigError(what, hint="this is an agent of AG2: use `type: ag2`")
    if not callable(target) or hierarchy(target) & set(ACCEPTS):
        return target

    @wraps(target)
    def made(**given: Any) -> Any:
        return _not_of_ag2(target(**given))

    @wraps(target)
    async def awaited(**given: Any) -> Any:
        return _not_of_ag2(await target(**given))

    return awaited if iscoroutinefunction(target) else made
