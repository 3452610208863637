"""Agents made from options, the user's own, and what both are refused for."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

from massgen_hub.contract import Setup
from massgen_hub.errors import ConfigError
from massgen_hub.hints import did_you_mean
from massgen_hub.kit import models_of, openai_client
from massgen_hub.servers import served
from semantic_kernel.agents import Agent, ChatCompletionAgent
from semantic_kernel.connectors.ai.function_choice_behavior import FunctionChoiceBehavior
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.functions import KernelArguments, KernelFunction, KernelPlugin

from .agent import HubAgent
from .options import SemanticKernelOptions
from .tools import function_of, plugin_of, served_function, verbatim
from .twins import Group, lacks_a_service, members_of

logging.getLogger("semantic_kernel").addHandler(logging.NullHandler())  # else its warnings go to stderr


@asynccontextmanager
async def opened(
    options: SemanticKernelOptions, setup: Setup, existing: Agent | Group | None
) -> AsyncIterator[HubAgent]:
    """The agent, with the connections of its model and its MCP servers for as long as it is open."""
    async with AsyncExitStack() as stack:
        service = None
        if existing is None or any(map(lacks_a_service, members_of(existing))):
            model = models_of(setup)
            client = await stack.enter_async_context(openai_client(model))
            service = OpenAIChatCompletion(ai_model_id=model.name, async_client=client)
        agent = existing
        if agent is None:
            theirs = await stack.enter_async_context(served(options.mcp_servers, setup.folder))
            functions = [*map(function_of, options.tools), *map(served_function, theirs)]
            agent = _built(options, functions)
        _refuse_unknown(options.approve, members_of(agent))
        yield HubAgent(agent, service, options)


def _refuse_unknown(names: Iterable[str], agents: Iterable[Agent]) -> None:
    """A function that is misspelt would be called without being asked about."""
    functions = [one for agent in agents for one in agent.kernel.get_full_list_of_function_metadata()]
    known = {name for function in functions for name in (function.name, function.fully_qualified_name)}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"it has {', '.join(sorted(known)) or 'none'}"
            raise ConfigError(f"`approve`: the agent has no function `{name}`", hint=hint)


def _built(options: SemanticKernelOptions, functions: list[KernelFunction]) -> ChatCompletionAgent:
    settings = OpenAIChatPromptExecutionSettings(
        temperature=options.temperature, max_completion_tokens=options.max_tokens
    )
    tools = [KernelPlugin(name="tools", functions=functions)] if functions else []
    agent = ChatCompletionAgent(
        name="agent",
        arguments=KernelArguments(settings=settings),
        function_choice_behavior=FunctionChoiceBehavior.Auto(
            maximum_auto_invoke_attempts=options.max_auto_invoke_attempts
        ),
        plugins=[*tools, *map(plugin_of, options.plugins)],
    )
    agent.prompt_template = verbatim(options.system_message) if options.system_message else None
    return agent
