"""Agents made from options, the user's own, and what both are refused for."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, get_args, get_origin
from urllib.parse import urlsplit

from agents import (
    Agent,
    CodeInterpreterTool,
    FileSearchTool,
    FunctionTool,
    Handoff,
    ImageGenerationTool,
    Model,
    ModelSettings,
    OpenAIChatCompletionsModel,
    RunContextWrapper,
    Tool,
    WebSearchTool,
    function_tool,
)
from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import models_of, tool_named, users_agent
from massgen_hub.targets import resolve

from .agent import HubAgent
from .models import provided
from .opening import ACCEPTS
from .options import HostedTool, OpenAIAgentsOptions
from .servers import connected, made

TOOLS = tuple(get_origin(kind) or kind for kind in get_args(Tool))

logging.getLogger("openai.agents").addHandler(logging.NullHandler())  # else its warnings go to stderr


@asynccontextmanager
async def opened(options: OpenAIAgentsOptions, setup: Setup, existing: Agent[Any] | None) -> AsyncIterator[HubAgent]:
    """The agent, with the connections of its model and its MCP servers for as long as it is open."""
    agent = existing or _built(options, setup)
    if not isinstance(agent.model, Model):
        models_of(setup)
    team = list(_team(agent, set()))
    for member in team:
        _refuse_unknown_tools(member, options, setup)
    async with provided(options, setup) as models, connected(server for one in team for server in one.mcp_servers):
        yield HubAgent(agent, options, models)


def _built(options: OpenAIAgentsOptions, setup: Setup) -> Agent[Any]:
    return Agent(
        name=setup.agent,
        instructions=options.system_message,
        tools=[*(_tool(name) for name in options.tools), *(_hosted(tool) for tool in options.hosted_tools)],
        mcp_servers=[made(server, setup.folder) for server in options.mcp_servers],
        handoffs=[_handoff(name, setup) for name in options.handoffs],
        model=setup.model.name if setup.model else None,
        model_settings=ModelSettings(temperature=options.temperature, max_tokens=options.max_tokens),
    )


def _tool(name: str) -> Tool:
    make = partial(function_tool, failure_error_function=_failed)
    return tool_named(name, "the SDK", TOOLS, make)  # type: ignore[no-any-return]


def _failed(_context: RunContextWrapper[Any], failure: Exception) -> str:
    """What a model is told of a tool that failed: the SDK would keep the reason from it."""
    return f"{type(failure).__name__}: {failure}"


def _hosted(tool: HostedTool) -> Tool:
    settings: Any = tool.settings
    try:
        match tool.type:
            case "web_search":
                return WebSearchTool(**settings)
            case "file_search":
                return FileSearchTool(**settings)
            case "code_interpreter":
                return CodeInterpreterTool({"type": tool.type, **settings})
            case "image_generation":
                return ImageGenerationTool({"type": tool.type, **settings})
    except TypeError as refused:
        raise ConfigError(f"the SDK refuses the hosted tool `{tool.type}`: {refused}") from refused


def _handoff(name: str, setup: Setup) -> Agent[Any] | Handoff[Any, Any]:
    found = resolve(name)
    return found if isinstance(found, Handoff) else users_agent(found, ACCEPTS, setup.model)


def _team(agent: Agent[Any], seen: set[int]) -> Iterator[Agent[Any]]:
    """An agent and all those that it can hand off to or call."""
    if id(agent) in seen:
        return
    seen.add(id(agent))
    yield agent
    others = (_agent_of(one) for one in (*agent.handoffs, *agent.tools))
    for other in others:
        if isinstance(other, Agent):
            yield from _team(other, seen)


def _agent_of(part: Any) -> Any:
    """The agent behind a handoff or a tool, if there is one."""
    if isinstance(part, Handoff):
        return part._agent_ref() if part._agent_ref else None
    return part if isinstance(part, Agent) else getattr(part, "_agent_instance", None)


def _refuse_unknown_tools(agent: Agent[Any], options: OpenAIAgentsOptions, setup: Setup) -> None:
    """Only OpenAI's own Responses API knows other tools than functions."""
    others = [tool for tool in agent.tools if not isinstance(tool, FunctionTool)]
    if others and (reason := _why_not(agent, options, setup)):
        what = f"the tool `{others[0].name}` of the agent `{agent.name}` cannot be used: {reason}"
        raise ConfigError(what, hint="use `api: responses` with a model of OpenAI's, or take functions and MCP servers")


def _why_not(agent: Agent[Any], options: OpenAIAgentsOptions, setup: Setup) -> str:
    if isinstance(agent.model, Model):
        own = isinstance(agent.model, OpenAIChatCompletionsModel)
        return "its model speaks Chat Completions, which has functions only" if own else ""
    if options.api == "chat":
        return "Chat Completions has functions only"
    host = urlsplit(setup.model.base_url if setup.model else "").hostname
    return "" if host in (None, "api.openai.com") else f"OpenAI runs it, and the model is at {host}"
