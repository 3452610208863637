"""Agents made from options, and what they and the user's own are opened with."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_core import ComponentModel
from autogen_core.models import ChatCompletionClient, ModelFamily, ModelInfo
from autogen_core.tools import BaseTool
from autogen_ext.code_executors.local import LocalCommandLineCodeExecutor
from autogen_ext.models.openai import OpenAIChatCompletionClient
from autogen_ext.tools.code_execution import PythonCodeExecutionTool
from massgen_hub.contract import Model, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import in_thread, models_of
from massgen_hub.servers import ServedTool, served

from .agent import HubAgent
from .components import loaded
from .lasting import started
from .options import AutogenAgentchatOptions
from .parts import Runner, everything, refuse_endless
from .tools import Described, tool

for _name in ("autogen_core", "autogen_agentchat"):
    logging.getLogger(_name).addHandler(logging.NullHandler())  # else its tracebacks go to stderr

_PARSED = r"Pydantic serializer warnings:\n.*field_name='parsed'"
warnings.filterwarnings("ignore", _PARSED, UserWarning)  # each structured output that the client of OpenAI logs

ABLE = ModelInfo(
    vision=False, function_calling=True, json_output=True, structured_output=True, family=ModelFamily.UNKNOWN
)


@asynccontextmanager
async def opened(
    options: AutogenAgentchatOptions, setup: Setup, existing: Runner | ComponentModel | None
) -> AsyncIterator[HubAgent]:
    """The agent, with what it needs running for as long as it is open."""
    async with AsyncExitStack() as stack:
        if existing is None:
            runner: Runner = await stack.enter_async_context(_built(options, setup))
        else:
            runner = existing
            if isinstance(existing, ComponentModel):
                runner = loaded(existing, setup.model, ABLE)
                stack.push_async_callback(_closed, runner)
            refuse_endless(runner)
        await stack.enter_async_context(started(runner))
        yield HubAgent(runner, options, bounded=existing is None)


async def _closed(runner: Runner) -> None:
    """Close the clients of what was made here."""
    for part in everything(runner):
        if isinstance(part, ChatCompletionClient):
            await part.close()


@asynccontextmanager
async def _built(options: AutogenAgentchatOptions, setup: Setup) -> AsyncIterator[AssistantAgent]:
    model = models_of(setup)
    async with served(options.mcp_servers, setup.folder) as theirs:
        tools = [*map(tool, options.tools), *map(_served, theirs), *_executing(options)]
        make = partial(_client, options, model)
        client = await in_thread(make, f"connect {setup.agent}")  # 50 ms, nearly all of it for TLS
        try:
            yield _assistant(options, setup, client, tools)
        finally:
            await client.close()


def _assistant(
    options: AutogenAgentchatOptions, setup: Setup, client: OpenAIChatCompletionClient, tools: list[BaseTool[Any, Any]]
) -> AssistantAgent:
    try:
        return AssistantAgent(
            re.sub(r"\W|^(?=\d)", "_", setup.agent),
            model_client=client,
            tools=list(tools),
            system_message=options.system_message,
            model_client_stream=True,
            max_tool_iterations=options.max_turns,
        )
    except ValueError as refused:
        raise ConfigError(f"AutoGen refuses the agent `{setup.agent}`: {refused}") from refused


def _client(options: AutogenAgentchatOptions, model: Model) -> OpenAIChatCompletionClient:
    said: dict[str, Any] = {
        "base_url": model.base_url,
        "temperature": options.temperature,
        "max_tokens": options.max_tokens,
    }
    return OpenAIChatCompletionClient(
        model=model.name,
        api_key=model.key or "none",  # without one it looks for a key of its own
        model_info=ABLE,
        max_retries=0,
        include_name_in_message=False,  # not every server knows names
        **{name: value for name, value in said.items() if value not in (None, "")},
    )


def _served(theirs: ServedTool) -> Described:
    return Described(theirs.name, theirs.description, theirs.parameters, theirs.call)


def _executing(options: AutogenAgentchatOptions) -> list[BaseTool[Any, Any]]:
    if options.code_execution is None:
        return []
    with warnings.catch_warnings(action="ignore"):  # that it runs code on this machine, as the config says
        executor = LocalCommandLineCodeExecutor(timeout=options.code_execution.timeout)
    return [PythonCodeExecutionTool(executor)]
