"""Agents made from options, the user's own, and the servers that belong to them."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, get_args

from agent_framework import (
    Agent,
    BaseAgent,
    FunctionalWorkflowAgent,
    FunctionalWorkflowDefinition,
    FunctionTool,
    HistoryProvider,
    WorkflowAgent,
    tool,
)
from agent_framework.observability import OBSERVABILITY_SETTINGS
from agent_framework_openai import OpenAIChatCompletionClient
from massgen_hub.contract import JSON, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import described, models_of, openai_client, tool_named
from massgen_hub.servers import ServedTool, served

from .agent import HubAgent
from .copying import Copies, McpTool
from .decision import Flow
from .options import AgentFrameworkOptions

if "ENABLE_INSTRUMENTATION" not in os.environ and not OBSERVABILITY_SETTINGS.is_setup:
    OBSERVABILITY_SETTINGS.enable_instrumentation = False
for _name in ("agent_framework", "agent_framework_openai", "agent_framework_orchestrations"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # else its warnings go to stderr


@asynccontextmanager
async def opened(options: AgentFrameworkOptions, setup: Setup, existing: Any) -> AsyncIterator[HubAgent]:
    """The agent, with the connections of its model and its servers for as long as it is open."""
    async with AsyncExitStack() as stack:
        own = await _built(options, setup, stack) if existing is None else _inner(existing)
        copies = Copies(lambda client: client)
        agent = HubAgent(copies.of(own), options.voter)
        for server in copies.servers:
            await stack.enter_async_context(_connected(server))
        yield agent


async def _built(options: AgentFrameworkOptions, setup: Setup, stack: AsyncExitStack) -> Agent[Any]:
    model = models_of(setup)
    client = await stack.enter_async_context(openai_client(model))
    from_servers = await stack.enter_async_context(served(options.mcp_servers, setup.folder))
    tools = [tool_named(name, "the framework", TOOLS, tool) for name in options.tools]
    return Agent(
        OpenAIChatCompletionClient(
            model.name,
            async_client=client,
            function_invocation_configuration={"max_iterations": options.max_turns, "include_detailed_errors": True},
        ),
        options.system_message,
        name=setup.agent,
        tools=[*tools, *map(_served, from_servers)],
        default_options={"temperature": options.temperature, "max_tokens": options.max_tokens},
    )


TOOLS = (FunctionTool, Mapping, *get_args(McpTool))


def _served(served_tool: ServedTool) -> FunctionTool:
    async def call(**arguments: JSON) -> str:
        return await served_tool.call(arguments)

    about = {"name": served_tool.name, "description": served_tool.description}
    return FunctionTool(**about, func=call, input_model=served_tool.parameters)


def _inner(existing: Any) -> BaseAgent | Flow:
    """The user's agent; of a workflow as an agent the workflow, because only that one tells what goes on in it."""
    if isinstance(existing, FunctionalWorkflowDefinition):
        return existing.build()
    if isinstance(existing, FunctionalWorkflowAgent):
        return existing._workflow
    if not isinstance(existing, WorkflowAgent):
        return existing  # type: ignore[no-any-return]
    if any(not isinstance(provider, HistoryProvider) for provider in existing.context_providers):
        hint = "give them to the agents in the workflow"
        raise ConfigError("the context providers of a workflow as an agent are not run", hint=hint)
    return existing.workflow


@asynccontextmanager
async def _connected(server: McpTool) -> AsyncIterator[None]:
    try:
        await server.connect()
    except Exception as failure:
        what = f"the MCP server `{server.name}` cannot be reached: {described(failure)}"
        raise ConfigError(what, hint="is it there?") from failure
    try:
        yield
    finally:
        await server.close()
