"""Agents made from options, the user's own, and what both are refused for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pydantic_ai
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import described, models_of, refuse_idle, tool_named
from massgen_hub.servers import ServedTool, served
from massgen_hub.targets import resolve
from pydantic_ai import Agent, Tool
from pydantic_ai.agent import AbstractAgent
from pydantic_ai.capabilities import NativeTool
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings
from pydantic_ai.toolsets import AbstractToolset

from .agent import HubAgent
from .models import hosted, provided
from .names import keep_names
from .options import OF_EXISTING, PydanticAIOptions

pydantic_ai.BANNER_ENABLED = False  # else the first run shows one on a terminal
keep_names()


@asynccontextmanager
async def opened(
    options: PydanticAIOptions, setup: Setup, existing: AbstractAgent[Any, Any] | None
) -> AsyncIterator[HubAgent]:
    """The agent, with the connections of its model and its toolsets for as long as it is open."""
    async with AsyncExitStack() as stack:
        model = None
        if _brings_a_model(existing, setup):
            refuse_idle(options, OF_EXISTING - {"provider"}, existing=True)
        else:
            model = await stack.enter_async_context(provided(options.provider, models_of(setup)))
        agent = existing
        if agent is None:
            servers = await stack.enter_async_context(served(options.mcp_servers, setup.folder))
            agent = _built(options, setup, model, servers)
        await _enter(stack, agent, model)
        yield HubAgent(agent, model, options, forgives=existing is None)


def _brings_a_model(agent: AbstractAgent[Any, Any] | None, setup: Setup) -> bool:
    """Whether the agent has a model. A mere name makes way for the model of the config, where there is one."""
    own = agent and (agent.model or agent.root_capability.get_model())
    return own is not None and (setup.model is None or not isinstance(own, str))


async def _enter(stack: AsyncExitStack, agent: AbstractAgent[Any, Any], model: Model | None) -> None:
    """Connect the agent's toolsets once for all turns."""
    with agent.override(**({"model": model} if model else {})):
        try:
            await stack.enter_async_context(agent)
        except Exception as failure:
            what = f"the agent cannot be opened: {described(failure)}"
            hint = "its model or one of its toolsets fails when it is entered"
            if isinstance(agent.model, str) and model is None:
                hint = "add `model: PROVIDER/NAME` to its entry: it takes the place of a name"
            raise ConfigError(what, hint=hint) from failure


def _built(options: PydanticAIOptions, setup: Setup, model: Model | None, servers: list[ServedTool]) -> Agent[Any, str]:
    assert model is not None, "only an existing agent brings its own"
    settings = {"temperature": options.temperature, "max_tokens": options.max_tokens}
    tools = [tool_named(name, "Pydantic AI", Tool, Tool) for name in options.tools]
    return Agent(
        model,
        name=setup.agent,
        instructions=options.system_message,
        tools=[*tools, *map(_served, servers)],
        toolsets=[_toolset(name) for name in options.toolsets],
        model_settings=ModelSettings(**{name: value for name, value in settings.items() if value is not None}),
        capabilities=[NativeTool(tool) for tool in hosted(options.hosted_tools, model)],
    )


def _served(theirs: ServedTool) -> Tool[Any]:
    async def call(**arguments: Any) -> str:
        return await theirs.call(arguments)

    return Tool.from_schema(call, theirs.name, theirs.description, dict(theirs.parameters))


def _toolset(name: str) -> Any:
    found = resolve(name)
    if isinstance(found, AbstractToolset) or callable(found):
        return found
    hint = "`toolsets` are those of Pydantic AI, or functions that make one of a run's context"
    raise ConfigError(f"`{name}` is a `{type(found).__name__}`, which is no toolset", hint=hint)
